"""What /qip answers, to the person alone."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from slack_sdk.models.blocks import Block

from bot.coaching.review import Check
from bot.coaching.whole_plan import STANDARD, Limits
from bot.reminders import Ahead
from bot.rights import READERS, may_write, sees_review
from bot.slack.digest import ahead_message
from bot.slack.home import own_rows
from bot.slack.pieces import as_dicts, escape, sections
from bot.slack.review import first_things
from bot.summaries import PlanView
from storage.models import Person


def help_for(person: Person) -> str:
    """What somebody can type, in Slack's formatting."""
    orders = [
        ("new", "begins a new action: I write to you in a direct message.", may_write(person)),
        ("mine", "shows the actions you own.", may_write(person)),
        ("remind", "shows what of yours is due now, to be answered at once.", may_write(person)),
        ("summary", _SUMMARIES, True),
        ("review", "says what in the plan to mend first.", sees_review(person)),
        ("export", "gives you the plan as a file: word, excel, pdf, csv or json.", True),
        ("data", "says what I keep about you, gives you a copy or erases it.", True),
        ("help", "shows this.", True),
    ]
    lines = [f"*/qip {order}* {does}" for order, does, may in orders if may]
    return "\n".join([*lines, "Your Home tab has everything else."])


_SUMMARIES = (
    "shows how the plan goes, and what is new since you last looked. Add *theme*, *department*, "
    "*owner*, *sar*, *governors* or *thread*, or a name: */qip summary maths*."
)
NOT_FOR_OWNERS = "The review of the whole plan is for quality leads, sponsors and readers."


_OF_THE_PLAN = ("mine", "review")


def summary_asked(typed: str) -> str | None:
    """What a summary is asked of, "" for the plan; None where none is asked for."""
    first, _, rest = typed.strip().partition(" ")
    return rest.strip() if first.lower() == "summary" else None


_FORMATS = {"word": ".docx", "excel": ".xlsx", "pdf": ".pdf", "csv": ".csv", "json": ".json"}


def asks_for_export(typed: str) -> str | None:
    """The ending of the file that is asked for, Word's unless another is named; None for none."""
    order, _, kind = _order(typed).partition(" ")
    if order != "export":
        return None
    ending = f".{kind.removeprefix('.')}"
    return ending if ending in _FORMATS.values() else _FORMATS.get(kind or "word")


def asks_for_plan(typed: str) -> bool:
    return _order(typed) in _OF_THE_PLAN


def asks_for_reminder(typed: str) -> bool:
    return _order(typed) == "remind"


def asks_for_own_data(typed: str) -> bool:
    return _order(typed) == "data"


def asks_for_review(typed: str) -> bool:
    return _order(typed) == "review"


def answer(
    typed: str,
    plan: PlanView | None,
    person: Person,
    today: date,
    checks: Sequence[Check] = (),
    limits: Limits = STANDARD,
    found: Ahead | None = None,
) -> tuple[str, list[dict[str, Any]]]:
    """The text and blocks of the answer to what was typed after /qip.

    `plan` is given where it `asks_for_plan`, and `checks` where it `asks_for_review` and the person
    may see it, with the `limits` they come from; `found` where it `asks_for_reminder`.
    """
    order = _order(typed)
    if order == "remind" and found is not None:
        return ahead_message(found, person) if may_write(person) else _said(sections(READERS))
    if order in ("", "help", "?"):
        return _said(sections(help_for(person)))
    if order not in _OF_THE_PLAN:
        return _said(sections(f"I do not know “{escape(typed[:80])}”.\n{help_for(person)}"))
    if plan is None:
        return _said(sections("There is no plan for this year yet."))
    if order == "mine":
        return _said(own_rows(plan, person, today))
    if not sees_review(person):
        return _said(sections(NOT_FOR_OWNERS))
    return _said(first_things(checks, plan, person, limits))


def _order(typed: str) -> str:
    return " ".join(typed.lower().split())


def _said(blocks: list[Block]) -> tuple[str, list[dict[str, Any]]]:
    shown = as_dicts(blocks)
    texts = [block["text"]["text"] for block in shown if block.get("text")]
    return "\n".join(texts)[:3000], shown
