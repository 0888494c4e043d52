"""A summary in one plain paragraph, made from its figures without a model."""

from collections.abc import Callable, Sequence

from bot.coaching.phrases import listed, start_upper
from bot.coaching.viewing import counted
from bot.reports.checked import LONGEST
from bot.reports.counting import Standing
from bot.reports.progress import Progress
from bot.reports.report import Figures, Report
from bot.reports.saying import day

_GROUPS_TOLD = 3
# What one of several is said to be, and what more of them are.
_STANDS = {
    Standing.ON_TRACK: ("is on track", "are on track"),
    Standing.AT_RISK: ("is at risk", "are at risk"),
    Standing.OFF_TRACK: ("is off track", "are off track"),
    Standing.COMPLETE: ("is complete", "are complete"),
    Standing.NO_UPDATE: ("has no update yet", "have no update yet"),
    Standing.DRAFT: ("is a draft", "are drafts"),
    Standing.PARKED: ("is parked", "are parked"),
}
_MOVES = {
    Progress.MET: ("has met its target", "have met their targets"),
    Progress.MOVING: ("is moving the right way", "are moving the right way"),
    Progress.NOT_MOVING: ("is not moving", "are not moving"),
    Progress.NO_READING: ("has no reading yet", "have no reading yet"),
    Progress.UNCLEAR: (
        "has a reading that cannot be compared",
        "have readings that cannot be compared",
    ),
}
_COVERED = {
    "answered": ("has an action", "have an action"),
    "waiting": ("waits with a reason", "wait with a reason"),
    "open": ("is open", "are open"),
}
_FINDING = {
    "answered": "has an action",
    "waiting": "waits with a reason",
    "open": "has no action yet",
}
_WANTED = {
    "overdue": ("is overdue", "are overdue"),
    "quiet": ("is without a word for four weeks", "are without a word for four weeks"),
}
_HEARD = {
    "heard": (
        "was heard from in the last four weeks",
        "were heard from in the last four weeks",
    ),
    "with_overdue": ("has something overdue", "have something overdue"),
}
_RISKS = {
    "off_track": ("is off track", "are off track"),
    "overdue": ("is overdue", "are overdue"),
    "contradicted": (
        "is called on track but well behind by its figures",
        "are called on track but well behind by their figures",
    ),
}


def plain_words(report: Report) -> str:
    """The summary in at most so many words that say nothing but what its figures do."""
    figures = report.figures
    said: list[str] = []
    for key, sentences in _SENTENCES.items():
        if key not in figures or (key == "coverage" and "areas" in figures and figures["about"]):
            # Of one finding only its own actions are told, not the whole SAR.
            continue
        for sentence in sentences(figures):
            if len(" ".join((*said, sentence)).split()) <= LONGEST:
                said.append(sentence)
    return " ".join(said)


def _parts(of: Figures, words: dict[str, tuple[str, str]], noun: str = "") -> list[str]:
    """ "3 are on track", with the noun behind the first number."""
    parts: list[str] = []
    for key, (one, more) in words.items():
        number = len(of[key]) if isinstance(of[key], list) else of[key]
        if number:
            who = counted(number, noun) if noun and not parts else str(number)
            parts.append(f"{who} {one if number == 1 else more}")
    return parts


def _of(number: int, noun: str, parts: Sequence[str]) -> list[str]:
    if not number or not parts:
        return []
    return [f"Of {counted(number, noun)}, {listed(list(parts))}."]


def _changes(figures: Figures) -> list[str]:
    changes = figures["changes"]
    since = f"Since {day(changes['since'])}"
    gained, moved, agreed = (len(changes[name]) for name in ("gained", "moved", "agreed"))
    parts = [f"{counted(gained, 'gain')} for learners"] if gained else []
    parts += [f"{counted(moved, 'action')} that moved"] if moved else []
    parts += [f"{agreed} newly agreed {'action' if agreed == 1 else 'actions'}"] if agreed else []
    if not parts:
        return [f"{since} nothing has changed."]
    return [f"{since} there {_is(gained or moved or agreed)} been {listed(parts)}."]


def _is(number: int) -> str:
    return "has" if number == 1 else "have"


def _counts(figures: Figures) -> list[str]:
    counts = figures["counts"]
    if not counts["actions"]:
        return ["There is no action here yet."]
    stands = _parts(counts, {standing.value: words for standing, words in _STANDS.items()})
    wanted = _parts(counts, _WANTED, "action")
    found = _of(counts["actions"], "action", stands)
    return [*found, *([f"{start_upper(listed(wanted))}."] if wanted else [])]


def _coverage(figures: Figures) -> list[str]:
    coverage = figures["coverage"]
    return _of(coverage["areas"], "area for improvement", _parts(coverage, _COVERED))


def _finding(figures: Figures) -> list[str]:
    """How the one finding stands that is asked for; of several the coverage tells."""
    if "coverage" not in figures or not figures["about"]:
        return []
    return [f"{area['reference']} {_FINDING[area['state']]}." for area in figures["areas"]]


def _impact(figures: Figures) -> list[str]:
    impact = figures["impact"]
    moves = _parts(impact, {progress.value: words for progress, words in _MOVES.items()})
    return _of(impact["promised"], "promised action", moves)


def _owners(figures: Figures) -> list[str]:
    return _of(figures["owners"], "owner", _parts(figures, _HEARD))


def _without_owner(figures: Figures) -> list[str]:
    number = figures["without_owner"]
    return [f"{counted(number, 'action')} {_is(number)} no owner yet."] if number else []


def _risks(figures: Figures) -> list[str]:
    parts = _parts(figures["risks"], _RISKS, "action")
    return [f"{listed(parts)}."] if parts else []


def _asks(figures: Figures) -> list[str]:
    asks = figures["asks"]
    words = (
        ("without_owner", "action", "without an owner"),
        ("themes_without_sponsor", "theme", "without a sponsor"),
        ("parked_without_reason", "action", "parked without a reason"),
    )
    parts = [
        f"{counted(number, noun)} {'is' if number == 1 else 'are'} {says}"
        for key, noun, says in words
        if (number := len(asks[key]))
    ]
    return [f"{listed(parts)}."] if parts else []


def _each(key: str, noun: str, under: str) -> Callable[[Figures], list[str]]:
    """How many themes or departments there are, and how the first of them stand."""

    def told(figures: Figures) -> list[str]:
        each = [one for one in figures[key] if one.get("rank", key) is not None]
        if not each or "counts" in figures or "counts" not in each[0]:
            return []
        be = "is" if len(each) == 1 else "are"
        found = [f"There {be} {counted(len(each), noun)}."]
        for one in each[:_GROUPS_TOLD]:
            counts = one["counts"]
            is_one = counts["actions"] == 1
            late = counts["overdue"]
            which = f", of which {late} {'is' if late == 1 else 'are'} overdue" if late else ""
            there = f"there {'is' if is_one else 'are'} {counted(counts['actions'], 'action')}"
            found.append(f"{under} {one['name']} {there}{which}.")
        return found

    return told


# By the key of the figures that each is made from, in the order of telling.
_SENTENCES: dict[str, Callable[[Figures], list[str]]] = {
    "changes": _changes,
    "counts": _counts,
    "coverage": _coverage,
    "areas": _finding,
    "risks": _risks,
    "impact": _impact,
    "asks": _asks,
    "owners": _owners,
    "without_owner": _without_owner,
    "themes": _each("themes", "theme", "Under"),
    "departments": _each("departments", "department", "In"),
}
