"""What happened, by GBVIMS: the type is the first yes, the contexts follow, and nothing is asked that endangers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.engine.casework.incidents import LADDER, QUESTIONS, UNDER_18, UNKNOWN, Unlisted, codes_of, contexts_of, read, type_of

REGIONS = ("bamako", "kayes")
STEPS = tuple(LADDER)
NOT_YES = st.sampled_from(("no", UNKNOWN, None))
ANY_CODES = st.fixed_dictionaries({}, optional={key: st.sampled_from(codes_of(question, REGIONS)) for key, question in QUESTIONS.items()})


@given(st.integers(0, len(STEPS) - 1), st.lists(NOT_YES, min_size=len(STEPS), max_size=len(STEPS)), ANY_CODES)
def test_type_is_the_first_yes(first: int, before: list[str | None], rest: dict[str, str]) -> None:
    """Whatever else was answered, before it without a yes or after it, no later answer changes the type."""
    codes = dict(rest)
    for key, code in zip(STEPS[:first], before, strict=False):
        codes.pop(key, None)
        codes |= {key: code} if code else {}
    codes[STEPS[first]] = "yes"
    assert type_of(codes) == LADDER[STEPS[first]]


def test_without_a_yes() -> None:
    """Six times no is no violence of this kind; one that was not asked, or not answered, leaves it open."""
    none = dict.fromkeys(STEPS, "no")
    assert type_of(none) == "non_gbv"
    assert type_of({**none, "denial": UNKNOWN}) is None
    assert type_of(dict.fromkeys(STEPS[:-1], "no")) is None
    assert type_of({}) is None


@given(ANY_CODES)
def test_contexts_follow(codes: dict[str, str]) -> None:
    """Each context holds exactly where its answers say so, and none without a type of violence, but that of a practice, whatever else was said."""
    type_ = type_of(codes)
    sexual, young = type_ in ("rape", "sexual_assault"), codes.get("age") in UNDER_18
    found = contexts_of(codes)
    assert ("intimate_partner" in found) == (type_ not in (None, "non_gbv") and codes.get("relation") == "partner")
    assert ("child_sexual_abuse" in found) == (sexual and young)
    assert ("early_marriage" in found) == (type_ == "forced_marriage" and young)
    assert ("exploitation" in found) == (sexual and codes.get("goods") == "yes")
    assert ("harmful_practice" in found) == (codes.get("practice") in ("excision", "levirate", "exchange", "other"))
    assert ("slavery" in found) == (sexual and codes.get("abduction") in ("forced_recruitment", "trafficking", "other"))


@given(ANY_CODES)
def test_every_code_is_taken(codes: dict[str, str]) -> None:
    """What the lists hold is read as it was given, in the order of the questions; an empty answer is none."""
    taken = read({**dict.fromkeys(QUESTIONS, ""), **codes}, REGIONS)
    assert taken == codes
    assert list(taken) == [key for key in QUESTIONS if key in codes]


@pytest.mark.parametrize(
    ("answers", "question", "name"),
    [
        ({"name": "x"}, "name", "name"),
        ({"doer_sex": "m"}, "doer_sex", "doer_sex"),
        ({"sex": "other"}, "sex", "sex: other"),
        ({"region": "paris"}, "region", "region: paris"),
        ({"penetration": "none"}, "penetration", "penetration: none"),
    ],
)
def test_anything_else_is_refused_by_name(answers: dict[str, str], question: str, name: str) -> None:
    """A question or a code that is on no list is named, and nothing is kept of it."""
    with pytest.raises(Unlisted) as refused:
        read(answers, REGIONS)
    assert (refused.value.question, refused.value.name) == (question, name)


def test_what_is_asked() -> None:
    """The list is closed: who adds a question changes this test, and has read that no name, no place below a region, no date of birth,
    no ethnicity, no orientation and no sex of the alleged perpetrator may be among them."""
    assert tuple(QUESTIONS) == (
        *STEPS,
        *("practice", "goods", "abduction", "when", "time", "place", "region"),
        *("age", "sex", "civil", "displacement", "disability"),
        *("doers", "relation", "doer_age"),
        *("earlier", "reported"),
    )
    assert {code for key in ("doers", "relation", "doer_age") for code in QUESTIONS[key].codes} & {"f", "m", "husband", "wife"} == set()
