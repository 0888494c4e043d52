"""The words that code, database and screens share, as enumerations without a database behind them.

Apart from the tables, so that reading a reply needs no database library.
"""

from enum import StrEnum


class SarKind(StrEnum):
    STRENGTH = "strength"
    AREA_FOR_IMPROVEMENT = "area_for_improvement"


class Driver(StrEnum):
    """Why an action exists: what in the SAR drove it."""

    OUTCOMES = "outcomes"
    LEARNER_FEEDBACK = "learner_feedback"
    INSPECTION = "inspection"
    CURRICULUM_CHANGE = "curriculum_change"
    COMPLIANCE = "compliance"
    EMPLOYER_FEEDBACK = "employer_feedback"
    SAFEGUARDING = "safeguarding"
    OTHER = "other"


class Direction(StrEnum):
    """Whether a measure gets better by going up or by going down."""

    HIGHER = "higher"
    LOWER = "lower"


class Status(StrEnum):
    DRAFT = "draft"
    AGREED = "agreed"
    IN_PROGRESS = "in_progress"
    COMPLETE = "complete"
    WITHDRAWN = "withdrawn"


class Rag(StrEnum):
    """Red, amber, green; complete is blue. Always shown with its word, never as a colour alone."""

    RED = "red"
    AMBER = "amber"
    GREEN = "green"
    BLUE = "blue"


class Role(StrEnum):
    LEAD = "lead"
    SPONSOR = "sponsor"
    OWNER = "owner"
    READER = "reader"


class Verdict(StrEnum):
    MET = "met"
    WEAK = "weak"
    MISSING = "missing"


class Speaker(StrEnum):
    PERSON = "person"
    COACH = "coach"


class InterviewStatus(StrEnum):
    """`open` awaits a reply; `stopped` was left as a draft and can be carried on."""

    OPEN = "open"
    STOPPED = "stopped"
    AGREED = "agreed"


class Delivery(StrEnum):
    """`waiting` means not known to be sent: after a restart, look before sending."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


class Nation(StrEnum):
    """Whose bank holidays a provider keeps."""

    ENGLAND = "england"
    WALES = "wales"
    SCOTLAND = "scotland"
    NORTHERN_IRELAND = "northern_ireland"


class Every(StrEnum):
    """How often something is sent."""

    WEEK = "week"
    MONTH = "month"
    HALF_TERM = "half_term"


class ReminderKind(StrEnum):
    """What somebody is sent of their own accord.

    `owner`: what is due of their actions; `quiet`: that nothing is; `unanswered`: to a sponsor,
    that an owner has not answered for weeks, kept as the owner's; `overview`: how the plan goes.
    """

    OWNER = "owner"
    QUIET = "quiet"
    UNANSWERED = "unanswered"
    OVERVIEW = "overview"
