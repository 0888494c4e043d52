"""Files as colleges, training providers and schools keep them, and all that each says."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.importing.reading import understand
from bot.importing.understood import FileRefused, Understood
from bot.plan_document import (
    ActionEntry,
    ParkedEntry,
    PersonNamed,
    PlanDocument,
    SarItemEntry,
    ThemeEntry,
    UpdateEntry,
)
from storage.models import MilestoneFields
from storage.vocabulary import Direction, Driver, Rag, SarKind, Status
from tests.support import files
from tests.support.understanding import told

TODAY = date(2026, 11, 23)
_EXPECTED = Path(files.__file__).with_name("understood_files.txt").read_text("utf-8")


def _understood(content: bytes, name: str = "file", **choices: Any) -> Understood:
    return understand(name, content, choices, academic_year="2026/27", today=TODAY)


def _expected() -> dict[str, list[str]]:
    cases: dict[str, list[str]] = {}
    for line in _EXPECTED.splitlines():
        if line.startswith("[") and line.endswith("]"):
            cases[line[1:-1]] = []
        elif line and cases:
            list(cases.values())[-1].append(line)
    return cases


@pytest.mark.parametrize(("name", "lines"), _expected().items())
def test_a_file_is_understood_as_a_careful_person_would(name: str, lines: list[str]) -> None:
    assert told(_understood(getattr(files, name)())) == lines


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
)
def test_separated_text_is_read_in_any_usual_encoding(separator: str, encoding: str) -> None:
    understood = _understood(files.csv_with(separator, encoding), "plan.csv")
    assert told(understood) == [
        "row 3: AFI ?1: Café learners’ attendance is low. ¶ It fell in March.",
        "row 5: AFI ?2: Too few finish.",
        "row 3: action: Open earlier. [sar_items=?1; due=2027-03-31; owner=Ruth Adeyemi]",
        "row 5: action: Ring them. [sar_items=?2; owner=Samina Rauf]",
        "row 5, By when: empty: ongoing (It names no day that can be told.)",
    ]
    assert [heading.text for heading in understood.headings][:1] == ["Harrowmere College"]


def test_what_a_file_is_its_bytes_say_and_not_its_name() -> None:
    assert told(_understood(files.plain_plan(), "plan.csv")) == _expected()["plain_plan"]


def test_columns_are_told_with_a_sample() -> None:
    columns = _understood(files.plain_plan()).columns
    assert [(c.sheet, c.number, c.heading, c.field, c.sample) for c in columns[:3]] == [
        ("QIP", 1, "Ref", "reference", "1"),
        ("QIP", 2, "Area for improvement", "finding", "Too few apprentices achieve on time."),
        ("QIP", 3, "Action", "action", "Move reviews to every six weeks."),
    ]


# --- a person's corrections -----------------------------------------------------------------------


def test_a_column_can_be_given_another_field_or_none() -> None:
    columns = {"QIP": {"4": "evidence_source", "5": "", "7": "owner"}}
    action = _understood(files.plain_plan(), columns=columns).document.actions[0]
    assert action.evidence_source == "More apprentices finish on time."
    assert (action.impact, action.baseline) == (None, None)
    assert action.owner == PersonNamed(name="Dominic Okoro")


def test_columns_nobody_knew_can_be_named() -> None:
    content = files.workbook(("X", [["Wot", "Whoso"], ["Ring them.", "Lucy Brandreth"]]))
    assert not _understood(content).document.actions
    columns = {"X": {"1": "action", "2": "owner"}}
    action = _understood(content, columns=columns).document.actions[0]
    assert (action.action, action.owner) == ("Ring them.", PersonNamed(name="Lucy Brandreth"))


def test_a_kind_can_be_given_where_the_file_says_none() -> None:
    content = files.departments_as_sheets()
    place = "row 3 of the sheet Engineering"
    item = _understood(content, kinds={place: "strength"}).document.sar_items[-1]
    assert (item.kind, item.judgement) == (SarKind.STRENGTH, "Something else that was found.")
    left = _understood(content, kinds={place: "leave"})
    assert [n.why for n in left.not_placed] == ["You chose to leave it aside."]


def test_dates_without_a_year_are_of_the_chosen_year() -> None:
    rows = [["Action", "Owner", "Due"], ["Ring them.", "Lucy Brandreth", "Easter"]]
    understood = _understood(files.workbook(("QIP", rows)), year="2027/28")
    assert understood.document.academic_year == "2027/28"
    assert understood.document.actions[0].due == date(2028, 3, 31)


@pytest.mark.parametrize(
    "choices",
    [
        {"columns": 5, "kinds": [], "year": 7},
        {"columns": {"QIP": {"a": None, "9" * 40: "x"}}, "year": "1999/98"},
        {"columns": {"QIP": [1]}, "kinds": {"row 2 of the sheet QIP": "x"}},
    ],
)
def test_choices_that_make_no_sense_change_nothing(choices: dict[str, Any]) -> None:
    understood = understand("f", files.plain_plan(), choices, academic_year="2026/27", today=TODAY)
    assert len(understood.document.actions) == 2


# --- what we export -------------------------------------------------------------------------------

_CELL = st.text(st.characters(codec="utf-8"), min_size=1, max_size=30)
_MAYBE = st.none() | _CELL
_DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))
_INSTANTS = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))
_PEOPLE = st.builds(
    PersonNamed,
    name=_CELL,
    slack_user_id=st.none() | st.from_regex(r"U[A-Z0-9]{8}", fullmatch=True),
)
_REFERENCES = ("AFI 1", "AFI 1, 2", "S 3")
_ITEMS = st.tuples(
    *(
        st.builds(
            SarItemEntry, reference=st.just(reference), kind=st.sampled_from(SarKind),
            judgement=_CELL, evidence=_MAYBE, department=_MAYBE, evaluation_area=_MAYBE,
            grade=_MAYBE, theme=_MAYBE, measure=_MAYBE, baseline=_MAYBE,
            baseline_date=st.none() | _DAYS, waiting_note=_MAYBE, previous=_MAYBE,
        )
        for reference in _REFERENCES
    )
)  # fmt: skip
_UPDATES = st.builds(
    UpdateEntry, at=_INSTANTS, author=st.none() | _PEOPLE, rag=st.sampled_from(Rag), note=_CELL,
    reading=_MAYBE, evidence_link=_MAYBE,
)  # fmt: skip
_CHECKS = st.builds(MilestoneFields, due=st.none() | _DAYS, text=_CELL, done=st.booleans())


def _actions(number: int) -> st.SearchStrategy[ActionEntry]:
    return st.builds(
        ActionEntry, id=st.just(number), reference=st.just(f"A-{number}"),
        sar_items=st.lists(st.sampled_from(_REFERENCES), unique=True).map(tuple), theme=_MAYBE,
        driver=st.none() | st.sampled_from(Driver), action=_MAYBE,
        so_what=st.lists(_CELL, max_size=2).map(tuple), impact=_MAYBE, measure=_MAYBE, unit=_MAYBE,
        direction=st.none() | st.sampled_from(Direction), baseline=_MAYBE,
        baseline_date=st.none() | _DAYS, target=_MAYBE, evidence_source=_MAYBE,
        due=st.none() | _DAYS, milestones=st.lists(_CHECKS, max_size=2).map(tuple),
        owner=st.none() | _PEOPLE, status=st.sampled_from(Status),
        rag=st.none() | st.sampled_from(Rag), updates=st.lists(_UPDATES, max_size=2).map(tuple),
        target_note=_MAYBE, agreed_at=st.none() | _INSTANTS, closing_note=_MAYBE,
        parked=st.none() | st.builds(ParkedEntry, at=_INSTANTS, note=_MAYBE), imported_as=_MAYBE,
        source_link=_MAYBE,
    )  # fmt: skip


_PLANS = st.builds(
    PlanDocument, provider=_MAYBE, academic_year=st.just("2026/27"),
    themes=st.tuples(
        st.builds(ThemeEntry, name=_CELL, rank=st.integers(1, 9), sponsor=st.none() | _PEOPLE)
    ),
    sar_items=_ITEMS, actions=st.tuples(_actions(3), _actions(12)),
)  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_PLANS)
def test_our_own_workbook_comes_back_exactly(plan: PlanDocument) -> None:
    understood = _understood(files.own_export(plan))
    assert understood.is_own and not understood.not_placed
    assert understood.document == plan


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_PLANS)
def test_our_own_json_comes_back_exactly(plan: PlanDocument) -> None:
    understood = _understood(plan.model_dump_json().encode(), "plan.json")
    assert understood.is_own
    assert understood.document == plan


_SMALL = PlanDocument(
    provider="Harrowmere College",
    academic_year="2026/27",
    sar_items=(
        SarItemEntry(reference="AFI 1", kind=SarKind.AREA_FOR_IMPROVEMENT, judgement="Late."),
    ),
    actions=(
        ActionEntry(
            id=1, reference="A-1", sar_items=("AFI 1",), action="=Ring them.",
            due=date(2027, 7, 31),
            milestones=(MilestoneFields(text="- half", due=date(2027, 1, 1)),),
        ),
    ),
)  # fmt: skip


def test_a_cell_of_our_own_that_was_spoilt_refuses_the_file() -> None:
    content = files.own_export(_SMALL.model_copy(update={"academic_year": "soon"}))
    with pytest.raises(FileRefused, match="academic year"):
        _understood(content)
    spoilt = files.changed(files.own_export(_SMALL), "Checks", "B2", "soon")
    with pytest.raises(FileRefused, match="Row 2 of the sheet Checks: Due is not a date"):
        _understood(spoilt)


def test_our_own_workbook_without_a_sheet_is_refused() -> None:
    with pytest.raises(FileRefused, match="no longer has its sheet Checks"):
        _understood(files.without_sheet(files.own_export(_SMALL), "Checks"))


def test_our_own_workbook_without_its_mark_is_read_as_any_other() -> None:
    understood = _understood(files.own_export(_SMALL, about={"Made by": "me"}))
    assert not understood.is_own
    document = understood.document
    assert [item.reference for item in document.sar_items] == ["AFI 1"]
    assert [(a.action, a.sar_items) for a in document.actions] == [("=Ring them.", ("AFI 1",))]
    assert {n.place.says for n in understood.not_placed} >= {"row 2 of the sheet Checks"}


def test_json_of_the_contract_is_taken_with_sponsors_named_in_words() -> None:
    plan = {"themes": [{"name": "Stay", "rank": 1, "sponsor": "Gareth Pell"}], "actions": []}
    theme = _understood(json.dumps(plan).encode()).document.themes[0]
    assert theme.sponsor == PersonNamed(name="Gareth Pell")
