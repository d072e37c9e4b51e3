"""What was offered to whom."""

from __future__ import annotations

from typing import Final

from msgspec.structs import asdict
from sqlalchemy import bindparam, exists, func, select

from hotline.adapters.sql.calls.callbacks import CALLBACK, DUE, CallbackRows
from hotline.adapters.sql.tables import callbacks, calls, offers
from hotline.adapters.sql.unit import THIS, columns
from hotline.ports.calls.callbacks import Callback
from hotline.ports.calls.offers import LiveOffer, Offer

_OFFERS: Final = select(*columns(offers, Offer)).where(offers.c.callback == THIS).order_by(offers.c.at, offers.c.sequence)
_LAST_OFFERS: Final = select(offers.c.staff, func.max(offers.c.sequence)).group_by(offers.c.staff)
_OFFERED_SINCE: Final = select(offers.c.staff).where(offers.c.at > bindparam("since")).distinct()
_URGENT: Final = select(callbacks.c.urgent).where(callbacks.c.id == offers.c.callback, callbacks.c.state == "waiting").scalar_subquery()
_FOLLOWED: Final = exists().where(calls.c.callback == offers.c.callback, calls.c.staff == offers.c.staff, calls.c.placed_at >= offers.c.at)
_LIVE: Final = (
    select(offers.c.callback, offers.c.staff, offers.c.at, _URGENT.label("urgent"))
    .where(offers.c.at > bindparam("since"), _URGENT.is_not(None), ~_FOLLOWED)
    .order_by(offers.c.sequence.desc())
)
"""By the few offers of late, not by the many callbacks that wait."""
_NEWEST_OFFER: Final = (
    select(func.max(offers.c.sequence)).where(offers.c.callback == callbacks.c.id, offers.c.staff == THIS).scalar_subquery()
)
_OFFERED_TO: Final = select(*CALLBACK).where(*DUE, _NEWEST_OFFER.is_not(None)).order_by(_NEWEST_OFFER.desc())


class SqlOffers(CallbackRows):
    __slots__ = ()

    def add(self, offer: Offer) -> None:
        self._change(offers.insert(), **asdict(offer))

    def of(self, callback: str) -> tuple[Offer, ...]:
        return tuple(Offer(*row) for row in self._rows(_OFFERS, this=callback))

    def last(self) -> dict[str, int]:
        return {staff: place for staff, place in self._rows(_LAST_OFFERS)}  # noqa: C416 - rows are not pairs to mypy

    def offered_since(self, since: int) -> frozenset[str]:
        return frozenset(row.staff for row in self._rows(_OFFERED_SINCE, since=since))

    def live(self, since: int) -> tuple[LiveOffer, ...]:
        return tuple(LiveOffer(row.callback, row.staff, row.at, bool(row.urgent)) for row in self._rows(_LIVE, since=since))

    def to(self, staff: str, at: int) -> tuple[Callback, ...]:
        return self._callbacks(_OFFERED_TO, this=staff, at_=at)
