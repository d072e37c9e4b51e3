"""A partner's system can tell that it is the line that speaks, and is told once by its id."""

from __future__ import annotations

import base64
import hashlib
import hmac
import netrc
import socket
import ssl
import threading
from contextlib import suppress
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from hotline.gateways.partner_webhook import PartnerWebhook, signature
from hotline.ports.outgoing import GatewayRefused, GatewayUnknown

SECRET, OLDER = (f"whsec_{base64.b64encode(key).decode()}" for key in (b"0123456789abcdef01234567", b"an-older-key-of-24-bytes"))
ID, AT, BODY = "f" * 32, 1_810_000_000, b'{"type":"figures.released"}'


def verified(headers: dict[str, str], body: bytes, secret: str) -> bool:
    """As a receiver does it, by the published scheme alone."""
    key = base64.b64decode(secret.split("_", 1)[1])
    said = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = "v1," + base64.b64encode(hmac.new(key, said, hashlib.sha256).digest()).decode()
    return any(hmac.compare_digest(expected, one) for one in headers["webhook-signature"].split(" "))


def test_the_published_example() -> None:
    """The scheme's own: what its libraries verify is what is sent."""
    key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    body = b'{"test": 2432232314}'
    assert "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=" == signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)


def test_signed_under_each_secret(httpserver: HTTPServer) -> None:
    """While one is exchanged both verify; a changed body verifies under none."""
    httpserver.expect_request("/hook", method="POST").respond_with_data("")
    PartnerWebhook(httpserver.url_for("/hook"), (SECRET, OLDER)).post(ID, BODY, AT)
    ((request, _),) = httpserver.log
    headers = {name.lower(): value for name, value in request.headers.items()}
    assert (ID, str(AT), "application/json") == (headers["webhook-id"], headers["webhook-timestamp"], headers["content-type"])
    assert [True, True, False] == [
        verified(headers, *told) for told in ((request.data, SECRET), (request.data, OLDER), (request.data + b" ", SECRET))
    ]


@pytest.mark.parametrize(("status", "raised"), [(500, GatewayUnknown), (404, GatewayRefused), (301, GatewayRefused)])
def test_whatever_is_no_yes_is_tried_again(httpserver: HTTPServer, status: int, raised: type[Exception]) -> None:
    """And a redirect is no yes: nothing is sent to another address."""
    httpserver.expect_request("/hook").respond_with_response(Response(status=status, headers={"Location": httpserver.url_for("/other")}))
    with pytest.raises(raised, match=f"^http_{status}$"):
        PartnerWebhook(httpserver.url_for("/hook"), (SECRET,)).post(ID, BODY, AT)
    assert ["/hook"] == [request.path for request, _ in httpserver.log]


def test_who_answers_ever_so_slowly_is_not_waited_for() -> None:
    """A byte now and then is in time for every read, and would hold a worker for as long as it likes."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        over = threading.Event()

        def drip() -> None:
            peer, _ = listening.accept()
            with peer, suppress(OSError):
                while not over.wait(0.02):
                    peer.sendall(b"H")

        dripping = threading.Thread(target=drip)
        dripping.start()
        try:
            with pytest.raises(GatewayUnknown, match="webhook"):
                PartnerWebhook(f"http://127.0.0.1:{listening.getsockname()[1]}/hook", (SECRET,), seconds=0.3).post(ID, BODY, AT)
        finally:
            over.set()
            dripping.join()


def test_nobody_there() -> None:
    """It may come up again."""
    with pytest.raises(GatewayUnknown, match=r"^webhook$"):
        PartnerWebhook("http://127.0.0.1:9/", (SECRET,)).post(ID, BODY, AT)


def test_no_credential_of_this_machine_goes_along(httpserver: HTTPServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What `.netrc` has for a host is for whoever sits there."""
    (tmp_path / "netrc").write_text("machine localhost login awa password a-password\nmachine 127.0.0.1 login awa password a-password\n")
    (tmp_path / "netrc").chmod(0o600)
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    assert netrc.netrc(str(tmp_path / "netrc")).authenticators("localhost")
    httpserver.expect_request("/hook").respond_with_data("")
    PartnerWebhook(httpserver.url_for("/hook"), (SECRET,)).post(ID, BODY, AT)
    assert "Authorization" not in httpserver.log[0][0].headers


def test_the_certificate_is_checked(tmp_path: Path) -> None:
    """A machine in between with a certificate of its own is told nothing."""
    certificate, told = _self_signed(tmp_path), []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    server = HTTPServer(ssl_context=context)
    server.expect_request("/hook").respond_with_handler(lambda request: told.append(request) or Response())
    server.start()
    try:
        with pytest.raises(GatewayUnknown):
            PartnerWebhook(server.url_for("/hook"), (SECRET,)).post(ID, BODY, AT)
    finally:
        server.clear()
        server.stop()
    assert told == []


def _self_signed(folder: Path) -> tuple[Path, Path]:
    """Certificate and key."""
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return paths
