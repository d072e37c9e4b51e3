"""Every act by every face that offers it, over one table of situations: one code, or the table says where a face differs and why."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from itsdangerous import URLSafeTimedSerializer
from msgspec import Struct
from msgspec.structs import replace

import hotline.service
from hotline.engine.casework.flags import FLAGS, Flag
from hotline.ports.calls.call_outcomes import CALL_OUTCOMES, TO_REVIEW, Outcome
from hotline.ports.calls.callbacks import Callback
from hotline.ports.calls.calls import Call
from hotline.ports.calls.reviews import Reason
from hotline.ports.calls.staff_rings import RingMenu, StaffRing
from hotline.ports.desk.staff import Role, Staff
from hotline.ports.voice import VoiceConnect, VoicePrompt, VoiceStep, session_name
from hotline.service.acts import Result
from hotline.service.calls import agreements, alarms, connecting, contacts, saying, scripts, taking
from hotline.service.calls.agreements import Wish
from hotline.service.calls.by_ring import answering
from hotline.service.calls.contacts import Contact
from hotline.service.desk import callback_view, wrapping_up
from hotline.service.desk.casework import notes
from hotline.service.desk.shifts import on_duty, planning
from hotline.service.desk.wrapping_up import WrapUp
from hotline.service.editions.cache import EditionCache
from hotline.service.faces.rung import DONE_SAID, SAID
from hotline.service.faces.staff_sms import DONE_WORDS, WORDS
from hotline.service.permissions import ROLES, TABLE
from tests.console.desk import WORDS as PAGE_WORDS
from tests.console.desk import Desk
from tests.content_line import sources
from tests.service.line import AWA, CALLER, FANTA, OUMOU, RULES, Line, leg, staffed

MORNING = Wish(ahead=1, start=480, end=720, word=None, agreed=True)


class Deed(Struct, frozen=True):
    """How an act is asked for. `page`: where its form goes, with its fields; `sms`: the text."""

    page: str
    sms: str
    fields: dict[str, str] = {}


DEEDS = {
    "take": Deed("take/{id}", "{ref} 1"),
    "give_back": Deed("give-back/{id}", "{ref} 0"),
    "connect": Deed("callback/{id}/connect", "{ref} 7"),
    "say_outcome": Deed("callback/{id}/outcome", "{ref} 3", {"how": "unreachable"}),
    "say_here": Deed("here", "ici"),
    "go_on_shift": Deed("on", "service"),
    "take_break": Deed("pause", "pause"),
    "carry_on": Deed("carry-on", "service"),
    "go_off_shift": Deed("off", "fin"),
    "ask_help": Deed("callback/{id}/help", "aide"),
    "acknowledge_alarm": Deed("alarms/{id}", "{ref} vu"),
}
BY = {"acknowledge_alarm": (FANTA, "fanta")}
"""Who does it, where that is not Awa: number and alias."""


KEYS: dict[str, tuple[RingMenu, str]] = {
    "take": ("offer", "1"),
    "give_back": ("held", "2"),
    "connect": ("held", "1"),
    "say_outcome": ("how", "3"),
    "say_here": ("here", "1"),
    "carry_on": ("enough", "1"),
    "take_break": ("here", "3"),
    "go_off_shift": ("offer", "9"),
}
"""By voice: what was said to whoever was rung, and the key; all other acts have no key."""


class Situation(Struct, frozen=True):
    """A line of the table. `sms`, `voice`: where the face differs, its code, and `why`."""

    act: str
    given: str
    code: str
    sms: str = ""
    why: str = ""
    voice: str = ""


RINGS = "what is taken by SMS rings at once: `connect` follows"
NOT_RUNG = "a digit tells the end of a call alone: while nobody was rung it means nothing, and help is sent"
SITUATIONS = (
    Situation("take", "offered", "taken", "rings", RINGS),
    Situation("take", "offered long ago", "taken", "rings", RINGS),
    Situation("take", "taken already", "taken", "rings", RINGS),
    Situation("take", "after a hard call", "rest"),
    Situation("take", "cap reached", "rest"),
    Situation("take", "language changed", "skill"),
    Situation("take", "flagged minor", "skill"),
    Situation("take", "day's limit", "supervisor"),
    Situation("take", "window over", "late"),
    Situation("take", "taken by another", "gone"),
    Situation("take", "role lost", "forbidden"),
    Situation(
        "take", "offered to another", "taken", "help", "a slip of a digit takes nobody's callback away from who can talk to the caller"
    ),
    Situation("give_back", "held", "back"),
    Situation("give_back", "rung, nothing said", "how"),
    Situation("give_back", "held, window over", "back"),
    Situation("give_back", "taken by another", "gone"),
    Situation("give_back", "held, role lost", "forbidden"),
    Situation("connect", "held", "rings"),
    Situation("connect", "held, after a hard call", "rings"),
    Situation("connect", "held, cap reached", "rings"),
    Situation("connect", "held, language changed", "rings"),
    Situation("connect", "held, flagged minor", "rings"),
    Situation("connect", "phone rings", "rings"),
    Situation("connect", "held, day's limit", "late"),
    Situation("connect", "held, window over", "late"),
    Situation("connect", "rung, nothing said", "how"),
    Situation("connect", "taken by another", "gone"),
    Situation("connect", "held, role lost", "forbidden"),
    Situation("connect", "a stranger's request is talked about", "busy"),
    Situation("connect", "number on the page alone", "on_page"),
    Situation("say_outcome", "rung, nothing said", "noted"),
    Situation("say_outcome", "rung, said before", "noted"),
    Situation("say_outcome", "rung, said before, phone rings again", "rings"),
    Situation("say_outcome", "held", "gone", "help", NOT_RUNG),
    Situation("say_outcome", "taken by another", "gone"),
    Situation("say_outcome", "rung, nothing said, role lost", "forbidden"),
    Situation("say_here", "offered", "done"),
    Situation("say_here", "off shift", "not_on"),
    Situation("say_here", "off shift a moment ago", "done"),
    Situation("say_here", "role lost", "forbidden"),
    Situation("take_break", "offered", "done"),
    Situation("take_break", "off shift", "not_on"),
    Situation("take_break", "role lost", "forbidden"),
    Situation("carry_on", "cap reached", "done"),
    Situation("carry_on", "role lost", "forbidden"),
    Situation("go_on_shift", "offered", "done"),
    Situation("go_on_shift", "role lost", "forbidden"),
    Situation("go_off_shift", "offered", "done"),
    Situation("go_off_shift", "role lost", "forbidden"),
    Situation("ask_help", "talking", "done"),
    Situation("ask_help", "talking, help asked", "done"),
    Situation("ask_help", "held", "gone", "help", "who talks to nobody wants to know what can be sent"),
    Situation("ask_help", "rung, nothing said", "gone", "help", "who talks to nobody wants to know what can be sent"),
    Situation("ask_help", "talking, role lost", "forbidden"),
    Situation("acknowledge_alarm", "talking, help asked", "done"),
    Situation("acknowledge_alarm", "talking, help asked, another sees to it", "overtaken"),
    Situation("acknowledge_alarm", "talking", "gone"),
    Situation("acknowledge_alarm", "offered", "gone"),
)


@pytest.fixture(scope="module")
def editions() -> EditionCache:
    return EditionCache.of(sources())


@pytest.fixture
def desk(empty_database: Path, tmp_path: Path, editions: EditionCache) -> Iterator[Desk]:
    with staffed(empty_database, tmp_path / "hotline.db", editions) as line:
        yield Desk(line)


def given(desk: Desk, name: str) -> Callback:
    """Bring the situation about; the callback that it is about."""
    line = desk.line
    if name == "offered to another":
        line.set_staff(AWA, seen_at=None)
        line.set_staff(OUMOU, seen_at=line.clock.now())
    line.walk("5 5")
    line.work()
    callback = line.callback()
    for part in name.split(", "):
        _given(line, callback, part)
    desk.install()
    for number in (AWA, FANTA):
        line.inbox(number)
    return callback


def _given(line: Line, callback: Callback, part: str) -> None:  # noqa: C901, PLR0912, PLR0915 -- a table
    match part:
        case "offered" | "offered to another" | "nothing said":
            pass
        case "offered long ago":
            line.wait(600)
        case "held" | "taken already":
            assert line.act(AWA, taking.take, callback.id).code == "taken"
        case "after a hard call":
            _worked(line, flag="danger")
            line.rule(replace(RULES, pause_minutes=90))
        case "cap reached":
            _worked(line)
            line.rule(replace(RULES, calls_a_shift=1))
        case "language changed":
            line.set_staff(AWA, speaks=("bm",))
        case "flagged minor" | "flagged known":
            flag: Flag = "minor" if part == "flagged minor" else "known"
            with line.real_store.write() as tx:
                tx.flags.add(callback.id, flag)
        case "day's limit":
            with line.real_store.write() as tx:
                for n in range(line.rules.rings_a_day):
                    tx.calls.add_attempt(callback.id, f"call {n}", line.clock.now())
        case "window over":
            line.clock.at = callback.not_after
        case "taken by another":
            assert line.act(OUMOU, taking.take, callback.id).code == "taken"
        case "off shift" | "off shift a moment ago":
            assert line.act(AWA, on_duty.go_off_shift).code == "done"
            line.clock.at += 0 if part == "off shift a moment ago" else on_duty.TAKEN_BACK_SECONDS + 1
        case "role lost":
            line.set_staff(AWA, role="operator", speaks=())
        case "phone rings" | "phone rings again":
            if part == "phone rings":
                line.act(AWA, taking.take, callback.id)
            assert line.act(AWA, connecting.connect, callback.id, origin="ring").code == "rings"
        case "rung":
            _talks(line, callback)
            line.hang_up()
        case "talking":
            _talks(line, callback)
        case "another sees to it":
            with line.real_store.write() as tx:
                tx.staff.save(Staff("9" * 32, "kadia", "supervisor", "+22370000202", "fr", ("fr",)))
            assert line.act("+22370000202", alarms.acknowledge_alarm, callback.id, origin="seen").code == "done"
        case "help asked":
            assert line.act(AWA, alarms.ask_help, callback.id, origin="help").code == "done"
            line.work()
        case "said before":
            assert line.act(AWA, saying.say_outcome, callback.id, "unreachable").code == "noted"
        case "a stranger's request is talked about":
            line.act(AWA, taking.take, callback.id)
            stranger = replace(callback, id="9" * 32, reference="999", other_phone=True, state="claimed", claimed_by=line.staff(OUMOU).id)
            with line.real_store.write() as tx:
                tx.callbacks.add(stranger, CALLER)
                tx.calls.add(Call("9" * 32, stranger.id, line.staff(OUMOU).id, "dialed", line.clock.now()))
        case "number on the page alone":
            line.act(AWA, taking.take, callback.id)
            line.rule(replace(RULES, calling="reveal"))
        case _:
            raise AssertionError(part)


def _talks(line: Line, callback: Callback) -> None:
    """Awa takes it, her phone rings, she presses 1, and the two talk."""
    line.act(AWA, taking.take, callback.id)
    line.act(AWA, connecting.connect, callback.id, origin="first ring")
    line.work()
    line.pick_up()
    line.press()


def _worked(line: Line, *, flag: Flag | None = None) -> None:
    """Awa talked with somebody, an hour ago."""
    at = line.clock.now() - 3600
    done = Callback("8" * 32, "888", "closed", "fr", False, False, at, at, at + 60, 1, attempts=1, closed_at=at + 60, outcome="spoke")
    with line.real_store.write() as tx:
        tx.callbacks.add(done, "+22370000099")
        tx.calls.add(Call("8" * 32, done.id, line.staff(AWA).id, "ended", at, None, at, at + 50))
        if flag:
            tx.flags.add(done.id, flag)


def by_page(desk: Desk, deed: Deed, callback: Callback, once: str = "once") -> str:
    """Whoever does it sends the form; where that leads."""
    client = desk.browser(next((alias for act, (_, alias) in BY.items() if DEEDS[act] == deed), "awa")).client
    with client.session_transaction(base_url="http://localhost/console/") as session:
        session["csrf_token"] = "a" * 40
    token = URLSafeTimedSerializer(desk.app.secret_key or b"", salt="wtf-csrf-token").dumps("a" * 40)
    path = f"/console/{deed.page.format(id=callback.id)}"
    answer = client.post(path, data={"csrf_token": token, "once": once, **deed.fields})
    return "forbidden" if answer.status_code == 403 else answer.headers["Location"]


def by_voice(line: Line, act: str, callback: Callback) -> VoiceStep:
    """Awa was rung, keyed her two digits, and heard what there was before things came to stand so; now she presses the key."""
    menu, key = KEYS[act]
    with line.real_store.write() as tx:
        tx.staff_rings.add(
            StaffRing("7" * 32, line.staff(AWA).id, menu, callback.id, "known", line.clock.now(), session_name("fake", "rung"))
        )
    return line.hotline.voice(leg("rung", AWA, active=True, digits=key))


def spoken_for(line: Line, act: str, code: str) -> VoiceStep | type[VoiceConnect]:
    """What is said for a code; what rings goes on to the caller on the same leg."""
    if code in ("taken", "rings") and act != "say_outcome":
        return VoiceConnect
    key = DONE_SAID[act] if code == "done" else SAID[code]  # type: ignore[index]
    return VoicePrompt(line.words("voice").phrase(key, "fr"), "fr", ask=False)


def where(act: str, code: str, callback: Callback) -> str:
    """Where the page leads for a code."""
    if code == "forbidden":
        return code
    match act:
        case "take" if code == "taken":
            return f"/console/callback/{callback.id}"
        case "take":
            return f"/console/queue?{code}={callback.reference}"
        case "give_back":
            return f"/console/queue?{'back' if code == 'gone' else code}={callback.reference}"
        case "connect" | "say_outcome":
            return f"/console/callback/{callback.id}" + ("" if code in ("noted", "rings") else f"?told={code}")
        case "go_off_shift":
            return "/console/care?after=off&off=once"
        case "ask_help":
            return f"/console/callback/{callback.id}" + ("" if code == "done" else f"?told={code}")
        case "acknowledge_alarm" if code == "overtaken":
            return f"/console/queue?overtaken={callback.reference}&by=kadia"
    return "/console/queue"


def text_of(line: Line, act: str, code: str, callback: Callback) -> str:
    """What is answered by SMS for a code."""
    key = DONE_WORDS[act] if code == "done" else WORDS[code]  # type: ignore[index]
    if (act, code) == ("take", "gone"):
        key = "staff.in_hand"
    if key == "staff.taken":
        key = "staff.taken_asked"
    until = {"say_here": "10h15", "go_on_shift": "18h"}.get(act, "")
    return line.say(key.removeprefix("staff."), ref=callback.reference, until=until, name="kadia", asked="aujourd'hui 8h-12h")


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda situation: f"{situation.act}: {situation.given}")
def test_one_code_by_page_and_by_sms(desk: Desk, situation: Situation) -> None:
    """The same rule decides; where a face differs the table says so, and why."""
    assert bool(situation.sms) == bool(situation.why)
    callback, deed = given(desk, situation.given), DEEDS[situation.act]
    number, _ = BY.get(situation.act, (AWA, "awa"))
    desk.line.text(number, deed.sms.format(ref=callback.reference))
    desk.line.work()
    assert desk.line.inbox(number)[:1] == [text_of(desk.line, situation.act, situation.sms or situation.code, callback)]


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda situation: f"{situation.act}: {situation.given}")
def test_the_same_code_by_page(desk: Desk, situation: Situation) -> None:
    """As by SMS."""
    callback = given(desk, situation.given)
    assert by_page(desk, DEEDS[situation.act], callback) == where(situation.act, situation.code, callback)
    # That a phone rings, and that it does not, is said by the page as it stands.
    if situation.act in ("connect", "say_outcome") and situation.code != "forbidden":
        page = desk.browser("awa").open(f"/console/callback/{callback.id}")
        assert (desk.say("callback.step.rings") in page) is (situation.code == "rings")


@pytest.mark.parametrize(
    "situation",
    [situation for situation in SITUATIONS if situation.act in KEYS],
    ids=lambda situation: f"{situation.act}: {situation.given}",
)
def test_the_same_code_by_voice(desk: Desk, situation: Situation) -> None:
    """As by page and by SMS."""
    callback = given(desk, situation.given)
    step = by_voice(desk.line, situation.act, callback)
    expected = spoken_for(desk.line, situation.act, situation.voice or situation.code)
    assert isinstance(step, expected) if isinstance(expected, type) else step == expected


@pytest.mark.parametrize("act", KEYS)
def test_a_key_that_is_posted_twice_counts_once(desk: Desk, act: str) -> None:
    """The vendor tells it again: nothing is done again, and nobody is rung twice."""
    situation = next(situation for situation in SITUATIONS if situation.act == act and situation.code not in ("forbidden", "gone"))
    callback = given(desk, situation.given)
    by_voice(desk.line, act, callback)
    stood = rows(desk.line)
    again = by_voice(desk.line, act, callback)
    assert (rows(desk.line), isinstance(again, VoiceConnect)) == (stood, False)


@pytest.mark.parametrize("act", DEEDS)
def test_a_form_or_a_message_that_comes_twice_counts_once(desk: Desk, act: str) -> None:
    """By page it leads where it led; by SMS nothing is answered again; and nothing is done again."""
    situation = next(situation for situation in SITUATIONS if situation.act == act and situation.code not in ("forbidden", "gone"))
    callback, deed = given(desk, situation.given), DEEDS[act]
    number, _ = BY.get(act, (AWA, "awa"))
    desk.line.text(number, deed.sms.format(ref=callback.reference), id="a-message")
    desk.line.work()
    desk.line.inbox(number)
    stood = rows(desk.line)
    desk.line.text(number, deed.sms.format(ref=callback.reference), id="a-message")
    desk.line.work()
    assert (rows(desk.line), desk.line.inbox(number)) == (stood, [])


@pytest.mark.parametrize("act", DEEDS)
def test_a_form_sent_twice_leads_where_it_led(desk: Desk, act: str) -> None:
    """And does nothing again."""
    situation = next(situation for situation in SITUATIONS if situation.act == act and situation.code not in ("forbidden", "gone"))
    callback = given(desk, situation.given)
    first = by_page(desk, DEEDS[act], callback)
    stood = rows(desk.line)
    assert (by_page(desk, DEEDS[act], callback), rows(desk.line)) == (first, stood)


def rows(line: Line) -> dict[str, list[Any]]:
    """All that lies in the database, but for sign-ins and forms."""
    with line.real_store.read() as tx:
        connection: Any = tx._connection
        tables = [name for (name,) in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: [tuple(row) for row in connection.exec_driver_sql(f"SELECT * FROM {name}")] for name in tables if name != "sign_ins"}  # noqa: S608


def acts_of_the_service() -> dict[str, Callable[..., Result]]:
    """Every function that is handed an `Act` and returns a `Result`, by name."""
    found: dict[str, Callable[..., Result]] = {}
    for module in pkgutil.walk_packages(hotline.service.__path__, "hotline.service."):
        for name, function in inspect.getmembers(importlib.import_module(module.name), inspect.isfunction):
            first = next(iter(inspect.signature(function).parameters.values()), None)
            is_act = first is not None and (first.annotation, inspect.signature(function).return_annotation) == ("Act", "Result")
            if is_act and not name.startswith("_"):
                assert found.setdefault(name, function) is function, f"two acts are called {name}"
    return found


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
