"""Figures that the shell lets out, which believes two names: supervisors hear of it, and of what was let out on the page nobody needs to."""

from __future__ import annotations

import pytest

from hotline.service.acts import By, run
from hotline.service.desk.figures.releasing import prepare_release, release_figures
from tests.service.line import FANTA, Line
from tests.service.test_released_figures import MadeUp, admin, at_day, decided, worked_example


@pytest.mark.parametrize("is_signed_in", [False, True])
def test_supervisors_hear_of_the_shell(line: Line, is_signed_in: bool):
    """By SMS, with the name that was given, and no number of any figure."""
    made = MadeUp(line)
    worked_example(made)
    at_day(line, 2027, 5, 10)
    made.purge()
    number = int(admin(line, "awa (root)", prepare_release, decided(line, "2027-Q1")).values["release"])
    line.work()
    line.inbox(FANTA)
    decision = decided(line, "2027-Q1")
    by = By("moussa (root)", "shell")
    result = run(line.hotline.deps, by, release_figures, number, decision, "Lettre 12", is_signed_in=is_signed_in)
    assert "published" == result.code
    line.work()
    told = line.inbox(FANTA)
    assert (0 if is_signed_in else 1) == len(told)
    assert all("moussa (root)" in text and "53" not in text for text in told)
