"""What leaves as a file: who took which release, and under which protocol rows of incidents may go."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias, get_args

from msgspec.structs import replace

from hotline.engine.quarters import span
from hotline.engine.times import EPOCH
from hotline.ports.desk.cases import Incident
from hotline.ports.figures.releases import Release
from hotline.ports.figures.sharing_protocols import SharingProtocol
from hotline.service.acts import Act, Result
from hotline.service.deps import Deps
from hotline.service.desk.figures.definitions import SMALLEST_BASE
from hotline.service.desk.figures.files.recorder import may_leave

FileFormat: TypeAlias = Literal["xlsx", "csv", "json", "dhis2"]
FORMATS: Final[tuple[FileFormat, ...]] = get_args(FileFormat)
LONGEST_DAYS: Final = 366
"""A protocol is signed anew each year."""
LONGEST: Final = 120
"""Letters of a partner's name, a signer's and a letter's."""


def released(deps: Deps, number: int) -> Release | None:
    """What may be taken. Returns None for one that is not released, or not any more. Raises StoreAway."""
    with deps.store.read() as tx:
        release = tx.releases.release(number)
    return release if release is not None and release.standing == "released" else None


def take_release(act: Act, number: int, format: FileFormat) -> Result:
    """A file of a release leaves, in the hands of whoever acts."""
    release = act.tx.releases.release(number)
    if release is None or release.standing != "released":
        return Result("gone")
    act.record("figures taken", f"release {number} {format}")
    return Result()


def record_protocol(act: Act, partner: str, signed_by: str, letter: str, until: int) -> Result:
    """From now on, and until the end of that day, rows may leave for this partner. `until`: days since 1970-01-01."""
    whom, signer, kept = (" ".join(text.split()) for text in (partner, signed_by, letter))
    if not (whom and signer and kept):
        return Result("empty")
    if max(len(whom), len(signer), len(kept)) > LONGEST:
        return Result("long")
    today = _today(act)
    if not today < until <= today + LONGEST_DAYS:
        return Result("day")
    number = len(act.tx.sharing_protocols.all()) + 1
    act.tx.sharing_protocols.save(SharingProtocol(number, whom, signer, kept, until, act.at, act.staff.alias))
    act.record("protocol recorded", f"protocol {number}")
    return Result(values={"number": str(number)})


def end_protocol(act: Act, number: int) -> Result:
    """No row leaves under it any more."""
    protocol = act.tx.sharing_protocols.get(number)
    if protocol is None:
        return Result("gone")
    if not protocol.holds(_today(act)):
        return Result("late")
    act.tx.sharing_protocols.save(replace(protocol, ended_at=act.at, ended_by=act.staff.alias))
    act.record("protocol ended", f"protocol {number}")
    return Result()


def take_rows(act: Act, number: int, protocol: int) -> Result:
    """Rows of the incidents of a release's period leave, for the partner of a protocol that is in force.

    Refused while none is (`late`), and of a period so small that its table of types was not released, or that fewer rows would leave than a
    table has to be about (`too_few`): those that GBVIMS has already stay here.
    """
    release, signed = act.tx.releases.release(number), act.tx.sharing_protocols.get(protocol)
    if release is None or release.standing != "released" or signed is None:
        return Result("gone")
    if not signed.holds(_today(act)):
        return Result("late")
    types, of = release.table("types"), span(release.period)
    leaving = sum(map(may_leave, act.tx.figures.incidents(of.since, of.until))) if of else 0
    if types is None or types.too_few or leaving < SMALLEST_BASE:
        return Result("too_few")
    act.record("incident rows taken", f"release {number} protocol {protocol}")
    return Result()


def rows_of(deps: Deps, release: Release) -> tuple[Incident, ...]:
    """Incidents of its months that are tied to nothing and may count. For whom `take_rows` lets have them alone. Raises StoreAway."""
    of = span(release.period)
    with deps.store.read() as tx:
        return tx.figures.incidents(of.since, of.until) if of else ()


def protocols(deps: Deps) -> tuple[SharingProtocol, ...]:
    """All that were recorded, by number. Raises StoreAway."""
    with deps.store.read() as tx:
        return tx.sharing_protocols.all()


def _today(act: Act) -> int:
    return (act.deps.today(act.at) - EPOCH).days
