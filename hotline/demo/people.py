"""The demo's people: who dials, who calls back, who watches; numbers of a made-up block, names that are nobody's."""

from __future__ import annotations

from base64 import b32encode
from hashlib import sha256
from typing import Literal

from msgspec import Struct

from hotline.engine.times import DAY_MINUTES
from hotline.ports.desk.shifts import Shift
from hotline.ports.desk.staff import Staff

PARTNER_DAYS = 365
DIGITS = ("25", "36", "47", "52", "58", "69", "74", "96")


class DemoPerson(Struct, frozen=True):
    """Someone with a phone. `language`: the one of screens and pages. `spare`: a phone that waits for whom the admin adds to the staff."""

    alias: str
    role: Literal["caller", "spare", "counselor", "supervisor", "operator", "admin", "partner"]
    language: str
    number: str
    """Empty: a partner, who has no phone here."""
    speaks: tuple[str, ...] = ()
    reviews: tuple[str, ...] = ()
    approves: bool = False
    has_factor: bool = False
    """Signs in with a second factor from the first start on."""
    organisation: str = ""
    """A partner's."""

    @property
    def id(self) -> str:
        return sha256(f"demo:{self.alias}".encode()).hexdigest()[:32]

    @property
    def is_staff(self) -> bool:
        """From the first start on."""
        return self.role not in ("caller", "spare")

    def password(self, secret: str) -> str:
        """The one that the account of one of the staff begins with. `secret`: made by chance, once, where this demo lives."""
        letters = b32encode(sha256(f"{secret}:{self.alias}".encode()).digest()).decode().lower()[:16]
        return "-".join(letters[n : n + 4] for n in range(0, 16, 4))

    def factor(self, secret: str) -> str | None:
        """What the authenticator of this person's account begins with (base32, 160 bits), made like the password. Returns None where there is none."""
        return b32encode(sha256(f"{secret}:{self.alias}:factor".encode()).digest()[:20]).decode() if self.has_factor else None

    def digits(self, secret: str) -> str:
        """The two digits that this person begins with, for a ring of the line; made like the password."""
        return DIGITS[sha256(f"{secret}:{self.alias}:digits".encode()).digest()[0] % len(DIGITS)]


PEOPLE = (
    DemoPerson("kadi", "caller", "fr", "+22370000001"),
    DemoPerson("sira", "caller", "bm", "+22370000002"),
    DemoPerson("awa", "counselor", "fr", "+22370000101", ("fr",)),
    DemoPerson("nana", "counselor", "bm", "+22370000102", ("bm",)),
    DemoPerson("hawa", "spare", "fr", "+22370000103"),
    DemoPerson("fanta", "supervisor", "fr", "+22370000201", ("fr", "bm")),
    DemoPerson("mariam", "operator", "fr", "+22370000203"),
    DemoPerson("oumou", "operator", "bm", "+22370000205", reviews=("fr", "bm"), has_factor=True),
    DemoPerson("bintou", "operator", "fr", "+22370000206", approves=True, has_factor=True),
    DemoPerson("djeneba", "admin", "fr", "+22370000204"),
    DemoPerson("rokia", "partner", "fr", "", organisation="Association inventée"),
)


def staff(today: int) -> tuple[Staff, ...]:
    """Those who have an account at the first start, as the store keeps them. `today`: days since 1970-01-01; a partner gets in for a year."""
    return tuple(
        Staff(
            *(p.id, p.alias, p.role, p.number, p.language, p.speaks),
            reviews=p.reviews,
            approves=p.approves,
            organisation=p.organisation,
            ends_on=today + PARTNER_DAYS if p.role == "partner" else None,
        )
        for p in PEOPLE
        if p.role != "caller" and p.role != "spare"  # noqa: PLR1714 -- mypy reads it
    )


def passwords(secret: str) -> dict[str, str]:
    """The first password of each of the staff, by id."""
    return {p.id: p.password(secret) for p in PEOPLE if p.is_staff}


def factors(secret: str) -> dict[str, str]:
    """What the authenticator begins with, of each who has one, by alias."""
    return {p.alias: factor for p in PEOPLE if (factor := p.factor(secret)) is not None}


def ring_digits(secret: str) -> dict[str, str]:
    """The two digits of each of the staff whose work is done on a telephone, by alias."""
    return {p.alias: p.digits(secret) for p in working()}


def on_the_phone() -> tuple[DemoPerson, ...]:
    """Those whose work is done on a telephone."""
    return tuple(p for p in PEOPLE if p.role in ("caller", "counselor", "spare", "supervisor"))


def counselors() -> tuple[DemoPerson, ...]:
    return tuple(p for p in PEOPLE if p.role == "counselor")


def working() -> tuple[DemoPerson, ...]:
    """Whom the line waits for: counselors, and the supervisor without whom it promises nothing."""
    return tuple(p for p in PEOPLE if p.role in ("counselor", "supervisor"))


def shifts() -> tuple[Shift, ...]:
    """Each of them, every day, around the clock: the demo's first dial is promised a call."""
    return tuple(Shift(p.id, None, 0, DAY_MINUTES) for p in working())


def people_json(secret: str) -> list[dict[str, str]]:
    """What `demo.json` says of them; of the staff, the password of the first start too, what an authenticator begins with, and the two digits."""
    rows = ({"alias": p.alias, "role": p.role, "language": p.language, "number": p.number} for p in PEOPLE)
    begun = ({"password": p.password(secret)} if p.is_staff else {} for p in PEOPLE)
    factor = (({"factor": factors(secret)[p.alias]} if p.has_factor else {}) for p in PEOPLE)
    digits = ({"digits": p.digits(secret)} if p in working() else {} for p in PEOPLE)
    return [row | password | seed | two for row, password, seed, two in zip(rows, begun, factor, digits, strict=True)]


def number_of(alias: str) -> str | None:
    return next((p.number for p in PEOPLE if p.alias == alias), None)
