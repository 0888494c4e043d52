"""The ledger of model calls: what is kept, what is counted, and the month's one refusal."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
import sqlalchemy as sa
from sqlmodel import select

from bot.ledger import Ledger, Prices, month_start
from storage import model_calls, providers
from storage.database import Database
from storage.model_calls import Used
from storage.models import ModelCall

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
NOVEMBER = datetime(2026, 11, 1, tzinfo=UTC)
JUST_BEFORE = NOVEMBER - timedelta(microseconds=1)
PRICES = Prices(given=1.0, cached=0.1, written=5.0)


def call(outcome: str = "ok", at: datetime | None = None, tokens: int = 0) -> ModelCall:
    """A call with so many tokens in, half of them cached, and a tenth as many out."""
    row = ModelCall(
        purpose="turn",
        model="gpt-6-luna",
        prompt="turn@1",
        form="json_schema",
        tokens_in=tokens,
        tokens_cached=tokens // 2,
        tokens_out=tokens // 10,
        milliseconds=812,
        outcome=outcome,
    )
    if at is not None:
        row.at = at
    return row


@pytest.fixture
def two_colleges(database: Database) -> Database:
    """A database with the providers T1 and T2."""
    with database.writing() as session:
        for workspace in ("T1", "T2"):
            providers.ensure_provider(session, workspace, f"College {workspace}")
    return database


def ledger(database: Database, budget: float | None = None, now: datetime = NOON) -> Ledger:
    return Ledger(database, lambda: now, PRICES, budget)


def test_a_call_is_kept_as_it_was_with_its_workspace_and_the_time(two_colleges: Database) -> None:
    row = call(tokens=1000)
    row.disagreed, row.dropped = "measurable,restates_action", "target:not said"

    ledger(two_colleges).record("T1", [row])

    with two_colleges.reading() as session:
        kept = session.exec(select(ModelCall)).one()
    assert kept.model_dump(exclude={"id"}) == {
        "workspace": "T1",
        "at": NOON,
        "purpose": "turn",
        "model": "gpt-6-luna",
        "prompt": "turn@1",
        "form": "json_schema",
        "tokens_in": 1000,
        "tokens_out": 100,
        "tokens_cached": 500,
        "milliseconds": 812,
        "outcome": "ok",
        "disagreed": "measurable,restates_action",
        "dropped": "target:not said",
    }


def test_a_time_that_is_set_stays_and_no_rows_are_no_trouble(two_colleges: Database) -> None:
    book = ledger(two_colleges)

    book.record("T1", [call(at=NOVEMBER), call()])
    book.record("T1", [])

    with two_colleges.reading() as session:
        assert session.exec(select(ModelCall.at)).all() == [NOVEMBER, NOON]


def test_what_is_too_long_is_cut_and_stops_nobody(two_colleges: Database) -> None:
    row = call()
    row.model, row.dropped = "/models/" + "m" * 200, "target:not said," * 30

    ledger(two_colleges).record("T1", [row])

    with two_colleges.reading() as session:
        kept = session.exec(select(ModelCall)).one()
    assert (len(kept.model), len(kept.dropped or "")) == (128, 255)


@pytest.mark.parametrize("missing", ["workspace", "at"])
def test_a_row_without_its_workspace_or_time_is_refused(
    two_colleges: Database, missing: str
) -> None:
    row = call(at=NOON) if missing == "workspace" else call()
    if missing == "at":
        row.workspace = "T1"

    with pytest.raises(sa.exc.IntegrityError), two_colleges.writing() as session:
        model_calls.record(session, [row])


def test_calls_and_tokens_are_added_up_from_an_instant_on(two_colleges: Database) -> None:
    ledger(two_colleges).record(
        "T1",
        [
            call(at=JUST_BEFORE, tokens=5000),
            call(at=NOVEMBER, tokens=1000),
            call("timeout", tokens=0),
            call("timeout", tokens=0),
            call("rate_limited", tokens=0),
            call(tokens=2000),
        ],
    )

    with two_colleges.reading() as session:
        assert model_calls.used(session, "T1", NOVEMBER) == Used(5, 3000, 300, 1500)
        assert model_calls.used(session, "T1", NOON) == Used(4, 2000, 200, 1000)
        assert list(model_calls.outcomes(session, "T1", NOVEMBER).items()) == [
            ("ok", 2),
            ("timeout", 2),
            ("rate_limited", 1),
        ]
        assert model_calls.said(session, "T1", "timeout", NOVEMBER)
        assert not model_calls.said(session, "T1", "timeout", NOON + timedelta(seconds=1))


def test_no_workspace_pays_for_another(two_colleges: Database) -> None:
    book = ledger(two_colleges, budget=0.001)
    book.record("T1", [call(tokens=10_000)])
    assert book.first_refusal("T1", "gpt-6-luna")

    with two_colleges.reading() as session:
        assert model_calls.used(session, "T2", NOVEMBER) == Used()
        assert model_calls.outcomes(session, "T2", NOVEMBER) == {}
        assert not model_calls.said(session, "T2", "ok", NOVEMBER)
    assert book.is_spent("T1") and not book.is_spent("T2")
    assert book.first_refusal("T2", "gpt-6-luna")


# --- the budget -------------------------------------------------------------------------------


def test_cached_tokens_cost_their_own_price() -> None:
    assert PRICES.of(Used(1, 1_000_000, 100_000, 400_000)) == pytest.approx(0.6 + 0.04 + 0.5)


@pytest.mark.parametrize(
    "now", [NOON, NOVEMBER, datetime(2026, 12, 1, tzinfo=UTC) - timedelta.resolution]
)
def test_a_month_runs_from_its_first_instant_to_its_last(now: datetime) -> None:
    assert month_start(now) == NOVEMBER


def test_a_month_is_one_of_utc() -> None:
    in_auckland = datetime.fromisoformat("2026-11-01T09:00:00+13:00")

    assert month_start(in_auckland) == datetime(2026, 10, 1, tzinfo=UTC)


def test_the_budget_is_spent_when_the_month_has_cost_it(two_colleges: Database) -> None:
    # 0.5 + 0.05 + 0.5 for a million tokens in, half of them cached, and a tenth as many out.
    dear = 1_000_000
    ledger(two_colleges).record("T1", [call(tokens=dear)])

    assert ledger(two_colleges, budget=1.05).is_spent("T1")
    assert not ledger(two_colleges, budget=1.06).is_spent("T1")
    assert not ledger(two_colleges, budget=None).is_spent("T1")
    december = datetime(2026, 12, 1, tzinfo=UTC)
    assert not ledger(two_colleges, budget=1.05, now=december).is_spent("T1")


def test_a_budget_of_nothing_is_spent_from_the_start(two_colleges: Database) -> None:
    assert ledger(two_colleges, budget=0).is_spent("T1")


def test_a_refusal_is_the_first_once_a_month_and_no_call(two_colleges: Database) -> None:
    def refused(now: datetime) -> bool:
        return ledger(two_colleges, budget=0, now=now).first_refusal("T1", "gpt-6-luna")

    october, december = JUST_BEFORE, datetime(2026, 12, 1, tzinfo=UTC)
    heard = [refused(now) for now in (october, october, NOVEMBER, NOON, december)]

    assert heard == [True, False, True, False, True]
    with two_colleges.reading() as session:
        assert model_calls.used(session, "T1", october) == Used()
        assert model_calls.outcomes(session, "T1", october) == {"over_budget": 3}


def test_of_many_refusals_at_once_one_is_the_first(two_colleges: Database) -> None:
    many = 8
    together = Barrier(many)
    book = ledger(two_colleges, budget=0)

    def refuse(_: int) -> bool:
        together.wait(timeout=30)
        return book.first_refusal("T1", "gpt-6-luna")

    with ThreadPoolExecutor(many) as threads:
        heard = list(threads.map(refuse, range(many)))

    assert sorted(heard) == [False] * (many - 1) + [True]
