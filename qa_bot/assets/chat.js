// The chat page's own behaviour: the source panel, plain-text copies, names for icon buttons.
// Texts reach the page as text nodes only; nothing here makes HTML from a string.
(() => {
  "use strict";

  const LINK = /^#source-(\d+)-(\d+)-([0-9a-f]{8})-(.+)$/;
  let panel, opener, latest = 0;

  const make = (tag, properties = {}, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };

  // ----------------------------------------------------------------------------- the source panel

  async function fetchSource([, start, end, digest, article]) {
    const root = (window.gradio_config?.root || "").replace(/\/$/, "");
    const response = await fetch(`${root}/gradio_api/run/source`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ data: [decodeURIComponent(article), +start, +end, digest] }),
    });
    if (!response.ok) throw new Error(`status ${response.status}`);
    return (await response.json()).data[0];
  }

  async function open(href, from) {
    const match = LINK.exec(href);
    if (!match) return;
    const mine = ++latest;
    let shown;
    try {
      shown = await fetchSource(match);
    } catch {
      shown = { error: "The source cannot be shown: the server does not answer. Reload the page." };
    }
    if (mine !== latest) return; // another source was asked for meanwhile
    opener = from;
    markOpen(from);
    paint(shown);
  }

  function paint(shown) {
    const close = make("button", { type: "button", className: "close", onclick: shut }, "Close");
    const body = make("div", { className: "body", tabIndex: 0, role: "region" });
    body.setAttribute("aria-label", "Text of the article");
    if (shown.error) {
      panel.replaceChildren(make("div", { className: "bar" }, close), body);
      body.append(warning(shown.error));
    } else {
      panel.replaceChildren(
        make("div", { className: "bar" }, make("span", {}, shown.byline), close),
        make("h2", { id: "source-title" }, shown.title),
        ...(/^https?:\/\//i.test(shown.url || "") ? [original(shown.url)] : []),
        ...[shown.note, shown.warning].filter(Boolean).map(warning),
        body,
      );
      body.append(shown.before, shown.quote ? make("mark", {}, shown.quote) : "", shown.after);
    }
    panel.hidden = false;
    document.body.classList.add("source-open");
    body.focus({ preventScroll: true });
    body.querySelector("mark")?.scrollIntoView({ block: "center" });
  }

  const warning = (text) => make("p", { className: "warning" }, text);

  const original = (url) =>
    make("a", { className: "original", href: url, target: "_blank", rel: "noopener noreferrer" },
      "Original page");

  function shut() {
    latest++;
    panel.hidden = true;
    panel.replaceChildren();
    document.body.classList.remove("source-open");
    markOpen(null);
    (opener?.isConnected ? opener : document.querySelector("#question textarea"))?.focus();
  }

  function markOpen(link) {
    document.querySelectorAll(".qa a.open").forEach((other) => other.classList.remove("open"));
    link?.classList.add("open");
  }

  function onClick(event) {
    const link = event.target.closest?.('a[href^="#source-"]');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    open(link.getAttribute("href"), link);
  }

  // ------------------------------------------------------------------- a new question is in view

  let asked = 0;

  /** Gradio follows the answer only from the bottom; a question asked from further up goes there. */
  function showQuestion() {
    const questions = document.querySelectorAll('[data-testid="user"]');
    const log = questions[questions.length - 1]?.closest('[role="log"]');
    if (log && questions.length > asked) log.scrollTop = log.scrollHeight;
    asked = questions.length;
  }

  // ------------------------------------------------------------------------------ copies are text

  /** What a message of ours says, as plain text; anything else as it is. */
  function plain(value) {
    if (!/^<div class="qa /.test(value)) return value;
    const message = new DOMParser().parseFromString(value, "text/html").body;
    message.querySelectorAll(".chip").forEach((chip) => chip.replaceWith(`[${chip.textContent}]`));
    message.querySelectorAll(".source b").forEach((number) => number.prepend("["));
    message.querySelectorAll(".source b").forEach((number) => number.append("]"));
    return [...message.querySelectorAll("p, li")].map((part) => part.textContent.replaceAll("\u00a0", " ").trim())
      .join("\n");
  }

  function copyAsText() {
    const clipboard = navigator.clipboard;
    if (clipboard) {
      const write = clipboard.writeText.bind(clipboard);
      clipboard.writeText = (value) => write(plain(value));
    }
    document.addEventListener("copy", (event) => { // where there is no clipboard: plain http
      const field = event.target;
      if (!(field instanceof HTMLTextAreaElement) || plain(field.value) === field.value) return;
      event.clipboardData.setData("text/plain", plain(field.value));
      event.preventDefault();
    });
  }

  // ---------------------------------------------------------------------------- names for buttons

  const NAMES = { "submit-button": "Send", "stop-button": "Stop" };

  function nameButtons() {
    for (const [id, name] of Object.entries(NAMES)) {
      document.querySelectorAll(`[data-testid="${id}"]:not([aria-label])`).forEach((button) => {
        button.setAttribute("aria-label", name);
        button.title = name;
      });
    }
  }

  function start() {
    panel = make("aside", { id: "source", hidden: true });
    panel.setAttribute("aria-label", "Source");
    document.body.append(panel);
    document.addEventListener("click", onClick, true);
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !panel.hidden) shut();
    });
    new MutationObserver(() => {
      nameButtons();
      showQuestion();
    }).observe(document.body, { childList: true, subtree: true });
    nameButtons();
    copyAsText();
    open(location.hash, null);
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
