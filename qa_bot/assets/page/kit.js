// What all parts of the page use: elements, texts, dates, and calls to the server.
// Elements are made of text nodes and attributes; nowhere is a string read as HTML.

const TEXTS = await (await fetch(new URL("texts.json", import.meta.url))).json();

function pickLanguage() {
  let chosen = null;
  try { chosen = localStorage.getItem("qa-language"); } catch { /* then the browser's */ }
  const wanted = [chosen, ...navigator.languages].filter(Boolean).map((tag) => tag.slice(0, 2).toLowerCase());
  return wanted.find((tag) => tag in TEXTS) || "en";
}

export const language = pickLanguage();
export const languages = Object.keys(TEXTS);
const locale = TEXTS[language].locale;
const plural = new Intl.PluralRules(locale);
const number = new Intl.NumberFormat(locale);

/** The text of that name, in the reader's language; with `count`, in the right number. */
export function t(name, values = {}) {
  let text = TEXTS[language][name] ?? TEXTS.en[name];
  if (text === undefined) throw new Error(`no text ${name}`);
  if (typeof text === "object") text = text[plural.select(values.count)] ?? text.other;
  return text.replace(/\{(\w+)\}/g, (_, key) => {
    const value = values[key];
    return typeof value === "number" ? number.format(value) : String(value ?? "");
  });
}

export const has = (name) => name in TEXTS.en;

// ------------------------------------------------------------------------------------------- dates

const utc = (options) => new Intl.DateTimeFormat(locale, { timeZone: "UTC", ...options });
const DAY = utc({ day: "numeric", month: "long", year: "numeric" });
const SHORT_DAY = utc({ day: "numeric", month: "short", year: "numeric" });
const MONTH = utc({ month: "long", year: "numeric" });

const parsed = (iso) => new Date(`${iso}T00:00:00Z`);
export const day = (iso) => (iso ? DAY.format(parsed(iso)) : t("undated"));
export const shortDay = (iso) => (iso ? SHORT_DAY.format(parsed(iso)) : t("undated"));
export const month = (iso) => MONTH.format(parsed(`${iso.slice(0, 7)}-01`));
export const days = (from, to) => (from === to ? day(from) : DAY.formatRange(parsed(from), parsed(to)));
export const dayNumber = (iso) => parsed(iso).getTime() / 86400000;

/** "5 articles, 19 October – 29 November 2024" */
export function coverageLine(coverage) {
  if (!coverage.articles) return t("no_articles");
  const count = t("articles", { count: coverage.articles });
  return coverage.from ? `${count}, ${days(coverage.from, coverage.to)}` : `${count}, ${t("undated")}`;
}

export const byline = (article) => [article.publisher, day(article.published)].filter(Boolean).join(", ");
/** Who published an article: by name, else by the address it stood at, else by its title. */
export const outlet = (article) => article.publisher || host(article.url) || label(article);

function host(url) {
  try { return /^https?:/i.test(url || "") ? new URL(url).hostname.replace(/^www\./, "") : ""; } catch { return ""; }
}

export const label = (article) => article.title || article.id;

// ---------------------------------------------------------------------------------------- elements

/** An element: "button.quiet", its attributes (functions listen, true and false switch), its children. */
export function h(tag, attributes = {}, ...children) {
  const [name, ...classes] = tag.split(".");
  const element = document.createElement(name);
  if (classes.length) element.className = classes.join(" ");
  return fill(element, attributes, children);
}

/** The same for SVG. */
export function s(name, attributes = {}, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);
}

function fill(element, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(key, value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

const ICONS = {
  send: "M3 11.5 21 3l-6.5 18-3.5-7.5z", stop: "M6 6h12v12H6z", copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  retry: "M4 12a8 8 0 1 1 2.5 5.8M4 19v-5h5", edit: "M4 20h4L19 9l-4-4L4 16zM13 7l4 4",
  up: "M7 11v9H4v-9zM7 11l4-8c2 0 2.5 1.5 2 3l-1 3h6.5c1 0 2 1 1.7 2.2l-1.5 7c-.2 1-1 1.8-2 1.8H7",
  down: "M17 13V4h3v9zM17 13l-4 8c-2 0-2.5-1.5-2-3l1-3H5.5c-1 0-2-1-1.7-2.2l1.5-7c.2-1 1-1.8 2-1.8H17",
  close: "M6 6l12 12M18 6 6 18", menu: "M4 6h16M4 12h16M4 18h16", plus: "M12 5v14M5 12h14",
  sun: "M12 7a5 5 0 1 0 0 10 5 5 0 0 0 0-10M12 1.5v2M12 20.5v2M1.5 12h2M20.5 12h2M4.6 4.6 6 6M18 18l1.4 1.4M4.6 19.4 6 18M18 6l1.4-1.4",
  moon: "M20 14.5A8.5 8.5 0 1 1 9.5 4a7 7 0 0 0 10.5 10.5z",
  gear: "M4 7h9M17 7h3M4 17h3M11 17h9M15 4.5v5M9 14.5v5", filter: "M4 5h16l-6.5 8v6l-3-1.5V13z",
  before: "M15 5l-7 7 7 7", after: "M9 5l7 7-7 7", more: "M5 12h.01M12 12h.01M19 12h.01", out: "M14 4h6v6M20 4l-9 9M18 14v6H4V6h6",
  search: "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13M15.5 15.5 21 21", line: "M4 12h16M7 12V7M12 12v6M17 12V5",
  save: "M12 4v11M7 10l5 5 5-5M4 20h16", warn: "M12 4 2.5 20h19zM12 10v4.5M12 17.2v.1", none: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M6 6l12 12",
};

export const icon = (name) =>
  s("svg", { viewBox: "0 0 24 24", class: "icon", "aria-hidden": "true", focusable: "false" },
    s("path", { d: ICONS[name] }));

/** A button that shows an icon and says its name to whoever does not see it. */
export const iconButton = (name, title, onclick, more = {}) =>
  h("button.icon-button", { type: "button", title, "aria-label": title, onclick, ...more }, icon(name));

export const replace = (element, ...children) => element.replaceChildren(...children.flat(Infinity).filter(Boolean));

/** A dialog over the page; it closes by its button, by Escape and by a click beside it. */
export function dialog(title, ...children) {
  const id = `dialog-${Math.random().toString(36).slice(2)}`;
  const element = h("dialog", { "aria-labelledby": id },
    h("div.dialog-head", {}, h("h2", { id }, title), iconButton("close", t("close"), () => element.close())),
    ...children);
  element.addEventListener("click", (event) => event.target === element && element.close());
  element.addEventListener("close", () => element.remove());
  document.querySelector("#qa").append(element);
  element.showModal();
  return element;
}

/** Ask before something is done that cannot be undone; resolves to whether it was agreed to. */
export function confirmed(title, text, action) {
  return new Promise((resolve) => {
    let agreed = false;
    const box = dialog(title, h("p", {}, text), h("div.buttons", {},
      h("button.plain", { type: "button", onclick: () => box.close() }, t("cancel")),
      h("button.danger", { type: "button", onclick: () => { agreed = true; box.close(); } }, action)));
    box.addEventListener("close", () => resolve(agreed));
  });
}

/** Say something to those who do not see it, and show it for a moment to those who do. */
export function say(text, { shown = false } = {}) {
  const place = document.querySelector("#qa-status");
  place.textContent = "";
  requestAnimationFrame(() => { place.textContent = text; });
  if (!shown) return;
  const toast = h("div.toast", { "aria-hidden": "true" }, text);
  document.querySelector("#qa").append(toast);
  setTimeout(() => toast.remove(), 3500);
}

// ------------------------------------------------------------------------------------------- calls

const root = new URL("../", import.meta.url);
const address = (path) => new URL(`gradio_api/${path}`, root);
const LOST = { type: "Unreachable", message: t("unreachable") };

async function post(path, data) {
  const response = await fetch(address(path), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ data: [data] }),
  });
  if (response.status === 503) throw Object.assign(new Error(t("queue_full")), { kind: "Busy" });
  if (response.status === 401) throw Object.assign(new Error(t("signed_out")), { kind: "SignedOut" });
  if (response.status === 413) throw Object.assign(new Error(t("too_large")), { kind: "TooLarge" });
  if (!response.ok) throw Object.assign(new Error(LOST.message), { kind: LOST.type });
  return response;
}

const problem = (error) => (error.kind ? { type: error.kind, message: error.message } : LOST);

/** Call a function of the server; what goes wrong is in `error`. */
export async function call(name, data = {}) {
  try {
    return (await (await post(`run/${name}`, data)).json()).data[0];
  } catch (error) {
    return { error: problem(error) };
  }
}

/** Call one that answers in pieces; each goes to `take`, what goes wrong as `{error}`. */
export async function stream(name, data, take) {
  try {
    const { event_id: id } = await (await post(`call/${name}`, data)).json();
    const response = await fetch(address(`call/${name}/${id}`));
    if (!response.ok) throw new Error();
    await readEvents(response.body, take);
  } catch (error) {
    take({ error: problem(error) });
  }
}

async function readEvents(body, take) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let buffer = "";
  let ended = false;
  while (!ended) {
    const { done, value } = await reader.read();
    if (done) break;
    buffer += value;
    const blocks = buffer.split("\n\n");
    buffer = blocks.pop();
    for (const block of blocks) {
      const [, event, data] = /^event: (\w+)\ndata: (.*)$/s.exec(block) || [];
      if (event === "generating") take(JSON.parse(data)[0]);
      if (event === "complete") ended = true; // it repeats the last piece
      if (event === "error") throw new Error();
    }
  }
  if (!ended) throw new Error();
}

/** Hand a text to the reader as a file. */
export function download({ name, type, text }) {
  const link = h("a", { href: URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` })), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

/** Put a text on the clipboard, also where the browser has no interface for it. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const field = h("textarea", { class: "unseen", "aria-hidden": "true" });
    field.value = text;
    document.querySelector("#qa").append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
  say(t("copied"), { shown: true });
}
