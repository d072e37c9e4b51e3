"""A form that is refused has one shape, whichever page it is of."""

from __future__ import annotations

import re

import pytest

from tests.console.desk import Desk

FORMS = [
    (None, "sign-in", "/console/sign-in", {"alias": "awa", "password": "no such"}, ""),
    ("awa", "shifts", "/console/shifts/plan", {"kind": "week", "weekday": "2", "from": "10:00", "to": "10:00"}, ""),
    ("awa", "testimonies/new", "/console/testimonies/new", {"fr": "Appelez 70 00 03 00.", "consent": "yes"}, "fr"),
    ("awa", "testimonies/new", "/console/testimonies/new", {"fr": "Je vais mieux."}, "consent"),
    ("awa", "contact", "/console/contact", {"phone": "70 00 03", "language": "fr", "word": "milk"}, "phone"),
    ("awa", "contact", "/console/contact", {"phone": "70 00 03 00", "word": "milk"}, "language"),
    ("djeneba", "people", "/console/people", {"alias": "kira", "number": "12", "role": "operator", "reads": "fr"}, "number"),
]


@pytest.mark.parametrize(("alias", "path", "action", "fields", "field"), FORMS)
def test_a_refused_form_stands_on_its_page(desk: Desk, alias: str, path: str, action: str, fields: dict[str, str], field: str) -> None:
    """4xx; one fault, beside the field that it is about, which has the focus and says that it is wrong; filled in as it was sent."""
    browser = desk.browser(alias)
    browser.open(f"/console/{path}")
    browser.send(action, **fields)
    assert 400 <= browser.status < 500
    assert browser.raw.count('id="fault"') == browser.raw.count("autofocus") == 1
    wrong = re.search(
        r'<(?:input|textarea|select)[^>]* name="(\w+)"[^>]*aria-describedby="[^"]*\bfault"[^>]*aria-invalid="true" autofocus', browser.raw
    )
    assert (wrong[1] if wrong else "") == field
    for name, value in fields.items():
        if name != "password":
            assert re.search(
                rf'name="{name}"[^>]*value="{value}"|value="{value}"[^>]* (?:selected|checked)|>{value}</textarea>', browser.raw
            ), name
    assert "no such" not in browser.raw


def test_a_refused_form_can_be_sent_again(desk: Desk) -> None:
    """Mended, it counts: a refusal is not what a form is known by."""
    browser = desk.browser("awa")
    browser.open("/console/testimonies/new")
    once = browser.hidden("/console/testimonies/new")
    assert browser.client.post("/console/testimonies/new", data={**once, "fr": "Je vais mieux."}).status_code == 400
    assert browser.client.post("/console/testimonies/new", data={**once, "fr": "Je vais mieux.", "consent": "yes"}).status_code == 303
