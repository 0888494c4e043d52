"""The plan as .csv: a row an action, for whoever has no spreadsheet or wants to count.

UTF-8 with a mark at its beginning, by which Excel knows it; lines end as RFC 4180 has it. Days are
ISO 8601. A text that a spreadsheet would run as a formula, whatever spaces stand before it, gets an
apostrophe in front, as OWASP advises ("CSV Injection"), so the file does not say everything to the
letter. Control characters are left out.
"""

import csv
import re
from collections.abc import Callable
from io import StringIO

from bot.exporting.sheets import PLAN, Value, update_in_words
from bot.exporting.values import heading, printable
from bot.plan_document import ActionEntry, PlanDocument

_RUN = re.compile(r"\t|[\s\ufeff\u200b-\u200f\u2060]*[=+\-@＝＋－＠]")


def comma_separated(document: PlanDocument) -> bytes:
    """The actions as CSV: the columns that a plan's sheet prints, with all updates, latest first,
    and the so-what chain behind the action."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(heading("plan", field) for field, _ in _COLUMNS)
    for action in document.actions:
        writer.writerow(_safe(value(action)) for _, value in _COLUMNS)
    return out.getvalue().encode("utf-8-sig")


def _updates(action: ActionEntry) -> Value:
    return "\n".join(map(update_in_words, reversed(action.updates)))


def _columns() -> list[tuple[str, Callable[[ActionEntry], Value]]]:
    columns = [(column.field, column.value) for column in PLAN if column.printed]
    columns = [(f, _updates) if f == "update" else (f, value) for f, value in columns]
    behind = [field for field, _ in columns].index("action") + 1
    columns.insert(behind, ("so_what", lambda action: "\n".join(action.so_what)))
    return columns


_COLUMNS = _columns()


def _safe(value: Value) -> str:
    text = "" if value is None else printable(str(value))
    return f"'{text}" if _RUN.match(text) else text
