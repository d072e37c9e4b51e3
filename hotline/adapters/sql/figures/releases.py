"""Figures that leave the line: tables that never change, and how each release stands."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from msgspec.structs import asdict
from sqlalchemy import Row, select, update

from hotline.adapters.sql.tables import releases
from hotline.adapters.sql.unit import THIS, Unit
from hotline.ports.figures.releases import FigureTable, HiddenCell, Release

_r = releases.c
_RELEASE: Final = [_r[name] for name in Release.__struct_fields__]
_ONE: Final = select(*_RELEASE).where(_r.number == THIS)
_ALL: Final = select(*_RELEASE).order_by(_r.number)
_HIDDEN: Final = select(_r.sealed_hidden).where(_r.number == THIS)
_SAVE: Final = update(releases).where(_r.number == THIS)
_STANDS: Final = ("standing", "released_at", "released_by", "letter", "withdrawn_at", "withdrawn_by", "note")
"""What may change of one that is there."""


class SqlReleases(Unit):
    __slots__ = ()

    def save(self, release: Release) -> None:
        values = asdict(release)
        values["tables"] = msgspec.json.encode(release.tables)
        if not self._add(releases, sealed_hidden=self._pack(_r.sealed_hidden, str(release.number), ()), **values):
            self._change(_SAVE, this=release.number, **{name: values[name] for name in _STANDS})

    def save_hidden(self, number: int, cells: tuple[HiddenCell, ...]) -> None:
        self._change(_SAVE, this=number, sealed_hidden=self._pack(_r.sealed_hidden, str(number), cells))

    def hidden(self, number: int) -> tuple[HiddenCell, ...]:
        sealed = self._value(_HIDDEN, this=number)
        return () if sealed is None else self._unpack(_r.sealed_hidden, str(number), sealed, tuple[HiddenCell, ...])

    def release(self, number: int) -> Release | None:
        row = self._row(_ONE, this=number)
        return _release(row) if row else None

    def releases(self) -> tuple[Release, ...]:
        return tuple(map(_release, self._rows(_ALL)))


def _release(row: Row[*tuple[Any, ...]]) -> Release:
    values = row._asdict()
    return Release(tables=msgspec.json.decode(values.pop("tables"), type=tuple[FigureTable, ...]), **values)
