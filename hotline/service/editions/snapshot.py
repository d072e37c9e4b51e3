"""Editions as a process holds them: compiled, without the numbers that were taken off, and what follows from their moments."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from hotline.engine.check.critical import critical_screens
from hotline.engine.edition import Edition, compile_edition
from hotline.engine.flow import Sources
from hotline.engine.freshness import without_withdrawn
from hotline.engine.phone import limits
from hotline.ports.editions.editions import EditionRow, Withdrawal
from hotline.service.editions import activation

FOLDED: Final = {"ussd": limits.USSD, "sms": limits.SMS, "voice": limits.VOICE}
RAW: Final = {"ussd": limits.USSD_RAW, "sms": limits.SMS_RAW, "voice": limits.VOICE}
UNSURE_SECONDS: Final = 4
"""A process that heard nothing of the database for so long may not know of the newest edition: less than the shortest lead (`Rules.lead_seconds`)."""


class CompileSettings(Struct, frozen=True):
    """What editions are compiled for, and how long those who are on them stay. `raw_networks`: whose phones show the official spelling."""

    raw_networks: frozenset[str] = frozenset()
    promise: int = 30
    session_seconds: int = 300
    sms_session_seconds: int = 1800

    @property
    def longest(self) -> int:
        return max(self.session_seconds, self.sms_session_seconds)


def encode(sources: Sources) -> bytes:
    """An edition's sources as they lie in the database: JSON."""
    return msgspec.json.encode(sources)


def decode(data: bytes) -> Sources:
    """The reverse of `encode`. Raises msgspec.DecodeError."""
    return msgspec.json.decode(data, type=Sources)


class LoadedEdition:
    """One edition. Compiled for a channel and a kind of phone when that is first asked for; two threads that ask at once make the same twice."""

    def __init__(self, row: EditionRow, sources: Sources, withdrawals: Iterable[Withdrawal], settings: CompileSettings) -> None:
        self.row = row
        self.number = row.number
        self.sources = sources
        """As published."""
        self.shown = without_withdrawn(sources, (withdrawal.number for withdrawal in withdrawals))
        """As callers get it."""
        self._settings = settings
        self.raw_networks = settings.raw_networks
        """Whose phones show the official spelling."""
        self._compiled: dict[tuple[str, bool, int | None, limits.VendorKeys], Edition] = {}

    @cached_property
    def critical(self) -> frozenset[str]:
        """The screens on which a wrong word does harm."""
        return critical_screens(self.sources)

    def edition(self, channel: str, network: str, letters: int | None = None, keys: limits.VendorKeys = ()) -> Edition:
        """The edition as a phone on this network gets it over this channel (`ussd`, `sms`, `voice`). `letters`: of a screen, where a vendor shows fewer
        than the network takes; then what is longer has more pages, and every key means what it means elsewhere, but for the `keys` that the vendor takes
        for itself."""
        kind = channel, network in self.raw_networks, letters, keys
        return self._compiled.get(kind) or self._compile(*kind)

    def warm(self) -> None:
        """Compile all that may be asked for, so that no hop waits for it."""
        for raw in (False, True) if self._settings.raw_networks else (False,):
            for channel in FOLDED:
                if (channel, raw, None, ()) not in self._compiled:
                    self._compile(channel, raw, None, ())

    def _compile(self, channel: str, raw: bool, letters: int | None, keys: limits.VendorKeys) -> Edition:
        fit = (RAW if raw else FOLDED)[channel]
        fit = replace(fit, budget=fit.budget if letters is None else letters, keys=keys)
        made = compile_edition(self.shown, self.number, fit, self._settings.promise)
        self._compiled[channel, raw, letters, keys] = made
        return made


class SessionEditions(Struct, frozen=True):
    """What a session can have begun on, newest first; several: nobody knows on which. Empty where it cannot go on."""

    editions: tuple[LoadedEdition, ...]
    may_order: bool = True
    """False: it may have begun on an edition that this process has not heard of."""


class Snapshot(Struct, frozen=True):
    """All that a process knows at one moment. Replaced as a whole, never changed."""

    editions: tuple[LoadedEdition, ...]
    """Oldest first."""
    withdrawals: tuple[Withdrawal, ...]
    moments: activation.Moments
    calm_from: int
    """USSD: from here on …"""
    unsure_from: int
    """… to here, everybody is on the newest."""
    lost_from: int
    """After this, sessions are under way that began where more is known, and left no marker."""
    late_until: int
    """Until then some are that began here while more was known elsewhere."""
    life: int
    """Seconds that a USSD session lives at most."""

    def session_editions(self, *numbers: int, may_order: bool = True) -> SessionEditions:
        """Those of these that are held. One that is not held leaves nothing: nobody answers for what it says."""
        held = {loaded.number: loaded for loaded in self.editions}
        known = all(number in held for number in numbers)
        return SessionEditions(tuple(held[number] for number in numbers) if known else (), may_order)

    def active(self, at: int) -> LoadedEdition:
        """The edition in force."""
        number = activation.active(self.moments, at)
        return next(loaded for loaded in self.editions if loaded.number == number)


def snapshot_of(
    editions: Iterable[LoadedEdition], withdrawals: tuple[Withdrawal, ...], read_at: int, life: int, before: Snapshot | None = None
) -> Snapshot:
    """A snapshot of these; `read_at`: when the database last said that there are no others; `life`: of a USSD session; `before`: the snapshot that this one replaces.

    Whoever hears of an edition late has let sessions begin on another one until now.
    """
    held = tuple(sorted(editions, key=lambda loaded: loaded.number))
    moments = tuple((loaded.number, loaded.row.active_from) for loaded in held)
    unsure = read_at + UNSURE_SECONDS
    late = before.late_until if before is not None else 0
    if before is not None and before.moments and moments and before.moments[-1] != moments[-1] and read_at >= before.unsure_from:
        late = read_at + activation.over_after(life)
    calm = max(late, activation.calm_from(moments, life) if moments else 0)
    return Snapshot(held, withdrawals, moments, calm, unsure, unsure + activation.over_after(life), late, life)
