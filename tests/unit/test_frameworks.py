"""Inspection frameworks: which is of a year, what a heading comes to in a newer one, and grades."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.coaching.carrying import carried, recognised
from bot.coaching.frameworks import (
    FRAMEWORKS,
    LONGEST_HEADING,
    OWN,
    PROVISIONS,
    Framework,
    Sector,
    Sure,
    abandoned_grade,
    default_framework,
    framework_of,
    grade_of,
    headings_in,
    headings_of,
    is_weak_grade,
    names_weak_grade,
)
from bot.coaching.viewing import is_grave
from tests.unit.plans import area

CIF, EIF, RENEWED = (FRAMEWORKS[key] for key in ("cif-2015", "eif-2019", "eif-2025"))
SCHOOLS = {key: FRAMEWORKS[f"{key}-schools"] for key in ("cif-2015", "eif-2019", "eif-2025")}
SCALE = ["exceptional", "strong standard", "expected standard", "needs attention"]
SCALE += ["urgent improvement"]

# --- the data -----------------------------------------------------------------------------------


@pytest.mark.parametrize("sector", Sector)
def test_the_frameworks_of_a_sector_follow_each_other_without_a_gap(sector: Sector) -> None:
    of_sector = [f for f in FRAMEWORKS.values() if f.sector is sector]

    assert len(of_sector) == 3
    for before, after in zip(of_sector, of_sector[1:], strict=False):
        assert before.followed_by == after.key
        assert before.ends is not None and before.ends + timedelta(days=1) == after.begins
    assert of_sector[-1].ends is None and of_sector[-1].followed_by is None


@pytest.mark.parametrize("framework", FRAMEWORKS.values(), ids=lambda f: f.key)
def test_every_heading_is_known_by_a_key_and_says_what_becomes_of_it(framework: Framework) -> None:
    keys = [heading.key for heading in framework.areas]
    assert len(set(keys)) == len(keys)
    assert framework.source and framework.confirmed
    for heading in framework.areas:
        assert set(heading.to) <= {a.key for a in _next(framework)} and len(heading.to) < 4
        assert bool(heading.why) == (framework.followed_by is not None)
        assert heading.provision is None or heading.provision in PROVISIONS
    assert [g.weak for g in framework.grades] == sorted(g.weak for g in framework.grades)
    assert not framework.grades[0].weak and framework.grades[-1].weak


def _next(framework: Framework) -> tuple[object, ...]:
    return FRAMEWORKS[framework.followed_by].areas if framework.followed_by else ()


def test_the_renewed_framework_has_sixteen_areas_and_five_grades() -> None:
    assert len(RENEWED.headings) == 16
    assert RENEWED.headings[4] == (
        "Curriculum, teaching and training: education programmes for young people"
    )
    for framework in (RENEWED, SCHOOLS["eif-2025"]):
        assert [grade.name for grade in framework.grades] == SCALE
    assert max(len(h) for h in RENEWED.headings) <= LONGEST_HEADING


# --- the framework of a year --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("year", "key"),
    [
        ("2010/11", "cif-2015"),
        ("2015/16", "cif-2015"),
        ("2018/19", "cif-2015"),
        ("2019/20", "eif-2019"),
        ("2024/25", "eif-2019"),
        ("2025/26", "eif-2025"),
        ("2026/27", "eif-2025"),
        ("2040/41", "eif-2025"),
    ],
)
def test_the_year_of_a_plan_picks_the_framework(year: str, key: str) -> None:
    assert default_framework(year).key == key
    assert default_framework(year, Sector.SCHOOLS).key == f"{key}-schools"
    assert headings_of(None, [], year) == FRAMEWORKS[key].headings
    assert headings_of("none", [], year) == ()


# --- carrying a heading -------------------------------------------------------------------------

CTT, ACHIEVED = "Curriculum, teaching and training", "Achievement"
PART = "Participation and development"
YOUNG, ADULTS = "education programmes for young people", "adult learning programmes"
APPS, HIGH = "apprenticeships", "provision for learners with high needs"


@pytest.mark.parametrize(
    ("heading", "to", "sure", "headings"),
    [
        # As they are typed, within one framework.
        ("Quality of education", EIF, "exact", ["Quality of education"]),
        ("QUALITY OF EDUCATION", EIF, "exact", ["Quality of education"]),
        ("  the quality of  education ", EIF, "exact", ["Quality of education"]),
        ("QoE", EIF, "exact", ["Quality of education"]),
        ("B&A", EIF, "exact", ["Behaviour and attitudes"]),
        ("B & A", EIF, "exact", ["Behaviour and attitudes"]),
        ("Behaviour & attitudes", EIF, "exact", ["Behaviour and attitudes"]),
        ("PD", EIF, "exact", ["Personal development"]),
        ("l&m", EIF, "exact", ["Leadership and management"]),
        ("2. Leadership & management", EIF, "exact", ["Leadership and management"]),
        ("Quality of education – apprenticeships", EIF, "exact", ["Quality of education"]),
        ("TLA", CIF, "exact", ["Quality of teaching, learning and assessment"]),
        (
            "Teaching learning & assessment",
            CIF,
            "exact",
            ["Quality of teaching, learning and assessment"],
        ),
        ("PD, B&W", CIF, "exact", ["Personal development, behaviour and welfare"]),
        ("outcomes for learners", CIF, "exact", ["Outcomes for learners"]),
        ("Outcomes for children and learners", CIF, "exact", ["Outcomes for learners"]),
        ("Study programmes", CIF, "exact", ["16 to 19 study programmes"]),
        ("Leadership & governance", RENEWED, "exact", ["Leadership and governance"]),
        (f"{CTT}: apprenticeships", RENEWED, "exact", [f"{CTT}: {APPS}"]),
        ("Apprenticeships - achievement", RENEWED, "exact", [f"{ACHIEVED}: {APPS}"]),
        (
            "Learners and apprentices with high needs - participation and development",
            RENEWED,
            "exact",
            [f"{PART}: {HIGH}"],
        ),
        ("Curriculum teaching & training (EPYP)", RENEWED, "exact", [f"{CTT}: {YOUNG}"]),
        ("Achievement", RENEWED, "exact", ["Achievement"]),
        # From the CIF to the EIF of 2019.
        ("Effectiveness of leadership and management", EIF, "exact", ["Leadership and management"]),
        ("TLA", EIF, "nearest", ["Quality of education"]),
        ("Outcomes", EIF, "nearest", ["Quality of education"]),
        (
            "Personal development, behaviour & welfare",
            EIF,
            "nearest",
            ["Behaviour and attitudes", "Personal development"],
        ),
        ("Traineeships", EIF, "nearest", [YOUNG.capitalize(), ADULTS.capitalize()]),
        ("Adult learning programmes", EIF, "exact", ["Adult learning programmes"]),
        # From the EIF of 2019 to the renewed one.
        ("Quality of Education", RENEWED, "nearest", [CTT, ACHIEVED]),
        (
            "Quality of education – apprenticeships",
            RENEWED,
            "nearest",
            [f"{CTT}: {APPS}", f"{ACHIEVED}: {APPS}"],
        ),
        (
            "Quality of education (adult learning)",
            RENEWED,
            "nearest",
            [f"{CTT}: {ADULTS}", f"{ACHIEVED}: {ADULTS}"],
        ),
        ("B&A: study programmes", RENEWED, "nearest", [f"{PART}: {YOUNG}"]),
        ("Behaviour and attitudes in apprenticeships", RENEWED, "nearest", [f"{PART}: {APPS}"]),
        ("Personal development", RENEWED, "nearest", [PART]),
        ("L&M", RENEWED, "nearest", ["Leadership and governance"]),
        ("L&M - apprenticeships", RENEWED, "nearest", ["Leadership and governance"]),
        ("Safeguarding", RENEWED, "exact", ["Safeguarding"]),
        ("Skills needs", RENEWED, "exact", ["Contribution to meeting skills needs"]),
        (
            "Apprenticeships",
            RENEWED,
            "nearest",
            [f"{CTT}: {APPS}", f"{ACHIEVED}: {APPS}", f"{PART}: {APPS}"],
        ),
        (
            "High needs",
            RENEWED,
            "nearest",
            [f"{CTT}: {HIGH}", f"{ACHIEVED}: {HIGH}", f"{PART}: {HIGH}"],
        ),
        ("Overall effectiveness", RENEWED, "none", []),
        # All the way.
        ("Quality of teaching, learning and assessment", RENEWED, "nearest", [CTT, ACHIEVED]),
        (
            "Outcomes for learners – apprenticeships",
            RENEWED,
            "nearest",
            [f"{CTT}: {APPS}", f"{ACHIEVED}: {APPS}"],
        ),
        ("PDBW", RENEWED, "nearest", [PART]),
        (
            "Effectiveness of leadership & management",
            RENEWED,
            "nearest",
            ["Leadership and governance"],
        ),
        (
            "Full-time provision for 14- to 16-year-olds",
            RENEWED,
            "nearest",
            [f"{CTT}: {YOUNG}", f"{ACHIEVED}: {YOUNG}", f"{PART}: {YOUNG}"],
        ),
        # Schools.
        ("Outcomes for pupils", SCHOOLS["eif-2019"], "nearest", ["Quality of education"]),
        ("QoE", SCHOOLS["eif-2025"], "nearest", ["Curriculum and teaching", "Achievement"]),
        ("B&A", SCHOOLS["eif-2025"], "nearest", ["Attendance and behaviour"]),
        ("PD", SCHOOLS["eif-2025"], "nearest", ["Personal development and well-being"]),
        (
            "Personal development & wellbeing",
            SCHOOLS["eif-2025"],
            "exact",
            ["Personal development and well-being"],
        ),
        ("Sixth form provision", SCHOOLS["eif-2025"], "exact", ["Sixth form"]),
        ("EYFS", SCHOOLS["eif-2025"], "exact", ["Early years"]),
        # Unknown, of later, or of others.
        ("", RENEWED, "none", []),
        ("Maths", RENEWED, "none", []),
        ("Quality of education – maths", RENEWED, "none", []),
        ("Quality", RENEWED, "none", []),
        ("Development", RENEWED, "none", []),
        ("Inclusion", EIF, "none", []),
        ("Attendance and behaviour", RENEWED, "none", []),
        ("Leadership and management – safeguarding", RENEWED, "none", []),
    ],
)
def test_a_heading_is_carried(heading: str, to: Framework, sure: str, headings: list[str]) -> None:
    found = carried(heading, to)

    assert (found.sure, list(found.headings)) == (sure, headings)
    assert found.original == heading
    assert found.why.endswith(".")


@pytest.mark.parametrize(
    ("heading", "to", "why"),
    [
        ("Rooms", RENEWED, "It is no heading of a framework that is known here."),
        (
            "Inclusion",
            EIF,
            "It is a heading of Renewed EIF, November 2025, which came later.",
        ),
        ("Inclusion", RENEWED, "It is a heading of Renewed EIF, November 2025."),
    ],
)
def test_it_is_said_why_a_heading_comes_to_what_it_does(
    heading: str, to: Framework, why: str
) -> None:
    assert carried(heading, to).why == why


@pytest.mark.parametrize("framework", FRAMEWORKS.values(), ids=lambda f: f.key)
@pytest.mark.parametrize("to", FRAMEWORKS.values(), ids=lambda f: f.key)
def test_every_heading_has_an_answer_in_every_framework(
    framework: Framework, to: Framework
) -> None:
    for area_, heading in [(a, n) for a in framework.areas for n in (a.name, *a.also)]:
        found = carried(heading, to)
        assert found.original == heading and found.why
        assert bool(found.headings) == (found.sure is not Sure.NONE)
        _are_of(to, found.headings)
        if framework is to:
            assert found.headings == (area_.name,) and found.sure is Sure.EXACT
        elif framework.sector is to.sector and framework.begins < to.begins:
            # What an older framework judged has a place in a newer one, but for the overall grade.
            assert found.headings or area_.key == "overall"


@pytest.mark.parametrize("framework", FRAMEWORKS.values(), ids=lambda f: f.key)
def test_what_is_offered_is_recognised(framework: Framework) -> None:
    for heading in framework.headings:
        assert carried(heading, framework).headings == (heading,)
        found = recognised(heading, framework.sector)
        assert found is not None and found[0].sector is framework.sector


def _are_of(framework: Framework, headings: tuple[str, ...]) -> None:
    bare = {a.name for a in framework.areas}
    assert set(headings) <= {*framework.headings, *bare}
    assert len(set(headings)) == len(headings)


@given(
    st.text(max_size=60)
    | st.sampled_from([n for f in FRAMEWORKS.values() for n in f.headings]).flatmap(
        lambda name: st.sampled_from([name.upper(), name.replace(" and ", " & "), f"{name} – x"])
    ),
    st.sampled_from(list(FRAMEWORKS.values())),
)
def test_the_original_is_never_changed(heading: str, to: Framework) -> None:
    found = carried(heading, to)

    assert found.original == heading
    _are_of(to, found.headings)
    if recognised(heading, to.sector) is None:
        assert found.sure is Sure.NONE


@pytest.mark.parametrize(
    ("heading", "key", "name"),
    [
        ("QoE", "eif-2019", "Quality of education"),
        ("TLA", "cif-2015", "Quality of teaching, learning and assessment"),
        ("Inclusion", "eif-2025", "Inclusion"),
        # Of several frameworks that have it the newest.
        ("Leadership and management", "eif-2019", "Leadership and management"),
        ("achievement – adult learning", "eif-2025", f"{ACHIEVED}: {ADULTS}"),
    ],
)
def test_a_heading_tells_its_framework(heading: str, key: str, name: str) -> None:
    assert recognised(heading) == (FRAMEWORKS[key], name)


def test_what_is_no_heading_is_not_recognised() -> None:
    assert recognised("Maths") is None
    assert recognised("Attendance and behaviour") is None
    assert recognised("Attendance and behaviour", Sector.SCHOOLS) is not None


# --- grades -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "framework", "grade"),
    [
        ("Good", EIF, "good"),
        ("good.", EIF, "good"),
        ("RI", EIF, "requires improvement"),
        ("Requires Improvement", CIF, "requires improvement"),
        ("3", EIF, "requires improvement"),
        ("Grade 3", EIF, "requires improvement"),
        ("Grade 3: requires improvement", EIF, "requires improvement"),
        ("Requires improvement (3)", EIF, "requires improvement"),
        ("Good (3)", EIF, None),
        ("Grade 5", EIF, None),
        ("1", EIF, "outstanding"),
        ("4", EIF, "inadequate"),
        ("4 (inadequate)", EIF, "inadequate"),
        ("1 - Outstanding", EIF, "outstanding"),
        ("Outstanding (2)", EIF, None),
        ("judged to be Good overall", EIF, "good"),
        ("Good 2024", EIF, None),
        ("Met (1)", RENEWED, None),
        ("3%", EIF, None),
        ("Needs attention", EIF, None),
        ("Needs attention", RENEWED, "needs attention"),
        ("judged as NEEDS ATTENTION", RENEWED, "needs attention"),
        ("Expected", RENEWED, "expected standard"),
        ("3", RENEWED, None),
        ("Met", RENEWED, "met"),
        ("not met", RENEWED, "not met"),
        ("met", EIF, None),
        ("Good", RENEWED, None),
        ("secure", RENEWED, None),
        ("Strong", RENEWED, None),
        ("Too few learners achieve", EIF, None),
        ("", EIF, None),
    ],
)
def test_a_grade_is_known_as_it_is_typed(text: str, framework: Framework, grade: str) -> None:
    assert grade_of(text, framework) == grade


@pytest.mark.parametrize(
    "text", ["RI", "inadequate", "Grade 4", "3", "Urgent improvement", "needs attention", "Not met"]
)
def test_what_is_below_expected_is_weak(text: str) -> None:
    assert is_weak_grade(text)


@pytest.mark.parametrize(
    "text", ["Good", "2", "expected standard", "met", "", "attention needed", "Trip to Paris"]
)
def test_other_grades_and_words_are_not_weak(text: str) -> None:
    assert not is_weak_grade(text)


def test_a_grade_is_weak_in_its_own_framework() -> None:
    assert is_weak_grade("3", EIF) and not is_weak_grade("3", RENEWED)
    assert is_weak_grade("not met", RENEWED) and not is_weak_grade("met", RENEWED)
    assert not is_weak_grade("good", EIF) and not is_weak_grade("needs attention", EIF)


@pytest.mark.parametrize(
    ("own", "headings"),
    [
        (["Teaching", "Welfare"], ("Teaching", "Welfare")),
        (("Teaching",), ("Teaching",)),
        # Of what is kept only what can be a heading, and no more than fit.
        (["t" * LONGEST_HEADING, "t" * (LONGEST_HEADING + 1)], ("t" * LONGEST_HEADING,)),
        (["T", "", "  ", 7, None], ("T",)),
        ([f"T {n}" for n in range(36)], tuple(f"T {n}" for n in range(35))),
        ("Teaching", ()),
        (None, ()),
    ],
)
def test_headings_of_ones_own_are_offered_as_they_are_kept(
    own: object, headings: tuple[str, ...]
) -> None:
    assert headings_of(OWN, own, "2026/27") == headings
    assert headings_of(OWN, own) == headings


def test_headings_are_those_of_the_framework_that_is_chosen() -> None:
    for key, framework in FRAMEWORKS.items():
        assert headings_of(key, ["Teaching"], "2019/20") == framework.headings
    assert headings_of(None, ["Teaching"]) == headings_of("unheard of", []) == ()


@pytest.mark.parametrize(
    ("text", "headings"),
    [
        ("Teaching\n\n  Welfare  of   learners ", ["Teaching", "Welfare of learners"]),
        ("- Teaching\n• Welfare\n* Safety\n— Skills", ["Teaching", "Welfare", "Safety", "Skills"]),
        ("1. Teaching\n2) Welfare\n12. Safety", ["Teaching", "Welfare", "Safety"]),
        ("3D design\n16-18 learners\n1.5 hours", ["3D design", "16-18 learners", "1.5 hours"]),
        # Each once, as it was typed first.
        ("Teaching\nTEACHING\nteaching", ["Teaching"]),
        ("-\n \n•", []),
    ],
)
def test_headings_are_typed_one_a_line(text: str, headings: list[str]) -> None:
    assert headings_in(text) == headings


@pytest.mark.parametrize(
    ("text", "weak"),
    [
        ("Inspectors judged it inadequate in May", True),
        ("It was RI last time", True),
        ("This requires  improvement", True),
        ("Graded needs attention", True),
        ("The tri club", False),
        ("inadequately lit rooms", False),
        ("Learners' needs", False),
    ],
)
def test_running_text_that_names_a_weak_grade(text: str, weak: bool) -> None:
    assert names_weak_grade(text) is weak


def test_an_area_is_grave_by_its_grade() -> None:
    assert is_grave(area(1, grade="4")) and is_grave(area(1, grade="Needs attention"))
    assert not is_grave(area(1, grade="Good")) and not is_grave(area(1))
    assert is_grave(area(1, evaluation_area="Safeguarding"))


@pytest.mark.parametrize(
    ("text", "grade"),
    [
        ("Exemplary", "exemplary"),
        ("strong", "strong"),
        ("SECURE", "secure"),
        ("attention needed", "attention needed"),
        ("Causing concern", "causing concern"),
        ("strong standard", None),
        ("needs attention", None),
        ("a secure place", None),
    ],
)
def test_the_scale_that_was_given_up_is_known_as_such(text: str, grade: str | None) -> None:
    assert abandoned_grade(text) == grade
    if grade:
        assert all(grade_of(text, framework) is None for framework in FRAMEWORKS.values())


@pytest.mark.parametrize("year", ["2025/26", "2026/27"])
def test_the_framework_is_the_chosen_one_else_the_years_and_none_for_own_headings(
    year: str,
) -> None:
    for key, framework in FRAMEWORKS.items():
        assert framework_of(key, year) is framework
    assert framework_of(None, year) is framework_of("withdrawn", year) is default_framework(year)
    assert framework_of(OWN, year) is None
