"""Whether a statement is a change for learners, or only the action said again.

The impact ladder: what staff do, what they make, how their practice changes, and what learners
then achieve, attend, say or can do. Each sign is a rule over kinds of words; signs are weighed
together with the wording (`bot.coaching.points`), since no single one decides.
"""

import re
from collections.abc import Set
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

from bot.coaching.points import Points
from bot.coaching.tokens import Classes, Row, rule
from bot.coaching.words import content_stems


class Rung(IntEnum):
    """The impact ladder: how far a statement reaches from doing something towards learners.

    From engagement upwards it is an impact: what learners do or how they get on, what they
    achieve, where they go.
    """

    NONE = 0
    ACTIVITY = 1
    OUTPUT = 2
    PRACTICE = 3
    ENGAGEMENT = 4
    OUTCOME = 5
    DESTINATION = 6


_RULES: dict[str, str] = {
    # of learners
    "learners_do": "<learner> <!learner|staff|given|comma|thing|do-act>{0,5}? <act-staff>",
    "learners_do_after": "<learner> <!learner|staff|comma>{0,9}? <act-staff|thing>",
    "share_of_learners": "<percent|ratio|share|all|plain|worded> <!comma|figure|thing|staff>{0,5}? <learner>",
    "trait_of_learners": "<trait|measure> <!comma|staff>{0,3}? <learner>",
    "they_do": "<they> <!end|comma|staff|given>{0,3}? <act|state>",
    "they_word": "<they> <aim|is|small>{0,2} <word>",
    "learners_word": "<learner> <aim|is|small>{0,2} <word>",
    "learners_will": "<learner|they> <aim> <small>? <word|act|state>",
    "measure_moves": "<measure-notlearner> <!end>{0,8}? <rise|figure|better|least>",
    "moves_measure": "<rise|better|more|figure|least> <!comma|staff>{0,5}? <measure-notlearner>",
    "measure": "<measure-notlearner>",
    "more_do": "<more|rise|better> <!comma|staff|thing>{0,2}? <act-thing>",
    "do_better": "<act-thing> <!comma|thing>{0,3}? <more|better|rise>",
    "act": "<act>",
    "learner": "<learner>",
    "state": "<state>",
    "provider_measure": "<notlearner>",
    # of what is only given to them, or planned for them
    "given": "<learner> <!end|comma|act-given>{0,4}? <given>",
    # of staff and of what they do or make
    "staff": "<staff>",
    "we": "<we>",
    "staff_first": "^<!learner|act|thing|measure|comma>{0,3}? <staff>",
    "staff_do": "<staff> <!learner|comma>{0,4}? <do|act>",
    "staff_better": "<staff> <!learner>{0,5}? <better|state|trait|done>",
    "we_do": "<we> <!learner|comma>{0,3}? <do>",
    "do_thing": "<do> <!learner|act|comma>{0,4}? <thing|staff>",
    "thing_done": "<thing> <!learner|comma>{0,5}? <done|better|do>",
    "done_thing": "<done|better> <!learner|comma>{0,3}? <thing>",
    "done": "<done>",
    "count": "<count>",
    "thing": "<thing>",
    "provider": "<provider>",
    "others": "<others>",
    "money": "<money>",
    "starts_doing": "^<better|we|aim>{0,2} <do-act>",
    "staff_see": "<we|staff> <!end|learner>{0,3}? <see>",
    "of_itself": "^<!end|learner|they|staff>{0,2}? <itself>",
    "count_word": "<numword> <!end|learner>{0,2}? <thing|staff|others>",
    "staff_measure": "<staff|we|others> <!end>{0,3}? <measure>|<measure> <lead|small>{1,3} <!end|comma>{0,2}? <staff|others|thing>",
    "others_do": "<others> <!end|learner>{0,5}? <act|rise|figure>",
    "has_been": "<is> <!end|learner>{0,2}? <done>",
    "so_learners": "<so> <!end|staff>{0,5}? <learner|they> <!end|given|staff>{0,5}? <act|state>",
    "so_other": "<so> <!learner|they|act>{1,7} (?:<end>|$)",
    "benefit": "<benefit> <!end|act>{0,4}? <learner> <!act|state>{0,6} (?:<end|comma>|$)",
    "two_acts": "<act> _* <act>",
    "state_level": "<state> <!end>{0,5}? <figure>|<figure> <!end>{0,4}? <state>",
    "grade_step": "<grade>",
    "provider_level": "<provider> <!end>{0,8}? <figure>",
    "staff_level": "<staff> <!end|learner>{0,6}? <figure>",
    "better_thing": "<better> <!comma|learner>{0,2}? <thing-trait>",
    "able_to": "<able>",
    # of someone who argues, or tells why
    "objects": "<objects>",
    "eases": "<eases>",
    "figure": "<figure-all>",
    "rise": "<rise>",
    "aim": "<aim>",
}  # fmt: skip

# Signs that are no more than a word of one class.
_CLASSES = {m[1]: name for name, text in _RULES.items() if (m := re.fullmatch(r"<([a-z]+)>", text))}


def _sign(name: str, text: str) -> tuple[str, frozenset[str], re.Pattern[str]]:
    """A sign's name, the classes without any of which it cannot be there, and its rule."""
    begins = re.match(r"<([a-z|]+)[->]", text)
    needs = frozenset(begins[1].split("|")) if begins and ">|<" not in text else frozenset()
    return name, needs, rule(text)


_SIGNS = [_sign(name, text) for name, text in _RULES.items() if name not in _CLASSES.values()]


# What is brushed aside ("not just better resources") says nothing of what will be.
_DENIED = rule(
    "(?:<not> <just>|<not-versus> _? <just>) (<!figure|comma|colon|dash|end|but>{1,9}) (?:<comma|colon|dash|end|but>|$)"
)
_SET_ASIDE = rule(
    "<versus-not|from> (<!figure|comma|colon|dash|end|but>{1,6}) (?:<comma|colon|dash|end|but>|$)"
)


_NOTHING_TO_DO = rule("<deny> (<!figure|end|but|comma>{1,8})")
_ASIDE = frozenset({"denied"})


def affirmed(row: Row) -> Row:
    """The row without what it only denies."""
    aside: dict[int, Classes] = {}
    for pattern in (_DENIED, _SET_ASIDE, _NOTHING_TO_DO):
        for match in pattern.finditer(row.marks):
            aside |= {at: _ASIDE for at in range(*match.span(1))}
    return row.with_classes(aside) if aside else row


_WHO = ("learner", "they", "staff", "we", "others", "thing", "measure", "provider", "objects")
_WHOS = rule(f"<{'|'.join(_WHO)}>")


def signs(row: Row) -> set[str]:
    """The names of the signs that the row shows."""
    held = frozenset().union(*[token.classes for token in row.tokens])
    found = {name for kind, name in _CLASSES.items() if kind in held}
    for name, needs, pattern in _SIGNS:
        if (not needs or not held.isdisjoint(needs)) and pattern.search(row.marks):
            found.add(name)
    spoken = [m.start() for m in _WHOS.finditer(row.marks)]
    if spoken:
        # Who or what is spoken of first, and first in the last clause.
        last = max((m.end() for m in _ENDS.finditer(row.marks, 0, len(row.marks) - 1)), default=0)
        found |= {f"first_{kind}" for kind in _WHO if kind in row.tokens[spoken[0]].classes}
        late = next((at for at in spoken if at >= last), None)
        if late is not None and last:
            found |= {f"last_{kind}" for kind in _WHO if kind in row.tokens[late].classes}
    found |= {f"no_{kind}" for kind in ("learner", "act") if kind not in found}
    return found


_ENDS = rule("<end>")


_REACH = (
    r"\b(?:to|at|above|reach|match|meet|exceed|in line (?:with|w/?)|at least|beat|hit|up to|better than"
    r"|equal to|level with|par with)(?:\s+(?:or|the|or above|at|least|our|above|same as))*\s+"
)
_RATE = r"(?:average|avg|rates?|benchmark|level|figure|target|mean)\b"
_STANDARDS = (
    "nat", "sector", "college", "county", "everyone else", "all learners", "other learners",
    "in line", "benchmark", "gap", "zero",
)  # fmt: skip
_TO_A_STANDARD = re.compile(
    rf"{_REACH}(?P<rate>(?:national|nat|sector|college|county|whole[- ]college)\s+{_RATE})(?:\s+of\s+(?P<level>\d[\d.]*\s?(?:%|per cent)?))?"
    rf"|{_REACH}(?:national(?:ly)?|nat|everyone else|all learners|other learners|benchmark)\b"
    r"|\b(?:close|eliminate|remove) the gap\b|\bgap (?:is )?(?:closed|gone|eliminated)\b|\bno gap\b"
    r"|\bzero\b|\bin line with (?:all|other|their) (?:other )?(?:learners|students|peers)\b",
    re.IGNORECASE,
)


def to_a_standard(text: str) -> re.Match[str] | None:
    """What others reach, where it is said as a level to be reached: its `level` and its `rate`."""
    low = text.lower()
    # A plain look spares most replies the search.
    return _TO_A_STANDARD.search(text) if any(word in low for word in _STANDARDS) else None


# Abbreviations by which staff say an action's own words again.
_SHORT = {
    "sow": "scheme work", "ilp": "individual learning plan", "qa": "quality assurance",
    "iag": "careers information advice guidance", "otj": "off job", "cpd": "training",
    "ceiag": "careers education information advice guidance", "ta": "teaching assistant",
    "lsa": "learning support assistant", "curric": "curriculum", "mgr": "manager",
    "obs": "observation", "ob": "observation", "ia": "initial assessment", "vle": "learning platform",
}  # fmt: skip


def _spelt_out(text: str) -> set[str]:
    """The stems of a text's content words, and of what its abbreviations stand for."""
    stems = set(content_stems(text))
    for short in stems & _SHORT.keys():
        stems |= content_stems(_SHORT[short])
    return stems


# The same action is compared with every reply about it.
_planned = lru_cache(maxsize=1024)(_spelt_out)


def facts(row: Row, action: str, *, baseline: bool, target: bool) -> set[str]:
    """What the weighing goes by: the signs, and how the words compare with the action's."""
    found = signs(row)
    words, planned = _spelt_out(row.text), _planned(action)
    shared = len(words & planned)
    if shared:
        found.add("shares_a_word")
        found |= {f"is_of_it_{share}" for share in _SHARES if 100 * shared >= share * len(words)}
        found |= {
            f"says_of_it_{share}" for share in _SHARES if 100 * shared >= share * len(planned)
        }
    for name, is_so in (
        ("opens_with_it", shared >= 2 and len(_opening(row.text) & planned) >= 2),
        ("brief", len(words) <= 4),
        ("lengthy", len(words) > 15),
        ("both_levels", baseline and target),
        ("level", target),
        ("asks", "?" in row.text),
    ):
        if is_so:
            found.add(name)
    return found


def _opening(text: str) -> frozenset[str]:
    return content_stems(" ".join(text.split(maxsplit=5)[:5]))


# Of a reply's words, and of the action's, how many in a hundred both have: at least so many.
_SHARES = (15, 30, 45, 60, 75, 90)


class Judged(NamedTuple):
    """What a statement is worth: a change for learners, the action again, and its rung."""

    learner_outcome: bool
    restates: bool
    rung: Rung


def judge(seen: Set[str], points: Points) -> Judged:
    """What a statement that shows these signs (`facts`) is worth by its points."""
    outcome = points.outcome > max(0, points.restates)
    again = points.restates > 0 and not outcome
    return Judged(outcome, again, _rung(seen, outcome=outcome))


def _rung(seen: Set[str], *, outcome: bool) -> Rung:
    if outcome:
        return Rung.OUTCOME
    if seen & _OF_OUTPUT:
        return Rung.OUTPUT
    if "staff_do" in seen and "starts_doing" not in seen:
        return Rung.PRACTICE
    if seen & _OF_WORK:
        return Rung.ACTIVITY
    return Rung.NONE


_OF_OUTPUT = {"done", "has_been", "staff_better", "better_thing", "done_thing"}
_OF_WORK = {"do_thing", "starts_doing", "count", "we_do", "thing", "shares_a_word"}
