"""An operator's edit never costs a caller her screen: what `check` finds clean compiles for every phone and answers every key."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from hotline.engine.check import check
from hotline.engine.edition import compile_edition
from hotline.engine.effects import Coverage, RefineCallback
from hotline.engine.flow import Ask, Branch, Do, Each, End, Item, Kind, Menu, Message, Say, Sources, Where
from hotline.engine.phone import limits
from hotline.engine.phone.letters import fold
from tests.engine.trees import AT, edition, option, sources, way
from tests.engine.worlds import DAY, THURSDAY_NOON, World

FITS = (limits.USSD, limits.USSD_RAW, limits.SMS, limits.SMS_RAW, limits.VOICE)
SCREENS: dict[str, tuple[Kind, str]] = {
    "test.first": (
        Menu((option(1, "test.help"), option(2, "test.list"), option(3, "test.ask"), option(4, "test.told"))),
        "Accueil\n1 Aide\n2 Centres\n3 Âge\n4 Écouter",
    ),
    "test.help": (Menu((option(1, "test.now"),)), "Sortez.\n1 Appelez-moi"),
    "test.now": (Do("open_callback", "test.noted", "test.lost", when="now", urgent=True), ""),
    "test.noted": (Say(), "Noté, avant {before}."),
    "test.lost": (End(), "Rien n'est noté."),
    "test.list": (Each("services", "service", "test.one"), "Centres"),
    "test.one": (Say(), "{name}\n{address}"),
    "test.ask": (Ask("number", "age", "test.first", 10, 99), "Quel âge ?"),
    "test.told": (Say(each="testimonies"), "Elles disent"),
}
CENTRE = Item("services", "one", "Centre", {"address": "Rue 1"}, AT)
STORY = Item("testimonies", "first", "", {"text.fr": "J'ai choisi.", "released_by": "A, B", "released_on": "2026-01-31"}, AT)


def line(changes: dict[str, tuple[Kind, str]] | None = None, items: tuple[Item, ...] = (CENTRE, STORY), **words: str) -> Sources:
    return sources({**SCREENS, **(changes or {})}, items=items, words={key.replace("__", "."): text for key, text in words.items()})


def said(found: Sources) -> list[str]:
    return [fault.message for fault in check(found) if fault.grave]


def test_the_line_of_these_tests_is_clean() -> None:
    assert said(line()) == []


@pytest.mark.parametrize(
    ("found", "fault"),
    [
        (line(clock__hour="{heure}h"), "clock.hour: a placeholder or a brace that means nothing here; it has {hour}"),
        (line(clock__hour="{hour.__class__}"), "clock.hour: lacks the placeholder hour"),
        (line(wrong__screen="{name}\n5 Appelez-moi"), "wrong.screen: a placeholder or a brace that means nothing here; it has none"),
        (line(staff__offer="Conseil {nom}"), "staff.offer: a placeholder or a brace that means nothing here; it has {answer}, {asked}, {before}, {count}, {day}, {from}, {name}, {number}, {ref}, {to}, {until}"),
        (line(voice__word="Un mot."), "voice.word: lacks the placeholder word"),
        (line(sms__word__stop="stop, 5"), "sms.word.stop: one of the words is empty, or begins with a digit, which is a key"),
        (line({"test.noted": (Say(), "Noté {Before}.")}), "test.noted: a { or } that is no placeholder"),
        (line({"test.noted": (Say(), "Noté\u202e.")}), "test.noted: holds a character that nobody can see"),
        (line({"test.noted": (Say(), "mot " * 501)}), "test.noted: longer than 2000 letters; make several screens of it"),
        (line({"test.noted": (Say(), "Appelez 70-00-09-00.")}), "test.noted: a telephone number in the words; numbers belong in the directory"),
        (line(items=(replace(CENTRE, fields={"offers": "70 00 09 00"}),)), "one: offers: a telephone number in the words; it goes dark only as `phone`"),
        (line({"test.list": (Each("services", "language", "test.one"), "Centres")}), "test.list: no entry of the directory is a language"),
        (line({"test.list": (Each("services", "service", "test.one", ("language",)), "Centres")}), "test.list: where: a list is narrowed by region, place, kind, never by language"),
        (line({"test.ask": (Ask("text", "language", "test.first", 2), "Langue ?")}), "test.ask: what a caller types is no language"),
        (line({"test.ask": (Ask("text", "word", "test.first", 2), "Mot ?")}), "test.ask: what a caller types is no word"),
        (line({"test.help": (Menu((option(1, "test.now", phone="70000900"),)), "Sortez.\n1 Appelez-moi")}), "test.help: set: only the caller says which other phone to ring"),
        (line({"test.help": (Menu((option(1, "test.now", word="sugar"),)), "Sortez.\n1 Appelez-moi")}), "test.help: set: no word is called sugar"),
        (line({"test.help": (Menu((option(1, "test.now", part="noon"),)), "Sortez.\n1 Appelez-moi")}), "test.help: set: no part is called noon"),
        (line({"keys.first": (End(), "Fin")}), "keys: no name for a flow, phrases of the catalogue begin so"),
        (replace(line(), start="test.now"), "start: test.now is no menu with options"),
        (line(items=(replace(CENTRE, name="N" * 150), STORY)), f"test.list: over budget on ussd: 183 septets, 160 allowed, 23 too many; the longest filled in is services one, 150 letters ({'N' * 30}…)"),
        (line(items=(replace(CENTRE, fields={"address": "a" * 140}), STORY)), f"test.one: does not fit any page on ussd: page 2: a word is longer than the 129 units of the page, by 11; the longest filled in is {{address}}, 140 letters ({'a' * 30}…)"),
        (line(items=(CENTRE, replace(STORY, fields={"text.fr": "a" * 140}))), f"test.told: does not fit any page on ussd: page 2: a word is longer than the 129 units of the page, by 11; the longest filled in is the testimony, 140 letters ({'a' * 30}…)"),
        (line({"test.lost": (End(), f"{'mot ' * 36}, {{before}}")}, clock__minute="{hour} heures et {minute} minutes"), "test.lost: over budget on ussd: 169 septets, 160 allowed, 9 too many; the longest filled in is {before}, 23 letters (23 heures et 59 minutes)"),
    ],
)  # fmt: skip
def test_what_would_break_a_hop_is_refused(found: Sources, fault: str) -> None:
    """Each of these compiled, or took the check itself down, and cost a caller her screen, or a counselor her call."""
    assert fault in said(found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Kunnafoni kɛ", "Kunnafoni kɛ"),
        ("Ni i joginna, taa dɔgɔtɔrɔso la joona, hali su fɛ.", "Ni i joginna, taa dògòtòròso la joona, hali su fè."),
        ("Même mariée, non veut dire non. Les soins sont les mêmes.", "Meme mariée, non veut dire non. Les soins sont les memes."),
        (f"Kɛ {'ɔ' * 60}", f"Kè {'ò' * 60}"),
    ],
)
def test_a_screen_that_is_no_page_unfolded_goes_folded(text: str, expected: str) -> None:
    """On a network that shows every letter nobody turns a page for one accent, and no sentence is torn: with what stands around it it is one page, or goes folded."""
    found = sources({**SCREENS, "test.noted": (Menu((option(2, "test.say"),)), f"{text}\n2 Sɔrɔ")})
    raw = compile_edition(found, 1, limits.USSD_RAW)
    ((page, _),) = raw.nodes["bm"]["test.noted"].shown
    assert page.plain.text.startswith(f"{expected}\n2 S")
    assert limits.fits(page.wrong.text, limits.USSD_RAW)


@pytest.mark.parametrize("key", ["test.noted", "keys.back", "neutral.broken", "staff.offer"])
@pytest.mark.parametrize("channel", ["ussd", "sms", "voice"])
def test_a_wording_for_one_channel_stands_beside_the_common_one(key: str, channel: str) -> None:
    """Words for one channel alone leave the others without any."""
    plain = line()
    table = tuple(replace(message, key=f"{key}@{channel}") if message.key == key else message for message in plain.words["bm"])
    assert f"{key}: no words in bm" in said(replace(plain, words={**plain.words, "bm": table}))


def test_a_last_screen_that_does_not_fit_unfolded_goes_folded() -> None:
    """What is one screen everywhere else is no two on a network that shows every letter."""
    text = "Kɛnɛya ni denbaya: nimɔrɔ wele kokura kɔfɛ. Santé et famille: refaites le numéro plus tard."
    raw = compile_edition(sources({**SCREENS, "test.lost": (End(), text)}), 1, limits.USSD_RAW)
    assert raw.last("test.lost", "bm", text).text == fold(text, "bm")
    assert raw.last("test.lost", "bm", "kɔfɛ").text == "kɔfɛ"


def test_another_day_is_one_on_which_somebody_speaks_her_language() -> None:
    """Asked for in French, read in Bambara since: the window is one of those who speak French, who will call."""
    screens: dict[str, tuple[Kind, str]] = {
        "test.first": (Menu((option(1, "test.part", part="morning"),)), "Accueil\n1 Matin"),
        "test.part": (Do("open_callback", "test.kept", "test.lost", when="part"), ""),
        "test.kept": (Menu((option(2, "test.day", "offered.next_day is yes"),)), "Noté\n2 Autre jour"),
        "test.day": (Do("refine_callback", "test.kept", "test.lost", when="next_day"), ""),
        "test.lost": (End(), "Rien."),
    }
    midnight = THURSDAY_NOON // DAY * DAY
    french = Coverage(
        False, False, midnight, midnight, None, ((midnight + DAY, midnight + 2 * DAY), (midnight + 3 * DAY, midnight + 4 * DAY))
    )
    bambara = Coverage(False, False, midnight, midnight, None, ((midnight, midnight + 9 * DAY),))
    world = World(coverage=french)
    facts = {f"coverage.bm@{position}": bambara for position in range(1, 9)}
    world.facts.update(facts)
    assert world.hop(edition(screens), ["1", "66", "2"]).key == "test.kept"
    moved = next(order for order in world.orders.values() if isinstance(order, RefineCallback))
    assert moved.opens == midnight + 3 * DAY + 8 * 60


TEXTS = st.sampled_from(
    ["{name}", "{hour.real}", "{", "x" * 45, "ɛ" * 30, "mot " * 80, "{before}", "{near}\n{foo}", "Un\u00a0mot\u00a0ou\u00a0deux\u00a0ou\u00a0trois\u00a0ou\u00a0quatre", "5 Oui", "€[]" * 30]
)  # fmt: skip
KINDS: st.SearchStrategy[Kind] = st.sampled_from(
    [
        Say("test.first"),
        Say(each="testimonies"),
        End(),
        Ask("text", "language", "test.one", 2),
        Ask("phone", "phone", "test.one"),
        Each("events", "event", "test.first"),
        Each("services", "service", "test.now", skip_one=True),
        Branch((way("test.now", "coverage is free"), way("test.one"))),
        Menu((option(1, "test.now", language="next"), option(2, "test.list"))),
    ]
)
EDITS = st.lists(
    st.one_of(
        st.tuples(st.just("words"), st.sampled_from(sorted(message.key for message in line().words["fr"])), TEXTS),
        st.tuples(st.just("kind"), st.sampled_from(sorted(SCREENS)), KINDS),
        st.tuples(st.just("item"), st.sampled_from(["name", "address", "text.fr"]), TEXTS),
    ),
    min_size=1,
    max_size=3,
)


def edited(edits: list[tuple[str, str, object]]) -> Sources:
    made = line()
    for what, key, new in edits:
        if what == "words":
            words = {
                language: tuple(
                    Message(message.key, f"{message.text} {new}" if message.key == key else message.text, Where("w", 1), message.review)
                    for message in table
                )
                for language, table in made.words.items()
            }
            made = replace(made, words=words)
        elif what == "kind":
            flow = made.flows[0]
            screens = tuple(replace(screen, kind=new) if screen.key == key else screen for screen in flow.screens)
            made = replace(made, flows=(replace(flow, screens=screens),))
        else:
            entry = STORY if key.startswith("text") else CENTRE
            changed = replace(entry, name=new) if key == "name" else replace(entry, fields={**entry.fields, key: new})
            made = replace(made, items=tuple(changed if item.id == entry.id else item for item in made.items))
    return made


@given(EDITS, st.integers())
def test_what_is_found_clean_answers_every_key(edits: list[tuple[str, str, object]], seed: int) -> None:
    """For every phone: it compiles, no key fails, every page fits and shows a way out."""
    found = edited(edits)
    if said(found):
        return
    chance = random.Random(seed)  # noqa: S311  not for secrets
    for fit in FITS:
        compiled = compile_edition(found, 1, fit)
        world, inputs = World(), list[str]()
        for _ in range(12 if fit is not limits.VOICE else 0):
            screen = world.hop(compiled, inputs)
            assert limits.fits(screen.text, fit)
            if screen.ends:
                break
            assert "9 Fin" in screen.text
            inputs.append(chance.choice(["0", "1", "1", "2", "3", "4", "5", "8", "66", "70000300", "mot", "x" * 200]))
