"""What one college notices of all the others: the same work as the database around it grows.

    python -m tests.benchmarks.growth [--most 1000000] [--rounds 20] [--database D] [--json FILE]

Colleges of a hundred actions each, from one to ten thousand of them. README.md tells how to read
the figures.
"""

import argparse
import gc
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import count
from pathlib import Path

from rich.console import Console

from bot import conversation as talk
from bot.coach import EMBEDDED
from bot.coaching.dates import academic_year
from bot.reports.choosing import chosen
from bot.reports.material import material
from bot.reports.report import View
from bot.reports.views import report
from bot.reviewing import to_review
from bot.slack.home import FIRST_PAGES, home
from bot.summaries import plan_view
from storage import conversations, providers, reminders
from storage.database import Database
from storage.migrate import migrate
from storage.models import OutgoingMessage, Person
from storage.vocabulary import Role
from tests.benchmarks.bench import Row, measured, on_each, parser_of, table
from tests.benchmarks.summaries import TODAY
from tests.benchmarks.turns import SCRIPTS
from tests.support.bots import Program, program_environment, slack
from tests.support.crowd import NOW, fill, settle_statistics, workspace
from tests.support.slack_payloads import direct_message

A_COLLEGE, OF_EACH = 100, 10  # actions of a college, and of each owner in it
WORKSPACE = workspace(0)
_TURNS, _PEOPLE = 60, 12  # nobody says more than may wait of one person
_IDLE_SECONDS = 3.0

_numbers = count(1)


def turn(database: Database, person: Person) -> None:
    """A message of an interview, answered by the embedded coach: read, decided and stored."""
    number = next(_numbers)
    with database.writing() as session:
        conversations.receive(
            session,
            workspace=WORKSPACE,
            event_id=f"Ev{number}",
            conversation=f"D1:{number}",
            payload={"text": "hello"},
            at=NOW,
        )
    place = talk.Place(WORKSPACE, "D1", str(number))
    for text in SCRIPTS[0][:2]:
        with database.reading() as session:
            conversations.open_events(session, WORKSPACE, f"D1:{number}")
            loaded = talk.load(session, place, person, NOW)
        if loaded.interview is None:
            loaded, _ = talk.opened(loaded)
        after, say = talk.answered(loaded, talk.heard(loaded, text), EMBEDDED)
        with database.writing() as session:
            source = f"Ev{number}:{text[:8]}"
            talk.store(session, after, say, NOW, source=source, reply=text, ts=source)
            conversations.mark_answered(session, WORKSPACE, f"Ev{number}", NOW)
            conversations.queue_message(
                session,
                OutgoingMessage(
                    workspace=WORKSPACE,
                    key=f"{source}:reply",
                    conversation=f"D1:{number}",
                    channel="D1",
                    text=say.text,
                    created_at=NOW,
                ),
            )


def home_tab(database: Database, person: Person) -> None:
    """A quality lead's Home tab, from the query to its blocks."""
    with database.reading() as session:
        plan = plan_view(session, WORKSPACE, academic_year(TODAY), TODAY)
    home(plan, person, TODAY, academic_year(TODAY), FIRST_PAGES)


def summary(database: Database, person: Person) -> None:
    """The summary of the whole plan, as figures and words."""
    with database.reading() as session:
        found = material(session, WORKSPACE, TODAY, TODAY - timedelta(days=7), person)
    assert found is not None
    report(found, View.PLAN, chosen(found, View.PLAN, ""))


def review(database: Database, _person: Person) -> None:
    """The plan as its review needs it."""
    with database.reading() as session:
        assert to_review(session, WORKSPACE, TODAY) is not None


def look(database: Database, _person: Person) -> None:
    """What the bot looks for of its own accord when there is nothing to do."""
    with database.reading() as session:
        assert not reminders.due_to_remind(session, NOW, 100, None)
        conversations.open_conversations(session, NOW)
        conversations.unclaimed(session, NOW, 100)
        conversations.oldest_waiting(session)


WORKS: tuple[tuple[str, Callable[[Database, Person], None]], ...] = (
    ("two turns of an interview", turn),
    ("Home tab of a lead", home_tab),
    ("summary of the plan", summary),
    ("plan for its review", review),
    ("nothing to do", look),
)


def measure(url: str, actions: int, rounds: int) -> Row:
    """Milliseconds of each work in a database of so many actions, medians after one that warms."""
    database = Database(url)
    migrate(database)
    begun = time.perf_counter()
    fill(database, actions // OF_EACH, OF_EACH, actions // A_COLLEGE)
    row: Row = {"actions": actions, "fill_seconds": time.perf_counter() - begun}
    settle_statistics(database)
    with database.reading() as session:
        (lead,) = providers.with_role(session, WORKSPACE, Role.LEAD)
    gc.collect()
    gc.freeze()
    for name, work in WORKS:
        work(database, lead)
        times = []
        for _ in range(rounds):
            begun = time.perf_counter()
            work(database, lead)
            times.append(1000 * (time.perf_counter() - begun))
        row[name] = statistics.median(times)
    database.close()
    return row


def program(url: str) -> Row:
    """Seconds until `sowhat serve` is ready, and its memory in MB at rest and after some turns."""
    with slack() as fake:
        begun = time.perf_counter()
        with Program(fake, url) as bot:
            ready = time.perf_counter() - begun
            # Its threads have done by then what they do once.
            time.sleep(_IDLE_SECONDS)
            idle = memory_mb(bot.pid)
            for number in range(_TURNS):
                person = f"U0PERSON{number % _PEOPLE + 1:02}"
                event = direct_message(SCRIPTS[0][number % len(SCRIPTS[0])], user=person)
                bot.http.event(event)
            fake.wait_for(lambda: len(fake.calls_to("chat.postMessage")) >= _TURNS, timeout=120)
            return {"ready_seconds": ready, "idle_mb": idle, "busy_mb": memory_mb(bot.pid)}


def memory_mb(process_id: int) -> float:
    """What a process holds in memory just now; not a number where the system does not tell."""
    status = Path(f"/proc/{process_id}/status")
    if not status.exists():
        return float("nan")
    held = re.search(r"VmRSS:\s+(\d+)", status.read_text(encoding="utf-8"))
    return int(held[1]) / 1024 if held else float("nan")


def starts(rounds: int) -> Row:
    """Seconds of a bare Python, of `sowhat --help`, and to the first question of `sowhat try`."""

    def seconds(*command: str, said: str = "") -> float:
        times = []
        for _ in range(rounds + 1):
            begun = time.perf_counter()
            subprocess.run(
                [sys.executable, *command],
                input=said,
                text=True,
                check=True,
                stdout=subprocess.DEVNULL,
                env=program_environment(),
            )
            times.append(time.perf_counter() - begun)
        return statistics.median(times[1:])

    return {
        "python": seconds("-c", "pass"),
        "help": seconds("-m", "bot", "--help"),
        "try": seconds("-m", "bot", "try", "--db", "sqlite://", said="stop\n"),
    }


def run(options: argparse.Namespace, console: Console) -> Row:
    """Measure on each database asked for, and return it as plain data."""
    sizes = [size for size in (10**n for n in range(2, 7)) if size <= options.most]

    def growing(fresh: Callable[[], str]) -> Row:
        urls = {size: fresh() for size in sizes}
        rows = [measure(url, size, options.rounds) for size, url in urls.items()]
        for size in (sizes[0], sizes[-1]):
            rows[sizes.index(size)] |= program(urls[size])
        return {"rows": rows}

    return {
        "rounds": options.rounds,
        "starts": starts(3),
        "systems": on_each(options, console, growing),
    }


def show(result: Row, console: Console) -> None:
    """Print a table for each database, one of the program, and what a start takes."""
    systems = result["systems"]
    for system in systems:
        rows = system["rows"]
        sizes = (f"{row['actions']:,}" for row in rows)
        title = f"ms for one college of {A_COLLEGE} actions, on {system['system']} with so many"
        figures = table(console, title, "actions in the database", *sizes, "last ÷ first")
        for name, _ in WORKS:
            ratio = rows[-1][name] / rows[0][name]
            figures.add_row(name, *(f"{row[name]:.1f}" for row in rows), f"{ratio:.2f}")
        console.print(figures)
    columns = ("actions", "ready after s", "MB at rest", f"MB after {_TURNS} turns")
    figures = table(console, "`sowhat serve`", "on", *columns)
    for system in systems:
        for row in system["rows"]:
            if "idle_mb" in row:
                ready = f"{row['ready_seconds']:.1f}"
                memory = (f"{row[key]:.0f}" for key in ("idle_mb", "busy_mb"))
                figures.add_row(system["system"], f"{row['actions']:,}", ready, *memory)
    console.print(figures)
    began = result["starts"]
    console.print(
        f"\nTo start: python {began['python']:.2f} s, sowhat --help {began['help']:.2f} s, sowhat "
        f"try {began['try']:.2f} s."
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; returns the exit code, 0 however fast or slow it was."""
    parser = parser_of("growth", databases=True)
    parser.add_argument("--most", type=int, default=10**6, help="actions in the database (10^6)")
    parser.add_argument("--rounds", type=int, default=20, help="of which the medians are (20)")
    options = parser.parse_args(arguments)
    if options.most < A_COLLEGE or options.rounds < 1:
        parser.error(f"at least {A_COLLEGE} actions and one round")
    measured(options, run, show)
    return 0


if __name__ == "__main__":
    sys.exit(main())
