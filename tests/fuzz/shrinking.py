"""A failing input made small: whatever can go without the failure going too, goes."""

import copy
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from tests.fuzz.breaking import places, value_at
from tests.fuzz.door import FORM, JSON, Request, interaction

# Inputs that are tried at most to make one smaller.
_MOST_TRIES = 300


def smaller_request(request: Request, fails: Callable[[Request], bool]) -> Request:
    """A request as small as it gets that still fails alike."""
    payload, back = _payload_of(request)
    if payload is None or not fails(back(payload)):
        # The body is no payload, or fails for how it is written.
        return request
    tries = 0
    is_smaller = True
    while is_smaller and tries < _MOST_TRIES:
        is_smaller = False
        for way in sorted(places(payload), key=len):
            tries += 1
            if tries >= _MOST_TRIES:
                break
            less = _without(payload, way)
            if less is not None and fails(back(less)):
                payload, is_smaller = less, True
                break
    return back(payload)


def smaller_text(text: str, fails: Callable[[str], bool]) -> str:
    """A text as short as it gets that still fails alike."""
    size, tries = max(1, len(text) // 2), 0
    while size and tries < _MOST_TRIES:
        at = 0
        while at < len(text) and tries < _MOST_TRIES:
            tries += 1
            less = text[:at] + text[at + size :]
            if fails(less):
                text = less
            else:
                at += size
        size //= 2
    return text


def _payload_of(request: Request) -> tuple[Any, Callable[[Any], Request]]:
    """The JSON object in a request, and how one becomes a request again; None for no such thing."""
    try:
        if request.content_type == JSON:
            return json.loads(request.body), lambda made: Request(json.dumps(made).encode(), JSON)
        form = dict(parse_qsl(request.body.decode(), keep_blank_values=True))
        if request.content_type == FORM and "payload" in form:
            return json.loads(form["payload"]), lambda made: interaction(json.dumps(made))
    except (ValueError, RecursionError):
        pass
    return None, lambda made: request


def _without(tree: Any, way: tuple[Any, ...]) -> Any:
    """The tree without one of its values; None where there is no longer such a place."""
    less = copy.deepcopy(tree)
    try:
        del value_at(less, way[:-1])[way[-1]]
    except (LookupError, TypeError):
        return None
    return less
