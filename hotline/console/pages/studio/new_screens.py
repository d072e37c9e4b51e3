"""The studio's pages of a new screen and a new flow: words in every language, what it does, and the key of a menu that leads there, in one form."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from flask import Blueprint, abort, request

from hotline.console.context import ConsoleContext, Shown, page, refused, to, typed_before
from hotline.console.pages.studio import structure_forms
from hotline.console.pages.studio.choosing import ScreenAddress, chosen
from hotline.console.pages.studio.structure_edits import kept, kind_at, offered, refusal, status_of, work_where
from hotline.console.pages.studio.structure_forms import SILENT, TEMPLATES, BadFields, both
from hotline.engine.drafting.revisions import Revision
from hotline.engine.flow import KEYS, Kind, Menu, Option, Sources
from hotline.engine.restructuring import edits
from hotline.engine.restructuring.edits import NOWHERE, screens_of
from hotline.engine.restructuring.rules import Published
from hotline.service.studio.composing import Composed
from hotline.service.studio.line.key_history import KeyHistory, all_published, published_with
from hotline.service.studio.screens.structure import see_structure


def lay(pages: Blueprint, context: ConsoleContext, history: KeyHistory) -> None:
    """`history`: what every key did, as the pages of keys read it."""

    @pages.get("/studio/new-screen")
    def new_screen() -> str:
        return page(context, "studio/studio_new_screen.html", **_blank(context, history, "screen"))

    @pages.get("/studio/new-flow")
    def new_flow() -> str:
        return page(context, "studio/studio_new_flow.html", **_blank(context, history, "flow"))

    @pages.post("/studio/new-screen")
    def add_screen() -> Shown:
        return _added(context, history, "studio/studio_new_screen.html", is_flow=False)

    @pages.post("/studio/new-flow")
    def add_flow() -> Shown:
        return _added(context, history, "studio/studio_new_flow.html", is_flow=True)


def _added(context: ConsoleContext, history: KeyHistory, template: str, *, is_flow: bool) -> Shown:
    """A new screen from the form, a key of a menu leading there."""
    parent, draft = _parent(), "flow" if is_flow else "screen"
    work_where(context, parent)
    if not isinstance(kind_at(chosen(context), parent), Menu):
        abort(HTTPStatus.NOT_FOUND)
    if "pick" in request.form or request.form.get("do") in ("line", "search"):
        return page(context, template, **_blank(context, history, draft))
    try:
        result = kept(context, history, lambda composed, published: _begun(composed, parent, published, is_flow=is_flow))
    except BadFields as bad:
        return refused(context, template, bad.fault, **_blank(context, history, draft))
    if result.is_refused:
        return refused(context, template, refusal(context, result), status_of(result), **_blank(context, history, draft))
    at = ScreenAddress.of(result.values["screen"])
    return to("studio_keys", id=at.id, part=at.part, after="added")


def _begun(composed: Composed, parent: str, published: Published, *, is_flow: bool) -> Iterable[Revision]:
    """What the form of a new screen makes. Raises BadFields."""
    sources = composed.sources
    menu = kind_at(composed, parent)
    if not isinstance(menu, Menu):
        abort(HTTPStatus.NOT_FOUND)
    languages = tuple(sources.words)
    name = request.form.get("as", "")
    if name not in TEMPLATES:
        raise BadFields(("", "kind"))
    taken = {option.key for option in menu.options}
    (words, (kind, lines)), (number, labels) = both(
        lambda: both(lambda: structure_forms.words(() if name in SILENT else languages), lambda: _does(name, languages)),
        lambda: both(lambda: structure_forms.number(taken=taken), structure_forms.labels),
    )
    words = {language: "\n".join([text, *lines.get(language, ())]) for language, text in words.items()}
    title = words[languages[0]].split("\n")[0] if words else next(iter(labels.values()), "")
    if is_flow:
        flow = edits.flow_name(sources, title, published)
        key = edits.screen_key(sources, flow, title, published)
    else:
        key = edits.screen_key(sources, parent.partition(".")[0], title, published)
    linked = edits.option_put(sources, parent, Option(number, key, NOWHERE), labels)
    return [*edits.screen_added(key, kind, words, begins=is_flow), *linked]


def _does(name: str, languages: tuple[str, ...]) -> tuple[Kind, dict[str, list[str]]]:
    """What a new screen of this kind does, and what its keys say by language. Raises BadFields."""
    if name != "menu":
        return structure_forms.kind(name, None), {}
    options, lines = structure_forms.new_options(languages)
    return Menu(options), lines


def _blank(context: ConsoleContext, history: KeyHistory, draft: str) -> dict[str, Any]:
    """A form of a new screen or flow: the menu that leads there, and its numbers that are free. `draft`: how the name begins under which it is kept."""
    composed = chosen(context)
    sources = composed.sources
    parent = _parent()
    view = None
    if isinstance(kind_at(composed, parent), Menu):
        view = see_structure(composed, parent, context.deps.today(context.now), all_published(context.deps, history))
    chosen_template = _template(context, f"{draft}-{ScreenAddress.of(parent).id}.{ScreenAddress.of(parent).part}")
    return offered(context, composed, parent.partition(".")[0]) | {
        "parent": view,
        "menus": _menus(sources, published_with(all_published(context.deps, history), composed.before)),
        "chosen_kind": chosen_template if chosen_template in TEMPLATES else "menu",
        "templates": TEMPLATES,
        "shows_words": chosen_template not in SILENT,
        "may_return": False,
        "stands": None,
    }


def _template(context: ConsoleContext, draft: str) -> str:
    """The kind that was chosen: by the button that was pressed, or the form, or the address, or when this was left."""
    if request.method == "POST":
        return request.form.get("pick") or request.form.get("as", "menu")
    kept = (typed_before(context, draft) or {}).get("as", ("menu",))
    return request.args.get("as") or kept[0]


def _parent() -> str:
    """The key of the menu from which a new screen is reached; a key that no screen has where none is chosen yet."""
    return ScreenAddress(request.values.get("id", ""), request.values.get("part", "")).key


def _menus(sources: Sources, published: Published) -> frozenset[str]:
    """The menus that have a number left."""
    return frozenset(
        key
        for key, screen in screens_of(sources).items()
        if isinstance(screen.kind, Menu) and len({*(option.key for option in screen.kind.options), *published.get(key, {})}) < len(KEYS)
    )
