"""What counselors say by SMS: I am here, I take it, this is how it ended. It all works from a basic phone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from hotline.ports import Callback, Ending, Post, Staff, Transaction
from hotline.service import calls, dispatch, outbox
from hotline.service.coverage import stays_until
from hotline.service.parts import Parts
from hotline.service.rules import is_open, may_ring, tries_left
from hotline.service.words import meanings, plain

Command: TypeAlias = Literal["take", "back", "again", "on", "off", "here"] | Ending

OFFERED: Final[dict[str, Command]] = {"1": "take"}
HELD: Final[dict[str, Command]] = {
    "0": "back",
    "1": "spoke",
    "2": "no_answer",
    "3": "unreachable",
    "4": "someone_else",
    "5": "wrong_word",
    "6": "could_not_talk",
    "7": "again",
}
"""What a digit means for a callback that was offered to her, and for one that she holds."""
ENDINGS: Final[tuple[Ending, ...]] = ("spoke", "no_answer", "unreachable", "someone_else", "wrong_word", "could_not_talk")
REVIEWED: Final[tuple[Ending, ...]] = ("someone_else", "wrong_word", "could_not_talk")
"""Never rung again by itself: a supervisor decides."""
DANGEROUS: Final[tuple[Ending, ...]] = ("someone_else", "wrong_word")
"""The phone is in other hands: nobody rings it again by itself."""


class Said(Struct, frozen=True):
    """A message, read: the reference if she gave one, and a digit or one of the catalogue's words."""

    reference: str | None
    digit: str | None
    word: str | None


class Reply(Struct, frozen=True):
    """What she is told (`staff.…` of the catalogue), and what else leaves."""

    key: str
    values: dict[str, str] = {}
    posts: tuple[Post, ...] = ()


class Desk(Struct, frozen=True):
    """One message of one of the staff, in its transaction."""

    parts: Parts
    tx: Transaction
    staff: Staff
    said: Said
    origin: str
    """The message's id: what follows from it, follows once."""
    at: int
    sent_at: int
    """The moment of sending; 0 where it is not known."""
    fresh: bool


def hear(parts: Parts, tx: Transaction, staff: Staff, origin: str, text: str, at: int, sent_at: int, *, fresh: bool) -> tuple[Post, ...]:
    """Do what she says, once for each message id, and answer. `fresh`: not too old to be answered, and she is there.

    What is stale is not answered, and only takes effect where it does no harm late: outcomes, giving back, off shift.
    """
    if tx.posted(parts.derive("staff", origin)) is not None:
        return ()
    said = read(text, meanings(parts.written, "staff.word."))
    if fresh and (said.digit or said.word):
        staff = replace(staff, seen_at=at)
        tx.add_staff(staff)
    reply = _obey(Desk(parts, tx, staff, said, origin, at, sent_at, fresh))
    words = parts.written.phrase(f"staff.{reply.key}", staff.reads, **reply.values)
    answer = outbox.write(parts, tx, "staff", staff.number, words, origin, at, at + outbox.STAFF_SECONDS)
    if not fresh:
        tx.move(answer.id, "pending", "dropped", at)
        return reply.posts
    return (*reply.posts, answer)


def read(text: str, words: dict[str, str]) -> Said:
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
        return Said(reference, None, None)
    if len(said) == 1 and said.isascii() and said.isdigit():
        return Said(reference, said, None)
    return Said(reference, None, words.get(said))


def _obey(desk: Desk) -> Reply:
    match desk.said.word:
        case "on" | "off" | "here" as command:
            return _shift(desk, command)
        case None if desk.said.digit is None:
            return Reply("help")
    return _of_reference(desk, desk.said.reference) if desk.said.reference else _of_the_only_one(desk)


def _shift(desk: Desk, command: Literal["on", "off", "here"]) -> Reply:
    parts, tx, staff, at = desk.parts, desk.tx, desk.staff, desk.at
    match command:
        case "here":
            return Reply("here", {"until": outbox.hour(parts, staff.reads, at + parts.rules.presence_minutes * 60)})
        case "on":
            until = at + parts.rules.shift_hours * 3600
            if desk.fresh:
                tx.add_staff(replace(staff, on_until=until, off_until=None))
            return Reply("on", {"until": outbox.hour(parts, staff.reads, until)})
        case "off" if not desk.fresh and (staff.seen_at or 0) > desk.sent_at:
            return Reply("off")  # she was heard of since: it was said before that
        case "off":
            # Off until the shift that she is on ends; what the plan says after that holds again.
            ends = parts.clock.moment(stays_until(replace(staff, on_until=None), tx.shifts(), at, parts.clock.local))
            off_until = min(ends, at + parts.rules.shift_hours * 3600)
            tx.add_staff(replace(staff, on_until=None, off_until=off_until if off_until > at else None))
            return Reply("off", posts=_hand_over(desk) if desk.fresh else ())


def _hand_over(desk: Desk) -> tuple[Post, ...]:
    """Who goes leaves nothing untried behind."""
    untried = [group for group in _groups(desk.tx, desk.tx.claimed_by(desk.staff.id)) if not any(each.tries for each in group)]
    return tuple(post for group in untried for post in dispatch.give_back(desk.parts, desk.tx, group, desk.at))


def _of_reference(desk: Desk, reference: str) -> Reply:
    callback = desk.tx.by_reference(reference)
    named = {"ref": reference}
    if callback is None:
        return Reply("gone", named)
    if callback.state == "claimed" and callback.claimed_by == desk.staff.id:
        return _of_held(desk, callback)
    if callback.state == "lapsed" or (callback.state == "waiting" and desk.at >= callback.not_after):
        return Reply("too_late", named)
    if callback.state != "waiting" or not is_open(callback, desk.at):
        return Reply("gone", named)
    was_offered = any(each.staff == desk.staff.id for each in desk.tx.offers(callback.id))
    if _command(desk.said, OFFERED) != "take" or not (was_offered or desk.staff.role == "supervisor"):
        return Reply("help")
    return _take(desk, callback)


def _of_the_only_one(desk: Desk) -> Reply:
    """Without a reference, where what she says fits one callback alone."""
    if _command(desk.said, HELD) is None:
        return Reply("help")
    held = _groups(desk.tx, desk.tx.claimed_by(desk.staff.id))
    offered = _groups(desk.tx, desk.tx.offered_to(desk.staff.id, desk.at)) if _command(desk.said, OFFERED) == "take" else []
    if not held and not offered:
        return Reply("nothing")
    # What comes late may be about another than the one that she holds by now.
    if len(held) + len(offered) != 1 or not desk.fresh:
        return Reply("which")
    return _of_held(desk, held[0][0]) if held else _take(desk, offered[0][0])


def _take(desk: Desk, callback: Callback) -> Reply:
    parts, tx, staff, at = desk.parts, desk.tx, desk.staff, desk.at
    named = {"ref": callback.reference}
    if not desk.fresh:
        return Reply("too_late", named)
    group = dispatch.take(tx, callback.id, staff.id, at)
    if not group:
        return Reply("gone", named)
    return Reply("taken", named, (calls.place(parts, tx, staff, (callback, *group), desk.origin, at),))


def _of_held(desk: Desk, callback: Callback) -> Reply:
    group = dispatch.held(desk.tx, callback.id, desk.staff.id)
    named = {"ref": callback.reference}
    command = _command(desk.said, HELD)
    tried = any(each.tries for each in group)
    if command in ("take", "back", "again") and any(each.tries and each.ending is None for each in group):
        # A call that nobody answered is not made again, by her or by another: she has to say first that it was not that.
        return Reply("how", named)
    if command == "back":
        return Reply("given_back", named, dispatch.give_back(desk.parts, desk.tx, group, desk.at))
    if command in ("take", "again") or (command == "spoke" and not tried):
        # She says twice that she takes it: her phone has not rung yet.
        return _ring_again(desk, callback, group)
    if command not in ENDINGS or not tried:
        return Reply("help")
    if calls.is_coming(desk.tx, desk.staff.id, group, desk.at):
        return Reply("taken", named)  # she asked to ring again: that call has no outcome yet
    return Reply("noted", named, _note(desk, group, command))


def _ring_again(desk: Desk, callback: Callback, group: Sequence[Callback]) -> Reply:
    named = {"ref": callback.reference}
    if not desk.fresh or not may_ring(desk.parts.rules, desk.tx, group, desk.at, desk.staff):
        return Reply("too_late", named)
    if calls.is_coming(desk.tx, desk.staff.id, group, desk.at):
        return Reply("taken", named)
    return Reply("taken", named, (calls.place(desk.parts, desk.tx, desk.staff, (callback, *group), desk.origin, desk.at),))


def _note(desk: Desk, group: Sequence[Callback], ending: Ending) -> tuple[Post, ...]:
    """How the last try ended, and so what becomes of the callbacks that it was for (docs: callback life)."""
    tx, at = desk.tx, desk.at
    # Her own request tells whose hands the phone is in; a stranger's tells nothing about hers.
    same = dispatch.alike(tx, group[0].id) if group[0].other_phone else tx.same_number(group[0].id)
    others = [each for each in same if each not in group] if ending in DANGEROUS else []
    for each in group:
        tx.save_callback(_after(replace(each, ending=ending, claimed_at=at), ending, at))
    for each in others:
        # Asked for at another time, but it is the same phone.
        tx.save_callback(replace(each, state="review"))
    told = [group[0], *others] if ending in REVIEWED else []
    return tuple(post for each in told for post in outbox.tell_supervisors(desk.parts, tx, "review", each.id, at, ref=each.reference))


def _after(callback: Callback, ending: Ending, at: int) -> Callback:
    match ending:
        case _ if ending in REVIEWED:
            return replace(callback, state="review")
        case "unreachable" if tries_left(callback) > 0 and is_open(callback, at):
            return callback
        case _:
            return replace(callback, state="closed", closed_at=at)


def _command(said: Said, digits: dict[str, Command]) -> str | None:
    return said.word if said.digit is None else digits.get(said.digit)


def _groups(tx: Transaction, callbacks: Iterable[Callback]) -> list[tuple[Callback, ...]]:
    """Those to the same number together, in the order of their first."""
    groups: list[tuple[Callback, ...]] = []
    callbacks = tuple(callbacks)
    for callback in callbacks:
        if not any(callback in group for group in groups):
            same = {each.id for each in dispatch.alike(tx, callback.id)}
            groups.append(tuple(each for each in callbacks if each == callback or each.id in same))
    return groups
