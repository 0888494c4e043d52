"""A summary in words: a model words it from the figures, and the rules keep what these bear out.

The model is told no more than whoever looks may see, and nobody's name; what it writes is shown
only where each sentence holds. Without it, or where too little of it holds, the paragraph is made
from the same figures by rule.
"""

import json
import logging
from typing import NamedTuple

from pydantic import BaseModel

import prompts
from bot.coach import Advises, Stop
from bot.reports.checked import checked
from bot.reports.facts import facts_of, told_of
from bot.reports.plain import plain_words
from bot.reports.report import Report

PURPOSE = "summary"
_log = logging.getLogger(__name__)


class Worded(BaseModel):
    """What is asked of a model."""

    paragraph: str


class Narrative(NamedTuple):
    """A paragraph, and whether a model has worded it."""

    words: str
    by_model: bool


def narrative(
    adviser: Advises | None, workspace: str, report: Report, stop: Stop | None = None
) -> Narrative:
    """A summary in a paragraph. Always answers, and within the model's time."""
    plain = Narrative(plain_words(report), by_model=False)
    if adviser is None:
        return plain
    try:
        words = _asked(adviser, workspace, report, stop or Stop())
    except Exception as error:
        # The plain paragraph is there already.
        _log.error("A summary was not worded: %s", type(error).__name__)
        return plain
    return Narrative(words, by_model=True) if words else plain


def _asked(adviser: Advises, workspace: str, report: Report, stop: Stop) -> str | None:
    people = adviser.people(workspace)
    told = told_of(report.figures, people)
    facts = facts_of(report.figures, told)

    def judge(answer: Worded) -> tuple[str, tuple[str, ...]]:
        found = checked(answer.paragraph, facts, people)
        return found.words, found.dropped

    figures = json.dumps(told, ensure_ascii=False, separators=(", ", ": "))
    prompt = prompts.load(PURPOSE).render(view=report.view.value, figures=figures)
    return adviser.consult(workspace, PURPOSE, prompt, Worded, judge, stop)
