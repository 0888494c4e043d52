"""The interview as a pure step: (interview, reply, setting) gives (interview, what to say).

A reply fills in whatever it holds; then the weakest point that is still open is asked about, one
question at a time. Nothing is agreed without a plain yes, and every path ends.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlmodel import Field, SQLModel

from bot.coaching import wording
from bot.coaching.criteria import compare, gaps
from bot.coaching.draft import Draft, SarItemView, Setting
from bot.coaching.figures import find_figures
from bot.coaching.measures import BY_KEY, find_measure, suggest
from bot.coaching.reading import LONGEST_REPLY, Reading, driver_of, read
from bot.coaching.replies import Command, cells, command, is_table, oddity
from bot.coaching.words import content_stems
from storage.models import Direction, MilestoneFields

# Probes a field gets after its first asking, before the offer to leave it open (the interview
# evidence: the chance of an answer falls with each probe, so the cap is hard).
MOST_PROBES = 2
_KEPT_STEPS = 12
_OFFERED_ITEMS = 12


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
    pending: Pending | None = None
    tries: dict[str, int] = Field(default_factory=dict)
    left_open: list[str] = Field(default_factory=list)
    # Values questioned once ("due=2028-07-31"): given again, they are meant.
    questioned: list[str] = Field(default_factory=list)
    used: list[str] = Field(default_factory=list)
    choices: list[str] = Field(default_factory=list)
    past: list[dict[str, Any]] = Field(default_factory=list)
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


Reader = Callable[..., Reading]

# Importance order: what the action is and its impact come before the particulars.
_ORDER = (
    "linked", "action", "impact", "measure", "baseline", "target", "evidence_source", "due",
    "driver", "milestone",
)  # fmt: skip
_FIGURE_FIELDS = ("measure", "baseline", "target", "evidence_source")
_SNAPSHOT = {"stage", "draft", "focus", "pending", "tries", "left_open", "choices", "questioned"}
# What is asked briefly: "don't know" is taken at once as "leave it open".
_BRIEF = ("due", "driver", "milestone", "linked")


def begin(setting: Setting) -> tuple[Interview, Say]:
    """A new interview and its opening, with the SAR's areas for improvement to choose from."""
    turn = _Turn(Interview(), setting)
    if setting.areas_for_improvement:
        turn.say("open")
        turn.offer_items()
        return turn.done(field="linked")
    turn.say("open_without_sar")
    turn.it.stage, turn.it.focus = Stage.ASKING, "action"
    turn.it.left_open.append("linked")
    return turn.done(field="action")


def step(
    interview: Interview, reply: str, setting: Setting, reader: Reader = read
) -> tuple[Interview, Say]:
    """One reply taken in: the interview after it, and what to say next.

    `reader` is the coach's reading of a reply, called as `reader(text, today, action=, asked=)`.
    The interview given is not changed.
    """
    turn = _Turn(interview.model_copy(deep=True), setting, reader)
    return turn.take(reply)


def ask_again(interview: Interview, setting: Setting) -> tuple[Interview, Say]:
    """Take up a conversation that was left: the draft so far and the question that is open."""
    turn = _Turn(interview.model_copy(deep=True), setting)
    if turn.it.stage is Stage.STOPPED:
        turn.it.stage = Stage.ASKING if turn.it.focus else Stage.CONFIRMING
    turn.say("resumed")
    return turn.ask()


def undo(interview: Interview, setting: Setting) -> Interview:
    """The interview as it was before the last reply that counted; the same one at its start."""
    turn = _Turn(interview.model_copy(deep=True), setting)
    turn.restore()
    return turn.it


def remark(interview: Interview, key: str, setting: Setting) -> tuple[Interview, Say]:
    """Say one of the standing sentences about a message ("edited_late", "deleted")."""
    turn = _Turn(interview.model_copy(deep=True), setting)
    turn.say(key)
    return turn.done()


def in_words(day: date) -> str:
    """A date as people write it: 31 July 2027."""
    return f"{day.day} {day:%B %Y}"


class _Turn:
    """One step in the making: a working copy of the interview and the lines said so far."""

    def __init__(self, interview: Interview, setting: Setting, reader: Reader = read) -> None:
        self.it = interview
        self.setting = setting
        self.reader = reader
        self.lines: list[str] = []
        self.offered: list[Choice] = []

    # --- saying -------------------------------------------------------------------------------

    def line(self, family: str, variants: tuple[str, ...], **values: Any) -> bool:
        """Say the first variant not used before; False when all are used up."""
        for number, variant in enumerate(variants):
            mark = f"{family}.{number}"
            if mark not in self.it.used:
                self.it.used.append(mark)
                self.lines.append(variant.format(**values))
                return True
        return False

    def say(self, key: str, **values: Any) -> bool:
        return self.line(key, wording.SAY[key], **values)

    def problem(self, key: str, **values: Any) -> bool:
        return self.line(f"problem-{key}", wording.PROBLEMS[key], **values)

    def done(
        self,
        field: str | None = None,
        shows_draft: bool = False,
        outcome: Outcome | None = None,
    ) -> tuple[Interview, Say]:
        self.it.choices = [choice.reply for choice in self.offered]
        self.it.said += 1
        text = "\n".join(self.lines)
        return self.it, Say(text, tuple(self.offered), field, shows_draft, outcome)

    def offer_items(self) -> None:
        for item in self.setting.areas_for_improvement[:_OFFERED_ITEMS]:
            self.offered.append(Choice(f"{item.reference}: {item.judgement}", item.reference))

    # --- one reply ----------------------------------------------------------------------------

    def take(self, reply: str) -> tuple[Interview, Say]:
        chosen = self._chosen(reply)
        if chosen is not None:
            reply = chosen
        order = command(reply)
        if self.it.stage is Stage.AGREED:
            self.say("finished")
            return self.done()
        if self.it.stage is Stage.STOPPED:
            self.it.stage = Stage.ASKING if self.it.focus else Stage.CONFIRMING
            if order in (Command.CARRY_ON, Command.YES):
                self.say("resumed")
                return self.ask()
        if order is Command.SHOW:
            self.say("draft")
            said = self.ask_in_place()
            return self.done(field=said, shows_draft=True)
        if order is Command.BACK:
            return self._back()
        self._remember()
        if order is Command.STOP:
            return self._stop()
        odd = oddity(reply)
        if odd is not None:
            self.problem(odd.value)
            return self._unanswered()
        if len(reply) > LONGEST_REPLY:
            self.problem("long", limit=f"{LONGEST_REPLY:,}")
        if is_table(reply):
            self.problem("table")
            reply = cells(reply)
        if self.it.pending is not None:
            return self._settle(self.it.pending, reply, order)
        if self.it.stage is Stage.CHOOSING:
            return self._choose(reply, order)
        if self.it.stage is Stage.CONFIRMING:
            return self._confirm(reply, order)
        return self._answer(reply, order)

    def _chosen(self, reply: str) -> str | None:
        """The offered reply that a bare number picks."""
        number = re.fullmatch(r"\s*#?(\d{1,2})[.)]?\s*", reply)
        if number and 0 < int(number[1]) <= len(self.it.choices):
            return self.it.choices[int(number[1]) - 1]
        return None

    def _remember(self) -> None:
        snapshot = self.it.model_dump(mode="json", include=_SNAPSHOT)
        self.it.past = [*self.it.past, snapshot][-_KEPT_STEPS:]

    def restore(self) -> bool:
        """Take the last remembered step back; False at the start."""
        if not self.it.past:
            return False
        *earlier, last = self.it.past
        kept = self.it.model_dump(mode="json", exclude=_SNAPSHOT) | {"past": earlier}
        self.it = Interview.model_validate(kept | last)
        return True

    def _back(self) -> tuple[Interview, Say]:
        self.say("back" if self.restore() else "back_at_start")
        return self.ask()

    def _stop(self) -> tuple[Interview, Say]:
        finished = self.it.stage is Stage.CONFIRMING
        self.it.stage = Stage.STOPPED
        if finished:
            return self._saved()
        self.say("stopped")
        return self.done(outcome=Outcome.SAVED)

    # --- choosing a SAR item ------------------------------------------------------------------

    def _choose(self, reply: str, order: Command | None) -> tuple[Interview, Say]:
        named, rest = self._references(reply)
        if not named and order is None:
            named = self._by_words(reply) if len(reply.split()) <= 4 else []
            rest = "" if named else reply
        if not named and order is not None:
            first = self.setting.areas_for_improvement[0]
            if order is Command.HELP and self.line("help-choose", wording.HELP["linked"]):
                self.offer_items()
                return self.done(field="linked")
            self._link([first], quietly=True)
            self.say("suggested_item", reference=first.reference, judgement=first.judgement)
        elif not named and not rest.strip():
            self.problem("no_such_item")
            self.offer_items()
            return self.done(field="linked")
        elif not named and re.fullmatch(r"(?:afi|strength)?\s*\d+", reply.strip(), re.I):
            self.problem("no_such_item")
            self.it.tries["linked"] = self.it.tries.get("linked", 0) + 1
            if self.it.tries["linked"] > 1:
                self.it.left_open.append("linked")
                self.it.stage = Stage.ASKING
                return self.ask()
            self.offer_items()
            return self.done(field="linked")
        self.it.stage = Stage.ASKING
        if named:
            self._link(named, quietly=bool(rest.strip()))
        if len(content_stems(rest)) >= 2:
            self.it.focus = "action"
            return self._answer(rest, None)
        return self.ask()

    def _references(self, reply: str) -> tuple[list[SarItemView], str]:
        """The SAR items a reply names by reference, and the words beside them."""
        named = []
        rest = reply
        for item in self.setting.sar_items:
            loose = r"\W*".join(map(re.escape, re.findall(r"[A-Za-z]+|\d+", item.reference)))
            pattern = re.compile(rf"(?<!\w){loose}(?!\w)", re.IGNORECASE)
            if pattern.search(rest):
                named.append(item)
                rest = pattern.sub(" ", rest)
        return named, re.sub(
            r"^[\s,;:.–-]*(?:(?:and|for|about|on)\b)?[\s,;:.–-]*", "", rest
        ) if named else rest

    def _by_words(self, text: str, least: float = 0.5) -> list[SarItemView]:
        """The one SAR item whose words the text clearly shares, if there is one."""
        said = content_stems(text)
        if not said:
            return []
        scores = []
        for item in self.setting.areas_for_improvement:
            words = content_stems(
                " ".join(filter(None, (item.judgement, item.department, item.measure)))
            )
            scores.append((len(said & words) / min(len(said), 6), len(said & words), item))
        scores.sort(key=lambda score: score[:2], reverse=True)
        if not scores or scores[0][0] < least:
            return []
        clear = len(scores) == 1 or scores[0][1] > scores[1][1]
        return [scores[0][2]] if clear else []

    def _link(self, items: list[SarItemView], quietly: bool) -> None:
        draft = self.it.draft
        draft.sar_items = [item.reference for item in items]
        draft.theme = next((item.theme for item in items if item.theme), None)
        if not draft.driver:
            found = [driver_of(f"{i.evidence or ''}") or driver_of(i.judgement) for i in items]
            draft.driver = next((driver for driver in found if driver), None)
        if not quietly:
            for item in items[:2]:
                self.lines.append(f"{item.reference}: {item.judgement}")

    # --- answers ------------------------------------------------------------------------------

    def _answer(self, reply: str, order: Command | None) -> tuple[Interview, Say]:
        field = self.it.focus or "action"
        if order is Command.SKIP:
            return self._leave_open(field)
        if order is Command.STUCK or (order is Command.HELP):
            return self._help(field, stuck=order is Command.STUCK)
        if order is Command.YES and field == "linked":
            order = None
        change = self._change(reply)
        if change:
            return self._changed(*change)
        if field == "linked":
            named, _ = self._references(reply)
            named = named or self._by_words(reply, least=0.3)
            if named:
                self._link(named, quietly=True)
                return self.ask()
        learned, settled = self._apply(reply, field)
        if self.it.pending is not None or settled:
            return self._put_pending() if self.it.pending else self.done(field=self.it.focus)
        if not self._open(field):
            return self.ask()
        if learned and field != "impact":
            return self.ask()
        return self._probe(field, reply)

    def _probe(self, field: str, reply: str) -> tuple[Interview, Say]:
        """The field is still open after an answer: ask for the next rung up, then offer to leave it."""
        tries = self.it.tries[field] = self.it.tries.get(field, 0) + 1
        if tries > MOST_PROBES:
            return self._offer_to_leave(field)
        if field == "impact":
            reading = self.reader(
                reply, self.setting.today, action=self.it.draft.action or "", asked=field
            )
            rung = reading.rung.name if reading.rung.name in wording.SO_WHAT else "NONE"
            values = {"quote": _quote(reply)}
            # The same kind of answer twice moves to the next wording of that rung, then to plainer ones.
            for family in (rung, "NONE"):
                variants = wording.SO_WHAT[family]
                if self.line(f"so-what-{family}", variants, **values):
                    break
            return self.done(field=field)
        return self.ask()

    def _offer_to_leave(self, field: str) -> tuple[Interview, Say]:
        if not self.line(
            "offer-to-leave", wording.OFFER_TO_LEAVE, field=wording.FIELD_NAMES[field]
        ):
            return self._leave_open(field)
        self.it.pending = Pending(kind="leave", field=field)
        self.offered = [
            Choice("Leave it open", "leave it open"),
            Choice("Another go", "another go"),
        ]
        return self.done(field=field)

    def _leave_open(self, field: str) -> tuple[Interview, Say]:
        self.it.pending = None
        self.line(f"left-{field}", wording.LEFT_OPEN.get(field, ()))
        leaves = [field]
        if field == "impact" and not self.it.draft.measure:
            leaves += _FIGURE_FIELDS
        if field == "measure":
            leaves += [f for f in _FIGURE_FIELDS if not getattr(self.it.draft, f)]
        self.it.left_open = list(dict.fromkeys([*self.it.left_open, *leaves]))
        self.it.focus = None
        return self.ask()

    def _help(self, field: str, stuck: bool) -> tuple[Interview, Say]:
        self.it.tries[field] = self.it.tries.get(field, 0) + 1
        if stuck and field in _BRIEF:
            return self._leave_open(field)
        measures = suggest(self.it.draft.driver, self._judgements())
        values = {
            "measures": _listed([m.title for m in measures], "or"),
            "plan_ends": in_words(self.setting.plan_ends),
        }
        if not self.line(f"help-{field}", wording.HELP[field], **values):
            return self._leave_open(field) if stuck else self._probe(field, "")
        if field in ("impact", "measure"):
            for m in measures:
                self.offered.append(
                    Choice(
                        f"{m.title} ({m.source})",
                        f"{_start(m.title)} for learners" if field == "impact" else m.title,
                    )
                )
            return self.done(field=field)
        return self.ask() if not stuck else self.done(field=self.ask_in_place())

    def _unanswered(self) -> tuple[Interview, Say]:
        """After a message that could not be read: the same question in other words."""
        field = self.it.focus or self.it.stage.value
        self.it.tries[field] = self.it.tries.get(field, 0) + 1
        if self.it.stage is Stage.CHOOSING:
            if self.it.tries[field] > MOST_PROBES:
                return self._choose("dunno", Command.STUCK)
            self.offer_items()
            return self.done(field="linked")
        if self.it.stage is Stage.CONFIRMING:
            return self._no_clear_yes()
        if self.it.tries[field] > MOST_PROBES:
            return (
                self._offer_to_leave(field) if self.it.pending is None else self._leave_open(field)
            )
        if self.it.pending is not None:
            return self._put_pending()
        return self.ask()

    def _judgements(self) -> str:
        items = self.setting.items(self.it.draft.sar_items)
        return " ".join(f"{i.measure or ''} {i.judgement}" for i in items)

    # --- what is still open, and asking for it --------------------------------------------------

    def _open(self, field: str) -> bool:
        draft = self.it.draft
        if field in self.it.left_open:
            return False
        if field == "linked":
            return not draft.sar_items
        if field == "milestone":
            return not draft.milestones
        if field == "due":
            return draft.due is None
        return not getattr(draft, field, None)

    def ask(self) -> tuple[Interview, Say]:
        """Ask for the weakest point that is open, or show the draft when none is."""
        if self.it.pending is not None:
            return self._put_pending()
        if self.it.stage is Stage.CHOOSING:
            self.offer_items()
            return self.done(field="linked")
        field = next((f for f in _ORDER if self._open(f)), None)
        if self.it.focus and self._open(self.it.focus) and self.it.focus not in _ORDER:
            field = self.it.focus
        if field is None:
            return self._show_draft()
        self.it.stage = Stage.ASKING
        self.it.focus = field
        if field == "baseline" and self._offer_baseline():
            return self._put_pending()
        if not self._put(field):
            return self._leave_open(field)
        if field == "linked":
            self.offer_items()
        return self.done(field=field)

    def _put(self, field: str) -> bool:
        return self.line(
            f"ask-{field}", wording.QUESTIONS[field], measure=self.it.draft.measure or "the measure"
        )

    def ask_in_place(self) -> str | None:
        """Repeat the open question after something said aside; the field it is about."""
        if self.it.pending is not None:
            self._pending_choices(self.it.pending)
            return self.it.pending.field
        if self.it.stage is Stage.CHOOSING:
            self.offer_items()
            return "linked"
        if self.it.stage is Stage.CONFIRMING:
            self._confirm_choices()
            return None
        if self.it.focus:
            self._put(self.it.focus)
        return self.it.focus

    def _offer_baseline(self) -> bool:
        """Offer the SAR's own figure as starting point, where it is of the same measure."""
        named = find_measure(self.it.draft.measure or "")
        for item in self.setting.items(self.it.draft.sar_items):
            of_item = find_measure(item.measure or "")
            if item.baseline and named and of_item and named[0] is of_item[0]:
                self.it.pending = Pending(kind="use", field="baseline", options=[item.reference])
                return True
        return False

    def _put_pending(self) -> tuple[Interview, Say]:
        pending = self.it.pending
        assert pending is not None
        self._pending_choices(pending)
        if pending.kind == "use":
            item = self.setting.items(pending.options)[0]
            said = self.say(
                "offer_baseline",
                figure=item.baseline,
                evidence=_trim(item.evidence or "the SAR", 90),
            )
            if not said:
                self.it.pending = None
                self._put("baseline")
        elif pending.kind == "which":
            old, new = pending.options
            if not self.problem("contradiction", field=_PLAIN[pending.field], old=old, new=new):
                self.it.pending = None
                return self.ask()
        elif pending.kind == "unit":
            if not self.problem("unit", figure=pending.options[0]):
                self.it.pending = None
                return self.ask()
        elif pending.kind == "leave":
            return self._offer_to_leave(pending.field)
        return self.done(field=pending.field)

    def _pending_choices(self, pending: Pending) -> None:
        if pending.kind == "use":
            self.offered = [Choice("Yes, use it", "yes"), Choice("No", "no")]
        elif pending.kind == "which":
            self.offered = [Choice(option, option) for option in pending.options]
        elif pending.kind == "unit":
            self.offered = [Choice("Per cent", "per cent"), Choice("Learners", "learners")]
        elif pending.kind == "leave":
            self.offered = [
                Choice("Leave it open", "leave it open"),
                Choice("Another go", "another go"),
            ]

    def _settle(self, pending: Pending, reply: str, order: Command | None) -> tuple[Interview, Say]:
        """Take the answer to a yes-or-no or an either-or; anything else is read as usual."""
        self.it.pending = None
        field = pending.field
        if pending.kind == "use":
            if order is Command.YES:
                item = self.setting.items(pending.options)[0]
                self.it.draft.baseline, self.it.draft.baseline_date = (
                    item.baseline,
                    item.baseline_date,
                )
                self._check_levels()
                return self._put_pending() if self.it.pending else self.ask()
            if order is Command.NO:
                if self._put("baseline"):
                    return self.done(field="baseline")
                return self._leave_open("baseline")
        if pending.kind == "leave":
            if order in (Command.CHANGE, Command.NO, Command.BACK):
                if self._put(field) or self.line(
                    "so-what-NONE", wording.SO_WHAT["NONE"], quote=self.it.draft.action or "that"
                ):
                    return self.done(field=field)
                return self._leave_open(field)
            if order is not None:
                return self._leave_open(field)
            return self._last_try(field, reply)
        if pending.kind == "which":
            pick = self._option(pending.options, reply)
            if pick is not None:
                self._set(field, pick)
                return self.ask()
        if pending.kind == "unit" and order is None:
            if re.search(r"%|per\s?cent|percent|share|rate", reply, re.I):
                self.it.draft.unit = "%"
                return self.ask()
            if re.search(
                r"learners?|students?|apprentices?|pupils?|people|number|count|head", reply, re.I
            ):
                self.it.draft.unit = "number"
                return self.ask()
        if order in (Command.STUCK, Command.SKIP, Command.NO):
            return self._leave_open(field) if self._open(field) else self.ask()
        return self._answer(reply, order)

    def _option(self, options: list[str], reply: str) -> str | None:
        low = reply.lower()
        held = [o for o in options if o.lower() in low]
        if len(held) == 1:
            return held[0]
        if re.search(r"\b(?:first|old|earlier|former)\b", low):
            return options[0]
        if re.search(r"\b(?:second|new|latter|latest|last|yes)\b", low):
            return options[-1]
        return None

    def _last_try(self, field: str, reply: str) -> tuple[Interview, Say]:
        learned, settled = self._apply(reply, field)
        if self.it.pending is not None:
            return self._put_pending()
        if settled:
            return self.done(field=self.it.focus)
        if self._open(field):
            return self._leave_open(field)
        return self.ask()

    # --- taking a reading into the draft ------------------------------------------------------

    def _apply(self, reply: str, asked: str) -> tuple[bool, bool]:
        """Record what a reply says. Returns (anything learned, a problem was said instead)."""
        draft, today = self.it.draft, self.setting.today
        reading = self.reader(reply, today, action=draft.action or "", asked=asked)
        before = draft.model_copy(deep=True)
        said_aside = len(self.lines)
        confirming = self.it.stage is Stage.CONFIRMING
        overrule = bool(_CORRECTS.search(reply)) or confirming

        if asked == "action" or (confirming and not draft.action):
            self._take_action(reply)
        self._take_impact(reply, reading, asked)
        if reading.measure and (not draft.measure or asked == "measure"):
            draft.measure = reading.measure.title
            draft.unit = reading.unit
            draft.direction = reading.direction
        elif asked == "measure" and not draft.measure:
            self._own_measure(reply)
        if (
            reading.unit
            and (not draft.unit or reading.unit != draft.unit)
            and (reading.baseline or reading.target)
        ):
            draft.unit = reading.unit
        problem = self._take_levels(reading, asked, overrule)
        problem = self._take_due(reading, asked, overrule) or problem
        if reading.baseline_date and (not draft.baseline_date or asked == "baseline"):
            draft.baseline_date = reading.baseline_date
        if reading.evidence_source and (
            not draft.evidence_source or asked == "evidence_source" or overrule
        ):
            draft.evidence_source = _trim(reading.evidence_source, 120)
        if reading.driver and (asked == "driver" or not draft.reason):
            draft.driver, draft.reason = reading.driver, _trim(reading.reason or "", 200)
        problem = self._take_owner(reading, asked) or problem
        self._take_milestones(reading, asked)

        facts = _facts(before, draft)
        if facts and not problem and self.it.pending is None:
            overruled = overrule and any(
                getattr(before, f)
                for f in ("target", "baseline", "due")
                if getattr(before, f) != getattr(draft, f)
            )
            acknowledged = "changed" if overruled else "noted"
            if not confirming and not self.say(acknowledged, facts=_listed(facts)):
                self.lines.append(_start(f"{_listed(facts)}."))
        learned = draft != before
        return learned, problem and len(self.lines) > said_aside

    def _take_action(self, reply: str) -> None:
        words = _action_words(reply)
        if words:
            self.it.draft.action = words
            if not self.it.draft.sar_items and "linked" not in self.it.left_open:
                near = self._by_words(reply)
                if near:
                    self._link(near, quietly=True)
                    self.say(
                        "linked_by_words",
                        reference=near[0].reference,
                        judgement=_trim(near[0].judgement, 80),
                    )

    def _take_impact(self, reply: str, reading: Reading, asked: str) -> None:
        draft = self.it.draft
        if asked not in ("action", "impact", "measure") and draft.impact:
            return
        words = _impact_words(
            reply, reading, draft.action if asked == "action" else None, self.setting.today
        )
        if asked == "impact":
            draft.so_what = [*draft.so_what, _trim(" ".join(reply.split()), 400)]
        elif words and asked == "action":
            draft.so_what = [*draft.so_what, words]
        if words and (asked == "impact" or not draft.impact):
            draft.impact = words

    def _own_measure(self, reply: str) -> None:
        words = re.sub(
            r"^(?:the|our|a|an|we(?:'d| would)? (?:look at|use|count|measure)|probably|maybe|i(?:'d| would) (?:use|look at|say))\s+",
            "",
            " ".join(reply.split()),
            flags=re.I,
        )
        words = re.split(r"[.;]|\bfrom\b|\bcurrently\b|\d", words)[0].strip(" ,")
        if len(content_stems(words)) >= 1:
            self.it.draft.measure = _trim(words, 80)

    def _take_levels(self, reading: Reading, asked: str, overrule: bool) -> bool:
        """Baseline and target, checked against each other and against what was said before."""
        draft = self.it.draft
        if reading.figures_disagree:
            levels = [f.text for f in reading.figures]
            return self.problem("two_figures", figures=_listed(levels))
        for field in ("baseline", "target"):
            new = getattr(reading, field)
            old = getattr(draft, field)
            if not new or (old and _same(old, new)):
                continue
            if old and asked != field and not overrule:
                if asked in ("impact", "measure", "action"):
                    self.it.pending = Pending(kind="which", field=field, options=[old, new])
                    return False
                continue
            setattr(draft, field, new)
        return self._check_levels()

    def _check_levels(self) -> bool:
        """Hold back a target that cannot be meant, once, and say why."""
        draft = self.it.draft
        if draft.target and not self._meant("target", draft.target):
            level = next(iter(find_figures(draft.target)), None)
            share = level is not None and (
                level.unit == "%" or (level.unit is None and draft.unit == "%")
            )
            held: tuple[str, dict[str, Any]] | None = None
            if level and share and (level.value or 0) > 100:
                held = ("impossible", {"figure": draft.target})
            elif level and share and level.value == 100 and draft.measure not in _CAN_BE_ALL:
                held = ("perfect", {})
            elif compare(draft) == -1:
                better = "lower" if draft.direction is Direction.LOWER else "higher"
                held = (
                    "worse",
                    {
                        "target": draft.target,
                        "baseline": draft.baseline,
                        "measure": draft.measure or "this",
                        "better": better,
                    },
                )
            elif compare(draft) == 0:
                held = ("equal", {"target": draft.target})
            if held:
                if held[0] != "impossible":
                    self.it.questioned.append(f"target={draft.target}")
                draft.target = None
                self.it.focus, self.it.stage = "target", Stage.ASKING
                return self.problem(held[0], **held[1])
        figure = draft.baseline or draft.target
        if figure and draft.measure and self._unit_unknown(figure):
            self.it.questioned.append(f"unit={figure}")
            self.it.pending = Pending(
                kind="unit", field="baseline" if draft.baseline else "target", options=[figure]
            )
        return False

    def _unit_unknown(self, figure: str) -> bool:
        """Whether a bare number could be a share or a headcount, and nobody has said which."""
        bare = all(
            re.fullmatch(r"[\d.,]+", f) for f in (self.it.draft.baseline, self.it.draft.target) if f
        )
        named = find_measure(self.it.draft.measure or "")
        sure = named is not None and named[0].key not in _COUNTED
        asked = any(mark.startswith("unit=") for mark in self.it.questioned)
        return bare and not sure and not asked

    def _meant(self, field: str, value: object) -> bool:
        return f"{field}={value}" in self.it.questioned

    def _take_due(self, reading: Reading, asked: str, overrule: bool) -> bool:
        draft, setting = self.it.draft, self.setting
        due = reading.due
        if due is None or due == draft.due:
            return False
        if due < setting.today:
            if asked == "due" or not draft.due:
                return (
                    self.problem("past", date=in_words(due)) and asked == "due" and self._put("due")
                )
            return False
        if due > setting.plan_ends and not self._meant("due", due):
            self.it.questioned.append(f"due={due}")
            said = self.problem("beyond", date=in_words(due), plan_ends=in_words(setting.plan_ends))
            return said and asked == "due"
        if draft.due and asked != "due" and not overrule:
            return False
        draft.due = due
        return False

    def _take_owner(self, reading: Reading, asked: str) -> bool:
        if reading.group_owner:
            self.it.focus = "owner"
            return self.problem("group", name=reading.group_owner)
        if len(reading.owners) > 1:
            self.it.focus = "owner"
            return self.problem("several", names=_listed(list(reading.owners), "or"))
        if reading.owners:
            name = reading.owners[0]
            mine = name.lower() in ("i", "me", "myself")
            self.it.draft.owner = self.setting.speaker if mine else name
            if self.it.focus == "owner":
                self.it.focus = None
        return False

    def _take_milestones(self, reading: Reading, asked: str) -> None:
        draft = self.it.draft
        for due, text in reading.milestones:
            if draft.milestones and draft.milestones[-1].due is None and due:
                draft.milestones[-1].due = due
            elif asked == "milestone" or not any(m.text == text for m in draft.milestones):
                draft.milestones = [
                    *draft.milestones,
                    MilestoneFields(due=due, text=_start(_trim(text, 160))),
                ]

    def _set(self, field: str, value: str) -> None:
        setattr(self.it.draft, field, value)
        self._check_levels()

    # --- changing what was said before --------------------------------------------------------

    def _change(self, reply: str) -> tuple[str, str] | None:
        """The field and the new words of "change the target to 70%" or "owner: Priya", if it is one."""
        match = _CHANGE.fullmatch(" ".join(reply.split()))
        if not match:
            return None
        word = re.sub(r"\s+", " ", match["field"].lower())
        field = next(f for f, names in _FIELD_WORDS.items() if re.fullmatch(names, word))
        value = (match["value"] or "").strip(" .")
        explicit = bool(match["verb"] or match["sign"])
        if not value and not explicit and self.it.stage is not Stage.CONFIRMING:
            return None
        if not explicit and not re.match(r"[\d<@A-Z]", value or "0"):
            return None
        return field, value

    def _changed(self, field: str, value: str) -> tuple[Interview, Say]:
        if field in self.it.left_open:
            self.it.left_open.remove(field)
        if not value:
            return self._reopen(field)
        before = self.it.draft.model_copy(deep=True)
        draft = self.it.draft
        settled = False
        if field in ("baseline", "target"):
            figures = find_figures(value)
            setattr(draft, field, figures[0].text if figures else getattr(draft, field))
            settled = self._check_levels()
        elif field in ("action", "evidence_source"):
            setattr(
                draft, field, _start(_trim(value, 240)) if field == "action" else _trim(value, 120)
            )
        elif field == "linked":
            items, _ = self._references(value)
            if items:
                self._link(items, quietly=True)
            else:
                self.problem("no_such_item")
        elif field == "milestone":
            draft.milestones = []
            self._apply(value, "milestone")
        elif field == "impact":
            draft.impact = None
            return self._answer_as("impact", value)
        else:
            if field in ("due", "measure", "driver"):
                setattr(draft, field, None)
            _, settled = self._apply(value, field)
            if field == "due" and draft.due is None and not self._meant("due", draft.due):
                draft.due = before.due
        if self.it.pending is not None:
            return self._put_pending()
        if settled:
            return self.done(field=self.it.focus)
        facts = _facts(before, draft)
        if facts and not self.lines and self.it.stage is not Stage.CONFIRMING:
            self.say("changed", facts=_listed(facts))
        return self.ask()

    def _answer_as(self, field: str, value: str) -> tuple[Interview, Say]:
        self.it.stage, self.it.focus = Stage.ASKING, field
        return self._answer(value, None)

    def _reopen(self, field: str) -> tuple[Interview, Say]:
        self.it.stage, self.it.focus = Stage.ASKING, field
        if not self._put(field):
            self.lines.append(f"What should {wording.FIELD_NAMES[field]} say instead?")
        return self.done(field=field)

    # --- the draft, and the yes ---------------------------------------------------------------

    def _show_draft(self) -> tuple[Interview, Say]:
        self.it.stage, self.it.focus = Stage.CONFIRMING, None
        if not self.it.draft.owner and self.setting.speaker:
            self.it.draft.owner = self.setting.speaker
        self.say("draft")
        named = self._gap_names()
        if named:
            self.say("draft_gaps", gaps=_listed(named))
        else:
            self.say("draft_whole")
        self._confirm_choices()
        return self.done(shows_draft=True)

    def _confirm_choices(self) -> None:
        self.offered = [
            Choice("Agree", "agree"),
            Choice("Change something", "change"),
            Choice("Leave as a draft", "leave as draft"),
        ]

    def _gap_names(self) -> list[str]:
        found = gaps(self.it.draft, self.setting)
        names = [wording.GAP_NAMES[f.criterion] for f in found]
        if not self.it.draft.action:
            names = ["the action itself", *[n for n in names if n != wording.GAP_NAMES["concise"]]]
        if wording.GAP_NAMES["impact"] in names:
            names = [n for n in names if n != wording.GAP_NAMES["not_restated"]]
        return names

    def _confirm(self, reply: str, order: Command | None) -> tuple[Interview, Say]:
        if order is Command.YES:
            return self._agree()
        if order in (Command.STUCK, Command.SKIP):
            return self._stop()
        if order in (Command.CHANGE, Command.NO, Command.HELP):
            if not self.say("what_to_change"):
                return self._no_clear_yes()
            for field in ("action", "impact", "measure", "target", "due", "owner"):
                self.offered.append(Choice(_start(_PLAIN[field]), f"change {_PLAIN[field]}"))
            return self.done()
        change = self._change(reply)
        if change:
            return self._changed(*change)
        learned, settled = self._apply(reply, "confirm")
        if self.it.pending is not None:
            return self._put_pending()
        if settled:
            return self.done(field=self.it.focus)
        if learned:
            return self.ask()
        return self._no_clear_yes()

    def _no_clear_yes(self) -> tuple[Interview, Say]:
        if not self.say("yes_please"):
            return self._stop()
        self._confirm_choices()
        return self.done()

    def _agree(self) -> tuple[Interview, Say]:
        owner = self.it.draft.owner
        if not self.setting.is_lead and owner and owner != self.setting.speaker:
            self.it.stage = Stage.STOPPED
            self.say("not_yours", owner=owner)
            return self.done(outcome=Outcome.SAVED)
        self.it.stage = Stage.AGREED
        named = self._gap_names()
        if named:
            self.say("agreed_with_gaps", gaps=_listed(named))
        else:
            self.say("agreed")
        return self.done(outcome=Outcome.AGREED)

    def _saved(self) -> tuple[Interview, Say]:
        named = self._gap_names()
        if named:
            self.say("saved", gaps=_listed(named))
        else:
            self.say("saved_whole")
        return self.done(outcome=Outcome.SAVED)


# --- words ------------------------------------------------------------------------------------

_PLAIN = {
    "action": "action",
    "linked": "SAR item",
    "impact": "impact",
    "measure": "measure",
    "baseline": "baseline",
    "target": "target",
    "evidence_source": "evidence",
    "due": "date",
    "driver": "reason",
    "milestone": "milestone",
    "owner": "owner",
}
_FIELD_WORDS = {
    "action": r"action",
    "linked": r"sar item|item|sar|afi",
    "impact": r"impact|outcome",
    "measure": r"measure|indicator|metric",
    "baseline": r"baseline|start(?:ing)?(?: figure| point)?|current figure",
    "target": r"target|goal|level to reach",
    "evidence_source": r"evidence(?: source)?|source|data source",
    "due": r"date|due(?: date)?|deadline|end date",
    "driver": r"driver|reason",
    "milestone": r"milestone|check(?: on the way)?",
    "owner": r"owner|lead|accountable(?: person)?",
}
_CHANGE = re.compile(
    r"(?:(?:no|oh|sorry|actually|wait|hang on|please|can (?:you|we)|could (?:you|we)|i (?:want|need|meant|would like) to|let'?s)[,:;.\s-]*)*"
    r"(?P<verb>change|set|make|correct|update|edit|amend|fix|replace|redo)?\s*(?:the|my|our)?\s*"
    rf"(?P<field>{'|'.join(_FIELD_WORDS.values())})\b\s*"
    r"(?P<sign>should (?:be|say)|needs? to be|must be|is now|is|are|was|to be|to|as|with|at|:|=|->|→|-)?\s*(?P<value>.*)",
    re.IGNORECASE,
)
_CORRECTS = re.compile(
    r"\b(?:actually|sorry|i meant?|correction|should (?:be|have been)|not \d|instead|oops|typo|wait|my mistake|change|scrap that|make (?:it|that)|rather|now think|on reflection)\b",
    re.IGNORECASE,
)
# Measures of which every case is the usual aim, and those counted in heads as often as in per cent.
_CAN_BE_ALL = frozenset(
    BY_KEY[key].title
    for key in ("reviews_on_time", "safeguarding_timeliness", "otj_on_track", "work_placement", "ehcp_outcomes", "gateway_on_time")
)  # fmt: skip
_COUNTED = frozenset({"withdrawals", "early_leavers", "persistent_absence", "past_planned_end", "break_in_learning", "positive_dest"})  # fmt: skip

_REST_OF_ACTION = re.compile(
    r"\s*(?:[.;\n]|,?\s*\b(?:because|so that|in order (?:to|that)|as a result|since|so\b(?! far)|which (?:will|should|means)|to (?:raise|lift|increase|reduce|cut|improve (?:attendance|achievement|retention|pass))"
    r"|we want|with the aim|aiming|owner|owned by|milestone|impact|target|led by)\b|,\s*(?:and (?:we|this)|from \d|aim|raising|lifting|cutting|reducing|increasing)|\s[-–—]\s|\s(?:->|→)\s)",
    re.IGNORECASE,
)
_OPENERS = re.compile(
    r"^(?:(?:um+|er+|ok(?:ay)?|right|well|so|i think|basically|action)[,:\s]+)*(?:(?:we|i)(?:'ll| will| would| are going to|'re going to| am going to|'m going to| plan to| want to| need to| intend to|'d like to| would like to| aim to| should)\s+|my plan is to\s+|the plan is to\s+|planning to\s+|to\s+)?",
    re.IGNORECASE,
)


def _action_words(reply: str) -> str | None:
    """The clause that says what will be done, without what follows from it."""
    flat = re.sub(r"[ \t]+", " ", reply).strip()
    cut = _REST_OF_ACTION.search(flat, 12)
    words = flat[: cut.start()] if cut else flat
    words = _OPENERS.sub("", words.strip(" \n-*•"), count=1).strip(" ,.:;-")
    if len(re.findall(r"[^\W\d_]{2,}", words)) < 2:
        return None
    return _start(_trim(words, 240))


_CLAUSE = re.compile(
    r"(?:[.;!?](?=\s|$)|\n|,?\s*\bbecause\b|,?\s*\bso that\b|,?\s+so\b(?! far)|,\s*(?=(?:from|in|on|via|using|per|measured|as shown|shown|owner|owned|milestone|led|which means|meaning|we want|we'd like|source|evidence|according)\b)|,\s*(?:which means|meaning)|\b(?=(?:owner|milestone|source|evidence)\s*(?:is|:|=)))",
    re.IGNORECASE,
)


def _impact_words(reply: str, reading: Reading, action: str | None, today: date) -> str | None:
    """The author's own clause that names the change for learners, or None."""
    if not reading.learner_outcome:
        return None
    clauses = [c.strip(" ,.:;-–•*") for c in _CLAUSE.split(reply) if c and c.strip(" ,.:;-")]
    if action and len(clauses) > 1:
        clauses = clauses[1:]
    elif action:
        cut = _REST_OF_ACTION.search(reply, 12)
        clauses = [reply[cut.end() :].strip(" ,")] if cut else []
    reason = reading.reason or ""
    for clause in clauses:
        if reason and clause.startswith(reason[:40]):
            clause = clause[len(reason) :].strip(" ,")
        if len(clause.split()) >= 2 and read(clause, today).learner_outcome:
            clause = re.sub(
                r"^(?:and|then|that|we want|we'd like|we would like|i want|impact:?|hopefully|to see)\s+",
                "",
                clause,
                flags=re.I,
            )
            return _start(_trim(" ".join(clause.split()), 300))
    return _start(_trim(" ".join(reply.split()), 300)) if not action else None


def _facts(before: Draft, after: Draft) -> list[str]:
    """What a reply added to the draft, in a few words each."""
    facts = []
    if after.driver and after.reason and after.reason != before.reason:
        facts.append(f"the reason ({wording.DRIVER_NAMES[after.driver.value]})")
    if after.measure and after.measure != before.measure:
        facts.append(after.measure)
    if after.baseline and after.baseline != before.baseline:
        facts.append(f"{after.baseline} to start from")
    if after.target and after.target != before.target:
        facts.append(f"{after.target} to reach")
    if after.due and after.due != before.due:
        facts.append(f"by {in_words(after.due)}")
    if after.evidence_source and after.evidence_source != before.evidence_source:
        facts.append(f"read in {after.evidence_source}")
    if after.owner and after.owner != before.owner:
        facts.append(f"{after.owner} accountable")
    new = after.milestones[len(before.milestones) :]
    facts += [f"a check on the way{f' on {in_words(m.due)}' if m.due else ''}" for m in new]
    return facts


def _same(old: str, new: str) -> bool:
    return re.sub(r"\W|per\s?cent", "", old.lower()) == re.sub(r"\W|per\s?cent", "", new.lower())


def _listed(words: list[str], last: str = "and") -> str:
    return (
        words[0]
        if len(words) == 1
        else f"{', '.join(words[:-1])} {last} {words[-1]}"
        if words
        else ""
    )


def _trim(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1].rsplit(" ", 1)[0] + "…"


def _start(text: str) -> str:
    return text[:1].upper() + text[1:]


def _quote(reply: str) -> str:
    return _trim(" ".join(reply.split()).strip(' ."“”'), 70)
