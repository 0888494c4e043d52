"""What the rules let through of a model's proposal: the model proposes, this decides.

A value enters only where its author typed it; of two verdicts the stricter stands; a question is
asked only where it is one short question for the gap that the rules chose and puts nothing into
the person's mouth. Whatever else was proposed is dropped, with a word on why for the ledger.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

from bot.coaching.dates import find_dates
from bot.coaching.figures import row_of, with_parts
from bot.coaching.measures import find_measure
from bot.coaching.naming import is_english
from bot.coaching.numbers import Figure, Part, number
from bot.coaching.people import find_people
from bot.coaching.proposal import SPANS, VERDICTS, Proposal
from bot.coaching.reading import Reading, read
from bot.coaching.tokens import names_learners, tokenise
from bot.coaching.words import content_stems

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
        standing = self._filled - ({"owners"} if asked == "owner" else {asked})
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
    words = r"\s+".join(re.escape(_straight(word)) for word in span.split())
    if not words:
        return None
    found = re.search(rf"(?<!\w){words}(?!\w)", _straight(text), re.IGNORECASE)
    return text[found.start() : found.end()] if found else None


def _straight(text: str) -> str:
    """The text with the quotation marks and spaces that phones put in as plain ones."""
    return text.translate(_PLAIN)


_PLAIN = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "\u00a0": " ", "\u2011": "-"})


# --- spans ----------------------------------------------------------------------------------


def _levels(text: str, today: date) -> list[Figure]:
    """Whatever in a text may be a level, with the part it plays there."""
    return with_parts(*row_of(text, find_dates(text, today), lenient=True))


def _is_level(typed: str, reply: str, today: date) -> str | None:
    # "9" is a figure, and so is "Good" where the reply says what is to be graded so.
    return None if _levels(typed, today) or _level_at(typed, reply, today) else "no figure"


def _is_date(typed: str, reply: str, today: date) -> str | None:
    return None if find_dates(typed, today) else "no date"


def _is_person(typed: str, reply: str, today: date) -> str | None:
    people, group = find_people(f"Owner: {typed}", None)
    return None if people == (typed,) and not group else "no one person"


def _is_source(typed: str, reply: str, today: date) -> str | None:
    short = len(typed.split()) <= _LONGEST_SOURCE
    return None if short and content_stems(typed) and not _levels(typed, today) else "no source"


def _is_measure(typed: str, reply: str, today: date) -> str | None:
    short = len(typed.split()) <= _LONGEST_MEASURE
    named = find_measure(typed) or names_learners(typed)
    return None if short and named and not _levels(typed, today) else "no measure"


def _is_outcome(typed: str, reply: str, today: date) -> str | None:
    return None if read(typed, today).learner_outcome else "no outcome"


def _is_action(typed: str, reply: str, today: date) -> str | None:
    return None if 2 <= len(typed.split()) <= _LONGEST_ACTION else "no action"


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


def _added(
    reading: Reading, held: dict[str, str], text: str, today: date, asked: str | None
) -> dict[str, Any]:
    """What the proposal adds to a reading: the rules' own findings stand where they have any."""
    found: dict[str, Any] = {}
    for field in ("baseline", "target"):
        # Of an impact only the verdict on its being measurable decides whether it has a target.
        decided = field == "target" and asked in TELLS_IMPACT and not reading.measurable
        if field in held and getattr(reading, field) is None and not decided:
            taken = {reading.baseline, reading.target, found.get("baseline")}
            level = _level_at(held[field], text, today)
            if level is not None and level not in taken:
                found[field] = level
    if "due" in held and reading.due is None:
        day = find_dates(held["due"], today)[0].day
        if day not in [due for due, _ in reading.milestones]:
            found["due"] = day
    if "evidence" in held and reading.evidence_source is None:
        found["evidence_source"] = held["evidence"]
    if "owner" in held and not reading.owners and not reading.group_owner:
        found["owners"] = (held["owner"],)
    for field in ("action", "impact", "measure"):
        if field in held:
            found[f"{field}_words"] = held[field]
    return found


def _level_at(typed: str, text: str, today: date) -> str | None:
    """The whole figure of the text that these words are of; None where it is no level there."""
    for level in _levels(text, today):
        in_typed = _find(level.text, typed) or _find(typed, level.text)
        if in_typed and level.part is not Part.COMPARISON:
            return level.text
    return None


# --- the question ---------------------------------------------------------------------------

MOST_WORDS = 45
_PRAISE = re.compile(
    r"\b(?:great|excellent|fantastic|brilliant|perfect|wonderful|impressive|superb|amazing|awesome"
    r"|well done|good (?:work|job|start|stuff|answer|point|thinking|goal|aim)|nice|lovely|love (?:that|this|it)"
    r"|strong|spot on|solid|outstanding|terrific|really good|very good|that(?:'s| is) good|sounds good|thank(?:s| you)|thanks)\b",
    re.IGNORECASE,
)
# A question must not say that something has been done with the action.
_DONE = (
    r"(?:agreed|approve[sd]|stored|saved|recorded|signed|closed|finali[sz]ed|completed|deleted|updated|submitted|sent"
    r"|complete|final|done)"
)
_CLAIMS = re.compile(
    rf"\b(?:i|we|it|this|that|action|plan|draft|impact|everything|all|manager|lead)\b[^.?;:]{{0,30}}\b{_DONE}\b"
    rf"|(?:^|[.;:]\s){_DONE}\b",
    re.IGNORECASE,
)
# Nor take part in anything but the interview; the person's own words they may be.
_ASTRAY = re.compile(
    r"\b(?:red|amber|green|rag|brag|a-\d+|prompt|instructions?|json|language model|password|tokens?|api key)\b",
    re.IGNORECASE,
)
# Nor must it ask for what has no place in a plan.
_PRIES = re.compile(
    r"\b(?:learners?|students?|apprentices?|pupils?|their|his|her)\b[^?.;:]{0,60}\b(?:names?|called|ill|illness\w*|diagnos\w+|medical|health|address\w*|birth)\b"
    r"|\b(?:names?|illness\w*|diagnos\w+|medical|health)\b[^?.;:]{0,20}\b(?:of|for) (?:\w+ ){0,3}(?:learners?|students?|apprentices?|pupils?)\b",
    re.IGNORECASE,
)
_LEADS = re.compile(
    r"\b(?:for example|for instance|such as|e\.?g\.?|say,|perhaps \d|maybe \d|would \S+ be (?:about )?right)\b",
    re.IGNORECASE,
)
_MARKUP = re.compile(
    r"[<>@#*_~`|{}\[\]\\!]|https?:|\w\.[A-Za-z]{2}|[\U0001F000-\U0001FAFF\u2600-\u27BF]|:\w+:"
)
# What a question for each field must be about, in one of these words.
_ABOUT = {
    field: re.compile(rf"\b(?:{words})\b", re.IGNORECASE)
    for field, words in {
        "action": r"do|doing|action|change|step|plan|try",
        "linked": r"sar|item|finding|judgement|area|afi|answers?|comes? from",
        "impact": r"learners?|students?|apprentices?|pupils?|trainees?|they|them|their|young people",
        "measure": r"measures?|figures?|number|data|indicator|count|rate|show|see|tell|know|evidence",
        "baseline": r"now|start(?:s|ing)?|current(?:ly)?|latest|today|present|last|at the moment|stands?",
        "target": r"reach|target|aim|goal|level|get to|far|hope|want|pleased|look like|figure|by the end",
        "evidence_source": r"where|which|source|read|report|register|survey|data|find|kept|come from|system",
        "due": r"when|date|month|time|term|deadline|soon",
        "driver": r"why|reason|what|behind|prompted|made|led|drove|drives|because|important",
        "milestone": r"on the way|half-?way|milestones?|check|first sign|early|before then|by then|see|notice|when",
        "owner": r"who|whose|name|person|accountable|owner",
    }.items()
}


def unfit(
    question: str,
    *,
    fields: tuple[str, ...],
    known: str,
    today: date,
    is_weak: bool,
    prompt: str,
) -> str | None:
    """Why a worded question may not be asked, or None where it may.

    `fields` are the gaps that the rules chose, `known` all that the person, the draft and the SAR
    say, `is_weak` whether what was answered falls short, `prompt` what must not be given away.
    """
    words = question.split()
    if not words or question.count("?") != 1 or not question.endswith("?"):
        return "not one question"
    if len(words) > MOST_WORDS or "\n" in question:
        return "long"
    for pattern, why in _UNFIT:
        if pattern.search(question):
            return why
    if {_bare(word[0]) for word in _ASTRAY.finditer(question)} - _words(known):
        return "astray"
    if is_weak and _PRAISE.search(question):
        return "praise"
    if not all(_ABOUT[field].search(question) for field in fields):
        return "another gap"
    if _unsaid_figures(question, known, today):
        return "figure"
    if {d.day for d in find_dates(question, today)} - {d.day for d in find_dates(known, today)}:
        return "date"
    if _unsaid_names(question, known):
        return "name"
    if content_stems(" ".join(_sources(question))) - content_stems(known):
        return "source"
    if _runs(question, _RUN) & _runs(prompt, _RUN):
        return "prompt"
    return None


_UNFIT = ((_MARKUP, "markup"), (_CLAIMS, "claim"), (_LEADS, "leading"), (_PRIES, "prying"))
_RUN = 7  # so many words in a row are no chance


def _runs(text: str, length: int) -> set[tuple[str, ...]]:
    words = re.findall(r"[a-z']+", _straight(text).lower())
    return {tuple(words[at : at + length]) for at in range(len(words) - length + 1)}


def _unsaid_figures(question: str, known: str, today: date) -> bool:
    digits = set(re.findall(r"\d+(?:[.,]\d+)*", question))
    if digits - set(re.findall(r"\d+(?:[.,]\d+)*", known)):
        return True
    if _FACTORS.intersection(_words(question)) - _words(known):
        return True
    said = {f.value for f in _levels(known, today)} | _numbers(known)
    asked = [f for f in _levels(question, today) if f.text.lower() not in _NO_FIGURE]
    return any(f.value not in said for f in asked if f.value is not None)


def _numbers(text: str) -> set[float]:
    """Every number of a text, whatever it counts, in digits or in words."""
    found = re.findall(r"\d+(?:\.\d+)?|[a-z]+", text.lower())
    return {value for word in found if (value := number(word)) is not None}


# "Which one person", "half-way": words that a question may have without giving a figure.
_NO_FIGURE = frozenset({"one", "all", "half"})
_FACTORS = frozenset(
    "double doubled treble trebled triple tripled twice halve halved thrice".split()
)


def _unsaid_names(question: str, known: str) -> bool:
    """Whether a word is no English one, or has a capital inside a sentence, and nobody gave it."""
    inside = re.findall(r"(?<![.?:…\"“'‘])\s[\"“'‘(]?([A-Z][\w'’-]+)", _straight(question))
    said = _words(known)
    plain = re.findall(r"(?<!['\w])[a-z]{4,}(?!['\w])", _straight(question).lower())
    strange = [word for word in plain if not is_english(word)]
    named = [_bare(word) for word in inside if word not in _CAPITALS]
    return not said.issuperset((*named, *strange))


def _sources(text: str) -> set[str]:
    """The words that name where a figure may be read."""
    return {t.word for t in tokenise(text) if t.classes & _RECORDS} - _NO_SOURCES


_RECORDS = frozenset({"source", "system", "record"})
# Words of records that name none in particular.
_NO_SOURCES = frozenset(
    "results result figures figure data count report marks scores assessment assessments "
    "evidence number numbers".split()
)


def _words(text: str) -> set[str]:
    words = {_bare(word) for word in re.findall(r"[\w'-]+", _straight(text))}
    return words | {part for word in words for part in word.split("-")}


def _bare(word: str) -> str:
    return word.lower().removesuffix("'s")


_CAPITALS = frozenset({"I", "I'd", "I'm", "I'll", "I've", "SAR", "English", "UK"})
