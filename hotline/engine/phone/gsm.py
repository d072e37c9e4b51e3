"""How much room words take on a phone: septets, pages and SMS segments (3GPP TS 23.038 §6.2.1). `letters.py` folds them; how much a screen may have is `limits.py`."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

BASIC: Final = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The default alphabet in the order of its codes, without the escape (0x1B): one septet each."""

EXTENSION: Final = "\f^{}\\[~]|€"
"""The extension table: an escape and a second septet, so two each, never apart."""

_OUTSIDE: Final = re.compile(f"[^{re.escape(BASIC + EXTENSION)}]")
_NOT_BASIC: Final = re.compile(f"[^{re.escape(BASIC)}]")
_DOUBLE: Final = re.compile(f"[{re.escape(EXTENSION)}]")
_GAP: Final = re.compile(r"\s+")
"""White space, where a page may end."""


def is_gsm(text: str) -> bool:
    """Is every character in the default alphabet or its extension?"""
    return _OUTSIDE.search(text) is None


def septets(text: str) -> int:
    """The length in septets. Raises ValueError with the position of the first character that is not in the alphabet."""
    if outside := _OUTSIDE.search(text):
        raise ValueError(f"position {outside.start()}: not in the GSM-7 alphabet")
    return _septets(text)


def _septets(text: str) -> int:
    """The length in septets of what `is_gsm`."""
    return len(text) + len(_DOUBLE.findall(text))


def utf16(text: str) -> int:
    """The length in UTF-16 units, which is what UCS-2 messages are counted in."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def units(text: str) -> tuple[int, int]:
    """Length and limit of one message: septets of 160, or UTF-16 units of 70 as soon as one character is outside the alphabet."""
    if _NOT_BASIC.search(text) is None:  # nearly every text that is weighed: one look will do
        return len(text), 160
    return (_septets(text), 160) if is_gsm(text) else (utf16(text), 70)


def paginate(text: str, room: Callable[[int], int]) -> tuple[str, ...]:
    """Cut a folded text into pages; page i, from 0, has `room(i)` septets.

    A line stays whole where it fits on a page; a longer one breaks between words, a word never. White space at a break is dropped, nothing else is.
    Raises ValueError with the page's number if a word does not fit, and if the text is not GSM-7.
    """
    pages: list[str] = []
    rest = _trim(text)
    while rest:
        at = len(pages)
        page = rest if septets(rest) <= room(at) else _head(rest, room(at), room(at + 1))
        if not page:
            size = septets(_GAP.split(rest, 1)[0])
            raise ValueError(f"page {at + 1}: a word is longer than the {room(at)} units of the page, by {size - room(at)}")
        pages.append(page)
        rest = _trim(rest[len(page) :])
    return tuple(pages)


def _head(text: str, room: int, next_room: int) -> str:
    """As much of a text that is too long as goes on this page; empty if not even a word does."""
    line = word = 0
    for gap in _GAP.finditer(text):
        # No character is more than two septets.
        if gap.start() * 2 > room and septets(text[: gap.start()]) > room:
            break
        word = gap.start()
        if "\n" in gap[0]:
            line = word
    following = _trim(text[line:]).partition("\n")[0]
    return text[:line] if line and septets(following) <= next_room else text[:word]


def _trim(text: str) -> str:
    start = gap.end() if (gap := _GAP.match(text)) else 0
    end = len(text)
    while end > start and _GAP.match(text, end - 1):
        end -= 1
    return text[start:end]


def segments(text: str) -> tuple[str, ...]:
    """An SMS as the network cuts it: whole up to 160 septets or 70 UTF-16 units, else parts of 153 or 67; no character is ever halved."""
    size, most = units(text)
    if size <= most:
        return (text,)
    measure, room = (septets, 153) if most == 160 else (utf16, 67)
    parts = [""]
    used = 0
    for char in text:
        weight = measure(char)
        if used + weight > room:
            parts.append("")
            used = 0
        parts[-1] += char
        used += weight
    return tuple(parts)
