"""The state of an interview, and what the coach says: values that go to JSON and back."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlmodel import Field, SQLModel

from bot.coaching.draft import Draft
from bot.coaching.reading import Reading


class Stage(StrEnum):
    CHOOSING = "choosing"
    ASKING = "asking"
    CONFIRMING = "confirming"
    STOPPED = "stopped"
    AGREED = "agreed"


class Outcome(StrEnum):
    """What a step settles beyond the next question."""

    AGREED = "agreed"
    SAVED = "saved"


class Pending(SQLModel):
    """A yes-or-no or either-or that the coach has put and awaits."""

    kind: str
    field: str
    options: list[str] = Field(default_factory=list)


class Interview(SQLModel):
    """The whole state of one conversation; serialises to JSON and back without loss."""

    stage: Stage = Stage.CHOOSING
    draft: Draft = Field(default_factory=Draft)
    focus: str | None = None
    # Every field that the last question asked about, the focus first.
    asked: list[str] = Field(default_factory=list)
    pending: Pending | None = None
    tries: dict[str, int] = Field(default_factory=dict)
    left_open: list[str] = Field(default_factory=list)
    # Values questioned once ("due=2028-07-31"): given again, they are meant.
    questioned: list[str] = Field(default_factory=list)
    used: list[str] = Field(default_factory=list)
    choices: list[str] = Field(default_factory=list)
    # The last question in its very words.
    question: str = ""
    past: list[dict[str, Any]] = Field(default_factory=list)
    # Fields usually taken for granted that must be asked, because what was said cannot stand.
    owed: list[str] = Field(default_factory=list)
    # Replies in this sitting; a conversation that goes round in circles is put down at last.
    replies: int = 0
    # The version of the stored action that the draft was last in step with.
    saved_version: int | None = None
    # The Slack message it was begun from.
    source_link: str | None = None
    # Messages the coach has sent; a button of an earlier one is recognised as stale by it.
    said: int = 0


@dataclass(frozen=True)
class Choice:
    """A button or a numbered line: what it shows, and the reply it stands for."""

    label: str
    reply: str


@dataclass(frozen=True)
class Say:
    """What the coach says: plain text, choices to press, and whether the draft goes with it."""

    text: str
    choices: tuple[Choice, ...] = ()
    field: str | None = None
    shows_draft: bool = False
    outcome: Outcome | None = None
    # The reply told of someone at risk: nobody but those it is for should read it again.
    forget_reply: bool = False
    # All the fields the question asks about, `field` first.
    fields: tuple[str, ...] = ()
    # The question is in a model's words.
    worded: bool = False


# How a coach reads a reply: called as reader(text, today, action=, asked=).
Reader = Callable[..., Reading]
