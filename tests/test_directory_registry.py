"""`directory.yml` edited in place: what was meant changes, and no other letter."""

from __future__ import annotations

import difflib
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline.content.directory_files.entries import DAYS, FIELDS, NEEDED, SECTIONS, faults, one_line, values_of
from hotline.content.directory_files.registry import CannotEdit, Edit, after_edits, edit_file, edited, read_text
from hotline.engine.flow import Item

FILE = Path(__file__).parent / "content_files" / "directory" / "flows" / "directory.yml"
TEXT = FILE.read_text(encoding="utf-8")


def change(*edits: Edit, text: str = TEXT) -> str:
    return edited(text.encode(), lambda _: edits).decode()


def diff(*edits: Edit, text: str = TEXT) -> list[str]:
    """The lines that went and that came."""
    lines = difflib.unified_diff(text.splitlines(), change(*edits, text=text).splitlines(), n=0, lineterm="")
    return [line for line in list(lines)[2:] if not line.startswith("@@")]


def said(items: tuple[Item, ...]) -> list[tuple[str, str, dict[str, str]]]:
    return [(item.list, item.id, values_of(item)) for item in sorted(items, key=lambda item: SECTIONS.index(item.list))]


CENTRE, LINE = ("services", "centre"), ("services", "line")

EDITS: dict[str, tuple[Edit, list[str]]] = {
    "a value on its line": (Edit(*CENTRE, {"verified_on": "2026-11-24"}), ["-    verified_on: 2026-06-01", "+    verified_on: 2026-11-24"]),
    "a value with a comment": (Edit(*CENTRE, {"name": "Centre V"}), ["-    name: Centre de la commune   # its own sign says so", "+    name: Centre V   # its own sign says so"]),
    "a quoted value": (Edit(*CENTRE, {"source": "letter"}), ['-    source: "annual report: 2025"', "+    source: letter"]),
    "a folded value": (Edit(*CENTRE, {"hours": "8h-16h"}), ["-    hours: >", "-      du lundi", "-      au samedi", '+    hours: "8h-16h"']),
    "a list": (Edit(*CENTRE, {"offers": "care"}), ["-    offers:", "-      - care", "-      - police  # an officer", "+    offers: care  # an officer"]),
    "a field in its order": (Edit(*CENTRE, {"address": "rue 12, près du marché"}), ["+    address: rue 12, près du marché"]),
    "a field at the end": (Edit(*CENTRE, {"called_by_day": "2026-06-01"}), ["+    called_by_day: 2026-06-01"]),
    "a field of several lines": (Edit(*CENTRE, {"languages": "fr, bm"}), ["+    languages: fr, bm"]),
    "a field less": (Edit(*CENTRE, {"verified_by": None}), ["-    verified_by: Awa"]),
    "several lines less": (Edit(*CENTRE, {"offers": None}), ["-    offers:", "-      - care", "-      - police  # an officer"]),
    "a value in braces": (Edit("regions", "nara", {"near": "nara-ville"}), ["-  nara: {name: Nara, near: commune-5}   # by road", "+  nara: {name: Nara, near: nara-ville}   # by road"]),
    "a field in braces": (Edit("regions", "bamako", {"near": "commune-5"}), ["-  bamako: {name: Bamako}", "+  bamako: {name: Bamako, near: commune-5}"]),
    "a field less in braces": (Edit("regions", "nara", {"near": None}), ["-  nara: {name: Nara, near: commune-5}   # by road", "+  nara: {name: Nara}   # by road"]),
    "quotes in braces": (Edit("regions", "bamako", {"name": "Bamako, ville"}), ["-  bamako: {name: Bamako}", '+  bamako: {name: "Bamako, ville"}']),
    "a new region": (Edit("regions", "gao", {"near": "commune-5", "name": "Gao"}), ["+  gao: {name: Gao, near: commune-5}"]),
    "a new kind": (Edit("kinds", "legal", {}), ["-kinds: [one-stop, emergency]  # in words: kind.ID", "+kinds: [one-stop, emergency, legal]  # in words: kind.ID"]),
    "a new service": (Edit("services", "new", {"name": "Null", "place": "commune-5"}), ["+  new:", '+    name: "Null"', "+    place: commune-5"]),
    "the first event": (Edit("events", "talk", {"name": "a: b", "kind": "meeting", "on": "2026-12-05", "source": "=x"}), ["-events:   # none yet", "+events:", "+  talk:", '+    name: "a: b"', "+    kind: meeting", "+    on: 2026-12-05", '+    source: "=x"   # none yet']),
}  # fmt: skip


@pytest.mark.parametrize(("edit", "expected"), EDITS.values(), ids=EDITS.keys())
def test_what_was_meant_changes_and_no_other_letter(edit: Edit, expected: list[str]) -> None:
    """Comments, blanks, quotes and the order of lines stay as whoever keeps the file made them."""
    assert diff(edit) == expected


def test_a_new_entry_stands_behind_the_last_of_its_list() -> None:
    """Also in a list within braces; several come in their order."""
    new = change(
        Edit("places", "kati", {"name": "Kati", "region": "bamako"}),
        Edit("places", "banamba", {"name": "Banamba"}),
        Edit("services", "a", {"name": "A"}),
        Edit("services", "b", {"name": "B"}),
    )
    assert [item.id for item in read_text(new)] == [
        *("bamako", "nara", "kita", "commune-5", "nara-ville", "kati", "banamba", "one-stop", "emergency", "centre", "line", "a", "b")
    ]
    assert "source_date: 2026}\n  a:\n    name: A\n  b:\n    name: B\n  # The end of the services.\n" in new


def test_a_list_that_the_file_lacks_is_begun() -> None:
    """At the end, under its name."""
    text = "regions:\n  bamako: {name: Bamako}"
    assert change(Edit("kinds", "legal", {}), Edit("services", "one", {"name": "Un"}), text=text) == (
        f"{text}\n\nkinds:\n  - legal\n\nservices:\n  one:\n    name: Un\n"
    )
    assert change(
        Edit("events", "x", dict.fromkeys(("name", "source"), "A") | {"kind": "meeting", "on": "2026-12-05"}), text="events: {}\n"
    ) == ("events:\n  x:\n    name: A\n    kind: meeting\n    on: 2026-12-05\n    source: A\n")


def test_files_from_other_editors_stay_as_they_are() -> None:
    """A byte order mark and carriage returns stay, and the new lines are as the old ones."""
    data = b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode()
    edits = (Edit(*CENTRE, {"address": "rue 12", "verified_by": None}), Edit("services", "new", {"name": "A"}))
    assert edited(data, lambda _: edits) == b"\xef\xbb\xbf" + change(*edits).replace("\n", "\r\n").encode()


def test_no_edit_is_no_change() -> None:
    """To the byte, whatever stands in the file."""
    assert edited(TEXT.encode(), lambda _: ()) == TEXT.encode()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("regions:\n  Bamako: {name: B}\n", "to be mended first:\nflows/directory.yml:2: regions: "),
        ("regions: [\n", "to be mended first:\nflows/directory.yml:2: not YAML"),
        ("regions:\n  one: {name: &a B}\n  two: {name: *a}\n", "the file is written in a way into which this does not go by itself"),
        ("{regions: {one: {name: B}}}\n", "the file is written in a way into which this does not go by itself"),
    ],
)
def test_what_cannot_be_done_without_harm_is_not_done(text: str, said: str) -> None:
    """A file with faults, or one whose layout hangs together in ways that an edit would tear, is left to a person."""
    edits = (Edit("regions", "one" if "one" in text else "bamako", {"name": "C"}), Edit("services", "x", {"name": "X"}))
    with pytest.raises(CannotEdit) as error:
        change(*edits, text=text)
    assert str(error.value).startswith(said)


def test_a_file_that_is_no_text_is_left_alone() -> None:
    with pytest.raises(CannotEdit, match="not UTF-8"):
        edited(b"# \xe9\n", lambda _: ())


VALUE = st.text(st.characters(exclude_categories=["C", "Z"]) | st.just(" "), min_size=1, max_size=12).map(one_line).filter(bool)
NAME = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,6}", fullmatch=True)
DAY = st.dates().map(str)


def values(section: str) -> st.SearchStrategy[dict[str, str]]:
    """Of a sound entry, however odd its words."""
    special = {
        "source_date": DAY | DAY.map(lambda day: day[:7]),
        "phone": st.sampled_from(["70 00 03 00", "80333", "+223 70.00.03.01"]),
        "kind": st.just("meeting"),
    }
    entry = {field: special.get(field, DAY if field in DAYS else VALUE) for field in FIELDS[section]}
    needed = {field: entry.pop(field) for field in NEEDED[section]}
    if section == "services":
        needed |= {field: entry.pop(field) for field in ("source", "source_date")}
    return st.fixed_dictionaries(needed, optional=entry)


@st.composite
def some_edits(draw: st.DrawFn) -> tuple[Edit, ...]:
    """Old entries changed, fields taken out, new entries."""
    edits: dict[tuple[str, str], Edit] = {}
    for item in read_text(TEXT):
        if item.list != "kinds" and draw(st.booleans()):
            fields: dict[str, str | None] = dict(draw(values(item.list)))
            stays = {*NEEDED[item.list], "source", "source_date"}
            fields |= {field: None for field in item.fields if field not in fields and field not in stays and draw(st.booleans())}
            edits[item.list, item.id] = Edit(item.list, item.id, fields)
    for section in SECTIONS:
        for id in draw(st.lists(NAME, max_size=2, unique=True)):
            edits.setdefault((section, id), Edit(section, id, draw(values(section))))
    return tuple(edits.values())


@given(some_edits())
@settings(max_examples=60)
def test_any_edit_reads_as_it_was_meant_and_keeps_every_comment(edits: tuple[Edit, ...]) -> None:
    """Whatever letters a value has: the entries are as the edits say, those that no edit names are untouched, no comment is lost."""
    before = read_text(TEXT)
    new = change(*edits)
    assert said(read_text(new)) == said(after_edits(before, edits))
    lost = {"# an officer"} if any(edit.id == "centre" and edit.fields.get("offers", "") is None for edit in edits) else set()
    for comment in (line.partition("#")[2] for line in TEXT.splitlines() if "#" in line):
        assert comment in new or f"#{comment}" in lost


@given(st.lists(values("services"), min_size=1, max_size=3))
@settings(max_examples=20)
def test_what_is_written_may_be_edited_again(entries: list[dict[str, str]]) -> None:
    """A file that only this made takes the next edit, and going back gives the same file."""
    first = change(*(Edit("services", f"s{n}", fields) for n, fields in enumerate(entries)))
    back = change(Edit("services", "s0", {"name": entries[0]["name"]}), text=change(Edit("services", "s0", {"name": "Autre"}), text=first))
    assert back == first


def test_values_of_these_tests_are_sound() -> None:
    """Else the properties above would test nothing."""
    assert list(faults("services", {"name": "=x", "phone": "+223 70.00.03.01", "source_date": "2026-01"})) == []


# the file


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "directory.yml"
    path.write_text(TEXT, encoding="utf-8")
    path.chmod(0o640)
    return path


def left(file: Path) -> list[str]:
    return [path.name for path in file.parent.iterdir()]


def test_the_file_is_replaced_whole_and_keeps_its_rights(file: Path) -> None:
    """Whoever reads it meanwhile has the old one to its end; nothing else is left in the folder."""
    with file.open(encoding="utf-8") as old:
        edit_file(file, lambda _: (Edit(*LINE, {"name": "Autre"}),))
        assert old.read() == TEXT
    assert file.read_text(encoding="utf-8") == change(Edit(*LINE, {"name": "Autre"}))
    assert (file.stat().st_mode & 0o777, left(file)) == (0o640, ["directory.yml"])


def test_a_link_leads_to_the_file_that_is_edited(file: Path, tmp_path: Path) -> None:
    """Where the files lie elsewhere, they go on lying there."""
    link = tmp_path / "link.yml"
    link.symlink_to(file)
    edit_file(link, lambda _: (Edit(*LINE, {"name": "Autre"}),))
    assert (link.is_symlink(), "Autre" in file.read_text(encoding="utf-8")) == (True, True)


def test_what_is_refused_leaves_the_file(file: Path) -> None:
    """Not a byte, and no half of another file beside it."""

    def refuse(_: tuple[Item, ...]) -> tuple[Edit, ...]:
        raise CannotEdit("no")

    before = file.stat()
    with pytest.raises(CannotEdit):
        edit_file(file, refuse)
    assert (file.stat().st_ino, file.read_text(encoding="utf-8"), left(file)) == (before.st_ino, TEXT, ["directory.yml"])


def test_of_two_who_edit_at_once_neither_undoes_the_other(file: Path) -> None:
    """The second begins with what the first has made."""
    inside, go_on = threading.Event(), threading.Event()

    def slowly(_: tuple[Item, ...]) -> tuple[Edit, ...]:
        inside.set()
        assert go_on.wait(20)
        return (Edit(*LINE, {"name": "Première"}),)

    first = threading.Thread(target=edit_file, args=(file, slowly))
    second = threading.Thread(target=edit_file, args=(file, lambda _: (Edit(*LINE, {"hours": "nuit"}),)))
    first.start()
    assert inside.wait(20)
    second.start()
    go_on.set()
    first.join(20)
    second.join(20)
    line = next(item for item in read_text(file.read_text(encoding="utf-8")) if item.id == "line")
    assert (line.name, line.fields["hours"]) == ("Première", "nuit")
