"""Drafts over editions: what differs between two editions, as revisions of the one, makes the other."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from hotline.engine.drafting.changes import changes
from hotline.engine.drafting.revisions import PENDING, Revision, UnfitRevision, revised, standing, value_of
from hotline.engine.flow import Menu, Sources
from tests.content_line import sources

LINE = sources()


def between(old: Sources, new: Sources) -> list[Revision]:
    """What a draft has to hold so that the old becomes the new."""
    before, after = standing(old), standing(new)
    return [Revision(place, after.get(place)) for place in {**before, **after} if before.get(place) != after.get(place)]


@st.composite
def others(draw: st.DrawFn) -> Sources:
    """The line with words changed, screens and entries taken out, and lists in another order."""
    words = {
        language: tuple(
            replace(message, text=message.text + "!", review=PENDING) if draw(st.integers(0, 99)) == 0 else message
            for message in table[:40]
        )
        + table[40:]
        for language, table in LINE.words.items()
    }
    flows = tuple(
        replace(flow, screens=tuple(screen for screen in flow.screens if screen.key == flow.start or draw(st.integers(0, 30))))
        for flow in LINE.flows[:3]
    )
    items = draw(st.permutations([item for item in LINE.items if item.list == "places"][:5]))
    kept = tuple(item for item in LINE.items if item not in items and (item.list == "testimonies" or draw(st.integers(0, 20))))
    return replace(LINE, words=words, flows=(*flows, *LINE.flows[3:]), items=(*items, *kept))


@settings(max_examples=25)
@given(others())
def test_whatever_differs_can_be_drafted(other: Sources) -> None:
    """Both ways: to the other edition, and back."""
    assert () == changes(other, revised(LINE, between(LINE, other)))
    back = revised(other, between(other, LINE))
    assert {(change.what, change.part) for change in changes(LINE, back)} <= {("words", "review")}


def test_nothing_changed_is_the_edition_itself() -> None:
    """A draft of what stands says what stands, reviews among it, and changes no file and line."""
    assert LINE == revised(LINE, ())
    same = [Revision(place, value) for place, value in standing(LINE).items() if place.startswith("words/")]
    assert LINE.words == revised(LINE, same).words


def test_changed_words_are_reviewed_by_nobody() -> None:
    """Whoever had read them read other words."""
    read = replace(
        LINE, words={language: tuple(replace(message, review="awa") for message in table) for language, table in LINE.words.items()}
    )
    message = read.words["fr"][0]
    made = revised(read, [Revision(f"words/fr/{message.key}", value_of("Autre"))])
    assert ("Autre", PENDING) == (made.words["fr"][0].text, made.words["fr"][0].review)
    assert {"awa"} == {other.review for other in (*made.words["fr"][1:], *made.words["bm"])}


def test_an_option_says_where_its_faults_are_mended() -> None:
    """By the screen's place and the key."""
    screen = next(
        screen for flow in LINE.flows for screen in flow.screens if isinstance(screen.kind, Menu) and len(screen.kind.options) > 1
    )
    (made,) = (
        found
        for flow in revised(LINE, [Revision(f"screen/{screen.key}", value_of(screen.kind))]).flows
        for found in flow.screens
        if found.key == screen.key
    )
    assert isinstance(made.kind, Menu)
    assert [(f"screen/{screen.key}", option.key) for option in made.kind.options] == [(o.at.file, o.at.line) for o in made.kind.options]


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("entry/testimonies/one", '{"name":"","fields":{}}'),
        ("order/testimonies", '["one"]'),
        ("words/en/danger.open", '"Leave"'),
        ("screen/nowhere.open", '{"type":"end"}'),
        ("screen/danger.open", '{"type":"dance"}'),
        ("entry/dances/one", '{"name":"","fields":{}}'),
        ("secret/one", '"x"'),
        ("words/fr/danger.open", "{"),
    ],
)
def test_what_no_edition_has_is_refused(place: str, value: str) -> None:
    """Testimonies above all: one that was taken back does not come again by a draft."""
    with pytest.raises((UnfitRevision, msgspec.DecodeError)):
        revised(LINE, [Revision(place, value)])
