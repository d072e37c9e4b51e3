"""What waits for a second person, and what became of what somebody proposed: said where both begin their day."""

from __future__ import annotations

from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from hotline.engine.times import DAY_SECONDS
from hotline.ports.desk.staff import Staff
from hotline.ports.editions.edition_drafts import EditionDraft
from hotline.ports.editions.editions import EditionRow
from hotline.ports.store import Transaction
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
    approved: tuple[EditionRow, ...] = ()
    """This person's own that another approved within the last day, newest first."""


NO_NEWS: Final = EditionNews()


def see_news(deps: Deps, me: Staff) -> EditionNews:
    """Asked for on every page: nothing is read for whoever neither proposes nor approves. Raises StoreAway."""
    approves, proposes = may_act(me, "approve_proposal"), may_act(me, "propose_draft")
    if not approves and not proposes:
        return NO_NEWS
    with deps.store.read() as tx:
        drafts = tx.edition_drafts.all()
        return EditionNews(
            _waiting(tx, me, drafts) if approves else 0,
            tuple(draft for draft in drafts if draft.sent_back_to == me.id),
            _approved(tx, me, deps.clock.now()) if proposes else (),
        )


def open_returned(act: Act, draft: str) -> Result:
    """Whoever proposed it opens what came back: it is no news any more. *gone* where there is none for this person."""
    found = act.tx.edition_drafts.get(draft)
    if found is None or found.sent_back is None:
        return Result("gone")
    if found.sent_back_to == act.staff.id:
        act.tx.edition_drafts.save(replace(found, sent_back_to=None))
    return Result()


def _waiting(tx: Transaction, me: Staff, drafts: tuple[EditionDraft, ...]) -> int:
    proposals = tx.editions.proposals()
    if not proposals:
        return 0
    extents = tx.edition_drafts.extents()
    own = {draft.proposal for draft in drafts if draft.made_by == me.id or (draft.id in extents and me.id in extents[draft.id].hands)}
    return sum(proposal.number not in own and not are_one_person(proposal.made_by, signer(me)) for proposal in proposals)


def _approved(tx: Transaction, me: Staff, at: int) -> tuple[EditionRow, ...]:
    rows = tx.editions.all()
    return tuple(
        row for row in rows if row.title is not None and row.approved_by and row.made_by == me.alias and row.made_at > at - DAY_SECONDS
    )
