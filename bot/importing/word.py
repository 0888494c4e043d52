"""A Word file (.docx) as paragraphs and tables, in order. The only importer of python-docx.

It is read as a person sees it with all tracked changes accepted: what was put in is there, what was
taken out is not. Text boxes, footnotes, comments and hidden text are not read; numbers that Word
counts by itself are in no text.
"""

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from docx import Document
from docx.oxml.ns import qn

from bot.importing.grid import Block, Cell, Contents, MergedOver, Paragraph, Row, Sheet
from bot.importing.limits import MOST_CELLS, MOST_COLUMNS, MOST_ROWS, TOO_MANY
from bot.importing.packed import look_through
from bot.importing.understood import FileRefused, Place

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_P, _TBL, _TR, _TC = f"{_W}p", f"{_W}tbl", f"{_W}tr", f"{_W}tc"
# What stands round others and is no more than that, once changes are accepted.
_AROUND = frozenset(
    _W + name
    for name in (
        "ins", "moveTo", "sdt", "sdtContent", "hyperlink", "smartTag", "fldSimple", "customXml",
        "dir", "bdo",
    )
)  # fmt: skip
_BREAKS = {
    f"{_W}tab": " ", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-",
}  # fmt: skip
_LIST = re.compile(r"list (?:bullet|number|paragraph|continue)(?: (\d))?$", re.IGNORECASE)
_HEADING = re.compile(r"heading (\d)$|(title|subtitle)$", re.IGNORECASE)


def read(content: bytes) -> Contents:
    """The paragraphs and tables of a Word file. Raises `FileRefused`."""
    look_through(content)
    document = Document(BytesIO(content))
    reader = _Reader(_styles(document))
    return Contents(tuple(reader.blocks(document.element.body)))


class _Style:
    """What a paragraph style says: a heading's level, a list, bold."""

    def __init__(self, level: int | None, depth: int | None, is_bold: bool) -> None:
        self.level, self.depth, self.is_bold = level, depth, is_bold


def _styles(document: Any) -> dict[str, _Style]:
    """Paragraph styles by id; one based on another has what that has."""
    found: dict[str, tuple[Any, str | None]] = {}
    for element in document.styles.element.iter(f"{_W}style"):
        based = element.find(f"{_W}basedOn")
        key = element.get(qn("w:styleId"))
        if key:
            found[key] = (element, based.get(qn("w:val")) if based is not None else None)
    return {key: _style(key, found) for key in found}


def _style(key: str, found: dict[str, tuple[Any, str | None]]) -> _Style:
    level, depth, is_bold = None, None, False
    at: str | None = key
    for _ in range(12):
        if at is None or at not in found:
            break
        element, at = found[at]
        name_element = element.find(f"{_W}name")
        name = name_element.get(qn("w:val"), "") if name_element is not None else ""
        match = _HEADING.match(name)
        outline = element.find(f"{_W}pPr/{_W}outlineLvl")
        if level is None and match:
            level = int(match[1]) if match[1] else 1
        elif level is None and outline is not None:
            level = _outline(outline)
        listed = _LIST.match(name)
        if depth is None and listed:
            depth = int(listed[1] or 1) - 1
        is_bold = is_bold or _is_on(element.find(f"{_W}rPr/{_W}b"))
    return _Style(level, depth, is_bold)


def _outline(element: Any) -> int | None:
    value = element.get(qn("w:val"), "9")
    return int(value) + 1 if value.isdigit() and int(value) < 9 else None


def _is_on(element: Any) -> bool:
    return element is not None and element.get(qn("w:val"), "1") not in ("0", "false", "off")


class _Reader:
    """Counts paragraphs, tables and cells of one file as it reads them."""

    def __init__(self, styles: dict[str, _Style]) -> None:
        self._styles = styles
        self._paragraphs = self._tables = self._cells = self._rows = 0

    def blocks(self, parent: Any) -> Iterator[Block]:
        """The paragraphs and tables of a body, without the empty ones."""
        for block in self._whole(parent, None):
            if isinstance(block, Sheet) or block.text.strip():
                yield block

    def _whole(self, parent: Any, inside: str | None) -> Iterator[Block]:
        held = ""
        for element in _flat(parent):
            if element.tag == _TBL:
                yield self._table(element, inside)
            elif element.tag == _P:
                text = held + _text(element)
                # The end of this paragraph was taken out, so the next goes on with its text.
                if element.find(f"{_W}pPr/{_W}rPr/{_W}del") is not None:
                    held = text
                    continue
                held = ""
                yield self._paragraph(element, text, inside)
        if held:
            yield Paragraph(held, Place(f"paragraph {self._paragraphs}"))

    def _paragraph(self, element: Any, text: str, inside: str | None) -> Paragraph:
        if inside is None and text.strip():
            self._paragraphs += 1
        style_element = element.find(f"{_W}pPr/{_W}pStyle")
        key = style_element.get(qn("w:val")) if style_element is not None else None
        style = self._styles.get(key or "", _Style(None, None, False))
        outline = element.find(f"{_W}pPr/{_W}outlineLvl")
        level = _outline(outline) if outline is not None else style.level
        numbering = element.find(f"{_W}pPr/{_W}numPr")
        depth = style.depth
        if numbering is not None:
            lvl = numbering.find(f"{_W}ilvl")
            value = lvl.get(qn("w:val"), "0") if lvl is not None else "0"
            number = numbering.find(f"{_W}numId")
            is_off = number is not None and number.get(qn("w:val")) == "0"
            depth = None if is_off else int(value) if value.isdigit() else 0
        return Paragraph(
            text,
            Place(f"paragraph {self._paragraphs}"),
            level,
            depth,
            self._is_bold(element, style),
        )

    def _is_bold(self, element: Any, style: _Style) -> bool:
        runs = [run for run in element.iter(f"{_W}r") if _text(run).strip()]
        if not runs:
            return False
        marks = [run.find(f"{_W}rPr/{_W}b") for run in runs]
        return all(_is_on(mark) or (mark is None and style.is_bold) for mark in marks)

    def _table(self, element: Any, inside: str | None) -> Sheet:
        if inside is None:
            self._tables += 1
        name = inside or f"table {self._tables}"
        cells: dict[int, dict[int, Cell]] = {}
        open_merges: dict[int, MergedOver] = {}
        merges: list[MergedOver] = []
        at = 0
        for row in (e for e in _flat(element) if e.tag == _TR):
            if row.find(f"{_W}trPr/{_W}del") is not None:
                continue
            at += 1
            self._rows += 1
            column = 1 + _number(row.find(f"{_W}trPr/{_W}gridBefore"))
            for cell in (e for e in _flat(row) if e.tag == _TC):
                properties = cell.find(f"{_W}tcPr")
                if properties is not None and properties.find(f"{_W}cellDel") is not None:
                    continue
                wide = max(1, _number(_in(properties, "gridSpan")))
                merge = _in(properties, "vMerge")
                goes_on = merge is not None and merge.get(qn("w:val"), "continue") == "continue"
                above = open_merges.get(column) if goes_on else None
                self._cells += max(wide, above.wide) if above else wide
                too_many = self._cells > MOST_CELLS or self._rows > MOST_ROWS
                if too_many or column + wide > MOST_COLUMNS:
                    raise FileRefused(TOO_MANY)
                if above is not None:
                    above.last_row = at
                elif not goes_on:
                    cells.setdefault(at, {})[column] = self._cell(cell, name, at)
                    merged = MergedOver(at, at, column, column + wide - 1)
                    open_merges[column] = merged
                    merges.append(merged)
                column += wide
        for merged in merges:
            if merged.last_row > merged.first_row or merged.last_column > merged.first_column:
                merged.spread(cells)
        where = f"row {{row}} of {name}" if inside else f"{name}, row {{row}}"
        rows = (Row(number, each) for number, each in sorted(cells.items()))
        kept = tuple(row for row in rows if any(c.text or c.inner for c in row.cells.values()))
        return Sheet(name, kept, where, is_unnamed=True)

    def _cell(self, cell: Any, table: str, row: int) -> Cell:
        lines: list[str] = []
        inner: list[Sheet] = []
        are_bold: list[bool] = []
        for block in self._whole(cell, f"the table inside {table}, row {row}"):
            if isinstance(block, Sheet):
                inner.append(block)
            elif block.text.strip():
                mark = "• " if block.depth == 0 else "– " if block.depth else ""
                lines.append(mark + block.text.strip())
                are_bold.append(block.is_bold)
        shade = cell.find(f"{_W}tcPr/{_W}shd")
        fill = shade.get(qn("w:fill"), "").upper() if shade is not None else ""
        return Cell(
            "\n".join(lines),
            fill=fill if re.fullmatch(r"[0-9A-F]{6}", fill) else None,
            is_bold=bool(are_bold) and all(are_bold),
            inner=tuple(inner),
        )


def _in(properties: Any, name: str) -> Any:
    return properties.find(_W + name) if properties is not None else None


def _number(element: Any) -> int:
    value = element.get(qn("w:val"), "0") if element is not None else "0"
    return int(value) if value.isdigit() and len(value) < 6 else 0


def _flat(parent: Any) -> Iterator[Any]:
    """The children of an element, with those inside of what only stands round them."""
    for child in parent:
        if child.tag in _AROUND:
            yield from _flat(child)
        else:
            yield child


def _text(element: Any) -> str:
    """The text of a paragraph or run as it is seen."""
    if element.tag == f"{_W}r" and _is_on(element.find(f"{_W}rPr/{_W}vanish")):
        return ""
    parts: list[str] = []
    for child in _flat(element):
        if child.tag == f"{_W}t":
            parts.append(child.text or "")
        elif child.tag in _BREAKS:
            parts.append(_BREAKS[child.tag])
        elif child.tag == f"{_W}r":
            parts.append(_text(child))
    return "".join(parts)
