"""How a draft becomes an edition: proposed by one, read and approved or sent back by another; and how the line goes back to an older one.

What takes long is done before an act: `prepare`, `prepare_approval`, `older_edition` of `editions/approval.py`. What was made stands among a result's values as there.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from hotline.engine.drafting.difference import visible
from hotline.ports.desk.staff import Staff
from hotline.ports.editions.edition_drafts import DraftPart
from hotline.ports.store import Transaction
from hotline.service.acts import Act, Result
from hotline.service.deps import Deps
from hotline.service.editions import approval
from hotline.service.editions.approval import (
    LONGEST_REASON,
    Approval,
    CheckedEdition,
    Publisher,
    author_among,
    check_edition,
    draft_of,
    read,
)
from hotline.service.editions.testimony_overlay import with_testimonies
from hotline.service.studio.composing import Composed, compose
from hotline.service.studio.drafts import titled
from hotline.service.studio.line.key_history import KeyHistory, hold_keys
from hotline.service.studio.screens.structure import objected, stands_against


class PreparedProposal(Struct, frozen=True):
    """A draft that may be proposed, as it was when it was checked."""

    draft: str
    parts: Mapping[str, DraftPart]
    base: int
    """The edition that it was laid over."""
    edition: CheckedEdition


def signer(staff: Staff) -> Publisher:
    """Somebody who is signed in, as a publisher: taken for one with whoever gave this name at the shell, or has it as a login there."""
    return Publisher(staff.alias, staff.alias, named=False)


def prepare(deps: Deps, draft: str, history: KeyHistory) -> PreparedProposal | Result:
    """Check a draft. Returns the refusal where it cannot be proposed: *gone*, *state* (it is proposed), *nothing* (it changes nothing), *changed* (another edition
    changed the same, and nobody chose yet), *faulty* as `change_structure` (a key may not lead so, whatever way that came about). Raises FaultySources and StoreAway."""
    with deps.store.read() as tx:
        composed = compose(deps, tx, draft) if draft else None
        refusal = _refusal(composed)
        if composed is None or refusal is not None:
            return refusal or Result("gone")
        against = stands_against(composed, history.published(tx))
        if against:
            return objected(against[0])
        sources = with_testimonies(tx, composed.sources)
    return PreparedProposal(draft, composed.parts, composed.edition.number, check_edition(sources, deps.clock.now()))


def propose_draft(act: Act, prepared: PreparedProposal, title: str, *, takes_pending: bool) -> Result:
    """Keep what the draft makes for a second person; it does not change until that is decided. `proposal` among the values is its number.

    *pending* where words that nobody reviewed stand where they matter most, and whoever proposes does not take them on; *empty* without a title, then `also` among the values is what else is wrong; *overtaken* where anything changed since it was checked.
    """
    composed = compose(act.deps, act.tx, prepared.draft)
    refusal = _refusal(composed)
    if composed is None or refusal is not None:
        return refusal or Result("gone")
    if (composed.parts, newest_number(act.tx)) != (prepared.parts, prepared.base):
        return Result("overtaken")
    name = titled(title)
    if not name:
        return Result("empty", {"also": "pending"} if prepared.edition.pending and not takes_pending else {})
    result = approval.propose_edition(act, prepared.edition, act.staff.alias if takes_pending else None, name)
    if not result.is_refused:
        number = int(result.values["proposal"])
        proposed = replace(
            composed.draft, title=name, base=prepared.base, proposal=number, sent_back=None, sent_back_by=None, sent_back_to=None
        )
        act.tx.edition_drafts.save(proposed)
    return result


def take_back_proposal(act: Act, number: int) -> Result:
    """Whoever proposed a draft goes on changing it."""
    proposal = act.tx.editions.proposal(number)
    if proposal is None:
        return Result("gone")
    if proposal.made_by != act.staff.alias or draft_of(act.tx, number) is None:
        return Result("refused")
    return approval.reject_proposal(act, number, taken_back=True)


def send_back(act: Act, number: int, reason: str) -> Result:
    """The second person says no, and why: the draft is open again, with the reason. *own* for whoever wrote any of it."""
    proposal = act.tx.editions.proposal(number)
    if proposal is None:
        return Result("gone")
    if author_among(act.tx, proposal, signer(act.staff)) is not None:
        return Result("own")
    why = visible(reason.replace("\r\n", "\n").strip())
    if not why:
        return Result("empty")
    return Result("long") if len(why) > LONGEST_REASON else approval.reject_proposal(act, number, why)


def prepare_approval(deps: Deps, staff: Staff, number: int, against: int, history: KeyHistory) -> Approval | Result:
    """Check a proposal again, as it would be published now; files against what every key did, since another edition may have taken one away.
    `against`: the edition that it was compared with. Raises CannotPublish, FaultySources and StoreAway."""
    with deps.store.read() as tx:
        proposal = tx.editions.proposal(number)
        if proposal is None:
            return Result("gone")
        sources, draft = with_testimonies(tx, read(proposal.sources, f"proposal {number}")), draft_of(tx, number)
    if draft is None:
        hold_keys(deps.store, sources, history)
    return Approval(number, signer(staff), check_edition(sources, deps.clock.now()), against, is_signed_in=True)


def approve_proposal(act: Act, yes: Approval) -> Result:
    """The second person says yes, who has read every screen and typed a fresh code. *overtaken* where another edition was published since the draft was proposed."""
    draft = draft_of(act.tx, yes.proposal)
    if draft is not None and draft.base != newest_number(act.tx):
        return Result("overtaken")
    return approval.approve_edition(act, yes)


def go_back(act: Act, number: int, edition: CheckedEdition) -> Result:
    """A new edition with the content of an old one, by one person: it was approved in its day."""
    return approval.roll_back(act, number, edition)


def newest_number(tx: Transaction) -> int:
    """Of the newest edition; 0 where there is none."""
    moments = tx.editions.moments()
    return moments[-1][0] if moments else 0


def _refusal(composed: Composed | None) -> Result | None:
    if composed is None:
        return Result("gone")
    if composed.draft.proposal is not None:
        return Result("state", {"proposal": str(composed.draft.proposal)})
    if composed.conflicts:
        return Result("changed", {"place": min(composed.conflicts)})
    return None if composed.parts else Result("nothing")
