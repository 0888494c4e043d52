"""The command line. Imports what is slow only when a command needs it."""

import gc
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

app = typer.Typer(
    name="sowhat",
    help="Coaches quality improvement plans until their impact on learners can be checked.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

COULD_NOT, WRONG_INPUT = 1, 2

Today = Annotated[
    str | None, typer.Option("--today", metavar="DATE", help="Stand-in for today, as 2026-11-23.")
]

Workspace = Annotated[
    str | None,
    typer.Option("--workspace", metavar="ID", help="Which provider, where there are several."),
]


User = Annotated[
    str, typer.Argument(metavar="USER", help="A Slack id, as U012AB3CD, or a full name.")
]


class CoachName(StrEnum):
    embedded = "embedded"
    openai = "openai"


def main() -> None:
    """Entry point of the `sowhat` command."""
    app()


def _fail(sentence: str, code: int) -> typer.Exit:
    typer.echo(sentence, err=True)
    return typer.Exit(code)


@contextmanager
def _told() -> Iterator[None]:
    """Turn what can go wrong outside us into one sentence on stderr."""
    try:
        yield
    except typer.Exit:
        raise
    except Exception as error:
        # Only now, because a command that goes well should not wait for what it does not use.
        from bot.settings import SettingsInvalid
        from storage.database import DatabaseUnavailable

        if isinstance(error, SettingsInvalid):
            raise _fail(str(error), WRONG_INPUT) from None
        if isinstance(error, DatabaseUnavailable):
            raise _fail(str(error), COULD_NOT) from None
        raise


def _day(typed: str | None) -> date | None:
    if typed is None:
        return None
    try:
        return date.fromisoformat(typed)
    except ValueError:
        raise _fail(
            f"--today takes a date such as 2026-11-23, not “{typed}”.", WRONG_INPUT
        ) from None


@app.command("try")
def try_(
    today: Today = None,
    db: Annotated[
        str | None,
        typer.Option("--db", metavar="URL", help="Database address; default is your data folder."),
    ] = None,
) -> None:
    """Be interviewed about an action, on a made-up college, with nothing to set up."""
    day = _day(today)
    with _told():
        from bot.coaches import coach_of
        from bot.settings import load_settings
        from bot.trial import default_source, run_trial

        settings = load_settings()
        with _database(db or settings.database_url) as database:
            coach = coach_of(settings, database, lambda: datetime.now(UTC))
            try:
                run_trial(database, _place(database), day, default_source(), coach)
            finally:
                coach.close()


@contextmanager
def _database(url: str) -> Iterator[Any]:
    from storage.database import Database

    database = Database(url)
    try:
        yield database
    finally:
        database.close()


@contextmanager
def _made_database(settings: Any) -> Iterator[Any]:
    """The database, for what needs one that is there and at head; a sentence where it is not."""
    from bot.doctor import check_database

    found = check_database(settings)
    if found.state != "ok":
        raise _fail(found.says, COULD_NOT)
    with _database(settings.database_url) as database:
        yield database


def _place(database: Any) -> str:
    if not database.is_sqlite:
        return str(database.safe_url)
    path = database.engine.url.database
    return "memory, until this program ends" if path in (None, "", ":memory:") else str(path)


@app.command()
def serve() -> None:
    """Run the bot: Socket Mode when SLACK_APP_TOKEN is set, otherwise HTTP on PORT."""
    with _told():
        from bot.engine import EngineBusy, EngineUnavailable
        from bot.server import PortTaken, SlackAway
        from bot.server import serve as run
        from bot.settings import load_settings

        try:
            run(load_settings())
        except (EngineBusy, EngineUnavailable, PortTaken, SlackAway) as error:
            raise _fail(str(error), COULD_NOT) from None


@app.command()
def assess(
    as_json: Annotated[bool, typer.Option("--json", help="JSON Lines (also the default).")] = False,
    today: Today = None,
    coach: Annotated[
        CoachName | None,
        typer.Option("--coach", help="Which coach reads the replies; default is the one set up."),
    ] = None,
) -> None:
    """Read replies as JSON Lines on stdin, and say of each what a careful reader sees in it."""
    day = _day(today)
    with _told():
        from bot.assess_now import LineUnclear, assessed, judge

        reads, at_once = judge(
            embedded=coach is CoachName.embedded, openai=coach is CoachName.openai
        )
        # The lexicon stays for good: to look through it for rubbish again and again takes time.
        gc.freeze()
        try:
            for answer in assessed(sys.stdin.buffer, reads, at_once, day):
                sys.stdout.write(json.dumps(answer) + "\n")
        except LineUnclear as error:
            raise _fail(str(error), WRONG_INPUT) from None
        sys.stdout.flush()


@app.command()
def review(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
    today: Today = None,
    workspace: Workspace = None,
) -> None:
    """Look the whole plan over: what to mend first, and every check."""
    day = _day(today) or date.today()
    with _told():
        from bot.coaching.dates import academic_year
        from bot.coaching.review import first_to_fix
        from bot.coaching.review import review as look_over
        from bot.reviewing import to_review

        with _plans(workspace) as (session, place):
            found = to_review(session, place, day)
            if found is None:
                raise _fail(f"There is no plan for {academic_year(day)} yet.", COULD_NOT)
            checks = look_over(found.whole, found.limits)
    first = first_to_fix(checks)
    if as_json:
        each = [
            {
                "name": c.name,
                "light": c.light,
                "count": c.count,
                "about": list(c.references),
                "says": c.says,
            }
            for c in checks
        ]
        answer = {"first_to_fix": [c.name for c in first], "checks": each}
        typer.echo(json.dumps(answer, ensure_ascii=False))
        return
    if first:
        typer.echo("To mend first")
    for number, check in enumerate(first, start=1):
        typer.echo(f"  {number}. {check.says}")
    typer.echo("Every check")
    for check in checks:
        typer.echo(f"  {check.light:<8} {check.says}")


@app.command()
def export(
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="As plan.xlsx, .docx, .pdf, .csv or .json."),
    ],
    year: Annotated[
        str | None,
        typer.Option(
            "--year", metavar="YEAR", help="Academic year, as 2026/27; default is today's."
        ),
    ] = None,
    today: Today = None,
    workspace: Workspace = None,
) -> None:
    """Write the plan and its SAR to a file, in the format of the file's ending."""
    day = _day(today) or date.today()
    with _told():
        from bot.coaching.dates import academic_year
        from bot.coaching.viewing import counted
        from bot.exporting.formats import FORMATS, exported
        from bot.exporting.gathering import gathered
        from bot.exporting.spreadsheet import TooLong
        from bot.exporting.writing import write_whole

        ending = file.suffix.lower()
        if ending not in FORMATS:
            *most, last = FORMATS
            raise _fail(
                f"FILE must end in {', '.join(most)} or {last}, not “{file.name}”.", WRONG_INPUT
            )
        asked = _year(year) or academic_year(day)
        with _plans(workspace) as (session, place):
            document = gathered(session, place, asked, day)
        if document is None:
            raise _fail(f"There is no plan for {asked} yet.", COULD_NOT)
        try:
            write_whole(file, exported(document, ending))
        except TooLong as error:
            raise _fail(str(error), COULD_NOT) from None
        except OSError as error:
            why = error.strerror or str(error)
            raise _fail(f"{file} could not be written: {why}.", COULD_NOT) from None
    actions = counted(len(document.actions), "action")
    themes = counted(len(document.themes), "theme")
    items = counted(len(document.sar_items), "SAR item")
    typer.echo(f"{actions} under {themes}, and {items}, written to {file}.")


@app.command()
def summary(
    view: Annotated[
        str,
        typer.Argument(
            metavar="VIEW", help="plan, theme, owner, department, sar, governors or thread."
        ),
    ] = "plan",
    about: Annotated[
        str, typer.Option("--about", metavar="NAME", help="Which theme, owner or department.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
    today: Today = None,
    workspace: Workspace = None,
) -> None:
    """Show how the plan goes, from one side, and what is new in the last seven days."""
    day = _day(today) or date.today()
    with _told():
        from bot.reports.choosing import NoSuch, chosen
        from bot.reports.material import material, no_plan
        from bot.reports.report import View
        from bot.reports.views import report

        if view not in list(View):
            there = ", ".join(View)
            raise _fail(f"There is no view “{view}”: there is {there}.", WRONG_INPUT)
        with _plans(workspace) as (session, place):
            found = material(session, place, day, day - timedelta(days=7))
        if found is None:
            raise _fail(no_plan(day), COULD_NOT)
        try:
            made = report(found, View(view), chosen(found, View(view), about))
        except NoSuch as error:
            raise _fail(str(error), WRONG_INPUT) from None
    if as_json:
        typer.echo(json.dumps(made.figures, ensure_ascii=False))
        return
    from rich.console import Console

    from bot.reports.screen import show_report

    show_report(Console(), made)


@contextmanager
def _plans(given: str | None) -> Iterator[tuple[Any, str]]:
    """The database to read from, and the workspace: the one given, or the only one there is."""
    from bot.settings import load_settings

    with _made_database(load_settings()) as database, database.reading() as session:
        known = _known(session)
        if not known:
            raise _fail("There is no provider in the database yet.", COULD_NOT)
        if given is None and len(known) > 1:
            raise _fail(f"Say which with --workspace: {_each(known)}.", WRONG_INPUT)
        _must_be_known(given, known)
        yield session, given or next(iter(known))


def _known(session: Any) -> dict[str, str]:
    """The name of each provider by its workspace."""
    from storage import providers

    return {provider.workspace: provider.name for provider in providers.providers(session)}


@app.command()
def remind(
    now: Annotated[
        str | None,
        typer.Option("--now", metavar="INSTANT", help="Stand-in for now, as 2026-11-30T09:00Z."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be sent.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
    workspace: Workspace = None,
) -> None:
    """Send the weekly reminders that are due now, or say what would be sent."""
    at = _instant(now)
    with _told():
        from bot.remind_now import as_json as to_json
        from bot.remind_now import in_words, send_now, would_send
        from bot.settings import for_slack, load_settings

        settings = load_settings()
        if not dry_run:
            for_slack(settings)
        with _made_database(settings) as database:
            with database.reading() as session:
                _must_be_known(workspace, _known(session))
            # A sweep may change what is due, so it is told before.
            decided = list(would_send(database, at, workspace))
        sends = [decision for decision in decided if decision.sends]
        found: dict[str, Any] = {"now": at.isoformat(), "dry_run": dry_run}
        if not dry_run:
            with _bar("Sending reminders") as told:
                sent = send_now(settings, at, workspace, told)
            found |= {"queued": sent.queued, "sent": sent.sent}
        if as_json:
            found["reminders"] = [to_json(decision) for decision in sends]
            others = [d for d in decided if not d.sends]
            found["nothing_for"] = [to_json(decision) for decision in others]
            typer.echo(json.dumps(found, ensure_ascii=False))
        else:
            for line in (line for decision in decided for line in in_words(decision)):
                typer.echo(line)
            if dry_run:
                typer.echo(f"{len(sends)} would be sent to at this instant.")
            else:
                typer.echo(f"{sent.sent} of {sent.queued} messages sent.")
        if not dry_run and sent.sent < sent.queued:
            waiting = sent.queued - sent.sent
            raise _fail(
                f"{waiting} could not be sent yet: they go out while sowhat serve runs.", COULD_NOT
            )


def _instant(typed: str | None) -> datetime:
    if typed is None:
        return datetime.now(UTC)
    try:
        at = datetime.fromisoformat(typed)
    except ValueError:
        at = None
    if at is None or len(typed) < len("2026-11-30T09:00"):
        raise _fail(
            f"--now takes an instant such as 2026-11-30T09:00Z, not “{typed}”.", WRONG_INPUT
        ) from None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)


def _must_be_known(given: str | None, known: Mapping[str, str]) -> None:
    if given is not None and given not in known:
        there = _each(known) or "none yet"
        raise _fail(f"There is no workspace {given}; there is {there}.", WRONG_INPUT)


def _each(known: Mapping[str, str]) -> str:
    return ", ".join(f"{place} ({name})" for place, name in known.items())


@contextmanager
def _bar(says: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on stderr where that is a terminal."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(says, total=None)
        yield lambda done, of: progress.update(task, completed=done, total=of)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=".xlsx, .csv, .docx or .json")],
    workspace: Workspace = None,
    year: Annotated[
        str | None,
        typer.Option("--year", metavar="YEAR", help="Academic year of the plan, as 2026/27."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what was understood.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
    today: Today = None,
) -> None:
    """Take a SAR or an existing plan in, whole or not at all; the same file again updates it."""
    day = _day(today)
    with _told():
        from bot import import_words as words
        from bot.import_now import WorkspaceUnclear, import_file
        from bot.importing.understood import FileRefused
        from bot.settings import load_settings

        now = datetime.now(UTC)
        try:
            found = import_file(
                load_settings(),
                file,
                workspace=workspace,
                year=_year(year),
                today=day or now.date(),
                now=now,
                dry_run=dry_run,
            )
        except (FileRefused, WorkspaceUnclear) as error:
            raise _fail(str(error), WRONG_INPUT) from None
        if found.without_slack:
            typer.echo(
                "Slack was not to be asked who people are: names alone were compared.", err=True
            )
        if as_json:
            answer = {"file": file.name, "provider": found.provider, "dry_run": dry_run}
            answer |= words.as_json(found.understood, found.merged)
            typer.echo(json.dumps(answer, ensure_ascii=False))
            return
        for line in words.in_full(
            file.name, found.provider, found.understood, found.merged, dry_run
        ):
            typer.echo(line)


def _year(typed: str | None) -> str | None:
    from bot.coaching.dates import is_academic_year

    if typed is not None and not is_academic_year(typed):
        raise _fail(f"--year takes an academic year such as 2026/27, not “{typed}”.", WRONG_INPUT)
    return typed


@app.command()
def held(
    user: User,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
    workspace: Workspace = None,
) -> None:
    """Show everything that is kept about a person."""
    with _told():
        from bot.personal_data import as_json as to_json
        from bot.personal_data import in_full
        from storage import personal_data

        with _plans(workspace) as (session, place):
            person = _someone(session, place, user)
            if as_json:
                found = to_json(personal_data.held(session, person))
                typer.echo(json.dumps(found, ensure_ascii=False))
            else:
                typer.echo(in_full(session, person, datetime.now(UTC)), nl=False)


@app.command()
def forget(
    user: User,
    new_lead: Annotated[
        str | None,
        typer.Option(
            "--new-lead", metavar="USER", help="Who leads the plan now, where nobody else does."
        ),
    ] = None,
    workspace: Workspace = None,
) -> None:
    """Erase a person's messages and name; their actions stay, without an owner."""
    with _told():
        from bot.changes import NotAllowed
        from bot.forget_now import forget_now
        from bot.personal_data import said_of
        from bot.settings import load_settings

        with _plans(workspace) as (session, place):
            person_id = _someone(session, place, user).id
            heir_id = None if new_lead is None else _someone(session, place, new_lead).id
        try:
            gone = forget_now(load_settings(), place, person_id, heir_id, datetime.now(UTC))
        except NotAllowed as error:
            hint = " Name one of the people in Slack with --new-lead." if new_lead is None else ""
            raise _fail(f"{error}{hint}", COULD_NOT) from None
        for line in said_of(gone):
            typer.echo(line)
        typer.echo("Backups and Slack itself are not touched.")


def _someone(session: Any, place: str, who: str) -> Any:
    from bot.personal_data import person_called

    found = person_called(session, place, who)
    if found is None:
        raise _fail(
            f"There is nobody called “{who}” in {place}: give a Slack id, as U012AB3CD, or a full "
            "name that only one person has.",
            WRONG_INPUT,
        )
    return found


@app.command()
def migrate() -> None:
    """Bring the database's schema to head."""
    with _told():
        from bot.settings import load_settings
        from storage.migrate import migrate as to_head

        with _database(load_settings().database_url) as database:
            revision = to_head(database)
            typer.echo(f"The schema is at revision {revision}: {_place(database)}")


@app.command()
def backup(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A new file; nothing is written over.")
    ],
) -> None:
    """Copy the SQLite database to a file, whole and checked, also while the bot runs."""
    with _told():
        from bot.coaching.viewing import counted
        from bot.settings import load_settings
        from storage.backup import NotCopied, WrongPlace, back_up

        try:
            with _database(load_settings().database_url) as database:
                copied = back_up(database, file)
        except NotCopied as error:
            code = WRONG_INPUT if isinstance(error, WrongPlace) else COULD_NOT
            raise _fail(str(error), code) from None
    providers = counted(copied.providers, "provider")
    actions = counted(copied.actions, "action")
    typer.echo(
        f"{providers} and {actions}, schema at revision {copied.revision}, checked and written to "
        f"{file} ({_megabytes(copied.size)})."
    )


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB"


@app.command()
def doctor(
    usage: Annotated[
        bool,
        typer.Option("--usage", help="Instead: what the language model was used for and cost."),
    ] = False,
) -> None:
    """Check settings, database, queue, Slack and model; each line is ok, or says what to do."""
    with _told():
        from bot.doctor import examine
        from bot.settings import load_settings

        settings = load_settings()
        if usage:
            _show_usage(settings)
            return
        well = True
        for check in examine(settings, datetime.now(UTC)):
            typer.echo(f"{check.state:<8} {check.subject}: {check.says}")
            well = well and check.state != "problem"
        if not well:
            raise typer.Exit(COULD_NOT)


def _show_usage(settings: Any) -> None:
    from bot.doctor import check_database
    from bot.usage import report, usage_of_all

    found = check_database(settings)
    if found.state == "problem":
        raise _fail(found.says, COULD_NOT)
    if found.state != "ok":
        typer.echo(found.says)
        return
    now = datetime.now(UTC)
    with _database(settings.database_url) as database, database.reading() as session:
        used = usage_of_all(session, now)
    for line in report(used, settings, now):
        typer.echo(line)
