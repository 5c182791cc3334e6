// The page: its head, its three views, and which of them an address shows.

import { call, coverageLine, h, icon, iconButton, language, replace, say, t } from "./kit.js";
import { SourcePanel } from "./source.js";
import { Chat } from "./chat.js";
import { History } from "./history.js";
import { Articles } from "./articles.js";
import { Timeline } from "./timeline.js";
import { showSettings } from "./settings.js";

const VIEWS = { ask: "ask", articles: "articles_title", timeline: "timeline" };
const IDLE_MS = 30000;
const CHANGING_MS = 2000;

class App {
  constructor() {
    this.state = { coverage: { articles: 0 }, publishers: [], limits: { question: 8000, file: 20000000 } };
    this.panel = new SourcePanel(() => [this.head, this.main, this.side]);
    this.history = new History(this);
    this.chat = new Chat(this);
    this.articles = new Articles(this);
    this.timeline = new Timeline(this);
    this.build();
  }

  build() {
    this.line = h("p.coverage", {});
    this.tabs = h("nav.tabs", { "aria-label": t("views") }, Object.entries(VIEWS).map(([view, name]) =>
      h("a", { href: view === "ask" ? "#/" : `#/${view}`, "data-view": view }, t(name))));
    this.menu = iconButton("menu", t("conversations"), () => this.history.toggle(), { "aria-expanded": "false", "aria-controls": "history" });
    const theme = iconButton("moon", t("theme"), () => {
      window.qaTheme.choose(window.qaTheme.now() === "dark" ? "light" : "dark");
      paint();
      say(t(window.qaTheme.now() === "dark" ? "theme_dark" : "theme_light"));
    });
    const paint = () => replace(theme, icon(window.qaTheme.now() === "dark" ? "sun" : "moon"));
    paint();
    this.head = h("header.top", {}, this.menu,
      h("a.brand", { href: "#/", onclick: () => this.fresh() }, mark(), h("h1", {}, "qa_bot")), this.line, this.tabs,
      h("div.tools", {}, theme, iconButton("gear", t("settings"), () => showSettings(this))));
    this.notice = h("div.notice", { role: "status", hidden: true });
    this.main = h("main", { id: "main" }, this.notice, this.chat.element, this.articles.element, this.timeline.element);
    this.side = this.history.element;
    this.element = h("div", { id: "qa" }, h("a.skip", { href: "#question", onclick: (event) => this.skip(event) }, t("skip")),
      this.head, this.side, this.main, this.panel.element, h("div.unseen", { id: "qa-status", role: "status" }));
  }

  async start() {
    document.documentElement.lang = language;
    // On a phone the field stays above the keyboard.
    document.querySelector("meta[name=viewport]").content = "width=device-width, initial-scale=1, interactive-widget=resizes-content";
    document.body.append(this.element);
    this.chat.field.focus();
    window.addEventListener("hashchange", () => this.route());
    document.addEventListener("keydown", (event) => this.onKey(event));
    this.takeDrops();
    window.addEventListener("focus", () => this.refresh());
    await Promise.all([this.refresh(), this.history.load()]);
    await this.route();
    this.element.dataset.ready = "";
    this.watch();
  }

  // -------------------------------------------------------------------------- the state of things

  async refresh() {
    const state = await call("state");
    if (state.error) {
      this.tell([h("p", {}, state.error.message), h("button.plain", { type: "button", onclick: () => location.reload() }, t("reload"))]);
      return;
    }
    const before = this.state;
    this.state = state;
    replace(this.line, h("span", {}, state.demo ? `${t("samples")} · ` : "", coverageLine(state.coverage)));
    if (state.trouble) this.tell([h("p", {}, state.trouble)]);
    else if (state.changing) this.tell([h("p", {}, h("span.spinner", { "aria-hidden": "true" }), t("indexing", { line: coverageLine(state.coverage) }))]);
    else this.notice.hidden = true;
    const changed = JSON.stringify(before.coverage) !== JSON.stringify(state.coverage) || before.demo !== state.demo;
    if (changed && "demo" in before) {
      if (!this.chat.exchanges.length) this.chat.draw();
      if (this.view === "articles") this.articles.load();
    }
  }

  tell(children) {
    replace(this.notice, children);
    this.notice.hidden = false;
  }

  async watch() {
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, this.state.changing ? CHANGING_MS : IDLE_MS));
      if (!document.hidden) await this.refresh();
    }
  }

  turned() { this.history.load(); }

  /** A conversation has begun or was opened: the way back to it leads from the other views. */
  begun() {
    this.tabs.querySelector('[data-view="ask"]').href = this.chat.id ? `#/c/${this.chat.id}` : "#/";
    this.history.load();
  }

  /** What is seen before the first question. */
  async welcome() {
    const { coverage, demo, open } = this.state;
    if (!coverage.articles) {
      return [h("div.welcome", {}, mark(), h("h2", {}, t("empty_title")), h("p", {}, t("empty_text")),
        open && h("p", {}, h("a.button.primary", { href: "#/articles" }, t("add_articles"))), h("p.small", {}, t("or_command"), " ", h("code", {}, "qa-bot index PATH")))];
    }
    const offers = h("div.offers", { "aria-busy": "true" });
    call("examples").then(({ questions = [] }) => {
      offers.removeAttribute("aria-busy");
      replace(offers, questions.length && h("h3", {}, t("try")), questions.map((question) => this.chat.offered(question)));
    });
    return [h("div.welcome", {}, mark(), h("h2", {}, t("welcome")), h("p", {}, t("welcome_text")),
      demo && h("p.demo", {}, h("b", {}, t("samples")), " ", t("demo_text"), " ", open && h("a", { href: "#/articles" }, t("add_own"))), offers)];
  }

  // ------------------------------------------------------------------------------------ addresses

  fresh() {
    this.chat.load(null);
    this.chat.field.focus();
  }

  async route() {
    const hash = location.hash;
    if (hash.startsWith("#source-")) {
      this.show("ask");
      await this.chat.load(null);
      return this.panel.openLink(hash);
    }
    const [, view = "", rest = ""] = /^#\/([^/]*)\/?(.*)$/.exec(hash) || [];
    const argument = decoded(rest);
    if (view === "articles") {
      this.show("articles");
      await this.articles.open(argument);
    } else if (view === "timeline") {
      this.show("timeline");
      await this.timeline.open(argument);
    } else {
      this.show("ask");
      await this.chat.load(view === "c" ? argument : null);
    }
    this.begun();
    return undefined;
  }

  show(view) {
    if (view !== this.view) this.panel.close();
    this.view = view;
    const parts = { ask: this.chat, articles: this.articles, timeline: this.timeline };
    for (const [name, part] of Object.entries(parts)) part.element.hidden = name !== view;
    this.tabs.querySelectorAll("a").forEach((tab) => {
      if (tab.dataset.view === view) tab.setAttribute("aria-current", "page");
      else tab.removeAttribute("aria-current");
    });
    document.title = view === "ask" ? "qa_bot" : `${t(VIEWS[view])} – qa_bot`;
    this.history.close();
  }

  /** To the Timeline view, with the topic that an answer was about. */
  drawTimeline(kept) {
    location.hash = `#/timeline/${encodeURIComponent(this.timeline.topicOf(kept.answer.standalone_question))}`;
  }

  /** Ask some articles only. */
  askArticles(articles) {
    location.hash = "#/";
    this.show("ask");
    this.chat.load(null);
    this.chat.filters.set({ articles: articles.map((article) => article.id) },
      Object.fromEntries(articles.map((article) => [article.id, article.title || article.id])));
    this.chat.field.focus();
  }

  /** Files that are dropped anywhere are to be added. */
  takeDrops() {
    const files = (event) => this.state.open && [...(event.dataTransfer?.types || [])].includes("Files") && !document.querySelector("dialog[open]");
    this.main.addEventListener("dragover", (event) => files(event) && event.preventDefault());
    this.main.addEventListener("drop", (event) => {
      if (!files(event)) return;
      event.preventDefault();
      this.articles.add([...event.dataTransfer.files]);
    });
  }

  skip(event) {
    event.preventDefault();
    (this.view === "ask" ? this.chat.field : this.main.querySelector(".view:not([hidden]) :is(input, button)"))?.focus();
  }

  onKey(event) {
    if (document.querySelector("dialog[open]")) return;
    if (event.key === "Escape") {
      if (!this.panel.element.hidden) this.panel.close();
      else this.history.close();
    }
    const writing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
    if (event.key === "/" && !writing && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      if (this.view === "articles") this.articles.search.focus();
      else {
        if (this.view !== "ask") location.hash = this.chat.id ? `#/c/${this.chat.id}` : "#/";
        this.chat.field.focus();
      }
    }
  }
}

const mark = () => {
  const image = h("img.mark", { src: new URL("mark.svg", import.meta.url), alt: "", width: "28", height: "28" });
  return image;
};

function decoded(text) {
  try { return decodeURIComponent(text); } catch { return text; }
}

/** When Gradio has drawn its frame, whoever reads this has given the password, if one is asked for.
    The page stands beside that frame and not in it: a landmark in a landmark confuses screen readers. */
function admitted() {
  return new Promise((resolve) => {
    const look = () => {
      const found = document.querySelector("#qa-place");
      if (found) { watcher.disconnect(); resolve(); }
    };
    const watcher = new MutationObserver(look);
    watcher.observe(document.documentElement, { childList: true, subtree: true });
    look();
  });
}

await admitted();
new App().start();
