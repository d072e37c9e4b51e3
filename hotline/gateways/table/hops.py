"""What a request says: a hop, the notice that a session is over, or a ping, in the line's own form."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, Literal

from msgspec import Struct, field

from hotline.engine.phone.limits import USSD
from hotline.engine.phone.numbers import as_e164
from hotline.gateways.bodies import MOST_INPUTS, FieldError
from hotline.gateways.table.answers import slots
from hotline.gateways.table.conditions import compiled_condition, places_of
from hotline.gateways.table.reading import RequestReader
from hotline.ports.ussd import Inputs, UssdHop, UssdOver

if TYPE_CHECKING:
    from hotline.gateways.table.conditions import Values
    from hotline.gateways.table.spec import WireTable

_SESSION: Final = re.compile(r"[!-~]{1,128}")
_WORD: Final = re.compile(r"[!-~]{0,128}")
_NETWORK: Final = re.compile(r"[!-~]{0,16}")
_STATE: Final = re.compile(r"[!-~]{0,4096}")
_BACK: Final = re.compile(r"[^\x00-\x1f\x7f]{0,256}")
_OUTCOMES: Final[tuple[tuple[str, Literal["Success", "Incomplete", "Failed"]], ...]] = (
    ("failed", "Failed"),
    ("incomplete", "Incomplete"),
    ("success", "Success"),
)
"""Where a table lets two of them hold, the first does."""


class TableHop(UssdHop, frozen=True):
    """A hop, and what its answer hands back of it as it came."""

    sent: dict[str, str] = field(default_factory=dict)


class UssdPing(Struct, frozen=True):
    """The vendor asks whether a session is known; nothing is looked up for it."""

    session: str


class HopReader:
    """Reads requests by one table."""

    def __init__(self, table: WireTable, codes: tuple[str, ...], path: re.Pattern[str]) -> None:
        fields, told = table.fields, table.told
        self._fields, self._memory = fields, table.session.memory
        self._back = _handed_back(table)
        used = [fields.session, fields.number, fields.input, fields.code, fields.network, fields.state, fields.hop, fields.dialled]
        looked_at = [place for name in told.__struct_fields__ for place in places_of(getattr(told, name))]
        self._reader = RequestReader((place for place in (*used, *self._back.values(), *looked_at) if place), table.formats, path)
        position = self._reader.position
        at = {name: position[place] for name in fields.__struct_fields__ if isinstance(place := getattr(fields, name), str)}
        self._session, self._number, self._input_at = at["session"], at["number"], at["input"]
        self._code_at, self._network, self._state, self._hop, self._dialled_at = (
            at.get(name) for name in ("code", "network", "state", "hop", "dialled")
        )
        self._sent = tuple((name, place, position[place]) for name, place in self._back.items())
        self._first, self._input, self._ping = (compiled_condition(test, position) for test in (told.first, told.input, told.ping))
        overs = ((compiled_condition(getattr(told, name), position), outcome) for name, outcome in _OUTCOMES)
        self._overs = tuple((is_over, outcome) for is_over, outcome in overs if is_over is not None)
        self._state_named = next(places_of(told.input), "")
        shown = table.answer.letters
        self._letters = shown if shown is not None and shown < USSD.budget else None
        self._keys = table.keys.pairs
        self._ours = {pressed: key for key, pressed in self._keys}
        self._lacks_number = table.session.number == "first hop"
        self._codes = tuple(sorted((code.strip("*#") for code in codes), key=len, reverse=True))

    def read(self, environ: dict[str, Any]) -> UssdHop | UssdOver | UssdPing:
        """Raises FieldError, which names the field."""
        fields = self._fields
        values = self._reader.values(environ)
        session = _matching(values[self._session], _SESSION, fields.session)
        if self._ping is not None and self._ping(values):
            return UssdPing(session)
        for is_over, outcome in self._overs:
            if is_over(values):
                return UssdOver(session, outcome)
        first = None if self._first is None else self._first(values)
        if not first and self._input is not None and not self._input(values):
            raise FieldError(named(self._state_named))
        inputs, last = self._typed(values, is_first=first is True)
        if self._ours:
            inputs = None if inputs is None else tuple(self._ours.get(typed, typed) for typed in inputs)
            last = None if last is None else self._ours.get(last.strip(), last)
        return TableHop(
            session,
            self._number_of(values[self._number], is_first=first is True),
            inputs,
            last,
            first,
            # Nothing where it is no code: a screen is worth more than the name of a network.
            "" if self._network is None or not _NETWORK.fullmatch(values[self._network] or "") else values[self._network] or "",
            "" if self._hop is None else _matching(values[self._hop] or "", _WORD, fields.hop),
            "" if self._state is None else _matching(values[self._state] or "", _STATE, fields.state),
            self._letters,
            self._keys,
            {name: _matching(values[at] or "", _BACK, place) for name, place, at in self._sent},
        )

    def _number_of(self, sent: str | None, *, is_first: bool) -> str:
        if not sent and self._lacks_number and not is_first:
            return ""
        number = as_e164((sent or "").strip())  # a plus sign that was not escaped comes as a space
        if number is None:
            raise FieldError(named(self._fields.number))
        return number

    def _typed(self, values: Values, *, is_first: bool) -> tuple[Inputs | None, str | None]:
        """All inputs, or the newest; on a first hop of the latter what was dialled behind the code, where the table says where it stands."""
        memory, text = self._memory, values[self._input_at]
        code = "" if self._code_at is None else self._code(values[self._code_at])
        if is_first and memory in {"last", "echoed"}:
            return self._dialled(values, code) or None, None
        if text is None:
            raise FieldError(named(self._fields.input))
        if memory in {"last", "echoed"}:
            return None, text
        if memory == "all":
            return (tuple(text.split("*", MOST_INPUTS)) if text else ()), None
        if memory == "all behind the code":
            text = f"{code}*{text}#" if text else code  # as it would be dialled at once: a hash at the end of the text itself was typed
        inputs = _behind(text, self._codes or (code,))
        if inputs is None:
            raise FieldError(named(self._fields.input))
        return inputs, None

    def _dialled(self, values: Values, code: str) -> Inputs:
        """What stands behind the code; of a field that holds no dial string, all of it."""
        if self._dialled_at is None:
            return ()
        text = values[self._dialled_at] or ""
        if text and self._fields.dialled != self._fields.input and not text.startswith("*"):
            return tuple(text.removesuffix("#").split("*", MOST_INPUTS))
        return _behind(text, (*self._codes, code)) or ()

    def _code(self, sent: str | None) -> str:
        """Without stars and hash in front and behind. Another line's is refused; where it does not come at every hop, none is no other. What was dialled
        behind the line's own may stand there too."""
        code = (sent or "").strip("*#")
        if self._memory.endswith("the code"):
            if not code:
                raise FieldError(named(self._fields.code or ""))
        elif code and self._codes and not any(code == own or code.startswith(f"{own}*") for own in self._codes):
            raise FieldError(named(self._fields.code or ""))
        return code


def _matching(value: str | None, form: re.Pattern[str], place: str | None) -> str:
    if value is None or form.fullmatch(value) is None:
        raise FieldError(named(place))
    return value


def named(place: str | None) -> str:
    """A place as a fault names it."""
    return (place or "").removeprefix("header:").strip("{}") or "body"


def _handed_back(table: WireTable) -> dict[str, str]:
    """Where that stands which some answer hands back; nothing else is kept of a request."""
    wanted = {slot for template in (table.answer.screen, table.answer.end) for slot in slots(template)}
    places = {name: getattr(table.fields, name) for name in ("session", "number", "code", "network", "hop")} | table.fields.back
    return {name: place for name, place in places.items() if name in wanted and place}


def _behind(dialled: str, codes: tuple[str, ...]) -> Inputs | None:
    """What stands behind the first of these codes that stands in front, as inputs. None where none does."""
    bare = dialled.removeprefix("*").removesuffix("#")
    if not bare:
        return ()
    for code in codes:
        if bare == code:
            return ()
        if code and bare.startswith(f"{code}*"):
            return tuple(bare[len(code) + 1 :].split("*", MOST_INPUTS))
    return None
