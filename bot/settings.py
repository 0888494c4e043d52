"""Settings from the environment or a `.env` file, each named in one sentence when wrong."""

import base64
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from urllib.parse import unquote, urlsplit

from platformdirs import user_data_path
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

# OpenAI's most recent small model among those that openai 3.57 knows
# (openai/types/shared/chat_model.py); other servers name their models themselves.
DEFAULT_MODEL = "gpt-6-luna"
_OPENAI = "api.openai.com"


@dataclass(frozen=True)
class OAuth:
    """What it takes to be installed by workspaces. The first of the keys is the newest."""

    client_id: str
    client_secret: str = field(repr=False)
    keys: list[str] = field(repr=False)


class SettingsInvalid(Exception):
    """A setting is missing or wrong; the message names it and says what to do."""


def default_database_url() -> str:
    """A SQLite file in the person's own data folder."""
    return f"sqlite:///{user_data_path('sowhat', appauthor=False) / 'sowhat.db'}"


class Settings(BaseSettings):
    """Everything that can be set. Secrets never show in a log or a repr.

    What stands under each is for whoever runs the bot: docs/reference/settings.md is made of it.
    """

    model_config = SettingsConfigDict(
        env_file=".env", extra="ignore", env_ignore_empty=True, allow_inf_nan=False
    )

    # An address may hold a password.
    database_url: str = Field(default_factory=default_database_url, repr=False)
    """Where the plan is kept: `sqlite:///` and a file, or
    `postgresql+psycopg://user:password@host/name`."""
    slack_bot_token: SecretStr | None = None
    """The Bot User OAuth Token of your Slack app, `xoxb-…`, for one workspace. Leave it out where
    workspaces install the bot themselves."""
    slack_app_token: SecretStr | None = None
    """The app-level token, `xapp-…`, with the scope `connections:write`. With it the bot uses
    Socket Mode; without it, HTTP."""
    slack_signing_secret: SecretStr | None = None
    """The Signing Secret from *Basic Information*, by which the bot knows that a request over HTTP
    is Slack's."""
    slack_client_id: str | None = None
    """The Client ID from *Basic Information*. With it, and without `SLACK_APP_TOKEN`, workspaces
    install the bot themselves."""
    slack_client_secret: SecretStr | None = None
    """The Client Secret from *Basic Information*. Needed with `SLACK_CLIENT_ID`."""
    token_encryption_key: SecretStr | None = None
    """The Fernet key under which the tokens of workspaces are kept; several with commas between,
    the newest first. Needed with `SLACK_CLIENT_ID`."""
    slack_api_url: str = "https://slack.com/api/"
    """The address of Slack's Web API. Another one is for tests."""
    openai_api_key: SecretStr | None = None
    """The key for OpenAI, or for the server at `OPENAI_BASE_URL`. With it a language model is
    asked."""
    # Given without a key, it is a server of one's own that needs none.
    openai_base_url: str | None = Field(default=None, repr=False)
    """The address of another server that speaks OpenAI's chat completions, such as
    `http://localhost:11434/v1`. It may need no key."""
    openai_model: str | None = Field(default=None, max_length=128)
    """The name of the model. Needed where `OPENAI_BASE_URL` is not OpenAI's."""
    openai_first_words_seconds: float = Field(default=12, gt=0)
    """How many seconds a model has for its first words, before the built-in coach's question comes
    instead."""
    openai_total_seconds: float = Field(default=30, gt=0)
    """How many seconds a model has for all of its words."""
    openai_price_in: float | None = Field(default=None, ge=0)
    """The price of a million tokens that the model reads, in your money."""
    openai_price_cached: float | None = Field(default=None, ge=0)
    """The price of a million tokens read from the model's cache, where it differs."""
    openai_price_out: float | None = Field(default=None, ge=0)
    """The price of a million tokens that the model writes."""
    openai_monthly_budget: float | None = Field(default=None, ge=0)
    """What each workspace may spend in a calendar month (UTC), in the same money. Needs the prices
    in and out."""
    executor_id: str = "so-what-1"
    """The name of this process: one of its own for each, the same after a restart."""
    port: int = Field(default=3000, ge=1, le=65535)
    """The port for Slack over HTTP, and for `/healthz`, `/readyz` and `/metrics`. Over Socket Mode
    the bot listens on it only where it is set."""
    log_level: str = "INFO"
    """How much is logged: DEBUG, INFO, WARNING or ERROR."""

    @field_validator("slack_api_url", "openai_base_url")
    @classmethod
    def _is_web_address(cls, url: str | None) -> str | None:
        if url is not None and not _is_address(url):
            raise ValueError("it must be a web address that starts with https:// or http://")
        return url

    @field_validator("slack_api_url")
    @classmethod
    def _ends_in_slash(cls, url: str) -> str:
        return url if url.endswith("/") else f"{url}/"

    @field_validator("token_encryption_key")
    @classmethod
    def _are_keys(cls, given: SecretStr | None) -> SecretStr | None:
        if given is not None and not all(map(_is_key, encryption_keys(given))):
            raise ValueError(f"it must be a Fernet key, or several with commas between. {NEW_KEY}")
        return given

    @field_validator("log_level")
    @classmethod
    def _is_level(cls, level: str) -> str:
        if level.upper() not in ("DEBUG", "INFO", "WARNING", "ERROR"):
            raise ValueError("it must be DEBUG, INFO, WARNING or ERROR")
        return level.upper()

    @model_validator(mode="after")
    def _seconds_agree(self) -> Self:
        both = {"openai_first_words_seconds", "openai_total_seconds"} <= self.model_fields_set
        if both and self.openai_total_seconds < self.openai_first_words_seconds:
            raise ValueError(
                f"OPENAI_TOTAL_SECONDS is {self.openai_total_seconds:g}, which is less than "
                f"OPENAI_FIRST_WORDS_SECONDS ({self.openai_first_words_seconds:g}): raise it."
            )
        return self

    @model_validator(mode="after")
    def _budget_has_prices(self) -> Self:
        missing = missing_prices(self)
        if self.openai_monthly_budget is not None and missing:
            raise ValueError(
                f"OPENAI_MONTHLY_BUDGET needs prices to reckon with: set {' and '.join(missing)}, "
                "in money per million tokens."
            )
        return self


NEW_KEY = (
    "Make one with: python -c 'from cryptography.fernet import Fernet; "
    "print(Fernet.generate_key().decode())'"
)


def encryption_keys(given: SecretStr) -> list[str]:
    """The keys for tokens, the newest first."""
    return [key.strip() for key in given.get_secret_value().split(",") if key.strip()] or [""]


def secrets_of(settings: Settings) -> list[str]:
    """The secrets that are set, each as it would be quoted."""
    given = [value for value in dict(settings).values() if isinstance(value, SecretStr)]
    found = [value.get_secret_value() for value in given]
    if settings.token_encryption_key is not None:
        found += encryption_keys(settings.token_encryption_key)
    for address in (settings.database_url, settings.openai_base_url):
        try:
            password = urlsplit(address or "").password
        except ValueError:
            password = None
        if password:
            # As it stands in the address, and as what is sent.
            found += [password, unquote(password)]
    return sorted(set(found), key=len, reverse=True)


def _is_key(key: str) -> bool:
    try:
        return len(base64.b64decode(key, altchars=b"-_", validate=True)) == 32
    except ValueError:
        return False


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        # Asking for the port is what finds out whether it is one.
        return bool(parts.scheme in ("http", "https") and parts.hostname and parts.port != 0)
    except ValueError:
        return False


def load_settings(env_file: Path | None = Path(".env")) -> Settings:
    """The settings of this process. Raises SettingsInvalid."""
    try:
        return Settings(_env_file=env_file)  # type: ignore[call-arg]
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        why = str(first["msg"]).removeprefix("Value error, ")
        if not first["loc"]:
            # Settings that do not go together name themselves.
            raise SettingsInvalid(why) from None
        name = str(first["loc"][0]).upper()
        raise SettingsInvalid(f"The setting {name} is not right: {why}.") from None


def for_slack(settings: Settings) -> None:
    """Check what serving Slack needs. Raises SettingsInvalid naming the first that is missing."""
    if oauth_of(settings) is not None:
        return
    if settings.slack_bot_token is None:
        raise SettingsInvalid(
            "SLACK_BOT_TOKEN is not set: copy the Bot User OAuth Token (xoxb-…) from your Slack "
            "app's OAuth page, or set SLACK_CLIENT_ID to have workspaces install it themselves."
        )
    if settings.slack_app_token is None and settings.slack_signing_secret is None:
        raise SettingsInvalid(
            "Set SLACK_APP_TOKEN (xapp-…) for Socket Mode, or SLACK_SIGNING_SECRET to receive "
            "events over HTTP; both are on your Slack app's Basic Information page."
        )


def oauth_of(settings: Settings) -> OAuth | None:
    """What workspaces install the bot with; None where one is served by its token.

    Over Socket Mode there is no address to install it at. Raises SettingsInvalid naming the first
    that is missing.
    """
    if settings.slack_client_id is None or settings.slack_app_token is not None:
        return None
    for name, value in (
        ("SLACK_CLIENT_SECRET", settings.slack_client_secret),
        ("SLACK_SIGNING_SECRET", settings.slack_signing_secret),
    ):
        if value is None:
            raise SettingsInvalid(
                f"{name} is not set: copy it from your Slack app's Basic Information page."
            )
    if settings.token_encryption_key is None:
        raise SettingsInvalid(
            "TOKEN_ENCRYPTION_KEY is not set: it keeps the tokens of the workspaces that install "
            f"the bot. {NEW_KEY}"
        )
    assert settings.slack_client_secret is not None
    secret, keys = settings.slack_client_secret, encryption_keys(settings.token_encryption_key)
    return OAuth(settings.slack_client_id, secret.get_secret_value(), keys)


def missing_prices(settings: Settings) -> list[str]:
    """The names of the prices without which no cost can be told."""
    prices = {"IN": settings.openai_price_in, "OUT": settings.openai_price_out}
    return [f"OPENAI_PRICE_{name}" for name, price in prices.items() if price is None]


def uses_model(settings: Settings) -> bool:
    """Whether a language model may be asked: a key, or the address of a server, is set."""
    return settings.openai_api_key is not None or settings.openai_base_url is not None


def for_model(settings: Settings) -> None:
    """Check what asking a language model needs. Raises SettingsInvalid naming what is missing."""
    host = urlsplit(settings.openai_base_url or f"https://{_OPENAI}").hostname or ""
    # OpenAI's addresses for one region stand under the general one.
    if host == _OPENAI or host.endswith(f".{_OPENAI}"):
        if settings.openai_api_key is None:
            raise SettingsInvalid(
                "OPENAI_API_KEY is not set: copy one from platform.openai.com, or set "
                "OPENAI_BASE_URL to a server that speaks OpenAI's chat completions."
            )
    elif settings.openai_model is None:
        raise SettingsInvalid(
            f"OPENAI_MODEL is not set: name one of the models that the server at {host} has."
        )
