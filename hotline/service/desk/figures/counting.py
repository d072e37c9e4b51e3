"""The tables of a period before anything is hidden in them: pure, from counts and codes that nobody can take back any more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from msgspec import Struct

from hotline.engine.casework.call_outcomes import DANGEROUS
from hotline.engine.casework.incidents import LADDER, REGION, SEXUAL, UNDER_18, UNKNOWN, contexts_of, type_of
from hotline.engine.quarters import Span
from hotline.ports.figures.figures import OfferedHours, Tally
from hotline.ports.figures.releases import TOTAL
from hotline.service.desk.figures.definitions import LANGUAGES, NATIONAL, OTHERS, REGIONS, SPECS, TableSpec
from hotline.service.desk.figures.overview import fate

PRANK: Final = "prank"
SMALLEST_REGION: Final = 10
"""A region with fewer has no row of its own."""
LEFT_OUT: Final = "left out"
"""Rows and columns of what is in no table, and could be worked out from two."""


class Material(Struct, frozen=True):
    """What the tables of a period are counted from. `codes`: of each incident, by question."""

    tallies: tuple[Tally, ...] = ()
    endings: Mapping[str, int] = {}
    safety: Mapping[str, int] = {}
    referrals: Mapping[tuple[str, str], int] = {}
    codes: tuple[Mapping[str, str], ...] = ()
    hours: tuple[OfferedHours, ...] = ()
    places: Mapping[str, tuple[int, int]] = {}
    """By region, `national` for none: entries whose check holds, and all that are listed."""
    languages: tuple[str, ...] = ()
    """Those that have a column of their own all year."""
    regions: tuple[str, ...] = ()


class CountedTable(Struct, frozen=True):
    """The true numbers, by row and column."""

    spec: TableSpec
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    counts: Mapping[tuple[str, str], int]

    @property
    def name(self) -> str:
        return self.spec.name

    @property
    def base(self) -> int:
        """How much it is about."""
        row = TOTAL if TOTAL in self.rows else self.rows[-1]
        return self.counts.get((row, TOTAL if TOTAL in self.columns else self.columns[-1]), 0)

    def count(self, row: str, column: str) -> int:
        return self.counts.get((row, column), 0)


def count_tables(material: Material, span: Span) -> tuple[CountedTable, ...]:
    """Every table that such a period has, in the order of the page."""
    counted = {**_of_calls(material), **_of_cases(material), "hours": _hours(material.hours), "places": _places(material.places)}
    merged: tuple[str, ...] = ()
    if span.kind == "year":
        by_region = _by_region(material)
        merged, counted = _small_regions(by_region, material.regions), {**counted, **by_region}
    tables = (_table(spec, counted[spec.name], material, merged) for spec in SPECS.values() if span.kind in spec.periods)
    return tuple(tables)


def _table(spec: TableSpec, counts: Mapping[tuple[str, str], int], material: Material, merged: tuple[str, ...]) -> CountedTable:
    """With its totals, and what is too small for a row of its own in another."""
    small = merged if OTHERS in spec.rows else ()
    moved: Counter[tuple[str, str]] = Counter()
    for (row, column), count in counts.items():
        moved[OTHERS if row in small else row, column] += count
    rows = tuple(_named(spec.rows, material, small, national=spec.is_public))
    columns = tuple(_named(spec.columns, material, ()))
    if TOTAL in columns:
        for row in rows:
            moved[row, TOTAL] = sum(moved[row, column] for column in columns if column != TOTAL)
    if TOTAL in rows:
        for column in columns:
            moved[TOTAL, column] = sum(moved[row, column] for row in rows[: rows.index(TOTAL)])
    return CountedTable(spec, rows, columns, {(row, column): moved[row, column] for row in rows for column in columns})


def _named(names: Iterable[str], material: Material, small: tuple[str, ...], *, national: bool = False) -> Iterable[str]:
    for name in names:
        if name == LANGUAGES:
            yield from material.languages
        elif name == REGIONS:
            yield from (region for region in material.regions if region not in small)
            yield from (NATIONAL,) if national else ()
        elif name != OTHERS or small:
            yield name


def _of_calls(material: Material) -> dict[str, Counter[tuple[str, str]]]:
    """What was promised, and how calls went; pranks are nobody's call."""
    promises: Counter[tuple[str, str]] = Counter()
    languages: Counter[tuple[str, str]] = Counter()
    for tally in material.tallies:
        became = fate(tally)
        if tally.outcome == PRANK or became in ("withdrawn", "open"):
            continue
        row = "kept" if became == "kept" else "missed"  # what a supervisor closed unrung was promised too
        promises[row, "urgent" if tally.urgent else "ordinary"] += tally.count
        languages[row, tally.language] += tally.count
    endings = {ending: count for ending, count in material.endings.items() if ending != PRANK}
    wrong = {("wrong", "count"): sum(endings.get(ending, 0) for ending in DANGEROUS), ("rung", "count"): sum(endings.values())}
    safer = {(answer, "count"): count for answer, count in material.safety.items()}
    return {"promises": promises, "promises_languages": languages, "wrong": Counter(wrong), "safer": Counter(safer)}


def base_of(codes: Iterable[Mapping[str, str]]) -> tuple[Mapping[str, str], ...]:
    """The incidents that figures are about: their type is known, and it is violence of this kind."""
    return tuple(answers for answers in codes if type_of(answers) not in (None, "non_gbv"))


def _of_cases(material: Material) -> dict[str, Counter[tuple[str, str]]]:
    base = base_of(material.codes)
    types = Counter(str(type_of(codes)) for codes in base)
    partner = Counter(_partner(codes) for codes in base)
    minors = Counter(age_group(codes) for codes in base)
    delay = Counter(codes.get("when", UNKNOWN) for codes in base if type_of(codes) in SEXUAL)
    lines = {"types": types, "partner": partner, "minors": minors, "delay": delay}
    referrals = Counter({cell: count for cell, count in material.referrals.items() if cell[1] != "not_applicable"})
    return {name: Counter({(row, "count"): count for row, count in line.items()}) for name, line in lines.items()} | {
        "referrals": referrals
    }


def _partner(codes: Mapping[str, str]) -> str:
    if codes.get("relation", UNKNOWN) == UNKNOWN:
        return UNKNOWN
    return "partner" if "intimate_partner" in contexts_of(codes) else "other"


def age_group(codes: Mapping[str, str]) -> str:
    age = codes.get("age", UNKNOWN)
    return UNKNOWN if age == UNKNOWN else "under_18" if age in UNDER_18 else "adult"


def _by_region(material: Material) -> dict[str, Counter[tuple[str, str]]]:
    """What the year's tables cross with the region, and apart from them (`LEFT_OUT`) what has no known region or age."""
    ages: Counter[tuple[str, str]] = Counter()
    types: Counter[tuple[str, str]] = Counter()
    for codes in base_of(material.codes):
        region, group = codes.get(REGION, UNKNOWN), age_group(codes)
        row = region if region in material.regions else LEFT_OUT
        ages[row, LEFT_OUT if group == UNKNOWN else group] += 1
        types[row, str(type_of(codes))] += 1
    return {"regions_ages": ages, "regions_types": types}


def _small_regions(tables: Mapping[str, Mapping[tuple[str, str], int]], regions: Sequence[str]) -> tuple[str, ...]:
    """Those that go into one row together, the same in every table: with fewer than 10 in one of them, and then the smallest until that row has 10."""
    named = ("under_18", "adult", *LADDER.values())
    sizes = {region: min(sum(counts.get((region, column), 0) for column in named) for counts in tables.values()) for region in regions}
    order = sorted(regions, key=lambda region: (sizes[region], regions.index(region)))
    small = [region for region in order if sizes[region] < SMALLEST_REGION]
    together = sum(sizes[region] for region in small)
    for region in order[len(small) :]:
        if not small or together >= SMALLEST_REGION:
            break
        small.append(region)
        together += sizes[region]
    return tuple(small)


def _hours(hours: Iterable[OfferedHours]) -> Counter[tuple[str, str]]:
    minutes: Counter[tuple[str, str]] = Counter()
    for day in hours:
        minutes["covered", day.language] += day.covered
        minutes["uncovered", day.language] += day.offered - day.covered
    return minutes


def _places(places: Mapping[str, tuple[int, int]]) -> Counter[tuple[str, str]]:
    counts: Counter[tuple[str, str]] = Counter()
    for region, (verified, listed) in places.items():
        counts[region, "verified"], counts[region, "listed"] = verified, listed
    return counts
