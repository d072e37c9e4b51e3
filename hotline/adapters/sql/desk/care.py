"""What each of the staff carried lately, and who of them needs time."""

from __future__ import annotations

from typing import Any, Final

from msgspec.structs import asdict
from sqlalchemy import Row, select, update

from hotline.adapters.sql.calls.flags import FLAGS, FlagRows
from hotline.adapters.sql.sealed import context
from hotline.adapters.sql.tables import callbacks, calls, time_requests
from hotline.adapters.sql.unit import AT, THIS, columns
from hotline.engine.casework.flags import HARD_FLAGS
from hotline.engine.times import hour
from hotline.ports.desk.care import Load, TimeRequest

_CARRIED: Final = (
    select(calls.c.staff, calls.c.id.label("call"), calls.c.dialed_at, calls.c.ended_at, calls.c.sealed_span, *FLAGS)
    .join(callbacks, callbacks.c.id == calls.c.callback)
    .where(calls.c.dialed_at >= AT)
)
_WAITING: Final = (
    select(*columns(time_requests, TimeRequest)).where(time_requests.c.seen_at.is_(None)).order_by(time_requests.c.at, time_requests.c.id)
)
_SAVE: Final = update(time_requests).where(time_requests.c.id == THIS)


class SqlCare(FlagRows):
    __slots__ = ()

    def add(self, request: TimeRequest) -> None:
        self._add(time_requests, **asdict(request))

    def save(self, request: TimeRequest) -> None:
        values = asdict(request)
        self._change(_SAVE, this=values.pop("id"), **values)

    def waiting(self) -> tuple[TimeRequest, ...]:
        return tuple(TimeRequest(*row) for row in self._rows(_WAITING))

    def loads(self, since: int) -> dict[str, Load]:
        """The database cannot read flags, and of a call that is over it has the hour: both are opened here, for a shift's calls."""
        carried: dict[str, dict[str, int | None]] = {}
        for row in self._rows(_CARRIED, at_=hour(since)):
            dialed, last = self._span(row)
            if dialed < since:
                continue
            by_callback = carried.setdefault(row.staff, {})
            is_hard = not self._flags(row.id, row.sealed_flags).isdisjoint(HARD_FLAGS)
            by_callback[row.id] = max(last, by_callback.get(row.id) or 0) if is_hard else None
        return {staff: _load(list(by_callback.values())) for staff, by_callback in carried.items()}

    def _span(self, row: Row[*tuple[Any, ...]]) -> tuple[int, int]:
        """When it was dialed, and when it ended if it did."""
        if row.sealed_span is None:  # the clock was set back behind the last purge
            return row.dialed_at, row.ended_at or row.dialed_at
        dialed, last = self._seal.open(row.sealed_span, context(calls.c.sealed_span, row.call)).split()
        return int(dialed), int(last)


def _load(ended: list[int | None]) -> Load:
    """Of callbacks: of each when its last call ended, if it was a hard one."""
    hard = [at for at in ended if at is not None]
    return Load(len(ended), len(hard), max(hard, default=None))
