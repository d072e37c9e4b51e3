"""A line that was restored is held: callers get calm screens and nothing is noted falsely, nobody is rung, nothing of old leaves, until a person says go."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from hotline.adapters.backup.revoked import RevokedFile, read
from hotline.adapters.sql import SqlStore
from hotline.ports.figures.releases import Release
from hotline.ports.upkeep.backups import Hold
from hotline.ports.upkeep.revocations import Revocation
from hotline.retention import REVOKED_SECONDS
from hotline.service import acts
from hotline.service.calls import agreements, connecting, contacts, saying, taking
from hotline.service.calls.agreements import Wish
from hotline.service.calls.contacts import Contact
from hotline.service.desk import restored
from hotline.service.desk.figures.releasing import withdraw_release
from hotline.service.editions.cache import EditionCache
from hotline.service.work import Work
from tests.released import release as released_figures
from tests.service.fakes import DAY
from tests.service.line import AWA, CALLER, FANTA, OTHER_CALLER, OUMOU, RULES, Line, add_staff


def figures(period: str, number: int, standing: str = "released", **fields: object) -> Release:
    return replace(released_figures(period, number, standing), **fields)


def hold(line: Line, *, whole: bool = True) -> None:
    """As a restore does, of a backup that was made an hour ago."""
    at = line.clock.now()
    with line.real_store.write() as tx:
        tx.backups.begin_hold(Hold(at, at - 3600, whole))


def release(line: Line) -> acts.Result:
    return acts.run(line.hotline.deps, acts.By("Djeneba", "shell"), restored.release_line, look(line))


def look(line: Line) -> str:
    """The stamp of what whoever looks now sees."""
    seen = restored.look(line.hotline.deps, line.clock.now())
    assert seen is not None
    return seen.stamp


def test_callers_get_calm_screens_and_nothing_is_noted(line: Line) -> None:
    """The same screens as when nobody is there: for now, for later, for urgent help; the danger advice and a stop go on."""
    line.wait(1)
    hold(line)
    for keys, session in (("5 5", "now"), ("4 1 1", "urgent"), ("5 1", "later"), ("5 3", "afternoon")):
        screen = line.walk(keys, session)
        assert "Noté" not in screen.text
        assert "semaine" not in screen.text, "nobody knows how long the line is held"
    assert [] == line.callbacks()
    assert "danger.advice" == line.walk("4 1", "danger").key
    stopped = line.walk("5 7", "stop")
    assert "ne sera pas" in " ".join(stopped.text.split())


def test_nobody_is_rung_or_told_until_somebody_says_go(line: Line) -> None:
    """What waited waits, with its offers; no alert and no ring leaves, whatever staff press. Then all goes on."""
    line.walk("5 5")
    line.walk("4 1 1", "session-2", OTHER_CALLER)
    waiting = line.callbacks()
    hold(line)
    for _ in range(10):
        line.wait(60)
    assert [] == line.gateway.rung
    assert [] == line.inbox(AWA) + line.inbox(OUMOU)
    assert [line.say("restored")] == line.inbox(FANTA)
    assert waiting == line.callbacks()
    assert "held" == line.act(AWA, taking.take, waiting[0].id).code
    assert "held" == line.act(FANTA, connecting.connect, waiting[0].id).code
    line.text(AWA, "1")
    line.work()
    assert [] == line.gateway.rung
    assert ("held", True) == (line.hotline.health()["restored"], line.hotline.counts().is_held)
    assert "done" == release(line).code
    line.set_staff(AWA, seen_at=line.clock.now())
    line.wait(1)
    assert ("ok", False) == (line.hotline.health()["restored"], line.hotline.counts().is_held)
    assert ["alert", "sent"] in [list(post) for post in line.posts()]
    line.take(OUMOU)
    assert [OUMOU] == line.gateway.rung


def test_nobody_is_asked_to_be_there_in_vain(line: Line) -> None:
    """Somebody urgent meets nobody on a line that is held: supervisors are asked to say go, and not to say that they are there, whom it would help nobody. It is counted all the
    same, and told again once the line goes on."""
    for number in (AWA, OUMOU):
        line.set_staff(number, on_until=None, seen_at=0)
    hold(line)
    line.wait(1)
    assert "danger.closed" == line.walk("4 1 1").key
    for _ in range(8):
        line.wait(60)
    assert [line.say("restored")] == line.inbox(FANTA)
    with line.real_store.read() as tx:
        assert 1 == tx.figures.turned_away(0, line.clock.now() + DAY)[0].count
    release(line)
    assert "danger.closed" == line.walk("4 1 1", "session-2", OTHER_CALLER).key
    line.wait(60)
    assert line.say("nobody_urgent", count="1") in line.inbox(FANTA)


def test_a_clock_that_was_ahead_at_the_restore_silences_no_supervisor(line: Line) -> None:
    """Set right afterwards, it stands before the restore for hours: supervisors hear all the same that the line waits, staff are answered, and nobody is rung."""
    with line.real_store.write() as tx:
        tx.backups.begin_hold(Hold(line.clock.now() + 6 * 3600, line.clock.now() - 60, whole=True))
    line.wait(60)
    line.work()
    assert [line.say("restored")] == line.inbox(FANTA)
    line.text(AWA, "?")
    line.work()
    assert line.inbox(AWA)
    assert [] == line.gateway.rung


def test_a_ring_that_was_under_way_does_not_leave(line: Line) -> None:
    """Whoever took a call before sees nobody rung: the message waits, and is dropped once it is late."""
    line.walk("5 5")
    line.work()
    line.text(AWA, "1")  # the worker has not come to it
    hold(line)
    line.work()
    line.wait(120)
    assert [] == line.gateway.rung
    assert ("ring", "pending") in line.posts()


def test_what_is_past_its_end_is_missed_and_shown(line: Line) -> None:
    """Nothing ends while nobody has looked; once somebody says go it closes as missed, and lies before a supervisor."""
    line.walk("5 5")
    hold(line)
    line.wait(RULES.promise_minutes * 60 + 60)
    assert ["waiting"] == [callback.state for callback in line.callbacks()]
    seen = restored.look(line.hotline.deps, line.clock.now())
    assert seen is not None
    assert (1, 1, True) == (seen.count, seen.past, seen.open[0].is_past)
    release(line)
    line.wait(1)
    assert ["lapsed"] == [callback.state for callback in line.callbacks()]
    with line.real_store.read() as tx:
        assert 1 == tx.board.reviews()
    assert [] == line.gateway.rung


def test_what_came_back_without_its_number_is_missed_and_shown(line: Line) -> None:
    """Nobody can ring it, nobody is asked to, and a supervisor sees that it was not kept."""
    line.walk("5 5")
    hold(line)
    with line.real_store.write() as tx:
        tx.numbers.forget(line.callback().id)
    release(line)
    line.wait(300)
    assert [] == line.gateway.rung
    line.wait(RULES.promise_minutes * 60)
    assert ["lapsed"] == [callback.state for callback in line.callbacks()]
    with line.real_store.read() as tx:
        assert 1 == tx.board.reviews()


def test_a_call_that_was_under_way_lies_before_a_supervisor(line: Line) -> None:
    """The machine was lost while two talked: nobody knows how it ended, so nobody rings again, and a supervisor looks."""
    line.walk("5 5")
    line.work()
    line.take()
    line.pick_up()
    line.press()
    with line.real_store.write() as tx:
        restored.settle(Work(line.hotline.deps, tx, line.clock.now()), [], line.clock.now())
    line.wait(1000)
    assert "claimed" == line.callback().state
    release(line)
    line.wait(1)
    assert ("review", 1) == (line.callback().state, len(line.gateway.rung))


def test_numbers_go_at_their_time_all_the_same(line: Line) -> None:
    """A line that nobody looks at for days keeps no number for longer."""
    line.walk("5 5")
    hold(line)
    line.wait(DAY + RULES.promise_minutes * 60 + 400)
    assert line.number_of(line.callback()) is None


def test_nothing_is_promised_by_staff_either(line: Line) -> None:
    """A contact that is entered would be rung: it is refused, and nothing is kept of it."""
    hold(line)
    wish = Wish(1, 8 * 60, 12 * 60, None, agreed=True)
    assert "held" == line.act(AWA, contacts.enter_contact, Contact("70000301", "fr", wish)).code
    assert [] == line.callbacks()


def test_who_may_say_go(line: Line) -> None:
    """A supervisor or an admin, once, by name; not a counselor, and nobody before all is back."""
    hold(line, whole=False)
    assert "refused" == line.act(FANTA, restored.release_line, look(line)).code
    hold(line)
    seen = look(line)
    assert "forbidden" == line.act(AWA, restored.release_line, seen).code
    assert "done" == line.act(FANTA, restored.release_line, seen).code
    assert "gone" == line.act(FANTA, restored.release_line, seen).code
    with line.real_store.read() as tx:
        assert ["line released"] == [record.what for record in tx.audit.all() if record.who == "fanta"]
    assert restored.look(line.hotline.deps, line.clock.now()) is None


def test_nobody_says_go_unseen(line: Line) -> None:
    """Without a look the line stays held; so it does where a caller stopped, a time ran out or the line was restored again since the look, though as many are
    open; a look at what stands now is good, and one at nothing where nothing is open."""
    line.walk("5 5", number=CALLER)
    line.walk("5 5", "session-2", OTHER_CALLER)
    hold(line)
    assert ["overtaken"] * 2 == [line.act(FANTA, restored.release_line, seen).code for seen in ("", "000000")]

    def goes_on(seen: str) -> bool:
        return "overtaken" != line.act(FANTA, restored.release_line, seen).code

    before_the_stop = look(line)
    line.walk("5 7", "stop", OTHER_CALLER)
    assert not goes_on(before_the_stop)
    before_its_end = look(line)
    line.wait(line.callbacks()[0].not_after - line.clock.now())
    assert not goes_on(before_its_end)
    before_the_other_restore = look(line)
    line.wait(1)
    hold(line)
    assert not goes_on(before_the_other_restore)
    with line.real_store.read() as tx:
        assert tx.backups.hold() is not None
    assert goes_on(look(line))


# the file apart


@pytest.fixture
def apart(line: Line, tmp_path: Path, editions: EditionCache) -> Iterator[tuple[Line, Path]]:
    """A line whose store and spool write down what a restore must not undo."""
    file = RevokedFile(tmp_path / "elsewhere" / "revoked", 5.0)
    path = tmp_path / "apart.db"
    path.write_bytes((tmp_path / "hotline.db").read_bytes())
    store = SqlStore(f"sqlite:///{path}", line.seal, 20_000, file)
    other = Line(store, line.seal, editions)
    other.clock.at = line.clock.at
    add_staff(store, other.clock.now())
    deps = replace(other.hotline.deps, store=other.store, spool=other.spool, revoked=file)
    other.hotline = type(other.hotline)(deps, threads=17, budget_ms=300)
    yield other, file.path
    store.close()


def kinds(path: Path) -> list[str]:
    return [revoked.kind for revoked in read(path)]


def test_a_stop_is_written_apart_whatever_is_away(apart: tuple[Line, Path]) -> None:
    """By two keys, by SMS, by a counselor, and with the database away: a line each, with the hash that the number has in the database, and no number."""
    line, path = apart
    line.walk("5 7")
    line.text(OTHER_CALLER, "STOP")
    assert ["stop", "stop"] == kinds(path)
    assert line.seal.digest("number", CALLER) == read(path)[0].digest
    line.store.failing = "always"
    line.walk("5 7", "session-3", "+22370000005")
    assert ["stop"] * 3 == kinds(path)
    assert [] == [number for number in (CALLER, OTHER_CALLER) if number[1:] in path.read_text()]


def test_what_a_counselor_stops_is_written_apart(apart: tuple[Line, Path]) -> None:
    """By the hash that lies with the callback, and by the callback: a backup may know the phone by an older hash, and nobody here opens the number."""
    line, path = apart
    line.walk("5 5")
    line.work()
    line.ring()
    line.act(AWA, saying.say_outcome, line.callback().id, "spoke")
    assert "erased" == line.act(AWA, agreements.no_more, line.callback().id).code
    written = [(revoked.kind, revoked.digest) for revoked in read(path)]
    assert [
        ("stop", line.seal.digest("number", CALLER)),
        ("cancelled", line.seal.digest("revoked cancelled", line.callback().id)),
    ] == written


def test_withdrawn_figures_are_written_apart(apart: tuple[Line, Path]) -> None:
    """By an act alone of what was public: a restore of an older backup does not show them again, and nothing says which they were."""
    line, path = apart
    with line.real_store.write() as tx:
        tx.releases.save(public := figures("2027-Q1", 1))
        tx.releases.save(figures("2027-Q2", 2, "prepared", released_at=None))
    for number in (1, 2):
        assert "done" == line.act(FANTA, withdraw_release, number, "Un compte était faux.").code
    assert ["figures"] == kinds(path)
    with line.real_store.write() as tx:
        tx.releases.save(public)  # as an older backup has it
        restored.settle(Work(line.hotline.deps, tx, line.clock.now()), read(path), line.clock.now() - DAY)
        assert ("withdrawn", "", public.tables) == ((back := tx.releases.release(1)).standing, back.note, back.tables)


@pytest.mark.parametrize("away", [False, True])
def test_a_cancelled_callback_is_written_apart(apart: tuple[Line, Path], away: bool) -> None:
    """Who took it back is not rung after a restore; nor where that came in while the database was away, and the spool was lost with the machine."""
    line, path = apart
    line.walk("5 5")
    line.walk("5 1")
    line.walk("5 1", "session-2", OTHER_CALLER)
    theirs = line.callbacks()[-1]
    line.store.failing = "always" if away else "never"
    line.walk("5 1 7", "session-2", OTHER_CALLER)
    assert [("cancelled", line.seal.digest("revoked cancelled", theirs.id))] == [(revoked.kind, revoked.digest) for revoked in read(path)]


def test_the_clock_trims_and_mends(apart: tuple[Line, Path]) -> None:
    """What found no room, or was stopped on another machine, is there within a minute; what no backup can bring back goes."""
    line, path = apart
    line.walk("5 7")
    path.unlink()
    line.wait(61)
    assert ["stop"] == kinds(path)
    line.wait(61)
    assert ["stop"] == kinds(path)
    line.wait(REVOKED_SECONDS["stop"] + 60)
    line.wait(61)
    assert [] == kinds(path)


def test_the_clock_writes_down_what_was_cancelled(apart: tuple[Line, Path]) -> None:
    """On another machine, or while there was no room: as it would have been written at once, and once."""
    line, path = apart
    line.walk("5 1 7")
    (written,) = read(path)
    path.unlink()
    for _ in range(2):
        line.wait(61)
    assert (written,) == read(path)


def test_a_clock_that_jumps_takes_no_stop_out(apart: tuple[Line, Path]) -> None:
    """For as long as the clock is not right, what looks over stays in the file, though the line goes on for an hour; and what is missing is still added."""
    line, path = apart
    line.walk("5 7")
    line.wait(61)
    line.clock.jump(40 * DAY)
    for _ in range(3):
        line.wait(61)
    assert ["stop"] == kinds(path)
    line.clock.jump(-40 * DAY)
    path.unlink()
    line.wait(61)
    assert ["stop"] == kinds(path)


def test_a_stop_holds_where_the_file_cannot_be_written(line: Line, tmp_path: Path, editions: EditionCache) -> None:
    """Silence now is worth more than silence after a restore."""
    (tmp_path / "a-file").write_text("no folder")
    store = SqlStore(f"sqlite:///{tmp_path}/hotline.db", line.seal, 20_000, RevokedFile(tmp_path / "a-file" / "revoked", 5.0))
    other = Line(store, line.seal, editions)
    other.walk("5 5")
    assert "ne sera pas" in " ".join(other.walk("5 7", "session-2").text.split())
    assert "stopped" == other.callback().state
    store.close()


def test_what_stands_before_the_backup_is_not_stopped_again(line: Line) -> None:
    """Who asked anew after a stop that lies before the backup keeps it; who stopped after it does not."""
    line.walk("5 7")
    stopped_at = line.clock.now()
    line.wait(600)
    line.walk("5 5", "session-2")
    digest = line.seal.digest("number", CALLER)
    again = Revocation("stop", digest, stopped_at, stopped_at + DAY)
    with line.real_store.write() as tx:
        work = Work(line.hotline.deps, tx, line.clock.now())
        assert 0 == restored.settle(work, [again], work.at)
        assert 1 == restored.settle(work, [replace(again, at=line.clock.now() + 60)], work.at)
    assert ("stopped", None) == (line.callback().state, line.number_of(line.callback()))


def test_a_stop_of_long_ago_silences_no_stranger_of_today(line: Line) -> None:
    """What is asked for on another phone is silenced for a day after that phone stopped, and no longer: done again after a restore, too."""
    line.walk("5 7", number=OTHER_CALLER)
    digest, stopped_at = line.seal.digest("number", OTHER_CALLER), line.clock.now()
    line.wait(2 * DAY)
    for number in (AWA, OUMOU):
        line.set_staff(number, seen_at=line.clock.now())
    line.walk("5 6 70000002 5", "session-2")
    callback = line.callback()
    assert OTHER_CALLER == line.number_of(callback)
    with line.real_store.write() as tx:
        restored.settle(Work(line.hotline.deps, tx, line.clock.now()), [Revocation("stop", digest, stopped_at, stopped_at + 8 * DAY)], 1)
    assert OTHER_CALLER == line.number_of(callback)
    with line.real_store.write() as tx:
        restored.settle(
            Work(line.hotline.deps, tx, line.clock.now()), [Revocation("stop", digest, callback.made_at - 60, callback.made_at + DAY)], 1
        )
    assert line.number_of(callback) is None
    assert "waiting" == line.callback().state
