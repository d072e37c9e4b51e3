"""What is urgent and waits, on every page that is about something else: a line that comes and goes by itself."""

from __future__ import annotations

from contextlib import suppress
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, g, request
from werkzeug.wrappers import Response as Answered

from hotline.console.context import ConsoleContext, is_partial, me, page, to
from hotline.ports.store import StoreAway
from hotline.service.desk.urgent import urgent_waiting


def views(pages: Blueprint, context: ConsoleContext) -> None:
    def waiting() -> int:
        """Read once for a page. Raises StoreAway."""
        if "urgent" not in g:
            g.urgent = urgent_waiting(context.deps, me(), context.now)
        return int(g.urgent)

    def shown() -> int:
        """Nothing where the database is away: the page that says so shows too."""
        with suppress(StoreAway):
            return waiting()
        return 0

    @pages.app_context_processor
    def common() -> dict[str, Any]:
        return {"urgent_waiting": shown}

    @pages.get("/urgent")
    def urgent() -> Response | Answered | str:
        """Nothing at all where nothing has changed since `seen`; while the database is away a page keeps what it says."""
        if not is_partial():
            return to("queue")
        if request.args.get("seen") == str(waiting()):
            return Response(status=HTTPStatus.NO_CONTENT)
        return page(context, "_urgent.html")
