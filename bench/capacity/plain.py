"""The ports that dispatch reads and writes, over dictionaries in memory: as the database keeps them, as far as the simulation asks.

What is not here is nothing that a call *now*, on the caller's own phone, comes by.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from typing import Any, Final, cast

from msgspec.structs import replace

from bench.capacity.world import Presence
from hotline.engine.effects import Minute
from hotline.engine.times import hour
from hotline.ports.calls.callbacks import Callback, DueCallback
from hotline.ports.calls.calls import Call
from hotline.ports.calls.offers import LiveOffer, Offer
from hotline.ports.calls.outbox import OutboxMessage
from hotline.ports.clock import Reading
from hotline.ports.desk.care import Load
from hotline.ports.desk.declarations import Declaration
from hotline.ports.desk.staff import Staff
from hotline.ports.store import Transaction
from hotline.service.calls.dispatch.turns import pressing

EVERYTHING: Final = 1_000_000


class Time:
    """A clock that goes when it is told to. Its local time is UTC."""

    def __init__(self, at: int) -> None:
        self.at = at

    def now(self) -> int:
        return self.at

    def reading(self) -> Reading:
        return Reading("simulated", self.at * 1000, self.at * 1000)

    def local(self, at: int) -> Minute:
        return at // 60

    def moment(self, minute: Minute) -> int:
        return minute * 60

    def pause(self, seconds: float) -> None:
        self.at += round(seconds)


class Callbacks:
    def __init__(self) -> None:
        self.all: dict[str, Callback] = {}
        self.open: dict[str, Callback] = {}
        """Waiting or claimed."""
        self.phone: dict[str, str] = {}
        self._of_phone: defaultdict[str, list[str]] = defaultdict(list)

    def add(self, callback: Callback, number: str) -> None:
        self.phone[callback.id] = number
        self._of_phone[number].append(callback.id)
        self.save(callback)

    def get(self, id: str) -> Callback | None:
        return self.all.get(id)

    def save(self, callback: Callback) -> None:
        self.all[callback.id] = callback
        if callback.state in ("waiting", "claimed"):
            self.open[callback.id] = callback
        else:
            self.open.pop(callback.id, None)

    def claim(self, id: str, staff: str, at: int) -> bool:
        callback = self.all[id]
        if callback.state != "waiting":
            return False
        self.save(replace(callback, state="claimed", claimed_by=staff, claimed_at=at, call=None))
        return True

    def same_number(self, id: str) -> tuple[Callback, ...]:
        return tuple(callback for callback in self.to_number(id) if callback.state in ("waiting", "claimed"))

    def to_number(self, id: str) -> tuple[Callback, ...]:
        return tuple(self.all[other] for other in self._of_phone[self.phone[id]])

    def due(self, at: int, limit: int, *, urgent: bool, after: DueCallback | None = None) -> tuple[DueCallback, ...]:
        waiting = (callback for callback in self.open.values() if callback.state == "waiting" and callback.urgent == urgent)
        due = sorted((callback for callback in waiting if callback.opens_at <= at < callback.not_after), key=pressing)
        behind = due if after is None else [found for found in due if pressing(found) > pressing(self.all[after.id])]
        return tuple(
            DueCallback(found.id, found.language, found.urgent, found.sunk, found.made_at, found.opens_at, found.not_after)
            for found in behind[:limit]
        )

    def all_due(self, at: int) -> tuple[DueCallback, ...]:
        return (*self.due(at, EVERYTHING, urgent=True), *self.due(at, EVERYTHING, urgent=False))

    def ended(self, at: int) -> tuple[Callback, ...]:
        return tuple(callback for callback in self.open.values() if callback.not_after <= at)

    def ahead(self, at: int) -> tuple[Callback, ...]:
        return tuple(
            callback for callback in self.open.values() if callback.state == "waiting" and callback.at_once and callback.made_at > at
        )

    def holders(self) -> frozenset[str]:
        return frozenset(callback.claimed_by for callback in self.open.values() if callback.claimed_by is not None)

    def claimed(self) -> tuple[Callback, ...]:
        held = (callback for callback in self.open.values() if callback.state == "claimed")
        return tuple(sorted(held, key=lambda callback: (callback.claimed_at or 0, callback.id)))

    def claimed_by(self, staff: str) -> tuple[Callback, ...]:
        return tuple(callback for callback in self.open.values() if callback.claimed_by == staff)


class Numbers:
    def __init__(self, callbacks: Callbacks) -> None:
        self._callbacks = callbacks

    def has(self, id: str) -> bool:
        return id in self._callbacks.phone

    def reaches(self, id: str) -> bool:
        return id in self._callbacks.phone

    def phones(self, ids: tuple[str, ...]) -> dict[str, int]:
        seen: dict[str, int] = {}
        return {id: seen.setdefault(self._callbacks.phone[id], len(seen)) for id in ids}


class Offers:
    def __init__(self, callbacks: Callbacks, calls: Calls) -> None:
        self._callbacks, self._calls = callbacks, calls
        self._of: defaultdict[str, list[Offer]] = defaultdict(list)
        self._recent: deque[Offer] = deque(maxlen=500)
        self._last: dict[str, int] = {}
        self._made = 0
        self.unheard: list[Offer] = []
        """Made since the world last looked."""

    def add(self, offer: Offer) -> None:
        self._made += 1
        self._last[offer.staff] = self._made
        self._of[offer.callback].append(offer)
        self._recent.append(offer)
        self.unheard.append(offer)

    def of(self, callback: str) -> tuple[Offer, ...]:
        return tuple(self._of.get(callback, ()))

    def last(self) -> dict[str, int]:
        return dict(self._last)

    def offered_since(self, since: int) -> frozenset[str]:
        found = set()
        for offer in reversed(self._recent):
            if offer.at <= since:
                break
            if offer.callback in self._callbacks.open or hour(offer.at) > since:
                found.add(offer.staff)
        return frozenset(found)

    def live(self, since: int) -> tuple[LiveOffer, ...]:
        found = []
        for offer in reversed(self._recent):
            if offer.at <= since:
                break
            callback = self._callbacks.all[offer.callback]
            if callback.state == "waiting" and self._calls.placed_at(offer.callback, offer.staff) < offer.at:
                found.append(LiveOffer(offer.callback, offer.staff, offer.at, callback.urgent))
        return tuple(found)


class Calls:
    def __init__(self, callbacks: Callbacks) -> None:
        self._callbacks = callbacks
        self._live: dict[str, Call] = {}
        self._of_session: dict[str, Call] = {}
        self._rings: defaultdict[str, list[int]] = defaultdict(list)
        self._placed: dict[tuple[str, str], int] = {}

    def add(self, call: Call) -> None:
        """The vendor names its session at once."""
        self.save(replace(call, session=call.id))

    def save(self, call: Call) -> None:
        if call.state == "ended":
            self._live.pop(call.staff, None)
        else:
            self._live[call.staff] = call
        self._of_session[call.id] = call
        self._placed[call.callback, call.staff] = max(call.placed_at, self.placed_at(call.callback, call.staff))

    def placed_at(self, callback: str, staff: str) -> int:
        """When this person rang for it last; 0: never."""
        return self._placed.get((callback, staff), 0)

    def of_session(self, _gateway: str, session: str) -> Call | None:
        return self._of_session.get(session)

    def live_of(self, staff: str) -> Call | None:
        return self._live.get(staff)

    def add_attempt(self, callback: str, call: str, at: int) -> None:  # noqa: ARG002 -- the port's
        self._rings[self._callbacks.phone[callback]].append(at)

    def rings(self, id: str, since: int) -> int:
        return sum(at >= since for at in self._rings[self._callbacks.phone[id]])


class People:
    def __init__(self, time: Time, callbacks: Callbacks, presence: Presence) -> None:
        self._time, self._callbacks, self._presence = time, callbacks, presence
        self._staff: dict[str, Staff] = {}
        self._active: tuple[Staff, ...] = ()

    def save(self, staff: Staff) -> None:
        self._staff[staff.id] = staff
        self._active = tuple(sorted(self._staff.values(), key=lambda staff: staff.id))

    def get(self, id: str) -> Staff | None:
        return self._staff.get(id)

    def active(self) -> tuple[Staff, ...]:
        """In the counterfactual whoever holds a callback counts as having just said *I am here*."""
        if self._presence == "said":
            return self._active
        holders = self._callbacks.holders()
        return tuple(replace(staff, seen_at=self._time.at) if staff.id in holders else staff for staff in self._active)


class Nothing:
    """No planned shift, no flag, no audit: whatever is looked for, nothing is found, and what is added is not kept."""

    def add(self, *_: object) -> None: ...

    def all(self) -> tuple[()]:
        return ()

    def of(self, _: str) -> frozenset[Any]:
        return frozenset()

    def floods_over(self, _: int) -> tuple[()]:
        return ()


class Alarms:
    """Nobody acknowledges anything."""

    def of(self, *_: object) -> None: ...
    def drop(self, *_: object) -> None: ...


class Care:
    """Each talk that was hard; how many calls anybody took is not limited here."""

    def __init__(self) -> None:
        self._hard: dict[str, int] = {}

    def note_hard(self, staff: str, at: int) -> None:
        self._hard[staff] = at

    def loads(self, since: int) -> dict[str, Load]:
        return {staff: Load(0, 0, at) for staff, at in self._hard.items() if at >= since}


class Declarations:
    def __init__(self) -> None:
        self._all: list[Declaration] = []

    def add(self, declaration: Declaration) -> None:
        self._all.append(declaration)

    def ending_after(self, now: Minute) -> tuple[Declaration, ...]:
        return tuple(declared for declared in self._all if declared.end > now)


class Figures:
    def __init__(self, callbacks: Callbacks) -> None:
        self._callbacks = callbacks

    def phones_waiting(self, at: int, seconds: int) -> int:
        return len({self._callbacks.phone[callback.id] for callback in self._callbacks.all_due(at) if callback.opens_at <= at - seconds})


class Outbox:
    """What was written to staff. It arrives at once."""

    def __init__(self) -> None:
        self._all: dict[str, OutboxMessage] = {}
        self.unread: list[OutboxMessage] = []

    def add(self, message: OutboxMessage) -> None:
        if message.id not in self._all:
            self._all[message.id] = message
            self.unread.append(message)

    def get(self, id: str) -> OutboxMessage | None:
        return self._all.get(id)

    def move(self, *_: object) -> bool:
        return False


class Backups:
    """Nobody restored this line."""

    def hold(self) -> None:
        return None


class Plain:
    """The store, and the one transaction of it."""

    def __init__(self, time: Time, presence: Presence) -> None:
        self.callbacks = Callbacks()
        self.numbers = Numbers(self.callbacks)
        self.calls = Calls(self.callbacks)
        self.offers = Offers(self.callbacks, self.calls)
        self.staff = People(time, self.callbacks, presence)
        self.care = Care()
        self.declarations = Declarations()
        self.figures = Figures(self.callbacks)
        self.outbox = Outbox()
        self.alarms = Alarms()
        self.backups = Backups()
        self.shifts = self.flags = self.reviews = self.audit = Nothing()

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        yield cast("Transaction", self)

    read = write


class Words:
    """Messages whose text is their key: what they say changes nothing. Stands for the editions and the edition in force."""

    def __init__(self, languages: tuple[str, ...] = ("fr",)) -> None:
        self.languages = languages
        self.words: defaultdict[str, defaultdict[str, str]] = defaultdict(lambda: defaultdict(str))

    def active(self, _: int) -> Words:
        return self

    def edition(self, *_: object) -> Words:
        return self

    def language_for(self, language: str) -> str:
        return language

    def has_phrase(self, _: str) -> bool:
        return True

    def phrase(self, key: str, _: str, **__: str) -> str:
        return key


class Post:
    """Queue and hasher: nobody waits for what is queued, and an id is as good as any."""

    def enqueue(self, queue: str, id: str) -> None: ...

    def digest(self, purpose: str, value: str) -> bytes:
        return blake2b(f"{purpose}|{value}".encode(), digest_size=16).digest()
