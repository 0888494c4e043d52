"""Small whole plans for the tests of the review: a sound action, and how to spoil it."""

from datetime import date
from typing import Any

from bot.coaching.draft import Draft, SarItemView
from bot.coaching.whole_plan import Planned, ThemeAsked, Update, WholePlan
from storage.models import MilestoneFields
from storage.vocabulary import Direction, Rag, SarKind, Status

TODAY = date(2027, 2, 1)
TERMS = (
    (date(2026, 9, 1), date(2026, 12, 18)),
    (date(2027, 1, 4), date(2027, 3, 25)),
    (date(2027, 4, 12), date(2027, 7, 9)),
)

# What is done, what learners gain, the measure, from what to what, and where it is read. No two say
# the same; each is sound by every check.
SOUND: tuple[tuple[str, str, str, str, str, str], ...] = (
    (
        "Ring home on the day of each absence from resit lessons",
        "Attendance in GCSE resit lessons rises",
        "attendance",
        "74%",
        "82%",
        "register",
    ),
    (
        "Settle timetable and childcare problems of adults within three days",
        "Retention on adult courses rises",
        "retention",
        "81%",
        "88%",
        "MIS report",
    ),
    (
        "Give every written assignment one next step that learners act on",
        "More health learners say feedback helps them improve",
        "learner satisfaction",
        "61%",
        "70%",
        "learner survey",
    ),
    (
        "Start mornings with a graded task that counts towards the unit",
        "Punctuality of care learners rises",
        "punctuality",
        "80%",
        "88%",
        "register",
    ),
    (
        "Book functional skills mocks every six weeks and reteach gaps",
        "Functional Skills achievement in maths rises",
        "Functional Skills achievement",
        "47%",
        "56%",
        "exam results",
    ),
    (
        "Meet employers of apprentices each month over progress",
        "Fewer apprentices leave early: withdrawals fall",
        "withdrawals",
        "18%",
        "12%",
        "ILR",
    ),
    (
        "Timetable supervised workshops for learners behind in engineering",
        "More engineering learners are on track",
        "learners on track",
        "60%",
        "69%",
        "tracker",
    ),
    (
        "Match learners with an EHCP to a job coach before their placement",
        "More learners with an EHCP complete their work placement",
        "work placement",
        "55%",
        "64%",
        "placement log",
    ),
)


def area(number: int, **changed: Any) -> SarItemView:
    """An area for improvement of the SAR."""
    fields: dict[str, Any] = {
        "reference": f"AFI {number}",
        "kind": SarKind.AREA_FOR_IMPROVEMENT,
        "judgement": f"Too few learners in area {number} do as well as they could.",
        "department": "Health and care",
    }
    return SarItemView(**fields | changed)


def sound(number: int, **changed: Any) -> Planned:
    """An action, A-1 and so on, that passes every check on 1 February 2027.

    Fields of the draft and of its place in the plan can be changed by name.
    """
    action, impact, measure, baseline, target, source = SOUND[(number - 1) % len(SOUND)]
    draft: dict[str, Any] = {
        "action": action,
        "impact": f"{impact} from {baseline} to {target}",
        "measure": measure,
        "unit": "%",
        "direction": Direction.LOWER if measure == "withdrawals" else Direction.HIGHER,
        "baseline": baseline,
        "baseline_date": date(2026, 7, 31),
        "target": target,
        "evidence_source": source,
        "due": date(2027, 5, 28),
        "milestones": [MilestoneFields(due=date(2027, 3, 12), text="Half of the way")],
        "sar_items": [f"AFI {number}"],
        "theme": f"Theme {(number - 1) % 3 + 1}",
    }
    place: dict[str, Any] = {
        "reference": f"A-{number}",
        "status": Status.AGREED,
        "rag": Rag.AMBER,
        "owner": f"U{number}",
        "owner_name": f"Person {'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[number % 26]}owen",
        "updates": (Update(date(2027, 1, 25), Rag.AMBER),),
        "agreed_on": date(2026, 11, 20),
    }
    draft |= {k: v for k, v in changed.items() if k in Draft.model_fields and k != "owner"}
    place |= {k: v for k, v in changed.items() if k not in draft}
    return Planned(draft=Draft(**draft), **place)


def a_plan(*actions: Planned, **changed: Any) -> WholePlan:
    """A plan of these actions, or of six sound ones, with an area for improvement for each."""
    actions = actions or tuple(sound(n) for n in (1, 2, 3, 4, 6, 8))
    numbers = sorted({n for a in actions for n in _numbers(a)})
    fields: dict[str, Any] = {
        "today": TODAY,
        "academic_year": "2026/27",
        "items": tuple(area(n) for n in numbers),
        "themes": tuple(ThemeAsked(f"Theme {n}", "Gareth Pell") for n in (1, 2, 3)),
        "actions": actions,
        "terms": TERMS,
        "learners": 4000,
    }
    return WholePlan(**fields | changed)


def _numbers(action: Planned) -> list[int]:
    return [int(r.split()[1]) for r in action.draft.sar_items if r.startswith("AFI ")]
