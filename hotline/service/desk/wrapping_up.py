"""Wrap-up: what a counselor writes down at the end of a call, before she hangs up and after it, in one form that is taken whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal, TypeAlias, get_args

from msgspec import Struct

from hotline.ports.calls.callbacks import Safer
from hotline.service.acts import Act, Result
from hotline.service.calls import agreements, saying, scripts
from hotline.service.calls.agreements import Wish
from hotline.service.calls.reference import about
from hotline.service.desk.casework import notes
from hotline.service.desk.casework.cases import may_work

SaferAnswer: TypeAlias = Safer | Literal["none"]
"""As the form has it; `none`: asked, and the caller would not say."""
SAFER_ANSWERS: Final[tuple[SaferAnswer, ...]] = (*get_args(Safer), "none")


class WrapUp(Struct, frozen=True):
    """What the form says; None where it was not asked."""

    wish: Wish | None = None
    safer: SaferAnswer | None = None
    note: str | None = None
    was_hard: bool = False


def wrap_up(act: Act, id: str, form: WrapUp) -> Result:
    """The next call, how safe the call leaves the caller, the note, and that it was hard. What is refused changes nothing of it all."""
    callback = act.tx.callbacks.get(id)
    if callback is None or not may_work(act.staff, callback.claimed_by) or (form.was_hard and callback.outcome is None):
        return Result("gone")
    if form.note is not None and len(form.note) > notes.LONGEST:
        return Result("long_note", about(callback))
    # The next call first: of all these it alone may be refused for what it says.
    results = tuple(_until_refused(_deeds(act, id, form)))
    return next((result for result in results if result.is_refused or result.code == "agreed"), Result("done", about(callback)))


def _deeds(act: Act, id: str, form: WrapUp) -> Iterator[Result]:
    if form.wish is not None:
        yield agreements.agree_next(act, id, form.wish)
    if form.safer is not None:
        yield saying.say_safer(act, id, "unknown" if form.safer == "none" else form.safer)
    if form.note is not None:
        yield notes.save_note(act, id, form.note)
    if form.was_hard:
        yield scripts.say_hard(act, id)


def _until_refused(results: Iterator[Result]) -> Iterator[Result]:
    for result in results:
        yield result
        if result.is_refused:
            return
