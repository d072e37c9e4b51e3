"""Somebody who holds more than one phone, sits at a shared computer, has a dump of the database, or knows the public address: what each gets of a running
line. C1, C6, C9; and D1, a network that delivers a hop more than once."""

from __future__ import annotations

import base64
import re
import sqlite3
import time
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.cookiejar import CookieJar
from threading import Barrier
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

import psycopg
import pyotp
import pytest

from tests.postgres import DATABASES, Postgres, database_of, postgres  # noqa: F401 -- a fixture
from tests.system.lines import PARTS, SECONDS, Line, hop, started

pytestmark = pytest.mark.system
TYPED = "Elle va mieux depuis la pluie."
ELSEWHERE = "ailleurs.example"
LOOKS = ("5", "4*1", "6*5", "6*4*1", "5*5", "4*1*1", "6*5*5", "6*4*1*1")
"""The first four ask for nothing."""
SESSIONS, DELIVERIES = 60, 3


class Room:
    """The room as one browser without script sees it."""

    def __init__(self, card: dict, alias: str | None = None) -> None:
        self.card = card
        self.jar = CookieJar()
        self._opener = build_opener(HTTPCookieProcessor(self.jar))
        self.page = ""
        if alias is not None:
            person = next(row for row in card["people"] if row["alias"] == alias)
            self.open("/console/sign-in")
            self.send("/console/sign-in", alias=alias, password=person["password"])

    def open(self, path: str, **headers: str) -> str:
        return self._ask(Request(self.card["address"] + path, headers=headers))  # noqa: S310 -- the line's own address

    def send(self, path: str, headers: dict[str, str] | None = None, **fields: str) -> int:
        """Under the signature of the form that stands on the page before. Returns the status."""
        signed = {name: _value(self.page, name) for name in ("csrf_token", "once")}
        form = urlencode({**signed, **fields}).encode()
        self._ask(Request(self.card["address"] + path, form, headers={"Referer": self.card["address"], **(headers or {})}))  # noqa: S310
        return self.status

    def cookies(self) -> str:
        """All that the browser was given to keep, and what can be read of it without a key."""
        return " ".join(f"{cookie.value} {_read(cookie.value or '')}" for cookie in self.jar)

    def _ask(self, request: Request) -> str:
        try:
            with self._opener.open(request, timeout=SECONDS) as answer:
                self.status, body = answer.status, answer.read()
        except HTTPError as refused:
            self.status, body = refused.code, refused.read()
        if body:
            self.page = body.decode()
        return self.page


def _value(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*value="([^"]+)"', page)
    return found[1] if found else ""


def _secret(page: str) -> str:
    """That of a second factor, as the page shows it to type."""
    shown = re.search(r"\b[A-Z2-7]{4}(?: ?[A-Z2-7]{4}){7}\b", page)
    assert shown
    return shown[0].replace(" ", "")


def _read(cookie: str) -> str:
    """What Flask packed into it: anybody may."""
    packed, _, _ = cookie.removeprefix(".").partition(".")
    try:
        plain = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))
        return (zlib.decompress(plain) if cookie.startswith(".") else plain).decode(errors="replace")
    except (ValueError, zlib.error):
        return ""


class Place:
    """A running line and its database as a dump shows it."""

    def __init__(self, line: Line, url: str) -> None:
        self.card = line.await_card(lambda card: set(card["pids"]) == PARTS)
        self.line = line
        self.url = url

    def shown(self, phone: int, of: str) -> list[str]:
        """Every look from this phone, each in a session of its own, without the time of day."""
        number = f"+223700001{phone:02d}"
        return [re.sub(r"\d+h\d*", "…h", hop(self.card, keys, f"{of}_{phone}_{n}", number)) for n, keys in enumerate(LOOKS)]

    def rows(self, table: str) -> list[tuple[object, ...]]:
        """All of it, as a dump shows it."""
        statement = f"SELECT * FROM {table}"  # noqa: S608 -- a name of ours
        if self.url.startswith("sqlite"):
            with closing(sqlite3.connect(self.url.removeprefix("sqlite:///"), timeout=SECONDS)) as database:
                return database.execute(statement).fetchall()
        with psycopg.connect(self.url.replace("+psycopg", "")) as database:
            return database.execute(statement).fetchall()  # type: ignore[call-overload]


@pytest.fixture(scope="module", params=DATABASES)
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, postgres: Postgres) -> Iterator[Place]:  # noqa: F811
    var = tmp_path_factory.mktemp(request.param) / "v"
    url = database_of(request.param, var, postgres, "room")
    for line in started(var, HOTLINE_DATABASE_URL=url):
        yield Place(line, url)


def test_what_was_typed_and_not_sent_is_its_authors_alone(place: Place) -> None:
    """It stands in no row in clear and on nobody else's page, comes back to its author, and is gone with the sign-out."""
    awa = Room(place.card, "awa")
    awa.open("/console/testimonies/new")
    assert awa.send("/console/draft", draft="tell", fr=TYPED) == 204
    rows = place.rows("drafts")
    assert len(rows) == 1
    assert not any(TYPED in str(value) or (isinstance(value, bytes) and TYPED.encode() in value) for value in rows[0])
    assert TYPED not in Room(place.card, "fanta").open("/console/testimonies/new")
    assert TYPED in awa.open("/console/testimonies/new")
    awa.open("/console/me")
    awa.send("/console/sign-out")
    assert place.rows("drafts") == []
    assert TYPED not in Room(place.card, "awa").open("/console/testimonies/new")


def test_a_link_names_no_host_that_a_request_brings(place: Place) -> None:
    """An admin who was led through another address hands over no link that leads there."""
    admin = next(row["alias"] for row in place.card["people"] if row.get("role") == "admin")
    room = Room(place.card, admin)
    person = re.search(r'href="[^"]*(/console/people/[0-9a-f]{32})"', room.open("/console/people"))
    assert person
    room.open(person[1])
    assert room.send(f"{person[1]}/link", {"Host": ELSEWHERE, "X-Forwarded-Host": ELSEWHERE}) in (200, 400)
    assert ELSEWHERE not in room.page
    room.open(person[1])
    assert room.send(f"{person[1]}/link", {"X-Forwarded-Host": ELSEWHERE}) == 200
    assert "/console/welcome/" in room.page
    assert ELSEWHERE not in room.page


def test_no_cookie_tells_the_secret_of_a_second_factor(place: Place) -> None:
    """Whoever finds the browser's cookies finds nothing that codes can be made of."""
    room = Room(place.card, "fanta")
    room.open("/console/me")
    room.send("/console/me/factor/anew", old=next(row["password"] for row in place.card["people"] if row["alias"] == "fanta"))
    assert _secret(room.page) not in room.cookies()


def test_guesses_with_a_known_password_end_in_a_lock_that_an_admin_sees(place: Place) -> None:
    """Nine codes in each of two browsers that she used, and two in another: her own code opens nothing more, and the page of people says so."""
    password = next(row["password"] for row in place.card["people"] if row["alias"] == "nana")
    hers, old = Room(place.card, "nana"), Room(place.card, "nana")
    hers.open("/console/me")
    hers.send("/console/me/factor/anew", old=password)
    codes = pyotp.TOTP(_secret(hers.page))
    hers.send("/console/me/factor", code=codes.now())
    hers.open("/console/me")
    hers.send("/console/sign-out")
    for room, guesses in ((old, 9), (Room(place.card), 9), (hers, 2)):
        room.open("/console/sign-in")
        room.send("/console/sign-in", alias="nana", password=password)
        for _ in range(guesses):
            room.send("/console/code", code="000000")
    hers.send("/console/code", code=codes.at(int(time.time()) + 30))
    assert "/console/sign-out" not in hers.open("/console/")
    admin = next(row["alias"] for row in place.card["people"] if row.get("role") == "admin")
    assert "verrouillé" in Room(place.card, admin).open("/console/people").lower()


def test_metrics_are_not_for_the_public_address(place: Place) -> None:
    """Asked by whoever comes through a proxy they are not there; asked on the machine they name no deed of a caller."""
    room = Room(place.card)
    room.open("/metrics", **{"X-Forwarded-For": "203.0.113.9"})
    assert room.status == 404
    text = room.open("/metrics")
    assert room.status == 200
    assert "stop_calls" not in "".join(line for line in text.splitlines() if line.startswith("hotline_orders{"))


def test_no_phone_shows_that_another_asked(place: Place) -> None:
    """Three phones see on every look what the first saw before anybody asked, though they and eight women have asked since, two of them twice."""
    before = place.shown(1, "before")
    for woman in range(8):
        hop(place.card, ("4*1*1", "5*5", "6*4*1*1", "6*5*5")[woman % 4], f"hers_{woman}", f"+223700000{50 + woman % 6:02d}")
    assert [before] * 3 == [place.shown(phone, "after") for phone in (1, 2, 3)]
    assert "5 " in before[0]


def test_a_hop_that_comes_three_times_at_once_has_one_answer(place: Place) -> None:
    """All deliveries read the same words, and what they say was kept is kept once."""
    start = Barrier(DELIVERIES)

    def deliver(session: int) -> str:
        start.wait()
        return hop(place.card, "5*5", f"thrice_{session}", f"+223700003{session:02d}")

    before = len(place.rows("callbacks"))
    with ThreadPoolExecutor(DELIVERIES) as network:
        answers = [list(network.map(deliver, [session] * DELIVERIES)) for session in range(SESSIONS)]
    assert [1] * SESSIONS == [len(set(read)) for read in answers]
    assert all("noté" in read.lower() for read, *_ in answers)
    assert before + SESSIONS == len(place.rows("callbacks"))
