"""What rows and columns of released tables are called."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from msgspec import Struct

from hotline.ports.figures.releases import TOTAL, UNKNOWN
from hotline.service.desk.figures.definitions import LANGUAGES, NATIONAL, OTHERS, REGIONS, SPECS

SayOr: TypeAlias = Callable[..., str]
"""`say(key, otherwise, **values)`: the words of a key in one language; `otherwise` where it has none."""

_SHARED: Final = {
    TOTAL: "figures.total",
    UNKNOWN: "figures.unknown",
    OTHERS: "figures.others",
    NATIONAL: "figures.national",
    "count": "figures.count",
}
_ROWS: Final = {
    "promises": "overview.fate",
    "promises_languages": "overview.fate",
    "safer": "overview.answer",
    "types": "incident.type",
    "referrals": "referrals.kind",
}
_COLUMNS: Final = {"regions_types": "incident.type", "regions_ages": "figures.minors.row"}
"""Words that stand elsewhere already, by table."""


class FigureNames(Struct, frozen=True):
    """`regions`: their names by code, as the directory has them."""

    say: SayOr
    regions: Mapping[str, str]

    def words(self, key: str, **values: object) -> str:
        """The key itself where nobody wrote words for it."""
        return self.say(key, key, **values)

    def row(self, table: str, code: str) -> str:
        spec = SPECS.get(table)
        if (table, code) == ("safer", UNKNOWN):  # asked, as all that this table counts; of others it may be either
            return self.words("figures.unanswered")
        if code not in _SHARED and spec and REGIONS in spec.rows:
            return self.regions.get(code, code)
        return self._named(_ROWS.get(table, f"figures.{table}.row"), code)

    def column(self, table: str, code: str) -> str:
        spec = SPECS.get(table)
        is_language = spec is not None and LANGUAGES in spec.columns
        return self._named("language" if is_language else _COLUMNS.get(table, f"figures.{table}.column"), code)

    def _named(self, prefix: str, code: str) -> str:
        return self.say(_SHARED.get(code, f"{prefix}.{code}"), code)
