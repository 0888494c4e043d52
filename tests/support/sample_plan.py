"""A whole plan as colleges write them: 5 themes, 25 actions and 30 SAR items, all of it made up."""

from datetime import UTC, date, datetime
from typing import Any

from bot.plan_document import (
    ActionEntry,
    FindingEntry,
    PersonNamed,
    PlanDocument,
    SarItemEntry,
    ThemeEntry,
    UpdateEntry,
)
from storage.models import MilestoneFields
from storage.vocabulary import Direction, Driver, Rag, SarKind, Status, Verdict

THEMES = (
    ("Learners stay, attend and achieve on time", "Gareth Pell"),
    ("English and maths that open doors", "Samina Rauf"),
    ("Teaching that stretches every learner", "Helen Tranter"),
    ("Apprentices ready for their end-point assessment", "Dominic Okoro"),
    ("Learners with high needs move on to work and independence", "Lucy Brandreth"),
)
OWNERS = (
    "Tomasz Wilk", "Priya Nandakumar", "Alison Birkett", "Kwame Boateng", "Rhiannon Prosser",
    "Declan Moriarty", "Yasmin Haddad",
)  # fmt: skip

# What was answered to "so what?", a chain for each theme.
_CHAINS = (
    (
        "Absence and lateness are followed up on the day by someone the learner knows",
        "Problems with travel, money or the timetable are settled before learners fall behind",
        "More learners are in lessons each week and finish what they began",
    ),
    (
        "Teachers know by the second lesson which topics each learner got wrong last time",
        "Lessons close those gaps first, instead of going through the whole syllabus again",
        "Learners gain confidence, come to lessons and reach the grade their next step asks for",
    ),
    (
        "Teachers plan for what each learner can already do, not for the middle of the group",
        "Learners know exactly what to do next and practise it in the following lesson",
        "More of them reach the grades that their starting points promise",
    ),
    (
        "Employer, apprentice and assessor see the same record of what is still to be shown",
        "Off-the-job training is planned around the gaps, and nothing is left to the last month",
        "Apprentices go through gateway on time and pass at the first attempt",
    ),
    (
        "Staff agree small steps with learners and families that are seen and noted each week",
        "Learners practise in real places: on buses, in shops and with employers",
        "More of them travel, live and work with the independence they hoped for",
    ),
)

# Action, impact, measure, unit, direction, baseline, target, source, first and second check, last
# update and its reading.
_UP, _DOWN = Direction.HIGHER, Direction.LOWER
_ROWS: tuple[tuple[Any, ...], ...] = (
    (
        "Ring home on the day of every absence on level 2 courses, and hold a meeting with learner and family within a week of the third absence in a month",
        "Learners on level 2 courses come to more of their lessons, fall behind less often and reach the exams with all of their coursework handed in on time",
        "attendance", "%", _UP, "81%", "89%", "weekly register report",
        "84% in the report for the week before Christmas", "87% in the report of the week before Easter",
        "Calls are made in four of five areas; construction starts after half-term with two new attendance officers.", "83%",
    ),
    (
        "Move the first progress review of all adult learners to week four and settle timetable, childcare and bursary problems within three working days of it",
        "Adults who would have left before Christmas stay on their course, gain their qualification and go on to the next level or into better paid work",
        "retention", "%", _UP, "78%", "86%", "MIS retention dashboard",
        "All first reviews held, and 95% of adults still on programme", "91% of adults still on programme",
        "Reviews were held for 412 of 430 adults; eleven bursary cases took longer than promised.", "94%",
    ),
    (
        "Begin every morning on business and computing courses with a graded twenty-minute task that counts towards the unit and is marked before lunch",
        "Learners arrive on time, lose less teaching, and build up unit marks week by week instead of cramming before each of the deadlines in spring",
        "punctuality", "%", _UP, "76%", "88%", "electronic register",
        "80% on time over a whole half-term", "85% on time over a whole half-term",
        "Tasks run on every course. Learners say that they like knowing their mark the same day.", "82%",
    ),
    (
        "Give each learner at risk on level 3 a named coach among teaching staff who meets them fortnightly and writes down what both have promised to do",
        "Learners who are behind in November catch up by February and finish both years of their programme with the grades that universities and employers ask for",
        "achievement rate", "%", _UP, "82.4%", "87%", "QAR dashboard",
        "Every learner at risk has a coach and a first note", "Half of the learners at risk are back on track",
        "All coaches are named; a quarter of first meetings have not been held because of timetable clashes.", "41 of 160 back on track",
    ),
    (
        "Replace end-of-unit tests in health and care by staged assignments with a first hand-in after three weeks, and teach again whatever half of a group got wrong",
        "Fewer learners in health and care fail a unit at the first try, so that fewer leave in spring and more go on to nursing and social work courses",
        "withdrawals", "%", _DOWN, "14%", "9%", "ILR withdrawals report",
        "First staged assignment handed in by 90% of learners", "Withdrawals no higher than 7% by the end of the spring term",
        "First assignments were handed in by 93%; the reteaching weeks are in the timetable.", "4%",
    ),
    (
        "Teach GCSE maths resits in groups of twelve by topic missed, using question-level data from the summer, and regroup all learners every six weeks",
        "More learners who resit maths gain a grade 4 or move up at least one grade, so that they can take up apprenticeships and access courses they now miss",
        "GCSE grade 4 and above", "%", _UP, "19%", "27%", "exam results",
        "Mock: 22% at grade 4 or above", "Second mock: 25% at grade 4 or above",
        "First regrouping is done. Two vacancies are covered by agency staff and cost us three weeks.", "20% in the mock",
    ),
    (
        "Timetable English resit lessons in the middle of the day beside the main programme, and have vocational tutors walk their groups across to the lesson",
        "Learners come to English as they do to the rest of their course, practise reading and writing every week, and enter the exam room feeling prepared",
        "attendance in English", "%", _UP, "71%", "83%", "weekly register report",
        "76% in the weeks to Christmas", "80% in the weeks to Easter",
        "New timetable has run since September; engineering is still at 68% and gets a second tutor.", "75%",
    ),
    (
        "Book Functional Skills mocks every six weeks, and enter learners when two mocks in a row show a pass rather than on one date for everyone",
        "Apprentices and adults pass Functional Skills sooner and at the first attempt, which lets them finish their programmes on time and feel that they can do maths",
        "Functional Skills achievement", "%", _UP, "47%", "58%", "awarding body results",
        "Everyone has sat a first mock, with results within a week", "50% have passed or are entered",
        "The third round of mocks is marked. Entry by readiness has already lifted the pass rate.", "52%",
    ),
    (
        "Train forty vocational teachers to teach ratio, percentages and units through their trade, with a shared lesson each half-term that maths teachers watch",
        "Learners use maths where they need it, in the workshop and the salon, and say that they understand why it matters for the job they want",
        "learners who say maths helps them in their trade", "%", _UP, "38%", "60%", "learner survey",
        "Twenty teachers trained, ten shared lessons watched", "Forty teachers trained; spring survey at 50%",
        "Eighteen teachers are trained. Cover for watching lessons is the bottleneck.", None,
    ),
    (
        "Assess reading age at enrolment, give those below eleven a reading tutor twice a week, and adapt handouts on the twelve largest courses to match",
        "Learners who read below the level of their course can follow its texts by Easter, hand in written work on time and pass units with the others",
        "reading age gain", "months", _UP, "4", "12", "reading test",
        "Every learner tested, tutors in place", "Average gain of six months at the mid-year test",
        "All are tested; 143 learners have a tutor. The mid-year test is booked for February.", "5 months",
    ),
    (
        "Have every teacher agree one next step with each learner on each marked piece of work, and begin the following lesson by acting on it",
        "Learners know how to improve, act on what they are told, and hand in second drafts that are a grade better than the first",
        "learners who say feedback helps them improve", "%", _UP, "61%", "78%", "learner survey",
        "Work sampled in October: next step in 70% of pieces", "Work sampled in February: next step acted on in 75%",
        "Sampling of 240 pieces found a next step in 72%, and that it was acted on in 51%.", "66%",
    ),
    (
        "Set a target grade from prior attainment for every A-level and level 3 learner by October, and review each half-term who is below it and why",
        "Learners with the highest starting points are stretched from the first term and leave with the high grades that selective universities ask for",
        "high grades", "%", _UP, "34%", "42%", "exam results",
        "Targets set for all; 30% on or above target", "38% on or above a high grade in mocks",
        "Targets were late in science because prior attainment was missing for 60 learners.", "29%",
    ),
    (
        "Pair each new or agency teacher with an experienced coach for a year, with a lesson watched by either of them every fortnight and one point to work on",
        "Learners of new teachers get lessons as good as everyone else's, make the same progress and no longer ask to change group in the first term",
        "lessons in which learners make good progress", "%", _UP, "64%", "80%", "lesson visits",
        "All pairs formed and four visits each", "72% of lessons of new teachers show good progress",
        "Thirty-one of thirty-four pairs meet; three coaches have left and are being replaced.", "69%",
    ),
    (
        "Rewrite schemes of work in digital and creative courses with two local employers so that each unit ends in a live brief that they set and judge",
        "Learners leave with work they can show at an interview, speak with confidence about how it was made, and more of them find jobs in the sector",
        "positive destinations in the sector", "%", _UP, "46%", "60%", "destinations survey",
        "Six live briefs judged by employers", "Ten live briefs judged; 50% with an offer or interview",
        "Five briefs are finished. Employers praised the games course and want earlier contact.", "44%",
    ),
    (
        "Open supervised workshops on three afternoons for engineering learners who are behind, with technicians present and attendance agreed in their review",
        "Learners who miss practical work through illness or placement catch up within a fortnight, and finish the year with every unit signed off",
        "learners on track in practical units", "%", _UP, "68%", "85%", "progress tracker",
        "75% on track at the first progress point", "80% on track at the second progress point",
        "Workshops are full on Wednesdays and nearly empty on Fridays; Friday moves to Tuesday.", "74%",
    ),
    (
        "Hold a monthly three-way review with employer and apprentice that ends in agreed off-the-job training for the month and a date for what is overdue",
        "Apprentices are released for their training, keep up with the standard and no longer leave in the second year because work always came first",
        "apprenticeship achievement rate", "%", _UP, "54%", "65%", "QAR dashboard",
        "90% of reviews held in the month they are due", "60% of leavers-to-be on track for their end date",
        "Reviews are on time for all but the two largest employers, who asked for a joint session.", "57% on track",
    ),
    (
        "Run a full mock end-point assessment twelve weeks before gateway in every standard, marked by an assessor from another team, with feedback within five days",
        "Apprentices meet the form of the assessment before it counts, know what to practise, and pass at the first attempt with more merits and distinctions",
        "EPA first-time pass", "%", _UP, "72%", "84%", "EPA organisation results",
        "Mocks written for all eleven standards", "First sixty apprentices have sat a mock",
        "Nine of eleven mocks are written. Two organisations changed their plans in October.", "74%",
    ),
    (
        "Check the starting point of every new apprentice against each knowledge, skill and behaviour, and shorten or change the training plan where they already have it",
        "Apprentices spend their time on what is new to them, see that the programme was made for them, and progress faster than the planned rate",
        "apprentices past their planned end date", "%", _DOWN, "31%", "18%", "MIS out-of-funding report",
        "All new starts checked since September", "No more than 24% past their planned end date",
        "All 96 new starts were checked and 40 plans changed. Older starts remain the problem.", "28%",
    ),
    (
        "Ask every employer each term how well training meets what their business needs, and tell them within a month what was changed because of it",
        "Apprentices learn on the equipment and the software their employers use, are given more responsibility at work, and are kept on when they finish",
        "employer satisfaction", "%", _UP, "76%", "88%", "FE Choices survey",
        "First survey: 60% of employers have answered", "Second survey: satisfaction of 82%",
        "58% of employers have answered. Three asks on welding kit have been met.", "79%",
    ),
    (
        "Give care apprentices a monthly evening of safeguarding and case discussion with practitioners, open to their supervisors, and record what they apply at work",
        "Apprentices recognise when someone is at risk and say what they would do, and supervisors trust them with more complex residents by the spring",
        "apprentices who show safe practice at observation", "%", _UP, "70%", "90%", "observation records",
        "Three evenings held, with 80% present", "80% show safe practice at observation",
        "Two evenings held with 74% present; travel from the coast is hard, so the third is online.", "77%",
    ),
    (
        "Match each final-year learner with an EHCP to a job coach before the placement begins, and agree with the employer what a good day looks like",
        "More learners with high needs complete a placement they chose, are offered supported internships or paid work, and keep it for six months",
        "completed work placements", "%", _UP, "55%", "75%", "placement log",
        "All learners matched; first placements begun", "60% have completed half of their placement",
        "All 38 learners are matched. Four employers withdrew, and replacements have been found for two.", "50% begun",
    ),
    (
        "Turn the outcomes in every EHCP into three small steps a term, seen and noted weekly by staff on one page that learner and family can read",
        "Learners and families see progress towards independence week by week, and annual reviews speak about what learners can do now and not about provision",
        "EHCP outcomes met by annual review", "%", _UP, "58%", "75%", "annual review record",
        "Steps written for all learners", "65% of autumn steps met",
        "Steps are written for 112 of 118 learners. Weekly notes are patchy in two groups.", "61%",
    ),
    (
        "Teach independent travel on real routes to every learner who is ready, with one-to-one support fading over eight weeks and families joining the last trip",
        "Learners come to college and go home by themselves, spend less time waiting for transport, and can say yes to jobs that taxis would rule out",
        "learners who travel by themselves", "", _UP, "9", "25", "travel training log",
        "Ten learners in training, three signed off", "Fifteen learners signed off",
        "Twelve are in training and five signed off; icy weeks in January may set us back.", "14",
    ),
    (
        "Move learners with sensory needs into two refitted rooms next to the main teaching block, and teach mixed groups for art, music and sport",
        "Learners who avoided busy places take part in lessons with others, are sent home less often, and make friends outside their own group",
        "days lost to distress", "days a term", _DOWN, "64", "30", "incident log",
        "Both rooms in use; mixed art lessons running", "No more than 20 days lost in the spring term",
        "The first room opened in October; the second waits for fire doors until January.", "41",
    ),
    (
        "Have transition workers visit each school leaver with an EHCP twice before the summer and hold a three-day start with one familiar adult",
        "Learners settle within the first fortnight, come in every day from the start, and stay on the course that they and their families chose",
        "attendance in the first half-term", "%", _UP, "79%", "90%", "weekly register report",
        "Every leaver visited once before Easter", "Every leaver visited twice before July",
        "Attendance of this autumn's starters is in, and visits begin in the new year.", "86%",
    ),
)  # fmt: skip

_RAGS = (Rag.GREEN, Rag.AMBER, Rag.GREEN, Rag.RED, Rag.GREEN, Rag.AMBER, Rag.GREEN)
_DRIVERS = (Driver.OUTCOMES, Driver.LEARNER_FEEDBACK, Driver.INSPECTION, Driver.OUTCOMES)
_WEAK = FindingEntry(
    criterion="evidence", verdict=Verdict.WEAK, why="It does not say where the figure will be read."
)
_MISSING = FindingEntry(
    criterion="milestone", verdict=Verdict.MISSING, why="There is no check on the way."
)

_AREAS = (
    "Too few learners on {} attend all of their lessons or arrive on time",
    "Achievement on {} is below that of similar colleges, and has been for two years",
    "Feedback on {} does not tell learners clearly enough how to improve their work",
    "Leaders do not know early enough which learners on {} have fallen behind",
    "Too few learners on {} move on to jobs or courses that match what they learned",
)
_DEPARTMENTS = (
    "Business and computing", "English and maths", "Health and care", "Apprenticeships",
    "Supported learning",
)  # fmt: skip


def sample_plan() -> PlanDocument:
    """The plan as it stands on 23 November 2026."""
    areas = tuple(_area(n) for n in range(1, 26))
    strengths = tuple(
        SarItemEntry(
            reference=f"S {n}",
            kind=SarKind.STRENGTH,
            judgement=f"{who} gain excellent practical skills that employers value highly.",
            evidence="Employer feedback and visits to placements in 2025/26.",
            department=department,
        )
        for n, (who, department) in enumerate(
            zip(
                ("Learners in computing", "Adults in maths", "Learners in care", "Apprentices",
                 "Learners with high needs"),
                _DEPARTMENTS,
                strict=True,
            ),
            start=1,
        )
    )  # fmt: skip
    return PlanDocument(
        provider="Harrowmere College",
        academic_year="2026/27",
        themes=tuple(
            ThemeEntry(name=name, rank=rank, sponsor=PersonNamed(name=sponsor))
            for rank, (name, sponsor) in enumerate(THEMES, start=1)
        ),
        sar_items=areas + strengths,
        actions=tuple(_action(n, row) for n, row in enumerate(_ROWS, start=1)),
    )


def _area(number: int) -> SarItemEntry:
    department = _DEPARTMENTS[(number - 1) // 5]
    return SarItemEntry(
        reference=f"AFI {number}",
        kind=SarKind.AREA_FOR_IMPROVEMENT,
        judgement=_AREAS[number % 5].format(f"{department.lower()} courses"),
        evidence="Registers, results and the learner survey of 2025/26.",
        department=department,
        evaluation_area="Achievement" if number % 2 else "Curriculum, teaching and training",
        grade="Needs attention",
        theme=THEMES[(number - 1) // 5][0],
        measure="attendance",
        baseline="81%",
        baseline_date=date(2026, 7, 31),
    )


def _action(number: int, row: tuple[Any, ...]) -> ActionEntry:
    (action, impact, measure, unit, direction, baseline, target, source, first, second, note,
     reading) = row  # fmt: skip
    theme = (number - 1) // 5
    owner = PersonNamed(name=OWNERS[number % 7], slack_user_id=f"U0{number:04d}")
    # Three items stay without an action, and some actions answer two.
    items = [
        n for n in (number, number + 1 if number % 6 == 0 else 0) if n and n not in (9, 17, 24)
    ]
    rag = _RAGS[number % 7]
    return ActionEntry(
        id=number,
        reference=f"A-{number}",
        sar_items=tuple(f"AFI {n}" for n in items) or ("AFI 1",),
        theme=THEMES[theme][0],
        driver=_DRIVERS[number % 4],
        action=action,
        so_what=_CHAINS[theme],
        impact=impact,
        measure=measure,
        unit=unit or None,
        direction=direction,
        baseline=baseline,
        baseline_date=date(2026, 7, 31),
        target=target,
        evidence_source=source,
        due=date(2027, 7, 16),
        milestones=(
            MilestoneFields(due=date(2026, 12, 18), text=first, done=number % 3 == 0),
            MilestoneFields(due=date(2027, 3, 26), text=second),
        ),
        owner=owner,
        status=Status.IN_PROGRESS,
        rag=rag,
        findings=((_WEAK,) if number % 8 == 0 else ()) + ((_MISSING,) if number % 12 == 0 else ()),
        updates=(
            UpdateEntry(
                at=datetime(2026, 11, 16 + number % 7, 9, 0, tzinfo=UTC),
                author=owner,
                rag=rag,
                note=note,
                reading=reading,
            ),
        ),
        agreed_at=datetime(2026, 10, 5, 14, 30, tzinfo=UTC),
    )
