"""What she wishes after the call: a time that was agreed in it, another counselor, the supervisor, or no call ever again."""

from __future__ import annotations

from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from hotline.engine.effects import Minute
from hotline.engine.world import DAY, DAYS_AHEAD, SHORTEST_WINDOW, clock, day
from hotline.ports import Callback, Record, Staff, Transaction
from hotline.ports.casework import Consent
from hotline.service import coverage, dispatch
from hotline.service.entry import reference
from hotline.service.parts import Parts
from hotline.service.reviewing import settle, to_review
from hotline.service.room import queue
from hotline.service.room.calling import Answer
from hotline.service.room.outcomes import TALKED

LONGEST_WINDOW: Final = 240
"""Minutes: as long as the longest part of the day that a caller may choose. Somebody has to be there all the while."""


class Wish(Struct, frozen=True):
    """A time of hers. `ahead`: days from today; `start`, `end`: minutes of that day."""

    ahead: int
    start: int
    end: int
    word: str | None
    agreed: bool
    """She said that she may be called then."""


def days(parts: Parts, language: str, at: int) -> tuple[str, ...]:
    """A week from today, in words: shifts are planned no further."""
    now = parts.clock.local(at)
    written = parts.spoken
    return tuple(day(written, _read(parts, language), now + ahead * DAY, now) for ahead in range(DAYS_AHEAD))


def spans(parts: Parts) -> tuple[tuple[int, int], ...]:
    """The parts of the day that a caller may choose, in minutes."""
    return tuple((part.start, part.end) for part in parts.spoken.parts.values())


def words(parts: Parts, language: str) -> tuple[tuple[str, str], ...]:
    """The harmless words that she may ask to be asked for."""
    read = parts.spoken.words[_read(parts, language)]
    return tuple((key.removeprefix("word."), said) for key, said in read.items() if key.startswith("word."))


def time(parts: Parts, language: str, minute: int) -> str:
    return clock(parts.spoken, _read(parts, language), minute)


def told(parts: Parts, language: str, at: int, now: int) -> str:
    """A moment as day and time of day, in words."""
    minute = parts.clock.local(at)
    read = _read(parts, language)
    return f"{day(parts.spoken, read, minute, parts.clock.local(now))} {clock(parts.spoken, read, minute)}"


def agree(parts: Parts, tx: Transaction, staff: Staff, id: str, wish: Wish, origin: str, at: int) -> Answer:
    """Another callback to the same number, at the time that she agreed to and with her consent. The one before it is over with that.

    Only hours that somebody is planned for are kept: what is told afterwards is what holds.
    """
    callback = tx.callback(id)
    if callback is None or callback.claimed_by != staff.id or callback.ending not in TALKED:
        return Answer("gone")
    number = tx.number_of(id)
    if number is None or callback.state not in ("closed", "review"):
        return Answer("gone")
    if not wish.agreed:
        return Answer("consent")
    if not 0 <= wish.start < wish.end <= DAY or not 0 <= wish.ahead < DAYS_AHEAD:
        return Answer("order")
    if wish.word is not None and f"word.{wish.word}" not in parts.spoken.words[parts.spoken.languages[0]]:
        return Answer("order")
    if wish.end - wish.start > LONGEST_WINDOW:
        return Answer("too_long")
    today = parts.clock.local(at) // DAY * DAY
    if today + wish.ahead * DAY + wish.end <= parts.clock.local(at):
        return Answer("past")
    window = _kept(parts, tx, callback, number, wish, at)
    if window is None:
        return Answer("nobody")
    _settle(tx, callback, staff, at)
    _open(parts, tx, callback, number, window, wish.word, origin, at)
    tx.save_consent(id, Consent("again", at))
    tx.record(Record(at, staff.alias, "agreed", callback.reference))
    return Answer("agreed")


def pass_on(parts: Parts, tx: Transaction, staff: Staff, id: str, at: int) -> Answer:
    """She knows the woman, who agreed that another rings her now; or the girl's call is for the supervisor, who is told."""
    group = dispatch.held(tx, id, staff.id)
    marks = tx.marks(id)
    if not group or not marks & {"known", "minor"}:
        return Answer("gone")
    # They talked: whoever has it next may ring.
    spoken = tuple(replace(each, ending="spoke") if each.tries and each.ending is None else each for each in group)
    if "minor" not in marks:
        return Answer("handed", queue.give_back(parts, tx, spoken, staff.alias, at))
    dispatch.drop_call(tx, spoken, at)
    dispatch.record_return(tx, spoken, staff.alias, at)
    return Answer("handed", to_review(parts, tx, spoken, "minor", at))


def no_more(parts: Parts, tx: Transaction, staff: Staff, id: str, at: int) -> Answer:
    """She wants no call any more: as if she had pressed the two keys for it. Of another phone only this request is forgotten."""
    callback = tx.callback(id)
    number = tx.number_of(id)
    if callback is None or callback.claimed_by != staff.id or callback.ending not in TALKED or number is None:
        return Answer("gone")
    if callback.other_phone:
        tx.forget_number(id)
        if callback.state == "review":  # without a number there is nothing left to decide
            tx.save_callback(replace(callback, state="closed", closed_at=at))
    else:
        tx.stop(number, at, at + parts.rules.stop_seconds)
    settle(tx, id, "noted", at, by=staff.id)
    tx.record(Record(at, staff.alias, "number erased", callback.reference))
    return Answer("erased")


def _kept(parts: Parts, tx: Transaction, callback: Callback, number: str, wish: Wish, at: int) -> tuple[Minute, Minute] | None:
    """What of the window somebody is planned for; None: too little to promise it."""
    now = parts.clock.local(at)
    begins = now // DAY * DAY + wish.ahead * DAY
    start, end = max(begins + wish.start, now), begins + wish.end
    shifts = coverage.look(tx, callback.language, at, parts.rules, parts.clock.local, number).shifts
    covered = [(max(start, opens), min(end, ends)) for opens, ends in shifts]
    return next((span for span in covered if span[1] - span[0] >= SHORTEST_WINDOW), None)


def _open(
    parts: Parts, tx: Transaction, before: Callback, number: str, window: tuple[Minute, Minute], word: str | None, origin: str, at: int
) -> None:
    id = parts.derive("agreed", f"{before.id}|{origin}")
    agreed = Callback(
        id=id,
        reference=reference(tx, id),
        state="waiting",
        language=before.language,
        urgent=False,
        other_phone=before.other_phone,
        made_at=at,
        opens_at=parts.clock.moment(window[0]),
        not_after=parts.clock.moment(window[1]),
        edition=before.edition,
        word=word,
        sunk=before.sunk,
    )
    tx.add_callback(agreed, number)


def _settle(tx: Transaction, callback: Callback, staff: Staff, at: int) -> None:
    """She could not talk, and said when she can: there is nothing left to look at."""
    if callback.state != "review" or callback.ending != "could_not_talk":
        return
    if {each.reason for each in tx.reviews_of(callback.id) if each.decision is None} <= {"could_not_talk"}:
        tx.save_callback(replace(callback, state="closed", closed_at=at))
        settle(tx, callback.id, "noted", at, by=staff.id)


def _read(parts: Parts, language: str) -> str:
    return language if language in parts.spoken.languages else parts.spoken.languages[0]
