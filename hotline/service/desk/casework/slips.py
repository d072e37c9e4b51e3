"""The slip that a service is given with her consent: a reference, the service's name and the day, and no story."""

from __future__ import annotations

from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from hotline.engine.freshness import is_shown
from hotline.engine.numbers import in_e164, malian_mobile
from hotline.engine.times import DAY_SECONDS
from hotline.ports.calls.outbox import OutboxState
from hotline.ports.desk.audit import AuditRecord
from hotline.ports.desk.cases import Referral
from hotline.ports.desk.staff import Staff
from hotline.service import outbox
from hotline.service.deps import Deps
from hotline.service.desk.casework.cases import NoCase, about, audit_sight, open_referral
from hotline.service.desk.casework.incidents import Unfit
from hotline.service.desk.casework.services import find, name_of
from hotline.service.outbox import Draft
from hotline.service.work import Work

SLIP_SECONDS: Final = DAY_SECONDS
_LETTERS: Final = "BCDFGHJKLMNPRSTVWXZ"
"""No vowels, so that no word comes out; nothing that sounds or looks like another of them."""


class Slip(Struct, frozen=True):
    """A slip as it is shown. `sent`: what became of the SMS; `mobile`: it may go to the service by SMS."""

    referral: Referral
    name: str
    mobile: bool
    sent: OutboxState | None


def see(deps: Deps, staff: Staff, id: str, at: int) -> Slip:
    """Raises as `open_referral`, and NoCase where none was made."""
    with deps.store.read() as tx:
        referral, callback = open_referral(tx, staff, id)
        post = tx.outbox.get(_post_of(deps, id)) if referral.sent else None
    if referral.slip is None:
        raise NoCase
    audit_sight(deps, staff, callback, at)
    return Slip(referral, name_of(deps, referral.service), _mobile(deps, referral, at) is not None, post.state if post else None)


def send(deps: Deps, staff: Staff, id: str, at: int) -> None:
    """The slip goes to the service's verified mobile phone, once. Raises as `open_referral`, and Unfit where it may not go."""
    with deps.store.write() as tx:
        referral, callback = open_referral(tx, staff, id)
        if referral.slip is None or referral.revoked:
            raise Unfit("revoked")
        mobile = _mobile(deps, referral, at)
        if mobile is None:
            raise Unfit("mobile")
        if referral.sent:
            return
        words = deps.written
        text = words.phrase("staff.slip", words.languages[0], ref=referral.slip, name=name_of(deps, referral.service))
        post = outbox.write(Work(deps, tx, at), Draft("staff", mobile, text, at + SLIP_SECONDS), _origin(id))
        tx.cases.save_referral(replace(referral, sent=True))
        tx.audit.add(AuditRecord(at, staff.alias, "slip sent", about(referral, callback)))
    outbox.enqueue(deps, (post,))


def reference(deps: Deps, id: str) -> str:
    """Three letters and four digits that mean nothing: good to be read out, and hardly ever the same twice."""
    rest = int(deps.derive("slip", id), 16)
    letters = ""
    for _ in range(3):
        rest, letter = divmod(rest, len(_LETTERS))
        letters += _LETTERS[letter]
    return f"{letters} {rest % 10_000:04}"


def recall(work: Work, referral: Referral) -> None:
    """What has not left does not leave."""
    if referral.sent:
        work.tx.outbox.move(_post_of(work.deps, referral.id), "pending", "dropped", work.at)


def _mobile(deps: Deps, referral: Referral, at: int) -> str | None:
    """Where a slip may go by SMS: a number that is on the line today and is a mobile phone's."""
    item = find(deps, referral.service)
    if item is None or "phone" not in item.fields or not is_shown(item, deps.today(at)):
        return None
    national = malian_mobile(item.fields["phone"])
    return in_e164(national) if national else None


def _origin(id: str) -> str:
    return f"slip|{id}"


def _post_of(deps: Deps, id: str) -> str:
    return deps.derive("staff", _origin(id))
