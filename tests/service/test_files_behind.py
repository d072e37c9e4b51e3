"""Files that are published although the studio has newer words: they take nothing back, and what they change becomes a draft."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from hotline.engine.drafting.revisions import Revision, revised, value_of
from hotline.engine.flow import Sources
from hotline.ports.editions.editions import EditionRow
from hotline.service.acts import By, run
from hotline.service.editions.cache import EditionCache
from hotline.service.editions.snapshot import encode
from hotline.service.studio.composing import compose
from hotline.service.studio.files import behind, draft_files
from tests.content_line import sources as content
from tests.service.line import Line

FIRST = content()
WATER, HANDS = "words/fr/advice.water", "words/fr/advice.hands"


def with_words(sources: Sources, **texts: str) -> Sources:
    return revised(sources, [Revision({"water": WATER, "hands": HANDS}[name], value_of(text)) for name, text in texts.items()])


def publish(line: Line, sources: Sources, *, drafted: bool) -> None:
    at = line.clock.now()
    with line.real_store.write() as tx:
        newest = max((number for number, _, _ in tx.editions.moments()), default=0)
        tx.editions.add(EditionRow(newest + 1, at, "awa", at, encode(sources), title="essai" if drafted else None))


@pytest.fixture
def editions() -> EditionCache:
    """Of this test alone: it follows what is published."""
    return EditionCache.of(FIRST)


@pytest.fixture
def at(line: Line) -> int:
    publish(line, FIRST, drafted=False)
    return line.clock.now()


def test_files_that_know_the_studio_are_published_as_ever(line: Line, at: int) -> None:
    """Pulled, or never overtaken; and going back by files, where nothing came from the studio."""
    assert behind(line.real_store, with_words(FIRST, water="Eau"), at) is None
    studio = with_words(FIRST, water="Eau")
    publish(line, studio, drafted=True)
    assert behind(line.real_store, studio, at) is None
    assert behind(line.real_store, with_words(studio, hands="Mains"), at) is None
    publish(line, with_words(studio, hands="Mains"), drafted=False)
    assert behind(line.real_store, studio, at) is None


def test_what_old_files_change_becomes_a_draft_over_the_studios_words(line: Line, at: int) -> None:
    """The studio's word stays, the files' comes beside it; where both changed one, the draft says so."""
    publish(line, with_words(FIRST, water="Eau"), drafted=True)
    found = behind(line.real_store, with_words(FIRST, hands="Mains"), at)
    assert found is not None
    assert ((1, 2), [HANDS]) == ((found.base, found.newest), list(found.changes))
    line.hotline.deps.editions.refresh(line.real_store, line.clock.now())
    result = run(line.hotline.deps, By("Awa (op)", "shell"), draft_files, found, "essai")
    with line.real_store.read() as tx:
        composed = compose(line.hotline.deps, tx, result.values["draft"])
    assert composed is not None
    texts = {message.key: message.text for message in composed.sources.words["fr"]}
    assert ("Eau", "Mains", frozenset()) == (texts["advice.water"], texts["advice.hands"], composed.conflicts)
    both = behind(line.real_store, with_words(FIRST, hands="Mains", water="L'eau"), at)
    assert both is not None
    result = run(line.hotline.deps, By("Awa (op)", "shell"), draft_files, both, "essai")
    with line.real_store.read() as tx:
        composed = compose(line.hotline.deps, tx, result.values["draft"])
    assert composed is not None
    assert frozenset((WATER,)) == composed.conflicts


def test_old_files_that_change_nothing_say_so(line: Line, at: int) -> None:
    publish(line, with_words(FIRST, water="Eau"), drafted=True)
    found = behind(line.real_store, FIRST, at)
    assert found is not None
    assert {} == replace(found).changes
