"""What kind of message a reply is, before anyone asks what it says: a command, stuck, or unreadable."""

import re
from enum import StrEnum

from bot.coaching.reading import LONGEST_REPLY


class Command(StrEnum):
    SKIP = "skip"
    BACK = "back"
    SHOW = "show"
    STOP = "stop"
    HELP = "help"
    CARRY_ON = "carry on"
    NEW = "new"
    YES = "yes"
    NO = "no"
    CHANGE = "change"
    STUCK = "stuck"


class Oddity(StrEnum):
    EMPTY = "empty"
    SYMBOLS = "symbols"
    LANGUAGE = "language"
    ORDER = "order"


_COMMANDS: tuple[tuple[Command, str], ...] = (
    (Command.SKIP, r"skip(?: (?:it|this|that)(?: one)?)?|pass|next(?: one| question)?|leave (?:it|that|this)(?: (?:open|blank|for now|out))?|leave open|move on"),
    (Command.BACK, r"back|undo|go back(?: one)?|previous|take that back"),
    (Command.SHOW, r"show(?: me)?(?: (?:it|the draft|draft|everything))?|draft|where are we|what have (?:you|we) got(?: so far)?"),
    (Command.STOP, r"stop|quit|exit|bye|finish(?: it)? later|(?:maybe )?later|pause|not now|cancel|i give up|save(?: it)?(?: as (?:a )?draft)?|(?:leave|keep) (?:it |this )?as (?:a )?draft"),
    (Command.HELP, r"help(?: me)?|what(?: do (?:you|u) mean(?: by that)?|'s that(?: mean)?| does that mean)?|\?+|huh|eh|sorry|pardon|(?:i )?(?:don'?t|do not) (?:understand|get it|follow)|why(?: do you ask| does that matter)?|(?:for )?example|(?:can you )?explain|e\.?g\.?|meaning"),
    (Command.CARRY_ON, r"carry on|continue|resume|go on|let'?s carry on"),
    (Command.NEW, r"new(?: action)?|start (?:again|over|another)|another(?: one)?"),
    (Command.YES, r"(?:oh )?(?:yes|yep|yeah|yeh|yh|yup|y|aye|fine|ok(?:ay)?,?|great|good|lovely|that'?s fine|looks (?:good|fine|right)),? (?:(?:that'?s|it'?s) (?:right|fine|good|correct),? )?(?:i )?agreed?(?: (?:it|that))?|(?:yes|yep|yeah|yeh|yh|yup),? (?:i think )?(?:that |it |this )?(?:all )?(?:sounds |looks |is |seems )?(?:about |all )?(?:right|good|fine|correct)|(?:oh )?(?:yes|yep|yeah|yup|y|aye)(?:,? (?:i )?agreed?(?: it)?|,? please| thanks| thank you| i agree| agreed?| that'?s (?:right|it|correct)| it is| do| use it| correct| store it| i do)?|(?:i )?agreed?(?: (?:it|to (?:it|that)|as it is|with gaps))?|correct|(?:i )?(?:love|like) it,? yes(?: please)?|yes,? (?:love|like) it|i can live with (?:that|it|this)|(?:right,? )?(?:that'?s it(?: now)?,? )?i'?m (?:quite |very )?happy(?: with (?:that|it|this))?|(?:good|great|fine|ok)[.,!]? go(?: ahead)?|go ahead|good to go|(?:that(?: i|')s )(?:quite |entirely |all )?(?:satisfactory|in order)(?:,? thank you|,? thanks)?|confirm(?:ed)?|that'?s right|that is right|looks good(?: to me)?|all good|sign(?: it)? off|perfect|happy with (?:that|it)"),
    (Command.NO, r"(?:no|nope|nah|n)(?: thanks| thank you| it isn'?t| not quite| not yet| that'?s wrong)?|not quite|wrong"),
    (Command.CHANGE, r"change(?: (?:it|something|that))?|edit(?: (?:it|something))?|amend|another go|(?:one more|have another|a last|try|last) (?:go|try|again)"),
)  # fmt: skip
_COMMAND_PATTERNS = [(c, re.compile(rf"(?:{p})[\s.!]*", re.IGNORECASE)) for c, p in _COMMANDS]
_AGREES = re.compile(r"\b(?:agreed?|sign(?: it)? off)\b", re.IGNORECASE)
_STUCK = re.compile(
    r"(?:well|oh|ah|um+|er+|erm+|hmm+|honestly|sorry|i|really|just|to be honest|tbh|,|\s)*"
    r"(?:dunno|d'?know|(?:do ?n['’]?t|do not|did not|wouldn'?t|have ?n'?t) (?:really )?(?:know|a clue|got a clue|thought about)|no (?:idea|clue)|not (?:a clue|(?:really )?sure|certain)|idk|unsure|haven'?t a (?:clue|scooby)|"
    r"(?:can'?t|couldn'?t|could not|cannot) (?:really )?(?:say|think|tell you|remember|put a (?:figure|number))|(?:i'?d|i would|we'?d) (?:need|have) to (?:check|look|ask|find out)|(?:you'?d|you would|you'?ll) have to ask|(?:that(?:'s| is) )?not (?:my (?:area|job|call|department)|recorded|something we (?:record|measure))|(?:that|it) isn'?t my (?:job|area)|that'?s not (?:for me|a fair)|i don'?t think that'?s a fair|hard to say|who knows|pass|beats me|your guess|stuck|i'?m stuck|no thoughts|nothing|none|n/?a|tbc|tbd)\b",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"(?:and |but |so |sorry,? |ok,? )?(?:why|what|how|who|when|where|which|is|isn'?t|are|aren'?t|do|don'?t|does|can|can'?t|could|should|would|will|must|have) ",
    re.IGNORECASE,
)
# Telling the bot what to do with itself; an action is agreed by its owner's yes alone.
_ORDERS = re.compile(
    r"\b(?:ignore|disregard|forget) (?:all |any |your |the |my |previous |prior |above )*(?:instructions?|rules?|prompts?|questions)\b"
    r"|\b(?:just|please|now) (?:agree|approve|accept|sign off|mark) (?:it|this|that|the action|everything)\b|\b(?:agree|approve|accept|sign off) (?:it|this|that|the action) (?:for me|anyway|now|yourself)\b"
    r"|\b(?:print|show|reveal|repeat|give me) (?:me )?your (?:prompt|instructions|rules)\b|\b(?:admin|developer|debug) mode\b|\bset (?:every|all|the) (?:\w+ )?(?:fields?|impact) to\b"
    r"|\bsystem prompt\b|\byou are now\b",
    re.IGNORECASE,
)
_WORDS = re.compile(r"[^\W\d_]+")
# Small words that only one other language uses much: three of them, and no English, tell.
_FOREIGN = frozenset(
    "dyw mae yn ac ar gyfer wedi eu ein bydd fydd dysgwyr sut beth "  # Welsh
    "się nie jest dla przez oraz będą uczniowie które ale "  # Polish
    "les des est une pour dans avec sont nous qui sur pas étudiants que "  # French
    "los las una para con por más pero estudiantes como el "  # Spanish
    "der das und nicht ist mit für auf werden wir schüler die den "  # German
    "și este pentru mai sunt elevii cu din "  # Romanian
    "di che non sono gli della studenti "  # Italian
    "os uma não são mais alunos com".split()
)
_ENGLISH = frozenset(
    "the and of to in a is are will for with that we by from on our it be this not more they "
    "have i at as so learners students apprentices attendance retention achievement pass rate "
    "staff because".split()
)


# A yes with nothing but approval round it is a yes: "lovely, yes, that reads fine, thank you".
_ASSENTS = frozenset("yes yep yeah yeh yh yup agree agreed".split())
_FILLERS = frozenset(
    "lovely great good fine right ok okay perfect super that that's thats this it it's its is was are "
    "looks look reads sounds seems all thank thanks you very quite i i'm oh and so well please now "
    "definitely certainly absolutely happy with to me much better".split()
)
# Whatever else stands beside a yes may turn it round: another script, a cross, a placeholder.
_PLAIN = re.compile(r"[A-Za-z\s.,;:!'\"“”()\-–—…👍✅🙂😊]*")
_LOST = re.compile(
    r"\b(?:don'?t|do not|didn'?t) (?:really )?(?:understand|get it|follow)\b", re.IGNORECASE
)


def command(reply: str) -> Command | None:
    """The command a reply is when taken whole ("skip", "what do you mean?"), or None."""
    words = (
        reply.strip().lstrip("•*-– ").strip("\"'“”").replace("’", "'").rstrip("?!. ")
        or reply.strip()
    )
    asks = reply.rstrip().endswith("?")
    for name, pattern in _COMMAND_PATTERNS:
        if pattern.fullmatch(words):
            # "Agree?" is a question, and nobody's yes.
            return None if asks and name is Command.YES else name
    if _ASKS.match(words) and asks and not re.search(r"\d", words):
        return Command.HELP if len(words.split()) <= 20 else None
    said = [word for word in re.findall(r"[a-z']+", words.lower()) if word not in _FILLERS]
    if said and set(said) <= _ASSENTS and _PLAIN.fullmatch(words) and not asks:
        return Command.YES
    if _LOST.search(words) and len(words.split()) <= 12:
        return Command.HELP
    stuck = _STUCK.match(words)
    if stuck and (len(words.split()) <= 14) and not re.search(r"\d|\bbut\b", words):
        return Command.STUCK
    return None


_YES_AND = re.compile(
    r"(?:oh )?(?:yes|yep|yeah|yeh|yh|yup|correct|that'?s (?:right|it)|it is)\b(?: it is| please| that'?s right)?"
    r"[\s,.;:–-]+(?:and |so |but )?(?P<beyond>\S.*)",
    re.IGNORECASE | re.DOTALL,
)


def yes_and(reply: str) -> tuple[bool, str]:
    """Whether a reply begins with a yes, and what it says beyond that."""
    match = _YES_AND.fullmatch(reply.strip())
    return (True, match["beyond"]) if match else (False, "")


def oddity(reply: str) -> Oddity | None:
    """Why a reply cannot be read, if it cannot: no words, symbols only, or not in English."""
    if not reply.strip():
        return Oddity.EMPTY
    letters = _WORDS.findall(reply[:LONGEST_REPLY].lower())
    if not letters and not re.search(r"\d|\?", reply):
        return Oddity.SYMBOLS
    if re.fullmatch(r"(?:\s*:[a-z0-9_+-]+:\s*)+", reply):
        return Oddity.SYMBOLS
    if _ORDERS.search(reply) and not re.search(r"\d", reply):
        return Oddity.ORDER
    joined = "".join(letters)
    if joined and sum(ord(c) > 0x24F for c in joined) > len(joined) / 2:
        return Oddity.LANGUAGE
    foreign = len(set(letters) & (_FOREIGN - _ENGLISH))
    foreign += len({word for word in letters if not word.isascii()})
    if foreign >= 3 and foreign > 2 * len(set(letters) & _ENGLISH):
        return Oddity.LANGUAGE
    return None


def is_table(reply: str) -> bool:
    """Whether the reply is a row or rows pasted from a spreadsheet."""
    return reply.count("\t") >= 2 or any(line.count("|") >= 2 for line in reply.splitlines())


def cells(reply: str) -> str:
    """A pasted table as sentences, a cell each, so that no reading runs across a cell's edge."""
    rows = [re.split(r"\t|\|", line) for line in reply.splitlines() if line.strip(" |-\t")]
    if len(rows) > 1 and len(rows[0]) == len(rows[1]) and not re.search(r"\d", rows[0][-1]):
        heads, rows = rows[0], rows[1:]
        rows = [
            [
                f"{h.strip()}: {c.strip()}" if h.strip() and c.strip() else c
                for h, c in zip(heads, row, strict=False)
            ]
            for row in rows
        ]
    named = [_as_owner(cell.strip()) for row in rows for cell in row if cell.strip()]
    return ".\n".join(named)


_FULL_NAME = re.compile(r"[A-Z][a-z'’-]+(?: (?:Mc|Mac|O['’])?[A-Z][a-z'’-]+){1,2}")


def _as_owner(cell: str) -> str:
    """A cell that is just a person's name is the owner's; any other as it is."""
    return f"Owner: {cell}" if _FULL_NAME.fullmatch(cell) else cell


def agrees(reply: str) -> bool:
    """Whether a yes is to the action as a whole ("agree", "sign it off"), not to a question."""
    return command(reply) is Command.YES and bool(_AGREES.search(reply))


_HARM = re.compile(
    r"\b(?:(?:hits?|hitting|beats?|beating|abus(?:es|ed|ing)|hurts?|hurting|touch(?:es|ed|ing)|grooming"
    r"|groomed|rap(?:es|ed|ing)|threaten(?:s|ed|ing)) (?:her|him|them|herself|himself|themselves|me)"
    r"|(?:been |being |was )(?:hit|beaten|abused|groomed|raped|assaulted|trafficked)|self[- ]?harm\w*"
    r"|suicid\w*|kill(?:ing)? (?:her|him|them|my)sel\w+|end(?:ing)? (?:her|his|their) life|overdos\w+"
    r"|(?:scared|afraid|frightened|not safe|unsafe) (?:to go |at |of going )?home|cutting (?:her|him|them)sel\w+"
    r"|forced (?:marriage|to marry)|county lines|domestic (?:abuse|violence))\b",
    re.IGNORECASE,
)
_SOMEONE = re.compile(
    r"\b(?:(?:one|two) of (?:my|our|those|the|his|her)|she|he|her|him|a (?:learner|student|pupil|lad|girl|boy|young"
    r" \w+|apprentice) (?:who|has|told|said|is|in)|told (?:me|us|her|his)|disclosed|confided)\b",
    re.IGNORECASE,
)
_ABOUT_THE_WORK = re.compile(
    r"\b(?:training|train|polic(?:y|ies)|awareness|workshops?|cpd|sessions?|per\s?cent|number of|rates?)\b|%",
    re.IGNORECASE,
)


def tells_of_risk(reply: str) -> bool:
    """Whether the reply tells of one person who may come to harm, not of work on safeguarding."""
    return bool(
        _HARM.search(reply) and _SOMEONE.search(reply) and not _ABOUT_THE_WORK.search(reply)
    )


_LEFT = re.compile(
    r"\b(?:finish|do|sort) (?:it|this|that) (?:off )?(?:later|another (?:time|day)|tomorrow)\b"
    r"|\b(?:leave|keep|save) (?:it|this|that)? ?as a draft\b|\bleave it\b",
    re.IGNORECASE,
)


def declines(reply: str) -> bool:
    """Whether someone shown a draft leaves it as one, in a sentence of their own."""
    return bool(_LEFT.search(reply))
