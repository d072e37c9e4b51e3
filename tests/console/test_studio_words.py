"""Words to translators and back on the page: a preview of what would change, whole or not at all, into a draft."""

from __future__ import annotations

import html
import io
import re

import pytest

from hotline import front
from hotline.console.pages.directory import tables
from hotline.console.pages.directory.tables import MOST_BYTES
from hotline.console.pages.studio import translating
from hotline.content.directory_files.sheets import SheetBounds, read_sheet, write_sheet
from tests.console.desk import Browser, Desk
from tests.content_line import sources

PAGE, FILE, TAKE = "/console/studio/words", "/console/studio/words/file", "/console/studio/words/take"
KEY = "out.end"


@pytest.fixture
def browser(desk: Desk) -> Browser:
    """Mariam's, an operator."""
    browser = desk.browser("mariam")
    browser.open(PAGE)
    return browser


def upload(browser: Browser, data: bytes, language: str = "bm", name: str = "bm.po") -> str:
    browser.open(PAGE)
    fields = {**browser.hidden(FILE), "language": language, "file": (io.BytesIO(data), name)}
    return browser._took(browser.client.post(FILE, data=fields, content_type="multipart/form-data"))


def po(**texts: str) -> bytes:
    return "\n\n".join(f'msgid "{key}"\nmsgstr "{text}"' for key, text in {"": "", **texts}.items()).encode()


def drafted(desk: Desk) -> dict[str, str | None]:
    with desk.line.real_store.read() as tx:
        return {part.place: part.value for draft in tx.edition_drafts.all() for part in tx.edition_drafts.parts(draft.id)}


def test_what_went_out_comes_back_as_it_was(desk: Desk, browser: Browser) -> None:
    """All messages, in both kinds of file and in every language: nothing would change, and there is nothing to take."""
    for language in ("fr", "bm"):
        for kind in ("po", "xlsx"):
            answer = browser.client.get(f"{PAGE}/{language}.{kind}")
            assert (200, f'attachment; filename="{language}.{kind}"') == (answer.status_code, answer.headers["Content-Disposition"])
            page = upload(browser, answer.data, language)
            assert desk.say("studio.files.counts", changed=0, same=len(sources().words[language]), empty=0) in page
            assert (200, False) == (browser.status, TAKE in page)


def test_a_file_of_another_language_is_refused(desk: Desk, browser: Browser) -> None:
    """Whatever country a tool put behind the language: nothing of it is shown as what would change."""
    french = browser.client.get(f"{PAGE}/fr.po").data
    page = upload(browser, french.replace(b"Language: fr", b"Language: fr_ML"), "bm")
    assert desk.say("studio.files.wrong.language", what="fr") in page
    assert TAKE not in page
    assert desk.say("studio.files.counts", changed=0, same=0, empty=0) in page
    upload(browser, french.replace(b"Language: fr", b"Language: fr_ML"), "fr")
    assert desk.say("studio.files.nothing_taken") not in browser.page


def test_what_changed_is_shown_and_taken_whole(desk: Desk, browser: Browser) -> None:
    """Before and after beside each other; taken, it stands in a draft; the line itself is as it was."""
    page = upload(browser, po(**{KEY: "Kɛnɛya. Ka segin.", "safe.end": "Kɛnɛya."}))
    assert desk.say("studio.files.counts", changed=2, same=0, empty=0) in page
    assert "Kɛnɛya. Ka segin." in page
    assert {} == drafted(desk)
    page = browser.send(TAKE)
    assert desk.say("studio.files.taken", count=2) in page
    assert {f"words/bm/{KEY}": '"Kɛnɛya. Ka segin."', "words/bm/safe.end": '"Kɛnɛya."'} == drafted(desk)


def test_a_workbook_comes_back(desk: Desk, browser: Browser) -> None:
    """By the names of its columns, in whatever order; what is empty stays as it is."""
    sheet = read_sheet(browser.client.get(f"{PAGE}/bm.xlsx").data, SheetBounds(10_000))
    heads = [str(cell) for cell in sheet[0]]
    assert ["key", "about", "words fr", "words bm"] == heads
    page = upload(browser, write_sheet([("words bm", "key"), ("Kɛnɛya.\nKa segin.", KEY), ("", "safe.end")]), name="bm.xlsx")
    assert desk.say("studio.files.counts", changed=1, same=0, empty=1) in page
    browser.send(TAKE)
    assert {f"words/bm/{KEY}": '"Kɛnɛya.\\nKa segin."'} == drafted(desk)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (po(**{KEY: "Kɛnɛya.", "nothing.at": "Kɛnɛya."}), "nothing.at\u00a0: aucun message"),
        (po(**{KEY: "a" * 900}), KEY),
        (po(**{KEY: "Kɛnɛya.", "safe.end": "Kɛnɛya 70 00 00 01."}), "safe.end"),
        (po(**{KEY: "Kɛnɛya."}) + b"\n\nmsgid \xff", "not UTF-8"),
        (b"PK\x03\x04 no workbook", "not a workbook"),
        (write_sheet([("key", "words fr"), (KEY, "Fin.")]), "la colonne words bm"),
        (write_sheet([("key", "words bm"), (KEY, "Fin."), (KEY, "Fini.")]), "deux fois"),
        (b"nothing of the kind", "neither a comment nor msgid"),
    ],
)
def test_anything_wrong_and_nothing_is_taken(desk: Desk, browser: Browser, data: bytes, said: str) -> None:
    """Each with its line; there is no button."""
    page = upload(browser, data)
    assert (200, True, True, False) == (browser.status, desk.say("studio.files.nothing_taken") in page, said in page, TAKE in page)


def test_what_somebody_changed_meanwhile_is_not_written_over(desk: Desk, browser: Browser) -> None:
    """Nothing of the file is taken then."""
    browser.open("/console/studio/out/end")
    browser.send("/console/studio/out/end", **{f"words/bm/{KEY}": "Ka segin."})
    upload(browser, po(**{KEY: "Kɛnɛya.", "safe.end": "Kɛnɛya."}))
    other = desk.browser("mariam")
    other.open("/console/studio/out/end")
    other.send("/console/studio/out/end", **{f"words/bm/{KEY}": "Ka taa."})
    page = browser.send(TAKE)
    assert (409, True) == (browser.status, desk.say("studio.files.error.changed") in page)
    assert {f"words/bm/{KEY}": '"Ka taa."'} == drafted(desk)


def test_each_in_the_languages_that_are_theirs(desk: Desk) -> None:
    """A reviewer takes files of the languages that are reviewed, whatever the form says; others have no such page."""
    desk.set_staff("nana", reviews=("bm",), reads="fr")
    desk.set_staff("awa", approves=True)
    nana = desk.browser("nana")
    page = nana.open(PAGE)
    assert ("/bm.po" in page, "/fr.po" in page) == (True, False)
    upload(nana, po(**{KEY: "Fin."}), "fr")
    assert 403 == nana.status
    upload(nana, po(**{KEY: "Kɛnɛya."}))
    changes = nana.hidden(TAKE) | {"changes": html.unescape(nana.hidden(TAKE)["changes"]).replace("words/bm", "words/fr")}
    assert 403 == nana.client.post(TAKE, data=changes).status_code
    for changes in ("", "[]x", '[{"place":"screen/out.end","before":null,"after":"x"}]'):
        assert 400 == nana.client.post(TAKE, data={**nana.hidden(TAKE), "changes": changes}).status_code
    for alias in ("awa", "fanta", "djeneba"):
        other = desk.browser(alias)
        other.open(PAGE)
        assert 403 == other.status


def test_more_than_any_file_holds_is_refused(desk: Desk, browser: Browser) -> None:
    """Here alone a form may be larger than words that are typed."""
    desk.app.config["MAX_CONTENT_LENGTH"] = 8 * 1024
    page = upload(browser, po(**{KEY: "Kɛnɛya."}) + b"\n# " + b"a" * 300_000)
    assert (200, True) == (browser.status, TAKE in page)
    large = browser.client.post(FILE, data=b"a" * (MOST_BYTES + 1), content_type="multipart/form-data; boundary=x")
    assert 413 == large.status_code
    assert 413 == browser.client.post("/console/studio/drafts", data={"title": "a" * 9000}).status_code


def test_no_file_is_said(desk: Desk, browser: Browser) -> None:
    """Beside the field."""
    page = upload(browser, b"")
    assert (400, True, 1) == (
        browser.status,
        desk.say("studio.files.error.empty") in page,
        len(re.findall('aria-invalid="true"', browser.raw)),
    )


def test_the_front_lets_files_through_where_pages_take_them(desk: Desk) -> None:
    """To every address whose page makes room for them, and to no other."""
    rules = {
        rule.endpoint.removeprefix("console."): rule.rule.encode()
        for rule in desk.app.url_map.iter_rules()
        if "POST" in (rule.methods or ())
    }
    through = {name for name, path in rules.items() if front.TABLES_PATH.fullmatch(path)}
    assert {*tables.LARGE, *translating.LARGE} == through
