"""The outbox: what waits to be handed to a gateway; its address and words are sealed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from msgspec.structs import asdict
from sqlalchemy import BindParameter, Row, bindparam, func, or_, select, update

from hotline.adapters.keys.seal import SealBroken
from hotline.adapters.sql.tables import outbox
from hotline.adapters.sql.unit import AT, THIS, Unit
from hotline.engine.times import HOUR_SECONDS
from hotline.ports.calls.outbox import OutboxMessage, OutboxState
from hotline.ports.desk.staff import Role

_c = outbox.c
_FIND: Final = select(outbox).where(_c.id == THIS)
_BY_VENDOR_ID: Final = (
    # What was sent before a line could have several vendors names none.
    select(outbox).where(_c.vendor_id == THIS, or_(_c.gateway == bindparam("gateway_"), _c.gateway.is_(None))).limit(1)
)
_HAND_TO: Final = update(outbox).where(_c.id == THIS).values(gateway=bindparam("gateway_"))
_MOVE: Final = (
    update(outbox)
    .where(_c.id == THIS, _c.state == bindparam("before"))
    .values(
        state=bindparam("after"),
        changed_at=AT,
        attempts=_c.attempts + bindparam("attempt"),
        vendor_id=func.coalesce(bindparam("vendor"), _c.vendor_id),
    )
)
_FAILED_ALERTS: Final = (
    select(outbox).where(_c.kind == "alert", _c.state == "failed", _c.changed_at > bindparam("since")).order_by(_c.changed_at, _c.id)
)
_COUNT: Final = select(func.count()).where(_c.role == bindparam("role_"), _c.made_at > bindparam("since"))
_BEFORE: Final[BindParameter[Any]] = bindparam("before")
_STALE: Final = (
    select(outbox)
    # What changed in a time to come did so before the clock was put back.
    .where(_c.state == bindparam("state_"), or_(_c.changed_at < _BEFORE, _c.changed_at > _BEFORE + HOUR_SECONDS))
    .order_by(_c.changed_at, _c.made_at, _c.id)
)


class SqlOutbox(Unit):
    __slots__ = ()

    def add(self, message: OutboxMessage) -> None:
        """Its id derives from its order: one that is there stays as it is."""
        values = asdict(message)
        to, text = (self._seal.seal(values.pop(name).encode(), _context(name, message.id)) for name in ("to", "text"))
        self._add(outbox, sealed_to=to, sealed_text=text, **values)

    def get(self, id: str) -> OutboxMessage | None:
        row = self._row(_FIND, this=id)
        return self._open(row) if row else None

    def by_vendor_id(self, gateway: str, vendor_id: str) -> OutboxMessage | None:
        row = self._row(_BY_VENDOR_ID, this=vendor_id, gateway_=gateway)
        return self._open(row) if row else None

    def move(self, id: str, before: OutboxState, after: OutboxState, at: int, vendor_id: str | None = None) -> bool:
        attempt = int(after == "sending")
        return self._change(_MOVE, this=id, before=before, after=after, at_=at, attempt=attempt, vendor=vendor_id) == 1

    def hand_to(self, id: str, gateway: str | None) -> None:
        self._change(_HAND_TO, this=id, gateway_=gateway)

    def failed_alerts(self, since: int) -> tuple[OutboxMessage, ...]:
        return self._readable(self._rows(_FAILED_ALERTS, since=since))

    def count(self, role: Role, since: int) -> int:
        return int(self._value(_COUNT, role_=role, since=since))

    def stale(self, state: OutboxState, changed_before: int) -> tuple[OutboxMessage, ...]:
        """The longest unchanged first. A row that no key opens is left out, so that it stops no other; it still counts in its state."""
        return self._readable(self._rows(_STALE, state_=state, before=changed_before))

    def _readable(self, rows: Iterable[Row[*tuple[Any, ...]]]) -> tuple[OutboxMessage, ...]:
        messages: list[OutboxMessage] = []
        for row in rows:
            try:
                messages.append(self._open(row))
            except SealBroken:
                continue
        return tuple(messages)

    def _open(self, row: Row[*tuple[Any, ...]]) -> OutboxMessage:
        values = row._asdict()
        for name in ("to", "text"):
            values[name] = self._seal.open(values.pop(f"sealed_{name}"), _context(name, row.id)).decode()
        return OutboxMessage(**values)


def _context(name: str, id: str) -> str:
    return f"outbox.sealed_{name}.{id}"
