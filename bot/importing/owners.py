"""Who a cell names as the owner: one person, or why nobody."""

import re
from functools import lru_cache
from typing import NamedTuple

from bot.coaching.naming import TITLES, Names, is_english, is_thing, name_words, workspace
from bot.coaching.people import find_people
from bot.importing.cells import tidy
from bot.plan_document import PersonNamed

_MENTION = re.compile(r"<@([UW][A-Z0-9]{2,20})(?:\|([^<>\n]{0,80}))?>")
_EMAIL = re.compile(
    r"[<(\[]?\b(?:mailto:)?([\w.+'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5})[>)\]]?"
)
_OPEN = re.compile(
    r"^(?:tb[acd]|to be (?:confirmed|agreed|appointed|decided)|vacan(?:t|cy)|vacant post|n/?a|none"
    r"|\?+|-+|–|nobody|unknown)\.?$",
    re.IGNORECASE,
)
_APART = re.compile(r"\s*(?:[/&+;\n]|,|\band\b|\bwith\b|\bor\b)\s*", re.IGNORECASE)
_ROLE_AFTER = re.compile(r"\s*[(\[]([^)\]]*)[)\]]\s*$")
_ROLE_BESIDE = re.compile(r"^(?P<first>.+?)\s*(?:\s[-–—]\s|[–—:]\s*)(?P<second>.+)$")
_INITIAL = re.compile(r"^(?:[A-Z]\.?\s?){1,3}(?:Mc|Mac|O['’])?[A-Z][a-zà-ÿ]+(?:-[A-Z][a-zà-ÿ]+)?$")
_SMALL = frozenset("of for and the in to with a an".split())


class OwnerSaid(NamedTuple):
    """The one person of a cell, their e-mail address, and the cell's text where it is not one."""

    owner: PersonNamed | None = None
    email: str | None = None
    unsure: str | None = None


@lru_cache(maxsize=2048)
def owner_in(text: str) -> OwnerSaid:
    """Who a cell names. Several people, a team, a post alone, "TBC": nobody, and unsure."""
    typed = tidy(text)
    if not typed:
        return OwnerSaid()
    mentions = _MENTION.findall(typed)
    emails = _EMAIL.findall(typed)
    rest = _EMAIL.sub(" ", _MENTION.sub(" ", typed)).strip(" ,;-–:\n")
    email = emails[0] if len(set(emails)) == 1 else None
    if len(set(mentions)) > 1 or len(set(emails)) > 1:
        return OwnerSaid(unsure=typed)
    if mentions:
        slack_id, label = mentions[0]
        name = label.lstrip("@") or (person_in(rest) if rest else None) or slack_id
        alone = not rest or person_in(rest) is not None
        if not alone:
            return OwnerSaid(email=email, unsure=typed)
        return OwnerSaid(PersonNamed(name=name, slack_user_id=slack_id), email)
    if not rest and email:
        return OwnerSaid(PersonNamed(name=email), email)
    person = person_in(rest)
    if person is None:
        return OwnerSaid(email=email, unsure=typed)
    return OwnerSaid(PersonNamed(name=person), email)


def person_in(text: str) -> str | None:
    """The one person whom a text names, without a post beside the name; None where it is unsure."""
    text = " ".join(text.split()).strip(" .")
    if not text or _OPEN.match(text):
        return None
    after = _ROLE_AFTER.search(text)
    if after:
        before = text[: after.start()].strip()
        if is_person(after[1]):
            return after[1].strip() if is_post(before) else None
        text = before
    beside = _ROLE_BESIDE.match(text)
    if beside:
        people = [part.strip() for part in beside.groups() if is_person(part)]
        return people[0] if len(people) == 1 and _is_one_and_post(*beside.groups()) else None
    parts = [part for part in _APART.split(text) if part]
    if len(parts) == 1:
        return text if is_person(text) else None
    # "Dominic Okoro, Head of Digital" is one person and their post.
    first, _, post = text.partition(",")
    if is_person(first) and post and " " in first and is_post(post):
        return first.strip()
    return None


def _is_one_and_post(first: str, second: str) -> bool:
    return is_post(first) or is_post(second)


def is_post(text: str) -> bool:
    """Whether a text is a post: "Head of Maths", "Vice Principal Curriculum and Quality"."""
    words = [word for word in name_words(text) if word not in _SMALL]
    return bool(words) and any(map(is_thing, words)) and not re.search(r"[/;\n]", text)


def is_person(text: str) -> bool:
    """Whether a text is the name of one person and no more."""
    text = text.strip(" .,")
    words = name_words(text)
    if not words or len(words) > 5 or re.search(r"[/&+;\n\d@]", text):
        return False
    if words[0] in TITLES and len(words) > 1:
        return not any(is_thing(word) for word in words[1:] if len(word) > 1)
    # Initials may be anybody's.
    if len(words) == 1 and text.isupper() and len(text) < 5:
        return False
    if any(is_thing(word) for word in words) or find_people(text, "owner")[1]:
        return False
    if _INITIAL.match(text) and not text.isupper():
        return True
    spans = list(Names(text, workspace(())).people())
    if len(spans) == 1 and spans[0].start == 0 and spans[0].end >= len(text.rstrip(".")):
        return True
    each = re.findall(r"[^\W\d_]+", text)
    capital = all(word[0].isupper() for word in each if len(word) > 3)
    return capital and each[0][0].isupper() and not all(is_english(word) for word in words)
