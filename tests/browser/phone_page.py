"""The phone page as a test speaks of it: whose phone, which key, what it shows."""

from __future__ import annotations

import re
from typing import Literal

from playwright.sync_api import Locator, Page, expect

PATIENCE_MS = 10_000


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


class Handset:
    """One phone. `shows` and `hears` wait; everything else is done at once."""

    def __init__(self, root: Locator) -> None:
        self.root = root
        self.screen = root.locator("[data-part=screen]")
        self.call = root.locator("[data-part=status]")
        self.typed = root.locator("[data-part=typed]")
        self.length = root.locator("[data-part=length]")
        self.inbox = root.locator("[data-part=messages] .came")
        self.sent = root.locator("[data-part=messages] .sent")
        self.waiting = root.locator("[data-part=others] button")

    def hold(self, alias: str) -> None:
        """Take this person's phone."""
        self.root.locator("[data-part=holder]").select_option(alias)

    def press(self, keys: str) -> None:
        """Keys of the keypad, one after the other: `*123#`."""
        for key in keys:
            self.root.locator(f'[data-key="{key}"]').click()

    def command(self, key: Literal["green", "red", "clear"]) -> None:
        self.root.locator(f"[data-do={key}]").click()

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
        expect(self.screen).to_contain_text(text, timeout=PATIENCE_MS)

    def hears(self, text: str | re.Pattern[str]) -> str:
        """Wait until the newest SMS has this in it; all of its text."""
        newest = self.inbox.last.locator("p").last
        expect(newest).to_contain_text(text, timeout=PATIENCE_MS)
        return newest.inner_text()

    def rings(self) -> None:
        """Wait until it rings."""
        self.in_call("ringing")

    def in_call(self, state: Literal["ringing", "talking", "connected", "over", ""]) -> None:
        """Wait until its call is so; empty: it is in none."""
        expect(self.root.locator("[data-part=handset]")).to_have_attribute("data-call", state, timeout=PATIENCE_MS)
