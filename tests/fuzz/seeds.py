"""Valid input of every kind, for a college whose plan is under way, to be broken afterwards.

The buttons, forms, words and shortcuts are those of the matrix of permissions, which a test keeps
complete.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from sqlmodel import select

from storage import conversations, providers
from storage.models import InterviewRecord
from storage.vocabulary import InterviewStatus
from tests.acceptance.test_permissions import (
    ABROAD,
    BUTTONS,
    ELSEWHERE,
    OURS,
    SENT,
    SHORTCUTS,
    STRANGER,
    WORDS,
    Two,
    team_of,
)
from tests.fuzz.door import Door
from tests.support import files
from tests.support import slack_payloads as payloads
from tests.support.bots import InProcess
from tests.support.college import LEAD, OTHER, OWNER, READER, found
from tests.support.fake_slack import FakeSlack
from tests.support.slack_payloads import TEAM, dm_channel
from tests.support.talk import Talk, over_http

Json = dict[str, Any]

# An honest conversation, reply by reply; the stage that it is at before each.
REPLIES = (
    "AFI 1",
    "Text parents on the day of each absence",
    "learners attend more of their lessons",
    "Yes. 85% by July 2027, from the registers, 80% in February",
    "because outcomes fell",
    "yes",
)
# What people say besides.
MESSAGES = (
    *REPLIES,
    "hello", "skip", "back", "show", "stop", "new", "help", "no", "dunno", "ok", "yes please",
    "from 54% to 65% by 31 July 2027, from the QAR dashboard", "Tom Baker will lead it", "<@U0OTHER>",
    "How is maths going?", "which actions are overdue?", "who owns A-1?", "what is due this term?",
    "A-2 is at 60% now, on track", "attendance 86% last week, at risk", "A-1 done",
    "summary for governors", "what are we doing about AFI 2?", "actions of Tom Baker",
    "A learner told me that she is being hurt at home",
    "Ref\tArea\tAction\n1\tLate\tRing home", "<https://example.org/a|report> shows 4 in 10 late",
    "&lt;b&gt; &amp; 5 &lt; 6", "54% -> 65%; 60% by 28 Feb; due Easter; owner: me",
)  # fmt: skip


@dataclass
class Seeds:
    """Valid payloads by kind, each with the user's workspace as it is."""

    events: list[Json] = field(default_factory=list)
    actions: list[Json] = field(default_factory=list)
    views: list[Json] = field(default_factory=list)
    shortcuts: list[Json] = field(default_factory=list)
    commands: list[dict[str, str]] = field(default_factory=list)
    # (thread, how many replies it has had) of interviews that are open.
    stages: list[Json] = field(default_factory=list)


def planted(fake: FakeSlack, door: Door) -> Seeds:
    """Two colleges in the database behind the door, and what can be sent to them."""
    database = door.service.database
    ours = found(fake, database)
    elsewhere = found(fake, database, ELSEWHERE, ABROAD)
    bot = InProcess(door.service, door, database, "")  # type: ignore[arg-type]
    two = Two(fake, bot, ours, elsewhere)
    seeds = Seeds()
    seeds.stages = _interviews(fake, door)
    seeds.actions = [*_buttons(two), *_presses(fake)]
    seeds.views = list(_forms(two))
    seeds.events = list(_events(fake, seeds.stages))
    seeds.shortcuts = list(_shortcuts())
    seeds.commands = list(_commands())
    # Whose Home tab is made anew with every change from now on.
    door.event(payloads.app_home_opened(user=OWNER))
    return seeds


def _interviews(fake: FakeSlack, door: Door) -> list[Json]:
    """What an honest interview had kept at each stage."""
    talk = Talk(fake, over_http(door), OWNER)  # type: ignore[arg-type]
    states: list[Json] = []
    for reply in REPLIES:
        talk.says(reply)
        with door.service.database.reading() as session:
            states.append(
                session.exec(
                    select(InterviewRecord.state).where(InterviewRecord.thread == talk.root)
                ).one()
            )
    return states


def begin_at(door: Door, stage: Json, thread: str, user: str = OWNER) -> None:
    """Put an interview at a stage into a thread of the user's direct message."""
    with door.service.database.writing() as session:
        person = providers.person(session, TEAM, user)
        assert person is not None and person.id is not None
        there = conversations.interview_at(session, TEAM, dm_channel(user), thread)
        if there is not None:
            # Drawn before.
            return
        session.add(
            InterviewRecord(
                workspace=TEAM,
                person_id=person.id,
                channel=dm_channel(user),
                thread=thread,
                status=InterviewStatus.OPEN,
                state=stage,
            )
        )


def _buttons(two: Two) -> Iterator[Json]:
    for button in BUTTONS:
        value = button.about(two)
        users = [OWNER, LEAD, READER, STRANGER] if OWNER in button.may else [LEAD, OTHER, STRANGER]
        for user in users:
            yield payloads.block_action(
                f"do:{button.verb}:1", json.dumps(value), user=user, team=team_of(user)
            )
        # The same on the Home tab and in a modal.
        home = {"type": "home", "blocks": []}
        modal = {"type": "modal", "title": {"type": "plain_text", "text": "x"}, "blocks": []}
        for view in (home, modal):
            yield payloads.block_action(
                f"do:{button.verb}:1", json.dumps(value), user=users[0], view=view
            )


def _presses(fake: FakeSlack) -> Iterator[Json]:
    """The buttons under the coach's own messages, answers and opinions alike."""
    for message in fake.messages(dm_channel(OWNER)):
        for block in message.get("blocks", []):
            for element in block.get("elements", []):
                if "action_id" in element:
                    value = element.get("value") or "good"
                    yield payloads.block_action(
                        element["action_id"], value, user=OWNER, message=message
                    )


def _forms(two: Two) -> Iterator[Json]:
    for sent in SENT:
        view = two.made_form(sent.form, sent.about(two), sent.maker)
        typed = sent.typed(sent.maker)
        ids = {
            b["block_id"].partition("@")[0]: b["block_id"]
            for b in view["blocks"]
            if b["type"] == "input"
        }
        by_block = {ids[name]: value for name, value in typed.items()}
        for user in dict.fromkeys((sent.maker, OTHER, STRANGER)):
            yield payloads.view_submission(view, by_block, user, team_of(user))


def _events(fake: FakeSlack, stages: list[Json]) -> Iterator[Json]:
    for text in MESSAGES:
        yield payloads.direct_message(text)
    written = payloads.direct_message("Text parents on the day of each absence")
    yield payloads.edited_message(written, "Ring parents instead")
    yield payloads.deleted_message(written)
    yield payloads.app_mention("we should text parents each day", user=OTHER)
    yield payloads.app_mention("how is the plan going?", user=LEAD)
    yield payloads.bot_message("an echo")
    for user in (*OURS, STRANGER):
        for tab in ("home", "messages"):
            yield payloads.app_home_opened(tab, user=user, team=team_of(user))
    yield payloads.agent_session_stopped("1790000001.000001")
    yield payloads.app_uninstalled()
    yield payloads.tokens_revoked()
    yield payloads.url_verification()
    for name, content in (
        ("plan.xlsx", files.plain_plan()),
        ("SAR.docx", files.word_sar()),
        ("plan.csv", files.csv_with(",", "utf-8")),
        ("plan.json", b'{"provider": null, "actions": 5}'),
    ):
        yield dropped(fake, name, content)


def dropped(fake: FakeSlack, name: str, content: bytes, user: str = LEAD) -> Json:
    """A message with a file that Slack keeps."""
    given = fake.add_file(name, content)
    payload = payloads.direct_message("", user=user)
    payload["event"] |= {"subtype": "file_share", "files": [given]}
    return payload


def _shortcuts() -> Iterator[Json]:
    message = {"ts": "1732520000.000100", "text": "We should text parents each day", "user": OTHER}
    for name, kind in SHORTCUTS.items():
        for user in (OWNER, READER, STRANGER):
            yield (
                payloads.message_shortcut(name, message, user=user, team=team_of(user))
                if kind == "message"
                else payloads.global_shortcut(name, user=user, team=team_of(user))
            )


def _commands() -> Iterator[dict[str, str]]:
    further = ("summary maths", "summary owner Priya", "summary theme", "summary governors",
               "summary thread AFI 1", "export pdf", "export .json", "remind", "mine")  # fmt: skip
    for text in (*WORDS, *further):
        for user in (OWNER, LEAD, READER, STRANGER):
            yield payloads.slash_command(text, user=user, team=team_of(user))


def quoted(form: dict[str, str]) -> str:
    """A form, with half pairs of surrogates as no browser would write them."""
    return "&".join(
        f"{quote(k, errors='surrogatepass')}={quote(v, errors='surrogatepass')}"
        for k, v in form.items()
    )
