"""Several processes over one database and one Redis, each with a clock, an edition cache and copies of its own; and small editions that differ where it matters."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

from msgspec.structs import replace

from hotline.adapters.keys.seal import Seal
from hotline.adapters.sql import SqlStore
from hotline.engine.edition import Edition, compile_edition
from hotline.engine.effects import Fact, Minute, Screen, StepResult
from hotline.engine.flow import Do, Each, End, Item, Kind, Menu, Say, Sources
from hotline.engine.phone import limits
from hotline.engine.step import replay
from hotline.ports.calls.callbacks import Callback
from hotline.ports.clock import Reading
from hotline.ports.editions.editions import EditionRow, Withdrawal
from hotline.ports.incoming import ReceivedSms
from hotline.ports.outgoing import Outgoing
from hotline.ports.store import Store, StoreAway
from hotline.ports.ussd import UssdHop
from hotline.service import Hotline
from hotline.service.deps import Deps
from hotline.service.editions.cache import EditionCache
from hotline.service.editions.snapshot import CompileSettings, encode
from tests.engine.trees import AT, option, sources
from tests.service.fakes import FakeClock, FakeGateway, FakeMemory, FakeMeter, FakeQueue, FakeSpool, UnsteadyStore
from tests.service.line import CALLER, KEYS, RULES, add_staff

LEAD, LIFE = RULES.lead_seconds, RULES.session_seconds
PHONE = "+22370000310"
WORDS = {"staff.gone_dark": "{name}: retiré", "sms.word.callback": "conseil", "sms.word.54": "rappel"}


@cache
def variant(n: int, verified_on: str = "2026-11-20", stop: str = "stop") -> Sources:
    """An edition: 1 and 2 lead where they are said to, which is elsewhere in every second; `kept` has other words in every third; the advice is always the same."""
    tips, soap = ("tips.water", "tips.soap") if n % 2 else ("tips.soap", "tips.water")
    now, kept = ("un appel", "Noté") if n % 3 else ("appel", "C'est noté")
    screens: dict[str, tuple[Kind, str]] = {
        "line.first": (
            Menu((option(1, tips), option(2, soap), option(3, "centres.list"), option(4, "danger.advice"), option(5, "callback.open"))),
            f"Accueil {n}\n1 {tips[5:]}\n2 {soap[5:]}\n3 Centres\n4 Aide\n5 Conseil",
        ),
        "danger.advice": (Menu((option(1, "danger.now"),)), "Sortez si possible.\n1 Appel"),
        "danger.now": (Do("open_callback", "danger.kept", "callback.lost", "now", urgent=True), ""),
        "danger.kept": (End(), "Noté"),
        "callback.open": (
            Menu((option(2, "callback.later", part="evening"), option(4, "callback.now"), option(7, "callback.stop"))),
            f"2 Ce soir\n4 {now}\n7 Non",
        ),
        "callback.later": (Do("open_callback", "callback.kept", "callback.lost", "part"), ""),
        "callback.now": (Do("open_callback", "callback.kept", "callback.lost", "now"), ""),
        "callback.stop": (Do("stop_calls", "callback.stopped", "callback.lost"), ""),
        "callback.kept": (Say(), kept),
        "callback.stopped": (End(), "D'accord"),
        "callback.lost": (End(), "Rien"),
        "tips.water": (Say(), "De l'eau"),
        "tips.soap": (Say(), f"Du savon {n % 2}"),
        "centres.list": (Each("services", "service", "centres.one"), "Centres"),
        "centres.one": (Say(), "{name}\n{phone}"),
    }
    centre = Item("services", "centre", "Centre", {"phone": PHONE, "verified_on": verified_on, "verified_by": "Awa"}, AT)
    return sources(screens, "line.first", "callback.open", (centre,), {**WORDS, "sms.word.stop": stop})


@cache
def edition(n: int) -> Edition:
    return compile_edition(variant(n), n, limits.USSD)


def first(n: int) -> str:
    """Its first screen."""
    return edition(n).nodes["fr"]["line.first"].shown[0][0].plain_first.text


class Process:
    """One web process. Its clock goes before or after the world's; `cut`: it cannot reach the database."""

    def __init__(self, fleet: Fleet, var: Path, ahead: int, *, cut: bool = False) -> None:
        self.fleet = fleet
        self.clock = Ahead(fleet.clock, ahead)
        self.store = UnsteadyStore(fleet.store)
        self.cut = cut
        self.facts: Mapping[str, Fact] = {}
        """Those of the last screen."""
        self.spool = FakeSpool()
        self.editions = EditionCache.load(self.store, var, self.clock.now(), CompileSettings())
        self.gateway = FakeGateway()
        self.queue = FakeQueue()
        deps = Deps(
            rules=fleet.rules,
            editions=self.editions,
            store=self.store,
            memory=fleet.memory,
            spool=self.spool,
            queue=self.queue,
            outgoing=Outgoing({"fake": self.gateway}, {"fake": self.gateway}),
            clock=self.clock,
            hasher=fleet.seal,
            sealer=fleet.seal,
            meter=FakeMeter(),
        )
        self.hotline = Hotline(deps, threads=17, budget_ms=300, replay=self._replay)

    @property
    def cut(self) -> bool:
        return self.store.failing == "always"

    @cut.setter
    def cut(self, cut: bool) -> None:
        self.store.failing = "always" if cut else "never"

    def dial(self, keys: str = "", session: str = "s", number: str = CALLER) -> Screen:
        """One hop with all keys so far, `5 4`."""
        return self.hotline.hop("fake", "all", UssdHop(session, number, tuple(keys.split()))).screen

    def text(self, text: str, message: str, number: str = CALLER) -> None:
        self.hotline.sms(ReceivedSms("fake", message, number, text, self.clock.now(), ""))

    def poll(self) -> None:
        with suppress(StoreAway):
            self.hotline.refresh()
        self.hotline.share()

    def _replay(self, edition: Edition, inputs: Sequence[str], facts: Mapping[str, Fact]) -> StepResult:
        answer = replay(edition, inputs, facts)
        if isinstance(answer, Screen):
            self.facts = dict(facts)
        return answer


class Ahead(FakeClock):
    """A clock that differs from another one by so many seconds."""

    def __init__(self, world: FakeClock, ahead: int) -> None:
        self._world = world
        self._ahead = ahead
        self.zone = 0
        """Seconds by which the local time is before UTC."""

    def local(self, at: int) -> Minute:
        return super().local(at + self.zone)

    def now(self) -> int:
        return self._world.at + self._ahead

    def reading(self) -> Reading:
        return replace(self._world.reading(), boot=f"{self._ahead} s ahead", wall=self.now() * 1000)


class Fleet:
    """The processes and what they share."""

    def __init__(self, store: Store, seal: Seal, folder: Path) -> None:
        self.rules = RULES
        self.clock = FakeClock()
        self.memory = FakeMemory(self.clock)
        self.store = store
        self.seal = seal
        self.processes: list[Process] = []
        self._folder = folder

    def start(self, ahead: int = 0, *, machine: str = "", cut: bool = False, poll: bool = True) -> Process:
        """One more process, on a machine of its own unless one is named."""
        var = self._folder / (machine or f"machine-{len(self.processes)}")
        process = Process(self, var, ahead, cut=cut)
        self.processes.append(process)
        if poll:
            process.poll()
        return process

    def publish(self, what: int, lead: int = LEAD, **changes: str) -> int:
        """Write down the next edition, one of `variant`; its number."""
        at = self.clock.now()
        with self.store.write() as tx:
            number = 1 + max((row.number for row in tx.editions.all()), default=0)
            tx.editions.add(EditionRow(number, at, "somebody", at + lead, encode(variant(what, **changes))))
        return number

    def darken(self, phone: str = PHONE, day: str = "2026-11-24", item: str = "centre") -> None:
        with self.store.write() as tx:
            tx.editions.withdraw(Withdrawal(item, phone, day, self.clock.now(), "somebody"))

    def wait(self, seconds: int) -> None:
        """Time passes; everybody looks for what is new, soon after its beginning and at its end."""
        for part in (min(seconds, 2), seconds - min(seconds, 2)):
            self.clock.at += part
            for process in self.processes:
                process.poll()

    def staff_is_there(self) -> None:
        """They were heard of just now."""
        add_staff(self.store, self.clock.now())

    def due(self) -> tuple[Callback, ...]:
        with self.store.read() as tx:
            found = [due for urgent in (True, False) for due in tx.callbacks.due(self.clock.at, 10, urgent=urgent)]
            return tuple(callback for due in found if (callback := tx.callbacks.get(due.id)))

    def callbacks(self) -> int:
        """How many there ever were."""
        with self.store.read() as tx:
            return int(tx._connection.exec_driver_sql("SELECT count(*) FROM callbacks").scalar_one())


@contextmanager
def fleet_in(folder: Path, empty: Path) -> Iterator[Fleet]:
    """Edition 1 in force for long, no process yet."""
    shutil.copy(empty, folder / "fleet.db")
    seal = Seal.from_text(KEYS)
    store = SqlStore(f"sqlite:///{folder}/fleet.db", seal, 20_000)
    fleet = Fleet(store, seal, folder)
    add_staff(store, fleet.clock.now())
    fleet.publish(1, lead=-7200)
    try:
        yield fleet
    finally:
        store.close()
