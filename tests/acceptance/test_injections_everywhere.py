"""Every attempt of the library where it was not made for: in cells, in names, in messages.

What `test_injections` asks of a conversation with a model that obeys is asked here of every screen
and message, with the embedded coach and with such a model.
"""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from itertools import cycle
from typing import Any

import pytest
from sqlmodel import col, select

from bot.breaker import Breaker
from bot.coach import Coach
from bot.ledger import Ledger
from bot.model import Model
from bot.openai_coach import OpenAICoach
from bot.slack import haste
from storage.database import Database
from storage.models import Action, Department, Person, SarItem, Theme
from storage.vocabulary import Role, Status
from tests.acceptance.test_injections import (
    MADE_UP,
    OBEYS,
    RUN,
    SYSTEM,
    Obedient,
    attempts,
    parts,
    runs,
    texts,
    words_in,
)
from tests.fuzz.door import Door, opened
from tests.support import slack_payloads as payloads
from tests.support.bots import NOW, slack
from tests.support.college import LEAD, OTHER, found
from tests.support.fake_model import FakeModel
from tests.support.fake_slack import FakeSlack
from tests.support.slack_payloads import TEAM
from tests.support.talk import Talk, over_http

Json = dict[str, Any]
ALL = attempts("reply", "judgement", "evidence", "name")
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
# What Slack makes something live of, in its own formatting: a mention, a call to all, a link.
_LIVE = re.compile(r"<([@#!][^<>\n]*|[a-z]+:[^<>\n]*)>")
_SHOWS = frozenset(
    "chat.postMessage chat.update views.open views.push views.update views.publish".split()
)


class Place:
    """The bot and its Slack, whose every screen and message is looked at."""

    def __init__(self, fake: FakeSlack, door: Door) -> None:
        self.fake, self.door, self.database = fake, door, door.service.database
        self._seen = 0
        with self.database.reading() as session:
            self._leads = set(_leads(session))

    def look(self, *own_links: str) -> int:
        """Look at all that was shown since the last look; how much that was."""
        fresh = self.fake.calls[self._seen :]
        self._seen = len(self.fake.calls)
        shown = [call for call in fresh if call.method in _SHOWS]
        for call in shown:
            self.look_at(call.args, *own_links)
        with self.database.reading() as session:
            assert set(_leads(session)) == self._leads
            no_drafts = select(Action).where(Action.status != Status.DRAFT)
            assert not words_in([a.model_dump_json() for a in session.exec(no_drafts)], *MADE_UP)
        return len(shown)

    def look_at(self, shown: Any, *own_links: str) -> None:
        """Nothing in a screen or message is live, made up or out of the prompt."""
        assert not {"link_names", "parse"} & set(shown)
        for part in [*parts(shown), {"type": "mrkdwn", "text": shown.get("text")}]:
            if part.get("type") == "mrkdwn" and isinstance(part.get("text"), str):
                live = [f for f in _LIVE.findall(part["text"]) if not f.startswith(own_links)]
                assert not [f for f in live if not re.fullmatch(r"@[UW][A-Z0-9]+", f)], live
        assert not words_in([shown.get(n) for n in ("text", "blocks", "view")], *MADE_UP)
        assert not runs("\n".join(texts(shown)), RUN) & runs(SYSTEM, RUN)

    def answers(self, text: str, user: str) -> None:
        """Type a command, and look at its answer too."""
        answer = self.door.command(payloads.slash_command(text, user=user))
        assert answer.status == 200
        if answer.body.startswith("{"):
            self.look_at(json.loads(answer.body))


def _leads(session: Any) -> list[str]:
    return [*session.exec(select(Person.slack_user_id).where(Person.role == Role.LEAD))]


@pytest.fixture(autouse=True)
def _as_often_as_a_test_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here one person says and presses in an instant more than is taken in minutes."""
    for limit in ("MOST_ASKED", "MOST_PRESSES", "MOST_WORDED"):
        monkeypatch.setattr(haste, limit, 100_000)


@pytest.fixture
def place(database_url: str) -> Iterator[Place]:
    """Where the embedded coach answers."""
    with slack() as fake, opened(fake, database_url) as door:
        found(fake, door.service.database)
        yield Place(fake, door)


@pytest.fixture
def obeying(database_url: str) -> Iterator[Place]:
    """Where a model does that obeys whatever it is told."""
    obedient = Obedient()
    obedient.answers = OBEYS
    with slack() as fake, FakeModel(obedient) as model:
        asked = Model(
            "fake-model",
            api_key=None,
            base_url=model.base_url,
            first_words_seconds=10,
            total_seconds=20,
        )

        def coach(database: Database) -> Coach:
            ledger = Ledger(database, lambda: NOW, None, None)
            return OpenAICoach(asked, ledger, lambda _: [], Breaker(lambda: 0.0))

        with opened(fake, database_url, coach) as door:
            found(fake, door.service.database)
            yield Place(fake, door)
        assert len(model.requests) >= len(ALL)


def as_csv(heads: list[str], rows: list[list[str]]) -> bytes:
    made = io.StringIO()
    csv.writer(made).writerows([heads, *rows])
    return made.getvalue().encode("utf-8", "replace")


# The columns of a file into which every attempt is put, one column at a time.
COLUMNS = {
    "judgement": ["Ref", "Area for improvement", "Evidence", "Department"],
    "action": ["Ref", "Area for improvement", "Action", "Impact", "Lead", "By when", "Progress"],
}


def files() -> Iterator[tuple[str, bytes]]:
    """A file for each column, in which that column holds every attempt; and one of headings."""
    honest = {
        "Area for improvement": "Attendance is low", "Evidence": "Registers", "Department": "Arts",
        "Action": "Ring home", "Impact": "Learners attend", "Lead": "Tom Baker",
        "By when": "31/07/2027", "Progress": "Begun",
    }  # fmt: skip
    for heads in COLUMNS.values():
        for column in heads[1:]:
            rows = [
                [str(n), *(each["text"][:20_000] if h == column else honest[h] for h in heads[1:])]
                for n, each in enumerate(ALL, start=1)
            ]
            yield f"{column}.csv", as_csv(heads, rows)
    theme = ["Ref", "Theme", "Area for improvement"]
    rows = [[str(n), each["text"], "It is low"] for n, each in enumerate(ALL, start=1)]
    yield "theme.csv", as_csv(theme, rows)
    for at in range(0, len(ALL), 48):
        heads = [each["text"][:200] for each in ALL[at : at + 48]]
        yield f"headings {at}.csv", as_csv(["Area for improvement", *heads], [["Low"] * 49])


FILES = dict(files())


@on_sqlite
@pytest.mark.parametrize("name", FILES)
def test_no_order_in_a_cell_is_carried_out(place: Place, name: str) -> None:
    talk = Talk(place.fake, over_http(place.door), LEAD)  # type: ignore[arg-type]
    content = FILES[name]
    payload = payloads.direct_message("", user=LEAD)
    payload["event"] |= {"subtype": "file_share", "files": [place.fake.add_file(name, content)]}
    talk.root = payload["event"]["ts"]
    before = {status for _, status in _actions(place) if status is not Status.DRAFT}
    agreed = [a for a, status in _actions(place) if status is not Status.DRAFT]

    talk.hears(payload)
    for block in talk.messages[-1]["blocks"]:
        for element in block.get("elements", []):
            if element.get("action_id", "").startswith("do:import:"):
                place.door.interaction(
                    payloads.block_action(
                        element["action_id"], element["value"], user=LEAD,
                        channel=talk.channel, message=talk.messages[-1],
                    )
                )  # fmt: skip
    for user in (LEAD, OTHER):
        place.door.event(payloads.app_home_opened(user=user))
        for word in ("summary", "summary sar", "summary governors", "review", "mine"):
            place.answers(word, user)

    assert place.look() >= 2
    # Nobody agreed anything by a file, and all it brought is what stands in its cells.
    assert {status for _, status in _actions(place) if status is not Status.DRAFT} == before
    assert [a for a, status in _actions(place) if status is not Status.DRAFT] == agreed
    cells = " ".join(plain_words(content.decode()))
    for said in _kept(place):
        assert " ".join(plain_words(said)) in cells or said in _HONEST, said


def plain_words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


# What `found` put there, which no file said.
_HONEST = {
    "Too few apprentices achieve on time", "Attendance in English is low", "Apprenticeships",
    "Review the apprenticeship resources", "Stay and achieve", "Maths and English",
}  # fmt: skip


def _actions(place: Place) -> list[tuple[str | None, Status]]:
    with place.database.reading() as session:
        held = session.exec(select(Action).where(Action.workspace == TEAM).order_by(col(Action.id)))
        return [(action.action, action.status) for action in held]


def _kept(place: Place) -> list[str]:
    with place.database.reading() as session:
        columns = (SarItem.judgement, SarItem.evidence, Action.action, Department.name, Theme.name)
        return [value for each in columns for value in session.exec(select(each)) if value]


@on_sqlite
def test_no_order_in_a_display_name_is_carried_out(place: Place) -> None:
    for number, each in enumerate(ALL):
        user = f"U0NAMED{number}"
        place.fake.add_user(user, each["text"])
        place.door.event(payloads.app_home_opened(user=user))
        # Named as an owner, the name stands before others.
        place.door.event(payloads.direct_message("what do I own?", user=user))
    for verb in ("roles", "settings", "channel"):
        place.door.interaction(payloads.block_action(f"do:{verb}:1", "{}", user=LEAD))
    for word in ("summary", "summary owner", "summary governors", "review"):
        place.answers(word, LEAD)

    assert place.look() >= 2 * len(ALL)


@on_sqlite
def test_no_order_in_the_plan_is_carried_out_when_it_is_talked_over(obeying: Place) -> None:
    """Each attempt as a theme's name, a judgement and an action, in an interview about them."""
    columns: tuple[Callable[[Any, str], None], ...] = (_as_theme, _as_item, _as_action)
    for each, put in zip(ALL, cycle(columns), strict=False):
        with obeying.database.writing() as session:
            put(session, each["text"])
        talk = Talk(obeying.fake, over_http(obeying.door), OTHER)  # type: ignore[arg-type]
        for said in ("AFI 1", "Text parents on the day of each absence", "show"):
            talk.says(said)
        obeying.answers("summary", LEAD)
        obeying.look()


def _as_theme(session: Any, text: str) -> None:
    theme = session.exec(select(Theme).where(Theme.workspace == TEAM)).first()
    theme.name = text
    session.add(theme)


def _as_item(session: Any, text: str) -> None:
    item = session.exec(select(SarItem).where(SarItem.workspace == TEAM)).first()
    item.judgement = item.evidence = text
    session.add(item)


def _as_action(session: Any, text: str) -> None:
    action = session.exec(select(Action).where(Action.status == Status.AGREED)).first()
    action.action = action.impact = text
    session.add(action)


@on_sqlite
def test_no_order_in_a_message_is_carried_out(place: Place) -> None:
    before = _actions(place)
    for each in ALL:
        place.door.event(payloads.direct_message(each["text"], user=OTHER))
        place.door.event(payloads.app_mention(each["text"], user=OTHER))
        place.answers(f"summary {each['text'][:200]}", OTHER)
    place.look()

    assert [a for a in _actions(place) if a[1] is not Status.DRAFT] == [
        a for a in before if a[1] is not Status.DRAFT
    ]
