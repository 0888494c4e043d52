"""What the terminal shows: the coach's words, a draft, the plan. Plain lines when piped."""

from collections.abc import Sequence

from rich import box
from rich.console import Console, Group
from rich.markup import escape
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from bot.coaching.draft import Draft, Setting
from bot.coaching.lines import draft_lines, from_to
from bot.coaching.phrases import in_words
from bot.coaching.state import Choice, Say
from bot.coaching.viewing import counted
from bot.coaching.wording import STATUS_NAMES
from bot.summaries import ActionLine, PlanView
from storage.vocabulary import Status

_WIDEST = 96


def screen(console: Console, text: str) -> None:
    """Words of the program itself, beside the conversation."""
    console.print(Text(text, style="dim" if console.is_terminal else ""), width=_width(console))


def coach_says(console: Console, say: Say, draft: Draft, setting: Setting) -> None:
    """One message of the coach, with the draft and the numbered choices that go with it."""
    console.print()
    words, _, question = say.text.rpartition("\n") if say.shows_draft else (say.text, "", "")
    for paragraph in filter(None, words.split("\n")):
        console.print(
            Text(paragraph, style="bold cyan" if console.is_terminal else ""), width=_width(console)
        )
    if say.shows_draft:
        console.print(_draft(console, draft_lines(draft, setting)))
    if question:
        console.print(
            Text(question, style="bold cyan" if console.is_terminal else ""), width=_width(console)
        )
    _choices(console, say.choices)


def _width(console: Console) -> int:
    return min(console.width, _WIDEST)


def _choices(console: Console, choices: Sequence[Choice]) -> None:
    if not choices:
        return
    grid = Table.grid(padding=(0, 1))
    grid.add_column(justify="right", style="cyan", width=4)
    grid.add_column()
    for number, choice in enumerate(choices, start=1):
        grid.add_row(f"{number}.", Text(choice.label))
    console.print(grid, width=_width(console))


def _draft(console: Console, lines: list[tuple[str, str]]) -> object:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="bold" if console.is_terminal else "", no_wrap=True)
    grid.add_column()
    for name, value in lines:
        grid.add_row(name, Text(value, style="yellow" if value == "(open)" else ""))
    if not console.is_terminal:
        return Padding(grid, (0, 0, 0, 2))
    return Panel(grid, box=box.ROUNDED, border_style="cyan", width=_width(console), padding=(0, 1))


def show_plan(console: Console, plan: PlanView) -> None:
    """The whole plan on one screen: by theme, each action with its impact, dates and gaps."""
    console.print()
    title = f"{plan.provider}: quality improvement plan {plan.academic_year}"
    console.print(Text(title, style="bold"), width=_width(console))
    agreed = sum(action.status is not Status.DRAFT for action in plan.actions)
    drafts = len(plan.actions) - agreed
    counts = f"{counted(agreed, 'agreed action')}, {counted(drafts, 'draft')}"
    covered = len([i for i in plan.sar_items if i.kind == "area_for_improvement"]) - len(
        plan.uncovered
    )
    if plan.sar_items:
        counts += f". {counted(covered, 'area')} for improvement answered, "
        counts += f"{len(plan.uncovered)} still without an action"
    console.print(Text(f"{counts}."), width=_width(console))
    for theme in plan.themes:
        if not theme.actions:
            continue
        sponsor = f" (sponsor {theme.sponsor.name})" if theme.sponsor else ""
        console.print()
        console.print(
            Text(f"{theme.name}{sponsor}", style="bold cyan" if console.is_terminal else "")
        )
        for action in theme.actions:
            console.print(Padding(_action(console, action), (0, 0, 0, 2)), width=_width(console))
    console.print()


def _action(console: Console, line: ActionLine) -> Group:
    draft = line.draft
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True, style="bold" if console.is_terminal else "")
    grid.add_column()
    state = STATUS_NAMES[line.status] + (f", {line.rag}" if line.rag else "")
    grid.add_row(
        line.reference,
        f"{escape(draft.action or '(no action yet)')} [{state}]".replace("[", "\\[", 1),
    )
    if draft.impact:
        grid.add_row("", Text(f"So that: {draft.impact}"))
    figures = from_to(draft.baseline, draft.target, draft.unit)
    parts = [
        f"{draft.measure}: {figures}" if draft.measure and figures else draft.measure or figures,
        f"by {in_words(draft.due)}" if draft.due else None,
        f"owner {line.owner}" if line.owner else None,
        ", ".join(draft.sar_items) or None,
    ]
    grid.add_row(
        "", Text(" · ".join(filter(None, parts)), style="dim" if console.is_terminal else "")
    )
    if line.gaps:
        grid.add_row(
            "",
            Text(
                f"Still open: {', '.join(line.gaps)}", style="yellow" if console.is_terminal else ""
            ),
        )
    return Group(grid)
