"""The phone page as a test speaks of it: whose phone, which key, what it shows."""

from __future__ import annotations

import re
from typing import Literal

from playwright.sync_api import Locator, Page, expect

PATIENCE_MS = 60_000
"""Only how long a failure takes: a page on a busy machine may need long for what it does at once elsewhere."""


class PhonePage:
    """`/phone` in a browser: `page.caller` and `page.staff` are its two phones."""

    def __init__(self, page: Page, address: str, language: str = "fr") -> None:
        """`address`: the line's, without a path."""
        self.page = page
        self.troubles: list[str] = []
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        page.on("console", lambda message: self.troubles.append(message.text) if message.type in {"error", "warning"} else None)
        page.goto(f"{address}/phone?l={language}")
        self.caller = Handset(page.locator("#caller"))
        self.staff = Handset(page.locator("#staff"))
        self.caller.is_known()
        self.staff.is_known()


class Handset:
    """One phone. `hold`, `rest`, `shows`, `hears` and `in_call` wait; everything else is done at once."""

    def __init__(self, root: Locator) -> None:
        self.root = root
        self.handset = root.locator("[data-part=handset]")
        self.screen = root.locator("[data-part=screen]")
        self.call = root.locator("[data-part=status]")
        self.typed = root.locator("[data-part=typed]")
        self.length = root.locator("[data-part=length]")
        self.inbox = root.locator("[data-part=messages] .came")
        self.sent = root.locator("[data-part=messages] .sent")
        self.waiting = root.locator("[data-part=others] button")

    def hold(self, alias: str) -> None:
        """Take this person's phone, and wait until the network has said what it shows."""
        self.root.locator("[data-part=holder]").select_option(alias)
        self.is_known()

    def is_known(self) -> None:
        """Wait until a key does something: before the network has answered it would go to nobody."""
        expect(self.handset).to_have_attribute("aria-busy", "false")

    def press(self, keys: str) -> None:
        """Keys of the keypad, one after the other: `*123#`."""
        for key in keys:
            self.root.locator(f'[data-key="{key}"]').click()

    def command(self, key: Literal["green", "red", "clear"]) -> None:
        self.root.locator(f"[data-do={key}]").click()

    def rest(self, shown: str) -> None:
        """Leave whatever there is by the red key, and wait until the screen is the idle one: the next code begins a session of its own."""
        self.command("red")
        self.shows(shown)

    def dial(self, code: str) -> None:
        """Type a code, or a reply below a screen, and press the green key."""
        self.press(code)
        self.command("green")

    def write(self, text: str) -> None:
        """Send an SMS to the line."""
        self.root.locator("form input").fill(text)
        self.root.locator("form button").click()

    def shows(self, text: str | re.Pattern[str]) -> None:
        """Wait until the screen has this in it."""
        expect(self.screen).to_contain_text(text)

    def newest(self) -> str:
        """The id of the newest message, empty if there is none: what `hears` is to come after."""
        messages = self.root.locator("[data-part=messages] li")
        return messages.last.get_attribute("data-id") or "" if messages.count() else ""

    def hears(self, text: str | re.Pattern[str], after: str = "") -> str:
        """Wait until an SMS with this in it has come, after that one; all of its text."""
        later = self.root.locator(f"[data-part=messages] [data-id='{after}'] ~ .came" if after else "[data-part=messages] .came")
        found = later.locator("p:last-child").filter(has_text=text).last
        expect(found).to_be_attached()
        return found.inner_text()

    def rings(self) -> None:
        """Wait until it rings."""
        self.in_call("ringing")

    def in_call(self, state: Literal["ringing", "talking", "connected", "over", ""]) -> None:
        """Wait until its call is so; empty: it is in none."""
        expect(self.handset).to_have_attribute("data-call", state)
