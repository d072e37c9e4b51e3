"""What staff say by SMS: a message is parsed, the act that it means is run, and its code is answered in words (`WORDS`, `DONE_WORDS`). It all works from a basic phone.

What staff are sent without having written: an offer is worded in `calls/alerts.py`, a hand-over in `calls/taking.py`, all else where it happens, by `outbox.tell`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from hotline.engine.casework.call_outcomes import CALL_OUTCOMES, OUTCOMES, Outcome
from hotline.engine.phone.letters import plain
from hotline.engine.times import DAY_MINUTES
from hotline.engine.world import clock
from hotline.ports.calls.callbacks import Callback
from hotline.ports.calls.outbox import OutboxMessage
from hotline.ports.desk.staff import Staff
from hotline.ports.incoming import ReceivedSms
from hotline.service import outbox
from hotline.service.acts import Act, By, Code, Refused, Result, run
from hotline.service.calls import agreements, alarms
from hotline.service.calls.connecting import connect
from hotline.service.calls.dispatch import claims
from hotline.service.calls.rules.limits import is_late
from hotline.service.calls.rules.rest import rests
from hotline.service.calls.saying import say_outcome
from hotline.service.calls.taking import give_back, is_in_hand, take
from hotline.service.deps import Deps
from hotline.service.desk import callback_view
from hotline.service.desk.shifts import declaring, on_duty, planning
from hotline.service.faces import dated
from hotline.service.outbox import NewMessage
from hotline.service.words import meanings
from hotline.service.work import Work

Command: TypeAlias = Literal["take", "back", "again", "on", "off", "pause", "here"] | Outcome

OFFERED: Final[Mapping[str, Command]] = {"1": "take"}
HELD: Final[Mapping[str, Command]] = {"0": "back", "7": "again", **{row.digit: row.outcome for row in CALL_OUTCOMES}}
"""What a digit means for a callback that was offered to whoever writes, and for one that they hold."""

WORDS: Final[Mapping[Code, str]] = {
    "back": "staff.given_back",
    "noted": "staff.noted",
    "rings": "staff.taken",
    "busy": "staff.busy",
    "cancelled": "staff.cancelled",
    "forbidden": "staff.forbidden",
    "gone": "staff.gone",
    "held": "staff.held",
    "help": "staff.help",
    "how": "staff.how",
    "how_long": "staff.how_long",
    "late": "staff.too_late",
    "nothing": "staff.nothing",
    "no_day": "staff.no_day",
    "not_on": "staff.not_on",
    "on_page": "staff.on_page",
    "overtaken": "staff.seen_by",
    "past": "staff.no_day",
    "rest": "staff.rest",
    "skill": "staff.skill",
    "supervisor": "staff.supervisor",
    "too_few": "staff.too_few",
    "which": "staff.which",
    "which_day": "staff.which_day",
    "which_hours": "staff.which_hours",
}
"""What is answered to an act's code."""
DONE_WORDS: Final[Mapping[str, str]] = {
    "acknowledge": "staff.on_call",
    "acknowledge_alarm": "staff.seen",
    "ask_help": "staff.asked",
    "close_hours": "staff.hours_closed",
    "carry_on": "staff.carried_on",
    "come_on_day": "staff.there",
    "end_many": "staff.many_ended",
    "go_off_shift": "staff.off",
    "go_on_call": "staff.on_call",
    "go_on_shift": "staff.on",
    "open_hours": "staff.hours_opened",
    "say_here": "staff.here",
    "say_many": "staff.many",
    "stay_away": "staff.away",
    "take_break": "staff.paused",
}
"""What is answered where an act is done whose code says no more than that."""
OF_DAY: Final[Mapping[dated.DatedKind, Callable[..., Result]]] = {
    "away": planning.stay_away,
    "there": planning.come_on_day,
    "close": declaring.close_hours,
    "open": declaring.open_hours,
}
MANY_UNSAID: Final = 30
"""Minutes for which many ask, where it was not said for how long."""
UNWORDED: Final = "staff.gone"
"""What is answered where the edition in force is older than this program and has no words for a code: that nothing was taken or rung."""


class ParsedText(Struct, frozen=True):
    """A message, read: the reference if there is one, and a digit or one of the catalogue's words."""

    reference: str | None
    digit: str | None
    word: str | None


class Request(Struct, frozen=True):
    """What a message asks for. `values`: for the words of the answer."""

    act: Callable[..., Result]
    args: tuple[Any, ...] = ()
    values: dict[str, str] = {}


class StaffMessage(Work, frozen=True):
    """A message of one of the staff, as things stand when it comes; nothing is written."""

    staff: Staff
    said: ParsedText
    sent_at: int | None
    """None where it is fresh: it can be answered, and acted on as said just now. What is stale takes effect only where it does no harm late:
    outcomes, giving back, off shift; 0 where nobody knows when it was sent."""

    @property
    def is_fresh(self) -> bool:
        return self.sent_at is None


def receive(deps: Deps, staff: Staff, sms: ReceivedSms, *, fresh: bool) -> None:
    """Do what a message asks for, once for each message id, and answer it if it is fresh. Raises StoreAway.

    What is taken by SMS rings at once: `connect` follows, under an origin of its own, so that a message that comes again rings what it took and could not ring. Once
    the message is stale it rings nobody.
    """
    at = deps.clock.now()
    words = meanings(deps.written, "staff.word.")
    of_day = dated.read(sms.text, words, deps.clock.local(at))
    said = ParsedText(None, None, of_day.kind) if of_day else read(sms.text, words)
    with deps.store.read() as tx:
        reading = StaffMessage(deps, tx, at, staff, said, None if fresh else sms.sent_at or 0)
        request = _of_day(reading, of_day) if of_day else _parse(reading)

    def answer(act: Act, result: Result) -> tuple[OutboxMessage, ...]:
        return _answer(act, request, result, sms.origin) if fresh and result.code != "taken" else ()

    by = By(staff.id, "sms", sms.origin, answer=answer)
    result = run(deps, by, request.act, *request.args)
    if result.code == "taken" and fresh:
        run(deps, replace(by, origin=f"{sms.origin}|ring"), connect, result.values["id"])


def hear(act: Act, code: Refused, ref: str = "") -> Result:  # noqa: ARG001 -- whoever acts
    """A message that asks for nothing that can be done: whoever sent it is answered."""
    return Result(code, {"ref": ref})


def read(text: str, words: Mapping[str, str]) -> ParsedText:
    """A reference (three digits; five where the line gave such), a single digit or a word, in any order; `4711` is `471 1`."""
    references: list[str] = []
    rest: list[str] = []
    for token in plain(text).split():
        if not (token.isascii() and token.isdigit()) or len(token) == 1:
            rest.append(token)
        elif len(token) == 4:
            references.append(token[:3])
            rest.append(token[3])
        else:
            references.append(token)
    said = " ".join(rest)
    reference = references[0] if len(references) == 1 else None
    if len(references) > 1 or not said:
        return ParsedText(reference, None, None)
    if len(said) == 1 and said.isascii() and said.isdigit():
        return ParsedText(reference, said, None)
    return ParsedText(reference, None, words.get(said))


def _answer(act: Act, request: Request, result: Result, origin: str) -> tuple[OutboxMessage, ...]:
    written, language = act.deps.written, act.staff.reads
    values = {**request.values, **result.values}
    if "until" in values:
        values["until"] = outbox.hour(act.deps, language, int(values["until"]))
    for name in ("from", "to"):
        if name in values:
            values[name] = clock(written, language, int(values[name]))
    key = DONE_WORDS[request.act.__name__] if result.code == "done" else WORDS[result.code]
    if result.code == "gone" and request.act is take and _is_in_other_hands(act, values.get("id", "")):
        key = "staff.in_hand"  # it is no slip of a digit: it was offered, and a colleague was sooner
    if key == "staff.taken":
        values["asked"] = _asked(act, values["id"])
        key = "staff.taken_asked" if values["asked"] and written.has_phrase("staff.taken_asked") else key
    if key == "staff.away" and "from" in values:
        key = "staff.away_hours"
    text = written.phrase(key if written.has_phrase(key) else UNWORDED, language, **values)
    return (outbox.write(act, NewMessage("staff", act.staff.number, text, act.at + outbox.STAFF_SECONDS), origin),)


def _is_in_other_hands(act: Act, id: str) -> bool:
    callback = act.tx.callbacks.get(id)
    return callback is not None and is_in_hand(act.tx, callback, act.staff.id)


def _asked(act: Act, id: str) -> str:
    """In which parts of the day the caller asked, for whoever asks who is on the phone; as the page has it, and empty where the page has none."""
    written, language, callback = act.deps.written, act.staff.reads, act.tx.callbacks.get(id)
    parts = []
    for moment in () if callback is None else callback_view.asked(act.tx, callback):
        day, start, end = agreements.part_of_day(written, language, act.deps.clock.local(moment), act.now)
        parts.append(f"{day} {clock(written, language, start)}-{clock(written, language, end)}")
    return ", ".join(dict.fromkeys(parts))


def _parse(reading: StaffMessage) -> Request:
    match reading.said.word:
        case "on" | "off" | "pause" | "here" as command:
            return _of_shift(reading, command)
        case "away" | "there":
            return Request(hear, ("which_day",))
        case "many":
            return Request(declaring.say_many, (_minutes(reading.said.reference), reading.sent_at))
        case "calm":
            return Request(declaring.end_many, (reading.sent_at,))
        case "wanted":
            return _of_help(reading)
        case "seen":
            return _of_alarm(reading)
        case None if reading.said.digit is None:
            return Request(hear, ("help",))
    return _of_reference(reading, reading.said.reference) if reading.said.reference else _of_the_only_one(reading)


def _of_shift(reading: StaffMessage, command: Literal["on", "off", "pause", "here"]) -> Request:
    """A supervisor's break is the end of being on call: nobody answers for the line meanwhile. Whoever was asked at a cap goes on by the same word."""
    if command == "off" or (command == "pause" and reading.staff.role == "supervisor"):
        act = on_duty.go_off_shift
    elif command == "pause":
        act = on_duty.take_break
    elif reading.staff.role == "supervisor":
        act = on_duty.go_on_call if command == "on" else on_duty.acknowledge
    elif command == "on" and reading.is_fresh and reading.staff.id in rests(reading.tx, reading.at, reading.deps.rules).capped:
        return Request(on_duty.carry_on)
    else:
        act = on_duty.go_on_shift if command == "on" else on_duty.say_here
    return Request(act, (reading.sent_at,))


def _of_help(reading: StaffMessage) -> Request:
    """Whoever is in a call wants a supervisor; whoever is in none wants to know what can be sent."""
    held = reading.tx.callbacks.claimed_by(reading.staff.id)
    talks = [callback for callback in held if alarms.call_of(reading, callback) is not None]
    return Request(alarms.ask_help, (talks[0].id,)) if talks and reading.is_fresh else Request(hear, ("help",))


def _of_alarm(reading: StaffMessage) -> Request:
    """Without a reference, where one thing alone stands before whoever writes. Said late it would promise what was meant earlier."""
    if not reading.is_fresh:
        return Request(hear, ("nothing",))
    if reading.said.reference:
        callback = reading.tx.callbacks.by_reference(reading.said.reference)
        return Request(hear, ("gone", reading.said.reference)) if callback is None else Request(alarms.acknowledge_alarm, (callback.id,))
    asked = [asked.alarm.callback for asked in alarms.before_supervisors(reading).calls_for_help if asked.asked_by != reading.staff.id]
    urgent = [callback for callback in reading.tx.offers.to(reading.staff.id, reading.at) if callback.urgent]
    found = [*asked, *(group[0].id for group in claims.groups(reading.tx, urgent))]
    if len(found) != 1:
        return Request(hear, ("which" if found else "nothing",))
    return Request(alarms.acknowledge_alarm, (found[0],))


def _of_day(reading: StaffMessage, said: dated.Dated) -> Request:
    if said.kind in ("close", "open") and said.hours is None:
        return Request(hear, ("which_hours",))
    if not said.written or (said.kind == "there" and said.hours is None):
        return Request(hear, ("which_day",))
    if said.day is None:
        return Request(hear, ("no_day",), {"day": said.written})
    hours = planning.DayHours(said.day, *(said.hours or (0, DAY_MINUTES)))
    values = {"day": said.written, **({"from": str(hours.start), "to": str(hours.end)} if said.hours else {})}
    return Request(OF_DAY[said.kind], (hours, reading.sent_at), values)


def _minutes(written: str | None) -> int:
    """The number behind the word; where there is none, half an hour."""
    return int(written) if written else MANY_UNSAID


def _of_reference(reading: StaffMessage, reference: str) -> Request:
    callback = reading.tx.callbacks.by_reference(reference)
    if callback is None:
        return Request(hear, ("gone", reference))
    if callback.state == "claimed" and callback.claimed_by == reading.staff.id:
        return _of_held(reading, callback)
    # Nobody takes by a slip of a digit what was not offered to them.
    was_offered = any(offer.staff == reading.staff.id for offer in reading.tx.offers.of(callback.id))
    if _command(reading.said, OFFERED) == "take" and (was_offered or reading.staff.role == "supervisor"):
        return _take(reading, callback)
    if is_late(reading.tx, callback, reading.at):
        return Request(hear, ("late", reference))
    is_waiting = callback.state == "waiting" and callback.opens_at <= reading.at
    return Request(hear, ("help",)) if is_waiting else Request(hear, ("gone", reference))


def _of_the_only_one(reading: StaffMessage) -> Request:
    """Without a reference, where what is said fits one callback alone."""
    if _command(reading.said, HELD) is None:
        return Request(hear, ("help",))
    held = claims.groups(reading.tx, reading.tx.callbacks.claimed_by(reading.staff.id))
    is_take = _command(reading.said, OFFERED) == "take"
    offered = claims.groups(reading.tx, reading.tx.offers.to(reading.staff.id, reading.at)) if is_take else []
    if not held and not offered:
        return Request(hear, ("nothing",))
    # What comes late may be about another than the one that is held by now.
    if len(held) + len(offered) != 1 or not reading.is_fresh:
        return Request(hear, ("which",))
    return _of_held(reading, held[0][0]) if held else _take(reading, offered[0][0])


def _take(reading: StaffMessage, callback: Callback) -> Request:
    return Request(take, (callback.id,)) if reading.is_fresh else Request(hear, ("late", callback.reference))


def _of_held(reading: StaffMessage, callback: Callback) -> Request:
    group = claims.held(reading.tx, callback.id, reading.staff.id)
    command = _command(reading.said, HELD)
    was_rung = any(held.attempts for held in group)
    if command == "back":
        return Request(give_back, (callback.id,))
    # Whoever says twice that they take it: their phone has not rung yet.
    if command in ("take", "again") or (command == "spoke" and not was_rung):
        return Request(connect, (callback.id,)) if reading.is_fresh else Request(hear, ("late", callback.reference))
    if command not in OUTCOMES or not was_rung:
        return Request(hear, ("help",))
    return Request(say_outcome, (callback.id, command))


def _command(said: ParsedText, digits: Mapping[str, Command]) -> str | None:
    return said.word if said.digit is None else digits.get(said.digit)
