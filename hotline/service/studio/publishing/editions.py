"""What the pages of editions show: the history, what waits for a second person, and what differs between any two."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from hotline.engine.check import check
from hotline.engine.check.critical import PENDING
from hotline.engine.check.weighing import causes_first
from hotline.engine.drafting.difference import NOTHING, ScreenDifference, critical_keys, differences
from hotline.engine.flow import Fault, Sources
from hotline.ports.desk.staff import Staff
from hotline.ports.editions.edition_drafts import EditionDraft
from hotline.ports.editions.editions import EditionRow, Proposal
from hotline.ports.store import Transaction
from hotline.service.deps import Deps
from hotline.service.editions.approval import CannotPublish, as_published, author_among, draft_of, newest_edition, read
from hotline.service.editions.testimony_overlay import with_newest_testimonies, with_testimonies
from hotline.service.studio.composing import Composed, key_of, located, newest, place_of
from hotline.service.studio.line.tree import keys_to
from hotline.service.studio.publishing.proposing import newest_number, signer
from hotline.service.studio.publishing.reading_order import in_reading_order


class EditionDifference(Struct, frozen=True):
    """What differs between two editions, and what of it is counted."""

    parts: tuple[ScreenDifference, ...]
    signed: tuple[ScreenDifference, ...]
    """Of which nothing differs but who reviewed the words: nobody has to read those again."""
    before: Sources
    after: Sources
    titles: Mapping[str, str]
    """Of every screen and phrase on either side that has words, the first of them."""
    entries: Mapping[str, str]
    """Of every entry of the directory on either side, its name, by list and id (`places.kati`)."""
    ways: Mapping[str, str]
    """By screen the keys that lead there."""
    pending: int
    """Words of what differs that nobody reviewed."""
    critical_pending: int
    """Words on urgent, callback and stop screens that nobody reviewed, whether they differ or not."""
    critical_changed: int
    """Those of them that are on a screen that differs."""

    @property
    def keys_elsewhere(self) -> int:
        """How many keys that callers press lead elsewhere than before, or nowhere; numbers of lists among them."""
        return sum(change.leads_elsewhere for part in self.parts for change in part.keys) + sum(
            len(numbers.keys) for part in self.parts for numbers in part.lists
        )

    def read_in(self, language: str) -> EditionDifference:
        """With titles in this language, as far as it has them."""
        titles = {message.key: message.text.split("\n")[0].strip() for message in self.after.words.get(language, ())}
        return replace(self, titles={**self.titles, **titles})

    @property
    def names(self) -> frozenset[str]:
        """What has to be read, each by a name of its own."""
        return frozenset(name_of(part) for part in self.parts)


class KnownFault(Struct, frozen=True):
    """A fault, and the screen or phrase on whose page it is mended; empty where it is on none."""

    fault: Fault
    key: str


class DraftComparison(Struct, frozen=True):
    """A draft against the newest edition."""

    difference: EditionDifference
    faults: tuple[KnownFault, ...]
    """Of what it touches; all of the line are looked for when it is proposed."""


class ProposalView(Struct, frozen=True):
    """What waits for a second person, as that person reads it."""

    proposal: Proposal
    draft: EditionDraft | None
    """None where files are proposed, by the shell."""
    difference: EditionDifference
    against: int
    """The newest edition; 0 where there is none."""
    is_author: bool
    """Is whoever reads it one who wrote any of it?"""
    is_overtaken: bool
    """Another edition was published since the draft was proposed: it would be taken back by this one."""
    has_factor: bool
    """Has whoever reads it a second factor?"""


class EditionList(Struct, frozen=True):
    """The history, newest first, and what waits."""

    editions: tuple[EditionRow, ...]
    proposals: tuple[Proposal, ...]
    in_force: int


def name_of(part: ScreenDifference) -> str:
    """Under which name it is ticked as read."""
    return f"{part.section}:{part.key}"


def see_editions(deps: Deps) -> EditionList:
    """Raises StoreAway."""
    with deps.store.read() as tx:
        active = tx.editions.active(deps.clock.now())
        return EditionList(tx.editions.all(), tx.editions.proposals(), active.number if active else 0)


def see_edition(deps: Deps, number: int) -> EditionRow | None:
    """One of the history, its sources left empty. Raises StoreAway."""
    return next((row for row in see_editions(deps).editions if row.number == number), None)


def compare_draft(deps: Deps, composed: Composed) -> DraftComparison:
    """What a draft would change of the newest edition. Raises StoreAway."""
    at = deps.clock.now()
    with deps.store.read() as tx:
        sources = with_testimonies(tx, composed.sources)
    today = deps.today(at)
    faults = tuple(fault for fault in check(sources, today, only=composed.changed_keys) if fault.grave) if composed.parts else ()
    return DraftComparison(compare(composed.before, sources, at), known(faults, sources))


def known(faults: tuple[Fault, ...], sources: Sources) -> tuple[KnownFault, ...]:
    """Each with the screen on which it is mended, causes first."""
    places = located(sources) if faults else {}
    ordered = sorted(faults, key=causes_first)
    return tuple(KnownFault(fault, key_of(place_of(fault, places))) for fault in ordered)


def see_proposal(deps: Deps, me: Staff, number: int) -> ProposalView | None:
    """Returns None where nothing waits under this number. Raises CannotPublish and StoreAway."""
    with deps.store.read() as tx:
        proposal = tx.editions.proposal(number)
        if proposal is None:
            return None
        against, draft = newest_number(tx), draft_of(tx, number)
        before = _sources_of(deps, tx, against)
        after = with_testimonies(tx, read(proposal.sources, f"proposal {number}"))
        is_author = author_among(tx, proposal, signer(me)) is not None
        account = tx.accounts.get(me.id)
    return ProposalView(
        replace(proposal, sources=b""),
        draft,
        compare(before, after, deps.clock.now()),
        against,
        is_author,
        draft is not None and draft.base != against,
        account is not None and account.totp is not None,
    )


def compare_editions(deps: Deps, one: int, other: int) -> EditionDifference | None:
    """Any two of the history. Returns None where there is no such edition. Raises CannotPublish and StoreAway."""
    with deps.store.read() as tx:
        rows = tx.editions.get(one), tx.editions.get(other)
    if rows[0] is None or rows[1] is None:
        return None
    before, after = (read(row.sources, f"edition {row.number}") for row in rows if row)
    return compare(before, after, None)


def compare_again(deps: Deps, number: int) -> EditionDifference | None:
    """What would return with an older edition, and what would go. Returns None where there is none, or it is the newest. Raises CannotPublish and StoreAway."""
    with deps.store.read() as tx:
        old, last = tx.editions.get(number), newest_edition(tx)
        if old is None or last is None or last.number == number:
            return None
        before = read(last.sources, f"edition {last.number}")
        after = with_testimonies(tx, with_newest_testimonies(read(old.sources, f"edition {number}"), before))
    return compare(before, after, deps.clock.now())


def compare(before: Sources | None, after: Sources, at: int | None) -> EditionDifference:
    """`at`: as both would be published then, without what is stale or over, None as they stand. `before` is None where there was none."""
    one, other = (sources if sources is None or at is None else as_published(sources, at) for sources in (before, after))
    new = after if other is None else other
    critical = critical_keys(one, new)
    found = in_reading_order(differences(one, new, critical), before or NOTHING, after)
    parts, signed = (tuple(part for part in found if part.is_signed_alone is alone) for alone in (False, True))
    keys = {part.key for part in parts if part.section == "screen"}
    texts: dict[str, str] = {}
    for sources in (after, before):
        for message in next(iter(sources.words.values()), ()) if sources else ():
            texts.setdefault(message.key, message.text.split("\n")[0].strip())
    entries = {f"{item.list}.{item.id}": item.name for sources in (before, after) if sources for item in sources.items}
    unread = [message.key.partition("@")[0] for table in after.words.values() for message in table if message.review == PENDING]
    pending, critical_pending, changed = (sum(key in among for key in unread) for among in (keys, critical, keys & critical))
    return EditionDifference(parts, signed, before or NOTHING, after, texts, entries, keys_to(after), pending, critical_pending, changed)


def _sources_of(deps: Deps, tx: Transaction, number: int) -> Sources | None:
    """Of an edition, as this process holds it or as it lies in the database. Returns None where there is none, or another version of the program wrote it: then all counts as new."""
    held = newest(deps)
    if held.number == number:
        return held.sources
    row = tx.editions.get(number)
    try:
        return read(row.sources, f"edition {number}") if row else None
    except CannotPublish:
        return None
