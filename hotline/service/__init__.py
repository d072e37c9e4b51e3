"""The use cases of the line: what its gateways, workers, clock and pages may ask of it."""

from __future__ import annotations

from contextlib import ExitStack, suppress
from threading import BoundedSemaphore

from msgspec.structs import replace

from hotline.engine.step import replay as engine
from hotline.engine.times import DAY_MINUTES, DAY_SECONDS
from hotline.ports.figures.figures import Counts, LineState
from hotline.ports.incoming import ReceivedSms, SmsReport, Unknown
from hotline.ports.memory import MemoryAway
from hotline.ports.queue import QUEUES
from hotline.ports.store import StoreAway
from hotline.ports.ussd import InputMemory, UssdHop
from hotline.ports.voice import VoiceLeg, VoiceStep
from hotline.service import gateway_states, incoming_sms, outbox
from hotline.service.calls.dispatch import claims, ending, offering
from hotline.service.conversation.dialogue import Dialogue, Replay, safe_end
from hotline.service.conversation.guard import GuardedSpool, GuardedStore
from hotline.service.conversation.inputs import Answered, InputLists
from hotline.service.conversation.orders import Orders
from hotline.service.conversation.session import Session
from hotline.service.conversation.turned_away import TurnedAwayCounts
from hotline.service.conversation.who_is_there import WhoIsThere
from hotline.service.deps import Deps
from hotline.service.desk import backup_state
from hotline.service.editions.session_marker import editions_of_session
from hotline.service.faces import voice
from hotline.service.held import is_held
from hotline.service.upkeep import hours_kept, purging, rung_again, stale_entries, still_here, supervision
from hotline.service.upkeep.clock_watch import ClockWatch, put_back
from hotline.service.upkeep.line_state import LineStates
from hotline.service.upkeep.machine_alarms import MachineAlarm, alarms_in
from hotline.service.upkeep.spool_watch import SpoolWatch
from hotline.service.wall_clock import is_right, jumped_by
from hotline.settings import Rules

__all__ = ["Hotline", "Rules"]

PURGE_SECONDS = 300
STALE_SECONDS = REMIND_SECONDS = ASK_SECONDS = LOST_SECONDS = 60
TICKING = "clock"
TICKING_SECONDS = 30
"""A clock that did not tick for so long counts as away."""


class Hotline:
    """Holds the ports and hands each request to its subject. Shared by all threads of a process."""

    def __init__(self, deps: Deps, threads: int, budget_ms: int, replay: Replay = engine) -> None:
        """`threads`: how many of this process ask at once; one of them is left to browsing hops, but for the moment that a write waits for its turn.
        `budget_ms`: how long the store may take (`HOTLINE_DATABASE_BUDGET_MS`)."""
        store = GuardedStore(deps.store, deps.clock, deps.meter, threads)
        self._deps = replace(deps, store=store, spool=GuardedSpool(deps.spool, store.turns, budget_ms))
        # For calls, which are few and cannot wait until a guard has rested.
        self._patient = deps
        # Legs that wait for the vendor's answer hold no more than half of the threads.
        self._room = BoundedSemaphore(max(threads // 2, 1))
        self._orders = Orders(self._deps, deps, store.write_at_last)
        self._spool_watch = SpoolWatch()
        self._clock_watch = ClockWatch()
        self._states = LineStates()
        self._turned_away = TurnedAwayCounts(self._deps)
        self._who = WhoIsThere(deps)
        self._inputs = InputLists(deps)
        self._dialogue = Dialogue(self._deps, self._orders, replay, self._turned_away, self._who)
        # At hand for the browsing hop, which goes this way some ten thousand times a second.
        self._store, self._editions, self._clock, self._life = deps.store, deps.editions, deps.clock, deps.rules.session_seconds
        self._purged_at = self._looked_at = self._tended_at = self._aged_at = self._reminded_at = self._asked_at = 0
        self._hours_kept_on = self._audit_aged_on = -1

    @property
    def deps(self) -> Deps:
        """What the console's use cases work with: the same guarded store as the hops'."""
        return self._deps

    def hop(self, gateway: str, memory: InputMemory, hop: UssdHop) -> Answered:
        """The screen for what was typed so far, whatever the gateway's wire remembers of it. Never raises because a store is away. `hop.number`: E.164."""
        if memory == "all":
            session = Session(gateway, hop.session, hop.number, hop.inputs or (), self._life)
            return self._answer(session, hop, is_first=hop.first if hop.first is not None else not session.inputs)
        typed = self._inputs.echoed(gateway, hop) if memory == "echoed" else self._inputs.kept(gateway, hop)
        if typed is None:
            return Answered(
                safe_end(self._editions.active(self._clock.now()).edition("ussd", hop.network, hop.letters, hop.keys)), stored=True
            )
        answered = self._answer(typed.session, hop, is_first=typed.is_first, may_order=typed.may_order)
        is_echoed = memory == "echoed" and not answered.screen.ends
        return replace(answered, state=self._inputs.state(hop, typed)) if is_echoed else answered

    def _answer(self, session: Session, hop: UssdHop, *, is_first: bool, may_order: bool = True) -> Answered:
        snapshot, at = self._editions.snapshot, self._clock.now()
        if snapshot.calm_from <= at < snapshot.unsure_from:  # nearly always: this is the way that has to be short
            return Answered(
                *self._dialogue.answer(
                    (snapshot.editions[-1].edition("ussd", hop.network, hop.letters, hop.keys),), session, may_order=may_order
                )
            )
        found = editions_of_session(snapshot, self._deps.memory, session.name, at, is_first=is_first)
        editions = [loaded.edition("ussd", hop.network, hop.letters, hop.keys) for loaded in found.editions]
        if not editions:
            return Answered(safe_end(snapshot.active(at).edition("ussd", hop.network, hop.letters, hop.keys)), stored=True)
        return Answered(*self._dialogue.answer(editions, session, may_order=may_order and found.may_order))

    def over(self, gateway: str, memory: InputMemory, session: str) -> None:
        """A session is over, as its gateway says: what was typed in it is forgotten."""
        if memory == "last":
            with suppress(MemoryAway):
                self._inputs.forget(gateway, session)

    def sms(self, sms: ReceivedSms) -> None:
        """Take an SMS from a caller or from staff. Raises StoreAway or MemoryAway where it could not be kept: it must come again."""
        incoming_sms.take(self._deps, self._dialogue, self._orders, sms)

    def delivery(self, report: SmsReport) -> None:
        """What became of an SMS. Raises StoreAway."""
        outbox.report(self._deps, report)

    def unknown(self, what: Unknown) -> None:
        """Something came in a state that is not known: it is counted, and whoever sent it need not send it again."""
        self._deps.meter.unknown(what)

    def opt_out(self, number: str) -> None:
        """As STOP by SMS. Raises StoreAway."""
        self._orders.stop(number, f"opt out|{number}|{self._deps.clock.now()}")

    def voice(self, leg: VoiceLeg) -> VoiceStep:
        """What the counselor's leg of a call does next. Nobody is rung where a store is away, nor in a session that is not ours."""
        return voice.next_step(self._patient, leg, self._room)

    def cover(self) -> VoiceStep:
        """What whoever rings the cover number hears, in every language of the line. Needs no store."""
        return voice.cover(self._deps)

    def deliver(self, message: str) -> None:
        """Hand one message to the gateway, if nobody has. Raises StoreAway."""
        outbox.deliver(self._deps, message)

    def refresh(self) -> None:
        """Learn of editions and of numbers that were taken off, and hand on what this process counted; meant for every second, in every process that answers.

        Raises StoreAway and what else `EditionCache.refresh` does.
        """
        at = self._deps.clock.now()
        with suppress(MemoryAway):
            self._deps.memory.vouch(at)
        try:
            self._editions.refresh(self._store, at)
        finally:
            self._turned_away.flush()

    def look_who_is_there(self) -> None:
        """Learn what the staff declared; meant for twice a second, in every process that answers callers. Raises StoreAway."""
        self._who.look()

    def tend_spool(self) -> None:
        """Take what lies in this machine's spool into the database, write down apart what could not be, and tell supervisors where it cannot be used; meant for every second, on every machine that answers.

        Raises StoreAway and SpoolFull.
        """
        with ExitStack() as last_first:
            last_first.callback(self._orders.drain)
            if self._deps.revoked is not None:
                last_first.callback(self._deps.revoked.append_left)
            last_first.callback(self._spool_watch.look, self._patient, self._deps.clock.now())

    def share(self) -> None:
        """Leave this process's counts, and copies of the editions, on this machine's disk; meant for every second, on a thread of its own.

        It may hang with the disk, and nothing else with it. Raises OSError.
        """
        with ExitStack() as last_first:
            last_first.callback(self._deps.meter.share)
            last_first.callback(self._editions.copy)

    def broken(self) -> str:
        """The neutral words for a caller where something failed inside, in the language that the line opens in."""
        edition = self._deps.editions.active(self._deps.clock.now()).edition("ussd", "")
        return edition.phrase("neutral.broken", edition.languages[0])

    def has_emergency_number(self) -> bool:
        """Does the edition in force show one?"""
        return stale_entries.has_emergency_number(self._deps, self._deps.clock.now())

    def tick(self) -> None:
        """What time alone brings about; meant for once a second. Each part runs though another fails; then one failure is raised.

        What ends something, or erases it, waits until the wall clock is right (`wall_clock.py`). Raises StoreAway, SpoolFull and what else publishing does.
        """
        now = self._clock.reading()
        at, may_end = now.wall // 1000, self._clock_watch.look(self._deps, now)
        with ExitStack() as last_first:
            if may_end:
                last_first.callback(self._age_audit, at)
                last_first.callback(self._purge, at)
                last_first.callback(self._age, at)
                last_first.callback(self._keep_hours, at)
            last_first.callback(outbox.sweep, self._deps, at)
            last_first.callback(self._dispatch, at, may_end=may_end)
            last_first.callback(self._tend_revoked, at, may_end=may_end)
            last_first.callback(self.tend_spool)
            last_first.callback(self.refresh)
            last_first.callback(self._mark_tick)

    def _dispatch(self, at: int, *, may_end: bool) -> None:
        """What becomes of callbacks, and whom of the staff the clock asks and tells; while a restored line is held nothing, but that it waits for somebody."""
        with self._deps.store.read() as tx:
            held = is_held(tx)
        if held:
            self._remind_of_hold(at)
            return
        with ExitStack() as last_first:
            last_first.callback(self._ask_who_is_here, at)
            last_first.callback(self._remind, at)
            last_first.callback(offering.offer_due, self._deps, at)
            if may_end:
                last_first.callback(put_back, self._deps, at)
            last_first.callback(offering.follow_failed_alerts, self._deps, at)
            if may_end:
                last_first.callback(claims.release_idle, self._deps, at)
                last_first.callback(ending.end_ended, self._deps, at)
            last_first.callback(self._end_lost, at)

    def health(self) -> dict[str, str]:
        """Each part's state, `ok` or `away`. An edition was there when this process began, so it is there. `emergency_number`: `ok` or `none`;
        `supervision`: `closed` where the line needs a supervisor on call and nobody is; `spool`: `set_aside`, too, while one that could not be used lies beside it;
        `keys`: `dropped` where somebody said so (`hotline seal`);
        `wall_clock`: `jumped` where this machine's is not right; `restored`: `held` where nobody said go yet after a restore; `gateway NAME`: `failing` where the last thing that it was handed was not taken."""
        memory, ticking = self._memory_state()
        return {
            "database": self._store_state(),
            "redis": memory,
            "spool": self._deps.spool.state(),
            "editions": "ok",
            "keys": "dropped" if self._deps.sealer.is_dropped else "ok",
            "emergency_number": "ok" if self.has_emergency_number() else "none",
            "clock": ticking,
            "wall_clock": self._wall_clock_state(),
            "supervision": self._supervision_state(),
            "restored": self._restored_state(),
            **{f"gateway {name}": state for name, state in gateway_states.states(self._deps).items()},
        }

    def counts(self) -> Counts:
        """For the gauges. Raises StoreAway."""
        with self._deps.store.read() as tx:
            counts = tx.figures.counts(self._deps.clock.now())
            jumped, at = jumped_by(tx.clocks.readings(), self._clock.reading()), self._deps.clock.now()
            ages = {kind: at - run.good_at for kind, run in tx.backups.runs().items() if run.good_at is not None}
            return replace(counts, clock_jumped=jumped, backup_age=ages.get("daily"), drill_age=ages.get("drill"), is_held=is_held(tx))

    def state(self) -> LineState:
        """For the gauges. Raises StoreAway."""
        return self._states.now(self._deps, self._deps.clock.now())

    def workers(self) -> dict[str, bool]:
        """By queue: is there a worker? Raises MemoryAway."""
        return {queue: self._deps.queue.is_worked(queue) for queue in QUEUES}

    def machine_alarms(self) -> tuple[MachineAlarm, ...]:
        """What is wrong with this machine's part of the line. Does not raise because a store is away."""
        try:
            worked = tuple(self.workers().values())
        except MemoryAway:
            worked = ()
        return (*alarms_in(self.health(), worked), *self._backup_alarm())

    def _backup_alarm(self) -> tuple[MachineAlarm, ...]:
        with suppress(StoreAway):  # which is told
            return ("backup",) if backup_state.look(self._deps, self._clock.now()).backup.is_late else ()
        return ()

    def dropped_jobs(self) -> int:
        """How many jobs workers dropped because the line does not make such. Raises MemoryAway."""
        return self._deps.queue.dropped()

    def _purge(self, at: int) -> None:
        if abs(at - self._purged_at) >= PURGE_SECONDS:
            with self._deps.store.write() as tx:
                tx.retention.purge(at, self._deps.rules)
            self._purged_at = at

    def _age_audit(self, at: int) -> None:
        if at // DAY_SECONDS != self._audit_aged_on:
            purging.age_audit(self._deps, at)
            self._audit_aged_on = at // DAY_SECONDS

    def _keep_hours(self, at: int) -> None:
        today = self._clock.local(at) // DAY_MINUTES
        if today != self._hours_kept_on:
            hours_kept.keep(self._deps, at)
            self._hours_kept_on = today

    def _tend_revoked(self, at: int, *, may_end: bool) -> None:
        """Write down what another machine stopped, or what there was no room for, and take out what no backup can bring back any more; that waits for a clock
        that is right."""
        if self._deps.revoked is not None and abs(at - self._tended_at) >= STALE_SECONDS:
            self._tended_at = at
            with self._deps.store.read() as tx:
                standing = tx.revocations.standing(at)
            self._deps.revoked.add_missing(standing)
            if may_end:
                self._deps.revoked.trim(at)

    def _age(self, at: int) -> None:
        if abs(at - self._aged_at) >= STALE_SECONDS:
            self._aged_at = at  # whatever comes of it: at most once a minute
            stale_entries.drop_stale(self._deps, at)

    def _end_lost(self, at: int) -> None:
        if abs(at - self._looked_at) >= LOST_SECONDS:
            self._looked_at = at
            ending.end_lost(self._deps, at)

    def _remind(self, at: int) -> None:
        if abs(at - self._reminded_at) >= REMIND_SECONDS:
            self._reminded_at = at
            supervision.tell_of_crowd(self._deps, at)
            supervision.remind(self._deps, at)

    def _remind_of_hold(self, at: int) -> None:
        if abs(at - self._reminded_at) >= REMIND_SECONDS:
            self._reminded_at = at
            supervision.tell_of_hold(self._deps, at)

    def _ask_who_is_here(self, at: int) -> None:
        if abs(at - self._asked_at) >= ASK_SECONDS:
            self._asked_at = at
            with ExitStack() as last_first:
                last_first.callback(rung_again.ring, self._deps, at)
                last_first.callback(still_here.ask, self._deps, at)

    def _mark_tick(self) -> None:
        try:
            self._deps.memory.remember(TICKING, b"", TICKING_SECONDS)
        except MemoryAway:
            return

    def _store_state(self) -> str:
        try:
            with self._deps.store.write() as tx:  # a database that can only be read keeps no promise
                at = self._deps.clock.now()
                # Nor does one that opens and has a damaged page where promises lie: orders go to the spool then, and nobody is offered anything.
                tx.figures.counts(at)
                tx.outbox.stale("pending", 0)
                tx.ledger.find(b"", at)
        except StoreAway:
            return "away"
        return "ok"

    def _wall_clock_state(self) -> str:
        try:
            with self._deps.store.read() as tx:
                return "ok" if is_right(self._deps, tx) else "jumped"
        except StoreAway:
            return "away"

    def _restored_state(self) -> str:
        try:
            with self._deps.store.read() as tx:
                return "held" if is_held(tx) else "ok"
        except StoreAway:
            return "away"

    def _supervision_state(self) -> str:
        try:
            return supervision.state(self._deps, self._deps.clock.now())
        except StoreAway:
            return "away"

    def _memory_state(self) -> tuple[str, str]:
        """Redis, and the clock, which notes its ticks there: without Redis nothing is known of the clock."""
        try:
            ticked = self._deps.memory.recall(TICKING).facts is not None
        except MemoryAway:
            return "away", "away"
        return "ok", "ok" if ticked else "away"
