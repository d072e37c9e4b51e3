"""What each of the staff changes in her own account: always with her password, so that a browser left open gives nobody more than itself."""

from __future__ import annotations

from base64 import b32encode
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from hotline.ports.desk.audit import AuditRecord
from hotline.ports.desk.staff import Staff
from hotline.ports.locks import Codes, Passwords, TokenSource
from hotline.ports.store import Transaction
from hotline.service.deps import Deps
from hotline.service.desk.accounts import sign_in

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


def own(deps: Deps, staff: Staff, since: int) -> Own:
    """Her account as its page shows it; `since`: what counts as lately. Raises StoreAway."""
    with deps.store.read() as tx:
        held, browsers = tx.accounts.get(staff.id), tx.accounts.sign_ins(staff.id, since)
    return Own(held is not None, len(held.recovery) if held else 0, browsers)


def change_password(
    deps: Deps, passwords: Passwords, chance: TokenSource, staff: Staff, knocked: sign_in.CheckedPassword, new: str, at: int
) -> str | None:
    """`knocked`: with the old one; `is_weak` comes before. Whoever is signed in as her is out, a copy of this browser's cookie too: it goes on
    with the token that comes back. None where her account changed meanwhile. Raises StoreAway.
    """
    hashed = passwords.hash(new)
    with deps.store.write() as tx:
        if tx.accounts.get(staff.id) != knocked.account:
            return None
        tx.accounts.save(replace(knocked.account, password=hashed))
        tx.audit.add(AuditRecord(at, staff.alias, "password changed", staff.alias))
        return _alone(tx, chance, staff, at)


def set_factor(deps: Deps, codes: Codes, chance: TokenSource, staff: Staff, secret: str, code: str, at: int) -> Factor | None:
    """Take this secret for her second factor, once a code of it was right. Whoever came in without it, with her password alone, is out.
    Raises StoreAway.
    """
    step = codes.step(secret, sign_in.plain(code), at)
    with deps.store.write() as tx:
        account = tx.accounts.get(staff.id)
        if step is None or account is None:
            return None
        fresh = _fresh(deps, chance)
        hashes = tuple(sign_in.recovery_hash(deps, staff.id, each) for each in fresh)
        tx.accounts.save(replace(account, totp=secret, totp_step=step, recovery=hashes))
        tx.audit.add(AuditRecord(at, staff.alias, "second factor set", staff.alias))
        return Factor(fresh, _alone(tx, chance, staff, at))


def renew_recovery(deps: Deps, chance: TokenSource, staff: Staff, at: int) -> tuple[str, ...]:
    """New recovery codes; the old ones are worth nothing any more. Empty where she has no second factor. Raises StoreAway."""
    with deps.store.write() as tx:
        account = tx.accounts.get(staff.id)
        if account is None or account.totp is None:
            return ()
        fresh = _fresh(deps, chance)
        tx.accounts.save(replace(account, recovery=tuple(sign_in.recovery_hash(deps, staff.id, each) for each in fresh)))
        tx.audit.add(AuditRecord(at, staff.alias, "recovery codes renewed", staff.alias))
    return fresh


def choose_language(deps: Deps, staff: Staff, reads: str) -> None:
    """Of her pages and her messages alike. Raises StoreAway."""
    with deps.store.write() as tx:
        now = tx.staff.get(staff.id)
        if now is not None:
            tx.staff.save(replace(now, reads=reads))


def sign_out(deps: Deps, token: str) -> None:
    with deps.store.write() as tx:
        tx.accounts.drop_sign_in(token)


def sign_out_everywhere(deps: Deps, staff: Staff, at: int) -> None:
    with deps.store.write() as tx:
        tx.accounts.drop_sign_ins(staff.id)
        tx.audit.add(AuditRecord(at, staff.alias, "signed out everywhere", staff.alias))


def _alone(tx: Transaction, chance: TokenSource, staff: Staff, at: int) -> str:
    """End every sign-in of hers and begin one."""
    tx.accounts.drop_sign_ins(staff.id)
    token = chance.token()
    tx.accounts.add_sign_in(token, staff.id, at)
    return token


def _fresh(deps: Deps, chance: TokenSource) -> tuple[str, ...]:
    """Codes by chance, in letters and digits that nobody takes for others, in groups of four."""
    codes = (b32encode(deps.hasher.digest("recovery code", chance.token())[:CODE_BYTES]).decode().lower() for _ in range(RECOVERY_CODES))
    return tuple(" ".join(code[n : n + 4] for n in range(0, len(code), 4)) for code in codes)
