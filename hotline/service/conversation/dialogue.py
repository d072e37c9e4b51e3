"""One hop: the engine is asked, and asked again with each fact that it lacks and the outcome of each order, until there is a screen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from itertools import count
from typing import Final, TypeAlias, assert_never

from msgspec import Struct
from msgspec.structs import replace

from hotline.engine.edition import Edition
from hotline.engine.effects import (
    CancelCallback,
    Coverage,
    Effect,
    Fact,
    Need,
    OpenCallback,
    Order,
    OrderResult,
    Ref,
    RefineCallback,
    Screen,
    StepResult,
    StopCalls,
    is_coverage_key,
    outcome_key,
)
from hotline.engine.times import DAY_SECONDS
from hotline.ports.calls.ledger import LedgerEntry
from hotline.ports.memory import MemoryAway
from hotline.ports.store import StoreAway, Transaction
from hotline.service.calls.coverage import look
from hotline.service.conversation import facts
from hotline.service.conversation.ledger import GivenOrder, order_key
from hotline.service.conversation.orders import NobodyFree, Orders, Unpromised
from hotline.service.deps import Deps
from hotline.service.rules import OTHER_PHONES_A_DAY
from hotline.service.work import Work

MOST_QUESTIONS: Final = 256
"""Facts and orders of one hop: some four for each of sixty inputs."""
ORDER: Final = outcome_key(Ref(0, 0))[: len("order@")]

Replay: TypeAlias = Callable[[Edition, Sequence[str], Mapping[str, Fact]], StepResult]


class Session(Struct, frozen=True):
    """A conversation as far as it went: whose, and what was typed."""

    gateway: str
    session: str
    number: str
    inputs: tuple[str, ...]
    seconds: int
    """How long such a session lives at most."""

    @property
    def name(self) -> str:
        return f"{self.gateway}|{self.session}"


class UncertainEdition(Exception):
    """A conversation that cannot go on like this: it was over long ago, or is on another edition, where its keys may mean other things.

    `edition`: the one that it turned out to be on.
    """

    def __init__(self, edition: int | None = None) -> None:
        super().__init__()
        self.edition = edition


class Dialogue:
    """Answers hops. Shared by all threads of a process."""

    def __init__(self, deps: Deps, orders: Orders, replay: Replay) -> None:
        self._deps = deps
        self._replay = replay
        self._orders = orders

    def answer(self, editions: Sequence[Edition], talk: Session, *, may_order: bool = True) -> tuple[Screen, bool]:
        """The screen, and whether a store was needed for it. Never raises because one is away.

        Several `editions`: nobody knows on which of them she is, the newest first. What all of them say is answered; where they differ it is the safe end.
        `may_order`: False where she may be on yet another one: then nothing is asked or ordered.
        """
        first = self._replay(editions[0], talk.inputs, {}) if len(editions) == 1 else self._agreed(editions, talk.inputs, {})
        if isinstance(first, Screen):
            return first, False
        if first is None or not may_order:
            return safe_end(editions[0]), True
        known = SessionFacts(self._deps, self._orders, talk, tuple(edition.number for edition in editions))
        try:
            screen = self._converse(editions, talk, known, first)
        except UncertainEdition as stray:
            hers = [edition for edition in editions if edition.number == stray.edition]
            return self.answer(hers, talk) if hers and len(editions) > 1 else (safe_end(editions[0]), True)
        known.keep()
        return screen, True

    def _converse(self, editions: Sequence[Edition], talk: Session, known: SessionFacts, first: StepResult) -> Screen:
        answer: StepResult | None = first
        for _ in range(MOST_QUESTIONS):
            match answer:
                case Screen():
                    return answer
                case Need():
                    known.find(answer)
                case Order() if self._agree_after(editions, talk.inputs, known.facts, answer):
                    known.outcome(answer)
                case Order() | None:
                    break
                case _:
                    assert_never(answer)
            answer = self._agreed(editions, talk.inputs, known.facts)
        return safe_end(editions[0])

    def _agree_after(self, editions: Sequence[Edition], inputs: Sequence[str], facts: facts.Facts, order: Order) -> bool:
        """Do they say the same whatever comes of the order? Else it would be given and she not be told."""
        outcomes: tuple[OrderResult, ...] = ("kept", "lost", "late") if len(editions) > 1 else ()
        return all(self._agreed(editions, inputs, {**facts, order.key: outcome}) is not None for outcome in outcomes)

    def _agreed(self, editions: Sequence[Edition], inputs: Sequence[str], facts: facts.Facts) -> StepResult | None:
        """What they all say; None where they do not say the same."""
        answer = self._replay(editions[0], inputs, facts)
        if len(editions) > 1:
            said = replace(answer, edition=0)
            if any(replace(self._replay(edition, inputs, facts), edition=0) != said for edition in editions[1:]):
                return None
        return answer


class SessionFacts:
    """The facts of one conversation during one hop. They are sought in Redis, the ledger, the spool and the world, in this order."""

    def __init__(self, deps: Deps, orders: Orders, talk: Session, editions: tuple[int, ...]) -> None:
        """`editions`: those that she may be on."""
        self.facts: facts.Facts = {}
        self._deps = deps
        self._orders = orders
        self._talk = talk
        self._edition = editions[0]
        self._is_sure = len(editions) == 1
        self._at = deps.clock.now()
        self._recalled = self._news = False

    def find(self, need: Need) -> None:
        """Make this fact known, as it was when it was first asked for, else as it is now."""
        self._recall()
        if need.key in self.facts:
            return
        self._news = True
        match need.name:
            case "now":
                self.facts[need.key] = self._deps.clock.local(self._at)
            case "coverage":
                found = self._look(need.about or "")
                self._search_spool()
                self.facts.setdefault(need.key, found)
            case _:
                assert_never(need.name)

    def outcome(self, order: Order) -> None:
        """Make the outcome of this order known: remembered, or by applying it."""
        self._recall()
        if order.key in self.facts:
            return
        # A promise was worked out from these: it is made only where it is written down, and while it can be kept.
        promising = [key for key in self.facts if is_coverage_key(key, order.ref.position) and self.facts[key] is not None]
        try:
            done = self._orders.apply(self._asked(order), self._can_keep(order.effect), is_promise=bool(promising))
        except NobodyFree:
            for key in promising:
                del self.facts[key]  # looked at anew
            return
        except Unpromised:
            self.facts.update(dict.fromkeys(promising))  # unknown: she is told to count on nothing
            return
        if not done.anew:  # what she was told then must be told again
            self._learn(facts.decode(done.facts))
        self.facts[order.key] = done.outcome
        self._news = True

    def keep(self) -> None:
        """Remember all of it for the session's next hop, if Redis is there."""
        if self._news:
            with suppress(MemoryAway):
                self._deps.memory.remember(self._talk.name, facts.encode(self._whole()), self._talk.seconds)

    def _recall(self) -> None:
        if not self._recalled:
            self._recalled = True
            with suppress(MemoryAway):
                found = self._deps.memory.recall(self._talk.name)
                if found.mark is not None and found.mark.sure:
                    self._see(found.mark.edition)
                self._learn(facts.decode(found.facts))

    def _look(self, language: str) -> Coverage | None:
        """Who can call now; on the way, what the ledger knows of orders that this conversation may have given already.

        Another delivery of this very hop may have come first, and what it ordered has changed who can call: hence the ledger is read in
        the same transaction, and after. None: the store is away.
        """
        with suppress(StoreAway), self._deps.store.read() as tx:
            found = self._coverage(tx, language)
            self._read_ledger(tx)
            return found
        return None

    def _coverage(self, tx: Transaction, language: str) -> Coverage:
        return look(Work(self._deps, tx, self._at), language, self._talk.number)

    def _can_keep(self, effect: Effect) -> Callable[[Transaction], bool] | None:
        """For a call *now*: is somebody still free to make it, once nobody else can be promised her?"""
        if not isinstance(effect, OpenCallback) or not effect.now:
            return None

        def can_keep(tx: Transaction) -> bool:
            now = self._coverage(tx, effect.language)
            return (now.urgent if effect.urgent else now.free) > 0

        return can_keep

    def _read_ledger(self, tx: Transaction) -> None:
        for position in range(1, len(self._talk.inputs) + 1):
            for ordinal in count():
                ref = Ref(position, ordinal)
                entry = tx.ledger.find(self._key(ref), self._at)
                if entry is None:
                    break
                self._learn_from(ref, entry)

    def _search_spool(self) -> None:
        for position in range(1, len(self._talk.inputs) + 1):
            ref = Ref(position, 0)
            if done := self._orders.spooled(self._key(ref)):
                self._learn(facts.decode(done.facts))
                self.facts[outcome_key(ref)] = done.outcome

    def _learn_from(self, ref: Ref, entry: LedgerEntry) -> None:
        if entry.outcome is None:
            raise UncertainEdition
        self._learn(facts.decode(entry.facts))
        self.facts[outcome_key(ref)] = entry.outcome

    def _learn(self, remembered: facts.Facts) -> None:
        on = remembered.get(facts.EDITION)
        if isinstance(on, int):
            self._see(on)
        self.facts.update(remembered)

    def _see(self, edition: int) -> None:
        """She is on this edition, for certain."""
        if edition != self._edition or not self._is_sure:
            raise UncertainEdition(edition)

    def _asked(self, order: Order) -> GivenOrder:
        key = self._key(order.ref)
        match order.effect:
            case OpenCallback():
                callback = key
            case RefineCallback(of=of) | CancelCallback(of=of):
                callback = self._key(of)
            case StopCalls():
                callback = b""
            case _:
                assert_never(order.effect)
        is_first = not any(known.startswith(ORDER) for known in self.facts)
        since = self._since() if is_first else self._at
        return GivenOrder(
            key=key,
            callback=self._deps.derive("callback", callback.hex()) if callback else "",
            number=self._talk.number,
            effect=order.effect,
            edition=self._edition,
            at=self._at,
            since=since,
            until=self._at + self._talk.seconds,
            facts=facts.encode(self._whole()),
            is_flood=self._is_too_much(order.effect, key),
        )

    def _is_too_much(self, effect: Effect, key: bytes) -> bool:
        """Has this phone asked for other phones to be rung too often today? Told to nobody: without Redis nothing is counted."""
        if isinstance(effect, OpenCallback) and effect.phone is not None:
            with suppress(MemoryAway):
                asked = self._deps.memory.distinct(f"other phones|{self._talk.number}", key.hex(), DAY_SECONDS)
                return asked > OTHER_PHONES_A_DAY
        return False

    def _whole(self) -> facts.Facts:
        return {**self.facts, facts.EDITION: self._edition if self._is_sure else None, facts.SINCE: self._since()}

    def _since(self) -> int:
        since = self.facts.get(facts.SINCE)
        return since if isinstance(since, int) else self._at

    def _key(self, ref: Ref) -> bytes:
        return order_key(self._deps.hasher, self._talk.gateway, self._talk.session, ref)


def safe_end(edition: Edition) -> Screen:
    """In every language at once: which one she chose is not known here."""
    language = edition.languages[0]
    return edition.last("safe.end", language, edition.phrase("neutral.broken", language))
