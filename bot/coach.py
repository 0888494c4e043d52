"""Who reads a reply: the embedded coach, which is the rules of `bot.coaching` and needs nothing."""

from dataclasses import dataclass

from bot.coaching.reading import read
from bot.coaching.state import Reader


@dataclass(frozen=True)
class Coach:
    """A coach by name, and how it reads one reply."""

    name: str
    read: Reader


EMBEDDED = Coach("embedded", read)
