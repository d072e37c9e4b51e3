"""The page for journalists: off by default; on a host of its own, a rounded year, how to tell of it without harm, and nothing of the room."""

from __future__ import annotations

import html
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from msgspec.structs import replace

from hotline import console
from hotline.settings import ConsoleSettings
from tests.console.desk import SETTINGS, Desk
from tests.console.test_partners import cells, put
from tests.released import release, table

HOST = "https://chiffres.example.org"
ADDRESS = "/ligne/chiffres"
ON = replace(SETTINGS, press_url=f"{HOST}{ADDRESS}", organisation="Fédération des femmes", figures_contact="Bureau des chiffres")


def process(desk: Desk, settings: ConsoleSettings) -> FlaskClient:
    """A browser that nobody is signed in at, before a web process of its own with these settings."""
    app = Flask("press", static_folder=None)
    console.install(app, replace(desk.room, settings=settings))
    return app.test_client()


def read(client: FlaskClient, path: str = ADDRESS) -> str:
    """The page, entities resolved."""
    return html.unescape(client.get(path, base_url=HOST).get_data(as_text=True))


@pytest.fixture
def reader(desk: Desk) -> FlaskClient:
    return process(desk, ON)


def test_it_is_off_by_default(desk: Desk) -> None:
    """Its address is one that nobody answers, on any host."""
    put(desk, release("2026", 1))
    client = process(desk, SETTINGS)
    assert {client.get(ADDRESS, base_url=host).status_code for host in (HOST, "http://localhost")} == {404}


def test_anybody_reads_the_year(desk: Desk, reader: FlaskClient) -> None:
    """The newest, with who keeps the line, whom to ask, and how to tell of it without harm; without a cookie, and kept by caches for some minutes."""
    put(desk, release("2025", 1), release("2026", 2), release("2027-Q1", 3))
    answer = reader.get(ADDRESS, base_url=HOST)
    page = html.unescape(answer.get_data(as_text=True))
    assert answer.status_code == 200
    for words in ("Fédération des femmes", "Bureau des chiffres", desk.say("press.year", year="2026"), desk.say("press.help")):
        assert words in page
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "public, max-age=600"
    assert reader.get(ADDRESS, base_url=HOST, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    assert desk.say("press.year", year="2025") in read(reader, f"{ADDRESS}/2025")
    assert reader.get(f"{ADDRESS}/2024", base_url=HOST).status_code == 404
    assert not re.search(r"\sstyle=|\son\w+=|<script|<form|<input", page)


def test_numbers_are_the_partners_rounded(desk: Desk, reader: FlaskClient) -> None:
    """Shown cells to the nearest 5, below 10 and hidden ones a dash; five figures, and no region beside cases."""
    types = table("types", ((12,), (9,), (22,), (None,), (10,), (None,), (58,)))
    put(desk, release("2026", 1, types=types))
    page = read(reader)
    shown = [cells(found) for found in re.findall(r"<table>.*?</table>", page, re.DOTALL)]
    assert shown[1] == [["10"], ["–"], ["20"], ["–"], ["10"], ["–"], ["60"]]
    assert re.findall(r'id="r1-(\w+)-head"', page) == ["promises", "types", "partner", "referrals", "places"]
    said = re.sub(r"<style>.*?</style>|<[^>]*>", " ", page, flags=re.DOTALL)
    assert not {"58", "337", "384", "148"} & set(re.findall(r"\d+", said))


def test_a_withdrawn_year_is_gone(desk: Desk, reader: FlaskClient) -> None:
    """From this process at once but for some seconds; without another number beside it."""
    put(desk, release("2026", 1))
    assert "n° 1" in read(reader).replace("\u00a0", " ")
    put(desk, replace(release("2026", 1, "withdrawn"), withdrawn_at=1, withdrawn_by="fanta", note="Faux."))
    desk.line.wait(60)
    page = read(reader)
    assert desk.say("press.none") in page
    assert "Faux." not in page


def test_nothing_of_the_room_is_on_its_host(desk: Desk, reader: FlaskClient) -> None:
    """Every address of the web process but its own is nobody's there, with an empty answer; and it is nobody's on any other host."""
    put(desk, release("2026", 1))
    app = reader.application
    urls = app.url_map.bind("localhost")
    paths = [
        urls.build(rule.endpoint, dict.fromkeys(rule.arguments, "1"))
        for rule in app.url_map.iter_rules()
        if rule.endpoint != "press" and "GET" in (rule.methods or ()) and "IntegerConverter" not in str(rule._converters)
    ]
    assert len(paths) > 40
    assert {(reader.get(path, base_url=HOST).status_code, reader.get(path, base_url=HOST).data) for path in paths} == {(404, b"")}
    assert reader.get(ADDRESS, base_url="http://localhost").status_code == 404
    assert reader.get("/console/sign-in", base_url="http://localhost").status_code == 200


@pytest.mark.parametrize(
    "host",
    ["CHIFFRES.example.org", "chiffres.example.org.", "chiffres.example.org:443", "chiffres.example.org:8443", "chiffres.example.org.:80"],
)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_its_host_is_its_host_however_it_is_written(desk: Desk, reader: FlaskClient, host: str, scheme: str) -> None:
    """In capitals, with a dot behind, with any port, whatever stands in front says besides: there is the page, and no door of the room."""
    put(desk, release("2026", 1))
    asked = {"Host": host, "X-Forwarded-Host": "localhost", "Forwarded": "host=localhost"}
    answers = [
        reader.get(path, base_url=f"{scheme}://localhost", headers=asked) for path in (ADDRESS, "/console/sign-in", "/console/", "/metrics")
    ]
    assert [200, 404, 404, 404] == [answer.status_code for answer in answers]


@pytest.mark.parametrize("host", ["chiffres.example.org.localhost", "xchiffres.example.org", "[::1", "localhost"])
def test_no_other_host_has_it(desk: Desk, reader: FlaskClient, host: str) -> None:
    """Whatever a proxy says that was asked for, and however like its own a name is."""
    put(desk, release("2026", 1))
    answer = reader.get(ADDRESS, base_url="http://localhost", headers={"Host": host, "X-Forwarded-Host": "chiffres.example.org"})
    assert 404 == answer.status_code


def test_it_keeps_the_cover(desk: Desk, reader: FlaskClient) -> None:
    """Neither what is dialed nor what the line calls itself nor where the room is."""
    put(desk, release("2026", 1))
    page = read(reader)
    for secret in ("console", "*123", "36123", "+223", desk.say("page.title"), "fanta", "kadia", "Lettre"):
        assert secret not in page


def test_it_says_so_where_the_database_is_away(desk: Desk, reader: FlaskClient) -> None:
    """In calm words that nobody keeps."""
    desk.line.store.failing = "always"
    answer = reader.get(ADDRESS, base_url=HOST)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (503, "no-store")
    assert desk.say("press.away") in html.unescape(answer.get_data(as_text=True))
