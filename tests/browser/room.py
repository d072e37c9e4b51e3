"""The counselors' room as a browser test speaks of it: who signs in, what a page shows, what it weighs, whom it leaves out."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, Request, expect

from hotline.config import CONTENT
from hotline.console.words import Words
from tests.browser.phone_page import PATIENCE_MS

AXE = (Path(__file__).resolve().parents[1] / "vendor" / "axe.min.js").read_text()
WORDS = Words.read(CONTENT / "locales", ("fr", "bm"))
NARROW, WIDE = {"width": 360, "height": 740}, {"width": 1280, "height": 900}
FURTHER = 60
"""Pixels: more than any target is high."""
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
OPERATORS = re.compile(r"/console/(?:studio|editions|directory)\b")
"""Pages that are held to what axe calls good practice too: a name of its own for each landmark, headings in order."""


class Room:
    """One person's browser. `card`: what `demo.json` says."""

    def __init__(
        self, browser: Browser, card: dict[str, Any], alias: str | None = None, size: dict[str, int] = NARROW, script: bool = True
    ) -> None:
        self.card = card
        self.context = browser.new_context(viewport=size, locale="fr-FR", java_script_enabled=script, reduced_motion="reduce")  # type: ignore[arg-type]
        self.page: Page = self.context.new_page()
        self.troubles: list[str] = []
        self.strangers: list[str] = []
        self.page.on("pageerror", lambda error: self.troubles.append(str(error)))
        self.page.on("console", lambda message: self.troubles.append(message.text) if message.type in {"error", "warning"} else None)
        self.page.on(
            "request", lambda request: None if request.url.startswith((card["address"], "data:")) else self.strangers.append(request.url)
        )
        self._requests: list[Request] = []
        self.page.on("request", self._note_request)
        self.language = "fr"
        if alias is not None:
            self.sign_in(alias)

    def sign_in(self, alias: str) -> None:
        """As the demo's person of this alias, whose password stands in `demo.json`."""
        person = next(row for row in self.card["people"] if row["alias"] == alias)
        self.language = person["language"]
        self.open("sign-in")
        self.page.fill("[name=alias]", alias)
        self.page.fill("[name=password]", person["password"])
        self.page.click("main form button")
        self.page.wait_for_url(lambda url: "sign-in" not in url)

    def open(self, path: str) -> None:
        self.page.goto(f"{self.card['address']}/console/{path}")

    def say(self, key: str, **values: object) -> str:
        return WORDS.say(self.language, key, **values)

    def press(self, action: str, **hidden: str) -> None:
        """The button of the form that goes there; `hidden`: where several do, the one with this in it."""
        values = "".join(f":has([name='{name}'][value='{value}'])" for name, value in hidden.items())
        self.page.locator(f"form[action*='{action}']{values} button").first.click()

    def enter(self, id: str) -> None:
        """The Enter key on what has this id, once it is there: what has just moved on a page that keeps itself up to date takes no tap."""
        button = self.page.locator(f"#{id}")
        # As after a tap the page stays as it is for a moment: on a busy machine the key would fall between what goes and what takes its place.
        button.evaluate("() => document.dispatchEvent(new Event('pointercancel'))", timeout=PATIENCE_MS)
        button.press("Enter", timeout=PATIENCE_MS)

    def shows(self, text: str) -> None:
        expect(self.page.locator("main")).to_contain_text(text, timeout=PATIENCE_MS)

    def barriers(self) -> list[str]:
        """What axe finds against WCAG 2.2 AA, on operators' pages against good practice too, each with the first thing that it is about.

        What a fixed part cuts at its edge is whole a little further: a finding counts where it is one there too.
        """
        self.arrive()
        if self.page.evaluate("!window.axe"):
            self.page.evaluate(AXE)
        tags = [*TAGS, "best-practice"] if OPERATORS.search(self.page.url) else TAGS
        found = self._found_by_axe({"type": "tag", "values": tags})
        if not found:
            return []
        self.page.evaluate(f"scrollBy(0, scrollY > {FURTHER} ? -{FURTHER} : {FURTHER})")
        again = self._found_by_axe({"type": "rule", "values": list(found)})
        return [f"{rule}: {first}" for rule, first in found.items() if again.get(rule) == first]

    def _found_by_axe(self, rules: dict[str, object]) -> dict[str, str]:
        """Each rule of these that is broken, with the first thing that breaks it."""
        found = self.page.evaluate("rules => axe.run(document, {resultTypes: ['violations'], runOnly: rules})", rules)
        return {violation["id"]: violation["nodes"][0]["html"][:120] for violation in found["violations"]}

    def assert_nobody_is_left_out(self, path: str) -> None:
        """At either size axe finds nothing and nothing runs off the side of the page that is open, known by this path. It ends at its own size."""
        for size in sorted((NARROW, WIDE), key=lambda size: size == self.page.viewport_size):
            self.page.set_viewport_size(size)  # type: ignore[arg-type]
            assert (path, size, [], False) == (path, size, self.barriers(), self.is_too_wide())

    def arrive(self) -> None:
        """What a press leads to has begun when the press returns, and may have no element yet: what is measured waits until it is all there."""
        self.page.locator("main").first.wait_for(timeout=PATIENCE_MS)
        self.page.wait_for_load_state("domcontentloaded", timeout=PATIENCE_MS)

    def is_too_wide(self) -> bool:
        self.arrive()
        return self.page.evaluate("document.documentElement.scrollWidth > innerWidth") is True

    def weight(self) -> int:
        """Bytes that the page that is open took over the network: not by the page's own clock, which a test may have stopped."""
        # What the page asked by itself and was given up has no size.
        sizes = (request.sizes() for request in self._requests if request.failure is None)
        return sum(size["responseHeadersSize"] + size["responseBodySize"] for size in sizes)

    def _note_request(self, request: Request) -> None:
        if request.is_navigation_request():
            self._requests = []
        if request.url.startswith("http"):
            self._requests.append(request)

    def close(self) -> None:
        self.context.close()
