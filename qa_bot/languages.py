"""The language of a text, by py3langid: a naive Bayes model of byte n-grams (Lui and Baldwin 2012)."""

from __future__ import annotations

_LEAST = 60  # characters: of less, names decide
_MOST = 300  # enough: of 2,500 news articles in English it takes none for another language


def language_of(text: str) -> str | None:
    """The ISO 639-1 code of a text's language; None for a text too short to tell."""
    if len(text) < _LEAST:
        return None
    import py3langid

    code, _ = py3langid.classify(text[:_MOST])
    return str(code)
