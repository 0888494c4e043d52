"""Choosing the next question: the weakest point that is open, a probe, help, or the draft."""

from bot.coaching import wording
from bot.coaching.criteria import gaps
from bot.coaching.draft import SarItemView
from bot.coaching.impact import Rung
from bot.coaching.measures import Measure, find_measure, gain, suggest
from bot.coaching.phrases import in_words, listed, quoted, trim
from bot.coaching.recording import Recording
from bot.coaching.state import Choice, Interview, Outcome, Pending, Say, Stage
from bot.coaching.tokens import objects

# Probes a field gets after its first asking, before the offer to leave it open (the interview
# evidence: the chance of an answer falls with each probe, so the cap is hard).
MOST_PROBES = 2


# Importance order: what the action is and its impact come before the particulars.
ORDER = (
    "linked", "action", "impact", "measure", "baseline", "target", "evidence_source", "due",
    "driver", "milestone", "owner",
)  # fmt: skip


# Asked for in one breath, in the order people say them.
PARTICULARS = ("measure", "baseline", "target", "due", "milestone", "evidence_source")


FIGURE_FIELDS = ("measure", "baseline", "target", "evidence_source")


# What is asked briefly: "don't know" is taken at once as "leave it open".
BRIEF = ("due", "driver", "milestone", "linked")


def _is_kind_of(one: Measure, other: Measure) -> bool:
    """Whether two measures are one, or one narrows the other ("English and maths attendance")."""
    return one.title in other.title or other.title in one.title


class Asking(Recording):
    """The part of a step that decides what is said next."""

    def ask(self) -> tuple[Interview, Say]:
        """Ask for the weakest point that is open, or show the draft when none is."""
        if self.it.pending is not None:
            return self._put_pending()
        if self.it.stage is Stage.CHOOSING:
            self.offer_items()
            return self.done(field="linked")
        field = next((f for f in ORDER if self._open(f)), None)
        if field in (None, "owner") and self._put_half_a_check():
            self.it.stage, self.it.focus = Stage.ASKING, "milestone"
            return self.done(field="milestone")
        if field is None:
            return self._show_draft()
        self.it.stage = Stage.ASKING
        self.it.focus = field
        if self._put_together(field):
            return self.done(field=field)
        if field == "baseline" and self._offer_baseline():
            return self._put_pending()
        if not self._put(field):
            return self._offer_to_leave(field)
        if field == "linked":
            self.offer_items()
        return self.done(field=field)

    def _put_half_a_check(self) -> bool:
        """Ask, once, for the half of a check on the way that is missing: its date, or what to see."""
        if not self.it.draft.milestones or "milestone" in self.it.left_open:
            return False
        check = self.it.draft.milestones[-1]
        if check.due is None:
            return self.line("check-date", wording.CHECK_DATE)
        if check.text == self._look():
            return self.line("check-sign", wording.CHECK_SIGN, date=in_words(check.due))
        return False

    def _put_together(self, field: str) -> bool:
        """Ask for all the open particulars in one breath; False where that was done before."""
        if field not in PARTICULARS:
            return False
        rest = [f for f in PARTICULARS if f != "measure" and self._open(f)]
        if len(rest) < 2:
            return False
        item = self._sar_baseline() if field == "baseline" else None
        levels = {"baseline", "target"} & set(rest)
        kind = "measure" if field == "measure" else "levels" if levels else "rest"
        # Once; what a reply still leaves out after that is asked for alone.
        kinds = ("levels", "from_sar", "rest", kind)
        if not self.passed_over and any(f"together-{k}.0" in self.it.used for k in kinds):
            return False
        said = wording.TOGETHER | {
            "milestone": self._leading(wording.HALF_WAY, wording.TOGETHER["milestone"])
        }
        parts = [said[f] for f in rest if not (item and f == "baseline")]
        values: dict[str, str | None] = {
            "parts": listed(parts),
            "measure": self.it.draft.measure or "this",
        }
        if item:
            kind = "from_sar"
            values |= {"figure": item.baseline, "evidence": self._said_in(item)}
            self.it.pending = Pending(kind="use", field="baseline", options=[item.reference])
        self.it.asked = [field, *(f for f in rest if f != field)]
        return self.line(f"together-{kind}", wording.TOGETHER_ASKED[kind], **values)

    def _sar_baseline(self) -> SarItemView | None:
        """The linked SAR item whose figure is of the action's own measure."""
        named = find_measure(self.it.draft.measure or "")
        for item in self.setting.items(self.it.draft.sar_items):
            of_item = find_measure(item.measure or "")
            if item.baseline and named and of_item and _is_kind_of(named[0], of_item[0]):
                return item
        return None

    def _said_in(self, item: SarItemView) -> str:
        return trim((item.evidence or "the SAR").rstrip("."), 90)

    def ask_in_place(self) -> str | None:
        """Repeat the open question after something said aside; the field it is about."""
        if self.it.pending is not None:
            self._pending_choices(self.it.pending)
            self.lines.append(self.it.question)
            return self.it.pending.field
        if self.it.stage is Stage.CHOOSING:
            self.offer_items()
            self.lines.append(self.it.question)
            return "linked"
        if self.it.stage is Stage.CONFIRMING:
            self._confirm_choices()
            return None
        if self.it.focus and not self._put(self.it.focus):
            self.lines.append(self.it.question)
        return self.it.focus

    def probe(self, field: str, reply: str) -> tuple[Interview, Say]:
        """The field is still open after an answer: ask for the next rung up, then offer to leave it."""
        tries = self.it.tries[field] = self.it.tries.get(field, 0) + 1
        if tries > MOST_PROBES:
            return self._offer_to_leave(field)
        if field == "impact":
            reading = self.reader(
                reply, self.setting.today, action=self.it.draft.action or "", asked=field
            )
            rung = reading.rung.name if reading.rung.name in wording.SO_WHAT else "NONE"
            first = rung
            if objects(reply):
                first = "OBJECTS"
            elif reading.rung is Rung.OUTPUT and reading.says_done:
                first = "DONE"
            values = {"quote": quoted(reply)}
            # The same kind of answer twice moves to the next wording of that rung, then to plainer ones.
            for family in (first, rung, "NONE"):
                variants = wording.SO_WHAT[family]
                if self.line(f"so-what-{family}", variants, **values):
                    return self.done(field=field)
            return self._offer_to_leave(field)
        return self.ask()

    def _offer_to_leave(self, field: str) -> tuple[Interview, Say]:
        if not self.line(
            "offer-to-leave", wording.OFFER_TO_LEAVE, field=wording.FIELD_NAMES[field]
        ):
            return self._leave_open(field)
        self.it.pending = Pending(kind="leave", field=field)
        self._pending_choices(self.it.pending)
        return self.done(field=field)

    def _leave_open(self, field: str) -> tuple[Interview, Say]:
        self.it.pending = None
        if self._is_empty(field):
            self.line(f"left-{field}", wording.LEFT_OPEN[field])
        leaves = [field]
        if field in self.was_asked:
            leaves += [f for f in self.was_asked if self._open(f)]
        if field == "impact" and not self.it.draft.measure:
            leaves += FIGURE_FIELDS
        if field == "measure":
            leaves += [f for f in FIGURE_FIELDS if not getattr(self.it.draft, f)]
        self.it.left_open = list(dict.fromkeys([*self.it.left_open, *leaves]))
        self.it.focus = None
        return self.ask()

    def _help(self, field: str, stuck: bool) -> tuple[Interview, Say]:
        self.it.tries[field] = self.it.tries.get(field, 0) + 1
        if stuck and field in BRIEF:
            return self._leave_open(field)
        measures = suggest(self.it.draft.driver, self._judgements())
        values = {
            "measures": listed([m.title for m in measures], "or"),
            "plan_ends": in_words(self.setting.plan_ends),
        }
        if not self.line(f"help-{field}", wording.HELP[field], **values):
            return self._leave_open(field) if stuck else self.probe(field, "")
        if field in ("impact", "measure"):
            for m in measures:
                self.offered.append(
                    Choice(
                        f"{m.title} ({m.source})",
                        gain(m) if field == "impact" else m.title,
                    )
                )
            return self.done(field=field)
        if not stuck:
            return self.ask()
        self._put(field)
        return self.done(field=field)

    def _offer_baseline(self) -> bool:
        """Offer the SAR's own figure as starting point, where it is of the same measure."""
        item = self._sar_baseline()
        if item:
            self.it.pending = Pending(kind="use", field="baseline", options=[item.reference])
        return item is not None

    def _put_pending(self) -> tuple[Interview, Say]:
        pending = self.it.pending
        assert pending is not None
        self._pending_choices(pending)
        if pending.kind == "use":
            item = self.setting.items(pending.options)[0]
            said = self.say(
                "offer_baseline",
                figure=item.baseline,
                evidence=self._said_in(item),
            )
            if not said:
                self.it.pending = None
                self.offered = []
                self._put("baseline")
        elif pending.kind == "which":
            old, new = pending.options
            if not self.problem(
                "contradiction", field=wording.PLAIN_NAMES[pending.field], old=old, new=new
            ):
                return self._drop_pending()
        elif pending.kind == "unit":
            if not self.problem("unit", figure=pending.options[0]):
                return self._drop_pending()
        else:
            return self._offer_to_leave(pending.field)
        return self.done(field=pending.field)

    def _drop_pending(self) -> tuple[Interview, Say]:
        """Leave an either-or that has no new words, with its choices, and go on."""
        self.it.pending = None
        self.offered = []
        return self.ask()

    def _pending_choices(self, pending: Pending) -> None:
        if pending.kind == "use":
            self.offered = [Choice("Yes, use it", "yes"), Choice("No", "no")]
        elif pending.kind == "which":
            self.offered = [Choice(option, option) for option in pending.options]
        elif pending.kind == "unit":
            self.offered = [Choice("Per cent", "per cent"), Choice("Learners", "learners")]
        else:
            self.offered = [
                Choice("Leave it open", "leave it open"),
                Choice("Another go", "another go"),
            ]

    def _show_draft(self) -> tuple[Interview, Say]:
        self.it.stage, self.it.focus = Stage.CONFIRMING, None
        # Who has named a department has not said that it is they themselves.
        if not self.it.draft.owner and self.setting.speaker and "owner" not in self.it.owed:
            self.it.draft.owner = self.setting.speaker
        self.say("draft")
        named = self._gap_names()
        if named:
            self.say("draft_gaps", gaps=listed(named))
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

    def _no_clear_yes(self) -> tuple[Interview, Say]:
        if not self.say("yes_please"):
            return self._stop()
        self._confirm_choices()
        return self.done()

    def _stop(self) -> tuple[Interview, Say]:
        finished = self.it.stage is Stage.CONFIRMING
        self.it.stage = Stage.STOPPED
        if finished:
            return self._saved()
        self.say("stopped")
        return self.done(outcome=Outcome.SAVED)

    def _saved(self) -> tuple[Interview, Say]:
        named = self._gap_names()
        if named:
            self.say("saved", gaps=listed(named))
        else:
            self.say("saved_whole")
        return self.done(outcome=Outcome.SAVED)
