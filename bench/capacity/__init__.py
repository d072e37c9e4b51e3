"""How many counselors for how many callers: `python -m bench.capacity` simulates the line and writes what docs/capacity.md shows.

The rule is the service's own (coverage, promise, dispatch, taking, ringing, saying), driven over a store of plain dictionaries. What people do is guessed, in `World`.
"""
