"""Plan documents of every sort, as a strategy of hypothesis, with texts to stumble over."""

import string
from datetime import UTC, date, datetime
from typing import Any

from hypothesis import strategies as st

from bot.plan_document import (
    ActionEntry,
    FindingEntry,
    ParkedEntry,
    PersonNamed,
    PlanDocument,
    SarItemEntry,
    ThemeEntry,
    UpdateEntry,
)
from storage.models import MilestoneFields
from storage.vocabulary import Direction, Driver, Rag, SarKind, Status, Verdict

# What a spreadsheet would run or take for something else, what XML cannot hold, what breaks lines,
# what our fonts have no letters for, and what does not fit in a column.
AWKWARD = (
    "=1+1", "+44 20 7946 0000", "-3 points", "@SUM(A1)", "\t=1", "\r=1", "  =1+1", "＝1+1", "－1",
    "'quoted", "#N/A", "TRUE", "54%", "01/02/2027", "1e5", "_x000B_", "_x005F_x000B_", "_x005F_",
    "\x0b", "\x00", "a\rb\r\nc\nd", "\n", " lead and trail ", "a; b, \"c\"", "#link(\"x\")[y] $ *_",
    "<b>&amp;</b>", "&L&\"x\"", "{{ x }}", "https://example.org/" + "very-long-path/" * 12,
    "W" * 300, "so " * 300, "日本語の文章", "مرحبا بالعالم", "😀 👩‍🏫", "e\u0301",
    "\u202eabc", "\u200b",
)  # fmt: skip
_ALPHABET = st.characters(exclude_categories=("Cs",), exclude_characters="\ufffe\uffff")
TEXTS = st.sampled_from(AWKWARD) | st.text(_ALPHABET, max_size=40) | st.text(string.printable)
_SOME_TEXT = TEXTS.filter(bool)
_DAYS = st.dates(date(1999, 1, 1), date(2101, 1, 1))
_INSTANTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
_PEOPLE = st.builds(
    PersonNamed, name=_SOME_TEXT, slack_user_id=st.none() | st.text("U0123456789", min_size=2)
)


def _some(of: Any, most: int = 3) -> Any:
    return st.lists(of, max_size=most).map(tuple)


def _or_none(of: Any) -> Any:
    return st.none() | of


_THEMES = st.builds(ThemeEntry, name=_SOME_TEXT, rank=st.integers(1, 99), sponsor=_or_none(_PEOPLE))
_ITEMS = st.builds(
    SarItemEntry,
    reference=st.text("AFI 0123,", min_size=1),
    kind=st.sampled_from(SarKind),
    judgement=TEXTS,
    **{
        name: _or_none(TEXTS)
        for name in (
            "evidence", "department", "evaluation_area", "grade", "theme", "measure", "baseline",
            "waiting_note", "previous",
        )
    },
    baseline_date=_or_none(_DAYS),
)  # fmt: skip
_UPDATES = st.builds(
    UpdateEntry,
    at=_INSTANTS,
    author=_or_none(_PEOPLE),
    rag=st.sampled_from(Rag),
    note=TEXTS,
    reading=_or_none(TEXTS),
    evidence_link=_or_none(TEXTS),
)
_ACTIONS = st.builds(
    ActionEntry,
    sar_items=_some(st.text("AFI 0123,", min_size=1)),
    driver=_or_none(st.sampled_from(Driver)),
    so_what=_some(TEXTS),
    direction=_or_none(st.sampled_from(Direction)),
    baseline_date=_or_none(_DAYS),
    due=_or_none(_DAYS),
    milestones=_some(
        st.builds(MilestoneFields, due=_or_none(_DAYS), text=TEXTS, done=st.booleans())
    ),
    owner=_or_none(_PEOPLE),
    status=st.sampled_from(Status),
    rag=_or_none(st.sampled_from(Rag)),
    findings=_some(
        st.builds(
            FindingEntry,
            criterion=st.sampled_from(("target", "due", "owner")),
            verdict=st.sampled_from(Verdict),
            why=TEXTS,
        )
    ),
    updates=_some(_UPDATES),
    agreed_at=_or_none(_INSTANTS),
    parked=_or_none(st.builds(ParkedEntry, at=_INSTANTS, note=_or_none(TEXTS))),
    **{
        name: _or_none(TEXTS)
        for name in (
            "theme", "action", "impact", "measure", "unit", "baseline", "target",
            "evidence_source", "target_note", "closing_note", "imported_as", "source_link",
        )
    },
)  # fmt: skip


def _numbered(actions: tuple[ActionEntry, ...]) -> tuple[ActionEntry, ...]:
    return tuple(
        action.model_copy(update={"id": number, "reference": f"A-{number}"})
        for number, action in enumerate(actions, start=1)
    )


# Of the database, where each action has a number of its own.
DOCUMENTS = st.builds(
    PlanDocument,
    provider=_or_none(_SOME_TEXT),
    academic_year=st.none() | st.just("2026/27"),
    themes=_some(_THEMES),
    sar_items=_some(_ITEMS),
    actions=_some(_ACTIONS).map(_numbered),
)
