"""`sowhat try`: the interview in the terminal, on the sample provider, with nothing set up."""

import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import UTC, date, datetime, time
from typing import TextIO
from uuid import uuid4

from rich.console import Console

from bot import conversation as talk
from bot.coach import Coach
from bot.coaching.dates import academic_year
from bot.coaching.replies import Command, command
from bot.coaching.state import Say
from bot.sample import TRIAL_WORKSPACE, load_sample
from bot.summaries import plan_view
from bot.terminal import coach_says, screen, show_plan
from storage import conversations
from storage.database import Database
from storage.migrate import migrate
from storage.models import Person

_CHANNEL = "terminal"


def run_trial(
    database: Database, where: str, day: date | None, source: TextIO, coach: Coach
) -> None:
    """Interview the person until an action is agreed or left, then print the plan.

    `where` says which database it is kept in; `day` stands in for today; replies come from
    `source`, one a line, and its end leaves the interview to be carried on another time.
    Raises DatabaseUnavailable.
    """
    trial = _Trial(database, day, source, coach)
    try:
        trial.run(where)
    except KeyboardInterrupt:
        trial.console.print()
        screen(trial.console, "Everything so far is kept. Run sowhat try again to carry on.")


class _Trial:
    def __init__(self, database: Database, day: date | None, source: TextIO, coach: Coach) -> None:
        self.database = database
        self.coach = coach
        self.day = day
        self.console = Console(highlight=False, soft_wrap=False)
        self.replies = _lines(source, self.console)
        self.me: Person | None = None

    def now(self) -> datetime:
        """This instant, moved to the day that stands in for today."""
        if self.day is None:
            return datetime.now(UTC)
        return datetime.combine(self.day, time(12), UTC)

    def run(self, where: str) -> None:
        migrate(self.database)
        year = academic_year(self.now().date())
        with self.database.writing() as session:
            self.me = load_sample(session, year, self.now())
        screen(
            self.console, f"So What, trial with a made-up college. Your plan is kept in {where}."
        )
        self._show_plan(only_if_own=True)
        conversation, say, waiting = self._start()
        reply = waiting
        while True:
            if reply is None:
                self._show(conversation, say)
                if say.outcome is not None:
                    break
                reply = next(self.replies, None)
                if reply is None:
                    screen(self.console, "Kept as it is. Run sowhat try again to carry on.")
                    break
            conversation, say = self._turn(conversation, reply)
            reply = None
        self._show_plan(only_if_own=False)

    def _start(self) -> tuple[talk.Conversation, Say, str | None]:
        """A new interview, or the one that was left; and a first reply that is already there."""
        assert self.me is not None and self.me.id is not None
        with self.database.reading() as session:
            left = conversations.unfinished_interviews(session, TRIAL_WORKSPACE, self.me.id)
            earlier = next((r for r in left if r.state.get("past")), None)
            kept = self._load(earlier.thread) if earlier else None
        first: str | None = None
        if kept is not None and kept.interview is not None:
            about = kept.interview.draft.action or ", ".join(kept.interview.draft.sar_items)
            screen(
                self.console,
                f"You left an action unfinished{f' ({about})' if about else ''}. "
                "Carry on with it? (yes or no)",
            )
            first = next(self.replies, None)
            order = command(first or "")
            if order in (Command.YES, Command.CARRY_ON):
                return (*self._stored(*talk.resumed(kept), None), None)
            if order in (Command.NO, Command.NEW):
                first = None
        conversation, say = self._stored(*talk.opened(self._load(uuid4().hex)), None)
        if first is not None:
            self._show(conversation, say)
        return conversation, say, first

    def _load(self, thread: str) -> talk.Conversation:
        assert self.me is not None
        place = talk.Place(TRIAL_WORKSPACE, _CHANNEL, thread)
        with self.database.reading() as session:
            return talk.load(session, place, self.me, self.now())

    def _turn(self, conversation: talk.Conversation, reply: str) -> tuple[talk.Conversation, Say]:
        heard = talk.heard(conversation, reply)
        slow = self.console.is_terminal and self.coach.takes_time(heard)
        with self.console.status("Reading that…") if slow else nullcontext():
            answered = talk.answered(conversation, heard, self.coach)
        return self._stored(*answered, reply)

    def _stored(
        self, conversation: talk.Conversation, say: Say, reply: str | None
    ) -> tuple[talk.Conversation, Say]:
        with self.database.writing() as session:
            talk.store(
                session,
                conversation,
                say,
                self.now(),
                source=f"terminal:{uuid4().hex}",
                reply=reply,
            )
        return self._load(conversation.place.thread), say

    def _show(self, conversation: talk.Conversation, say: Say) -> None:
        assert conversation.interview is not None
        coach_says(self.console, say, conversation.interview.draft, conversation.setting)

    def _show_plan(self, *, only_if_own: bool) -> None:
        today = self.now().date()
        with self.database.reading() as session:
            plan = plan_view(session, TRIAL_WORKSPACE, academic_year(today), today)
        assert plan is not None and self.me is not None
        if only_if_own and not any(action.owner == self.me.name for action in plan.actions):
            return
        show_plan(self.console, plan)


def _lines(source: TextIO, console: Console) -> Iterator[str]:
    """Replies one a line: at a prompt on a terminal, read and echoed when piped."""
    at_terminal = source.isatty() and console.is_terminal
    while True:
        if at_terminal:
            try:
                console.print()
                line = console.input("[bold green]You:[/] ")
            except EOFError:
                return
        else:
            read = source.readline()
            if not read:
                return
            line = talk.storable(read.rstrip("\r\n"))
            console.print(f"\n> {line}", markup=False, width=min(console.width, 96))
        yield line


def default_source() -> TextIO:
    """Standard input, forgiving of bytes that are not UTF-8."""
    reconfigure: Callable[..., None] | None = getattr(sys.stdin, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="replace")
    return sys.stdin
