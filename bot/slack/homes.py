"""Publishing Home tabs: when one is opened, and anew when the plan has changed."""

import logging
import threading
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime

from slack_sdk import WebClient

from bot.coaching.dates import academic_year
from bot.conversation import local_day
from bot.slack.home import FIRST_PAGES, Pages, empty_home, home
from bot.slack.refusals import why
from bot.summaries import PlanView, plan_view
from storage import providers
from storage.database import Database, DatabaseUnavailable
from storage.models import Person

_WORKERS = 4
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Homes:
    """Home tabs are made from the plan as it is: one that is lost comes at the next opening."""

    database: Database
    client: Callable[[str], WebClient]
    clock: Callable[[], datetime]
    _due: set[str] = field(default_factory=set)
    _guard: threading.Lock = field(default_factory=threading.Lock)
    # One at a time in each workspace: a plan that was read earlier must not be published later.
    _turns: defaultdict[str, threading.Lock] = field(
        default_factory=lambda: defaultdict(threading.Lock)
    )
    _worker: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(_WORKERS, thread_name_prefix="home")
    )

    def show(self, person: Person, pages: Pages = FIRST_PAGES) -> None:
        """Publish someone's Home tab in the background."""
        self._worker.submit(self._show, person, pages)

    def refresh(self, workspace: str) -> None:
        """Publish anew, in the background, the Home tab of all who have ever looked at theirs."""
        with self._guard:
            if workspace in self._due:
                return
            self._due.add(workspace)
        self._worker.submit(self._refresh, workspace)

    def farewell(self, workspace: str, user: str) -> None:
        """Take from the Home tab of someone who was forgotten what it shows, in the background."""
        self._worker.submit(self._farewell, workspace, user)

    def close(self) -> None:
        """Let what is under way finish, and drop the rest."""
        self._worker.shutdown(cancel_futures=True)

    def _show(self, person: Person, pages: Pages) -> None:
        with self._turns[person.workspace]:
            self._publish(person.workspace, [person], pages)

    def _farewell(self, workspace: str, user: str) -> None:
        with self._turns[workspace]:
            try:
                self.client(workspace).views_publish(user_id=user, view=empty_home())
            except Exception as error:
                _log.warning("A Home tab was not emptied: %s", why(error))

    def _refresh(self, workspace: str) -> None:
        with self._turns[workspace]:
            # What changes from now on may come too late for this time.
            with self._guard:
                self._due.discard(workspace)
            try:
                with self.database.reading() as session:
                    people = providers.with_home(session, workspace)
            except DatabaseUnavailable as error:
                _log.warning("No Home tab is made anew: %s", error)
                return
            self._publish(workspace, people, FIRST_PAGES)

    def _publish(self, workspace: str, people: list[Person], pages: Pages) -> None:
        # The plan is read once for all who have the same day.
        plans: dict[date, PlanView | None] = {}
        for person in people:
            today = local_day(self.clock(), person)
            year = academic_year(today)
            try:
                if today not in plans:
                    with self.database.reading() as session:
                        plans[today] = plan_view(session, workspace, year, today)
                view = home(plans[today], person, today, year, pages)
                self.client(workspace).views_publish(user_id=person.slack_user_id, view=view)
            except Exception as error:
                # One person's must not keep the others from theirs.
                _log.warning("A Home tab was not made: %s", why(error))
