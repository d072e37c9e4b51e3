"""An edition reaches a running line without a restart, and so does a number that was taken off."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest
from msgspec.structs import replace

from hotline.adapters.keys.seal import Seal
from hotline.adapters.sql import SqlStore
from hotline.content import read_sources
from hotline.engine.flow import Sources
from hotline.ports.editions.editions import Withdrawal
from hotline.service.editions.publication import publish
from tests.small_line import WORDS, write_files
from tests.system.lines import Line, dial, started, status

pytestmark = pytest.mark.system
LEAD = 5
SOON = 60
"""Only how long a failure takes: on a busy machine the second worker may learn of it later than the first."""
PHONE = "+22370000310"
OLD, NEW = "Premier accueil", "Autre accueil"


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    """With two web workers."""
    yield from started(tmp_path / "v", HOTLINE_WEB_WORKERS="2", HOTLINE_LEAD_SECONDS=str(LEAD))


@pytest.fixture
def small(tmp_path: Path) -> Sources:
    """The small line, with a number that was verified today."""
    today = datetime.now(UTC).date().isoformat()
    directory = f"""
services:
  centre:
    name: Centre
    phone: "{PHONE}"
    source: an example
    source_date: {today}
    verified_on: {today}
    verified_by: Awa
"""
    words = WORDS["line.first"].replace(WORDS["line.first"].partition("\n")[0], OLD)
    sources, faults = read_sources(write_files(tmp_path / "files", {"line.first": words, "centres.one@sms": "{name}"}, directory=directory))
    assert sources is not None, faults
    return sources


def with_new_words(sources: Sources) -> Sources:
    words = {
        language: tuple(replace(message, text=message.text.replace(OLD, NEW)) for message in messages)
        for language, messages in sources.words.items()
    }
    return replace(sources, words=words)


def within(seconds: float, holds: Callable[[], bool]) -> None:
    """Ask again and again, as nobody tells when a process has learned of something."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_editions_and_dark_numbers_reach_a_running_line(line: Line, small: Sources) -> None:
    """A changed word is on every new dial some seconds after it was published, over both workers, while who was on the line goes on with the old ones; a
    rollback likewise. A number that is taken off is gone from the next screen of a session that is under way."""
    card = line.await_card()
    store = SqlStore(f"sqlite:///{line.var}/hotline.db", Seal.from_text((line.var / "keys").read_text()), 20_000)
    callers = count(1000)

    def change(sources: Sources) -> None:
        now = int(time.time())
        publish(store, sources, "awa", now, now + LEAD)

    def shows(words: str) -> bool:
        caller = next(callers)
        return f"CON {words}\n" in dial(card, "", f"ATUid_{caller}", f"+2237000{caller}")

    def everywhere(words: str) -> bool:
        """On both workers; which of them answers is the kernel's choice."""
        return all(shows(words) for _ in range(20))

    change(small)
    within(SOON, lambda: everywhere(OLD))
    dial(card, "", "ATUid_old")
    assert PHONE in dial(card, "3*1", "ATUid_old")

    change(with_new_words(small))
    within(SOON, lambda: everywhere(NEW))
    assert all(OLD in dial(card, "0", "ATUid_old") for _ in range(20))

    change(small)
    within(SOON, lambda: everywhere(OLD))
    assert all(OLD in dial(card, "0*0", "ATUid_old") for _ in range(20))

    with store.write() as tx:
        tx.editions.withdraw(Withdrawal("centre", PHONE, datetime.now(UTC).date().isoformat(), int(time.time()), "awa"))
    within(SOON, lambda: not any(PHONE in dial(card, "3*1", "ATUid_old") for _ in range(20)))
    assert "Centre" in dial(card, "3*1", "ATUid_old")
    assert status(card, "/health/ready") == 200
    assert b"no telephone number for emergencies" in line.said()
    store.close()
