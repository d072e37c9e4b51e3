"""After a restore the room says on every page that the line is held; a supervisor sees what was open, and says go."""

from __future__ import annotations

import pytest

from hotline.ports.upkeep.backups import BackupRun, Hold
from tests.console.desk import Desk
from tests.service.line import CALLER, OTHER_CALLER

PAGE = "/console/restored"
LATE = 60 * 86_400


def hold(desk: Desk, *, whole: bool = True) -> None:
    at = desk.line.clock.now()
    with desk.line.real_store.write() as tx:
        tx.backups.begin_hold(Hold(at, at - 3600, whole))


@pytest.mark.parametrize("alias", ["awa", "fanta", "mariam", "djeneba"])
def test_every_page_says_so(desk: Desk, alias: str) -> None:
    """To everybody who works there; who may say go finds the way."""
    browser = desk.browser(alias)
    browser.open("/console/me")
    assert "ne promet rien" not in browser.page
    hold(desk)
    browser.open("/console/me")
    assert "ne promet rien" in browser.page
    assert (PAGE in browser.raw) is (alias in ("fanta", "djeneba"))
    browser.open("/console/sante")
    assert "ne promet rien" not in browser.page


def test_a_supervisor_looks_and_says_go(desk: Desk) -> None:
    """References and times, never a number; then the line goes on, and the audit has her name."""
    desk.line.walk("5 5", number=CALLER)
    desk.line.walk("4 1 1", "session-2", OTHER_CALLER)
    references = [callback.reference for callback in desk.line.callbacks()]
    hold(desk)
    browser = desk.browser("fanta")
    browser.open(PAGE)
    assert [] == [reference for reference in references if reference not in browser.page]
    assert CALLER[1:] not in browser.raw
    assert "Demandes ouvertes" in browser.page
    browser.send(PAGE)
    with desk.line.real_store.read() as tx:
        assert (None, "fanta", "line released") == (tx.backups.hold(), tx.audit.all()[-1].who, tx.audit.all()[-1].what)
    browser.open(PAGE)
    assert "ne promet rien" not in browser.page


def test_nobody_says_go_before_all_is_back(desk: Desk) -> None:
    """A restore that was broken off has no button, and what is sent all the same changes nothing."""
    hold(desk)
    browser = desk.browser("fanta")
    browser.open(PAGE)
    hold(desk, whole=False)
    browser.send(PAGE)
    assert "jusqu'au bout" in browser.page
    with desk.line.real_store.read() as tx:
        assert tx.backups.hold() is not None


def test_go_is_said_to_what_stands_now(desk: Desk) -> None:
    """A caller stopped while the page was open: it stays held, says so, and shows what is open now; sent once more, the line goes on. A form that shows
    nothing of what was looked at says no go."""
    desk.line.walk("5 5", number=CALLER)
    desk.line.walk("5 5", "session-2", OTHER_CALLER)
    stopped = next(callback.reference for callback in desk.line.callbacks() if desk.line.number_of(callback) == OTHER_CALLER)
    hold(desk)
    browser = desk.browser("fanta")
    browser.open(PAGE)
    form = browser.hidden(PAGE)
    desk.line.walk("5 7", "session-3", OTHER_CALLER)
    browser.send(PAGE)
    assert desk.say("restored.overtaken") in browser.page
    assert stopped not in browser.page
    assert 409 == browser.client.post(PAGE, data={**form, "once": "another", "seen": ""}).status_code
    with desk.line.real_store.read() as tx:
        assert tx.backups.hold() is not None
    browser.send(PAGE)
    with desk.line.real_store.read() as tx:
        assert tx.backups.hold() is None


def test_a_button_that_rings_says_why_not(desk: Desk) -> None:
    """Who takes a call meanwhile reads that the line waits for a supervisor."""
    desk.line.walk("5 5")
    browser = desk.browser("awa")
    browser.open("/console/queue")
    hold(desk)
    browser.send(f"/console/take/{desk.line.callback().id}")
    assert "rétablie" in browser.page
    assert "waiting" == desk.line.callback().state


def test_figures_say_when_it_was_backed_up(desk: Desk) -> None:
    """When the last good backup was made and the last drill went well; that there was none, or that it is overdue."""
    browser, at = desk.browser("fanta"), desk.line.clock.now()
    browser.open("/console/overview")
    assert "Aucune sauvegarde" in browser.page
    with desk.line.real_store.write() as tx:
        tx.backups.note(BackupRun("daily", at, at))
        tx.backups.note(BackupRun("drill", at, at))
    browser.open("/console/overview")
    assert "Dernière sauvegarde" in browser.page
    assert "en retard" not in browser.page
    with desk.line.real_store.write() as tx:
        tx.backups.note(BackupRun("daily", at, at - LATE, "disk"))
        tx.backups.note(BackupRun("drill", at - LATE, at - LATE))
    browser.open("/console/overview")
    assert 2 == browser.page.count("en retard")
    assert "a échoué" in browser.page
