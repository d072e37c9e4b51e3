"""Every act that both a page and the shell offer, by both: one code. Beside `tests/service/act_table.py`, whose situations touch nobody who types."""

from __future__ import annotations

import html
import io
import shlex
from pathlib import Path

import pytest
from msgspec import Struct

from hotline.cli import main
from tests import terminal
from tests.console.desk import IDS, Desk
from tests.console.test_restored import hold
from tests.service.line import KEYS
from tests.service.offered import acts_run_by
from tests.small_line import settings


class ShellSituation(Struct, frozen=True, kw_only=True):
    """A line of the table. `leads`: where the page leads, or what stands on the one that comes; `says`: what is printed, or complained of."""

    act: str
    code: str
    page: str
    fields: dict[str, str] = {}
    leads: str
    command: str
    typed: str = ""
    says: str
    is_held: bool = False
    """The line was restored."""


PERSON = {"role": "counselor", "number": "+22370000398", "reads": "fr", "speaks": "fr"}
SIGNED = {"partner": " ", "signed_by": "A. Diarra", "letter": "ISP-2027", "until": "2027-01-01"}
TABLE = (
    ShellSituation(
        act="add_person",
        code="done",
        page="people",
        fields={"alias": "kadi", **PERSON},
        leads="/console/people/",
        command="user add kadi --reads fr --speaks fr",
        typed="+22370000398",
        says="added kadi",
    ),
    ShellSituation(
        act="add_person",
        code="faulty",
        page="people",
        fields={"alias": "awa", **PERSON},
        leads=Desk.say("people.fault.taken"),
        command="user add awa --reads fr --speaks fr",
        typed="+22370000398",
        says="someone of the staff has this alias",
    ),
    ShellSituation(
        act="make_link",
        code="done",
        page=f"people/{IDS['oumou']}/link",
        leads="/console/welcome/",
        command="user reset oumou",
        says="/console/welcome/",
    ),
    ShellSituation(
        act="disable_person",
        code="done",
        page=f"people/{IDS['oumou']}/disable",
        leads="/console/people",
        command="user disable oumou",
        says="oumou is signed out for good",
    ),
    ShellSituation(
        act="record_protocol",
        code="empty",
        page="figures/protocols",
        fields=SIGNED,
        leads=Desk.say("protocols.error.empty"),
        command="figures protocol record --for ' ' --signed-by 'A. Diarra' --letter ISP-2027 --until 2027-01-01",
        says="something is empty that has to be filled in",
    ),
    ShellSituation(
        act="end_protocol",
        code="gone",
        page="figures/protocols/99/end",
        leads="404",
        command="figures protocol end 99",
        says="no such protocol",
    ),
    ShellSituation(
        act="withdraw_release",
        code="gone",
        page="figures/99/withdraw",
        fields={"note": "faux"},
        leads="404",
        command="figures withdraw 99 --note faux",
        says="there is no such release",
    ),
    ShellSituation(
        act="release_line",
        code="overtaken",
        page="restored",
        fields={"seen": "another"},
        leads=Desk.say("restored.overtaken"),
        command="held release --seen another",
        says="what is open has changed since that look",
        is_held=True,
    ),
    ShellSituation(
        act="release_line",
        code="refused",
        page="restored",
        leads=Desk.say("restored.broken"),
        command="held release",
        says="the restore was broken off, or is at work",
        is_held=True,
    ),
)
WITH_AN_EDITION = frozenset({"prepare_release", "release_figures", "take_release", "withdraw_number"})
"""Of no line here: an edition, or a release, has to be there first. Both faces run them where those are: `test_figures.py`, `test_figure_files.py` and
`test_directory_pages.py` by page, `tests/test_figures_command.py`, `tests/test_figures_files_command.py` and `tests/test_directory_dark.py` by shell."""


@pytest.mark.parametrize("situation", TABLE, ids=lambda situation: f"{situation.act}: {situation.code}")
def test_the_code_by_page(desk: Desk, situation: ShellSituation) -> None:
    """As by the shell."""
    if situation.is_held:
        hold(desk, whole=situation.code != "refused")
    answer = desk.post("djeneba", situation.page, **situation.fields)
    found = answer.headers.get("Location") or f"{answer.status_code} {html.unescape(answer.get_data(as_text=True))}"
    assert situation.leads in found


@pytest.mark.parametrize("situation", TABLE, ids=lambda situation: f"{situation.act}: {situation.code}")
def test_the_same_code_by_shell(
    desk: Desk, situation: ShellSituation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What a page refuses the shell refuses, for the same reason; what it does the shell does."""
    if situation.is_held:
        hold(desk, whole=situation.code != "refused")
    terminal.has(monkeypatch, settings(tmp_path) | {"HOTLINE_KEYS": KEYS})
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{situation.typed}\n"))
    code = main(shlex.split(situation.command))
    assert (code, situation.says in "".join(capsys.readouterr())) == (0 if situation.code == "done" else 1, True)


def test_every_act_that_a_page_and_the_shell_offer_stands_in_the_table() -> None:
    """Found by reading what both run."""
    assert acts_run_by("page") & acts_run_by("shell") == {situation.act for situation in TABLE} | WITH_AN_EDITION
