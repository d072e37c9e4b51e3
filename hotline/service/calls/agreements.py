"""What the caller wishes after the call: a time that was agreed in it, another counselor, the supervisor, or no call ever again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from hotline.engine.casework.call_outcomes import TALKED
from hotline.engine.casework.flags import PASSED_ON, Flag
from hotline.engine.edition import Edition
from hotline.engine.effects import Minute
from hotline.engine.promise import DAYS_AHEAD, SHORTEST_WINDOW
from hotline.engine.times import DAY_MINUTES
from hotline.engine.times import hour as full_hour
from hotline.engine.world import clock, day
from hotline.ports.calls.callbacks import Callback
from hotline.ports.desk.cases import AGAIN, Consent
from hotline.ports.desk.staff import Staff
from hotline.service.acts import Act, Refused, Result
from hotline.service.calls import taking
from hotline.service.calls.dispatch import claims
from hotline.service.calls.reference import about, reference
from hotline.service.calls.review import settle, stopped_unpressed, to_review
from hotline.service.calls.rules import coverage, minors
from hotline.service.calls.rules.limits import is_unsaid
from hotline.service.calls.saying import is_in_other_hands, next_call, talked, talks
from hotline.service.deps import Deps
from hotline.service.work import Work

LONGEST_WINDOW: Final = 240
"""Minutes: as long as the longest part of the day that a caller may choose. Somebody has to be there all the while."""

MAY_AGREE: Final = frozenset({"claimed", "closed", "review"})


class Wish(Struct, frozen=True):
    """A time that the caller wishes. `ahead`: days from today; `start`, `end`: minutes of that day."""

    ahead: int
    start: int
    end: int
    word: str | None
    agreed: bool
    """The caller agreed to be called then."""


def days(deps: Deps, language: str, at: int) -> tuple[str, ...]:
    """A week from today, in words: shifts are planned no further."""
    now = deps.clock.local(at)
    spoken = deps.spoken
    read = spoken.language_for(language)
    return tuple(day(spoken, read, now + ahead * DAY_MINUTES, now) for ahead in range(DAYS_AHEAD))


def spans(deps: Deps) -> tuple[tuple[int, int], ...]:
    """The parts of the day that a caller may choose, in minutes."""
    return tuple((part.start, part.end) for part in deps.spoken.parts.values())


def part_of_day(edition: Edition, language: str, minute: Minute, now: Minute) -> tuple[str, int, int]:
    """The day in words, and the part of it, in minutes, in which a local minute lies; what lies between two parts is one too."""
    edges = sorted({edge for part in edition.parts.values() for edge in (part.start, part.end)})
    at = minute % DAY_MINUTES
    start = max((edge for edge in edges if edge <= at), default=edges[-1])
    end = min((edge for edge in edges if edge > at), default=edges[0])
    return day(edition, edition.language_for(language), minute, now), start, end


def words(deps: Deps, language: str) -> tuple[tuple[str, str], ...]:
    """The harmless words that a caller may ask to be asked for: key and word."""
    phrases = deps.spoken.words[deps.spoken.language_for(language)]
    return tuple((key.removeprefix("word."), word) for key, word in phrases.items() if key.startswith("word."))


def hour(deps: Deps, language: str, minute: int) -> str:
    """A minute of a day as a time of day, in words."""
    return clock(deps.spoken, deps.spoken.language_for(language), minute)


def day_and_hour(deps: Deps, language: str, moment: int, now: int) -> str:
    """A moment as day and time of day, in words."""
    minute = deps.clock.local(moment)
    read = deps.spoken.language_for(language)
    return f"{day(deps.spoken, read, minute, deps.clock.local(now))} {clock(deps.spoken, read, minute)}"


def agree_next(act: Act, id: str, wish: Wish) -> Result:
    """Another callback to the same number, at the time that the caller agreed to and with the caller's consent: in the call, or after it, when it ends
    the one before it. Agreed anew, that other is moved, unless somebody took it or tried it.

    Of the window only hours that somebody is planned for are kept: the page says then what holds, and the counselor reads it to the caller.
    """
    callback = talks(act, id)
    if callback is None or not act.tx.numbers.has(id) or callback.state not in MAY_AGREE or is_in_other_hands(act.tx, callback):
        return Result("gone")
    window = window_of(act, callback.language, wish) if wish.agreed else "consent"
    if not isinstance(window, tuple):
        return Result(window, about(callback))
    for served in claims.served_with(act.tx, callback):
        _settle(act, served)
    coming = _move(act, callback, window, wish.word) or _open(act, callback, window, wish.word)
    act.tx.cases.save_consent(id, Consent(AGAIN, full_hour(act.at), callback=coming))
    act.record("agreed", callback.reference)
    return Result("agreed", about(callback))


def may_pass_on(staff: Staff, flags: Iterable[Flag]) -> frozenset[Flag]:
    """For which of these flags this person may pass a callback on in the middle of the call: who takes minors' calls goes on with a minor's."""
    return frozenset(flag for flag in PASSED_ON.intersection(flags) if flag != minors.MINOR or not minors.takes_minors(staff))


def pass_on(act: Act, id: str) -> Result:
    """The counselor knows the caller, who agreed that another rings now: it is given back. Or the caller is a minor: it goes before a supervisor, who is told."""
    callback = act.tx.callbacks.get(id)
    group, flags = claims.held(act.tx, id, act.staff.id), act.tx.flags.of(id)
    if callback is None or not group or not may_pass_on(act.staff, flags):
        return Result("gone")
    # They talked: whoever has it next may ring.
    talked_to = tuple(replace(held, outcome="spoke") if is_unsaid(held) else held for held in group)
    if minors.MINOR not in flags:
        return Result("back", about(callback), taking.return_group(act, talked_to))
    claims.drop_call(act, talked_to)
    claims.record_return(act, talked_to, act.staff.alias)
    return Result("handed", about(callback), to_review(act, talked_to, "minor"))


def no_more(act: Act, id: str) -> Result:
    """The caller wants no call any more: as if the two keys for it were pressed, but that a supervisor hears of what was urgent beside what this
    call was for. Where another phone was rung, only what this call was for is forgotten.

    Gone where there is no number any more: then there is nothing left to decide.
    """
    callback = talked(act, id)
    if callback is None or not act.tx.numbers.has(id):
        return Result("gone")
    stopped: tuple[str, ...] = ()
    served = claims.served_with(act.tx, callback)
    forgotten = served if callback.other_phone else act.tx.callbacks.to_number(id)
    if callback.other_phone:
        for other in forgotten:
            act.tx.numbers.forget(other.id)
            act.tx.revocations.add("cancelled", other.id, act.at)
            if other.state == "review":
                act.tx.callbacks.save(replace(other, state="closed", closed_at=act.at))
    elif act.tx.numbers.reaches(id):
        act.tx.revocations.add_stop_of(id, act.at)
        for other in forgotten:  # by name too: a backup from before an exchange of keys knows the phone by another hash
            act.tx.revocations.add("cancelled", other.id, act.at)
        stopped = act.tx.numbers.stop_phone_of(id, act.at, act.at + act.deps.rules.stop_seconds)
    for other in forgotten:
        if other.id == id or other.state == "review":
            settle(act, other.id, "noted")
    act.record("number erased", callback.reference)
    besides = set(stopped) - {other.id for other in served}
    return Result("erased", about(callback), stopped_unpressed(act, [other for other in forgotten if other.id in besides]))


def window_of(work: Work, language: str, wish: Wish) -> tuple[Minute, Minute] | Refused:
    """The part of what somebody wishes, in local minutes, that a counselor of the language is planned for; or why there is none that can be promised."""
    return _refusal(work.deps, wish, work.at) or _kept(work, language, wish) or "nobody"


def _refusal(deps: Deps, wish: Wish, at: int) -> Refused | None:
    """What is wrong with a wish, whoever could keep it; None where nothing is."""
    if not 0 <= wish.start < wish.end <= DAY_MINUTES or not 0 <= wish.ahead < DAYS_AHEAD:
        return "order"
    if wish.word is not None and f"word.{wish.word}" not in deps.spoken.words[deps.spoken.languages[0]]:
        return "order"
    if wish.end - wish.start > LONGEST_WINDOW:
        return "too_long"
    now = deps.clock.local(at)
    return "past" if (now // DAY_MINUTES + wish.ahead) * DAY_MINUTES + wish.end <= now else None


def _kept(work: Work, language: str, wish: Wish) -> tuple[Minute, Minute] | None:
    """The part of the window that somebody is planned for. Returns None where it is too short to be promised."""
    now = work.deps.clock.local(work.at)
    begins = now // DAY_MINUTES * DAY_MINUTES + wish.ahead * DAY_MINUTES
    start, end = max(begins + wish.start, now), begins + wish.end
    shifts = coverage.look(work, language).shifts
    covered = [(max(start, opens), min(end, ends)) for opens, ends in shifts]
    return next((span for span in covered if span[1] - span[0] >= SHORTEST_WINDOW), None)


def _move(act: Act, before: Callback, window: tuple[Minute, Minute], word: str | None) -> str | None:
    """Returns the id of the callback that was agreed on before and has another time now; None where there is none that waits."""
    standing = next_call(act.tx, before.id)
    if standing is None:
        return None
    opens_at, not_after = (act.deps.clock.moment(minute) for minute in window)
    act.tx.callbacks.save(replace(standing, opens_at=opens_at, not_after=not_after, word=word))
    return standing.id


def _open(act: Act, before: Callback, window: tuple[Minute, Minute], word: str | None) -> str:
    """Returns the id of the callback that is agreed."""
    id = act.derive("agreed")
    agreed = Callback(
        id=id,
        reference=reference(act.tx, id),
        state="waiting",
        language=before.language,
        urgent=False,
        other_phone=before.other_phone,
        made_at=act.at,
        opens_at=act.deps.clock.moment(window[0]),
        not_after=act.deps.clock.moment(window[1]),
        edition=before.edition,
        word=word,
        sunk=before.sunk,
        agreed=True,
        agreed_by=act.staff.id,
        entered=before.entered,
    )
    act.tx.callbacks.add_like(agreed, before.id)
    if minors.is_of_minor(act.tx, claims.served_with(act.tx, before)):
        minors.flag_all(act, [agreed], before.minor_by)  # a minor's next call, too, is for those who take such calls
    return id


def _settle(act: Act, callback: Callback) -> None:
    """Where the caller could not talk, the next call settles it: nothing is left to decide. That it was a minor is for a supervisor's eyes all the same."""
    if callback.state != "review" or callback.outcome not in TALKED:
        return
    undecided = [review for review in act.tx.reviews.of(callback.id) if review.decision is None]
    if {review.reason for review in undecided} <= {"could_not_talk", "minor"}:
        act.tx.callbacks.save(replace(callback, state="closed", closed_at=act.at))
        for review in undecided:
            if review.reason == "could_not_talk":
                act.tx.reviews.save(replace(review, decision="noted", decided_by=act.staff.id, decided_at=act.at))
