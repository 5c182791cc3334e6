// The panel beside the chat: an article whole, with the quotes of an answer marked in it.

import { byline, call, h, icon, iconButton, label, replace, t } from "./kit.js";
import { citationLink } from "./answer.js";

const LINK = /^#source-(\d+)-(\d+)-([0-9a-f]{8})-(.+)$/;
const narrow = matchMedia("(max-width: 68rem)");

export class SourcePanel {
  /** `around` is made inert while the panel covers it; `reader` is told of what is opened. */
  constructor(around) {
    this.around = around;
    this.latest = 0;
    this.element = h("aside", { id: "source", hidden: true, "aria-label": t("source") });
    this.element.addEventListener("keydown", (event) => this.onKey(event));
    narrow.addEventListener("change", () => this.cover());
  }

  /** Open one citation of an answer; the others can be gone through from there. */
  openCitation(kept, number, from) {
    const stops = kept.answer.citations.map((citation) => ({
      number: citation.number,
      article: citation.article.id,
      span: { number: citation.number, start: citation.start, end: citation.end, digest: kept.digests[citation.number] },
      title: byline(citation.article),
      link: citationLink(kept, citation),
    }));
    return this.show(stops, stops.findIndex((stop) => stop.number === number), from);
  }

  openSpan(article, span, from) {
    return this.show([{ number: "", article, span, title: "" }], 0, from);
  }

  /** What a link of a chip says by itself; false where it is none. */
  openLink(hash) {
    const match = LINK.exec(hash);
    if (!match) return false;
    let article;
    try { article = decodeURIComponent(match[4]); } catch { return false; }
    this.openSpan(article, { number: 1, start: +match[1], end: +match[2], digest: match[3] }, null);
    return true;
  }

  async show(stops, at, from) {
    const mine = ++this.latest;
    if (from) this.opener = from;
    const stop = stops[at];
    const spans = stops.filter((other) => other.article === stop.article).map((other) => other.span);
    const read = await call("read", { article: stop.article, spans });
    if (mine !== this.latest) return; // another was asked for meanwhile
    this.stops = stops;
    this.at = at;
    this.paint(read, stop);
    document.querySelectorAll(".chip.open, .source.open").forEach((link) => link.classList.remove("open"));
    this.opener?.classList.add("open");
    if (this.opener?.isConnected === false) this.opener = null;
  }

  paint(read, stop) {
    const many = this.stops.length > 1;
    const head = h("div.bar", {},
      many && h("div.steps", { role: "group", "aria-label": t("citations") },
        iconButton("before", t("previous_citation"), () => this.step(-1), { "aria-keyshortcuts": "ArrowLeft" }),
        h("span.count", {}, t("source_of", { number: this.at + 1, all: this.stops.length })),
        iconButton("after", t("next_citation"), () => this.step(1), { "aria-keyshortcuts": "ArrowRight" })),
      h("button.plain.close", { type: "button", onclick: () => this.close() }, t("close")));
    const stops = many && h("div.stops", { role: "group", "aria-label": t("all_citations") }, this.stops.map((other, at) =>
      h("button", { type: "button", "aria-current": at === this.at ? "true" : null, title: other.title,
        "aria-label": t("source_name", { number: String(other.number), byline: other.title }), onclick: () => this.show(this.stops, at, null) },
      String(other.number))));
    const body = h("div.body", { tabindex: "0", role: "region", "aria-label": t("article_text") });
    if (read.error) {
      replace(this.element, head, h("p.warning", {}, read.error.message));
    } else {
      const { article } = read;
      let target = null;
      for (const piece of read.pieces) {
        if (!piece.numbers.length) {
          body.append(piece.text);
          continue;
        }
        const current = piece.numbers.includes(stop.span.number);
        const mark = h(current ? "mark.current" : "mark", {}, piece.text);
        if (current) target ??= mark;
        body.append(mark);
      }
      replace(this.element, head, stops, h("p.byline", {}, byline(article), article.author ? ` · ${article.author}` : ""),
        h("h2", {}, label(article)),
        /^https?:\/\//i.test(article.url || "") && h("a.original", { href: article.url, target: "_blank", rel: "noopener noreferrer" },
          t("original"), icon("out")),
        article.superseded && h("p.warning", {}, t("superseded")),
        read.missing.includes(stop.span.number) && h("p.warning", {}, t("changed")),
        body, many && h("p.hint", {}, t("step_hint")));
      this.reveal();
      requestAnimationFrame(() => target?.scrollIntoView({ block: "center" }));
    }
    this.reveal();
    body.isConnected ? body.focus({ preventScroll: true }) : this.element.querySelector(".close").focus();
  }

  reveal() {
    this.element.hidden = false;
    document.querySelector("#qa").classList.add("reading");
    this.cover();
  }

  /** On a narrow page the panel lies over everything: then nothing behind it can be reached. */
  cover() {
    const covered = !this.element.hidden && narrow.matches;
    for (const part of this.around()) part.inert = covered;
  }

  step(by) {
    const at = this.at + by;
    if (this.stops && at >= 0 && at < this.stops.length) this.show(this.stops, at, null);
  }

  close() {
    this.latest++;
    if (this.element.hidden) return;
    this.element.hidden = true;
    this.element.replaceChildren();
    document.querySelector("#qa").classList.remove("reading");
    this.cover();
    this.opener?.classList.remove("open");
    (this.opener?.isConnected ? this.opener : document.querySelector("#question"))?.focus();
    this.opener = null;
    if (LINK.test(location.hash)) history.replaceState(null, "", "#/");
  }

  onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "ArrowRight" || event.key === "n") this.step(1);
    else if (event.key === "ArrowLeft" || event.key === "p") this.step(-1);
    else return;
    event.preventDefault();
  }
}
