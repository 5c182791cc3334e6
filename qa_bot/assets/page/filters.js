// Which articles a question is put to: chosen in a dialog, shown as chips while they narrow.

import { day, dialog, h, icon, t } from "./kit.js";

const NAMES = ["since", "until", "publisher", "as_of", "articles"];

export class Filters {
  /** `state` gives what is indexed; `onchange` is called after every change. */
  constructor(state, onchange) {
    this.state = state;
    this.onchange = onchange;
    this.values = {};
    this.titles = {};
    this.element = h("div.chips", { role: "group", "aria-label": t("filters"), hidden: true });
  }

  set(values, titles = {}) {
    Object.assign(this.titles, titles);
    this.values = Object.fromEntries(NAMES.filter((name) => values[name]?.length).map((name) => [name, values[name]]));
    this.draw();
    this.onchange?.();
  }

  get active() { return Object.keys(this.values).length > 0; }

  text(name, value) {
    if (name !== "articles") return t(`filter_${name}`, { value: name === "publisher" ? value : day(value) });
    const one = value.length === 1 && this.titles[value[0]];
    return t("filter_articles", { value: one || t("articles", { count: value.length }) });
  }

  draw() {
    const names = Object.keys(this.values);
    this.element.hidden = !names.length;
    this.element.replaceChildren(...names.map((name) => {
      const text = this.text(name, this.values[name]);
      return h("span.filter-chip", {}, h("span", {}, text), h("button", {
        type: "button", "aria-label": t("remove_filter", { filter: text }), title: t("remove_filter", { filter: text }),
        onclick: () => {
          const { [name]: _, ...rest } = this.values;
          this.set(rest);
          document.querySelector("#question")?.focus();
        },
      }, icon("close")));
    }));
  }

  choose() {
    const { publishers, coverage } = this.state();
    const field = (name, input, hint) => h("label.field", {}, h("span", {}, t(`ask_${name}`)), input, hint && h("small", {}, hint));
    const date = (name) => h("input", { type: "date", name, value: this.values[name] || "", max: "9999-12-31" });
    const known = this.values.publisher;
    const select = h("select", { name: "publisher" }, h("option", { value: "" }, t("any_publisher")),
      publishers.map((name) => h("option", { value: name, selected: name === known }, name)));
    const form = h("form", {
      onsubmit: (event) => {
        event.preventDefault();
        const values = Object.fromEntries(new FormData(form));
        box.close();
        this.set({ ...values, articles: this.values.articles });
      },
    },
    h("div.pair", {}, field("since", date("since")), field("until", date("until"))),
    coverage.from && h("p.small", {}, t("covers", { from: day(coverage.from), to: day(coverage.to) })),
    field("publisher", select), field("as_of", date("as_of"), t("as_of_hint")),
    h("div.buttons", {},
      h("button.plain", { type: "button", onclick: () => { box.close(); this.set({}); } }, t("clear")),
      h("button.primary", { type: "submit" }, t("apply"))));
    const box = dialog(t("filters"), form);
  }
}
