"""One hop: the engine is asked, and asked again with each fact that it lacks and the result of each order, until there is a screen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeAlias, assert_never

from msgspec.structs import replace

from hotline.engine.edition import Edition
from hotline.engine.effects import (
    Fact,
    Need,
    Order,
    OrderResult,
    Screen,
    StepResult,
)
from hotline.service.conversation.facts import Facts
from hotline.service.conversation.orders import Orders
from hotline.service.conversation.session import Session, SessionFacts, UncertainEdition
from hotline.service.conversation.turned_away import TurnedAwayCounts
from hotline.service.conversation.who_is_there import WhoIsThere
from hotline.service.deps import Deps

MOST_QUESTIONS: Final = 256
"""Facts and orders of one hop: some four for each of sixty inputs."""

Replay: TypeAlias = Callable[[Edition, Sequence[str], Mapping[str, Fact]], StepResult]


class Dialogue:
    """Answers hops. Shared by all threads of a process."""

    def __init__(self, deps: Deps, orders: Orders, replay: Replay, turned_away: TurnedAwayCounts, who: WhoIsThere) -> None:
        self._deps = deps
        self._replay = replay
        self._orders = orders
        self._turned_away = turned_away
        self._who = who

    def answer(self, editions: Sequence[Edition], session: Session, *, may_order: bool = True) -> tuple[Screen, bool]:
        """The screen, and whether a store was needed for it. Never raises because one is away.

        Several `editions`: nobody knows on which of them the session is, the newest first. What all of them say is answered; where they differ it is the safe end.
        `may_order`: False where it may be on yet another one: then nothing is asked or ordered.
        """
        first = self._replay(editions[0], session.inputs, {}) if len(editions) == 1 else self._agreed(editions, session.inputs, {})
        if isinstance(first, Screen):
            return first, False
        if first is None or not may_order:
            return safe_end(editions[0]), True
        facts = SessionFacts(self._deps, self._orders, self._who, session, tuple(edition.number for edition in editions))
        try:
            screen = self._converse(editions, session, facts, first)
        except UncertainEdition as uncertain:
            other = [edition for edition in editions if edition.number == uncertain.edition]
            return self.answer(other, session) if other and len(editions) > 1 else (safe_end(editions[0]), True)
        facts.keep()
        if screen.turned_away is not None and (found := facts.missing(screen.turned_away)) is not None:
            self._turned_away.note(session.name, session.seconds, screen.turned_away, *found)
        return screen, True

    def _converse(self, editions: Sequence[Edition], session: Session, facts: SessionFacts, first: StepResult) -> Screen:
        result: StepResult | None = first
        for _ in range(MOST_QUESTIONS):
            match result:
                case Screen() if facts.is_told_otherwise():
                    pass
                case Screen():
                    return result
                case Need():
                    facts.find(result)
                case Order() if self._agree_after(editions, session.inputs, facts.known, result):
                    facts.apply(result)
                case Order() | None:
                    break
                case _:
                    assert_never(result)
            result = self._agreed(editions, session.inputs, facts.known)
        return safe_end(editions[0])

    def _agree_after(self, editions: Sequence[Edition], inputs: Sequence[str], known: Facts, order: Order) -> bool:
        """Do they say the same whatever comes of the order? Else it would be given and the caller not be told."""
        results: tuple[OrderResult, ...] = ("kept", "lost", "late") if len(editions) > 1 else ()
        return all(self._agreed(editions, inputs, {**known, order.key: result}) is not None for result in results)

    def _agreed(self, editions: Sequence[Edition], inputs: Sequence[str], known: Facts) -> StepResult | None:
        """What they all say; None where they do not say the same."""
        result = self._replay(editions[0], inputs, known)
        if len(editions) > 1:
            said = replace(result, edition=0)
            if any(replace(self._replay(edition, inputs, known), edition=0) != said for edition in editions[1:]):
                return None
        return result


def safe_end(edition: Edition) -> Screen:
    """In every language at once: which one the caller chose is not known here."""
    language = edition.languages[0]
    return edition.last("safe.end", language, edition.phrase("neutral.broken", language))
