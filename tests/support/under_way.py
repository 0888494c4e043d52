"""The sample college with a plan that is under way: actions in every state, with readings."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from sqlmodel import Session, select

from bot.sample import TRIAL_WORKSPACE, load_sample
from storage import actions, plans, providers
from storage.database import Database
from storage.models import ActionFields, MilestoneFields, Person, ProgressUpdate, SarItem, Theme
from storage.vocabulary import Direction, Driver, Rag, Role, SarKind, Status

WORKSPACE, YEAR = TRIAL_WORKSPACE, "2026/27"
# A Monday.
NOW = datetime(2027, 3, 1, 10, tzinfo=UTC)
TODAY = NOW.date()
_AGREED = datetime(2026, 11, 20, 9, tzinfo=UTC)


class _Told(NamedTuple):
    """An update: how many days ago, its colour and its reading."""

    ago: int
    rag: Rag
    reading: str | None = None


class _Made(NamedTuple):
    """An action by its owner's number, its SAR items, what it says and what was told of it."""

    owner: int | None
    items: tuple[str, ...]
    action: str
    impact: str | None
    measure: str | None
    levels: tuple[str | None, str | None]
    due: date | None
    told: tuple[_Told, ...] = ()
    status: Status = Status.AGREED
    direction: Direction = Direction.HIGHER
    parked: str | None = None


_MAY, _JULY, _GONE = date(2027, 5, 28), date(2027, 7, 31), date(2027, 2, 12)
_ACTIONS = (
    _Made(
        0,
        ("AFI 2",),
        "Ring home on the day of each absence from resit lessons",
        "Attendance in English and maths resit lessons rises from 74% to 82%",
        "English and maths attendance",
        ("74%", "82%"),
        _MAY,
        (_Told(60, Rag.AMBER, "75%"), _Told(3, Rag.GREEN, "79%")),
    ),
    _Made(
        1,
        ("AFI 3",),
        "Give every written assignment one next step that learners act on",
        "More learners say that feedback helps them improve",
        "learner satisfaction",
        ("61%", "75%"),
        _MAY,
        (_Told(40, Rag.AMBER), _Told(5, Rag.GREEN, "62%")),
    ),
    _Made(
        2,
        ("AFI 4",),
        "Settle timetable and childcare problems of adults within three days",
        "Retention on adult level 2 courses rises from 81% to 88%",
        "retention",
        ("81%", "88%"),
        _JULY,
        (_Told(70, Rag.GREEN, "83%"), _Told(35, Rag.RED, "80%")),
    ),
    _Made(
        0,
        ("AFI 1",),
        "Start mornings with a graded task that counts towards the unit",
        "Punctuality of apprentices rises from 80% to 88%",
        "punctuality",
        ("80%", "88%"),
        _GONE,
        (_Told(30, Rag.AMBER, "82%"),),
    ),
    _Made(
        1,
        ("AFI 1", "AFI 2"),
        "Meet the employers of apprentices each month over their progress",
        "Fewer apprentices leave early: withdrawals fall from 18% to 12%",
        "withdrawals",
        ("18%", "12%"),
        _JULY,
        (_Told(50, Rag.GREEN, "15%"), _Told(6, Rag.BLUE, "11%")),
        Status.COMPLETE,
        Direction.LOWER,
    ),
    _Made(
        2,
        ("AFI 5",),
        "Book functional skills mocks every six weeks and reteach the gaps",
        "Functional Skills achievement in maths rises from 47% to 56%",
        "Functional Skills achievement",
        ("47%", "56%"),
        _JULY,
    ),
    _Made(
        None,
        (),
        "Review the tutorial programme",
        None,
        None,
        (None, None),
        None,
        status=Status.DRAFT,
    ),
    _Made(
        1,
        ("AFI 6",),
        "Visit three colleges that do this well",
        None,
        None,
        (None, None),
        _JULY,
        parked="The centre moves in the summer.",
    ),
)


def under_way(database: Database, now: datetime = NOW) -> None:
    """Write the college and its plan; the database must be at head and without it."""
    with database.writing() as session:
        me = load_sample(session, YEAR, now - timedelta(days=120))
        plan = plans.plan_of(session, WORKSPACE, YEAR)
        assert plan is not None and plan.id is not None
        owners = [p for p in providers.people(session, WORKSPACE).values() if p.role is Role.OWNER]
        for made in _ACTIONS:
            _write(session, plan.id, made, owners, me, now)
        items = session.exec(select(SarItem).where(SarItem.workspace == WORKSPACE)).all()
        for item in items:
            is_strength = item.kind is SarKind.STRENGTH
            item.grade = "Strong standard" if is_strength else "Needs attention"
            if item.reference == "AFI 7":
                item.waiting_note = "The awarding body changes the course in September."
            session.add(item)
        last = session.exec(select(Theme).where(Theme.plan_id == plan.id, Theme.rank == 3)).one()
        last.sponsor_id = None
        session.add(last)


def _write(
    session: Session, plan_id: int, made: _Made, owners: list[Person], me: Person, now: datetime
) -> None:
    baseline, target = made.levels
    owner = None if made.owner is None else owners[made.owner]
    fields: dict[str, Any] = {
        "action": made.action,
        "driver": Driver.OUTCOMES,
        "impact": made.impact,
        "measure": made.measure,
        "unit": "%" if baseline else None,
        "direction": made.direction,
        "baseline": baseline,
        "baseline_date": date(2026, 7, 31) if baseline else None,
        "target": target,
        "evidence_source": "the weekly register report",
        "due": made.due,
    }
    checks = [MilestoneFields(due=date(2027, 3, 25), text="Half of the way")] if made.due else []
    held = actions.save_action(
        session,
        workspace=WORKSPACE,
        plan_id=plan_id,
        fields=ActionFields(**fields),
        sar_references=made.items,
        milestones=checks,
        status=made.status,
        by=owner or me,
        at=_AGREED,
        owner=owner,
    )
    held.agreed_at = None if made.status is Status.DRAFT else _AGREED
    if made.parked is not None:
        held.parked_at, held.parked_note = now - timedelta(days=9), made.parked or None
    for told in made.told:
        at = now - timedelta(days=told.ago)
        held.rag = told.rag
        update = ProgressUpdate(
            workspace=WORKSPACE,
            action_id=held.id or 0,
            author_id=owner.id if owner else None,
            at=at,
            rag=told.rag,
            note="As the register says.",
            reading=told.reading,
        )
        session.add(update)
    session.add(held)
    session.flush()
