"""Which channels a summary of the plan is posted in.

Every query names its workspace, but for the one by which the sweep looks for those that are due.
"""

from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from storage.models import ChannelSummary, OutgoingMessage, Person
from storage.rows import table_of
from storage.vocabulary import Delivery, Every


class Outcome(NamedTuple):
    """What became of a post: when it was made, and Slack's word for it where it was refused."""

    delivery: Delivery
    made_at: datetime
    error: str | None


def due(session: Session, now: datetime, limit: int) -> list[ChannelSummary]:
    """Those of all workspaces that are due to be looked at, the longest due first."""
    found = (
        select(ChannelSummary)
        .where(col(ChannelSummary.next_at) <= now)
        .order_by(col(ChannelSummary.next_at), col(ChannelSummary.id))
        .limit(limit)
    )
    return list(session.exec(found))


def of_workspace(session: Session, workspace: str) -> list[tuple[ChannelSummary, Person]]:
    """All of a workspace, the oldest first, each with the person who confirmed it."""
    found = (
        select(ChannelSummary, Person)
        .join(Person, col(Person.id) == ChannelSummary.confirmed_by_id)
        .where(ChannelSummary.workspace == workspace, Person.workspace == workspace)
        .order_by(col(ChannelSummary.id))
    )
    return list(session.exec(found))


def of_channel(session: Session, workspace: str, channel: str) -> ChannelSummary | None:
    """The one of a channel; None where nothing is posted there."""
    return session.exec(
        select(ChannelSummary).where(
            ChannelSummary.workspace == workspace, ChannelSummary.channel == channel
        )
    ).one_or_none()


def put(
    session: Session, by: Person, channel: str, view: str, every: Every, next_at: datetime
) -> None:
    """Have a view posted in a channel from an instant on, in place of what was posted there."""
    place = {"workspace": by.workspace, "channel": channel}
    chosen = {
        "view": view,
        "every": every,
        "confirmed_by_id": by.id,
        "next_at": next_at,
        "failures": 0,
    }
    is_postgres = session.get_bind().dialect.name == "postgresql"
    # One statement: two leads may confirm the same channel at once. What is known of the post
    # before stays, so that the next one still tells what is new since.
    made = (postgresql if is_postgres else sqlite).insert(ChannelSummary).values(**place, **chosen)
    session.connection().execute(
        made.on_conflict_do_update(index_elements=list(place), set_=chosen)
    )


def settle(session: Session, read: ChannelSummary, values: dict[str, Any]) -> bool:
    """Note what came of looking at one; False where somebody has changed it since it was read."""
    changed = session.connection().execute(
        sa.update(_TABLE).where(*_as_read(read)).values(**values)
    )
    return changed.rowcount == 1


def end(session: Session, read: ChannelSummary) -> bool:
    """Stop one that was looked at; False where somebody has changed it since it was read."""
    ended = session.connection().execute(sa.delete(_TABLE).where(*_as_read(read)))
    return ended.rowcount == 1


def stop(session: Session, workspace: str, summary_id: int) -> bool:
    """Post one no more; False where there is none."""
    stopped = session.connection().execute(
        sa.delete(_TABLE).where(_TABLE.c.workspace == workspace, _TABLE.c.id == summary_id)
    )
    return stopped.rowcount == 1


def outcome(session: Session, workspace: str, key: str) -> Outcome | None:
    """What became of the post of this key; None where there is none any more."""
    found = session.exec(
        select(OutgoingMessage.delivery, OutgoingMessage.created_at, OutgoingMessage.error).where(
            OutgoingMessage.workspace == workspace, OutgoingMessage.key == key
        )
    ).one_or_none()
    return None if found is None else Outcome(*found)


_TABLE = table_of(ChannelSummary)


def _as_read(read: ChannelSummary) -> tuple[Any, ...]:
    return (
        _TABLE.c.workspace == read.workspace,
        _TABLE.c.id == read.id,
        _TABLE.c.next_at == read.next_at,
        _TABLE.c.awaits.is_not_distinct_from(read.awaits),
    )
