"""The tables as the newest migration leaves them; `*_hash` columns hold keyed hashes, `sealed*` columns what only the keys open.

A sealed value is bound to its table, its column and the one primary key of its row (`sealed.py`).
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    column,
    false,
    text,
)

OPEN: Final = ("waiting", "claimed", "review")
"""States in which a callback is still somebody's business."""
SILENCED: Final = b""
"""In place of the sealed number of a callback that was silenced."""
EVERY_DAY: Final = -1
"""How a shift that is planned for every weekday is written: part of a primary key, it cannot be NULL."""

metadata = MetaData(
    naming_convention={"pk": "pk_%(table_name)s", "fk": "fk_%(table_name)s_%(column_0_name)s", "ix": "ix_%(table_name)s_%(column_0_name)s"}
)

_IS_OPEN = column("state").in_(OPEN)


def _id() -> Column[str]:
    return Column("id", String(32), primary_key=True)


def _of_staff(*, key: bool = False) -> Column[str]:
    return Column("staff", String(32), ForeignKey("staff.id", ondelete="CASCADE"), primary_key=key, nullable=False)


def _callback(*, key: bool = False) -> Column[str]:
    """Whatever is tied to a callback goes with it."""
    return Column("callback", String(32), ForeignKey("callbacks.id", ondelete="CASCADE"), primary_key=key, nullable=False)


ledger = Table(
    "ledger",
    metadata,
    Column("key", LargeBinary, primary_key=True),
    Column("until", BigInteger, nullable=False, index=True),
    Column("sealed", LargeBinary),
)

callbacks = Table(
    "callbacks",
    metadata,
    _id(),
    Column("reference", String(8), nullable=False),
    Column("state", String(16), nullable=False),
    Column("language", String(8), nullable=False),
    Column("urgent", Boolean, nullable=False),
    Column("other_phone", Boolean, nullable=False),
    Column("made_at", BigInteger, nullable=False, index=True),
    Column("opens_at", BigInteger, nullable=False),
    Column("not_after", BigInteger, nullable=False),
    Column("edition", Integer, nullable=False),
    Column("tries", Integer, key="attempts", nullable=False),
    Column("claimed_by", String(32)),
    Column("claimed_at", BigInteger),
    Column("closed_at", BigInteger, index=True),
    Column("ending", String(16), key="outcome"),
    Column("given_back", Integer, nullable=False, server_default=text("0")),
    Column("sunk", Boolean, nullable=False, server_default=false()),
    Column("at_once", Boolean, nullable=False, server_default=false()),
    Column("entered", Boolean, nullable=False, server_default=false()),
    Column("call", String(32)),
    # Never NULL but while a migration fills them: that there is no word, or no flag, does not show.
    Column("sealed", LargeBinary),
    Column("sealed_flags", LargeBinary),
    # A reference that two open callbacks shared would send a counselor to the wrong caller.
    Index("uq_callbacks_reference", "reference", unique=True, sqlite_where=_IS_OPEN, postgresql_where=_IS_OPEN),
    Index("ix_callbacks_reference", "reference"),
    Index("ix_callbacks_state", "state", "not_after"),
    # The orders in which what waits presses, and opens: whoever looks for the first of thousands reads the first.
    Index("ix_callbacks_pressing", "state", text("urgent DESC"), "sunk", "not_after", "made_at", "id"),
    Index("ix_callbacks_opens_at", "state", "opens_at", "not_after", "id"),
    # What the figures count is alike in these: it is counted from the index alone, in its order.
    Index("ix_callbacks_counted", "language", "urgent", "state", "outcome", "attempts", "made_at"),
)

numbers = Table(
    "numbers",
    metadata,
    _callback(key=True),
    Column("number_hash", LargeBinary, nullable=False, index=True),
    Column("sealed", LargeBinary, nullable=False),
)

day_keys = Table(
    "day_keys",
    metadata,
    # A local day, `2026-11-28`; a second pair of one day has a number behind it.
    Column("day", String(16), primary_key=True),
    # The public half: sealed, so that whoever writes to the database cannot put another one there.
    Column("sealed", LargeBinary, nullable=False),
    Column("state", String(8), nullable=False),
    Column("at", BigInteger, nullable=False),
    # When a process that answers had the secret half, for the last time that it said so.
    Column("held_at", BigInteger, nullable=False),
)

rings = Table(
    "rings",
    metadata,
    # Of a phone, for a day; it names no callback, and of the call it has but a keyed hash.
    Column("number_hash", LargeBinary, primary_key=True),
    Column("call_hash", LargeBinary, primary_key=True),
    Column("other_phone", Boolean, nullable=False),
    Column("entered", Boolean, nullable=False, server_default=false()),
    Column("at", BigInteger, nullable=False),
)

stops = Table(
    "stops",
    metadata,
    # The order of stops and requests: it never goes back, as clocks do.
    Column("sequence", Integer, primary_key=True),
    Column("number_hash", LargeBinary, nullable=False, index=True),
    Column("at", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("by_keys", Boolean, nullable=False),
    sqlite_autoincrement=True,
)

staff = Table(
    "staff",
    metadata,
    _id(),
    Column("alias", String(64), nullable=False),
    Column("role", String(16), nullable=False),
    Column("sealed_number", LargeBinary),
    Column("number_hash", LargeBinary, index=True),
    Column("reads", String(8), nullable=False),
    Column("speaks", String(64), nullable=False),
    Column("seen_at", BigInteger),
    Column("on_until", BigInteger),
    Column("off_until", BigInteger),
    Column("active", Boolean, nullable=False),
    Column("minors", Boolean, nullable=False, server_default=false()),
    Column("on_call_until", BigInteger),
    Column("paused_until", BigInteger),
    Column("goes_on_until", BigInteger),
    Column("reviews", String(64), nullable=False, server_default=text("''")),
    Column("approves", Boolean, nullable=False, server_default=false()),
    Column("organisation", String(120), nullable=False, server_default=text("''")),
    Column("ends_on", Integer),
    Column("sealed_agreed", LargeBinary),
)

shifts = Table(
    "shifts",
    metadata,
    Column("staff", String(32), ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True),
    Column("weekday", Integer, primary_key=True, autoincrement=False),
    Column("start", Integer, primary_key=True, autoincrement=False),
    Column("end", Integer, primary_key=True, autoincrement=False),
)

offers = Table(
    "offers",
    metadata,
    # The order of offers within one second.
    Column("sequence", Integer, primary_key=True),
    _callback(),
    Column("staff", String(32), nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("ix_offers_callback", "callback", "staff"),
    Index("ix_offers_staff", "staff", "sequence"),
    Index("ix_offers_at", "at"),
    implicit_returning=False,
)

calls = Table(
    "calls",
    metadata,
    _id(),
    _callback(),
    Column("staff", String(32), nullable=False, index=True),
    Column("state", String(16), nullable=False),
    Column("placed_at", BigInteger, nullable=False),
    Column("session_hash", LargeBinary, index=True),
    Column("dialed_at", BigInteger),
    Column("ended_at", BigInteger),
    Column("covered_at", BigInteger),
    Column("sealed_span", LargeBinary),
    Column("gateway", String(24)),
    Index("ix_calls_callback", "callback"),
    Index("ix_calls_dialed_at", "dialed_at"),
)

staff_rings = Table(
    "staff_rings",
    metadata,
    _id(),
    _of_staff(),
    Column("menu", String(8), nullable=False),
    # Not tied to it: a day later the row is gone.
    Column("callback", String(32)),
    Column("state", String(16), nullable=False),
    Column("placed_at", BigInteger, nullable=False),
    Column("session_hash", LargeBinary, index=True),
    Column("wrong", Integer, nullable=False),
    Index("ix_staff_rings_staff", "staff", "placed_at"),
    Index("ix_staff_rings_placed_at", "placed_at"),
)
"""When one of the staff was rung, to be told or asked something."""

ring_digits = Table(
    "ring_digits",
    metadata,
    _of_staff(key=True),
    Column("hashed", LargeBinary, nullable=False),
    Column("wrong", Integer, nullable=False),
)
"""The two digits without which a ring says nothing: keyed, and with whose they are, so that the same two differ."""

outbox = Table(
    "outbox",
    metadata,
    _id(),
    Column("kind", String(8), nullable=False),
    Column("queue", String(8), nullable=False),
    Column("sealed_to", LargeBinary, nullable=False),
    Column("sealed_text", LargeBinary, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("not_after", BigInteger, nullable=False),
    Column("state", String(8), nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("vendor_id", String(128), index=True),
    # The role of whom of the staff it is for.
    Column("role", String(16)),
    Column("gateway", String(24)),
    Index("ix_outbox_state", "state", "changed_at"),
)

editions = Table(
    "editions",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("made_at", BigInteger, nullable=False),
    Column("made_by", String(64), nullable=False),
    Column("active_from", BigInteger, nullable=False),
    Column("sources", LargeBinary, nullable=False),
    Column("approved_by", String(64)),
    Column("again", Integer),
    Column("title", String(64)),
)

proposals = Table(
    "proposals",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("made_at", BigInteger, nullable=False),
    Column("made_by", String(64), nullable=False),
    Column("sources", LargeBinary, nullable=False),
    Column("pending_by", String(64)),
    Column("title", String(64)),
)

edition_drafts = Table(
    "edition_drafts",
    metadata,
    _id(),
    Column("title", String(64), nullable=False),
    Column("base", Integer, nullable=False),
    Column("made_by", String(32), nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("proposal", Integer),
    Column("sent_back", String(512)),
    Column("sent_back_by", String(64)),
    Column("sent_back_to", String(32)),
)

draft_parts = Table(
    "draft_parts",
    metadata,
    Column("draft", String(32), ForeignKey("edition_drafts.id", ondelete="CASCADE"), primary_key=True),
    Column("place", String(128), primary_key=True),
    # What it becomes and what it was, as JSON; null where it is not there. Words of an edition are for everybody: not sealed.
    Column("value", Text),
    Column("was", Text),
    Column("by", String(32), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("others", Text, nullable=False),
)

withdrawals = Table(
    "darkened",
    metadata,
    Column("item", String(64), primary_key=True),
    Column("phone", String(32), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("by", String(64), nullable=False),
)

readings = Table(
    "readings",
    metadata,
    Column("language", String(8), primary_key=True),
    Column("key", String(128), primary_key=True),
    Column("digest", String(64), primary_key=True),
    Column("by", String(64), primary_key=True),
    Column("day", String(10), nullable=False),
)
"""Which text was read, by its digest, and by whom, by alias."""

authorships = Table(
    "authorships",
    metadata,
    Column("language", String(8), primary_key=True),
    Column("key", String(128), primary_key=True),
    Column("digest", String(64), primary_key=True),
    Column("by", String(32), primary_key=True),
)
"""Which published text somebody wrote, by its digest, and who, by the id of a staff row."""

comments = Table(
    "comments",
    metadata,
    _id(),
    Column("place", String(128), nullable=False, index=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("by", String(32), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("closed_by", String(32)),
    Column("closed_at", BigInteger),
)

audit = Table(
    "audit",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("who", String(64), nullable=False),
    Column("what", String(32), nullable=False),
    Column("about", String(64), nullable=False),
    # Over this line and the digest of the one before: a line changed, taken out or put in between shows.
    Column("digest", LargeBinary, nullable=False),
)

audit_head = Table(
    "audit_head",
    metadata,
    # One row: where the audit ends, so that the last line cannot go without a trace either.
    Column("one", Integer, primary_key=True, autoincrement=False),
    Column("sequence", Integer, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    # A keyed hash over both. Whoever has the database alone can make none, only put an older copy back: of the whole audit, its head too.
    Column("bound", LargeBinary, nullable=False),
)

audit_base = Table(
    "audit_base",
    metadata,
    # One row, once years have gone: the last line of them, which the first one that is left follows.
    Column("one", Integer, primary_key=True, autoincrement=False),
    Column("sequence", Integer, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    # A keyed hash over both: whoever has the database alone takes nothing off the front either.
    Column("bound", LargeBinary, nullable=False),
)

tallies = Table(
    "tallies",
    metadata,
    # Days since 1970-01-01 UTC: nothing finer outlives a callback.
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("language", String(8), primary_key=True),
    Column("urgent", Boolean, primary_key=True),
    Column("state", String(16), primary_key=True),
    Column("ending", String(16), key="outcome", primary_key=True),
    Column("count", Integer, nullable=False),
)
"""What is left of callbacks whose rows are gone: how many, by the day on which they were made and by how they ended."""

wait_tallies = Table(
    "wait_tallies",
    metadata,
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("urgent", Boolean, primary_key=True),
    Column("minutes", Integer, primary_key=True, autoincrement=False),
    Column("count", Integer, nullable=False),
)
"""What is left of how long callers waited whose rows are gone: how many no longer than so many minutes, and longer than the next less."""

tries_tallies = Table(
    "tries_tallies",
    metadata,
    # The first of the month in which they were made, in days since 1970-01-01 UTC; so too of all counts by month.
    Column("month", Integer, primary_key=True, autoincrement=False),
    # 0: rung, and nobody knows any more how often.
    Column("tries", Integer, primary_key=True, autoincrement=False),
    Column("ending", String(16), primary_key=True),
    Column("count", Integer, nullable=False),
)
"""How many callbacks whose rows are gone were rung so often and ended so."""

safer_tallies = Table(
    "safer_tallies",
    metadata,
    Column("month", Integer, primary_key=True, autoincrement=False),
    Column("answer", String(16), primary_key=True),
    Column("count", Integer, nullable=False),
)
"""What callers said of their safety who were asked, and whose rows are gone; `unknown`: asked, and they would not say; `either`: of before 0034, when
that and not being asked were one."""

referral_tallies = Table(
    "referral_tallies",
    metadata,
    Column("month", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(16), primary_key=True),
    Column("outcome", String(16), primary_key=True),
    Column("count", Integer, nullable=False),
)
"""Referrals of callers who let them count, added when nothing tied them to a callback any more. Crossed with nothing."""

legal_tallies = Table(
    "legal_tallies",
    metadata,
    Column("month", Integer, primary_key=True, autoincrement=False),
    Column("legal", String(16), primary_key=True),
    Column("count", Integer, nullable=False),
)
"""Of the same referrals to a legal service or the police: whether legal action was wanted."""

hour_tallies = Table(
    "hour_tallies",
    metadata,
    # Local days since 1970-01-01, each written once, when it is over.
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("language", String(8), primary_key=True),
    Column("offered", Integer, nullable=False),
    Column("covered", Integer, nullable=False),
)
"""Minutes of a day that the line offered in a language, and how many of them a counselor was planned for."""

releases = Table(
    "releases",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("period", String(8), nullable=False),
    Column("standing", String(16), nullable=False),
    # JSON, as it was hashed: nothing of a hidden cell is in it.
    Column("tables", LargeBinary, nullable=False),
    # JSON: which cells are hidden, why, and between which numbers each lies by all that is public.
    Column("sealed_hidden", LargeBinary, nullable=False),
    Column("prepared_at", BigInteger, nullable=False),
    Column("prepared_by", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("released_at", BigInteger),
    Column("released_by", String(64)),
    Column("letter", Text, nullable=False),
    Column("withdrawn_at", BigInteger),
    Column("withdrawn_by", String(64)),
    Column("note", Text, nullable=False),
)
"""Tables of figures that leave the line, or did."""

turned_away = Table(
    "turned_away",
    metadata,
    # Hours since 1970-01-01 UTC.
    Column("hour", Integer, primary_key=True, autoincrement=False),
    Column("language", String(8), primary_key=True),
    Column("urgency", String(8), primary_key=True),
    Column("missing", String(8), primary_key=True),
    Column("count", Integer, nullable=False),
)
"""How many sessions asked for a call *now* and were shown that nobody can make it."""

clocks = Table(
    "clocks",
    metadata,
    # A start of a machine, by the name that Linux gives it.
    Column("boot", String(64), primary_key=True),
    # Milliseconds.
    Column("wall", BigInteger, nullable=False),
    Column("steady", BigInteger, nullable=False),
)
"""When each machine's clock was right for the last time, beside the one that nobody sets."""

exceptions = Table(
    "exceptions",
    metadata,
    _of_staff(key=True),
    # Days since 1970-01-01, local ones.
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("start", Integer, primary_key=True, autoincrement=False),
    Column("end", Integer, primary_key=True, autoincrement=False),
    Column("off", Boolean, nullable=False),
)

declarations = Table(
    "declarations",
    metadata,
    Column("kind", String(8), primary_key=True),
    # Local minutes since 1970-01-01.
    Column("start", Integer, primary_key=True, autoincrement=False),
    Column("end", Integer, primary_key=True, autoincrement=False),
)
"""What supervisors declare: `many`, `closed`."""

accounts = Table(
    "accounts",
    metadata,
    _of_staff(key=True),
    Column("password", String(256), nullable=False),
    Column("sealed_totp", LargeBinary),
    Column("totp_step", BigInteger, nullable=False),
    Column("recovery", String(1024), nullable=False),
)

invites = Table(
    "invites",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    _of_staff(),
    Column("made_at", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
)

sign_ins = Table(
    "sign_ins",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    _of_staff(),
    Column("made_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Index("ix_sign_ins_staff", "staff"),
)

failures = Table(
    "failures",
    metadata,
    Column("sequence", Integer, primary_key=True),
    Column("key_hash", LargeBinary, nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("ix_failures_key_hash", "key_hash", "at"),
    implicit_returning=False,
)

drafts = Table(
    "drafts",
    metadata,
    # Over the author and the form, whose name lies in what is sealed.
    Column("place_hash", LargeBinary, primary_key=True),
    _of_staff(),
    Column("sealed", LargeBinary, nullable=False),
    # A whole hour.
    Column("until", BigInteger, nullable=False),
    Index("ix_drafts_staff", "staff"),
)

guesses = Table(
    "guesses",
    metadata,
    _of_staff(key=True),
    Column("count", Integer, nullable=False),
)
"""How many codes were wrong, one after the other, where the password had been right."""

reviews = Table(
    "reviews",
    metadata,
    _id(),
    _callback(),
    Column("flood", Boolean, nullable=False),
    Column("sealed_reason", LargeBinary, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("decision", String(16)),
    Column("sealed_why", LargeBinary),
    Column("decided_by", String(32)),
    Column("decided_at", BigInteger),
    Index("ix_reviews_callback", "callback"),
    Index("ix_reviews_decision", "decision", "at"),
)

pranks = Table(
    "pranks",
    metadata,
    # No foreign key: it is what is left for 30 days, when the number is long gone.
    Column("callback", String(32), primary_key=True),
    Column("number_hash", LargeBinary, nullable=False, index=True),
    Column("at", BigInteger, nullable=False),
)

notes = Table(
    "notes",
    metadata,
    _callback(key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("at", BigInteger, nullable=False),
)

alarms = Table(
    "alarms",
    metadata,
    _callback(key=True),
    Column("kind", String(8), primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("call", String(32)),
    Column("seen_by", String(32)),
)
"""What stands before supervisors, and who of them sees to it."""

handed = Table(
    "handed",
    metadata,
    _callback(key=True),
    # What a supervisor tells whoever it is handed to, and which supervisor.
    Column("sealed", LargeBinary, nullable=False),
)

consents = Table(
    "consents",
    metadata,
    _callback(key=True),
    Column("sealed", LargeBinary, nullable=False),
)

sharing_protocols = Table(
    "sharing_protocols",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("partner", String(120), nullable=False),
    Column("signed_by", String(120), nullable=False),
    Column("letter", String(120), nullable=False),
    # Days since 1970-01-01.
    Column("until", Integer, nullable=False),
    Column("recorded_at", BigInteger, nullable=False),
    Column("recorded_by", String(64), nullable=False),
    Column("ended_at", BigInteger),
    Column("ended_by", String(64)),
)

incidents = Table(
    "incidents",
    metadata,
    _id(),
    # Kept when the callback goes, and then tied to nothing.
    Column("callback", String(32), ForeignKey("callbacks.id", ondelete="SET NULL"), index=True),
    Column("day", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("figures", Boolean, nullable=False),
)

referrals = Table(
    "referrals",
    metadata,
    _id(),
    Column("callback", String(32), ForeignKey("callbacks.id", ondelete="SET NULL"), index=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("look_again", Integer, index=True),
    Column("day", Integer, nullable=False),
    Column("revoked", Boolean, nullable=False),
    Column("sent", Boolean, nullable=False),
)

time_requests = Table(
    "wants",
    metadata,
    _id(),
    _of_staff(),
    Column("at", BigInteger, nullable=False),
    Column("seen_by", String(32)),
    Column("seen_at", BigInteger),
)

testimonies = Table(
    "testimonies",
    metadata,
    _id(),
    Column("sealed", LargeBinary, nullable=False),
    Column("state", String(16), nullable=False),
    Column("written_by", String(32), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("cut_by", String(32)),
    Column("released_by", String(160), nullable=False),
    Column("released_on", String(10)),
)

held = Table(
    "held",
    metadata,
    # One row, as long as it lasts.
    Column("one", Integer, primary_key=True, autoincrement=False),
    Column("since", BigInteger, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("whole", Boolean, nullable=False),
)
"""That this database was restored, from a backup of which moment, and nobody said go yet."""

backup_runs = Table(
    "backup_runs",
    metadata,
    Column("kind", String(8), primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("good_at", BigInteger),
    Column("fault", String(16), nullable=False),
)
"""When a backup of each kind was made last, and one tried out; and when that last went well."""
