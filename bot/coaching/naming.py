"""Who is named in a text: people of the workspace, owners, and whoever has a person's name.

In doubt between a person and a thing it is a person; but systems, courses and subjects are none.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

from bot.coaching.measures import MEASURES
from bot.coaching.people import find_people
from bot.coaching.tokens import SPELLING, VOCABULARY, tokenise
from bot.coaching.words import english_words, stem

_GIVEN = frozenset((files("bot") / "data" / "given_names.txt").read_text("utf-8").split())
# Given names that are words too: a name with a capital inside a sentence, or where more tells.
_WORDS_TOO = frozenset(
    "al angel art basil bea bill bob carol cat charity chase clement cliff constance crystal daisy dale dawn dean destiny "
    "dot drew earl ebony don blessing sterling rod warren teddy kitty sherry billy rex myrtle dahlia hyacinth sultan nav prem gruff mags jihad rowan mick ed eden faith fern flora frank gene ginger glen grace grant guy hal harper hazel heath heather "
    "holly honor hope hunter iris ivy jack jade jasmine jay josh joy kit lance lily mac major mark mason max melody mercy mike "
    "miles mo nat nick norm norman olive page pat patience peace pearl peg penny poppy precious primrose prudence ray reg "
    "rich rob robin roger rose rosemary ruby sandy sky sonny star sue sunny val verity victor viola violet will willow win".split()
)
# Surnames that symspellpy lists among its words, and that are none.
_SURNAMES = frozenset(
    "adams allen anderson bennett campbell chen clarke collins costa davies diaz edwards ellis evans ferguson fernandez garcia gibson gonzalez "
    "graham griffiths hamilton harris hughes jackson jenkins johnson jones kelly kennedy kerr khan lewis lloyd lopez macdonald malik martinez "
    "mitchell morgan morris murphy murray nelson nguyen owen parry patel pereira phillips powell pritchard ramirez rees reid richardson roberts "
    "robinson ross santos shah shaw silva simpson singh smith stevens stewart thomas thompson wallace wang watson williams wilson zhang".split()
)
# These are words even with a capital, until a surname or a verb of people follows.
_NOT_MONTHS = frozenset("amber christian dev eve noel roman".split())
_THINGS_TOO = _NOT_MONTHS | frozenset("april august jan june may summer".split())
TITLES = frozenset(
    "mr mrs ms mx miss dr sir prof professor madam dame lord lady rev chef pc cllr".split()
)
_WORD_TITLES = frozenset("miss sir lady lord chef dame madam".split())
_PARTICLES = frozenset("al bin da de del della di el la le van von der ap".split())
NO_PARTS = TITLES | _PARTICLES
_CAMEL, _MAC = re.compile(r"[^\W\d_A-Z][A-Z]"), re.compile(r"Ma?c[A-Z]|[A-Z]['’]|[DL]e[A-Z]")
# Sentences, and no more at once than the search for owners is quick on.
_PIECE = re.compile(r"[^.;!?\n\t|]{1,300}")
_PLACES = frozenset(
    "academy annexe arena arms avenue award block bridge building campus castle cathedral centre church close college court "
    "crescent drive estate farm foundation garden gardens group hall hospital house hub institute lab lane library "
    "limited ltd mill museum park place plc primary quay rd road room school secondary square st station street suite theatre tower trust university valley wing workshop".split()
)
_THINGS = _PLACES | frozenset(
    # dates
    "monday tuesday wednesday thursday friday saturday sunday mon tue tues wed weds thu thur thurs fri sat sun january february march april may "
    "june july august september october november december jan feb mar apr jun jul aug sep sept oct nov dec easter christmas xmas "
    "whit whitsun ramadan eid diwali halloween lent advent autumn winter spring summer term half michaelmas "
    # subjects and trades
    "english maths mathematics eng lit lang language literature science physics chemistry biology history geography art design technology "
    "computing computer ict music drama dance media film photography sociology psychology politics economics philosophy religious law "
    "business finance accounting accountancy bookkeeping marketing management engineering electrical electronics mechanical manufacturing welding fabrication plumbing gas "
    "carpentry joinery bricklaying plastering painting decorating construction motor vehicle automotive aerospace hair "
    "hairdressing barbering beauty therapy nursing midwifery health social care childcare early years dental sport sports pe public "
    "services uniformed hospitality catering cookery culinary travel tourism aviation animal equine agriculture horticulture arboriculture floristry "
    "countryside land environmental creative performing arts digital cyber software data esol efl french spanish german italian latin "
    "welsh irish polish urdu arabic punjabi romanian portuguese mandarin chinese british scottish european caribbean african asian roma gypsy traveller "
    # qualifications, bodies and systems
    "level levels entry key stage year years unit units module functional skills skill gcse btec nvq hnc hnd ucas access foundation higher "
    "award certificate diploma dip extended ext applied national advanced apprenticeship merit distinction pass ofsted ofqual esfa dfe "
    "pearson edexcel aqa ocr ncfe cache eal cambridge city guilds gateway matrix teams moodle office excel word outlook forms onenote "
    "sharepoint google classroom zoom canvas canva kahoot slack turnitin microsoft adobe prevent gatsby multiply makaton chromebook ncs jobcentre jcp mayoral combined authority nhs british values "
    # people's posts and teams
    "head heads lead leader manager director principal vice deputy assistant governor governors tutor tutors teacher lecturer assessor "
    "coach mentor trainer technician coordinator officer adviser advisor practitioner senco sendco chair committee board team "
    "department dept faculty registry estates exams exam admissions careers quality hr mis it slt smt elt senior curriculum "
    "admin administrator apprentice apprentices student students learner learners employer employers governing union reception "
    # firsts of a sentence that are no names
    "wi fi ask tell see speak owner owned source evidence target baseline deadline due milestone impact".split()
)
_LITTLE = frozenset(
    "small we they you the to is aim not so but join more now system date done".split()
)
_KNOWN_STEMS = frozenset(
    stem(word)
    for word in (
        *VOCABULARY,
        *re.findall(r"[a-z]{3,}", " ".join(n for m in MEASURES for n in m.names).lower()),
    )
)


@lru_cache(maxsize=1)
def _english() -> frozenset[str]:
    """The English words without the names among them."""
    return frozenset(english_words() - _GIVEN - _SURNAMES | _WORDS_TOO | _THINGS_TOO)


@lru_cache(maxsize=16384)
def is_thing(word: str) -> bool:
    """Whether a lower-case word never is part of a name: a little word, a term, a post."""
    if word in _THINGS or word.removesuffix("s") in _THINGS:
        return True
    if word in _GIVEN:
        return False
    return word in VOCABULARY and any(token.classes & _LITTLE for token in tokenise(word))


@lru_cache(maxsize=16384)
def _is_term(word: str) -> bool:
    """Whether the project's lexicon or the measures have a lower-case word."""
    return is_thing(word) or (stem(word) in _KNOWN_STEMS and word not in _GIVEN)


@lru_cache(maxsize=16384)
def is_english(word: str) -> bool:
    """Whether a lower-case word is one of English or of the field, mistyped or not, and no name."""
    return word in _english() or _is_term(word) or SPELLING.mend(word) != word


_SCAN = re.compile(
    r"""
    (?P<typed>\[(?:PERSON|EMAIL|PHONE|ID)_\d{1,9}(?:_\d{1,9})?\])
    |(?P<id><@[UW][A-Z0-9]{2,20}(?:\|[^<>\n]{0,80})?>|\b[UW](?=[A-Z]{0,11}\d)[A-Z0-9]{7,11}\b)
    |(?P<email>(?<![\w.+-])[\w+-](?:[\w.+%'-]{0,63})(?:@|\s?[(\[]at[)\]]\s?)[\w-]{1,63}(?:(?:\.|\s?[(\[]dot[)\]]\s?)[\w-]{1,63}){1,5}
      |(?<![\w.+-])[\w+-][\w.+-]{0,63}\sat\s[\w-]{1,63}(?:\sdot\s[\w-]{2,63}){1,4})
    |(?P<phone>(?<![\w.,/£+-])(?:
        (?:\+|\b00)\d{1,3}[ .-]?(?:\(0\)[ ]?)?\(?(?:[ .-]?\d){2,4}\)?(?:[ .-]?\d){6,8}
        |\(0\d{2,4}\)[ -]?\d{3,4}[ .-]?\d{3,4}
        |0\d{2}[ .-]\d{4}[ .-]?\d{4}|0\d{3}[ .-]\d{3}[ .-]?\d{3,4}|0\d{4}[ .-]?\d{3}[ .-]?\d{2,3}|0\d{4}[ .-]?\d{5,6}
      )(?![\w%]|[.,/]\d))
    |(?<!\w)(?i:(?:(?:learner|student|pupil|apprentice|trainee|candidate|exam|enrolment)(?:['’]s)?[ ]
        (?:(?:id|uln|upn|uci|number|no\b\.?|ref\b\.?|reference)[ ])?|(?:ids?|ulns?|upn|uci)[ ])(?:number[ ]|no\.?[ ])?(?:is[ ]|was[ ])?
      |(?:(?:learner|student|pupil|apprentice|trainee|candidate|exam|enrolment)(?:['’]s)?[ ](?:id|uln|upn|uci|number|no\b\.?|ref\b\.?|reference)|id|uln|upn|uci)[ ]?[:=\#(][ ]?)
      \#?(?P<number>\d{6,10})(?![\w%]|[.,/]\d)
    |(?P<word>[^\W\d_]+(?:['’](?!(?i:s|ll|d|ve|re|m)\b)[^\W\d_]+)*)
    """,
    re.VERBOSE,
)


class _Word(NamedTuple):
    low: str
    start: int
    end: int
    capital: bool
    upper: bool
    first: bool  # of a sentence
    joined: bool  # to the word before it by a blank or a hyphen


class Span(NamedTuple):
    start: int
    end: int
    kind: str


class People(NamedTuple):
    wholes: dict[str, list[tuple[str, ...]]]
    parts: frozenset[str]
    names: tuple[frozenset[str], ...]


def name_words(name: str) -> list[str]:
    found = (m for m in _SCAN.finditer(name) if m.lastgroup == "word")
    return [match[0].casefold().replace("’", "'") for match in found]


@lru_cache(maxsize=64)
def workspace(names: tuple[str, ...]) -> People:
    wholes: dict[str, list[tuple[str, ...]]] = {}
    for name in names:
        words = tuple(name_words(name))
        # Someone may be called "You" or "Exams Office".
        if not all(map(is_thing, words)):
            wholes.setdefault(words[0], []).append(words)
    parts = {w for each in wholes.values() for words in each for w in words if len(w) > 1}
    full = tuple({frozenset(words) for each in wholes.values() for words in each})
    return People(wholes, frozenset(parts - NO_PARTS), full)


_ENDS = re.compile(r"[.!?;:\n\t|•✅]")
_DETERMINERS = frozenset("the a an our this that each every any".split())
# Rooms and classes are called after people and plants: "Willow class".
_NAMED_AFTER = frozenset("of class classes group house room suite block base".split())
# Also typed as the first letters of something else.
_ACRONYMS = frozenset("ali ami elsa eva mia pat sam sid sue".split())
# What follows a person's name and hardly the word it could be.
_OF_PEOPLE = re.compile(
    r"['’](?:s|ll|d)\b|(?: \([^)\n]{1,40}\))?,? (?:will|has|leads?|owns?|says?|said|runs?|teaches|who|checks|keeps|and I|(?:and|&|or) [A-Z][a-z]+|in (?:[Yy]ear )?\d{1,2}[A-Z]?)\b"
)
ONE_LEARNER = r"(?:student|learner|apprentice|pupil|trainee|lad|lass|girl|boy|kid|child|tutee|mentee|resitter|teenager|youngster|candidate|young (?:man|woman|person|lady|lad))"
# After one of these a capital word that nobody knows is a person.
_INTRODUCES = re.compile(
    rf"\b(?:{ONE_LEARNER}s?(?: (?:called|named|like))?|tutor|teacher|colleague|lecturer|assessor|manager|technician) $",
    re.IGNORECASE,
)


class Names:
    """The words of one text, and the people among them."""

    def __init__(self, text: str, people: People, known: set[str] | None = None) -> None:
        self.text = text
        self.others: list[Span] = []
        self.words: list[_Word] = []
        self._people = people
        self._known = known if known is not None else set()
        self._scan()
        self._owners = self._find_owners()

    def _scan(self) -> None:
        shouts, before = self.text.isupper(), 0
        for match in _SCAN.finditer(self.text):
            # The words that introduce a learner's number stay.
            start, end = match.span(match.lastgroup or 0)
            if match.lastgroup != "word":
                self.others.append(Span(start, end, match.lastgroup or ""))
            else:
                gap = self.text[before:start]
                title = bool(self.words) and self.words[-1].low in TITLES and gap == ". "
                self.words.append(
                    _Word(
                        match[0].casefold().replace("’", "'"),
                        start,
                        end,
                        match[0][0].isupper() and not shouts,
                        len(match[0]) > 1 and match[0].isupper(),
                        not self.words or (not title and bool(_ENDS.search(gap))),
                        bool(self.words) and (title or gap in (" ", "-", "\u00a0", "  ")),
                    )
                )
            before = end

    def _find_owners(self) -> dict[str, list[tuple[str, ...]]]:
        """The names that the project's own reading takes for owners', by their first word."""
        names: dict[str, list[tuple[str, ...]]] = {}
        for piece in _PIECE.findall(self.text):
            for name in find_people(piece, None)[0]:
                words = [word for word in name_words(name) if word not in TITLES]
                rest_are_names = words and not any(map(is_thing, words))
                if rest_are_names and (words[0] in _GIVEN or not _is_term(words[0])):
                    names.setdefault(words[0], []).append(tuple(words))
        return names

    def people(self) -> Iterator[Span]:
        """The people named, in order."""
        at = 0
        while at < len(self.words):
            end, kind = self._person(at)
            if kind:
                yield Span(self.words[at].start, self.words[end - 1].end, kind)
            at = max(end, at + 1)

    def _person(self, at: int) -> tuple[int, str]:
        """Where the person named from the word at `at` ends, and how we know; "" where none is."""
        word = self.words[at]
        end = self._whole(at, self._people.wholes)
        if end:
            return end, "ours"
        if word.low in TITLES and (end := self._titled(at)):
            return end, "staff"
        end = self._whole(at, self._owners)
        if end:
            return self._surnames(end), "owner"
        if word.low in self._people.parts and (end := self._single(at, word.low in _GIVEN)):
            return end, "part" if end == at + 1 else "person"
        if word.low in _GIVEN or word.low in self._known:
            end = self._single(at, word.low in _GIVEN)
            if end:
                return end, "person"
            return self._place_end(at), ""
        if word.capital and not self._brand(at):
            return self._unknown(at)
        return at, ""

    def _whole(self, at: int, wholes: dict[str, list[tuple[str, ...]]]) -> int:
        for name in wholes.get(self.words[at].low, ()):
            found = self.words[at : at + len(name)]
            alone = len(name) == 1 and not found[0].capital
            if (
                not alone
                and tuple(w.low for w in found) == name
                and all(w.joined for w in found[1:])
            ):
                return at + len(name)
        return 0

    def _titled(self, at: int) -> int:
        title, rest = self.words[at], self.words[at + 1 : at + 3]
        if not rest or not rest[0].joined or (title.low in _WORD_TITLES and not title.capital):
            return 0
        named = at + 2 if len(rest) > 1 and len(rest[0].low) == 1 and rest[1].joined else at + 1
        name = self.words[named]
        if is_thing(name.low) or not (name.capital or not is_english(name.low)):
            return 0
        return self._surnames(named + 1)

    def _surnames(self, at: int) -> int:
        """Past the surnames that begin at `at`, if any do."""
        end = at
        for _ in range(3):
            # "Dijk", "van Dijk", "van der Berg".
            last = end
            while last + 1 < len(self.words) and self._is_particle(last):
                last += 1
            name = self.words[end : last + 1]
            if not name or not all(word.joined for word in name) or not name[-1].capital:
                break
            if last == end and (is_thing(name[-1].low) or self._brand(end)):
                break
            end = last + 1
        return end

    def _is_particle(self, at: int) -> bool:
        return not self.words[at].capital and self.words[at].low in _PARTICLES

    def _brand(self, at: int) -> bool:
        """Whether the word at `at` is written as names of systems are ("MIS", "ProMonitor")."""
        word = self.words[at]
        typed = self.text[word.start : word.end]
        return (word.upper and word.low not in _GIVEN and word.low not in self._known) or bool(
            _CAMEL.search(typed) and not _MAC.match(typed)
        )

    def _place_end(self, at: int) -> int:
        """Past a place or a body called after a person ("Hope Lane"), or `at`."""
        end = self._surnames(at + 1)
        after = self.words[end] if end < len(self.words) else None
        named = after and after.joined and after.capital and after.low in _PLACES
        return end + 1 if named else at

    def _single(self, at: int, given: bool) -> int:
        """Past a name that begins with a given name, or with a part of one we know."""
        word, low = self.words[at], self.words[at].low
        before = self.words[at - 1] if at and word.joined else None
        following = self.words[at + 1] if at + 1 < len(self.words) else None
        after = following if following and following.joined else None
        if not word.capital:
            if low in _WORDS_TOO | _THINGS_TOO or _is_term(low) or not given and low in _english():
                return 0
            if after and after.capital:
                return self._surnames(at + 1)
            surname = after and len(after.low) > 3 and not is_english(after.low)
            return at + 2 if surname else at + 1
        if word.upper and low in _ACRONYMS:
            return 0
        if self._place_end(at) > at or before and before.low in ("st", "saint"):
            return 0
        end = self._surnames(at + 1)
        if low in self._known and low not in _THINGS_TOO:
            return 0 if is_thing(low) else end
        certain = given and low not in _WORDS_TOO | _THINGS_TOO
        if certain or not given and not is_english(low):
            return end
        has_surname = end > at + 1 and not _is_term(self.words[at + 1].low)
        if has_surname and not (low in _NOT_MONTHS and self.words[at + 1].low in _english()):
            return end
        if is_thing(low) or word.upper:
            return 0
        inside = not word.first and low not in _THINGS_TOO
        # "White Rose" is one name, and no person's.
        compound = before and before.capital and not before.first and is_english(before.low)
        inside = inside and not (compound or before and before.low in _DETERMINERS)
        inside = inside and not (after and after.low in _NAMED_AFTER)
        alone = self.text.strip(" .!") == self.text[word.start : word.end]
        tells = _OF_PEOPLE.match(self.text, word.end)
        return at + 1 if inside or alone or tells else 0

    def _unknown(self, at: int) -> tuple[int, str]:
        """A name nobody listed: two words with capitals, or one that is said to be a person's."""
        word = self.words[at]
        if is_english(word.low):
            return at, ""
        place = self._place_end(at)
        if place > at:
            return place, ""
        end = self._surnames(at + 1)
        terms = any(_is_term(w.low) for w in self.words[at + 1 : end])
        introduced = _INTRODUCES.search(self.text, max(0, word.start - 40), word.start)
        if (end > at + 1 and len(word.low) > 1 and not terms) or introduced:
            return end, "person"
        return at, ""
