"""What the files are on the screens of vendors whose tables say that they show fewer letters, or take keys of the line for themselves."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from hotline.cli.command import Failed
from hotline.config import ConfigError, gateways_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hotline.engine.check.at_vendor import AtVendor
    from hotline.engine.flow import Sources
    from hotline.gateways.table.spec import WireTable


class ShownThere:
    """One vendor, and how the files are shown by it."""

    def __init__(self, table: WireTable, sources: Sources) -> None:
        from hotline.engine.check.at_vendor import at_vendor

        self.table = table
        self.found: AtVendor = at_vendor(sources, table.answer.letters, table.keys.pairs)

    def faults(self) -> list[str]:
        """What must be mended, a line each."""
        name, keys = self.table.name, {pressed: key for key, pressed in self.table.keys.pairs}
        longest = [f"{name}: {key} in {language} does not fit" for key, language in self.found.too_long]
        return [
            *longest,
            *(f"{name}: {pressed}, in place of {keys[pressed]}, may be an answer on {key}" for key, pressed in self.found.asked),
        ]

    def known(self) -> str:
        """In one line; empty where it is shown there as elsewhere."""
        letters, keys = self.table.answer.letters, ", ".join(f"{pressed} for {key}" for key, pressed in self.table.keys.pairs)
        is_as_elsewhere = not (keys or self.found.longer)
        what = [*([f"{letters} letters a screen"] if letters else []), *([keys] if keys else [])]
        urgent = f", of urgent help and calls: {', '.join(self.found.urgent)}" if self.found.urgent else ""
        return (
            ""
            if is_as_elsewhere
            else f"{self.table.name} ({'; '.join(what)}): {len(self.found.longer)} texts have more pages there{urgent}"
        )

    def as_json(self) -> dict[str, Any]:
        return {
            "vendor": self.table.name,
            "letters": self.table.answer.letters,
            "keys": dict(self.table.keys.pairs),
            "longer": [{"screen": key, "language": language, "pages": pages} for key, language, pages in self.found.longer],
            "urgent": list(self.found.urgent),
            "too_long": [{"screen": key, "language": language} for key, language in self.found.too_long],
            "asked": [{"screen": key, "pressed": pressed} for key, pressed in self.found.asked],
        }


def shown_there(sources: Sources, files: Sequence[Path], env: Mapping[str, str]) -> tuple[ShownThere, ...]:
    """By the tables of these files, and by those that the environment names (HOTLINE_GATEWAYS). Raises Failed where one has a fault or is not there."""
    return tuple(ShownThere(table, sources) for table in _tables(files, env))


def _tables(files: Sequence[Path], env: Mapping[str, str]) -> Iterator[WireTable]:
    from hotline.gateways.registry import table_files
    from hotline.gateways.table.spec import FaultyTable, load_table

    for file in (*files, *table_files(*gateways_in(env))):
        try:
            yield load_table(file)
        except OSError as failed:
            raise Failed(f"{file}: {failed.strerror}") from None
        except FaultyTable as refused:
            raise ConfigError(tuple(f"{file}:{fault.line}: {fault.key}: {fault.what}" for fault in refused.faults)) from None
