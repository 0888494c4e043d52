"""What a form needs to be made and taken in, and what comes of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlmodel import Session

from bot.changes import NotFound
from bot.coaching.draft import Setting
from bot.conversation import local_day
from bot.slack.notices import Key
from bot.slack.people import NoSuchPerson, People, SlackAway
from bot.summaries import ActionLine, action_view
from storage.database import Database
from storage.models import Person


@dataclass(frozen=True)
class Office:
    """The plan's database, the people, and the clock."""

    database: Database
    people: People
    clock: Callable[[], datetime]

    def today(self, person: Person) -> date:
        """The day it is where the person is."""
        return local_day(self.clock(), person)


def action_line(
    office: Office, session: Session, person: Person, action_id: int
) -> tuple[ActionLine, Setting]:
    """An action as the person may see it. Raises NotFound."""
    found = action_view(session, person.workspace, action_id, office.today(person))
    if found is None:
        raise NotFound
    return found


class Work(NamedTuple):
    """Work that the engine is to do once for each key: its name, and what it is given."""

    name: str
    key: str
    arguments: tuple[Any, ...]


@dataclass(frozen=True)
class Done:
    """What came of a form: what is wrong in it by field, what is shown in its place, what was done.

    `below` makes the screen below the form, if there is one, as it is now, and `works` are begun.
    `forgotten` is the Slack id of who was known by it until now.
    """

    errors: dict[str, str] | None = None
    again: dict[str, Any] | None = None
    queued: tuple[Key, ...] = ()
    below: Callable[[], dict[str, Any]] | None = None
    works: tuple[Work, ...] = ()
    forgotten: str | None = None


class Form(NamedTuple):
    """How a form is made from what its button carries, and how it is taken in when it is sent.

    Both raise NotFound or NotAllowed; sent with what no form of ours carries, ValueError.
    """

    make: Callable[[Office, Person, dict[str, Any]], dict[str, Any]]
    take: Callable[[Office, Person, dict[str, Any]], Done]


def person_problem(office: Office, workspace: str, user: str) -> str | None:
    """Why someone cannot be put in charge of anything; None where they can."""
    try:
        named = office.people.named(workspace, user)
    except NoSuchPerson:
        return "Choose a person of this workspace, not an app or a guest from elsewhere."
    except SlackAway:
        return "Slack does not say who that is just now. Save again in a minute."
    return f"{named.name} has left. Choose somebody who is here." if named.left_at else None
