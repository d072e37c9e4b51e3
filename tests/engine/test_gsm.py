from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

import gsm0338
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from hotline.engine.phone import gsm, limits
from hotline.engine.phone.letters import fold

CODEC = gsm0338.Codec()
WHITE = " \t\n\r\f\v"

anything = st.text(st.characters(codec=None), max_size=400)
alphabet = st.text(st.sampled_from(gsm.BASIC + gsm.EXTENSION), max_size=400)
prose = st.text(st.sampled_from("ab c\n  €{éɛŋ👍\u00a0"), max_size=300)


def test_the_alphabet_is_the_standards_code_by_code() -> None:
    """Every code of the default alphabet, but the escape, is the character that the independent table has there."""
    codes = [code for code in range(128) if code != 0x1B]
    assert "".join(CODEC.decode(bytes([code]))[0] for code in codes) == gsm.BASIC


def test_the_extension_table_is_the_standards() -> None:
    """Every extension character is an escape and the code that the independent table has for it."""
    table = gsm0338.charset.BASIC_CHARACTER_SET_EXTENSION
    assert [unicodedata.lookup(table[code]) for code in sorted(table)] == list(gsm.EXTENSION)


@pytest.mark.parametrize("char", gsm.BASIC)
def test_a_basic_character_is_one_septet(char: str) -> None:
    """What the alphabet holds costs one, is GSM-7, and folding leaves it alone in every language."""
    assert (len(CODEC.encode(char)[0]), True, char, char) == (
        gsm.septets(char),
        gsm.is_gsm(char),
        fold(char, "fr"),
        fold(char, "bm"),
    )
    assert gsm.septets(char) == 1


@pytest.mark.parametrize("char", gsm.EXTENSION)
def test_an_extension_character_is_two_septets(char: str) -> None:
    """What the extension table holds costs two, and is GSM-7."""
    assert (len(CODEC.encode(char)[0]), True, char) == (gsm.septets(char), gsm.is_gsm(char), fold(char, "bm"))
    assert gsm.septets(char) == 2


def test_all_of_unicode_is_gsm_or_not_as_the_independent_codec_says() -> None:
    """No character passes for GSM-7 that a network would send as UCS-2, and none the other way round; the bare escape is none."""
    encodable = {char for char in map(chr, range(0x110000)) if not gsm.is_gsm(char)} ^ set(map(chr, range(0x110000)))
    assert set(CODEC._encoding_map) - {0x1B, "\x1b"} == encodable


@given(alphabet)
def test_septets_are_what_the_independent_codec_makes(text: str) -> None:
    """A text's septets are the bytes of its unpacked encoding."""
    assert len(CODEC.encode(text)[0]) == gsm.septets(text)


def test_septets_name_the_place_and_not_the_text() -> None:
    """What cannot be counted is named by its position alone, since texts may be a caller's."""
    with pytest.raises(ValueError, match=r"^position 3: not in the GSM-7 alphabet$"):
        gsm.septets("abcɛd")


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("Ɔwɔ, n sɔnna", "bm", "Owò, n sònna"),
        ("Kɛnɛya kunnafoniw", "bm", "Kènèya kunnafoniw"),
        ("Kana ɲinɛ", "bm", "Kana nyinè"),
        ("Ɲɛfɛ ŋ Ŋ Ɛ", "bm", "Nyèfè ng Ng E"),
        ("ɛ\u0301 ɔ\u0300", "bm", "è ò"),
        ("È Ò", "bm", "E O"),
        ("Kɛnɛya", "fr", "Keneya"),
        ("Être prêtes, ça coûte", "fr", "Etre pretes, ca coute"),
        ("Ça, là, où, né, père, ñ ü ö ä", "fr", "Ça, là, où, né, père, ñ ü ö ä"),
        ("À Ê î ô â ë ï û ÿ Î Ô Â Û", "fr", "A E i o a e i u y I O A U"),
        ("cœur, Œil, æ", "fr", "coeur, Oeil, æ"),
        ("« l’eau » “lait” ‘mot’ … — – ‑", "fr", '" l\'eau " "lait" \'mot\' ... - - -'),
        ("10 000 °C ½ ² → ×", "fr", "10 000 oC 1/2 2 -> x"),
        ("8\u00a0h\u202fà\u00a010\u00a0h", "fr", "8 h à 10 h"),
        ("e\u0300 e\u0301 e\u0302", "fr", "è é e"),
        ("a\u200bb\ufeffc\x00d\x1be", "fr", "abcde"),
        ("漢 👍 ﷺ ع", "fr", "? ? ? ?"),
        ("ɓɗŋ", "ff", "bdng"),
    ],
)
def test_folding(text: str, language: str, expected: str) -> None:
    """Words stay readable: the language's own letters first, then the letter without its marks, then a question mark."""
    assert expected == fold(text, language)


@given(anything, st.sampled_from(["fr", "bm", "xx"]))
def test_folding_always_ends_in_gsm_and_only_once(text: str, language: str) -> None:
    """Whatever comes in, the network may send it at seven bits, and a second folding changes nothing."""
    folded = fold(text, language)
    assert gsm.is_gsm(folded)
    assert folded == fold(folded, language)


def test_every_character_folds_to_gsm() -> None:
    """No single character of Unicode, unassigned and surrogate ones among them, escapes the folding."""
    folded = [fold(char, "bm") for char in map(chr, range(0x110000))]
    assert not [hex(code) for code, words in enumerate(folded) if not gsm.is_gsm(words)]


@pytest.mark.parametrize(
    ("text", "fit", "expected"),
    [
        ("a" * 160, limits.USSD, 160),
        ("a" * 160, limits.USSD_RAW, 160),
        ("ɛ", limits.USSD_RAW, 70),
        ("ɛ", limits.Fit("ussd", folded=False, budget=182), 79),
        ("a", limits.SMS, 306),
        ("ɛ", limits.SMS_RAW, 134),
        ("ɛ", limits.Fit("sms", folded=False, budget=160), 70),
        ("ɛ", limits.VOICE, limits.UNBOUNDED),
    ],
)
def test_a_budget_follows_from_what_goes_out(text: str, fit: limits.Fit, expected: int) -> None:
    """One letter outside the alphabet more than halves a screen, in the units that it is then counted in."""
    assert expected == limits.limit(text, fit)


def test_a_screen_fits_or_does_not() -> None:
    """The last septet and the last unit count, and an extension character counts twice."""
    cases = [("a" * 160, True), ("a" * 161, False), ("a" * 159 + "€", False), ("ɛ" + "a" * 69, True), ("ɛ" + "a" * 70, False)]
    assert [expected for _, expected in cases] == [limits.fits(text, limits.USSD_RAW) for text, _ in cases]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", (0, 160)), ("ab€", (4, 160)), ("abɛ", (3, 70)), ("ab👍", (4, 70))],
)
def test_units(text: str, expected: tuple[int, int]) -> None:
    """A message is counted in septets of 160, or else in UTF-16 units of 70."""
    assert expected == gsm.units(text)


def words_of(text: str) -> list[str]:
    return re.split(rf"[{WHITE}]+", text.strip(WHITE))


@given(prose, st.lists(st.integers(20, 60), min_size=1, max_size=4))
def test_pages_fit_and_lose_only_white_space(text: str, rooms: list[int]) -> None:
    """Each page fits its room, none is empty, all words come in their order, and none is cut."""
    text = fold(text, "bm")
    assume(max(map(gsm.septets, words_of(text))) <= min(rooms))

    def room(page: int) -> int:
        return rooms[page % len(rooms)]

    pages = gsm.paginate(text, room)
    assert not [page for at, page in enumerate(pages) if not 0 < gsm.septets(page) <= room(at)]
    assert words_of(text) == words_of("\n".join(pages))
    assert all(page in text for page in pages)
    assert all(page == page.strip(WHITE) for page in pages)


@given(prose, st.integers(1, 60))
def test_paging_fails_only_for_a_word_that_is_too_long(text: str, room: int) -> None:
    """The one reason not to page is a word longer than a page, and then it is always said."""
    text = fold(text, "bm")
    longest = max(map(gsm.septets, words_of(text)))
    if longest > room:
        with pytest.raises(ValueError, match=f"a word is longer than the {room} units of the page, by [1-9]"):
            gsm.paginate(text, lambda _: room)
    else:
        assert words_of(text) == words_of("\n".join(gsm.paginate(text, lambda _: room)))


@pytest.mark.parametrize(
    ("text", "rooms", "expected"),
    [
        ("", (10,), ()),
        (" \n ", (10,), ()),
        ("un deux", (7,), ("un deux",)),
        ("un deux trois", (9, 9), ("un deux", "trois")),
        ("titre\n1 une option\n2 deux", (19, 19), ("titre\n1 une option", "2 deux")),
        ("titre\n1 une option", (16, 16), ("titre", "1 une option")),
        ("titre\nune longue phrase", (12, 12), ("titre\nune", "longue", "phrase")),
        ("a\n\n\nb", (2, 2), ("a", "b")),
        ("a  b", (4,), ("a  b",)),
        ("aa€€ bb", (6, 6), ("aa€€", "bb")),
    ],
)
def test_pages_break_at_lines_then_at_words(text: str, rooms: tuple[int, ...], expected: tuple[str, ...]) -> None:
    """An option stays on one page; only a line longer than a page is broken, between words."""
    assert expected == gsm.paginate(text, lambda page: rooms[min(page, len(rooms) - 1)])


def test_a_word_too_long_is_named_by_its_page() -> None:
    """The fault says which page, how much room and by how much it is too long, not which word."""
    with pytest.raises(ValueError, match=r"^page 2: a word is longer than the 4 units of the page, by 1$"):
        gsm.paginate("abcd efghi", lambda _: 4)


@given(st.one_of(alphabet, anything))
def test_segments_are_cut_as_the_network_cuts(text: str) -> None:
    """Joined they are the message; one is within 160 or 70, several within 153 or 67; each but the last is full; nothing is halved."""
    parts = gsm.segments(text)
    assert text == "".join(parts)
    measure, whole, part = (gsm.septets, 160, 153) if gsm.is_gsm(text) else (gsm.utf16, 70, 67)
    if measure(text) <= whole:
        assert (text,) == parts
        return
    assert not [text for text in parts if not 0 < measure(text) <= part]
    assert not [text for text, after in pairwise(parts) if measure(text) + measure(after[0]) <= part]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [0]),
        ("a" * 160, [160]),
        ("a" * 161, [153, 8]),
        ("a" * 152 + "€" + "a" * 20, [152, 22]),
        ("ɛ" * 70, [70]),
        ("ɛ" * 71, [67, 4]),
        ("ɛ" * 66 + "👍" + "ɛ" * 10, [66, 12]),
    ],
)
def test_segments_keep_pairs_whole(text: str, expected: list[int]) -> None:
    """An escape pair or a surrogate pair that would straddle goes to the next part whole."""
    assert expected == [gsm.units(part)[0] if gsm.is_gsm(text) else gsm.utf16(part) for part in gsm.segments(text)]
