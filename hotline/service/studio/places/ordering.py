"""The order of a list of the directory, in which callers are shown its entries and by whose numbers they choose: seen, and one entry moved up or down."""

from __future__ import annotations

from msgspec import Struct

from hotline.engine.drafting.revisions import order_place, standing, value_of
from hotline.engine.entry_fields import DirectorySection
from hotline.engine.flow import Item, Sources
from hotline.service.acts import Act, Result
from hotline.service.studio import drafts
from hotline.service.studio.composing import Composed, compose
from hotline.service.studio.drafts import PartEdit


class OrderGroup(Struct, frozen=True):
    """Entries that stand on one screen together: places of a region, services of a kind; else a whole list. `of`: the region or kind, empty where there is none."""

    of: str
    items: tuple[Item, ...]


class OrderView(Struct, frozen=True):
    composed: Composed
    groups: tuple[OrderGroup, ...]
    seen: str
    """The order as it stands, as a part of the draft."""
    is_changed: bool


def see_order(composed: Composed, section: DirectorySection) -> OrderView:
    """As the draft has it."""
    groups: dict[str, list[Item]] = {}
    for item in composed.sources.items:
        if item.list == section:
            groups.setdefault(_group_of(item), []).append(item)
    return OrderView(
        composed,
        tuple(OrderGroup(of, tuple(items)) for of, items in groups.items()),
        _standing(composed.sources, section),
        order_place(section) in composed.parts,
    )


def move_entry(act: Act, draft: str, moved: tuple[DirectorySection, str], seen: str, *, up: bool) -> Result:
    """Let an entry (`moved`: its list and id) change places with the one before it of its group, or behind it. *gone* where there is no such entry, or none beside it;
    *changed* where somebody else changed the order since it was seen."""
    composed = compose(act.deps, act.tx, draft)
    section, id = moved
    items = [item for item in composed.sources.items if item.list == section] if composed else []
    own = next((item for item in items if item.id == id), None)
    if composed is None or own is None:
        return Result("gone")
    group = [item.id for item in items if _group_of(item) == _group_of(own)]
    at = group.index(id) + (-1 if up else 1)
    if not 0 <= at < len(group):
        return Result("gone")
    trade = {id: group[at], group[at]: id}
    ids = tuple(trade.get(item.id, item.id) for item in items)
    return drafts.save_parts(act, draft, [PartEdit(order_place(section), value_of(ids), seen)])


def _group_of(item: Item) -> str:
    """By what a screen lists it."""
    return item.fields.get({"places": "region", "services": "kind"}.get(item.list, ""), "")


def _standing(sources: Sources, section: DirectorySection) -> str:
    return standing(sources).get(order_place(section), "[]")
