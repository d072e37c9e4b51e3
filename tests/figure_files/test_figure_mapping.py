"""DHIS2 gets what was released by the ids that a file names, and nothing that is hidden; a wrong file is told of line by line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hotline.config import CONTENT
from hotline.content.figure_files.mapping import MAPPING, read_mapping
from hotline.ports.figures.releases import TOTAL, FigureTable
from hotline.service.desk.figures.definitions import YEARLY
from hotline.service.desk.figures.files.dhis2 import FigureMapping, Unmapped, as_json, cell_keys, data_value_sets, tables_of
from tests.figure_files.releases import DAY, REGIONS_OF_B, TYPES_OF_A, release

COMBOS = {
    "rape": "VIOL",
    "sexual_assault": "SEXU",
    "physical_assault": "PHYS",
    "forced_marriage": "MARI",
    "denial": "DENI",
    "psychological": "PSY",
}
REGIONS = ("bamako", "segou", "sikasso")
TYPES = "".join(f"  types.{name}: {{element: VBG_LIGNE_TYPE, combo: VBG_T_{combo}}}\n" for name, combo in COMBOS.items())
FIRST = f"""\
version: 1
scheme: code
data_sets: {{quarter: VBG_LIGNE_T}}
units: {{national: ML}}
cells:
{TYPES}  types.total: {{element: VBG_LIGNE_TOTAL}}
never: [promises, promises_languages, hours, wrong, safer, partner, minors, delay, referrals, places]
"""
"""Of the types alone."""
YEAR = """\
version: 1
scheme: code
data_sets: {year: VBG_LIGNE_A}
units: {bamako: ML_BKO, segou: ML_SEG, sikasso: ML_SIK, others: ML_AUTRES}
cells:
  regions_ages.under_18: {element: VBG_LIGNE_AGE, combo: VBG_MOINS_18}
  regions_ages.adult: {element: VBG_LIGNE_AGE, combo: VBG_18_PLUS}
  regions_ages.total: {element: VBG_LIGNE_AGE_TOTAL}
never: [regions_types]
"""


def written(tmp_path: Path, text: str) -> Path:
    (tmp_path / "flows").mkdir(exist_ok=True)
    (tmp_path / MAPPING).write_text(text, "utf-8")
    return tmp_path


def mapping(tmp_path: Path, text: str) -> FigureMapping:
    found, faults = read_mapping(written(tmp_path, text), REGIONS)
    assert [] == [*map(str, faults)]
    assert found is not None
    return found


def faults_of(tmp_path: Path, text: str) -> list[str]:
    found, faults = read_mapping(written(tmp_path, text), REGIONS)
    assert found is None or not faults
    return [str(fault).removeprefix(f"{MAPPING}:") for fault in faults]


def test_vector_a(tmp_path: Path) -> None:
    """The worked example, to the letter: what is shown by its ids, the total as an element of its own, and no hidden cell."""
    (message,) = data_value_sets(release((TYPES_OF_A,)), mapping(tmp_path, FIRST), DAY)
    assert {
        "dataSet": "VBG_LIGNE_T",
        "completeDate": "2027-05-12",
        "period": "2027Q1",
        "orgUnit": "ML",
        "dataElementIdScheme": "code",
        "orgUnitIdScheme": "code",
        "categoryOptionComboIdScheme": "code",
        "idScheme": "code",
        "dataValues": [
            {"dataElement": "VBG_LIGNE_TYPE", "categoryOptionCombo": "VBG_T_PHYS", "value": "21"},
            {"dataElement": "VBG_LIGNE_TYPE", "categoryOptionCombo": "VBG_T_DENI", "value": "9"},
            {"dataElement": "VBG_LIGNE_TYPE", "categoryOptionCombo": "VBG_T_PSY", "value": "14"},
            {"dataElement": "VBG_LIGNE_TOTAL", "value": "53"},
        ],
    } == json.loads(as_json(message))


def test_vector_b(tmp_path: Path) -> None:
    """A year is one message a region, the nation's total in none of them: it would be added to its regions."""
    messages = data_value_sets(release((REGIONS_OF_B,), "2027"), mapping(tmp_path, YEAR), DAY)
    assert {
        "ML_BKO": ["12", "40", "52"],
        "ML_SEG": ["8", "11", "19"],
        "ML_SIK": ["16"],
        "ML_AUTRES": ["12"],
    } == {message.org_unit: [value.value for value in message.data_values] for message in messages}
    assert {("2027", "VBG_LIGNE_A")} == {(message.period, message.data_set) for message in messages}


def test_what_has_no_place_is_not_left_out_in_silence(tmp_path: Path) -> None:
    """A region that the file does not know, a period without a data set: nothing is written, and each is named."""
    year = mapping(tmp_path, YEAR)
    more = FigureTable("regions_ages", ("menaka", TOTAL), ("under_18", "adult", TOTAL), ((12, 40, 52), (12, 40, 52)))
    with pytest.raises(Unmapped, match="units: menaka"):
        data_value_sets(release((more,), "2027"), year, DAY)
    with pytest.raises(Unmapped, match="data_sets: quarter, types"):
        data_value_sets(release((TYPES_OF_A,)), year, DAY)


def test_never_is_never_sent(tmp_path: Path) -> None:
    """What the file keeps back stays here though it was released; the rest goes."""
    kept = mapping(
        tmp_path,
        FIRST.replace("  types.denial: {element: VBG_LIGNE_TYPE, combo: VBG_T_DENI}\n", "").replace(
            "[promises,", "[types.denial, promises,"
        ),
    )
    (message,) = data_value_sets(release((TYPES_OF_A,)), kept, DAY)
    assert ["21", "14", "53"] == [value.value for value in message.data_values]


@pytest.mark.parametrize(
    ("old", "new", "faults"),
    [
        ("version: 1", "version: 2", ['1: version: "2" is none that this program reads; write 1']),
        ("scheme: code", "scheme: name", ['2: scheme: "name" is none of code, uid']),
        ("{quarter: V", "{semester: V", ['3: data_sets: "semester" is none of quarter, year']),
        ("{national: ML}", "{national: ML, atlantis: AT}", ['4: units: "atlantis" is no region of the directory, nor national or others']),
        ("{national: ML}", "{national: ML, segou: ML}", ["4: units: segou has the id of national: their numbers would be added"]),
        ("{national: ML}", "{segou: ML_SEG}", ["4: units: none for national"]),
        ("VBG_T_SEXU", "VBG_T_VIOL", ["7: cells: types.sexual_assault: element and combo are those of types.rape"]),
        (
            "{element: VBG_LIGNE_TOTAL}",
            "{element: VBG_LIGNE_TYPE}",
            ["12: cells: types.total: needs an element of its own; DHIS2 would add it to types.rape"],
        ),
        ("  types.denial: {element: VBG_LIGNE_TYPE, combo: VBG_T_DENI}\n", "", ["6: cells: types.denial: neither mapped nor in `never`"]),
        (", places]", "]", ["6: cells: places: neither mapped nor in `never`"]),
        (", hours", "", ["6: cells: hours: neither mapped nor in `never`"]),
        (", places]", ", places, prices]", ['13: never: no table or cell is called "prices"']),
        (", places]", ", places, types.rape]", ["6: cells: types.rape: both mapped and in `never`"]),
        ("VBG_T_VIOL}", "VBG_T_VIOL, comment: x}", ["6: types.rape: unknown field `comment`"]),
        (
            "{element: VBG_LIGNE_TOTAL}",
            "{combo: X}",
            ["12: types.total: `element` is missing", "6: cells: types.total: neither mapped nor in `never`"],
        ),
    ],
)
def test_each_fault_is_told_with_its_line(tmp_path: Path, old: str, new: str, faults: list[str]) -> None:
    """Whoever wrote the file finds each mistake by its line."""
    assert FIRST.count(old) == 1
    assert sorted(faults) == sorted(faults_of(tmp_path, FIRST.replace(old, new)))


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("typos.rape", 'no table is called "typos"'),
        ("types.murder", "the table has no such cell"),
        ("types", "the table has no such cell"),
        ("promises_languages.kept.bm", "nothing leaves by language"),
        ("hours.covered.fr", "nothing leaves by language"),
        ("types.day", "nothing leaves by day, hour, month or counselor"),
        ("calls.counselor.awa", "nothing leaves by day, hour, month or counselor"),
        ("regions_types.bamako.rape", "the table has no such cell"),
        ("places.kidal.verified", "the table has no such cell"),
    ],
)
def test_what_never_leaves_cannot_be_mapped(tmp_path: Path, key: str, said: str) -> None:
    """No day, no language, no counselor, no region of a quarter: whatever the file asks for."""
    faults = faults_of(tmp_path, FIRST.replace("  types.total:", f"  {key}: {{element: OTHER}}\n  types.total:"))
    assert [fault for fault in faults if fault.startswith(f"12: cells: {key}: {said}")]


def test_all_faults_in_one_run(tmp_path: Path) -> None:
    """Three mistakes are three lines, not three runs."""
    text = FIRST.replace("version: 1", "version: 9").replace("national: ML", "nation: ML").replace("types.rape:", "types.rap:")
    assert {"1", "4", "6"} <= {fault.partition(":")[0] for fault in faults_of(tmp_path, text)}


def test_uids(tmp_path: Path) -> None:
    """By uid, every id is one: data sets, units, elements and combos."""
    faults = faults_of(tmp_path, FIRST.replace("scheme: code", "scheme: uid").replace("VBG_LIGNE_TOTAL", "aB345678901"))
    assert 2 + 2 * len(COMBOS) == len([fault for fault in faults if "is no uid of DHIS2" in fault])


def test_a_file_for_all_there_is(tmp_path: Path) -> None:
    """Every cell that may leave can be mapped, each table's total apart, and the file is sound."""
    lines = []
    for period in ("quarter", "year"):
        for table in tables_of(period):
            for key in cell_keys(table):
                kind = "_".join("T" if part == TOTAL else "P" for part in key.split(".")[1:])
                alone = key if table.name in ("wrong", "places") else f"{table.name}.{kind}"
                lines.append(f"  {key}: {{element: {alone}, combo: {key}}}\n")
    units = ", ".join(f"{name}: U_{name}" for name in ("national", *REGIONS, "others"))
    text = (
        f"version: 1\nscheme: code\ndata_sets: {{quarter: T, year: A}}\nunits: {{{units}}}\ncells:\n{''.join(lines)}"
        "never: [promises_languages, hours]\n"
    )
    assert {table.name for table in YEARLY} <= {key.partition(".")[0] for key in mapping(tmp_path, text).cells}


def test_the_line_ships_none() -> None:
    """A ministry's ids are nobody's guess."""
    assert not (CONTENT / MAPPING).exists()
