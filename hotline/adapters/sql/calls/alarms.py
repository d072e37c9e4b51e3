"""What stands before supervisors, and which of them sees to it."""

from __future__ import annotations

from typing import Any, Final

from msgspec.structs import asdict
from sqlalchemy import BindParameter, bindparam, delete, func, select, true

from hotline.adapters.sql.tables import alarms, callbacks, calls, reviews
from hotline.adapters.sql.unit import THIS, Unit, columns
from hotline.ports.calls.alarms import Alarm, AlarmKind, BeforeSupervisors, CallForHelp

_c = callbacks.c
_KIND: Final[BindParameter[Any]] = bindparam("kind_")
_ALARM: Final = columns(alarms, Alarm)
_OF: Final = select(*_ALARM).where(alarms.c.callback == THIS, alarms.c.kind == _KIND)
_DROP: Final = delete(alarms).where(alarms.c.callback == THIS, alarms.c.kind == _KIND)
_reviews: Final = select(func.count().label("undecided")).where(reviews.c.decision.is_(None)).subquery()
# One statement, for every page of a supervisor asks it. By the call, not by the callback: of several requests that one call is for the first may be cancelled meanwhile.
_BEFORE_SUPERVISORS: Final = (
    select(_reviews.c.undecided, _c.reference, calls.c.staff, calls.c.state, *_ALARM)
    .select_from(
        _reviews.outerjoin(alarms, true())
        .outerjoin(calls, calls.c.id == alarms.c.call)
        .outerjoin(callbacks, (_c.call == alarms.c.call) & (_c.state == "claimed") & (_c.attempts > 0) & _c.outcome.is_(None))
    )
    .order_by(alarms.c.at, alarms.c.callback, _c.made_at.desc(), _c.id.desc())
)


class SqlAlarms(Unit):
    __slots__ = ()

    def save(self, alarm: Alarm) -> None:
        self._put(alarms, **asdict(alarm))

    def of(self, callback: str, kind: AlarmKind) -> Alarm | None:
        row = self._row(_OF, this=callback, kind_=kind)
        return Alarm(*row) if row else None

    def drop(self, callback: str, kind: AlarmKind) -> None:
        self._change(_DROP, this=callback, kind_=kind)

    def before_supervisors(self) -> BeforeSupervisors:
        """A call for help once, with the oldest reference that the call is for."""
        undecided, asked, seen_by = 0, dict[str, CallForHelp](), dict[str, str]()
        for undecided, reference, staff, state, *row in self._rows(_BEFORE_SUPERVISORS):  # noqa: B007 -- the same in each
            alarm = Alarm(*row)
            if alarm.kind == "help" and reference is not None:
                asked[alarm.callback] = CallForHelp(alarm, reference, staff, state == "dialed")
            elif alarm.kind == "urgent" and alarm.seen_by is not None:
                seen_by[alarm.callback] = alarm.seen_by
        return BeforeSupervisors(undecided, tuple(asked.values()), seen_by)
