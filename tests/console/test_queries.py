"""No page asks the database more often because there is more to show."""

from __future__ import annotations

import pytest

from hotline.ports.calls.callbacks import Callback
from hotline.ports.calls.reviews import Review
from hotline.ports.desk import testimonies
from hotline.ports.desk.audit import AuditRecord
from hotline.ports.desk.cases import Referral
from hotline.ports.desk.shifts import Shift
from hotline.ports.desk.staff import Role, Staff
from hotline.ports.editions.edition_drafts import DraftPart, EditionDraft
from hotline.ports.editions.editions import Proposal
from hotline.service.permissions import OPEN, ROLES, may
from tests.console.desk import IDS, Desk

WHO = {"counselor": "awa", "supervisor": "fanta", "operator": "mariam", "admin": "djeneba"}
MOST = 20
"""Statements a page, its sign-in among them."""
SHOWN = {
    "callback": "0",
    "callback/what": "0",
    "hand-over": "1",
    "review": "2",
    "shifts": "3",
    "people": "3",
    "testimonies": "0",
    "referral": "0",
}
"""Of what is in the database, the one that a page about one thing is opened for."""


def row(n: int) -> str:
    return f"{n:032x}"


def fill(desk: Desk, first: int, last: int) -> None:
    """A day's work: held, waiting and in review; a team with its plan; what was referred, told and recorded; drafts that wait or came back."""
    at = desk.line.clock.now()
    with desk.line.real_store.write() as tx:
        for n in range(first, last):
            state = ("claimed", "waiting", "review")[n % 3]
            holder = IDS["awa"] if state == "claimed" else None
            tx.callbacks.add(
                Callback(
                    row(n), str(1000 + n), state, "fr", n % 7 == 0, False, at - n, at - 60, at + 1800, 1, claimed_by=holder, claimed_at=at
                ),
                f"+2237000{1000 + n:04d}",
            )
            tx.calls.add_attempt(row(n), f"call {n}", at - 60)
            if state == "review":
                tx.reviews.add(Review(row(n), row(n), "missed", at))
            tx.cases.save_referral(Referral(row(n), row(n), "health", None, "referred", None, at // 86_400, None, at // 86_400))
            tx.testimonies.save(testimonies.Testimony(row(n), {"fr": "Elle a été écoutée."}, "written", IDS["nana"], at - n))
            tx.audit.add(AuditRecord(at, "awa", "taken", str(1000 + n)))
            tx.staff.save(Staff(row(n), f"staff{n}", "counselor", f"+2237000{3000 + n:04d}", "fr", ("fr",)))
            returned = {"sent_back": "Autrement.", "sent_back_by": "fanta", "sent_back_to": IDS["mariam"]} if n % 2 else {"proposal": n + 1}
            tx.edition_drafts.save(EditionDraft(row(n), f"Eau {n}", 1, IDS["mariam"], at + n, **returned))
            tx.edition_drafts.put(DraftPart(row(n), "words/fr/advice.water", '"Eau."', '"L\'eau."', IDS["mariam"], at))
            tx.editions.add_proposal(Proposal(n + 1, at, "mariam", b"{}", None, f"Eau {n}"))
            tx.shifts.add(Shift(row(n), n % 7, 480, 960))


def paths(desk: Desk, role: Role) -> list[str]:
    """Every page that this role may look at."""
    found = []
    for rule in desk.app.url_map.iter_rules():
        page = rule.endpoint.removeprefix("console.")
        if rule.endpoint.startswith("console.") and "GET" in (rule.methods or ()) and page not in OPEN and may(desk.staff(WHO[role]), page):
            about = rule.rule.split("/")[2]
            id, part = ("callback", "when") if about == "studio" else (row(int(SHOWN.get(about, "0"))), "what")
            found.append(rule.rule.replace("<id>", id).replace("<part>", part))
    return found


@pytest.mark.parametrize(("role", "approves"), [*((role, False) for role in ROLES), ("supervisor", True)])
def test_every_page_asks_a_bounded_number_of_times(desk: Desk, role: Role, approves: bool) -> None:
    """With four of everything and with forty: the same, and few; once more for whoever is told what waits for a second person."""
    desk.set_staff(WHO[role], approves=approves)
    browser = desk.browser(WHO[role])

    def counted() -> dict[str, tuple[int, int]]:
        found = {}
        for path in paths(desk, role):
            with desk.statements() as asked:
                status = browser.client.get(path, headers={"HX-Request": "true"}).status_code
            found[path] = (status, len([statement for statement in asked if statement.startswith("SELECT")]))
        return found

    fill(desk, 0, 4)
    few = counted()
    fill(desk, 4, 40)
    many = counted()
    assert few == many
    assert {} == {path: found for path, found in many.items() if found[1] > MOST + approves}
    assert {200} <= {status for status, _ in many.values()}
