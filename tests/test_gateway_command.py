"""`hotline gateway check`, and the guide that leads to it: what it shows is what the program takes and says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from msgspec import Struct

from hotline.cli import main
from hotline.gateways.table.samples import read_samples
from hotline.gateways.table.spec import SECTIONS

ROOT = Path(__file__).resolve().parents[1]
GUIDE = (ROOT / "docs/gateways.md").read_text(encoding="utf-8")
TABLES = sorted((ROOT / "hotline/gateways/tables").glob("*.toml"))
SAMPLES = ROOT / "tests/gateways/samples"


def shown(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", GUIDE, re.DOTALL | re.MULTILINE)


@pytest.fixture
def dounia(tmp_path: Path) -> tuple[Path, Path]:
    """The guide's table, as whoever follows it writes it, and its samples."""
    table, samples = tmp_path / "dounia.toml", tmp_path / "dounia.json"
    table.write_text("\n".join(shown("toml")), encoding="utf-8")
    (said,) = shown("json")
    samples.write_text(said, encoding="utf-8")
    return table, samples


def test_the_table_of_the_guide_passes_with_its_samples(dounia, capsys):
    """Whoever types the guide step by step reads at the end what it says."""
    table, samples = dounia
    assert main(["gateway", "check", str(table)]) == 0
    assert main(["gateway", "check", str(table), "--samples", str(samples)]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    assert said.out.splitlines()[-1] == "3 samples played: they agree"
    assert said.out.splitlines()[-1] in GUIDE


def test_the_fault_that_the_guide_shows_is_told_in_these_words(dounia, capsys):
    """With the file, the line and the key."""
    table, _ = dounia
    table.write_text(table.read_text(encoding="utf-8").replace('session = "sid"', 'sesion = "sid"\nsession = "sid"'), encoding="utf-8")
    assert main(["gateway", "check", str(table)]) == 1
    (told,) = capsys.readouterr().out.splitlines()
    assert told.startswith(f"{table}:")
    assert re.sub(r"^.*/dounia.toml:\d+:", "", told) == re.search(r"`dounia.toml:\d+:(.*?)`", GUIDE)[1]


def test_a_sample_that_differs_is_named_with_what_was_expected_and_found(dounia, capsys):
    """And the code says that something did."""
    table, samples = dounia
    text = samples.read_text(encoding="utf-8")
    samples.write_text(text.replace('"inputs": ["2"]', '"inputs": ["3"]').replace('\\"more\\":false', '\\"more\\":true'), encoding="utf-8")
    assert main(["gateway", "check", str(table), "--samples", str(samples)]) == 1
    assert capsys.readouterr().out.splitlines()[1:] == [
        f'{samples}: input: inputs: expected ["3"], found ["2"]',
        (
            f'{samples}: input: answer end, body: expected {{"sid":"A1","text":"Merci. Au revoir.","more":true}}, '
            'found {"sid":"A1","text":"Merci. Au revoir.","more":false}'
        ),
        "3 samples played: 1 differs",
    ]


@pytest.mark.parametrize(
    ("samples", "told"),
    [
        ("", "no samples: "),
        ("[]", "no samples: "),
        ('{"vendor": "a", "samples": [{"name": 1}]}', "no samples: samples, number 1, name: "),
        ('{"vendor": "a", "samples": [], "more": 1}', "no samples: more: is not known here"),
    ],
)
def test_a_file_without_samples_is_told_so(dounia, capsys, samples, told):
    """Never by a traceback."""
    table, file = dounia
    file.write_text(samples, encoding="utf-8")
    assert main(["gateway", "check", str(table), "--samples", str(file)]) == 1
    assert f"hotline: {file}: {told}" in capsys.readouterr().err


def test_a_file_that_is_not_there_is_told_in_a_line(tmp_path, capsys):
    """Neither a table nor samples."""
    assert main(["gateway", "check", str(tmp_path / "none.toml")]) == 1
    assert main(["gateway", "check", str(TABLES[0]), "--samples", str(tmp_path)]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 2


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.stem)
def test_every_table_that_ships_is_held_to_its_samples(table, capsys):
    """By the command, as by the tests."""
    assert main(["gateway", "check", str(table), "--samples", str(SAMPLES / f"{table.stem}.json")]) == 0
    assert "they agree" in capsys.readouterr().out


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.stem)
def test_every_table_says_what_it_rests_on_and_what_a_repeat_is(table):
    """Whoever opens a line on it knows what was never tried."""
    comments = " ".join(line for line in table.read_text(encoding="utf-8").splitlines() if line.startswith("#"))
    assert "A repeat" in comments
    marks = {sample.mark for sample in read_samples((SAMPLES / f"{table.stem}.json").read_bytes()).samples}
    assert "inferred" not in marks or "nferred" in comments


def test_a_vendor_that_shows_fewer_letters_than_a_screen_has_is_told(capsys):
    """Nobody learns it from a caller."""
    for name, told in (("nalo", True), ("hollatags", False), ("hubtel", False)):
        assert main(["gateway", "check", str(ROOT / f"hotline/gateways/tables/{name}.toml")]) == 0
        assert ("this vendor shows 120 letters; a longer screen" in capsys.readouterr().out) is told


def test_the_guide_names_every_key_and_every_table():
    """None that there is not, either."""
    said = set(
        re.findall(r"`((?:name|about)|(?:request|fields|session|told|answer|keys|auth|sms)\.[a-z_]+)`", GUIDE.partition("## Every key")[2])
    )
    keys = {"name", "about"} | {f"{section}.{key}" for section, form in SECTIONS.items() for key in fields(form)}
    assert said == keys
    first = GUIDE.partition("## ")[0].casefold()
    assert [table.stem for table in TABLES if table.stem not in first] == []


def fields(form: type[Struct]) -> tuple[str, ...]:
    return form.__struct_encode_fields__


def test_what_newcomers_wrote_from_the_guide_passes(capsys):
    """Four vendors of whom no table ships, each from the guide and the vendor's own examples."""
    newcomer = ROOT / "tests/gateways/newcomer"
    tables = sorted(newcomer.glob("*.toml"))
    assert [table.stem for table in tables] == ["advanta", "appsnmobile", "mtech", "uzo"]
    for table in tables:
        assert main(["gateway", "check", str(table), "--samples", str(table.with_suffix(".json"))]) == 0
        assert capsys.readouterr().out.endswith("they agree\n")
