"""What `qa-bot eval` measures, against numbers worked out by hand and against trec_eval's."""

import json
import re
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import ir_measures
import pytest
from hypothesis import given, strategies as st
from ir_measures import RR, Success

from qa_bot import evaluation, reporting
from qa_bot.bot import QABot
from qa_bot.citations import cite
from qa_bot.cli import run
from qa_bot.errors import UsageError
from qa_bot.evaluation import EvalQuestion, Outcome, Proof, judge, rate, read_questions
from qa_bot.types import Answer, Article, Span, Turn
from tests.fakes import write_articles

SEEDS = Path(__file__).parents[1] / "seeds" / "questions.jsonl"

PORT = Article(
    "port",
    "The harbour of Quellport closed on Tuesday. Its director, Mira Tansel, blamed a broken crane. "
    "About 1,200 containers are waiting.",
    title="Harbour of Quellport closes",
    published="2024-03-05",
)
MUSEUM = Article(
    "museum",
    "The museum of Ostrava bought a painting by Lena Hartwig. The museum paid 350,000 crowns for it.",
    title="Museum buys a painting",
    published="2024-03-07",
)


def written(path: Path, *lines: object) -> Path:
    """A question file: texts as they are, other values as JSON."""
    path.write_text("".join(f"{x if isinstance(x, str) else json.dumps(x)}\n" for x in lines), "utf-8")
    return path


def text_of(article_id: str) -> str | None:
    return {"port": PORT.text, "museum": MUSEUM.text}.get(article_id)


def answer(text: str, *quotes: tuple[Article, str], confidence: float = 0.9, **fields: Any) -> Answer:
    """An answer of the extractive kind, citing these quotes of these articles."""
    cited = []
    for number, (article, quote) in enumerate(quotes, 1):
        start = article.text.index(quote)
        cited.append(cite(number, article, Span(start, start + len(quote)), f"{article.id}#0"))
    return Answer(
        **{"question": "?", "text": text, "answered": True, "method": "extractive", **fields},
        confidence=confidence,
        citations=tuple(cited),
    )


def declined() -> Answer:
    return Answer("?", "The articles do not tell.", answered=False, reason="not_stated")


# --- question files -----------------------------------------------------------------------------


def test_every_documented_field_is_read(tmp_path: Path) -> None:
    """Groups of wordings, phrases, earlier turns of both forms, the day of asking."""
    line = {
        "id": "q",
        "question": " Who? ",
        "history": ["What closed?", {"question": "When?", "answer": "On Tuesday."}, {"question": "Why?"}],
        "as_of": "2024-03-05",
        "answers": [["Mira Tansel", "Tansel"], ["crane"]],
        "evidence": [{"article": "port", "phrase": "Mira Tansel"}, {"article": "museum"}],
        "answerable": True,
        "kind": "who",
        "a key from the future": 1,
    }

    assert read_questions(written(tmp_path / "q.jsonl", line)) == [
        EvalQuestion(
            id="q",
            question="Who?",
            history=(Turn("What closed?"), Turn("When?", "On Tuesday."), Turn("Why?")),
            as_of="2024-03-05",
            answers=(("Mira Tansel", "Tansel"), ("crane",)),
            evidence=(Proof("port", "Mira Tansel"), Proof("museum")),
            kind="who",
        )
    ]


def test_the_short_form_is_read(tmp_path: Path) -> None:
    """`asked_on`, a flat list of answers, `articles`; what is missing has its default."""
    path = written(
        tmp_path / "q.jsonl",
        {"id": 7, "question": "A?", "asked_on": "2022-01-07", "answers": ["x", "y"], "articles": ["port"]},
        {"question": "B?", "answerable": False, "answers": None, "evidence": None},
    )

    assert read_questions(path) == [
        EvalQuestion("7", "A?", as_of="2022-01-07", answers=(("x", "y"),), evidence=(Proof("port"),)),
        EvalQuestion("2", "B?", answerable=False),
    ]


def test_lines_end_at_newlines_alone(tmp_path: Path) -> None:
    """A byte order mark, CRLF, blank lines and a raw U+2028 inside a question are no trouble."""
    path = tmp_path / "q.jsonl"
    path.write_bytes('\ufeff{"question": "A\u2028b?"}\r\n\r\n{"question": "C?"}'.encode())

    assert [(q.id, q.question) for q in read_questions(path)] == [("1", "A\u2028b?"), ("3", "C?")]


def test_the_questions_of_the_demo_are_read() -> None:
    """seeds/questions.jsonl works as it is."""
    questions = read_questions(SEEDS)

    assert len(questions) > 150
    assert {q.role for q in questions} == {"answerable", "unanswerable", "greeting"}
    assert all(q.evidence and q.answers for q in questions if q.role == "answerable")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "no JSON"),
        ("[" * 100_000, "no JSON"),
        ("9" * 5_000, "no JSON"),
        ('["Who?"]', "no JSON object"),
        ({"id": "a"}, "'question'"),
        ({"question": "  "}, "'question'"),
        ({"question": 5}, "'question'"),
        ({"question": "x" * 8001}, "8,001 characters"),
        ('{"question": "\\ud800?"}', "surrogate"),
        ({"question": "A?", "id": True}, "'id'"),
        ({"question": "A?", "id": "first"}, "'first'"),
        ({"question": "A?", "kind": 3}, "'kind'"),
        ({"question": "A?", "as_of": "5 March 2024"}, "'as_of'"),
        ({"question": "A?", "asked_on": "2024-02-30"}, "'asked_on'"),
        ({"question": "A?", "answers": "x"}, "'answers'"),
        ({"question": "A?", "answers": [700]}, "'answers'"),
        ({"question": "A?", "answers": ["x", ["y"]]}, "'answers'"),
        ({"question": "A?", "answers": [["x"], []]}, "'answers'"),
        ({"question": "A?", "answers": [" "]}, "'answers'"),
        ({"question": "A?", "evidence": {"article": "port"}}, "'evidence'"),
        ({"question": "A?", "evidence": ["port"]}, "'evidence'"),
        ({"question": "A?", "evidence": [{"phrase": "x"}]}, "'evidence'"),
        ({"question": "A?", "evidence": [{"article": "port", "phrase": 1}]}, "'phrase'"),
        ({"question": "A?", "articles": [1]}, "'articles'"),
        ({"question": "A?", "answerable": "no"}, "'answerable'"),
        ({"question": "A?", "history": [3]}, "'history'"),
        ({"question": "A?", "history": [{"answer": "x"}]}, "'history'"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: object, said: str) -> None:
    """The message tells the file, the line, the field and, however long the line, fits on a screen."""
    path = written(tmp_path / "q.jsonl", {"question": "Good?", "id": "first"}, "", line)

    with pytest.raises(UsageError) as caught:
        read_questions(path)

    message = str(caught.value)
    assert message.startswith(f"{str(path)!r}, line 3: ")
    assert said in message
    assert message.endswith(".")
    assert len(message) < len(str(path)) + 250


def test_a_file_that_is_none_is_named(tmp_path: Path) -> None:
    """Missing, a folder, not UTF-8, or empty: each says so and names the file."""
    latin = tmp_path / "latin.jsonl"
    latin.write_bytes(b'{"question": "caf\xe9?"}')
    empty = written(tmp_path / "empty.jsonl", "", "")
    for path, said in (
        (tmp_path / "none.jsonl", "cannot be read"),
        (tmp_path, "cannot be read"),
        (latin, "UTF-8"),
        (empty, "holds no question"),
    ):
        with pytest.raises(UsageError, match=said) as caught:
            read_questions(path)
        assert repr(str(path)) in str(caught.value)


# --- right or wrong -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "wording", "right"),
    [
        ("She is Mira Tansel. [1]", "mira tansel", True),
        ("About 1,200 containers", "1200", True),
        ("About 1200 containers", "1,200", True),
        ("About 11,200 containers", "1,200", False),
        ("The port's crane", "crane", True),
        ("The cranes", "crane", False),
        ("It cost $350,000.", "$350,000", True),
        ("It cost €200m (£167m).", "£167m", True),
        ("Rose 79%, they say", "79%", True),
        ("a\u00a0broken\n  crane", "broken crane", True),
        ("ﬁve points", "Five points", True),
        ("STRASSE", "straße", True),
        ("cafe\u0301", "CAFÉ", True),
        ("It was closed. [2]", "2", False),
        ("In February 2022", "2022", True),
        ("The U.S. said", "U.S.", True),
    ],
)
def test_a_wording_is_found_as_whole_words(text: str, wording: str, right: bool) -> None:
    """NFKC, case folding, whole words, digit commas ignored; a citation marker is no answer."""
    assert (evaluation.missing_groups(text, [[wording]]) == ()) is right


def test_every_group_is_needed_and_any_wording_of_it_will_do() -> None:
    """The groups without a wording are told."""
    groups = (("Mira Tansel", "Tansel"), ("crane",))

    assert evaluation.missing_groups("Tansel blamed a crane.", groups) == ()
    assert evaluation.missing_groups("Tansel blamed nobody.", groups) == (("crane",),)
    assert evaluation.missing_groups("", groups) == groups


@given(st.integers(0, 10**12), st.booleans())
def test_digit_commas_never_matter(number: int, commas: bool) -> None:
    """1,200 is 1200, and is found in neither 11,200 nor 12,005."""
    text = f"There were {number:,} of them." if commas else f"There were {number} of them."

    assert not evaluation.missing_groups(text, [[str(number)], [f"{number:,}"]])
    assert evaluation.missing_groups(text, [[f"1{number}"], [f"{number}5"]])


@given(st.from_regex(r"[a-zß-ÿ]{1,8}( [a-zß-ÿ]{1,8}){0,2}", fullmatch=True))
def test_case_never_matters_and_parts_of_words_never_count(wording: str) -> None:
    """What is found in its own text is found in capitals, and not inside longer words."""
    assert not evaluation.missing_groups(f"«{wording}».", [[wording]])
    assert not evaluation.missing_groups(f"«{wording}».", [[wording.upper()]])
    assert evaluation.missing_groups(f"q{wording}q", [[wording]])


def test_phrases_are_found_whatever_their_quotes_and_spaces() -> None:
    """Every occurrence, as offsets into the text as it is."""
    text = "İt was “already\n 11,000” then, 'already 11,000' now."

    assert [text[s.start : s.end] for s in evaluation.phrase_spans(text, "already 11,000")] == [
        "already\n 11,000",
        "already 11,000",
    ]
    assert [text[s.start : s.end] for s in evaluation.phrase_spans(text, '"ALREADY')] == ["“already"]
    assert evaluation.phrase_spans(text, "a.ready") == []


def test_citations_are_held_against_the_evidence() -> None:
    """Of three: one overlaps the phrase, one is of the article elsewhere, one of another article."""
    asked = EvalQuestion(
        "q", "Who?", answers=(("Tansel",),), evidence=(Proof("port", "Mira Tansel, blamed"), Proof("gone"))
    )
    said = answer(
        "Mira Tansel. [1][2][3]",
        (PORT, "Its director, Mira Tansel"),
        (PORT, "About 1,200 containers"),
        (MUSEUM, "Lena Hartwig"),
    )
    outcome = judge(asked, said, text_of, ranking=["museum", "museum", "port", "port"], ms=12.0)

    assert (outcome.on_article, outcome.on_phrase, outcome.untrue) == (2, 1, 0)
    assert (outcome.rank, outcome.right, outcome.problems()) == (2, True, [])


def test_an_article_without_a_phrase_is_evidence_as_a_whole() -> None:
    """Any quote of it will do."""
    asked = EvalQuestion("q", "Who?", evidence=(Proof("museum"),))
    outcome = judge(asked, answer("She. [1]", (MUSEUM, "Lena Hartwig")), text_of)

    assert (outcome.on_article, outcome.on_phrase) == (1, 1)
    assert outcome.right is None  # nothing to compare with


def test_a_false_citation_is_counted() -> None:
    """Shifted by one character, or of an article that is not there."""
    said = answer("She. [1][2]", (MUSEUM, "Lena Hartwig"), (PORT, "Mira Tansel"))
    shifted = replace(said.citations[0], start=said.citations[0].start + 1)
    gone = replace(said.citations[1], article=replace(PORT, id="gone"))
    outcome = judge(EvalQuestion("q", "Who?"), replace(said, citations=(shifted, gone)), text_of)

    assert outcome.untrue == 2
    assert outcome.problems() == ["2 citations are not what their article says"]


# --- the measures -------------------------------------------------------------------------------


def test_an_article_ranks_at_its_first_passage() -> None:
    """Later passages of an article take no rank."""
    ranking = ["a", "a", "b", "a", "c"]

    assert evaluation.first_rank(ranking, {"c"}) == 3
    assert evaluation.first_rank(ranking, {"c", "b"}) == 2
    assert evaluation.first_rank(ranking, {"d"}) is None
    assert evaluation.first_rank([], {"d"}) is None


def test_retrieval_by_hand() -> None:
    """Ranks 1, 2, 5 and not found: MRR = (1 + 1/2 + 1/5 + 0) / 4."""
    found = evaluation.retrieval([1, 2, 5, None])

    assert {name: measured["value"] for name, measured in found.items()} == {
        "hits_at_1": 0.25,
        "hits_at_4": 0.5,
        "hits_at_10": 0.75,
        "mrr": 0.425,
    }


ARTICLES = [f"article-{number}" for number in range(15)]
RUNS = st.lists(
    st.tuples(st.lists(st.sampled_from(ARTICLES)), st.sets(st.sampled_from(ARTICLES), min_size=1)),
    min_size=1,
    max_size=12,
)


@given(RUNS)
def test_retrieval_equals_trec_eval(runs: list[tuple[list[str], set[str]]]) -> None:
    """Hits@k and MRR are trec_eval's success and reciprocal rank over the articles in order."""
    ours = evaluation.retrieval([evaluation.first_rank(ranking, wanted) for ranking, wanted in runs])
    wanted = {f"q{i}": dict.fromkeys(relevant, 1) for i, (_, relevant) in enumerate(runs)}
    scored = {
        f"q{i}": {article: -float(place) for place, article in enumerate(dict.fromkeys(ranking))}
        for i, (ranking, _) in enumerate(runs)
    }
    theirs = ir_measures.calc_aggregate([RR, Success @ 1, Success @ 4, Success @ 10], wanted, scored)

    assert ours["mrr"]["value"] == pytest.approx(theirs[RR], abs=5e-5)
    for k in evaluation.CUTOFFS:
        assert ours[f"hits_at_{k}"]["value"] == pytest.approx(theirs[Success @ k], abs=5e-5)


def test_a_rate_by_hand() -> None:
    """Two questions with one citation each and one with two: 2 of 4, over questions resampled."""
    measured = rate([(1, 1), (0, 1), (1, 2)])

    assert (measured["value"], measured["n"]) == (0.5, 4)
    # A resample of three holds a question 0 to 3 times: nothing right has (1/3)**3 = 3.7 %, more than 2.5 %.
    assert (measured["low"], measured["high"]) == (0.0, 1.0)
    assert rate([]) == rate([(0, 0)]) == {"value": None, "low": None, "high": None, "n": 0}


def test_the_interval_is_that_of_the_bootstrap() -> None:
    """Of 400 with half right it is near the normal one, 0.5 plus or minus 1.96 * 0.025."""
    measured = evaluation.share([True, False] * 200)

    assert measured["low"] == pytest.approx(0.451, abs=0.006)
    assert measured["high"] == pytest.approx(0.549, abs=0.006)
    assert measured == evaluation.share([True, False] * 200)


@given(
    st.lists(
        st.integers(0, 5).flatmap(lambda n: st.tuples(st.floats(0, n), st.just(float(n)))),
        min_size=1,
        max_size=40,
    )
)
def test_a_rate_is_between_0_and_1_and_inside_its_interval(pairs: list[tuple[float, float]]) -> None:
    """Where the parts are no larger than the wholes."""
    measured = rate(pairs)
    value, low, high = measured["value"], measured["low"], measured["high"]

    if value is None or low is None or high is None:
        assert sum(whole for _, whole in pairs) == 0
    else:
        assert 0 <= low <= value <= high <= 1


def test_calibration_by_hand() -> None:
    """Error: 1/4 of |.95 - 1|, 2/4 of |.85 - .5|, 1/4 of |.05 - 0|. Brier: squares of .05 .85 .15 .05."""
    found = evaluation.calibration([(0.95, True), (0.85, False), (0.85, True), (0.05, False)])

    assert (found["n"], found["expected_error"], found["brier"]["value"]) == (4, 0.2, 0.1875)
    assert [row["n"] for row in found["bins"]] == [1, 0, 0, 0, 0, 0, 0, 0, 2, 1]
    assert found["bins"][8] == {"from": 0.8, "to": 0.9, "n": 2, "confidence": 0.85, "right": 0.5}
    assert found["bins"][1] == {"from": 0.1, "to": 0.2, "n": 0, "confidence": None, "right": None}


def test_a_bin_holds_its_lower_edge_and_the_last_one_both() -> None:
    """Of 0.0, 0.3, 0.6, 0.7 and 1.0."""
    found = evaluation.calibration([(edge, True) for edge in (0.0, 0.3, 0.6, 0.7, 1.0)])

    assert [row["n"] for row in found["bins"]] == [1, 0, 0, 1, 0, 0, 1, 1, 0, 1]
    empty = evaluation.calibration([])
    assert (empty["n"], empty["expected_error"], empty["brier"]["value"]) == (0, None, None)


@given(st.lists(st.tuples(st.integers(0, 10_000), st.booleans()), min_size=1, max_size=60))
def test_calibration_equals_exact_fractions(pairs: list[tuple[int, bool]]) -> None:
    """Both numbers, worked out a bin at a time without floating point: no small library has them."""
    exact = [(Fraction(number, 10_000), right) for number, right in pairs]
    error = Fraction(0)
    for number in range(10):
        members = [(c, r) for c, r in exact if number == min(int(c * 10), 9)]
        error += abs(sum((c - r for c, r in members), Fraction(0))) / len(exact)
    brier = sum((c - r) ** 2 for c, r in exact) / len(exact)
    found = evaluation.calibration([(number / 10_000, right) for number, right in pairs])

    assert found["expected_error"] == pytest.approx(float(error), abs=6e-5)
    assert found["brier"]["value"] == pytest.approx(float(brier), abs=6e-5)
    assert 0 <= found["expected_error"] <= 1
    assert sum(row["n"] for row in found["bins"]) == len(pairs)


def test_percentiles_by_hand() -> None:
    """Of 0 to 100 each is itself; between two values it is interpolated."""
    assert evaluation.percentiles(range(101)) == {"p50": 50.0, "p90": 90.0, "p99": 99.0}
    assert evaluation.percentiles([10.0, 20.0]) == {"p50": 15.0, "p90": 19.0, "p99": 19.9}
    assert evaluation.percentiles([]) == {"p50": None, "p90": None, "p99": None}


WHO = EvalQuestion(
    "who", "Who?", answers=(("Tansel",),), evidence=(Proof("port", "Mira Tansel"),), kind="who"
)
WHAT = EvalQuestion("what", "What?", answers=(("Hartwig",),), evidence=(Proof("museum"),))
NOT_TOLD = EvalQuestion("una", "Why?", answerable=False, kind="unanswerable")
HELLO = EvalQuestion("hi", "hi", kind="greeting")


def outcomes() -> list[Outcome]:
    """Nine outcomes: five of answerable questions, three of unanswerable ones, one greeting."""
    tansel, hartwig = (PORT, "Mira Tansel"), (MUSEUM, "Lena Hartwig")
    crane = (PORT, "a broken crane")
    asked: list[tuple[EvalQuestion, Answer, list[str], float]] = [
        (WHO, answer("Mira Tansel [1]", tansel, timings_ms={"retrieve": 2.0}), ["port"], 10.0),
        (WHO, answer("Tansel [1][2]", crane, hartwig, confidence=0.7), ["museum", "port"], 20.0),
        (WHO, answer("A crane [1]", crane, confidence=0.6), ["museum"], 30.0),
        (WHO, declined(), ["port"], 40.0),
        (WHAT, answer("Lena Hartwig [1]", hartwig, timings_ms={"retrieve": 4.0}), ["museum"], 50.0),
        (NOT_TOLD, declined(), [], 60.0),
        (NOT_TOLD, declined(), [], 70.0),
        (NOT_TOLD, answer("A crane [1]", crane, confidence=0.55), [], 80.0),
        (HELLO, answer("Hello.", method="none"), [], 90.0),
    ]
    return [judge(q, a, text_of, ranking=ranking, ms=ms) for q, a, ranking, ms in asked]


def test_a_summary_by_hand() -> None:
    """Every rate of the nine outcomes, with what it is a share of."""
    found = evaluation.summary(outcomes())
    rates = {
        f"{section} {name}": (measured["value"], measured["n"])
        for section in ("retrieval", "answers", "declining", "greetings")
        for name, measured in found[section].items()
    }

    assert found["questions"] == {"all": 9, "answerable": 5, "unanswerable": 3, "greetings": 1}
    assert rates == {
        "retrieval hits_at_1": (0.6, 5),
        "retrieval hits_at_4": (0.8, 5),
        "retrieval hits_at_10": (0.8, 5),
        "retrieval mrr": (0.7, 5),  # 1, 1/2, 0, 1, 1
        "answers right": (0.6, 5),
        "answers right_and_cited": (0.4, 5),
        "answers right_and_article_cited": (0.6, 5),
        "declining precision": (0.6667, 3),
        "declining recall": (0.6667, 3),
        "declining of_answerable": (0.2, 5),
        "greetings right": (1.0, 1),
    }
    json.dumps(found, allow_nan=False)


def test_citations_times_and_confidence_of_a_summary_by_hand() -> None:
    """Answerable ones have 1 + 2 + 1 + 0 + 1 citations: 4 of the right article, 1 of 4 of the phrase."""
    found = evaluation.summary(outcomes())
    rates = {
        name: (measured["value"], measured["n"])
        for name, measured in found["citations"].items()
        if isinstance(measured, dict)
    }

    assert (found["citations"]["all"], found["citations"]["false"]) == (6, 0)
    assert rates == {
        "article_precision": (0.8, 5),
        "phrase_precision": (0.25, 4),  # the museum's question gives no phrase
        "article_recall": (1.0, 3),
        "phrase_recall": (0.5, 2),
    }
    # Right at .9, .9 and .7, wrong at .6 and, unanswerable, at .55; neither greetings nor declined ones.
    assert found["calibration"]["n"] == 5
    assert found["calibration"]["brier"]["value"] == round((0.01 + 0.01 + 0.09 + 0.36 + 0.3025) / 5, 4)
    assert found["calibration"]["expected_error"] == round((0.2 + 0.3 + 0.6 + 0.55) / 5, 4)
    assert found["latency_ms"]["answer"]["p50"] == 50.0
    assert found["latency_ms"]["retrieve"]["p50"] == 3.0


def test_kinds_and_failures_of_a_summary() -> None:
    """A row a kind in the file's order, and each thing that went wrong in words."""
    found = evaluation.summary(outcomes())

    assert found["kinds"] == [
        {"kind": "who", "n": 4, "right": 2, "declined": 1},
        {"kind": None, "n": 1, "right": 1, "declined": 0},
        {"kind": "unanswerable", "n": 3, "right": 2, "declined": 2},
        {"kind": "greeting", "n": 1, "right": 1, "declined": 0},
    ]
    assert [(row["id"], row["rank"], row["wrong"]) for row in found["failures"]] == [
        ("who", 2, ["cites none of the evidence"]),
        ("who", None, ["has no wording of Tansel", "cites none of the evidence"]),
        ("who", 1, ["declined (not_stated)"]),
        ("una", None, ["answered, though the articles do not tell"]),
    ]


def test_a_greeting_is_right_when_it_is_answered_without_the_articles() -> None:
    """Declined or answered from an article it is not; it never counts as answerable."""
    right = judge(HELLO, answer("Hello.", method="none"), text_of)
    cited = judge(HELLO, answer("A crane [1]", (PORT, "a broken crane")), text_of)
    found = evaluation.summary([right, cited, judge(HELLO, declined(), text_of)])

    assert found["greetings"]["right"]["value"] == 0.3333
    assert found["answers"]["right"]["n"] == found["declining"]["of_answerable"]["n"] == 0
    assert [row["wrong"] for row in found["failures"]] == [["not taken for a courtesy"]] * 2


def test_without_unanswerable_questions_declining_is_not_graded() -> None:
    """Its precision would be 0 whatever the bot does."""
    found = evaluation.summary([judge(WHO, declined(), text_of)])

    assert found["declining"]["precision"]["value"] is None
    assert found["declining"]["of_answerable"]["value"] == 1.0


# --- as text and as a web page ------------------------------------------------------------------


def whole(found: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A summary with what `evaluate` puts around it."""
    around = {"articles": 2, "passages": 3, "use_as_of": True, "config_hash": "0", "unknown_evidence": []}
    return {**around, **found, **fields}


def test_the_table_is_aligned_and_leaves_out_what_was_not_measured() -> None:
    """Numbers under their heads, a row a kind; nothing about phrases where no phrase is given."""
    text = reporting.table(whole(evaluation.summary(outcomes())))
    short = reporting.table(whole(evaluation.summary([judge(WHAT, declined(), text_of)]), use_as_of=False))

    assert text.startswith(
        "9 questions (5 answerable, 3 unanswerable, 1 greeting) of 2 articles in 3 passages\n"
    )
    assert re.search(r"^answer right {17}0\.600  0\.200 - 1\.000 {6}5$", text, re.M)
    assert re.search(r"^who {30}4 {7}2 {9}1$", text, re.M)
    assert max(map(len, text.splitlines())) < 90
    assert "phrase" not in short
    assert "dates of asking left out" in short


def test_evidence_that_the_index_does_not_hold_is_told() -> None:
    """The usual reason for a table of zeros: the wrong articles."""
    unknown = [{"id": "q", "article": "gone", "phrase": None}, {"id": "r", "article": "port", "phrase": "x"}]
    text = reporting.table(whole(evaluation.summary([]), unknown_evidence=unknown))

    assert "2 of the evidence not in the index, first the article 'gone' of question 'q'" in text


def test_the_page_stands_alone_and_everything_in_it_is_inert() -> None:
    """No script, no address, every text escaped, each plot well-formed, whatever the questions hold."""
    evil = '<script src="//evil.example/x.js">&</script>'
    asked = EvalQuestion(evil, evil, answers=((f"no {evil}",),), kind=evil)
    found = evaluation.summary([judge(asked, answer(evil), text_of), *outcomes()])
    page = reporting.report(whole(found))

    assert page.count("&lt;script") >= 4
    assert not re.search(r"<script|https?:|url\(|@import|<link|<img|\son\w+=", page)
    plots = re.findall(r"<svg.*?</svg>", page, re.S)
    assert len(plots) == 3
    assert all(ElementTree.fromstring(plot).tag == "svg" for plot in plots)


def test_a_page_of_nothing_can_be_written(tmp_path: Path) -> None:
    """No questions, no bars; half a surrogate pair does not stop it."""
    page = tmp_path / "page.html"
    reporting.write_report(whole(evaluation.summary([])), page)
    assert "0 questions" in page.read_text("utf-8")

    odd = judge(replace(WHO, id="\ud800"), declined(), text_of)
    reporting.write_report(whole(evaluation.summary([odd])), page)
    assert "declined (not_stated)" in page.read_text("utf-8")


def test_a_page_in_no_folder_is_refused_before_anything_is_asked(tmp_path: Path) -> None:
    """A folder, or a file in a folder that is not there."""
    for path in (tmp_path, tmp_path / "none" / "page.html"):
        with pytest.raises(UsageError, match="No report can be written"):
            reporting.check_report_path(path)
        with pytest.raises(UsageError, match="cannot be written"):
            reporting.write_report(whole(evaluation.summary([])), path)


# --- the real bot -------------------------------------------------------------------------------

ASKED = (
    {
        "id": "who",
        "question": "Who is the director of the harbour of Quellport?",
        "answers": ["Mira Tansel"],
        "evidence": [{"article": "port", "phrase": "Its director, Mira Tansel"}],
        "kind": "who",
    },
    {
        "id": "followup",
        "question": "How many containers are waiting there?",
        "history": [{"question": "What closed on Tuesday?", "answer": "The harbour of Quellport closed."}],
        "answers": [["1200"]],
        "articles": ["port"],
    },
    {
        "id": "early",
        "question": "How much did the museum of Ostrava pay for the painting?",
        "as_of": "2024-03-06",
        "answers": [["350,000 crowns"]],
        "articles": ["museum"],
    },
    {"id": "una", "question": "What did Angela Merkel say?", "answerable": False, "kind": "unanswerable"},
    {"id": "hi", "question": "hi", "kind": "greeting"},
)


@pytest.fixture
def arguments(tmp_path: Path) -> list[str]:
    """`qa-bot eval` of five questions about two articles."""
    folder = write_articles(tmp_path / "articles", [PORT, MUSEUM])
    asked = written(tmp_path / "questions.jsonl", *ASKED)
    return ["eval", str(asked), "--articles", str(folder), "--index-dir", str(tmp_path / "index")]


def test_eval_asks_the_bot_and_prints_json(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """What it reports of each question is what the bot answers; later articles stay out of reach."""
    assert run([*arguments, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    results = {row["id"]: row for row in found["results"]}

    assert list(results) == [line["id"] for line in ASKED]
    assert (found["articles"], found["unknown_evidence"], found["citations"]["false"]) == (2, [], 0)
    assert results["followup"]["rank"] == 1
    assert (results["early"]["rank"], results["early"]["right"]) == (None, False)
    assert results["una"]["right"] and results["hi"]["right"]
    assert all(row["ms"] >= 0 for row in found["results"])

    with QABot(index_dir=arguments[-1]) as bot:
        said = bot.answer(str(ASKED[0]["question"]))
    right = "Mira Tansel" in said.text
    cited = any("Mira Tansel" in citation.quote for citation in said.citations)
    assert found["config_hash"] == said.config_hash
    assert results["who"] | {"ms": 0} == {
        **{"id": "who", "kind": "who", "role": "answerable", "right": right, "cited": cited},
        **{"declined": not said.answered, "rank": 1, "confidence": said.confidence, "ms": 0},
    }


def test_eval_without_days_or_with_filters(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """--no-as-of lets the later article in; a filter holds for every question."""
    assert run([*arguments, "--no-as-of", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["results"][2]["rank"], found["use_as_of"]) == (1, False)

    assert run([*arguments, "--article", "museum", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["results"][0]["rank"] is None
    assert found["options"] == {"articles": ["museum"]}


def test_eval_prints_a_table_and_writes_a_page(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Failures only when asked for."""
    page = tmp_path / "page.html"

    assert run([*arguments, "--report", str(page)]) == 0
    text = capsys.readouterr().out
    assert text.startswith("5 questions (3 answerable, 1 unanswerable, 1 greeting) of 2 articles in ")
    assert "early  How much" not in text
    assert page.read_text("utf-8").startswith("<!doctype html>")

    assert run([*arguments, "--failures"]) == 0
    text = capsys.readouterr().out
    assert "early  How much did the museum of Ostrava pay for the painting?\n  " in text


def test_eval_says_in_a_sentence_what_is_wrong(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A bad file of questions and a bad place for the page: exit code 2, nothing asked, nothing indexed."""
    for bad in (
        ["eval", str(tmp_path / "none.jsonl"), *arguments[2:]],
        [*arguments, "--report", str(tmp_path)],
    ):
        assert run(bad) == 2
        said = capsys.readouterr()
        assert (said.out, said.err.count("\n")) == ("", 1)
        assert not Path(arguments[-1]).exists()
