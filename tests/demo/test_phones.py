"""The phones' HTTP API and the page's way to it."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from msgspec.structs import replace

from hotline.demo import phone
from hotline.demo.people import factors
from hotline.demo.standin.network import Standin
from hotline.demo.standin.phones import Phones
from tests.demo.fakes import CALLER, COVER, KEY, PATIENCE, SECRET, FakeLine, shows
from tests.fakes import AT

PATH = f"/phones/{CALLER}"


def test_a_long_poll_wakes_with_the_change(app: Flask, standin: Standin) -> None:
    """Who waits for a phone hears of its next change, and of nothing older."""
    first = app.test_client().get(PATH).get_json()
    heard: list[object] = []
    waiting = threading.Thread(
        target=lambda: heard.append(app.test_client().get(f"{PATH}?since={first['version']}&wait={PATIENCE}").get_json())
    )
    waiting.start()
    standin.take_sms(CALLER, "1", "36123")
    waiting.join()

    assert [standin.look(CALLER).version] == [h["version"] for h in heard]  # type: ignore[index]


def test_a_long_poll_ends(app: Flask) -> None:
    """Where nothing happens the wait ends, with the phone as it is."""
    version = app.test_client().get(PATH).get_json()["version"]
    assert version == app.test_client().get(f"{PATH}?since={version}&wait=0.01").get_json()["version"]


@pytest.mark.parametrize(
    ("verb", "body", "status"),
    [
        ("dial", '{"text":"*123#"}', 202),
        ("dial", "{}", 400),
        ("dial", "no JSON", 400),
        ("dial", '{"text":"' + "1" * 1001 + '"}', 400),
        ("reply", '{"text":"1"}', 409),
        ("answer", "{}", 409),
        ("key", '{"text":"1"}', 409),
        ("key", '{"text":"x"}', 400),
        ("hangup", "{}", 202),
        ("sms", '{"text":"ici"}', 202),
        ("explode", "{}", 404),
    ],
)
def test_what_a_phone_takes(app: Flask, verb: str, body: str, status: int) -> None:
    """202: it goes on; 400: not something that one can type; 409: not now."""
    assert status == app.test_client().post(f"{PATH}/{verb}", data=body, content_type="application/json").status_code


def test_phones_are_held_on_this_machine_alone(app: Flask) -> None:
    """From another machine there are no phones; from another site's page nothing can be pressed."""
    client = app.test_client()
    assert 404 == client.get(PATH, environ_base={"REMOTE_ADDR": "192.0.2.1"}).status_code
    assert 404 == client.get("/phones/70000001").status_code
    assert 415 == client.post(f"{PATH}/hangup", data="text=1", content_type="text/plain").status_code


def test_memory_is_bounded() -> None:
    """However many phones are touched, only so many are remembered, and one that is in use is not forgotten."""
    phones = Phones()
    phones.change("first", waiting=True)
    for n in range(3000):
        phones.change(str(n))

    assert phones.look("first").waiting
    assert 0 == phones.look("0").version
    assert 0 < phones.look("2999").version


@pytest.fixture
def page(address: str) -> FlaskClient:
    app = Flask("page", static_folder=None)
    app.register_blueprint(
        phone.blueprint(replace(AT, api_key=KEY, secret=(SECRET,), base_url=address, sender="36123", cover_number=COVER))
    )
    return app.test_client()


def test_the_page_presses_by_alias(page: FlaskClient, standin: Standin, line: FakeLine) -> None:
    """A press on the page reaches the stand-in, and the page sees what came of it, under the alias alone."""
    line.say("ussd", "CON Santé")
    assert 202 == page.post("/phone/api/kadi/dial", json={"text": "*123#"}).status_code
    shows(standin, CALLER, lambda p: p.screen is not None)

    state = page.get("/phone/api/state?who=kadi&who=awa").get_json()
    assert {"kadi", "awa"} == set(state)
    assert "Santé" == state["kadi"]["screen"]["text"]


def test_the_address_alone_leads_to_the_phones(page: FlaskClient) -> None:
    """Whoever opens the demo without a path gets the phone page, on whatever name it has."""
    answer = page.get("/")
    assert (302, "/phone") == (answer.status_code, answer.headers["Location"])


def test_the_page_gives_nothing_away(page: FlaskClient) -> None:
    """Strict headers; neither the secret nor the stand-in's address; unknown people and foreign forms are refused."""
    shown = page.get("/phone")
    assert "default-src 'self'" in shown.headers["Content-Security-Policy"]
    assert SECRET not in shown.text
    assert "style=" not in shown.text
    assert 404 == page.get("/phone/api/state?who=nobody").status_code
    assert 404 == page.post("/phone/api/nobody/dial", json={"text": "*123#"}).status_code
    assert 415 == page.post("/phone/api/kadi/dial", data={"text": "*123#"}).status_code


def test_codes_of_this_moment_are_shown(address: str) -> None:
    """As the authenticators of the demo's two would show them; without any there is no way to that page."""
    app = Flask("page", static_folder=None)
    secret = factors("secret")
    app.register_blueprint(phone.blueprint(replace(AT, secret=(SECRET,), base_url=address), secret))
    client = app.test_client()
    assert "/phone/codes" in client.get("/phone").text
    before, shown, after = ({pyotp.TOTP(secret["bintou"]).now()}, client.get("/phone/codes").text, {pyotp.TOTP(secret["bintou"]).now()})
    assert any(code in shown for code in before | after)
    assert not any(seed in shown for seed in secret.values())


@pytest.fixture
def orphan() -> FlaskClient:
    app = Flask("page", static_folder=None)
    app.register_blueprint(
        phone.blueprint(replace(AT, api_key=KEY, secret=(SECRET,), base_url="http://127.0.0.1:1", sender="36123", cover_number=COVER))
    )
    return app.test_client()


@pytest.mark.parametrize("ask", [lambda c: c.get("/phone/api/state?who=kadi"), lambda c: c.post("/phone/api/kadi/hangup", json={})])
def test_without_the_stand_in_the_page_says_so(orphan: FlaskClient, ask: Callable[[FlaskClient], object]) -> None:
    """While the stand-in is away the page gets an answer at once, and the line's process goes on."""
    assert 502 == ask(orphan).status_code  # type: ignore[attr-defined]
