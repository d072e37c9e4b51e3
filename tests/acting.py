"""Acts as the shell runs them, over a store and at a moment."""

from __future__ import annotations

from hotline.engine.flow import Sources
from hotline.ports.clock import Clock
from hotline.ports.outgoing import Outgoing
from hotline.ports.store import Store
from hotline.service import acts
from hotline.service.acts import By, Result
from hotline.service.deps import Deps
from hotline.service.editions import approval
from hotline.service.editions.approval import Publisher
from hotline.service.editions.cache import EditionCache
from hotline.service.editions.snapshot import CompileSettings
from hotline.service.editions.withdrawal import withdraw_number
from tests.fakes import FakeHasher, FakeSealer
from tests.service.fakes import FakeClock, FakeMemory, FakeMeter, FakeQueue, FakeSpool
from tests.service.line import RULES

NOTHING = approval.CheckedEdition(*[Sources("", (), {}, (), (), "")] * 2, ())


def deps_of(store: Store, clock: Clock) -> Deps:
    """No edition is held: none is needed by an act that tells nobody."""
    memory = FakeMemory(FakeClock())
    held = EditionCache(CompileSettings())
    return Deps(RULES, held, store, memory, FakeSpool(), FakeQueue(), Outgoing({}, {}), clock, FakeHasher(), FakeSealer(), FakeMeter())


def publish(store: Store, sources: Sources, by: Publisher, at: int, pending_by: str | None = None) -> Result:
    """By one person."""
    return _run(store, by, at, approval.publish_edition, approval.check_edition(sources, at), pending_by)


def propose(store: Store, sources: Sources, by: Publisher, at: int, pending_by: str | None = None) -> Result:
    return _run(store, by, at, approval.propose_edition, approval.check_edition(sources, at), pending_by)


def approve(store: Store, number: int, by: Publisher, at: int, against: int | None = None, *, unseen: bool = False) -> Result:
    """As the command does, but that nobody is asked before whether they may: the act decides."""
    with store.read() as tx:
        proposal = tx.editions.proposal(number)
    edition = NOTHING if proposal is None else approval.check_edition(approval.read(proposal.sources, ""), at)
    return _run(store, by, at, approval.approve_edition, approval.Approval(number, by, edition, against, unseen))


def reject(store: Store, number: int, by: Publisher, at: int) -> Result:
    return _run(store, by, at, approval.reject_proposal, number)


def roll_back(store: Store, number: int, by: Publisher, at: int) -> Result:
    """Raises CannotPublish where there is no such edition."""
    return _run(store, by, at, approval.roll_back, number, approval.older_edition(store, number, at))


def withdraw(store: Store, clock: Clock, id: str, by: str, why: str = "") -> Result:
    return acts.run(deps_of(store, clock), By(by, "shell"), withdraw_number, id, why)


def _run(store: Store, by: Publisher, at: int, act, *args) -> Result:
    return acts.run(deps_of(store, FakeClock(at)), By(str(by), "shell"), act, *args)
