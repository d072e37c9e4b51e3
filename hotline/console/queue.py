"""The queue: what is due, what comes, what is hers; *I am here*; taking and giving back."""

from __future__ import annotations

from flask import Blueprint

from hotline.console.room import Room


def views(pages: Blueprint, room: Room) -> None:
    """Lay this subject's pages."""
