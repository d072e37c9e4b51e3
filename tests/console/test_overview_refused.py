"""What was refused, and how long others waited, beside promises kept and missed."""

from __future__ import annotations

import re

from tests.console.desk import Desk
from tests.service.line import AWA, OTHER_CALLER

ADDRESS = "/console/overview"


def cells(desk: Desk, page: str, row: str) -> list[str]:
    """Of the first table that has this row: French, Bambara, total."""
    return re.findall(r"<td>([^<]*(?:<5)?)</td>", page.partition(f'<th scope="row">{desk.say(row)}</th>')[2].partition("</tr>")[0])


def fact(desk: Desk, page: str, key: str, **places: object) -> str:
    return page.partition(f'<dt>{desk.say(key, **places)}</dt><dd class="big">')[2].partition("</dd>")[0]


def test_what_is_refused_is_seen(desk: Desk) -> None:
    """A supervisor reads how many met nobody; whoever does not see the queue reads nothing of few."""
    desk.line.set_staff(AWA, seen_at=None)
    desk.line.walk("4 1 1")
    desk.line.walk("5 5", "session-2", OTHER_CALLER)
    desk.line.wait(1)
    page = desk.browser("fanta").open(ADDRESS)
    assert ["1", "0", "1"] == cells(desk, page, "overview.turned_away.urgent_nobody")
    assert ["1", "0", "1"] == cells(desk, page, "overview.turned_away.ordinary_nobody")
    assert ["0", "0", "0"] == cells(desk, page, "overview.turned_away.ordinary_closed")
    with desk.line.real_store.read() as tx:
        sent = tx.outbox.count("supervisor", desk.line.clock.now() - 3600)
    assert 0 < sent == int(fact(desk, page, "overview.waited.messages"))
    page = desk.browser("mariam").open(ADDRESS)
    assert "1" not in cells(desk, page, "overview.turned_away.urgent_nobody")


def test_how_long_they_waited(desk: Desk) -> None:
    """Until the first ring, and of what was urgent how many were rung soon; no less when it is closed, and its seconds are gone."""
    desk.line.walk("4 1 1")
    desk.line.work()
    desk.line.wait(420, tick=False)
    desk.line.set_staff(AWA, seen_at=desk.line.clock.now())
    desk.line.ring()
    page = desk.browser("fanta").open(ADDRESS)
    assert desk.say("overview.minutes", minutes=7) == fact(desk, page, "overview.waited.median")
    within = [fact(desk, page, "overview.waited.urgent", minutes=minutes) for minutes in (5, 10, 30)]
    assert [desk.say("overview.waited.of", count=count, all=1) for count in (0, 1, 1)] == within
    desk.line.text(AWA, "1")
    desk.line.wait(301)
    assert 0 == (desk.line.callback().made_at % 3600)
    assert desk.say("overview.minutes", minutes=7) == fact(desk, desk.browser("fanta").open(ADDRESS), "overview.waited.median")
    assert desk.say("overview.waited.median") not in desk.browser("mariam").open(ADDRESS)
