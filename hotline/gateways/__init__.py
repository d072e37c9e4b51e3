"""Gateways: one vendor a name, `africastalking.py` with its forms beside it; `registry.py` makes those that a line uses.

A gateway is a module with `parts(config, memory)`: the parts that the vendor has, each by its port: a USSD door (`ports/ussd.py`), SMS and rings going out (`ports/outgoing.py`),
and Flask views for what comes in beside the hop. `front.py` hands what comes under `/at/` and `/gateway/` to the processes that answer callers.
"""
