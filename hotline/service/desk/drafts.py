"""Drafts: what somebody typed into a form of the console lies sealed here, for its author alone, and nowhere in the browser.

One goes when its form was sent (`acts.run`), when its author says so or signs out, and with its time (`retention.py`).
"""

from __future__ import annotations

from typing import Final

from hotline.engine.times import hour
from hotline.ports.desk.drafts import Fields
from hotline.retention import DRAFT_SECONDS
from hotline.service.acts import Act, Result
from hotline.service.deps import Deps

LONGEST: Final = 4_000
"""Letters of a draft, names of fields among them: no form of the console takes more, but for the words of a screen."""
LONGEST_WORDS: Final = 24_000
"""Of those: three wordings in each language, as they were and as they are typed."""
MOST: Final = 40
"""Drafts of one author."""


def look(deps: Deps, staff: str, at: int) -> dict[str, Fields]:
    """An author's drafts, by form. Raises StoreAway."""
    with deps.store.read() as tx:
        return tx.drafts.of(staff, at)


def keep_draft(act: Act, form: str, fields: Fields, sent: str, token: str) -> Result:
    """Keep what stands in a form now. `sent`: the id by which the form counts once; a draft that comes late, after it, is kept no more. `token`: of the
    sign-in, since one that comes after the sign-out is not either."""
    if act.came_before(sent) or act.tx.accounts.sign_in(token) is None:
        return Result("late")
    most = LONGEST_WORDS if form.startswith("words-") else LONGEST
    if sum(len(name) + sum(map(len, values)) for name, values in fields.items()) > most:
        return Result("too_long")
    there = act.tx.drafts.of(act.staff.id, act.at)
    if form not in there and len(there) >= MOST:
        return Result("refused")
    # The hour alone, so that a dump does not tell the second at which somebody wrote.
    act.tx.drafts.save(act.staff.id, form, fields, hour(act.at + DRAFT_SECONDS))
    return Result()


def discard_draft(act: Act, form: str) -> Result:
    """Its author wants it no more."""
    act.tx.drafts.drop(act.staff.id, form)
    return Result()
