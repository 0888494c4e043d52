"""Who reads a reply: the embedded coach, which is the rules of `bot.coaching` and needs nothing."""

from dataclasses import dataclass

from bot.coaching.interview import Reader
from bot.coaching.reading import read


@dataclass(frozen=True)
class Coach:
    """A coach by name, and how it reads one reply."""

    name: str
    read: Reader


EMBEDDED = Coach("embedded", read)
