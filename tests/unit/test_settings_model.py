"""The settings of the language model: what may be left out, and what is named when it is wrong."""

from collections.abc import Callable

import pytest

from bot.ledger import Prices, prices_set
from bot.settings import Settings, SettingsInvalid, for_model, load_settings, uses_model

KEY = {"OPENAI_API_KEY": "sk-very-secret"}
OWN_SERVER = {"OPENAI_BASE_URL": "http://127.0.0.1:8080/v1"}
PRICES = {"OPENAI_PRICE_IN": "0.1", "OPENAI_PRICE_OUT": "0.5"}

Loader = Callable[[dict[str, str]], Settings]


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Loader:
    """Loads settings from an environment that holds these."""

    def loaded(environment: dict[str, str]) -> Settings:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        return load_settings(env_file=None)

    return loaded


def refused(load: Loader, environment: dict[str, str]) -> str:
    """The one sentence that refuses this environment."""
    with pytest.raises(SettingsInvalid) as refusal:
        for_model(load(environment))
    sentence = str(refusal.value)
    assert "\n" not in sentence and sentence.endswith(".")
    return sentence


@pytest.mark.parametrize(
    "environment",
    [
        KEY,
        KEY | {"OPENAI_MODEL": "gpt-6.1-terra"},
        KEY | {"OPENAI_BASE_URL": "https://eu.api.openai.com/v1"},
        KEY | {"OPENAI_BASE_URL": "https://llm.example.org/v1", "OPENAI_MODEL": "m"},
        OWN_SERVER | {"OPENAI_MODEL": "smollm2"},
        KEY | {"OPENAI_FIRST_WORDS_SECONDS": "30"},
        KEY | PRICES | {"OPENAI_MONTHLY_BUDGET": "0"},
    ],
    ids="key,model,Europe,key elsewhere,own server,equal seconds,budget of nothing".split(","),
)
def test_what_is_enough_to_ask_a_model(load: Loader, environment: dict[str, str]) -> None:
    settings = load(environment)

    for_model(settings)

    assert uses_model(settings)


@pytest.mark.parametrize("environment", [{}, {"OPENAI_API_KEY": ""}, {"OPENAI_MODEL": "m"}])
def test_without_key_or_address_no_model_is_used(load: Loader, environment: dict[str, str]) -> None:
    assert not uses_model(load(environment))
    assert "OPENAI_API_KEY" in refused(load, environment)
    assert "OPENAI_BASE_URL" in refused(load, environment)


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        (OWN_SERVER, ["OPENAI_MODEL", "127.0.0.1"]),
        (KEY | OWN_SERVER, ["OPENAI_MODEL", "127.0.0.1"]),
        (KEY | {"OPENAI_BASE_URL": "https://api.openai.com.example.org"}, ["OPENAI_MODEL"]),
        ({"OPENAI_BASE_URL": "https://api.openai.com/v1"}, ["OPENAI_API_KEY"]),
        (KEY | {"OPENAI_BASE_URL": "127.0.0.1:8080"}, ["OPENAI_BASE_URL", "http"]),
        (KEY | {"OPENAI_BASE_URL": "https://"}, ["OPENAI_BASE_URL", "http"]),
        (KEY | {"OPENAI_BASE_URL": "http://["}, ["OPENAI_BASE_URL"]),
        (KEY | {"OPENAI_MODEL": "m" * 129}, ["OPENAI_MODEL"]),
        (KEY | {"OPENAI_FIRST_WORDS_SECONDS": "0"}, ["OPENAI_FIRST_WORDS_SECONDS"]),
        (KEY | {"OPENAI_TOTAL_SECONDS": "inf"}, ["OPENAI_TOTAL_SECONDS"]),
        (KEY | {"OPENAI_TOTAL_SECONDS": "soon"}, ["OPENAI_TOTAL_SECONDS"]),
        (
            KEY | {"OPENAI_TOTAL_SECONDS": "11.5", "OPENAI_FIRST_WORDS_SECONDS": "12"},
            ["OPENAI_TOTAL_SECONDS is 11.5", "OPENAI_FIRST_WORDS_SECONDS (12)"],
        ),
        (KEY | {"OPENAI_PRICE_IN": "-1"}, ["OPENAI_PRICE_IN"]),
        (KEY | {"OPENAI_PRICE_CACHED": "nan"}, ["OPENAI_PRICE_CACHED"]),
        (KEY | {"OPENAI_MONTHLY_BUDGET": "20"}, ["BUDGET", "OPENAI_PRICE_IN and OPENAI_PRICE_OUT"]),
        (
            KEY | {"OPENAI_MONTHLY_BUDGET": "20", "OPENAI_PRICE_IN": "1"},
            ["OPENAI_MONTHLY_BUDGET", "set OPENAI_PRICE_OUT,"],
        ),
        (KEY | PRICES | {"OPENAI_MONTHLY_BUDGET": "-20"}, ["OPENAI_MONTHLY_BUDGET"]),
    ],
)
def test_what_is_missing_or_wrong_is_named_in_one_sentence(
    load: Loader, environment: dict[str, str], named: list[str]
) -> None:
    sentence = refused(load, environment)

    for words in named:
        assert words in sentence
    assert "very-secret" not in sentence


def test_no_secret_shows_in_what_the_settings_print(load: Loader) -> None:
    settings = load(
        {
            "OPENAI_API_KEY": "sk-hunter2",
            "OPENAI_BASE_URL": "https://me:hunter2@llm.example.org/v1",
            "DATABASE_URL": "postgresql://me:hunter2@db/so_what",
        }
    )

    assert "hunter2" not in f"{settings!r} {settings}"


def test_prices_are_whole_or_none_and_the_cached_one_may_be_left_out(load: Loader) -> None:
    assert prices_set(load({"OPENAI_PRICE_IN": "0.1"})) is None
    assert prices_set(load(PRICES)) == Prices(given=0.1, cached=0.1, written=0.5)
    assert prices_set(load({"OPENAI_PRICE_CACHED": "0"})) == Prices(0.1, 0.0, 0.5)
