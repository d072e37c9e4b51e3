"""The studio's page of a screen's keys, as an operator uses it without script: every kind of screen, new ones, and what is refused with its reason."""

from __future__ import annotations

import html
import re

import pytest
from msgspec.structs import replace

from hotline.console.pages.studio.pickers import MOST_CHOICES, shorten
from hotline.engine.drafting.revisions import Revision, revised, value_of
from hotline.engine.flow import Branch, Do, Each, End, Menu, Option, Say
from hotline.engine.restructuring.edits import NOWHERE, screens_of
from hotline.engine.restructuring.vocabulary import INTO
from hotline.service.editions.snapshot import LoadedEdition
from hotline.service.studio.drafts import see_draft
from hotline.service.studio.screens.structure import ScreenTitles
from tests.console.desk import WORDS, Browser, Desk

MENU = "/console/studio/babies/topics/keys"
NEW = "/console/studio/new-screen"
FLOW = "/console/studio/new-flow"
SAID = WORDS.say("fr", "studio.fault.number_in_words").partition(".")[0]
FR, BM = "label:words/fr/babies.topics", "label:words/bm/babies.topics"
GZIP_LOOKS_BACK = 32_768
MOST_BYTES = 20_000
LABELS = {FR: "Dents", BM: "Ɲinw"}


def kind_of(desk: Desk, key: str) -> object:
    composed = see_draft(desk.line.hotline.deps, desk.staff("mariam"), None)
    screen = screens_of(composed.sources).get(key)
    return None if screen is None else screen.kind


def leads(desk: Desk, key: str = "babies.topics") -> dict[int, str]:
    kind = kind_of(desk, key)
    assert isinstance(kind, Menu)
    return {option.key: option.go for option in kind.options}


def words(desk: Desk, key: str, language: str = "fr") -> str:
    composed = see_draft(desk.line.hotline.deps, desk.staff("mariam"), None)
    return next((message.text for message in composed.sources.words[language] if message.key == key), "")


def sent(browser: Browser, action: str, **fields: str) -> dict[str, str]:
    """What a browser would send of the form that stands there, all its fields as they stand, with these in their place."""
    form = next(form for form in re.findall(r"<form\b.*?</form>", browser.raw, re.DOTALL) if f'action="{action}"' in html.unescape(form))
    found = {
        name: html.unescape(value) for name, value in re.findall(r'<input(?![^>]*checkbox)[^>]* name="([^"]+)"[^>]* value="([^"]*)"', form)
    }
    found |= dict.fromkeys(re.findall(r'<input type="checkbox" name="([^"]+)"[^>]* checked', form), "yes")
    for name, options in re.findall(r'<select name="([^"]+)".*?>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', options) or re.search(r"<option selected>([^<]*)", options)
        first = re.search(r'<option value="([^"]*)"', options) or re.search(r"<option>([^<]*)", options)
        found[name] = html.unescape((chosen or first)[1]) if chosen or first else ""
    return {**found, **fields}


def send(browser: Browser, action: str, **fields: str) -> str:
    return browser.send(action, **sent(browser, action, **fields))


def trade(browser: Browser, page: str, action: str, numbers: str) -> None:
    """An arrow beside a key, which is a button of the page's form."""
    assert f'formaction="{page}/{action}" name="trade" value="{numbers}"' in browser.page
    browser._took(browser.client.post(f"{page}/{action}", data={**browser.hidden(f"{page}/kind"), "trade": numbers}, follow_redirects=True))


def quoted(desk: Desk, key: str) -> str:
    """A screen's title in a sentence."""
    composed = see_draft(desk.line.hotline.deps, desk.staff("mariam"), None)
    return desk.say("structure.quoted", title=shorten(ScreenTitles(composed.sources).of(key), 48))


@pytest.fixture
def mariam(desk: Desk) -> Browser:
    """An operator."""
    return desk.browser("mariam")


def test_one_of_every_kind_has_its_page(desk: Desk, mariam: Browser) -> None:
    """With what it does in words, and no name that only files know in the text of its links."""
    seen = set()
    for key, screen in screens_of(desk.line.editions.snapshot.editions[-1].sources).items():
        if type(screen.kind) not in seen:
            seen.add(type(screen.kind))
            id, _, part = key.partition(".")
            page = mariam.open(f"/console/studio/{id}/{part}/keys")
            assert mariam.status == 200, key
            assert desk.say(f"structure.kind.{screen.kind.__struct_config__.tag}") in page
            assert not re.search(r">[a-z]+(?:_[a-z]+)+</a>", mariam.raw), key


def test_a_screens_page_shows_where_its_keys_lead(desk: Desk, mariam: Browser) -> None:
    """In words, with conditions, free keys, what leads there, and the way to this page."""
    page = mariam.open("/console/studio/callback/when")
    assert desk.say("structure.unless", what=desk.say("structure.asked.offered.no", part=desk.say("structure.part.morning"))) in page
    assert 'href="/console/studio/callback/when/keys"' in page
    assert desk.say("structure.from") in page
    assert desk.say("structure.free", numbers="6, 7") in mariam.open("/console/studio/babies/topics")


def test_a_key_is_added_changed_and_taken_out(desk: Desk, mariam: Browser) -> None:
    """Its words in both languages in the same form; once taken out of what is published, its number stays empty and the page says why."""
    mariam.open(f"{MENU}?key=0")
    page = send(mariam, f"{MENU}/option", number="6", go="fever.topics", **LABELS)
    assert desk.say("structure.after.kept") in page
    assert leads(desk)[6] == "fever.topics"
    assert "6 Dents" in words(desk, "babies.topics")
    assert "6 Ɲinw" in words(desk, "babies.topics", "bm")
    mariam.open(f"{MENU}?key=1")
    page = send(mariam, f"{MENU}/option", go="fever.topics", **{FR: "Autre"})
    assert desk.say("structure.moved") in page
    assert "1 Autre" in words(desk, "babies.topics")
    mariam.open(f"{MENU}?key=2")
    page = mariam.send(f"{MENU}/option", number="2", do="drop")
    assert desk.say("structure.stays_empty") in page
    assert 2 not in leads(desk)


def test_a_removed_number_is_refused_beside_the_number(desk: Desk, mariam: Browser) -> None:
    """Though the form offers it: to lead where it led."""
    led = leads(desk)[2]
    mariam.open(f"{MENU}?key=2")
    mariam.send(f"{MENU}/option", number="2", do="drop")
    mariam.open(f"{MENU}?key=0")
    page = send(mariam, f"{MENU}/option", number="2", go="fever.topics", **LABELS)
    assert mariam.status == 400
    assert desk.say("structure.error.reused", number="2", about=quoted(desk, led)) in page
    assert re.search(r'<select name="number"[^>]*aria-invalid="true"', mariam.raw)
    assert 'value="Dents"' in mariam.raw, "what was typed stands there"
    send(mariam, f"{MENU}/option", go=led)
    assert leads(desk)[2] == led


@pytest.mark.parametrize(
    ("fields", "field", "why"),
    [
        ({"go": ""}, "go", "go"),
        ({"go": "babies.nowhere"}, "go", "target"),
        ({FR: " "}, FR, "label"),
        ({FR: "a" * 61}, FR, "label_long"),
        ({"number": "8"}, "number", "number"),
        ({"number": "1"}, "number", "taken"),
        ({"set-0": "beaten=yes"}, "set-0", "sets"),
        ({"if-0": "husband=near"}, "if-0", "condition"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(desk: Desk, mariam: Browser, fields: dict[str, str], field: str, why: str) -> None:
    """And nothing is kept."""
    mariam.open(f"{MENU}?key=0")
    page = send(mariam, f"{MENU}/option", **{"number": "6", "go": "fever.topics", **LABELS, **fields})
    assert mariam.status == 400
    assert desk.say(f"structure.error.{why}", number="", about="") in page
    assert re.search(rf'name="{re.escape(field)}"[^>]*aria-invalid="true"', mariam.raw)
    assert kind_of(desk, "babies.topics") == screens_of(desk.line.editions.snapshot.editions[-1].sources)["babies.topics"].kind


def invalid(page: str) -> list[str]:
    return re.findall(r'<(?:input|select|textarea) name="([^"]*)"[^>]*aria-invalid="true"', page)


def test_all_that_is_wrong_with_a_form_is_said_at_once(desk: Desk, mariam: Browser) -> None:
    """Each at its field, the first with the focus: nobody mends one to be told of the next."""
    mariam.open(f"{MENU}?key=0")
    send(mariam, f"{MENU}/option", **{"number": "1", "go": "", **LABELS, FR: " "})
    assert (400, ["number", FR, "go"]) == (mariam.status, invalid(mariam.raw))
    assert mariam.raw.count("autofocus") == 1
    mariam.open(f"{NEW}?id=babies&part=topics")
    fields = {
        "words:fr": "Les dents",
        "words:bm": "",
        "row-0:fr": "Dents",
        "row-0-go": "",
        "row-1:fr": "Un",
        "row-1:bm": "Kelen",
        "row-1-go": "",
    }
    send(mariam, NEW, number="6", **fields, **dict.fromkeys(LABELS, ""))
    assert invalid(mariam.raw) == ["words:bm", "row-0:bm", "row-0-go", "row-1-go", *LABELS]
    assert 'value="Kelen"' in mariam.raw, "what was typed stands there"


def test_another_line_comes_with_a_press(desk: Desk, mariam: Browser) -> None:
    """Without script: the form is back as it was filled in, with one line more."""
    mariam.open(f"{MENU}?key=0")
    page = send(
        mariam, f"{MENU}/option", number="6", go="fever.topics", do="line", **{"set-0": "part=morning", "if-0": "many=no"}, **LABELS
    )
    assert (mariam.status, 'name="set-1"' in page, 'name="if-1"' in page, 'value="Dents"' in page) == (200, True, True, True)
    send(mariam, f"{MENU}/option", do="", **{"if-1": "opening=known", "not-1": "yes"})
    option = next(option for option in kind_of(desk, "babies.topics").options if option.key == 6)  # type: ignore[attr-defined]
    assert option.set == {"part": "morning"}
    assert [(condition.subject, condition.negated) for condition in option.when] == [("many", False), ("opening", True)]


def test_a_way_is_added_moved_and_taken_out(desk: Desk, mariam: Browser) -> None:
    """The one without a condition stays last."""
    path = "/console/studio/callback/now/keys"
    before = kind_of(desk, "callback.now")
    assert isinstance(before, Branch)
    mariam.open(f"{path}?key=0")
    send(mariam, f"{path}/way", go="callback.when", at="1", **{"if-0": "many=yes"})
    after = kind_of(desk, "callback.now")
    assert isinstance(after, Branch)
    assert [way.go for way in after.ways] == ["callback.when", *(way.go for way in before.ways)]
    mariam.open(f"{path}?key=1")
    send(mariam, f"{path}/way", at="9")
    after = kind_of(desk, "callback.now")
    assert isinstance(after, Branch)
    assert [way.go for way in after.ways] == [*(way.go for way in before.ways[:-1]), "callback.when", before.ways[-1].go]
    mariam.open(f"{path}?key={len(after.ways) - 1}")
    send(mariam, f"{path}/way", do="drop")
    assert len(kind_of(desk, "callback.now").ways) == len(before.ways)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "key", ["centres.regions", "callback.other_phone", "about.topics", "callback.order_now", "callback.lost", "danger.saying"]
)
def test_a_form_that_is_sent_as_it_stands_changes_nothing(desk: Desk, mariam: Browser, key: str) -> None:
    """Whatever kind of screen it is: what the form shows is what there is."""
    id, _, part = key.partition(".")
    path = f"/console/studio/{id}/{part}/keys"
    mariam.open(path)
    send(mariam, f"{path}/kind")
    assert mariam.status == 200
    assert see_draft(desk.line.hotline.deps, desk.staff("mariam"), None).parts == {}


def test_every_kind_is_chosen_by_its_form(desk: Desk, mariam: Browser) -> None:
    """First the kind, then its fields; words come with what has none yet."""
    path = "/console/studio/about/topics/keys"
    mariam.open(path)
    page = send(mariam, f"{path}/kind", kind="each", do="choose")
    assert 'name="skip_one"' in page
    send(mariam, f"{path}/kind", do="", list="services", go="line.first", **{"where-region": "yes", "skip_one": "yes"})
    assert kind_of(desk, "about.topics") == Each("services", INTO["services"], "line.first", ("region",), skip_one=True)
    send(mariam, f"{path}/kind", kind="do", do="choose")
    send(mariam, f"{path}/kind", do="", order="stop_calls", when="", kept="fever.topics", lost="callback.lost")
    assert kind_of(desk, "about.topics") == Do("stop_calls", "fever.topics", "callback.lost")
    assert words(desk, "about.topics") == ""
    send(mariam, f"{path}/kind", kind="say", do="choose")
    page = send(mariam, f"{path}/kind", do="", go="")
    assert desk.say("structure.error.words") in page
    send(mariam, f"{path}/kind", go="", **{"words:fr": "Des mots", "words:bm": "Daɲɛw"})
    assert kind_of(desk, "about.topics") == Say()
    assert words(desk, "about.topics", "bm") == "Daɲɛw"
    send(mariam, f"{path}/kind", kind="end")
    assert kind_of(desk, "about.topics") == End()


def test_a_new_menu_stands_below_another_with_its_keys_and_words(desk: Desk, mariam: Browser) -> None:
    """In one step: two languages, three keys, and the key that leads there."""
    mariam.open(f"{NEW}?id=babies&part=topics")
    rows = {f"row-{row}:{language}": f"{language}{row}" for row in range(3) for language in ("fr", "bm")}
    goes = {f"row-{row}-go": "fever.topics" for row in range(3)}
    page = send(mariam, NEW, number="6", **{"words:fr": "Les dents", "words:bm": "Ɲinw"}, **LABELS, **rows, **goes)
    assert desk.say("structure.after.added") in page
    assert leads(desk)[6] == "babies.les-dents"
    assert leads(desk, "babies.les-dents") == dict.fromkeys((1, 2, 3), "fever.topics")
    assert words(desk, "babies.les-dents") == "Les dents\n1 fr0\n2 fr1\n3 fr2"
    assert words(desk, "babies.les-dents", "bm").endswith("3 bm2")


@pytest.mark.parametrize(
    ("template", "fields"), [("say", {"go": ""}), ("ask", {"go": "fever.topics"}), ("each", {"list": "services", "go": "centres.found"})]
)
def test_a_new_flow_begins_with_any_template(desk: Desk, mariam: Browser, template: str, fields: dict[str, str]) -> None:
    """Named after its title, and never after one that phrases have."""
    mariam.open(f"{FLOW}?id=babies&part=topics&as={template}")
    page = send(mariam, FLOW, number="6", **{"words:fr": "Staff", "words:bm": "Kura"}, **LABELS, **fields)
    assert desk.say("structure.after.added") in page
    assert leads(desk)[6] == "staff-2.staff"
    assert kind_of(desk, "staff-2.staff").__struct_config__.tag == template  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("template", "fields", "name"),
    [
        ("end", {"words:fr": "Bonne route.", "words:bm": "Sira ɲuman."}, "babies.bonne-route"),
        ("branch", {"go": "fever.topics"}, "babies.dents"),
        ("do", {"order": "stop_calls", "when": "", "kept": "fever.topics", "lost": "babies.topics"}, "babies.dents"),
        ("call", {"flow": "fever", "then": "babies.topics"}, "babies.dents"),
    ],
)
def test_a_new_screen_of_every_other_kind(desk: Desk, mariam: Browser, template: str, fields: dict[str, str], name: str) -> None:
    """One that callers never see has no words to fill in, and is named after the key that leads there."""
    page = mariam.open(f"{NEW}?id=babies&part=topics&as={template}")
    assert ("words:fr" in page) is (template == "end")
    page = send(mariam, NEW, number="6", **LABELS, **fields)
    assert desk.say("structure.after.added") in page
    assert leads(desk)[6] == name
    assert kind_of(desk, name).__struct_config__.tag == template  # type: ignore[union-attr]
    assert words(desk, name) == fields.get("words:fr", "")


def test_new_keys_trade_places_and_those_that_callers_know_do_not(desk: Desk, mariam: Browser) -> None:
    """Words and what they lead to go together; a number that was ever on the line stays, whatever the form says."""
    mariam.open(f"{NEW}?id=babies&part=topics")
    rows = {f"row-{row}:{language}": f"{language}{row}" for row in range(2) for language in ("fr", "bm")}
    goes = {"row-0-go": "fever.topics", "row-1-go": "line.first"}
    send(mariam, NEW, number="6", **{"words:fr": "Les dents", "words:bm": "Ɲinw"}, **LABELS, **rows, **goes)
    page = "/console/studio/babies/les-dents/keys"
    mariam.open(page)
    assert 'name="trade" value="1 2"' in mariam.page
    trade(mariam, page, "option", "1 2")
    assert {1: "line.first", 2: "fever.topics"} == leads(desk, "babies.les-dents")
    assert "Les dents\n1 fr1\n2 fr0" == words(desk, "babies.les-dents")
    mariam.open(f"{MENU}?key=1")
    assert ('name="trade"' in mariam.page, desk.say("structure.keys_stay") in mariam.page) == (False, True)
    before = leads(desk)
    said = mariam.send(f"{MENU}/option", trade="1 2")
    assert (400, True, before) == (mariam.status, desk.say("structure.error.fixed") in said, leads(desk))


def test_ways_of_a_branch_trade_places(desk: Desk, mariam: Browser) -> None:
    """The last one, which has no condition, stays last."""
    composed = see_draft(desk.line.hotline.deps, desk.staff("mariam"), None)
    key, branch = next(
        (key, screen.kind)
        for key, screen in screens_of(composed.sources).items()
        if isinstance(screen.kind, Branch) and len(screen.kind.ways) > 2 and not screen.kind.ways[-1].when
    )
    page = f"/console/studio/{key.replace('.', '/')}/keys"
    mariam.open(page)
    last = len(branch.ways)
    assert ('value="1 2"' in mariam.page, f'value="{last - 1} {last}"' in mariam.page) == (True, False)
    trade(mariam, page, "way", "1 2")
    after = kind_of(desk, key)
    assert isinstance(after, Branch)
    assert [branch.ways[1].go, branch.ways[0].go] == [way.go for way in after.ways[:2]]


def test_where_a_new_screen_is_reached_from_is_chosen_first(desk: Desk, mariam: Browser) -> None:
    """Among the menus that have a number left, by their titles."""
    page = mariam.open(NEW)
    assert f'href="{NEW}?id=babies&part=topics"' in page
    assert desk.say("structure.from_where") in page


def test_a_question_of_violence_by_key_is_refused(desk: Desk, mariam: Browser) -> None:
    """With the reason, and what was typed."""
    mariam.open(f"{NEW}?id=babies&part=topics")
    rows = {f"row-{row}:{language}": label for row, label in enumerate(("Oui", "Non")) for language in ("fr", "bm")}
    goes = {f"row-{row}-go": "fever.topics" for row in range(2)}
    asked = "Votre mari vous frappe?"
    page = send(mariam, NEW, number="6", **{"words:fr": asked, "words:bm": "A b'i bugɔ wa?"}, **LABELS, **rows, **goes)
    assert mariam.status == 400
    assert desk.say("structure.error.harm") in page
    assert asked in page


def test_a_title_is_changed_in_both_languages(desk: Desk, mariam: Browser) -> None:
    """It is the first line; what follows it stays. The name of a screen that only the draft has follows the title, with all that leads there."""
    mariam.open(MENU)
    send(mariam, f"{MENU}/rename", **{"title:fr": "Le bébé", "title:bm": "Den"})
    assert words(desk, "babies.topics").startswith("Le bébé\n1 ")
    mariam.open(f"{NEW}?id=babies&part=topics&as=say")
    send(mariam, NEW, number="6", go="", **{"words:fr": "Dents\nLavez.", "words:bm": "Ɲinw"}, **LABELS)
    path = "/console/studio/babies/dents/keys"
    page = send(mariam, f"{path}/rename", **{"title:fr": "Dents de lait", "title:bm": "Ɲinw"})
    assert desk.say("structure.after.renamed") in page
    assert leads(desk)[6] == "babies.dents-de-lait"
    assert words(desk, "babies.dents-de-lait") == "Dents de lait\nLavez."
    assert words(desk, "babies.dents") == ""


def test_what_something_leads_to_stays_and_the_page_says_what(desk: Desk, mariam: Browser) -> None:
    """A screen, or a whole part of the line."""
    mariam.open("/console/studio/fever/topics/keys")
    for do in ("", "flow"):
        page = send(mariam, "/console/studio/fever/topics/keys/remove", do=do)
        assert mariam.status == 400
        assert quoted(desk, "line.first") in page
    mariam.open(f"{NEW}?id=babies&part=topics&as=say")
    send(mariam, NEW, number="6", go="", **{"words:fr": "Dents", "words:bm": "Ɲinw"}, **LABELS)
    mariam.open(f"{MENU}?key=6")
    mariam.send(f"{MENU}/option", number="6", do="drop")
    mariam.open("/console/studio/babies/dents/keys")
    assert desk.say("structure.after.removed") in send(mariam, "/console/studio/babies/dents/keys/remove")
    assert kind_of(desk, "babies.dents") is None


def test_what_is_wrong_stands_beside_the_words_that_cause_it(desk: Desk, mariam: Browser) -> None:
    """Kept with its fault: a telephone number in a key's line."""
    mariam.open(f"{MENU}?key=0")
    send(mariam, f"{MENU}/option", number="6", go="fever.topics", **{**LABELS, FR: "Le 70 00 00 01"})
    assert mariam.raw.index('class="keys"') < mariam.raw.index("Le 70 00 00 01") < mariam.raw.index(SAID)
    mariam.open(f"{MENU}?key=6")
    assert mariam.raw.index(f'name="{FR}"') < mariam.raw.index(SAID) < mariam.raw.index(f'name="{BM}"')


def test_what_is_wrong_above_the_keys_is_not_said_beside_a_key(desk: Desk, mariam: Browser) -> None:
    """A word that is never said stands in the title: at the top, with the way to its field, whichever key is open."""
    text = words(desk, "babies.topics")
    mariam.open("/console/studio/babies/topics")
    mariam.send("/console/studio/babies/topics", **{"words/fr/babies.topics": f"Secret: {text}"})
    said = desk.say("studio.fault.never_word", word="secret")
    page = mariam.open(f"{MENU}?key=1")
    assert page.count(said) == 1
    assert page.index(said) < page.index('class="keys"')
    assert 'href="/console/studio/babies/topics#m-fr"' in page


def test_another_kind_is_chosen_with_what_was_typed(desk: Desk, mariam: Browser) -> None:
    """Without script, by a button of the form: words, the line of the key and its number stay, and those of a menu's keys until a menu is chosen again;
    where callers see nothing the words wait too."""
    mariam.open(f"{NEW}?id=babies&part=topics")
    typed = {"words:fr": "Les dents", "words:bm": "Ɲinw", "row-0:fr": "Quand", "number": "7", **LABELS}
    for kind in ("say", "menu"):
        page = send(mariam, NEW, **{**typed, "pick": kind})
        assert re.search(rf'value="{kind}" formnovalidate aria-current="true"', page)
        assert (True, True) == ('value="Dents"' in page, "<option selected>7" in page)
        typed = {name: text for name, text in typed.items() if name.startswith("words:")}  # what the helper does not read out of the page
    assert (True, True) == (
        ">Les dents</textarea>" in page,
        'name="row-0:fr" lang="fr" maxlength="60" autocomplete="off" value="Quand"' in page,
    )
    page = send(mariam, NEW, **{**typed, "pick": "call"})
    assert ">Les dents</textarea>" in send(mariam, NEW, pick="end")


def test_what_is_typed_beside_a_key_stays_and_what_is_typed_in_it(desk: Desk, mariam: Browser) -> None:
    """Without script: a title while a key is kept; a key while the title is."""
    mariam.open(f"{MENU}?key=0")
    page = send(mariam, f"{MENU}/option", number="6", go="fever.topics", **LABELS, **{"title:fr": "Le bébé"})
    assert (leads(desk)[6], True) == ("fever.topics", 'value="Le bébé"' in page)
    page = send(mariam, f"{MENU}/rename", **{FR: "Ses dents", "title:fr": "Le bébé", "title:bm": "Den"})
    assert (True, True) == (words(desk, "babies.topics").startswith("Le bébé\n1 "), 'value="Ses dents"' in page)
    page = send(mariam, f"{MENU}/option", number="7", go="fever.topics", **{BM: "Ɲinw"})
    assert "7 Ses dents" in words(desk, "babies.topics")
    assert desk.say("structure.unsent") not in page


def test_a_new_screen_has_nothing_in_force_to_go_back_to(desk: Desk, mariam: Browser) -> None:
    """It can be taken out; its menu, which is in force, can go back."""
    mariam.open(f"{NEW}?id=babies&part=topics&as=say")
    page = send(mariam, NEW, number="6", go="", **{"words:fr": "Dents\nLavez.", "words:bm": "Ɲinw"}, **LABELS)
    assert (False, True) == (desk.say("structure.restore") in page, desk.say("structure.remove") in page)
    assert desk.say("studio.revert") not in mariam.open("/console/studio/babies/dents")
    assert desk.say("structure.restore") in mariam.open(MENU)


def test_what_is_in_force_comes_back(desk: Desk, mariam: Browser) -> None:
    """Keys and words of the screen together."""
    mariam.open(f"{MENU}?key=2")
    page = mariam.send(f"{MENU}/option", number="2", do="drop")
    assert desk.say("structure.restore") in page
    assert desk.say("structure.after.restored") in mariam.send(f"{MENU}/restore")
    assert see_draft(desk.line.hotline.deps, desk.staff("mariam"), None).parts == {}


def test_what_another_edition_changed_meanwhile_is_shown_and_chosen(desk: Desk, mariam: Browser) -> None:
    """Theirs stands beside the draft's, with both ways out, neither of which takes what is typed beside."""
    mariam.open(f"{MENU}?key=2")
    mariam.send(f"{MENU}/option", number="2", do="drop")
    held = desk.line.editions.snapshot
    newest = held.editions[-1]
    theirs = Menu((Option(1, "fever.topics", NOWHERE),))
    other = revised(newest.sources, (Revision("screen/babies.topics", value_of(theirs)),))
    row = replace(newest.row, number=2)
    desk.line.editions.snapshot = replace(held, editions=(LoadedEdition(row, other, (), newest._settings),))
    try:
        assert desk.say("structure.conflict") in mariam.open(f"{MENU}?key=0")
        page = mariam.send(f"{MENU}/restore", do="mine", **LABELS)
        assert (200, True, False, True) == (
            mariam.status,
            desk.say("structure.after.kept") in page,
            desk.say("structure.conflict") in page,
            'value="Dents"' in page,
        )
        assert 2 not in leads(desk)
        mariam.send(f"{MENU}/restore")
        assert leads(desk) == {1: "fever.topics"}
    finally:
        desk.line.editions.snapshot = held


def test_what_was_not_sent_is_found_again(desk: Desk, mariam: Browser) -> None:
    """A form that was kept while somebody typed is named on the page, and is filled in where it is opened."""
    mariam.open(f"{MENU}?key=0")
    kept = sent(mariam, f"{MENU}/option", number="7", go="fever.topics", **LABELS)
    assert mariam.client.post("/console/draft", data=kept).status_code == 204
    assert desk.say("structure.unsent") in mariam.open(MENU)
    assert 'value="Dents"' in mariam.open(f"{MENU}?key=0")
    send(mariam, f"{MENU}/option")
    assert leads(desk)[7] == "fever.topics"
    assert desk.say("structure.unsent") not in mariam.open(MENU)


def test_a_menu_without_a_free_number_says_so(desk: Desk, mariam: Browser) -> None:
    """Where the button that adds a key is not there, why not is."""
    said = desk.say("structure.full")
    assert said not in mariam.open(MENU)
    for number in ("6", "7"):
        mariam.open(f"{MENU}?key=0")
        page = send(mariam, f"{MENU}/option", number=number, go="fever.topics", **LABELS)
    assert (True, False) == (said in page, desk.say("structure.add_menu") in page)


def test_a_second_press_does_nothing_more(desk: Desk, mariam: Browser) -> None:
    """A new key and a new screen stand once, and both presses lead to the same page."""
    mariam.open(f"{MENU}?key=0")
    fields = sent(mariam, f"{MENU}/option", number="6", go="fever.topics", **LABELS)
    first, second = (mariam.client.post(f"{MENU}/option", data=fields) for _ in range(2))
    assert (first.status_code, second.status_code, first.location == second.location) == (303, 303, True)
    mariam.open(f"{NEW}?id=babies&part=topics&as=say")
    fields = sent(mariam, NEW, number="7", go="", **{"words:fr": "Dents", "words:bm": "Ɲinw"}, **LABELS)
    first, second = (mariam.client.post(NEW, data=fields) for _ in range(2))
    assert (first.status_code, second.status_code, first.location == second.location) == (303, 303, True)
    assert leads(desk)[7] == "babies.dents"
    assert kind_of(desk, "babies.dents-2") is None


def test_no_page_asks_the_database_more_often_than_a_few_times(desk: Desk, mariam: Browser) -> None:
    """However many screens and editions there are."""
    for path in (f"{MENU}?key=1", NEW, f"{FLOW}?id=babies&part=topics"):
        mariam.open(path)
        with desk.statements() as asked:
            mariam.open(path)
        assert len(asked) <= 12, path


def test_two_who_change_the_same_see_both(desk: Desk, mariam: Browser) -> None:
    """The second reads what the first did, has what was typed, and chooses by keeping again."""
    other = desk.browser("mariam")
    mariam.open(f"{MENU}?key=0")
    other.open(f"{MENU}?key=0")
    send(other, f"{MENU}/option", number="6", go="fever.topics", **LABELS)
    page = send(mariam, f"{MENU}/option", number="7", go="pregnancy.topics", **{FR: "Enceinte", BM: "Kɔnɔ"})
    assert mariam.status == 409
    assert desk.say("structure.error.changed") in page
    assert 'value="Enceinte"' in mariam.raw
    send(mariam, f"{MENU}/option", go="pregnancy.topics")
    assert (leads(desk)[6], leads(desk)[7]) == ("fever.topics", "pregnancy.topics")


def test_a_reviewer_reads_and_changes_nothing(desk: Desk) -> None:
    """Where keys lead is an operator's."""
    desk.set_staff("awa", reviews=("fr",))
    browser = desk.browser("awa")
    browser.open(f"{MENU}?key=1")
    assert browser.status == 200
    assert "/option" not in browser.raw
    browser.open(NEW)
    assert browser.status == 403


def test_in_bambara_too(desk: Desk) -> None:
    """Every sentence of the forms."""
    desk.set_staff("mariam", reads="bm")
    browser = desk.browser("mariam")
    assert desk.say("structure.add_now", "bm") in browser.open(f"{NEW}?id=babies&part=topics")
    assert desk.say("structure.leads", "bm") in browser.open(MENU)


def test_a_form_with_many_pickers_is_light(desk: Desk) -> None:
    """As many screens as a picker holds fit into what gzip looks back, so that the second list weighs nothing."""
    browser = desk.browser("mariam")
    browser.open(f"{NEW}?id=babies&part=topics")
    picker = re.search(r'<select name="row-0-go".*?</select>', browser.raw, re.DOTALL)
    assert picker is not None
    assert len(picker[0].encode()) / picker[0].count("<option") * MOST_CHOICES < GZIP_LOOKS_BACK
    sent = browser.client.get(f"{NEW}?id=babies&part=topics", headers={"Accept-Encoding": "gzip"})
    assert ("gzip", True) == (sent.headers["Content-Encoding"], len(sent.data) < MOST_BYTES)
