"""`hotline web` on a socket that somebody else holds, as systemd does: it ends and begins again, and nobody is refused."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from hotline.adapters.sockets import listen_at
from tests.small_line import settings
from tests.system.lines import SECONDS, hop

pytestmark = pytest.mark.system


class Service:
    """What systemd does for a service with a socket (man 3 sd_listen_fds)."""

    def __init__(self, folder: Path) -> None:
        self.listening = listen_at("127.0.0.1:0")
        _, port = self.listening.getsockname()
        self.env = {name: value for name, value in os.environ.items() if not name.startswith("HOTLINE_")}
        self.env |= settings(folder, HOTLINE_TWO_PEOPLE="0", HOTLINE_BIND="192.0.2.1:1")
        self.card = {"ussd": f"http://127.0.0.1:{port}/at/{self.env['HOTLINE_AT_SECRET']}/ussd", "service_code": "*123#"}
        subprocess.run([sys.executable, "-m", "hotline", "db", "upgrade"], env=self.env, check=True)

    def start(self) -> None:
        handed_in = f"exec 3<&0 0</dev/null; LISTEN_PID=$$ LISTEN_FDS=1 exec {sys.executable} -m hotline web"
        self.process = subprocess.Popen(["sh", "-c", handed_in], env=self.env, stdin=self.listening)

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(SECONDS)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    running = Service(tmp_path)
    with closing(running.listening):
        running.start()
        yield running
        assert running.stop() == 0


def test_a_service_that_is_started_again_refuses_nobody(service: Service):
    """Hops all the while: those that it had begun are answered before it ends, the others by the one that comes after it."""
    over, screens = threading.Event(), []

    def dial_on() -> None:
        while not over.is_set():
            screens.append(hop(service.card, "4*1"))

    assert hop(service.card, "").startswith("CON ")
    with ThreadPoolExecutor(4) as pool:
        dialling = [pool.submit(dial_on) for _ in range(4)]
        assert service.stop() == 0
        service.start()
        assert hop(service.card, "").startswith("CON ")
        over.set()
        for dialled in dialling:
            dialled.result()
    assert [screen for screen in screens if not screen.startswith("CON ")] == []
