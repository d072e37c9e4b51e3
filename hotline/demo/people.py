"""The demo's people: who dials, who calls back, who watches; numbers of a made-up block, names that are nobody's."""

from __future__ import annotations

from hashlib import sha256
from typing import Literal

from msgspec import Struct

from hotline.ports import Shift, Staff

ALL_DAY = 24 * 60


class Person(Struct, frozen=True):
    """Someone with a phone. `language`: the one that she reads."""

    alias: str
    role: Literal["caller", "counselor", "supervisor"]
    language: str
    number: str
    speaks: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return sha256(f"demo:{self.alias}".encode()).hexdigest()[:32]


PEOPLE = (
    Person("kadi", "caller", "fr", "+22370000001"),
    Person("sira", "caller", "bm", "+22370000002"),
    Person("awa", "counselor", "fr", "+22370000101", ("fr",)),
    Person("nana", "counselor", "bm", "+22370000102", ("bm",)),
    Person("fanta", "supervisor", "fr", "+22370000201", ("fr", "bm")),
)


def staff() -> tuple[Staff, ...]:
    """Counselors and supervisor, as the store keeps them."""
    return tuple(Staff(p.id, p.alias, p.role, p.number, p.language, p.speaks) for p in PEOPLE if p.role != "caller")


def counselors() -> tuple[Person, ...]:
    return tuple(p for p in PEOPLE if p.role == "counselor")


def shifts() -> tuple[Shift, ...]:
    """Every counselor, every day, around the clock: the demo's first dial is promised a call."""
    return tuple(Shift(p.id, None, 0, ALL_DAY) for p in counselors())


def people_json() -> list[dict[str, str]]:
    """What `demo.json` says of them."""
    return [{"alias": p.alias, "role": p.role, "language": p.language, "number": p.number} for p in PEOPLE]


def number_of(alias: str) -> str | None:
    return next((p.number for p in PEOPLE if p.alias == alias), None)
