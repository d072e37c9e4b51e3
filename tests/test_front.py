"""The front: requests are taken off slow sockets, and go whole to the right door."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from http import HTTPStatus
from pathlib import Path

import pytest

from hotline import front
from hotline.adapters.sockets import listen_at, listen_in
from hotline.front import MOST_BODY, MOST_HEAD, MOST_TABLE, MOST_TABLES, Head, read_head

SECONDS = 60
"""Only how long a failure takes."""
MOST_HELD = 100
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n"
HOP = b"POST /at/secret/ussd HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\ntext="


class Room:
    """A door's process: notes what comes, and answers its name."""

    def __init__(self, path: Path, name: bytes) -> None:
        self.came: list[bytes] = []
        self.goes = threading.Event()
        """Set: it answers."""
        self.goes.set()
        self.asked = threading.Event()
        self._name = name
        self.listening = listen_in(path)
        threading.Thread(target=self._answer, daemon=True).start()

    def _answer(self) -> None:
        with suppress(OSError):  # at the end
            while True:
                peer, _ = self.listening.accept()
                threading.Thread(target=self._serve, args=(peer,), daemon=True).start()

    def _serve(self, peer: socket.socket) -> None:
        with peer:
            self.came.append(peer.recv(65536))
            self.asked.set()
            self.goes.wait()
            peer.sendall(ANSWER + self._name)


class Line:
    """A front between one listening socket and two rooms."""

    def __init__(self, folder: Path, *doors: str) -> None:
        self.rooms = {door: Room(folder / f"{door}.door", door[:2].encode()) for door in doors}
        self.listening = listen_at("127.0.0.1:0")
        self.doors = {door: (str(folder / f"{door}.door"), 4) for door in self.rooms}
        self.process = self.begin()

    def begin(self) -> multiprocessing.process.BaseProcess:
        process = multiprocessing.get_context("spawn").Process(target=front.run, args=(self.listening, self.doors, MOST_HELD))
        process.start()
        return process

    def socket(self) -> socket.socket:
        return socket.create_connection(self.listening.getsockname(), SECONDS)

    def send(self, request: bytes) -> bytes:
        with self.socket() as sent:
            sent.sendall(request)
            return rest_of(sent)

    def end(self) -> None:
        self.process.terminate()
        self.process.join(SECONDS)
        for listening in (self.listening, *(room.listening for room in self.rooms.values())):
            listening.shutdown(socket.SHUT_RDWR)
            listening.close()


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    running = Line(tmp_path_factory.mktemp("f"), "callers", "console")
    yield running
    running.end()
    assert running.process.exitcode == 0


def rest_of(peer: socket.socket) -> bytes:
    """All that still comes; empty where nothing does."""
    found = b""
    with suppress(ConnectionResetError):
        while some := peer.recv(65536):
            found += some
    return found


def test_what_the_gateway_posts_goes_to_callers_and_all_else_to_the_console(line: Line):
    """By the path as it was sent; what only looks like the gateway's meets whatever any unknown path meets."""
    sent = {
        path: line.send(b"GET %s HTTP/1.1\r\nHost: x\r\n\r\n" % path)[-2:]
        for path in (b"/at/x/ussd", b"/console/", b"//at/x", b"/%61t/x", b"/")
    }
    assert sent == {b"/at/x/ussd": b"ca", b"/console/": b"co", b"//at/x": b"co", b"/%61t/x": b"co", b"/": b"co"}


@pytest.mark.parametrize("door", ["callers", "console"])
def test_behind_one_door_alone_everything_is_answered(tmp_path: Path, door: str):
    """Each may have a front of its own; what is not its business meets its own 404."""
    alone = Line(tmp_path, door)
    assert {alone.send(b"GET %s HTTP/1.1\r\n\r\n" % path)[-2:] for path in (b"/at/x/ussd", b"/console/")} == {door[:2].encode()}
    alone.end()


def test_a_slow_request_reaches_nobody_before_it_is_whole(line: Line):
    """Byte by byte it costs nobody's thread; then it is there in one piece, with its sender's address and no other that it claims."""
    before = len(line.rooms["callers"].came)
    with line.socket() as slow:
        for byte in HOP[:-1].replace(b"Host", b"X-Hotline-Peer: 9.9.9.9\r\nConnection: keep-alive\r\nHost"):
            slow.sendall(bytes([byte]))
            assert len(line.rooms["callers"].came) == before
        slow.sendall(b"=")
        assert rest_of(slow) == ANSWER + b"ca"
    (came,) = line.rooms["callers"].came[before:]
    assert came == (
        b"POST /at/secret/ussd HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nConnection: close\r\nX-Hotline-Peer: 127.0.0.1\r\n\r\ntext="
    )


def test_however_many_sockets_are_held_there_is_room(line: Line):
    """The oldest makes room; whoever comes now is answered."""
    held = [line.socket() for _ in range(2 * MOST_HELD)]
    assert line.send(HOP) == ANSWER + b"ca"
    assert rest_of(held[0]) == b""
    for idle in held:
        idle.close()


def test_whoever_sends_nothing_is_left(line: Line):
    """After some seconds, and without a word."""
    with line.socket() as idle, line.socket() as half:
        half.sendall(HOP[:-1])
        assert (rest_of(idle), rest_of(half)) == (b"", b"")


def test_who_is_asked_to_wait_for_a_go_ahead_gets_one(line: Line):
    """As some clients want it before they send a body."""
    with line.socket() as waits:
        waits.sendall(HOP[:-5].replace(b"Host: x", b"Expect: 100-continue"))
        assert waits.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        waits.sendall(b"text=")
        assert rest_of(waits) == ANSWER + b"ca"


def test_who_was_heard_is_answered_though_the_front_ends(line: Line):
    """SIGTERM: what has come is answered; what comes meanwhile waits in the socket for the next front."""
    callers = line.rooms["callers"]
    callers.goes.clear()
    callers.asked.clear()
    with line.socket() as heard, line.socket() as half:
        heard.sendall(HOP)
        half.sendall(HOP[:-1])
        assert callers.asked.wait(SECONDS)
        os.kill(line.process.pid or 0, signal.SIGTERM)
        with line.socket() as late:
            late.sendall(HOP)
            half.sendall(b"=")
            callers.goes.set()
            assert (rest_of(heard), rest_of(half)) == (ANSWER + b"ca", ANSWER + b"ca")
            line.process.join(SECONDS)
            assert line.process.exitcode == 0
            line.process = line.begin()
            assert rest_of(late) == ANSWER + b"ca"


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked", HTTPStatus.LENGTH_REQUIRED),
        (b"GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1", HTTPStatus.BAD_REQUEST),
        (b"GET / HTTP/1.1\r\nContent-Length: +1", HTTPStatus.BAD_REQUEST),
        (b"GET / HTTP/1.1\r\nContent-Length: %d" % (MOST_BODY + 1), HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
        (b"POST /console/directory/tables HTTP/1.1\r\nContent-Length: %d" % (MOST_BODY + 1), HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
        (b"POST /console/directory/table HTTP/1.1\r\nContent-Length: %d" % (MOST_TABLE + 1), HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
        (b"GET / HTTP/1.1\r\nHost : x", HTTPStatus.BAD_REQUEST),
        (b"GET / HTTP/1.1\r\nHost: x\r\n folded", HTTPStatus.BAD_REQUEST),
        (b"GET / HTTP/1.1\r\nHost: x\nConnection: y", HTTPStatus.BAD_REQUEST),
        (b"GET / HTTP/1.1\r\nHost: x\x00", HTTPStatus.BAD_REQUEST),
        (b"GET  / HTTP/1.1", HTTPStatus.BAD_REQUEST),
        (b"GET http://x/ HTTP/1.1", HTTPStatus.BAD_REQUEST),
        (b"GET / HTTP/2", HTTPStatus.BAD_REQUEST),
        (b"\x16\x03\x01", HTTPStatus.BAD_REQUEST),
    ],
)
def test_what_can_be_read_in_two_ways_is_refused(head: bytes, status: HTTPStatus):
    """So that no request hides in another one (RFC 9112 §11.2)."""
    assert read_head(head) == status


def test_a_head_without_end_is_refused(line: Line):
    """It is not kept in memory either."""
    assert line.send(b"GET / HTTP/1.1\r\nX: " + b"x" * MOST_HEAD).startswith(b"HTTP/1.1 431 ")


def test_what_is_about_the_connection_is_not_handed_on():
    """Everything else is, as it was sent."""
    head = read_head(
        b"POST /console/x HTTP/1.0\r\nHost: x\r\nKeep-Alive: 5\r\ncookie: a=b; c=d\r\nExpect: 100-continue\r\ncontent-length: 12"
    )
    assert head == Head(
        b"/console/x", (b"POST /console/x HTTP/1.0", b"Host: x", b"cookie: a=b; c=d", b"content-length: 12"), 12, False, True
    )


def test_a_table_comes_whole_and_only_some_at_once(line: Line):
    """Larger than any other body; whoever holds all places without sending keeps others from sending one, and nobody from anything else."""
    head = b"POST /console/directory/table HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % (2 * MOST_BODY)
    assert line.send(head + b"x" * 2 * MOST_BODY) == ANSWER + b"co"
    with ExitStack() as stack:
        for _ in range(MOST_TABLES):
            stack.enter_context(line.socket()).sendall(head + b"x")
        assert line.send(head).startswith(b"HTTP/1.1 503 ")
        assert line.send(HOP) == ANSWER + b"ca"
        assert line.send(b"GET /console/ HTTP/1.1\r\nHost: x\r\n\r\n") == ANSWER + b"co"


def test_whoever_behind_a_door_begins_anew_is_waited_for(tmp_path: Path):
    """No caller hears of it: what came while nobody was behind the door is answered once somebody is."""
    with ExitStack() as ending:
        running = Line(tmp_path, "callers")
        ending.callback(running.end)
        gone = running.rooms["callers"].listening
        gone.shutdown(socket.SHUT_RDWR)
        gone.close()
        (tmp_path / "callers.door").unlink()
        with running.socket() as sent:
            sent.sendall(HOP)
            running.rooms["callers"] = Room(tmp_path / "callers.door", b"an")
            assert rest_of(sent) == ANSWER + b"an"
