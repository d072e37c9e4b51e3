"""The world around the service: a gateway, a clock, Redis, a spool, a queue and a meter that do what a test says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal

from hotline.engine.effects import Minute
from hotline.ports.clock import Reading
from hotline.ports.memory import MarkerLookup, MemoryAway, Press, Recalled, SessionMarker
from hotline.ports.outgoing import GatewayRefused, GatewayUnknown
from hotline.ports.spool import SpoolFull, SpoolState
from hotline.ports.store import Store, StoreAway, Transaction

TEN_O_CLOCK = 1_795_514_400
"""Tuesday, 24 November 2026, 10:00 in Bamako, which keeps UTC."""
DAY = 24 * 3600


class FakeClock:
    """Stands still until a test lets time pass."""

    def __init__(self, at: int = TEN_O_CLOCK) -> None:
        self.at = at
        self.jumped = 0
        """By how much it was set, since it began: the rest of the time did pass."""
        self.boot = "a start"
        self.pauses: list[float] = []
        self.while_pausing: Callable[[], None] | None = None

    def now(self) -> int:
        return self.at

    def jump(self, seconds: int) -> None:
        """Somebody sets it."""
        self.at += seconds
        self.jumped += seconds

    def reading(self) -> Reading:
        return Reading(self.boot, self.at * 1000, (self.at - self.jumped - TEN_O_CLOCK) * 1000)

    def local(self, at: int) -> Minute:
        return at // 60

    def moment(self, minute: Minute) -> int:
        return minute * 60

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        if self.while_pausing:
            self.while_pausing()


class FakeWebhook:
    """A partner's system that takes what it is told, or fails as a test says."""

    def __init__(self) -> None:
        self.told: list[tuple[str, bytes]] = []
        self.asked = 0
        self.failure: Exception | None = None

    def post(self, id: str, body: bytes, at: int) -> None:
        self.asked += 1
        if self.failure:
            raise self.failure
        self.told.append((id, body))


class FakeMemory:
    """Redis as a dictionary; all lives until its time is over on the fake clock. `test_contracts.py` holds it to what Redis does."""

    def __init__(self, clock: FakeClock) -> None:
        self.away = False
        self.asked = 0
        self.mute = False
        """Markers are written and nobody is told."""
        self._clock = clock
        self._held: dict[tuple[str, str], tuple[Any, int]] = {}

    @property
    def inputs(self) -> dict[str, tuple[str, ...]]:
        """What was heard, by session."""
        return {name: inputs for kind, name in self._held if kind == "inputs" and (inputs := self._get(kind, name))}

    def recall(self, session: str) -> Recalled:
        self.ping()
        return Recalled(self._get("facts", session), self._get("began", session))

    def remember(self, session: str, facts: bytes, seconds: int) -> None:
        self.ping()
        self._set("facts", session, facts, seconds)

    def first(self, session: str, about: str, value: bytes, seconds: int) -> bytes:
        self.ping()
        stands = self._get("first", f"{session}|{about}")
        if stands is None:
            self._set("first", f"{session}|{about}", value, seconds)
        return value if stands is None else stands

    def hear(self, session: str, message: str, text: str, seconds: int, *, anew: bool = False) -> tuple[str, ...]:
        self.ping()
        inputs: tuple[str, ...] = self._get("inputs", session) or ()
        place = self._get("heard", message)
        if place is None:
            inputs = (text,) if anew else (*inputs, text)
            place = len(inputs)
            self._set("inputs", session, inputs, seconds)
            self._set("heard", message, place, DAY)
        return inputs[:place]

    def press(self, session: str, press: Press, seconds: int) -> tuple[str, ...]:
        self.ping()
        inputs: tuple[str, ...] = self._get("inputs", session) or ()
        what = press.hop or press.text
        heard = self._get("pressed", f"{session}|{press.hop}") if inputs else None
        if heard is not None and heard[0] == what and heard[1] <= len(inputs):
            return inputs[: heard[1]]
        inputs = press.whole if not inputs else inputs if press.text is None else (*inputs, press.text)
        self._set("inputs", session, inputs, seconds)
        if what is not None:
            self._set("pressed", f"{session}|{press.hop}", (what, len(inputs)), seconds if press.hop else press.again)
        self.answer()
        return inputs

    def affirm(self, session: str, first: str) -> None:
        self.ping()
        inputs, until = self._held.get(("inputs", session), ((), 0))
        if not inputs:
            raise MemoryAway
        self._held["inputs", session] = (first, *inputs[1:]), until

    def linger(self, session: str, seconds: int) -> None:
        self.ping()
        heard = self._get("pressed", f"{session}|")
        if heard is not None:
            self._set("pressed", f"{session}|", heard, seconds)

    def distinct(self, name: str, member: str, seconds: int) -> int:
        self.ping()
        members: frozenset[str] = self._get("distinct", name) or frozenset()
        if member not in members:
            self._set("distinct", name, members | {member}, seconds)
        return len(members | {member})

    def begin(self, session: str, edition: int, seconds: int) -> SessionMarker | None:
        self.ping()
        stands: SessionMarker | None = self._get("began", session)
        if stands is None:
            self._set("began", session, SessionMarker(edition, sure=False), seconds)
        self.answer()
        return stands

    def settle(self, session: str, edition: int, seconds: int) -> None:
        self.ping()
        self._set("began", session, SessionMarker(edition, sure=True), seconds)
        self.answer()

    def began(self, session: str) -> MarkerLookup:
        self.ping()
        return MarkerLookup(self._get("began", session), self._get("vouched", ""))

    def vouch(self, at: int) -> None:
        self.ping()
        since = self._get("vouched", "")
        self._set("vouched", "", at if since is None else since, DAY)

    def lose(self) -> None:
        """Start again, with nothing: Redis keeps nothing on a disk."""
        self._held.clear()

    def forget(self, session: str) -> None:
        self.ping()
        self._held.pop(("inputs", session), None)

    def ping(self) -> None:
        self.asked += 1
        if self.away:
            raise MemoryAway

    def answer(self) -> None:
        """What was asked for is done."""
        if self.mute:
            raise MemoryAway

    def _get(self, kind: str, name: str) -> Any:
        value, until = self._held.get((kind, name), (None, 0))
        return value if self._clock.now() < until else None

    def _set(self, kind: str, name: str, value: object, seconds: int) -> None:
        self._held[kind, name] = value, self._clock.now() + seconds


class FakeSpool:
    """This machine's disk as a dictionary of at most `slots`. `test_contracts.py` holds it to what the disk does."""

    def __init__(self, slots: int = 100) -> None:
        self.slots = slots
        self.is_set_aside = self.away = False
        self.is_ours = True
        """Nobody else of this machine drains it."""
        self._records: dict[bytes, bytes] = {}

    def put(self, key: bytes, record: bytes) -> None:
        if key in self._records:
            return
        if self.away or len(self._records) >= self.slots or len(record) > 900:
            raise SpoolFull
        self._records[key] = record

    def find(self, key: bytes) -> bytes | None:
        if self.away:
            raise SpoolFull
        return self._records.get(key)

    def find_all(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        return {key: record for key in keys if (record := self.find(key)) is not None}

    def records(self) -> tuple[tuple[bytes, bytes], ...]:
        if self.away:
            raise SpoolFull
        return tuple(self._records.items())

    def drop(self, key: bytes) -> None:
        self._records.pop(key, None)

    def __len__(self) -> int:
        if self.away:
            raise SpoolFull
        return len(self._records)

    def state(self) -> SpoolState:
        return "away" if self.away else "set_aside" if self.is_set_aside else "ok"

    @contextmanager
    def turn(self) -> Iterator[bool]:
        yield self.is_ours


class FakeQueue:
    """Keeps the hints, as (queue, post), until a test takes them."""

    def __init__(self) -> None:
        self.away = False
        self.hints: list[tuple[str, str]] = []
        self.worked = {"urgent": True, "default": True}

    def enqueue(self, queue: str, post: str) -> None:
        if self.away:
            raise MemoryAway
        self.hints.append((queue, post))

    def dropped(self) -> int:
        if self.away:
            raise MemoryAway
        return 0

    def is_worked(self, queue: str) -> bool:
        if self.away:
            raise MemoryAway
        return self.worked[queue]

    def take(self) -> list[tuple[str, str]]:
        hints, self.hints = self.hints, []
        return hints


class FakeGateway:
    """Remembers what it was handed, or fails as a test says."""

    def __init__(self, name: str = "fake") -> None:
        self.name = name
        self.messages: list[tuple[str, str]] = []
        self.rung: list[str] = []
        self.tokens: list[str] = []
        """What each ring carried."""
        self.covered: list[str] = []
        """Voice sessions whose other end was given the cover to hear."""
        self.failure: GatewayRefused | GatewayUnknown | None = None
        self.while_ringing: Callable[[], None] | None = None
        self.while_sending: Callable[[], None] | None = None

    def send_sms(self, to: str, text: str) -> str:
        self.messages.append((to, text))
        if self.while_sending:
            self.while_sending()
        if self.failure:
            raise self.failure
        return f"sms-{len(self.messages)}"

    def ring(self, to: str, token: str) -> str:
        self.rung.append(to)
        self.tokens.append(token)
        if self.while_ringing:
            self.while_ringing()
        if self.failure:
            raise self.failure
        return f"voice-{len(self.rung)}"

    def cover(self, session: str) -> None:
        self.covered.append(session)
        if self.failure:
            raise self.failure


class FakeMeter:
    """Remembers what was counted."""

    def __init__(self) -> None:
        self.orders: list[tuple[str, str]] = []
        self.breakers: list[str] = []
        self.unknowns: list[str] = []

    def hop(self, kind: str, seconds: float, gateway: str = "") -> None:
        raise AssertionError("the hop counts itself")

    def order(self, effect: str, how: str) -> None:
        self.orders.append((effect, how))

    def breaker(self, part: str) -> None:
        self.breakers.append(part)

    def unknown(self, what: str) -> None:
        self.unknowns.append(what)

    def share(self) -> None:
        """There is nobody to share with."""


Failing = Literal["never", "always", "at commit", "after commit"]


class UnsteadyStore:
    """A real store that goes away: before it does anything, with its work taken back, or with its work done and the answer lost.

    `units` counts the transactions that were asked of it; `fails_when` is asked before each.
    """

    def __init__(self, store: Store) -> None:
        self.failing: Failing = "never"
        self.fails_when: Callable[[], bool] | None = None
        self.units = 0
        self._store = store

    def _begin(self) -> None:
        self.units += 1
        if self.failing == "always" or (self.fails_when is not None and self.fails_when()):
            raise StoreAway

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        self._begin()
        with self._store.write() as tx:
            yield tx
            if self.failing == "at commit":
                raise StoreAway
        if self.failing == "after commit":
            raise StoreAway

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        self._begin()
        with self._store.read() as tx:
            yield tx
