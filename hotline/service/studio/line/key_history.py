"""What every key of every screen did in any edition: a number keeps its meaning for ever, and the newest edition does not know of those that are gone."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from hotline.engine.drafting.difference import NOTHING
from hotline.engine.flow import Sources
from hotline.engine.restructuring.edits import screens_of
from hotline.engine.restructuring.rules import KeyMeaning, Published, history_faults, meanings
from hotline.ports.store import Store, Transaction
from hotline.service.deps import Deps
from hotline.service.editions.approval import newest_edition, read_or_none
from hotline.service.editions.publication import FaultySources


class _PublishedScreen(Struct, frozen=True):
    """Of a screen as an edition's JSON has it, what its keys do; whatever else it is."""

    key: str
    kind: msgspec.Raw


class _PublishedFlow(Struct, frozen=True):
    screens: tuple[_PublishedScreen, ...]


class _PublishedFlows(Struct, frozen=True):
    """An edition without its words and its directory: they are most of it, and need no reading here."""

    flows: tuple[_PublishedFlow, ...]


class KeyHistory:
    """What every key of every screen did when it stood in an edition last. Each edition is read once by a process: where keys lead in one never changes."""

    def __init__(self) -> None:
        self._by_edition: dict[tuple[int, int], Published] = {}
        self._merged: tuple[tuple[tuple[int, int], ...], Published] = ((), {})

    def published(self, tx: Transaction) -> Published:
        """Over all editions. Those that this process has not read yet are read now, one by one."""
        names = tuple((number, made_at) for number, made_at, _ in tx.editions.moments())
        known, merged = self._merged
        if known == names:
            return merged
        self._by_edition = {name: self._by_edition[name] if name in self._by_edition else _keys_of(tx, name[0]) for name in names}
        found: dict[str, dict[int, KeyMeaning]] = {}
        for name in names:
            for key, keys in self._by_edition[name].items():
                found[key] = {**found.get(key, {}), **keys}
        self._merged = names, found
        return found


def published_with(published: Published, newest: Sources) -> Published:
    """With the newest edition that this process serves, whether the database had it or not."""
    now = {key: meanings(screen) for key, screen in screens_of(newest).items()}
    return {**published, **{key: {**published.get(key, {}), **keys} for key, keys in now.items() if keys}}


def all_published(deps: Deps, history: KeyHistory) -> Published:
    """Raises StoreAway."""
    with deps.store.read() as tx:
        return history.published(tx)


def hold_keys(store: Store, files: Sources, history: KeyHistory) -> None:
    """Files that are to be the next edition are held to what every key ever did, as a draft is. Nothing holds a line's first edition. Raises FaultySources and StoreAway."""
    with store.read() as tx:
        row, published = newest_edition(tx), history.published(tx)
    newest = read_or_none(row) if row else None
    faults = history_faults(newest or NOTHING, files, published)
    if faults:
        raise FaultySources(faults)


def _keys_of(tx: Transaction, number: int) -> Published:
    row = tx.editions.get(number)
    if row is None:
        return {}
    try:
        flows = msgspec.json.decode(row.sources, type=_PublishedFlows).flows
    except msgspec.DecodeError:
        return {}  # another version of the program wrote it, and nobody can be on it
    found: dict[str, dict[int, KeyMeaning]] = {}
    for flow in flows:
        for screen in flow.screens:
            kind = msgspec.json.decode(screen.kind)
            if kind.get("type") == "menu":
                found[screen.key] = {option["key"]: KeyMeaning(option["go"], option.get("set", {})) for option in kind.get("options", ())}
    return found
