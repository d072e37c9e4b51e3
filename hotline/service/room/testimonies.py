"""Testimonies in the room: written down with her consent, cut by somebody, released by two others, withdrawn by anybody at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final, Literal, TypeAlias

from msgspec.structs import replace

from hotline.engine.flow import Sources
from hotline.ports import Dark, EditionRow, Record, Staff, Transaction
from hotline.ports.testimonies import Testimony
from hotline.service import publishing
from hotline.service.aging import today
from hotline.service.library import FaultySources, Overtaken, TooSoon, checked, enact
from hotline.service.parts import Parts
from hotline.service.room.cutting import CHECKS, Wrong, tidy, wrong
from hotline.service.room.once import first_time
from hotline.service.told import TESTIMONIES, as_told, take_back, taken_back

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


def every(parts: Parts, tx: Transaction) -> tuple[Testimony, ...]:
    """The room's, newest first; then those of the files that callers may read, as released by nobody of the staff."""
    told, taken = tx.testimonies(), taken_back(tx.darkened())
    known = {*taken, *(one.id for one in told)}
    return *told, *(one for id, one in _of_files(parts).items() if id not in known)


def found(parts: Parts, tx: Transaction, id: str) -> Testimony:
    """Raises Unknown; one of the files that was taken back is unknown too."""
    one = tx.testimony(id) or (None if id in taken_back(tx.darkened()) else _of_files(parts).get(id))
    if one is None:
        raise Unknown
    return one


def aliases(tx: Transaction, told: Collection[Testimony]) -> dict[str, str]:
    """What those who wrote and released them are called, by their ids; those too who have left. As many reads as there are people, at most."""
    known = {one.id: one.alias for one in tx.all_staff()}
    asked = {id for one in told for id in (one.written_by, *one.released_by) if id}
    return {id: known.get(id) or _alias(tx, id) for id in asked}


def places(parts: Parts) -> tuple[str, ...]:
    """What the directory's regions and places are called."""
    return tuple(item.name for each in ("regions", "places") for item in parts.written.items.get(each, {}).values())


def version(parts: Parts, one: Testimony) -> str:
    """Tells its words as they are from what they were or will be: what was read is what is released."""
    return parts.derive("told", repr(sorted(one.text.items())))


def may_release(one: Testimony, staff: Staff) -> bool:
    return one.state == "cut" and len(one.released_by) < PEOPLE and staff.id not in (one.written_by, *one.released_by)


def write(parts: Parts, staff: Staff, once: str, text: Mapping[str, str], at: int, *, consent: bool) -> str:
    """Keep it sealed, tied to no callback and no number; its id. Raises NotSo."""
    words = _words(parts, text)
    if not consent:
        raise NotSo("consent")
    id = parts.derive("testimony", f"{staff.id}|{once}")
    with parts.store.write() as tx:
        if first_time(parts, tx, staff.id, once, at):
            tx.save_testimony(Testimony(id, words, "written", staff.id, at))
            tx.record(Record(at, staff.alias, "testimony written", id))
    return id


def cut(parts: Parts, staff: Staff, once: str, id: str, seen: str, text: Mapping[str, str], checks: Collection[str], at: int) -> None:
    """Its words without what would tell who it was. Other words take away what releases there were. Raises NotSo and Unknown."""
    words = _words(parts, text)
    if set(checks) != set(CHECKS):
        raise NotSo("checks")
    with parts.store.write() as tx:
        if not first_time(parts, tx, staff.id, once, at):
            return
        one = _seen(parts, tx, id, seen)
        if one.state not in ("written", "cut"):
            raise NotSo("state")
        released = one.released_by if words == one.text else ()
        tx.save_testimony(replace(one, text=words, state="cut", cut_by=staff.id, released_by=released))
        tx.record(Record(at, staff.alias, "testimony cut", id))


def release(parts: Parts, staff: Staff, once: str, id: str, seen: str, at: int, *, read: bool) -> Release:
    """She says that she read these words as her husband would. With the second who does it is published. Raises NotSo, Unknown and StoreAway."""
    if not read:
        raise NotSo("tick")
    with parts.store.write() as tx:
        if first_time(parts, tx, staff.id, once, at):
            one = _seen(parts, tx, id, seen)
            _may(one, staff)
            one = replace(one, released_by=(*one.released_by, staff.id))
            tx.save_testimony(one)
            tx.record(Record(at, staff.alias, "testimony released", id))
        else:
            one = found(parts, tx, id)
    return publish(parts, id, at) if len(one.released_by) >= PEOPLE else "one"


def publish(parts: Parts, id: str, at: int) -> Release:
    """Make it part of what callers read: a new edition, which is the newest with it added. Again changes nothing. Raises NotSo, Unknown and StoreAway."""
    try:
        with parts.store.read() as tx:
            waiting, newest = _to_publish(tx, id), _newest(tx)
            if waiting.state == "released":
                return "published"
            one = replace(waiting, state="released", released_on=today(parts, at).isoformat())
            sources = as_told(tx, publishing.read(newest.sources, f"edition {newest.number}"), one)
        sources = checked(sources, at)  # before the writing: it takes half a second
        with parts.store.write() as tx:
            if _to_publish(tx, id) != waiting:
                return "overtaken"
            tx.save_testimony(one)
            _enact(parts, tx, one, newest, sources, at)
    except TooSoon:
        return "too_soon"
    except Overtaken:
        return "overtaken"
    except (FaultySources, publishing.Refused):
        return "faulty"
    return "published"


def withdraw(parts: Parts, staff: Staff, once: str, id: str, at: int) -> None:
    """She takes it back: its words are gone from the database, and within two seconds from every screen. Raises Unknown and StoreAway."""
    with parts.store.write() as tx:
        if not first_time(parts, tx, staff.id, once, at) or (one := found(parts, tx, id)).state == "withdrawn":
            return
        if tx.testimony(id) is not None:
            tx.save_testimony(replace(one, text={}, state="withdrawn"))
        if one.state == "released":
            take_back(tx, Dark(id, "", today(parts, at).isoformat(), at, staff.alias))
        tx.record(Record(at, staff.alias, "testimony withdrawn", id))


def _words(parts: Parts, text: Mapping[str, str]) -> dict[str, str]:
    edition = parts.library.active(parts.clock.now()).edition("ussd", "")
    words = {language: said for language, typed in text.items() if (said := tidy(typed))}
    if not words:
        raise NotSo("empty")
    for language, said in words.items():
        if (why := wrong(edition, language, said)) is not None:
            raise NotSo(why, language)
    return words


def _seen(parts: Parts, tx: Transaction, id: str, seen: str) -> Testimony:
    """Raises NotSo where its words are not those any more that the page showed."""
    one = found(parts, tx, id)
    if version(parts, one) != seen:
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
    one = tx.testimony(id)
    if one is None:
        raise Unknown
    if one.state not in ("cut", "released") or len(one.released_by) < PEOPLE:
        raise NotSo("state")
    return one


def _of_files(parts: Parts) -> dict[str, Testimony]:
    """As this process shows them, whichever edition a conversation is on."""
    items = (item for volume in parts.library.shelf.volumes for item in volume.shown.items if item.list == TESTIMONIES)
    return {
        item.id: Testimony(item.id, _texts(item.fields), "released", "", 0, released_on=item.fields.get("released_on")) for item in items
    }


def _texts(fields: Mapping[str, str]) -> dict[str, str]:
    return {name.removeprefix("text."): text for name, text in fields.items() if name.startswith("text.")}


def _enact(parts: Parts, tx: Transaction, one: Testimony, newest: EditionRow, sources: Sources, at: int) -> None:
    """In the name of the two who released it. Raises TooSoon and Overtaken."""
    by, approved_by = (_alias(tx, each) for each in one.released_by)
    enact(
        tx, sources, by, at, at + parts.rules.lead_seconds, approved_by=approved_by, life=parts.rules.longest_session, after=newest.number
    )


def _newest(tx: Transaction) -> EditionRow:
    rows = tx.editions()
    newest = tx.edition(rows[0].number) if rows else None
    if newest is None:
        raise publishing.Refused("there is no edition to add it to")
    return newest


def _alias(tx: Transaction, id: str) -> str:
    staff = tx.staff(id)
    return staff.alias if staff else id
