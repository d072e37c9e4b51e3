"""An SMS comes in: a stop is obeyed whoever sent it; staff are heard as staff, everybody else as a caller."""

from __future__ import annotations

from hotline.ports.incoming import ReceivedSms
from hotline.service.conversation import sms as conversation
from hotline.service.conversation.dialogue import Dialogue
from hotline.service.conversation.orders import Orders
from hotline.service.deps import Deps
from hotline.service.faces import staff_sms


def take(deps: Deps, dialogue: Dialogue, orders: Orders, sms: ReceivedSms) -> None:
    """Take a message. Raises StoreAway or MemoryAway where it could not be kept: then it must come again."""
    fresh = conversation.is_fresh(sms, deps.clock.now())
    stopped = conversation.stop_if_asked(deps, orders, sms)
    with deps.store.read() as tx:
        staff = tx.staff.by_number(sms.number)
    if staff is not None and staff.active:
        staff_sms.receive(deps, staff, sms, fresh=fresh)
    elif fresh and not stopped:
        conversation.converse(deps, dialogue, sms)
