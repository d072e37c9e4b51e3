"""A caller who came otherwise, with no code at hand: a counselor enters where and when to ring. It is another phone's request, and nothing more than that."""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct

from hotline.engine.effects import Minute
from hotline.engine.phone.numbers import in_e164, malian_number
from hotline.engine.times import DAY_MINUTES, HOUR_SECONDS
from hotline.ports.calls.callbacks import Callback
from hotline.retention import ACT_SECONDS
from hotline.service.acts import Act, Refused, Result
from hotline.service.calls import agreements
from hotline.service.calls.agreements import Wish
from hotline.service.calls.reference import reference
from hotline.service.calls.review import hold_flood
from hotline.service.calls.rules.limits import CONTACTS_A_DAY, SAME_CONTACT_A_DAY
from hotline.service.deps import Deps
from hotline.service.work import Work

Window: TypeAlias = tuple[Minute, Minute]


class Contact(Struct, frozen=True):
    """Whom to ring. `phone`: as it was typed; `wish`: when it is safe there, the word, and that the person said so."""

    phone: str
    language: str
    wish: Wish


def preview(deps: Deps, contact: Contact, at: int) -> Window | Refused:
    """The part of the window that somebody is planned for, or why there is none. It asks nothing about the number but whether it is one. Raises StoreAway."""
    with deps.store.read() as tx:
        return _window(Work(deps, tx, at), contact)


def enter_contact(act: Act, contact: Contact) -> Result:
    """Have this phone rung once, in cover, as another phone than the caller's is (docs: callback life).

    What comes back says nothing of the number: whether it asked, waits, stopped or was entered before, the result is the same. Where it stopped calls, nobody
    is rung; entered too often in a day, it lies before a supervisor.
    """
    window = _window(act, contact) if contact.wish.agreed else "consent"
    if not isinstance(window, tuple):
        return Result(window)
    if not _counts(act, act.staff.id, CONTACTS_A_DAY):
        return Result("enough")
    number = in_e164(malian_number(contact.phone) or "")
    callback = _callback(act, contact, window)
    act.tx.callbacks.add(callback, number)
    if act.tx.numbers.stop_of(number, act.at - act.deps.rules.number_hours * HOUR_SECONDS) is not None:
        act.tx.numbers.silence(callback.id)
    act.record("contact entered", callback.reference)
    return Result("done", messages=() if _counts(act, number, SAME_CONTACT_A_DAY) else hold_flood(act, callback))


def _window(work: Work, contact: Contact) -> Window | Refused:
    if malian_number(contact.phone) is None:
        return "phone"
    if contact.language not in work.deps.written.languages:
        return "language"
    return agreements.window_of(work, contact.language, contact.wish)


def _callback(act: Act, contact: Contact, window: Window) -> Callback:
    id = act.derive("contact")
    opens_at, not_after = (act.deps.clock.moment(minute) for minute in window)
    return Callback(
        id=id,
        reference=reference(act.tx, id),
        state="waiting",
        language=contact.language,
        urgent=False,
        other_phone=True,
        made_at=act.at,
        opens_at=opens_at,
        not_after=not_after,
        edition=act.deps.editions.active(act.at).number,
        word=contact.wish.word,  # agreed on, and so before any that a stranger chose for this phone (`one_phone.word`)
        entered=True,
    )


def _counts(act: Act, what: str, most: int) -> bool:
    """Is this one of the first so many of its day about `what`, a person of the staff or a number? Each takes a key of the ledger, which says neither."""
    today = act.deps.clock.local(act.at) // DAY_MINUTES
    keys = (act.deps.hasher.digest("contact", f"{what}|{today}|{place}") for place in range(most))
    return any(act.tx.ledger.enter(key, "kept", b"", act.at, act.at + ACT_SECONDS) is None for key in keys)
