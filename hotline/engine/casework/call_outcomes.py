"""Call outcomes: how an attempt to reach a caller ended. The one table; digits, buttons, the words that catalogues must have, figures and what follows derive from it."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from msgspec import Struct

Outcome: TypeAlias = Literal["spoke", "no_answer", "unreachable", "someone_else", "wrong_word", "could_not_talk", "prank"]
"""How an attempt ended, as the counselor says it."""


class CallOutcome(Struct, frozen=True, kw_only=True):
    """One line of the table."""

    outcome: Outcome
    digit: str
    """By SMS, for a callback that the counselor holds: 0 gives it back, 7 rings again."""
    answered: bool = True
    """Somebody took the call, whoever it was."""
    talked: bool = False
    """The caller was on the phone, and can say what is wished for."""
    dangerous: bool = False
    """The phone is in other hands: nobody rings it again by itself, for any request."""
    to_review: bool = False
    """A supervisor decides what becomes of it."""


CALL_OUTCOMES: Final = (
    CallOutcome(outcome="spoke", digit="1", talked=True),
    CallOutcome(outcome="no_answer", digit="2", answered=False),
    CallOutcome(outcome="unreachable", digit="3", answered=False),
    CallOutcome(outcome="someone_else", digit="4", dangerous=True, to_review=True),
    CallOutcome(outcome="wrong_word", digit="5", dangerous=True, to_review=True),
    CallOutcome(outcome="could_not_talk", digit="6", talked=True, to_review=True),
    CallOutcome(outcome="prank", digit="8"),
)
OUTCOMES: Final[tuple[Outcome, ...]] = tuple(row.outcome for row in CALL_OUTCOMES)
ANSWERED: Final[tuple[Outcome, ...]] = tuple(row.outcome for row in CALL_OUTCOMES if row.answered)
TALKED: Final[tuple[Outcome, ...]] = tuple(row.outcome for row in CALL_OUTCOMES if row.talked)
DANGEROUS: Final[tuple[Outcome, ...]] = tuple(row.outcome for row in CALL_OUTCOMES if row.dangerous)
TO_REVIEW: Final = frozenset(row.outcome for row in CALL_OUTCOMES if row.to_review)
