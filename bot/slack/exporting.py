"""The plan as a file, made when somebody asks for it and put into their direct message."""

import logging
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http.client import HTTPException
from typing import Any, NamedTuple

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.models.blocks import Block

from bot.coaching.dates import academic_year
from bot.coaching.viewing import counted
from bot.conversation import local_day
from bot.exporting.formats import exported
from bot.exporting.gathering import gathered
from bot.personal_data import in_full
from bot.plan_document import PlanDocument
from bot.slack.inputs import choice_input, form, submitted, told
from bot.slack.notices import Key, plain_message
from bot.slack.office import Done, Form, Office, Work
from bot.slack.picturing import picture_of
from bot.slack.pieces import escape, small
from bot.slack.refusals import code_of, is_not_offered
from bot.slack.sending import NotSent
from storage import providers
from storage.database import Database
from storage.models import Person
from storage.vocabulary import Status

FORMATS = {
    ".docx": "Word: to print, or to work on",
    ".pdf": "PDF: to print and to hand on",
    ".xlsx": "Excel: everything, and I can take it in again",
    ".csv": "CSV: an action a row",
    ".json": "JSON: everything, for other programs",
}
_SECONDS = 30
_NOT_ALLOWED = (
    "Slack does not let me give you files here yet. Ask whoever installed me to install me anew, "
    "which gives me the right to."
)
_NOTHING_YET = "There is nothing to draw yet: a picture needs figures or updates of some weeks."
# What a file is made of in place of a plan, and what it is called.
_OWN_DATA = "data"
_OWN_DATA_NAME = "What So What keeps about me.txt"
_OWN_DATA_SAYS = "Everything that I keep about you, to be read from top to bottom."
NO_PLAN = "There is no plan for this year yet."
COMES = "I am making it. It comes in our direct message in a moment."
_log = logging.getLogger(__name__)


class _Made(NamedTuple):
    """A file, and what it holds in words: for the message, and for whoever cannot see it.

    Its `content` is made when it is asked for.
    """

    name: str
    says: str
    content: Callable[[], bytes]


@dataclass(frozen=True)
class Exporting:
    """Makes files and hands them to Slack. `client` gives the Web API client of a workspace.

    `what` is the ending of a plan's file, "picture" and which, or what is kept about a person.
    """

    database: Database
    client: Callable[[str], WebClient]
    clock: Callable[[], datetime]

    def upload(self, workspace: str, user: str, what: str) -> str | None:
        """Make the file and hand it to Slack, where nobody sees it yet; its id there.

        None where there is nothing to make it of, or Slack takes no files. Raises NotSent.
        """
        made = self._made(workspace, user, what)
        if made is None:
            return None
        client, content = self.client(workspace), made.content()
        try:
            answer = client.files_getUploadURLExternal(
                filename=made.name, length=len(content), alt_txt=made.says
            )
            _put(str(answer["upload_url"]), content)
        except SlackApiError as error:
            if is_not_offered(error):
                return None
            raise NotSent(code_of(error)) from None
        return str(answer["file_id"])

    def share(self, workspace: str, user: str, what: str, file_id: str) -> None:
        """Put the file into the person's direct message, once. Raises NotSent."""
        made = self._made(workspace, user, what)
        client = self.client(workspace)
        try:
            if _is_shared(client, file_id):
                return
            channel = str(client.conversations_open(users=user)["channel"]["id"])
            client.files_completeUploadExternal(
                files=[{"id": file_id, "title": made.name if made else "The plan"}],
                channel_id=channel,
                initial_comment=escape(made.says) if made else None,
            )
        except SlackApiError as error:
            raise NotSent(code_of(error)) from None

    def refuse(self, workspace: str, user: str, what: str, key: str) -> Key | None:
        """Say to someone that the file cannot be given."""
        is_there = self._made(workspace, user, what) is not None
        says = _NOT_ALLOWED if is_there else _NOTHING_YET if _is_picture(what) else NO_PLAN
        with self.database.writing() as session:
            person = providers.person(session, workspace, user)
            if person is None:
                return None
            return plain_message(session, person, key, says, self.clock())

    def _made(self, workspace: str, user: str, what: str) -> _Made | None:
        with self.database.reading() as session:
            person = providers.person(session, workspace, user)
            if person is None:
                # Forgotten since they asked.
                return None
            if what == _OWN_DATA:
                told = in_full(session, person, self.clock())
                return _Made(_OWN_DATA_NAME, _OWN_DATA_SAYS, told.encode)
            today = local_day(self.clock(), person)
            if _is_picture(what):
                which = what.partition(" ")[2]
                picture = picture_of(session, person, which, today)
                return _Made(f"{which}.png", picture.alt, lambda: picture.png) if picture else None
            document = gathered(session, workspace, academic_year(today), today)
        if document is None:
            return None
        return _Made(_name(document, what), described(document), lambda: exported(document, what))


def _is_picture(what: str) -> bool:
    return what.partition(" ")[0] == "picture"


def described(document: PlanDocument) -> str:
    """What a file holds, in words, for the message and for whoever cannot see it."""
    live = [a for a in document.actions if a.status is not Status.WITHDRAWN]
    of_what = f"The improvement plan of {document.provider}, {document.academic_year}"
    themes = counted(len(document.themes), "theme")
    items = counted(len(document.sar_items), "SAR item")
    return f"{of_what}: {counted(len(live), 'action')} under {themes}, and {items}."


def _name(document: PlanDocument, ending: str) -> str:
    provider = "".join(c if c.isalnum() else " " for c in document.provider or "plan")
    year = (document.academic_year or "").replace("/", "-")
    return f"{' '.join(provider.split())} QIP {year}{ending}"


def _put(url: str, content: bytes) -> None:
    """Hand the content over where Slack has said to. Raises NotSent."""
    request = urllib.request.Request(url, data=content, method="POST")
    request.add_header("Content-Type", "application/octet-stream")
    try:
        with urllib.request.urlopen(request, timeout=_SECONDS) as answer:
            answer.read()
    except (HTTPException, OSError, ValueError) as error:
        raise NotSent(type(error).__name__) from None


def _is_shared(client: WebClient, file_id: str) -> bool:
    """Whether a file is in a conversation already, as after a try whose answer was lost."""
    found: dict[str, Any] = client.files_info(file=file_id).get("file") or {}
    return bool(found.get("ims") or found.get("channels") or found.get("groups"))


def work(user: str, what: str, key: str) -> Work:
    """Making a file for someone."""
    unique = f"export:{user}:{key}"[-100:]
    return Work("export", unique, (user, what, unique))


def own_data_work(user: str, key: str) -> Work:
    """Making a file of all that is kept about someone, for them."""
    return work(user, _OWN_DATA, key)


def picture_work(user: str, which: str, key: str) -> Work:
    """Making a picture for someone."""
    return work(user, f"picture {which}", key)


def _make(office: Office, person: Person, value: dict[str, Any]) -> dict[str, Any]:
    blocks: list[Block] = [
        choice_input("format", "As what?", {"format": ".docx"}, FORMATS, optional=False),
        small("It comes in our direct message. Whoever you hand it to can read all of it."),
    ]
    return form("export", "Export the plan", "Make it", blocks, "")


def _take(office: Office, person: Person, view: dict[str, Any]) -> Done:
    ending = submitted(view)["format"]
    if ending not in FORMATS:
        raise ValueError("not a choice of the form")
    made = work(person.slack_user_id, ending, str(view["id"]))
    return Done(again=told("Export the plan", COMES), works=(made,))


FORMS = {"export": Form(_make, _take)}
