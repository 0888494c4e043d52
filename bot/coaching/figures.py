"""Levels in free text, and which part each plays: where something starts, or what is to be reached."""

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.coaching.dates import FoundDate
from bot.coaching.numbers import Assembly, Figure, Part, number
from bot.coaching.tokens import Row, rule

_REACHED = rule("(?:<to|least|aim|arrow>|<rise>) <!figure|comma>{0,4}$")
_NATIONAL_BEFORE = rule("<national> <!figure|comma|rise|from|to>{0,7}$")
_NATIONAL_AFTER = rule(
    "<comma|sign>? <sign|is|only>{0,2} _? <national|compare> (?! <!figure>{0,6} <figure>)"
)
_OTHER_YEAR_BEFORE = rule("<ago|year|compare|past> <!figure|comma|to|arrow>{0,4}$")
_OTHER_YEAR_AFTER = rule(
    "<sign>? <!figure|comma|date>{0,3}? <year|ago|compare|past> (?! <is|only|colon>? <figure>)"
)

# Two levels in a row: what stands before, between and after them, and the part of each.
_PAIRS: tuple[tuple[re.Pattern[str] | None, re.Pattern[str], Part, Part], ...] = (
    (rule("<from> <!figure>{0,9}$"), rule("<!figure>{0,11}? <to|arrow|dash> <!figure>{0,7}"), Part.BASELINE, Part.TARGET),
    (None, rule("<!figure>{0,14}? <from> <!figure>{0,6}"), Part.TARGET, Part.BASELINE),
    (None, rule("<!figure|comma>{0,6}? <versus> <!figure>{0,6}"), Part.TARGET, Part.BASELINE),
    (None, rule("<!figure>{0,9}? <arrow> <!figure>{0,5}"), Part.BASELINE, Part.TARGET),
    (None, rule("<!figure|comma>{0,6}? <to> <!figure|comma>{0,4}"), Part.BASELINE, Part.TARGET),
)  # fmt: skip

# One level by what stands before it, or after it; read in this order for all levels.
_SINGLES: tuple[tuple[re.Pattern[str] | None, re.Pattern[str] | None, Part], ...] = (
    (rule("<least> <only>{0,1} _?$"), None, Part.TARGET),
    (None, rule("<sign>{0,1} <ormore>"), Part.TARGET),
    (rule("<now> <colon|dash|is|only|sign|now|average>{0,4}$"), None, Part.BASELINE),
    (rule("<aim> <colon|dash|is|only|sign|least|aim>{0,4}$"), None, Part.TARGET),
    (rule("<from> <is|only>{0,2} _?$"), None, Part.BASELINE),
    (rule("<date> <is|only|dash|colon>{0,2}$"), None, Part.TARGET),
    (None, rule("_{0,1}? <did>"), Part.BASELINE),
    (None, rule("<!figure|comma|aim|to|date>{0,10}? <now> (?! <!figure|comma|aim|least|to|join>{0,3} <figure>)"), Part.BASELINE),
    (rule("<now> <!figure|aim|to|comma|join>{0,6}$"), None, Part.BASELINE),
    (None, rule("<!figure|comma>{0,3}? <willbe>"), Part.TARGET),
    (rule("<aim|least> <!figure>{0,8}$"), None, Part.TARGET),
    (rule("<to|arrow> <!figure|comma>{0,2}$"), None, Part.TARGET),
    (rule("<from> <!figure>{0,6}$"), None, Part.BASELINE),
    (rule("<is> <!figure|comma>{0,3}$"), None, Part.BASELINE),
    (None, rule("<!figure|number>{0,12}? <lead>? <!figure|number>{0,3}? <date>"), Part.TARGET),
    (rule("<is> <!figure>{0,5}$"), None, Part.BASELINE),
)  # fmt: skip


def row_of(text: str, dates: Sequence[FoundDate] = ()) -> tuple[Row, dict[int, Figure]]:
    """The text as a row of tokens with its figures told from other numbers, and those by token.

    Lengths of time are figures only where the text goes from one to another ("15 days to 7").
    """
    row, figures = Assembly(text, dates).run()
    spans = {
        at: Figure(t.word, number(t.word), None, t.start, t.end)
        for at, t in enumerate(row.tokens)
        if "span" in t.classes
    }
    if not spans or any(f.unit for f in figures.values()):
        return row, figures
    spans = {at: replace(f, text=text[f.start : f.end]) for at, f in spans.items()}
    timed = row.with_classes(dict.fromkeys(spans, frozenset({"figure", "plain"})))
    placed = {f.part for f in with_parts(timed, spans | figures)}
    return (timed, spans | figures) if {Part.BASELINE, Part.TARGET} <= placed else (row, figures)


def with_parts(row: Row, figures: dict[int, Figure]) -> list[Figure]:
    """The figures of a row, each with the part it plays by the words round it."""
    marks = row.marks
    part: dict[int, Part] = {}
    order = sorted(figures)
    gap = any("gap" in token.classes for token in row.tokens)
    for at in order:
        unit = figures[at].unit
        if unit == "factor" or (unit == "points" and not gap):
            part[at] = Part.CHANGE
        elif unit == "all":
            part[at] = Part.TARGET
    for at in order:
        if at in part:
            continue
        if _NATIONAL_BEFORE.search(marks, _since(at), at) or _NATIONAL_AFTER.match(marks, at + 1):
            named = _NATIONAL_BEFORE.search(marks, _since(at), at)
            reached = _REACHED.search(marks, 0, named.start() if named else at)
            part[at] = Part.TARGET if reached else Part.COMPARISON
    others = {
        at
        for at in order
        if at not in part
        and (
            _OTHER_YEAR_BEFORE.search(marks, _since(at), at)
            or _OTHER_YEAR_AFTER.match(marks, at + 1)
        )
    }
    # What is only compared with, and what is no level, must not stand between two levels.
    passed = {at: frozenset({"number"}) for at in part if part[at] is not Part.TARGET}
    marks = row.with_classes(passed | {at: frozenset({"number"}) for at in others}).marks
    levels = [at for at in order if at not in part]
    near = [at for at in levels if at not in others]
    for at in near:
        if figures[at].unit is None and _by_so_much(row, at):
            part[at] = Part.CHANGE
        elif (len(near) > 2 and _THRESHOLD.search(marks, _since(at), at)) or (
            _WHO_THEY_ARE.search(marks, _since(at), at) and _THEY_THEN.match(marks, at + 1)
        ):
            part[at] = Part.COMPARISON
    near = [at for at in near if at not in part]
    for before, between, first_part, second_part in _PAIRS:
        for first, second in zip(near, near[1:], strict=False):
            if first in part or second in part:
                continue
            if before is not None and not before.search(marks, _since(first), first):
                continue
            if between.fullmatch(marks, first + 1, second):
                part[first], part[second] = first_part, second_part
    for before, after, each in _SINGLES:
        for at in near:
            if (
                at not in part
                and (before is None or before.search(marks, _since(at), at))
                and (after is None or after.match(marks, at + 1))
            ):
                part[at] = each
    # "61% in 2023/24, 54% last year": last year's stands nearer to now.
    for at in sorted(others, key=lambda at: not _of_last_year(marks, at)):
        # Another year's figure is the starting point only where no nearer one is given.
        lone = Part.BASELINE not in part.values()
        part[at] = (
            Part.BASELINE if lone and not _ONLY_COMPARED.search(row.marks) else Part.COMPARISON
        )
    for at in near:
        if at not in part and _OF_A_MEASURE.search(marks, _since(at), at):
            placed = [other for other in near if part.get(other) in (Part.BASELINE, Part.TARGET)]
            follows = next((other for other in near if other > at), None)
            listed = follows is not None and _OF_A_MEASURE.search(marks, _since(follows), follows)
            if not placed or (at < placed[0] and (listed or Part.BASELINE in part.values())):
                part[at] = Part.TARGET
    return [replace(figures[at], part=part.get(at, Part.UNKNOWN)) for at in order]


# "Those below 90%", "whose attendance is under 80%": who is meant, not how many.
_THRESHOLD = rule("<learner|they|measure> <is|only>? <least> _?$")
_WHO_THEY_ARE = rule("<learner> <least>$")
_LAST_YEAR_BEFORE = rule("<past> <!figure|number|comma>{0,4}$")
_LAST_YEAR_AFTER = rule("<!figure|number|comma>{0,3} <past>")
_THEY_THEN = rule("<measure>? <aim>? <act|state|given|do>")
_OF_A_MEASURE = rule("<measure> <colon|dash|average>{0,2}$")
_ONLY_COMPARED = rule("<compare>")


def _of_last_year(marks: str, at: int) -> bool:
    return bool(
        _LAST_YEAR_BEFORE.search(marks, _since(at), at) or _LAST_YEAR_AFTER.match(marks, at + 1)
    )


def _since(at: int) -> int:
    return max(0, at - 14)


def _by_so_much(row: Row, at: int) -> bool:
    """Whether a bare figure is how much something moves: "up by 8"."""
    return at >= 2 and row.tokens[at - 1].word == "by" and "rise" in row.tokens[at - 2].classes


def find_figures(text: str, dates: Sequence[FoundDate] = ()) -> list[Figure]:
    """Every level or change in the text with the part it plays, in order of appearance.

    `dates` are passed over, so that the 31 of "31 July" is not read as a level.
    """
    return with_parts(*row_of(text, dates))
