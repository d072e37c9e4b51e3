"""Codes of what happened, consents, referrals and slips."""

from __future__ import annotations

from flask import Blueprint

from hotline.console.room import Room


def views(pages: Blueprint, room: Room) -> None:
    """Lay this subject's pages."""
