"""A draft or an action as labelled lines, the same in the terminal, in Slack and in a file."""

from bot.coaching.draft import Draft, Setting
from bot.coaching.phrases import in_words
from bot.coaching.wording import DRIVER_NAMES

# What stands for a field that is not filled in.
OPEN = "(open)"


def draft_lines(draft: Draft, setting: Setting) -> list[tuple[str, str]]:
    """The draft as (name, value) pairs in reading order; what is missing says so."""
    driver = DRIVER_NAMES[draft.driver.value] if draft.driver else None
    if driver and draft.reason and draft.reason.lower() != driver:
        driver = f"{driver}: {draft.reason}"
    lines = [
        ("SAR item", ", ".join(draft.sar_items)),
        ("Theme", draft.theme or ""),
        ("Action", draft.action),
        ("Why", driver),
        ("Impact on learners", draft.impact),
        ("Measure", draft.measure),
        ("From → to", from_to(draft.baseline, draft.target, draft.unit)),
        ("By", in_words(draft.due) if draft.due else None),
        ("Read in", draft.evidence_source),
        ("On the way", milestone_text(draft)),
        ("Owner", draft.owner),
    ]
    return [(name, value or OPEN) for name, value in lines if value != ""]


def from_to(baseline: str | None, target: str | None, unit: str | None) -> str | None:
    """Where it starts and where it should get to, figures as typed: "54% → 65%"."""
    if not baseline and not target:
        return None
    suffix = ""
    if unit == "%" and not any("%" in (f or "") or "cent" in (f or "") for f in (baseline, target)):
        suffix = " (per cent)"
    if unit == "number":
        suffix = " (learners)"
    return f"{baseline or OPEN} → {target or OPEN}{suffix}"


def milestone_text(draft: Draft) -> str | None:
    """The checks on the way in one line, each with its date."""
    each = [f"{m.text}{f' ({in_words(m.due)})' if m.due else ''}" for m in draft.milestones]
    return "; ".join(each) or None
