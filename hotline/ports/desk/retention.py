"""How long things are kept. Every period of the line stands here, but for the two that are settings: `HOTLINE_NUMBER_HOURS`, `HOTLINE_CALLBACK_DAYS`.

What is listed nowhere stays: staff, published editions, what was withdrawn, counts, the audit.
"""

from __future__ import annotations

from typing import Final, Protocol

from hotline.engine.times import DAY_SECONDS

KEY_SECONDS: Final = DAY_SECONDS
"""The key of an order or a form, after its outcome and facts are gone."""
OUTBOX_SECONDS: Final = DAY_SECONDS
"""A message that has ended. A reply to a caller carries her number and goes at the end of its time."""
PRANK_DAYS: Final = 30
"""The hash of a phone from which a prank came (docs: decisions)."""
FORGOTTEN_DAYS: Final = 90
"""A referral that is nobody's any more and at which nobody looked, after its day."""
FAILURE_SECONDS: Final = DAY_SECONDS
"""A failure to sign in."""
SIGN_IN_SECONDS: Final = DAY_SECONDS
"""A sign-in, after somebody last did something there. A one-time link goes with its end."""
TIME_REQUEST_SECONDS: Final = DAY_SECONDS
"""That somebody needs time, after a supervisor took it on."""
EXCEPTION_DAYS: Final = 2
"""A day on which a plan is other than its week, from its beginning."""


class Retention(Protocol):
    def purge(self, at: int, number_after: int, callback_after: int, outbox_after: int = OUTBOX_SECONDS) -> None:
        """Drop what its time is over for: the periods above; numbers of callbacks closed longer than `number_after` seconds, rows closed longer than
        `callback_after`, messages that ended longer than `outbox_after`; of the ledger outcome and facts at their `until`; stops at their `until`."""
