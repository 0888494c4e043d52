"""Who is named as accountable: one person, several, or a team where a person should stand."""

import re

_NAME = r"(?:(?:Dr|Mr|Mrs|Ms|Miss|Prof)\.?\s+)?(?<!\w)[A-Z][a-zà-ÿ]+(?:['’](?!ll|m|s|re|d|ve)[A-Z]?[a-z]+)?(?:-[A-Z][a-zà-ÿ]+)?(?:\s+(?:[A-Z]\.?\s+)?(?:Mc|Mac|O['’])?[A-Z][a-zà-ÿ]+(?:-[A-Z][a-zà-ÿ]+)?)?"
_MENTION = r"<@[UW][A-Z0-9]+(?:\|[^>]*)?>"
_WHO = rf"(?:{_MENTION}|{_NAME}|(?:[Mm]e|[Mm]yself|I(?:['’](?:ll|m|d))?)\b)"
_OWNERS = re.compile(
    rf"(?:\b(?:[Oo]wner|[Oo]wned by|[Ll]ed by|[Ll]ead|[Aa]ccountable|[Rr]esponsible|[Aa]ssigned to|[Gg]iven to)\s*(?:person\s*)?(?:is|will be|would be|=|:|-|should be|to)?\s*(?P<after>{_WHO}(?:\s*(?:,|and|&|/|with|\+)\s*{_WHO})*))"
    rf"|(?:(?P<before>{_WHO}(?:\s*(?:,|and|&|/|\+)\s*{_WHO})*)\s+(?:(?:will )?(?:own|lead)(?: it| this)?\b|(?:will )?be (?:the )?(?:owner|accountable|responsible|lead)|owns|leads|own|lead|is (?:the )?(?:owner|accountable|responsible|lead)|to (?:own|lead)|am (?:the )?(?:owner|accountable|responsible)|are (?:the )?(?:owners|accountable|responsible)|will (?:do|take) (?:it|this)(?: on)?|has offered|is leading(?: on)?(?: it| this)?|is (?:doing|taking) (?:it|this)(?: on)?)\b)"
    rf"|(?:\b[Oo]wner\b[^.;\n]{{0,30}}?\b(?:it['’]s|it is|should be)\s+(?P<named>{_NAME}))"
    rf"|(?:\b[Mm]ake it\s+(?P<instead>{_NAME}))",
)
_GROUP = re.compile(
    r"\b(?:(?:the\s+|our\s+|all\s+)?(?:\w+\s+){0,2}?(?:teams?|departments?|dept|faculty|school of \w+|staff|slt|smt|hods|heads of (?:department|school)|tutors|teachers|lecturers|assessors|managers|committee|everyone|all of us|everybody|the college|quality office))\b",
    re.IGNORECASE,
)
# Without one of these nobody is named as accountable.
_NAME_OWNER = (
    "own", "led", "lead", "account", "respons", "assign", "given", "make it", "offered", "do it",
    "do this", "take it", "take this", "taking", "doing", "<@",
)  # fmt: skip
_NOT_NAMES = frozenset(
    "The This That We I It They Our My By From To In On At And But So Because January "
    "February March April May June July August September October November December Easter "
    "Christmas Level Year GCSE English Maths Ofsted Monday Tuesday Wednesday Thursday Friday "
    "Who When What Where Not Yes No Dunno Good Learners Students Apprentices Attendance "
    "Retention Achievement Department Team Staff Head Each All Every More Milestone Owner "
    "Oh Ok OK Right Well Actually Sure Fine Sorry Please Maybe Probably Just Then There Yeah "
    "Target Baseline Nobody Someone Somebody Anyone Anybody Everyone Everybody Science Engineering Digital".split()
)


_SPEAKER = frozenset({"I", "me", "Me", "myself", "Myself"})
_IN_ANSWER = re.compile(rf"{_MENTION}|{_NAME}|\b(?:me|myself|I)\b")
# Who only says what they think has not named themselves.
_OPINION = re.compile(
    r"\bI(?:['’]d| would)? (?:suppose|think|guess|reckon|believe|expect|hope|say|ask|want)\b|\blet me\b"
)
_SMALL_NAMES = re.compile(r"[a-z]+(?:[ -][a-z]+){0,2}(?:\s*(?:and|&|,)\s*[a-z]+(?: [a-z]+)?)?")
_BETWEEN_NAMES = re.compile(r"\s*(?:\band\b|&|,)\s*")
_SAYS_WHO = re.compile(
    r"\b(?:owner|owned by|led by|accountable|responsible)\s*(?:person\s*)?(?:is|will be|:|=|-)?\s*(?P<who>[^.;,\n]+)",
    re.IGNORECASE,
)


def find_people(text: str, asked: str | None) -> tuple[tuple[str, ...], str | None]:
    """The people named as accountable, or else a team or department named instead of a person."""
    low = text.lower()
    if asked != "owner" and not any(word in low for word in _NAME_OWNER):
        return (), None
    match = _OWNERS.search(text)
    # "The Health and care department" names no Health.
    whole = _GROUP.search(text) if asked == "owner" else None
    if match:
        names = _of_match(match, asked)
    elif asked == "owner":
        names = _of_answer(text, whole is not None)
    else:
        names = [text.strip()] if re.fullmatch(rf"\s*{_MENTION}\s*", text) else []
    names = [n for n in names if n in _SPEAKER or n.split()[0] not in _NOT_NAMES]
    if whole:
        names = [n for n in names if n not in whole.group()]
    if names:
        return tuple(dict.fromkeys(names)), None
    group = whole or (_GROUP.search(match.group()) if match else None)
    if group is None:
        said = _SAYS_WHO.search(text)
        group = _GROUP.search(said["who"]) if said else None
    return (), group.group() if group else None


def _of_match(match: re.Match[str], asked: str | None) -> list[str]:
    names = re.findall(
        _WHO, match["after"] or match["before"] or match["named"] or match["instead"]
    )
    # "I will do this" in passing names nobody as accountable.
    in_passing = asked != "owner" and match["before"] and _WILL_DO.search(match.group())
    return [] if in_passing and _SPEAKER.issuperset(names) else names


_WILL_DO = re.compile(r"will (?:do|take)")


def _of_answer(text: str, names_group: bool) -> list[str]:
    """The names in an answer to who is accountable, which may be in small letters."""
    names = _IN_ANSWER.findall(_OPINION.sub("", text)) or _IN_ANSWER.findall(text)
    typed = text.strip(" .")
    if names or names_group or not _SMALL_NAMES.fullmatch(typed.lower()):
        return names
    return [name.title() for name in _BETWEEN_NAMES.split(typed) if name]
