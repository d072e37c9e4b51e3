"""What another edition changed since a draft did: both sides seen, and one chosen, whatever became of the page on which the part stood."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from hotline.engine.drafting.revisions import DecodedPart, decoded
from hotline.engine.restructuring.edits import screens_of
from hotline.service.acts import Act, Result
from hotline.service.studio.composing import Composed, compose, key_of
from hotline.service.studio.drafts import settle_parts


class TwoSides(Struct, frozen=True):
    """One part as the draft has it, and as the newest edition has it; None where it is not there."""

    place: str
    ours: DecodedPart | None
    theirs: DecodedPart | None


class Conflict(Struct, frozen=True):
    """What is chosen at once: a part of the directory; what a flow had that is not on the line, or not in the draft, any more; or a screen or phrase."""

    name: str
    key: str
    """The screen or phrase on whose page one chooses; empty where it has none."""
    sides: tuple[TwoSides, ...]
    may_keep: bool = True
    """Can the draft's side stay? Not that of screens whose flow another edition took away."""

    @property
    def is_structure(self) -> bool:
        """Is it about where keys lead, and not about words alone?"""
        return any(side.place.startswith("screen/") for side in self.sides)


def see_conflicts(composed: Composed) -> tuple[Conflict, ...]:
    """All of a draft, each once."""
    shown, screens = frozenset(_with_pages(composed)), screens_of(composed.sources)
    flows = {_flow_of(place) for place in composed.conflicts if place.startswith(("screen/", "flow/")) and key_of(place) not in screens}
    by_name: dict[str, list[str]] = {}
    for place in sorted(composed.conflicts):
        flow, key = _flow_of(place), key_of(place)
        name = f"flow/{flow}" if flow in flows and key not in screens else key or place
        by_name.setdefault(name, []).append(place)
    there = {flow.name for sources in (composed.before, composed.sources) for flow in sources.flows}
    return tuple(
        Conflict(
            name,
            name if name in shown else "",
            tuple(_two_sides(composed, place) for place in places),
            not name.startswith("flow/") or name.partition("/")[2] in there,
        )
        for name, places in by_name.items()
    )


def choose_conflict(act: Act, draft: str, name: str, *, keeps: bool) -> Result:
    """The draft's side stays, over the newest edition's; or the newest edition's, and of a flow that is not in both then all of it. *refused* where the draft's
    cannot stay, *gone* where nothing is to be chosen any more."""
    composed = compose(act.deps, act.tx, draft) if draft else None
    conflict = next((found for found in see_conflicts(composed) if found.name == name), None) if composed else None
    if composed is None or conflict is None:
        return Result("gone")
    if keeps and not conflict.may_keep:
        return Result("refused", {"edition": str(composed.edition.number)})
    places: Iterable[str] = [side.place for side in conflict.sides]
    if not keeps and name.startswith("flow/"):
        places = [place for place in composed.parts if _flow_of(place) == name.partition("/")[2]]
    return settle_parts(act, draft, places, keeps=keeps)


def _with_pages(composed: Composed) -> Iterator[str]:
    """The screens and phrases of the draft: each has a page."""
    yield from screens_of(composed.sources)
    for table in composed.sources.words.values():
        yield from (message.key.partition("@")[0] for message in table)


def _flow_of(place: str) -> str:
    """The flow that a part may be of: empty for one of the directory."""
    kind, _, rest = place.partition("/")
    return rest if kind == "flow" else key_of(place).partition(".")[0]


def _two_sides(composed: Composed, place: str) -> TwoSides:
    ours, theirs = composed.parts[place].value, composed.stands.get(place)
    return TwoSides(place, None if ours is None else decoded(place, ours), None if theirs is None else decoded(place, theirs))
