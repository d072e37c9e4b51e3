"""The telephone network of the demo and the vendor behind it, in memory: SMS, USSD sessions, calls, and counselors who stay present."""

from __future__ import annotations

import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Protocol

from flask import Blueprint
from msgspec import Struct

from hotline.demo.standin.bridge import USUAL, Bridge, Inbound, RingTiming
from hotline.demo.standin.courier import Courier
from hotline.demo.standin.phones import DialFault, Phone, Phones, PhoneScreen, Pressed, Sms
from hotline.demo.standin.ussd import NETWORK, AfricasTalkingUssd, EndStatus, HandsetSession, UssdWire, opening
from hotline.demo.standin.wire import NoAnswer, WireAnswer, WireRequest, asked, form_request
from hotline.demo.words import Here
from hotline.engine.phone.gsm import units

MOST_CALLS = 64
DIGITS = 8
"""A number as people at home dial it."""


class VendorAccount(Struct, frozen=True):
    """What the line has at the vendor."""

    username: str
    api_key: str
    service_code: str
    cover_number: str
    short_code: str = "36123"
    """Where people send SMS to reach the line."""


class WrittenSms(Struct, frozen=True):
    """What someone wrote to the line."""

    id: str
    number: str
    text: str
    at: float
    to: str


class SmsSide(Protocol):
    """How SMS go by another vendor than Africa's Talking."""

    def __init__(self, secret: str, user: str, key: str) -> None:
        """`secret` stands in the line's address; by `user` and `key` the vendor knows the line."""

    def message(self, written: WrittenSms) -> WireRequest:
        """What the line is told of it."""

    def face(self, standin: Standin, line: str) -> Blueprint:
        """What the line sends by; `line` is its address."""


class Standin:
    """Everything that the vendor does for the line and that people do with phones. Safe from any thread; `close` ends its threads.

    Nobody waits for the line here: what a phone starts goes on in the background, and the phone's view tells when there is an answer.
    """

    def __init__(
        self,
        line: str,
        secret: str,
        account: VendorAccount,
        *,
        ussd: UssdWire | None = None,
        sms: SmsSide | None = None,
        timing: RingTiming = USUAL,
        here: tuple[Here, ...] = (),
        presence_every: float = 240.0,
        clock: Callable[[], float] = time.time,
        token: Callable[[int], str] = secrets.token_hex,
    ) -> None:
        """`line`: its address; nobody else is asked for anything. `secret`: of Africa's Talking's webhooks, below which codes and messages go too
        where no other wire is given for them.
        """
        self.account, self.phones = account, Phones()
        self._line, self._hooks, self._timing, self._clock, self._token = line, f"/at/{secret}", timing, clock, token
        self._ussd = ussd or AfricasTalkingUssd(secret, account.service_code)
        self._message = sms.message if sms else self._africastalking_message
        self._courier = Courier(self._ask, timing.retry)
        self._lock = threading.Lock()
        self._dialogues: dict[str, HandsetSession] = {}
        self._calls: dict[threading.Thread, Bridge] = {}
        self._here = {h.number: h for h in here}
        self._unconfirmed: Counter[str] = Counter()
        self._away: set[str] = set()
        """Whose holder wrote that they go: nobody says there for them that they are here."""
        self._closed = threading.Event()
        self._presence: threading.Thread | None = None
        if here:
            self._presence = _background(self._stay_present, presence_every)

    def close(self) -> None:
        """Hang every call up, drop what has not left, and wait for the threads."""
        self._closed.set()
        self._courier.close()
        with self._lock:
            calls = tuple(self._calls)
        while any(call.is_alive() for call in calls):
            self.phones.hang_up_all()
            for call in calls:
                call.join(0.05)
        if self._presence is not None:
            self._presence.join()

    # what the line does with the vendor

    def take_sms(self, to: str, text: str, sender: str, report: Callable[[str], WireRequest] | None = None) -> str:
        """Put an SMS into an inbox and report it delivered, by Africa's Talking's `delivery` unless it is told otherwise; returns the vendor's id."""
        id = f"ATXid_{self._token(16)}"
        if not self._is_confirmation(to, text):
            self.phones.keep(to, Sms(id, sender, text, int(self._clock())))
        fields = {"id": id, "status": "Success", "phoneNumber": to, "networkCode": NETWORK, "retryCount": "0"}
        self._courier.send(report(id) if report else form_request(f"{self._hooks}/delivery", fields))
        return id

    def take_call(self, to: str) -> str | None:
        """Begin to ring a number from the cover number; the voice session's id. Returns None where there are too many calls at once."""
        return self._begin(Bridge(*self._voice(to), put_through=self._receive))

    def take_transfer(self, session: str, to: str) -> bool:
        """Put the one who was called through to the cover number. False: that call has not two legs, or it is another number, which nobody here answers."""
        with self._lock:
            called = next((call.called for call in self._calls.values() if call.session == session), None)
        return called is not None and to == self.account.cover_number and self.phones.tell(Pressed(called, "transfer"))

    # what people do with phones

    def look(self, number: str, since: int = -1, seconds: float = 0.0) -> Phone:
        """What a phone shows, as soon as it is not version `since`, else after so many seconds."""
        return self.phones.until(number, lambda phone: phone.version != since, seconds)

    def dial(self, number: str, code: str) -> None:
        """The code, or the cover number, and the green key. A session that is still open on this phone is over; a phone in a call dials nothing."""
        call = self.phones.look(number).call
        if call is not None and call.state != "over":
            return
        self._abandon(number)
        if code in (self.account.cover_number, self.account.cover_number[-DIGITS:]):
            self._receive(number)
            return
        inputs = opening(code, self.account.service_code)
        if inputs is None:
            self.phones.change(number, screen=None, fault="code", waiting=False, call=None)
            return
        dialogue = HandsetSession(self._ussd, f"ATUid_{self._token(16)}", number, inputs, self._clock)
        with self._lock:
            self._dialogues[number] = dialogue
        self.phones.change(number, screen=None, fault=None, waiting=True, call=None)
        _background(self._hop, dialogue)

    def reply(self, number: str, text: str) -> bool:
        """What was typed under a screen, and the green key. False: there is no open session, or its last answer is still awaited."""
        with self._lock:
            dialogue = self._dialogues.get(number)
            if dialogue is None or self.phones.look(number).waiting:
                return False
            dialogue.inputs.append(text)
            self.phones.change(number, waiting=True)
        _background(self._hop, dialogue)
        return True

    def answer(self, number: str) -> bool:
        return self.phones.tell(Pressed(number, "answer"))

    def press(self, number: str, digit: str) -> bool:
        """A key during a call. False: there is none."""
        return self.phones.tell(Pressed(number, "digit", digit))

    def hang_up(self, number: str) -> None:
        """The red key: out of a call, else out of a session, else back to an empty screen."""
        if self.phones.tell(Pressed(number, "hang_up")):
            return
        self._abandon(number)
        self.phones.change(number, screen=None, fault=None, waiting=False, call=None)

    def send_sms(self, number: str, text: str) -> None:
        """An SMS that someone wrote: on their phone at once, and on its way to the line."""
        written = self._written(number, text)
        if (here := self._here.get(number)) is not None and here.leaves_by(text):
            self._away.add(number)
        elif here is not None and here.returns_by(text):
            self._away.discard(number)
        self.phones.keep(number, Sms(written.id, number, text, int(written.at), sent=True))
        self._courier.send(self._message(written))

    # inside

    def _voice(
        self, number: str
    ) -> tuple[str, str, str, Phones, Callable[[Mapping[str, str]], WireAnswer], RingTiming, Callable[[], float]]:
        """What a call with this phone is made of."""
        return f"ATVId_{self._token(16)}", number, self.account.cover_number, self.phones, self._post_voice, self._timing, self._clock

    def _receive(self, number: str) -> None:
        """A phone reaches the cover number."""
        self._begin(Inbound(*self._voice(number)))

    def _begin(self, call: Bridge) -> str | None:
        with self._lock:
            self._calls = {thread: other for thread, other in self._calls.items() if thread.is_alive()}
            if len(self._calls) >= MOST_CALLS:
                return None
            self._calls[_background(call.run)] = call
        return call.session

    def _ask(self, request: WireRequest) -> WireAnswer:
        return asked(self._line, request, self._timing.answer)

    def _post_voice(self, form: Mapping[str, str]) -> WireAnswer:
        return self._ask(form_request(f"{self._hooks}/voice", form))

    def _hop(self, dialogue: HandsetSession) -> None:
        fault: DialFault | None = None
        try:
            words, ends = dialogue.hop(self._ask)
            screen: PhoneScreen | None = PhoneScreen(words, ends, *units(words))
        except NoAnswer:
            screen, ends, fault = None, True, "line"
        with self._lock:
            if self._dialogues.get(dialogue.number) is not dialogue:
                return  # the caller left while the line was thinking; the notice is out
            if ends:
                del self._dialogues[dialogue.number]
            self.phones.change(dialogue.number, screen=screen, fault=fault, waiting=False)
        if ends:
            self._notify(dialogue, "Failed" if fault else "Success")

    def _abandon(self, number: str) -> None:
        with self._lock:
            dialogue = self._dialogues.pop(number, None)
        if dialogue is not None:
            self._notify(dialogue, "Incomplete")

    def _notify(self, dialogue: HandsetSession, how: EndStatus) -> None:
        if (notice := dialogue.notice(how)) is not None:
            self._courier.send(notice)

    def _written(self, number: str, text: str) -> WrittenSms:
        return WrittenSms(self._token(16), number, text, self._clock(), self.account.short_code)

    def _africastalking_message(self, written: WrittenSms) -> WireRequest:
        fields = {
            "date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(written.at)),
            "from": written.number,
            "id": written.id,
            "linkId": self._token(16),
            "text": written.text,
            "to": written.to,
            "networkCode": NETWORK,
        }
        return form_request(f"{self._hooks}/sms", fields)

    def _stay_present(self, every: float) -> None:
        """Send each counselor's word, at once and then every so many seconds; while the line is away, every `retry`."""
        while not self._closed.is_set():
            heard = [self._say_here(here) for here in self._here.values() if here.number not in self._away]
            self._closed.wait(every if all(heard) else self._timing.retry)

    def _say_here(self, here: Here) -> bool:
        with self._lock:
            self._unconfirmed[here.number] = 1
        try:
            return self._ask(self._message(self._written(here.number, here.word))).status < 500
        except NoAnswer:
            return False

    def _is_confirmation(self, number: str, text: str) -> bool:
        """Is this nothing but the answer to a word that nobody typed?"""
        with self._lock:
            here = self._here.get(number)
            if here is None or not self._unconfirmed[number] or not here.confirmed_by(text):
                return False
            self._unconfirmed[number] = 0
            return True


def _background(target: Callable[..., None], *arguments: object) -> threading.Thread:
    thread = threading.Thread(target=target, args=arguments, daemon=True)
    thread.start()
    return thread
