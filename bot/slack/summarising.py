"""Summaries that are asked for: by command, on the Home tab, and page by page."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

from bot.changes import NotFound
from bot.conversation import local_day
from bot.reports.choosing import NoSuch, chosen, keyed, understood
from bot.reports.material import Material, material, no_plan
from bot.reports.report import Report, Subject, View
from bot.reports.views import report
from bot.slack.incoming import plain
from bot.slack.inputs import told
from bot.slack.office import Office
from bot.slack.pieces import as_dicts, escape, sections
from bot.slack.report import report_message, report_screen
from storage import summaries
from storage.models import Action, Person

# How far back somebody looks who has not looked before.
_FIRST = timedelta(days=7)


class Opened(NamedTuple):
    """A summary as a button asks for it, and the actions that may be opened from it.

    `report` is None where there is none to show, and `says` what is told in its place.
    """

    report: Report | None
    page: int = 0
    actions: Mapping[str, Action] = {}
    says: str = ""


def answered(
    office: Office, person: Person, typed: str, *, offers_words: bool = False
) -> tuple[str, list[dict[str, Any]]]:
    """The text and blocks of the answer to what was typed after "summary"."""
    found = _material(office, person)
    if found is None:
        return _only(no_plan(office.today(person)))
    try:
        view, subject = understood(found, plain(typed))
    except NoSuch as error:
        return _only(str(error))
    made = _since_last_time(office, person, found, view, subject)
    return report_message(made, made.figures["since"], offers_words=offers_words)


def answered_about(
    office: Office, person: Person, found: Material, view: View, about: str
) -> tuple[str, list[dict[str, Any]]]:
    """The text and blocks of a view, narrowed to what is called so."""
    try:
        subject = chosen(found, view, about)
    except NoSuch as error:
        return _only(str(error))
    made = _since_last_time(office, person, found, view, subject)
    return report_message(made, made.figures["since"])


def screen(
    office: Office, person: Person, value: dict[str, Any], *, offers_words: bool = False
) -> dict[str, Any]:
    """All of a summary, as a button asks for it. Raises NotFound where the year has no plan."""
    return shown(opened(office, person, value), offers_words=offers_words)


def shown(opened: Opened, *, in_words: str = "", offers_words: bool = False) -> dict[str, Any]:
    """A summary that was opened, as a modal."""
    made = opened.report
    if made is None:
        return told("Summary", opened.says)
    since = made.figures["since"]
    return report_screen(
        made, since, opened.page, opened.actions, in_words=in_words, offers_words=offers_words
    )


def opened(office: Office, person: Person, value: dict[str, Any]) -> Opened:
    """A summary as a button asks for it. Raises NotFound where the year has no plan.

    A button that carries no day since when asks for what is new since last time.
    """
    view, page = View(value["view"]), int(value.get("page", 0))
    since = date.fromisoformat(value["since"]) if "since" in value else None
    found = _material(office, person, since)
    if found is None:
        raise NotFound
    try:
        key = value.get("about")
        subject = chosen(found, view, "") if key is None else keyed(found, view, str(key))
    except NoSuch as error:
        return Opened(None, says=str(error))
    if since is None:
        made = _since_last_time(office, person, found, view, subject)
    else:
        made = report(found, view, subject)
    actions = {line.reference: line.stored.action for line in found.plan.actions}
    return Opened(made, page, actions)


def _material(office: Office, person: Person, since: date | None = None) -> Material | None:
    today = office.today(person)
    with office.database.reading() as session:
        return material(session, person.workspace, today, since or today - _FIRST, person)


def _since_last_time(
    office: Office, person: Person, found: Material, view: View, subject: Subject | None
) -> Report:
    """The summary with what is new since the person last looked at it; that they look is noted."""
    now = office.clock()
    with office.database.writing() as session:
        before = summaries.seen_before(
            session, person, view.value, subject.key if subject else "", now
        )
    since = local_day(before, person) if before else found.since
    return report(found.seen_since(since), view, subject)


def _only(says: str) -> tuple[str, list[dict[str, Any]]]:
    safe = escape(says)
    return safe, as_dicts(sections(safe))
