"""What every gateway's way in for SMS does, whoever the vendor is, as `test_contract.py` has it of the doors: read, repeat, garbage, oversize, a stranger, an
unknown state, and no number in a log."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from msgspec import Struct

from hotline.gateways import africastalking, kannel, orange
from hotline.gateways.africastalking_forms import WebhookGuard
from hotline.gateways.path_guard import PathGuard
from hotline.gateways.table.accounts import SHIPPED
from hotline.gateways.table.gate import TableAccess
from hotline.gateways.table.sms import TableInbox
from hotline.gateways.table.spec import load_table
from hotline.ports.store import StoreAway
from tests.fakes import AT, SECRET, FakeHotline, FakeMeter, the_log
from tests.gateways import test_africastalking_in, test_kannel, test_orange

CALLER = "+22370000001"
BARE = CALLER[1:]
TOO_BIG = b"a" * 9000
GARBAGE = (b"", b"{", b"[]", b"null", b"\xff\xfe", b"=&=&%", b'{"results": {}}', b"<page/>", b"%00")


class Posted(Struct, frozen=True):
    """One request of a vendor's: `path` stands behind the secret, with its query."""

    path: str
    body: bytes = b""
    headers: dict[str, str] = {}
    method: str = "POST"


class WayIn(Struct, frozen=True):
    """A vendor's way in, and of each thing that it brings one."""

    name: str
    address: str
    message: Posted
    report: Posted
    odd: Posted
    """A report in a state that nobody knows."""

    def app(self, hotline: FakeHotline) -> Any:
        app = Flask("empty")
        app.config["MAX_CONTENT_LENGTH"] = 8192  # as behind the front
        app.register_blueprint(VIEWS[self.name](hotline))
        return app.test_client()

    def ask(self, client: Any, posted: Posted, *, address: str = "", method: str = "", body: bytes | None = None):
        path = f"{address or self.address}{posted.path}"
        return client.open(path, method=method or posted.method, data=posted.body if body is None else body, headers=posted.headers)


def by_table(name: str):
    return lambda hotline: TableInbox(load_table(SHIPPED / f"{name}.toml"), TableAccess((SECRET,), "KEY")).views(hotline)


VIEWS = {
    "africastalking": lambda hotline: africastalking.blueprint(hotline, AT, WebhookGuard(AT), FakeMeter().ended),
    "kannel": lambda hotline: kannel.blueprint(hotline, PathGuard(test_kannel.KANNEL)),
    "orange": lambda hotline: orange.blueprint(hotline, test_orange.ORANGE, PathGuard(test_orange.ORANGE)),
    "infobip": by_table("infobip"),
    "mtn": by_table("mtn"),
}


def form(path: str, **fields: str) -> Posted:
    return Posted(path, urlencode(fields).encode(), {"Content-Type": "application/x-www-form-urlencoded"})


def as_json(path: str, said: object) -> Posted:
    return Posted(path, json.dumps(said).encode(), {"Content-Type": "application/json"})


WAYS_IN = (
    WayIn(
        "africastalking",
        f"/at/{SECRET}",
        form("/sms", **test_africastalking_in.SMS),
        form("/delivery", **test_africastalking_in.DELIVERY),
        form("/delivery", **test_africastalking_in.DELIVERY | {"status": "NewToUs"}),
    ),
    WayIn(
        "kannel",
        f"/gateway/kannel/{SECRET}",
        Posted("/sms?id=a-1&at=1795506300", b"STOP", test_kannel.SMS),
        Posted("/report?ref=0f0f&d=1", method="GET"),
        Posted("/report?ref=0f0f&d=77", method="GET"),
    ),
    WayIn(
        "orange",
        f"/gateway/orange/{SECRET}",
        as_json("/sms", test_orange.message(**test_orange.SMS)),
        as_json("/delivery", test_orange.report("DeliveredToTerminal")),
        as_json("/delivery", test_orange.report("NewToUs")),
    ),
    WayIn(
        "infobip",
        f"/gateway/infobip/{SECRET}",
        as_json("/sms", {"results": [{"messageId": "id-1", "from": BARE, "to": "36000", "text": "STOP"}]}),
        as_json("/delivery", {"results": [{"messageId": "m1", "status": {"groupName": "DELIVERED"}}]}),
        as_json("/delivery", {"results": [{"messageId": "m1", "status": {"groupName": "NEW_TO_US"}}]}),
    ),
    WayIn(
        "mtn",
        f"/gateway/mtn/{SECRET}",
        as_json("/sms", {"id": None, "senderAddress": BARE, "message": "STOP", "created": 1795722000000}),
        as_json("/sms", {"TransactionID": "rrt-1", "clientCorrelator": "m1", "deliveryStatus": "DELIVRD"}),
        as_json("/sms", {"TransactionID": "rrt-1", "clientCorrelator": "m1", "deliveryStatus": "NewToUs"}),
    ),
)
EVERY_WAY_IN = pytest.mark.parametrize("way", WAYS_IN, ids=lambda way: way.name)


def test_every_way_in_is_held_to_this():
    """A table that has one is in the list as soon as it ships."""
    tables = {file.stem for file in SHIPPED.glob("*.toml") if load_table(file).sms.messages is not None}
    assert tables | {"africastalking", "kannel", "orange"} == set(VIEWS) == {way.name for way in WAYS_IN}


@EVERY_WAY_IN
def test_a_message_and_a_report_are_handed_on_and_a_repeat_is_the_same(way: WayIn) -> None:
    """By number, vendor and id: what comes twice is one to the line, which keeps it once. Nothing is logged."""
    hotline = FakeHotline()
    client = way.app(hotline)
    with the_log() as logged:
        for posted in (way.message, way.message, way.report, way.report):
            assert way.ask(client, posted).status_code == 200
    first, again, report, same = hotline.calls
    assert (first, report) == (again, same)
    assert (first[0], first[1], first[3]) == ("sms", way.name, CALLER)
    assert (report[0], report[1], report[3]) == ("delivery", way.name, True)
    assert CALLER[1:] not in first[2]
    assert logged.getvalue() == ""


@EVERY_WAY_IN
def test_an_unknown_state_is_taken_and_counted(way: WayIn) -> None:
    """So that it does not come again for hours; nobody is told that an SMS failed."""
    hotline = FakeHotline()
    assert way.ask(way.app(hotline), way.odd).status_code == 200
    assert hotline.calls == [("unknown", "report")]


@EVERY_WAY_IN
def test_garbage_is_refused_or_counted_and_is_nowhere_told(way: WayIn) -> None:
    """200 where it may have been a message that nobody can read, else 400; never a number in what comes back, nor in the log."""
    for posted in (way.message, way.report):
        for body in (*GARBAGE, posted.body[:-9], posted.body.replace(BARE.encode(), b"SANTE")):
            hotline = FakeHotline()
            with the_log() as logged:
                answer = way.ask(way.app(hotline), posted, body=body)
            assert answer.status_code in (200, 400)
            assert "7000" not in answer.text + logged.getvalue()
            assert SECRET not in logged.getvalue()


@EVERY_WAY_IN
def test_what_is_too_big_is_not_read(way: WayIn) -> None:
    """The line is not asked."""
    hotline = FakeHotline()
    assert way.ask(way.app(hotline), way.message, body=TOO_BIG).status_code in (400, 413)
    assert hotline.calls == []


@EVERY_WAY_IN
def test_a_stranger_meets_what_an_unknown_path_meets(way: WayIn) -> None:
    """By a wrong secret, a longer one, none, another method: byte for byte."""
    hotline = FakeHotline()
    client = way.app(hotline)
    nothing = client.post("/no/such/path")
    for posted in (way.message, way.report):
        before = way.address.removesuffix(SECRET)
        answers = [way.ask(client, posted, address=before + other) for other in (SECRET[:-1], f"{SECRET}a", "0" * 32, SECRET.upper())]
        answers += [way.ask(client, posted, method=method) for method in ("PUT", "DELETE", "OPTIONS")]
        assert {(answer.status_code, answer.data) for answer in answers} == {(404, nothing.data)}
    assert hotline.calls == []


@EVERY_WAY_IN
def test_what_could_not_be_kept_is_asked_for_again(way: WayIn) -> None:
    """503: the vendor posts it once more."""
    client = way.app(FakeHotline(failure=StoreAway("away")))
    assert [way.ask(client, posted).status_code for posted in (way.message, way.report)] == [503, 503]
