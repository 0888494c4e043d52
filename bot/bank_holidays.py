"""Bank holidays as the library `holidays` has them, and the open days that come of them."""

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
    holidays_of = partial(bank_holidays, settings.nation)
    return open_days(settings.terms, settings.closures, holidays_of)
