"""Files that are published although the line has newer words than they knew: they take nothing back, what they change becomes a draft."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from hotline.engine.drafting.revisions import standing
from hotline.engine.flow import Sources
from hotline.ports.editions.edition_drafts import DraftPart, EditionDraft
from hotline.ports.store import Store
from hotline.service.acts import Act, Result
from hotline.service.editions.approval import as_published, read_or_none
from hotline.service.studio.composing import newest

HISTORY: Final = 20
"""Editions among which that one is looked for which the files were made from."""
LONGEST_ID: Final = 32


class FilesBehind(Struct, frozen=True):
    """What files change of the edition that they were made from, where that is not the newest."""

    base: int
    newest: int
    changes: dict[str, tuple[str | None, str | None]]
    """By place: what that edition said, and what the files say."""


def behind(store: Store, files: Sources, at: int) -> FilesBehind | None:
    """Returns None where the files know all that was made in the studio: of all lately published they differ least from an edition since which nothing was.

    Raises StoreAway.
    """
    with store.read() as tx:
        numbers = [row.number for row in tx.editions.all()[:HISTORY]]
        rows = [row for number in numbers if (row := tx.editions.get(number))]
    said = standing(as_published(files, at))
    least: FilesBehind | None = None
    for row in rows:
        sources = read_or_none(row)
        if sources is None:
            continue
        stood = standing(as_published(sources, at))
        changes = {place: (stood.get(place), said.get(place)) for place in {**stood, **said} if stood.get(place) != said.get(place)}
        # Where two differ as much, the files may have been made from either: the older one makes them a draft, and somebody looks.
        if least is None or len(changes) < len(least.changes) or (len(changes) == len(least.changes) and changes != least.changes):
            least = FilesBehind(row.number, rows[0].number, changes)
    return least if least and any(row.title is not None and row.number > least.base for row in rows) else None


def draft_files(act: Act, files: FilesBehind, title: str) -> Result:
    """Begin a draft of what the files change; where another edition changed the same since, it says so. `draft` among the values is its id."""
    person = act.tx.staff.by_alias(act.staff.alias)
    by = person.id if person else act.staff.id[:LONGEST_ID]
    draft = EditionDraft(act.derive("edition draft"), title, newest(act.deps).number, by, act.at)
    act.tx.edition_drafts.save(draft)
    act.record("draft begun", draft.id)
    for place, (was, value) in files.changes.items():
        act.tx.edition_drafts.put(DraftPart(draft.id, place, value, was, by, act.at))
    return Result(values={"draft": draft.id})
