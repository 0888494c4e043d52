"""Whether a question in a model's words may be asked: one, short, and only about the gap.

It must put nothing into the person's mouth, praise nothing weak, claim nothing, and lead nowhere
else. What fails is replaced by the rules' own words.
"""

import re
from datetime import date

from bot.coaching.dates import MONTHS, find_dates
from bot.coaching.naming import is_english
from bot.coaching.numbers import number
from bot.coaching.tokens import tokenise
from bot.coaching.verifying import RECORDS, levels
from bot.coaching.words import content_stems, straight

MOST_WORDS = 45
_PRAISE = re.compile(
    r"\b(?:great|excellent|fantastic|brilliant|perfect|wonderful|impressive|superb|amazing|awesome"
    r"|well done|good (?:work|job|start|stuff|answer|point|thinking|goal|aim)|nice|lovely|love (?:that|this|it)"
    r"|strong|spot on|solid|outstanding|terrific|really good|very good|that(?:'s| is) good|sounds good|works? (?:very |really )?well|good effort|thank(?:s| you)|thanks)\b"
    r"|(?:^|[.;:!]\s)(?:good|well|better)\b",
    re.IGNORECASE,
)
# A question must not say that something has been done with the action.
_DONE = (
    r"(?:agreed|approve[sd]|stored|saved|recorded|signed|closed|finali[sz]ed|completed|deleted|updated|submitted|sent"
    r"|complete|final|done)"
)
_CLAIMS = re.compile(
    rf"\b(?:i|we|it|this|that|action|plan|draft|impact|wording|text|answer|entry|target|everything|all|manager|lead)\b"
    rf"[^.?;:]{{0,30}}\b{_DONE}\b"
    rf"|(?:^|[.;:]\s){_DONE}\b|\b(?:has|have|had) (?:now |already |just )?(?:been )?{_DONE}\b"
    r"|\b(?:is|are|was|were) (?:now |all |already )?(?:approved|stored|saved|recorded|signed|closed)\b",
    re.IGNORECASE,
)
# Nor take part in anything but the interview; the person's own words they may be.
_ASTRAY = re.compile(
    r"\b(?:red|amber|green|rag|brag|a-\d+|prompt|instructions?|json|language model|password|tokens?|api key"
    r"|ill|illness|illnesses|diagnos\w+|medical|disabilit\w+|birth|religion|surnames?|address(?:es)?)\b",
    re.IGNORECASE,
)
# Nor must it ask who the learners are.
_PRIES = re.compile(
    r"\b(?:learners?|students?|apprentices?|pupils?|their|his|her)\b[^?.;:]{0,60}\b(?:names?|called|health)\b"
    r"|\b(?:names?|health)\b[^?.;:]{0,20}\b(?:of|for) (?:\w+ ){0,3}(?:learners?|students?|apprentices?|pupils?)\b",
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
        "measure": r"measures?|figures?|number|data|indicator|count\w*|rate|show|see|tell|know|evidence",
        "baseline": r"now|start(?:s|ing)?|current(?:ly)?|latest|today|present|last|at the moment|stands?",
        "target": r"reach|target|aim|goal|level|get to|far|hope|want|pleased|look like|figure|by the end",
        "evidence_source": r"where|which|source|read|report|register|survey|data|find|kept|come from|system",
        "due": r"when|date|month|time|term|deadline|soon",
        "driver": r"why|reason|what|behind|prompted|made|led|drove|drives|because|important",
        "milestone": r"on the way|half-?way|milestones?|check|first sign|early|before then|by then|see|notice|when",
        "owner": r"who|whose|which (?:one )?(?:person|of|name)|what name",
    }.items()
}
# A question to be answered by a yes puts the answer into somebody's mouth.
_OPEN = re.compile(r"\b(?:what|which|where|when|who|whose|how|why)\b", re.IGNORECASE)
# Words that ask for one field only: not to be asked along with another.
_ASKS = {
    field: re.compile(words, re.IGNORECASE)
    for field, words in {
        "due": r"\bby when\b|\bby what date\b|\band when\?",
        "owner": r"\band who\b|[,;:.] who (?:will|is|owns|should|leads)\b|\bwho will (?:own|lead)\b",
        "evidence_source": r"\bwhere (?:will|do|can) (?:you|we|anyone|everyone)\b[^?,]*\b(?:read|find|see)\b",
        "baseline": r"\bwhere (?:is it|does it stand|are you) now\b|\bwhat is (?:it|the figure) now\b",
        "target": r"\b(?:what|which) level\b|\bwhat should it reach\b",
    }.items()
}
_GO_TOGETHER = {"due": {"milestone"}, "target": {"measure"}}


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
    if not _OPEN.search(question):
        return "leading"
    if not all(_ABOUT[field].search(question) for field in fields):
        return "another gap"
    for field, pattern in _ASKS.items():
        belongs = {field, *_GO_TOGETHER.get(field, ())}
        if pattern.search(question) and belongs.isdisjoint(fields):
            return "another gap"
    if _unsaid_figures(question, known, today):
        return "figure"
    if _months(question, today) - _months(known, today):
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
    words = re.findall(r"[a-z']+", straight(text).lower())
    return {tuple(words[at : at + length]) for at in range(len(words) - length + 1)}


def _unsaid_figures(question: str, known: str, today: date) -> bool:
    digits = set(re.findall(r"\d+(?:[.,]\d+)*", question))
    if digits - set(re.findall(r"\d+(?:[.,]\d+)*", known)):
        return True
    if _FACTORS.intersection(_words(question)) - _words(known):
        return True
    said = {f.value for f in levels(known, today)} | _numbers(known)
    asked = [f for f in levels(question, today) if f.text.lower() not in _NO_FIGURE]
    return any(f.value not in said for f in asked if f.value is not None)


def _numbers(text: str) -> set[float]:
    """Every number of a text, whatever it counts, in digits or in words."""
    found = re.findall(r"\d+(?:\.\d+)?|[a-z]+", text.lower())
    return {value for word in found if (value := number(word)) is not None}


# "Which one person", "half-way": words that a question may have without giving a figure.
_NO_FIGURE = frozenset({"one", "all", "half", "each", "every", "both", "none"})
_FACTORS = frozenset(
    "double doubled treble trebled triple tripled twice halve halved thrice".split()
)


def _months(text: str, today: date) -> set[tuple[int, int]]:
    """The months, with their years, of the dates in a text: "half-way to February" is no new date."""
    return {(dated.day.year, dated.day.month) for dated in find_dates(text, today)}


def _unsaid_names(question: str, known: str) -> bool:
    """Whether a word is no English one, or has a capital inside a sentence, and nobody gave it."""
    inside = re.findall(r"(?<![.?:…\"“'‘])\s[\"“'‘(]?([A-Z][\w'’-]+)", straight(question))
    said = _words(known)
    plain = re.findall(r"(?<!['\w])[a-z]{4,}(?!['\w])", straight(question).lower())
    strange = [word for word in plain if not is_english(word)]
    named = [_bare(word) for word in inside if word not in _CAPITALS]
    return not said.issuperset((*named, *strange))


def _sources(text: str) -> set[str]:
    """The words that name where a figure may be read."""
    plain = straight(text).lower()
    return {
        token.word
        for token in tokenise(text)
        if token.classes & _NAMED
        # "In the yellow ledger" names one; "marking can be trusted" does not.
        or (token.classes & RECORDS and _IN_A.search(plain, 0, token.start))
    } - _NO_SOURCES


_NAMED = frozenset({"source", "system"})
_IN_A = re.compile(
    r"\b(?:in|from|on|through|via|by|with|see|read|open|check) "
    r"(?:the|your|our|their|its|a|an|that|this|some) (?:[\w'-]+ ){0,2}\Z"
)
# Words of records that name none in particular.
_NO_SOURCES = frozenset(
    "results result figures figure data count report marks scores assessment assessments "
    "evidence number numbers".split()
)


def _words(text: str) -> set[str]:
    words = {_bare(word) for word in re.findall(r"[\w'-]+", straight(text))}
    return words | {part for word in words for part in word.split("-")}


def _bare(word: str) -> str:
    """A word without its ending and what is numbered, so that "L4s" is "L4" and "HND2" "HND"."""
    return re.sub(r"(?:'s|(?<=\w\w)s|(?<=[a-z][a-z])\d+)$", "", word.lower())


# Months are judged as dates.
_CAPITALS = frozenset(
    {"I", "I'd", "I'm", "I'll", "I've", "SAR", "English", "UK"} | {m.capitalize() for m in MONTHS}
)
