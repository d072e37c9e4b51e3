"""The studio's page of a screen's keys, by forms: where they lead, if what, what they set; other names; what is taken out."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, Final

from flask import Blueprint, abort, request
from msgspec.structs import replace

from hotline.console.context import ConsoleContext, Shown, keep_typed, open_form, page, refused, run, to, typed_fields
from hotline.console.pages.studio import new_screens, pickers, structure_forms
from hotline.console.pages.studio.choosing import ScreenAddress, chosen, chosen_id, chosen_with
from hotline.console.pages.studio.structure_edits import kept, kind_at, offered, refusal, status_of, work_where
from hotline.console.pages.studio.structure_forms import KINDS, SILENT, BadFields, both
from hotline.engine.drafting.revisions import Revision, revised, screen_place, value_of, words_place
from hotline.engine.flow import Branch, Kind, Menu, Sources
from hotline.engine.restructuring import edits
from hotline.engine.restructuring.edits import screens_of
from hotline.engine.restructuring.rules import Published
from hotline.ports.desk.drafts import Fields
from hotline.service.acts import Result
from hotline.service.studio import drafts
from hotline.service.studio.composing import Composed
from hotline.service.studio.line.key_history import KeyHistory, all_published
from hotline.service.studio.screens.structure import MadeEdits, StructureView, restored, see_structure

FORMS: Final = ("console.save_option", "console.save_way", "console.save_kind")
TICKS: Final = ("urgent", "word", "skip_one", "testimonies")
"""Boxes, beside those of conditions and of what narrows a list: of a form that is kept those that are not kept with it count as not ticked."""
SAID: Final = ("kept", "removed", "added", "renamed", "restored")


def views(pages: Blueprint, context: ConsoleContext) -> None:
    history = KeyHistory()
    pickers.install(pages, context, history)
    _looking(pages, context, history)
    _keys(pages, context, history)
    _kinds(pages, context, history)
    _screens(pages, context, history)
    new_screens.lay(pages, context, history)


def _looking(pages: Blueprint, context: ConsoleContext, history: KeyHistory) -> None:
    @pages.get("/studio/<id>/<part>/keys")
    def studio_keys(id: str, part: str) -> str:
        return page(context, "studio/studio_keys.html", **_shown(context, history, ScreenAddress(id, part)))


def _keys(pages: Blueprint, context: ConsoleContext, history: KeyHistory) -> None:
    @pages.post("/studio/<id>/<part>/keys/option")
    def save_option(id: str, part: str) -> Shown:
        """A key of a menu: new, changed, or taken out."""
        address = ScreenAddress(id, part)

        def made(composed: Composed, published: Published) -> Iterable[Revision]:
            stands = {option.key for option in _menu(composed, address.key).options}
            if (numbers := structure_forms.traded()) is not None:
                return _options_traded(composed, address.key, published, numbers)
            if request.form.get("do") == "drop":
                return edits.option_dropped(composed.sources, address.key, structure_forms.number())
            option, labels = structure_forms.option(stands if "is_new" in request.form else ())
            return edits.option_put(composed.sources, address.key, option, labels)

        return _changed(context, history, address, made, "removed" if request.form.get("do") == "drop" else "kept")

    @pages.post("/studio/<id>/<part>/keys/way")
    def save_way(id: str, part: str) -> Shown:
        """A way of a branch: new, changed, moved, or taken out."""
        address = ScreenAddress(id, part)

        def made(composed: Composed, _: Published) -> Iterable[Revision]:
            branch = kind_at(composed, address.key)
            if not isinstance(branch, Branch):
                abort(HTTPStatus.NOT_FOUND)
            if (numbers := structure_forms.traded()) is not None:
                return _ways_traded(composed, address.key, branch, numbers)
            place = structure_forms.number("place")
            if request.form.get("do") == "drop":
                kept = Branch(tuple(way for number, way in enumerate(branch.ways, 1) if number != place))
                return edits.kind_put(composed.sources, address.key, kept, {})
            put = edits.way_put(branch, place, structure_forms.way(), structure_forms.number("at"))
            return edits.kind_put(composed.sources, address.key, put, {})

        return _changed(context, history, address, made, "removed" if request.form.get("do") == "drop" else "kept")


def _kinds(pages: Blueprint, context: ConsoleContext, history: KeyHistory) -> None:
    @pages.post("/studio/<id>/<part>/keys/kind")
    def save_kind(id: str, part: str) -> Shown:
        """What a screen does that has no keys of its own; or another kind of screen."""
        address = ScreenAddress(id, part)

        def made(composed: Composed, _: Published) -> Iterable[Revision]:
            stands = kind_at(composed, address.key)
            if stands is None:
                abort(HTTPStatus.NOT_FOUND)
            name = request.form.get("kind", "")
            has_words = any(message.key == address.key for table in composed.sources.words.values() for message in table)
            spoken = () if has_words or name in SILENT else tuple(composed.sources.words)
            kind, words = both(lambda: structure_forms.kind(name, stands), lambda: structure_forms.words(spoken))
            return edits.kind_put(composed.sources, address.key, kind, words)

        return _changed(context, history, address, made, "kept")


def _screens(pages: Blueprint, context: ConsoleContext, history: KeyHistory) -> None:
    @pages.post("/studio/<id>/<part>/keys/rename")
    def rename_screen(id: str, part: str) -> Shown:
        """Another title, in each language; the name inside follows where nobody ever met it."""
        address = ScreenAddress(id, part)

        def made(composed: Composed, published: Published) -> Iterable[Revision]:
            return _renamed(composed, address.key, published)

        return _changed(context, history, address, made, "renamed")

    @pages.post("/studio/<id>/<part>/keys/restore")
    def restore_screen(id: str, part: str) -> Shown:
        """What is in force stays: where it leads, and its words; or the draft's, where another edition changed it too."""
        address = ScreenAddress(id, part)
        if request.form.get("do") == "mine":
            beside = _typed_beside(context, history, address)
            result = run(context, drafts.keep_part, chosen_id(context), screen_place(address.key))
            return _answered(context, history, address, result, beside, "kept")

        def made(composed: Composed, _: Published) -> Iterable[Revision]:
            return restored(composed, address.key)

        return _changed(context, history, address, made, "restored")

    @pages.post("/studio/<id>/<part>/keys/remove")
    def remove_screen(id: str, part: str) -> Shown:
        """Out of the draft, with its words; or the whole flow."""
        address = ScreenAddress(id, part)

        def made(composed: Composed, _: Published) -> Iterable[Revision]:
            flow = next((flow for flow in composed.sources.flows if any(screen.key == address.key for screen in flow.screens)), None)
            if flow is None:
                abort(HTTPStatus.NOT_FOUND)
            whole = request.form.get("do") == "flow"
            return edits.flow_removed(composed.sources, flow) if whole else edits.screen_removed(composed.sources, address.key)

        return _changed(context, history, address, made, "removed")


def _changed(context: ConsoleContext, history: KeyHistory, address: ScreenAddress, made: MadeEdits, said: str) -> Shown:
    """Change this screen as the form says, or show it again: with another line, other screens to choose from, or the reason why not."""
    work_where(context, address.key)
    beside = _typed_beside(context, history, address)
    if request.form.get("do") in ("line", "search", "choose"):
        return page(context, "studio/studio_keys.html", **_shown(context, history, address))
    try:
        result = kept(context, history, made)
    except BadFields as bad:
        return refused(context, "studio/studio_keys.html", bad.fault, **_shown(context, history, address))
    return _answered(context, history, address, result, beside, said)


def _answered(context: ConsoleContext, history: KeyHistory, address: ScreenAddress, result: Result, beside: Fields, said: str) -> Shown:
    """To the screen's page, with what was typed beside; or the reason why not."""
    if result.is_refused:
        return refused(context, "studio/studio_keys.html", refusal(context, result), status_of(result), **_shown(context, history, address))
    at = ScreenAddress.of(result.values.get("screen") or address.key)
    if kind_at(chosen(context), at.key) is None:  # it went
        return to("studio", after=said)
    typed = _keep_beside(context, at, beside) if beside else {}
    return to("studio_keys", id=at.id, part=at.part, after=said, **typed)


def _typed_beside(context: ConsoleContext, history: KeyHistory, address: ScreenAddress) -> Fields:
    """What is typed on this screen's page beside what the pressed button sends: titles, or what a key, a way or the screen does."""
    view = see_structure(chosen(context), address.key, context.deps.today(context.now), all_published(context.deps, history))
    if view is None:
        return {}
    texts = _texts(chosen(context).sources, address.key)
    stands = {f"title:{language}": text.split("\n")[0] for language, text in texts.items()} | structure_forms.standing(view, _opened(view))
    sends: set[str] = set()
    if request.endpoint == "console.rename_screen":
        sends = {name for name in stands if name.startswith("title:")}
    elif request.endpoint in FORMS and "trade" not in request.form:
        sends = {name for name in stands if not name.startswith("title:")}
    typed = typed_fields()
    beside = {name: values for name, values in typed.items() if name in stands and name not in sends and values != (stands[name],)}
    ticks = {name: values for name, values in typed.items() if name in TICKS or name.startswith(("not-", "where-"))}
    return {**beside, **ticks} if beside else {}


def _keep_beside(context: ConsoleContext, address: ScreenAddress, beside: Fields) -> dict[str, str]:
    """Returns what the page's address says then, so that it is there: which key is open, and which copy."""
    opened = request.form.get("opened", "")
    form = open_form()
    part = f"{address.id}.{address.part}"
    copy = keep_typed(context, beside, replace(form, name=f"{form.name.partition('-')[0]}-{part}"))
    return {name: value for name, value in (("key", opened), ("typed", copy)) if value}


def _renamed(composed: Composed, key: str, published: Published) -> Iterable[Revision]:
    """The parts of a screen under its new title. Raises BadFields."""
    sources = composed.sources
    kind = kind_at(composed, key)
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
        raise BadFields(("", "kind"))
    is_met = key in screens_of(composed.before) and edits.shows(kind)
    if is_met or key in (sources.start, sources.help):
        return found
    new = edits.screen_key(sources, key.partition(".")[0], title, {*published, *screens_of(composed.before)} - {key})
    return [*found, *edits.screen_renamed(revised(sources, found), key, new)]


def _options_traded(composed: Composed, key: str, published: Published, numbers: tuple[int, int]) -> Iterable[Revision]:
    """Raises BadFields where one of them is not there, or callers know it."""
    stands = {option.key for option in _menu(composed, key).options}
    if not set(numbers) <= stands or not published.get(key, {}).keys().isdisjoint(numbers):
        raise BadFields(("", "fixed"))
    return edits.options_traded(composed.sources, key, *numbers)


def _ways_traded(composed: Composed, key: str, branch: Branch, numbers: tuple[int, int]) -> Iterable[Revision]:
    """Raises BadFields where there is no such way."""
    if not all(0 < number <= len(branch.ways) for number in numbers):
        raise BadFields(("", "number"))
    return edits.kind_put(composed.sources, key, edits.ways_traded(branch, *numbers), {})


def _menu(composed: Composed, key: str) -> Menu:
    kind = kind_at(composed, key)
    if not isinstance(kind, Menu):
        abort(HTTPStatus.NOT_FOUND)
    return kind


def _shown(context: ConsoleContext, history: KeyHistory, address: ScreenAddress) -> dict[str, Any]:
    composed = chosen(context)
    today, published = context.deps.today(context.now), all_published(context.deps, history)
    view = see_structure(composed, address.key, today, published)
    if view is None:
        composed = chosen_with(context, screen_place(address.key))
        view = see_structure(composed, address.key, today, published)
    if view is None:
        abort(HTTPStatus.NOT_FOUND)
    kind, opened = _tag(view.kind), _opened(view)
    is_open = opened is not None or kind not in ("menu", "branch") or request.method == "POST"
    return offered(context, composed, address.id, (target.go for target in view.targets), is_open=is_open) | {
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


def _opened(view: StructureView) -> int | None:
    """The number of the key or way whose form is open, 0 for a new one. Returns None where none is open."""
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
