"""Publication: sources are checked, which takes long, and become an edition, which takes one row."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Final

from msgspec import Struct

from hotline.engine.check import check
from hotline.engine.flow import Fault, Sources
from hotline.engine.freshness import fresh
from hotline.ports.desk.audit import AuditRecord
from hotline.ports.editions.editions import EditionRow
from hotline.ports.store import Store, Transaction
from hotline.service.editions import activation
from hotline.service.editions.reading_overlay import with_readings
from hotline.service.editions.snapshot import CompileSettings, encode
from hotline.service.editions.testimony_overlay import with_testimonies
from hotline.service.work import Work

MOST_HELD: Final = 8
"""Editions that sessions may be on at once. Each takes some megabytes of every process."""
FOR_ROLLBACKS: Final = 4
"""So many more, since going back cannot wait."""


class FaultySources(Exception):
    """An edition was not published. `faults` says why."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = faults


class TooSoon(Exception):
    """An edition was not published: sessions are on too many others. `until`: when there will be room."""

    def __init__(self, until: int) -> None:
        super().__init__("sessions are on too many editions")
        self.until = until


class Overtaken(Exception):
    """An edition was not published: what it was made from is not the newest any more."""


class NewEdition(Struct, frozen=True):
    """What becomes an edition."""

    sources: Sources
    """Checked."""
    by: str
    approved_by: str | None = None
    again: int | None = None
    """The edition whose content this is, where somebody goes back."""
    after: int | None = None
    """The edition that it was made from, if that matters: 0 where there was none."""
    title: str | None = None


class Timing(Struct, frozen=True):
    """When an edition is made and when sessions begin on it; `life` of the longest session."""

    at: int
    active_from: int
    life: int = CompileSettings().longest


def publish(store: Store, sources: Sources, by: str, at: int, active_from: int) -> int:
    """Keep these sources, without what is stale or over, as the next edition and return its number: for a line that begins, where nobody acts yet.

    Every process learns of it within two seconds; sessions begin on it at `active_from`, which must be later than that, and those under way stay on theirs.
    Raises FaultySources, TooSoon and StoreAway; then nothing is kept.
    """
    clean = checked(sources, at)
    with store.write() as tx:
        return _add(tx, NewEdition(clean, by), Timing(at, active_from)).number


def checked(sources: Sources, at: int) -> Sources:
    """What would be published of these at this moment: all but what is stale or over. Raises FaultySources."""
    return checked_on(sources, datetime.fromtimestamp(at, UTC).date())


def checked_on(sources: Sources, today: date) -> Sources:
    """`checked`, for whoever knows the local day."""
    clean, _ = fresh(sources, today)
    grave = tuple(fault for fault in check(clean, today) if fault.grave)
    if grave:
        raise FaultySources(grave)
    return clean


def enact(work: Work, edition: NewEdition) -> EditionRow:
    """Make it the newest edition: in force once every process has learned of it; at once where there is none, since nothing runs without one.

    Raises Overtaken and TooSoon before anything is written. Testimonies are laid over it here, whoever makes it: what was released was checked then.
    """
    rules = work.deps.rules
    begins = work.at + rules.lead_seconds if work.tx.editions.moments() else work.at
    return _add(work.tx, edition, Timing(work.at, begins, rules.longest_session))


def _add(tx: Transaction, edition: NewEdition, timing: Timing) -> EditionRow:
    moments = [(number, active_from) for number, _, active_from in tx.editions.moments()]
    newest = moments[-1][0] if moments else 0
    if edition.after is not None and edition.after != newest:
        raise Overtaken
    held = activation.needed(moments, timing.at, timing.life) if moments else ()
    if len(held) >= MOST_HELD + (FOR_ROLLBACKS if edition.again is not None else 0):
        raise TooSoon(activation.gone_at(dict(moments)[held[1]], timing.life))
    sources = encode(with_readings(tx, with_testimonies(tx, edition.sources)))
    row = EditionRow(newest + 1, timing.at, edition.by, timing.active_from, sources, edition.approved_by, edition.again, edition.title)
    tx.audit.add(AuditRecord(timing.at, edition.by, "published", str(row.number)))  # first: with an edition there is an audit
    tx.editions.add(row)
    return row
