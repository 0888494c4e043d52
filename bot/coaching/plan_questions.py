"""Telling a question about the plan from everything else that people write, and reading it.

A message is taken for one only where all of it is understood as one. Whatever is left over, a
question to the coach about itself, news of an action, or words that put forward something to do,
makes it none: those are for the interview and for progress, and a wrong answer there costs more
than a question that has to be asked in other words.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from bot.coaching.asked_names import About, Kind, Known, named, same_words
from bot.coaching.asked_phrases import Phrases, Span, State, phrases
from bot.coaching.update_reading import references
from bot.coaching.words import straight


class View(StrEnum):
    """What a question asks for: a side of the plan as a whole, or a list of actions."""

    PLAN = "plan"
    THEME = "theme"
    OWNER = "owner"
    DEPARTMENT = "department"
    SAR = "sar"
    GOVERNORS = "governors"
    THREAD = "thread"
    ACTIONS = "actions"


@dataclass(frozen=True)
class Question:
    """A question about the plan.

    `lacks` are criteria of a good action of which any is not met; `counts` where it asks how many, and
    `by_owner` where it asks who.
    """

    view: View
    about: tuple[About, ...] = ()
    states: tuple[State, ...] = ()
    lacks: tuple[str, ...] = ()
    span: Span | None = None
    mine: bool = False
    counts: bool = False
    by_owner: bool = False


_MOST_WORDS, _LONGEST = 22, 160
# What may stand before and after a question without being part of it.
_BEFORE = re.compile(
    r"^(?:(?:hi|hello|hey|hiya|morning|good (?:morning|afternoon)|ok|okay|so|right|please|and|thanks|quick question|just wondering|out of interest)(?: there| all| bot)?\b[,:!. -]*)+"
)
_LED = re.compile(
    r"^(?:(?:(?:can|could|would|will) (?:you|i) (?:please |just )?|i(?:'d| would) (?:like|love) (?:you )?to |i (?:want|need) to |let me |do you know |please |just )*"
    r"(?:show|tell|give|list|see|know|get|have|find|let me (?:see|know)|remind me|run me through|look at|view|display)(?: me| us)?(?: (?:a|the) list of)?|(?:can|could|may) (?:you|i) (?:please )?|do you know)\b[,: ]*"
)
_AFTER = re.compile(
    r"(?:[,. ]*(?:please|thanks|thank you|at the moment|right now|now|currently|(?<! due )(?<! due by )today|overall|so far|then|in total|in all|altogether))*[?.! ]*$"
)
# News, plans and talk with the coach: with one of these it is never a question about the plan.
_NEVER = re.compile(
    r"^(?:we|i|they|it|this|that|our|undertake|review|introduce|develop|improve|ensure|create|implement|provide|deliver|train|set up|hold|run|ring|call)\b(?! (?:want|need|would|'d))"
    r"|\b(?:should i|shall i|do you (?:mean|want|need|think)|you asked|your|what if|why)\b"
    r"|\d ?%|\bper cent\b|\b(?:we|i)(?:'ll| will| are going| plan| intend| aim)\b"
)

# --- shapes of a question, over the marks S, T and M ----------------------------------------------

_ON = r"(?:on|in|for|about|under|within|across|around|with|of|from|to do with|relat(?:ing|ed|es?) to|regarding|owned by|led by|by|that answer|which answer|that are about|against)"
_NAME = r"[a-z0-9][a-z0-9'&,./ -]*?"
_ACTS = r"(?:actions?|qip actions?|ones|things|items on the plan)"
# None of these gives back what it has taken, so that no question takes long to be found none.
_IS = r"(?:(?:is|are|was|were|'s|'re|be|been|being|has|have|had|'ve|does|do|did|we|there|they|currently|still|now|yet|going|to|got|fall|falling|falls|come|coming|all|both|that|which|who|any|anything)\b ?)*+"
_MARKS = r"(?:[STM]\b(?:[ ,]|and\b|or\b|but\b|nor\b)*+)++"
_ASKS = r"(?:(?:which|what's|whats|what|whose|how|any|list|all|the|every|is|are|do|does|have|has|there|of|our|we|got|show|many)\b ?)++"


def _shape(text: str) -> re.Pattern[str]:
    return re.compile(text.replace("<on>", _ON).replace("<acts>", _ACTS).replace("<is>", _IS)
                      .replace("<marks>", _MARKS).replace("<asks>", _ASKS))  # fmt: skip


# Of each: what it asks for, its shape, and whether it must end in "?" or be led up to by "show me".
_LISTS: tuple[tuple[re.Pattern[str], bool], ...] = (
    # "Which of my actions on attendance are overdue in engineering", "how many actions are red".
    (_shape(rf"<asks>(?:M )?(?:<marks> ?)?<acts>(?: <on> (?P<name>{_NAME}))?(?: <is>(?:<marks>)?)?(?: ?<on> (?P<also>{_NAME}))?"), False),
    # "Which maths actions are red".
    (_shape(rf"<asks>(?P<known>{_NAME}) <acts>(?: <is>(?:<marks>)?)?"), False),
    # "What is red in maths", "anything overdue", "what do I own".
    (_shape(rf"(?:what(?:'s)?|which|whats|anything|everything|is anything|is there anything|has anything|how much|how many) ?<is><marks>(?: ?<on> (?P<name>{_NAME})(?: T)?)?"), False),
    # "Who has not updated", "who is overdue in maths".
    (_shape(rf"(?P<who>who(?:'s)?|(?:which|what) (?:owners|people|staff)) ?<is><marks>(?: ?<on> (?P<name>{_NAME})(?: T)?)?"), False),
    # "Overdue actions in maths", "my actions".
    (_shape(rf"(?:all |the |our )*<marks><acts>(?: T)?(?: <on> (?P<name>{_NAME}))?(?: T)?"), False),
    (_shape(rf"(?:all |the |our )?<acts> (?:<is><marks>|<on> (?P<name>{_NAME})(?: <is><marks>)?)"), True),
    (_shape(r"(?:what |everything |all |the )*M"), True),
    # Of one person.
    (_shape(rf"(?:which|what|how many) (?:<marks>)?<acts> (?:does|has|is) (?P<owner>{_NAME}) (?:have|own|got|lead(?:ing)?|responsible for|working on|doing)(?: <marks>)?"), False),
    (_shape(rf"what (?:does|is|has) (?P<owner>{_NAME}) (?:have|own|got|lead(?:ing)?|responsible for|working on|doing)(?: <is><marks>)?"), False),
    (_shape(rf"(?:which|what|how many|any|are any|show|list)? ?(?:of )?(?P<owner>{_NAME})(?:'s|') (?:<marks>)?<acts>(?: <is><marks>)?"), False),
    (_shape(rf"(?:does|has|is) (?P<owner>{_NAME}) (?:have|got)? ?(?:any |anything )(?:<marks>)?(?:<acts>)?(?: <marks>)?"), False),
    (_shape(rf"(?:what|which <acts>) (?:is|are) (?:being done|we doing|there) about (?P<name>{_NAME})"), False),
)  # fmt: skip
_DOING = r"(?:doing|going|getting on|looking|progressing|coming along|coming on|faring|performing|standing|shaping up)"
_STANDS = r"on[- ]track|off[- ]track|at risk|behind|going well|red|amber|green|slipping|overdue|doing (?:well|ok|okay)"
_VIEWS: tuple[tuple[re.Pattern[str], bool], ...] = (
    (_shape(rf"how(?:'s| is| are| has| have)? (?:we|things|it|everyone) (?:been )?(?:{_DOING}) ?(?:<on>|when it comes to) (?P<name>{_NAME})"), False),
    (_shape(rf"how (?P<name>{_NAME}) (?:is|are|has been|have been) {_DOING}"), True),
    (_shape(rf"how we(?:'re| are| have been) {_DOING} <on> (?P<name>{_NAME})"), True),
    (_shape(rf"(?:is|are) (?!we )(?P<name>{_NAME}) (?:{_STANDS})"), True),
    (_shape(rf"are we (?:{_STANDS}) <on> (?P<name>{_NAME})"), False),
    (_shape(rf"how(?:'s| is| are| has| have|s)? (?P<name>{_NAME}) (?:been )?{_DOING}"), False),
    (_shape(rf"where (?:are|do) we (?:stand |up to |at )?(?:on|with|in) (?P<name>{_NAME})"), False),
    (_shape(rf"(?:what(?:'s| is| are)|whats|how(?:'s| is)) (?P<owner>{_NAME})(?:'s|') (?:progress|position|status|actions|plan|update)"), False),
    (_shape(rf"(?:what(?:'s| is)|whats) (?:the )?(?:latest |current )?(?:progress|position|status|picture|state of play|latest|news|situation) ?(?:<on>|with) (?P<name>{_NAME})"), False),
    (_shape(rf"(?:any |the |an |a )?(?:latest |quick )?(?:news|progress|updates?|position|status|summary|overview|report|summaries) ?<on> (?P<name>{_NAME})"), True),
    (_shape(rf"(?:the )?(?P<name>{_NAME})(?:'s|')? (?:summary|overview|progress|position|status)"), True),
)  # fmt: skip
_SAR = _shape(
    r"(?:which|what|how many|any|are there any|are any|do any|is every|are all|list|all|the|show) ?(?:of )?(?:the |our )?(?:sar items?|afis?|areas? for improvement|findings?|sar findings?|things in the sar|parts of the sar) ?"
    r"(?:(?:(?:is|are|do|we|that|which|still|there|currently) )*(?:S|open|uncovered|unanswered|waiting|not (?:covered|answered|addressed)|covered|answered|addressed|aren't (?:covered|answered|addressed)|(?:with no|without|has no|have no|have not got|haven't got|don't have|do not have|lack|without any|with no) (?:an? |any )?actions?)(?: against (?:it|them))?|)"
)
_SAR_PAGE = re.compile(
    r"(?:how(?:'s| is| are) (?:the )?(?:sar|sar items|afis) (?:being )?(?:covered|answered|doing|addressed)|(?:the )?(?:sar|afi) (?:coverage|summary|view)|(?:the )?coverage(?: of the (?:sar|afis))?|(?:what(?:'s| is) the )?coverage of (?:the )?(?:sar|afis))"
)
_PLAN_PAGE = re.compile(
    r"(?:how(?:'s| is| are| has) (?:the |our )?(?:whole )?(?:plan|qip|everything|we)(?: been)? (?:doing|going|getting on|looking|progressing|shaping up)(?: (?:overall|(?:with|against|on) the (?:plan|qip)))?|(?:are we|is (?:the|our) (?:plan|qip)) (?:on track|behind|doing (?:well|ok|okay))(?: with the plan)?"
    r"|how are things (?:going )?(?:with|on) the (?:plan|qip)"
    r"|(?:the |our |a )?(?:whole |full )?(?:plan|qip)(?: summary| overview)?|(?:the |a )?(?:summary|overview|progress|position|status)(?: of (?:the |our )?(?:whole )?(?:plan|qip))?"
    r"|(?:what(?:'s| is)|whats) (?:the )?(?:overall )?(?:position|status|picture|progress|state|state of play) (?:of|on|with) (?:the |our )?(?:plan|qip)|where are we (?:with|on) the (?:plan|qip))"
)
_GOVERNORS_PAGE = re.compile(
    r"(?:the |a )?(?:(?:summary|report|overview|update|page|paper)(?: of the plan)? for (?:the )?(?:governors?|board|corporation|trustees)|(?:governors?'?s?'?|board) (?:summary|report|overview|page|view|paper|update)"
    r"|what (?:can|should|do|would) (?:i|we) tell (?:the )?(?:governors|board))"
)
_THREAD = re.compile(
    r"(?:what(?:'s| is| are)? (?:we doing|being done|happening|happened|been done) (?:about|to|on|with|for)|what answers|which actions? (?:answers?|are for|is for|address(?:es)?)|(?:the )?thread (?:of|for|on)|how(?:'s| is)|show|where are we with|what about)? ?(?P<item>[a-z]+ ?\d+[a-z]?)(?: (?:doing|going|being addressed|getting on))?"
)
_OF_ACTION = _shape(
    r"(?:is|are|how(?:'s| is)|how far (?:along |on )?is|what(?:'s| is)(?: happening (?:with|on|to))?|whats|who (?:owns|leads)|who(?:'s| is) (?:the owner of|leading|responsible for)|when(?:'s| is)|show|status of|progress on|update on|where are we with|what about|has|was)? ?R ?(?:<is>)(?:<marks>|doing|going|getting on|progressing|about|coming along|looking)? ?"
)
_REFERENCE = re.compile(r"\ba[- ]?\d{1,5}\b|\baction (?:no\.? ?|number ?)?a?-?\d{1,5}\b")


def asked(text: str, known: Known) -> Question | None:
    """The question about the plan that a message is; None for anything that is not plainly one."""
    low = " ".join(straight(text).lower().split())
    if "\n" in text.strip() or len(low) > _LONGEST or len(low.split()) > _MOST_WORDS:
        return None
    is_question = low.rstrip(" !.").endswith("?")
    core, led = _core(low)
    if _GOVERNORS_PAGE.fullmatch(core):
        return Question(View.GOVERNORS)
    if not core or _NEVER.search(core) or core.count("?"):
        return None
    firm = is_question or led
    return (
        _of_action(text, core, firm, known)
        or _of_page(core, firm, known)
        or _of_list(core, firm, known)
        or _of_view(core, firm, known)
    )


def _core(low: str) -> tuple[str, bool]:
    """The question without what stands before and after it, and whether it was led up to."""
    core = _BEFORE.sub("", low)
    led = _LED.match(core)
    if led:
        core = core[led.end() :]
    return _AFTER.sub("", core).strip(" ,:"), led is not None


def _of_action(text: str, core: str, firm: bool, known: Known) -> Question | None:
    """A question about actions named by their references."""
    found_names = references(text)
    if not found_names or not firm:
        return None
    found = phrases(_REFERENCE.sub("R", core), known.today, known.terms)
    if not _OF_ACTION.fullmatch(found.rest):
        return None
    about = tuple(About(Kind.ACTION, name, name) for name in found_names)
    return Question(View.ACTIONS, about)


def _of_page(core: str, firm: bool, known: Known) -> Question | None:
    """A question for a page of the plan as a whole, or of its SAR."""
    if _PLAN_PAGE.fullmatch(core):
        is_bare = len(core.split()) < 3
        return Question(View.PLAN) if firm or not is_bare else None
    if _SAR_PAGE.fullmatch(core):
        return Question(View.SAR) if firm or core.startswith("how") else None
    if _SAR.fullmatch(core):
        return Question(View.SAR, counts=core.startswith("how many"))
    thread = _THREAD.fullmatch(core)
    if thread and firm:
        item = same_words(thread["item"], known.sar_items)
        if item:
            return Question(View.THREAD, (About(Kind.SAR_ITEM, item[0], thread["item"]),))
    return None


def _of_list(core: str, firm: bool, known: Known) -> Question | None:
    """A question for actions, by how they stand, whose they are, and what they are about."""
    found = phrases(core, known.today, known.terms)
    for shape, must_be_firm in _LISTS:
        match = shape.fullmatch(found.rest)
        if not match or (must_be_firm and not firm):
            continue
        about = _named_in(match, known)
        if about is None:
            continue
        question = _listed(core, found, about, bool(match.groupdict().get("who")))
        if question and (firm or not _may_be_said(core)):
            return question
    return None


# Which kinds of name may stand at a place of a shape; at any other any may.
_KINDS_AT = {"owner": {Kind.OWNER}, "known": set(Kind) - {Kind.TOPIC}}


def _named_in(match: re.Match[str], known: Known) -> tuple[About, ...] | None:
    """What the names in a question are the names of; None where one can be none."""
    found = []
    for place, typed in match.groupdict().items():
        if not typed or place == "who":
            continue
        one = named(typed, known)
        if one is None or one.kind not in _KINDS_AT.get(place, set(Kind)):
            return None
        found.append(one)
    return tuple(found)


# "Complete actions on attendance" may be something to do, and "all actions are on track" is news.
_ORDER = re.compile(
    r"(?:the |all |our )*(?:complete|close|draft|open|new|park|pause|mark|change)\b"
)
_ASKING = re.compile(r"(?:which|what|who|how|are|is|do|does|has|have|any)")
_STATES_FACT = re.compile(r"\b(?:is|are|was|were|has|have|had)\b")


def _may_be_said(core: str) -> bool:
    """Whether words without a question mark may be no question."""
    if _ORDER.match(core):
        return True
    return not _ASKING.match(core) and _STATES_FACT.search(core) is not None


# Only these go with days: when an action was completed or parked is not at hand.
_OF_DAYS = {State.DUE, State.MOVED, State.NO_UPDATE}
# Of people only this is asked: "who is at risk" is about learners.
_OF_PEOPLE = {State.NO_UPDATE, State.NOT_STARTED, State.OVERDUE}


def _listed(core: str, found: Phrases, about: tuple[About, ...], who: bool) -> Question | None:
    narrows = found.states or found.lacks or found.mine or found.span or about
    if not narrows and ("actions" not in core or len(core.split()) < 3):
        return None
    if who and not set(found.states) <= _OF_PEOPLE:
        return None
    if found.span and not _OF_DAYS & set(found.states):
        return None
    return Question(
        View.ACTIONS,
        about,
        found.states,
        found.lacks,
        found.span,
        found.mine,
        counts=core.startswith("how many"),
        by_owner=who,
    )


_OF_KIND = {Kind.THEME: View.THEME, Kind.OWNER: View.OWNER, Kind.DEPARTMENT: View.DEPARTMENT}


def _of_view(core: str, firm: bool, known: Known) -> Question | None:
    """A question for how a theme, a person, a department or a measure is doing."""
    for shape, must_be_firm in _VIEWS:
        match = shape.fullmatch(core)
        if not match or (must_be_firm and not firm):
            continue
        groups = match.groupdict()
        typed = groups.get("name") or groups["owner"]
        if typed in ("my", "mine", "me"):
            return Question(View.ACTIONS, mine=True)
        about = named(typed, known)
        if about is None or (groups.get("owner") and about.kind is Kind.TOPIC):
            continue
        # Without a name of the plan it has to sound like one.
        if about.kind is Kind.TOPIC and (must_be_firm or len(typed.split()) > 3):
            continue
        if about.kind is Kind.SAR_ITEM:
            return Question(View.THREAD, (about,))
        return Question(_OF_KIND.get(about.kind, View.ACTIONS), (about,))
    return None
