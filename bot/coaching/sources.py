"""Where a figure will be read, and why an action exists: sources and drivers in free text."""

import re
from typing import NamedTuple

from bot.coaching.tokens import Row, rule
from storage.vocabulary import Driver

# After words such as "according to" comes a source, whatever it is called.
_TOLD = rule("<told> <colon|is|sign|lead>{0,2} (<!figure|comma|date|colon|told>{1,7})")
_AFTER_LEAD = rule(
    "<lead> <the>? <date>? ((?:<!figure|comma|they|we|to|rise|date|is|aim|lead>|<owns>){0,4}? (?:<source|system>|<record>)+)"
)
_TELLING = rule("<source|system|record> <!figure>{0,9}? <tells>")
_HOLDS = rule("(<source|record|system>) <colon|comma>? (?:_? <is> <!figure|end>{0,5}?)? <figure>")
# "Learner survey 'my views are acted on': 58".
_TITLED = rule("(<source>) <!figure|end|comma>{1,7} <colon> <figure>")
_SYSTEM = rule("<system> <record|source>*")
# "QAR 52% to 63%": there it is the measure.
_THE_MEASURE = rule("<figure|from|to|rise|least|is|aim|now|arrow|colon>")
# "Update the tracker" is work, and so is "a new dashboard"; neither says where a figure is read.
_AS_WORK = rule("(?:<do-lead|is>|<better>|<aim>|<done>) <!end|comma|colon|dash|lead|told>{0,3}$")
_TO_BE_MADE = rule("<record|source|system>+ <!end|comma|figure|lead|told>{0,3}? <done|better>")
# A part of the sentence that is nothing but the name of a record.
_ALONE = rule(
    "(?:^|<end|comma|colon|dash|date|sign>) ((?:<!comma|colon|figure|is|aim|they|we|rise|count|told|dash>|<owns>){0,5}? (?:<source|system>|<record>)+ _?) <sign>{0,2} (?= <lead>? <date> | <from> (?! <!figure>{0,1} <figure>) | <end|comma|colon|dash|sign> | $)"
)
_COUNTED = rule("(<we|staff|others> <!end|not>{0,3}? <counts> <!end|comma>{0,5})")
_KEPT = rule("<we> _{0,1}? <do> _{0,2}? <source>|<keeps> _{0,3}? <source|record|system>")
# "83 in the September survey", where the date has taken the word before it along.
_DATED = rule("<date|year> <owns>? (_{0,2}? <source|record|system>)")
# Without one of these nothing but `_SHOWS` is found.
_HINTS = rule("<source|system|record|told|counts>")
_SHOWN = frozenset({"shown"})
_PERSON = frozenset({"staff", "learner", "they", "others", "we"})


class Spot(NamedTuple):
    """A stretch of text that may say where the figure is read, and what speaks for it."""

    words: str
    kinds: frozenset[str]

    @property
    def is_named(self) -> bool:
        """Whether a record is named there; "per week" and "we'd count" name none."""
        return self.kinds == _SHOWN or any(
            kind.rpartition("_")[2] in _RECORDS or kind in _RECORDS for kind in self.kinds
        )


_RECORDS = frozenset({"record", "source", "system"})
_STOPS = frozenset({"end", "sign"})
_WHOSE = frozenset({"my", "our", "your", "their", "her", "his"})
_WHICH = ("that", "which")


def spots(row: Row) -> list[Spot]:
    """Every stretch that may name a source, the likeliest first; each kind is a sign to be weighed."""
    marks, found = row.marks, list[Spot]()
    told = any(verb in row.text for verb in _VERBS_OF_SHOWING)
    shown = _SHOWS.search(row.text) if told else None
    if _HINTS.search(marks) is None:
        return [Spot(shown["holder"], _SHOWN)] if shown else []

    def add(kind: str, first: int, last: int, at: int) -> None:
        held = [i for i in range(first, last) if row.tokens[i].classes & _RECORDS]
        clause = next((i for i in held if row.tokens[min(i + 1, last - 1)].word in _WHICH), None)
        if clause is not None:
            # "The report that MIS send round": what is said of a record is no part of its name.
            held, last = held[: held.index(clause) + 1], clause + 1
        kinds = {kind, *(f"{kind}_{k}" for i in held for k in _RECORDS & row.tokens[i].classes)}
        if _as_work(row, at, last):
            kinds.add("as_work")
        if not _has_more(row, first, last):
            kinds.add("nothing_more")
        if first and all(t.classes & _STOPS for t in row.tokens[last:]):
            kinds.add(f"{kind}_at_the_end")
        if held and last - first == 1 and row.tokens[first].word in _VAGUE:
            kinds.add("vague")
        words = row.words(first, held[-1] + 1 if held else last)
        found.append(Spot(_plain(words), frozenset(kinds)))

    def add_all(kind: str, pattern: re.Pattern[str]) -> None:
        for match in pattern.finditer(marks):
            add(kind, *match.span(1), match.start())

    for match in _TOLD.finditer(marks):
        first, last = match.span(1)
        tokens = row.tokens[first:last]
        recorded = any(t.classes & _RECORDS for t in tokens)
        people = [t for t in (tokens[:1] if recorded else tokens) if t.word not in _WHOSE]
        if not any(t.classes & _PERSON for t in people) and any(
            "small" not in t.classes and t.end - t.start > 2 for t in tokens
        ):
            add("told", first, last, match.start())
    add_all("lead", _AFTER_LEAD)
    add_all("alone", _ALONE)
    for kind, pattern in (("telling", _TELLING), ("system", _SYSTEM), ("kept", _KEPT)):
        for match in pattern.finditer(marks):
            first, last = match.span()
            if (
                row.tokens[first].word == "qar"
                and last - first == 1
                and _THE_MEASURE.match(marks, last)
            ):
                continue
            at = _first_record(row, first, last)
            if at is not None:
                add(kind, at, _records_end(row, at, last), first)
    add_all("holds", _HOLDS)
    add_all("titled", _TITLED)
    add_all("dated", _DATED)
    add_all("counted", _COUNTED)
    if shown:
        found.append(Spot(shown["holder"], _SHOWN))
    return [spot for spot in found if len(spot.words) > 1]


def asked_for(row: Row) -> str | None:
    """What a reply to "where will you read it?" names: a known record, or the words themselves.

    None for a reply of nothing but levels, dates and whom they are of: that is no source.
    """
    if all(t.classes & _OF_A_LEVEL and not t.classes & _RECORDS for t in row.tokens):
        return None
    with_level = any("figure" in t.classes for t in row.tokens)
    bare = _AND_MORE.split(_ANSWERING.sub("", row.text.strip(" .!")), maxsplit=1)[0]
    if with_level or len(bare.split()) > 8:
        # An answer of more than that: the record in it, with the words that say which.
        at = _first_record(row, 0, len(row.tokens))
        if at is not None:
            first = at
            while first and at - first < 2 and not row.tokens[first - 1].classes & _NOT_A_NAME:
                first -= 1
            return _plain(row.words(first, _records_end(row, at, len(row.tokens))))
    return bare if 1 < len(bare) <= 120 and re.search(r"[a-z]{2}", bare, re.I) else None


_OF_A_LEVEL = frozenset(
    "figure number date year small learner they measure from to least now past aim is rise more only "
    "end comma colon dash sign arrow".split()
)
_NOT_A_NAME = frozenset(
    {"small", "is", "aim", "end", "comma", "they", "we", "lead", "figure", "date"}
)
# "The register system, you can look it up"; "the exam results because they were weak".
_AND_MORE = re.compile(
    r",\s*(?:and\s+)?(?:you|we|i|it|they|which|but|if|as|because)\b|\s+because\b", re.IGNORECASE
)
_ANSWERING = re.compile(
    r"^(?:(?:well|oh|it's in|it is in|that'd be|that would be|that's|it would be|from|in|on|the|our|a)[\s,]+)+",
    re.IGNORECASE,
)


def _first_record(row: Row, first: int, last: int) -> int | None:
    return next((i for i in range(first, last) if row.tokens[i].classes & _RECORDS), None)


def _records_end(row: Row, at: int, last: int) -> int:
    """The position after the words of a record that begin at `at`, no further than `last`."""
    return next((i for i in range(at + 1, last) if not row.tokens[i].classes & _RECORDS), last)


def _has_more(row: Row, first: int, last: int) -> bool:
    """Whether a level or a change is said beside what stands from `first` to `last`."""
    rest = [t for i, t in enumerate(row.tokens) if not first <= i < last]
    return any(t.classes & {"figure", "rise", "measure", "more", "state"} for t in rest)


def _as_work(row: Row, first: int, last: int) -> bool:
    at = _first_record(row, first, last)
    made = _TO_BE_MADE.match(row.marks, first if at is None else at)
    return bool(_AS_WORK.search(row.marks, max(0, first - 6), first) or made)


# Words that name a record only with another before them that says which.
_VAGUE = frozenset(
    "figure table screen screens board boards feedback system count results scores marks list work data report reports summary file files "
    "forms sheet record records system figures sample return returns log test tests".split()
)


# A name with a capital that holds the figure: "Unifrog reports it", "Grofar has the numbers".
_SHOWS = re.compile(
    r"(?:(?<=[.;,!?] )|(?<=and )|^|(?<=the ))(?P<holder>[A-Z][\w&'-]*(?: (?:[A-Z&][\w&'-]*|(?:[a-z-]+ )?(?:data|log|report|results?|tracker|sheet)))*)"
    r" (?:will |should |would )?(?:says so|(?:shows?|reports?|records?|counts?|confirms?|tells?|gives?|has|have|holds?)"
    r" (?:us\b ?|me\b ?|it|this|that|all of it|u |you )?(?:the (?:numbers?|figures?|data|report|stats|count))?)(?=[\s.,;]|$)"
)
# Without one of these the search would be in vain, which is dear.
_VERBS_OF_SHOWING = (
    " show", " report", " record", " count", " confirm", " tell", " give", " ha", " hold", " says so",
)  # fmt: skip
_THE = re.compile(r"^(?:the|our|a|each|my|their|that|this)\s+", re.IGNORECASE)


def _plain(span: str) -> str:
    return _THE.sub("", span.strip(" .-"))


_REASONS = re.compile(
    r"\b(?:because(?: of)?|since|as a result of|due to|owing to|given that|driven by|in response to|as(?= (?:our|the|we|learners|students|apprentices|ofsted|employers|inspectors))|following|after|reason is|why(?=\s*:)|reason(?=\s*:)|the reason(?: is)?|cos|coz|bc|prompted by)\b[:,]?\s*(?P<reason>[^.;!?\n]+)",
    re.IGNORECASE,
)
# What follows the reason in the same sentence: what is wanted, where it is read, whose it is.
_NO_REASON = re.compile(
    r",\s*(?:we|so|and we|i|this|our)\b"
    r"|,\s*(?:and\s+)?(?:read|seen|measured|taken|shown) (?:in|on|from|by)\b"
    r"|,\s*(?:and\s+)?(?:the |its )?owner\b",
    re.IGNORECASE,
)
# Without one of these no reason is given: a plain look spares most replies the search for one.
_GIVE_REASON = (
    "becau", "since", "due to", "result", "owing", "given", "driven", "respon", " as ", "\nas ",
    "(as ", "follow", "after", "reason", "why", "cos", "coz", "bc", "prompt",
)  # fmt: skip
_DRIVERS: tuple[tuple[Driver, str], ...] = (
    (Driver.SAFEGUARDING, r"safeguard\w*|prevent duty|risk of harm|wellbeing concerns?|bullying|harassment|sexual"),
    (Driver.CURRICULUM_CHANGE, r"(?:from|moving|moved|move|switch\w*|chang\w+|transition\w*|new|revised|reform\w*) (?:\w+ ){0,5}(?:standards?|framework|specification|spec|curriculum|qualifications?|syllabus|t[- ]levels?|awarding (?:body|organisation)|assessment plan|exam board)|framework to (?:the )?standard|curriculum change|spec change|reform"),
    (Driver.INSPECTION, r"ofsted|inspect\w*|estyn|eti\b|nominee|monitoring visit|hmi\b|mock inspection|peer review|deep dive|report card"),
    (Driver.EMPLOYER_FEEDBACK, r"employers?(?:'s?)? (?:\w+ ){0,3}(?:feedback|survey|say|said|told|tell|complain\w*|want|report\w*|feel|think|satisf\w+|unhappy|asked)|feedback from employers|skills (?:gap|needs)|lsip"),
    (Driver.LEARNER_FEEDBACK, r"(?:learner|student|apprentice|pupil)s?'? (?:\w+ ){0,3}(?:feedback|survey|voice|say|said|told|tell|complain\w*|report\w*|feel|felt|think|unhappy|want)|feedback from (?:learners|students|apprentices|pupils)|survey|complaints?|qdp|focus groups?|learner voice"),
    (Driver.COMPLIANCE, r"complian\w+|funding rules?|audit\w*|esfa|dfe (?:rule|require|guid)\w*|legal\w*|statutory|regulat\w+|gdpr|subcontract\w*|accountability framework|aaf\b|health and safety|ofqual|licen[cs]e"),
    (Driver.OUTCOMES, r"achiev\w+|acheiv\w+|retention|pass rates?|results|attendance|grades?|outcomes?|withdraw\w*|drop(?:ping|ped)? out|progress\w*|destination\w*|punctual\w*|below (?:national|target|average)|national (?:rate|average)|qar\b|value added|fail\w*|too (?:few|many)|low\b|declin\w+|fell|fallen|dropped|gap\b|underachiev\w*|late\b"),
)  # fmt: skip
_DRIVER_PATTERNS = [(driver, re.compile(rf"\b(?:{p})", re.IGNORECASE)) for driver, p in _DRIVERS]
_DRIVER_NAMES = {
    "outcomes": Driver.OUTCOMES, "results": Driver.OUTCOMES, "learner feedback": Driver.LEARNER_FEEDBACK,
    "inspection": Driver.INSPECTION, "curriculum change": Driver.CURRICULUM_CHANGE,
    "standard or curriculum change": Driver.CURRICULUM_CHANGE, "compliance": Driver.COMPLIANCE,
    "employer feedback": Driver.EMPLOYER_FEEDBACK, "safeguarding": Driver.SAFEGUARDING, "other": Driver.OTHER,
}  # fmt: skip


def find_reason(text: str, asked: str | None) -> tuple[str | None, Driver | None]:
    """The clause that says why, and the kind of driver it is."""
    low = f" {text.lower()}"
    match = _REASONS.search(text) if any(word in low for word in _GIVE_REASON) else None
    reason: str | None = None
    if match:
        reason = _NO_REASON.split(match["reason"], maxsplit=1)[0].strip(" ,")
    elif asked == "driver":
        reason = text.strip()
        exact = _DRIVER_NAMES.get(text.strip(" .!").lower().replace("_", " "))
        if exact:
            return reason, exact
    if not reason:
        return None, None
    for driver, pattern in _DRIVER_PATTERNS:
        if pattern.search(reason):
            return reason, driver
    if asked == "driver" or (match and match.group().lower().startswith("because")):
        return reason, Driver.OTHER
    return reason, None


def driver_of(text: str) -> Driver | None:
    """The kind of driver that a SAR item's evidence speaks of, or None."""
    for driver, pattern in _DRIVER_PATTERNS:
        if pattern.search(text):
            return driver
    return None
