"""Every view of the plan, and a summary made of it."""

from collections.abc import Callable
from typing import NamedTuple

from bot.reports import department, governors, owner, plan, sar, theme, thread
from bot.reports.material import Material
from bot.reports.report import Figures, Report, Subject, View, Words


class Maker(NamedTuple):
    """What a view counts, and how it says that: its words know nothing but its figures."""

    figures: Callable[[Material, Subject | None], Figures]
    words: Callable[[Figures], Words]


VIEWS = {
    View.PLAN: Maker(plan.figures, plan.words),
    View.THEME: Maker(theme.figures, theme.words),
    View.OWNER: Maker(owner.figures, owner.words),
    View.DEPARTMENT: Maker(department.figures, department.words),
    View.SAR: Maker(sar.figures, sar.words),
    View.GOVERNORS: Maker(governors.figures, governors.words),
    View.THREAD: Maker(thread.figures, thread.words),
}


def report(material: Material, view: View, subject: Subject | None = None) -> Report:
    """The summary of a plan from one side; a thread needs a subject."""
    maker = VIEWS[view]
    figures = {
        "view": view.value,
        "about": subject.name if subject else None,
        "provider": material.plan.provider,
        "academic_year": material.plan.academic_year,
        "today": material.today.isoformat(),
        "since": material.since.isoformat(),
        **maker.figures(material, subject),
    }
    words = maker.words(figures)
    return Report(view, subject, words, figures)
