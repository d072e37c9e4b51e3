"""A small world for the engine: it answers needs and counts orders, as the service would."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from hotline.engine.edition import Edition
from hotline.engine.effects import Coverage, Effect, Fact, Need, Order, OrderResult, Screen
from hotline.engine.step import replay

DAY = 1440
THURSDAY_NOON = 20_167 * DAY + 12 * 60
"""Thursday, 20 March 2025, 12:00, as a local minute."""


def around_the_clock(now: int, *, many: bool = False) -> Coverage:
    today = now // DAY * DAY
    return Coverage(True, True, today + DAY, today + DAY, today + DAY, ((today, today + 7 * DAY),), many)


def nobody(now: int, opens: int | None = None) -> Coverage:
    shifts = ((opens, opens + 8 * 60),) if opens is not None else ()
    return Coverage(False, False, now, now, opens, shifts)


@dataclass
class World:
    """Facts by name; orders are kept, once a key, unless `outcome` says otherwise."""

    now: int | None = THURSDAY_NOON
    coverage: Coverage | None = field(default_factory=lambda: around_the_clock(THURSDAY_NOON))
    outcome: Callable[[str], OrderResult] = lambda _key: "kept"
    facts: dict[str, Fact] = field(default_factory=dict)
    orders: dict[str, Effect] = field(default_factory=dict)

    def hop(self, edition: Edition, inputs: Sequence[str]) -> Screen:
        """What the caller sees after these inputs; facts once asked for stay as they were."""
        for _ in range(200):
            answer = replay(edition, inputs, self.facts)
            match answer:
                case Screen():
                    return answer
                case Need(name="now"):
                    self.facts[answer.key] = self.now
                case Need():
                    self.facts[answer.key] = self.coverage
                case Order():
                    outcome = self.outcome(answer.key)
                    self.facts[answer.key] = outcome
                    if outcome == "kept":
                        assert answer.key not in self.orders
                        self.orders[answer.key] = answer.effect
        raise AssertionError("the engine asks without end")
