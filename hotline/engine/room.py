"""What each message takes of a phone's screen, at its fullest, and what it leaves: what a translator has to know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from hotline.engine import gsm
from hotline.engine.budgets import ENDS, FIELDS, times
from hotline.engine.edition import Edition, Node, Page, changes_language, fill
from hotline.engine.flow import Branch, CallFlow, Do, Each, End, Say
from hotline.engine.letters import fold

STAFF: Final = {"ref": "471", "until": "23h59", "number": "3", "count": "3"}


class Room(Struct, frozen=True):
    """One message on one kind of phone. `used` and `limit`: septets of the fullest page, or UTF-16 units where `gsm7` is false."""

    pages: int
    used: int
    limit: int
    gsm7: bool
    other_language: bool = True
    """Does the key of the other language stand on every page that may have it?"""

    @property
    def left(self) -> int:
        return self.limit - self.used


def room(edition: Edition, key: str, language: str) -> Room | None:
    """What this message takes, its placeholders and lists at their longest, with the lines of the keys and of a wrong key.

    `key` without a channel; None for what is not shown by itself: parts of other messages, lists of words, prompts that are spoken.
    """
    node = edition.nodes[language].get(key)
    values = fullest(edition, language)
    if key in ENDS or (node is not None and isinstance(node.kind, End)):
        return _measured(edition, (edition.last(key, language, fill(edition.words[language][key], values)).text,))
    if node is not None and not isinstance(node.kind, Branch | Do | CallFlow):
        pages, other = _pages(edition, node, values), _other_key(edition, node)
        shown = other is None or all(page.plain.text.endswith(other) for page in pages)
        return _measured(edition, tuple(page.wrong.text.removesuffix(other or "").rstrip() for page in pages), other_language=shown)
    if key.startswith("staff.") and not key.startswith("staff.word."):
        text = fill(edition.words[language][key], values)
        return _measured(edition, gsm.segments(fold(text, language) if edition.fit.folded else text), whole=True)
    return None


def fullest(edition: Edition, language: str) -> Mapping[str, str]:
    """The longest that each placeholder can hold."""
    items = [item for items in edition.items.values() for item in items.values()]
    name = max((item.name for item in items), key=len, default="")
    fields = {field: max((item.fields.get(field, "") for item in items), key=len, default="") or name for field in FIELDS}
    longest = times(edition, language)
    shown = [f"{item.name}: {item.fields['phone']}" for item in items if "phone" in item.fields and item.fields.get("verified_on")]
    return {**fields, "name": name, "near": name, "numbers": "\n".join(shown), **longest, "on": f"{longest['day']} 31/12", **STAFF}


def _pages(edition: Edition, node: Node, values: Mapping[str, str]) -> tuple[Page, ...]:
    """Every line that there can be, as pages."""
    head = fill(node.head, values)
    if isinstance(node.kind, Each):
        names = tuple(edition.name_of(item, node.language) for item in edition.items.get(node.kind.list, {}).values())
        return tuple(page for page, _ in edition.numbered(node.key, node.language, head, names))
    labels = [(number, fill(label, values)) for number, label in node.labels]
    more = isinstance(node.kind, Say) and node.kind.go is not None
    return edition.render(node.key, node.language, head, more, labels, menu=changes_language(node.kind))


def _other_key(edition: Edition, node: Node) -> str | None:
    """The key of the other language, which ends a page that has room for it and is not counted; None where it has no place."""
    if len(edition.languages) < 2 or not changes_language(node.kind):
        return None
    return edition.phrase("keys.language", edition.next_language(node.language))


def _measured(edition: Edition, texts: tuple[str, ...], *, other_language: bool = True, whole: bool = False) -> Room:
    """`whole`: an SMS in parts, whose limit is that of all of them."""
    text = max(texts, key=lambda text: gsm.units(text)[0])
    used, one = gsm.units(text)
    return Room(len(texts), used, one if whole else gsm.limit(text, edition.fit), gsm.is_gsm(text), other_language)
