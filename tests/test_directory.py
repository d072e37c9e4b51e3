"""`directory.yml` and `testimonies.yml`: what is read of them, and every fault with its line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from hotline.content import DIRECTORY, TESTIMONIES, read_directory, read_sources
from hotline.content.directory_files.entries import EVENTS
from hotline.engine.check.directory import astray
from hotline.engine.flow import Item, Where

FILES = Path(__file__).parent / "content_files"
LINE_OF_FILES = Path(__file__).parent.parent


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """The good files, with the directory that is laid out in every way, to be spoilt."""
    root = Path(shutil.copytree(FILES / "good", tmp_path / "tree"))
    return Path(shutil.copytree(FILES / "directory", root, dirs_exist_ok=True))


def spoil(tree: Path, file: str, old: str, new: str) -> None:
    text = (tree / file).read_text(encoding="utf-8")
    assert text.count(old) == 1
    (tree / file).write_text(text.replace(old, new), encoding="utf-8")


def faults(tree: Path) -> list[str]:
    return [str(fault) for fault in read_sources(tree)[1]]


def test_every_list_is_read_as_it_was_written(tree: Path) -> None:
    """Whatever the layout; text over several lines is one line, a list stands side by side, a place's region is its services' too."""
    sources, found = read_sources(tree)
    assert (found, sources is not None) == ((), True)
    assert sources is not None
    centre = {
        "region": "bamako",
        "place": "commune-5",
        "kind": "one-stop",
        "offers": "care, police",
        "hours": "du lundi au samedi",
        "phone": "70 00 03 00",
        "source": "annual report: 2025",
        "source_date": "2025-11",
        "verified_on": "2026-06-01",
        "verified_by": "Awa",
    }
    line = {"kind": "emergency", "phone": "+223 70 00 03 01", "source": "x", "source_date": "2026"}
    testimony = {
        "text.fr": "On m'a écoutée.\nJ'ai choisi.",
        "text.bm": "U ye n lamɛn.",
        "released_by": "Awa, Oumou",
        "released_on": "2026-01-31",
    }
    assert sources.items == (
        Item("regions", "bamako", "Bamako", {}, Where(DIRECTORY, 3)),
        Item("regions", "nara", "Nara", {"near": "commune-5"}, Where(DIRECTORY, 4)),
        Item("regions", "kita", "Kita", {}, Where(DIRECTORY, 7)),
        Item("places", "commune-5", "Commune V", {"region": "bamako"}, Where(DIRECTORY, 9)),
        Item("places", "nara-ville", "Nara", {"region": "nara", "near": "commune-5"}, Where(DIRECTORY, 9)),
        Item("kinds", "one-stop", "one-stop", {}, Where(DIRECTORY, 10)),
        Item("kinds", "emergency", "emergency", {}, Where(DIRECTORY, 10)),
        Item("services", "centre", "Centre de la commune", centre, Where(DIRECTORY, 14)),
        Item("services", "line", "Ligne", line, Where(DIRECTORY, 31)),
        Item("testimonies", "first", "", testimony, Where(TESTIMONIES, 1)),
    )


def test_an_event_is_read(tree: Path) -> None:
    """With its day, and the region of its place."""
    event = (
        "events:\n  talk: {name: Causerie, kind: meeting, place: nara-ville, on: 2026-12-05, hours: 9h-11h, address: mairie, source: CAFO}"
    )
    spoil(tree, DIRECTORY, "events:   # none yet", event)
    items, found = read_directory(tree)
    fields = {
        "region": "nara",
        "kind": "meeting",
        "place": "nara-ville",
        "on": "2026-12-05",
        "hours": "9h-11h",
        "address": "mairie",
        "source": "CAFO",
    }
    assert ((), Item("events", "talk", "Causerie", fields, Where(DIRECTORY, 35))) == (found, items[-1])


def test_no_testimonies_is_no_fault(tree: Path) -> None:
    """As long as nobody released any there is no such file."""
    (tree / TESTIMONIES).unlink()
    assert faults(tree) == []


@pytest.mark.parametrize("day", ["2021", "2021-07", "2021-07-15"])
def test_a_source_tells_as_much_of_its_date_as_it_tells(tree: Path, day: str) -> None:
    """Nobody has to invent a month or a day."""
    spoil(tree, DIRECTORY, "source_date: 2025-11\n", f"source_date: {day}\n")
    items, found = read_directory(tree)
    assert (found, next(item for item in items if item.id == "centre").fields["source_date"]) == ((), day)


NO_DAY = "is no date; write 2026-01-31, or leave the line out"
NO_PARTIAL = "is no date; write 2026-01-31, 2026-01 or 2026, or leave the line out"
EVENT = "  talk: {name: Causerie, kind: meeting, on: 2026-12-05, source: CAFO}"

FORM: dict[str, tuple[str, str, str, list[str]]] = {
    "kind with fields": (DIRECTORY, "kinds: [one-stop, emergency]", "kinds: {one-stop: {}}", ["10: kinds: must be a list"]),
    "kind twice": (DIRECTORY, "[one-stop, emergency]", "[one-stop, one-stop]", ["10: kinds: `one-stop` stands twice"]),
    "kind's name": (DIRECTORY, "[one-stop, emergency]", "[One stop]", ['10: kinds: "One stop" is no name; small letters, digits, - and _']),
    "region's field": (DIRECTORY, "near: commune-5}   #", "place: commune-5}   #", ["4: nara: unknown field `place`"]),
    "place's field": (DIRECTORY, "{name: Commune V, region", "{name: Commune V, on", ["9: commune-5: unknown field `on`"]),
    "long id": (DIRECTORY, "  centre:", f"  {'c' * 65}:", [f'14: services: "{"c" * 40}" is longer than 64 letters']),
    "two numbers": (DIRECTORY, "phone: 70 00 03 00", "phone: 70 00 03 00 / 70 00 03 02", ["25: centre: phone: is not one telephone number, such as 70 00 03 00"]),
    "no number": (DIRECTORY, "phone: 70 00 03 00", "phone: at the gate", ["25: centre: phone: is not one telephone number, such as 70 00 03 00"]),
    "unseen": (DIRECTORY, '"Kita"', '"Ki\\u200Bta"', ["8: kita: name: holds a character that nobody can see"]),
    "source's month": (DIRECTORY, "source_date: 2025-11\n", "source_date: 2025-13\n", [f'27: centre: source_date: "2025-13" {NO_PARTIAL}']),
    "source's words": (DIRECTORY, "source_date: 2025-11\n", "source_date: 11/2025\n", [f'27: centre: source_date: "11/2025" {NO_PARTIAL}']),
    "verified in a month": (DIRECTORY, "verified_on: 2026-06-01", "verified_on: 2026-06", [f'28: centre: verified_on: "2026-06" {NO_DAY}']),
    "called": (DIRECTORY, "verified_by: Awa", "verified_by: Awa\n    called_by_day: yes", [f'30: centre: called_by_day: "yes" {NO_DAY}']),
    "event": (DIRECTORY, "events:   # none yet", "events:\n  talk: {name: Causerie}", ["35: talk: `kind` is missing", "35: talk: `on` is missing", "35: talk: `source` is missing"]),
    "event's day": (DIRECTORY, "events:   # none yet", f"events:\n{EVENT.replace('12-05', '12')}", [f'35: talk: on: "2026-12" {NO_DAY}']),
    "event's kind": (DIRECTORY, "events:   # none yet", f"events:\n{EVENT.replace('meeting', 'party')}", [f'35: talk: kind: "party" is none of {", ".join(EVENTS)}']),
    "one releases": (TESTIMONIES, "[Awa, Oumou]", "[Awa]", ["7: first: released_by: two different people release a testimony"]),
    "one twice": (TESTIMONIES, "[Awa, Oumou]", "[Awa, ' AWA ']", ["7: first: released_by: two different people release a testimony"]),
    "two in one": (TESTIMONIES, "[Awa, Oumou]", "['Awa, Oumou', Nana]", ['7: first: released_by: "Awa, Oumou" holds a comma; one person a name']),
    "nobody releases": (TESTIMONIES, "  released_by: [Awa, Oumou]\n", "", ["1: first: `released_by` is missing"]),
    "released some day": (TESTIMONIES, "2026-01-31", "soon", ['8: first: released_on: "soon" is no date; write 2026-01-31']),
    "no release": (TESTIMONIES, "  released_on: 2026-01-31\n", "", ["1: first: `released_on` is missing"]),
    "language": (TESTIMONIES, "    bm:", "    ff:", ["6: first: text: ff: not a language of this line, which has fr, bm"]),
    "testimony's field": (TESTIMONIES, "  released_on", "  name: Awa\n  released_on", ["8: first: unknown field `name`"]),
    "testimony's id": (TESTIMONIES, "first:\n", "The first:\n", ['1: testimonies: "The first" is no name; small letters, digits, - and _']),
    "number": (TESTIMONIES, "J'ai choisi.", "Appelez le 70-00.03 00.", ["3: first: text: fr: holds what may be a telephone number"]),
    "placeholder": (TESTIMONIES, "J'ai choisi.", "J'ai {name} choisi.", ["3: first: text: fr: holds a { or a }, which would be filled in"]),
    "empty words": (TESTIMONIES, "bm: U ye n lamɛn.", "bm:", ["6: first: text: bm: must be text"]),
}  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "expected"), FORM.values(), ids=FORM.keys())
def test_a_fault_of_form_is_named_with_its_line(tree: Path, file: str, old: str, new: str, expected: list[str]) -> None:
    """Each thing that these files may not say is one fault, at the line where an operator finds it, and nothing else becomes one."""
    spoil(tree, file, old, new)
    assert [f"{file}:{fault}" for fault in expected] == faults(tree)


def test_a_testimony_without_words_is_a_fault(tree: Path) -> None:
    """In one language at least."""
    (tree / TESTIMONIES).write_text("first:\n  text: {}\n  released_by: [Awa, Oumou]\n  released_on: 2026-01-31\n")
    assert faults(tree) == [f"{TESTIMONIES}:2: first: text: is empty; a testimony has words in one language at least"]


def test_a_testimony_that_is_not_released_is_not_read(tree: Path) -> None:
    """No words of a woman lie in an edition that could be shown by mistake."""
    spoil(tree, TESTIMONIES, "[Awa, Oumou]", "[Awa]")
    sources = read_sources(tree)[0]
    assert sources is not None
    assert [item.id for item in sources.items if item.list == "testimonies"] == []


ASTRAY: dict[str, tuple[str, str, list[tuple[str, str, str]]]] = {
    "nothing": ("# The end", "# The end", []),
    "region": ("{name: Commune V, region: bamako}", "{name: Commune V, region: ba}", [("commune-5", "region", "unknown region ba"), ("centre", "region", "unknown region ba")]),
    "place": ("    place: commune-5", "    place: commune", [("centre", "place", "unknown place commune")]),
    "near": ("near: commune-5}   #", "near: nara}   #", [("nara", "near", "unknown near nara")]),
    "near itself": ("region: nara, near: commune-5", "region: nara, near: nara-ville", [("nara-ville", "near", "is near itself")]),
    "kind": ("    kind: one-stop", "    kind: police", [("centre", "kind", "unknown kind police")]),
    "another region": ("    place: commune-5", "    place: commune-5\n    region: kita", [("centre", "region", "region kita, but its place commune-5 is in bamako")]),
    "by nobody": ("    verified_by: Awa\n", "", [("centre", "verified_by", "verified_on without verified_by")]),
    "called": ("    verified_by: Awa\n", "    verified_by: Awa\n    called_by_day: 2026-06-01\n", [("centre", "called_by_day", "called_by_day is for the kind emergency")]),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "expected"), ASTRAY.values(), ids=ASTRAY.keys())
def test_what_an_entry_says_of_others_must_be_there(tree: Path, old: str, new: str, expected: list[tuple[str, str, str]]) -> None:
    """A name of what is not there, and two things that cannot both be true, are found with their entry and field."""
    spoil(tree, DIRECTORY, old, new)
    items, found = read_directory(tree)
    assert (found, [(item.id, field, what) for item, field, what in astray(items)]) == ((), expected)


# the directory that comes with the line


def shipped() -> tuple[Item, ...]:
    items, found = read_directory(LINE_OF_FILES)
    assert (found, list(astray(items))) == ((), [])
    return items


def of(name: str) -> dict[str, Item]:
    return {item.id: item for item in shipped() if item.list == name}


def test_the_whole_country_is_listed() -> None:
    """The District with its six communes, and the 19 regions of the law of March 2023."""
    names = [item.name for item in of("regions").values()]
    assert (len(names), len(set(names)), names[0]) == (20, 20, "Bamako")
    assert {f"Commune {n}" for n in ("I", "II", "III", "IV", "V", "VI")} <= {
        item.name for item in of("places").values() if item.fields["region"] == "bamako"
    }


DANGEROUS = {"mopti", "douentza", "bandiagara", "tombouctou", "taoudenit", "gao", "kidal", "menaka", "nara"}
"""Regions of the North and the Centre: over their roads nobody is sent."""


def test_nobody_is_sent_where_nothing_is() -> None:
    """What names a nearest place has nothing of its own, and the place has a one-stop centre."""
    centres = {item.fields["place"] for item in of("services").values() if item.fields["kind"] == "one-stop" and "place" in item.fields}
    served = {item.fields["place"] for item in of("services").values() if "place" in item.fields}
    served |= {of("places")[place].fields["region"] for place in served}
    nears = {item.id: item.fields["near"] for item in (*of("regions").values(), *of("places").values()) if "near" in item.fields}
    assert set(nears.values()) <= centres
    assert set(nears) & served == set()
    assert {item.id for item in of("places").values()} - served == {id for id in nears if id in of("places")}


def test_nobody_is_sent_over_a_dangerous_road() -> None:
    """From a region of the North or the Centre no other place is named, and nobody from elsewhere is sent there."""
    places = of("places")
    for item in (*of("regions").values(), *places.values()):
        near = item.fields.get("near")
        if near is not None:
            assert {item.id, item.fields.get("region"), places[near].fields["region"]} & DANGEROUS == set(), item.id


def test_no_police_unit_stands_among_the_communes() -> None:
    """Whoever looks for a commune of Bamako finds six communes."""
    assert [item.name for item in of("places").values() if item.fields["region"] == "bamako"] == [
        f"Commune {n}" for n in ("I", "II", "III", "IV", "V", "VI")
    ]


def test_no_number_is_said_to_be_verified_that_nobody_rang() -> None:
    """Until a person rings, the line's own file claims nothing; each service names its source."""
    services = of("services").values()
    assert [item.id for item in services if "verified_on" in item.fields] == []
    assert [item.id for item in services if "source" not in item.fields] == []
    assert [item.id for item in services if "address" in item.fields or "hours" in item.fields] == []
