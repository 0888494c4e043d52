"""Every kind of input: how one is made from a seed, and what is done with it.

An input is made from its kind, the seed of the run and its number alone, in a college that is set
up the same way each time.
"""

import gzip
import html
import json
import shutil
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

from bot.coaching.asked_names import Known
from bot.coaching.assessment import assess
from bot.coaching.dates import find_dates
from bot.coaching.figures import find_figures
from bot.coaching.numbers import number
from bot.coaching.plan_questions import asked
from bot.coaching.reading import read
from bot.coaching.replies import command, oddity
from bot.coaching.update_reading import Candidate, read_update, references
from bot.importing.reading import understand
from bot.importing.understood import FileRefused
from bot.slack.incoming import plain
from storage.database import Database
from storage.migrate import migrate
from tests.fuzz.breaking import (
    as_json,
    broken,
    broken_bytes,
    odd_text,
    odd_value,
    worn_text,
)
from tests.fuzz.door import FORM, JSON, Door, Outcome, Request, interaction, opened
from tests.fuzz.seeds import MESSAGES, Seeds, begin_at, dropped, planted, quoted
from tests.fuzz.spoilt_files import odd_file
from tests.support import slack_payloads as payloads
from tests.support.bots import NOW, slack
from tests.support.college import LEAD, NAMES, OWNER
from tests.support.fake_slack import FakeSlack

Json = dict[str, Any]
TODAY = NOW.date()
# A reader that has not answered by then is taken to hang; seconds of computing, so that a busy
# machine changes nothing.
READER_SECONDS = 3.0
_FILE_SECONDS = 20.0


@dataclass
class World:
    """The bot with two colleges, and what can be sent to it."""

    door: Door
    fake: FakeSlack
    seeds: Seeds


@contextmanager
def world(folder: Path) -> Iterator[Callable[[], World]]:
    """A fake Slack, and a function that gives the world as it was at first, as often as asked."""
    file, kept = folder / "fuzz.db", folder / "planted.db"
    url = f"sqlite:///{file}"
    with slack() as fake:
        fake.add_user("U0NAMELESS", "")
        database = Database(url)
        migrate(database)
        database.close()
        with opened(fake, url) as door:
            seeds = planted(fake, door)
        shutil.copy(file, kept)
        last: list[Any] = []

        def afresh() -> World:
            while last:
                last.pop().__exit__(None, None, None)
            for old in folder.glob("fuzz.db*"):
                old.unlink()
            shutil.copy(kept, file)
            fake.forget_calls()
            opening = opened(fake, url)
            door = opening.__enter__()
            last.append(opening)
            return World(door, fake, seeds)

        try:
            yield afresh
        finally:
            while last:
                last.pop().__exit__(None, None, None)


# --- what Slack sends ---------------------------------------------------------------------------


def event(rng: Random, world: World) -> Request:
    payload = broken(rng, rng.choice(world.seeds.events))
    _said(rng, payload)
    return _json(rng, payload)


def message(rng: Random, world: World) -> Request:
    """A direct message in order in all but what it says."""
    payload = payloads.direct_message(_typed(rng), user=rng.choice((OWNER, LEAD)))
    payload["event"]["ts"] = f"{1_790_000_000 + rng.randrange(10**8)}.{rng.randrange(10**6):06d}"
    _said(rng, payload)
    return _json(rng, payload)


def reply(rng: Random, world: World) -> Request:
    """A reply in an interview at any of its stages."""
    thread = f"{1_890_000_000 + rng.randrange(10**8)}.{rng.randrange(10**6):06d}"
    begin_at(world.door, rng.choice(world.seeds.stages), thread)
    payload = payloads.direct_message(_typed(rng), user=OWNER, thread_ts=thread)
    _said(rng, payload)
    return _json(rng, payload)


def press(rng: Random, world: World) -> Request:
    payload = broken(rng, rng.choice(world.seeds.actions))
    _triggered(rng, payload)
    return interaction(as_json(rng, payload))


def form(rng: Random, world: World) -> Request:
    payload = rng.choice(world.seeds.views)
    if rng.random() < 0.5:
        # In order but for what was typed.
        payload = json.loads(json.dumps(payload))
        for element in _inputs(payload):
            if rng.random() < 0.5:
                _type(rng, element)
    else:
        payload = broken(rng, payload)
    _triggered(rng, payload)
    return interaction(as_json(rng, payload))


def shortcut(rng: Random, world: World) -> Request:
    payload = broken(rng, rng.choice(world.seeds.shortcuts))
    _triggered(rng, payload)
    return interaction(as_json(rng, payload))


def slash(rng: Random, world: World) -> Request:
    form = broken(rng, rng.choice(world.seeds.commands))
    if rng.random() < 0.5:
        form["text"] = worn_text(rng, str(form.get("text") or "summary"))
    return Request(quoted({str(k): _plain_form(v) for k, v in form.items()}).encode(), FORM)


def body(rng: Random, world: World) -> Request:
    """A request whose body is no payload, or not in the way that its headers say."""
    whole = rng.choice(
        (
            lambda: _json(rng, rng.choice(world.seeds.events)),
            lambda: interaction(json.dumps(rng.choice(world.seeds.actions))),
            lambda: interaction(json.dumps(rng.choice(world.seeds.views))),
            lambda: Request(quoted(rng.choice(world.seeds.commands)).encode(), FORM),
        )
    )()
    return _ODD_BODIES[rng.randrange(len(_ODD_BODIES))](rng, whole)


def _other_type(rng: Random, whole: Request) -> Request:
    types = (
        "", "text/plain", "application/xml", "application/json; charset=utf-16", "multipart/form-data",
        "application/JSON", "application/x-www-form-urlencoded; charset=latin-1", "*/*", JSON, FORM,
        "application/json,application/json", "\u00e9",
    )  # fmt: skip
    return whole._replace(content_type=rng.choice(types))


def _other_charset(rng: Random, whole: Request) -> Request:
    text = whole.body.decode() + rng.choice(("", "\u00e9", "\u20ac"))
    charset = rng.choice(("utf-16", "utf-32", "latin-1", "utf-8-sig", "utf-7", "cp037"))
    return whole._replace(body=text.encode(charset, "replace"))


_ODD_BODIES: tuple[Callable[[Random, Request], Request], ...] = (
    lambda rng, whole: whole._replace(body=broken_bytes(rng, whole.body)),
    lambda rng, whole: whole._replace(body=whole.body[: rng.randrange(len(whole.body))]),
    lambda rng, whole: whole._replace(body=gzip.compress(whole.body)),
    lambda rng, whole: whole._replace(body=b""),
    _other_type,
    _other_charset,
    lambda rng, whole: Request(as_json(rng, odd_value(rng)).encode("utf-8", "replace"), JSON),
    lambda rng, whole: interaction(as_json(rng, odd_value(rng))),
    lambda rng, whole: interaction(odd_text(rng)),
    lambda rng, whole: Request(b"payload=" + odd_text(rng).encode("utf-8", "replace"), FORM),
    lambda rng, whole: Request(odd_text(rng).encode("utf-8", "surrogatepass"), FORM),
    lambda rng, whole: Request(b"&".join([whole.body] * rng.choice((2, 50))), whole.content_type),
    lambda rng, whole: Request(b"[" * rng.choice((10, 5_000, 200_000)), JSON),
    lambda rng, whole: Request(b'{"a":' * rng.choice((10, 5_000, 100_000)), JSON),
    lambda rng, whole: Request(b'{"type": %s}' % (b"9" * rng.choice((30, 5_000))), JSON),
    lambda rng, whole: Request(rng.randbytes(rng.choice((1, 20, 4000))), rng.choice((JSON, FORM))),
    lambda rng, whole: Request(
        as_json(
            rng,
            {
                "type": rng.choice(_TYPES),
                **{name: odd_value(rng) for name in rng.sample(_KEYS, rng.randrange(8))},
            },
        ).encode("utf-8", "replace"),
        JSON,
    ),
)
_TYPES = (
    "event_callback", "block_actions", "view_submission", "view_closed", "shortcut",
    "message_action", "url_verification", "block_suggestion", "workflow_step_edit",
    "interactive_message", "dialog_submission", "function_executed", "", "x",
)  # fmt: skip
_KEYS = (
    "event", "team_id", "event_id", "authorizations", "user", "team", "view", "actions", "channel",
    "message", "container", "trigger_id", "callback_id", "enterprise", "is_enterprise_install",
    "challenge", "token", "context_team_id", "is_ext_shared_channel", "ssl_check", "command", "text",
    "user_id", "channel_id", "response_url", "bot_access_token", "inputs", "function_data", "state",
    "item", "assistant_thread", "name", "value", "type",
)  # fmt: skip


def drop(rng: Random, world: World) -> Request:
    """A file that a lead drops."""
    name, content = odd_file(rng)
    if rng.random() < 0.2:
        name = odd_text(rng)[:300].encode("utf-8", "replace").decode() or "x"
    payload = dropped(world.fake, name, content)
    if rng.random() < 0.2:
        payload["event"]["files"] = [broken(rng, f) for f in payload["event"]["files"]] * 2
    _said(rng, payload)
    return _json(rng, payload)


def _json(rng: Random, payload: Any) -> Request:
    text = as_json(rng, payload)
    try:
        return Request(text.encode(), JSON)
    except UnicodeEncodeError:
        # Half a pair of surrogates can come as an escape; as bytes it would be no UTF-8.
        return Request(json.dumps(payload).encode(), JSON)


def _said(rng: Random, payload: Any) -> None:
    """Give a message an id of its own: one known already is not answered again."""
    if isinstance(payload, dict) and str(payload.get("event_id", "")).startswith("Ev"):
        payload["event_id"] = f"Ev{rng.getrandbits(60):X}"


def _triggered(rng: Random, payload: Any) -> None:
    if isinstance(payload, dict) and str(payload.get("trigger_id", "")).startswith("trigger."):
        payload["trigger_id"] = f"trigger.{rng.getrandbits(60):x}"


def _typed(rng: Random) -> str:
    """What a person might type, as Slack sends it."""
    text = some_text(rng)[:6000]
    return html.escape(text, quote=False) if rng.random() < 0.7 else text


def _plain_form(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _inputs(payload: Json) -> list[Json]:
    values = payload["view"].get("state", {}).get("values", {})
    return [element for elements in values.values() for element in elements.values()]


def _type(rng: Random, element: Json) -> None:
    """Type something else into an input, of the type that it has."""
    kind = element["type"]
    if kind == "datepicker":
        days = ("2027-02-29", "0001-01-01", "9999-12-31", "2027-07-31", "", "x", None)
        element["selected_date"] = rng.choice(days)
    elif kind == "users_select":
        element["selected_user"] = rng.choice((*NAMES, "U0NAMELESS", "U1U0LEAD", "U0NOBODY", None))
    elif kind == "multi_users_select":
        element["selected_users"] = rng.sample([*NAMES, "U0NOBODY"], 2)
    elif kind == "conversations_select":
        element["selected_conversation"] = rng.choice(("C0QUALITY", "D0X", "G0", "", None))
    elif kind.endswith("select") or kind == "checkboxes":
        if element.get("selected_option"):
            element["selected_option"]["value"] = worn_text(rng, "1")
    else:
        element["value"] = some_text(rng)[:3000]


# --- what readers are given -----------------------------------------------------------------------


def some_text(rng: Random) -> str:
    """A text that somebody might have typed, worn; or one to stumble over."""
    how = rng.randrange(10)
    if how < 5:
        text = worn_text(rng, rng.choice(_CORPUS))
    elif how < 7:
        text = " ".join(rng.choice(_CORPUS) for _ in range(2))
    elif how == 7:
        text = "".join(rng.choice(_PIECES) for _ in range(rng.randrange(1, 30)))
    else:
        text = odd_text(rng)
    # One in thirty stays as long as it is; the others leave time for more of them.
    return text if rng.randrange(30) == 0 else text[:600]


def _corpus() -> tuple[str, ...]:
    file = Path(__file__).parents[1] / "evals" / "cases.jsonl"
    cases = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    return (*MESSAGES, *(case["said"] for case in cases if case["said"]))


_CORPUS = _corpus()
_PIECES = (
    "from ", "to ", "by ", "54%", "65", " out of ", "/", "-", "31", "July", "2027", " and ", "half term",
    "next ", "week", " ", "  ", "\n", ",", ".", "?", "A-1", "AFI 2", "on track", "red", "done", "not ",
    "%", "£", "1,000", "0.5", "minus", "two thirds", "a third", "the ", "end of ", "autumn", "term",
    "Easter", "(", ")", "how is ", "which actions are ", "overdue", "who ", "maths", "Tom", "'s ",
)  # fmt: skip
_KNOWN = Known(
    TODAY,
    themes=("Stay and achieve", "Maths and English"),
    departments=("Apprenticeships",),
    owners=("Priya Shah", "Tom Baker"),
    sar_items=("AFI 1", "AFI 2"),
)
_CANDIDATES = (
    Candidate("A-1", "Review the apprenticeship resources", "achievement rate", "%", "54%", "65%"),
    Candidate("A-2", "Ring home", "attendance", "%", "74%", "82%", "75%"),
)
_ASKED = (None, "impact", "baseline", "target", "due", "owner", "evidence", "milestones", "measure")


def _read(rng: Random, text: str) -> None:
    read(text, TODAY, action=rng.choice(("", rng.choice(_CORPUS))), asked=rng.choice(_ASKED))
    command(text)
    oddity(text)


def _assess(rng: Random, text: str) -> None:
    assess(said=text, action=rng.choice(_CORPUS), sar_item=rng.choice(_CORPUS), today=TODAY)


def _asked(rng: Random, text: str) -> None:
    asked(text, _KNOWN)


def _update(rng: Random, text: str) -> None:
    references(text)
    read_update(text, _CANDIDATES[: rng.randrange(3)], TODAY)


def _plain(rng: Random, text: str) -> None:
    shown = plain(text)
    shown.encode()
    assert "\0" not in shown


def _dates_and_numbers(rng: Random, text: str) -> None:
    day = rng.choice((TODAY, date(2028, 2, 29), date(2026, 12, 31), date(2026, 8, 1)))
    found = find_dates(text, day)
    find_figures(text, found)
    number(text)


READERS: dict[str, Callable[[Random, str], None]] = {
    "replies read": _read,
    "replies assessed": _assess,
    "questions": _asked,
    "updates": _update,
    "Slack's text": _plain,
    "dates, numbers": _dates_and_numbers,
}


def read_by(reader: Callable[[Random, str], None], rng: Random, text: str) -> Outcome:
    """What comes of a text that one of the readers is given."""
    outcome = Outcome()
    began = time.thread_time()
    try:
        reader(rng, text)
    except Exception as error:
        outcome.wrong.append("".join(traceback.format_exception(error)))
    outcome.seconds = time.thread_time() - began
    if outcome.seconds > READER_SECONDS:
        outcome.wrong.append(f"it took {outcome.seconds:.1f} seconds")
    return outcome


def understood(name: str, content: bytes) -> Outcome:
    """What comes of a file that is to be understood."""
    outcome = Outcome()
    began = time.thread_time()
    try:
        understand(name, content, academic_year="2026/27", today=TODAY)
    except FileRefused as refused:
        outcome.in_words = True
        says = str(refused)
        if not says.endswith(".") or "Error" in says:
            outcome.wrong.append(f"it is refused by no sentence: {says!r}")
    except Exception as error:
        outcome.wrong.append("".join(traceback.format_exception(error)))
    outcome.seconds = time.thread_time() - began
    if outcome.seconds > _FILE_SECONDS:
        outcome.wrong.append(f"it took {outcome.seconds:.1f} seconds")
    return outcome


# --- all kinds ------------------------------------------------------------------------------------

# What is sent, and how many in a thousand inputs of a run are of it: a third are requests, each of
# which costs some thirty times as much as a text that is read.
SENT: dict[str, tuple[Callable[[Random, World], Request], int]] = {
    "events": (event, 60),
    "messages": (message, 30),
    "replies in interviews": (reply, 50),
    "buttons": (press, 60),
    "forms": (form, 50),
    "shortcuts": (shortcut, 20),
    "commands": (slash, 20),
    "bodies": (body, 50),
    "files dropped": (drop, 5),
}
READ: dict[str, int] = {
    "replies read": 60,
    "replies assessed": 30,
    "questions": 200,
    "updates": 150,
    "Slack's text": 100,
    "dates, numbers": 100,
}
FILES: dict[str, int] = {"files understood": 15}
SHARES: dict[str, int] = {kind: share for kind, (_, share) in SENT.items()} | READ | FILES


def rng_of(kind: str, seed: int, number: int) -> Random:
    """The one source from which an input is drawn."""
    return Random(f"{seed}:{kind}:{number}")
