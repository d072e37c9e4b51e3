"""Tables: what a file may say, how its faults are told, and what of it no vendor that ships uses yet."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode

import pytest

from hotline.engine.effects import Screen
from hotline.gateways.table.door import TableDoor
from hotline.gateways.table.gate import TableAccess
from hotline.gateways.table.samples import SampleRequest, environ_of
from hotline.gateways.table.spec import FaultyTable, read_table
from hotline.ports.ussd import HttpAnswer, UssdHop, UssdOver
from tests.gateways.vendors import SECRET, table_vendor

PLAIN = """\
name = "made-up"

[request]
method = "GET"
format = "query"

[fields]
session = "sid"
number = "msisdn"
code = "code"
input = "text"

[session]
memory = "all"

[answer]
format = "text"
screen = "CON {text}"
end = "END {text}"
"""
XML = """\
name = "made-up"

[request]
format = "xml"

[fields]
session = "session_id"
number = "mobile_number"
input = "data"

[session]
memory = "last"
number = "first hop"

[told]
first = { page_id = 0, mobile_number = { there = true } }
failed = { status = { least = 2 } }
incomplete = { status = { there = true } }

[answer]
format = "xml"
line = "<br />"
screen = '<page><session_id>{session}</session_id><div>{text}</div><navigation><link accesskey="*" pageId="indexX" /></navigation></page>'
end = "<page><session_id>{session}</session_id><div>{text}</div></page>"
over = "<page><session_id>{session}</session_id></page>"
"""


def door(text: str, **access: object) -> TableDoor:
    return TableDoor(read_table(text.encode()), TableAccess(**({"secrets": (SECRET,)} | access)))


def asked(path: str = "/ussd", body: str = "", method: str = "POST", address: str = f"/gateway/made-up/{SECRET}", **headers: str):
    return environ_of(SampleRequest(method, path, {name.replace("_", "-"): value for name, value in headers.items()}, body), address)


def faults(text: str) -> list[tuple[int, str, str]]:
    with pytest.raises(FaultyTable) as refused:
        read_table(text.encode())
    return [(fault.line, fault.key, fault.what) for fault in refused.value.faults]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (
            'name = "made-up"',
            'name = "Made Up"',
            (1, "name", "must be small letters, digits and -, beginning with a letter, from 2 to 24 of them"),
        ),
        ('name = "made-up"', 'name = "kannel"', (1, "name", "is another gateway's")),
        ('session = "sid"\n', "", (7, "fields.session", "is missing")),
        ('session = "sid"', "session = 7", (8, "fields.session", "must be a text, not a whole number")),
        ('session = "sid"', 'sesion = "sid"\nsession = "sid"', (8, "fields.sesion", "is no key of a table; did you mean session?")),
        ('format = "query"', 'format = "jsn"', (5, "request.format", "must be one of form, query, json, xml")),
        (
            'format = "query"',
            'format = ["form", "json"]',
            (5, "request.format", "may be one of form, query, json, xml, or query and one other"),
        ),
        ('method = "GET"', 'method = ["GET", "TRACE"]', (4, "request.method", "must be one of GET, POST, PUT, or a list of them")),
        ('method = "GET"', 'path = "ussd"', (4, "request.path", "must be parts such as /ussd or /session/{session}")),
        ('method = "GET"', 'path = "/{a}/{b}"', (4, "request.path", "nothing looks at its part {a}")),
        ('input = "text"', 'input = "{text}"', (11, "fields.input", "{text} is no part of the path /ussd")),
        ('input = "text"', 'input = "query:text"', (11, "fields.input", "say only text: a field is looked for where request.format says")),
        (
            'memory = "all"',
            'memory = "none"',
            (14, "session.memory", "must be one of all, all with the code, all behind the code, echoed, last"),
        ),
        ('memory = "all"', 'memory = "echoed"', (14, "session.memory", "echoed needs a field that comes back: say it as fields.state")),
        (
            'memory = "all"',
            'memory = "last"\nnumber = "first hop"',
            (15, "session.number", "first hop needs told.first: by what is a first hop known?"),
        ),
        (
            'memory = "all"',
            'memory = "all"\n[told]\nfirst = { text = "" }',
            (16, "told.first", "is not looked at where session.memory is all: a session begins where there is no input"),
        ),
        ('screen = "CON {text}"', 'screen = "CON"', (18, "answer.screen", "must hold {text} once: the words of the screen")),
        ('screen = "CON {text}"', 'screen = ["{text}"]', (18, "answer.screen", "must be a text, since answer.format is text")),
        (
            'end = "END {text}"',
            'end = "END {text} {hop}"',
            (19, "answer.end", "{hop} is in no field: say it as fields.hop"),
        ),
        (
            'end = "END {text}"',
            'end = "END {text} {state}"',
            (19, "answer.end", "{state} is nothing that can stand there; {session}, {number}, {code}, {network}, {hop}, {text} can"),
        ),
        ('end = "END {text}"', 'end = "END {text}', (19, "file", "is no TOML: illegal character '\\n'")),
        ('end = "END {text}"', 'end = "END {text}"\nend = ""', (20, "file", "is no TOML: cannot overwrite a value")),
        ("[answer]", "[answers]", (16, "answers", "is no key of a table; did you mean answer?")),
        (
            'end = "END {text}"',
            'end = "END {text}"\n[auth]\nnetworks = ["10.0.0.0/33"]',
            (21, "auth.networks", "one of them is no network such as 192.0.2.0/24"),
        ),
        ('end = "END {text}"', 'end = "END {text}"\n[auth]\nkey = "x-key"', (21, "auth.key", "must be header:NAME or query:NAME")),
        (
            'end = "END {text}"',
            'end = "END {text}"\n[auth]\nsignature = { header = "X-Sign", hash = "md5" }',
            (21, "auth.signature.hash", "must be one of sha1, sha256, sha512"),
        ),
        (
            'end = "END {text}"',
            'end = "END {text}"\nping = "ok"',
            (20, "answer.ping", "goes with the other: told.ping says what a ping is, answer.ping what it gets"),
        ),
        ('end = "END {text}"', 'end = "END {text}"\n[keys]\nback = "*"', (21, "keys.back", "must be from 1 to 3 digits")),
        ('end = "END {text}"', 'end = "END {text}"\n[keys]\nback = "7"', (21, "keys.back", "is an option of menus: 1 to 7 are")),
        ('end = "END {text}"', 'end = "END {text}"\n[keys]\nback = "9"', (21, "keys.back", "is another key of the line at this vendor")),
        (
            'end = "END {text}"',
            'end = "END {text}"\n[keys]\nback = "00"\nout = "00"',
            (22, "keys.out", "is another key of the line at this vendor"),
        ),
    ],
)
def test_a_fault_names_line_and_key(old, new, fault):
    """Whoever writes a table finds the place, and reads what would be right."""
    assert PLAIN.count(old) == 1
    assert fault in faults(PLAIN.replace(old, new))


@pytest.mark.parametrize(("memory", "text", "inputs"), [("all", "4*00*98*1", ("4", "0", "8", "1")), ("last", "00", ("0",))])
def test_what_stands_in_place_of_a_key_is_read_as_that_key(memory, text, inputs):
    """The vendor takes 0 for itself: callers press 00, and whoever asks the door hears of 0; the screens are to say 00."""
    table = read_table(PLAIN.replace('"all"', f'"{memory}"').encode() + b'[keys]\nback = "00"\nmore = "98"\n')
    door = TableDoor(table, TableAccess((SECRET,)))
    request = SampleRequest("GET", f"/ussd?sid=a&msisdn=22370000101&code=123&text={text}")
    hop = door.read(environ_of(request, f"/gateway/made-up/{SECRET}"))
    assert (hop.inputs or (hop.last,)) == inputs
    assert hop.keys == (("0", "00"), ("8", "98"))


def test_faults_of_several_sections_are_told_at_once_in_the_order_of_their_lines():
    """Nobody mends one to hear of the next."""
    text = PLAIN.replace('format = "query"', 'format = "jsn"').replace('session = "sid"\n', "").replace('memory = "all"', "memory = 1")
    assert [(line, key) for line, key, _ in faults(text)] == [(5, "request.format"), (7, "fields.session"), (13, "session.memory")]


def test_a_key_in_a_long_text_has_no_line():
    """What stands in a text of several lines is no key."""
    text = PLAIN.replace('end = "END {text}"', "end = '''END {text}\nrefused = 1\n'''\nrefused = 7")
    assert faults(text) == [(22, "answer.refused", "must be a text or a section or a list, not a whole number")]


@pytest.mark.parametrize("template", ["<page>{text}", "<page>{text}</page><b/>", "<page a={text}/>"])
def test_an_answer_that_is_no_xml_is_a_fault(template):
    """It would be none on a phone either."""
    assert faults(XML.replace(XML.splitlines()[-2], f'end = "{template}"')) == [(24, "answer.end", "is no XML")]


def test_what_is_no_utf8_is_told_with_its_line():
    """As a file of an old editor."""
    with pytest.raises(FaultyTable, match="line 2: file: is not in UTF-8"):
        read_table(b'name = "made-up"\nabout = "\xe9"')


@pytest.mark.parametrize(
    "data", [b"", b"name", b"\x00", b"[request]\n[request]", b"request = 1", b"[[request]]", b'name = "a-b"\nrequest = []']
)
def test_a_file_that_is_no_table_is_told_so(data):
    """Never by a traceback."""
    with pytest.raises(FaultyTable):
        read_table(data)


def body(inner: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?><page version="2.0"><session_id>a41</session_id>{inner}</page>'


def test_xml_is_read_by_its_elements_and_answered_without_a_line_break():
    """The number comes on the first hop alone, and a flag of a first hop without one is an input."""
    line = door(XML)
    first = line.read(asked(body=body("<mobile_number>22370000101</mobile_number><page_id>0</page_id><data>menu</data>")))
    assert (first.number, first.first, first.last) == ("+22370000101", True, None)
    later = line.read(asked(body=body("<page_id>0</page_id><data>1 &amp; 2</data>")))
    assert (later.session, later.number, later.first, later.last) == ("a41", "", False, "1 & 2")
    assert line.write(later, Screen(1, "x", '1. A < B\n2. "C"', ends=False), "").body.decode() == (
        "<page><session_id>a41</session_id><div>1. A &lt; B<br />2. &quot;C&quot;</div>"
        '<navigation><link accesskey="*" pageId="indexX" /></navigation></page>'
    )
    assert line.read(asked(body=body("<page_id>0</page_id>"))) == "data"
    assert line.read(asked(body=body("<status>1</status>"))) == UssdOver("a41", "Incomplete")
    over = line.read(asked(body=body("<status>29</status>")))
    assert over == UssdOver("a41", "Failed")
    assert line.acknowledge(over).body == b"<page><session_id>a41</session_id></page>"


@pytest.mark.parametrize(
    "declared",
    [
        '<!DOCTYPE page [<!ENTITY a "aaaa">]><page><session_id>&a;</session_id></page>',
        '<!DOCTYPE page SYSTEM "file:///etc/passwd"><page><session_id>a</session_id></page>',
        "<page><session_id><![CDATA[a]]></session_id></page>",
        "<page><session_id>a</session_id>",
        "",
        "\ufeff",
    ],
)
def test_xml_that_declares_anything_is_refused(declared):
    """No entity grows, and no file is fetched."""
    assert door(XML).read(asked(body=declared)) in {"body", "session_id"}


def test_an_element_that_is_there_twice_is_refused():
    """Even inside of another that nobody reads, it is not the same one."""
    twice = body("<mobile_number>22370000101</mobile_number><mobile_number>22370000102</mobile_number><page_id>0</page_id><data/>")
    assert door(XML).read(asked(body=twice)) == "mobile_number"
    inner = body(
        "<other><mobile_number>22370000102</mobile_number></other><mobile_number>22370000101</mobile_number><page_id>0</page_id><data/>"
    )
    assert door(XML).read(asked(body=inner)).number == "+22370000101"


NESTED = (
    PLAIN.replace('method = "GET"\nformat = "query"', 'format = "json"')
    .replace('"msisdn"', '"who.msisdn"')
    .replace('input = "text"', 'input = "who.said.text"')
)


def test_json_is_read_to_any_depth_and_no_further_than_named():
    """`outer.inner` is a field inside of another; what nobody named may be anything."""
    line = door(NESTED)
    hop = line.read(asked(body='{"sid":"a","x":[1,{"sid":2}],"who":{"msisdn":22370000101,"imsi":{},"said":{"text":"1*2"}},"code":"*1#"}'))
    assert (hop.session, hop.number, hop.inputs) == ("a", "+22370000101", ("1", "2"))
    assert line.read(asked(body='{"sid":"a","who":{"msisdn":[]}}')) == "who.msisdn"
    assert line.read(asked(body='{"sid":"a","who":[]}')) == "body"
    assert line.read(asked(body='{"sid":"a","who":{"msisdn":"22370000101"}}')) == "who.said.text"
    assert line.read(asked(body='{"sid":"a","who":{"msisdn":1,"msisdn":2,"said":{"text":""}}}')) == "msisdn"
    assert line.read(asked(body="[" * 4000)) == "body"
    assert line.read(asked(body='{"sid":' + "9" * 5000 + "}")) == "sid"


WITH_CODE = PLAIN.replace('memory = "all"', 'memory = "all with the code"')


@pytest.mark.parametrize(
    ("codes", "code", "text", "inputs"),
    [
        ((), "*415*33#", "*415*33#", ()),
        ((), "*415*33#", "", ()),
        ((), "*415*33#", "*415*33*1#", ("1",)),
        ((), "*415*33#", "*415*33*1*2", ("1", "2")),
        ((), "415*33", "*415*33*1#", ("1",)),
        ((), "*415*33#", "*415*33**1#", ("", "1")),
        ((), "*415*33#", "*415*331#", "text"),
        ((), "*415*33#", "1*2", "text"),
        ((), "", "*415*33*1#", "code"),
        (("*415*33#",), "*415*33*7#", "*415*33*7*1#", ("7", "1")),
        (("*415*33#", "*415*33*7#"), "*415*33#", "*415*33*7*1#", ("1",)),
        (("*415*33#",), "*415*34#", "*415*34*1#", "text"),
    ],
)
def test_all_with_the_code_in_front(codes, code, text, inputs):
    """What stands behind the code is what was typed; the line's own codes say what that is."""
    line = door(WITH_CODE, codes=codes)
    quoted = [part.replace("*", "%2A").replace("#", "%23") for part in (code, text)]
    hop = line.read(asked(f"/ussd?sid=a&msisdn=22370000101&code={quoted[0]}&text={quoted[1]}", method="GET"))
    assert (hop if isinstance(inputs, str) else hop.inputs) == inputs


@pytest.mark.parametrize(
    ("codes", "text", "inputs"),
    [
        ((), "", ()),
        ((), "7*1", ("7", "1")),
        ((), "1*#", ("1", "#")),
        (("*167#",), "7*1", ("7", "1")),
        (("*167*7#",), "7", ()),
        (("*167*7#",), "7*1", ("1",)),
        (("*167*7#",), "", "text"),
        (("*167*7#",), "71", "text"),
    ],
)
def test_all_behind_a_code_that_comes_without_what_was_dialled_behind_it(codes, text, inputs):
    """Of the digits in front, those are code that the line's own code has."""
    line = door(PLAIN.replace('memory = "all"', 'memory = "all behind the code"'), codes=codes)
    quoted = text.replace("*", "%2A").replace("#", "%23")
    hop = line.read(asked(f"/ussd?sid=a&msisdn=22370000101&code=167&text={quoted}", method="GET"))
    assert (hop if isinstance(inputs, str) else hop.inputs) == inputs


def test_another_lines_code_is_refused_where_the_line_knows_its_own():
    """What was dialled behind it may stand with it."""
    line = door(PLAIN, codes=("*123#",))
    ask = "/ussd?sid=a&msisdn=22370000101&text=&code="
    assert [isinstance(line.read(asked(ask + code, method="GET")), UssdHop) for code in ("%2A123%23", "123", "%2A123%2A4%23", "")] == [
        True
    ] * 4
    assert [line.read(asked(ask + code, method="GET")) for code in ("%2A124%23", "%2A1234%23")] == ["code", "code"]


DIALLED = PLAIN.replace('memory = "all"', 'memory = "last"\n[told]\nfirst = { text = { not = ["1"] } }').replace(
    'input = "text"', 'input = "text"\ndialled = "text"'
)


@pytest.mark.parametrize(
    ("codes", "code", "text", "inputs"),
    [
        ((), "*123#", "*123#", None),
        ((), "*123#", "", None),
        ((), "*123#", "*123*4*1#", ("4", "1")),
        ((), "*123#", "*124*4#", None),
        ((), "", "*123*4#", None),
        (("*123#",), "", "*123*4#", ("4",)),
        (("*123*4#",), "", "*123*4#", None),
    ],
)
def test_what_was_dialled_behind_the_code_counts_as_inputs(codes, code, text, inputs):
    """Where it is known what the code is; else nothing does, since a part of it could be taken for a key."""
    line = door(DIALLED, codes=codes)
    quoted = [part.replace("*", "%2A").replace("#", "%23") for part in (code, text)]
    hop = line.read(asked(f"/ussd?sid=a&msisdn=22370000101&code={quoted[0]}&text={quoted[1]}", method="GET"))
    assert (hop.inputs, hop.last, hop.first) == (inputs, None, True)


def test_hundreds_of_stars_cost_no_more_than_one_input_too_many():
    """However long the text is."""
    hop = door(PLAIN).read(asked(f"/ussd?sid=a&msisdn=22370000101&text={'*' * 2000}", method="GET"))
    assert len(hop.inputs) == 61


def test_a_network_that_is_no_code_costs_nobody_the_screen():
    """It is left out."""
    line = door(PLAIN.replace('input = "text"', 'input = "text"\nnetwork = "net"'))
    networks = [
        line.read(asked(f"/ussd?sid=a&msisdn=22370000101&text=&net={net}", method="GET")).network for net in ("61002", "MTN+Mali", "")
    ]
    assert networks == ["61002", "", ""]


def test_a_plus_sign_that_the_vendor_does_not_escape_is_one():
    """It comes as a space, as in every form."""
    assert door(PLAIN).read(asked("/ussd?sid=a&msisdn=+22370000101&text=", method="GET")).number == "+22370000101"


def test_the_secret_may_stand_in_a_header_or_in_the_query():
    """Where a vendor takes no address with a secret in it."""
    ask = "/ussd?sid=a&msisdn=22370000101&text="
    bare = "/gateway/made-up"
    by_header = door(PLAIN.replace('method = "GET"', 'method = "GET"\nsecret = "header:X-Token"'))
    assert by_header.takes(asked(ask, method="GET", address=bare, X_Token=SECRET))
    assert not by_header.takes(asked(ask, method="GET", address=bare, X_Token=SECRET + "a"))
    assert not by_header.takes(asked(ask, method="GET", address=bare))
    by_query = door(PLAIN.replace('method = "GET"', 'method = "GET"\nsecret = "query:token"'))
    assert by_query.takes(asked(f"{ask}&token={SECRET}", method="GET", address=bare))
    assert not by_query.takes(asked(f"{ask}&token={SECRET}&token={SECRET}", method="GET", address=bare))
    assert not by_query.takes(asked(ask, method="GET", address=bare))


def test_secrets_are_exchanged_while_the_line_runs():
    """For a while both open; then the new one alone."""
    line, new = door(PLAIN), "cd" * 16
    line.take_over((SECRET, new))
    assert [line.takes(asked(method="GET", address=f"/gateway/made-up/{secret}")) for secret in (SECRET, new)] == [True, True]
    line.take_over((new,))
    assert [line.takes(asked(method="GET", address=f"/gateway/made-up/{secret}")) for secret in (SECRET, new)] == [False, True]


def test_a_key_of_the_vendor_is_asked_for_besides():
    """And a table with one opens to nobody while the line has none."""
    vendor = table_vendor("mtn")
    request = vendor.samples.samples[0].request
    environ = vendor.environ(request)
    assert [vendor.door.takes(environ | {"HTTP_X_API_KEY": key}) for key in ("KEY", "KEY2", "", "K")] == [True, False, False, False]
    with pytest.raises(ValueError, match="mtn sends a key"):
        table_vendor("mtn", key="")


def test_from_other_networks_nothing_is_taken():
    """Those of the line's settings count in place of the table's."""
    text = PLAIN + '[auth]\nnetworks = ["192.0.2.0/24"]\n'
    environ = asked(method="GET")
    addresses = ("192.0.2.7", "::ffff:192.0.2.7", "198.51.100.7", "")
    assert [door(text).takes(environ | {"REMOTE_ADDR": at}) for at in addresses] == [True, True, False, False]
    line = door(text, networks=("198.51.100.0/24",))
    assert [line.takes(environ | {"REMOTE_ADDR": at}) for at in addresses] == [False, False, True, False]


@pytest.mark.parametrize(
    ("said", "given"),
    [
        ("", lambda made: made.hex()),
        (', hash = "sha1", encoding = "base64"', lambda made: b64encode(made).decode()),
        (', prefix = "sha256="', lambda made: f"sha256={made.hex()}"),
    ],
)
def test_a_signature_is_held_against_the_body(said, given):
    """Of another body, by another key, or none, it is refused by the header's name."""
    line = door(
        XML.replace('format = "xml"\n', 'format = "xml"\n', 1) + f'[auth]\nsignature = {{ header = "X-Sign"{said} }}\n', key="their key"
    )
    text = body("<page_id>1</page_id><data>1</data>")
    made = hmac.new(b"their key", text.encode(), hashlib.sha1 if "sha1" in said else hashlib.sha256).digest()
    assert line.read(asked(body=text, X_Sign=given(made))).last == "1"
    for wrong in (given(made)[:-1], "", "é", given(made).swapcase()):
        assert line.read(asked(body=text, X_Sign=wrong)) == "X-Sign"
    assert line.read(asked(body=text)) == "X-Sign"
    assert line.read(asked(body=text + " ", X_Sign=given(made))) == "X-Sign"


def test_a_hop_says_how_many_letters_its_vendor_shows():
    """Where they are fewer than a network takes: screens are made for it."""
    vendors = [table_vendor(name) for name in ("nalo", "hollatags", "hubtel")]
    hops = [vendor.door.read(vendor.environ(vendor.samples.samples[0].request)) for vendor in vendors]
    assert [hop.letters for hop in hops] == [120, None, None]


def test_a_ping_is_answered_and_begins_nothing():
    """Infobip may ask whether a session is active."""
    vendor = table_vendor("infobip")
    said = vendor.door.read(vendor.environ(SampleRequest("GET", "/session/77/status")))
    assert isinstance(said, HttpAnswer)
    assert said.body == b'{"sessionActive":true,"responseExitCode":200,"responseMessage":""}'
