"""What the studio's pages about keys have in common: what their forms offer, how an edit is kept, and why it was refused."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, Final

from flask import request, session

from hotline.console.context import ConsoleContext, FormFault, language, me, run
from hotline.console.pages.studio import pickers, structure_forms
from hotline.console.pages.studio.choosing import DRAFT, ScreenAddress, chosen, chosen_id, chosen_with, leave_proposed, seen
from hotline.engine.drafting.revisions import screen_place
from hotline.engine.flow import Kind, Sources
from hotline.engine.restructuring.edits import screens_of
from hotline.engine.restructuring.vocabulary import INTO
from hotline.service.acts import Result
from hotline.service.studio.composing import Composed
from hotline.service.studio.line.key_history import KeyHistory
from hotline.service.studio.screens.structure import MadeEdits, change_structure

_FIELDS: Final = {
    "target": "go",
    "number": "number",
    "twice": "number",
    "reused": "number",
    "sets": "set-0",
    "condition": "if-0",
    "list": "list",
    "order": "order",
}
"""Beside which field each refusal stands; every other beside the form as a whole."""


def work_where(context: ConsoleContext, key: str) -> None:
    """Work in a draft that has this screen, where the one that is worked in has not. Aborts where none has. Raises StoreAway."""
    if kind_at(chosen(context), key) is None:
        chosen_with(context, screen_place(key))


def kept(context: ConsoleContext, history: KeyHistory, made: MadeEdits) -> Result:
    """Keep what the form that was sent makes of the draft, and go on in the draft that holds it then. Raises what `made` raises."""
    result = leave_proposed(context, run(context, change_structure, chosen_id(context), made, structure_forms.seen_parts(), history))
    if not result.is_refused:
        session[DRAFT] = result.values["draft"]
    return result


def refusal(context: ConsoleContext, result: Result) -> FormFault:
    """Why an edit was not kept, the screens that it is about by their titles."""
    if result.code != "faulty":
        return FormFault(f"structure.error.{result.code}")
    return objection_said(context, result, chosen(context).sources)


def objection_said(context: ConsoleContext, result: Result, sources: Sources) -> FormFault:
    """What stands against where keys lead, the screens that it is about by their titles. `result`: *faulty*, as `change_structure`."""
    why = result.values["fault"]
    title_of = pickers.titles(context, sources)
    spoken = language(context)
    names = (context.words.say(spoken, "structure.quoted", title=title_of(key)) for key in result.values.get("about", "").split(" ") if key)
    about = ", ".join(names)
    return FormFault(f"structure.error.{why}", _FIELDS.get(why, ""), values={"about": about, "number": result.values.get("key", "")})


def status_of(result: Result) -> int:
    """With which a refusal is answered."""
    return HTTPStatus.CONFLICT if result.code in ("changed", "state", "proposed", "gone") else HTTPStatus.BAD_REQUEST


def kind_at(composed: Composed, key: str) -> Kind | None:
    """What the screen of this key is. Returns None where the draft has none."""
    screen = screens_of(composed.sources).get(key)
    return None if screen is None else screen.kind


def offered(
    context: ConsoleContext, composed: Composed, flow: str, chosen_targets: Iterable[str] = (), *, is_open: bool = True
) -> dict[str, Any]:
    """What every form about keys offers; where none `is_open`, nothing to choose from: to list all screens is most of a page."""
    sources, branches = composed.sources, seen(context, composed).branches
    search = request.form.get("search", "")
    typed = (value for name, value in request.form.items() if name.endswith("go") or name in ("then", "kept", "lost"))
    return {
        "composed": composed,
        "sources": sources,
        "branches": branches,
        "address_of": ScreenAddress.of,
        "groups": pickers.targets_to(sources, branches, flow, search, (*chosen_targets, *typed)) if is_open else (),
        "is_long": sum(len(flow.screens) for flow in sources.flows) > pickers.MOST_CHOICES,
        "condition_groups": pickers.conditions(context, sources) if is_open else (),
        "setting_groups": pickers.settings(context, sources) if is_open else (),
        "flows": [(branch.name, branch.title) for branch in branches if branch.name in {flow.name for flow in sources.flows}],
        "lists": tuple(INTO),
        "languages": tuple(sources.words),
        "may_edit": me().role == "operator",
        "title_of": pickers.titles(context, sources),
        "most_lines": structure_forms.MOST_LINES,
    }
