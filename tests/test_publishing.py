"""Two people publish: one proposes, another approves; and whoever goes back in a hurry is alone."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from msgspec.structs import replace

from hotline.adapters.keys.seal import Seal, new_keys
from hotline.adapters.sql import SqlStore
from hotline.content import read_sources
from hotline.engine.flow import Sources
from hotline.ports.editions.editions import Withdrawal
from hotline.service.editions.approval import CannotPublish, UnfitName, are_one_person, check_edition, proposed, publisher
from hotline.service.editions.directory_numbers import DirectoryNumbers, numbers
from hotline.service.editions.publication import FaultySources
from hotline.service.editions.snapshot import decode, encode
from tests.acting import approve, propose, publish, reject, roll_back
from tests.databases import migrated
from tests.service.line import RULES
from tests.small_line import DIRECTORY, write_files

NOW = 1_795_530_000
"""2026-11-24 14:20 UTC."""
LEAD = RULES.lead_seconds
AWA, BINTOU = publisher("Awa", "op"), publisher("Bintou", "op")


@pytest.fixture
def store(tmp_path: Path) -> SqlStore:
    return SqlStore(migrated(f"sqlite:///{tmp_path}/hotline.db"), Seal.from_text(new_keys()), 20_000)


def files(folder: Path, **more: object) -> Sources:
    sources, faults = read_sources(write_files(folder, **more))  # type: ignore[arg-type]
    assert not [fault for fault in faults if fault.grave]
    assert sources is not None
    return sources


@pytest.fixture
def sources(tmp_path: Path) -> Sources:
    return files(tmp_path / "files")


@pytest.fixture
def pending(tmp_path: Path) -> Sources:
    """Nobody reviewed the danger advice."""
    return files(tmp_path / "pending", pending=("danger.advice", "tips.water"))


def audit(store: SqlStore) -> list[tuple[str, str, str]]:
    """Without the library's own lines."""
    with store.read() as tx:
        return [(record.who, record.what, record.about) for record in tx.audit.all() if record.what != "published"]


def editions(store: SqlStore) -> list[tuple[int, str, str | None, int | None]]:
    with store.read() as tx:
        return [(row.number, row.made_by, row.approved_by, row.again) for row in tx.editions.all()]


def waiting(store: SqlStore) -> list[int]:
    with store.read() as tx:
        return [proposal.number for proposal in tx.editions.proposals()]


def test_a_second_person_makes_an_edition_of_a_proposal(store: SqlStore, sources: Sources) -> None:
    """Nothing is published until another approves; then both names stand with the edition and in the audit, and nothing waits."""
    assert propose(store, sources, AWA, NOW).values == {"proposal": "1"}
    assert editions(store) == []
    assert approve(store, 1, BINTOU, NOW + 60).values["edition"] == "1"
    assert editions(store) == [(1, "Awa (op)", "Bintou (op)", None)]
    assert waiting(store) == []
    assert audit(store) == [("Awa (op)", "proposed", "proposal 1"), ("Bintou (op)", "approved", "proposal 1, edition 1")]


@pytest.mark.parametrize("by", ["Awa", "awa", "  AWA ", "ＡＷＡ"])
def test_nobody_approves_what_she_proposed(store: SqlStore, sources: Sources, by: str) -> None:
    """However the name is written, and from whatever login."""
    propose(store, sources, AWA, NOW)
    assert approve(store, 1, publisher(by, "another"), NOW).code == "own"
    with pytest.raises(CannotPublish) as refused:
        proposed(store, 1, publisher(by, "another"))
    assert refused.value.result.code == "own"
    assert waiting(store) == [1]
    assert editions(store) == []


@pytest.mark.parametrize(
    ("first", "second", "one"),
    [
        (publisher(None, "op"), publisher(None, "op"), True),
        (publisher(None, "op"), publisher(None, "OP "), True),
        (publisher(None, "op"), publisher(None, "other"), False),
        (publisher("Awa", "op"), publisher(None, "op"), True),
        (publisher("Awa", "op"), publisher("Bintou", "op"), False),
        (publisher("Awa", "op"), publisher(None, "awa"), True),
        (publisher(None, "op"), publisher("Op", "other"), True),
        (publisher("Awa", "op"), publisher("Awa", "other"), True),
        (publisher("Awa Keïta", "op"), publisher("awa  keïta", "other"), True),
    ],
)
def test_who_counts_as_one_person(first: object, second: object, one: bool) -> None:
    """The same name, or the same login where no name was given."""
    assert are_one_person(str(first), second) is one  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["", "   ", "Awa (op)", "Awa\x1b[2J", "a" * 65])
def test_a_name_is_one_that_can_be_told_apart(name: str) -> None:
    """Neither nothing, nor what could pass for somebody's login, nor what would not fit."""
    with pytest.raises(UnfitName):
        publisher(name, "op")


def test_pending_words_where_they_matter_stop_a_proposal(store: SqlStore, pending: Sources) -> None:
    """Each is named with file and line; nothing is kept. Those elsewhere stop nothing."""
    assert propose(store, pending, AWA, NOW).code == "pending"
    faults = check_edition(pending, NOW).pending
    assert [str(fault).partition(": nobody")[0].partition(":")[0] for fault in faults] == [
        "locales/bm/LC_MESSAGES/flows.po",
        "locales/fr/LC_MESSAGES/flows.po",
    ]
    assert all(fault.at.line > 1 and "danger.advice" in fault.message for fault in faults)
    assert (waiting(store), audit(store)) == ([], [])


def test_who_takes_pending_words_on_herself_is_written_down(store: SqlStore, pending: Sources) -> None:
    """By name, with the edition in which they went out."""
    propose(store, pending, AWA, NOW, pending_by="Mariam")
    with store.read() as tx:
        assert [proposal.pending_by for proposal in tx.editions.proposals()] == ["Mariam"]
    approve(store, 1, BINTOU, NOW)
    assert ("Mariam", "pending words published", "edition 1") in audit(store)


def test_nobody_takes_on_what_is_not_there(store: SqlStore, sources: Sources) -> None:
    """With every word reviewed the name is not kept: no audit accuses her of what she did not do."""
    propose(store, sources, AWA, NOW, pending_by="Mariam")
    with store.read() as tx:
        assert [proposal.pending_by for proposal in tx.editions.proposals()] == [None]
    approve(store, 1, BINTOU, NOW)
    assert [what for _, what, _ in audit(store)] == ["proposed", "approved"]


def test_what_was_compared_is_what_is_replaced(store: SqlStore, sources: Sources, tmp_path: Path) -> None:
    """An edition that came in between makes the difference that the second person saw an old one: she looks again."""
    publish(store, sources, AWA, NOW)
    propose(store, files(tmp_path / "new", words={"tips.soap": "Savon."}), AWA, NOW)
    _, newest = proposed(store, 1, BINTOU)
    assert newest is not None
    publish(store, files(tmp_path / "other", words={"tips.soap": "Cendre."}), AWA, NOW + 30)
    assert approve(store, 1, BINTOU, NOW + 60, newest.number).code == "overtaken"
    assert waiting(store) == [1]


def test_a_proposal_that_cannot_be_published_waits_on(store: SqlStore, sources: Sources) -> None:
    """What fails after the second person agreed loses nothing: here, words that were broken where they lie."""
    propose(store, sources, AWA, NOW)
    with store.write() as tx:
        tx.editions.rewrite_proposal(1, encode(replace(sources, start="line.gone")))
    with pytest.raises(FaultySources):
        approve(store, 1, BINTOU, NOW)
    assert waiting(store) == [1]
    assert editions(store) == []


def test_faulty_files_are_not_even_proposed(store: SqlStore, sources: Sources) -> None:
    """The second person is not asked to find what the check finds."""
    with pytest.raises(FaultySources):
        propose(store, replace(sources, start="line.gone"), AWA, NOW)
    assert waiting(store) == []


def test_a_number_of_a_proposal_is_never_given_again(store: SqlStore, sources: Sources) -> None:
    """What someone was asked to approve by its number is that, or nothing."""
    propose(store, sources, AWA, NOW)
    reject(store, 1, AWA, NOW)
    assert propose(store, sources, AWA, NOW).values["proposal"] == "2"
    approve(store, 2, BINTOU, NOW)
    assert propose(store, sources, AWA, NOW).values["proposal"] == "3"
    gone = approve(store, 1, BINTOU, NOW, 1)
    assert (gone.code, gone.values) == ("gone", {"proposal": "1"})


def test_what_was_rejected_is_gone(store: SqlStore, sources: Sources) -> None:
    """And the audit says by whom."""
    propose(store, sources, AWA, NOW)
    reject(store, 1, BINTOU, NOW)
    assert waiting(store) == []
    assert audit(store)[-1] == ("Bintou (op)", "rejected", "proposal 1")
    assert reject(store, 1, BINTOU, NOW).code == "gone"


def test_an_approval_that_nobody_looked_at_says_so(store: SqlStore, sources: Sources) -> None:
    """A script's approval stands in the audit as what it is."""
    propose(store, sources, AWA, NOW)
    approve(store, 1, BINTOU, NOW, unseen=True)
    assert audit(store)[-1] == ("Bintou (op)", "approved unseen", "proposal 1, edition 1")


def test_going_back_is_a_new_edition_with_the_old_content(store: SqlStore, sources: Sources, tmp_path: Path) -> None:
    """By one person, at once; it says whose content it is."""
    publish(store, sources, AWA, NOW)
    publish(store, files(tmp_path / "new", words={"tips.soap": "Savon."}), AWA, NOW)
    assert roll_back(store, 1, AWA, NOW + 60).values["edition"] == "3"
    with store.read() as tx:
        first, third = tx.editions.get(1), tx.editions.get(3)
    assert first is not None
    assert third is not None
    assert decode(first.sources) == decode(third.sources)
    assert (third.again, third.active_from, third.approved_by) == (1, NOW + 70, None)
    assert audit(store)[-1] == ("Awa (op)", "rolled back", "edition 3 again 1")


def test_going_back_to_nowhere_is_refused(store: SqlStore, sources: Sources, tmp_path: Path) -> None:
    """An unknown number, or the edition that is in force: said, and nothing is made."""
    publish(store, sources, AWA, NOW)
    publish(store, files(tmp_path / "new", words={"tips.soap": "Savon."}), AWA, NOW)
    with pytest.raises(CannotPublish) as refused:
        roll_back(store, 7, AWA, NOW)
    assert (refused.value.result.code, refused.value.result.values) == ("gone", {"edition": "7"})
    assert roll_back(store, 2, AWA, NOW).code == "newest"
    assert len(editions(store)) == 2


def test_going_back_twice_is_said_to_be_done(store: SqlStore, sources: Sources, tmp_path: Path) -> None:
    """Two who are frightened at once make one edition, not two."""
    publish(store, sources, AWA, NOW)
    publish(store, files(tmp_path / "new", words={"tips.soap": "Savon."}), AWA, NOW)
    roll_back(store, 1, AWA, NOW + 60)
    again = roll_back(store, 1, BINTOU, NOW + 61)
    assert (again.code, again.values) == ("same", {"edition": "3"})


def test_too_many_editions_at_once_are_refused_and_said_until_when(store: SqlStore, tmp_path: Path) -> None:
    """More than the processes hold: it says when there is room, and the proposal waits on until then."""
    for number in range(1, 13):
        propose(store, files(tmp_path / str(number), words={"tips.soap": f"Savon {number}."}), AWA, NOW)
        result = approve(store, number, BINTOU, NOW, number - 1 or None)
        if result.is_refused:
            break
    assert result.code == "too_many"
    assert waiting(store) == [number]
    assert approve(store, number, BINTOU, int(result.values["until"]), number - 1).values["edition"] == str(number)


DAY, NIGHT = "called_by_day: 2026-11-20", "called_by_night: 2026-11-21"
VERIFIED = "verified_on: 2026-11-20\n    verified_by: Awa"


def directory(*lines: str) -> str:
    return DIRECTORY.rstrip() + "".join(f"\n    {line}" for line in lines) + "\n"


@pytest.mark.parametrize(
    ("lines", "day", "expected"),
    [
        ((), "2026-11-24", DirectoryNumbers((), (), (("samu", "unverified"),), ())),
        ((VERIFIED, DAY), "2026-11-24", DirectoryNumbers((), (), (("samu", "unverified"),), ())),
        ((VERIFIED, DAY, NIGHT), "2026-11-24", DirectoryNumbers(("samu",), ("samu",), (), ())),
        ((VERIFIED, DAY, NIGHT), "2026-12-12", DirectoryNumbers(("samu",), ("samu",), (), ("samu",))),
        ((VERIFIED, DAY, NIGHT), "2027-01-24", DirectoryNumbers((), (), (("samu", "stale"),), ())),
    ],
)
def test_why_a_number_is_off_the_line(tmp_path: Path, lines: tuple[str, ...], day: str, expected: DirectoryNumbers) -> None:
    """Unverified, stale, or soon to be; an emergency's needs its calls by day and by night."""
    found = files(tmp_path, directory=directory(*lines))
    assert numbers(found, (), date.fromisoformat(day), days=14) == expected


def test_a_number_that_was_taken_off_is_off_until_it_was_rung_again(tmp_path: Path) -> None:
    """Whatever the edition says of it."""
    found = files(tmp_path, directory=directory(VERIFIED, DAY, NIGHT))
    mark = Withdrawal("samu", "+22370000301", "2026-11-22", NOW, "Awa")
    assert numbers(found, (mark,), date(2026, 11, 24)).off == (("samu", "dark"),)
    assert numbers(found, (replace(mark, day="2026-11-19"),), date(2026, 11, 24)).off == ()
