"""Levels in free text, and which part each plays: where something starts, or what is to be reached."""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from bot.coaching.dates import FoundDate
from bot.coaching.numbers import Assembly, Figure, Part, number
from bot.coaching.tokens import Row, rule


def _said_after(kinds: str) -> re.Pattern[str]:
    """A rule for words of these kinds after a level, said of it and not of the next."""
    return rule(f"<sign>? <!figure|comma|date>{{0,3}}? <{kinds}> (?! <is|only|colon>? <figure>)")


_REACHED = rule("(?:<to|least|aim|arrow>|<rise>) <!figure|comma>{0,4}$")
_NATIONAL_BEFORE = rule("<national> <!figure|comma|rise|from|to>{0,7}$")
_NATIONAL_AFTER = rule(
    "<comma|sign>? <sign|is|only>{0,2} _? <national|compare> (?! <!figure>{0,6} <figure>)"
)
_COMPARED_BEFORE = rule("<compare> <comma>? <!figure|comma|to|arrow>{0,4}$")
_COMPARED_AFTER = _said_after("compare")
_LONG_AGO_BEFORE = rule("<ago> <!figure|comma|to|arrow>{0,4}$")
_LONG_AGO_AFTER = _said_after("ago")
_EARLIER_BEFORE = rule("<year|past> <!figure|comma|to|arrow|join>{0,4}$")
_EARLIER_AFTER = _said_after("year|past")
# "74% on 1 October, then 85% by July": whatever stands before it, a level with a date to come is none.
_TO_COME = rule("<sign>? <lead|small|least>? <date> (?! <!figure|comma>{0,2} <figure>)")
_LAST_YEAR_BEFORE = rule("<past> <!figure|number|comma>{0,4}$")
_LAST_YEAR_AFTER = rule("<!figure|number|comma>{0,3} <past>")
# "Those below 90%", "whose attendance is under 80%": who is meant, not how many.
_THRESHOLD = rule("<learner|they|measure> <is|only>? <least> _?$")
_WHO_THEY_ARE = rule("<learner> <least>$")
_THEY_THEN = rule("<measure>? <aim>? <act|state|given|do>")
_OF_A_MEASURE = rule("<measure> <colon|dash|average>{0,2}$")

# Two levels in a row: what stands before, between and after them, and the part of each.
_PAIRS: tuple[tuple[re.Pattern[str] | None, re.Pattern[str], Part, Part], ...] = (
    (rule("<from> <!figure>{0,9}$"), rule("<!figure>{0,11}? <to|arrow|dash> <!figure>{0,7}"), Part.BASELINE, Part.TARGET),
    (None, rule("<!figure>{0,14}? <from> <!figure|source>{0,6}"), Part.TARGET, Part.BASELINE),
    (None, rule("<!figure>{0,8}? <versus> <!figure|aim|least>{0,6}"), Part.TARGET, Part.BASELINE),
    (None, rule("<!figure>{0,9}? <arrow> <!figure>{0,5}"), Part.BASELINE, Part.TARGET),
    # "68% now 82% by June", but not "aim 82%, now 68%".
    (rule("(?:^|<end|comma|colon|dash>) <!aim|least|to|from|figure|end|comma>{0,7}$"), rule("<now> <comma|dash|sign>?"), Part.BASELINE, Part.TARGET),
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
    (None, rule("(?:<!figure|comma|aim|to|date>|<to>(?!<now>)){0,10}? <now> (?! <!figure|comma|aim|least|to|join>{0,3} <figure>)"), Part.BASELINE),
    (rule("<now> <!figure|aim|to|comma|join>{0,6}$"), None, Part.BASELINE),
    (None, rule("<!figure|comma|join>{0,3}? <willbe>"), Part.TARGET),
    (rule("<aim|least> <!figure>{0,8}$"), None, Part.TARGET),
    (rule("<to|arrow> <!figure|comma>{0,2}$"), None, Part.TARGET),
    (rule("<from> <!figure|source|record|system>{0,6}$"), None, Part.BASELINE),
    (rule("<is> <!figure|comma>{0,3}$"), None, Part.BASELINE),
    (None, rule("<!figure|number>{0,12}? <lead>? <!figure|number>{0,3}? <date> (?! <!figure|comma>{0,2} <figure>)"), Part.TARGET),
    (rule("<is> <!figure>{0,5}$"), None, Part.BASELINE),
)  # fmt: skip


def row_of(
    text: str, dates: Sequence[FoundDate] = (), *, lenient: bool = False
) -> tuple[Row, dict[int, Figure]]:
    """The text as a row of tokens with its figures told from other numbers, and those by token.

    Lengths of time are figures only where the text goes from one to another ("15 days to 7"), or
    where a text read `lenient`, as one that is known to say a level, has no other.
    """
    row, figures = Assembly(text, dates, lenient=lenient).run()
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
    if {Part.BASELINE, Part.TARGET} <= placed:
        return timed, spans | figures
    others = {f.part for f in with_parts(row, figures)} if lenient else {Part.TARGET}
    return (row, figures) if Part.TARGET in others else (timed, spans | figures)


_NO_LEVEL = frozenset({"number"})


class _Placing:
    """Gives each figure of a row the part it plays; a figure keeps the first part it is given."""

    def __init__(self, row: Row, figures: dict[int, Figure]) -> None:
        self.row = row
        self.figures = figures
        self.marks = row.marks
        self.part: dict[int, Part] = {}

    def run(self) -> list[Figure]:
        """The figures in order, each with its part."""
        self._changes()
        self._comparisons()
        earlier = {at for at in self._open() if self._is_earlier(at)}
        # What is only compared with, and what is no level, must not stand between two levels.
        aside = earlier | {at for at, part in self.part.items() if part is not Part.TARGET}
        self.marks = self.row.with_classes(dict.fromkeys(aside, _NO_LEVEL)).marks
        levels = [at for at in self._open() if at not in earlier]
        self._thresholds(levels)
        self._pairs(levels)
        self._singles(levels)
        self._earlier_years(earlier)
        self._of_a_measure(levels)
        return [
            replace(figure, part=self.part.get(at, Part.UNKNOWN))
            for at, figure in sorted(self.figures.items())
        ]

    def _open(self) -> list[int]:
        return [at for at in sorted(self.figures) if at not in self.part]

    def _before(self, at: int, pattern: re.Pattern[str]) -> re.Match[str] | None:
        return pattern.search(self.marks, max(0, at - 14), at)

    def _beside(self, at: int, before: re.Pattern[str], after: re.Pattern[str]) -> bool:
        return bool(self._before(at, before) or after.match(self.marks, at + 1))

    def _is_earlier(self, at: int) -> bool:
        """Whether a level is of a time gone by."""
        if _EARLIER_AFTER.match(self.marks, at + 1):
            return True
        before = self._before(at, _EARLIER_BEFORE)
        if before is None or _TO_COME.match(self.marks, at + 1):
            return False
        # "74% in 2025/26, aiming for 85%"; but "last year we'd have had 60%".
        between = self.row.tokens[before.start() + 1 : at]
        return not any("aim" in t.classes and "is" not in t.classes for t in between)

    def _changes(self) -> None:
        """Factors, points (but where a gap is what is measured), and "up by 8"; "all learners"."""
        gap = any("gap" in token.classes for token in self.row.tokens)
        for at, figure in self.figures.items():
            moved = figure.unit in ("points", None) and _by_so_much(self.row, at)
            if moved or figure.unit == "factor" or (figure.unit == "points" and not gap):
                self.part[at] = Part.CHANGE
            elif figure.unit == "all":
                self.part[at] = Part.TARGET

    def _comparisons(self) -> None:
        """The national rate, unless it is what is to be reached, and figures of long ago."""
        for at in self._open():
            named = self._before(at, _NATIONAL_BEFORE)
            if named or _NATIONAL_AFTER.match(self.marks, at + 1):
                reached = _REACHED.search(self.marks, 0, named.start() if named else at)
                self.part[at] = Part.TARGET if reached else Part.COMPARISON
            elif self._beside(at, _COMPARED_BEFORE, _COMPARED_AFTER) or self._beside(
                at, _LONG_AGO_BEFORE, _LONG_AGO_AFTER
            ):
                self.part[at] = Part.COMPARISON

    def _thresholds(self, levels: list[int]) -> None:
        for at in list(levels):
            beside_others = len(levels) > 2 and self._before(at, _THRESHOLD)
            if beside_others or (
                self._before(at, _WHO_THEY_ARE) and _THEY_THEN.match(self.marks, at + 1)
            ):
                self.part[at] = Part.COMPARISON
                levels.remove(at)

    def _pairs(self, levels: list[int]) -> None:
        for before, between, first_part, second_part in _PAIRS:
            for first, second in zip(levels, levels[1:], strict=False):
                if first in self.part or second in self.part:
                    continue
                if before is not None and not self._before(first, before):
                    continue
                if between.fullmatch(self.marks, first + 1, second):
                    self.part[first], self.part[second] = first_part, second_part

    def _singles(self, levels: list[int]) -> None:
        for before, after, part in _SINGLES:
            for at in levels:
                if (
                    at not in self.part
                    and (before is None or self._before(at, before))
                    and (after is None or after.match(self.marks, at + 1))
                ):
                    self.part[at] = part

    def _earlier_years(self, earlier: set[int]) -> None:
        """An earlier year's figure is the start only where no nearer one is given.

        "61% in 2023/24, 54% last year": last year's stands nearer to now.
        """

        def of_last_year(at: int) -> bool:
            return self._beside(at, _LAST_YEAR_BEFORE, _LAST_YEAR_AFTER)

        for at in sorted(earlier, key=lambda at: (not of_last_year(at), at)):
            alone = Part.BASELINE not in self.part.values()
            self.part[at] = Part.BASELINE if alone else Part.COMPARISON

    def _of_a_measure(self, levels: list[int]) -> None:
        """ "Attendance 88, achievement 75": a level right after its measure is to be reached."""
        for at in levels:
            if at in self.part or not self._before(at, _OF_A_MEASURE):
                continue
            placed = [a for a in levels if self.part.get(a) in (Part.BASELINE, Part.TARGET)]
            following = next((other for other in levels if other > at), None)
            listed = following is not None and self._before(following, _OF_A_MEASURE)
            if not placed or (at < placed[0] and (listed or Part.BASELINE in self.part.values())):
                self.part[at] = Part.TARGET


def with_parts(row: Row, figures: dict[int, Figure]) -> list[Figure]:
    """The figures of a row, each with the part it plays by the words round it."""
    return _Placing(row, figures).run() if figures else []


def _by_so_much(row: Row, at: int) -> bool:
    """Whether a figure is how much something moves: "up by 8"."""
    return at >= 2 and row.tokens[at - 1].word == "by" and "rise" in row.tokens[at - 2].classes


def find_figures(text: str, dates: Sequence[FoundDate] = ()) -> list[Figure]:
    """Every level or change in the text with the part it plays, in order of appearance.

    `dates` are passed over, so that the 31 of "31 July" is not read as a level.
    """
    return with_parts(*row_of(text, dates))


# A plan asks this of the same few figures of its actions at every look.
@lru_cache(maxsize=4096)
def first_figure(text: str) -> Figure | None:
    """The first level or change in a field of a figure; None where it has none."""
    return next(iter(find_figures(text)), None)
