"""What operators do to drafts: begin one, change its parts, take a change out, give it up; two who change the same see both, and one of them chooses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from hotline.engine.drafting.difference import visible
from hotline.engine.drafting.revisions import Revision, UnfitRevision, canonical, revised, screen_place, value_of
from hotline.ports.desk.staff import Staff
from hotline.ports.editions.edition_drafts import DraftPart, EditionDraft
from hotline.ports.store import StoreAway
from hotline.service.acts import Act, Result
from hotline.service.deps import Deps
from hotline.service.studio.composing import NO_DRAFT, Composed, compose, key_of, newest

LONGEST_TITLE: Final = 64
LONGEST_PLACE: Final = 128
LONGEST_ABOUT: Final = 64
"""What the audit says a deed was about has so many letters at most."""
MOST_LETTERS: Final = 4_000
"""Of one part: several times what any screen holds."""
MOST_PARTS: Final = 5_000
"""Of one draft: more than a whole language of a line that is ten times as large."""


class PartEdit(Struct, frozen=True):
    """One part as somebody wants it. `value` and `seen`: JSON, None where it is not there; `seen` is what stood in the form that it comes from."""

    place: str
    value: str | None
    seen: str | None

    @classmethod
    def words(cls, place: str, text: str | None, seen: str | None) -> PartEdit:
        """Of a message; `text` is None to take it out; `seen`: its text, or None where there was none."""
        return cls(place, None if text is None else value_of(text), None if seen is None else value_of(seen))


class DraftSummary(Struct, frozen=True):
    """One draft in a list."""

    draft: EditionDraft
    maker: str
    """An alias."""
    parts: int
    is_own: bool


def see_drafts(deps: Deps, me: Staff) -> tuple[DraftSummary, ...]:
    """All, newest first. Raises StoreAway."""
    with deps.store.read() as tx:
        aliases = {staff.id: staff.alias for staff in tx.staff.active()}
        counts = tx.edition_drafts.part_counts()
        return tuple(
            DraftSummary(draft, aliases.get(draft.made_by, "?"), counts.get(draft.id, 0), draft.made_by == me.id)
            for draft in tx.edition_drafts.all()
        )


def see_draft(deps: Deps, me: Staff, draft: str | None) -> Composed:
    """The draft of this id, with titles in the language that whoever looks at it reads, or where nobody chose one or it is gone the newest of one's own that is open; else what stands, without a draft. Raises StoreAway."""
    with deps.store.read() as tx:
        found = compose(deps, tx, draft) if draft else None
        if found is None:
            own = next((other for other in tx.edition_drafts.all() if other.made_by == me.id and other.proposal is None), NO_DRAFT)
            found = compose(deps, tx, own.id)
    if found is None:
        raise StoreAway  # it was there a moment ago, in this very transaction
    return replace(found, reads=me.reads)


def holder_of(deps: Deps, place: str) -> str | None:
    """The newest draft that has something at this place: what the newest edition has not is seen there. Returns None where none has. Raises StoreAway."""
    with deps.store.read() as tx:
        return tx.edition_drafts.holder(place)


def open_draft(act: Act, title: str) -> Result:
    """Begin one on the newest edition; `draft` among the values is its id."""
    made = EditionDraft(act.derive("edition draft"), titled(title), newest(act.deps).number, act.staff.id, act.at)
    act.tx.edition_drafts.save(made)
    act.record("draft begun", made.id)
    return Result(values={"draft": made.id})


def save_parts(act: Act, draft: str, edits: Sequence[PartEdit]) -> Result:
    """Keep these parts in the draft, all or none; without one, in a new one. `draft` among the values is its id.

    *changed* where somebody else changed one since it was seen: `place` among the values. *state* where it is proposed; *proposed* where besides no other draft can hold
    this, for it is about a screen or an entry that this one alone has.
    """
    if any(not _may_change(act.staff, edit.place) for edit in edits):
        return Result("forbidden")
    if any(len(edit.place) > LONGEST_PLACE or len(edit.value or "") > MOST_LETTERS for edit in edits):
        return Result("long")
    composed = compose(act.deps, act.tx, draft)
    if composed is None:
        return Result("gone")
    if composed.draft.proposal is not None:
        return Result("proposed" if any(_is_there_alone(composed, edit.place) for edit in edits) else "state")
    if len(composed.parts.keys() | {edit.place for edit in edits}) > MOST_PARTS:
        return Result("long")
    try:
        edits = [replace(edit, value=canonical(edit.place, edit.value)) for edit in edits]
    except UnfitRevision:
        return Result("faulty", {"fault": "part"})
    for edit in edits:
        now = composed.parts[edit.place].value if edit.place in composed.parts else composed.stands.get(edit.place)
        if now not in (edit.seen, edit.value):
            return Result("changed", {"place": edit.place})
    try:
        revised(composed.sources, (Revision(edit.place, edit.value) for edit in edits))
    except UnfitRevision:
        return Result("faulty", {"fault": "part"})
    id = draft or open_draft(act, "").values["draft"]
    for edit in edits:
        _keep(act, composed, id, edit)
    return Result(values={"draft": id})


def revert_part(act: Act, draft: str, place: str) -> Result:
    """Take a change out: what is in force there stays."""
    return settle_parts(act, draft, (place,), keeps=False)


def keep_part(act: Act, draft: str, place: str) -> Result:
    """Another edition changed this part too: the draft's stays, over that."""
    return settle_parts(act, draft, (place,), keeps=True)


def settle_parts(act: Act, draft: str, places: Iterable[str], *, keeps: bool) -> Result:
    """`keep_part` or `revert_part` of all these, or of none."""
    composed = _open(act, draft)
    if isinstance(composed, Result):
        return composed
    parts = [composed.parts.get(place) for place in places]
    found = [part for part in parts if part is not None]
    if len(found) < len(parts):
        return Result("gone")
    if not all(_may_change(act.staff, part.place) for part in found):
        return Result("forbidden")
    for part in found:
        if keeps:
            act.tx.edition_drafts.put(replace(_with_hand(part, act.staff), was=composed.stands.get(part.place)))
        else:
            act.tx.edition_drafts.take_out(draft, part.place)
        _record(act, part.place)
    return Result()


def name_draft(act: Act, draft: str, title: str) -> Result:
    """What it is called in lists."""
    composed = _open(act, draft)
    if isinstance(composed, Result):
        return composed
    act.tx.edition_drafts.save(replace(composed.draft, title=titled(title)))
    return Result()


def drop_draft(act: Act, draft: str) -> Result:
    """Give it up, with all that it changes. One that is proposed is taken back first."""
    composed = _open(act, draft)
    if isinstance(composed, Result):
        return composed
    act.tx.edition_drafts.drop(draft)
    act.record("draft dropped", draft)
    return Result()


def _open(act: Act, draft: str) -> Composed | Result:
    composed = compose(act.deps, act.tx, draft) if draft else None
    if composed is None:
        return Result("gone")
    return Result("state") if composed.draft.proposal is not None else composed


def _is_there_alone(composed: Composed, place: str) -> bool:
    """Is this about a screen or an entry that only the draft has?"""
    key = key_of(place)
    own = screen_place(key) if key else place
    return own in composed.parts and own not in composed.stands


def _keep(act: Act, composed: Composed, draft: str, edit: PartEdit) -> None:
    place, value = edit.place, edit.value
    stands, part = composed.stands.get(place), composed.parts.get(place)
    if part and value == part.value != stands:
        act.tx.edition_drafts.put(_with_hand(part, act.staff))
        return
    if value == stands:
        act.tx.edition_drafts.take_out(draft, place)
    else:
        was = part.was if part else stands
        act.tx.edition_drafts.put(DraftPart(draft, place, value, was, act.staff.id, act.at, _others(part, act.staff)))
    if part or value != stands:
        _record(act, place)


def _with_hand(part: DraftPart, staff: Staff) -> DraftPart:
    """A part that this person stands for as well, whose words it stays."""
    return part if staff.id == part.by else replace(part, others=tuple(dict.fromkeys((*part.others, staff.id))))


def _others(part: DraftPart | None, staff: Staff) -> tuple[str, ...]:
    """Who changed a part before this person did."""
    return tuple(id for id in dict.fromkeys((*part.others, part.by)) if id != staff.id) if part else ()


def _record(act: Act, place: str) -> None:
    """By place, never the words."""
    kind = place.partition("/")[0]
    is_screen = kind in {"screen", "flow"}
    is_words = kind == "words"
    act.record("words changed" if is_words else "screen changed" if is_screen else "directory changed", place[:LONGEST_ABOUT])


def is_editor(staff: Staff, language: str) -> bool:
    """May this person change words of this language? An operator may change all, a reviewer propose words of the languages that are read."""
    return staff.role == "operator" or language in staff.reviews


def _may_change(staff: Staff, place: str) -> bool:
    kind, _, rest = place.partition("/")
    return is_editor(staff, rest.partition("/")[0] if kind == "words" else "")


def titled(title: str) -> str:
    """On one line, at its longest, as it is seen: nothing in it turns or hides what stands beside it."""
    return visible(" ".join(title.split()))[:LONGEST_TITLE]
