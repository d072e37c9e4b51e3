"""G20 of `doctor --golive`, by a real Valkey: does the line's Redis answer whoever comes, and could another one stand in its place?"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from hotline.adapters.processes import start_valkey
from hotline.adapters.valkey import connect
from hotline.doctor.redis_access import redis_access
from hotline.up import held_port

BUDGET_MS = 5000


class Server(NamedTuple):
    """One that keeps its socket to itself, in a folder of everybody's to pass through; and a port where it also listens."""

    socket: Path
    port: int

    def asks(self, *settings: str) -> None:
        """Set up its users so: `ACL SETUSER` with each."""
        client = connect(f"unix://{self.socket}", BUDGET_MS)
        for setting in settings:
            client.execute_command("ACL", "SETUSER", *setting.split())
        client.close()

    def looked_at(self, address: str = "unix://{socket}") -> list[str]:
        """What is said of it, as bare levels and words."""
        return [f"{level}: {text}" for level, text in redis_access(address.format(socket=self.socket, port=self.port), BUDGET_MS)]


@pytest.fixture
def server() -> Iterator[Server]:
    # Below /tmp itself: a folder for tests may be one that nobody else passes through.
    with tempfile.TemporaryDirectory(prefix="hl", dir="/tmp") as folder, held_port() as port:
        Path(folder).chmod(0o755)
        socket = Path(folder, "s")
        process = start_valkey(socket)
        client = connect(f"unix://{socket}", BUDGET_MS)
        client.config_set("bind", "127.0.0.1")
        client.config_set("port", port)
        client.close()
        yield Server(socket, port)
        process.kill()
        process.wait()


def test_a_socket_of_our_own_needs_no_password(server: Server) -> None:
    """As long as nobody but its owner and group can connect."""
    for mode in (0o700, 0o770, 0o775):
        server.socket.chmod(mode)
        assert server.looked_at() == ["ok: no one on this machine but the line's users reaches Redis"]


def test_a_socket_of_everybodys_is_bad_without_one(server: Server) -> None:
    """Unless a folder above it lets nobody through."""
    server.socket.chmod(0o777)
    (said,) = server.looked_at()
    assert (True, True) == (said.startswith("bad: it answers whoever asks"), "unixsocketperm" in said)
    server.socket.parent.chmod(0o750)
    assert server.looked_at()[0].startswith("ok: ")


def test_a_password_that_is_asked_for_is_enough(server: Server) -> None:
    """Of the socket of everybody's too, as in containers, and of a port."""
    server.socket.chmod(0o777)
    server.asks("line on >a-password ~* +@all", "default off")
    for address in (
        "unix://line:a-password@{socket}",
        "unix://{socket}?username=line&password=a-password",
        "redis://line:x@127.0.0.1:{port}",
    ):
        assert server.looked_at(address) == ["ok: Redis asks whoever comes for a password"]


@pytest.mark.parametrize("default", ["default on nopass ~* +@all", "default on nopass -@all +get", "default on nopass -@all +ping"])
def test_a_password_that_only_the_line_says_protects_nothing(server: Server, default: str) -> None:
    """The address names one, and the server takes whoever names none: as a user that may do anything, or less."""
    server.asks("line on >a-password ~* +@all", default)
    (said,) = server.looked_at("redis://line:a-password@127.0.0.1:{port}")
    assert said == "bad: it answers whoever asks without a password (deploy/valkey.acl: user default off)"


def test_a_socket_that_anybody_may_exchange_is_bad(server: Server) -> None:
    """Though the server asks for a password: the line would say it to another."""
    server.asks("line on >a-password ~* +@all", "default off")
    server.socket.parent.chmod(0o1777)
    (said,) = server.looked_at("unix://line:a-password@{socket}")
    assert said.startswith("bad: everybody can put another socket in the place of Redis's")


def test_one_that_is_away_is_not_called_good(tmp_path: Path) -> None:
    """Nobody can say whether it asks."""
    assert [level for level, _ in redis_access(f"unix://{tmp_path}/none", BUDGET_MS)] == ["warn"]
