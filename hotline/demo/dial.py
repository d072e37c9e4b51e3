"""The phone in a terminal: dials the line's real USSD door, key by key or from a script."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from hotline.demo.standin.played import PlayedVendor
from hotline.demo.standin.ussd import AfricasTalkingUssd, EndStatus, HandsetSession, UssdWire, opening
from hotline.demo.standin.wire import NoAnswer, asked
from hotline.engine.phone.handset import WIDTH, wrapped
from hotline.engine.phone.numbers import is_e164

SECONDS = 10.0
RULE = "-" * WIDTH
PROMPT = "> "


class Person(Struct, frozen=True):
    alias: str
    number: str
    role: str = ""


class Running(Struct, frozen=True):
    """What `dial` needs of `demo.json`."""

    ussd: str
    service_code: str
    people: tuple[Person, ...]
    vendor: PlayedVendor | None = None

    @property
    def line(self) -> str:
        """Its address."""
        return self.ussd.partition("/at/")[0]

    @property
    def wire(self) -> UssdWire:
        """The one that codes go by. Raises OSError."""
        wire = self.vendor.ussd(self.service_code) if self.vendor else None
        return wire or AfricasTalkingUssd(self.ussd.removesuffix("/ussd").rpartition("/")[2], self.service_code)


def dial(
    code: str,
    line: str,
    wire: UssdWire,
    number: str,
    inputs: Iterable[str] | None = None,
    *,
    session: str,
    out: Callable[[str], object] = print,
    read: Callable[[str], str] = input,
) -> int:
    """Dial and print every screen as a phone sets it, and every key, until the line or whoever types ends it; the command's exit code.

    `inputs`: what to type, one a screen; None to ask for each (`read`; an empty one, the end of input or Ctrl-C hangs up).
    1: the code is not the line's, or an answer was no USSD screen, or there were inputs left when the session ended.
    """
    begun = opening(code, wire.service_code)
    if begun is None:
        print(f"this line does not serve {code}; its code is {wire.service_code}", file=sys.stderr)
        return 1
    dialogue = HandsetSession(wire, session, number, begun)
    echoes = inputs is not None or not sys.stdin.isatty()  # a terminal shows by itself what is typed
    typed = _asked(read, "" if echoes else PROMPT) if inputs is None else iter(inputs)
    try:
        complete = _converse(dialogue, line, typed, out, echoes=echoes)
    except NoAnswer:
        print("no USSD screen came back: is the line up? (hotline up)", file=sys.stderr)
        _notify(line, dialogue, "Failed")
        return 1
    _notify(line, dialogue, "Success" if complete else "Incomplete")
    if inputs is not None and next(typed, None) is not None:
        print("the session ended before the last input", file=sys.stderr)
        return 1
    return 0


def _converse(dialogue: HandsetSession, line: str, keys: Iterator[str], out: Callable[[str], object], *, echoes: bool) -> bool:
    """True when the line ended it, False when whoever types did."""
    while True:
        words, ends = dialogue.hop(lambda request: asked(line, request, SECONDS))
        out("\n".join((RULE, *wrapped(words), RULE)))
        if ends:
            return True
        key = next(keys, None)
        if key is None:
            return False
        if echoes:
            out(f"{PROMPT}{key}")
        dialogue.inputs.append(key)


def _asked(read: Callable[[str], str], prompt: str) -> Iterator[str]:
    while True:
        try:
            key = read(prompt)
        except (EOFError, KeyboardInterrupt):
            if prompt:
                print()
            return
        if not key:
            return
        yield key


def _notify(line: str, dialogue: HandsetSession, how: EndStatus) -> None:
    notice = dialogue.notice(how)
    try:
        if notice is not None:
            asked(line, notice, SECONDS)
    except NoAnswer:
        return  # it only counts


def main(demo_json: Path, code: str, caller: str | None, inputs: Iterable[str] | None) -> int:
    """Dial on the demo that wrote this file. `caller`: an alias of the demo's or a number; where it is None, its first caller. 2: no demo is running here, or the caller is nobody's."""
    try:
        running = msgspec.json.decode(demo_json.read_bytes(), type=Running)
    except (OSError, msgspec.MsgspecError):
        print("no demo is running here: hotline up", file=sys.stderr)
        return 2
    number = _number(caller, running.people)
    if number is None:
        print(f"--caller is neither a number nor one of {', '.join(person.alias for person in running.people)}", file=sys.stderr)
        return 2
    return dial(code, running.line, running.wire, number, inputs, session=f"ATUid_{secrets.token_hex(16)}")


def _number(caller: str | None, people: tuple[Person, ...]) -> str | None:
    if caller is None:
        return next((p.number for p in people if p.role == "caller"), None)
    if is_e164(caller):
        return caller
    return next((p.number for p in people if p.alias == caller), None)
