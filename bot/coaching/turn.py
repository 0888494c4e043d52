"""One step in the making: a working copy of the interview, and the lines said so far."""

import re
from typing import Any

from bot.coaching import wording
from bot.coaching.draft import SarItemView, Setting
from bot.coaching.measures import BY_KEY, find_measure
from bot.coaching.reading import read
from bot.coaching.sources import driver_of
from bot.coaching.state import Choice, Interview, Outcome, Reader, Say
from bot.coaching.tokens import meant_stems
from bot.coaching.words import content_stems

_KEPT_STEPS = 12


_OFFERED_ITEMS = 12


_SNAPSHOT = {
    "stage",
    "draft",
    "focus",
    "asked",
    "pending",
    "tries",
    "left_open",
    "choices",
    "questioned",
    "owed",
}


_MAY_REPEAT = frozenset(
    {
        "draft",
        "draft_gaps",
        "draft_whole",
        "back",
        "back_at_start",
        "resumed",
        "finished",
        "stopped",
    }
    | {"at_risk", "stumbled", "enough", "saved", "saved_whole", "not_yours"}
)


_REFERENCE_PART = re.compile(r"[A-Za-z]+|\d+")
# What may be left at the beginning once a reference is gone from there.
_LEFT_BEFORE = re.compile(r"^[\s,;:.–-]*(?:(?:and|for|about|on)\b)?[\s,;:.–-]*")


def unused(used: list[str], family: str, variants: tuple[str, ...]) -> tuple[str, str] | None:
    """The mark and the words of a family's first variant that was not said before, if any is left."""
    marks = ((f"{family}.{number}", variant) for number, variant in enumerate(variants))
    return next((each for each in marks if each[0] not in used), None)


class Turn:
    """What every part of a step needs: saying things, what is open, and taking a step back."""

    def __init__(self, interview: Interview, setting: Setting, reader: Reader = read) -> None:
        self.it = interview
        self.setting = setting
        self.reader = reader
        self.lines: list[str] = []
        self.offered: list[Choice] = []
        # What the question asked about that the reply at hand answers.
        self.was_asked = interview.asked
        self.it.asked = []
        # Whether the reply put something else right and left the question where it was.
        self.passed_over = False

    # --- saying ---

    def line(self, family: str, variants: tuple[str, ...], **values: Any) -> bool:
        """Say the first variant not used before; False when all are used up."""
        fresh = unused(self.it.used, family, variants)
        if fresh is None:
            return False
        mark, variant = fresh
        self.it.used.append(mark)
        self.lines.append(variant.format(**values))
        return True

    def say(self, key: str, **values: Any) -> bool:
        """One of the standing sentences; those a message cannot do without may come again."""
        said = self.line(key, wording.SAY[key], **values)
        if not said and key in _MAY_REPEAT:
            self.lines.append(wording.SAY[key][-1].format(**values))
            return True
        return said

    def problem(self, key: str, **values: Any) -> bool:
        return self.line(f"problem-{key}", wording.PROBLEMS[key], **values)

    def done(
        self,
        field: str | None = None,
        shows_draft: bool = False,
        outcome: Outcome | None = None,
        forget_reply: bool = False,
    ) -> tuple[Interview, Say]:
        if field is None or field not in self.it.asked:
            self.it.asked = [field] if field else []
        self.it.choices = [choice.reply for choice in self.offered]
        if field and self.lines:
            self.it.question = self.lines[-1]
        self.it.said += 1
        text = "\n".join(self.lines)
        return self.it, Say(
            text,
            tuple(self.offered),
            field,
            shows_draft,
            outcome,
            forget_reply,
            tuple(self.it.asked),
        )

    def offer_items(self) -> None:
        for item in self.setting.areas_for_improvement[:_OFFERED_ITEMS]:
            self.offered.append(Choice(f"{item.reference}: {item.judgement}", item.reference))

    def _put(self, field: str) -> bool:
        return self.line(
            f"ask-{field}",
            wording.QUESTIONS[field],
            measure=self.it.draft.measure or "the measure",
            leading=self._leading(wording.LEADING),
        )

    def _leading(self, text: str, otherwise: str = "") -> str:
        """Words on the measure that tells sooner, where the action's own is known once a year."""
        named = find_measure(self.it.draft.measure or "")
        if named is None or named[0].leading is None:
            return otherwise
        measure = named[0]
        leading = BY_KEY[named[0].leading].title
        return text.format(measure=measure.title, leading=leading)

    # --- steps ---

    def _remember(self) -> None:
        snapshot = self.it.model_dump(mode="json", include=_SNAPSHOT)
        self.it.past = [*self.it.past, snapshot][-_KEPT_STEPS:]

    def restore(self) -> bool:
        """Take the last remembered step back; False at the start."""
        if not self.it.past:
            return False
        *earlier, last = self.it.past
        kept = self.it.model_dump(exclude=_SNAPSHOT) | {"past": earlier}
        self.it = Interview.model_validate(kept | last)
        return True

    # --- what is there ---

    def _open(self, field: str) -> bool:
        return field not in self.it.left_open and self._is_empty(field)

    def _is_empty(self, field: str) -> bool:
        draft = self.it.draft
        if field == "linked":
            return not draft.sar_items
        if field == "milestone":
            return not draft.milestones
        if field == "owner":
            return not draft.owner and "owner" in self.it.owed
        return not getattr(draft, field)

    def _meant(self, field: str, value: object) -> bool:
        return f"{field}={value}" in self.it.questioned

    def _references(self, reply: str) -> tuple[list[SarItemView], str]:
        """The SAR items a reply names by reference, and the words beside them."""
        named = []
        rest = reply
        for item in self.setting.sar_items:
            loose = r"\W*".join(_REFERENCE_PART.findall(item.reference))
            pattern = re.compile(rf"(?<!\w){loose}(?!\w)", re.IGNORECASE)
            if pattern.search(rest):
                named.append(item)
                beside = rf"(?:\(\s*)?(?:\b(?:for|about|on|under|to address|against|re|answers?)\s+)?{pattern.pattern}(?:\s*\))?"
                rest = re.sub(beside, " ", rest, flags=re.IGNORECASE)
        return named, _LEFT_BEFORE.sub("", rest) if named else rest

    def _by_words(self, text: str, least: float = 0.5) -> list[SarItemView]:
        """The one SAR item whose words the text clearly shares, if there is one."""
        said = meant_stems(text)
        by_shared: dict[int, list[SarItemView]] = {}
        for item in self.setting.areas_for_improvement:
            words = content_stems(f"{item.judgement} {item.department or ''} {item.measure or ''}")
            by_shared.setdefault(len(said & words), []).append(item)
        most = max(by_shared, default=0)
        is_clear = most and len(by_shared[most]) == 1 and most >= least * min(len(said), 6)
        return by_shared[most] if is_clear else []

    def _link(self, items: list[SarItemView], quietly: bool) -> None:
        draft = self.it.draft
        draft.sar_items = [item.reference for item in items]
        draft.theme = next((item.theme for item in items if item.theme), None)
        if not draft.driver:
            found = [driver_of(i.evidence or "") or driver_of(i.judgement) for i in items]
            draft.driver = next((driver for driver in found if driver), None)
        if not quietly:
            for item in items[:2]:
                self.lines.append(f"{item.reference}: {item.judgement}")

    def _judgements(self) -> str:
        items = self.setting.items(self.it.draft.sar_items)
        return " ".join(f"{i.measure or ''} {i.judgement}" for i in items)
