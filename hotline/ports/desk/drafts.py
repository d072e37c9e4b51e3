"""Drafts: what somebody typed into a form of the console and has not sent."""

from __future__ import annotations

from typing import Protocol, TypeAlias

Fields: TypeAlias = dict[str, tuple[str, ...]]
"""What stands in each field; in a list of boxes what is ticked."""


class Drafts(Protocol):
    """A form is known by a name that says what it is about too; name and fields are sealed, each for its author alone."""

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
