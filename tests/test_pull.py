"""`content pull`: an edition written back into the files, so that a repository can follow the line, and nobody's comment or order is lost."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from msgspec.structs import replace

from hotline.content import read_sources
from hotline.content.directory_files.registry import in_order
from hotline.content.pull import CannotPull, pull
from hotline.engine.drafting.changes import changes
from hotline.engine.drafting.revisions import Revision, revised, standing, value_of
from hotline.engine.flow import Sources
from hotline.engine.freshness import UNVERIFIED, fresh
from tests.content_line import ROOT

TODAY = date(2026, 11, 27)
LANGUAGES = ("fr", "bm")


@pytest.fixture
def files(tmp_path: Path) -> Path:
    for name in ("flows", "locales"):
        shutil.copytree(ROOT / name, tmp_path / name)
    return tmp_path


def as_published(root: Path) -> Sources:
    sources, faults = read_sources(root, LANGUAGES)
    assert sources is not None
    assert [] == [fault for fault in faults if fault.grave]
    return fresh(sources, TODAY)[0]


def lines(root: Path) -> dict[str, list[str]]:
    return {
        path.relative_to(root).as_posix(): path.read_text("utf-8").split("\n")
        for path in sorted(root.rglob("*"))
        if path.suffix in (".yaml", ".yml", ".po")
    }


def differing(before: dict[str, list[str]], after: dict[str, list[str]]) -> dict[str, tuple[list[str], list[str]]]:
    """By file the lines that went and those that came."""
    found = {}
    for path in {**before, **after}:
        one, other = before.get(path, []), after.get(path, [])
        if one != other:
            found[path] = [line for line in one if line not in other], [line for line in other if line not in one]
    return found


def test_what_is_the_same_stays_to_the_byte(files: Path) -> None:
    """Although the edition has lost what was out of date when it was made."""
    before = lines(files)
    assert () == pull(files, LANGUAGES, as_published(files), TODAY)
    assert before == lines(files)


def test_a_word_changes_its_own_line_alone(files: Path) -> None:
    before = lines(files)
    made = revised(as_published(files), [Revision("words/fr/danger.hurt", value_of("Allez au centre de soins."))])
    assert ("locales/fr/LC_MESSAGES/flows.po",) == pull(files, LANGUAGES, made, TODAY)
    gone, came = differing(before, lines(files))["locales/fr/LC_MESSAGES/flows.po"]
    assert 'msgstr "Allez au centre de soins."' in came
    assert all(line.startswith(('"', "msgstr")) for line in gone)


def test_screens_come_change_and_go(files: Path) -> None:
    """In their places, below their comments; a new one at the end of its flow; a new flow in a file of its own."""
    before, stands = lines(files), standing(as_published(files))
    edits = {
        "screen/danger.kept": '{"type":"menu","options":[{"key":2,"go":"danger.where","at":{"file":"","line":0}},{"key":3,"go":"dance.open","at":{"file":"","line":0}},{"key":7,"go":"callback.cancel","at":{"file":"","line":0}}]}',
        "flow/dance": '"dance.open"',
        "screen/dance.open": '{"type":"say","go":"dance.last"}',
        "screen/dance.last": '{"type":"end"}',
        "words/fr/dance.open": '"Dansez."',
        "words/bm/dance.open": '"Aw ka dɔn."',
        "words/fr/dance.last": '"Fin."',
        "words/bm/dance.last": '"A banna."',
    }
    made = revised(as_published(files), [Revision(place, value) for place, value in edits.items()])
    written = pull(files, LANGUAGES, made, TODAY)
    assert {"flows/danger.yaml", "flows/dance.yaml"} <= set(written)
    assert stands["screen/danger.kept"] != edits["screen/danger.kept"]
    gone, came = differing(before, lines(files))["flows/danger.yaml"]
    assert ([], ["      3: dance"]) == (gone, came)
    assert "start: open" in (files / "flows/dance.yaml").read_text("utf-8")
    back = revised(as_published(files), [Revision(place, stands.get(place)) for place in edits])
    pull(files, LANGUAGES, back, TODAY)
    left = differing(before, lines(files))
    assert {} == {path: change for path, change in left.items() if change != ([], [])}
    assert not (files / "flows/dance.yaml").exists()


def test_every_screen_of_the_line_can_be_written_anew(files: Path) -> None:
    """Whatever kind it is of: it says the same when it is read again."""
    line = as_published(files)
    for path in files.glob("flows/*.yaml"):
        path.unlink()
    bare = files / "flows" / "line.yaml"
    bare.write_text("start: first\nscreens:\n  first: {end: {}}\n", "utf-8")
    for language in LANGUAGES:
        po = files / "locales" / language / "LC_MESSAGES" / "flows.po"
        assert po.exists()
    pull(files, LANGUAGES, line, TODAY)
    assert [] == [change for change in changes(line, as_published(files)) if change.what != "directory"]


def test_an_entry_comes_changes_and_goes(files: Path) -> None:
    """A number that is not verified is a number all the same; what the edition lost by its age stays in the file."""
    line = as_published(files)
    service = next(item for item in line.items if item.list == "services" and UNVERIFIED in item.fields)
    other = [item for item in line.items if item.list == "services" and item.id != service.id][2]
    new = replace(service, id="essai", name="Lieu d'essai", fields={**service.fields, "hours": "8h-12h"})
    changed = replace(service, fields={**service.fields, "hours": "9h-10h"})
    items = tuple(changed if item is service else item for item in line.items if item is not other)
    before = lines(files)
    assert ("flows/directory.yml",) == pull(files, LANGUAGES, replace(line, items=(*items, new)), TODAY)
    gone, came = differing(before, lines(files))["flows/directory.yml"]
    assert any("9h-10h" in line for line in came)
    assert any(line.strip() == "essai:" for line in came)
    assert any(line.strip() == f"{other.id}:" for line in gone)
    pull(files, LANGUAGES, line, TODAY)
    found = {item.id: item for item in as_published(files).items if item.list == "services"}
    assert (service.fields, "essai" in found) == (found[service.id].fields, False)


def order(of: str, ids: Sequence[str]) -> Revision:
    return Revision(f"order/{of}", value_of(tuple(ids)))


def ids(sources: Sources, of: str) -> list[str]:
    return [item.id for item in sources.items if item.list == of]


@pytest.mark.parametrize("of", ["regions", "places", "kinds", "services"])
def test_a_list_in_another_order_moves_lines_and_changes_none(files: Path, of: str) -> None:
    """The first entry comes last, then back: the same lines, then the same bytes."""
    line, before = as_published(files), (files / "flows/directory.yml").read_bytes()
    first, *others = ids(line, of)
    turned = revised(line, [order(of, [*others, first])])
    assert ("flows/directory.yml",) == pull(files, LANGUAGES, turned, TODAY)
    assert [*others, first] == ids(as_published(files), of)
    assert sorted(before.split(b"\n")) == sorted((files / "flows/directory.yml").read_bytes().split(b"\n"))
    pull(files, LANGUAGES, line, TODAY)
    assert before == (files / "flows/directory.yml").read_bytes()


PLACES = """  # The market town.
  kati: {name: Kati}  # by the road

  # What stands between blank lines stays there.

  segou:
    name: Ségou
    # of the place before it
  bla: {name: Bla}
"""
TURNED = """  bla: {name: Bla}

  # What stands between blank lines stays there.

  segou:
    name: Ségou
    # of the place before it
  # The market town.
  kati: {name: Kati}  # by the road
"""


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_comments_go_with_their_entries(line_end: str) -> None:
    """Those right above, on the line, and farther in below; what stands by itself stays where it is."""
    data = f"places:\n{PLACES}".replace("\n", line_end).encode()
    assert f"places:\n{TURNED}".replace("\n", line_end).encode() == in_order(data, {"places": ["bla", "segou", "kati"]})
    assert data == in_order(data, {"places": ["kati", "bla"]})


def test_entries_that_no_edition_has_keep_their_place() -> None:
    """The others change places among themselves; a file without a line's end behind its last entry is one too."""
    data = b"places:\n  a: {name: A}\n  old: {name: Old}\n  b: {name: B}"
    assert b"places:\n  b: {name: B}\n  old: {name: Old}\n  a: {name: A}" == in_order(data, {"places": ["b", "a"]})
    assert b"places: {b: {name: B}, a: {name: A}}\n" == in_order(b"places: {a: {name: A}, b: {name: B}}\n", {"places": ["b", "a"]})


def test_a_new_entry_among_those_that_moved(files: Path) -> None:
    """It stands where the edition has it."""
    line = as_published(files)
    new = Revision("entry/places/essai", '{"name":"Essai","fields":{"region":"kayes"}}')
    first, *others = ids(line, "places")
    meant = [*others[:3], "essai", *others[3:], first]
    pull(files, LANGUAGES, revised(line, [new, order("places", meant)]), TODAY)
    assert meant == ids(as_published(files), "places")


def test_what_cannot_be_written_is_said_and_nothing_is(files: Path) -> None:
    """A list in brackets over several lines, whose comments could not go with their entries."""
    path = files / "flows/directory.yml"
    text = path.read_text("utf-8")
    start, end = text.index("kinds:\n"), text.index("\nservices:")
    names = [line.strip()[2:] for line in text[start:end].split("\n") if line.startswith("  - ")]
    path.write_text(f"{text[:start]}kinds: [{names[0]},  # this one\n  {', '.join(names[1:])}]\n{text[end:]}", "utf-8")
    before = lines(files)
    with pytest.raises(CannotPull, match="another order"):
        pull(files, LANGUAGES, revised(as_published(files), [order("kinds", names[::-1])]), TODAY)
    assert before == lines(files)
