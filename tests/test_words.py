"""The promises on words that a caller, her husband or a counselor would notice."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from hotline.engine.check import check
from hotline.engine.edition import fill
from hotline.engine.effects import OpenCallback, StopCalls
from hotline.engine.flow import Ask, Each, End, Kind, Menu, Say
from hotline.engine.phone import gsm, limits
from hotline.engine.phone.letters import fold, plain
from tests.content_line import line, sources
from tests.engine.worlds import THURSDAY_NOON, World, around_the_clock, nobody

LANGUAGES = ("fr", "bm")
AT_THE_DOOR = ("line.first", "safe.end", "out.end", "neutral.broken")
ONE_PAGE = re.compile(r"line\.|danger\.|callback\.(?!other_)|wrong\.screen")
"""What must be read at a glance: the first screen, urgent help, and all that is said around a callback."""
ROOM_FOR_HELP = 149
"""Septets that leave room for the line of help above a screen after a wrong key."""
FULLEST = {"before": "23h59", "from": "23h59", "to": "23h59", "next": "23h59", "ref": "471", "until": "23h59"}
LONGEST_SENTENCE = 12
WORD = re.compile(r"[\w-]+")

NEVER = {
    "fr": (
        "victime",
        "plainte",
        "dénoncer",
        "dénoncez",
        "SOS",
        "anonyme",
        "secret",
        "secrète",
        "gratuit",
        "gratuite",
        "patience",
        "patiente",
        "protégerons",
    ),
    "bm": ("muɲu", "sabali", "laadi", "laadilikɛla", "gundo", "yafa"),
}
REVEALING = {
    "fr": (
        "frapper",
        "frappe",
        "battre",
        "blessée",
        "forcée",
        "violence",
        "viol",
        "agression",
        "harcèlement",
        "danger",
        "mari",
        "faute",
        "justice",
        "loi",
        "police",
        "tribunal",
        "mourir",
        "VIH",
        "excision",
        "excisée",
        "divorce",
        "couteaux",
        "cou",
    ),
    "bm": (
        *("bugɔ", "joginna", "jogin", "jugu", "farati", "ɲangata", "ɲangi", "jalaki", "diyagoya", "cɛ", "sariya", "polisiw"),
        *("kiritigɛyɔrɔ", "saya", "sidabana", "bolokoli", "boloko", "kafoɲɔgɔnya", "muruw"),
    ),
}
"""What nothing may say that stays on the phone: the first screen, an SMS, a last screen, what was noted."""
ASKED = {
    "fr": ("frappe", "battue", "forcée", "violence", "viol", "mari", "père", "âge", "habitez"),
    "bm": ("bugɔ", "jogin", "ɲangata", "diyagoya", "cɛ", "san", "sigilen"),
}
"""What no key may be the answer to."""


def words(language: str) -> dict[str, str]:
    return {message.key: message.text for message in sources().words[language]}


def kinds() -> dict[str, Kind]:
    return {
        screen.key: screen.kind
        for flow in sources().flows
        for screen in flow.screens
        if isinstance(screen.kind, Menu | Each | Ask | Say | End)
    }


def filled(text: str, language: str) -> str:
    """The text with the longest that its placeholders can hold."""
    table = words(language)
    day = max((table[key] for key in table if key.startswith("day.")), key=len)
    name = max((item.name for item in sources().items), key=len)
    return fill(text, FULLEST | {"day": day, "next_day": day, "name": name})


def said(text: str) -> str:
    """For looking a word up: between spaces, without capitals and punctuation, its accents kept."""
    return f" {' '.join(WORD.findall(unicodedata.normalize('NFC', text).casefold()))} "


def found(text: str, unwanted: tuple[str, ...]) -> list[str]:
    return [word for word in unwanted if said(word) in said(text)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_that_hurt_or_promise_too_much_are_nowhere(language: str) -> None:
    """No message, to a caller or to staff, says one of the words that frighten, judge, or promise what others must keep."""
    assert {} == {
        key: bad for key, text in words(language).items() if not key.startswith("never.") and (bad := found(text, NEVER[language]))
    }


def lasting(language: str) -> Iterator[tuple[str, str]]:
    """What can still be read when somebody else picks the phone up: an SMS, a last screen, a screen that says that a call was noted."""
    table = words(language)
    for key, kind in kinds().items():
        if isinstance(kind, End) or key.partition(".")[2].startswith("kept"):
            yield key, table[key]
        if not key.startswith(("pregnancy.", "babies.", "fever.", "advice.")):
            yield f"{key}@sms", table.get(f"{key}@sms", table[key])
    yield from ((key, table[key]) for key in AT_THE_DOOR)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_stays_on_a_phone_tells_nothing(language: str) -> None:
    """The first screen, every SMS, every last screen and everything noted speak of advice, and of nothing that happened to anyone."""
    assert {} == {key: bad for key, text in lasting(language) if (bad := found(text, REVEALING[language]))}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("name", "least"), [("words", NEVER), ("lasting", REVEALING), ("asked", ASKED)])
def test_the_lists_hold_what_they_must(name: str, least: dict[str, tuple[str, ...]], language: str) -> None:
    """What `check` looks for is no less than what stands here: nobody shortens a list by the way."""
    listed = {word.strip() for word in words(language)[f"never.{name}"].split(",")}
    assert set(least[language]) - listed == set()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("key", "says"),
    [("family.help", "never.words"), ("out.end", "never.lasting"), ("line.first", "never.lasting"), ("danger.kept", "never.lasting")],
)
def test_the_check_looks_for_them_on_the_lines_own_screens(key: str, says: str, language: str) -> None:
    """Each list is in force: its first word, on a screen of the line, is a fault."""
    word = words(language)[says].split(",")[0]
    changed = tuple(
        replace(message, text=f"{word}\n{message.text}") if message.key == key else message for message in sources().words[language]
    )
    faults = check(replace(sources(), words={**sources().words, language: changed}), only={key})
    assert any(fault.subject == key and says in fault.message for fault in faults)


def sentences(text: str) -> list[str]:
    return [
        sentence for part in text.split("\n") for sentence in re.split(r"[.!?]+(?:\s|$)", re.sub(r"^\d ", "", part)) if sentence.strip()
    ]


def test_french_sentences_are_short() -> None:
    """No sentence on a caller's screen has more than twelve words: it is read once, by someone in a hurry."""
    shown = [(key, text) for key, text in words("fr").items() if key.partition("@")[0] in kinds()]
    assert [] == [(key, sentence) for key, text in shown for sentence in sentences(text) if len(sentence.split()) > LONGEST_SENTENCE]


def test_both_catalogues_say_the_same_things() -> None:
    """French and Bambara have the same messages in the same order: neither language is the poorer one."""
    assert list(words("fr")) == list(words("bm"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_screens_that_matter_are_one_page(language: str) -> None:
    """Urgent help and all around a callback is read without turning a page, at its longest, with the line of help above it."""
    table = words(language)
    keys = f"\n{table['keys.back']} {table['keys.out']}"
    whole = {key: table[key] + ("" if isinstance(kind, End) else keys) for key, kind in kinds().items() if ONE_PAGE.match(key)}
    sizes = {key: gsm.septets(fold(filled(text, language), language)) for key, text in whole.items()}
    assert {} == {key: size for key, size in sizes.items() if size > ROOM_FOR_HELP}
    assert gsm.septets(fold(table["wrong.line"], language)) <= 160 - ROOM_FOR_HELP - 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_check_holds_them_to_it(language: str) -> None:
    """All of these screens are held by the check, not only by this file: with as many words more as no page holds, each is refused."""
    keys = [key for key in kinds() if ONE_PAGE.match(key) and key != sources().start and not isinstance(kinds()[key], End)]
    more = "de plus " * 15
    changed = tuple(
        replace(message, text=f"{more}\n{message.text}") if message.key in keys else message for message in sources().words[language]
    )
    faults = check(replace(sources(), words={**sources().words, language: changed}))
    assert set(keys) - {fault.subject for fault in faults if fault.reason.code == "one_page"} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_last_screens_fit_a_phone_in_right_spelling(language: str) -> None:
    """A last screen cannot be paged: it fits where the network sends the official letters too."""
    table = words(language)
    ends = [*(key for key, kind in kinds().items() if isinstance(kind, End)), "safe.end", "out.end"]
    assert [] == [key for key in ends if not limits.fits(filled(table[key], language), limits.USSD_RAW)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_staff_messages_are_one_sms(language: str) -> None:
    """Each SMS to a counselor or supervisor is a single one of 160 septets, on the cheapest phone."""
    messages = {
        key: filled(text, language)
        for key, text in words(language).items()
        if key.startswith("staff.") and not key.startswith("staff.word.")
    }
    assert len(messages) >= 15
    assert {} == {key: text for key, text in messages.items() if gsm.septets(fold(text, language)) > 160}


@pytest.mark.parametrize(
    ("language", "about"), [("fr", ("femme", "elle", "aide", "danger", "victime", "urgent")), ("bm", ("muso", "dɛmɛ", "farati"))]
)
def test_staff_messages_say_nothing_of_the_caller(language: str, about: tuple[str, ...]) -> None:
    """A counselor's phone may be read by others: what is sent to it names a reference and an hour, never who or why."""
    messages = {key: text for key, text in words(language).items() if key.startswith("staff.") and not key.startswith("staff.word.")}
    assert {} == {key: bad for key, text in messages.items() if (bad := found(text, about))}


@pytest.mark.parametrize("prefix", ["staff.word.", "sms.word."])
def test_a_word_sent_by_sms_means_one_thing(prefix: str) -> None:
    """Typed without accents or capitals, in either language, no word has two meanings."""
    meanings: dict[str, set[str]] = {}
    for language in LANGUAGES:
        for key, text in words(language).items():
            if key.startswith(prefix):
                for word in text.split(","):
                    meanings.setdefault(plain(word), set()).add(key)
    assert {} == {word: keys for word, keys in meanings.items() if len(keys) > 1}


@pytest.mark.parametrize("language", [(), ("6",)])
@pytest.mark.parametrize("coverage", [around_the_clock(THURSDAY_NOON), None])
def test_the_keys_that_are_passed_on_by_word_of_mouth(language: tuple[str, ...], coverage: object) -> None:
    """`5 5` asks for a call now, `4 1 1` for an urgent one, `5 7` stops every call: in both languages, whether or not it is known who is there."""

    def orders(*keys: str) -> list[object]:
        world = World(coverage=coverage)  # type: ignore[arg-type]
        world.hop(line(), (*language, *keys))
        return list(world.orders.values())

    assert [(OpenCallback, False)] == [(type(order), order.urgent) for order in orders("5", "5")]  # type: ignore[attr-defined]
    assert [(OpenCallback, True)] == [(type(order), order.urgent) for order in orders("4", "1", "1")]  # type: ignore[attr-defined]
    assert [StopCalls()] == orders("5", "7")


def test_stop_is_there_when_nobody_is() -> None:
    """`5 7` stops calls to this phone also at an hour when nobody could be asked to call it."""
    world = World(coverage=nobody(THURSDAY_NOON))
    assert "callback.nobody" == world.hop(line(), ("5",)).key
    world.hop(line(), ("5", "7"))
    assert [StopCalls()] == list(world.orders.values())
