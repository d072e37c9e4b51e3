"""What waits for a second person, and what became of what somebody proposed: said where both begin their day."""

from __future__ import annotations

from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from hotline.engine.times import DAY_SECONDS
from hotline.ports.desk.staff import Staff
from hotline.ports.editions.edition_drafts import EditionDraft
from hotline.ports.editions.editions import EditionRow
from hotline.service.acts import Act, Result
from hotline.service.deps import Deps
from hotline.service.editions.approval import are_one_person
from hotline.service.permissions import may_act
from hotline.service.studio.publishing.proposing import signer


class EditionNews(Struct, frozen=True):
    """What one of the staff is told of proposals."""

    waiting: int = 0
    """Proposals that this person may decide."""
    returned: tuple[EditionDraft, ...] = ()
    """This person's own that came back, with the reason, and were not opened since."""


NO_NEWS: Final = EditionNews()


def see_news(deps: Deps, me: Staff) -> EditionNews:
    """Asked for on every page: nothing is read for whoever neither proposes nor approves. Raises StoreAway."""
    approves, proposes = may_act(me, "approve_proposal"), may_act(me, "propose_draft")
    if not approves and not proposes:
        return NO_NEWS
    with deps.store.read() as tx:
        own = signer(me)
        waiting = tx.editions.waiting() if approves else ()
        drafts = tx.edition_drafts.all() if proposes else ()
    return EditionNews(
        sum(me.id not in proposal.hands and not are_one_person(proposal.made_by, own) for proposal in waiting),
        tuple(draft for draft in drafts if draft.sent_back_to == me.id),
    )


def approved_lately(deps: Deps, me: Staff) -> tuple[EditionRow, ...]:
    """What this person proposed and another approved within the last day, newest first. Raises StoreAway."""
    if not may_act(me, "propose_draft"):
        return ()
    with deps.store.read() as tx:
        rows = tx.editions.made_since(deps.clock.now() - DAY_SECONDS)
    return tuple(row for row in rows if row.title is not None and row.approved_by and row.made_by == me.alias)


def open_returned(act: Act, draft: str) -> Result:
    """Whoever proposed it opens what came back: it is no news any more. *gone* where there is none for this person."""
    found = act.tx.edition_drafts.get(draft)
    if found is None or found.sent_back is None:
        return Result("gone")
    if found.sent_back_to == act.staff.id:
        act.tx.edition_drafts.save(replace(found, sent_back_to=None))
    return Result()
