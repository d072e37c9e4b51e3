"""The slip that a service is given with the caller's consent: a reference, the service's name and the day, and no story."""

from __future__ import annotations

from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from hotline.engine.freshness import is_shown
from hotline.engine.phone.numbers import in_e164, malian_mobile
from hotline.engine.times import DAY_SECONDS
from hotline.ports.calls.callbacks import Callback
from hotline.ports.calls.outbox import OutboxState
from hotline.ports.desk.cases import Referral
from hotline.ports.desk.staff import Staff
from hotline.service import outbox
from hotline.service.acts import Act, Result
from hotline.service.deps import Deps
from hotline.service.desk.casework.cases import OpenReferral, find_referral, open_referral
from hotline.service.desk.casework.services import find, name_of
from hotline.service.desk.casework.sight import NoCase, show
from hotline.service.outbox import NewMessage
from hotline.service.work import Work

SLIP_SECONDS: Final = DAY_SECONDS
_LETTERS: Final = "BCDFGHJKLMNPRSTVWXZ"
"""No vowels, so that no word comes out; nothing that sounds or looks like another of them."""


class Slip(Struct, frozen=True):
    """A slip as it is shown. `sent`: what became of the SMS; `mobile`: it may go to the service by SMS; `language`: the caller's, while that is known."""

    referral: Referral
    name: str
    mobile: bool
    sent: OutboxState | None
    language: str | None


def see_slip(deps: Deps, staff: Staff, id: str, at: int) -> Slip:
    """Raises NoCase, also where none was made, InOtherHands and StoreAway."""

    def look(work: Work) -> tuple[Slip, Callback | None]:
        opened = open_referral(work.tx, staff, id)
        referral = opened.referral
        if referral.slip is None:
            raise NoCase
        message = work.tx.outbox.get(_message_of(deps, id)) if referral.sent else None
        name, may_go = name_of(deps, referral.service), _mobile(work, referral) is not None
        language = opened.callback.language if opened.callback else None
        return Slip(referral, name, may_go, message.state if message else None, language), opened.callback

    return show(deps, staff, at, look)


def send_slip(act: Act, id: str) -> Result:
    """The slip goes to the service's verified mobile phone, once."""
    opened = find_referral(act.tx, act.staff, id)
    if not isinstance(opened, OpenReferral):
        return Result(opened)
    referral = opened.referral
    if referral.slip is None or referral.revoked:
        return Result("revoked")
    mobile = _mobile(act, referral)
    if mobile is None:
        return Result("mobile")
    if referral.sent:
        return Result()
    words = act.deps.written
    text = words.phrase("staff.slip", words.languages[0], ref=referral.slip, name=name_of(act.deps, referral.service))
    message = outbox.write(act, NewMessage("staff", mobile, text, act.at + SLIP_SECONDS), _origin(id))
    act.tx.cases.save_referral(replace(referral, sent=True))
    act.record("slip sent", opened.name)
    return Result(messages=(message,))


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
        work.tx.outbox.move(_message_of(work.deps, referral.id), "pending", "dropped", work.at)


def _mobile(work: Work, referral: Referral) -> str | None:
    """Where a slip may go by SMS: a number that is on the line today and is a mobile phone's."""
    item = find(work.deps, referral.service)
    if item is None or "phone" not in item.fields or not is_shown(item, work.deps.today(work.at)):
        return None
    national = malian_mobile(item.fields["phone"])
    return in_e164(national) if national else None


def _origin(id: str) -> str:
    return f"slip|{id}"


def _message_of(deps: Deps, id: str) -> str:
    return deps.derive("staff", _origin(id))
