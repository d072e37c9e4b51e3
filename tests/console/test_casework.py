"""What a counselor writes down with consent, and where a survivor is sent on to: codes, consents, referrals and slips, through the pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from msgspec.structs import replace

from hotline.engine.casework.incidents import QUESTIONS
from hotline.engine.flow import Item, Where
from hotline.ports.calls.callbacks import Callback
from hotline.ports.desk.cases import Consent, Incident, Referral
from hotline.service.acts import By, run
from hotline.service.calls import agreements
from hotline.service.calls.agreements import Wish
from hotline.service.desk.casework import cases, consents, referrals, slips
from hotline.service.desk.casework.cases import day_of
from hotline.service.desk.casework.referrals import ReferralForm
from hotline.service.desk.casework.services import destination
from hotline.service.editions.cache import EditionCache
from hotline.settings import Rules
from tests.console.desk import IDS, Browser, Desk
from tests.content_line import sources
from tests.service.conftest import empty_database  # noqa: F401 -- a fixture
from tests.service.line import AWA, CALLER, OUMOU, staffed

DAY = 86_400
CLINIC = "+22370000302"
AT = Where("flows/directory.yml", 1)
SERVICES = (
    Item(
        "services",
        "a-clinic",
        "Centre essai",
        {"kind": "health", "region": "segou", "phone": "70 00 03 02", "verified_on": "2026-11-01", "verified_by": "Awa"},
        AT,
    ),
    Item(
        "services",
        "a-stale",
        "Centre ancien",
        {"kind": "health", "region": "segou", "phone": "70 00 03 03", "verified_on": "2025-01-01", "verified_by": "Awa"},
        AT,
    ),
    Item(
        "services",
        "a-known",
        "Centre complet",
        {"kind": "health", "region": "segou", "way": "Sotrama 4", "hours": "8h à 16h", "confirmed_on": "2026-11-01", "confirmed_by": "Awa"},
        AT,
    ),
)


@pytest.fixture(scope="module")
def editions() -> EditionCache:
    now = sources()
    return EditionCache.of(replace(now, items=(*now.items, *SERVICES)))


@pytest.fixture
def desk(empty_database: Path, tmp_path: Path, editions: EditionCache) -> Iterator[Desk]:  # noqa: F811
    with staffed(empty_database, tmp_path / "hotline.db", editions) as line:
        yield Desk(line)


class Work:
    """Awa holds the only callback and talked to her; her browser is open."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.line = desk, desk.line
        desk.line.walk("5 5")
        desk.line.work()
        desk.line.ring()
        self.id = desk.line.callback().id
        self.browser = desk.browser("awa")
        self.what = f"/console/callback/{self.id}/what"
        self.agree = f"/console/callback/{self.id}/agree"
        self.consents = f"/console/callback/{self.id}/consents"
        self.referrals = f"/console/callback/{self.id}/referrals"

    @property
    def callback(self) -> Callback:
        return self.line.callback()

    def incident(self) -> Incident | None:
        with self.line.real_store.read() as tx:
            return tx.cases.incident_of(self.id)

    def given(self) -> dict[str, Consent]:
        with self.line.real_store.read() as tx:
            return tx.cases.consents(self.id)

    def codes(self) -> dict[str, str]:
        incident = self.incident()
        assert incident is not None
        return dict(incident.codes)

    def made(self) -> tuple[Referral, ...]:
        with self.line.real_store.read() as tx:
            return tx.cases.referrals(self.id)

    def audit(self) -> list[tuple[str, str, str]]:
        with self.line.real_store.read() as tx:
            return [(record.who, record.what, record.about) for record in tx.audit.all()]

    def record(self, **codes: str) -> str:
        """She agrees, and these codes are written down."""
        self.browser.open(self.what)
        if "record" not in self.given():
            self.browser.send(self.agree, kind="record")
        return self.browser.send(self.what, **codes)

    def refer(self, browser: Browser | None = None, **fields: str) -> str:
        browser = browser or self.browser
        browser.open(self.referrals)
        asked = {"kind": "health", "service": "a-clinic", "outcome": "referred", "agreed": "yes"} | fields
        return browser.send(self.referrals, **{name: value for name, value in asked.items() if value})

    def slip(self) -> str:
        return f"/console/slip/{self.made()[-1].id}"


@pytest.fixture
def work(desk: Desk) -> Work:
    return Work(desk)


def statements(desk: Desk, browser: Browser, path: str) -> int:
    """How many statements a page takes, its sign-in among them."""
    with desk.statements() as asked:
        browser.open(path)
    assert browser.status == 200
    return len(asked)


# what happened


def test_nothing_is_asked_before_she_agrees(work: Work) -> None:
    """The words to read to the caller stand alone: what is written, what is not, that no costs nothing; no question is there to be filled in."""
    page = work.browser.open(work.what)
    for key in ("what", "not", "free", "back", "ask"):
        assert work.desk.say(f"incident.say.{key}", days=30) in page
    assert 'name="penetration"' not in page
    assert work.given() == {}


def test_the_words_are_in_her_language(desk: Desk) -> None:
    """What is read to the caller is marked as the language in which she is called."""
    work = Work(desk)
    assert f'lang="{work.callback.language}"' in work.browser.open(work.what)


def test_codes_without_consent_are_refused(work: Work) -> None:
    """A form that comes all the same changes nothing and says why."""
    work.browser.open(work.what)
    hidden = work.browser.hidden(work.agree)
    response = work.browser.client.post(work.what, data={**hidden, "penetration": "yes"})
    assert response.status_code == 400
    assert work.incident() is None


def test_codes_are_written_and_read(work: Work) -> None:
    """Type and contexts follow from the answers and are shown; the answers stand in the form; only the day is kept."""
    page = work.record(penetration="unknown", physical="yes", psychological="yes", relation="partner", region="segou", age="26-40")
    assert work.desk.say("incident.type.physical_assault") in page
    assert work.desk.say("incident.context.intimate_partner") in page
    assert work.desk.say("incident.context.child_sexual_abuse") not in page
    assert '<option value="segou" selected>' in page
    incident = work.incident()
    assert incident is not None
    assert incident.codes == {
        "penetration": "unknown",
        "physical": "yes",
        "psychological": "yes",
        "region": "segou",
        "age": "26-40",
        "relation": "partner",
    }
    assert (incident.day, incident.figures) == (work.line.clock.now() // DAY, False)


def test_nothing_is_obligatory(work: Work) -> None:
    """A form without an answer keeps nothing; an open ladder says so; every answer can be corrected, a page at a time: the others stand."""
    work.record()
    assert work.incident() is None
    assert work.desk.say("incident.type.open") in work.record(age="18-25")
    assert work.desk.say("incident.type.denial") in work.record(denial="yes")
    assert work.codes() == {"denial": "yes", "age": "18-25"}
    work.record(physical="yes")
    assert work.codes() == {"physical": "yes", "age": "18-25"}
    work.browser.open(f"{work.what}?part=survivor")
    work.browser.send(work.what)
    assert work.codes() == {"physical": "yes"}


def test_four_pages_are_kept_one_by_one(work: Work) -> None:
    """Each leads to the next, the last or whoever stops back to the call; on each stand its own questions, and what follows from all."""
    work.record()
    seen = []
    for part, answers in {"what": {"physical": "yes"}, "when": {"time": "night"}, "survivor": {"age": "18-25"}}.items():
        assert f'name="part" value="{part}"' in work.browser.open(f"{work.what}?part={part}")
        seen += re.findall(r'<(?:input type="radio"|select) name="(\w+)"', work.browser.page)
        work.browser.send(work.what, **answers)
    assert 'name="part" value="around"' in work.browser.page
    seen += re.findall(r'<(?:input type="radio"|select) name="(\w+)"', work.browser.page)
    assert list(dict.fromkeys(seen)) == list(QUESTIONS)
    work.browser.send(work.what, relation="partner")
    assert work.desk.say("callback.note") in work.browser.page
    assert work.codes() == {"physical": "yes", "time": "night", "age": "18-25", "relation": "partner"}
    assert work.desk.say("incident.context.intimate_partner") in work.browser.open(work.what)
    work.browser.send(work.what, denial="yes", stop="yes")
    assert work.desk.say("callback.note") in work.browser.page
    assert work.codes()["denial"] == "yes"


@pytest.mark.parametrize(("field", "code", "what"), [("doer_sex", "m", "question"), ("age", "17", "code"), ("region", "paris", "code")])
def test_what_is_on_no_list_is_named(work: Work, field: str, code: str, what: str) -> None:
    """400, with the question in the message; what stood there stays."""
    work.record(denial="yes")
    page = work.browser.send(work.what, **{field: code})
    assert work.browser.status == 400
    named = field if what == "question" else f"{field}: {code}"
    assert work.desk.say(f"incident.unfit.{what}", name=named) in page
    wrong = re.search(rf'<(?:input type="radio"|select) name="{field}"[^>]* aria-describedby="fault" aria-invalid="true" autofocus', page)
    assert (wrong is not None) is (what == "code")
    incident = work.incident()
    assert incident is not None
    assert incident.codes == {"denial": "yes"}


def test_a_form_sent_twice_counts_once(work: Work) -> None:
    """The same form again, after it was corrected by a newer one, changes nothing."""
    work.record()
    hidden = work.browser.hidden(work.what)
    first = {**hidden, "denial": "yes"}
    work.browser.client.post(work.what, data=first)
    work.record(physical="yes")
    work.browser.client.post(work.what, data=first)
    incident = work.incident()
    assert incident is not None
    assert incident.codes == {"physical": "yes"}


def test_an_incident_does_not_tell_whose_it_was(work: Work) -> None:
    """Its id cannot be worked out from the callback's."""
    work.record(denial="yes")
    incident = work.incident()
    assert incident is not None
    assert incident.id not in {work.desk.room.deps.derive("incident", origin) for origin in (work.id, f"{IDS['awa']}|{work.id}")}


# whose it is


def test_others_see_nothing(work: Work) -> None:
    """Another counselor gets none of it, a supervisor all; operator and admin have no such pages; what is not there is not there."""
    work.record(denial="yes")
    work.refer()
    page = f"/console/referral/{work.made()[0].id}"
    pages = (work.what, work.consents, work.referrals, page, work.slip())
    for alias, status in (("oumou", 403), ("mariam", 403), ("djeneba", 403), ("fanta", 200)):
        browser = work.desk.browser(alias)
        for path in pages:
            browser.open(path)
            assert (alias, path, browser.status) == (alias, path, status)
    for path in pages:
        work.browser.open(path.replace(path.split("/")[3], "0" * 32))
        assert work.browser.status == 404


def test_another_counselor_changes_nothing(work: Work) -> None:
    """Nothing that another counselor sends is taken, whatever page it is from."""
    work.record(denial="yes")
    work.refer()
    before = (work.incident(), work.given(), work.made(), work.audit())
    deps, oumou, referral = work.desk.room.deps, By(IDS["oumou"], "page"), work.made()[0].id
    form = ReferralForm("health", "a-clinic", "referred", "", "", agreed=True)
    results = [
        run(deps, oumou, cases.write_incident, work.id, "what", {}),
        run(deps, oumou, consents.give_consent, work.id, "figures"),
        run(deps, oumou, consents.take_back_consent, work.id, "record"),
        run(deps, oumou, referrals.refer, work.id, form),
        run(deps, oumou, referrals.look_again, referral, form),
        run(deps, oumou, referrals.revoke_referral, referral),
        run(deps, oumou, slips.send_slip, referral),
    ]
    assert {result.code for result in results} == {"forbidden"}
    assert before == (work.incident(), work.given(), work.made(), work.audit())


def test_whoever_held_it_last_still_may(work: Work) -> None:
    """When the callback is closed, whoever held it writes on."""
    work.line.text(AWA, "1")
    assert work.callback.state == "closed"
    assert work.desk.say("incident.type.denial") in work.record(denial="yes")


def test_a_supervisor_looks_in_the_open(work: Work) -> None:
    """That a supervisor saw codes which another wrote is in the audit; that the counselor saw her own is not."""
    work.record(denial="yes")
    work.browser.open(work.what)
    seen = ("fanta", "codes seen", work.callback.reference)
    assert seen not in work.audit()
    work.desk.browser("fanta").open(work.what)
    assert work.audit() == [*work.audit()[:-1], seen]


def test_a_supervisor_reads_where_she_was_sent_in_the_open(work: Work) -> None:
    """Each page that says it is in the audit, codes or none; not where the counselor herself looks."""
    work.refer()
    (made,) = work.made()
    seen = ("fanta", "codes seen", work.callback.reference)
    pages = (work.referrals, work.consents, f"/console/referral/{made.id}", work.slip())
    for address in pages:
        work.browser.open(address)
    assert seen not in work.audit()
    supervisor = work.desk.browser("fanta")
    for address in pages:
        supervisor.open(address)
    assert [seen] * len(pages) == work.audit()[-len(pages) :]


# consents


def test_figures_are_asked_by_themselves(work: Work) -> None:
    """Codes count in no figure until the caller agreed to that too; taken back, they do not count any more, and stay."""
    work.record(denial="yes")
    work.browser.send(work.agree, kind="figures")
    assert (found := work.incident()) is not None
    assert found.figures
    assert work.desk.say("consents.figures") in work.browser.open(work.consents)
    assert work.desk.say("consents.done") in work.browser.send(work.consents, kind="figures")
    assert work.desk.say("consents.done") not in work.browser.open(work.consents)
    assert (found := work.incident()) is not None
    assert not found.figures
    assert work.audit()[-1] == ("awa", "consent revoked", work.callback.reference)


def test_figures_before_codes(work: Work) -> None:
    """Without consent to codes there is nothing to count."""
    work.browser.open(work.what)
    work.browser.send(work.agree, kind="figures")
    assert work.browser.status == 400
    assert work.given() == {}


def test_taken_back_it_is_erased(work: Work) -> None:
    """Codes go at once, and with them the consent to figures and what else stood on it; what has its own consent stays."""
    work.record(denial="yes")
    work.browser.send(work.agree, kind="figures")
    work.refer(outcome="declined", agreed="")
    work.refer()
    work.browser.open(work.consents)
    work.browser.send(work.consents, kind="record")
    assert work.incident() is None
    assert [referral.slip is not None for referral in work.made()] == [True]
    assert all(work.given()[kind].revoked_at == work.line.clock.now() for kind in ("record", "figures"))
    assert 'name="denial"' not in work.browser.open(work.what)


def test_taken_back_twice_is_once(work: Work) -> None:
    """One line in the audit, however often it is tapped."""
    work.record(denial="yes")
    work.browser.open(work.consents)
    form = {**work.browser.hidden(work.consents), "kind": "record"}
    for _ in range(2):
        work.browser.client.post(work.consents, data=form)
    assert [what for _, what, _ in work.audit()].count("consent revoked") == 1


def agreed_call(work: Work) -> Callback:
    """They talked, and agreed on tomorrow."""
    work.line.text(AWA, "1")
    result = work.line.act(AWA, agreements.agree_next, work.id, Wish(1, 480, 720, None, agreed=True), origin="form")
    assert result.code == "agreed"
    return work.line.callbacks()[-1]


def test_being_called_again_is_taken_back(work: Work) -> None:
    """The call that was agreed on is not made and its number goes; what the caller asked for herself since stays, and the page says that it is there."""
    agreed = agreed_call(work)
    work.line.clock.at += 1
    work.line.walk("5 1", "session-2")
    (own,) = [callback for callback in work.line.callbacks() if callback.id not in (work.id, agreed.id)]
    work.browser.open(work.consents)
    page = work.browser.send(work.consents, kind="again")
    with work.line.real_store.read() as tx:
        assert [getattr(tx.callbacks.get(callback.id), "state", None) for callback in (own, agreed)] == ["waiting", "cancelled"]
        assert (tx.numbers.of(agreed.id), tx.numbers.of(own.id)) == (None, CALLER)
    assert work.desk.say("consents.still_open") in page


def test_nothing_is_taken_from_her_that_she_asked_for_herself(work: Work) -> None:
    """Two that were made in the moment of the consent: that which was agreed on is not made, the other stays and the page says so."""
    agreed_call(work)
    work.line.walk("5 1", "session-2")
    work.browser.open(work.consents)
    page = work.browser.send(work.consents, kind="again")
    assert [callback.state for callback in work.line.callbacks() if callback.id != work.id] == ["cancelled", "waiting"]
    assert work.desk.say("consents.still_open") in page


def test_nothing_else_is_open(work: Work) -> None:
    """Where the agreed call was the only one, nobody has anything left to do; where the number was gone, a supervisor looks."""
    agreed_call(work)
    work.browser.open(work.consents)
    assert work.desk.say("consents.still_open") not in work.browser.send(work.consents, kind="again")
    with work.line.real_store.write() as tx:
        tx.cases.save_consent(work.id, Consent("again", work.line.clock.now(), work.line.clock.now() + 2 * DAY))
    assert work.desk.say("consents.still_open") in work.browser.open(work.consents)


# referrals


def test_health_comes_first(work: Work) -> None:
    """Where it was sexual violence, or may have been; never the police before anything else, and it is said that nobody needs them."""
    page = work.browser.open(work.referrals)
    assert work.desk.say("referrals.health_first") in page
    assert work.desk.say("referrals.police_free") in page
    assert _order(page, work.desk)[0] == "health"
    work.record(contact="yes")
    assert _order(work.browser.open(work.referrals), work.desk)[0] == "health"
    work.record(denial="yes")
    assert _order(work.browser.open(work.referrals), work.desk)[0] == "shelter"


def _order(page: str, desk: Desk) -> list[str]:
    kinds = ("shelter", "health", "psychosocial", "legal", "police", "livelihood", "child")
    return sorted(kinds, key=lambda kind: page.index(f"<summary>{desk.say(f'referrals.kind.{kind}')}"))


def test_her_region_is_on_top(work: Work) -> None:
    """Services of the region that the caller named come first; lines for emergencies that nobody verified are nowhere."""
    work.record(region="segou")
    page = work.browser.open(work.referrals)
    offered = page[page.index(f"<summary>{work.desk.say('referrals.kind.health')}") :]
    assert offered.index("Centre essai") < offered.index("One Stop Center, Kayes")
    assert "police-line" not in page


def test_a_slip_is_made_with_her_consent(work: Work) -> None:
    """It says the reference, the service, the day, who sends and a kind word: nothing of the caller, nothing of the callback."""
    work.refer()
    (referral,) = work.made()
    assert referral.slip is not None
    assert work.given()[f"referral.{referral.id}"] == Consent(f"referral.{referral.id}", work.line.clock.now())
    assert ("awa", "slip made", work.callback.reference) in work.audit()
    page = work.browser.open(work.slip())
    paper = page[page.index('<article class="slip') : page.index("</article>")]
    for said in (referral.slip, "Centre essai", "24/11/2026", work.desk.say("slip.from"), work.desk.say("slip.kindly")):
        assert said in paper
    assert work.id not in page
    assert work.callback.reference not in paper


def test_without_consent_there_is_no_slip(work: Work) -> None:
    """The caller hears of the service by voice alone: with her consent to codes that is written down; without it, nothing is."""
    page = work.refer(agreed="")
    assert work.browser.status == 400
    assert work.desk.say("incident.unfit.nothing_agreed") in page
    assert work.made() == ()
    work.record(denial="yes")
    work.refer(agreed="")
    (referral,) = work.made()
    assert (referral.outcome, referral.slip) == ("referred", None)
    work.browser.open(work.slip())
    assert work.browser.status == 404


@pytest.mark.parametrize(
    ("fields", "what", "name"),
    [
        ({"kind": "lawyer"}, "kind", "lawyer"),
        ({"service": "nowhere"}, "service", "nowhere"),
        ({"service": "deme-so"}, "service", "deme-so"),
        ({"kind": "police", "service": "police-line"}, "service", "police-line"),
        ({"outcome": "lost"}, "slip", ""),
        ({"outcome": "declined"}, "slip", ""),
        ({"service": ""}, "slip", ""),
        ({"legal": "yes"}, "legal", "yes"),
        ({"look_again": "soon"}, "day", "soon"),
        ({"look_again": "2026-11-24"}, "day", "2026-11-24"),
        ({"look_again": "2028-01-01"}, "day", "2028-01-01"),
    ],
)
def test_a_referral_that_does_not_fit(work: Work, fields: dict[str, str], what: str, name: str) -> None:
    """400, with what is wrong; nothing is kept."""
    page = work.refer(**fields)
    assert work.browser.status == 400
    assert work.desk.say(f"incident.unfit.{what}", name=name) in page
    assert work.made() == ()


def test_a_refused_form_stands_open(work: Work) -> None:
    """A form that was refused stands open on its page, filled in as it was, what is wrong beside its field, and the field has the focus."""
    page = work.refer(outcome="declined", look_again="2026-12-01")
    (form,) = [part for part in page.split('<details name="offer"')[1:] if part.startswith(' class="offer" open>')]
    assert '<select name="service" aria-describedby="fault" aria-invalid="true" autofocus>' in form
    assert '<option value="a-clinic" selected>' in form
    assert 'value="declined" required checked' in form
    assert 'value="2026-12-01"' in form
    assert 'name="agreed" value="yes" checked' in form
    assert f'role="alert">{work.desk.say("incident.unfit.slip")}' in form
    assert page.count('id="fault"') == 1
    assert 'class="offer" open>' not in work.browser.open(work.referrals)


def test_legal_action_is_asked_with_law_and_police(work: Work) -> None:
    """Yes, no, or not decided yet."""
    work.refer(kind="legal", service="deme-so", legal="undecided")
    assert [(referral.kind, referral.legal) for referral in work.made()] == [("legal", "undecided")]
    assert work.desk.say("referrals.legal.undecided") in work.browser.open(work.referrals)


def test_a_referral_sent_twice_is_one(work: Work) -> None:
    """One row and one slip, however often the form comes."""
    work.browser.open(work.referrals)
    form = {**work.browser.hidden(work.referrals), "kind": "health", "service": "a-clinic", "outcome": "referred", "agreed": "yes"}
    for _ in range(2):
        work.browser.client.post(work.referrals, data=form)
    assert len(work.made()) == 1


def test_somebody_looks_again(work: Work) -> None:
    """On its day it is in the list, by kind and reference alone; looked at, it goes to another day or out of the list."""
    work.refer(look_again="2026-12-01")
    (referral,) = work.made()
    due = "/console/referrals/due"
    assert work.desk.say("referrals.none_due") in work.browser.open(due)
    work.line.clock.at += 7 * DAY
    work.browser = work.desk.browser("awa")
    page = work.browser.open(due)
    assert work.desk.say("referrals.reference", ref=work.callback.reference) in page
    assert "Centre essai" not in page
    queue = re.compile(r'id="looks"[^>]*>[^<]*<span class="count">1</span>')
    assert queue.search(work.browser.open("/console/queue"))
    assert not queue.search(work.desk.browser("oumou").open("/console/queue"))
    assert work.desk.say("referrals.none_due") in work.desk.browser("oumou").open(due)
    assert work.desk.say("referrals.others", alias="awa") in work.desk.browser("fanta").open(due)
    page = f"/console/referral/{referral.id}"
    work.browser.open(page)
    work.browser.send(page, outcome="already")
    assert [(referral.outcome, referral.look_again) for referral in work.made()] == [("already", None)]
    assert work.desk.say("referrals.none_due") in work.browser.open(due)


def test_a_day_to_look_again_stays(work: Work) -> None:
    """Who writes how it went before that day finds the day in the form, and does not lose it."""
    work.refer(look_again="2026-12-01")
    assert 'name="look_again" value="2026-12-01"' in work.browser.open(f"/console/referral/{work.made()[0].id}")


def test_it_is_looked_at_when_the_callback_is_gone(work: Work) -> None:
    """Then by whoever takes calls, and nothing says whose it was."""
    work.refer(look_again="2026-12-30")
    (referral,) = work.made()
    with work.line.real_store.write() as tx:
        tx.callbacks.save(replace(work.callback, state="closed", closed_at=work.line.clock.now()))
    work.line.clock.at += 40 * DAY
    with work.line.real_store.write() as tx:
        tx.retention.purge(work.line.clock.now(), Rules())
    browser = work.desk.browser("oumou")
    assert f"/console/referral/{referral.id}" in browser.open("/console/referrals/due")
    assert "conseil" not in browser.open(f"/console/referral/{referral.id}").split("<h1>")[1]
    browser.send(f"/console/referral/{referral.id}/back")
    assert browser.status == 200
    assert work.desk.say("slip.revoked", slip=referral.slip) in browser.open(f"/console/slip/{referral.id}")
    assert work.audit()[-1] == ("oumou", "consent revoked", referral.id)


def test_a_referral_is_taken_back(work: Work) -> None:
    """The slip is worth nothing and says so, nobody looks again, and the other consents stand."""
    work.record(denial="yes")
    work.refer(kind="legal", service="deme-so", legal="yes", look_again="2026-12-01")
    (referral,) = work.made()
    work.browser.open(work.consents)
    page = work.browser.send(f"/console/referral/{referral.id}/back")
    assert work.desk.say("consents.taken_back", day="24/11/2026") in page
    (now,) = work.made()
    assert now == replace(referral, revoked=True, look_again=None, legal=None)
    assert work.desk.say("slip.revoked", slip=referral.slip) in work.browser.open(work.slip())
    assert '<article class="slip"' not in work.browser.page
    assert work.audit()[-1] == ("awa", "consent revoked", work.callback.reference)
    assert work.incident() is not None


def test_what_she_declines_later_is_taken_back(work: Work) -> None:
    """A slip does not outlive the caller's no."""
    work.refer()
    page = f"/console/referral/{work.made()[0].id}"
    work.browser.open(page)
    work.browser.send(page, outcome="declined")
    assert [(referral.outcome, referral.revoked) for referral in work.made()] == [("declined", True)]


# a slip by SMS


def test_a_slip_goes_by_sms_once(work: Work) -> None:
    """To the service's verified mobile phone: the reference, its name and the cover, nothing else; pressed again, it does not go again."""
    work.refer()
    slip = work.made()[0].slip
    work.browser.open(work.slip())
    hidden = work.browser.hidden(work.slip())
    for _ in range(2):
        work.browser.client.post(work.slip(), data=hidden)
    work.line.work()
    assert work.line.inbox(CLINIC) == [work.line.say("slip", ref=slip, name="Centre essai")]
    assert [what for _, what, _ in work.audit()].count("slip sent") == 1
    assert work.desk.say("slip.sent.yes") in work.browser.open(work.slip())
    assert "70 00 03 02" not in work.browser.page


@pytest.mark.parametrize("service", ["a-stale", "one-stop-segou-ville"])
def test_a_service_without_a_verified_mobile(work: Work, service: str) -> None:
    """The page says to hand it over or read it out, and no form sends it."""
    work.refer(service=service)
    page = work.browser.open(work.slip())
    assert work.desk.say("slip.by_hand") in page
    assert f'action="{work.slip()}"' not in page


def test_a_slip_taken_back_does_not_leave(work: Work) -> None:
    """What still waits to be sent is dropped; a form that comes later is refused."""
    work.refer()
    work.browser.open(work.slip())
    hidden = work.browser.hidden(work.slip())
    work.browser.client.post(work.slip(), data=hidden)
    work.browser.open(work.consents)
    work.browser.send(f"/console/referral/{work.made()[0].id}/back")
    work.line.work()
    assert work.line.inbox(CLINIC) == []
    assert work.browser.client.post(work.slip(), data={**hidden, "once": "another form"}).status_code == 400


def test_a_slip_that_did_not_arrive(work: Work) -> None:
    """The page says so, and what to do."""
    work.refer()
    work.browser.open(work.slip())
    work.browser.send(work.slip())
    work.line.work()
    with work.line.real_store.write() as tx:
        (post,) = [tx.outbox.get(work.desk.room.deps.derive("staff", f"slip|{work.made()[0].id}"))]
        assert post is not None
        tx.outbox.move(post.id, "sent", "failed", work.line.clock.now())
    assert work.desk.say("slip.sent.failed") in work.browser.open(work.slip())


# how the pages are


def test_pages_take_few_queries(work: Work) -> None:
    """However many referrals there are: a bounded number of statements a page."""
    work.record(denial="yes")
    for _ in range(6):
        work.refer(look_again="2026-11-25")
    with work.line.real_store.write() as tx:
        tx.cases.save_consent(work.id, Consent("again", work.line.clock.now(), work.line.clock.now()))
    page = f"/console/referral/{work.made()[0].id}"
    counted = {path: statements(work.desk, work.browser, path) for path in (work.what, work.consents, work.referrals, page, work.slip())}
    work.line.clock.at += DAY
    due = work.desk.browser("awa")
    counted["due"] = statements(work.desk, due, "/console/referrals/due")
    assert max(counted.values()) <= 7, counted


def test_no_number_of_a_person_is_on_any_page(work: Work) -> None:
    """Neither the caller's nor a colleague's; nor the service's on its slip."""
    work.record(denial="yes")
    work.refer()
    for path in (work.what, work.consents, work.referrals, work.slip(), f"/console/referral/{work.made()[0].id}"):
        page = work.browser.open(path)
        for number in (CALLER, AWA, OUMOU, *([CLINIC] if path == work.slip() else [])):
            assert number[4:] not in page.replace(" ", "")


def test_a_referral_leads_somewhere(work: Work) -> None:
    """What the directory knows stands beside the choice and with what was made of it; that it knows no more is said; a verified number bears no warning."""
    work.record(denial="yes")
    offered = work.browser.open(work.referrals)
    verified, stale = (re.search(rf"{number}[^<]*(<span[^>]*>[^<]*)?", offered) for number in ("70 00 03 02", "70 00 03 03"))
    assert verified
    assert stale
    assert verified[1] is None
    assert work.desk.say("referrals.unverified") in stale[1]
    assert work.desk.say("referrals.unknown") in offered
    work.refer()
    assert "70 00 03 02" in work.browser.open(f"/console/referral/{work.made()[0].id}")


def test_what_the_directory_does_not_say_is_named(work: Work) -> None:
    """How to get there, when, at what price, what she is asked for: of each either the words, or that they are missing and whom to ask."""
    work.record(denial="yes")
    clinic = work.browser.open(work.referrals).partition("<summary>Centre complet")[2].partition("</details>")[0]
    known = {field: work.desk.say(f"referrals.known.{field}") in clinic for field in ("way", "hours", "cost", "asks_for")}
    missing = {field: work.desk.say(f"referrals.missing.{field}") in clinic for field in known}
    assert known == {"way": True, "hours": True, "cost": False, "asks_for": False}
    assert missing == {"way": False, "hours": False, "cost": True, "asks_for": True}


def test_a_place_that_nobody_confirmed_lately_is_to_be_confirmed(work: Work) -> None:
    """With what else is known of it, and no hours, as callers are shown it; by the day on which the page is read, not by the edition's."""
    fields = {"kind": "health", "region": "segou", "place": "segou-ville", "hours": "8h-16h", "address": "Rue 7"}
    confirmed = Item("services", "a-place", "Lieu essai", fields | {"confirmed_on": "2024-12-01", "confirmed_by": "Awa"}, AT)
    unseen = Item("services", "another-place", "Autre lieu", fields, AT)
    deps = work.desk.room.deps

    def shown(item: Item, day: date) -> tuple[bool, bool, bool]:
        found = destination(deps, item, day)
        return found.is_to_confirm, "hours" in dict(found.facts), "address" in dict(found.facts)

    assert shown(confirmed, date(2026, 12, 1)) == (False, True, True)
    assert shown(confirmed, date(2026, 12, 2)) == (True, False, True)
    assert shown(unseen, date(2026, 12, 1)) == (True, False, True)
    work.record(denial="yes")
    offered = work.browser.open(work.referrals)
    clinic = offered.partition("<summary>Centre essai")[2].partition("</details>")[0]
    assert (bool(clinic), work.desk.say("referrals.to_confirm") in clinic) == (True, False)
    assert work.desk.say("referrals.to_confirm") in offered  # nobody confirmed any place of the line's own directory yet


def test_the_reference_is_read_to_her(work: Work) -> None:
    """In her language, where it was made and on its page; the paper is for where somebody can carry it, and lies folded."""
    work.refer()
    slip = work.made()[0].slip
    for path in (work.referrals, work.slip()):
        assert work.desk.say("referrals.say.reference", slip=slip) in work.browser.open(path)
    folded = work.browser.page.partition(work.desk.say("slip.carried"))[2]
    assert '<article class="slip' in folded


def test_days_are_local(desk: Desk) -> None:
    """A day of ours is the local one."""
    assert day_of(desk.room.deps, desk.line.clock.now()) == desk.line.clock.local(desk.line.clock.now()) // 1440
