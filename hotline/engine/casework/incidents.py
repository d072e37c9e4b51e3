"""What happened, by the questions of GBVIMS in their order, and what its codes tell: pure, so that the type is nobody's choice.

The order and the types: GBVIMS User Guide, chapter 3 (2011), and its intake form. No name is asked, no date of birth, no place below a
region, no ethnicity; nothing tells the sex of the alleged perpetrator, so that nothing tells orientation (docs: decisions). Where a stored
code says `doer`, it is the alleged perpetrator of GBVIMS.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, Literal, TypeAlias

from msgspec import Struct

Type: TypeAlias = Literal["rape", "sexual_assault", "physical_assault", "forced_marriage", "denial", "psychological", "non_gbv"]
Context: TypeAlias = Literal["intimate_partner", "child_sexual_abuse", "early_marriage", "exploitation", "slavery", "harmful_practice"]

UNKNOWN: Final = "unknown"
"""The caller does not know, or would not say: an answer to every question. A question that was not asked has none."""
REGION: Final = "region"
"""Its codes are the directory's regions."""
YES_NO: Final = ("yes", "no")
AGES: Final = ("0-11", "12-17", "18-25", "26-40", "41-60", "61")
UNDER_18: Final = frozenset({"0-11", "12-17"})


class Question(Struct, frozen=True):
    """One question and the codes that answer it, `unknown` apart."""

    key: str
    codes: tuple[str, ...]


class Section(Struct, frozen=True):
    """Questions that stand together on the page."""

    key: str
    questions: tuple[Question, ...]


LADDER: Final[dict[str, Type]] = {
    "penetration": "rape",
    "contact": "sexual_assault",
    "physical": "physical_assault",
    "marriage": "forced_marriage",
    "denial": "denial",
    "psychological": "psychological",
}
"""Asked in this order; the type is that of the first yes. `contact` holds attempted rape and excision too."""
SEXUAL: Final[frozenset[Type]] = frozenset({"rape", "sexual_assault"})

SECTIONS: Final = (
    Section("ladder", tuple(Question(key, YES_NO) for key in LADDER)),
    Section(
        "about",
        (
            Question("practice", ("none", "excision", "levirate", "exchange", "other")),
            Question("goods", YES_NO),
            Question("abduction", ("none", "forced_recruitment", "trafficking", "other")),
            # How long before it is written down: within 72 hours, and 120, there is care that later comes too late.
            Question("when", ("to_3_days", "to_5_days", "to_14_days", "to_month", "older")),
            Question("time", ("morning", "afternoon", "night")),
            Question(
                "place",
                ("home", "doer_home", "road", "school", "market", "work", "bush", "field", "water", "latrines", "other"),
            ),
            Question(REGION, ()),
        ),
    ),
    Section(
        "survivor",
        (
            Question("age", AGES),
            Question("sex", ("f", "m")),
            Question("civil", ("single", "married", "separated", "widowed")),
            Question("displacement", ("resident", "displaced", "refugee", "returned", "stateless", "foreign", "asylum")),
            Question("disability", YES_NO),
        ),
    ),
    Section(
        "doer",
        (
            Question("doers", ("1", "2", "3", "more")),
            Question(
                "relation",
                (
                    "partner",
                    "guardian",
                    "family",
                    "employer",
                    "classmate",
                    "teacher",
                    "provider",
                    "cohabitant",
                    "neighbour",
                    "displaced",
                    "community",
                    "other",
                    "none",
                ),
            ),
            Question("doer_age", AGES),
        ),
    ),
    Section("around", (Question("earlier", YES_NO), Question("reported", ("no", "gbvims", "other")))),
)
PARTS: Final = {"what": ("ladder",), "when": ("about",), "survivor": ("survivor",), "around": ("doer", "around")}
"""What is asked and kept at a time: a page each, by the sections on it."""
QUESTIONS: Final = {question.key: question for section in SECTIONS for question in section.questions}
"""In the order in which they are asked."""


class Unlisted(Exception):
    """What was sent is no question, or none of the answers to it. `name`: what it is, for words."""

    def __init__(self, question: str, name: str) -> None:
        super().__init__(question)
        self.question = question
        self.name = name


def sections_of(part: str) -> tuple[Section, ...]:
    """What stands on a page of the form."""
    return tuple(section for section in SECTIONS if section.key in PARTS[part])


def part_of(question: str) -> str | None:
    """The page on which a question stands. Returns None for what is no question."""
    return next((part for part in PARTS for section in sections_of(part) for asked in section.questions if asked.key == question), None)


def merged(stands: Mapping[str, str], part: str, given: Mapping[str, str]) -> dict[str, str]:
    """What was given, in the place of all that stood on this page and of each answer that was given anew, in the order of the questions."""
    asked = {question.key for section in sections_of(part) for question in section.questions}
    left = {key: code for key, code in stands.items() if key not in asked}
    codes = {**left, **given}
    return {key: codes[key] for key in QUESTIONS if key in codes}


def codes_of(question: Question, regions: Iterable[str]) -> tuple[str, ...]:
    """What may be answered, `unknown` last."""
    return (*(regions if question.key == REGION else question.codes), UNKNOWN)


def read(answers: Mapping[str, str], regions: Iterable[str]) -> dict[str, str]:
    """The answers that were given, in the order of the questions. Raises Unlisted for a question or a code that there is not."""
    known = tuple(regions)
    for key, code in answers.items():
        question = QUESTIONS.get(key)
        if question is None:
            raise Unlisted(key, key)
        if code and code not in codes_of(question, known):
            raise Unlisted(key, f"{key}: {code}")
    return {key: answers[key] for key in QUESTIONS if answers.get(key)}


def type_of(codes: Mapping[str, str]) -> Type | None:
    """The type of the first yes, whatever follows; `non_gbv` where each question was answered no; None where that is not known yet."""
    first = next((type_ for key, type_ in LADDER.items() if codes.get(key) == "yes"), None)
    if first is None and all(codes.get(key) == "no" for key in LADDER):
        return "non_gbv"
    return first


def contexts_of(codes: Mapping[str, str]) -> tuple[Context, ...]:
    """What follows from the answers and is never asked."""
    type_ = type_of(codes)
    sexual, young = type_ in SEXUAL, codes.get("age") in UNDER_18
    holds: dict[Context, bool] = {
        "intimate_partner": type_ not in (None, "non_gbv") and codes.get("relation") == "partner",
        "child_sexual_abuse": sexual and young,
        "early_marriage": type_ == "forced_marriage" and young,
        "exploitation": sexual and codes.get("goods") == "yes",
        "slavery": sexual and codes.get("abduction", UNKNOWN) not in ("none", UNKNOWN),
        "harmful_practice": codes.get("practice", UNKNOWN) not in ("none", UNKNOWN),
    }
    return tuple(context for context, is_so in holds.items() if is_so)
