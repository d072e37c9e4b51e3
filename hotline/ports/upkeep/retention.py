"""Retention: what is erased, or made coarser, once its time is over."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct


class Periods(Protocol):
    """How long things are kept, as the settings say (`hotline.settings.KeptFor`)."""

    @property
    def number_hours(self) -> int: ...
    @property
    def callback_days(self) -> int: ...
    @property
    def hour_days(self) -> int: ...
    @property
    def prank_days(self) -> int: ...
    @property
    def forgotten_days(self) -> int: ...
    @property
    def outbox_hours(self) -> int: ...
    @property
    def time_request_hours(self) -> int: ...
    @property
    def declaration_days(self) -> int: ...
    @property
    def sign_in_hours(self) -> int: ...
    @property
    def failure_hours(self) -> int: ...
    @property
    def comment_days(self) -> int: ...


class Swept(Struct, frozen=True):
    """What a purge did to one table: so many rows are no longer there, of so many the moments, or what is sealed, became less."""

    table: str
    gone: int = 0
    coarsened: int = 0


class Retention(Protocol):
    def purge(self, at: int, periods: Periods) -> None:
        """Drop whatever is kept past its time, and of what is closed all but the hour, later the day: numbers, callbacks and what hangs on them, messages,
        referrals, the ledger's facts and keys, stops, what staff declared, typed and said."""

    def swept_by_purge(self, at: int, periods: Periods) -> tuple[Swept, ...]:
        """As `purge`, and what it did, by table in order, those alone where it did something. Counts every table: for whoever asks, not for the clock."""
