"""Orange's `#303# My Store`: Orange browses the line over TLS, as a phone's browser would, and shows its pages by USSD. Off unless it is set; never tried.

Public is no more than this: GET, a subset of xHTML, links or one form, a page with neither ends the session, a number in international form. What the
headers are called stands in a contract that is handed over after it was signed, so they are settings. Every link carries all that was typed, sealed, so
that a page that is gone back to goes on from there, a page that is fetched again is the same page, and nothing is kept. The visible number of a link is
Orange's, and so is `0`, which takes its browser back: a link's key is in its address.
"""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs

from hotline.engine.flow import KEYS
from hotline.engine.phone.numbers import as_e164
from hotline.ports.ussd import HttpAnswer, InputMemory, UssdHop, UssdOver

if TYPE_CHECKING:
    from hotline.engine.effects import Screen
    from hotline.gateways.path_guard import PathGuard
    from hotline.settings.orange import Orange

FIELD: Final = "answer"
"""What a form's one field is called."""

_PATH: Final = re.compile(r"/gateway/orange/(?P<secret>[^/]+)/page(?:/(?P<state>[A-Za-z0-9_-]{1,4000})(?:/(?P<key>[0-9]{1,2}))?)?")
_SESSION: Final = re.compile(r"[!-~]{1,128}")
_OPTION: Final = re.compile(rf"([{KEYS[0]}-{KEYS[-1]}]) (.+)")
_KEYS: Final = re.compile(r"[0-9]{1,2} [^0-9]+(?: [0-9]{1,2} [^0-9]+)*")
"""A line of the keys that work on many screens: `0 Retour 9 Fin`."""
_KEY: Final = re.compile(r"([0-9]{1,2}) ([^0-9]+)(?: |$)")
_HTML: Final = (("Content-Type", "text/html; charset=utf-8"),)


class OrangePages:
    """`hotline.ports.ussd.UssdDoor`. Nothing is ordered twice by a page that is fetched again: orders are named by what was typed."""

    name = "orange-303"
    memory: InputMemory = "echoed"

    def __init__(self, account: Orange, guard: PathGuard) -> None:
        self._guard = guard
        self._number, self._session = account.pages_number_header, account.pages_session_header

    def takes(self, environ: dict[str, Any]) -> bool:
        """Is this `GET /gateway/orange/<secret>/page…`, from someone who may?"""
        path = _PATH.fullmatch(environ["PATH_INFO"])
        return path is not None and environ["REQUEST_METHOD"] == "GET" and self._guard.opens(path["secret"], environ.get("REMOTE_ADDR", ""))

    def read(self, environ: dict[str, Any]) -> UssdHop | str:
        """The link that was followed, or what was typed into the form; or the name of the header at fault."""
        session, number = _header(environ, self._session), as_e164(_header(environ, self._number))
        if not _SESSION.fullmatch(session):
            return self._session
        if number is None:
            return self._number
        path = _PATH.fullmatch(environ["PATH_INFO"])
        if path is None or path["state"] is None:
            return UssdHop(session, number)
        typed = path["key"] or _answer(environ.get("QUERY_STRING", ""))
        return UssdHop(session, number, last=typed, state=path["state"])

    def write(self, _hop: UssdHop, screen: Screen, state: str) -> HttpAnswer:
        """A menu of several options as links; any other screen with one form, into which its keys are typed as they stand there; the last one with neither."""
        if screen.ends:
            return _page(_text(screen.text))
        action = f"/gateway/orange/{self._guard.secret}/page/{state}"
        head, options = _menu(screen.text)
        if not options:
            field = f'<form action="{action}" method="get"><input type="text" name="{FIELD}"/></form>'
            return _page(f"{_text(screen.text)}<br/>{field}")
        links = (f'<a href="{action}/{key}">{escape(label)}</a>' for key, label in options)
        return _page("<br/>".join([*([_text(head)] if head else []), *links]))

    def acknowledge(self, _over: UssdOver) -> HttpAnswer:
        return HttpAnswer(b"")

    def refuse(self, fault: str) -> HttpAnswer:
        return HttpAnswer(fault.encode(), 400)

    def calm(self, _hop: UssdHop | None, text: str) -> HttpAnswer:
        return _page(_text(text))


def _header(environ: dict[str, Any], name: str) -> str:
    found: str = environ.get(f"HTTP_{name.upper().replace('-', '_')}", "")
    return found


def _answer(query: str) -> str | None:
    """What was typed. Nothing was where the page is asked for again without the field: it is shown again."""
    found = parse_qs(query, max_num_fields=20, errors="replace").get(FIELD) if len(query) < 1000 else None
    return found[0] if found else None


def _menu(text: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """What stands before a menu's options, and these with the keys below them. No options where there are not two lines at its end, each with a key of its
    own from 1 to 7: that is no menu, and a number that may be rung, which has more digits, no key.
    """
    lines = text.split("\n")
    below: list[tuple[str, str]] = []
    while lines and _KEYS.fullmatch(lines[-1]) and not _OPTION.fullmatch(lines[-1]):
        below[:0] = _KEY.findall(lines.pop())
    options: list[tuple[str, str]] = []
    while lines and (option := _OPTION.fullmatch(lines[-1])):
        options.insert(0, (option[1], option[2]))
        lines.pop()
    if len(options) < 2 or len({key for key, _ in options}) < len(options):
        return text, ()
    return "\n".join(lines), (*options, *below)


def _text(words: str) -> str:
    return escape(words).replace("\n", "<br/>")


def _page(body: str) -> HttpAnswer:
    page = f'<?xml version="1.0" encoding="UTF-8"?><html><head><title></title></head><body>{body}</body></html>'
    return HttpAnswer(page.encode(), headers=_HTML)
