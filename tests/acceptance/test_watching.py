"""Watching a running bot: /metrics, /readyz and its log."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from storage.database import Database, DatabaseUnavailable
from storage.migrate import migrate
from storage.models import OutgoingMessage, ReceivedEvent
from storage.providers import ensure_provider
from tests.acceptance.test_interview_over_slack import ACTION, RESTATED
from tests.acceptance.test_nothing_is_lost import away, on_postgresql, on_sqlite
from tests.acceptance.test_openai_coach import coached, good, talking
from tests.support import slack_faults
from tests.support import slack_payloads as payloads
from tests.support.bots import (
    NOW,
    ROOT,
    SECRET,
    InProcess,
    Program,
    free_port,
    in_process,
    program_environment,
)
from tests.support.fake_model import FakeModel
from tests.support.fake_slack import FakeSlack
from tests.support.slack_payloads import APP_TOKEN, BOT_TOKEN, TEAM, USER, dm_channel
from tests.support.waiting import eventually

CHANNEL = dm_channel(USER)


def get(base: str, path: str) -> tuple[int, str, str]:
    """Status, content type and body of an answer."""
    try:
        with urllib.request.urlopen(f"{base}{path}", timeout=10) as answer:
            return answer.status, answer.headers["Content-Type"], answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers["Content-Type"], error.read().decode()


def figures(base: str) -> dict[str, float]:
    """What /metrics says, by name and label as in `sowhat_sends_total sent`."""
    status, content_type, body = get(base, "/metrics")
    assert (status, content_type) == (200, "text/plain; version=0.0.4; charset=utf-8")
    assert TEAM not in body and USER not in body
    found = {}
    for family in text_string_to_metric_families(body):
        for sample in family.samples:
            found[" ".join((sample.name, *sample.labels.values()))] = sample.value
    return found


def risen(before: dict[str, float], after: dict[str, float]) -> dict[str, float]:
    """The counters that have moved, and by how much."""
    names = [name for name in after if re.search("_total|_count", name)]
    moved = {name: after[name] - before.get(name, 0) for name in names}
    return {name.removeprefix("sowhat_"): by for name, by in moved.items() if by}


# --- /metrics ---------------------------------------------------------------------------------


def test_a_turn_is_counted(fake: FakeSlack, bot: InProcess) -> None:
    before = figures(bot.base_url)
    event = payloads.direct_message("hello")
    bot.http.event(event)
    bot.http.event(event, retry_num=1)  # the same again
    fake.wait_for_messages(CHANNEL, 1)
    bot.http.event(payloads.app_mention("hello"))
    fake.wait_for_messages(CHANNEL, 2)
    eventually(lambda: figures(bot.base_url)["sowhat_waiting messages"] == 0)
    eventually(lambda: risen(before, figures(bot.base_url)).get("sends_total sent") == 3)

    assert risen(before, figures(bot.base_url)) == {
        "events_total message": 1,
        "events_total mention": 1,
        "turns_total answered": 2,
        "turn_seconds_count": 2,
        "sends_total sent": 3,
    }
    buckets = [name for name in figures(bot.base_url) if "turn_seconds_bucket" in name]
    assert "sowhat_turn_seconds_bucket 30.0" in buckets


@on_sqlite
@pytest.mark.parametrize(
    ("faults", "moved"),
    [
        (
            [slack_faults.rate_limited(1), slack_faults.drop(), slack_faults.server_error()],
            {
                "send_retries_total rate_limited": 1,
                "send_retries_total away": 1,
                "send_retries_total uncertain": 1,
                "sends_total sent": 1,
            },
        ),
        ([slack_faults.error("missing_scope")], {"sends_total failed": 1}),
    ],
    ids=["again", "for good"],
)
def test_what_slack_does_not_take_is_counted(
    fake: FakeSlack, bot: InProcess, faults: list[Any], moved: dict[str, float]
) -> None:
    before = figures(bot.base_url)
    for fault in faults:
        fake.fail_next("chat.postMessage", fault)

    bot.http.event(payloads.direct_message("hello"))
    eventually(lambda: figures(bot.base_url)["sowhat_waiting messages"] == 0)

    def sends() -> dict[str, float]:
        return {k: v for k, v in risen(before, figures(bot.base_url)).items() if "send" in k}

    eventually(lambda: sum(sends().values()) == sum(moved.values()))
    assert sends() == moved


@on_sqlite
def test_requests_that_are_refused_are_counted_and_said_once_a_minute(
    fake: FakeSlack, bot: InProcess, caplog: pytest.LogCaptureFixture
) -> None:
    before, event = figures(bot.base_url), payloads.direct_message("hello")

    assert [bot.http.event(event, forge=True).status for _ in range(3)] == [401] * 3
    assert bot.http.event({"type": "nothing of Slack's"}).status == 400

    assert risen(before, figures(bot.base_url)) == {
        "refused_total signature": 3,
        "refused_total shape": 1,
    }
    said = [record.getMessage() for record in caplog.records if "signed" in record.getMessage()]
    assert len(said) == 1 and "check SLACK_SIGNING_SECRET" in said[0]


@on_sqlite
def test_a_turn_that_stumbles_or_fails_is_counted_as_such(
    fake: FakeSlack, bot: InProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = figures(bot.base_url)

    def trips(*_: object) -> object:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr("bot.conversation.load", trips)
        bot.http.event(payloads.direct_message("hello"))
        eventually(lambda: risen(before, figures(bot.base_url)).get("turns_total failed"))
    fake.wait_for_messages(CHANNEL, 1)
    monkeypatch.setattr("bot.coach.step", trips)
    bot.http.event(payloads.direct_message("AFI 2"))
    fake.wait_for_messages(CHANNEL, 2)
    bot.service.stop()

    moved = risen(before, figures(bot.base_url))
    assert moved["turns_total failed"] >= 1
    assert (moved["turns_total answered"], moved["turns_total stumbled"]) == (1, 1)
    assert moved["turn_seconds_count"] == 2


@on_sqlite
def test_calls_to_the_model_are_counted_by_how_they_ended(
    fake: FakeSlack, database_url: str
) -> None:
    with FakeModel(good) as model, talking(fake, database_url, coached(model)) as (talk, bot):
        before = figures(bot.base_url)
        talk.says(ACTION)
        model.behave("401", times=1)
        talk.says(RESTATED)
        after = figures(bot.base_url)

    calls = {k: v for k, v in risen(before, after).items() if "model_calls" in k}
    assert calls == {"model_calls_total ok": 1, "model_calls_total denied": 1}


def test_what_waits_shows_with_its_age(fake: FakeSlack, database_url: str) -> None:
    now = NOW
    with in_process(fake, database_url, watch=lambda: now) as bot:
        empty = figures(bot.base_url)
        stuck(bot.database, [NOW, NOW + timedelta(seconds=30)], [NOW + timedelta(seconds=60)])
        now = NOW + timedelta(seconds=90)
        full = figures(bot.base_url)
        now = NOW - timedelta(seconds=5)  # another computer's clock
        early = figures(bot.base_url)

    names = [f"sowhat_{of} {queue}" for of in ("queue_age_seconds", "waiting") for queue in QUEUES]
    assert [empty[name] for name in names] == [0, 0, 0, 0]
    assert [full[name] for name in names] == [30, 90, 1, 2]
    assert [early[name] for name in names] == [0, 0, 1, 2]


QUEUES = ("events", "messages")


def stuck(database: Database, messages: list[datetime], events: list[datetime]) -> None:
    """Put messages and events of these instants into the database, with nobody to see to them."""
    with database.writing() as session:
        for workspace in (TEAM, "T0ELSEWHERE"):
            ensure_provider(session, workspace, "A college")
        for number, at in enumerate(messages):
            message = OutgoingMessage(
                workspace=(TEAM, "T0ELSEWHERE")[number % 2],
                key=f"stuck-{number}",
                conversation="D1:1.0",
                channel="D1",
                text="a message that is stuck",
                created_at=at,
            )
            session.add(message)
        for number, at in enumerate(events):
            event = ReceivedEvent(
                workspace="T0ELSEWHERE",
                event_id=f"Ev{number}",
                conversation="D1:1.0",
                payload={},
                received_at=at,
            )
            session.add(event)


@on_postgresql
def test_without_the_database_it_still_says_what_it_counted(
    bot: InProcess, database_url: str
) -> None:
    with away(database_url):
        found = figures(bot.base_url)

    assert "sowhat_sends_total sent" in found
    assert not [name for name in found if "queue" in name or "waiting" in name]
    assert figures(bot.base_url)["sowhat_waiting messages"] == 0


# --- /readyz ----------------------------------------------------------------------------------


@on_postgresql
def test_without_the_database_it_is_alive_and_not_ready(bot: InProcess, database_url: str) -> None:
    ready = get(bot.base_url, "/readyz")
    with away(database_url):
        gone, alive = get(bot.base_url, "/readyz"), get(bot.base_url, "/healthz")
    again = get(bot.base_url, "/readyz")

    assert (ready[0], ready[2]) == (again[0], again[2]) == (200, "ready")
    assert (gone[0], gone[2]) == (503, "the database does not answer")
    assert alive[0] == 200


@on_sqlite
def test_when_nothing_can_be_written_it_is_not_ready_and_says_what_to_do(
    bot: InProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.database.TROUBLE_SECONDS", 0.0)
    with pytest.raises(DatabaseUnavailable), bot.database.writing() as session:
        pages = session.connection().exec_driver_sql("PRAGMA page_count").scalar()
        session.connection().exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        session.connection().exec_driver_sql("CREATE TABLE t AS SELECT zeroblob(1000000)")

    full, alive = get(bot.base_url, "/readyz"), get(bot.base_url, "/healthz")
    bot.service.upkeep.sweep()
    again = get(bot.base_url, "/readyz")

    says = "There is no room left on the disk of the database: free some and try again."
    assert (full[0], full[2]) == (503, says)
    assert (alive[0], again[0]) == (200, 200)


@on_sqlite
def test_without_its_engine_it_is_not_ready(bot: InProcess) -> None:
    bot.service.engine.close()

    status, _, says = get(bot.base_url, "/readyz")

    assert status == 503
    assert "engine" in says and len(says.splitlines()) == 1


def test_without_the_engines_own_database_it_is_not_ready(
    fake: FakeSlack, tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.support.bots.engine_url", lambda _: postgres_url)
    url = f"sqlite:///{tmp_path / 'app.db'}"
    migrate(Database(url))
    with in_process(fake, url) as bot:
        ready = get(bot.base_url, "/readyz")
        with away(postgres_url):
            gone = get(bot.base_url, "/readyz")

    assert ready[0] == 200
    assert gone[0] == 503 and "engine" in gone[2]


@pytest.mark.parametrize(
    ("database_url", "socket_mode"),
    [("sqlite", True), ("postgresql", False)],
    ids=["socket", "http"],
    indirect=["database_url"],
)
def test_told_to_stop_it_says_so_until_its_turns_are_finished(
    fake: FakeSlack, database_url: str, socket_mode: bool
) -> None:
    event = payloads.direct_message("hello")
    held = fake.hold("chat.postMessage")
    with Program(fake, database_url, socket_mode=socket_mode) as program:
        base = f"http://127.0.0.1:{program.port}"
        eventually(lambda: get(base, "/readyz")[0] == 200)
        if socket_mode:
            fake.socket.send("events_api", event)
        else:
            program.http.event(event)
        held.wait_until_reached()
        program.ask_to_stop()
        eventually(lambda: get(base, "/readyz")[0] == 503)
        says, alive = get(base, "/readyz")[2], get(base, "/healthz")[0]
        counted = figures(base)
        refused = None if socket_mode else program.http.event(payloads.direct_message("again"))
        held.release()
        code, output = program.wait()

    assert (says, alive) == ("stopping", 200)
    assert counted["sowhat_waiting messages"] == 1
    assert refused is None or refused.status == 503
    assert code == 0, output
    assert len(fake.messages(CHANNEL)) == 1


@on_sqlite
def test_over_socket_mode_it_is_ready_while_it_is_connected(
    fake: FakeSlack, database_url: str
) -> None:
    with Program(fake, database_url, socket_mode=True) as program:
        base = f"http://127.0.0.1:{program.port}"
        eventually(lambda: get(base, "/readyz")[0] == 200)
        ready = get(base, "/readyz")[2]
        fake.fail_next("apps.connections.open", slack_faults.server_error(), times=50)
        fake.socket.drop()
        eventually(lambda: get(base, "/readyz")[0] == 503)
        says = get(base, "/readyz")[2]
        elsewhere = get(base, "/slack/events")[0]

    assert ready == "ready, and connected to Slack"
    assert says == "there is no connection to Slack"
    assert elsewhere == 404


# --- the log ----------------------------------------------------------------------------------

WORDS = "Wombats juggle quokkas"


@pytest.mark.parametrize("socket_mode", [False, True], ids=["http", "socket"])
@on_sqlite
def test_each_line_is_json_with_ids_and_without_words_or_tokens(
    fake: FakeSlack, database_url: str, socket_mode: bool
) -> None:
    event = payloads.direct_message(WORDS)
    quoting = slack_faults.Fault(body=f"<p>{WORDS}</p>".encode())
    for fault in (slack_faults.server_error(), quoting):
        fake.fail_next("chat.postMessage", fault)
    fake.fail_next("users.info", slack_faults.drop())
    with Program(fake, database_url, socket_mode=socket_mode, LOG_LEVEL="DEBUG") as program:
        if socket_mode:
            fake.socket.send("events_api", event)
        else:
            assert program.http.event(event).status == 200
        fake.wait_for_messages(CHANNEL, 1, timeout=30)
        eventually(
            lambda: figures(f"http://127.0.0.1:{program.port}")["sowhat_waiting messages"] == 0
        )
        code, output = program.stop()

    lines = [json.loads(line) for line in output.splitlines()]
    ids = {"workspace": TEAM, "event": event["event_id"]}
    work = f"{TEAM}:{event['event_id']}"
    by_message = {line["message"]: line for line in lines}
    assert code == 0
    for line in lines:
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["time"])
        assert line["level"] in ("DEBUG", "INFO", "WARNING", "ERROR") and line["logger"]
    assert by_message["The event is kept."].items() >= ids.items()
    assert "workflow" not in by_message["The event is kept."]
    assert by_message["The event is answered."].items() >= {**ids, "workflow": work}.items()
    assert by_message["The message is sent."]["workflow"] == work
    assert "Stopping: running turns are finished first." in by_message
    for secret in (*WORDS.split(), BOT_TOKEN, APP_TOKEN, SECRET, "Traceback"):
        assert secret not in output


def test_on_a_terminal_the_lines_are_for_people(fake: FakeSlack, tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    settings = {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'app.db'}",
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "SLACK_SIGNING_SECRET": SECRET,
        "SLACK_API_URL": fake.api_url,
        "PORT": str(free_port()),
    }
    command = [sys.executable, "-m", "bot", "serve"]
    environment = program_environment(**settings)
    program = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=theirs)
    os.close(theirs)
    printed = b""
    while b"Listening" not in printed:
        printed += os.read(ours, 1000)
    program.send_signal(signal.SIGTERM)
    with suppress(OSError):  # how a terminal says that nobody writes to it any more
        while more := os.read(ours, 1000):
            printed += more
    os.close(ours)

    assert program.wait(timeout=30) == 0
    for line in printed.decode().splitlines():
        assert re.match(r"\d{4}-\d\d-\d\dT[\d:.]+Z [A-Z]+ [\w.]+ \w", line), line


# A program that logs what holds somebody's words in every way that a library may.
MISHAPS = f"""
import logging, threading, warnings
from bot.logs import bound, set_up
from storage.database import DatabaseUnavailable
set_up("INFO")
log = logging.getLogger("a.library")
error = ValueError("{WORDS}")
with bound(event="Ev1", workflow=None):
    try:
        raise error
    except ValueError as caught:
        log.exception("It failed: %s" % caught)
        log.error("It failed: %s", caught)
        log.error(caught)
        log.error("It takes %d numbers, of %s", caught, "{WORDS}")
        log.error("Ours: %s", DatabaseUnavailable("It is away."))
    with bound(workflow="W1"):
        log.info("inner")
    log.info("outer")
    other = threading.Thread(target=log.info, args=("another thread",))
    other.start()
    other.join()
def fail():
    raise error
thread = threading.Thread(target=fail)
thread.start()
thread.join()
warnings.warn("careful")
raise error
"""


def test_no_exception_brings_its_text_into_the_log() -> None:
    run = subprocess.run(
        [sys.executable, "-c", MISHAPS],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=program_environment(),
    )

    lines = [json.loads(line) for line in run.stderr.splitlines()]
    told = [(line["message"], line.get("error")) for line in lines]
    assert run.returncode == 1
    assert "Wombats" not in run.stderr
    assert told[:5] == [
        ("It failed: ValueError", "ValueError"),
        ("It failed: ValueError", None),
        ("ValueError", None),
        ("It takes %d numbers, of %s", None),
        ("Ours: It is away.", None),
    ]
    bound = [(line["message"], line.get("event"), line.get("workflow")) for line in lines[5:8]]
    assert bound == [("inner", "Ev1", "W1"), ("outer", "Ev1", None), ("another thread", None, None)]
    assert told[8] == ("Nothing caught an exception.", "ValueError")
    assert "careful" in told[9][0]
    assert told[10] == ("Nothing caught an exception.", "ValueError")
