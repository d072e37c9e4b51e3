"""Whether what a caller types on a screen that asks is what was asked for."""

from __future__ import annotations

from hotline.engine.flow import Ask
from hotline.engine.phone.numbers import malian_number


def checked(ask: Ask, typed: str) -> str | None:
    """What was typed, in its one form. Returns None if it is not what was asked for."""
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
