"""Pictures of the plan for someone in Slack, made from what the database holds."""

from collections.abc import Callable
from datetime import date

from sqlmodel import Session

from bot.changes import allowed
from bot.coaching.dates import academic_year, year_start
from bot.coaching.phrases import start_upper
from bot.conversation import local_day
from bot.reports.drawing import Picture
from bot.reports.pictures import Covered, History, coverage_picture, rag_picture
from bot.reports.readings import Read, readings_picture
from bot.rights import Deed
from bot.summaries import ActionLine, PlanView, draft_of, plan_view
from storage.models import Person
from storage.vocabulary import Rag, SarKind, Status


def must_be_ours(session: Session, person: Person, what: str) -> None:
    """Raises NotFound or ValueError for what no picture can be made of here."""
    name, _, about = what.partition(" ")
    if name == "readings":
        allowed(session, person, Deed.SEE, int(about))
    elif name not in _OF_PLAN:
        raise ValueError("not a picture of ours")


def picture_of(session: Session, person: Person, what: str, today: date) -> Picture | None:
    """The picture of "rag", "coverage", or "readings 12" of the action of that id.

    None where there is nothing to draw yet. Raises NotFound, or ValueError for anything else.
    """
    name, _, about = what.partition(" ")
    if name == "readings":
        return _readings(session, person, int(about))
    draw = _OF_PLAN.get(name)
    if draw is None:
        raise ValueError("not a picture of ours")
    plan = plan_view(session, person.workspace, academic_year(today), today)
    return draw(plan, person, today) if plan is not None else None


def has_readings(line: ActionLine) -> bool:
    """Whether there may be something to draw of an action's measure."""
    draft = line.draft
    is_set = bool(draft.measure and draft.baseline and draft.target and draft.due)
    return is_set and any(update.reading for update in line.stored.updates)


def _readings(session: Session, person: Person, action_id: int) -> Picture | None:
    stored = allowed(session, person, Deed.SEE, action_id)
    draft, agreed = draft_of(stored), stored.action.agreed_at
    since = draft.baseline_date or (local_day(agreed, person) if agreed else None)
    if not (draft.measure and draft.baseline and draft.target and draft.due and since):
        return None
    readings = [
        Read(local_day(update.at, person), update.reading)
        for update in stored.updates
        if update.reading
    ]
    title = start_upper(f"{draft.measure} ({stored.action.reference})")
    start, target = Read(since, draft.baseline), Read(draft.due, draft.target)
    return readings_picture(title, start, target, readings, draft.unit)


def _rag(plan: PlanView, person: Person, today: date) -> Picture | None:
    histories = [
        _history(line, person)
        for line in plan.actions
        if line.stored.action.agreed_at is not None and not line.is_parked
    ]
    return rag_picture(histories, year_start(plan.academic_year), today)


def _history(line: ActionLine, person: Person) -> History:
    agreed_at = line.stored.action.agreed_at
    assert agreed_at is not None
    updates = tuple((local_day(u.at, person), u.rag) for u in line.stored.updates)
    done = [day for day, rag in updates if rag is Rag.BLUE]
    is_over = line.status is Status.COMPLETE and done
    return History(local_day(agreed_at, person), updates, done[-1] if is_over else None)


def _coverage(plan: PlanView, person: Person, today: date) -> Picture | None:
    areas = [i for i in plan.sar_items if i.kind is SarKind.AREA_FOR_IMPROVEMENT]
    by_department = any(item.department for item in areas)
    taken_up = [line for line in plan.actions if not line.is_parked]
    answered = {reference for line in taken_up for reference in line.draft.sar_items}
    counts: dict[str, list[int]] = {}
    for item in areas:
        name = (item.department if by_department else item.evaluation_area) or "Not said"
        row = counts.setdefault(name, [0, 0, 0])
        row[0 if item.reference in answered else 1 if item.waiting_note else 2] += 1
    rows = [Covered(name, *row) for name, row in counts.items()]
    return coverage_picture(rows, "department" if by_department else "evaluation area")


_OF_PLAN: dict[str, Callable[[PlanView, Person, date], Picture | None]] = {
    "rag": _rag,
    "coverage": _coverage,
}
