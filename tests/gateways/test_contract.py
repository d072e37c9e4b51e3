"""What every gateway's USSD door does, whoever the vendor is: held to the vendor's own samples, and to whatever else may come."""

from __future__ import annotations

from html import escape
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import json, structs

from hotline.engine.effects import Screen
from hotline.gateways.bodies import MOST_BYTES
from hotline.gateways.table.samples import WireSample, play
from hotline.gateways.table.spec import Comparison
from hotline.ports.ussd import HttpAnswer, UssdHop, UssdOver
from tests.fakes import the_log
from tests.gateways.vendors import VENDORS, Vendor, carrying, fields_of, saying

EVERY_VENDOR = pytest.mark.parametrize("vendor", VENDORS, ids=lambda vendor: vendor.name)
EVERY_SAMPLE = pytest.mark.parametrize(
    ("vendor", "sample"),
    [pytest.param(vendor, sample, id=f"{vendor.name}: {sample.name}") for vendor in VENDORS for sample in vendor.samples.samples],
)
EVERY_HOP = pytest.mark.parametrize(
    ("vendor", "sample"),
    [
        pytest.param(vendor, sample, id=f"{vendor.name}: {sample.name}")
        for vendor in VENDORS
        for sample in vendor.samples.samples
        if sample.expected.kind in {"new", "input"}
    ],
)
NASTY = "a|b^c & <d> \"e\" \\ 'f' {text} ɛɲɔ ]]>\nê"


def names_of(vendor: Vendor) -> set[str]:
    """What a fault may be called: names of the wire, and what carries them."""
    said = {name for sample in vendor.samples.samples for name in fields_of(sample.request)}
    return said | {"body", "query", "session", "stage"}


@EVERY_VENDOR
def test_reads_and_writes_as_the_samples_say(vendor):
    """Each request is read as what it is, with number and inputs, and each answer is the vendor's own, to the letter."""
    assert list(play(vendor.door, vendor.samples, vendor.address)) == []


@EVERY_VENDOR
def test_the_samples_hold_a_beginning_an_input_and_both_answers(vendor):
    """What is not there is not held to anything."""
    assert {sample.expected.kind for sample in vendor.samples.samples} >= {"new", "input"}
    assert {answer.means for sample in vendor.samples.samples for answer in sample.answers} >= {"continue", "end"}


@EVERY_SAMPLE
def test_a_request_that_comes_again_says_the_same(vendor, sample):
    """Nothing of it is kept in the door, so that a repeat is no other request."""
    assert vendor.door.read(vendor.environ(sample.request)) == vendor.door.read(vendor.environ(sample.request))


@EVERY_SAMPLE
def test_a_stranger_is_not_taken(vendor, sample):
    """A wrong secret, a longer one, none, another method and another path are no request of this vendor."""
    environ = vendor.environ(sample.request)
    path = environ["PATH_INFO"]
    secret = vendor.address.rpartition("/")[2]
    for other in (secret[:-1], f"{secret}a", "ê" * 16, "", secret.upper(), f"{secret}/{secret}"):
        assert not vendor.door.takes(environ | {"PATH_INFO": path.replace(secret, other.encode().decode("latin-1"))})
    for method in ("DELETE", "PATCH", "HEAD", "OPTIONS"):
        assert not vendor.door.takes(environ | {"REQUEST_METHOD": method})
    for other in (f"{path}/", f"{path}/and/more/behind", path.replace(f"/{secret}/", f"/{secret}/other/"), "/", ""):
        assert not vendor.door.takes(environ | {"PATH_INFO": other})


@EVERY_SAMPLE
def test_what_is_too_big_is_not_read(vendor, sample):
    """More than eight KiB, in the body or in the query, a length that is none and a body that breaks off are faults of what carries the fields."""
    if vendor.reads_headers:
        said = vendor.door.read(carrying(vendor.environ(sample.request) | {"QUERY_STRING": "answer=1"}, b"answer=" + b"a" * MOST_BYTES))
        assert said == vendor.number or said.last is None or said.last.isdigit()  # the key of a link stands in its address
        return
    environ = carrying(vendor.environ(sample.request), b"a" * (MOST_BYTES + 1))
    assert vendor.door.read(environ) in {"body", "query"}
    if not environ["QUERY_STRING"]:
        for length in ("-1", "8193", "99999", "1e3", "٣", "9 "):
            assert vendor.door.read(carrying(environ, b"a") | {"CONTENT_LENGTH": length}) == "body"
        assert vendor.door.read(carrying(environ, b"a") | {"CONTENT_LENGTH": "2"}) == "body"


@EVERY_VENDOR
@given(data=st.data())
def test_whatever_comes_nothing_is_raised_and_a_fault_is_a_name(vendor, data):
    """Garbage of any kind is refused with the name of a field, and that is answered."""
    sample = data.draw(st.sampled_from(vendor.samples.samples))
    body = data.draw(st.one_of(st.binary(max_size=200), _spoiled(sample)))
    said = vendor.door.read(carrying(vendor.environ(sample.request), body))
    assert isinstance(said, (UssdHop, UssdOver, HttpAnswer)) or said in names_of(vendor)
    if isinstance(said, str):
        assert vendor.door.refuse(said).status in {200, 400}


@st.composite
def _spoiled(draw, sample: WireSample) -> bytes:
    """A request of the vendor's with a few bytes of it put otherwise."""
    _, _, query = sample.request.path.partition("?")
    said = bytearray((sample.request.body or query).encode() or b"{}")
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(said) - 1))
        said[at : at + draw(st.integers(0, 2))] = draw(
            st.sampled_from([b"", b'"', b"%", b"&", b"{", b"\\u0000", b"\\ud800", b"\xff", b"[]", b"=", b"<"])
        )
        said = said or bytearray(b"{}")
    return bytes(said)


@EVERY_HOP
def test_a_number_that_is_none_is_named_by_its_field(vendor, sample):
    """Neither fault nor answer nor log holds what stood there, and a sender of letters is no number."""
    field = vendor.number
    # A vendor that brings it with the dial alone brings none with an input.
    is_at_every_hop = field in fields_of(sample.request)
    for wrong in (*([""] if is_at_every_hop else []), "SANTE", "70000101", "+223 70 00 01 01", "22370000101" * 3, "tel:22370000101x"):
        with the_log() as stream:
            said = vendor.door.read(vendor.environ(saying(sample.request, fields_of(sample.request) | {field: wrong})))
            assert said == field
            answer = vendor.door.refuse(field)
        assert field.encode() in answer.body
        assert "7000" not in repr(answer) + stream.getvalue()


@EVERY_HOP
def test_nothing_of_a_hop_is_logged(vendor, sample):
    """Neither number nor input nor session, from the first look until the answer."""
    with the_log() as stream:
        environ = vendor.environ(sample.request)
        assert vendor.door.takes(environ)
        hop = vendor.door.read(environ)
        vendor.door.write(hop, Screen(1, "x", "Bonjour", ends=False), "")
    assert stream.getvalue() == ""


@EVERY_HOP
def test_every_spelling_of_a_number_is_one(vendor, sample):
    """With a plus sign, without, and as a telephone URI, where the vendor's own page does not bind it to one."""
    field = vendor.number
    hops = [
        vendor.door.read(vendor.environ(saying(sample.request, fields_of(sample.request) | {field: spelling})))
        for spelling in (("22370000101", "+22370000101", "tel:+22370000101") if vendor.table else ("+22370000101",))
    ]
    assert {hop.number for hop in hops} == {"+22370000101"}


def tells_inputs(vendor: Vendor) -> bool:
    """Does its wire have a value for what is an input, and not only that something is there?"""
    told = vendor.table.told.input if vendor.table else {}
    return bool(told) and not any(isinstance(held, Comparison) for held in told.values())


@pytest.mark.parametrize("vendor", [vendor for vendor in VENDORS if tells_inputs(vendor)], ids=lambda vendor: vendor.name)
def test_an_unknown_state_is_refused_by_its_field(vendor):
    """What is neither a first hop nor an input nor an end is not taken for one of them."""
    assert vendor.table
    (field,) = vendor.table.told.input
    request = vendor.samples.samples[0].request
    for state in ("Renewal", "9"):
        if field.startswith("{"):
            other = structs.replace(request, path=f"{request.path.rpartition('/')[0]}/{state}")
        else:
            other = saying(request, fields_of(request) | {field: state})
        assert vendor.door.read(vendor.environ(other)) == field.strip("{}")


@EVERY_HOP
def test_what_is_written_twice_is_refused(vendor, sample):
    """Two numbers in one request are in two minds."""
    field = vendor.number
    if field not in fields_of(sample.request):
        return  # the number comes with the dial alone
    if vendor.reads_headers:
        twice = fields_of(sample.request) | {field: "+22370000101,+22370000102"}  # as servers join a header that comes twice
        assert vendor.door.read(vendor.environ(saying(sample.request, twice))) == field
        return
    for name in (field, field.replace(field[0], f"%{ord(field[0]):02x}", 1)):
        request = sample.request
        if request.body.startswith("<"):
            body = request.body.replace("</page>", f"<{field}>22370000102</{field}></page>").encode()
            assert vendor.door.read(carrying(vendor.environ(request), body)) == field
            continue
        if request.body.startswith("{"):
            name = name.replace("%", "\\u00")  # noqa: PLW2901
            body = f'{{"{name}":"22370000102",{request.body[1:]}'.encode()
        else:
            said = request.body or request.path.partition("?")[2]
            body = f"{said}&{name}=22370000102".encode()
        assert vendor.door.read(carrying(vendor.environ(request), body)) == field


@EVERY_HOP
def test_a_text_stays_a_text_whatever_stands_in_it(vendor, sample):
    """No sign of a screen's words parts the answer, adds to it or breaks it."""
    hop = vendor.door.read(vendor.environ(sample.request))
    for ends in (False, True):
        plain, nasty = (vendor.door.write(hop, Screen(1, "x", text, ends), "SEALED") for text in ("PLAIN", NASTY))
        assert nasty.headers == plain.headers
        assert nasty.body.decode()
        answer = vendor.table.answer if vendor.table else None
        if answer and answer.format == "json":
            spoken = NASTY.replace("\n", answer.line)
            assert json.decode(nasty.body) == json.decode(plain.body.replace(b'"PLAIN"', json.encode(spoken)))
        elif answer and answer.format == "fields":
            parts, others = (body.decode().split(answer.separator) for body in (nasty.body, plain.body))
            assert [part for part in parts if "ɛ" not in part] == [part for part in others if part != "PLAIN"]
            assert len(parts) == len(others)
        elif vendor.reads_headers or (answer and answer.format == "xml"):
            line = answer.line if answer else "<br/>"
            spoken = escape(NASTY).replace("\n", line).replace("&#x27;", "&#39;" if answer else "&#x27;")
            assert nasty.body.decode() == plain.body.decode().replace("PLAIN", spoken)
            ET.fromstring(nasty.body)  # noqa: S314 -- our own
        else:
            assert nasty.body.decode() == plain.body.decode().replace("PLAIN", NASTY)


@EVERY_HOP
def test_what_failed_ends_in_calm_words(vendor, sample):
    """As the end of a session is written; also where the hop could not be read."""
    hop = vendor.door.read(vendor.environ(sample.request))
    assert vendor.door.calm(hop, "Un instant.") == vendor.door.write(hop, Screen(1, "x", "Un instant.", ends=True), "")
    assert b"Un instant." in vendor.door.calm(None, "Un instant.").body
