"""How a plan goes since a day: what moved, what was gained for learners, what is stuck."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.coaching.due import STALE_DAYS
from bot.coaching.looking import Seen, comparable, level, look
from bot.coaching.phrases import in_words, start_upper
from bot.coaching.whole_plan import Planned, Update
from bot.coaching.wording import RAG_WORDS
from storage.vocabulary import Rag, Status


@dataclass(frozen=True)
class Line:
    """One action and what there is to say of it."""

    reference: str
    says: str


@dataclass(frozen=True)
class Overview:
    """How actions go. Each is under one heading at most, the first that it fits."""

    gained: tuple[Line, ...] = ()
    moved: tuple[Line, ...] = ()
    stuck: tuple[Line, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.gained or self.moved or self.stuck)


def overview(actions: Sequence[Planned], since: date, today: date) -> Overview:
    """What is to be told of these actions on a day; `since` is the day of what was told before."""
    gained, moved, stuck = [], [], []
    for planned in actions:
        if planned.is_parked or planned.status in (Status.DRAFT, Status.WITHDRAWN):
            continue
        news = [u for u in planned.updates if u.on >= since]
        before = [u for u in planned.updates if u.on < since]
        gain = _gain(planned, news, before, today) if news else None
        move = _move(news, before) if news else None
        stop = _stuck(planned, today)
        if gain:
            gained.append(_line(planned, gain))
        elif stop:
            stuck.append(_line(planned, stop))
        elif move:
            moved.append(_line(planned, move))
    return Overview(tuple(gained), tuple(moved), tuple(stuck))


def _line(planned: Planned, says: str) -> Line:
    return Line(planned.reference, says)


def _gain(
    planned: Planned, news: Sequence[Update], before: Sequence[Update], today: date
) -> str | None:
    """What learners have gained by the readings: a target reached, or a level better than before."""
    read = [update for update in news if update.reading]
    if not read:
        return None
    last, draft = read[-1].reading, planned.draft
    earlier = next((u.reading for u in reversed(before) if u.reading), draft.baseline)
    seen = look(planned, today)
    what = start_upper(draft.measure or "the measure")
    if _is_at_least(seen, last, draft.target):
        done = ", and complete" if planned.status is Status.COMPLETE else ""
        return f"{what} is at {last}: the target of {draft.target} is reached{done}."
    if earlier and _is_at_least(seen, last, earlier) and not _is_at_least(seen, earlier, last):
        to = f", on the way to {draft.target}" if draft.target else ""
        return f"{what} went from {earlier} to {last}{to}."
    return None


def _is_at_least(seen: Seen, one: str | None, other: str | None) -> bool:
    """Whether one level is as good as another or better; False where they cannot be compared."""
    unit = seen.draft.unit
    first, second = level(one, unit), level(other, unit)
    if first is None or second is None or seen.sign is None or not comparable(first, second):
        return False
    return (first.value - second.value) * seen.sign >= 0


def _move(news: Sequence[Update], before: Sequence[Update]) -> str | None:
    was, now = before[-1].rag if before else None, news[-1].rag
    if was is now:
        return None
    if was is None:
        return f"First update: {RAG_WORDS[now]}."
    return f"{start_upper(RAG_WORDS[was])} → {RAG_WORDS[now]}."


def _stuck(planned: Planned, today: date) -> str | None:
    """Why an action needs somebody's help, the plainest reason first."""
    if not planned.is_agreed:
        return None
    due, last = planned.draft.due, planned.last_update
    since = last.on if last else planned.agreed_on
    if due is not None and due < today:
        return f"Overdue since {in_words(due)}."
    if planned.rated is Rag.RED:
        return "Off track."
    if since is not None and (today - since).days >= STALE_DAYS:
        return f"No update since {in_words(since)}."
    return None
