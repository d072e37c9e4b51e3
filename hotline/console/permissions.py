"""Who of the staff may do what: the one table. A page that stands nowhere in it is closed to everybody."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from hotline.ports.desk.staff import CALLING, Role
from hotline.service.desk.accounts.people import ROLES

SUPERVISES: Final[tuple[Role, ...]] = ("supervisor",)
ADMIN: Final[tuple[Role, ...]] = ("admin",)


class Ability(Struct, frozen=True):
    """One line of README's table: what it is, who may, and the pages that it opens."""

    what: str
    roles: tuple[Role, ...]
    pages: tuple[str, ...]


OPEN: Final = frozenset({"asset", "neutral", "sign_in", "code", "welcome", "nowhere"})
"""Without being signed in."""
QUIET: Final = frozenset({"asset", "board", "signs"})
"""Pages that a browser asks for by itself: nobody did anything."""
LEAVING: Final = frozenset({"sign_out", "everywhere", "off_shift", "need_time", "checked_in"})
"""Forms that say that she goes, or that nobody need know of: not that she is there."""

TABLE: Final = (
    Ability(
        "own account: password, second factor, language, sign out everywhere",
        ROLES,
        ("me", "choose_language", "password", "factor", "factor_anew", "recovery", "everywhere", "sign_out", "home"),
    ),
    Ability(
        "see the queue, say *I am here*, take, give back", CALLING, ("queue", "board", "here", "on_shift", "off_shift", "take", "give_back")
    ),
    Ability(
        "work a callback: ring, scripts, outcome, next time, note",
        CALLING,
        ("callback", "signs", "connect", "reveal", "cover", "mark", "outcome", "hard", "safer", "next_time", "pass_on", "no_more", "note"),
    ),
    Ability(
        "codes, consents, referrals, slips",
        CALLING,
        (
            *("incident", "save_incident", "consents", "agree", "take_back", "referrals", "refer", "due"),
            *("referral", "look_again", "revoke_referral", "slip", "send_slip"),
        ),
    ),
    Ability(
        "own shifts, check-in, *I need time*, where complaints go",
        CALLING,
        ("shifts", "plan", "unplan", "care", "check_in", "checked_in", "need_time"),
    ),
    Ability(
        "write testimonies down, release them, withdraw them",
        CALLING,
        ("testimonies", "testimony_new", "testimony", "testimony_cut", "testimony_release", "testimony_publish", "testimony_withdraw"),
    ),
    Ability(
        "review, hand over, other people's shifts, who needs time",
        SUPERVISES,
        ("review", "review_case", "review_decide", "hand_over", "hand_over_to", "shifts_of", "plan_of", "unplan_of", "on_call", "take_on"),
    ),
    Ability("figures of the line", ("supervisor", "operator"), ("overview",)),
    Ability("accounts: make, one-time link, disable", ADMIN, ("people", "add_person", "person", "change_person", "make_link", "disable")),
    Ability("the audit", ("supervisor", "admin"), ("audit",)),
)
_ROLES: Final = {page: ability.roles for ability in TABLE for page in ability.pages}


def may(role: Role, page: str) -> bool:
    """May somebody of this role open this page? `page`: an endpoint of the console, without its blueprint."""
    return page in OPEN or role in _ROLES.get(page, ())
