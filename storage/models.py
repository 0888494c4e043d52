"""The vocabulary and the tables.

The first half is plain data that the coaching core shares: enumerations, and the fields of
an action as a class without a table. The second half extends them into tables. Every table
carries its `workspace`: the Slack team id of the provider, or "trial".
"""

from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from storage.vocabulary import (
    Delivery,
    Direction,
    Driver,
    Every,
    InterviewStatus,
    Nation,
    Rag,
    ReminderKind,
    Role,
    SarKind,
    Speaker,
    Status,
)

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def _word(choices: type[StrEnum]) -> Any:
    """A column type that holds an enumeration's value as text on both databases."""
    return sa.Enum(
        choices,
        native_enum=False,
        create_constraint=False,
        length=24,
        values_callable=lambda members: [member.value for member in members],
    )


class MilestoneFields(SQLModel):
    """A dated check on the way, with what should be seen by then."""

    due: date | None = None
    text: str = ""
    done: bool = False


class ActionFields(SQLModel):
    """What an action says. Figures stand as their author typed them ("54%", "3 in 10", "RI")."""

    action: str | None = None
    driver: Driver | None = Field(default=None, sa_type=_word(Driver))
    so_what: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    impact: str | None = None
    measure: str | None = None
    unit: str | None = None
    direction: Direction | None = Field(default=None, sa_type=_word(Direction))
    baseline: str | None = None
    baseline_date: date | None = None
    target: str | None = None
    # Why so small a target, or how so large a one, where that needs saying.
    target_note: str | None = None
    evidence_source: str | None = None
    due: date | None = None


class SarItemFields(SQLModel):
    """One judgement of the SAR, with the figure it rests on where there is one."""

    reference: str
    kind: SarKind = Field(sa_type=_word(SarKind))
    judgement: str
    evidence: str | None = None
    # The heading of an inspection framework, and the grade, as whoever wrote the SAR put them.
    evaluation_area: str | None = None
    grade: str | None = None
    measure: str | None = None
    baseline: str | None = None
    baseline_date: date | None = None
    # Why nothing is done about it this year, where leaders have decided so.
    waiting_note: str | None = None


# --- tables ---------------------------------------------------------------------------------


def _now() -> datetime:
    return datetime.now(UTC)


# What stands in the audit where a name was erased.
ERASED = "(erased)"
# Before any instant at which somebody looks.
_AT_ONCE = datetime(2000, 1, 1, tzinfo=UTC)


class Provider(SQLModel, table=True):
    """One college, training provider or school: one Slack workspace, one tenant."""

    workspace: str = Field(primary_key=True, max_length=64)
    name: str
    created_at: datetime = Field(default_factory=_now)


class ProviderSettings(SQLModel, table=True):
    """What quality leads have set for their provider; one that has set nothing has no row.

    `terms` and `limits` are as the core keeps them: only what differs from the standard.
    """

    __tablename__ = "provider_settings"

    workspace: str = Field(primary_key=True, foreign_key="provider.workspace", max_length=64)
    # When reminders come: a weekday from 0 for Monday, and a time in each person's own zone.
    reminder_day: int = 0
    reminder_time: time = time(9)
    # Days of each term, by academic year.
    terms: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    # Of the review of the whole plan, by name.
    limits: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    # Whose bank holidays are kept, and days on which the provider is closed beside those between
    # terms, as [[first, last], ...] in ISO form.
    nation: Nation = Field(default=Nation.ENGLAND, sa_type=_word(Nation))
    closures: list[Any] = Field(default_factory=list, sa_type=sa.JSON)
    # How often sponsors and leads hear what moved, and whether nobody is reminded at all.
    overviews: Every = Field(default=Every.WEEK, sa_type=_word(Every))
    is_paused: bool = False
    # How many learners the provider has, where it has said so.
    learners: int | None = None
    # Whether replies may be sent to a language model where the bot has one, and for how many months
    # after the end of a plan's year conversations are kept.
    asks_model: bool = True
    keep_months: int = 12
    # The key of the inspection framework that the SAR follows, and headings of the provider's own.
    framework: str | None = Field(default=None, max_length=24)
    headings: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    # Who changed them last.
    changed_by_id: int | None = Field(default=None, foreign_key="person.id")


class _Row(SQLModel):
    id: int | None = Field(default=None, primary_key=True)
    workspace: str = Field(foreign_key="provider.workspace", index=True, max_length=64)


class Person(_Row, table=True):
    __table_args__ = (
        sa.UniqueConstraint("workspace", "slack_user_id"),
        sa.Index("ix_person_remind_at", "remind_at", "id"),
        sa.Index("ix_person_overview_at", "overview_at", "id"),
    )

    slack_user_id: str = Field(max_length=64)
    name: str
    role: Role = Field(default=Role.OWNER, sa_type=_word(Role))
    timezone: str = "Europe/London"
    created_at: datetime = Field(default_factory=_now)
    # When they last looked at their Home tab: who never did needs none made anew.
    home_opened_at: datetime | None = None
    # When Slack was last asked for name and zone, and when it first said that they had left.
    profile_at: datetime | None = None
    left_at: datetime | None = None
    # When name and Slack id were erased; the row stays for what they did in the plan.
    forgotten_at: datetime | None = None
    # When they were told what the bot does and keeps, which is told once.
    welcomed_at: datetime | None = None
    # The weekday (0 for Monday) and time at which they want to be reminded, where it is not the
    # provider's, and whether they want to hear only of what is overdue.
    reminder_day: int | None = None
    reminder_time: time | None = None
    only_overdue: bool = False
    # When to look next whether they are to be reminded, and told how the plan goes: at once for
    # whoever is new, or whose day has been moved. Whoever neither leads nor sponsors is not looked
    # at again for the second (None) until they are given a role or a theme.
    remind_at: datetime | None = Field(default=_AT_ONCE)
    overview_at: datetime | None = Field(default=_AT_ONCE)
    # The last ISO week for which that was settled, whether or not anything was sent.
    reminded_week: str | None = Field(default=None, max_length=8)
    overview_week: str | None = Field(default=None, max_length=8)
    # Their direct message with the bot, once Slack has said which it is.
    direct_channel: str | None = Field(default=None, max_length=64)


class Department(_Row, table=True):
    __table_args__ = (sa.UniqueConstraint("workspace", "name"),)

    name: str


class Plan(_Row, table=True):
    """The QIP of one academic year, written "2026/27" (1 August to 31 July)."""

    __table_args__ = (sa.UniqueConstraint("workspace", "academic_year"),)

    academic_year: str = Field(max_length=7)


class Theme(_Row, table=True):
    __table_args__ = (sa.UniqueConstraint("plan_id", "rank"),)

    plan_id: int = Field(foreign_key="plan.id")
    rank: int
    name: str
    sponsor_id: int | None = Field(default=None, foreign_key="person.id")
    # Who changed it last.
    changed_by_id: int | None = Field(default=None, foreign_key="person.id")


class SarItem(_Row, SarItemFields, table=True):
    """`theme_id` is the leaders' choice of the theme that actions on this item stand under."""

    __tablename__ = "sar_item"
    __table_args__ = (sa.UniqueConstraint("plan_id", "reference"),)

    plan_id: int = Field(foreign_key="plan.id")
    department_id: int | None = Field(default=None, foreign_key="department.id")
    theme_id: int | None = Field(default=None, foreign_key="theme.id")
    waiting_by_id: int | None = Field(default=None, foreign_key="person.id")
    # What the SAR of the year before said of the same.
    previous_id: int | None = Field(default=None, foreign_key="sar_item.id")
    # Who changed it last.
    changed_by_id: int | None = Field(default=None, foreign_key="person.id")


_action_version = sa.Column("version", sa.Integer, nullable=False)


class Action(_Row, ActionFields, table=True):
    """`number` counts within the workspace and gives the reference (12 is A-12)."""

    __table_args__ = (
        sa.UniqueConstraint("workspace", "number"),
        sa.Index("ix_action_workspace_owner_id", "workspace", "owner_id"),
    )
    __mapper_args__ = {"version_id_col": _action_version}

    plan_id: int = Field(foreign_key="plan.id", index=True)
    number: int
    theme_id: int | None = Field(default=None, foreign_key="theme.id")
    owner_id: int | None = Field(default=None, foreign_key="person.id")
    # An owner named in words who is not yet matched to a Slack user.
    owner_name: str | None = None
    status: Status = Field(default=Status.DRAFT, sa_type=_word(Status))
    rag: Rag | None = Field(default=None, sa_type=_word(Rag))
    agreed_at: datetime | None = None
    agreed_by_id: int | None = Field(default=None, foreign_key="person.id")
    created_at: datetime = Field(default_factory=_now)
    version: int = Field(default=None, sa_column=_action_version)
    # Why it was completed or withdrawn, in a sentence.
    closing_note: str | None = None
    # Its owner is not reminded of it before this day.
    snoozed_until: date | None = None
    # What the file that it was imported from called it.
    imported_as: str | None = Field(default=None, max_length=64)
    # The Slack message that it was made from.
    source_link: str | None = Field(default=None, max_length=300)
    created_by_id: int | None = Field(default=None, foreign_key="person.id")
    # Who named its owner, until the owner has accepted it.
    proposed_by_id: int | None = Field(default=None, foreign_key="person.id")
    # A parked action waits: it stays in the plan and asks for nothing.
    parked_at: datetime | None = None
    parked_by_id: int | None = Field(default=None, foreign_key="person.id")
    parked_note: str | None = None

    @property
    def reference(self) -> str:
        return f"A-{self.number}"


class ActionSarItem(SQLModel, table=True):
    """Which SAR items an action answers."""

    __tablename__ = "action_sar_item"

    workspace: str = Field(foreign_key="provider.workspace", index=True, max_length=64)
    action_id: int = Field(foreign_key="action.id", primary_key=True)
    sar_item_id: int = Field(foreign_key="sar_item.id", primary_key=True)


class Milestone(_Row, MilestoneFields, table=True):
    action_id: int = Field(foreign_key="action.id", index=True)


class ProgressUpdate(_Row, table=True):
    __tablename__ = "progress_update"

    action_id: int = Field(foreign_key="action.id", index=True)
    author_id: int | None = Field(default=None, foreign_key="person.id")
    at: datetime = Field(default_factory=_now)
    rag: Rag = Field(sa_type=_word(Rag))
    note: str
    reading: str | None = None
    evidence_link: str | None = None


_interview_version = sa.Column("version", sa.Integer, nullable=False)


class InterviewRecord(_Row, table=True):
    """The conversation about one action. `state` is the core's `Interview` as JSON."""

    __tablename__ = "interview"
    __table_args__ = (sa.UniqueConstraint("workspace", "channel", "thread"),)
    __mapper_args__ = {"version_id_col": _interview_version}

    person_id: int = Field(foreign_key="person.id", index=True)
    # Where it is held: a Slack channel and thread root, or "terminal" and a serial number.
    channel: str = Field(max_length=64)
    thread: str = Field(max_length=64)
    status: InterviewStatus = Field(
        default=InterviewStatus.OPEN, sa_type=_word(InterviewStatus), index=True
    )
    state: dict[str, Any] = Field(sa_type=sa.JSON)
    action_id: int | None = Field(default=None, foreign_key="action.id")
    created_at: datetime = Field(default_factory=_now)
    updated_at: datetime = Field(default_factory=_now)
    version: int = Field(default=None, sa_column=_interview_version)


class Turn(_Row, table=True):
    """One message of the transcript; `source` is the event or outgoing key it came by."""

    __table_args__ = (sa.UniqueConstraint("workspace", "source"),)

    interview_id: int = Field(foreign_key="interview.id", index=True)
    speaker: Speaker = Field(sa_type=_word(Speaker))
    text: str
    source: str = Field(max_length=128)
    # Slack's own timestamp of the message, to recognise it when it is edited or deleted.
    ts: str | None = Field(default=None, max_length=32)
    at: datetime = Field(default_factory=_now)


class ReceivedEvent(SQLModel, table=True):
    """An event as Slack sent it, kept before it is acknowledged; emptied once answered."""

    __tablename__ = "received_event"
    __table_args__ = (
        sa.Index(
            "ix_received_event_open",
            "workspace",
            "conversation",
            "sequence",
            sqlite_where=sa.text("answered_at IS NULL"),
            postgresql_where=sa.text("answered_at IS NULL"),
        ),
        sa.UniqueConstraint("workspace", "event_id"),
    )

    sequence: int | None = Field(default=None, primary_key=True)
    # Not a foreign key: an event may arrive before anything else is known of its workspace.
    workspace: str = Field(max_length=64)
    event_id: str = Field(max_length=128)
    # Events of one conversation are answered one at a time, in order of `sequence`.
    conversation: str = Field(max_length=128)
    payload: dict[str, Any] = Field(sa_type=sa.JSON)
    received_at: datetime = Field(default_factory=_now)
    answered_at: datetime | None = None


class OutgoingMessage(_Row, table=True):
    """The outbox. `key` is unique, so that one answer is never queued twice."""

    __tablename__ = "outgoing_message"
    __table_args__ = (
        sa.UniqueConstraint("workspace", "key"),
        sa.Index("ix_outgoing_message_ts", "workspace", "ts"),
        sa.Index(
            "ix_outgoing_message_waiting",
            "workspace",
            "conversation",
            "id",
            sqlite_where=sa.text("delivery = 'waiting'"),
            postgresql_where=sa.text("delivery = 'waiting'"),
        ),
    )

    key: str = Field(max_length=128)
    # The conversation whose messages go out in the order of `id`.
    conversation: str = Field(max_length=128)
    channel: str = Field(max_length=64)
    thread: str | None = Field(default=None, max_length=64)
    text: str
    blocks: list[dict[str, Any]] = Field(default_factory=list, sa_type=sa.JSON)
    delivery: Delivery = Field(default=Delivery.WAITING, sa_type=_word(Delivery))
    ts: str | None = Field(default=None, max_length=32)
    error: str | None = Field(default=None, max_length=200)
    created_at: datetime = Field(default_factory=_now)
    sent_at: datetime | None = None
    # The same words in Markdown where the message is to be streamed; None: it is posted whole.
    markdown: str | None = None
    # The interview that begins where this message comes to stand: whose, and its state.
    opens: dict[str, Any] | None = Field(default=None, sa_type=sa.JSON(none_as_null=True))
    # The executor that sends it and may have tried to; None: nobody has yet; "": whoever comes
    # first may, as one that sends no more may have tried to.
    sender: str | None = Field(default=None, max_length=64)
    # Whether it may wait its turn among others of the workspace, as nobody has asked for it.
    is_paced: bool = False


class Reminder(_Row, table=True):
    """What somebody was sent of their own accord in one ISO week, written "2026-W48"."""

    __table_args__ = (sa.UniqueConstraint("workspace", "person_id", "kind", "week"),)

    person_id: int = Field(foreign_key="person.id", index=True)
    kind: ReminderKind = Field(sa_type=_word(ReminderKind))
    week: str = Field(max_length=8)
    at: datetime
    # The actions it asked about, in its order.
    actions: list[int] = Field(default_factory=list, sa_type=sa.JSON)
    # When the person did anything with an action after it.
    answered_at: datetime | None = None


class Node(SQLModel, table=True):
    """A running process, by its executor id, and when it last said that it runs."""

    executor_id: str = Field(primary_key=True, max_length=64)
    beat_at: datetime
    # When it last looked for reminders that are due.
    swept_at: datetime | None = None


class ImportFile(_Row, table=True):
    """A file that someone has given the bot, until it is imported or given up.

    `choices` are the corrections to what was understood of it, and `outcome` what came of it; when
    that is known the content is dropped.
    """

    __tablename__ = "import_file"
    __table_args__ = (sa.UniqueConstraint("workspace", "key"),)

    # What it was given by, so that the same message is taken in once.
    key: str = Field(max_length=128)
    person_id: int = Field(foreign_key="person.id", index=True)
    name: str = Field(max_length=255)
    content: bytes | None = None
    choices: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    outcome: str | None = Field(default=None, max_length=24)
    at: datetime = Field(default_factory=_now)


class SummarySeen(_Row, table=True):
    """When someone last looked at a view of the plan; `about` is the theme, owner or department."""

    __tablename__ = "summary_seen"
    __table_args__ = (sa.UniqueConstraint("workspace", "person_id", "view", "about"),)

    person_id: int = Field(foreign_key="person.id")
    view: str = Field(max_length=24)
    about: str = Field(default="", max_length=200)
    at: datetime = Field(default_factory=_now)


class ChannelSummary(_Row, table=True):
    """A view of the plan that is posted in a channel; one for each channel.

    Whoever confirmed it answers for it: when they lead no more it stops.
    """

    __tablename__ = "channel_summary"
    __table_args__ = (
        sa.UniqueConstraint("workspace", "channel"),
        sa.Index("ix_channel_summary_next_at", "next_at", "id"),
    )

    channel: str = Field(max_length=64)
    view: str = Field(max_length=24)
    every: Every = Field(sa_type=_word(Every))
    confirmed_by_id: int = Field(foreign_key="person.id")
    # When to look at it next: to post it, or to see what became of the post.
    next_at: datetime
    # When the last post that got there was made, and the last ISO week for which that was settled.
    last_at: datetime | None = None
    week: str | None = Field(default=None, max_length=8)
    # The key in the outbox of the post of which it is not known yet whether it got there.
    awaits: str | None = Field(default=None, max_length=128)
    # How many in a row did not get there.
    failures: int = 0


class Invitation(_Row, table=True):
    """Someone asked for actions under a theme."""

    __table_args__ = (sa.UniqueConstraint("theme_id", "person_id"),)

    theme_id: int = Field(foreign_key="theme.id")
    person_id: int = Field(foreign_key="person.id")
    invited_by_id: int | None = Field(default=None, foreign_key="person.id")
    at: datetime = Field(default_factory=_now)


class Feedback(_Row, table=True):
    """Whether someone found a question of the coach's helpful; `ts` is Slack's of its message."""

    __table_args__ = (sa.UniqueConstraint("workspace", "person_id", "channel", "ts"),)

    person_id: int = Field(foreign_key="person.id")
    channel: str = Field(max_length=64)
    ts: str = Field(max_length=32)
    is_helpful: bool
    at: datetime = Field(default_factory=_now)


class ModelCall(_Row, table=True):
    """One call to a language model: what it cost and how it went, and no text of anybody."""

    __tablename__ = "model_call"
    __table_args__ = (sa.Index("ix_model_call_workspace_at", "workspace", "at"),)

    # The ledger fills in these two. A row without them is refused by the database.
    workspace: str = Field(default="", foreign_key="provider.workspace", max_length=64)
    at: datetime = Field(default=None, nullable=False)
    # What for, as in "turn".
    purpose: str = Field(max_length=24)
    model: str = Field(max_length=128)
    # Name and version, as in "turn@1".
    prompt: str = Field(max_length=48)
    # How the answer's form was asked for: "json_schema", "json_object" or "plain".
    form: str = Field(max_length=16)
    # Those read from the server's cache are counted in `tokens_in` too.
    tokens_in: int = 0
    tokens_out: int = 0
    tokens_cached: int = 0
    milliseconds: int
    # "ok", or how it failed, as in "timeout" or "rate_limited".
    outcome: str = Field(max_length=24)
    # The verdicts where model and rules differed, as in "measurable,restates_action".
    disagreed: str | None = Field(default=None, max_length=64)
    # What the rules dropped from the answer, and why, as in "target:not said".
    dropped: str | None = Field(default=None, max_length=255)


class Audit(_Row, table=True):
    """One changed field of an action: who, when, what, from, to.

    The database refuses to change or delete a row; only a name in it may be replaced by `ERASED`.
    """

    action_id: int = Field(foreign_key="action.id", index=True)
    person_id: int | None = Field(default=None, foreign_key="person.id")
    at: datetime = Field(default_factory=_now)
    field: str = Field(max_length=32)
    old: str | None = None
    new: str | None = None
    # The version of the action that the change made; None before that was kept.
    version: int | None = None
