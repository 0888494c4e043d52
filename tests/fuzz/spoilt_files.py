"""Files of plans and SARs, spoilt in their bytes, in their parts or in what they say."""

import io
import json
import zipfile
from collections.abc import Callable
from functools import cache
from random import Random
from typing import Any

from tests.fuzz.breaking import as_json, broken, broken_bytes, odd_text, odd_value, worn_text
from tests.support import files
from tests.support.sample_plan import sample_plan

_HEADINGS = (
    "Ref", "Area for improvement", "Strength", "Action", "Impact", "Intended impact", "Baseline",
    "Target", "Lead", "Owner", "By when", "Due date", "RAG", "Progress", "Evidence", "Department",
    "Theme", "Status", "Milestones", "Grade", "Measure", "", "Action", "nonsense",
)  # fmt: skip
_CELLS = (
    "AFI 1", "1", "Attendance is low.", "Ring them.", "54%", "0.74", "65%", "Lucy Brandreth", "Easter",
    "31/07/2027", "46235", "Amber", "Green", "TBC", "Autumn term", "Yes", "SLT", "#REF!", "=1+1",
    "a: 60% by February; b: 65% by July", "lucy@college.example", "",
)  # fmt: skip
_BUILDERS: tuple[Callable[[], bytes], ...] = (
    files.plain_plan, files.titles_above_and_merged_findings, files.two_rows_of_headings,
    files.sar_in_sections, files.kinds_as_sheets, files.milestones_in_rows,
    files.formulas_and_errors, files.word_sar, files.word_plan_with_merged_cells,
    files.word_with_tracked_changes, files.word_with_tables_inside, files.word_cards,
)  # fmt: skip


@cache
def whole_files() -> tuple[bytes, ...]:
    """Files as they should be, of every sort that can be read."""
    document = sample_plan()
    return (
        *(build() for build in _BUILDERS),
        files.csv_with(",", "utf-8"),
        files.csv_with(";", "cp1252"),
        files.csv_with("\t", "utf-16"),
        files.own_export(document),
        document.model_dump_json().encode(),
    )


@cache
def _plan() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(sample_plan().model_dump_json())
    # A few of each are enough to break.
    return {k: v[:3] if isinstance(v, list) else v for k, v in found.items()}


def spoilt_bytes(rng: Random) -> bytes:
    """A file with bytes of it changed."""
    return broken_bytes(rng, rng.choice(whole_files()))


def spoilt_part(rng: Random) -> bytes:
    """A packed file with one of its parts spoilt, put away or put in."""
    content = rng.choice([whole for whole in whole_files() if whole.startswith(b"PK")])
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w") as new:
        names = old.namelist()
        # Mostly a part that is read.
        read = [
            n for n in names if "sheet" in n or "document" in n or "shared" in n or "styles" in n
        ]
        chosen = rng.choice(read if rng.random() < 0.8 and read else names)
        for name in names:
            part = old.read(name)
            if name == chosen:
                how = rng.randrange(4)
                if how == 0:
                    continue
                part = broken_bytes(rng, part, 6) if how < 3 else _worn_xml(rng, part)
            new.writestr(name, part)
        if rng.random() < 0.1:
            new.writestr(rng.choice(("xl/extra.xml", "../up.xml", "word/document.xml")), b"x")
    return made.getvalue()


def _worn_xml(rng: Random, part: bytes) -> bytes:
    """XML with a number, a name or an element changed, so that it can mostly still be parsed."""
    text = part.decode("utf-8", "replace")
    pieces = text.split("<")
    at = rng.randrange(len(pieces))
    how = rng.randrange(4)
    if how == 0:
        pieces[at:at] = [pieces[at]] * rng.choice((1, 3, 200))
    elif how == 1:
        del pieces[at]
    else:
        old = rng.choice("0123456789")
        new = rng.choice(("-1", "99999999999", "", "x", "1e9", "NaN", "0"))
        pieces[at] = pieces[at].replace(old, new, 1)
    return "<".join(pieces).encode("utf-8", "replace")


def odd_table(rng: Random) -> list[list[Any]]:
    """Rows as somebody might have them, with headings or without, and cells to stumble over."""
    width = rng.choice((1, 3, 6, 10, 30))
    rows: list[list[Any]] = []
    if rng.random() < 0.9:
        rows.append([rng.choice(_HEADINGS) for _ in range(width)])
    for _ in range(rng.choice((0, 1, 3, 12))):
        row: list[Any] = []
        for _ in range(width if rng.random() < 0.8 else rng.randrange(40)):
            how = rng.randrange(6)
            cell = rng.choice(_CELLS)
            row.append(odd_text(rng) if how == 0 else worn_text(rng, cell) if how == 1 else cell)
        rows.append(row)
    if rng.random() < 0.3:
        rows.insert(
            0, [f"QIP {rng.choice(('2026/27', '2026/99', '0000/01'))} {odd_text(rng)[:100]}"]
        )
    return rows


def odd_csv(rng: Random) -> bytes:
    separator = rng.choice((",", ";", "\t", "|"))
    quote = rng.choice(('"', '"', '"', "'", ""))
    text = rng.choice(("\n", "\r\n", "\r")).join(
        separator.join(f"{quote}{cell}{quote}" for cell in row) for row in odd_table(rng)
    )
    return text.encode(rng.choice(("utf-8", "utf-8-sig", "utf-16", "cp1252")), "replace")


def odd_workbook(rng: Random) -> bytes:
    """A workbook that Excel could have written, of odd content."""
    sheets = [
        (f"{number} {rng.choice(_HEADINGS)}"[:30], _writable(odd_table(rng)))
        for number in range(rng.choice((1, 1, 2, 4)))
    ]
    return files.workbook(*sheets)


def _writable(rows: list[list[Any]]) -> list[list[Any]]:
    """What openpyxl will write: no control characters, and no longer than a cell may be."""

    def cell(value: Any) -> Any:
        kept = "".join(
            c for c in str(value)[:30_000] if c in "\n\t" or (c >= " " and c.isprintable())
        )
        return kept

    return [[cell(value) for value in row] for row in rows]


def odd_word(rng: Random) -> bytes:
    def build(document: Any) -> None:
        for _ in range(rng.randrange(1, 4)):
            document.add_heading(
                str(_writable([[rng.choice(_HEADINGS)]])[0][0]), rng.randrange(1, 4)
            )
            for row in _writable(odd_table(rng))[:6]:
                document.add_paragraph(" ".join(map(str, row))[:2000])
            rows = _writable(odd_table(rng))
            width = max((len(row) for row in rows), default=0)
            if width:
                table = document.add_table(rows=len(rows), cols=width)
                for cells, values in zip(table.rows, rows, strict=True):
                    for target, value in zip(cells.cells, values, strict=False):
                        target.text = value

    return files.word(build)


def odd_json(rng: Random) -> bytes:
    """A plan of ours, broken, or any JSON."""
    plan = broken(rng, _plan()) if rng.random() < 0.9 else odd_value(rng)
    return as_json(rng, plan).encode("utf-8", "surrogatepass")


def odd_file(rng: Random) -> tuple[str, bytes]:
    """A file by name and content: spoilt in one of these ways, the quick ones more often."""
    name, make = rng.choices(_WAYS, [share for *_, share in _WAYS])[0][:2]
    return name, make(rng)


_WAYS: tuple[tuple[str, Callable[[Random], bytes], int], ...] = (
    ("plan.csv", odd_csv, 6),
    ("plan.json", odd_json, 6),
    ("plan.xlsx", odd_workbook, 2),
    ("SAR.docx", odd_word, 1),
    ("spoilt.xlsx", spoilt_bytes, 4),
    ("part.xlsx", spoilt_part, 3),
)
