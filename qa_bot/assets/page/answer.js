// A question with its answer, as it is drawn: from what the server sends, by text nodes alone.

import { byline, coverageLine, day, h, has, icon, iconButton, label, outlet, shortDay, t } from "./kit.js";

/** The link by which a quote is opened, also from a page that never saw the answer. */
export const sourceLink = (article, start, end, digest) =>
  `#source-${start}-${end}-${digest}-${encodeURIComponent(article.toWellFormed?.() ?? article)}`;

export const citationLink = (kept, citation) =>
  sourceLink(citation.article.id, citation.start, citation.end, kept.digests[citation.number]);

export function chip(kept, citation, act) {
  return h("a.chip", {
    href: citationLink(kept, citation),
    title: t("source_title", { number: String(citation.number), byline: byline(citation.article) }),
    "aria-label": t("source_name", { number: String(citation.number), byline: byline(citation.article) }),
    onclick: (event) => act.open(event, kept, citation.number),
  }, String(citation.number));
}

/** The answer's text: a paragraph a line; the outlet a line begins with stands apart from the quote. */
function body(kept, act) {
  const cited = new Map(kept.answer.citations.map((citation) => [citation.number, citation]));
  const lines = [[]];
  for (const piece of kept.pieces) {
    if ("cite" in piece) {
      lines.at(-1).push(piece);
      continue;
    }
    piece.text.split("\n").forEach((text, at) => {
      if (at) lines.push([]);
      if (text) lines.at(-1).push({ ...piece, text });
    });
  }
  return lines.map((pieces) => paragraph(pieces, cited, kept, act));
}

function paragraph(pieces, cited, kept, act) {
  const element = h("p.text");
  const first = pieces.find((piece) => "cite" in piece);
  const lead = first && leadOf(pieces[0], cited.get(first.cite));
  if (lead) {
    element.append(h("span.lead", {}, lead));
    pieces = [{ ...pieces[0], text: pieces[0].text.slice(lead.length) }, ...pieces.slice(1)];
  }
  for (const piece of pieces) {
    if ("cite" in piece) {
      const last = element.lastChild; // a chip stays on the line of the word before it
      if (last?.nodeType === Node.TEXT_NODE) last.data = last.data.replace(/ $/, "\u00a0");
      element.append(chip(kept, cited.get(piece.cite), act));
    } else {
      element.append(marked(piece));
    }
  }
  return element;
}

function marked(piece) {
  let node = piece.bold ? h("b", {}, piece.text) : document.createTextNode(piece.text);
  if (piece.unsupported) node = h("span.unsupported", { title: t("unsupported") }, node, h("span.unseen", {}, ` (${t("unsupported")}) `));
  return node;
}

/** "Harbour Daily, 5 November 2024: " at the beginning of a line that quotes it; "" when there is none. */
function leadOf(piece, citation) {
  if (!piece || !("text" in piece) || !citation) return "";
  const end = piece.text.indexOf(": ");
  const lead = end > 0 ? piece.text.slice(0, end + 2) : "";
  const outlet = citation.article.publisher || citation.article.title || citation.article.id;
  return lead.includes(outlet.slice(0, 40).split(/\s+/).join(" ")) ? lead : "";
}

function differences(kept, act) {
  const cited = new Map(kept.answer.citations.map((citation) => [citation.number, citation]));
  return kept.answer.disagreements.map((difference) => h("section.differ", { "aria-label": t("differ", { about: difference.about }) },
    h("h3", {}, t("differ", { about: difference.about })),
    h("div.scroll", { tabindex: "0", role: "group", "aria-label": t("table_of_values") }, h("table.figures", {},
      h("thead", {}, h("tr", {}, ["value", "said_by", "outlet", "source"].map((name) => h("th", { scope: "col" }, t(name))))),
      h("tbody", {}, difference.claims.filter((claim) => cited.has(claim.citation)).map((claim) => {
        const citation = cited.get(claim.citation);
        return h("tr", {},
          h("td.value", {}, claim.value), h("td", {}, claim.said_by || "–"),
          h("td", {}, outlet(citation.article), h("span.facts", {}, shortDay(citation.article.published))),
          h("td", {}, chip(kept, citation, act)));
      }))))));
}

function sources(kept, act) {
  if (!kept.answer.citations.length) return null;
  return h("section.sources", { "aria-label": t("sources") },
    h("h3", {}, t("sources")),
    h("ol", {}, kept.answer.citations.map((citation) => {
      const facts = [
        citation.said_by && t("said_by_whom", { name: citation.said_by }),
        ...citation.dates.map((mention) => t("means", { words: mention.text, day: day(mention.date) })),
        citation.article.superseded && t("superseded"),
      ].filter(Boolean);
      return h("li", {}, h("a.source", {
        href: citationLink(kept, citation),
        onclick: (event) => act.open(event, kept, citation.number),
      }, h("span.number", { "aria-hidden": "true" }, String(citation.number)),
      h("span.what", {}, h("span.title", {}, label(citation.article)),
        h("span.facts", {}, [byline(citation.article), ...facts].join(" · ")))));
    })));
}

const CONFIDENCE = [[0.75, "confidence_high"], [0.45, "confidence_fair"], [0, "confidence_low"]];

function standing(answer) {
  if (answer.method === "none") return null;
  const [, name] = CONFIDENCE.find(([least]) => answer.confidence >= least);
  const how = answer.model ? t("written_by", { model: answer.model }) : t("quotes_only");
  return h("p.standing", {},
    h(`span.dot.${name}`, { "aria-hidden": "true" }),
    h("span", { title: t("confidence_number", { number: String(Math.round(answer.confidence * 100)) }) }, t(name)),
    " · ", h("span", {}, how), " · ", h("span.coverage", {}, coverageLine(answer.coverage)));
}

function notes(kept, exchange) {
  const answer = kept.answer;
  const asked = answer.standalone_question.trim();
  const lines = [];
  if (asked && asked !== exchange.question.trim()) lines.push(t("understood", { question: asked }));
  return [...lines, ...answer.notices].map((line) => h("p.small", {}, line));
}

function nearest(kept, act) {
  const passages = kept.answer.passages.slice(0, 3);
  if (!passages.length) return null;
  return h("section.nearest", { "aria-label": t("nearest") }, h("h3", {}, t("nearest")),
    h("ul", {}, passages.map((passage) => {
      const text = passage.text.split(/\s+/).join(" ");
      const cut = text.length <= 200 ? text : `${text.slice(0, 200).replace(/\s\S*$/, "")} …`;
      return h("li", {}, h("a.source", {
        href: sourceLink(passage.article_id, passage.start, passage.end, kept.digests[passage.id]),
        onclick: (event) => act.openPassage(event, kept, passage),
      }, h("span.what", {}, h("span.title", {}, kept.titles[passage.article_id]), h("span.facts", {}, cut))));
    })));
}

/** An answer that was not given: why, what is nearest, what can be asked instead. */
function declined(kept, exchange, act) {
  const reason = `reason_${kept.answer.reason}`;
  const offers = h("div.offers", { hidden: true });
  if (kept.answer.reason !== "empty_index") act.offer(offers, kept);
  return h("div.answer.declined", {},
    h("h3.verdict", {}, icon("none"), has(reason) ? t(reason) : t("reason_not_stated")),
    ...notes(kept, exchange), ...body(kept, act),
    kept.answer.reason === "empty_index"
      ? act.canAdd() && h("p", {}, h("button.plain", { type: "button", onclick: act.addArticles }, t("add_articles")))
      : nearest(kept, act),
    offers, h("p.standing", {}, h("span.coverage", {}, coverageLine(kept.answer.coverage))));
}

function given(kept, exchange, act) {
  return h("div.answer", {}, ...notes(kept, exchange), ...body(kept, act), ...differences(kept, act),
    kept.answer.timeline.length > 1 && h("p", {}, h("button.plain", { type: "button", onclick: () => act.drawTimeline(kept) },
      icon("line"), t("draw_timeline"))),
    sources(kept, act), standing(kept.answer));
}

function failed(exchange, act) {
  const error = exchange.answer?.error || { type: "Error", message: exchange.text };
  const step = `next_${error.type}`;
  return h("div.answer.failed", { role: "group", "aria-label": t("failed") },
    h("h3.verdict", {}, icon("warn"), t("failed")), h("p", {}, error.message),
    has(step) && h("p.small", {}, t(step)),
    h("p", {}, h("button.plain", { type: "button", onclick: () => act.retry(exchange) }, icon("retry"), t("try_again"))));
}

export function draft(text, wait, lines) {
  return h("div.answer.draft", { "aria-busy": "true" },
    lines ? lines.map((line) => h("p.text", {}, line.map(marked)))
    : text ? text.split("\n").map((line) => h("p.text", {}, line)) : h("p.small.waiting", {}, wait));
}

const filterLine = (filters) => {
  const parts = Object.entries(filters).map(([name, value]) =>
    t(`filter_${name}`, { value: name === "articles" ? t("articles", { count: value.length }) : name === "publisher" ? value : day(value) }));
  return parts.length ? h("p.small.narrowed", {}, icon("filter"), parts.join(" · ")) : null;
};

function actions(exchange, act) {
  const answer = exchange.answer?.answer;
  const verdict = (name) => iconButton(name, t(`thumb_${name}`), () => act.judge(exchange, name),
    { "aria-pressed": String(exchange.verdict === name) });
  return h("div.actions", { role: "group", "aria-label": t("actions") },
    answer && iconButton("copy", t("copy"), () => act.copy(exchange)),
    iconButton("retry", t("retry"), () => act.retry(exchange)),
    answer && [verdict("up"), verdict("down")],
    exchange.id && iconButton("save", t("export_conversation"), () => act.export()));
}

/** A whole exchange. */
export function drawExchange(exchange, act) {
  const kept = exchange.answer?.answer ? exchange.answer : null;
  let reply;
  if (exchange.state === "writing") reply = draft(exchange.text, exchange.wait || t("reading"), exchange.lines);
  else if (kept) reply = kept.answer.answered ? given(kept, exchange, act) : declined(kept, exchange, act);
  else if (exchange.state === "failed") reply = failed(exchange, act);
  else reply = h("div.answer.stopped", {}, exchange.text && h("p.text", {}, exchange.text), h("p.small", {}, t("stopped")));
  const busy = exchange.state === "writing";
  return h("article.exchange", { "data-id": exchange.id || "", "aria-label": exchange.question.slice(0, 80) },
    h("div.question", {},
      h("h2.asked", {}, exchange.question),
      !busy && iconButton("edit", t("edit"), (event) => act.edit(exchange, event.currentTarget.closest(".question"))),
      filterLine(exchange.filters)),
    reply, !busy && actions(exchange, act));
}

/** The answer as a reader would send it on: its text, then a line for each source. */
export function plainText(exchange) {
  const { answer } = exchange.answer;
  const lines = answer.citations.map((citation) => {
    const quote = answer.text.includes(citation.quote.split(/\s+/).join(" ")) ? "" : ` “${citation.quote}”`;
    const url = citation.article.url ? ` ${citation.article.url}` : "";
    return `[${citation.number}] ${byline(citation.article)}: ${label(citation.article)}.${quote}${url}`;
  });
  return [exchange.question, "", answer.text, ...(lines.length ? ["", ...lines] : [])].join("\n");
}
