"""What each of the staff carried lately, and who of them needs time."""

from __future__ import annotations

from typing import Final

from msgspec.structs import asdict
from sqlalchemy import bindparam, case, func, select, update

from hotline.adapters.sql.tables import calls, marks, wants
from hotline.adapters.sql.unit import THIS, Unit
from hotline.ports.care import Load, Want

_HARD: Final = ("danger", "minor", "hard")
_IS_HARD: Final = select(marks.c.callback).where(marks.c.callback == calls.c.callback, marks.c.kind.in_(_HARD)).correlate(calls).exists()
_LOADS: Final = (
    select(
        calls.c.staff,
        func.count(calls.c.callback.distinct()),
        func.count(case((_IS_HARD, calls.c.callback)).distinct()),
        func.max(case((_IS_HARD, func.coalesce(calls.c.ended_at, calls.c.dialed_at)), else_=None)),
    )
    .where(calls.c.dialed_at >= bindparam("since"))
    .group_by(calls.c.staff)
)
_WANTS: Final = select(wants).where(wants.c.seen_at.is_(None)).order_by(wants.c.at, wants.c.id)
_SAVE_WANT: Final = update(wants).where(wants.c.id == THIS)


class Wants(Unit):
    __slots__ = ()

    def loads(self, since: int) -> dict[str, Load]:
        return {staff: Load(count, hard, last) for staff, count, hard, last in self._rows(_LOADS, since=since)}

    def add_want(self, want: Want) -> None:
        self._add(wants, **asdict(want))

    def save_want(self, want: Want) -> None:
        values = asdict(want)
        self._change(_SAVE_WANT, this=values.pop("id"), **values)

    def wants(self) -> tuple[Want, ...]:
        return tuple(Want(*row) for row in self._rows(_WANTS))
