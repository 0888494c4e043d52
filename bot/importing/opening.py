"""What kind of file this is, by what is in it and not by its name; wrong kinds are refused."""

from enum import StrEnum

from bot.importing.packed import part_names
from bot.importing.understood import FileRefused

# For callers to look at before they read a file at all.
MOST_BYTES = 10 * 1024 * 1024

_TO_DO = "Save it as .xlsx, .docx or .csv and send that."
TOO_BIG = (
    "This file is larger than 10 MB. Remove pictures and other sheets, or copy the plan into a new "
    "file, and send that."
)


class FileKind(StrEnum):
    XLSX = "xlsx"
    DOCX = "docx"
    JSON = "json"
    CSV = "csv"


# How files that are none of ours begin, and what they are.
_BEGINNINGS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"II*\x00", "a picture"),
    (b"MM\x00*", "a picture"),
    (b"BM", "a picture"),
    (b"{\\rtf", "a rich text file"),
    (b"\x1f\x8b", "a packed file"),
    (b"7z\xbc\xaf", "a packed file"),
    (b"Rar!", "a packed file"),
    (b"<!DOCTYPE", "a web page"),
    (b"<!doctype", "a web page"),
    (b"<html", "a web page"),
    (b"<?xml", "an XML file"),
)
# What other programs put into their zip files, and whose they are.
_OTHERS: tuple[tuple[str, str], ...] = (
    ("ppt/", "a presentation"),
    ("Index/", "a Pages or Numbers file"),
    ("index.apxl", "a Pages or Numbers file"),
    ("content.xml", "an OpenDocument file (.odt or .ods)"),
    ("xl/workbook.bin", "an .xlsb workbook"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Names of streams in an old Office file; they stand there in UTF-16.
_OLE_KINDS: tuple[tuple[str, str], ...] = (
    ("EncryptedPackage", "This file is protected by a password. Save it without one and send it."),
    ("WordDocument", "This is a Word file of the old kind (.doc). Save it as .docx and send that."),
    ("Workbook", "This is an Excel file of the old kind (.xls). Save it as .xlsx and send that."),
    ("Book", "This is an Excel file of the old kind (.xls). Save it as .xlsx and send that."),
)


def kind_of(content: bytes) -> FileKind:
    """What the bytes are. Raises `FileRefused` with a sentence for all that cannot be read."""
    if len(content) > MOST_BYTES:
        raise FileRefused(TOO_BIG)
    if not content.strip():
        raise FileRefused("This file is empty. Look whether it was saved, and send it again.")
    if content.startswith(_OLE):
        _refuse_old(content)
    for beginning, what in _BEGINNINGS:
        if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(beginning):
            if beginning == b"BM" and b"\x00" not in content[:64]:
                continue
            raise FileRefused(f"This is {what}, which cannot be read. {_TO_DO}")
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return _packed_kind(content)
    if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[")):
        return FileKind.JSON
    return FileKind.CSV


def _refuse_old(content: bytes) -> None:
    for stream, says in _OLE_KINDS:
        if stream.encode("utf-16-le") in content:
            raise FileRefused(says)
    raise FileRefused(
        "This file is protected by a password or of an old kind (.doc or .xls). Save it without a "
        "password as .docx or .xlsx and send that."
    )


def _packed_kind(content: bytes) -> FileKind:
    names = part_names(content)
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise FileRefused(
            "This file has macros in it, and those are not taken. Save it as .xlsx or .docx, "
            "without macros, and send that."
        )
    if "xl/workbook.xml" in names:
        return FileKind.XLSX
    if "word/document.xml" in names:
        return FileKind.DOCX
    for start, what in _OTHERS:
        if any(name.startswith(start) for name in names):
            raise FileRefused(f"This is {what}, which cannot be read. {_TO_DO}")
    raise FileRefused(f"This is a zip file without a Word or Excel file's parts. {_TO_DO}")
