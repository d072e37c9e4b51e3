"""What she wishes after the call: a time that was agreed in it, another counselor, the supervisor, or no call ever again."""

from __future__ import annotations

from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from hotline.engine.effects import Minute
from hotline.engine.times import DAY_MINUTES
from hotline.engine.world import DAYS_AHEAD, SHORTEST_WINDOW, clock, day
from hotline.ports.calls.callbacks import Callback
from hotline.ports.desk.audit import AuditRecord
from hotline.ports.desk.cases import AGAIN, Consent
from hotline.ports.desk.staff import Staff
from hotline.ports.store import Transaction
from hotline.service.calls import coverage, dispatch, taking
from hotline.service.calls.connecting import Answer, Told
from hotline.service.calls.outcomes import DANGEROUS, TALKED, talked
from hotline.service.calls.reference import reference
from hotline.service.calls.review import settle, to_review
from hotline.service.deps import Deps
from hotline.service.rules import is_unsaid

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


def days(deps: Deps, language: str, at: int) -> tuple[str, ...]:
    """A week from today, in words: shifts are planned no further."""
    now = deps.clock.local(at)
    spoken = deps.spoken
    read = spoken.language_for(language)
    return tuple(day(spoken, read, now + ahead * DAY_MINUTES, now) for ahead in range(DAYS_AHEAD))


def spans(deps: Deps) -> tuple[tuple[int, int], ...]:
    """The parts of the day that a caller may choose, in minutes."""
    return tuple((part.start, part.end) for part in deps.spoken.parts.values())


def words(deps: Deps, language: str) -> tuple[tuple[str, str], ...]:
    """The harmless words that she may ask to be asked for."""
    read = deps.spoken.words[deps.spoken.language_for(language)]
    return tuple((key.removeprefix("word."), said) for key, said in read.items() if key.startswith("word."))


def time(deps: Deps, language: str, minute: int) -> str:
    return clock(deps.spoken, deps.spoken.language_for(language), minute)


def told(deps: Deps, language: str, at: int, now: int) -> str:
    """A moment as day and time of day, in words."""
    minute = deps.clock.local(at)
    read = deps.spoken.language_for(language)
    return f"{day(deps.spoken, read, minute, deps.clock.local(now))} {clock(deps.spoken, read, minute)}"


def agree(deps: Deps, tx: Transaction, staff: Staff, id: str, wish: Wish, origin: str, at: int) -> Answer:
    """Another callback to the same number, at the time that she agreed to and with her consent. The one before it is over with that.

    Only hours that somebody is planned for are kept: what is told afterwards is what holds.
    """
    callback, number = talked(tx, staff, id), tx.numbers.of(id)
    if callback is None or number is None or callback.state not in ("closed", "review") or _is_in_other_hands(tx, callback):
        return Answer("gone")
    refused = _refusal(deps, wish, at)
    if refused is not None:
        return Answer(refused)
    window = _kept(deps, tx, callback, number, wish, at)
    if window is None:
        return Answer("nobody")
    for each in dispatch.served_with(tx, callback):
        _settle(tx, each, staff, at)
    _open(deps, tx, callback, number, window, wish, staff, origin, at)
    tx.cases.save_consent(id, Consent(AGAIN, at))
    tx.audit.add(AuditRecord(at, staff.alias, "agreed", callback.reference))
    return Answer("agreed")


def pass_on(deps: Deps, tx: Transaction, staff: Staff, id: str, at: int) -> Answer:
    """She knows the woman, who agreed that another rings her now; or the girl's call is for the supervisor, who is told."""
    group = dispatch.held(tx, id, staff.id)
    marks = tx.flags.of(id)
    if not group or not marks & {"known", "minor"}:
        return Answer("gone")
    # They talked: whoever has it next may ring.
    spoken = tuple(replace(each, outcome="spoke") if is_unsaid(each) else each for each in group)
    if "minor" not in marks:
        return Answer("handed", taking.give_back(deps, tx, spoken, staff.alias, at))
    dispatch.drop_call(tx, spoken, at)
    dispatch.record_return(tx, spoken, staff.alias, at)
    return Answer("handed", to_review(deps, tx, spoken, "minor", at))


def no_more(deps: Deps, tx: Transaction, staff: Staff, id: str, at: int) -> Answer:
    """She wants no call any more: as if she had pressed the two keys for it. Of another phone only what this call was for is forgotten.

    Where there is no number any more there is nothing left to decide.
    """
    callback, number = talked(tx, staff, id), tx.numbers.of(id)
    if callback is None or number is None:
        return Answer("gone")
    forgotten = dispatch.served_with(tx, callback) if callback.other_phone else tx.callbacks.to_number(id)
    if callback.other_phone:
        for each in forgotten:
            tx.numbers.forget(each.id)
            if each.state == "review":
                tx.callbacks.save(replace(each, state="closed", closed_at=at))
    else:
        tx.numbers.stop(number, at, at + deps.rules.stop_seconds)
    for each in forgotten:
        if each.id == id or each.state == "review":
            settle(tx, each.id, "noted", at, by=staff.id)
    tx.audit.add(AuditRecord(at, staff.alias, "number erased", callback.reference))
    return Answer("erased")


def _refusal(deps: Deps, wish: Wish, at: int) -> Told | None:
    """What is wrong with a wish, whoever is there to keep it."""
    if not wish.agreed:
        return "consent"
    if not 0 <= wish.start < wish.end <= DAY_MINUTES or not 0 <= wish.ahead < DAYS_AHEAD:
        return "order"
    if wish.word is not None and f"word.{wish.word}" not in deps.spoken.words[deps.spoken.languages[0]]:
        return "order"
    if wish.end - wish.start > LONGEST_WINDOW:
        return "too_long"
    now = deps.clock.local(at)
    return "past" if (now // DAY_MINUTES + wish.ahead) * DAY_MINUTES + wish.end <= now else None


def _kept(deps: Deps, tx: Transaction, callback: Callback, number: str, wish: Wish, at: int) -> tuple[Minute, Minute] | None:
    """What of the window somebody is planned for; None: too little to promise it."""
    now = deps.clock.local(at)
    begins = now // DAY_MINUTES * DAY_MINUTES + wish.ahead * DAY_MINUTES
    start, end = max(begins + wish.start, now), begins + wish.end
    shifts = coverage.look(tx, callback.language, at, deps.rules, deps.clock.local, number).shifts
    covered = [(max(start, opens), min(end, ends)) for opens, ends in shifts]
    return next((span for span in covered if span[1] - span[0] >= SHORTEST_WINDOW), None)


def _open(
    deps: Deps,
    tx: Transaction,
    before: Callback,
    number: str,
    window: tuple[Minute, Minute],
    wish: Wish,
    staff: Staff,
    origin: str,
    at: int,
) -> None:
    id = deps.derive("agreed", f"{before.id}|{origin}")
    agreed = Callback(
        id=id,
        reference=reference(tx, id),
        state="waiting",
        language=before.language,
        urgent=False,
        other_phone=before.other_phone,
        made_at=at,
        opens_at=deps.clock.moment(window[0]),
        not_after=deps.clock.moment(window[1]),
        edition=before.edition,
        word=wish.word,
        sunk=before.sunk,
    )
    tx.callbacks.add(agreed, number)
    if dispatch.is_of_minor(tx, dispatch.served_with(tx, before)):
        tx.flags.add(id, "minor", staff.id, at)  # a girl's next call, too, is for those who take such calls


def _settle(tx: Transaction, callback: Callback, staff: Staff, at: int) -> None:
    """It is settled when she is called: there is nothing left to decide. That it was a girl is for a supervisor's eyes all the same."""
    if callback.state != "review" or callback.outcome not in TALKED:
        return
    undecided = [each for each in tx.reviews.of(callback.id) if each.decision is None]
    if {each.reason for each in undecided} <= {"could_not_talk", "minor"}:
        tx.callbacks.save(replace(callback, state="closed", closed_at=at))
        for each in undecided:
            if each.reason == "could_not_talk":
                tx.reviews.save(replace(each, decision="noted", decided_by=staff.id, decided_at=at))


def _is_in_other_hands(tx: Transaction, callback: Callback) -> bool:
    """Did somebody else answer this phone since, so that a supervisor decides whether it is ever rung again?"""
    # As in `outcomes.note`: what a stranger asked for tells nothing about the owner's own requests.
    telling = (each for each in tx.callbacks.to_number(callback.id) if callback.other_phone or not each.other_phone)
    return any(each.state == "review" and each.outcome in DANGEROUS for each in telling)
