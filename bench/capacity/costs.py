"""`python -m bench.capacity.costs`: what a thousand callers cost, by USSD, SMS and voice. Prices and habits are arguments: none is known here."""

from __future__ import annotations

import argparse
from typing import Final, Literal, TypeAlias, get_args

from msgspec import Struct

from bench.capacity.world import GUESSED

CALLERS: Final = 1000
Reached: TypeAlias = Literal["page", "sms", "ring"]
"""How counselors work: on the page, by SMS alone, or rung by the line."""

SENT_PER_CALL: Final[dict[Reached, int]] = {"page": 1, "sms": 4, "ring": 0}
"""SMS to staff for a callback that is taken and rung: the offer; by SMS also *it is yours*, *how did it end*, *noted* (`make chaos` counts them)."""
WRITTEN_PER_CALL: Final[dict[Reached, int]] = {"page": 0, "sms": 2, "ring": 0}
"""SMS from staff: that they take it, and how it ended."""


class Prices(Struct, frozen=True):
    """In one currency, whichever: a session, an outgoing SMS, an incoming one, a minute of one leg of a call."""

    session: float
    sms: float
    sms_in: float
    minute: float


class Habits(Struct, frozen=True):
    """Shares of callers, 0 to 1, and what the others are."""

    asks: float
    """Who ask to be called."""
    rung: float
    """Of those, who are rung."""
    reached: Reached


class Bill(Struct, frozen=True):
    """Of a thousand callers."""

    sessions: float
    sms: float
    sms_in: float
    minutes: float
    """Of both legs together."""

    def cost(self, prices: Prices) -> float:
        return self.sessions * prices.session + self.sms * prices.sms + self.sms_in * prices.sms_in + self.minutes * prices.minute


def bill(habits: Habits) -> Bill:
    """Each caller dials once. Talks and rings last as `docs/capacity.md` guesses; the counselor's leg begins before the caller's, and by ring it carries the alert."""
    calls = CALLERS * habits.asks * habits.rung
    talk = GUESSED.answered * GUESSED.talk
    counselor = talk + (1 - GUESSED.answered) * GUESSED.unanswered + GUESSED.dials
    return Bill(
        sessions=CALLERS,
        sms=calls * SENT_PER_CALL[habits.reached],
        sms_in=calls * WRITTEN_PER_CALL[habits.reached],
        minutes=calls * (counselor + talk),
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.capacity.costs", description=__doc__)
    for name, about in (
        ("session", "a USSD session"),
        ("sms", "an SMS that the line sends"),
        ("sms-in", "an SMS that it gets"),
        ("minute", "a minute of one leg of a call"),
    ):
        parser.add_argument(f"--{name}", type=_price, required=True, metavar="PRICE", help=f"of {about}")
    parser.add_argument(
        "--asks", type=_share, required=True, metavar="SHARE", help="of callers who ask to be called: 0 to 1, from the page of figures"
    )
    parser.add_argument("--rung", type=_share, default=1.0, metavar="SHARE", help="of those, who are rung (default: all)")
    options = parser.parse_args()
    prices = Prices(options.session, options.sms, options.sms_in, options.minute)
    print("| counselors work by | sessions | SMS out | SMS in | minutes, both legs | cost of 1000 callers | of one who is rung |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for reached in get_args(Reached):
        counts = bill(Habits(options.asks, options.rung, reached))
        rung = CALLERS * options.asks * options.rung
        cost = counts.cost(prices)
        each = f"{(cost - CALLERS * prices.session) / rung:.1f}" if rung else "–"
        print(
            f"| {reached} | {counts.sessions:.0f} | {counts.sms:.0f} | {counts.sms_in:.0f} | {counts.minutes:.0f} | {cost:.0f} | {each} |"
        )


def _price(words: str) -> float:
    price = float(words)
    if not 0 <= price < 1e6:  # NaN too
        raise argparse.ArgumentTypeError("a price is 0 or more")
    return price


def _share(words: str) -> float:
    share = float(words)
    if not 0 <= share <= 1:
        raise argparse.ArgumentTypeError("a share is between 0 and 1")
    return share


if __name__ == "__main__":
    main()
