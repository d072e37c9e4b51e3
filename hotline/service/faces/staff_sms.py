"""What counselors say by SMS: I am here, I take it, this is how it ended. It all works from a basic phone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from hotline.engine.letters import plain
from hotline.engine.world import clock
from hotline.ports.calls.callbacks import Callback
from hotline.ports.calls.outbox import OutboxMessage
from hotline.ports.desk.staff import CALLING, Staff
from hotline.ports.outcomes import Outcome
from hotline.ports.store import Transaction
from hotline.service import outbox
from hotline.service.acts import Act
from hotline.service.calls import dispatch, ringing, taking
from hotline.service.calls.outcomes import ENDINGS, note
from hotline.service.deps import Deps
from hotline.service.desk.shifts import presence
from hotline.service.faces import dated
from hotline.service.outbox import Draft
from hotline.service.rules import is_open, is_unsaid, may_ring
from hotline.service.words import meanings
from hotline.service.work import Work

Command: TypeAlias = Literal["take", "back", "again", "on", "off", "here"] | Outcome

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
    "8": "prank",
}
"""What a digit means for a callback that was offered to her, and for one that she holds."""


class Said(Struct, frozen=True):
    """A message, read: the reference if she gave one, and a digit or one of the catalogue's words."""

    reference: str | None
    digit: str | None
    word: str | None


class Reply(Struct, frozen=True):
    """What she is told (`staff.…` of the catalogue), and what else leaves."""

    key: str
    values: dict[str, str] = {}
    posts: tuple[OutboxMessage, ...] = ()


class Desk(Struct, frozen=True):
    """One message of one of the staff, in its transaction."""

    deps: Deps
    tx: Transaction
    staff: Staff
    said: Said
    origin: str
    """The message's id: what follows from it, follows once."""
    at: int
    sent_at: int
    """The moment of sending; 0 where it is not known."""
    fresh: bool


def hear(work: Work, staff: Staff, origin: str, text: str, sent_at: int, *, fresh: bool) -> tuple[OutboxMessage, ...]:
    """Do what she says, once for each message id, and answer. `fresh`: not too old to be answered, and she is there.

    What is stale is not answered, and only takes effect where it does no harm late: outcomes, giving back, off shift.
    """
    if work.tx.outbox.get(work.deps.derive("staff", origin)) is not None:
        return ()
    words = meanings(work.deps.written, "staff.word.")
    of_day = dated.read(text, words, work.deps.clock.local(work.at))
    said = Said(None, None, of_day.kind) if of_day else read(text, words)
    if fresh and (said.digit or said.word):
        staff = replace(staff, seen_at=work.at)
        work.tx.staff.save(staff)
    desk = Desk(work.deps, work.tx, staff, said, origin, work.at, sent_at, fresh)
    reply = _of_day(desk, of_day) if of_day else _obey(desk)
    answered = work.deps.written.phrase(f"staff.{reply.key}", staff.reads, **reply.values)
    answer = outbox.write(work, Draft("staff", staff.number, answered, work.at + outbox.STAFF_SECONDS), origin)
    if not fresh:
        work.tx.outbox.move(answer.id, "pending", "dropped", work.at)
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
        case "away" | "there":
            return Reply("which_day")
        case None if desk.said.digit is None:
            return Reply("help")
    return _of_reference(desk, desk.said.reference) if desk.said.reference else _of_the_only_one(desk)


def _shift(desk: Desk, command: Literal["on", "off", "here"]) -> Reply:
    act = Act(desk.deps, desk.tx, desk.at, desk.staff, desk.origin)
    sent_at = None if desk.fresh else desk.sent_at
    if command == "off":
        return Reply("off", posts=presence.go_off_shift(act, sent_at).messages)
    says = presence.say_here if command == "here" else presence.go_on_shift
    key: str = command
    if desk.fresh and desk.staff.role == "supervisor":
        says, key = (presence.acknowledge if command == "here" else presence.go_on_call), "on_call"
    until = int(says(act, sent_at).values["until"])
    return Reply(key, {"until": outbox.hour(desk.deps, desk.staff.reads, until)})


def _of_day(desk: Desk, said: dated.Dated) -> Reply:
    act = Act(desk.deps, desk.tx, desk.at, desk.staff, desk.origin)
    answer = dated.obey(act, said, None if desk.fresh else desk.sent_at)
    written, language = desk.deps.written, desk.staff.reads
    hours = dict(zip(("from", "to"), (clock(written, language, each) for each in answer.hours or ()), strict=False))
    return Reply(answer.key, {"day": answer.day, **hours}, answer.posts)


def _of_reference(desk: Desk, reference: str) -> Reply:
    callback = desk.tx.callbacks.by_reference(reference)
    named = {"ref": reference}
    if callback is None:
        return Reply("gone", named)
    if callback.state == "claimed" and callback.claimed_by == desk.staff.id:
        return _of_held(desk, callback)
    if callback.state == "lapsed" or (callback.state == "waiting" and desk.at >= callback.not_after):
        return Reply("too_late", named)
    if callback.state != "waiting" or not is_open(callback, desk.at):
        return Reply("gone", named)
    was_offered = any(each.staff == desk.staff.id for each in desk.tx.offers.of(callback.id))
    if _command(desk.said, OFFERED) != "take" or not (was_offered or desk.staff.role == "supervisor"):
        return Reply("help")
    return _take(desk, callback)


def _of_the_only_one(desk: Desk) -> Reply:
    """Without a reference, where what she says fits one callback alone."""
    if _command(desk.said, HELD) is None:
        return Reply("help")
    held = dispatch.groups(desk.tx, desk.tx.callbacks.claimed_by(desk.staff.id))
    offered = dispatch.groups(desk.tx, desk.tx.offers.to(desk.staff.id, desk.at)) if _command(desk.said, OFFERED) == "take" else []
    if not held and not offered:
        return Reply("nothing")
    # What comes late may be about another than the one that she holds by now.
    if len(held) + len(offered) != 1 or not desk.fresh:
        return Reply("which")
    return _of_held(desk, held[0][0]) if held else _take(desk, offered[0][0])


def _take(desk: Desk, callback: Callback) -> Reply:
    named = {"ref": callback.reference}
    if desk.staff.role not in CALLING:
        return Reply("gone", named)  # it was offered to her while she took calls
    if not desk.fresh:
        return Reply("too_late", named)
    takes_minors = desk.staff.minors or desk.staff.role == "supervisor"
    if not takes_minors and dispatch.is_of_minor(desk.tx, dispatch.alike(desk.tx, callback.id)):
        return Reply("gone", named)  # it was offered to her before somebody marked it
    group = dispatch.take(desk.tx, callback, desk.staff, desk.at)
    if not group:
        return Reply("gone", named)
    return _ring(desk, callback, group)


def _of_held(desk: Desk, callback: Callback) -> Reply:
    group = dispatch.held(desk.tx, callback.id, desk.staff.id)
    named = {"ref": callback.reference}
    command = _command(desk.said, HELD)
    tried = any(each.attempts for each in group)
    if command in ("take", "back", "again") and any(is_unsaid(each) for each in group):
        return Reply("how", named)
    if command == "back":
        return Reply("given_back", named, taking.give_back(Work(desk.deps, desk.tx, desk.at), group, desk.staff.alias))
    if command in ("take", "again") or (command == "spoke" and not tried):
        # She says twice that she takes it: her phone has not rung yet.
        return _ring_again(desk, callback, group)
    if command not in ENDINGS or not tried:
        return Reply("help")
    if ringing.is_coming(desk.tx, desk.staff.id, group, desk.at):
        return Reply("taken", named)  # she asked to ring again: that call has no outcome yet
    return Reply("noted", named, note(Work(desk.deps, desk.tx, desk.at), group, command))


def _ring_again(desk: Desk, callback: Callback, group: Sequence[Callback]) -> Reply:
    named = {"ref": callback.reference}
    if not desk.fresh or not may_ring(desk.deps.rules, desk.tx, group, desk.at, desk.staff):
        return Reply("too_late", named)
    if ringing.is_coming(desk.tx, desk.staff.id, group, desk.at):
        return Reply("taken", named)
    return _ring(desk, callback, group)


def _ring(desk: Desk, callback: Callback, group: Sequence[Callback]) -> Reply:
    named = {"ref": callback.reference}
    if desk.deps.rules.calling == "reveal":
        return Reply("on_page", named)  # no number by SMS, ever
    return Reply("taken", named, (ringing.place(Work(desk.deps, desk.tx, desk.at), desk.staff, (callback, *group), desk.origin),))


def _command(said: Said, digits: dict[str, Command]) -> str | None:
    return said.word if said.digit is None else digits.get(said.digit)
