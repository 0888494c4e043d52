"""Which view of the plan is asked for, and what it is narrowed to, by what somebody has typed."""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from bot.coaching.phrases import listed
from bot.reports import department, owner, sar, theme
from bot.reports.material import Material
from bot.reports.report import Subject, View

# What each view can be narrowed to; the others are of the whole plan.
_SUBJECTS = {
    View.THEME: theme.subjects,
    View.OWNER: owner.subjects,
    View.DEPARTMENT: department.subjects,
    View.SAR: sar.subjects,
    View.THREAD: owner.subjects,
}
_ONE = {
    View.THEME: "theme",
    View.OWNER: "person with actions",
    View.DEPARTMENT: "department",
    View.SAR: "area for improvement",
    View.THREAD: "person with actions",
}
# Where a name is looked for that comes without a view: in this order where two fit alike.
_BY_NAME = (View.DEPARTMENT, View.THEME, View.OWNER, View.SAR)
_MOST_NAMED = 6
_MENTION = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")


class NoSuch(Exception):
    """Nothing of that name can be shown; the message is a sentence that says what there is."""


def subjects(material: Material, view: View) -> list[Subject]:
    """What a view can be narrowed to, whoever may see it; nothing where it is of the whole plan."""
    return _SUBJECTS[view](material) if view in _SUBJECTS else []


def chosen(material: Material, view: View, typed: str) -> Subject | None:
    """What a view is narrowed to by these words; None for all of it. Raises NoSuch."""
    typed = " ".join(typed.split())
    if view not in _SUBJECTS:
        if typed:
            raise NoSuch(f"The view “{view}” is of the whole plan: leave out “{typed[:80]}”.")
        return None
    if not typed:
        return _unless_needed(material, view)
    offered = _SUBJECTS[view](material)
    if view is View.THEME and typed in (ranks := [str(n + 1) for n in range(len(offered))]):
        return offered[ranks.index(typed)]
    found = _best(offered, typed)
    if len(found) == 1:
        return _shown(material, view, found[0])
    raise NoSuch(_there_is(material, view, typed, found or offered, several=bool(found)))


def keyed(material: Material, view: View, key: str) -> Subject:
    """The subject of a view with this key. Raises NoSuch."""
    for subject in subjects(material, view):
        if subject.key == key:
            return _shown(material, view, subject)
    raise NoSuch("That is not in your plan any more: type /qip summary to see what is.")


def understood(material: Material, typed: str) -> tuple[View, Subject | None]:
    """The view, and what it is narrowed to, that words after "summary" mean. Raises NoSuch.

    Words that begin with no view are the name of a department, a theme or an owner.
    """
    word, _, rest = typed.strip().partition(" ")
    if not word:
        return View.PLAN, None
    if word.lower() in _WORDS:
        view = _WORDS[word.lower()]
        return view, chosen(material, view, rest)
    fits = {view: _fit(_SUBJECTS[view](material), typed) for view in _BY_NAME}
    surest = max(fit for fit, _ in fits.values())
    found = [(view, each) for view, (fit, some) in fits.items() if fit == surest for each in some]
    if surest and (len(found) == 1 or surest == _EXACT):
        view, subject = found[0]
        return view, _shown(material, view, subject)
    names = [subject for _, subject in found]
    if not surest:
        names = [s for view in _BY_NAME[:2] for s in _SUBJECTS[view](material)]
        names += [s for s in owner.subjects(material) if s.key in material.seen_owners]
    views = listed([view.value for view in View], "or")
    says = f"“{typed[:80]}” {'could be' if surest else 'is not in the plan. There is'} "
    raise NoSuch(f"{says}{_listed(names, typed)}; or say {views}.")


# Views by the words for them, in the plural too.
_WORDS = {
    **{view.value: view for view in View},
    **{f"{view.value}s": view for view in (View.THEME, View.OWNER, View.DEPARTMENT)},
    "afi": View.SAR,
    "governor": View.GOVERNORS,
}


def myself(material: Material) -> Subject | None:
    """The viewer, where they own something."""
    viewer = material.viewer
    if viewer is None or viewer.slack_user_id not in material.by_owner:
        return None
    return Subject(viewer.slack_user_id, viewer.name)


def _unless_needed(material: Material, view: View) -> Subject | None:
    if view is View.OWNER:
        return myself(material)
    if view is not View.THREAD:
        return None
    mine = myself(material)
    if mine is not None:
        return mine
    if material.viewer is not None and not material.seen_owners:
        raise NoSuch("You own no action in this plan, so there is no thread to show.")
    names = [s for s in owner.subjects(material) if s.key in material.seen_owners]
    if not names:
        raise NoSuch("Nobody owns an action in this plan yet, so there is no thread to show.")
    raise NoSuch(f"Say whose: there is {_listed(names, '')}.")


def _shown(material: Material, view: View, subject: Subject) -> Subject:
    """The subject, if the viewer may see it. Raises NoSuch."""
    if view in (View.OWNER, View.THREAD) and subject.key not in material.seen_owners:
        raise NoSuch(
            f"Only {subject.name}, the sponsor of a theme they work under or a quality lead sees "
            "their actions gathered. The other views give you the counts."
        )
    return subject


_EXACT, _BEGINS, _HAS, _NOT = 3, 2, 1, 0


def _best(offered: Sequence[Subject], typed: str) -> list[Subject]:
    return _fit(offered, typed)[1]


def _fit(offered: Sequence[Subject], typed: str) -> tuple[int, list[Subject]]:
    """How well the best of these fit what was typed, and which those are."""
    mention = _MENTION.fullmatch(typed.strip())
    if mention:
        found = [s for s in offered if s.key == mention[1]]
        return (_EXACT, found) if found else (_NOT, [])
    words = _words(typed)
    if not words:
        return _NOT, []
    scored = [(_score(_words(s.name), words), s) for s in offered]
    best = max((score for score, _ in scored), default=_NOT)
    return best, [s for score, s in scored if score == best and score]


def _words(text: str) -> list[str]:
    # "AFI1" is AFI 1.
    return re.findall(r"[^\W\d]+|\d+", text.casefold())


def _score(name: list[str], typed: list[str]) -> int:
    if name == typed:
        return _EXACT
    if name[: len(typed)] == typed:
        return _BEGINS
    return _HAS if all(any(part.startswith(word) for part in name) for word in typed) else _NOT


def _there_is(
    material: Material, view: View, typed: str, names: Sequence[Subject], *, several: bool
) -> str:
    if view in (View.OWNER, View.THREAD):
        names = [s for s in names if s.key in material.seen_owners]
    if several and names:
        return f"“{typed[:80]}” could be {_listed(names, typed)}. Say which."
    if not names:
        return f"There is no {_ONE[view]} “{typed[:80]}” that you can see."
    return f"There is no {_ONE[view]} “{typed[:80]}”. There is {_listed(names, typed)}."


def _listed(names: Sequence[Subject], typed: str) -> str:
    """These names, the closest to what was typed first."""

    def distance(subject: Subject) -> float:
        return -SequenceMatcher(None, subject.name.casefold(), typed.casefold()).ratio()

    ordered = sorted(names, key=distance) if typed else list(names)
    told = [f"“{subject.name}”" for subject in ordered[:_MOST_NAMED]]
    rest = len(ordered) - len(told)
    return listed([*told, f"{rest} more"] if rest else told)
