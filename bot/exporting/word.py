"""The plan as .docx: on A4 across, a table a theme, to be read and to be written in.

The tables are put together as elements of WordprocessingML (ECMA-376, Part 1, 17): python-docx by
itself looks a table through for each of its cells, which is slow where there are hundreds.
"""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from docx import Document
from docx.document import Document as Word
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle

from bot.exporting.packing import packed_alike
from bot.exporting.printed import Line, Printed, Row, as_printed
from bot.plan_document import PlanDocument

_WIDTH, _HEIGHT, _MARGIN = 297, 210, 10
_TWIPS_A_MM = 1440 / 25.4
# Every office program has this font, or one of the same widths.
_FONT, _SIZE, _SMALL = "Arial", 7.5, 7
_SOFT, _NAVY, _RULE = "4A4F57", "1F3A5F", "C9CED6"

_HEADINGS = (("Title", 20, 0, 0), ("Heading 1", 11, 8, 2))


def word_document(document: PlanDocument) -> bytes:
    """The document as .docx."""
    plan = as_printed(document)
    word = Document()
    _set_up(word, plan)
    word.add_paragraph(plan.title, "Title")
    whose = word.add_paragraph()
    whose.add_run(plan.provider).bold = True
    whose.add_run(f"{' · ' if plan.provider else ''}{plan.summary}")
    for group in plan.groups:
        heading = word.add_paragraph(group.name, "Heading 1")
        sponsor = heading.add_run(f"   {group.sponsor}")
        sponsor.font.size, sponsor.font.bold = Pt(_SIZE), False
        if group.rows:
            heading._p.addnext(_table(plan, group.rows, group.name))
        else:
            word.add_paragraph("No action yet.")
    for listed in plan.lists:
        word.add_paragraph(listed.heading, "Heading 1")
        for line in listed.lines:
            paragraph = word.add_paragraph()
            paragraph.add_run(f"{line.label} ").bold = True
            paragraph.add_run(line.text)
    out = BytesIO()
    word.save(out)
    return packed_alike(out.getvalue())


# --- the document ---------------------------------------------------------------------------


def _set_up(word: Word, plan: Printed) -> None:
    section = word.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(_WIDTH), Mm(_HEIGHT)
    section.left_margin = section.right_margin = section.top_margin = Mm(_MARGIN)
    section.bottom_margin, section.footer_distance = Mm(13), Mm(6)
    _set_up_styles(word)
    footer = section.footer.paragraphs[0]
    # Its style has stops of its own, for a page upright.
    word.styles["Footer"].element.pPr.remove(word.styles["Footer"].element.pPr.tabs)
    footer.add_run(f"{plan.footer}\t")
    footer.paragraph_format.tab_stops.add_tab_stop(Mm(_WIDTH - 2 * _MARGIN), WD_TAB_ALIGNMENT.RIGHT)
    for before, field in (("Page ", "PAGE"), (" of ", "NUMPAGES")):
        footer.add_run(before)
        footer._p.append(_element("fldSimple", _run("1"), instr=field))
    about = word.core_properties
    about.title, about.author = plan.title[:255], plan.provider[:255]
    about.language, about.comments = "en-GB", ""


def _set_up_styles(word: Word) -> None:
    for language in word.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), "en-GB")
    # The fonts of the template's theme go before those that a style names.
    for fonts in word.styles.element.iter(qn("w:rFonts")):
        for name in [name for name in fonts.attrib if "Theme" in str(name)]:
            del fonts.attrib[name]
    for name, size, before, after in (("Normal", _SIZE, 0, 0), *_HEADINGS):
        style: Any = word.styles[name]
        assert isinstance(style, ParagraphStyle)
        style.font.name, style.font.size = _FONT, Pt(size)
        style.paragraph_format.space_before = Pt(before)
        style.paragraph_format.space_after = Pt(after)
        style.paragraph_format.line_spacing = 1
        if name != "Normal":
            style.font.bold, style.font.color.rgb = True, RGBColor.from_string(_NAVY)
    for border in list(word.styles["Title"].element.iter(qn("w:pBdr"))):
        border.getparent().remove(border)


# --- tables ---------------------------------------------------------------------------------


def _table(plan: Printed, rows: Sequence[Row], about: str) -> Any:
    whole = sum(share for _, share in plan.columns)
    widths = [
        round((_WIDTH - 2 * _MARGIN) * _TWIPS_A_MM * share / whole) for _, share in plan.columns
    ]
    edges = [
        _element(edge, val="single", sz="4", space="0", color=_RULE)
        for edge in ("top", "bottom", "insideH")
    ]
    sides = [
        _element(side, w=width, type="dxa")
        for side, width in (("top", "25"), ("left", "60"), ("bottom", "35"), ("right", "60"))
    ]
    properties = _element(
        "tblPr",
        _element("tblW", w=str(sum(widths)), type="dxa"),
        _element("tblBorders", *edges),
        _element("tblLayout", type="fixed"),
        _element("tblCellMar", *sides),
        _element("tblCaption", val=about),
    )
    heads = [
        _cell(width, [_paragraph(_run(head, bold=True, colour="FFFFFF"))], _NAVY)
        for width, (head, _) in zip(widths, plan.columns, strict=True)
    ]
    return _element(
        "tbl",
        properties,
        _element("tblGrid", *(_element("gridCol", w=str(width)) for width in widths)),
        _element("tr", _element("trPr", _element("cantSplit"), _element("tblHeader")), *heads),
        *(_row(row, widths) for row in rows),
    )


def _row(row: Row, widths: Sequence[int]) -> Any:
    rules = () if row.breaks else (_element("cantSplit"),)
    cells = (
        _cell(width, [_shown(line) for line in cell])
        for width, cell in zip(widths, row.cells, strict=True)
    )
    return _element("tr", _element("trPr", *rules), *cells)


def _cell(width: int, paragraphs: Sequence[Any], fill: str = "") -> Any:
    shade = [_element("shd", val="clear", color="auto", fill=fill)] if fill else []
    about = _element("tcPr", _element("tcW", w=str(width), type="dxa"), *shade)
    # A cell has to end in a paragraph.
    return _element("tc", about, *(paragraphs or [_paragraph()]))


def _shown(line: Line) -> Any:
    size = _SMALL if line.look == "small" else _SIZE
    label = [_run(f"{line.label} ", size=size, colour=_SOFT)] if line.label else []
    text = _run(
        f" {line.text} " if line.fill else line.text,
        size=size,
        bold=line.look in ("strong", "badge"),
        colour=line.colour or (_SOFT if line.look == "small" else ""),
        fill=line.fill,
    )
    return _paragraph(*label, text)


def _paragraph(*runs: Any) -> Any:
    return _element("p", *runs)


def _run(
    text: str, *, size: float = _SIZE, bold: bool = False, colour: str = "", fill: str = ""
) -> Any:
    look = [
        *([_element("b")] if bold else []),
        *([_element("color", val=colour)] if colour else []),
        _element("sz", val=str(int(size * 2))),
        *([_element("shd", val="clear", color="auto", fill=fill)] if fill else []),
    ]
    parts = []
    for number, line in enumerate(text.split("\n")):
        if number:
            parts.append(_element("br"))
        shown = _element("t")
        shown.text = line
        shown.set(qn("xml:space"), "preserve")
        parts.append(shown)
    return _element("r", _element("rPr", *look), *parts)


def _element(tag: str, *children: Any, **attributes: str) -> Any:
    made: Any = OxmlElement(f"w:{tag}")
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), value)
    made.extend(children)
    return made
