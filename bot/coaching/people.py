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


def find_people(text: str, asked: str | None) -> tuple[tuple[str, ...], str | None]:
    """The people named as accountable, and a team or department named instead of a person."""
    names: list[str] = []
    group: str | None = None
    low = text.lower()
    if asked != "owner" and not any(word in low for word in _NAME_OWNER):
        return (), None
    match = _OWNERS.search(text)
    if match:
        names = re.findall(
            _WHO, match["after"] or match["before"] or match["named"] or match["instead"]
        )
        if (
            asked != "owner"
            and all(n in ("I", "me", "Me", "Myself", "myself") for n in names)
            and match["before"]
        ):
            # "I will do this" in passing names nobody as accountable.
            names = [] if re.search(r"will (?:do|take)", match.group()) else names
    elif asked == "owner":
        names = re.findall(rf"{_MENTION}|{_NAME}|\b(?:me|myself|I)\b", text, re.M)
        if (
            not names
            and re.fullmatch(
                r"[a-z]+(?:[ -][a-z]+){0,2}(?:\s*(?:and|&|,)\s*[a-z]+(?: [a-z]+)?)?",
                text.strip(" .").lower(),
            )
            and not _GROUP.search(text)
        ):
            names = [
                n.strip().title() for n in re.split(r"\s*(?:\band\b|&|,)\s*", text.strip(" ."))
            ]
    elif re.fullmatch(rf"\s*{_MENTION}\s*", text):
        names = [text.strip()]
    names = [
        n for n in names if n.strip() and n.split()[0] not in _NOT_NAMES or re.match(r"I\b", n)
    ]
    whole = _GROUP.search(text) if asked == "owner" else None
    if whole:
        # "The Health and care department" names no Health.
        names = [n for n in names if n not in whole.group()]
    if asked == "owner" or match:
        grouped = _GROUP.search(text if asked == "owner" else match.group() if match else "")
        if grouped and not names:
            group = grouped.group().strip()
    if not names and group is None:
        said = re.search(
            r"\b(?:owner|owned by|led by|accountable|responsible)\s*(?:person\s*)?(?:is|will be|:|=|-)?\s*(?P<who>[^.;,\n]+)",
            text,
            re.I,
        )
        grouped = _GROUP.search(said["who"]) if said else None
        group = grouped.group().strip() if grouped else None
    return tuple(dict.fromkeys(names)), group
