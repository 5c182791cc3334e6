"""The language of a text: English by its commonest words, others by py3langid.

py3langid is a naive Bayes model of byte n-grams (Lui and Baldwin 2012, "langid.py"). It takes 0.3 s to load,
and a fifth of a millisecond a text; English texts, most of what is read, do without it.
"""

from __future__ import annotations

_LEAST = 60  # characters: of less, names decide
_MOST = 300  # enough: of 2,500 news articles in English py3langid takes none for another language
_MORE = 1000
# Words that no language near to English has; "was", "at", "for" and "of" are words of others as well. Of
# 2,500 news articles in English all but one have enough of them, lists of winners included.
_ENGLISH = frozenset(
    "the and that with were are said from which who its his it this but they not you she their would when"
    " after about been there how what than your into because".split()
)
_SHARE = 0.06  # of a text's words; a foreign text that quotes a sentence of English has less
_KINDS = 3  # different ones
_KINDS_IN_FEW = 4  # and in a text of so few words that an English title may have three of them
_FEW_WORDS = 50


def language_of(text: str) -> str | None:
    """The ISO 639-1 code of a text's language; None for a text too short to tell."""
    if len(text) < _LEAST:
        return None
    words = text[:_MORE].lower().split()
    english = [word for word in words if word in _ENGLISH]
    kinds = _KINDS if len(words) >= _FEW_WORDS else _KINDS_IN_FEW
    if len(english) >= _SHARE * len(words) and len(set(english)) >= kinds:
        return "en"
    import py3langid

    code, _ = py3langid.classify(text[:_MOST])
    return str(code)
