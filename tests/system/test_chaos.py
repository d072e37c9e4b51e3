"""What a screen has noted is kept once, whichever process dies in the middle; and no number lies about afterwards."""

from __future__ import annotations

import os
import re
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException
from itertools import count
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
import redis
from sqlalchemy import create_engine, text

from hotline.adapters.keys.seal import Seal
from hotline.adapters.spool import DiskSpool
from hotline.app import SPOOL_SLOTS
from hotline.engine.effects import Ref
from hotline.service.conversation.ledger import order_key
from hotline.service.conversation.session import Session
from tests.processes import environment_of
from tests.system.lines import PARTS, SECONDS, Line, left_in, started

pytestmark = [pytest.mark.system, pytest.mark.long]
CONVERSATIONS = 200
"""While each process dies."""
VICTIMS = (*sorted(PARTS - {"up"}), "up")
AT_ONCE = 8
NOTED = ("CON Noté", "CON An y'a mèn")
WORDS = ("1", "3", "4")
"""Morning, afternoon and evening: windows that the demo's counselors keep."""


class Conversation:
    """One caller on the line: she dials, asks to be called at a part of the day, and every third chooses a word."""

    def __init__(self, n: int) -> None:
        self.number = f"+2237000{1000 + n}"
        self.session = f"ATUid_chaos{n}"
        asks = WORDS[n % len(WORDS)]
        bambara = ("6",) if n % 2 else ()
        self.order = Ref(len(bambara) + 2, 0)
        typed = [*bambara, "5", asks, *(("1", "3") if n % 3 == 0 else ())]
        self.hops = ["*".join(typed[:k]) for k in range(len(typed) + 1)]
        self.twice = n % 10 == 0

    def order_key(self, seal: Seal) -> bytes:
        session = Session("africastalking", self.session, self.number, tuple(self.hops[-1].split("*")), seconds=0)
        return order_key(seal, session.gateway, session.id_at(seal, self.order.position), self.order)

    def go(self, where: Where) -> list[str]:
        """Through all hops, each sent again until it is answered, as a gateway does; some twice for nothing. Returns what was read if no screen said *noted*."""
        read = [where.post(self, hop) for hop in self.hops for _ in range(2 if self.twice else 1)]
        return [] if any(screen.startswith(NOTED) for screen in read) else read


class Where:
    """The line's address as it is now; it moves when the whole line is started anew."""

    def __init__(self, card: dict) -> None:
        self.card = card

    def post(self, conversation: Conversation, hop: str) -> str:
        form = {
            "sessionId": conversation.session, "phoneNumber": conversation.number, "networkCode": "61002",
            "serviceCode": self.card["service_code"], "text": hop,
        }  # fmt: skip
        paused = threading.Event()
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            ussd = urlsplit(self.card["ussd"])
            connection = HTTPConnection(ussd.hostname, ussd.port, timeout=10)
            try:
                connection.request("POST", ussd.path, urlencode(form), {"Content-Type": "application/x-www-form-urlencoded"})
                return connection.getresponse().read().decode()
            except (OSError, HTTPException):
                paused.wait(0.05)
            finally:
                connection.close()
        raise AssertionError("the line did not come back")


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    """Where the day is young: a part of it that is half over has not room for so many calls; and each counselor has it for many."""
    ahead = (5 - datetime.now(UTC).hour) % 24
    ahead -= 24 if ahead > 12 else 0
    zone = f"Etc/GMT{-ahead:+d}"  # the sign of these names is turned round
    yield from started(tmp_path / "v", HOTLINE_TIMEZONE=zone)


def has_number(blob: bytes, numbers: frozenset[str]) -> bool:
    """Is one of these numbers in it, in any usual spelling: with or without the country's code, in pairs or fours, as hex, as UTF-16?"""
    plain = blob.replace(b"\0", b"")
    found = re.findall(rb"(?<![0-9a-fA-F])(?:(?:\+|00|%2B)?223[ .\-]?)?((?:\d[ .\-]?){7}\d)(?![0-9a-fA-F])", plain)
    found += [bytes.fromhex(digits.decode()) for digits in re.findall(rb"(?:3[0-9]){8}", plain)]
    return any(re.sub(rb"\D", b"", digits).decode() in numbers for digits in found)


def everything(line: Line, card: dict) -> dict[str, bytes]:
    """All that the line leaves: its folder, Redis, process lists."""
    blobs = left_in(line.var, lambda path: path.read_bytes() if path.is_file() else b"")
    client = redis.Redis(unix_socket_path=str(next(line.var.glob("*.sock"))))
    for key in client.scan_iter("*"):
        read = {
            b"string": client.get,
            b"hash": client.hgetall,
            b"list": lambda name: client.lrange(name, 0, -1),
            b"set": client.smembers,
            b"zset": lambda name: client.zrange(name, 0, -1),
            b"stream": client.xrange,
            b"none": lambda _name: None,  # it expired meanwhile
        }[client.type(key)]
        blobs[f"redis {key!r}"] = repr((key, read(key))).encode()
    client.close()
    for name, pid in card["pids"].items():
        blobs[f"process {name}"] = Path(f"/proc/{pid}/cmdline").read_bytes() + environment_of(pid)
    return blobs


def kill_amid(line: Line, where: Where, conversations: list[Conversation], victim: str) -> list[list[str]]:
    """Hold these conversations, kill the process when a third of them is over, and wait for its successor. Returns what those read who were not told *noted*."""
    done = count(1)
    middle = threading.Event()

    def go(conversation: Conversation) -> list[str]:
        read = conversation.go(where)
        if next(done) == CONVERSATIONS // 3:
            middle.set()
        return read

    with ThreadPoolExecutor(AT_ONCE) as pool:
        running = [pool.submit(go, conversation) for conversation in conversations]
        assert middle.wait(600)
        killed = where.card["pids"][victim]
        os.kill(killed, signal.SIGKILL)
        if victim == "up":
            line.process.wait()
            line.again()
            where.card = line.await_card()
        unnoted = [read for job in running if (read := job.result())]
    where.card = line.await_card(lambda card: set(card["pids"]) == PARTS and card["pids"][victim] != killed)
    return unnoted


def await_drained(spool: DiskSpool) -> None:
    """Wait until the clock has taken in what a stalled disk kept out of the database. Nobody tells: asked again and again."""
    deadline = time.monotonic() + SECONDS
    while len(spool):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def callbacks_in(var: Path) -> list[str]:
    engine = create_engine(f"sqlite:///{var}/hotline.db")
    with engine.connect() as connection:
        kept = sorted(row[0] for row in connection.execute(text("select id from callbacks")))
    engine.dispose()
    return kept


def test_kill_9_loses_nothing_and_keeps_nothing_twice(line: Line) -> None:
    """Conversations without a pause, half in Bambara; amid them each process is killed in its turn, and last the whole line. Every callback that was noted is kept,
    once; and no number stands in a file, in Redis, in a log or in a process list."""
    where = Where(line.await_card())
    seal = Seal.from_text((line.var / "keys").read_text())
    spool = DiskSpool(line.var / "spool", seal, SPOOL_SLOTS)
    expected: list[str] = []
    numbers: set[str] = set()
    for turn, victim in enumerate(VICTIMS):
        conversations = [Conversation(turn * CONVERSATIONS + n) for n in range(CONVERSATIONS)]
        assert (victim, kill_amid(line, where, conversations, victim)) == (victim, [])
        for conversation in conversations:
            key = conversation.order_key(seal)
            expected.append(seal.digest("callback", key.hex()).hex()[:32])
            numbers.add(conversation.number[4:])
        await_drained(spool)
        kept = callbacks_in(line.var)
        assert (victim, set(kept) ^ set(expected), len(kept)) == (victim, set(), len(expected))
    left = everything(line, where.card)
    line.end(signal.SIGTERM)
    left["logs"] = line.said()
    assert [name for name, blob in left.items() if has_number(blob, frozenset(numbers))] == []


def test_the_search_itself_finds_numbers() -> None:
    """The search above would find a number, however it is written; and not a piece of an id."""
    numbers = frozenset({"70001234"})
    for spelling in (
        b"+22370001234",
        b"x=70001234&",
        b"70 00 12 34",
        b"70.00.12.34",
        b"7000-1234",
        b"%2B22370001234",
        b"0022370001234",
        b'"70001234"',
    ):
        assert has_number(spelling, numbers)
    assert has_number("70001234".encode("utf-16"), numbers)
    assert has_number(b"70001234".hex().encode(), numbers)
    assert not has_number(b"ab70001234cd", numbers)
    assert not has_number(b"70001235", numbers)
