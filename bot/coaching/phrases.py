"""Picking phrases out of a reply, and putting phrases into a sentence."""

import re
from datetime import date

from bot.coaching import wording
from bot.coaching.draft import Draft
from bot.coaching.figures import find_figures
from bot.coaching.reading import Reading, read
from bot.coaching.tokens import names_learners, proposes

_REST_OF_ACTION = re.compile(
    r"\s*(?:\.(?!\d)|[;\n]|,\s+as\s|,?\s*\b(?:because|so that|in order (?:to|that)|as a result|since|so\b(?! far)|which (?:will|should|means)|to (?:raise|lift|increase|reduce|cut|improve (?:attendance|achievement|retention|pass))"
    r"|we want|with the aim|aiming|owner|owned by|milestone|impact|target|led by)\b|,?\s+(?-i:[A-Z][a-z]+(?: [A-Z][a-z'’-]+)?) (?:will lead|to lead|is leading|leading|will own|owns)\b|,\s*(?:and (?:we|this)|from \d|aim|raising|lifting|cutting|reducing|increasing)|\s[-–—]\s|\s(?:->|→)\s)",
    re.IGNORECASE,
)


_OPENERS = re.compile(
    r"^(?:(?:um+|er+|ok(?:ay)?|right|well|so|i think|basically|action|how(?=:))[,:\s]+)*(?:(?:we|i)(?:'ll| will| would| are going to|'re going to| am going to|'m going to| plan to| want to| need to| intend to|'d like to| would like to| aim to| should)\s+|my plan is to\s+|the plan is to\s+|planning to\s+|to\s+)?",
    re.IGNORECASE,
)


# "So what we've been talking about, and this goes back a while, is …"
_LEAD_IN = re.compile(
    r"^(?:so\s+)?what (?:we|i)(?:['’]ve|['’]d| have| are| want)?\b.{0,120}?\bis\s+", re.IGNORECASE
)


# Sentences that say who is speaking or which finding it is about, not what will be done.
_TALK = re.compile(
    r"^(?:(?:oh|ah|well|ok|right|so|um+|er+)[,\s]+)*(?:i['’]?m|i am|it['’]?s (?:the|about)|this (?:is|one)|the nearest|i think (?:it['’]?s|this)"
    r"|i suppose (?:it['’]?s|this)|i guess it|that one|sorry|hello|hi|hey|hiya|(?:really )?happy to|here (?:it is|you go|goes)|good (?:morning|afternoon|evening)|before we start|i can (?:also )?(?:tell|send|share|show) you"
    r"|(?:i|we) (?:should|would|want to|['’]d) like to (?:record|write|add|log|talk|speak|do)|i['’]?d like to (?:record|write|add|log|talk|speak))\b"
    # A question back is no action, and neither is a first remark on the time one has.
    r"|^[^.!?]*\?$|^(?:i['’]?ve )?(?:only )?got \w+ min",
    re.IGNORECASE,
)


# "The feedback one", "it's the English one, I suppose".
_POINTS = re.compile(
    r"^(?:(?:um+|er+|well|oh|it['’]?s|it is|i think|i suppose|maybe|probably)[,\s]+)*(?:the|that)(?:\s[\w'’-]+){1,4}?\sone\b",
    re.IGNORECASE,
)


def points_at_one(reply: str) -> bool:
    """Whether a reply picks something by a few words: "the attendance one"."""
    return _POINTS.match(reply.strip()) is not None


def without_talk(reply: str) -> str:
    """What a reply says of the action, without the talk before it; "" where it is all talk."""
    return no_talk(talk_and_action(reply)[1])


def no_talk(reply: str) -> str:
    """The sentences of a reply that are no mere talk."""
    return " ".join(part for part in _SENTENCE_END.split(reply) if not _TALK.match(part.strip()))


def talk_and_action(reply: str) -> tuple[str, str]:
    """What a reply says before it comes to the action, and the rest from the action on.

    The action begins with the first sentence that puts something forward; where none does, with
    the first that is no mere talk. What is wished for learners comes before what will be done.
    """
    reply = _LEAD_IN.sub("", reply.strip())
    starts = [0, *(m.end() for m in _SENTENCE_END.finditer(reply))]
    parts = [reply[a:b] for a, b in zip(starts, [*starts[1:], len(reply)], strict=True)]
    own = next((i for i, part in enumerate(parts) if not _TALK.match(part.strip())), None)
    if own is None:
        return reply, ""
    if _WISH.match(parts[own]) and names_learners(parts[own]):
        later = range(own + 1, len(parts))
        own = next((i for i in later if _WILL.match(parts[i]) or proposes(parts[i])), own)
    labelled = (i for i in range(own, len(parts)) if _ACTION_LABEL.match(parts[i]))
    fits = (i for i in range(own, len(parts)) if not _ASIDE.match(parts[i]) and proposes(parts[i]))
    start = starts[next(labelled, next(fits, own))]
    return reply[:start], reply[start:]


_ACTION_LABEL = re.compile(r"(?:how|action|plan|the plan|what)\s*[:=]\s*", re.IGNORECASE)
# Talk, and the sentences that tell of the action without saying what it is.
_ASIDE = re.compile(
    rf"{_TALK.pattern}|^(?:the )?(?:evidence|source|owner|lead|reason|why|who|milestone|measure|target|baseline|impact|deadline)\s*(?:is|will be|:|=)",
    re.IGNORECASE,
)
# "We want more learners to pass": what is to come of the action, whatever that is.
_WISH = re.compile(
    r"(?:we|i)(?:['’]d| would)? (?:want|need|like|hope)\b(?: to (?:see|have|get)| for)?"
    r" (?:more|fewer|most|all|every|each)\b",
    re.IGNORECASE,
)
_WILL = re.compile(r"(?:we|i)(?:['’]ll| will| are going to|['’]re going to)\b", re.IGNORECASE)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")


def action_words(reply: str) -> str | None:
    """The clause that says what will be done, without what follows from it."""
    flat = re.sub(r"[ \t]+", " ", reply).strip()
    cut = _REST_OF_ACTION.search(flat, 12)
    words = flat[: cut.start()] if cut else flat
    words = _OPENERS.sub("", words.strip(" \n-*•"), count=1).strip(" ,.:;-–—")
    if len(re.findall(r"[^\W\d_]{2,}", words)) < 2:
        return None
    return start_upper(trim(words, 240))


def after_action(reply: str) -> str:
    """What follows the clause that says what will be done."""
    cut = _REST_OF_ACTION.search(reply, 12)
    return reply[cut.start() :] if cut else ""


_CLAUSE = re.compile(
    r"(?:[.;!?](?=\s|$)|\n|,?\s*\bbecause\b|,?\s*\bso that\b|,?\s+so\b(?! far)|,\s*(?=(?:from|in|on|via|using|per|measured|as shown|shown|owner|owned|milestone|led|which means|meaning|we want|we'd like|source|evidence|according)\b)|,\s*(?:which means|meaning)|\b(?=(?:owner|milestone|source|evidence)\s*(?:is|:|=)))",
    re.IGNORECASE,
)


def _without_levels(clause: str) -> str:
    """The change itself, without the figures behind it, which have fields of their own."""
    cut = re.search(r",?\s+\(?(?:from\s+|currently\s+|up\s+from\s+)?\d[\d.]*\s?%?.*$", clause)
    if cut and len(clause[: cut.start()].split()) >= 4 and "," in cut.group()[:2]:
        return clause[: cut.start()]
    return clause


def _clauses(reply: str) -> list[str]:
    return [c.strip(" ,.:;-–•*") for c in _CLAUSE.split(reply) if c and c.strip(" ,.:;-")]


def impact_words(
    reply: str, reading: Reading, action: str | None, today: date, *, action_first: bool = True
) -> str | None:
    """The author's own clause that names the change for learners, or None.

    With `action` the reply tells of the action too, and begins with it if `action_first`.
    """
    if not reading.learner_outcome:
        return None
    if reading.impact_words:
        return _as_impact(reading.impact_words)
    clauses = _clauses(reply)
    if action and action_first and len(clauses) > 1:
        clauses = clauses[1:]
    elif action and action_first:
        cut = _REST_OF_ACTION.search(reply, 12)
        clauses = [reply[cut.end() :].strip(" ,")] if cut else []
    reason = reading.reason or ""
    for number, clause in enumerate(clauses):
        if reason and clause.startswith(reason[:40]):
            clause = clause[len(reason) :].strip(" ,")
        if re.match(r"(?:why|reason|driver)\b", clause, re.IGNORECASE):
            continue
        of_clause = read(clause, today)
        if action and not (of_clause.measure or names_learners(clause)):
            # Beside an action, "68% is where we need to be" does not say for whom or of what.
            continue
        if len(clause.split()) >= 2 and of_clause.learner_outcome:
            after = clauses[number + 1] if number + 1 < len(clauses) else ""
            if len(after.split()) >= 3 and _adds_to_impact(read(after, today)):
                # What follows from it in the same breath belongs to it.
                between = reply[reply.index(clause) + len(clause) :]
                between = between[: between.index(after)] if after in between else "."
                if not re.search(r"[.;!?\n]", between):
                    clause += between + after
            clause = re.sub(
                r"^(?:and|then|that|we want|we'd like|we would like|i want|(?:the )?impact(?: is)?:?|hopefully|to see)\s+",
                "",
                clause,
                flags=re.I,
            )
            clause = _without_levels(clause)
            return _as_impact(clause)
    return _as_impact(reply) if not action else None


def _as_impact(words: str) -> str:
    return start_upper(trim(" ".join(words.split()), 300))


def _adds_to_impact(reading: Reading) -> bool:
    """Whether a clause names a change for learners, and not only where it will be read."""
    names_source = reading.evidence_source is not None and not reading.figures
    return reading.learner_outcome and not names_source


_FIELD_WORDS = {
    "action": r"action",
    "linked": r"sar item|item|sar|afi",
    "impact": r"impact|outcome",
    "measure": r"measure|indicator|metric",
    "baseline": r"baseline|start(?:ing)?(?: figure| point)?|current figure",
    "target": r"target|goal|level to reach",
    "evidence_source": r"evidence(?: source)?|source|data source",
    "due": r"date|due(?: date)?|deadline|end date",
    "driver": r"driver|reason",
    "milestone": r"milestone|check(?: on the way)?",
    "owner": r"owner|lead|accountable(?: person)?",
}


_CHANGE = re.compile(
    r"(?:(?:no|oh|sorry|actually|wait|hang on|please|can (?:you|we)|could (?:you|we)|i (?:want|need|meant|would like) to|let'?s)\b[,:;.\s-]*)*"
    r"(?P<verb>change|set|make|correct|update|edit|amend|fix|replace|redo)?\s*(?:the|my|our)?\s*"
    rf"(?P<field>{'|'.join(_FIELD_WORDS.values())})\b(?:\s*(?:again|please)\b,?)?\s*"
    r"(?P<sign>(?:should (?:be|say)|needs? to be|must be|is now|is|are|was|to be|to|as|with|at)\b|:|=|->|→|-)?\s*(?P<value>.*)",
    re.IGNORECASE,
)


CORRECTS = re.compile(
    r"\b(?:actually|sorry|i meant?|wrong one|correction|should (?:be|have been)|not \d|instead|oops|typo|wait|my mistake|change|scrap that|make (?:it|that)|rather|now think|on reflection)\b",
    re.IGNORECASE,
)


_LABELS = {
    "linked": r"sar(?: item| reference| ref)?|afi|finding|item",
    "action": r"action|what|what we will do",
    "driver": r"driver|why|reason|because",
    "impact": r"impact(?: on learners)?|so what|outcome|intended impact|difference for learners",
    "measure": r"measure|indicator|metric|kpi",
    "baseline": r"baseline|from|current(?:ly| figure| position)?|start(?:ing (?:point|figure))?|now"
    r"|at (?:present|the moment)|latest(?: figure)?|was",
    "target": r"target|to|goal|aim|level to reach|want(?:ed)?",
    "evidence_source": r"evidence(?: source)?|source|data source|read in|where",
    "due": r"due(?: date)?|by|by when|deadline|date|end date",
    "milestone": r"milestones?|checks?|check on the way|interim",
    "owner": r"owner|lead|who|accountable|responsible(?: person)?|owned by",
}
_LABELLED = re.compile(
    # The sign may be left out before a figure: "Target 85%".
    r"[ \t*•–-]*(?P<label>[A-Za-z][A-Za-z ]{1,24}?)"
    r"(?:\s*[:=]\s*|\s+[–-]\s+|\s+(?=\d\S*(?:\s+\S+){0,3}\s*$))(?P<value>\S.*?)[ \t.]*$"
)


def labelled_lines(reply: str) -> list[tuple[str, str]]:
    """The fields of a reply written as a form; [] where it is none.

    A form is "label: value" on three or more lines, or on each of two.
    """
    lines = [line for line in reply.splitlines() if line.strip()]
    found = [each for each in map(_labelled, lines) if each]
    return found if len(found) >= (2 if len(found) == len(lines) else 3) else []


def _labelled(line: str) -> tuple[str, str] | None:
    """The field and the value of one line of a form."""
    match = _LABELLED.match(line)
    label = " ".join(match["label"].lower().split()) if match else ""
    field = next((f for f, names in _LABELS.items() if re.fullmatch(names, label)), None)
    return (field, match["value"]) if match and field else None


def after_label(field: str, text: str) -> str:
    """What follows a field's label that stands right before a figure; "" where none does."""
    label = re.search(rf"\b(?:{_LABELS[field]})\b\s*[:=–-]?\s*(?=\d)", text, re.IGNORECASE)
    return text[label.end() :] if label else ""


def change_asked(reply: str) -> tuple[str, str, bool] | None:
    """The field and the new words of "change the target to 70%" or "owner: Priya", if it is one.

    The last of the three says whether a change was asked for in so many words.
    """
    match = _CHANGE.fullmatch(" ".join(reply.split()))
    if not match:
        return None
    word = re.sub(r"\s+", " ", match["field"].lower())
    field = next(f for f, names in _FIELD_WORDS.items() if re.fullmatch(names, word))
    return field, (match["value"] or "").strip(" ."), bool(match["verb"] or match["sign"])


def facts_added(before: Draft, after: Draft) -> list[str]:
    """What a reply added to the draft, in a few words each."""
    facts = []
    if after.driver and after.reason and after.reason != before.reason:
        facts.append(f"the reason ({wording.DRIVER_NAMES[after.driver.value]})")
    if after.measure and after.measure != before.measure:
        facts.append(after.measure)
    if after.baseline and after.baseline != before.baseline:
        facts.append(f"{after.baseline} to start from")
    if after.target and after.target != before.target:
        facts.append(f"{after.target} to reach")
    if after.due and after.due != before.due:
        facts.append(f"by {in_words(after.due)}")
    if after.evidence_source and after.evidence_source != before.evidence_source:
        facts.append(f"source: {after.evidence_source}")
    if after.owner and after.owner != before.owner:
        facts.append(f"accountable: {after.owner}")
    new = after.milestones[len(before.milestones) :]
    facts += [f"a check on the way{f' on {in_words(m.due)}' if m.due else ''}" for m in new]
    return facts


def same_figure(old: str, new: str) -> bool:
    """Whether two figures are one, typed in two ways: "65 %" and "65%", "63/116" and "54.3%"."""
    shares = [
        f for typed in (old, new) for f in find_figures(typed)[:1] if f.unit in ("%", "ratio")
    ]
    if len(shares) == 2 and all(f.value is not None for f in shares):
        return abs((shares[0].value or 0) - (shares[1].value or 0)) < 0.5
    return re.sub(r"\W|per\s?cent", "", old.lower()) == re.sub(r"\W|per\s?cent", "", new.lower())


def listed(words: list[str], last: str = "and") -> str:
    return (
        words[0]
        if len(words) == 1
        else f"{', '.join(words[:-1])} {last} {words[-1]}"
        if words
        else ""
    )


def trim(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1].rsplit(" ", 1)[0] + "…"


def start_upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def quoted(reply: str) -> str:
    """A reply as it is quoted in a question: in one line, short, without questions of its own."""
    return trim(" ".join(reply.replace("?", "").split()).strip(' ."“”'), 70)


def in_words(day: date) -> str:
    """A date as people write it: 31 July 2027."""
    return f"{day.day} {day:%B %Y}"
