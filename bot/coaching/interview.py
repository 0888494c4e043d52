"""The interview as a pure step: (interview, reply, setting) gives (interview, what to say).

A reply fills in whatever it holds; then the weakest point that is still open is asked about, one
question at a time. Nothing is agreed without a plain yes, and every path ends.
"""

import re
from dataclasses import replace

from bot.coaching import wording
from bot.coaching.asking import MOST_PROBES, ORDER, Asking
from bot.coaching.criteria import gaps
from bot.coaching.draft import Draft, Setting
from bot.coaching.figures import find_figures
from bot.coaching.phrases import (
    CORRECTS,
    after_label,
    change_asked,
    facts_added,
    labelled_lines,
    listed,
    no_talk,
    points_at_one,
    same_figure,
    start_upper,
    trim,
    without_talk,
)
from bot.coaching.reading import LONGEST_REPLY, read
from bot.coaching.recording import as_typed
from bot.coaching.replies import (
    Command,
    agrees,
    cells,
    command,
    declines,
    is_table,
    oddity,
    tells_of_risk,
    yes_and,
)
from bot.coaching.state import Choice, Interview, Outcome, Pending, Reader, Say, Stage
from bot.coaching.tokens import objects, proposes, says_doing
from bot.coaching.turn import unused
from bot.coaching.words import content_stems

# Replies in one sitting. A whole interview takes six to sixteen.
LONGEST_SITTING = 40


def begin(setting: Setting) -> tuple[Interview, Say]:
    """A new interview and its opening, with the SAR's areas for improvement to choose from."""
    turn = _Flow(Interview(), setting)
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
    turn = _Flow(interview.model_copy(deep=True), setting, reader)
    return turn.take(reply)


def ask_again(interview: Interview, setting: Setting) -> tuple[Interview, Say]:
    """Take up a conversation that was left: the draft so far and the question that is open."""
    turn = _Flow(interview.model_copy(deep=True), setting)
    if turn.it.stage is Stage.STOPPED:
        turn.it.stage = Stage.ASKING if turn.it.focus else Stage.CONFIRMING
    turn.say("resumed")
    return turn.ask()


def take_up(draft: Draft, version: int, setting: Setting) -> tuple[Interview, Say]:
    """A conversation about an action that is in the plan already, as it is in that version.

    What it says stands, and asked about is the weakest of what is still open. An impact that says
    the action again, or nothing of learners, is taken as an answer to "so what?" that leads further.
    """
    is_weak = {gap.criterion for gap in gaps(draft, setting)} & {"impact", "not_restated"}
    held = Interview(stage=Stage.ASKING, draft=draft.model_copy(deep=True), saved_version=version)
    turn = _Flow(held, setting)
    if draft.action:
        turn.say("taken_up", action=trim(draft.action, _QUOTED))
    if not (draft.impact and is_weak):
        return turn.ask()
    if draft.impact not in held.draft.so_what:
        held.draft.so_what.append(draft.impact)
    held.draft.impact, held.focus = None, "impact"
    return turn.probe("impact", draft.impact)


_QUOTED = 200


def undo(interview: Interview, setting: Setting) -> Interview:
    """The interview as it was before the last reply that counted; the same one at its start."""
    turn = _Flow(interview.model_copy(deep=True), setting)
    turn.restore()
    return turn.it


def remark(interview: Interview, key: str, setting: Setting) -> tuple[Interview, Say]:
    """Say one of the standing sentences about a message ("edited_late", "deleted")."""
    turn = _Flow(interview.model_copy(deep=True), setting)
    turn.say(key)
    return turn.done()


def free_words(interview: Interview, reply: str) -> bool:
    """Whether a reply is in the person's own words, of which more can be made than rules make.

    Not a command, a button, a number, a form, a table, nor what nobody else should read.
    """
    picked = reply.strip() in interview.choices or command(reply) is not None
    fixed = picked or oddity(reply) is not None or is_table(reply) or labelled_lines(reply)
    words = _LETTERS.findall(reply)
    done = interview.stage is Stage.AGREED
    return not (done or fixed or len(words) < _FREE_WORDS or tells_of_risk(reply))


_FREE_WORDS = 3
_LETTERS = re.compile(r"[^\W\d_]{2,}")
_NUMBER = re.compile(r"\s*#?(\d{1,2})[.)]?\s*")
# What a bare figure counts, and which of two is meant.
_A_SHARE = re.compile(r"%|per\s?cent|share|rate", re.IGNORECASE)
_HEADS = re.compile(r"learner|student|apprentice|pupil|people|number|count|head", re.IGNORECASE)
_FORMER = re.compile(r"\b(?:first|old|earlier|former)\b")
_LATTER = re.compile(r"\b(?:second|new|latter|latest|last|yes)\b")
_DENIES = re.compile(r"\b(?:not|instead|rather)\b", re.IGNORECASE)
_REFERENCE = re.compile(r"(?:afi|strength)?\s*\d+", re.IGNORECASE)


def gaps_asked(interview: Interview, say: Say) -> tuple[str, ...]:
    """The fields that a question asks about openly; none for a choice or a draft."""
    open_question = interview.stage is Stage.ASKING and interview.pending is None
    asks = say.text.rpartition("\n")[2] == interview.question and say.text.endswith("?")
    return say.fields if open_question and asks and not (say.choices or say.outcome) else ()


def reworded(interview: Interview, say: Say, question: str) -> tuple[Interview, Say]:
    """The same answer with its question in other words."""
    before, line, _ = say.text.rpartition("\n")
    after = interview.model_copy(update={"question": question})
    return after, replace(say, text=f"{before}{line}{question}")


def with_aside(interview: Interview, say: Say, key: str) -> tuple[Interview, Say]:
    """The same answer after one of the standing sentences, as long as there is a new one."""
    fresh = unused(interview.used, key, wording.SAY[key])
    if fresh is None:
        return interview, say
    mark, variant = fresh
    after = interview.model_copy(update={"used": [*interview.used, mark]})
    return after, replace(say, text=f"{variant}\n{say.text}")


class _Flow(Asking):
    """The part of a step that decides what kind of reply it is and where it leads."""

    def take(self, reply: str) -> tuple[Interview, Say]:
        chosen = self._chosen(reply)
        if chosen is not None:
            reply = chosen
        order = command(reply)
        self.it.replies += 1
        if tells_of_risk(reply):
            question = self.it.question
            self.say("at_risk")
            answer = self.done(field=self.it.focus, forget_reply=True)
            self.it.question = question
            return answer
        if self.it.stage is Stage.AGREED:
            self.say("finished")
            return self.done()
        if self.it.stage is Stage.STOPPED:
            self.it.stage = Stage.ASKING if self.it.focus else Stage.CONFIRMING
            self.it.replies = 1
            if order in (Command.CARRY_ON, Command.YES):
                self.say("resumed")
                return self.ask()
        if self.it.replies > LONGEST_SITTING:
            self.say("enough")
            return self._stop()
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
        number = _NUMBER.fullmatch(reply)
        if number and 0 < int(number[1]) <= len(self.it.choices):
            return self.it.choices[int(number[1]) - 1]
        return None

    def _back(self) -> tuple[Interview, Say]:
        self.say("back" if self.restore() else "back_at_start")
        return self.ask()

    def _no_such_item(self) -> tuple[Interview, Say]:
        """A reference that the SAR does not have; after a second one the item is left open."""
        self.problem("no_such_item")
        self.it.tries["linked"] = self.it.tries.get("linked", 0) + 1
        if self.it.tries["linked"] > 1:
            self.it.left_open.append("linked")
            self.it.stage = Stage.ASKING
            return self.ask()
        self.offer_items()
        return self.done(field="linked")

    def _choose(self, reply: str, order: Command | None) -> tuple[Interview, Say]:
        named, rest = self._references(reply)
        if not named and order is None and _REFERENCE.fullmatch(reply.strip()):
            return self._no_such_item()
        if not named and order is None:
            # "The English one, I suppose": a few words, or words that speak of nothing to do.
            argues = objects(reply)
            words = reply.split()
            # "Review the apprenticeship resources" is work, however few its words are.
            is_work = len(words) > 2 and says_doing(words[0])
            is_short = len(words) <= 4 and not is_work
            chooses = is_short or argues or points_at_one(reply) or not says_doing(reply)
            named = self._by_words(reply, least=0.1 if argues else 0.3) if chooses else []
            rest = "" if named else without_talk(reply)
            if not named and (argues or not proposes(rest)):
                # Talk before the work: who it comes from matters to nobody yet.
                named = self._by_words(reply, least=0.15)
                if not named:
                    return self._unanswered()
                rest = ""
        if not named and order is not None:
            first = self.setting.areas_for_improvement[0]
            if order is Command.HELP and self.line("help-choose", wording.HELP["linked"]):
                self.offer_items()
                return self.done(field="linked")
            self._link([first], quietly=True)
            self.say("suggested_item", reference=first.reference, judgement=first.judgement)
        self.it.stage = Stage.ASKING
        if named and not proposes(without_talk(rest)):
            aside, rest = no_talk(rest), ""
            self._link(named, quietly=False)
            if self._leads_on(aside):
                _, settled = self._apply(aside, "linked")
                if waits := self._waits(settled):
                    return waits
        elif named:
            self._link(named, quietly=True)
        if len(content_stems(rest)) >= 2:
            self.it.focus = "action"
            return self._answer(rest, None)
        return self.ask()

    def _leads_on(self, beside: str) -> bool:
        """Whether words beside a SAR item say where to get to, though not yet how."""
        reading = self.reader(beside, self.setting.today, asked="linked")
        return reading.learner_outcome or reading.target is not None

    def _answer(self, reply: str, order: Command | None) -> tuple[Interview, Say]:
        field = self.it.focus or "action"
        if order is Command.SKIP:
            return self._leave_open(field)
        if order in (Command.STUCK, Command.NO, Command.HELP):
            return self._help(field, stuck=order is not Command.HELP)
        if agrees(reply) and self.it.draft.action:
            # Only what has been seen whole can be agreed.
            self.it.left_open += [open_ for open_ in ORDER if self._open(open_)]
            return self._show_draft()
        if order is not None:
            # A yes, or "carry on", with nothing to say it to.
            return self._unanswered()
        form = labelled_lines(reply)
        if form:
            return self._fill_in(form)
        if field == "linked":
            named, _ = self._references(reply)
            named = named or self._by_words(reply, least=0.3)
            if named:
                self._link(named, quietly=True)
                return self.ask()
        if CORRECTS.search(reply):
            reply = self._relinked(reply)
        change = self._change(reply)
        if change:
            return self._changed(*change)
        together = len(self.was_asked) > 1 and field in self.was_asked
        learned, settled = self._apply(reply, "figures" if together else field)
        if waits := self._waits(settled):
            return waits
        if not self._open(field):
            return self.ask()
        if learned and field != "impact":
            return self.ask()
        return self.probe(field, reply)

    def _waits(self, settled: bool) -> tuple[Interview, Say] | None:
        """The answer where what was written raised a question or a problem that comes first."""
        if self.it.pending is not None:
            return self._put_pending()
        return self.done(field=self.it.focus) if settled else None

    def _relinked(self, reply: str) -> str:
        """The reply without a first sentence that only sets the SAR item right, which is done."""
        first, _, rest = reply.partition(". ")
        named, _ = self._references(first)
        if not named or not CORRECTS.search(first) or not rest:
            return reply
        self._link(named, quietly=False)
        return rest

    def _unanswered(self) -> tuple[Interview, Say]:
        """After a message that could not be read: the same question in other words."""
        field = self.it.focus or self.it.stage.value
        self.it.tries[field] = self.it.tries.get(field, 0) + 1
        if self.it.stage is Stage.CHOOSING:
            if self.it.tries[field] > MOST_PROBES:
                return self._choose("dunno", Command.STUCK)
            if not self.lines:
                self._put("linked")
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

    def _settle(self, pending: Pending, reply: str, order: Command | None) -> tuple[Interview, Say]:
        """Take the answer to a yes-or-no or an either-or; anything else is read as usual."""
        self.it.pending = None
        field = pending.field
        if pending.kind == "use":
            yes, beyond = yes_and(reply)
            if order is Command.YES or yes:
                item = self.setting.items(pending.options)[0]
                self.it.draft.baseline, self.it.draft.baseline_date = (
                    item.baseline,
                    item.baseline_date,
                )
                if beyond:
                    # "Yes, no idea about the rest": the start is known now.
                    rest = (f for f in self.was_asked if self._open(f))
                    self.it.focus = next(rest, self.it.focus)
                    return self._answer(beyond, command(beyond))
                self._check_levels()
                if "together-from_sar.0" in self.it.used:
                    # A yes and no more: the other things that were asked are asked together again.
                    self.it.used.remove("together-from_sar.0")
                return self._put_pending() if self.it.pending else self.ask()
            if order is Command.NO:
                if self._put("baseline"):
                    return self.done(field="baseline")
                return self._leave_open("baseline")
        if pending.kind == "leave":
            if order in (Command.CHANGE, Command.NO, Command.BACK):
                if self._put(field) or self.line(
                    "another-go", wording.ANOTHER_GO, field=wording.FIELD_NAMES[field]
                ):
                    return self.done(field=field)
                return self._leave_open(field)
            if order is not None:
                return self._leave_open(field)
            return self._last_try(field, reply)
        if pending.kind == "which":
            pick = self._option(pending.options, reply)
            if pick is not None:
                return self.done(field=self.it.focus) if self._set(field, pick) else self.ask()
        if pending.kind == "unit" and order is None:
            if _A_SHARE.search(reply):
                self.it.draft.unit = "%"
                return self.ask()
            if _HEADS.search(reply):
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
        if _FORMER.search(low):
            return options[0]
        if _LATTER.search(low):
            return options[-1]
        return None

    def _last_try(self, field: str, reply: str) -> tuple[Interview, Say]:
        if change := self._change(reply):
            return self._changed(*change)
        learned, settled = self._apply(reply, field)
        if waits := self._waits(settled):
            return waits
        if self._open(field):
            return self._leave_open(field)
        return self.ask()

    def _change(self, reply: str) -> tuple[str, str] | None:
        """The field and the new words of a correction, if the reply is one at this stage."""
        change = change_asked(reply)
        if change is None:
            return None
        field, value, explicit = change
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
        if field == "impact":
            self.it.draft.impact = None
            return self._answer_as("impact", value)
        before = self.it.draft.model_copy(deep=True)
        settled = self._write(field, value)
        if waits := self._waits(settled):
            return waits
        facts = facts_added(before, self.it.draft)
        if facts and not self.lines and self.it.stage is not Stage.CONFIRMING:
            self.say("changed", facts=listed(facts))
        return self.ask()

    def _write(self, field: str, value: str) -> bool:
        """Put new words into a field; True when a problem was said instead."""
        draft = self.it.draft
        if field in ("baseline", "target"):
            return self._write_level(field, value)
        if field == "action":
            draft.action = start_upper(trim(value, 240))
            return False
        if field == "evidence_source":
            draft.evidence_source = trim(value, 120)
            return False
        if field == "linked":
            items, _ = self._references(value)
            items = items or self._references(f"AFI {value}")[0]
            if items:
                self._link(items, quietly=True)
                return False
            return self.problem("no_such_item")
        was_due = draft.due
        if field == "milestone":
            draft.milestones = []
        elif field in ("due", "measure", "driver"):
            setattr(draft, field, None)
        _, settled = self._apply(value, field)
        draft.due = draft.due or was_due
        return settled

    def _write_level(self, field: str, value: str) -> bool:
        """Put a level into its field, and what is said beside it into those that are empty."""
        draft = self.it.draft
        figures = find_figures(value)
        if not figures:
            return False
        reading = self.reader(f"{field}: {value}", self.setting.today, asked=field)
        was = getattr(draft, field)
        setattr(draft, field, as_typed(figures[0], value))
        other = "baseline" if field == "target" else "target"
        labelled = find_figures(after_label(other, value))
        beside = labelled[0].text if labelled else getattr(reading, other)
        # In "70% not 60%", and in "to 70% from 60%" where it was that, the other is what it is no more.
        no_more = _DENIES.search(value) or (was and beside and same_figure(beside, was))
        same = beside and same_figure(beside, figures[0].text)
        if beside and not (no_more or same or getattr(draft, other)):
            setattr(draft, other, beside)
        self._take_measure(reading, field)
        draft.baseline_date = draft.baseline_date or reading.baseline_date
        draft.evidence_source = draft.evidence_source or reading.evidence_source
        settled = self._check_levels()
        return self._take_due(reading, field, overrule=False) or settled

    def _fill_in(self, form: list[tuple[str, str]]) -> tuple[Interview, Say]:
        """A form of "label: value" lines, each line written into its own field."""
        before = self.it.draft.model_copy(deep=True)
        settled = False
        for field, value in sorted(form, key=lambda line: ORDER.index(line[0])):
            if value and not settled:
                settled = self._write(field, value)
        self.lines = [line for line in self.lines if settled]
        if waits := self._waits(settled):
            return waits
        facts = facts_added(before, self.it.draft)
        if facts:
            self.say("noted", facts=listed(facts))
        return self.ask()

    def _answer_as(self, field: str, value: str) -> tuple[Interview, Say]:
        self.it.stage, self.it.focus = Stage.ASKING, field
        return self._answer(value, None)

    def _reopen(self, field: str) -> tuple[Interview, Say]:
        self.it.stage, self.it.focus = Stage.ASKING, field
        named = wording.FIELD_NAMES[field]
        if not self._put(field) and not self.line("another-go", wording.ANOTHER_GO, field=named):
            self.it.stage, self.it.focus = Stage.CONFIRMING, None
            return self._no_clear_yes()
        return self.done(field=field)

    def _confirm(self, reply: str, order: Command | None) -> tuple[Interview, Say]:
        if order is Command.YES:
            return self._agree()
        if order in (Command.STUCK, Command.SKIP) or declines(reply):
            return self._stop()
        if order in (Command.CHANGE, Command.NO, Command.HELP):
            if not self.say("what_to_change"):
                return self._no_clear_yes()
            for field in ("action", "impact", "measure", "target", "due", "owner"):
                self.offered.append(
                    Choice(
                        start_upper(wording.PLAIN_NAMES[field]),
                        f"change {wording.PLAIN_NAMES[field]}",
                    )
                )
            return self.done()
        form = labelled_lines(reply)
        if form:
            return self._fill_in(form)
        change = self._change(reply)
        if change:
            return self._changed(*change)
        gap = next((f for f in (*self.was_asked, *ORDER) if self._is_empty(f)), None)
        if gap is None and any(m.due is None for m in self.it.draft.milestones):
            gap = "milestone"
        said = len(self.lines)
        learned, settled = self._apply(reply, gap or "confirm")
        if waits := self._waits(settled):
            return waits
        if learned:
            return self.ask()
        if len(self.lines) > said:
            # Something was wrong with it, and what to do about it has been said.
            self._confirm_choices()
            return self.done()
        return self._no_clear_yes()

    def _agree(self) -> tuple[Interview, Say]:
        owner = self.it.draft.owner
        if not self.setting.is_lead and owner and owner != self.setting.speaker:
            self.it.stage = Stage.STOPPED
            self.say("not_yours", owner=owner)
            return self.done(outcome=Outcome.SAVED)
        self.it.stage = Stage.AGREED
        named = self._gap_names()
        if named:
            self.say("agreed_with_gaps", gaps=listed(named))
        else:
            self.say("agreed")
        return self.done(outcome=Outcome.AGREED)
