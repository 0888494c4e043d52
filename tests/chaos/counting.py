"""What came of it, counted from outside: by what stands in Slack and in the database."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session, select

from storage.models import Action, InterviewRecord, Turn
from storage.vocabulary import Speaker
from tests.benchmarks.waiting import people_in
from tests.chaos.people import Line, Place


@dataclass(frozen=True)
class Stored:
    """What the database holds of it.

    `turns` tells how often a message is in a transcript, by workspace and ts; `actions` how often
    an action is in a plan, by its words; `mixed` counts interviews with somebody else's words.
    """

    turns: Mapping[tuple[str, str], int]
    actions: Mapping[str, int]
    mixed: int


@dataclass(frozen=True)
class Counts:
    """`doubled` is what stands more than once in Slack or in the database, `lost` the messages
    without a reply in their thread or without a place in the transcript.
    """

    sent: int
    answered: int
    lost: int
    doubled: int
    mixed: int


def stored(session: Session, lines: Sequence[Line]) -> Stored:
    """Read it."""
    whose = {(line.channel, line.thread): line.person for line in lines}
    said: dict[int, list[str]] = {}
    turns: Counter[tuple[str, str]] = Counter()
    for turn in session.exec(select(Turn)):
        said.setdefault(turn.interview_id, []).append(turn.text)
        if turn.speaker is Speaker.PERSON and turn.ts is not None:
            turns[turn.workspace, turn.ts] += 1
    mixed = 0
    for record in session.exec(select(InterviewRecord)):
        held = json.dumps([record.state, said.get(record.id or 0, [])])
        mixed += bool(people_in(held) - {whose.get((record.channel, record.thread), -1)})
    # Whose it is and which interview it came from is in its words.
    actions = Counter(action.action for action in session.exec(select(Action)) if action.action)
    return Stored(turns, {text: n for text, n in actions.items() if people_in(text)}, mixed)


def count(lines: Sequence[Line], standing: Mapping[Place, int], held: Stored) -> Counts:
    """`standing` tells how many messages of the bot stand in each place.

    A message of which Slack's answer was lost is no exception: taken twice, it stands twice. One
    without a key is left over from something that was begun and said again.
    """
    answered = lost = 0
    doubled = sum(
        number if key == "" else number - 1 for (_, _, key), number in standing.items() if number
    )
    for line in lines:
        is_answered = standing.get(line.reply, 0) > 0
        times = held.turns.get((line.workspace, line.ts), 0)
        answered += is_answered
        lost += not is_answered or times == 0
        doubled += max(0, times - 1)
    doubled += sum(number - 1 for number in held.actions.values())
    return Counts(len(lines), answered, lost, doubled, held.mixed)
