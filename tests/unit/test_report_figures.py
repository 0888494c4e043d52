"""Every figure of a summary beside a count of the same in SQL, on plans made up at random."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, SQLModel

from bot.reports.choosing import chosen
from bot.reports.material import Material, material
from bot.reports.report import Figures, View
from bot.reports.views import report
from storage.database import Database
from storage.models import (
    Action,
    ActionSarItem,
    Department,
    Milestone,
    Person,
    Plan,
    ProgressUpdate,
    Provider,
    SarItem,
    Theme,
)
from storage.vocabulary import Direction, Driver, Rag, Role, SarKind, Status

TODAY, YEAR = date(2027, 2, 1), "2026/27"
SINCE = TODAY - timedelta(days=7)
NOON = datetime(2027, 2, 1, 12, tzinfo=UTC)
IMPACT = "More learners stay to the end of their course"
DEPARTMENTS, PEOPLE = ("Construction", "Hair and beauty"), ("Ann Reed", "Bo Lund", "Cy Marsh")
_WORKSPACE = count(1)

# Few values, so that what is equal, or just inside or outside of a limit, comes up often.
levels = st.sampled_from([None, "50%", "60%", "62%", "70%"])
days = st.sampled_from([0, 6, 7, 8, 27, 28, 29, 60])
updates = st.tuples(days, st.sampled_from(Rag), levels)
items = st.fixed_dictionaries(
    {
        "kind": st.sampled_from([*SarKind, SarKind.AREA_FOR_IMPROVEMENT]),
        "department": st.none() | st.integers(0, 1),
        "theme": st.none() | st.integers(0, 1),
        "evaluation_area": st.sampled_from([None, "Achievement", "Safeguarding"]),
        "grade": st.sampled_from([None, "Good", "Expected standard"]),
        "waiting_note": st.sampled_from([None, None, "Next year."]),
    }
)
acts = st.fixed_dictionaries(
    {
        "status": st.sampled_from([*Status, Status.AGREED, Status.IN_PROGRESS]),
        "rag": st.sampled_from([None, *Rag]),
        "owner": st.sampled_from([None, 0, 1, 2, "Dee North"]),
        "theme": st.none() | st.integers(0, 2),
        "items": st.sets(st.integers(0, 4), max_size=3),
        "parked": st.sampled_from([None, None, None, "", "Not this year."]),
        "agreed": st.none() | days,
        "due": st.sampled_from([None, -60, -1, 0, 1, 30, 180, 181]),
        "impact": st.sampled_from([None, IMPACT, IMPACT]),
        "measure": st.sampled_from([None, "retention", "retention"]),
        "baseline": levels,
        "target": levels,
        "direction": st.sampled_from(Direction),
        "driver": st.sampled_from([None, Driver.OUTCOMES]),
        "evidence_source": st.sampled_from([None, "the register"]),
        "milestone": st.sampled_from([None, "dated", "undated"]),
        "updates": st.lists(updates, max_size=3),
    }
)
made_up = st.fixed_dictionaries(
    {
        "sponsors": st.lists(st.booleans(), max_size=3),
        "items": st.lists(items, max_size=5),
        "actions": st.lists(acts, max_size=7),
    }
)


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    opened = Database("sqlite://")
    SQLModel.metadata.create_all(opened.engine)
    yield opened
    opened.close()


def write(session: Session, workspace: str, plan_of: dict[str, Any]) -> None:
    def add(row: Any) -> int:
        session.add(row)
        session.flush()
        return int(row.id)

    def at(days_ago: int) -> datetime:
        return NOON - timedelta(days=days_ago)

    session.add(Provider(workspace=workspace, name="Test College"))
    session.flush()
    people = [
        add(Person(workspace=workspace, slack_user_id=f"U{n}", name=name, role=Role.OWNER))
        for n, name in enumerate(PEOPLE)
    ]
    departments = [add(Department(workspace=workspace, name=name)) for name in DEPARTMENTS]
    plan = add(Plan(workspace=workspace, academic_year=YEAR))
    themes = [
        add(
            Theme(
                workspace=workspace,
                plan_id=plan,
                rank=rank,
                name=f"Theme {rank}",
                sponsor_id=people[0] if has_sponsor else None,
            )
        )
        for rank, has_sponsor in enumerate(plan_of["sponsors"], start=1)
    ]
    found = []
    for number, given_item in enumerate(plan_of["items"], start=1):
        place = given_item["theme"]
        found.append(
            add(
                SarItem(
                    **{k: v for k, v in given_item.items() if k not in ("department", "theme")},
                    workspace=workspace,
                    plan_id=plan,
                    reference=f"SAR {number}",
                    judgement=f"Finding {number}",
                    department_id=_at(departments, given_item["department"]),
                    theme_id=_at(themes, place),
                )
            )
        )
    apart = {"owner", "theme", "items", "parked", "agreed", "due", "milestone", "updates"}
    for number, act in enumerate(plan_of["actions"], start=1):
        named = act["owner"] if isinstance(act["owner"], str) else None
        action = add(
            Action(
                **{k: v for k, v in act.items() if k not in apart},
                workspace=workspace,
                plan_id=plan,
                number=number,
                action="Ring home on the day of each absence",
                so_what=[],
                unit="%",
                theme_id=_at(themes, act["theme"]),
                owner_id=None if named else _at(people, act["owner"]),
                owner_name=named,
                parked_at=None if act["parked"] is None else at(3),
                parked_note=act["parked"] or None,
                agreed_at=None if act["agreed"] is None else at(act["agreed"]),
                due=None if act["due"] is None else TODAY + timedelta(days=act["due"]),
            )
        )
        for place in act["items"]:
            if place < len(found):
                link = ActionSarItem(
                    workspace=workspace, action_id=action, sar_item_id=found[place]
                )
                session.add(link)
        if act["milestone"]:
            due = TODAY if act["milestone"] == "dated" else None
            session.add(Milestone(workspace=workspace, action_id=action, due=due, text="Half-way"))
        for ago, rag, reading in sorted(act["updates"], key=lambda u: -u[0]):
            session.add(
                ProgressUpdate(
                    workspace=workspace,
                    action_id=action,
                    at=at(ago),
                    rag=rag,
                    note="Told.",
                    reading=reading,
                )
            )
            session.flush()


def _at(rows: list[int], place: int | None) -> int | None:
    return rows[place] if place is not None and place < len(rows) else None


# Every action that is not withdrawn with all that a summary counts of it, worked out in SQL alone.
TABLE = """
CREATE TEMP TABLE c AS
WITH told AS (
  SELECT action_id, rag, date(at) AS day,
         row_number() OVER (PARTITION BY action_id ORDER BY at DESC, id DESC) AS back
  FROM progress_update WHERE workspace = :w
), read AS (
  SELECT action_id, date(at) AS day, CAST(replace(reading, '%', '') AS REAL) AS value,
         row_number() OVER (PARTITION BY action_id ORDER BY at DESC, id DESC) AS back
  FROM progress_update WHERE workspace = :w AND reading IS NOT NULL
), a AS (
  SELECT action.*, told.day AS told_on, read.day AS read_on, read.value AS value,
    coalesce(action.rag, told.rag) AS colour,
    CAST(replace(baseline, '%', '') AS REAL) AS start,
    CAST(replace(target, '%', '') AS REAL) AS aim,
    CASE direction WHEN 'lower' THEN -1 ELSE 1 END AS sign,
    status IN ('agreed', 'in_progress') AND parked_at IS NULL AS is_agreed,
    status IN ('draft', 'agreed', 'in_progress') AND parked_at IS NULL AS is_live,
    status <> 'draft' AND parked_at IS NULL AS is_promised,
    coalesce(date(agreed_at), '2026-08-01') AS since
  FROM action
  LEFT JOIN told ON told.action_id = action.id AND told.back = 1
  LEFT JOIN read ON read.action_id = action.id AND read.back = 1
  WHERE action.workspace = :w AND status <> 'withdrawn'
), b AS (
  SELECT a.*,
    CASE WHEN parked_at IS NOT NULL THEN 'parked' WHEN status = 'complete' THEN 'complete'
         WHEN status = 'draft' THEN 'draft' WHEN colour = 'green' THEN 'on_track'
         WHEN colour = 'amber' THEN 'at_risk' WHEN colour = 'red' THEN 'off_track'
         WHEN colour = 'blue' THEN 'complete' ELSE 'no_update' END AS standing,
    CASE WHEN value IS NULL THEN 'no_reading'
         WHEN target IS NOT NULL AND (value - aim) * sign >= 0 THEN 'met'
         WHEN baseline IS NULL THEN 'unclear'
         WHEN (value - start) * sign > 0 THEN 'moving' ELSE 'not_moving' END AS progress,
    is_agreed AND due IS NOT NULL AND due < :today AS overdue,
    is_agreed AND coalesce(colour, '') <> 'blue'
      AND julianday(:today) - julianday(coalesce(told_on, date(agreed_at))) >= 28 AS quiet,
    driver IS NULL AS no_driver, evidence_source IS NULL AS no_source,
    baseline IS NULL AS no_start, measure IS NULL OR target IS NULL AS no_measure,
    due IS NULL OR due > '2027-07-31' AS no_date,
    owner_id IS NULL AND owner_name IS NULL AS no_owner,
    impact IS NULL AS no_impact,
    target IS NULL OR (baseline IS NOT NULL AND (aim - start) * sign <= 0) AS no_target,
    NOT EXISTS (SELECT 1 FROM action_sar_item l WHERE l.action_id = a.id) AS no_item,
    NOT EXISTS (SELECT 1 FROM milestone m WHERE m.action_id = a.id AND m.due IS NOT NULL)
      AS no_check,
    min(1.0, max(0.0, CASE WHEN julianday(due) > julianday(since)
      THEN (julianday(read_on) - julianday(since)) / (julianday(due) - julianday(since))
      ELSE 1.0 END)) AS gone
  FROM a
)
SELECT b.*,
  no_driver OR no_source OR no_start OR no_measure OR no_date OR no_owner OR no_impact
    OR no_target OR no_item OR no_check AS gap
FROM b
"""
AREA = "kind = 'area_for_improvement'"
ANSWERED = """EXISTS (SELECT 1 FROM action_sar_item l JOIN action x ON x.id = l.action_id
  WHERE l.sar_item_id = i.id AND x.status <> 'withdrawn' AND x.parked_at IS NULL)"""
STANDINGS = (
    "on_track", "at_risk", "off_track", "complete", "no_update", "draft", "parked",
)  # fmt: skip
PROGRESS = ("met", "moving", "not_moving", "no_reading", "unclear")
GAPS = {
    "no SAR item": "no_item",
    "the reason": "no_driver",
    "the impact on learners": "no_impact",
    "an impact beyond the action": "no_impact",
    "a measure with a level": "no_measure",
    "the starting figure": "no_start",
    "the target": "no_target",
    "where to read the figure": "no_source",
    "the date": "no_date",
    "a check on the way": "no_check",
    "the owner": "no_owner",
}


class Sql:
    """Counts of one workspace, straight from its tables."""

    def __init__(self, session: Session, workspace: str) -> None:
        self.run = session.connection().exec_driver_sql
        self.given = {"w": workspace, "today": TODAY.isoformat()}
        self.run("DROP TABLE IF EXISTS c")
        self.run(TABLE, self.given)

    def rows(self, select: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in self.run(select, self.given)]

    def number(self, what: str, where: str = "1") -> int:
        return int(self.rows(f"SELECT {what} FROM c WHERE {where}")[0][0] or 0)

    def items(self, where: str) -> int:
        return int(
            self.rows(f"SELECT count(*) FROM sar_item i WHERE workspace = :w AND {where}")[0][0]
        )

    def counts(self, where: str = "1") -> Figures:
        by = {s: self.number("count(*)", f"standing = '{s}' AND {where}") for s in STANDINGS}
        return {
            "actions": self.number("count(*)", where),
            **by,
            "overdue": self.number("sum(overdue)", where),
            "quiet": self.number("sum(quiet)", where),
            "with_gaps": self.number("sum(gap)", f"parked_at IS NULL AND {where}"),
        }

    def impact(self, where: str = "1") -> Figures:
        promised = f"is_promised AND {where}"
        by = {p: self.number("count(*)", f"progress = '{p}' AND {promised}") for p in PROGRESS}
        return {"promised": self.number("count(*)", promised), **by}

    def coverage(self, where: str = "1") -> Figures:
        area = f"{AREA} AND {where}"
        return {
            "areas": self.items(area),
            "answered": self.items(f"{area} AND {ANSWERED}"),
            "waiting": self.items(f"{area} AND NOT {ANSWERED} AND waiting_note IS NOT NULL"),
            "open": self.items(f"{area} AND NOT {ANSWERED} AND waiting_note IS NULL"),
        }

    def references(self, where: str) -> list[str]:
        return sorted(f"A-{row[0]}" for row in self.rows(f"SELECT number FROM c WHERE {where}"))


def under(name: str) -> str:
    """Actions that answer a SAR item of this department."""
    return f"""EXISTS (SELECT 1 FROM action_sar_item l JOIN sar_item i ON i.id = l.sar_item_id
      JOIN department d ON d.id = i.department_id WHERE l.action_id = c.id AND d.name = '{name}')"""


def of(found: Material, view: View, about: str = "") -> Figures:
    return report(found, view, chosen(found, view, about)).figures


def without(figures: Figures, *names: str) -> Figures:
    return {name: value for name, value in figures.items() if name not in names}


def check_plan(found: Material, sql: Sql) -> None:
    plan = of(found, View.PLAN)
    assert plan["counts"] == sql.counts()
    assert plan["impact"] == sql.impact()
    assert without(plan["coverage"], "open_areas") == sql.coverage()
    assert len(plan["coverage"]["open_areas"]) == plan["coverage"]["open"]
    lacking = {gap: sql.number(f"sum({says})", "parked_at IS NULL") for gap, says in GAPS.items()}
    assert plan["gaps"] == {gap: number for gap, number in lacking.items() if number}
    assert sorted(r["reference"] for r in plan["overdue"]) == sql.references("overdue")
    agreed = f"date(agreed_at) >= '{SINCE.isoformat()}'"
    assert sorted(a["reference"] for a in plan["changes"]["agreed"]) == sql.references(agreed)
    check_themes(found, sql, plan["themes"])


def check_themes(found: Material, sql: Sql, themes: list[Figures]) -> None:
    assert themes == of(found, View.THEME)["themes"]
    held = sql.rows(
        "SELECT t.id, t.rank, t.name, p.name FROM theme t LEFT JOIN person p ON p.id = "
        "t.sponsor_id WHERE t.workspace = :w ORDER BY t.rank"
    )
    ranked = [theme for theme in themes if theme["rank"]]
    assert [(t["rank"], t["name"], t["sponsor"]) for t in ranked] == [row[1:] for row in held]
    for theme, row in zip(ranked, held, strict=True):
        where = f"theme_id = {row[0]}"
        one = of(found, View.THEME, theme["name"])
        assert theme["counts"] == one["counts"] == sql.counts(where)
        assert one["impact"] == sql.impact(where)
        assert sorted(a["reference"] for a in one["actions"]) == sql.references(where)
        areas = f"{AREA} AND theme_id = {row[0]}"
        assert len(one["areas"]) == sql.items(areas)
        answered = sum(area["answered"] for area in one["areas"])
        assert answered == sql.items(f"{areas} AND {ANSWERED}")
    loose = [theme["counts"] for theme in themes if not theme["rank"]]
    bare = sql.counts("theme_id IS NULL")
    assert loose == ([bare] if bare["actions"] else [])


def check_owners(found: Material, sql: Sql) -> None:
    everyone = of(found, View.OWNER)
    name = "coalesce((SELECT p.name FROM person p WHERE p.id = owner_id), owner_name)"
    names = [
        row[0] for row in sql.rows(f"SELECT DISTINCT {name} FROM c WHERE NOT no_owner ORDER BY 1")
    ]
    assert [one["name"] for one in everyone["people"]] == names
    assert everyone["owners"] == len(names)
    assert everyone["without_owner"] == sql.number("count(*)", "no_owner")
    going = "status IN ('agreed', 'in_progress') AND parked_at IS NULL"
    per = [sql.number("count(*)", f"{going} AND {name} = '{one}'") for one in names]
    assert everyone["most_live"] == max(per, default=0)
    distinct = f"count(DISTINCT {name})"
    assert everyone["with_overdue"] == sql.number(distinct, "overdue AND NOT no_owner")
    recent = f"julianday(:today) - julianday(told_on) < 28 AND {going} AND NOT no_owner"
    assert everyone["heard"] == sql.number(distinct, recent)
    for one, its_name in zip(everyone["people"], names, strict=True):
        where = f"{name} = '{its_name}'"
        owned = of(found, View.OWNER, its_name)
        assert one["counts"] == owned["counts"] == sql.counts(where)
        assert owned["impact"] == sql.impact(where)
        thread = of(found, View.THREAD, its_name)
        promised = sql.rows(
            f"SELECT number, value, progress FROM c WHERE is_promised AND {where} ORDER BY number"
        )
        told = [(o["reference"], _value(o["latest"]), o["progress"]) for o in thread["objectives"]]
        assert sorted(told, key=lambda o: int(o[0][2:])) == [
            (f"A-{number}", value, progress) for number, value, progress in promised
        ]
        assert thread["drafts"] == sql.number("count(*)", f"standing = 'draft' AND {where}")
        assert thread["parked"] == sql.number("count(*)", f"standing = 'parked' AND {where}")


def _value(reading: str | None) -> float | None:
    return float(reading.rstrip("%")) if reading else None


def check_departments(found: Material, sql: Sql) -> None:
    every = of(found, View.DEPARTMENT)
    held = sql.rows(
        "SELECT DISTINCT d.id, d.name FROM department d JOIN sar_item i ON i.department_id = d.id "
        "WHERE d.workspace = :w ORDER BY d.name"
    )
    assert [one["name"] for one in every["departments"]] == [row[1] for row in held]
    nowhere = " AND ".join(f"NOT {under(name)}" for name in DEPARTMENTS)
    assert every["elsewhere"] == sql.number("count(*)", nowhere)
    for one, (its_id, name) in zip(every["departments"], held, strict=True):
        single = of(found, View.DEPARTMENT, name)
        assert one["counts"] == single["counts"] == sql.counts(under(name))
        assert single["impact"] == sql.impact(under(name))
        of_it = sql.coverage(f"department_id = {its_id}")
        assert without(one["coverage"], "open_areas") == of_it
        strengths = sql.items(f"kind = 'strength' AND department_id = {its_id}")
        assert one["strengths"] == strengths


def check_sar(found: Material, sql: Sql) -> None:
    sar = of(found, View.SAR)
    assert without(sar["coverage"], "open_areas") == sql.coverage()
    assert sar["strengths"] == sql.items("kind = 'strength'")
    held = sql.rows(
        f"SELECT reference, CASE WHEN {ANSWERED} THEN 'answered' WHEN waiting_note IS NOT NULL "
        "THEN 'waiting' ELSE 'open' END, (SELECT count(*) FROM action_sar_item l JOIN c ON c.id = "
        f"l.action_id WHERE l.sar_item_id = i.id) FROM sar_item i WHERE workspace = :w AND {AREA} "
        "ORDER BY id"
    )
    assert [(a["reference"], a["state"], len(a["actions"])) for a in sar["areas"]] == held
    answering = f"""EXISTS (SELECT 1 FROM action_sar_item l JOIN sar_item i ON i.id =
      l.sar_item_id WHERE l.action_id = c.id AND i.{AREA})"""
    assert sar["impact"] == sql.impact(answering)


def check_governors(found: Material, sql: Sql) -> None:
    page = of(found, View.GOVERNORS)
    assert without(page["coverage"], "open_areas") == sql.coverage()
    assert without(page["impact"], "measures") == sql.impact()
    measured = sql.references("is_promised AND value IS NOT NULL")
    assert sorted(m["reference"] for m in page["impact"]["measures"]) == measured
    asks, risks = page["asks"], page["risks"]
    expected = {
        "off_track": "standing = 'off_track'",
        "overdue": "overdue",
        "contradicted": "standing = 'on_track' AND colour = 'green' AND value IS NOT NULL AND due "
        "IS NOT NULL AND start IS NOT NULL AND (aim - start) * sign > 0 AND gone * (aim - start) * "
        "sign - (value - start) * sign >= 0.2 * (aim - start) * sign AND (value - start) * sign < "
        "gone * (aim - start) * sign",
    }
    assert {name: sorted(risks[name]) for name in expected} == {
        name: sql.references(where) for name, where in expected.items()
    }
    weak = (
        f"{AREA} AND evaluation_area = 'Safeguarding' AND NOT {ANSWERED} AND waiting_note IS NULL"
    )
    assert len(risks["weak_areas_open"]) == sql.items(weak)
    assert len(asks["open_areas"]) == sql.coverage()["open"]
    parked = "parked_at IS NOT NULL AND parked_note IS NULL"
    assert sorted(asks["parked_without_reason"]) == sql.references(parked)
    # One who is named in words only is not known to be anybody.
    assert sorted(asks["without_owner"]) == sql.references("is_live AND owner_id IS NULL")
    bare = sql.rows("SELECT name FROM theme WHERE workspace = :w AND sponsor_id IS NULL")
    assert sorted(asks["themes_without_sponsor"]) == sorted(row[0] for row in bare)
    assert asks["live"] == sql.number("sum(is_live)")
    headings = sql.rows(
        f"SELECT evaluation_area, sum(kind = 'strength'), sum({AREA}), count(grade) "
        "FROM sar_item WHERE workspace = :w GROUP BY 1 ORDER BY min(id)"
    )
    assert [
        (j["evaluation_area"], j["strengths"], j["areas"], sum(j["grades"].values()))
        for j in page["judgements"]
    ] == headings


@settings(
    max_examples=50,
    deadline=None,
    # To make a plan that fails smaller takes minutes.
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(made_up)
def test_every_figure_is_what_the_database_holds(
    database: Database, plan_of: dict[str, Any]
) -> None:
    workspace = f"T{next(_WORKSPACE)}"
    with database.writing() as session:
        write(session, workspace, plan_of)
    with database.reading() as session:
        found = material(session, workspace, TODAY, SINCE)
        assert found is not None
        sql = Sql(session, workspace)
        for check in (check_plan, check_owners, check_departments, check_sar, check_governors):
            check(found, sql)
