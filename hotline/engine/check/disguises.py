"""What words may hide from whoever reads them on a page: markup, characters that nobody sees, letters that only look like ours, a number that is spelled out."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Final

from hotline.engine.edition import split_labels
from hotline.engine.faults import reason
from hotline.engine.flow import FaultReason
from hotline.engine.phone.letters import named, odd_letters
from hotline.engine.phone.spoken_numbers import may_say_number, says_number

_MARKUP: Final = re.compile(r"</?[A-Za-z!][^<>\n]{0,20}>?|&(?:[A-Za-z]{2,8}|#[xX]?[0-9A-Fa-f]{1,6});")

_KEY: Final = re.compile(r"^(?:\d(?:[.:)\]>=]|[-–—] )(?!\d)|[ \u00a0]+\d[ .:)]|66 ).*", re.MULTILINE)


def false_key(text: str) -> str:
    """The first line of a screen's words that looks like a key and is no option. Empty if there is none."""
    found = _KEY.search(text)
    return found[0].strip() if found else ""


def disguises(text: str) -> Iterator[FaultReason]:
    """Why these words are not what they seem. Numbers are `hides_number`."""
    unseen, strange = odd_letters(text)
    if unseen:
        yield reason("unseen", letter=named(unseen))
    if strange:
        yield reason("strange_letter", letter=strange, name=named(strange))
    if ("<" in text or "&" in text) and (found := _MARKUP.search(text)):
        yield reason("markup", found=found[0])


def hides_number(text: str, words: Collection[str]) -> bool:
    """May a telephone number stand in a screen's words: in its free lines, read as one, or in its options one after another? `words`: of the text (`words_of`)."""
    if not may_say_number(text, words):
        return False
    free, labels = split_labels(text)
    return says_number(free.replace("\n", " ")) or (bool(labels) and says_number(" ".join(label for _, label in labels)))
