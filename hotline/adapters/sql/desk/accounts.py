"""Accounts, one-time links, sign-ins and failures to sign in: of every token and key only the keyed hash lies here."""

from __future__ import annotations

from typing import Final

from sqlalchemy import delete, exists, func, insert, select, update

from hotline.adapters.sql.tables import accounts, failures, guesses, held, invites, sign_ins
from hotline.adapters.sql.unit import AT, THIS, Unit
from hotline.ports.desk.accounts import Account, SignIn

_ACCOUNT: Final = select(accounts).where(accounts.c.staff == THIS)
_DROP_ACCOUNT: Final = delete(accounts).where(accounts.c.staff == THIS)
_END_INVITES: Final = delete(invites).where(invites.c.staff == THIS)
_INVITED: Final = select(invites.c.staff).where(invites.c.token_hash == THIS, invites.c.until > AT)
_USE: Final = delete(invites).where(invites.c.token_hash == THIS, invites.c.until > AT)
_INVITES: Final = select(invites.c.staff, invites.c.until).where(invites.c.until > AT)
_HAS_FACTOR: Final = accounts.c.sealed_totp.is_not(None)
_ACCOUNTS: Final = select(accounts.c.staff, _HAS_FACTOR)
_SIGN_IN: Final = (
    select(
        sign_ins.c.staff, sign_ins.c.made_at, sign_ins.c.seen_at, _HAS_FACTOR.label("second_factor"), exists(select(held)).label("is_held")
    )
    .outerjoin(accounts, accounts.c.staff == sign_ins.c.staff)
    .where(sign_ins.c.token_hash == THIS)
)
_HOW_MANY: Final = select(func.count()).where(sign_ins.c.staff == THIS, sign_ins.c.seen_at > AT)
_TOUCH: Final = update(sign_ins).where(sign_ins.c.token_hash == THIS).values(seen_at=AT)
_SIGN_OUT: Final = delete(sign_ins).where(sign_ins.c.token_hash == THIS)
_SIGN_OUT_ALL: Final = delete(sign_ins).where(sign_ins.c.staff == THIS)
_FAIL: Final = insert(failures)
_FAILED: Final = select(func.count()).where(failures.c.key_hash == THIS, failures.c.at >= AT)
KEPT: Final = 50
"""Failures of one key: whoever tries without end fills no disk."""
_TOO_OLD: Final = select(failures.c.sequence).where(failures.c.key_hash == THIS).order_by(failures.c.sequence.desc()).limit(1).offset(KEPT)
_TRIM: Final = delete(failures).where(failures.c.key_hash == THIS, failures.c.sequence <= _TOO_OLD.scalar_subquery())
_FORGIVE: Final = delete(failures).where(failures.c.key_hash == THIS)
_GUESSES: Final = select(guesses.c.staff, guesses.c["count"])
_GUESSED: Final = select(guesses.c["count"]).where(guesses.c.staff == THIS)
_FORGIVE_GUESSES: Final = delete(guesses).where(guesses.c.staff == THIS)


class SqlAccounts(Unit):
    __slots__ = ()

    def get(self, staff: str) -> Account | None:
        row = self._row(_ACCOUNT, this=staff)
        if row is None:
            return None
        totp = None if row.sealed_totp is None else self._seal.open(row.sealed_totp, _context(staff)).decode()
        return Account(row.staff, row.password, totp, row.totp_step, tuple(filter(None, row.recovery.split(","))))

    def save(self, account: Account) -> None:
        self._put(
            accounts,
            staff=account.staff,
            password=account.password,
            sealed_totp=None if account.totp is None else self._seal.seal(account.totp.encode(), _context(account.staff)),
            totp_step=account.totp_step,
            recovery=",".join(account.recovery),
        )

    def drop(self, staff: str) -> None:
        self._change(_DROP_ACCOUNT, this=staff)
        self._change(_END_INVITES, this=staff)
        self.forgive_guesses(staff)

    def all(self) -> dict[str, bool]:
        return {staff: has_factor for staff, has_factor in self._rows(_ACCOUNTS)}  # noqa: C416 -- rows are not pairs to mypy

    def add_invite(self, token: str, staff: str, at: int, until: int) -> None:
        self._change(_END_INVITES, this=staff)
        self._add(invites, token_hash=self._seal.digest("token", token), staff=staff, made_at=at, until=until)

    def invited(self, token: str, at: int) -> str | None:
        return next((staff for hashed in self._tokens(token) if (staff := self._value(_INVITED, this=hashed, at_=at)) is not None), None)

    def use_invite(self, token: str, at: int) -> str | None:
        staff = self.invited(token, at)
        return staff if any(self._change(_USE, this=hashed, at_=at) == 1 for hashed in self._tokens(token)) else None

    def invites(self, at: int) -> dict[str, int]:
        return {row.staff: row.until for row in self._rows(_INVITES, at_=at)}

    def add_sign_in(self, token: str, staff: str, at: int) -> None:
        self._add(sign_ins, token_hash=self._seal.digest("token", token), staff=staff, made_at=at, seen_at=at)

    def sign_in(self, token: str) -> SignIn | None:
        row = next((row for hashed in self._tokens(token) if (row := self._row(_SIGN_IN, this=hashed)) is not None), None)
        return SignIn(row.staff, row.made_at, row.seen_at, bool(row.second_factor), bool(row.is_held)) if row else None

    def touch_sign_in(self, token: str, at: int) -> None:
        for hashed in self._tokens(token):
            self._change(_TOUCH, this=hashed, at_=at)

    def drop_sign_in(self, token: str) -> None:
        for hashed in self._tokens(token):
            self._change(_SIGN_OUT, this=hashed)

    def drop_sign_ins(self, staff: str) -> None:
        self._change(_SIGN_OUT_ALL, this=staff)

    def sign_ins(self, staff: str, since: int) -> int:
        return int(self._value(_HOW_MANY, this=staff, at_=since))

    def fail(self, key: str, at: int) -> None:
        hashed = self._seal.digest("failure", key)
        self._change(_FAIL, key_hash=hashed, at=at)
        self._change(_TRIM, this=hashed)

    def failures(self, key: str, since: int) -> int:
        return sum(int(self._value(_FAILED, this=hashed, at_=since)) for hashed in self._seal.digests("failure", key))

    def forgive(self, key: str) -> None:
        for hashed in self._seal.digests("failure", key):
            self._change(_FORGIVE, this=hashed)

    def guess(self, staff: str) -> int:
        self._count(guesses, staff=staff, count=1)
        return int(self._value(_GUESSED, this=staff))

    def guesses(self) -> dict[str, int]:
        return {staff: count for staff, count in self._rows(_GUESSES)}  # noqa: C416 -- rows are not pairs to mypy

    def forgive_guesses(self, staff: str) -> None:
        self._change(_FORGIVE_GUESSES, this=staff)

    def _tokens(self, token: str) -> tuple[bytes, ...]:
        """It can be known by its hash alone: it is looked for under every key at hand until its time is over."""
        return self._seal.digests("token", token)


def _context(staff: str) -> str:
    return f"accounts.sealed_totp.{staff}"
