"""Make 300 files that mean harm, or have come to some, and index them: each must end in a result or a reason.

Among them are good files of every kind, all of which must be in the index afterwards. Told are the time, the
peak memory of a process, and every fault: a file that is neither indexed nor reported, a traceback, a
reason of more than a line, a good file that is missing, a limit passed. Exit code 1 on any.

`--only FOLDER` makes the files and does nothing more; `--small` makes the large ones a hundredth as large.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests import documents  # noqa: E402 (made-up articles of every kind)
from tests.documents import archive, page  # noqa: E402

COUNT = 300
SECONDS = 900  # that all may take
MEGABYTES = 3500  # that one process may use
GOOD = "The council of Port Ellis met on Monday and voted for harbour number {}, said Mayor Ines Moll."
BOMB = (
    "<!DOCTYPE a [<!ENTITY a 'lol'>"
    + "".join(f"<!ENTITY {chr(98 + n)} '{f'&{chr(97 + n)};' * 10}'>" for n in range(9))
    + "]>"
)


def main() -> int:
    """Make the files, index them, and tell what went wrong; 0 when nothing did."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--only", metavar="FOLDER", help="make the files there, and stop")
    parser.add_argument("--small", action="store_true", help="make the large ones small")
    options = parser.parse_args()
    scale = 100 if options.small else 1
    if options.only:
        print(f"{len(make(Path(options.only), scale))} files in {options.only}")
        return 0
    with tempfile.TemporaryDirectory(prefix="qa-bot-hostile-") as place:
        folder = Path(place, "files")
        names = make(folder, scale)
        faults = index(folder, names, Path(place, "index"))
        (folder / "closed").chmod(0o700)
    print(f"{len(names)} hostile files: {len(faults)} faults")
    for fault in faults:
        print(f"  {fault}")
    return 1 if faults else 0


# --- indexing -----------------------------------------------------------------------------------


def index(folder: Path, names: list[str], index_dir: Path) -> list[str]:
    """Index the folder from the command line, and hold what it says against what is there."""
    command = [sys.executable, "-m", "qa_bot", "index", str(folder), "--index-dir", str(index_dir), "--json"]
    began = time.monotonic()
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False, cwd=ROOT)
    except subprocess.TimeoutExpired:
        return [f"It took longer than {SECONDS} s."]
    seconds = time.monotonic() - began
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1000
    print(f"{seconds:.0f} s, at most {peak:.0f} MB a process, exit code {done.returncode}")
    faults = [f"A process took {peak:.0f} MB."] if peak > MEGABYTES else []
    if done.returncode != 1 or "Traceback" in done.stderr:
        return [*faults, f"exit code {done.returncode}: {done.stderr.strip()[-400:]}"]
    report = json.loads(done.stdout)
    faults += [f"a reason of several lines: {reason!r}" for reason in report["failed"] if "\n" in reason]
    faults += [
        f"a reason of {len(reason)} characters: {reason[:200]}"
        for reason in report["failed"]
        if len(reason) > 1000
    ]
    indexed = [line.get("path") or "" for line in report["articles"] if line["outcome"] == "added"]
    for name in names:
        if (folder / name).is_dir():
            continue  # a link to a folder is not followed, and holds no article
        path = str(folder / name)
        shown = {repr(path).strip("'\""), path, name}
        if not any(path in one for one in indexed) and not any(
            s in reason for reason in report["failed"] for s in shown
        ):
            faults.append(f"{name!r} is neither indexed nor reported")
        if name.startswith("good") and not any(one.startswith(path) for one in indexed):
            faults.append(f"{name!r} is good and was not indexed")
    print(f"{len(report['added'])} articles, {len(report['failed'])} reasons")
    return faults


# --- the files ----------------------------------------------------------------------------------


def make(folder: Path, scale: int) -> list[str]:
    """Write the files; the names of those that must be accounted for."""
    folder.mkdir(parents=True, exist_ok=True)
    names = []
    for name, write in files(scale):
        write(folder / name)
        names.append(name)
    return names


Write = Callable[[Path], object]


def raw(content: bytes | str) -> Write:
    """A file of these bytes."""
    return lambda path: path.write_bytes(
        content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    )


def long(start: bytes, middle: bytes, end: bytes, size: int) -> Write:
    """A file of one line, as long as wanted."""

    def write(path: Path) -> None:
        with path.open("wb") as file:
            file.write(start)
            for _ in range(max(1, size // len(middle) // 1000)):
                file.write(middle * 1000)
            file.write(end)

    return write


def files(scale: int) -> Iterator[tuple[str, Write]]:
    """Name and writer of each: as many as COUNT, the last of them noise."""
    made = 0
    for kind in (good, empty, cut, misnamed, texts, pages, tables, archives, odd_documents, places):
        for name, write in kind(scale):
            made += 1
            yield name, write
    luck = random.Random(7)
    suffixes = sorted(kinds())
    for number in range(COUNT - made):
        yield (
            f"noise{number:03}{suffixes[number % len(suffixes)]}",
            raw(luck.randbytes(luck.randint(1, 5000))),
        )


def kinds() -> dict[str, bytes]:
    """A sound file of each kind."""
    with tempfile.TemporaryDirectory() as place:
        word, odt = Path(place, "a.docx"), Path(place, "a.odt")
        documents.word(word)
        documents.open_document(odt)
        office = {".docx": word.read_bytes(), ".odt": odt.read_bytes()}
    body = "\n\n".join(documents.BODY)
    return {
        **office,
        ".txt": body.encode(),
        ".md": f"---\ntitle: {documents.TITLE}\n---\n{body}".encode(),
        ".jsonl": json.dumps({"text": body}).encode(),
        ".csv": f'title,text\n{documents.TITLE},"{body}"\n'.encode(),
        ".html": page().encode(),
        ".htm": page().encode(),
        ".mhtml": documents.saved_page(),
        ".eml": documents.mail(),
        ".epub": documents.epub(),
        ".pdf": documents.pdf(),
        ".rtf": documents.rtf(),
        ".zip": archive({"a.txt": body.encode(), "b.html": page().encode()}),
    }


def good(_: int) -> Iterator[tuple[str, Write]]:
    """Sound files of every kind, and texts between the others."""
    for number, (suffix, content) in enumerate(kinds().items()):
        yield f"good{number:02}{suffix}", raw(content)
    for number in range(30):
        yield f"good-{number:02}.txt", raw(GOOD.format(number))


def empty(_: int) -> Iterator[tuple[str, Write]]:
    """Nothing, or nothing but space."""
    for suffix in kinds():
        yield f"empty{suffix}", raw(b"")
    yield "blank.txt", raw(b" \n\t\n" * 100)
    yield "mark.txt", raw(b"\xef\xbb\xbf")


def cut(_: int) -> Iterator[tuple[str, Write]]:
    """Sound files, cut short."""
    for suffix in (".docx", ".odt", ".epub", ".pdf", ".rtf", ".zip", ".eml", ".mhtml", ".jsonl", ".html"):
        content = kinds()[suffix]
        for percent in (3, 30, 60, 97):
            yield f"cut{percent:02}{suffix}", raw(content[: len(content) * percent // 100])


def misnamed(_: int) -> Iterator[tuple[str, Write]]:
    """Sound files under another kind's name."""
    contents = kinds()
    for of in (".pdf", ".docx", ".zip", ".html", ".eml"):
        for suffix in (
            ".txt",
            ".md",
            ".html",
            ".jsonl",
            ".csv",
            ".pdf",
            ".docx",
            ".epub",
            ".zip",
            ".rtf",
            ".odt",
            ".eml",
        ):
            if suffix != of:
                yield f"is-{of[1:]}{suffix}", raw(contents[of])


def texts(scale: int) -> Iterator[tuple[str, Write]]:
    """Texts of characters that are none, of one line, and made to keep a parser busy."""
    megabytes = 200_000_000 // scale
    for suffix in (".txt", ".md"):
        yield f"line{suffix}", long(b"", b"word ", b"", megabytes)
        yield f"letters{suffix}", long(b"", b"x", b"", 40_000_000 // scale)
        yield f"nul{suffix}", raw(b"\0" * 5000)
        yield f"some-nul{suffix}", raw(GOOD.encode() * 20 + b"\0" + GOOD.encode())
        yield f"surrogate{suffix}", raw("Lone \ud800 and \udfff in " + GOOD)
        yield (
            f"mixed{suffix}",
            raw(("Größe in UTF-8. " * 30).encode() + ("Größe in Latin-1. " * 30).encode("latin-1")),
        )
        yield f"utf16{suffix}", raw((GOOD * 20).encode("utf-16-le"))
        yield f"half-mark{suffix}", raw(b"\xff\xfe" + GOOD.encode())
        yield f"controls{suffix}", raw(bytes(range(32)) * 100)
        yield f"marks{suffix}", raw("\u202e\u200b" * 50_000 + GOOD)
        yield f"days{suffix}", raw("8 March 2024\n" * 50_000)
        yield f"furniture{suffix}", raw("(NPA) -- " * 30_000 + GOOD)
    for name, part in (
        ("comments", "<!--"),
        ("scripts", "<script>"),
        ("links", "["),
        ("quotes", "> "),
        ("stars", "*a "),
        ("pictures", "![["),
    ):
        yield f"{name}.md", raw(part * (300_000 // len(part)))
    yield "table.md", raw("|a" * 30_000 + "\n" + "|-" * 30_000 + "\n" + "|b\n" * 1000)
    yield "deep-facts.md", raw("---\ntitle: " + "[" * 40_000 + "\n---\nWords.")
    yield (
        "yaml-bomb.md",
        raw(
            "---\na: &a [x,x]\n"
            + "".join(f"{chr(98 + n)}: &{chr(98 + n)} [{f'*{chr(97 + n)},' * 9}]\n" for n in range(9))
            + "---\nWords."
        ),
    )


def pages(scale: int) -> Iterator[tuple[str, Write]]:
    """Pages that are deep, wide, endless, or not what they say."""
    for tag in ("div", "b", "table", "ul><li", "blockquote", "font"):
        yield (
            f"deep-{tag[:2]}.html",
            raw(page().replace("<main>", f"<{tag}>" * (100_000 // min(scale, 10)) + "<main>")),
        )
    yield "line.html", long(b"<html><body><p>", b"word ", b"</p></body></html>", 200_000_000 // scale)
    yield "wide.html", raw("<html><body>" + "<p>Word.</p>" * (200_000 // scale) + "</body></html>")
    yield "attributes.html", raw("<html><body><p " + "a=b " * 300_000 + ">Words.</p></body></html>")
    yield "comment.html", raw("<html><!--" * 100_000)
    yield (
        "links.html",
        raw("<html><body>" + "<a href='x'>Word</a> " * (100_000 // min(scale, 10)) + "</body></html>"),
    )
    yield "nul.html", raw(page().replace(" ", "\0"))
    yield "bomb.html", raw(f"<?xml version='1.0'?>{BOMB}<html><body><p>&j;</p></body></html>")
    yield "charset.html", raw("<meta charset='no-such-encoding'>" + page())
    yield "lies.html", raw(b"<meta charset='utf-16'>" + page().encode())
    yield "json-ld.html", raw(page(head="<script type='application/ld+json'>" + "[" * 100_000 + "</script>"))
    yield (
        "cells.html",
        raw(
            "<html><body><table>"
            + "<tr><td>Word</td></tr>" * (100_000 // min(scale, 10))
            + "</table></body></html>"
        ),
    )


def tables(scale: int) -> Iterator[tuple[str, Write]]:
    """Tables with rows that are none."""
    megabytes = 200_000_000 // scale
    yield "line.jsonl", long(b'{"text": "', b"word ", b'"}', megabytes)
    yield "line.csv", long(b'title,text\na,"', b"word ", b'"\n', megabytes)
    yield "deep.jsonl", raw('{"text": ' + "[" * 500_000)
    yield "number.jsonl", raw('{"text": ' + "9" * 100_000 + "}")
    yield "surrogate.jsonl", raw('{"text": "Lone \\ud800 here."}')
    yield (
        "rows.jsonl",
        raw("\n".join(["{", "[]", "null", '{"text": null}', '{"text": "Good words here."}', "\0"])),
    )
    yield "quote.csv", raw('title,text\na,"never closed ' + "x " * 200_000)
    yield "columns.csv", raw("text," + "a," * 100_000 + "\nGood words here.," + "b," * 100_000)
    yield "nul.csv", raw(b"title,text\na,b\0c\n")
    yield "same.csv", raw("text,text,text\nOne of three.,Two,Three\n")


def archives(scale: int) -> Iterator[tuple[str, Write]]:
    """Archives that swell, nest, lie, or lead out of their folder."""
    zeros = b"\0" * (1_000_000_000 // scale)
    yield "bomb.zip", raw(archive({"a.txt": zeros, "b.txt": GOOD.encode()}))
    yield "bombs.zip", raw(archive({f"{n}.html": zeros[:40_000_000] for n in range(30 if scale == 1 else 3)}))
    nested = archive({"a.txt": GOOD.encode()})
    for _ in range(20):
        nested = archive({"a.zip": nested})
    yield "nested.zip", raw(nested)
    yield "many.zip", raw(archive({f"{n}.txt": b"" for n in range(30_000 // min(scale, 10))}))
    yield (
        "outside.zip",
        raw(archive({"../../../tmp/qa-bot-evil.txt": GOOD.encode(), "/etc/evil.txt": b"Evil words here."})),
    )
    locked = bytearray(archive({"a.txt": GOOD.encode()}))
    locked[6] |= 1
    locked[locked.rindex(b"PK\x01\x02") + 8] |= 1
    yield "locked.zip", raw(bytes(locked))
    lying = bytearray(archive({"a.txt": GOOD.encode() * 100}))
    at = lying.rindex(b"PK\x01\x02") + 24
    lying[at : at + 4] = (5).to_bytes(4, "little")
    yield "lying.zip", raw(bytes(lying))
    yield "pictures.zip", raw(archive({"a.png": b"x"}))
    yield "link.zip", link_in_archive
    for suffix in (".docx", ".odt", ".epub"):
        yield (
            f"bomb{suffix}",
            raw(
                archive(
                    {
                        "mimetype": b"x",
                        "word/document.xml": zeros[:200_000_000],
                        "content.xml": zeros[:200_000_000],
                        "META-INF/container.xml": zeros[:200_000_000],
                    }
                )
            ),
        )
        yield f"xml-bomb{suffix}", raw(with_bomb(kinds()[suffix]))


def link_in_archive(path: Path) -> None:
    """An archive whose member is a link to a file outside."""
    with zipfile.ZipFile(path, "w") as made:
        info = zipfile.ZipInfo("a.txt")
        info.external_attr = 0o120777 << 16
        made.writestr(info, "/etc/passwd")


def with_bomb(content: bytes) -> bytes:
    """An office file or e-book each of whose parts declares entities that grow a billionfold."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name.endswith((".xml", ".opf", ".xhtml")):
                head, _, rest = part.decode("utf-8", "replace").rpartition("?>")
                part = f"{head}{'?>' if head else ''}{BOMB}{rest}".encode()
            new.writestr(name, part)
    return buffer.getvalue()


def odd_documents(scale: int) -> Iterator[tuple[str, Write]]:
    """Documents that are very long, very deep, locked, or turn in a circle."""
    yield "pages.pdf", raw(documents.pdf(pages=10_000 // min(scale, 10)))
    yield "circle.pdf", raw(documents.pdf().replace(b"/Kids [5 0 R]", b"/Kids [2 0 R]"))
    yield "no-text.pdf", raw(documents.pdf(()))
    yield "garbage.pdf", raw(b"%PDF-1.7\n" + random.Random(5).randbytes(100_000))
    yield "deep.rtf", raw(b"{\\rtf1 " + b"{" * 200_000 + GOOD.encode())
    yield "numbers.rtf", raw(b"{\\rtf1 " + b"\\u99999999999999? \\bin99999999 " * 1000 + b"}")
    parts = b"".join(
        b"Content-Type: multipart/mixed; boundary=%d\r\n\r\n--%d\r\n" % (n, n) for n in range(2000)
    )
    yield "parts.eml", raw(b"From: a@b\r\n" + parts)
    yield "header.eml", raw(b"Subject: " + b"word " * 200_000 + b"\r\n\r\n" + GOOD.encode())
    yield (
        "charset.eml",
        raw(b"From: a@b\r\nContent-Type: text/plain; charset=no-such\r\n\r\n" + GOOD.encode()),
    )
    yield "base64.eml", raw(b"From: a@b\r\nContent-Transfer-Encoding: base64\r\n\r\n" + b"%%%%" * 1000)
    yield "addresses.eml", raw(b"From: " + b"(" * 50_000 + b"\r\nDate: 99 Foo 99999\r\n\r\n" + GOOD.encode())


def places(_: int) -> Iterator[tuple[str, Write]]:
    """Links in circles, devices, pipes, closed files and folders, and names that are hard to write."""
    yield "self.txt", lambda path: path.symlink_to(path)
    yield "one.txt", lambda path: path.symlink_to(path.parent / "other.txt")
    yield "other.txt", lambda path: path.symlink_to(path.parent / "one.txt")
    yield "gone.txt", lambda path: path.symlink_to("/nowhere/at/all.txt")
    yield "zero.txt", lambda path: path.symlink_to("/dev/zero")
    yield "folder.txt", lambda path: path.symlink_to(path.parent, target_is_directory=True)
    yield "pipe.txt", os.mkfifo
    yield "closed.txt", closed_file
    yield "closed/a.txt", closed_folder
    yield "new\nline.txt", raw("Words of a file whose name has two lines.")
    yield 'quote\'d "name".txt', raw("Words of a file whose name has quotes.")
    yield "n" * 240 + ".txt", raw("Words of a file with a long name.")
    yield "\u202eexe.txt", raw("Words of a file whose name is written backwards.")


def closed_file(path: Path) -> None:
    """A file that nobody may read (but root, who may read everything)."""
    path.write_text("Words that are nobody's business.", "utf-8")
    path.chmod(0)


def closed_folder(path: Path) -> None:
    """A file in a folder that nobody may look into."""
    path.parent.mkdir()
    path.write_text("Words in a folder that is closed.", "utf-8")
    path.parent.chmod(0)


if __name__ == "__main__":
    sys.exit(main())
