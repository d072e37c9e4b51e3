"""Every fault that an edition can have, as data with file and line: what stands between an operator's edit and a caller."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import Final

from msgspec.structs import replace

from hotline.engine.check.directory import entry_faults
from hotline.engine.check.names import misnamed
from hotline.engine.check.structure import flow_faults, unread_flows
from hotline.engine.check.walks import walk_faults
from hotline.engine.check.weighing import over_budget
from hotline.engine.check.words import word_faults
from hotline.engine.flow import NO_GAPS, Fault, Gaps, Sources

_AND_MORE: Final = "and {count} more that may only follow from {these}: mend {these} first"


def check(sources: Sources, today: date | None = None, gaps: Gaps = NO_GAPS, only: Collection[str] | None = None) -> tuple[Fault, ...]:
    """All faults of these sources, in the order of file and line; if none is grave, they compile and are safe to publish.

    `today` is the day on which verifications of numbers are judged; without it their age is not. `gaps`: what of the files could not be read;
    what may only follow from that says so (`Fault.follows`). `only`: of words, those of these screens and phrases alone are looked at (keys without
    a channel): all that can be wrong where nothing else differs from sources that were found clean.
    """
    missing = tuple(unread_flows(sources, gaps))
    gaps = replace(gaps, flows=gaps.flows | {name for name, _ in missing})
    faults = [
        *(fault for _, fault in missing),
        *flow_faults(sources, gaps),
        *misnamed(sources, gaps),
        *entry_faults(sources, today, gaps),
    ]
    is_sound = not any(fault.grave for fault in faults)
    words = list(word_faults(sources, gaps, only))
    faults += words
    if is_sound:
        faults += [*walk_faults(sources), *_over_budget(sources, only, is_worded=not any(fault.grave for fault in words))]
    return tuple(sorted(faults))


def check_words(sources: Sources, only: Collection[str]) -> tuple[Fault, ...]:
    """What of `check` can be wrong with the words of these screens and phrases (keys without a channel), where the structure is known to be sound."""
    faults = list(word_faults(sources, NO_GAPS, only))
    return tuple(sorted([*faults, *_over_budget(sources, only, is_worded=not any(fault.grave for fault in faults))]))


def _over_budget(sources: Sources, only: Collection[str] | None, *, is_worded: bool) -> tuple[Fault, ...]:
    """What is too much for a phone, whatever else is wrong with the words; as far as they can be shown at all. `is_worded`: nothing is wrong with those that were looked at."""
    try:
        return tuple(over_budget(sources, only))
    except (KeyError, ValueError):
        if only is None and is_worded:
            raise
        return ()


def said(faults: Iterable[Fault]) -> tuple[str, ...]:
    """Faults as they are shown: the causes a line each, and in one more line how many others may only follow from them."""
    found = tuple(faults)
    causes = [str(fault) for fault in found if not fault.follows]
    count = len(found) - len(causes)
    these = "this" if sum(fault.grave and not fault.follows for fault in found) == 1 else "these"
    return (*causes, *([_AND_MORE.format(count=count, these=these)] if count else []))
