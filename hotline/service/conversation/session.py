"""A session as far as it went, and the facts that it was answered with: remembered, or looked for in the ledger, the spool and the world."""

from __future__ import annotations

from contextlib import suppress
from typing import Final, assert_never

from msgspec import Struct

from hotline.engine.effects import (
    CancelCallback,
    Coverage,
    Effect,
    Need,
    OpenCallback,
    Order,
    Ref,
    RefineCallback,
    StopCalls,
    Urgency,
    is_coverage_key,
    now_key_beside,
    result_key,
)
from hotline.engine.times import DAY_SECONDS
from hotline.ports.calls.ledger import LedgerEntry
from hotline.ports.hasher import Hasher
from hotline.ports.memory import MemoryAway
from hotline.ports.store import StoreAway, Transaction
from hotline.service.calls.rules.coverage import Missing, missing
from hotline.service.calls.rules.limits import OTHER_PHONES_A_DAY
from hotline.service.conversation import facts
from hotline.service.conversation.facts import Facts
from hotline.service.conversation.ledger import GivenOrder, order_key
from hotline.service.conversation.orders import Orders, Unpromised
from hotline.service.conversation.who_is_there import TeamReading, WhoIsThere
from hotline.service.deps import Deps

ORDERED_SECONDS: Final = 10
"""On a wire without ids of hops, the input that ordered something is the same hop for so long: longer than any vendor waits before it asks again."""
TAG: Final = "~"
"""Between a fact's key and the way to it."""
_GAP: Final = "\0"
ORDER: Final = result_key(Ref(0, 0))[: len("order@")]


class Session(Struct, frozen=True):
    """A conversation as far as it went: whose, and what was typed."""

    gateway: str
    id: str
    number: str
    inputs: tuple[str, ...]
    seconds: int
    """How long such a session lives at most."""
    sent_at: int | None = None
    """By SMS, when the last message was sent. None by keys on the phone."""
    newest: str = ""
    """Under what name the newest input was heard, where a hop that comes again is told by it alone."""

    @property
    def name(self) -> str:
        """As its facts are remembered under. With the number: a vendor that gives two phones the same id has two sessions."""
        return f"{self.gateway}|{self.id}|{self.number}"

    def way(self, hasher: Hasher, position: int) -> str:
        """The way to this position: a caller may go back in a browser and choose otherwise, and a vendor may give an id again. Says nothing of the inputs."""
        return hasher.digest("way", _GAP.join(self.inputs[:position])).hex()[:16]

    def id_at(self, hasher: Hasher, position: int) -> str:
        """Under what id what is ordered at this position is known: with the number, as `name`, and the way there."""
        return f"{self.id}|{self.number}|{self.way(hasher, position)}"


class UncertainEdition(Exception):
    """A conversation that cannot go on like this: it was over long ago, or is on another edition, where its keys may mean other things.

    `edition`: the one that it turned out to be on.
    """

    def __init__(self, edition: int | None = None) -> None:
        super().__init__()
        self.edition = edition


class SessionFacts:
    """The facts of one conversation during one hop. They are sought in Redis, the ledger, the spool and the world, in this order."""

    def __init__(self, deps: Deps, orders: Orders, who: WhoIsThere, session: Session, editions: tuple[int, ...]) -> None:
        """`editions`: those that the session may be on."""
        self.known: Facts = {}
        self._others: Facts = {}
        """What was found on other ways of this session."""
        self._deps = deps
        self._orders = orders
        self._who = who
        self._session = session
        self._edition = editions[0]
        self._is_sure = len(editions) == 1
        self._at = deps.clock.now()
        self._recalled = self._is_news = False
        self._is_refusal = False
        """Somebody is asked for who is not there, or it is not known: what follows may say no."""
        self._begun: int | None = None
        """When the session began, as a hop before this one left it."""
        self._reading: TeamReading | None = None
        """What coverage is worked out from in this hop."""
        self._languages: dict[str, str] = {}
        """For which it was, by fact key."""

    def find(self, need: Need) -> None:
        """Make this fact known, as it was when it was first asked for, else as it is now."""
        self._recall()
        if need.key in self.known:
            return
        self._is_news = True
        match need.name:
            case "now":  # coverage was known and the time was not: a version of the line that found them apart had begun with this hop
                self.known[need.key] = self._deps.clock.local(self._at)
            case "coverage":
                if self._reading is None:
                    self._look()
                    self._search_spool()
                if need.key not in self.known:
                    self._settle(need)
                coverage = self.known[need.key]
                self._is_refusal = self._is_refusal or not (isinstance(coverage, Coverage) and coverage.now and coverage.urgent)
            case _:
                assert_never(need.name)

    def is_told_otherwise(self) -> bool:
        """Before a screen that may say no: did another delivery of this very hop order meanwhile? Then this one says the same. True at most once."""
        if not self._is_refusal:
            return False
        self._is_refusal = False
        known = len(self.known)
        with suppress(StoreAway), self._deps.store.read() as tx:
            self._read_ledger(tx)
        self._search_spool()
        return len(self.known) > known

    def missing(self, urgency: Urgency) -> tuple[str, Missing] | None:
        """In which language nobody can call now, and why: None where this was not found in this hop, so that it was counted before."""
        rules, local = self._deps.rules, self._deps.clock.local
        for key, language in self._languages.items():
            if self._reading is not None and is_coverage_key(key, len(self._session.inputs)):
                return language, missing(self._reading.of(language), self._at, rules, local, urgency)
        return None

    def apply(self, order: Order) -> None:
        """Make the result of this order known: remembered, or by applying it."""
        self._recall()
        if order.key in self.known:
            return
        # A promise was worked out from these: it is made only where it is written down.
        promising = [key for key in self.known if is_coverage_key(key, order.ref.position) and self.known[key] is not None]
        try:
            applied = self._orders.apply(self._asked(order), is_promise=bool(promising))
        except Unpromised:
            self.known.update(dict.fromkeys(promising))  # unknown: the caller is told to count on nothing
            return
        if not applied.is_new:  # what the caller was told then must be told again
            self._learn(facts.decode(applied.facts))
        elif applied.result == "kept":
            self._is_refusal = False  # under this key no other delivery was first
        self.known[order.key] = applied.result
        self._is_news = True

    def keep(self) -> None:
        """Remember all of it for the session's next hop, if Redis is there."""
        session = self._session
        if self._is_news:
            with suppress(MemoryAway):
                known = {self._tagged(key): fact for key, fact in self._whole().items()}
                self._deps.memory.remember(session.name, facts.encode(self._others | known), session.seconds)
        if session.newest and any(key.startswith(f"{ORDER}{len(session.inputs)}.") for key in self.known):
            with suppress(MemoryAway):
                self._deps.memory.linger(session.newest, ORDERED_SECONDS)

    def _recall(self) -> None:
        if not self._recalled:
            self._recalled = True
            with suppress(MemoryAway):
                found = self._deps.memory.recall(self._session.name)
                if found.marker is not None and found.marker.sure:
                    self._is_on(found.marker.edition)
                self._learn(self._on_this_way(facts.decode(found.facts)))
                # While Redis was away another delivery of this hop may have found somebody, whom these facts do not know of.
                self._is_refusal = any(isinstance(fact, Coverage) and not (fact.now and fact.urgent) for fact in self.known.values())
                if facts.SINCE in self.known:
                    self._begun = self._since()

    def _on_this_way(self, remembered: Facts) -> Facts:
        """Of what is remembered of a session, what was found on the way that its inputs took; the rest is remembered on."""
        mine: Facts = {}
        for tagged, fact in remembered.items():
            key, _, way = tagged.partition(TAG)
            if self._tagged(key) == tagged:
                mine[key] = fact
            elif way:
                self._others[tagged] = fact
        return mine

    def _tagged(self, key: str) -> str:
        """A fact's key, with the way to its position."""
        position = facts.position(key)
        if position is None or position > len(self._session.inputs):
            return key
        return f"{key}{TAG}{self._session.way(self._deps.hasher, position)}"

    def _settle(self, need: Need) -> None:
        """Make known who can call, and the time: what whoever came first with this hop found, so that several deliveries of it are answered alike;
        without Redis this one's own."""
        found: Facts = {need.key: self._coverage(need)}
        if (now := now_key_beside(need.key)) not in self.known:
            found[now] = self._deps.clock.local(self._at)
        self.known |= found
        with suppress(MemoryAway):
            kept = self._deps.memory.first(self._session.name, self._tagged(need.key), facts.encode(found), self._session.seconds)
            self.known |= {key: first for key, first in facts.decode(kept).items() if key in found}

    def _look(self) -> None:
        """Who is there, once a hop, and not while the store is away; on the way, what the ledger knows of orders that this conversation may have given already.

        Another delivery of this very hop may have come first, and have been answered otherwise: hence the ledger is read after.
        """
        with suppress(StoreAway), self._deps.store.read() as tx:
            reading = self._who.lately(tx)
            if facts.SINCE not in self.known:
                self.known.setdefault(facts.AFTER, tx.numbers.last_stop(self._session.number))
            self._read_ledger(tx)
            self._reading = reading

    def _coverage(self, need: Need) -> Coverage | None:
        """Who can call now. Returns None while the store is away."""
        if self._reading is None:
            return None
        self._languages[need.key] = language = need.about or ""
        return self._reading.coverage(self._deps, language, self._at)

    def _read_ledger(self, tx: Transaction) -> None:
        """One question for two orders of each key; only where both were given there may be more."""
        found: dict[Ref, LedgerEntry] = {}
        positions, first = list(range(1, len(self._session.inputs) + 1)), 0
        while positions:
            refs = {self._key(ref): ref for position in positions for ref in (Ref(position, first), Ref(position, first + 1))}
            found |= {refs[key]: entry for key, entry in tx.ledger.find_all(tuple(refs), self._at).items()}
            positions, first = [position for position in positions if Ref(position, first + 1) in found], first + 2
        for ref in sorted(found):
            self._learn_from(ref, found[ref])

    def _search_spool(self) -> None:
        refs = {self._key(ref): ref for ref in (Ref(position, 0) for position in range(1, len(self._session.inputs) + 1))}
        for key, applied in self._orders.all_spooled(tuple(refs)).items():
            self._learn(facts.decode(applied.facts))
            self.known[result_key(refs[key])] = applied.result

    def _learn_from(self, ref: Ref, entry: LedgerEntry) -> None:
        if entry.over is not None and self._begun is not None and self._begun >= entry.over:
            return  # a session to which the vendor had given this id before; what this one orders has keys of its own
        if entry.outcome is None:
            raise UncertainEdition
        self._learn(facts.decode(entry.facts))
        self.known[result_key(ref)] = entry.outcome

    def _learn(self, remembered: Facts) -> None:
        on = remembered.get(facts.EDITION)
        if isinstance(on, int):
            self._is_on(on)
        self.known.update(remembered)

    def _is_on(self, edition: int) -> None:
        """The session is on this edition, for certain."""
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
        is_first = not any(known.startswith(ORDER) for known in self.known)
        since, after = (self._since(), self.known.get(facts.AFTER)) if is_first else (self._at, None)
        return GivenOrder(
            key=key,
            callback=self._deps.derive("callback", callback.hex()) if callback else "",
            number=self._session.number,
            effect=order.effect,
            edition=self._edition,
            at=self._at,
            since=since,
            until=self._at + self._session.seconds,
            facts=facts.encode(self._whole()),
            is_flood=self._is_too_much(order.effect, key),
            after=after if isinstance(after, int) else None,
            sent_at=self._session.sent_at if isinstance(order.effect, StopCalls) else None,
            begun=self._begun,
        )

    def _is_too_much(self, effect: Effect, key: bytes) -> bool:
        """Has this phone asked for other phones to be rung too often today? Without Redis nothing is counted."""
        if isinstance(effect, OpenCallback) and effect.phone is not None:
            with suppress(MemoryAway):
                asked = self._deps.memory.distinct(f"other phones|{self._session.number}", key.hex(), DAY_SECONDS)
                return asked > OTHER_PHONES_A_DAY
        return False

    def _whole(self) -> Facts:
        return {**self.known, facts.EDITION: self._edition if self._is_sure else None, facts.SINCE: self._since()}

    def _since(self) -> int:
        since = self.known.get(facts.SINCE)
        return since if isinstance(since, int) else self._at

    def _key(self, ref: Ref) -> bytes:
        hasher, session = self._deps.hasher, self._session
        return order_key(hasher, session.gateway, session.id_at(hasher, ref.position), ref)
