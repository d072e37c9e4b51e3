"""One voice call as the vendor runs it: ring the counselor, or be rung, ask the line what to do, do it, tell it how it ended."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from queue import Empty, SimpleQueue
from time import monotonic
from typing import ClassVar, Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from hotline.demo.standin.phones import CallView, Phones, Pressed
from hotline.demo.standin.voice import Action, Dial, GetDigits, HangUp, SpokenAction, Unreadable, read_actions
from hotline.demo.standin.wire import NoAnswer, WireAnswer
from hotline.engine.phone.numbers import COUNTRY
from hotline.engine.times import HOUR_SECONDS

LONGEST_CALL = HOUR_SECONDS

HangupCause: TypeAlias = Literal[
    "NORMAL_CLEARING", "CALL_REJECTED", "NO_ANSWER", "USER_BUSY", "ORIGINATOR_CANCEL", "NORMAL_TEMPORARY_FAILURE", "UNSPECIFIED"
]


class RingTiming(Struct, frozen=True):
    """Seconds. The vendor rings a dialled number at most some 20 and has no setting for it."""

    ring: float = 30.0
    dial: float = 20.0
    answer: float = 10.0
    retry: float = 1.0


USUAL = RingTiming()


class Ended(Exception):
    """The call is over, for this cause."""

    def __init__(self, cause: HangupCause) -> None:
        super().__init__(cause)
        self.cause = cause


class Bridge:
    """Runs in a thread of its own; everything that people press arrives through `events`."""

    direction: ClassVar[Literal["Outbound", "Inbound"]] = "Outbound"

    def __init__(
        self,
        session: str,
        counselor: str,
        cover: str,
        phones: Phones,
        post: Callable[[Mapping[str, str]], WireAnswer],
        timing: RingTiming,
        clock: Callable[[], float] = time.time,
        put_through: Callable[[str], None] | None = None,
    ) -> None:
        """`put_through`: takes over the phone of the one who was called."""
        self._put_through = put_through
        self.called: str | None = None
        """Who talks with the counselor: only then are there two legs."""
        self.session, self.counselor, self.cover = session, counselor, cover
        self._phones, self._post, self._timing, self._clock = phones, post, timing, clock
        self.events: SimpleQueue[Pressed] = SimpleQueue()
        self._placed = clock()
        self._answered: float | None = None
        self._dialed: dict[str, str] = {}
        self._in_call: list[str] = []

    def run(self) -> None:
        """From the first ring to the final notice."""
        try:
            self._converse()
            cause: HangupCause = "NORMAL_CLEARING"
        except Ended as ended:
            cause = ended.cause
        except NoAnswer:
            cause = "NORMAL_TEMPORARY_FAILURE"
        except (Unreadable, ValueError):
            cause = "UNSPECIFIED"
        for number in tuple(self._in_call):
            self._drop(number)
        try:
            self._post(self._final(cause))
        except NoAnswer:
            return  # the vendor tells the end once

    def _begin(self) -> None:
        """The first leg. Raises Ended where it does not come about."""
        refused = self._ring(self.counselor, self.cover, self._timing.ring)
        if refused:
            raise Ended(refused)

    def _converse(self) -> None:
        self._begin()
        self._answered = self._clock()
        self._show(self.counselor, state="talking")
        actions = self._ask()
        while actions:
            action, actions = actions[0], actions[1:]
            actions = self._perform(action, actions)

    def _perform(self, action: Action, rest: tuple[Action, ...]) -> tuple[Action, ...]:
        match action:
            case SpokenAction(text):
                self._say(text)
                return rest
            case GetDigits():
                digits = self._digits(action)
                return self._ask(digits) if digits else rest
            case Dial(numbers, shown):
                self._dial(numbers, shown)
                return rest
            case HangUp():
                return ()

    def _ask(self, digits: str | None = None) -> tuple[Action, ...]:
        fields = self._common("1") | ({"dtmfDigits": digits} if digits else {})
        answer = self._post(fields)
        if answer.status != 200:
            raise NoAnswer("the line refused")
        return read_actions(answer.body, self.cover)

    def _say(self, text: str) -> None:
        call = self._phones.look(self.counselor).call
        self._show(self.counselor, said=(*(call.said if call else ()), text))

    def _digits(self, wanted: GetDigits) -> str:
        """What the counselor typed; empty if nothing came in time. Raises Ended when the counselor hangs up."""
        for prompt in wanted.prompt:
            self._say(prompt.text)
        self._show(self.counselor, asked=True)
        typed, end = "", monotonic() + wanted.seconds
        while len(typed) < wanted.digits and (pressed := self._next(end)) is not None:
            if pressed.kind != "digit":
                continue
            if pressed.digit == wanted.finish:
                break
            typed += pressed.digit
        self._show(self.counselor, asked=False)
        return typed

    def _dial(self, numbers: tuple[str, ...], shown: str) -> None:
        """Come back if nobody took the call; where someone did, raise Ended once either of the two has hung up."""
        self._show(self.counselor, calling=True)
        for number in numbers:
            self._dialed = {"dialDestinationNumber": number, "dialDurationInSeconds": "0", "dialStartTime": _stamp(self._clock())}
            if self._ring(number, shown, self._timing.dial) is None:
                self._connect(number)
        self._show(self.counselor, calling=False)

    def _connect(self, number: str) -> None:
        began = self._clock()
        for leg in (self.counselor, number):
            self._show(leg, state="connected", calling=False, asked=False)
        end = monotonic() + LONGEST_CALL
        self.called = number
        try:
            while (pressed := self._next(end)) is not None:
                if pressed.kind == "transfer":
                    self._hand_over(number)
                    break
                if pressed.kind == "hang_up":
                    self._drop(pressed.number, at_once=True)
                    break
        finally:
            self.called = None
            self._dialed["dialDurationInSeconds"] = str(int(self._clock() - began))
        raise Ended("NORMAL_CLEARING")

    def _hand_over(self, number: str) -> None:
        """The called phone goes on in another call; the counselor hears nothing more, and that leg ends."""
        if self._put_through is not None:
            self._in_call.remove(number)
            self._phones.leave(number, self.events)
            self._put_through(number)

    def _ring(self, number: str, shown: str, seconds: float) -> HangupCause | None:
        """Returns None if the phone answers; else why not, and the phone is at rest again."""
        if not self._phones.take(number, self.events):
            return "USER_BUSY"
        self._in_call.append(number)
        self._phones.change(number, call=CallView("ringing", shown))
        cause: HangupCause = "NO_ANSWER"
        end = monotonic() + seconds
        try:
            while (pressed := self._next(end, ringing=number)) is not None:
                if pressed.number != number:
                    continue
                if pressed.kind == "answer":
                    return None
                if pressed.kind == "hang_up":
                    cause = "CALL_REJECTED"
                    break
        except Ended:
            self._drop(number, at_once=True)
            raise
        self._drop(number, at_once=True)
        return cause

    def _next(self, end: float, ringing: str | None = None) -> Pressed | None:
        """What is pressed next. Returns None when time is up. The counselor hanging up ends everything, unless the counselor is being rung."""
        while True:
            try:
                pressed = self.events.get(timeout=max(0.0, end - monotonic()))
            except Empty:
                return None
            if pressed.number not in self._in_call:
                continue
            if pressed.kind == "hang_up" and pressed.number == self.counselor and ringing != self.counselor:
                self._drop(self.counselor, at_once=True)
                raise Ended("ORIGINATOR_CANCEL" if ringing else "NORMAL_CLEARING")
            return pressed

    def _show(self, number: str, **fields: object) -> None:
        call = self._phones.look(number).call
        if call is not None and number in self._in_call:
            self._phones.change(number, call=replace(call, **fields))

    def _drop(self, number: str, *, at_once: bool = False) -> None:
        """Take a phone out of the call. The other phone shows that the call is over, and what was said."""
        if number in self._in_call:
            self._in_call.remove(number)
            call = self._phones.look(number).call
            left = None if at_once or call is None else replace(call, state="over", asked=False, calling=False)
            self._phones.change(number, call=left)
            self._phones.leave(number, self.events)

    def _common(self, active: Literal["0", "1"]) -> dict[str, str]:
        return {
            "isActive": active,
            "sessionId": self.session,
            "direction": self.direction,
            "callerNumber": self.counselor,
            "destinationNumber": self.cover,
            "callerCountryCode": COUNTRY.removeprefix("+"),
            "callStartTime": _stamp(self._placed),
        }

    def _final(self, cause: HangupCause) -> dict[str, str]:
        spoken = 0 if self._answered is None else int(self._clock() - self._answered)
        ended = {
            "durationInSeconds": str(spoken),
            "currencyCode": "XOF",
            "amount": "0.0000",
            "callSessionState": "Completed",
            "status": "Success" if self._answered is not None else "Aborted",
            "hangupCause": cause,
        }
        return self._common("0") | ended | self._dialed


class Inbound(Bridge):
    """A call that reached the cover number, `counselor` being whoever rang it or was put through to it: the line says what is heard there."""

    direction = "Inbound"

    def _begin(self) -> None:
        if not self._phones.take(self.counselor, self.events):
            raise Ended("USER_BUSY")
        self._in_call.append(self.counselor)
        self._phones.change(self.counselor, screen=None, fault=None, waiting=False, call=CallView("talking", self.cover))


def _stamp(at: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(at))
