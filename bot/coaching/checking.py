"""What cannot stand in a field that somebody has typed into a form, and how to mend it."""

from bot.coaching.criteria import compare
from bot.coaching.dates import year_start
from bot.coaching.draft import Draft, Setting
from bot.coaching.grades import is_grade
from bot.coaching.phrases import in_words
from bot.coaching.verifying import levels

# Domain rubric check 20: an action or impact of more than 60 words is too long.
MOST_WORDS = 60


def problems(draft: Draft, before: Draft, setting: Setting) -> dict[str, str]:
    """A sentence for each field that was changed to what cannot stand; the rest may be a gap.

    A field that was left as it was is nobody's fault now.
    """
    found: dict[str, str] = {}
    for name in ("action", "impact"):
        words = len((getattr(draft, name) or "").split())
        if words > MOST_WORDS:
            found[name] = f"That is {words} words. Say it in {MOST_WORDS} or fewer, so it is read."
    if not (draft.action or "").strip():
        found["action"] = "Say in one sentence what will be done."
    for name in ("baseline", "target"):
        typed = getattr(draft, name)
        if typed and not is_level(typed, setting):
            found[name] = "Give a level that can be checked, such as 65%, 3 in 10 or Good."
    if not {"baseline", "target"} & found.keys():
        change = compare(draft)
        if change == -1:
            found["target"] = (
                f"That is worse than where you start ({draft.baseline}). Check the two figures, "
                "and whether higher or lower is better."
            )
        elif change == 0:
            found["target"] = f"That is where you start ({draft.baseline}). What should it reach?"
    starts, ends = year_start(setting.academic_year), setting.plan_ends
    if draft.due and not starts <= draft.due <= ends:
        found["due"] = f"This plan runs to {in_words(ends)}: choose a day up to then."
    if draft.baseline_date and draft.baseline_date > setting.today:
        found["baseline_date"] = "A starting figure cannot be from a day to come."
    together = {"target": ("baseline", "target", "direction")}
    return {
        name: says
        for name, says in found.items()
        if any(getattr(draft, n) != getattr(before, n) for n in together.get(name, (name,)))
    }


def is_level(typed: str, setting: Setting) -> bool:
    """Whether a text says a level: a figure, a share or a grade."""
    return bool(is_grade(typed) or levels(typed, setting.today))


def left_behind(before: Draft, after: Draft) -> str | None:
    """A figure that the impact still gives after it was changed in its own field; None for none."""
    for name in ("target", "baseline"):
        old, new = getattr(before, name), getattr(after, name)
        impact = after.impact or ""
        if old and old != new and old in impact and not (new and new in impact):
            return str(old)
    return None
