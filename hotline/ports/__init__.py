"""What the service needs of the world, as Protocols, and the plain data that crosses them.

Times are Unix seconds (UTC) as `int` unless a name says otherwise; ids are 32 hexadecimal digits; numbers are E.164 with the plus sign.
Adapters seal and hash: above this line a number is plain and short-lived, below it never is.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Literal, Protocol, TypeAlias

from msgspec import Struct

from hotline.engine.effects import Minute, Outcome
from hotline.engine.freshness import DarkNumber
from hotline.ports.accounts import Accounts
from hotline.ports.care import Wants
from hotline.ports.casework import Casework
from hotline.ports.figures import Figures
from hotline.ports.queue import Board
from hotline.ports.review import Reviews
from hotline.ports.testimonies import Testimonies

State: TypeAlias = Literal["waiting", "claimed", "review", "closed", "stopped", "lapsed", "cancelled"]
"""A callback's life (docs: callback life). Open are `waiting`, `claimed` and `review`; only the first two are ever rung."""

Ending: TypeAlias = Literal["spoke", "no_answer", "unreachable", "someone_else", "wrong_word", "could_not_talk", "prank"]
"""How a try ended, in the counselor's words."""

Safer: TypeAlias = Literal["safer", "same", "less_safe"]

Role: TypeAlias = Literal["counselor", "supervisor", "operator", "admin"]


class Callback(Struct, frozen=True):
    """One request to be rung, without the number, which lies apart."""

    id: str
    reference: str
    """Three digits, unique among the open ones: all that staff ever read of it."""
    state: State
    language: str
    urgent: bool
    other_phone: bool
    made_at: int
    opens_at: int
    not_after: int
    edition: int
    word: str | None = None
    tries: int = 0
    claimed_by: str | None = None
    claimed_at: int | None = None
    closed_at: int | None = None
    ending: Ending | None = None
    given_back: int = 0
    """How often a counselor gave it back."""
    sunk: bool = False
    """Calls from this phone were said to be pranks three times in 30 days: among what is not urgent it comes last."""
    safer: Safer | None = None
    """What she said when she was asked how safe the call left her; None: she was not asked, or would not say."""


class Staff(Struct, frozen=True):
    """One of the staff, under an alias. An operator takes no calls: she hears of what the line's words and numbers need; an admin makes accounts."""

    id: str
    alias: str
    role: Role
    number: str
    reads: str
    """The language of her own messages."""
    speaks: tuple[str, ...]
    """The languages in which she takes calls."""
    seen_at: int | None = None
    on_until: int | None = None
    """On shift outside the plan until then."""
    off_until: int | None = None
    """Off shift, whatever the plan says, until then."""
    active: bool = True
    minors: bool = False
    """She takes calls of girls and boys under 18."""
    on_call_until: int | None = None
    """A supervisor: she said that she is on call, until then."""


class Shift(Struct, frozen=True):
    """A planned span: minutes of the local day, `start` < `end` <= 1440; weekday 0 is Monday, None every day.

    With a `day` (local days since 1970-01-01) it is an exception and holds on that day alone; `off`: she is not there then, whatever the
    week says.
    """

    staff: str
    weekday: int | None
    start: int
    end: int
    day: int | None = None
    off: bool = False


class Offer(Struct, frozen=True):
    """A callback was offered to someone of the staff."""

    callback: str
    staff: str
    at: int


NAMED = "?"
"""Stands for a voice session's id where it is known but not given back."""


class Call(Struct, frozen=True):
    """One bridge: the line rings the counselor, she presses 1, it rings the caller."""

    id: str
    callback: str
    staff: str
    state: Literal["placed", "answered", "dialed", "ended"]
    placed_at: int
    session: str | None = None
    """The vendor's id of the voice session, once known."""
    dialed_at: int | None = None
    ended_at: int | None = None
    covered_at: int | None = None
    """The other end was given the cover's advice to hear, from then on."""


OutboxState: TypeAlias = Literal["pending", "sending", "sent", "unknown", "failed", "dropped"]
OutboxKind: TypeAlias = Literal["alert", "staff", "reply", "ring"]
"""`alert` and `staff`: an SMS to staff, at least once. `reply`: an SMS to a caller, at most once. `ring`: place a bridge, at most once."""


class Post(Struct, frozen=True):
    """One thing to be handed to a gateway. `to` and `text` are sealed where they lie; a ring carries the call's id as its text."""

    id: str
    kind: OutboxKind
    queue: Literal["urgent", "default"]
    to: str
    text: str
    made_at: int
    not_after: int
    state: OutboxState = "pending"
    changed_at: int = 0
    attempts: int = 0
    vendor_id: str | None = None


class LedgerEntry(Struct, frozen=True):
    """What an order's key stands for. `outcome` and `facts` are None once a session's lifetime has passed."""

    outcome: Outcome | None
    facts: bytes | None


class EditionRow(Struct, frozen=True):
    """One published edition, as it lies in the database. `sources` is the JSON of its files."""

    number: int
    made_at: int
    made_by: str
    active_from: int
    sources: bytes
    approved_by: str | None = None
    """The second person, where two are needed."""
    again: int | None = None
    """A rollback: the number of the edition whose sources these are."""


class Proposal(Struct, frozen=True):
    """Sources that wait for a second person before they become an edition."""

    number: int
    made_at: int
    made_by: str
    sources: bytes
    pending_by: str | None = None
    """Who took it on herself to publish words that nobody has reviewed."""


class Dark(Struct, frozen=True):
    """A number was taken off the line: this entry's, if it is still this number and was not verified after this day.

    Or a testimony was taken back: for good, whatever its words.
    """

    item: str
    phone: str
    """Empty: `item` is a testimony."""
    day: str
    """The local day, as 2026-01-31."""
    at: int
    by: str

    @property
    def number(self) -> DarkNumber:
        """As the engine knows it."""
        return self.item, self.phone, self.day


class Record(Struct, frozen=True):
    """One line of the audit: who did what to what. `about` is an id or a number of ours, never anything from a caller."""

    at: int
    who: str
    what: str
    about: str


class Counts(Struct, frozen=True):
    """What the gauges show; nothing in it points to a person."""

    waiting: dict[str, int]
    oldest_age: dict[str, int]
    outbox: dict[str, int]
    edition: int = 0
    """The one in force; 0 where there is none."""


class Mark(Struct, frozen=True):
    """A session began on this edition. Not sure: it was about to."""

    edition: int
    sure: bool


class Recalled(Struct, frozen=True):
    """What the short memory knows of a session: its facts as last remembered, and its marker."""

    facts: bytes | None = None
    mark: Mark | None = None


class Began(Struct, frozen=True):
    """A session's marker. A marker left before `since` may be lost; None: at any time."""

    mark: Mark | None
    since: int | None


class StoreAway(Exception):
    """The database did not answer within its budget, or refused. What was being written may or may not be there."""


class MemoryAway(Exception):
    """Redis did not answer within its budget."""


class SpoolFull(Exception):
    """The spool took nothing: it is full, or its disk failed."""


class GatewayRefused(Exception):
    """The vendor said no before doing anything: it may be tried again. Carries a short code, never a number."""


class GatewayUnknown(Exception):
    """The vendor may or may not have done it: a time-out, a broken answer."""


class Transaction(Accounts, Board, Casework, Figures, Reviews, Testimonies, Wants, Protocol):
    """One unit of work. All methods read and write inside it; leaving the `with` commits, an exception rolls back."""

    # the ledger: exactly-once
    def enter(self, key: bytes, outcome: Outcome, facts: bytes, at: int, until: int) -> LedgerEntry | None:
        """Write the key if it is new and return None; else return what stands there. Concurrent callers wait for each other."""

    def entered(self, key: bytes, at: int) -> LedgerEntry | None:
        """What stands there, without writing; None where nothing does."""

    # callbacks and their numbers
    def add_callback(self, callback: Callback, number: str) -> None: ...
    def callback(self, id: str) -> Callback | None: ...
    def by_reference(self, reference: str) -> Callback | None:
        """The newest with this reference among those open or closed less than a day before the newest `made_at`."""

    def save_callback(self, callback: Callback) -> None:
        """Write every column but the id."""

    def claim(self, id: str, staff: str, at: int) -> bool:
        """`waiting` to `claimed`, for one of however many ask at once. True for her."""

    def number_of(self, id: str) -> str | None: ...
    def same_number(self, id: str) -> tuple[Callback, ...]:
        """Every waiting or claimed callback to the same number, this one among them, oldest first."""

    def to_number(self, id: str) -> tuple[Callback, ...]:
        """Every callback to the same number whatever became of it, this one among them, oldest first; none once its number is gone."""

    def forget_number(self, id: str) -> None: ...
    def due(self, at: int) -> tuple[Callback, ...]:
        """Waiting with `opens_at` <= at < `not_after`: urgent, then what ends soonest, then the longest waiting."""

    def ahead(self, languages: tuple[str, ...], at: int, apart_from: str) -> tuple[int, int]:
        """How many different numbers wait in these languages at `at`, their windows open; and how many of them for something urgent.

        Here and in what follows: requests for another phone do not count, since anyone can make them of anyone; nor does the number
        `apart_from`, since nothing that a phone is shown may depend on what it asked for before.
        """

    def booked(self, language: str, at: int, apart_from: str) -> tuple[tuple[int, int], ...]:
        """The windows (opens_at, not_after) not over at `at` for which numbers wait in this language, one for each number and window."""

    def ended(self, at: int) -> tuple[Callback, ...]:
        """Waiting or claimed with `not_after` <= at."""

    def holders(self, apart_from: str = "") -> frozenset[str]:
        """Who of the staff has claimed a callback and is not done with it; one to the number `apart_from` does not count."""

    def claimed_by(self, staff: str) -> tuple[Callback, ...]: ...
    def stop(self, number: str, at: int, until: int) -> tuple[str, ...]:
        """Every waiting, claimed or review callback to this number becomes `stopped`, their numbers go, and the stop itself is
        remembered (hashed) until `until`. The same statements run whatever existed. Returns the ids."""

    def stopped_since(self, number: str, at: int) -> bool:
        """Was this number stopped at or after `at`?"""

    def rings(self, id: str, since: int) -> int:
        """How often this callback's number was rung since then, over all its callbacks that were asked for on the phone itself, or over
        all that were asked for on another, as this one was."""

    def add_try(self, callback: str, call: str, at: int) -> None: ...

    # staff
    def add_staff(self, staff: Staff) -> None:
        """Insert, or replace the row of the same id."""

    def staff(self, id: str) -> Staff | None: ...
    def staff_by_number(self, number: str) -> Staff | None: ...
    def all_staff(self) -> tuple[Staff, ...]:
        """Active ones, by id."""

    def staff_by_alias(self, alias: str) -> Staff | None:
        """An active one."""

    def add_shift(self, shift: Shift) -> None: ...
    def drop_shift(self, shift: Shift) -> None: ...
    def shifts(self) -> tuple[Shift, ...]:
        """Of active staff; the week's first, then exceptions, the past ones too until they are purged."""

    def add_offer(self, offer: Offer) -> None: ...
    def offers(self, callback: str) -> tuple[Offer, ...]:
        """Oldest first."""

    def last_offers(self) -> dict[str, int]:
        """When each of the staff was last offered anything, by her id; who never was is missing."""

    def offered_to(self, staff: str, at: int) -> tuple[Callback, ...]:
        """Waiting, due at `at`, and offered to her: newest offer first."""

    # calls
    def add_call(self, call: Call) -> None: ...
    def save_call(self, call: Call) -> None: ...
    def call(self, id: str) -> Call | None: ...
    def call_of_session(self, session: str) -> Call | None: ...
    def live_call_of(self, staff: str) -> Call | None:
        """Her newest call that has not ended. `session` is NAMED where one is known."""

    def last_call(self, callback: str, staff: str) -> Call | None:
        """The newest that she placed for it, ended or not."""

    # outbox
    def post(self, post: Post) -> None: ...
    def posted(self, id: str) -> Post | None: ...
    def posted_as(self, vendor_id: str) -> Post | None: ...
    def move(self, id: str, before: OutboxState, after: OutboxState, at: int, vendor_id: str | None = None) -> bool:
        """Change the state if it is still `before`; moving to `sending` counts an attempt. True if it was."""

    def stale(self, state: OutboxState, changed_before: int) -> tuple[Post, ...]: ...

    # editions
    def add_edition(self, edition: EditionRow) -> None: ...
    def edition(self, number: int) -> EditionRow | None: ...
    def active_edition(self, at: int) -> EditionRow | None:
        """The highest number with `active_from` <= at."""

    def editions(self) -> tuple[EditionRow, ...]:
        """All, newest first, their sources left empty."""

    def moments(self) -> tuple[tuple[int, int, int], ...]:
        """Number, `made_at` and `active_from` of all, oldest first: cheap enough for every second."""

    def add_proposal(self, proposal: Proposal) -> None: ...
    def proposal(self, number: int) -> Proposal | None: ...
    def proposals(self) -> tuple[Proposal, ...]:
        """All that wait, newest first, their sources left empty."""

    def drop_proposal(self, number: int) -> bool:
        """True if it was there."""

    def darken(self, dark: Dark) -> None:
        """The same entry, number and day twice is one."""

    def darkened(self) -> tuple[Dark, ...]:
        """All, oldest first."""

    # the audit
    def record(self, record: Record) -> None:
        """Append a line to the chain: each carries a keyed hash over itself and the one before."""

    def records(self) -> tuple[Record, ...]:
        """The whole chain, oldest first."""

    def recorded(self, search: str, before: int, limit: int, deeds: tuple[str, ...] = ()) -> tuple[tuple[int, Record], ...]:
        """The newest lines with a sequence number below `before` in which `search` stands (letters' size apart) or whose `what` is one of
        `deeds`, each with its number."""

    def deeds(self) -> tuple[str, ...]:
        """Every `what` that stands in the audit, in order."""

    def how_many_records(self) -> int: ...
    def broken_at(self) -> int | None:
        """The sequence number, from 1, of the first line that does not follow from the one before, or that is missing at the end; None
        where the chain holds."""

    # upkeep
    def purge(self, at: int, number_after: int, callback_after: int, outbox_after: int) -> None:
        """Drop what DESIGN's periods say: numbers of callbacks closed longer than `number_after` seconds, rows closed longer than
        `callback_after`, posts that ended longer than `outbox_after`; ledger: outcome and facts at their `until`, the key a day later;
        stops at their `until`."""

    def counts(self, at: int) -> Counts: ...


class Store(Protocol):
    def write(self) -> AbstractContextManager[Transaction]:
        """A writing transaction. One at a time, so that what a rule has read is still so when it writes. Raises StoreAway."""

    def read(self) -> AbstractContextManager[Transaction]:
        """A reading one. Raises StoreAway."""


class Memory(Protocol):
    """Redis: what may be lost. Session names are hashed and values sealed by the adapter. Every method raises MemoryAway."""

    def recall(self, session: str) -> Recalled:
        """What is known of a session, in one round trip."""

    def remember(self, session: str, facts: bytes, seconds: int) -> None: ...
    def hear(self, session: str, message: str, text: str, seconds: int, *, anew: bool = False) -> tuple[str, ...]:
        """Append a message to a session's inputs and return them all, in one step. A message id that was heard before is not appended
        again: the inputs come back as far as its place, since whoever heard it first may have died before acting on it. The list
        lives `seconds` from the last message, a message id a day; `message` must be unique over all vendors. `anew`: it begins a new list, unless it was heard before."""

    def distinct(self, name: str, member: str, seconds: int) -> int:
        """Count a member under a name, and return how many different ones there are. They live `seconds` from the last new one."""

    def begin(self, session: str, edition: int, seconds: int) -> Mark | None:
        """Leave a marker, one that is not sure, that this session begins on this edition. None: it is left. Else one stands there already, which is returned and
        stays. In one step.

        Where it raises MemoryAway the marker may stand there all the same, and the caller will begin elsewhere: hence the second step, `settle`.
        """

    def settle(self, session: str, edition: int, seconds: int) -> None:
        """Make the marker sure."""

    def began(self, session: str) -> Began:
        """The session's marker, in one round trip with what the lack of one is worth."""

    def vouch(self, at: int) -> None:
        """Note that nothing was lost since `at`, unless an earlier moment is noted. Meant for every few seconds."""

    def forget(self, session: str) -> None:
        """Drop a session's inputs, so that the next message begins anew."""

    def ping(self) -> None: ...


class Spool(Protocol):
    """The machine's own disk, for orders while the database is away. Records are sealed; a key is kept once.

    Every method raises SpoolFull where the disk fails.
    """

    def put(self, key: bytes, record: bytes) -> None:
        """Durable when it returns (fsync). Writing a key again changes nothing. Raises SpoolFull where it is full, too."""

    def find(self, key: bytes) -> bytes | None: ...
    def records(self) -> tuple[tuple[bytes, bytes], ...]:
        """All, oldest first, as (key, record)."""

    def drop(self, key: bytes) -> None: ...
    def __len__(self) -> int: ...


class Queue(Protocol):
    """RQ: a hint that a post waits. The clock finds what a lost hint would have told."""

    def hint(self, queue: str, post: str) -> None:
        """Best effort, within Redis's budget. Raises MemoryAway."""


class Gateway(Protocol):
    """A vendor's outgoing side."""

    name: str

    def send_sms(self, to: str, text: str) -> str:
        """Hand over one SMS; returns the vendor's id. Raises GatewayRefused or GatewayUnknown."""

    def ring(self, to: str) -> str:
        """Ring this number from the cover number; returns the voice session's id. Raises GatewayRefused or GatewayUnknown."""

    def cover(self, session: str) -> None:
        """In a call that joins two, let the one who was called hear what the cover number says to anybody. Raises GatewayRefused or GatewayUnknown."""


class Clock(Protocol):
    def now(self) -> int: ...
    def local(self, at: int) -> Minute:
        """The local wall-clock minute of a moment."""

    def moment(self, minute: Minute) -> int:
        """The moment of a local wall-clock minute."""


class Hasher(Protocol):
    def digest(self, purpose: str, value: str) -> bytes:
        """HMAC-SHA-256 (32 bytes) under the hashing key; the same value under another purpose gives another digest."""


class VoicePrompt(Struct, frozen=True, tag=True):
    """Say this; with `ask`, wait for one digit and come back with it."""

    text: str
    language: str
    ask: bool


class VoiceConnect(Struct, frozen=True, tag=True):
    """Ring `to` from the cover number and join the two; `after` is said to the counselor where nobody took the call."""

    to: str
    after: str
    language: str


class VoiceCover(Struct, frozen=True, tag=True):
    """Say these one after the other and hang up: what whoever rings the cover number hears."""

    prompts: tuple[VoicePrompt, ...]


class VoiceEnd(Struct, frozen=True, tag=True):
    """Nothing more; hang up."""


VoiceStep: TypeAlias = VoicePrompt | VoiceConnect | VoiceCover | VoiceEnd


class Meter(Protocol):
    """Counters for /metrics. Labels are codes of ours, never anything from a caller."""

    def hop(self, kind: Literal["screen", "end", "order", "refused", "broken"], seconds: float) -> None:
        """One USSD hop answered: a screen, a last screen, a screen behind an order or fact that needed a store, a 4xx, or the neutral end."""

    def order(self, effect: str, how: Literal["kept", "spooled", "lost"]) -> None: ...
    def ended(self, status: Literal["Success", "Incomplete", "Failed"]) -> None:
        """A gateway told that a session is over, and how."""

    def breaker(self, part: Literal["memory", "store"]) -> None:
        """A store was left alone because it had just failed."""
