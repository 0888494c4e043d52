"""A college with a plan: its people, two themes, and actions in every state."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from storage import actions, plans, providers
from storage.database import Database
from storage.models import (
    Action,
    ActionFields,
    Department,
    MilestoneFields,
    Person,
    ProgressUpdate,
    SarItem,
    Theme,
)
from storage.vocabulary import Direction, Driver, Rag, Role, SarKind, Status
from tests.support.bots import NOW
from tests.support.fake_slack import FakeSlack
from tests.support.slack_payloads import TEAM, USER

LEAD, SPONSOR, OWNER, OTHER, READER = "U0LEAD", "U0SPONSOR", USER, "U0OTHER", "U0READER"
NAMES = {
    LEAD: "Lena Marsh",
    SPONSOR: "Sol Greaves",
    OWNER: "Priya Shah",
    OTHER: "Tom Baker",
    READER: "Rita Vale",
}
ROLES = {
    LEAD: Role.LEAD,
    SPONSOR: Role.SPONSOR,
    OWNER: Role.OWNER,
    OTHER: Role.OWNER,
    READER: Role.READER,
}
YEAR = "2026/27"


@dataclass(frozen=True)
class College:
    """Ids of what a test needs to name. `actions` are by their state, all owned by OWNER."""

    workspace: str
    plan: int
    actions: dict[Status, int]


def found(fake: FakeSlack, database: Database, workspace: str = TEAM, prefix: str = "") -> College:
    """Make the college known to Slack and to the database."""
    with database.writing() as session:
        providers.ensure_provider(session, workspace, "Test College")
        people = {}
        for user, name in NAMES.items():
            if not prefix:
                fake.add_user(user, name)
            people[user] = providers.ensure_person(
                session, workspace, prefix + user, name, role=ROLES[user]
            )
            people[user].profile_at = NOW
        plan = plans.ensure_plan(session, workspace, YEAR)
        assert plan.id is not None
        themes = [
            Theme(
                workspace=workspace,
                plan_id=plan.id,
                rank=rank,
                name=name,
                sponsor_id=people[SPONSOR].id if rank == 1 else None,
            )
            for rank, name in ((1, "Stay and achieve"), (2, "Maths and English"))
        ]
        department = Department(workspace=workspace, name="Apprenticeships")
        session.add_all([*themes, department])
        session.flush()
        for number, judgement in enumerate(
            ("Too few apprentices achieve on time", "Attendance in English is low"), start=1
        ):
            session.add(
                SarItem(
                    workspace=workspace,
                    plan_id=plan.id,
                    reference=f"AFI {number}",
                    kind=SarKind.AREA_FOR_IMPROVEMENT,
                    judgement=judgement,
                    department_id=department.id,
                    theme_id=themes[0].id if number == 1 else None,
                )
            )
        session.flush()
        made = {
            status: add_action(session, workspace, plan.id, people[OWNER], status=status)
            for status in Status
        }
    return College(workspace, plan.id, {s: a.id for s, a in made.items() if a.id is not None})


def add_action(
    session: Any,
    workspace: str,
    plan_id: int,
    owner: Person,
    *,
    status: Status = Status.AGREED,
    **fields: Any,
) -> Action:
    """A whole action of this owner, on AFI 1, with other fields where given."""
    values: dict[str, Any] = {
        "action": "Review the apprenticeship resources",
        "driver": Driver.OUTCOMES,
        "impact": "More apprentices achieve on time, up from 54% to 65%",
        "measure": "achievement rate",
        "unit": "%",
        "direction": Direction.HIGHER,
        "baseline": "54%",
        "target": "65%",
        "evidence_source": "the QAR dashboard",
        "due": date(2027, 7, 31),
    }
    made = actions.save_action(
        session,
        workspace=workspace,
        plan_id=plan_id,
        fields=ActionFields(**{**values, **fields}),
        sar_references=["AFI 1"],
        milestones=[MilestoneFields(due=date(2027, 2, 28), text="60% on track")],
        status=status,
        by=owner,
        at=NOW,
        owner=owner,
    )
    if status is Status.IN_PROGRESS:
        actions.add_update(session, made, owner, NOW, rag=Rag.AMBER, note="Two units are late.")
    return made


def state(database: Database, workspace: str = TEAM) -> list[tuple[Any, ...]]:
    """All that the workspace's actions, updates and people hold, to see that nothing changed."""
    from sqlmodel import col, select

    with database.reading() as session:
        rows: list[Any] = []
        for table in (Action, ProgressUpdate, Person):
            found = session.exec(
                select(table).where(table.workspace == workspace).order_by(col(table.id))
            )
            ignored = {"home_opened_at", "profile_at"}
            rows += [tuple(row.model_dump(exclude=ignored).items()) for row in found]
    return rows
