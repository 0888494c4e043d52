"""What is logged, and how: a line of JSON for machines, a plain line for a terminal.

Neither holds the text of an exception, which may quote what somebody wrote: of an exception there
is its type's name. Only this project's own exceptions are sentences of ours. And whatever a library
makes of it, no secret that the program was started with stands in a line.
"""

import json
import logging
import sys
import threading
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from types import MappingProxyType, TracebackType
from typing import Any

_OUR_OWN = ("bot.", "storage.")
# By these names Bolt logs.
BOLT, _BOLTS = "bot.slack.bolt", ("bot.slack.bolt", "slack_bolt")
_bound: ContextVar[Mapping[str, str]] = ContextVar("bound", default=MappingProxyType({}))
# What is shorter may be a word, and would be blotted out of plain sentences.
_SHORTEST_SECRET = 6
_log = logging.getLogger(__name__)


def set_up(level: str, secrets: Collection[str] = ()) -> None:
    """Log to stderr from now on, and there alone: what nobody catches and warnings too.

    None of the `secrets` is shown.
    """
    handler = logging.StreamHandler()
    hidden = tuple(secret for secret in secrets if len(secret) >= _SHORTEST_SECRET)
    handler.addFilter(_is_no_chatter)
    handler.setFormatter((_Plain if sys.stderr.isatty() else _Json)(hidden))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # It would print the arguments of a line that cannot be made.
    logging.raiseExceptions = False
    logging.captureWarnings(True)
    sys.excepthook = _uncaught
    threading.excepthook = lambda ended: _uncaught(ended.exc_type, ended.exc_value, None)


def _is_no_chatter(record: logging.LogRecord) -> bool:
    """Below INFO libraries log all that they send and get, which is what people wrote.

    Bolt does so at INFO too, of a request whose signature it refuses.
    """
    if record.name.startswith(_OUR_OWN) and record.name != BOLT:
        return True
    return record.levelno >= (logging.WARNING if record.name.startswith(_BOLTS) else logging.INFO)


@contextmanager
def bound(**ids: str | None) -> Iterator[None]:
    """Name these ids in all that the block logs in its thread, beside those bound around it."""
    given = {name: value for name, value in ids.items() if value}
    token = _bound.set({**_bound.get(), **given})
    try:
        yield
    finally:
        _bound.reset(token)


class _Formatter(logging.Formatter):
    def __init__(self, secrets: tuple[str, ...]) -> None:
        super().__init__()
        self._secrets = secrets

    def told(self, record: logging.LogRecord) -> dict[str, str]:
        told = _told(record)
        for secret in self._secrets:
            told["message"] = told["message"].replace(secret, "[secret]")
        return told


class _Json(_Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return json.dumps(self.told(record))


class _Plain(_Formatter):
    def format(self, record: logging.LogRecord) -> str:
        told = self.told(record)
        line = " ".join(told.pop(name) for name in ("time", "level", "logger", "message"))
        line += "".join(f" {name}={value}" for name, value in told.items())
        return " ".join(line.split())


def _told(record: logging.LogRecord) -> dict[str, str]:
    at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
    told = {
        "time": at.replace("+00:00", "Z"),
        "level": record.levelname,
        "logger": record.name,
        "message": _message(record),
    }
    kind = record.exc_info[0] if record.exc_info else None
    return {**told, **_bound.get(), **({"error": kind.__name__} if kind else {})}


def _message(record: logging.LogRecord) -> str:
    template, args = str(_named(record.msg)), record.args
    try:
        if isinstance(args, tuple) and args:
            template %= tuple(_named(value) for value in args)
        elif args:
            template %= _named(args)
    except (TypeError, ValueError, KeyError):
        pass  # the template alone says where it comes from
    # Libraries put the text of what they caught into their message.
    error = record.exc_info[1] if record.exc_info else None
    text = str(error or "")
    return template.replace(text, type(error).__name__) if text else template


def _named(value: Any) -> Any:
    """An exception that is not one of ours as its type's name, everything else as it is.

    So too those among several: a list would quote them.
    """
    if isinstance(value, Mapping):
        return {name: _named(each) for name, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_named(each) for each in value]
    is_foreign = isinstance(value, BaseException) and not type(value).__module__.startswith(
        _OUR_OWN
    )
    return type(value).__name__ if is_foreign else value


def _uncaught(
    kind: type[BaseException], error: BaseException | None, _trace: TracebackType | None
) -> None:
    if kind is not SystemExit:  # with which a thread may end itself
        _log.critical("Nothing caught an exception.", exc_info=(kind, error or kind(), None))
