"""Separated text (.csv) as a sheet: commas, semicolons, tabs or bars, in the usual encodings."""

import codecs
import csv
import re
from io import StringIO

from bot.importing.grid import Cell, Contents, Row, Sheet
from bot.importing.limits import MOST_CELLS, MOST_COLUMNS, MOST_ROWS, TOO_MANY
from bot.importing.understood import FileRefused

_SEPARATORS = ",;\t|"
# A first line of "sep=;" is written for Excel, which does not show it.
_SAID = re.compile(r"\ufeff?sep=(.)\r?\n", re.IGNORECASE)
# An apostrophe that keeps a text from being taken for a formula is none of it.
_QUOTED = re.compile(r"^'(?=\t|[\s\ufeff\u200b-\u200f\u2060]*[=+\-@＝＋－＠])")
_NO_TEXT = (
    "This is neither a spreadsheet nor text, so it cannot be read. Save it as .xlsx, .docx or .csv "
    "and send that."
)
_BOMS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def read(content: bytes) -> Contents:
    """The rows of separated text. Raises `FileRefused` where it is no text, or too much of it."""
    text = decoded(content)
    separator = _separator(text)
    if any(line.count(separator) > MOST_COLUMNS for line in text.splitlines()):
        raise FileRefused(TOO_MANY)
    rows: list[Row] = []
    cells = 0
    try:
        for number, values in enumerate(csv.reader(StringIO(text, ""), delimiter=separator), 1):
            filled = ((at, value) for at, value in enumerate(values, 1) if value.strip())
            filled = ((at, value) for at, value in enumerate(values, 1) if value.strip())
            texts = {at: _QUOTED.sub("", value) for at, value in filled}
            cells += len(texts)
            if not texts or (number == 1 and _SAID.match(text)):
                continue
            if len(rows) >= MOST_ROWS or cells > MOST_CELLS:
                raise FileRefused(TOO_MANY)
            rows.append(Row(number, {at: Cell(value) for at, value in texts.items()}))
    except csv.Error as error:
        raise FileRefused(
            "A cell of this file is longer than a plan's can be: its quotation marks may be odd. "
            "Save it as .xlsx and send that."
        ) from error
    return Contents((Sheet("", tuple(rows), is_unnamed=True),))


def decoded(content: bytes) -> str:
    """The text of the bytes: UTF-8, UTF-16 or Windows-1252."""
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return _checked(_in(content, encoding))
    return _checked(_in(content, _unmarked(content)))


def _unmarked(content: bytes) -> str:
    # In UTF-16 every second byte of English text is nought.
    some = content[:4000]
    if len(some) > 3 and some[1::2].count(0) > len(some) * 0.3:
        return "utf-16-le"
    if len(some) > 3 and some[::2].count(0) > len(some) * 0.3:
        return "utf-16-be"
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _in(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise FileRefused(_NO_TEXT) from error


def _checked(text: str) -> str:
    odd = sum(1 for mark in text[:4000] if mark < " " and mark not in "\t\r\n\x0b\x0c\x1f")
    if "\x00" in text or odd > len(text[:4000]) * 0.02:
        raise FileRefused(_NO_TEXT)
    return text


def _separator(text: str) -> str:
    """The separator that parts most of the first lines into the same number of cells."""
    said = _SAID.match(text)
    if said:
        return said[1]

    def regular(separator: str) -> tuple[int, int]:
        sample = StringIO(text[:20_000], "")
        try:
            counts = [len(values) for values in csv.reader(sample, delimiter=separator) if values]
        except csv.Error:
            return 0, 0
        wide = [count for count in counts[:60] if count > 1]
        if not wide:
            return 0, 0
        usual = max(set(wide), key=wide.count)
        return wide.count(usual), usual

    return max(_SEPARATORS, key=regular)
