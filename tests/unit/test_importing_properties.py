"""Whatever bytes come, and whatever a sheet holds: nothing but a refusal, and no row lost."""

import re
from datetime import date
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.importing.reading import understand
from bot.importing.understood import FileRefused, Understood
from bot.plan_document import PlanDocument
from tests.support import files

_ENDINGS = st.sampled_from([".xlsx", ".csv", ".docx", ".json", ".xls", ""])
_STARTS = st.sampled_from(
    [b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b'{"actions": [', b"\xff\xfe",
     b"%PDF", b"Action,Owner,Due\n", b"\xef\xbb\xbf", b"sep=;\n"]
)  # fmt: skip


def _understood(content: bytes, name: str = "file", **choices: Any) -> Understood:
    return understand(name, content, choices, academic_year="2026/27", today=date(2026, 11, 23))


@settings(max_examples=150, deadline=2000)
@given(start=_STARTS, rest=st.binary(max_size=400), ending=_ENDINGS)
def test_any_bytes_are_understood_or_refused(start: bytes, rest: bytes, ending: str) -> None:
    try:
        _understood(start + rest, f"plan{ending}")
    except FileRefused as refused:
        assert str(refused).endswith(".")


_FILES = [files.plain_plan(), files.word_sar(), files.word_with_tracked_changes()]


@settings(max_examples=80, deadline=4000, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(_FILES), st.integers(0, 60_000), st.binary(min_size=1, max_size=8))
def test_a_damaged_file_is_understood_or_refused(content: bytes, at: int, put: bytes) -> None:
    at %= len(content)
    try:
        _understood(content[:at] + put + content[at + len(put) :])
    except FileRefused as refused:
        assert str(refused).endswith(".")


_TEXTS = st.sampled_from(
    ["", "", "Action", "Owner", "Strengths", "Areas for improvement", "Judgement", "AFI", "AFI 1",
     "S2", "Evidence", "Evidence: a survey", "Theme 1: Stay", "Quality of education", "Maths",
     "Total", "Ring all who leave.", "• One thing\n• Another", "TBC", "Dominic Okoro",
     "July 2027", "Green", "Kind", "None", "54%", "Target", "Milestones",
     "Dec 2026: half", "A note that says a thing.", "=1+1", "\x0b", "Grade: Good", "Secure",
     "Ref", "12"]
)  # fmt: skip
_GRIDS = st.lists(st.lists(_TEXTS, min_size=1, max_size=5), min_size=1, max_size=9)


def _rows_told(understood: Understood) -> set[int]:
    told: set[int] = set()
    places = [*understood.places.values(), *(h.place for h in understood.headings)]
    for place in [*places, *(n.place for n in understood.not_placed)]:
        span = re.match(r"rows (\d+) to (\d+)", place.says)
        if span:
            told |= set(range(int(span[1]), int(span[2]) + 1))
        elif one := re.match(r"row (\d+)", place.says):
            told.add(int(one[1]))
        elif column := re.match(r"columns? \d+", place.says):
            # A sheet of cards is told by its columns.
            return set(range(1000)) if column else told
    return told


@settings(max_examples=300, deadline=4000, suppress_health_check=[HealthCheck.too_slow])
@given(_GRIDS)
def test_no_row_of_a_grid_is_lost(grid: list[list[str]]) -> None:
    text = "\n".join("\t".join('"' + cell + '"' for cell in row) for row in grid)
    try:
        understood = _understood(text.encode())
    except FileRefused as refused:
        # Nothing a reader failed at: there is no text in it.
        assert "could not be read" not in str(refused)
        return
    seen = {number for number, row in enumerate(grid, 1) if any(c.strip() for c in row)}
    assert seen <= _rows_told(understood)
    PlanDocument.model_validate_json(understood.document.model_dump_json())


@settings(max_examples=100, deadline=4000, suppress_health_check=[HealthCheck.too_slow])
@given(
    _GRIDS, st.lists(st.tuples(st.integers(1, 8), st.integers(1, 4), st.integers(0, 3)), max_size=2)
)
def test_no_row_of_a_sheet_with_merged_cells_is_lost(
    grid: list[list[str]], merges: list[tuple[int, int, int]]
) -> None:
    def merge(book: Any) -> None:
        taken: set[int] = set()
        for row, column, down in merges:
            if column not in taken:
                taken.add(column)
                book["Plan"].merge_cells(
                    start_row=row, start_column=column, end_row=row + down, end_column=column
                )

    rows = [["" if c == "\x0b" else c for c in row] for row in grid]
    content = files.workbook(("Plan", [[c or None for c in row] for row in rows]), then=merge)
    try:
        understood = _understood(content)
    except FileRefused as refused:
        # Nothing a reader failed at: there is no text in it.
        assert "could not be read" not in str(refused)
        return
    hidden = {(r, column) for row, column, down in merges for r in range(row + 1, row + down + 1)}
    seen = {
        number
        for number, row in enumerate(rows, 1)
        if any(cell and (number, at) not in hidden for at, cell in enumerate(row, 1))
    }
    assert seen <= _rows_told(understood)


def test_a_place_is_of_one_thing_alone() -> None:
    for build in (files.side_by_side_bullets, files.sar_in_sections, files.word_sar):
        places = [
            p.says for key, p in _understood(build()).places.items() if key.startswith("item")
        ]
        assert len(places) == len(set(places))
