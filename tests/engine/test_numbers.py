"""What is a number, whose it is, and what in words may be one."""

from __future__ import annotations

import pytest

from hotline.engine.phone.letters import as_name, name_key, plain
from hotline.engine.phone.numbers import as_e164, has_five_digits, has_number, is_e164, is_in_mali, malian_mobile, malian_number, read_aloud


@pytest.mark.parametrize("typed", ["70000900", "70 00 09 00", "22370000900", "+223 70-00-09-00", "0022370000900"])
def test_one_number_however_it_is_typed(typed: str) -> None:
    """A caller need not know how a number is written: with the country or without, with spaces or dots."""
    assert malian_number(typed) == "70000900"


@pytest.mark.parametrize("typed", ["", "15", "800", "80000000", "33612345678", "7000090", "70000900x", "٧٠٠٠٠٩٠٠"])
def test_what_nobody_in_mali_can_be_rung_on_is_none(typed: str) -> None:
    """Short numbers, numbers abroad and what is no number are refused while the caller can still mend it."""
    assert malian_number(typed) is None


def test_only_a_mobile_phone_takes_sms() -> None:
    """A landline can be rung, and gets no message."""
    assert (malian_number("20225588"), malian_mobile("20225588"), malian_mobile("70000900")) == ("20225588", None, "70000900")


def test_numbers_abroad_are_told_from_those_of_mali() -> None:
    """A roaming phone dials the line with a whole number too."""
    assert [(is_e164(number), is_in_mali(number)) for number in ("+22370000900", "+33612345678", "70000900")] == [
        (True, True),
        (True, False),
        (False, False),
    ]


@pytest.mark.parametrize(
    ("text", "in_words", "in_a_testimony"),
    [
        ("Appelez le 70 00 09 00.", True, True),
        ("7-0-0-0-0-9-0-0", True, True),
        ("7, 0, 0, 0, 0", False, True),
        ("La loi 01-082", False, True),
        ("De 8h à 12h, 3 fois", False, False),
    ],
)
def test_a_number_in_words_is_found(text: str, in_words: bool, in_a_testimony: bool) -> None:
    """Numbers belong in the directory, where they go dark; in a testimony five digits are too many, however they are set apart."""
    assert (has_number(text), has_five_digits(text)) == (in_words, in_a_testimony)


def test_a_number_is_read_aloud_in_pairs() -> None:
    """As people in Mali say them; one from abroad stays whole."""
    assert (read_aloud("+22370000900"), read_aloud("+33612345678")) == ("70 00 09 00", "+33612345678")


def test_words_are_the_same_on_a_basic_phone() -> None:
    """Accents, capitals and Bambara letters are on no key."""
    assert plain("  Ɲɛgɛn, Ségou !") == plain("nyegen segou") == "nyegen segou"


@pytest.mark.parametrize(
    ("text", "most", "name"),
    [
        ("Les dents d'été, ɲinw", 24, "les-dents-d-ete-nyinw"),
        ("a_b  (2)", 24, "a-b-2"),
        ("Ɲɛgɛn yɔrɔ min", 12, "nyegen-yoro"),
        ("…", 24, ""),
    ],
)
def test_what_people_call_something_makes_a_name(text: str, most: int, name: str) -> None:
    """Of a file's letters alone, cut where it is too long and never at its end with a dash."""
    assert as_name(text, most) == name


def test_a_persons_name_keeps_its_accents() -> None:
    """Capitals and spaces make nobody another person; an accent does."""
    assert name_key(" AWA  Traoré") == name_key("awa traoré") != name_key("Awa Traore")


@pytest.mark.parametrize(
    ("wire", "number"),
    [
        *((form, "+22370000001") for form in ("22370000001", "+22370000001", "tel:+22370000001", "tel:22370000001")),
        *(
            (form, None)
            for form in (
                "",
                "+",
                "tel:",
                "SANTE",
                "tel:SANTE",
                "+0123456789",
                "36123",
                "70000001",
                "++22370000001",
                "223 70000001",
                "22370000001\n",
                "2237000000١",
            )
        ),
    ],
)
def test_a_number_is_one_form_whatever_wire_brings_it(wire: str, number: str | None) -> None:
    """With a plus or without, behind `tel:` or not; a sender of letters and a short number are nobody's phone."""
    assert as_e164(wire) == number
