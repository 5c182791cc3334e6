// The articles that are indexed: searched, read, asked, added, removed, and drawn over time.

import {
  byline, call, confirmed, day, dialog, h, has, icon, label, month, replace, say, shortDay, stream, t,
} from "./kit.js";
import { drawPlot } from "./plot.js";

const ORDERS = ["newest", "oldest", "title", "publisher", "passages"];

export class Articles {
  constructor(app) {
    this.app = app;
    this.wanted = { words: "", since: null, until: null, publisher: null, problems: false, order: "newest", start: 0 };
    this.chosen = new Map();
    this.build();
  }

  build() {
    this.search = h("input", {
      type: "search", placeholder: t("search_articles"), "aria-label": t("search_articles"),
      oninput: () => { clearTimeout(this.timer); this.timer = setTimeout(() => this.narrow({ words: this.search.value }), 250); },
    });
    this.publisher = h("select", { "aria-label": t("publisher"), onchange: () => this.narrow({ publisher: this.publisher.value || null }) });
    this.order = h("select", { "aria-label": t("order"), onchange: () => this.narrow({ order: this.order.value }) },
      ORDERS.map((name) => h("option", { value: name }, t(`order_${name}`))));
    this.problems = h("button.toggle", { type: "button", "aria-pressed": "false", hidden: true, onclick: () => this.narrow({ problems: !this.wanted.problems }) });
    this.figure = h("figure.plot", {});
    this.chips = h("div.chips", { role: "group", "aria-label": t("filters"), hidden: true });
    this.total = h("p.total", { role: "status" });
    this.bar = h("div.selection", { role: "group", "aria-label": t("selection"), hidden: true });
    this.rows = h("ul.articles", {});
    this.pages = h("div.pages", {});
    this.adder = h("button.primary", { type: "button", onclick: () => this.add() }, icon("plus"), t("add_articles"));
    this.list = h("div.catalogue", {},
      h("div.view-head", {}, h("h2", {}, t("articles_title")),
        this.adder),
      h("div.controls", {}, this.search, this.publisher, this.order, this.problems),
      this.figure, this.chips, this.total, this.bar, this.rows, this.pages);
    this.reader = h("article.reader", { hidden: true });
    this.element = h("section.view.articles-view", { hidden: true, "aria-label": t("articles_title") }, h("div.scroller", {}, this.list, this.reader));
  }

  async open(id) {
    this.list.hidden = Boolean(id);
    this.reader.hidden = !id;
    if (id) await this.read(id);
    else await this.load();
  }

  narrow(changes) {
    Object.assign(this.wanted, { start: 0 }, changes);
    return this.load();
  }

  async load() {
    this.adder.hidden = !this.app.state.open;
    const mine = (this.latest = Symbol("load"));
    const found = await call("articles", this.wanted);
    if (mine !== this.latest) return;
    if (found.error) { replace(this.rows, h("li", {}, found.error.message)); return; }
    this.found = found;
    this.draw();
  }

  // ---------------------------------------------------------------------------------------- list

  draw() {
    const { found, wanted } = this;
    replace(this.publisher, h("option", { value: "" }, t("any_publisher")),
      found.publishers.map((name) => h("option", { value: name, selected: name === wanted.publisher }, name)));
    this.publisher.hidden = found.publishers.length < 2;
    this.problems.hidden = !found.problems;
    this.problems.setAttribute("aria-pressed", String(wanted.problems));
    replace(this.problems, icon("warn"), t("with_problems", { count: found.problems }));
    replace(this.figure, found.plot.bars.length > 1 && drawPlot(found.plot, wanted, (bar) => this.chooseBar(bar)));
    this.drawChips();
    this.total.textContent = found.all ? t("shown_of", { total: found.total, count: found.all }) : t("empty_text");
    replace(this.rows, found.articles.map((article) => this.row(article)));
    if (found.all && !found.total) replace(this.rows, h("li.nothing", {}, t("nothing_fits")));
    this.drawPages();
    this.drawSelection();
  }

  chooseBar(bar) {
    const again = this.wanted.since === bar.since && this.wanted.until === bar.until;
    this.narrow(again ? { since: null, until: null } : { since: bar.since, until: bar.until })
      .then(() => this.figure.querySelector(`[data-label="${bar.label}"]`)?.focus());
  }

  drawChips() {
    const { since, until } = this.wanted;
    this.chips.hidden = !since;
    if (!since) return;
    const text = since === until ? day(since) : since.endsWith("-01") && since.slice(0, 7) === until.slice(0, 7) ? month(since) : since.slice(0, 4);
    replace(this.chips, h("span.filter-chip", {}, h("span", {}, text), h("button", {
      type: "button", "aria-label": t("remove_filter", { filter: text }), onclick: () => this.narrow({ since: null, until: null }),
    }, icon("close"))));
  }

  row(article) {
    const box = h("input", {
      type: "checkbox", checked: this.chosen.has(article.id), "aria-label": t("choose", { title: label(article) }),
      onchange: () => {
        if (box.checked) this.chosen.set(article.id, article);
        else this.chosen.delete(article.id);
        this.drawSelection();
      },
    });
    return h("li", {}, box, h("div.what", {},
      h("a.title", { href: `#/articles/${encodeURIComponent(article.id)}` }, label(article)),
      h("p.facts", {}, [article.publisher, article.published ? shortDay(article.published) : null, t("passages", { count: article.passages })].filter(Boolean).join(" · "),
        article.problems.map((name) => h("span.problem", {}, t(`problem_${name}`)))),
      article.snippet && h("p.snippet", {}, article.snippet)));
  }

  drawPages() {
    const { start, total, articles } = this.found;
    const step = (to, name) => h("button.plain", { type: "button", onclick: () => { this.narrow({ start: to }); this.element.querySelector(".scroller").scrollTop = 0; } }, t(name));
    replace(this.pages, start > 0 && step(Math.max(0, start - 50), "page_before"), start + articles.length < total && step(start + 50, "page_after"));
  }

  drawSelection() {
    const count = this.chosen.size;
    this.bar.hidden = !count;
    replace(this.bar, h("span", {}, t("chosen", { count })),
      h("button.primary", { type: "button", onclick: () => this.app.askArticles([...this.chosen.values()]) }, t("ask_these")),
      this.app.state.open && !this.found.demo && h("button.danger", { type: "button", onclick: () => this.remove([...this.chosen.values()]) }, t("remove")),
      h("button.plain", { type: "button", onclick: () => { this.chosen.clear(); this.draw(); } }, t("clear")));
  }

  // -------------------------------------------------------------------------------------- reading

  async read(id) {
    const { article, pieces, error } = await call("read", { article: id, spans: [] });
    const back = h("a.plain.button", { href: "#/articles" }, icon("before"), t("all_articles"));
    if (error) { replace(this.reader, back, h("p", {}, error.message)); return; }
    const { demo, open } = this.app.state;
    replace(this.reader, back, h("p.byline", {}, byline(article), article.author ? ` · ${article.author}` : ""), h("h2", { tabindex: "-1" }, label(article)),
      h("div.buttons.left", {},
        h("button.primary", { type: "button", onclick: () => this.app.askArticles([article]) }, t("ask_this")),
        /^https?:\/\//i.test(article.url || "") && h("a.button.plain", { href: article.url, target: "_blank", rel: "noopener noreferrer" }, t("original"), icon("out")),
        open && !demo && h("button.danger", { type: "button", onclick: () => this.remove([article]) }, t("remove"))),
      article.date_source && h("p.small", {}, t("date_from", { source: t(`from_${article.date_source}`) })),
      !article.published && h("p.warning", {}, t("problem_undated"), ": ", t("undated_text")),
      h("div.body", {}, pieces.map((piece) => piece.text)));
    this.element.querySelector(".scroller").scrollTop = 0;
    this.reader.querySelector("h2").focus();
  }

  // ------------------------------------------------------------------------------------- changing

  async remove(articles) {
    const titles = articles.slice(0, 5).map(label).join("; ") + (articles.length > 5 ? " …" : "");
    const text = `${titles}. ${t("remove_text")}`;
    if (!(await confirmed(t("remove_title", { count: articles.length }), text, t("remove")))) return;
    const done = await call("remove", { articles: articles.map((article) => article.id) });
    if (done.error) { say(done.error.message, { shown: true }); return; }
    articles.forEach((article) => this.chosen.delete(article.id));
    say(t("removed", { count: done.removed }), { shown: true });
    if (location.hash !== "#/articles") location.hash = "#/articles";
    await Promise.all([this.app.refresh(), this.load()]);
  }

  /** The dialog to add articles in; `dropped` are files to begin with. */
  add(dropped = []) {
    const results = h("ul.results", { "aria-live": "polite" });
    const progress = h("progress", { max: "1", value: "0", "aria-label": t("progress"), hidden: true });
    const line = h("p.small", { role: "status" });
    const parts = { results, progress, line };
    const files = h("input", { type: "file", multiple: true, id: "files", onchange: () => { this.addAll([...files.files], parts); files.value = ""; } });
    const drop = h("label.drop", { for: "files" }, icon("plus"), h("b", {}, t("choose_files")), h("span", {}, t("or_drop")), h("small", {}, t("formats")), files);
    for (const name of ["dragover", "dragleave", "drop"]) {
      drop.addEventListener(name, (event) => {
        event.preventDefault();
        drop.classList.toggle("over", name === "dragover");
        if (name === "drop") this.addAll([...event.dataTransfer.files], parts);
      });
    }
    const form = h("form", {
      onsubmit: (event) => {
        event.preventDefault();
        const values = Object.fromEntries([...new FormData(form)].filter(([, value]) => value.trim()));
        this.addOne(values, parts, values.title || t("pasted")).then((result) => {
          if (result && result.outcome !== "failed") form.reset();
          return this.added();
        });
      },
    },
    h("label.field", {}, h("span", {}, t("text")), h("textarea", { name: "text", rows: "6", required: true })),
    h("div.pair", {}, h("label.field", {}, h("span", {}, t("title")), h("input", { type: "text", name: "title" })),
      h("label.field", {}, h("span", {}, t("publisher")), h("input", { type: "text", name: "publisher" }))),
    h("div.pair", {}, h("label.field", {}, h("span", {}, t("published")), h("input", { type: "date", name: "date", max: "9999-12-31" })),
      h("label.field", {}, h("span", {}, t("address")), h("input", { type: "url", name: "url", placeholder: "https://" }))),
    h("div.buttons", {}, h("button.primary", { type: "submit" }, t("add_text"))));
    dialog(t("add_articles"), this.app.state.demo && h("p.small", {}, t("add_demo")), drop, this.addressForm(parts), progress, line, results,
      h("details", {}, h("summary", {}, t("paste_instead")), form));
    this.addAll(dropped, parts);
  }

  /** The field for what is on the web: its pages are fetched by the server, one after the other. */
  addressForm(parts) {
    let running = false;
    const field = h("input", { type: "url", name: "address", required: true, maxlength: "2000", placeholder: "https://", autocomplete: "off", "aria-describedby": "address-hint" });
    const submit = async (event) => {
      event.preventDefault();
      if (running) return;
      running = true;
      const address = field.value.trim();
      parts.progress.hidden = false;
      parts.progress.removeAttribute("value"); // how many pages there are is not known before
      parts.line.textContent = t("fetching");
      const result = await this.addOne({ address }, parts, address);
      parts.progress.value = 1;
      parts.line.textContent = t("fetching_done");
      if (result && result.outcome !== "failed") field.value = "";
      running = false;
      await this.added();
    };
    return h("form.from-web", { onsubmit: submit },
      h("label.field", {}, h("span", {}, t("web_address")), field), h("button.primary", { type: "submit" }, t("add_address")),
      h("p.small", { id: "address-hint" }, t("web_hint")));
  }

  /** One file after the other: a bar for all of them, and a line for what became of each. */
  async addAll(files, parts) {
    if (!files.length) return;
    parts.progress.hidden = false;
    for (const [at, file] of files.entries()) {
      parts.progress.value = at / files.length;
      parts.line.textContent = t("adding", { number: at + 1, all: files.length, name: file.name });
      if (file.size > this.app.state.limits.file) {
        this.result(parts, { name: file.name, outcome: "failed", message: t("too_large") });
      } else {
        await this.addOne({ name: file.name, data: await base64(file) }, parts, file.name);
      }
      parts.progress.value = (at + 1) / files.length;
    }
    parts.line.textContent = t("adding_done", { count: files.length });
    await this.added();
  }

  async addOne(sent, parts, name) {
    let result = null;
    await stream("add", sent, (event) => {
      if (event.progress) parts.line.textContent = event.progress;
      if (event.read) parts.line.textContent = t("fetched", { count: event.read });
      if (event.error) result = { name, outcome: "failed", message: event.error.message };
      if (event.result) result = event.result;
    });
    this.result(parts, result || { name, outcome: "failed", message: t("unreachable") });
    return result;
  }

  result(parts, result) {
    // Of one thing that failed, the reader's own language says why; of several the server names the first.
    const why = result.outcome === "failed" && result.failures === 1 && has(`failed_${result.cause}`) ? t(`failed_${result.cause}`) : result.message;
    const text = result.outcome === "failed" ? why
      : [t(`outcome_${result.outcome}`, { count: result.articles.length }), result.failures > 0 && t("and_failed", { count: result.failures }), why].filter(Boolean).join(" ");
    parts.results.append(h("li", { class: result.outcome === "failed" ? "failed" : "good" }, h("b", {}, result.name), " ", text,
      result.undated?.length ? [" ", h("span.problem", {}, t("problem_undated"))] : null));
  }

  async added() {
    await this.app.refresh();
    await this.load();
  }
}

function base64(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}
