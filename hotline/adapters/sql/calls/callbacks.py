"""Callbacks, whose numbers lie apart."""

from __future__ import annotations

from typing import Any, Final

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import ColumnElement, Row, Select, bindparam, func, literal_column, or_, select, tuple_, update

from hotline.adapters.sql.calls.phones import PhoneRows
from hotline.adapters.sql.tables import OPEN, SILENCED, callbacks, numbers
from hotline.adapters.sql.unit import AT, THIS, Unit, columns
from hotline.engine.times import DAY_SECONDS
from hotline.ports.calls.callbacks import Callback, DueCallback, SaferCode


class Answers(Struct, frozen=True):
    """What the caller said or agreed to, how long the first ring took, who agreed on it and who flagged it as a minor's: it lies sealed."""

    word: str | None = None
    safer: SaferCode | None = None
    waited: int | None = None
    worded: int = 0
    agreed: bool = False
    agreed_by: str | None = None
    minor_by: str | None = None


_c = callbacks.c
_PLAIN: Final = tuple(field for field in Callback.__struct_fields__ if field not in Answers.__struct_fields__)
CALLBACK: Final = (*(_c[field].label(field) for field in _PLAIN), _c.sealed.label("sealed"))
"""What `CallbackRows` builds a callback from."""
_RUNG: Final = ("waiting", "claimed")
_YESTERDAY: Final = select(func.max(_c.made_at)).scalar_subquery() - DAY_SECONDS
"""A day before the newest callback: the rows' own clock."""
_HASH_OF: Final = select(numbers.c.number_hash).where(numbers.c.callback == THIS)
_ITS_HASH: Final = _HASH_OF.scalar_subquery()
_PHONE_OF: Final = select(numbers.c.number_hash, numbers.c.sealed).where(numbers.c.callback == THIS)
_FIND: Final = select(*CALLBACK).where(_c.id == THIS)
_IN_USE: Final = or_(_c.state.in_(OPEN), _c.closed_at > _YESTERDAY)
_TAKEN: Final = select(_c.reference).where(_c.reference.in_(bindparam("these", expanding=True)), _IN_USE)
_BY_REFERENCE: Final = select(*CALLBACK).where(_c.reference == THIS, _IN_USE).order_by(_c.made_at.desc(), _c.id).limit(1)
_SAVE: Final = update(callbacks).where(_c.id == THIS)
_CLAIM: Final = (
    update(callbacks)
    .where(_c.id == THIS, _c.state == "waiting")
    .values(state="claimed", claimed_by=bindparam("staff"), claimed_at=AT, call=None)
)
_TO_NUMBER: Final = (
    select(*CALLBACK).join(numbers, numbers.c.callback == _c.id).where(numbers.c.number_hash == _ITS_HASH).order_by(_c.made_at, _c.id)
)
_SAME_NUMBER: Final = _TO_NUMBER.where(_c.state.in_(_RUNG))
NOTHING: Final[ColumnElement[int]] = literal_column("0")
"""Added to a column it changes nothing but the plan: SQLite does not look that column up in an index."""
_STATE: Final = _c.state.concat(literal_column("''"))
"""For whoever knows which few rows it is about, by id, phone or moment: without a state to look up, SQLite does not go through all that waits to find them."""
DUE: Final = (_c.state == "waiting", _c.opens_at + NOTHING <= AT, _c.not_after + NOTHING > AT)
"""What may be offered at the moment `at_`. The sums keep SQLite from walking what waits in another order than PRESSING, and sorting all of it."""
DUE_OF_FEW: Final = (_STATE == "waiting", *DUE[1:])
"""The same, of rows that are known by something else."""
_own, _its = callbacks.alias("own"), numbers.alias("its")
_LANGUAGES: Final = (
    select(_own.c.id, _c.language)
    .join(_its, _its.c.callback == _own.c.id)
    .join(numbers, numbers.c.number_hash == _its.c.number_hash)
    .join(callbacks, _c.id == numbers.c.callback)
    .where(
        _own.c.id.in_(bindparam("these", expanding=True)),
        _STATE.in_(_RUNG),
        _c.other_phone == _own.c.other_phone,
        _c.entered == _own.c.entered,
        _c.opens_at + NOTHING <= AT,
    )
    .distinct()
    .order_by(_own.c.id, _c.language)
)
PRESSING: Final = (_c.urgent.desc(), _c.sunk, _c.not_after, _c.made_at, _c.id)
"""As one index has what waits."""
_PLACE: Final = (_c.sunk, _c.not_after, _c.made_at, _c.id)
_DUE: Final = (
    select(*columns(callbacks, DueCallback))
    .where(
        *DUE, _c.urgent == bindparam("urgent"), tuple_(*_PLACE) > tuple_(*(bindparam(column.key, type_=column.type) for column in _PLACE))
    )
    .order_by(*_PLACE)
    .limit(bindparam("most"))
)
"""By the place of the last one that was read, not by how many were: who looks through thousands walks that index once."""
_HOLDERS: Final = select(_c.claimed_by).where(_c.state == "claimed").distinct()
_ENDED: Final = select(*CALLBACK).where(_c.state.in_(_RUNG), _c.not_after <= AT).order_by(_c.not_after, _c.id)
_AHEAD: Final = select(*CALLBACK).where(_c.made_at > AT, _STATE == "waiting", _c.at_once).order_by(_c.made_at, _c.id)
_ALL_OPEN: Final = select(*CALLBACK).where(_c.state.in_(OPEN)).order_by(*PRESSING)
_CLAIMED: Final = select(*CALLBACK).where(_c.state == "claimed").order_by(_c.claimed_at, _c.id)
_CLAIMED_BY: Final = _CLAIMED.where(_c.claimed_by == bindparam("staff"))


class CallbackRows(Unit):
    """A store that reads whole callbacks, by statements that select `CALLBACK`."""

    __slots__ = ()

    def _callback(self, row: Row[*tuple[Any, ...]]) -> Callback:
        *plain, sealed = row
        answers = self._unpack(_c.sealed, row.id, sealed, Answers)
        return Callback(**dict(zip(_PLAIN, plain, strict=True)), **asdict(answers))

    def _callbacks(self, statement: Select[*tuple[Any, ...]], **values: object) -> tuple[Callback, ...]:
        return tuple(self._callback(row) for row in self._rows(statement, **values))


class SqlCallbacks(CallbackRows, PhoneRows):
    __slots__ = ()

    def add(self, callback: Callback, number: str) -> None:
        """Its id derives from its order: one that is there stays as it is, and a number that was erased does not come back."""
        if self._add(callbacks, **self._new(callback)):
            self._add(numbers, callback=callback.id, number_hash=self._hash(number), sealed=self._sealed(callback.id, number))

    def add_like(self, callback: Callback, like: str) -> None:
        row = self._row(_PHONE_OF, this=like)
        if row is not None and self._add(callbacks, **self._new(callback)):
            sealed = self._moved(row.sealed, like, callback.id) if row.sealed else SILENCED
            self._add(numbers, callback=callback.id, number_hash=row.number_hash, sealed=sealed)

    def get(self, id: str) -> Callback | None:
        row = self._row(_FIND, this=id)
        return self._callback(row) if row else None

    def by_reference(self, reference: str) -> Callback | None:
        row = self._row(_BY_REFERENCE, this=reference)
        return self._callback(row) if row else None

    def taken(self, references: tuple[str, ...]) -> frozenset[str]:
        return frozenset(row.reference for row in self._rows(_TAKEN, these=references))

    def save(self, callback: Callback) -> None:
        values = self._columns(callback)
        self._change(_SAVE, this=values.pop("id"), **values)

    def claim(self, id: str, staff: str, at: int) -> bool:
        return self._change(_CLAIM, this=id, staff=staff, at_=at) == 1

    def same_number(self, id: str) -> tuple[Callback, ...]:
        return self._callbacks(_SAME_NUMBER, this=id)

    def to_number(self, id: str) -> tuple[Callback, ...]:
        return self._callbacks(_TO_NUMBER, this=id)

    def languages(self, ids: tuple[str, ...], at: int) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for id, language in self._rows(_LANGUAGES, these=ids, at_=at):
            found[id] = (*found.get(id, ()), language)
        return found

    def due(self, at: int, limit: int, *, urgent: bool, after: DueCallback | None = None) -> tuple[DueCallback, ...]:
        sunk, not_after, made_at, id = (after.sunk, after.not_after, after.made_at, after.id) if after else (False, at, 0, "")
        rows = self._rows(_DUE, at_=at, urgent=urgent, most=limit, sunk=sunk, not_after=not_after, made_at=made_at, id=id)
        return tuple(DueCallback(*row) for row in rows)

    def ended(self, at: int) -> tuple[Callback, ...]:
        return self._callbacks(_ENDED, at_=at)

    def ahead(self, at: int) -> tuple[Callback, ...]:
        return self._callbacks(_AHEAD, at_=at)

    def all_open(self) -> tuple[Callback, ...]:
        return self._callbacks(_ALL_OPEN)

    def holders(self) -> frozenset[str]:
        return frozenset(row.claimed_by for row in self._rows(_HOLDERS))

    def claimed(self) -> tuple[Callback, ...]:
        return self._callbacks(_CLAIMED)

    def claimed_by(self, staff: str) -> tuple[Callback, ...]:
        """The longest held first."""
        return self._callbacks(_CLAIMED_BY, staff=staff)

    def _new(self, callback: Callback) -> dict[str, Any]:
        return self._columns(callback) | {"sealed_flags": self._pack(_c.sealed_flags, callback.id, ())}

    def _columns(self, callback: Callback) -> dict[str, Any]:
        values = asdict(callback)
        answers = {field: values.pop(field) for field in Answers.__struct_fields__}
        return values | {"sealed": self._pack(_c.sealed, callback.id, answers)}
