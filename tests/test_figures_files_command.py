"""`hotline figures export`, `check-mapping` and `protocol`, as whoever has the machine types them."""

from __future__ import annotations

import csv
import json
import os
import shutil
import stat
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace
from openpyxl import load_workbook

from hotline.app import open_store
from hotline.cli import main
from hotline.config import Config
from hotline.engine.times import EPOCH
from hotline.ports.desk.cases import Incident
from tests import terminal
from tests.figure_files.releases import REGIONS_OF_B, TYPES_OF_A, release
from tests.figure_files.test_figure_mapping import FIRST
from tests.figure_files.test_recorder import A_RAPE

GOOD = Path(__file__).parent / "content_files" / "good"
IN_MARCH = (date(2027, 3, 1) - EPOCH).days
SOON = (date.today() + timedelta(days=90)).isoformat()  # noqa: DTZ011 -- any day of the coming year
Typed = Callable[..., tuple[int, str]]
PROTOCOL = ("protocol", "record", "--for", "Sous-cluster", "--signed-by", "A. Diarra", "--letter", "ISP-1", "--by", "awa", "--until")


@pytest.fixture
def figures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Typed:
    """A line with a quarter and a year that are released, one that is withdrawn and one that waits."""
    env = terminal.of_a_line(tmp_path, monkeypatch)
    store = open_store(Config.from_env(env))
    with store.write() as tx:
        for of in (
            release((TYPES_OF_A,), number=1),
            release((REGIONS_OF_B,), "2027", number=2),
            release((TYPES_OF_A,), "2027-Q2", number=3, standing="withdrawn"),
            release((TYPES_OF_A,), "2027-Q3", number=4, standing="prepared"),
            release((replace(TYPES_OF_A, cells=(), too_few=True),), "2027-Q4", number=5),
        ):
            tx.releases.save(of)
        of_another_quarter, known = (IN_MARCH + 92, A_RAPE), (IN_MARCH, {**A_RAPE, "reported": "gbvims"})
        for at, (day, codes) in enumerate([*[(IN_MARCH, A_RAPE)] * 19, known, of_another_quarter]):
            tx.cases.save_incident(Incident(f"{at:032x}", None, day, codes, figures=True))
    store.close()
    monkeypatch.chdir(tmp_path)

    def typed(*arguments: str) -> tuple[int, str]:
        code = main(["figures", *arguments])
        captured = capsys.readouterr()
        return code, captured.out + captured.err

    return typed


def audited() -> list[tuple[str, str, str]]:
    store = open_store(Config.from_env(os.environ))
    with store.read() as tx:
        found = [(record.who.partition(" ")[0], record.what, record.about) for record in tx.audit.all()]
    store.close()
    return found


def export(figures: Typed, number: int, format: str, to: str, *more: str) -> tuple[int, str]:
    return figures("export", str(number), "--format", format, "--to", to, "--by", "awa", *more)


def test_each_format_is_a_file_and_a_line_of_the_audit(figures: Typed) -> None:
    """The same number stands in each; whose hands it is in is known."""
    for format in ("xlsx", "csv", "json"):
        assert (0, f"t.{format}\n") == export(figures, 1, format, f"t.{format}")
    assert {53, 21} <= {cell.value for row in load_workbook("t.xlsx").worksheets[1].iter_rows() for cell in row}
    assert ["21", "53"] == [
        row[6] for row in csv.reader(Path("t.csv").read_text("utf-8-sig").splitlines()) if row[4] in ("physical_assault", "total")
    ]
    assert "shown" == json.loads(Path("t.json").read_text("utf-8"))["figures"][0]["tables"][0]["cells"][2][0]["state"]
    assert [("awa", "figures taken", f"release 1 {format}") for format in ("xlsx", "csv", "json")] == audited()


@pytest.mark.parametrize("number", [3, 4, 9])
def test_what_is_not_released_is_no_file(figures: Typed, number: int) -> None:
    """Withdrawn, not yet released, or never there: nothing is written, and nothing is in the audit."""
    assert (1, "no such release, or it is not released, or withdrawn; or no such protocol") == tuple(
        part.removeprefix("hotline: ").strip() if isinstance(part, str) else part for part in export(figures, number, "csv", "t.csv")
    )
    assert not Path("t.csv").exists()
    assert [] == audited()


def test_no_file_is_written_over(figures: Typed) -> None:
    """What was handed on stays what it was."""
    Path("t.csv").write_text("mine")
    assert 1 == export(figures, 1, "csv", "t.csv")[0]
    assert "mine" == Path("t.csv").read_text()
    assert [] == audited()


def test_dhis2(figures: Typed, tmp_path: Path) -> None:
    """A quarter by the mapping beside the flows; without one, or with one that lacks something, nothing is written."""
    root = Path(shutil.copytree(GOOD, tmp_path / "content"))
    code, said = export(figures, 1, "dhis2", "t.json", "--root", str(root))
    assert (1, True) == (code, "mapping.yml: no such file" in said)
    (root / "flows" / "mapping.yml").write_text(FIRST, "utf-8")
    assert (0, "t.json\n") == export(figures, 1, "dhis2", "t.json", "--root", str(root))
    assert ["21", "9", "14", "53"] == [value["value"] for value in json.loads(Path("t.json").read_text("utf-8"))["dataValues"]]
    code, said = export(figures, 2, "dhis2", "year.json", "--root", str(root))
    assert (1, True) == (code, "data_sets: year" in said)
    assert [("awa", "figures taken", "release 1 dhis2")] == audited()


def test_a_mapping_is_told_of_line_by_line(figures: Typed, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By its own command, and by the one that looks at all files; 1 where something is to be mended."""
    root = Path(shutil.copytree(GOOD, tmp_path / "content"))
    mapping = root / "flows" / "mapping.yml"
    mapping.write_text(FIRST, "utf-8")
    assert (0, "0 to be mended\n") == figures("check-mapping", "--root", str(root))
    mapping.write_text(FIRST.replace("version: 1", "version: 2").replace("types.rape", "types.rap"), "utf-8")
    code, said = figures("check-mapping", "--root", str(root))
    told = ["flows/mapping.yml:1: version:", "flows/mapping.yml:6: cells: types.rap: the table has no such cell"]
    assert (1, True) == (code, all(line in said for line in told))
    assert 1 == main(["content", "check", "--root", str(root)])
    checked = capsys.readouterr().out
    assert all(line in checked for line in told)


def test_no_row_leaves_without_a_protocol(figures: Typed) -> None:
    """None is recorded, none is named, or it is another: no file, and no line of the audit."""
    assert 1 == export(figures, 1, "recorder", "r.xlsx")[0]
    assert 1 == export(figures, 1, "recorder", "r.xlsx", "--protocol", "1")[0]
    assert [] == audited()
    assert not Path("r.xlsx").exists()


def test_rows_leave_under_a_protocol_until_it_is_over(figures: Typed) -> None:
    """For the quarter that was released, without whom GBVIMS has already, and not for fewer than twenty of the others, whatever the table of types is
    about; for the owner of the file alone; and never again once it is over."""
    code, said = figures(*PROTOCOL, SOON)
    assert (0, True) == (code, said.startswith("protocol 1: rows may leave for Sous-cluster until"))
    code, said = export(figures, 1, "recorder", "r.xlsx", "--protocol", "1")
    assert (1, True, False) == (code, "fewer than 20" in said, Path("r.xlsx").exists())
    store = open_store(Config.from_env(dict(os.environ)))
    with store.write() as tx:
        tx.cases.save_incident(Incident("f" * 32, None, IN_MARCH, A_RAPE, figures=True))
    store.close()
    assert (0, "r.xlsx\n") == export(figures, 1, "recorder", "r.xlsx", "--protocol", "1", "--language", "en")
    assert 0 == stat.S_IMODE(Path("r.xlsx").stat().st_mode) & 0o077
    rows = [*load_workbook("r.xlsx")["Incident Data"].iter_rows(values_only=True)]
    assert (21, 42, {"Rape"}) == (len(rows), len(rows[0]), {row[19] for row in rows[1:]})
    assert 1 == export(figures, 5, "recorder", "few.xlsx", "--protocol", "1")[0]
    assert (0, "protocol 1 is over\n") == figures("protocol", "end", "1", "--by", "awa")
    code, said = export(figures, 1, "recorder", "late.xlsx", "--protocol", "1")
    assert (1, True) == (code, "that protocol is over" in said)
    assert 1 == figures("protocol", "end", "1", "--by", "awa")[0]
    assert [
        ("awa", "protocol recorded", "protocol 1"),
        ("awa", "incident rows taken", "release 1 protocol 1"),
        ("awa", "protocol ended", "protocol 1"),
    ] == audited()
    assert "over" in figures("protocol", "list")[1]
    (listed,) = json.loads(figures("protocol", "list", "--json")[1])
    assert ("Sous-cluster", "A. Diarra", "ISP-1", SOON, False) == tuple(
        listed[name] for name in ("for", "signed_by", "letter", "until", "in_force")
    )


@pytest.mark.parametrize("until", ["2020-01-01", "2999-12-31"])
def test_a_protocol_is_of_the_coming_year(figures: Typed, until: str) -> None:
    """One that is over, or that nobody would look at again, is not recorded."""
    assert 1 == figures(*PROTOCOL, until)[0]
    assert "none: no row of an incident leaves\n" == figures("protocol", "list")[1]
