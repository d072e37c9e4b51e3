"""The directory in a draft: what is written, rung, seen, taken out and taken in, and that none of it reaches a caller before it is published."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from hotline.content.directory_files.exchange import DirectoryTables
from hotline.engine.flow import Item, Where
from hotline.engine.freshness import UNVERIFIED
from hotline.ports.desk.staff import Staff
from hotline.ports.editions.directory_sheets import UnfitSheet
from hotline.service.acts import By, Result, run
from hotline.service.editions.cache import EditionCache
from hotline.service.editions.publication import checked_on, publish
from hotline.service.editions.withdrawal import withdraw_number
from hotline.service.studio.drafts import PartEdit, save_parts
from hotline.service.studio.places import entries
from hotline.service.studio.places.directory import DirectoryView, EntryView, entry_of, entry_value, found, see_directory, with_number
from hotline.service.studio.places.entries import CallReport
from tests.content_line import sources
from tests.listed_line import listed
from tests.service.line import Line, staffed

MARIAM = Staff("e" * 32, "mariam", "operator", "+22370000203", "fr", ())
KADIA = Staff("9" * 32, "kadia", "operator", "+22370000205", "fr", ())
REVIEWER = Staff("8" * 32, "rokia", "counselor", "+22370000206", "fr", (), reviews=frozenset({"fr"}))
TODAY = date(2026, 11, 24)
NEW = {
    "name": "Clinique juridique",
    "place": "commune-1",
    "kind": "legal",
    "phone": "00 00 05 01",
    "source": "visite",
    "source_date": "2026-11",
}
TABLES = DirectoryTables()
NOWHERE = Where("", 0)


@pytest.fixture
def line(empty_database: Path, tmp_path: Path) -> Iterator[Line]:
    """With an edition in force, made as every edition is: without numbers that nobody verified lately."""
    made = checked_on(listed(), TODAY)
    with staffed(empty_database, tmp_path / "hotline.db", EditionCache.of(made)) as line:
        with line.real_store.write() as tx:
            for staff in (MARIAM, KADIA, REVIEWER):
                tx.staff.save(staff)
        now = line.clock.now()
        publish(line.real_store, made, "somebody", now - 60, now - 30)
        yield line


class Desk:
    """Somebody who works in one draft."""

    def __init__(self, line: Line, who: Staff = MARIAM, draft: str = "") -> None:
        self.line, self.who, self.draft = line, who, draft

    @property
    def view(self) -> DirectoryView:
        return see_directory(self.line.hotline.deps, self.who, self.draft or None, TODAY)

    def entry(self, id: str, section: str = "services") -> EntryView:
        entry = entry_of(self.view, section, id)
        assert entry is not None
        return entry

    def does(self, act: object, *args: object) -> Result:
        result = run(self.line.hotline.deps, By(self.who.id, "page"), act, self.draft, *args)  # type: ignore[arg-type]
        self.draft = result.values.get("draft", self.draft) if not result.is_refused else self.draft
        return result

    def writes(self, id: str, section: str = "services", **values: str) -> Result:
        entry = self.entry(id, section)
        typed = {"name": entry.item.name, **entry.item.fields, **values}
        return self.does(entries.save_entry, (section, id), typed, entry.raw)

    def adds(self, section: str = "services", **values: str) -> Result:
        return self.does(entries.save_entry, (section, ""), values, None)

    def rings(self, id: str, answered: str = "service", on: str = "2026-11-24", call: str | None = None, **heard: str) -> Result:
        return self.does(entries.note_call, id, CallReport(answered, on, call, heard), self.entry(id).raw)  # type: ignore[arg-type]

    def audit(self) -> list[tuple[str, str]]:
        with self.line.real_store.read() as tx:
            return [(record.what, record.about) for record in tx.audit.all()]


@pytest.fixture
def desk(line: Line) -> Desk:
    return Desk(line)


def shown_numbers(line: Line) -> set[str]:
    """What callers can be shown, by the edition in force."""
    line.hotline.refresh()
    items = line.hotline.deps.editions.active(line.clock.now()).shown.items
    return {item.fields["phone"] for item in items if "phone" in item.fields}


def test_numbers_stand_as_they_do_on_the_line(desk: Desk) -> None:
    """Those set aside when the edition was made are there too, with what became of their verification."""
    assert {
        "legal-aid": "soon",
        "reference-4": "shown",
        "old-line": "stale",
        "new-line": "never",
        "green-line": "never",
        "one-stop-commune-1": "none",
    } == {
        id: desk.entry(id).on_line.standing
        for id in ("legal-aid", "reference-4", "old-line", "new-line", "green-line", "one-stop-commune-1")
    }
    assert (2, "00 00 03 01") == (desk.view.shown, desk.entry("old-line").item.fields["phone"])


def test_what_is_to_be_seen_to_comes_first(desk: Desk) -> None:
    """And accents, capitals and spaces of a number do not matter to a search."""
    assert ["legal-aid", "old-line"] == [entry.item.id for entry in found(desk.view, "services")[:2]]
    assert {"reference-4"} == {entry.item.id for entry in found(desk.view, "services", "REFERENCE commune iv")}
    assert {"legal-aid"} == {entry.item.id for entry in found(desk.view, "services", "00000204")}


def test_a_new_service_is_in_the_draft_and_nowhere_else(desk: Desk) -> None:
    """Its id is made of its name, its region is its place's; callers get nothing of it."""
    result = desk.adds(**NEW)
    entry = desk.entry(result.values["id"])
    assert ("clinique-juridique", "bamako", True, "never") == (
        entry.item.id,
        entry.item.fields["region"],
        entry.is_new,
        entry.in_draft.standing,
    )
    assert "00 00 05 01" not in shown_numbers(desk.line)
    assert ("directory changed", "entry/services/clinique-juridique") in desk.audit()
    assert "clinique-juridique-2" == desk.adds(**NEW).values["id"]


def test_bambara_letters_are_found_and_named_as_people_type_them(desk: Desk) -> None:
    """As in the studio's search and its screens' names: ɲ is ny, œ is oe, whoever types them so or as they are."""
    id = desk.adds(**(NEW | {"name": "Ɲɛnajɛ, l’Œuvre"})).values["id"]
    assert "nyenaje-l-oeuvre" == id
    for words in ("nyenaje oeuvre", "ɲɛnajɛ", "L'ŒUVRE", id):
        assert [id] == [entry.item.id for entry in found(desk.view, "services", words)]
    assert () == found(desk.view, "services", "?")


@pytest.mark.parametrize(
    ("values", "field", "fault"),
    [
        ({"name": ""}, "name", "missing"),
        ({"name": "Appelez le 70 00 00 01"}, "name", "number"),
        ({"hours": "8h\u202e-12h"}, "hours", "unseen"),
        ({"phone": "00 00 05 01 ou 02"}, "phone", "phone"),
        ({"source_date": ""}, "source_date", "missing"),
        ({"source_date": "hier"}, "source_date", "partial_day"),
        ({"place": "atlantis"}, "place", "unknown"),
        ({"kind": "magic"}, "kind", "unknown"),
        ({"address": "x" * 3000}, "address", "long"),
    ],
)
def test_what_cannot_be_so_is_refused_beside_its_field(desk: Desk, values: dict[str, str], field: str, fault: str) -> None:
    """Nothing is kept, and no draft begun."""
    result = desk.adds(**(NEW | values))
    assert ("faulty", {"field": field, "fault": fault, "also": ""}) == (result.code, result.values)
    assert "" == desk.view.composed.draft.id


def test_an_event_needs_its_day_and_its_kind(desk: Desk) -> None:
    """And one that is over says so."""
    assert {"field": "on", "fault": "missing", "also": ""} == desk.adds("events", name="Causerie", kind="meeting", source="elles").values
    assert {"field": "kind", "fault": "event_kind", "also": ""} == desk.adds(
        "events", name="Fête", kind="party", on="2026-12-01", source="elles"
    ).values
    id = desk.adds("events", name="Causerie", kind="meeting", on="2026-11-01", source="elles", place="commune-1").values["id"]
    assert desk.entry(id, "events").is_over


def test_a_number_that_changes_loses_its_verification(desk: Desk) -> None:
    """Nobody rang the new one; the same number spelled otherwise keeps it."""
    desk.writes("reference-4", phone="00000111")
    assert "2026-11-12" == desk.entry("reference-4").item.fields["verified_on"]
    desk.writes("reference-4", phone="00 00 01 12")
    assert ("never", False) == (desk.entry("reference-4").in_draft.standing, "verified_by" in desk.entry("reference-4").item.fields)


def test_other_words_leave_a_number_that_is_set_aside_where_it_is(desk: Desk) -> None:
    """Nothing else of the entry changes with its hours."""
    desk.writes("old-line", hours="9h-12h")
    part = desk.view.composed.parts["entry/services/old-line"]
    assert (part.value or "").count(UNVERIFIED) == 1
    assert "stale" == desk.entry("old-line").in_draft.standing


def test_who_comes_back_to_what_stands_changes_nothing(desk: Desk) -> None:
    """The part leaves the draft."""
    desk.writes("old-line", hours="9h-12h")
    desk.writes("old-line", hours="")
    assert {} == dict(desk.view.composed.parts)


def test_two_who_change_the_same_see_each_other(line: Line) -> None:
    """The second keeps nothing of theirs before they have seen it."""
    first = Desk(line)
    first.writes("legal-aid", hours="8h")
    second = Desk(line, KADIA, first.draft)
    before = second.entry("legal-aid").raw
    first.writes("legal-aid", hours="9h")
    typed = {"name": "Aide", "kind": "legal"}
    assert "changed" == second.does(entries.save_entry, ("services", "legal-aid"), typed, before).code
    assert "9h" == second.entry("legal-aid").item.fields["hours"]


def test_a_call_that_the_service_answers_verifies_in_the_draft_alone(desk: Desk) -> None:
    """Until when is said; the line still gives none of it, and the audit names deed and entry."""
    result = desk.rings("old-line", languages="français, bambara", hours="8h-17h", cost="gratuit")
    assert ("service", "2027-05-23", "") == tuple(result.values[name] for name in ("answered", "until", "withdrawn"))
    fields = desk.entry("old-line").item.fields
    assert ("2026-11-24", "mariam", "8h-17h", "gratuit", "français, bambara") == tuple(
        fields[name] for name in ("verified_on", "verified_by", "hours", "cost", "languages")
    )
    assert ("stale", "shown") == (desk.entry("old-line").on_line.standing, desk.entry("old-line").in_draft.standing)
    assert "00 00 03 01" not in shown_numbers(desk.line)
    assert ("number verified", "old-line") in desk.audit()


@pytest.mark.parametrize(("answered", "deed"), [("other", "number not theirs"), ("nobody", "number unanswered")])
def test_a_call_that_somebody_else_or_nobody_answers_verifies_nothing(desk: Desk, answered: str, deed: str) -> None:
    """Whatever else was filled in; the audit knows of the call."""
    result = desk.rings("old-line", answered, hours="8h-17h")
    assert answered == result.values["answered"]
    assert ({}, (deed, "old-line")) == (dict(desk.view.composed.parts), desk.audit()[-1])


def test_an_emergency_number_is_rung_by_day_and_by_night(desk: Desk) -> None:
    """One call is half of it."""
    assert {"field": "call", "fault": "missing"} == desk.rings("green-line").values
    assert "" == desk.rings("green-line", call="day").values["until"]
    assert "never" == desk.entry("green-line").in_draft.standing
    assert "2026-12-24" == desk.rings("green-line", call="night").values["until"]


@pytest.mark.parametrize(
    ("on", "fault"), [("2026-11-25", "future"), ("2026-05-01", "long_ago"), ("2026-11-01", "older"), ("demain", "day")]
)
def test_a_call_of_a_day_that_cannot_be_is_refused(desk: Desk, on: str, fault: str) -> None:
    """To come, too long ago, before the last one, or none."""
    assert {"field": "on", "fault": fault} == desk.rings("reference-4", on=on).values


def test_a_number_taken_off_is_off_within_seconds_and_its_day_s_call_does_not_put_it_back(desk: Desk) -> None:
    """By one person, without an edition; whoever rings it the same day hears that."""
    line = desk.line
    assert "00 00 01 11" in shown_numbers(line)
    result = run(line.hotline.deps, By(MARIAM.id, "page"), withdraw_number, "reference-4")
    assert ("done", False) == (result.code, "00 00 01 11" in shown_numbers(line))
    assert ("withdrawn", "2026-11-24", "mariam") == (
        desk.entry("reference-4").on_line.standing,
        desk.entry("reference-4").on_line.withdrawn_on,
        desk.entry("reference-4").on_line.withdrawn_by,
    )
    assert "yes" == desk.rings("reference-4").values["withdrawn"]
    assert ("number taken off", "reference-4") in desk.audit()


def test_a_number_that_nobody_verified_is_taken_from_counselors_too(desk: Desk) -> None:
    """No screen shows it, and their pages would."""
    assert "done" == run(desk.line.hotline.deps, By(MARIAM.id, "page"), withdraw_number, "new-line").code
    desk.line.hotline.refresh()
    shown = desk.line.hotline.deps.editions.active(desk.line.clock.now()).shown
    assert not any("00 00 03 02" in item.fields.values() for item in shown.items)


def test_only_an_operator_takes_off_or_writes(line: Line) -> None:
    """A reviewer may propose words, and nothing of the directory."""
    reviewer = Desk(line, REVIEWER)
    assert "forbidden" == run(line.hotline.deps, By(REVIEWER.id, "page"), withdraw_number, "reference-4").code
    assert "forbidden" == reviewer.adds(**NEW).code
    item = reviewer.entry("legal-aid")
    assert "forbidden" == reviewer.does(save_parts, [PartEdit(item.place, None, item.raw)]).code


def test_a_place_that_somebody_saw_is_confirmed(desk: Desk) -> None:
    """For two years, once it is published."""
    assert desk.entry("one-stop-commune-1").is_unconfirmed
    result = desk.does(entries.confirm_place, "one-stop-commune-1", "2026-11-20", desk.entry("one-stop-commune-1").raw)
    assert ("2028-11-19", False) == (result.values["until"], desk.entry("one-stop-commune-1").is_unconfirmed)
    assert ("place confirmed", "one-stop-commune-1") in desk.audit()


def test_only_what_nothing_needs_is_taken_out(desk: Desk) -> None:
    """A place with services stays and says which; a service goes, from the draft alone."""
    refusal = desk.does(entries.drop_entry, "places", "commune-4", desk.entry("commune-4", "places").raw)
    assert ("refused", True) == (refusal.code, bool(refusal.values["by"]))
    assert "done" == desk.does(entries.drop_entry, "services", "legal-aid", desk.entry("legal-aid").raw).code
    assert (True, "00 00 02 04" in shown_numbers(desk.line)) == (desk.entry("legal-aid").is_gone, True)


def test_what_is_at_a_place_goes_with_it_into_another_region(desk: Desk) -> None:
    """Else the edition would contradict itself."""
    desk.writes("kati", "places", region="bamako")
    there = [entry.item for entry in desk.view.of("services") if entry.item.fields.get("place") == "kati"]
    assert {"bamako"} == {item.fields["region"] for item in there}


def rows_of(desk: Desk, data: bytes) -> tuple[entries.SheetChange, ...]:
    composed = desk.view.composed
    return entries.changes_of(composed, TABLES.read(data, items_of(desk), TODAY))


def items_of(desk: Desk) -> list[Item]:
    return [with_number(item) for item in desk.view.composed.sources.items]


def test_the_table_that_came_out_changes_nothing(desk: Desk) -> None:
    """Neither as CSV nor as XLSX, whatever was set aside."""
    assert ((), ()) == (rows_of(desk, TABLES.csv(items_of(desk))), rows_of(desk, TABLES.xlsx(items_of(desk))))


def test_a_table_is_looked_at_row_by_row_and_taken_in_whole(desk: Desk) -> None:
    """What changes, of which row; then all of it is in the draft."""
    data = TABLES.csv(items_of(desk)).replace(b"Aide juridique", "Aide à la loi".encode())
    data += b'"services";"clinic";"Clinique";"";"commune-4";"";"legal"\r\n'
    changes = rows_of(desk, data)
    assert [("legal-aid", False, (("name", "Aide juridique", "Aide à la loi"),)), ("clinic", True)] == [
        (changes[0].id, changes[0].is_new, changes[0].fields),
        (changes[1].id, changes[1].is_new),
    ]
    result = desk.does(entries.bring_in, [change.edit for change in changes])
    assert ("2", "Aide à la loi", "bamako") == (
        result.values["count"],
        desk.entry("legal-aid").item.name,
        desk.entry("clinic").item.fields["region"],
    )


def test_a_table_that_somebody_overtook_is_not_taken_in(desk: Desk) -> None:
    """Not even the rows that nobody else touched."""
    data = TABLES.csv(items_of(desk)).replace(b"Aide juridique", b"Aide").replace("Centre de référence".encode(), b"Centre")
    edits = [change.edit for change in rows_of(desk, data)]
    desk.writes("legal-aid", hours="8h")
    assert "changed" == desk.does(entries.bring_in, edits).code
    assert "Centre de référence" == desk.entry("reference-4").item.name


@pytest.mark.parametrize(
    "edit",
    [
        PartEdit("words/fr/line.first", '"Autre"', None),
        PartEdit("entry/testimonies/x", '{"name":"","fields":{}}', None),
        PartEdit("entry/services/A b/c", '{"name":"X","fields":{}}', None),
        PartEdit(f"entry/services/{'x' * 60}", '{"name":"X","fields":{}}', None),
        PartEdit("entry/services/x", None, None),
        PartEdit("entry/services/x", "[]", None),
        PartEdit("entry/services/x", '{"name":"X","fields":{"colour":"red"}}', None),
        PartEdit("entry/services/x", '{"name":"X","fields":{"verified_on":"2030-01-01"}}', None),
        PartEdit("entry/services/x", '{"name":"70 00 00 01","fields":{}}', None),
    ],
)
def test_a_form_of_a_table_that_was_tampered_with_is_refused(desk: Desk, edit: PartEdit) -> None:
    """It comes back from a browser: only sound entries are taken out of it."""
    result = desk.does(entries.bring_in, [edit])
    assert ("faulty", {}) == (result.code, dict(desk.view.composed.parts))


def test_bad_rows_are_named(desk: Desk) -> None:
    """By row and column, all at once."""
    rows = [
        '"list";"id";"name";"kind";"phone";"source_date"',
        '"services";"a";"A";"magic";"";""',
        '"services";"b";"B";"";"7E+07";"12/01/2026"',
        '"shops";"c";"C"',
    ]
    with pytest.raises(UnfitSheet) as raised:
        TABLES.read("\r\n".join(rows).encode(), items_of(desk), TODAY)
    assert [(2, "kind", "unknown"), (3, "phone", "cell"), (3, "source_date", "day"), (4, "list", "list")] == [
        (fault.row, fault.column, fault.code) for fault in raised.value.faults
    ]


def workbook(part: bytes) -> bytes:
    """A file that unpacks to what a workbook would never hold."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as folder:
        folder.writestr("xl/sharedStrings.xml", part)
    return data.getvalue()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (workbook(b"<sst>" + b"<si/>" * 12_000_000), "large"),
        (workbook("<sst><si/></sst>".encode("utf-16")), "file"),
        (b"PK\x03\x04 and no more", "file"),
        ("nom;t\xe9l".encode("latin-1"), "file"),
    ],
    ids=["60 MB of empty strings", "UTF-16", "torn", "not UTF-8"],
)
def test_a_hostile_or_broken_file_is_refused_as_a_whole(desk: Desk, data: bytes, code: str) -> None:
    """Before anything unpacks it into memory."""
    with pytest.raises(UnfitSheet) as raised:
        TABLES.read(data, items_of(desk), TODAY)
    assert [(0, code)] == [(fault.row * (code != "file"), fault.code) for fault in raised.value.faults]


def test_an_entry_is_the_same_text_whenever_it_is_the_same() -> None:
    """By that it is known whether somebody changed it."""
    item = next(item for item in sources().items if item.list == "services")
    assert entry_value(item) == entry_value(Item("services", item.id, item.name, dict(reversed(item.fields.items())), item.at))


def test_a_table_ten_times_the_directory_is_read(desk: Desk) -> None:
    """As XLSX too, whose bounds on a page are far below those of the shell."""
    more = [
        Item("services", f"more-{n}", f"Centre {n}", {"kind": "health", "place": "commune-4", "source": "essai"}, NOWHERE)
        for n in range(400)
    ]
    assert 400 == len(rows_of(desk, TABLES.xlsx([*items_of(desk), *more])))
