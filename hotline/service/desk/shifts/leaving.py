"""What is still promised when somebody wants to go: shown once, before the shift ends."""

from __future__ import annotations

from msgspec import Struct

from hotline.ports.desk.staff import Staff
from hotline.service.calls.dispatch import claims
from hotline.service.calls.rules import minors, skill
from hotline.service.calls.rules.presence import is_closed, team, there
from hotline.service.deps import Deps


class Leaving(Struct, frozen=True):
    """Of whoever wants to go."""

    held: tuple[str, ...]
    """References that are held and were never rung: they pass to others."""
    unsaid: tuple[str, ...]
    """References that are held and were rung: they stay with whoever goes."""
    due: int
    """How many wait that this person could take, `coming` later; counted no further than `most`."""
    coming: int
    alone: tuple[str, ...]
    """Languages in which nobody else is there now."""
    closes: bool
    """The line needs a supervisor on call, and nobody else is."""


def leaving(deps: Deps, staff: Staff, at: int, most: int) -> Leaving:
    """Raises StoreAway."""
    languages, takes_minors = skill.seen_by(staff, deps.written.languages), minors.takes_minors(staff)
    with deps.store.read() as tx:
        groups = claims.groups(tx, tx.callbacks.claimed_by(staff.id))
        due = tx.board.due(at, languages, 1, most, minors=takes_minors).count
        coming = tx.board.coming(at, languages, 1, most, minors=takes_minors).count
        others = {
            language: [other for other in there(team(tx, language), at, deps.rules, deps.clock.local) if other.id != staff.id]
            for language in (staff.speaks if staff.role == "counselor" else ())
        }
        people = tx.staff.active()
    tried = {group[0].reference: any(callback.attempts for callback in group) for group in groups}
    return Leaving(
        held=tuple(reference for reference, is_tried in tried.items() if not is_tried),
        unsaid=tuple(reference for reference, is_tried in tried.items() if is_tried),
        due=due,
        coming=coming,
        alone=tuple(language for language, found in others.items() if not found),
        closes=staff.is_on_call(at) and is_closed((person for person in people if person.id != staff.id), at, deps.rules),
    )
