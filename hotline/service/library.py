"""The edition in force: taken from the database, or from this machine's own copy while that is away, compiled per kind of phone."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from hotline.engine import gsm
from hotline.engine.check import check
from hotline.engine.edition import Edition, compile_edition
from hotline.engine.flow import Fault, Sources
from hotline.ports import EditionRow, Store, StoreAway

FOLDED = {"ussd": gsm.USSD, "sms": gsm.SMS, "voice": gsm.VOICE}
RAW = {"ussd": gsm.USSD_RAW, "sms": gsm.SMS_RAW, "voice": gsm.VOICE}


class NoEdition(Exception):
    """There is nothing that the line could say: no edition in the database, none on this machine."""


class FaultySources(Exception):
    """An edition was not published. `faults` says why."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = faults


def encode(sources: Sources) -> bytes:
    """An edition's sources as they lie in the database: JSON."""
    return msgspec.json.encode(sources)


def decode(data: bytes) -> Sources:
    """The reverse of `encode`. msgspec.ValidationError where it is none."""
    return msgspec.json.decode(data, type=Sources)


def publish(store: Store, sources: Sources, by: str, at: int, active_from: int) -> int:
    """Keep these sources as the next edition and return its number. Raises FaultySources and StoreAway; then nothing is kept.

    Processes take an edition when they start; `active_from` is when it becomes the one that they take.
    """
    grave = tuple(fault for fault in check(sources, datetime.fromtimestamp(at, UTC).date()) if fault.grave)
    if grave:
        raise FaultySources(grave)
    with store.write() as tx:
        newest = tx.editions()
        number = newest[0].number + 1 if newest else 1
        tx.add_edition(EditionRow(number, at, by, active_from, encode(sources)))
    return number


class Library:
    """One edition, compiled for each channel and for phones that show the official spelling or do not."""

    def __init__(self, number: int, sources: Sources, raw_networks: Sequence[str], promise: int) -> None:
        self.number = number
        self.languages = tuple(sources.words)
        self._raw_networks = frozenset(raw_networks)
        self._folded = {channel: compile_edition(sources, number, fit, promise) for channel, fit in FOLDED.items()}
        self._raw = {channel: compile_edition(sources, number, fit, promise) for channel, fit in RAW.items()} if raw_networks else {}

    def edition(self, channel: str, network: str) -> Edition:
        """The edition as a phone on this network gets it over this channel (`ussd`, `sms`, `voice`)."""
        return (self._raw if network in self._raw_networks else self._folded)[channel]

    @classmethod
    def load(cls, store: Store, var: Path, at: int, raw_networks: Sequence[str], promise: int) -> Library:
        """The active edition; its copy on this machine is renewed, and used while the database is away. Raises NoEdition."""
        shelf = var / "editions"
        try:
            with store.read() as tx:
                row = tx.active_edition(at)
        except StoreAway:
            row = _newest_copy(shelf)
        else:
            if row is not None:
                _copy(shelf, row)
        if row is None:
            raise NoEdition
        return cls(row.number, decode(row.sources), raw_networks, promise)


def _copy(shelf: Path, row: EditionRow) -> None:
    shelf.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = shelf / f"{row.number}.json.{os.getpid()}"
    fresh.write_bytes(msgspec.json.encode(row))
    fresh.replace(shelf / f"{row.number}.json")


def _newest_copy(shelf: Path) -> EditionRow | None:
    copies = sorted(shelf.glob("*.json"), key=lambda path: int(path.stem))
    return msgspec.json.decode(copies[-1].read_bytes(), type=EditionRow) if copies else None
