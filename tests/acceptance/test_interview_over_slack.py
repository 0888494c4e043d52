"""The main job: an action interviewed over each of Slack's transports, as it is then stored."""

import hmac
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlmodel import col, func, select

from bot.coaching.dates import academic_year
from storage import actions, plans
from storage.database import Database
from storage.models import Audit, OutgoingMessage, Person, ReceivedEvent, Turn
from storage.vocabulary import Delivery, Direction, Driver, Speaker, Status
from tests.support import slack_payloads as payloads
from tests.support.bots import NOW, SECRET, Program, in_process, load_sar
from tests.support.fake_slack import FakeSlack
from tests.support.slack_payloads import TEAM, USER
from tests.support.talk import Talk, over_http, over_socket

ACTION = "Undertake a review of the software developer apprenticeship learning resources"
RESTATED = "Learning resources have been improved to support learners"
WHOLE = (
    "because apprentices are moving from the framework to the standard, we want achievement to "
    "rise from 54% to 65% by {}, from the QAR dashboard"
)
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """The tests' own way into the bot's database."""
    opened = Database(database_url)
    yield opened
    opened.close()


def hold_the_interview(talk: Talk, due: str, milestone: str) -> list[str]:
    """Say hello, choose AFI 1, be challenged, answer well, agree; all that was heard."""
    heard = [talk.says("hello"), talk.presses("Choose")]
    heard += [talk.says(text) for text in (ACTION, RESTATED, WHOLE.format(due), milestone)]
    return [*heard, talk.presses("Agree")]


def stored(database: Database, year: str) -> dict[str, Any]:
    """The one action of the workspace's plan with all that hangs on it."""
    with database.reading() as session:
        plan = plans.plan_of(session, TEAM, year)
        assert plan is not None and plan.id is not None
        (found,) = actions.of_plan(session, TEAM, plan.id)
        people = {p.id: p.slack_user_id for p in session.exec(select(Person))}
        audit = session.exec(
            select(Audit).where(Audit.workspace == TEAM).order_by(col(Audit.id))
        ).all()
    ids = {"id", "plan_id", "theme_id", "owner_id", "agreed_by_id", "created_by_id", "version"}
    return {
        **found.action.model_dump(exclude=ids),
        "created_by": people.get(found.action.created_by_id),
        "agreed_by": people.get(found.action.agreed_by_id),
        "owner": found.owner and (found.owner.slack_user_id, found.owner.name),
        "sar_items": found.sar_references,
        "milestones": [(m.due, m.text, m.done) for m in found.milestones],
        "audit": [(people.get(a.person_id), a.at, a.field, a.old, a.new) for a in audit],
    }


def expected(due: date, due_typed: str, milestones: list[tuple[date, str]]) -> dict[str, Any]:
    """What that interview must leave, but for the instants."""
    return {
        "workspace": TEAM,
        "number": 1,
        "action": ACTION,
        "driver": Driver.CURRICULUM_CHANGE,
        "so_what": [RESTATED, WHOLE.format(due_typed)],
        "impact": f"Achievement to rise from 54% to 65% by {due_typed}",
        "measure": "achievement rate",
        "unit": "%",
        "direction": Direction.HIGHER,
        "baseline": "54%",
        "baseline_date": None,
        "target": "65%",
        "evidence_source": "QAR dashboard",
        "due": due,
        "status": Status.AGREED,
        "rag": None,
        "owner": (USER, "Priya Shah"),
        "owner_name": None,
        "created_by": USER,
        "agreed_by": USER,
        "closing_note": None,
        "snoozed_until": None,
        "source_link": None,
        "imported_as": None,
        "target_note": None,
        "proposed_by_id": None,
        "parked_at": None,
        "parked_by_id": None,
        "parked_note": None,
        "sar_items": ["AFI 1"],
        "milestones": [(day, text, False) for day, text in milestones],
    }


def count(database: Database, table: Any) -> int:
    """How many rows of a table the workspace has."""
    with database.reading() as session:
        return session.exec(
            select(func.count()).select_from(table).where(col(table.workspace) == TEAM)
        ).one()


@pytest.mark.parametrize("transport", ["http", "socket"])
def test_an_interview_with_everything_delivered_three_times_leaves_this_one_action(
    fake: FakeSlack, database: Database, database_url: str, transport: str
) -> None:
    load_sar(database)

    with in_process(fake, database_url, socket_mode=transport == "socket") as bot:
        send = over_socket(fake) if transport == "socket" else over_http(bot.http)
        talk = Talk(fake, send, times=3)
        heard = hold_the_interview(talk, "July 2027", "60% on track at the February review")

    assert "not what learners gain" in heard[3]
    assert heard[-1].startswith("Agreed")
    assert len(talk.messages) == len(heard)
    assert stored(database, "2026/27") == {
        **expected(
            date(2027, 7, 31),
            "July 2027",
            [(date(2027, 2, 28), "60% on track at the February review")],
        ),
        "created_at": NOW,
        "agreed_at": NOW,
        "audit": [(USER, NOW, "status", None, "agreed")],
    }
    assert count(database, ReceivedEvent) == len(heard)
    assert count(database, OutgoingMessage) == len(heard)
    with database.reading() as session:
        turns = session.exec(select(Turn).order_by(col(Turn.id))).all()
        deliveries = set(session.exec(select(OutgoingMessage.delivery)))
    assert [turn.speaker for turn in turns] == [Speaker.PERSON, Speaker.COACH] * len(heard)
    assert deliveries == {Delivery.SENT}


@pytest.mark.parametrize(
    ("database_url", "transport"),
    [("sqlite", "socket"), ("postgresql", "http")],
    indirect=["database_url"],
)
def test_the_program_itself_leaves_the_same_action(
    fake: FakeSlack, database: Database, database_url: str, transport: str
) -> None:
    began = datetime.now(UTC)
    year = academic_year(began.date())
    load_sar(database, year)
    # Dates that are good whenever in the year this test is run.
    due, sign = date(int(year[:4]) + 1, 7, 31), date(int(year[:4]) + 1, 7, 30)

    with Program(fake, database_url, socket_mode=transport == "socket") as program:
        send = over_socket(fake) if transport == "socket" else over_http(program.http)
        heard = hold_the_interview(
            Talk(fake, send), f"31 July {due.year}", f"60% on track by 30 July {sign.year}"
        )
        code, output = program.stop()

    assert heard[-1].startswith("Agreed")
    kept = stored(database, year)
    assert kept == {
        **expected(due, f"31 July {due.year}", [(sign, f"60% on track by 30 July {sign.year}")]),
        "created_at": kept["created_at"],
        "agreed_at": kept["agreed_at"],
        "audit": [(USER, kept["agreed_at"], "status", None, "agreed")],
    }
    assert began <= kept["agreed_at"] <= datetime.now(UTC)
    assert code == 0
    assert "Traceback" not in output


# --- what is not taken ------------------------------------------------------------------------


@on_sqlite
@pytest.mark.parametrize("kind", ["event", "interaction"])
@pytest.mark.parametrize(
    "wrong",
    [{"forge": True}, {"timestamp": int(time.time()) - 600}, {"timestamp": 0}],
    ids=["forged", "stale", "very old"],
)
def test_a_wrong_signature_is_refused_and_leaves_no_row(
    fake: FakeSlack, database: Database, database_url: str, kind: str, wrong: dict[str, Any]
) -> None:
    payload = payloads.direct_message("hello")
    if kind == "interaction":
        payload = payloads.block_action("answer:0", '{"reply": "hi", "number": 1}')

    with in_process(fake, database_url) as bot:
        answer = getattr(bot.http, kind)(payload, **wrong)

    assert answer.status == 401
    assert count(database, ReceivedEvent) == 0
    assert fake.calls == []


@on_sqlite
def test_what_is_not_said_to_the_bot_leaves_no_row(
    fake: FakeSlack, database: Database, database_url: str
) -> None:
    original = payloads.direct_message("see https://example.org/sar")
    in_a_channel = payloads.direct_message("hello", channel="C0123456")
    in_a_channel["event"]["channel_type"] = "channel"
    from_slackbot = payloads.direct_message("I am Slackbot")
    from_slackbot["event"]["bot_id"] = "B0SLACKBOT"
    joined = payloads.direct_message("has joined the channel")
    joined["event"]["subtype"] = "channel_join"
    mentioned_by_a_bot = payloads.app_mention("hello")
    mentioned_by_a_bot["event"]["bot_id"] = "B0OTHER"
    ours = payloads.bot_message("What will be different?")
    unlike_any = payloads.block_action("some_other_app", "{}")

    with in_process(fake, database_url) as bot:
        answers = [
            bot.http.event(payload).status
            for payload in (
                payloads.bot_message("beep"),
                payloads.bot_message("beep", bot_id="B0OTHER", bot_user="U0OTHERBOT"),
                payloads.edited_message(original, original["event"]["text"]),
                payloads.edited_message(ours, "What will be different for learners?"),
                payloads.deleted_message(ours),
                in_a_channel,
                from_slackbot,
                joined,
                mentioned_by_a_bot,
                payloads.app_home_opened(),
                payloads.url_verification(),
            )
        ]
        answers.append(bot.http.interaction(unlike_any).status)

    assert set(answers[:-1]) == {200}
    assert answers[-1] in (200, 404)
    assert count(database, ReceivedEvent) == 0
    assert fake.calls_to("chat.postMessage") == []


# Bodies that are no payload, each signed as Slack would: what it is, and its content type.
BROKEN = {
    "no UTF-8": (b'{"type": "\xff\xfe"}', "application/json"),
    "no JSON": (b'{"type": "event_callback"', "application/json"),
    "a list": (b"[1, 2]", "application/json"),
    "a number": (b"payload=5", "application/x-www-form-urlencoded"),
    "no JSON in a form": (b"payload=hello", "application/x-www-form-urlencoded"),
    "nested too deep": (b"[" * 100_000, "application/json"),
    "a number too long": (b'{"type": %s}' % (b"9" * 5_000), "application/json"),
    "packed": (b"\x1f\x8b\x08\x00", "application/json"),
    "nothing": (b"", "application/json"),
    "authorizations that are none": (b'{"authorizations": 5}', "application/json"),
    "a view that is none": (b'{"type": "view_submission", "view": null}', "application/json"),
    "a press of nothing": (b'{"type": "block_actions", "actions": []}', "application/json"),
    "a command of nobody": (b"command=%2Fqip&text=new", "application/x-www-form-urlencoded"),
}


@on_sqlite
def test_what_cannot_be_read_is_refused_without_an_error(
    fake: FakeSlack, database: Database, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    with in_process(fake, database_url) as bot:
        for name, (body, content_type) in BROKEN.items():
            stamp = str(int(time.time()))
            signed = hmac.new(SECRET.encode(), f"v0:{stamp}:".encode() + body, "sha256")
            assert posted(bot.base_url, body, content_type, stamp, signed.hexdigest()) == 400, name
        for stamp, signature in (("now", "x"), ("1" * 30, "x"), ("\xb2", "x"), ("1", "\xe9")):
            assert posted(bot.base_url, b"{}", "application/json", stamp, signature) == 401
        # Whoever writes next is answered.
        assert Talk(fake, over_http(bot.http)).says("hello")

    assert not [record for record in caplog.records if record.levelname == "ERROR"]
    assert not [record for record in caplog.records if record.exc_info]


def posted(base_url: str, body: bytes, content_type: str, stamp: str, signature: str) -> int:
    """The status that answers a request with these headers."""
    address = urlsplit(base_url)
    connection = HTTPConnection(address.hostname or "", address.port, timeout=30)
    headers = {
        "Content-Type": content_type,
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": f"v0={signature}",
    }
    try:
        connection.request("POST", "/slack/events", body, headers)
        return connection.getresponse().status
    finally:
        connection.close()
