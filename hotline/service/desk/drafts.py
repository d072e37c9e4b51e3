"""Drafts: what somebody typed into a form of the console lies sealed here, for its author alone, and nowhere in the browser.

Each open page of an author keeps its own, so that of two that show the same form neither writes over the other. One goes when its form was sent (`acts.run`), when its author says so or signs out, and with its time (`HOTLINE_DRAFT_HOURS`).
"""

from __future__ import annotations

from typing import Final

from hotline.engine.times import HOUR_SECONDS, hour
from hotline.ports.desk.drafts import Fields, OpenForm
from hotline.service.acts import Act, Result, discard
from hotline.service.deps import Deps

LONGEST: Final = 4_000
"""Letters of a draft, names of fields among them: no form of the console takes more, but for the words of a screen, and comments on a list of them."""
LONGEST_WORDS: Final = 32_000
"""Of those: three wordings in each language, as they were and as they are typed, with a comment on each."""
MOST: Final = 40
"""Drafts of one author."""


def look(deps: Deps, staff: str, at: int) -> dict[str, Fields]:
    """An author's drafts, by the names of their copies (`copies_of`). Raises StoreAway."""
    with deps.store.read() as tx:
        return tx.form_drafts.of(staff, at)


def keep_draft(act: Act, form: OpenForm, fields: Fields, sent: str, token: str) -> Result:
    """Keep what stands in a form now, in the copy of the page that it stands on: `draft` among the values is its name. `sent`: the id by which the form counts once; a draft that comes late, after it, is kept no more. `token`: of the
    sign-in, since one that comes after the sign-out is not either."""
    if act.came_before(sent) or act.tx.accounts.sign_in(token) is None:
        return Result("late")
    most = LONGEST_WORDS if form.name.startswith(("words-", "reread")) else LONGEST
    if sum(len(name) + sum(map(len, values)) for name, values in fields.items()) > most:
        return Result("too_long")
    there = act.tx.form_drafts.of(act.staff.id, act.at)
    own = form.kept(there)
    name = own.name if own else form.free(there)
    if name is None or (own is None and len(there) >= MOST):
        return Result("refused")
    # The hour alone, so that a dump does not tell the second at which somebody wrote.
    act.tx.form_drafts.save(act.staff.id, name, form.marked(fields), hour(act.at + act.deps.rules.draft_hours * HOUR_SECONDS))
    return Result(values={"draft": name})


def discard_draft(act: Act, form: OpenForm) -> Result:
    """Its author wants no more what this page keeps."""
    discard(act, form)
    return Result()
