"""What each of the staff carried lately, and who of them needs time."""

from __future__ import annotations

from typing import Final

from msgspec.structs import asdict
from sqlalchemy import bindparam, case, func, select, update

from hotline.adapters.sql.tables import calls, flags, time_requests
from hotline.adapters.sql.unit import THIS, Unit, columns
from hotline.engine.flags import HARD_FLAGS
from hotline.ports.desk.care import Load, TimeRequest

_IS_HARD: Final = (
    select(flags.c.callback).where(flags.c.callback == calls.c.callback, flags.c.kind.in_(HARD_FLAGS)).correlate(calls).exists()
)
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
_WAITING: Final = (
    select(*columns(time_requests, TimeRequest)).where(time_requests.c.seen_at.is_(None)).order_by(time_requests.c.at, time_requests.c.id)
)
_SAVE: Final = update(time_requests).where(time_requests.c.id == THIS)


class SqlCare(Unit):
    __slots__ = ()

    def add(self, request: TimeRequest) -> None:
        self._add(time_requests, **asdict(request))

    def save(self, request: TimeRequest) -> None:
        values = asdict(request)
        self._change(_SAVE, this=values.pop("id"), **values)

    def waiting(self) -> tuple[TimeRequest, ...]:
        return tuple(TimeRequest(*row) for row in self._rows(_WAITING))

    def loads(self, since: int) -> dict[str, Load]:
        return {staff: Load(count, hard, last) for staff, count, hard, last in self._rows(_LOADS, since=since)}
