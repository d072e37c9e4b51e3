"""An edition from the room: proposed by one, read and approved by another with a fresh code, sent back, taken back; and the way back to an older one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

import pyotp
import pytest
from msgspec.structs import replace

from hotline.engine.drafting.revisions import Revision, revised, screen_place, value_of, words_place
from hotline.engine.flow import Branch, Do, Menu
from hotline.ports.desk.accounts import Account
from hotline.ports.editions.editions import FIRST_START, EditionRow
from hotline.service.acts import By, run
from hotline.service.desk.accounts.sign_in import GUESSES
from hotline.service.editions import approval
from hotline.service.editions.cache import EditionCache
from hotline.service.editions.publication import publish
from hotline.service.editions.reading_overlay import text_digest
from hotline.service.editions.snapshot import CompileSettings, encode
from hotline.service.studio import drafts as drafts_acts
from hotline.service.studio.words import reviewing
from tests.console.desk import IDS, Browser, Desk
from tests.content_line import sources
from tests.service.conftest import empty_database  # noqa: F401 -- a fixture
from tests.service.line import Line, staffed

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
OLD = next(message.text for message in sources().words["fr"] if message.key == "danger.advice")
NEW = OLD.replace("Allez", "Fuyez", 1).replace(", si possible", "", 1)
FR, STUDIO, SCREEN = "words/fr/danger.advice", "/console/studio/danger/advice", "screen:danger.advice"
PROPOSAL = "/console/editions/proposals/1"


@cache
def first_edition(at: int) -> bytes:
    return encode(approval.as_published(sources(), at))


@pytest.fixture
def desk(empty_database: Path, tmp_path: Path) -> Iterator[Desk]:  # noqa: F811
    """A line whose first edition lies in the database; Fanta may be the second person and has a second factor."""
    with staffed(empty_database, tmp_path / "hotline.db", EditionCache(CompileSettings())) as line:
        at = line.clock.now() - 3600
        with line.real_store.write() as tx:
            tx.editions.add(EditionRow(1, at, FIRST_START, at, first_edition(at)))
        follow(line)
        desk = Desk(line)
        desk.set_staff("fanta", approves=True)
        give_factor(desk, "fanta")
        yield desk


def follow(line: Line) -> None:
    """This process learns of what was published."""
    line.editions.refresh(line.real_store, line.clock.now())


def give_factor(desk: Desk, alias: str) -> None:
    with desk.line.real_store.write() as tx:
        tx.accounts.save(Account(IDS[alias], "", SECRET))


def code(desk: Desk) -> str:
    return pyotp.TOTP(SECRET).at(desk.line.clock.now())


def changed(desk: Desk, alias: str = "mariam", text: str = NEW, place: str = FR) -> Browser:
    """The browser of somebody who has written other words into the draft."""
    browser = desk.browser(alias)
    if drafts(desk):
        browser.open(f"/console/studio?draft={drafts(desk)[0]}")
    browser.open(STUDIO)
    browser.send(STUDIO, **{place: text})
    assert desk.say("studio.after.kept") in browser.page
    return browser


def drafts(desk: Desk) -> list[str]:
    with desk.line.real_store.read() as tx:
        return [draft.id for draft in tx.edition_drafts.all()]


def propose(desk: Desk, browser: Browser, **fields: str) -> str:
    page = f"/console/editions/drafts/{drafts(desk)[0]}"
    browser.open(page)
    return browser.send(page, **({"title": "Plus clair", "pending": "yes"} | fields))


def proposed(desk: Desk) -> Browser:
    """Mariam's browser, in which she has just proposed other words."""
    mariam = changed(desk)
    assert desk.say("editions.after.proposed") in propose(desk, mariam)
    return mariam


def approve(desk: Desk, browser: Browser, code: str, read: list[str] | None = None) -> str:
    """All read, then the code."""
    browser.open(PROPOSAL)
    browser.send(PROPOSAL, read=read or [SCREEN])
    return browser.send(PROPOSAL, read=read or [SCREEN], code=code)


def deeds(desk: Desk) -> list[tuple[str, str, str]]:
    with desk.line.real_store.read() as tx:
        return [(record.who, record.what, record.about) for record in tx.audit.all()]


def heard(desk: Desk, session: str) -> str:
    """What a caller hears at 4, 1."""
    follow(desk.line)
    return desk.line.walk("4 1", session).text


def test_two_people_bring_words_to_callers(desk: Desk) -> None:
    """Mariam proposes, Fanta reads every screen and types a fresh code; after the lead a caller hears it, and not a moment before. The audit knows who did what, without a word of it."""
    mariam = proposed(desk)
    assert f'<span class="tag">{desk.say("studio.proposed")}</span>' in mariam.open("/console/studio")
    assert "Fuyez" not in heard(desk, "one")
    fanta = desk.browser("fanta")
    assert desk.say("editions.after.approved") in approve(desk, fanta, code(desk))
    assert desk.say("editions.in_seconds", count=desk.line.rules.lead_seconds) in fanta.page
    assert "Plus clair" in fanta.page
    assert "Fuyez" not in heard(desk, "two")
    desk.line.clock.at += desk.line.rules.lead_seconds
    assert "Fuyez" in heard(desk, "three")
    assert desk.say("editions.in_seconds", count=0) not in fanta.open("/console/editions/next")
    assert desk.say("editions.in_force") in fanta.page
    assert drafts(desk) == []
    assert [deed for deed in deeds(desk) if deed[1] not in ("draft begun", "words changed")] == [
        ("mariam", "proposed", "proposal 1"),
        ("mariam", "published", "2"),
        ("fanta", "read and approved", "proposal 1, edition 2"),
        ("mariam", "pending words published", "edition 2"),
    ]
    assert all("Fuyez" not in about for _, _, about in deeds(desk))


def test_a_draft_reaches_no_caller_by_any_way(desk: Desk) -> None:
    """Neither by screen, nor by SMS, nor by voice, nor with another edition that is published meanwhile, nor with one that is gone back to."""
    mariam = changed(desk)
    changed(
        desk,
        place="words/fr/danger.advice@sms",
        text=next(m.text for m in sources().words["fr"] if m.key == "danger.advice@sms") + " Fuyez.",
    )

    def everywhere() -> str:
        follow(desk.line)
        shown = [str(desk.line.words(channel).words) for channel in ("ussd", "sms", "voice")]
        return " ".join([*shown, heard(desk, f"session-{desk.line.clock.at}")])

    assert "Fuyez" not in everywhere()
    propose(desk, mariam)
    assert "Fuyez" not in everywhere()
    other = revised(sources(), [Revision(words_place("fr", "advice.water"), value_of("Eau propre."))])
    edition = approval.check_edition(other, desk.line.clock.now())
    assert not run(desk.line.hotline.deps, By("Awa (op)", "shell"), approval.publish_edition, edition).is_refused
    desk.line.clock.at += 3600
    assert "Fuyez" not in everywhere()
    mariam = desk.browser("mariam")
    mariam.open("/console/editions/1/again")
    assert desk.say("editions.after.returned") in mariam.send("/console/editions/1/again")
    desk.line.clock.at += 3600
    assert "Fuyez" not in everywhere()
    with desk.line.real_store.read() as tx:
        rows = [tx.editions.get(row.number) for row in tx.editions.all()]
    assert not any(b"Fuyez" in row.sources for row in rows if row)


def test_what_differs_is_shown_as_phones(desk: Desk) -> None:
    """Before and after, in both languages, with what each takes of a screen; urgent ones are marked. The words that are new and gone are."""
    mariam = changed(desk)
    page = mariam.open(f"/console/editions/drafts/{drafts(desk)[0]}")
    assert "<del>Allez</del>" in page
    assert "<ins>Fuyez</ins>" in page
    assert 'class="lcd" lang="bm"' in page
    assert re.search(r'<span class="num">\d+/160</span>', page)
    assert desk.say("editions.critical") in page
    assert '<dd class="big num">1</dd>' in page


def test_who_wrote_any_of_it_is_not_the_second_person(desk: Desk) -> None:
    """Neither whoever proposed it, nor whoever changed one of its parts, whatever rights they have and whatever they send."""
    desk.set_staff("mariam", approves=True)
    desk.set_staff("fanta", reviews=("fr", "bm"))
    give_factor(desk, "mariam")
    mariam = changed(desk)
    changed(
        desk, "fanta", place="words/bm/danger.advice", text=next(m.text for m in sources().words["bm"] if m.key == "danger.advice") + "."
    )
    propose(desk, mariam)
    for browser in (mariam, desk.browser("fanta")):
        assert desk.say("editions.read") not in browser.open(PROPOSAL)
        assert desk.say("editions.error.own") in browser.page
        browser.open("/console/editions")
        hidden = browser.open("/console/me") and browser.hidden("/console/me/language")
        answer = browser.client.post(PROPOSAL, data={**hidden, "against": "1", "read": SCREEN, "code": code(desk)})
        assert answer.status_code == 409
        assert desk.say("editions.error.own") in Browser(browser.client)._took(answer)
    with desk.line.real_store.read() as tx:
        assert len(tx.editions.all()) == 1


def test_every_screen_is_read_before_the_code(desk: Desk) -> None:
    """One that is not ticked is said, what was ticked stays, and no code is asked for."""
    mariam = changed(desk)
    mariam.open("/console/studio/advice/water")
    mariam.send("/console/studio/advice/water", **{"words/fr/advice.water": "Eau propre. Eau du puits? Bouillir."})
    propose(desk, mariam)
    fanta = desk.browser("fanta")
    fanta.open(PROPOSAL)
    page = fanta.send(PROPOSAL, read=[SCREEN])
    assert 1 == page.count(desk.say("editions.error.unticked", count=1))
    assert f'value="{SCREEN}" checked' in page
    assert 'name="code"' not in page


def test_a_code_counts_once_and_guesses_are_counted(desk: Desk) -> None:
    """A code that opened this is no code for the next; twenty wrong ones lock the account for every browser."""
    proposed(desk)
    fanta = desk.browser("fanta")
    with desk.line.real_store.write() as tx:
        tx.accounts.save(Account(IDS["fanta"], "", SECRET, desk.line.clock.now() // 30))
    assert desk.say("editions.error.wrong") in approve(desk, fanta, code(desk))
    assert fanta.status == 401
    for _ in range(GUESSES):
        desk.line.clock.at += 15 * 60
        approve(desk, fanta, "000000")
    assert desk.say("editions.error.wrong") in approve(desk, fanta, code(desk))
    assert ("?", "account locked", "fanta") in deeds(desk)
    with desk.line.real_store.read() as tx:
        assert len(tx.editions.all()) == 1


def test_without_a_second_factor_nobody_approves(desk: Desk) -> None:
    """The page says so, and leads to where one is set."""
    with desk.line.real_store.write() as tx:
        tx.accounts.save(Account(IDS["fanta"], ""))
    proposed(desk)
    fanta = desk.browser("fanta")
    assert desk.say("editions.error.factor") in fanta.open(PROPOSAL)
    assert 'href="/console/me"' in fanta.page
    assert desk.say("editions.error.factor") in fanta.send(PROPOSAL, read=[SCREEN])


def test_sent_back_it_opens_again_with_the_reason(desk: Desk) -> None:
    """Who proposed reads why, changes it, and proposes it again."""
    mariam, fanta = proposed(desk), desk.browser("fanta")
    fanta.open(PROPOSAL)
    assert desk.say("editions.error.reason_empty") in fanta.send(f"{PROPOSAL}/back", reason="  ")
    assert desk.say("editions.after.sent_back") in fanta.send(f"{PROPOSAL}/back", reason="Une femme dirait : partez.")
    page = mariam.open(f"/console/editions/drafts/{drafts(desk)[0]}")
    assert "Une femme dirait : partez." in page
    assert desk.say("editions.sent_back", by="fanta") in page
    changed(desk, text=OLD.replace("Allez", "Filez", 1))
    assert desk.say("editions.after.proposed") in propose(desk, mariam)
    assert [deed for deed in deeds(desk) if "back" in deed[1]] == [("fanta", "sent back", "proposal 1")]
    assert desk.say("editions.after.decided") in fanta.open(PROPOSAL)


def test_what_differs_is_said_in_words_and_leads_to_where_it_is_changed(desk: Desk) -> None:
    """Nobody who reads it meets an id or a sign of flow files; from another draft than one's own nothing leads away."""
    mariam = changed(desk)
    mariam.open("/console/directory/new/services")
    entry = {"name": "Maison", "kind": "association", "place": "kati", "source": "visite", "source_date": "2026-11"}
    mariam.send("/console/directory/new/services", **entry)
    ring = next(screen.kind for flow in sources().flows for screen in flow.screens if screen.key == "danger.ring")
    assert isinstance(ring, Branch)
    edit = drafts_acts.PartEdit(screen_place("danger.ring"), value_of(Branch((*ring.ways[:1], *ring.ways[2:]))), value_of(ring))
    act = run(desk.line.hotline.deps, By(IDS["mariam"], "page"), drafts_acts.save_parts, drafts(desk)[0], [edit])
    assert not act.is_refused
    page = mariam.open(f"/console/editions/drafts/{drafts(desk)[0]}")
    fields = [desk.say(f"directory.field.{name}") for name in ("name", "region", "place", "kind", "source", "source_date")]
    card = page[page.index("Maison</a>") :]
    assert [card.index(f"{field} ·") for field in fields] == sorted(card.index(f"{field} ·") for field in fields)
    for text in (
        "Maison</a>",
        "11/2026",
        "Association",
        "Kati",
        desk.say("directory.field.source_date"),
        desk.say("structure.asked.opening.known"),
    ):
        assert text in page
    for sign in ("services.maison", "source_date ·", "koulikoro", "opening =", "coverage.urgent"):
        assert sign not in page
    links = ('href="/console/studio/danger/advice"', 'href="/console/directory/services/maison"')
    assert [link for link in links if link not in page] == []
    assert desk.say("studio.choose") not in page
    desk.set_staff("awa", role="operator", speaks=())
    other = desk.browser("awa")
    page = other.open(f"/console/editions/drafts/{drafts(desk)[0]}")
    assert [link for link in links if link in page] == []
    assert desk.say("studio.choose") in page


def test_what_differs_has_names_and_stands_in_the_order_of_the_menus(desk: Desk) -> None:
    """Steps that callers never see too; flow by flow, those with urgent help first, each as its keys go; places and services last."""
    mariam = changed(desk)
    texts = {message.key: message.text for message in sources().words["fr"]}
    for key in ("fever.medicine", "babies.milk", "fever.topics", "callback.when", "fever.nets", "line.first"):
        assert key in texts
        at = f"/console/studio/{key.replace('.', '/')}"
        mariam.open(at)
        mariam.send(at, **{f"words/fr/{key}": texts[key].replace("e", "é", 1)})
    kinds = {screen.key: screen.kind for flow in sources().flows for screen in flow.screens}
    key, kind = next(
        (key, kind) for key, kind in kinds.items() if isinstance(kind, Do) and kind.order == "open_callback" and not kind.urgent
    )
    edit = drafts_acts.PartEdit(screen_place(key), value_of(replace(kind, kept="callback.when")), value_of(kind))
    assert not run(desk.line.hotline.deps, By(IDS["mariam"], "page"), drafts_acts.save_parts, drafts(desk)[0], [edit]).is_refused
    page = mariam.open(f"/console/editions/drafts/{drafts(desk)[0]}")
    assert f">{key}<" not in page
    addresses = [found.replace("/", ".") for found in re.findall(r'<h2 id="p\d+"><a href="/console/studio/([^"]+)"', page)]
    flows = [address.partition(".")[0] for address in addresses]
    assert len(dict.fromkeys(flows)) == 1 + sum(one != other for one, other in pairwise(flows))
    order = [address for address in addresses if address.startswith(("babies", "fever"))]
    assert order == ["babies.milk", "fever.topics", "fever.nets", "fever.medicine"]
    assert flows.index("callback") < flows.index("babies")


def test_who_may_decide_hears_that_something_waits(desk: Desk) -> None:
    """A count where the pages are, and a line where she begins; nothing of it for who wrote it, for who has no such right, and once it is decided."""
    waits = desk.say("editions.news.waiting", count=1)
    fanta, mariam = desk.browser("fanta"), changed(desk)
    assert waits not in fanta.open("/console/queue")
    propose(desk, mariam)
    assert waits in fanta.open("/console/queue")
    assert counted(fanta.page, "editions") == "1"
    assert counted(fanta.open("/console/shifts"), "editions") == "1"
    assert waits in fanta.open("/console/studio")
    assert waits not in mariam.open("/console/studio")
    assert counted(mariam.page, "editions") == ""
    assert waits not in desk.browser("awa").open("/console/queue")
    approve(desk, fanta, code(desk))
    assert waits not in fanta.open("/console/queue")


def test_who_wrote_a_part_is_not_told_to_decide(desk: Desk) -> None:
    """The proposal waits for somebody else."""
    desk.set_staff("fanta", approves=True, reviews=("bm",))
    changed(
        desk, "fanta", place="words/bm/danger.advice", text=next(m.text for m in sources().words["bm"] if m.key == "danger.advice") + "."
    )
    assert desk.say("editions.after.proposed") in propose(desk, changed(desk))
    assert desk.say("editions.news.waiting", count=1) not in desk.browser("fanta").open("/console/studio")


def test_who_proposed_hears_what_became_of_it(desk: Desk) -> None:
    """That it came back, with the reason, until it is opened; then, proposed anew, that it was approved, for a day."""
    mariam, fanta = proposed(desk), desk.browser("fanta")
    back = desk.say("editions.news.returned", title="Plus clair", by="fanta")
    assert back not in mariam.open("/console/studio")
    fanta.open(PROPOSAL)
    fanta.send(f"{PROPOSAL}/back", reason="Elle comprendrait autre chose.")
    assert back in mariam.open("/console/studio")
    assert "Elle comprendrait autre chose." in mariam.page
    assert counted(mariam.open("/console/directory"), "studio") == "1"
    assert back not in fanta.open("/console/studio")
    mariam.open("/console/studio")
    opened = mariam.send(f"/console/editions/drafts/{drafts(desk)[0]}/open")
    assert "Elle comprendrait autre chose." in opened
    assert back not in mariam.open("/console/studio")
    assert counted(mariam.page, "studio") == ""
    propose(desk, mariam)
    second = PROPOSAL.replace("1", "2")
    fanta.open(second)
    fanta.send(second, read=[SCREEN])
    fanta.send(second, read=[SCREEN], code=code(desk))
    approved = desk.say("editions.news.approved", title="Plus clair", by="fanta", number=2)
    assert approved in mariam.open("/console/studio")
    assert approved not in fanta.open("/console/studio")
    desk.line.clock.at += 86_401
    assert approved not in desk.browser("mariam").open("/console/studio")


def test_nobody_signs_her_own_words_once_they_are_published(desk: Desk) -> None:
    """Nor after files say the same; another reviewer may, and of words that came from files nobody is the author."""
    desk.set_staff("nana", reviews=("fr",), reads="fr")
    desk.set_staff("awa", reviews=("fr",))
    changed(desk, "nana")
    mariam = desk.browser("mariam")
    mariam.open(f"/console/studio?draft={drafts(desk)[0]}")
    propose(desk, mariam)
    approve(desk, desk.browser("fanta"), code(desk))
    assert drafts(desk) == []
    follow(desk.line)

    def signs(alias: str, place: str, text: str) -> str:
        return run(desk.line.hotline.deps, By(IDS[alias], "page"), reviewing.sign_words, "", place, text_digest(text)).code

    nana = desk.browser("nana")
    nana.open(STUDIO)
    assert desk.say("studio.review.own") in nana.page
    assert signs("nana", FR, NEW) == "own"
    publish_files(desk, NEW)
    assert signs("nana", FR, NEW) == "own"
    assert signs("awa", FR, NEW) == "done"
    water = next(message.text for message in sources().words["fr"] if message.key == "advice.water")
    assert signs("nana", "words/fr/advice.water", water) == "done"


def publish_files(desk: Desk, text: str) -> None:
    """By the shell, files that say the same."""
    with desk.line.real_store.write() as tx:
        number, at = max(number for number, _, _ in tx.editions.moments()) + 1, desk.line.clock.now()
        tx.editions.add(EditionRow(number, at, "Awa (op)", at, encode(revised(sources(), [Revision(FR, value_of(text))]))))
    follow(desk.line)


def counted(page: str, name: str) -> str:
    """What stands beside a page's name in the navigation."""
    found = re.search(rf'<a href="/console/{name}"[^>]*>[^<]*<span class="tag num">(\d+)', page)
    return found[1] if found else ""


def test_while_it_is_proposed_it_does_not_change(desk: Desk) -> None:
    """Whoever proposed may take it back, and nobody else; then it changes again."""
    mariam = proposed(desk)
    mariam.open(STUDIO)
    hidden = mariam.hidden(STUDIO)
    assert hidden
    mariam.open(f"/console/studio?draft={drafts(desk)[0]}")
    mariam.open(f"/console/studio?draft={drafts(desk)[0]}")
    mariam.open(STUDIO)
    assert desk.say("studio.error.state") in mariam.send(STUDIO, **{FR: OLD + "."})
    mariam.open(PROPOSAL)
    assert desk.say("editions.after.taken_back") in mariam.send(f"{PROPOSAL}/take-back")
    changed(desk, text=OLD.replace("Allez", "Filez", 1))
    assert ("mariam", "proposal taken back", "proposal 1") in deeds(desk)


def test_what_its_author_changes_after_it_begins_another(desk: Desk) -> None:
    """Nobody has to begin it, and what is proposed stays as it is; taken back, the author works in it again."""
    mariam = proposed(desk)
    [first] = drafts(desk)
    mariam.open("/console/studio/advice/water")
    place = "words/fr/advice.water"
    mariam.send("/console/studio/advice/water", **{place: "Buvez de l'eau propre."})
    assert desk.say("studio.after.kept") in mariam.page
    assert len(drafts(desk)) == 2
    assert parts(desk, first) == {FR}
    assert parts(desk, *(set(drafts(desk)) - {first})) == {place}
    mariam.open(PROPOSAL)
    mariam.send(f"{PROPOSAL}/take-back")
    mariam.open(STUDIO)
    mariam.send(STUDIO, **{FR: NEW.replace("Fuyez", "Filez")})
    assert desk.say("studio.after.kept") in mariam.page
    assert parts(desk, first) == {FR}


def test_a_page_that_was_open_while_it_was_proposed_loses_nothing(desk: Desk) -> None:
    """The first press says that the draft is proposed, the second keeps what was typed in another."""
    awa = changed(desk)
    address, place = "/console/studio/advice/water", "words/fr/advice.water"
    awa.open(address)
    [first] = drafts(desk)
    elsewhere = desk.browser("mariam")
    elsewhere.open(f"/console/studio?draft={first}")
    assert desk.say("editions.after.proposed") in propose(desk, elsewhere)
    assert desk.say("studio.error.state") in awa.send(address, **{place: "Buvez de l'eau propre."})
    assert "Buvez de l'eau propre." in awa.page
    awa.send(address, **{place: "Buvez de l'eau propre."})
    assert desk.say("studio.after.kept") in awa.page
    assert parts(desk, *(set(drafts(desk)) - {first})) == {place}


def test_a_screen_of_a_proposed_draft_alone_is_there_however_often_one_presses(desk: Desk) -> None:
    """No other draft can hold words for it: both presses say so, what was typed stays, and taken back it is kept."""
    mariam = desk.browser("mariam")
    mariam.open("/console/studio/new-screen?id=babies&part=topics")
    labels = {f"label:words/{language}/babies.topics": "Dents" for language in ("fr", "bm")}
    both = {"words:fr": "Les dents", "words:bm": "Ɲinw"}
    mariam.send("/console/studio/new-screen", **{"as": "say", "number": "6", "go": "babies.meals", **both, **labels})
    address, place = "/console/studio/babies/les-dents", "words/fr/babies.les-dents"
    mariam.open(address)
    awa = desk.browser("mariam")
    assert desk.say("editions.after.proposed") in propose(desk, awa)
    for _ in range(2):
        assert desk.say("studio.error.proposed") in mariam.send(address, **{place: "Les dents du bébé"})
    assert "Les dents du bébé" in desk.browser("mariam").open(address)
    awa.open(PROPOSAL)
    awa.send(f"{PROPOSAL}/take-back")
    mariam.open(address)
    assert desk.say("studio.after.kept") in mariam.send(address, **{place: "Les dents du bébé"})


def parts(desk: Desk, draft: str) -> set[str]:
    with desk.line.real_store.read() as tx:
        return {part.place for part in tx.edition_drafts.parts(draft)}


def test_faults_refuse_it_each_with_its_screen(desk: Desk) -> None:
    """Nothing is proposed; each fault stands there with the way to where it is mended."""
    mariam = changed(desk, text=NEW + " {nobody}")
    page = propose(desk, mariam)
    assert mariam.status == 409
    assert "nobody" in page
    assert f'href="{STUDIO}"' in page
    with desk.line.real_store.read() as tx:
        assert tx.editions.proposals() == ()


def test_every_fault_is_listed_before_anybody_proposes(desk: Desk) -> None:
    """Words that are never said on a screen that is too long, and a key that may not lead so: all of them, counted."""
    mariam = changed(desk, text=OLD.replace(".", " secret.", 1) + " x" * 40)
    kinds = {screen.key: screen.kind for flow in sources().flows for screen in flow.screens}
    menu = kinds["babies.topics"]
    assert isinstance(menu, Menu)
    wrong = replace(menu, options=(*menu.options, replace(menu.options[0], key=menu.options[0].key)))
    edit = drafts_acts.PartEdit(screen_place("babies.topics"), value_of(wrong), value_of(menu))
    assert not run(desk.line.hotline.deps, By(IDS["mariam"], "page"), drafts_acts.save_parts, drafts(desk)[0], [edit]).is_refused
    page = mariam.open(f"/console/editions/drafts/{drafts(desk)[0]}")
    assert desk.say("studio.fault.never_word", word="secret") in page
    assert desk.say("structure.error.twice") in page


def test_urgent_help_behind_a_key_for_more_is_not_proposed(desk: Desk) -> None:
    """One letter more than a page holds is kept in the draft, and refused there."""
    mariam = changed(desk, text=OLD.replace(".", "..", 1))
    page = propose(desk, mariam)
    assert mariam.status == 409
    figures = desk.say("studio.fault.septets", used=161, most=160, over=1)
    assert desk.say("studio.fault.one_page", phone=desk.say("studio.fault.ussd"), figures=figures) in page
    with desk.line.real_store.read() as tx:
        assert tx.editions.proposals() == ()


@pytest.mark.parametrize(
    ("fields", "faults"),
    [({"title": " "}, ["empty"]), ({"pending": ""}, ["pending"]), ({"title": " ", "pending": ""}, ["empty", "pending"])],
)
def test_a_title_and_whoever_takes_unread_words_on_are_asked_for(desk: Desk, fields: dict[str, str], faults: list[str]) -> None:
    """Each beside its field, both at once."""
    page = propose(desk, changed(desk), **fields)
    assert faults == [code for code in ("empty", "pending") if desk.say(f"editions.error.{code}") in page]


def test_who_wrote_over_another_edition_chooses_first(desk: Desk) -> None:
    """The same words came into force meanwhile: the draft is not proposed before somebody chose."""
    mariam = changed(desk)
    publish_words(desk, OLD.replace("Allez", "Filez", 1))
    page = propose(desk, mariam)
    assert desk.say("editions.error.changed") in page
    assert desk.say("editions.conflicts") in page


def test_an_edition_in_between_is_not_taken_back_unseen(desk: Desk) -> None:
    """What was proposed over an older edition is proposed anew."""
    proposed(desk)
    publish_words(desk, "Eau propre.", "advice.water")
    fanta = desk.browser("fanta")
    assert desk.say("editions.error.overtaken") in fanta.open(PROPOSAL)
    assert desk.say("editions.read") not in fanta.page


def publish_words(desk: Desk, text: str, key: str = "danger.advice") -> None:
    """By the shell, alone."""
    made = revised(sources(), [Revision(words_place("fr", key), value_of(text))])
    with desk.line.real_store.write() as tx:
        at = desk.line.clock.now()
        tx.editions.add(EditionRow(2, at, "Awa (op)", at, encode(made)))
    follow(desk.line)


def test_a_second_press_leads_where_the_first_led(desk: Desk) -> None:
    """No second edition, and no fault."""
    proposed(desk)
    fanta = desk.browser("fanta")
    fanta.open(PROPOSAL)
    fanta.send(PROPOSAL, read=[SCREEN])
    hidden = fanta.hidden(PROPOSAL)
    sent = {**hidden, "read": [SCREEN], "code": code(desk)}
    for _ in range(2):
        assert fanta.client.post(PROPOSAL, data=sent).status_code == 303
    with desk.line.real_store.read() as tx:
        assert [row.number for row in tx.editions.all()] == [2, 1]


def test_what_files_propose_is_approved_here(desk: Desk) -> None:
    """The shell proposes, the page approves, with both names in the history."""
    made = revised(sources(), [Revision(FR, value_of(NEW))])
    edition = approval.check_edition(made, desk.line.clock.now())
    run(desk.line.hotline.deps, By("Awa (op)", "shell"), approval.propose_edition, edition, "Awa")
    fanta = desk.browser("fanta")
    assert desk.say("editions.files") in fanta.open("/console/editions")
    assert desk.say("editions.after.approved") in approve(desk, fanta, code(desk))
    with desk.line.real_store.read() as tx:
        assert next((row.made_by, row.approved_by) for row in tx.editions.all()) == ("Awa (op)", "fanta")


def test_two_taps_go_back(desk: Desk) -> None:
    """A button in the history, then a page that says what returns; any two editions can be compared. Nobody else may."""
    proposed(desk)
    fanta = desk.browser("fanta")
    approve(desk, fanta, code(desk))
    desk.line.clock.at += 60
    assert "Fuyez" in heard(desk, "one")
    mariam = desk.browser("mariam")
    assert 'href="/console/editions/1/again"' in mariam.open("/console/editions")
    assert "<del>Fuyez</del>" in mariam.open("/console/editions/1/again")
    assert desk.say("editions.after.returned") in mariam.send("/console/editions/1/again")
    assert desk.say("editions.says_again", number=1) in mariam.page
    desk.line.clock.at += 60
    assert "Fuyez" not in heard(desk, "two")
    assert ("mariam", "rolled back", "edition 3 again 1") in deeds(desk)
    assert "<ins>Fuyez</ins>" in mariam.open("/console/editions/difference?from=1&to=2")
    assert desk.say("editions.no_difference") in mariam.open("/console/editions/difference?from=1&to=3")
    awa = desk.browser("awa")
    awa.open("/console/editions/1/again")
    assert awa.status == 403


@pytest.mark.parametrize("path", ["/console/editions", "/console/editions/1/again"])
def test_whom_nobody_published_is_said_in_words(desk: Desk, path: str) -> None:
    """The files that came with the program, in the language of whoever reads."""
    publish(desk.line.real_store, sources(), "somebody", desk.line.clock.now(), desk.line.clock.now())
    page = desk.browser("fanta").open(path)
    assert FIRST_START not in page
    assert desk.say("editions.first_start") in page


@pytest.mark.parametrize("path", ["editions/99/again", "editions/difference?from=1&to=99", "editions/drafts/nobodys", "editions/x/again"])
def test_what_is_not_there_is_not_found(desk: Desk, path: str) -> None:
    """Calmly."""
    browser = desk.browser("mariam")
    browser.open(f"/console/{path}")
    assert browser.status == 404


def test_a_page_of_editions_is_light(desk: Desk) -> None:
    """Under 20 kB as it goes over the network, with a bounded number of questions to the database."""
    mariam = changed(desk)
    for path in (f"/console/editions/drafts/{drafts(desk)[0]}", "/console/editions"):
        with desk.statements() as asked:
            answer = mariam.client.get(path, headers={"Accept-Encoding": "gzip"})
        assert len(answer.data) < 20_000
        assert len(asked) <= 20
