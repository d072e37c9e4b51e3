"""What was promised, held against what is there: each way in which a promise was broken, by name."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from contextlib import closing
from typing import Any, Final

from msgspec import Struct
from sqlalchemy import create_engine, text

from bench.chaos.line import ServedLine
from bench.chaos.people import CALM_SECONDS, REFERENCE, SUPERVISOR, TEAM, VENDOR_SECONDS, Asked, Witness
from hotline.adapters.keys.seal import Seal
from hotline.app import SystemClock, open_store
from hotline.config import Config
from hotline.ports.calls.callbacks import Callback
from hotline.service.conversation.ledger import order_key
from hotline.service.outbox import RETRY_SECONDS, STUCK_SECONDS

ON_ITS_WAY: Final = 2.0
"""Seconds in which a ring that was placed before a stop may still reach the phone."""
PROMISE_SECONDS: Final = 30 * 60
MOST_RINGS: Final = 3
"""Of a phone, a day (docs: callback life)."""
TOLD_AGAIN_SECONDS: Final = 240
"""Of what is urgent, and nobody is free, supervisors are told every three minutes."""
SETTLE_SECONDS: Final = 10.0
LATE_SECONDS: Final = 15
"""By which a message may be late that is to be sent again, on a busy machine."""
LARGE: Final = 100_000


class Counted(Struct, frozen=True):
    """A run in numbers, and what went wrong in it."""

    hops: int
    slow: int
    """Hops that took longer than a second."""
    slowest: float
    """Seconds."""
    noted: int
    lost: int
    """Sessions that were told that nothing is kept."""
    stopped: int
    rung: int
    alerts: int
    """Messages that staff's phones got."""
    broken: tuple[str, ...]
    """One line each; empty where every promise was kept."""


class _Callback(Struct, frozen=True):
    """What is read of each when all is over."""

    reference: str
    state: str
    urgent: bool
    made_at: int
    not_after: int


def await_quiet(line: ServedLine) -> None:
    """Until nothing is on its way any more, or `SETTLE_SECONDS`. Nobody tells: asked again and again."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while _outbox(line) and time.monotonic() < deadline:
        time.sleep(0.2)


def counted(line: ServedLine, witness: Witness) -> Counted:
    """Everything, once nobody dials any more and `await_quiet` has returned."""
    kept = _kept(line)
    ids = {asked.session: _id(line, asked) for asked in witness.asked if asked.wish.order and asked.wish.name != "stop"}
    hops = [hop for asked in witness.asked for hop in asked.hops]
    broken = [
        *_unanswered(witness),
        *_not_kept_once(witness, ids, kept),
        *_rung_wrongly(witness),
        *_unsent(line),
        *_unseen(line, witness, ids),
        *_without_alert(witness, ids, kept),
    ]
    return Counted(
        hops=len(hops),
        slow=sum(hop.seconds > CALM_SECONDS for hop in hops),
        slowest=max((hop.seconds for hop in hops), default=0.0),
        noted=sum(asked.noted_at is not None for asked in witness.asked),
        lost=sum(asked.lost_at is not None for asked in witness.asked),
        stopped=sum(asked.stopped_at is not None for asked in witness.asked),
        rung=len(witness.rung),
        alerts=len(witness.messages),
        broken=tuple(broken),
    )


def _id(line: ServedLine, asked: Asked) -> str:
    """Of the callback that this session orders: it derives from the order's key."""
    seal = Seal.from_text(line.keys)
    assert asked.wish.order is not None
    return seal.digest("callback", order_key(seal, "africastalking", f"{asked.session}|{asked.number}", asked.wish.order).hex()).hex()[:32]


def _rows(line: ServedLine, statement: str) -> list[Any]:
    engine = create_engine(line.database)
    try:
        with engine.connect() as connection:
            return list(connection.execute(text(statement)))
    finally:
        engine.dispose()


def _kept(line: ServedLine) -> dict[str, _Callback]:
    return {row[0]: _Callback(*row[1:]) for row in _rows(line, "SELECT id, reference, state, urgent, made_at, not_after FROM callbacks")}


def _outbox(line: ServedLine) -> list[Any]:
    return _rows(line, "SELECT kind, state, changed_at, attempts FROM outbox WHERE state IN ('pending', 'sending')")


def _unsent(line: ServedLine) -> list[str]:
    """What nobody takes up, though its time has come: a worker that died with a message in hand leaves it so for a minute."""
    return [
        f"a message of kind {kind} is {state} since {int(time.time() - changed_at)} s"
        for kind, state, changed_at, attempts in _outbox(line)
        if time.time() - changed_at > (STUCK_SECONDS if state == "sending" else RETRY_SECONDS << attempts) + LATE_SECONDS
    ]


def _unanswered(witness: Witness) -> list[str]:
    """Hops that got no answer in the vendor's time, or one that is no screen."""
    return [
        f"hop {hop.typed!r} of {hop.session}: {hop.status or 'no answer'} after {hop.seconds:.1f} s"
        for asked in witness.asked
        for hop in asked.hops
        if hop.status != 200 or hop.seconds > VENDOR_SECONDS + 1 or hop.screen[:4] not in ("CON ", "END ")
    ]


def _not_kept_once(witness: Witness, ids: dict[str, str], kept: dict[str, _Callback]) -> list[str]:
    """Noted and not kept; kept and denied; kept and asked for by nobody."""
    noted = {asked.session for asked in witness.asked if asked.noted_at is not None}
    denied = {asked.session for asked in witness.asked if asked.lost_at is not None}
    return [
        *(f"{session} was noted and is not kept" for session, id in ids.items() if session in noted and id not in kept),
        *(f"{session} is kept and was told that it is not" for session, id in ids.items() if session in denied - noted and id in kept),
        *(f"callback {id} was asked for by nobody" for id in kept if id not in set(ids.values())),
    ]


def _rung_wrongly(witness: Witness) -> list[str]:
    """Rung without having asked, after a stop or the promise's end, or too often; and callers who were sent a message."""
    by_number: dict[str, list[Asked]] = defaultdict(list)
    for asked in witness.asked:
        by_number[asked.number].append(asked)
    staff = {person.number for person in (*TEAM, SUPERVISOR)}
    wrong = [f"{number} was sent a message" for number, _ in witness.messages if number not in staff]
    for number, count in Counter(rung.number for rung in witness.rung).items():
        if count > MOST_RINGS:
            wrong.append(f"{number} was rung {count} times")
    for rung in witness.rung:
        stops = [asked.stopped_at for asked in by_number[rung.number] if asked.stopped_at and asked.stopped_at < rung.at - ON_ITS_WAY]
        since = max(stops, default=0.0)
        if not any(_asks(asked, since, rung.at) for asked in by_number[rung.number]):
            wrong.append(
                f"{rung.number} was rung {rung.at - since:.1f} s after a stop" if since else f"{rung.number} was rung and had not asked"
            )
    return wrong


def _asks(asked: Asked, since: float, until: float) -> bool:
    """Was a call asked for in this session, between these moments, that has not ended by the later one?"""
    order = asked.wish.order
    if order is None or asked.wish.name == "stop":
        return False
    earliest = max(since, until - PROMISE_SECONDS - ON_ITS_WAY) if asked.wish.is_now else since
    return any(earliest < hop.at + hop.seconds and hop.at < until for hop in asked.hops if len(hop.typed.split("*")) >= order.position)


def _unseen(line: ServedLine, witness: Witness, ids: dict[str, str]) -> list[str]:
    """Open, and on no board: neither it nor another of its phone."""
    numbers = {ids[asked.session]: asked.number for asked in witness.asked if asked.session in ids}
    config = Config.from_env(line.settings)
    at = SystemClock(config.timezone).now()
    # The line goes on meanwhile: what one look misses because it changed hands is there at the next.
    missing = set(_kept(line))
    with closing(open_store(config)) as store:
        for _ in range(2):
            with store.read() as tx:
                boards = (tx.board.due(at, ("fr", "bm"), LARGE, LARGE + 1), tx.board.coming(at, ("fr", "bm"), LARGE, LARGE + 1))
                shown = {numbers.get(callback.id) for board in boards for callback in (*board.callbacks, *tx.board.held(LARGE))}
                missing = {id for id in missing if numbers.get(id) not in shown and _is_open(tx.callbacks.get(id), at)}
    return [f"callback {id} is open and on no board" for id in sorted(missing)]


def _is_open(callback: Callback | None, at: int) -> bool:
    return callback is not None and callback.state in ("waiting", "claimed") and callback.not_after > at


def _without_alert(witness: Witness, ids: dict[str, str], kept: dict[str, _Callback]) -> list[str]:
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
