"""Every screen that a caller can reach, walked: in each language, by USSD and by SMS, whoever is there and whatever fails."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import pytest
from msgspec.structs import replace

from hotline.engine.edition import Edition, Page, compile_edition
from hotline.engine.effects import Coverage, Fact
from hotline.engine.flow import Ask, Branch, CallFlow, Do, Each
from hotline.engine.phone import limits
from hotline.engine.phone.letters import fold
from hotline.engine.phone.limits import Fit
from hotline.engine.step import State, replay, step
from tests.content_line import full, sources
from tests.engine.worlds import DAY, THURSDAY_NOON, around_the_clock, nobody

pytestmark = pytest.mark.long
FITS = {"ussd": limits.USSD, "ussd as written": limits.USSD_RAW, "sms": limits.SMS, "sms as written": limits.SMS_RAW}
TOMORROW_8 = (THURSDAY_NOON // DAY + 1) * DAY + 8 * 60
WEATHERS: dict[str, tuple[int | None, Coverage | None]] = {
    "somebody is there": (THURSDAY_NOON, around_the_clock(THURSDAY_NOON)),
    "nobody before tomorrow": (THURSDAY_NOON, nobody(THURSDAY_NOON, TOMORROW_8)),
    "somebody is there, and many ask": (THURSDAY_NOON, around_the_clock(THURSDAY_NOON, many=True)),
    "somebody is there for what is urgent alone": (THURSDAY_NOON, replace(around_the_clock(THURSDAY_NOON), now=False, until=THURSDAY_NOON)),
    "somebody later, who is on no shift that opens": (
        THURSDAY_NOON,
        Coverage(False, False, THURSDAY_NOON, THURSDAY_NOON, None, ((TOMORROW_8, TOMORROW_8 + 480),)),
    ),
    "nobody is planned": (THURSDAY_NOON, nobody(THURSDAY_NOON)),
    "it is not known": (THURSDAY_NOON, None),
    "not even the time": (None, None),
}


@pytest.fixture(autouse=True)
def drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages are made of nothing but what is asked for: the walk, which comes by the same words from many sides, makes them once."""
    drawn: dict[object, tuple[Page, ...]] = {}
    render: Callable[..., tuple[Page, ...]] = Edition.render

    def once(
        edition: Edition, key: str, language: str, body: str, has_more: bool, labels: Iterable[tuple[int, str]] = (), **menu: Any
    ) -> tuple[Page, ...]:
        asked = (id(edition), key, language, body, has_more, labels := tuple(labels), *menu.values())
        if asked not in drawn:
            drawn[asked] = render(edition, key, language, body, has_more, labels, **menu)
        return drawn[asked]

    monkeypatch.setattr(Edition, "render", once)


@cache
def name_of(key: str) -> str:
    """Of a fact, without the position and whatever else its key says."""
    return key.partition("@")[0].partition(".")[0]


class Facts(Mapping[str, Fact]):
    """Every fact that may be asked for, at any position. Equal to itself alone."""

    __eq__, __hash__ = object.__eq__, object.__hash__

    def __init__(self, now: int | None, coverage: Coverage | None, outcome: str, then: str | None = None) -> None:
        """`outcome` of a session's first order, and what becomes of every later one where that is another thing."""
        self._values = {"now": now, "coverage": coverage, "order": outcome}
        self.later = Facts(now, coverage, then) if then else self
        self.asked: set[str] = set()
        """Which of them were asked for."""

    def __getitem__(self, key: str) -> Fact:
        name = name_of(key)
        self.asked.add(name)
        return self._values[name]  # type: ignore[return-value]

    def __contains__(self, key: object) -> bool:
        self.asked.add(name_of(str(key)))
        return True

    def of(self, names: Sequence[str]) -> list[object]:
        """These facts, without noting that they were looked at."""
        return [self._values[name] for name in names]

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def typed_at(state: State) -> tuple[str, ...]:
    """What a caller may press here; at an `ask` a number, and once something that is none."""
    asked = ("70000301",) if isinstance(state.node.kind, Ask) else ()
    return (*state.ways, *asked, "0", "8", "66", "9", "x")


def seen_as(state: State) -> object:
    """Two states with the same screen, the same screen behind them and the same choices, as far as their flow asks for them, are one."""
    chosen = tuple(state.chosen.get(name) for name in asked_in(state.node.key.partition(".")[0]))
    return (
        state.node.language,
        state.node.key,
        state.page,
        state.wrong,
        state.screen.text,
        chosen,
        state.back.node.key if state.back else None,
    )


def walked(edition: Edition, weathers: Sequence[Facts], language: str) -> Iterator[tuple[tuple[str, ...], State]]:
    """Every state in each of these weathers, with the shortest inputs that lead there, from the first screen of a language on."""
    replay(edition, (), {})
    first = edition.opening
    assert isinstance(first, State)
    while first.node.language != language:
        ((first, _),) = followed(edition, first, "66", weathers, 1)
    front = deque([((), first, weathers)])
    seen = defaultdict(set, {seen_as(first): set(weathers)})
    while front:
        inputs, state, here = front.popleft()
        yield inputs, state
        if state.screen.ends:
            continue
        for typed in typed_at(state):
            for after, there in followed(edition, state, typed, here, len(inputs) + 1):
                before = seen[seen_as(after)]
                if new := [facts for facts in there if facts not in before]:
                    before.update(new)
                    front.append(((*inputs, typed), after, new))


def followed(edition: Edition, state: State, typed: str, weathers: Sequence[Facts], position: int) -> list[tuple[State, Sequence[Facts]]]:
    """The states after one more input, each with the weathers in which it is this one."""
    alike: dict[object, tuple[State, list[Facts]]] = {}
    ahead = [(facts, facts.later if "_ref" in state.chosen else facts) for facts in weathers]
    while ahead:
        _, known = ahead[0]
        known.asked.clear()
        after = step(edition, state, typed, known, position)
        assert isinstance(after, State)
        asked = tuple(known.asked)
        found = known.of(asked)
        same = [facts for facts, other in ahead if other.of(asked) == found]
        if len(same) == len(weathers):
            return [(after, weathers)]
        ahead = [(facts, other) for facts, other in ahead if facts not in same]
        seen = seen_as(after), tuple(after.chosen.items()), after.frames, after.back is None
        alike.setdefault(seen, (after, []))[1].extend(same)
    return list(alike.values())


@cache
def editions(fit: Fit) -> tuple[Edition, ...]:
    """The line as it is, and with what its directory lacks."""
    return compile_edition(sources(), 1, fit), compile_edition(full(), 1, fit)


def journeys(fit: Fit) -> Iterator[tuple[Edition, Sequence[Facts]]]:
    """Every weather with orders that are kept; orders that are lost, at once or only later; the directory at its fullest."""
    now, fullest = editions(fit)
    there = WEATHERS["somebody is there"]
    kept = [Facts(*weather, "kept") for weather in WEATHERS.values()]
    lost = [Facts(*there, *outcomes) for outcomes in (("lost",), ("late",), ("kept", "lost"))]
    yield now, [*kept, *lost, Facts(*WEATHERS["it is not known"], "lost")]
    yield fullest, [Facts(*there, "kept")]


@cache
def asked_in(name: str) -> tuple[str, ...]:
    """Which of the things that were set matter in this flow."""
    kinds = [screen.kind for flow in sources().flows if flow.name == name for screen in flow.screens]
    listing = {"region", "place", "kind"} if any(isinstance(kind, Each) or "listed." in str(kind) for kind in kinds) else set()
    tested = {condition.subject for kind in kinds if isinstance(kind, Branch) for way in kind.ways for condition in way.when}
    return tuple(sorted({*listing, *(subject for subject in tested if "." not in subject and subject != "coverage")}))


def shown_screens() -> set[str]:
    return {screen.key for flow in sources().flows for screen in flow.screens if not isinstance(screen.kind, Branch | Do | CallFlow)}


def kept_by(*, urgent: bool = False, order: str = "open_callback") -> set[str]:
    """Where such orders lead once they are kept."""
    kinds = [screen.kind for flow in sources().flows for screen in flow.screens if isinstance(screen.kind, Do)]
    return {kind.kept for kind in kinds if kind.order == order and (kind.urgent or not urgent)}


@pytest.mark.parametrize("channel", FITS)
def test_every_reachable_screen(channel: str, counts: list[str]) -> None:
    """Each is within its budget, each has an exit, none is left out in any language; a key more and there is still a screen."""
    fit, pages, reached = FITS[channel], set(), set()
    for edition, weathers in journeys(fit):
        for _, state in walked(edition, weathers, "fr"):
            text, words = state.screen.text, edition.words[state.node.language]
            reached.add((state.node.language, state.screen.key))
            if (state.node.language, text) in pages:
                continue
            exit_ = fold(words["keys.out"], state.node.language) if fit.folded else words["keys.out"]
            assert limits.fits(text, fit), (state.screen.key, text)
            assert state.screen.ends or exit_ in text, (state.screen.key, text)
            assert "{" not in text, (state.screen.key, text)
            pages.add((state.node.language, text))
    assert {(language, key) for language in sources().words for key in shown_screens()} - reached == set()
    by_language = [
        f"{language} {sum(read == language for read, _ in reached)} screens, {sum(read == language for read, _ in pages)} different pages"
        for language in sources().words
    ]
    counts.append(f"{channel}: {'; '.join(by_language)}")


@pytest.mark.parametrize("language", ["fr", "bm"])
@pytest.mark.parametrize("channel", ["ussd", "sms"])
def test_how_many_keys_away(channel: str, language: str, counts: list[str]) -> None:
    """From the first screen: urgent help three keys at most, a callback two, a stop two, danger advice two."""
    goals = {
        "urgent help": (kept_by(urgent=True), 3),
        "a callback": (kept_by(), 2),
        "stop": (kept_by(order="stop_calls"), 2),
        "danger advice": ({"danger.advice"}, 2),
    }
    nearest: dict[str, int] = {}
    for inputs, state in walked(editions(FITS[channel])[0], [Facts(*WEATHERS["somebody is there"], "kept")], language):
        for goal, (keys, _) in goals.items():
            if state.screen.key in keys:
                nearest.setdefault(goal, len(inputs))
    assert {goal: most for goal, (_, most) in goals.items() if nearest[goal] > most} == {}
    counts.append(f"{channel}, {language}: " + ", ".join(f"{goal} {keys} keys" for goal, keys in nearest.items()))
