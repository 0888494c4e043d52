"""Who is due to be written to, what they were sent, and whether they answered.

Every query names its workspace, but for the two by which the sweep looks for whoever is due.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col, select

from storage.models import OutgoingMessage, Person, Reminder
from storage.rows import insert, table_of
from storage.vocabulary import ReminderKind

# What the key of a message begins with that asks an owner.
_OWNERS = "remind"


class Due(NamedTuple):
    """Someone who is due to be looked at, and since when."""

    at: datetime
    person_id: int
    workspace: str


def due_to_remind(
    session: Session, now: datetime, limit: int, after: Due | None = None, only: str | None = None
) -> list[Due]:
    """Who of all workspaces, or of one only, is due to be reminded, the longest due first.

    Nothing else is read of them: there may be very many. `after` is where the page before ended.
    """
    return _due(session, Person.remind_at, now, limit, after, only)


def due_for_overview(
    session: Session, now: datetime, limit: int, after: Due | None = None, only: str | None = None
) -> list[Due]:
    """The same for those for whom it is time to see whether they hear how it goes."""
    return _due(session, Person.overview_at, now, limit, after, only)


def _due(
    session: Session, column: Any, now: datetime, limit: int, after: Due | None, only: str | None
) -> list[Due]:
    def some(limit: int, *which: Any) -> list[Due]:
        found = sa.select(col(column), col(Person.id), col(Person.workspace)).where(*which)
        if only is not None:
            found = found.where(col(Person.workspace) == only)
        ordered = found.order_by(col(column), col(Person.id)).limit(limit)
        return [Due(*row) for row in session.connection().execute(ordered)]

    if after is None:
        return some(limit, col(column) <= now)
    # Most are due at one and the same instant. Comparing both columns in one go, SQLite would begin
    # at that instant each time, and pass over all who were on the pages before.
    found = some(limit, col(column) == after.at, col(Person.id) > after.person_id)
    if len(found) < limit:
        found += some(limit - len(found), col(column) > after.at, col(column) <= now)
    return found


def people(session: Session, due: Sequence[Due]) -> list[Person]:
    """The people who are due, workspace by workspace."""
    ids: dict[str, list[int]] = defaultdict(list)
    for each in due:
        ids[each.workspace].append(each.person_id)
    return [
        person
        for workspace, some in ids.items()
        for person in session.exec(
            select(Person).where(Person.workspace == workspace, col(Person.id).in_(some))
        )
    ]


def settle_reminder(
    session: Session, person: Person, next_at: datetime, week: str | None = None
) -> bool:
    """Note when to look at someone again, and the week that is settled for them.

    False where somebody else has done so since they were read.
    """
    return _settle(session, _SETTLE_REMINDER, person, person.remind_at, next_at, week)


def settle_overview(
    session: Session, person: Person, next_at: datetime | None, week: str | None = None
) -> bool:
    """The same for how the plan goes; with None they are not looked at again."""
    return _settle(session, _SETTLE_OVERVIEW, person, person.overview_at, next_at, week)


def _settling(at: str, week: str) -> sa.Update:
    table = table_of(Person)
    return (
        sa.update(table)
        .where(
            table.c.workspace == sa.bindparam("its_workspace"),
            table.c.id == sa.bindparam("its_id"),
            table.c[at] == sa.bindparam("was"),
        )
        .values(
            {
                at: sa.bindparam("next_at"),
                week: sa.func.coalesce(sa.bindparam("settled"), table.c[week]),
            }
        )
    )


_SETTLE_REMINDER = _settling("remind_at", "reminded_week")
_SETTLE_OVERVIEW = _settling("overview_at", "overview_week")


def _settle(
    session: Session,
    settle: sa.Update,
    person: Person,
    was: datetime | None,
    next_at: datetime | None,
    week: str | None,
) -> bool:
    given = {
        "its_workspace": person.workspace,
        "its_id": person.id,
        "was": was,
        "next_at": next_at,
        "settled": week,
    }
    return session.connection().execute(settle, given).rowcount == 1


def keep(session: Session, sent: Sequence[Reminder]) -> None:
    """Keep what people are sent; one of a kind in a week for each."""
    if sent:
        insert(session, sent)


def since(
    session: Session,
    workspace: str,
    person_ids: Sequence[int],
    at: datetime,
    *,
    and_unanswered: bool = False,
) -> dict[int, list[Reminder]]:
    """What these people were sent since an instant, by the person's id, the oldest first.

    With `and_unanswered` also what was asked of them before, and of their sponsor, that they have
    done nothing about since: at most four, as then no more is sent.
    """
    found: dict[int, list[Reminder]] = defaultdict(list)
    counts = col(Reminder.at) >= at
    if and_unanswered:
        asked = col(Reminder.kind).in_((ReminderKind.OWNER, ReminderKind.UNANSWERED))
        counts |= asked & col(Reminder.answered_at).is_(None)
    rows = session.exec(
        select(Reminder)
        .where(
            Reminder.workspace == workspace,
            col(Reminder.person_id).in_(person_ids),
            counts,
        )
        .order_by(col(Reminder.id))
    )
    for row in rows:
        found[row.person_id].append(row)
    return found


def answered(session: Session, person: Person, at: datetime) -> None:
    """Note that someone has done something with an action, which answers all they were sent."""
    table = table_of(Reminder)
    session.connection().execute(
        sa.update(table)
        .where(
            table.c.workspace == person.workspace,
            table.c.person_id == person.id,
            table.c.answered_at.is_(None),
        )
        .values(answered_at=at)
    )


def last_sent(
    session: Session, person: Person, since: datetime
) -> tuple[Reminder, OutgoingMessage] | None:
    """Someone's newest reminder since an instant and its message; None where it is not sent."""
    newest = session.exec(
        select(Reminder)
        .where(
            Reminder.workspace == person.workspace,
            Reminder.person_id == person.id,
            Reminder.kind == ReminderKind.OWNER,
            col(Reminder.at) >= since,
        )
        .order_by(col(Reminder.id).desc())
        .limit(1)
    ).first()
    if newest is None:
        return None
    message = session.exec(
        select(OutgoingMessage).where(
            OutgoingMessage.workspace == person.workspace,
            OutgoingMessage.key == key_of(newest),
            col(OutgoingMessage.ts).is_not(None),
        )
    ).one_or_none()
    return None if message is None else (newest, message)


def at(session: Session, person: Person, ts: str) -> Reminder | None:
    """The reminder whose message stands at Slack's timestamp, where it is this person's own."""
    keys = session.exec(
        select(OutgoingMessage.key).where(
            OutgoingMessage.workspace == person.workspace, OutgoingMessage.ts == ts
        )
    )
    for key in keys:
        kind, _, rest = key.partition(":")
        whose, _, week = rest.partition(":")
        if kind == _OWNERS and whose == str(person.id):
            return session.exec(
                select(Reminder).where(
                    Reminder.workspace == person.workspace,
                    Reminder.person_id == person.id,
                    Reminder.kind == ReminderKind.OWNER,
                    Reminder.week == week,
                )
            ).one_or_none()
    return None


def unanswered(session: Session, person: Person, since: datetime) -> Reminder | None:
    """The latest reminder that an owner was sent since an instant and has not answered, or None."""
    return session.exec(
        select(Reminder)
        .where(
            Reminder.workspace == person.workspace,
            Reminder.person_id == person.id,
            Reminder.kind == ReminderKind.OWNER,
            col(Reminder.answered_at).is_(None),
            Reminder.at >= since,
        )
        .order_by(col(Reminder.at).desc())
        .limit(1)
    ).one_or_none()


def is_being_sent(session: Session, workspace: str, user: str) -> bool:
    """Whether someone's reminder may be in Slack already without its timestamp being known yet."""
    found = session.exec(
        select(OutgoingMessage.id)
        .where(
            OutgoingMessage.workspace == workspace,
            OutgoingMessage.channel == user,
            # Spelt out, so that the partial index serves.
            sa.text("delivery = 'waiting'"),
            col(OutgoingMessage.sender).is_not(None),
            col(OutgoingMessage.key).startswith(f"{_OWNERS}:"),
        )
        .limit(1)
    )
    return found.first() is not None


def key_of(reminder: Reminder) -> str:
    """The key in the outbox of the message that a reminder is sent by."""
    word = _OWNERS if reminder.kind is ReminderKind.OWNER else reminder.kind.value
    return f"{word}:{reminder.person_id}:{reminder.week}"
