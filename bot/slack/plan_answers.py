"""Questions about the plan that people ask in their own words, answered from what it holds."""

import re
from datetime import timedelta

from slack_sdk.models.blocks import Block

from bot.answers import in_words, known_names, matching
from bot.coaching.own_data import asks_about_own_data
from bot.coaching.plan_questions import Question, View, asked
from bot.reports import report as reports
from bot.reports.material import Material, material
from bot.slack import your_data
from bot.slack.office import Office
from bot.slack.pieces import as_dicts, escape, open_any, sections
from bot.slack.summarising import answered_about
from bot.slack.update_words import Shown
from bot.summaries import ActionLine
from storage.models import Person

# Most messages are no question, and need no look at the plan to be told so.
_MAY_ASK = re.compile(
    r"\W*(?:(?:hi|hello|hey|please|ok|so)\b\W*)*(?:how|what|which|who|whose|where|when|show|"
    r"list|give|tell|any|is|are|do|does|has|have|can|could|summary|overview|my|overdue|anything)\b",
    re.IGNORECASE,
)
_FIRST = timedelta(days=7)


def may_ask(text: str, in_thread: bool) -> bool:
    """Whether a message may be a question, by its first words and its end.

    In a thread an interview may go on, whose answers are no questions: there it must end as one,
    unless it is plainly about what is kept of whoever writes.
    """
    if asks_about_own_data(text):
        return True
    ends_as_one = text.rstrip().endswith("?")
    return ends_as_one or (not in_thread and _MAY_ASK.match(text) is not None)


def plan_answer(office: Office, has_model: bool, person: Person, text: str) -> Shown | None:
    """The answer to a question about the plan, or about what is kept of a person.

    None for anything that is not plainly one. `has_model` is whether there is a language model.
    """
    if asks_about_own_data(text):
        return your_data.answer(office, person, has_model)
    today = office.today(person)
    with office.database.reading() as session:
        found = material(session, person.workspace, today, today - _FIRST, person)
    if found is None:
        return None
    question = asked(text, known_names(found.plan, today, found.whole.terms))
    if question is None:
        return None
    if question.view is View.ACTIONS:
        return _actions(question, found, person)
    about = question.about[0].name if question.about else ""
    # A question for the thread of a SAR item is one for that item in the view of the SAR.
    view = reports.View.SAR if question.view is View.THREAD else reports.View(question.view.value)
    return Shown(*answered_about(office, person, found, view, about))


def _actions(question: Question, found: Material, person: Person) -> Shown:
    lines = matching(question, found.plan, found.today, person)
    says = in_words(question, lines, found.plan, found.today, lambda line: _sees(found, line))
    blocks: list[Block] = sections(escape(says))
    blocks += open_any([line.stored.action for line in lines], "asked")
    return Shown(escape(says), as_dicts(blocks))


def _sees(found: Material, line: ActionLine) -> bool:
    """Whether the one who asks may read an owner's name beside how the action goes."""
    owner = line.stored.owner
    return (owner.slack_user_id if owner else line.owner) in found.seen_owners
