"""What is wrong with an edition is said in words, in both languages, beside what is to be mended."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from hotline.config import CONTENT
from hotline.console.faults import in_words
from hotline.console.words import Words
from hotline.engine.check import check
from hotline.engine.faults import ENGLISH, NOTHING
from hotline.engine.flow import Fault, Item, Where
from tests.console.desk import Desk
from tests.content_line import sources

CODE = Path(__file__).parent.parent.parent / "hotline"
WORDS = Words.read(CONTENT / "locales", ("fr", "bm"))
LANGUAGES = ("fr", "bm")
PLACE = re.compile(r"(?<!\{)\{(\w+)\}")
PHONES = {"ussd", "sms"}
"""Codes that the kind of phone is called by."""


def spoken() -> dict[str, dict[str, str]]:
    return {language: dict(WORDS._catalogues[language]) for language in LANGUAGES}


def reasons() -> Iterator[tuple[str, set[str]]]:
    """Every place in the code that gives a reason: its code, and the values that it gives."""
    for path in sorted(CODE.rglob("*.py")):
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "reason":
                given = {keyword.arg or "**" for keyword in call.keywords}
                codes = {node.value for node in ast.walk(call.args[0]) if isinstance(node, ast.Constant)} & ENGLISH.keys()
                assert codes or not given, (path, call.lineno)
                yield from ((code, given) for code in codes)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_fault_has_words(language: str) -> None:
    """Whatever the check can say, an operator reads in her language."""
    wanted = {f"studio.fault.{code}" for code in ENGLISH.keys() - {NOTHING}}
    assert wanted - spoken()[language].keys() == set()


def test_no_words_are_for_nothing() -> None:
    """Each code is one that something says, and each message is one of a code."""
    known = {f"studio.fault.{code}" for code in (*ENGLISH, "file")}
    words = {
        key
        for key in spoken()["fr"]
        if key.startswith("studio.fault.") and not key.startswith(("studio.fault.field.", "studio.fault.list."))
    }
    assert words - known == set()
    assert ENGLISH.keys() - {code for code, _ in reasons()} - PHONES == set()


def test_every_value_that_words_use_is_given() -> None:
    """In English and in both languages: no fault breaks the page that says it."""
    for code, given in reasons():
        used = set(PLACE.findall(ENGLISH[code]))
        for language in LANGUAGES:
            used |= set(PLACE.findall(spoken()[language].get(f"studio.fault.{code}", "")))
        assert used <= given, code


HOSTILE: dict[str, tuple[str, str, str]] = {
    "markup": ("babies.milk", "Du <b>lait</b>.", "« <b> » s'afficherait tel quel sur le téléphone. Ôtez-le."),
    "unseen": ("babies.milk", "Du\u202e lait.", "Il y a un signe que personne ne voit (U+202E RIGHT-TO-LEFT OVERRIDE). Effacez ces mots et tapez-les de nouveau."),
    "homoglyph": ("babies.milk", "Du l\u0430it.", "« \u0430 » (U+0430 CYRILLIC SMALL LETTER A) a l'air d'une de nos lettres sans en être une, ou ne s'affiche pas sur un téléphone simple. Tapez la lettre du clavier."),
    "number": ("babies.milk", "Faites le soixante-dix, zéro zéro, zéro neuf, zéro zéro.", "Il y a ce qui ressemble à un numéro de téléphone. Ôtez-le : les numéros vont dans l'annuaire."),
    "never": ("babies.milk", "Du lait, en secret.", "« secret » est un mot que la ligne ne dit jamais. Dites-le autrement."),
    "asked": ("babies.topics", "Votre mari vous frappe ?\n1 Oui\n2 Non\n3 Parfois\n4 Avant\n5 Jamais", "Cet écran demanderait par une touche ce qui est arrivé à celle qui appelle (« mari »). La ligne ne le demande jamais ainsi. Donnez un conseil, ou proposez un appel."),
    "budget": ("out.end", "Merci. " * 24, "Écran : 7 de trop (167 signes pour 160). Ôtez-en, ou mettez la suite sur un autre écran."),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_an_operator_reads_it_beside_the_field(desk: Desk, name: str) -> None:
    """While she types: why it is wrong and what to do, in her language, and in no other."""
    key, text, expected = HOSTILE[name]
    at = f"/console/studio/{key.replace('.', '/')}"
    browser = desk.browser("mariam")
    browser.open(at)
    page = browser.send(at, weigh="yes", **{f"words/fr/{key}": text}).replace("\u00a0", " ")
    assert expected in page
    assert expected not in browser.open(at).replace("\u00a0", " ")


def test_who_reads_bambara_reads_it_in_bambara(desk: Desk) -> None:
    """The words follow who reads them, not whose words they are about."""
    browser = desk.browser("mariam")
    browser.open("/console/me")
    browser.send("/console/me/language", reads="bm")
    browser.open("/console/studio/babies/milk")
    page = browser.send("/console/studio/babies/milk", weigh="yes", **{"words/fr/babies.milk": "Du <b>lait</b>."})
    assert "«<b>» bɛ jira telefɔni na ten. A bɔ a la." in page


def test_parts_of_a_fault_are_said_in_the_language_of_the_whole() -> None:
    """A page, a kind of phone, what was filled in, the name of a field: nothing of it stays English."""
    item = Item("services", "one", "Centre <i>", {"address": "a\nb"}, Where("entry/services/one", 1))
    faults = [fault for fault in check(replace(sources(), items=(*sources().items, item))) if fault.grave]
    assert [spoken_in("fr", fault) for fault in faults] == [
        "adresse : Une seule ligne. Ôtez les retours à la ligne.",
        "nom : « <i> » s'afficherait tel quel sur le téléphone. Ôtez-le.",
    ]
    assert spoken_in("bm", faults[0]) == "sigiyɔrɔ: Layini kelen dɔrɔn. Layini kuraw bɔ a la."


def test_a_fault_of_a_file_says_where_the_file_is_wrong() -> None:
    """What only the shell can meet stays English, and names its line."""
    fault = Fault(Where("flows/babies.yaml", 7), "not YAML")
    assert spoken_in("fr", fault) == "Ligne 7 du fichier : not YAML"


def spoken_in(language: str, fault: Fault) -> str:
    return in_words(WORDS, language, fault).replace("\u00a0", " ")
