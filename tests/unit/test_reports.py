"""Each view in words, by tables; who sees whom; and what is said of a name that is not there."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlmodel import SQLModel, select

from bot.coaching.whole_plan import Planned, Update
from bot.reports.choosing import NoSuch, chosen, keyed, subjects, understood
from bot.reports.material import Material, material
from bot.reports.progress import Progress, progress_of
from bot.reports.report import Report, View
from bot.reports.thread import _mid
from bot.reports.views import report
from storage.database import Database
from storage.models import Person
from storage.vocabulary import Direction, Rag
from tests.support.under_way import TODAY, WORKSPACE, under_way
from tests.unit.plans import sound

LEAD, SPONSOR, OTHER_SPONSOR = "Ruth Adeyemi", "Gareth Pell", "Samina Rauf"
OWNER, OTHER = "Lucy Brandreth", "Dominic Okoro"


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    opened = Database("sqlite://")
    SQLModel.metadata.create_all(opened.engine)
    under_way(opened)
    yield opened
    opened.close()


def seen_by(database: Database, name: str | None = None, since: int = 7) -> Material:
    with database.reading() as session:
        viewer = session.exec(select(Person).where(Person.name == name)).first() if name else None
        assert name is None or viewer is not None
        found = material(session, WORKSPACE, TODAY, TODAY - timedelta(days=since), viewer)
    assert found is not None
    return found


def told(made: Report) -> str:
    """Every word of a summary."""
    words = made.words
    lines = [*words.news, *words.first, *(li for s in words.sections for li in s.lines)]
    parts = [words.title, *(f"{line.lead} {line.text}".strip() for line in lines)]
    parts += [" | ".join(row) for row in (words.table.rows if words.table else ())]
    return "\n".join([*parts, *(section.heading for section in words.sections)])


SAYS = (
    (View.PLAN, "", "Since 22 February 2027: 3 gains for learners."),
    (View.PLAN, "", "9 actions: 3 on track, 1 at risk, 1 off track, 1 complete, 1 no update yet"),
    (View.PLAN, "", "Look at: 1 overdue, 4 without a word for four weeks and 1 with something"),
    (View.PLAN, "", "5 of 10 have an action, 1 waits with a reason, 4 open (AFI 6, AFI 8"),
    (
        View.PLAN,
        "",
        "Impact: 1 target met, 3 moving the right way, 1 not moving, 2 no reading",
    ),
    (View.PLAN, "", "1. Learners stay and achieve on time: sponsor Gareth Pell"),
    (View.PLAN, "", "3. Teaching that stretches every learner: no sponsor yet"),
    (View.PLAN, "", "Learners stay and achieve on time | 5 | 1 | 1 | 1 | 1"),
    (View.THEME, "", "English and maths that open doors | 2 | 1 | 0 | 0 | 0"),
    (View.THEME, "english", "Sponsor: Samina Rauf"),
    (View.THEME, "2", "English and maths attendance from 74%, now 79%, to 82%"),
    (View.THEME, "2", "Functional Skills achievement from 47% to 56%, no reading yet"),
    (View.OWNER, "", "Owners: 3 people with actions, 2 live ones at most."),
    (View.OWNER, "", "Heard from: 2 of 3 in the last four weeks."),
    (View.OWNER, "lucy", "4 actions: 2 on track, 1 complete, 1 parked."),
    (
        View.OWNER,
        "lucy",
        "A check that was due: In-year retention stands at 90% or better (A-1",
    ),
    (View.DEPARTMENT, "", "Health and care | 1 | 1 | 0 | 0 | 0"),
    (View.DEPARTMENT, "", "Actions of no department: 1."),
    (
        View.DEPARTMENT,
        "adult",
        "Areas for improvement: 1 of 3 have an action, 2 open (AFI 9 and",
    ),
    (View.SAR, "", "AFI 8 Too few learners on the level 3 engineering diploma"),
    (View.SAR, "", "Nothing but what is parked."),
    (View.SAR, "AFI2", "A-2 English and maths attendance: was 74% (31 July 2026), is 79% (26"),
    (View.SAR, "", "needs to be 82% by 28 May 2027. On track."),
    (View.SAR, "", "Waits: The awarding body changes the course in September."),
    (View.SAR, "", "Strengths: 4."),
    (
        View.GOVERNORS,
        "",
        "The SAR: 4 strengths, 10 areas for improvement (5 with an action, 1",
    ),
    (View.GOVERNORS, "", "1 action called on track but well behind by its figures: A-3."),
    (View.GOVERNORS, "", "1 theme without a sponsor: Teaching that stretches every learner."),
    (View.GOVERNORS, "", "Achievement: Needs attention (4) and Strong standard."),
    (View.GOVERNORS, "", "A-6 Target met. Withdrawals: was 18% (31 July 2026), is 11%"),
    (View.GOVERNORS, "", "Withdrawals | 18% | 11% | 12%"),
    (View.THREAD, "lucy", "3 objectives from the improvement plan."),
    (View.THREAD, "lucy", "Why: Attendance in GCSE English and maths resit lessons is too low"),
    (View.THREAD, "lucy", "over their progress, so that fewer apprentices leave early"),
    (View.THREAD, "lucy", "Measured by withdrawals from 18% (31 July 2026) to 12% by 31 July 2027"),
    (View.THREAD, "lucy", "So far: 11% on 23 February 2027, target met. Reported as complete."),
)


@pytest.mark.parametrize(("view", "about", "says"), SAYS)
def test_a_view_says(database: Database, view: View, about: str, says: str) -> None:
    found = seen_by(database)

    assert says in told(report(found, view, chosen(found, view, about)))


@pytest.mark.parametrize("view", [v for v in View if v is not View.THREAD])
def test_what_is_new_is_said_first_and_a_screen_is_enough(database: Database, view: View) -> None:
    words = report(seen_by(database), view).words

    assert words.news[0].text == "Since 22 February 2027: 3 gains for learners."
    assert len(words.news) + len(words.first) <= 10
    assert max(len(line.text) for line in (*words.news, *words.first)) < 160
    quiet = report(seen_by(database, since=0), view).words
    assert quiet.news[0].text == "Since 1 March 2027 nothing has changed."


# --- who sees whom --------------------------------------------------------------------------

EVERYBODY = {OWNER, OTHER, "Tomasz Wilk"}
SEES = (
    (None, EVERYBODY),
    (LEAD, EVERYBODY),
    # All three have an action under the first theme, and Lucy Brandreth none under the second.
    (SPONSOR, EVERYBODY),
    (OTHER_SPONSOR, {OTHER, "Tomasz Wilk"}),
    (OWNER, {OWNER}),
)


@pytest.mark.parametrize(("viewer", "sees"), SEES)
def test_people_are_named_to_those_who_look_after_them(
    database: Database, viewer: str | None, sees: set[str]
) -> None:
    found = seen_by(database, viewer)
    # To an owner "owner" means their own.
    everyone = report(found, View.OWNER)

    assert {one["name"] for one in everyone.figures["people"]} == sees
    assert everyone.figures["owners"] == 3
    for view in (View.PLAN, View.THEME, View.DEPARTMENT, View.SAR):
        for each in [None, *subjects(found, view)]:
            text = told(report(found, view, each))
            assert {name for name in EVERYBODY if name in text} <= sees, view
    assert not any(name in told(report(found, View.GOVERNORS)) for name in EVERYBODY)
    for name in EVERYBODY:
        for view in (View.OWNER, View.THREAD):
            if name in sees:
                assert chosen(found, view, name)
            else:
                with pytest.raises(NoSuch, match=f"Only {name}, the sponsor"):
                    chosen(found, view, name)


# --- names ----------------------------------------------------------------------------------

MEANT = (
    ("", (View.PLAN, None)),
    ("governors", (View.GOVERNORS, None)),
    ("Themes", (View.THEME, None)),
    ("theme 2", (View.THEME, "English and maths that open doors")),
    ("theme doors", (View.THEME, "English and maths that open doors")),
    # The department has this name exactly, the theme begins with it.
    ("english and maths", (View.DEPARTMENT, "English and maths")),
    ("health", (View.DEPARTMENT, "Health and care")),
    ("stretches", (View.THEME, "Teaching that stretches every learner")),
    ("lucy", (View.OWNER, "Lucy Brandreth")),
    ("<@U0NOBODY|x>", "“<@U0NOBODY|x>” is not in the plan. There is “"),
    ("AFI 10", (View.SAR, "AFI 10")),
    ("sar afi10", (View.SAR, "AFI 10")),
    ("learn", "could be “"),
    ("theme healt", "There is no theme “healt”. There is “"),
    ("owner xyz", "There is no person with actions “xyz”. There is “"),
    ("governors maths", "The view “governors” is of the whole plan: leave out “maths”."),
    ("thread", "Say whose: there is “Dominic Okoro”, “Lucy Brandreth” and “Tomasz Wilk”."),
)


@pytest.mark.parametrize(("typed", "means"), MEANT)
def test_what_is_typed_is_understood(
    database: Database, typed: str, means: tuple[View, str | None] | str
) -> None:
    found = seen_by(database)
    if isinstance(means, str):
        with pytest.raises(NoSuch) as error:
            understood(found, typed)
        assert means in str(error.value)
    else:
        view, subject = understood(found, typed)
        assert (view, subject.name if subject else None) == means


def test_the_closest_name_comes_first(database: Database) -> None:
    with pytest.raises(NoSuch, match="There is “Digital and engineering”, "):
        chosen(seen_by(database), View.DEPARTMENT, "digitil engineering")


def test_an_owner_means_themselves(database: Database) -> None:
    found = seen_by(database, OWNER)

    for view in (View.OWNER, View.THREAD):
        mine = chosen(found, view, "")
        assert mine is not None and mine.name == OWNER
        assert keyed(found, view, mine.key) == mine
    with pytest.raises(NoSuch, match="not in your plan any more"):
        keyed(found, View.THEME, "4711")
    with pytest.raises(NoSuch, match="not in your plan any more"):
        keyed(found, View.PLAN, "1")


# --- progress -------------------------------------------------------------------------------

HIGHER, LOWER = Direction.HIGHER, Direction.LOWER
WAYS = (
    (HIGHER, "74%", "82%", None, Progress.NO_READING),
    (HIGHER, "74%", "82%", "82%", Progress.MET),
    (HIGHER, "74%", "82%", "81.9%", Progress.MOVING),
    (HIGHER, "74%", "82%", "74%", Progress.NOT_MOVING),
    (HIGHER, "74%", "82%", "70%", Progress.NOT_MOVING),
    (LOWER, "18%", "12%", "12%", Progress.MET),
    (LOWER, "18%", "12%", "15%", Progress.MOVING),
    (LOWER, "18%", "12%", "18%", Progress.NOT_MOVING),
    (HIGHER, None, "82%", "80%", Progress.UNCLEAR),
    (HIGHER, None, "82%", "83%", Progress.MET),
    (HIGHER, "74%", None, "75%", Progress.MOVING),
    (HIGHER, "74%", "82%", "better", Progress.UNCLEAR),
    (HIGHER, "Requires improvement", "Good", "Good", Progress.UNCLEAR),
)


@pytest.mark.parametrize(("way", "start", "target", "reading", "expected"), WAYS)
def test_how_far_a_measure_has_come(
    way: Direction,
    start: str | None,
    target: str | None,
    reading: str | None,
    expected: Progress,
) -> None:
    told_of = Update(date(2027, 1, 25), Rag.GREEN, reading)
    planned = sound(1, direction=way, baseline=start, target=target, updates=(told_of,))

    assert progress_of(planned, TODAY) is expected


def test_of_two_readings_of_a_day_the_later_counts() -> None:
    day = date(2027, 1, 25)
    twice = (Update(day, Rag.RED, "70%"), Update(day, Rag.GREEN, "83%"))
    planned: Planned = sound(1, rag=None, updates=twice)

    assert planned.last_reading == planned.last_update == twice[1]
    assert planned.rated is Rag.GREEN


@pytest.mark.parametrize(
    ("typed", "within"),
    [
        ("Ring home each day.", "ring home each day"),
        ("We will ring home", "ring home"),
        ("GCSE resits improve", "GCSE resits improve"),
        ("English attendance rises.", "English attendance rises"),
        ("T levels start on time", "T levels start on time"),
    ],
)
def test_a_sentence_fits_into_another(typed: str, within: str) -> None:
    assert _mid(typed) == within
