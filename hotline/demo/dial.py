"""The phone in a terminal: dials the line's real USSD webhook, key by key or from a script."""

from __future__ import annotations

import argparse
import secrets
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TextIO

import msgspec
from msgspec import Struct

from hotline.demo.ussd import Dialogue, opening
from hotline.demo.wire import NoAnswer, post_form

SECONDS = 10.0
RULE = "-" * 24


class Person(Struct, frozen=True):
    alias: str
    number: str
    role: str = ""


class Running(Struct, frozen=True):
    """What `dial` needs of `demo.json`."""

    ussd: str
    service_code: str
    people: tuple[Person, ...]


def dial(
    code: str,
    ussd: str,
    service_code: str,
    number: str,
    inputs: Iterable[str] | None = None,
    *,
    session: str,
    out: Callable[[str], object] = print,
    read: Callable[[str], str] = input,
) -> int:
    """Dial and print every screen, until the line or whoever types ends it; the command's exit code.

    `inputs`: what to type, one a screen; None: ask for each (`read`; an empty one or the end of input hangs up).
    1: the code is not the line's, or an answer was no USSD screen, or there were inputs left when the session ended.
    """
    begun = opening(code, service_code)
    if begun is None:
        print("this line does not serve that code", file=sys.stderr)
        return 1
    dialogue = Dialogue(session, number, service_code, begun)
    typed = _asked(read) if inputs is None else iter(inputs)
    try:
        complete = _converse(dialogue, ussd, typed, out)
    except NoAnswer:
        print("no USSD screen came back: is the line up? (hotline up)", file=sys.stderr)
        _notify(ussd, dialogue.notice("Failed"))
        return 1
    _notify(ussd, dialogue.notice("Success" if complete else "Incomplete"))
    if inputs is not None and next(typed, None) is not None:
        print("the session ended before the last input", file=sys.stderr)
        return 1
    return 0


def _converse(dialogue: Dialogue, ussd: str, keys: Iterator[str], out: Callable[[str], object]) -> bool:
    """True when the line ended it, False when whoever types did."""
    while True:
        words, ends = dialogue.hop(lambda form: post_form(ussd, form, SECONDS))
        out(f"{RULE}\n{words}")
        if ends:
            out(RULE)
            return True
        key = next(keys, None)
        if key is None:
            return False
        dialogue.inputs.append(key)


def _asked(read: Callable[[str], str]) -> Iterator[str]:
    while True:
        try:
            key = read("> ")
        except EOFError:
            return
        if not key:
            return
        yield key


def _notify(ussd: str, notice: dict[str, str]) -> None:
    try:
        post_form(f"{ussd}/end", notice, SECONDS)
    except NoAnswer:
        return  # it only counts


def main(args: Sequence[str], demo_json: Path, errors: TextIO | None = None) -> int:
    """`hotline dial CODE [--inputs 4,1,1] [--caller ALIAS|NUMBER]`. 2: no demo is running here, or the caller is nobody's."""
    parser = argparse.ArgumentParser(
        prog="hotline dial",
        description="A basic phone in the terminal. Type a key and Enter; Enter alone hangs up.",
        epilog="hotline dial --watch plays the files as they lie, without a line that runs: hotline dial --watch --help",
    )
    parser.add_argument("code", help="what to dial, quoted: '*123#'")
    parser.add_argument("--inputs", help="keys to play, with commas: 4,1,1")
    parser.add_argument("--caller", help="who dials: an alias of the demo's, or a number in full (default: the first caller)")
    options = parser.parse_args(args)
    errors = errors or sys.stderr
    try:
        running = msgspec.json.decode(demo_json.read_bytes(), type=Running)
    except (OSError, msgspec.MsgspecError):
        print("no demo is running here: hotline up", file=errors)
        return 2
    number = _number(options.caller, running.people)
    if number is None:
        print("--caller is neither an alias nor a number", file=errors)
        return 2
    inputs = options.inputs.split(",") if options.inputs else () if options.inputs == "" else None
    return dial(options.code, running.ussd, running.service_code, number, inputs, session=f"ATUid_{secrets.token_hex(16)}")


def _number(caller: str | None, people: tuple[Person, ...]) -> str | None:
    if caller is None:
        return next((p.number for p in people if p.role == "caller"), None)
    if caller.startswith("+") and caller[1:].isdigit():
        return caller
    return next((p.number for p in people if p.alias == caller), None)
