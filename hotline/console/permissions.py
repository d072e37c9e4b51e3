"""Who of the staff may do what: the one table. A page that stands nowhere in it is closed to everybody."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from hotline.ports import Role

EVERYBODY: Final[tuple[Role, ...]] = ("counselor", "supervisor", "operator", "admin")
CALLS: Final[tuple[Role, ...]] = ("counselor", "supervisor")
SUPERVISES: Final[tuple[Role, ...]] = ("supervisor",)
ADMIN: Final[tuple[Role, ...]] = ("admin",)


class Ability(Struct, frozen=True):
    """One line of README's table: what it is, who may, and the pages that it opens."""

    what: str
    roles: tuple[Role, ...]
    pages: tuple[str, ...]


OPEN: Final = frozenset({"asset", "neutral", "sign_in", "code", "welcome"})
"""Without being signed in."""
QUIET: Final = frozenset({"asset", "board", "signs"})
"""Pages that a browser asks for by itself: nobody did anything."""

TABLE: Final = (
    Ability("own account: password, second factor, language, sign out everywhere", EVERYBODY, ("me", "sign_out", "home")),
    Ability("see the queue, say *I am here*, take, give back", CALLS, ("queue", "board", "here", "take", "give_back")),
    Ability("work a callback: ring, scripts, outcome, next time, note", CALLS, ("callback",)),
    Ability("codes, consents, referrals, slips", CALLS, ()),
    Ability("own shifts, check-in, *I need time*, where complaints go", CALLS, ()),
    Ability("write testimonies down, release them, withdraw them", CALLS, ()),
    Ability("review, hand over, other people's shifts, who needs time", SUPERVISES, ()),
    Ability("figures of the line", ("supervisor", "operator"), ()),
    Ability("accounts: make, one-time link, disable", ADMIN, ()),
    Ability("the audit", ("supervisor", "admin"), ()),
)
_ROLES: Final = {page: ability.roles for ability in TABLE for page in ability.pages}


def may(role: Role, page: str) -> bool:
    """May somebody of this role open this page? `page`: an endpoint of the console, without its blueprint."""
    return page in OPEN or role in _ROLES.get(page, ())
