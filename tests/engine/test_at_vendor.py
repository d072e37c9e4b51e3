"""How the line's own screens are shown by a vendor that shows fewer letters, or takes keys for itself."""

from __future__ import annotations

from msgspec.structs import replace

from hotline.engine.check.at_vendor import at_vendor
from hotline.engine.flow import Ask
from tests.content_line import sources

BACK = (("0", "00"),)


def test_elsewhere_as_here_is_nothing_to_tell():
    """A vendor that shows as many letters as a network, and takes no key."""
    assert at_vendor(sources(), 182, ()) == at_vendor(sources(), None, ())
    assert at_vendor(sources(), None, ()).is_sound
    assert at_vendor(sources(), None, ()).longer == ()


def test_a_key_that_may_be_an_answer_is_told():
    """Where a screen takes two digits, 00 would be both."""
    files = sources()
    (asks, *_) = [(flow, screen) for flow in files.flows for screen in flow.screens if isinstance(screen.kind, Ask)]
    flow, screen = asks
    digits = replace(screen, kind=replace(screen.kind, kind="digits", least=2, most=4))
    flows = tuple(
        replace(flow, screens=tuple(digits if each is screen else each for each in flow.screens)) if each_flow is flow else each_flow
        for each_flow in files.flows
    )
    assert at_vendor(files, None, BACK).asked == ()
    assert at_vendor(replace(files, flows=flows), None, BACK).asked == ((screen.key, "00"),)
