"""The line's own content with services whose numbers stand in every way that a number can, on the day of the tests: 24 November 2026."""

from __future__ import annotations

from functools import cache

from msgspec.structs import replace

from hotline.engine.flow import Item, Sources, Where
from tests.content_line import sources

_AT = Where("flows/directory.yml", 1)
_SOURCED = {"source": "liste des centres", "source_date": "2025"}


def service(id: str, name: str, **fields: str) -> Item:
    return Item("services", id, name, fields, _AT)


NUMBERED = (
    service("legal-aid", "Aide juridique", kind="legal", phone="00 00 02 04", verified_on="2026-06-01", verified_by="fanta", **_SOURCED),
    service(
        "reference-4",
        "Centre de référence",
        place="commune-4",
        region="bamako",
        kind="health",
        phone="00 00 01 11",
        hours="8h-16h",
        verified_on="2026-11-12",
        verified_by="mariam",
        **_SOURCED,
    ),
    service("old-line", "Ligne ancienne", kind="association", phone="00 00 03 01", verified_on="2026-01-02", verified_by="awa", **_SOURCED),
    service("new-line", "Ligne jamais appelée", kind="association", phone="00 00 03 02", **_SOURCED),
    service("green-line", "Ligne verte", kind="emergency", phone="00 00 00 80", **_SOURCED),
)
MEETING = Item(
    "events",
    "talk",
    "Groupe de parole",
    {"kind": "meeting", "place": "commune-1", "region": "bamako", "on": "2026-12-05", "source": "elles"},
    _AT,
)


@cache
def listed() -> Sources:
    found = sources()
    return replace(found, items=(*found.items, *NUMBERED, MEETING))
