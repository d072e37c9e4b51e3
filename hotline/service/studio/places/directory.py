"""The directory as its page lists it: every entry as a draft has it, with how its number stands on the line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Final, Literal, TypeAlias

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from hotline.engine.drafting.revisions import EntryValue, entry_place, value_of
from hotline.engine.entry_fields import SECTIONS, VERIFICATION, DirectorySection
from hotline.engine.flow import Item, List, Sources
from hotline.engine.freshness import UNVERIFIED, has_lapsed, is_confirmed, is_over, is_shown, is_withdrawn, last_day
from hotline.engine.phone.letters import plain
from hotline.engine.phone.numbers import digits, digits_in
from hotline.ports.desk.staff import Staff
from hotline.ports.editions.edition_drafts import DraftPart
from hotline.ports.editions.editions import Withdrawal
from hotline.service.deps import Deps
from hotline.service.studio.composing import Composed, is_overtaken
from hotline.service.studio.drafts import see_draft

NumberStanding: TypeAlias = Literal["soon", "stale", "withdrawn", "never", "shown", "none"]
"""Of a number: shown and to be rung within a month, not verified lately, taken off, never verified, shown; or there is none."""
STANDINGS: Final[tuple[NumberStanding, ...]] = ("soon", "stale", "withdrawn", "never", "shown", "none")
"""In the order in which somebody has to see to them."""
SOON_DAYS: Final = 31


class NumberState(Struct, frozen=True):
    """How an entry's number stands on a day."""

    standing: NumberStanding
    until: date | None = None
    """The last day on which it is shown, or was."""
    withdrawn_on: str = ""
    withdrawn_by: str = ""


class EntryView(Struct, frozen=True):
    """One entry as the draft has it; where the draft takes it out, as it stands in the newest edition."""

    section: DirectorySection
    item: Item
    """With its number, wherever that lies."""
    raw: str
    """As a part of a draft has it; empty where it is gone."""
    where: str
    """The names of its place and its region."""
    on_line: NumberState
    """By the newest edition, and what was taken off."""
    in_draft: NumberState
    is_over: bool
    """An event whose day is past."""
    is_unconfirmed: bool
    """A service at a place that nobody confirmed lately: callers read that it is to be confirmed."""
    is_new: bool
    is_changed: bool
    is_gone: bool
    is_conflict: bool
    """Another edition changed it since the draft did."""

    @property
    def place(self) -> str:
        return entry_place(self.section, self.item.id)


class DirectoryView(Struct, frozen=True):
    """The whole directory."""

    composed: Composed
    entries: tuple[EntryView, ...]

    def counted(self, standing: NumberStanding) -> int:
        """How many numbers stand so on the line."""
        return sum(entry.on_line.standing == standing for entry in self.entries)

    @property
    def shown(self) -> int:
        """How many numbers callers are shown."""
        return self.counted("shown") + self.counted("soon")

    def of(self, section: str) -> tuple[EntryView, ...]:
        return tuple(entry for entry in self.entries if entry.section == section)


def see_directory(deps: Deps, me: Staff, draft: str | None, today: date) -> DirectoryView:
    """As the draft has it. Raises StoreAway."""
    composed = see_draft(deps, me, draft)
    with deps.store.read() as tx:
        withdrawals = tx.editions.withdrawals()
    return DirectoryView(composed, _views(composed, withdrawals, today))


def found(view: DirectoryView, section: str, words: str = "", kind: str = "") -> tuple[EntryView, ...]:
    """The entries of one list in which all of these words stand, of a kind if one is named; first what somebody has to see to."""
    wanted = plain(words).split() or words.split()
    entries = [
        entry
        for entry in view.of(section)
        if (not kind or entry.item.fields.get("kind") == kind) and all(word in _searched(entry) for word in wanted)
    ]
    return tuple(sorted(entries, key=_rank)) if section in ("services", "events") else tuple(entries)


def entry_of(view: DirectoryView, section: str, id: str) -> EntryView | None:
    return next((entry for entry in view.of(section) if entry.item.id == id), None)


def number_state(item: Item, withdrawals: Sequence[Withdrawal], today: date) -> NumberState:
    """How this entry's number stands on this local day."""
    is_aside, item = UNVERIFIED in item.fields, with_number(item)
    if "phone" not in item.fields:
        return NumberState("none")
    own = [withdrawal for withdrawal in withdrawals if is_withdrawn(item, [withdrawal.number])]
    last = last_day(item)
    if own:
        return NumberState("withdrawn", None, own[-1].day, own[-1].by)
    if last is None:
        return NumberState("never")
    if is_aside or not is_shown(item, today):
        return NumberState("stale", last)
    return NumberState("shown" if is_shown(item, today + timedelta(days=SOON_DAYS)) else "soon", last)


def with_number(item: Item) -> Item:
    """The entry with its number as `phone`, also where that was set aside when an edition was made, because nobody had verified it."""
    if UNVERIFIED not in item.fields:
        return item
    fields = {name: value for name, value in item.fields.items() if name != UNVERIFIED}
    return replace(item, fields={"phone": item.fields[UNVERIFIED], **fields})


def as_kept(item: Item, before: Item | None) -> Item:
    """The reverse of `with_number`: a number that was set aside before, and that nobody verified since, stays aside."""
    aside = before.fields.get(UNVERIFIED) if before else None
    if before is None or aside is None or digits(item.fields.get("phone", "")) != digits(aside):
        return item
    if any(item.fields.get(field) != before.fields.get(field) for field in VERIFICATION):
        return item
    return replace(
        item, fields={name: value for name, value in item.fields.items() if name != "phone"} | {UNVERIFIED: item.fields["phone"]}
    )


def is_unconfirmed(item: Item, today: date) -> bool:
    """Is this a service at a place that nobody saw, or rang, within two years?"""
    return item.list == "services" and "place" in item.fields and (not is_confirmed(item) or has_lapsed(item, today))


def entry_value(item: Item) -> str:
    """The entry as a part of a draft."""
    return value_of(EntryValue(item.name, item.fields))


def entry_of_part(value: str) -> EntryValue:
    """The reverse of `entry_value`."""
    return msgspec.json.decode(value, type=EntryValue)


def kinds_of(sources: Sources) -> tuple[str, ...]:
    """The kinds of services, in the order of the directory."""
    return tuple(item.id for item in sources.items if item.list == "kinds")


def name_of(sources: Sources, section: str, id: str) -> str:
    """What an entry is called; its id where there is none."""
    return next((item.name for item in sources.items if item.list == section and item.id == id), id)


def _views(composed: Composed, withdrawals: Sequence[Withdrawal], today: date) -> tuple[EntryView, ...]:
    before = {(item.list, item.id): item for item in composed.before.items}
    after = {(item.list, item.id): item for item in composed.sources.items}
    names = {key: item.name for key, item in (before | after).items()}

    def view(item: Item, section: DirectorySection) -> EntryView:
        key = section, item.id
        part = composed.parts.get(entry_place(*key))
        stands = before.get(key)
        return EntryView(
            section,
            with_number(item),
            entry_value(item) if key in after else "",
            _where(item, names),
            NumberState("none") if stands is None else number_state(stands, withdrawals, today),
            number_state(item, withdrawals, today),
            is_over(item, today),
            is_unconfirmed(item, today),
            stands is None,
            part is not None,
            key not in after,
            part is not None and _is_conflict(part, stands),
        )

    gone = [item for key, item in before.items() if key not in after]
    return tuple(view(item, section) for section in SECTIONS for item in (*after.values(), *gone) if item.list == section)


def _is_conflict(part: DraftPart, stands: Item | None) -> bool:
    return is_overtaken(part, None if stands is None else entry_value(stands))


def _where(item: Item, names: Mapping[tuple[List, str], str]) -> str:
    """Its place and its region, one after the other, each once."""
    of_each: tuple[tuple[str, List], ...] = (("place", "places"), ("region", "regions"))
    said = [names.get((of, item.fields[field]), item.fields[field]) for field, of in of_each if field in item.fields]
    return ", ".join(dict.fromkeys(said))


def _searched(entry: EntryView) -> str:
    item = entry.item
    return plain(" ".join(_words(item, entry.where)))


def _words(item: Item, where: str) -> Iterable[str]:
    yield from (item.name, item.id, where)
    yield from (item.fields[field] for field in ("address", "source", "phone", "offers", "kind") if field in item.fields)
    yield digits_in(item.fields.get("phone", ""))


def _rank(entry: EntryView) -> tuple[int, str, str]:
    if entry.section == "events":
        return int(entry.is_over), entry.item.fields.get("on", ""), entry.item.id
    return STANDINGS.index(entry.on_line.standing if not entry.is_new else entry.in_draft.standing), plain(entry.item.name), entry.item.id
