"""What every benchmark does alike: its options, its databases, and how its figures are shown.

Where nobody reads along, tables are Markdown, as docs/performance.md takes them.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psycopg
from rich import box
from rich.console import Console
from rich.table import Table

from tests.support.postgres import NoPostgres, fresh_database, running_postgres

SQLITE, POSTGRES = "sqlite", "postgresql"

Row = dict[str, Any]


def parser_of(module: str, *, databases: bool = False) -> argparse.ArgumentParser:
    """The options that all have: a file for the figures and, if asked, which databases."""
    parser = argparse.ArgumentParser(prog=f"python -m tests.benchmarks.{module}")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there too")
    if databases:
        parser.add_argument("--database", choices=(SQLITE, POSTGRES, "both"), default="both")
    return parser


def measured(
    options: argparse.Namespace,
    run: Callable[[argparse.Namespace, Console], Row],
    show: Callable[[Row, Console], None],
) -> Row:
    """Run it, print what came of it and on what, and write it where `--json` says."""
    console = console_of_benchmarks()
    result = run(options, console)
    result |= {"python": platform.python_version(), "cpus": os.cpu_count()}
    show(result, console)
    console.print(f"\nPython {result['python']}, {result['cpus']} processors.")
    if options.json:
        options.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    return result


def console_of_benchmarks() -> Console:
    """The terminal, or plain text wide enough for the tables."""
    return Console() if sys.stdout.isatty() else Console(width=160, color_system=None)


def table(console: Console, title: str, *columns: str, words: int = 1) -> Table:
    """An empty table. The first columns, so many as `words`, hold words, the others figures."""
    edges = box.SIMPLE_HEAD if console.is_terminal else box.MARKDOWN
    made = Table(title=f"{title}\n", title_justify="left", title_style="", box=edges)
    for number, name in enumerate(columns):
        made.add_column(name, justify="left" if number < words else "right", no_wrap=True)
    return made


def on_each(
    options: argparse.Namespace,
    console: Console,
    measure: Callable[[Callable[[], str]], Row],
) -> list[Row]:
    """The rows of each database asked for; `measure` is given what `fresh_urls` does."""
    kinds = (SQLITE, POSTGRES) if options.database == "both" else (options.database,)
    rows = []
    for kind in kinds:
        try:
            with fresh_urls(kind) as fresh:
                rows.append({"system": kind, **measure(fresh)})
        except (NoPostgres, psycopg.Error, OSError, subprocess.SubprocessError) as error:
            console.print(f"{kind} is left out: {error}", markup=False)
    return rows


@contextmanager
def fresh_urls(kind: str) -> Iterator[Callable[[], str]]:
    """Gives the address of an empty database each time it is asked; all are gone at the end.

    Raises NoPostgres or an error of its driver.
    """
    with ExitStack() as stack:
        if kind == POSTGRES:
            server = stack.enter_context(running_postgres())
            yield lambda: f"{server}{stack.enter_context(fresh_database(server))}"
            return
        yield lambda: f"sqlite:///{stack.enter_context(_folder())}/app.db"


def _folder() -> "tempfile.TemporaryDirectory[str]":
    return tempfile.TemporaryDirectory(prefix="sowhat-benchmark-")
