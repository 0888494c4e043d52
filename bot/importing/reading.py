"""From the bytes of a file to what it was understood to say."""

import logging
import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from bot.coaching.dates import academic_year as year_of
from bot.importing import comma_separated, own_workbook, plan_json
from bot.importing.assembling import Assembly, finished
from bot.importing.cells import When
from bot.importing.grid import Contents, Sheet
from bot.importing.opening import FileKind, kind_of
from bot.importing.paragraphs import Lines, read_line
from bot.importing.rows import read_sheet
from bot.importing.understood import FileRefused, Understood

_log = logging.getLogger(__name__)


def _spreadsheet(content: bytes) -> Contents:
    # Only with the first file: what reads and writes them is a fifth of all that is to be loaded.
    from bot.importing import spreadsheet

    return spreadsheet.read(content)


def _word(content: bytes) -> Contents:
    from bot.importing import word

    return word.read(content)


_READERS: dict[FileKind, Callable[[bytes], Contents]] = {
    FileKind.XLSX: _spreadsheet,
    FileKind.DOCX: _word,
    FileKind.CSV: comma_separated.read,
}
_UNREADABLE = (
    "This file could not be read: something in it is not as Word or Excel write it. Open it, save "
    "a copy as .xlsx, .docx or .csv and send that."
)
_NOTHING = "This file has no text in it. Look whether it is the right one, and send it again."
_OF_EXPORT = "It is part of an export whose sheet About is gone, and means nothing without that."
_YEAR = re.compile(r"(?<!\d)(20\d\d)\s?[/–-]\s?(?:20)?(\d\d)(?!\d)")
_OF_PLAN = re.compile(r"\b(?:QIP|SIP|(?:improvement|action|development) plan)\b", re.IGNORECASE)


def understand(
    name: str,
    content: bytes,
    choices: Mapping[str, Any] = {},
    *,
    academic_year: str,
    today: date,
) -> Understood:
    """What a file says. Raises `FileRefused` with a sentence that says what to do.

    `choices` are a person's corrections of what was understood before:
    `{"columns": {"<sheet>": {"<column number>": "<field, or empty>"}},
    "kinds": {"<place>": "strength" | "area_for_improvement" | "leave"}, "year": "2026/27"}`.
    Dates that do not say their year are of the plan's: the chosen one, else the one that the file
    says, else `academic_year`.
    """
    try:
        kind = kind_of(content)
        if kind is FileKind.JSON:
            return plan_json.read(content)
        contents = _READERS[kind](content)
        if kind is FileKind.XLSX and own_workbook.is_own(contents):
            return own_workbook.read(contents)
        return _read(name, contents, choices, academic_year, today)
    except FileRefused:
        raise
    except Exception as error:
        # A file can be wrong in more ways than its readers know; its text stays out of the log.
        _log.warning("a file could not be read: %s", type(error).__name__)
        raise FileRefused(_UNREADABLE) from error


def _read(
    name: str, contents: Contents, choices: Mapping[str, Any], academic_year: str, today: date
) -> Understood:
    said = _chosen_year(choices) or _year_said(name, contents)
    kinds = choices.get("kinds")
    assembly = Assembly(
        When(today, said or academic_year),
        kinds={str(k): str(v) for k, v in kinds.items()} if isinstance(kinds, Mapping) else {},
    )
    for place, why in contents.left_aside:
        assembly.leave(place, "", why)
    lines = Lines("")
    for block in contents.blocks:
        if not isinstance(block, Sheet):
            read_line(
                lines, block.text, block.place, assembly,
                level=block.level, depth=block.depth, is_bold=block.is_bold,
            )  # fmt: skip
        elif own_workbook.is_part_of_own(block):
            assembly.leave_all(block, _OF_EXPORT)
        else:
            lines.item = None
            read_sheet(block, lines.trail, assembly, _chosen_columns(choices, block.name))
    if not contents.blocks and not contents.left_aside:
        raise FileRefused(_NOTHING)
    return finished(assembly, said)


def _chosen_year(choices: Mapping[str, Any]) -> str | None:
    year = choices.get("year")
    if not isinstance(year, str) or not re.fullmatch(r"\d{4}/\d{2}", year):
        return None
    return year if year == year_of(date(int(year[:4]), 9, 1)) else None


def _chosen_columns(choices: Mapping[str, Any], sheet: str) -> dict[str, str]:
    columns = choices.get("columns")
    chosen = columns.get(sheet) if isinstance(columns, Mapping) else None
    if not isinstance(chosen, Mapping):
        return {}
    return {str(number): str(field or "") for number, field in chosen.items()}


def _year_said(name: str, contents: Contents) -> str | None:
    """The one academic year that a title names as the plan's, in the file or as its name.

    A SAR of 2025/26 leads to the plan of the year after, or of the same: that is for people to say.
    """
    titles = [name, *_first_texts(contents)]
    years = {
        f"{first}/{second}"
        for title in titles
        if len(title) < 160 and _OF_PLAN.search(title.replace("_", " "))
        for first, second in _YEAR.findall(title)
        if (int(first) + 1) % 100 == int(second)
    }
    return years.pop() if len(years) == 1 else None


def _first_texts(contents: Contents) -> list[str]:
    texts: list[str] = []
    for block in contents.blocks[:12]:
        if isinstance(block, Sheet):
            texts.append(block.name)
            texts += [cell.text for row in block.rows[:6] for _, cell in row.new()]
        else:
            texts.append(block.text)
    return texts
