"""A text as a row of marked words, so that rules can be written about kinds of words.

Every word, figure or sign becomes one token with the classes it belongs to (`bot/data/words.toml`).
A row of tokens is also kept as a string with one character for each distinct set of classes; a rule
such as `<learner> _{0,4} <act>` is a regular expression over that string, and costs microseconds.
"""

import re
import tomllib
from collections.abc import Iterable
from functools import lru_cache, partial
from importlib.resources import files
from typing import NamedTuple

from bot.coaching.words import Spelling, content_stems, stem

Classes = frozenset[str]
NO_CLASS: Classes = frozenset()
# A word that the lexicon does not know.
UNKNOWN: Classes = frozenset({"word"})

# The classes of tokens that are not words of the lexicon, each with those it comes with.
FIGURE_UNITS = ("percent", "points", "ratio", "plain", "worded", "grade", "all", "factor", "share")
_SIGNS = ("end", "comma", "colon", "dash", "arrow", "sign")
_NUMBERS = ("name", "span", "year", "date", "money", "count", "number", "denied")
FIXED = frozenset({"figure", *_SIGNS, *_NUMBERS})


class Token(NamedTuple):
    """One word, figure or sign: its classes, and where it stands in the text."""

    word: str
    start: int
    end: int
    classes: Classes


# Some thirty are made for each reply: this spares them a call in Python.
_token = partial(tuple.__new__, Token)

_TOKEN = re.compile(
    r"""
    (?![ ])(?:
    (?P<unit>%\s*(?:points?|pts?|age\spoints?)\b|%(?:\s?age)?(?:ge)?|\b(?i:per[ -]cent)\b)
    |(?P<word>['’]s\b|(?>[^\W\d_]+(?:['’](?!s\b)[^\W\d_]+)*)(?![\d_]|-\d|-[A-Z0-9]+-\d))
    |(?P<mention><[@#!][^>]{1,80}>)
    |(?P<money>£\s?\d[\d,.]*(?:\s?[km]\b)?)
    |(?P<series>\d+(?:/\d+){2,}[\w/]*|\b\d{4}-\d{2}\b(?!-?\d)|\b\d+[-–]\d+s\b|\b[A-Z]{1,5}(?:-[A-Z0-9]+)*-\d[\w-]*|\b\d+['’]s\b)
    |(?P<year>\b20\d\d\s?[/–-]\s?(?:20)?\d\d\b(?!\s*%)|\b(?:19|20)\d\d\b(?!\s*(?:%|per|learners|students|apprentices)))
    |(?P<phone>(?<!\d)(?:\+?0\d{2,4}[ -]?\d{3}[ -]?\d{3,4}|0\d{4,}|\d{7,})(?!\d)|\b(?:ext|tel)\.?\s?\d+)
    |(?P<clock>\b\d{1,2}(?:[:.]\d\d)?\s?(?:am|pm)\b|\b\d{1,2}:\d\d\b|\b\d{1,2}\.(?:15|30|45)\b(?!\s*(?:%|per|pp|points|to\b|→|-)))
    |(?P<ordinal>\b\d+(?:st|nd|rd|th)\b)
    |(?P<arrow>-{1,3}>|={1,2}>|→|⇒|➡️?|»|⟶|~>|>{1,2}|(?<=[\d%])(?:\.{2,}|…)(?=\s?\d))
    |(?P<number>(?<![\w.,%])[+−-]?\d{1,3}(?:,\d{3})+(?!\d)|(?:(?<![\w.%])[+−-])?\d+(?:\.\d+)?(?=\s?(?:%|pp\b|ppts?\b|pct?\b|p\.p|pts?\b|percent|per[\s-]?cent|point)|[^\w.]|\.(?!\d)|$|x\b|ish\b))
    |(?P<code>[A-Za-z]*\d[\w./-]*|\d+\.\d+\.\d+[\d.]*)
    |(?P<end>…|[.;!?]+(?=\s|$|["')\]])|[;!?|\t\n•✅✓]+)
    |(?P<comma>,)
    |(?P<plain>[^\W\d_]+(?:['’](?!s\b)[^\W\d_]+)*)
    |(?P<colon>:)
    |(?P<dash>[–—-])
    |(?P<sign>[≥≤<=+&/~(*)\[\]"“”#@^])
    )
    """,
    re.VERBOSE,
)


@lru_cache(maxsize=1)
def _table() -> dict[str, str]:
    """The lexicon as it is written."""
    return tomllib.loads((files("bot") / "data" / "words.toml").read_text("utf-8"))


# Phrases by the stems of their first two words: the stems of the rest, and their classes.
_Seconds = dict[str, list[tuple[tuple[str, ...], frozenset[str]]]]
_Phrases = dict[str, _Seconds]


def _load() -> tuple[dict[str, set[str]], dict[str, set[str]], _Phrases, set[str]]:
    """The lexicon: exact words, stems, phrases by the stem of their first word, words as listed."""
    bare_words: set[str] = set()
    exact: dict[str, set[str]] = {}
    stems: dict[str, set[str]] = {}
    phrases: dict[tuple[str, ...], set[str]] = {}
    table = _table()
    by_form = set(table["by_form"].split())
    for name, words in table.items():
        if name == "by_form":
            continue
        for entry in words.split():
            bare = entry.removeprefix("=")
            parts = tuple(stem(w) for w in bare.replace("'s", "_'s").split("_") if w)
            if len(parts) > 1:
                phrases.setdefault(parts, set()).add(name)
            elif entry.startswith("="):
                exact.setdefault(bare, set()).add(name)
            elif name in by_form:
                exact.setdefault(bare, set()).add(name)
                if len(bare) > 2:
                    exact.setdefault(f"{bare}s", set()).add(name)
            else:
                stems.setdefault(parts[0], set()).add(name)
                bare_words.add(bare)
    by_first: _Phrases = {}
    for parts, names in sorted(phrases.items(), key=lambda item: -len(item[0])):
        seconds = by_first.setdefault(parts[0], {})
        seconds.setdefault(parts[1], []).append((parts[2:], frozenset(names)))
    for word, names in exact.items():
        names |= stems.get(stem(word), set())
    return exact, stems, by_first, bare_words


_EXACT, _STEMS, _PHRASES, _BARE = _load()

_FIXED = [frozenset(s) for s in ({"figure", unit} for unit in FIGURE_UNITS)]
_FIXED += [frozenset({kind}) for kind in (*_SIGNS, *_NUMBERS)] + [NO_CLASS, UNKNOWN]
_FIXED += [frozenset({"learner", "name"})]
_ALL_SETS = {
    base | extra
    for base in {
        *_FIXED,
        *(frozenset(s) for s in _EXACT.values()),
        *(frozenset(s) for s in _STEMS.values()),
        *(s for seconds in _PHRASES.values() for each in seconds.values() for _, s in each),
    }
    for extra in (NO_CLASS, frozenset({"measure"}), frozenset({"measure", "notlearner"}))
}
_CHAR = {classes: chr(0x4E00 + n) for n, classes in enumerate(sorted(_ALL_SETS, key=sorted))}
_KNOWN = {name for classes in _ALL_SETS for name in classes}

# A word of several classes is told by the first of these alone where runs of words are compared,
# and one of none of them by `WORD`; each has a character of its own.
KINDS = (
    "source", "record", "system", "figure", "date", "lead", "told", "tells", "learner", "they", "staff",
    "we", "others", "thing", "do", "act", "measure", "trait", "done", "better", "rise", "more",
    "aim", "is", "not", "so", "to", "the", "end", "comma", "colon", "sign", "dash", "number",
    "name", "year",
)  # fmt: skip
OTHER, PROPER = "word", "proper"
KIND_CHAR = {kind: chr(0x2460 + n) for n, kind in enumerate((*KINDS, OTHER, PROPER))}
_TO_KINDS = {
    ord(char): KIND_CHAR[next((kind for kind in KINDS if kind in classes), OTHER)]
    for classes, char in _CHAR.items()
}


# Words people mistype are looked up as what they meant; the measures add theirs.
VOCABULARY = {w for w in (*_EXACT, *_BARE) if w.isalpha()}
SPELLING = Spelling(VOCABULARY)


def _classes(word: str) -> Classes:
    """The classes of one lower-case word, by its exact form or its stem."""
    for meant in (word, SPELLING.mend(word)):
        if meant in _EXACT:
            return frozenset(_EXACT[meant])
        if stem(meant) in _STEMS:
            return frozenset(_STEMS[stem(meant)])
    return UNKNOWN


@lru_cache(maxsize=65536)
def _entry(word: str) -> tuple[Classes, _Seconds | None]:
    """What the lexicon has of a lower-case word: its classes, and the phrases it begins."""
    return _classes(word), _PHRASES.get(stem(word))


def _chars(names: str) -> str:
    """The characters of every set of classes that a `<…>` of a rule means."""
    wanted, _, barred = names.partition("-")
    any_of, none_of = set(wanted.split("|")), set(filter(None, barred.split("|")))
    unknown = (any_of | none_of) - _KNOWN
    if unknown:
        raise KeyError(f"no word class {sorted(unknown)}")
    return "".join(c for s, c in _CHAR.items() if any_of & s and not none_of & s)


_END_CHARS = _chars("end")
_OPENS = _chars("end|colon")
_UNLISTED = re.compile(f"[{_chars('word')}]")
_PROPER_CHAR = KIND_CHAR[PROPER]


def rule(text: str) -> re.Pattern[str]:
    """A rule over kinds of words as a regular expression over a row's `marks`.

    `<a|b>` is a word of class a or b, `<a-c|d>` one of class a that is in neither c nor d, `<!a>` any
    word of the clause that is not of class a, `_` any word of the clause; blanks are for the eye.
    The rest is as in any regular expression. Raises KeyError for a class that no word has.
    """
    barred = f"[^{_END_CHARS}"
    text = re.sub(r"<!([a-z|]+)>", lambda m: f"{barred}{_chars(m[1])}]", text)
    text = re.sub(r"<([a-z|-]+)>", lambda m: f"[{_chars(m[1])}]", text)
    return re.compile(text.replace(" ", "").replace("_", f"{barred}]"))


class Row:
    """The tokens of a text, and their marks: one character a token, for rules to run on."""

    __slots__ = ("marks", "text", "tokens")

    def __init__(self, text: str, tokens: list[Token], marks: str | None = None) -> None:
        self.text = text
        self.tokens = tokens
        self.marks = "".join([_CHAR[t.classes] for t in tokens]) if marks is None else marks

    def words(self, start: int, end: int) -> str:
        """The text that the tokens from `start` up to `end` cover."""
        return self.text[self.tokens[start].start : self.tokens[end - 1].end] if start < end else ""

    def part(self, start: int, end: int) -> "Row":
        """The tokens from `start` up to `end` as a row of their own, with their text."""
        first, tokens = self.tokens[start].start, self.tokens[start:end]
        tokens = [Token(t.word, t.start - first, t.end - first, t.classes) for t in tokens]
        return Row(self.words(start, end), tokens, self.marks[start:end])

    def kinds(self) -> str:
        """One character a token for its kind (`KIND_CHAR`), coarser than its marks."""
        kinds = self.marks.translate(_TO_KINDS)
        if self.text.isupper():
            return kinds
        # A word that nobody listed, with a capital inside a sentence, is a name.
        chars = list(kinds)
        for match in _UNLISTED.finditer(self.marks, 1):
            at = match.start()
            if self.text[self.tokens[at].start].isupper() and self.marks[at - 1] not in _OPENS:
                chars[at] = _PROPER_CHAR
        return "".join(chars)

    def with_classes(self, changes: dict[int, Classes]) -> "Row":
        """The same row with other classes for some tokens, by position."""
        tokens, marks = list(self.tokens), list(self.marks)
        for at, classes in changes.items():
            word, start, end, _ = tokens[at]
            tokens[at] = Token(word, start, end, classes)
            marks[at] = _CHAR[classes]
        return Row(self.text, tokens, "".join(marks))


def tokenise(text: str, spans: Iterable[tuple[int, int, str]] = ()) -> list[Token]:
    """The tokens of a text; every stretch in `spans`, in order, becomes one token of the kind named."""
    raw: list[tuple[str, str, int, int]] = []
    skip = list(spans)
    low = text.lower()
    if len(low) != len(text):
        # A few letters of other alphabets grow when made small.
        low = "".join(c if len(c.lower()) > 1 else c.lower() for c in text)
    for match in _TOKEN.finditer(text):
        start, end = match.span()
        while skip and start >= skip[0][1]:
            skip.pop(0)
        if skip and end > skip[0][0]:
            first, last, kind = skip[0]
            if not (raw and raw[-1][2] == first):
                raw.append((kind, low[first:last], first, last))
            continue
        kind = match.lastgroup or ""
        raw.append(("word" if kind == "plain" else kind, low[start:end], start, end))
    tokens: list[Token] = []
    at = 0
    while at < len(raw):
        kind, word, start, end = raw[at]
        if kind == "word":
            word = word.replace("’", "'")
            classes, seconds = _entry(word)
            following = raw[at + 1] if seconds and at + 1 < len(raw) else None
            # Most words that begin a phrase do not here, which the next word tells at once.
            if seconds and following and (following[0] == "dash" or stem(following[1]) in seconds):
                size, of_phrase = _phrase(raw, at, seconds)
                if size:
                    tokens.append(_token((word, start, raw[at + size - 1][3], of_phrase)))
                    at += size
                    continue
            tokens.append(_token((word, start, end, classes)))
        else:
            known = _EXACT.get(word) if kind == "code" else None
            if kind == "code" and _YEAR_GROUP.fullmatch(word):
                known = {"learner", "name"}
            tokens.append(_token((word, start, end, frozenset(known or _KIND_CLASSES[kind]))))
        at += 1
    return tokens


# "Y11", "L2s", "7s": the learners of a year or a level.
_YEAR_GROUP = re.compile(r"yr?\d{1,2}s?|[le]\d\s?s|\d{1,2}s")


def _phrase(
    raw: list[tuple[str, str, int, int]],
    at: int,
    seconds: _Seconds,
) -> tuple[int, Classes]:
    """How many tokens the longest phrase that begins here takes up, and its classes.

    `seconds` are the phrases that begin with the word at `at`, by the stem of their second.
    """
    part, position = _next_stem(raw, at + 1)
    for rest, classes in seconds.get(part, ()):
        after = position
        for wanted in rest:
            part, after = _next_stem(raw, after)
            if part != wanted:
                break
        else:
            return after - at, classes
    return 0, NO_CLASS


def _next_stem(raw: list[tuple[str, str, int, int]], at: int) -> tuple[str, int]:
    """The stem of the word at `at`, past a hyphen, and the position after it; "" where none is."""
    if at < len(raw) and raw[at][0] == "dash":
        at += 1
    if at >= len(raw) or raw[at][0] not in ("word", "code"):
        return "", at
    return stem(raw[at][1]), at + 1


_KIND_CLASSES: dict[str, Classes] = {
    "mention": NO_CLASS, "money": frozenset({"money"}), "year": frozenset({"year"}),
    "phone": frozenset({"name"}), "series": frozenset({"name"}), "clock": frozenset({"name"}), "ordinal": frozenset({"name"}),
    "unit": frozenset({"sign"}), "arrow": frozenset({"arrow"}), "number": frozenset({"number"}),
    "code": frozenset({"name"}), "date": frozenset({"date"}), "end": frozenset({"end"}),
    "comma": frozenset({"comma"}), "colon": frozenset({"colon"}), "dash": frozenset({"dash"}),
    "sign": frozenset({"sign"}),
}  # fmt: skip


def meant_stems(text: str) -> frozenset[str]:
    """The stems of the words that carry meaning, mistyped words of ours mended."""
    return content_stems(" ".join(SPELLING.mend(w) for w in re.findall(r"[a-z]+", text.lower())))


def _has(text: str, name: str) -> bool:
    return any(name in token.classes for token in tokenise(text))


def objects(text: str) -> bool:
    """Whether the text argues with the question ("not my job", "waste of time")."""
    return _has(text, "objects")


def names_learners(text: str) -> bool:
    """Whether the text names learners, in whatever word."""
    return _has(text, "learner")


# "Ring home", "we'll ring home", "tutors will ring", "weekly reports to coaches"; but not "the
# feedback one", nor "I can tell you about".
_LED_UP_TO = "(?:<we|aim|small|join|so-you|if>{0,3} <we|aim|small|join|so-the|you|if>)?"
_PROPOSES = rule(
    f"(?:^|<end|colon|dash|so>) {_LED_UP_TO} <do> (?!<you>)|<comma> {_LED_UP_TO} <do-done> (?!<you>)"
    "|<staff|we|others|thing|do> <!end|is>{0,3}? <aim> <small-you>? <do|word|act> (?!<you>)"
    "|<staff> <to> <do>"
    "|(?:^|<end>) <!end|comma|is|aim|they|we|you>{0,4}? <thing-trait> (?!<one>)"
)


def proposes(text: str) -> bool:
    """Whether the text puts forward something to do, and does not only talk of how things are."""
    return _PROPOSES.search(Row(text, tokenise(text)).marks) is not None


def says_doing(text: str) -> bool:
    """Whether a word of the text is one for work ("move", "ring", "review")."""
    return _has(text, "do")
