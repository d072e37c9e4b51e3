"""An edition from the room: proposed by one, read and approved by another with a fresh code, sent back, taken back; and the way back to an older one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest

from hotline.ports.desk.accounts import Account
from hotline.service.editions.cache import EditionCache
from hotline.service.editions.publication import publish
from hotline.service.editions.snapshot import CompileSettings
from tests.console.desk import IDS, Browser, Desk
from tests.content_line import sources
from tests.service.conftest import empty_database  # noqa: F401 -- a fixture
from tests.service.line import Line, staffed

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
KEY = "danger.advice"
PLACE, OLD = f"words/fr/{KEY}", next(message.text for message in sources().words["fr"] if message.key == KEY)
NEW = OLD.replace(OLD.split(" ")[0], "Alors", 1)


@pytest.fixture
def desk(empty_database: Path, tmp_path: Path) -> Iterator[Desk]:  # noqa: F811
    """A line whose first edition lies in the database, and Fanta who may be the second person."""
    with staffed(empty_database, tmp_path / "hotline.db", EditionCache(CompileSettings())) as line:
        publish(line.real_store, sources(), "first start", line.clock.now() - 60, line.clock.now() - 60)
        follow(line)
        desk = Desk(line)
        desk.set_staff("fanta", approves=True)
        give_factor(desk, "fanta")
        yield desk


def follow(line: Line) -> None:
    """This process learns what was published."""
    line.library.refresh(line.real_store, line.clock.now())


def give_factor(desk: Desk, alias: str) -> None:
    with desk.line.real_store.write() as tx:
        tx.accounts.save(Account(IDS[alias], "", SECRET))


def code(desk: Desk) -> str:
    return pyotp.TOTP(SECRET).at(desk.line.clock.now())


def changed(desk: Desk, alias: str = "mariam", text: str = NEW) -> Browser:
    """Her browser, in which a draft with other words is open."""
    browser = desk.browser(alias)
    page = "/console/studio/danger/advice"
    browser.open(page)
    browser.send(page, **{PLACE: text})
    assert desk.say("studio.after.kept") in browser.page
    return browser


def draft_of(desk: Desk) -> str:
    with desk.line.real_store.read() as tx:
        return tx.edition_drafts.all()[0].id


def proposed(desk: Desk, **fields: str) -> Browser:
    browser = changed(desk)
    page = f"/console/editions/drafts/{draft_of(desk)}"
    browser.open(page)
    browser.send(page, title="Plus clair", **({"pending": "yes"} | fields))
    return browser


def test_first(desk: Desk) -> None:
    mariam = proposed(desk)
    assert desk.say("editions.after.proposed") in mariam.page
    fanta = desk.browser("fanta")
    fanta.open("/console/editions/proposals/1")
    fanta.send("/console/editions/proposals/1", read="screen:danger.advice")
    fanta.send("/console/editions/proposals/1", read="screen:danger.advice", code=code(desk))
    assert desk.say("editions.after.approved") in fanta.page
