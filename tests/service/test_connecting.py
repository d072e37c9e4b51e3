"""The call as the use cases know it: outcomes by SMS as on the page, the cover, the agreed time, and the scripts."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from hotline.engine.casework.scripts import SAYINGS, SCRIPTS
from hotline.ports.outgoing import GatewayUnknown
from hotline.ports.voice import VoiceConnect
from hotline.service.acts import By
from hotline.service.calls import agreements, connecting, saying, scripts
from hotline.service.calls.agreements import Wish
from hotline.service.desk import callback_view
from hotline.service.desk.callback_view import CallbackView
from hotline.service.desk.casework.consents import take_back_consent
from tests.service.line import AWA, CALLER, FANTA, OUMOU, Line

MORNING = Wish(ahead=1, start=480, end=720, word=None, agreed=True)


@pytest.fixture
def rung(line: Line) -> Line:
    """Awa took a callback, and the two talk."""
    line.walk("5 5")
    line.work()
    line.take()
    line.pick_up()
    line.press()
    line.inbox(AWA)
    return line


def look(line: Line, number: str = AWA) -> CallbackView | None:
    return callback_view.look(line.hotline.deps, line.staff(number), line.callbacks()[0].id, line.clock.now())


def agree(line: Line, wish: Wish = MORNING, origin: str = "a form", number: str = AWA) -> str:
    return line.act(number, agreements.agree_next, line.callbacks()[0].id, wish, origin=origin).code


def cover(line: Line, once: str) -> str:
    return connecting.cover(line.hotline.deps, By(line.staff(AWA).id, "page", once), line.callback().id).code


def test_a_prank_by_sms(rung: Line) -> None:
    """8, as on the page: it is closed, and counted."""
    rung.text(AWA, f"{rung.callback().reference} 8")
    assert ("closed", "prank") == (rung.callback().state, rung.callback().outcome)
    with rung.real_store.read() as tx:
        assert 1 == tx.numbers.pranks(CALLER, 0)


def test_what_one_call_was_for_is_known_when_its_second_is_gone(line: Line) -> None:
    """Two requests, taken a minute apart and rung for once: said of one that she is a minor, it is said of the other, after the purge too."""
    line.walk("5 5", "first")
    line.work()
    line.take()
    line.clock.at += 61
    line.walk("5 5", "second")
    line.pick_up()
    line.press()
    line.hang_up()
    line.text(AWA, "1")
    line.wait(301)
    first, second = line.callbacks()
    assert ("closed", 0) == (second.state, (second.claimed_at or 1) % 3600)
    line.act(AWA, scripts.mark, first.id, "minor")
    with line.real_store.read() as tx:
        assert {first.id: {"minor"}, second.id: {"minor"}} == tx.flags.of_many((first.id, second.id))


def test_what_was_agreed_can_be_taken_back_when_its_second_is_gone(rung: Line) -> None:
    """The call that was agreed on is cancelled, and nothing that she asked for by phone in that same moment."""
    rung.text(AWA, "1")
    assert "agreed" == agree(rung)
    rung.walk("5 1", "by phone")
    rung.wait(301)
    rung.act(AWA, take_back_consent, rung.callbacks()[0].id, "again")
    assert ["closed", "cancelled", "waiting"] == [callback.state for callback in rung.callbacks()]


def test_an_urgent_call_for_help_is_told_of_whatever_was_said_before(line: Line) -> None:
    """Three pranks from a phone, and then it asks for help at once: the counselor is alerted as for anybody."""
    for n in range(3):
        line.walk("4 1 1", f"session-{n}")
        line.work()
        line.ring()
        line.text(AWA, "8")
        line.set_staff(AWA, seen_at=line.clock.now())
        line.clock.at += 60
    line.work()
    line.inbox(AWA)
    line.inbox(FANTA)
    line.walk("4 1 1", "in need")
    line.work()
    last = line.callbacks()[-1]
    assert last.reference in " ".join([*line.inbox(AWA), *line.inbox(OUMOU), *line.inbox(FANTA)])


def test_the_bridge_is_in_the_audit(rung: Line) -> None:
    """Who took it and was connected over which reference, once the number leaves, by SMS too."""
    reference = rung.callback().reference
    with rung.real_store.read() as tx:
        records = [(record.who, record.what, record.about) for record in tx.audit.all()]
    assert [("awa", "taken", reference), ("awa", "connected", reference)] == records


def test_what_the_cover_number_says_needs_no_store(line: Line) -> None:
    """In every language of the line, one after the other, with everything away, and without a row."""
    line.store.failing, line.memory.away = "always", True
    step = line.hotline.cover()
    words = line.words("voice")
    assert [words.phrase("voice.cover", language) for language in words.languages] == [prompt.text for prompt in step.prompts]
    assert not any(prompt.ask for prompt in step.prompts)


def test_cover_is_asked_for_once(rung: Line) -> None:
    """A form that is sent twice, and a tap after it was played: the vendor hears of it once."""
    assert "covered" == cover(rung, "one")
    assert cover(rung, "one") == "done"
    assert "covered" == cover(rung, "two")
    assert ["voice-1"] == rung.gateway.covered
    found = look(rung)
    assert found is not None
    assert found.covered


def test_whether_it_is_played_may_stay_open(rung: Line) -> None:
    """The vendor did not answer: she reads it aloud, and may tap again."""
    rung.gateway.failure = GatewayUnknown("time_out")
    assert "read_aloud" == cover(rung, "one")
    rung.gateway.failure = None
    assert "covered" == cover(rung, "two")


def test_no_cover_before_they_talk(line: Line) -> None:
    """Her own phone rings: there is nobody yet to play it to."""
    line.walk("5 5")
    line.work()
    line.take()
    assert "read_aloud" == cover(line, "one")
    assert [] == line.gateway.covered


def test_nothing_is_said_twice(rung: Line) -> None:
    """How it ended, by SMS; the page that was still open says another thing: what was said first stands."""
    rung.text(AWA, f"{rung.callback().reference} 2")
    result = rung.act(AWA, saying.say_outcome, rung.callback().id, "spoke", origin="a form")
    assert ("gone", "no_answer") == (result.code, rung.callback().outcome)


def test_the_agreed_time_is_cut_to_who_is_there(rung: Line) -> None:
    """Somebody is planned for half of it: that half is promised, and no more."""
    rung.text(AWA, "1")
    with rung.real_store.write() as tx:
        for shift in tx.shifts.all():
            tx.shifts.drop(shift)
            tx.shifts.add(replace(shift, start=600, end=1440))
    assert "agreed" == agree(rung)
    agreed = rung.callbacks()[-1]
    assert (600, 720) == (rung.clock.local(agreed.opens_at) % 1440, rung.clock.local(agreed.not_after) % 1440)


def test_the_same_form_makes_one_callback(rung: Line) -> None:
    """Its id derives from the form: whatever is sent again, she is rung once."""
    rung.text(AWA, "1")
    for _ in range(2):
        assert "agreed" == agree(rung)
    assert 2 == len(rung.callbacks())


def test_the_agreed_call_is_offered_and_made(rung: Line) -> None:
    """When its time comes it is a callback like any other."""
    rung.text(AWA, "1")
    rung.hang_up()
    agree(rung)
    agreed = rung.callbacks()[-1]
    rung.inbox(AWA)
    rung.clock.at = agreed.opens_at
    rung.set_staff(AWA, seen_at=rung.clock.now())
    rung.wait(1)
    assert [rung.say("offer", ref=agreed.reference, before="12h")] == rung.inbox(AWA)
    assert isinstance(rung.ring(), VoiceConnect)


def test_nobody_agrees_for_another(rung: Line) -> None:
    """Only she who talked to her."""
    rung.text(AWA, "1")
    assert ("gone", 1) == (agree(rung, number=OUMOU), len(rung.callbacks()))


def test_marked_minor_a_supervisor_looks_on(rung: Line) -> None:
    """It stays with the counselor; that somebody has to look is written down."""
    rung.act(AWA, scripts.mark, rung.callback().id, "minor", origin="a form")
    with rung.real_store.read() as tx:
        assert ["minor"] == [review.reason for review in tx.reviews.of(rung.callback().id)]
    assert "claimed" == rung.callback().state


def test_every_script_is_there_in_both_languages(line: Line) -> None:
    """In right spelling, letter for letter as the catalogue has it, and as many steps in each."""
    parts = line.hotline.deps
    for name in SCRIPTS:
        found = {language: scripts.steps(parts, language, name) for language in parts.spoken.languages}
        assert 1 == len({len(steps) for steps in found.values()}), name
        assert all(steps and all(steps) for steps in found.values())
    assert "ɔ" in "".join(scripts.steps(parts, "bm", "danger"))
    assert all(parts.spoken.phrase(f"script.{name}", language) for name in SAYINGS for language in parts.spoken.languages)


def test_suicide_is_asked_directly(line: Line) -> None:
    """With the word itself; and a neighbour's script says who alone is rung."""
    parts = line.hotline.deps
    assert any("vous tuer" in step for step in scripts.steps(parts, "fr", "suicide"))
    assert any("i yɛrɛ faga" in step for step in scripts.steps(parts, "bm", "suicide"))
    assert any("Nous ne rappelons que" in step for step in scripts.steps(parts, "fr", "another"))


def test_who_gave_it_back_sees_it_no_more(line: Line) -> None:
    """The page is the holder's, and a supervisor's."""
    line.walk("5 5")
    line.work()
    line.take()
    assert look(line) is not None
    line.text(AWA, "0")
    assert look(line) is None
    assert look(line, FANTA) is not None


def test_a_call_of_an_hour_ago_is_shown_as_what_it_is(line: Line) -> None:
    """Her phone did not ring, and nobody told: after two minutes she may connect again."""
    line.walk("5 5")
    line.work()
    line.take()
    found = look(line)
    assert found is not None
    assert "rings" == found.step
    line.clock.at += 120
    found = look(line)
    assert found is not None
    assert "before" == found.step
