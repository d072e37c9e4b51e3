"""A line that was restored is held until a person says go: callers are answered, nothing is promised, nobody is rung, nothing of old leaves (docs: backups)."""

from __future__ import annotations

from typing import Final

from hotline.ports.store import Transaction

CLOSED_ACTS: Final = frozenset({"take", "hand_over", "connect", "reveal", "agree_next", "enter_contact", "decide_review"})
"""What staff do that rings somebody, leads there or promises it. All else goes on: what happened is written down, the caller's no is done."""


def is_held(tx: Transaction) -> bool:
    return tx.backups.hold() is not None
