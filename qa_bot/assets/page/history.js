// The reader's conversations: listed, searched, renamed, deleted, exported.

import { call, confirmed, dialog, download, h, iconButton, replace, say, shortDay, t } from "./kit.js";

export class History {
  constructor(app) {
    this.app = app;
    this.search = h("input", {
      type: "search", placeholder: t("search_conversations"), "aria-label": t("search_conversations"),
      oninput: () => { clearTimeout(this.timer); this.timer = setTimeout(() => this.load(), 200); },
    });
    this.list = h("ul.conversations", { "aria-label": t("conversations") });
    this.note = h("p.small", {});
    this.element = h("aside", { id: "history", "aria-label": t("conversations") },
      h("div.history-head", {}, h("a.button.primary.new", { href: "#/", onclick: () => app.fresh() }, "+ ", t("new_conversation")),
        iconButton("close", t("close"), () => this.close(), { class: "icon-button only-narrow" })),
      this.search, this.list, this.note);
  }

  toggle() {
    const isNarrow = matchMedia("(max-width: 60rem)").matches;
    const name = isNarrow ? "history-over" : "history-away";
    const on = document.querySelector("#qa").classList.toggle(name);
    const seen = isNarrow ? on : !on;
    this.app.menu.setAttribute("aria-expanded", String(seen));
    if (seen) this.element.querySelector("a").focus();
  }

  close() {
    const root = document.querySelector("#qa");
    if (!root?.classList.contains("history-over")) return;
    root.classList.remove("history-over");
    this.app.menu.setAttribute("aria-expanded", "false");
    this.app.menu.focus();
  }

  async load() {
    const words = this.search.value.trim();
    const { conversations, error } = await call("conversations", { words });
    if (words !== this.search.value.trim()) return;
    if (error) { this.note.textContent = error.message; return; }
    replace(this.list, conversations.map((each) => this.row(each)));
    this.note.textContent = conversations.length ? "" : t(words ? "no_conversation_found" : "no_conversations");
    this.mark(this.app.chat.id);
  }

  mark(id) {
    this.list.querySelectorAll("a").forEach((link) => {
      if (link.dataset.id === id) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    });
  }

  row(each) {
    const menu = iconButton("more", t("more_of", { title: each.title }), () => this.more(each));
    return h("li", {}, h("a", { href: `#/c/${each.id}`, "data-id": each.id },
      h("span.title", {}, each.title), h("span.facts", {}, `${shortDay(each.changed.slice(0, 10))} · ${t("questions", { count: each.count })}`)), menu);
  }

  more(each) {
    const title = h("input", { type: "text", name: "title", maxlength: "120", value: each.title, required: true });
    const box = dialog(t("conversation"), h("form", {
      onsubmit: async (event) => {
        event.preventDefault();
        const done = await call("rename", { id: each.id, title: title.value });
        if (done.error) return say(done.error.message, { shown: true });
        box.close();
        return this.load();
      },
    }, h("label.field", {}, h("span", {}, t("title")), title), h("div.buttons", {}, h("button.primary", { type: "submit" }, t("rename")))),
    h("h3", {}, t("export")),
    h("div.buttons.left", {}, ["markdown", "html", "json"].map((kind) =>
      h("button.plain", { type: "button", onclick: () => this.export(each, kind) }, kind === "markdown" ? "Markdown" : kind.toUpperCase()))),
    h("h3", {}, t("link")),
    h("p.small", {}, t("link_text")),
    h("div.buttons.left", {}, h("button.plain", { type: "button", onclick: () => this.copyLink(each) }, t("copy_link"))),
    h("h3", {}, t("delete")),
    h("div.buttons.left", {}, h("button.danger", { type: "button", onclick: () => { box.close(); this.remove(each); } }, t("delete_conversation"))));
  }

  async copyLink(each) {
    const { copy } = await import("./kit.js");
    copy(`${location.origin}${location.pathname}#/c/${each.id}`);
  }

  async export(each, kind) {
    const file = await call("export", { id: each.id, kind });
    if (file.error) return say(file.error.message, { shown: true });
    download(file);
    return say(t("exported", { name: file.name }), { shown: true });
  }

  async remove(each) {
    if (!(await confirmed(t("delete_conversation"), t("delete_text", { title: each.title }), t("delete")))) return;
    const done = await call("forget", { id: each.id });
    if (done.error) { say(done.error.message, { shown: true }); return; }
    if (this.app.chat.id === each.id) location.hash = "#/";
    say(t("deleted"), { shown: true });
    await this.load();
  }
}
