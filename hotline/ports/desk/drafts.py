"""Drafts: what somebody typed into a form of the console and has not sent."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Final, Protocol, TypeAlias

import msgspec
from msgspec import Struct

Fields: TypeAlias = dict[str, tuple[str, ...]]
"""What stands in each field; in a list of boxes what is ticked."""
MOST_COPIES: Final = 4
"""Of one form: so many open pages of one author keep each their own."""
_TAB: Final = "\0tab"
"""Among the fields that are kept: the page that kept them. No form has a field of this name."""


class KeptForm(Struct, frozen=True):
    """What lies kept of a form, for one open page."""

    name: str
    fields: Fields
    tab: str

    @property
    def number(self) -> int:
        """Which copy it is, from 1 on."""
        return int(self.name.partition("~")[2] or 1)

    @property
    def digest(self) -> str:
        """Differs where anything differs that is kept."""
        return sha256(msgspec.msgpack.encode(sorted(self.fields.items()))).hexdigest()[:16]


class OpenForm(Struct, frozen=True):
    """A form as it stands on one open page. `tab`: that page, through all answers that take its place; `since`: the digest of what was kept of the form
    when the page was opened, empty where nothing was."""

    name: str
    tab: str = ""
    since: str = ""

    def kept(self, there: Mapping[str, Fields]) -> KeptForm | None:
        """The copy of this page among an author's drafts: what it kept, or what it showed when it was opened, as long as no other page kept that anew."""
        copies = copies_of(self.name, there)
        own = next((copy for copy in copies if copy.tab == self.tab), None)
        return own or next((copy for copy in copies if copy.digest == self.since), None)

    def free(self, there: Mapping[str, Fields]) -> str | None:
        """A name for one more copy. Returns None where there are enough."""
        return next((name for name in names_of(self.name) if name not in there), None)

    def marked(self, fields: Fields) -> Fields:
        """As they are stored."""
        return {**fields, _TAB: (self.tab,)}


def names_of(form: str) -> tuple[str, ...]:
    """Under which the copies of a form lie."""
    return (form, *(f"{form}~{number}" for number in range(2, MOST_COPIES + 1)))


def copies_of(form: str, there: Mapping[str, Fields]) -> tuple[KeptForm, ...]:
    """All that lies kept of a form among an author's drafts."""
    return tuple(
        KeptForm(name, {field: values for field, values in there[name].items() if field != _TAB}, there[name].get(_TAB, ("",))[0])
        for name in names_of(form)
        if name in there
    )


class FormDrafts(Protocol):
    """A form is known by a name that says what it is about too, and which copy of it this is; name and fields are sealed, each for its author alone."""

    def save(self, staff: str, form: str, fields: Fields, until: int) -> None:
        """Insert, or replace what this author typed there before."""

    def of(self, staff: str, at: int) -> dict[str, Fields]:
        """An author's drafts whose time is not over, by form. One that does not open is left out."""

    def drop(self, staff: str, form: str) -> None: ...
    def drop_of_all(self, form: str) -> None:
        """Whoever typed there."""

    def drop_all(self, staff: str) -> None: ...


def incident_form(callback: str, part: str) -> str:
    """The form in which a caller's codes are chosen, a page of it: what was typed there goes with the consent to write them down."""
    return f"incident-{callback}.{part}"
