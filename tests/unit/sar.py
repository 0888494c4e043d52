"""A small SAR for the tests of the core."""

from datetime import date

from bot.coaching.draft import SarItemView, Setting
from storage.vocabulary import SarKind

SETTING = Setting(
    today=date(2026, 11, 23),
    academic_year="2026/27",
    speaker="You",
    is_lead=True,
    sar_items=(
        SarItemView(
            reference="AFI 1",
            kind=SarKind.AREA_FOR_IMPROVEMENT,
            judgement="Too few apprentices on the software developer apprenticeship achieve "
            "within the planned period.",
            evidence="QAR 2025/26: 54% achieved.",
            department="Digital",
            theme="Learners achieve on time",
            measure="achievement rate",
            baseline="54%",
        ),
        SarItemView(
            reference="AFI 2",
            kind=SarKind.AREA_FOR_IMPROVEMENT,
            judgement="Attendance in English and maths resits is too low.",
            evidence="Registers 2025/26: 74%.",
            department="English and maths",
            measure="attendance",
            baseline="74%",
        ),
        SarItemView(
            reference="AFI 3",
            kind=SarKind.AREA_FOR_IMPROVEMENT,
            judgement="Written feedback does not tell learners how to improve.",
            evidence="Learner survey 2026.",
            department="Health and care",
        ),
        SarItemView(
            reference="Strength 1",
            kind=SarKind.STRENGTH,
            judgement="Health and care learners gain excellent skills on placements.",
            evidence="Employer feedback.",
            department="Health and care",
        ),
    ),
)
