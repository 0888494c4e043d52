"""Grades as levels: the words of the inspection frameworks, awards, and "grade 3"."""

import re

_GRADE = re.compile(
    r"\b(?:requir(?:es?|ing)\s+improvement|needs\s+attention|urgent\s+improvement|expected\s+standard"
    r"|strong\s+standard|RI|R\.I\.|inadequate|outstanding|exceptional|good|pass|merit|distinction\*?"
    r"|grade\s+[1-9A-GU]\*?(?![\w%+])|(?<=alps\s)[1-9](?![\w%]))(?!\w)",
    re.IGNORECASE,
)
# Words that are also plain English are grades only in a step from one to another, or by their capital.
_COMMON = re.compile(
    r"(?:good|pass|merit|distinction|outstanding|exceptional|inadequate|grade .*)$", re.IGNORECASE
)
_STEP = re.compile(
    r"^\W*(?:\w+\W+){0,7}?(?:to|into|->|→|=>|>)\W*(?:(?:a|an|at least|be|become|get|overall)\s+){0,2}$",
    re.IGNORECASE,
)
_LEADS = re.compile(
    r"\b(?:from|to|at least|reach|become|be|judged|graded|currently|now|was|target|aim|→|->|>)\W+"
    r"(?:(?:a|an|at least|graded|judged)\s+)?$|[:=→>]\s*$",
    re.IGNORECASE,
)
_TO = re.compile(r"\bto (?:a )?$")
_OF_SOMETHING = re.compile(
    r"\s+(?:progress|practice|quality|attendance|use|teaching|rate|behaviour|work|idea|deal|number"
    r"|enough|standard)"
)
# Without one of these no grade is named: a plain look spares most replies the search for one.
_NAME_ONE = (
    "improvement", "attention", "standard", "r.i", "inadeq", "outst", "xception", "good", "pass",
    "merit", "istinct", "grade", "alps",
)  # fmt: skip
_RI = re.compile(r"\bri\b")
# Two grades further apart than this are not one step.
_NEAR = 90


def is_grade(text: str) -> bool:
    """Whether a text that is known to say a level is a grade and no more."""
    return _GRADE.fullmatch(text.strip()) is not None


def find_grades(text: str) -> list[tuple[int, int]]:
    """Where the text names a grade as a level, as (start, end), in order."""
    low = text.lower()
    if not any(word in low for word in _NAME_ONE) and not ("ri" in low and _RI.search(low)):
        return []
    found = list(_GRADE.finditer(text))
    return [m.span() for number, m in enumerate(found) if _is_level(text, found, number)]


def _is_level(text: str, found: list[re.Match[str]], number: int) -> bool:
    match = found[number]
    before, typed = text[: match.start()], match.group()
    led = _LEADS.search(before) is not None
    capital = typed[0].isupper()
    if not _COMMON.match(typed):
        return led or capital or _is_step(text, found, number)
    if _OF_SOMETHING.match(text, match.end()):
        return False
    if _is_step(text, found, number):
        return True
    return capital and bool(_TO.search(before)) and not re.match(r"pass|grade", typed, re.I)


def _is_step(text: str, found: list[re.Match[str]], number: int) -> bool:
    """Whether this grade and one beside it are where something starts and where it should get to."""
    match = found[number]
    near = [m for m in found if m is not match and abs(m.start() - match.start()) < _NEAR]
    if not near:
        return False
    if number + 1 < len(found) and _STEP.match(text[match.end() : found[number + 1].start()]):
        return True
    if number and _STEP.match(text[found[number - 1].end() : match.start()]):
        return True
    both_led = [m for m in (match, *near) if _LEADS.search(text[: m.start()])]
    return match in both_led and len(both_led) > 1
