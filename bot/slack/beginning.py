"""Interviews that the bot begins: the first message goes out, and the thread under it is theirs."""

import logging
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlmodel import Session

from bot import conversation as talk
from bot.coach import EMBEDDED
from bot.coaching.state import Say
from bot.slack import screens
from bot.slack.notices import Key
from bot.slack.pieces import short
from bot.summaries import draft_of
from storage import conversations
from storage.actions import StoredAction
from storage.models import OutgoingMessage, Person

_QUOTED = 300
_log = logging.getLogger(__name__)


def begin_interview(
    session: Session,
    person: Person,
    now: datetime,
    key: str,
    *,
    words: str | None = None,
    link: str | None = None,
    item: str | None = None,
    about: StoredAction | None = None,
    is_quoted: bool = True,
) -> Key:
    """Put the opening of a new interview in the outbox, once for each key; what was queued.

    `words` are those of a message that is to become an action, and `link` leads to it. Read by the
    rules alone: a model is asked about what the person says themselves. Unless they have just typed
    them the opening says which words it is about. `item` is the reference of a SAR item that it is
    to be about, and `about` an action that is there and to be talked over.
    """
    conversation = f"{person.slack_user_id}:{key}"
    if conversations.is_queued(session, person.workspace, key):
        return person.workspace, conversation, key
    place = talk.Place(person.workspace, person.slack_user_id, "")
    loaded = talk.load(session, place, person, now)
    opening, say = _opened(loaded, about)
    if item:
        opening, say = talk.answered(opening, talk.heard(opening, item), EMBEDDED)
    if words:
        opening, say = _read(opening, say, words, is_quoted)
    assert opening.interview is not None
    opening.interview.source_link = link
    text, blocks = screens.message(
        say, opening.interview.said, opening.interview.draft, opening.setting
    )
    state: dict[str, Any] = opening.interview.model_dump(mode="json", exclude_defaults=True)
    conversations.queue_message(
        session,
        OutgoingMessage(
            workspace=person.workspace,
            key=key,
            conversation=conversation,
            channel=person.slack_user_id,
            text=text,
            blocks=blocks,
            created_at=now,
            opens={
                "person": person.id,
                "state": state,
                "action": about.action.id if about else None,
            },
        ),
    )
    return person.workspace, conversation, key


def _opened(loaded: talk.Conversation, about: StoredAction | None) -> tuple[talk.Conversation, Say]:
    if about is None:
        return talk.opened(loaded)
    return talk.taken_up(loaded, draft_of(about), about)


def _read(
    opening: talk.Conversation, say: Say, words: str, is_quoted: bool
) -> tuple[talk.Conversation, Say]:
    """The interview with the words of a message taken in; as it was where they cannot be read."""
    try:
        after, said = talk.answered(opening, talk.heard(opening, words), EMBEDDED)
    except Exception as error:
        _log.error("A message could not be read: %s", type(error).__name__)
        return opening, say
    if said.forget_reply or not is_quoted:
        return after, said
    return after, replace(said, text=f"From “{short(words, _QUOTED)}”\n{said.text}")
