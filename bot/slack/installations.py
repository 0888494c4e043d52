"""The workspaces that have installed the bot: their tokens, which only the key can read."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from slack_sdk.errors import SlackClientError
from slack_sdk.oauth.installation_store import Bot, Installation, InstallationStore
from slack_sdk.oauth.installation_store.sqlalchemy import SQLAlchemyInstallationStore

from storage.database import Database

_TOKENS = ("bot_token", "bot_refresh_token")


class KeyIsMissing(SlackClientError):
    """Tokens in the database were stored under a key that is not among those given."""


class Installations(InstallationStore):
    """Bots by their workspace, in the SDK's own table.

    Slack's team ids are unique across organisations, so a workspace is found by its own alone. Of
    an installation only the bot is kept: people's tokens are not asked for. `keys` are Fernet keys:
    the first encrypts, any of them reads.
    """

    def __init__(self, client_id: str, database: Database, keys: list[str]) -> None:
        self._database = database
        self._reading = SQLAlchemyInstallationStore(client_id, database.engine)
        self._writing = SQLAlchemyInstallationStore(client_id, database.to_write)
        self._newest, self._all = Fernet(keys[0]), MultiFernet([Fernet(key) for key in keys])

    def save(self, installation: Installation) -> None:
        """Raises DatabaseUnavailable."""
        self.save_bot(installation.to_bot())

    def save_bot(self, bot: Bot) -> None:
        """Raises DatabaseUnavailable."""
        with self._database.translated():
            self._writing.save_bot(_copy(bot, self._encrypted, enterprise_id=None))

    def bot(self, workspace: str) -> Bot | None:
        """The bot of a workspace, its tokens in the clear; None where it is not installed.

        Raises DatabaseUnavailable or KeyIsMissing.
        """
        with self._database.translated():
            found = self._reading.find_bot(enterprise_id=None, team_id=workspace)
        return None if found is None else _copy(found, self._decrypted)

    def forget(self, workspace: str) -> None:
        """Delete the tokens of a workspace. Raises DatabaseUnavailable."""
        with self._database.translated():
            self._writing.delete_bot(enterprise_id=None, team_id=workspace)

    def workspaces(self) -> list[str]:
        """The workspaces that have installed the bot. Raises DatabaseUnavailable."""
        bots = self._reading.bots
        with self._database.translated(), self._database.engine.connect() as connection:
            found = sa.select(bots.c.team_id).distinct().order_by(bots.c.team_id)
            return list(
                connection.scalars(found.where(bots.c.client_id == self._reading.client_id))
            )

    def encrypt_anew(self) -> None:
        """Have every token encrypted by the newest key, so that the older ones can be dropped.

        Raises DatabaseUnavailable or KeyIsMissing.
        """
        bots = self._writing.bots
        with self._database.translated(), self._database.to_write.begin() as connection:
            for row in connection.execute(bots.select()).mappings():
                anew = {n: self._renewed(row[n]) for n in _TOKENS if row[n] is not None}
                if any(anew[name] != row[name] for name in anew):
                    connection.execute(bots.update().where(bots.c.id == row["id"]).values(**anew))

    def _renewed(self, token: str) -> str:
        try:
            self._newest.decrypt(token)
        except InvalidToken:
            return self._encrypted(self._decrypted(token))
        return token

    def _encrypted(self, token: str) -> str:
        return self._newest.encrypt(token.encode()).decode()

    def _decrypted(self, token: str) -> str:
        try:
            return self._all.decrypt(token).decode()
        except InvalidToken:
            raise KeyIsMissing from None


def _copy(bot: Bot, change: Callable[[str], str], **values: Any) -> Bot:
    """The bot with each of its tokens changed."""
    tokens = {n: change(getattr(bot, n)) for n in _TOKENS if getattr(bot, n) is not None}
    return Bot(**{**bot.to_dict_for_copying(), **tokens, **values})
