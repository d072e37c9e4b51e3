"""A year that never was: what a purge would have left of it, so that whoever runs the demo can look at figures that left the line.

Nobody is behind any of these numbers. They are counted, suppressed and let out by the same code as all others (`hotline/prepare.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from hashlib import sha256
from random import Random
from typing import Any, Final, TypeAlias

from hotline.engine.casework.incidents import LADDER, SEXUAL
from hotline.engine.quarters import Span, first_of_month
from hotline.engine.times import EPOCH
from hotline.ports.desk.cases import Incident

SEED: Final = 15
"""Every demo has the same year, but for the calendar."""
LETTER: Final = "chiffres inventés (démonstration)"
TYPES: Final = {
    "rape": (14, 19, 12, 17),
    "sexual_assault": (11, 9, 16, 13),
    "physical_assault": (62, 71, 83, 90),
    "forced_marriage": (3, 6, 9, 7),
    "denial": (21, 28, 31, 26),
    "psychological": (38, 44, 51, 63),
}
"""Incidents of each quarter."""
ENDINGS: Final = {
    "spoke": (231, 268, 312, 347),
    "no_answer": (52, 61, 58, 66),
    "unreachable": (31, 27, 33, 29),
    "could_not_talk": (18, 22, 16, 24),
    "someone_else": (3, 6, 7, 2),
}
"""Callbacks that were rung, by how the last call ended."""
MISSED: Final = (44, 36, 48, 21)
SAFER: Final = {"safer": (98, 121, 150, 172), "same": (57, 61, 66, 71), "less_safe": (11, 9, 12, 8), "unknown": (83, 99, 100, 120)}
REFERRALS: Final = {
    ("health", "referred"): (48, 52, 61, 67),
    ("health", "declined"): (11, 14, 9, 13),
    ("health", "unavailable"): (17, 21, 16, 12),
    ("psychosocial", "referred"): (32, 41, 46, 55),
    ("psychosocial", "declined"): (16, 18, 17, 19),
    ("psychosocial", "unavailable"): (22, 19, 24, 17),
    ("legal", "referred"): (15, 17, 19, 22),
    ("legal", "declined"): (31, 29, 33, 35),
    ("police", "declined"): (33, 36, 34, 38),
    ("police", "unavailable"): (7, 9, 12, 8),
    ("shelter", "referred"): (8, 6, 9, 11),
    ("shelter", "unavailable"): (28, 31, 36, 33),
    ("livelihood", "referred"): (2, 5, 6, 7),
}
REGIONS: Final = (("bamako", 32), ("koulikoro", 24), ("segou", 18), ("kayes", 15), ("sikasso", 10), ("mopti", 1))
AGES: Final = (("12-17", 22), ("18-25", 34), ("26-40", 26), ("41-60", 8), ("unknown", 10))
RELATIONS: Final = (("partner", 52), ("family", 18), ("neighbour", 10), ("guardian", 6), ("unknown", 14))
DELAYS: Final = (("to_3_days", 40), ("to_5_days", 14), ("to_14_days", 20), ("to_month", 8), ("older", 8), ("unknown", 10))
COVERED: Final = ((0.72, 0.5), (0.78, 0.55), (0.81, 0.66), (0.9, 0.71))
"""Of the hours that the line offers from 7 to 21, in its first language and in each other."""
OFFERED_MINUTES: Final = 14 * 60
URGENT_SHARE: Final = 5
"""Every fifth is urgent."""

YearRow: TypeAlias = dict[str, Any]


def past_year(today: int) -> int:
    """The newest year whose figures are due. `today`: days since 1970-01-01."""
    year = (EPOCH + timedelta(days=today)).year - 1
    return year if Span(year).due <= today else year - 1


def incidents(year: int) -> Iterator[Incident]:
    """Tied to no callback, each with the consent to count."""
    chance = Random(SEED)  # noqa: S311 -- made up, and the same in every demo
    for place, quarter in enumerate(Span(year).quarters):
        months = _months(quarter)
        for type_, counts in TYPES.items():
            for number in range(counts[place]):
                codes = dict.fromkeys(LADDER, "no") | {_question(type_): "yes"}
                codes |= {name: _one(chance, weights) for name, weights in (("region", REGIONS), ("age", AGES), ("relation", RELATIONS))}
                if type_ in SEXUAL:
                    codes["when"] = _one(chance, DELAYS)
                id = sha256(f"demo:{quarter}:{type_}:{number}".encode()).hexdigest()[:32]
                yield Incident(id, None, months[number % 3], codes, figures=True)


def counts(year: int, languages: Sequence[str]) -> dict[str, list[YearRow]]:
    """Rows of the tables in which counts stay whose callbacks are gone, by table."""
    rows: dict[str, list[YearRow]] = {
        name: [] for name in ("tallies", "tries_tallies", "safer_tallies", "referral_tallies", "hour_tallies")
    }
    for place, quarter in enumerate(Span(year).quarters):
        for month, share in zip(_months(quarter), range(3), strict=True):
            for ending, many in ENDINGS.items():
                count = _third(many[place], share)
                rows["tries_tallies"].append({"month": month, "tries": 1, "ending": ending, "count": count})
                rows["tallies"] += _calls(month, languages, "closed", ending, count)
            rows["tallies"] += _calls(month, languages, "lapsed", "", _third(MISSED[place], share))
            rows["safer_tallies"] += [
                {"month": month, "answer": answer, "count": _third(many[place], share)} for answer, many in SAFER.items()
            ]
            rows["referral_tallies"] += [
                {"month": month, "kind": kind, "outcome": outcome, "count": _third(many[place], share)}
                for (kind, outcome), many in REFERRALS.items()
            ]
        for day in range(quarter.since, quarter.until):
            for position, language in enumerate(languages):
                covered = int(OFFERED_MINUTES * COVERED[place][min(position, 1)])
                rows["hour_tallies"].append({"day": day, "language": language, "offered": OFFERED_MINUTES, "covered": covered})
    return {name: [row for row in of if row.get("count", 1)] for name, of in rows.items()}


def _calls(day: int, languages: Sequence[str], state: str, outcome: str, count: int) -> Iterator[YearRow]:
    """So many, in all languages, one in five urgent."""
    for position, language in enumerate(languages):
        of_language = count // len(languages) + (position < count % len(languages))
        urgent = -(-of_language // URGENT_SHARE)
        for is_urgent, some in ((True, urgent), (False, of_language - urgent)):
            yield {"day": day, "language": language, "urgent": is_urgent, "state": state, "outcome": outcome, "count": some}


def _question(type_: str) -> str:
    return next(question for question, of in LADDER.items() if of == type_)


def _months(quarter: Span) -> tuple[int, ...]:
    """The first day of each."""
    return tuple(first_of_month(quarter.since + 31 * place) for place in range(3))


def _third(count: int, place: int) -> int:
    return count // 3 + (place < count % 3)


def _one(chance: Random, weights: Sequence[tuple[str, int]]) -> str:
    return chance.choices([name for name, _ in weights], [weight for _, weight in weights])[0]
