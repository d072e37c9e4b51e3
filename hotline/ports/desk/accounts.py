"""How staff sign in: accounts, one-time links, sign-ins, and failures to sign in."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct


class Account(Struct, frozen=True):
    """What one of the staff signs in with. Whoever has no account works by SMS alone."""

    staff: str
    password: str
    """argon2id, in its own encoding."""
    totp: str | None = None
    """The shared secret (base32), sealed where it lies; None where there is no second factor yet."""
    totp_step: int = 0
    """The newest 30-second step whose code was accepted: no code counts twice."""
    recovery: tuple[str, ...] = ()
    """Keyed hashes (hex) of the recovery codes that are left."""


class SignIn(Struct, frozen=True):
    """One browser in which somebody is signed in."""

    staff: str
    made_at: int
    seen_at: int
    """When a person did something there; pages that refresh themselves do not count."""
    second_factor: bool = False
    """Has the account one?"""
    is_held: bool = False
    """The line was restored, and nobody said go yet: read here, since every page says so."""


class Accounts(Protocol):
    """Tokens are what a link or a cookie holds; only their keyed hashes lie in the database."""

    def get(self, staff: str) -> Account | None: ...
    def save(self, account: Account) -> None:
        """Insert, or replace."""

    def drop(self, staff: str) -> None:
        """And the one-time link, if there is one, and wrong codes."""

    def all(self) -> dict[str, bool]:
        """Who has an account, by id, and whether with a second factor."""

    def add_invite(self, token: str, staff: str, at: int, until: int) -> None:
        """Earlier ones of the same person end."""

    def invited(self, token: str, at: int) -> str | None:
        """Whose one-time link this is, if it is still good."""

    def use_invite(self, token: str, at: int) -> str | None:
        """The same, and it is good no more: of two at once one gets it."""

    def invites(self, at: int) -> dict[str, int]:
        """Until when somebody's one-time link is good, by id."""

    def add_sign_in(self, token: str, staff: str, at: int) -> None: ...
    def sign_in(self, token: str) -> SignIn | None: ...
    def touch_sign_in(self, token: str, at: int) -> None: ...
    def drop_sign_in(self, token: str) -> None: ...
    def drop_sign_ins(self, staff: str) -> None: ...
    def sign_ins(self, staff: str, since: int) -> int:
        """In how many browsers somebody did something since then."""

    def fail(self, key: str, at: int) -> None:
        """Note a failure to sign in under this key (hashed): one of the staff at a kind of browser. Only the newest few of a key stay."""

    def failures(self, key: str, since: int) -> int: ...
    def forgive(self, key: str) -> None: ...
    def guess(self, staff: str) -> int:
        """One more code was wrong after a right password; how many there are now, one after the other."""

    def guesses(self) -> dict[str, int]:
        """The same, by id; nobody who has none."""

    def forgive_guesses(self, staff: str) -> None: ...
