"""The demo's people and words, held together with the line's own catalogues."""

from __future__ import annotations

import re
from pathlib import Path

import polib
import pytest
from flask import Flask
from markupsafe import escape
from msgspec.structs import replace

from hotline.adapters.locks import ArgonPasswords
from hotline.demo import phone
from hotline.demo.people import PEOPLE, factors, on_the_phone, passwords, people_json, shifts, staff, working
from hotline.demo.words import LOCALES, read_here, read_words
from hotline.service.desk.accounts.sign_in import is_weak
from tests.fakes import AT

PLACEHOLDER = re.compile(r"\{\w+\}")
DEMO = Path(phone.__file__).parent
TODAY = 20_000


def test_numbers_are_nobodys() -> None:
    """Every number of the demo is of the made-up block and of one person alone; a partner has none."""
    numbers = [p.number for p in PEOPLE if p.role != "partner"]
    assert all(re.fullmatch(r"\+2237000\d{4}", number) for number in numbers)
    assert len(numbers) == len(set(numbers))
    assert [""] == [p.number for p in PEOPLE if p.role == "partner"]
    assert len(PEOPLE) == len({p.alias for p in PEOPLE})


def test_someone_is_there_in_each_language_around_the_clock() -> None:
    """In French and in Bambara a counselor is on shift at every minute of every day, and the supervisor, without whom the line is closed."""
    spoken = {language for member in staff(TODAY) for language in member.speaks if member.role == "counselor"}
    assert {"fr", "bm"} == spoken
    assert {(p.id, None, 0, 1440) for p in working()} == {(s.staff, s.weekday, s.start, s.end) for s in shifts()}
    assert ["supervisor"] == [s.role for s in staff(TODAY) if set(s.speaks) == {"fr", "bm"}]


def test_demo_json_names_people() -> None:
    """What scripts read of a person, and nothing else: of the staff, a password that differs from every other demo's too, and of whoever is rung two digits."""
    people = people_json("secret")
    more = [
        ({"password"} if p.is_staff else set()) | ({"factor"} if p.has_factor else set()) | ({"digits"} if p in working() else set())
        for p in PEOPLE
    ]
    assert [{"alias", "role", "language", "number"} | rest for rest in more] == [set(p) for p in people]
    made = [p["password"] for rows in (people, people_json("another")) for p in rows if "password" in p]
    assert len(made) == len(set(made))


def test_a_spare_phone_is_nobodys_yet() -> None:
    """The admin adds somebody with its number: neither alias nor number is taken, and nobody signs in under that alias before."""
    (spare,) = (p for p in PEOPLE if p.role == "spare")
    assert [] == [member for member in staff(TODAY) if spare.alias == member.alias or spare.number == member.number]
    assert spare.id not in passwords("secret")


def test_two_can_take_an_edition_through() -> None:
    """Beside the operator one reviews words in both languages, and one is the second person; both sign in with a second factor, which differs from every other demo's."""
    made = {member.alias: member for member in staff(TODAY)}
    assert ("fr", "bm") == made["oumou"].reviews
    assert made["bintou"].approves
    assert {"oumou", "bintou"} == set(factors("secret"))
    assert len({*factors("secret").values(), *factors("another").values()}) == 4


def test_passwords_of_the_demo_are_ones_that_the_console_takes() -> None:
    """Nobody has to choose a worse one."""
    assert [] == [p for p in PEOPLE if is_weak(ArgonPasswords(), p.password("secret"), p.alias)]


def test_the_phones_are_those_of_callers_and_of_whoever_calls_back() -> None:
    """An operator and an admin work at a screen, and one phone waits for somebody new; each role on the page has its word in both languages."""
    assert {"caller", "spare", "counselor", "supervisor"} == {p.role for p in on_the_phone()}
    assert [] == [p.role for p in on_the_phone() for language in phone.LANGUAGES if f"role.{p.role}" not in read_words(language)]


def test_staff_say_a_word_that_the_line_knows() -> None:
    """The word comes from the line's own catalogue, and its confirmation is known again, folded or not."""
    for here, person in zip(read_here(working()), working(), strict=True):
        words = read_words(person.language, "flows")
        assert here.word in [w.strip() for w in words["staff.word.here"].split(",")]
        assert here.confirmed_by(PLACEHOLDER.sub("16h", words["staff.on_call" if person.role == "supervisor" else "staff.here"]))
        assert not here.confirmed_by(PLACEHOLDER.sub("471", words["staff.offer"]))


def test_the_page_has_all_its_words() -> None:
    """Both catalogues have the same keys with the same placeholders, and all that the page asks for."""
    french, bambara = read_words("fr"), read_words("bm")
    assert {k: set(PLACEHOLDER.findall(v)) for k, v in french.items()} == {k: set(PLACEHOLDER.findall(v)) for k, v in bambara.items()}
    page = (DEMO / "templates/phone.html").read_text() + (DEMO / "static/phone.js").read_text()
    asked = set(re.findall(r"""(?:words\[|say\()["']([a-z_.]+[a-z_])["']""", page))
    assert asked
    assert asked <= set(french)


@pytest.mark.parametrize("language", phone.LANGUAGES)
def test_every_word_says_whether_it_was_read(language: str) -> None:
    """Each message carries its review; no Bambara one has had any."""
    text = (LOCALES / language / "LC_MESSAGES" / "demo.po").read_text("utf-8")
    assert {"review: pending"} == {entry.comment for entry in polib.pofile(text)}


@pytest.mark.parametrize("language", phone.LANGUAGES)
@pytest.mark.parametrize("digits", [{}, {"awa": "47"}], ids=["by SMS", "by ring"])
def test_what_to_try_is_what_happens_here(language: str, digits: dict[str, str]) -> None:
    """Where the line rings Awa no SMS is spoken of, and where it writes to her no two digits are."""
    app, words = Flask("demo"), read_words(language)
    app.register_blueprint(phone.blueprint(replace(AT, base_url="http://127.0.0.1:9"), digits=digits))
    shown = app.test_client().get(f"/phone?l={language}").text.partition(words["try.heading"])[2]
    steps = [escape(words[key]) in shown for key in ("try.answer", "try.answer_ring")]
    assert [not digits, bool(digits)] == steps
