"""Editions change while sessions are under way: nobody is shown a screen of an edition that she did not begin on, whatever is away."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from hotline.ports.editions.editions import EditionRow
from hotline.ports.ussd import InputMemory
from hotline.service.editions.activation import over_after
from hotline.service.editions.cache import UnreadableEdition
from hotline.service.editions.snapshot import encode
from tests.service.fleet import LEAD, LIFE, PHONE, Fleet, Process, first, fleet_in, variant
from tests.service.wires import MEMORIES, Wire

WINDOW = 2 * over_after(LIFE)
"""From an edition's moment on: sessions may be on another one."""


@pytest.fixture
def fleet(empty_database: Path, tmp_path: Path) -> Iterator[Fleet]:
    with fleet_in(tmp_path, empty_database) as fleet:
        yield fleet


@pytest.fixture
def web(fleet: Fleet) -> Process:
    """The only process, and edition 1 in force for long."""
    return fleet.start()


def test_a_session_finishes_on_the_edition_that_it_began_with(fleet: Fleet, web: Process) -> None:
    """1 and 2 change places: who began before presses what she saw, who begins after sees what is new; no process was started again."""
    fleet.publish(2)
    assert first(1) == web.dial(session="before").text
    fleet.wait(LEAD)
    assert first(2) == web.dial(session="after").text
    assert ("tips.water", "tips.soap") == (web.dial("1", "before").key, web.dial("1", "after").key)
    fleet.wait(LIFE - LEAD - 1)
    assert "tips.water" == web.dial("1 0 1", "before").key
    fleet.wait(3 * LIFE)
    assert (first(2), "tips.soap") == (web.dial(session="later").text, web.dial("1", "later").key)


def test_browsing_asks_nothing_of_anyone(fleet: Fleet, web: Process) -> None:
    """Unless an edition has just changed: then a marker is left, or read."""
    asked, units = fleet.memory.asked, web.store.units
    web.dial()
    web.dial("1")
    assert (asked, units) == (fleet.memory.asked, web.store.units)
    fleet.publish(2)
    for _ in range(WINDOW // 100 + 1):
        fleet.wait(100)
        asked = fleet.memory.asked
        web.dial(session=f"at {fleet.clock.at}")
        web.dial("1", session=f"at {fleet.clock.at}")
    assert asked == fleet.memory.asked


def test_two_processes_that_learn_at_different_moments(fleet: Fleet) -> None:
    """One knows of the edition, the other one not yet: whichever a hop comes to, a session stays on the edition of its first screen."""
    early, late = fleet.start(), fleet.start()
    fleet.publish(2)
    early.poll()
    for begins, goes_on in ((early, late), (late, early)):
        assert first(1) == begins.dial(session=f"{begins is early}").text
        assert "tips.water" == goes_on.dial("1", session=f"{begins is early}").key
    fleet.clock.at += LEAD - 1
    late.poll()
    fleet.clock.at += 1
    for process in (early, late):
        assert ["tips.water", "tips.water"] == [process.dial("1 0 1", session=name).key for name in ("True", "False")]
        assert (first(2), "tips.soap") == (
            process.dial(session=f"new {process is early}").text,
            late.dial("1", session=f"new {process is early}").key,
        )


@pytest.mark.parametrize("begins", [LEAD - 2, LEAD, LEAD + LIFE, LEAD + WINDOW])
@pytest.mark.parametrize("away", ["", "first", "later", "first later", "order", "later order", "first later order"])
def test_redis_is_dead_at_a_step(fleet: Fleet, away: str, begins: int) -> None:
    """Its first hop, a later one, the order: whichever Redis is away from, at whatever distance from the edition's moment, each answer is one of the edition
    of the first screen or the safe end; what the editions have in common is answered in any case, and an order is kept once."""
    begun, later = fleet.start(), fleet.start()
    fleet.publish(2)
    fleet.wait(begins)
    fleet.memory.away = "first" in away
    hers = 1 if begun.dial().text == first(1) else 2
    assert begins >= LEAD or hers == 1
    fleet.memory.away = "later" in away
    fleet.wait(20)
    assert later.dial("1").key in ("tips.water" if hers == 1 else "tips.soap", "safe.end")
    assert "danger.advice" == later.dial("1 0 4").key
    fleet.memory.away = "order" in away
    assert ["danger.kept", "danger.kept"] == [process.dial("1 0 4 1").key for process in (begun, later)]
    assert 1 == fleet.callbacks()


@pytest.mark.parametrize("memory", MEMORIES)
@pytest.mark.parametrize("begins", [LEAD - 2, LEAD])
@pytest.mark.parametrize("away", [(), (0,), (1,), (4,), (1, 2), (0, 1, 2, 3, 4)])
def test_whatever_the_wire_remembers_a_key_keeps_its_meaning(fleet: Fleet, memory: InputMemory, begins: int, away: tuple[int, ...]) -> None:
    """Redis is away from these hops, and the two processes answer by turns: each answer is one of the edition of the first screen, or the session ends;
    noted is kept once, and nothing else is."""
    processes = fleet.start(), fleet.start()
    wire = Wire(processes[0], memory)
    fleet.publish(2)
    fleet.wait(begins)
    seen: list[str] = []
    for length in range(5):
        fleet.memory.away = length in away
        screen = wire.send("s", tuple("1041"[:length]), on=processes[length % 2])
        if length == 0:
            tip = "tips.water" if screen.text == first(1) else "tips.soap"
        seen.append(screen.key)
        fleet.wait(5)
        if screen.ends:
            break
    # Whoever began without Redis begins again where another process goes on.
    begun_again = memory == "last" and away == (0,)
    told = ["line.first", "line.first" if begun_again else tip, "line.first", "danger.advice", "danger.kept"][: len(seen)]
    ended = seen[-1] == "safe.end"
    assert seen == [*told[:-1], "safe.end"] if ended else seen == told
    assert int("danger.kept" in seen) == fleet.callbacks()
    assert memory == "last" or not ended or away


@pytest.mark.parametrize("memory", MEMORIES)
def test_a_session_of_any_wire_finishes_on_its_edition(fleet: Fleet, web: Process, memory: InputMemory) -> None:
    """1 and 2 change places: who began before presses what she saw, who begins after sees what is new."""
    wire = Wire(web, memory)
    fleet.publish(2)
    assert first(1) == wire.send("before", ()).text
    fleet.wait(LEAD)
    assert first(2) == wire.send("after", ()).text
    for session, tip in (("before", "tips.water"), ("after", "tips.soap")):
        assert [tip, "line.first", tip] == [wire.send(session, tuple("101"[:length])).key for length in (1, 2, 3)]


def test_in_doubt_what_differs_is_not_ordered(fleet: Fleet, web: Process) -> None:
    """Redis forgets everything just after the new edition came into force, where the two say other words on the way to an order: none is given."""
    fleet.publish(3)
    fleet.wait(LEAD)
    web.dial()
    assert "callback.open" == web.dial("5").key
    fleet.memory.lose()
    assert ["safe.end", "safe.end", "danger.advice"] == [web.dial(keys).key for keys in ("5", "5 4", "4")]
    assert 0 == fleet.callbacks()


def test_what_was_ordered_before_tells_which_edition_it_is(fleet: Fleet, web: Process) -> None:
    """The marker is lost, and the ledger knows: the hop that comes again is answered as it was."""
    fleet.publish(2)
    fleet.wait(LEAD)
    web.dial()
    web.dial("5 4")
    fleet.memory.lose()
    again = web.dial("5 4")
    assert ("callback.kept", 2, 1) == (again.key, again.edition, fleet.callbacks())
    fleet.memory.lose()
    assert ("callback.kept", 2) == (web.dial("5 4 8").key, web.dial("5 4 8").edition)


def test_an_order_that_was_given_in_doubt(fleet: Fleet, web: Process) -> None:
    """Redis is away from it: it is kept, as both editions would. Redis is back, and the hop comes again: she is told the same, on her own edition."""
    fleet.publish(2)
    fleet.wait(2)
    web.dial()
    fleet.wait(LEAD)
    fleet.memory.away = True
    assert "callback.kept" == web.dial("5 4").key
    fleet.memory.away = False
    again = web.dial("5 4")
    assert ("callback.kept", 1, 1) == (again.key, again.edition, fleet.callbacks())


def test_redis_does_what_it_is_asked_and_does_not_say_so(fleet: Fleet, web: Process) -> None:
    """The marker of a first hop stands there, and she was shown the old edition: what follows is the same in both, or the safe end."""
    fleet.publish(2)
    fleet.wait(LEAD)
    fleet.memory.mute = True
    assert first(1) == web.dial().text
    fleet.memory.mute = False
    assert ["safe.end", "danger.advice"] == [web.dial(keys).key for keys in ("1", "4")]


def test_redis_starts_again_with_nothing(fleet: Fleet, web: Process) -> None:
    """Who began on the new edition left a marker, and it is gone: she is not taken for one who began before. Sessions that begin then are none the worse."""
    fleet.publish(2)
    fleet.wait(LEAD)
    web.dial()
    fleet.memory.lose()
    fleet.wait(30)
    assert "safe.end" == web.dial("1").key
    assert (first(2), "tips.soap") == (web.dial(session="new").text, web.dial("1", session="new").key)


def test_500_sessions_across_a_publication_and_going_back(fleet: Fleet) -> None:
    """They begin before, between and after, over three processes; each sees what its own edition says, and asks for one call that is kept once."""
    processes = [fleet.start(ahead) for ahead in (0, 1, -1)]
    seen: dict[int, str] = {}
    for n in range(500 + 40):
        if n < 500:
            seen[n] = processes[n % 3].dial(session=f"{n}", number=f"+2237000{1000 + n}").text
        for step, keys in ((20, "1"), (40, "1 0 5 2")):
            if 0 <= n - step < 500 and (n % 2 or keys == "1"):
                shown = processes[(n + step) % 3].dial(keys, session=f"{n - step}", number=f"+2237000{1000 + n - step}").key
                waters = {first(1), first(3)}
                assert shown == ("callback.kept" if len(keys) > 1 else "tips.water" if seen[n - step] in waters else "tips.soap")
        if n in (100, 300):
            fleet.publish(2 if n == 100 else 3)
        if n % 5 == 0:
            fleet.wait(1)
    assert {first(1), first(2), first(3)} == set(seen.values())
    assert 250 == fleet.callbacks()


def test_a_start_from_the_copies(fleet: Fleet) -> None:
    """The database is away when a machine starts again, between two editions: sessions on both go on, a number taken off stays off."""
    fleet.start(machine="one")
    other = fleet.start(machine="two")
    fleet.publish(2)
    fleet.darken()
    fleet.wait(LEAD - 2)
    other.dial(session="old")
    fleet.wait(4)
    other.dial(session="new")
    again = fleet.start(machine="one", cut=True)
    assert ["tips.water", "tips.soap"] == [again.dial("1", session=session).key for session in ("old", "new")]
    assert ["centres.one", "centres.one"] == [again.dial("3 1", session=session).key for session in ("old", "new")]
    assert [False, False] == [PHONE in again.dial("3 1", session=session).text for session in ("old", "new")]
    assert first(2) == again.dial(session="newest").text
    fleet.wait(LEAD)
    assert "danger.kept" == again.dial("4 1", session="newest").key


def test_an_order_after_a_start_from_the_copies(fleet: Fleet) -> None:
    """The database went a moment ago and takes the machine's processes with it: who was on the line asks for a call, and it is kept."""
    fleet.start(machine="one").dial()
    again = fleet.start(machine="one", cut=True)
    fleet.wait(30)
    assert ("callback.kept", 1) == (again.dial("5 4").key, len(again.spool))


def test_copies_that_nobody_needs_go(fleet: Fleet, tmp_path: Path) -> None:
    """What lies on the disk is what a session may be on, no more; and a copy that cannot be read stops no start."""
    fleet.start(machine="one")
    folder = tmp_path / "one" / "editions"
    fleet.publish(2)
    fleet.wait(2)
    assert {"1.json", "2.json", "dark.json"} == {path.name for path in folder.iterdir()}
    fleet.wait(2 * 1800 + 60)
    assert {"2.json", "dark.json"} == {path.name for path in folder.iterdir()}
    (folder / "1.json").write_text("{")
    assert first(2) == fleet.start(machine="one", cut=True).dial().text


def test_a_deep_code_across_the_switch(fleet: Fleet, web: Process) -> None:
    """Keys that come with the dial leave no marker: such a session is on the old edition for a life's length more, and stays on it."""
    fleet.publish(2)
    fleet.wait(LEAD + 5)
    assert "tips.water" == web.dial("1", "deep").key
    fleet.wait(LIFE - 50)
    assert "tips.water" == web.dial("1", "deeper").key
    assert "tips.water" == web.dial("1 0 1", "deep").key
    fleet.wait(100)
    assert "safe.end" == web.dial("1 0 1", "deeper").key
    assert "danger.advice" == web.dial("1 0 4", "deeper").key
    fleet.wait(LIFE)
    assert "tips.soap" == web.dial("1", "deepest").key


def test_a_first_hop_that_comes_twice_around_the_moment(fleet: Fleet) -> None:
    """To two processes, for one of which the edition is in force already and for the other not: both show the same, whichever was first."""
    behind, ahead = fleet.start(-1), fleet.start(1)
    fleet.publish(2)
    fleet.wait(LEAD)
    for n, order in enumerate(((behind, ahead), (ahead, behind))):
        screens = {process.dial(session=f"{n}").text for process in order}
        keys = {process.dial("1", session=f"{n}").key for process in order}
        assert (screens, keys) == (({first(1)}, {"tips.water"}) if order[0] is behind else ({first(2)}, {"tips.soap"}))


def test_a_process_that_is_cut_off_is_noticed(fleet: Fleet) -> None:
    """It does not hear of the edition, and goes on with the old one, leaving markers: who knows better serves its sessions as they began, later
    takes no order of theirs for one of the new edition; and it takes none of sessions that it did not see begin."""
    cut, whole = fleet.start(), fleet.start()
    cut.cut = True
    fleet.publish(2)
    fleet.wait(LEAD + 20)
    assert first(1) == cut.dial(session="cut").text
    assert "tips.water" == whole.dial("1", session="cut").key
    assert first(2) == whole.dial(session="whole").text
    assert "safe.end" == cut.dial("1", session="whole").key
    fleet.wait(WINDOW + 10)
    cut.dial(session="late")
    assert "safe.end" == whole.dial("5 4", session="late").key
    assert ("callback.open", 0) == (cut.dial("5", session="late").key, fleet.callbacks())
    whole.dial(session="elsewhere")
    assert ("safe.end", 0) == (cut.dial("5 4", session="elsewhere").key, len(cut.spool))


def test_a_process_that_was_cut_off_for_long_serves_its_own_to_their_end(fleet: Fleet) -> None:
    """It hears of the edition when everybody else has long forgotten the one before: whoever began on that here goes on with it here."""
    web = fleet.start()
    web.cut = True
    fleet.publish(2)
    fleet.wait(LEAD + WINDOW)
    web.dial()
    web.cut = False
    fleet.wait(200)
    assert ("tips.water", first(2)) == (web.dial("1").key, web.dial(session="new").text)
    fleet.wait(LIFE)
    asked = fleet.memory.asked
    web.dial(session="newest")
    assert asked == fleet.memory.asked


def test_everybody_is_cut_off(fleet: Fleet, web: Process) -> None:
    """The database is away for an hour: callers are served, and what they ask for is kept, those who were on the line when it went among them."""
    web.dial(session="before")
    web.cut = True
    fleet.wait(30)
    assert "callback.kept" == web.dial("5 4", session="before").key
    fleet.wait(3600)
    fleet.memory.away = True
    web.dial(session="without")
    assert "callback.kept" == web.dial("5 4", session="without").key
    fleet.memory.away = False
    web.dial(session="with")
    assert "callback.kept" == web.dial("5 4", session="with").key
    web.cut = False
    fleet.wait(3)
    web.hotline.tick()
    assert 3 == fleet.callbacks()


def test_an_sms_conversation_across_the_switch(fleet: Fleet, web: Process) -> None:
    """It stays on the edition in force at its first message; a word of the catalogue begins anew, on the one in force now."""
    fleet.publish(3)
    web.text("5", "m1")
    fleet.wait(LEAD)
    web.text("4", "m2")
    assert 1 == fleet.callbacks()
    assert [1] == [callback.edition for callback in fleet.due()]
    web.text("rappel", "m3")
    assert [1, 2] == sorted(callback.edition for callback in fleet.due())


def test_an_sms_conversation_on_an_edition_that_is_gone(fleet: Fleet, web: Process) -> None:
    """Kept up for an hour: it ends safely, orders nothing, and her next message begins anew."""
    web.text("5", "m0")
    fleet.publish(2)
    for n in range(2):
        fleet.wait(1700)
        web.text("0", f"m{n + 1}")
    fleet.wait(600)
    fleet.staff_is_there()
    web.text("4", "m3")
    assert 0 == fleet.callbacks()
    web.text("5", "m4")
    web.text("4", "m5")
    assert 1 == fleet.callbacks()


def test_stop_is_heard_in_any_edition(fleet: Fleet, web: Process) -> None:
    """The word for it went from the catalogue a minute ago: it stops all the same."""
    web.dial("5 4")
    fleet.publish(2, stop="assez")
    fleet.wait(LEAD + 5)
    web.text("stop", "m1")
    assert () == fleet.due()


def test_a_number_taken_off_vanishes_from_running_sessions(fleet: Fleet) -> None:
    """In every process and on every edition that is held, at the next hop; verified later than that it is shown again."""
    processes = [fleet.start(), fleet.start()]
    assert all(PHONE in process.dial("3 1").text for process in processes)
    fleet.publish(2)
    fleet.wait(LEAD)
    fleet.darken()
    fleet.wait(2)
    for session in ("s", "new"):
        screens = [process.dial("3 1", session).text for process in processes]
        assert [False, False] == [PHONE in text for text in screens]
        assert all(text.startswith("Centre") for text in screens)
    fleet.publish(2, verified_on="2026-11-25")
    fleet.wait(LEAD)
    processes[0].dial(session="again")
    assert PHONE in processes[1].dial("3 1", "again").text


def test_an_edition_that_cannot_be_read_changes_nothing(fleet: Fleet, web: Process) -> None:
    """A newer program published it: the line goes on with what it has, whoever looks after it hears of it, and it begins again all the same."""
    with fleet.store.write() as tx:
        tx.editions.add(EditionRow(2, 0, "somebody", 0, b'{"of": "another time"}'))
    with pytest.raises(UnreadableEdition):
        web.hotline.refresh()
    assert first(1) == web.dial().text == fleet.start(poll=False).dial().text


def test_an_edition_older_than_the_program_has_no_words_for_a_broken_spool(fleet: Fleet) -> None:
    """Then health alone says it, and nothing fails."""
    older = variant(2)
    words = {
        language: tuple(message for message in messages if not message.key.startswith("staff.spool_"))
        for language, messages in older.words.items()
    }
    with fleet.store.write() as tx:
        tx.editions.add(EditionRow(2, fleet.clock.now(), "somebody", fleet.clock.now(), encode(replace(older, words=words))))
    process = fleet.start()
    fleet.staff_is_there()
    process.spool.is_set_aside = True
    process.hotline.tend_spool()
    assert ("set_aside", []) == (process.hotline.health()["spool"], process.queue.hints)
