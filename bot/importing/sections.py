"""What a heading over rows or lines says of them: strength or AFI, area, department, theme.

The words are in `bot/data/sections.toml` and the inspection frameworks'.
"""

import re
import tomllib
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from importlib.resources import files

from bot.coaching.frameworks import FRAMEWORKS
from bot.coaching.grades import is_grade
from bot.importing.headings import plain
from storage.vocabulary import SarKind

STRENGTH, AFI = SarKind.STRENGTH, SarKind.AREA_FOR_IMPROVEMENT


@dataclass(frozen=True)
class Section:
    """What stands above an item or an action and holds for it too. Headings stay as typed."""

    kind: SarKind | None = None
    evaluation_area: str | None = None
    department: str | None = None
    theme: str | None = None
    grade: str | None = None

    def under(self, other: "Section") -> "Section":
        """This and, where it says nothing, what stands above it; a new area has a new grade."""
        said = {f.name: getattr(self, f.name) or getattr(other, f.name) for f in fields(self)}
        if self.evaluation_area or self.department:
            said["grade"] = self.grade
        return Section(**said)


NO_SECTION = Section()
# Headings one inside of the other, the widest first.
Trail = tuple[Section, ...]


def entered(trail: Trail, said: Section) -> Trail:
    """The trail once a heading is met: what says the same sort of thing ends, with all inside it.

    Whether areas stand under "Strengths" or "Strengths" under each area is for the file to say.
    """
    sorts = {f.name for f in fields(said) if getattr(said, f.name)}
    for at, section in enumerate(trail):
        if any(getattr(section, name) for name in sorts):
            return (*trail[:at], said)
    return (*trail, said)


def whole(trail: Trail) -> Section:
    """All that the headings of a trail say together."""
    said = NO_SECTION
    for section in trail:
        said = section.under(said)
    return said


@lru_cache(maxsize=1)
def _words() -> dict[str, frozenset[str]]:
    table = tomllib.loads((files("bot") / "data" / "sections.toml").read_text("utf-8"))
    known = {name: frozenset(plain(text) for text in texts) for name, texts in table.items()}
    headings = (plain(h) for f in FRAMEWORKS.values() for h in f.headings)
    known["evaluation_area"] = known["evaluation_area"].union(headings)
    return known


_NUMBERED = re.compile(r"^(?:\(?\d{1,2}(?:\.\d{1,2})*[.):]?|\(?[a-zA-Z][.)])\s+")
_LABEL = re.compile(
    r"^(?P<label>[A-Za-z' ]{2,30}?)\s*(?P<number>\d{0,2})\s*[:–—-]\s*(?P<rest>\S.*)$"
)
_OF = re.compile(r"^(?:faculty|department|school|directorate)\s+of\s+\S", re.IGNORECASE)
_OF_DEPARTMENT = re.compile(r"\b(?:department|dept|faculty|directorate)$", re.IGNORECASE)
_PARTS = re.compile(r"\s*[:–—]\s*|\s+-\s+")
_LITTLE = frozenset("and of the with for in".split())
_MOST_WORDS = 12
_GRADE_LINE = re.compile(
    r"^(?:(?:overall|self[- ]assessed|sar|our)\s+)?(?:judgement\s+)?grade"
    r"\s*[:=–—-]\s*(?P<grade>\S.{0,60})$",
    re.IGNORECASE,
)


def section_of(text: str) -> Section | None:
    """What a heading says, or None where it is not one of those known."""
    typed = " ".join(text.split()).rstrip(" :")
    if not typed or len(typed.split()) > _MOST_WORDS + 4:
        return None
    grade = _GRADE_LINE.match(typed)
    if grade:
        return Section(grade=grade["grade"].strip())
    bare = _NUMBERED.sub("", typed)
    return _simple(bare, typed) or _labelled(typed) or _parted(typed)


def _simple(bare: str, typed: str) -> Section | None:
    known, words = _words(), plain(bare)
    if words in known["strength"]:
        return Section(kind=STRENGTH)
    if words in known["area_for_improvement"]:
        return Section(kind=AFI)
    if words in known["evaluation_area"]:
        return Section(evaluation_area=typed)
    if _OF.match(bare) or (_OF_DEPARTMENT.search(bare) and len(bare.split()) > 1):
        return Section(department=typed)
    each = [word for word in words.split() if word not in _LITTLE]
    if each and all(word in known["subjects"] for word in each):
        return Section(department=typed)
    return None


def _labelled(typed: str) -> Section | None:
    known, match = _words(), _LABEL.match(typed)
    if match is None:
        return None
    label, rest = plain(match["label"]), match["rest"].strip()
    if label in known["theme_labels"]:
        return Section(theme=rest)
    if label in known["department_labels"]:
        return Section(department=rest)
    if label in known["evaluation_area_labels"]:
        return Section(evaluation_area=rest)
    return None


def _parted(typed: str) -> Section | None:
    """ "Quality of education – Good", "Engineering: strengths"."""
    parts = [part for part in _PARTS.split(typed) if part]
    if len(parts) < 2:
        grade = re.match(r"^(.+?)\s*\((.+)\)$", typed)
        parts = [grade[1], grade[2]] if grade else []
    said = NO_SECTION
    for part in parts:
        found = Section(grade=part) if is_grade(part) else _simple(part, part)
        if found is None:
            return None
        said = found.under(said)
        said = replace(said, grade=said.grade or found.grade)
    return said if parts and said != NO_SECTION else None


def section_of_sheet(name: str) -> Section | None:
    """What the name of a sheet says of its rows; None for one such as "QIP 2026-27"."""
    said = section_of(name)
    if said is not None:
        return said
    words = [w for w in plain(name).split() if not w.isdigit() and w not in _LITTLE]
    general = {plain(word) for word in _words()["plain_names"]}
    if not words or all(word in general or re.fullmatch(r"[a-z]{0,6}\d+", word) for word in words):
        kinds = [k for k in (STRENGTH, AFI) if any(w in _kind_words(k) for w in words)]
        return Section(kind=kinds[0]) if len(kinds) == 1 else None
    # "Maths QIP" is about maths.
    left = re.sub(r"\b(?:QIP|SAR|SEF|SIP|plan|action plan|20\d\d[/-]\d\d|\d\d-\d\d)\b", "", name)
    return Section(department=" ".join(left.strip(" -–_").split()) or name)


def _kind_words(kind: SarKind) -> tuple[str, ...]:
    return ("strength",) if kind is STRENGTH else ("afi", "weaknesse", "weakness")


def is_total(text: str) -> bool:
    """Whether a row with this as its first text adds others up."""
    words = plain(text)
    return any(words == total or words.startswith(f"{total} ") for total in _words()["totals"])


def is_none(text: str) -> bool:
    """Whether a text says that there is no judgement to make."""
    return plain(text) in _words()["none"] or not re.search(r"\w", text)


def kind_named(text: str) -> SarKind | None:
    """The kind that a cell such as "AFI", "S" or "Area for improvement" says."""
    words = plain(text)
    if words in _words()["strength"] or words == "s":
        return STRENGTH
    if words in _words()["area_for_improvement"] or words in ("a", "w", "i"):
        return AFI
    return None


# --- references -----------------------------------------------------------------------------------

_PREFIX = r"(?:AFIs?|AFDs?|Strength|Area for improvement|Weakness|Finding|SAR|[SWA])"
_REFERENCE = rf"{_PREFIX}\s?[-.#]?\s?\d{{1,3}}(?:\.\d{{1,2}})*[a-z]?"
_LED = re.compile(
    rf"^[\[(]?(?P<reference>{_REFERENCE})(?:[\])]\s*|\s*[-–—:.)]+\s*|\s+(?=[A-Z]))(?P<rest>\S.*)$",
    re.IGNORECASE | re.DOTALL,
)
_COUNTED = re.compile(
    r"^(?P<reference>\d{1,3})(?:[.)]\s+|\s*[–—:]\s+)(?P<rest>\S.*)$"
    r"|^(?P<deep>\d{1,2}(?:\.\d{1,2})+)[.)]?\s+(?P<after>[A-Z].*)$",
    re.DOTALL,
)
_OF_AFI = re.compile(r"^(?:AFI|AFD|Area|Weakness|W\b|W\s?\d)", re.IGNORECASE)
_OF_STRENGTH = re.compile(r"^(?:Strength|S\s?[-.#]?\s?\d)", re.IGNORECASE)
_APART = re.compile(r"\s*(?:[,;/&\n]|\band\b)\s*", re.IGNORECASE)


def led_by_reference(text: str) -> tuple[str | None, str]:
    """A text such as "AFI 3 – …" or "3. …" as its reference and the rest; None without one."""
    match = _LED.match(text.strip())
    if match:
        return match["reference"].strip(), match["rest"].strip()
    match = _COUNTED.match(text.strip())
    if match:
        return (match["reference"] or match["deep"]), (match["rest"] or match["after"]).strip()
    return None, text.strip()


def kind_of_reference(reference: str | None) -> SarKind | None:
    """The kind that the letters of a reference say: AFI 3, S2."""
    if reference and _OF_AFI.match(reference):
        return AFI
    return STRENGTH if reference and _OF_STRENGTH.match(reference) else None


def references_in(text: str) -> tuple[str, ...]:
    """The references of a text that is nothing but references: "AFI 3, 4 and 5"; else ()."""
    parts = [part.strip(" .()[]") for part in _APART.split(text.strip()) if part.strip(" .()[]")]
    found: list[str] = []
    letters = ""
    for part in parts:
        if re.fullmatch(_REFERENCE, part, re.IGNORECASE):
            letters = re.sub(r"[\d.]+[a-z]?$", "", part)
            found.append(part)
        elif re.fullmatch(r"\d{1,3}(?:\.\d{1,2})*[a-z]?", part):
            found.append(f"{letters}{part}" if letters else part)
        else:
            return ()
    return tuple(found)


def bare(reference: str) -> str:
    """A reference as it is compared: "AFI 03" and "afi-3" are one."""
    low = re.sub(r"[^\w.]", "", reference.lower()).strip(".")
    low = re.sub(r"^(?:areaforimprovement|afis)", "afi", low)
    low = re.sub(r"^strength", "s", low)
    return re.sub(r"(?<![\d.])0+(?=\d)", "", low)
