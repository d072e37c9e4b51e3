"""A translator's file in a real browser, with script and without: out, back, looked at, taken."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.room import NARROW, WIDE
from tests.browser.served_desk import ServedDesk
from tests.content_line import sources


@pytest.mark.parametrize(("size", "script"), [(WIDE, True), (NARROW, False)])
def test_a_file_goes_out_and_comes_back(served_desk: ServedDesk, tmp_path: Path, size: dict[str, int], script: bool) -> None:
    """One message is changed in it: that one is shown and taken, and nothing else; at either size the pages have no barrier."""
    room = served_desk.of("mariam", size, script)
    page, file = room.page, tmp_path / "bm.po"
    room.open("studio/words")
    if script:
        room.assert_nobody_is_left_out("studio/words")
    with page.expect_download() as download:
        page.click("a[href$='bm.po']")
    download.value.save_as(file)
    before, behind = file.read_text("utf-8").split('msgid "out.end"\n', 1)
    rest = behind.split("\n\n", 1)[-1]
    file.write_text(f'{before}msgid "out.end"\nmsgstr "Kɛnɛya. Ka segin."\n\n{rest}', "utf-8")
    page.set_input_files("input[type=file]", str(file))
    page.get_by_role("button", name=room.say("studio.files.look")).click()
    room.shows(room.say("studio.files.counts", changed=1, same=len(sources().words["bm"]) - 1, empty=0))
    if script:
        room.assert_nobody_is_left_out("studio/words, looked at")
    page.get_by_role("button", name=room.say("studio.files.take", count=1)).click()
    expect(page.get_by_role("status").first).to_contain_text(room.say("studio.files.taken", count=1))
    assert [] == room.troubles
