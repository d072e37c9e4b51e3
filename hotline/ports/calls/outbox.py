"""What waits to be handed to a gateway."""

from __future__ import annotations

from typing import Literal, Protocol, TypeAlias

from msgspec import Struct

from hotline.ports.desk.staff import Role
from hotline.ports.queue import QueueName

OutboxState: TypeAlias = Literal["pending", "sending", "sent", "unknown", "failed", "dropped"]

OutboxKind: TypeAlias = Literal["alert", "staff", "reply", "ring", "webhook"]
"""`alert` and `staff`: an SMS to staff, at least once. `reply`: an SMS to a caller, at most once. `ring`: place a bridge, at most once.
`webhook`: tell a partner's system of a release, at least once."""


class OutboxMessage(Struct, frozen=True):
    """One thing to be handed to a gateway. `to` and `text` are sealed where they lie; a ring carries the call's id as its text,
    a webhook its body, and where it goes what it tells: `released 3`."""

    id: str
    kind: OutboxKind
    queue: QueueName
    to: str
    text: str
    made_at: int
    not_after: int
    state: OutboxState = "pending"
    changed_at: int = 0
    attempts: int = 0
    vendor_id: str | None = None
    """Unique within the gateway."""
    gateway: str | None = None
    """By whom it goes, went, or may have gone. None where nobody was asked, or all refused."""
    role: Role | None = None
    """The role of whom of the staff it is for; None where it is for nobody of the staff, or for whoever wrote to the line."""


class Outbox(Protocol):
    def add(self, message: OutboxMessage) -> None: ...
    def get(self, id: str) -> OutboxMessage | None: ...
    def by_vendor_id(self, gateway: str, vendor_id: str) -> OutboxMessage | None: ...
    def move(self, id: str, before: OutboxState, after: OutboxState, at: int, vendor_id: str | None = None) -> bool:
        """Change the state if it is still `before`; moving to `sending` counts an attempt. True if it was."""

    def hand_to(self, id: str, gateway: str | None) -> None:
        """Note who is asked to send it, before it is; None where nobody may have it."""

    def failed_alerts(self, since: int) -> tuple[OutboxMessage, ...]:
        """Alerts that did not arrive, or could not be sent, as far as that was known after `since`."""

    def count(self, role: Role, since: int) -> int:
        """How many messages were written since then to people of this role."""

    def stale(self, state: OutboxState, changed_before: int) -> tuple[OutboxMessage, ...]: ...
