"""A form that is sent twice counts once: its one-time id is entered like an order's key."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from hotline.engine.times import DAY_SECONDS
from hotline.ports.calls.outbox import OutboxMessage
from hotline.ports.desk.staff import Staff
from hotline.ports.store import Transaction
from hotline.service import outbox
from hotline.service.deps import Deps
from hotline.service.work import Work

Act: TypeAlias = Callable[[Transaction, Staff], tuple[OutboxMessage, ...]]
"""What is done, by her as she stands in the database now; and what leaves because of it."""

KEPT_SECONDS: Final = DAY_SECONDS


def first_time(work: Work, staff: str, once: str) -> bool:
    """Is this form met for the first time? In the transaction of what it does, so that both are there or neither.

    `once`: the id that the page was made with; of another person's page it is another form.
    """
    return work.tx.ledger.enter(work.deps.hasher.digest("form", f"{staff}|{once}"), "kept", b"", work.at, work.at + KEPT_SECONDS) is None


def do_once(deps: Deps, staff: Staff, once: str, at: int, act: Act) -> None:
    """The first time that this form is met. Raises StoreAway."""
    with deps.store.write() as tx:
        now = tx.staff.get(staff.id) or staff
        posts = act(tx, now) if first_time(Work(deps, tx, at), now.id, once) else ()
    outbox.enqueue(deps, posts)
