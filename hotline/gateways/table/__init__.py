"""A vendor's wire as a table: a TOML file says how it asks and how it is answered, and no Python is written (`docs/gateways.md`).

`spec.py` is the file's declaration, read with the line of each fault; `reading.py` and `conditions.py` are what it says of a request,
`answers.py` of an answer; `door.py` puts them together once, into functions that a hop runs; `samples.py` plays a vendor's own examples.
The tables that ship lie in `hotline/gateways/tables/`.
"""
