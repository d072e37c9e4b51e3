"""The studio's page of a screen's keys, by forms: where they lead, if what, what they set; new screens and flows; other names; what is taken out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any, Final

from flask import Blueprint, abort, request, session

from hotline.console.context import ConsoleContext, FormFault, Shown, language, me, page, refused, run, to
from hotline.console.pages.studio import pickers, structure_forms
from hotline.console.pages.studio.choosing import DRAFT, ScreenAddress, chosen, seen
from hotline.console.pages.studio.structure_forms import KINDS, TEMPLATES, BadField
from hotline.engine.flow import Branch, Kind, Menu, Option, Sources
from hotline.engine.restructuring import edits
from hotline.engine.restructuring.edits import KEYS, NOWHERE, screens_of
from hotline.engine.restructuring.rules import Published
from hotline.engine.restructuring.vocabulary import INTO
from hotline.engine.revisions import Revision, revised, value_of, words_place
from hotline.service.acts import Result
from hotline.service.studio.composing import Composed
from hotline.service.studio.structure import (
    KeyHistory,
    StructureView,
    all_published,
    change_structure,
    edits_of,
    published_with,
    restored,
    see_structure,
)

FIELDS: Final = {
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
SAID: Final = ("kept", "removed", "added", "renamed", "restored")


def views(pages: Blueprint, context: ConsoleContext) -> None:
    pickers.install(pages, context)
    history = KeyHistory()
    _looking(pages, context, history)
    _keys(pages, context, history)
    _screens(pages, context, history)
    _new(pages, context, history)


def _looking(pages: Blueprint, context: ConsoleContext, history: KeyHistory) -> None:
    @pages.get("/studio/<id>/<part>/keys")
    def studio_keys(id: str, part: str) -> str:
        return page(context, "studio_keys.html", **_shown(context, history, ScreenAddress(id, part)))


def _keys(pages: Blueprint, context: ConsoleContext, history: KeyHistory) -> None:
    @pages.post("/studio/<id>/<part>/keys/option")
    def save_option(id: str, part: str) -> Shown:
        """A key of a menu: new, changed, or taken out."""
        address = ScreenAddress(id, part)

        def made(composed: Composed) -> Iterable[Revision]:
            stands = {option.key for option in _menu(composed, address.key).options}
            if request.form.get("do") == "drop":
                return edits.option_dropped(composed.sources, address.key, structure_forms.number())
            option = structure_forms.option()
            if "is_new" in request.form and option.key in stands:
                raise BadField("number", "taken")
            return edits.option_put(composed.sources, address.key, option, structure_forms.labels())

        return _changed(context, history, address, made, "removed" if request.form.get("do") == "drop" else "kept")

    @pages.post("/studio/<id>/<part>/keys/way")
    def save_way(id: str, part: str) -> Shown:
        """A way of a branch: new, changed, moved, or taken out."""
        address = ScreenAddress(id, part)

        def made(composed: Composed) -> Iterable[Revision]:
            branch = _kind(composed, address.key)
            if not isinstance(branch, Branch):
                abort(HTTPStatus.NOT_FOUND)
            place = structure_forms.number("place")
            if request.form.get("do") == "drop":
                kept = Branch(tuple(way for number, way in enumerate(branch.ways, 1) if number != place))
                return edits.kind_put(composed.sources, address.key, kept, {})
            put = edits.way_put(branch, place, structure_forms.way(), structure_forms.number("at"))
            return edits.kind_put(composed.sources, address.key, put, {})

        return _changed(context, history, address, made, "removed" if request.form.get("do") == "drop" else "kept")

    @pages.post("/studio/<id>/<part>/keys/kind")
    def save_kind(id: str, part: str) -> Shown:
        """What a screen does that has no keys of its own; or another kind of screen."""
        address = ScreenAddress(id, part)

        def made(composed: Composed) -> Iterable[Revision]:
            stands = _kind(composed, address.key)
            kind = structure_forms.kind(request.form.get("kind", ""), stands)
            has_words = any(message.key == address.key for table in composed.sources.words.values() for message in table)
            words = structure_forms.words(tuple(composed.sources.words)) if edits.shows(kind) and not has_words else {}
            return edits.kind_put(composed.sources, address.key, kind, words)

        return _changed(context, history, address, made, "kept")


def _screens(pages: Blueprint, context: ConsoleContext, history: KeyHistory) -> None:
    @pages.post("/studio/<id>/<part>/keys/rename")
    def rename_screen(id: str, part: str) -> Shown:
        """Another title, in each language; the name inside follows where nobody ever met it."""
        address = ScreenAddress(id, part)
        composed = chosen(context)
        try:
            revisions, key = _renamed(composed, address.key, _published(context, history))
        except BadField as bad:
            return _again(context, history, address, bad.fault)
        result = _kept(context, history, composed, revisions)
        if result.is_refused:
            return _again(context, history, address, _refusal(context, composed.sources, result), _status(result))
        at = ScreenAddress.of(key)
        return to("studio_keys", id=at.id, part=at.part, after="renamed")

    @pages.post("/studio/<id>/<part>/keys/restore")
    def restore_screen(id: str, part: str) -> Shown:
        """What is in force stays: where it leads, and its words."""
        address = ScreenAddress(id, part)
        composed = chosen(context)
        result = _kept(context, history, composed, restored(composed, address.key))
        if result.is_refused:
            return _again(context, history, address, _refusal(context, composed.sources, result), _status(result))
        if address.key not in screens_of(composed.before):
            return to("studio")
        return to("studio_keys", id=address.id, part=address.part, after="restored")

    @pages.post("/studio/<id>/<part>/keys/remove")
    def remove_screen(id: str, part: str) -> Shown:
        """Out of the draft, with its words; or the whole flow."""
        address = ScreenAddress(id, part)
        composed = chosen(context)
        flow = next((flow for flow in composed.sources.flows if any(screen.key == address.key for screen in flow.screens)), None)
        if flow is None:
            abort(HTTPStatus.NOT_FOUND)
        whole = request.form.get("do") == "flow"
        revisions = edits.flow_removed(composed.sources, flow) if whole else edits.screen_removed(composed.sources, address.key)
        result = _kept(context, history, composed, revisions)
        if result.is_refused:
            return _again(context, history, address, _refusal(context, composed.sources, result), _status(result))
        return to("studio")


def _new(pages: Blueprint, context: ConsoleContext, history: KeyHistory) -> None:
    @pages.get("/studio/new-screen")
    def new_screen() -> str:
        return page(context, "studio_new_screen.html", **_blank(context, history))

    @pages.get("/studio/new-flow")
    def new_flow() -> str:
        return page(context, "studio_new_flow.html", **_blank(context, history))

    @pages.post("/studio/new-screen")
    def add_screen() -> Shown:
        return _added(context, history, "studio_new_screen.html", is_flow=False)

    @pages.post("/studio/new-flow")
    def add_flow() -> Shown:
        return _added(context, history, "studio_new_flow.html", is_flow=True)


def _changed(
    context: ConsoleContext, history: KeyHistory, address: ScreenAddress, made: Callable[[Composed], Iterable[Revision]], said: str
) -> Shown:
    """Change this screen as the form says, or show it again: with another line, other screens to choose from, or the reason why not."""
    composed = chosen(context)
    if _kind(composed, address.key) is None:
        abort(HTTPStatus.NOT_FOUND)
    if request.form.get("do") in ("line", "search", "choose"):
        return page(context, "studio_keys.html", **_shown(context, history, address))
    try:
        revisions = tuple(made(composed))
    except BadField as bad:
        return _again(context, history, address, bad.fault)
    result = _kept(context, history, composed, revisions)
    if result.is_refused:
        return _again(context, history, address, _refusal(context, composed.sources, result), _status(result))
    return to("studio_keys", id=address.id, part=address.part, after=said)


def _added(context: ConsoleContext, history: KeyHistory, template: str, *, is_flow: bool) -> Shown:
    """A new screen from the form, a key of a menu leading there."""
    composed = chosen(context)
    parent = _parent()
    menu = _kind(composed, parent)
    if not isinstance(menu, Menu):
        abort(HTTPStatus.NOT_FOUND)
    if request.form.get("do") in ("line", "search"):
        return page(context, template, **_blank(context, history))
    try:
        revisions, key = _begun(composed, parent, menu, _published(context, history), is_flow=is_flow)
    except BadField as bad:
        return refused(context, template, bad.fault, **_blank(context, history))
    result = _kept(context, history, composed, revisions)
    if result.is_refused:
        return refused(context, template, _refusal(context, composed.sources, result), _status(result), **_blank(context, history))
    at = ScreenAddress.of(key)
    return to("studio_keys", id=at.id, part=at.part, after="added")


def _begun(composed: Composed, parent: str, menu: Menu, published: Published, *, is_flow: bool) -> tuple[list[Revision], str]:
    """What the form of a new screen makes, and its key. Raises BadField."""
    sources = composed.sources
    languages = tuple(sources.words)
    words = structure_forms.words(languages)
    title = words[languages[0]].split("\n")[0]
    if is_flow:
        flow = edits.flow_name(sources, title, published)
        key = edits.screen_key(sources, flow, title, published)
    else:
        key = edits.screen_key(sources, parent.partition(".")[0], title, published)
    kind: Kind
    name = request.form.get("as", "")
    if name not in TEMPLATES:
        raise BadField("", "kind")
    if name == "menu":
        options, lines = structure_forms.new_options(languages)
        kind = Menu(options)
        words = {language: "\n".join([text, *lines[language]]) for language, text in words.items()}
    else:
        kind = structure_forms.kind(name, None)
    number = structure_forms.number()
    if number in {option.key for option in menu.options}:
        raise BadField("number", "taken")
    labels = structure_forms.labels()
    linked = edits.option_put(sources, parent, Option(number, key, NOWHERE), labels)
    return [*edits.screen_added(key, kind, words, begins=is_flow), *linked], key


def _renamed(composed: Composed, key: str, published: Published) -> tuple[list[Revision], str]:
    """The parts of a screen under its new title, and its key then. Raises BadField."""
    sources = composed.sources
    kind = _kind(composed, key)
    if kind is None:
        abort(HTTPStatus.NOT_FOUND)
    found: list[Revision] = []
    if edits.shows(kind):
        titles = structure_forms.words(tuple(sources.words), "title")
        for language, table in sources.words.items():
            text = next((message.text for message in table if message.key == key), "")
            line = " ".join(titles[language].split())
            found.append(Revision(words_place(language, key), value_of("\n".join([line, *text.split("\n")[1:]]))))
        title = titles[next(iter(sources.words))]
    else:
        raise BadField("", "kind")
    is_met = key in screens_of(composed.before) and edits.shows(kind)
    if is_met or key in (sources.start, sources.help):
        return found, key
    new = edits.screen_key(sources, key.partition(".")[0], title, {*published, *screens_of(composed.before)} - {key})
    return [*found, *edits.screen_renamed(revised(sources, found), key, new)], new


def _kept(context: ConsoleContext, history: KeyHistory, composed: Composed, revisions: Iterable[Revision]) -> Result:
    made = edits_of(composed, revisions, structure_forms.seen_parts())
    changed = [edit for edit in made if edit.value != edit.seen]
    if not changed:
        return Result()
    result = run(context, change_structure, composed.draft.id, changed, history)
    if not result.is_refused:
        session[DRAFT] = result.values["draft"]
    return result


def _again(
    context: ConsoleContext, history: KeyHistory, address: ScreenAddress, fault: FormFault, status: int = HTTPStatus.BAD_REQUEST
) -> Shown:
    return refused(context, "studio_keys.html", fault, status, **_shown(context, history, address))


def _refusal(context: ConsoleContext, sources: Sources, result: Result) -> FormFault:
    """Why an edit was not kept, the screens that it is about by their titles."""
    if result.code != "faulty":
        return FormFault(f"structure.error.{result.code}")
    why = result.values["fault"]
    title_of = pickers.titles(context, sources)
    spoken = language(context)
    names = (context.words.say(spoken, "structure.quoted", title=title_of(key)) for key in result.values.get("about", "").split(" ") if key)
    about = ", ".join(names)
    return FormFault(f"structure.error.{why}", FIELDS.get(why, ""), values={"about": about, "number": result.values.get("key", "")})


def _status(result: Result) -> int:
    return HTTPStatus.CONFLICT if result.code in ("changed", "state", "gone") else HTTPStatus.BAD_REQUEST


def _published(context: ConsoleContext, history: KeyHistory) -> Published:
    return all_published(context.deps, history)


def _kind(composed: Composed, key: str) -> Kind | None:
    screen = screens_of(composed.sources).get(key)
    return None if screen is None else screen.kind


def _menu(composed: Composed, key: str) -> Menu:
    kind = _kind(composed, key)
    if not isinstance(kind, Menu):
        abort(HTTPStatus.NOT_FOUND)
    return kind


def _common(
    context: ConsoleContext, composed: Composed, flow: str, chosen_targets: Iterable[str] = (), *, is_open: bool = True
) -> dict[str, Any]:
    """What every form about keys offers; where none `is_open`, nothing to choose from: to list all screens is most of a page."""
    sources, tree = composed.sources, seen(context, composed).branches
    search = request.form.get("search", "")
    typed = (value for name, value in request.form.items() if name.endswith("go") or name in ("then", "kept", "lost"))
    return {
        "composed": composed,
        "sources": sources,
        "branches": tree,
        "address_of": ScreenAddress.of,
        "groups": pickers.targets_to(sources, tree, flow, search, (*chosen_targets, *typed)) if is_open else (),
        "is_long": sum(len(flow.screens) for flow in sources.flows) > pickers.MOST_CHOICES,
        "condition_groups": pickers.conditions(context, sources) if is_open else (),
        "setting_groups": pickers.settings(context, sources) if is_open else (),
        "flows": [(branch.name, branch.title) for branch in tree if branch.name in {flow.name for flow in sources.flows}],
        "lists": tuple(INTO),
        "languages": tuple(sources.words),
        "may_edit": me().role == "operator",
        "title_of": pickers.titles(context, sources),
        "most_lines": structure_forms.MOST_LINES,
    }


def _shown(context: ConsoleContext, history: KeyHistory, address: ScreenAddress) -> dict[str, Any]:
    composed = chosen(context)
    view = see_structure(composed, address.key, context.deps.today(context.now), _published(context, history))
    if view is None:
        abort(HTTPStatus.NOT_FOUND)
    kind, opened = _tag(view.kind), _opened(view)
    is_open = opened is not None or kind not in ("menu", "branch") or request.method == "POST"
    return _common(context, composed, address.id, (target.go for target in view.targets), is_open=is_open) | {
        "view": view,
        "here": address,
        "kind": kind,
        "chosen_kind": _chosen_kind(view),
        "kinds": KINDS,
        "opened": opened,
        "may_return": pickers.may_return(composed.sources, address.key),
        "texts": _texts(composed.sources, address.key),
        "after": request.args["after"] if request.args.get("after") in SAID else "",
    }


def _blank(context: ConsoleContext, history: KeyHistory) -> dict[str, Any]:
    """A form of a new screen or flow: the menu that leads there, and its numbers that are free."""
    composed = chosen(context)
    sources = composed.sources
    parent = _parent()
    view = None
    if isinstance(_kind(composed, parent), Menu):
        view = see_structure(composed, parent, context.deps.today(context.now), _published(context, history))
    chosen_template = request.values.get("as", "menu")
    return _common(context, composed, parent.partition(".")[0]) | {
        "parent": view,
        "menus": _menus(sources, published_with(_published(context, history), composed.before)),
        "chosen_kind": chosen_template if chosen_template in TEMPLATES else "menu",
        "templates": TEMPLATES,
        "may_return": False,
        "stands": None,
    }


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


def _opened(view: StructureView) -> int | None:
    """The number of the key or way whose form is open; 0: a new one; None: none is."""
    asked = request.values.get("key") or request.form.get("opened", "")
    numbers = {key.number for key in view.keys}
    if asked.isdecimal() and len(asked) == 1 and (int(asked) in numbers or int(asked) == 0):
        return int(asked)
    return None


def _chosen_kind(view: StructureView) -> str:
    asked = request.form.get("kind", "")
    return asked if asked in KINDS else _tag(view.kind)


def _tag(kind: Kind) -> str:
    return str(kind.__struct_config__.tag)


def _texts(sources: Sources, key: str) -> dict[str, str]:
    """By language the common wording; empty where there is none."""
    return {language: next((message.text for message in table if message.key == key), "") for language, table in sources.words.items()}
