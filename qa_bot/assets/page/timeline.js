// What happened when: the events of an answer on an axis, and a card for each along a line.

import { call, day, dayNumber, h, icon, month, outlet, replace, s, shortDay, t } from "./kit.js";
import { citationLink } from "./answer.js";

const WIDTH = 960;
const HUES = 6; // outlets that are told apart by colour and shape

export class Timeline {
  constructor(app) {
    this.app = app;
    this.topic = null;
    this.field = h("input", { type: "search", name: "topic", placeholder: t("timeline_placeholder"), "aria-label": t("timeline_topic") });
    this.note = h("p.small", { role: "status" });
    this.picture = h("div.timeline", {});
    this.element = h("section.view.timeline-view", { hidden: true, "aria-label": t("timeline") }, h("div.scroller", {},
      h("div.view-head", {}, h("h2", {}, t("timeline_title"))),
      h("form.controls", { onsubmit: (event) => { event.preventDefault(); this.go(this.field.value.trim()); } },
        this.field, h("button.primary", { type: "submit" }, t("draw"))),
      this.note, this.picture));
  }

  go(topic) {
    const hash = `#/timeline/${encodeURIComponent(topic)}`;
    if (location.hash === hash) this.load(topic);
    else location.hash = hash;
  }

  /** The topic of a question that asks for a timeline. */
  topicOf(question) {
    return question.replace(/^.*?\btimeline\b\s*(?:of|for|on|about)?\s*/i, "").replace(/[?.!\s]+$/, "") || question;
  }

  async open(topic) {
    const asked = JSON.stringify([topic, this.app.chat.filters.values, this.app.state.coverage]);
    if (asked === this.asked) return;
    this.asked = asked;
    this.field.value = topic;
    await this.load(topic);
  }

  async load(topic) {
    this.topic = topic;
    this.note.textContent = t("reading");
    const kept = await call("timeline", { topic, filters: this.app.chat.filters.values });
    if (topic !== this.topic) return;
    this.kept = kept;
    if (kept.error) { replace(this.picture); this.note.textContent = kept.error.message; return; }
    const { answer } = kept;
    if (!answer.timeline.length) {
      replace(this.picture);
      this.note.textContent = answer.answered ? t("no_events") : answer.text;
      return;
    }
    const { filters } = this.app.chat;
    const narrowed = Object.entries(filters.values).map(([name, value]) => filters.text(name, value));
    this.note.textContent = [t("events", { count: answer.timeline.length }), ...narrowed, ...answer.notices].join(" · ");
    this.draw(answer);
  }

  draw(answer) {
    const cited = new Map(answer.citations.map((citation) => [citation.number, citation]));
    const events = answer.timeline.map((event, at) => ({ ...event, at, citation: cited.get(event.citation) }))
      .sort((one, other) => one.date.localeCompare(other.date) || one.at - other.at);
    const outlets = [...new Set(events.map((event) => outletOf(event)))];
    const told = outlets.length <= HUES; // more of them nobody could tell apart
    const hue = (event) => (told ? outlets.indexOf(outletOf(event)) : 0);
    replace(this.picture, this.axis(events, hue), told && this.legend(outlets),
      h("ol.events", {}, events.map((event, at) => this.card(event, at, hue(event)))));
  }

  /** The events to scale: those that would lie over each other are stacked. */
  axis(events, hue) {
    const [first, last] = [dayNumber(events[0].date), dayNumber(events.at(-1).date)];
    const span = Math.max(1, last - first);
    const x = (iso) => 40 + ((dayNumber(iso) - first) / span) * (WIDTH - 80);
    const tops = [];
    const placed = events.map((event) => {
      const at = x(event.date);
      let row = 0;
      while (tops[row] !== undefined && at - tops[row] < 34) row += 1;
      tops[row] = at;
      return { event, at, row };
    });
    const base = 40 + Math.max(...placed.map((each) => each.row)) * 34;
    const stems = placed.map(({ at, row }) =>
      s("line", { x1: at, x2: at, y1: base - 22 - row * 34, y2: base, class: "stem" }));
    const dots = placed.map(({ event, at, row }, index) => {
      const y = base - 22 - row * 34;
      const name = `${day(event.date)}: ${event.text}`;
      return s("a", { href: `#event-${index}`, class: `dot hue-${hue(event)}`, "aria-label": name, onclick: (click) => { click.preventDefault(); this.reach(index); } },
        s("title", {}, name), shape(hue(event), at, y),
        s("text", { x: at, y: y + 4, "text-anchor": "middle", "aria-hidden": "true" }, String(index + 1)));
    });
    const marks = monthsBetween(events[0].date, events.at(-1).date).map((iso) => [
      s("line", { x1: x(iso), x2: x(iso), y1: base, y2: base + 7, class: "axis" }),
      s("text", { x: x(iso), y: base + 22, "text-anchor": "middle", class: "tick" }, month(iso))]);
    const ends = marks.length ? [] : [s("text", { x: 40, y: base + 22, class: "tick" }, shortDay(events[0].date)),
      events.length > 1 && s("text", { x: WIDTH - 40, y: base + 22, "text-anchor": "end", class: "tick" }, shortDay(events.at(-1).date))].filter(Boolean);
    return h("div.scroll.axis-box", { tabindex: "0", role: "group", "aria-label": t("timeline_axis") },
      s("svg", { viewBox: `0 0 ${WIDTH} ${base + 32}`, class: "axis-picture" },
        s("line", { x1: 20, x2: WIDTH - 20, y1: base, y2: base, class: "axis" }), marks, ends, stems, dots));
  }

  legend(outlets) {
    return h("ul.legend", { "aria-label": t("outlet") }, outlets.map((outlet, at) => h("li", {},
      s("svg", { viewBox: "0 0 24 24", class: `hue-${at}`, "aria-hidden": "true" }, shape(at, 12, 12)), outlet)));
  }

  reach(index) {
    const link = this.picture.querySelector(`#event-${index} a`);
    link.focus();
    link.closest("li").scrollIntoView({ block: "center" });
  }

  card(event, at, hue) {
    const { citation } = event;
    const when = event.precision === "month" ? month(event.date) : day(event.date);
    return h("li", { id: `event-${at}`, class: `hue-${hue}` },
      h("p.when", {}, h("span.place", { "aria-hidden": "true" }, String(at + 1)), h("time", { datetime: event.date }, when),
        event.precision === "publication" && h("span.small", {}, t("reported_then"))),
      h("a.event", {
        href: citationLink(this.kept, citation),
        onclick: (click) => {
          if (click.ctrlKey || click.metaKey || click.shiftKey) return;
          click.preventDefault();
          this.app.panel.openCitation(this.kept, citation.number, click.currentTarget);
        },
      }, h("span.quote", {}, event.text), h("span.facts", {}, outletOf(event), " · ", shortDay(citation.article.published), icon("after"))));
  }
}

const outletOf = ({ citation }) => outlet(citation.article);

/** A form for each outlet, as not everybody sees its colour. */
function shape(hue, x, y) {
  const r = 11;
  if (hue % 3 === 1) return s("rect", { x: x - r + 1, y: y - r + 1, width: 2 * r - 2, height: 2 * r - 2, rx: 3, class: "shape" });
  if (hue % 3 === 2) return s("path", { d: `M${x} ${y - r - 2} ${x + r + 2} ${y} ${x} ${y + r + 2} ${x - r - 2} ${y}z`, class: "shape" });
  return s("circle", { cx: x, cy: y, r, class: "shape" });
}

/** The first of every month between two days; of so many that they would touch, only some. */
function monthsBetween(from, to) {
  const found = [];
  let [year, number] = from.slice(0, 7).split("-").map(Number);
  for (;;) {
    number += 1;
    if (number > 12) { year += 1; number = 1; }
    const iso = `${String(year).padStart(4, "0")}-${String(number).padStart(2, "0")}-01`;
    if (iso > to || found.length > 1200) break;
    found.push(iso);
  }
  const every = Math.ceil(found.length / 7);
  return found.filter((_, at) => at % every === 0);
}
