"""`hotline directory …`, as an operator types it: over files on disk and a real database."""

from __future__ import annotations

import json
import re
import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest

from hotline.cli import main
from hotline.config import SETTINGS, Config
from hotline.content import DIRECTORY, read_directory
from hotline.engine.flow import Item
from hotline.ports.editions.editions import EditionRow
from hotline.service.editions.snapshot import encode
from tests.content_line import sources
from tests.databases import migrated
from tests.small_line import settings

FILES = Path(__file__).parent / "content_files" / "directory"


@pytest.fixture(autouse=True)
def without_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of the machine that the tests run on."""
    for setting in SETTINGS:
        monkeypatch.delenv(setting.name, raising=False)
    monkeypatch.setenv("HOTLINE_VAR", str(tmp_path / "var"))
    monkeypatch.setenv("HOTLINE_TIMEZONE", "Africa/Bamako")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FILES, tmp_path / "files"))


@pytest.fixture
def line(tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    """The settings of a line whose edition has this directory."""
    env = settings(tmp_path)
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    config = Config.from_env(env)
    migrated(config.database_url)
    with _store(config).write() as tx:
        from msgspec.structs import replace

        tx.editions.add(EditionRow(1, 1, "Awa", 1, encode(replace(sources(), items=read_directory(root)[0]))))
    return config


def _store(config: Config):
    from hotline.app import open_store

    return open_store(config)


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, list[str]]:
    """Exit code, and the lines that were printed."""
    code = main(["directory", *map(str, arguments)])
    out = capsys.readouterr()
    return code, (out.out + out.err).splitlines()


def spoil(root: Path, old: str, new: str) -> None:
    text = (root / DIRECTORY).read_text(encoding="utf-8")
    assert text.count(old) == 1
    (root / DIRECTORY).write_text(text.replace(old, new), encoding="utf-8")


def text(root: Path) -> str:
    return (root / DIRECTORY).read_text(encoding="utf-8")


def entry(root: Path, id: str) -> Item:
    return next(item for item in read_directory(root)[0] if item.id == id)


def ago(days: int) -> date:
    from datetime import UTC, datetime

    return datetime.now(UTC).date() - timedelta(days=days)


NONE = "NO VERIFIED EMERGENCY NUMBER: the line gives none. Ring one by day and by night: hotline directory verify ID --by NAME --call day|night"
UNLOOKED = "the database was not looked at: which numbers were taken off is not known here"


# check


def test_check_tells_how_every_number_stands(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One line a service, sums, and that there is no emergency number; none of it is a number, and none of it is a fault. A script learns the same."""
    spoil(root, "2026-06-01", str(ago(10)))
    until = ago(10) + timedelta(days=180)
    assert run(capsys, "check", "--root", root) == (
        0,
        [
            "SERVICE  NUMBER",
            f"centre   verified until {until}, rung by Awa on {ago(10)}",
            "line     unverified",
            UNLOOKED,
            "2 services: 1 verified, 0 stale, 1 unverified, 0 dark, 0 without a number; 0 events, 0 of them over",
            "1 at a place: 1 confirmed, 0 shown as to be confirmed",
            "0 faults of flows/directory.yml to be mended",
            NONE,
        ],
    )
    code, lines = run(capsys, "check", "--root", root, "--json")
    assert (code, json.loads("\n".join(lines))) == (
        0,
        {
            "services": [
                {"id": "centre", "standing": "verified", "text": f"verified until {until}, rung by Awa on {ago(10)}"},
                {"id": "line", "standing": "unverified", "text": "unverified"},
            ],
            "events": 0,
            "over": 0,
            "faults": [],
            "verified_emergency_number": False,
            "database_looked_at": False,
        },
    )


@pytest.mark.parametrize(
    ("days", "said"),
    [(180, "verified until"), (181, "stale since"), (-1, "verified in the future")],
)
def test_check_tells_what_time_did(root: Path, capsys: pytest.CaptureFixture[str], days: int, said: str) -> None:
    """On the last day it is still shown."""
    spoil(root, "2026-06-01", str(ago(days)))
    code, lines = run(capsys, "check", "--root", root)
    assert (code, lines[1].startswith(f"centre   {said}")) == (0, True)


def test_check_tells_what_is_to_be_mended(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With file and line; then, and only then, it fails."""
    spoil(root, "    place: commune-5\n    kind: one-stop", "    place: commune\n    kind: one-stop\n    colour: red")
    code, lines = run(capsys, "check", "--root", root)
    assert (code, lines[4:6]) == (
        1,
        ["flows/directory.yml:14: centre: unknown place commune", "flows/directory.yml:18: centre: unknown field `colour`"],
    )
    assert "2 faults of flows/directory.yml to be mended" in lines


def test_check_of_the_lines_own_files_is_clean(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a folder it is the program's own."""
    code, lines = run(capsys, "check")
    assert (code, "0 faults of flows/directory.yml to be mended" in lines, NONE in lines) == (0, True, True)


# verify


def test_a_call_is_written_down_in_its_place(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two lines of the file change; what is to be done next is said."""
    before = text(root)
    code, lines = run(capsys, "verify", "centre", "--root", root, "--by", "Oumou Diallo")
    assert (code, lines) == (
        0,
        [
            f"centre: verified until {ago(-180)}, rung by Oumou Diallo on {ago(0)}",
            "it is in flows/directory.yml; callers see it once that is published: hotline content publish",
        ],
    )
    assert text(root) == before.replace("2026-06-01", str(ago(0))).replace("verified_by: Awa", "verified_by: Oumou Diallo")


def test_an_emergency_number_is_rung_by_day_and_by_night(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """After the first call it is still off; an earlier call that is told later does not put the last one back."""
    assert (
        run(capsys, "verify", "line", "--root", root, "--by", "Awa", "--call", "night", "--on", ago(1))[1][0]
        == f"line: unverified by day, rung by Awa on {ago(1)}"
    )
    assert run(capsys, "check", "--root", root)[1][-1] == NONE
    lines = run(capsys, "verify", "line", "--root", root, "--by", "Oumou", "--call", "day", "--on", ago(3))[1]
    assert lines[0] == f"line: verified until {ago(-27)}, rung by Awa on {ago(1)}"
    fields = entry(root, "line").fields
    assert [fields[name] for name in ("verified_on", "verified_by", "called_by_day", "called_by_night")] == [
        str(ago(1)),
        "Awa",
        str(ago(3)),
        str(ago(1)),
    ]
    assert NONE not in run(capsys, "check", "--root", root)[1]


def test_a_place_is_confirmed(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two fields of the file say who saw it and when, and for how long that holds is said; too old, to come, or of no place: nothing is written."""
    assert run(capsys, "confirm", "centre", "--root", root, "--by", "Awa", "--on", ago(30)) == (
        0,
        [
            f"centre: confirmed by Awa, until {ago(30 - 730)}",
            "it is in flows/directory.yml; callers see it once that is published: hotline content publish",
        ],
    )
    assert [entry(root, "centre").fields[name] for name in ("confirmed_on", "confirmed_by")] == [str(ago(30)), "Awa"]
    before = text(root)
    refused = {
        ("centre", ago(31)): f"centre: somebody confirmed it later, on {ago(30)}",
        ("centre", ago(731)): f"{ago(731)} is longer ago than 730 days, for which a confirmation holds",
        ("centre", ago(-1)): f"{ago(-1)} is in the future",
        ("line", ago(0)): "line has no place that could be confirmed",
    }
    for (id, on), said in refused.items():
        code, lines = run(capsys, "confirm", id, "--root", root, "--by", "Awa", "--on", on)
        assert (code, lines) == (1, [f"hotline: flows/directory.yml stays as it is: {said}"])
    assert text(root) == before


@pytest.mark.parametrize(
    ("arguments", "days", "said"),
    [
        (("center", "--by", "Awa"), None, "no service center; there are centre"),
        (("commune-5", "--by", "Awa"), None, "no service commune-5"),
        (("line", "--by", "Awa"), None, "line is an emergency number: say --call day or --call night"),
        (("centre", "--by", "Awa", "--call", "day"), None, "centre is no emergency number: no --call"),
        (("centre", "--by", "Awa"), -1, "{on} is in the future"),
        (("centre", "--by", "Awa"), 181, "{on} is longer ago than 180 days, for which a verification holds"),
        (("line", "--by", "Awa", "--call", "day"), 31, "{on} is longer ago than 30 days, for which a verification holds"),
    ],
)
def test_a_call_that_verifies_nothing_is_refused(
    root: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], days: int | None, said: str
) -> None:
    """With the reason; the file stays as it is. `days`: how long ago the call is said to have been."""
    before = text(root)
    id, *others = arguments
    on = () if days is None else ("--on", str(ago(days)))
    said = said.format(on=on[-1] if on else "")
    assert run(capsys, "verify", id, *others, *on, "--root", root) == (1, [f"hotline: flows/directory.yml stays as it is: {said}"])
    assert text(root) == before


def test_a_call_before_the_last_one_is_refused(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody is made to look as if she had rung later than she did."""
    spoil(root, "2026-06-01", str(ago(2)))
    assert run(capsys, "verify", "centre", "--root", root, "--by", "Awa", "--on", ago(3))[1] == [
        f"hotline: flows/directory.yml stays as it is: centre: somebody rang later, on {ago(2)}"
    ]


def test_a_number_is_needed(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spoil(root, "    phone: 70 00 03 00\n", "")
    assert run(capsys, "verify", "centre", "--root", root, "--by", "Awa")[1] == [
        "hotline: flows/directory.yml stays as it is: centre has no number that could be verified"
    ]


def test_a_file_with_a_fault_is_mended_first(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is said where."""
    spoil(root, "kind: one-stop", "sort: one-stop")
    before = text(root)
    code, lines = run(capsys, "verify", "centre", "--root", root, "--by", "Awa")
    assert (code, lines[1], text(root)) == (1, "flows/directory.yml:17: centre: unknown field `sort`", before)


# dark


@pytest.mark.usefixtures("line")
def test_a_number_goes_dark_and_check_tells(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By whom and since when; a call of the same day does not put it back, and whoever wrote that down is told."""
    spoil(root, "2026-06-01", str(ago(10)))
    code, lines = run(capsys, "dark", "centre", "--by", "Awa", "--why", "wrong person")
    assert (code, lines[0]) == (
        0,
        "Centre de la commune: 70 00 03 00 goes off every screen within seconds, of calls that are under way too",
    )
    lines = run(capsys, "check", "--root", root)[1]
    assert (lines[1], UNLOOKED in lines) == (f"centre   dark since {ago(0)}, taken off by Awa", False)
    assert (
        "it was taken off that day or later: only a call of a later day puts it back"
        in run(capsys, "verify", "centre", "--root", root, "--by", "Awa")[1]
    )
    assert run(capsys, "check", "--root", root)[1][1] == f"centre   dark since {ago(0)}, taken off by Awa"
    run(capsys, "import", _csv(root, "list,id,phone\nservices,centre,70 00 03 09\n"), "--root", root)
    assert run(capsys, "check", "--root", root)[1][1] == "centre   unverified"


@pytest.mark.usefixtures("line")
@pytest.mark.parametrize(
    ("id", "said"),
    [("centr", "no edition on the line has a service centr; there are centre"), ("kita", "no edition on the line has a service kita")],
)
def test_dark_names_what_it_does_not_find(capsys: pytest.CaptureFixture[str], id: str, said: str) -> None:
    assert run(capsys, "dark", id, "--by", "Awa") == (1, [f"hotline: {said}"])


def test_dark_without_a_database_says_so(capsys: pytest.CaptureFixture[str], line: Config) -> None:
    """The number is still on the screens: whoever typed it must know."""
    Path(line.database_url.removeprefix("sqlite:///")).unlink()
    code, lines = run(capsys, "dark", "centre", "--by", "Awa")
    assert (code, lines) == (1, ["hotline: the database does not answer, or has no tables yet (hotline db upgrade)"])


@pytest.mark.parametrize(
    "arguments", [("--by", " "), ("--by", "Awa\u202e"), ("--by", "A" * 65), ("--by", "Awa", "--why", "rang 70 00 00 12")]
)
def test_who_and_why_are_words(capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]) -> None:
    """A name that can be read back; a reason that brings no telephone number into the audit."""
    with pytest.raises(SystemExit):
        run(capsys, "dark", "centre", *arguments)
    assert re.search(r"argument --(by|why): a (name|few words)", capsys.readouterr().err)


# export and import


def _csv(root: Path, rows: str) -> Path:
    path = root / "table.csv"
    path.write_text(rows, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", ["out.csv", "out.XLSX"])
def test_what_is_exported_is_imported_without_a_change(root: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    """To the byte; and no file that is there is written over."""
    before = text(root)
    assert run(capsys, "export", root / name, "--root", root) == (
        0,
        [f"{root / name}: 9 rows; bring it back with hotline directory import"],
    )
    assert run(capsys, "import", root / name, "--root", root) == (0, ["9 rows: 0 new, 0 changed, 9 as they stand"])
    assert text(root) == before
    assert run(capsys, "export", root / name, "--root", root) == (1, [f"hotline: {root / name} is there already; export writes a new file"])


ROWS = "list;id;name;region;phone\nregions;gao;Gao;;\nservices;centre;;;70 00 03 09\nplaces;nara-ville;Nara;nara;\n"
TOLD = [
    "new: regions gao",
    "  name: nothing -> Gao",
    "changed: services centre",
    "  phone: 70 00 03 00 -> 70 00 03 09",
    "  verified_on: 2026-06-01 -> nothing",
    "  verified_by: Awa -> nothing",
    "  nobody has rung the new number yet: hotline directory verify",
    "3 rows: 1 new, 1 changed, 1 as they stand",
    "7 entries are not in the table, and stay",
]


def test_import_says_what_would_change_and_then_changes_it(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same words twice; with --dry-run the file stays."""
    before = text(root)
    assert run(capsys, "import", _csv(root, ROWS), "--root", root, "--dry-run") == (0, [*TOLD, "nothing was written: --dry-run"])
    assert text(root) == before
    published = "it is in flows/directory.yml; callers see it once that is published: hotline content publish"
    assert run(capsys, "import", _csv(root, ROWS), "--root", root) == (0, [*TOLD, published])
    assert (entry(root, "gao").name, entry(root, "centre").fields["phone"]) == ("Gao", "70 00 03 09")


def test_import_with_one_bad_row_takes_nothing_in(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every fault by row and column; the good rows wait."""
    before = text(root)
    rows = _csv(root, "list;id;name;near\nregions;gao;Gao;\nregions;Kidal;Kidal;\nregions;segou;;mopti\n")
    assert run(capsys, "import", rows, "--root", root) == (
        1,
        [
            "hotline: nothing was taken in",
            'row 3, column id: "Kidal" is no name; small letters, digits, - and _',
            "row 4, column name: is missing",
            "row 4, column near: unknown near mopti",
        ],
    )
    assert text(root) == before


def test_a_file_that_is_not_there_or_of_no_kind(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, lines = run(capsys, "import", root / "none.csv", "--root", root)
    assert (code, lines[0].startswith("hotline: nothing was taken in: ")) == (1, True)
    with pytest.raises(SystemExit):
        run(capsys, "import", root / "table.ods", "--root", root)
    assert "a file whose name ends in .csv or .xlsx" in capsys.readouterr().err
