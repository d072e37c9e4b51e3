"""Who was rung, held against who asked, who stopped it and what was agreed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Final

from bench.chaos.callers import Asked
from bench.chaos.losing import Loss
from bench.chaos.people import SUPERVISOR, TEAM, Witness

ON_ITS_WAY: Final = 2.0
"""Seconds in which a ring that was placed before may still reach the phone."""
PROMISE_SECONDS: Final = 30 * 60
MOST_RINGS: Final = 3
"""Of a phone, a day (docs: callback life)."""


def rung_wrongly(witness: Witness, ids: dict[str, str], losses: Sequence[Loss]) -> list[str]:
    """Rung without having asked, after a stop, an agreed no or the promise's end, too often, or by a line that was held; and callers who were sent a message.
    `ids`: of callbacks, by session."""
    by_number: dict[str, list[Asked]] = defaultdict(list)
    for asked in witness.asked:
        by_number[asked.number].append(asked)
    numbers = {ids[asked.session]: asked.number for asked in witness.asked if asked.session in ids}
    agreed = [(numbers.get(id), at) for id, at in witness.agreed]
    staff = {person.number for person in (*TEAM, SUPERVISOR)}
    wrong = [f"{number} was sent a message" for number, _ in witness.messages if number not in staff]
    # What was rung between a backup and the loss no line knows of.
    known = Counter(rung.number for rung in witness.rung if not any(_is_forgotten(loss, rung.at) for loss in losses))
    wrong += [f"{number} was rung {count} times" for number, count in known.items() if count > MOST_RINGS]
    for rung in witness.rung:
        wrong += [f"{rung.number} was rung by a line that is held" for loss in losses if _is_held(loss, rung.at)]
        noes = [asked.stopped_at for asked in by_number[rung.number] if asked.stopped_at]
        noes += [at for number, at in agreed if number == rung.number]
        since = max((at for at in noes if at < rung.at - ON_ITS_WAY), default=0.0)
        if not any(_asks(asked, since, rung.at) for asked in by_number[rung.number]):
            wrong.append(
                f"{rung.number} was rung {rung.at - since:.1f} s after a no" if since else f"{rung.number} was rung and had not asked"
            )
    return wrong


def _is_forgotten(loss: Loss, at: float) -> bool:
    return loss.since <= at <= loss.lost_at + ON_ITS_WAY


def _is_held(loss: Loss, at: float) -> bool:
    return loss.lost_at + ON_ITS_WAY < at < loss.released_at


def _asks(asked: Asked, since: float, until: float) -> bool:
    """Was a call asked for in this session, between these moments, that has not ended or been cancelled by the later one?"""
    order = asked.wish.order
    if order is None or asked.wish.name == "stop" or (asked.cancelled_at or until) < until - ON_ITS_WAY:
        return False
    earliest = max(since, until - PROMISE_SECONDS - ON_ITS_WAY) if asked.wish.is_now else since
    return any(earliest < hop.at + hop.seconds and hop.at < until for hop in asked.hops if len(hop.typed.split("*")) >= order.position)
