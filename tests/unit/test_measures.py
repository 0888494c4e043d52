"""The catalogue of measures: that each entry is whole, and that people's words find it."""

import pytest

from bot.coaching.measures import BY_KEY, MEASURES, find_measure, find_measures, gain, suggest
from storage.vocabulary import Direction, Driver


def test_the_catalogue_covers_the_sector() -> None:
    assert len(MEASURES) >= 40
    assert len(BY_KEY) == len(MEASURES)


@pytest.mark.parametrize("measure", MEASURES, ids=lambda m: m.key)
def test_an_entry_is_whole(measure: object) -> None:
    entry = BY_KEY[measure.key]  # type: ignore[attr-defined]

    assert entry.lowest < entry.highest
    assert entry.unit != "%" or (entry.lowest, entry.highest) == (0, 100)
    assert entry.source and entry.known and entry.noted and entry.drivers
    assert (entry.rung is not None) == (entry.about == "learners")


@pytest.mark.parametrize(
    "measure", [m for m in MEASURES if m.pace == "yearly"], ids=lambda m: m.key
)
def test_a_yearly_measure_is_paired_with_one_known_in_the_year(measure: object) -> None:
    leading = BY_KEY[measure.leading]  # type: ignore[attr-defined]

    assert leading.pace != "yearly"


@pytest.mark.parametrize("measure", MEASURES, ids=lambda m: m.key)
def test_its_own_plain_name_finds_it(measure: object) -> None:
    entry = BY_KEY[measure.key]  # type: ignore[attr-defined]

    assert entry in [named.measure for named in find_measures(entry.names[0].split("|")[0])]


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("attendance should be up", "attendance"),
        ("attndance 82 > 89", "attendance"),
        ("english attendance", "em_attendance"),
        ("more pass EPA first time", "epa_first_time"),
        ("late marks after lunch", "punctuality"),
        ("apprentices past their planned end date", "past_planned_end"),
        ("fewer withdrawals", "withdrawals"),
        ("GCSE maths 9-4", "gcse_4plus"),
        ("reading ages", "reading_age"),
        ("employer satisfaction", "employer_sat"),
        ("the gap between learners with an EHCP and all learners", "gap"),
    ],
)
def test_a_measure_is_found_in_what_people_type(typed: str, key: str) -> None:
    found = find_measure(typed)

    assert found is not None and found[0].key == key


@pytest.mark.parametrize("typed", ["the resources are better", "work", "staff will be happy", ""])
def test_no_measure_is_found_where_none_is_named(typed: str) -> None:
    assert find_measure(typed) is None


@pytest.mark.parametrize("driver", [None, *Driver])
def test_three_measures_of_learners_are_suggested_for_any_driver(driver: Driver | None) -> None:
    offered = suggest(driver)

    assert len({measure.key for measure in offered}) == 3
    assert all(measure.about == "learners" for measure in offered)


def test_what_the_sar_item_names_is_suggested_first_with_what_tells_sooner() -> None:
    offered = suggest(Driver.OUTCOMES, "Achievement on the software apprenticeship is low.")

    assert [measure.key for measure in offered[:2]] == ["achievement_rate", "on_track"]


@pytest.mark.parametrize(
    ("driver", "keys"),
    [
        (None, "attendance on_track retention_rate"),
        (Driver.OUTCOMES, "attendance on_track retention_rate"),
        (Driver.LEARNER_FEEDBACK, "on_track learner_sat attendance"),
        (Driver.INSPECTION, "attendance punctuality on_track"),
        (Driver.CURRICULUM_CHANGE, "on_track mock_results otj_on_track"),
        (Driver.COMPLIANCE, "otj_on_track attendance on_track"),
        (Driver.SAFEGUARDING, "attendance on_track retention_rate"),
    ],
)
def test_what_fits_the_driver_is_suggested_before_what_shows_soonest(
    driver: Driver | None, keys: str
) -> None:
    assert [measure.key for measure in suggest(driver)] == keys.split()


def test_as_many_are_suggested_as_are_asked_for_and_none_twice() -> None:
    judgement = "Attendance in resits and the pass rate are low."

    offered = suggest(Driver.OUTCOMES, judgement, 5)

    keys = [measure.key for measure in offered]
    assert keys == ["em_attendance", "pass_rate", "mock_results", "attendance", "on_track"]


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        (
            "attendance, then the pass rate and fewer withdrawals",
            {"attendance": "attendance", "pass_rate": "pass rate", "withdrawals": "withdrawals"},
        ),
        (
            "Learners’ attendence: late marks",
            {"attendance": "attendence", "punctuality": "late marks"},
        ),
        ("low English attendance", {"em_attendance": "English attendance"}),
        # Of a name with a gap, up to two words may stand there.
        ("reviews on time", {"reviews_on_time": "reviews on time"}),
        ("reviews done on time", {"reviews_on_time": "reviews done on time"}),
        ("reviews all done on time", {"reviews_on_time": "reviews all done on time"}),
        ("reviews of staff all done on time", {}),
        ("a second attempt at reviews", {}),
        # The longer of two names that begin alike, and the shorter where the longer does not fit.
        ("persistent absence is up", {"persistent_absence": "persistent absence"}),
        ("absence is up", {"attendance": "absence"}),
        ("English and attendance", {"em_attendance": "English and attendance"}),
        ("the resits", {}),
    ],
)
def test_measures_are_found_with_the_words_that_name_them(
    typed: str, names: dict[str, str]
) -> None:
    found = find_measures(typed)

    assert {n.measure.key: typed[n.start : n.end] for n in found} == names
    first = find_measure(typed)
    assert first == ((found[0].measure, [*names.values()][0]) if found else None)


def test_directions_are_the_words_the_rest_uses() -> None:
    assert {measure.direction for measure in MEASURES} == set(Direction)


@pytest.mark.parametrize(
    ("title", "says"),
    [
        ("attendance", "Higher attendance"),
        ("ESOL passes", "Higher ESOL passes"),
        ("passes at end-point assessment", "More passes at end-point assessment"),
        ("Progress 8", "Higher Progress 8"),
        ("withdrawals", "Fewer withdrawals"),
        ("persistent absence", "Lower persistent absence"),
        ("free-meals gap", "Lower free-meals gap"),
    ],
)
def test_a_gain_is_said_as_people_say_it(title: str, says: str) -> None:
    (measure,) = [each for each in MEASURES if each.title == title]

    assert gain(measure) == says
