"""One screen in the studio: its words changed, weighed and kept, two who change the same, and the phone beside them."""

from __future__ import annotations

import gzip
import re
from collections.abc import Mapping

import pytest
from msgspec.structs import replace

from hotline.engine.flow import Message, Sources
from hotline.ports.desk.accounts import Account
from hotline.ports.desk.staff import Staff
from hotline.ports.editions.edition_drafts import DraftPart, EditionDraft
from hotline.service.editions.cache import EditionCache
from tests.console.desk import IDS, Desk
from tests.content_line import sources

SCREEN = "/console/studio/callback/kept"
FR, BM, BY_SMS = "words/fr/callback.kept", "words/bm/callback.kept", "words/fr/callback.kept@sms"
MINE = "On essaie {window}, une fois.\n1 Choisir un mot\n2 Autre jour\n7 Annuler"
THEIRS = "Quelqu'un essaie {window}, une fois.\n1 Choisir un mot\n2 Autre jour\n7 Annuler"
PASSWORD = "quatre chevaux sous la pluie"


@pytest.fixture
def editions() -> EditionCache:
    """Of this test alone: it may hold a newer edition."""
    return EditionCache.of(sources())


class Studio:
    """Mariam at one screen, and what her page says."""

    def __init__(self, desk: Desk, alias: str = "mariam") -> None:
        self.desk = desk
        self.browser = desk.browser(alias)
        self.browser.open(SCREEN)

    def send(self, action: str = SCREEN, **words: str) -> str:
        """The form as it stands on the page, with these words in it."""
        return self.browser.send(action, **{**self.typed(), **words})

    def typed(self) -> dict[str, str]:
        """What stands in the fields."""
        found = re.findall(r'<textarea name="([^"]+)"[^>]*>\n(.*?)</textarea>', self.browser.page, re.DOTALL)
        return dict(found)

    def keeps(self, text: str = MINE, place: str = FR) -> str:
        return self.send(**{place: text})

    def parts(self) -> dict[str, DraftPart]:
        with self.desk.line.real_store.read() as tx:
            return {part.place: part for draft in tx.edition_drafts.all() for part in tx.edition_drafts.parts(draft.id)}

    def weight(self, id: str = "fr") -> str:
        """What the gauge says of a message."""
        found = re.search(rf'id="weight-{id}".*?(\d+/\d+)', self.browser.page, re.DOTALL)
        assert found is not None
        return found[1]

    def phone(self) -> str:
        """What the phone shows."""
        found = re.search(r'<div class="lcd".*?</header><span>(.*?)</span>', self.browser.page, re.DOTALL)
        assert found is not None
        return found[1]


@pytest.fixture
def studio(desk: Desk) -> Studio:
    return Studio(desk)


def with_words(of: Sources, texts: Mapping[tuple[str, str], str]) -> Sources:
    def message(language: str, message: Message) -> Message:
        return replace(message, text=texts.get((language, message.key), message.text))

    return replace(of, words={language: tuple(message(language, found) for found in table) for language, table in of.words.items()})


def test_words_are_kept_in_a_draft(studio: Studio) -> None:
    """The first change opens one; the page says that nothing changes on the line yet, and callers hear what they heard."""
    before = studio.desk.line.dial("5 1").text
    assert studio.desk.say("studio.after.kept") in studio.keeps()
    assert studio.typed()[FR] == MINE
    assert set(studio.parts()) == {FR}
    assert studio.desk.line.dial("5 1", "session-2").text == before


def test_titles_are_in_the_readers_language(desk: Desk) -> None:
    """Of the screen, in the list beside it, where its keys lead, on the map, and where the draft is compared; words stay in the order of the line."""
    desk.set_staff("mariam", reads="bm")
    title = {
        language: next(message.text.split("\n")[0] for message in table if message.key == "danger.advice")
        for language, table in sources().words.items()
    }
    short = {language: text[:20] for language, text in title.items()}
    browser = desk.browser("mariam")
    page = browser.open("/console/studio/danger/advice")
    heading = re.search(r"<h1>(.*?)</h1>", page)
    assert heading is not None
    assert heading[1][:20] == short["bm"]
    assert page.index('name="words/fr/') < page.index('name="words/bm/')
    browser.send("/console/studio/danger/advice", **{"words/bm/danger.advice": title["bm"] + " Taa."})
    with desk.line.real_store.read() as tx:
        (draft,) = tx.edition_drafts.all()
    for path in ("/console/studio/danger", "/console/studio/danger/advice/keys", f"/console/editions/drafts/{draft.id}"):
        page = browser.open(path)
        shown = re.sub(r"<(figure|textarea|del|ins).*?</\1>|<input[^>]*>", "", page, flags=re.DOTALL)
        assert (path, True, False) == (path, short["bm"] in shown, short["fr"] in shown)


def test_a_second_press_keeps_once(studio: Studio) -> None:
    """The same form sent twice makes one draft."""
    fields = {**studio.browser.hidden(SCREEN), **studio.typed(), FR: MINE}
    for _ in range(2):
        studio.browser.client.post(SCREEN, data=fields)
    with studio.desk.line.real_store.read() as tx:
        assert len(tx.edition_drafts.all()) == 1


def test_words_that_equal_what_stands_leave_the_draft(studio: Studio) -> None:
    """Whoever writes them back by hand has changed nothing."""
    stood = studio.typed()[FR]
    studio.keeps()
    studio.keeps(stood)
    assert studio.parts() == {}


def test_one_takes_a_change_back_and_what_else_is_typed_stays(studio: Studio) -> None:
    """The words in force stand in their field again; the other field is as it was typed."""
    stood = studio.typed()[FR]
    studio.keeps()
    place = {"place": FR}
    hidden = {**studio.browser.hidden(SCREEN), **studio.typed(), BM: "An b'a ɲini {window}.", **place}
    studio.browser._took(studio.browser.client.post(f"{SCREEN}/revert", data=hidden))
    assert studio.typed()[FR] == stood
    assert studio.typed()[BM] == "An b'a ɲini {window}."
    assert studio.parts() == {}


def test_it_is_weighed_without_being_kept(studio: Studio) -> None:
    """Without script by a button: weight, faults and phone are of what is typed, and it stays typed."""
    before = studio.weight()
    page = studio.send(**{FR: f"{MINE}\nAppelez le 70 11 22 33, victime.", "weigh": "yes"})
    assert studio.weight() != before
    assert studio.desk.say("studio.fault.number_in_words").partition(".")[0] in page
    assert "victime" in page.split('id="wrongs-fr"')[1].split("</div>")[0]
    assert studio.typed()[FR].endswith("victime.")
    assert studio.parts() == {}


def test_a_screen_that_says_what_another_says_names_it(desk: Desk) -> None:
    """The danger advice stands twice, with numbers behind it and without: whoever changes the one is told of the other."""
    browser = desk.browser("mariam")
    assert (
        'href="/console/studio/danger/advice_numbers"'
        in browser.open("/console/studio/danger/advice").split(desk.say("studio.twin"))[1][:200]
    )
    assert desk.say("studio.twin") not in browser.open("/console/studio/danger/hurt")


def test_options_that_differ_from_the_keys_are_said_at_once(studio: Studio) -> None:
    """In the language that lacks one."""
    page = studio.send(**{BM: "An b'a ɲini {window}.\n1 Daɲɛ dɔ sugandi", "weigh": "yes"})
    assert studio.desk.say("studio.fault.options_differ", has="1", wants="1, 2, 7") in page.split('id="wrongs-bm"')[1].split("</div>")[0]


def test_the_script_gets_what_moves_alone(studio: Studio) -> None:
    """Weights, faults and the phone, in some kilobytes."""
    answer = studio.browser.client.post(f"{SCREEN}/weigh", data={**studio.browser.hidden(SCREEN), **studio.typed(), FR: MINE})
    text = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert 'id="weight-fr"' in text
    assert 'id="handset"' in text
    assert "<textarea" not in text


def test_a_wording_is_added_and_removed(studio: Studio) -> None:
    """By SMS: written into the empty field, taken out by emptying it."""
    stood = studio.typed()[BY_SMS]
    studio.keeps("", BY_SMS)
    assert [part.value for part in studio.parts().values()] == [None]
    studio.keeps("Noté: {window}.", BY_SMS)
    assert studio.typed()[BY_SMS] == "Noté: {window}."
    studio.keeps(stood, BY_SMS)
    assert studio.parts() == {}


def test_what_an_earlier_page_saw_is_not_written_over(studio: Studio) -> None:
    """Two in one draft: the second to save sees both, hers in the field and theirs below, and keeps hers by a button."""
    studio.keeps(THEIRS)
    other = Studio(studio.desk)
    other.keeps(MINE)
    page = studio.send(**{FR: f"{MINE}."})
    assert studio.browser.status == 409
    assert studio.typed()[FR] == f"{MINE}."
    assert MINE in page.split(studio.desk.say("studio.error.changed"))[1]
    assert studio.desk.say("studio.after.kept") in studio.send(mine=FR)
    assert studio.typed()[FR] == f"{MINE}."


def test_one_takes_theirs_and_keeps_what_else_was_typed(studio: Studio) -> None:
    """Theirs stands in the field; the other language, typed in the same form, is kept."""
    other = Studio(studio.desk)
    other.keeps(THEIRS)
    studio.send(**{FR: MINE, BM: "An b'a ɲini {window}.\n1 Daɲɛ\n2 Don\n7 A dabila"})
    assert studio.browser.status == 409
    studio.send(theirs=FR)
    assert studio.typed()[FR] == THEIRS
    assert set(studio.parts()) == {FR, BM}


def test_a_third_change_while_one_chooses_is_seen_too(studio: Studio) -> None:
    """Whoever keeps hers has read what stood on the page, not what came after."""
    other = Studio(studio.desk)
    other.keeps(THEIRS)
    studio.send(**{FR: MINE})
    other.keeps(f"{THEIRS}!")
    studio.send(mine=FR)
    assert studio.browser.status == 409
    assert f"{THEIRS}!" in studio.browser.page


@pytest.mark.parametrize(("action", "left"), [("keep", MINE), ("revert", THEIRS)])
def test_a_newer_edition_that_changed_the_same_is_seen(studio: Studio, action: str, left: str) -> None:
    """Both stand on the page, and one of them is chosen by a button."""
    studio.keeps()
    newer = EditionCache.of(with_words(sources(), {("fr", "callback.kept"): THEIRS}), 2)
    studio.desk.line.editions.snapshot = newer.snapshot
    page = studio.browser.open(SCREEN)
    assert THEIRS in page.split(studio.desk.say("studio.conflict"))[1]
    hidden = {**studio.browser.hidden(SCREEN), **studio.typed(), "place": FR}
    studio.browser._took(studio.browser.client.post(f"{SCREEN}/{action}", data=hidden, follow_redirects=True))
    assert studio.desk.say("studio.conflict") not in studio.browser.page
    assert studio.typed()[FR] == left


def test_what_is_typed_is_there_after_a_reload_and_weighed(studio: Studio) -> None:
    """As the script saves it; it says what somebody else kept meanwhile."""
    hidden = {**studio.browser.hidden(SCREEN), **studio.typed(), FR: "Bref."}
    assert studio.browser.client.post("/console/draft", data=hidden).status_code == 204
    before = studio.weight()
    studio.browser.open(SCREEN)
    assert studio.typed()[FR] == "Bref."
    assert studio.weight() != before
    with studio.desk.line.real_store.write() as tx:
        tx.staff.save(Staff(IDS["kadia"], "kadia", "operator", "+22370000208", "fr", ()))
        tx.edition_drafts.save(EditionDraft("theirs", "", 1, IDS["kadia"], 0))
    Studio(studio.desk, "kadia").keeps(THEIRS)
    studio.browser.open("/console/studio?draft=theirs")
    assert THEIRS in studio.browser.open(SCREEN).split(studio.desk.say("studio.theirs"))[1]


def test_what_is_sent_after_the_sign_in_ended_is_there_after_the_next(studio: Studio) -> None:
    """All six fields of it, and nothing is kept before."""
    with studio.desk.line.real_store.write() as tx:
        tx.accounts.save(Account(IDS["mariam"], studio.desk.room.passwords.hash(PASSWORD)))
    fields = {**studio.browser.hidden(SCREEN), **studio.typed(), FR: "Bref."}
    studio.desk.line.clock.at += 3600
    page = studio.browser._took(studio.browser.client.post(SCREEN, data=fields, follow_redirects=True))
    assert studio.desk.say("access.typed") in page
    studio.browser.send("/console/sign-in", alias="mariam", password=PASSWORD)
    assert studio.typed()[FR] == "Bref."
    assert studio.parts() == {}


def test_a_proposed_draft_says_that_it_does_not_change(studio: Studio) -> None:
    """And what was typed stays in the field."""
    studio.keeps()
    with studio.desk.line.real_store.write() as tx:
        tx.edition_drafts.save(replace(tx.edition_drafts.all()[0], proposal=2))
    studio.keeps(THEIRS)
    assert studio.browser.status == 409
    assert studio.desk.say("studio.error.state") in studio.browser.page
    assert studio.typed()[FR] == THEIRS


def test_words_of_another_screen_do_not_come_in_by_this_form(studio: Studio) -> None:
    """Whatever fields somebody adds to it."""
    studio.send(**{"words/fr/line.first": "Autre"})
    assert studio.parts() == {}


def test_a_reviewer_changes_the_language_that_she_reads(desk: Desk) -> None:
    """The other one stands there as it reads, without a field."""
    desk.set_staff("nana", reviews=("bm",))
    nana = Studio(desk, "nana")
    assert set(nana.typed()) == {BM, f"{BM}@sms", f"{BM}@voice"}
    nana.keeps("An b'a ɲini {window}.\n1 Daɲɛ\n2 Don\n7 A dabila", BM)
    assert set(nana.parts()) == {BM}


def test_who_has_no_right_sees_nothing(desk: Desk) -> None:
    """Counselors have no studio."""
    awa = desk.browser("awa")
    awa.open(SCREEN)
    assert awa.status == 403


def test_a_weight_that_comes_after_the_sign_in_ended_loses_nothing(studio: Studio) -> None:
    """The script's own request leaves what is typed with the line, and leads to the sign-in."""
    fields = {**studio.browser.hidden(SCREEN), **studio.typed(), FR: "Bref."}
    studio.desk.line.clock.at += 3600
    answer = studio.browser.client.post(f"{SCREEN}/weigh", data=fields, headers={"HX-Request": "true"})
    assert "sign-in" in answer.headers.get("HX-Redirect", "") + answer.headers.get("Location", "")
    again = Studio(studio.desk)
    assert again.typed()[FR] == "Bref."


def test_words_that_were_emptied_are_said_to_be_missing(studio: Studio) -> None:
    """The page stands, with the field empty."""
    page = studio.keeps("")
    assert studio.browser.status == 200
    assert studio.typed()[FR] == ""
    assert studio.desk.say("studio.fault.no_words", language=studio.desk.say("language.fr")) in page
    page = studio.browser.open("/console/studio/clock/hour")
    studio.browser.send("/console/studio/clock/hour", **{"words/fr/clock.hour": "", "words/bm/clock.hour": "{hour}"})
    assert studio.browser.status == 200


def test_urgent_help_stays_on_one_page(studio: Studio) -> None:
    """One letter more than a page holds: said under the field while it is typed, with how much has to go."""
    page, place = "/console/studio/danger/advice", "words/fr/danger.advice"
    text = next(message.text for message in sources().words["fr"] if message.key == "danger.advice")
    studio.browser.open(page)
    figures = studio.desk.say("studio.fault.septets", used=161, most=160, over=1)
    refused = studio.desk.say("studio.fault.one_page", phone=studio.desk.say("studio.fault.ussd"), figures=figures)
    assert refused not in studio.browser.page
    studio.send(page, **{place: text.replace(".", "..", 1), "weigh": "yes"})
    assert refused in studio.browser.page
    gauge = studio.browser.page.split('id="weight-fr"')[1].split("</svg>")[1].split("</span>")[0]
    assert gauge.endswith("161/160")
    assert studio.desk.say("studio.pages", count=2) not in studio.browser.page.split('id="weight-fr"')[1].split("</textarea>")[0]


def test_all_that_is_wrong_with_words_is_said_at_once(studio: Studio) -> None:
    """A word that is never said, and too long besides: the cause first."""
    studio.browser.open("/console/studio/out/end")
    studio.send("/console/studio/out/end", **{"words/fr/out.end": "En secret. " + "Merci. " * 24, "weigh": "yes"})
    said = studio.browser.page.split('id="wrongs-fr"')[1].split("</div>")[0]
    figures = studio.desk.say("studio.fault.septets", used=178, most=160, over=18)
    assert 0 < said.index(studio.desk.say("studio.fault.never_word", word="secret")) < said.index(figures)


def test_by_ear_nothing_is_weighed(studio: Studio) -> None:
    """How long it is, and no budget."""
    studio.browser.open(f"{SCREEN}?by=voice&keys=5")
    assert studio.desk.say("studio.phone.letters", count=len(studio.phone())) in studio.browser.page
    assert "/1000000" not in studio.browser.page


def test_a_phrase_that_is_missing_breaks_no_other_page(studio: Studio) -> None:
    """What every screen is made with is as it stands there until it is written again; its own page says that it is missing."""
    phrase = "/console/studio/keys/back"
    studio.browser.open(phrase)
    studio.browser.send(phrase, **{"words/fr/keys.back": ""})
    assert studio.desk.say("studio.fault.no_words", language=studio.desk.say("language.fr")) in studio.browser.page
    for path in (SCREEN, phrase, "/console/studio", "/console/studio/wrong/screen"):
        studio.browser.open(path)
        assert studio.browser.status == 200
    studio.browser.open(SCREEN)
    studio.send(**{FR: "a " * 400, "weigh": "yes"})
    assert studio.browser.status == 200


# the phone
def test_the_phone_stands_at_this_screen(studio: Studio) -> None:
    """By keys that lead there from the first screen, with what stands in the draft."""
    studio.keeps()
    assert studio.phone().startswith("On essaie ")
    assert "5 1 ·" in studio.browser.page


def test_its_keys_lead_on_and_nothing_typed_is_lost(studio: Studio) -> None:
    """Without script: what is typed is tried, and stays typed."""
    studio.send(**{FR: MINE, "press": "1", "keys": "5"})
    assert studio.phone().startswith("On essaie ")
    assert studio.typed()[FR] == MINE
    studio.send(press="7", keys="5*1")
    assert studio.phone() == studio.desk.line.walk("5 1 7").text
    assert studio.desk.say("studio.order.cancel") in studio.browser.page


def test_nothing_is_kept_of_what_is_tried(studio: Studio) -> None:
    """No callback, no number, no message."""
    studio.send(press="5", keys="5")
    page = studio.browser.page
    assert studio.desk.say("studio.order.open", opens="10h00", ends="10h30") in page
    assert studio.desk.line.callbacks() == []


@pytest.mark.parametrize(
    ("world", "keys", "said"),
    [
        ({"there": "nobody"}, "5*5", "Personne"),
        ({"away": "yes"}, "5*5", "Rien n'est noté"),
        ({"by": "sms"}, "5*1", "Conseil par téléphone"),
        ({"at": "19:30"}, "5*5", "avant 20h"),
        ({"raw": "yes"}, "66*4*4*7", "dɔ"),
        ({"raw": "yes"}, "66", "è"),
        ({}, "66", "è"),
    ],
)
def test_the_world_is_as_it_is_set(studio: Studio, world: dict[str, str], keys: str, said: str) -> None:
    """Who is there, what time it is, whether anything can be kept, by what, and which network: each by an address too."""
    query = "&".join(f"{name}={value}" for name, value in {**world, "keys": keys}.items())
    studio.browser.open(f"{SCREEN}?{query}")
    assert said in studio.phone()


@pytest.mark.parametrize("raw", ["no", "yes"])
def test_the_keys_that_do_something_are_seen(studio: Studio, raw: str) -> None:
    """Whichever way the network has their names spelled: on a screen that goes on, 8, 0 and 9, and no other."""
    studio.browser.open(f"{SCREEN}?raw={raw}&keys=66*4*3*1")
    pressed = re.findall(r'<button [^>]*name="press" value="(\d)"([^>]*)>', studio.browser.raw)
    assert ["8", "9", "0"] == [digit for digit, rest in pressed if 'class="idle"' not in rest]


def test_an_answer_can_be_typed(studio: Studio) -> None:
    """Where the screen asks for a number."""
    studio.browser.open(f"{SCREEN}?keys=5*6")
    assert 'name="answer"' in studio.browser.raw
    asked = studio.phone()
    studio.send(go="on", keys="5*6", answer="70000001")
    assert studio.phone() != asked


def test_a_screen_that_cannot_be_shown_is_as_it_stands(studio: Studio) -> None:
    """The page says which; the others are the draft's."""
    stood = studio.phone()
    studio.send(**{FR: "a" * 400, "weigh": "yes"})
    assert studio.phone() == stood
    assert studio.desk.say("studio.phone.stood_in") in studio.browser.page


def test_a_half_typed_answer_is_not_sent_by_what_is_typed_elsewhere(studio: Studio) -> None:
    """The phone waits for its own button."""
    studio.browser.open(f"{SCREEN}?keys=5*6")
    fields = {**studio.browser.hidden(SCREEN), **studio.typed(), "keys": "5*6", "answer": "7000"}
    answer = studio.browser.client.post(f"{SCREEN}/weigh", data=fields).get_data(as_text=True)
    assert 'name="keys" value="5*6"' in answer


@pytest.mark.parametrize("keys", ["*" * 400, "9*9*9", "é*x*aaaaaaaaaaaaaaaaaaaa", "1*" * 90, "66*66*0*8*5*5*1*1*1"])
def test_whatever_is_pressed_shows_a_screen(studio: Studio, keys: str) -> None:
    """The page never fails for what stands in its address."""
    studio.browser.open(f"{SCREEN}?there=x&at=99:99&by=y&keys={keys}")
    assert studio.browser.status == 200
    assert studio.phone()


def test_a_page_is_small(studio: Studio) -> None:
    """As it leaves: under twenty kilobytes, and under sixty with all that it loads the first time."""

    def size(text: str) -> int:
        return len(gzip.compress(text.encode(), 6))

    page = studio.browser.raw
    assets = set(re.findall(r'(?:src|href)="(/console/[^"]+\.(?:css|js|svg)[^"]*)"', page))
    assert len(assets) >= 4
    assert size(page) < 20_000
    assert size(page) + sum(size(studio.browser.client.get(path).get_data(as_text=True)) for path in assets) < 60_000


def test_it_is_read_from_the_database_in_few_questions(studio: Studio) -> None:
    """However much a draft changes."""
    studio.keeps()
    with studio.desk.statements() as asked:
        studio.browser.open(SCREEN)
    assert len(asked) <= 12, asked
