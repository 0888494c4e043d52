"""What people do with actions outside an interview, each asked of `rights` and kept in one go."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session

from bot.rights import READERS, Deed, leads, may_write, refusal
from storage import actions, providers, reminders
from storage.actions import StoredAction
from storage.models import MilestoneFields, Person, ProgressUpdate
from storage.vocabulary import Rag, Role, Status

# How long a reminder can be put off at a time: one weekly message is skipped, whatever its day.
SNOOZE_DAYS = 10


class NotFound(Exception):
    """There is no such action in the person's workspace."""


class NotAllowed(Exception):
    """The person may not do this; the message is a sentence to them."""


def allowed(session: Session, person: Person, deed: Deed, action_id: int) -> StoredAction:
    """The action that someone may do this with. Raises NotFound or NotAllowed."""
    stored = actions.one(session, person.workspace, action_id)
    if stored is None:
        raise NotFound
    why = refusal(person, deed, stored)
    if why is not None:
        raise NotAllowed(why)
    return stored


def for_leads(person: Person) -> None:
    """Raises NotAllowed for anybody but a quality lead."""
    if not leads(person):
        raise NotAllowed(
            "Only a quality lead can change the plan's themes, SAR items, roles and settings."
        )


def for_writers(person: Person) -> None:
    """Raises NotAllowed for a reader."""
    if not may_write(person):
        raise NotAllowed(READERS)


def give_role(session: Session, person: Person, to: Person, role: Role, at: datetime) -> None:
    """Give someone a role. Raises NotAllowed where nobody would be left to lead the plan."""
    for_leads(person)
    if role is not Role.LEAD and is_only_lead(session, to):
        raise NotAllowed(only_lead(to))
    put_in_role(session, to, role, at)


def put_in_role(session: Session, to: Person, role: Role, at: datetime) -> None:
    """Have someone be in a role, whoever wants it."""
    to.role = role
    # Whoever leads hears how the plan goes, and whoever writes is reminded of what is theirs.
    to.remind_at = to.overview_at = at
    session.add(to)


def is_only_lead(session: Session, person: Person) -> bool:
    """Whether nobody but this person leads the plan; nobody becomes a lead, or stops, meanwhile."""
    if person.role is not Role.LEAD:
        return False
    leading = providers.with_role(session, person.workspace, Role.LEAD, to_change=True)
    return all(lead.id == person.id for lead in leading)


def only_lead(person: Person) -> str:
    """Why the only lead stays one, in a sentence to somebody else."""
    return f"{person.name} is the only quality lead. Make somebody else one first."


def edit(
    session: Session,
    person: Person,
    action_id: int,
    version: int,
    at: datetime,
    *,
    owner: str | None = None,
    milestones: Sequence[MilestoneFields] | None = None,
    sar_references: Sequence[str] | None = None,
    **fields: Any,
) -> bool:
    """Set fields of an action that was looked at in that version; `owner` is a Slack id.

    An owner other than the person themselves is proposed until they accept. Whether its owner is
    another than before. Raises NotFound, NotAllowed or ActionChanged.
    """
    stored = allowed(session, person, Deed.EDIT, action_id)
    reminders.answered(session, person, at)
    is_new_owner = False
    if owner is not None and (stored.owner is None or stored.owner.slack_user_id != owner):
        named = providers.ensure_person(session, person.workspace, owner, owner)
        proposer = None if named.id == person.id else person.id
        fields |= {"owner_id": named.id, "owner_name": None, "proposed_by_id": proposer}
        is_new_owner = True
    actions.change_action(
        session,
        person.workspace,
        action_id,
        version,
        by=person,
        at=at,
        milestones=milestones,
        sar_references=sar_references,
        **fields,
    )
    return is_new_owner


def agree(session: Session, person: Person, action_id: int, at: datetime) -> None:
    """Agree a draft. Raises NotFound or NotAllowed."""
    stored = allowed(session, person, Deed.AGREE, action_id)
    _change(session, stored, person, at, status=Status.AGREED)


def accept(session: Session, person: Person, action_id: int, at: datetime) -> None:
    """Accept an action that somebody else has named one as the owner of.

    Raises NotFound or NotAllowed.
    """
    stored = allowed(session, person, Deed.ACCEPT, action_id)
    _change(session, stored, person, at)


def in_charge(session: Session, about: Sequence[StoredAction], besides: Person) -> list[Person]:
    """Who answers for actions beside somebody: the sponsors of their themes, else the leads."""
    workspace = besides.workspace
    ids = {stored.theme.sponsor_id for stored in about if stored.theme} - {besides.id}
    found = [
        providers.person_by_id(session, workspace, person_id)
        for person_id in sorted(person_id for person_id in ids if person_id is not None)
    ]
    here = [person for person in found if person.left_at is None]
    leading = providers.with_role(session, workspace, Role.LEAD)
    return here or [lead for lead in leading if lead.id != besides.id]


def pass_on(
    session: Session, person: Person, action_id: int, at: datetime, to: str | None
) -> StoredAction:
    """Say that an action is not one's own, and whose it is (a Slack id) where one knows.

    The action as it was before. Raises NotFound or NotAllowed.
    """
    stored = allowed(session, person, Deed.PASS_ON, action_id)
    reminders.answered(session, person, at)
    named = None
    if to is not None:
        named = providers.ensure_person(session, person.workspace, to, to)
    actions.change_action(
        session,
        person.workspace,
        action_id,
        stored.action.version,
        by=person,
        at=at,
        owner_id=named.id if named else None,
        proposed_by_id=person.id if named else None,
    )
    return stored


def park(session: Session, person: Person, action_id: int, at: datetime, *, note: str) -> None:
    """Have an action wait, and say why. Raises NotFound or NotAllowed."""
    stored = allowed(session, person, Deed.PARK, action_id)
    _change(session, stored, person, at, parked_at=at, parked_by_id=person.id, parked_note=note)


def resume(session: Session, person: Person, action_id: int, at: datetime) -> None:
    """Take up a parked action again. Raises NotFound or NotAllowed."""
    stored = allowed(session, person, Deed.RESUME, action_id)
    _change(session, stored, person, at, parked_at=None, parked_by_id=None, parked_note=None)


def update(
    session: Session,
    person: Person,
    action_id: int,
    at: datetime,
    *,
    rag: Rag,
    note: str,
    reading: str | None = None,
    evidence_link: str | None = None,
) -> None:
    """Put a progress update under an action, which is then in progress.

    Raises NotFound or NotAllowed.
    """
    stored = allowed(session, person, Deed.UPDATE, action_id)
    actions.add_update(
        session,
        stored.action,
        person,
        at,
        rag=rag,
        note=note,
        reading=reading,
        evidence_link=evidence_link,
    )
    _change(session, stored, person, at, status=Status.IN_PROGRESS)


def report(
    session: Session, person: Person, action_id: int, at: datetime, rag: Rag, note: str = ""
) -> int:
    """Say in one press how an action goes; the id of the update.

    Whoever thinks better of it within the day, or presses twice, changes what they said. Raises
    NotFound or NotAllowed.
    """
    stored = allowed(session, person, Deed.UPDATE, action_id)
    last = stored.updates[-1] if stored.updates else None
    if last is not None and _is_bare(last, person, at):
        assert last.id is not None
        if last.rag is not rag or last.note != note:
            actions.change_update(session, stored.action, last, person, at, rag=rag, note=note)
            _change(session, stored, person, at)
        return last.id
    made = actions.add_update(session, stored.action, person, at, rag=rag, note=note)
    _change(session, stored, person, at, status=Status.IN_PROGRESS)
    assert made.id is not None
    return made.id


NO_CHANGE = "No change."


def _is_bare(update: ProgressUpdate, person: Person, at: datetime) -> bool:
    """Whether someone has lately pressed a button and said no more."""
    is_theirs = update.author_id == person.id and at - update.at < timedelta(days=1)
    return is_theirs and update.note in ("", NO_CHANGE) and update.reading is None


def mendable(
    session: Session, person: Person, update_id: int
) -> tuple[StoredAction, ProgressUpdate]:
    """The update that someone may change: their own, the newest of its action.

    A quality lead may change anybody's. Raises NotFound or NotAllowed.
    """
    found = actions.update_of(session, person.workspace, update_id)
    if found is None:
        raise NotFound
    stored = allowed(session, person, Deed.UPDATE, found.action_id)
    if found.author_id != person.id and not leads(person):
        raise NotAllowed("Only whoever gave this update, or a quality lead, can change it.")
    if stored.updates[-1].id != found.id:
        raise NotAllowed(
            f"There is a newer update of {stored.action.reference}: give another instead."
        )
    return stored, found


def mend(
    session: Session, person: Person, update_id: int, at: datetime, **values: Any
) -> StoredAction:
    """Change an update that was given; the action as it was. Raises NotFound or NotAllowed."""
    stored, found = mendable(session, person, update_id)
    actions.change_update(session, stored.action, found, person, at, **values)
    reminders.answered(session, person, at)
    return stored


def complete(
    session: Session, person: Person, action_id: int, at: datetime, *, note: str, reading: str
) -> None:
    """Complete an action with the measure's last reading. Raises NotFound or NotAllowed."""
    stored = allowed(session, person, Deed.COMPLETE, action_id)
    actions.add_update(session, stored.action, person, at, rag=Rag.BLUE, note=note, reading=reading)
    _change(session, stored, person, at, status=Status.COMPLETE, closing_note=note)


def withdraw(session: Session, person: Person, action_id: int, at: datetime, *, note: str) -> None:
    """Take an action out of the plan, and say why. Raises NotFound or NotAllowed."""
    stored = allowed(session, person, Deed.WITHDRAW, action_id)
    _change(session, stored, person, at, status=Status.WITHDRAWN, closing_note=note)


def snooze(session: Session, person: Person, action_id: int, at: datetime, today: date) -> date:
    """Leave it out of the next weekly reminder; the day on which they begin again.

    Raises NotFound or NotAllowed.
    """
    stored = allowed(session, person, Deed.SNOOZE, action_id)
    until = today + timedelta(days=SNOOZE_DAYS)
    _change(session, stored, person, at, snoozed_until=until)
    return until


def _change(
    session: Session, stored: StoredAction, person: Person, at: datetime, **values: Any
) -> None:
    action = stored.action
    assert action.id is not None
    if action.owner_id == person.id:
        # Who does something with an action of theirs has accepted it.
        values["proposed_by_id"] = None
    reminders.answered(session, person, at)
    actions.change_action(
        session, action.workspace, action.id, action.version, by=person, at=at, **values
    )
