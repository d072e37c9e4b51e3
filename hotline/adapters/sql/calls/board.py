"""The open callbacks as a page shows them."""

from __future__ import annotations

from itertools import count
from typing import Any, Final, NamedTuple

from sqlalchemy import BindParameter, ColumnElement, Select, Subquery, and_, bindparam, case, func, not_, or_, select

from hotline.adapters.sql.calls.callbacks import CALLBACK, DUE, DUE_OF_FEW, PRESSING, CallbackRows
from hotline.adapters.sql.calls.flags import FLAGS, FlagRows
from hotline.adapters.sql.tables import callbacks, numbers, reviews
from hotline.adapters.sql.unit import AT
from hotline.ports.calls.board import Listed
from hotline.ports.calls.callbacks import Callback

_MOST: Final[BindParameter[Any]] = bindparam("most")
_SKIP: Final[BindParameter[Any]] = bindparam("skip")
_c = callbacks.c
_held = callbacks.alias("held")
_its = numbers.alias("its")
_others = numbers.alias("others")
_IN_HAND: Final = (
    select(_others.c.callback)
    .join(_its, _its.c.number_hash == _others.c.number_hash)
    .join(_held, _held.c.id == _its.c.callback)
    .where(_held.c.state == "claimed")
)
"""Of numbers that somebody is at: rung once for all that is open and was asked for in the same way, so that nobody need take these (docs: callback life).
By the board nobody reads whether the phone that a stranger asks for has asked itself."""
_OWN, _OTHERS, _ENTERED = ((_c.other_phone.is_(False),), (_c.other_phone, _c.entered.is_(False)), (_c.entered,))
_HELD_OWN, _HELD_OTHERS, _HELD_ENTERED = (
    (_held.c.other_phone.is_(False),),
    (_held.c.other_phone, _held.c.entered.is_(False)),
    (_held.c.entered,),
)
_NOT_IN_HAND: Final = tuple(
    or_(not_(and_(*way)), _c.id.not_in(_IN_HAND.where(*held)))
    for way, held in ((_OWN, _HELD_OWN), (_OTHERS, _HELD_OTHERS), (_ENTERED, _HELD_ENTERED))
)
_READ: Final = _c.language.in_(bindparam("languages", expanding=True))
_DUE: Final = (*_NOT_IN_HAND, *DUE)
_COMING: Final = (*_NOT_IN_HAND, _c.state == "waiting", _c.opens_at > AT)
_PHONE: Final = (numbers.c.number_hash, _c.other_phone, _c.entered, case((_c.at_once, ""), else_=_c.id))
"""What was asked for at once from one phone is one; whatever was asked for a part of the day stands by itself (docs: callback life)."""
_TOGETHER: Final = {
    "urgent": func.max(case((_c.urgent, 1), else_=0)).over(partition_by=_PHONE) == 1,
    "not_after": func.max(_c.not_after).over(partition_by=_PHONE),
}
_FIRST: Final = func.row_number().over(partition_by=_PHONE, order_by=(_c.made_at, _c.id))
_WALK: Final = select(*FLAGS, *_PHONE).join(numbers, numbers.c.callback == _c.id).limit(_MOST).offset(_SKIP)
_PRESSING: Final = _WALK.where(*_DUE, _READ).order_by(*PRESSING)
_NEXT: Final = (_c.opens_at, _c.not_after, _c.id)
_COMING_FIRST: Final = _WALK.where(*_COMING, _READ).order_by(*_NEXT)
_THESE: Final = select(*CALLBACK).where(_c.id.in_(bindparam("these", expanding=True))).order_by(*_NEXT)
_OF_PHONES: Final = and_(
    numbers.c.number_hash.in_(bindparam("phones", expanding=True)),
    or_(
        and_(*_OWN, numbers.c.number_hash.in_(bindparam("own", expanding=True))),
        and_(*_OTHERS, numbers.c.number_hash.in_(bindparam("others", expanding=True))),
        and_(*_ENTERED, numbers.c.number_hash.in_(bindparam("entered", expanding=True))),
    ),
)


def _cards(*where: ColumnElement[bool]) -> Subquery:
    """The first request of each phone, urgent if any is, with the latest end of all."""
    shown = [_TOGETHER.get(column.key, column).label(column.key) for column in CALLBACK]
    rows = select(*shown, _FIRST.label("place")).join(numbers, numbers.c.callback == _c.id).where(*where).subquery()
    return select(*(rows.c[column.key] for column in CALLBACK)).where(rows.c.place == 1).subquery()


_due, _claimed = _cards(*_NOT_IN_HAND, *DUE_OF_FEW, _OF_PHONES), _cards(_c.state == "claimed")
_DUE_FIRST: Final = select(_due).order_by(_due.c.urgent.desc(), _due.c.sunk, _due.c.not_after, _due.c.made_at, _due.c.id).limit(_MOST)
_HELD_FIRST: Final = select(_claimed).order_by(_claimed.c.urgent.desc(), _claimed.c.not_after, _claimed.c.id).limit(_MOST)
_REVIEWS: Final = select(func.count()).where(reviews.c.decision.is_(None))


class PhoneKey(NamedTuple):
    """Whose request it is: who asks for a call on another phone is not its owner, and staff who enter one are neither."""

    number_hash: bytes
    other_phone: bool
    entered: bool


class SqlBoard(CallbackRows, FlagRows):
    """What waits is walked in the order of an index, and only as far as is shown: with thousands waiting a page costs what it does with ten."""

    __slots__ = ()

    def due(self, at: int, languages: tuple[str, ...], limit: int, most: int, *, minors: bool = True) -> Listed:
        cards = self._walk(_PRESSING, at, languages, most, minors=minors)
        phones = {phone for phone, _ in cards[:limit]}
        own = [phone.number_hash for phone in phones if not phone.other_phone]
        others = [phone.number_hash for phone in phones if phone.other_phone and not phone.entered]
        entered = [phone.number_hash for phone in phones if phone.entered]
        ways = {"phones": [*own, *others, *entered], "own": own, "others": others, "entered": entered}
        return Listed(self._callbacks(_DUE_FIRST, at_=at, most=limit, **ways), len(cards))

    def coming(self, at: int, languages: tuple[str, ...], limit: int, most: int, *, minors: bool = True) -> Listed:
        ids = [id for _, id in self._walk(_COMING_FIRST, at, languages, most, minors=minors)]
        return Listed(self._callbacks(_THESE, these=ids[:limit]), len(ids))

    def held(self, limit: int) -> tuple[Callback, ...]:
        return self._callbacks(_HELD_FIRST, most=limit)

    def reviews(self) -> int:
        return int(self._value(_REVIEWS))

    def _walk(
        self, walk: Select[*tuple[Any, ...]], at: int, languages: tuple[str, ...], most: int, *, minors: bool
    ) -> list[tuple[PhoneKey, str]]:
        """The first cards: whose, and the id of what was asked for a part of the day. The database cannot read flags: they are opened here, for those whom it concerns."""
        cards: dict[tuple[PhoneKey, str], None] = {}
        hidden: set[PhoneKey] = set()
        for skip in count(0, most):
            rows = self._rows(walk, at_=at, languages=languages, most=most, skip=skip)
            for id, flags, number_hash, other_phone, entered, card in rows:
                phone = PhoneKey(number_hash, bool(other_phone), bool(entered))
                cards.setdefault((phone, card))
                if not minors and "minor" in self._flags(id, flags):
                    hidden.add(phone)
            shown = [card for card in cards if card[0] not in hidden]
            if len(shown) >= most or len(rows) < most:
                break
        return shown[:most]
