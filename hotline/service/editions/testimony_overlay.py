"""The testimony overlay: laid over every edition that is made, so that what was released is in it and what was taken back is not, whatever the files say."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

import msgspec
from msgspec.structs import replace

from hotline.engine.flow import Item, Sources, Where
from hotline.ports.desk.testimonies import Testimony
from hotline.ports.editions.editions import Withdrawal
from hotline.ports.store import Transaction

TESTIMONIES: Final = "testimonies"
_AT: Final = Where("console/testimonies", 1)
"""Where a fault of theirs would be mended: it stands in no file."""


def with_testimonies(tx: Transaction, sources: Sources, also: Testimony | None = None) -> Sources:
    """These sources with the testimonies that they have to hold now, or will once `also` is written down. Again changes nothing."""
    testimonies = tuple(also if also and testimony.id == also.id else testimony for testimony in tx.testimonies.all())
    people = {id: tx.staff.get(id) for testimony in testimonies if testimony.state == "released" for id in testimony.released_by}
    aliases = {id: staff.alias for id, staff in people.items() if staff}
    return overlaid(sources, testimonies, withdrawn_testimonies(tx.editions.withdrawals()), aliases)


def overlaid(sources: Sources, testimonies: Collection[Testimony], taken: Collection[str], aliases: Mapping[str, str]) -> Sources:
    """The files' own stay, unless taken back; those of the desk are what `testimonies` says, at the end, oldest first.

    In languages that these sources have: one without words in any of them is left out, since no screen could show it.
    """
    gone = {*taken, *(testimony.id for testimony in testimonies)}
    kept = (item for item in sources.items if item.list != TESTIMONIES or item.id not in gone)
    released = sorted(
        (testimony for testimony in testimonies if testimony.state == "released" and testimony.id not in taken),
        key=lambda testimony: (testimony.at, testimony.id),
    )
    return replace(sources, items=(*kept, *(item for testimony in released for item in _item(testimony, sources.words, aliases))))


def with_newest_testimonies(old: Sources, newest: Sources | None) -> Sources:
    """An old edition's sources with the newest's testimonies: going back brings back nothing that was taken out since, and loses nothing.

    `newest`: None where nobody knows what it holds; then the old one's are left out.
    """
    testimonies = (item for item in newest.items if item.list == TESTIMONIES) if newest else ()
    return replace(old, items=(*(item for item in old.items if item.list != TESTIMONIES), *testimonies))


def withdrawn_testimonies(withdrawals: Iterable[Withdrawal]) -> frozenset[str]:
    """The ids of the testimonies among what was taken off the line."""
    return frozenset(withdrawal.item for withdrawal in withdrawals if not withdrawal.phone)


def withdraw_testimony(tx: Transaction, withdrawal: Withdrawal) -> None:
    """Off every screen, running sessions too, within two seconds; and its words out of every edition and proposal that the database holds."""
    tx.editions.withdraw(withdrawal)
    for row in tx.editions.all():
        found = tx.editions.get(row.number)
        if found is not None and (rest := _without(found.sources, withdrawal.item)) is not None:
            tx.editions.rewrite(row.number, rest)
    for waiting in tx.editions.proposals():
        proposal = tx.editions.proposal(waiting.number)
        if proposal is not None and (rest := _without(proposal.sources, withdrawal.item)) is not None:
            tx.editions.rewrite_proposal(waiting.number, rest)


def testimonies_in_editions(tx: Transaction) -> frozenset[str]:
    """The ids of all that stand in an edition or a proposal, those too that came with files."""
    editions = (tx.editions.get(row.number) for row in tx.editions.all())
    proposals = (tx.editions.proposal(waiting.number) for waiting in tx.editions.proposals())
    found = (made.sources for made in (*editions, *proposals) if made is not None)
    return frozenset(item["id"] for sources in found for item in msgspec.json.decode(sources)["items"] if item["list"] == TESTIMONIES)


def _item(testimony: Testimony, languages: Collection[str], aliases: Mapping[str, str]) -> Iterator[Item]:
    texts = {f"text.{language}": text for language, text in testimony.text.items() if language in languages}
    if texts:
        people = ", ".join(aliases.get(id, id) for id in testimony.released_by)
        yield Item(TESTIMONIES, testimony.id, "", {**texts, "released_by": people, "released_on": testimony.released_on or ""}, _AT)


def _without(sources: bytes, id: str) -> bytes | None:
    """Returns None where it is not in there. Whichever version of the program wrote them: only the list of entries need be known."""
    if id.encode() not in sources:
        return None
    raw = msgspec.json.decode(sources)
    items = [item for item in raw["items"] if (item["list"], item["id"]) != (TESTIMONIES, id)]
    return msgspec.json.encode({**raw, "items": items}) if len(items) < len(raw["items"]) else None
