from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline.content import decode, encode, read_sources
from hotline.engine.flow import (
    Ask,
    Branch,
    CallFlow,
    Condition,
    DayPart,
    Do,
    Each,
    End,
    Item,
    Menu,
    Message,
    Option,
    Say,
    Sources,
    Way,
    Where,
)

GOOD = Path(__file__).parent / "content_files" / "good"
FIRST, CALLBACK, CENTRES = "flows/first.yaml", "flows/callback.yaml", "flows/centres.yaml"
LINE, DIRECTORY = "flows/opening.yml", "flows/directory.yml"
FR, BM = "locales/fr/LC_MESSAGES/flows.po", "locales/bm/LC_MESSAGES/flows.po"


def good() -> Sources:
    sources, faults = read_sources(GOOD)
    assert [str(fault) for fault in faults] == []
    assert sources is not None
    return sources


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the good files, to be spoilt."""
    return Path(shutil.copytree(GOOD, tmp_path / "tree"))


def spoil(tree: Path, file: str, old: str, new: str) -> None:
    text = (tree / file).read_text(encoding="utf-8")
    assert text.count(old) == 1
    (tree / file).write_text(text.replace(old, new), encoding="utf-8")


def test_flows_are_read_with_full_targets_and_lines() -> None:
    """Each kind of screen becomes its data; a bare target is this flow's screen or a flow's start; each line is the file's."""
    callback, centres, first = good().flows
    assert (callback.start, centres.start, first.start) == ("callback.when", "centres.regions", "first.welcome")
    assert {
        "first.welcome": Menu(
            (
                Option(1, "first.advice", Where(FIRST, 5)),
                Option(4, "callback.when", Where(FIRST, 6), {"from": "first"}),
                Option(
                    6,
                    "first.welcome",
                    Where(FIRST, 7),
                    {"language": "bm"},
                    (Condition("language", "bm", negated=True), Condition("coverage", "free")),
                ),
            )
        ),
        "first.advice": Say("first.centres"),
        "first.centres": CallFlow("centres", "first.bye"),
        "first.bye": End(),
        "callback.when": Branch(
            (
                Way("callback.phone", (Condition("offered.morning", "yes"),), Where(CALLBACK, 5)),
                Way("callback.now", (), Where(CALLBACK, 6)),
            )
        ),
        "callback.phone": Ask("phone", "phone", "callback.window"),
        "callback.now": Do("open_callback", "callback.age", "callback.lost", "now", urgent=True),
        "callback.window": Do("open_callback", "callback.age", "callback.lost", "part"),
        "callback.age": Ask("number", "age", "callback.word", 10, 99),
        "callback.word": Do("refine_callback", "callback.stop", "callback.lost", word=True),
        "callback.stop": Do("stop_calls", "first.bye", "callback.lost"),
        "callback.lost": End(),
        "centres.regions": Each("regions", "region", "centres.services"),
        "centres.services": Each("services", "service", "centres.shown", ("region",)),
        "centres.shown": Say("return"),
    } == {screen.key: screen.kind for flow in (first, callback, centres) for screen in flow.screens}
    assert [screen.at.line for screen in first.screens] == [3, 8, 10, 12]


def test_the_line_and_the_directory_are_read() -> None:
    """Where the line opens, the parts of the day in minutes, and the entries as they were written: numbers and dates are text."""
    sources = good()
    assert (sources.start, sources.help) == ("first.welcome", "callback.when")
    assert (DayPart("morning", 480, 720, Where(LINE, 4)), DayPart("evening", 1110, 1440, Where(LINE, 5))) == sources.parts
    service = {
        "region": "bamako",
        "place": "commune-5",
        "kind": "one-stop",
        "offers": "care, police",
        "phone": "70000300",
        "source": "annual report",
        "source_date": "2025-11-25",
        "verified_on": "2026-01-31",
        "verified_by": "Awa",
    }
    assert (
        Item("regions", "bamako", "Bamako", {}, Where(DIRECTORY, 2)),
        Item("places", "commune-5", "Commune V", {"region": "bamako"}, Where(DIRECTORY, 4)),
        Item("services", "one-stop", "Centre de la commune", service, Where(DIRECTORY, 6)),
    ) == sources.items


def test_words_are_read_with_their_review() -> None:
    """Words come whole and in right spelling; only who and when count as read, so `fuzzy`, nothing and `pending` are pending."""
    assert {
        "fr": (
            Message("first.welcome", 'Santé\n1 Conseils\n4 Dites "oui"', Where(FR, 10), "Awa 2026-01-31"),
            Message("first.advice", "De l'eau.", Where(FR, 18), "pending"),
            Message("first.bye", "Au revoir.", Where(FR, 23), "pending"),
            Message("first.advice@sms", "De l’eau.", Where(FR, 28), "pending"),
        ),
        "bm": (Message("first.welcome", "Kɛnɛya", Where(BM, 2), "pending"),),
    } == good().words


def test_the_first_language_is_the_one_the_line_opens_in() -> None:
    """The order of the languages is the caller's, not the folder's."""
    sources, faults = read_sources(GOOD, ("bm", "fr"))
    assert sources is not None
    assert (list(sources.words), faults) == (["bm", "fr"], ())


def test_sources_survive_their_encoding() -> None:
    """What is kept in the database reads back equal, and to the same bytes."""
    sources = good()
    assert sources == decode(encode(sources))
    assert encode(sources) == encode(decode(encode(sources)))
    assert list(sources.words) == list(decode(encode(sources)).words)


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", encode(good())[:-1]])
def test_anything_else_is_no_edition(data: bytes) -> None:
    """A broken copy is refused as a whole."""
    with pytest.raises(msgspec.DecodeError):
        decode(data)


SHAPE = 'neither a comment nor msgid "…", msgstr "…" or "…"; quotes inside are \\"'
ENTRY = "an entry is comments, one msgid and one msgstr, without a blank line between"

FORM = {
    "yaml syntax": (FIRST, "start: welcome", "start: [welcome", ["1: not YAML: expected ',' or ']', but got ':', noticed in line 2"]),
    "tab": (FIRST, "  advice:\n", "\tadvice:\n", ["8: not YAML: found character '\\t' that cannot start any token"]),
    "unknown alias": (FIRST, "1: advice", "1: *advice", ["5: not YAML: found undefined alias 'advice'"]),
    "control character": (FIRST, "1: advice", "1: adv\x07ice", ["5: not YAML: a control character"]),
    "two documents": (FIRST, "screens:\n", "---\nscreens:\n", ["2: not YAML: but found another document"]),
    "not fields": (FIRST, "menu:\n      1: advice", "menu:\n      - 1\n  other:\n    menu:\n      1: advice", ["5: first.welcome: must be fields, `name: value`"]),
    "key that is no text": (FIRST, "1: advice", "? [1]\n      : advice", ["5: first.welcome: the name of a field must be text"]),
    "screen twice": (FIRST, "  bye:\n", "  advice:\n    end: {}\n  bye:\n", ["12: first: screens: `advice` stands twice"]),
    "option twice": (FIRST, "4: {go", "1: {go", ["6: first.welcome: `1` stands twice"]),
    "field twice": (FIRST, "{flow: centres, then: bye}", "{flow: centres, flow: first, then: bye}", ["11: first.centres: `flow` stands twice"]),
    "no start": (FIRST, "start: welcome\n", "", ["1: first: `start` is missing"]),
    "start not text": (FIRST, "start: welcome", "start: 1", ["1: first: start: must be text"]),
    "unknown field of a flow": (FIRST, "start: welcome", "start: welcome\nbegin: welcome", ["2: first: unknown field `begin`"]),
    "name of a screen": (CENTRES, "  shown:\n", "  return:\n    end: {}\n  Shown.x:\n    end: {}\n  shown:\n", [
        '7: centres: "return" is no name for a screen; small letters, digits, - and _, and not return',
        '9: centres: "Shown.x" is no name for a screen; small letters, digits, - and _, and not return',
    ]),
    "empty screen": (FIRST, "  bye:\n    end: {}", "  bye:", ["12: first.bye: must say what it is, one of menu, ask, say, branch, do, call, end"]),
    "unknown kind": (FIRST, "end: {}", "ende: {}", ["13: first.bye: unknown kind `ende`, none of menu, ask, say, branch, do, call, end"]),
    "two kinds": (FIRST, "end: {}", "end: {}\n    say: {}", ["14: first.bye: `say` beside `end`; a screen is of one kind"]),
    "unknown field": (FIRST, "end: {}", "end: {go: welcome}", ["13: first.bye: unknown field `go`"]),
    "target not text": (FIRST, "1: advice", "1: 7", ["5: first.welcome: option 1: must be text"]),
    "target empty": (FIRST, "1: advice", "1:", ["5: first.welcome: option 1: must be text"]),
    "target a list": (FIRST, "say: {go: centres}", "say: {go: [centres]}", ["9: first.advice: go: must be text"]),
    "target no target": (FIRST, "1: advice", "1: Some advice", ['5: first.welcome: option 1: "Some advice" is no target, such as help or callback.when']),
    "option 0": (FIRST, "1: advice", "0: advice", ["5: first.welcome: option 0: options are numbered 1 to 7"]),
    "option 8": (FIRST, "1: advice", "8: advice", ["5: first.welcome: option 8: options are numbered 1 to 7"]),
    "option a": (FIRST, "1: advice", "a: advice", ["5: first.welcome: option a: options are numbered 1 to 7"]),
    "option without target": (FIRST, "4: {go: callback, set", "4: {set", ["6: first.welcome: option 4: `go` is missing"]),
    "unknown field of an option": (FIRST, "if: language", "iff: language", ["7: first.welcome: option 6: unknown field `iff`; is `if` meant?"]),
    "set a list": (FIRST, "from: first", "from: [first]", ["6: first.welcome: option 4: set: from: must be a single value"]),
    "set a name": (FIRST, "from: first", "From: first", ['6: first.welcome: option 4: set: "From" is no name; small letters, digits, - and _']),
    "condition": (FIRST, "language is not bm", "language = bm", ['7: first.welcome: option 6: if: "language = bm" is no condition, such as coverage is free']),
    "condition joined by or": (FIRST, "not bm and coverage", "not bm or coverage", ['7: first.welcome: option 6: if: "language is not bm or coverage is free" is no condition, such as coverage is free']),
    "condition a yes or no": (FIRST, "if: language is not bm and coverage is free", "if: true", ["7: first.welcome: option 6: if: must be text"]),
    "each what": (CENTRES, "each: regions", "each: towns", ['4: centres.regions: each: "towns" is none of regions, places, kinds, services, events, testimonies']),
    "each without into": (CENTRES, "into: region, ", "", ["4: centres.regions: `into` is missing"]),
    "each where": (CENTRES, "[region]", "region", ["6: centres.services: where: must be a list"]),
    "ask what": (CALLBACK, "kind: number", "kind: age", ['14: callback.age: kind: "age" is none of phone, digits, number, text']),
    "ask into": (CALLBACK, "into: age", "into: Her age", ['14: callback.age: into: "Her age" is no name; small letters, digits, - and _']),
    "ask bound": (CALLBACK, "least: 10", "least: ten", ["14: callback.age: least: must be a whole number"]),
    "ask bounds": (CALLBACK, "least: 10", "least: 100", ["14: callback.age: least is more than most"]),
    "ask phone bounds": (CALLBACK, "go: window}", "go: window, most: 8}", ["8: callback.phone: a phone has a length of its own, without least and most"]),
    "ask without go": (CALLBACK, ", go: window}", "}", ["8: callback.phone: `go` is missing"]),
    "branch no list": (CALLBACK, "branch:\n      - {if: offered.morning is yes, go: phone}\n      - {go: now}", "branch: {go: now}", ["4: callback.when: must be a list"]),
    "branch way": (CALLBACK, "- {go: now}", "- {to: now}", ["6: callback.when: way 2: `go` is missing", "6: callback.when: way 2: unknown field `to`"]),
    "branch way too early": (CALLBACK, "{if: offered.morning is yes, go: phone}", "{go: phone}", ["5: callback.when: way 1: only the last way is without a condition"]),
    "unknown order": (CALLBACK, "order: stop_calls", "order: stop", ['18: callback.stop: order: "stop" is none of open_callback, refine_callback, cancel_callback, stop_calls']),
    "order without lost": (CALLBACK, "kept: first.bye, lost: lost", "kept: first.bye", ["18: callback.stop: `lost` is missing"]),
    "order with a stranger": (CALLBACK, "order: stop_calls", "order: stop_calls, urgent: true", ["18: callback.stop: stop_calls takes no `urgent`"]),
    "order without when": (CALLBACK, "when: part, ", "", ["12: callback.window: open_callback needs `when`"]),
    "order when": (CALLBACK, "when: part", "when: soon", ['12: callback.window: when: "soon" is none of now, part, next_day, soonest']),
    "order urgent": (CALLBACK, "urgent: true", "urgent: yes", ["10: callback.now: urgent: must be true or false"]),
    "refine both": (CALLBACK, "word: true", "word: true, when: part", ["16: callback.word: refine_callback needs one of `when: part`, `when: next_day`, `word: true`"]),
    "refine nothing": (CALLBACK, "word: true, ", "", ["16: callback.word: refine_callback needs one of `when: part`, `when: next_day`, `word: true`"]),
    "refine to soonest": (CALLBACK, "word: true", "when: soonest", ["16: callback.word: refine_callback needs one of `when: part`, `when: next_day`, `word: true`"]),
    "refine to now": (CALLBACK, "word: true", "when: now", ["16: callback.word: refine_callback needs one of `when: part`, `when: next_day`, `word: true`"]),
    "call without then": (FIRST, "{flow: centres, then: bye}", "{flow: centres}", ["11: first.centres: `then` is missing"]),
    "line field": (LINE, "help:", "hulp:", ["1: line: `help` is missing", "2: line: unknown field `hulp`; is `help` meant?"]),
    "line start": (LINE, "start: first", "start: [first]", ["1: start: must be text"]),
    "part's name": (LINE, "morning:", "Morning:", ['4: parts: "Morning" is no name; small letters, digits, - and _']),
    "part no span": (LINE, "8h-12h", "8-12", ['4: parts: morning: "8-12" is no span of hours, such as 8h-12h or 8h30-12h']),
    "part backwards": (LINE, "8h-12h", "12h-8h", ['4: parts: morning: "12h-8h" is no span of hours, such as 8h-12h or 8h30-12h']),
    "part past midnight": (LINE, "18h30-24h", "18h30-24h30", ['5: parts: evening: "18h30-24h30" is no span of hours, such as 8h-12h or 8h30-12h']),
    "part's minutes": (LINE, "18h30-24h", "18h60-24h", ['5: parts: evening: "18h60-24h" is no span of hours, such as 8h-12h or 8h30-12h']),
    "part a list": (LINE, "8h-12h", "[8h, 12h]", ["4: parts: morning: must be a single value"]),
    "directory list": (DIRECTORY, "places:", "towns:", ["3: directory: unknown field `towns`"]),
    "directory id": (DIRECTORY, "  bamako: {", "  Bamako: {", ['2: regions: "Bamako" is no name; small letters, digits, - and _']),
    "directory field": (DIRECTORY, "kind:", "sort:", ["10: one-stop: unknown field `sort`"]),
    "directory entry twice": (DIRECTORY, "  bamako: {name: Bamako}", "  bamako: {name: Bamako}\n  bamako: {name: Kayes}", ["3: regions: `bamako` stands twice"]),
    "directory no name": (DIRECTORY, "{name: Commune V, region", "{region", ["4: commune-5: `name` is missing"]),
    "directory empty field": (DIRECTORY, "kind: one-stop", "kind:", ["10: one-stop: kind: is empty; write it, or leave the line out"]),
    "directory nested field": (DIRECTORY, "kind: one-stop", "kind: {a: b}", ["10: one-stop: kind: must be a single value"]),
    "phone without source": (DIRECTORY, "    source: annual report\n", "", ["12: one-stop: a phone needs `source`"]),
    "phone without source's date": (DIRECTORY, "    source_date: 2025-11-25\n", "", ["12: one-stop: a phone needs `source_date`"]),
    "verified no": (DIRECTORY, "verified_on: 2026-01-31", "verified_on: no", ['15: one-stop: verified_on: "no" is no date; write 2026-01-31, or leave the line out']),
    "verified true": (DIRECTORY, "verified_on: 2026-01-31", "verified_on: true", ['15: one-stop: verified_on: "true" is no date; write 2026-01-31, or leave the line out']),
    "verified on no day": (DIRECTORY, "verified_on: 2026-01-31", "verified_on: 2026-02-30", ['15: one-stop: verified_on: "2026-02-30" is no date; write 2026-01-31, or leave the line out']),
    "verified in digits": (DIRECTORY, "verified_on: 2026-01-31", "verified_on: 20260131", ['15: one-stop: verified_on: "20260131" is no date; write 2026-01-31, or leave the line out']),
    "source's date": (DIRECTORY, "source_date: 2025-11-25", "source_date: November", ['14: one-stop: source_date: "November" is no date; write 2026-01-31, 2026-01 or 2026, or leave the line out']),
    "no msgid": (FR, 'msgid "first.advice"\n', "", [f"18: {ENTRY}"]),
    "no msgstr": (FR, "msgstr \"De l'eau.\"\n", "", [f"18: {ENTRY}"]),
    "two msgstr": (FR, "msgstr \"De l'eau.\"", 'msgstr "a"\nmsgstr "b"', [f"18: {ENTRY}"]),
    "torn apart": (FR, 'msgid "first.advice"\n', 'msgid "first.advice"\n\n', [
        f"18: {ENTRY}",
        f"20: {ENTRY}",
    ]),
    "msgid twice": (FR, 'msgid "first.bye"', 'msgid "first.advice"', ["23: first.advice: stands twice, first in line 18"]),
    "empty msgid": (FR, 'msgid "first.bye"', 'msgid ""', ["23: empty msgid"]),
    "msgid no key": (FR, 'msgid "first.bye"', 'msgid "Au revoir.\\n"', ['23: "Au revoir." is no key, such as family.help or family.help@sms']),
    "msgid of no channel": (FR, '"first.advice@sms"', '"first.advice@fax"', ['28: "first.advice@fax" is no key, such as family.help or family.help@sms']),
    "field over two lines": (DIRECTORY, "kind: one-stop", '"so\\nrt": one-stop', ["10: one-stop: unknown field `so rt`"]),
    "empty msgstr": (FR, 'msgstr "Au revoir."', 'msgstr ""', ["23: first.bye: empty msgstr"]),
    "blank msgstr": (FR, 'msgstr "Au revoir."', 'msgstr "\\n "', ["23: first.bye: empty msgstr"]),
    "open quote": (FR, '"1 Conseils\\n"', '"1 Conseils\\n', [f"13: {SHAPE}"]),
    "bare quote": (FR, 'Dites \\"oui\\"', 'Dites "oui"', [f"14: {SHAPE}"]),
    "stray line": (FR, "# A section.", "A section.", [f"7: {SHAPE}"]),
    "context": (FR, 'msgid "first.bye"', 'msgctxt "a"\nmsgid "first.bye"', [f"23: {SHAPE}"]),
    "plural": (FR, 'msgstr "Au revoir."', 'msgid_plural "a"\nmsgstr[0] "b"', [
        f"24: {SHAPE}",
        f"25: {SHAPE}",
    ]),
    "review without a date": (BM, "review: pending", "review: Awa", ['1: first.welcome: review: "Awa" is neither pending nor a name and a date, such as Awa 2026-01-31']),
    "review on no day": (BM, "review: pending", "review: Awa 2026-02-30", ['1: first.welcome: review: "Awa 2026-02-30" is neither pending nor a name and a date, such as Awa 2026-01-31']),
    "review twice": (BM, "#. review: pending", "#. review: pending\n#. review: Awa 2026-01-31", ['1: first.welcome: review: "pending; Awa 2026-01-31" is neither pending nor a name and a date, such as Awa 2026-01-31']),
}  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "expected"), FORM.values(), ids=FORM.keys())
def test_a_fault_of_form_is_named_with_its_line(tree: Path, file: str, old: str, new: str, expected: list[str]) -> None:
    """Each thing that a file may not say is one fault, at the line where an operator finds it, and nothing else becomes one."""
    spoil(tree, file, old, new)
    assert [f"{file}:{fault}" for fault in expected] == [str(fault) for fault in read_sources(tree)[1]]


@pytest.mark.parametrize(
    ("file", "data", "expected"),
    [
        (FIRST, b"", "flows/first.yaml:1: empty"),
        (FIRST, b"start: welcome\nscreens: {}\n", "flows/first.yaml:2: first: no screen"),
        (FIRST, b"start: a\nscreens:\n  a:\n    end: {}\n# \xe9\n", "flows/first.yaml:5: not UTF-8"),
        (LINE, b"# caf\xe9\n", "flows/opening.yml:1: not UTF-8"),
        (LINE, None, "flows/opening.yml:1: no such file"),
        (DIRECTORY, None, "flows/directory.yml:1: no such file"),
        (BM, b'msgid "a"\nmsgstr "\xe9"\n', "locales/bm/LC_MESSAGES/flows.po:2: not UTF-8"),
        (BM, None, "locales/bm/LC_MESSAGES/flows.po:1: no such file"),
        (
            "flows/First.yaml",
            b"start: a\nscreens:\n  a:\n    end: {}\n",
            'flows/First.yaml:1: "First" is no name for a flow; small letters, digits, - and _',
        ),
        ("flows/danger.yml", b"", "flows/danger.yml:1: not read; a flow's file ends in .yaml"),
        ("locales/ff/LC_MESSAGES/flows.po", b"", "locales/ff:1: not a language of this line, which has fr, bm"),
    ],
)
def test_a_whole_file_may_be_wrong(tree: Path, file: str, data: bytes | None, expected: str) -> None:
    """A file that is missing, empty, misnamed, a stranger or not UTF-8 is one fault, and the others are read."""
    if data is None:
        (tree / file).unlink()
    else:
        (tree / file).parent.mkdir(parents=True, exist_ok=True)
        (tree / file).write_bytes(data)
    sources, faults = read_sources(tree)
    assert [expected] == [str(fault) for fault in faults]
    assert sources is not None


def test_no_flow_at_all_is_no_edition(tmp_path: Path) -> None:
    """Of an empty folder nothing is made up: every file that is missing is named."""
    sources, faults = read_sources(tmp_path)
    assert sources is None
    assert [str(fault) for fault in faults] == [
        "flows:1: no flow",
        "flows/directory.yml:1: no such file",
        "flows/opening.yml:1: no such file",
        "locales/bm/LC_MESSAGES/flows.po:1: no such file",
        "locales/fr/LC_MESSAGES/flows.po:1: no such file",
    ]


def test_all_faults_come_in_one_run_and_what_is_sound_is_there(tree: Path) -> None:
    """A bad screen, option, entry or message hides no other, in its file or in another."""
    spoil(tree, FIRST, "1: advice", "9: advice")
    spoil(tree, FIRST, "end: {}", "end: {go: 1}")
    spoil(tree, CALLBACK, "kind: phone", "kind: fon")
    spoil(tree, LINE, "8h-12h", "8h")
    spoil(tree, DIRECTORY, "2026-01-31", "no")
    spoil(tree, FR, 'msgstr "De l\'eau."', 'msgstr ""')
    sources, faults = read_sources(tree)
    assert [(fault.at.file, fault.at.line) for fault in faults] == [
        (CALLBACK, 8),
        (DIRECTORY, 15),
        (FIRST, 5),
        (FIRST, 13),
        (LINE, 4),
        (FR, 18),
    ]
    assert sources is not None
    assert {
        *("first.welcome", "first.advice", "first.centres", "first.bye"),
        *("callback.when", "callback.now", "callback.window", "callback.age", "callback.word", "callback.stop", "callback.lost"),
        *("centres.regions", "centres.services", "centres.shown"),
    } == {screen.key for flow in sources.flows for screen in flow.screens}
    assert (
        [part.name for part in sources.parts],
        [message.key for message in sources.words["fr"]],
    ) == (["evening"], ["first.welcome", "first.bye", "first.advice@sms"])


def test_an_unknown_target_is_left_to_the_check(tree: Path) -> None:
    """Reading says nothing of a name that is neither a screen nor a flow: it stays, as one of this flow."""
    spoil(tree, FIRST, "1: advice", "1: nowhere")
    sources, faults = read_sources(tree)
    assert faults == ()
    assert sources is not None
    menu = next(screen.kind for flow in sources.flows for screen in flow.screens if screen.key == "first.welcome")
    assert isinstance(menu, Menu)
    assert menu.options[0].go == "first.nowhere"


def test_files_from_other_editors_read_the_same(tree: Path) -> None:
    """A byte order mark and carriage returns, as Windows writes them, change nothing."""
    for path in tree.rglob("*.*"):
        if path.is_file():
            path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert (good(), ()) == read_sources(tree)


@given(st.data())
@settings(max_examples=60)
def test_whatever_an_operator_saves_is_read_or_named(data: st.DataObject) -> None:
    """No edit, however wild, raises or ends the reading; every fault has one line of text, and what is read survives its encoding."""
    pieces = [
        "\n",
        "'",
        '"',
        ":",
        "{",
        "}",
        "[",
        "- ",
        "\t",
        "#",
        "&a ",
        "*a",
        "!x ",
        "~",
        "\x01",
        "\u2028",
        "msgid ",
        "msgstr[x] ",
        "#: \u2068",
        "\\",
    ]
    file = data.draw(st.sampled_from([FIRST, CALLBACK, LINE, DIRECTORY, FR]))
    text = (GOOD / file).read_text(encoding="utf-8")
    for place, piece in data.draw(st.lists(st.tuples(st.integers(0, len(text)), st.sampled_from(pieces)), min_size=1, max_size=4)):
        text = text[:place] + piece + text[place:]
    with TemporaryDirectory() as folder:
        tree = Path(shutil.copytree(GOOD, Path(folder) / "tree"))
        (tree / file).write_text(text, encoding="utf-8")
        sources, faults = read_sources(tree)
    assert sources is not None
    assert sources == decode(encode(sources))
    assert not [fault for fault in faults if "\n" in str(fault) or fault.at.line < 1]
