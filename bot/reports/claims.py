"""The words in which a paragraph may claim something of figures, and those it may use beside.

A list of what is known, not of what is bad: a sentence with any other word in it is not shown.
"""

import re
from typing import NamedTuple

from bot.coaching.words import stem


class Claim(NamedTuple):
    """What some words claim: any of these figures, by their keys; `noun` only says of what."""

    keys: tuple[str, ...]
    noun: bool = False


# Nothing has changed since last time: no number is needed to say so.
UNCHANGED = "unchanged"
# The longer words before those that are part of them.
_CLAIMS: tuple[tuple[str, Claim], ...] = (
    (r"nothing (?:has |is |have )?(?:new|changed)", Claim((UNCHANGED,))),
    (r"called on track but (?:well )?behind(?: by (?:its|their) figures)?", Claim(("contradicted",))),
    (r"on track", Claim(("on_track",))),
    (r"off track", Claim(("off_track",))),
    (r"at risk", Claim(("at_risk",))),
    (r"overdue|late|past (?:its|their) dates?", Claim(("overdue",))),
    (r"(?:no|without an?) updates?(?: yet)?", Claim(("no_update",))),
    (r"without a word|quiet", Claim(("quiet",))),
    (r"with something (?:still )?open|with gaps|(?:has|have|with) something missing", Claim(("with_gaps",))),
    (r"parked without a reason", Claim(("parked_without_reason",))),
    (r"parked", Claim(("parked",))),
    (r"drafts?", Claim(("draft", "drafts"))),
    (r"completed?", Claim(("complete",))),
    (r"(?:met|reached|at) (?:its|their|the) targets?|targets? (?:is |are |was |were )?(?:met|reached)", Claim(("met",))),
    (r"not moving|not (?:yet )?moved", Claim(("not_moving",))),
    (r"(?:moving|moved) (?:in )?the right (?:way|direction)|improving|improved", Claim(("moving", "gained"))),
    (r"(?:no|without an?) readings?(?: yet)?", Claim(("no_reading",))),
    (r"cannot be compared", Claim(("unclear",))),
    (r"without an action or a reason to wait", Claim(("open",))),
    (r"(?:(?:has|have|had|with) no|without an?) actions?(?: yet)?|no actions? yet|unanswered", Claim(("open", "weak_areas_open"))),
    (r"(?:has|have|with) an action|answered", Claim(("answered",))),
    (r"(?:waits?|waiting|wait)(?: with a reason)?", Claim(("waiting",))),
    (r"without (?:an owner|one named owner)|no owner(?: yet)?", Claim(("without_owner",))),
    (r"without a sponsor|no sponsor(?: yet)?", Claim(("themes_without_sponsor",))),
    (r"(?:with|has|have) (?:something|an action) overdue", Claim(("with_overdue",))),
    (r"heard from", Claim(("heard",))),
    (r"stuck", Claim(("stuck",))),
    (r"gains?(?: for learners)?|gained", Claim(("gained",))),
    (r"newly agreed|agreed", Claim(("agreed",))),
    (r"moved|changed (?:colour|status)", Claim(("moved",))),
    (r"promised actions?", Claim(("promised",), noun=True)),
    (r"promised", Claim(("promised",))),
    (r"live", Claim(("live", "most_live"))),
    (r"open", Claim(("open",))),
    (r"strengths?", Claim(("strengths",), noun=True)),
    (r"weak areas?", Claim(("weak_areas_open",))),
    (r"areas? for improvement|areas?|findings?", Claim(("areas",), noun=True)),
    (r"departments?", Claim(("departments",), noun=True)),
    (r"themes?", Claim(("themes",), noun=True)),
    (r"owners?|people|person", Claim(("owners",), noun=True)),
    (r"actions?", Claim(("actions",), noun=True)),
)  # fmt: skip
_NAMED = {f"c{number}": claim for number, (_, claim) in enumerate(_CLAIMS)}
_ANY = re.compile(
    "|".join(rf"(?P<c{number}>\b(?:{words})\b)" for number, (words, _) in enumerate(_CLAIMS)),
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"(?:\b(?:not|never|neither|nor|hardly|barely|nearly|almost|without|less|than|cannot|longer)\b"
    r"|n['’]t\b)(?:\W+(?:yet|been|being|all|be|now|quite|fully)\b)*\W*$",
    re.IGNORECASE,
)


# How something stands now, which a past or a future tense turns into something else.
_NOW = frozenset("on_track at_risk off_track overdue parked complete draft quiet stuck".split())
_NOT_NOW = re.compile(
    r"\b(?:was|were|(?:will|would|had|may|might|could)(?: be| been)?)\W*$", re.IGNORECASE
)


class Claimed(NamedTuple):
    """A claim where it stands in a text."""

    claim: Claim
    start: int
    end: int


def claims(text: str) -> list[Claimed] | None:
    """The claims of a text in order; None where one is denied or not of now: no figure tells that."""
    found = []
    for match in _ANY.finditer(text):
        claim = _NAMED[match.lastgroup or ""]
        before = text[: match.start()]
        if not claim.noun and _DENIED.search(before):
            return None
        if _NOW & set(claim.keys) and _NOT_NOW.search(before):
            return None
        found.append(Claimed(claim, *match.span()))
    return found


# --- what is never said -----------------------------------------------------------------------

_FORM = re.compile(
    r"[*_~`<>|#@{}\[\]\\!?\n\r]|https?:|www\.|\w\.(?:com|org|net|uk)\b|[^\x20-\x7e£€–—‘’“”…é]"
)
# "Since" a day tells a time; since anything else, a cause.
_CAUSE = re.compile(
    r"\b(?:because|due to|thanks to|thank\w*|owing to|as a result|results? (?:of|from|in)|led to|"
    r"leads? to|leading to|caus\w+|driven|drives?|therefore|thus|hence|so that|consequently|owe[sd]?|"
    r"reason is|reasons? (?:for|why)|why|explain\w*|attribut\w+|reflect\w*|help(?:ed|s|ing)|"
    r"since(?! \d{1,2} [A-Z])|as (?:it|they|the)|following|given that|which means|mean(?:s|ing))\b",
    re.IGNORECASE,
)
_JUDGED = re.compile(
    r"\b(?:excellent\w*|great\w*|well done|impressi\w+|outstanding\w*|disappoint\w+|poor\w*|fail\w*|"
    r"fault\w*|blam\w+|prais\w+|congratulat\w+|good|bad\w*|weakest|best|worst|strong\w*|brilliant\w*|"
    r"laz\w+|neglect\w*|careless\w*|incompeten\w+|commend\w*|celebrat\w+|encourag\w+|worr\w+|"
    r"concern\w*|should|must|ought|please|ignore|instruction\w*|prompt|system)\b",
    re.IGNORECASE,
)
# Parts of a whole that no figure gives, and words for numbers that say none.
_VAGUE = re.compile(
    r"\b(?:half|halves|third|thirds|quarters?|fifths?|tenths?|double[ds]?|doubling|twice|thrice|triple[ds]?|"
    r"dozens?|couple|both|majority|minority|most(?! live)|mostly|few|fewer|several|many|much|each|every|"
    r"everyone|everything|nobody|second|pair|lots?|nearly|almost|about|around|roughly|over half|"
    r"all(?! (?:of )?(?:the )?(?:\d|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)))\b",
    re.IGNORECASE,
)
_AMERICAN = re.compile(
    r"\b(?:programs?|\w+iz(?:e|ed|es|ing|ation)|behavior\w*|cent(?:er|ers|ered)|color\w*|labor|"
    r"enrollment|fulfill?ment|math|gotten)\b",
    re.IGNORECASE,
)
_NEVER = (
    ("cause", _CAUSE),
    ("judgement", _JUDGED),
    ("vague", _VAGUE),
    ("spelling", _AMERICAN),
)


def is_plain(sentence: str) -> bool:
    """Whether a sentence is one, without formatting, links, mentions and placeholders."""
    return sentence.endswith(".") and not _FORM.search(sentence)


def never_said(text: str) -> str | None:
    """What of a text is never said, whatever the figures; None where there is no such thing."""
    return next((name for name, pattern in _NEVER if pattern.search(text)), None)


# --- what may be said beside ------------------------------------------------------------------

_BESIDE = frozenset(
    map(
        stem,
        (
            "a an the and or but of to in on at by for from with into that this these those it its is are "
            "was were be been being has have had there their they which while where who now so far still "
            "yet also only just up down against towards before after until between among across under "
            "per than then other others another one ones as not no none nothing "
            "plan plans improvement improve action theme department area finding sar afi afis owner sponsor "
            "strength learner learners year academic week weeks month day "
            "date today last since new news look update status standing progress figure measure reading "
            "level target baseline start impact risk count total number overall "
            "stand stands stood hold holds across slip slipped go goes went gone come comes came rise rises rose risen fall falls fell "
            "fallen increase increased decrease decreased drop dropped climb climbed grow grew move "
            "moving moved show shows shown remain remains stay stays reach reached meet meets met "
            "report reported record recorded say says said tell need needs want wants await awaiting "
            "name named list listed set agree agreed promise promised gain gained wait waiting open "
            "answer answers answered cover covered link linked make made add added include includes including "
            "remaining rest however meanwhile currently recently latest next due "
            "way right track off late overdue complete parked draft live quiet word heard stuck gap gaps "
            "reason decide decision missing compared colour percent cent percentage "
            "more further already attention something"
        ).split(),
    )
)


def is_beside(word: str) -> bool:
    """Whether a lower-case word may stand in any sentence."""
    return stem(word) in _BESIDE
