"""A person says that the clock is right."""

from __future__ import annotations

from hotline.service.acts import Act, Result


def trust_clock(act: Act) -> Result:
    """What the clocks say from now on is right, whatever they said before: what is over by it ends with the next tick."""
    act.tx.clocks.forget()
    act.record("clock trusted", "")
    return Result()
