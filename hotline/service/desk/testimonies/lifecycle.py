"""Testimonies in the room: written down with her consent, cut by somebody, released by two others, withdrawn by anybody at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final, Literal, TypeAlias

from msgspec.structs import replace

from hotline.engine.flow import Sources
from hotline.ports.desk.audit import AuditRecord
from hotline.ports.desk.editions import EditionRow, Withdrawal
from hotline.ports.desk.staff import Staff
from hotline.ports.desk.testimonies import Testimony
from hotline.ports.store import Transaction
from hotline.service.deps import Deps
from hotline.service.desk.testimonies.cutting import CHECKS, Wrong, tidy, wrong
from hotline.service.editions import approval
from hotline.service.editions.publication import FaultySources, NewEdition, Overtaken, TooSoon, checked, enact
from hotline.service.editions.testimony_overlay import TESTIMONIES, with_testimonies, withdraw_testimony, withdrawn_testimonies
from hotline.service.once import first_time
from hotline.service.work import Work

PEOPLE: Final = 2
"""Who release it: different ones, neither of them the one who wrote it."""

Why: TypeAlias = Literal["consent", "empty", "checks", "tick", "changed", "own", "twice", "state"] | Wrong
Release: TypeAlias = Literal["one", "published", "too_soon", "faulty", "overtaken"]
"""What came of it; all but `one` and `published`: both have released it, and it can be published again later."""


class NotSo(Exception):
    """Nothing was done. `why`: a code, for words; `language`: of the text that it is about."""

    def __init__(self, why: Why, language: str = "") -> None:
        super().__init__(why)
        self.why = why
        self.language = language


class Unknown(Exception):
    """There is no such testimony."""


def every(deps: Deps, tx: Transaction) -> tuple[Testimony, ...]:
    """The room's, newest first; then those of the files that callers may read, as released by nobody of the staff."""
    told, taken = tx.testimonies.all(), withdrawn_testimonies(tx.editions.withdrawals())
    known = {*taken, *(one.id for one in told)}
    return *told, *(one for id, one in _of_files(deps).items() if id not in known)


def found(deps: Deps, tx: Transaction, id: str) -> Testimony:
    """Raises Unknown; one of the files that was taken back is unknown too."""
    one = tx.testimonies.get(id) or (None if id in withdrawn_testimonies(tx.editions.withdrawals()) else _of_files(deps).get(id))
    if one is None:
        raise Unknown
    return one


def aliases(tx: Transaction, told: Collection[Testimony]) -> dict[str, str]:
    """What those who wrote and released them are called, by their ids; those too who have left. As many reads as there are people, at most."""
    known = {one.id: one.alias for one in tx.staff.active()}
    asked = {id for one in told for id in (one.written_by, *one.released_by) if id}
    return {id: known.get(id) or _alias(tx, id) for id in asked}


def places(deps: Deps) -> tuple[str, ...]:
    """What the directory's regions and places are called."""
    return tuple(item.name for each in ("regions", "places") for item in deps.written.items.get(each, {}).values())


def version(deps: Deps, one: Testimony) -> str:
    """Tells its words as they are from what they were or will be: what was read is what is released."""
    return deps.derive("told", repr(sorted(one.text.items())))


def may_release(one: Testimony, staff: Staff) -> bool:
    return one.state == "cut" and len(one.released_by) < PEOPLE and staff.id not in (one.written_by, *one.released_by)


def write(deps: Deps, staff: Staff, once: str, text: Mapping[str, str], at: int, *, consent: bool) -> str:
    """Keep it sealed, tied to no callback and no number; its id. Raises NotSo."""
    words = _words(deps, text)
    if not consent:
        raise NotSo("consent")
    id = deps.derive("testimony", f"{staff.id}|{once}")
    with deps.store.write() as tx:
        if first_time(Work(deps, tx, at), staff.id, once):
            tx.testimonies.save(Testimony(id, words, "written", staff.id, at))
            tx.audit.add(AuditRecord(at, staff.alias, "testimony written", id))
    return id


def cut(deps: Deps, staff: Staff, once: str, id: str, seen: str, text: Mapping[str, str], checks: Collection[str], at: int) -> None:
    """Its words without what would tell who it was. Other words take away what releases there were. Raises NotSo and Unknown."""
    words = _words(deps, text)
    if set(checks) != set(CHECKS):
        raise NotSo("checks")
    with deps.store.write() as tx:
        if not first_time(Work(deps, tx, at), staff.id, once):
            return
        one = _seen(deps, tx, id, seen)
        if one.state not in ("written", "cut"):
            raise NotSo("state")
        released = one.released_by if words == one.text else ()
        tx.testimonies.save(replace(one, text=words, state="cut", cut_by=staff.id, released_by=released))
        tx.audit.add(AuditRecord(at, staff.alias, "testimony cut", id))


def release(deps: Deps, staff: Staff, once: str, id: str, seen: str, at: int, *, read: bool) -> Release:
    """She says that she read these words as her husband would. With the second who does it is published. Raises NotSo, Unknown and StoreAway."""
    if not read:
        raise NotSo("tick")
    with deps.store.write() as tx:
        if first_time(Work(deps, tx, at), staff.id, once):
            one = _seen(deps, tx, id, seen)
            _may(one, staff)
            one = replace(one, released_by=(*one.released_by, staff.id))
            tx.testimonies.save(one)
            tx.audit.add(AuditRecord(at, staff.alias, "testimony released", id))
        else:
            one = found(deps, tx, id)
    return publish(deps, id, at) if len(one.released_by) >= PEOPLE else "one"


def publish(deps: Deps, id: str, at: int) -> Release:
    """Make it part of what callers read: a new edition, which is the newest with it added. Again changes nothing. Raises NotSo, Unknown and StoreAway."""
    try:
        with deps.store.read() as tx:
            waiting, newest = _to_publish(tx, id), _newest(tx)
            if waiting.state == "released":
                return "published"
            one = replace(waiting, state="released", released_on=deps.today(at).isoformat())
            sources = with_testimonies(tx, approval.read(newest.sources, f"edition {newest.number}"), one)
        sources = checked(sources, at)  # before the writing: it takes half a second
        with deps.store.write() as tx:
            if _to_publish(tx, id) != waiting:
                return "overtaken"
            tx.testimonies.save(one)
            _enact(Work(deps, tx, at), one, newest, sources)
    except TooSoon:
        return "too_soon"
    except Overtaken:
        return "overtaken"
    except (FaultySources, approval.CannotPublish):
        return "faulty"
    return "published"


def withdraw(deps: Deps, staff: Staff, once: str, id: str, at: int) -> None:
    """She takes it back: its words are gone from the database, and within two seconds from every screen. Raises Unknown and StoreAway."""
    with deps.store.write() as tx:
        if not first_time(Work(deps, tx, at), staff.id, once) or (one := found(deps, tx, id)).state == "withdrawn":
            return
        if tx.testimonies.get(id) is not None:
            tx.testimonies.save(replace(one, text={}, state="withdrawn"))
        if one.state == "released":
            withdraw_testimony(tx, Withdrawal(id, "", deps.today(at).isoformat(), at, staff.alias))
        tx.audit.add(AuditRecord(at, staff.alias, "testimony withdrawn", id))


def _words(deps: Deps, text: Mapping[str, str]) -> dict[str, str]:
    edition = deps.library.active(deps.clock.now()).edition("ussd", "")
    words = {language: said for language, typed in text.items() if (said := tidy(typed))}
    if not words:
        raise NotSo("empty")
    for language, said in words.items():
        if (why := wrong(edition, language, said)) is not None:
            raise NotSo(why, language)
    return words


def _seen(deps: Deps, tx: Transaction, id: str, seen: str) -> Testimony:
    """Raises NotSo where its words are not those any more that the page showed."""
    one = found(deps, tx, id)
    if version(deps, one) != seen:
        raise NotSo("changed")
    return one


def _may(one: Testimony, staff: Staff) -> None:
    if staff.id == one.written_by:
        raise NotSo("own")
    if staff.id in one.released_by:
        raise NotSo("twice")
    if not may_release(one, staff):
        raise NotSo("state")


def _to_publish(tx: Transaction, id: str) -> Testimony:
    one = tx.testimonies.get(id)
    if one is None:
        raise Unknown
    if one.state not in ("cut", "released") or len(one.released_by) < PEOPLE:
        raise NotSo("state")
    return one


def _of_files(deps: Deps) -> dict[str, Testimony]:
    """As this process shows them, whichever edition a conversation is on."""
    items = (item for loaded in deps.library.snapshot.editions for item in loaded.shown.items if item.list == TESTIMONIES)
    return {
        item.id: Testimony(item.id, _texts(item.fields), "released", "", 0, released_on=item.fields.get("released_on")) for item in items
    }


def _texts(fields: Mapping[str, str]) -> dict[str, str]:
    return {name.removeprefix("text."): text for name, text in fields.items() if name.startswith("text.")}


def _enact(work: Work, one: Testimony, newest: EditionRow, sources: Sources) -> None:
    """In the name of the two who released it. Raises TooSoon and Overtaken."""
    by, approved_by = (_alias(work.tx, each) for each in one.released_by)
    enact(work, NewEdition(sources, by, approved_by=approved_by, after=newest.number))


def _newest(tx: Transaction) -> EditionRow:
    rows = tx.editions.all()
    newest = tx.editions.get(rows[0].number) if rows else None
    if newest is None:
        raise approval.CannotPublish("no_edition")
    return newest


def _alias(tx: Transaction, id: str) -> str:
    staff = tx.staff.get(id)
    return staff.alias if staff else id
