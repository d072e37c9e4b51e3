"""Testimonies: written with consent, cut, released by two others, withdrawn by anybody, each counted once."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest
from msgspec.structs import replace

from hotline.engine.flow import Sources
from hotline.ports.desk import testimonies as port
from hotline.ports.desk.audit import AuditRecord
from hotline.service.editions.publication import publish
from hotline.service.editions.snapshot import decode, encode
from tests.console.desk import IDS, WORDS, Browser, Desk
from tests.told_line import told_sources

HERS = "J'avais honte. On m'a crue. Ça va mieux."
CHECKS = ["names", "number", "known", "left", "blow", "better"]
NEW = "/console/testimonies/new"


@pytest.fixture
def sources(tmp_path: Path) -> Sources:
    return told_sources(tmp_path / "files")


@pytest.fixture
def desk(desk: Desk, sources: Sources) -> Desk:
    """With an edition that was published."""
    now = desk.line.clock.now()
    publish(desk.line.real_store, sources, "somebody", now - 60, now - 30)
    return desk


def all_testimonies(desk: Desk) -> tuple[port.Testimony, ...]:
    with desk.line.real_store.read() as tx:
        return tx.testimonies.all()


def only(desk: Desk) -> port.Testimony:
    (testimony,) = all_testimonies(desk)
    return testimony


def path(desk: Desk, action: str = "") -> str:
    return f"/console/testimonies/{only(desk).id}{action and '/'}{action}"


def written(desk: Desk, by: str = "awa", text: str = HERS) -> Browser:
    browser = desk.browser(by)
    browser.open(NEW)
    browser.send(NEW, consent="yes", fr=text)
    return browser


def cut(desk: Desk, by: str = "awa", text: str = HERS) -> Browser:
    browser = desk.browser(by)
    browser.open(path(desk))
    browser.send(path(desk, "cut"), fr=text, check=CHECKS)
    return browser


def released(desk: Desk, by: str) -> Browser:
    browser = desk.browser(by)
    browser.open(path(desk))
    browser.send(path(desk, "release"), read="yes")
    return browser


def published(desk: Desk) -> list[list[str]]:
    """The testimonies' words of each edition, oldest first."""
    with desk.line.real_store.read() as tx:
        rows = [tx.editions.get(number) for number, _, _ in tx.editions.moments()]
    return [[item.fields["text.fr"] for item in decode(row.sources).items if item.list == "testimonies"] for row in rows if row]


def audit(desk: Desk) -> list[tuple[str, str]]:
    with desk.line.real_store.read() as tx:
        return [(record.who, record.what) for record in tx.audit.all() if record.what.startswith("testimony")]


def test_from_her_words_to_the_line(desk: Desk) -> None:
    """Written, cut, released by one and by another: a new edition holds it, in the names of both, and every step stands in the audit, about its id."""
    browser = written(desk)
    assert desk.say("testimonies.after.written") in browser.page
    assert desk.say("testimonies.after.cut", "bm") in cut(desk, "nana").page
    assert desk.say("testimonies.after.one") in released(desk, "oumou").page
    assert published(desk) == [[]]
    assert desk.say("testimonies.after.published") in released(desk, "fanta").page
    assert published(desk) == [[], [HERS]]
    with desk.line.real_store.read() as tx:
        edition, records = tx.editions.get(2), tx.audit.all()
    assert edition is not None
    assert (edition.made_by, edition.approved_by) == ("oumou", "fanta")
    assert edition.active_from == desk.line.clock.now() + desk.line.rules.lead_seconds
    steps = [("awa", "testimony written"), ("nana", "testimony cut"), ("oumou", "testimony released"), ("fanta", "testimony released")]
    assert audit(desk) == steps
    assert {record.about for record in records if record.what.startswith("testimony")} == {only(desk).id}


def test_without_her_consent_nothing_is_kept(desk: Desk) -> None:
    """The words to be read to the caller stand there; unticked, nothing is written, and what was typed is still on the page."""
    browser = desk.browser("awa")
    assert desk.say("testimonies.consent_words") in browser.open(NEW)
    page = browser.send(NEW, fr=HERS)
    assert browser.status == 400
    assert desk.say("testimonies.error.consent") in page
    assert f">{HERS}</textarea>" in page
    assert re.search(r'name="consent"[^>]*aria-invalid="true" autofocus', browser.raw)
    assert all_testimonies(desk) == ()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "empty"),
        ("a" * 101, "long"),
        ("Appelez 70 00 03 00.", "number"),
        ("J'ai {name}.", "braces"),
        ("J'ai \u200bpeur.", "unseen"),
    ],
)
def test_words_that_no_screen_can_show(desk: Desk, text: str, why: str) -> None:
    """They are refused with the reason, and kept nowhere."""
    browser = desk.browser("awa")
    browser.open(NEW)
    assert desk.say(f"testimonies.error.{why}") in browser.send(NEW, consent="yes", fr=text)
    assert all_testimonies(desk) == ()


def test_bambara_that_fills_more_than_a_page_when_it_is_folded(desk: Desk) -> None:
    """A hundred letters of which each becomes two on the phone do not fit: said of the field that they stand in."""
    browser = desk.browser("awa")
    browser.open(NEW)
    page = browser.send(NEW, consent="yes", bm="ɲaŋa " * 19)
    assert desk.say("testimonies.error.page") in page
    assert re.search(r'name="bm"[^>]*aria-invalid="true"', browser.raw)


def test_a_form_sent_twice_counts_once(desk: Desk) -> None:
    """The same page sent again writes nothing again and leads to the same testimony; a release sent twice is one release."""
    browser = desk.browser("awa")
    browser.open(NEW)
    form = browser.hidden(NEW)
    for _ in range(2):
        browser.client.post(NEW, data={**form, "consent": "yes", "fr": HERS})
    assert len(all_testimonies(desk)) == 1
    cut(desk)
    other = desk.browser("oumou")
    other.open(path(desk))
    form = other.hidden(path(desk, "release"))
    statuses = [other.client.post(path(desk, "release"), data={**form, "read": "yes"}).status_code for _ in range(2)]
    assert statuses == [303, 303]
    assert only(desk).released_by == (IDS["oumou"],)


def test_every_line_of_the_list_is_ticked(desk: Desk) -> None:
    """One that was left out stops the cut; what was typed and ticked stays."""
    written(desk)
    browser = desk.browser("nana")
    browser.open(path(desk))
    page = browser.send(path(desk, "cut"), fr="Moins.", check=CHECKS[1:])
    assert desk.say("testimonies.error.checks", "bm") in page
    assert ">Moins.</textarea>" in page
    assert only(desk).state == "written"


def test_what_to_look_at_is_marked(desk: Desk) -> None:
    """A place of the directory, a digit, a capital: marked in the words and named below; another look keeps nothing."""
    browser = written(desk, text="Partie de ségou avec Awa, 3 enfants.")
    for part, why in (("ségou", "place"), ("Awa", "capital"), ("3", "digit")):
        assert f"<mark>{part}</mark> : {desk.say(f'testimonies.why.{why}')}" in browser.page
    page = browser.send(path(desk, "cut"), fr="Partie avec les enfants.", look="yes")
    assert desk.say("testimonies.look_none") in page
    assert "ségou" in only(desk).text["fr"]


def test_she_who_wrote_it_does_not_release_it(desk: Desk) -> None:
    """Her page has no such form, and sending one all the same does nothing."""
    written(desk)
    browser = cut(desk)
    assert "/release" not in browser.raw
    assert desk.say("testimonies.release_own") in browser.page
    page = browser.client.post(path(desk, "release"), data={**browser.hidden(path(desk, "cut")), "read": "yes"})
    assert desk.say("testimonies.error.own") in html.unescape(page.get_data(as_text=True))
    assert only(desk).released_by == ()


def test_nobody_releases_it_twice(desk: Desk) -> None:
    """Two different people: after the first, one is still missing."""
    written(desk)
    cut(desk)
    browser = released(desk, "oumou")
    assert "/release" not in browser.raw
    browser.client.post(path(desk, "release"), data={**browser.hidden(path(desk, "cut")), "read": "yes"})
    assert only(desk).released_by == (IDS["oumou"],)
    assert published(desk) == [[]]


def test_it_is_read_before_it_is_released(desk: Desk) -> None:
    """Without the tick nothing is released."""
    written(desk)
    cut(desk)
    browser = desk.browser("oumou")
    browser.open(path(desk))
    assert desk.say("testimonies.error.tick") in browser.send(path(desk, "release"))
    assert only(desk).released_by == ()


def test_other_words_take_the_releases_away(desk: Desk) -> None:
    """What one person released is not what stands there now; the same words again change nothing."""
    written(desk)
    cut(desk)
    released(desk, "oumou")
    cut(desk, "nana")
    assert only(desk).released_by == (IDS["oumou"],)
    cut(desk, "nana", "Je vais mieux.")
    assert only(desk).released_by == ()


def test_words_that_she_never_read_are_not_released(desk: Desk) -> None:
    """They changed between the page and the tap: the new ones are shown."""
    written(desk)
    cut(desk)
    browser = desk.browser("oumou")
    browser.open(path(desk))
    cut(desk, "nana", "Je vais mieux.")
    page = browser.send(path(desk, "release"), read="yes")
    assert desk.say("testimonies.error.changed") in page
    assert "Je vais mieux." in page
    assert only(desk).released_by == ()


def test_too_many_editions(desk: Desk, sources: Sources) -> None:
    """Both releases are kept, the page says so, and it is published later with one tap by anybody."""
    now = desk.line.clock.now()
    for n in range(7):
        publish(desk.line.real_store, sources, "somebody", now, now + n)
    written(desk)
    cut(desk)
    released(desk, "oumou")
    browser = released(desk, "fanta")
    assert desk.say("testimonies.after.too_soon") in browser.page
    assert (only(desk).state, len(only(desk).released_by), published(desk)[-1]) == ("cut", 2, [])
    assert desk.say("testimonies.state.waiting") in browser.open("/console/testimonies")
    desk.line.clock.at += 7200
    browser = desk.browser("awa")
    browser.open(path(desk))
    assert desk.say("testimonies.after.published") in browser.send(path(desk, "publish"))
    assert published(desk)[-1] == [HERS]


def test_a_line_with_a_fault_says_so_kindly(desk: Desk, sources: Sources) -> None:
    """Nothing is published of a line that would not be published by hand; the releases are kept."""
    with desk.line.real_store.write() as tx:
        tx.editions.rewrite(1, encode(replace(sources, start="nowhere.first")))
    written(desk)
    cut(desk)
    released(desk, "oumou")
    assert desk.say("testimonies.after.faulty") in released(desk, "fanta").page
    assert (only(desk).state, len(only(desk).released_by)) == ("cut", 2)


@pytest.mark.parametrize("by", ["awa", "oumou", "nana", "fanta"])
def test_anybody_withdraws_it_at_once(desk: Desk, by: str) -> None:
    """One confirm, no reason: its words are in no table any more, the mark is there, and the page says that it is done."""
    written(desk)
    cut(desk)
    for alias in ("oumou", "fanta"):
        released(desk, alias)
    browser = desk.browser(by)
    browser.open(path(desk))
    language = WORDS.language(desk.staff(by).reads)
    assert desk.say("testimonies.after.withdrawn", language) in browser.send(path(desk, "withdraw"))
    assert (only(desk).state, only(desk).text) == ("withdrawn", {})
    assert HERS not in browser.page
    assert published(desk) == [[], []]
    with desk.line.real_store.read() as tx:
        assert [(mark.item, mark.phone, mark.by) for mark in tx.editions.withdrawals()] == [(only(desk).id, "", by)]
        assert tx.audit.all()[-1] == AuditRecord(desk.line.clock.now(), by, "testimony withdrawn", only(desk).id)
    assert "/cut" not in browser.open(path(desk))


def test_one_that_was_not_released_is_withdrawn_too(desk: Desk) -> None:
    """As soon as it is written; afterwards nobody cuts or releases it."""
    browser = written(desk)
    page = browser.page
    browser.send(path(desk, "withdraw"))
    assert (only(desk).state, only(desk).text) == ("withdrawn", {})
    assert HERS in page
    stale = desk.browser("oumou")
    stale.open(NEW)
    answer = stale.client.post(path(desk, "cut"), data={**stale.hidden(NEW), "fr": HERS, "check": CHECKS, "seen": "x"})
    assert answer.status_code == 400
    assert only(desk).text == {}


def test_the_list_has_each_in_its_state(desk: Desk) -> None:
    """By state, found by its words; withdrawn ones are there without any."""
    for n, text in enumerate(("Un.", "Deux.", "Trois.")):
        desk.line.clock.at += n + 1
        written(desk, text=text)
    one, two, _three = (testimony.id for testimony in reversed(all_testimonies(desk)))
    browser = desk.browser("oumou")
    browser.open(f"/console/testimonies/{one}")
    browser.send(f"/console/testimonies/{one}/withdraw")
    browser.open(f"/console/testimonies/{two}")
    browser.send(f"/console/testimonies/{two}/cut", fr="Deux.", check=CHECKS)
    page = browser.open("/console/testimonies")
    counts = {
        state: desk.say(f"testimonies.state.{state}") + f' <span class="count">{n}<'
        for state, n in (("written", 1), ("cut", 1), ("released", 0), ("withdrawn", 1))
    }
    assert [state for state, heading in counts.items() if heading in page] == list(counts)
    assert [text in page for text in ("Un.", "Deux.", "Trois.")] == [False, True, True]


@pytest.mark.parametrize("role", ["mariam", "djeneba"])
def test_operators_and_admins_do_not_read_them(desk: Desk, role: str) -> None:
    """Before they are released, they are for those who listen."""
    written(desk)
    browser = desk.browser(role)
    browser.open("/console/testimonies")
    assert browser.status == 403
    browser.open(path(desk))
    assert browser.status == 403


def test_an_unknown_one(desk: Desk) -> None:
    """Is not found."""
    browser = desk.browser("awa")
    browser.open("/console/testimonies/nobody")
    assert browser.status == 404
