// Articles over time, as bars made of numbers. A bar is a button: it narrows the list to its days.

import { day, h, month, s, t } from "./kit.js";

const WIDTH = 720;
const HEIGHT = 120;
const BASE = 96;

const nameOf = (unit, bar) => (unit === "day" ? day(bar.since) : unit === "month" ? month(bar.since) : bar.label);

export function drawPlot(plot, wanted, choose) {
  const most = Math.max(...plot.bars.map((bar) => bar.count));
  const step = WIDTH / plot.bars.length;
  const width = Math.max(2, Math.min(step * 0.78, 46));
  const bars = plot.bars.map((bar, at) => {
    const height = bar.count ? Math.max(4, (bar.count / most) * (BASE - 14)) : 0;
    const middle = step * (at + 0.5);
    const chosen = wanted.since === bar.since && wanted.until === bar.until;
    if (!bar.count) return null;
    const name = `${nameOf(plot.unit, bar)}: ${t("articles", { count: bar.count })}`;
    const act = () => choose(bar);
    return s("g", {
      class: chosen ? "bar chosen" : "bar", role: "button", tabindex: "0", "aria-label": name, "aria-pressed": String(chosen), "data-label": bar.label,
      onclick: act, onkeydown: (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); act(); } },
    }, s("title", {}, name), s("rect", { class: "hit", x: middle - step / 2, y: 0, width: step, height: HEIGHT }),
    s("rect", { class: "body", x: middle - width / 2, y: BASE - height, width, height, rx: 2 }));
  });
  const marks = ticks(plot.bars.length).map((at) => s("text", {
    class: at && at < plot.bars.length - 1 ? "middle" : "end",
    x: step * (at + 0.5), y: HEIGHT - 3, "text-anchor": at === 0 ? "start" : at === plot.bars.length - 1 ? "end" : "middle",
    dx: at === 0 ? -step * 0.4 : at === plot.bars.length - 1 ? step * 0.4 : 0,
  }, nameOf(plot.unit, plot.bars[at])));
  return [
    h("figcaption", {}, t(`plot_${plot.unit}`), plot.undated ? ` · ${t("and_undated", { count: plot.undated })}` : ""),
    s("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "group", "aria-label": t(`plot_${plot.unit}`) },
      s("line", { x1: 0, x2: WIDTH, y1: BASE, y2: BASE, class: "axis" }), bars.filter(Boolean), marks),
  ];
}

/** First, last, and the middle when there is room for it. */
const ticks = (count) => (count < 3 ? [...Array(count).keys()] : [0, Math.floor((count - 1) / 2), count - 1]);
