"""Small documents of each kind, sound and otherwise."""

import io
import zipfile

import docx
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

MARKDOWN = b"""# Coolant

Care of the emulsion.

## Concentration

Check it every Monday.

| Machine | Percent |
|---|---|
| Puma | 8 |

### Top up

Never with water alone.

## Disposal

Call the contractor.
"""
HTML = b"""<!doctype html><html><head><title>Shift rules</title><style>p{}</style></head><body>
<nav>Home</nav><h1>Shifts</h1><p>The early shift begins at <b>six</b>.</p><script>alert(1)</script>
<h2>Absence</h2><table><tr><th>Kind</th><th>Days</th></tr><tr><td>Leave</td><td>28</td></tr></table></body></html>"""
CSV = "Maschine;Öl\nPuma;ISO 68\nOkuma;ISO 32 für Führungen\n".encode("cp1252")


def docx_file() -> bytes:
    document = docx.Document()
    document.add_heading("Safety", 1)
    document.add_paragraph("Wear glasses.")
    document.add_heading("Lifting", 2)
    table = document.add_table(rows=1, cols=2)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "Hoist", "500 kg"
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def pdf_file(*pages: str, password: str | None = None) -> bytes:
    writer = PdfWriter()
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
        }
    )
    for text in pages:
        page = writer.add_blank_page(300, 300)
        stream = DecodedStreamObject()
        stream.set_data(f"BT /F1 12 Tf 10 200 Td ({text}) Tj ET".encode())
        fonts = DictionaryObject({NameObject("/F1"): font})
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
        page[NameObject("/Contents")] = writer._add_object(stream)  # pyright: ignore[reportPrivateUsage] - it has no public name
    if password is not None:
        writer.encrypt(password)
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def zip_bomb() -> bytes:
    """A few hundred kilobytes that would be 200 MB."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("word/document.xml", b"<w>" + b" " * 200_000_000)
    return file.getvalue()


def plain_zip() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("notes.txt", "no document of Word")
    return file.getvalue()
