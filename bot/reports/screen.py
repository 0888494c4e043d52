"""A summary in the terminal: plain lines when piped, and never wider than the screen."""

from textwrap import wrap

from rich import box
from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from bot.reports.report import Line, Report, Section, Table

_WIDEST, _FURTHER = 96, 4
_MOST_LINES = 30


def show_report(console: Console, report: Report) -> None:
    """The whole summary: the first screen, its table, and all sections."""
    width = min(console.width, _WIDEST)
    figures, words = report.figures, report.words
    console.print(Text(f"{words.title} · {figures['academic_year']}", style="bold"), width=width)
    console.print(Text(figures["provider"], style=_if_terminal(console, "dim")), width=width)
    for part in (words.news, words.first):
        if part:
            console.print()
        for line in part:
            _line(console, line, width)
    if words.table is not None:
        _table(console, words.table, width)
    for section in words.sections:
        _section(console, section, width)


def _if_terminal(console: Console, style: str) -> str:
    return style if console.is_terminal else ""


def _section(console: Console, section: Section, width: int) -> None:
    console.print()
    console.print(Text(section.heading, style=_if_terminal(console, "bold cyan")), width=width)
    for line in section.lines[:_MOST_LINES]:
        _line(console, line, width, indent=2)
    rest = len(section.lines) - _MOST_LINES
    if rest > 0:
        console.print(Text(f"  And {rest} more; --json has them all."), width=width)


def _line(console: Console, line: Line, width: int, indent: int = 0) -> None:
    first, *rest = line.text.split("\n")
    begins, further = " " * indent, " " * (indent + _FURTHER)
    # What runs on or belongs to it stands further in, so that each begins plainly. Not left to
    # the library, which fills every line up with blanks.
    says = f"{line.lead} {first}".strip()
    lines = wrap(says, width, initial_indent=begins, subsequent_indent=further)
    for more in rest:
        lines += wrap(more, width, initial_indent=further, subsequent_indent=further)
    shown = Text("\n".join(lines))
    shown.stylize(_if_terminal(console, "bold"), indent, indent + len(line.lead))
    console.print(shown, soft_wrap=True)


def _table(console: Console, table: Table, width: int) -> None:
    console.print()
    edges = box.SIMPLE_HEAD if console.is_terminal else box.ASCII_DOUBLE_HEAD
    grid = Grid(box=edges, show_edge=False, pad_edge=False)
    for number, column in enumerate(table.columns):
        grid.add_column(column, justify="left" if number == 0 else "right", no_wrap=number > 0)
    for row in table.rows:
        grid.add_row(*(Text(cell) for cell in row))
    console.print(grid, width=width)
