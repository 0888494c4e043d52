"""Bank holidays as the library `holidays` has them, and the open days that come of them."""

import json
from datetime import date
from functools import lru_cache, partial

from bot.coaching.open_days import OpenDays, open_days
from storage.models import ProviderSettings
from storage.vocabulary import Nation

_SUBDIVISIONS = {
    Nation.ENGLAND: "ENG",
    Nation.WALES: "WLS",
    Nation.SCOTLAND: "SCT",
    Nation.NORTHERN_IRELAND: "NIR",
}


@lru_cache(maxsize=64)
def bank_holidays(nation: Nation, year: int) -> frozenset[date]:
    """The bank holidays of a nation in a calendar year, and the days that stand in for them."""
    # It takes a fifth of a second to load, which nobody should wait for who needs no holidays.
    import holidays

    return frozenset(holidays.country_holidays("GB", subdiv=_SUBDIVISIONS[nation], years=year))


def open_days_of(settings: ProviderSettings) -> OpenDays:
    """The days on which people of a provider may be written to, by what it has set."""
    return _open_days(settings.nation, json.dumps(settings.terms), json.dumps(settings.closures))


@lru_cache(maxsize=256)
def _open_days(nation: Nation, terms: str, closures: str) -> OpenDays:
    # A sweep asks for those of a provider with every page of people, and most set nothing: each is
    # worked out once, with the closed days that it finds on the way.
    return open_days(json.loads(terms), json.loads(closures), partial(bank_holidays, nation))
