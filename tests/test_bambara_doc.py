"""The reviewer's note on the Bambara speaks of the words that are on the line today, not of last month's.

The lexicons against which it was counted are not part of the product, so what they say is not tested here; what the note itself claims is.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from tests.content_line import sources

NOTE = Path(__file__).parent.parent / "docs" / "bambara.md"
WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")
NOT_WORDS = re.compile(r"\{\w*\}|[\d+*#]+")
HEADS = {"first": "| message |", "unknown": "| word |", "terms": "| term |"}
MAY_HAVE_CHANGED = 0.02
"""By how much the words may have grown or shrunk before they must be counted anew."""


def messages() -> dict[str, str]:
    return {message.key: unicodedata.normalize("NFC", message.text) for message in sources().words["bm"]}


def counted(text: str) -> list[str]:
    """Words as the note counts them: what an apostrophe or a hyphen joins is apart, and a single letter is none."""
    return [part for word in WORD.findall(NOT_WORDS.sub(" ", text)) for part in re.split("['-]", word) if len(part) > 1]


def rows(table: str) -> list[list[str]]:
    """The cells of one of the note's tables, which its first column names."""
    lines = iter(unicodedata.normalize("NFC", NOTE.read_text("utf-8")).splitlines())
    for line in lines:
        if line.startswith(HEADS[table]):
            break
    next(lines)
    found = []
    for line in lines:
        if not line.startswith("|"):
            break
        found.append([cell.strip() for cell in line.strip().strip("|").split("|")])
    assert found, f"no table that begins with {HEADS[table]}"
    return found


def unknown() -> list[str]:
    """The words that the note says no lexicon has; what stands in brackets only shows where they belong."""
    return [word for row in rows("unknown") for word in counted(re.sub(r"\(.*?\)", "", row[0]))]


def quoted() -> list[str]:
    """What the note says that we wrote: the phrases in italics of the column that says so."""
    return [phrase for row in rows("terms") for phrase in re.findall(r"\*([^*]+)\*", row[1])]


def test_every_word_that_is_to_be_decided_is_on_the_line() -> None:
    """A reviewer's time is not spent on a word that nobody hears any more."""
    on_the_line = {word.casefold() for text in messages().values() for word in counted(text)}
    assert [] == [word for word in unknown() if word.casefold() not in on_the_line]


def test_every_term_is_quoted_as_it_stands_on_the_line() -> None:
    """What the note says that we wrote is what we wrote: each phrase in italics in that column is part of a message."""
    said = "\n".join(re.sub(r"\s+", " ", text) for text in messages().values()).casefold()
    assert len(quoted()) > 100
    assert [] == [phrase for phrase in quoted() if not re.search(rf"(?<!\w){re.escape(phrase.casefold())}(?!\w)", said)]


def test_what_is_to_be_read_first_is_there() -> None:
    """Each message that a reviewer with one hour is sent to exists."""
    assert {key.strip("`") for key, *_ in rows("first")} <= messages().keys()


def test_what_cannot_be_bambara_is_explained() -> None:
    """A word with a letter that Bambara has not, or with a capital inside, is a name or French: it stands in one of the tables."""
    explained = {word.casefold() for text in (*unknown(), *quoted()) for word in counted(text)}
    foreign = re.compile(r"[^abcdefghijklmnoprstuwyzɛɔɲŋ]")
    texts = [text for key, text in messages().items() if ".word." not in key]
    words = {word for text in texts for word in counted(text)}
    plain = {word for word in words if word == word.lower()}
    odd = {word for word in words if foreign.search(word.casefold()) or (word[1:] != word[1:].lower() and word.lower() not in plain)}
    assert {"Français", "WhatsApp"} <= odd
    assert set() == {word for word in odd if word.casefold() not in explained}


def test_the_figure_is_that_of_these_words() -> None:
    """The note's count is that of the words on the line, or nearly, and its share is what its own table leaves."""
    figure = re.search(r"\*\*([\d,]+) words, ([\d.]+) % attested\*\*", NOTE.read_text("utf-8"))
    assert figure
    stated, share = int(figure[1].replace(",", "")), float(figure[2])
    words = [word.casefold() for text in messages().values() for word in counted(text)]
    assert abs(stated - len(words)) <= MAY_HAVE_CHANGED * len(words)
    listed = {word.casefold() for word in unknown()}
    attested = 100 * sum(word not in listed for word in words) / len(words)
    assert abs(share - attested) <= 0.1
