"""Seven callers ask for urgent help within a minute of one counselor and one supervisor on call, whatever is away in between."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from hotline.ports.calls.callbacks import Callback
from hotline.ports.memory import MemoryAway
from hotline.ports.store import StoreAway
from tests.service.line import AWA, FANTA, NANA, OUMOU, Line

SECONDS_A_CALL = 200


def caller(n: int) -> str:
    return f"+2237000001{n}"


def ask(line: Line, n: int, language: str, *, by_sms: bool) -> str:
    """Returns what the caller reads."""
    keys = "4 1 1" if language == "fr" else "6 4 1 1"
    if not by_sms:
        return line.walk(keys, f"session-{n}", caller(n)).text
    line.text(caller(n), keys, id=f"asks-{n}")
    line.work()
    return "\n".join(line.inbox(caller(n)))


def rung(line: Line) -> Iterator[str]:
    """Awa takes whatever is offered to her and talks for some minutes each, until nothing is open any more. Yields the ids in the order in which she rang."""
    for _ in range(100):
        if not any(callback.state in ("waiting", "claimed") for callback in line.callbacks()):
            return
        line.set_staff(AWA, seen_at=line.clock.now())
        line.wait(1)
        offered = [text for text in line.inbox(AWA) if "Pour le prendre" in text]
        if not offered:
            line.wait(20)
            continue
        line.text(AWA, re.findall(r"\d+", offered[-1])[0] + " 1")
        line.work()
        mine = [callback for callback in line.callbacks() if callback.state == "claimed"]
        if not mine:
            continue
        yield from (callback.id for callback in mine)
        line.pick_up()
        line.press("1")
        line.wait(SECONDS_A_CALL)
        line.hang_up()
        line.text(AWA, "1")
        line.work()
        line.inbox(AWA)


@pytest.mark.parametrize("away", ["nothing", "redis", "database"])
@pytest.mark.parametrize("by_sms", [False, True], ids=["ussd", "sms"])
@pytest.mark.parametrize("language", ["fr", "bm"])
def test_each_is_kept_and_rung_in_order_or_has_read_its_end(line: Line, language: str, away: str, *, by_sms: bool) -> None:
    """Nothing is ever sent that was not asked for, and the supervisor hears of all that the counselor cannot take, by few messages."""
    line.rule(replace(line.rules, sms_replies=by_sms, presence_minutes=90))
    for number in (OUMOU, NANA):
        line.set_staff(number, active=False)
    line.set_staff(AWA, speaks=("fr", "bm"), seen_at=line.clock.now())
    line.set_staff(FANTA, on_call_until=line.clock.now() + 8 * 3600)
    read: dict[str, str] = {}
    again = []
    for n in range(7):
        is_away = 2 <= n <= 4
        line.memory.away = is_away and away == "redis"
        line.store.failing = "always" if is_away and away == "database" else "never"
        try:
            read[caller(n)] = ask(line, n, language, by_sms=by_sms)
        except (StoreAway, MemoryAway):
            again.append(n)  # an SMS that could not be kept is refused, and the vendor brings it again
        if line.store.failing == "never":
            line.wait(0)
        line.clock.at += 6
    line.memory.away, line.store.failing = False, "never"
    assert bool(again) is (by_sms and away != "nothing")
    line.wait(1)
    for n in again:
        read[caller(n)] = ask(line, n, language, by_sms=True)
    line.wait(0)
    callbacks = line.callbacks()
    assert [("waiting", True)] * 7 == [(callback.state, callback.urgent) for callback in callbacks]
    assert {number_of(line, callback) for callback in callbacks} == set(read)
    assert all("10h30" in text for text in read.values())
    heard = line.inbox(FANTA)
    assert 1 <= len(heard) <= 2
    order = list(rung(line))
    asked = [callback.id for callback in sorted(callbacks, key=lambda callback: (callback.not_after, callback.made_at, callback.id))]
    assert order == [id for id in asked if id in order]
    left = [callback for callback in line.callbacks() if callback.id not in order]
    assert all(callback.state == "lapsed" for callback in left)
    assert [] == [to for to, _ in line.gateway.messages if to.startswith("+2237000001") and to in read]


def number_of(line: Line, callback: Callback) -> str:
    with line.real_store.read() as tx:
        return tx.numbers.of(callback.id) or ""
