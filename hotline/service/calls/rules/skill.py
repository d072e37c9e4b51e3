"""Who takes calls in which language. The one rule of coverage, offer, board, taking and handing over."""

from __future__ import annotations

from hotline.ports.desk.staff import Staff


def takes(staff: Staff, language: str) -> bool:
    """Does this counselor take calls in the language?"""
    return staff.role == "counselor" and language in staff.speaks


def may_have(staff: Staff, language: str) -> bool:
    """May this person have a callback in the language? A supervisor, who decides who rings, may have any."""
    return staff.role == "supervisor" or takes(staff, language)


def seen_by(staff: Staff, languages: tuple[str, ...]) -> tuple[str, ...]:
    """Of the line's languages those whose callbacks this person sees."""
    return languages if staff.role == "supervisor" else staff.speaks
