"""A summary in words: shown at once as it is, and with its paragraph as soon as there is one."""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from slack_sdk import WebClient

from bot.coach import Advises, Stop
from bot.narrative import narrative
from bot.reports.plain import plain_words
from bot.reports.report import View
from bot.slack.haste import Sparing
from bot.slack.refusals import why
from bot.slack.report import paragraph
from bot.slack.summarising import Opened, shown
from storage.models import Person

# They only wait, and nobody should wait for another's model.
_WORKERS = 16
BY_MODEL = "In words, by the language model from the figures below:"
_COMES = "One moment, I am putting the figures below into words."
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Narrating:
    """Puts summaries into words in the background; `adviser` is None without a language model."""

    adviser: Advises | None
    client: Callable[[str], WebClient]
    # Whose turn it is to have the model asked.
    sparing: Sparing
    _stops: set[Stop] = field(default_factory=set)
    _guard: threading.Lock = field(default_factory=threading.Lock)
    _closed: threading.Event = field(default_factory=threading.Event)
    _worker: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(_WORKERS, thread_name_prefix="words")
    )

    @property
    def has_model(self) -> bool:
        """Whether there is a language model, and so a button to a summary's words."""
        return self.adviser is not None

    def asks_for(self, person: Person) -> bool:
        """Whether the model is asked for somebody's summary; who asks too often has it by rule."""
        return self.has_model and self.sparing.allows(person.workspace, person.slack_user_id)

    def at_once(self, opened: Opened, asks: bool) -> dict[str, Any]:
        """The screen to show, before the model has answered where that `asks` it."""
        made = opened.report
        if made is None or made.view is View.THREAD:
            return shown(opened)
        words = _COMES if asks else plain_words(made)
        return shown(opened, in_words=paragraph(words))

    def follow(self, workspace: str, screen: dict[str, Any], opened: Opened) -> None:
        """Put the paragraph on a screen that is open, in the background."""
        made = opened.report
        if self.adviser is None or made is None or made.view is View.THREAD:
            return
        stop = Stop()
        with self._guard:
            if self._closed.is_set():
                return
            self._stops.add(stop)
            self._worker.submit(self._follow, workspace, screen, opened, stop)

    def close(self) -> None:
        """End what is under way: who looks keeps the figures."""
        with self._guard:
            self._closed.set()
            stops = set(self._stops)
        for stop in stops:
            stop.press()
        self._worker.shutdown(cancel_futures=True)

    def _follow(self, workspace: str, screen: dict[str, Any], opened: Opened, stop: Stop) -> None:
        assert opened.report is not None
        try:
            words, by_model = narrative(self.adviser, workspace, opened.report, stop)
            told = paragraph(words, BY_MODEL) if by_model else paragraph(words)
            # By its hash only the screen that was shown is changed: not a page turned meanwhile.
            self.client(workspace).views_update(
                view_id=screen["id"], hash=screen.get("hash"), view=shown(opened, in_words=told)
            )
        except Exception as error:
            # The figures stand there already.
            _log.warning("A summary was not shown in words: %s", why(error))
        finally:
            with self._guard:
                self._stops.discard(stop)
