"""Files of every kind that is read, made here, all with one short article in them."""

import io
import zipfile
from email.message import EmailMessage
from html import escape
from pathlib import Path

TITLE = "Ferry to Skerry stops for the winter"
BODY = (
    "The ferry to Skerry will stop on 1 December, the harbour board said on Tuesday.",
    "Ice damaged its engine last year, and repairs cost 40,000 euros, said Ines Moll, who heads the board.",
    "The 212 people of the island will be supplied by air until March, when the ice usually breaks up.",
)


def page(*, head: str = "", body: str = "", paragraphs: tuple[str, ...] = BODY, title: str = TITLE) -> str:
    """A news page with what stands on such pages: navigation, teasers, a footer."""
    text = "".join(f"<p>{escape(line)}</p>" for line in paragraphs)
    return (
        f"<!DOCTYPE html><html lang='en'><head><title>{title} | Harbour Daily</title>{head}</head><body>"
        "<nav><ul><li><a href='/'>Home</a></li><li><a href='/sport'>Sport</a></li></ul></nav>"
        f"<main><article><h1>{title}</h1>{body}{text}</article></main>"
        "<aside><h2>Most read</h2><ul><li><a href='/2'>Mayor of Lindholm resigns</a></li></ul></aside>"
        "<footer><p>Contact us. All cookies are ours.</p></footer></body></html>"
    )


def mail(*, html: bool = False) -> bytes:
    message = EmailMessage()
    message["Subject"] = TITLE
    message["From"] = "Ana Ruiz <ana@paper.example>"
    message["Date"] = "Tue, 12 Nov 2024 08:00:00 +0000"
    if html:
        message.set_content(page(), subtype="html")
    else:
        message.set_content("\n\n".join(BODY))
        message.add_alternative("<p>Other words.</p>", subtype="html")
    return bytes(message)


def saved_page() -> bytes:
    """As browsers save a page with its pictures."""
    message = EmailMessage()
    message["Snapshot-Content-Location"] = "https://harbour.example/ferry"
    message["Subject"] = TITLE
    message.set_content(page(), subtype="html")
    message.add_related(b"\x89PNG", "image", "png")
    return bytes(message)


def epub() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as book:
        book.writestr("mimetype", "application/epub+zip")
        book.writestr(
            "META-INF/container.xml",
            '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
            '<rootfile full-path="OEBPS/book.opf"/></rootfiles></container>',
        )
        book.writestr(
            "OEBPS/book.opf",
            '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata>'
            f"<dc:title>{TITLE}</dc:title><dc:creator>Ana Ruiz</dc:creator>"
            "<dc:publisher>Harbour Daily</dc:publisher><dc:date>2024-11-12</dc:date></metadata><manifest>"
            '<item id="b" href="second%20part.xhtml"/><item id="a" href="first.xhtml"/></manifest>'
            '<spine><itemref idref="a"/><itemref idref="b"/></spine></package>',
        )
        book.writestr("OEBPS/first.xhtml", f"<html><body><p>{BODY[0]}</p><p>{BODY[1]}</p></body></html>")
        book.writestr("OEBPS/second part.xhtml", f"<html><body><p>{BODY[2]}</p></body></html>")
    return buffer.getvalue()


def pdf(lines: tuple[str, ...] = BODY, pages: int = 1) -> bytes:
    """A PDF of as many equal pages, written by hand: a catalogue, pages, one font, one content."""
    shown = "\n".join(f"({line.replace('(', '').replace(')', '')}) Tj 0 -40 Td" for line in lines)
    content = f"BT /F1 8 Tf 20 700 Td\n{shown}\nET"
    kids = " ".join(f"{5 + number} 0 R" for number in range(pages))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
        *[
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 800 800] /Contents 4 0 R"
            " /Resources << /Font << /F1 3 0 R >> >> >>"
        ]
        * pages,
        f"<< /Title ({TITLE}) /Author (Ana Ruiz) /CreationDate (D:20241112080000Z) >>",
    ]
    written, places = "%PDF-1.4\n", []
    parts = [written]
    size = len(written)
    for number, item in enumerate(objects, start=1):
        places.append(size)
        parts.append(f"{number} 0 obj\n{item}\nendobj\n")
        size += len(parts[-1])
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    parts.append(
        f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer\n"
        f"<< /Size {len(objects) + 1} /Root 1 0 R /Info {len(objects)} 0 R >>\nstartxref\n{size}\n%%EOF\n"
    )
    return "".join(parts).encode("latin-1")


def rtf() -> bytes:
    return ("{\\rtf1\\ansi " + " \\par ".join(BODY) + "}").encode()


def word(path: Path) -> None:
    import docx

    document = docx.Document()
    document.add_paragraph(BODY[0])
    table = document.add_table(rows=1, cols=2)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "Island", "212 people"
    document.add_paragraph(BODY[1])
    document.core_properties.title = TITLE
    document.core_properties.author = "Ana Ruiz"
    document.save(str(path))


def open_document(path: Path) -> None:
    import odfdo

    document = odfdo.Document("text")
    document.body.clear()
    for line in BODY:
        document.body.append(odfdo.Paragraph(line))
    document.meta.title = TITLE
    document.save(str(path))


def archive(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name, raw in members.items():
            made.writestr(name, raw)
    return buffer.getvalue()
