"""Acts: what staff do. One function for each, and one runner, which is the only place that opens a transaction for one.

An act is for staff what an order is for callers. It is handed an `Act` and its own arguments, decides, writes, and returns a `Result`: a code of a closed list,
values for words, messages that leave. It words nothing and knows of no face. Page, SMS, voice and shell are faces: they parse, run, and put their own words to the code.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Concatenate, Literal, ParamSpec, TypeAlias, get_args

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from hotline.engine.times import DAY_MINUTES
from hotline.ports.calls.outbox import OutboxMessage
from hotline.ports.desk.audit_deeds import Deed
from hotline.ports.desk.drafts import OpenForm
from hotline.ports.desk.staff import Staff
from hotline.retention import ACT_SECONDS
from hotline.service import outbox
from hotline.service.deps import Deps
from hotline.service.held import CLOSED_ACTS, is_held
from hotline.service.permissions import may_act
from hotline.service.work import Work

Done: TypeAlias = Literal[
    "agreed",  # a time is agreed
    "asked",  # the counselor is asked for the key that rings the caller
    "back",  # given back
    "connected",  # the caller's phone is rung, and the two are joined
    "covered",  # the other end hears the cover
    "done",
    "ended",  # the call is over
    "erased",  # nobody rings this phone any more
    "handed",  # given to another
    "noted",  # how the call ended is written down
    "one",  # one of two released it
    "published",  # it is part of an edition
    "rings",  # the phone of whoever acts rings, or is about to
    "shown",  # the number stands on the page
    "taken",  # whoever acts holds it
]
"""It is done."""

Refused: TypeAlias = Literal[
    # whoever asks
    "forbidden",  # not for this role
    "gone",  # no such thing, or in other hands
    "held",  # the line was restored, and nobody said go yet
    "late",  # its time is over
    "refused",  # it cannot be decided so
    # taking and ringing
    "busy",  # another talks to this phone
    "cancelled",  # the caller wants no call any more
    "how",  # first it has to be said how the call ended
    "not_on",  # no shift of theirs runs
    "on_page",  # the number is shown on the page alone
    "read_aloud",  # the vendor cannot: the counselor reads it aloud
    "rest",  # not during a rest
    "skill",  # for somebody of another language, or who takes calls of minors
    "supervisor",  # past the day's rings, a supervisor decides
    # agreeing
    "consent",  # without the caller's consent
    "long_note",  # too many letters
    "nobody",  # nobody is planned then
    "order",  # no such day, or it ends before it begins
    "past",  # that time is over
    "too_long",  # longer than a window may be
    # declaring
    "how_long",  # not for so many minutes
    "too_few",  # too few for it to tell of nobody
    # a message
    "help",  # it cannot be understood
    "no_day",  # the day is over, too far, or none at all
    "nothing",  # there is nothing that it can be about
    "which",  # it fits more than one callback
    "which_day",  # it names no day
    "which_hours",  # nor hours
    # a contact that came otherwise
    "enough",  # so many in a day are enough
    "language",  # none of the line's
    "phone",  # no number of Mali that can be rung
    # casework
    "day",  # none of the coming year
    "mobile",  # the service has no verified mobile phone
    "revoked",  # the caller took back what it stands on
    "slip",  # a slip needs a service of the directory to which the caller is referred
    "unlisted",  # a code that is on no list: `field`, `name`
    # testimonies
    "braces",  # they would be filled in
    "changed",  # its words are not those any more that were read
    "empty",  # no words at all
    "faulty",  # what was filled in cannot be (`fault` says what of it); the edition with it would have faults
    "long",  # more letters than a screen has
    "number",  # it looks like a telephone number
    "overtaken",  # something changed since it was looked at: an edition, an account, who sees to an alarm, what a restored line holds
    "own",  # nobody does this to their own account, or to what they made: another does
    "page",  # more than one screen
    "state",  # it is not that far, or further
    "too_soon",  # sessions are on too many editions
    "twice",  # whoever released it does not release it again
    "unseen",  # letters that nobody sees
    "unticked",  # what has to be looked at was not
    # accounts
    "wrong",  # the password or the one-time code that was typed is not right
    # editions
    "no_edition",  # there is none yet
    "no_number",  # that entry shows none
    "newest",  # that edition is the newest already
    "proposed",  # what it is about is in a proposed draft alone
    "pending",  # words that nobody reviewed stand where they matter most
    "same",  # the newest edition says the same already: `edition` is its number
    "too_many",  # sessions are on too many editions: there is room at the moment `until`
    "unreadable",  # another version of the program wrote it: `of` says what
    # figures that leave the line
    "differs",  # what was published says otherwise: `period` says where
    "letter",  # without saying under which letter, or why
    "linked",  # one of the two made the way by which the other gets in
    "not_final",  # something in it can still be taken back, or its day has not come: `due`
    "unprotected",  # a hidden cell could be worked out, whatever else is hidden
]
"""Nothing was changed."""

Code: TypeAlias = Done | Refused

Face: TypeAlias = Literal["page", "sms", "voice", "shell"]
P = ParamSpec("P")


class Act(Work, frozen=True):
    """Who acts, as the staff row stands in this transaction, and from where: `origin` is a form's one-time id or a message's id."""

    staff: Staff
    origin: str

    def record(self, deed: Deed, about: str) -> None:
        """A line of the audit in the name of whoever acts."""
        self.audit(self.staff.alias, deed, about)

    def came_before(self, origin: str) -> bool:
        """Did what this person sends under another origin happen already?"""
        return self.tx.ledger.find(_key(self.deps, self.staff.id, origin), self.at) is not None

    def result_of(self, *origins: str) -> Result | None:
        """What came of what this person sent under another origin, the first of these that is there. Returns None where nothing did, or its time is over."""
        keys = [_key(self.deps, self.staff.id, origin) for origin in origins]
        found = self.tx.ledger.find_all(keys, self.at)
        facts = next((found[key].facts for key in keys if key in found and found[key].facts), None)
        return None if facts is None else msgspec.msgpack.decode(facts, type=Result)

    def keep(self, origin: str, result: Result) -> None:
        """Let `result_of` find this under another origin of this person's too; the first that is kept there stays."""
        key = _key(self.deps, self.staff.id, origin)
        self.tx.ledger.enter(key, "kept", msgspec.msgpack.encode(result), self.at, self.at + ACT_SECONDS)

    def derive(self, kind: str) -> str:
        """The id of what this act makes: the same whenever it comes again."""
        return self.deps.derive(kind, f"{self.staff.id}|{self.origin}")


class Result(Struct, frozen=True):
    """What became of an act. `values`: for words, never a number of a caller."""

    code: Code = "done"
    values: dict[str, str] = {}
    messages: tuple[OutboxMessage, ...] = ()
    is_again: bool = False
    """It came before: this is what became of it then, and nothing was done now."""

    @property
    def is_refused(self) -> bool:
        """Nothing was changed."""
        return self.code in get_args(Refused)


AnswerWriter: TypeAlias = Callable[[Act, Result], tuple[OutboxMessage, ...]]
"""A face's words, where they are messages themselves: written with what they answer."""


class By(Struct, frozen=True):
    """Who asks, and by which face."""

    staff: str
    """The id; by the shell an alias that is believed (docs: decisions)."""
    face: Face
    origin: str = ""
    """Makes it happen once; empty: whatever comes counts."""
    answer: AnswerWriter | None = None
    draft: OpenForm | None = None
    """The form that is sent, if its draft is kept: once it is done, what its page kept goes."""


def run(deps: Deps, by: By, act: Callable[Concatenate[Act, P], Result], *args: P.args, **kwargs: P.kwargs) -> Result:
    """Let somebody act, once for each origin; what came again gets the same result and does nothing.

    The staff row is read in the act's own transaction, the role is held against the table of permissions (`permissions.py`), and after the commit the workers are told.
    A refused form may be sent again; a message counts once whatever came of it, since it may come again when things stand otherwise. Raises StoreAway.
    """
    at = deps.clock.now()
    key = _key(deps, by.staff, by.origin) if by.origin else None
    with deps.store.write() as tx:
        staff = _staff(by) if by.face == "shell" else tx.staff.get(by.staff)
        if staff is None or not staff.active or staff.is_over(deps.clock.local(at) // DAY_MINUTES):
            return Result("forbidden")
        stood = tx.ledger.find(key, at) if key else None
        if stood is not None:
            result = msgspec.msgpack.decode(stood.facts, type=Result) if stood.facts else Result()
            return replace(result, is_again=True)
        doing = Act(deps, tx, at, staff, by.origin)
        result = _refusal(doing, act.__name__) or act(doing, *args, **kwargs)
        if key and (by.face == "sms" or not result.is_refused):
            tx.ledger.enter(key, "kept", msgspec.msgpack.encode(replace(result, messages=())), at, at + ACT_SECONDS)
        if by.draft and not result.is_refused:
            discard(doing, by.draft)
        messages = (*result.messages, *(by.answer(doing, result) if by.answer else ()))
    outbox.enqueue(deps, messages)
    return result


def _refusal(act: Act, name: str) -> Result | None:
    """Why this person may not do this at all, or nobody at the moment."""
    if not may_act(act.staff, name):
        return Result("forbidden")
    return Result("held") if name in CLOSED_ACTS and is_held(act.tx) else None


def discard(act: Act, form: OpenForm) -> None:
    """What the page of this form keeps of it goes."""
    own = form.kept(act.tx.form_drafts.of(act.staff.id, act.at))
    if own is not None:
        act.tx.form_drafts.drop(act.staff.id, own.name)


def _key(deps: Deps, staff: str, origin: str) -> bytes:
    """Under which the ledger knows what came."""
    return deps.hasher.digest("form", f"{staff}|{origin}")


def _staff(by: By) -> Staff:
    """Whoever sits at the shell has the machine and its keys: the name is believed, and stands in the audit."""
    return Staff(by.staff, by.staff, "admin", "", "", ())
