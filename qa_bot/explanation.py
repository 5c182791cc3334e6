"""Why an answer is what it is: words looked for, passages found, sentences weighed, the decision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from qa_bot.candidates import Candidate, weights
from qa_bot.evidence import Evidence
from qa_bot.expansion import Expanded
from qa_bot.question import Question
from qa_bot.retrieval import Hit

_PASSAGES = 8
_SENTENCES = 5
_REASONS = 4
_CHARS = 100  # of a passage or sentence in a line of text
_OTHER_FORMS = 6


@dataclass(frozen=True, slots=True)
class WordLooked:
    """A word or name of the question: what else counts as it, and what it weighs.

    ``passages`` is in how many passages its rarest part stands, in any form.
    """

    text: str
    kind: str
    weight: float
    passages: int
    forms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PassageFound:
    """A passage with what its score is made of."""

    id: str
    score: float
    words: float
    vector: float
    timeliness: float
    published: str | None
    text: str


@dataclass(frozen=True, slots=True)
class SentenceWeighed:
    """A sentence with its rank score, the features that moved it most, and how far it has each word."""

    article_id: str
    start: int
    end: int
    text: str
    score: float
    because: tuple[tuple[str, float], ...]
    covered: dict[str, float]


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a question was understood and decided.

    ``str()`` gives lines to read, `to_dict` JSON-ready values. ``second`` is the second of two questions in
    one; the rest is then of the first.
    """

    kind: str
    words: tuple[WordLooked, ...]
    passages: tuple[PassageFound, ...]
    sentences: tuple[SentenceWeighed, ...]
    confidence: float
    min_confidence: float
    decision: str
    second: Explanation | None = None

    def to_dict(self) -> dict[str, Any]:
        """The explanation as JSON-ready values."""
        values = asdict(replace(self, second=None))
        for sentence in values["sentences"]:
            sentence["because"] = [{"feature": name, "value": value} for name, value in sentence["because"]]
        return {**values, "second": self.second.to_dict() if self.second else None}

    def __str__(self) -> str:
        """The explanation in lines."""
        lines = [f"Kind of question: {self.kind}", "Looked for:"]
        for word in self.words:
            others = f"; also {', '.join(word.forms[:_OTHER_FORMS])}" if word.forms else ""
            held = f"{word.passages:,} passage{'s' * (word.passages != 1)}"
            facts = f"{word.kind}, weight {word.weight:.2f}, in {held}{others}"
            lines.append(f"  “{word.text}” ({facts})")
        lines.append("Passages: score = words + date; similarity of meaning is part of words")
        for place, found in enumerate(self.passages, 1):
            lines.append(
                f"  {place}. {found.score:.2f} (words {found.words:.2f}, meaning {found.vector:.2f}, "
                f"date {found.timeliness:.2f}) {found.id}, {found.published or 'undated'}: {_cut(found.text)}"
            )
        lines.append("Sentences:")
        for place, sentence in enumerate(self.sentences, 1):
            because = ", ".join(f"{name} {value:+.2f}" for name, value in sentence.because)
            has = ", ".join(f"{text} {share:.2f}" for text, share in sentence.covered.items())
            lines.append(f"  {place}. {sentence.score:.2f} {sentence.article_id}: {_cut(sentence.text)}")
            lines.append(f"     because of {because}; has {has or 'no word'}")
        lines.append(f"Decision: {self.decision}")
        if self.second:
            lines += ["", "The second question:", str(self.second)]
        return "\n".join(lines)


def explain(
    question: Question,
    expanded: Sequence[Expanded],
    hits: Sequence[Hit],
    evidence: Evidence | None,
    min_confidence: float,
    decision: str,
) -> Explanation:
    """What the stages made of a question, in short.

    Args:
        question: the question, taken apart.
        expanded: its units with the forms that the index holds of them.
        hits: the passages found, best first.
        evidence: what their sentences came to; None where it did not come to that.
        min_confidence: below it the bot declines.
        decision: what came of it, in a sentence.
    """
    return Explanation(
        kind=question.kind,
        words=tuple(map(_word, expanded)),
        passages=tuple(
            PassageFound(
                hit.passage.id,
                round(hit.passage.score, 4),
                round(hit.words, 4),
                round(hit.vector, 4),
                round(hit.recency, 4),
                hit.article.published,
                hit.passage.text,
            )
            for hit in hits[:_PASSAGES]
        ),
        sentences=tuple(_sentence(item, expanded) for item in evidence.candidates[:_SENTENCES])
        if evidence
        else (),
        confidence=round(evidence.confidence, 4) if evidence else 0.0,
        min_confidence=min_confidence,
        decision=decision,
    )


def _word(item: Expanded) -> WordLooked:
    forms = dict.fromkeys(" ".join(phrase) for part in item.parts for phrase in part.forms)
    own = {*item.unit.written, " ".join(item.unit.written)}
    return WordLooked(
        item.unit.text,
        item.unit.kind,
        round(item.weight, 4),
        min(part.frequency for part in item.parts),
        tuple(form for form in forms if form not in own),
    )


def _sentence(item: Candidate, expanded: Sequence[Expanded]) -> SentenceWeighed:
    fitted = weights()["rank"]
    moved = {name: float(fitted.get(name, 0.0)) * value for name, value in item.features.items()}
    most = sorted(moved.items(), key=lambda entry: -abs(entry[1]))[:_REASONS]
    return SentenceWeighed(
        item.article.id,
        item.span.start,
        item.span.end,
        item.text,
        round(item.score, 4),
        tuple((name, round(value, 4)) for name, value in most),
        {
            unit.unit.text: round(share, 4)
            for unit, share in zip(expanded, item.covered, strict=True)
            if share > 0
        },
    )


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _CHARS else f"{line[:_CHARS].rpartition(' ')[0] or line[:_CHARS]} …"
