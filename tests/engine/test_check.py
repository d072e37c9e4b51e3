"""Every fault that `content check` promises to find, provoked one by one."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline.engine.check import check
from hotline.engine.edition import compile_edition
from hotline.engine.flow import Ask, Branch, CallFlow, Do, Each, End, Gaps, Item, Kind, Menu, Message, Say, Sources, Where
from hotline.engine.phone import limits
from tests.engine.trees import AT, option, sources, way

GOOD: dict[str, tuple[Kind, str]] = {
    "test.first": (Menu((option(1, "test.help"), option(2, "test.say"))), "Accueil\n1 Aide\n2 Conseil"),
    "test.help": (Menu((option(1, "test.now"),)), "Sortez.\n1 Appelez-moi"),
    "test.now": (Do("open_callback", "test.noted", "test.lost", when="now", urgent=True), ""),
    "test.noted": (Say(), "Noté, avant {before}."),
    "test.lost": (End(), "Rien n'est noté."),
    "test.say": (Say(), "De l'eau propre."),
}
LONG = "mot " * 60


def grave(changes: dict[str, tuple[Kind, str]], **more: object) -> list[str]:
    return [str(fault) for fault in check(sources({**GOOD, **changes}, **more)) if fault.grave]  # type: ignore[arg-type]


def reworded(key: str, text: str | None, language: str = "bm") -> Sources:
    """The good sources with one message changed, or taken out, in one language."""
    good = sources(GOOD)
    messages = tuple(
        msgspec.structs.replace(message, text=text) if message.key == key and text is not None else message
        for message in good.words[language]
        if message.key != key or text is not None
    )
    return msgspec.structs.replace(good, words={**good.words, language: messages})


def said(found: Sources) -> list[str]:
    return [str(fault) for fault in check(found) if fault.grave]


def test_good_sources_are_clean() -> None:
    assert grave({}) == []


FIRST = "flows/test.yaml:1: "
FLOW_FAULTS: dict[str, tuple[dict[str, tuple[Kind, str]], str]] = {
    "unknown screen": (
        {"test.say": (Say("test.gone"), "Eau")},
        FIRST + "test.say: unknown screen test.gone",
    ),
    "unknown flow": (
        {"test.say": (Say("test.call"), "Eau"), "test.call": (CallFlow("gone", "test.say"), "")},
        FIRST + "test.call: unknown flow gone",
    ),
    "unreachable": (
        {"test.island": (Say(), "Île")},
        FIRST + "test.island: unreachable, no key leads here",
    ),
    "key given twice": (
        {
            "test.first": (
                Menu((option(1, "test.help"), option(2, "test.say"), option(2, "test.help"))),
                "Accueil\n1 Aide\n2 Conseil\n2 Aide",
            )
        },
        FIRST + "test.first: key 2 is given twice",
    ),
    "menu without options": (
        {"test.say": (Menu(()), "Eau")},
        FIRST + "test.say: dead end, a menu without options",
    ),
    "list without entries": (
        {"test.say": (Each("regions", "region", "test.first"), "Où ?")},
        FIRST + "test.say: dead end, the directory has no regions",
    ),
    "branch that may hold nothing": (
        {"test.say": (Say("test.branch"), "Eau"), "test.branch": (Branch((way("test.first", "coverage is free"),)), "")},
        FIRST + "test.branch: dead end, the last way of a branch must have no condition",
    ),
    "flow that never returns": (
        {"test.say": (Say("test.call"), "Eau"), "test.call": (CallFlow("other", "test.first"), ""), "other.end": (End(), "Fin")},
        FIRST + "test.call: dead end, the flow other never returns",
    ),
    "return without a call": (
        {"test.say": (Say("return"), "Eau")},
        FIRST + "test.say: returns, but nothing calls the flow test",
    ),
    "ask that takes exactly 8": (
        {"test.say": (Ask("number", "age", "test.first", 5, 9), "Âge ?")},
        FIRST + "test.say: takes exactly 0, 8 or 9, which mean back, more and out everywhere",
    ),
    "typed text as a place": (
        {"test.say": (Ask("text", "place", "test.first", 2, 9), "Où ?")},
        FIRST + "test.say: what a caller types is no place",
    ),
    "order whose lost does not end": (
        {"test.now": (Do("open_callback", "test.noted", "test.say", when="now", urgent=True), "")},
        FIRST + "test.now: the way on `lost` does not end: test.say",
    ),
    "condition on what nothing sets": (
        {"test.first": (Menu((option(1, "test.help"), option(2, "test.say", "mood is good"))), "Accueil\n1 Aide\n2 Conseil")},
        FIRST + "test.first: nothing sets mood",
    ),
    "condition on a value that is none": (
        {"test.first": (Menu((option(1, "test.help"), option(2, "test.say", "coverage is yes"))), "Accueil\n1 Aide\n2 Conseil")},
        FIRST + "test.first: coverage is one of free, none, unknown, never yes",
    ),
    "coverage of what is nothing": (
        {"test.first": (Menu((option(1, "test.help"), option(2, "test.say", "coverage.later is free"))), "Accueil\n1 Aide\n2 Conseil")},
        FIRST + "test.first: coverage is either coverage or coverage.urgent, never coverage.later",
    ),
    "language without words": (
        {"test.first": (Menu((option(1, "test.help"), option(2, "test.say", language="ff"))), "Accueil\n1 Aide\n2 Conseil")},
        FIRST + "test.first: no words in the language ff",
    ),
    "loop without a pause": (
        {
            "test.say": (Say("test.a"), "Eau"),
            "test.a": (Branch((way("test.first", "coverage is free"), way("test.b"))), ""),
            "test.b": (Branch((way("test.a"),)), ""),
        },
        FIRST + "test.a: a loop without a pause, or more than 8 screens without one",
    ),
    "urgent help too far": (
        {
            "test.first": (Menu((option(1, "test.one"), option(2, "test.say"))), "Accueil\n1 Aide\n2 Conseil"),
            "test.one": (Menu((option(1, "test.two"),)), "Un\n1 Plus"),
            "test.two": (Menu((option(1, "test.help"),)), "Deux\n1 Plus"),
        },
        FIRST + "urgent help is 4 keys away, at most 3: test.first > test.one > test.two > test.help > test.now",
    ),
    "no urgent help": (
        {"test.now": (Do("open_callback", "test.noted", "test.lost", when="now"), "")},
        FIRST + "no urgent help: no order is urgent",
    ),
    "fact on the way to danger": (
        {"test.help": (Menu((option(1, "test.now", "coverage is free"),)), "Sortez.\n1 Appelez-moi")},
        FIRST + "test.help: asks for a fact on the way to the danger advice",
    ),
}


@pytest.mark.parametrize("name", FLOW_FAULTS)
def test_faults_of_flows(name: str) -> None:
    """The fault is found, with its file and line."""
    changes, expected = FLOW_FAULTS[name]
    assert expected in grave(changes)


PO = "locales/bm/LC_MESSAGES/flows.po"
WORD_FAULTS = {
    "missing": ("test.say", None, FIRST + "test.say: no words in bm"),
    "missing phrase": ("keys.out", None, f"{PO}:1: keys.out: no words in bm"),
    "placeholder differs": ("test.noted", "Noté.", f"{PO}:21: test.noted: placeholder before differs from locales/fr/LC_MESSAGES/flows.po:21"),
    "unknown placeholder": ("test.say", "{nom}", f"{PO}:23: test.say: unknown placeholder nom"),
    "option differs": ("test.first", "Accueil\n1 Aide\n3 Conseil", f"{PO}:19: test.first: options 1, 3 in the words, 1, 2 in the flow"),
    "no exit": ("keys.out", "Fin", f"{PO}:3: keys.out: the words must begin with the key 9"),
    "end over budget": ("test.lost", LONG, f"{PO}:22: test.lost: over budget on ussd: 240 septets, 160 allowed, 80 too many"),
    "first screen paged": ("test.first", f"{LONG}\n1 Aide\n2 Conseil", f"{PO}:19: test.first: over budget on ussd, the first screen is one page: with the lines around it 280 septets, 160 allowed, 120 too many"),
    "urgent help paged": ("test.help", f"{LONG}\n1 Appelez-moi", f"{PO}:20: test.help: over budget on ussd, a screen of urgent help, a callback or a stop is one page: with the lines around it 277 septets, 160 allowed, 117 too many"),
    "word longer than a page": ("test.say", "x" * 200, None),
    "number in the words": ("test.say", "Appelez le 70 00 09 00.", f"{PO}:23: test.say: a telephone number in the words; numbers belong in the directory"),
}  # fmt: skip


SAY = f"{PO}:23: test.say: "
DISGUISES = {
    "markup": ("De <b>l'eau</b>.", "holds <b>, which a phone would show as it is"),
    "a tag that never ends": ("De l'eau <script src=x", "holds <script src=x, which a phone would show as it is"),
    "an entity": ("De&nbsp;l'eau.", "holds &nbsp;, which a phone would show as it is"),
    "an entity by number": ("De&#x202e;l'eau.", "holds &#x202e;, which a phone would show as it is"),
    "right to left": ("De \u202el'eau.", "holds a character that nobody can see"),
    "no width": ("De l'\u200beau.", "holds a character that nobody can see"),
    "a soft hyphen": ("De l'e\u00adau.", "holds a character that nobody can see"),
    "a carriage's return": ("De l'eau.\r5 Appel", "holds a character that nobody can see"),
    "a Cyrillic letter": ("De l'e\u0430u.", "holds \u0430 (U+0430 CYRILLIC SMALL LETTER A), which only looks like a letter of ours, or which no basic phone shows"),
    "a Greek letter": ("De l'\u03bf.", "holds \u03bf (U+03BF GREEK SMALL LETTER OMICRON), which only looks like a letter of ours, or which no basic phone shows"),
    "a capital of Greek that phones know": ("De l'\u0394.", "holds \u0394 (U+0394 GREEK CAPITAL LETTER DELTA), which only looks like a letter of ours, or which no basic phone shows"),
    "a full-width digit": ("De l'eau, \uff11 fois.", "holds \uff11 (U+FF11 FULLWIDTH DIGIT ONE), which only looks like a letter of ours, or which no basic phone shows"),
    "a letter of mathematics": ("De l'\U0001d41eau.", "holds \U0001d41e (U+1D41E MATHEMATICAL BOLD SMALL E), which only looks like a letter of ours, or which no basic phone shows"),
    "a blank that is a letter": ("De\u3164l'eau.", "holds \u3164 (U+3164 HANGUL FILLER), which only looks like a letter of ours, or which no basic phone shows"),
    "a heap of marks": ("De l'e\u0301\u0302\u0304au.", "holds \u0304 (U+0304 COMBINING MACRON), which only looks like a letter of ours, or which no basic phone shows"),
    "a picture": ("De l'eau \U0001f4a7.", "holds \U0001f4a7 (U+1F4A7 DROPLET), which only looks like a letter of ours, or which no basic phone shows"),
    "a key that is none": ("De l'eau\n9: Envoyer", "looks like a key and is no option: 9: Envoyer"),
    "a key behind a blank": ("De l'eau\n 5 Appel", "looks like a key and is no option: 5 Appel"),
    "the key of the other language": ("De l'eau\n66 Argent", "looks like a key and is no option: 66 Argent"),
    "nothing": (" \n", "no words, nothing would be shown"),
}  # fmt: skip


@pytest.mark.parametrize("name", DISGUISES)
def test_words_are_what_they_seem(name: str) -> None:
    """Whatever would read otherwise on a phone, or hide from whoever approves it, is refused with what it is."""
    text, expected = DISGUISES[name]
    assert SAY + expected in said(reworded("test.say", text))


@pytest.mark.parametrize(
    "text", ["N'bɛ ɲɛ́ɲini, œuf, « là » – oui…", "ƁAƊƳ ɣə", "à 8h, 1/2 tasse; 37,5°", "8h-12h\n3-5 jours\n24 heures", "L’eau\tet le lait"]
)
def test_right_spelling_is_no_disguise(text: str) -> None:
    """Letters of Mali's languages, with their tones, and French marks are no fault."""
    assert [line for line in said(reworded("test.say", text)) if "holds" in line or "looks" in line] == []


NUMBER = "a telephone number in the words; numbers belong in the directory"
NUMBERS = (
    "7 0 0 0 0 9 0 0",
    "70-00-09-00",
    "70_00_09_00",
    "70. 00. 09. 00",
    "70 et 00 et 09 et 00",
    "\uff17\uff10 \uff10\uff10 \uff10\uff19",
    "Faites le +223",
    "00 223, puis",
    "soixante-dix, zéro zéro, zéro neuf, zéro zéro",
    "SEPT ZERO zéro zero neuf",
    "vingt trente quarante cinquante",
    "70 zéro zéro 09",
    "sept/zéro/zéro/zéro/neuf",
    "wolonwula fu fu fu kɔnɔntɔn fu",
    "bi wolonwula, bi saba, bi duuru, bi naani",
    "7O OO O9 OO",
    "Appelez:\n70 00\n09 00",
)


@pytest.mark.parametrize("text", NUMBERS)
def test_a_number_in_any_spelling(text: str) -> None:
    """Digits apart, in words of either language, with letters for noughts, over several lines: it would outlive its verification."""
    assert SAY + NUMBER in said(reworded("test.say", text))


def test_a_number_over_the_options_of_a_menu() -> None:
    """One pair of digits in each option is a number too."""
    assert f"{PO}:19: test.first: {NUMBER}" in said(reworded("test.first", "Tapez\n1 70 00\n2 09 00"))


@pytest.mark.parametrize(
    "text",
    [
        "Quatre-vingt-dix-sept jours.",
        "De deux à trois jours, cinq ou six fois.",
        "La loi 01-082, de mars 2025. Une femme explique.",
        "De vingt-quatre à soixante-douze heures.",
        "À 6, 10 et 14 semaines, puis à 9 mois.",
        "25/11 8-12, ou 8h-12h",
    ],
)
def test_what_is_counted_is_no_number(text: str) -> None:
    """Days, hours, laws and ages are said as ever."""
    assert [line for line in said(reworded("test.say", text)) if NUMBER in line] == []


def listed(words: str = "secret", lasting: str = "mari", asked: str = "frappe, âge, mari", answers: str = "oui, non") -> dict[str, str]:
    return {"never.words": words, "never.lasting": lasting, "never.asked": asked, "never.answers": answers}


def of_her(changes: dict[str, tuple[Kind, str]], **more: str) -> list[str]:
    """What is wrong with the good sources and these screens under such lists, without where."""
    found = check(sources({**GOOD, **changes}, words={**listed(), **more}))
    return sorted({fault.message for fault in found if fault.grave})


MENU = Menu((option(1, "test.help"), option(2, "test.say")))
ASKING: dict[str, tuple[dict[str, tuple[Kind, str]], list[str]]] = {
    "a question": ({"test.first": (MENU, "Qui vous frappe ?\n1 Aide\n2 Conseil")}, ["frappe"]),
    "what answers a question": ({"test.first": (MENU, "Qui ?\n1 Votre mari\n2 Conseil")}, ["mari"]),
    "a yes": ({"test.first": (MENU, "On vous frappe.\n1 Oui, souvent\n2 Conseil")}, ["frappe"]),
    "a free answer": ({"test.say": (Ask("text", "words", "test.first", 2, 9), "Votre âge.")}, ["âge"]),
    "advice with keys": ({"test.first": (MENU, "On vous frappe ? Sortez.\n1 Aide\n2 Conseil")}, []),
    "a question about milk": ({"test.first": (MENU, "Que donner ?\n1 Aide\n2 Conseil")}, []),
}


@pytest.mark.parametrize("name", ASKING)
def test_nothing_about_her_is_asked_by_key(name: str) -> None:
    """The network sees each key: no screen makes one of them an answer about what was done to her."""
    changes, words = ASKING[name]
    (key,) = changes
    faults = [line for line in of_her(changes) if "asks by key" in line]
    assert faults == [f"{key}: asks by key about {word}, and nothing about a caller is ever asked so (never.asked)" for word in words]


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (Menu((option(1, "test.help", frappe="yes"), option(2, "test.say"))), "frappe"),
        (Menu((option(1, "test.help", who="mari"), option(2, "test.say"))), "mari"),
    ],
)
def test_nothing_about_her_is_kept(kind: Menu, name: str) -> None:
    """Not under a name of its own either, whatever the words say."""
    expected = f"test.first: keeps an answer about a caller: {name} (never.asked)"
    assert expected in of_her({"test.first": (kind, "Accueil\n1 Aide\n2 Conseil")})
    assert "test.say: keeps an answer about a caller: her_age (never.asked)" in of_her(
        {"test.say": (Ask("number", "her_age", "test.first", 10, 99), "Un nombre")}, **{"never.asked": "âge, age"}
    )


BAD_NAMES: dict[str, tuple[dict[str, tuple[Kind, str]], str]] = {
    "an option of no key": ({"test.first": (Menu((option(1, "test.help"), option(9, "test.say"))), "Accueil\n1 Aide\n9 Conseil")}, "test.first: option 9: options are numbered 1 to 7"),
    "a name with a letter of elsewhere": ({"test.s\u0430y": (Say(), "Eau")}, "test.s\u0430y: s\u0430y is no name; small letters, digits, - and _"),
    "a name with markup": ({"test.say": (Ask("text", "<b>", "test.first", 2, 9), "Eau")}, "test.say: <b> is no name; small letters, digits, - and _"),
    "an answer of no length": ({"test.say": (Ask("text", "words", "test.first", 9, 2), "Eau")}, "test.say: least is 9, more than most, which is 2"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_NAMES)
def test_what_a_file_could_not_say_no_draft_can(name: str) -> None:
    """Names and numbers are looked at whatever they come from."""
    changes, expected = BAD_NAMES[name]
    assert FIRST + expected in grave(changes)


def test_words_that_are_never_said() -> None:
    """Nowhere, to nobody, whatever the capitals."""
    expected = "says secret, which is among the words that are never said (never.words)"
    assert of_her({"test.say": (Say(), "SECRET: de l'eau.")}) == [f"test.say: {expected}"]


def test_words_that_may_not_last() -> None:
    """An SMS, a first or last screen, what is noted: there a word may give away what elsewhere it may not."""
    says = "says mari, and stays on the phone (never.lasting)"
    assert of_her({"test.say": (Say(), "Avec le mari.")}) == [f"test.say: {says}"], "its only wording goes out by SMS too"
    assert of_her({"test.say": (Say(), "Avec le mari.")}, **{"test.say@sms": "De l'eau."}) == []
    assert of_her({"test.say": (Say(), "De l'eau.")}, **{"test.say@sms": "Avec le mari."}) == [f"test.say@sms: {says}"]
    for key, kind in (("test.lost", End()), ("test.noted", Say()), ("test.first", MENU)):
        text = {"test.first": "Le mari\n1 Aide\n2 Conseil", "test.noted": "Le mari {before}"}.get(key, "Le mari")
        own = text.replace("Le mari", "Conseil")
        assert f"{key}: {says}" in of_her({key: (kind, text)}, **{f"{key}@sms": own})


@pytest.mark.parametrize("text", ["", "mot,, mot", "deux mots", " , "])
def test_a_list_of_words_is_words(text: str) -> None:
    """A list that would hold nothing, or what can never be found, is refused: nobody empties it unseen."""
    assert "never.words: one of the words is empty, or is several; commas between" in of_her({}, **{"never.words": text})


def test_the_lists_cannot_be_left_out() -> None:
    """An edition without them is none."""
    assert f"{PO}:1: never.asked: no words in bm" in said(reworded("never.asked", None))


@pytest.mark.parametrize(("key", "text"), [("test.say", "ɛ" * 71), ("test.first", f"Kɛnɛya\n1 {'ɛ' * 70}\n2 Conseil")])
def test_what_fits_folded_is_too_much_for_no_network(key: str, text: str) -> None:
    """Where a network shows the letters as they are this is no page, and goes folded: nobody who writes in right spelling is stopped for it."""
    found = reworded(key, text)
    assert said(found) == []
    edition = compile_edition(found, 1, limits.USSD_RAW)
    assert all(len(edition.nodes[language][key].shown) == 1 for language in edition.languages)


PIECES = [*"aɛ ɲ1259{}<&+\n\r\t?", "\u202e", "\u0430", "mot ", "1 Aide\n2 Conseil", "{before}", "\u0301", "😀"]
WILD = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)


@given(
    WILD,
    st.sampled_from(
        ["test.first", "test.say", "test.lost", "test.noted", "test.help", "keys.out", "wrong.screen", "test.say@voice", "test.help@sms"]
    ),
)
@settings(max_examples=200, deadline=None)
def test_what_the_check_finds_clean_compiles_for_every_phone(text: str, key: str) -> None:
    """Whatever somebody types: either it is refused, or every network and channel has an edition of it."""
    good = sources({**GOOD}, words={key: text} if "@" in key else {})
    if "@" not in key:
        good = reworded(key, text)
    if not any(fault.grave for fault in check(good)):
        for fit in (limits.USSD, limits.USSD_RAW, limits.SMS, limits.SMS_RAW, limits.VOICE):
            compile_edition(good, 1, fit)


@pytest.mark.parametrize("name", WORD_FAULTS)
def test_faults_of_words(name: str) -> None:
    """The fault is found in the catalogue that has it."""
    key, text, expected = WORD_FAULTS[name]
    faults = said(reworded(key, text))
    assert expected in faults if expected else any("does not fit any page" in fault for fault in faults)


def test_all_faults_in_one_run() -> None:
    """Three faults in one tree are three lines of one answer."""
    faults = grave({"test.island": (Say("test.gone"), "Île"), "test.say": (Menu(()), "Eau")})
    assert len(faults) == 3


def phone(**fields: str) -> Sources:
    item = Item("services", "one", "Centre", {"phone": "70 00 09 01", "source": "x", **fields}, Where("flows/directory.yml", 7))
    return sources(GOOD, items=(item,))


def test_numbers_unverified_or_stale() -> None:
    """A number that nobody verified, or not lately, is a notice, for no screen shows it; one verified by nobody is a fault."""
    off = "kept off every screen"
    assert said(phone()) == []
    assert f"flows/directory.yml:7: one: number unverified, {off}" in [str(fault) for fault in check(phone())]
    assert said(phone(verified_on="2025-03-01")) == ["flows/directory.yml:7: one: verified_on without verified_by"]
    old = phone(verified_on="2025-03-01", verified_by="Awa")
    assert [fault.message for fault in check(old, date(2025, 8, 1)) if off in fault.message] == []
    assert [(fault.message, fault.grave) for fault in check(old, date(2025, 9, 1)) if off in fault.message] == [
        (f"one: number not verified lately (2025-03-01), {off}", False)
    ]
    emergency = phone(verified_on="2025-03-01", verified_by="Awa", kind="emergency")
    assert f"one: number unverified, {off}" in [fault.message for fault in check(emergency, date(2025, 3, 2))], (
        "not rung by day and by night"
    )


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"address": "<b>Ici</b>"}, "address: holds <b>, which a phone would show as it is"),
        ({"hours": "8h\u200b"}, "hours: holds a character that nobody can see"),
        ({"cost": "{numbers}"}, "cost: a { or } that is no placeholder"),
        ({"way": "Tout droit\n5 Appelez-moi"}, "way: more than one line"),
        ({"offers": "soixante-dix zéro zéro zéro neuf"}, "offers: a telephone number in the words; it goes dark only as `phone`"),
    ],
)
def test_entries_are_what_they_seem(fields: dict[str, str], expected: str) -> None:
    """What a file cannot say a form can: an entry is looked at like words."""
    item = Item("services", "one", "Centre", fields, Where("entry/services/one", 1))
    assert said(sources(GOOD, items=(item,))) == [f"entry/services/one:1: one: {expected}"]


def test_an_event_that_is_over() -> None:
    """A meeting whose day is past is a notice: it is on no screen any more."""
    items = (Item("events", "e", "Réunion", {"kind": "meeting", "on": "2026-11-30"}, AT),)
    notices = [fault.message for fault in check(sources(GOOD, items=items), date(2026, 12, 1)) if not fault.grave]
    assert "e: its day is over, kept off every screen" in notices


def test_unknown_places() -> None:
    items = (Item("places", "p", "Lieu", {"region": "nowhere"}, AT),)
    assert FIRST + "p: unknown region nowhere" in said(sources(GOOD, items=items))


def test_unreviewed_words_are_counted() -> None:
    """Pending words are a notice with a count, in each language."""
    notices = [fault.message for fault in check(sources(GOOD)) if not fault.grave]
    count = len(sources(GOOD).words["fr"])
    assert notices == [f"{count} of {count} messages in {language}: review pending" for language in ("bm", "fr")]


def test_words_for_nothing() -> None:
    """A message that no screen shows is found, so that a typing error in a key is."""
    good = sources(GOOD)
    stray = Message("test.frist", "Accueil", Where(PO, 40), "pending")
    found = said(msgspec.structs.replace(good, words={**good.words, "bm": (*good.words["bm"], stray)}))
    assert f"{PO}:40: test.frist: words for no screen" in found


@pytest.mark.parametrize(
    ("key", "fault"),
    [
        ("script.danger.3", "script.danger.3: the step before it is missing, nobody would read this one"),
        ("script.dangers.1", "script.dangers.1: no script is called so"),
        ("script.danger.0", "script.danger.0: no script is called so"),
        ("script.danger.one", "script.danger.one: no script is called so"),
        ("script.goodbye", "script.goodbye: no script is called so"),
    ],
)
def test_scripts_have_no_words_that_nobody_reads(key: str, fault: str) -> None:
    """A counselor finds every step that an operator wrote: a gap, or a script that is not there, is told."""
    good = sources(GOOD)
    words = {language: (*messages, Message(key, "Restez calme.", AT, "pending")) for language, messages in good.words.items()}
    assert any(line.startswith(fault) or f" {fault}" in line for line in said(msgspec.structs.replace(good, words=words)))


def test_a_script_that_does_not_begin_is_told() -> None:
    """Each of the hard cases has at least one step, in every language."""
    assert any("script.minor.1: no words in bm" in line for line in said(reworded("script.minor.1", None)))


def test_a_screen_too_long_is_told_once() -> None:
    """Too long folded, it is too long as it is written: an operator reads of it once for each channel, with what to take away."""
    assert said(reworded("test.lost", LONG)) == [f"{PO}:22: test.lost: over budget on ussd: 240 septets, 160 allowed, 80 too many"]
    by_sms = [fault.partition(": over budget on ")[2] for fault in said(reworded("test.lost", LONG * 2))]
    assert by_sms == ["sms: 480 septets, 306 allowed, 174 too many", "ussd: 480 septets, 160 allowed, 320 too many"]


def test_what_matters_most_is_one_page_to_the_letter() -> None:
    """On the way to urgent help and where a call was noted, with times at their longest and the lines around; an advice may go on behind `8`."""
    fits = {"test.help": 100, "test.noted": 100}
    for key, end in (("test.help", "\n1 Appelez-moi"), ("test.noted", " {before}")):
        while not said(reworded(key, "x" * 60 + " " + "x" * (fits[key] - 60) + end)):
            fits[key] += 1
        (fault,) = said(reworded(key, "x" * 60 + " " + "x" * (fits[key] - 60) + end))
        assert "one page: with the lines around it 161 septets, 160 allowed, 1 too many" in fault
    beside = {"test.say": (Say("tips.long"), "De l'eau propre."), "tips.long": (Say(), LONG)}
    assert grave(beside) == []


def test_a_list_is_as_long_as_what_it_lists() -> None:
    """Numbers of the directory on the way to urgent help go on behind `8`, and so do its places; the words around them do not."""
    line = Item(
        "services",
        "line",
        "Ligne verte " + "x" * 30,
        {"kind": "emergency", "phone": "00 00 00 80", "verified_on": "2026-11-01", "verified_by": "awa"},
        AT,
    )
    lines = tuple(msgspec.structs.replace(line, id=f"line-{n}") for n in range(5))
    kind, by_sms = Menu((option(1, "test.now"),)), {"test.help@sms": "Sortez.\n1 Appelez-moi"}
    assert grave({"test.help": (kind, "Sortez.\n{numbers}\n1 Appelez-moi")}, items=lines, words=by_sms) == []
    around = grave({"test.help": (kind, f"{LONG}\n{{numbers}}\n1 Appelez-moi")}, items=lines, words=by_sms)
    assert len(around) == 2
    assert all("is one page: with the lines around it 277 septets" in fault for fault in around)


def test_what_may_only_follow_says_so() -> None:
    """Where a flow could not be read, what leads into it is no news; what has nothing to do with it is."""
    found = sources(
        {**GOOD, "test.say": (Say("other.gone"), "Eau"), "test.first": (Menu((option(1, "test.help"), option(1, "test.say"))), "")}
    )
    causes = {fault.message for fault in check(found, gaps=Gaps(flows=frozenset(("other",)))) if fault.grave and not fault.follows}
    assert "test.first: key 1 is given twice" in causes
    assert "test.say: unknown screen other.gone" not in causes
    assert "test.say: unknown screen other.gone" in {fault.message for fault in check(found) if not fault.follows}
