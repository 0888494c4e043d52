"""The SAR items of a file, put into the plan."""

from collections.abc import Mapping
from typing import Any

from bot.importing.matching import Matched, Stored, alike, matched, reference_key, text_key
from bot.merging.target import Target
from storage import plans
from storage.models import SarItem

_ITEM_TEXTS = (
    "evidence", "evaluation_area", "grade", "measure", "baseline", "baseline_date", "waiting_note",
)  # fmt: skip


def merge_items(
    to: Target, themes: Mapping[str, int]
) -> tuple[list[SarItem], dict[str, list[int]]]:
    """The SAR items of the file as stored, and which of them a reference means."""
    held = {
        item.id: item
        for item in plans.stored_sar_items(to.session, to.workspace, to.plan_id)
        if item.id is not None
    }
    stored = [Stored(i, s.reference, s.kind, s.judgement) for i, s in held.items()]
    found, meant = matched(to.document.sar_items, stored, is_own=to.is_own)
    # Two that exchange their references may not have the same even in between.
    for match in found:
        item = held.get(match.id or 0)
        if item is not None and item.reference != match.reference:
            item.reference = f"~{item.id}"
    to.session.flush()
    before = _year_before(to)
    departments = {
        text_key(name): department_id
        for department_id, name in plans.departments(to.session, to.workspace).items()
    }
    written = [
        _item(to, match, held.get(match.id or 0), themes, departments, before) for match in found
    ]
    to.session.add_all(written)
    to.session.flush()
    return written, meant


def _item(
    to: Target,
    match: Matched,
    stored: SarItem | None,
    themes: Mapping[str, int],
    departments: dict[str, int],
    before: Mapping[int, SarItem],
) -> SarItem:
    entry, tally = match.entry, to.merged.items[match.entry.kind]
    values: dict[str, Any] = {name: getattr(entry, name) for name in _ITEM_TEXTS}
    values["department_id"] = _department(to, entry.department, departments)
    values["theme_id"] = themes.get(text_key(entry.theme)) if entry.theme else None
    values["previous_id"] = _previous(to, match, before)
    if not to.is_own:
        values = {name: value for name, value in values.items() if value is not None}
    values |= {"kind": entry.kind, "judgement": entry.judgement, "reference": match.reference}
    if stored is None:
        tally.new += 1
        return SarItem(
            workspace=to.workspace,
            plan_id=to.plan_id,
            changed_by_id=to.by_id,
            **values,
        )
    if all(getattr(stored, name) == value for name, value in values.items()):
        tally.same += 1
        return stored
    tally.changed += 1
    for name, value in values.items():
        setattr(stored, name, value)
    stored.changed_by_id = to.by_id
    return stored


def _department(to: Target, name: str | None, departments: dict[str, int]) -> int | None:
    if not name:
        return None
    key = text_key(name)
    if key not in departments:
        made = plans.department_named(to.session, to.workspace, name)
        assert made.id is not None
        departments[key] = made.id
    return departments[key]


def _year_before(to: Target) -> dict[int, SarItem]:
    first = int(to.into.academic_year[:4]) - 1
    year = f"{first}/{(first + 1) % 100:02}"
    plan = plans.plan_of(to.session, to.workspace, year)
    if plan is None or plan.id is None:
        return {}
    items = plans.stored_sar_items(to.session, to.workspace, plan.id)
    return {item.id: item for item in items if item.id is not None}


def _previous(to: Target, match: Matched, before: Mapping[int, SarItem]) -> int | None:
    """What the SAR of the year before said of the same: as the file says, or in its words."""
    entry = match.entry
    if entry.previous:
        key = reference_key(entry.previous)
        named = [i for i, item in before.items() if reference_key(item.reference) == key]
        return named[0] if len(named) == 1 else None
    if to.is_own:
        return None
    texts = {i: item.judgement for i, item in before.items() if item.kind is entry.kind}
    same = alike(entry.judgement, texts)
    if same is not None:
        to.merged.linked_before.append((match.reference, before[same].reference))
    return same
