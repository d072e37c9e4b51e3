"""Published editions: never changed once written, but for words that were taken back; what waits to become one; what was taken off all of them."""

from __future__ import annotations

from typing import Any, Final

from msgspec.structs import asdict
from sqlalchemy import Label, bindparam, func, insert, literal, select, update

from hotline.adapters.sql.tables import draft_parts, edition_drafts, editions, proposals, withdrawals
from hotline.adapters.sql.unit import AT, THIS, Unit, columns
from hotline.ports.editions.editions import EditionRow, Proposal, WaitingProposal, Withdrawal

_c, _p, _d, _part = editions.c, proposals.c, edition_drafts.c, draft_parts.c


def _without_sources(row: tuple[Label[Any], ...]) -> tuple[Label[Any], ...]:
    """The same row with nothing in the place of its sources, which nobody lists."""
    return tuple(literal(b"").label("sources") if column.name == "sources" else column for column in row)


_EDITION_ROW: Final = columns(editions, EditionRow)
_PROPOSAL_ROW: Final = columns(proposals, Proposal)
_FIND: Final = select(*_EDITION_ROW).where(_c.number == THIS)
_ACTIVE: Final = select(*_EDITION_ROW).where(_c.active_from <= AT).order_by(_c.number.desc()).limit(1)
_LIST: Final = select(*_without_sources(_EDITION_ROW)).order_by(_c.number.desc())
_MADE_SINCE: Final = _LIST.where(_c.made_at > AT)
_MOMENTS: Final = select(_c.number, _c.made_at, _c.active_from).order_by(_c.number)
"""Columns that lie before the sources: SQLite would read through these to come to what lies behind."""
_ADD: Final = insert(editions)
_PROPOSE: Final = insert(proposals)
_WAITS: Final = _p.sources != literal(b"")
"""A proposal that was decided has no sources any more."""
_LAST_PROPOSED: Final = select(func.coalesce(func.max(_p.number), 0))
_PROPOSED: Final = select(*_PROPOSAL_ROW).where(_p.number == THIS, _WAITS)
_WAITING: Final = select(*_without_sources(_PROPOSAL_ROW)).where(_WAITS).order_by(_p.number.desc())
_HANDS: Final = (
    select(_p.number, _p.made_by, _d.made_by.label("began"), _part.by, _part.others)
    .select_from(proposals.outerjoin(edition_drafts, _d.proposal == _p.number).outerjoin(draft_parts, _part.draft == _d.id))
    .where(_WAITS)
    .distinct()
    .order_by(_p.number)
)
_DECIDE: Final = update(proposals).where(_p.number == THIS, _WAITS).values(sources=b"")
_WITHDRAWALS: Final = select(*columns(withdrawals, Withdrawal)).order_by(withdrawals.c.at, withdrawals.c.item)
_EDITION: Final = update(editions).where(editions.c.number == THIS).values(sources=bindparam("new"))
_PROPOSAL: Final = update(proposals).where(proposals.c.number == THIS).values(sources=bindparam("new"))


class SqlEditions(Unit):
    __slots__ = ()

    def add(self, edition: EditionRow) -> None:
        """A number that is taken raises StoreAway: of two who publish at once one hears of it, and no edition is dropped."""
        self._change(_ADD, **asdict(edition))

    def get(self, number: int) -> EditionRow | None:
        row = self._row(_FIND, this=number)
        return EditionRow(*row) if row else None

    def active(self, at: int) -> EditionRow | None:
        row = self._row(_ACTIVE, at_=at)
        return EditionRow(*row) if row else None

    def all(self) -> tuple[EditionRow, ...]:
        return tuple(EditionRow(*row) for row in self._rows(_LIST))

    def made_since(self, at: int) -> tuple[EditionRow, ...]:
        return tuple(EditionRow(*row) for row in self._rows(_MADE_SINCE, at_=at))

    def moments(self) -> tuple[tuple[int, int, int], ...]:
        return tuple((row.number, row.made_at, row.active_from) for row in self._rows(_MOMENTS))

    def rewrite(self, number: int, sources: bytes) -> None:
        self._change(_EDITION, this=number, new=sources)
        self.swept = True

    def add_proposal(self, proposal: Proposal) -> None:
        """A number that is taken raises StoreAway."""
        self._change(_PROPOSE, **asdict(proposal))

    def next_proposal(self) -> int:
        return int(self._value(_LAST_PROPOSED)) + 1

    def proposal(self, number: int) -> Proposal | None:
        row = self._row(_PROPOSED, this=number)
        return Proposal(*row) if row else None

    def proposals(self) -> tuple[Proposal, ...]:
        return tuple(Proposal(*row) for row in self._rows(_WAITING))

    def waiting(self) -> tuple[WaitingProposal, ...]:
        found: dict[int, WaitingProposal] = {}
        for number, made_by, *hands, others in self._rows(_HANDS):
            before = found[number].hands if number in found else frozenset()
            found[number] = WaitingProposal(number, made_by, before | {id for id in (*hands, *(others or "").split()) if id})
        return tuple(found.values())

    def decide_proposal(self, number: int) -> bool:
        return self._change(_DECIDE, this=number) == 1

    def rewrite_proposal(self, number: int, sources: bytes) -> None:
        self._change(_PROPOSAL, this=number, new=sources)
        self.swept = True

    def withdraw(self, withdrawal: Withdrawal) -> None:
        self._add(withdrawals, **asdict(withdrawal))

    def withdrawals(self) -> tuple[Withdrawal, ...]:
        return tuple(Withdrawal(*row) for row in self._rows(_WITHDRAWALS))
