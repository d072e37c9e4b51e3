"""What women told: read once two released it, gone at once when it is taken back, whatever is published or brought back later."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from hotline.engine.drafting.changes import changes
from hotline.engine.flow import Sources
from hotline.ports.desk import testimonies as port
from hotline.ports.editions.editions import EditionRow
from hotline.service.acts import By, run
from hotline.service.desk.testimonies import lifecycle, publishing, reading
from hotline.service.desk.testimonies.cutting import CHECKS, LONGEST, Spot, conspicuous, pieces, tidy, wrong
from hotline.service.editions import approval
from hotline.service.editions.approval import publisher
from hotline.service.editions.snapshot import decode, encode
from hotline.service.editions.testimony_overlay import overlaid
from tests import acting
from tests.content_line import line as content
from tests.service.fleet import LEAD, Fleet, Process, fleet_in
from tests.told_line import NONE, told_sources

HERS = "On m'a crue. Je dors."
OTHERS = "Un jour, j'ai ri."
MADE, APPROVED = publisher("Mariam", "op"), publisher("Fanta", "other")


@pytest.fixture
def fleet(empty_database: Path, tmp_path: Path) -> Iterator[Fleet]:
    with fleet_in(tmp_path, empty_database) as fleet:
        publish(fleet, told_sources(tmp_path / "files"))
        fleet.wait(3600)
        yield fleet


@pytest.fixture
def files(tmp_path: Path) -> Sources:
    return told_sources(tmp_path / "files")


def publish(fleet: Fleet, sources: Sources) -> int:
    at = fleet.clock.now()
    return int(acting.publish(fleet.store, sources, MADE, at).values["edition"])


def by(letter: str, origin: str) -> By:
    return By(letter * 32, "page", origin)


def write(process: Process, text: str = HERS) -> str:
    """Awa writes it; its id."""
    return run(process.hotline.deps, by("a", f"write {text}"), lifecycle.write_testimony, {"fr": text}, consent=True).values["id"]


def release(fleet: Fleet, process: Process, text: str = HERS) -> str:
    """Awa writes and cuts it, Oumou and Fanta release it; its id."""
    deps, id = process.hotline.deps, write(process, text)
    with fleet.store.read() as tx:
        testimony = reading.find(deps, tx, id)
    assert testimony is not None
    seen = reading.version(deps, testimony)
    assert run(deps, by("a", f"cut {text}"), lifecycle.cut_testimony, id, seen, {"fr": text}, CHECKS).code == "done"
    results = [publishing.release(deps, by(letter, f"release {text}"), id, seen, read=True) for letter in "bd"]
    assert [result.code for result in results] == ["one", "published"]
    return id


def withdraw(process: Process, id: str) -> None:
    assert run(process.hotline.deps, by("c", f"withdraw {id}"), lifecycle.withdraw_testimony, id).code == "done"


def told(fleet: Fleet, number: int | None = None) -> list[str]:
    """The French words that an edition holds: the newest."""
    with fleet.store.read() as tx:
        row = tx.editions.get(number or tx.editions.all()[0].number)
    assert row is not None
    return [item.fields["text.fr"] for item in decode(row.sources).items if item.list == "testimonies"]


def differing(fleet: Fleet, old: Sources, new: Sources) -> list[str]:
    """What whoever publishes is told."""
    before, after = (approval.as_published(sources, fleet.clock.now()) for sources in (old, new))
    return [change.key for change in changes(before, after)]


def holding(folder: Path, words: str) -> list[str]:
    """The files below that hold these words, plain or in base64."""
    plain = words.encode()
    needles = [plain, *(base64.b64encode(b"x" * n + plain)[4:-4] for n in range(3))]
    found = ((path.name, path.read_bytes()) for path in folder.rglob("*") if path.is_file())
    return [name for name, content in found if any(needle in content for needle in needles)]


def test_callers_read_it_and_a_running_session_loses_it(fleet: Fleet) -> None:
    """Ten seconds after the second release it is there; two seconds after she takes it back it is on no screen of any process, of a session that was reading it neither."""
    here, there = fleet.start(), fleet.start()
    here.dial("", "before")
    assert NONE in here.dial("4", "before").text
    id = release(fleet, here)
    fleet.wait(LEAD)
    there.dial()
    assert HERS in there.dial("4").text
    withdraw(here, id)
    fleet.wait(2)
    for process in (here, there):
        assert [NONE in process.dial("4", session).text for session in ("s", "after")] == [True, True]


def test_a_session_that_turned_the_page(fleet: Fleet) -> None:
    """The second of two is taken back while she reads it: she is on the other one, and nothing breaks."""
    web = fleet.start()
    release(fleet, web, OTHERS)
    fleet.wait(60)
    id = release(fleet, web)
    fleet.wait(LEAD)
    web.dial()
    assert (OTHERS in web.dial("4").text, HERS in web.dial("4 8").text) == (True, True)
    withdraw(web, id)
    fleet.wait(2)
    assert OTHERS in web.dial("4 8").text


def test_its_words_are_nowhere_once_it_is_taken_back(fleet: Fleet, tmp_path: Path) -> None:
    """Not in the database's files, nor in a proposal that waits, nor in the copies on any machine's disk; a process that starts while the database is away does not show it either."""
    web = fleet.start(machine="one")
    id = release(fleet, web)
    fleet.wait(LEAD)
    with fleet.store.read() as tx:
        sources = decode(tx.editions.get(tx.editions.all()[0].number).sources)  # type: ignore[union-attr]
    acting.propose(fleet.store, sources, MADE, fleet.clock.now())
    assert {"fleet.db", "3.json"} <= {name.removesuffix("-wal") for name in holding(tmp_path, HERS)}
    withdraw(web, id)
    fleet.wait(2)
    assert holding(tmp_path, HERS) == []
    again = fleet.start(machine="one", cut=True, poll=False)
    assert NONE in again.dial("4", "again").text


def test_before_it_is_released_its_words_are_sealed(fleet: Fleet, tmp_path: Path) -> None:
    """Whoever carries the disk away reads none of them."""
    web = fleet.start()
    write(web)
    assert holding(tmp_path, HERS) == []


def test_publishing_files_keeps_it(fleet: Fleet, tmp_path: Path) -> None:
    """Files that know nothing of it, published by one or by two people, leave it on the line, beside their own; nothing counts as changed for it."""
    web = fleet.start()
    release(fleet, web)
    files = told_sources(tmp_path / "more", theirs=OTHERS)
    publish(fleet, files)
    assert told(fleet) == [OTHERS, HERS]
    fleet.wait(3600)
    at = fleet.clock.now()
    number = int(acting.propose(fleet.store, files, MADE, at).values["proposal"])
    proposal, newest = approval.proposed(fleet.store, number, APPROVED)
    assert newest is not None
    assert not differing(fleet, decode(newest.sources), decode(proposal.sources))
    assert not differing(fleet, decode(newest.sources), approval.with_current_testimonies(fleet.store, files))
    acting.approve(fleet.store, number, APPROVED, at, newest.number)
    assert told(fleet) == [OTHERS, HERS]


def test_publishing_files_leaves_out_what_was_taken_back(fleet: Fleet, tmp_path: Path) -> None:
    """One of the room's, and one that the files still have: neither comes back, by a proposal that was made before neither."""
    web = fleet.start()
    id = release(fleet, web)
    files = told_sources(tmp_path / "more", theirs=OTHERS)
    publish(fleet, files)
    fleet.wait(LEAD)
    number = int(acting.propose(fleet.store, files, MADE, fleet.clock.now()).values["proposal"])
    for testimony in (id, "theirs"):
        withdraw(web, testimony)
    fleet.wait(2)
    assert NONE in web.dial("4").text
    at = fleet.clock.now()
    acting.approve(fleet.store, number, APPROVED, at, 4)
    assert told(fleet) == []
    publish(fleet, files)
    assert told(fleet) == []


def test_one_released_after_a_proposal_was_made(fleet: Fleet, files: Sources) -> None:
    """Whoever approves it sees it, and does not take it off the line."""
    web = fleet.start()
    number = int(acting.propose(fleet.store, files, MADE, fleet.clock.now()).values["proposal"])
    release(fleet, web)
    proposal, newest = approval.proposed(fleet.store, number, APPROVED)
    assert newest is not None
    assert not differing(fleet, decode(newest.sources), decode(proposal.sources))
    at = fleet.clock.now()
    acting.approve(fleet.store, number, APPROVED, at, newest.number)
    assert told(fleet) == [HERS]


def test_going_back_loses_none_and_brings_none_back(fleet: Fleet, tmp_path: Path) -> None:
    """To an edition before it was released: it stays. To one that had what the files dropped since, or what was taken back: it does not return."""
    web = fleet.start()
    publish(fleet, told_sources(tmp_path / "more", theirs=OTHERS))
    id = release(fleet, web)
    assert told(fleet) == [OTHERS, HERS]
    publish(fleet, replace(told_sources(tmp_path / "less"), help="line.first"))
    fleet.wait(3600)
    at = fleet.clock.now()
    assert told(fleet, int(acting.roll_back(fleet.store, 2, MADE, at).values["edition"])) == [HERS]
    withdraw(web, id)
    publish(fleet, replace(told_sources(tmp_path / "less"), help="line.first"))
    assert told(fleet, int(acting.roll_back(fleet.store, 4, MADE, at).values["edition"])) == []


def test_going_back_from_what_this_program_cannot_read(fleet: Fleet, tmp_path: Path) -> None:
    """It does not wait for that: the room's testimonies are there, the files' are left out since nobody knows whether they still may be."""
    web = fleet.start()
    publish(fleet, told_sources(tmp_path / "more", theirs=OTHERS))
    release(fleet, web)
    at = fleet.clock.now()
    with fleet.store.write() as tx:
        tx.editions.add(EditionRow(5, at, "somebody", at + LEAD, b'{"of": "another time"}'))
    assert told(fleet, int(acting.roll_back(fleet.store, 3, MADE, at).values["edition"])) == [HERS]


def test_an_edition_in_other_languages_leaves_it_out(files: Sources) -> None:
    """No screen could show it: in French alone there is no word of what was told in Bambara."""
    told_in_bambara = port.Testimony("f" * 32, {"bm": "N bɛ sunɔgɔ."}, "released", "a" * 32, 0, None, ("b" * 32, "c" * 32), "2026-01-31")
    french = replace(files, words={"fr": files.words["fr"]})
    assert [overlaid(sources, (told_in_bambara,), (), {}).items[-1].fields.get("text.bm") for sources in (files, french)] == [
        "N bɛ sunɔgɔ.",
        None,
    ]
    assert overlaid(french, (told_in_bambara,), (), {}) == french


def test_one_that_another_version_wrote(fleet: Fleet) -> None:
    """Its words are taken out of an edition that this program cannot read, which otherwise stays as it is."""
    web = fleet.start()
    id = release(fleet, web)
    with fleet.store.write() as tx:
        raw = encode(decode(tx.editions.get(3).sources)).replace(b'"help"', b'"hulp"')  # type: ignore[union-attr]
        tx.editions.rewrite(3, raw)
    withdraw(web, id)
    with fleet.store.read() as tx:
        row = tx.editions.get(3)
    assert row is not None
    assert HERS.encode() not in row.sources
    assert row.sources.startswith(raw[:1000])


NAMES = ("Ségou", "Commune IV", "Gao", "GMS (police)")


@pytest.mark.parametrize(
    ("text", "spots"),
    [
        ("J'ai ri. On m'a crue.", []),
        ("Partie de segou hier.", [("segou", "place")]),
        ("À SÉGOU, rien.", [("SÉGOU", "place")]),
        ("Ségoukoro ? Non.", []),
        ("Dans la commune iv, puis la commune.", [("commune", "place"), ("iv", "place")]),
        ("Avec Awa et l'ONG.", [("Awa", "capital"), ("ONG", "capital")]),
        ("L'avocate d'Awa.", [("Awa", "capital")]),
        ("Il y a 3 ans, à 14h.", [("3", "digit"), ("14h", "digit")]),
        ("N tagara Ŋaso la.", [("Ŋaso", "capital")]),
        ("Elle dit : Viens !", []),
        ("Chez gms police.", [("gms", "place"), ("police", "place")]),
        ("", []),
    ],
)
def test_what_may_tell_who_it_was(text: str, spots: list[tuple[str, str]]) -> None:
    """Names of places however they are written, digits, capitals within a sentence; a word that only begins like a place is none."""
    found = conspicuous(text, NAMES)
    assert [(text[spot.start : spot.end], spot.why) for spot in found] == spots
    assert "".join(part for part, _ in pieces(text, found)) == text


def test_pieces_are_marked() -> None:
    """The text in order, what was found among what was not."""
    assert pieces("À Gao.", (Spot(2, 5, "place"),)) == (("À ", None), ("Gao", "place"), (".", None))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a" * LONGEST, None),
        ("a" * (LONGEST + 1), "long"),
        ("Le 70-00-03-00.", "number"),
        ("Il y a 3 ans.", None),
        ("{name}", "braces"),
        ("a\u200bb", "unseen"),
    ],
)
def test_what_no_screen_can_show(text: str, why: str | None) -> None:
    """Too long, a telephone number, what would be filled in, what nobody sees."""
    assert wrong(content(), "fr", text) == why


def test_one_page_as_it_goes_out() -> None:
    """Bambara letters that become two are counted as two; a word longer than a page fits on none."""
    assert wrong(content(), "bm", "ɛa " * 33) is None
    assert wrong(content(), "bm", "ɲaɲa " * 20) == "page"
    assert wrong(content(), "bm", "ɲ" * LONGEST) == "page"


def test_one_paragraph() -> None:
    """Lines, doubled spaces and letters in two parts are made one."""
    assert tidy(" J'ai\n\nri.  E\u0301te\u0301 ") == "J'ai ri. Été"
