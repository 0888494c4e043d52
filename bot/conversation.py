"""One turn of an interview against the database: load, let the core decide, store.

The same for the terminal and for Slack. No session is open while the coach reads, so that a slow
coach holds no lock; the interview's version tells when another turn came between.
"""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from bot.coach import Coach, Heard
from bot.coaching.dates import academic_year
from bot.coaching.draft import Draft, SarItemView, Setting
from bot.coaching.interview import ask_again, begin, take_up
from bot.coaching.moments import zone_of
from bot.coaching.state import Interview, Outcome, Say, Stage
from bot.rights import Deed, refusal
from storage import actions, conversations, plans, providers
from storage.actions import StoredAction
from storage.models import ActionFields, InterviewRecord, Person, Turn
from storage.vocabulary import InterviewStatus, Role, Speaker, Status


@dataclass(frozen=True)
class Place:
    """Where an interview is held: a Slack channel and thread root, or the terminal."""

    workspace: str
    channel: str
    thread: str


@dataclass(frozen=True)
class Conversation:
    """An interview as loaded, before a reply, or as it should be stored, after one."""

    place: Place
    person: Person
    setting: Setting
    interview: Interview | None = None
    record: InterviewRecord | None = None
    # Why its action can no longer be changed here, in a sentence to the person.
    over: str | None = None


def local_day(at: datetime, person: Person) -> date:
    """The day that an instant (with a zone) falls on where the person is."""
    return at.astimezone(zone_of(person.timezone)).date()


def load(session: Session, place: Place, person: Person, now: datetime) -> Conversation:
    """The conversation held at this place, by this person, at the instant `now` (with a zone)."""
    record = conversations.interview_at(session, place.workspace, place.channel, place.thread)
    today = local_day(now, person)
    year = academic_year(today)
    stored = plans.sar_items(session, place.workspace, year)
    items = tuple(SarItemView.stored(row) for row in stored)
    setting = Setting(
        today=today,
        academic_year=year,
        sar_items=items,
        speaker=mention(person),
        is_lead=person.role is Role.LEAD,
    )
    interview = Interview.model_validate(record.state) if record else None
    over = None
    if interview is not None and record is not None and record.action_id is not None:
        over = _brought_up_to_date(session, interview, person, record.action_id)
    return Conversation(place, person, setting, interview, record, over)


def _brought_up_to_date(
    session: Session, interview: Interview, person: Person, action_id: int
) -> str | None:
    """Put into the draft what has been changed in its action elsewhere since it was saved.

    Why the action can no longer be changed by this person, or None where it can.
    """
    stored = actions.one(session, person.workspace, action_id)
    if stored is None or interview.stage is Stage.AGREED:
        return None
    why = refusal(person, Deed.EDIT, stored)
    if why is not None or interview.saved_version in (None, stored.action.version):
        return why
    since = actions.changes_since(
        session, person.workspace, action_id, interview.saved_version or 0
    )
    changed, draft, action = {change.field for change in since}, interview.draft, stored.action
    for name in changed & ActionFields.model_fields.keys():
        setattr(draft, name, getattr(action, name))
    if "sar_items" in changed:
        draft.sar_items = stored.sar_references
    if "milestones" in changed:
        draft.milestones = stored.checks
    if changed & {"owner_id", "owner_name"}:
        draft.owner = mention(stored.owner) if stored.owner else action.owner_name
    interview.saved_version = action.version
    return None


def storable(text: str) -> str:
    """A reply without what no database can keep: NUL, and half a pair of surrogates."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def is_slack_id(user: str) -> bool:
    """Whether this is a Slack user's id, and not a name that stands in for one."""
    return re.fullmatch(r"[UW][A-Z0-9]{2,}", user) is not None


def mention(person: Person) -> str:
    """How a draft names a person: as Slack does, or by name where there is no Slack."""
    user = person.slack_user_id
    return f"<@{user}>" if is_slack_id(user) else person.name


def opened(conversation: Conversation) -> tuple[Conversation, Say]:
    """A new interview with its opening words; the place's earlier one is finished with."""
    if conversation.record is not None:
        conversation.record.action_id = None
    interview, say = begin(conversation.setting)
    return replace(conversation, interview=interview), say


def taken_up(
    conversation: Conversation, draft: Draft, stored: StoredAction
) -> tuple[Conversation, Say]:
    """A new interview about an action that is in the plan already, and what it says there."""
    owner = mention(stored.owner) if stored.owner else stored.action.owner_name
    draft = draft.model_copy(update={"owner": owner})
    interview, say = take_up(draft, stored.action.version, conversation.setting)
    return replace(conversation, interview=interview), say


def resumed(conversation: Conversation) -> tuple[Conversation, Say]:
    """An interview that was left, taken up where it stood."""
    assert conversation.interview is not None
    interview, say = ask_again(conversation.interview, conversation.setting)
    return replace(conversation, interview=interview), say


def heard(conversation: Conversation, reply: str) -> Heard:
    """A reply in its conversation, as a coach is given it."""
    assert conversation.interview is not None
    workspace, setting = conversation.place.workspace, conversation.setting
    return Heard(workspace, conversation.interview, reply, setting)


def answered(conversation: Conversation, reply: Heard, coach: Coach) -> tuple[Conversation, Say]:
    """The conversation after a reply, with what to say next."""
    interview, say = coach.answer(reply)
    return replace(conversation, interview=interview), say


def store(
    session: Session,
    conversation: Conversation,
    say: Say,
    now: datetime,
    *,
    source: str,
    reply: str | None = None,
    ts: str | None = None,
) -> int | None:
    """Write the interview, both sides of the turn, and the action once it is saved or agreed.

    The id of the action that was written.

    `source` names what brought the reply (an event id); it is unique, so no turn is stored twice.
    Raises StaleDataError when another turn was stored since the conversation was loaded.
    """
    assert conversation.interview is not None and conversation.person.id is not None
    place, interview, record = conversation.place, conversation.interview, conversation.record
    action_id = record.action_id if record else None
    if say.outcome is not None:
        action_id = _save_action(session, conversation, action_id, say.outcome, now)
    interview_id = conversations.save_interview(
        session,
        (place.workspace, place.channel, place.thread),
        held=record,
        person_id=conversation.person.id,
        state=interview.model_dump(mode="json", exclude_defaults=True),
        status=_STATUS.get(interview.stage.value, InterviewStatus.OPEN),
        at=now,
        action_id=action_id,
    )
    turn: dict[str, Any] = {"workspace": place.workspace, "interview_id": interview_id, "at": now}
    turns = [Turn(**turn, speaker=Speaker.COACH, text=say.text, source=f"{source}:reply")]
    if reply is not None:
        reply = _NOT_KEPT if say.forget_reply else reply
        turns.insert(0, Turn(**turn, speaker=Speaker.PERSON, text=reply, source=source, ts=ts))
    conversations.add_turns(session, turns)
    return action_id if say.outcome is not None else None


_NOT_KEPT = "(not kept: it told of someone who may be at risk)"

_STATUS = {"agreed": InterviewStatus.AGREED, "stopped": InterviewStatus.STOPPED}


def _save_action(
    session: Session,
    conversation: Conversation,
    action_id: int | None,
    outcome: Outcome,
    now: datetime,
) -> int | None:
    assert conversation.interview is not None
    draft = conversation.interview.draft
    if outcome is Outcome.SAVED and not (draft.action or draft.sar_items or draft.so_what):
        return action_id
    workspace = conversation.place.workspace
    owner = _owner(session, conversation, draft.owner)
    plan = plans.ensure_plan(session, workspace, conversation.setting.academic_year)
    assert plan.id is not None
    status = Status.AGREED if outcome is Outcome.AGREED else Status.DRAFT
    held = actions.heading(session, workspace, action_id) if action_id is not None else None
    if held is not None and held.action.status in (Status.AGREED, Status.IN_PROGRESS):
        # Agreed elsewhere meanwhile, and no less so now.
        status = held.action.status
    saved = actions.save_action(
        session,
        workspace=workspace,
        plan_id=plan.id,
        fields=draft,
        sar_references=draft.sar_items,
        milestones=draft.milestones,
        status=status,
        by=conversation.person,
        at=now,
        owner=owner,
        owner_name=draft.owner,
        source_link=conversation.interview.source_link,
        action_id=action_id,
    )
    conversation.interview.saved_version = saved.version
    return saved.id


def _owner(session: Session, conversation: Conversation, named: str | None) -> Person | None:
    workspace = conversation.place.workspace
    if not named:
        return None
    if named == conversation.setting.speaker:
        return conversation.person
    if named.startswith("<@"):
        slack_user_id = named[2:].split("|")[0].rstrip(">")
        return providers.ensure_person(session, workspace, slack_user_id, slack_user_id)
    return providers.person_named(session, workspace, named)
