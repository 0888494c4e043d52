"""Checks of a whole plan on time and on reporting.

`milestones`, `end_loaded` and `lag` count drafts among the live actions; `stale`, `overdue` and
`honesty` look only at what somebody has agreed. The number that opens a docstring is the check's in
the rubric for whole plans.
"""

from datetime import date

from bot.coaching.looking import Seen, is_behind
from bot.coaching.measures import BY_KEY
from bot.coaching.phrases import in_words, listed, start_upper
from bot.coaching.viewing import (
    NO_ACTIONS,
    Found,
    Light,
    View,
    at_least,
    counted,
    references,
    share_of,
    some,
    upto,
    worst,
)
from bot.coaching.whole_plan import Limits, WholePlan
from storage.vocabulary import Rag, Status


def milestones(view: View, limits: Limits) -> Found:
    """12: live actions with a dated check in the current term; between terms, in the next one.

    An action that falls due in the term has that to show.
    """
    if not view.live:
        return NO_ACTIONS
    term = _term(view.plan)
    if term is None:
        over = "The last term of this year is over."
        unknown = "The dates of this term are not known here."
        return Found(Light.UNKNOWN, over if view.plan.terms else unknown)
    total = len(view.live)
    short = [s for s in view.live if not any(term[0] <= day <= term[1] for day in _days(s))]
    light = at_least((total - len(short)) / total, limits.milestones_green, limits.milestones_amber)
    until = f"by the end of term, {in_words(term[1])}"
    if not short:
        return Found(light, f"Every action has something to show {until}.")
    says = share_of(len(short), total, "action", "has", "have")
    return Found(
        light, f"{says} nothing to show {until}: {some(references(short))}.", references(short)
    )


def _term(plan: WholePlan) -> tuple[date, date] | None:
    coming = [term for term in plan.terms if term[1] >= plan.today]
    return min(coming, key=lambda term: term[1], default=None)


def _days(s: Seen) -> list[date]:
    days = [m.due for m in s.draft.milestones]
    return [day for day in (*days, s.draft.due) if day is not None]


def end_loaded(view: View, limits: Limits) -> Found:
    """13: live actions with a date that fall due too late in the year to put anything right."""
    dated = [s for s in view.live if s.draft.due]
    if not dated:
        return Found(Light.UNKNOWN, "No action has a date yet.")
    late = [s for s in dated if s.draft.due and s.draft.due.month in limits.late_months]
    light = upto(len(late) / len(dated), limits.late_green, limits.late_amber)
    months = listed([f"{date(2000, month, 1):%B}" for month in limits.late_months], "or")
    if light is Light.GREEN:
        return Found(light, "The dates are spread over the year.")
    says = share_of(len(late), len(dated), "dated action", "falls", "fall")
    says += f" due in {months}, too late to put anything right this year."
    return Found(light, says, references(late))


def stale(view: View, limits: Limits) -> Found:
    """14: how long agreed actions have gone without an update, in days of term where terms are given.

    An action without one counts from its agreement.
    """
    waits = [(s, wait) for s in view.agreed if (wait := _wait(s, view.plan)) is not None]
    if not view.agreed:
        return Found(Light.UNKNOWN, "Nobody has agreed an action yet, so no update is due.")
    if len(waits) < len(view.agreed) and not any(w > limits.stale_green for _, w in waits):
        unknown = len(view.agreed) - len(waits)
        says = share_of(unknown, len(view.agreed), "agreed action", "has", "have")
        return Found(Light.UNKNOWN, f"{says} no update, and no date of agreement to count from.")
    old = sorted(
        (each for each in waits if each[1] > limits.stale_green), key=lambda each: -each[1]
    )
    of_term = " of term" if view.plan.terms else ""
    if not old:
        says = (
            f"Every agreed action was agreed or reported on in the last {limits.stale_green} days"
            f"{of_term}."
        )
        return Found(Light.GREEN, says)
    longest = old[0][1]
    light = upto(longest, limits.stale_green, limits.stale_amber)
    says = share_of(len(old), len(view.agreed), "agreed action", "has", "have")
    says += f" gone more than {limits.stale_green} days{of_term} without an update"
    says += f"; {old[0][0].reference} has waited longest, {longest} days."
    return Found(light, says, references([s for s, _ in old]))


def _wait(s: Seen, plan: WholePlan) -> int | None:
    since = s.planned.last_update.on if s.planned.last_update else s.planned.agreed_on
    if since is None:
        return None
    if not plan.terms:
        return max(0, (plan.today - since).days)
    return sum(
        max(0, (min(plan.today, last) - max(since, first)).days) for first, last in plan.terms
    )


def overdue(view: View, limits: Limits) -> Found:
    """21: agreed actions past their date, and those whose date was moved again and again."""
    if not any(s.draft.due for s in view.agreed):
        return Found(Light.UNKNOWN, "No agreed action has a date yet.")
    late = [s for s in view.agreed if s.draft.due and s.draft.due < view.plan.today]
    late.sort(key=lambda s: s.draft.due or view.plan.today)
    moved = [s for s in view.agreed if s.planned.redated > limits.redated_green and s not in late]
    light = upto(len(late) / len(view.agreed), 0, limits.overdue_amber)
    parts = []
    if late:
        says = share_of(len(late), len(view.agreed), "agreed action", "is", "are")
        parts.append(f"{says} past the date with no new one agreed: {some(references(late))}")
    if moved:
        light = worst(light, Light.AMBER)
        most = max(s.planned.redated for s in moved)
        whose = some(references(moved))
        parts.append(
            f"the date of {whose} has been moved {'up to ' if len(moved) > 1 else ''}{most} times"
        )
    if not parts:
        return Found(light, "No agreed action is past its date.")
    says = "; ".join(parts)
    return Found(light, f"{start_upper(says)}.", references([*late, *moved]))


def lag(view: View, limits: Limits) -> Found:
    """15: live actions that rest on a yearly figure, with none beside it that is known sooner.

    Sooner is half-termly or faster; it may stand in the action itself, its milestones, or another
    live action on the same SAR item.
    """
    known = [s for s in view.live if s.measure or s.draft.measure]
    if not known:
        return Found(Light.UNKNOWN, "No action names a figure yet.")
    slow = [s for s in known if s.is_yearly and not _is_watched(s, view)]
    if not slow:
        return Found(
            Light.GREEN, "Every figure that comes once a year has one beside it that tells sooner."
        )
    says = share_of(len(slow), len(view.live), "action", "rests", "rest")
    says += f" on a figure known only once a year, with nothing to watch before: {some(references(slow))}"
    leading = slow[0].measure and slow[0].measure.leading
    if leading:
        says += f"; for {slow[0].reference}, {BY_KEY[leading].title} would tell sooner"
    light = upto(len(slow), 0, limits.lag_amber)
    return Found(light, f"{says}.", references(slow))


def _is_watched(s: Seen, view: View) -> bool:
    beside = (other for item in s.draft.sar_items for other in view.by_item.get(item, ()))
    return s.watches or any(other.watches for other in beside)


def honesty(view: View, limits: Limits) -> Found:
    """16: actions that look better than their figures.

    Green without a figure, or with one well behind the line from start to target; complete, or
    blue, without one. For some weeks after its agreement an action needs no figure yet.
    """
    plan = view.plan
    done = [s for s in view.seen if not s.planned.is_parked and _is_done(s)]
    rated = [s for s in view.agreed if s.planned.rated and not _is_done(s)]
    if not done and not rated:
        return Found(Light.UNKNOWN, "No action has been reported on yet.")
    no_result = [s for s in done if s.planned.last_reading is None]
    green = [s for s in rated if s.planned.rated is Rag.GREEN]
    blank = [s for s in green if not s.planned.last_reading and not _is_new(s, plan, limits)]
    behind = [
        s
        for s in green
        if (last := s.planned.last_reading) and is_behind(s, last, plan.begins, limits.behind)
    ]
    rosy = [*behind, *blank, *no_result]
    light = upto(len(rosy), 0, limits.honesty_amber)
    with_figure = sum(1 for s in green if s.planned.last_reading)
    asked = with_figure + len(blank)
    if (
        asked >= limits.honesty_plan
        and len(green) == len(rated)
        and with_figure / asked < limits.honesty_share
    ):
        says = f"Every action that is reported on is green, yet only {with_figure} of {asked} have a figure to show for it."
        return Found(Light.RED, says, references(rosy))
    if not rosy:
        if green and not with_figure:
            return Found(Light.UNKNOWN, "The actions that are green are too new to have a figure.")
        return Found(light, "No action looks better than its figures.")
    parts = [
        f"{some(references(those))} {'is' if len(those) == 1 else 'are'} {words}"
        for those, words in (
            (behind, "green but well behind the way to the target"),
            (blank, "green with no figure yet"),
            (no_result, "complete with no figure to show for it"),
        )
        if those
    ]
    lead = f"{counted(len(rosy), 'action')} {'looks' if len(rosy) == 1 else 'look'}"
    return Found(light, f"{lead} better than the figures: {'; '.join(parts)}.", references(rosy))


def _is_done(s: Seen) -> bool:
    return s.planned.status is Status.COMPLETE or (
        s.planned.is_agreed and s.planned.rated is Rag.BLUE
    )


def _is_new(s: Seen, plan: WholePlan, limits: Limits) -> bool:
    agreed = s.planned.agreed_on
    return agreed is not None and (plan.today - agreed).days <= limits.first_figure
