"""What is urgent and waits, on every page that is about something else: a line that comes and goes by itself."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as Answered

from hotline.console.context import ConsoleContext, is_partial, me, page, to
from hotline.ports.store import StoreAway
from hotline.service.desk.urgent import urgent_waiting


def views(pages: Blueprint, context: ConsoleContext) -> None:
    def count() -> int:
        """Nothing where the database is away: the page that says so shows too."""
        with suppress(StoreAway):
            return urgent_waiting(context.deps, me(), context.now)
        return 0

    @pages.app_context_processor
    def common() -> dict[str, Any]:
        return {"urgent_waiting": count}

    @pages.get("/urgent")
    def urgent() -> Response | Answered | str:
        """Nothing at all where nothing has changed since `seen`."""
        if not is_partial():
            return to("queue")
        if request.args.get("seen") == str(count()):
            return Response(status=204)
        return page(context, "_urgent.html")
