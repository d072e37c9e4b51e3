"""Passwords, one-time codes and tokens, each from the library that everybody relies on."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import Final
from unicodedata import normalize

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from hotline.ports.locks import Crowded

NAME: Final = "Sante"
"""What an authenticator shows: nothing that names the line."""
STRONG: Final = 3
"""Of zxcvbn's 0 to 4: some 10**8 guesses and more."""
LONGEST: Final = 128
READ: Final = 40
"""zxcvbn's time grows with the square of what it reads: what is strong so far is strong."""
LETTER_SIGNS: Final = frozenset("4@8({[<369!1|7$5%2+0")
MOST_SIGNS: Final = 6
"""zxcvbn tries what each of these signs may stand for beside every other: each further one doubles its time, which came to four seconds."""
WAITING: Final = 2
"""One is checked and one waits: the process has few threads, and callers need them."""
TURN_SECONDS: Final = 0.25
"""So long somebody waits until another is checked."""
COMMON: Final = (
    *(
        "motdepasse",
        "passe",
        "azerty",
        "azertyuiop",
        "bonjour",
        "bonsoir",
        "soleil",
        "jetaime",
        "beaucoup",
        "amour",
        "maman",
        "papa",
        "enfant",
    ),
    *(
        "sante",
        "famille",
        "conseil",
        "conseillere",
        "conseillère",
        "superviseuse",
        "ecoute",
        "violence",
        "femme",
        "femmes",
        "vaccin",
        "ligne",
    ),
    *("mali", "bamako", "segou", "kayes", "sikasso", "mopti", "gao", "kidal", "tombouctou", "koulikoro", "bambara", "bamanankan", "maliba"),
    *("allah", "akbar", "allahakbar", "allahouakbar", "inchallah", "bismillah", "alhamdoulillah", "dieu", "marabout", "ramadan", "tabaski"),
    *(
        "keita",
        "traore",
        "coulibaly",
        "diarra",
        "toure",
        "diallo",
        "konate",
        "sissoko",
        "cisse",
        "kone",
        "maiga",
        "sidibe",
        "dembele",
        "doumbia",
    ),
    *("fatoumata", "aminata", "mariam", "oumou", "djeneba", "kadiatou", "aissata", "awa", "ramata", "fanta", "moussa", "mamadou", "amadou"),
)
"""What people here try first; zxcvbn's own lists are English."""


class ArgonPasswords:
    """`hotline.ports.locks.Passwords`: argon2id with 19 MiB and two passes (OWASP's least), so that the cheapest server signs in a shift at once.

    One at a time: the process answers callers too, and whoever sends passwords without end takes no more than one of its cores. Browsers in
    which somebody has signed in before take turns among themselves, so that such a flood keeps nobody out who works there.
    """

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
        self._nobody = self._hasher.hash(secrets.token_urlsafe())
        self._turns = {known: (BoundedSemaphore(WAITING), BoundedSemaphore()) for known in (False, True)}

    def hash(self, password: str) -> str:
        return self._hasher.hash(_read(password))

    @contextmanager
    def turn(self, *, known: bool) -> Iterator[None]:
        line, place = self._turns[known]
        if not line.acquire(blocking=False):
            raise Crowded
        try:
            if not place.acquire(timeout=TURN_SECONDS):
                raise Crowded
            try:
                yield
            finally:
                place.release()
        finally:
            line.release()

    def matches(self, hashed: str, password: str) -> bool:
        try:
            return self._hasher.verify(hashed or self._nobody, _read(password)) and bool(hashed)
        except (VerificationError, InvalidHashError):
            return False

    def is_weak(self, password: str, about: tuple[str, ...]) -> bool:
        from zxcvbn import zxcvbn  # noqa: PLC0415 -- its lists are large and rarely needed

        read = normalize("NFC", password)
        return len(read) > LONGEST or zxcvbn(_with_few_signs(read[:READ]), user_inputs=[*about, *COMMON])["score"] < STRONG


class TimeCodes:
    """`hotline.ports.locks.Codes`."""

    def step(self, secret: str, code: str, at: int) -> int | None:
        totp = pyotp.TOTP(secret)
        steps = (at // totp.interval + away for away in (0, -1, 1))
        return next((step for step in steps if secrets.compare_digest(totp.generate_otp(step), code)), None) if code.isascii() else None

    def address(self, secret: str, alias: str) -> str:
        return pyotp.TOTP(secret).provisioning_uri(name=alias, issuer_name=NAME)


class SystemTokenSource:
    """`hotline.ports.locks.TokenSource`."""

    def token(self) -> str:
        return secrets.token_urlsafe(24)


def _with_few_signs(password: str) -> str:
    """Signs past the sixth different one become one and the same letter, which makes no password stronger."""
    signs = [sign for sign in dict.fromkeys(password) if sign in LETTER_SIGNS]
    return password.translate(dict.fromkeys(map(ord, signs[MOST_SIGNS:]), "x"))


def _read(password: str) -> str:
    """The same letters, however a keyboard puts an accent on them."""
    return normalize("NFC", password)[:LONGEST]
