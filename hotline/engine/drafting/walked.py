"""An edition compiled as somebody walks through it: only the screens that are come to; what of a draft cannot be shown is as it stands instead."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from msgspec.structs import replace

from hotline.engine.edition import WRONG_SCREEN, Edition, Node, compiled_node
from hotline.engine.flow import Kind, Menu, ScreenSource, Sources
from hotline.engine.phone import limits
from hotline.engine.phone.pages import fullest, node_of, pages


class WalkedEdition(Edition):
    """A draft's edition for one kind of phone. For one thread, and thrown away: it grows as it is walked."""

    __slots__ = ("stood_in",)

    def __init__(self, draft: Sources, stands: Sources, changed: Collection[str], fit: limits.Fit, promise: int) -> None:
        """`stands`: the edition beneath the draft; `changed`: the keys, without a channel, that differ from it."""
        super().__init__(with_phrases(draft, stands), 0, fit, promise)
        self.stood_in: set[str] = set()
        """The screens that could not be shown as the draft has them, and were shown as they stand."""
        theirs = Edition(stands, 0, fit, promise).words if changed else {}
        kinds, stood = _kinds(draft), _kinds(stands)
        self.nodes = {
            language: _WalkedNodes(self, language, kinds, stood, changed, theirs.get(language, {})) for language in self.languages
        }


class _WalkedNodes(dict[str, Node]):
    """The screens of one language, each made when it is first asked for. A screen that neither has is a KeyError."""

    def __init__(
        self,
        edition: WalkedEdition,
        language: str,
        kinds: Mapping[str, Kind],
        stood: Mapping[str, Kind],
        changed: Collection[str],
        words: Mapping[str, str],
    ) -> None:
        super().__init__()
        self._edition, self._language, self._kinds, self._stood, self._changed, self._words = (
            edition,
            language,
            kinds,
            stood,
            changed,
            words,
        )

    def __missing__(self, key: str) -> Node:
        try:
            made = self._made(key, self._kinds[key])
        except (KeyError, ValueError):
            made = self._as_it_stands(key)
        self[key] = made
        return made

    def _made(self, key: str, kind: Kind) -> Node:
        node = compiled_node(self._edition, key, kind, self._language)
        if key in self._changed:
            # What depends on facts is rendered on the way there: it is seen here already whether it can be.
            self[key] = node
            try:
                if node_of(self._edition, key, self._language):
                    pages(self._edition, node, fullest(self._edition, self._language))
            finally:
                del self[key]
        return node

    def _as_it_stands(self, key: str) -> Node:
        kind = self._stood[key]
        if key in self._words:
            self._edition.words[self._language][key] = self._words[key]
        self._edition.stood_in.add(key)
        return compiled_node(self._edition, key, kind, self._language)


def _kinds(sources: Sources) -> dict[str, Kind]:
    return {WRONG_SCREEN: Menu(())} | {screen.key: screen.kind for screen in screens_of(sources)}


def screens_of(sources: Sources) -> tuple[ScreenSource, ...]:
    """All, flow by flow."""
    return tuple(screen for flow in sources.flows for screen in flow.screens)


def with_phrases(draft: Sources, stands: Sources, without: str = "") -> Sources:
    """The draft with the words that it lacks of those that stand, since no screen can be made without phrases; `without`: of this key (without a channel) nothing is added."""
    words = {}
    for language, table in draft.words.items():
        there = {message.key for message in table}
        lacking = (message for message in stands.words.get(language, ()) if message.key not in there and "@" not in message.key)
        words[language] = (*table, *(message for message in lacking if message.key != without))
    return replace(draft, words=words)
