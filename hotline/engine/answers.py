"""What she types where a screen asks: is it what was asked for?"""

from __future__ import annotations

from typing import Final

import phonenumbers

from hotline.engine.flow import Ask

_EITHER: Final = phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE


def checked(ask: Ask, typed: str) -> str | None:
    """What was typed, in its one form, or None where it is not what was asked for."""
    match ask.kind:
        case "phone":
            return malian_number(typed)
        case "digits":
            return typed if typed.isascii() and typed.isdigit() and ask.least <= len(typed) <= ask.most else None
        case "number":
            is_number = typed.isascii() and typed.isdigit() and len(typed) <= len(str(ask.most))
            return str(int(typed)) if is_number and ask.least <= int(typed) <= ask.most else None
        case "text":
            return typed if ask.least <= len(typed) <= ask.most else None


def malian_number(typed: str) -> str | None:
    """Eight digits of a Malian number that can be rung, with or without 223 before it; None for anything else.

    Plan: AMRTP to ITU, 2018, as phonenumbers has it. Toll-free and short numbers are no one's phone.
    """
    return _national(typed, phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE, _EITHER)


def malian_mobile(typed: str) -> str | None:
    """The same for a mobile phone alone, which takes SMS."""
    return _national(typed, phonenumbers.PhoneNumberType.MOBILE)


def _national(typed: str, *kinds: int) -> str | None:
    plain = "".join(c for c in typed if c not in " .-+")
    if not (plain.isascii() and plain.isdigit()):
        return None
    national = plain[-8:] if len(plain) in (8, 11, 13) else ""
    if plain.removesuffix(national) not in ("", "223", "00223"):
        return None
    number = phonenumbers.PhoneNumber(country_code=223, national_number=int(national or 0))
    return national if phonenumbers.number_type(number) in kinds else None
