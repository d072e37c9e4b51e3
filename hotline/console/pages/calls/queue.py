"""The queue: what is due, what comes, what whoever looks holds; *I am here*; taking, giving back and handing over."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, Final

from flask import Blueprint, Response, abort, request, session
from werkzeug.wrappers import Response as Answered

from hotline.console.context import (
    ConsoleContext,
    FormFault,
    Shown,
    form_id,
    is_partial,
    language,
    me,
    page,
    refused,
    run,
    standing_alarms,
    to,
    version_of,
)
from hotline.console.times import time_of_day
from hotline.engine.effects import Minute
from hotline.engine.times import DAY_MINUTES, THURSDAY
from hotline.service.acts import Code, Result
from hotline.service.calls import alarms, taking
from hotline.service.calls.rules.planned import MinuteSpan
from hotline.service.desk.alarm_view import AlarmCard
from hotline.service.desk.board import MOST_COUNTED, BoardView, Card, board
from hotline.service.desk.casework import referrals
from hotline.service.desk.colleagues import Colleague, colleagues
from hotline.service.desk.shifts import on_duty
from hotline.service.desk.shifts.leaving import leaving
from hotline.service.desk.shifts.roster import uncovered_hours
from hotline.service.permissions import may

WORDED: Final[tuple[Code, ...]] = ("taken", "gone", "cancelled", "late", "rest", "supervisor", "skill", "how", "back", "handed", "held")
"""Codes that this page has words for: `queue.told.…` of the catalogue."""
_GAPS_SHOWN: Final = 6
DUTY: Final = ("back", "late")
"""What is said once going off was taken back: `queue.off_back.…` of the catalogue."""
HELP_PREFIX: Final = "h"
"""Before the reference of a call for help, among what a page knows."""
SIGNAL: Final = "signal"
"""In the signed cookie: whoever is signed in here allowed a sound for what is new. It ends with the sign-in."""


def views(pages: Blueprint, context: ConsoleContext) -> None:
    _looking(pages, context)
    _duty(pages, context)
    _moving(pages, context)


def _looking(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.get("/queue")
    def queue() -> str:
        shown = board(context.deps, me(), context.now)
        gaps = _gaps(uncovered_hours(context.deps, context.now)) if may(me(), "hand_over") else ()
        looks = len(referrals.due(context.deps, me(), context.now))
        return page(
            context,
            "calls/queue.html",
            notice=_notice(),
            overtaken=_overtaken(),
            duty=next((said for said in DUTY if request.args.get("duty") == said), ""),
            looks=looks,
            gaps=gaps,
            most_gaps=_GAPS_SHOWN,
            fresh=(),
            rung=(),
            signal=SIGNAL in session,
            **_shown(context, shown),
        )

    @pages.post("/signal")
    def signal() -> Response:
        """A sound for what is new, in this browser: allowed, or no longer."""
        if request.form.get("signal") == "on":
            session[SIGNAL] = True
        else:
            session.pop(SIGNAL, None)
        return Response(status=HTTPStatus.NO_CONTENT)

    @pages.get("/board", endpoint="board")
    def live() -> Response | Answered | str:
        """The part of it that keeps itself up to date: nothing at all where nothing has changed since `seen`."""
        if not is_partial():
            return to("queue")
        shown = board(context.deps, me(), context.now)
        if request.args.get("seen") == version_of(shown):
            return Response(status=HTTPStatus.NO_CONTENT)
        known = request.args.get("known")
        return page(context, "calls/queue_live.html", fresh=_fresh(shown, known), rung=_rung(shown, known), **_shown(context, shown))

    @pages.get("/alarms", endpoint="alarms")
    def alarms_live() -> Response | Answered | str:
        """What stands before supervisors, on every page of theirs: nothing at all where nothing has changed since `seen`."""
        if not is_partial():
            return to("queue")
        if request.args.get("seen") == version_of(standing_alarms(context)):
            return Response(status=HTTPStatus.NO_CONTENT)
        return page(context, "_alarms.html")


def _duty(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.post("/here")
    def here() -> Answered:
        run(context, on_duty.say_here)
        return to("queue")

    @pages.post("/pause")
    def pause() -> Answered:
        run(context, on_duty.take_break)
        return to("queue")

    @pages.post("/on")
    def on_shift() -> Answered:
        run(context, on_duty.go_on_shift)
        return to("queue")

    @pages.post("/carry-on")
    def carry_on() -> Answered:
        run(context, on_duty.carry_on)
        return to("queue")

    @pages.post("/off")
    def off_shift() -> Answered:
        run(context, on_duty.go_off_shift)
        return to("care", after="off", off=form_id())

    @pages.get("/off")
    def end_shift() -> str:
        """Asked once, with what is still promised."""
        return page(
            context, "calls/queue_end.html", leaving=leaving(context.deps, me(), context.now, MOST_COUNTED), most_counted=MOST_COUNTED
        )

    @pages.post("/off/back")
    def take_back_off() -> Answered:
        result = run(context, on_duty.take_back_off, request.form.get("off", ""))
        return to("queue", duty="late" if result.is_refused else "back")


def _moving(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.post("/take/<id>")
    def take(id: str) -> Answered:
        result = run(context, taking.take, id)
        return to("callback", id=id) if result.code == "taken" else _tell(result)

    @pages.post("/give-back/<id>")
    def give_back(id: str) -> Answered:
        return _tell(run(context, taking.give_back, id), gone="back")

    @pages.get("/hand-over/<id>")
    def hand_over(id: str) -> str | Answered:
        found = colleagues(context.deps, id, context.now)
        if found is None:
            return to("queue")
        return page(context, "calls/queue_hand_over.html", **_handing(context, *found))

    @pages.post("/hand-over/<id>")
    def hand_over_to(id: str) -> Shown:
        note = request.form.get("note", "").replace("\r\n", "\n").strip()
        result = run(context, taking.hand_over, id, request.form.get("to", ""), note)
        found = colleagues(context.deps, id, context.now) if result.code == "long_note" else None
        if found is None:
            return _tell(result)
        fault = FormFault("callback.told.long_note", "note")
        return refused(context, "calls/queue_hand_over.html", fault, **_handing(context, *found))

    @pages.post("/alarms/<id>")
    def acknowledge_alarm(id: str) -> Answered | str:
        """From the queue back there; on other pages the alarm alone changes, and nothing that was typed is lost."""
        result = run(context, alarms.acknowledge_alarm, id, request.form.get("instead_of", ""))
        return page(context, "_alarms.html") if is_partial() else to("queue", **_overtaking(result))


def _tell(result: Result, *, gone: str = "gone") -> Answered:
    """On the queue's page, kindly: `/console/queue?gone=471`. `gone`: what is said where it is in other hands."""
    if "ref" not in result.values:
        abort(HTTPStatus.NOT_FOUND)
    return to("queue", **{gone if result.code == "gone" else result.code: result.values["ref"]})


def _notice() -> tuple[str, str] | None:
    """A code of `WORDED` and a reference, from the address. Returns None where it has none, or what stands there is no reference."""
    return next(((code, reference) for code in WORDED if (reference := _reference(code))), None)


def _overtaken() -> tuple[str, str] | None:
    """What another sees to by now, and who. Returns None where the address says nothing of it."""
    reference, alias = _reference("overtaken"), request.args.get("by", "")
    return (reference, alias) if reference and 0 < len(alias) <= 64 else None


def _reference(name: str) -> str:
    """What the address says under this name; empty where that is no reference."""
    reference = request.args.get(name, "")
    return reference if reference.isdecimal() and len(reference) <= 8 else ""


def _shown(context: ConsoleContext, shown: BoardView) -> dict[str, Any]:
    known = ",".join((*(card.reference for card in shown.due), *(f"{HELP_PREFIX}{alarm.reference}" for alarm in shown.alarms)))
    return {"board": shown, "version": version_of(shown), "known": known, "most_counted": MOST_COUNTED, **_times(context)}


def _overtaking(result: Result) -> dict[str, str]:
    """Who sees to it, where that is another."""
    return {"overtaken": result.values["ref"], "by": result.values["name"]} if result.code == "overtaken" else {}


def _handing(context: ConsoleContext, card: Card, colleagues: tuple[Colleague, ...]) -> dict[str, Any]:
    return {"card": card, "colleagues": colleagues, "longest_note": taking.LONGEST_NOTE, **_times(context)}


def _fresh(shown: BoardView, known: str | None) -> tuple[Card, ...]:
    """What is due and was not on the page before."""
    if known is None:
        return ()
    before = known.split(",")
    return tuple(card for card in shown.due if card.reference not in before)


def _rung(shown: BoardView, known: str | None) -> tuple[AlarmCard, ...]:
    """The calls for help that were not on the page before."""
    if known is None:
        return ()
    before = known.split(",")
    return tuple(alarm for alarm in shown.alarms if not alarm.is_own and f"{HELP_PREFIX}{alarm.reference}" not in before)


def _times(context: ConsoleContext) -> dict[str, Any]:
    """How a template says times: `hour`, without the day; `when`, with the day where that is not today; `until`, an end; `left`, the time until then; `lasting`, some minutes; `span`."""
    now, spoken = context.deps.clock.local(context.now), language(context)

    def day(minute: Minute) -> str:
        match minute // DAY_MINUTES - now // DAY_MINUTES:
            case 0:
                return ""
            case 1:
                return context.words.say(spoken, "queue.tomorrow")
        return context.words.say(spoken, f"day.{(minute // DAY_MINUTES + THURSDAY) % 7}")

    def when(minute: Minute) -> str:
        return f"{day(minute)} {time_of_day(minute)}".strip()

    def until(minute: Minute, since: Minute = now) -> str:
        """When something ends: with the day where that is not the day of `since`; midnight belongs to the day that it ends."""
        said = "24:00" if minute % DAY_MINUTES == 0 else time_of_day(minute)
        return said if (minute - 1) // DAY_MINUTES == since // DAY_MINUTES else f"{day(minute - 1)} {said}".strip()

    def left(minute: Minute) -> str:
        return lasting(minute - now)

    def lasting(length: Minute) -> str:
        hours, minutes = divmod(length, 60)
        if hours:
            return context.words.say(spoken, "queue.left.hours", hours=hours, minutes=f"{minutes:02d}")
        return context.words.say(spoken, "queue.left.minutes", minutes=minutes) if minutes else context.words.say(spoken, "queue.left.none")

    def span(span: MinuteSpan) -> str:
        return f"{when(span[0])}–{until(span[1], span[1] - 1)}"

    return {"now_minute": now, "hour": time_of_day, "when": when, "until": until, "left": left, "lasting": lasting, "span": span}


def _gaps(uncovered: dict[str, tuple[MinuteSpan, ...]]) -> tuple[tuple[str, tuple[MinuteSpan, ...], str], ...]:
    """Language, spans, and how long they are together, `14:30`."""
    return tuple((spoken, spans, _length(spans)) for spoken, spans in uncovered.items() if spans)


def _length(spans: Iterable[MinuteSpan]) -> str:
    hours, minutes = divmod(sum(end - start for start, end in spans), 60)
    return f"{hours} h {minutes:02d}" if minutes else f"{hours} h"
