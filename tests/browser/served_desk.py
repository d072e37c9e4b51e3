"""A room behind a real browser whose time is moved: the desk of the console's tests, served by a thread of the test."""

from __future__ import annotations

from playwright.sync_api import Browser

from hotline.ports.calls.callbacks import Callback
from tests.browser.room import NARROW, Room
from tests.console.desk import Desk


class ServedDesk:
    """`desk`: the line, its clock and its fakes. Nothing happens there by itself: no clock ticks, no worker works, until the test says so."""

    def __init__(self, browser: Browser, desk: Desk, address: str) -> None:
        self.browser, self.desk, self.line, self.address = browser, desk, desk.line, address
        self.rooms: list[Room] = []

    def of(self, alias: str, size: dict[str, int] = NARROW, script: bool = True) -> Room:
        """Somebody's browser, signed in, whose clock goes when the test says so (`pass_`)."""
        room = Room(self.browser, {"address": self.address}, None, size, script)
        self.sign_in(room, alias)
        if script:
            room.page.clock.install()
        self.rooms.append(room)
        return room

    def sign_in(self, room: Room, alias: str) -> None:
        """Beside whatever page is open there."""
        cookie = self.desk.browser(alias).client.get_cookie("s", path="/console")
        assert cookie is not None
        room.context.add_cookies([{"name": "s", "value": cookie.value, "domain": "127.0.0.1", "path": "/console"}])

    def pass_(self, seconds: int) -> None:
        """So long passes, for the line and for every page that is open."""
        self.line.wait(seconds)
        for room in self.rooms:
            room.page.clock.fast_forward(seconds * 1000)


def note_of(served: ServedDesk, callback: Callback) -> str | None:
    with served.line.real_store.read() as tx:
        return tx.cases.note(callback.id)
