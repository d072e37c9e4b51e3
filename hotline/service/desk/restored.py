"""After a restore: what must not be undone is done again, a person looks at what is open, and says go (docs: backups)."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from hotline.engine.times import HOUR_SECONDS
from hotline.ports.calls.callbacks import Callback
from hotline.ports.upkeep.backups import Hold
from hotline.ports.upkeep.revocations import Revocation, RevokedKind, consented, released
from hotline.service.acts import Act, Result
from hotline.service.calls.dispatch.claims import LINE
from hotline.service.calls.revoking import cancel, cancelled_in
from hotline.service.deps import Deps
from hotline.service.desk.accounts.people import shut_out
from hotline.service.desk.casework.cases import Case, OpenReferral
from hotline.service.desk.casework.consents import end_consent
from hotline.service.desk.casework.referrals import consent_to, end_referral
from hotline.service.desk.testimonies.lifecycle import end_testimony
from hotline.service.editions.testimony_overlay import testimonies_in_editions
from hotline.service.work import Work

MOST_SHOWN: Final = 200
"""Of what is open; nobody reads more, and all of it is counted."""
STAMP_DIGITS: Final = 6
DOUBT_SECONDS: Final = 5
"""By so much the clocks of two machines may differ: within it a stop wins, as ever."""


class StandingCallback(Struct, frozen=True):
    """One that stood open in the backup, as far as it is told."""

    reference: str
    state: str
    language: str
    urgent: bool
    made_at: int
    opens_at: int
    not_after: int
    holder: str
    """The alias of who had it; empty: nobody."""
    is_past: bool
    """Its end is over: it is closed as missed once the line goes on."""


class RestoredLine(Struct, frozen=True):
    """What whoever says go has looked at."""

    hold: Hold
    open: tuple[StandingCallback, ...]
    count: int
    past: int
    urgent: int
    stamp: str
    """Of all that is open, shown or only counted: whoever says go hands it back, and so has seen what stands now."""


def look(deps: Deps, at: int) -> RestoredLine | None:
    """What is open; None where the line is not held. Raises StoreAway."""
    with deps.store.read() as tx:
        hold = tx.backups.hold()
        if hold is None:
            return None
        found = tx.callbacks.all_open()
        aliases = {staff.id: staff.alias for staff in tx.staff.active()}
    shown = tuple(_shown(callback, aliases, at) for callback in found[:MOST_SHOWN])
    past = sum(callback.not_after <= at for callback in found)
    return RestoredLine(hold, shown, len(found), past, sum(callback.urgent for callback in found), _stamp(hold, found, at))


def _stamp(hold: Hold, found: Iterable[Callback], at: int) -> str:
    """Another one as soon as something opened, ended, became urgent or passed its end, or the line was restored once more."""
    lines = sorted(f"{callback.id} {callback.urgent} {callback.not_after <= at}" for callback in found)
    return sha256("\n".join((f"{hold.since} {hold.made_at}", *lines)).encode()).hexdigest()[:STAMP_DIGITS]


def _shown(callback: Callback, aliases: dict[str, str], at: int) -> StandingCallback:
    return StandingCallback(
        reference=callback.reference,
        state=callback.state,
        language=callback.language,
        urgent=callback.urgent,
        made_at=callback.made_at,
        opens_at=callback.opens_at,
        not_after=callback.not_after,
        holder=aliases.get(callback.claimed_by or "", "") if callback.state == "claimed" else "",
        is_past=callback.not_after <= at,
    )


def release_line(act: Act, seen: str) -> Result:
    """Whoever looked says go: from the next second the line promises and rings again, and what is past its end is closed as missed, and shown.
    `seen`: the stamp of what they looked at. `refused`: the restore was broken off, or is at work; `overtaken`: what is open is not what they saw, or they
    saw nothing."""
    hold = act.tx.backups.hold()
    if hold is None:
        return Result("gone")
    if not hold.whole:
        return Result("refused")
    if seen != _stamp(hold, act.tx.callbacks.all_open(), act.at):
        return Result("overtaken")
    act.tx.backups.release()
    act.record("line released", "")
    return Result()


def settle(work: Work, revocations: Iterable[Revocation], made_at: int) -> int:
    """Make of what a backup of `made_at` held what may stand now: calls that the lost machine had under way are over, numbers whose time is over are
    gone, and whatever was revoked since is revoked. From then on somebody may say go. Returns how many things were revoked.
    """
    number_hours = work.deps.rules.number_hours
    work.tx.audit.rebind_restored()  # before any line is added to it
    work.tx.calls.end_all(work.at)
    work.tx.numbers.forget_ended(work.at - number_hours * HOUR_SECONDS)
    known: dict[RevokedKind, dict[bytes, Revocation]] = {}
    for revoked in sorted(revocations, key=lambda revoked: revoked.at):
        known.setdefault(revoked.kind, {})[revoked.digest] = revoked  # the last counts
    done = (
        _stop(work, known.get("stop", {}))
        + _cancel(work, known.get("cancelled", {}))
        + _end_consents(work, known.get("consent", {}))
        + _withdraw(work, known.get("testimony", {}))
        + _shut_out(work, known.get("disabled", {}))
        + _take_figures_back(work, known.get("figures", {}))
    )
    work.tx.backups.begin_hold(Hold(work.at, made_at, whole=True))
    work.audit(LINE, "line restored", "")
    return done


def _stop(work: Work, stops: dict[bytes, Revocation]) -> int:
    """What was asked for on the phone until then; what was asked for later, and is in the backup, stands."""
    lasts = work.deps.rules.stop_seconds
    return sum(work.tx.numbers.stop_again(revoked, revoked.at + DOUBT_SECONDS, revoked.at + lasts) for revoked in stops.values())


def _cancel(work: Work, cancelled: dict[bytes, Revocation]) -> int:
    found = cancelled_in(work.tx, cancelled)
    for callback in found:
        cancel(work, callback)
    return len(found)


def _end_consents(work: Work, revoked: dict[bytes, Revocation]) -> int:
    """As they were given: what was agreed to anew, after it had been taken back, cannot be told from it and is taken back too."""
    if not revoked:
        return 0
    cases, digests = work.tx.cases, work.tx.revocations.digests
    done = 0
    for id in cases.consenting():
        callback = work.tx.callbacks.get(id)
        if callback is None:
            continue
        for kind in cases.consents(id):
            case = Case(callback, cases.consents(id), cases.incident_of(id))
            if case.agreed(kind) and digests("consent", consented(id, kind)) & revoked.keys():
                end_consent(work, case, kind)
                done += 1
    for referral in cases.standing_referrals():
        if digests("consent", consented("", consent_to(referral.id))) & revoked.keys():
            owner = work.tx.callbacks.get(referral.callback) if referral.callback else None
            end_referral(work, OpenReferral(referral, owner))
            done += 1
    return done


def _withdraw(work: Work, withdrawn: dict[bytes, Revocation]) -> int:
    if not withdrawn:
        return 0
    kept = {testimony.id: testimony for testimony in work.tx.testimonies.all()}
    standing = {id for id, testimony in kept.items() if testimony.state != "withdrawn"} | testimonies_in_editions(work.tx)
    found = [id for id in sorted(standing) if work.tx.revocations.digests("testimony", id) & withdrawn.keys()]
    for id in found:
        end_testimony(work, id, LINE)
    return len(found)


def _shut_out(work: Work, disabled: dict[bytes, Revocation]) -> int:
    found = [staff for staff in work.tx.staff.active() if work.tx.revocations.digests("disabled", staff.id) & disabled.keys()]
    for staff in found:
        shut_out(work, staff)
    return len(found)


def _take_figures_back(work: Work, withdrawn: dict[bytes, Revocation]) -> int:
    """Without the note: a hash of it would not bring it back."""
    public = [release for release in work.tx.releases.releases() if release.standing == "released"] if withdrawn else []
    done = 0
    for release in public:
        known = work.tx.revocations.digests("figures", released(release.number, release.digest)) & withdrawn.keys()
        if known:
            at = min(withdrawn[digest].at for digest in known)
            work.tx.releases.save(replace(release, standing="withdrawn", withdrawn_at=at, withdrawn_by=LINE))
            done += 1
    return done
