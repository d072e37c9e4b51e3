"""Bridges and attempts."""

from __future__ import annotations

from typing import Any, Final

from msgspec.structs import asdict, replace
from sqlalchemy import Row, and_, bindparam, func, literal, or_, select, union_all, update

from hotline.adapters.sql.sealed import context
from hotline.adapters.sql.tables import callbacks, calls, numbers, rings
from hotline.adapters.sql.unit import AT, THIS, Unit
from hotline.ports.calls.calls import NAMED, Call

_CALL: Final = select(calls).where(calls.c.id == THIS)
_CALL_OF_SESSION: Final = (
    # A call that was placed before a line could have several vendors names none.
    select(calls).where(calls.c.session_hash == THIS, or_(calls.c.gateway == bindparam("gateway_"), calls.c.gateway.is_(None))).limit(1)
)
_LIVE_CALL: Final = (
    select(calls).where(calls.c.staff == THIS, calls.c.state != "ended").order_by(calls.c.placed_at.desc(), calls.c.id.desc()).limit(1)
)
_BUSY: Final = union_all(
    select(callbacks.c.claimed_by.label("staff"), literal(0).label("talks")).where(callbacks.c.state == "claimed").distinct(),
    select(calls.c.staff, literal(1)).where(calls.c.state == "dialed", calls.c.placed_at >= bindparam("since")),
)
_LAST_CALL: Final = (
    select(calls)
    .where(calls.c.callback == THIS, calls.c.staff == bindparam("by"))
    .order_by(calls.c.placed_at.desc(), calls.c.id.desc())
    .limit(1)
)
_END_ALL: Final = update(calls).where(calls.c.state != "ended").values(state="ended", ended_at=AT)
_SAVE_CALL: Final = update(calls).where(calls.c.id == THIS)
_c = callbacks.c
_ITS_HASH: Final = select(numbers.c.number_hash).where(numbers.c.callback == THIS).scalar_subquery()
_this = callbacks.alias("this_one")
_ITS_PHONE, _ITS_ENTRY = (select(column).where(_this.c.id == THIS).scalar_subquery() for column in (_this.c.other_phone, _this.c.entered))
_PHONE: Final = select(numbers.c.number_hash, _c.other_phone, _c.entered).join(callbacks, _c.id == numbers.c.callback).where(_c.id == THIS)
_RINGS: Final = select(func.count()).where(
    rings.c.number_hash == _ITS_HASH, rings.c.at >= AT, rings.c.other_phone == _ITS_PHONE, rings.c.entered == _ITS_ENTRY
)
_RINGS_OF: Final = (
    select(_c.id, func.count())
    .join(numbers, numbers.c.callback == _c.id)
    .join(rings, and_(rings.c.number_hash == numbers.c.number_hash, rings.c.other_phone == _c.other_phone, rings.c.entered == _c.entered))
    .where(_c.id.in_(bindparam("ids", expanding=True)), rings.c.at >= AT)
    .group_by(_c.id)
)


class SqlCalls(Unit):
    __slots__ = ()

    # The vendor's session id lies here as a keyed hash alone, enough to find its call by. Only `of_session` gives it back; elsewhere NAMED says that there is one.
    def add(self, call: Call) -> None:
        """Its id derives from its order: one that is there stays as it is."""
        self._add(calls, **self._columns(call))

    def save(self, call: Call) -> None:
        """Without a session, the one that is known stays."""
        values = self._columns(call)
        if call.session in (None, NAMED):
            del values["session_hash"]
        self._change(_SAVE_CALL, this=values.pop("id"), **values)

    def get(self, id: str) -> Call | None:
        return _call(self._row(_CALL, this=id))

    def of_session(self, gateway: str, session: str) -> Call | None:
        call = _call(self._row(_CALL_OF_SESSION, this=self._seal.digest("call.session", session), gateway_=gateway))
        return replace(call, session=session) if call else None

    def live_of(self, staff: str) -> Call | None:
        return _call(self._row(_LIVE_CALL, this=staff))

    def busy(self, since: int) -> dict[str, bool]:
        return {row.staff: bool(row.talks) for row in sorted(self._rows(_BUSY, since=since), key=lambda row: row.talks)}

    def last(self, callback: str, staff: str) -> Call | None:
        return _call(self._row(_LAST_CALL, this=callback, by=staff))

    def end_all(self, at: int) -> None:
        self._change(_END_ALL, at_=at)

    def add_attempt(self, callback: str, call: str, at: int) -> None:
        """Once a phone and call. `Callback.attempts` is the service's to count."""
        phone = self._row(_PHONE, this=callback)
        if phone is not None:
            self._add(rings, **phone._asdict(), call_hash=self._seal.digest("ring", call), at=at)

    def rings(self, id: str, since: int) -> int:
        """One call that serves several callbacks is one ring. Zero once the number is forgotten: nothing ties it to its rings then."""
        return int(self._value(_RINGS, this=id, at_=since))

    def rings_of(self, ids: tuple[str, ...], since: int) -> dict[str, int]:
        return {id: rings for id, rings in self._rows(_RINGS_OF, ids=ids, at_=since)} if ids else {}  # noqa: C416 - rows are not pairs to mypy

    def _columns(self, call: Call) -> dict[str, object]:
        values = asdict(call)
        session = values.pop("session")
        span = None if call.dialed_at is None else f"{call.dialed_at} {call.ended_at or call.dialed_at}".encode()
        return values | {
            "session_hash": None if session in (None, NAMED) else self._seal.digest("call.session", session),
            # Once its callback has closed the hour is left of it; caps and pauses have to know better.
            "sealed_span": None if span is None else self._seal.seal(span, context(calls.c.sealed_span, call.id)),
        }


def _call(row: Row[*tuple[Any, ...]] | None) -> Call | None:
    if row is None:
        return None
    values = row._asdict()
    del values["sealed_span"]
    return Call(session=None if values.pop("session_hash") is None else NAMED, **values)
