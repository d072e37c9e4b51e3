"""A caller's number where it lies: its keyed hash, and itself sealed twice, inside to the public half of the day's key, outside for its row."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import BindParameter, bindparam, select, update

from hotline.adapters.keys.day_keys import boxed
from hotline.adapters.sql.sealed import context
from hotline.adapters.sql.tables import day_keys, numbers, pranks, rings, stops
from hotline.adapters.sql.unit import Unit

_BY_HASH: Final = (numbers, stops, pranks, rings)
"""Every table that knows a caller's phone by its hash."""
_OLDER: Final[BindParameter[Any]] = bindparam("older", expanding=True)
_RENAME: Final = tuple(update(table).where(table.c.number_hash.in_(_OLDER)) for table in _BY_HASH)
_DAY: Final = select(day_keys.c.day, day_keys.c.sealed).where(day_keys.c.state == "used").limit(1)
_PLAIN: Final = b"+"
"""What a number that was sealed without a day's key begins with."""


class PhoneRows(Unit):
    """A store that writes callers' numbers, or looks for them."""

    __slots__ = ()

    def _hashes(self, number: str) -> tuple[bytes, ...]:
        """Under every key at hand, for whoever reads: the one in force first."""
        return self._seal.digests("number", number)

    def _hash(self, number: str) -> bytes:
        """Under the key in force, for whoever writes. What is kept of this phone under another goes over to it, so that all of a phone is under one key,
        though it can be known by its hash alone."""
        hashed, *older = self._hashes(number)
        if older:
            for rename in _RENAME:
                self._change(rename, older=older, number_hash=hashed)
        return hashed

    def _sealed(self, callback: str, number: str) -> bytes:
        """Without a day's key, which a line has from its first second on, the number is kept all the same."""
        day = self._row(_DAY)
        plain = number.encode()
        if day is not None:
            plain = boxed(plain, day.day, self._seal.open(day.sealed, context(day_keys.c.sealed, day.day)))
        return self._seal.seal(plain, _context(callback))

    def _day_used(self) -> str | None:
        """The day whose pair seals now."""
        day: str | None = self._value(_DAY)
        return day

    def _opened(self, callback: str, sealed: bytes) -> str | None:
        """Returns None where the day's key is gone. Raises SealBroken, in a process that opens no number too."""
        plain = self._seal.open(sealed, _context(callback))
        if not plain.startswith(_PLAIN):
            number = self._seal.open_number(plain)
            return None if number is None else number.decode()
        return plain.decode()

    def _inner(self, callback: str, sealed: bytes) -> bytes | None:
        """What is sealed to a day's key. Returns None where it is to none, or does not open that far."""
        plain = self._seal.opened(sealed, _context(callback))
        return None if plain is None or plain.startswith(_PLAIN) else plain

    def _moved(self, sealed: bytes, before: str, after: str) -> bytes:
        """What is sealed for one callback, for another to the same phone: nobody need know the number."""
        return self._seal.seal(self._seal.open(sealed, _context(before)), _context(after))


def _context(callback: str) -> str:
    return context(numbers.c.sealed, callback)
