"""A testimony becomes part of what callers read: a new edition, which is the newest with it added."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from hotline.engine.flow import Sources
from hotline.ports.desk.testimonies import Testimony
from hotline.service import acts
from hotline.service.acts import Act, By, Result
from hotline.service.deps import Deps
from hotline.service.desk.testimonies.lifecycle import release_testimony
from hotline.service.desk.testimonies.reading import PEOPLE, alias_of
from hotline.service.editions import approval
from hotline.service.editions.publication import FaultySources, NewEdition, Overtaken, TooSoon, checked, enact
from hotline.service.editions.testimony_overlay import with_testimonies


class Prepared(Struct, frozen=True):
    """An edition with a testimony, checked and not yet published."""

    waiting: Testimony
    released: Testimony
    newest: int
    """The number of the edition that it was made from."""
    sources: Sources


def release(deps: Deps, by: By, id: str, seen: str, *, read: bool) -> Result:
    """Release it; with the second who does so it is published. `one`: somebody else is still missing. Raises StoreAway."""
    result = acts.run(deps, by, release_testimony, id, seen, read=read)
    return publish(deps, replace(by, origin=""), id) if result.code == "done" else result


def publish(deps: Deps, by: By, id: str) -> Result:
    """Publish what two released. Again changes nothing. Refused, both have released it all the same, and it can be published later.

    The edition is checked before the act, since that takes half a second, in which nobody else could write. Raises StoreAway.
    """
    try:
        prepared = _prepare(deps, id, deps.clock.now())
        return prepared if isinstance(prepared, Result) else acts.run(deps, by, publish_testimony, prepared)
    except TooSoon:
        return Result("too_soon")
    except Overtaken:
        return Result("overtaken")
    except (FaultySources, approval.CannotPublish):
        return Result("faulty")


def publish_testimony(act: Act, prepared: Prepared) -> Result:
    """In the name of the two who released it. Raises TooSoon and Overtaken; then nothing is kept."""
    if act.tx.testimonies.get(prepared.waiting.id) != prepared.waiting:
        return Result("overtaken")
    by, approved_by = (alias_of(act.tx, id) for id in prepared.waiting.released_by)
    act.tx.testimonies.save(prepared.released)
    enact(act, NewEdition(prepared.sources, by, approved_by=approved_by, after=prepared.newest))
    return Result("published")


def _prepare(deps: Deps, id: str, at: int) -> Prepared | Result:
    """Raises FaultySources, and CannotPublish where the newest edition is none that this program can read."""
    with deps.store.read() as tx:
        testimony = tx.testimonies.get(id)
        if testimony is None:
            return Result("gone")
        if testimony.state not in ("cut", "released") or len(testimony.released_by) < PEOPLE:
            return Result("state")
        if testimony.state == "released":
            return Result("published")
        rows = tx.editions.all()
        newest = tx.editions.get(rows[0].number) if rows else None
        if newest is None:
            return Result("faulty")
        released = replace(testimony, state="released", released_on=deps.today(at).isoformat())
        sources = with_testimonies(tx, approval.read(newest.sources, f"edition {newest.number}"), released)
    return Prepared(testimony, released, newest.number, checked(sources, at))
