"""How valid input is broken: keys, types, texts and bytes.

All is drawn from one `random.Random`, so that an input is known by its seed, and hypothesis can
draw and shrink it too (`hypothesis.strategies.randoms`).
"""

import copy
import json
from random import Random
from typing import Any

# Texts that programs stumble over. Each is written as escapes, so that a reader sees what it holds.
ODD_TEXTS: tuple[str, ...] = (
    "",
    " ",
    "\x00",
    "A\x00B",
    "\ud800",
    "before \udfff after",
    "\u202eright to left\u202c",
    "\u200b\u200c\u200d\ufeff",
    "zero\u200bwidth",
    "e\u0301" * 40,
    "Z" + "\u0353" * 300,
    "\u0661\u0662\u0663%",
    "\u00b2\u00b3 \u00bd 5\u2153 \u2460",
    "\ufffe\uffff\U0010ffff",
    "\U0001f9d1\u200d\U0001f3eb" * 10,
    "\u2028\u2029\x85\x0b\x0c",
    "\x1b[31m\x07\x08",
    "<!channel> <!here> <@U0LEAD> <#C0QUALITY|quality> <https://example.org|here>",
    "&lt;!channel&gt; &amp;amp; &#0; &#xD800; &#99999999999;",
    "<" * 400 + "|" * 400 + ">" * 400,
    "*_~`" * 300,
    "](" * 300 + "[" * 300,
    "a: " * 500,
    "1" * 5000,
    "9" * 400 + "%",
    "1e999 -1e999 nan inf 0x10 1_000 ١٢",
    "31/02/2027 29.2.2100 0/0/0 99/99/99 1/1/0001 31/12/9999 2026-13-45",
    "by the 99th of Smarch 20271, week 77, term 9 of 0000/01, 2026/99",
    "in 999999999999 weeks, 10000 years from now, next month 9999",
    "from -100% to 1000000%, 5/0 learners, 3 in 0, 0 out of 0",
    "A-0 A-1 A--1 A-99999999999999999999999 A-१ AFI 0 AFI 999999999999",
    "%s %d %(x)s {0} {} {x!r} ${y} $reply {{x}} {% y %}",
    "../../etc/passwd",
    "'; drop table action; --",
    "word " * 4000,
    "x" * 50_000,
    "\n" * 3000,
    "yes\nno\nskip\nback\nshow\nstop",
    "Traceback?",
)  # fmt: skip
ODD_NUMBERS: tuple[Any, ...] = (
    0, -1, 1, 2**31, 2**63 - 1, 2**63, -(2**63) - 1, 10**30, 10**400, 1.5, -0.0, 1e308, 1e-320,
    float("inf"), float("-inf"), float("nan"), True, False,
)  # fmt: skip
ODD_IDS = (
    "T0ELSEWHERE", "U1U0LEAD", "U0NOBODY", "B0SOWHAT", "U0SOWHAT", "W" + "9" * 200, "C0QUALITY",
    "u0lower", "U0\x00", "U0\ud800", "U 0", "D", "USLACKBOT", "1790000001.000001", "1.1", "-1.5",
    "x:y:z", "U0LEAD\nU0OWNER",
)  # fmt: skip
_LETTERS = (
    "abcdefghij XYZ 0123456789 ,.;:!?-/%£'\"()[]{}<>|&@#*_~`\n\t\u00e9\u2013\u201c\u2026\u00a0"
)
Json = dict[str, Any]


def odd_text(rng: Random) -> str:
    """A text to stumble over: of the table, two of it together, or of any characters."""
    how = rng.randrange(6)
    if how < 3:
        return rng.choice(ODD_TEXTS)
    if how == 3:
        return f"{rng.choice(ODD_TEXTS)[:400]} {rng.choice(ODD_TEXTS)[:400]}"
    size = rng.choice((1, 3, 10, 40, 200))
    if how == 4:
        return "".join(rng.choice(_LETTERS) for _ in range(size))
    return "".join(chr(rng.randrange(0x110000)) for _ in range(size))


def odd_value(rng: Random, depth: int = 0) -> Any:
    """Any JSON value, mostly of a wrong type."""
    how = rng.randrange(9)
    if how == 0:
        return None
    if how in (1, 2):
        return odd_text(rng)
    if how == 3:
        return rng.choice(ODD_NUMBERS)
    if how == 4:
        return rng.choice(ODD_IDS)
    if how == 5:
        return str(rng.choice(ODD_NUMBERS))
    if depth > 3:
        return rng.choice(({}, [], [[]], [None], {"": None}))
    if how == 6:
        return [odd_value(rng, depth + 1) for _ in range(rng.randrange(4))]
    if how == 7:
        names = ("id", "type", "text", "value", "user", "name", "", "0", "ts")
        return {rng.choice(names): odd_value(rng, depth + 1) for _ in range(rng.randrange(4))}
    return nested(rng.choice((5, 60, 300)), rng.choice(("list", "dict")))


def nested(depth: int, how: str) -> Any:
    """A value so many levels deep."""
    value: Any = "x"
    for _ in range(depth):
        value = [value] if how == "list" else {"a": value}
    return value


def worn_text(rng: Random, text: str) -> str:
    """A text with something in it changed."""
    at = rng.randrange(len(text) + 1)
    how = rng.randrange(8)
    if how == 0:
        return text[:at] + odd_text(rng)[:2000] + text[at:]
    if how == 1:
        return text[:at]
    if how == 2:
        return text[at:] + text[:at]
    if how == 3:
        return text[:at] + rng.choice(_LETTERS) + text[at + 1 :]
    if how == 4:
        return text * rng.choice((2, 3, 50))
    if how == 5:
        return rng.choice((text.upper(), text.swapcase(), text[::-1], text.title()))
    if how == 6:
        words = text.split(" ")
        rng.shuffle(words)
        return " ".join(words)
    return odd_text(rng)


def places(tree: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every value in a JSON tree, from the outside in."""
    found = [way] if way else []
    if isinstance(tree, dict):
        for key, value in tree.items():
            found += places(value, (*way, key))
    elif isinstance(tree, list):
        for number, value in enumerate(tree):
            found += places(value, (*way, number))
    return found


def value_at(tree: Any, way: tuple[Any, ...]) -> Any:
    for key in way:
        tree = tree[key]
    return tree


def broken(rng: Random, tree: Json, times: int | None = None) -> Json:
    """A copy of a JSON object with one to four things in it broken; now and then with none."""
    tree = copy.deepcopy(tree)
    for _ in range(rng.choice((0, 1, 1, 1, 2, 2, 3, 4)) if times is None else times):
        ways = places(tree)
        if not ways:
            return tree
        # Half of the times near the top, where most is read.
        near = [way for way in ways if len(way) <= 3]
        way = rng.choice(near if near and rng.random() < 0.5 else ways)
        _break(rng, tree, way)
    return tree


def _break(rng: Random, tree: Json, way: tuple[Any, ...]) -> None:
    holder, key = value_at(tree, way[:-1]), way[-1]
    value, how = holder[key], rng.randrange(10)
    if how == 0:
        del holder[key]
    elif how == 1:
        holder[key] = None
    elif how in (2, 3):
        holder[key] = odd_value(rng)
    elif how == 4 and isinstance(value, str):
        holder[key] = _within(rng, value)
    elif how == 5:
        holder[key] = [value] if rng.random() < 0.5 else {"value": value}
    elif how == 6:
        holder[key] = json.dumps(value)[:5000] if rng.random() < 0.5 else rng.choice(ODD_IDS)
    elif how == 7 and isinstance(holder, dict):
        holder[worn_text(rng, str(key))[:500]] = odd_value(rng)
    elif how == 8 and isinstance(holder, list):
        holder.extend([copy.deepcopy(value)] * rng.choice((1, 2, 60)))
    elif isinstance(value, str):
        holder[key] = worn_text(rng, value)
    elif isinstance(value, list):
        holder[key] = value * rng.choice((0, 2, 40))
    else:
        holder[key] = odd_value(rng)


def _within(rng: Random, value: str) -> str:
    """A text that may be JSON itself, as buttons and forms carry it, broken inside."""
    try:
        inner = json.loads(value)
    except ValueError:
        return worn_text(rng, value)
    if not isinstance(inner, dict) or not inner:
        return json.dumps(odd_value(rng))
    return json.dumps(broken(rng, inner, 1))


def as_json(rng: Random, tree: Any) -> str:
    """JSON text of a value; sometimes with NaN, with a key twice, with escapes or without."""
    text = json.dumps(tree, ensure_ascii=rng.random() < 0.7)
    if rng.random() < 0.05 and isinstance(tree, dict) and tree:
        # A key twice, of which readers take the last.
        key = rng.choice([*map(str, tree)])
        twice = f"{json.dumps(key)}: {json.dumps(odd_value(rng))}"
        text = f"{{{twice}, {text[1:]}" if rng.random() < 0.5 else f"{text[:-1]}, {twice}}}"
    return text


def broken_bytes(rng: Random, whole: bytes, most: int = 40) -> bytes:
    """Bytes with some flipped, cut, put in or doubled."""
    content = bytearray(whole)
    for _ in range(rng.randrange(1, most)):
        if not content:
            break
        at, how = rng.randrange(len(content)), rng.randrange(7)
        if how == 0:
            content[at] ^= 1 << rng.randrange(8)
        elif how == 1:
            content[at] = rng.randrange(256)
        elif how == 2:
            del content[at : at + rng.choice((1, 2, 16, 500))]
        elif how == 3:
            content[at:at] = bytes(rng.randrange(256) for _ in range(rng.choice((1, 4, 30))))
        elif how == 4:
            content[at:at] = content[at : at + rng.choice((4, 64))]
        elif how == 5:
            content[at:at] = rng.choice(_ODD_BYTES)
        elif rng.random() < 0.2:
            del content[at:]
    return bytes(content)


_ODD_BYTES = (b"\x00" * 8, b"\xff" * 8, b"\xed\xa0\x80", b"\xc3\x28", b"\xef\xbb\xbf")
