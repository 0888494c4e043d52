"""Where a figure will be read, and why an action exists: sources and drivers in free text."""

import re

from bot.coaching.tokens import Row, rule
from storage.vocabulary import Driver

# After words such as "according to" comes a source, whatever it is called.
_TOLD = rule("<told> <colon|is|sign|lead>{0,2} (<!figure|comma|date|colon|told>{1,7})")
_AFTER_LEAD = rule(
    "<lead> (<!figure|comma|they|we|to|rise|date|is|aim|lead>{0,4}? (?:<source|system>|<record>)+)"
)
_TELLING = rule("<source|system|record> <!figure>{0,9}? <tells>")
_SYSTEM = rule("<system> <record|source>*")
# "QAR 52% to 63%": there it is the measure.
_THE_MEASURE = rule("<figure|from|to|rise|least|is|aim|now|arrow|colon>")
# "Update the tracker" is work, and so is "a new dashboard"; neither says where a figure is read.
_AS_WORK = rule("(?:<do-lead|is>|<better>|<aim>|<done>) <!end|comma|colon|dash|lead|told>{0,3}$")
_TO_BE_MADE = rule("<record|source|system>+ <!end|comma|figure|lead|told>{0,3}? <done|better>")
# A part of the sentence that is nothing but the name of a record.
_ALONE = rule(
    "(?:^|<end|comma|colon|dash|date|sign>) (<!comma|colon|figure|is|aim|they|we|rise|count|told|dash>{0,5}? (?:<source|system>|<record>)+ _?) <sign>{0,2} (?= <lead>? <date> | <end|comma|colon|dash|sign> | $)"
)
_KEPT = rule("<we> _{0,1}? <do> _{0,2}? <source>")
_PERSON = frozenset({"staff", "learner", "they", "others", "we"})


def find_source(row: Row, asked: str | None) -> str | None:
    """Where the row says that the figure is read, as typed; else None.

    With `asked` "evidence_source" the whole reply is the answer where nothing in it is known.
    """
    marks = row.marks
    for match in _TOLD.finditer(marks):
        first, last = match.span(1)
        # The name ends with the record it names, or with the part of the sentence.
        ends = [
            i + 1
            for i in range(first, last)
            if row.tokens[i].classes & {"record", "source", "system"}
        ]
        span = _plain(row.words(first, ends[-1] if ends else last))
        if (
            ends
            or row.tokens[match.start()].word != "per"
            and (not _PERSON & row.tokens[first].classes and re.search(r"[A-Za-z]{3}", span))
        ):
            return span
    for pattern in (_AFTER_LEAD, _ALONE):
        for match in pattern.finditer(marks):
            first, last = match.span(1)
            if pattern is _ALONE and not _has_more(row, first, last):
                continue
            # "See it in the dashboard" is no work where a level is said as well.
            work = not _has_more(row, first, last) and _as_work(row, match.start(), last)
            if not work and _is_record(row, first, last, pattern is _ALONE):
                return _plain(row.words(first, last))
    for pattern in (_TELLING, _SYSTEM, _KEPT):
        for match in pattern.finditer(marks):
            first, last = match.span()
            if pattern is _SYSTEM and (
                last - first == 1
                and row.tokens[first].word == "qar"
                and _THE_MEASURE.match(marks, last)
            ):
                continue
            if not _as_work(row, first, last):
                held = [
                    i
                    for i in range(first, last)
                    if row.tokens[i].classes & {"record", "source", "system"}
                ]
                return row.words(held[0], held[-1] + 1)
    if asked == "evidence_source":
        bare = re.sub(
            r"^(?:from|in|on|the|our|a|it's in|that'd be|that would be)\s+",
            "",
            row.text.strip(" .!"),
            flags=re.I,
        )
        return bare if 1 < len(bare) <= 120 and re.search(r"[a-z]{2}", bare, re.I) else None
    shown = _SHOWS.search(row.text)
    words = next(filter(None, shown.groups()), "").strip() if shown else ""
    return words or None


def _has_more(row: Row, first: int, last: int) -> bool:
    """Whether a level or a change is said beside what stands from `first` to `last`."""
    rest = [t for i, t in enumerate(row.tokens) if not first <= i < last]
    return any(t.classes & {"figure", "rise", "measure", "more", "state"} for t in rest)


def _as_work(row: Row, first: int, last: int) -> bool:
    at = next(
        (i for i in range(first, last) if row.tokens[i].classes & {"record", "source", "system"}),
        first,
    )
    made = _TO_BE_MADE.match(row.marks, at)
    return bool(_AS_WORK.search(row.marks, max(0, first - 6), first) or made)


# Words of these kinds name a record only with a word before them that says which.
_VAGUE = frozenset("feedback system count results scores marks list work data report reports summary file files "
                   "forms sheet record records system figures sample return returns log test tests".split())  # fmt: skip


def _is_record(row: Row, first: int, last: int, alone: bool) -> bool:
    token = row.tokens[last - 1]
    if token.classes & {"source", "system"}:
        return True
    return token.word not in _VAGUE or last - first > 1


# A name with a capital that holds the figure: "Unifrog reports it", "Grofar has the numbers".
_SHOWS = re.compile(
    r"(?:(?<=[.;,!?] )|(?<=and )|^|(?<=the ))(?P<holder>[A-Z][\w&'-]*(?: (?:[A-Z&][\w&'-]*|data|log|report|results?|tracker|sheet))*)"
    r" (?:will |should |would )?(?:shows?|reports?|records?|counts?|confirms?|tells?|gives?|has|have|holds?)"
    r" (?:us |me |it|this|that|all of it|u |you )?(?:the (?:numbers?|figures?|data|report|stats|count))?(?=[\s.,;]|$)"
)
_THE = re.compile(r"^(?:the|our|a|each|my|their|that|this)\s+", re.IGNORECASE)


def _plain(span: str) -> str:
    return _THE.sub("", span.strip(" .-"))


_REASONS = re.compile(
    r"\b(?:because(?: of)?|since|as a result of|due to|owing to|given that|driven by|in response to|as(?= (?:our|the|we|learners|students|apprentices|ofsted|employers|inspectors))|following|after|reason is|why(?=\s*:)|reason(?=\s*:)|the reason(?: is)?|cos|coz|bc|prompted by)\b[:,]?\s*(?P<reason>[^.;!?\n]+)",
    re.IGNORECASE,
)
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
    match = _REASONS.search(text)
    reason: str | None = None
    if match:
        reason = re.split(r",\s*(?:we|so|and we|i|this|our)\b", match["reason"], maxsplit=1)[
            0
        ].strip(" ,")
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
