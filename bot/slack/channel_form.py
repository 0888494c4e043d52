"""Where quality leads have a summary of the plan posted for all to read, and how they stop it.

A channel is chosen in one form and confirmed in a second, which shows what all will read there:
only that one keeps it.
"""

import json
import re
from datetime import datetime
from typing import Any, NamedTuple

from slack_sdk.models.blocks import Block, DividerBlock, HeaderBlock, SectionBlock

from bot import changes, channel_posts
from bot.changes import NotFound
from bot.coaching.moments import zone_of
from bot.reports.material import no_plan
from bot.reports.report import View
from bot.slack.inputs import channel_input, choice_input, form, submitted, told_formatted
from bot.slack.office import Done, Form, Office
from bot.slack.pieces import HOW_OFTEN, do_button, escape, mrkdwn, sections, small
from bot.slack.posting import foot
from bot.slack.report import VIEW_NAMES, report_preview
from storage import channel_summaries, providers
from storage.models import ChannelSummary, Person
from storage.vocabulary import Every

_TITLE = "Post to a channel"
_VIEWS = {view.value: VIEW_NAMES[view] for view in channel_posts.VIEWS}
# Direct messages begin otherwise.
_CHANNEL = re.compile(r"[CG][A-Z0-9]{2,63}")
_SHOWN = 20
_PAUSED = "A quality lead has paused all reminders: until that ends nothing is posted either."


class _Chosen(NamedTuple):
    channel: str
    view: View
    every: Every

    @classmethod
    def of(cls, value: dict[str, Any]) -> "_Chosen":
        """What a form or button carries. Raises ValueError, LookupError or TypeError."""
        channel = str(value["channel"])
        if _CHANNEL.fullmatch(channel) is None or value["view"] not in _VIEWS:
            raise ValueError("not a choice of the form")
        return cls(channel, View(value["view"]), Every(value["every"]))


def _make(office: Office, person: Person, value: dict[str, Any]) -> dict[str, Any]:
    changes.for_leads(person)
    with office.database.reading() as session:
        posted = channel_summaries.of_workspace(session, person.workspace)
        settings = providers.settings_of(session, person.workspace)
    blocks: list[Block] = []
    if settings.is_paused:
        blocks += sections(_PAUSED)
    if posted:
        blocks.append(HeaderBlock(text="Where it is posted now"))
        blocks += [_row(row, by, person) for row, by in posted[:_SHOWN]]
        blocks.append(HeaderBlock(text="Set up another, or change one"))
    held = {"view": View.PLAN.value, "every": Every.WEEK.value}
    blocks += [
        channel_input(
            "channel", "In which channel?", hint="I have to be in it: /invite @So What there."
        ),
        choice_input(
            "view",
            "What should all be able to read there?",
            held,
            _VIEWS,
            optional=False,
            hint="Only what gathers no one person's work can be posted.",
        ),
        choice_input(
            "every",
            "How often?",
            held,
            HOW_OFTEN,
            optional=False,
            hint="It comes on the first open day after the reminders.",
        ),
        small("Before anything is posted you see what everybody there will read."),
    ]
    return form("channel", _TITLE, "Show me first", blocks, "")


def _row(row: ChannelSummary, by: Person, person: Person) -> Block:
    says = f"<#{row.channel}>: {_VIEWS.get(row.view, row.view)}. {HOW_OFTEN[row.every]}, "
    says += f"set up by {escape(by.name)}."
    if row.failures:
        says += "\nThe last post did not get there: I have to be in that channel."
    if row.awaits is None:
        says += f"\nNext on {_day(row.next_at, person)}"
    spoken = f"Stop posting: {_VIEWS.get(row.view, row.view)}, {HOW_OFTEN[row.every].lower()}"
    value = {"posted": row.id}
    stop = do_button("Stop", "channel_stop", value, spoken=spoken, only=row.id or "")
    return SectionBlock(text=mrkdwn(says), accessory=stop)


def _day(at: datetime, person: Person) -> str:
    day = at.astimezone(zone_of(person.timezone))
    return f"{day:%A} {day.day} {day:%B %Y} at {day:%H:%M}"


def _take(office: Office, person: Person, view: dict[str, Any]) -> Done:
    changes.for_leads(person)
    typed = submitted(view)
    if not _CHANNEL.fullmatch(typed["channel"] or ""):
        return Done(errors={"channel": "Choose a channel, not a direct message."})
    return Done(again=_confirm(office, person, typed))


def _confirm(office: Office, person: Person, value: dict[str, Any]) -> dict[str, Any]:
    changes.for_leads(person)
    chosen, now = _Chosen.of(value), office.clock()
    with office.database.reading() as session:
        settings = providers.settings_of(session, person.workspace)
        before = channel_summaries.of_channel(session, person.workspace, chosen.channel)
        last_at = before.last_at if before else None
        day = channel_posts.since(last_at, chosen.every, person, now)
        made = channel_posts.made_for_all(session, person, chosen.view, day, now)
    week = before.week if before else None
    first = channel_posts.upcoming(settings, person, chosen.every, now, week)
    where = f"<#{chosen.channel}>"
    says = f"{HOW_OFTEN[chosen.every]}, from {_day(first, person)} on. "
    says += f"Everybody in {where} can read it then, guests and whoever joins later too."
    says += f"\n{_PAUSED}" if settings.is_paused else ""
    if before is not None:
        says += f"\nIt comes in place of what is posted there now: {_VIEWS[before.view]}."
    blocks = [*sections(says), DividerBlock()]
    if made is None:
        blocks += sections(f"{no_plan(office.today(person))} Nothing is posted until there is one.")
    else:
        blocks += sections(f"This is what everybody in {where} will read, as it stands today:")
        blocks += report_preview(made, foot(chosen.every, person))
    carried = {"channel": chosen.channel, "view": chosen.view.value, "every": chosen.every.value}
    return form("channel_confirm", _TITLE, "Yes, post it there", blocks, json.dumps(carried))


def _keep(office: Office, person: Person, view: dict[str, Any]) -> Done:
    changes.for_leads(person)
    chosen, now = _Chosen.of(json.loads(view.get("private_metadata", ""))), office.clock()
    with office.database.writing() as session:
        settings = providers.settings_of(session, person.workspace)
        before = channel_summaries.of_channel(session, person.workspace, chosen.channel)
        week = before.week if before else None
        at = channel_posts.upcoming(settings, person, chosen.every, now, week)
        channel_summaries.put(session, person, chosen.channel, chosen.view.value, chosen.every, at)
    says = (
        f"The first post in <#{chosen.channel}> comes on {_day(at, person)}. I have to be in that "
        "channel by then: type */invite @So What* there if I am not.\n"
        "You stop it where you set it up, with *Post to a channel* on my Home tab."
    )
    return Done(again=told_formatted(_TITLE, says))


def stopped(office: Office, person: Person, value: dict[str, Any]) -> dict[str, Any]:
    """Stop posting in a channel; the form as it then is. Raises NotFound or NotAllowed."""
    changes.for_leads(person)
    with office.database.writing() as session:
        if not channel_summaries.stop(session, person.workspace, int(value["posted"])):
            raise NotFound
    return _make(office, person, {})


FORMS = {"channel": Form(_make, _take), "channel_confirm": Form(_confirm, _keep)}
