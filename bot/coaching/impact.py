"""Whether a statement is a change for learners, or only the action said again.

The impact ladder: what staff do, what they make, how their practice changes, and what learners
then achieve, attend, say or can do. Each sign is a rule over kinds of words; signs are weighed
(`POINTS`), since no single one decides.
"""

import math
import re
from collections.abc import Iterable
from enum import IntEnum
from typing import NamedTuple

from bot.coaching.tokens import TELLING, Classes, Row, rule
from bot.coaching.words import content_stems, stem


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
    "learners_are": "<learner> <!learner|staff|given|comma>{0,5}? <state>",
    "more_learners": "<more|rise> <!end|figure|comma|do|thing>{0,3}? <learner>",
    "share_of_learners": "<percent|ratio|share|all|plain|worded> <!comma|figure|thing|staff>{0,5}? <learner>",
    "learners_trait": "<learner> <!comma|staff|do|given>{0,2}? <trait|measure>",
    "trait_of_learners": "<trait|measure> <!comma|staff>{0,3}? <learner>",
    "they_do": "<they> <!end|comma|staff|given>{0,3}? <act|state>",
    "they_word": "<they> <aim|is|small>{0,2} <word>",
    "learners_word": "<learner> <aim|is|small>{0,2} <word>",
    "learners_will": "<learner|they> <aim> <small>? <word|act|state>",
    "helps_learners": "<do> <!comma|staff>{0,2}? <learner> _? <act>",
    "measure_moves": "<measure-notlearner> <!end>{0,8}? <rise|figure|better|least>",
    "moves_measure": "<rise|better|more|figure|least> <!comma|staff>{0,5}? <measure-notlearner>",
    "measure": "<measure-notlearner>",
    "trait_moves": "<trait> <!comma|staff|do>{0,4}? <rise|better|state>|<rise|better|more> <!comma|staff|do>{0,2}? <trait>",
    "more_do": "<more|rise|better> <!comma|staff|thing>{0,2}? <act-thing>",
    "do_better": "<act-thing> <!comma|thing>{0,3}? <more|better|rise>",
    "act": "<act>",
    "learner": "<learner>",
    "state": "<state>",
    "provider_measure": "<notlearner>",
    # of what is only given to them, or planned for them
    "given": "<learner> <!end|comma|act-given>{0,4}? <given>",
    "given_thing": "<learner> <!end|comma>{0,6}? <given> <!comma>{0,4}? <thing|better>",
    "for_learners": "<do|thing|done> <!end>{0,4}? <lead|to>? <learner> (?:<end>|$)",
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
    "goes_live": "<thing|itself> <!end|learner>{0,4}? <now|done|date>",
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
    "goal_to_do": "<to> <do-act>",
    # of someone who argues, or tells why
    "objects": "<objects>",
    "eases": "<eases>",
    "because_first": "^<because>",
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
    held = frozenset().union(*(token.classes for token in row.tokens))
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
    found |= {f"says_{s}" for t in row.tokens if (s := stem(t.word)) in TELLING}
    found |= {f"no_{kind}" for kind in ("learner", "act") if kind not in found}
    return found


_ENDS = rule("<end>")


_REACH = (
    r"\b(?:to|at|above|reach|match|meet|exceed|in line (?:with|w/?)|at least|beat|hit|up to|better than"
    r"|equal to|level with|par with)(?:\s+(?:or|the|or above|at|least|our|above|same as))*\s+"
)
_RATE = r"(?:average|avg|rates?|benchmark|level|figure|target|mean)\b"
# What others reach, as a level to be reached.
TO_A_STANDARD = re.compile(
    rf"{_REACH}(?P<rate>(?:national|nat|sector|college|county|whole[- ]college)\s+{_RATE})(?:\s+of\s+(?P<level>\d[\d.]*\s?(?:%|per cent)?))?"
    rf"|{_REACH}(?:national(?:ly)?|nat|everyone else|all learners|other learners|benchmark)\b"
    r"|\b(?:close|eliminate|remove) the gap\b|\bgap (?:is )?(?:closed|gone|eliminated)\b|\bno gap\b"
    r"|\bzero\b|\bin line with (?:all|other|their) (?:other )?(?:learners|students|peers)\b",
    re.IGNORECASE,
)


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


def facts(row: Row, action: str, *, baseline: bool, target: bool) -> dict[str, float]:
    """What the weighing goes by: the signs, and how the words compare with the action's."""
    found = {name: 0.5 if name.startswith("says_") else 1.0 for name in signs(row)}
    words, planned = _spelt_out(row.text), _spelt_out(action)
    shared = len(words & planned)
    found["shared"] = shared / len(words) if words else 0.0
    found["covered"] = shared / len(planned) if planned else 0.0
    opening = content_stems(" ".join(row.text.split()[:5]))
    found["opens_with_it"] = float(len(opening & planned) >= 2)
    found["all_of_it"] = float(found["covered"] >= 0.6)
    found["brief"] = float(len(words) <= 4)
    found["lengthy"] = float(len(words) > 15)
    found["both_levels"] = float(baseline and target)
    found["level"] = float(target)
    found["asks"] = float("?" in row.text)
    return found


# begin points
POINTS: dict[str, tuple[float, float, float]] = {
    "able_to": (-0.9, 1.3, -0.1),
    "act": (-0.3, 0.4, 0.4),
    "aim": (-0.0, 0.4, 0.4),
    "all_of_it": (0.9, -0.7, -0.7),
    "asks": (-1.2, -0.8, -0.1),
    "because_first": (-0.3, -0.1, 0.0),
    "benefit": (0.4, -0.6, 0.2),
    "better_thing": (0.8, -0.4, -0.0),
    "both_levels": (-1.2, 0.5, 1.3),
    "brief": (0.2, -0.1, -1.4),
    "count": (0.7, 0.3, 0.2),
    "count_word": (0.6, 0.0, -0.3),
    "covered": (2.6, -1.2, -0.9),
    "do_better": (-0.0, 0.0, -0.3),
    "do_thing": (0.1, -0.1, -0.3),
    "done": (1.5, -0.8, -0.4),
    "done_thing": (0.0, -0.2, -0.2),
    "eases": (-0.6, -0.3, 0.2),
    "figure": (-0.3, 1.0, 0.9),
    "first_learner": (-0.6, 1.0, 0.2),
    "first_measure": (-0.8, 0.3, 0.1),
    "first_objects": (-0.9, -1.2, 0.0),
    "first_others": (-0.4, -0.9, 0.3),
    "first_provider": (0.1, -0.6, -0.1),
    "first_staff": (-0.1, -1.1, -0.1),
    "first_they": (-0.4, 1.4, -0.0),
    "first_thing": (0.8, -0.5, -0.4),
    "first_we": (0.5, -0.2, 0.3),
    "for_learners": (0.7, -0.4, -0.3),
    "given_thing": (0.7, -0.7, 0.2),
    "goal_to_do": (0.5, 0.1, -0.3),
    "goes_live": (0.4, -0.0, 0.1),
    "grade_step": (-0.4, -1.2, 0.3),
    "has_been": (0.8, -0.5, -0.3),
    "helps_learners": (0.3, -0.1, -0.2),
    "last_learner": (-0.1, -0.3, 0.0),
    "last_measure": (-0.2, -0.0, 0.4),
    "last_objects": (-0.2, -0.4, -0.3),
    "last_others": (0.2, 0.1, 0.2),
    "last_provider": (0.1, -0.2, 0.3),
    "last_staff": (-0.1, -0.1, -0.0),
    "last_they": (-0.3, -0.7, -0.3),
    "last_thing": (0.1, -0.1, 0.2),
    "last_we": (-0.6, 0.3, -0.6),
    "learner": (-0.0, 0.5, 0.3),
    "learners_are": (-0.1, 0.4, 0.3),
    "learners_do_after": (-1.2, 1.1, -0.1),
    "learners_trait": (-0.1, 0.4, 0.0),
    "learners_will": (-0.4, 0.5, -0.2),
    "learners_word": (-0.8, 0.7, 0.1),
    "lengthy": (0.2, 0.0, -0.2),
    "level": (-2.0, 1.3, 1.2),
    "measure": (-0.3, 1.7, 0.3),
    "measure_moves": (-1.1, 1.1, 0.3),
    "money": (0.7, -0.8, 0.0),
    "more_do": (-0.1, 0.2, -0.2),
    "more_learners": (-0.6, 0.8, -0.2),
    "moves_measure": (-0.7, 0.6, -0.4),
    "no_act": (0.2, -0.4, -0.4),
    "no_learner": (-0.0, -0.6, -0.3),
    "objects": (-0.9, -0.8, -0.6),
    "of_itself": (0.4, -0.3, 0.3),
    "opens_with_it": (1.2, -0.8, -0.8),
    "others": (0.2, -0.6, 0.1),
    "others_do": (-0.2, -0.7, 0.4),
    "provider": (0.2, -0.8, 0.1),
    "provider_level": (-0.5, -0.9, 0.0),
    "provider_measure": (-0.5, -1.1, 0.1),
    "read_alone": (0.0, 0.0, -0.0),
    "read_alone_at_the_end": (0.0, 0.0, 1.0),
    "read_alone_record": (0.0, 0.0, -0.1),
    "read_alone_source": (0.0, 0.0, 0.3),
    "read_alone_system": (0.0, 0.0, 0.2),
    "read_as_work": (0.0, 0.0, -0.3),
    "read_counted": (0.0, 0.0, 0.4),
    "read_counted_at_the_end": (0.0, 0.0, 0.5),
    "read_counted_record": (0.0, 0.0, -0.1),
    "read_dated": (0.0, 0.0, 0.2),
    "read_dated_at_the_end": (0.0, 0.0, 0.1),
    "read_dated_record": (0.0, 0.0, 0.1),
    "read_dated_source": (0.0, 0.0, 0.1),
    "read_dated_system": (0.0, 0.0, 0.2),
    "read_holds": (0.0, 0.0, -0.6),
    "read_holds_record": (0.0, 0.0, -0.3),
    "read_holds_source": (0.0, 0.0, 0.3),
    "read_holds_system": (0.0, 0.0, -0.4),
    "read_kept": (0.0, 0.0, 0.2),
    "read_kept_at_the_end": (0.0, 0.0, 0.0),
    "read_kept_record": (0.0, 0.0, 0.1),
    "read_kept_source": (0.0, 0.0, 0.1),
    "read_lead": (0.0, 0.0, 0.3),
    "read_lead_at_the_end": (0.0, 0.0, 0.8),
    "read_lead_record": (0.0, 0.0, -0.4),
    "read_lead_source": (0.0, 0.0, 1.2),
    "read_lead_system": (0.0, 0.0, 0.1),
    "read_nothing_more": (0.0, 0.0, -0.2),
    "read_shown": (0.0, 0.0, 0.2),
    "read_system": (0.0, 0.0, 0.5),
    "read_system_at_the_end": (0.0, 0.0, 0.3),
    "read_system_record": (0.0, 0.0, 0.3),
    "read_system_source": (0.0, 0.0, 0.0),
    "read_system_system": (0.0, 0.0, 0.5),
    "read_telling": (0.0, 0.0, 0.7),
    "read_telling_record": (0.0, 0.0, -0.1),
    "read_telling_source": (0.0, 0.0, 0.3),
    "read_telling_system": (0.0, 0.0, 0.1),
    "read_titled": (0.0, 0.0, 0.0),
    "read_titled_source": (0.0, 0.0, 0.0),
    "read_told": (0.0, 0.0, 0.5),
    "read_told_at_the_end": (0.0, 0.0, 0.6),
    "read_told_record": (0.0, 0.0, 0.9),
    "read_told_source": (0.0, 0.0, 1.1),
    "read_told_system": (0.0, 0.0, 0.4),
    "read_vague": (0.0, 0.0, -0.3),
    "rise": (-0.6, 0.7, 0.4),
    "says_about": (-0.0, -0.4, -0.3),
    "says_adapt": (0.4, -0.2, 0.0),
    "says_after": (-0.3, 0.5, 0.1),
    "says_all": (0.6, -0.6, -0.1),
    "says_answer": (-0.4, -0.1, 0.2),
    "says_be": (1.0, -0.7, -0.4),
    "says_been": (0.5, -0.7, -0.3),
    "says_better": (0.3, 0.0, 0.2),
    "says_big": (0.2, 0.2, -0.2),
    "says_but": (-0.5, 0.2, 0.2),
    "says_can": (0.3, -0.7, -0.1),
    "says_check": (-0.0, -0.5, 0.1),
    "says_complet": (0.2, 0.2, -0.1),
    "says_confid": (0.4, -0.1, 0.1),
    "says_cours": (-0.3, 1.1, 0.1),
    "says_curriculum": (0.2, -0.3, -0.1),
    "says_done": (0.9, -0.0, -0.3),
    "says_drop": (-0.2, 0.6, -0.0),
    "says_each": (0.3, -0.3, 0.2),
    "says_employ": (0.4, -0.5, 0.1),
    "says_end": (0.2, 0.7, 0.0),
    "says_everi": (0.1, -0.6, -0.2),
    "says_expect": (0.2, -0.4, -0.0),
    "says_fewer": (-0.5, 0.6, 0.2),
    "says_finish": (-0.2, 0.5, 0.3),
    "says_first": (0.1, 0.5, 0.3),
    "says_good": (-0.1, -0.5, -0.0),
    "says_have": (0.7, -0.3, -0.0),
    "says_homework": (-0.0, 0.4, 0.1),
    "says_hope": (-0.3, 0.4, -0.1),
    "says_hour": (0.0, -0.5, -0.1),
    "says_if": (-0.1, -0.0, 0.0),
    "says_into": (-0.3, 0.8, -0.0),
    "says_job": (0.3, 0.5, 0.4),
    "says_just": (-0.5, 0.3, 0.3),
    "says_kid": (-0.5, 0.5, 0.2),
    "says_know": (-0.1, -0.4, 0.3),
    "says_late": (-0.1, 0.4, -0.2),
    "says_leav": (-0.4, 0.5, 0.2),
    "says_less": (-0.5, -0.1, 0.1),
    "says_lesson": (-0.6, -1.1, 0.6),
    "says_look": (0.0, 0.4, -0.0),
    "says_mark": (-0.3, 0.6, -0.0),
    "says_may": (0.0, 0.0, 0.0),
    "says_more": (0.2, 0.9, 0.3),
    "says_much": (0.4, -0.1, 0.0),
    "says_nation": (-0.3, 1.0, -0.2),
    "says_need": (-0.5, -0.5, 0.1),
    "says_new": (0.5, -0.5, -0.2),
    "says_no": (-0.9, 0.6, -0.0),
    "says_not": (-0.8, 0.3, -0.1),
    "says_noth": (-0.3, -0.2, -0.1),
    "says_number": (-0.4, 0.6, 0.1),
    "says_offer": (-0.5, 0.1, 0.2),
    "says_old": (0.4, -0.0, -0.1),
    "says_one": (0.8, -0.1, -0.3),
    "says_own": (-0.0, 0.4, 0.0),
    "says_paperwork": (-0.3, 0.1, 0.1),
    "says_pass": (-0.3, 0.5, -0.2),
    "says_per": (0.1, 0.2, -0.4),
    "says_plan": (-0.3, 0.5, 0.1),
    "says_question": (0.1, -0.3, -0.0),
    "says_rate": (-0.3, 0.4, -0.1),
    "says_rather": (-0.7, -0.1, -0.0),
    "says_review": (-0.1, -0.5, 0.3),
    "says_ring": (0.1, -0.4, 0.0),
    "says_room": (0.0, -0.0, -0.0),
    "says_say": (-0.3, 0.2, 0.3),
    "says_see": (-0.4, -0.0, 0.3),
    "says_should": (-0.5, 0.5, 0.2),
    "says_sign": (0.1, 0.2, 0.2),
    "says_so": (1.0, -0.4, -0.2),
    "says_stop": (-0.4, 0.2, 0.1),
    "says_survey": (0.2, -0.2, 0.3),
    "says_system": (0.1, -0.4, 0.0),
    "says_than": (0.5, -0.5, -0.3),
    "says_their": (-0.3, 0.9, -0.2),
    "says_themselv": (-0.2, 0.2, 0.1),
    "says_then": (-0.1, -0.3, -0.0),
    "says_this": (-0.3, -0.8, -0.3),
    "says_those": (-0.1, 0.4, 0.1),
    "says_timet": (0.2, -0.3, -0.1),
    "says_up": (0.4, -0.4, 0.2),
    "says_us": (-0.4, -1.0, 0.2),
    "says_visit": (-0.1, -0.1, -0.1),
    "says_was": (0.0, 0.1, 0.2),
    "says_week": (-0.4, 0.1, 0.3),
    "says_well": (0.2, -0.1, -0.1),
    "says_what": (-0.9, 0.7, 0.0),
    "says_will": (1.0, -0.4, 0.4),
    "says_within": (-0.4, -0.4, 0.0),
    "says_without": (-0.4, 0.7, -0.0),
    "says_would": (-0.4, 0.1, 0.1),
    "says_year": (-0.1, 0.4, -0.5),
    "says_yet": (-0.4, 0.5, 0.1),
    "share_of_learners": (0.1, -0.0, 0.3),
    "shared": (2.7, -1.0, -0.4),
    "so_learners": (-0.1, 0.1, -0.2),
    "so_other": (-0.2, 0.1, -0.0),
    "staff": (0.4, -1.1, -0.3),
    "staff_better": (-0.2, -0.3, -0.3),
    "staff_do": (-0.3, -0.4, -0.1),
    "staff_first": (-0.4, -1.1, -0.0),
    "staff_level": (0.4, -0.6, 0.1),
    "staff_measure": (-0.1, -0.5, 0.0),
    "staff_see": (-0.0, -0.6, 0.0),
    "starts_doing": (0.4, -1.5, 0.3),
    "state": (-0.0, 0.0, 0.3),
    "state_level": (0.1, -0.1, 0.4),
    "they_do": (-0.2, 0.6, 0.1),
    "they_word": (-0.4, 0.1, -0.0),
    "thing": (0.3, -0.2, -0.4),
    "thing_done": (0.3, -0.3, -0.0),
    "trait_moves": (0.4, 0.5, 0.1),
    "trait_of_learners": (-0.1, 0.5, 0.0),
    "two_acts": (-0.3, 0.8, -0.2),
    "we": (-0.9, -0.0, 0.2),
    "we_do": (0.4, -0.5, -0.5),
}
BIAS = (-2.1, -0.4, -0.5)
# end points


class Judged(NamedTuple):
    """What a statement is worth: a change for learners, the action again, and its rung."""

    learner_outcome: bool
    restates: bool
    rung: Rung


def judge(seen: dict[str, float]) -> Judged:
    """Weigh what a statement shows (`facts`)."""
    outcome = _weigh(seen, 1) > 0
    again = not outcome and _weigh(seen, 0) > 0
    return Judged(outcome, again, _rung(seen, outcome))


def is_source(seen: dict[str, float], kinds: Iterable[str]) -> bool:
    """Whether stretches with these signs name a source, in a statement that shows `seen`."""
    return _weigh(seen | dict.fromkeys(kinds, 1.0), 2) > 0


def _weigh(seen: dict[str, float], column: int) -> float:
    # Exact, so that the order in which the signs were seen never tips what is evenly balanced.
    points = [value * POINTS[name][column] for name, value in seen.items() if name in POINTS]
    return math.fsum([*points, BIAS[column]])


def _rung(seen: dict[str, float], outcome: bool) -> Rung:
    if outcome:
        return Rung.OUTCOME
    if seen.keys() & {"done", "has_been", "staff_better", "better_thing", "done_thing"}:
        return Rung.OUTPUT
    if "staff_do" in seen and "starts_doing" not in seen:
        return Rung.PRACTICE
    if seen.keys() & {"do_thing", "starts_doing", "count", "we_do", "thing"} or seen["covered"]:
        return Rung.ACTIVITY
    return Rung.NONE
