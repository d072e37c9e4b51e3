"""The phone beside a screen: which keys were pressed on it, and in which world."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, cast

from flask import request

from hotline.console.context import ConsoleContext
from hotline.engine.drafting.rehearsal import There
from hotline.engine.step import LONGEST_INPUT, MOST_INPUTS
from hotline.engine.times import DAY_MINUTES
from hotline.service.studio.composing import Composed
from hotline.service.studio.screens.trial import CHANNELS, MOST_AT_ONCE, THERE, Channel, DraftPhone, Trial, TrialWorld

BUTTONS: Final = ("weigh", "press", "go")
"""Of the screen's form: those that keep nothing."""
BETWEEN: Final = "*"
"""Inputs, in an address as in what is dialed."""


def tried(context: ConsoleContext, composed: Composed, key: str, typed: Mapping[str, str | None]) -> Trial:
    """The phone as the form or the address says; where neither says anything, at this screen if a way there is found soon, else at the first."""
    now = context.deps.clock.local(context.now)
    phone = DraftPhone(context.deps, composed, typed, now)
    values = request.values
    world = TrialWorld(
        cast("There", _one_of(THERE, values.get("there"))),
        _minute(values.get("at", ""), now % DAY_MINUTES),
        cast("Channel", _one_of(CHANNELS, values.get("by"))),
        values.get("raw") == "yes",
        values.get("away") == "yes",
    )
    go = values.get("go", "")
    if go == "here" or ("keys" not in values and not go):
        way = phone.way_to(key, world) if go else phone.way_to(key, world, MOST_AT_ONCE)
        return phone.press(*way) if way else phone.press((), world)
    inputs = tuple(filter(None, values.get("keys", "").split(BETWEEN)))
    if go == "first":
        inputs = ()
    elif go == "back":
        inputs = inputs[:-1]
    sent = go == "on" or "weigh" in values
    pressed = values.get("press") or (values.get("answer", "").strip() if sent else "")
    if pressed:
        inputs = (*inputs, pressed[:LONGEST_INPUT].replace(BETWEEN, ""))
    return phone.press(inputs[:MOST_INPUTS], world)


def _one_of(known: tuple[str, ...], value: str | None) -> str:
    """The value if it is known, else the first of those that are."""
    return value if value in known else known[0]


def _minute(written: str, now: int) -> int:
    hour, _, minute = written.partition(":")
    if hour.isascii() and hour.isdigit() and minute.isascii() and minute.isdigit() and int(hour) < 24 and int(minute) < 60:
        return int(hour) * 60 + int(minute)
    return now
