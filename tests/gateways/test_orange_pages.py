"""The pages of #303#, as little as is public of them: what is taken, what is read, what is shown. Never tried."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from hotline.engine.effects import Screen
from hotline.gateways.orange import parts
from hotline.gateways.orange_pages import OrangePages
from hotline.gateways.path_guard import PathGuard
from hotline.ports.ussd import UssdHop
from hotline.settings.orange import Orange
from tests.fakes import SECRET
from tests.service.fakes import FakeClock, FakeMemory

CALLER = "+22370000001"
ORANGE = Orange(client_id="an-id", client_secret="a-client-secret", secret=(SECRET,), pages=True)
HOP = UssdHop("b3f1-0001", CALLER)
PAGE = f"/gateway/orange/{SECRET}/page"


def door(account: Orange = ORANGE) -> OrangePages:
    return OrangePages(account, PathGuard(account))


def asked(path: str = PAGE, query: str = "", **more: Any) -> dict[str, Any]:
    headers = {"HTTP_USER_MSISDN": CALLER, "HTTP_USER_SESSION": "b3f1-0001", "HTTP_USER_LANGUAGE": "fr"}
    return {"REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": query, "REMOTE_ADDR": "192.0.2.1"} | headers | more


def shown(text: str, *, ends: bool = False) -> str:
    return (
        door().write(HOP, Screen(1, "menu.first", text, ends), "STATE").body.decode().partition("<body>")[2].removesuffix("</body></html>")
    )


@pytest.mark.parametrize(
    ("path", "query", "hop"),
    [
        (PAGE, "", HOP),
        (f"{PAGE}/STATE-1_x/1", "", UssdHop("b3f1-0001", CALLER, last="1", state="STATE-1_x")),
        (f"{PAGE}/STATE/66", "user_entry=3", UssdHop("b3f1-0001", CALLER, last="66", state="STATE")),
        (f"{PAGE}/STATE", "answer=2580", UssdHop("b3f1-0001", CALLER, last="2580", state="STATE")),
        (f"{PAGE}/STATE", "answer=5+5*1%23", UssdHop("b3f1-0001", CALLER, last="5 5*1#", state="STATE")),
        (f"{PAGE}/STATE", "", UssdHop("b3f1-0001", CALLER, state="STATE")),
        (f"{PAGE}/STATE", "answer=%FF", UssdHop("b3f1-0001", CALLER, last="\ufffd", state="STATE")),
    ],
)
def test_a_page_says_what_was_chosen(path, query, hop):
    """A dial brings nothing; a link its key and all that was typed before it; a form what was typed; the number of a link is not ours to read."""
    assert door().takes(asked(path, query))
    assert door().read(asked(path, query)) == hop


@pytest.mark.parametrize("number", ["22370000001", f"tel:{CALLER}"])
def test_a_number_is_one_however_it_is_written(number):
    """In international form, with a plus or without."""
    assert door().read(asked(HTTP_USER_MSISDN=number)) == HOP


@pytest.mark.parametrize(
    ("header", "value"), [("User-MSISDN", "70000001"), ("User-MSISDN", ""), ("User-Session", ""), ("User-Session", "a b")]
)
def test_a_header_that_is_missing_is_named(header, value):
    """By the name that the contract has, which is a setting; never by its value."""
    assert door().read(asked(**{f"HTTP_{header.upper().replace('-', '_')}": value})) == header
    other = structs.replace(ORANGE, pages_number_header="X-Phone", pages_session_header="X-Id")
    assert door(other).read(asked()) == "X-Id"
    assert door(other).read(asked(HTTP_X_PHONE=CALLER, HTTP_X_ID="b3f1-0001")) == HOP
    assert door().refuse(header).status == 400


def test_a_stranger_s_request_is_none_of_its():
    """Another secret, method, network or path goes on, to meet what any unknown path meets."""
    far = structs.replace(ORANGE, peers=("198.51.100.0/24",))
    others = [
        asked(PAGE.replace(SECRET, "x")),
        asked(REQUEST_METHOD="POST"),
        asked(f"{PAGE}s"),
        asked(f"{PAGE}/STATE/100"),
        asked(f"{PAGE}/é"),
    ]
    assert [door().takes(other) for other in others] == [False] * len(others)
    assert (door(far).takes(asked()), door(far).takes(asked(REMOTE_ADDR="198.51.100.7"))) == (False, True)


def test_a_menu_is_links():
    """Each carries the state and its key; none shows a number, which is Orange's to give. `0` reaches us by a link, not by that key."""
    assert shown("Bébé & vaccins\n1 Le lait\n2 Né <hier>\n0 Retour 9 Fin\n66 Bamanankan") == (
        "Bébé &amp; vaccins"
        f'<br/><a href="{PAGE}/STATE/1">Le lait</a>'
        f'<br/><a href="{PAGE}/STATE/2">Né &lt;hier&gt;</a>'
        f'<br/><a href="{PAGE}/STATE/0">Retour</a>'
        f'<br/><a href="{PAGE}/STATE/9">Fin</a>'
        f'<br/><a href="{PAGE}/STATE/66">Bamanankan</a>'
    )


def test_a_menu_s_keys_stand_in_any_order():
    """As the line's own do: now is 5, and first."""
    assert re.findall(r"STATE/(\d+)", shown("Quand?\n5 Maintenant\n1 Matin\n7 Annuler\n8 Suite 0 Retour 9 Fin")) == list("517809")


@pytest.mark.parametrize(
    "text",
    [
        "Votre code?\n9 Fin",
        "Appelez:\n17 Police\n15 SAMU\n0 Retour 9 Fin",
        "Appelez\n1 Police\n80001115 ONG\n9 Fin",
        "2 fois par jour\n9 Fin",
        "",
    ],
)
def test_what_is_no_menu_has_one_form(text):
    """A number to ring never becomes a key; the keys stand in the text, as on any phone."""
    page = shown(text)
    assert page.count("<form") == page.count("<input") == 1
    assert "<a " not in page
    assert f'action="{PAGE}/STATE"' in page


def test_the_last_page_has_neither():
    """That ends the session; so do the calm words where something failed."""
    assert shown("Merci.\nAu revoir.\n1 x\n2 y", ends=True) == "Merci.<br/>Au revoir.<br/>1 x<br/>2 y"
    assert b"<a " not in door().calm(None, "Réessayez").body
    assert b"<form" not in door().calm(HOP, "Réessayez").body


@given(st.text(max_size=120))
def test_no_words_become_markup(text):
    """Whatever a catalogue says is shown as it is: there are our tags and no others."""
    assert set(re.findall(r"<[^>]*>", shown(text))) <= {
        "<br/>",
        "</a>",
        "</form>",
        f'<form action="{PAGE}/STATE" method="get">',
        '<input type="text" name="answer"/>',
        *(f'<a href="{PAGE}/STATE/{key}">' for key in range(100)),
    }


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=30), st.text(max_size=30))
def test_nothing_that_is_sent_raises(path, query, number, session):
    """Whatever path, query and headers."""
    environ = asked(f"{PAGE}/{path}", query, HTTP_USER_MSISDN=number, HTTP_USER_SESSION=session)
    assert isinstance(door().takes(environ), bool)
    assert isinstance(door().read(environ), UssdHop | str)


def test_it_is_off_unless_it_is_set():
    """A line that sends SMS by Orange serves no pages by it."""

    class Settings:
        orange = structs.replace(ORANGE, pages=False)

    assert parts(Settings(), FakeMemory(FakeClock())).door is None
    Settings.orange = ORANGE
    assert parts(Settings(), FakeMemory(FakeClock())).door is not None
