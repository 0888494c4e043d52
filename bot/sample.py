"""The fictional provider of the trial: its people, SAR, themes and one finished action."""

import json
import re
from datetime import date, datetime
from importlib import resources
from typing import Any

from sqlmodel import Session

from storage import actions, plans, providers
from storage.models import ActionFields, Department, MilestoneFields, Person, SarItem, Theme
from storage.vocabulary import Role, Status

TRIAL_WORKSPACE = "trial"


def load_sample(session: Session, year: str, now: datetime) -> Person:
    """Put the sample provider into the database, once, and return the person who tries it.

    The plan is for the academic year given ("2026/27"), whatever year the data was written for.
    """
    data = json.loads(
        resources.files("bot").joinpath("data/sample_provider.json").read_text("utf-8")
    )
    providers.ensure_provider(session, TRIAL_WORKSPACE, data["provider"])
    me = providers.ensure_person(session, TRIAL_WORKSPACE, "you", "You", role=Role.LEAD)
    if plans.plan_of(session, TRIAL_WORKSPACE, year) is None:
        _write(session, data, year, me, now)
    return me


def _write(session: Session, data: dict[str, Any], year: str, me: Person, now: datetime) -> None:
    later = int(year[:4]) - int(data["academic_year"][:4])
    plan = plans.ensure_plan(session, TRIAL_WORKSPACE, year)
    assert plan.id is not None
    people = {
        p["name"]: providers.ensure_person(
            session,
            TRIAL_WORKSPACE,
            p["name"].lower().replace(" ", "."),
            p["name"],
            role=Role(p["role"]),
        )
        for p in data["people"]
    }
    departments: dict[str, int | None] = {}
    for name in data["departments"]:
        department = Department(workspace=TRIAL_WORKSPACE, name=name)
        session.add(department)
        session.flush()
        departments[name] = department.id
    theme_ids: dict[int, int | None] = {}
    for entry in data["themes"]:
        theme = Theme(
            workspace=TRIAL_WORKSPACE,
            plan_id=plan.id,
            rank=entry["rank"],
            name=entry["name"],
            sponsor_id=people[entry["sponsor"]].id,
        )
        session.add(theme)
        session.flush()
        theme_ids[theme.rank] = theme.id
    for entry in data["sar_items"]:
        session.add(
            SarItem(
                workspace=TRIAL_WORKSPACE,
                plan_id=plan.id,
                department_id=departments[entry["department"]],
                theme_id=theme_ids.get(entry["theme"]),
                reference=entry["reference"],
                kind=entry["kind"],
                judgement=entry["judgement"],
                evidence=_moved(entry["evidence"], later),
                evaluation_area=entry["evaluation_area"],
                measure=entry["measure"],
                baseline=entry["baseline"],
                baseline_date=_day(entry["baseline_date"], later),
            )
        )
        session.flush()
    for entry in data["actions"]:
        fields = {k: v for k, v in entry.items() if k in ActionFields.model_fields}
        fields |= {
            "baseline_date": _day(entry["baseline_date"], later),
            "due": _day(entry["due"], later),
            "impact": _moved(entry["impact"], later),
            "so_what": [_moved(text, later) for text in entry["so_what"]],
        }
        action = actions.save_action(
            session,
            workspace=TRIAL_WORKSPACE,
            plan_id=plan.id,
            fields=ActionFields.model_validate(fields),
            sar_references=entry["sar_items"],
            milestones=[
                MilestoneFields(due=_day(m["due"], later), text=m["text"], done=m["done"])
                for m in entry["milestones"]
            ],
            status=Status(entry["status"]),
            by=me,
            at=now,
            owner=people[entry["owner"]],
        )
        action.rag = entry["rag"]


def _day(typed: str | None, years_later: int) -> date | None:
    if typed is None:
        return None
    day = date.fromisoformat(typed)
    return day.replace(
        year=day.year + years_later, day=min(day.day, 28) if day.month == 2 else day.day
    )


def _moved(text: str | None, years_later: int) -> str | None:
    """A text with its years and academic years moved on, so that the sample never looks dated."""
    if not text or not years_later:
        return text

    def later(match: re.Match[str]) -> str:
        ends = f"/{(int(match[2]) + years_later) % 100:02}" if match[2] else ""
        return f"{int(match[1]) + years_later}{ends}"

    return re.sub(r"\b(20\d\d)(?:/(\d\d))?\b", later, text)
