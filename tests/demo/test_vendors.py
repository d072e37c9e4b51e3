"""The vendors that the stand-in plays, each against the line's real door or gateway: what one side writes, the other reads as it was meant."""

from __future__ import annotations

import time
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any

import pytest
from flask import Flask
from msgspec.structs import replace

from hotline.demo.standin.network import Standin, VendorAccount
from hotline.demo.standin.played import PlayedVendor, carriers, vendors
from hotline.demo.standin.server import create_standin
from hotline.demo.standin.table import tables
from hotline.demo.standin.ussd import HandsetSession
from hotline.demo.standin.wire import NoAnswer, WireAnswer, WireRequest
from hotline.engine.effects import Screen
from hotline.gateways import kannel, orange
from hotline.gateways.path_guard import PathGuard
from hotline.gateways.table.accounts import SHIPPED
from hotline.gateways.table.door import TableDoor
from hotline.gateways.table.gate import TableAccess
from hotline.gateways.table.samples import SampleRequest, environ_of
from hotline.gateways.table.spec import load_table
from hotline.ports.outgoing import GatewayRefused, SmsOut
from hotline.ports.ussd import UssdHop, UssdOver
from hotline.settings.kannel import Kannel
from hotline.settings.orange import Orange
from tests.demo.fakes import CALLER, COUNSELOR, COVER, KEY, PATIENCE, SECRET
from tests.fakes import FakeHotline
from tests.service.fakes import FakeClock, FakeMemory

CODE = "*123#"
STATE = "c3RhdGU"
FIRST, LAST = "Santé et famille\n1 Grossesse & bébé", 'Merci. "Au revoir"'
TABLES = pytest.mark.parametrize("name", tables())


class Door:
    """A table's door as a line has it; `ask` plays the line: all but the last of its screens go on."""

    def __init__(self, name: str) -> None:
        self.door = TableDoor(load_table(SHIPPED / f"{name}.toml"), TableAccess((SECRET,), KEY, (CODE,)))
        self.hops: list[UssdHop] = []
        self.overs: list[UssdOver] = []
        self.screens = [Screen(0, "first", FIRST, ends=False), Screen(0, "second", FIRST, ends=False), Screen(0, "last", LAST, ends=True)]

    def ask(self, request: WireRequest) -> WireAnswer:
        environ = environ_of(SampleRequest(request.method, request.path, dict(request.headers), request.body.decode()), "")
        assert self.door.takes(environ), request
        said = self.door.read(environ)
        if isinstance(said, UssdOver):
            self.overs.append(said)
            written = self.door.acknowledge(said)
        else:
            assert isinstance(said, UssdHop), said
            self.hops.append(said)
            written = self.door.write(said, self.screens[len(self.hops) - 1], STATE)
        return WireAnswer(written.status, written.body)


def session(name: str, *dialled: str) -> HandsetSession:
    wire = PlayedVendor(name, SECRET, key=KEY).ussd(CODE)
    assert wire is not None
    return HandsetSession(wire, "a-session", CALLER, dialled)


def typed(door: Door) -> list[tuple[str, ...]]:
    """All that was typed by each hop, as a line remembers it."""
    known: tuple[str, ...] = ()
    found = []
    for hop in door.hops:
        known = hop.inputs if hop.inputs is not None else known if hop.last is None else (*known, hop.last)
        found.append(known)
    return found


@TABLES
@pytest.mark.parametrize("dialled", [(), ("4", "1")], ids=["code", "deep"])
def test_a_conversation_is_what_both_meant(name: str, dialled: tuple[str, ...]) -> None:
    """Number, session, what was dialled behind the code and what was typed; the screens, and which of them is the last."""
    door, phone = Door(name), session(name, *dialled)
    shown = [phone.hop(door.ask)]
    for key in ("5", "2"):
        phone.inputs.append(key)
        shown.append(phone.hop(door.ask))
    assert shown == [(FIRST, False), (FIRST, False), (LAST.replace("|", "/"), True)]
    assert {(hop.session, hop.number) for hop in door.hops} == {("a-session", CALLER)}
    knows_behind = door.door.memory == "all" or load_table(SHIPPED / f"{name}.toml").fields.dialled
    begun = dialled if knows_behind else ()
    assert typed(door) == [begun, (*begun, "5"), (*begun, "5", "2")]
    if door.door.memory == "echoed":
        assert [hop.state for hop in door.hops] == ["", STATE, STATE]


@TABLES
def test_a_session_that_is_left_is_told_as_what_it_is(name: str) -> None:
    """Where the vendor says so at all: the caller went, the line failed, or it ended as it should."""
    door, phone = Door(name), session(name)
    phone.hop(door.ask)
    told = load_table(SHIPPED / f"{name}.toml").told
    for how, condition in (("Incomplete", told.incomplete), ("Failed", told.failed), ("Success", told.success)):
        notice = phone.notice(how)  # type: ignore[arg-type]
        assert (notice is not None) == bool(condition), how
        if notice is not None:
            door.ask(notice)
            assert door.overs.pop() == UssdOver("a-session", how)  # type: ignore[arg-type]


@TABLES
def test_what_the_vendor_would_not_show_is_no_screen(name: str) -> None:
    """Another vendor's answer, half of one, or one for somebody else."""
    door, phone = Door(name), session(name)

    def spoilt(spoil: Any) -> Any:
        def ask(request: WireRequest) -> WireAnswer:
            door.hops.clear()
            answer = door.ask(request)
            return replace(answer, **spoil(answer))

        return ask

    for spoil in (lambda _: {"status": 500}, lambda _: {"body": b"oops"}, lambda answer: {"body": answer.body[2:]}):
        with pytest.raises(NoAnswer):
            phone.hop(spoilt(spoil))


def test_who_carries_what_is_said_by_name() -> None:
    """Each vendor that is played has a name for people, and carries codes or SMS; calls stay where they are."""
    named = {vendor: carriers(vendor) for vendor in vendors()}
    assert {who.calls for who in named.values()} == {"Africa's Talking"}
    assert [named[vendor].codes for vendor in ("hubtel", "nalo", "mtn", "kannel")] == [
        "Hubtel",
        "Nalo Solutions",
        "MTN",
        "Africa's Talking",
    ]
    assert [named[vendor].sms for vendor in ("orange", "kannel", "hubtel")] == ["Orange", "Kannel", "Africa's Talking"]


ORANGE = Orange(client_id="demo", client_secret=KEY, secret=(SECRET,))
KANNEL = Kannel(username="demo", password=KEY, sender="36123", line_url="http://127.0.0.1:1", secret=(SECRET,))


class Told(FakeHotline):
    """Each call can be awaited."""

    def __init__(self) -> None:
        super().__init__()
        self.queue: SimpleQueue[tuple[Any, ...]] = SimpleQueue()

    def _called(self, *call: Any) -> None:
        self.queue.put(call)


class Notices:
    """The line's own views of a gateway behind the stand-in's requests."""

    def __init__(self, gateway: str) -> None:
        self.hotline = Told()
        app = Flask("line")
        views = (
            orange.blueprint(self.hotline, ORANGE, PathGuard(ORANGE))
            if gateway == "orange"
            else kannel.blueprint(self.hotline, PathGuard(KANNEL))
        )  # type: ignore[arg-type]
        app.register_blueprint(views)
        self.app = app


@pytest.mark.parametrize("name", ["orange", "kannel"])
def test_sms_go_both_ways(name: str, serving: Callable[[Flask], str]) -> None:
    """What the line sends is in the inbox and reported by its id; what somebody writes reaches the line; a wrong account sends nothing."""
    notices = Notices(name)
    base = serving(notices.app)
    app = create_standin(
        base, SECRET, VendorAccount("sandbox", KEY, CODE, COVER), 3600, here=(), played=PlayedVendor(name, SECRET, "demo", KEY)
    )
    standin: Standin = app.extensions["standin"]
    address = serving(app)

    def gateway(key: str) -> SmsOut:
        if name == "orange":
            return orange.OrangeSms(replace(ORANGE, base_url=address, client_secret=key), FakeMemory(FakeClock()), time.monotonic)
        account = replace(KANNEL, sendsms_url=f"{address}/cgi-bin/sendsms", line_url=base, password=key)
        return kannel.KannelSms(account, PathGuard(account), lambda: "0f0f")

    try:
        with pytest.raises(GatewayRefused):
            gateway("another").send_sms(COUNSELOR, "471 1")
        id = gateway(KEY).send_sms(COUNSELOR, "471 1")
        standin.send_sms(CALLER, "ɛ 5")
        assert [sms.text for sms in standin.look(COUNSELOR).messages] == ["471 1"]
        heard = [notices.hotline.queue.get(timeout=PATIENCE) for _ in range(2)]
        assert heard[0] == ("delivery", name, id, True)
        assert (heard[1][0], heard[1][1], *heard[1][3:5]) == ("sms", name, CALLER, "ɛ 5")
    finally:
        standin.close()
