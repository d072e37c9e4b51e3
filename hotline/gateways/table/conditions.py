"""By what a request is told to be a first hop, an end or an input: what a table says of it, as one function over the values read."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from hotline.gateways.table.spec import Comparison

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from hotline.gateways.table.spec import FieldCondition, Held, Value

Values: TypeAlias = "list[str | None]"
"""What was read of a request, by position; None for what is not there."""
Test: TypeAlias = "Callable[[Values], bool]"


def places_of(condition: FieldCondition) -> Iterator[str]:
    """Every place that it looks at."""
    for together in _alternatives(condition):
        yield from together


def compiled_condition(condition: FieldCondition, position: Mapping[str, int]) -> Test | None:
    """Whether it holds; None where the table says nothing. Words are equal in any case; an empty word is one that is not there, too."""
    tests = [_all([_held(position[place], held) for place, held in together.items()]) for together in _alternatives(condition)]
    if len(tests) < 2:
        return tests[0] if tests else None
    return lambda values: any(test(values) for test in tests)


def _alternatives(condition: FieldCondition) -> tuple[dict[str, Held], ...]:
    return (condition,) if isinstance(condition, dict) else condition


def _all(tests: list[Test]) -> Test:
    return tests[0] if len(tests) == 1 else lambda values: all(test(values) for test in tests)


def _held(at: int, held: Held) -> Test:
    if isinstance(held, Comparison):
        return _all(list(_compared(at, held)))
    words = frozenset(map(_word, held if isinstance(held, tuple) else (held,)))
    return lambda values: (values[at] or "").casefold() in words


def _compared(at: int, comparison: Comparison) -> Iterator[Test]:
    there, least, others = comparison.there, comparison.least, comparison.other_than
    if there is not None:
        yield lambda values: (values[at] is not None) is there
    if least is not None:
        yield lambda values: _is_at_least(values[at] or "", least)
    if others is not None:
        words = frozenset(map(_word, others))
        yield lambda values: (values[at] or "").casefold() not in words


def _is_at_least(text: str, least: int) -> bool:
    return len(text) < 10 and text.isascii() and text.isdigit() and int(text) >= least


def _word(value: Value) -> str:
    """As it is read of a request: flags and numbers are words there."""
    return ("true" if value else "false") if isinstance(value, bool) else str(value).casefold()
