"""`sowhat import`: a file on disk into the plan, or, on a dry run, what it would come to."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from slack_sdk.errors import SlackClientError
from sqlalchemy.exc import SQLAlchemyError

from bot.coaching.dates import academic_year
from bot.import_words import is_nothing
from bot.importing.matching import Known
from bot.importing.opening import MOST_BYTES
from bot.importing.reading import understand
from bot.importing.understood import FileRefused, Understood
from bot.merging import Into, Merged, put
from bot.sample import TRIAL_WORKSPACE
from bot.settings import Settings, oauth_of
from bot.slack.directory import listed_people
from bot.slack.refusals import why
from bot.slack.workspaces import OneWorkspace, workspaces_of
from storage import providers
from storage.database import Database, DatabaseUnavailable
from storage.migrate import head_revision, migrate, schema_revision

_log = logging.getLogger(__name__)


class WorkspaceUnclear(Exception):
    """Whose plan a file is for is not said; the message is a sentence."""


@dataclass(frozen=True)
class Imported:
    """What was understood and what came of it; nothing was written on a dry run.

    `without_slack` where Slack should have said who people are and did not.
    """

    understood: Understood
    merged: Merged
    provider: str
    without_slack: bool = False


def import_file(
    settings: Settings,
    path: Path,
    *,
    workspace: str | None,
    year: str | None,
    today: date,
    now: datetime,
    dry_run: bool,
) -> Imported:
    """Take a file into the plan of an academic year, all of it or nothing.

    Raises FileRefused, WorkspaceUnclear, SettingsInvalid or DatabaseUnavailable.
    """
    understood = understand(
        path.name, _content(path), academic_year=year or academic_year(today), today=today
    )
    if is_nothing(understood):
        raise FileRefused(
            f"I found neither a SAR nor a plan in {path.name}. Give its columns names such as "
            "“Area for improvement”, “Evidence”, “Action” and “Owner”, or its sections the "
            "headings “Strengths” and “Areas for improvement”."
        )
    own_year = understood.document.academic_year if understood.is_own else None
    with _database(settings, dry_run) as database:
        place = _workspace(settings, database, workspace)
        known, without_slack = _known(settings, database, place, now)
        into = Into(
            workspace=place,
            academic_year=year or own_year or academic_year(today),
            by=None,
            at=now,
            today=today,
            known=known,
            takes_people=True,
        )
        name = understood.document.provider or place
        try:
            provider, merged = put(database, understood, into, name, is_kept=not dry_run)
        except SQLAlchemyError as error:
            _log.error("The file could not be taken in: %s", type(error).__name__)
            raise FileRefused(
                f"Something in {path.name} could not be taken in, and nothing was written. Save it "
                "as .xlsx or .csv with one heading a column, and try again."
            ) from None
    return Imported(understood, merged, provider, without_slack)


def _content(path: Path) -> bytes:
    try:
        # A little more than is taken, so that what is too much is seen to be.
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except IsADirectoryError:
        raise FileRefused(f"{path} is a folder: give one file.") from None
    except FileNotFoundError:
        raise FileRefused(f"There is no file {path}.") from None
    except OSError:
        raise FileRefused(f"The file {path} cannot be read: check its permissions.") from None


@contextmanager
def _database(settings: Settings, dry_run: bool) -> Iterator[Database]:
    """The database at head; for a dry run where there is none yet, one that is not kept."""
    database = Database(settings.database_url)
    try:
        revision = schema_revision(database)
        if dry_run and revision is None:
            database.close()
            database = Database("sqlite://")
        if not dry_run or revision is None:
            migrate(database)
        elif revision != head_revision():
            raise DatabaseUnavailable("The database is of another version: run sowhat migrate.")
        yield database
    finally:
        database.close()


def _workspace(settings: Settings, database: Database, given: str | None) -> str:
    """The workspace given, or the only one there is; in an empty database, the bot's own."""
    with database.reading() as session:
        known = {p.workspace: p.name for p in providers.providers(session)}
    each = ", ".join(f"{place} ({name})" for place, name in known.items())
    if known and given is not None and given not in known:
        raise WorkspaceUnclear(f"There is no workspace {given}; there is {each}.")
    if given is None and len(known) > 1:
        raise WorkspaceUnclear(f"Say which with --workspace: {each}.")
    if given is not None or known:
        return given or next(iter(known))
    if settings.slack_bot_token is None:
        # As for sowhat try, whose provider is a workspace like any other.
        return TRIAL_WORKSPACE
    one = workspaces_of(settings, database, lambda: datetime.min)
    try:
        assert isinstance(one, OneWorkspace)
        return one.team().id
    except (SlackClientError, OSError, ValueError, AssertionError):
        raise WorkspaceUnclear(
            "Slack does not say which workspace the token is of: give it with --workspace."
        ) from None


def _known(
    settings: Settings, database: Database, workspace: str, now: datetime
) -> tuple[Sequence[Known], bool]:
    """Who may be meant by a name, and whether Slack should have said so and did not."""
    with database.reading() as session:
        here = [
            Known(person.slack_user_id, person.name)
            for person in providers.people(session, workspace).values()
            if person.left_at is None
        ]
    if workspace == TRIAL_WORKSPACE or not (settings.slack_bot_token or oauth_of(settings)):
        return here, False
    try:
        client = workspaces_of(settings, database, lambda: now).client(workspace)
        listed = listed_people(client)
    except (SlackClientError, OSError, ValueError) as error:
        _log.warning("Slack does not list who is in the workspace: %s", why(error))
        return here, True
    there = {person.slack_user_id for person in listed}
    return [*listed, *(person for person in here if person.slack_user_id not in there)], False
