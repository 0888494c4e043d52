"""A slow language model, many people: how long buttons wait, and whether anything gets mixed up.

    python -m tests.benchmarks.waiting [--seconds-a-call N] [--conversations N] [--json FILE]

This process is the fake Slack, the model and the people; the bot has a process of its own. The
people hold whole interviews at once in a closed loop, and the model waits before each answer.
Meanwhile they and a few more press buttons in other threads, at a steady pace however slow the bot
is. What they say tells whose it is wherever it turns up. README.md tells how to read the table.
"""

import argparse
import json
import math
import queue
import random
import re
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

from rich.console import Console
from sqlmodel import Session, select

from bot.coaching import wording
from bot.sample import TRIAL_WORKSPACE
from bot.slack.incoming import ANSWER, incoming
from storage.database import Database
from storage.models import Action, InterviewRecord, Milestone, ModelCall, Person, Turn
from storage.vocabulary import InterviewStatus, Status
from tests.benchmarks.bench import Row, measured, parser_of, table
from tests.benchmarks.systems import SECRET, System, running
from tests.benchmarks.turns import database_urls
from tests.support.fake_model import FakeModel, ModelRequest
from tests.support.fake_slack import Answer, Call, FakeSlack, HttpAnswer, SignedRequests
from tests.support.slack_payloads import block_action, direct_message, dm_channel
from tests.support.talk import buttons as all_buttons

GOAL_MS = 1000.0  # the acknowledgement of a press, at p95
FURTHER_PEOPLE = 8
PRESSES_A_SECOND = 20
INTERVIEWS = 4  # of each who talks
_MOST_CONVERSATIONS = 80  # the bot's web server takes 100 connections, and buttons need some
_LONGEST_CALL = 10.0  # the bot gives a model up that has said nothing for twelve seconds
_PRESSING_THREADS = 16
_OLD_ONE = 8  # each so-many-th press is of a button that has served
_REPLY_SECONDS = 60
_SETTLE_SECONDS = 30

# What must not be, and is counted.
ELSEWHERE = "replies in another place than their message"
STRANGE = "replies with another person's words"
OF_ANOTHER = "replies worded for another message"
DISORDER = "replies out of order"
TWICE = "replies twice"
MISSING = "replies missing"
REFUSED = "messages and presses refused"
NOT_AGREED = "interviews that did not end in an agreement"
MIXED_QUESTIONS = "questions to the model with several people's words"
STRANGE_INTERVIEW = "stored interviews with another person's words"
STRANGE_ACTION = "stored actions of, or with words of, another person"
NOT_STORED = "agreements without a stored action"

# --- what is said ---------------------------------------------------------------------------

# About items of the sample SAR, each to its agreed action. {mark} and {tenth} tell whose words
# these are; the model is asked about those with a mark.
SCRIPTS = (
    (
        "AFI 1",
        "Review the {mark} course resources for software developer apprentices with the whole team",
        "Learning resources of the {mark} course have been improved",
        "because {mark} apprentices are moving from the framework to the standard, we want "
        "achievement to rise from 54% to 6{tenth}% by July 2027, from the QAR dashboard",
        "57% of the {mark} group on track at the February review",
        "agree",
    ),
    (
        "AFI 5",
        "Give every learner on the {mark} course a short maths diagnostic each half-term",
        "Tutors of the {mark} course will find it easier to plan",
        "{mark} learners will pass at their first attempt: 6{tenth}% by 30 June 2027, up from 47%, "
        "shown by exam results, because too few pass now",
        "52% of {mark} pass first time in the March exam results",
        "yes",
    ),
    (
        "AFI 2",
        "Text every learner on the {mark} course before each resit lesson and ring those who miss "
        "one",
        "Staff of the {mark} course will know who is missing",
        "{mark} learners will attend more of their resit lessons: from 74% to 8{tenth}% by May "
        "2027, from the registers, because attendance falls after the autumn half-term",
        "77% of {mark} attending by the end of February in the registers",
        "agree",
    ),
    (
        "AFI 8",
        "Set every learner on the {mark} course a stretch task each fortnight and mark it with "
        "them",
        "Lessons on the {mark} course will be more demanding",
        "{mark} learners will reach more high grades: from 22% to 3{tenth}% by July 2027, in the "
        "exam results, because too few reach what they are capable of",
        "26% of {mark} at high grades in the February assessments",
        "agree",
    ),
)
_SYLLABLES = [consonant + vowel for consonant in "bcdfghjklmnpqrstvwxz" for vowel in "aeiou"]
_MARK = re.compile(r"\bzo([bcdfghj-np-tv-xz][aeiou])([bcdfghj-np-tv-xz][aeiou])\b", re.IGNORECASE)
_TENTH = re.compile(r"\b\d(\d\.\d)%")
_WORDED = re.compile(r"With (\w+) in mind")


def mark(person: int, message: int) -> str:
    """The name of a course that nobody else has, another one in each message of a person."""
    return f"zo{_SYLLABLES[person]}{_SYLLABLES[message]}"


def people_in(text: str) -> set[int]:
    """The people of whom a text has words or figures."""
    named = {_SYLLABLES.index(found[1].lower()) for found in _MARK.finditer(text)}
    return named | {int(found[1].replace(".", "")) for found in _TENTH.finditer(text)}


def script(person: int, interview: int) -> list[tuple[str, str]]:
    """The messages of one interview of a person, each with its mark or ""."""
    texts = SCRIPTS[(person + interview) % len(SCRIPTS)]
    said = []
    for position, text in enumerate(texts, start=interview * len(SCRIPTS[0])):
        own = mark(person, position) if "{mark}" in text else ""
        said.append((text.format(mark=own, tenth=f"{person // 10}.{person % 10}"), own))
    return said


def buttons(message: dict[str, Any]) -> list[dict[str, Any]]:
    """The buttons of a message that stand for a reply."""
    return [b for b in all_buttons(message) if b["action_id"].startswith(ANSWER)]


class SlowModel(FakeModel):
    """A model that gives each question its mark back, and counts what was mixed before it."""

    def __init__(self, seconds: float) -> None:
        super().__init__(self._propose)
        self.mixed = 0  # questions with words of several people
        self._times: list[tuple[float, int]] = []
        self.slow(seconds)

    def in_flight_at_most(self) -> int:
        """The most calls that were waiting at one moment."""
        most = now = 0
        for _, change in sorted(self._times):
            now += change
            most = max(most, now)
        return most

    def _propose(self, request: ModelRequest) -> dict[str, Any]:
        said = request.user
        reply = _after("Their reply: ", said)
        own = _MARK.search(reply)
        question = _QUESTIONS.get(_after("ASK: ", said))
        self.mixed += len(people_in(said)) > 1
        self._times += [(request.at, 1), (time.monotonic(), -1)]
        return {
            "restates_action": False,
            "learner_outcome": True,
            "measurable": True,
            "action": reply if _after("Action: ", said) == "none yet" else None,
            "question": f"With {own[0]} in mind, {question}" if own and question else "",
        }


_QUESTIONS = {
    wording.FIELD_NAMES["impact"]: "what will learners do better because of it?",
    wording.FIELD_NAMES["milestone"]: "which early sign should you see, and in which month?",
}


def _after(label: str, text: str) -> str:
    found = re.search(rf"^{re.escape(label)}(.*)$", text, re.MULTILINE)
    return found[1] if found else ""


# --- who says it ----------------------------------------------------------------------------


class Sent(NamedTuple):
    """Something a person did, and what its answer must be like."""

    key: str  # by which the answer names what it answers
    channel: str
    thread: str
    person: int | None  # whose marks the answer may have; None: nobody's
    mark: str = ""
    is_due: bool = True  # exactly one answer comes, not at most one


class Arrival(NamedTuple):
    """An answer as it stands in Slack, and when it got there."""

    message: dict[str, Any]
    at: float


Post = queue.SimpleQueue[Arrival]


class Town(FakeSlack):
    """A fake Slack that hands each answer to whoever waits for it."""

    def __init__(self, people: int) -> None:
        super().__init__(check_blocks=False)
        self._boxes: dict[str, Post] = {}
        self.add_workspace(team_id=TRIAL_WORKSPACE)
        for person in range(1, people + 1):
            name = f"{_FIRST[person % 10]} {_LAST[person // 10]}"
            self.add_user(user(person), name, team_id=TRIAL_WORKSPACE)

    def expect(self, key: str) -> "Post":
        """Where the answer to something that is sent next will be."""
        return self._boxes.setdefault(key, queue.SimpleQueue())

    def _perform(self, call: Call) -> HttpAnswer:
        answer = super()._perform(call)
        if call.method in ("chat.postMessage", "chat.stopStream"):
            message = json.loads(answer[2]).get("message") or {}
            if post := self._boxes.get(key_of(message)):
                post.put(Arrival(message, call.at))
        return answer


_FIRST = "Priya Tom Aisha Owen Mei Jack Sara Ben Zainab Luke".split()
_LAST = "Shah Hughes Khan Walsh Chen Davies Mensah Clarke Novak Byrne".split()


def user(person: int) -> str:
    return f"U0PERSON{person:02d}"


def key_of(message: dict[str, Any]) -> str:
    """What a message of the bot says that it answers."""
    payload = (message.get("metadata") or {}).get("event_payload") or {}
    return str(payload.get("key", ""))


@dataclass
class Samples:
    """What was measured, in seconds, and what was done. Appended to by all threads."""

    press_acks: list[float] = field(default_factory=list)
    message_acks: list[float] = field(default_factory=list)
    model_replies: list[float] = field(default_factory=list)
    other_replies: list[float] = field(default_factory=list)  # to messages
    press_replies: list[float] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    interviews: list[bool] = field(default_factory=list)  # whether each ended in an agreement


class _Person:
    """What talking and pressing have in common: one person in one thread."""

    def __init__(
        self, person: int, slack: Town, requests: SignedRequests, samples: Samples
    ) -> None:
        self._person, self._user = person, user(person)
        self._channel, self._thread = dm_channel(self._user), ""
        self._slack, self._requests, self._samples = slack, requests, samples

    def _write(self, text: str, own: str, person: int | None) -> tuple[Post, float]:
        """Send a message; where its answer will be, and when it was sent."""
        payload = direct_message(
            text, user=self._user, team=TRIAL_WORKSPACE, thread_ts=self._thread or None
        )
        self._thread = self._thread or payload["event"]["ts"]
        key = f"{payload['event_id']}:reply"
        post = self._slack.expect(key)
        self._samples.sent.append(Sent(key, self._channel, self._thread, person, own))
        began = time.monotonic()
        self._send(self._requests.event, payload, self._samples.message_acks, began)
        return post, began

    def _send(
        self,
        send: Callable[[dict[str, Any]], Answer],
        payload: dict[str, Any],
        acks: list[float],
        began: float,
    ) -> None:
        try:
            status = str(send(payload).status)
        except OSError as error:
            status = type(error).__name__
        acks.append(time.monotonic() - began)
        if status != "200":
            self._samples.refused.append(status)


class Talker(_Person):
    """A person who holds whole interviews, one message after the other's reply."""

    def talk(self, interviews: int = INTERVIEWS) -> None:
        """Hold so many; one is given up where a reply does not come."""
        for number in range(interviews):
            self._samples.interviews.append(self._interview(number).startswith("Agreed"))

    def _interview(self, number: int) -> str:
        """The last reply."""
        self._thread, said = "", ""
        for text, own in script(self._person, number):
            post, began = self._write(text, own, self._person)
            try:
                reply = post.get(timeout=_REPLY_SECONDS)
            except queue.Empty:
                return ""
            samples = self._samples
            (samples.model_replies if own else samples.other_replies).append(reply.at - began)
            said = reply.message["text"]
        return said


class Presser(_Person):
    """A person who presses their way through interviews, in threads without any marks.

    From a greeting by an area for improvement and some Skips to Agree, then anew. One thread looks
    and decides (`Pressing`), others send.
    """

    def __init__(
        self, person: int, slack: Town, requests: SignedRequests, samples: Samples
    ) -> None:
        super().__init__(person, slack, requests, samples)
        self.is_sending = False
        self._choose = random.Random(person).choice
        self._post: Post | None = None  # where the answer to the newest thing they did will be
        self._began = 0.0
        self._replies = samples.other_replies
        self._newest: dict[str, Any] = {"blocks": []}
        self._served: dict[str, Any] | None = None  # a message whose buttons are too old

    def has_answer(self) -> bool:
        """Whether they can go on; what came is read."""
        if self.is_sending:
            return False
        if self._post is None:
            return True
        try:
            came = self._post.get_nowait()
        except queue.Empty:
            return False
        self._replies.append(came.at - self._began)
        if buttons(self._newest):
            self._served = self._newest
        self._newest, self._post = {"blocks": [], **came.message}, None
        return True

    def has_button(self) -> bool:
        """Whether the newest message has buttons."""
        return bool(buttons(self._newest))

    def has_old_button(self) -> bool:
        """Whether an earlier message of the thread has buttons."""
        return self._served is not None and not self.is_sending

    def greet(self) -> None:
        """Begin in a new thread."""
        self._thread, self._served, self._replies = "", None, self._samples.other_replies
        self._post, self._began = self._write("hello", "", None)

    def press(self, due: float) -> None:
        """Press a button of the newest message."""
        shown = buttons(self._newest)
        wanted = [button for button in shown if button["text"]["text"] in ("Agree", "Skip")]
        self._replies, self._began = self._samples.press_replies, due
        self._press(self._newest, self._choose(wanted or shown), due, is_due=True)

    def press_old(self, due: float) -> None:
        """Press an earlier button: they are told so once in an interview, and then no more."""
        assert self._served is not None
        self._press(self._served, buttons(self._served)[0], due, is_due=False)

    def _press(
        self, message: dict[str, Any], button: dict[str, Any], due: float, *, is_due: bool
    ) -> None:
        payload = block_action(
            button["action_id"],
            button["value"],
            user=self._user,
            team=TRIAL_WORKSPACE,
            channel=self._channel,
            message=message,
        )
        taken = incoming(payload)
        assert taken is not None
        key = f"{taken.event_id}:reply"
        if is_due:
            self._post = self._slack.expect(key)
        self._samples.sent.append(Sent(key, self._channel, self._thread, None, is_due=is_due))
        self._send(self._requests.interaction, payload, self._samples.press_acks, due)


class Pressing:
    """All who press, together at a steady pace, however long answers take."""

    def __init__(self, people: Sequence[Presser]) -> None:
        self._people = people
        self._over = threading.Event()
        self._pace = ThreadPoolExecutor(1)
        self._work: list[Future[None]] = []

    def __enter__(self) -> None:
        self._work.append(self._pace.submit(self._run))

    def __exit__(self, *exc_info: object) -> None:
        self._over.set()
        self._pace.shutdown()
        for work in self._work:
            work.result()

    def _run(self) -> None:
        began = time.monotonic()
        with ThreadPoolExecutor(_PRESSING_THREADS) as pool:
            for number in count():
                due = began + number / PRESSES_A_SECOND
                if self._over.wait(max(0.0, due - time.monotonic())):
                    return
                self._one(pool, number, due)

    def _one(self, pool: ThreadPoolExecutor, number: int, due: float) -> None:
        """Let the next person who can press; whoever on the way is done begins anew."""
        first = number % len(self._people)
        turns = (*self._people[first:], *self._people[:first])
        if number % _OLD_ONE == 0:
            person = next((person for person in turns if person.has_old_button()), None)
            if person is not None:
                self._let(pool, person, partial(person.press_old, due))
                return
        for person in turns:
            if person.has_answer():
                if person.has_button():
                    self._let(pool, person, partial(person.press, due))
                    return
                self._let(pool, person, person.greet)

    def _let(self, pool: ThreadPoolExecutor, person: Presser, act: Callable[[], None]) -> None:
        person.is_sending = True

        def send() -> None:
            try:
                act()
            finally:
                person.is_sending = False

        self._work.append(pool.submit(send))


# --- what came of it ------------------------------------------------------------------------


def check_slack(sent: Sequence[Sent], slack: Town) -> dict[str, int]:
    """What is wrong with the messages that stand in Slack, given all that people did."""
    order = {done.key: number for number, done in enumerate(sent)}
    wrong = dict.fromkeys((ELSEWHERE, STRANGE, OF_ANOTHER, DISORDER, TWICE, MISSING), 0)
    seen: Counter[str] = Counter()
    latest: dict[tuple[str, str], int] = {}
    for channel in {call.args["channel"] for call in slack.calls if "channel" in call.args}:
        for message in slack.messages(channel):
            key = key_of(message)
            seen[key] += 1
            done = sent[order[key]] if key in order else None
            place = (channel, message.get("thread_ts", ""))
            if done is None or place != (done.channel, done.thread):
                wrong[ELSEWHERE] += 1
                continue
            shown = json.dumps([message["text"], message.get("blocks")])
            wrong[STRANGE] += bool(people_in(shown) - {done.person})
            worded = _WORDED.search(message["text"])
            wrong[OF_ANOTHER] += worded is not None and worded[1] != done.mark
            wrong[DISORDER] += order[key] < latest.get(place, -1)
            latest[place] = order[key]
    wrong[TWICE] = sum(times - 1 for times in seen.values())
    wrong[MISSING] = sum(done.is_due and done.key not in seen for done in sent)
    return wrong


def check_stored(sent: Sequence[Sent], session: Session) -> dict[str, int]:
    """What is wrong with the interviews and actions that are stored."""
    owners = {(done.channel, done.thread): done.person for done in sent}
    people = {person.id: person.slack_user_id for person in session.exec(select(Person))}
    actions = {action.id: action for action in session.exec(select(Action))}
    texts: dict[int | None, list[str]] = defaultdict(list)
    for milestone in session.exec(select(Milestone)):
        texts[milestone.action_id].append(milestone.text)
    turns: dict[int | None, list[str]] = defaultdict(list)
    for turn in session.exec(select(Turn)):
        turns[turn.interview_id].append(turn.text)
    wrong = dict.fromkeys((STRANGE_INTERVIEW, STRANGE_ACTION, NOT_STORED), 0)
    holders: Counter[int | None] = Counter()
    for record in session.exec(select(InterviewRecord)):
        owner = owners.get((record.channel, record.thread))
        own = set() if owner is None else {owner}
        held = json.dumps([record.state, turns[record.id]])
        whose = people[record.person_id]
        is_theirs = record.channel == dm_channel(whose)
        wrong[STRANGE_INTERVIEW] += bool(people_in(held) - own) or not is_theirs
        if record.status is not InterviewStatus.AGREED:
            continue
        action = actions.get(record.action_id)
        if action is None or action.status is not Status.AGREED:
            wrong[NOT_STORED] += 1
            continue
        holders[action.id] += 1
        held = json.dumps([action.model_dump(mode="json"), texts[action.id]])
        is_theirs = people.get(action.owner_id) == people.get(action.agreed_by_id) == whose
        wrong[STRANGE_ACTION] += people_in(held) != own or not is_theirs
    wrong[STRANGE_ACTION] += sum(times - 1 for times in holders.values())
    return wrong


# --- the run --------------------------------------------------------------------------------


def measure(name: str, database_url: str, folder: Path, talkers: int, seconds: float) -> Row:
    """Let everyone talk and press with the bot on one database; what was measured and found."""
    warm_up, samples, people = Samples(), Samples(), talkers + FURTHER_PEOPLE
    log = folder / f"{name}.log"
    with ExitStack() as stack:
        slack = Town(people)
        stack.callback(slack.close)
        model = SlowModel(seconds)
        stack.callback(model.close)
        database = Database(database_url)
        stack.callback(database.close)
        with running(System(name, slack.api_url, log, database_url, model.base_url)) as bot:
            requests = SignedRequests(bot.base_url, SECRET, timeout=_REPLY_SECONDS)
            stack.enter_context(requests)
            talking = [Talker(n, slack, requests, samples) for n in range(1, talkers + 1)]
            pressing = [Presser(n, slack, requests, samples) for n in range(1, people + 1)]
            threads = stack.enter_context(ThreadPoolExecutor(talkers))
            Talker(people, slack, requests, warm_up).talk(interviews=1)
            began, cpu, load = time.monotonic(), bot.cpu_seconds(), time.process_time()
            with Pressing(pressing):
                list(threads.map(Talker.talk, talking))
            took = time.monotonic() - began
            cpu, load = bot.cpu_seconds() - cpu, time.process_time() - load
            sent = warm_up.sent + samples.sent
            _settle(sent, slack)
        # Only now has all been sent that ever will be, wanted or not.
        wrong = check_slack(sent, slack)
        with database.reading() as session:
            wrong |= check_stored(sent, session)
            held = session.exec(select(ModelCall)).all()
    calls = Counter(call.outcome for call in held)
    dropped = Counter(call.dropped for call in held)
    wrong[REFUSED] = len(samples.refused)
    wrong[NOT_AGREED] = len(samples.interviews) - sum(samples.interviews)
    wrong[MIXED_QUESTIONS] = model.mixed
    return {
        "system": name,
        "seconds": took,
        **_figures("press_ack", samples.press_acks),
        **_figures("message_ack", samples.message_acks),
        **_figures("model_reply", samples.model_replies),
        **_figures("other_reply", samples.other_replies),
        **_figures("press_reply", samples.press_replies),
        "presses": len(samples.press_acks),
        "presses_per_second": len(samples.press_acks) / took,
        "messages": len(samples.message_acks),
        "interviews": len(samples.interviews),
        "agreed": sum(samples.interviews),
        "in_flight": model.in_flight_at_most(),
        "calls": dict(calls),
        "dropped": {str(why): times for why, times in dropped.items()},
        "calls_an_action": len(held) / max(1, sum(samples.interviews) + 1),
        "tokens_in": sum(call.tokens_in for call in held) / max(1, len(held)),
        "tokens_out": sum(call.tokens_out for call in held) / max(1, len(held)),
        "worded": sum(call.method == "chat.startStream" for call in slack.calls),
        "bot_busy": cpu / took,
        "load_busy": load / took,
        "complaints": sorted(Counter(_complaints(log)).items()),
        "wrong": wrong,
    }


def _settle(sent: Sequence[Sent], slack: Town) -> None:
    """Wait until everything is answered, though not for ever."""
    until = time.monotonic() + _SETTLE_SECONDS
    while check_slack(sent, slack)[MISSING] and time.monotonic() < until:
        time.sleep(0.2)


def _complaints(log: Path) -> list[str]:
    """The warnings and errors that the bot logged, without the figures in them."""
    lines = log.read_text(encoding="utf-8").splitlines()
    bad = (line for line in lines if line.startswith(("WARNING", "ERROR", "CRITICAL")))
    return [re.sub(r"\d+", "N", line) for line in bad]


def _figures(name: str, seconds: Sequence[float]) -> dict[str, float]:
    ordered = sorted(seconds) or [math.nan]
    shares = {"p50": 0.5, "p95": 0.95, "max": 1.0}
    return {
        f"{name}_{key}": 1000 * ordered[math.ceil(share * len(ordered)) - 1]
        for key, share in shares.items()
    }


def run(options: argparse.Namespace, console: Console) -> Row:
    """Measure on each database there is, and return it as plain data."""
    seconds, talkers = options.seconds_a_call, options.conversations
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sowhat-benchmark-")))
        urls = database_urls(folder, stack, console)
        return {
            "seconds_a_call": seconds,
            "conversations": talkers,
            "goal_ms": GOAL_MS,
            "systems": [measure(name, url, folder, talkers, seconds) for name, url in urls.items()],
        }


def show(result: Row, console: Console) -> None:
    """Print the table."""
    rows = result["systems"]
    title = (
        f"{result['conversations']} interviews at once, {PRESSES_A_SECOND} presses a second, "
        f"{result['seconds_a_call']:g} s a call; times in ms"
    )
    figures = table(console, title, "", *(row["system"] for row in rows))
    for name, key in _TIMES:
        figures.add_row(name, *(f"{row[key]:.0f}" for row in rows))
    agreed = (f"{row['agreed']} of {row['interviews']}" for row in rows)
    figures.add_row("interviews agreed", *agreed)
    for name, key, digits in _AMOUNTS:
        figures.add_row(name, *(f"{row[key]:,.{digits}f}" for row in rows))
    for name in rows[0]["wrong"]:
        figures.add_row(name, *(str(row["wrong"][name]) for row in rows))
    console.print(figures)
    for row in rows:
        for line, times in row["complaints"]:
            console.print(f"{row['system']} logged {times} x {line}", markup=False)


_TIMES = (
    ("press ack p50", "press_ack_p50"),
    (f"press ack p95 (goal: under {GOAL_MS:.0f})", "press_ack_p95"),
    ("press ack max", "press_ack_max"),
    ("message ack p50", "message_ack_p50"),
    ("message ack p95", "message_ack_p95"),
    ("message ack max", "message_ack_max"),
    ("reply with the model p50", "model_reply_p50"),
    ("reply with the model p95", "model_reply_p95"),
    ("reply without p50", "other_reply_p50"),
    ("reply without p95", "other_reply_p95"),
    ("reply to a press p50", "press_reply_p50"),
    ("reply to a press p95", "press_reply_p95"),
)
_AMOUNTS = (
    ("model calls in flight, at most", "in_flight", 0),
    ("replies in the model's words", "worded", 0),
    ("model calls an agreed action", "calls_an_action", 1),
    ("tokens given to the model a call, about", "tokens_in", 0),
    ("tokens of its answer, about", "tokens_out", 0),
    ("messages", "messages", 0),
    ("presses", "presses", 0),
    ("presses/s", "presses_per_second", 1),
    ("seconds", "seconds", 0),
    ("share of one core: bot", "bot_busy", 2),
    ("share of one core: load", "load_busy", 2),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; returns the exit code, 1 when something was mixed, lost or doubled."""
    parser = parser_of("waiting")
    parser.add_argument(
        "--seconds-a-call",
        type=float,
        default=3.0,
        help="that a model call takes (3)",
    )
    parser.add_argument(
        "--conversations", type=int, default=32, help="interviews that are held at once (32)"
    )
    options = parser.parse_args(arguments)
    if not 0 <= options.seconds_a_call <= _LONGEST_CALL:
        parser.error(f"--seconds-a-call must be from 0 to {_LONGEST_CALL:g}")
    if not 1 <= options.conversations <= _MOST_CONVERSATIONS:
        parser.error(f"--conversations must be from 1 to {_MOST_CONVERSATIONS}")
    result = measured(options, run, show)
    return int(any(any(row["wrong"].values()) for row in result["systems"]))


if __name__ == "__main__":
    sys.exit(main())
