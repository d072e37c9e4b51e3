"""What each of the staff changes in their own account: what opens it only with the password (its page asks), so that a browser left open gives nobody more
than itself.

Secrets are made before an act and handed to it: a result is kept for a day, and no secret is kept in one.
"""

from __future__ import annotations

from base64 import b32encode
from typing import Final, Literal

from msgspec import Struct
from msgspec.structs import replace

from hotline.ports.calls.staff_rings import RingDigits
from hotline.ports.desk.staff import CALLING, Staff
from hotline.service.acts import Act, Result
from hotline.service.calls.by_ring import reach
from hotline.service.deps import Deps
from hotline.service.desk.accounts import sign_in
from hotline.service.desk.accounts.sign_in import Browser, CheckedPassword, Locks

RECOVERY_CODES: Final = 8
SECRET_BYTES: Final = 20
"""Of a second factor (RFC 4226, 4)."""
CODE_BYTES: Final = 10
"""80 bits, sixteen letters: a keyed hash of it is enough, where a password needs a slow one."""


class OwnAccount(Struct, frozen=True):
    """How somebody signs in, and is rung. `codes_left`: recovery codes; `browsers`: in how many somebody did something lately."""

    has_account: bool
    codes_left: int
    browsers: int
    digits: Literal["", "none", "set", "locked"] = ""
    """Of the two digits for a ring of the line; empty where it rings nobody of this role."""


class NewPassword(Struct, frozen=True):
    """A new password, hashed unless it is weak. `checked`: the old one; None where that was not right, and the new one was not looked at."""

    checked: CheckedPassword | None
    hashed: str = ""
    is_weak: bool = False


class NewFactor(Struct, frozen=True):
    """A second factor to be taken. `step`: of the code that was typed; None where it was not right. `token`: of the one sign-in that will be left."""

    secret: str
    step: int | None
    recovery: tuple[str, ...]
    token: str


class NewDigits(Struct, frozen=True):
    """Two digits for a ring of the line. `checked`: the password; None where that was not right."""

    checked: CheckedPassword | None
    digits: str


def look(deps: Deps, staff: Staff, since: int) -> OwnAccount:
    """An account as its page shows it; `since`: what counts as lately. Raises StoreAway."""
    with deps.store.read() as tx:
        account, browsers, digits = tx.accounts.get(staff.id), tx.accounts.sign_ins(staff.id, since), tx.staff_rings.digits(staff.id)
    state: Literal["", "none", "set", "locked"] = ""
    if deps.rules.alerts != "sms" and staff.role in CALLING:
        state = "none" if digits is None else "locked" if digits.wrong >= reach.MOST_WRONG else "set"
    return OwnAccount(account is not None, len(account.recovery) if account else 0, browsers, state)


def prepare_password(locks: Locks, staff: Staff, old: str, new: str, browser: Browser) -> NewPassword:
    """Nothing is spent on a new one before the old one was right. Raises StoreAway and Crowded."""
    checked = sign_in.prove(locks, staff, old, browser)
    if checked is None:
        return NewPassword(None)
    if sign_in.is_weak(locks.passwords, new, staff.alias):
        return NewPassword(checked, is_weak=True)
    return NewPassword(checked, sign_in.hashed(locks.passwords, new))


def change_password(act: Act, new: NewPassword, token: str) -> Result:
    """Every sign-in ends, a copy of this browser's cookie too: it goes on with `token`. Overtaken where the account changed meanwhile."""
    if new.checked is None or not new.hashed:
        return Result("wrong")
    if act.tx.accounts.get(act.staff.id) != new.checked.account:
        return Result("overtaken")
    act.tx.accounts.save(replace(new.checked.account, password=new.hashed))
    act.record("password changed", act.staff.alias)
    _sign_in_alone(act, token)
    return Result()


def factor_secret(deps: Deps, staff: str, token: str, offered_at: int) -> str:
    """The secret (base32, 160 bits) that is offered in a sign-in at a moment. It follows from them under a key of the line, so that no cookie has to
    hold it and nothing is kept before it is taken."""
    return b32encode(deps.hasher.digest("factor", f"{staff}|{token}|{offered_at}")[:SECRET_BYTES]).decode()


def prepare_factor(locks: Locks, secret: str, code: str) -> NewFactor:
    """`code`: the first one of an authenticator that took the secret."""
    step = locks.codes.step(secret, sign_in.plain(code), locks.deps.clock.now())
    return NewFactor(secret, step, fresh_codes(locks), locks.tokens.token())


def set_factor(act: Act, factor: NewFactor) -> Result:
    """Take a secret for the second factor, once a code of it was right. Whoever came in without it, with the password alone, is out."""
    account = act.tx.accounts.get(act.staff.id)
    if factor.step is None:
        return Result("wrong")
    if account is None:
        return Result("gone")
    hashes = _hashes(act, factor.recovery)
    act.tx.accounts.save(replace(account, totp=factor.secret, totp_step=factor.step, recovery=hashes))
    act.record("second factor set", act.staff.alias)
    _sign_in_alone(act, factor.token)
    return Result()


def renew_recovery(act: Act, codes: tuple[str, ...]) -> Result:
    """These are the recovery codes from now on; the old ones are worth nothing any more. Gone where there is no second factor."""
    account = act.tx.accounts.get(act.staff.id)
    if account is None or account.totp is None:
        return Result("gone")
    act.tx.accounts.save(replace(account, recovery=_hashes(act, codes)))
    act.record("recovery codes renewed", act.staff.alias)
    return Result()


def prepare_digits(locks: Locks, staff: Staff, old: str, digits: str, browser: Browser) -> NewDigits:
    """With the password: otherwise whoever finds a browser left open could answer the phone in this person's name. Raises StoreAway and Crowded."""
    return NewDigits(sign_in.prove(locks, staff, old, browser), sign_in.plain(digits))


def set_digits(act: Act, new: NewDigits) -> Result:
    """The two digits without which a ring of the line says nothing; wrong ones that were typed before count no more. Faulty where somebody who guesses tries
    them first."""
    if new.checked is None:
        return Result("wrong")
    if not reach.are_digits(new.digits):
        return Result("faulty", {"fault": "digits"})
    act.tx.staff_rings.save_digits(RingDigits(act.staff.id, reach.hashed(act.deps.hasher, act.staff.id, new.digits)))
    act.record("ring digits set", act.staff.alias)
    return Result()


def choose_language(act: Act, reads: str) -> Result:
    """Of pages and of messages alike."""
    act.tx.staff.save(replace(act.staff, reads=reads))
    return Result()


def sign_out_everywhere(act: Act) -> Result:
    """Every browser, the one that says so too; drafts go."""
    act.tx.accounts.drop_sign_ins(act.staff.id)
    act.tx.form_drafts.drop_all(act.staff.id)
    act.record("signed out everywhere", act.staff.alias)
    return Result()


def fresh_codes(locks: Locks) -> tuple[str, ...]:
    """Recovery codes by chance, in letters and digits that nobody takes for others, in groups of four."""
    hasher, tokens = locks.deps.hasher, locks.tokens
    codes = (b32encode(hasher.digest("recovery code", tokens.token())[:CODE_BYTES]).decode().lower() for _ in range(RECOVERY_CODES))
    return tuple(" ".join(code[n : n + 4] for n in range(0, len(code), 4)) for code in codes)


def _hashes(act: Act, codes: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sign_in.recovery_hashes(act.deps, act.staff.id, code)[0] for code in codes)


def _sign_in_alone(act: Act, token: str) -> None:
    """End every sign-in and begin one."""
    act.tx.accounts.drop_sign_ins(act.staff.id)
    act.tx.accounts.add_sign_in(token, act.staff.id, act.at)
