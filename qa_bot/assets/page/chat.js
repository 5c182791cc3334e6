// The view in which questions are asked: the conversation, and the field below it.

import { call, copy, dialog, h, icon, iconButton, replace, say, stream, t } from "./kit.js";
import { draft, drawExchange, plainText } from "./answer.js";
import { Filters } from "./filters.js";

export class Chat {
  constructor(app) {
    this.app = app;
    this.id = null;
    this.exchanges = [];
    this.filters = new Filters(() => app.state, () => this.fit());
    this.build();
  }

  build() {
    this.thread = h("div.thread", { tabindex: "-1" });
    this.field = h("textarea", {
      id: "question", rows: "1", placeholder: t("ask_placeholder"), "aria-label": t("question"), enterkeyhint: "send",
      oninput: () => this.fit(),
      onkeydown: (event) => {
        if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
          event.preventDefault();
          this.submit();
        }
      },
    });
    this.send = iconButton("send", t("send"), () => this.submit(), { class: "icon-button send" });
    this.stop = iconButton("stop", t("stop"), () => this.halt(), { class: "icon-button send", hidden: true });
    this.count = h("span.over", { role: "status", hidden: true });
    this.element = h("section.view.chat", { "aria-label": t("ask") }, h("div.scroller", {}, this.thread),
      h("form.composer", { onsubmit: (event) => event.preventDefault() }, this.filters.element,
        h("div.box", {}, iconButton("filter", t("filters"), () => this.filters.choose()), this.field, this.send, this.stop),
        this.count));
    this.scroller = this.element.querySelector(".scroller");
    this.act = {
      open: (event, kept, number) => this.open(event, () => this.app.panel.openCitation(kept, number, event.currentTarget)),
      openPassage: (event, kept, passage) => this.open(event, () => this.app.panel.openSpan(passage.article_id,
        { number: 1, start: passage.start, end: passage.end, digest: kept.digests[passage.id] }, event.currentTarget)),
      offer: (place, kept) => this.offer(place, kept),
      retry: (exchange) => this.ask(exchange.question, exchange.filters, exchange),
      edit: (exchange, place) => this.edit(exchange, place),
      copy: (exchange) => copy(plainText(exchange)),
      judge: (exchange, verdict) => this.judge(exchange, verdict),
      export: () => this.app.history.more({ id: this.id, title: this.title }),
      drawTimeline: (kept) => this.app.drawTimeline(kept),
      canAdd: () => this.app.state.open,
      addArticles: () => { location.hash = "#/articles"; },
    };
  }

  open(event, show) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    show();
  }

  /** The field grows with what is written, up to a third of the page. */
  fit() {
    this.field.style.height = "auto";
    this.field.style.height = `${Math.min(this.field.scrollHeight, innerHeight / 3)}px`;
    const left = this.app.state.limits.question - this.field.value.length;
    this.count.hidden = left >= 0;
    if (left < 0) this.count.textContent = t("too_long", { count: -left });
  }

  // --------------------------------------------------------------------------------- conversation

  async load(id) {
    if (id && id === this.id) return;
    this.leave();
    this.reset();
    if (!id) return this.draw();
    const held = await call("conversation", { id });
    if (held.error) {
      say(held.error.message, { shown: true });
      location.hash = "#/";
      return undefined;
    }
    this.id = held.id;
    this.title = held.title;
    this.exchanges = held.exchanges.map((each) => (each.state === "writing" ? { ...each, state: "stopped" } : each));
    this.filters.set(this.exchanges.at(-1)?.filters || {});
    await this.draw();
    this.scroller.scrollTop = this.scroller.scrollHeight;
    return undefined;
  }

  reset() {
    this.id = null;
    this.exchanges = [];
    this.app.panel.close();
  }

  async draw() {
    if (this.exchanges.length) replace(this.thread, this.exchanges.map((exchange) => drawExchange(exchange, this.act)));
    else replace(this.thread, await this.app.welcome());
  }

  redraw(exchange) {
    const place = this.exchanges.indexOf(exchange);
    const old = place < 0 ? null : this.thread.children[place];
    old?.replaceWith(drawExchange(exchange, this.act));
  }

  // ----------------------------------------------------------------------------------- answering

  submit() {
    const question = this.field.value;
    if (!question.trim() || this.run) return;
    if (question.length > this.app.state.limits.question) {
      say(t("too_long", { count: question.length - this.app.state.limits.question }), { shown: true });
      return;
    }
    this.field.value = "";
    this.fit();
    this.ask(question, this.filters.values);
  }

  async ask(question, filters, replacing = null) {
    if (this.run) return;
    const run = (this.run = { name: crypto.getRandomValues(new Uint32Array(2)).join("-") });
    const exchange = { id: "", question, filters, state: "writing", text: "", answer: null, verdict: null };
    const before = this.exchanges;
    if (replacing) this.exchanges = this.exchanges.slice(0, this.exchanges.indexOf(replacing));
    this.exchanges = [...this.exchanges, exchange];
    await this.draw();
    this.busy(true);
    this.bringUp();
    say(t("reading"));
    const waiting = setTimeout(() => this.grow(exchange, t("waiting_turn")), 1500);
    const sent = { question, filters, run: run.name, conversation: this.id, replacing: replacing?.id || null };
    await stream("talk", sent, (event) => {
      clearTimeout(waiting);
      if (run !== this.run) return; // another conversation was opened meanwhile
      if (event.error) {
        if (replacing && !exchange.id) this.exchanges = before;
        Object.assign(exchange, { state: "failed", text: event.error.message, answer: { error: event.error } });
      } else if (event.done) {
        Object.assign(exchange, event.done);
      } else if ("draft" in event) {
        exchange.text = event.draft;
        exchange.lines = event.lines;
        this.grow(exchange);
      } else {
        exchange.id = event.exchange.id;
        this.begun(event);
      }
    });
    clearTimeout(waiting);
    if (run !== this.run) return;
    this.run = null;
    if (exchange.state === "writing") exchange.state = "stopped";
    if (replacing && exchange.state === "failed" && !exchange.id) {
      await this.draw();
      say(exchange.text, { shown: true });
    } else {
      this.redraw(exchange);
    }
    this.busy(false);
    this.announce(exchange);
    this.app.turned();
  }

  /** The server has taken the question down: from now on the conversation has an address. */
  begun(event) {
    if (this.id === event.conversation) return;
    this.id = event.conversation;
    this.title = event.title;
    history.replaceState(null, "", `#/c/${this.id}`);
    this.app.begun();
  }

  grow(exchange, wait) {
    const place = this.thread.children[this.exchanges.indexOf(exchange)];
    if (exchange.state === "writing") place?.querySelector(".answer").replaceWith(draft(exchange.text, wait || t("reading"), exchange.lines));
  }

  halt() {
    if (this.run) call("stop", { run: this.run.name });
  }

  /** Another conversation is opened: what is being answered is stopped, and no longer shown. */
  leave() {
    this.halt();
    this.run = null;
    this.busy(false);
  }

  busy(is) {
    const hadFocus = document.activeElement === (is ? this.send : this.stop);
    this.send.hidden = is;
    this.stop.hidden = !is;
    if (hadFocus) (is ? this.stop : this.send).focus();
  }

  /** A new question goes to the top of what is seen; its answer grows below it and nothing moves. */
  bringUp() {
    const last = this.thread.lastElementChild;
    last.style.minHeight = `${this.scroller.clientHeight - 16}px`;
    this.scroller.scrollTop = last.offsetTop - 8;
    [...this.thread.children].slice(0, -1).forEach((other) => { other.style.minHeight = ""; });
  }

  announce(exchange) {
    const last = this.thread.lastElementChild;
    if (last) last.style.minHeight = `${this.scroller.clientHeight - 16}px`;
    const answer = exchange.answer?.answer;
    if (answer) say(`${answer.answered ? t("answered") : t("reason_not_stated")} ${answer.text.slice(0, 400)}`);
    else say(exchange.text || t("stopped"));
  }

  // ------------------------------------------------------------------------------------- actions

  edit(exchange, place) {
    const field = h("textarea", { "aria-label": t("edit"), rows: "2" });
    field.value = exchange.question;
    const cancel = () => {
      this.redraw(exchange);
      this.thread.querySelector(`[data-id="${exchange.id}"] .question button`)?.focus();
    };
    const save = () => field.value.trim() && this.ask(field.value, exchange.filters, exchange);
    replace(place, h("h2.unseen", {}, exchange.question), h("form.editing", { onsubmit: (event) => { event.preventDefault(); save(); } }, field,
      h("p.small", {}, t("edit_hint")),
      h("div.buttons", {}, h("button.plain", { type: "button", onclick: cancel }, t("cancel")), h("button.primary", { type: "submit" }, t("ask_again")))));
    field.addEventListener("keydown", (event) => {
      if (event.key === "Escape") cancel();
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); save(); }
    });
    field.focus();
  }

  async judge(exchange, verdict) {
    const given = exchange.verdict === verdict ? null : verdict;
    const done = await call("judge", { exchange: exchange.id, verdict: given });
    if (done.error) return say(done.error.message, { shown: true });
    exchange.verdict = given;
    this.redraw(exchange);
    this.thread.querySelector(`[data-id="${exchange.id}"] .actions [aria-pressed="true"]`)?.focus();
    if (given) this.askWhy(exchange, given);
    return undefined;
  }

  askWhy(exchange, verdict) {
    const field = h("textarea", { rows: "3", name: "note", maxlength: "2000" });
    field.value = exchange.note || "";
    const box = dialog(t("thanks"), h("form", {
      onsubmit: async (event) => {
        event.preventDefault();
        const done = await call("judge", { exchange: exchange.id, verdict, note: field.value });
        exchange.note = field.value;
        box.close();
        say(done.error ? done.error.message : t("noted"), { shown: true });
      },
    }, h("label.field", {}, h("span", {}, t(verdict === "up" ? "note_up" : "note_down")), field),
    h("p.small", {}, t("note_hint")),
    h("div.buttons", {}, h("button.plain", { type: "button", onclick: () => box.close() }, t("no_note")),
      h("button.primary", { type: "submit" }, t("save_note")))));
    field.focus();
  }

  async offer(place, kept) {
    const articles = [...new Set(kept.answer.passages.map((passage) => passage.article_id))];
    const { questions = [] } = await call("examples", { articles });
    if (!questions.length) return;
    replace(place, h("h3", {}, t("can_be_answered")), questions.map((question) => this.offered(question)));
    place.hidden = false;
  }

  offered(question) {
    return h("button.offer", { type: "button", onclick: () => this.ask(question, this.filters.values) }, question, icon("after"));
  }
}
