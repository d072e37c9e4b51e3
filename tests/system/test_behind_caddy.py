"""A real Caddy by the file that `hotline units` writes, in front of a server that says how much came in; without TLS, for which it would ask outside."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from http.client import HTTPConnection, HTTPMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path, PurePosixPath

import pytest

from hotline.adapters.processes import bound
from hotline.front import MOST_BODY, MOST_TABLE
from hotline.units import files
from hotline.up import held_port
from tests.test_units import DEPLOY, other

SECONDS = 60
"""Only how long a failure takes."""
CADDY = shutil.which("caddy")
HSTS = "Strict-Transport-Security"
pytestmark = [pytest.mark.system, pytest.mark.skipif(CADDY is None, reason="there is no Caddy here: apt-get install caddy")]


class Counting(BaseHTTPRequestHandler):
    """Says, as the line does outside the demo, that a browser comes back over TLS alone; and how much came."""

    def do_POST(self) -> None:
        came = str(len(self.rfile.read(int(self.headers["Content-Length"])))).encode()
        self.send_response(200)
        self.send_header(HSTS, "max-age=31536000")
        self.send_header("Content-Length", str(len(came)))
        self.end_headers()
        self.wfile.write(came)

    def log_message(self, format: str, *args: object) -> None:
        pass


def at_home(folder: Path) -> dict[str, str]:
    """Where Caddy keeps what it writes."""
    return os.environ | dict.fromkeys(("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"), str(folder))


@pytest.fixture(scope="module")
def caddy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("caddy")
    with ExitStack() as until, ThreadingHTTPServer(("127.0.0.1", 0), Counting) as behind:
        threading.Thread(target=behind.serve_forever, args=(0.01,), daemon=True).start()
        until.callback(behind.shutdown)
        at, bind = f"127.0.0.1:{until.enter_context(held_port())}", f"127.0.0.1:{behind.server_port}"
        text = files(other(bind=bind, console_bind=bind))[PurePosixPath("Caddyfile")]
        for ours, here in (("line.example.org {", f"http://{at} {{"), ("\tservers {", "\tadmin off\n\tservers {")):
            assert ours in text
            text = text.replace(ours, here)
        (folder / "Caddyfile").write_text(text)
        with (folder / "log").open("wb") as log:
            command = bound([str(CADDY), "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"])
            process = subprocess.Popen(command, env=at_home(folder), stdout=log, stderr=log)
        until.callback(process.wait, SECONDS)
        until.callback(process.terminate)
        end = time.monotonic() + SECONDS
        while True:
            assert process.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < end
            try:
                post(at, "/", 0)
                break
            except ConnectionRefusedError:
                time.sleep(0.05)
        yield at


def post(at: str, path: str, size: int) -> tuple[int, HTTPMessage, bytes]:
    with closing(HTTPConnection(at, timeout=SECONDS)) as connection:
        connection.request("POST", path, b"a" * size)
        response = connection.getresponse()
        return response.status, response.headers, response.read()


def test_caddy_takes_the_file() -> None:
    """Held to `caddy adapt --validate`, as it lies in the repository."""
    ran = subprocess.run(
        [str(CADDY), "adapt", "--config", str(DEPLOY / "Caddyfile"), "--adapter", "caddyfile", "--validate"],
        capture_output=True,
        text=True,
        check=False,
        env=at_home(Path(os.devnull)),
    )
    assert ran.returncode == 0, ran.stderr


@pytest.mark.parametrize(("path", "most"), [("/at/secret/ussd", MOST_BODY), ("/console/studio/words/file", MOST_TABLE)])
def test_as_much_comes_in_as_the_line_takes(caddy: str, path: str, most: int) -> None:
    """To the byte, and no more."""
    status, headers, came = post(caddy, path, most)
    assert (status, int(came), headers.get_all(HSTS)) == (200, most, ["max-age=31536000"])
    assert post(caddy, path, most + 1)[0] != 200


@pytest.mark.parametrize("path", ["/metrics", "/health/ready", "/", "/gateway/orange/x", "/atx/ussd", "/consolex"])
def test_everything_else_stays_inside(caddy: str, path: str) -> None:
    """From outside there is no such page, and what Caddy says of it says once that a browser comes back over TLS alone."""
    status, headers, _ = post(caddy, path, 1)
    assert (status, headers.get_all(HSTS)) == (404, ["max-age=31536000"])
