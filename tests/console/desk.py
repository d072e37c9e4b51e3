"""The counselors' room as a test holds it: browsers, forms, and the line behind them."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from msgspec.structs import replace
from sqlalchemy import event
from werkzeug.test import TestResponse

from hotline import console
from hotline.adapters.locks import ArgonPasswords, TimeCodes
from hotline.config import CONTENT
from hotline.console import ConsoleContext
from hotline.console.pages.figures.partners import terms_digest
from hotline.console.words import Words
from hotline.content.directory_files.exchange import DirectoryTables
from hotline.content.figure_files.workbooks import OpenpyxlWorkbooks
from hotline.content.word_files.exchange import PoAndSheets
from hotline.engine.times import DAY_SECONDS
from hotline.ports.desk.staff import Agreement, Staff
from hotline.ports.locks import Passwords
from hotline.settings import ConsoleSettings
from tests.service.line import Line

IDS = {
    "awa": "a" * 32,
    "oumou": "b" * 32,
    "nana": "c" * 32,
    "fanta": "d" * 32,
    "mariam": "e" * 32,
    "djeneba": "f" * 32,
    "kadia": "9" * 32,
    "rokia": "8" * 32,
}
"""Counselors in French, French and Bambara; a supervisor; an operator; an admin; a second supervisor and a partner, where a test adds them."""
WORDS = Words.read(CONTENT / "locales", ("fr", "bm"))
SETTINGS = ConsoleSettings(second_factor=False)
_FORM = re.compile(r"<form\b.*?</form>", re.DOTALL)
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


class CountedTokens:
    """Tokens that differ and are known."""

    def __init__(self) -> None:
        self._count = count(1)

    def token(self) -> str:
        return f"token-{next(self._count)}"


class QuickPasswords(ArgonPasswords):
    """At the least that argon2 can cost. What it costs in earnest is the business of `adapters/test_locks.py`."""

    def __init__(self) -> None:
        super().__init__()
        self._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        self._nobody = self._hasher.hash("nobody")


PASSWORDS = QuickPasswords()


class _LatestContext:
    """The context of whichever desk began last, for the one app of all desks: to lay an app anew would be most of what a test of a page costs."""

    def __init__(self, context: ConsoleContext) -> None:
        self.context = context

    def __getattr__(self, name: str) -> object:
        return getattr(self.context, name)


_LAID: dict[bool, tuple[Flask, _LatestContext]] = {}


def _app_over(context: ConsoleContext) -> Flask:
    """A web process with this context, whatever test had the app before."""
    if context.secure not in _LAID:
        latest = _LatestContext(context)
        app = Flask("desk", static_folder=None)
        console.install(app, latest)  # type: ignore[arg-type]
        _LAID[context.secure] = app, latest
    app, latest = _LAID[context.secure]
    latest.context = context
    app.testing = True
    app.config["MAX_CONTENT_LENGTH"] = None
    return app


class Desk:
    """Everything at hand. `line`: callers, time, the fakes."""

    def __init__(self, line: Line, settings: ConsoleSettings = SETTINGS) -> None:
        self.line = line
        with line.real_store.write() as tx:
            tx.staff.save(Staff(IDS["mariam"], "mariam", "operator", "+22370000203", "fr", ()))
            tx.staff.save(Staff(IDS["djeneba"], "djeneba", "admin", "+22370000204", "fr", ()))
        self.tokens = CountedTokens()
        self.install(settings)

    def install(
        self, settings: ConsoleSettings = SETTINGS, passwords: Passwords | None = None, *, secure: bool = False, is_demo: bool = False
    ) -> None:
        """Begin a web process with these settings, and the line's rules as they are now."""
        deps = self.line.hotline.deps
        self.room = ConsoleContext(
            *(deps, WORDS, passwords or PASSWORDS, TimeCodes(), self.tokens, settings, PoAndSheets()),
            secure=secure,
            sheets=DirectoryTables(),
            workbooks=OpenpyxlWorkbooks(),
            is_demo=is_demo,
        )
        self.app = _app_over(self.room)

    def browser(self, alias: str | None = None) -> Browser:
        """A browser in which this person of the staff is signed in, or nobody."""
        client = self.app.test_client()
        if alias is not None:
            token = f"signed-{alias}-{self.tokens.token()}"
            with self.line.real_store.write() as tx:
                tx.accounts.add_sign_in(token, IDS[alias], self.line.clock.now())
            with client.session_transaction(base_url="http://localhost/console/") as session:
                session["token"] = token
        return Browser(client)

    def post(self, alias: str, path: str, /, once: str = "once", **fields: str) -> TestResponse:
        """A form of the console's, sent by this person from no page at all; `once`: by which it counts once."""
        client = self.browser(alias).client
        with client.session_transaction(base_url="http://localhost/console/") as session:
            session["csrf_token"] = "a" * 40
        token = URLSafeTimedSerializer(self.app.secret_key or b"", salt="wtf-csrf-token").dumps("a" * 40)
        return client.post(f"/console/{path}", data={"csrf_token": token, "once": once, **fields})

    def staff(self, alias: str) -> Staff:
        with self.line.real_store.read() as tx:
            found = tx.staff.get(IDS[alias])
        assert found is not None
        return found

    def add_partner(self, *, agreed: bool = True, **fields: object) -> None:
        """Rokia, of another organisation, for a month; who accepted the terms, if `agreed`."""
        at = self.line.clock.now()
        terms = Agreement(terms_digest(self.room), "Rokia Traoré", at) if agreed else None
        partner = Staff(
            IDS["rokia"], "rokia", "partner", "", "fr", (), organisation="Fédération", ends_on=at // DAY_SECONDS + 30, agreed=terms
        )
        with self.line.real_store.write() as tx:
            tx.staff.save(replace(partner, **fields))

    def set_staff(self, alias: str, **fields: object) -> None:
        with self.line.real_store.write() as tx:
            tx.staff.save(replace(self.staff(alias), **fields))

    @contextmanager
    def statements(self) -> Iterator[list[str]]:
        """What is asked of the database meanwhile, but for where transactions begin."""
        asked: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
            if not statement.startswith("BEGIN"):
                asked.append(statement)

        engine = self.line.real_store._engine
        event.listen(engine, "before_cursor_execute", note)
        try:
            yield asked
        finally:
            event.remove(engine, "before_cursor_execute", note)

    @staticmethod
    def say(key: str, language: str = "fr", /, **values: object) -> str:
        return WORDS.say(language, key, **values)


class Browser:
    """Opens pages and sends the forms that stand on them, as a browser without script does."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.page = ""
        self.status = 0

    def open(self, path: str) -> str:
        """The page's text, entities resolved."""
        return self._took(self.client.get(path, follow_redirects=True))

    def send(self, action: str, **fields: str | list[str]) -> str:
        """Fill in the form of the page that is open with this action and send it. Raises where there is none."""
        hidden = self.hidden(action)
        return self._took(self.client.post(action, data={**hidden, **fields}, follow_redirects=True))

    def hidden(self, action: str) -> dict[str, str]:
        """The hidden fields of the first form with this action."""
        form = next((match for match in _FORM.findall(self.raw) if f'action="{action}"' in html.unescape(match)), None)
        assert form is not None, f"no form for {action} on the page"
        return {name: html.unescape(value) for name, value in _HIDDEN.findall(form)}

    def _took(self, response: TestResponse) -> str:
        self.status = response.status_code
        self.raw = response.get_data(as_text=True)
        self.page = html.unescape(self.raw)
        return self.page
