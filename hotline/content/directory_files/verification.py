"""Somebody rang a number of the directory and heard who answered, or confirmed a place: what is written down of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from difflib import get_close_matches
from typing import Literal, TypeAlias

from hotline.content.directory_files.registry import CannotEdit, Edit
from hotline.engine.flow import Item
from hotline.engine.freshness import EMERGENCY, STALE_PLACE_DAYS, period

CallTime: TypeAlias = Literal["day", "night"]


def verification(items: Sequence[Item], id: str, by: str, on: date, call: CallTime | None, today: date) -> Edit:
    """The edit that says that `by` rang this service's number on that local day; an emergency number is rung once by day and once by night.

    The day of the last call becomes `verified_on`, even if an earlier one is written down later. Raises CannotEdit.
    """
    item = _service(items, id)
    if "phone" not in item.fields:
        raise CannotEdit(f"{id} has no number that could be verified")
    is_emergency = item.fields.get("kind") == EMERGENCY
    if is_emergency is not bool(call):
        raise CannotEdit(
            f"{id} is an emergency number: say --call day or --call night" if is_emergency else f"{id} is no emergency number: no --call"
        )
    _in_time(on, today, period(item), "verification")
    field = f"called_by_{call}" if call else "verified_on"
    before = item.fields.get(field, "")
    if on.isoformat() < before:
        raise CannotEdit(f"{id}: somebody rang later, on {before}")
    last = {"verified_on": on.isoformat(), "verified_by": by} if on.isoformat() >= item.fields.get("verified_on", "") else {}
    return Edit("services", id, {**last, field: on.isoformat()})


def confirmation(items: Sequence[Item], id: str, by: str, on: date, today: date) -> Edit:
    """The edit that says that `by` saw or heard on that local day that this service is there and open. Raises CannotEdit."""
    item = _service(items, id)
    if "place" not in item.fields:
        raise CannotEdit(f"{id} has no place that could be confirmed")
    _in_time(on, today, STALE_PLACE_DAYS, "confirmation")
    before = item.fields.get("confirmed_on", "")
    if on.isoformat() < before:
        raise CannotEdit(f"{id}: somebody confirmed it later, on {before}")
    return Edit("services", id, {"confirmed_on": on.isoformat(), "confirmed_by": by})


def _service(items: Sequence[Item], id: str) -> Item:
    services = {item.id: item for item in items if item.list == "services"}
    item = services.get(id)
    if item is None:
        raise CannotEdit(f"no service {id}{_like(id, services)}")
    return item


def _in_time(on: date, today: date, days: int, what: str) -> None:
    if on > today:
        raise CannotEdit(f"{on} is in the future")
    if on < today - timedelta(days=days):
        raise CannotEdit(f"{on} is longer ago than {days} days, for which a {what} holds")


def _like(id: str, known: dict[str, Item]) -> str:
    near = get_close_matches(id, known)
    return f"; there are {', '.join(near)}" if near else ""
