"""Passwords, one-time codes and chance, each from the library that everybody relies on."""

from __future__ import annotations

import secrets
from typing import Final

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

NAME: Final = "Sante"
"""What an authenticator shows: nothing that names the line."""
STRONG: Final = 3
"""Of zxcvbn's 0 to 4: some 10**8 guesses and more."""
LONGEST: Final = 128


class ArgonPasswords:
    """`ports.accounts.Passwords`: argon2id with 19 MiB and two passes (OWASP's least), so that the cheapest server signs in a shift at once."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
        self._nobody = self._hasher.hash(secrets.token_urlsafe())

    def hash(self, password: str) -> str:
        return self._hasher.hash(password)

    def matches(self, hashed: str, password: str) -> bool:
        try:
            return self._hasher.verify(hashed or self._nobody, password[:LONGEST]) and bool(hashed)
        except (VerificationError, InvalidHashError):
            return False

    def is_weak(self, password: str, about: tuple[str, ...]) -> bool:
        from zxcvbn import zxcvbn  # noqa: PLC0415 -- its lists are large and rarely needed

        return len(password) > LONGEST or zxcvbn(password[:72], user_inputs=list(about))["score"] < STRONG


class TimeCodes:
    """`ports.accounts.Codes`."""

    def secret(self) -> str:
        return pyotp.random_base32()

    def step(self, secret: str, code: str, at: int) -> int | None:
        totp = pyotp.TOTP(secret)
        steps = (at // totp.interval + away for away in (0, -1, 1))
        return next((step for step in steps if secrets.compare_digest(totp.generate_otp(step), code)), None) if code.isascii() else None

    def address(self, secret: str, alias: str) -> str:
        return pyotp.TOTP(secret).provisioning_uri(name=alias, issuer_name=NAME)


class SystemChance:
    """`ports.accounts.Chance`."""

    def token(self) -> str:
        return secrets.token_urlsafe(24)
