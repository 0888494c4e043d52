"""A summary on the screen: a first screen as a message, and all of it in a modal, page by page."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    HeaderBlock,
    Option,
    RawTextObject,
    StaticSelectElement,
    TableBlock,
)
from slack_sdk.models.views import View as Screen

from bot.reports.report import Line, Report, Table, View, Words
from bot.slack.pieces import (
    DO,
    as_dicts,
    do_button,
    escape,
    open_any,
    page_of,
    sections,
    short,
    small,
    turns,
)
from storage.models import Action

# Slack takes 150 characters in a header, 24 in the title of a modal.
_HEADER, _TITLE = 140, 24
_TEXT, _CELL = 600, 60
# What fits on the screen of a phone below the first lines; the rest is a press away.
_ROWS_FIRST = 8
_ON_A_PAGE = 15
_BLANK = "–"

# What can be chosen on the Home tab.
VIEW_NAMES = {
    View.PLAN: "The plan",
    View.THEME: "Themes",
    View.DEPARTMENT: "Departments",
    View.OWNER: "Owners",
    View.SAR: "From the SAR to impact",
    View.GOVERNORS: "For governors",
}


# Of which views there is a picture: its button, and which it is.
_PICTURES = {
    View.PLAN: ("Picture of the year", "rag"),
    View.SAR: ("Picture of the coverage", "coverage"),
}


def report_message(
    report: Report, since: str, *, offers_words: bool = False
) -> tuple[str, list[dict[str, Any]]]:
    """The text and blocks of the first screen; `since` is a day in ISO form.

    `offers_words` adds the button to the summary in words.
    """
    words = report.words
    title = f"{words.title} · {report.figures['academic_year']}"
    blocks: list[Block] = [HeaderBlock(text=short(title, _HEADER))]
    blocks += _first(words)
    if words.table is not None:
        blocks.append(_table(words.table))
    buttons = []
    if words.sections or (words.table and len(words.table.rows) > _ROWS_FIRST):
        spoken = f"More: {title}"
        buttons.append(do_button("Show more", "summary", _value(report, since, 0), spoken=spoken))
    if offers_words and report.view is not View.THREAD:
        buttons.append(_words_button(report, since))
    if report.view in _PICTURES:
        label, which = _PICTURES[report.view]
        buttons.append(do_button(label, "picture", {"of": which}))
    if buttons:
        blocks.append(ActionsBlock(elements=buttons))
    told = "\n".join(_line(line) for line in (*words.news, *words.first))
    return f"{escape(title)}\n{told}"[:3000], as_dicts(blocks)


def _words_button(report: Report, since: str) -> ButtonElement:
    spoken = f"In words: {report.words.title}"
    return do_button("In words", "words", _value(report, since, 0), spoken=spoken)


def report_post(report: Report, foot: str) -> tuple[str, list[dict[str, Any]]]:
    """The text and blocks of a first screen for all to read, which has no buttons.

    `foot`, below it in small print, is Slack's formatting.
    """
    words, title = report.words, post_title(report)
    blocks: list[Block] = [HeaderBlock(text=short(title, _HEADER)), *_first(words)]
    blocks += [_table(words.table)] if words.table else []
    told = "\n".join(_line(line) for line in (*words.news, *words.first))
    return f"{escape(title)}\n{told}"[:3000], as_dicts([*blocks, small(foot)])


def report_preview(report: Report, foot: str) -> list[Block]:
    """The same for a modal, which takes no table: that is told in lines."""
    blocks = [*sections(f"*{escape(post_title(report))}*"), *_first(report.words)]
    table = report.words.table
    if table is not None:
        blocks += sections("\n".join(_in_a_line(table.columns, row) for row in _shown(table)))
    return [*blocks, small(foot)]


def post_title(report: Report) -> str:
    """What stands above a summary that all may read: which plan it is of, and from which side."""
    plan = f"Improvement plan {report.figures['academic_year']}"
    return (
        plan
        if report.view is View.PLAN
        else f"{plan}: {report.words.title[:1].lower()}{report.words.title[1:]}"
    )


def _in_a_line(columns: Sequence[str], row: Sequence[str]) -> str:
    """A row of a table as a sentence, without what it has none of."""
    first, *rest = [short(cell, _CELL) for cell in row]
    named = zip(columns[1:], rest, strict=True)
    told = [f"{name.lower()} {cell}" for name, cell in named if cell not in ("", "0")]
    return f"*{escape(first)}*: {escape(', '.join(told) or 'nothing yet')}"


def _shown(table: Table) -> Sequence[Sequence[str]]:
    return table.rows[:_ROWS_FIRST]


def _first(words: Words, in_words: str = "") -> list[Block]:
    """What is new as one paragraph, and how it stands as the next; between them, in words."""
    parts = (_joined(words.news), in_words, _joined(words.first))
    return [block for part in parts for block in sections(part)]


def paragraph(words: str, lead: str = "In words:") -> str:
    """A summary in words, in Slack's formatting."""
    return f"*{escape(lead)}*\n{escape(words)}"


def _joined(lines: Sequence[Line]) -> str:
    """These lines, with air round each that is a paragraph of its own."""
    between = "\n\n" if any("\n" in line.text for line in lines) else "\n"
    return between.join(_line(line) for line in lines)


def report_screen(
    report: Report,
    since: str,
    page: int,
    actions: Mapping[str, Action],
    *,
    in_words: str = "",
    offers_words: bool = False,
) -> dict[str, Any]:
    """All of a summary as a modal; `actions` by their reference, to be opened from it.

    `in_words` stands on its first page below what is new, in Slack's formatting; the button to it
    stands there where `offers_words`.
    """
    words = report.words
    rows = [(section.heading, line) for section in words.sections for line in section.lines]
    page, shown = page_of(rows, page, _ON_A_PAGE)
    title = short(VIEW_NAMES.get(report.view, "Objectives"), _TITLE)
    blocks: list[Block] = []
    if words.title != title:
        blocks.append(HeaderBlock(text=short(words.title, _HEADER)))
    if page == 0:
        blocks += _first(words, in_words)
        if offers_words and report.view is not View.THREAD:
            blocks.append(ActionsBlock(elements=[_words_button(report, since)]))
    for heading, lines in groupby(shown, key=lambda row: row[0]):
        told = _joined([line for _, line in lines])
        blocks += [HeaderBlock(text=short(heading, _HEADER)), *sections(told)]
    said = [*words.news, *words.first] if page == 0 else []
    named = dict.fromkeys(line.lead for line in (*said, *(line for _, line in shown)))
    blocks += open_any([actions[lead] for lead in named if lead in actions], "summary")
    blocks += turns(
        words.title,
        "Page",
        page,
        len(rows),
        _ON_A_PAGE,
        lambda to: ("summary", _value(report, since, to), to),
    )
    return Screen(type="modal", title=title, close="Close", blocks=blocks).to_dict()


def chooser() -> Block:
    """The list of summaries, of which the one chosen opens."""
    options = [
        Option(value=f'{{"view": "{view.value}"}}', text=name) for view, name in VIEW_NAMES.items()
    ]
    element = StaticSelectElement(
        placeholder="Show a summary", options=options, action_id=f"{DO}:summary:home"
    )
    return ActionsBlock(elements=[element])


def _value(report: Report, since: str, page: int) -> dict[str, Any]:
    about = {"about": report.subject.key} if report.subject else {}
    return {"view": report.view.value, **about, "since": since, "page": page}


def _line(line: Line) -> str:
    first, *rest = line.text.split("\n")
    lead = f"*{escape(short(line.lead, _TEXT))}* " if line.lead else ""
    return "\n".join([lead + escape(short(first, _TEXT)), *(escape(short(t, _TEXT)) for t in rest)])


def _table(table: Table) -> Block:
    rows: Sequence[Sequence[str]] = [table.columns, *_shown(table)]
    return TableBlock(
        rows=[[RawTextObject(text=short(cell, _CELL) or _BLANK) for cell in row] for row in rows],
        column_settings=[
            {"is_wrapped": number == 0, "align": "left" if number == 0 else "right"}
            for number in range(len(table.columns))
        ],
    )
