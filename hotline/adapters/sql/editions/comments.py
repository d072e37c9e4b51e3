"""Comments on words. What they say is sealed: a hurried one may hold what no dump should, whatever the line above the form asks."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from typing import Final

from sqlalchemy import bindparam, func, select

from hotline.adapters.keys.seal import SealBroken
from hotline.adapters.sql.tables import comments
from hotline.adapters.sql.unit import Unit
from hotline.ports.editions.comments import WordsComment

_c = comments.c
_OF: Final = select(comments).where(_c.place.in_(bindparam("these", expanding=True))).order_by(_c.at, _c.id)
_COUNTS: Final = select(_c.place, func.count()).where(_c.closed_at.is_(None)).group_by(_c.place)


class SqlComments(Unit):
    """A comment that the keys at hand do not open is left out: the others are read all the same."""

    __slots__ = ()

    def save(self, comment: WordsComment) -> None:
        self._put(
            comments,
            id=comment.id,
            place=comment.place,
            sealed=self._pack(_c.sealed, comment.id, comment.text),
            by=comment.by,
            at=comment.at,
            closed_by=comment.closed_by,
            closed_at=comment.closed_at,
        )

    def of(self, places: Collection[str]) -> tuple[WordsComment, ...]:
        found = []
        for row in self._rows(_OF, these=list(places)):
            with suppress(SealBroken):
                text = self._unpack(_c.sealed, row.id, row.sealed, str)
                found.append(WordsComment(row.id, row.place, text, row.by, row.at, row.closed_by, row.closed_at))
        return tuple(found)

    def open_counts(self) -> dict[str, int]:
        return {place: count for place, count in self._rows(_COUNTS)}  # noqa: C416 -- rows are no pairs to mypy
