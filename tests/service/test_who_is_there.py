"""What the staff declare shows within a second: it is read by time, and no hop reads it for another."""

from __future__ import annotations

import pytest

from hotline.ports.store import StoreAway
from hotline.ports.ussd import UssdHop
from hotline.service.conversation.who_is_there import FRESH_MS
from tests.service.line import AWA, OTHER_CALLER, Line


def declares(line: Line, *, there: bool) -> None:
    """In another process than the one that is dialled."""
    line.set_staff(AWA, seen_at=line.clock.now() if there else None)


def test_where_nobody_looked_each_hop_looks_itself(line: Line) -> None:
    """A process that has just begun, or whose looks fail, shows what is declared at this moment."""
    assert "callback.kept_now" == line.dial("5 5", "session-1").key
    declares(line, there=False)
    assert "callback.not_now" == line.dial("5 5", "session-2").key


def test_a_declaration_shows_within_a_second(line: Line) -> None:
    """Who goes is counted on for a second more, and who comes is not yet; then it shows, though nobody looked again."""
    for there, before, after in ((False, "callback.kept_now", "callback.not_now"), (True, "callback.not_now", "callback.kept_now")):
        line.hotline.look_who_is_there()
        declares(line, there=there)
        assert before == line.dial("5 5", f"{there}-1").key
        line.clock.at += FRESH_MS // 1000
        assert after == line.dial("5 5", f"{there}-2").key


def test_a_look_is_taken_at_once(line: Line) -> None:
    """Whoever looked knows what is declared now, however young the look before was."""
    line.hotline.look_who_is_there()
    declares(line, there=False)
    line.hotline.look_who_is_there()
    assert "callback.not_now" == line.dial("5 5").key


@pytest.mark.parametrize("looks", [True, False])
def test_who_dialled_before_does_not_show(line: Line, looks: bool) -> None:
    """Another's hop leaves nothing behind: within the second of a declaration a phone is shown the same whether somebody dialled just before it or not."""
    shown: list[list[str]] = []
    for round, others in enumerate(((), ("5 5", "5", "4 1 1"))):
        declares(line, there=True)
        line.clock.at += 2
        if looks:
            line.hotline.look_who_is_there()
        for other, keys in enumerate(others):
            line.dial(keys, f"other-{round}-{other}", OTHER_CALLER)
        declares(line, there=False)
        shown.append([line.dial(keys, f"his-{round}-{keys}").key for keys in ("5", "5 5", "4 1 1")])
    assert shown[0] == shown[1]


def test_a_clock_that_is_set_changes_no_age(line: Line) -> None:
    """The age of a look is measured by the clock that nobody sets: an hour back is not an hour in which nothing new shows."""
    line.hotline.look_who_is_there()
    line.clock.jump(-3600)
    line.clock.at += 1
    declares(line, there=False)
    assert "callback.not_now" == line.dial("5 5").key


def test_a_store_that_is_away_is_noticed_at_once(line: Line) -> None:
    """Who was there a moment ago may be known: whether it can be written down is not. Nothing firm is promised, and nobody is said to be missing."""
    shown = []
    for looked in (False, True):
        line.clock.at += 60
        if looked:
            line.hotline.look_who_is_there()
        line.store.failing = "always"
        shown.append([line.dial(keys, f"{looked}-{keys}").key for keys in ("5", "5 5", "5 4", "4 1 1")])
        line.store.failing = "never"
    assert shown[0] == shown[1]
    assert "callback.kept_now" not in shown[1]
    line.store.failing = "always"
    with pytest.raises(StoreAway):
        line.hotline.look_who_is_there()


def test_what_cannot_be_written_down_is_not_promised(line: Line) -> None:
    """The store goes away between the look and the order: the caller is told to count on nothing, as where it was away before."""
    line.hotline.look_who_is_there()
    firm = line.dial("5 5", "session-1").text
    line.store.failing = "at commit"
    assert firm != line.dial("5 5", "session-2").text


def test_a_hop_asks_who_is_there_once_and_the_ledger_with_it(line: Line) -> None:
    """All keys at once need coverage twice: one transaction reads, one writes."""
    line.hotline.look_who_is_there()
    before = line.store.units
    line.hotline.hop("fake", "all", UssdHop("session-1", OTHER_CALLER, ("5", "5")))
    assert 2 == line.store.units - before
