"""Figures of the line, as plots and tables."""

from __future__ import annotations

from flask import Blueprint

from hotline.console.room import Room


def views(pages: Blueprint, room: Room) -> None:
    """Lay this subject's pages."""
