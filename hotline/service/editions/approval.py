"""Publishing by two people, and going back: who may make an edition of what, and what is written down about it."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime
from typing import Final

from msgspec import DecodeError, Struct
from msgspec.structs import replace

from hotline.engine.critical import pending_words
from hotline.engine.flow import Sources
from hotline.engine.freshness import fresh
from hotline.ports.desk.audit import AuditRecord
from hotline.ports.desk.editions import EditionRow, Proposal
from hotline.ports.store import Store, Transaction
from hotline.service.editions.cache import FaultySources, Overtaken, checked, decode, enact, encode
from hotline.service.editions.testimony_overlay import with_newest_testimonies, with_testimonies

LONGEST_NAME: Final = 64
_SIGNED: Final = re.compile(r"(.*) \(([^()]*)\)")


class Refused(Exception):
    """The rules of publishing say no; nothing was changed. Says why, for whoever typed the command."""


class PendingWords(FaultySources):
    """Words that nobody reviewed stand on urgent, callback or stop screens, and nobody took that on herself by name."""


class Publisher(Struct, frozen=True):
    """Who does it: the name that she gave, and the login under which she sits. Make it with `person`."""

    name: str
    login: str
    named: bool
    """Did she give a name? Else it is the login."""

    def __str__(self) -> str:
        return f"{self.name} ({self.login})" if self.named and _same(self.name) != _same(self.login) else self.name


def publisher(by: str | None, login: str) -> Publisher:
    """Raises Refused for a name that could not be told apart from another, or not be kept."""
    name = " ".join((by if by is not None else login).split())
    made = Publisher(name, login, by is not None)
    if not name or not name.isprintable() or "(" in name or ")" in name or len(str(made)) > LONGEST_NAME:
        raise Refused(f"a name has letters, no brackets, and with the login at most {LONGEST_NAME} of them")
    return made


def propose(store: Store, sources: Sources, by: Publisher, at: int, pending_by: str | None = None) -> int:
    """Keep these sources for a second person to look at; the number of the proposal, which no other ever gets.

    Raises FaultySources, PendingWords and StoreAway; then nothing is kept.
    """
    pending, _ = pending_words(checked(sources, at))
    if pending and pending_by is None:
        raise PendingWords(pending)
    with store.write() as tx:
        number = tx.editions.next_proposal()
        tx.editions.add_proposal(Proposal(number, at, str(by), encode(with_testimonies(tx, sources)), pending_by if pending else None))
        tx.audit.add(AuditRecord(at, str(by), "proposed", _about(number)))
    return number


def proposed(store: Store, number: int, by: Publisher) -> tuple[Proposal, EditionRow | None]:
    """The proposal that this person may approve, with what women told as it would be published now, and the edition that it is to be
    compared with: the newest. Raises Refused and StoreAway."""
    with store.read() as tx:
        proposal = _waiting(tx, number)
        newest = _newest(tx)
        sources = with_testimonies(tx, read(proposal.sources, _about(number)))
    _refuse_alone(proposal, by)
    return replace(proposal, sources=encode(sources)), newest


def approve(
    store: Store, number: int, by: Publisher, at: int, active_from: int, against: int | None, life: int, *, unseen: bool = False
) -> int:
    """Publish a proposal in the name of two people; the edition's number. `against`: the newest edition when she looked at the difference.
    `life`: of the longest session. `unseen`: nobody looked, a script did it.

    Raises Refused, PendingWords, FaultySources, TooSoon and StoreAway; the proposal then waits on.
    """
    with store.read() as tx:
        proposal = _waiting(tx, number)
    _refuse_alone(proposal, by)
    sources = checked(read(proposal.sources, _about(number)), at)
    pending, _ = pending_words(sources)
    if pending and proposal.pending_by is None:
        raise PendingWords(pending)
    with store.write() as tx:
        _waiting(tx, number)  # of two who approve at once, or of one who rejects meanwhile, the first has it
        try:
            edition = enact(
                tx, sources, proposal.made_by, at, active_from, approved_by=str(by), life=life, after=against if against is not None else 0
            )
        except Overtaken:
            raise Refused("another edition was published meanwhile: look at the difference again") from None
        tx.editions.decide_proposal(number)
        tx.audit.add(AuditRecord(at, str(by), "approved unseen" if unseen else "approved", f"{_about(number)}, edition {edition}"))
        if pending and proposal.pending_by is not None:
            tx.audit.add(_overridden(proposal.pending_by, at, edition))
    return edition


def publish_alone(
    store: Store, sources: Sources, by: Publisher, at: int, active_from: int, life: int, pending_by: str | None = None
) -> int:
    """Publish at once, where one person may. Pending words stop nothing here; who takes them on herself is written down all the same.

    Raises FaultySources, TooSoon and StoreAway.
    """
    clean = checked(sources, at)
    with store.write() as tx:
        edition = enact(tx, clean, str(by), at, active_from, life=life)
        if pending_by is not None and pending_words(clean)[0]:
            tx.audit.add(_overridden(pending_by, at, edition))
    return edition


def reject(store: Store, number: int, by: Publisher, at: int) -> None:
    """Take a proposal away; whoever made it may do so too. Raises Refused and StoreAway."""
    with store.write() as tx:
        _waiting(tx, number)
        tx.editions.decide_proposal(number)
        tx.audit.add(AuditRecord(at, str(by), "rejected", _about(number)))


def roll_back(store: Store, number: int, by: Publisher, at: int, active_from: int, life: int) -> int:
    """A new edition with the content of an old one, which was approved in its day; the new one's number.

    Numbers taken off the line stay off: their marks hold for every edition. What women told stays as it is now. Raises Refused, FaultySources, TooSoon and StoreAway.
    """
    with store.read() as tx:
        old = tx.editions.get(number)
    if old is None:
        raise Refused(f"there is no edition {number} (hotline content list)")
    sources = checked(read(old.sources, f"edition {number}"), at)
    with store.write() as tx:
        newest = _newest(tx)
        if newest is None or newest.number == number:
            raise Refused(f"edition {number} is the newest: it is in force, or will be in a moment")
        sources = with_testimonies(tx, with_newest_testimonies(sources, _readable(newest)))
        if newest.sources in (old.sources, encode(sources)):
            raise Refused(f"edition {newest.number} says the same as edition {number} already")
        edition = enact(tx, sources, str(by), at, active_from, again=number, life=life)
        tx.audit.add(AuditRecord(at, str(by), "rolled back", f"edition {edition} again {number}"))
    return edition


def with_told(store: Store, sources: Sources) -> Sources:
    """What would be published of these files now: with what women told in the room, without what they took back. Raises StoreAway."""
    with store.read() as tx:
        return with_testimonies(tx, sources)


def read(sources: bytes, of: str) -> Sources:
    """Raises Refused where another version of the program wrote what this one cannot read."""
    try:
        return decode(sources)
    except DecodeError:
        raise Refused(f"{of} was made by another version of this program, which this one cannot read") from None


def as_published(sources: Sources, at: int) -> Sources:
    """What callers would get of these sources at that moment: two that are told apart by nothing else are the same edition."""
    return fresh(sources, datetime.fromtimestamp(at, UTC).date())[0]


def are_one_person(made_by: str, by: Publisher) -> bool:
    """Is she who made the proposal? By name, whatever the letters' size, and by login where she gave no name of her own."""
    signed = _SIGNED.fullmatch(made_by)
    name, login = (signed[1], signed[2]) if signed else (made_by, made_by)
    return _same(name) == _same(by.name) or (not by.named and _same(login) == _same(by.login))


def _same(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def _refuse_alone(proposal: Proposal, by: Publisher) -> None:
    if are_one_person(proposal.made_by, by):
        raise Refused(f"proposal {proposal.number} was made by {proposal.made_by}: another person approves it (--by NAME)")


def _waiting(tx: Transaction, number: int) -> Proposal:
    proposal = tx.editions.proposal(number)
    if proposal is None:
        raise Refused(f"no proposal {number} waits (hotline content list)")
    return proposal


def _newest(tx: Transaction) -> EditionRow | None:
    rows = tx.editions.all()
    return tx.editions.get(rows[0].number) if rows else None


def _readable(row: EditionRow) -> Sources | None:
    """None where another version of the program wrote it: going back must not wait for that."""
    try:
        return read(row.sources, f"edition {row.number}")
    except Refused:
        return None


def _about(number: int) -> str:
    return f"proposal {number}"


def _overridden(by: str, at: int, edition: int) -> AuditRecord:
    return AuditRecord(at, by, "pending words published", f"edition {edition}")
