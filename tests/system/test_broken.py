"""The line broken on purpose by a seed, as `make chaos` does for longer: what it promised is counted afterwards."""

from __future__ import annotations

import pytest

from bench.chaos.__main__ import Run, broken_by
from bench.chaos.faults import FAULTS, disk_read_only, keys_rotated, machine_lost, page_damaged, publish, spool_damaged

pytestmark = [pytest.mark.system, pytest.mark.long]
LONG = (keys_rotated, machine_lost, page_damaged, publish)
IN_DOUBT = (disk_read_only, spool_damaged)
QUICK = tuple(fault for fault in FAULTS if fault not in (*LONG, *IN_DOUBT))
"""A restore, an exchange of keys and an edition take longer than this has; what lay on a disk at the moment in which it failed cannot always be counted (docs/chaos.md)."""


NO_ANSWER = ": no answer after "
"""How soon a hop is answered depends on what else this machine does: `make chaos` counts that."""


def test_a_line_that_breaks_keeps_its_promises() -> None:
    """Processes killed and frozen, stores away, a vendor that lies: what was noted is kept once, nobody is rung who did not ask or has stopped it, no answer
    is other than calm, nothing that is open goes unseen."""
    noted = 0
    for seed in (2600, 2601, 2602):  # on a busy machine eight seconds may pass before anybody comes so far
        faults, run = broken_by(Run(seed=seed, store="sqlite", seconds=8, callers=40, pause=4, faults=QUICK))
        assert (faults, []) == (faults, [wrong for wrong in run.broken if NO_ANSWER not in wrong])
        noted += run.noted
        if noted:
            break
    assert noted > 0
