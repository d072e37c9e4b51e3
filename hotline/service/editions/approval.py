"""Publishing by two people, and going back: who may make an edition of what, and what is written down about it.

What takes long is done before an act: `check_edition`, `proposed`, `older_edition`. The shell runs the acts, in the name of whoever types: `By(str(publisher), "shell")`.
What was made stands among a result's values: `edition`, its number, `active_from`, the moment from which sessions begin on it, and `lead`, seconds until then.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

from msgspec import DecodeError, Struct, json
from msgspec.structs import replace

from hotline.engine.check.critical import pending_words
from hotline.engine.flow import Fault, Sources
from hotline.engine.freshness import fresh
from hotline.engine.phone.letters import name_key
from hotline.ports.calls.outbox import OutboxMessage
from hotline.ports.editions.authorships import WordsAuthorship
from hotline.ports.editions.edition_drafts import EditionDraft
from hotline.ports.editions.editions import EditionRow, Proposal
from hotline.ports.store import Store, Transaction
from hotline.service import outbox
from hotline.service.acts import Act, Refused, Result
from hotline.service.editions.publication import NewEdition, Overtaken, TooSoon, checked, enact
from hotline.service.editions.reading_overlay import text_digest, with_readings
from hotline.service.editions.snapshot import decode, encode
from hotline.service.editions.testimony_overlay import with_newest_testimonies, with_testimonies

LONGEST_NAME: Final = 64
LONGEST_REASON: Final = 512
"""Of why a proposal is sent back."""
BY_SHELL: Final = "by_shell"
"""What supervisors hear of an edition that nobody approved on the page."""
_SIGNED: Final = re.compile(r"(.*) \(([^()]*)\)")


class UnfitName(Exception):
    """A name that could not be told apart from another, or not be kept."""


class CannotPublish(Exception):
    """The rules of publishing say no before an act is run. `result`: what the act would say."""

    def __init__(self, code: Refused, **values: str) -> None:
        super().__init__(code)
        self.result = Result(code, values)


class Publisher(Struct, frozen=True):
    """Who does it: the name that was given, and the login. Make it with `publisher`."""

    name: str
    login: str
    named: bool
    """Was a name given? Else it is the login."""

    def __str__(self) -> str:
        return f"{self.name} ({self.login})" if self.named and name_key(self.name) != name_key(self.login) else self.name


class CheckedEdition(Struct, frozen=True):
    """Sources that may become an edition. Make it with `check_edition`."""

    given: Sources
    """What a proposal keeps: it is checked again when somebody approves it."""
    sources: Sources
    """Without what is stale or over."""
    pending: tuple[Fault, ...]
    """Words on urgent, callback or stop screens that nobody reviewed."""


class Approval(Struct, frozen=True):
    """What a second person says yes to."""

    proposal: int
    by: Publisher
    edition: CheckedEdition
    against: int | None
    """The newest edition when the difference was looked at."""
    unseen: bool = False
    """Nobody looked: a script did it."""
    is_signed_in: bool = False
    """It is known who says so: on the page, by a fresh code. The shell believes the name that it is given."""


def publisher(by: str | None, login: str) -> Publisher:
    """Who publishes, by the name that was given, or else by the login. Raises UnfitName."""
    name = " ".join((by if by is not None else login).split())
    made = Publisher(name, login, by is not None)
    if not name or not name.isprintable() or "(" in name or ")" in name or len(str(made)) > LONGEST_NAME:
        raise UnfitName
    return made


def check_edition(sources: Sources, at: int) -> CheckedEdition:
    """Check sources and find their pending words, which takes long. Raises FaultySources."""
    clean = checked(sources, at)
    return CheckedEdition(sources, clean, pending_words(clean)[0])


def publish_edition(act: Act, edition: CheckedEdition, pending_by: str | None = None) -> Result:
    """Publish at once, where one person may. Pending words stop nothing here; whoever takes them on is written down all the same."""
    row = _enact(act, NewEdition(edition.sources, act.staff.alias))
    if isinstance(row, Result):
        return row
    if edition.pending:
        _record_pending(act, pending_by, row)
    return _published(row)


def propose_edition(act: Act, edition: CheckedEdition, pending_by: str | None = None, title: str | None = None) -> Result:
    """Keep these sources for a second person to look at. `proposal` among the values: a number that no other ever gets.

    `pending_by`: who takes pending words on, by name; without one they stop it. `title`: what it is about.
    """
    if edition.pending and pending_by is None:
        return Result("pending")
    number, sources = act.tx.editions.next_proposal(), encode(_overlaid(act.tx, edition.given))
    act.tx.editions.add_proposal(Proposal(number, act.at, act.staff.alias, sources, pending_by if edition.pending else None, title))
    act.record("proposed", _about(number))
    return Result(values={"proposal": str(number)})


def proposed(store: Store, number: int, by: Publisher) -> tuple[Proposal, EditionRow | None]:
    """The proposal that this person may approve, with testimonies as it would be published now, and the edition that it is to be
    compared with: the newest. Raises CannotPublish and StoreAway."""
    with store.read() as tx:
        proposal = tx.editions.proposal(number)
        if proposal is None:
            raise CannotPublish("gone", proposal=str(number))
        newest = newest_edition(tx)
        sources = _overlaid(tx, read(proposal.sources, _about(number)))
        author = author_among(tx, proposal, by)
    if author is not None:
        raise CannotPublish("own", proposal=str(number), by=author)
    return replace(proposal, sources=encode(sources)), newest


def approve_edition(act: Act, approval: Approval) -> Result:
    """Publish a proposal in the name of two people, and drop the draft that it was made of. Refused, it waits on."""
    number = approval.proposal
    proposal = act.tx.editions.proposal(number)
    if proposal is None:  # of two who approve at once, or of one who rejects meanwhile, the first has it
        return Result("gone", {"proposal": str(number)})
    author = author_among(act.tx, proposal, approval.by)
    if author is not None:
        return Result("own", {"proposal": str(number), "by": author})
    if approval.edition.pending and proposal.pending_by is None:
        return Result("pending")
    edition = NewEdition(
        approval.edition.sources, proposal.made_by, approved_by=act.staff.alias, after=approval.against or 0, title=proposal.title
    )
    row = _enact(act, edition)
    if isinstance(row, Result):
        return row
    act.tx.editions.decide_proposal(number)
    draft = draft_of(act.tx, number)
    if draft is not None:
        _keep_authors(act.tx, draft)
        act.tx.edition_drafts.drop(draft.id)
    is_known, unseen = approval.is_signed_in, approval.unseen
    act.record("read and approved" if is_known else "approved unseen" if unseen else "approved", f"{_about(number)}, edition {row.number}")
    if approval.edition.pending:
        _record_pending(act, proposal.pending_by, row)
    return replace(_published(row), messages=() if approval.is_signed_in else _tell(act, row))


def reject_proposal(act: Act, number: int, reason: str = "", *, taken_back: bool = False) -> Result:
    """Take a proposal away; whoever made it may do so too (`taken_back`). The draft that it was made of is open again, with the reason, empty where none was given:
    that it came back waits for whoever proposed it."""
    proposal = act.tx.editions.proposal(number)
    if proposal is None:
        return Result("gone", {"proposal": str(number)})
    draft, author = draft_of(act.tx, number), act.tx.staff.by_alias(proposal.made_by)
    act.tx.editions.decide_proposal(number)
    if draft is not None:
        back = (None, None, None) if taken_back else (reason, act.staff.alias, author.id if author else draft.made_by)
        act.tx.edition_drafts.save(replace(draft, proposal=None, sent_back=back[0], sent_back_by=back[1], sent_back_to=back[2]))
    act.record("proposal taken back" if taken_back else "sent back" if reason else "rejected", _about(number))
    return Result()


def draft_of(tx: Transaction, proposal: int) -> EditionDraft | None:
    """The draft that is proposed under this number. Returns None where files are."""
    return next((draft for draft in tx.edition_drafts.all() if draft.proposal == proposal), None)


def author_among(tx: Transaction, proposal: Proposal, by: Publisher) -> str | None:
    """The name of whoever made the proposal, or changed a part of the draft that it is made of, if that is this person. Returns None if nobody is."""
    draft = draft_of(tx, proposal.number)
    ids = (
        ()
        if draft is None
        else dict.fromkeys((draft.made_by, *(id for part in tx.edition_drafts.parts(draft.id) for id in (part.by, *part.others))))
    )
    people = (tx.staff.get(id) for id in ids)
    names = (proposal.made_by, *(staff.alias for staff in people if staff))
    return next((name for name in names if are_one_person(name, by)), None)


def _keep_authors(tx: Transaction, draft: EditionDraft) -> None:
    """Who wrote which words of a draft that is published: it is dropped, and nobody may sign her own later either."""
    for part in tx.edition_drafts.parts(draft.id):
        kind, _, rest = part.place.partition("/")
        if kind == "words" and part.value is not None:
            language, _, key = rest.partition("/")
            tx.authorships.add(WordsAuthorship(language, key, text_digest(json.decode(part.value, type=str)), part.by))


def older_edition(store: Store, number: int, at: int) -> CheckedEdition:
    """What going back to it would publish. Raises CannotPublish, FaultySources and StoreAway."""
    with store.read() as tx:
        old = tx.editions.get(number)
    if old is None:
        raise CannotPublish("gone", edition=str(number))
    return check_edition(read(old.sources, f"edition {number}"), at)


def roll_back(act: Act, number: int, edition: CheckedEdition) -> Result:
    """A new edition with the content of an old one, which was approved in its day.

    Numbers taken off the line stay off: a withdrawal holds for every edition. Testimonies stay as they are now.
    """
    old, newest = act.tx.editions.get(number), newest_edition(act.tx)
    if old is None:
        return Result("gone", {"edition": str(number)})
    if newest is None or newest.number == number:
        return Result("newest", {"edition": str(number)})
    sources = _overlaid(act.tx, with_newest_testimonies(edition.sources, read_or_none(newest)))
    if newest.sources in (old.sources, encode(sources)):
        return Result("same", {"edition": str(newest.number)})
    row = _enact(act, NewEdition(sources, act.staff.alias, again=number))
    if isinstance(row, Result):
        return row
    act.record("rolled back", f"edition {row.number} again {number}")
    return _published(row)


def with_current_testimonies(store: Store, sources: Sources) -> Sources:
    """What would be published of these files now: with the testimonies that were released, without those that were taken back; words that somebody read say so.
    Raises StoreAway."""
    with store.read() as tx:
        return _overlaid(tx, sources)


def newest_edition(tx: Transaction) -> EditionRow | None:
    """With its sources."""
    moments = tx.editions.moments()
    return tx.editions.get(moments[-1][0]) if moments else None


def read(sources: bytes, of: str) -> Sources:
    """Raises CannotPublish where another version of the program wrote what this one cannot read."""
    try:
        return decode(sources)
    except DecodeError:
        raise CannotPublish("unreadable", of=of) from None


def read_or_none(row: EditionRow) -> Sources | None:
    """Returns None where another version of the program wrote it, for whom that must not stop."""
    try:
        return read(row.sources, f"edition {row.number}")
    except CannotPublish:
        return None


def as_published(sources: Sources, at: int) -> Sources:
    """What callers would get of these sources at that moment: two that are told apart by nothing else are the same edition."""
    return fresh(sources, datetime.fromtimestamp(at, UTC).date())[0]


def are_one_person(made_by: str, by: Publisher) -> bool:
    """Did this person make the proposal? By name, whatever the letters' size, and by login where no name was given."""
    signed = _SIGNED.fullmatch(made_by)
    name, login = (signed[1], signed[2]) if signed else (made_by, made_by)
    return name_key(name) == name_key(by.name) or (not by.named and name_key(login) == name_key(by.login))


def _overlaid(tx: Transaction, sources: Sources) -> Sources:
    """As an edition of them is made."""
    return with_readings(tx, with_testimonies(tx, sources))


def _enact(act: Act, edition: NewEdition) -> EditionRow | Result:
    try:
        return enact(act, edition)
    except Overtaken:
        return Result("overtaken")
    except TooSoon as refused:
        return Result("too_many", {"until": str(refused.until)})


def _tell(act: Act, row: EditionRow) -> tuple[OutboxMessage, ...]:
    """Supervisors hear of what was approved by the shell, which knows nobody: but for a line that begins, and an edition that is older than this program."""
    if not act.deps.editions.snapshot.editions or not act.deps.written.has_phrase(f"staff.{BY_SHELL}"):
        return ()
    return outbox.tell_supervisors(act, BY_SHELL, f"edition {row.number}", name=act.staff.alias)


def _published(row: EditionRow) -> Result:
    return Result(values={"edition": str(row.number), "active_from": str(row.active_from), "lead": str(row.active_from - row.made_at)})


def _record_pending(act: Act, by: str | None, row: EditionRow) -> None:
    if by is not None:
        act.audit(by, "pending words published", f"edition {row.number}")


def _about(number: int) -> str:
    return f"proposal {number}"
