"""Summaries in channels: put into the outbox when they are due, and what leads are told of them."""

import logging
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.channel_posts import Look, News, decide
from bot.conversation import is_slack_id, local_day
from bot.slack.digest import Message
from bot.slack.notices import Key
from bot.slack.people import People, Stranger
from bot.slack.pieces import HOW_OFTEN, as_dicts, escape, sections
from bot.slack.report import report_post
from storage import channel_summaries, conversations, providers
from storage.database import Database, DatabaseUnavailable
from storage.models import ChannelSummary, OutgoingMessage, Person
from storage.vocabulary import Every

# How many are read at a time.
_PAGE = 100
# After how long one is looked at again that could not be made.
_LATER = timedelta(days=1)
# Slack's words for a channel that the bot is not in, or does not see because it is not in it.
_NOT_IN = ("not_in_channel", "channel_not_found")
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Posting:
    """Looks for whichever summary is due in a channel."""

    database: Database
    people: People

    def sweep(self, now: datetime) -> Iterator[list[Key]]:
        """Settle all that are due; the messages put in the outbox, of one channel at a time.

        Safe to be cut short, to be run again and by several processes at once: what is settled is
        no longer due, and each is settled in one transaction with its messages. Raises
        DatabaseUnavailable.
        """
        while True:
            with self.database.reading() as session:
                due = channel_summaries.due(session, now, _PAGE)
            queued = [keys for row in due if (keys := self._settled(row, now)) is not None]
            yield from queued
            # What others have settled meanwhile is not due, and nothing is tried for ever.
            if not queued:
                return

    def _settled(self, row: ChannelSummary, now: datetime) -> list[Key] | None:
        """What was put in the outbox of one; None where somebody else has settled it."""
        try:
            look = self._look(row, now)
            messages = _messages(look, now)
        except DatabaseUnavailable:
            raise
        except Exception as error:
            # One that cannot be made must not keep the others from theirs.
            _log.error("The summary of a channel was not made: %s", type(error).__name__)
            with self.database.writing() as session:
                channel_summaries.settle(session, row, {"next_at": now + _LATER})
            return []
        with self.database.writing() as session:
            if look.values is None:
                is_ours = channel_summaries.end(session, row)
            else:
                is_ours = channel_summaries.settle(session, row, look.values)
            if not is_ours:
                return None
            conversations.queue_messages(session, messages)
        return [(each.workspace, each.conversation, each.key) for each in messages]

    def _look(self, row: ChannelSummary, now: datetime) -> Look:
        with self.database.reading() as session:
            by = providers.person_by_id(session, row.workspace, row.confirmed_by_id)
        if by.left_at is None and is_slack_id(by.slack_user_id):
            # Slack is asked once a day whether they are still there.
            with suppress(Stranger):
                self.people.person(row.workspace, by.slack_user_id)
        with self.database.reading() as session:
            return decide(session, row, now)


def _messages(look: Look, now: datetime) -> list[OutgoingMessage]:
    row = look.row
    messages = []
    if look.report is not None:
        text, blocks = report_post(look.report, foot(row.every, look.by))
        messages.append(_paced(row, f"{row.channel}:posts", look.key, (text, blocks), now))
    if look.news is not None:
        says = _NEWS[look.news](look)
        told = says, as_dicts(sections(says))
        key = f"channel-{look.news}:{row.channel}:{row.id}:{int(now.timestamp())}"
        messages += [
            _paced(row, f"{to.slack_user_id}:reminders", f"{key}:{to.id}", told, now)
            for to in look.to
            if is_slack_id(to.slack_user_id)
        ]
    return messages


def _paced(
    row: ChannelSummary, conversation: str, key: str, message: Message, now: datetime
) -> OutgoingMessage:
    text, blocks = message
    return OutgoingMessage(
        workspace=row.workspace,
        key=key,
        conversation=conversation,
        channel=conversation.partition(":")[0],
        text=text,
        blocks=blocks,
        created_at=now,
        is_paced=True,
    )


def foot(every: Every, by: Person) -> str:
    """What stands below a post: who has it posted, how often, and where there is more."""
    return (
        f"{HOW_OFTEN[every]}, set up by {escape(by.name)}. Type */qip summary* to see more; only "
        "you see the answer."
    )


def _refused(look: Look) -> str:
    assert look.values is not None
    day = local_day(look.values["next_at"], look.by)
    again = f"I will try again on {day:%A} {day.day} {day:%B}."
    return f"I could not post the summary in <#{look.row.channel}>: {_why(look)} {again}"


def _stopped(look: Look) -> str:
    return (
        f"I have stopped posting the summary in <#{look.row.channel}>, as three in a row did not "
        f"get there: {_why(look)} Then set it up again on my Home tab, with *Post to a channel*."
    )


def _why(look: Look) -> str:
    if look.error in _NOT_IN:
        return "I am not in that channel. Type */invite @So What* there to let me in."
    if look.error == "is_archived":
        return "that channel is archived. Bring it back, or choose another."
    return "Slack does not let me write there. Ask whoever runs your Slack who may post in it."


def _leaderless(look: Look) -> str:
    gone = "has left" if look.by.left_at else "is no longer a quality lead"
    return (
        f"I have stopped posting the summary in <#{look.row.channel}>: {escape(look.by.name)}, who "
        f"set it up, {gone}. You can set it up again on my Home tab, with *Post to a channel*."
    )


_NEWS = {News.REFUSED: _refused, News.STOPPED: _stopped, News.LEADERLESS: _leaderless}
