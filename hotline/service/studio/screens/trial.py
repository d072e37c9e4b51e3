"""A draft tried as a phone would have it: the line's own engine over what stands in the draft and what is being typed; nobody is called, nothing is kept."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from heapq import heappop, heappush
from itertools import product
from typing import Final, Literal, TypeAlias, get_args

from msgspec import Struct
from msgspec.structs import replace

from hotline.engine.check.targets import targets
from hotline.engine.drafting.rehearsal import Rehearsal, RehearsedScreen, There, rehearse
from hotline.engine.drafting.walked import WalkedEdition, screens_of
from hotline.engine.edition import LABEL, changes_language
from hotline.engine.effects import CancelCallback, Effect, Minute, OpenCallback, RefineCallback, Screen, StopCalls
from hotline.engine.flow import KEY_BACK, KEY_LANGUAGE, KEY_MORE, KEY_OUT, RETURN, Ask, CallFlow, Each, Menu, Say, Sources
from hotline.engine.freshness import without_withdrawn
from hotline.engine.phone import gsm, limits
from hotline.engine.step import MOST_INPUTS, replay
from hotline.engine.times import DAY_MINUTES
from hotline.service.deps import Deps
from hotline.service.studio.composing import Composed, key_of, with_typed

Channel: TypeAlias = Literal["ussd", "sms", "voice"]
CHANNELS: Final[tuple[Channel, ...]] = get_args(Channel)
THERE: Final[tuple[There, ...]] = get_args(There)
FITS: Final = {
    ("ussd", False): limits.USSD,
    ("ussd", True): limits.USSD_RAW,
    ("sms", False): limits.SMS,
    ("sms", True): limits.SMS_RAW,
    ("voice", False): limits.VOICE,
    ("voice", True): limits.VOICE,
}
MOST_TRIED: Final = 60
MOST_AT_ONCE: Final = 12
"""Presses in one world, on the way to a screen: where somebody asks for the way, and where a page opens."""
NOON: Final = 12 * 60
_NO_WAY: Final = (KeyError, ValueError, RuntimeError)
"""What the engine raises where a draft lacks a screen, or cannot show it, or asks for more than any line does."""


class TrialWorld(Struct, frozen=True):
    """What the phone in the studio is told of the world. `minute`: of the day; `away`: what is asked for cannot be kept; `raw`: the network shows every letter."""

    there: There = "somebody"
    minute: int = NOON
    channel: Channel = "ussd"
    raw: bool = False
    away: bool = False


class TriedOrder(Struct, frozen=True):
    """What the last key would do, once the draft is in force. `name`: of the order, for words; times as minutes of the day."""

    name: Literal["open", "open_urgent", "open_other", "refine", "word", "cancel", "stop"]
    opens: int | None = None
    ends: int | None = None


class Trial(Struct, frozen=True):
    """The phone as it stands after these inputs."""

    inputs: tuple[str, ...]
    world: TrialWorld
    key: str
    text: str
    language: str
    ends: bool
    live: frozenset[str]
    """The keys that lead somewhere here."""
    asks: bool
    """Does it wait for something that is typed?"""
    other_language: bool
    """Does the key of the other language stand here?"""
    used: int
    limit: int | None
    """None by ear: nothing is too long to be said."""
    orders: tuple[TriedOrder, ...]
    stood_in: tuple[str, ...]
    """Screens that the draft cannot show yet, on the way here: they are as they stand."""
    stuck: str = ""
    """The key after which the draft cannot go on: what is shown is the screen before."""


class DraftPhone:
    """A draft, with what is being typed, for one kind of phone. For one request."""

    def __init__(self, deps: Deps, composed: Composed, typed: Mapping[str, str | None], now: Minute) -> None:
        self._promise = deps.rules.promise_minutes
        self._day = now // DAY_MINUTES * DAY_MINUTES
        withdrawn = tuple(withdrawal.number for withdrawal in deps.editions.snapshot.withdrawals)
        sources = with_typed(composed.sources, typed)
        self._sources, self._stands = without_withdrawn(sources, withdrawn), without_withdrawn(composed.before, withdrawn)
        self._changed = composed.changed_keys | {key_of(place) for place in typed}
        self._kinds = {screen.key: screen.kind for screen in screens_of(self._sources)}
        self._editions: dict[tuple[Channel, bool], WalkedEdition] = {}

    def press(self, inputs: Sequence[str], world: TrialWorld) -> Trial:
        """What the phone shows after these inputs; where the draft cannot go so far, the screen at which it ends."""
        taken = tuple(inputs)[:MOST_INPUTS]
        stuck = ""
        while True:
            try:
                return self._trial(taken, world, stuck)
            except _NO_WAY:
                if not taken:
                    raise
                taken, stuck = taken[:-1], taken[-1]

    def way_to(self, key: str, world: TrialWorld, most: int = MOST_TRIED) -> tuple[tuple[str, ...], TrialWorld] | None:
        """The inputs that lead to this screen, and of which world: of this one where it does, else of one that is otherwise as little as can be.

        Returns None where nobody comes there, or not within `most` presses of each world.
        """
        ahead = _distances(self._sources, key)
        if self._sources.start not in ahead:
            return None
        for away, there in product((world.away, not world.away), (world.there, *(there for there in THERE if there != world.there))):
            tried = replace(world, there=there, away=away)
            inputs = self._search(key, tried, ahead, most)
            if inputs is not None:
                return inputs, tried
        return None

    def _edition(self, world: TrialWorld) -> WalkedEdition:
        kind = world.channel, world.raw
        if kind not in self._editions:
            made = WalkedEdition(self._sources, self._stands, self._changed, FITS[kind], self._promise)
            if not _opens(made):
                made = WalkedEdition(self._stands, self._stands, (), FITS[kind], self._promise)
                made.stood_in.add(self._sources.start)
            self._editions[kind] = made
        return self._editions[kind]

    def _rehearse(self, inputs: Sequence[str], world: TrialWorld) -> RehearsedScreen:
        result: Literal["kept", "lost"] = "lost" if world.away else "kept"
        return rehearse(self._edition(world), inputs, Rehearsal(world.there, result, self._day + world.minute))

    def _trial(self, inputs: tuple[str, ...], world: TrialWorld, stuck: str) -> Trial:
        edition, found = self._edition(world), self._rehearse(inputs, world)
        screen = found.screen
        language = _language(inputs, edition, screen.text)
        kind = self._kinds.get(screen.key)
        return Trial(
            inputs,
            world,
            screen.key,
            screen.text,
            language,
            screen.ends,
            frozenset() if screen.ends else _live(edition, language, screen.text),
            isinstance(kind, Ask),
            not screen.ends and kind is not None and len(edition.languages) > 1 and changes_language(kind),
            gsm.units(screen.text)[0],
            None if world.channel == "voice" else limits.limit(screen.text, edition.fit),
            tuple(_tried(effect) for effect in found.orders),
            tuple(sorted(edition.stood_in)),
            stuck,
        )

    def _search(self, key: str, world: TrialWorld, ahead: Mapping[str, int], most: int) -> tuple[str, ...] | None:
        """The inputs that lead there, those first that come nearer to it. Returns None where none is found."""
        front: list[tuple[int, int, tuple[str, ...], dict[str, str]]] = [(0, 0, (), {})]
        seen: set[tuple[str, ...]] = set()
        pushed = 0
        for _ in range(most):
            if not front:
                break
            _, _, inputs, chosen = heappop(front)
            try:
                screen = self._rehearse(inputs, world).screen
            except _NO_WAY:
                continue
            if screen.key == key:
                return inputs
            here = (screen.text, *(f"{name}={value}" for name, value in sorted(chosen.items())))
            if here in seen or screen.ends or screen.key not in ahead:
                continue
            seen.add(here)
            for typed, go, sets in self._answers(screen):
                if go in ahead and len(inputs) < MOST_INPUTS:
                    pushed += 1
                    heappush(front, (ahead[go] + len(inputs), pushed, (*inputs, typed), {**chosen, **sets}))
        return None

    def _answers(self, screen: Screen) -> Iterator[tuple[str, str, Mapping[str, str]]]:
        """What can be typed on a screen, to which screen it leads first, and what it sets."""
        kind = self._kinds.get(screen.key)
        shown = {match[1]: match[2] for line in screen.text.split("\n") if (match := LABEL.match(line))}
        match kind:
            case Menu(options):
                yield from ((str(option.key), option.go, option.set) for option in options if str(option.key) in shown)
            case Each(go=go, into=into):
                yield from ((typed, go, {into: name}) for typed, name in shown.items())
            case Ask(go=go):
                yield _sample(kind), go, {}
            case Say(go=go):
                yield KEY_MORE, go or screen.key, {}
        if isinstance(kind, Menu | Each):
            yield KEY_MORE, screen.key, {}


def _distances(sources: Sources, key: str) -> dict[str, int]:
    """How many screens lie between each and this one, at least. What cannot lead there is not in it."""
    starts = {flow.name: flow.start for flow in sources.flows}
    after: dict[str, list[str]] = {}
    for screen in screens_of(sources):
        if isinstance(screen.kind, CallFlow):
            after.setdefault(screen.kind.flow, []).append(screen.kind.then)
    behind: dict[str, list[str]] = {}
    for screen in screens_of(sources):
        for go in (target.go for target in targets(screen)):
            for there in after.get(screen.key.partition(".")[0], ()) if go == RETURN else (go,):
                behind.setdefault(there, []).append(screen.key)
        if isinstance(screen.kind, CallFlow):
            behind.setdefault(starts.get(screen.kind.flow, ""), []).append(screen.key)
    found, front = {key: 0}, deque([key])
    while front:
        here = front.popleft()
        for screen_key in behind.get(here, ()):
            if screen_key not in found:
                found[screen_key] = found[here] + 1
                front.append(screen_key)
    return found


def _opens(edition: WalkedEdition) -> bool:
    """Has it a first screen that needs no fact?"""
    try:
        return isinstance(replay(edition, (), {}), Screen)
    except (KeyError, ValueError, AssertionError):  # the engine takes for granted what `check` refuses
        return False


def _sample(asked: Ask) -> str:
    """An answer that is taken."""
    match asked.kind:
        case "phone":
            return "70000000"
        case "number":
            return str(asked.least)
        case "digits":
            return "1" * asked.least
    return "a" * max(asked.least, 1)


def _language(inputs: Sequence[str], edition: WalkedEdition, text: str) -> str:
    """In which language the screen is: the engine's own key changes it, and an option may."""
    return next(
        (language for language in edition.languages if any(words in text for words in edition.spellings("keys.out", language))),
        edition.languages[sum(typed == KEY_LANGUAGE for typed in inputs) % len(edition.languages)],
    )


def _live(edition: WalkedEdition, language: str, text: str) -> frozenset[str]:
    lines = text.split("\n")
    found = {match[1] for line in lines if (match := LABEL.match(line))}
    named = ((KEY_MORE, "keys.more"), (KEY_BACK, "keys.back"), (KEY_OUT, "keys.out"))
    last = lines[-1] + lines[-2 if len(lines) > 1 else 0]
    return frozenset(found | {key for key, phrase in named if any(words in last for words in edition.spellings(phrase, language))})


def _tried(effect: Effect) -> TriedOrder:
    match effect:
        case OpenCallback(urgent=urgent, opens=opens, not_after=ends, phone=phone):
            return TriedOrder("open_urgent" if urgent else "open_other" if phone else "open", opens % DAY_MINUTES, ends % DAY_MINUTES)
        case RefineCallback(opens=int(opens), not_after=int(ends)):
            return TriedOrder("refine", opens % DAY_MINUTES, ends % DAY_MINUTES)
        case RefineCallback():
            return TriedOrder("word")
        case CancelCallback():
            return TriedOrder("cancel")
        case StopCalls():
            return TriedOrder("stop")
