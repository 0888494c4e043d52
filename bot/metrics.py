"""What is counted of a running bot, for Prometheus.

Labels have few values, each named here or an enumeration's: never a workspace's or a person's id.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from prometheus_client import (
    CONTENT_TYPE_PLAIN_0_0_4,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from sqlalchemy.exc import SQLAlchemyError

from storage import conversations
from storage.database import Database, DatabaseUnavailable

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
# An answer by the rules takes milliseconds, one by a model up to half a minute.
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60)

disable_created_metrics()  # type: ignore[no-untyped-call]  # more series, which nobody reads
REGISTRY = CollectorRegistry()
EVENTS = Counter("sowhat_events", "Events kept, by kind.", ["kind"], registry=REGISTRY)
TURNS = Counter("sowhat_turns", "Events answered, by outcome.", ["outcome"], registry=REGISTRY)
MODEL_CALLS = Counter(
    "sowhat_model_calls", "Calls to the language model.", ["outcome"], registry=REGISTRY
)
SENDS = Counter("sowhat_sends", "Messages settled, by outcome.", ["outcome"], registry=REGISTRY)
SEND_RETRIES = Counter(
    "sowhat_send_retries", "Sends to be tried again, by reason.", ["reason"], registry=REGISTRY
)
REFUSED = Counter(
    "sowhat_refused",
    "Requests to Slack's address that are not Slack's.",
    ["reason"],
    registry=REGISTRY,
)
TURN_SECONDS = Histogram(
    "sowhat_turn_seconds",
    "From taking up an event to its answer in the outbox.",
    buckets=_SECONDS,
    registry=REGISTRY,
)
# There from the start, so that the first of a kind is seen as a rise.
for _counter, _labels in (
    (TURNS, ("answered", "stumbled", "failed")),
    (SENDS, ("sent", "failed")),
    (SEND_RETRIES, ("rate_limited", "uncertain", "away")),
    (REFUSED, ("signature", "shape")),
):
    for _label in _labels:
        _counter.labels(_label)

_outcome: ContextVar[str] = ContextVar("outcome")


@contextmanager
def turn() -> Iterator[None]:
    """Count the block as a turn: answered, stumbled where `stumbled` was called, failed if it
    raises, and then it is tried again."""
    token, began = _outcome.set("answered"), time.perf_counter()
    try:
        yield
        TURNS.labels(_outcome.get()).inc()
        TURN_SECONDS.observe(time.perf_counter() - began)
    except Exception:
        TURNS.labels("failed").inc()
        raise
    finally:
        _outcome.reset(token)


def stumbled() -> None:
    """Note that the words of the turn under way could not be read."""
    _outcome.set("stumbled")


def exposition(database: Database, now: datetime) -> bytes:
    """All of it as Prometheus reads it, with the queues as they are in the database at `now`.

    Of a database that does not answer nothing is said: yesterday's figures would mislead.
    """
    counted = generate_latest(REGISTRY)
    try:
        with database.reading() as session:
            queues = conversations.oldest_waiting(session)
    except (DatabaseUnavailable, SQLAlchemyError):
        return counted
    asked = CollectorRegistry()
    age = Gauge(
        "sowhat_queue_age_seconds",
        "Age of the oldest event to be answered and message to be sent.",
        ["queue"],
        registry=asked,
    )
    count = Gauge("sowhat_waiting", "How many of them wait.", ["queue"], registry=asked)
    for name, waiting in queues.items():
        seconds = 0.0 if waiting.since is None else (now - waiting.since).total_seconds()
        age.labels(name).set(max(seconds, 0.0))
        count.labels(name).set(waiting.count)
    return counted + generate_latest(asked)
