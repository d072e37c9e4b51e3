"""An edition tried: what stands in for the world where nobody calls and nothing is kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, TypeAlias, assert_never

from msgspec import Struct

from hotline.engine.edition import Edition
from hotline.engine.effects import Coverage, Effect, Fact, Minute, Need, Order, OrderResult, Screen
from hotline.engine.step import replay
from hotline.engine.times import DAY_MINUTES

There: TypeAlias = Literal["somebody", "nobody", "unknown"]

MOST_FACTS: Final = 200


class Rehearsal(Struct, frozen=True):
    """Who is there, what becomes of an order, and what time it is."""

    there: There
    order_result: OrderResult
    now: Minute


class RehearsedScreen(Struct, frozen=True):
    """Where these inputs lead: the screen, and the orders that the last of them gave."""

    screen: Screen
    orders: tuple[Effect, ...]


def rehearse(edition: Edition, inputs: Sequence[str], rehearsal: Rehearsal) -> RehearsedScreen:
    """The screen after these inputs, facts and orders' results being what the rehearsal says."""
    facts: dict[str, Fact] = {}
    orders: list[Effect] = []
    for _ in range(MOST_FACTS):
        answer = replay(edition, inputs, facts)
        match answer:
            case Screen():
                return RehearsedScreen(answer, tuple(orders))
            case Need(name="now"):
                facts[answer.key] = rehearsal.now
            case Need():
                facts[answer.key] = coverage(rehearsal.there, rehearsal.now)
            case Order():
                facts[answer.key] = rehearsal.order_result
                if answer.ref.position == len(inputs):
                    orders.append(answer.effect)
            case _:
                assert_never(answer)
    raise RuntimeError("the engine asks without end")


def coverage(there: There, now: Minute) -> Coverage | None:
    """Who can call: somebody until midnight and every day, nobody before tomorrow at eight, or not known."""
    midnight = (now // DAY_MINUTES + 1) * DAY_MINUTES
    if there == "somebody":
        until = max(midnight, now + 60)
        return Coverage(True, True, until, until, None, ((now // DAY_MINUTES * DAY_MINUTES, midnight + 6 * DAY_MINUTES),))
    opens = midnight + 8 * 60
    return Coverage(False, False, now, now, opens, ((opens, opens + 8 * 60),)) if there == "nobody" else None
