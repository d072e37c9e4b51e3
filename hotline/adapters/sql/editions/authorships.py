"""Authorships of published words, by the ids of staff rows."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from msgspec.structs import asdict
from sqlalchemy import bindparam, select

from hotline.adapters.sql.tables import authorships
from hotline.adapters.sql.unit import Unit, columns
from hotline.ports.editions.authorships import WordsAuthorship

_c = authorships.c
_OF: Final = (
    select(*columns(authorships, WordsAuthorship))
    .where(_c.key.in_(bindparam("these", expanding=True)))
    .order_by(_c.language, _c.key, _c.digest, _c.by)
)


class SqlAuthorships(Unit):
    __slots__ = ()

    def add(self, authorship: WordsAuthorship) -> None:
        self._add(authorships, **asdict(authorship))

    def of(self, keys: Collection[str]) -> tuple[WordsAuthorship, ...]:
        return tuple(WordsAuthorship(*row) for row in self._rows(_OF, these=list(keys)))
