"""The README's table of settings, made from the settings themselves.

python tools/settings_table.py            print it
python tools/settings_table.py --write    put it into README.md between its two comment lines
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from qa_bot.config import ENV_PREFIX, Settings

README = Path(__file__).resolve().parents[1] / "README.md"
_BETWEEN = re.compile(r"(<!-- settings -->\n)(.*?)(\n?<!-- /settings -->)", re.DOTALL)


def table() -> str:
    """Markdown: a row a setting."""
    rows = ["| setting | default | environment variable | meaning |", "| --- | --- | --- | --- |"]
    for name, field in Settings.model_fields.items():
        default = "" if field.default is None else f"`{field.default}`"
        meaning = (field.description or "").replace("|", "\\|")
        rows.append(f"| `{name}` | {default} | `{(ENV_PREFIX + name).upper()}` | {meaning} |")
    return "\n".join(rows)


def held(text: str) -> str | None:
    """The table that a text holds between the two comment lines; None when it has no such lines."""
    match = _BETWEEN.search(text)
    return match[2].strip() if match else None


def main(arguments: list[str], readme: Path = README) -> None:
    """Print the table, or write it into the README."""
    if arguments == ["--write"]:
        text = readme.read_text("utf-8")
        if held(text) is None:
            sys.exit(
                "README.md has no lines <!-- settings --> and <!-- /settings -->: put them where it goes."
            )
        readme.write_text(
            _BETWEEN.sub(lambda match: match[1] + table() + "\n<!-- /settings -->", text), "utf-8"
        )
    elif not arguments:
        print(table())
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
