"""The line as a test holds it: dial, press, send, let time pass, and look into the database."""

from __future__ import annotations

import shutil
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

from msgspec.structs import replace

from hotline.adapters.keys.keyring import HASH, KEY_BYTES
from hotline.adapters.keys.seal import Seal
from hotline.adapters.sql import SqlStore
from hotline.engine.edition import Edition
from hotline.engine.effects import Screen
from hotline.engine.step import replay as engine
from hotline.ports.calls.callbacks import Callback
from hotline.ports.desk.shifts import Shift
from hotline.ports.desk.staff import Staff
from hotline.ports.incoming import ReceivedSms
from hotline.ports.outgoing import Outgoing, Route
from hotline.ports.store import Store, StoreAway
from hotline.ports.upkeep.revocations import RevokedJournal
from hotline.ports.ussd import UssdHop
from hotline.ports.voice import VoiceLeg, VoiceStep
from hotline.service import Hotline, Rules
from hotline.service.acts import By, Face, Result, run
from hotline.service.calls.dispatch import offering
from hotline.service.conversation.dialogue import Replay
from hotline.service.deps import Deps
from hotline.service.editions.cache import EditionCache
from tests.service.fakes import FakeClock, FakeGateway, FakeMemory, FakeMeter, FakeQueue, FakeSpool, FakeWebhook, UnsteadyStore

CALLER, OTHER_CALLER, OTHER_PHONE = "+22370000001", "+22370000002", "+22370000301"
AWA, OUMOU, NANA, FANTA = "+22370000101", "+22370000102", "+22370000103", "+22370000201"

KEYS = ",".join(f"{id}:{b64encode(id.encode().ljust(KEY_BYTES)).decode()}" for id in ("k1", HASH))
"""Always the same, and with them every reference: one made by chance is some other number on the page once in a while."""

RULES = Rules(
    promise_minutes=30,
    presence_minutes=15,
    offer_seconds=120,
    offer_urgent_seconds=45,
    lend_minutes=10,
    rings_a_day=3,
    shift_hours=8,
    session_seconds=300,
    sms_session_seconds=1800,
    number_hours=24,
    callback_days=30,
    sms_replies=False,
    lead_seconds=10,
    supervised=False,
    calls_a_shift=0,
    hard_calls_a_shift=0,
    pause_minutes=0,
    calling="bridge",
)


class Line:
    """Everything at hand, the fakes and the real store beneath them."""

    def __init__(self, store: Store, seal: Seal, editions: EditionCache, rules: Rules = RULES, replay: Replay = engine) -> None:
        self.real_store = store
        self.store = UnsteadyStore(store)
        self.seal = seal
        self.editions = editions
        self.clock = FakeClock()
        self.memory = FakeMemory(self.clock)
        self.spool = FakeSpool()
        self.queue = FakeQueue()
        self.gateway = FakeGateway()
        self.meter = FakeMeter()
        self._messages = count(1)
        self._replay = replay
        self.others: dict[str, FakeGateway] = {}
        """Further gateways, by name; `route` puts them to use."""
        self.webhook: FakeWebhook | None = None
        """A partner's system, once a test puts one there and calls `rule`."""
        self.revoked: RevokedJournal | None = None
        """The file apart, once a test puts one there and calls `rule`."""
        self.rule(rules)

    def rule(self, rules: Rules) -> None:
        """Begin a process with these rules."""
        self.rules = rules
        self.route()

    def route(self, *routes: Route) -> None:
        """Begin a process whose gateways are `fake` and `others`, with these routes."""
        rules, used = self.rules, {"fake": self.gateway, **self.others}
        deps = Deps(
            rules=rules,
            editions=self.editions,
            store=self.store,
            memory=self.memory,
            spool=self.spool,
            queue=self.queue,
            outgoing=Outgoing(used, used, routes, self.webhook),
            clock=self.clock,
            hasher=self.seal,
            sealer=self.seal,
            meter=self.meter,
            revoked=self.revoked,
        )
        self.hotline = Hotline(deps, threads=17, budget_ms=300, replay=self._replay)

    # callers
    def dial(self, keys: str = "", session: str = "session-1", number: str = CALLER) -> Screen:
        """One hop with all keys so far, `5 5`; within a second the clock offers what was asked for."""
        screen = self.hotline.hop("fake", "all", UssdHop(session, number, tuple(keys.split()))).screen
        self.offer()
        return screen

    def walk(self, keys: str, session: str = "session-1", number: str = CALLER) -> Screen:
        """A hop for every key."""
        typed = keys.split()
        for length in range(len(typed) + 1):
            screen = self.dial(" ".join(typed[:length]), session, number)
        return screen

    def text(self, number: str, text: str, *, id: str | None = None, age: int = 0) -> None:
        """An SMS to the line."""
        message = id or f"message-{next(self._messages)}"
        self.hotline.sms(ReceivedSms("fake", message, number, text, self.clock.now() - age, ""))
        if number not in (AWA, OUMOU, NANA, FANTA):
            self.offer()

    # time and workers
    def work(self) -> None:
        """The workers follow every hint, and what follows from it."""
        while hints := self.queue.take():
            for _, post in hints:
                self.hotline.deliver(post)

    def offer(self) -> None:
        """What the clock does within a second."""
        with suppress(StoreAway):
            offering.offer_due(self.hotline.deps, self.clock.now())

    def wait(self, seconds: int, *, tick: bool = True) -> None:
        """Time passes; the clock ticks and the workers work."""
        self.clock.at += seconds
        if tick:
            self.hotline.tick()
            self.work()

    def inbox(self, number: str) -> list[str]:
        """Every SMS that arrived there since the last look."""
        mine = [text for to, text in self.gateway.messages if to == number]
        self.gateway.messages = [message for message in self.gateway.messages if message[0] != number]
        return mine

    # counselors
    def take(self, counselor: str = AWA) -> None:
        """She takes what was offered to her; her phone rings."""
        self.text(counselor, "1")
        self.work()

    def act(self, number: str, act: Callable[..., Result], *args: object, origin: str = "", face: Face = "page") -> Result:
        """Whoever has this number acts, as by a form."""
        return run(self.hotline.deps, By(self.staff(number).id, face, origin), act, *args)

    def pick_up(self, counselor: str = AWA) -> VoiceStep:
        return self.hotline.voice(leg(f"voice-{len(self.gateway.rung)}", counselor, active=True, digits=None))

    def press(self, digits: str = "1", counselor: str = AWA) -> VoiceStep:
        return self.hotline.voice(leg(f"voice-{len(self.gateway.rung)}", counselor, active=True, digits=digits))

    def hang_up(self, counselor: str = AWA) -> None:
        self.hotline.voice(leg(f"voice-{len(self.gateway.rung)}", counselor, active=False, digits=None))
        self.work()

    def ring(self, counselor: str = AWA) -> VoiceStep:
        """She takes it, picks up, presses 1, and hangs up after: what the line did when she pressed."""
        self.take(counselor)
        self.pick_up(counselor)
        step = self.press("1", counselor)
        self.hang_up(counselor)
        return step

    # looking
    def say(self, key: str, language: str = "fr", **values: str) -> str:
        return self.words("sms").phrase(f"staff.{key}", language, **values)

    def words(self, channel: str) -> Edition:
        """The edition in force."""
        return self.editions.active(self.clock.now()).edition(channel, "")

    def callbacks(self) -> list[Callback]:
        """All that ever were, oldest first."""
        with self.real_store.read() as tx:
            ids = [id for (id,) in tx._connection.exec_driver_sql("SELECT id FROM callbacks ORDER BY made_at, rowid")]
            return [callback for id in ids if (callback := tx.callbacks.get(id))]

    def callback(self) -> Callback:
        """The only one."""
        (callback,) = self.callbacks()
        return callback

    def number_of(self, callback: Callback) -> str | None:
        with self.real_store.read() as tx:
            return tx.numbers.of(callback.id)

    def posts(self) -> list[tuple[str, str]]:
        """(kind, state) of the whole outbox."""
        with self.real_store.read() as tx:
            return [tuple(row) for row in tx._connection.exec_driver_sql("SELECT kind, state FROM outbox ORDER BY made_at, rowid")]

    def staff(self, number: str) -> Staff:
        with self.real_store.read() as tx:
            found = tx.staff.by_number(number)
        assert found is not None
        return found

    def set_staff(self, number: str, **fields: object) -> None:
        with self.real_store.write() as tx:
            tx.staff.save(replace(self.staff(number), **fields))


def leg(session: str, number: str, *, active: bool, digits: str | None, token: str = "") -> VoiceLeg:
    """What the gateway says of a call."""
    return VoiceLeg("fake", session, number, active, digits, token)


@contextmanager
def staffed(empty: Path, path: Path, editions: EditionCache, replay: Replay = engine) -> Iterator[Line]:
    """A line over a copy of the empty database, at `path`, with Awa and Oumou (French), Nana (Bambara) and Fanta, the supervisor: planned
    around the clock, Awa and Nana present."""
    shutil.copy(empty, path)
    seal = Seal.from_text(KEYS)
    store = SqlStore(f"sqlite:///{path}", seal, 20_000)
    line = Line(store, seal, editions, replay=replay)
    add_staff(store, line.clock.now())
    try:
        yield line
    finally:
        store.close()


def add_staff(store: Store, at: int) -> None:
    with store.write() as tx:
        tx.staff.save(Staff("a" * 32, "awa", "counselor", AWA, "fr", ("fr",), seen_at=at))
        tx.staff.save(Staff("b" * 32, "oumou", "counselor", OUMOU, "fr", ("fr",)))
        tx.staff.save(Staff("c" * 32, "nana", "counselor", NANA, "bm", ("bm",), seen_at=at))
        tx.staff.save(Staff("d" * 32, "fanta", "supervisor", FANTA, "fr", ("fr", "bm")))
        for id in ("a" * 32, "b" * 32, "c" * 32):
            tx.shifts.add(Shift(id, None, 0, 1440))
