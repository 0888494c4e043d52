"""Answers to questions about the plan: the actions that a question means, and what to say of them.

Values in, values out: the plan was read from the database before.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.coaching.asked_names import About, Kind, Known
from bot.coaching.asked_phrases import RAG_STATES, Span, State
from bot.coaching.due import STALE_DAYS
from bot.coaching.measures import BY_KEY, find_measures
from bot.coaching.phrases import in_words as day_in_words
from bot.coaching.phrases import listed, start_upper, trim
from bot.coaching.plan_questions import Question, View
from bot.coaching.viewing import counted
from bot.coaching.wording import GAP_NAMES, RAG_WORDS
from bot.coaching.words import content_stems
from bot.summaries import ActionLine, PlanView
from storage.models import Person
from storage.vocabulary import Rag, SarKind, Status

MOST_NAMED = 8
_ACTION_LENGTH = 90  # characters
_HERE = ZoneInfo("Europe/London")


def known_names(plan: PlanView, today: date, terms: tuple[tuple[date, date], ...] = ()) -> Known:
    """The names of a plan that a question may be about, on a day."""
    departments = (item.department for item in plan.sar_items if item.department)
    owners = (line.owner for line in plan.actions if line.owner)
    return Known(
        today,
        themes=tuple(theme.name for theme in plan.themes if theme.id is not None),
        departments=tuple(dict.fromkeys(departments)),
        owners=tuple(dict.fromkeys(owners)),
        sar_items=tuple(item.reference for item in plan.sar_items),
        terms=terms,
    )


# --- which actions ------------------------------------------------------------------------------


def matching(question: Question, plan: PlanView, today: date, asker: Person) -> list[ActionLine]:
    """The actions that a question asks for, in the order of the plan."""
    return [
        line
        for line in plan.actions
        if (not question.mine or line.stored.action.owner_id == asker.id)
        and all(_is_about(line, about, plan) for about in question.about)
        and (not question.lacks or any(GAP_NAMES[name] in line.gaps for name in question.lacks))
        and _stands(line, question, today)
    ]


def _stands(line: ActionLine, question: Question, today: date) -> bool:
    rated = [state for state in question.states if state in RAG_STATES]
    others = [state for state in question.states if state not in RAG_STATES]
    if rated and not any(_is(line, state, question.span, today) for state in rated):
        return False
    return all(_is(line, state, question.span, today) for state in others)


def _is(line: ActionLine, state: State, span: Span | None, today: date) -> bool:
    return _TESTS[state](line, span or Span(None, None, ""), today)


def _day(at: datetime) -> date:
    return at.astimezone(_HERE).date()


def _last_word(line: ActionLine) -> date | None:
    """The day of the last update, else of the agreement."""
    if line.last_update is not None:
        return _day(line.last_update.at)
    agreed = line.stored.action.agreed_at
    return _day(agreed) if agreed else None


def _is_quiet(line: ActionLine, span: Span, today: date) -> bool:
    since = span.first or today - timedelta(days=STALE_DAYS - 1)
    last = _last_word(line) if span.first is None else None
    if span.first is not None and line.last_update is not None:
        last = _day(line.last_update.at)
    return line.is_live and (last is None or last < since)


def _is_due(line: ActionLine, span: Span, today: date) -> bool:
    due = line.draft.due
    if not line.is_live or due is None or span.last is None:
        return False
    return (span.first or today) <= due <= span.last


def _has_moved(line: ActionLine, span: Span, today: date) -> bool:
    action = line.stored.action
    days = [_day(update.at) for update in line.stored.updates]
    days += [_day(at) for at in (action.agreed_at, action.parked_at) if at]
    return span.first is not None and any(span.first <= day <= today for day in days)


def _rated(rag: Rag) -> Callable[[ActionLine, Span, date], bool]:
    return lambda line, span, today: line.is_live and line.rag is rag


_TESTS: dict[State, Callable[[ActionLine, Span, date], bool]] = {
    State.OFF_TRACK: _rated(Rag.RED),
    State.AT_RISK: _rated(Rag.AMBER),
    State.ON_TRACK: _rated(Rag.GREEN),
    State.OVERDUE: lambda line, span, today: line.is_overdue(today),
    State.DUE: _is_due,
    State.DONE: lambda line, span, today: line.status is Status.COMPLETE,
    State.OPEN: lambda line, span, today: line.status is not Status.COMPLETE,
    State.NOT_STARTED: lambda line, span, today: line.is_live and not line.stored.updates,
    State.NO_UPDATE: _is_quiet,
    State.MOVED: _has_moved,
    State.DRAFT: lambda line, span, today: line.status is Status.DRAFT,
    State.PARKED: lambda line, span, today: line.is_parked,
}


def _is_about(line: ActionLine, about: About, plan: PlanView) -> bool:
    draft, kind = line.draft, about.kind
    items = [item for item in plan.sar_items if item.reference in draft.sar_items]
    if kind is Kind.THEME:
        return draft.theme == about.name
    if kind is Kind.OWNER:
        return set(about.name.lower().split()) <= set((line.owner or "").lower().split())
    if kind is Kind.DEPARTMENT:
        return any(item.department == about.name for item in items)
    if kind is Kind.SAR_ITEM:
        return about.name in draft.sar_items
    if kind is Kind.ACTION:
        return line.reference == about.name
    if kind is Kind.MEASURE:
        text = draft.measure or f"{draft.action or ''} {draft.impact or ''}"
        keys = {named.measure.key for named in find_measures(text)}
        return about.name in keys or content_stems(about.typed) <= content_stems(text)
    told = [draft.action, draft.impact, draft.measure, draft.theme]
    told += [text for item in items for text in (item.judgement, item.department)]
    return content_stems(about.name) <= content_stems(" ".join(filter(None, told)))


# --- in words -----------------------------------------------------------------------------------


def _anybody(line: ActionLine) -> bool:
    return True


def in_words(
    question: Question,
    found: Sequence[ActionLine],
    plan: PlanView,
    today: date,
    sees: Callable[[ActionLine], bool] = _anybody,
) -> str:
    """The answer: what was asked for and how many there are, then the actions by reference.

    `sees` says of an action whether the asker may read its owner's name beside how it goes.
    """
    if question.view is View.SAR:
        return _coverage(plan)
    unknown = _unknown(question, plan)
    if unknown:
        return unknown
    if question.about and question.about[0].kind is Kind.ACTION:
        return "\n".join(_of_one(line, today, sees) for line in found)
    says = f"{start_upper(_asked_for(question))}: {len(found) or 'none'}."
    if not found:
        return says
    if question.by_owner:
        return f"{says} {_by_owner(found, sees)}"
    if not question.states and not question.lacks:
        says += f" {_standing(found, today)}"
        found = sorted(found, key=lambda line: _pressing(line, today))
    return "\n".join([says, *_lines(found, today, sees)])


def _asked_for(question: Question) -> str:
    """What a question was taken to ask for: "actions on attendance that are overdue"."""
    says = "your actions" if question.mine else "actions"
    if question.view in (View.PLAN, View.GOVERNORS):
        return "actions in the plan"
    for about in question.about:
        says += _ABOUT[about.kind].format(_name(about))
    rated = [state for state in question.states if state in RAG_STATES]
    states = [listed([state.value for state in rated], "or")] if rated else []
    states += [_state(state, question.span) for state in question.states if state not in RAG_STATES]
    if states:
        says += f" that are {listed(states)}"
    if question.lacks:
        gaps = listed([GAP_NAMES[name].removeprefix("no ") for name in question.lacks], "or")
        says += f" still without {gaps}"
    return says


_ABOUT = {
    Kind.THEME: " under “{}”",
    Kind.OWNER: " of {}",
    Kind.DEPARTMENT: " in {}",
    Kind.SAR_ITEM: " for {}",
    Kind.ACTION: " {}",
    Kind.MEASURE: " on {}",
    Kind.TOPIC: " on {}",
}


def _name(about: About) -> str:
    if about.kind is Kind.MEASURE:
        return about.typed or BY_KEY[about.name].title
    # Of several people of one first name no full name is known.
    return about.name.title() if about.kind is Kind.OWNER and about.name.islower() else about.name


def _state(state: State, span: Span | None) -> str:
    if state is State.DUE and span:
        return f"due {span.words}"
    if state is State.MOVED and span:
        return f"updated, agreed or parked {span.words}"
    if state is State.NO_UPDATE:
        return f"without an update {span.words if span else f'for {STALE_DAYS} days or more'}"
    return state.value


def _unknown(question: Question, plan: PlanView) -> str | None:
    """What to say of a name that nothing in the plan is called; None where all are known."""
    for about in question.about:
        if any(_is_about(line, about, plan) for line in plan.actions):
            continue
        if about.kind is Kind.ACTION:
            return f"There is no {about.name} in the plan of {plan.academic_year}."
        if about.kind is Kind.MEASURE:
            return f"No action in the plan of {plan.academic_year} is about {about.typed}."
        if about.kind is not Kind.TOPIC:
            continue
        known = known_names(plan, date.min)
        there = [*known.departments, *known.themes]
        also = f" There is {_some([f'“{name}”' for name in there])}." if there else ""
        return (
            f"There is no department, theme or person called {about.name}, and no action speaks "
            f"of it.{also}"
        )
    return None


def _some(words: Sequence[str]) -> str:
    rest = len(words) - MOST_NAMED
    return listed([*words[:MOST_NAMED], f"{rest} more"] if rest > 0 else list(words))


_Sees = Callable[[ActionLine], bool]


def _lines(found: Sequence[ActionLine], today: date, sees: _Sees) -> list[str]:
    lines = [_line(line, today, sees) for line in found[:MOST_NAMED]]
    rest = len(found) - MOST_NAMED
    return [*lines, f"and {rest} more"] if rest > 0 else lines


def _line(line: ActionLine, today: date, sees: _Sees) -> str:
    says = trim(line.draft.action or "No action yet", _ACTION_LENGTH)
    return f"{line.reference} {says} ({', '.join(_particulars(line, today, sees))})"


def _particulars(line: ActionLine, today: date, sees: _Sees) -> list[str]:
    due = line.draft.due
    if line.is_overdue(today):
        when = f"overdue since {day_in_words(due)}" if due else ""
    else:
        when = f"due {day_in_words(due)}" if due else "no date"
    owner = (line.owner if sees(line) else None) if line.owner else "no owner"
    return [*([owner] if owner else []), _stand(line), when]


def _stand(line: ActionLine) -> str:
    """How an action stands, in a word or two; each stands in one way."""
    if line.status is Status.COMPLETE:
        return State.DONE.value
    if line.is_parked:
        return State.PARKED.value
    if line.status is Status.DRAFT:
        return State.DRAFT.value
    return RAG_WORDS[line.rag] if line.rag else "no update yet"


def _of_one(line: ActionLine, today: date, sees: _Sees) -> str:
    last = line.last_update
    update = f"last update {day_in_words(_day(last.at))}" if last else "no update so far"
    reading = next((u.reading for u in reversed(line.stored.updates) if u.reading), None)
    levels = [line.draft.baseline, reading, line.draft.target]
    names = ("from", "last at", "target")
    figures = [f"{name} {level}" for name, level in zip(names, levels, strict=True) if level]
    measure = f" {start_upper(line.draft.measure or 'the measure')}: {', '.join(figures)}."
    *owner, stand, when = _particulars(line, today, sees)
    action = trim(line.draft.action or "No action yet", _ACTION_LENGTH).rstrip(".")
    return (
        f"{line.reference} is {stand}: {action} ({', '.join([*owner, when, update])})."
        f"{measure if figures else ''}"
    )


_ORDER = (RAG_WORDS[Rag.RED], RAG_WORDS[Rag.AMBER], RAG_WORDS[Rag.GREEN], "no update yet")


def _standing(found: Sequence[ActionLine], today: date) -> str:
    """How many stand how: "1 off track, 2 on track; 1 overdue."."""
    counts = Counter(_stand(line) for line in found)
    names = [*_ORDER, *sorted(counts.keys() - set(_ORDER))]
    says = ", ".join(f"{counts[name]} {name}" for name in names if counts[name])
    overdue = sum(line.is_overdue(today) for line in found)
    return start_upper(f"{says}{f'; {overdue} overdue' if overdue else ''}.")


def _pressing(line: ActionLine, today: date) -> tuple[bool, int]:
    """Puts what is overdue first, then what is off track, and last what asks for nothing."""
    stand = _stand(line)
    return not line.is_overdue(today), _ORDER.index(stand) if stand in _ORDER else len(_ORDER)


def _by_owner(found: Sequence[ActionLine], sees: _Sees) -> str:
    people = len({line.owner or "no owner" for line in found})
    by_owner: dict[str, list[str]] = {}
    for line in filter(sees, found):
        by_owner.setdefault(line.owner or "no owner", []).append(line.reference)
    says = [f"{owner}: {_some(references)}" for owner, references in by_owner.items()]
    rest = len(says) - MOST_NAMED
    shown = [*says[:MOST_NAMED], f"and {rest} more"] if rest > 0 else says
    unseen = people - len(by_owner)
    if unseen:
        shown.append("Who they are is told to quality leads and to the sponsors of their themes.")
    return "\n".join([f"{counted(people, 'person')} in all.", *shown])


def _coverage(plan: PlanView) -> str:
    areas = [item for item in plan.sar_items if item.kind is SarKind.AREA_FOR_IMPROVEMENT]
    waiting = [item.reference for item in areas if item.waiting_note]
    says = f"Areas for improvement without an action: {len(plan.uncovered)} of {len(areas)}"
    says += f": {_some(plan.uncovered)}." if plan.uncovered else "."
    wait = f"{len(waiting)} more {'waits' if len(waiting) == 1 else 'wait'} by decision"
    return f"{says} {wait}: {_some(waiting)}." if waiting else says
