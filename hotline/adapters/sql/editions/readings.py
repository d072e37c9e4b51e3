"""Readings of words. Not sealed: with the words that were read they become part of editions, for everybody."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from msgspec.structs import asdict
from sqlalchemy import bindparam, delete, select

from hotline.adapters.sql.tables import readings
from hotline.adapters.sql.unit import THIS, Unit, columns
from hotline.ports.editions.readings import WordsReading

_c = readings.c
_ALL: Final = select(*columns(readings, WordsReading)).order_by(_c.day, _c.language, _c.key, _c.by)
_DROP: Final = delete(readings).where(
    _c.language == bindparam("language"), _c.key == bindparam("of"), _c.digest == THIS, _c.by == bindparam("alias")
)
_OF: Final = _ALL.where(_c.key.in_(bindparam("these", expanding=True)))


class SqlReadings(Unit):
    __slots__ = ()

    def add(self, reading: WordsReading) -> bool:
        return self._add(readings, **asdict(reading))

    def drop(self, language: str, key: str, digest: str, by: str) -> bool:
        return self._change(_DROP, language=language, of=key, this=digest, alias=by) == 1

    def all(self) -> tuple[WordsReading, ...]:
        return tuple(WordsReading(*row) for row in self._rows(_ALL))

    def of(self, keys: Collection[str]) -> tuple[WordsReading, ...]:
        return tuple(WordsReading(*row) for row in self._rows(_OF, these=list(keys)))
