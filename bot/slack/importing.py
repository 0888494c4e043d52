"""A file given in a direct message: understood and shown, and taken in when a lead says so."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackClientError
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm.exc import StaleDataError
from sqlmodel import Session

from bot import changes
from bot.changes import NotAllowed
from bot.coaching.dates import academic_year
from bot.conversation import is_slack_id, local_day
from bot.import_words import is_nothing
from bot.importing.matching import Known
from bot.importing.reading import understand
from bot.importing.understood import FileRefused, Understood
from bot.merging import Into, Merged, merge, put
from bot.rights import leads
from bot.slack.directory import listed_people
from bot.slack.files import fetched
from bot.slack.import_preview import outcome, preview, said
from bot.slack.incoming import FileGiven, Incoming, Kind
from bot.slack.notices import Key
from bot.slack.refusals import why
from bot.slack.update_words import Shown
from storage import actions, conversations, imports, providers
from storage.actions import ActionChanged
from storage.database import Database, DatabaseUnavailable
from storage.models import ImportFile, OutgoingMessage, Person

_MOST_FILES = 3
# What goes by itself: a database that is away, and somebody who changed an action meanwhile.
_AGAIN = (DatabaseUnavailable, OperationalError, StaleDataError, ActionChanged)
# Characters of a file's name, as the database takes them.
_LONGEST_NAME = 255
_NOTHING = (
    "I found neither a SAR nor a plan in it. Give its columns names such as “Area for "
    "improvement”, “Evidence”, “Action” and “Owner”, or its sections the headings “Strengths” and "
    "“Areas for improvement”, and drop it here again."
)
_FOR_LEADS = (
    "I take in files from quality leads alone: a SAR or a plan. To begin an action, write to me "
    "what you plan to do."
)
_FAILED = (
    "Something in it could not be taken in, and nothing was written. Save it as .xlsx or .csv with "
    "one heading a column, and drop it here again."
)
_GONE = "That file is not here any more. Drop it here again."
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Looked:
    """A file as it was understood, or why it was not."""

    name: str
    content: bytes = b""
    understood: Understood | None = None
    merged: Merged | None = None
    refused: str | None = None


@dataclass(frozen=True)
class Importing:
    """Looks at files and takes them in. `client` gives the Web API client of a workspace."""

    database: Database
    client: Callable[[str], WebClient]
    clock: Callable[[], datetime]

    def is_for(self, incoming: Incoming, person: Person) -> bool:
        """Whether a message is about the files that it brings.

        In a thread, words beside a file go on with the interview there.
        """
        if incoming.kind is not Kind.MESSAGE or not incoming.files:
            return False
        return not incoming.text.strip() or (leads(person) and not incoming.is_reply)

    def look(self, incoming: Incoming, person: Person, now: datetime) -> list[Looked]:
        """Fetch and understand the files of a message; nothing is written."""
        if not leads(person):
            return [Looked("", refused=_FOR_LEADS)]
        known = self._known(incoming.workspace)
        found = [self._look_at(f, person, now, known) for f in incoming.files[:_MOST_FILES]]
        if len(incoming.files) > _MOST_FILES:
            rest = (
                f"I looked at the first {_MOST_FILES} files. Drop the others again by themselves."
            )
            found.append(Looked("", refused=rest))
        return found

    def keep(
        self,
        session: Session,
        incoming: Incoming,
        person: Person,
        looked: list[Looked],
        now: datetime,
    ) -> list[tuple[str, Shown]]:
        """Keep the files that were understood; a message for each, with its key."""
        shown = []
        assert person.id is not None
        for number, each in enumerate(looked):
            key = f"{incoming.event_id}:file{number}"[-128:]
            if each.refused is not None or each.understood is None or each.merged is None:
                says = f"{each.name}: {each.refused}" if each.name else str(each.refused)
                shown.append((key, said(says)))
                continue
            kept = imports.keep_file(
                session,
                ImportFile(
                    workspace=incoming.workspace,
                    key=key,
                    person_id=person.id,
                    name=each.name[:_LONGEST_NAME],
                    content=each.content,
                    at=now,
                ),
            )
            value = {"file": kept.id, "channel": incoming.channel, "thread": incoming.thread}
            shown.append((key, preview(each.name, each.understood, each.merged, value, False)))
        return shown

    def look_again(self, workspace: str, file_id: int, channel: str, thread: str, key: str) -> Key:
        """Show what a file is understood to say now that it is corrected."""
        with self.database.reading() as session:
            kept, person = self._file(session, workspace, file_id)
        value = {"file": file_id, "channel": channel, "thread": thread}
        if kept.content is None:
            shown = said(_GONE)
        else:
            known = self._known(workspace)
            try:
                understood = self._understood(kept, person)
                merged = self._tried(understood, self._into(kept, understood, person, known))
                shown = preview(kept.name, understood, merged, value, True)
            except FileRefused as error:
                shown = said(str(error))
        with self.database.writing() as session:
            return self._queue(session, workspace, channel, thread, key, shown)

    def take_in(self, workspace: str, file_id: int, channel: str, thread: str) -> Key | None:
        """Write a file into the plan, once; what was queued to say so."""
        with self.database.reading() as session:
            kept, person = self._file(session, workspace, file_id)
        if kept.outcome is not None:
            return None
        known = self._known(workspace)
        key = f"import:{file_id}"
        try:
            understood = self._understood(kept, person)
            with self.database.writing() as session:
                now_kept = imports.file_by_id(session, workspace, file_id, to_change=True)
                if now_kept is None or now_kept.outcome is not None:
                    return None
                by = providers.person_by_id(session, workspace, kept.person_id)
                changes.for_leads(by)
                merged = merge(session, understood, self._into(kept, understood, by, known))
                now_kept.outcome, now_kept.content = "imported", None
                now_kept.choices = {"to_talk_over": merged.to_talk_over}
                session.add(now_kept)
                owners = len(owners_to_invite(session, workspace, merged.to_talk_over, by))
                shown = outcome(kept.name, merged, owners, {"file": file_id})
                return self._queue(session, workspace, channel, thread, key, shown)
        except (FileRefused, NotAllowed) as error:
            says = str(error)
        except _AGAIN:
            raise
        except Exception as error:
            _log.error("A file could not be taken in: %s", type(error).__name__)
            says = _FAILED
        with self.database.writing() as session:
            self._give_up(session, workspace, file_id)
            return self._queue(session, workspace, channel, thread, key, said(says))

    # --- helpers ----------------------------------------------------------------------------

    def _look_at(
        self, file: FileGiven, person: Person, now: datetime, known: list[Known]
    ) -> Looked:
        try:
            content = fetched(self.client(person.workspace), file.url)
            kept = ImportFile(
                workspace=person.workspace, key="", person_id=0, name=file.name, content=content
            )
            kept.at = now
            understood = self._understood(kept, person)
            if is_nothing(understood):
                raise FileRefused(_NOTHING)
            merged = self._tried(understood, self._into(kept, understood, person, known))
        except FileRefused as error:
            return Looked(file.name, refused=str(error))
        except _AGAIN:
            raise
        except Exception as error:
            # It would fail the same way each time.
            _log.error("A file could not be looked at: %s", type(error).__name__)
            return Looked(file.name, refused=_FAILED)
        return Looked(file.name, content, understood, merged)

    def _tried(self, understood: Understood, into: Into) -> Merged:
        """What a file would come to."""
        return put(self.database, understood, into, into.workspace, is_kept=False)[1]

    def _understood(self, kept: ImportFile, person: Person) -> Understood:
        today = local_day(kept.at, person)
        return understand(
            kept.name,
            kept.content or b"",
            kept.choices,
            academic_year=academic_year(today),
            today=today,
        )

    def _into(
        self, kept: ImportFile, understood: Understood, person: Person, known: list[Known]
    ) -> Into:
        today = local_day(kept.at, person)
        own_year = understood.document.academic_year if understood.is_own else None
        return Into(
            workspace=kept.workspace,
            academic_year=kept.choices.get("year") or own_year or academic_year(today),
            by=person,
            at=self.clock(),
            today=today,
            known=known,
            chosen=kept.choices.get("owners") or {},
        )

    def _file(self, session: Session, workspace: str, file_id: int) -> tuple[ImportFile, Person]:
        kept = imports.file_by_id(session, workspace, file_id)
        if kept is None:
            raise LookupError("no such file")
        return kept, providers.person_by_id(session, workspace, kept.person_id)

    def _known(self, workspace: str) -> list[Known]:
        """Who may be meant by a name: as Slack lists them, else who is known here."""
        try:
            return listed_people(self.client(workspace))
        except (SlackClientError, OSError, ValueError, DatabaseUnavailable) as error:
            _log.warning("Slack does not list who is in the workspace: %s", why(error))
        with self.database.reading() as session:
            here = providers.people(session, workspace).values()
        return [Known(p.slack_user_id, p.name) for p in here if p.left_at is None]

    def _queue(
        self, session: Session, workspace: str, channel: str, thread: str, key: str, shown: Shown
    ) -> Key:
        conversation = f"{channel}:{thread}"
        if not conversations.is_queued(session, workspace, key):
            conversations.queue_message(
                session,
                OutgoingMessage(
                    workspace=workspace,
                    key=key,
                    conversation=conversation,
                    channel=channel,
                    thread=thread,
                    text=shown.text,
                    blocks=shown.blocks,
                    created_at=self.clock(),
                ),
            )
        return workspace, conversation, key

    def _give_up(self, session: Session, workspace: str, file_id: int) -> None:
        kept = imports.file_by_id(session, workspace, file_id, to_change=True)
        if kept is not None and kept.outcome is None:
            kept.outcome, kept.content = "refused", None
            session.add(kept)


def owners_to_invite(
    session: Session, workspace: str, references: list[str], by: Person
) -> dict[str, list[Any]]:
    """The actions that need talking over by the Slack id of their owner, without those of `by`."""
    numbers = [int(reference.removeprefix("A-")) for reference in references]
    found: dict[str, list[Any]] = {}
    for stored in actions.numbered(session, workspace, numbers):
        owner = stored.owner
        is_there = owner is not None and owner.left_at is None and is_slack_id(owner.slack_user_id)
        if owner is not None and is_there and owner.id != by.id:
            found.setdefault(owner.slack_user_id, []).append(stored)
    return found
