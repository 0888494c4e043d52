"""Which numbers in a text are figures, that is levels or changes of something measured.

Numbers that only name something (Level 3, Unit 12, year 11, a room, a telephone, a course code,
an academic year), say how long something takes, or count what staff do (3 workshops) are not.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.coaching.dates import FoundDate
from bot.coaching.grades import find_grades
from bot.coaching.tokens import FIGURE_UNITS, NO_CLASS, Classes, Row, Token, rule, tokenise


class Part(StrEnum):
    """What a figure is in its sentence."""

    BASELINE = "baseline"
    TARGET = "target"
    CHANGE = "change"
    COMPARISON = "comparison"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Figure:
    """A level or a change, `text` as typed. `value` is None for a word such as "RI"."""

    text: str
    value: float | None
    unit: str | None
    start: int
    end: int
    part: Part = Part.UNKNOWN


_SMALL = {
    word: number
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
        "fifteen sixteen seventeen eighteen nineteen".split()
    )
} | {
    word: 10 * number
    for number, word in enumerate(
        "twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2
    )
}
_SMALL |= {"hundred": 100, "fourty": 40, "nil": 0}

# After one of these a number is a name.
_LABELS = frozenset(
    "att ra attainment progress day days level levels lvl entry stage ks unit units module modules year "
    "years yr yrs room rooms rm block building phone tel extension week weeks wk wks month mod term terms quarter "
    "page paper papers version paragraph section sections part phase phases chapter cohort group groups "
    "set sets strand afi strength ref reference action standard component assignment task tutor period "
    "periods channel step tier band criterion row line no number lab workshop p route option campus "
    "appendix ext lesson q question ward table grade grades ep season wing point bay zone".split()
)
_UNITS_OF_TIME = frozenset(
    "day days week weeks wk wks month months hour hours hr hrs min mins minute minutes term terms "
    "year years yr yrs fortnights".split()
)
_PARTS_OF_A_WHOLE = {
    "half": 50.0, "third": 100 / 3, "thirds": 200 / 3, "quarter": 25.0, "quarters": 75.0,
    "fifth": 20.0, "fifths": 80.0, "tenth": 10.0, "tenths": 90.0, "sixth": 100 / 6,
}  # fmt: skip
_FACTORS = frozenset(
    "halve halves halved halving double doubles doubled doubling treble trebles trebled trebling "
    "triple triples tripled tripling".split()
)

# A token as one letter, so that what numbers stand in can be told by a pattern: n digits, w a number
# word, f a part of a whole, l a label, % per cent, p points, q "odd" or "ish", and letters for the
# little words.
_LETTERS = {
    "in": "i", "of": "o", "out": "O", "every": "v", "each": "v", "the": "h", "our": "h", "my": "h",
    "those": "h", "these": "h", "a": "a", "an": "a", "to": "t", "and": "&", "by": "b",
    "per cent": "%", "per-cent": "%", "percent": "%", "percentage": "%", "pc": "%", "pct": "%",
    "pp": "p", "ppt": "p", "ppts": "p",
    "pt": "p", "pts": "p", "point": "p", "points": "p", "none": "N", "nobody": "N", "minus": "m",
    "all": "A", "times": "T", "x": "x", "odd": "q", "ish": "q", "%": "%", "%age": "%", "/": "/", "+": "+", "-": "-", "–": "-", "—": "-", "&": "&",
    **dict.fromkeys(_SMALL, "w"), **dict.fromkeys(_FACTORS, "F"),
    **dict.fromkeys(_PARTS_OF_A_WHOLE, "f"), ",": ",",
}  # fmt: skip
# A figure or another number may begin with one of these; "F" is a factor such as "halve".
_BEGIN = re.compile("[nwlLafmANF]")
_SHAPE = re.compile(
    r"(?P<all>An(?!%))"
    r"|(?P<points>(?:n|w(?:-?w)?)-?%?p)"
    r"|(?P<percent>(?:n%?-)?n(?:\+|-?q)?%(?!p)|w(?:-?w)?-?q?%(?!p)|n-np)"
    r"|(?P<times>nx)"
    r"|(?P<ratio>(?:n|w(?:-?w)?)T?(?:i[va]?|Oo[vh]?|oh?|/)(?:n|w(?:-?w)?)(?![%/n]))"
    r"|(?P<share>w-?f|af|f)"
    r"|(?P<plus>n\+)"
    r"|(?P<named>Ln(?![%p])(?:[,&/t-]+n(?![%p]))*|ln(?![%p])(?:[&/-]n(?![%p]))*)"
    r"|(?P<pair>n[-t]n)"
    r"|(?P<single>m?n|w(?:-?w)*)"
    r"|(?P<none>N(?=b))"
)

# What is counted in months, so that these are levels and not how long something takes.
_IN_MONTHS = re.compile(
    r"\b(?:reading|spelling|maths) ages?\b|\bmonths?'? (?:of )?(?:progress|gain|behind|ahead)"
    r"|\bprogress\b[^.;]{0,30}\bmonths\b"
)
# Two shares at least so far apart, with a dash between blanks, are no range. In per cent.
_NO_RANGE = 10
# "100% sure", "one of the tutors": ways of speaking.
_TALK = frozenset("sure certain clear convinced behind committed honest obvs".split())
_NO_LEVEL_BEFORE = frozenset("of to another thing things more way or key main day".split())
_NO_SHARE_BEFORE = frozenset(
    "six seven eight nine ten eleven twelve past asleep awake dead empty form former formers term "
    "termly an hour day year way".split()
)
_SHARE_BEFORE = frozenset("of the our them all by fewer less more".split())
_LEAD_TO_LEVEL = frozenset(
    {"least", "from", "to", "now", "is", "aim", "only", "versus", "not", "arrow", "colon", "rise"}
)
_LEAD_WORDS = frozenset("than to at not least most lose =".split())


def number(typed: str) -> float | None:
    """The number that digits or number words stand for, or None."""
    digits = re.search(
        r"(?P<minus>\bminus\s+)?(?P<sign>[+−-])?(?P<of>\d[\d,]*(?:\.\d+)?)", typed, re.I
    )
    if digits:
        value = float(digits["of"].replace(",", ""))
        return -value if digits["minus"] or digits["sign"] in ("−", "-") else value
    words = [w for w in re.findall(r"[a-z]+", typed.lower()) if w in _SMALL]
    if words[1:2] == ["hundred"]:
        # "One hundred and five": hundreds are counted, all else is added.
        return float(_SMALL[words[0]] * 100 + sum(_SMALL[w] for w in words[2:]))
    return float(sum(_SMALL[w] for w in words)) if words else None


def _ratio(typed: str) -> float | None:
    """The share, in per cent, that "3 in 10" stands for, or None where it is no share."""
    sides = re.split(r"\b(?:in|out of|of)\b|/", typed, flags=re.I)
    top, bottom = number(sides[0]), number(sides[-1])
    if top is None or bottom is None or not 0 <= top <= bottom or bottom < 3:
        return None
    return 100 * top / bottom


class Assembly:
    """Puts the tokens of a text together into figures and other numbers, from left to right.

    `lenient` where the text is known to say a level: then any number word, "all" or "half", and what
    else counts work, may be it.
    """

    def __init__(self, text: str, dates: Sequence[FoundDate], *, lenient: bool = False) -> None:
        self.text = text
        self.lenient = lenient
        spans = [(d.start, d.end, "year" if d.past else "date") for d in dates]
        self.tokens = tokenise(text, spans)
        self.letters = "".join([_LETTERS.get(t.word) or _letter(t) for t in self.tokens])
        # A plain look first: the search costs more than all else that most texts need.
        low = text.lower()
        hinted = "month" in low or " age" in low
        self.in_months = hinted and _IN_MONTHS.search(low) is not None
        self.done: list[Token] = []
        self.figures: dict[int, Figure] = {}

    def run(self) -> tuple[Row, dict[int, Figure]]:
        """The row of tokens with figures put together, and the figures by their token."""
        grades = find_grades(self.text)
        at = 0
        while at < len(self.tokens):
            if not grades:
                # Whatever can be no part of a figure is passed over at one go.
                begin = _BEGIN.search(self.letters, at)
                if begin is None or begin.start() > at:
                    upto = begin.start() if begin else len(self.tokens)
                    self.done += self.tokens[at:upto]
                    at = upto
                    continue
            start = self.tokens[at].start
            grade = next((g for g in grades if g[0] <= start < g[1]), None)
            shape = _SHAPE.match(self.letters, at)
            if grade:
                at = self._grade(at, *grade)
            elif self.letters[at] == "F":
                at = self._put(at, at + 1, "factor", "factor", None)
            elif shape:
                at = getattr(self, f"_{shape.lastgroup}")(at, shape.end())
            else:
                at = self._pass(at)
        self._all_of()
        row = Row(self.text, self.done)
        return row if self.lenient else _without_counts(row, self.figures), self.figures

    # --- what is put down: each gives the position after it ---

    def _pass(self, at: int) -> int:
        self.done.append(self.tokens[at])
        return at + 1

    def _put(
        self, at: int, last: int, kind: str, unit: str | None, value: float | None, end: int = 0
    ) -> int:
        """A figure of the tokens from `at` to `last`; what is typed of it ends at `end`."""
        start, stop = self.tokens[at].start, self.tokens[last - 1].end
        figure = Figure(self.text[start : end or stop], value, unit, start, end or stop)
        self.figures[len(self.done)] = figure
        self.done.append(Token(self._typed(at, last).lower(), start, stop, _FIGURE[kind]))
        return last

    def _name(self, at: int, last: int, kind: str = "name") -> int:
        start, end = self.tokens[at].start, self.tokens[last - 1].end
        self.done.append(Token(self._typed(at, last).lower(), start, end, frozenset({kind})))
        return last

    def _typed(self, at: int, last: int) -> str:
        return self.text[self.tokens[at].start : self.tokens[last - 1].end]

    def _word(self, at: int) -> str:
        return self.tokens[at].word if 0 <= at < len(self.tokens) else ""

    def _is_spaced(self, at: int) -> bool:
        """Whether a sign stands between blanks."""
        return self.text[self.tokens[at].start - 1] == " " == self.text[self.tokens[at].end]

    # --- one way of writing a figure each ---

    def _grade(self, at: int, start: int, end: int) -> int:
        last = at + 1
        while last < len(self.tokens) and self.tokens[last].start < end:
            last += 1
        # Of "grade 3" the figure is the 3; of "needs attention" all of it.
        digit = re.search(r"\d", self.text[start:end])
        start += digit.start() if digit else 0
        value = float(digit.group()) if digit else None
        self.figures[len(self.done)] = Figure(self.text[start:end], value, "grade", start, end)
        word = self.tokens[at].word
        self.done.append(Token(word, self.tokens[at].start, end, _FIGURE["grade"]))
        return last

    def _all(self, at: int, last: int) -> int:
        if last < len(self.tokens) and self.tokens[last].classes & {"staff", "thing", "others"}:
            # "All 9 heads of department": who is seen or told, not who gains.
            return self._name(at, last, "count")
        if self._is_whom(len(self.done)):
            return self._name(at, last, "count")
        return self._put(at, last, "all", "all", 100.0)

    def _none(self, at: int, last: int) -> int:
        return self._put(at, last, "plain", None, 0.0)

    def _points(self, at: int, last: int) -> int:
        typed = self._typed(at, last)
        # "Points" alone is a unit to leave off; "pp" and "percentage points" belong to the figure.
        bare = re.fullmatch(r"(.*?\S)[\s-]*(?:points?|pts?)", typed, re.I)
        leave_off = bare is not None and not re.search(r"cent|%", bare[1], re.I)
        end = self.tokens[at].start + len(bare[1]) if bare and leave_off else 0
        after = self._put(at, last, "points", "points", number(typed), end)
        if typed.startswith("+"):
            here = len(self.done) - 1
            figure = self.figures[here]
            self.figures[here] = replace(figure, text=figure.text[1:], start=figure.start + 1)
        return after

    def _times(self, at: int, last: int) -> int:
        if self.tokens[at].end == self.tokens[at + 1].start:
            return self._put(at, last, "factor", "factor", None)
        return self._single(at, at + 1)

    def _percent(self, at: int, last: int) -> int:
        dash = at + 2
        if self.letters[at:last] == "n%-n%" and self._is_spaced(dash):
            low, high = number(self._word(at)) or 0, number(self._word(last - 2)) or 0
            if high - low >= _NO_RANGE:
                # "62% - 75%" goes from one to the other; "86% - 88%" is a range.
                return self._put(at, dash, "percent", "%", low)
        if self._word(last) in _TALK:
            return self._name(at, last)
        if self._word(at - 1) in ("bottom", "lowest", "top", "highest"):
            # "The bottom twenty per cent": who is meant.
            return self._name(at, last)
        # "Pct" is a unit to leave off, as "points" is.
        end = self.tokens[last - 2].end if self._word(last - 1) == "pct" else 0
        return self._put(at, last, "percent", "%", number(self._typed(at, last)), end)

    def _ratio(self, at: int, last: int) -> int:
        typed = self._typed(at, last)
        share = _ratio(typed)
        if typed == "50/50":
            return self._name(at, last)
        if share is not None and "." in self._word(at):
            # "4.3 out of 5" is a score, and its figure is the score.
            return self._put(at, last, "plain", None, number(typed), self.tokens[at].end)
        if "/" in typed and (share is None or _is_year(typed)):
            return self._name(at, last, "year")
        if share is None:
            return self._single(at, at + 1)
        return self._put(at, last, "ratio", "ratio", share)

    def _share(self, at: int, last: int) -> int:
        if at and self.letters[at - 1] == "b":
            return self._put(at, last, "factor", "factor", None)
        if not self._is_share(at, last):
            return self._pass(at)
        part = self._word(last - 1)
        parts = number(self._word(at)) if self.letters[at] == "w" else None
        # "Three fifths"; parts that nobody counted are all but one of them, as in "thirds".
        share = parts * _PARTS_OF_A_WHOLE[part.removesuffix("s")] if parts else None
        return self._put(at, last, "share", "share", share or _PARTS_OF_A_WHOLE[part])

    def _plus(self, at: int, last: int) -> int:
        value = number(self._word(at)) or 0
        if value <= 9 or value in (16, 18, 19, 24):
            # "4+" is a grade, "19+" an age.
            return self._name(at, last)
        return self._put(at, last, "plain", None, value, self.tokens[at].end)

    def _named(self, at: int, last: int) -> int:
        if self._word(at) in ("grade", "grades") and (number(self._word(at + 1)) or 0) > 9:
            return self._pass(at)
        if self._word(at) in ("att", "attainment", "progress") and number(self._word(at + 1)) != 8:
            # "Att 93.5" is attendance, "Att 8" a measure of schools.
            return self._pass(at)
        for dash in range(at + 2, last - 1):
            if self.letters[dash] == "-" and self._is_spaced(dash):
                # "Room 12 – 65 a week": no span of rooms.
                return self._name(at, dash)
        return self._name(at, last)

    def _pair(self, at: int, last: int) -> int:
        low, high = number(self._word(at)) or 0, number(self._word(last - 1)) or 0
        if self._is_gcse(at, last, low, high):
            return self._name(at, last)
        if self.letters[at + 1] == "-" and low == high <= 9:
            # "4-4 or better" is a double grade.
            return self._name(at, last)
        if self.letters[at + 1] != "-" or low >= high:
            return self._single(at, at + 1)
        if low >= 14 and high <= 25:
            # "16-18": an age.
            return self._name(at, last)
        return self._put(at, last, "plain", None, low)

    def _single(self, at: int, last: int) -> int:
        typed = self._typed(at, last)
        worded = self.letters[at] == "w"
        if self._is_time(last):
            return self._name(at, last, "span")
        if worded and not self.lenient and not self._is_worded_level(at, last):
            return self._pass(at)
        if not worded and self._is_name(at, last):
            return self._name(at, last)
        return self._put(at, last, "worded" if worded else "plain", None, number(typed))

    # --- what the words beside it tell ---

    def _is_time(self, last: int) -> bool:
        """Whether a unit of time follows: how long something takes, not a level."""
        last += self._word(last) == "-"
        unit = self._word(last)
        if unit in ("working", "school", "calendar"):
            unit = self._word(last + 1)
        return unit in _UNITS_OF_TIME and not (self.in_months and unit.startswith("month"))

    def _is_name(self, at: int, last: int) -> bool:
        """Whether a number in digits is a grade, an age or a time of day."""
        typed, previous = self._word(at), self._word(at - 1)
        earlier = {self._word(i) for i in range(at - 3, at)}
        if not self.in_months and {"age", "ages", "aged"} & earlier and previous in _OF_AN_AGE:
            return True
        if previous in ("to", "and") and self._word(at - 3) in ("ages", "aged"):
            return True
        if previous in ("that", "'s", "thats") and [self._word(last), self._word(last + 1)] == [
            "of",
            "them",
        ]:
            # "All of year 12, that's 143 of them".
            return True
        if previous == "=" and self._word(at - 2) == "n":
            # How many were counted, as in a report of a survey.
            return True
        if previous == "the" and re.fullmatch(r"\d{1,2}\.\d\d", typed):
            return True
        if self._word(last) in ("grade", "grades"):
            return True
        if previous == "the" and last < len(self.tokens):
            # "The 47 runs late": a number by which something is called.
            following = self.tokens[last]
            named = following.classes.isdisjoint({"learner", "sign", "end", "comma", "date"})
            if named and following.word not in (
                "per",
                "that",
                "we",
                "who",
                "of",
                "in",
                "to",
                "out",
            ):
                return True
        if "odd" in (self._word(last), self._word(last + 1)):
            return True
        if self._word(at - 2) == "of" and previous in ("the", "our", "those", "my"):
            # "How many of the 34": whom it is counted among.
            return True
        # "Heading for a 4"; but "from a 3 to a 4" goes from one level to another.
        before = self.text[: self.tokens[at].start]
        stepped = re.search(r"\b(?:from|to) an?\s+$", before, re.IGNORECASE) is not None
        graded = re.search(r"\b(?:an?|their|grades?)\s+$", before, re.IGNORECASE) is not None
        return len(typed) == 1 and graded and not stepped

    def _is_gcse(self, at: int, last: int, low: float, high: float) -> bool:
        """Whether two numbers are a span of GCSE grades, "9-4" or "grades 9 to 4"."""
        around = {self._word(i) for i in range(at - 3, last + 2)}
        named = bool(around & {"gcse", "grade", "grades", "english", "maths", "pass"})
        dash = self.letters[at + 1] == "-"
        if low == 9 and 1 <= high <= 9:
            return dash or named
        spelt_out = self._word(at - 1) in ("grade", "grades", "gcse")
        return dash and low <= 9 and high <= 9 and high - low != 1 and spelt_out

    def _is_worded_level(self, at: int, last: int) -> bool:
        """Whether a number word is a level ("no more than five") and not idle talk ("one of")."""
        following = self._word(last)
        if self._word(at) in ("zero", "nil"):
            return following != "hours"
        if last < len(self.tokens) and "learner" in self.tokens[last].classes:
            return True
        whose = last + 2 < len(self.tokens) and "learner" in self.tokens[last + 2].classes
        if following == "of" and whose and (number(self._typed(at, last)) or 0) >= 10:
            # "Twenty-two of the Y5s"; "one of the tutors" is a way of speaking.
            return True
        if not at:
            return False
        before = self.tokens[at - 1]
        if "from" in before.classes:
            return True
        if following in _NO_LEVEL_BEFORE:
            return False
        return bool(before.classes & _LEAD_TO_LEVEL) or before.word in _LEAD_WORDS

    def _is_share(self, at: int, last: int) -> bool:
        """Whether a part of a whole is a share of learners, and not "half an hour", "half term"."""
        following, alone = self._word(last), self.letters[at] == "f"
        if following in _NO_SHARE_BEFORE or following == "-":
            return False
        if self.lenient:
            return True
        if alone and (self._word(last - 1) not in ("half", "quarter") or self._word(at - 1) == "-"):
            return False
        if alone and not at and following in ("of", "the", "my"):
            return any("learner" in token.classes for token in self.tokens[last : last + 4])
        if self.letters[at] == "w" and last - at > 1:
            return True
        if following in _SHARE_BEFORE or following.endswith("ing"):
            return True
        if last < len(self.tokens) and self.tokens[last].classes & {"act", "learner", "now"}:
            return True
        before = self.tokens[at - 1] if at else None
        return before is not None and bool(
            before.classes & (_LEAD_TO_LEVEL - {"not"}) or before.word in _LEAD_WORDS
        )

    def _all_of(self) -> None:
        """Make levels of "all learners" and "no learner".

        Of staff or things "all" is one only where these are the subject ("All ILPs reviewed"),
        never in passing ("for all tutors").
        """
        for at, token in enumerate(self.done):
            if token.word in _ALL_WORDS and at not in self.figures and self._is_all(at):
                value = 0.0 if token.word.startswith("no") else 100.0
                typed = self.text[token.start : token.end]
                self.figures[at] = Figure(typed, value, "all", token.start, token.end)
                self.done[at] = token._replace(classes=_FIGURE["all"])

    def _is_whom(self, at: int) -> bool:
        """Whether the word at a position of what is done tells of whom a level is: "79% over all"."""
        of = at - 1
        if of < 1 or self.done[of].word not in _PASSING:
            return False
        before = (self.done[i].classes for i in range(of - 1, max(-1, of - 4), -1))
        said = next((kinds for kinds in before if not kinds & _BESIDE_A_LEVEL), NO_CLASS)
        return "figure" in said

    def _is_all(self, at: int) -> bool:
        token, before = self.done[at], self.done[at - 1] if at else None
        if len(token.word) != token.end - token.start or self._is_whom(at):
            return False
        if self.lenient:
            return True
        opens = before is None or bool(before.classes & _OPENING) or before.word in _OPENING_WORDS
        passing = before is not None and (
            "lead" in before.classes
            or before.word in _PASSING
            or ("do" in before.classes and "act" not in before.classes)
        )
        for following in self.done[at + 1 : at + 6]:
            kinds = following.classes
            if kinds & {"end", "comma", "figure"} or following.word in ("and", "so", "with", "for"):
                return False
            if "learner" in kinds and not passing:
                return True
            if opens and token.word == "all" and kinds & {"staff", "thing", "others", "learner"}:
                return True
            if "act" in kinds and "thing" not in kinds:
                return False
        return False


_FIGURE = {kind: frozenset({"figure", kind}) for kind in FIGURE_UNITS}
_OF_AN_AGE = frozenset("age ages aged under over above below of".split())
_ALL_WORDS = frozenset("all every each none no".split())
_OPENING = frozenset({"end", "colon", "dash", "arrow", "comma"})
_OPENING_WORDS = frozenset("so that and".split())
# What may stand between a level and of whom it is: "79% now, over all", "79% on average across all".
_BESIDE_A_LEVEL = frozenset({"now", "comma", "sign", "small", "past"})
_PASSING = frozenset("for with of to support across over among amongst through throughout".split())


def _letter(token: Token) -> str:
    word = token.word
    if "number" in token.classes:
        return "n"
    if word in _LABELS and len(word) == token.end - token.start:
        return "L" if word.endswith("s") and word not in ("ks", "class") else "l"
    return "p" if word[:1] == "%" else "."


def _is_year(typed: str) -> bool:
    """Whether "26/27" is an academic year."""
    sides = re.findall(r"\d+", typed)
    # "1/1,000" has three runs of digits, and is none.
    if [len(side) for side in sides] != [2, 2]:
        return False
    first, second = map(int, sides)
    return 15 <= first <= 40 and second == first + 1


# A number before what staff do or make counts activity.
_COUNT = rule(
    "(<plain|worded>)"
    " <!comma|colon|figure|learner|lead|is|aim|least|from|to|now|arrow|date|measure|so|join>{0,2}?"
    " <thing|staff|others-learner|record|source|trait>"
)


def _without_counts(row: Row, figures: dict[int, Figure]) -> Row:
    changes: dict[int, Classes] = {}
    for match in _COUNT.finditer(row.marks):
        if figures.pop(match.start(1), None):
            changes[match.start(1)] = frozenset({"count"})
    return row.with_classes(changes) if changes else row
