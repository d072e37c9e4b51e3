"""The files as they are, played in a terminal: an operator sees what a word or a key does while writing it, without a line that runs.

Nothing is kept and nobody is asked: who is there and what becomes of an order is said on the command line.
"""

from __future__ import annotations

import os
import select
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, TypeAlias

import msgspec
from msgspec import Struct

from hotline.content import checked
from hotline.engine.check import said
from hotline.engine.edition import Edition, compile_edition
from hotline.engine.flow import Ask, Fault, Sources
from hotline.engine.freshness import fresh
from hotline.engine.phone import gsm, limits
from hotline.engine.phone.handset import WIDTH, wrapped
from hotline.watch.world import Play, PlayedScreen, at

Read: TypeAlias = Callable[[float | None], str | None]
"""Returns the next line that was typed, or None if none came in so many seconds. Raises EOFError at the end."""

RULE: Final = "-" * WIDTH
POLL_SECONDS: Final = 0.5
HINT: Final = "? help, q leave"
LEAVE: Final = "q"
HELP: Final = """\
4 1 1   keys, one after another; what a question asks for is one line
<       dial again
?       this
q       leave
A file that is saved is read at once."""


class Playable(Struct, frozen=True):
    """What the files make."""

    edition: Edition
    asks: frozenset[str]
    """The screens on which all that is typed is one answer."""


class Faulty(Exception):
    """The files cannot be played. `faults`: what is grave in them."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        self.faults = faults
        super().__init__("\n".join(["faults, to be mended before this can be played:", *said(faults)]))


def load(play: Play) -> Playable:
    """Read, check and compile the files as they are now. Raises Faulty."""
    sources, faults = checked(play.root, play.languages, play.today)
    grave = tuple(fault for fault in faults if fault.grave)
    if sources is None or grave:
        raise Faulty(grave)
    sources, _ = fresh(sources, play.today)
    asks = frozenset(screen.key for flow in sources.flows for screen in flow.screens if isinstance(screen.kind, Ask))
    return Playable(compile_edition(_opening_in(sources, play.language), 0, play.fit), asks)


def _opening_in(sources: Sources, language: str) -> Sources:
    """The same line, opening in another of its languages."""
    words = dict(sorted(sources.words.items(), key=lambda entry: entry[0] != language))
    return msgspec.structs.replace(sources, words=words)


def stamp(root: Path) -> tuple[tuple[str, int, int], ...]:
    """What changes when a file of the content is saved, comes or goes."""
    files = (*root.glob("flows/*.y*ml"), *root.glob("locales/*/LC_MESSAGES/flows.po"))
    found = []
    for path in sorted(files):
        try:
            status = path.stat()
        except OSError:  # an editor is just replacing it
            continue
        found.append((str(path), status.st_mtime_ns, status.st_size))
    return tuple(found)


def picture(shown: PlayedScreen, fit: limits.Fit) -> str:
    """The screen as the phone shows it, and below it what an operator wants to know of it."""
    text = shown.screen.text
    used, limit = gsm.units(text)[0], limits.limit(text, fit)
    if fit.channel == "sms" and used <= gsm.units(text)[1]:
        limit = gsm.units(text)[1]
    coding, unit = ("GSM-7", "septets") if gsm.is_gsm(text) else ("UCS-2", "characters")
    about = [shown.screen.key, f"{used} of {limit} {unit}", coding, fit.channel.upper(), *(["ends"] if shown.screen.ends else [])]
    return "\n".join([*(f"* {order}" for order in shown.orders), RULE, *wrapped(text), RULE, " · ".join(about)])


def play_inputs(play: Play, inputs: Sequence[str], out: Callable[[str], object]) -> int:
    """For scripts: show every screen on the way. Returns the exit code: 1 if the files have faults, or the session ended before the last input."""
    try:
        line = load(play)
    except Faulty as faulty:
        out(str(faulty))
        return 1
    for count in range(len(inputs) + 1):
        if count:
            out(f"> {inputs[count - 1]}")
        shown = at(line.edition, inputs[:count], play)
        out(picture(shown, play.fit))
        if shown.screen.ends and count < len(inputs):
            out("the session ended before the last input")
            return 1
    return 0


def watch(play: Play, read: Read, out: Callable[[str], object]) -> None:
    """Play until whoever types leaves. Whenever a file is saved it is read, and the same place of the conversation shown with its new words."""
    session = _Session(play, out)
    out(HINT)
    session.load()
    while True:
        try:
            line = read(POLL_SECONDS)
        except EOFError:
            return
        if line is None:
            session.look()
        elif line.strip() == LEAVE:
            return
        else:
            session.typed(line)


class _Session:
    """What is played, and how far."""

    def __init__(self, play: Play, out: Callable[[str], object]) -> None:
        self.play = play
        self.out = out
        self.seen = stamp(play.root)
        self.line: Playable | None = None
        """That of the last files without faults."""
        self.inputs: list[str] = []

    def look(self) -> None:
        """Read the files if one was saved."""
        now = stamp(self.play.root)
        if now != self.seen:
            self.seen = now
            self.load()

    def load(self) -> None:
        try:
            self.line = load(self.play)
        except Faulty as faulty:
            self.out(str(faulty))
            if self.line is not None:
                self.out("the last files without faults go on")
            return
        self.show()

    def show(self) -> None:
        if self.line is not None:
            self.out(picture(at(self.line.edition, self.inputs, self.play), self.play.fit))

    def typed(self, text: str) -> None:
        keys = text.split()
        if keys == ["?"]:
            self.out(HELP)
        elif keys == ["<"]:
            self.inputs = []
            self.show()
        elif keys and self.line is not None:
            here = at(self.line.edition, self.inputs, self.play).screen
            if here.ends:
                self.out("the session has ended: < dials again")
                return
            self.inputs += [text.strip()] if here.key in self.line.asks else keys
            self.show()


def lines_of(descriptor: int) -> Read:
    """Lines from a terminal or a pipe, waited for no longer than is said."""
    held = bytearray()

    def read(seconds: float | None) -> str | None:
        while b"\n" not in held:
            if not select.select([descriptor], [], [], seconds)[0]:
                return None
            piece = os.read(descriptor, 4096)
            if not piece and not held:
                raise EOFError
            held.extend(piece or b"\n")
        line, _, rest = bytes(held).partition(b"\n")
        held[:] = rest
        return line.decode("utf-8", "replace")

    return read
