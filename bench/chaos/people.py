"""Who is on the line while it breaks: callers who dial as people do, and a team that takes what it is offered. Each remembers what it saw."""

from __future__ import annotations

import random
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from typing import Final, Protocol, TypeAlias
from urllib.parse import urlencode

from msgspec import Struct

from hotline.demo.standin.network import Standin
from hotline.demo.standin.phones import Phone, Sms
from hotline.engine.effects import Ref
from hotline.ports.desk.staff import Staff

TEAM: Final = tuple(Staff(f"{n:032x}", f"Chaos {n}", "counselor", f"+2237000{100 + n:04d}", "fr", ("fr", "bm")) for n in range(5))
SUPERVISOR: Final = Staff("f" * 32, "Chaos", "supervisor", "+22370000201", "fr", ("fr", "bm"), on_call_until=2**32)

NOTED: Final = re.compile(r"(?:CON|END) (?:Noté|An y'a mèn)")
UNSURE: Final = re.compile(r"[Ss]i possible")
"""What is noted so was noted without the database: nobody knew who is there, and the screen counts on nothing."""
STOPPED: Final = re.compile(r"END D'accord")
CANCELLED: Final = re.compile(r"END C'est annulé")
LOST: Final = re.compile(r"END Rien n'est noté")
VENDOR_SECONDS: Final = 10.0
"""So long the vendor waits for an answer to a hop."""
CALM_SECONDS: Final = 1.0
MOST_PRESSED: Final = 6
"""So often a counselor presses a button that does nothing yet."""
REFERENCE: Final = re.compile(r"\b(\d{3})\b")


class Wish(Struct, frozen=True):
    """What a caller dials for, and which of its keys orders it (None: nothing is ordered)."""

    name: str
    keys: tuple[str, ...]
    order: Ref | None
    weight: int

    @property
    def is_now(self) -> bool:
        """The call is asked for at once, and promised for half an hour."""
        return not self.name.startswith("evening")


WISHES: Final = (
    Wish("reads", ("4", "3", "0", "4", "9"), None, 30),
    Wish("reads danger", ("4", "1", "2"), None, 10),
    Wish("now", ("5", "5"), Ref(2, 0), 25),
    Wish("urgent", ("4", "1", "1"), Ref(3, 0), 15),
    Wish("evening", ("5", "4"), Ref(2, 0), 8),
    Wish("stop", ("5", "7"), Ref(2, 0), 6),
    Wish("evening, then not", ("5", "4", "7"), Ref(2, 0), 6),
    Wish("urgent, then not", ("4", "1", "1", "7"), Ref(3, 0), 6),
)


class Hop(Struct, frozen=True):
    """One hop as the vendor saw it. `screen`: empty where there was no answer in its time. Moments are seconds of this machine's wall clock."""

    session: str
    number: str
    typed: str
    at: float
    seconds: float
    status: int
    screen: str


class Asked(Struct, frozen=True):
    """One session to its end: what it was for, and how far it went."""

    session: str
    number: str
    wish: Wish
    hops: tuple[Hop, ...]

    def _saw(self, words: re.Pattern[str]) -> float | None:
        return next((hop.at + hop.seconds for hop in self.hops if words.match(hop.screen)), None)

    @property
    def noted_at(self) -> float | None:
        return self._saw(NOTED)

    @property
    def is_sure(self) -> bool:
        """It was noted by a line that knew who is there."""
        return not any(NOTED.match(hop.screen) and UNSURE.search(hop.screen) for hop in self.hops)

    @property
    def stopped_at(self) -> float | None:
        return self._saw(STOPPED) if self.wish.name == "stop" else None

    @property
    def cancelled_at(self) -> float | None:
        """What was asked for in this session was taken back in it."""
        return self._saw(CANCELLED)

    @property
    def lost_at(self) -> float | None:
        return self._saw(LOST)


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
        self.agreed: list[tuple[str, float]] = []
        """The callback in which somebody said that they want no call any more, and when the line had written it down."""


def ussd_path(secret: str) -> str:
    return f"/at/{secret}/ussd"


class Caller:
    """One phone and whoever holds it: dials, reads, presses, waits, dials again; answers most calls."""

    def __init__(self, n: int, chance: random.Random, line: str, path: str, code: str) -> None:
        self.number = f"+2237000{1000 + n}"
        self._chance, self._line, self._path, self._code, self._dials = chance, line, path, code, 0

    def dial(self) -> Asked:
        """One session, as one of the wishes has it; now and then left in the middle, now and then a hop comes twice."""
        chance = self._chance
        wish = chance.choices(WISHES, [wish.weight for wish in WISHES])[0]
        self._dials += 1
        session = f"ATUid_{self.number[-4:]}n{self._dials}x{chance.getrandbits(32):08x}"
        last = len(wish.keys) if chance.random() < 0.9 else chance.randrange(len(wish.keys))
        hops: list[Hop] = []
        for typed in ("*".join(wish.keys[:count]) for count in range(last + 1)):
            hops.append(self._hop(session, typed))
            if chance.random() < 0.1:
                hops.append(self._hop(session, typed))
            if not hops[-1].screen.startswith("CON"):
                break
            time.sleep(chance.uniform(0.02, 0.3))
        return Asked(session, self.number, wish, tuple(hops))

    def _hop(self, session: str, typed: str) -> Hop:
        """Sent once, and again where the connection was refused, as long as the vendor would wait."""
        form = {"sessionId": session, "phoneNumber": self.number, "networkCode": "61002", "serviceCode": self._code, "text": typed}
        began, at = time.monotonic(), time.time()
        status, screen = 0, ""
        while not status and time.monotonic() - began < VENDOR_SECONDS:
            connection = HTTPConnection(self._line, timeout=max(0.1, VENDOR_SECONDS - (time.monotonic() - began)))
            try:
                connection.request("POST", self._path, urlencode(form), {"Content-Type": "application/x-www-form-urlencoded"})
                response = connection.getresponse()
                status, screen = response.status, response.read().decode()
            except (OSError, HTTPException):
                time.sleep(0.05)
            finally:
                connection.close()
        return Hop(session, self.number, typed, at, time.monotonic() - began, status, screen)


Agreed: TypeAlias = Callable[[Staff, str], object]


def _nobody(_staff: Staff, _reference: str) -> None:
    """Nobody says so."""


class Counselor:
    """One of the team with a basic phone: takes an offer, is rung, presses 1, talks, says how it ended."""

    def __init__(self, staff: Staff, chance: random.Random, standin: Standin, agreed: Agreed = _nobody) -> None:
        """`agreed`: writes down that whoever she just talked with wants no call any more."""
        self._staff, self._number, self._chance, self._standin, self._agreed = staff, staff.number, chance, standin, agreed
        self._read: set[str] = set()

    def work(self, over: threading.Event) -> None:
        self._standin.send_sms(self._number, "ICI")
        here = time.monotonic()
        while not over.is_set():
            if time.monotonic() - here > 1200:
                self._standin.send_sms(self._number, "ICI")
                here = time.monotonic()
            reference = self._offered(self._until(lambda phone: bool(self._unread(phone)), 1.0))
            if reference and self._chance.random() < 0.95:
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
        outcome = self._chance.choice("1112345")
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
        while not over.wait(0.02):
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
