"""The studio's first page, its maps and its search, as whoever opens them finds them; with script off, as the test's browser is."""

from __future__ import annotations

import gzip
import html
import re

import pytest

from hotline.service.studio.line.tree import is_silent
from tests.console.desk import Browser, Desk
from tests.content_line import sources

FLOWS = [flow.name for flow in sources().flows]
PAGE_KB = 20
_SVG = re.compile(r"<svg class=\"map\".*?</svg>", re.DOTALL)
_LINK = re.compile(r'<a href="([^"]+)"(?: class="(\w+)")? aria-label="([^"]+)"')


def text(language: str, key: str) -> str:
    return next(message.text for message in sources().words[language] if message.key == key)


def change(browser: Browser, key: str, words: str) -> None:
    """In French, as the form of its page does."""
    address = f"/console/studio/{key.replace('.', '/')}"
    browser.open(address)
    place = f"words/fr/{key}"
    others = {f"words/{language}/{key}": text(language, key) for language in sources().words if language != "fr"}
    browser.send(address, **{place: words, **others})


def links(browser: Browser) -> dict[str, tuple[str, str]]:
    """Of the maps on the page that is open: by address how it is marked, and what it is called aloud."""
    return {at: (kind, html.unescape(said)) for drawing in _SVG.findall(browser.raw) for at, kind, said in _LINK.findall(drawing)}


def weight(browser: Browser) -> float:
    return len(gzip.compress(browser.raw.encode(), 6)) / 1000


@pytest.mark.parametrize("name", FLOWS)
def test_every_screen_of_a_flow_is_a_link_on_its_map_and_in_its_list(desk: Desk, name: str):
    browser = desk.browser("mariam")
    browser.open(f"/console/studio/{name}")
    assert browser.status == 200
    drawn = links(browser)
    listed = _SVG.sub("", browser.raw)
    for flow in sources().flows:
        for screen in flow.screens if flow.name == name else ():
            address = f"/console/studio/{screen.key.replace('.', '/')}"
            assert address in drawn
            assert f'<a href="{address}"' in listed
    assert "style=" not in browser.raw
    assert "&amp;#" not in browser.raw  # words with an apostrophe, read aloud as they are
    assert weight(browser) < PAGE_KB


def test_the_first_page_shows_every_flow_and_which_leads_where(desk: Desk):
    browser = desk.browser("mariam")
    page = browser.open("/console/studio")
    drawn = links(browser)
    assert set(drawn) == {f"/console/studio/{name}" for name in FLOWS}
    assert drawn["/console/studio/family"][1] == "Vie de famille → 5, mène aussi à Conseil par téléphone"
    assert "Aide tout de suite (1), Conseil par téléphone (2), Soins, centres (3)" in " ".join(page.split())
    assert page.index(desk.say("studio.map.list")) < page.index("<svg"), "on a phone the list comes first"
    assert page.index(desk.say("studio.map.further")) < page.index("<svg"), "what is wider than the page says so"
    assert weight(browser) < PAGE_KB


def test_keys_of_one_arrow_are_said_together(desk: Desk):
    browser = desk.browser("mariam")
    browser.open("/console/studio/callback")
    assert re.search(r'<text class="k"[^>]*>1–4</text>', browser.raw)


def test_what_a_draft_changes_and_what_is_wrong_with_it_is_marked_and_said(desk: Desk):
    browser = desk.browser("mariam")
    change(browser, "rights.topics", text("fr", "rights.topics").replace("Droits", "Vos droits"))
    change(browser, "family.help", "Rien")
    browser.open("/console/studio/rights")
    assert links(browser)["/console/studio/rights/topics"] == ("changed", "✎ Vos droits, changé")
    assert "✎ Vos droits" in browser.page
    page = browser.open("/console/studio/family")
    kind, said = links(browser)["/console/studio/family/help"]
    assert (kind, said) == ("bad", "! ✎ Rien, changé, faute")
    assert "! ✎ Rien" in page
    page = browser.open("/console/studio")
    assert links(browser)["/console/studio/family"][0] == "bad"
    assert links(browser)["/console/studio/rights"][0] == "changed"
    wrong = page[page.index('id="wrong-title"') : page.index('id="drafts-title"')]
    assert '<a href="/console/studio/family/help">Rien</a>' in wrong
    assert "rights" not in wrong
    browser.open("/console/studio/advice/topics")
    assert re.search(r'class="dot bad"></span><span>Vie de famille', browser.raw)


def test_a_draft_is_begun_named_chosen_and_given_up(desk: Desk):
    browser = desk.browser("mariam")
    browser.open("/console/studio")
    page = browser.send("/console/studio/drafts", title="Le premier")
    assert "Le premier" in page
    page = browser.send("/console/studio/drafts", title="Le second")
    first = re.search(r"/console/studio\?draft=(\w+)", page)
    assert first
    page = browser.open(first[0])
    name = re.search(r"/console/studio/drafts/\w+/name", page)
    assert name
    assert first[1] in name[0], "the one that was chosen is the one that is named"
    page = browser.send(name[0], title="Le tout premier")
    assert "Le tout premier" in page
    page = browser.send(f"/console/studio/drafts/{first[1]}/drop")
    assert "Le tout premier" not in page
    assert "Le second" in page


def test_a_screen_is_searched_by_keys_and_by_words_without_script(desk: Desk):
    browser = desk.browser("mariam")
    page = browser.open("/console/studio?q=sogoma")
    assert "<mark>Sɔgɔma</mark>" in page
    assert '<a href="/console/studio/callback/when"' in page
    page = browser.open("/console/studio?q=4*3*2")
    assert page.index('<a href="/console/studio/centres/regions"') < page.index('<a href="/console/studio/centres/places"')
    assert weight(browser) < PAGE_KB
    page = browser.open("/console/studio?q=%3Cscript%3E")
    assert "<script>" not in browser.raw[browser.raw.index("<main") :]
    assert desk.say("studio.search.none", query="<script>") in page
    browser.open("/console/studio?q=a")
    assert weight(browser) < PAGE_KB


def test_on_a_screen_s_page_its_flow_alone_is_unfolded_and_keys_are_not_broken(desk: Desk):
    browser = desk.browser("mariam")
    browser.open("/console/studio/centres/services")
    tree = browser.raw[browser.raw.index('<ul class="tree">') :]
    tree = tree[: tree.index("</nav>")]
    assert "4\u00a03\u00a02" in tree
    shown = [screen.key for flow in sources().flows if flow.name == "centres" for screen in flow.screens if not is_silent(screen)]
    assert tree.count('class="dot') == len(FLOWS) + len(shown)
    assert tree.count('aria-current="page"') == 1
    assert browser.raw.index('id="words"') < browser.raw.index('id="tree"'), "on a phone the words come first"
    assert weight(browser) < PAGE_KB


@pytest.mark.parametrize("key", ["script.open", "staff.offer", "keys.back", "window"])
def test_phrases_have_a_page_by_what_they_are_for(desk: Desk, key: str):
    browser = desk.browser("mariam")
    root, _, part = key.partition(".")
    browser.open(f"/console/studio/{root}")
    assert browser.status == 200
    assert f'<a href="/console/studio/{root}/{part or "-"}"' in browser.raw
    browser.open(f"/console/studio/{root}/{part or '-'}")
    assert browser.status == 200
    assert weight(browser) < PAGE_KB


def test_what_is_no_flow_has_no_page_and_whoever_has_no_right_sees_none(desk: Desk):
    operator, counselor = desk.browser("mariam"), desk.browser("awa")
    operator.open("/console/studio/nowhere")
    assert operator.status == 404
    for path in ("/console/studio", "/console/studio/callback", "/console/studio?q=5"):
        counselor.open(path)
        assert counselor.status == 403


def test_the_pages_are_there_in_bambara_and_ask_a_bounded_number_of_times(desk: Desk):
    desk.set_staff("mariam", reads="bm")
    browser = desk.browser("mariam")
    for path in ("/console/studio", "/console/studio/callback", "/console/studio/staff", "/console/studio?q=5"):
        with desk.statements() as asked:
            browser.open(path)
        assert browser.status == 200
        assert '<html lang="bm">' in browser.raw
        assert len(asked) < 20
    assert "studio." not in re.sub(r'(href|action)="[^"]*"', "", browser.raw)
