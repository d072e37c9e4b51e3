"""A phone's number as wires write it, in the one form that the line knows."""

from __future__ import annotations

from typing import Final

from hotline.engine.phone.numbers import in_e164, is_e164

_NATIONAL: Final = 8


def number_in_e164(sent: str) -> str | None:
    """E.164 with `+`, of `22370000001`, `+22370000001`, `tel:+22370000001`, `0022370000001` or Mali's own eight digits. None for anything else."""
    bare = sent.removeprefix("tel:")
    if bare.startswith("00"):
        bare = f"+{bare[2:]}"
    elif not bare.startswith("+"):
        bare = in_e164(bare) if len(bare) == _NATIONAL else f"+{bare}"
    return bare if is_e164(bare) else None
