"""Passwords and one-time codes, from the libraries that do them."""

from __future__ import annotations

import threading
from contextlib import suppress

import pyotp
import pytest
from zxcvbn import matching

from hotline.adapters.locks import ArgonPasswords, SystemTokenSource, TimeCodes, _with_few_signs
from hotline.ports.locks import Crowded

NOW = 1_795_514_400


@pytest.fixture(scope="module")
def passwords() -> ArgonPasswords:
    return ArgonPasswords()


def test_a_hash_is_argon2id_and_salted(passwords: ArgonPasswords) -> None:
    """The same password twice gives two hashes, and each matches it alone."""
    first, second = passwords.hash("quatre chevaux"), passwords.hash("quatre chevaux")
    assert first.startswith("$argon2id$")
    assert first != second
    assert [True, True, False] == [
        passwords.matches(first, "quatre chevaux"),
        passwords.matches(second, "quatre chevaux"),
        passwords.matches(first, "x"),
    ]


def test_an_accent_is_an_accent_however_it_was_typed(passwords: ArgonPasswords) -> None:
    """One keyboard sends é, another e and an accent: her password opens on both."""
    assert passwords.matches(passwords.hash("col\u00e8re \u0254"), "cole\u0300re \u0254")


@pytest.mark.parametrize("hashed", ["", "no hash at all"])
def test_nothing_matches_what_is_no_hash(passwords: ArgonPasswords, hashed: str) -> None:
    """No account, or one that is broken, opens for nobody."""
    assert not passwords.matches(hashed, "")
    assert not passwords.matches(hashed, "quatre chevaux")


@pytest.mark.parametrize(
    "password", ["motdepasse1", "azertyuiop12", "jetaimebeaucoup", "santefamille", "allahakbar1", "kadiatou2001", "a" * 40, "x" * 129]
)
def test_what_people_here_try_first_is_weak(passwords: ArgonPasswords, password: str) -> None:
    """French keyboards, this country's names and towns, and one letter again and again."""
    assert passwords.is_weak(password, ())


@pytest.mark.parametrize("password", ["quatre chevaux sous la pluie", "q7hd-2kfa-x3mn-ab5c", "sìnima dùgu fila ɲɛ"])
def test_what_nobody_guesses_is_not(passwords: ArgonPasswords, password: str) -> None:
    """Some words that have nothing to do with each other, in whatever language."""
    assert not passwords.is_weak(password, ("awa",))


@pytest.mark.parametrize("signs", ["4@8({[<69!1|7$5%2+0", "1|7!69+$5", "0+2%5$7|1!96<[{(8@4"])
def test_no_password_takes_long_to_weigh(signs: str) -> None:
    """Whatever signs it is made of, zxcvbn tries at most some dozens of readings, each of which takes about as long as the first."""
    table = matching.relevant_l33t_subtable(_with_few_signs(signs * 4), matching.L33T_TABLE)
    assert len(matching.enumerate_l33t_subs(table)) <= 64


def test_a_password_of_many_signs_is_as_strong_as_it_was(passwords: ArgonPasswords) -> None:
    """Nobody is told that a password by chance is weak because of how it is weighed."""
    assert not passwords.is_weak("4@8({[<69!1|7$5%2+0", ())


def test_one_at_a_time(passwords: ArgonPasswords) -> None:
    """Whoever sends passwords without end takes one core and a moment of a thread, not the line: the others are asked to come again."""
    start, refused = threading.Barrier(40), []

    def knock() -> None:
        start.wait()
        try:
            with passwords.turn(known=False):
                passwords.matches("", "x")
        except Crowded:
            refused.append(1)

    threads = [threading.Thread(target=knock) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 0 < len(refused) < 40
    with passwords.turn(known=False):
        assert not passwords.matches("", "x")


def test_a_flood_keeps_no_known_browser_out(passwords: ArgonPasswords) -> None:
    """Whoever holds the turn of strangers, and whoever waits for it, is nobody's way who works here; a third stranger is sent away at once."""
    done = threading.Event()

    def hold() -> None:
        with suppress(Crowded), passwords.turn(known=False):
            done.wait()

    strangers = [threading.Thread(target=hold) for _ in range(3)]
    for stranger in strangers:
        stranger.start()
    with passwords.turn(known=True):
        assert passwords.matches(passwords.hash("quatre chevaux"), "quatre chevaux")
    with pytest.raises(Crowded), passwords.turn(known=False):
        pass
    done.set()
    for stranger in strangers:
        stranger.join()
    with passwords.turn(known=False):
        pass


def test_a_code_belongs_to_its_half_minute_or_the_ones_beside_it() -> None:
    """A phone's clock may be a little off; no more."""
    codes = TimeCodes()
    secret, step = pyotp.random_base32(), NOW // 30
    given = {away: codes.step(secret, pyotp.TOTP(secret).generate_otp(step + away), NOW) for away in (-2, -1, 0, 1, 2)}
    assert {-2: None, -1: step - 1, 0: step, 1: step + 1, 2: None} == given
    assert [None, None, None] == [codes.step(secret, typed, NOW) for typed in ("", "abcdef", "١٢٣٤٥٦")]


def test_what_the_camera_reads_names_no_line() -> None:
    """An authenticator's list is seen by others."""
    secret = pyotp.random_base32()
    assert f"otpauth://totp/Sante:awa?secret={secret}&issuer=Sante" == TimeCodes().address(secret, "awa")


def test_tokens_are_long_and_differ() -> None:
    """128 bits and more, in letters that an address carries as they are."""
    tokens = {SystemTokenSource().token() for _ in range(100)}
    assert (100, {32}) == (len(tokens), {len(token) for token in tokens})
