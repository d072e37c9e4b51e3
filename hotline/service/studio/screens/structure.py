"""Where keys lead, as operators change it: what a screen's page shows of that, the numbers that stay empty, and the one act of every such edit."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from hotline.engine.check.never import Never
from hotline.engine.check.targets import Target, targets
from hotline.engine.check.words import option_to_blame
from hotline.engine.drafting.revisions import Revision, UnfitRevision, revised, screen_place, standing, value_of, words_place
from hotline.engine.flow import KEYS, Branch, Fault, Kind, Menu, Option, Sources, Way
from hotline.engine.restructuring.edits import labels_of, referrers, screens_of
from hotline.engine.restructuring.rules import KeyMeaning, Objection, Published, meanings, moved_of, objection, objections
from hotline.service.acts import Act, Result
from hotline.service.studio import drafts
from hotline.service.studio.composing import Composed, compose, key_of, located, place_of
from hotline.service.studio.drafts import PartEdit
from hotline.service.studio.line.key_history import KeyHistory, published_with
from hotline.service.studio.screens.screens import screen_faults

MadeEdits: TypeAlias = Callable[[Composed, Published], Iterable[Revision]]
"""What a form makes of a draft, given what every key ever did. It is asked within the act, so that a form that comes again finds what came of it, not itself."""


class ScreenTitles:
    """What screens are called to whoever edits them: by their first words, never by their names inside."""

    def __init__(self, sources: Sources, reads: str = "") -> None:
        """`reads`: the language of the titles; where it has none for a screen, the line's first."""
        self._screens = screens_of(sources)
        tables = (next(iter(sources.words.values()), ()), sources.words.get(reads, ()))
        self._words = {message.key: message.text for table in tables for message in table}

    def of(self, key: str) -> str:
        """The first words of a screen; of one that shows none those of the first that follows it. Empty where nothing does."""
        seen, front = {key}, deque([key])
        while front:
            here = front.popleft()
            if here in self._words:
                return self._words[here].split("\n")[0].strip()
            ahead = [target.go for target in targets(self._screens[here])] if here in self._screens else []
            front += [go for go in dict.fromkeys(ahead) if go not in seen]
            seen.update(ahead)
        return ""

    def tag(self, key: str) -> str:
        """What kind of screen it is, as flow files call it; empty where there is none."""
        return str(self._screens[key].kind.__struct_config__.tag) if key in self._screens else ""

    def shows(self, key: str) -> bool:
        """Has it words of its own?"""
        return key in self._words


class KeyView(Struct, frozen=True):
    """One option of a menu, or one way of a branch (`number`: its place)."""

    number: int
    part: Option | Way
    labels: dict[str, str]
    """By place of the message in which it stands; empty for a way."""
    faults: tuple[Fault, ...]
    moved_from: KeyMeaning | None
    """What it does in the newest edition, where that is something else."""
    above: int = 0
    """The one before it with which it may trade places; 0: none. A number that any edition ever had stays where it is."""
    below: int = 0


class RemovedKey(Struct, frozen=True):
    """A number that stays empty. `is_there`: where it led stands still, so that it can be put back."""

    number: int
    meaning: KeyMeaning
    is_there: bool


class LeadIn(Struct, frozen=True):
    """A screen from which this one is reached, and by which keys or what stands for one."""

    screen: str
    keys: tuple[str, ...]


class PlacedFault(Struct, frozen=True):
    """What is wrong, and the part of the draft where that is mended: the screen, or one of its messages. `option`: the key in whose words it is; 0: in none alone."""

    place: str
    fault: Fault
    option: int = 0


class StructureView(Struct, frozen=True):
    """Where one screen leads, and what leads there."""

    key: str
    kind: Kind
    keys: tuple[KeyView, ...]
    targets: tuple[Target, ...]
    removed: tuple[RemovedKey, ...]
    free: tuple[int, ...]
    """Numbers that no edition ever had here."""
    lead_ins: tuple[LeadIn, ...]
    faults: tuple[PlacedFault, ...]
    """Those of the screen as a whole and of its words: the causes."""
    follows: int
    """How many more there are that may only follow from others."""
    places: tuple[str, ...]
    """Of its messages in which option lines stand, or can."""
    wordless: bool
    """No language has words for it."""
    seen: dict[str, str]
    """By place what stands: of the screen and of its messages."""
    is_changed: bool
    """Does the draft say anything else of it than the newest edition?"""
    is_new: bool
    """Has the newest edition no such screen?"""
    theirs: Kind | None
    """What the newest edition has, where another than the one that the draft changed it from says something else."""


def see_structure(composed: Composed, key: str, today: date, published: Published) -> StructureView | None:
    """Returns None where the draft has no such screen."""
    sources = composed.sources
    screen = screens_of(sources).get(key)
    if screen is None:
        return None
    by_key, rest, follows = _faults(composed, key, today)
    screens, before = screens_of(sources), screens_of(composed.before).get(key)
    moved = {moved.key: moved.before for moved in moved_of(before, screen)} if before is not None else {}
    labels = labels_of(sources, key)
    parts: Sequence[Option | Way] = screen.kind.options if isinstance(screen.kind, Menu) else ()
    parts = screen.kind.ways if isinstance(screen.kind, Branch) else parts
    stands, ever = meanings(screen), {**published.get(key, {}), **meanings(before)}
    removed = tuple(RemovedKey(number, meaning, meaning.go in screens) for number, meaning in sorted(ever.items()) if number not in stands)
    first = {message.key for table in sources.words.values() for message in table}
    return StructureView(
        key,
        screen.kind,
        _with_neighbours(
            ever.keys(),
            [
                KeyView(
                    number,
                    part,
                    {place: lines.get(number, "") for place, lines in labels.items()} if isinstance(part, Option) else {},
                    by_key.get(number, ()),
                    moved.get(number) if isinstance(part, Option) else None,
                )
                for place, part in enumerate(parts, 1)
                for number in [part.key if isinstance(part, Option) else place]
            ],
        ),
        tuple(targets(screen)),
        removed,
        free_numbers(composed, key, published),
        lead_ins(sources, key),
        rest,
        follows,
        tuple(labels) or tuple(words_place(language, key) for language in sources.words),
        key not in first,
        _seen(sources, key),
        any(key_of(place) == key for place in composed.parts),
        before is None,
        before.kind if before is not None and screen_place(key) in composed.conflicts else None,
    )


def _with_neighbours(fixed: Collection[int], keys: Sequence[KeyView]) -> tuple[KeyView, ...]:
    """`fixed`: numbers that some edition had here. Of ways the last stays last where it has no condition."""
    movable = [key.number not in fixed if isinstance(key.part, Option) else bool(key.part.when) for key in keys]

    def beside(place: int, other: int) -> int:
        return keys[other].number if 0 <= other < len(keys) and movable[place] and movable[other] else 0

    return tuple(replace(key, above=beside(place, place - 1), below=beside(place, place + 1)) for place, key in enumerate(keys))


def free_numbers(composed: Composed, key: str, published: Published) -> tuple[int, ...]:
    """Those that no edition ever had on this screen, and the draft has not; none of a screen that is no menu."""
    screen = screens_of(composed.sources).get(key)
    if screen is None or not isinstance(screen.kind, Menu):
        return ()
    taken = {*meanings(screen), *meanings(screens_of(composed.before).get(key)), *published.get(key, {})}
    return tuple(number for number in KEYS if number not in taken)


def lead_ins(sources: Sources, key: str) -> tuple[LeadIn, ...]:
    """What leads to a screen, each once."""
    by_screen: dict[str, list[str]] = {}
    for referrer in referrers(sources, key):
        by_screen.setdefault(referrer.screen, []).append(referrer.key)
    return tuple(LeadIn(screen, tuple(keys)) for screen, keys in by_screen.items())


def restored(composed: Composed, key: str) -> tuple[Revision, ...]:
    """A screen and its words as the newest edition has them."""
    return tuple(Revision(place, composed.stands.get(place)) for place in composed.parts if key_of(place) == key)


def stands_against(composed: Composed, published: Published) -> tuple[Objection, ...]:
    """Every reason why where this draft's keys lead may not come into force, whatever way it came about: to be asked before it is proposed.

    An edition that came meanwhile may have taken a number away that the draft, kept over it, leads elsewhere.
    """
    found = objections(
        composed.before, composed.before, composed.sources, sorted(composed.changed_keys), published_with(published, composed.before)
    )
    return tuple(dict.fromkeys(found))


def objected(against: Objection) -> Result:
    """The refusal that says so."""
    key = "" if against.key is None else str(against.key)
    return Result("faulty", {"fault": against.why, "screen": against.screen, "key": key, "about": " ".join(against.about)})


def change_structure(act: Act, draft: str, made: MadeEdits, seen: Mapping[str, str | None], history: KeyHistory) -> Result:
    """Keep in the draft what `made` makes of it, all or none; without a draft, in a new one. `screen` among the values: the key of a new screen.

    `seen`: by place what stood in the form that it comes from; elsewhere it is what stands. *changed* where somebody else changed one of the parts since.
    *faulty* where something stands against it: `fault` is why (`restructuring.rules.ObjectionCode`), `screen`, `key` and `about` (keys of screens, by spaces) say what.
    A removed number is refused here, whatever the form offered. What `made` raises changes nothing.
    """
    composed = compose(act.deps, act.tx, draft)
    if composed is None:
        return Result("gone")
    published = published_with(history.published(act.tx), composed.before)
    stands = standing(composed.sources)
    last = {revision.place: revision.value for revision in made(composed, published)}
    edits = [PartEdit(place, value, seen.get(place, stands.get(place))) for place, value in last.items() if value != stands.get(place)]
    for edit in edits:
        if stands.get(edit.place) != edit.seen:
            return Result("changed", {"place": edit.place, "draft": draft})
    try:
        after = revised(composed.sources, (Revision(edit.place, edit.value) for edit in edits))
    except UnfitRevision:
        return Result("faulty", {"fault": "part"})
    changed = dict.fromkeys(key for edit in edits if (key := key_of(edit.place)))
    against = objection(composed.before, composed.sources, after, changed, published)
    if against is not None:
        return objected(against)
    if not edits:
        return Result(values={"draft": draft})
    result = drafts.save_parts(act, draft, edits)
    new = next((key for key in changed if key in screens_of(after) and key not in screens_of(composed.sources)), "")
    return replace(result, values=result.values | {"screen": new}) if new else result


def _faults(composed: Composed, key: str, today: date) -> tuple[dict[int, tuple[Fault, ...]], tuple[PlacedFault, ...], int]:
    """What is wrong with this screen: by option or way, the rest, and how many more may only follow."""
    sources = composed.sources
    screen = screens_of(sources)[key]
    lines: dict[tuple[str, int], int] = {}
    match screen.kind:
        case Menu(options):
            lines = {(option.at.file, option.at.line): option.key for option in options}
        case Branch(ways):
            lines = {(way.at.file, way.at.line): number for number, way in enumerate(ways, 1)}
    places = located(sources)
    by_key: dict[int, list[Fault]] = {}
    rest: list[PlacedFault] = []
    follows = 0
    for fault in screen_faults(composed, sources, key, today):
        number = lines.get((fault.at.file, fault.at.line)) if fault.subject == key else None
        place = place_of(fault, places)
        is_here = number is not None or key_of(place) == key
        if not fault.grave or not is_here:
            continue
        if fault.follows:
            follows += 1
        elif number is not None:
            by_key.setdefault(number, []).append(fault)
        else:
            rest.append(PlacedFault(place, fault, _option_to_blame(sources, place, fault)))
    return {number: tuple(found) for number, found in by_key.items()}, tuple(rest), follows


def _option_to_blame(sources: Sources, place: str, fault: Fault) -> int:
    kind, _, rest = place.partition("/")
    language, _, key = rest.partition("/")
    message = next((message for message in sources.words.get(language, ()) if message.key == key), None)
    if kind != "words" or message is None or fault.reason is None:
        return 0
    return option_to_blame(Never(sources), language, message, fault.reason) or 0


def _seen(sources: Sources, key: str) -> dict[str, str]:
    """Of the parts of a screen alone: to write down all of an edition's takes longer than the rest of a page."""
    texts = {
        words_place(language, message.key): value_of(message.text)
        for language, table in sources.words.items()
        for message in table
        if message.key.partition("@")[0] == key
    }
    return {screen_place(key): value_of(screens_of(sources)[key].kind)} | texts
