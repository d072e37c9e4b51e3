"""Testimonies: written down with the woman's consent, cut by somebody, released by two others, withdrawn by anybody at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from msgspec.structs import replace

from hotline.ports.desk.staff import Staff
from hotline.ports.desk.testimonies import Testimony
from hotline.ports.editions.editions import Withdrawal
from hotline.service.acts import Act, Result
from hotline.service.desk.testimonies.cutting import CHECKS, tidy, wrong
from hotline.service.desk.testimonies.reading import PEOPLE, find, may_release, version
from hotline.service.editions import testimony_overlay
from hotline.service.work import Work


def write_testimony(act: Act, text: Mapping[str, str], *, consent: bool) -> Result:
    """Keep it sealed, tied to no callback and no number. `text`: by language. `id` among the values."""
    words = _words(text)
    refusal = _refusal_of(act, words)
    if refusal is not None:
        return refusal
    if not consent:
        return Result("consent")
    id = act.derive("testimony")
    act.tx.testimonies.save(Testimony(id, words, "written", act.staff.id, act.at))
    act.record("testimony written", id)
    return Result("done", {"id": id})


def cut_testimony(act: Act, id: str, seen: str, text: Mapping[str, str], checks: Collection[str]) -> Result:
    """Its words without what would tell who it was. Other words take away what releases there were. `seen`: the version that the page showed."""
    words = _words(text)
    refusal = _refusal_of(act, words)
    if refusal is not None:
        return refusal
    if set(checks) != set(CHECKS):
        return Result("unticked")
    testimony = find(act.deps, act.tx, id)
    if testimony is None:
        return Result("gone")
    if version(act.deps, testimony) != seen:
        return Result("changed")
    if testimony.state not in ("written", "cut"):
        return Result("state")
    released = testimony.released_by if words == testimony.text else ()
    act.tx.testimonies.save(replace(testimony, text=words, state="cut", cut_by=act.staff.id, released_by=released))
    act.record("testimony cut", id)
    return Result()


def release_testimony(act: Act, id: str, seen: str, *, read: bool) -> Result:
    """Whoever releases it has read these words as the woman's husband would. `one`: another person is still missing; `done`: it can be published."""
    if not read:
        return Result("unticked")
    testimony = find(act.deps, act.tx, id)
    if testimony is None:
        return Result("gone")
    if version(act.deps, testimony) != seen:
        return Result("changed")
    refusal = _refusal_of_release(testimony, act.staff)
    if refusal is not None:
        return refusal
    released_by = (*testimony.released_by, act.staff.id)
    act.tx.testimonies.save(replace(testimony, released_by=released_by))
    act.record("testimony released", id)
    return Result("one" if len(released_by) < PEOPLE else "done")


def withdraw_testimony(act: Act, id: str) -> Result:
    """The woman takes it back: its words are gone from the database, and within two seconds from every screen. Again changes nothing."""
    testimony = find(act.deps, act.tx, id)
    if testimony is None:
        return Result("gone")
    if testimony.state == "withdrawn":
        return Result()
    end_testimony(act, id, act.staff.alias)
    return Result()


def end_testimony(work: Work, id: str, by: str) -> None:
    """Its words go, wherever the database has them, and nothing that is restored brings them back. `by`: an alias."""
    kept = work.tx.testimonies.get(id)
    if kept is not None:
        work.tx.testimonies.save(replace(kept, text={}, state="withdrawn"))
    if kept is None or kept.state == "released":
        testimony_overlay.withdraw_testimony(work.tx, Withdrawal(id, "", work.deps.today(work.at).isoformat(), work.at, by))
    work.tx.revocations.add("testimony", id, work.at)
    work.audit(by, "testimony withdrawn", id)


def _words(text: Mapping[str, str]) -> dict[str, str]:
    return {language: words for language, typed in text.items() if (words := tidy(typed))}


def _refusal_of(work: Work, words: Mapping[str, str]) -> Result | None:
    """Why no screen can show them. `language`: of the words that it is about."""
    if not words:
        return Result("empty")
    edition = work.deps.editions.active(work.at).edition("ussd", "")
    for language, text in words.items():
        code = wrong(edition, language, text)
        if code is not None:
            return Result(code, {"language": language})
    return None


def _refusal_of_release(testimony: Testimony, staff: Staff) -> Result | None:
    if staff.id == testimony.written_by:
        return Result("own")
    if staff.id in testimony.released_by:
        return Result("twice")
    return None if may_release(testimony, staff) else Result("state")
