"""What stands around an article in plain text: page furniture goes, and what it tells becomes facts.

The rules look at whole lines. A line goes when it can hardly be anything else than furniture ("READ MORE",
a count of followers, a copyright line, a caption printed twice) or when it stands before or after the prose
among such lines. In doubt it stays. What a line that goes tells (the day, the author, who holds the
copyright) is kept as a fact; a correction stays and is a fact too. Applied twice it changes nothing.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field

from qa_bot.cleaning import clean
from qa_bot.dates import full_dates, iso_date

_HEAD_LINES = 8  # above the prose: site, weather, place, day, title, standfirst


@dataclass
class Tidied:
    """A text without its furniture, and what the furniture told; None where it did not."""

    text: str
    title: str | None = None
    publisher: str | None = None
    author: str | None = None
    published: str | None = None
    modified: str | None = None
    rights: str | None = None
    corrections: list[str] = field(default_factory=list)


def tidy(text: str) -> Tidied:
    """Take the furniture off a text that `clean` has cleaned.

    Lines are only removed, or lose a photograph's credit or an agency's mark; nothing is written anew.
    """
    found = Tidied(text)
    while True:  # what was removed may have hidden more of its kind
        before = found.text
        lines = _without_glued_date(before.split("\n"), found)
        lines = _without_tail(_without_head(lines, found), found)
        kept = [line and _line(line, found) for line in _without_doubles(lines)]
        found.text = "\n".join(line for line in kept if line is not None)
        if found.text == before:
            break
        found.text = clean(found.text)  # lines that have come together may be one that was wrapped
    if parts := [part for part in _MAY_CORRECT if part in found.text]:
        lines = [line for line in found.text.split("\n") if any(part in line for part in parts)]
        found.corrections = [line for line in lines if is_correction(line)]
    found.title = found.title or _title_line(_head(found.text.split("\n", 3 * _HEAD_LINES)))
    return found


def is_correction(line: str) -> bool:
    """Whether a line says that the article was put right."""
    return len(line) <= 1000 and bool(_CORRECTION.search(line))


_MAY_CORRECT = ("orrect", "ORRECT", "larif", "LARIF", "amended", "version of this")  # found fast
_CORRECTION = re.compile(
    r"^\W*(?:corrections?|clarifications?|corrected)\b[^:.]{0,60}:"
    r"|^\W*(?:this|the) (?:article|story|report|post) (?:was|has been) (?:amended|corrected)\b"
    r"|\b(?:an?|the) (?:earlier|previous|original) version of this (?:article|story|report|post|page)\b",
    re.IGNORECASE,
)

# --- lines that go wherever they stand ----------------------------------------------------------

# Compared without case, and without the marks around.
_FURNITURE = frozenset(
    line.strip()
    for line in """
    read more; read also; read next; continue reading; keep reading; story continues below
    story continues below advertisement; article continues below; article continues below advertisement
    article continues after advertisement; advertisement; advertising; sponsored content
    leave a reply; leave a comment; post a comment; cancel reply; please enter your comment
    you have entered an incorrect email address; all rights reserved; please enter your name here
    source link; related articles; related stories; related posts; related topics; latest articles
    latest stories; latest news; most read; most popular; most viewed; trending now; stay connected
    recommended for you; you may also like; you might also like; more on this story; more from this author
    share this article; share this story; share this post; share on facebook; share on twitter
    share on whatsapp; share via email; copy link; listen to this article; skip to content
    skip to main content; view comments; show comments; hide comments; sign up for our newsletter
    sign up to our newsletter; subscribe to our newsletter; accept all cookies; cookie settings; back to top
    scroll to continue with content; click to enlarge; image source, getty images
    """.replace("\n", ";").split(";")
    if line.strip()
)
# Words that are furniture among furniture, above or below the prose, and could be headings elsewhere.
_AT_THE_EDGE = frozenset(
    line.strip()
    for line in """
    home; menu; search; login; log in; sign in; subscribe; subscribe now; share; tweet; print; email; save
    facebook; twitter; x; whatsapp; linkedin; telegram; instagram; youtube; pinterest; reddit; comment
    comments; related; recommended; trending; news; tags; topics; website; name; close; next; previous; like
    follow
    """.replace("\n", ";").split(";")
    if line.strip()
)
# From one of these on, below the prose, only prose is article.
_ENDS = frozenset(
    line.strip()
    for line in """
    leave a reply; leave a comment; post a comment; related articles; related stories; related posts
    latest articles; latest stories; latest news; most read; most popular; most viewed; trending now
    stay connected; source link; recommended for you; you may also like; you might also like
    more on this story; more from this author
    """.replace("\n", ";").split(";")
    if line.strip()
)
_COUNTER = re.compile(
    r"[\d.,]+\s?[km]?\s?(?:fans?|followers?|subscribers?|likes?|shares?|comments?|views?)"
    r"\s?(?:like|follow|subscribe)?",
    re.IGNORECASE,
)
_APPEAL = re.compile(
    r"(?:listen to|subscribe to|sign up (?:for|to)|follow us on|like us on|join us on|download (?:the|our)"
    r"|click here to|get (?:the|our|all the)) .{0,160}\b(?:podcasts?|newsletters?|spotify|apple news"
    r"|apple podcasts|facebook|twitter|instagram|telegram|whatsapp|youtube|inbox|app)\b.{0,60}",
    re.IGNORECASE,
)
_UPDATE_NOTE = re.compile(
    r"\((?:updates?|updated|adds|recasts|writes through|rewrites)\b[^()]*\)", re.IGNORECASE
)
_MARKS = " \t.!:;,…*•·|>»›→↓▼-–—"
_EDGE_WORDS = 3  # of a site's header or footer: "New York", "World news"


def _line(line: str, found: Tidied) -> str | None:
    """A line that is not empty, without what is not the article's; None for one that goes."""
    if len(line) <= _PHRASE_CHARS and line.strip(_MARKS).casefold() in _FURNITURE:
        return None
    if line[0] in _BEGINNINGS and len(line) <= _LINE_CHARS:
        bare = line.strip(_MARKS)
        if _COUNTER.fullmatch(bare) or _APPEAL.fullmatch(bare):
            return None
        if _UPDATE_NOTE.fullmatch(line) or _is_rights(line, found):
            return None
    return _without_credit(line) or None


_PHRASE_CHARS = max(map(len, _FURNITURE)) + 12
_LINE_CHARS = 250  # of a line of furniture
_BEGINNINGS = frozenset("0123456789.(©" + "lsfjdcgLSFJDCG" + _MARKS)  # of those that patterns describe


# --- copyright ----------------------------------------------------------------------------------

_RIGHTS = re.compile(
    r"(?:(?:\(c\)|©|copyright)\s*)+(?P<before>(?:19|20)\d\d(?:\s*[-–]\s*(?:19|20)?\d\d)?)?[\s,]*(?:by\s+)?"
    r"(?P<holder>[^\d.,;|©][^;|©\d]{0,60}?)?[\s,]*(?P<after>(?:19|20)\d\d(?:\s*[-–]\s*(?:19|20)?\d\d)?)?"
    r"\s*[.,;|]?\s*(?:all rights reserved\b.{0,160})?",
    re.IGNORECASE,
)
_COMPANY = re.compile(r",? (?:L\.?P|Inc|Ltd|LLC|LLP|plc|GmbH|AG|S\.A|Co|Corp)\.?$")


def _is_rights(line: str, found: Tidied) -> bool:
    """Whether a line is a copyright notice; its holder and year are noted."""
    if line[:1] not in "(©cC" or not (match := _RIGHTS.fullmatch(line)):
        return False
    year = match["before"] or match["after"]
    holder = (match["holder"] or "").strip(" ,-–")
    if not year and not line.startswith(("(c)", "(C)", "©")):
        return False  # "Copyright law is changing" speaks of it
    holder += "." * bool(re.search(r"\.[A-Z]$", holder))  # "L.P." at the end of a line
    if not found.rights:
        found.rights = " ".join(part for part in (holder, year) if part) or None
        if holder and not found.publisher:
            found.publisher = _COMPANY.sub("", holder)
    return True


# --- photographs --------------------------------------------------------------------------------

_CREDIT = re.compile(
    r"\s*(?:\((?:photo|photograph|picture|image|file photo)s?(?:\s+by\b|\s*:|\s+courtesy\b)[^()]{1,200}\)"
    r"|(?<=[.!?”\"’)])\s*(?:photo|photograph|picture|image)s?(?: credit)?\s*:\s*[^.:]{1,80})\s*$",
    re.IGNORECASE,
)
_NOTE_TO_EDITORS = re.compile(r"\s*/?\s*-{2,}\s*EDITORS?['’]? NOTE\b.*$")


def _without_credit(line: str) -> str:
    """A caption without its photographer, and without an agency's note to editors."""
    if len(line) > 2000 or not ("NOTE" in line or ":" in line[-90:] or line.endswith(")")):
        return line
    previous = None
    while line != previous:
        previous = line
        line = _NOTE_TO_EDITORS.sub("", line) if "NOTE" in line else line
        line = _CREDIT.sub("", line)
    return line


def _without_doubles(lines: list[str]) -> list[str]:
    """A caption or a name that follows itself is printed once; so is a title that stands again further down.

    What ends as a sentence does is prose, which may repeat itself.
    """
    kept: list[str] = []
    last, title = "", None
    for line in lines:
        if line:
            if line in (last, title) and _is_headline(line):
                continue
            if title is None and _is_headline(line):
                title = line
            last = line
        kept.append(line)
    return kept


def _is_headline(line: str) -> bool:
    return len(line.split()) >= 4 and not _ends_a_sentence(line)


# --- above the prose ----------------------------------------------------------------------------

_WEATHER = re.compile(r"[-−]?\d{1,3}(?:[.,]\d)?\s?°?\s?[CF]")
_GLUED = re.compile(r"(?:(?P<title>[^\n]{1,200}?)\s)?date (?P<day>(?:19|20)\d\d-[01]\d-[0-3]\d)(?:\s+|$)")
_BYLINE = re.compile(r"[Bb][Yy]:? (?P<name>[^\W\d_a-z][\w'’.-]*(?: (?:and )?[^\W\d_][\w'’.-]*){1,5})")
_UPDATED = re.compile(r"((?:last )?(?:updated?|modified|edited)\b)", re.IGNORECASE)
_AGENCY = re.compile(r"(?:[A-Z][^a-z(]{1,60} )?\((?P<name>[A-Z][\w.& ]{1,30})\)\s*(?:--?|–|—)\s+")
_SENTENCE_ENDS = (".", "!", "?", "…")
_CLOSING = "\"'”’)]"  # after the end of a sentence
_DAY_CHARS = 60  # of a line that says little but a date


def _ends_a_sentence(line: str) -> bool:
    return line.rstrip(_CLOSING).endswith(_SENTENCE_ENDS)


def _is_prose(line: str) -> bool:
    return (
        len(line.split()) >= 6 and _ends_a_sentence(line) and line.strip(_MARKS).casefold() not in _FURNITURE
    )


def _without_glued_date(lines: list[str], found: Tidied) -> list[str]:
    """``Title date 2024-11-05 The text``: an export that ran three fields into one."""
    match = _GLUED.match(lines[0])
    if not match or found.published:
        return lines
    found.published = match["day"]
    title, rest = match["title"], lines[0][match.end() :]
    if title:
        found.title = title
    return [part for part in (title, "" if title else None, rest) if part is not None] + lines[1:]


def _without_head(lines: list[str], found: Tidied) -> list[str]:
    """What a site prints above an article: weather, place, day, author."""
    kept: list[str] = []
    weather = any(_WEATHER.fullmatch(line) for line in _head(lines))
    told = 0  # lines above the prose that stay
    for at, line in enumerate(lines):
        if told == _HEAD_LINES or _is_prose(line):
            kept += lines[at:]
            break
        if line and (
            _is_header(line, weather=weather) or _says_day(line, found) or _says_author(line, found)
        ):
            continue
        told += bool(line)
        kept.append(line)
    # Where there is nothing but a header, it is all that there is.
    return _without_agency(kept, found) if any(kept) else lines


def _head(lines: list[str]) -> list[str]:
    """The first lines that are not empty."""
    return list(itertools.islice(filter(None, lines), _HEAD_LINES))


def _is_header(line: str, *, weather: bool) -> bool:
    if line.strip(_MARKS).casefold() in _AT_THE_EDGE or _WEATHER.fullmatch(line):
        return True
    # Beside the weather, a line of so few words is the site's or a place's name.
    return weather and len(line.split()) <= _EDGE_WORDS and not _day(line)


def _day(line: str) -> str | None:
    """The date of a line that says little but a date: "Saturday, October 19, 2024"."""
    if len(line) > _DAY_CHARS:
        return None
    dates = full_dates(line)
    return dates[0][1].isoformat() if dates else None


def _says_day(line: str, found: Tidied) -> bool:
    day = _day(line)
    if not day:
        return False
    published, _, modified = _UPDATED.split(line, maxsplit=1) if _UPDATED.search(line) else (line, "", "")
    found.published = found.published or iso_date(published)
    found.modified = found.modified or iso_date(modified)
    return True


def _says_author(line: str, found: Tidied) -> bool:
    match = _BYLINE.fullmatch(line)
    if match:
        found.author = found.author or match["name"]
    return bool(match)


def _without_agency(lines: list[str], found: Tidied) -> list[str]:
    """``(Agency) -- The text``: the mark goes where nothing but the agency stands in it."""
    for at, line in enumerate(lines):
        if _is_prose(line):
            match = _AGENCY.match(line)
            if match:
                found.publisher = found.publisher or match["name"]
                while line.startswith("(") and match:
                    line = line[match.end() :]
                    match = _AGENCY.match(line)
                return [*lines[:at], line, *lines[at + 1 :]]
            break
    return lines


def _title_line(head: list[str]) -> str | None:
    """The first line that reads like a headline, unless running text comes first."""
    for line in head[:-1]:
        if _ends_a_sentence(line):
            return None
        if len(line.split()) >= 4 and len(line) <= 200:
            return line
    return None


# --- below the prose ----------------------------------------------------------------------------

_OFFICE = (
    r"(?:contributor|contributing \w+|correspondent|reporter|editor|journalist|writer|columnist|freelancer"
    r"|staff writer|producer)"
)
_NAME = r"[A-Z][\w'’&-]*(?:\.\w+)*"
_BIOGRAPHY = re.compile(
    rf"(?P<name>[^\W\d_a-z][\w'’.-]+(?: [^\W\d_][\w'’.-]*){{1,4}}) is (?:an?|the) (?:[\w'’-]+ ){{0,5}}?"
    rf"{_OFFICE}\b(?: (?:to|for|at|with|of) (?P<paper>(?:[Tt]he )?{_NAME}(?: {_NAME})*))?"
    r"[^.!?]{0,200}[.!?]?"
)


def _without_tail(lines: list[str], found: Tidied) -> list[str]:
    """What a site prints below an article: who wrote it, what else there is, a form for comments."""
    last = next((at for at in range(len(lines) - 1, -1, -1) if _is_article(lines[at])), -1)
    if last < 0:
        return lines
    tail, ended = [], False
    for line in lines[last + 1 :]:
        bare = line.strip(_MARKS).casefold()
        ended = ended or bare in _ENDS
        if not line or not (ended or bare in _AT_THE_EDGE):
            tail.append(line)
    return lines[: last + 1] + _without_author(tail, found)


def _is_article(line: str) -> bool:
    return _is_prose(line) and not _BIOGRAPHY.fullmatch(line) and not _APPEAL.fullmatch(line.strip(_MARKS))


def _without_author(tail: list[str], found: Tidied) -> list[str]:
    """An author's name and biography after the end tell the author, and often the publisher."""
    match = next((match for line in tail if (match := _BIOGRAPHY.fullmatch(line))), None)
    if match is None:
        return tail
    found.author = found.author or match["name"]
    if match["paper"]:  # who the author writes for; a copyright line may name the agency it came from
        found.publisher = match["paper"]
    return [line for line in tail if line != match["name"] and not _BIOGRAPHY.fullmatch(line)]
