"""The JSON Schema that editors complete from: current, true of every file that is good, and of none that is not."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from hotline.cli import main
from hotline.content import read_sources
from hotline.content.directory_files.entries import EVENTS, FIELDS
from hotline.content.flow_files.kinds import KINDS, LISTS
from hotline.content.flow_files.schema import FOLDER, as_text, schemas
from tests import json_schema
from tests.content_line import ROOT
from tests.test_content_files import GOOD

FLOWS = sorted((ROOT / "flows").glob("*.yaml"))
OTHERS = {"opening.yml": "opening.json", "directory.yml": "directory.json", "testimonies.yml": "testimonies.json"}


def as_an_editor_reads(text: str) -> Any:
    """YAML 1.2 as JSON has it: names are text, and so are days."""
    return _plain(YAML(typ="safe", pure=True).load(text))


def _plain(value: Any) -> Any:
    match value:
        case dict():
            return {str(name): _plain(item) for name, item in value.items()}
        case list():
            return [_plain(item) for item in value]
        case dt.date():
            return value.isoformat()
    return value


def faults(schema: str, text: str) -> list[str]:
    return list(json_schema.faults(schemas()[schema], as_an_editor_reads(text)))


@pytest.mark.parametrize("name", schemas())
def test_the_files_are_current(name: str) -> None:
    """What lies below flows/schema/ is what `hotline content schema` would write."""
    assert as_text(schemas()[name]) == (ROOT / FOLDER / name).read_text("utf-8")


def test_the_files_are_no_flows() -> None:
    """Nothing is read as part of the line that is only for editors."""
    assert {path.name for path in (ROOT / FOLDER).iterdir()} == set(schemas())
    _, found = read_sources(ROOT)
    assert [str(fault) for fault in found if FOLDER in fault.at.file] == []


@pytest.mark.parametrize("path", [*FLOWS, *sorted((GOOD / "flows").glob("*.yaml"))], ids=lambda path: path.stem)
def test_every_flow_satisfies_it(path: Path) -> None:
    """An editor underlines nothing in a flow that the line takes."""
    assert faults("flow.json", path.read_text("utf-8")) == []


@pytest.mark.parametrize("path", [path for root in (ROOT, GOOD) for name in OTHERS if (path := root / "flows" / name).exists()], ids=str)
def test_every_other_file_satisfies_its_own(path: Path) -> None:
    """Nor in the line's opening, its directory and its testimonies."""
    assert faults(OTHERS[path.name], path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    "path", [*FLOWS, *(path for name in OTHERS if (path := ROOT / "flows" / name).exists())], ids=lambda path: path.name
)
def test_every_file_tells_an_editor_its_schema(path: Path) -> None:
    """Whoever opens a file of the line is helped without setting anything up."""
    name = OTHERS.get(path.name, "flow.json")
    assert path.read_text("utf-8").split("\n")[0] == f"# yaml-language-server: $schema=schema/{name}"
    assert (ROOT / FOLDER / name).exists()


FLOW = """\
start: open
screens:
  open:
    menu:
      1: when
      2: {go: callback, set: {part: morning}, if: offered.morning is not no and coverage is free}
  list:
    menu: {each: kinds, into: kind, go: when, where: [place]}
  when:
    branch:
      - {if: coverage is none, go: bye}
      - {go: ring}
  ring:
    do: {order: open_callback, when: now, urgent: true, kept: bye, lost: bye}
  word:
    do: {order: refine_callback, word: true, kept: bye, lost: bye}
  stop:
    do: {order: stop_calls, kept: bye, lost: bye}
  phone:
    ask: {kind: phone, into: phone, go: bye}
  age:
    ask: {kind: number, into: age, go: bye, least: 10, most: 99}
  read:
    say: {each: testimonies, go: bye}
  care:
    call: {flow: centres, then: bye}
  bye:
    end: {}
"""

WRONG = {
    "no start": ("start: open\n", ""),
    "no screens": (FLOW[FLOW.index("screens:") :], "screens: {}\n"),
    "a field of no flow": ("start: open", "start: open\nbegin: open"),
    "a screen's name": ("  bye:", "  Bye.x:"),
    "a screen called return": ("  bye:", "  return:"),
    "a screen of no kind": ("end: {}", "ende: {}"),
    "a screen of two kinds": ("end: {}", "end: {}\n    say: {}"),
    "a field of no kind": ("end: {}", "end: {go: open}"),
    "option 0": ("1: when", "0: when"),
    "option 8": ("1: when", "8: when"),
    "an option to nowhere": ("2: {go: callback, set", "2: {set"),
    "an option's stranger": (", if: offered", ", iff: offered"),
    "a target with a blank": ("1: when", "1: some when"),
    "a target that is a number": ("1: when", "1: 7"),
    "a condition": ("coverage is none", "coverage = none"),
    "a condition joined by or": ("not no and", "not no or"),
    "a condition that is true": ("if: coverage is none", "if: true"),
    "a thing set as a list": ("{part: morning}", "{part: [morning]}"),
    "no list": ("each: kinds", "each: towns"),
    "a list without into": ("into: kind, ", ""),
    "where that is no list": ("[place]", "place"),
    "a question of no kind": ("kind: number", "kind: age"),
    "a question without go": ("into: phone, go: bye", "into: phone"),
    "bounds that are words": ("least: 10", "least: ten"),
    "a phone with bounds": ("kind: phone, into: phone, go: bye", "kind: phone, into: phone, go: bye, most: 8"),
    "a branch that is no list": ("branch:\n      - {if: coverage is none, go: bye}\n      - {go: ring}", "branch: {go: ring}"),
    "a way to nowhere": ("- {go: ring}", "- {to: ring}"),
    "no order": ("order: stop_calls", "order: stop"),
    "an order without lost": ("order: stop_calls, kept: bye, lost: bye", "order: stop_calls, kept: bye"),
    "an order's stranger": ("order: stop_calls", "order: stop_calls, urgent: true"),
    "an order without when": ("when: now, ", ""),
    "an order at no time": ("when: now", "when: soon"),
    "urgent that is a word": ("urgent: true", "urgent: very"),
    "refining twice": ("word: true", "word: true, when: part"),
    "refining nothing": ("word: true, ", ""),
    "refining to now": ("word: true", "when: now"),
    "a call that does not come back": ("{flow: centres, then: bye}", "{flow: centres}"),
    "each of what cannot be said": ("each: testimonies", "each: services"),
}


def test_the_flow_that_is_spoilt_is_good() -> None:
    """What the next test finds is what it did."""
    assert faults("flow.json", FLOW) == []


@pytest.mark.parametrize(("old", "new"), WRONG.values(), ids=WRONG)
def test_what_the_reader_refuses_is_underlined(old: str, new: str, tmp_path: Path) -> None:
    """A flow that says what no flow may say satisfies neither the schema nor the reader."""
    assert FLOW.count(old) == 1
    text = FLOW.replace(old, new)
    assert faults("flow.json", text) != []
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows" / "one.yaml").write_text(text, "utf-8")
    _, found = read_sources(tmp_path)
    assert [fault for fault in found if fault.at.file == "flows/one.yaml"] != []


DIRECTORY = """\
regions:
  bamako: {name: Bamako, near: commune-5}
places:
  commune-5: {name: Commune V, region: bamako}
kinds: [one-stop, emergency]
services:
  one-stop:
    name: Centre
    kind: one-stop
    place: commune-5
    phone: 70 00 03 00
    offers: [care, police]
    source: annual report
    source_date: 2025-11
    verified_on: 2026-01-31
    verified_by: Awa
events:
  talk: {name: Talk, kind: meeting, place: commune-5, on: 2026-03-01, source: the team}
"""
LINE = "start: line.first\nhelp: callback\nparts:\n  morning: 8h-12h\n"
TESTIMONIES = "mine:\n  text: {fr: Un jour.}\n  released_by: [Awa, Fanta]\n  released_on: 2026-01-31\n"
WRONG_ELSEWHERE = [
    ("directory.json", DIRECTORY, "places:", "towns:"),
    ("directory.json", DIRECTORY, "  bamako: {", "  Bamako: {"),
    ("directory.json", DIRECTORY, "name: Centre", "title: Centre"),
    ("directory.json", DIRECTORY, "    source: annual report\n", ""),
    ("directory.json", DIRECTORY, "    source_date: 2025-11\n", ""),
    ("directory.json", DIRECTORY, "verified_on: 2026-01-31", "verified_on: no"),
    ("directory.json", DIRECTORY, "verified_on: 2026-01-31", "verified_on: true"),
    ("directory.json", DIRECTORY, "2025-11", "November"),
    ("directory.json", DIRECTORY, "kind: meeting", "kind: party"),
    ("directory.json", DIRECTORY, ", on: 2026-03-01", ""),
    ("directory.json", DIRECTORY, "[one-stop, emergency]", "[one-stop, one-stop]"),
    ("directory.json", DIRECTORY, "[one-stop, emergency]", "{one-stop: {name: Centre}}"),
    ("opening.json", LINE, "help:", "hulp:"),
    ("opening.json", LINE, "8h-12h", "8-12"),
    ("opening.json", LINE, "start: line.first", "start: [line]"),
    ("testimonies.json", TESTIMONIES, "[Awa, Fanta]", "[Awa]"),
    ("testimonies.json", TESTIMONIES, "[Awa, Fanta]", "[Awa, Awa]"),
    ("testimonies.json", TESTIMONIES, "2026-01-31", "yesterday"),
    ("testimonies.json", TESTIMONIES, "  text: {fr: Un jour.}\n", ""),
]


@pytest.mark.parametrize(("schema", "text", "old", "new"), WRONG_ELSEWHERE, ids=lambda value: str(value)[:24].replace("\n", " "))
def test_the_other_files_are_held_to_theirs(schema: str, text: str, old: str, new: str, tmp_path: Path) -> None:
    """Their faults of form are underlined too, and are faults to the reader."""
    assert faults(schema, text) == []
    assert text.count(old) == 1
    assert faults(schema, text.replace(old, new)) != []
    (tmp_path / "flows").mkdir()
    name = f"flows/{schema.removesuffix('.json')}.yml"
    (tmp_path / name).write_text(text.replace(old, new), "utf-8")
    _, found = read_sources(tmp_path)
    assert [fault for fault in found if fault.at.file == name] != []


def parts(schema: Any) -> Iterator[Mapping[str, Any]]:
    """The schema and whatever schemas are in it."""
    if isinstance(schema, dict):
        yield schema
        for value in schema.values():
            yield from parts(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from parts(value)


@pytest.mark.parametrize("name", schemas())
def test_whatever_is_completed_is_explained(name: str) -> None:
    """Beside each field, kind and option that an editor offers stands what it is."""
    bare = [
        field
        for part in parts(schemas()[name])
        if part.get("type") in ("object", ["object", "null"])
        for field, schema in part.get("properties", {}).items()
        if isinstance(schema, dict) and len(schema.get("description", "")) < 10
    ]
    assert bare == []


def test_it_offers_what_the_reader_takes() -> None:
    """Every kind, every list, every field and every kind of event is there to be chosen."""
    text = json.dumps(schemas(), ensure_ascii=False)
    assert set(KINDS) == set(schemas()["flow.json"]["$defs"]["screen"]["properties"])
    assert json.dumps(list(LISTS)) in text
    assert json.dumps(list(EVENTS)) in text
    fields = {field for part in parts(schemas()["directory.json"]) for field in part.get("properties", {})}
    assert {field for fields_ in FIELDS.values() for field in fields_} <= fields


def test_the_command_writes_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`hotline content schema --root FOLDER` makes the files and says which."""
    assert main(["content", "schema", "--root", str(tmp_path)]) == 0
    assert capsys.readouterr().out.split() == [f"{FOLDER}/{name}" for name in schemas()]
    assert {path.name: path.read_text("utf-8") for path in (tmp_path / FOLDER).iterdir()} == {
        name: as_text(schema) for name, schema in schemas().items()
    }
