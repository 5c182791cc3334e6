"""Prompts: Markdown files whose first lines name their variables, filled strictly.

A file begins with a comment that lists each variable with its meaning; what follows is a Jinja2 template.
Values are put in as they are: template code inside them is text like any other.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from qa_bot.config import bundled
from qa_bot.errors import QABotError

_HEAD = re.compile(r"\A<!--\n(?P<lines>(?:[^\n]*\n)*?)-->\n")
_VARIABLE = re.compile(r"- `(?P<name>[a-z_]+)`: \S.*")


def fill(name: str, **values: Any) -> str:
    """The prompt of a name with its variables filled in.

    Args:
        name: of the file, without `.md`.
        values: one for each variable that the file names.

    Raises:
        QABotError: there is no such prompt, its head or template is wrong, or the values are not those that
            it names.
    """
    return filled(bundled("prompts") / f"{name}.md", values)


def filled(path: Path, values: dict[str, Any]) -> str:
    """The prompt of a file with its variables filled in; raises what `fill` raises."""
    import jinja2

    declared, template = _read(path)
    if set(values) != declared:
        odd = ", ".join(sorted(declared ^ set(values)))
        raise QABotError(
            f"The prompt {path.name} has the variables {sorted(declared)}, which does not fit: {odd}."
        )
    try:
        return str(template.render(values)).strip()
    except jinja2.TemplateError as error:
        raise QABotError(f"The prompt {path.name} cannot be filled: {error.message}.") from error


@lru_cache(maxsize=8)
def _read(path: Path) -> tuple[frozenset[str], Any]:
    import jinja2
    from jinja2 import meta
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    try:
        text = path.read_text("utf-8")
    except OSError as error:
        raise QABotError(f"There is no prompt {str(path)!r}; install qa_bot again.") from error
    head = _HEAD.match(text)
    lines = head["lines"].splitlines() if head else []
    found = [_VARIABLE.fullmatch(line) for line in lines[1:]]
    if head is None or not all(found):
        raise QABotError(f"The prompt {path.name} must begin with a comment that lists its variables.")
    declared = frozenset(match["name"] for match in found if match)
    # Plain text for a model, not for a browser: escaping would change the articles' words.
    environment = ImmutableSandboxedEnvironment(undefined=jinja2.StrictUndefined, trim_blocks=True)
    try:
        template = environment.from_string(text[head.end() :])
        used = meta.find_undeclared_variables(environment.parse(text[head.end() :]))
    except jinja2.TemplateError as error:
        raise QABotError(f"The prompt {path.name} is no template: {error.message}.") from error
    if used != declared:
        raise QABotError(f"The prompt {path.name} uses {sorted(used)} but lists {sorted(declared)}.")
    return declared, template
