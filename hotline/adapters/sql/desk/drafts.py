"""Drafts. A dump without keys says that somebody typed, in which hour, and neither what nor where: which form it was is sealed with it."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from sqlalchemy import delete, select

from hotline.adapters.keys.seal import SealBroken
from hotline.adapters.sql.tables import drafts
from hotline.adapters.sql.unit import AT, THIS, Unit
from hotline.ports.desk.drafts import Fields

_OF: Final = select(drafts.c.place_hash, drafts.c.sealed).where(drafts.c.staff == THIS, drafts.c.until > AT)
_AUTHORS: Final = select(drafts.c.staff).distinct()
_DROP: Final = delete(drafts).where(drafts.c.place_hash == THIS)
_DROP_ALL: Final = delete(drafts).where(drafts.c.staff == THIS)


class SqlFormDrafts(Unit):
    __slots__ = ()

    def save(self, staff: str, form: str, fields: Fields, until: int) -> None:
        place = self._place(staff, form)
        sealed = self._pack(drafts.c.sealed, place.hex(), (form, fields))
        self._put(drafts, place_hash=place, staff=staff, sealed=sealed, until=until)

    def of(self, staff: str, at: int) -> dict[str, Fields]:
        found: dict[str, Fields] = {}
        for place, sealed in self._rows(_OF, this=staff, at_=at):
            with suppress(SealBroken):
                form, fields = self._unpack(drafts.c.sealed, place.hex(), sealed, tuple[str, Fields])
                if self._place(staff, form) == place:  # another's row, brought under this author's id, is nobody's
                    found[form] = fields
        return found

    def drop(self, staff: str, form: str) -> None:
        self._change(_DROP, this=self._place(staff, form))

    def drop_of_all(self, form: str) -> None:
        for (staff,) in self._rows(_AUTHORS):
            self.drop(staff, form)

    def drop_all(self, staff: str) -> None:
        self._change(_DROP_ALL, this=staff)

    def _place(self, staff: str, form: str) -> bytes:
        return self._seal.digest("draft", f"{staff}|{form}")
