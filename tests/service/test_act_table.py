"""Every act by every face that offers it, over one table of situations: one code, or the table says where a face differs and why."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, get_args

import pytest
from msgspec import Struct
from msgspec.structs import replace

from hotline.engine.casework.call_outcomes import CALL_OUTCOMES, TO_REVIEW, Outcome
from hotline.engine.casework.flags import FLAGS, Flag
from hotline.ports.calls.callbacks import Callback
from hotline.ports.calls.reviews import Reason
from hotline.ports.calls.staff_rings import StaffRing
from hotline.ports.desk.staff import Role
from hotline.ports.voice import VoiceConnect, VoicePrompt, VoiceStep, session_name
from hotline.service.acts import Result
from hotline.service.calls import agreements, alarms, connecting, contacts, saying, scripts, taking
from hotline.service.calls.agreements import Wish
from hotline.service.calls.by_ring import answering
from hotline.service.calls.contacts import Contact
from hotline.service.desk import callback_view, care, wrapping_up
from hotline.service.desk.casework import notes
from hotline.service.desk.shifts import declaring, on_duty, planning
from hotline.service.desk.wrapping_up import WrapUp
from hotline.service.editions.cache import EditionCache
from hotline.service.faces.rung import DONE_SAID, SAID
from hotline.service.faces.staff_sms import DONE_WORDS, WORDS
from hotline.service.permissions import ROLES, TABLE
from tests.console.desk import WORDS as PAGE_WORDS
from tests.console.desk import Desk
from tests.content_line import sources
from tests.service.act_table import BY_PAGE, BY_SMS, BY_VOICE, KEYS, SITUATIONS, Situation, done_once, given, title
from tests.service.line import AWA, FANTA, Line, leg, staffed
from tests.service.offered import acts_of_the_service, acts_run_by

MORNING = Wish(ahead=1, start=480, end=720, word=None, agreed=True)


@pytest.fixture(scope="module")
def editions() -> EditionCache:
    return EditionCache.of(sources())


@pytest.fixture
def desk(empty_database: Path, tmp_path: Path, editions: EditionCache) -> Iterator[Desk]:
    with staffed(empty_database, tmp_path / "hotline.db", editions) as line:
        yield Desk(line)


def by_page(desk: Desk, situation: Situation, callback: Callback) -> str:
    """Whoever does it sends the form; where that leads, or the page that comes back with it."""
    deed, today = situation.deed, desk.line.hotline.deps.today(desk.line.clock.now())
    days = {"today": today.isoformat(), "tomorrow": (today + timedelta(days=1)).isoformat()}
    fields = {name: value.format(**days) for name, value in deed.fields.items()}
    answer = desk.post(situation.by[1], deed.page.format(id=callback.id), **fields)
    return "forbidden" if answer.status_code == 403 else answer.headers.get("Location") or html.unescape(answer.get_data(as_text=True))


def by_sms(desk: Desk, situation: Situation, callback: Callback, id: str = "a-message") -> list[str]:
    """Whoever does it sends the text; what they are answered, and what else they hear."""
    number, _ = situation.by
    desk.line.text(number, situation.deed.sms.format(ref=callback.reference), id=id)
    desk.line.work()
    return desk.line.inbox(number)


def by_voice(desk: Desk, situation: Situation, callback: Callback) -> VoiceStep:
    """Whoever does it was rung, keyed two digits, and heard what there was before things came to stand so; now the key is pressed."""
    menu, key = KEYS[situation.act]
    number, line = situation.by[0], desk.line
    with line.real_store.write() as tx:
        tx.staff_rings.add(
            StaffRing("7" * 32, line.staff(number).id, menu, callback.id, "known", line.clock.now(), session_name("fake", "rung"))
        )
    return line.hotline.voice(leg("rung", number, active=True, digits=key))


def spoken_for(line: Line, act: str, code: str) -> VoiceStep | type[VoiceConnect]:
    """What is said for a code; what rings goes on to the caller on the same leg."""
    if code in ("taken", "rings") and act != "say_outcome":
        return VoiceConnect
    key = DONE_SAID[act] if code == "done" else SAID[code]  # type: ignore[index]
    return VoicePrompt(line.words("voice").phrase(key, "fr"), "fr", ask=False)


LEADS = {
    "go_off_shift": "/console/care?after=off&off=once",
    "need_time": "/console/care?after=time",
    **dict.fromkeys(("go_on_call", "come_on_day", "stay_away", "close_hours", "open_hours", "say_many", "end_many"), "/console/shifts"),
}
"""Where the page of an act leads once it is done, if not to the queue."""
FORM_FAULTS = {"past": "shifts.unclear", "how_long": "shifts.unclear", "too_few": "shifts.too_few"}


def where(act: str, code: str, callback: Callback) -> str:
    """Where the page leads for a code; of a form that comes back, what stands on it."""
    if code == "forbidden":
        return code
    if code in FORM_FAULTS:
        return Desk.say(FORM_FAULTS[code])
    match act:
        case "take" if code == "taken":
            return f"/console/callback/{callback.id}"
        case "take":
            return f"/console/queue?{code}={callback.reference}"
        case "give_back":
            return f"/console/queue?{'back' if code == 'gone' else code}={callback.reference}"
        case "connect" | "say_outcome":
            return f"/console/callback/{callback.id}" + ("" if code in ("noted", "rings") else f"?told={code}")
        case "ask_help":
            return f"/console/callback/{callback.id}" + ("" if code == "done" else f"?told={code}")
        case "acknowledge_alarm" if code == "overtaken":
            return f"/console/queue?overtaken={callback.reference}&by=kadia"
    return LEADS.get(act, "/console/queue")


UNTIL = {"say_here": "10h15", "go_on_shift": "18h", "acknowledge": "10h15", "go_on_call": "18h"}
MINUTES = {"say_many": ("10h", "10h30"), "end_many": ("", "10h")}


def text_of(line: Line, situation: Situation, callback: Callback) -> str:
    """What is answered by SMS for a code."""
    act, code = situation.act, situation.sms or situation.code
    key = DONE_WORDS[act] if code == "done" else WORDS[code]  # type: ignore[index]
    if (act, code) == ("take", "gone"):
        key = "staff.in_hand"
    if key == "staff.taken":
        key = "staff.taken_asked"
    first, last = MINUTES.get(act, ("8h", "12h"))
    values = {
        "ref": callback.reference,
        "until": situation.until or UNTIL.get(act, ""),
        "name": "kadia",
        "asked": "aujourd'hui 8h-12h",
        "day": "24/11" if situation.code == "past" else "25/11",
        "from": first,
        "to": last,
    }
    return line.say(key.removeprefix("staff."), **values)


@pytest.mark.parametrize("situation", BY_SMS, ids=title)
def test_one_code_by_page_and_by_sms(desk: Desk, situation: Situation) -> None:
    """The same rule decides; where a face differs the table says so, and why."""
    assert bool(situation.sms) == bool(situation.why)
    callback = given(desk, situation.given)
    assert by_sms(desk, situation, callback)[:1] == [text_of(desk.line, situation, callback)]


@pytest.mark.parametrize("situation", BY_PAGE, ids=title)
def test_the_same_code_by_page(desk: Desk, situation: Situation) -> None:
    """As by SMS."""
    callback = given(desk, situation.given)
    found, expected = by_page(desk, situation, callback), where(situation.act, situation.code, callback)
    assert found == expected if expected.startswith(("/", "forbidden")) else expected in found
    # That a phone rings, and that it does not, is said by the page as it stands.
    if situation.act in ("connect", "say_outcome") and situation.code != "forbidden":
        page = desk.browser("awa").open(f"/console/callback/{callback.id}")
        assert (desk.say("callback.step.rings") in page) is (situation.code == "rings")


@pytest.mark.parametrize("situation", BY_VOICE, ids=title)
def test_the_same_code_by_voice(desk: Desk, situation: Situation) -> None:
    """As by page and by SMS."""
    callback = given(desk, situation.given)
    step = by_voice(desk, situation, callback)
    expected = spoken_for(desk.line, situation.act, situation.voice or situation.code)
    assert isinstance(step, expected) if isinstance(expected, type) else step == expected


@pytest.mark.parametrize("situation", done_once(BY_VOICE), ids=title)
def test_a_key_that_is_posted_twice_counts_once(desk: Desk, situation: Situation) -> None:
    """The vendor tells it again: nothing is done again, and nobody is rung twice."""
    callback = given(desk, situation.given)
    by_voice(desk, situation, callback)
    stood = rows(desk.line)
    again = by_voice(desk, situation, callback)
    assert (rows(desk.line), isinstance(again, VoiceConnect)) == (stood, False)


@pytest.mark.parametrize("situation", done_once(BY_SMS), ids=title)
def test_a_form_or_a_message_that_comes_twice_counts_once(desk: Desk, situation: Situation) -> None:
    """By page it leads where it led; by SMS nothing is answered again; and nothing is done again."""
    callback = given(desk, situation.given)
    by_sms(desk, situation, callback)
    stood = rows(desk.line)
    assert (by_sms(desk, situation, callback), rows(desk.line)) == ([], stood)


@pytest.mark.parametrize("situation", done_once(BY_PAGE), ids=title)
def test_a_form_sent_twice_leads_where_it_led(desk: Desk, situation: Situation) -> None:
    """And does nothing again."""
    callback = given(desk, situation.given)
    first = by_page(desk, situation, callback)
    stood = rows(desk.line)
    assert (by_page(desk, situation, callback), rows(desk.line)) == (first, stood)


@pytest.mark.parametrize("situation", [line for line in done_once(SITUATIONS) if not line.why and line.act != "connect"], ids=title)
def test_the_same_is_done_whatever_the_face(empty_database: Path, tmp_path: Path, editions: EditionCache, situation: Situation) -> None:
    """Not only is the same said: the plan, who is there, what is declared and who holds what stand alike. (What is connected by voice goes on to the caller at
    once, on the leg that is there.)"""
    stood = []
    for n, (lines, do) in enumerate(((BY_PAGE, by_page), (BY_SMS, by_sms), (BY_VOICE, by_voice))):
        if situation in lines:
            with staffed(empty_database, tmp_path / f"{n}.db", editions) as line:
                desk = Desk(line)
                do(desk, situation, given(desk, situation.given))
                stood.append(standing(line))
    assert len(stood) > 1
    assert stood == stood[:1] * len(stood)


def standing(line: Line) -> tuple[Any, ...]:
    """What an act of staff may change, but for what says by which face it came."""
    calls = [(callback.state, callback.claimed_by, callback.attempts, callback.outcome) for callback in line.callbacks()]
    with line.real_store.read() as tx:
        waiting = [(request.staff, request.at) for request in tx.care.waiting()]
        declared = sorted(tx.declarations.ending_after(0), key=str)
        return calls, tx.staff.active(), sorted(tx.shifts.all(), key=str), declared, waiting


def rows(line: Line) -> dict[str, list[Any]]:
    """All that lies in the database, but for sign-ins and forms."""
    with line.real_store.read() as tx:
        connection: Any = tx._connection
        tables = [name for (name,) in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: [tuple(row) for row in connection.exec_driver_sql(f"SELECT * FROM {name}")] for name in tables if name != "sign_ins"}  # noqa: S608


def test_every_act_that_two_faces_offer_stands_in_the_table() -> None:
    """Found by reading what the faces run: whoever gives an act a second face gives it lines here, for just those faces. The shell has a table of its own
    (`tests/console/test_acts_by_shell.py`): whoever types is believed by name, has no shift, no rest and no role to lose, and sends no form (docs: decisions)."""
    offered = {face: acts_run_by(face) for face in ("page", "sms", "voice")}
    faces = {act: {face for face, acts in offered.items() if act in acts} for act in set().union(*offered.values())}
    in_table = {
        situation.act: {face for face, lines in (("page", BY_PAGE), ("sms", BY_SMS), ("voice", BY_VOICE)) if situation in lines}
        for situation in SITUATIONS
    }
    assert in_table == {act: by for act, by in faces.items() if len(by) > 1}


LISTED = {act: ability.roles for ability in TABLE for act in ability.acts}


@pytest.mark.parametrize("role", ROLES)
def test_who_may_not_changes_nothing(line: Line, role: Role) -> None:
    """Whatever somebody of a role that may not asks for is forbidden; so is all that is asked for by who is no longer there."""
    line.set_staff(AWA, role=role, speaks=())
    stood = rows(line)
    forbidden = {name: act for name, act in acts_of_the_service().items() if role not in LISTED[name]}
    assert {line.act(AWA, act, origin=name).code for name, act in forbidden.items()} == {"forbidden"}
    assert rows(line) == stood
    line.set_staff(AWA, active=False)
    assert {line.act(AWA, act, origin=name).code for name, act in acts_of_the_service().items()} == {"forbidden"}


class Example(Struct, frozen=True):
    """A situation in which Awa's act is done, and what it is handed beside the callback's id."""

    given: str
    act: Callable[..., Result]
    args: tuple[Any, ...] = ()
    by: str = AWA
    is_about: bool = True
    """It is handed the callback's id."""


HOURS = planning.DayHours(20_783, 480, 720)
EXAMPLES = (
    Example("offered", taking.take),
    Example("held", taking.give_back),
    Example("offered", taking.hand_over, ("b" * 32,), FANTA),
    Example("offered", taking.hand_over, ("b" * 32, "a note"), FANTA),
    Example("talking", alarms.ask_help),
    Example("talking, help asked", alarms.acknowledge_alarm, (), FANTA),
    Example("held", connecting.connect),
    Example("number on the page alone", connecting.reveal),
    Example("held, flagged known", agreements.pass_on),
    Example("held", callback_view.look_on, (), FANTA),
    Example("held", scripts.mark, ("minor",)),
    Example("held, flagged known", scripts.unmark, ("known",)),
    Example("held", notes.save_note, ("a note",)),
    Example("rung, nothing said", saying.say_outcome, ("spoke",)),
    Example("spoken", scripts.say_hard),
    Example("spoken", saying.say_safer, ("same",)),
    Example("spoken", agreements.agree_next, (MORNING,)),
    Example("rung, nothing said", wrapping_up.wrap_up, (WrapUp(wish=MORNING, safer="safer"),)),
    Example("spoken", wrapping_up.wrap_up, (WrapUp(MORNING, "none", "a note", was_hard=True),)),
    Example("spoken", agreements.no_more),
    Example("offered", contacts.enter_contact, (Contact("70 00 03 01", "fr", MORNING),), is_about=False),
    Example("offered", answering.decline),
    Example("offered", on_duty.say_here, is_about=False),
    Example("offered", on_duty.go_on_shift, is_about=False),
    Example("offered", on_duty.go_off_shift, is_about=False),
    Example("offered", on_duty.acknowledge, (), FANTA, is_about=False),
    Example("offered", on_duty.go_on_call, (), FANTA, is_about=False),
    Example("offered", planning.stay_away, (HOURS,), is_about=False),
    Example("offered", planning.come_on_day, (HOURS,), is_about=False),
    Example("offered", on_duty.take_break, is_about=False),
    Example("cap reached", on_duty.carry_on, is_about=False),
    Example("offered", care.need_time, is_about=False),
    Example("offered", declaring.close_hours, (HOURS,), FANTA, is_about=False),
    Example("hours closed", declaring.open_hours, (HOURS,), FANTA, is_about=False),
    Example("three there", declaring.say_many, (30,), FANTA, is_about=False),
    Example("many said", declaring.end_many, (), FANTA, is_about=False),
)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.act.__name__)
def test_the_same_origin_gives_the_same_result_and_acts_once(desk: Desk, example: Example) -> None:
    """Whatever the act: the first time it is done, the second time it is told that it was."""
    callback = given(desk, example.given if example.given != "spoken" else "rung, nothing said")
    if example.given == "spoken":
        desk.line.act(AWA, saying.say_outcome, callback.id, "spoke")
    args = (callback.id, *example.args) if example.is_about else example.args
    first = desk.line.act(example.by, example.act, *args, origin="a form")
    assert not first.is_refused
    stood = rows(desk.line)
    again = desk.line.act(example.by, example.act, *args, origin="a form")
    assert (again, rows(desk.line)) == (replace(first, messages=(), is_again=True), stood)


def test_a_refused_form_may_be_sent_again(line: Line) -> None:
    """Nothing was changed, so that nothing is remembered; a message counts once whatever came of it."""
    line.walk("5 3")
    callback = line.callback()
    assert line.act(AWA, taking.take, callback.id, origin="a form").code == "gone"
    line.clock.at = callback.opens_at
    assert line.act(AWA, taking.take, callback.id, origin="a form").code == "taken"


def test_the_table_of_outcomes_is_the_type_and_the_catalogues() -> None:
    """Every outcome has a digit of its own, which counselors are told of, and its words on page and by SMS, in each language."""
    assert tuple(row.outcome for row in CALL_OUTCOMES) == get_args(Outcome)
    assert TO_REVIEW <= set(get_args(Reason))
    digits = [row.digit for row in CALL_OUTCOMES]
    assert len(set(digits)) == len(digits)
    edition = EditionCache.of(sources()).active(0).edition("sms", "")
    for language in edition.languages:
        lines = edition.words[language]["staff.how"].splitlines()
        for row in CALL_OUTCOMES:
            assert any(line.startswith(f"{row.digit} ") for line in lines), (language, row.outcome)
            assert edition.words[language][f"staff.word.{row.outcome}"]
            for key in (f"callback.ended.{row.outcome}", f"callback.then.{row.outcome}", f"overview.ending.{row.outcome}"):
                assert PAGE_WORDS.say(language, key)


def test_the_table_of_flags_is_the_type_and_the_catalogues() -> None:
    """Every flag with a script is a button in each language."""
    assert tuple(kind.flag for kind in FLAGS) == get_args(Flag)
    for language in ("fr", "bm"):
        assert all(PAGE_WORDS.say(language, f"callback.mark.{kind.flag}") for kind in FLAGS if kind.has_script)
