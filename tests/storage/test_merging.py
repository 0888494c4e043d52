"""What was understood of a file, in the plan: new, changed or as it was, on both databases."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from bot.exporting.gathering import gathered
from bot.importing.matching import Known
from bot.importing.understood import Understood
from bot.merging import Into, Merged, merge
from bot.plan_document import ActionEntry, PersonNamed, PlanDocument, SarItemEntry, ThemeEntry
from bot.sample import TRIAL_WORKSPACE, load_sample
from storage import actions, plans, providers
from storage.database import Database
from storage.models import Audit, Person, SarItem
from storage.vocabulary import Rag, Role, SarKind, Status
from tests.support.bots import NOW

YEAR, PLACE, DAY = "2026/27", "T0IMPORT", date(2026, 11, 23)
AFI = SarKind.AREA_FOR_IMPROVEMENT
PRIYA, TOM = Known("U1", "Priya Shah"), Known("U2", "Tom Baker")


@pytest.fixture
def lead(database: Database) -> Person:
    with database.writing() as session:
        providers.ensure_provider(session, PLACE, "Test College")
        return providers.ensure_person(session, PLACE, "U0LEAD", "Lena Marsh")


def take_in(database: Database, document: PlanDocument, by: Person | None, **more: Any) -> Merged:
    understood = Understood(document, is_own=more.pop("is_own", False))
    into = {"known": (PRIYA, TOM), "academic_year": YEAR, "at": NOW, **more}
    with database.writing() as session:
        return merge(session, understood, Into(PLACE, by=by, today=DAY, **into))


def stored_actions(database: Database) -> list[actions.StoredAction]:
    with database.reading() as session:
        plan = plans.plan_of(session, PLACE, YEAR)
        assert plan is not None and plan.id is not None
        return actions.of_plan(session, PLACE, plan.id)


def stored_items(database: Database, year: str = YEAR) -> dict[str, SarItem]:
    with database.reading() as session:
        plan = plans.plan_of(session, PLACE, year)
        assert plan is not None and plan.id is not None
        items = plans.stored_sar_items(session, PLACE, plan.id)
    return {item.reference: item for item in items}


LATE = SarItemEntry(
    kind=AFI, reference="AFI 1", judgement="Too few achieve on time", department="Digital"
)
DO = ActionEntry(
    reference="QIP 4", action="Review the plan of every late apprentice", sar_items=("AFI 1",)
)


def test_a_plan_goes_out_and_comes_in_again_without_loss(database: Database) -> None:
    with database.writing() as session:
        load_sample(session, YEAR, NOW)
        doc = gathered(session, TRIAL_WORKSPACE, YEAR, DAY)
        assert doc is not None
        providers.ensure_provider(session, PLACE, doc.provider or "")

    merged = take_in(database, doc, None, is_own=True, takes_people=True)

    with database.reading() as session:
        assert gathered(session, PLACE, YEAR, DAY) == doc
    assert merged.actions.new == len(doc.actions)
    again = take_in(database, doc, None, is_own=True, takes_people=True)
    assert (again.actions.new, again.actions.changed) == (0, 0)
    assert [(t.new, t.changed) for t in again.items.values()] == [(0, 0), (0, 0)]


def test_the_same_file_again_changes_nothing(database: Database, lead: Person) -> None:
    document = PlanDocument(sar_items=(LATE,), actions=(DO,))

    first, second = (take_in(database, document, lead) for _ in range(2))

    assert (first.items[AFI].new, first.actions.new) == (1, 1)
    assert (second.items[AFI].same, second.actions.same) == (1, 1)
    assert (second.actions.new, second.actions.changed) == (0, 0)


def test_the_file_a_year_later_is_linked_to_the_year_before(
    database: Database, lead: Person
) -> None:
    take_in(database, PlanDocument(sar_items=(LATE,)), lead, academic_year="2025/26")
    changed = LATE.model_copy(update={"reference": "AFI 7"})

    merged = take_in(database, PlanDocument(sar_items=(changed,)), lead)

    assert merged.linked_before == [("AFI 7", "AFI 1")]
    before = stored_items(database, "2025/26")["AFI 1"]
    assert stored_items(database)["AFI 7"].previous_id == before.id


def test_what_a_file_words_otherwise_is_changed_and_what_it_leaves_empty_stays(
    database: Database, lead: Person
) -> None:
    whole = DO.model_copy(update={"target": "65%", "due": date(2027, 7, 31)})
    take_in(database, PlanDocument(sar_items=(LATE,), actions=(whole,)), lead)

    reworded = DO.model_copy(
        update={"action": "Review every late plan each month", "target": "68%"}
    )
    merged = take_in(database, PlanDocument(actions=(reworded,)), lead)

    held = stored_actions(database)[0]
    assert merged.actions.changed == 1
    assert (held.action.action, held.action.target) == (reworded.action, "68%")
    assert (held.action.due, held.sar_references) == (date(2027, 7, 31), ["AFI 1"])
    with database.reading() as session:
        audit = session.exec(select(Audit).where(Audit.action_id == held.action.id)).all()
    assert {a.field for a in audit} == {"status", "action", "target"}
    assert all(a.person_id == lead.id for a in audit)


def test_what_was_agreed_meanwhile_stays_agreed(database: Database, lead: Person) -> None:
    document = PlanDocument(sar_items=(LATE,), actions=(DO,))
    take_in(database, document, lead)
    held = stored_actions(database)[0].action
    with database.writing() as session:
        actions.change_action(
            session, PLACE, held.id or 0, held.version, by=lead, at=NOW, status=Status.AGREED
        )

    take_in(database, document, lead)

    assert stored_actions(database)[0].action.status is Status.AGREED


def test_an_owner_by_full_name_is_proposed_and_any_other_is_asked_about(
    database: Database, lead: Person
) -> None:
    document = PlanDocument(
        actions=(
            DO.model_copy(update={"owner": PersonNamed(name="Shah, Priya")}),
            ActionEntry(action="Mark within ten days", owner=PersonNamed(name="T Baker")),
        )
    )

    merged = take_in(database, document, lead)

    sure, asked = stored_actions(database)
    assert sure.owner is not None and sure.owner.slack_user_id == "U1"
    assert sure.owner.role is Role.OWNER
    assert sure.action.proposed_by_id == lead.id
    assert asked.owner is None and asked.action.owner_name == "T Baker"
    assert [(o.name, o.may_be, o.actions) for o in merged.owners_asked] == [
        ("T Baker", (TOM,), ("A-2",))
    ]

    merged = take_in(database, document, lead, chosen={"T Baker": "U2"})

    owner = stored_actions(database)[1].owner
    assert owner is not None and owner.slack_user_id == "U2"
    assert merged.owners_asked == []


def test_people_whom_an_import_brings_leave_the_first_to_come_the_lead(database: Database) -> None:
    with database.writing() as session:
        providers.ensure_provider(session, PLACE, "Test College")
    take_in(
        database,
        PlanDocument(actions=(DO.model_copy(update={"owner": PersonNamed(name="Tom Baker")}),)),
        None,
    )

    with database.writing() as session:
        first = providers.ensure_person(session, PLACE, "U9", "Ada Obi")

    assert first.role is Role.LEAD


def test_references_that_change_places_do_not_collide(database: Database, lead: Person) -> None:
    other = SarItemEntry(kind=AFI, reference="AFI 2", judgement="Attendance in English is low")
    take_in(database, PlanDocument(sar_items=(LATE, other)), lead)
    swapped = (
        other.model_copy(update={"reference": "AFI 1"}),
        LATE.model_copy(update={"reference": "AFI 2"}),
    )

    merged = take_in(database, PlanDocument(sar_items=swapped), lead)

    assert merged.items[AFI].changed == 2
    held = stored_items(database)
    assert held["AFI 1"].judgement == other.judgement
    assert held["AFI 2"].judgement == LATE.judgement


def test_an_action_that_refers_to_nothing_in_the_sar_is_told(
    database: Database, lead: Person
) -> None:
    lost = DO.model_copy(update={"sar_items": ("AFI 1", "AFI 99")})

    merged = take_in(database, PlanDocument(sar_items=(LATE,), actions=(lost,)), lead)

    assert merged.not_linked == [("A-1", "AFI 99")]
    assert stored_actions(database)[0].sar_references == ["AFI 1"]


def test_what_only_restates_the_action_is_to_be_talked_over(
    database: Database, lead: Person
) -> None:
    weak = DO.model_copy(update={"impact": "Every late plan has been reviewed"})
    ended = ActionEntry(action="Buy laptops", impact="Laptops bought", status=Status.COMPLETE)

    merged = take_in(database, PlanDocument(sar_items=(LATE,), actions=(weak, ended)), lead)

    assert merged.to_talk_over == ["A-1"]


def test_an_original_heading_is_kept_as_it_is_typed(database: Database, lead: Person) -> None:
    typed = LATE.model_copy(update={"evaluation_area": "Outcomes for Learners", "grade": "RI"})

    take_in(database, PlanDocument(sar_items=(typed,)), lead)

    held = stored_items(database)["AFI 1"]
    assert (held.evaluation_area, held.grade) == ("Outcomes for Learners", "RI")


def test_a_theme_is_known_by_its_name_and_a_new_one_comes_last(
    database: Database, lead: Person
) -> None:
    themes = (ThemeEntry(name="Stay and achieve", rank=1, sponsor=PersonNamed(name="Tom Baker")),)
    take_in(database, PlanDocument(themes=themes), lead)

    merged = take_in(
        database,
        PlanDocument(
            actions=(
                DO.model_copy(update={"theme": "stay & achieve"}),
                DO.model_copy(
                    update={"theme": "STAY AND ACHIEVE", "reference": "2", "action": "Another"}
                ),
            )
        ),
        lead,
    )

    with database.reading() as session:
        plan = plans.plan_of(session, PLACE, YEAR)
        assert plan is not None
        listed = [
            (t.name, t.rank, s.name if s else None)
            for t, s in plans.themes(session, PLACE, plan.id or 0)
        ]
    assert listed == [("Stay and achieve", 1, "Tom Baker"), ("stay & achieve", 2, None)]
    assert merged.new_themes == ["stay & achieve"]


def test_an_update_of_the_file_is_put_under_the_action_once(
    database: Database, lead: Person
) -> None:
    update = {"at": datetime(2026, 11, 20, tzinfo=UTC), "rag": "amber", "note": "Half are reviewed"}
    document = PlanDocument(
        actions=(
            ActionEntry.model_validate({**DO.model_dump(), "updates": [update], "rag": "amber"}),
        )
    )

    for _ in range(2):
        take_in(database, document, lead)

    held = stored_actions(database)[0]
    assert [(u.rag, u.note) for u in held.updates] == [(Rag.AMBER, "Half are reviewed")]


def test_whoever_owns_something_now_is_looked_at_for_reminders(
    database: Database, lead: Person
) -> None:
    later = NOW + timedelta(hours=1)
    owned = DO.model_copy(update={"owner": PersonNamed(name="Lena Marsh", slack_user_id="U0LEAD")})

    take_in(
        database,
        PlanDocument(actions=(owned,)),
        lead,
        at=later,
        known=(Known("U0LEAD", "Lena Marsh"),),
    )

    with database.reading() as session:
        person = providers.person(session, PLACE, "U0LEAD")
    assert person is not None and person.remind_at == later
    # Their own file: they need not accept it.
    assert stored_actions(database)[0].action.proposed_by_id is None


def test_another_file_that_counts_in_the_same_way_is_not_taken_for_our_actions(
    database: Database, lead: Person
) -> None:
    take_in(database, PlanDocument(actions=(DO,)), lead)
    theirs = ActionEntry(reference="A-1", action="Buy forty laptops for the library")

    merged = take_in(database, PlanDocument(actions=(theirs,)), lead)

    assert merged.actions.new == 1
    assert [a.action.action for a in stored_actions(database)] == [DO.action, theirs.action]


def test_the_export_of_another_provider_leaves_our_actions_alone(
    database: Database, lead: Person
) -> None:
    take_in(database, PlanDocument(actions=(DO,)), lead)
    theirs = ActionEntry(id=1, reference="A-1", action="Buy forty laptops for the library")

    for provider, new in (("Another College", 1), ("Test College", 0)):
        document = PlanDocument(provider=provider, actions=(theirs,))
        assert take_in(database, document, lead, is_own=True).actions.new == new


def test_an_error_in_the_middle_leaves_nothing_behind(database: Database, lead: Person) -> None:
    class Trouble(Exception):
        pass

    def fails() -> None:
        with database.writing() as session:
            document = PlanDocument(sar_items=(LATE,), actions=(DO,))
            merge(session, Understood(document), Into(PLACE, YEAR, lead, NOW, DAY))
            raise Trouble

    with pytest.raises(Trouble):
        fails()

    with database.reading() as session:
        assert plans.plan_of(session, PLACE, YEAR) is None
