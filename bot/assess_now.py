"""Replies as JSON Lines, and what a careful reader sees in each: `sowhat assess`."""

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from itertools import islice
from typing import Any

from bot.coaching.assessment import assess

Case = dict[str, Any]
Judge = Callable[..., dict[str, Any]]

_LONGEST_LINE = 200_000
# A model keeps one reply waiting where the rules answer at once.
_CALLS_AT_ONCE = 4


class LineUnclear(Exception):
    """A line does not say what is to be read; the message is one sentence with its number."""


def judge(*, embedded: bool, openai: bool) -> tuple[Judge, int]:
    """What reads a reply, by the coach asked for or else set up, and how many it reads at once.

    Raises SettingsInvalid.
    """
    if not embedded:
        # Only now, as the settings take longer to load than the rules to read a reply.
        from bot.settings import load_settings, uses_model

        settings = load_settings()
        if openai or uses_model(settings):
            from bot.adviser import NoBooks
            from bot.coaches import openai_coach

            return openai_coach(settings, NoBooks()).assess, _CALLS_AT_ONCE
    return assess, 1


def assessed(
    lines: Iterable[bytes], judge: Judge, at_once: int, today: date | None
) -> Iterator[dict[str, Any]]:
    """What is seen in each line that says something, in their order; `at_once` are worked on.

    `today` stands in for whatever a line says its day is; a line without one is read as of now.
    Raises LineUnclear.
    """

    def seen(case: Case) -> dict[str, Any]:
        own = case.get("today")
        return {
            "id": case.get("id"),
            **judge(
                said=case["said"],
                action=case.get("action") or "",
                sar_item=case.get("sar_item") or "",
                today=today or (date.fromisoformat(own) if own else date.today()),
            ),
        }

    texts = (line.decode("utf-8-sig", errors="replace") for line in lines)
    cases = (_case(number, text) for number, text in enumerate(texts, start=1) if text.strip())
    return map(seen, cases) if at_once == 1 else _several_at_once(seen, cases, at_once)


def _several_at_once(
    work: Callable[[Case], dict[str, Any]], cases: Iterator[Case], at_once: int
) -> Iterator[dict[str, Any]]:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(at_once) as pool:
        while batch := list(islice(cases, at_once)):
            yield from pool.map(work, batch)


def _case(number: int, line: str) -> Case:
    if len(line) > _LONGEST_LINE:
        raise LineUnclear(f"Line {number} is longer than {_LONGEST_LINE:,} characters.")
    try:
        case = json.loads(line)
    except (ValueError, RecursionError):
        raise LineUnclear(f"Line {number} is not JSON: give one object a line.") from None
    if not isinstance(case, dict) or not isinstance(case.get("said"), str):
        raise LineUnclear(
            f"Line {number} needs to be an object with “said” as text, and may have “id”, "
            "“sar_item” and “action”."
        )
    for name in ("action", "sar_item"):
        if not isinstance(case.get(name, ""), str | None):
            raise LineUnclear(f"Line {number}: “{name}” must be text.")
    try:
        date.fromisoformat(case.get("today") or "2026-11-23")
    except (TypeError, ValueError):
        raise LineUnclear(f"Line {number}: “today” must be a date such as 2026-11-23.") from None
    return case
