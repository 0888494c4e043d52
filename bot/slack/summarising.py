"""Summaries that are asked for: by command, on the Home tab, and page by page."""

from datetime import date, timedelta
from typing import Any

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
from storage.models import Person

# How far back somebody looks who has not looked before.
_FIRST = timedelta(days=7)


def answered(office: Office, person: Person, typed: str) -> tuple[str, list[dict[str, Any]]]:
    """The text and blocks of the answer to what was typed after "summary"."""
    found = _material(office, person)
    if found is None:
        return _only(no_plan(office.today(person)))
    try:
        view, subject = understood(found, plain(typed))
    except NoSuch as error:
        return _only(str(error))
    made = _since_last_time(office, person, found, view, subject)
    return report_message(made, made.figures["since"])


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


def screen(office: Office, person: Person, value: dict[str, Any]) -> dict[str, Any]:
    """All of a summary, as a button asks for it. Raises NotFound where the year has no plan.

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
        return told("Summary", str(error))
    if since is None:
        made = _since_last_time(office, person, found, view, subject)
    else:
        made = report(found, view, subject)
    actions = {line.reference: line.stored.action for line in found.plan.actions}
    return report_screen(made, made.figures["since"], page, actions)


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
