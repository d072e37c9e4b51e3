"""The directory as pages: listed, searched, written, rung, taken off, out and in as a table."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from http import HTTPStatus
from io import BytesIO
from pathlib import Path

import pytest
from msgspec.structs import replace
from openpyxl.reader.excel import load_workbook

from hotline.console.pages.directory.tables import MOST_BYTES
from hotline.engine.flow import Item, Sources
from hotline.service.editions.cache import EditionCache
from hotline.service.editions.publication import publish
from tests.console.desk import Browser, Desk
from tests.listed_line import listed
from tests.service.line import staffed

LIST = "/console/directory"
LEGAL = f"{LIST}/services/legal-aid"
SERVICE = {"name": "Clinique juridique", "kind": "legal", "phone": "00 00 05 01", "source": "visite", "source_date": "2026-11"}
MOST_STATEMENTS = 8
"""Of a page of the directory: the sign-in among them."""


def desk_with(sources: Sources, empty_database: Path, folder: Path) -> Iterator[Desk]:
    with staffed(empty_database, folder / "hotline.db", EditionCache.of(sources)) as line:
        now = line.clock.now()
        publish(line.real_store, sources, "somebody", now - 60, now - 30)
        yield Desk(line)


@pytest.fixture
def desk(empty_database: Path, tmp_path: Path) -> Iterator[Desk]:
    yield from desk_with(listed(), empty_database, tmp_path)


@pytest.fixture
def mariam(desk: Desk) -> Browser:
    browser = desk.browser("mariam")
    browser.open(LIST)
    return browser


def rows(browser: Browser) -> list[str]:
    """The services of the table, a line each, without markup."""
    body = re.findall(r"<tr>.*?</tr>", browser.raw, re.DOTALL)[1:]
    return [" ".join(html.unescape(re.sub(r"<[^>]+>", " ", row)).split()) for row in body]


def figure(browser: Browser, desk: Desk, name: str) -> int:
    match = re.search(rf"<dt>{re.escape(desk.say(f'directory.count.{name}'))}</dt><dd[^>]*>(\d+)", browser.page)
    assert match is not None
    return int(match[1])


def upload(browser: Browser, data: bytes, name: str = "annuaire.csv") -> str:
    return browser._took(
        browser.client.post(
            f"{LIST}/table",
            data={**browser.hidden(f"{LIST}/table"), "table": (BytesIO(data), name)},
            content_type="multipart/form-data",
            follow_redirects=True,
        )
    )


def out(browser: Browser, kind: str = "csv") -> bytes:
    return browser.client.get(f"{LIST}/table.{kind}").get_data()


def audit(desk: Desk) -> list[tuple[str, str, str]]:
    with desk.line.real_store.read() as tx:
        return [(record.who, record.what, record.about) for record in tx.audit.all()]


def test_the_list_says_how_every_number_stands(desk: Desk, mariam: Browser) -> None:
    """Figures first; then by whom, when, from where, until when; what is to be rung again on top."""
    assert {"shown": 2, "soon": 1, "stale": 1, "never": 4, "withdrawn": 0} == {
        name: figure(mariam, desk, name) for name in ("shown", "soon", "stale", "never", "withdrawn")
    }
    first = rows(mariam)[0]
    assert all(
        part in first for part in ("Aide juridique", "00 00 02 04", "01/06/2026, fanta", "liste des centres, 2025", "28/11/2026 , bientôt")
    )


def test_a_search_and_a_kind_narrow_it(mariam: Browser) -> None:
    """Without accents, and with both at once."""
    mariam.open(f"{LIST}?q=reference")
    assert ["Centre de référence"] == [row.partition(" Commune")[0] for row in rows(mariam)]
    mariam.open(f"{LIST}?q=reference&kind=legal")
    assert [] == rows(mariam)
    mariam.open(f"{LIST}?list=events")
    assert "Groupe de parole" in mariam.page
    assert "05/12/2026" in mariam.page


def test_a_service_is_added_and_stands_in_the_draft(desk: Desk, mariam: Browser) -> None:
    """Said at once, with the sentence that the line does not change yet."""
    mariam.open(f"{LIST}/new/services")
    mariam.send(f"{LIST}/new/services", **SERVICE)
    assert desk.say("directory.after.kept") in mariam.page
    assert mariam.page.count("00 00 05 01")
    mariam.open(LIST)
    assert any("Clinique juridique nouveau" in row for row in rows(mariam))
    assert ("mariam", "directory changed", "entry/services/clinique-juridique") in audit(desk)


def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(desk: Desk, mariam: Browser) -> None:
    """The form comes back as it was sent."""
    mariam.open(f"{LIST}/new/services")
    mariam.send(f"{LIST}/new/services", **(SERVICE | {"phone": "appelez-moi"}))
    assert (HTTPStatus.BAD_REQUEST, True) == (mariam.status, desk.say("directory.fault.phone") in mariam.page)
    assert 'value="Clinique juridique"' in mariam.page
    assert re.search(r'name="phone" value="appelez-moi"[^>]*aria-invalid', mariam.page)


def test_all_that_is_missing_is_said_at_once(desk: Desk, mariam: Browser) -> None:
    """A number without its source and without that one's date: each beside its field, the first of the page with the focus."""
    mariam.open(f"{LIST}/new/services")
    mariam.send(f"{LIST}/new/services", **(SERVICE | {"source": "", "source_date": ""}))
    assert re.search(r'name="source" [^>]*aria-invalid="true" autofocus', mariam.page)
    assert re.search(r'name="source_date" [^>]*aria-invalid="true">', mariam.page)
    assert 2 == mariam.page.count(desk.say("directory.fault.missing"))
    mariam.send(f"{LIST}/new/services", **(SERVICE | {"name": "", "phone": "appelez-moi"}))
    assert re.search(r'name="name" [^>]*aria-invalid="true" autofocus', mariam.page)
    assert (1, False) == (mariam.page.count("autofocus"), " required" in mariam.page), "no browser stops at the first"


def test_days_stand_and_are_typed_in_one_way(desk: Desk, mariam: Browser) -> None:
    """A source's too, whatever of a day it says; as files have it is taken as well."""
    for typed, shown in (("20/11/2026", "20/11/2026"), ("11/2026", "11/2026"), ("2026-10", "10/2026"), ("2025", "2025")):
        mariam.open(f"{LIST}/new/services")
        mariam.send(f"{LIST}/new/services", **(SERVICE | {"source_date": typed}))
        assert f'name="source_date" value="{shown}"' in mariam.page
        assert not re.search(r">[^<]*2026-\d\d", mariam.page)


def test_what_is_new_has_nothing_in_force_to_go_back_to(desk: Desk, mariam: Browser) -> None:
    """It can be taken out again."""
    mariam.open(f"{LIST}/new/services")
    mariam.send(f"{LIST}/new/services", **SERVICE)
    assert (False, True) == (desk.say("directory.revert") in mariam.page, desk.say("directory.drop") in mariam.page)
    mariam.open(LEGAL)
    mariam.send(LEGAL, name="Aide", kind="legal", phone="00 00 02 04", source="x", source_date="2025")
    assert desk.say("directory.revert") in mariam.page


def test_whatever_else_is_typed_stays_without_script(desk: Desk, mariam: Browser) -> None:
    """A call is noted while an address is being typed, and a number taken off while what was heard is: the page comes back with the rest, until that is sent."""
    mariam.open(LEGAL)
    mariam.send(f"{LEGAL}/rung", answered="service", rang_on="2026-11-24", rang_hours="8h-12h", address="Rue 12", hours="")
    assert desk.say("directory.after.verified", day="23/05/2027") in mariam.page
    assert "Rue 12</textarea>" in mariam.page
    assert 'name="hours" value="8h-12h"' in mariam.page
    mariam.send(f"{LEGAL}/off", address="Rue 12", rang_cost="gratuit")
    assert desk.say("directory.after.withdrawn") in mariam.page
    assert "Rue 12</textarea>" in mariam.page
    assert re.search(r'name="rang_cost" [^>]*value="gratuit"', mariam.page)


def test_who_is_overtaken_sees_both_and_chooses(desk: Desk, mariam: Browser) -> None:
    """What the other kept stands beside what was typed; sending again keeps one's own."""
    mariam.open(LEGAL)
    mariam.send(LEGAL, name="Aide juridique", kind="legal", phone="00 00 02 04", source="x", source_date="2025", hours="8h")
    other = desk.browser("mariam")
    other.open(f"/console/studio?draft={draft_of(desk)}")
    mariam.open(LEGAL)
    other.open(LEGAL)
    mariam.send(LEGAL, name="Aide juridique", kind="legal", phone="00 00 02 04", source="x", source_date="2025", hours="9h")
    other.send(LEGAL, name="Aide juridique", kind="legal", phone="00 00 02 04", source="x", source_date="2025", hours="10h")
    assert HTTPStatus.CONFLICT == other.status
    assert (True, True, True) == (
        desk.say("directory.error.changed") in other.page,
        "<dd>9h</dd>" in other.page,
        'value="10h"' in other.page,
    )
    other.send(LEGAL, name="Aide juridique", kind="legal", phone="00 00 02 04", source="x", source_date="2025", hours="10h")
    assert desk.say("directory.after.kept") in other.page


def draft_of(desk: Desk) -> str:
    with desk.line.real_store.read() as tx:
        return tx.edition_drafts.all()[0].id


def test_a_call_that_the_service_answered_says_until_when(desk: Desk, mariam: Browser) -> None:
    """In the draft; the list's figures are the line's, and stay."""
    mariam.open(LEGAL)
    assert desk.say("directory.rang_note", day="23/05/2027") in mariam.page
    mariam.send(
        f"{LEGAL}/rung",
        answered="service",
        rang_on="2026-11-24",
        language=["français", "bambara"],
        rang_hours="8h-12h",
        rang_cost="gratuit",
    )
    assert desk.say("directory.after.verified", day="23/05/2027") in mariam.page
    assert desk.say("directory.standing.soon", day="28/11/2026") in mariam.page
    mariam.open(LIST)
    assert (1, True) == (
        figure(mariam, desk, "soon"),
        any("Dans le brouillon : jusqu'au 23/05/2027" in row for row in rows(mariam)),
    )


@pytest.mark.parametrize("answered", ["other", "nobody"])
def test_a_call_in_vain_offers_taking_it_off(desk: Desk, mariam: Browser, answered: str) -> None:
    """Opened, one tap away; nothing is verified."""
    mariam.open(LEGAL)
    mariam.send(f"{LEGAL}/rung", answered=answered, rang_on="2026-11-24")
    assert desk.say(f"directory.after.{answered}") in mariam.page
    assert '<details id="off" open>' in mariam.page
    with desk.line.real_store.read() as tx:
        assert () == tx.edition_drafts.all()


def test_a_call_of_which_it_is_not_said_who_answered_is_asked_again(desk: Desk, mariam: Browser) -> None:
    """Beside the question, and what was typed stays."""
    mariam.open(LEGAL)
    mariam.send(f"{LEGAL}/rung", rang_on="2026-11-24", rang_cost="gratuit")
    assert desk.say("directory.error.answered") in mariam.page
    assert 'value="gratuit"' in mariam.page


def test_what_is_wrong_with_the_rest_of_an_entry_is_named_where_it_was_rung(empty_database: Path, tmp_path: Path) -> None:
    """A number without its source cannot be kept, and the form of a call does not ask for one."""
    items = tuple(
        replace(item, fields={name: value for name, value in item.fields.items() if name != "source"}) if item.id == "legal-aid" else item
        for item in listed().items
    )
    for desk in desk_with(replace(listed(), items=items), empty_database, tmp_path):
        browser = desk.browser("mariam")
        browser.open(LEGAL)
        browser.send(f"{LEGAL}/rung", answered="service", rang_on="2026-11-24")
        said = desk.say("directory.error.entry", field=desk.say("directory.field.source"), what=desk.say("directory.fault.missing"))
        assert (HTTPStatus.CONFLICT, True) == (browser.status, said in browser.page)


def test_an_emergency_number_asks_for_day_or_night(desk: Desk, mariam: Browser) -> None:
    """And says that the other call is still to come."""
    path = f"{LIST}/services/green-line"
    mariam.open(path)
    mariam.send(f"{path}/rung", answered="service", rang_on="2026-11-24", call="day")
    assert desk.say("directory.after.half") in mariam.page


def test_a_number_is_off_the_line_with_one_tap_and_a_confirmation(desk: Desk, mariam: Browser) -> None:
    """By one person; the page shows by whom, and the line gives it no more."""
    mariam.open(LEGAL)
    mariam.send(f"{LEGAL}/off")
    assert desk.say("directory.after.withdrawn") in mariam.page
    assert desk.say("directory.standing.withdrawn", day="24/11/2026", by="mariam") in mariam.page
    assert ("mariam", "number taken off", "legal-aid") in audit(desk)
    desk.line.hotline.refresh()
    shown = desk.line.hotline.deps.editions.active(desk.line.clock.now()).shown
    assert not any("00 00 02 04" in item.fields.values() for item in shown.items)
    mariam.open(LIST)
    assert 1 == figure(mariam, desk, "withdrawn")


def test_what_is_needed_is_not_taken_out(desk: Desk, mariam: Browser) -> None:
    """It says what needs it."""
    path = f"{LIST}/places/commune-4"
    mariam.open(path)
    mariam.send(f"{path}/drop")
    assert (HTTPStatus.CONFLICT, True) == (mariam.status, "Cela en a encore besoin" in mariam.page)


def test_what_is_taken_out_can_come_back(desk: Desk, mariam: Browser) -> None:
    """Until the draft is published."""
    mariam.open(LEGAL)
    mariam.send(f"{LEGAL}/drop")
    assert any(row.startswith("Aide juridique enlevé") for row in rows(mariam))
    mariam.open(LEGAL)
    mariam.send(f"{LEGAL}/revert")
    assert desk.say("directory.after.reverted") in mariam.page


def test_a_change_of_another_edition_is_shown_beside_the_draft_s(desk: Desk, mariam: Browser) -> None:
    """Both can be kept."""
    mariam.open(LEGAL)
    mariam.send(LEGAL, name="Aide juridique", kind="legal", phone="00 00 02 04", source="x", source_date="2025", hours="8h")
    sources = listed()
    items = [replace(item, fields=item.fields | {"hours": "7h"}) if item.id == "legal-aid" else item for item in sources.items]
    now = desk.line.clock.now()
    publish(desk.line.real_store, replace(sources, items=tuple(items)), "somebody", now, now + 10)
    desk.line.hotline.refresh()
    mariam.open(LEGAL)
    assert (True, True) == (desk.say("directory.conflict") in mariam.page, "<dd>7h</dd>" in mariam.page)
    mariam.send(f"{LEGAL}/keep")
    assert desk.say("directory.conflict") not in mariam.page
    assert 'value="8h"' in mariam.page


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_table_goes_out_and_back(desk: Desk, mariam: Browser, kind: str) -> None:
    """As a file that is never called by the line's name; back as it came it changes nothing."""
    answer = mariam.client.get(f"{LIST}/table.{kind}")
    assert f'attachment; filename="2026-11-24.{kind}"' == answer.headers["Content-Disposition"]
    if kind == "xlsx":
        assert "directory" in load_workbook(BytesIO(answer.get_data())).sheetnames
    upload(mariam, answer.get_data())
    assert desk.say("directory.table_same") in mariam.page


def test_a_table_is_read_before_it_goes_in(desk: Desk, mariam: Browser) -> None:
    """Row by row, with what stands and what would; nothing is in the draft before that is said."""
    data = out(mariam).replace(b"Aide juridique", b"<b>Aide</b>")
    upload(mariam, data)
    assert "<del>Aide juridique</del> <ins>&lt;b&gt;Aide&lt;/b&gt;</ins>" in mariam.raw
    with desk.line.real_store.read() as tx:
        assert () == tx.edition_drafts.all()
    mariam.send(f"{LIST}/table/in")
    assert desk.say("directory.after.taken_in", count="1") in mariam.page
    mariam.open(LEGAL)
    assert "<b>Aide</b>" in mariam.page


def test_a_bad_table_names_row_and_column_in_words(desk: Desk, mariam: Browser) -> None:
    """And takes nothing in."""
    upload(mariam, b'"list";"id";"name";"kind"\r\n"services";"a";"A";"magic"\r\n"services";"b";"";""\r\n')
    text = " ".join(re.sub(r"<[^>]+>", " ", mariam.page).split())
    assert HTTPStatus.BAD_REQUEST == mariam.status
    assert f"Ligne 2 Sorte {desk.say('directory.fault.unknown')}" in text
    assert f"Ligne 3 Nom {desk.say('directory.fault.missing')}" in text
    assert f"{LIST}/table/in" not in mariam.page


def test_a_table_without_a_file_or_larger_than_any_says_so(desk: Desk, mariam: Browser) -> None:
    """The first on the page; the second is not read at all."""
    assert desk.say("directory.error.no_file") in upload(mariam, b"")
    mariam.open(LIST)
    body = b'--x\r\nContent-Disposition: form-data; name="table"; filename="a.csv"\r\n\r\n' + b"x" * MOST_BYTES + b"\r\n--x--"
    mariam._took(mariam.client.post(f"{LIST}/table", data=body, content_type="multipart/form-data; boundary=x"))
    assert HTTPStatus.REQUEST_ENTITY_TOO_LARGE == mariam.status


def test_forms_of_other_pages_are_no_larger_than_before(desk: Desk, mariam: Browser) -> None:
    """Room is made for tables alone."""
    desk.app.config["MAX_CONTENT_LENGTH"] = 8 * 1024
    mariam.open(LEGAL)
    mariam.send(LEGAL, name="x" * 9000)
    assert HTTPStatus.REQUEST_ENTITY_TOO_LARGE == mariam.status
    mariam.open(LIST)
    upload(mariam, out(mariam) + b"\r\n" * 9000)
    assert HTTPStatus.OK == mariam.status


def test_a_reviewer_sees_and_changes_nothing(desk: Desk) -> None:
    """No form stands there, and none is taken."""
    desk.set_staff("awa", reviews=frozenset({"fr"}))
    awa = desk.browser("awa")
    awa.open(LEGAL)
    assert (HTTPStatus.OK, False, False) == (awa.status, f"{LEGAL}/off" in awa.page, f'action="{LEGAL}"' in awa.page)
    awa.open(f"{LIST}/new/services")
    assert HTTPStatus.FORBIDDEN == awa.status


def test_who_may_not_see_it_does_not(desk: Desk) -> None:
    """A counselor has the services with a referral."""
    awa = desk.browser("awa")
    awa.open(LIST)
    assert HTTPStatus.FORBIDDEN == awa.status


def test_ten_times_the_directory_asks_no_more_and_is_no_larger_a_page(empty_database: Path, tmp_path: Path) -> None:
    """A page at a time."""
    at = listed().items[0].at
    more = tuple(
        Item("services", f"more-{n}", f"Centre {n}", {"kind": "health", "place": "commune-4", "region": "bamako", "source": "essai"}, at)
        for n in range(400)
    )
    for desk in desk_with(replace(listed(), items=(*listed().items, *more)), empty_database, tmp_path):
        browser = desk.browser("mariam")
        with desk.statements() as asked:
            browser.open(LIST)
        assert (40, True) == (len(rows(browser)), len(asked) <= MOST_STATEMENTS), asked
        browser.open(f"{LIST}?page=11")
        assert 34 == len(rows(browser))
        browser.open(f"{LIST}?page=999")
        assert 34 == len(rows(browser))


def test_an_entry_moves_up_and_down_in_its_list(desk: Desk, mariam: Browser) -> None:
    """By a button, without script, in the draft; who reads the difference sees which numbers lead elsewhere, by name, and the way there."""
    address = "/console/directory/order/regions"
    mariam.open("/console/directory?list=regions")
    assert f'href="{address}"' in mariam.page
    first, second, *_ = [item for item in listed().items if item.list == "regions"]
    page = mariam.open(address)
    assert page.index(f'id="e-{first.id}"') < page.index(f'id="e-{second.id}"')
    page = mariam.send(address, down=first.id)
    assert desk.say("directory.after.moved") in page
    assert page.index(f'id="e-{second.id}"') < page.index(f'id="e-{first.id}"')
    with desk.line.real_store.read() as tx:
        (draft,) = tx.edition_drafts.all()
        assert ["order/regions"] == [part.place for part in tx.edition_drafts.parts(draft.id)]
    page = mariam.open(f"/console/editions/drafts/{draft.id}")
    assert (True, True) == (f"<del>{first.name}</del>" in page, f'href="{address}"' in page)
    assert desk.say("editions.lists.note") in page
    assert 409 == mariam.client.post(address, data={**_fields(mariam, address), "up": second.id}).status_code  # it is the first by now
    mariam.open(address)
    mariam.send(address, up=first.id)
    with desk.line.real_store.read() as tx:
        assert () == tuple(tx.edition_drafts.parts(draft.id))


def _fields(browser: Browser, address: str) -> dict[str, str]:
    browser.open(address)
    return browser.hidden(address)


def test_only_what_stands_on_one_screen_is_moved_together(desk: Desk, mariam: Browser) -> None:
    """A place changes places within its region; events come by their day."""
    address = "/console/directory/order/places"
    one, other = "kangaba", "kati"  # others stand between them, of other regions
    mariam.open(address)
    page = mariam.send(address, up=other)
    assert page.index(f'id="e-{other}"') < page.index(f'id="e-{one}"')
    assert 404 == mariam.client.get("/console/directory/order/events").status_code
