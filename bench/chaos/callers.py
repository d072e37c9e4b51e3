"""Who dials: what for, what a session showed, and a phone whose holder dials again and again."""

from __future__ import annotations

import random
import re
import time
from http.client import HTTPConnection, HTTPException
from typing import Final
from urllib.parse import urlencode

from msgspec import Struct

from hotline.engine.effects import Ref

NOTED: Final = re.compile(r"(?:CON|END) (?:Noté|An y'a mèn)")
UNSURE: Final = re.compile(r"[Ss]i possible")
"""What is noted so was noted without the database: nobody knew who is there, and the screen counts on nothing."""
STOPPED: Final = re.compile(r"END D'accord")
CANCELLED: Final = re.compile(r"END C'est annulé")
LOST: Final = re.compile(r"END Rien n'est noté")
VENDOR_SECONDS: Final = 10.0
"""So long the vendor waits for an answer to a hop."""
CALM_SECONDS: Final = 1.0


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
