"""The team as a supervisor sees it: who could take a call, who talks, who is in a pause, and who goes when."""

from __future__ import annotations

import re

from hotline.ports.desk.shifts import Shift
from tests.console.calls import one_rests_one_breaks
from tests.console.desk import IDS, Browser, Desk
from tests.service.line import AWA, OUMOU


def team(desk: Desk, browser: Browser | None = None) -> dict[str, str]:
    """What stands beside each name."""
    page = (browser or desk.browser("fanta")).open("/console/queue")
    listed = page.partition('<h2 id="team">')[2].partition("</section>")[0]
    return dict(re.findall(r"<strong>(\w+)</strong>.*?<span class=\"soft num\">(.*?)</span></li>", listed, re.DOTALL))


def test_each_is_shown_as_she_is(desk: Desk) -> None:
    """Free, not seen for a while, holding, talking, free again; in the languages that she speaks."""
    state = {name: desk.say(f"queue.colleague.{name}") for name in ("here", "on", "holding", "talking")}
    assert team(desk) == {
        "awa": f"{state['here']} · {desk.say('language.fr')}",
        "nana": f"{state['here']} · {desk.say('language.bm')}",
        "oumou": f"{state['on']} · {desk.say('language.fr')}",
    }
    desk.line.walk("5 5")
    desk.line.work()
    desk.line.take()
    assert team(desk)["awa"].startswith(state["holding"])
    desk.line.pick_up()
    desk.line.press()
    assert team(desk)["awa"].startswith(state["talking"])
    desk.line.hang_up()
    desk.line.text(AWA, "1")
    assert team(desk)["awa"].startswith(state["here"])


def test_a_pause_is_one_word(desk: Desk) -> None:
    """A break and a rest after a hard call read the same: neither why nor for how long."""
    one_rests_one_breaks(desk)
    seen = team(desk)
    assert seen["awa"] == seen["oumou"] == f"{desk.say('queue.colleague.paused')} · {desk.say('language.fr')}"


def test_who_goes_when_and_who_is_not_there(desk: Desk) -> None:
    """The end of a shift that ends today; whoever is on none does not stand there."""
    with desk.line.real_store.write() as tx:
        tx.shifts.drop(Shift(IDS["awa"], None, 0, 1440))
        tx.shifts.drop(Shift(IDS["oumou"], None, 0, 1440))
        tx.shifts.add(Shift(IDS["awa"], None, 480, 720))
    seen = team(desk)
    assert seen["awa"].endswith(desk.say("queue.until", hour="12:00"))
    assert "oumou" not in seen


def test_how_long_each_waits_is_for_supervisors(desk: Desk) -> None:
    """On the card; a counselor reads until when the promise holds, as before, and of her colleagues nothing."""
    desk.line.walk("5 5")
    desk.line.clock.at += 600
    waits = desk.say("queue.since", left=desk.say("queue.left.minutes", minutes=10))
    awa = desk.browser("awa")
    assert waits in desk.browser("fanta").open("/console/queue")
    assert waits not in awa.open("/console/queue")
    assert {} == team(desk, awa)


def test_the_board_tells_of_it_by_itself(desk: Desk) -> None:
    """Somebody begins to talk: the next look is not the same."""
    fanta = desk.browser("fanta")
    polls = re.search(r'hx-get="([^"]+)"', fanta.open("/console/queue"))
    assert polls is not None
    assert fanta.client.get(polls[1], headers={"HX-Request": "true"}).status_code == 204
    desk.line.text(OUMOU, "ici")
    answer = fanta.client.get(polls[1], headers={"HX-Request": "true"})
    assert (200, True) == (answer.status_code, '<h2 id="team">' in answer.text)
