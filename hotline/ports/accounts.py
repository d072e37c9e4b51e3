"""How staff prove who they are: accounts, one-time links, sign-ins, and failures to sign in."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

from msgspec import Struct


class Account(Struct, frozen=True):
    """What one of the staff signs in with. No account: she cannot; she may still work by SMS."""

    staff: str
    password: str
    """argon2id, in its own encoding."""
    totp: str | None = None
    """The shared secret (base32), sealed where it lies; None: no second factor yet."""
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
    """Has her account one?"""


class Accounts(Protocol):
    """Tokens are what a link or a cookie holds; only their keyed hashes lie in the database."""

    def account(self, staff: str) -> Account | None: ...
    def save_account(self, account: Account) -> None:
        """Insert, or replace."""

    def drop_account(self, staff: str) -> None:
        """And the one-time link, if she has one."""

    def add_invite(self, token: str, staff: str, at: int, until: int) -> None:
        """Earlier ones of hers end."""

    def invited(self, token: str, at: int) -> str | None:
        """Whose one-time link this is, if it is still good."""

    def use_invite(self, token: str, at: int) -> str | None:
        """The same, and it is good no more: of two at once one gets it."""

    def invites(self, at: int) -> dict[str, int]:
        """Until when somebody's one-time link is good, by her id."""

    def accounts(self) -> dict[str, bool]:
        """Who has an account, by her id, and whether with a second factor."""

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


class Crowded(Exception):
    """Others are being checked just now: in a moment again."""


class Passwords(Protocol):
    def hash(self, password: str) -> str:
        """argon2id, salted, in its own encoding."""

    def turn(self, *, known: bool) -> AbstractContextManager[None]:
        """Hers to have a password checked; whoever comes in a browser that is known waits for nobody who does not. Raises Crowded."""

    def matches(self, hashed: str, password: str) -> bool:
        """As slow for an empty `hashed`, which nothing matches."""

    def is_weak(self, password: str, about: tuple[str, ...]) -> bool:
        """Is it common, or soon guessed? `about`: words that everybody would try, her alias among them."""


class Codes(Protocol):
    """Time-based one-time passwords (RFC 6238)."""

    def secret(self) -> str:
        """A new one, base32."""

    def step(self, secret: str, code: str, at: int) -> int | None:
        """The 30-second step that this code belongs to, at most one away from `at`; None where it belongs to none."""

    def address(self, secret: str, alias: str) -> str:
        """What an authenticator's camera reads."""


class Chance(Protocol):
    def token(self) -> str:
        """At least 128 bits, in letters that an address carries as they are."""
