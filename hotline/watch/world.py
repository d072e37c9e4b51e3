"""How files are played, and their orders in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import assert_never

from msgspec import Struct

from hotline.engine.drafting.rehearsal import Rehearsal, rehearse
from hotline.engine.edition import Edition
from hotline.engine.effects import CancelCallback, Effect, Minute, OpenCallback, RefineCallback, Screen, StopCalls
from hotline.engine.phone import limits
from hotline.engine.times import DAY_MINUTES


class Play(Struct, frozen=True):
    """How the files are played. `languages`: the line's own, in its order; `language`: the one that it opens in."""

    root: Path
    languages: tuple[str, ...]
    language: str
    fit: limits.Fit
    rehearsal: Rehearsal
    today: date


class PlayedScreen(Struct, frozen=True):
    """Where these keys lead: the screen, and the orders that the last of them gave, in words."""

    screen: Screen
    orders: tuple[str, ...]


def at(edition: Edition, inputs: Sequence[str], play: Play) -> PlayedScreen:
    """The screen after these inputs."""
    world = play.rehearsal
    played = rehearse(edition, inputs, world)
    goes_on = f"nothing is kept here, it goes on as if it were {world.order_result}"
    return PlayedScreen(played.screen, tuple(f"{said(order, world.now)}; {goes_on}" for order in played.orders))


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
