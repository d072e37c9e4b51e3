"""Testimonies as pages show them: the desk's own, and those of the files that callers may read."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from msgspec import Struct

from hotline.ports.desk.staff import Staff
from hotline.ports.desk.testimonies import Testimony
from hotline.ports.store import Transaction
from hotline.service.deps import Deps
from hotline.service.editions.testimony_overlay import TESTIMONIES, withdrawn_testimonies

PEOPLE: Final = 2
"""Who release it: different ones, neither of them the one who wrote it."""


class TestimonyView(Struct, frozen=True):
    """One testimony, with what those who wrote and released it are called."""

    testimony: Testimony
    writer: str
    """Empty: it came with the files."""
    releasers: tuple[str, ...]
    version: str
    may_release: bool
    """May whoever looks?"""


def see_testimonies(deps: Deps, staff: Staff) -> tuple[TestimonyView, ...]:
    """The desk's, newest first; then those of the files that callers may read, as released by nobody of the staff. Raises StoreAway."""
    with deps.store.read() as tx:
        testimonies, withdrawn = tx.testimonies.all(), withdrawn_testimonies(tx.editions.withdrawals())
        known = {*withdrawn, *(testimony.id for testimony in testimonies)}
        listed = (*testimonies, *(testimony for id, testimony in _of_files(deps).items() if id not in known))
        aliases = _aliases(tx, listed)
    return tuple(_view(deps, staff, testimony, aliases) for testimony in listed)


def see_testimony(deps: Deps, staff: Staff, id: str) -> TestimonyView | None:
    """Returns None where there is none of this id. Raises StoreAway."""
    with deps.store.read() as tx:
        testimony = find(deps, tx, id)
        return None if testimony is None else _view(deps, staff, testimony, _aliases(tx, (testimony,)))


def find(deps: Deps, tx: Transaction, id: str) -> Testimony | None:
    """Returns None where there is none of this id; one of the files that was withdrawn is none too."""
    return tx.testimonies.get(id) or (None if id in withdrawn_testimonies(tx.editions.withdrawals()) else _of_files(deps).get(id))


def version(deps: Deps, testimony: Testimony) -> str:
    """Tells its words as they are from what they were or will be: what was read is what is released."""
    return deps.derive("told", repr(sorted(testimony.text.items())))


def may_release(testimony: Testimony, staff: Staff) -> bool:
    """It is cut, somebody is still missing, and this is another one."""
    is_open = testimony.state == "cut" and len(testimony.released_by) < PEOPLE
    return is_open and staff.id not in (testimony.written_by, *testimony.released_by)


def places(deps: Deps) -> tuple[str, ...]:
    """What the directory's regions and places are called."""
    return tuple(item.name for listed in ("regions", "places") for item in deps.written.items.get(listed, {}).values())


def _view(deps: Deps, staff: Staff, testimony: Testimony, aliases: Mapping[str, str]) -> TestimonyView:
    return TestimonyView(
        testimony,
        aliases.get(testimony.written_by, ""),
        tuple(aliases[id] for id in testimony.released_by),
        version(deps, testimony),
        may_release(testimony, staff),
    )


def _aliases(tx: Transaction, testimonies: Collection[Testimony]) -> dict[str, str]:
    """What those who wrote and released them are called, by their ids; those too who have left. As many reads as there are people, at most."""
    known = {staff.id: staff.alias for staff in tx.staff.active()}
    asked = {id for testimony in testimonies for id in (testimony.written_by, *testimony.released_by) if id}
    return {id: known.get(id) or alias_of(tx, id) for id in asked}


def alias_of(tx: Transaction, id: str) -> str:
    """What somebody is called; the id of somebody who is nowhere any more."""
    staff = tx.staff.get(id)
    return staff.alias if staff else id


def _of_files(deps: Deps) -> dict[str, Testimony]:
    """As this process shows them, whichever edition a conversation is on."""
    items = (item for edition in deps.editions.snapshot.editions for item in edition.shown.items if item.list == TESTIMONIES)
    return {
        item.id: Testimony(item.id, _texts(item.fields), "released", "", 0, released_on=item.fields.get("released_on")) for item in items
    }


def _texts(fields: Mapping[str, str]) -> dict[str, str]:
    return {name.removeprefix("text."): text for name, text in fields.items() if name.startswith("text.")}
