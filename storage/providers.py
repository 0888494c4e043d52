"""Providers and the people in them. Every query names its workspace."""

from datetime import datetime

from sqlalchemy import Update
from sqlmodel import Session, col, func, select, update

from storage.models import Person, Provider, ProviderSettings
from storage.vocabulary import Role


def provider(session: Session, workspace: str) -> Provider | None:
    """The provider of a workspace, or None."""
    return session.get(Provider, workspace)


def ensure_provider(session: Session, workspace: str, name: str) -> Provider:
    """The provider of a workspace, made with the given name if it is new."""
    found = session.get(Provider, workspace)
    if found is None:
        found = Provider(workspace=workspace, name=name)
        session.add(found)
        session.flush()
    return found


def name_provider(session: Session, workspace: str, name: str) -> None:
    """Call the provider of a workspace by what Slack calls the workspace; made if it is new."""
    ensure_provider(session, workspace, name).name = name


def providers(session: Session) -> list[Provider]:
    """Every provider in the database, by name. For the operator, never for a person in Slack."""
    return list(session.exec(select(Provider).order_by(Provider.name)))


def settings_of(session: Session, workspace: str, *, to_change: bool = False) -> ProviderSettings:
    """What a provider has set, or the standard where it has set nothing.

    With `to_change` nobody else changes it until the transaction ends; the row is added to the
    session by whoever changes it.
    """
    if to_change:
        # The row of the provider is locked, because that of its settings may not be there yet.
        locked = select(Provider.workspace).where(Provider.workspace == workspace)
        session.exec(locked.with_for_update(key_share=True)).one()
    found = session.get(ProviderSettings, workspace, populate_existing=to_change)
    return found or ProviderSettings(workspace=workspace)


def person(session: Session, workspace: str, slack_user_id: str) -> Person | None:
    """The person with this Slack id in this workspace, or None."""
    return session.exec(
        select(Person).where(Person.workspace == workspace, Person.slack_user_id == slack_user_id)
    ).one_or_none()


def ensure_person(
    session: Session,
    workspace: str,
    slack_user_id: str,
    name: str,
    *,
    timezone: str = "Europe/London",
    role: Role | None = None,
) -> Person:
    """The person, made if new. Whoever comes first in a workspace is its first quality lead.

    People whom an import has brought there do not count as having come.
    """
    found = person(session, workspace, slack_user_id)
    if found is None:
        if role is None:
            leads = select(Person.id).where(Person.workspace == workspace, Person.role == Role.LEAD)
            role = Role.OWNER if session.exec(leads).first() else Role.LEAD
        found = Person(
            workspace=workspace,
            slack_user_id=slack_user_id,
            name=name,
            timezone=timezone,
            role=role,
        )
        session.add(found)
        session.flush()
    return found


def person_by_id(session: Session, workspace: str, person_id: int) -> Person:
    """The person whom something of the workspace refers to."""
    return session.exec(
        select(Person).where(Person.workspace == workspace, Person.id == person_id)
    ).one()


def name_of(session: Session, workspace: str, person_id: int | None) -> str:
    """What somebody who did something is called; "Somebody" where it is not known who."""
    found = select(Person.name).where(Person.workspace == workspace, Person.id == person_id)
    return session.exec(found).one_or_none() or "Somebody"


def with_role(
    session: Session, workspace: str, role: Role, *, to_change: bool = False
) -> list[Person]:
    """Everyone in a workspace who has a role and has not left, by name, locked if `to_change`."""
    found = (
        select(Person)
        .where(Person.workspace == workspace, Person.role == role, col(Person.left_at).is_(None))
        .order_by(Person.name)
    )
    return list(session.exec(found.with_for_update() if to_change else found))


def home_opened(session: Session, person: Person, at: datetime) -> None:
    """Note that someone has looked at their Home tab."""
    person.home_opened_at = at
    session.add(person)


def welcomed(session: Session, person: Person, at: datetime) -> bool:
    """Note that someone is being welcomed; False where they have been before."""
    noted = session.connection().execute(
        update(Person)
        .where(col(Person.workspace) == person.workspace, col(Person.id) == person.id)
        .where(col(Person.welcomed_at).is_(None))
        .values(welcomed_at=at)
    )
    return noted.rowcount == 1


def note_direct_channel(session: Session, workspace: str, user: str, channel: str) -> None:
    """Keep which direct message someone has with the bot."""
    session.connection().execute(
        _whoever(workspace, user)
        .where(col(Person.direct_channel).is_distinct_from(channel))
        .values(direct_channel=channel)
    )


def forget_direct_channel(session: Session, workspace: str, channel: str) -> bool:
    """Forget a direct message that Slack does not know; False where nobody's is kept as that."""
    forgotten = session.connection().execute(
        update(Person)
        .where(col(Person.workspace) == workspace, col(Person.direct_channel) == channel)
        .values(direct_channel=None)
    )
    return forgotten.rowcount > 0


def has_left(session: Session, workspace: str, user: str, at: datetime) -> None:
    """Note that Slack lets nobody write to someone any more."""
    session.connection().execute(_whoever(workspace, user).values(left_at=at))


def _whoever(workspace: str, user: str) -> Update:
    return update(Person).where(
        col(Person.workspace) == workspace, col(Person.slack_user_id) == user
    )


def look_again(session: Session, workspace: str, at: datetime) -> None:
    """Have the next sweep after `at` work out anew when each in a workspace is to be written to."""
    session.connection().execute(
        update(Person)
        .where(col(Person.workspace) == workspace)
        .values(remind_at=at, overview_at=at)
    )


def with_home(session: Session, workspace: str) -> list[Person]:
    """Everyone in a workspace who has ever looked at their Home tab."""
    opened = select(Person).where(
        Person.workspace == workspace, col(Person.home_opened_at).is_not(None)
    )
    return list(session.exec(opened))


def person_named(session: Session, workspace: str, name: str) -> Person | None:
    """The one person of this name in the workspace; None when there is none, or more than one."""
    found = session.exec(
        select(Person).where(
            Person.workspace == workspace, func.lower(col(Person.name)) == name.lower()
        )
    ).all()
    return found[0] if len(found) == 1 else None


def people(session: Session, workspace: str) -> dict[int, Person]:
    """Everyone in a workspace, who has left too, by id."""
    found = session.exec(select(Person).where(Person.workspace == workspace))
    return {person.id: person for person in found if person.id is not None}


def names(session: Session, workspace: str) -> list[str]:
    """The names of everyone in a workspace who is known by more than a Slack id."""
    found = select(Person.name).where(
        Person.workspace == workspace,
        Person.name != Person.slack_user_id,
        col(Person.forgotten_at).is_(None),
    )
    return list(session.exec(found))
