"""Who is on the line while it breaks: a team that takes what it is offered, callers' phones, and whoever sees all of them."""

from __future__ import annotations

import random
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, Protocol, TypeAlias

from msgspec import Struct

from bench.chaos.callers import Asked, Caller
from hotline.demo.standin.network import Standin
from hotline.demo.standin.phones import Phone, Sms
from hotline.ports.desk.staff import Staff

TEAM: Final = tuple(Staff(f"{n:032x}", f"Chaos {n}", "counselor", f"+2237000{100 + n:04d}", "fr", ("fr", "bm")) for n in range(5))
SUPERVISOR: Final = Staff("f" * 32, "Chaos", "supervisor", "+22370000201", "fr", ("fr", "bm"), on_call_until=2**32)

MOST_PRESSED: Final = 10
"""So often a counselor presses a button that does nothing yet: for longer than an SMS comes late."""
REFERENCE: Final = re.compile(r"\b(\d{3}|\d{5})\b")


class Rung(Struct, frozen=True):
    """A phone began to ring."""

    number: str
    at: float


class Worked(Protocol):
    """The line, as far as people need more of it than a phone."""

    def no_more(self, staff: Staff, reference: str) -> str | None:
        """The button *no call any more* on the page of a call. Returns the callback's id where it is written down; else it was not pressed in time, or the line cannot."""

    def settle(self) -> None:
        """Return when nothing is on its way any more."""


class Witness:
    """What everybody saw, from any thread."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.rung: list[Rung] = []
        self.messages: list[tuple[str, Sms]] = []
        """To whom, and what."""
        self.looked_at = 0.0
        """When phones were looked at last, by this machine's wall clock."""
        self.agreed: list[tuple[str, float]] = []
        """The callback in which somebody said that they want no call any more, and when the line had written it down."""


Agreed: TypeAlias = Callable[[Staff, str], object]


def _nobody(_staff: Staff, _reference: str) -> None:
    """Nobody says so."""


class Counselor:
    """One of the team with a basic phone: takes an offer, is rung, presses 1, talks, says how it ended."""

    def __init__(self, staff: Staff, chance: random.Random, standin: Standin, agreed: Agreed = _nobody, *, steady: bool = False) -> None:
        """`agreed`: writes down that whoever she just talked with wants no call any more. `steady`: she lets no offer pass and gives nothing back."""
        self._staff, self._number, self._chance, self._standin, self._agreed = staff, staff.number, chance, standin, agreed
        self._takes, self._outcomes = (1.0, "1111112") if steady else (0.95, "1112345")
        self._read: set[str] = set()

    def work(self, over: threading.Event) -> None:
        self._standin.send_sms(self._number, "ICI")
        here = time.monotonic()
        while not over.is_set():
            if time.monotonic() - here > 1200:
                self._standin.send_sms(self._number, "ICI")
                here = time.monotonic()
            reference = self._offered(self._until(lambda phone: bool(self._unread(phone)), 1.0))
            if reference and self._chance.random() < self._takes:
                self._take(reference, over)

    def _take(self, reference: str, over: threading.Event) -> None:
        self._send(f"{reference} 1")
        for _ in range(3):
            if over.is_set():
                return
            if self._bridged():
                self._say(reference)
                return
            self._send(f"{reference} 7")
        self._send(f"{reference} 0")

    def _say(self, reference: str) -> None:
        """How the call ended; who could not be reached is given back, as somebody does who has others waiting."""
        outcome = self._chance.choice(self._outcomes)
        self._send(f"{reference} {outcome}")
        if outcome == "3":
            self._send(f"{reference} 0")
        if outcome == "1" and self._chance.random() < 0.3:
            self._agreed(self._staff, reference)

    def _bridged(self) -> bool:
        """Rung, answered, `1`, until that call is over. False: the phone did not ring, or the line asked nothing."""
        rung = self._until(lambda phone: phone.call is not None and phone.call.state == "ringing", 12.0)
        if rung.call is None:
            return False
        time.sleep(self._chance.uniform(0.05, 0.5))
        self._standin.answer(self._number)
        asked = self._until(lambda phone: phone.call is None or phone.call.asked or phone.call.state == "over", 12.0)
        if asked.call is None or not asked.call.asked:
            return False
        self._standin.press(self._number, "1")
        self._until(lambda phone: phone.call is None or phone.call.state in ("connected", "over"), 15.0)
        time.sleep(self._chance.uniform(0.1, 0.8))
        self._standin.hang_up(self._number)
        return True

    def _until(self, holds: Callable[[Phone], bool], seconds: float) -> Phone:
        return self._standin.phones.until(self._number, holds, seconds)

    def _unread(self, phone: Phone) -> list[Sms]:
        return [sms for sms in phone.messages if not sms.sent and sms.id not in self._read]

    def _offered(self, phone: Phone) -> str | None:
        unread = self._unread(phone)
        self._read |= {sms.id for sms in unread}
        offers = [found[1] for sms in unread if "Conseil" in sms.text and (found := REFERENCE.search(sms.text))]
        return offers[0] if offers else None

    def _send(self, text: str) -> None:
        self._standin.send_sms(self._number, text)


def watch(standin: Standin, witness: Witness, chance: random.Random, callers: frozenset[str], over: threading.Event) -> threading.Thread:
    """A thread that sees each caller's phone ring and each message come, and answers for the callers."""

    def look() -> None:
        ringing: set[str] = set()
        seen: set[str] = set()
        numbers = (*callers, *(person.number or "" for person in (*TEAM, SUPERVISOR)))
        is_last = False
        while not is_last:
            is_last = over.wait(0.02)
            witness.looked_at = time.time()
            for number, phone in ((number, standin.look(number)) for number in numbers):
                rings = phone.call is not None and phone.call.state == "ringing"
                if number in callers and rings and number not in ringing:
                    witness.rung.append(Rung(number, time.time()))
                    if chance.random() < 0.8:
                        threading.Timer(chance.uniform(0.1, 1.0), standin.answer, (number,)).start()
                ringing = ringing | {number} if rings else ringing - {number}
                for sms in phone.messages:
                    if not sms.sent and sms.id not in seen:
                        seen.add(sms.id)
                        witness.messages.append((number, sms))

    thread = threading.Thread(target=look)
    thread.start()
    return thread


@contextmanager
def at_work(
    standin: Standin, witness: Witness, callers: list[Caller], line: Worked, seed: int, pause: tuple[float, float]
) -> Iterator[None]:
    """Everybody, until the block ends; then callers finish their session, counselors what they have begun, and phones get what is on its way. `pause`: seconds
    between a phone's dials."""
    over, done, all_came = threading.Event(), threading.Event(), threading.Event()
    chance = random.Random(seed)

    def dial_on(caller: Caller, chance: random.Random) -> None:
        while not over.wait(chance.uniform(*pause)):
            witness.asked.append(caller.dial())

    watching = watch(standin, witness, random.Random(seed + 1), frozenset(caller.number for caller in callers), all_came)
    dialling = [threading.Thread(target=dial_on, args=(caller, random.Random(chance.random()))) for caller in callers]

    def agreed(staff: Staff, reference: str) -> None:
        """Her message of how the call ended is on its way yet: pressed until it is there."""
        for _ in range(MOST_PRESSED):
            if id := line.no_more(staff, reference):
                witness.agreed.append((id, time.time()))
                return
            time.sleep(0.5)

    team = [Counselor(staff, random.Random(chance.random()), standin, agreed) for staff in TEAM]
    working = [threading.Thread(target=counselor.work, args=(done,)) for counselor in team]
    for thread in (*working, *dialling):
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in dialling:
            thread.join()
        done.set()
        for thread in working:
            thread.join()
        line.settle()
        all_came.set()
        watching.join()
