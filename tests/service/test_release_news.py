"""A partner's system hears of each release once, whatever fails on the way, and never of one that was taken back."""

from __future__ import annotations

import json
from hashlib import sha256

import pytest
from msgspec.structs import replace

from hotline.ports.figures.releases import Release
from hotline.ports.outgoing import GatewayRefused, GatewayUnknown
from hotline.service.acts import By, run
from hotline.service.desk.figures.files.webhook import News, announce
from hotline.service.desk.figures.preparing import ReleaseDecision, digest_of
from hotline.service.desk.figures.releasing import release_figures, withdraw_release
from hotline.service.work import Work
from tests.figure_files.releases import TYPES_OF_A, release
from tests.service.fakes import FakeWebhook
from tests.service.line import RULES, Line

Q1 = release((TYPES_OF_A,), number=1)


@pytest.fixture
def partner(line: Line) -> FakeWebhook:
    """The line tells a system, and has released a quarter."""
    line.webhook = FakeWebhook()
    line.rule(replace(RULES, figures_webhook_url="https://figures.example.org/hook"))
    with line.real_store.write() as tx:
        tx.releases.save(Q1)
    return line.webhook


def tell(line: Line, of: Release, news: News = "released") -> str:
    """Returns the message's id."""
    with line.real_store.write() as tx:
        (message,) = announce(Work(line.hotline.deps, tx, line.clock.now()), of, news)
    return message.id


def test_it_is_told_what_was_released(line: Line, partner: FakeWebhook) -> None:
    """Number, period, digest and tables, the hidden cells hidden; and nothing else."""
    line.hotline.deliver(id := tell(line, Q1))
    ((told, body),) = partner.told
    assert id == told
    said = json.loads(body)
    assert ("figures.released", {"type", "timestamp", "data"}) == (said["type"], set(said))
    assert {"release": 1, "period": "2027-Q1", "digest": "ab" * 32} == {
        key: value for key, value in said["data"].items() if key != "tables"
    }
    assert [[None], [None], [21], [None], [9], [14], [53]] == said["data"]["tables"][0]["cells"]
    tables = body[body.index(b'"tables":') + len(b'"tables":') : -len(b"}}")]
    assert digest_of(Q1.tables) == sha256(tables).hexdigest()
    line.hotline.deliver(id)
    assert 1 == partner.asked


def test_who_lets_it_out_tells_and_who_withdraws_it_too(line: Line, partner: FakeWebhook) -> None:
    """By the acts themselves: the news is written with them, and the workers hear of it."""
    waiting = replace(Q1, number=2, period="2027-Q2", standing="prepared", released_at=None, released_by=None)
    with line.real_store.write() as tx:
        tx.releases.save(waiting)
    standing = ((1, "released"), (2, "prepared"))
    decision = ReleaseDecision(waiting.period, waiting.tables, (), waiting.digest, standing)
    shell = By("Mariam (op)", "shell")
    assert "published" == run(line.hotline.deps, shell, release_figures, 2, decision, "Lettre 4").code
    line.work()
    assert "done" == run(line.hotline.deps, shell, withdraw_release, 2, "faux").code
    line.work()
    assert [("figures.released", 2, 1), ("figures.withdrawn", 2, 0)] == [
        (said["type"], said["data"]["release"], len(said["data"]["tables"])) for said in (json.loads(body) for _, body in partner.told)
    ]


def test_what_was_never_out_is_withdrawn_in_silence(line: Line, partner: FakeWebhook) -> None:
    """Nobody had it: there is nothing to be taken back."""
    with line.real_store.write() as tx:
        tx.releases.save(replace(Q1, number=2, period="2027-Q2", standing="prepared", released_at=None, released_by=None))
    run(line.hotline.deps, By("Mariam (op)", "shell"), withdraw_release, 2, "faux")
    line.work()
    assert [] == partner.told


def test_a_line_that_tells_nobody_writes_nothing(line: Line) -> None:
    """Without an address there is no message."""
    with line.real_store.write() as tx:
        assert () == announce(Work(line.hotline.deps, tx, line.clock.now()), Q1, "released")


@pytest.mark.parametrize("failure", [GatewayRefused("http_404"), GatewayUnknown("http_500")])
def test_it_is_tried_again_for_a_day(line: Line, partner: FakeWebhook, failure: Exception) -> None:
    """Ever later, under the same id, until it is taken or the day is over."""
    partner.failure = failure
    id = tell(line, Q1)
    for _ in range(40):
        line.hotline.deliver(id)
        line.clock.at += 1800
    asked = partner.asked
    assert 30 <= asked <= 60
    partner.failure = None
    line.hotline.deliver(id)
    assert [id] == [told for told, _ in partner.told]


def test_after_a_day_it_is_dropped(line: Line, partner: FakeWebhook) -> None:
    """Then a person tells."""
    partner.failure = GatewayUnknown("http_500")
    line.hotline.deliver(id := tell(line, Q1))
    line.clock.at += 86_400
    partner.failure = None
    line.hotline.deliver(id)
    assert (1, []) == (partner.asked, partner.told)


def test_what_was_withdrawn_meanwhile_is_not_sent(line: Line, partner: FakeWebhook) -> None:
    """But that it was withdrawn is, without a table."""
    late = tell(line, Q1)
    with line.real_store.write() as tx:
        tx.releases.save(withdrawn := replace(Q1, standing="withdrawn", withdrawn_at=line.clock.now(), withdrawn_by="awa", note="faux"))
    line.hotline.deliver(tell(line, withdrawn, "withdrawn"))
    line.hotline.deliver(late)
    ((_, body),) = partner.told
    assert ("figures.withdrawn", []) == (json.loads(body)["type"], json.loads(body)["data"]["tables"])


def test_the_clock_never_waits_for_it(line: Line, partner: FakeWebhook) -> None:
    """With Redis away the clock carries what staff have to hear, and leaves somebody else's machine alone."""
    line.queue.away = True
    tell(line, Q1)
    line.wait(6)
    assert 0 == partner.asked


def test_whoever_runs_the_line_sees_that_it_fails(line: Line, partner: FakeWebhook) -> None:
    """As any gateway's."""
    partner.failure = GatewayUnknown("http_500")
    line.hotline.deliver(tell(line, Q1))
    assert "failing" == line.hotline.health()["gateway partner webhook"]
