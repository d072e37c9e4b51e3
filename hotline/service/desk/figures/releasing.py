"""Acts on figures that leave the line: one person prepares, another lets out under a letter, and what was found wrong is withdrawn for good."""

from __future__ import annotations

import re
from typing import Final, Literal

from msgspec.structs import replace

from hotline.engine.phone.letters import name_key
from hotline.engine.quarters import span
from hotline.engine.times import DAY_SECONDS
from hotline.ports.calls.outbox import OutboxMessage
from hotline.ports.figures.releases import HiddenCell, Release
from hotline.ports.store import Store
from hotline.ports.upkeep.revocations import released
from hotline.service import outbox
from hotline.service.acts import Act, Result
from hotline.service.desk.figures.files.webhook import announce
from hotline.service.desk.figures.preparing import ReleaseDecision

LONGEST_LETTER: Final = 40
LONGEST_NOTE: Final = 300
LINK_SECONDS: Final = 90 * DAY_SECONDS
"""So long a one-time link that one of two made for the other makes them one hand."""
BY_SHELL: Final = "figures_by_shell"
"""What supervisors hear of figures that nobody let out on the page."""
_SIGNED: Final = re.compile(r"(.*) \(([^()]*)\)")


def prepare_release(act: Act, decision: ReleaseDecision) -> Result:
    """Keep these tables for a second person to look at; what was prepared of the same period and never let out goes.

    `release` among the values: its number. `same` where it was prepared or let out already, `state` where it was withdrawn after it was public: there is no
    corrected number beside an old one.
    """
    known = act.tx.releases.releases()
    if not _is_seen(decision, known):
        return Result("overtaken")
    for release in known:
        if release.period == decision.period and release.released_at is not None:
            return Result("same" if release.standing == "released" else "state", _named(release))
    prepared = [release for release in known if release.period == decision.period and release.standing == "prepared"]
    for release in prepared:
        if release.digest == decision.digest:
            return Result("same", _named(release))
        act.tx.releases.save(replace(release, standing="withdrawn", withdrawn_at=act.at, withdrawn_by=act.staff.alias))
    number = max((release.number for release in known), default=0) + 1
    new = Release(number, decision.period, "prepared", decision.tables, act.at, act.staff.alias, decision.digest)
    act.tx.releases.save(new)
    act.tx.releases.save_hidden(number, decision.hidden)
    act.record("figures prepared", _about(new))
    return Result(values=_named(new))


def releases(store: Store) -> tuple[Release, ...]:
    """Every one, as officers see them, the oldest first. Raises StoreAway."""
    with store.read() as tx:
        return tx.releases.releases()


def with_hidden(store: Store, number: int) -> tuple[Release, tuple[HiddenCell, ...]] | None:
    """A release as officers see it, with what is hidden in it and why. Returns None where there is none of this number. Raises StoreAway."""
    with store.read() as tx:
        release = tx.releases.release(number)
        return None if release is None else (release, tx.releases.hidden(number))


def is_letter(letter: str) -> bool:
    """Does that say under which letter or protocol?"""
    under = " ".join(letter.split())
    return bool(under) and len(under) <= LONGEST_LETTER and under.isprintable()


def release_figures(act: Act, number: int, decision: ReleaseDecision, letter: str, *, is_signed_in: bool = False) -> Result:
    """Let partners have it, in the name of a second person and under a letter or protocol. `decision`: as it would be prepared now; `is_signed_in`: it is
    known who says so, on the page, by a fresh code; the shell believes the name that it is given, and supervisors hear of it.

    `own`: whoever prepared it does not let it out; `linked`: nor does one of two who lately made the other's way in; `overtaken`: it would not come out so
    any more.
    """
    release = act.tx.releases.release(number)
    if release is None:
        return Result("gone")
    if release.standing != "prepared":
        return Result("state", _named(release))
    hand = _one_hand(act, release.prepared_by)
    if hand is not None:
        return Result(hand, _named(release) | {"by": release.prepared_by})
    if not is_letter(letter):
        return Result("letter")
    if not _is_seen(decision, act.tx.releases.releases()) or not decision.is_of(release) or _is_unsettled(act, release):
        return Result("overtaken")
    under = " ".join(letter.split())
    public = replace(release, standing="released", released_at=act.at, released_by=act.staff.alias, letter=under)
    act.tx.releases.save(public)
    act.record("figures released", f"{_about(release)}, {under}")
    messages = () if is_signed_in else _tell(act, public)
    return Result("published", _named(release), (*announce(act, public, "released"), *messages))


def withdraw_release(act: Act, number: int, note: str) -> Result:
    """Show it to nobody any more, with a note why. Its tables stay what they were, and none of its period come in their place once it was public."""
    release = act.tx.releases.release(number)
    if release is None:
        return Result("gone")
    if release.standing == "withdrawn":
        return Result("state", _named(release))
    why = " ".join(note.split())
    if not why or len(why) > LONGEST_NOTE or not why.isprintable():
        return Result("letter")
    act.tx.releases.save(replace(release, standing="withdrawn", withdrawn_at=act.at, withdrawn_by=act.staff.alias, note=why))
    act.record("figures withdrawn", _about(release))
    if release.released_at is None:
        return Result(values=_named(release))
    act.tx.revocations.add("figures", released(number, release.digest), act.at)
    return Result(values=_named(release), messages=announce(act, release, "withdrawn"))


def _is_seen(decision: ReleaseDecision, known: tuple[Release, ...]) -> bool:
    return decision.seen == tuple((release.number, release.standing) for release in known)


def _is_unsettled(act: Act, release: Release) -> bool:
    of = span(release.period)
    return of is None or act.tx.figures.tied(of.since, of.until) > 0


def _one_hand(act: Act, prepared_by: str) -> Literal["own", "linked"] | None:
    """Why two names may be one person's, as far as the line can know: the same name; the same phone, of an account that was disabled too; a one-time link that
    one of them made for the other lately, by which whoever made it could have come in. Returns None where nothing says so."""
    one, other = prepared_by, act.staff.alias
    phones = act.tx.staff.aliases(act.staff.number) if act.staff.number else ()
    if any(_are_one(one, name) for name in (other, *phones)):
        return "own"
    links = (
        (maker, act.tx.audit.who_did("one-time link made", _name(whose), act.at - LINK_SECONDS))
        for maker, whose in ((one, other), (other, one))
    )
    return "linked" if any(_are_one(maker, name) for maker, names in links for name in names) else None


def _are_one(one: str, other: str) -> bool:
    """By name, whatever the letters' size."""
    return name_key(_name(one)) == name_key(_name(other))


def _name(signed: str) -> str:
    """A name that the shell was given has a login behind it."""
    found = _SIGNED.fullmatch(signed)
    return found[1] if found else signed


def _tell(act: Act, release: Release) -> tuple[OutboxMessage, ...]:
    """Supervisors hear of what the shell let out, which knows nobody: but for a line that begins, and an edition that is older than this program."""
    if not act.deps.editions.snapshot.editions or not act.deps.written.has_phrase(f"staff.{BY_SHELL}"):
        return ()
    return outbox.tell_supervisors(act, BY_SHELL, f"release {release.number}", name=act.staff.alias)


def _named(release: Release) -> dict[str, str]:
    return {"release": str(release.number), "period": release.period}


def _about(release: Release) -> str:
    return f"release {release.number}, {release.period}"
