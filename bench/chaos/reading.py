"""What the line's own stores say when a run is over."""

from __future__ import annotations

import time
from contextlib import closing, suppress
from typing import Any, Final

from msgspec import Struct
from sqlalchemy import create_engine, text

from bench.chaos.callers import Asked
from bench.chaos.line import ServedLine
from hotline.adapters.keys.seal import Seal
from hotline.adapters.spool_file import rest_of
from hotline.adapters.sql import SqlStore
from hotline.service.conversation.ledger import order_key
from hotline.service.conversation.session import Session
from hotline.service.outbox import RETRY_SECONDS, STUCK_SECONDS

SETTLE_SECONDS: Final = 10.0
SENT_SECONDS: Final = 60.0
"""By then a worker has come round to what is to be sent again, on a machine that does much else."""
DRAIN_SECONDS: Final = 60.0
"""By then the clock has drained the spool, though it was killed and started again on a busy machine."""
LATE_SECONDS: Final = 15
"""By which a message may be late that is to be sent again, on a busy machine."""
PATIENCE_MS: Final = 20_000


class KeptCallback(Struct, frozen=True):
    """What is read of each."""

    reference: str
    state: str
    urgent: bool
    made_at: int
    not_after: int
    outcome: str | None


def await_quiet(line: ServedLine) -> None:
    """Until nothing is on its way any more: orders from the spool into the database, then messages. Nobody tells: asked again and again."""
    for on_its_way, seconds in ((spooled, DRAIN_SECONDS), (_outbox, SETTLE_SECONDS), (unsent, SENT_SECONDS)):
        deadline = time.monotonic() + seconds
        while on_its_way(line) and time.monotonic() < deadline:
            time.sleep(0.2)


def spooled(line: ServedLine) -> frozenset[bytes]:
    """The keys of the orders that wait in the spool."""
    with suppress(OSError), (line.var / "spool").open("rb") as file:
        return frozenset(entry.key for entry in rest_of(file.fileno()))
    return frozenset()


def order_of(seal: Seal, asked: Asked) -> bytes:
    """The key of what this session orders."""
    assert asked.wish.order is not None
    session = Session("africastalking", asked.session, asked.number, asked.wish.keys, seconds=0)
    return order_key(seal, session.gateway, session.id_at(seal, asked.wish.order.position), asked.wish.order)


def callback_of(seal: Seal, order: bytes) -> str:
    """The id of the callback that an order opens: it derives from the order's key."""
    return seal.digest("callback", order.hex()).hex()[:32]


def kept(line: ServedLine) -> dict[str, KeptCallback]:
    """Every callback by its id."""
    columns = "id, reference, state, urgent, made_at, not_after, ending"
    return {row[0]: KeptCallback(*row[1:]) for row in _rows(line, f"SELECT {columns} FROM callbacks")}  # noqa: S608 -- names of ours


def unsent(line: ServedLine) -> list[str]:
    """What nobody takes up, though its time has come: a worker that died with a message in hand leaves it so for a minute."""
    return [
        f"a message of kind {kind} is {state} since {int(time.time() - changed_at)} s"
        for kind, state, changed_at, attempts in _outbox(line)
        if time.time() - changed_at > (STUCK_SECONDS if state == "sending" else RETRY_SECONDS << attempts) + LATE_SECONDS
    ]


def sent_to_staff(line: ServedLine, before: float) -> frozenset[tuple[str, str]]:
    """Number and words of each message to staff that the line took for sent before this moment."""
    rows = _rows(line, "SELECT id, changed_at FROM outbox WHERE state = 'sent' AND kind IN ('alert', 'staff')")
    ids = [id for id, changed_at in rows if changed_at < int(before)]
    with closing(SqlStore(line.database, line.seal, PATIENCE_MS)) as store, store.read() as tx:
        return frozenset((message.to, message.text) for message in map(tx.outbox.get, ids) if message is not None)


def unopened(line: ServedLine) -> int:
    """How many sealed values open under no key at hand."""
    with closing(SqlStore(line.database, line.seal, PATIENCE_MS)) as store:
        return store.openable()[1]


def _outbox(line: ServedLine) -> list[Any]:
    return _rows(line, "SELECT kind, state, changed_at, attempts FROM outbox WHERE state IN ('pending', 'sending')")


def _rows(line: ServedLine, statement: str) -> list[Any]:
    engine = create_engine(line.database)
    try:
        with engine.connect() as connection:
            return list(connection.execute(text(statement)))
    finally:
        engine.dispose()
