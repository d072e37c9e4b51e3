"""A real Valkey on a Unix socket, one for a test module, emptied before each test; and one to be killed."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from hotline.adapters.processes import start_valkey
from hotline.adapters.valkey import connect


@pytest.fixture(scope="module")
def _module_valkey() -> Iterator[Path]:
    # pytest's own temporary paths are too long for a socket
    with tempfile.TemporaryDirectory(prefix="hl") as folder:
        socket = Path(folder, "s")
        server = start_valkey(socket)
        yield socket
        server.terminate()
        server.wait()


@pytest.fixture
def valkey(_module_valkey: Path) -> str:
    """Its URL; it is empty."""
    url = f"unix://{_module_valkey}"
    client = connect(url, 5000)
    client.flushall()
    client.close()
    return url


class Mortal:
    """A Valkey of one test's own, to be stopped and killed."""

    def __init__(self, socket: Path) -> None:
        self.socket = socket
        self.url = f"unix://{socket}"
        self.server: subprocess.Popen[bytes] = start_valkey(socket)

    def kill(self) -> None:
        self.server.kill()
        self.server.wait()

    def start(self) -> None:
        self.server = start_valkey(self.socket)


@pytest.fixture
def mortal_valkey() -> Iterator[Mortal]:
    with tempfile.TemporaryDirectory(prefix="hl") as folder:
        mortal = Mortal(Path(folder, "s"))
        yield mortal
        mortal.kill()
