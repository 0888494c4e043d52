"""The first afternoon of docs/tutorials/first-afternoon.md, done over Slack as the page says."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from storage.database import Database
from storage.migrate import migrate
from tests.support import slack_payloads as payloads
from tests.support.block_kit import render_text
from tests.support.bots import ROOT, InProcess, in_process, slack
from tests.support.fake_slack import FakeSlack
from tests.support.screens import Screens
from tests.support.slack_payloads import dm_channel, next_ts
from tests.support.talk import Talk, buttons, over_http

Json = dict[str, Any]

LEAD, SPONSOR, OWNER = "U0LEAD", "U0SPONSOR", "U0OWNER"
NAMES = {LEAD: "Lena Marsh", SPONSOR: "Sol Greaves", OWNER: "Priya Shah"}
SAR = ROOT / "docs" / "tutorials" / "made-up-sar.csv"
STAY, ENGLISH = "Stay and achieve", "English and maths"


@dataclass
class Afternoon:
    """What three people do in it: `typed` is what they wrote, `pictures` screens worth one."""

    fake: FakeSlack
    bot: InProcess
    typed: list[str] = field(default_factory=list)
    answers: list[Json] = field(default_factory=list)
    pictures: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._screens = {user: Screens(self.fake, self.bot.http, user) for user in NAMES}

    def of(self, user: str) -> Screens:
        """Somebody at their screens, with no form open."""
        self._screens[user].modals = []
        return self._screens[user]

    def talk(self, user: str, opening: Json | None = None) -> Talk:
        """A conversation of somebody's with the bot, under its opening where it wrote first."""
        talk = Talk(self.fake, over_http(self.bot.http), user)
        talk.root = opening["ts"] if opening else None
        return talk

    def writes(self, talk: Talk, text: str) -> None:
        self.typed.append(text)
        talk.says(text)

    def fills_in(self, screens: Screens, **fields: Any) -> str:
        """Send the form on top; texts and not choices are what was typed."""
        self.typed += [v for v in fields.values() if isinstance(v, str) and v not in NAMES]
        return screens.saves(**fields)

    def commands(self, user: str, text: str) -> Json:
        """Type /qip with this; the answer as a message."""
        self.typed.append(f"/qip {text}")
        answer = self.of(user).types(text)
        self.answers.append(answer)
        return answer | {"ts": next_ts()}

    def reads(self, user: str, words: str) -> Json:
        """Wait for the one message to somebody that has these words."""

        def found() -> list[Json]:
            return [m for m in self.fake.messages(dm_channel(user)) if words in m["text"]]

        (message,) = self.fake.wait_for(found)
        return message

    def sees_at_home(self, user: str, words: str) -> str:
        """Open the Home tab, which is made anew a moment after a change, until it has the words."""
        screens = self.of(user)
        screens.opens_home()
        self.fake.wait_for(lambda: words in screens.home_text)
        return screens.home_text

    def shown(self) -> str:
        """Every word that was on anybody's screen."""
        seen = [render_text(answer) for answer in self.answers]
        for call in self.fake.calls:
            if call.method.startswith("views."):
                seen.append(render_text(call.args["view"]))
            elif call.method in ("chat.postMessage", "chat.postEphemeral", "chat.update"):
                seen.append(render_text(call.args))
        return "\n".join(seen)


@contextmanager
def afternoon(folder: Path) -> Iterator[Afternoon]:
    """The people before a bot that knows nothing yet, with its database in this folder."""
    url = f"sqlite:///{folder / 'sowhat.db'}"
    database = Database(url)
    migrate(database)
    database.close()
    with slack() as fake:
        for user, name in NAMES.items():
            fake.add_user(user, name)
        with in_process(fake, url) as bot:
            yield Afternoon(fake, bot)


def the_first_message(day: Afternoon) -> None:
    opened = payloads.app_home_opened(user=LEAD, tab="messages")
    assert day.bot.http.event(opened).status == 200
    day.reads(LEAD, "automated assistant")
    day.sees_at_home(LEAD, "There is no plan for 2026/27 yet.")


def two_themes(day: Afternoon) -> None:
    for name in (STAY, ENGLISH):
        lead = day.of(LEAD)
        lead.presses("Add a theme")
        assert day.fills_in(lead, name=name, sponsor=SPONSOR) == ""
    day.sees_at_home(LEAD, ENGLISH)


def the_sar(day: Afternoon) -> None:
    talk = day.talk(LEAD)
    payload = payloads.direct_message("", user=LEAD)
    file = day.fake.add_file(SAR.name, SAR.read_bytes())
    payload["event"] |= {"subtype": "file_share", "files": [file]}
    talk.root = payload["event"]["ts"]
    talk.hears(payload)
    before = len(talk.messages)
    message = talk.messages[-1]
    button = next(b for b in buttons(message) if b["text"]["text"] == "Take it in")
    press = payloads.block_action(
        button["action_id"], button["value"], user=LEAD, channel=talk.channel, message=message
    )
    assert day.bot.http.interaction(press).status == 200
    day.fake.wait_for_messages(talk.channel, before + 1, talk.root)
    day.sees_at_home(LEAD, "0 of 3")


def the_people(day: Afternoon) -> None:
    lead = day.of(LEAD)
    lead.presses("People and roles")
    assert lead.saves(person=OWNER, role="owner") == ""


def the_invitation(day: Afternoon) -> None:
    lead = day.of(LEAD)
    lead.opens_home()
    lead.presses("Ask for actions", STAY)
    assert lead.saves(people=[OWNER]) == ""


def the_interview(day: Afternoon) -> None:
    invitation = day.reads(OWNER, "asks you for an action")
    day.of(OWNER).presses("Begin", "AFI 1", screen=invitation)
    talk = day.talk(OWNER, day.reads(OWNER, "What will you do about it?"))
    for reply in (
        "Undertake a review of the apprenticeship learning resources",
        "Learning resources have been improved to support learners",
        "because apprentices are moving from the framework to the standard, we want achievement to "
        "rise from 54% to 65% by July 2027, from the QAR dashboard",
        "60% on track at the February review",
    ):
        day.writes(talk, reply)
    day.pictures["interview"] = [{"user": OWNER, "text": day.typed[-1]}, talk.messages[-1]]
    talk.presses("Agree")


def the_review(day: Afternoon) -> None:
    answer = day.commands(LEAD, "review")
    day.pictures["review"] = [{**answer, "bot_id": "B0SOWHAT"}]
    day.of(LEAD).presses("Show every check", screen=answer)


def the_summary(day: Afternoon) -> None:
    day.commands(LEAD, "summary governors")
    day.commands(LEAD, "export")


STEPS = (
    the_first_message,
    two_themes,
    the_sar,
    the_people,
    the_invitation,
    the_interview,
    the_review,
    the_summary,
)
