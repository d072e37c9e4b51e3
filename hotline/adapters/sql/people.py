"""The staff, their shifts, what was offered to them, and the calls that the line places for them."""

from __future__ import annotations

from typing import Any, Final

from msgspec.structs import asdict, replace
from sqlalchemy import Row, bindparam, delete, func, select, update

from hotline.adapters.sql.callbacks import DUE
from hotline.adapters.sql.tables import EVERY_DAY, callbacks, calls, exceptions, offers, shifts
from hotline.adapters.sql.tables import staff as people
from hotline.adapters.sql.unit import THIS, Unit
from hotline.ports import NAMED, Call, Callback, Offer, Shift, Staff

_STAFF: Final = select(people).where(people.c.id == THIS)
_BY_NUMBER: Final = select(people).where(people.c.number == THIS).order_by(people.c.active.desc(), people.c.id).limit(1)
_BY_ALIAS: Final = select(people).where(people.c.active, people.c.alias == THIS).order_by(people.c.id).limit(1)
_ALL_STAFF: Final = select(people).where(people.c.active).order_by(people.c.id)
_SHIFTS: Final = select(shifts).join(people, people.c.id == shifts.c.staff).where(people.c.active).order_by(*shifts.primary_key)
_EXCEPTIONS: Final = (
    select(exceptions).join(people, people.c.id == exceptions.c.staff).where(people.c.active).order_by(*exceptions.primary_key)
)
_DROP_SHIFT: Final = delete(shifts).where(*(each == bindparam(f"{each.name}_") for each in shifts.primary_key))
_DROP_EXCEPTION: Final = delete(exceptions).where(*(each == bindparam(f"{each.name}_") for each in exceptions.primary_key))
_OFFERS: Final = (
    select(offers.c.callback, offers.c.staff, offers.c.at).where(offers.c.callback == THIS).order_by(offers.c.at, offers.c.sequence)
)
_LAST_OFFERS: Final = select(offers.c.staff, func.max(offers.c.at)).group_by(offers.c.staff)
_NEWEST_OFFER: Final = (
    select(func.max(offers.c.sequence)).where(offers.c.callback == callbacks.c.id, offers.c.staff == THIS).scalar_subquery()
)
_OFFERED_TO: Final = select(callbacks).where(*DUE, _NEWEST_OFFER.is_not(None)).order_by(_NEWEST_OFFER.desc())
_CALL: Final = select(calls).where(calls.c.id == THIS)
_CALL_OF_SESSION: Final = select(calls).where(calls.c.session_hash == THIS).limit(1)
_LIVE_CALL: Final = (
    select(calls).where(calls.c.staff == THIS, calls.c.state != "ended").order_by(calls.c.placed_at.desc(), calls.c.id.desc()).limit(1)
)
_LAST_CALL: Final = (
    select(calls)
    .where(calls.c.callback == THIS, calls.c.staff == bindparam("by"))
    .order_by(calls.c.placed_at.desc(), calls.c.id.desc())
    .limit(1)
)
_SAVE_CALL: Final = update(calls).where(calls.c.id == THIS)


class People(Unit):
    __slots__ = ()

    def add_staff(self, staff: Staff) -> None:
        self._put(people, **asdict(staff) | {"speaks": ",".join(staff.speaks)})

    def staff(self, id: str) -> Staff | None:
        row = self._row(_STAFF, this=id)
        return _staff(row) if row else None

    def staff_by_number(self, number: str) -> Staff | None:
        """Active or not; an active one first where a number was handed on."""
        row = self._row(_BY_NUMBER, this=number)
        return _staff(row) if row else None

    def all_staff(self) -> tuple[Staff, ...]:
        return tuple(_staff(row) for row in self._rows(_ALL_STAFF))

    def staff_by_alias(self, alias: str) -> Staff | None:
        row = self._row(_BY_ALIAS, this=alias)
        return _staff(row) if row else None

    def add_shift(self, shift: Shift) -> None:
        """The same shift twice is one."""
        if shift.day is not None:
            self._put(exceptions, staff=shift.staff, day=shift.day, start=shift.start, end=shift.end, off=shift.off)
        else:
            self._add(shifts, staff=shift.staff, weekday=_weekday(shift), start=shift.start, end=shift.end)

    def drop_shift(self, shift: Shift) -> None:
        span = {"staff_": shift.staff, "start_": shift.start, "end_": shift.end}
        if shift.day is not None:
            self._change(_DROP_EXCEPTION, day_=shift.day, **span)
        else:
            self._change(_DROP_SHIFT, weekday_=_weekday(shift), **span)

    def shifts(self) -> tuple[Shift, ...]:
        planned = (Shift(who, None if day == EVERY_DAY else day, start, end) for who, day, start, end in self._rows(_SHIFTS))
        special = (Shift(who, None, start, end, day, off) for who, day, start, end, off in self._rows(_EXCEPTIONS))
        return *planned, *special

    def add_offer(self, offer: Offer) -> None:
        self._change(offers.insert(), **asdict(offer))

    def offers(self, callback: str) -> tuple[Offer, ...]:
        return tuple(Offer(*row) for row in self._rows(_OFFERS, this=callback))

    def last_offers(self) -> dict[str, int]:
        return {staff: at for staff, at in self._rows(_LAST_OFFERS)}  # noqa: C416 - rows are not pairs to mypy

    def offered_to(self, staff: str, at: int) -> tuple[Callback, ...]:
        return tuple(Callback(*row) for row in self._rows(_OFFERED_TO, this=staff, at_=at))

    # calls: the vendor's session id lies here as a keyed hash alone, enough to find its call by. Only `call_of_session` gives it back; elsewhere NAMED says that there is one.
    def add_call(self, call: Call) -> None:
        """Its id derives from its order: one that is there stays as it is."""
        self._add(calls, **self._columns(call))

    def save_call(self, call: Call) -> None:
        """Without a session, the one that is known stays."""
        values = self._columns(call)
        if call.session in (None, NAMED):
            del values["session_hash"]
        self._change(_SAVE_CALL, this=values.pop("id"), **values)

    def call(self, id: str) -> Call | None:
        return _call(self._row(_CALL, this=id))

    def call_of_session(self, session: str) -> Call | None:
        call = _call(self._row(_CALL_OF_SESSION, this=self._seal.digest("call.session", session)))
        return replace(call, session=session) if call else None

    def live_call_of(self, staff: str) -> Call | None:
        return _call(self._row(_LIVE_CALL, this=staff))

    def last_call(self, callback: str, staff: str) -> Call | None:
        return _call(self._row(_LAST_CALL, this=callback, by=staff))

    def _columns(self, call: Call) -> dict[str, object]:
        values = asdict(call)
        session = values.pop("session")
        return values | {"session_hash": None if session in (None, NAMED) else self._seal.digest("call.session", session)}


def _weekday(shift: Shift) -> int:
    return EVERY_DAY if shift.weekday is None else shift.weekday


def _staff(row: Row[*tuple[Any, ...]]) -> Staff:
    values = row._asdict()
    return Staff(**values | {"speaks": tuple(filter(None, values["speaks"].split(",")))})


def _call(row: Row[*tuple[Any, ...]] | None) -> Call | None:
    if row is None:
        return None
    values = row._asdict()
    return Call(session=None if values.pop("session_hash") is None else NAMED, **values)
