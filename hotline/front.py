"""The line's front: takes requests off their sockets, each whole and in time, and hands it to the processes behind one of its doors.

Who sends slowly, or nothing, holds a socket here for some seconds and no thread anywhere; where there are too many of them, whoever has been sending for the
longest makes room. The processes that answer callers get whole requests alone, and none but callers' own. One request a connection, so that none hides
behind another (RFC 9112 §11.2).
"""

from __future__ import annotations

import asyncio
import re
import signal
import socket
from collections.abc import Coroutine, Mapping
from contextlib import suppress
from http import HTTPStatus
from typing import Any, Final

from msgspec import Struct

HELD_SECONDS: Final = 5.0
"""Until a request is here whole; and again, until its answer is read."""
MOST_INSIDE: Final = 128
"""Requests that wait at one door, or are answered behind it."""
MOST_AT_ONCE: Final = 64
"""Connections taken before whoever was taken earlier is looked at."""
ANSWER_SECONDS: Final = 20.0
REACH_SECONDS: Final = 5.0
"""Until a process that begins anew, or one that may open no more files, can be reached."""
AGAIN_SECONDS: Final = 0.05
DRAIN_SECONDS: Final = 2.5
MOST_HEAD: Final = 8 * 1024
MOST_BODY: Final = 8 * 1024
MOST_TABLE: Final = 480 * 1024
"""Of a body that goes where the console takes tables and files in."""
TABLE_SECONDS: Final = 30.0
"""Until such a body is here whole."""
MOST_TABLES: Final = 8
"""Bodies larger than others that come, or are answered, at once: whoever sends them need not have signed in yet."""
PEER: Final = b"X-Hotline-Peer"
"""Who sent it: said to the processes behind the doors by the front alone."""
CALLERS_PATHS: Final = (b"/at/", b"/gateway/")
"""Africa's Talking's; every other vendor's."""
TABLES_PATH: Final = re.compile(rb"/console/(?:(?:[a-z-]+/)*table(?:/in)?|studio/words/(?:file|take)|editions/proposals/[0-9]{1,9})")
"""Forms with a file, or with a tick for each screen of a whole language."""

_REQUEST = re.compile(rb"([A-Z]{1,16}) (/[!-~]*) HTTP/1\.[01]")
_FIELD = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([\t -~\x80-\xff]*)")
_OURS = frozenset({b"connection", b"keep-alive", b"proxy-connection", b"te", b"upgrade", b"expect", PEER.lower()})
"""Fields that are about this connection alone, or that only the front says."""


class Head(Struct, frozen=True):
    """A request's head: where it goes, and what is handed on of it."""

    path: bytes
    lines: tuple[bytes, ...]
    length: int
    is_repeatable: bool
    waits: bool
    """It sends its body once it is told to (RFC 9110 §10.1.1)."""


def read_head(head: bytes) -> Head | HTTPStatus:
    """A head, its blank line left out; or why it is refused."""
    first, *rest = head.split(b"\r\n")
    request = _REQUEST.fullmatch(first)
    fields = [_FIELD.fullmatch(line) for line in rest]
    if request is None or None in fields:
        return HTTPStatus.BAD_REQUEST
    said = [(field[1].lower(), field[2].strip(), field[0]) for field in fields if field]
    lengths = [value for name, value, _ in said if name == b"content-length"]
    if any(name == b"transfer-encoding" for name, _, _ in said):
        return HTTPStatus.LENGTH_REQUIRED
    if len(lengths) > 1 or not all(re.fullmatch(rb"[0-9]{1,9}", length) for length in lengths):
        return HTTPStatus.BAD_REQUEST
    length = int(lengths[0]) if lengths else 0
    path = request[2]
    if length > (MOST_TABLE if TABLES_PATH.fullmatch(path) else MOST_BODY):
        return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    return Head(
        path,
        (first, *(line for name, _, line in said if name not in _OURS)),
        length,
        # What the gateway posts may come again: callers' and counselors' keys, messages and reports are each kept once.
        request[1] in (b"GET", b"HEAD") or path.startswith(CALLERS_PATHS),
        any((name, value.lower()) == (b"expect", b"100-continue") for name, value, _ in said),
    )


class FrontDoor:
    """The way to the processes that answer one kind of request, by the Unix socket that they listen on."""

    def __init__(self, path: str, places: int) -> None:
        """`places`: how many requests are behind it at once; others wait."""
        self._path = path
        self._places = asyncio.Semaphore(places)
        self.inside = 0

    async def ask(self, request: bytes, *, is_repeatable: bool) -> bytes:
        """The answer to a whole request. A process that ends before it began to answer is asked again if that does no harm, and one that cannot be reached in
        any case, for some seconds. Raises OSError, TimeoutError."""
        async with asyncio.timeout(ANSWER_SECONDS), self._places:
            until = asyncio.get_running_loop().time() + REACH_SECONDS
            answer = await self._ask(request, until)
            while not answer and is_repeatable and asyncio.get_running_loop().time() < until:
                await asyncio.sleep(AGAIN_SECONDS)
                answer = await self._ask(request, until)
            return answer

    async def _reach(self, until: float) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Nothing was sent yet: whoever began anew, or this process where it may open no more files, has time for it."""
        while True:
            try:
                return await asyncio.open_unix_connection(self._path)
            except OSError:
                if asyncio.get_running_loop().time() >= until:
                    raise
                await asyncio.sleep(AGAIN_SECONDS)

    async def _ask(self, request: bytes, until: float) -> bytes:
        reader, writer = await self._reach(until)
        try:
            writer.write(request)
            return await reader.read()
        except ConnectionError:
            return b""
        finally:
            writer.close()


class Front:
    """Holds the sockets from which requests come, the oldest first."""

    def __init__(self, doors: Mapping[str, FrontDoor], most_held: int) -> None:
        """`doors`: `callers`, `console` or both; where one is missing the other gets everything."""
        self._most_held = most_held
        self._callers = doors.get("callers") or doors["console"]
        self._others = doors.get("console") or doors["callers"]
        self._held: dict[_Peer, float] = {}
        self._answering: set[asyncio.Task[None]] = set()
        self._tables: set[_Peer] = set()

    @property
    def is_empty(self) -> bool:
        return not self._held and not self._answering

    def hold(self, peer: _Peer) -> None:
        """From now on its time runs."""
        self._held[peer] = asyncio.get_running_loop().time()
        if len(self._held) > self._most_held:
            self.drop(next(iter(self._held)))

    def forget(self, peer: _Peer) -> None:
        self._held.pop(peer, None)

    def has_room(self, peer: _Peer, head: Head) -> bool:
        """May its body come? There is room for some large ones at once."""
        if head.length > MOST_BODY:
            if len(self._tables) >= MOST_TABLES:
                return False
            self._tables.add(peer)
        return True

    def take(self, peer: _Peer, head: Head, body: bytes) -> None:
        """Have a whole request answered."""
        self.forget(peer)
        door = self._callers if head.path.startswith(CALLERS_PATHS) else self._others
        if door.inside >= MOST_INSIDE:
            self.refuse(peer, HTTPStatus.SERVICE_UNAVAILABLE)
            return
        door.inside += 1
        lines = (*head.lines, b"Connection: close", PEER + b": " + peer.address.encode(), b"", body)
        self._begin(self._answer(peer, door, b"\r\n".join(lines), head.is_repeatable))

    def refuse(self, peer: _Peer, status: HTTPStatus) -> None:
        """The last that is said there."""
        self.forget(peer)
        self._begin(self._say(peer, refusal(status)))

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)

    async def end_late(self) -> None:
        """End, again and again, what takes too long."""
        while True:
            await asyncio.sleep(HELD_SECONDS / 20)
            now = asyncio.get_running_loop().time()
            for peer in [peer for peer, since in self._held.items() if since + self._patience(peer) < now]:
                self.drop(peer)

    def _patience(self, peer: _Peer) -> float:
        return TABLE_SECONDS if peer in self._tables else HELD_SECONDS

    async def _answer(self, peer: _Peer, door: FrontDoor, request: bytes, is_repeatable: bool) -> None:
        try:
            answer = await door.ask(request, is_repeatable=is_repeatable) or refusal(HTTPStatus.BAD_GATEWAY)
        except TimeoutError:
            answer = refusal(HTTPStatus.GATEWAY_TIMEOUT)
        except OSError:
            answer = refusal(HTTPStatus.BAD_GATEWAY)
        finally:
            door.inside -= 1
        await self._say(peer, answer)

    async def _say(self, peer: _Peer, answer: bytes) -> None:
        """Whoever does not read it makes room as those do who do not send."""
        self.hold(peer)
        with suppress(OSError):
            await asyncio.get_running_loop().sock_sendall(peer.socket, answer)
        self.drop(peer)

    def drop(self, peer: _Peer) -> None:
        """End it; it makes room."""
        self.forget(peer)
        self._tables.discard(peer)
        peer.end()


class _Peer:
    """One connection, until a request is here whole. A bare socket: there may be thousands, and whoever dials waits behind whoever else connects."""

    def __init__(self, front: Front, connected: socket.socket, address: str) -> None:
        self.socket = connected
        self.address = address
        self._front = front
        self._read = bytearray()
        self._head: Head | None = None
        connected.setblocking(False)
        asyncio.get_running_loop().add_reader(connected, self._readable)
        front.hold(self)

    def end(self) -> None:
        self._ignore()
        self.socket.close()

    def _readable(self) -> None:
        try:
            data = self.socket.recv(MOST_HEAD)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._front.drop(self)
            return
        self._read += data
        if self._head is None:
            self._read_head()
        if self._head is not None and len(self._read) >= self._head.length:
            self._ignore()
            self._front.take(self, self._head, bytes(self._read[: self._head.length]))

    def _read_head(self) -> None:
        end = self._read.find(b"\r\n\r\n")
        if end < 0 and len(self._read) <= MOST_HEAD:
            return
        head = read_head(bytes(self._read[:end])) if 0 <= end <= MOST_HEAD else HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
        if isinstance(head, HTTPStatus):
            self._ignore()
            self._front.refuse(self, head)
            return
        if not self._front.has_room(self, head):
            self._ignore()
            self._front.refuse(self, HTTPStatus.SERVICE_UNAVAILABLE)
            return
        self._head = head
        del self._read[: end + 4]
        if head.waits:
            with suppress(OSError):
                self.socket.send(b"HTTP/1.1 100 Continue\r\n\r\n")

    def _ignore(self) -> None:
        """What else comes."""
        asyncio.get_running_loop().remove_reader(self.socket)


def refusal(status: HTTPStatus) -> bytes:
    """An answer of the front's own, without words."""
    return f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()


def run(listening: socket.socket, doors: Mapping[str, tuple[str, int]], most_held: int) -> None:
    """Take requests until SIGTERM or SIGINT; what has come by then is answered. `doors`: for each the path of its socket, and how many requests are answered
    behind it at once. `most_held`: sockets from which a request comes, or that an answer leaves by.
    """
    asyncio.run(_run(listening, Front({name: FrontDoor(*door) for name, door in doors.items()}, most_held)))


async def _run(listening: socket.socket, front: Front) -> None:
    ending, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ending.set)
    listening.setblocking(False)

    def accept() -> None:
        with suppress(OSError):  # nobody is left, or was gone before
            for _ in range(MOST_AT_ONCE):
                connected, address = listening.accept()
                _Peer(front, connected, str(address[0]))

    loop.add_reader(listening, accept)
    late = asyncio.create_task(front.end_late())
    await ending.wait()
    loop.remove_reader(listening)  # whoever holds the socket too goes on taking connections
    with suppress(TimeoutError):
        async with asyncio.timeout(DRAIN_SECONDS):
            while not front.is_empty:  # noqa: ASYNC110 -- once in a process's life
                await asyncio.sleep(0.01)
    late.cancel()
