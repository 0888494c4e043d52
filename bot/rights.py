"""Who may do what: by role, and by what a person has to do with an action.

Every button, command and modal asks here before anything is changed; what is shown or hidden on a
screen is a courtesy.
"""

from collections.abc import Iterable
from enum import StrEnum

from bot.coaching.wording import STATUS_NAMES
from storage.actions import StoredAction
from storage.models import Person
from storage.vocabulary import Role, Status


class Deed(StrEnum):
    """What can be done with an action, in the words of a refusal: "only … may agree it"."""

    SEE = "see"
    EDIT = "change"
    UPDATE = "update"
    AGREE = "agree"
    COMPLETE = "complete"
    WITHDRAW = "withdraw"
    SNOOZE = "snooze"
    ACCEPT = "accept"
    PASS_ON = "pass on"
    PARK = "park"
    RESUME = "take up"


# The status an action must have.
_WHEN = {
    Deed.SEE: frozenset(Status),
    Deed.EDIT: frozenset({Status.DRAFT, Status.AGREED, Status.IN_PROGRESS}),
    Deed.UPDATE: frozenset({Status.AGREED, Status.IN_PROGRESS}),
    Deed.AGREE: frozenset({Status.DRAFT}),
    Deed.COMPLETE: frozenset({Status.AGREED, Status.IN_PROGRESS}),
    Deed.WITHDRAW: frozenset({Status.DRAFT, Status.AGREED, Status.IN_PROGRESS}),
    Deed.SNOOZE: frozenset({Status.AGREED, Status.IN_PROGRESS}),
    **dict.fromkeys(
        (Deed.ACCEPT, Deed.PASS_ON, Deed.PARK, Deed.RESUME),
        frozenset({Status.DRAFT, Status.AGREED, Status.IN_PROGRESS}),
    ),
}
# What a parked action waits with.
_NOT_PARKED = frozenset({Deed.UPDATE, Deed.AGREE, Deed.COMPLETE, Deed.SNOOZE, Deed.PARK})
# For quality leads alone, since they answer for how long the plan is.
_LEADS_ONLY = frozenset({Deed.PARK, Deed.RESUME})
# For its owner alone, since it is theirs to say whether it is.
_OWNERS_ONLY = frozenset({Deed.ACCEPT, Deed.PASS_ON})
_SPONSORS_TOO = frozenset({Deed.EDIT})
# Whoever wrote a draft for somebody else may still change it or take it back.
_AUTHORS_TOO = frozenset({Deed.EDIT, Deed.WITHDRAW})


def leads(person: Person) -> bool:
    """Whether someone runs the plan: its themes, SAR items and roles."""
    return person.role is Role.LEAD


READERS = "Readers see the plan and leave it as it is. Ask a quality lead if that should change."


def may_write(person: Person) -> bool:
    """Whether someone may write actions; `READERS` says why not."""
    return person.role is not Role.READER


def may_move(person: Person, stored: StoredAction) -> bool:
    """Whether someone may put an action under another theme: a lead, or the sponsor it has now."""
    sponsor_id = stored.theme.sponsor_id if stored.theme else None
    return leads(person) or (may_write(person) and sponsor_id == person.id)


def may_invite(person: Person, sponsor_id: int | None) -> bool:
    """Whether someone may ask others for actions under a theme of this sponsor."""
    return leads(person) or (may_write(person) and sponsor_id == person.id)


def sees_review(person: Person) -> bool:
    """Whether someone may see the review of the whole plan: who leads, sponsors or governs."""
    return person.role is not Role.OWNER


def sees_work_of(person: Person, owner_id: int | None, owned: Iterable[StoredAction]) -> bool:
    """Whether someone may see gathered under one name what that person owns.

    Everyone sees their own, a lead anybody's, and a sponsor that of whoever owns an action under a
    theme of theirs. All others are told counts: each action has its card for everyone to read, but
    who is behind with how much concerns the owner and those who look after the plan. `owner_id` is
    None for an owner who is named in words only.
    """
    if leads(person) or (owner_id is not None and owner_id == person.id):
        return True
    themes = (stored.theme for stored in owned)
    return may_write(person) and any(theme and theme.sponsor_id == person.id for theme in themes)


def refusal(person: Person, deed: Deed, stored: StoredAction) -> str | None:
    """Why someone may not do this with an action, in a sentence to them; None where they may."""
    action = stored.action
    if not _concerns(person, deed, stored):
        return f"Only {_who(deed, stored)} can {deed} {action.reference}."
    if action.status not in _WHEN[deed]:
        now = STATUS_NAMES[action.status]
        article = "a " if action.status is Status.DRAFT else ""
        return f"{action.reference} is {article}{now}: there is nothing to {deed}."
    if deed is Deed.ACCEPT and action.proposed_by_id is None:
        return f"{action.reference} is yours already."
    if deed is Deed.RESUME and action.parked_at is None:
        return f"{action.reference} is not parked."
    if deed in _NOT_PARKED and action.parked_at is not None:
        return f"{action.reference} is parked. A quality lead can take it up again."
    return None


def _who(deed: Deed, stored: StoredAction) -> str:
    whose = stored.owner.name if stored.owner else "its owner"
    if deed in _OWNERS_ONLY:
        return whose
    if deed in _LEADS_ONLY:
        return "a quality lead"
    sponsor = ", the sponsor of its theme" if deed in _SPONSORS_TOO else ""
    return f"{whose}{sponsor} or a quality lead"


def may(person: Person, deed: Deed, stored: StoredAction) -> bool:
    """Whether someone may do this with an action as it stands."""
    return refusal(person, deed, stored) is None


def _concerns(person: Person, deed: Deed, stored: StoredAction) -> bool:
    action, theme = stored.action, stored.theme
    if deed in _OWNERS_ONLY:
        return person.role is not Role.READER and action.owner_id == person.id
    if deed is Deed.SEE or person.role is Role.LEAD:
        return True
    if person.role is Role.READER or deed in _LEADS_ONLY:
        return False
    if action.owner_id == person.id:
        return True
    if deed in _SPONSORS_TOO and theme is not None and theme.sponsor_id == person.id:
        return True
    is_draft = action.status is Status.DRAFT
    return deed in _AUTHORS_TOO and is_draft and action.created_by_id == person.id
