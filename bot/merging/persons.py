"""Whom a file means by a name, as far as that is sure; and whom else must be asked about."""

from dataclasses import dataclass, field

from sqlmodel import Session

from bot.importing.matching import Known, people_meant
from bot.merging.values import Into, OwnerAsked
from bot.plan_document import PersonNamed
from storage import providers
from storage.models import Person
from storage.vocabulary import Role

# Characters of a Slack id, as the database takes them.
_LONGEST_ID = 64


@dataclass
class Persons:
    """The people of a workspace, and those who come to be known by a file.

    With `takes_ids` whoever the file names by Slack id is made known by that.
    """

    session: Session
    into: Into
    takes_ids: bool
    _known: dict[str, Person] = field(default_factory=dict)
    _asked: dict[str, tuple[tuple[Known, ...], list[str]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        there = providers.people(self.session, self.into.workspace).values()
        self._known = {person.slack_user_id: person for person in there}

    def meant(self, named: PersonNamed | None, email: str | None = None) -> Person | None:
        """The one person who is surely meant; None where nobody is, or it must be asked."""
        if named is None:
            return None
        chosen = self.into.chosen.get(named.name)
        if chosen is not None:
            return self._person(chosen, named.name) if chosen else None
        if self.takes_ids and named.slack_user_id and len(named.slack_user_id) <= _LONGEST_ID:
            return self._person(named.slack_user_id, named.name)
        sure, _ = people_meant(named, email, self.into.known)
        return self._person(sure.slack_user_id, sure.name) if sure else None

    def ask(self, named: PersonNamed, about: str) -> None:
        """Note that it is to be asked who is meant, who is to have to do with something."""
        if named.name in self.into.chosen:
            return
        _, may_be = people_meant(named, None, self.into.known)
        self._asked.setdefault(named.name, (may_be, []))[1].append(about)

    @property
    def asked(self) -> list[OwnerAsked]:
        """Everybody who is to be asked about."""
        return [
            OwnerAsked(name, may_be, tuple(about)) for name, (may_be, about) in self._asked.items()
        ]

    def _person(self, slack_user_id: str, name: str) -> Person:
        if slack_user_id not in self._known:
            self._known[slack_user_id] = providers.ensure_person(
                self.session, self.into.workspace, slack_user_id, name, role=Role.OWNER
            )
        return self._known[slack_user_id]
