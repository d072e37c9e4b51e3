"""Who may do what: one table in the code, the same in `docs/permissions.md`, and every page keeps to it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import pytest
from itsdangerous import URLSafeTimedSerializer
from msgspec.structs import replace

import hotline.service
from hotline.service.permissions import OPEN, RIGHTS, ROLES, TABLE, Ability, may
from tests.console.desk import SETTINGS, Desk

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "permissions.md"
WHO = {
    "counselor": "awa",
    "supervisor": "fanta",
    "operator": "mariam",
    "admin": "djeneba",
    "partner": "rokia",
    "reviewer": "nana",
    "approver": "oumou",
}
"""One for each role; the last two are counselors to whose role a right was added."""
EXAMPLES = {"IntegerConverter": 1, "AnyConverter": "csv"}
"""For whatever else a path asks: an id that is nobody's."""
NOBODYS = "0" * 32


def acts() -> set[str]:
    """The names of the service's functions that are handed an `Act` first and return a `Result`."""
    found = set()
    for path in Path(hotline.service.__file__).parent.rglob("*.py"):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and node.args.args:
                first, returns = node.args.args[0].annotation, node.returns
                names = [name.id for name in (first, returns) if isinstance(name, ast.Name)]
                found |= {node.name} if names == ["Act", "Result"] else set()
    return found


def table() -> str:
    """As it stands in the document."""
    heads = ["| | " + " | ".join((*ROLES, *RIGHTS)) + " |", "| --- |" + " --- |" * len((*ROLES, *RIGHTS))]
    return "\n".join([*heads, *(_row(ability) for ability in TABLE)])


def _row(ability: Ability) -> str:
    cells = ("yes" if who in (*ability.roles, *ability.rights) else "" for who in (*ROLES, *RIGHTS))
    return f"| {ability.what} | {' | '.join(cells)} |"


def test_the_document_has_the_table() -> None:
    """Row by row."""
    text = DOCUMENT.read_text("utf-8")
    assert table() == text.partition("<!-- permissions -->\n")[2].partition("\n<!-- /permissions -->")[0]


def test_the_table_names_pages_that_are() -> None:
    """Each of them, each in one row."""
    named = [page for ability in TABLE for page in ability.pages]
    assert len(named) == len(set(named))
    assert set() == OPEN & set(named)


def test_every_act_is_in_the_table() -> None:
    """What stands in no row is closed to everybody, so an act that was forgotten could be done by nobody."""
    assert set() == acts() - {act for ability in TABLE for act in ability.acts}


def test_the_table_names_acts_that_are() -> None:
    """Each of them, each in one row."""
    named = [act for ability in TABLE for act in ability.acts]
    assert len(named) == len(set(named))
    assert set() == set(named) - acts()


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """With somebody for each right too."""
    desk.set_staff(WHO["reviewer"], reviews=("bm",))
    desk.set_staff(WHO["approver"], approves=True)
    desk.add_partner()
    return desk


@pytest.mark.parametrize("role", [None, *WHO])
def test_every_page_keeps_to_the_table(desk: Desk, role: str | None) -> None:
    """Nobody signed in: led to sign in. A role or a right that may not: 403. One that may: neither. No page breaks on an empty form or an id that is nobody's."""
    staff = desk.staff(WHO[role]) if role else None
    wrong = []
    for method, page, path in walk(desk):
        status, where = ask(desk, role, method, path)
        at_the_door = status == HTTPStatus.SEE_OTHER and where == "/console/sign-in"
        expected = "open" if page in OPEN else "door" if staff is None else "in" if may(staff, page) else "refused"
        found = "door" if at_the_door else "refused" if status == HTTPStatus.FORBIDDEN else "broken" if status >= 500 else "in"
        # What is open leads to signing in where there is nothing to see: half way in, and yet nobody.
        if found != expected and not (expected == "open" and found in ("in", "door")):
            wrong.append((method, path, role, expected, found))
    assert [] == wrong


def test_the_walk_meets_pages(desk: Desk) -> None:
    """Else it would prove nothing."""
    walked = {page for _, page, _ in walk(desk)}
    assert {"sign_in", "me", "people", "disable"} <= walked
    assert {page for ability in TABLE for page in ability.pages} <= walked


def test_no_form_is_taken_without_the_token_against_forgery(desk: Desk) -> None:
    """Of any page, for any role and for none: nothing that another site makes a browser send does anything."""
    taken = []
    for role in (None, *WHO):
        client = desk.browser(role and WHO[role]).client
        taken += [
            (role, path) for method, _, path in walk(desk) if method == "POST" and client.post(path, data={"once": path}).status_code != 400
        ]
    assert [] == taken


@pytest.mark.parametrize("role", ROLES)
def test_without_a_second_factor_every_page_leads_to_it(desk: Desk, role: str) -> None:
    """Where nobody works without one: but for what is open to all, and the way out."""
    desk.install(replace(SETTINGS, second_factor=True))
    answers = {page: ask(desk, role, method, path) for method, page, path in walk(desk) if page not in OPEN | {"factor", "sign_out"}}
    assert {} == {page: answer for page, answer in answers.items() if answer != (303, "/console/me/factor")}


def walk(desk: Desk) -> Iterator[tuple[str, str, str]]:
    """Method, page and a path of everything that the console answers to."""
    urls = desk.app.url_map.bind("localhost")
    for rule in desk.app.url_map.iter_rules():
        if rule.endpoint.startswith("console."):
            kinds = {name: type(kind).__name__ for name, kind in rule._converters.items()}
            values = {name: EXAMPLES.get(kind, NOBODYS) for name, kind in kinds.items()}
            for method in sorted({"GET", "POST"} & (rule.methods or set())):
                yield method, rule.endpoint.removeprefix("console."), urls.build(rule.endpoint, values, method)


def ask(desk: Desk, role: str | None, method: str, path: str) -> tuple[int, str]:
    """Status, and where it leads, in a browser of its own; a form carries the token against forgery, an id, and nothing else."""
    desk.app.testing = False  # what breaks is a 500
    client = desk.browser(role and WHO[role]).client
    if method == "GET":
        answer = client.get(path)
    else:
        with client.session_transaction(base_url="http://localhost/console/") as session:
            session["csrf_token"] = "a" * 40
        token = URLSafeTimedSerializer(desk.app.secret_key or b"", salt="wtf-csrf-token").dumps("a" * 40)
        answer = client.post(path, data={"csrf_token": token, "once": f"{role}{path}"})
    return answer.status_code, answer.headers.get("Location", "")
