"""After a restore: what stood open, the form that says go, and the line that says on every page that the line is held."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

from flask import Blueprint, g, request

from hotline.console.context import ConsoleContext, FormFault, Shown, page, refused, run, to
from hotline.console.times import stamp
from hotline.service.desk.restored import look, release_line

FAULTS: Final = {"refused": "restored.broken", "overtaken": "restored.overtaken"}


def views(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.app_context_processor
    def common() -> dict[str, Any]:
        """Read with the sign-in, so that no page asks for it."""
        return {"line_is_held": lambda: bool(g.get("is_held"))}

    @pages.get("/restored")
    def restored() -> str:
        return page(context, "restored.html", **_seen(context))

    @pages.post("/restored", endpoint="release_line")
    def release() -> Shown:
        result = run(context, release_line, request.form.get("seen", ""))
        if result.code in FAULTS:
            return refused(context, "restored.html", FormFault(FAULTS[result.code]), HTTPStatus.CONFLICT, **_seen(context))
        return to("restored")


def _seen(context: ConsoleContext) -> dict[str, Any]:
    line = look(context.deps, context.now)
    local = context.deps.clock.local
    return {"line": line, "when": lambda at: stamp(local(at))}
