"""Settings from the environment or a `.env` file, each named in one sentence when wrong."""

from pathlib import Path

from platformdirs import user_data_path
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class SettingsInvalid(Exception):
    """A setting is missing or wrong; the message names it and says what to do."""


def default_database_url() -> str:
    """A SQLite file in the person's own data folder."""
    return f"sqlite:///{user_data_path('sowhat', appauthor=False) / 'sowhat.db'}"


class Settings(BaseSettings):
    """Everything that can be set. Secrets never show in a log or a repr."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", env_ignore_empty=True)

    database_url: str = Field(default_factory=default_database_url)
    slack_bot_token: SecretStr | None = None
    slack_app_token: SecretStr | None = None
    slack_signing_secret: SecretStr | None = None
    slack_api_url: str = "https://slack.com/api/"
    executor_id: str = "so-what-1"
    port: int = Field(default=3000, ge=1, le=65535)
    log_level: str = "INFO"

    @field_validator("slack_api_url")
    @classmethod
    def _ends_in_slash(cls, url: str) -> str:
        if not url.startswith(("http://", "https://")):
            raise ValueError("it must be a web address that starts with https://")
        return url if url.endswith("/") else f"{url}/"

    @field_validator("log_level")
    @classmethod
    def _is_level(cls, level: str) -> str:
        if level.upper() not in ("DEBUG", "INFO", "WARNING", "ERROR"):
            raise ValueError("it must be DEBUG, INFO, WARNING or ERROR")
        return level.upper()


def load_settings(env_file: Path | None = Path(".env")) -> Settings:
    """The settings of this process. Raises SettingsInvalid."""
    try:
        return Settings(_env_file=env_file)  # type: ignore[call-arg]
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        name = str(first["loc"][0]).upper()
        why = str(first["msg"]).removeprefix("Value error, ")
        raise SettingsInvalid(f"The setting {name} is not right: {why}.") from None


def for_slack(settings: Settings) -> None:
    """Check what serving Slack needs. Raises SettingsInvalid naming the first that is missing."""
    if settings.slack_bot_token is None:
        raise SettingsInvalid(
            "SLACK_BOT_TOKEN is not set: copy the Bot User OAuth Token (xoxb-…) from your Slack "
            "app's OAuth page."
        )
    if settings.slack_app_token is None and settings.slack_signing_secret is None:
        raise SettingsInvalid(
            "Set SLACK_APP_TOKEN (xapp-…) for Socket Mode, or SLACK_SIGNING_SECRET to receive "
            "events over HTTP; both are on your Slack app's Basic Information page."
        )
