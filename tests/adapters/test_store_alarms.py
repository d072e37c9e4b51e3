"""The contract of `Alarms`, and of what is told at a hand-over, held by SQLite and by PostgreSQL alike."""

from __future__ import annotations

from msgspec.structs import replace
from sqlalchemy import select

from hotline.adapters.sql.tables import alarms, handed
from hotline.ports.calls.alarms import Alarm, BeforeSupervisors, CallForHelp
from hotline.ports.calls.calls import Call
from hotline.ports.calls.reviews import Review
from hotline.ports.desk.cases import HandedNote
from hotline.settings import Rules
from tests.adapters.test_store import DAY, NOW, a_callback, id_of, keep

AWA, FANTA = id_of(91), id_of(92)
HELP = Alarm(id_of(1), "help", NOW + 60, id_of(31))


def talk(store, *numbers: int) -> None:
    """Awa talks with a caller, in one call for all of these callbacks; the first of them is the oldest."""
    for n in numbers:
        keep(
            store,
            a_callback(
                n, reference=f"{700 + n}", made_at=NOW + n, state="claimed", claimed_by=AWA, claimed_at=NOW + 20, attempts=1, call=id_of(31)
            ),
        )
    with store.write() as t:
        t.calls.add(Call(id_of(31), id_of(numbers[0]), AWA, "dialed", NOW + 20, dialed_at=NOW + 30))
        t.alarms.save(replace(HELP, callback=id_of(numbers[0])))


def asked(store) -> tuple[CallForHelp, ...]:
    with store.read() as t:
        return t.alarms.before_supervisors().calls_for_help


def test_one_of_a_kind_for_each_callback(store) -> None:
    """What is saved again stands in the place of what stood; the other kind stays."""
    keep(store, a_callback(1))
    urgent = Alarm(id_of(1), "urgent", NOW)
    with store.write() as t:
        t.alarms.save(HELP)
        t.alarms.save(urgent)
        t.alarms.save(replace(urgent, seen_by=FANTA))
        assert (t.alarms.of(id_of(1), "help"), t.alarms.of(id_of(1), "urgent")) == (HELP, replace(urgent, seen_by=FANTA))
        assert t.alarms.before_supervisors() == BeforeSupervisors(0, (), {id_of(1): FANTA})
        t.alarms.drop(id_of(1), "urgent")
        assert (t.alarms.of(id_of(1), "help"), t.alarms.of(id_of(1), "urgent")) == (HELP, None)


def test_a_call_for_help_is_one_however_many_callbacks_the_call_is_for(store) -> None:
    """With the oldest reference; where that request was cancelled meanwhile, with the next."""
    talk(store, 1, 2)
    assert asked(store) == (CallForHelp(HELP, "701", AWA, is_on_the_line=True),)
    with store.write() as t:
        t.callbacks.save(replace(t.callbacks.get(id_of(1)), state="cancelled", closed_at=NOW + 70))
    assert asked(store) == (CallForHelp(HELP, "702", AWA, is_on_the_line=True),)


def test_beside_it_stands_how_many_reviews_nobody_decided(store) -> None:
    """Whether there is an alarm or none."""
    keep(store, a_callback(1, state="review"))
    with store.write() as t:
        assert t.alarms.before_supervisors() == BeforeSupervisors(0, (), {})
        t.reviews.add(Review(id_of(1), id_of(1), "missed", NOW))
        t.reviews.add(Review(id_of(2), id_of(1), "minor", NOW, "noted", "seen", FANTA, NOW))
        assert t.alarms.before_supervisors() == BeforeSupervisors(1, (), {})
        t.alarms.save(Alarm(id_of(1), "urgent", NOW, seen_by=FANTA))
        assert t.alarms.before_supervisors() == BeforeSupervisors(1, (), {id_of(1): FANTA})


def test_it_stands_until_somebody_said_how_the_call_ended(store) -> None:
    """Hung up, it says so; said, given back, or rung anew, it is gone."""
    talk(store, 1)
    with store.write() as t:
        t.calls.save(replace(t.calls.get(id_of(31)), state="ended", ended_at=NOW + 90))
    assert asked(store) == (CallForHelp(HELP, "701", AWA, is_on_the_line=False),)
    for change in ({"outcome": "spoke"}, {"state": "waiting"}, {"call": id_of(32)}):
        with store.write() as t:
            stood = t.callbacks.get(id_of(1))
            t.callbacks.save(replace(stood, **change))
        assert asked(store) == ()
        with store.write() as t:
            t.callbacks.save(stood)
    assert len(asked(store)) == 1


def test_nothing_of_it_outlasts_the_call(store) -> None:
    """The next purge takes it where nobody waits or talks any more; what stands about the others stays."""
    talk(store, 1)
    for n, state in ((2, "waiting"), (3, "closed"), (4, "review")):
        keep(store, a_callback(n, reference=f"{700 + n}", state=state))
        with store.write() as t:
            t.alarms.save(Alarm(id_of(n), "urgent", NOW, seen_by=FANTA))
    with store.write() as t:
        t.retention.purge(NOW + 300, Rules())
        assert set(t._connection.execute(select(alarms.c.callback)).scalars()) == {id_of(1), id_of(2)}


def test_what_is_told_at_a_hand_over_is_sealed_and_goes_with_the_callback(store) -> None:
    """A later one stands in its place; a dump has neither words nor author."""
    keep(store, a_callback(1))
    note = HandedNote("Elle a peur le soir", FANTA)
    with store.write() as t:
        assert t.cases.handed(id_of(1)) is None
        t.cases.save_handed(id_of(1), HandedNote("Avant", AWA))
        t.cases.save_handed(id_of(1), note)
        assert t.cases.handed(id_of(1)) == note
        assert not [part for row in t._connection.execute(select(handed)) for part in ("peur", FANTA) if part in str(row)]
        t.retention.purge(NOW + 40 * DAY, Rules())
        assert t.cases.handed(id_of(1)) is None
