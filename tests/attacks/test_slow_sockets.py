"""Sockets that are held: a byte now and then, or nothing at all. Whoever holds them takes the line from nobody who dials."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from urllib.parse import urlsplit

import pytest

from tests.postgres import DATABASES, Postgres, database_of, postgres  # noqa: F401 -- a fixture
from tests.system.lines import Line, hop, started

pytestmark = pytest.mark.system
SLOW, IDLE = 4, 300
HOPS = 5


@pytest.fixture(scope="module", params=DATABASES)
def line(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, postgres: Postgres) -> Iterator[Line]:  # noqa: F811
    var = tmp_path_factory.mktemp(request.param) / "v"
    yield from started(var, HOTLINE_DATABASE_URL=database_of(request.param, var, postgres, "sockets"))


@pytest.fixture(scope="module")
def card(line: Line) -> dict:
    return line.await_card()


def held(card: dict, begun: bytes, how_many: int, until: ExitStack) -> None:
    """So many connections, from each of which this much has come and no end."""
    address = urlsplit(card["address"])
    for _ in range(how_many):
        peer = until.enter_context(socket.create_connection((address.hostname, address.port)))
        peer.sendall(begun)


@pytest.mark.parametrize(
    "path",
    ["/console/sign-in", "/health/ready", "/metrics", "/phone", "/at/wrong/ussd", "{ussd}", "{sms}"],
    ids=lambda path: path.strip("{}"),
)
def test_callers_are_answered_while_sockets_are_held(card: dict, path: str):
    """On every path: bodies that do not come, heads that do not end, connections that say nothing. Callers are answered within a second."""
    target = path.format(**{name: urlsplit(card[name]).path for name in ("ussd", "sms")}).encode()
    head = b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n" % target
    answered = []
    with ExitStack() as until:
        held(card, head + b"\r\na", SLOW, until)
        held(card, head, SLOW, until)
        held(card, b"", IDLE, until)
        for n in range(HOPS):
            with suppress(TimeoutError):
                answered.append(hop(card, "4*1", f"ATUid_slow{n}", seconds=1.0))
    assert answered
    assert [screen for screen in answered if not screen.startswith("CON ")] == []
