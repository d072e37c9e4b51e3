"""Nobody finds out: with the staff's own words given, no phone is shown anything that depends on what any other asked for, or on what was done for it.

Whoever holds her phone and five others looks at all screens, by USSD and by SMS, asks and stops himself. Two lines live through the same
hours: the same staff say the same words, the same looks come. On one of them she and another woman also ask, refine, take back and stop, and
the staff take, ring and say how it ended; on the other nothing of that happens. What he is shown is the same, word for word.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeAlias, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace

from hotline.engine.casework.call_outcomes import OUTCOMES
from hotline.engine.casework.flags import FLAGS
from hotline.engine.effects import Coverage
from hotline.ports.calls.reviews import Decision
from hotline.ports.desk.shifts import Shift
from hotline.ports.spool import SpoolFull
from hotline.ports.store import StoreAway
from hotline.service.acts import Result
from hotline.service.calls.agreements import no_more, pass_on
from hotline.service.calls.connecting import connect
from hotline.service.calls.decisions import decide_review
from hotline.service.calls.rules.coverage import look
from hotline.service.calls.saying import say_outcome
from hotline.service.calls.scripts import mark
from hotline.service.calls.taking import give_back, hand_over, take
from hotline.service.conversation.guard import REST
from hotline.service.editions.cache import EditionCache
from hotline.service.work import Work
from tests.service.line import AWA, CALLER, FANTA, NANA, OTHER_CALLER, OUMOU, RULES, Line, staffed

HIS = tuple(f"+223700003{n}" for n in range(11, 16))
"""Five phones; hers is the sixth that he looks at."""
HERS, STAFF = (CALLER, OTHER_CALLER), (AWA, OUMOU, NANA, FANTA)
ASKED = [
    *("5 5", "5 1", "5 2", "5 3", "5 4", "4 1 1", "6 5 5", "6 5 4", "6 4 1 1", "5 7", "6 5 7"),
    *(f"5 6 {phone[4:]} 5" for phone in (CALLER, HIS[0])),
    *(f"5 6 {phone[4:]} 3" for phone in (CALLER, HIS[0])),
]
"""Requests of every kind, and the stop."""
THEN = ["1 1", "1 3", "2", "2 2", "7", "1", "66", "0", "9"]
"""What may follow in the same session: a word, another day, taking it back, the other language, back, out, and what is a wrong key."""
LOOKS = [*ASKED, "5", "6 5", "4 1", "5 1 2", "5 3 2 2", "5 4 1 2", "4 1 1 2", "4 1 1 7", "5 5 1", "4 1 1 1", f"5 6 {CALLER[4:]}"]
WORDS = ["conseil", "aide", "conseil bambara", "stop", "5 5", "4 1 1", "5 4", "5 3", "5", "7", "1"]


class Dialled(Struct, frozen=True):
    """She, or another woman, goes on in one of her sessions, or writes."""

    number: str
    session: int
    keys: str
    by_sms: bool


class Done(Struct, frozen=True):
    """Somebody of the staff does something about a request: the one of this place among all that there are."""

    number: str
    deed: str
    which: int
    how: str = ""


class Said(Struct, frozen=True):
    """What somebody of the staff says about themselves."""

    number: str
    word: str


class Passed(Struct, frozen=True):
    seconds: int


class Weather(Struct, frozen=True):
    """The database goes away, or has been back for a moment.

    In the two seconds for which a process leaves a store alone that failed, it shows that somebody asked it while it failed: that is left out.
    """

    is_away: bool


class Look(Struct, frozen=True):
    """He dials these keys, or writes them, on the phone of this place; the last is hers."""

    phone: int
    keys: str
    by_sms: bool = False


Step: TypeAlias = Dialled | Done | Said | Passed | Weather | Look

DIALLED = st.builds(
    Dialled, st.sampled_from(HERS), st.integers(0, 2), st.sampled_from([*ASKED, *ASKED, *THEN, "stop", "conseil"]), st.booleans()
)
ACTS: dict[str, Callable[..., Result]] = {
    "take": take,
    "back": give_back,
    "outcome": say_outcome,
    "mark": mark,
    "no more": no_more,
    "pass on": pass_on,
}
DEEDS: list[tuple[str, Sequence[str]]] = [
    *(("take", ()), ("take", ()), ("ring", ()), ("ring", ()), ("back", ()), ("sms", tuple("0123456789"))),
    *(("outcome", OUTCOMES), ("mark", tuple(kind.flag for kind in FLAGS)), ("no more", ()), ("pass on", ()), ("hand over", STAFF)),
    ("decide", get_args(Decision)),
]
DONE = st.sampled_from(DEEDS).flatmap(
    lambda deed: st.builds(Done, st.sampled_from(STAFF), st.just(deed[0]), st.integers(0, 9), st.sampled_from(deed[1] or [""]))
)
STEPS: st.SearchStrategy[Step] = st.one_of(
    DIALLED,
    DIALLED,
    DONE,
    DONE,
    DONE,
    st.builds(Said, st.sampled_from(STAFF), st.sampled_from(["ici", "ici", "service", "pause"])),
    st.builds(Passed, st.sampled_from([1, 30, 130, 400, 1300, 3700])),
    st.builds(Weather, st.booleans()),
    st.builds(Look, st.integers(0, 5), st.sampled_from(LOOKS)),
    st.builds(Look, st.integers(0, 4), st.sampled_from(WORDS), st.just(True)),
)
LAST = ("5", "5 5", "4 1 1", "5 4", "6 5", "5 3 2")
"""What is looked at in the end, each on another phone, hers the last."""
PLANS = st.sampled_from([((0, 1440),), ((8 * 60, 10 * 60 + 20),), ((9 * 60, 10 * 60 + 5), (15 * 60, 19 * 60)), ((14 * 60, 18 * 60),)])
Plan: TypeAlias = tuple[tuple[int, int], ...]


class Hours:
    """What happens on one line, and all that he is shown there."""

    def __init__(self, line: Line, *, alone: bool) -> None:
        """`alone`: nobody but he asks for anything, and nobody is called."""
        self.shown: list[str] = []
        self._line = line
        self._alone = alone
        self._typed: dict[tuple[str, int], str] = {}
        self._began = 0

    def live(self, steps: Iterable[Step]) -> None:
        for step in steps:
            match step:
                case Dialled() if not self._alone:
                    self._ask(step)
                case Done() if not self._alone:
                    with suppress(StoreAway):
                        self._do(step)
                case Said():
                    with suppress(StoreAway):
                        self._line.text(step.number, step.word, id=self._new("said"))
                case Passed():
                    self._line.clock.at += step.seconds
                    with suppress(StoreAway, SpoolFull):
                        self._line.hotline.tick()
                    with suppress(StoreAway):
                        self._line.hotline.look_who_is_there()
                case Weather():
                    self._line.store.failing = "always" if step.is_away else "never"
                    self._line.clock.at += REST + 1
                case Look():
                    self._look(step)
            with suppress(StoreAway):
                self._line.work()

    def facts(self) -> list[Coverage]:
        line = self._line
        with line.real_store.read() as tx:
            return [look(Work(line.hotline.deps, tx, line.clock.now()), language) for language in ("fr", "bm")]

    def _new(self, what: str) -> str:
        """Named alike on both lines."""
        self._began += 1
        return f"{what}-{self._began}"

    def _look(self, step: Look) -> None:
        number = (*HIS, CALLER)[step.phone]
        if step.by_sms:
            self._line.inbox(number)
            with suppress(StoreAway):
                self._line.text(number, step.keys, id=self._new("look"))
                self._line.work()
            self.shown.append("\n".join(self._line.inbox(number)))
        else:
            self.shown.append(self._line.dial(step.keys, self._new("look"), number).text)

    def _ask(self, step: Dialled) -> None:
        line, session = self._line, (step.number, step.session)
        if step.by_sms or not step.keys[0].isdigit():
            with suppress(StoreAway):
                line.text(step.number, step.keys)
            return
        keys = f"{self._typed.get(session, '')} {step.keys}".strip()
        ended = line.dial(keys, f"hers-{step.number}-{step.session}", step.number).ends
        self._typed[session] = "" if ended else keys

    def _do(self, step: Done) -> None:
        line, callbacks = self._line, self._line.callbacks()
        if step.deed == "sms":
            line.text(step.number, step.how)
        elif step.deed == "decide":
            self._decide(step)
        elif callbacks:
            id = callbacks[step.which % len(callbacks)].id
            if step.deed == "hand over":
                line.act(FANTA, hand_over, id, line.staff(step.how).id)
            elif step.deed == "ring":
                self._ring(step.number, id)
            else:
                line.act(step.number, ACTS[step.deed], id, *filter(None, (step.how,)))

    def _ring(self, number: str, id: str) -> None:
        """A whole call, nothing said of how it ended."""
        line = self._line
        line.act(number, take, id)
        line.act(number, connect, id)
        line.work()
        line.pick_up(number)
        line.press("1", number)
        line.hang_up(number)

    def _decide(self, step: Done) -> None:
        with self._line.real_store.read() as tx:
            undecided = [review.id for review, _ in tx.reviews.undecided(100)]
        if undecided:
            self._line.act(FANTA, decide_review, undecided[step.which % len(undecided)], step.how, "une raison")


class Town(Struct, frozen=True):
    """What both lines have in common."""

    empty: Path
    editions: EditionCache
    plan: Plan = ((0, 1440),)
    """When each counselor is planned, every day."""
    supervised: bool = False

    def lived(self, steps: Iterable[Step], *, alone: bool) -> tuple[list[str], list[Coverage]]:
        """What he was shown, and the facts in the end."""
        with tempfile.TemporaryDirectory() as folder, staffed(self.empty, Path(folder) / "hotline.db", self.editions) as line:
            line.rule(replace(RULES, presence_minutes=90, supervised=self.supervised, sms_replies=True, calls_a_shift=2, pause_minutes=15))
            with line.real_store.write() as tx:
                for shift in tx.shifts.all():
                    tx.shifts.drop(shift)
                for number in (AWA, OUMOU, NANA):
                    for start, end in self.plan:
                        tx.shifts.add(Shift(line.staff(number).id, None, start, end))
            hours = Hours(line, alone=alone)
            hours.live(steps)
            return hours.shown, hours.facts()


@pytest.fixture(scope="module")
def town(empty_database: Path, editions: EditionCache) -> Town:
    return Town(empty_database, editions)


@settings(max_examples=60)
@given(steps=st.lists(STEPS, min_size=4, max_size=24), plan=PLANS, supervised=st.booleans())
def test_nobody_is_found_out(town: Town, steps: list[Step], plan: Plan, supervised: bool) -> None:
    """Five phones and hers, by USSD and by SMS: every screen is the same whatever she, another woman and the staff did; so are the facts."""
    here = replace(town, plan=plan, supervised=supervised)
    steps = [*steps, *(Look(phone, keys) for phone, keys in enumerate(LAST))]
    assert here.lived(steps, alone=False) == here.lived(steps, alone=True)


def test_the_two_lines_differ_in_what_she_asked(town: Town) -> None:
    """A look shows screens and answers by SMS, and her requests are kept on the one line alone: else the property would say nothing."""
    asks = [Dialled(CALLER, 0, "5 5", by_sms=False), Dialled(OTHER_CALLER, 0, "4 1 1", by_sms=True), Done(AWA, "ring", 0)]
    steps = [*asks, *(Look(phone, keys) for phone, keys in enumerate(LAST)), Look(0, "conseil", by_sms=True), Look(1, "4 1 1", by_sms=True)]
    shown, (french, bambara) = town.lived(steps, alone=False)
    assert (8, True, True) == (len(shown), french.now, bambara.urgent)
    assert all(shown)
