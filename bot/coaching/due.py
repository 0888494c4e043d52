"""What an owner is asked about in a week: their own actions, and why each of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from bot.coaching.dates import year_start
from bot.coaching.lines import from_to
from bot.coaching.looking import is_behind, look
from bot.coaching.phrases import in_words, start_upper
from bot.coaching.whole_plan import STANDARD, Planned, Update
from storage.models import MilestoneFields
from storage.vocabulary import Rag

# Judgement, no source: a fortnight is time enough to do something, after four weeks four reminders
# have gone unanswered, and within six days somebody has said it already.
AHEAD_DAYS = 14
STALE_DAYS = 28
RECENT_DAYS = 6
MOST_ASKED = 10


class Why(StrEnum):
    """Why an action is asked about, the most pressing first."""

    OVERDUE = "overdue"
    MILESTONE = "milestone"
    DUE_SOON = "due_soon"
    STALE = "stale"


@dataclass(frozen=True)
class Owned:
    """An action as its owner has it. `id` is whatever it is known by outside."""

    id: int
    planned: Planned
    snoozed_until: date | None = None


@dataclass(frozen=True)
class Asked:
    """An action that is asked about: why, in sentences, and how its figures stand."""

    id: int
    reference: str
    action: str
    whys: tuple[Why, ...]
    reasons: tuple[str, ...]
    figures: str | None
    rag: Rag | None
    # What the readings say where they contradict a green.
    doubt: str | None


@dataclass(frozen=True)
class Week:
    """What an owner is asked about this week: the most pressing, and how many more there are.

    `has_actions` where they have any that is agreed and not over, and `is_recent` where they have
    said something of one in the last days.
    """

    asked: tuple[Asked, ...]
    more: int
    has_actions: bool
    is_recent: bool


def week_of(
    owned: Sequence[Owned], today: date, academic_year: str, *, only_overdue: bool = False
) -> Week:
    """What an owner is asked about on a day.

    Whoever updated an action in the last six days is asked only about others that are overdue: what
    is late they should hear of in any case.
    """
    live = [each for each in owned if each.planned.is_agreed]
    recent = {each.id for each in live if _is_recent(each.planned, today)}
    found = []
    for each in live:
        if each.id in recent or (each.snoozed_until is not None and each.snoozed_until > today):
            continue
        whys = _whys(each.planned, today)
        if only_overdue or recent:
            whys = {why: says for why, says in whys.items() if why is Why.OVERDUE}
        if whys:
            found.append((each, whys))
    found.sort(key=lambda one: _pressing(one[0], one[1]))
    asked = tuple(_asked(each, whys, today, academic_year) for each, whys in found[:MOST_ASKED])
    return Week(asked, max(0, len(found) - MOST_ASKED), bool(live), bool(recent))


def _is_recent(planned: Planned, today: date) -> bool:
    last = planned.last_update
    return last is not None and (today - last.on).days <= RECENT_DAYS


def _whys(planned: Planned, today: date) -> dict[Why, str]:
    """Why an action is asked about, a sentence each, the most pressing first."""
    due, found = planned.draft.due, {}
    if due is not None and due < today:
        found[Why.OVERDUE] = f"Overdue since {in_words(due)}."
    checks = [m for m in planned.draft.milestones if _is_near(m, today)]
    if checks:
        found[Why.MILESTONE] = " ".join(_check_says(m, today) for m in checks)
    if due is not None and today <= due <= today + timedelta(days=AHEAD_DAYS):
        found[Why.DUE_SOON] = "Due today." if due == today else f"Due on {in_words(due)}."
    since = planned.last_update.on if planned.last_update else planned.agreed_on
    if since is not None and (today - since).days >= STALE_DAYS:
        never = "No update yet; it was agreed on" if not planned.updates else "No update since"
        found[Why.STALE] = f"{never} {in_words(since)}."
    return found


def _is_near(milestone: MilestoneFields, today: date) -> bool:
    """Whether a check on the way is to be seen by the end of this week, or should have been."""
    week_ends = today + timedelta(days=6 - today.weekday())
    return not milestone.done and milestone.due is not None and milestone.due <= week_ends


def _check_says(milestone: MilestoneFields, today: date) -> str:
    assert milestone.due is not None
    late = "was to be seen" if milestone.due < today else "to be seen"
    text = milestone.text.strip().rstrip(".")
    return f"Check on the way, {late} by {in_words(milestone.due)}: {text}."


def _pressing(each: Owned, whys: dict[Why, str]) -> tuple[int, date, int]:
    order = list(Why)
    return min(order.index(why) for why in whys), each.planned.draft.due or date.max, each.id


def _asked(each: Owned, whys: dict[Why, str], today: date, academic_year: str) -> Asked:
    planned = each.planned
    return Asked(
        id=each.id,
        reference=planned.reference,
        action=planned.draft.action or "No action yet",
        whys=tuple(whys),
        reasons=tuple(whys.values()),
        figures=figures_of(planned, today),
        rag=planned.rated,
        doubt=doubt_of(planned, today, academic_year),
    )


def figures_of(planned: Planned, today: date) -> str | None:
    """How the measure stands: "Retention 84% → 88% by July, last 85% in October"."""
    draft, last = planned.draft, planned.last_reading
    figures = from_to(draft.baseline, draft.target, draft.unit)
    if not figures and last is None:
        return None
    parts = [" ".join(filter(None, (draft.measure or "the measure", figures)))]
    if figures and draft.due:
        parts[0] += f" by {_month(draft.due, today)}"
    if last is not None:
        parts.append(f"last {last.reading} in {_month(last.on, today)}")
    elif draft.baseline:
        parts.append("no reading yet")
    return start_upper(", ".join(parts))


def _month(day: date, today: date) -> str:
    """The month of a day, with its year where it is not plainly the nearest."""
    return f"{day:%B}" if abs((day - today).days) < 300 else f"{day:%B %Y}"


def doubt_of(planned: Planned, today: date, academic_year: str) -> str | None:
    """What the readings say where they contradict a green; None where they do not.

    The owner's confidence and the measured value are kept apart: neither changes the other.
    """
    last: Update | None = planned.last_reading
    if planned.rated is not Rag.GREEN or last is None:
        return None
    begins = year_start(academic_year)
    if not is_behind(look(planned, today), last, begins, STANDARD.behind):
        return None
    target = planned.draft.target
    return f"It is called on track, but {last.reading} is well behind the way to {target}."
