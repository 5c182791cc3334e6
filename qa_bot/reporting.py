"""The result of `qa-bot eval` for a reader: a table for a terminal, one web page for the rest."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from qa_bot.errors import UsageError

# --- as text ------------------------------------------------------------------------------------

_ROWS = (
    ("Hits@1", "retrieval", "hits_at_1"),
    ("Hits@4", "retrieval", "hits_at_4"),
    ("Hits@10", "retrieval", "hits_at_10"),
    ("MRR", "retrieval", "mrr"),
    ("answer right", "answers", "right"),
    ("right, evidence cited", "answers", "right_and_cited"),
    ("citation precision, article", "citations", "article_precision"),
    ("citation precision, phrase", "citations", "phrase_precision"),
    ("citation recall, article", "citations", "article_recall"),
    ("citation recall, phrase", "citations", "phrase_recall"),
    ("declining precision", "declining", "precision"),
    ("declining recall", "declining", "recall"),
    ("answerable, but declined", "declining", "of_answerable"),
    ("greetings right", "greetings", "right"),
    ("Brier score", "calibration", "brier"),
)


def table(result: Mapping[str, Any]) -> str:
    """A result for a terminal."""
    lines = [_headline(result), "", f"{'':27}  value  95 % interval     of"]
    lines += [f"{label:27}  {value:>5}  {low_high:13}  {n:>5}" for label, value, low_high, n in _rows(result)]
    lines += ["", f"{'milliseconds':27}  {'p50':>7}  {'p90':>7}  {'p99':>7}"]
    lines += [f"{name:27}  {p50:>7}  {p90:>7}  {p99:>7}" for name, p50, p90, p99 in _times(result)]
    lines += ["", *_kind_lines(result["kinds"])]
    if "beside" in result:
        lines += ["", *_beside_lines(result)]
    if note := _unknown_note(result):
        lines += ["", note]
    return "\n".join(line.rstrip() for line in lines)


_BESIDE = (
    ("answer right", "answers", "right"),
    ("citation precision, article", "citations", "article_precision"),
    ("citation precision, phrase", "citations", "phrase_precision"),
    ("citation recall, article", "citations", "article_recall"),
    ("citation recall, phrase", "citations", "phrase_recall"),
    ("unsupported sentences", "written", "unsupported"),
    ("declining precision", "declining", "precision"),
    ("declining recall", "declining", "recall"),
    ("answerable, but declined", "declining", "of_answerable"),
)


def _beside_lines(result: Mapping[str, Any]) -> list[str]:
    """Written answers and those in quotes on the same questions, a measure a line."""
    written, quoted = result["written"], result["beside"]
    lines = [f"{written['model'] or 'no model was asked'}: {written['answers']:,} answers written", ""]
    lines.append(f"{'':27}  {'written':>9}  {'quoted':>9}")
    for label, section, name in _BESIDE:
        pair = (side[section][name]["value"] for side in (result, quoted))
        lines.append(f"{label:27}  " + "  ".join("        -" if v is None else f"{v:>9.3f}" for v in pair))
    for name in ("p50", "p90"):
        pair = (side["latency_ms"]["answer"][name] for side in (result, quoted))
        lines.append(f"{f'milliseconds, {name}':27}  " + "  ".join(f"{v or 0:>9,.1f}" for v in pair))
    for name in ("input_tokens", "output_tokens"):
        if written[name] is not None:
            lines.append(f"{name.replace('_', ' '):27}  {written[name]:>9,}  {0:>9}")
    return lines


def failures(result: Mapping[str, Any]) -> str:
    """What went wrong, a paragraph a question, for a terminal."""
    paragraphs = []
    for row in result["failures"]:
        rank = f"; evidence at rank {row['rank']}" if row["rank"] else ""
        paragraphs.append(
            f"{row['id']}  {row['question']}\n"
            f"  {'; '.join(row['wrong'])}{rank}\n  {' '.join(row['text'].split())}"
        )
    return "\n\n".join(paragraphs) or "Nothing went wrong."


def _headline(result: Mapping[str, Any]) -> str:
    counts = result["questions"]
    parts = [f"{counts[name]:,} {name}" for name in ("answerable", "unanswerable") if counts[name]]
    if counts["greetings"]:
        parts.append(_count(counts["greetings"], "greeting"))
    return (
        f"{_count(counts['all'], 'question')} ({', '.join(parts)}) "
        f"of {_count(result['articles'], 'article')} in {_count(result['passages'], 'passage')}"
        + ("" if result["use_as_of"] else "; dates of asking left out")
    )


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _rows(result: Mapping[str, Any]) -> list[tuple[str, str, str, str]]:
    """Label, value, interval and size of every measure that has something to measure."""
    rows = []
    for label, section, name in _ROWS:
        found = result[section][name]
        if found["n"]:
            interval = f"{found['low']:.3f} - {found['high']:.3f}"
            rows.append((label, f"{found['value']:.3f}", interval, f"{found['n']:,}"))
    confidence, citations = result["calibration"], result["citations"]
    if confidence["n"]:
        error = f"{confidence['expected_error']:.3f}"
        rows.append(("expected calibration error", error, "", f"{confidence['n']:,}"))
    return [*rows, ("false citations", f"{citations['false']:,}", "", f"{citations['all']:,}")]


def _times(result: Mapping[str, Any]) -> list[tuple[str, str, str, str]]:
    """A label and the three percentiles, a row a stage."""
    rows = []
    for name, found in result["latency_ms"].items():
        p50, p90, p99 = ("-" if value is None else f"{value:,.1f}" for value in found.values())
        rows.append((name, p50, p90, p99))
    return rows


def _kind_lines(kinds: Sequence[Mapping[str, Any]]) -> list[str]:
    width = max([27, *(len(_kind(row)) for row in kinds)])
    lines = [f"{'kind':{width}}  {'n':>5}  {'right':>6}  {'declined':>8}"]
    return lines + [
        f"{_kind(row):{width}}  {row['n']:>5,}  {row['right']:>6,}  {row['declined']:>8,}" for row in kinds
    ]


def _kind(row: Mapping[str, Any]) -> str:
    return row["kind"] or "(no kind)"


def _unknown_note(result: Mapping[str, Any]) -> str:
    unknown = result["unknown_evidence"]
    if not unknown:
        return ""
    row = unknown[0]
    what = f"{row['phrase']!r} in {row['article']!r}" if row["phrase"] else f"the article {row['article']!r}"
    return (
        f"{len(unknown):,} of the evidence not in the index, first {what} of question {row['id']!r}: "
        "are these the articles that the questions are about?"
    )


# --- as a web page ------------------------------------------------------------------------------

_STYLE = """
:root { color-scheme: light dark; --ink: #1c2430; --quiet: #5a6675; --line: #d8dee5; --bar: #0f766e;
  --soft: #e7edf1; --ground: #ffffff; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6ebf0; --quiet: #9aa7b4; --line: #36424f;
  --bar: #5eead4; --soft: #24303b; --ground: #131a21; } }
body { margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: var(--ink); background: var(--ground);
  font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; } .quiet { color: var(--quiet); }
table { border-collapse: collapse; } td, th { padding: .2rem .9rem .2rem 0; text-align: right;
  border-bottom: 1px solid var(--line); font-variant-numeric: tabular-nums; }
td:first-child, th:first-child { text-align: left; }
.plots { display: flex; flex-wrap: wrap; gap: 1rem 2.5rem; } figure { margin: 0; }
svg { max-width: 100%; height: auto; font: 12px system-ui, sans-serif; } svg text { fill: var(--quiet); }
.bar { fill: var(--bar); } .soft { fill: var(--soft); } .axis { stroke: var(--line); }
.even { stroke: var(--quiet); stroke-dasharray: 4 4; }
.dot { fill: var(--ground); stroke: var(--ink); stroke-width: 1.5; }
article { border-top: 1px solid var(--line); padding: .6rem 0; overflow-wrap: anywhere; }
article p { margin: .2rem 0; }
"""
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>qa-bot eval</title>
<style>{style}</style>
</head>
<body>
{body}
</body>
</html>
"""
_SIDE = 260  # of the reliability diagram, in pixels
_LEFT = 150  # what the labels before the bars take


def check_report_path(path: Path) -> None:
    """Refuse a place where no report can be written, before minutes are spent on asking.

    Raises:
        UsageError: it is a folder, or in none.
    """
    if path.is_dir() or not path.parent.is_dir():
        raise UsageError(f"No report can be written to {str(path)!r}; name a file in a folder that exists.")


def write_report(result: Mapping[str, Any], path: Path) -> None:
    """Write a result as one HTML file.

    Raises:
        UsageError: the file cannot be written.
    """
    try:
        path.write_text(report(result), "utf-8", errors="replace")
    except OSError as error:
        raise UsageError(f"{str(path)!r} cannot be written ({error.strerror}); name another file.") from error


def report(result: Mapping[str, Any]) -> str:
    """A result as one web page: no scripts, nothing from elsewhere, every text escaped."""
    measures = [("", "value", "95 % interval", "of"), *_rows(result)]
    times = [("", "p50", "p90", "p99"), *_times(result)]
    note = _unknown_note(result)
    plots = (
        ("Is confidence the share right?", reliability_plot(result["calibration"]["bins"])),
        ("Right, by kind", kinds_plot(result["kinds"])),
        ("Milliseconds an answer", latency_plot([row["ms"] for row in result["results"]])),
    )
    body = [
        "<h1>qa-bot eval</h1>",
        f'<p class="quiet">{html.escape(_headline(result))}</p>',
        f"<p>{html.escape(note)}</p>" if note else "",
        f"<h2>Measures</h2>{_html_table(measures)}",
        f"<h2>Time in milliseconds</h2>{_html_table(times)}",
        '<div class="plots">',
        *(f"<figure><h2>{html.escape(title)}</h2>{plot}</figure>" for title, plot in plots),
        f"</div><h2>What went wrong ({len(result['failures']):,})</h2>",
        *map(_failure_html, result["failures"]),
    ]
    return _PAGE.format(style=_STYLE, body="\n".join(filter(None, body)))


def reliability_plot(bins: Sequence[Mapping[str, Any]]) -> str:
    """Share right over confidence, a bar a bin and a dot at its mean; on the diagonal they agree."""
    parts = [_line(0, _SIDE, _SIDE, 0, "even"), _line(0, _SIDE, _SIDE, _SIDE), _line(0, 0, 0, _SIDE)]
    for row in bins:
        x, width = row["from"] * _SIDE, (row["to"] - row["from"]) * _SIDE
        if row["n"]:
            height = row["right"] * _SIDE
            parts.append(_rect(x + 1, _SIDE - height, width - 2, height))
            dot = f'cx="{row["confidence"] * _SIDE:.1f}" cy="{_SIDE - height:.1f}"'
            parts.append(f'<circle class="dot" {dot} r="4"><title>{row["n"]} answers</title></circle>')
            parts.append(_label(x + width / 2, _SIDE + 30, f"{row['n']:,}", "middle"))
    parts.append(_label(-6, _SIDE + 30, "n", "end"))
    for tick in (0, 0.5, 1):
        parts.append(_label(tick * _SIDE, _SIDE + 14, f"{tick:g}", "middle"))
        parts.append(_label(-6, _SIDE - tick * _SIDE + 4, f"{tick:g}", "end"))
    return _svg("Share of right answers over confidence", -30, -12, _SIDE + 50, _SIDE + 50, parts)


def kinds_plot(kinds: Sequence[Mapping[str, Any]]) -> str:
    """A bar a kind: how many of its questions went as the file expects."""
    parts = []
    for number, row in enumerate(kinds):
        y, full = number * 22, 180.0
        kind = _kind(row)
        parts.append(_label(_LEFT - 8, y + 14, kind if len(kind) <= 20 else kind[:19] + "…", "end"))
        parts.append(_rect(_LEFT, y + 3, full, 15, "soft"))
        parts.append(_rect(_LEFT, y + 3, full * row["right"] / row["n"], 15))
        parts.append(_label(_LEFT + full + 8, y + 14, f"{row['right']} of {row['n']}"))
    return _svg("Questions that went right, by kind", 0, 0, _LEFT + 260, len(kinds) * 22 + 4, parts)


def latency_plot(milliseconds: Sequence[float]) -> str:
    """A histogram of how long the answers took."""
    if not milliseconds:
        return ""
    counts, edges = np.histogram(milliseconds, bins=20)
    width, height = 18, 160
    parts = [
        _rect(i * width + 1, height - height * count / counts.max(), width - 2, height * count / counts.max())
        for i, count in enumerate(counts.tolist())
    ]
    parts.append(_line(0, height, 20 * width, height))
    for i in (0, 10, 20):
        parts.append(_label(i * width, height + 15, f"{edges[i]:,.0f}", "middle"))
    parts.append(_label(-6, 10, f"{counts.max():,}", "end"))
    return _svg("How many answers took how many milliseconds", -40, -2, 20 * width + 70, height + 24, parts)


def _failure_html(row: Mapping[str, Any]) -> str:
    kind = f" ({row['kind']})" if row["kind"] else ""
    rank = f"; evidence at rank {row['rank']}" if row["rank"] else ""
    return (
        f"<article><p><b>{html.escape(row['question'])}</b> "
        f'<span class="quiet">{html.escape(row["id"] + kind)}</span></p>'
        f"<p>{html.escape('; '.join(row['wrong']) + rank)}</p>"
        f'<p class="quiet">{html.escape(row["text"])}</p></article>'
    )


def _html_table(rows: Sequence[Sequence[str]]) -> str:
    """Rows of cells, the first row as the head."""
    parts = []
    for number, row in enumerate(rows):
        tag = "td" if number else "th"
        parts.append("<tr>" + "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in row) + "</tr>")
    return f"<table>{''.join(parts)}</table>"


def _svg(label: str, left: float, top: float, width: float, height: float, parts: Sequence[str]) -> str:
    box = f'viewBox="{left:g} {top:g} {width:g} {height:g}" width="{width:g}" height="{height:g}"'
    return f'<svg role="img" aria-label="{html.escape(label)}" {box}>{"".join(parts)}</svg>'


def _rect(x: float, y: float, width: float, height: float, name: str = "bar") -> str:
    return f'<rect class="{name}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"/>'


def _line(x1: float, y1: float, x2: float, y2: float, name: str = "axis") -> str:
    return f'<line class="{name}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _label(x: float, y: float, text: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{html.escape(text)}</text>'
