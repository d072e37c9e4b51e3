"""Telephone numbers: how one is written, what of it is Mali's, and what in words may be one."""

from __future__ import annotations

import re
from typing import Final
from unicodedata import decimal

COUNTRY: Final = "+223"
E164: Final = r"\+[1-9][0-9]{6,14}"
"""The pattern of a whole number in E.164, of any country: a roaming phone dials too. By pattern, since a full check costs more than a whole hop."""

_COUNTRY: Final = COUNTRY.removeprefix("+")
_NATIONAL: Final = 8
"""Digits of a Malian number."""
_E164: Final = re.compile(E164)
_WRITTEN: Final = re.compile(r"\+?[0-9](?:[ .]?[0-9]){1,14}")
_FIVE_DIGITS: Final = re.compile(r"\d(?:[^\w\n]{0,2}\d){4,}")
_AS_WRITTEN: Final = re.compile(r"\d(?:[ .\u00a0\u202f]?\d){4,}|\d(?:[^\w:\n]{0,2}\d){7,}")


def is_e164(text: str) -> bool:
    """Is it one number with its plus sign and its country, without spaces?"""
    return _E164.fullmatch(text) is not None


def as_e164(wire: str) -> str | None:
    """A whole number as a vendor's wire writes it, `223…`, `+223…` or `tel:+223…`, in E.164.

    Returns None for anything else: the letters of a sender's name, a short number, and eight digits alone, which another country's could be.
    """
    plain = wire.removeprefix("tel:")
    if plain.startswith("+"):
        return plain if is_e164(plain) else None
    return f"+{plain}" if len(plain) > _NATIONAL + 1 and is_e164(f"+{plain}") else None


def is_written_number(text: str) -> bool:
    """Is it one number as people write it: digits with single spaces or dots between, a short number among them?"""
    return _WRITTEN.fullmatch(text) is not None


def in_e164(national: str) -> str:
    """A Malian number's eight digits with the country before them."""
    return COUNTRY + national


def is_in_mali(number: str) -> bool:
    """Does this number, in E.164, ring in Mali? Those abroad would be rung at any price."""
    return number.startswith(COUNTRY)


def malian_number(typed: str) -> str | None:
    """Eight digits of a Malian number that can be rung, with or without 223 before it. Returns None for anything else.

    Plan: AMRTP to ITU, 2018, as phonenumbers has it. Toll-free and short numbers are nobody's phone.
    """
    return _national(typed, "FIXED_LINE", "MOBILE", "FIXED_LINE_OR_MOBILE")


def malian_mobile(typed: str) -> str | None:
    """Eight digits of a Malian mobile number, which takes SMS. Returns None for anything else."""
    return _national(typed, "MOBILE")


def digits_in(text: str) -> str:
    """The digits that stand in it, as 0 to 9, with nothing between."""
    return "".join(str(decimal(letter)) for letter in text if letter.isdecimal())


def digits(phone: str) -> str:
    """The digits of a number, without Mali's 223 where that makes eight of them: the same for every spelling of one number."""
    found = digits_in(phone).removeprefix("00")
    national = found.removeprefix(_COUNTRY)
    return national if len(national) == _NATIONAL else found


def read_aloud(number: str) -> str:
    """`70 00 00 01`, as numbers in Mali are read aloud; what is no such number stays as it is."""
    found = number.removeprefix(COUNTRY)
    return " ".join(found[at : at + 2] for at in range(0, len(found), 2)) if found.isdecimal() else number


def has_number(text: str) -> bool:
    """May a number stand in these words? Five digits in a row, as a number is written; eight, whatever is between them but the colon of a
    time of day: 01-082 is a law."""
    return _AS_WRITTEN.search(text) is not None


def has_five_digits(text: str) -> bool:
    """For words in which no number has any business: five digits in a row, whatever is between them."""
    return _FIVE_DIGITS.search(text) is not None


def _national(typed: str, *kinds: str) -> str | None:
    """`kinds`: names of phonenumbers' types."""
    import phonenumbers  # noqa: PLC0415 -- the numbering plans of the world are large, and most commands need none of them

    plain = "".join(char for char in typed if char not in " .-+")
    if not (plain.isascii() and plain.isdigit()):
        return None
    national = plain[-_NATIONAL:] if len(plain) in (8, 11, 13) else ""
    if plain.removesuffix(national) not in ("", _COUNTRY, f"00{_COUNTRY}"):
        return None
    number = phonenumbers.PhoneNumber(country_code=int(_COUNTRY), national_number=int(national or 0))
    return national if phonenumbers.number_type(number) in {getattr(phonenumbers.PhoneNumberType, kind) for kind in kinds} else None
