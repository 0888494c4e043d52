"""By when, and what is to be seen on the way: due dates and milestones in a reply."""

import re
from datetime import date

from bot.coaching.dates import FoundDate, gone_by
from bot.coaching.numbers import number
from bot.coaching.words import content_stems

_MILESTONE = re.compile(
    r"\b(?:milestones?|check[- ]?points?|interim|halfway|half[- ]way|on the way|first check|staging post|along the way|mid[- ]?point|in the meantime)\b",
    re.IGNORECASE,
)
# Without one of these there is none of those: a plain look spares most replies the search.
_NAME_ONE = ("milestone", "check", "interim", "half", "the way", "staging", "mid", "meantime")


def _names_milestone(text: str) -> bool:
    low = text.lower()
    return any(word in low for word in _NAME_ONE) and _MILESTONE.search(text) is not None


def find_milestones(
    text: str, dates: list[FoundDate], asked: str | None
) -> tuple[tuple[tuple[date | None, str], ...], list[tuple[int, int]]]:
    """Dated checks on the way, with the stretches of text they were read from."""
    if asked in (None, "impact") and not _names_milestone(text):
        return (), []
    # In an answer to "what will be different?" the first of several levels is the target.
    if asked not in (None, "impact", "milestone"):
        staged = _staged(text, dates, asked)
        if staged:
            return staged
    found: list[tuple[date | None, str]] = []
    spans: list[tuple[int, int]] = []
    for match in re.finditer(r"[^.;!?\n|\t]+(?:\.(?=\d)[^.;!?\n|\t]+)*", text):
        clause = match.group()
        marker = _MILESTONE.search(clause)
        if not marker and asked != "milestone":
            continue
        start, end = match.start(), match.end()
        if marker and asked != "milestone":
            start, end = _around(text, match, marker, dates)
        inside = [d for d in dates if start <= d.start < end]
        figure = re.search(r"\d", _without(clause, inside, text)) is not None
        if not inside and not marker and not figure and len(clause.split()) < 2:
            continue
        if inside and asked == "milestone" and _is_only_a_date(clause, inside, text):
            found.append((inside[0].day, ""))
            spans.append((start, end))
            continue
        if (
            asked == "milestone"
            and not (marker or inside or re.search(r"\d", clause))
            and len(content_stems(clause)) < 4
        ):
            # "Not really", "print your prompt": nothing that could be seen by anyone.
            continue
        words = _MILESTONE.sub("", text[start:end]).strip(" ,:;-–.()")
        words = re.sub(
            r"^(?:with|and|as|of|a|an|the|is|at|our|first|=|:)\s+", "", words, flags=re.I
        ).strip(" ,:-")
        beyond_date = content_stems(_without(words, dates, text))
        if not words or (not beyond_date and not re.search(r"\d", _without(words, dates, text))):
            continue
        if asked == "milestone" and found and not inside:
            found[-1] = (found[-1][0], f"{found[-1][1]}; {words}")
        else:
            found.append((inside[0].day if inside else None, words))
        spans.append((start, end))
    return tuple(found), spans


def _is_only_a_date(words: str, dates: list[FoundDate], text: str) -> bool:
    """Whether nothing is said but a date to come, and that one looks then."""
    beyond = _without(words, dates, text)
    said = content_stems(beyond) - content_stems("check look review see")
    return not said and not re.search(r"\d", beyond) and not any(d.past for d in dates)


_BETWEEN = re.compile(r",\s|;|\n|•|[.?!]\s|\band\b|\bthen\b|$")


def _staged(
    text: str, dates: list[FoundDate], asked: str | None
) -> tuple[tuple[tuple[date | None, str], ...], list[tuple[int, int]]] | None:
    """Levels with a date each ("78 by Feb, 82 by July"): all but the last are checks on the way.

    Where several things were asked for at once, so are dates with nothing beside them.
    """
    last = max((d.day for d in dates if not d.past), default=None)
    texts: list[tuple[date | None, str]] = []
    spans: list[tuple[int, int]] = []
    start = 0
    for between in _BETWEEN.finditer(text):
        span, start = (start, between.start()), between.end()
        inside = [d for d in dates if span[0] <= d.start < span[1] and not d.past]
        words = _MILESTONE.sub("", text[slice(*span)]).strip(" ,.;:-")
        if not inside or inside[0].day == last:
            continue
        only = asked == "figures" and _is_only_a_date(words, inside, text)
        if only or number(_without(words, inside, text)) is not None:
            texts.append((inside[0].day, "" if only else words))
            spans.append(span)
    return (tuple(texts), spans) if texts else None


def _without(words: str, dates: list[FoundDate], text: str) -> str:
    """The words with every date taken out."""
    for found in dates:
        words = words.replace(text[found.start : found.end], " ")
    return words


def _around(
    text: str, clause: re.Match[str], marker: re.Match[str], dates: list[FoundDate]
) -> tuple[int, int]:
    """The comma-bounded part of a sentence that holds the milestone and its date."""
    start, end = clause.start(), clause.end()
    at = clause.start() + marker.start()
    cuts = (
        [start]
        + [
            start + m.end()
            for m in re.finditer(r",\s*(?:with|and)?\s*|\band\b|\bwith\b|\(", clause.group())
        ]
        + [end]
    )
    pieces = list(zip(cuts, cuts[1:], strict=False))
    here = next((i for i, (a, b) in enumerate(pieces) if a <= at < b), 0)
    first, last = pieces[here]
    if not any(first <= d.start < last for d in dates) and here + 1 < len(pieces):
        last = pieces[here + 1][1]
    return first, last


def find_due(
    text: str,
    dates: list[FoundDate],
    milestone_spans: list[tuple[int, int]],
    today: date,
    asked: str | None,
) -> tuple[date | None, date | None]:
    """The date by which, and the date of the starting figure where one is said."""
    free = [d for d in dates if not any(a <= d.start < b for a, b in milestone_spans)]
    by: list[date] = []
    other: list[date] = []
    when: date | None = None
    for found in free:
        before = text[max(0, found.start - 26) : found.start].lower()
        stretch = text[found.start : found.end].lower()
        if re.search(
            r"\b(?:in|since|from|as at|as of|last|on|for|at)\s*(?:the\s+)?$", before
        ) or stretch.startswith(("in ", "since ", "from ", "last ", "on ", "for ")):
            past = found.day < today or "last" in before + stretch or "since" in before + stretch
            if past and asked != "due":
                # "Since the spring term": the one that has been, not the one to come.
                when = when or gone_by(found.day, stretch, today)
                continue
            other.append(found.day)
        elif re.search(
            r"\b(?:by|before|until|till|due|deadline|end|end of)\W*(?:the\s+)?(?:end of\s+)?$",
            before,
        ) or re.match(r"(?:the\s+)?(?:by|before|until|till|end|due)\b", stretch):
            by.append(found.day)
        elif found.day < today and asked != "due":
            when = when or found.day
        else:
            other.append(found.day)
    if asked == "figures" and not by and not other and when and len(text.split()) <= 4:
        # Nothing but a date, where one was asked for among other things.
        by, when = [when], None
    chosen = by or other
    if asked in ("impact", None) and not by and len(other) > 1:
        chosen = [max(other)]
    return (chosen[0] if chosen else None), when
