"""The orders that the engine gives and the facts that it asks for: its whole vocabulary towards the world."""

from __future__ import annotations

from typing import Literal, TypeAlias

from msgspec import Struct

Minute: TypeAlias = int
"""A wall-clock minute where the line lives, counted from 1970-01-01 00:00 *local* time. Whoever hands facts in converts them."""

OrderResult: TypeAlias = Literal["kept", "lost", "late"]
"""What became of an order: kept for good; lost, and the caller is told so; late, its session is long over (a safe end)."""


class Ref(Struct, frozen=True, order=True):
    """Which order of a session: the number of inputs that had been read, and how many orders came before it at that input."""

    position: int
    ordinal: int


class OpenCallback(Struct, frozen=True, tag=True):
    """Ring the caller back. `opens` and `not_after` bound the window; nobody rings before the one or after the other."""

    language: str
    urgent: bool
    opens: Minute
    not_after: Minute
    phone: str | None = None
    """Another phone than the one in hand, as the caller typed it: eight digits. None is the phone in hand."""
    now: bool = False
    """Asked for at once: its promise rests on who is there, not on who is planned."""


class RefineCallback(Struct, frozen=True, tag=True):
    """Change a callback of this very session: its window, or the word that whoever answers is asked for. None leaves a thing as it is."""

    of: Ref
    opens: Minute | None = None
    not_after: Minute | None = None
    word: str | None = None


class CancelCallback(Struct, frozen=True, tag=True):
    """Take back a callback of this very session."""

    of: Ref


class StopCalls(Struct, frozen=True, tag=True):
    """End every open call to the phone in hand and forget its number, whoever asked for the call."""


Effect: TypeAlias = OpenCallback | RefineCallback | CancelCallback | StopCalls


class Coverage(Struct, frozen=True):
    """Who can call in one language: the fact behind every promise of the line, the same for every phone (docs: coverage).

    It is made of what the staff declared and of the clock, of nothing that any caller asked for. `now`: a counselor is there and stays for
    `promise.SHORTEST_STAY`; `urgent`: one stays for `promise.SHORTEST_URGENT_STAY`, or a supervisor on call who speaks the language does.
    `until` is when the last counselor goes who is there, `urgent_until` the same with those supervisors; the present minute where nobody is.
    `opens` is when the next shift begins, None if none is planned or one is on. `shifts` are the planned spans `[start, end)` to come,
    merged, in order, without those that a supervisor closed. `many`: a supervisor said that so many ask that a call may not come.
    """

    now: bool
    urgent: bool
    until: Minute
    urgent_until: Minute
    opens: Minute | None
    shifts: tuple[tuple[Minute, Minute], ...]
    many: bool = False


Fact: TypeAlias = Minute | Coverage | OrderResult | None
"""A fact's value; None is *unknown*, which every fact may be."""


def now_key(position: int) -> str:
    """The key of the fact *what time is it*, as asked after `position` inputs. Value: Minute or None."""
    return f"now@{position}"


def coverage_key(language: str, position: int) -> str:
    """The key of the fact *who can call in this language*, as asked after `position` inputs. Value: Coverage or None."""
    return f"coverage.{language}@{position}"


def now_key_beside(key: str) -> str:
    """The key of the time at the input after which this coverage fact is asked for."""
    return now_key(int(key.rpartition("@")[2]))


def is_coverage_key(key: str, position: int) -> bool:
    """Is this the key of a coverage fact that was asked for after `position` inputs?"""
    return key.startswith("coverage.") and key.endswith(f"@{position}")


def result_key(ref: Ref) -> str:
    """The key of the fact *what became of this order*. Value: OrderResult."""
    return f"order@{ref.position}.{ref.ordinal}"


Urgency: TypeAlias = Literal["urgent", "ordinary"]


class Screen(Struct, frozen=True):
    """What the caller sees. `text` fits the phone's budget as it is sent; `ends` closes the session; `key` names the screen for logs and tests.

    `turned_away`: a call *now* was asked for by the last input, and a branch found that nobody can make it.
    """

    edition: int
    key: str
    text: str
    ends: bool
    turned_away: Urgency | None = None


class Need(Struct, frozen=True):
    """The engine cannot go on without the fact `key`: `name` is `now` or `coverage`, `about` the language for the latter."""

    edition: int
    key: str
    name: Literal["now", "coverage"]
    about: str | None = None


class Order(Struct, frozen=True):
    """The engine wants `effect` done, once; its result is the fact `key`, without which it cannot go on."""

    edition: int
    key: str
    ref: Ref
    effect: Effect


StepResult: TypeAlias = Screen | Need | Order
