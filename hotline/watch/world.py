"""What stands in for the world while files are played: who is there, what time it is, what becomes of an order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Final, Literal, TypeAlias, assert_never

from msgspec import Struct

from hotline.engine.edition import Edition
from hotline.engine.effects import (
    CancelCallback,
    Coverage,
    Effect,
    Fact,
    Minute,
    Need,
    OpenCallback,
    Order,
    OrderResult,
    RefineCallback,
    Screen,
    StopCalls,
)
from hotline.engine.phone import limits
from hotline.engine.step import replay
from hotline.engine.times import DAY_MINUTES

There: TypeAlias = Literal["somebody", "nobody", "unknown"]

MOST_FACTS: Final = 200


class Play(Struct, frozen=True):
    """How the files are played. `languages`: the line's own, in its order; `language`: the one that it opens in."""

    root: Path
    languages: tuple[str, ...]
    language: str
    fit: limits.Fit
    there: There
    order_result: OrderResult
    now: Minute
    today: date


class PlayedScreen(Struct, frozen=True):
    """Where these keys lead: the screen, and the orders that the last of them gave, in words."""

    screen: Screen
    orders: tuple[str, ...]


def at(edition: Edition, inputs: Sequence[str], play: Play) -> PlayedScreen:
    """The screen after these inputs, facts and orders' results being what `play` says."""
    facts: dict[str, Fact] = {}
    orders: list[str] = []
    for _ in range(MOST_FACTS):
        answer = replay(edition, inputs, facts)
        match answer:
            case Screen():
                return PlayedScreen(answer, tuple(orders))
            case Need(name="now"):
                facts[answer.key] = play.now
            case Need():
                facts[answer.key] = coverage(play.there, play.now)
            case Order():
                facts[answer.key] = play.order_result
                if answer.ref.position == len(inputs):
                    orders.append(f"{said(answer.effect, play.now)}; nothing is kept here, it goes on as if it were {play.order_result}")
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


def said(effect: Effect, now: Minute) -> str:
    """An order in words."""
    match effect:
        case OpenCallback():
            to = "another phone" if effect.phone else "this phone"
            urgent = "urgent, " if effect.urgent else ""
            return f"asked: call {to} back, {urgent}in {effect.language}, {_span(effect.opens, effect.not_after, now)}"
        case RefineCallback(word=str(word)):
            return f"asked: whoever calls is to be asked for the word {word}"
        case RefineCallback(opens=int(opens), not_after=int(ends)):
            return f"asked: call {_span(opens, ends, now)} instead"
        case RefineCallback():
            return "asked: change the call"
        case CancelCallback():
            return "asked: take the call back"
        case StopCalls():
            return "asked: end every call to this phone and forget its number"
        case _:
            assert_never(effect)


def _span(opens: Minute, ends: Minute, now: Minute) -> str:
    ahead = opens // DAY_MINUTES - now // DAY_MINUTES
    day = {0: "today", 1: "tomorrow"}.get(ahead, f"in {ahead} days")
    return f"{day} from {_clock(opens)} until {_clock(ends)}"


def _clock(minute: Minute) -> str:
    return f"{minute % DAY_MINUTES // 60:02d}:{minute % 60:02d}"
