"""Who answers a reply: the embedded coach, which is the rules of `bot.coaching` and needs nothing.

Another coach may propose readings and words of its own; what is kept and what is asked next the
same rules decide.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol, TypeVar

from pydantic import BaseModel

from bot.coaching.assessment import assess
from bot.coaching.draft import Setting
from bot.coaching.interview import step
from bot.coaching.state import Interview, Say
from prompts import Rendered

Shape = TypeVar("Shape", bound=BaseModel)
Result = TypeVar("Result")


class Stop:
    """Lets one thread end what another waits for."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._pressed = False
        self._ends: Callable[[], None] | None = None

    def press(self) -> None:
        """End what is being waited for, now or as soon as it begins."""
        with self._guard:
            self._pressed, ends = True, self._ends
        if ends is not None:
            ends()

    def ends(self, how: Callable[[], None]) -> None:
        """Say how what begins now is ended."""
        with self._guard:
            self._ends, pressed = how, self._pressed
        if pressed:
            how()


@dataclass(frozen=True)
class Heard:
    """A reply as it reached a coach, and the conversation it belongs to."""

    workspace: str
    interview: Interview
    reply: str
    setting: Setting
    stop: Stop = field(default_factory=Stop)


class Advises(Protocol):
    """A language model that may be asked for words (`bot.adviser`)."""

    # The names of everyone in a workspace.
    people: Callable[[str], Sequence[str]]

    def consult(
        self,
        workspace: str,
        purpose: str,
        prompt: Rendered,
        shape: type[Shape],
        judge: Callable[[Shape], tuple[Result, Sequence[str]]],
        stop: Stop,
    ) -> Result | None:
        """What `judge` makes of the answer; None where there is none."""


class Coach(Protocol):
    """What reads a reply and proposes the next question."""

    name: str

    @property
    def adviser(self) -> Advises | None:
        """Whom to ask for words beside the interview; None without a model."""

    def takes_time(self, heard: Heard) -> bool:
        """Whether the answer may take seconds, so that the person should see that it is coming."""

    def answer(self, heard: Heard) -> tuple[Interview, Say]:
        """The interview after the reply, and what to say next. Always answers, and in time."""

    def assess(self, *, said: str, action: str, sar_item: str, today: date) -> dict[str, Any]:
        """The contract's fields for one reply, as `bot.coaching.assessment.assess`."""

    def close(self) -> None:
        """Give up what the coach holds; what waits for it is answered at once."""


class EmbeddedCoach:
    """The rules alone."""

    name = "embedded"
    adviser = None

    def takes_time(self, heard: Heard) -> bool:
        return False

    def answer(self, heard: Heard) -> tuple[Interview, Say]:
        return step(heard.interview, heard.reply, heard.setting)

    def assess(self, *, said: str, action: str, sar_item: str, today: date) -> dict[str, Any]:
        return assess(said=said, action=action, sar_item=sar_item, today=today)

    def close(self) -> None:
        """Nothing is held."""


EMBEDDED = EmbeddedCoach()
