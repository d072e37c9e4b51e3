"""One callback before, during and after the call, for whoever holds it; a supervisor may look on."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any, Final, TypeVar, get_args

from flask import Blueprint, Response, abort, request
from werkzeug.wrappers import Response as Answered

from hotline.console.context import ConsoleContext, by, is_partial, me, page, permitted, run, to
from hotline.console.times import minute_of
from hotline.engine.flags import SCRIPTED, Flag
from hotline.engine.phone.numbers import read_aloud
from hotline.ports.calls.call_outcomes import OUTCOMES, TALKED
from hotline.ports.calls.callbacks import Safer
from hotline.service import acts, outbox
from hotline.service.acts import By, Code, Result
from hotline.service.calls import agreements, connecting, saying, scripts
from hotline.service.desk import callback_view
from hotline.service.desk.callback_view import CallbackView
from hotline.service.desk.casework import notes
from hotline.service.desk.shifts import presence

LIVE: Final = frozenset({"before", "rings", "answered", "talking", "how"})
"""Steps whose part of the page keeps itself up to date; at every other step the whole page changes."""
WORDED: Final[frozenset[Code]] = frozenset(
    {
        *("covered", "agreed", "erased", "handed"),
        *("not_on", "gone", "late", "how", "busy", "on_page", "read_aloud", "past", "too_long", "order", "consent", "nobody", "long_note"),
    }
)
"""Codes that stand above the page: `callback.told.…` of the catalogue. That a phone rings is said by the part that keeps itself up to date: above, it would
still stand there when the two talk."""
HERE: Final = "here"
"""What stands there after *I am here*."""
_PART: Final = re.compile(r"([0-9]{1,4})-([0-9]{1,4})")
"""A part of the day as the page names it: minutes, from and to."""
Chosen = TypeVar("Chosen", bound=str)


def views(pages: Blueprint, context: ConsoleContext) -> None:
    _looking(pages, context)
    _calling(pages, context)
    _saying(pages, context)
    _wishing(pages, context)


def _looking(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.get("/callback/<id>")
    def callback(id: str) -> str | tuple[str, int]:
        found = _look(context, id)
        if found is None:
            return page(context, "callback_gone.html"), HTTPStatus.NOT_FOUND
        if not found.holds:
            permitted(acts.run(context.deps, By(me().id, "page"), callback_view.look_on, id))
        code = request.args.get("told")
        return page(
            context,
            "callback.html",
            notice=code if code in (*WORDED, HERE) else None,
            opened=request.args.get("open"),
            **_shown(context, found),
        )

    @pages.get("/callback/<id>/signs")
    def signs(id: str) -> Response | Answered | str:
        """What changes while somebody waits or talks; nothing at all where nothing has changed since `seen`."""
        if not is_partial():
            return to("callback", id=id)
        found = _look(context, id)
        if found is not None and found.step in LIVE:
            if request.args.get("seen") == _version(context, found):
                return Response(status=HTTPStatus.NO_CONTENT)
            return page(context, "callback_signs.html", **_shown(context, found))
        return Response(status=HTTPStatus.NO_CONTENT, headers={"HX-Refresh": "true"})


def _calling(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.post("/callback/<id>/connect")
    def connect(id: str) -> Answered:
        return _tell(id, run(context, connecting.connect, id))

    @pages.post("/callback/<id>/reveal")
    def reveal(id: str) -> Answered:
        return _tell(id, run(context, connecting.reveal, id))

    @pages.post("/callback/<id>/cover")
    def cover(id: str) -> Answered:
        return _tell(id, permitted(connecting.cover(context.deps, by(), id)))


def _saying(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.post("/callback/<id>/mark")
    def mark(id: str) -> Answered | str:
        flag: Flag = _one_of(SCRIPTED, "kind")
        result = run(context, scripts.mark, id, flag)
        found = _look(context, id) if is_partial() else None
        if found is None:
            return _tell(id, result, open=flag, _anchor=flag)
        return page(context, "callback_marked.html", kind=flag, look=found)

    @pages.post("/callback/<id>/outcome")
    def outcome(id: str) -> Answered:
        return _tell(id, run(context, saying.say_outcome, id, _one_of(OUTCOMES, "how")))

    @pages.post("/callback/<id>/safer")
    def safer(id: str) -> Answered:
        said: Safer | None = _one_of(get_args(Safer), "safer") if request.form.get("safer") else None
        return _tell(id, run(context, saying.say_safer, id, said))

    @pages.post("/callback/<id>/hard")
    def hard(id: str) -> Answered:
        return _tell(id, run(context, scripts.say_hard, id), _anchor="hard")

    @pages.post("/callback/<id>/here")
    def still_here(id: str) -> Answered:
        """*I am here*, said after a call: the call itself says nothing of it."""
        result = run(context, presence.say_here)
        return to("callback", id=id, told=HERE if result.code == "done" else result.code)

    @pages.post("/callback/<id>/note")
    def note(id: str) -> Answered:
        text = request.form.get("note", "").replace("\r\n", "\n").strip()
        return _tell(id, run(context, notes.save_note, id, text), _anchor="note")


def _wishing(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.post("/callback/<id>/next")
    def next_time(id: str) -> Answered:
        return _tell(id, run(context, agreements.agree_next, id, _wish()))

    @pages.post("/callback/<id>/pass-on")
    def pass_on(id: str) -> Answered:
        result = run(context, agreements.pass_on, id)
        return to("queue", back=result.values["ref"]) if result.code == "back" else _tell(id, result)

    @pages.post("/callback/<id>/no-more")
    def no_more(id: str) -> Answered:
        return _tell(id, run(context, agreements.no_more, id))


def _tell(id: str, result: Result, **to_see: str) -> Answered:
    """Lead to the callback's page, with the act's code where that page has words for it."""
    return to("callback", id=id, told=result.code if result.code in WORDED else None, **to_see)


def _look(context: ConsoleContext, id: str) -> CallbackView | None:
    return callback_view.look(context.deps, me(), id, context.now)


def _version(context: ConsoleContext, look: CallbackView) -> str:
    """Changes with each minute that is shown; during a call none is, and nothing moves under a thumb."""
    return look.stands if look.step in ("talking", "how") else f"{look.stands}-{_minutes(context, look)}"


def _minutes(context: ConsoleContext, look: CallbackView) -> int:
    return max(0, look.ends - context.now) // 60


def _shown(context: ConsoleContext, look: CallbackView) -> dict[str, Any]:
    """What the templates work with: times in words, and the words of the catalogue, the reader's and the caller's."""
    deps, reads, aloud = context.deps, me().reads, look.callback.language
    word = f"word.{look.word}"
    return {
        "look": look,
        "calling": deps.rules.calling,
        "version": _version(context, look),
        "minutes": _minutes(context, look),
        "until": outbox.hour(deps, reads, look.ends),
        "chosen": _chosen(context, look),
        "word": (deps.spoken.phrase(word, aloud), deps.spoken.phrase(word, reads)) if look.word else None,
        "opening": scripts.said(deps, aloud, "open_other" if look.other_phone else "open"),
        "someone_else": scripts.said(deps, reads, "someone_else"),
        "cover_words": scripts.said(deps, aloud, "cover"),
        "scripts": [
            (flag, scripts.steps(deps, reads, flag), scripts.steps(deps, aloud, flag) if aloud != reads else ()) for flag in SCRIPTED
        ],
        "number": None if look.number is None else read_aloud(look.number),
        "shown_until": outbox.hour(deps, reads, look.shown_until),
        "call_outcomes": OUTCOMES,
        "talked": TALKED,
        "longest_note": notes.LONGEST,
        "days": agreements.days(deps, reads, context.now),
        "spans": [(f"{start}-{end}", _span(context, reads, start, end)) for start, end in agreements.spans(deps)],
        "words": agreements.words(deps, reads),
        "coming": [
            f"{agreements.day_and_hour(deps, reads, coming.opens_at, context.now)}–{outbox.hour(deps, reads, coming.not_after)}"
            for coming in look.coming
        ],
    }


def _chosen(context: ConsoleContext, look: CallbackView) -> str | None:
    """The window that the caller chose, in words. Returns None where the caller asked to be called at once."""
    opens, ends = look.callback.opens_at, look.callback.not_after
    return (
        f"{outbox.hour(context.deps, me().reads, opens)}–{outbox.hour(context.deps, me().reads, ends)}"
        if opens > look.callback.made_at
        else None
    )


def _span(context: ConsoleContext, reads: str, start: int, end: int) -> str:
    return f"{agreements.hour(context.deps, reads, start)}–{agreements.hour(context.deps, reads, end)}"


def _wish() -> agreements.Wish:
    """As the form says; what is no day or time makes an empty window, which is refused."""
    form, agreed = request.form, "agreed" in request.form
    part = _PART.fullmatch(form.get("part", ""))
    start, end = map(int, part.groups()) if part else (minute_of(form.get(name, "")) for name in ("from", "to"))
    ahead = form.get("day", "")
    if start is None or end is None or not (ahead.isdecimal() and len(ahead) == 1):
        return agreements.Wish(0, 0, 0, None, agreed=agreed)
    return agreements.Wish(int(ahead), start, end, form.get("word") or None, agreed=agreed)


def _one_of(known: tuple[Chosen, ...], field: str) -> Chosen:
    value = request.form.get(field)
    if value not in known:
        abort(HTTPStatus.BAD_REQUEST)
    return value
