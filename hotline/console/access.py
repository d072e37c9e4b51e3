"""Signing in and out, the second factor, one-time links, and each one's own account."""

from __future__ import annotations

from flask import Blueprint

from hotline.console.room import Room


def views(pages: Blueprint, room: Room) -> None:
    """Lay this subject's pages."""
