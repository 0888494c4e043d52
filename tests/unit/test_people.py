"""Who is named as accountable: one person, several, or a team."""

import pytest

from bot.coaching.people import find_people


@pytest.mark.parametrize(
    ("asked", "said", "names", "group"),
    [
        # Asked who it will be.
        ("owner", "Me", ("Me",), None),
        ("owner", "Tom from the maths team", ("Tom",), None),
        ("owner", "maths team and Tom Baker", ("Tom Baker",), None),
        ("owner", "Tom Baker & Priya Shah", ("Tom Baker", "Priya Shah"), None),
        ("owner", "tom baker, priya shah", ("Tom Baker", "Priya Shah"), None),
        ("owner", "Tom, or Tom", ("Tom",), None),
        ("owner", "The Maths Team", (), "The Maths Team"),
        ("owner", "all of us", (), "all of us"),
        ("owner", "Everyone", (), "Everyone"),
        ("owner", "Nobody", (), None),
        ("owner", "<@U0123ABC>", ("<@U0123ABC>",), None),
        ("owner", "Tom, tom baker and I", ("Tom", "I"), None),
        ("owner", "tom", ("Tom",), None),
        ("owner", "tom & priya shah.", ("Tom", "Priya Shah"), None),
        ("owner", "and tom", ("Tom",), None),
        ("owner", "someone in the office will", (), None),
        ("owner", "maths team", (), "maths team"),
        # Who says what they think has not named themselves, but where they name nobody else.
        ("owner", "I think Tom Baker", ("Tom Baker",), None),
        ("owner", "I'd say Tom", ("Tom",), None),
        ("owner", "Tom, I would hope", ("Tom",), None),
        ("owner", "let me think, Tom", ("Tom",), None),
        ("owner", "I reckon me", ("me",), None),
        ("owner", "I suppose", ("I",), None),
        ("owner", "Tom and I", ("Tom", "I"), None),
        ("owner", "I will take it", ("I",), None),
        # Told without being asked.
        (None, "<@U0123ABC>", ("<@U0123ABC>",), None),
        (None, " <@U0123ABC> ", ("<@U0123ABC>",), None),
        (None, "<@U0123ABC> said so", (), None),
        (None, "the owner, I think, should be Tom Baker", ("Tom Baker",), None),
        (None, "I own it", ("I",), None),
        (None, "Me and Tom will do it", ("Me", "Tom"), None),
        (None, "led by all tutors", (), "all tutors"),
        (None, "responsible: the English department", (), "the English department"),
        (None, "accountable is our quality team", (), "our quality team"),
        (None, "owner: Level 3 tutors", (), "Level 3 tutors"),
        (None, "owner is everyone", (), "everyone"),
        # In passing, which makes nobody accountable.
        (None, "I will take it on", (), None),
        (None, "Myself will do it", (), None),
        (None, "tutors own their feedback", (), None),
        (None, "I own it, tutors will do it", ("I",), None),
        (None, "Nobody leads it: Science, perhaps", (), None),
        # The team that stands where a name should, not one that is spoken of beside it.
        (None, "owner: Tom Baker, of the maths team", ("Tom Baker",), None),
        (None, "Everybody leads it", (), "Everybody"),
        (None, "OWNER = Maths Team; due in May", (), "Maths Team"),
        (None, "owner: not known. The maths team meets weekly", (), None),
        (None, "we own the staff handbook", (), None),
        (None, "Tom Baker wrote it", (), None),
    ],
)
def test_one_person_is_told_from_several_and_from_a_team(
    asked: str | None, said: str, names: tuple[str, ...], group: str | None
) -> None:
    assert find_people(said, asked) == (names, group)
