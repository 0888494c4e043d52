"""Summaries of a plan of 300 actions: milliseconds from the database to the words, view by view.

    python -m tests.benchmarks.summaries [--actions N] [--rounds N] [--database D] [--json FILE]

README.md tells how to read the figures.
"""

import argparse
import gc
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from datetime import timedelta

from rich.console import Console
from sqlmodel import Session, select

from bot.coaching import figures, looking, measures, reading, said
from bot.reports.choosing import chosen
from bot.reports.material import material
from bot.reports.report import View
from bot.reports.views import report
from bot.slack.report import report_message, report_screen
from storage.database import Database
from storage.migrate import migrate
from storage.models import Action, Person, ProgressUpdate
from storage.vocabulary import Rag, Role
from tests.benchmarks.bench import Row, measured, on_each, parser_of, table
from tests.support.crowd import NOW, fill, settle_statistics, workspace

WORKSPACE = workspace(0)
TODAY = NOW.date()
OF_EACH, UPDATES = 10, 4
# What is remembered of texts, that a process which has just begun does not have.
_REMEMBERED = (
    said.said,
    reading.read,
    figures.first_figure,
    looking.level,
    measures.find_measures,
)
# A view and what it is narrowed to.
ASKED = (
    (View.PLAN, ""),
    (View.THEME, ""),
    (View.THEME, "Theme 1"),
    (View.OWNER, ""),
    (View.OWNER, "Person 7"),
    (View.DEPARTMENT, ""),
    (View.SAR, ""),
    (View.GOVERNORS, ""),
    (View.THREAD, "Person 7"),
)


def write(database: Database, actions: int) -> None:
    """One workspace with a plan of so many actions, no two of which say the same."""
    fill(database, actions // OF_EACH, OF_EACH, 1)
    with database.writing() as session:
        for action in session.exec(select(Action)):
            number = action.number
            action.action = f"{action.action}, in group {number} of site {number % 7}"
            action.impact = (
                f"Learners of group {number} stay on the course, as retention rises from 74% to "
                f"{80 + number % 15}% by July"
            )
            session.add(action)
            _updates(session, action)
    settle_statistics(database)


def _updates(session: Session, action: Action) -> None:
    for week in range(1, UPDATES):
        session.add(
            ProgressUpdate(
                workspace=action.workspace,
                action_id=action.id or 0,
                author_id=action.owner_id,
                at=NOW - timedelta(weeks=6 + week),
                rag=Rag.AMBER,
                note="The parents of some were rung.",
                reading=f"{74 + week}%",
            )
        )


def ask(database: Database, view: View, about: str, lead: Person) -> None:
    """What Slack's command does, from reading the plan to both screens."""
    with database.reading() as session:
        found = material(session, WORKSPACE, TODAY, TODAY - timedelta(days=7), lead)
    assert found is not None
    made = report(found, view, chosen(found, view, about))
    since = made.figures["since"]
    report_message(made, since)
    report_screen(made, since, 0, {a.reference: a.stored.action for a in found.plan.actions})


def measure(url: str, actions: int, rounds: int) -> list[Row]:
    """Of each view the first time with nothing remembered, and then p50 and p95."""
    database = Database(url)
    migrate(database)
    write(database, actions)
    with database.reading() as session:
        lead = session.exec(select(Person).where(Person.role == Role.LEAD)).one()
    rows = []
    # What the first of all loads is not the plan's. What is there then stays, as in the bot: to
    # look through it for rubbish takes longer than a summary.
    ask(database, View.PLAN, "", lead)
    gc.collect()
    gc.freeze()
    for view, about in ASKED:
        for remembered in _REMEMBERED:
            remembered.cache_clear()
        cold = _ms(lambda: ask(database, view, about, lead))  # noqa: B023
        ask(database, View.PLAN, "", lead)
        busy = time.process_time()
        warm = sorted(_ms(lambda: ask(database, view, about, lead)) for _ in range(rounds))  # noqa: B023
        busy = 1000 * (time.process_time() - busy) / rounds
        rows.append(
            {
                "view": f"{view} {about}".strip(),
                "cold": cold,
                "p50": statistics.median(warm),
                "p95": warm[min(len(warm) - 1, int(len(warm) * 0.95))],
                "cpu": busy,
            }
        )
    database.close()
    return rows


def _ms(work: Callable[[], None]) -> float:
    start = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - start)


def run(options: argparse.Namespace, console: Console) -> Row:
    """Measure on each database asked for, and return it as plain data."""

    def views(fresh: Callable[[], str]) -> Row:
        return {"views": measure(fresh(), options.actions, options.rounds)}

    return {
        "actions": options.actions,
        "rounds": options.rounds,
        "systems": on_each(options, console, views),
    }


_COLUMNS = ("cold", "p50", "p95", "cpu")


def show(result: Row, console: Console) -> None:
    """Print a table for each database."""
    for system in result["systems"]:
        title = (
            f"{result['actions']} actions on {system['system']}, ms, of {result['rounds']} rounds"
        )
        figures = table(console, title, "view", *_COLUMNS)
        for row in system["views"]:
            figures.add_row(row["view"], *(f"{row[c]:,.0f}" for c in _COLUMNS))
        console.print(figures)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; returns the exit code, 0 however fast or slow it was."""
    parser = parser_of("summaries", databases=True)
    parser.add_argument("--actions", type=int, default=300, help="in the plan (300)")
    parser.add_argument("--rounds", type=int, default=40, help="of each view (40)")
    options = parser.parse_args(arguments)
    if options.actions < 8 * OF_EACH or options.rounds < 1:
        parser.error(f"at least {8 * OF_EACH} actions and one round")
    measured(options, run, show)
    return 0


if __name__ == "__main__":
    sys.exit(main())
