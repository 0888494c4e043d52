"""What the rules let through of a model's reading of a reply: the model proposes, this decides.

A value enters only where its author typed it, of the field it is proposed for and not denied; of
two verdicts the stricter stands. The rest is dropped, with a word on why for the ledger. Whether a
question may be asked, `questions` tells.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from itertools import chain
from typing import Any

from bot.coaching.dates import find_dates
from bot.coaching.figures import row_of, with_parts
from bot.coaching.numbers import Figure, Part
from bot.coaching.people import find_people
from bot.coaching.proposal import SPANS, VERDICTS, Proposal
from bot.coaching.reading import Reading, read
from bot.coaching.tokens import tokenise
from bot.coaching.words import content_stems, straight

# Replies in which an impact may be told; a bare answer to "what is the figure now?" is none.
TELLS_IMPACT = ("action", "impact", "linked", None)
_LONGEST_ACTION, _LONGEST_SOURCE, _LONGEST_MEASURE = 40, 12, 12


class Verified:
    """One proposal about one reply, held against it. `dropped` says what did not pass, and why.

    Of two verdicts the stricter stands, unless `may_refuse` is False: then the rules' own does.
    `filled` are the fields that hold something: a model alone replaces nothing that stands.
    """

    def __init__(
        self,
        proposal: Proposal,
        reply: str,
        today: date,
        *,
        may_refuse: bool = True,
        filled: frozenset[str] = frozenset(),
    ) -> None:
        self.proposal = proposal
        self._filled = filled
        self.dropped: list[str] = []
        self._may_refuse = may_refuse
        self._said = {
            name: words for name in SPANS if (words := self._literally(name, reply, today))
        }

    def read(
        self, text: str, today: date, *, action: str = "", asked: str | None = None
    ) -> Reading:
        """The rules' own reading of a text of this turn, with what of the proposal holds for it."""
        reading = read(text, today, action=action, asked=asked)
        if self._may_refuse and asked in TELLS_IMPACT:
            reading = self._stricter(reading)
        held = {name: words for name, words in self._said.items() if _find(words, text)}
        added = _added(reading, held, text, today, asked)
        standing = self._filled - {"owners" if asked == "owner" else asked}
        return replace(reading, **{f: v for f, v in added.items() if f not in standing})

    def disagreed(self, reading: Reading) -> list[str]:
        """The verdicts on which the model differs from the rules' own reading of the reply."""
        return [v for v in VERDICTS if getattr(reading, v) != getattr(self.proposal, v)]

    def _stricter(self, reading: Reading) -> Reading:
        proposed = self.proposal
        outcome = reading.learner_outcome and proposed.learner_outcome
        measurable = reading.measurable and proposed.measurable
        return replace(
            reading,
            restates_action=reading.restates_action or proposed.restates_action,
            # What only says the action again names no outcome.
            learner_outcome=outcome and not proposed.restates_action,
            measurable=measurable,
            target=reading.target if measurable or not reading.measurable else None,
        )

    def _literally(self, name: str, reply: str, today: date) -> str | None:
        """The words of the reply that a span copies, as they were typed, if they pass."""
        span = getattr(self.proposal, name)
        if not span or not span.strip():
            return None
        typed = _find(span, reply)
        why = "not said" if typed is None else _SPAN_RULES[name](typed, reply, today)
        if why:
            self.dropped.append(f"{name}: {why}")
            return None
        return typed


def _find(span: str, text: str) -> str | None:
    """The stretch of the text that has these words one after the other, whole words only."""
    words = r"\s+".join(re.escape(straight(word)) for word in span.split())
    found = re.search(rf"(?<!\w){words}(?!\w)", straight(text), re.IGNORECASE)
    return text[found.start() : found.end()] if found else None


# Words that name where a figure may be read.
RECORDS = frozenset({"source", "system", "record"})

# --- spans ----------------------------------------------------------------------------------


def levels(text: str, today: date) -> list[Figure]:
    """Whatever in a text may be a level, with the part it plays there."""
    return with_parts(*row_of(text, find_dates(text, today), lenient=True))


def _is_level(typed: str, reply: str, today: date) -> str | None:
    # "9" is a figure, and so is "Good" where the reply says what is to be graded so.
    return None if levels(typed, today) or _level_at(typed, reply, today) else "no figure"


def _is_date(typed: str, reply: str, today: date) -> str | None:
    return None if _date_at(typed, reply, today) else "no date"


def _is_person(typed: str, reply: str, today: date) -> str | None:
    people, group = find_people(f"Owner: {typed}", None)
    return None if people == (typed,) and not group else "no one person"


def _is_source(typed: str, reply: str, today: date) -> str | None:
    short = len(typed.split()) <= _LONGEST_SOURCE
    named = any(token.classes & RECORDS for token in tokenise(typed))
    return None if short and named and not levels(typed, today) else "no source"


def _is_measure(typed: str, reply: str, today: date) -> str | None:
    short = len(typed.split()) <= _LONGEST_MEASURE
    return None if short and content_stems(typed) and not levels(typed, today) else "no measure"


def _is_outcome(typed: str, reply: str, today: date) -> str | None:
    if not _is_whole(typed, reply):
        return "cut"
    return None if read(typed, today).learner_outcome else "no outcome"


def _is_action(typed: str, reply: str, today: date) -> str | None:
    if not _is_whole(typed, reply):
        return "cut"
    return None if 2 <= len(typed.split()) <= _LONGEST_ACTION else "no action"


def _around(typed: str, text: str, ends: re.Pattern[str]) -> tuple[list[str], list[str]]:
    """The words before a stretch back to the nearest of `ends`, and those after it up to one."""
    plain = straight(text)
    at = plain.find(straight(typed))
    before, after = ends.split(plain[:at])[-1], ends.split(plain[at + len(typed) :])[0]
    return (_WORD.findall(before.lower()), _WORD.findall(after.lower()))


_CLAUSE_ENDS = re.compile(r"[.,;:!?\n](?!\d)")
_SENTENCE_ENDS = re.compile(r"[.!\n](?!\d)")
_WORD = re.compile(r"[\w'%]+")


def _is_whole(typed: str, text: str) -> bool:
    """Whether a sentence lacks nothing that turns it round: "Stop …", "Unless …", "… no more"."""
    before, after = _around(typed, text, _SENTENCE_ENDS)
    asked = re.match(r"[^.!\n]*\?", text[text.find(typed) + len(typed) :])
    return _OPENERS.issuperset(before) and not _TURNS.intersection(after) and not asked


# What may stand before an action or an impact and be left out without changing it.
_OPENERS = frozenset(
    "we i you they it that this the our my a an to will would shall should 'll we'll i'll we're i'm "
    "they'll plan is are was be going want like hope hoping aim aiming need expect intend planning and "
    "so then because of which means meaning in order also well ok okay um er right yes action impact "
    "result outcome as for us see think mean".split()
)
_TURNS = frozenset(
    "no not never nor neither without stop stopped fewer less except unless instead rather unlike "
    "hardly longer don't doesn't didn't won't can't cannot isn't aren't wasn't weren't haven't hasn't "
    "shouldn't wouldn't couldn't".split()
)


def _is_denied(typed: str, text: str, field: str, asked: str | None) -> bool:
    """Whether the text says of these words that it is not they: "not Priya", "the log is lost"."""
    if field == "owner":
        return bool(_NO_OWNERS.intersection(chain(*_around(typed, text, _SENTENCE_ENDS))))
    if field == "evidence":
        before, after = _around(typed, text, _SENTENCE_ENDS)
        is_read = _READ_IN.intersection(before[-3:]) or _READS.intersection(after[:2])
        lacking = _NO_SOURCES.intersection((*before, *after))
        return bool(lacking) or not (is_read or asked == "evidence_source")
    return bool(_TURNS.intersection(_around(typed, text, _CLAUSE_ENDS)[0]))


# In a sentence with one of these the person named need not be whose it will be.
_NO_OWNERS = _TURNS | frozenset(
    "nobody noone one someone somebody anyone anybody whoever who ask asked was were had used left went "
    "declined leave leaving leaves refused busy but former previous ex".split()
)
# Nor does one with any of these say of a record that it is there to be read.
_NO_SOURCES = _TURNS | frozenset(
    "nobody wish wished if lost lose useless shut closed broken missing gone scrapped outdated building "
    "build developing plan planning start starting begin fill filling complete completing improve "
    "improving buy buying need needs lack lacks".split()
)
_READ_IN = frozenset("in from on per by via through see check whatever count according".split())
_READS = frozenset("is are shows show says say has have tells tell gives records".split())


_SPAN_RULES: dict[str, Callable[[str, str, date], str | None]] = {
    "action": _is_action,
    "impact": _is_outcome,
    "measure": _is_measure,
    "baseline": _is_level,
    "target": _is_level,
    "due": _is_date,
    "evidence": _is_source,
    "owner": _is_person,
}


# The questions in whose answers a field is looked for; elsewhere such words mean something else, as
# the figure and the date of a check on the way do.
_FIGURES_IN = frozenset({"action", "impact", "linked", "measure", "figures", None})
_LOOKED_FOR_IN: dict[str, frozenset[str | None]] = {
    "baseline": _FIGURES_IN | {"baseline", "target"},
    "target": _FIGURES_IN | {"baseline", "target"},
    "due": _FIGURES_IN | {"due", "target"},
    "evidence": _FIGURES_IN | {"evidence_source", "baseline"},
    "owner": frozenset({"owner"}),
    "action": frozenset({"action"}),
    "impact": frozenset({"action", "impact", "measure", None}),
    "measure": frozenset({"measure", "figures"}),
}


def _added(
    reading: Reading, held: dict[str, str], text: str, today: date, asked: str | None
) -> dict[str, Any]:
    """What the proposal adds to a reading: the rules' own findings stand where they have any."""
    held = {
        name: words
        for name, words in held.items()
        if asked in _LOOKED_FOR_IN[name] and not _is_denied(words, text, name, asked)
    }
    checks = " ".join(said for _, said in reading.milestones)
    found: dict[str, Any] = {}
    for field in ("baseline", "target"):
        # Of an impact only the verdict on its being measurable decides whether it has a target.
        decided = field == "target" and asked in TELLS_IMPACT and not reading.measurable
        if field in held and getattr(reading, field) is None and not decided:
            taken = {reading.baseline, reading.target, found.get("baseline")}
            level = _level_at(held[field], text, today, field)
            if level is not None and level not in taken and not _find(level, checks):
                found[field] = level
    # With a date that has been and none to come, "since May" is no date by which.
    if "due" in held and reading.due is None and reading.baseline_date is None:
        day = _date_at(held["due"], text, today)
        if day is not None and day not in [due for due, _ in reading.milestones]:
            found["due"] = day
    if "evidence" in held and reading.evidence_source is None:
        found["evidence_source"] = held["evidence"]
    if "owner" in held and not reading.owners and not reading.group_owner:
        found["owners"] = (held["owner"],)
    for field in ("action", "impact", "measure"):
        if field in held:
            found[f"{field}_words"] = held[field]
    return found


def _level_at(typed: str, text: str, today: date, field: str | None = None) -> str | None:
    """The whole figure of the text that these words are of; None where it is no level there.

    With a field it must be one that may be the field's: a level that plays no other part, and a
    bare number only where a text that is not known to say a level would have it for one.
    """
    parts = (_PARTS[field] if field else frozenset(Part)) - {Part.COMPARISON}
    counted = {f.text for f in with_parts(*row_of(text, find_dates(text, today)))}
    for level in levels(text, today):
        if not (_find(level.text, typed) or _find(typed, level.text)) or level.part not in parts:
            continue
        is_bare = level.unit in _BARE
        if field is None or not is_bare:
            return level.text
        around = chain(*_around(level.text, text, _CLAUSE_ENDS))
        is_level = level.unit is None and level.text in counted
        if is_level and not _OF_OTHER_THINGS.intersection(around):
            return level.text
    return None


_PARTS = {
    "baseline": frozenset({Part.BASELINE, Part.UNKNOWN}),
    "target": frozenset({Part.TARGET, Part.UNKNOWN}),
}
_BARE = (None, "all")
# In a clause with one of these a bare number is money, a time, a telephone's or the speaker's own.
_OF_OTHER_THINGS = frozenset(
    "me my mine i'm i'll i've am phone extension ext call ring mobile text email room floor budget cost "
    "costs costing price pay pays paid spend spends spent pounds quid grand pence fee salary hours "
    "o'clock am pm minutes staff tutors teachers assessors starters kids".split()
)


def _date_at(typed: str, text: str, today: date) -> date | None:
    """The whole date of the text that these words are of, though they leave out its year."""
    for dated in find_dates(text, today):
        said = text[dated.start : dated.end]
        if not dated.past and (_find(said, typed) or _find(typed, said)):
            return dated.day
    return None
