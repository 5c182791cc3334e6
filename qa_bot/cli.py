"""The command line: results on stdout, progress and messages on stderr, one exit code a meaning.

0 done, 1 an error (any file that failed, damage found), 2 usage, 3 not in the articles, 130 interrupted.
"""

from __future__ import annotations

import io
import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from qa_bot import __version__
from qa_bot.errors import QABotError, UsageError

if TYPE_CHECKING:
    from qa_bot.bot import QABot
    from qa_bot.config import Settings
    from qa_bot.ingestion import Report
    from qa_bot.journal import Feedback
    from qa_bot.types import Answer, Article

NOT_FOUND = 3
INTERRUPTED = 130
Command = TypeVar("Command", bound=Callable[..., Any])


def main() -> None:
    """Run `qa-bot` with the process's arguments, and exit."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run `qa-bot` with these arguments; the exit code. Errors become one sentence, never a traceback."""
    as_json = "--json" in arguments
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # what a terminal or pipe cannot hold must not end a run
            stream.reconfigure(errors="replace")
    try:
        code = commands.main(list(arguments), prog_name="qa-bot", standalone_mode=False)
    except _Told as told:
        return told.code
    except click.ClickException as error:
        return _failed(type(error).__name__, error.format_message(), error.exit_code, as_json)
    except QABotError as error:
        return _failed(type(error).__name__, str(error), error.exit_code, as_json)
    except OSError as error:  # no space left, no right to write
        return _failed(type(error).__name__, f"{error.strerror or error}.", 1, as_json)
    except (click.Abort, KeyboardInterrupt):
        return _failed("Interrupted", "Interrupted.", INTERRUPTED, as_json)
    except SystemExit as end:
        # Click's way out when the reader of a pipe has gone (`| head`), and after completing a word.
        return 0 if end.code in (None, 1) else int(end.code)
    return code if isinstance(code, int) else 0


def _failed(kind: str, message: str, code: int, as_json: bool, *, one_line: bool = False) -> int:
    if as_json:
        _print_json({"error": {"type": kind, "message": message}}, one_line=one_line)
    else:
        click.echo(f"Error: {message}" if kind != "Interrupted" else message, err=True)
    return code


# --- options ------------------------------------------------------------------------------------


def _common(command: Command) -> Command:
    command = click.option("--json", "as_json", is_flag=True, help="Print JSON.")(command)
    return click.option(
        "--index-dir",
        metavar="DIR",
        help="Folder of the index (default: your own index, or the demo while that is empty).",
    )(command)


def _filters(command: Command) -> Command:
    for option in (
        click.option(
            "--article",
            "articles",
            metavar="ID",
            multiple=True,
            help="Only this article; repeatable.",
        ),
        click.option("--publisher", metavar="NAME", help="Only articles of this publisher."),
        click.option("--until", metavar="DATE", help="Only articles published on this day or before."),
        click.option("--since", metavar="DATE", help="Only articles published on this day or later."),
        click.option("--as-of", metavar="DATE", help="Answer as on this day: later articles are not used."),
    ):
        command = option(command)
    return command


def _llm(command: Command) -> Command:
    return click.option(
        "--llm", metavar="NAME", help="Language model that writes the answers, as provider:model."
    )(command)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="qa-bot")
def commands() -> None:
    """Ask questions of news articles; get answers whose every quote can be checked."""


# --- asking -------------------------------------------------------------------------------------


@commands.command()
@click.argument("question", nargs=-1)
@click.option("--explain", is_flag=True, help="Also show why: the words, passages and sentences weighed.")
@_filters
@_llm
@_common
def ask(
    question: tuple[str, ...],
    explain: bool,
    llm: str | None,
    index_dir: str | None,
    as_json: bool,
    **filters: Any,
) -> int:
    """Answer QUESTION from the articles. Exit code 3: the articles do not tell."""
    from qa_bot.question import checked

    text = " ".join(question)
    checked(text)  # what is no question is refused before anything is opened
    with _bot(index_dir, llm=llm) as bot:
        answer = bot.answer(text, **_given(filters))
        _say_demo(bot, as_json)
        reasons = bot.explain(text, **_given(filters)) if explain else None
        if as_json and reasons:
            _print_json({**answer.to_dict(), "explanation": reasons.to_dict()})
        else:
            _print_answer(answer, bot, as_json)
            if reasons:
                click.echo(f"\n{reasons}")
    return 0 if answer.answered else NOT_FOUND


@commands.command()
@_filters
@_llm
@_common
def chat(llm: str | None, index_dir: str | None, as_json: bool, **filters: Any) -> int:
    """Talk: a question a line, follow-ups understood. An empty line or Ctrl-D ends it."""
    from qa_bot.question import checked

    with _bot(index_dir, llm=llm) as bot:
        _say_demo(bot, as_json)
        conversation = bot.chat()
        while (line := _next_line()) is not None:
            try:
                text = checked(line)
            except UsageError as error:
                _failed(type(error).__name__, str(error), error.exit_code, as_json, one_line=True)
                continue
            answer = conversation.answer(text, **_given(filters))
            if answer.standalone_question != answer.question.strip() and not as_json:
                click.echo(f"({answer.standalone_question})", err=True)
            _print_answer(answer, bot, as_json, lines=True)
    return 0


def _next_line() -> str | None:
    if sys.stdin is None:  # started without one
        return None
    if sys.stdin.isatty():
        click.echo("> ", nl=False, err=True)
    line = sys.stdin.readline()
    return line.strip() or None


@commands.command()
@click.argument("words", nargs=-1)
@click.option("--limit", default=10, show_default=True, help="How many passages.")
@_filters
@_common
def search(words: tuple[str, ...], limit: int, index_dir: str | None, as_json: bool, **filters: Any) -> int:
    """Find the passages nearest to WORDS. Exit code 3: none."""
    with _bot(index_dir) as bot:
        found = bot.search(" ".join(words), limit=limit, **_given(filters))
        if as_json:
            _print_json({"passages": [passage.to_dict() for passage in found]})
        else:
            for passage in found:
                click.echo(f"{passage.score:.3f}  {_source(bot.article(passage.article_id))}")
                click.echo(f"       {' '.join(passage.text.split())}\n")
    return 0 if found else NOT_FOUND


@commands.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=7860, show_default=True, type=click.IntRange(0, 65535))
@click.option("--auth", metavar="USER:PASSWORD", help="Ask for a password; needed beyond this machine.")
@_llm
@_common
def serve(
    host: str, port: int, auth: str | None, llm: str | None, index_dir: str | None, as_json: bool
) -> int:
    """Open the web chat."""
    from qa_bot.ui import serve as serve_chat

    user, colon, password = (auth or "").partition(":")
    if auth is not None and not (user and colon and password):
        raise UsageError("--auth must be USER:PASSWORD, both not empty.")
    with _bot(index_dir, llm=llm) as bot:
        serve_chat(bot, host, port, (user, password) if auth else None)
    return 0


# --- the index ----------------------------------------------------------------------------------


@commands.command()
@click.argument("paths", nargs=-1)
@click.option(
    "--prune", is_flag=True, help="Also remove articles that have gone from the folders and feeds given."
)
@click.option(
    "--rebuild",
    is_flag=True,
    help="Cut and embed every stored article again, with the settings of now.",
)
@click.option(
    "--column",
    "columns",
    metavar="FACT=NAME",
    multiple=True,
    help="Which column of CSV and JSONL holds what: --column text=body; repeatable.",
)
@click.option(
    "--watch",
    is_flag=True,
    help="Go on: index folders as files change, and look at feeds every `watch_minutes`.",
)
@_common
def index(
    paths: tuple[str, ...],
    prune: bool,
    rebuild: bool,
    columns: tuple[str, ...],
    watch: bool,
    index_dir: str | None,
    as_json: bool,
) -> int:
    """Index files, folders, and addresses of pages, feeds and sitemaps. What is unchanged is left alone."""
    from qa_bot.bot import index_articles, rebuild_index

    if not paths and not rebuild:
        raise UsageError("Name what to index: qa-bot index PATH ...")
    if not all(path.strip() for path in paths):
        raise UsageError("A path is empty; name a file or a folder.")
    if watch and not paths:
        raise UsageError("Name what to watch: qa-bot index PATH --watch")
    report = None
    named = dict(_pair(column, "--column") for column in columns)
    if rebuild:
        count = rebuild_index(index_dir, progress=_progress)
        click.echo(f"Rebuilt: {_articles(count)}.", err=True)
    if watch:
        _watch(paths, index_dir, as_json, prune=prune, columns=named)
    elif paths and as_json:
        with _Outcomes() as outcomes:
            report = index_articles(
                paths, index_dir, prune=prune, progress=_progress, columns=named, on_article=outcomes.add
            )
            outcomes.end(report.to_dict())
    elif paths:
        report = index_articles(paths, index_dir, prune=prune, progress=_progress, columns=named)
    if as_json and not report:
        _print_json({"rebuilt": count})
    elif report and not as_json:
        _print_report(report)
    return 1 if report and report.failed else 0


def _print_report(report: Report) -> None:
    for message in report.failed:
        click.echo(f"Not indexed: {message}", err=True)
    click.echo(_summary(report))
    if report.undated:
        count = len(report.undated)
        have = "has" if count == 1 else "have"
        click.echo(f"{_articles(count)} {have} no date; --since and --until leave such out.", err=True)


def _watch(paths: Sequence[str], index_dir: str | None, as_json: bool, **options: Any) -> None:
    """Index what changes until interrupted; a report of each change and of each new failure."""
    from qa_bot.bot import index_articles
    from qa_bot.config import load_settings
    from qa_bot.watching import Watch

    told: list[Any] = []

    def tell(report: Report | QABotError) -> None:
        if isinstance(report, QABotError):
            click.echo(f"Error: {report}", err=True)
        elif report.added or report.changed or report.removed or [report.failed] != told:
            told[:] = [report.failed]
            if as_json:
                _print_json(report.to_dict(), one_line=True)
            else:
                _print_report(report)

    def add(some: Sequence[str]) -> Report:
        return index_articles(some, index_dir, progress=_progress, **options)

    minutes = load_settings(index_dir=index_dir).watch_minutes
    click.echo("Watching; Ctrl-C ends it.", err=True)
    Watch(add, paths, minutes, tell).run()


def _pair(text: str, option: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or not name.strip():
        raise UsageError(f"{option} must be NAME=VALUE, not {text!r}.")
    return name.strip(), value.strip()


class _Told(Exception):
    """An error that has been told; only its exit code is left to give."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


_FOUND_LATER = ("imported", "language", "group")  # when an article is stored


class _Outcomes:
    """An indexing run as one JSON object that is written while it goes on, a line per article."""

    def __init__(self) -> None:
        self._begun = False
        self._ended = False

    def __enter__(self) -> _Outcomes:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        """Whatever ends a run, what was written is one sound object; it tells the error."""
        if error is None or not self._begun or self._ended:
            return
        name, message, code = type(error).__name__, str(error), 1
        if isinstance(error, QABotError):
            code = error.exit_code
        elif isinstance(error, KeyboardInterrupt):
            name, message, code = "Interrupted", "Interrupted.", INTERRUPTED
        elif not isinstance(error, OSError):
            return
        click.echo("\n]," + _as_json({"error": {"type": name, "message": message}})[1:])
        raise _Told(code) from error

    def add(self, outcome: str, about: Article | str) -> None:
        """Write what became of one article, or of one file that could not be read."""
        if isinstance(about, str):
            line = {"outcome": outcome, "message" if outcome == "failed" else "id": about}
        else:
            facts = about.to_dict(text=False)
            line = {"outcome": outcome, **{name: facts[name] for name in facts if name not in _FOUND_LATER}}
        click.echo(("," if self._begun else '{"articles": [') + "\n  " + _as_json(line), nl=False)
        self._begun = True

    def end(self, report: dict[str, Any]) -> None:
        """Write the report of the whole run."""
        self._ended = True
        if not self._begun:
            click.echo('{"articles": [', nl=False)
        click.echo("\n]," + _as_json(report)[1:])


def _summary(report: Any) -> str:
    parts = [
        f"{len(getattr(report, name)):,} {name}"
        for name in ("added", "changed", "removed", "unchanged", "failed")
        if getattr(report, name)
    ]
    changed = report.added or report.changed or report.removed
    return (", ".join(parts) or "nothing found") + ("." if changed else "; nothing to do.")


@commands.group()
def articles() -> None:
    """List, show, set and delete the indexed articles."""


@articles.command("list")
@_common
def list_articles(index_dir: str | None, as_json: bool) -> int:
    """List the articles, newest first."""
    with _bot(index_dir) as bot:
        found = bot.articles()
        if as_json:
            _print_json({"articles": [article.to_dict(text=False) for article in found]})
        for article in found if not as_json else ():
            click.echo(f"{article.published or 'undated   '}  {article.id}  {article.title or ''}")
    return 0


@articles.command("show")
@click.argument("article_id", metavar="ID")
@_common
@click.option("--versions", is_flag=True, help="Show what it was before it changed, oldest first.")
def show_article(article_id: str, versions: bool, index_dir: str | None, as_json: bool) -> int:
    """Show one article: the text that all offsets count in."""
    with _bot(index_dir) as bot:
        article = bot.article(article_id)
        shown = bot.versions(article_id) if versions else [article]
        copies = [] if versions else [other for other in bot.copies(article_id) if other != article_id]
    if as_json and versions:
        _print_json({"versions": [version.to_dict() for version in shown]})
    elif as_json:
        _print_json(article.to_dict())
    else:
        for number, version in enumerate(shown):
            click.echo("\n" * bool(number) + "\n".join(_about(version, copies)) + f"\n\n{version.text}")
        if not shown:
            click.echo(f"{article_id!r} has not changed since it was indexed.", err=True)
    return 0


def _about(article: Article, copies: Sequence[str]) -> list[str]:
    """What is known of an article, a line each."""
    lines = [_source(article)]
    if article.published and article.date_certainty != "stated":
        source = (article.date_source or "").replace("_", " ")
        lines.append(f"Published {article.published} ({article.date_certainty}, from {source})")
    if article.modified:
        lines.append(f"Modified {article.modified}")
    if article.superseded:
        lines.append(f"Superseded: indexed {article.imported or 'earlier'}, and changed since")
    lines += [f"Corrected: {correction}" for correction in article.corrections]
    if article.rights:
        lines.append(f"Copyright {article.rights}")
    if copies:
        lines.append(f"The same report: {', '.join(copies)}")
    return lines


@articles.command("set")
@click.argument("article_id", metavar="ID")
@click.argument("facts", metavar="FIELD=VALUE...", nargs=-1, required=True)
@_common
def set_article(article_id: str, facts: tuple[str, ...], index_dir: str | None, as_json: bool) -> int:
    """Set what is known of an article: title, publisher, author, published, modified, url, language.

    It holds from then on, whatever the article's file says. FIELD= with nothing after it: not known.
    """
    values = dict(_pair(fact, "A fact") for fact in facts)
    with _bot(index_dir) as bot:
        article = bot.set_facts(article_id, **values)
    if as_json:
        _print_json(article.to_dict(text=False))
    else:
        click.echo("\n".join(_about(article, ())))
    return 0


@articles.command("delete")
@click.argument("article_ids", metavar="ID...", nargs=-1, required=True)
@_common
def delete_articles(article_ids: tuple[str, ...], index_dir: str | None, as_json: bool) -> int:
    """Remove articles from the index; the files they came from stay."""
    with _bot(index_dir) as bot:
        for article_id in article_ids:
            bot.article(article_id)
        count = bot.delete(article_ids)
    if as_json:
        _print_json({"deleted": count})
    else:
        click.echo(f"Deleted {_articles(count)}.")
    return 0


@commands.command()
@click.option("--repair", is_flag=True, help="Rebuild what does not fit from the catalogue.")
@_common
def check(repair: bool, index_dir: str | None, as_json: bool) -> int:
    """Check the index's parts against each other. Exit code 1: damage found."""
    with _bot(index_dir) as bot:
        problems = bot.check(repair=repair)
        left = bot.check() if repair else problems
        count, passages = bot.counts()
    if as_json:
        _print_json({"articles": count, "passages": passages, "problems": problems, "left": left})
    else:
        for problem in problems:
            click.echo(problem)
        state = "all is well" if not left else "damaged; run: qa-bot check --repair"
        click.echo(
            f"{_articles(count)}, {passages:,} passages: {'repaired' if problems and not left else state}."
        )
    return 1 if left else 0


@commands.command("eval")
@click.argument("questions", metavar="QUESTIONS.jsonl")
@click.option("--articles", "path", metavar="PATH", help="Ask these articles, in an index of their own.")
@click.option("--no-as-of", is_flag=True, help="Leave out each question's date of asking.")
@click.option("--report", "page", metavar="FILE.html", help="Also write a web page with plots.")
@click.option("--failures", "show_failures", is_flag=True, help="Also list what went wrong.")
@_filters
@_llm
@_common
def evaluate(
    questions: str,
    path: str | None,
    no_as_of: bool,
    page: str | None,
    show_failures: bool,
    llm: str | None,
    index_dir: str | None,
    as_json: bool,
    **filters: Any,
) -> int:
    """Ask every question of a file and measure: retrieval, answers, citations, declining.

    A question's own date of asking goes before --as-of. With a language model the answers in quotes are
    measured beside. Exit code 1: a citation is false.
    """
    from qa_bot import evaluation, reporting

    asked = evaluation.read_questions(questions)
    if page is not None:
        reporting.check_report_path(Path(page))
    measured: dict[str, Any] = {
        "use_as_of": not no_as_of, "options": _given(filters), "progress": _progress
    }  # fmt: skip
    with _bot(index_dir, path, llm=llm) as bot:
        _say_demo(bot, as_json)
        result = evaluation.evaluate(bot, asked, **measured)
        if bot.settings.llm is not None:
            result["beside"] = evaluation.evaluate(bot.quoting(), asked, **measured)
    if page is not None:
        reporting.write_report(result, Path(page))
    if as_json:
        _print_json(result)
    else:
        click.echo(reporting.table(result))
        if show_failures:
            click.echo(f"\n{reporting.failures(result)}")
    return 1 if result["citations"]["false"] else 0


@commands.group()
def feedback() -> None:
    """What readers of the web chat thought of answers: list it, or export it."""


@feedback.command("list")
@_common
def list_feedback(index_dir: str | None, as_json: bool) -> int:
    """List the thumbs up and down with their notes, newest first."""
    given = _feedback(index_dir)
    if as_json:
        _print_json({"feedback": [_as_data(each) for each in given]})
        return 0
    for each in given:
        click.echo(f"{each.verdict:4}  {each.given[:10]}  {' '.join(each.question.split())}")
        if each.note:
            click.echo(f"      {' '.join(each.note.split())}")
    if not given:
        click.echo("No feedback yet.", err=True)
    return 0


@feedback.command("export")
@_common
def export_feedback(index_dir: str | None, as_json: bool) -> int:
    """Print all of it as JSON Lines: verdict, note, question, filters, and the answer whole."""
    for each in _feedback(index_dir):
        _print_json(_as_data(each), one_line=True)
    return 0


def _as_data(given: Feedback) -> dict[str, Any]:
    """Feedback as JSON-ready values, the answer as in the contract."""
    return {**given.to_dict(), "answer": (given.answer or {}).get("answer")}


def _feedback(index_dir: str | None) -> list[Feedback]:
    from qa_bot.journal import FILE, Journal

    with _bot(index_dir) as bot:
        file = bot.own_folder / FILE
    if not file.exists():
        return []
    journal = Journal(file)
    try:
        return journal.feedback()
    finally:
        journal.close()


@commands.command()
@_common
def config(index_dir: str | None, as_json: bool) -> int:
    """Show every setting, its value and where that comes from."""
    from qa_bot.config import load_settings, origins

    settings = load_settings(index_dir=index_dir)
    where = origins(settings, {"index_dir": index_dir})
    values = settings.model_dump(mode="json")
    if as_json:
        _print_json({name: {"value": values[name], "origin": where[name]} for name in values})
        return 0
    for name, field in type(settings).model_fields.items():
        click.echo(f"{name} = {values[name]!r}  ({where[name]})\n    {field.description}")
    return 0


@commands.command()
@_llm
@_common
def models(llm: str | None, index_dir: str | None, as_json: bool) -> int:
    """List the models there can be, and try the one that is set. Exit code 1: it does not answer.

    Nothing is sent to any other.
    """
    from qa_bot.config import load_settings
    from qa_bot.providers import PROVIDERS, key_source

    settings = load_settings(index_dir=index_dir, llm=llm)
    tried = _tried(settings) if settings.llm else None
    rows = [
        {
            "provider": name,
            "installed": provider.is_installed,
            "install": None if provider.is_installed else provider.install,
            "key": key_source(name, settings.llm_key_file),
        }
        for name, provider in PROVIDERS.items()
    ]
    if as_json:
        _print_json({"embedder": settings.embedder, "llm": tried, "providers": rows})
    else:
        click.echo(f"embedder: {settings.embedder} (built in)")
        click.echo(f"language model: {_trial(tried) if tried else 'none; answers are quotes'}")
        for row in rows:
            state = "installed" if row["installed"] else f"not installed; run: {row['install']}"
            click.echo(f"  {row['provider']}:MODEL  {state}; key: {row['key']}")
    return 1 if tried and tried["error"] else 0


def _tried(settings: Settings) -> dict[str, Any]:
    """What came of one short call of the model that is set."""
    from qa_bot.writing import Author

    started = time.perf_counter()
    error = None
    try:
        Author(settings).try_it()
    except QABotError as failure:
        error = str(failure)
    ms = round((time.perf_counter() - started) * 1000)
    return {"name": settings.llm, "answers": error is None, "ms": ms, "error": error}


def _trial(tried: dict[str, Any]) -> str:
    return f"{tried['name']}, " + (tried["error"] or f"answers ({tried['ms']:,} ms, with loading it)")


# --- output -------------------------------------------------------------------------------------


def _bot(index_dir: str | None, path: str | None = None, *, llm: str | None = None) -> QABot:
    from qa_bot.bot import QABot

    if path is not None:
        return QABot.from_articles(path, index_dir=index_dir, llm=llm)
    return QABot(index_dir=index_dir, llm=llm)


def _given(filters: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in filters.items() if value not in (None, ())}


def _say_demo(bot: QABot, as_json: bool) -> None:
    if bot.is_demo and not as_json:
        click.echo("(Demo: five sample articles. Your own: qa-bot index PATH)", err=True)


def _print_answer(answer: Answer, bot: QABot, as_json: bool, *, lines: bool = False) -> None:
    if as_json:
        _print_json(answer.to_dict(), one_line=lines)
        return
    click.echo(str(answer))
    for notice in answer.notices:
        click.echo(f"Note: {notice}", err=True)
    if not answer.answered and answer.passages:
        click.echo("\nNearest passages:")
        for passage in answer.passages[:3]:
            text = " ".join(passage.text.split())
            click.echo(f"- {_source(bot.article(passage.article_id))}: {text[:160]}{'…' * (len(text) > 160)}")
    if lines:
        click.echo()


def _source(article: Article) -> str:
    parts = [article.publisher, article.published or "undated", article.label]
    return ", ".join(part for part in parts if part)


def _articles(count: int) -> str:
    return f"{count:,} article" + ("" if count == 1 else "s")


def _progress(message: str) -> None:
    click.echo(message, err=True)


def _print_json(data: Any, *, one_line: bool = False) -> None:
    click.echo(_as_json(data, None if one_line else 2))


def _as_json(data: Any, indent: int | None = None) -> str:
    text = json.dumps(data, ensure_ascii=False, indent=indent)
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:  # a lone surrogate, or a terminal that is not UTF-8
        text = json.dumps(data, indent=indent)
    return text
