"""What an operator, a reviewer, a counselor or a stranger may try in the studio, with forms that no page would send."""

# ruff: noqa: F811 -- fixtures

from __future__ import annotations

import gzip
import html
import json
import re

import pytest

from hotline.engine.drafting.revisions import Revision, revised, screen_place, standing, value_of, words_place
from hotline.engine.flow import Menu
from hotline.engine.restructuring.edits import screens_of
from hotline.front import Head, read_head
from hotline.ports.editions.editions import EditionRow
from hotline.service.acts import By, Result, run
from hotline.service.editions.reading_overlay import text_digest
from hotline.service.editions.snapshot import encode
from hotline.service.studio import drafts
from hotline.service.studio.drafts import MOST_LETTERS, MOST_PARTS, PartEdit
from hotline.service.studio.words import reviewing
from tests.console.desk import IDS, Browser, Desk
from tests.console.test_editions import (  # noqa: F401 -- some are fixtures
    FR,
    NEW,
    OLD,
    PROPOSAL,
    SCREEN,
    approve,
    changed,
    code,
    desk,
    empty_database,
    follow,
    give_factor,
    propose,
    proposed,
)
from tests.console.test_editions import drafts as open_drafts
from tests.content_line import sources

STANDS = standing(sources())
TOPICS, TOPICS_FR = screen_place("babies.topics"), words_place("fr", "babies.topics")
WORDS_OUT = "/console/studio/words"


def signed(browser: Browser, address: str, once: str = "forged", **fields: str) -> int:
    """Send a form that no page has, with the page's token. Returns the status."""
    browser.open("/console/me")
    token = browser.hidden("/console/sign-out")["csrf_token"]
    browser._took(browser.client.post(address, data={"csrf_token": token, "once": once, **fields}))
    return browser.status


def put(desk: Desk, place: str, value: str | None, seen: str | None = None, by: str = "mariam") -> Result:
    """A part of the draft by hand, as if some form had sent it."""
    draft = (open_drafts(desk) or [""])[0]
    edit = PartEdit(place, value, STANDS.get(place) if seen is None else seen)
    return run(desk.line.hotline.deps, By(IDS[by], "page"), drafts.save_parts, draft, [edit])


def topics(*, without: int = 0, aimed: dict[int, str] | None = None) -> str:
    """The menu of the babies' flow without a key, or with others elsewhere."""
    kind = screens_of(sources())["babies.topics"].kind
    assert isinstance(kind, Menu)
    options = [
        {"key": option.key, "go": (aimed or {}).get(option.key, option.go), "at": {"file": "", "line": 0}} for option in kind.options
    ]
    return json.dumps({"type": "menu", "options": [option for option in options if option["key"] != without]})


def lines(language: str, *, without: int = 0) -> str:
    text = next(message.text for message in sources().words[language] if message.key == "babies.topics")
    return "\n".join(line for line in text.split("\n") if not line.startswith(f"{without} "))


def publish_without_second_key(desk: Desk) -> dict[str, str]:
    """Edition 2, in which the second key of the menu is gone. Returns what stands in it, by place."""
    taken = [Revision(TOPICS, topics(without=2))]
    taken += [Revision(words_place(language, "babies.topics"), value_of(lines(language, without=2))) for language in ("fr", "bm")]
    made = revised(sources(), taken)
    at = desk.line.clock.now()
    with desk.line.real_store.write() as tx:
        tx.editions.add(EditionRow(2, at, "Awa (op)", at, encode(made)))
    follow(desk.line)
    return standing(made)


def said_against(desk: Desk, why: str, number: str) -> str:
    """The refusal up to what it is about."""
    return desk.say(f"structure.error.{why}", number=number, about="\0").partition("\0")[0]


def assert_not_proposed(desk: Desk) -> None:
    with desk.line.real_store.read() as tx:
        assert tx.editions.proposals() == ()


@pytest.mark.parametrize("how", ["by hand", "kept over it"])
def test_a_removed_number_never_leads_elsewhere(desk: Desk, how: str) -> None:
    """Whether the part was made by hand, or in a draft that is kept over the edition in which the number went: nothing is proposed, and the page says why."""
    if how == "by hand":
        stands = publish_without_second_key(desk)
        put(desk, TOPICS, topics(aimed={2: "fever.topics"}), stands[TOPICS])
        for language in ("fr", "bm"):
            place = words_place(language, "babies.topics")
            assert not put(desk, place, value_of(lines(language)), stands[place]).is_refused
    else:
        put(desk, TOPICS, topics(aimed={2: "fever.topics"}))
        for language, label in (("fr", "2 Autre"), ("bm", "2 Wɛrɛ")):
            text = re.sub(r"^2 .*", label, lines(language), flags=re.MULTILINE)
            assert not put(desk, words_place(language, "babies.topics"), value_of(text)).is_refused
        publish_without_second_key(desk)
        for place in (TOPICS, TOPICS_FR, words_place("bm", "babies.topics")):
            assert not run(desk.line.hotline.deps, By(IDS["mariam"], "page"), drafts.keep_part, open_drafts(desk)[0], place).is_refused
    mariam = desk.browser("mariam")
    page = propose(desk, mariam)
    assert mariam.status == 409
    assert said_against(desk, "reused", "2") in page
    assert 'href="/console/studio/babies/topics/keys"' in page
    assert_not_proposed(desk)


def test_two_keys_do_not_trade_their_words(desk: Desk) -> None:
    """While each goes on leading where it led: who presses the words that she knows would come elsewhere."""
    text = lines("fr")
    labels = dict(re.findall(r"^([12]) (.*)$", text, re.MULTILINE))
    traded = text.replace(f"1 {labels['1']}", f"1 {labels['2']}").replace(f"2 {labels['2']}", f"2 {labels['1']}")
    mariam = desk.browser("mariam")
    mariam.open("/console/studio/babies/topics")
    mariam.send("/console/studio/babies/topics", **{TOPICS_FR: traded})
    assert said_against(desk, "swapped", "1") in propose(desk, mariam)
    assert_not_proposed(desk)


def test_a_question_of_violence_does_not_pass_by_a_shorter_list(desk: Desk) -> None:
    """The draft that asks it also takes the words out of what is never asked about."""
    for language in ("fr", "bm"):
        assert not put(desk, words_place(language, "never.asked"), value_of("zéro" if language == "fr" else "fu")).is_refused
    text = lines("fr")
    asked = text.replace(text.split("\n")[0], "Votre mari vous frappe?", 1)
    assert not put(desk, TOPICS_FR, value_of(asked)).is_refused
    assert said_against(desk, "harm", "") in propose(desk, desk.browser("mariam"))
    assert_not_proposed(desk)


@pytest.mark.parametrize(
    ("language", "option"),
    [
        ("fr", "Il me frappe"),
        ("fr", "Mon mari me bat"),
        ("fr", "J'ai été forcée"),
        ("fr", "On m'a violée"),
        ("bm", "A bɛ n bugɔ"),
        ("bm", "N bugɔra"),
    ],
)
def test_an_option_that_says_what_happened_is_a_question(desk: Desk, language: str, option: str) -> None:
    """Below words that ask nothing: whoever presses it has answered all the same."""
    text = lines(language).split("\n")
    first = next(at for at, line in enumerate(text) if line.startswith("1 "))
    text[first] = f"1 {option}"
    assert not put(desk, words_place(language, "babies.topics"), value_of("\n".join(text))).is_refused
    said = desk.say("studio.fault.asks_of_her", word="\0").partition("\0")[0]
    assert said in propose(desk, desk.browser("mariam"))
    assert_not_proposed(desk)


def test_who_wrote_into_anothers_draft_is_never_its_second_person(desk: Desk) -> None:
    """Not even where somebody else wrote over it, sent the same again, or kept it over another edition."""
    desk.set_staff("fanta", reviews=("fr", "bm"))
    changed(desk)
    changed(desk, "fanta", NEW + ".")
    changed(desk, text=NEW + "!")
    propose(desk, desk.browser("mariam"))
    fanta = desk.browser("fanta")
    assert desk.say("editions.error.own") in fanta.open(PROPOSAL)
    assert signed(fanta, PROPOSAL, against="1", read=SCREEN, code=code(desk)) == 409
    assert signed(fanta, f"{PROPOSAL}/back", reason="Non.") == 409
    with desk.line.real_store.read() as tx:
        assert len(tx.editions.all()) == 1


@pytest.mark.parametrize("how", ["sent again", "kept"])
def test_nobody_signs_her_own_words(desk: Desk, how: str) -> None:
    """Nor once an operator sent the same again, or kept them."""
    desk.set_staff("fanta", reviews=("fr",))
    changed(desk, "fanta")
    draft = open_drafts(desk)[0]
    deps = desk.line.hotline.deps
    if how == "sent again":
        assert not run(deps, By(IDS["mariam"], "page"), drafts.save_parts, draft, [PartEdit(FR, value_of(NEW), value_of(NEW))]).is_refused
    else:
        assert not run(deps, By(IDS["mariam"], "page"), drafts.keep_part, draft, FR).is_refused
    digest = text_digest(NEW)
    assert run(deps, By(IDS["fanta"], "page"), reviewing.sign_words, draft, FR, digest).code == "own"


def test_a_reviewer_of_one_language_writes_in_no_other(desk: Desk) -> None:
    """By no form: of the screen, of a translator, of keys, of the directory."""
    desk.set_staff("fanta", reviews=("bm",))
    fanta = desk.browser("fanta")
    change = json.dumps([{"place": FR, "before": OLD, "after": NEW}])
    assert signed(fanta, f"{WORDS_OUT}/take", "1", changes=change) == 403
    assert signed(fanta, "/console/studio/danger/advice", "2", **{FR: NEW, f"seen:{FR}": OLD}) == 403
    assert signed(fanta, "/console/studio/babies/topics/keys/option", "3", number="6", go="fever.topics") == 403
    assert signed(fanta, "/console/directory/table/take", "4", edits="[]") in (403, 404)
    assert signed(fanta, "/console/studio/drafts", "5", title="Mien") == 403
    assert open_drafts(desk) == []


@pytest.mark.parametrize(
    "place",
    ["words/fr/a\0b", "words/fr/", "words/fr/a@b@c", "words/fr/danger.advice@", "words/fr/../x", "words/fr/<b>", "words/en/danger.advice"],
)
def test_a_place_that_no_edition_has_is_not_kept(desk: Desk, place: str) -> None:
    """PostgreSQL would take one of them for a reason to be away, and no page could show the others."""
    mariam = desk.browser("mariam")
    assert signed(mariam, f"{WORDS_OUT}/take", changes=json.dumps([{"place": place, "before": None, "after": "x"}])) == 409
    assert open_drafts(desk) == []


@pytest.mark.parametrize(
    "changes",
    ["[" * 100_000, '[{"place":1}]', '{"a":' * 20_000, '[{"place":"screen/babies.topics","before":null,"after":"x"}]', "", "\ud7ff"],
)
def test_what_no_preview_made_is_not_taken(desk: Desk, changes: str) -> None:
    """However deep it is."""
    assert signed(desk.browser("mariam"), f"{WORDS_OUT}/take", changes=changes) == 400
    assert open_drafts(desk) == []


def pages_of(draft: str) -> tuple[str, ...]:
    """Each kind of page that shows a draft."""
    return (
        *("/console/studio", "/console/studio?q=danger", "/console/studio/babies", "/console/studio/babies/topics"),
        *("/console/studio/danger/advice", "/console/studio/babies/topics/keys?key=1", "/console/studio/danger/advice/keys"),
        *("/console/studio/new-screen?id=babies&part=topics", "/console/studio/review", "/console/studio/words", "/console/directory"),
        *(f"/console/editions/drafts/{draft}", "/console/editions"),
    )


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (words_place("fr", "keys.more"), None),
        (words_place("bm", "keys.out"), None),
        (words_place("fr", "danger.advice"), value_of("{0.__class__} {} {[} }")),
        (words_place("fr", "danger.advice"), value_of("a " * (MOST_LETTERS // 2 - 8))),
        (words_place("fr", "babies.topics"), value_of("zéro un " * 400)),
        (words_place("fr", "never.words"), value_of("a," * 1_500)),
        (TOPICS, '{"type":"branch","ways":[{"go":"babies.topics","when":[],"at":{"file":"","line":0}}]}'),
        (TOPICS, '{"type":"call","flow":"nothing","then":"no.where"}'),
        (
            TOPICS,
            (
                '{"type":"menu","options":[{"key":9,"go":"no.where","set":{"":""},"when":[{"subject":"listed.zz","value":"x"},'
                '{"subject":"offered.zz","value":"?"},{"subject":"coverage.zz","value":"?"}],"at":{"file":"","line":0}}]}'
            ),
        ),
        (TOPICS, '{"type":"end","more":' + "[" * 1_900 + "]" * 1_900 + "}"),
        (screen_place(sources().start), '{"type":"end"}'),
        (screen_place(sources().help), None),
        ("flow/babies", '"no.where"'),
        ("flow/new-screen", '"new-screen.a"'),
        ("entry/services/zz", '{"name":"","fields":{"kind":"zz","region":"no","phone":"abc","verified_on":"9999-99-99"}}'),
    ],
)
def test_no_draft_closes_a_page_of_the_studio(desk: Desk, place: str, value: str | None) -> None:
    """Whatever is in it, however it came there: every page answers, and it cannot be proposed."""
    assert not put(desk, place, value).is_refused
    mariam = desk.browser("mariam")
    for path in pages_of(open_drafts(desk)[0]):
        mariam.open(path)
        assert mariam.status == 200, path
    propose(desk, mariam)
    assert mariam.status == 409
    assert_not_proposed(desk)


def test_a_draft_has_bounds(desk: Desk) -> None:
    """Of a part and of them all."""
    assert put(desk, FR, value_of("a" * (MOST_LETTERS + 1))).code == "long"
    many = [PartEdit(f"words/fr/x.{number}", '"x"', None) for number in range(MOST_PARTS + 1)]
    assert run(desk.line.hotline.deps, By(IDS["mariam"], "page"), drafts.save_parts, "", many).code == "long"
    assert open_drafts(desk) == []


def test_what_reads_right_to_left_turns_nothing_around(desk: Desk) -> None:
    """In a title, a reason or a remark it is seen, before whoever decides."""
    mariam = changed(desk)
    propose(desk, mariam, title="Plus \u202eriap\u2066 clair")
    fanta = desk.browser("fanta")
    fanta.open(PROPOSAL)
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", fanta.page)
    assert "Plus \ufffdriap\ufffd clair" in fanta.page
    fanta.send(f"{PROPOSAL}/back", reason="Non\u202e oui")
    assert "Non\ufffd oui" in mariam.open(f"/console/editions/drafts/{open_drafts(desk)[0]}")
    signed(mariam, "/console/studio/review/comment", place=FR, **{f"comment:{FR}": "Elle\u202e dit", "in": ""})
    assert "Elle\ufffd dit" in mariam.open("/console/studio/review?show=comments")


def test_an_address_moves_nobody_to_a_draft_that_is_not_there(desk: Desk) -> None:
    """However long; she goes on in her own."""
    mariam = changed(desk)
    mariam.open("/console/studio?draft=" + "x" * 5_000)
    mariam.open("/console/studio/danger/advice")
    assert html.escape("Fuyez") in mariam.page


def test_a_second_person_may_tick_a_thousand_screens(desk: Desk) -> None:
    """The form is as large as a translator's file makes it: neither the front nor the page refuses it."""
    path = PROPOSAL.encode()
    assert isinstance(read_head(b"POST %b HTTP/1.1\r\nHost: line\r\nContent-Length: 60000" % path), Head)
    proposed(desk)
    desk.app.config["MAX_CONTENT_LENGTH"] = 8 * 1024
    fanta = desk.browser("fanta")
    fanta.open(PROPOSAL)
    fanta.send(PROPOSAL, read=[f"screen:danger.advice-{number}" for number in range(1_000)])
    assert (fanta.status, desk.say("editions.error.unticked", count=1) in fanta.page) == (409, True)


def test_rights_that_go_meanwhile_approve_nothing(desk: Desk) -> None:
    """Read with the right, sent without it."""
    proposed(desk)
    fanta = desk.browser("fanta")
    fanta.open(PROPOSAL)
    fanta.send(PROPOSAL, read=[SCREEN])
    desk.set_staff("fanta", approves=False)
    fanta.send(PROPOSAL, read=[SCREEN], code=code(desk))
    assert fanta.status == 403
    with desk.line.real_store.read() as tx:
        assert len(tx.editions.all()) == 1


def test_what_was_read_is_what_is_approved(desk: Desk) -> None:
    """A proposal that was taken back and made again is another one: the form of the first approves nothing."""
    mariam = proposed(desk)
    fanta = desk.browser("fanta")
    fanta.open(PROPOSAL)
    fanta.send(PROPOSAL, read=[SCREEN])
    hidden = fanta.hidden(PROPOSAL)
    mariam.open(PROPOSAL)
    mariam.send(f"{PROPOSAL}/take-back")
    changed(desk, text=NEW + " Vite.")
    propose(desk, mariam)
    fanta._took(fanta.client.post(PROPOSAL, data={**hidden, "read": SCREEN, "code": code(desk)}, follow_redirects=True))
    assert desk.say("editions.after.decided") in fanta.page
    with desk.line.real_store.read() as tx:
        assert ([proposal.number for proposal in tx.editions.proposals()], len(tx.editions.all())) == ([2], 1)


def test_the_audit_has_deeds_and_never_words(desk: Desk) -> None:
    """Of a draft, a remark, a proposal and its reason."""
    mariam = changed(desk)
    signed(mariam, "/console/studio/review/comment", place=FR, **{f"comment:{FR}": "Kalilou parle", "in": ""})
    propose(desk, mariam, title="Madiba")
    fanta = desk.browser("fanta")
    fanta.open(PROPOSAL)
    fanta.send(f"{PROPOSAL}/back", reason="Zeinabou dirait")
    with desk.line.real_store.read() as tx:
        records = tx.audit.all()
    assert {"draft begun", "words changed", "comment made", "proposed", "sent back"} <= {record.what for record in records}
    assert not re.search("Fuyez|Kalilou|Madiba|Zeinabou", " ".join(f"{record.what} {record.about}" for record in records))


def test_a_draft_of_a_thousand_words_keeps_pages_small(desk: Desk) -> None:
    """More than a whole language in one draft: each page of the studio asks the database no more often for it, and is no book."""
    many = [PartEdit(f"words/fr/x.{number}", value_of("Mot " * 100), None) for number in range(1_000)]
    assert not run(desk.line.hotline.deps, By(IDS["mariam"], "page"), drafts.save_parts, "", many).is_refused
    mariam = desk.browser("mariam")
    for path in pages_of(open_drafts(desk)[0]):
        with desk.statements() as asked:
            mariam.open(path)
        assert mariam.status == 200, path
        assert len(asked) <= 20, path
        assert len(gzip.compress(mariam.raw.encode())) < 20_000, path


def test_a_flow_that_goes_meanwhile_closes_no_page_to_whoever_changed_it(desk: Desk) -> None:
    """Her draft stays, cannot be proposed before she chose, and can be given up."""
    assert not put(desk, TOPICS, topics(aimed={1: "fever.topics"})).is_refused
    assert not put(desk, TOPICS_FR, value_of(lines("fr").replace("1 ", "1 Et ", 1))).is_refused
    flow = next(flow for flow in sources().flows if flow.name == "babies")
    made = revised(sources(), [Revision("flow/babies", None), *(Revision(screen_place(screen.key), None) for screen in flow.screens)])
    at = desk.line.clock.now()
    with desk.line.real_store.write() as tx:
        tx.editions.add(EditionRow(2, at, "Awa (op)", at, encode(made)))
    follow(desk.line)
    mariam = desk.browser("mariam")
    draft = open_drafts(desk)[0]
    for path in ("/console/studio", "/console/studio/danger/advice", "/console/studio/review", f"/console/editions/drafts/{draft}"):
        mariam.open(path)
        assert mariam.status == 200, path
    assert desk.say("editions.error.changed") in propose(desk, mariam)
    signed(mariam, f"/console/studio/drafts/{draft}/drop")
    assert open_drafts(desk) == []


@pytest.mark.parametrize("name", ["kinds", "testimonies", "nothing"])
def test_a_list_that_nobody_writes_into_is_not_found(desk: Desk, name: str) -> None:
    """Calmly, whatever is sent there."""
    mariam = desk.browser("mariam")
    assert signed(mariam, f"/console/directory/new/{name}", name="x") == 404
    assert signed(mariam, f"/console/directory/{name}/x", "2", name="x") == 404
    assert open_drafts(desk) == []


def test_a_dump_tells_no_remark(desk: Desk) -> None:
    """What staff say to each other about words lies sealed."""
    mariam = changed(desk)
    signed(mariam, "/console/studio/review/comment", place=FR, **{f"comment:{FR}": "Kalilou parle", "in": ""})
    with desk.line.real_store._engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM comments").all()
    assert len(rows) == 1
    assert "Kalilou" not in repr(rows)
