"""The days' keys as the database knows them: the public half of each, sealed, and what became of it."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from msgspec import Struct
from sqlalchemy import bindparam, delete, select, update

from hotline.adapters.keys.day_keys import day_of
from hotline.adapters.sql.calls.phones import PhoneRows
from hotline.adapters.sql.sealed import context
from hotline.adapters.sql.tables import SILENCED, day_keys, numbers
from hotline.adapters.sql.unit import AT, THIS

DayState: TypeAlias = Literal["next", "used", "over", "lost"]
"""`used` seals every number that is kept; `next` is there for when its day comes; `over` opens what lies under it; of a `lost` one nobody has the secret half."""
_c = day_keys.c
_ALL: Final = select(day_keys).order_by(_c.day)
_SET: Final = update(day_keys).where(_c.day == THIS).values(state=bindparam("now"), at=AT)
_SET_ASIDE: Final = update(day_keys).where(_c.state == "used", _c.day != THIS).values(state="over", at=AT)
_END_ALL: Final = update(day_keys).where(_c.state.in_(("used", "next"))).values(state="over", at=AT)
_HELD: Final = update(day_keys).where(_c.day == THIS).values(held_at=AT)
_DROP: Final = delete(day_keys).where(_c.day == THIS)
_SEALED: Final = select(numbers.c.callback, numbers.c.sealed).where(numbers.c.sealed != SILENCED)


class DayKey(Struct, frozen=True):
    """A day's pair. `public`: empty where it opens with no key at hand, so that nothing can be sealed under it here. `at`: since when its state is what it is; `held_at`: when somebody had the secret half, for the last time that they said so."""

    day: str
    public: bytes
    state: DayState
    at: int
    held_at: int


class SqlDayKeys(PhoneRows):
    __slots__ = ()

    def all(self) -> dict[str, DayKey]:
        return {
            row.day: DayKey(row.day, self._seal.opened(row.sealed, context(_c.sealed, row.day)) or b"", row.state, row.at, row.held_at)
            for row in self._rows(_ALL)
        }

    def add(self, day: str, public: bytes, at: int) -> bool:
        """A pair for the time to come; False where there is one of that name."""
        return self._add(day_keys, day=day, sealed=self._seal.seal(public, context(_c.sealed, day)), state="next", at=at, held_at=at)

    def use(self, day: str, at: int) -> None:
        """From now on this one seals, and no other does."""
        self._change(_SET_ASIDE, this=day, at_=at)
        self._change(_SET, this=day, now="used", at_=at)

    def end_all(self, at: int) -> None:
        """No pair that is there seals from now on."""
        self._change(_END_ALL, at_=at)

    def lose(self, day: str, at: int) -> None:
        self._change(_SET, this=day, now="lost", at_=at)

    def regain(self, day: str, at: int) -> None:
        """It was lost, and somebody brought it: what lies under it opens again."""
        self._change(_SET, this=day, now="over", at_=at)

    def hold(self, day: str, at: int) -> None:
        self._change(_HELD, this=day, at_=at)

    def drop(self, day: str) -> None:
        self._change(_DROP, this=day)

    def under(self) -> dict[str, str]:
        """Of each callback whose number is sealed to a day's key, the day."""
        inner = {row.callback: self._inner(row.callback, row.sealed) for row in self._rows(_SEALED)}
        return {callback: day_of(box) for callback, box in inner.items() if box is not None}
