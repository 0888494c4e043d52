"""Small plans as they are shown, without a database."""

from datetime import UTC, date, datetime, time
from typing import Any

from bot.coaching.draft import Draft, SarItemView, Setting
from bot.summaries import ActionLine, PlanView, ThemeView
from storage.actions import StoredAction
from storage.models import Action, Person, ProgressUpdate
from storage.vocabulary import Direction, Rag, SarKind, Status

TODAY = date(2027, 2, 1)
YEAR = "2026/27"
DEPARTMENTS = ("Digital and engineering", "English and maths", "Construction")
ITEMS = tuple(
    SarItemView(
        reference=f"AFI {number}",
        kind=SarKind.AREA_FOR_IMPROVEMENT,
        judgement=f"Too few learners in area {number} do well.",
        department=DEPARTMENTS[number % 3],
    )
    for number in range(1, 7)
)


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)


def person(number: int, name: str) -> Person:
    return Person(id=number, workspace="T", slack_user_id=f"U{number}", name=name)


def line(number: int, **changed: Any) -> ActionLine:
    """An agreed action, A-1 and so on; fields of the draft and of the action by name.

    `owner` is a person or None, `updates` are (day, RAG, reading).
    """
    draft: dict[str, Any] = {
        "action": "Ring home on the day of each absence",
        "impact": "Attendance of learners rises from 74% to 82%",
        "measure": "attendance",
        "unit": "%",
        "direction": Direction.HIGHER,
        "baseline": "74%",
        "target": "82%",
        "due": date(2027, 5, 28),
        "sar_items": ["AFI 1"],
        "theme": "Stay and achieve",
    }
    stored: dict[str, Any] = {"status": Status.AGREED, "rag": None, "agreed_at": noon(TODAY)}
    owner, updates = changed.pop("owner", None), changed.pop("updates", ())
    draft |= {k: v for k, v in changed.items() if k in Draft.model_fields}
    stored |= {k: v for k, v in changed.items() if k not in Draft.model_fields}
    action = Action(id=number, number=number, workspace="T", plan_id=1, **stored)
    action.owner_id = owner.id if owner else None
    written = Draft(**draft, owner=owner.name if owner else None)
    rows = [
        ProgressUpdate(
            workspace="T", action_id=number, at=noon(day), rag=rag, note="So far.", reading=reading
        )
        for day, rag, reading in updates
    ]
    setting = Setting(TODAY, YEAR, ITEMS)
    return ActionLine(StoredAction(action, owner=owner, updates=rows), written, setting)


def plan(*lines: ActionLine) -> PlanView:
    """A plan of these actions under the themes they name."""
    names = dict.fromkeys(["Stay and achieve", *(one.draft.theme or "" for one in lines)])
    themes = tuple(
        ThemeView(name, None, tuple(one for one in lines if one.draft.theme == name), number)
        for number, name in enumerate(names, start=1)
    )
    answered = {reference for one in lines for reference in one.draft.sar_items}
    uncovered = tuple(i.reference for i in ITEMS if i.reference not in answered)
    return PlanView("Test College", YEAR, themes, ITEMS, uncovered)


RATED = (None, Rag.RED, Rag.AMBER, Rag.GREEN)
