"""A plan goes out as .xlsx or .json, comes into another database, and goes out the same."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from sqlmodel import SQLModel

from bot.exporting.formats import exported
from bot.exporting.gathering import gathered
from bot.importing.reading import understand
from bot.importing.understood import Understood
from bot.merging import Into, merge
from bot.plan_document import PlanDocument
from storage import providers
from storage.database import Database
from tests.storage.test_merging import DAY, PLACE, YEAR
from tests.support.bots import NOW
from tests.support.plans import AWKWARD, DOCUMENTS
from tests.support.sample_plan import sample_plan

WITHOUT_LOSS = (".xlsx", ".json")


@contextmanager
def fresh() -> Iterator[Database]:
    database = Database("sqlite://")
    # A hundred times, so without the history of the schema.
    SQLModel.metadata.create_all(database.engine)
    yield database
    database.close()


def taken_in(database: Database, understood: Understood) -> PlanDocument:
    """What the plan is after a file has been taken into it."""
    with database.writing() as session:
        providers.ensure_provider(session, PLACE, understood.document.provider or "A college")
        merge(session, understood, Into(PLACE, YEAR, None, NOW, DAY, takes_people=True))
    with database.reading() as session:
        found = gathered(session, PLACE, YEAR, DAY)
    assert found is not None
    return found


def read_again(content: bytes, ending: str) -> Understood:
    return understand(f"plan{ending}", content, academic_year=YEAR, today=DAY)


@pytest.mark.parametrize("ending", WITHOUT_LOSS)
def test_a_full_plan_comes_back_to_the_byte(ending: str) -> None:
    with fresh() as one, fresh() as two:
        plan = taken_in(one, Understood(sample_plan(), is_own=True))
        first = exported(plan, ending)

        again = taken_in(two, read_again(first, ending))

        assert again == plan
        assert exported(again, ending) == first


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(DOCUMENTS)
def test_any_plan_comes_back_to_the_byte(document: PlanDocument) -> None:
    for ending in WITHOUT_LOSS:
        with fresh() as one, fresh() as two:
            plan = taken_in(one, Understood(document, is_own=True))
            first = exported(plan, ending)

            again = taken_in(two, read_again(first, ending))

            assert again == plan
            assert exported(again, ending) == first


def test_texts_to_stumble_over_come_back_on_either_database(database: Database) -> None:
    plan = sample_plan()
    odd = tuple(
        action.model_copy(update={"impact": text, "so_what": (text,), "source_link": text})
        for action, text in zip(plan.actions * 2, AWKWARD, strict=False)
    )
    numbered = tuple(
        a.model_copy(update={"id": n, "reference": f"A-{n}"}) for n, a in enumerate(odd, start=1)
    )
    kept = taken_in(
        database, Understood(plan.model_copy(update={"actions": numbered}), is_own=True)
    )

    with fresh() as other:
        assert taken_in(other, read_again(exported(kept, ".xlsx"), ".xlsx")) == kept
    assert len(kept.actions) == len(AWKWARD)
    # No database keeps NUL, and a link that does not fit is none.
    assert [a.impact for a in kept.actions] == [text.replace("\0", "") for text in AWKWARD]
    assert all(len(a.source_link or "") <= 300 for a in kept.actions)


@pytest.mark.parametrize("ending", WITHOUT_LOSS)
def test_a_plan_taken_into_itself_changes_nothing(ending: str) -> None:
    with fresh() as database:
        plan = taken_in(database, Understood(sample_plan(), is_own=True))

        assert taken_in(database, read_again(exported(plan, ending), ending)) == plan


def test_a_key_that_we_do_not_know_is_left_aside() -> None:
    with fresh() as one, fresh() as two:
        plan = taken_in(one, Understood(sample_plan(), is_own=True))
        data: dict[str, Any] = json.loads(exported(plan, ".json"))
        data["colour"] = data["actions"][0]["mood"] = "blue"

        again = taken_in(two, read_again(json.dumps(data).encode(), ".json"))

        assert again == plan
