"""How an action stands, in the words of whoever tells of it: its RAG, done, or no change."""

import re
from typing import NamedTuple

from bot.coaching.words import straight
from storage.vocabulary import Rag


class Standing(NamedTuple):
    """What a text says of how an action stands; `rag` is None where it says nothing or two things."""

    rag: Rag | None = None
    is_done: bool = False
    no_change: bool = False


# Those whom "at risk", "behind" and "slow" are often said of, instead of the action.
_PEOPLE = r"(?:learners?|students?|pupils?|apprentices?|readers?|starters?|those|anyone|everyone|people|leavers?)"
# A colour is one of ours where it stands by itself or is said to be one.
_COLOUR = r"(?:(?:(?<=^)|(?<=[,;:.(] )|(?<=\bis )|(?<=it's )|(?<=its )|(?<=\bstill )|(?<=\bnow )|(?<=\bat )|(?<=\bas )|(?<=\brag )|(?<=rag: )|(?<=\brated )|(?<=\bit )|(?<=\bsay )|(?<=\ba )|(?<=\bme )|(?<=\bremains )|(?<=\bto )|(?<=\bstays ))%s\b(?!\s+(?:light|team|paper|zone|card|pen|form|flag))|\b%s(?= rag\b| for now\b| again\b| still\b|$))"


def _colour(word: str) -> str:
    return _COLOUR % (word, word)


_FAR = r"(?:well|way|far|miles?|badly|seriously|significantly|massively|really|very|so|(?:a )?(?:long|good) way|weeks|months|a lot|hopelessly)"
# Read in this order; what one has taken the next passes over.
_SIGNS: tuple[tuple[Rag, bool, str], ...] = (
    # Whether "not" before it turns it round (amber into green), or only takes it back.
    (Rag.RED, False, rf"{_FAR} (?:off track|off target|behind)(?! {_PEOPLE})|(?<!\d )(?<!% )\boff[- ](?:track|course|target)"),
    (Rag.RED, False, rf"\bstuck\b(?! (?:to|with|at \d|on \d))|\bstalled\b|\bfail(?:ing|ed) (?:to (?:move|improve|shift)|completely|badly)|\b(?:it's|its|is|this is|are|we're|keeps?) failing\b(?! {_PEOPLE})|^failing\b(?! {_PEOPLE})"),
    (Rag.RED, False, r"(?:n't|\b(?:not|isnt|hasnt|wont|nothing(?:'s| is| has)?|never)) (?:really |actually |even |been )?(?:happen(?:ing|ed)?|start(?:ed|ing)|got(?:ten)? (?:going|started|off the ground)|off the ground|work(?:ing|ed)|moving)\b|\bgo(?:ing|ne) backwards\b|\bnowhere near\b(?! on)|\bno progress\b"),
    (Rag.RED, False, _colour("red")),
    (Rag.AMBER, True, rf"(?<!learners )(?<!students )(?<!those )(?<!apprentices )(?<!pupils )\bat risk\b(?! (?:of|{_PEOPLE}))"),
    (Rag.AMBER, True, r"\bslipp(?:ing|ed)\b(?! (?:out|up on|in\b|(?:back |down )?(?:to|from|by)\b))|\bslip\b(?= (?:a bit|slightly|behind))"),
    (Rag.AMBER, True, rf"\b(?:(?:a )?(?:bit|little|touch|tad|fraction|while|week|couple of weeks|few weeks|fortnight) |slightly |somewhat |kind of |sort of )?(?:running |falling |fallen |lagging |dropping )?behind\b(?! (?:closed|the scenes|us\b|it\b|this\b|{_PEOPLE}))"),
    (Rag.AMBER, False, rf"\bslow(?:er|ly)?\b(?! (?:{_PEOPLE}|processing|cooker))|\bdelay(?:s|ed)?\b|\bheld up\b"),
    (Rag.AMBER, False, r"\bmixed\b(?! (?:ability|group|age|gender|attainment|cohort))|\bpatchy\b|\bhit (?:and|or|&) miss\b|\bup and down\b|\bso[- ]so\b|\b(?:some|a few|few) (?:concerns|issues|problems|worries|hiccups)\b|\bpart(?:ly|ially) (?:on track|there)\b"),
    (Rag.AMBER, False, _colour("amber")),
    (Rag.GREEN, False, r"\bon[- ](?:track|course|target|schedule|plan)\b|\bontrack\b|\bto plan\b(?! (?:the|a|for|our|out)\b)|\bahead of (?:schedule|target|plan|where)"),
    (Rag.GREEN, False, r"\b(?:going|progress\w*|coming along|doing|running|moving along|looking|come along|gone) (?:really |very |quite |so |pretty |ever so )?(?:well|great(?:ly)?|nicely|fine|brilliant(?:ly)?|smoothly|strong(?:ly)?|good|swimmingly|fab|lovely|positive)\b|\bgood progress\b"),
    (Rag.GREEN, False, r"\b(?:no|without|zero|not any|nt any|n't any) (?:real |major |big |other |new |any )?(?:problems?|issues?|concerns?|worries|hiccups|snags)\b(?! (?:with|in|for) (?:the )?(?:other|rest))|\ball (?:good|fine|well|is well|going to plan)\b(?! (?:practice|teaching|learners|in))|(?<!below )(?<!behind )(?<!from )(?<!under )(?<!of )(?<!off )\bwhere (?:we|it) (?:should|need(?:s)? to|want(?:ed)? to) be\b"),
    (Rag.GREEN, False, _colour("green")),
)  # fmt: skip
_PATTERNS = [(rag, turns, re.compile(pattern)) for rag, turns, pattern in _SIGNS]

# What stands before a sign, in the same clause, and takes it back.
_NOT = re.compile(
    r"(?:\b(?:not|no longer|isn'?t|aren'?t|wasn'?t|don'?t|doesn'?t|didn'?t|hasn'?t|haven'?t|never|hardly|nowhere near"
    r"|far from|cannot|can'?t|anything but|no)|n't)\b(?:\s+(?:[\w']+)){0,4}\s*$"
)
_MAYBE = re.compile(
    r"\b(?:if|unless|whether|once|until|till|when|would|should|could|might|may|will|[a-z]+'(?:ll|d(?! (?:say|call|put)))|slightly|a bit|bit|a little|hop(?:e|es|ing)|need(?:s|ed)?"
    r"|want(?:s|ed)?|trying|try|aim(?:ing)?|plan(?:ning)? (?:is )?to|(?:to|of) (?:get|be|being|keep|stay|bring|getting)|unsure|wonder(?:ing)?"
    r"|nearly|almost|supposed|meant|expect(?:ed|ing)?|predict(?:ed)?|think(?:ing)? about|risk of|worried about|afraid of|in case)\b"
    r"(?:\s+[\w'%.]+){0,4}\s*$"
)
_WAS = re.compile(
    r"\b(?:was|were|had been|used to be|previously|last (?:week|month|term|time) (?:it |we )?(?:was|were)?)\b(?:\s+[\w']+){0,2}\s*$"
)
_AND_STILL = re.compile(r"^\W*(?:and|&) (?:(?:it |we )?still (?:is|are)|remains?|stays?)\b")
# "Slow start but on track now": the first is what it was.
_BUT_NOW = re.compile(
    r"\b(?:but|though|although|yet)\b[^.;!?]*\b(?:now|again|back|since|picked up|caught up)\b"
)
_CLAUSE = re.compile(r"[.;!?\n,]+\s+|[;!?\n]|\s+(?:but|though|although|however|yet)\s+|\s[-–—]+\s")
_ASKED = re.compile(r"[^.!;\n]*\?")

_CHANGES_NOTHING = re.compile(
    r"\bno[- ](?:real |major |big |significant |further |other )?(?:change|changes|movement|update|updates|difference|news|new news)\b"
    r"(?! (?:needed|required|to (?:the )?(?:plan|target|date|action)|necessary))"
    r"|\b(?:about |much |pretty much |exactly |still |just )?(?:the )?same as (?:last|before|it was|previous|the last|ever|b4)\b|\bstill (?:about |much )?the same\b|^(?:the )?same(?: again| here| still)?[\s.!]*$"
    r"|\bnothing (?:new|has changed|changed|to (?:report|add|update)|more to (?:report|add)|different|much (?:new|has changed|to report))\b"
    r"|\bas (?:before|it was|previous(?:ly)?|last (?:week|time|month))\b|\bunchanged\b|\bno different\b"
    r"|\b(?:hasn'?t|haven'?t|has not|have not|not) (?:really |much )?(?:changed|moved)(?: much| at all)?\b"
)

# Done is said of the action as a whole: only these may stand before it in its clause …
_WHOLE = frozenset(
    "it it's its is this that thats that's all everything now we we've weve have has been got job i i've "
    "ive action the my our fully finally pleased happy to say can confirm yes yep yeah ok hi hello morning and so well "
    "just already am i'm im team think think, both done one us very are they're glad report good news "
    "target a was whole thing officially".split()
)
_DONE = re.compile(
    r"\b(?:finished|completed?|done|achieved|sorted|delivered in full|closed|wrapped up|signed off)\b"
)
# … and only these after it.
_DONE_THEN = re.compile(
    r"\s*(?:$|[.,;:!)\n–-]|(?:it|this|that|all|everything|now|early|on time|already|today|yesterday|in full|fully|thanks|thank"
    r"|and|&|with|last (?:week|month|term)|this (?:week|month|term|action|one)|as of|on|from my|for (?:this|me|us|good)|a-?\d+"
    r"|the (?:action|target|job|lot|whole thing|goal)|our (?:target|goal)|👍|✅|at \d|so|ahead)\b|[👍✅])"
)
_MET = re.compile(
    r"\b(?:hit|met|reached|achieved|exceeded|beat(?:en)?|smashed)(?: \S+)? (?:the |our |my |its )?(?:\S+ )?(?:target|goal)\b"
    r"|\b(?:target|goal) (?:is |has been |was |now |all )*(?:met|hit|reached|achieved|exceeded|smashed)\b"
)
_NOT_YET = re.compile(
    r"\b(?:not|no|nearly|almost|half|part|partly|partially|mostly|to be|will be|un|when|once|if|until|til|till|before|after"
    r"|should be|would|could|might|will|need|needs|want|hope|hoping|aim|yet to|still to|haven'?t|hasn'?t|isn'?t|aren'?t|don'?t|didn'?t|won'?t|can'?t"
    r"|get(?:ting)?|far from|more|learners|students|apprentices|pupils|they|who|%|per ?cent|percent)\b[^.;!?\n,]*$|%[^.;!?\n,]*$|n't\b[^.;!?\n,]*$"
)


def standing(text: str) -> Standing:
    """What a text says of how an action stands. Of what is asked, hoped or was nothing is taken."""
    low = straight(text).lower()
    low = _ASKED.sub(lambda asked: " " * len(asked[0]), low)
    return Standing(_rag(low), _is_done(low), _no_change(low))


def _rag(low: str) -> Rag | None:
    """The one RAG that is said, or None."""
    taken = [False] * len(low)
    said: set[Rag] = set()
    for rag, turns, pattern in _PATTERNS:
        for match in pattern.finditer(low):
            start, end = match.span()
            if any(taken[start:end]):
                continue
            taken[start:end] = [True] * (end - start)
            if (meant := _meant(low, start, end, rag, turns)) is not None:
                said.add(meant)
    return said.pop() if len(said) == 1 else None


def _meant(low: str, start: int, end: int, rag: Rag, turns: bool) -> Rag | None:
    before = _clause_before(low, start)
    if _MAYBE.search(before):
        return None
    if _NOT.search(before) and not re.search(r"\bnot (?:only|just)\b[^.]*$", before):
        return Rag.GREEN if turns else None
    after = low[end:]
    if _WAS.search(before) and not _AND_STILL.match(after):
        return None
    if rag is not Rag.GREEN and _BUT_NOW.search(after.split(". ")[0]):
        return None
    return rag


def _clause_before(low: str, at: int) -> str:
    ends = [m.end() for m in _CLAUSE.finditer(low[:at])]
    return low[ends[-1] if ends else 0 : at]


def _is_done(low: str) -> bool:
    for match in _MET.finditer(low):
        if not _NOT_YET.search(_clause_before(low, match.start())):
            return True
    for match in _DONE.finditer(low):
        before = _clause_before(low, match.start())
        if _NOT_YET.search(before) or not _DONE_THEN.match(low, match.end()):
            continue
        words = re.findall(r"[a-z0-9'-]+", before)
        if all(word in _WHOLE or re.fullmatch(r"(?:a-?)?\d+", word) for word in words):
            return True
    return re.search(r"\b(?:is|rag|it|to|now) blue\b|^blue\W*$", low) is not None


def _no_change(low: str) -> bool:
    return any(
        not re.search(
            r"\b(?:not|isn'?t|wasn'?t|n't)\s*(?:\w+\s*)?$", _clause_before(low, m.start())
        )
        for m in _CHANGES_NOTHING.finditer(low)
    )


_SMALL_TALK = frozenset(
    "hi hello hey hiya good morning afternoon evening thanks thank you u ta cheers ok okay k great lovely "
    "super brill brilliant perfect noted no worries problem got it sure thx tx ty much appreciated so very for "
    "the a reminder nudge reminding me this that there from bot yes yep yeah nope will do please right fine bye "
    "kind regards have day weekend too and all many ever".split()
)
# Small words that mean something of the action when they stand together.
_NO_TALK = re.compile(r"\ball (?:good|fine|right)\b")
_EMOJI = re.compile(r":[a-z0-9_+-]+:")


def is_small_talk(text: str) -> bool:
    """Whether a text is a greeting, thanks or a bare yes or no, with nothing to note in it."""
    low = straight(text).lower().strip()
    words = re.findall(r"\w+", _EMOJI.sub(" ", low))
    return bool(low) and not _NO_TALK.search(low) and _SMALL_TALK.issuperset(words)


_PLANS = re.compile(
    r"^\W*(?:(?:please|can we|could we|new action|an? action|action|idea|proposal)\b\W*)*(?:to )?"
    r"(?:improve|increase|raise|reduce|introduce|review|develop|provide|deliver|run|set|create|train|embed|implement|launch"
    r"|begin|build|support|offer|hold|ensure|use|write|monitor|boost|cut|redesign|pilot|roll|put|move|plan|text|contact"
    r"|establish|strengthen|appoint|recruit|add|extend|bring|work|make|give|start|get|change|weekly|termly|monthly|daily|lower|lift|tackle|address)\b"
    r"|\b(?:we|i|they|she|he|staff|tutors|teachers|assessors)(?:'ll| will| are going to|'re going to| am going to|'m going to| want to| need to| plan to| should| intend to|'d like to| would like to)\b"
    r"|\b(?:so that|in order to|new action|another action)\b|\blet'?s\b"
)  # fmt: skip


def sounds_like_a_plan(text: str) -> bool:
    """Whether a text says what is to be done, as a new action does, and not how one goes."""
    return _PLANS.search(straight(text).lower()) is not None
