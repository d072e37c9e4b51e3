"""What holds for every list of inputs, however wild, whatever the facts."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline.engine.edition import Edition
from hotline.engine.effects import Coverage, Fact, Need, OpenCallback, Order, Screen
from hotline.engine.flow import Branch, Do
from hotline.engine.phone import limits
from hotline.engine.phone.letters import fold
from hotline.engine.step import State, replay, step
from tests.content_line import line, sources
from tests.engine.test_step import EDITION
from tests.engine.worlds import DAY, THURSDAY_NOON, World, around_the_clock

EDITIONS = {
    "test": EDITION,
    **{f"{channel}-{kind}": line(channel, raw=raw) for channel in ("ussd", "sms") for kind, raw in (("folded", False), ("raw", True))},
}
KEYS = st.sampled_from([*"0123456789", "8", "66", "70000301", "15"])
TYPED = st.one_of(KEYS, KEYS, KEYS, st.text(max_size=200))
INPUTS = st.lists(TYPED, max_size=70).map(tuple)


def noted() -> set[str]:
    """The screens that say that a callback was asked for: where such an order leads, through choices that nobody sees."""
    kinds = {screen.key: screen.kind for flow in sources().flows for screen in flow.screens}
    ahead = [kind.kept for kind in kinds.values() if isinstance(kind, Do) and kind.order == "open_callback"]
    found = set()
    while ahead:
        kind = kinds[key := ahead.pop()]
        if isinstance(kind, Branch):
            ahead += [way.go for way in kind.ways]
        else:
            found.add(key)
    return found


NOTED = noted()
MINUTES = st.integers(THURSDAY_NOON, THURSDAY_NOON + 7 * DAY)


@st.composite
def coverages(draw: st.DrawFn) -> Coverage | None:
    if draw(st.booleans()):
        return None
    starts = sorted(draw(st.lists(MINUTES, max_size=6, unique=True)))
    shifts = tuple((a, b) for a, b in pairwise(starts))
    return Coverage(
        draw(st.booleans()),
        draw(st.booleans()),
        draw(MINUTES),
        draw(MINUTES),
        draw(st.one_of(st.none(), MINUTES)),
        shifts,
        draw(st.booleans()),
    )


WORLDS = st.builds(
    World,
    now=st.one_of(st.none(), MINUTES),
    coverage=coverages(),
    outcome=st.sampled_from(["kept", "lost", "late"]).map(lambda outcome: lambda _key: outcome),
)


def other_language(edition: Edition, screen: Screen) -> str:
    """The line of the key of the other language, as this screen shows it; of any language where it shows none."""
    written = [(edition.words[language]["keys.language"], language) for language in edition.languages]
    labels = [label for words, language in written for label in (words, fold(words, language))]
    return next((label for label in labels if screen.text.endswith(f"\n{label}")), labels[0])


@pytest.mark.parametrize("name", EDITIONS)
@settings(max_examples=150)
@given(inputs=INPUTS, world=WORLDS)
def test_every_screen_fits_and_has_an_exit(name: str, inputs: tuple[str, ...], world: World) -> None:
    """Nothing raises; every screen is within its budget; each either ends or shows `9`; and each names its edition."""
    edition = EDITIONS[name]
    screen = world.hop(edition, inputs)
    assert limits.fits(screen.text, edition.fit), screen.key
    assert screen.edition == edition.number
    keys = screen.text.removesuffix(f"\n{other_language(edition, screen)}").rsplit("\n", 1)[-1]
    assert screen.ends or keys.split(" ")[-2:-1] == ["9"]


@pytest.mark.parametrize("name", ["test", "ussd-folded"])
@settings(max_examples=100)
@given(inputs=INPUTS, world=WORLDS)
def test_replay_is_deterministic(name: str, inputs: tuple[str, ...], world: World) -> None:
    """The same digits and facts give the same screen and the same orders under the same keys, in one hop or hop by hop."""
    edition = EDITIONS[name]
    at_once = World(world.now, world.coverage, world.outcome)
    for n in range(len(inputs) + 1):
        shown = world.hop(edition, inputs[:n])
        if shown.ends:
            break
    assert at_once.hop(edition, inputs[:n]) == shown
    assert at_once.orders == world.orders
    assert world.hop(edition, inputs[:n]) == shown


@pytest.mark.parametrize("name", ["test", "ussd-folded"])
@settings(max_examples=150)
@given(bundles=st.lists(st.tuples(st.lists(TYPED, min_size=1, max_size=4).map(tuple), WORLDS), max_size=8))
def test_bundled_inputs_do_what_single_keys_do(name: str, bundles: list[tuple[tuple[str, ...], World]]) -> None:
    """However the world changes between hops: several inputs in one hop show, ask and order what a hop for each of them does."""
    edition = EDITIONS[name]
    bundled, single, inputs = World(), World(), ()
    for keys, weather in bundles:
        for world in (bundled, single):
            world.now, world.coverage, world.outcome = weather.now, weather.coverage, weather.outcome
        shown = [single.hop(edition, (*inputs, *keys[:n])) for n in range(len(keys) + 1)]
        inputs = (*inputs, *keys)
        assert bundled.hop(edition, inputs) == shown[-1]
        assert (bundled.facts, bundled.orders) == (single.facts, single.orders)


def state_after(edition: Edition, inputs: tuple[str, ...], world: World) -> State:
    """Where these inputs lead in this world."""
    world.hop(edition, inputs)
    state = edition.opening
    for position, typed in enumerate(inputs, 1):
        state = step(edition, state, typed, world.facts, position)
    assert isinstance(state, State)
    return state


WALKS = st.one_of(INPUTS, st.lists(st.sampled_from(["5", "6", "1", "4", "70000301", "3"]), max_size=5).map(tuple))
"""Wild ones, and such as come to where options are hidden."""


@pytest.mark.parametrize("name", ["test", "ussd-folded"])
@settings(max_examples=300)
@given(inputs=WALKS, world=WORLDS, other=WORLDS)
def test_a_key_never_changes_its_meaning(name: str, inputs: tuple[str, ...], world: World, other: World) -> None:
    """Where two worlds show the same screen, each key that both offer has the same label and leads to the same place."""
    edition = EDITIONS[name]
    here, there = state_after(edition, inputs, world), state_after(edition, inputs, other)
    if here.screen.key == there.screen.key and here.page == there.page:
        for key in here.ways.keys() & there.ways.keys():
            assert (here.ways[key].go, here.ways[key].set) == (there.ways[key].go, there.ways[key].set)
            labels = [{line for line in state.screen.text.split("\n") if line.startswith(f"{key} ")} for state in (here, there)]
            assert labels[0] == labels[1] or not all(labels)


@settings(max_examples=150)
@given(first=WORLDS, second=WORLDS)
def test_the_first_screen_is_one_constant(first: World, second: World) -> None:
    """Byte for byte, for everyone and always; and the danger advice asks for nothing."""
    edition = EDITIONS["ussd-folded"]
    assert first.hop(edition, ()) == second.hop(edition, ())
    assert first.hop(edition, ("4", "1")) == second.hop(edition, ("4", "1"))
    assert isinstance(replay(edition, ("4", "1"), {}), Screen)


@settings(max_examples=200)
@given(inputs=INPUTS, world=WORLDS, fail=st.integers(0, 6))
def test_noted_on_a_screen_means_kept_once(inputs: tuple[str, ...], world: World, fail: int) -> None:
    """A screen says *noted* exactly when a callback was kept, whichever order fails; and saying it again keeps nothing again."""
    edition = EDITIONS["ussd-folded"]
    count = 0

    def outcome(_key: str) -> str:
        nonlocal count
        count += 1
        return "lost" if count == fail else "kept"

    world.outcome = outcome  # type: ignore[assignment]
    seen = [world.hop(edition, inputs[:n]) for n in range(len(inputs) + 1)]
    opened = [effect for effect in world.orders.values() if isinstance(effect, OpenCallback)]
    assert any(screen.key in NOTED for screen in seen) == bool(opened)
    assert [world.hop(edition, inputs[:n]) for n in range(len(inputs) + 1)] == seen


@pytest.mark.parametrize("many", [False, True])
def test_the_two_keys_that_everybody_knows_are_noted_on_their_screen(many: bool) -> None:
    """`5 5`, with somebody there; whether many ask or not."""
    world = World(coverage=around_the_clock(THURSDAY_NOON, many=many))
    assert world.hop(EDITIONS["ussd-folded"], ("5", "5")).key in NOTED
    assert len(world.orders) == 1


def facts_after(edition: Edition, inputs: tuple[str, ...], world: World) -> dict[str, Fact]:
    world.hop(edition, inputs)
    return world.facts


@settings(max_examples=100)
@given(inputs=INPUTS, world=WORLDS)
def test_facts_of_later_inputs_change_nothing_before(inputs: tuple[str, ...], world: World) -> None:
    """What a key showed stays what it showed: facts are asked for at an input and hold for it alone."""
    edition = EDITIONS["ussd-folded"]
    facts = facts_after(edition, inputs, world)
    for n in range(len(inputs)):
        answer = replay(edition, inputs[:n], facts)
        assert not isinstance(answer, Need | Order)
