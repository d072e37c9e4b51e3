"""Drafts of editions. Their words are not sealed: they are for everybody once they are published."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec.structs import asdict, replace
from sqlalchemy import bindparam, delete, func, select

from hotline.adapters.sql.tables import draft_parts, edition_drafts
from hotline.adapters.sql.unit import THIS, Unit, columns
from hotline.ports.editions.edition_drafts import DraftPart, EditionDraft

_d, _p = edition_drafts.c, draft_parts.c
_FIND: Final = select(*columns(edition_drafts, EditionDraft)).where(_d.id == THIS)
_ALL: Final = select(*columns(edition_drafts, EditionDraft)).order_by(_d.made_at.desc(), _d.id)
_DROP: Final = delete(edition_drafts).where(_d.id == THIS)
_PARTS: Final = select(*columns(draft_parts, DraftPart)).where(_p.draft == THIS).order_by(_p.place)
_COUNTS: Final = select(_p.draft, func.count().label("parts")).group_by(_p.draft)
_HOLDER: Final = (
    select(_d.id)
    .join(draft_parts, _p.draft == _d.id)
    .where(_p.place == bindparam("of"), _p.value.is_not(None))
    .order_by(_d.made_at.desc(), _d.id)
    .limit(1)
)
_TAKE_OUT: Final = delete(draft_parts).where(_p.draft == THIS, _p.place == bindparam("of"))


class SqlEditionDrafts(Unit):
    __slots__ = ()

    def save(self, draft: EditionDraft) -> None:
        self._put(edition_drafts, **asdict(draft))

    def get(self, id: str) -> EditionDraft | None:
        row = self._row(_FIND, this=id)
        return EditionDraft(*row) if row else None

    def all(self) -> tuple[EditionDraft, ...]:
        return tuple(EditionDraft(*row) for row in self._rows(_ALL))

    def drop(self, id: str) -> None:
        self._change(_DROP, this=id)

    def put(self, part: DraftPart) -> None:
        self._put(draft_parts, **{**asdict(part), "others": " ".join(part.others)})

    def take_out(self, draft: str, place: str) -> None:
        self._change(_TAKE_OUT, this=draft, of=place)

    def holder(self, place: str) -> str | None:
        row = self._row(_HOLDER, of=place)
        return row.id if row else None

    def part_counts(self) -> Mapping[str, int]:
        return {row.draft: row.parts for row in self._rows(_COUNTS)}

    def parts(self, draft: str) -> tuple[DraftPart, ...]:
        return tuple(replace(DraftPart(*row), others=tuple(row.others.split())) for row in self._rows(_PARTS, this=draft))
