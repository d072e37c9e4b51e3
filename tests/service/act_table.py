"""The table of acts: how each is asked for by page, SMS and voice, in which situations, and what code comes of it; or that a face differs, and why."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from hotline.engine.casework.flags import Flag
from hotline.ports.calls.callbacks import Callback
from hotline.ports.calls.calls import Call
from hotline.ports.calls.staff_rings import RingMenu
from hotline.ports.desk.staff import Staff
from hotline.service.calls import alarms, connecting, saying, taking
from hotline.service.desk import care
from hotline.service.desk.shifts import declaring, on_duty, planning
from tests.console.desk import Desk
from tests.service.line import AWA, CALLER, FANTA, OUMOU, RULES, Line


class Deed(Struct, frozen=True):
    """How an act is asked for. `page`: where its form goes, with its fields; `sms`: the text. Empty where that face does not offer it."""

    page: str = ""
    sms: str = ""
    fields: dict[str, str] = {}


EIGHT_TO_TWELVE = {"day": "{tomorrow}", "from": "08:00", "to": "12:00"}
EIGHT_TO_NINE = {"day": "{today}", "from": "08:00", "to": "09:00"}


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
    "acknowledge": Deed(sms="ici"),
    "go_on_call": Deed("on-call", "service"),
    "come_on_day": Deed("shifts/plan", "presente 25/11 8-12", {"kind": "there", **EIGHT_TO_TWELVE}),
    "stay_away": Deed("shifts/plan", "absente 25/11", {"kind": "away", "day": "{tomorrow}"}),
    "close_hours": Deed("shifts/close", "fermer 25/11 8-12", EIGHT_TO_TWELVE),
    "close_hours, that are over": Deed("shifts/close", "fermer 24/11 8-9", EIGHT_TO_NINE),
    "open_hours": Deed("shifts/open", "ouvrir 25/11 8-12", EIGHT_TO_TWELVE),
    "open_hours, that are over": Deed("shifts/open", "ouvrir 24/11 8-9", EIGHT_TO_NINE),
    "say_many": Deed("shifts/many", "beaucoup 30", {"minutes": "30"}),
    "say_many, for too long": Deed("shifts/many", "beaucoup 90", {"minutes": "90"}),
    "end_many": Deed("shifts/many/over", "calme"),
    "need_time": Deed("care/time"),
}
SUPERVISOR = (FANTA, "fanta")
BY = dict.fromkeys(("acknowledge_alarm", "acknowledge", "go_on_call", "close_hours", "open_hours", "say_many", "end_many"), SUPERVISOR)
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
    "need_time": ("here", "4"),
    "acknowledge": ("here", "1"),
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
    asks: str = ""
    """Of `DEEDS`, where another form and another text than the act's own is sent."""
    until: str = ""
    """The end that an SMS says, where that is another than without what is given."""

    @property
    def deed(self) -> Deed:
        return DEEDS[self.asks or self.act]

    @property
    def by(self) -> tuple[str, str]:
        return BY.get(self.act, (AWA, "awa"))


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
    Situation("acknowledge", "offered", "done"),
    Situation("acknowledge", "on call already", "done", until="18h"),
    Situation("acknowledge", "supervisor off a moment ago", "done", until="18h"),
    Situation("acknowledge", "supervisor's role lost", "forbidden"),
    Situation("go_on_call", "offered", "done"),
    Situation("go_on_call", "on call already", "done"),
    Situation("go_on_call", "supervisor off a moment ago", "done"),
    Situation("go_on_call", "supervisor's role lost", "forbidden"),
    Situation("come_on_day", "offered", "done"),
    Situation("come_on_day", "off shift", "done"),
    Situation("come_on_day", "cap reached", "done"),
    Situation("come_on_day", "after a hard call", "done"),
    Situation("come_on_day", "role lost", "forbidden"),
    Situation("stay_away", "offered", "done"),
    Situation("stay_away", "held", "done"),
    Situation("stay_away", "off shift", "done"),
    Situation("stay_away", "role lost", "forbidden"),
    Situation("close_hours", "offered", "done"),
    Situation("close_hours", "hours closed", "done"),
    Situation("close_hours", "offered", "past", asks="close_hours, that are over"),
    Situation("close_hours", "supervisor's role lost", "forbidden"),
    Situation("open_hours", "hours closed", "done"),
    Situation("open_hours", "offered", "done"),
    Situation("open_hours", "offered", "past", asks="open_hours, that are over"),
    Situation("open_hours", "supervisor's role lost", "forbidden"),
    Situation("say_many", "three there", "done"),
    Situation("say_many", "many said", "done"),
    Situation("say_many", "offered", "too_few"),
    Situation("say_many", "three there", "how_long", asks="say_many, for too long"),
    Situation("say_many", "three there, supervisor's role lost", "forbidden"),
    Situation("end_many", "many said", "done"),
    Situation("end_many", "offered", "done"),
    Situation("end_many", "many said, supervisor's role lost", "forbidden"),
    Situation("need_time", "offered", "done"),
    Situation("need_time", "held", "done"),
    Situation("need_time", "rung, nothing said", "done"),
    Situation("need_time", "after a hard call", "done"),
    Situation("need_time", "cap reached", "done"),
    Situation("need_time", "off shift", "done"),
    Situation("need_time", "time asked for", "done"),
    Situation("need_time", "role lost", "forbidden"),
)
BY_PAGE = [situation for situation in SITUATIONS if situation.deed.page]
BY_SMS = [situation for situation in SITUATIONS if situation.deed.sms]
BY_VOICE = [situation for situation in SITUATIONS if situation.act in KEYS]


def title(situation: Situation) -> str:
    return f"{situation.asks or situation.act}: {situation.given}"


def done_once(situations: list[Situation]) -> list[Situation]:
    """Of each act the first line in which something comes of it."""
    return list({line.act: line for line in reversed(situations) if line.code not in ("forbidden", "gone")}.values())


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
        case "supervisor's role lost":
            line.set_staff(FANTA, role="operator", speaks=())
        case "on call already" | "supervisor off a moment ago":
            assert line.act(FANTA, on_duty.go_on_call).code == "done"
            if part != "on call already":
                assert line.act(FANTA, on_duty.go_off_shift).code == "done"
        case "three there" | "many said":
            line.set_staff(OUMOU, seen_at=line.clock.now())
            if part == "many said":
                assert line.act(FANTA, declaring.say_many, 30).code == "done"
        case "hours closed":
            tomorrow = planning.DayHours(line.clock.local(line.clock.now()) // 1440 + 1, 480, 720)
            assert line.act(FANTA, declaring.close_hours, tomorrow).code == "done"
        case "time asked for":
            assert line.act(AWA, care.need_time, origin="before").code == "done"
            line.work()
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
