"""Each column that refers to a person is told of and dealt with when they are forgotten."""

from typing import Any

import sqlalchemy as sa
from sqlmodel import SQLModel, select

from storage import personal_data
from storage.database import Database
from storage.models import Person
from tests.support.bots import NOW
from tests.support.filling import fill, workspace

GONE, NOBODY, STAYS = "the row goes", "refers to nobody", "stays, as somebody's"
REFERS = {
    ("action", "agreed_by_id"): STAYS,
    ("action", "created_by_id"): STAYS,
    ("action", "owner_id"): NOBODY,
    ("action", "parked_by_id"): STAYS,
    # Nobody proposes an owner that is not there any more; of what others own it stays.
    ("action", "proposed_by_id"): STAYS,
    ("audit", "person_id"): STAYS,
    ("channel_summary", "confirmed_by_id"): STAYS,
    ("feedback", "person_id"): GONE,
    ("import_file", "person_id"): GONE,
    ("interview", "person_id"): GONE,
    ("invitation", "invited_by_id"): STAYS,
    ("invitation", "person_id"): GONE,
    ("progress_update", "author_id"): STAYS,
    ("provider_settings", "changed_by_id"): STAYS,
    ("reminder", "person_id"): GONE,
    ("sar_item", "changed_by_id"): STAYS,
    ("sar_item", "waiting_by_id"): STAYS,
    ("summary_seen", "person_id"): GONE,
    ("theme", "changed_by_id"): STAYS,
    ("theme", "sponsor_id"): NOBODY,
}


def referring() -> list[tuple[str, str]]:
    return sorted(
        (table.name, key.parent.name)
        for table in SQLModel.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table.name == "person"
    )


def test_every_column_that_refers_to_a_person_is_dealt_with() -> None:
    assert referring() == sorted(REFERS)


def counts(database: Database, person_id: int) -> dict[tuple[str, str], int]:
    """How many rows refer to a person, by table and column."""
    with database.reading() as session:
        return {
            (name, column): session.connection().scalar(
                sa.select(sa.func.count()).where(
                    SQLModel.metadata.tables[name].c[column] == person_id
                )
            )
            or 0
            for name, column in REFERS
        }


def test_what_is_told_and_what_is_erased_leaves_nothing_out(database: Database) -> None:
    with database.to_write.begin() as connection:
        fill(connection, "a")
    with database.reading() as session:
        person = session.exec(select(Person).where(Person.workspace == workspace("a"))).first()
    assert person is not None and person.id is not None
    before = counts(database, person.id)
    told: dict[str, Any] = {}

    with database.writing() as session:
        held = personal_data.held(session, person)
        told = {name: len(rows) for name, rows in vars(held).items() if isinstance(rows, list)}
        gone = personal_data.forget(session, person, None, NOW)

    assert all(before[key] for key in REFERS if key != ("provider_settings", "changed_by_id"))
    assert all(told.values()), told
    assert (told["reminders"], told["files"]) == (
        before["reminder", "person_id"],
        before["import_file", "person_id"],
    )
    after = counts(database, person.id)
    for key, treated in REFERS.items():
        if treated is not STAYS:
            assert after[key] == 0, key
    # What they owned has no owner who could have been proposed.
    assert (
        0
        <= before["action", "proposed_by_id"] - after["action", "proposed_by_id"]
        <= len(gone.unowned)
    )
    # An invitation of oneself, which only a test has, goes whoever it is from.
    changed = {("action", "proposed_by_id"), ("invitation", "invited_by_id")}
    stays = [key for key, treated in REFERS.items() if treated is STAYS and key not in changed]
    assert [after[key] for key in stays] == [before[key] for key in stays]
