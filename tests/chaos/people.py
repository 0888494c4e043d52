"""People who hold interviews with the bot, and Slack, which delivers what they write."""

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any

from websockets.exceptions import ConnectionClosed

from tests.benchmarks.waiting import key_of, script
from tests.support.fake_slack import Call, FakeSlack, HttpAnswer
from tests.support.signed_requests import SignedRequests
from tests.support.slack_payloads import direct_message, dm_channel

# How long Slack waits for an acknowledgement, in seconds.
ACK_SECONDS = 3.0
# Slack delivers again at once, after a minute and after five; here the waits are shorter, and it
# goes on until it is heard, as a fault of some seconds stands for one of some minutes.
_AGAIN_SECONDS = (0.1, 0.5, 1.0, 3.0, 6.0)
# Whoever reads no reply for so long writes on all the same.
_PATIENCE_SECONDS = 2.5
_LOOK_SECONDS = 0.1

Send = Callable[
    [dict[str, Any], int], bool
]  # a payload, how often it was tried; whether it is heard

# The channel and thread of a message of the bot, and the key by which it names what it answers.
Place = tuple[str, str, str]


@dataclass(frozen=True)
class Line:
    """One message that somebody wrote. `person` is the number of whose words are in it."""

    workspace: str
    person: int
    channel: str
    thread: str
    ts: str
    event_id: str
    text: str

    @property
    def reply(self) -> Place:
        """Where its reply is to stand."""
        return self.channel, self.thread, f"{self.event_id}:reply"


class Town(FakeSlack):
    """A fake Slack that counts what of the bot's stands where; blocks are not checked."""

    def __init__(self) -> None:
        super().__init__(check_blocks=False)
        # Where each message of the bot stands, by its channel and ts; and how many in each place.
        self._stand: dict[tuple[str, str], Place] = {}
        self._places: Counter[Place] = Counter()

    def _perform(self, call: Call) -> HttpAnswer:
        answer = super()._perform(call)
        channel = call.args.get("channel")
        if channel is not None and call.method.startswith("chat."):
            told = json.loads(answer[2])
            at = channel, str(told.get("ts", ""))
            with self.changed:
                if at in self._stand:
                    self._places[self._stand.pop(at)] -= 1
                message = self._state.channels[channel].get(at[1])
                if message is not None and "bot_id" in message:
                    place = channel, message.get("thread_ts", ""), key_of(message)
                    self._stand[at] = place
                    self._places[place] += 1
        return answer

    def standing(self) -> Counter[Place]:
        """How many messages of the bot stand in each place."""
        with self.changed:
            return Counter(self._places)

    def stands(self, place: Place) -> bool:
        """Whether a message of the bot stands there."""
        with self.changed:
            return self._places[place] > 0


@dataclass
class Mail:
    """How Slack delivers: each message until it is acknowledged, `times` over, in any order."""

    send: Send
    times: int = 1
    # The longest that Slack takes to deliver one, in seconds: a later one may come before it.
    late: float = 0.0
    again: int = 0  # deliveries beyond the first of each message
    _over: threading.Event = field(default_factory=threading.Event)

    def deliver(self, payload: dict[str, Any], chance: random.Random) -> None:
        """Deliver a message; returns when it is acknowledged."""
        others = [
            threading.Thread(target=self._later, args=(payload, chance.uniform(0, 0.5 + self.late)))
            for _ in range(self.times - 1)
        ]
        for other in others:
            other.start()
        self._over.wait(chance.uniform(0, self.late))
        self._until_heard(payload, 0)
        for other in others:
            other.join()

    def stop(self) -> None:
        """Give up what is not acknowledged yet."""
        self._over.set()

    def _later(self, payload: dict[str, Any], seconds: float) -> None:
        self.again += 1
        self._over.wait(seconds)
        self._until_heard(payload, 1)

    def _until_heard(self, payload: dict[str, Any], tried: int) -> None:
        while not self._over.is_set() and not self.send(payload, tried):
            self._over.wait(_AGAIN_SECONDS[min(tried, len(_AGAIN_SECONDS) - 1)])
            tried += 1
            self.again += 1


def over_http(base_url: str, secret: str) -> Send:
    """By signed requests."""

    def send(payload: dict[str, Any], tried: int) -> bool:
        # A connection kept for each message would soon be one too many.
        with SignedRequests(base_url, secret, timeout=ACK_SECONDS) as requests:
            try:
                return requests.event(payload, retry_num=tried or None).status == 200
            except (OSError, HTTPException):
                return False

    return send


def over_socket(fake: FakeSlack) -> Send:
    """By Socket Mode."""

    def send(payload: dict[str, Any], tried: int) -> bool:
        try:
            fake.socket.send("events_api", payload, tried, timeout=ACK_SECONDS)
        except (TimeoutError, ConnectionClosed, OSError):
            return False
        return True

    return send


def user(person: int) -> str:
    return f"U0PERSON{person:02d}"


class Person:
    """Somebody who holds interviews one after the other, each in a thread of its own."""

    def __init__(
        self, number: int, workspace: str, town: Town, mail: Mail, chance: random.Random
    ) -> None:
        self.number, self.workspace = number, workspace
        self.lines: list[Line] = []
        self._town, self._mail, self._chance = town, mail, chance
        self._channel = dm_channel(user(number))

    def talk(self, interviews: int, pause: float) -> None:
        """Hold so many interviews, with that many seconds between messages on average."""
        for interview in range(interviews):
            thread: str | None = None
            for text, _ in script(self.number, interview):
                thread = self.write(text, thread).thread
                time.sleep(self._chance.uniform(0, 2 * pause))

    def write(self, text: str, thread: str | None, patience: float = _PATIENCE_SECONDS) -> Line:
        """Write a message, and wait for its reply as long as the patience lasts (seconds)."""
        payload = direct_message(
            text, user=user(self.number), team=self.workspace, thread_ts=thread
        )
        event = payload["event"]
        line = Line(
            self.workspace,
            self.number,
            self._channel,
            thread or event["ts"],
            event["ts"],
            payload["event_id"],
            text,
        )
        self.lines.append(line)
        self._town.hear(payload)
        threading.Thread(
            target=self._mail.deliver, args=(payload, self._chance), daemon=True
        ).start()
        until = time.monotonic() + patience
        while not self._town.stands(line.reply) and time.monotonic() < until:
            time.sleep(_LOOK_SECONDS)
        return line

    def threads(self) -> list[str]:
        """The threads in which they have written, in order."""
        return list(dict.fromkeys(line.thread for line in self.lines))


class Crowd:
    """All of them at once. `over` is set when everybody has said everything."""

    def __init__(self, people: Sequence[Person], interviews: int, pause: float) -> None:
        self.people = people
        self.over = threading.Event()
        self._talks = [
            threading.Thread(target=person.talk, args=(interviews, pause), daemon=True)
            for person in people
        ]
        self._watch = threading.Thread(target=self._wait, daemon=True)

    def start(self) -> None:
        for talk in self._talks:
            talk.start()
        self._watch.start()

    def _wait(self) -> None:
        for talk in self._talks:
            talk.join()
        self.over.set()

    def lines(self) -> list[Line]:
        """All that was written so far."""
        return [line for person in self.people for line in list(person.lines)]
