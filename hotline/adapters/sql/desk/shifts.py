"""Planned shifts: of every week, and of one day."""

from __future__ import annotations

from typing import Final

from sqlalchemy import bindparam, delete, select

from hotline.adapters.sql.tables import EVERY_DAY, exceptions, shifts
from hotline.adapters.sql.tables import staff as people
from hotline.adapters.sql.unit import Unit
from hotline.ports.desk.shifts import Shift

_SHIFTS: Final = select(shifts).join(people, people.c.id == shifts.c.staff).where(people.c.active).order_by(*shifts.primary_key)
_EXCEPTIONS: Final = (
    select(exceptions).join(people, people.c.id == exceptions.c.staff).where(people.c.active).order_by(*exceptions.primary_key)
)
_DROP_SHIFT: Final = delete(shifts).where(*(key == bindparam(f"{key.name}_") for key in shifts.primary_key))
_DROP_EXCEPTION: Final = delete(exceptions).where(*(key == bindparam(f"{key.name}_") for key in exceptions.primary_key))


class SqlShifts(Unit):
    __slots__ = ()

    def add(self, shift: Shift) -> None:
        """The same shift twice is one."""
        if shift.day is not None:
            self._put(exceptions, staff=shift.staff, day=shift.day, start=shift.start, end=shift.end, off=shift.off)
        else:
            self._add(shifts, staff=shift.staff, weekday=_weekday(shift), start=shift.start, end=shift.end)

    def drop(self, shift: Shift) -> None:
        span = {"staff_": shift.staff, "start_": shift.start, "end_": shift.end}
        if shift.day is not None:
            self._change(_DROP_EXCEPTION, day_=shift.day, **span)
        else:
            self._change(_DROP_SHIFT, weekday_=_weekday(shift), **span)

    def all(self) -> tuple[Shift, ...]:
        planned = (Shift(row.staff, None if row.weekday == EVERY_DAY else row.weekday, row.start, row.end) for row in self._rows(_SHIFTS))
        special = (Shift(row.staff, None, row.start, row.end, row.day, row.off) for row in self._rows(_EXCEPTIONS))
        return *planned, *special


def _weekday(shift: Shift) -> int:
    return EVERY_DAY if shift.weekday is None else shift.weekday
