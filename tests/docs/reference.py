"""Writes docs/reference from the code: python -m tests.docs.reference (or make docs)."""

import ast
import inspect
import json
import re
import tomllib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from enum import StrEnum
from itertools import pairwise
from typing import Any

import typer.main
from typer.core import TyperArgument

from bot.cli import app
from bot.coaching.criteria import CRITERIA, MOST_WORDS
from bot.coaching.draft import Draft, Setting
from bot.coaching.frameworks import FRAMEWORKS, PROVISIONS, Framework, Sector
from bot.coaching.measures import BY_KEY, MEASURES, Measure
from bot.coaching.own_limits import ASKED
from bot.coaching.review import CHECKS
from bot.coaching.whole_plan import Limits
from bot.coaching.wording import GAP_NAMES
from bot.rights import Deed, may
from bot.settings import DEFAULT_MODEL, Settings
from bot.slack.command import help_for
from storage.actions import StoredAction
from storage.models import Action, MilestoneFields, Person, Theme
from storage.vocabulary import Direction, Driver, Role, Status, Verdict
from tests.support.bots import ROOT

FOLDER = ROOT / "docs" / "reference"
_MADE = "<!-- Made from the code by `make docs`; change the code instead. -->\n"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown; what would end a cell or a row is kept from doing so."""

    def row(cells: Sequence[str]) -> str:
        return "| " + " | ".join(" ".join(c.split()).replace("|", "\\|") for c in cells) + " |"

    return "\n".join([row(head), "|" + " --- |" * len(head), *map(row, rows)]) + "\n"


# --- settings -------------------------------------------------------------------------------------

_GROUPS = {
    "Slack, one workspace": ("slack_bot_token", "slack_app_token", "slack_signing_secret"),
    "Slack, several workspaces": (
        "slack_client_id",
        "slack_client_secret",
        "token_encryption_key",
    ),
    "Data and processes": ("database_url", "executor_id"),
    "Running it": ("port", "log_level"),
    "A language model": tuple(n for n in Settings.model_fields if n.startswith("openai_")),
    "For tests": ("slack_api_url",),
}


def _said_of_settings() -> dict[str, str]:
    """What stands under each setting in its class; read here, so that no start has to."""
    (settings_class,) = ast.parse(inspect.getsource(Settings)).body
    assert isinstance(settings_class, ast.ClassDef)
    said = {}
    for field, below in pairwise(settings_class.body):
        match field, below:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                said[name] = text
    return said


def settings() -> str:
    said = _said_of_settings()
    listed = [name for names in _GROUPS.values() for name in names]
    assert sorted(listed) == sorted(Settings.model_fields), "a setting is in no group, or in two"
    parts = [
        "# Settings\n",
        "Each is a variable of the environment, or a line `NAME=value` in a file named `.env` in the "
        "folder where the program is started. The environment comes before the file. An empty value "
        "counts as none. A wrong one is named in one sentence when a program starts, with what to "
        "do about it; `sowhat doctor` looks at all of them.\n",
        "None is needed for `sowhat try`. Whatever holds a token, a key or a password is a secret: "
        "it is in no log, and `.env` is for nobody else to read.\n",
    ]
    for title, names in _GROUPS.items():
        rows = [(f"`{n.upper()}`", _default(n), said[n]) for n in names]
        parts += [f"## {title}\n", table(("setting", "without it", "what it is"), rows)]
    return "\n".join(parts)


def _default(name: str) -> str:
    field = Settings.model_fields[name]
    if name == "database_url":
        return "`sowhat.db` in your data folder (SQLite)"
    if name == "openai_model":
        return f"`{DEFAULT_MODEL}` at OpenAI"
    return "none" if field.default is None else f"`{field.default}`"


# --- commands -------------------------------------------------------------------------------------


def commands() -> str:
    group: Any = typer.main.get_command(app)
    parts = [
        "# Commands\n",
        "What `sowhat` does on the command line, and `/qip` in Slack.\n",
        "The exit code is 0 when it is done, 1 when it could not be done, 2 when something typed or "
        "set is wrong. Then one sentence on stderr says what to do. With `--json` nothing but JSON is "
        "on stdout. `python -m bot` is the same program.\n",
    ]
    for name, command in group.commands.items():
        params = sorted(command.params, key=lambda p: not isinstance(p, TyperArgument))
        usage = " ".join([f"sowhat {name}", *map(_shown, params)])
        parts += [f"## sowhat {name}\n", f"{command.help}\n", f"`{usage}`\n"]
        if params:
            rows = [(f"`{_option(p)}`", p.help) for p in params]
            parts.append(table(("word", "is"), rows))
    parts += ["## /qip in Slack\n", "Only you see the answer.\n", _orders()]
    parts += ["## Shortcuts in Slack\n", _shortcuts()]
    return "\n".join(parts)


def _option(param: Any) -> str:
    if isinstance(param, TyperArgument):
        return str(param.metavar)
    kind = param.type_descriptor.annotation
    one_of = "|".join(kind) if issubclass(kind, StrEnum) else param.metavar
    return str(param.opts[0]) if param.is_flag else f"{param.opts[0]} {one_of}"


def _shown(param: Any) -> str:
    return _option(param) if param.required else f"[{_option(param)}]"


def _orders() -> str:
    """What can be typed after /qip, from the help that a quality lead is given."""
    lead = Person(workspace="", slack_user_id="", name="", role=Role.LEAD)
    found = re.findall(r"^\*(/qip \w+)\* (.*)$", help_for(lead), re.M)
    rows = [(f"`{order}`", re.sub(r"\*([^*]+)\*", r"`\1`", does)) for order, does in found]
    return table(("order", "does"), rows)


def _shortcuts() -> str:
    features = json.loads((ROOT / "manifest.json").read_text("utf-8"))["features"]
    where = {"global": "anywhere", "message": "on a message"}
    rows = [(f"*{s['name']}*", where[s["type"]], f"{s['description']}.")
            for s in features["shortcuts"]]  # fmt: skip
    return table(("shortcut", "where", "does"), rows)


# --- criteria -------------------------------------------------------------------------------------

_ON = Setting(today=date(2026, 11, 23), academic_year="2026/27")
_GOOD = Draft(
    action="Review the apprenticeship resources",
    driver=Driver.OUTCOMES,
    impact="More apprentices achieve on time, up from 54% to 65%",
    measure="achievement rate",
    direction=Direction.HIGHER,
    baseline="54%",
    target="65%",
    evidence_source="the QAR dashboard",
    due=date(2027, 6, 30),
    sar_items=["AFI 1"],
    milestones=[MilestoneFields(due=date(2027, 2, 28), text="60% on track")],
    owner="Priya Shah",
)
# Drafts with a gap each, beside one with nothing in it.
_GAPS: tuple[dict[str, Any], ...] = (
    {"impact": "Resources have been improved"},
    {"impact": None, "so_what": ["Resources have been improved"]},
    {"impact": "The apprenticeship resources have been reviewed"},
    {"target": None},
    {"target": "50%"},
    {"target": "54%"},
    {"due": date(2027, 12, 1)},
    {"milestones": [MilestoneFields(due=None, text="60% on track")]},
    {"action": "Review " + "resources " * MOST_WORDS},
)


def criteria() -> str:
    drafts = [Draft(), *(_GOOD.model_copy(update=gap) for gap in _GAPS)]
    rows = []
    for name, (judge, question) in CRITERIA.items():
        verdict, met = judge(_GOOD, _ON)
        assert verdict is Verdict.MET, name
        found = dict.fromkeys(judge(draft, _ON) for draft in drafts)
        wrong = "<br>".join(f"{v.value}: {why}" for v, why in found if v is not Verdict.MET)
        rows.append((f"`{name}`", GAP_NAMES[name], met, wrong, question))
    return "\n".join([
        "# What a good action has\n",
        "The twelve criteria by which the coach reads an action. Each is `met`, `weak` or `missing`, "
        "with a sentence why. What is missing is asked for in the interview; an action may be agreed "
        "with gaps, and then they show wherever it shows.\n",
        table(("criterion", "a gap is called", "met", "otherwise", "the question that mends it"), rows),
        f"An action and its impact may have {MOST_WORDS} words each. What makes an impact one for "
        "learners is [weighed](../decisions/0006-signs-are-weighed.md), and `make evals` measures how "
        "well.\n",
    ])  # fmt: skip


# --- measures -------------------------------------------------------------------------------------


def measures() -> str:
    written = (ROOT / "bot" / "data" / "measures.toml").read_text("utf-8")
    parts = [
        "# Measures\n",
        f"The {len(MEASURES)} measures that the coach knows: their unit, which way is better, where "
        "they are usually read, when in the year they are known, and, for one that is known too late "
        "to act on, the one to watch meanwhile. *From* and *to* are the bounds of what is plausible; a "
        "figure beyond them is asked about. They are not national rates. Any other measure can be "
        "named too.\n",
    ]
    for title, body in re.findall(r"^# --- (.+?) ---\n(.*?)(?=^# ---|\Z)", written, re.M | re.S):
        keys = [row["key"] for row in tomllib.loads(body).get("measure", [])]
        rows = [_measure(BY_KEY[key]) for key in keys]
        head = ("measure", "unit", "better", "from, to", "usual source", "known", "watch meanwhile")
        parts += [f"## {title}\n", table(head, rows)]
    noted = [(m.title, m.noted) for m in MEASURES if m.noted != "common practice, unconfirmed"]
    parts += [
        "## Where the definitions are from\n",
        "From common practice, not confirmed in a public source, unless named here.\n",
        table(("measure", "source"), noted),
    ]
    return "\n".join(parts)


def _measure(m: Measure) -> tuple[str, ...]:
    watch = BY_KEY[m.leading].title if m.leading else ""
    bounds = f"{m.lowest:g}, {m.highest:g}"
    return m.title, m.unit, m.direction.value, bounds, m.source, m.known, watch


# --- checks of the whole plan ---------------------------------------------------------------------

_GROUP_NAMES = {
    "HARD_ERRORS": "what is simply wrong",
    "COVERAGE": "the SAR answered",
    "IMPACT": "impact on learners",
    "LOAD": "few enough to follow",
    "TIMING": "in time",
    "REST": "the rest",
}


def checks() -> str:
    rows, by_number = [], {}
    for name, (judge, group, _) in CHECKS.items():
        number, says = re.fullmatch(
            r"(?:(\d+): )?(.+?)(?:\n.*)?", judge.__doc__ or "", re.S
        ).groups()  # type: ignore[union-attr]
        by_number[number] = name
        rows.append((f"`{name}`", f"{says[0].upper()}{says[1:]}", _GROUP_NAMES[group.name]))
    limits = []
    own = {asked.green for asked in ASKED.values()} | {"small_provider"}
    for field, info in Limits.model_fields.items():
        text = " ".join((info.description or "").split())
        about, number = re.fullmatch(r"(.*) \((\d+)[^)]*\)\.?", text).groups()  # type: ignore[union-attr]
        value = info.default
        default = ", ".join(f"{v:g}" for v in (value if isinstance(value, tuple) else (value,)))
        is_own = "leads" if field in own - {"small_provider"} else ""
        limits.append((f"`{by_number[number]}`", f"`{field}`", default, f"{about}.", is_own))
    return "\n".join([
        "# The checks of a whole plan\n",
        f"`/qip review` and `sowhat review` look at these {len(CHECKS)} things. Each is green, amber, "
        "red or not known yet, with one sentence; there is no overall grade. The first three to mend "
        "are named in the order of the table's last column, red before amber.\n",
        table(("check", "looks at", "kind"), rows),
        "## Limits\n",
        "A limit that ends in `_green` is the last value that is still green, one that ends in "
        "`_amber` the last that is still amber; what lies beyond is red. Shares run from 0 to 1. What "
        "is marked *leads* a quality lead can set, under *Settings* on the Home tab. Where they do, "
        "amber moves in proportion.\n",
        table(("check", "limit", "standard", "counts", "set by"), limits),
    ])  # fmt: skip


# --- frameworks -----------------------------------------------------------------------------------


def frameworks() -> str:
    parts = [
        "# Inspection frameworks\n",
        "The headings that SAR items stand under. A quality lead chooses a framework under *Settings*, "
        "or gives headings of their own; otherwise it is the one in force when the plan's year ends. "
        "Names marked † are from memory and not confirmed in a public source.\n",
        "Where a heading is graded for each type of provision it is offered for "
        f"{_listed([p.name for p in PROVISIONS.values()])}.\n",
    ]
    for sector in Sector:
        parts.append(f"## {sector.value.replace('_', ' ').capitalize()}\n")
        parts += [_framework(f) for f in FRAMEWORKS.values() if f.sector is sector]
    return "\n".join(parts)


def _framework(framework: Framework) -> str:
    ends = f"to {_day(framework.ends)}" if framework.ends else "on"
    rows = []
    for area in framework.areas:
        carried = ""
        if framework.followed_by:
            after = FRAMEWORKS[framework.followed_by]
            carried = "; ".join(after.area(key).name for key in area.to) or "nothing"
            carried += f" ({area.sure.value})" if area.to else ""
        mark = "" if area.confirmed else " †"
        each = "each type of provision" if area.by_provision else ""
        rows.append((area.name + mark, "met or not met" if area.is_met else each, carried))
    grades = _listed([grade.name for grade in framework.grades])
    return "\n".join([
        f"### {framework.name}\n",
        f"From {_day(framework.begins)} {ends}. Grades, best first: {grades}.\n",
        table(("heading", "graded", "carried to the next framework as"), rows),
    ])  # fmt: skip


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _listed(names: Sequence[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


# --- permissions ----------------------------------------------------------------------------------

_WHO = {
    "quality lead": (Role.LEAD, 1),
    "sponsor of its theme": (Role.SPONSOR, 2),
    "its owner": (Role.OWNER, 3),
    "who wrote the draft": (Role.OWNER, 4),
    "another owner or sponsor": (Role.OWNER, 5),
    "reader": (Role.READER, 6),
}


def permissions() -> str:
    stored = _stored()
    rows = []
    for deed in Deed:
        cells = [_may(Person(id=number, workspace="T", slack_user_id="U", name="N", role=role),
                      deed, stored) for role, number in _WHO.values()]  # fmt: skip
        rows.append((deed.value, *cells))
    return "\n".join([
        "# Who may do what with an action\n",
        "Buttons are hidden from those who may not press them, and asked again when pressed: the "
        "program decides, not the screen. *Draft*: only while the action is one.\n",
        table(("to do", *_WHO), rows),
        "A parked action asks for nothing until a quality lead takes it up again. Roles, and what each "
        "sees of the plan, are in [Roles and permissions](../how-to/roles.md).\n",
    ])  # fmt: skip


def _stored() -> StoredAction:
    action = Action(workspace="T", plan_id=1, reference="A-1", action="", owner_id=3,
                    created_by_id=4, proposed_by_id=4)  # fmt: skip
    return StoredAction(
        action, theme=Theme(workspace="T", plan_id=1, name="", rank=1, sponsor_id=2)
    )


def _may(person: Person, deed: Deed, stored: StoredAction) -> str:
    """In which states of an action somebody may do this with it: all that it has, or a draft."""
    lives = {status for status in Status if any(_in(p, deed, stored, status) for p in _everybody())}
    may_in = {status for status in Status if _in(person, deed, stored, status)}
    if not may_in:
        return ""
    return "yes" if may_in == lives else "draft"


def _in(person: Person, deed: Deed, stored: StoredAction, status: Status) -> bool:
    action = Action(**stored.action.model_dump() | {"status": status})
    parked = action.model_copy(update={"parked_at": date(2026, 11, 23)})
    return any(may(person, deed, replace(stored, action=each)) for each in (action, parked))


def _everybody() -> list[Person]:
    return [Person(id=n, workspace="T", slack_user_id="U", name="N", role=r)
            for r, n in _WHO.values()]  # fmt: skip


PAGES: dict[str, Callable[[], str]] = {
    "settings": settings,
    "commands": commands,
    "criteria": criteria,
    "measures": measures,
    "checks": checks,
    "frameworks": frameworks,
    "permissions": permissions,
}


def written() -> dict[str, str]:
    """Each page by the name of its file."""
    return {f"{name}.md": f"{_MADE}\n{make()}" for name, make in PAGES.items()}


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name, text in written().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
