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
from hotline.service.work import Work

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


def agree(work: Work, staff: Staff, id: str, wish: Wish, origin: str) -> Answer:
    """Another callback to the same number, at the time that she agreed to and with her consent. The one before it is over with that.

    Only hours that somebody is planned for are kept: what is told afterwards is what holds.
    """
    callback, number = talked(work.tx, staff, id), work.tx.numbers.of(id)
    if callback is None or number is None or callback.state not in ("closed", "review") or _is_in_other_hands(work.tx, callback):
        return Answer("gone")
    refused = _refusal(work.deps, wish, work.at)
    if refused is not None:
        return Answer(refused)
    window = _kept(work, callback, number, wish)
    if window is None:
        return Answer("nobody")
    for each in dispatch.served_with(work.tx, callback):
        _settle(work.tx, each, staff, work.at)
    _open(work, callback, number, window, wish, staff, origin)
    work.tx.cases.save_consent(id, Consent(AGAIN, work.at))
    work.tx.audit.add(AuditRecord(work.at, staff.alias, "agreed", callback.reference))
    return Answer("agreed")


def pass_on(work: Work, staff: Staff, id: str) -> Answer:
    """She knows the woman, who agreed that another rings her now; or the girl's call is for the supervisor, who is told."""
    group = dispatch.held(work.tx, id, staff.id)
    marks = work.tx.flags.of(id)
    if not group or not marks & {"known", "minor"}:
        return Answer("gone")
    # They talked: whoever has it next may ring.
    spoken = tuple(replace(each, outcome="spoke") if is_unsaid(each) else each for each in group)
    if "minor" not in marks:
        return Answer("handed", taking.give_back(work, spoken, staff.alias))
    dispatch.drop_call(work.tx, spoken, work.at)
    dispatch.record_return(work.tx, spoken, staff.alias, work.at)
    return Answer("handed", to_review(work, spoken, "minor"))


def no_more(work: Work, staff: Staff, id: str) -> Answer:
    """She wants no call any more: as if she had pressed the two keys for it. Of another phone only what this call was for is forgotten.

    Where there is no number any more there is nothing left to decide.
    """
    callback, number = talked(work.tx, staff, id), work.tx.numbers.of(id)
    if callback is None or number is None:
        return Answer("gone")
    forgotten = dispatch.served_with(work.tx, callback) if callback.other_phone else work.tx.callbacks.to_number(id)
    if callback.other_phone:
        for each in forgotten:
            work.tx.numbers.forget(each.id)
            if each.state == "review":
                work.tx.callbacks.save(replace(each, state="closed", closed_at=work.at))
    else:
        work.tx.numbers.stop(number, work.at, work.at + work.deps.rules.stop_seconds)
    for each in forgotten:
        if each.id == id or each.state == "review":
            settle(work.tx, each.id, "noted", work.at, by=staff.id)
    work.tx.audit.add(AuditRecord(work.at, staff.alias, "number erased", callback.reference))
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


def _kept(work: Work, callback: Callback, number: str, wish: Wish) -> tuple[Minute, Minute] | None:
    """What of the window somebody is planned for; None: too little to promise it."""
    now = work.deps.clock.local(work.at)
    begins = now // DAY_MINUTES * DAY_MINUTES + wish.ahead * DAY_MINUTES
    start, end = max(begins + wish.start, now), begins + wish.end
    shifts = coverage.look(work, callback.language, number).shifts
    covered = [(max(start, opens), min(end, ends)) for opens, ends in shifts]
    return next((span for span in covered if span[1] - span[0] >= SHORTEST_WINDOW), None)


def _open(work: Work, before: Callback, number: str, window: tuple[Minute, Minute], wish: Wish, staff: Staff, origin: str) -> None:
    id = work.deps.derive("agreed", f"{before.id}|{origin}")
    agreed = Callback(
        id=id,
        reference=reference(work.tx, id),
        state="waiting",
        language=before.language,
        urgent=False,
        other_phone=before.other_phone,
        made_at=work.at,
        opens_at=work.deps.clock.moment(window[0]),
        not_after=work.deps.clock.moment(window[1]),
        edition=before.edition,
        word=wish.word,
        sunk=before.sunk,
    )
    work.tx.callbacks.add(agreed, number)
    if dispatch.is_of_minor(work.tx, dispatch.served_with(work.tx, before)):
        work.tx.flags.add(id, "minor", staff.id, work.at)  # a girl's next call, too, is for those who take such calls


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
