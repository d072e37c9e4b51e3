"""What was promised, held against what is there: each way in which a promise was broken, by name."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Sequence
from contextlib import closing
from itertools import pairwise
from typing import Final

from msgspec import Struct

from bench.chaos import reading
from bench.chaos.callers import CALM_SECONDS, NOTED, VENDOR_SECONDS, Asked, Hop
from bench.chaos.line import ServedLine
from bench.chaos.losing import Loss
from bench.chaos.people import REFERENCE, SUPERVISOR, Witness
from bench.chaos.reading import KeptCallback
from bench.chaos.ringing import rung_wrongly
from hotline.app import SystemClock, open_store
from hotline.config import Config
from hotline.ports.calls.callbacks import Callback

TOLD_AGAIN_SECONDS: Final = 240
"""Of what is urgent, and nobody is free, supervisors are told every three minutes."""
LARGE: Final = 100_000
OPEN: Final = ("waiting", "claimed")
NOBODY_SECONDS: Final = VENDOR_SECONDS / 2
"""Where for so long nobody at all is answered, nobody is there who answers."""


class Span(Struct, frozen=True):
    """When a fault was at work, by this machine's wall clock."""

    name: str
    began: float
    ended: float
    halts: bool = False
    """It ends or stops processes that answer, which then need their time."""
    is_outage: bool = False
    """It takes the machine away as a whole, until another one answers, or the same again."""

    def touches(self, hop: Hop) -> bool:
        return hop.at < self.ended and self.began < hop.at + hop.seconds


class Happened(Struct, frozen=True):
    """A run as the faults saw it."""

    spans: tuple[Span, ...]
    losses: tuple[Loss, ...]
    wrong: tuple[str, ...]
    """What a fault saw that should not be."""


class Counted(Struct, frozen=True):
    """A run in numbers, and what went wrong in it."""

    hops: int
    slow: int
    """Hops that took longer than a second while who answers was killed, frozen or starting."""
    late: tuple[str, ...]
    """Hops that did so at any other moment: one line each."""
    slowest: float
    """Seconds."""
    outage: int
    """Hops that had no screen while there was no machine."""
    noted: int
    lost: int
    """Sessions that were told that nothing is kept."""
    gone: int
    """Noted, and lost by nature: after the backup that was restored, or with a spool that was destroyed."""
    stopped: int
    """Callers who said that they want no call: by `5 7`, in a call, or by taking one back."""
    rung: int
    alerts: int
    """Messages that staff's phones got."""
    broken: tuple[str, ...]
    """One line each; empty where every promise was kept."""
    starved: frozenset[str]
    """Those lines of `broken` that a machine which does much else makes true: hops given up after a process had been killed, stopped or starved, while for half of the ten
    seconds nobody else was answered either. A line that answers others and leaves one hop alone is not among them, nor one that stands still by itself."""


def counted(line: ServedLine, witness: Witness, happened: Happened) -> Counted:
    """Everything, once nobody dials any more and `await_quiet` has returned."""
    kept, seal, losses = reading.kept(line), line.seal, happened.losses
    orders = {asked.session: reading.order_of(seal, asked) for asked in witness.asked if asked.wish.order and asked.wish.name != "stop"}
    ids = {session: reading.callback_of(seal, order) for session, order in orders.items()}
    hops = [hop for asked in witness.asked for hop in asked.hops]
    over = [hop for hop in hops if hop.seconds > CALM_SECONDS]
    late = [hop for hop in over if not any(span.halts and span.touches(hop) for span in happened.spans)]
    gone = {asked.session for asked in witness.asked if asked.session in ids and _is_gone(asked, orders[asked.session], losses)}
    missing = [session for session in gone if ids[session] not in kept]
    unanswered = [hop for hop in hops if hop.status != 200 or hop.seconds > VENDOR_SECONDS + 1 or hop.screen[:4] not in ("CON ", "END ")]
    outage = [hop for hop in unanswered if any(span.is_outage and span.touches(hop) for span in happened.spans)]
    left_alone = {
        hop: f"hop {hop.typed!r} of {hop.session}: {hop.status or 'no answer'} after {hop.seconds:.1f} s"
        for hop in unanswered
        if hop not in outage
    }
    broken = [
        *happened.wrong,
        *left_alone.values(),
        *_not_kept_once(witness, ids, kept, gone),
        *_open_after_a_no(witness, ids, kept),
        *_promised_while_held(witness, losses),
        *rung_wrongly(witness, ids, losses),
        *reading.unsent(line),
        *_untold(line, witness),
        *_unseen(line, witness, ids),
        *_without_alert(witness, ids, kept),
        *(f"{count} sealed values open under no key" for count in (reading.unopened(line),) if count),
    ]
    return Counted(
        hops=len(hops),
        slow=len(over) - len(late),
        late=tuple(f"hop {hop.typed!r} of {hop.session} took {hop.seconds:.1f} s though all was up" for hop in late),
        slowest=max((hop.seconds for hop in hops), default=0.0),
        outage=len(outage),
        noted=sum(asked.noted_at is not None for asked in witness.asked),
        lost=sum(asked.lost_at is not None for asked in witness.asked),
        gone=len(missing),
        stopped=sum((asked.stopped_at or asked.cancelled_at) is not None for asked in witness.asked) + len(witness.agreed),
        rung=len(witness.rung),
        alerts=len(witness.messages),
        broken=tuple(broken),
        starved=frozenset(line for hop, line in left_alone.items() if is_starved(hop, hops, happened.spans)),
    )


def is_starved(hop: Hop, hops: Sequence[Hop], spans: Sequence[Span]) -> bool:
    """Did this hop get no answer since nobody was there to give one: after a fault that halts, and while for `NOBODY_SECONDS` no other was answered?"""
    if hop.status or not any(span.halts and span.touches(hop) for span in spans):
        return False
    given_up = hop.at + hop.seconds
    answered = sorted(at for at in (other.at + other.seconds for other in hops if other.status) if hop.at < at < given_up)
    return any(until - since >= NOBODY_SECONDS for since, until in pairwise((hop.at, *answered, given_up)))


def _is_gone(asked: Asked, order: bytes, losses: Sequence[Loss]) -> bool:
    """Was it noted where nothing could keep it: in a spool that was destroyed, or only after the backup that was restored?"""
    noted = [hop for hop in asked.hops if NOTED.match(hop.screen)]
    return bool(noted) and any(
        order in loss.destroyed
        or (order not in loss.spared and all(loss.since <= hop.at + hop.seconds and hop.at <= loss.lost_at for hop in noted))
        for loss in losses
    )


def _not_kept_once(witness: Witness, ids: dict[str, str], kept: dict[str, KeptCallback], gone: set[str]) -> list[str]:
    """Noted and not kept; kept and denied; kept and asked for by nobody."""
    noted = {asked.session for asked in witness.asked if asked.noted_at is not None}
    denied = {asked.session for asked in witness.asked if asked.lost_at is not None}
    return [
        *(f"{session} was noted and is not kept" for session, id in ids.items() if session in noted - gone and id not in kept),
        *(f"{session} is kept and was told that it is not" for session, id in ids.items() if session in denied - noted and id in kept),
        *(f"callback {id} was asked for by nobody" for id in kept if id not in set(ids.values())),
    ]


def _open_after_a_no(witness: Witness, ids: dict[str, str], kept: dict[str, KeptCallback]) -> list[str]:
    """Taken back in its session, or stopped by its phone in one that began later, and waiting for somebody to ring all the same."""
    stopped: dict[str, float] = defaultdict(float)
    for asked in witness.asked:
        if asked.stopped_at is not None:
            stopped[asked.number] = max(stopped[asked.number], asked.hops[0].at)
    open_ = [asked for asked in witness.asked if (callback := kept.get(ids.get(asked.session, ""))) and callback.state in OPEN]
    return [
        *(f"{asked.session} was taken back and is open" for asked in open_ if asked.cancelled_at is not None),
        *(
            f"{asked.session} was stopped by its phone and is open"
            for asked in open_
            if asked.noted_at is not None and asked.noted_at < stopped[asked.number]
        ),
    ]


def _promised_while_held(witness: Witness, losses: Sequence[Loss]) -> list[str]:
    """A session that began on a line that was held, and was told that a call is noted before somebody said go. Where its database did not answer in time either, the screen
    counts on nothing, and what was asked for waits for whoever says go."""
    return [
        f"{asked.session} was noted by a line that is held"
        for asked in witness.asked
        for loss in losses
        if asked.is_sure and loss.lost_at < asked.hops[0].at and asked.noted_at is not None and asked.noted_at < loss.released_at
    ]


def _untold(line: ServedLine, witness: Witness) -> list[str]:
    """The line takes a message to one of the staff for sent, and no phone got it."""
    came = {(number, sms.text) for number, sms in witness.messages}
    return [
        f"a message to {number} counts as sent and did not come: {text[:40]}"
        for number, text in reading.sent_to_staff(line, witness.looked_at) - came
    ]


def _unseen(line: ServedLine, witness: Witness, ids: dict[str, str]) -> list[str]:
    """Open, and on no board: neither it nor another of its phone."""
    numbers = {ids[asked.session]: asked.number for asked in witness.asked if asked.session in ids}
    config = Config.from_env(line.settings)
    at = SystemClock(config.timezone).now()
    # The line goes on meanwhile: what one look misses because it changed hands is there at the next.
    missing = set(reading.kept(line))
    with closing(open_store(config)) as store:
        for _ in range(2):
            with store.read() as tx:
                boards = (tx.board.due(at, ("fr", "bm"), LARGE, LARGE + 1), tx.board.coming(at, ("fr", "bm"), LARGE, LARGE + 1))
                shown = {numbers.get(callback.id) for board in boards for callback in (*board.callbacks, *tx.board.held(LARGE))}
                missing = {id for id in missing if numbers.get(id) not in shown and _is_open(tx.callbacks.get(id), at)}
    return [f"callback {id} is open and on no board" for id in sorted(missing)]


def _is_open(callback: Callback | None, at: int) -> bool:
    return callback is not None and callback.state in ("waiting", "claimed") and callback.not_after > at


def _without_alert(witness: Witness, ids: dict[str, str], kept: dict[str, KeptCallback]) -> list[str]:
    """Urgent and waiting for longer than supervisors are told again after, and since then neither was it named to anybody nor were they told."""
    told = {found for _, sms in witness.messages for found in REFERENCE.findall(sms.text)}
    supervised = [sms.at for number, sms in witness.messages if number == SUPERVISOR.number]
    by_number: dict[str, set[str]] = defaultdict(set)
    for asked in witness.asked:
        if asked.session in ids and ids[asked.session] in kept:
            by_number[asked.number].add(kept[ids[asked.session]].reference)
    now = time.time()
    numbers = {ids[asked.session]: asked.number for asked in witness.asked if asked.session in ids}
    return [
        f"urgent callback {callback.reference} is waiting and nobody was told"
        for id, callback in kept.items()
        if callback.urgent and callback.state == "waiting" and now - callback.made_at > TOLD_AGAIN_SECONDS
        if not by_number[numbers[id]] & told and not any(at >= callback.made_at for at in supervised)
    ]
