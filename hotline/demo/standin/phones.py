"""What each phone shows and which call it is in: frozen views behind one lock, and a way to wait for a change."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import SimpleQueue
from time import monotonic
from typing import Any, Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

MOST_PHONES = 2000
MOST_MESSAGES = 50

DialFault: TypeAlias = Literal["code", "line"]
"""Why there is no screen: a code that nobody serves, or a line that gave no proper answer."""


class Sms(Struct, frozen=True):
    """A message on a phone; `sent`: its holder wrote it."""

    id: str
    sender: str
    text: str
    at: int
    sent: bool = False


class PhoneScreen(Struct, frozen=True):
    """A USSD screen; `length` and `limit` in the unit that the network would use for it."""

    text: str
    ends: bool
    length: int
    limit: int


class CallView(Struct, frozen=True):
    """A call as one of its two phones shows it. `number` is what the display names; `calling`: it rings at the other end."""

    state: Literal["ringing", "talking", "connected", "over"]
    number: str
    said: tuple[str, ...] = ()
    asked: bool = False
    calling: bool = False


class Phone(Struct, frozen=True):
    """All that its holder sees, messages newest first. `version` changes with every change; `waiting`: the line has not answered yet."""

    version: int = 0
    screen: PhoneScreen | None = None
    waiting: bool = False
    fault: DialFault | None = None
    call: CallView | None = None
    messages: tuple[Sms, ...] = ()

    @property
    def is_idle(self) -> bool:
        return self.call is None and self.screen is None and not self.waiting


class Pressed(Struct, frozen=True):
    """What someone did to a phone that is in a call; `transfer`: the line did, which has it put through to the cover number."""

    number: str
    kind: Literal["answer", "hang_up", "digit", "transfer"]
    digit: str = ""


class Phones:
    """Every phone that was touched since the start, at most `MOST_PHONES`: beyond that the idle one longest untouched is forgotten."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._phones: dict[str, Phone] = {}
        self._calls: dict[str, SimpleQueue[Pressed]] = {}
        self._version = 0

    def look(self, number: str) -> Phone:
        with self._changed:
            return self._phones.get(number, Phone())

    def change(self, number: str, **fields: Any) -> Phone:
        """Replace some of a phone's fields and wake whoever waits."""
        with self._changed:
            return self._put(number, self._phones.pop(number, Phone()), fields)

    def keep(self, number: str, sms: Sms) -> Phone:
        """Put a message on top of those that came and went."""
        with self._changed:
            phone = self._phones.pop(number, Phone())
            return self._put(number, phone, {"messages": (sms, *phone.messages)[:MOST_MESSAGES]})

    def _put(self, number: str, phone: Phone, fields: dict[str, Any]) -> Phone:
        self._version += 1
        changed = replace(phone, version=self._version, **fields)
        self._phones[number] = changed
        if len(self._phones) > MOST_PHONES:
            oldest = next((n for n, held in self._phones.items() if held.is_idle and n != number), None)
            if oldest is not None:
                del self._phones[oldest]
        self._changed.notify_all()
        return changed

    def until(self, number: str, holds: Callable[[Phone], bool], seconds: float) -> Phone:
        """The phone as soon as `holds` is true of it, else as it is after so many seconds."""
        end = monotonic() + seconds
        with self._changed:
            while not holds(phone := self._phones.get(number, Phone())) and (left := end - monotonic()) > 0:
                self._changed.wait(left)
            return phone

    def take(self, number: str, call: SimpleQueue[Pressed]) -> bool:
        """Give the phone to a call, which hears what is pressed. False: it is in another one."""
        with self._changed:
            return self._calls.setdefault(number, call) is call

    def leave(self, number: str, call: SimpleQueue[Pressed]) -> None:
        with self._changed:
            if self._calls.get(number) is call:
                del self._calls[number]

    def tell(self, pressed: Pressed) -> bool:
        """Tell the phone's call. False: it is in none."""
        with self._changed:
            call = self._calls.get(pressed.number)
        if call is None:
            return False
        call.put(pressed)
        return True

    def hang_up_all(self) -> None:
        """As if everyone who is in a call, or rung, pressed the red key."""
        with self._changed:
            calls = tuple(self._calls.items())
        for number, call in calls:
            call.put(Pressed(number, "hang_up"))
