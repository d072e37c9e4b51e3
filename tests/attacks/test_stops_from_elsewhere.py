"""A stop that is not the caller's, or comes late; and a request for a phone that stopped: done to a running line, from outside."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from itertools import count
from urllib.parse import quote, urlencode, urlsplit

import pytest

from hotline.demo.standin.wire import get, post_json
from tests.postgres import DATABASES, Postgres, database_of, postgres  # noqa: F401 -- a fixture
from tests.system.lines import CALLER, SECONDS, dial, lay_down, started

pytestmark = pytest.mark.system
STRANGER, OFF = "+22370000777", "+22370000909"
URGENT, STOP = "4*1*1", "5*7"
FOR_HER = f"5*6*{CALLER.removeprefix('+223')}*5"
HOUR = 3600


@pytest.fixture(scope="module", params=DATABASES)
def standing(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, postgres: Postgres) -> Iterator[Network]:  # noqa: F811
    var = tmp_path_factory.mktemp(request.param) / "v"
    for line in started(var, HOTLINE_DATABASE_URL=database_of(request.param, var, postgres, "stops")):
        yield Network(line.await_card())


@pytest.fixture
def line(standing: Network) -> Network:
    """All phones at rest, and nothing asked for on the callers'."""
    standing.begin()
    return standing


class Network:
    """The line's phones, and its webhooks."""

    _ids = count(1)

    def __init__(self, card: dict) -> None:
        self.card = card
        self.numbers = {person["alias"]: person["number"] for person in card["people"] if person["number"]}
        self.seen: dict[str, int] = {}
        self._offered: set[str] = set()

    def begin(self) -> None:
        lay_down(self.card)
        self.seen = {number: len(self.phone(number)["messages"]) for number in self.numbers.values()}

    def phone(self, number: str, since: int = -1) -> dict:
        answer = get(f"{self.card['standin']}/phones/{quote(number)}?since={since}&wait=20", SECONDS)
        return json.loads(answer.body)

    def until(self, number: str, holds: Callable[[dict], bool]) -> dict:
        """The phone, as soon as this is true of it. The network says when something changes."""
        seen, deadline = self.phone(number), time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            if holds(seen):
                return seen
            seen = self.phone(number, seen["version"])
        return pytest.fail(f"it never came: {seen}")

    def came(self, number: str) -> list[str]:
        """What came since this test began, oldest first."""
        found = self.phone(number)["messages"]
        return [message["text"] for message in found[: len(found) - self.seen[number]] if not message["sent"]][::-1]

    def comes(self, number: str, part: str) -> str:
        """The first SMS that came since this test began and has this in it."""
        self.until(number, lambda _: any(part in text for text in self.came(number)))
        return next(text for text in self.came(number) if part in text)

    def offered(self, alias: str) -> str:
        """The reference of what is offered to this counselor now: what still comes of an earlier test is of one that was offered before."""
        number = self.numbers[alias]

        def fresh() -> list[str]:
            return [ref for text in self.came(number) if " 1" in text and (ref := reference(text)) not in self._offered]

        self.until(number, lambda _: bool(fresh()))
        found = fresh()[0]
        self._offered.add(found)
        return found

    def press(self, number: str, what: str, text: str = "") -> None:
        post_json(f"{self.card['standin']}/phones/{quote(number)}/{what}", json.dumps({"text": text}).encode(), SECONDS)

    def dial(self, keys: str, number: str = CALLER) -> str:
        """A session, hop by hop: its last screen."""
        typed, session = keys.split("*"), f"ATUid_stops{next(self._ids)}"
        return [dial(self.card, "*".join(typed[:n]), session, number) for n in range(len(typed) + 1)][-1]

    def text(self, number: str, text: str, *, age: int = 0) -> None:
        """An SMS as the vendor hands it over. Whoever wrote it can say that it came from any number."""
        address = urlsplit(self.card["sms"])
        date = (datetime.now(UTC) - timedelta(seconds=age)).strftime("%Y-%m-%d %H:%M:%S")
        form = {"id": f"stops-{next(self._ids)}", "from": number, "text": text, "date": date, "to": "36000"}
        connection = HTTPConnection(address.hostname, address.port, timeout=SECONDS)
        try:
            connection.request("POST", address.path, urlencode(form), {"Content-Type": "application/x-www-form-urlencoded"})
            assert connection.getresponse().status == 200
        finally:
            connection.close()


def reference(offer: str) -> str:
    return next(word.strip(".:,") for word in offer.split() if word.strip(".:,").isdigit())


def take(line: Network) -> str:
    """The counselor takes what is offered, picks up and presses 1. Its reference."""
    awa = line.numbers["awa"]
    ref = line.offered("awa")
    line.press(awa, "sms", f"{ref} 1")
    line.until(awa, lambda phone: phone["call"] is not None)
    line.press(awa, "answer")
    line.until(awa, lambda phone: phone["call"] is not None and phone["call"]["asked"])
    line.press(awa, "key", "1")
    line.until(awa, lambda phone: phone["call"] is not None and phone["call"]["calling"])
    return ref


def test_a_stop_dated_eight_hours_ago_ends_nothing(line: Network) -> None:
    """What was asked for since is rung."""
    assert line.dial(URGENT).startswith("CON Noté")
    line.text(CALLER, "STOP", age=8 * HOUR)
    take(line)
    line.until(CALLER, lambda phone: phone["call"] is not None and phone["call"]["state"] == "ringing")


def test_a_stop_in_her_name_rings_nobody_and_a_supervisor_hears_of_it(line: Network) -> None:
    """The reference, and nothing more; whoever holds the phone sees the line that everybody sees."""
    before = line.dial("4")
    line.dial(URGENT)
    ref = line.offered("awa")
    line.text(CALLER, "STOP")
    assert [word for word in line.comes(line.numbers["fanta"], ref).split() if word.strip(".:").isdigit()] == [f"{ref}:"]
    line.press(line.numbers["awa"], "sms", f"{ref} 1")
    line.until(line.numbers["awa"], lambda _: len(line.came(line.numbers["awa"])) > 1)
    assert (line.phone(line.numbers["awa"])["call"], line.phone(CALLER)["call"], line.dial("4")) == (None, None, before)


def test_a_request_for_a_phone_that_stopped_rings_another(line: Network) -> None:
    """It is kept, refined, offered, taken and connected as any; the phone itself stays silent, and one that is off rings in its place."""
    line.dial(STOP)
    assert line.dial(FOR_HER, STRANGER).startswith("CON Noté")
    take(line)
    line.until(OFF, lambda phone: phone["call"] is not None and phone["call"]["state"] == "ringing")
    assert line.phone(CALLER)["call"] is None
