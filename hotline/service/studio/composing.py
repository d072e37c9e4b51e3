"""A draft as it stands: the newest edition with its changes, and what somebody else changed meanwhile."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Final

from msgspec import Struct

from hotline.engine.drafting.revisions import Revision, UnfitRevision, flow_place, revised, standing, value_of
from hotline.engine.flow import Fault, Sources
from hotline.ports.editions.edition_drafts import DraftPart, EditionDraft
from hotline.ports.store import Transaction
from hotline.service.deps import Deps
from hotline.service.editions.reading_overlay import with_readings
from hotline.service.editions.snapshot import LoadedEdition

NO_DRAFT: Final = EditionDraft("", "", 0, "", 0)
"""Nobody changed anything yet: what is in force, or about to be."""


class Composed(Struct, frozen=True, dict=True):
    """A draft over the newest edition that this process knows."""

    draft: EditionDraft
    parts: Mapping[str, DraftPart]
    """By place."""
    edition: LoadedEdition
    sources: Sources
    """With the draft's parts, and with who read which of its words."""
    open_comments: Mapping[str, int] = {}
    """By place, where there are any."""
    reads: str = ""
    """The language in which screens are called by their titles; where it has none for one, the line's first."""

    @property
    def before(self) -> Sources:
        """The newest edition, without the draft."""
        return self.edition.sources

    @cached_property
    def stands(self) -> dict[str, str]:
        """Every part of the newest edition by its place."""
        return standing(self.edition.sources)

    @cached_property
    def conflicts(self) -> frozenset[str]:
        """The places that another edition changed since the draft did, to something else."""
        return frozenset(place for place, part in self.parts.items() if is_overtaken(part, self.stands.get(place)))

    @property
    def changed_keys(self) -> frozenset[str]:
        """The screens and phrases that the draft touches, without a channel."""
        return frozenset(key for place in self.parts if (key := key_of(place)))


def newest(deps: Deps) -> LoadedEdition:
    """The newest edition that this process knows: in force, or about to be."""
    return deps.editions.snapshot.editions[-1]


def compose(deps: Deps, tx: Transaction, draft: str) -> Composed | None:
    """Returns None where there is no such draft. An empty id is no draft: what stands."""
    found = tx.edition_drafts.get(draft) if draft else NO_DRAFT
    if found is None:
        return None
    parts = {part.place: part for part in tx.edition_drafts.parts(draft)} if draft else {}
    edition = newest(deps)
    return Composed(found, parts, edition, with_readings(tx, with_parts(edition.sources, parts.values())), tx.comments.open_counts())


def with_parts(sources: Sources, parts: Iterable[DraftPart]) -> Sources:
    """These sources as the parts have them. A screen of a flow that another edition took away meanwhile has no place there, and is left out.

    Raises UnfitRevision where another part cannot be: none of ours is so.
    """
    made = {part.place: part.value for part in parts}
    flows = {flow.name for flow in sources.flows if made.get(flow_place(flow.name), "") is not None}
    flows |= {place.partition("/")[2] for place, value in made.items() if place.startswith("flow/") and value is not None}
    homeless = {
        place for place, value in made.items() if place.startswith("screen/") and value and key_of(place).partition(".")[0] not in flows
    }
    return revised(sources, (Revision(place, value) for place, value in made.items() if place not in homeless))


def with_typed(sources: Sources, typed: Mapping[str, str | None]) -> Sources:
    """These sources with words that are being typed, by place, and None for a wording that is taken out. What no edition can have is left out."""
    words = [Revision(place, None if text is None else value_of(text)) for place, text in typed.items() if place.startswith("words/")]
    try:
        return revised(sources, words) if words else sources
    except UnfitRevision:
        return sources


def is_overtaken(part: DraftPart, stands: str | None) -> bool:
    """Does the newest edition say something else than what this part was made from, and than what it says itself?"""
    return stands not in (part.was, part.value)


def key_of(place: str) -> str:
    """The screen or phrase that a place is about, without a channel. Empty for what is neither."""
    kind, _, rest = place.partition("/")
    if kind == "screen":
        return rest
    return rest.partition("/")[2].partition("@")[0] if kind == "words" else ""


def place_of(fault: Fault, places: Mapping[tuple[str, int], str]) -> str:
    """Where on the pages a fault is mended. `places`: what `located` gives. Empty where no part of an edition has that line."""
    at = fault.at
    return places.get((at.file, at.line)) or (at.file if at.file.partition("/")[0] in ("words", "screen", "flow", "entry") else "")


def located(sources: Sources) -> dict[tuple[str, int], str]:
    """By file and line the place of what stands there."""
    found: dict[tuple[str, int], str] = {}
    for language, table in sources.words.items():
        found |= {(message.at.file, message.at.line): f"words/{language}/{message.key}" for message in table}
    for flow in sources.flows:
        found |= {(screen.at.file, screen.at.line): f"screen/{screen.key}" for screen in flow.screens}
    return found | {(item.at.file, item.at.line): f"entry/{item.list}/{item.id}" for item in sources.items}
