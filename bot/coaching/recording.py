"""Taking a reading into the draft, and holding back what cannot be meant."""

import re
from dataclasses import replace
from typing import Any

from bot.coaching import wording
from bot.coaching.criteria import compare
from bot.coaching.dates import find_dates
from bot.coaching.figures import find_figures
from bot.coaching.measures import BY_KEY, find_measure
from bot.coaching.numbers import Figure, Part
from bot.coaching.phrases import (
    CORRECTS,
    action_words,
    after_action,
    facts_added,
    impact_words,
    in_words,
    listed,
    same_figure,
    start_upper,
    talk_and_action,
    trim,
)
from bot.coaching.reading import Reading
from bot.coaching.state import Pending, Stage
from bot.coaching.tokens import meant_stems, names_learners
from bot.coaching.turn import Turn
from bot.coaching.words import content_stems
from storage.models import MilestoneFields
from storage.vocabulary import Direction

# Measures of which every case is the usual aim, and those counted in heads as often as in per cent.
_CAN_BE_ALL = frozenset(
    BY_KEY[key].title
    for key in ("reviews_on_time", "safeguarding_timeliness", "otj_on_track", "work_placement", "ehcp_outcomes", "gateway_on_time")
)  # fmt: skip


_COUNTED = frozenset({"withdrawals", "early_leavers", "persistent_absence", "past_planned_end", "break_in_learning", "positive_dest"})  # fmt: skip


# "Pupil voice, how many of the 34 can tell me their next step: 11 in October".
_SHARE_OF = re.compile(
    r"\b(?:how many|(?:share|proportion|percentage|number) of)\b[^.;:,–]+(?=[.;:,–]|$)",
    re.IGNORECASE,
)
# The statement of a survey that learners agree with, which tells it from its other questions.
_STATEMENT = re.compile(r"\bsurvey\b[^\w\"]{0,3}\"(?P<words>[^\"]{4,60})\"", re.IGNORECASE)
_SPEAKS_OF_DATE = re.compile(r"\b(?:by|date|due|deadline|until|end of)\b", re.IGNORECASE)


# What stands before a measure in a sentence about it, and what leads on from it to the level.
_BY = re.compile(r"(?:(?:by|from|in|on|before|at|until|come|the|end|of|so|and)\s+)*", re.IGNORECASE)
_WISHES = re.compile(
    r"^(?:(?:um+|er+|well|so|and|then)\b,?\s*)*(?:(?:(?:we|i)(?:['’]d| would| will|['’]ll|['’]re| are|['’]m| am)?(?: all)?(?: be)?|just|it['’]d be good|the (?:aim|target|goal|plan) is)\s+)?"
    r"(?:want(?:ing)?|need(?:ing)?|hop(?:e|ing)|aim(?:ing)?|expect(?:ing)?|like|love|looking|after|trying|plan(?:ning)?|intend(?:ing)?|to|get)\b"
    r"(?:\s+(?:for|to|at))?(?:\s+(?:see|get|have|reach|raise|lift|push|move|bring|increase|improve|reduce|cut|lower|be at))?\s+",
    re.IGNORECASE,
)
_SAYS_MEASURE = re.compile(
    r"^(?:(?:um+|er+|well|so)\b,?\s*)*(?:(?:the one |what )?(?:i|we)(?:'d| would) (?:look at|use|measure) (?:is|would be) |the measure (?:is|would be) )?(?:the|our|a|an|we(?:'d| would)? (?:look at|use|count|measure)|probably|maybe|i(?:'d| would) (?:use|look at|say))\s+",
    re.IGNORECASE,
)
_LEADS_TO_LEVEL = re.compile(
    r"(?:\s+(?:at|to|up|down|by|is|are|was|were|be|on|of|around|about|over|above|below|under|least|no|more|than|only|now|will|should|must|needs?|has|have|goes|going|rises?|rising|falls?|falling|reach(?:es|ing)?|hits?|stays?|being))+$",
    re.IGNORECASE,
)


# "I have no figures" names none.
_HAS_NONE = re.compile(
    r"(?:(?:well|so|sorry|no|but),? )*(?:i|we|there)(?:['’]ve|['’]s| have| has| is| are)?(?: got)? (?:no|not|none|nothing|never|don['’]?t|do not|have ?n['’]?t|is ?n['’]?t|can['’]?t|cannot)\b",
    re.IGNORECASE,
)
_HEDGES = re.compile(r",?\s*\b(?:i think|i suppose|i guess|probably|maybe)\b", re.IGNORECASE)
_MEASURE_ENDS = re.compile(r"[.;:,]\s|[.;:]$|\bfrom\b|\bcurrently\b|\d")
_POINTS = re.compile(r"[\s-]*(?:points?|pts?)\b", re.IGNORECASE)


def _with_points(reading: Reading, level: str | None) -> str | None:
    """A level as typed; a change in points with that word, without which "up 5 points" is a 5."""
    change = next((f for f in reading.figures if f.text == level and f.part is Part.CHANGE), None)
    return as_typed(change, reading.text) if change else level


def as_typed(figure: Figure, text: str) -> str:
    """A figure of a text, with the "points" that follow it."""
    unit = _POINTS.match(text, figure.end)
    return text[figure.start : unit.end()] if unit else figure.text


_LEVEL_AT_END = re.compile(r"\s+\d\S*(?:\s?(?:%|per[ -]?cent|pct?))?$", re.IGNORECASE)


def _without_level(counted: str) -> str:
    """What is counted, without the level that the same clause says it should be at."""
    words = _LEVEL_AT_END.sub("", counted.strip())
    before = _LEADS_TO_LEVEL.sub("", words)
    # "How many of the 34": there the number is of what is counted.
    return before if before != words else counted.strip()


class Recording(Turn):
    """The part of a step that writes into the draft; the rules decide what enters."""

    def _apply(self, reply: str, asked: str) -> tuple[bool, bool]:
        """Record what a reply says. Returns (anything learned, a problem was said instead)."""
        draft, today = self.it.draft, self.setting.today
        whole, talk = reply, ""
        if asked == "action":
            talk, action = talk_and_action(reply)
            reply = action or reply
        reading = self.reader(reply, today, action=draft.action or "", asked=asked)
        if asked == "action":
            # What stands in the action's own clause ("each apprentice") is no level to reach.
            after = f"{talk}\n{after_action(reply)}" if action else after_action(whole)
            beyond = self.reader(after, today, action=draft.action or "", asked=asked)
            due, words = beyond.due or reading.due, reading.action_words
            reading = replace(beyond, due=due, action_words=words)
        if reading.owners and not reading.figures and CORRECTS.search(reply) and asked != "action":
            # "Actually not Leanne, she's away from January. Make it Craig": of the owner alone.
            reading = Reading(reading.text, owners=reading.owners, group_owner=reading.group_owner)
            asked = "confirm" if asked == "confirm" else "owner"
            self.passed_over = len(self.was_asked) > 1
        before = draft.model_copy(deep=True)
        said_aside = len(self.lines)
        confirming = self.it.stage is Stage.CONFIRMING
        overrule = bool(CORRECTS.search(reply)) or asked == "confirm"

        if asked == "action" or (confirming and not draft.action):
            self._take_action(reply, reading)
        self._take_impact(reply, reading, asked, talk)
        self._take_measure(reading, asked)
        if asked in ("measure", "figures"):
            self._own_measure(reading.measure_words or reply)
        if reading.unit and (reading.baseline or reading.target):
            draft.unit = reading.unit
        problem = self._take_levels(reading, asked, overrule)
        dated = overrule and (not confirming or _SPEAKS_OF_DATE.search(reply) is not None)
        problem = problem or self._take_due(reading, asked, dated)
        if reading.baseline_date and (not draft.baseline_date or asked == "baseline"):
            draft.baseline_date = reading.baseline_date
        if reading.evidence_source and (
            not draft.evidence_source or asked == "evidence_source" or overrule
        ):
            draft.evidence_source = trim(reading.evidence_source, 120)
        if reading.driver and (asked == "driver" or not draft.reason):
            draft.driver, draft.reason = reading.driver, trim(reading.reason or "", 200)
        problem = self._take_owner(reply, reading, heard=not problem) or problem
        self._take_milestones(reading, asked)

        facts = facts_added(before, draft)
        if facts and not problem and self.it.pending is None:
            overruled = overrule and any(
                getattr(before, f)
                for f in ("target", "baseline", "due")
                if getattr(before, f) != getattr(draft, f)
            )
            acknowledged = "changed" if overruled else "noted"
            if not confirming and not self.say(acknowledged, facts=listed(facts)):
                self.lines.append(start_upper(f"{listed(facts)}."))
        # One more weak answer is kept in the chain, and yet brings the action no further.
        learned = draft != before.model_copy(update={"so_what": draft.so_what})
        return learned, problem and len(self.lines) > said_aside

    def _take_action(self, reply: str, reading: Reading) -> None:
        words = action_words(reading.action_words or reply)
        if words:
            self.it.draft.action = words
            if not self.it.draft.sar_items and "linked" not in self.it.left_open:
                near = self._by_words(reply)
                if near:
                    self._link(near, quietly=True)
                    self.say(
                        "linked_by_words",
                        reference=near[0].reference,
                        judgement=trim(near[0].judgement.rstrip("."), 80),
                    )

    def _take_impact(self, reply: str, reading: Reading, asked: str, talk: str) -> None:
        """The change for learners that a reply names, after the action or in the talk before it."""
        draft, today = self.it.draft, self.setting.today
        if asked not in ("action", "impact", "measure") and draft.impact:
            return
        words = impact_words(reply, reading, draft.action if asked == "action" else None, today)
        if asked == "action" and not words and talk:
            before = self.reader(talk, today)
            words = impact_words(talk, before, draft.action, today, action_first=False)
        if words and asked == "action" and not self._changes_for_learners(words):
            words = None
        if asked == "impact":
            draft.so_what = [*draft.so_what, trim(" ".join(reply.split()), 400)]
        elif words and asked == "action":
            draft.so_what = [*draft.so_what, words]
        if words and (asked == "impact" or not draft.impact):
            draft.impact = words

    def _changes_for_learners(self, words: str) -> bool:
        """Whether a clause said beside the action names learners, and more than how things stand."""
        reading = self.reader(words, self.setting.today)
        stands = reading.baseline is not None and reading.target is None
        return not stands and (reading.measure is not None or names_learners(words))

    def _take_measure(self, reading: Reading, asked: str) -> None:
        """The measure a reply names; the action's own words ("on each absence") name none."""
        draft = self.it.draft
        if asked == "action":
            of_impact = self.reader(draft.impact, self.setting.today) if draft.impact else None
            if of_impact is None:
                return
            both = reading.baseline and reading.target
            counted = _SHARE_OF.search(reading.text) if both else None
            if counted and not of_impact.measure:
                draft.measure = trim(_without_level(counted[0]), 80)
                return
            if of_impact.measure or not both or find_measure(reading.reason or ""):
                reading = of_impact
        says_level = reading.baseline or reading.target
        if reading.measure is None or (
            draft.measure and asked not in ("impact", "measure", "figures")
        ):
            return
        if draft.measure and asked == "impact" and not (says_level and not draft.target):
            return
        stated = _STATEMENT.search(reading.text)
        draft.measure = reading.measure.title + (f" (“{stated['words']}”)" if stated else "")
        draft.unit = reading.unit
        draft.direction = reading.direction

    def _own_measure(self, reply: str) -> None:
        """The measure in the person's own words, where they say more than the catalogue's name."""
        words = self._without_date_before(" ".join(reply.split()))
        if _HAS_NONE.match(words):
            return
        words = _SAYS_MEASURE.sub("", _WISHES.sub("", words, count=1))
        words = _HEDGES.sub("", words)
        counted = _SHARE_OF.search(words)
        words = _MEASURE_ENDS.split(words)[0].strip(" ,:")
        words = _without_level(counted[0]) if counted else _LEADS_TO_LEVEL.sub("", words)
        ours = counted or find_measure(words) or names_learners(words)
        if self.it.draft.measure and not ours:
            return
        own = meant_stems(words)
        known = content_stems(self.it.draft.measure or "")
        least = 1 if not self.it.draft.measure else 3
        if len(own) >= least and (not known or len(own - known) >= 2):
            self.it.draft.measure = trim(words, 80)

    def _without_date_before(self, words: str) -> str:
        """The words without a date that stands before all else: "By July we want …"."""
        first = next(iter(find_dates(words, self.setting.today)), None)
        before = words[: first.start] if first else ""
        return words[first.end :].lstrip(" ,") if first and _BY.fullmatch(before) else words

    def _take_levels(self, reading: Reading, asked: str, overrule: bool) -> bool:
        """Baseline and target, checked against each other and against what was said before."""
        draft = self.it.draft
        if reading.figures_disagree:
            levels = [f.text for f in reading.figures]
            return self.problem("two_figures", figures=listed(levels))
        if (
            asked == "impact"
            and not reading.learner_outcome
            and not (reading.baseline and reading.target)
        ):
            # "Data quality will be at 98%": a level, but not of what learners gain.
            return False
        whole = next((f for f in reading.figures if f.text == reading.target), None)
        passing = whole is not None and whole.unit == "all" and not reading.learner_outcome
        for field in ("baseline", "target"):
            new = getattr(reading, field)
            if field == "target" and passing and asked != "target":
                # "All staff will …" is no level to reach for learners.
                continue
            new = _with_points(reading, new)
            old = getattr(draft, field)
            if not new or (old and same_figure(old, new)):
                continue
            if old and asked != field and not overrule:
                self.it.pending = Pending(kind="which", field=field, options=[old, new])
                return False
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
            if not held:
                held = self._implausible(draft.target)
            if held:
                if held[0] != "impossible":
                    self.it.questioned.append(f"target={draft.target}")
                draft.target = None
                self.it.focus, self.it.stage = "target", Stage.ASKING
                return self.problem(held[0], **held[1])
        odd = (
            draft.baseline
            and not self._meant("baseline", draft.baseline)
            and self._implausible(draft.baseline)
        )
        if odd:
            self.it.questioned.append(f"baseline={draft.baseline}")
            draft.baseline = None
            self.it.focus, self.it.stage = "baseline", Stage.ASKING
            return self.problem(odd[0], **odd[1])
        figure = draft.baseline or draft.target
        if figure and draft.measure and self._unit_unknown(figure):
            self.it.questioned.append(f"unit={figure}")
            self.it.pending = Pending(
                kind="unit", field="baseline" if draft.baseline else "target", options=[figure]
            )
        return False

    def _implausible(self, figure: str) -> tuple[str, dict[str, Any]] | None:
        """What to say of a figure that the measure's own scale does not reach, if it does not."""
        named = find_measure(self.it.draft.measure or "")
        level = next(iter(find_figures(figure)), None)
        if named is None or level is None or level.value is None:
            return None
        measure = named[0]
        # A headcount stands on no scale but its own.
        same_scale = level.unit in ("%", "ratio") if measure.unit == "%" else level.unit is None
        if measure.unit == "number" or not same_scale:
            return None
        if measure.lowest <= level.value <= measure.highest:
            return None
        scale = f"{measure.lowest:g} to {measure.highest:g}"
        return "off_the_scale", {"figure": figure, "measure": measure.title, "scale": scale}

    def _unit_unknown(self, figure: str) -> bool:
        """Whether a bare number could be a share or a headcount, and nobody has said which."""
        bare = all(
            re.fullmatch(r"[\d.,]+", f) for f in (self.it.draft.baseline, self.it.draft.target) if f
        )
        named = find_measure(self.it.draft.measure or "")
        sure = named is not None and named[0].key not in _COUNTED
        asked = any(mark.startswith("unit=") for mark in self.it.questioned)
        return bare and not sure and not asked

    def _take_due(self, reading: Reading, asked: str, overrule: bool) -> bool:
        draft, setting = self.it.draft, self.setting
        due = reading.due
        if due is None or due == draft.due:
            return False
        if due < setting.today:
            if asked == "due" or not draft.due:
                said = self.problem("past", date=in_words(due)) and asked == "due"
                return said and self._put("due") and self._ask_due()
            return False
        if due > setting.plan_ends and not self._meant("due", due):
            self.it.questioned.append(f"due={due}")
            said = self.problem("beyond", date=in_words(due), plan_ends=in_words(setting.plan_ends))
            return said and asked == "due" and self._ask_due()
        if draft.due and asked != "due" and not overrule:
            return False
        draft.due = due
        return False

    def _ask_due(self) -> bool:
        """The next reply is about the date, wherever this one was."""
        self.it.focus, self.it.stage = "due", Stage.ASKING
        return True

    def _take_owner(self, reply: str, reading: Reading, *, heard: bool) -> bool:
        """The one person named; a team or two people are asked about, at once or in their turn."""
        department = self._department(reply, reading)
        if department:
            reading = replace(reading, group_owner=department)
        if reading.group_owner or len(reading.owners) > 1:
            self.it.owed = ["owner"]
            self.it.draft.owner = None
            if not heard:
                return False
            self.it.focus = "owner"
            if reading.group_owner:
                return self.problem("group", name=reading.group_owner)
            return self.problem("several", names=listed(list(reading.owners), "or"))
        if reading.owners:
            name = reading.owners[0]
            mine = re.match(r"(?:i|me|myself)\b", name, re.IGNORECASE) is not None
            self.it.draft.owner = self.setting.speaker if mine else name
        return False

    def _department(self, reply: str, reading: Reading) -> str | None:
        """The department of the SAR that a reply puts where a person's name should stand."""
        low = reply.lower()
        for item in self.setting.sar_items:
            name = item.department or ""
            if name and name.lower() in low and any(o in name for o in reading.owners):
                return name
        return None

    def _take_milestones(self, reading: Reading, asked: str) -> None:
        """The checks on the way; what is to be seen and its date may come one after the other."""
        draft = self.it.draft
        checks = list(reading.milestones)
        alone = asked == "figures" and {"milestone", "due"} & set(self.was_asked) == {"milestone"}
        if alone and not checks and reading.due and reading.due != draft.due:
            # "14 February, in the register", with the date by which known already.
            checks = [(reading.due, "")]
        for due, text in checks:
            if due and due < self.setting.today:
                if asked == "milestone":
                    self.problem("past", date=in_words(due))
                continue
            last = draft.milestones[-1] if draft.milestones else None
            if last and last.due is None and due:
                last.due = due
            elif last and text and due in (None, last.due) and last.text == self._look():
                last.text = start_upper(trim(text, 160))
            elif not any(m.text.lower() == text.lower() for m in draft.milestones):
                words = start_upper(trim(text, 160)) or self._look()
                draft.milestones = [*draft.milestones, MilestoneFields(due=due, text=words)]

    def _look(self) -> str:
        """What a check on the way is as long as nobody has said what should be seen by then."""
        return wording.LOOK.format(measure=self.it.draft.measure or "the figure")

    def _set(self, field: str, value: str) -> bool:
        """Put a level into the draft; True when a problem with it was said."""
        setattr(self.it.draft, field, value)
        return self._check_levels()
