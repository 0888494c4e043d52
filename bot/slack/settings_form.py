"""The settings of a provider, for quality leads: reminders, terms, days off, limits, framework."""

from collections.abc import Mapping
from datetime import date, time
from typing import Any

from slack_sdk.models.blocks import Block, HeaderBlock

from bot import changes, channel_posts
from bot.coaching.dates import academic_year
from bot.coaching.frameworks import (
    FRAMEWORKS,
    LONGEST_HEADING,
    MOST_HEADINGS,
    NO_FRAMEWORK,
    OWN,
    default_framework,
    headings_in,
    headings_of,
)
from bot.coaching.open_days import closures_in, closures_text, with_closures
from bot.coaching.own_limits import (
    ASKED,
    FEWEST_LEARNERS,
    MOST_LEARNERS,
    own_limit,
    with_limit,
)
from bot.coaching.own_terms import DAYS, own_days, standard_days, term_problems, with_terms
from bot.coaching.phrases import in_words
from bot.coaching.viewing import counted
from bot.coaching.whole_plan import STANDARD
from bot.slack.inputs import (
    choice_input,
    day_input,
    form,
    news,
    number_input,
    submitted,
    text_input,
)
from bot.slack.office import Done, Form, Office
from bot.slack.pieces import HOW_OFTEN, small
from bot.slack.seen import Seen, mark, told_of
from storage import providers
from storage.models import Person, ProviderSettings
from storage.vocabulary import Every, Nation

# The days and times at which reminders may come.
WEEKDAYS = {
    str(number): name
    for number, name in enumerate(("Monday", "Tuesday", "Wednesday", "Thursday", "Friday"))
}
_FIRST_HOUR, _LAST_HOUR = 7, 18
TIMES = [f"{hour:02}:{minute:02}" for hour in range(_FIRST_HOUR, _LAST_HOUR) for minute in (0, 30)]
TIMES.append(f"{_LAST_HOUR}:00")
_NATIONS = {
    Nation.ENGLAND.value: "England",
    Nation.WALES.value: "Wales",
    Nation.SCOTLAND.value: "Scotland",
    Nation.NORTHERN_IRELAND.value: "Northern Ireland",
}
_RUNNING, _PAUSED = "no", "yes"
_PAUSE = {_RUNNING: "No", _PAUSED: "Yes, until somebody changes this"}
_ASKED, _NOT_ASKED = "yes", "no"
_MODEL = {_ASKED: "Yes, where the bot has one", _NOT_ASKED: "No, never"}
_MONTHS_KEPT = {str(months): counted(months, "month") for months in (3, 6, 12, 24, 36)}
# What the form has for a provider that has chosen nothing.
_OF_THE_YEAR = "year"
_CHOICES = (_OF_THE_YEAR, *FRAMEWORKS, OWN, NO_FRAMEWORK)
_LIMITS = {
    "themes": "How many themes should the plan have at most?",
    "theme": "How many actions should a theme have at most?",
    "size": "How many actions should the plan have at most?",
    "load": "How many actions should one person have at most?",
}
_TERM_DAYS = {
    name: f"{end} day of the {term} term" for name in DAYS for term, _, end in [name.partition("_")]
}
# How others' changes are told of.
_FIELDS = {
    "reminder_day": "day of reminders",
    "reminder_time": "time of reminders",
    "overviews": "pace of overviews",
    "is_paused": "pause of reminders",
    "nation": "nation whose bank holidays you keep",
    "closures": "days on which you are closed",
    **_TERM_DAYS,
    "themes": "number of themes",
    "theme": "number of actions in a theme",
    "size": "number of actions in the plan",
    "load": "number of actions of one person",
    "learners": "number of learners",
    "framework": "inspection framework",
    "headings": "headings of your own",
    "asks_model": "use of a language model",
    "keep_months": "time for which conversations are kept",
}


def _make(office: Office, person: Person, value: dict[str, Any]) -> dict[str, Any]:
    changes.for_leads(person)
    year = academic_year(office.today(person))
    with office.database.reading() as session:
        stored = _held(providers.settings_of(session, person.workspace), year)
    return _form(year, stored)


def _held(settings: ProviderSettings, year: str) -> dict[str, Any]:
    """What the form shows, by field, as its inputs give it back."""
    limits = {name: own_limit(settings.limits, name) for name in ASKED}
    numbers = {**limits, "learners": settings.learners}
    return {
        "reminder_day": str(settings.reminder_day),
        "reminder_time": f"{settings.reminder_time:%H:%M}",
        "overviews": settings.overviews.value,
        "is_paused": _PAUSED if settings.is_paused else _RUNNING,
        "nation": settings.nation.value,
        "closures": closures_text(settings.closures, year) or None,
        **own_days(settings.terms, year),
        **{name: None if number is None else str(number) for name, number in numbers.items()},
        "framework": _framework_held(settings.framework),
        "headings": "\n".join(headings_of(OWN, settings.headings)) or None,
        "asks_model": _ASKED if settings.asks_model else _NOT_ASKED,
        "keep_months": str(settings.keep_months),
    }


def _framework_held(stored: str | None) -> str:
    if stored is None:
        return _OF_THE_YEAR
    return stored if stored in _CHOICES else NO_FRAMEWORK


def _frameworks(year: str) -> dict[str, str]:
    """The choices of a framework, the newest of each sector first."""
    newest_first = sorted(FRAMEWORKS.values(), key=lambda f: (f.sector, -f.begins.toordinal()))
    return {
        _OF_THE_YEAR: f"The one of the year: {default_framework(year).name}",
        **{framework.key: framework.name for framework in newest_first},
        OWN: "Our own headings",
        NO_FRAMEWORK: "None: we type the area of each SAR item",
    }


def _form(
    year: str,
    stored: dict[str, Any],
    mine: dict[str, Any] | None = None,
    changed: tuple[str, ...] = (),
) -> dict[str, Any]:
    held = {**stored, **(mine or {})}
    blocks: list[Block] = news(changed)
    blocks += [
        HeaderBlock(text="Reminders"),
        choice_input(
            "reminder_day",
            "On which day should reminders come?",
            held,
            WEEKDAYS,
            optional=False,
            hint="Usually Monday",
        ),
        choice_input(
            "reminder_time",
            "At what time?",
            held,
            {each: each for each in TIMES},
            optional=False,
            hint="Usually 09:00, by the clock where each person is",
        ),
        choice_input(
            "overviews",
            "How often should sponsors and leads hear how the plan goes?",
            held,
            HOW_OFTEN,
            optional=False,
            hint="It comes on the first open day after the reminders.",
        ),
        choice_input("is_paused", "Pause all reminders", held, _PAUSE, optional=False),
        HeaderBlock(text=f"Term dates {year}"),
        small(
            "Nobody is reminded between terms. Where you set no day around a break, the usual one "
            "holds: 25 July to 31 August, 20 December to 3 January, and a week before and after "
            "Easter."
        ),
        *(_day_input(name, held, standard) for name, standard in standard_days(year).items()),
        HeaderBlock(text=f"Days off {year}"),
        choice_input("nation", "Whose bank holidays do you keep?", held, _NATIONS, optional=False),
        text_input(
            "closures",
            "Days on which you are closed",
            held,
            long=True,
            hint="One a line, as “23 October” or “15 to 19 February”. Left empty: the usual "
            "half-term weeks. If you list any day, list your half-terms too.",
        ),
        HeaderBlock(text="How short the plan should be"),
        small(
            "The review asks you to look at what is a little over these numbers, and to mend what "
            "is well over."
        ),
        *(
            number_input(name, label, held, hint=f"Left empty: {ASKED[name].standard}")
            for name, label in _LIMITS.items()
        ),
        number_input(
            "learners",
            "How many learners do you have?",
            held,
            hint=f"Left empty: not known. With fewer than {STANDARD.small_provider} the plan "
            "should have half as many actions.",
        ),
        HeaderBlock(text="Inspection framework"),
        choice_input(
            "framework",
            "Which framework does your SAR follow?",
            held,
            _frameworks(year),
            optional=False,
            hint="Its evaluation areas are then offered for each SAR item.",
        ),
        text_input(
            "headings",
            "What are your own headings?",
            held,
            long=True,
            hint="One a line. They are used if you choose “Our own headings” above.",
        ),
        HeaderBlock(text="Personal data"),
        choice_input(
            "asks_model",
            "May replies be sent to a language model?",
            held,
            _MODEL,
            optional=False,
            hint="Names, addresses and numbers of people are taken out first. Without one, the "
            "built-in coach asks every question.",
        ),
        choice_input(
            "keep_months",
            "How long should conversations be kept?",
            held,
            _MONTHS_KEPT,
            optional=False,
            hint="After the end of the plan's year. The plan itself stays.",
        ),
    ]
    metadata = Seen.of(int(year[:4]), stored).to_text()
    return form("settings", "Settings", "Save", blocks, metadata, mark(stored))


def _day_input(name: str, held: Mapping[str, Any], standard: date) -> Block:
    term, _, end = name.partition("_")
    label = f"When does the {term} term {'begin' if end == 'first' else 'end'}?"
    return day_input(name, label, held, hint=f"Left empty: {in_words(standard)}")


def _take(office: Office, person: Person, view: dict[str, Any]) -> Done:
    changes.for_leads(person)
    seen, typed = Seen.from_text(view.get("private_metadata", "")), submitted(view)
    year = _year(office, person, seen)
    if typed["reminder_day"] not in WEEKDAYS or typed["reminder_time"] not in TIMES:
        raise ValueError("not a choice of the form")
    if typed["overviews"] not in HOW_OFTEN or typed["is_paused"] not in _PAUSE:
        raise ValueError("not a choice of the form")
    if typed["nation"] not in _NATIONS or typed["framework"] not in _CHOICES:
        raise ValueError("not a choice of the form")
    if typed["asks_model"] not in _MODEL or typed["keep_months"] not in _MONTHS_KEPT:
        raise ValueError("not a choice of the form")
    headings = headings_in(typed["headings"] or "")
    wrong = _problems(typed, headings, year)
    if wrong:
        return Done(errors=wrong)
    with office.database.writing() as session:
        settings = providers.settings_of(session, person.workspace, to_change=True)
        held = _held(settings, year)
        mine = {name: typed[name] for name in seen.changed(typed)}
        by = providers.name_of(session, person.workspace, settings.changed_by_id)
        changed = told_of(seen.changed(held), _FIELDS, by, held)
        if changed:
            return Done(again=_form(year, held, mine, changed))
        moved = _moving(settings)
        settings.reminder_day = int(typed["reminder_day"])
        settings.reminder_time = time.fromisoformat(typed["reminder_time"])
        settings.terms = with_terms(settings.terms, year, {name: typed[name] for name in DAYS})
        settings.overviews = Every(typed["overviews"])
        settings.is_paused = typed["is_paused"] == _PAUSED
        settings.nation = Nation(typed["nation"])
        if "closures" in mine:
            spans, _ = closures_in(typed["closures"] or "", year)
            settings.closures = with_closures(settings.closures, year, spans)
        for name in ASKED:
            # What nobody changed stays as it is kept, with an amber that may not be ours.
            if name in mine:
                settings.limits = with_limit(settings.limits, name, _number(typed[name]))
        settings.learners = _number(typed["learners"])
        chosen = typed["framework"]
        settings.framework = None if chosen == _OF_THE_YEAR else chosen
        settings.headings = headings
        settings.asks_model = typed["asks_model"] == _ASKED
        settings.keep_months = int(typed["keep_months"])
        settings.changed_by_id = person.id
        session.add(settings)
        if _moving(settings) != moved:
            providers.look_again(session, person.workspace, office.clock())
            channel_posts.move(session, settings, office.clock())
    return Done()


def _moving(settings: ProviderSettings) -> tuple[Any, ...]:
    """All by which it is worked out when somebody is next written to."""
    return (
        settings.reminder_day,
        settings.reminder_time,
        settings.overviews,
        settings.is_paused,
        settings.terms,
        settings.nation,
        settings.closures,
    )


def _year(office: Office, person: Person, seen: Seen) -> str:
    """The academic year whose terms the form has shown, which may have ended since."""
    this = int(academic_year(office.today(person))[:4])
    if seen.id not in (this - 1, this, this + 1):
        raise ValueError("not a year of a form")
    return academic_year(date(seen.id, 8, 1))


# Of one field, so that what is wrong can be read at a glance.
_PROBLEMS_SHOWN = 3


def _problems(typed: dict[str, Any], headings: list[str], year: str) -> dict[str, str]:
    """What is wrong, a sentence each, by field."""
    wrong = term_problems({name: typed[name] for name in DAYS}, year)
    for name, asked in ASKED.items():
        if not _is_number(typed[name], asked.lowest, asked.highest):
            wrong[name] = (
                f"Give a whole number from {asked.lowest} to {asked.highest}, or leave it empty "
                f"for {asked.standard}."
            )
    if not _is_number(typed["learners"], FEWEST_LEARNERS, MOST_LEARNERS):
        wrong["learners"] = (
            f"Give a whole number from {FEWEST_LEARNERS} to {MOST_LEARNERS:,}, or leave it empty."
        )
    _, unread = closures_in(typed["closures"] or "", year)
    if unread:
        more = len(unread) - _PROBLEMS_SHOWN
        says = unread[:_PROBLEMS_SHOWN] + ([f"And {more} more."] if more > 0 else [])
        wrong["closures"] = " ".join(says)
    longest = max(headings, key=len, default="")
    if len(longest) > LONGEST_HEADING:
        most = f"Keep each heading to {LONGEST_HEADING} characters"
        wrong["headings"] = f"{most}: “{longest[:30]}…” is longer."
    elif len(headings) > MOST_HEADINGS:
        wrong["headings"] = f"Keep to {MOST_HEADINGS} headings: there are {len(headings)}."
    elif typed["framework"] == OWN and not headings:
        wrong["headings"] = "Write your headings here, one a line, or choose a framework above."
    return wrong


_MOST_DIGITS = 9


def _is_number(text: str | None, lowest: int, highest: int) -> bool:
    """Whether a number that may be left out is a whole one within these bounds."""
    try:
        number = _number(text)
    except ValueError:
        return False
    return number is None or lowest <= number <= highest


def _number(text: str | None) -> int | None:
    """The whole number in a text, None in none. Raises ValueError."""
    if text is None:
        return None
    digits = text.replace(",", "")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > _MOST_DIGITS:
        raise ValueError("not a whole number")
    return int(digits)


FORMS = {"settings": Form(_make, _take)}
