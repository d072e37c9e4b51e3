"""The line behind a real nginx with TLS, by the file that `hotline units` writes: whole requests come in, and nothing of them stays in any log."""

from __future__ import annotations

import http.client
import os
import re
import resource
import shutil
import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

import pytest

from hotline.doctor.outside import seen_from_outside
from hotline.units import files
from hotline.up import held_port
from tests.system.lines import CALLER, SECONDS, Line, started
from tests.test_units import other

NGINX = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(NGINX is None and "CI" not in os.environ, reason="there is no nginx here: apt-get install nginx-light"),
]
AT = ("africastalking",)
MAIN = """
daemon off;
{user}
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log info;
events {{
	worker_connections 768;
	# multi_accept on;
}}
http {{
    access_log {folder}/access.log;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
    include {folder}/hotline.conf;
}}
"""
"""Of a machine whose own logs say all that they can; with as many connections as Debian's has."""
GUIDE = Path(__file__).resolve().parents[2] / "docs/deploy.md"
HELD = 900


class Answered(NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    text: str


class Proxied:
    """A line, and an nginx of its own in front."""

    def __init__(self, line: Line, folder: Path, plain: int, port: int) -> None:
        self.line, self.folder, self.plain, self.port = line, folder, plain, port
        folder.mkdir(mode=0o700)
        self._certificate()
        card = line.await_card()
        self.bind, self.hop_path = urlsplit(card["address"]).netloc, urlsplit(card["ussd"]).path
        machine = other(bind=self.bind, console_bind=self.bind)
        text = files(machine)[PurePosixPath("nginx.conf")]
        for ours, here in (
            ("    listen [::]:80;\n", ""),
            ("    listen [::]:443 ssl;\n", ""),
            ("listen 80;", f"listen 127.0.0.1:{plain};"),
            ("listen 443 ssl;", f"listen 127.0.0.1:{port} ssl;"),
            ("/etc/ssl/hotline/", f"{folder}/"),
            ("client_header_timeout 5s", "client_header_timeout 1s"),
            ("client_body_timeout 5s", "client_body_timeout 1s"),
        ):
            assert ours in text
            text = text.replace(ours, here)
        (folder / "hotline.conf").write_text(text)
        main = MAIN.format(folder=folder, user="user root;" if os.geteuid() == 0 else "")
        (folder / "main.conf").write_text(f"{self._more_files()}\n{main}")
        self._more_connections()
        self.process = self._begun()
        self.context = ssl.create_default_context(cafile=str(folder / "fullchain.pem"))

    def _begun(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen([str(NGINX), "-e", str(self.folder / "error.log"), "-c", str(self.folder / "main.conf")])

    @contextmanager
    def set_up_otherwise(self, ours: str, theirs: str) -> Iterator[None]:
        """Until the block ends it runs with other words in its settings."""
        file = self.folder / "hotline.conf"
        before = file.read_text()
        assert ours in before
        for text in (before.replace(ours, theirs), before):
            self.end()
            file.write_text(text)
            self.process = self._begun()
            if text is not before:
                yield

    def _more_files(self) -> str:
        """What the guide has laid down for Debian's nginx to include at its head."""
        line = re.search(r"^echo '(worker_rlimit_nofile \d+;)' > /etc/nginx/modules-enabled/", GUIDE.read_text("utf-8"), re.MULTILINE)
        assert line is not None
        return line[1]

    def _more_connections(self) -> None:
        """As the guide says it, in this nginx's file."""
        line = re.search(r"^sed -i ('.*worker_connections.*') /etc/nginx/nginx\.conf$", GUIDE.read_text("utf-8"), re.MULTILINE)
        assert line is not None
        subprocess.run(["/bin/sh", "-c", f"sed -i {line[1]} {self.folder}/main.conf"], check=True)

    def _certificate(self) -> None:
        subject = ("-subj", "/CN=line.example.org", "-addext", "subjectAltName=DNS:line.example.org,DNS:localhost")
        key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "key.pem")
        subprocess.run(
            ["openssl", "req", "-x509", *key, "-days", "2", *subject, "-out", "fullchain.pem"],
            cwd=self.folder,
            check=True,
            capture_output=True,
        )

    def connect(self, *, encrypted: bool = True) -> socket.socket:
        """Once it listens."""
        while True:
            assert self.process.poll() is None, (self.folder / "error.log").read_text()
            try:
                peer = socket.create_connection(("127.0.0.1", self.port if encrypted else self.plain), SECONDS)
            except ConnectionRefusedError:
                continue
            return self.context.wrap_socket(peer, server_hostname="line.example.org") if encrypted else peer

    def ask(self, path: str, form: dict[str, str] | None = None, *, encrypted: bool = True) -> Answered:
        with closing(http.client.HTTPConnection("line.example.org")) as connection:
            connection.sock = self.connect(encrypted=encrypted)
            body = None if form is None else urlencode(form)
            connection.request("GET" if form is None else "POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"})
            response = connection.getresponse()
            return Answered(response.status, response.headers, response.read().decode())

    def begin(self, sent: bytes) -> bytes:
        """What is answered to what was only begun: the head, or nothing where the connection is closed."""
        with self.connect() as peer:
            peer.sendall(sent)
            answered = b""
            with suppress(ConnectionError):
                while b"\r\n\r\n" not in answered and (more := peer.recv(4096)):
                    answered += more
            return answered

    def hop(self, text: str) -> Answered:
        form = {"sessionId": f"ATUid_nginx{text}", "phoneNumber": CALLER, "networkCode": "61002", "serviceCode": "*123#", "text": text}
        return self.ask(self.hop_path, form)

    def end(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(SECONDS)


@pytest.fixture(scope="module")
def proxied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxied]:
    folder = tmp_path_factory.mktemp("nginx")
    with ExitStack() as until:
        plain, port = until.enter_context(held_port()), until.enter_context(held_port())
        for line in started(folder / "v"):
            running = Proxied(line, folder / "n", plain, port)
            yield running
            running.end()


def test_a_caller_and_the_room_come_through(proxied: Proxied) -> None:
    """Over TLS a hop is a screen, and the room's first page a page, after which a browser asks over TLS alone."""
    assert proxied.hop("4*1").text.startswith("CON ")
    page = proxied.ask("/console/sign-in")
    assert (page.status in {200, 401}, page.headers.get_all("Strict-Transport-Security")) == (True, ["max-age=31536000"])
    assert "<form" in page.text


@pytest.mark.parametrize("path", ["/metrics", "/health/ready", "/health/live", "/phone", "/", "/gateway/orange/x", "/atx/ussd"])
def test_everything_else_stays_inside(proxied: Proxied, path: str) -> None:
    """From outside there is no such page."""
    assert 404 == proxied.ask(path).status


def test_without_tls_there_is_only_the_way_to_it(proxied: Proxied) -> None:
    """A browser is sent on; a webhook that was set up without TLS is told that there is none."""
    page = proxied.ask("/console/queue", encrypted=False)
    assert (page.status, page.headers["Location"]) == (301, "https://line.example.org/console/queue")
    assert 404 == proxied.ask(proxied.hop_path, {"text": ""}, encrypted=False).status


def test_whoever_sends_slowly_never_reaches_the_line(proxied: Proxied) -> None:
    """A body or a head that does not come is cut; one that is too large is refused at its head."""
    head = f"POST {proxied.hop_path} HTTP/1.1\r\nHost: line.example.org\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    assert b"200" not in proxied.begin(f"{head}Content-Length: 100\r\n\r\ntext=".encode())
    assert b"200" not in proxied.begin(f"{head}X-Slow: ".encode())
    assert b" 413 " in proxied.begin(f"{head}Content-Length: 9000\r\n\r\n".encode())
    assert proxied.hop("4").text.startswith("CON ")


def test_sockets_that_are_held_leave_room(proxied: Proxied) -> None:
    """More of them than Debian's nginx has connections, by the guide's two lines: whoever dials is answered."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    try:
        with ExitStack() as until:
            for _ in range(HELD):
                until.enter_context(proxied.connect(encrypted=False)).sendall(b"POST /at/ HTTP/1.1\r\nX-Slow: ")
            assert proxied.hop("4").text.startswith("CON ")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_the_doctor_looks_from_outside(proxied: Proxied, monkeypatch: pytest.MonkeyPatch) -> None:
    """It finds nothing let out and whole requests alone; and that a certificate of two days ends soon. Without TLS, or with a certificate that no browser takes, it says so."""
    monkeypatch.setenv("SSL_CERT_FILE", str(proxied.folder / "fullchain.pem"))
    url, now = f"https://localhost:{proxied.port}", int(time.time())
    found = dict(seen_from_outside(url, proxied.bind, AT, now))
    assert {level: text.split(" ")[0] for level, text in found.items()} == {"warn": "its", "ok": "the"}
    assert [level for level, _ in seen_from_outside(url, proxied.bind, AT, now)] == ["warn", "ok", "ok"]
    assert [level for level, _ in seen_from_outside(url.replace("https", "http"), proxied.bind, AT, now)] == ["bad"]
    monkeypatch.delenv("SSL_CERT_FILE")
    assert [level for level, _ in seen_from_outside(url, proxied.bind, AT, now)] == ["bad"]


def test_the_doctor_sees_a_proxy_that_hands_on_half_requests(proxied: Proxied, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the path of a gateway that the line uses, on which alone a proxy hands anything on; and none is asked where none is used from outside."""
    monkeypatch.setenv("SSL_CERT_FILE", str(proxied.folder / "fullchain.pem"))
    url, now = f"https://localhost:{proxied.port}", int(time.time())
    with proxied.set_up_otherwise("proxy_request_buffering on", "proxy_request_buffering off"):
        proxied.connect().close()
        (*_, found), (*_, unasked) = (tuple(seen_from_outside(url, proxied.bind, names, now)) for names in (AT, ("kannel",)))
        with proxied.set_up_otherwise("location ~ ^/(at)/", "location ~ ^/(gateway/orange)/"):
            proxied.connect().close()
            (*_, other) = seen_from_outside(url, proxied.bind, ("orange",), now)
    proxied.connect().close()
    assert (found[0], "proxy_request_buffering" in found[1]) == ("bad", True)
    assert other == found
    assert unasked == ("ok", "no gateway of the line's asks from outside")


def test_no_log_holds_the_secret(proxied: Proxied) -> None:
    """Not the proxy's own either, whatever went wrong: after all of the above, and with the line away, its path is in no file of nginx's."""
    secret = proxied.hop_path.split("/")[2].encode()
    proxied.line.end(signal.SIGTERM)
    assert 502 == proxied.hop("4*1").status
    proxied.end()
    left = {path.name: path.read_bytes() for path in proxied.folder.rglob("*") if path.is_file()}
    assert b"gracefully" in left["error.log"] or b"signal 15" in left["error.log"]  # it does say things
    assert [name for name, data in left.items() if secret in data or b"/ussd" in data or CALLER[1:].encode() in data] == []
