"""Gateways: one vendor a name, `africastalking.py` with its forms beside it. A second one goes here.

What it offers: `webhook.UssdWebhook` (is a request its own, and what does it say), `ports/gateway.py` (SMS and rings going out), a blueprint for SMS, reports and voice
coming in, all of them put together in `app.py`. `front.py` hands
what comes under `/at/` to the processes that answer callers.
"""
