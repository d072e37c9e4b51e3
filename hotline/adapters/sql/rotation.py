"""Sealing and hashing anew, under the keys in force now, what lies in the database under older ones: then those can be thrown away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any, Final, TypeAlias

from msgspec import Struct
from sqlalchemy import Column, bindparam, select, update

from hotline.adapters.keys.day_keys import day_of
from hotline.adapters.keys.seal import SealBroken, key_of, key_of_digest
from hotline.adapters.sql.calls.phones import PhoneRows
from hotline.adapters.sql.sealed import SealedColumn, context
from hotline.adapters.sql.tables import (
    SILENCED,
    accounts,
    failures,
    invites,
    numbers,
    pranks,
    ring_digits,
    rings,
    sign_ins,
    staff,
    stops,
)
from hotline.adapters.sql.unit import THIS

BATCH: Final = 100
"""Rows a transaction: nobody else waits long."""
Tell: TypeAlias = Callable[[str], None]
"""Says to whoever exchanges keys how far it is."""
_PAIRS: Final = tuple(f"{digits:02}" for digits in range(100))
_NUMBERS: Final = select(numbers.c.callback, numbers.c.number_hash, numbers.c.sealed).order_by(numbers.c.callback).limit(BATCH)
_REBOX: Final = update(numbers).where(numbers.c.callback == THIS)
_STAFF: Final = select(staff.c.id, staff.c.number_hash, staff.c.sealed_number)
_STAFF_HASH: Final = update(staff).where(staff.c.id == THIS)
_DIGITS: Final = select(ring_digits.c.staff, ring_digits.c.hashed)
_NEW_DIGITS: Final = update(ring_digits).where(ring_digits.c.staff == THIS)
_RECOVERY: Final = select(accounts.c.recovery)
HASHED: Final[dict[str, tuple[Column[Any], ...]]] = {
    "phone": (numbers.c.number_hash, stops.c.number_hash, pranks.c.number_hash, rings.c.number_hash, staff.c.number_hash),
    "token": (sign_ins.c.token_hash, invites.c.token_hash, failures.c.key_hash, ring_digits.c.hashed),
}
"""What says by which key it was hashed."""


class Rotated(Struct, frozen=True):
    """How many values were sealed or hashed anew, how many no key at hand opens, and how many phones are left whose number this process cannot open."""

    sealed: int = 0
    closed: int = 0
    left: int = 0

    def __add__(self, other: Rotated) -> Rotated:
        return Rotated(self.sealed + other.sealed, self.closed + other.closed, self.left + other.left)


class SqlRotation(PhoneRows):
    __slots__ = ()

    def look(self, place: SealedColumn) -> tuple[int, int]:
        """How many values of this column open with the keys at hand, and how many do not."""
        opened = closed = 0
        for row, value in self._rows(select(place.key, place.column).where(place.column != SILENCED)):
            try:
                self._seal.open(value, context(place.column, row))
                opened += 1
            except SealBroken:
                closed += 1
        return opened, closed

    def batch(self, place: SealedColumn, after: Any) -> tuple[Rotated, Any]:
        """The next rows of this column behind the key `after`, None for the first. Returns the last one's key too, None where there was none."""
        statement = select(place.key, place.column).where(place.column != SILENCED).order_by(place.key).limit(BATCH)
        rows = self._rows(statement if after is None else statement.where(place.key > after))
        save = update(place.table).where(place.key == THIS).values({place.column.key: bindparam("new")})
        sealed = closed = 0
        for row, value in rows:
            where = context(place.column, row)
            if self._seal.is_current(value, where):
                continue
            try:
                self._change(save, this=row, new=self._seal.seal(self._seal.open(value, where), where))
                sealed += 1
            except SealBroken:
                closed += 1
        return Rotated(sealed, closed), rows[-1][0] if rows else None

    def rehash_phones(self, after: Any) -> tuple[Rotated, Any]:
        """The next callers' numbers, opened and hashed under the key in force, with all else that is kept of their phones. As `batch`."""
        rows = self._rows(_NUMBERS if after is None else _NUMBERS.where(numbers.c.callback > after))
        hashed = left = 0
        for row in rows:
            if not row.sealed or self._seal.is_current_digest("number", row.number_hash):
                continue
            try:
                number = self._opened(row.callback, row.sealed)
            except SealBroken:
                left += 1
                continue
            if number is not None:  # else the key of its day is gone: it is known by its hash alone, until its time is over
                self._hash(number)
                hashed += 1
        return Rotated(hashed, 0, left), rows[-1].callback if rows else None

    def rebox(self, after: Any) -> tuple[Rotated, Any]:
        """The next callers' numbers, opened and sealed to the pair that is used now. As `batch`."""
        rows = self._rows(_NUMBERS if after is None else _NUMBERS.where(numbers.c.callback > after))
        used = self._day_used()
        boxed = left = 0
        for row in rows:
            inner = self._inner(row.callback, row.sealed) if row.sealed else None
            if not row.sealed or used is None or (inner is not None and day_of(inner) == used):
                continue
            try:
                number = self._opened(row.callback, row.sealed)
            except SealBroken:
                left += 1
                continue
            if number is not None:
                self._change(_REBOX, this=row.callback, sealed=self._sealed(row.callback, number))
                boxed += 1
        return Rotated(boxed, 0, left), rows[-1].callback if rows else None

    def rehash_staff(self) -> Rotated:
        """The numbers of the staff, and their two digits, of which there are a hundred: each can be found by trying."""
        hashed = closed = 0
        for row in self._rows(_STAFF):
            if row.number_hash is None or self._seal.is_current_digest("staff", row.number_hash):
                continue
            try:
                number = self._unpack(staff.c.sealed_number, row.id, row.sealed_number, str)
            except SealBroken:
                closed += 1
                continue
            self._change(_STAFF_HASH, this=row.id, number_hash=self._seal.digest("staff", number))
            hashed += 1
        for row in self._rows(_DIGITS):
            if self._seal.is_current_digest("ring digits", row.hashed):
                continue
            tried = (self._seal.digests("ring digits", f"{row.staff}|{pair}") for pair in _PAIRS)
            found = next((digests[0] for digests in tried if row.hashed in digests), None)
            if found is not None:
                self._change(_NEW_DIGITS, this=row.staff, hashed=found)
            hashed, closed = hashed + (found is not None), closed + (found is None)
        return Rotated(hashed, closed)

    def sealed_by_key(self, place: SealedColumn) -> Counter[str]:
        """How many values of this column lie under which key, by its id."""
        return Counter(key_of(value) for _, value in self._rows(select(place.key, place.column).where(place.column != SILENCED)))

    def hashed_by_key(self, purpose: str) -> Counter[str]:
        """How many hashes for this purpose were made under which key, recovery codes among them."""
        found = Counter(
            key_of_digest(hashed) for column in HASHED[purpose] for (hashed,) in self._rows(select(column).where(column.is_not(None)))
        )
        if purpose == "token":
            codes = (code for (codes,) in self._rows(_RECOVERY) for code in codes.split(",") if code)
            found += Counter(key_of_digest(bytes.fromhex(code)) for code in codes)
        return found
