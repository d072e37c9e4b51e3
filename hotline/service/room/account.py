"""What each of the staff changes in her own account: always with her password, so that a browser left open gives nobody more than itself."""

from __future__ import annotations

from base64 import b32encode
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from hotline.ports import Record, Staff, Transaction
from hotline.ports.accounts import Chance, Codes, Passwords
from hotline.service.parts import Parts
from hotline.service.room import access

RECOVERY_CODES: Final = 8
CODE_BYTES: Final = 10
"""80 bits, sixteen letters: a keyed hash of it is enough, where a password needs a slow one."""


class Own(Struct, frozen=True):
    """How she signs in. `codes_left`: recovery codes; `browsers`: in how many she did something lately."""

    has_account: bool
    codes_left: int
    browsers: int


class Factor(Struct, frozen=True):
    """Her second factor is set. `recovery`: her new recovery codes, shown this once. `token`: of the one sign-in that is left."""

    recovery: tuple[str, ...]
    token: str


def own(parts: Parts, staff: Staff, since: int) -> Own:
    """Her account as its page shows it; `since`: what counts as lately. Raises StoreAway."""
    with parts.store.read() as tx:
        held, browsers = tx.account(staff.id), tx.sign_ins(staff.id, since)
    return Own(held is not None, len(held.recovery) if held else 0, browsers)


def change_password(
    parts: Parts, passwords: Passwords, chance: Chance, staff: Staff, knocked: access.Knocked, new: str, at: int
) -> str | None:
    """`knocked`: with the old one; `is_weak` comes before. Whoever is signed in as her is out, a copy of this browser's cookie too: it goes on
    with the token that comes back. None where her account changed meanwhile. Raises StoreAway.
    """
    hashed = passwords.hash(new)
    with parts.store.write() as tx:
        if tx.account(staff.id) != knocked.account:
            return None
        tx.save_account(replace(knocked.account, password=hashed))
        tx.record(Record(at, staff.alias, "password changed", staff.alias))
        return _alone(tx, chance, staff, at)


def set_factor(parts: Parts, codes: Codes, chance: Chance, staff: Staff, secret: str, code: str, at: int) -> Factor | None:
    """Take this secret for her second factor, once a code of it was right. Whoever came in without it, with her password alone, is out.
    Raises StoreAway.
    """
    step = codes.step(secret, access.plain(code), at)
    with parts.store.write() as tx:
        account = tx.account(staff.id)
        if step is None or account is None:
            return None
        fresh = _fresh(parts, chance)
        hashes = tuple(access.recovery_hash(parts, staff.id, each) for each in fresh)
        tx.save_account(replace(account, totp=secret, totp_step=step, recovery=hashes))
        tx.record(Record(at, staff.alias, "second factor set", staff.alias))
        return Factor(fresh, _alone(tx, chance, staff, at))


def renew_recovery(parts: Parts, chance: Chance, staff: Staff, at: int) -> tuple[str, ...]:
    """New recovery codes; the old ones are worth nothing any more. Empty where she has no second factor. Raises StoreAway."""
    with parts.store.write() as tx:
        account = tx.account(staff.id)
        if account is None or account.totp is None:
            return ()
        fresh = _fresh(parts, chance)
        tx.save_account(replace(account, recovery=tuple(access.recovery_hash(parts, staff.id, each) for each in fresh)))
        tx.record(Record(at, staff.alias, "recovery codes renewed", staff.alias))
    return fresh


def choose_language(parts: Parts, staff: Staff, reads: str) -> None:
    """Of her pages and her messages alike. Raises StoreAway."""
    with parts.store.write() as tx:
        now = tx.staff(staff.id)
        if now is not None:
            tx.add_staff(replace(now, reads=reads))


def sign_out(parts: Parts, token: str) -> None:
    with parts.store.write() as tx:
        tx.drop_sign_in(token)


def sign_out_everywhere(parts: Parts, staff: Staff, at: int) -> None:
    with parts.store.write() as tx:
        tx.drop_sign_ins(staff.id)
        tx.record(Record(at, staff.alias, "signed out everywhere", staff.alias))


def _alone(tx: Transaction, chance: Chance, staff: Staff, at: int) -> str:
    """End every sign-in of hers and begin one."""
    tx.drop_sign_ins(staff.id)
    token = chance.token()
    tx.add_sign_in(token, staff.id, at)
    return token


def _fresh(parts: Parts, chance: Chance) -> tuple[str, ...]:
    """Codes by chance, in letters and digits that nobody takes for others, in groups of four."""
    codes = (b32encode(parts.hasher.digest("recovery code", chance.token())[:CODE_BYTES]).decode().lower() for _ in range(RECOVERY_CODES))
    return tuple(" ".join(code[n : n + 4] for n in range(0, len(code), 4)) for code in codes)
