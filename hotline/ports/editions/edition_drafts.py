"""Drafts of editions: what operators change of the edition in force, part by part, until it is proposed and published."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from msgspec import Struct


class EditionDraft(Struct, frozen=True):
    """A set of changes that becomes an edition as a whole, or not at all. It is deleted when it does, or when it is given up."""

    id: str
    title: str
    base: int
    """The number of the edition that it was begun on, or proposed over."""
    made_by: str
    """The id of one of the staff."""
    made_at: int
    proposal: int | None = None
    """It is proposed under this number: nothing changes in it until that is decided."""
    sent_back: str | None = None
    """Why a second person sent it back."""
    sent_back_by: str | None = None
    """An alias."""
    sent_back_to: str | None = None
    """The id of whoever proposed it and has not opened it since it came back."""


class DraftPart(Struct, frozen=True):
    """One part of an edition as a draft has it. `place`: as `hotline.engine.drafting.revisions` names it; `value` and `was`: its JSON, None where it is not there."""

    draft: str
    place: str
    value: str | None
    was: str | None
    """What the edition said that it was changed from: another value in the newest means that somebody else changed it too."""
    by: str
    """The id of whoever changed it last."""
    at: int
    others: tuple[str, ...] = ()
    """The ids of whoever else wrote it before, or the same: what they wrote may be in it still."""


class EditionDrafts(Protocol):
    def save(self, draft: EditionDraft) -> None:
        """Insert, or replace the row of the same id."""

    def get(self, id: str) -> EditionDraft | None: ...
    def all(self) -> tuple[EditionDraft, ...]:
        """All, newest first."""

    def drop(self, id: str) -> None:
        """With all its parts."""

    def put(self, part: DraftPart) -> None:
        """Insert, or replace the part of the same place."""

    def take_out(self, draft: str, place: str) -> None:
        """What is in force there stays."""

    def holder(self, place: str) -> str | None:
        """The id of the newest draft that has something at this place; None where none has."""

    def part_counts(self) -> Mapping[str, int]:
        """How many parts each draft has, by its id; one without any is not there."""

    def parts(self, draft: str) -> tuple[DraftPart, ...]:
        """By place."""
