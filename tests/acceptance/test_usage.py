"""`sowhat doctor --usage`: what the language model was used for and cost, provider by provider."""

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.ledger import Ledger
from bot.model import Outcome
from bot.settings import Settings
from bot.usage import FAILURES, report, usage_of_all
from storage import actions, plans, providers
from storage.database import Database
from storage.models import ActionFields, ModelCall
from storage.vocabulary import Status

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
NOVEMBER = datetime(2026, 11, 1, tzinfo=UTC)
LAST_DECEMBER = datetime(2025, 12, 1, tzinfo=UTC)
JUST_BEFORE = timedelta(microseconds=1)
PRICES = {"openai_price_in": 1.0, "openai_price_cached": 0.1, "openai_price_out": 5.0}


def calls(database: Database, workspace: str, at: datetime, outcome: str, times: int) -> None:
    """So many calls of 1,000 tokens in, 800 of them cached, and 100 out where they ended well."""
    well = outcome == "ok"
    Ledger(database, lambda: at, None, None).record(
        workspace,
        [
            ModelCall(
                purpose="turn",
                model="gpt-6-luna",
                prompt="turn@1",
                form="json_schema",
                tokens_in=1000 * well,
                tokens_cached=800 * well,
                tokens_out=100 * well,
                milliseconds=900,
                outcome=outcome,
            )
            for _ in range(times)
        ],
    )


def agreed(database: Database, workspace: str, at: datetime, times: int = 1) -> None:
    """So many actions agreed at this time, and a draft beside them."""
    with database.writing() as session:
        person = providers.ensure_person(session, workspace, "U1", "Ann")
        plan = plans.ensure_plan(session, workspace, "2026/27")
        assert plan.id is not None
        for status in [Status.AGREED] * times + [Status.DRAFT]:
            actions.save_action(
                session,
                workspace=workspace,
                plan_id=plan.id,
                fields=ActionFields(action="Ring parents"),
                sar_references=[],
                milestones=[],
                status=status,
                by=person,
                at=at,
            )


@pytest.fixture
def colleges(database: Database) -> Database:
    """Northfield has used the model for longer than a year, Westvale has not."""
    with database.writing() as session:
        providers.ensure_provider(session, "T1", "Northfield College")
        providers.ensure_provider(session, "T2", "Westvale Training")
    calls(database, "T1", NOON, "ok", 1200)
    calls(database, "T1", NOVEMBER, "timeout", 2)
    calls(database, "T1", NOVEMBER - JUST_BEFORE, "rate_limited", 3)
    calls(database, "T1", LAST_DECEMBER, "ok", 300)
    calls(database, "T1", LAST_DECEMBER - JUST_BEFORE, "ok", 40)
    agreed(database, "T1", NOON, times=4)
    agreed(database, "T1", LAST_DECEMBER)
    agreed(database, "T1", LAST_DECEMBER - JUST_BEFORE)
    agreed(database, "T2", NOON)
    return database


def told(database: Database, now: datetime = NOON, **settings: float) -> list[str]:
    """The lines of the report."""
    with database.reading() as session:
        usages = usage_of_all(session, now)
    return list(report(usages, Settings(_env_file=None, **settings), now))  # type: ignore[call-arg, arg-type]


def test_the_report_reads_well(colleges: Database) -> None:
    lines = told(colleges, openai_monthly_budget=20, **PRICES)

    assert (
        "\n".join(lines)
        == """\
Use of the language model up to 23 November 2026. Months are those of UTC;
the last 12 began on 1 December 2025.

Northfield College (T1)
                                             November 2026    last 12 months
  Calls                                              1,202             1,505
    of which failed                                      2                 5
      too many requests                                  0                 3
      not answered in time                               2                 2
  Tokens in                                      1,200,000         1,500,000
    of which cached                                960,000         1,200,000
  Tokens out                                       120,000           150,000
  Actions agreed                                         4                 5
  Cost                                                0.94              1.17
    per action agreed                               0.2340            0.2340
  Budget of November: 0.94 of 20.00 spent.

Westvale Training (T2)
  No calls in the last 12 months. Actions agreed: 1.
  Budget of November: 0.00 of 20.00 spent.

Costs are reckoned at the prices that are set now, in their currency."""
    )
    assert max(map(len, lines)) <= 80


def test_without_prices_it_says_which_to_set(colleges: Database) -> None:
    none, half = told(colleges), told(colleges, openai_price_in=1.0)

    assert "set OPENAI_PRICE_IN and OPENAI_PRICE_OUT:" in none[-1]
    assert "set OPENAI_PRICE_OUT:" in half[-1]
    assert not any("Cost" in line for line in none + half)


def test_without_a_budget_it_says_what_would_set_one(colleges: Database) -> None:
    assert "OPENAI_MONTHLY_BUDGET" in told(colleges, **PRICES)[-1]


def test_a_budget_that_is_spent_is_said_to_be(colleges: Database) -> None:
    lines = told(colleges, openai_monthly_budget=0.9, **PRICES)

    at = lines.index("  Budget of November: 0.94 of 0.90 spent, which is all of it:")
    assert "embedded coach" in lines[at + 1]
    assert "  Budget of November: 0.00 of 0.90 spent." in lines
    assert max(map(len, lines)) <= 80


def test_a_refusal_counts_neither_as_a_call_nor_as_a_failure(colleges: Database) -> None:
    before = told(colleges)

    assert Ledger(colleges, lambda: NOON, None, 0.0).first_refusal("T1", "gpt-6-luna")

    assert told(colleges) == before


def test_cost_without_an_action_has_no_cost_for_each(colleges: Database) -> None:
    calls(colleges, "T2", NOON, "ok", 1)
    agreed_before = NOON + timedelta(days=30)

    lines = told(colleges, now=agreed_before, **PRICES)

    of_westvale = lines[lines.index("Westvale Training (T2)") :]
    assert of_westvale[1].split() == "December 2026 last 12 months".split()
    assert next(line for line in of_westvale if "per action" in line).split()[-2:] == [
        "–",
        "0.0008",
    ]
    assert next(line for line in of_westvale if "Cost" in line).split()[1:] == [
        "0.00", "under", "0.01",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("now", "first"),
    [
        (datetime(2026, 12, 31, tzinfo=UTC), "1 January 2026"),
        (datetime(2027, 1, 1, tzinfo=UTC), "1 February 2026"),
        (datetime.fromisoformat("2026-11-01T09:00:00+13:00"), "1 November 2025"),
    ],
)
def test_the_last_twelve_months_end_with_this_one(
    colleges: Database, now: datetime, first: str
) -> None:
    assert told(colleges, now=now)[1] == f"the last 12 began on {first}."


def test_every_way_a_call_can_fail_has_its_words() -> None:
    assert FAILURES.keys() == {outcome.value for outcome in Outcome} - {"ok"}
    assert all(len(words) <= 34 for words in FAILURES.values())


# --- the command ------------------------------------------------------------------------------


def ran(database_url: str, **settings: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of the command."""
    environment = {"DATABASE_URL": database_url, **settings}
    run = CliRunner().invoke(app, ["doctor", "--usage"], env=environment)
    return run.exit_code, run.stdout, run.stderr


def test_the_command_prints_the_report_and_checks_nothing_else(
    colleges: Database, database_url: str
) -> None:
    calls(colleges, "T2", datetime.now(UTC), "ok", 2)

    code, out, err = ran(database_url, SLACK_BOT_TOKEN="xoxb-1", SLACK_API_URL="http://127.0.0.1:1")

    assert (code, err) == (0, "")
    assert out.startswith("Use of the language model up to ")
    westvale = out[out.index("Westvale Training (T2)") :]
    assert ["Calls", "2", "2"] in [line.split() for line in westvale.splitlines()]
    assert "Slack" not in out


def test_a_database_with_nothing_in_it_gets_a_sentence(database_url: str, tmp_path: Path) -> None:
    unmigrated = ran(f"sqlite:///{tmp_path / 'new.db'}")
    without_provider = ran(database_url)

    for (code, out, err), words in (
        (unmigrated, "sowhat migrate"),
        (without_provider, "No provider"),
    ):
        assert (code, err) == (0, "")
        assert words in out and len(out.splitlines()) == 1


def test_a_database_of_an_older_schema_is_not_asked(tmp_path: Path) -> None:
    file = tmp_path / "app.db"
    url = f"sqlite:///{file}"
    CliRunner().invoke(app, ["migrate"], env={"DATABASE_URL": url})
    with sqlite3.connect(file) as database:
        database.execute("UPDATE alembic_version SET version_num = '0001'")

    code, out, err = ran(url)

    assert (code, out) == (1, "")
    assert "run sowhat migrate" in err and len(err.splitlines()) == 1


def test_a_database_that_is_away_gets_a_sentence() -> None:
    code, out, err = ran("postgresql://u:secret@127.0.0.1:1/x")

    assert (code, out) == (1, "")
    assert "cannot be reached" in err and "secret" not in err
