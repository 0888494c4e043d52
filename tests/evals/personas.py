"""Simulated people: each drives a whole interview to its end, and the coach is measured on it.

Run with: python -m tests.evals.personas [--show NAME] [--coach openai]. Written before the coach
was run on them; do not soften what a person says to better a figure.

A person is a block of lines of personas.txt: `== name`, or `== name (saves)` for one not meant to
agree. `truth:` holds what each field should match in the end. `> text` opens, whatever is asked.
`figures:` is what they answer to a question for three things or more at once; who has none answers
the first thing only.
`@N text` is said as reply N, whatever is asked. `field: one | two` answers that field, `dunno:`
when no answer is left, `draft:` at the draft, before "agree". `~` marks a weak answer, ` ?` at the
end one that tells nothing; `{due owner}` names what an answer tells besides.
"""

import argparse
import re
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from bot.coach import EMBEDDED, Coach, Heard
from bot.coaching.asking import ORDER
from bot.coaching.criteria import gaps
from bot.coaching.interview import begin
from bot.coaching.state import Interview, Outcome, Say
from bot.settings import SettingsInvalid
from storage.models import ModelCall
from tests.evals.model import (
    Books,
    add_options,
    beside,
    complain,
    each,
    is_cut_short,
    model_coach,
    total,
)
from tests.unit.sar import SETTING

LONGEST = 40
MEDIAN_TURNS, MOST_TURNS = 6, 16
# Counted apart, or following from another field or from the end of the questions.
APART = ("impact", "unit", "direction", "owner")


@dataclass(frozen=True)
class Reply:
    """One thing a person says, which fields it truly tells, and whether its impact is weak."""

    text: str
    tells: tuple[str, ...] = ()
    weak: bool = False


@dataclass
class Persona:
    """What one person says: to open, at a given reply, and to a question about each field."""

    name: str
    agrees: bool
    opening: list[Reply] = field(default_factory=list)
    timed: dict[int, Reply] = field(default_factory=dict)
    facts: dict[str, list[Reply]] = field(default_factory=dict)
    truth: dict[str, str] = field(default_factory=dict)


@dataclass
class Held:
    """One interview as it was held, and what was found in it."""

    lines: list[str] = field(default_factory=list)
    turns: int = 0
    end: str = "no end"
    first: float | None = None
    counts: Counter[str] = field(default_factory=Counter)
    asked: int = 0
    worded: int = 0  # of those asked, the questions in a model's words


Results = list[tuple[Persona, Held]]

COUNTED = (
    ("same words", "sentences said before, word for word"),
    ("held", "questions about a field that held an answer, not which of two that differ stands"),
    ("told", "questions about a field already told, whether or not it was taken in"),
    ("accept", "false accepts: a weak impact, or no answer at all, recorded as impact"),
    ("reject", "false rejects: a good impact not recorded"),
    ("aside", "replies that tell nothing, yet were written into the draft"),
    ("wrong", "fields that end up holding something other than what the person meant"),
    ("long", "messages over 60 words without a draft"),
    ("marks", "messages with more than one question mark"),
)


def people() -> list[Persona]:
    """The people written down beside this module."""
    text = Path(__file__).with_suffix(".txt").read_text("utf-8")
    found: list[Persona] = []
    for line in re.sub(r"\n  +", " ", text).strip().split("\n"):
        start, _, rest = line.partition(" ")
        if start == "==":
            found.append(Persona(rest.removesuffix(" (saves)"), "(saves)" not in rest))
        elif start == ">":
            found[-1].opening.append(_reply(rest, ""))
        elif start.startswith("@"):
            found[-1].timed[int(start[1:])] = _reply(rest, "")
        elif start == "truth:":
            pairs = (part.strip().split(" ", 1) for part in rest.split(" | "))
            found[-1].truth = {about: pattern for about, pattern in pairs}
        else:
            about = start.removesuffix(":")
            assert about in (*ORDER, "dunno", "draft", "figures"), line
            found[-1].facts[about] = [_reply(part, about) for part in rest.split(" | ")]
    return found


def _reply(part: str, about: str) -> Reply:
    text, _, named = part.strip().removesuffix("}").partition(" {")
    more = tuple(named.split())
    if text.endswith(" ?"):
        return Reply(text.removesuffix(" ?"))
    if text.startswith("~"):
        return Reply(text[1:], more, weak=True)
    return Reply(text, (*more, about) if about in ORDER else more)


def hold(persona: Persona, coach: Coach = EMBEDDED) -> Held:
    """The whole interview with this person, in a workspace of their own, called by their name."""
    held, told, said = Held(), set[str](), Counter[str]()
    interview, say = begin(SETTING)
    left = {about: list(replies) for about, replies in persona.facts.items()}
    opening, shrugs = list(persona.opening), 0
    _listen(held, interview, say, told, said)
    while say.outcome is None and held.turns < LONGEST:
        held.turns += 1
        if opening:
            reply = opening.pop(0)
        elif held.turns in persona.timed:
            reply = persona.timed[held.turns]
        elif len(say.fields) > 2 and left.get("figures"):
            reply = left["figures"].pop(0)
        elif left.get(say.field or "draft"):
            reply = left[say.field or "draft"].pop(0)
        elif say.field is None:
            reply = Reply("agree" if persona.agrees else "leave it as a draft")
        else:
            phrases = persona.facts.get("dunno", [Reply("dunno"), Reply("skip")])
            reply = phrases[shrugs % len(phrases)]
            shrugs += 1
        held.lines.append(f"  {held.turns:>2} PERSON  {reply.text}")
        before = interview.draft
        interview, say = coach.answer(Heard(persona.name, interview, reply.text, SETTING))
        told |= set(reply.tells)
        changed = interview.draft.impact != before.impact and interview.draft.impact is not None
        shrug = not reply.tells and reply.text != "agree"
        if changed and (reply.weak or shrug) and "impact" not in reply.tells:
            _mark(held, "accept", f"recorded as impact: {interview.draft.impact}")
        if "impact" in reply.tells and interview.draft.impact is None:
            _mark(held, "reject", "good impact not recorded")
        if shrug and reply not in persona.facts.get("draft", []):
            old, new = before.model_dump(), interview.draft.model_dump()
            apart = (*APART, "so_what") if reply.weak else APART
            for key in (key for key in new if new[key] != old[key] and key not in apart):
                _mark(held, "aside", f"{key}: {old[key]!r} became {new[key]!r}")
        if held.first is None and reply.tells:
            held.first = sum(bool(_value(interview, about)) for about in ORDER) / len(ORDER)
        _listen(held, interview, say, told, said)
    if say.outcome is not None:
        lacking = [gap.criterion for gap in gaps(interview.draft, SETTING)]
        held.end = "saved" if say.outcome is Outcome.SAVED else "agreed complete"
        if lacking and say.outcome is Outcome.AGREED:
            held.end = "agreed with gaps"
        if lacking:
            held.lines.append(f"     gaps: {', '.join(map(str, lacking))}")
    for about, pattern in persona.truth.items():
        value = _value(interview, about)
        if value and not re.search(pattern, str(value), re.IGNORECASE):
            _mark(held, "wrong", f"{about} is {str(value)!r}, not {pattern!r}")
    draft = interview.draft.model_dump(mode="json", exclude_none=True)
    held.lines.append(f"     draft: {draft}")
    return held


def _listen(held: Held, interview: Interview, say: Say, told: set[str], said: Counter[str]) -> None:
    """What is wrong with one message of the coach."""
    held.asked += bool(say.field) and say.outcome is None
    held.worded += say.worded
    held.lines.append(f"     COACH [{say.field or 'draft'}]  {say.text}")
    for line in say.text.splitlines():
        for sentence in filter(None, re.split(r"(?<=[.?!])\s+", line.strip())):
            said[sentence] += 1
            if said[sentence] > 1:
                _mark(held, "same words", sentence)
    pending = interview.pending and interview.pending.kind
    if say.field and say.outcome is None and _value(interview, say.field) and pending != "which":
        _mark(held, "held", f"{say.field}, pending {pending}")
    for about in say.fields:
        if about in told and say.outcome is None:
            _mark(held, "told", about)
    if len(say.text.split()) > 60 and not say.shows_draft:
        _mark(held, "long", f"{len(say.text.split())} words")
    if say.text.count("?") > 1:
        _mark(held, "marks", f"{say.text.count('?')} question marks")


def _value(interview: Interview, about: str) -> object:
    names = {"linked": "sar_items", "milestone": "milestones"}
    return getattr(interview.draft, names.get(about, about), None)


def _mark(held: Held, kind: str, note: str) -> None:
    held.counts[kind] += 1
    held.lines.append(f"     !! {kind}: {note}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table, or the transcripts asked for; 1 when the coach falls short."""
    parser = argparse.ArgumentParser(prog="python -m tests.evals.personas")
    parser.add_argument("--show", nargs="*", metavar="NAME", help="what was said, by whose name")
    add_options(parser)
    options = parser.parse_args(arguments)
    if options.coach == "openai":
        try:
            return _with_model(options)
        except SettingsInvalid as error:
            return complain(error)
    results = [(persona, hold(persona)) for persona in people()]
    _show(results, options.show)
    _table(results)
    return int(bool(_short(results)))


def _with_model(options: argparse.Namespace) -> int:
    """Let everyone talk to the coach with a model, and print it beside the embedded one."""
    everyone = people()
    with model_coach(options.most, f"{len(everyone)} scripted people") as (coach, books):

        def whole(persona: Persona) -> Held | None:
            held = hold(persona, coach)
            # Where the cap came in between, the rules have carried on alone: neither coach's work.
            return None if persona.name in books.refused else held

        results = each(whole, everyone, books, options.at_once)
    _show(results, options.show)
    short = []
    if any(persona.agrees for persona, _ in results):
        print()
        _table(results)
        plain = [(persona, hold(persona)) for persona, _ in results]
        print()
        beside("", "embedded", "openai")
        for name, figure in _LINES.items():
            beside(name, figure(plain, Books(None, None)), figure(results, books))
        short = _short(results)
    print(f"\n{books.account(f'whole interviews: {len(results)} of {len(everyone)}')}")
    cut_short = is_cut_short(books, len(results), len(everyone), "people")
    if short:
        print(f"\nUnder the floor: {', '.join(short)}")
    return int(bool(short) or cut_short)


def _show(results: Results, wanted: list[str] | None) -> None:
    """Print what was said in the interviews asked for."""
    for persona, held in results if wanted is not None else ():
        if " ".join(wanted or ()).lower() in persona.name.lower():
            print(f"== {persona.name}: {held.end}", *held.lines, "", sep="\n")


def _table(results: Results) -> None:
    """Print a line for each person, the medians and the sums."""
    kinds = [kind for kind, _ in COUNTED]
    print(f"{'person':<18}{'turns':>5}  {'end':<17}{'first':>5}", *(f"{k:>10}" for k in kinds))
    for persona, held in results:
        row = (f"{held.counts[kind]:>10}" for kind in kinds)
        print(f"{persona.name:<18}{held.turns:>5}  {held.end:<17}{held.first or 0:>5.0%}", *row)
    meant = [held for persona, held in results if persona.agrees]
    first = median(held.first or 0 for held in meant)
    row = (f"{median(held.counts[kind] for held in meant):>10g}" for kind in kinds)
    print(f"{'median, to agree':<18}{_turns(results):>5g}  {'':<17}{first:>5.0%}", *row)
    print(f"{'all together':<42}", *(f"{_all(results, kind):>10}" for kind in kinds), sep="   ")
    print("\nfirst: share of the 11 fields filled after the first message that tells anything")
    print(*(f"{kind}: {meaning}" for kind, meaning in COUNTED), sep="\n")


def _turns(results: Results) -> float:
    """The median turns of those meant to agree."""
    return median(held.turns for persona, held in results if persona.agrees)


def _all(results: Results, kind: str) -> int:
    return sum(held.counts[kind] for _, held in results)


def _short(results: Results) -> list[str]:
    """In what the coach falls short."""
    most = max(held.turns for _, held in results)
    found = {"turns, median": _turns(results) > MEDIAN_TURNS, "turns, most": most > MOST_TURNS}
    found |= {kind: _all(results, kind) > 0 for kind in ("same words", "held")}
    return [name for name, is_short in found.items() if is_short]


def _agreed(results: Results) -> list[Persona]:
    return [persona for persona, held in results if held.end.startswith("agreed")]


def _tokens(results: Results, books: Books, name: str) -> str:
    """The median tokens of an interview that ended in an agreed action."""
    used = [getattr(total(_calls(person, books)), name) for person in _agreed(results)]
    return f"{median(used or [0]):,.0f}"


def _calls(person: Persona, books: Books) -> list[ModelCall]:
    return [row for row in books.rows if row.workspace == person.name]


def _worded(results: Results) -> str:
    asked, worded = (sum(getattr(h, name) for _, h in results) for name in ("asked", "worded"))
    return f"{worded / asked:.0%}"


def _count(kind: str) -> Callable[[Results, Books], str]:
    return lambda results, _: str(_all(results, kind))


# The lines of the table that has the two coaches side by side.
_LINES: dict[str, Callable[[Results, Books], str]] = {
    "turns, median of those to agree": lambda results, _: f"{_turns(results):g}",
    "turns, most": lambda results, _: str(max(held.turns for _, held in results)),
    **{kind: _count(kind) for kind, _ in COUNTED},
    "agreed": lambda results, _: str(len(_agreed(results))),
    "tokens in, median of the agreed": lambda results, books: _tokens(results, books, "tokens_in"),
    "tokens out, median of the agreed": lambda results, books: _tokens(
        results, books, "tokens_out"
    ),
    "questions in the model's words": lambda results, _: _worded(results),
    "calls": lambda results, books: f"{sum(len(_calls(p, books)) for p, _ in results):,}",
}


if __name__ == "__main__":
    sys.exit(main())
