"""What people do, guessed: the line has not been measured. And the line that they meet: who works on it, and what is asked of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

Presence: TypeAlias = Literal["said", "held"]
"""What makes a counselor count as there. `said`: the rule, *I am here* alone. `held`: the counterfactual, which the line does not have: that
who takes, holds or ends a callback counts as there too."""


@dataclass(frozen=True)
class World:
    """Times in minutes, chances between 0 and 1."""

    urgent: float = 0.125
    """How many of those who ask for a call now press the urgent key."""
    notices: float = 1.0
    """From the alert until a counselor takes it, on average; at least a quarter of a minute."""
    notices_on_call: float = 3.0
    """The same of a supervisor, who has other work."""
    goes_on: float = 1.0
    """From the end of a supervisor's call until she takes what else waited for so long that she was asked."""
    unnoticed: float = 0.1
    """How often an alert is not noticed at all."""
    dials: float = 1.0
    """From taking it until the caller's phone rings."""
    answered: float = 0.8
    talk: float = 19.0
    """On average; log-normal with a sigma of 0.6: one call in twenty is longer than 42."""
    unanswered: float = 1.0
    writes: float = 2.0
    """After every call, until it is said how it ended."""
    hard: float = 0.2
    """How many of the talks are followed by the pause after a hard call."""
    redials: float = 0.6
    """Of those who were turned away, or waited for nothing. At most twice."""
    redials_after: float = 10.0
    """On average."""
    answers: float = 3.0
    """From being asked *are you still here?* until the counselor says so, on average; who talks says it after the call."""
    late: float = 1 / 7
    """How often that question goes unanswered; it is asked twice."""
    returns: float = 20.0
    """Who let both go by says *I am here* within so long after it lapsed."""
    heeds_many: float = 0.5
    """How many of those who read that the call may not come ask for another time."""
    declares: float = 10.0
    """From the alert of a crowd until the supervisor says that many ask."""

    @property
    def work(self) -> float:
        """How long one request keeps a counselor, on average: that much an hour, times how many there are, is a load of 1. Pauses come on top."""
        return self.dials + self.answered * self.talk + (1 - self.answered) * self.unanswered + self.writes


GUESSED: Final = World()


@dataclass(frozen=True)
class Team:
    """Who works, always the same number, and by which settings."""

    counselors: int
    supervisors: int = 1
    """On call."""
    presence: Presence = "said"
    presence_minutes: int = 90
    promise_minutes: int = 30
    says_many: bool = False
    """Does a supervisor say that many ask, when the clock alerts?"""
    only: tuple[str, ...] = ()
    """Languages of counselors who speak one alone, one each; the others speak all that callers do, supervisors too."""
    bambara: float = 0.0
    """How many of the callers speak Bambara and no French, between 0 and 1; the others speak French and no Bambara."""
