"""One person's actions as objectives for their appraisal, ready to paste."""

import re

from bot.coaching.viewing import counted
from bot.reports.counting import Standing, standing_of
from bot.reports.material import Entry, Material
from bot.reports.owner import subjects
from bot.reports.progress import PROGRESS_NAMES, Progress, row
from bot.reports.report import Figures, Line, Section, Subject, Words
from bot.reports.saying import day, stands

__all__ = ["figures", "subjects", "words"]


def figures(material: Material, subject: Subject | None) -> Figures:
    """An objective of each action that the person has agreed to; the rest is only counted."""
    assert subject is not None
    owned = material.by_owner.get(subject.key, ())
    promised = [entry for entry in owned if entry.is_promised]
    standing = [standing_of(entry.planned) for entry in owned]
    return {
        "name": subject.name,
        "objectives": [
            _objective(number, entry, material) for number, entry in enumerate(promised, start=1)
        ],
        "drafts": standing.count(Standing.DRAFT),
        "parked": standing.count(Standing.PARKED),
    }


def _objective(number: int, entry: Entry, material: Material) -> Figures:
    draft = entry.planned.draft
    judgement = {item.reference: item.judgement for item in material.plan.sar_items}
    return {
        "number": number,
        **row(entry, material),
        "evidence_source": draft.evidence_source,
        "findings": [
            {"reference": r, "judgement": judgement[r]} for r in draft.sar_items if r in judgement
        ],
    }


def words(figures: Figures) -> Words:
    """The objectives in words, each a paragraph."""
    objectives = figures["objectives"]
    left = [f"{counted(figures[name], one)}" for name, one in _LEFT_OUT.items() if figures[name]]
    first = [Line(f"{counted(len(objectives), 'objective')} from the improvement plan.")]
    if left:
        first.append(Line(f"{' and '.join(left)} left out.", "Not agreed or waiting:"))
    paragraphs = tuple(_paragraph(each) for each in objectives)
    # One is a screen.
    first += paragraphs[:_FIRST]
    rest = paragraphs[_FIRST:]
    sections = (Section("The other objectives", rest),) if rest else ()
    return Words(f"Objectives of {figures['name']}", (), tuple(first), None, sections)


_FIRST = 1
_LEFT_OUT = {"drafts": "draft", "parked": "parked action"}


def _paragraph(each: Figures) -> Line:
    lines = [each["theme"] or "No theme yet"]
    lines += [f"Why: {f['judgement'].rstrip('.')} ({f['reference']})." for f in each["findings"]]
    so_that = f", so that {_mid(each['impact'])}" if each["impact"] else ""
    lines.append(f"I will {_mid(each['action'] or 'say what I will do')}{so_that}.")
    measured = _measured(each)
    lines += [measured] if measured else []
    lines.append(_so_far(each))
    return Line("\n".join(lines), f"{each['number']}. {each['reference']}")


def _measured(each: Figures) -> str:
    if not each["measure"] and not each["target"]:
        return f"By {day(each['due'])}." if each["due"] else ""
    parts = [f"Measured by {each['measure'] or 'a figure yet to be named'}"]
    dated = f" ({day(each['baseline_date'])})" if each["baseline_date"] else ""
    parts += [f"from {each['baseline']}{dated}"] if each["baseline"] else []
    parts += [f"to {each['target']}"] if each["target"] else []
    parts += [f"by {day(each['due'])}"] if each["due"] else []
    read_in = f", read in {_mid(each['evidence_source'])}" if each["evidence_source"] else ""
    return f"{' '.join(parts)}{read_in}."


def _so_far(each: Figures) -> str:
    progress = PROGRESS_NAMES[Progress(each["progress"])]
    if each["latest"]:
        progress = f"{each['latest']} on {day(each['latest_on'])}, {progress}"
    return f"So far: {progress}. Reported as {stands({**each, 'due': None})}."


# Words that keep their capital in the middle of a sentence.
_KEEPS = re.compile(r"(?:[A-Z][A-Z0-9]|[A-Z]\b|English\b|Welsh\b|Ofsted\b|Functional Skills\b)")
_WILL = re.compile(r"(?:I|we) (?:will|shall) ", re.IGNORECASE)


def _mid(text: str) -> str:
    """A sentence as the middle of another one."""
    text = _WILL.sub("", " ".join(text.split()).rstrip(" ."), count=1) if text else text
    return text if _KEEPS.match(text) else text[:1].lower() + text[1:]
