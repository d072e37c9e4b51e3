"""The line by the pages of #303#, as a browser walks them: links that carry everything, pages that are gone back to and fetched again."""

from __future__ import annotations

import re

from hotline.engine.flow import Menu
from hotline.gateways.orange_pages import OrangePages
from hotline.gateways.path_guard import PathGuard
from hotline.ports.ussd import UssdHop
from hotline.settings.orange import Orange
from tests.content_line import sources
from tests.fakes import SECRET
from tests.service.line import CALLER, Line

ORANGE = Orange(client_id="an-id", client_secret="a-client-secret", secret=(SECRET,), pages=True)


class Browser:
    """Orange's, in one session: it asks for an address and has the page that came."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._door = OrangePages(ORANGE, PathGuard(ORANGE))
        self.asked: list[str] = []
        self.open(f"/gateway/orange/{SECRET}/page")

    def open(self, address: str) -> None:
        path, _, query = address.partition("?")
        environ = {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "HTTP_USER_MSISDN": CALLER,
            "HTTP_USER_SESSION": "s-1",
        }
        assert self._door.takes(environ)
        hop = self._door.read(environ)
        assert isinstance(hop, UssdHop)
        answered = self._line.hotline.hop(self._door.name, self._door.memory, hop)
        self.page = self._door.write(hop, answered.screen, answered.state).body.decode()
        self.key = answered.screen.key
        self.asked.append(address)

    def choose(self, *keys: str) -> None:
        """By a link where there is one, else by the form."""
        for key in keys:
            links = re.findall(rf'<a href="([^"]+/{key})">', self.page)
            forms = re.findall(r'<form action="([^"]+)"', self.page)
            self.open(links[0] if links else f"{forms[0]}?answer={key}")


def test_a_call_is_asked_for_once_however_often_its_page_is_fetched(line: Line) -> None:
    """What a browser asks for again is the same page."""
    browser = Browser(line)
    browser.choose("5", "5")
    assert browser.key == "callback.kept_now"
    page = browser.page
    for _ in range(2):
        browser.open(browser.asked[-1])
    assert (browser.key, len(line.callbacks())) == ("callback.kept_now", 1)
    assert len(page) < 4000


def test_whoever_goes_back_goes_on_from_there(line: Line) -> None:
    """An old page's links still lead where they say, and what was chosen on the page after it counts no more."""
    browser = Browser(line)
    first = browser.page
    browser.choose("2", "1")
    assert browser.key == "babies.milk"
    browser.page = first
    browser.choose("4", "1")
    assert (browser.key, line.callbacks()) == ("danger.advice", [])


def test_an_address_tells_nobody_what_was_typed(line: Line) -> None:
    """All but the last key rides sealed; the number is in no address and on no page."""
    browser = Browser(line)
    browser.choose("5", "2")
    said = "".join((*browser.asked, browser.page))
    assert CALLER[1:] not in said
    assert CALLER[4:] not in said


def test_a_link_of_another_session_begins_anew(line: Line) -> None:
    """What is sealed for one session opens in no other."""
    browser = Browser(line)
    browser.choose("4")
    stolen = re.sub(r"/page/[^/]+", "/page/AAAA", browser.asked[-1])
    browser.open(stolen)
    assert browser.key == "line.first"


def test_every_menu_of_the_line_is_links(line: Line) -> None:
    """As far as three links lead: a menu of several options has links, any other page a form, the last one neither."""
    menus = {
        screen.key for flow in sources().flows for screen in flow.screens if isinstance(screen.kind, Menu) and len(screen.kind.options) > 1
    }
    browser = Browser(line)
    ahead, seen, linked = [(browser.asked[0], 0)], set(), set()
    while ahead:
        address, depth = ahead.pop()
        browser.open(address)
        links = re.findall(r'<a href="([^"]+)">', browser.page)
        assert (len(links) > 1) != ("<form" in browser.page) or "<a " not in browser.page
        if browser.key in menus:
            assert links, browser.page
            linked.add(browser.key)
        if browser.key not in seen and depth < 3:
            ahead += [(link, depth + 1) for link in links]
        seen.add(browser.key)
    assert len(linked) > 10
