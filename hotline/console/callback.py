"""One callback before, during and after the call, for whoever holds it; a supervisor may look on."""

from __future__ import annotations

import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final, TypeVar, get_args

from flask import Blueprint, Response, abort, request
from werkzeug.wrappers import Response as Answered

from hotline.console.context import ConsoleContext, form_id, is_partial, me, page, taken, to
from hotline.console.times import minute_of
from hotline.engine.numbers import read_aloud
from hotline.ports.calls.callbacks import Safer
from hotline.ports.desk.staff import Staff
from hotline.ports.outcomes import Outcome
from hotline.ports.store import Transaction
from hotline.service import outbox
from hotline.service.calls import agreements, connecting, outcomes, scripts
from hotline.service.calls.connecting import Answer, Told
from hotline.service.desk import callback_view
from hotline.service.desk.callback_view import CallbackView
from hotline.service.desk.casework import notes
from hotline.service.once import first_time
from hotline.service.work import Work

LIVE: Final = frozenset({"before", "rings", "answered", "talking", "how"})
"""Steps whose part of the page keeps itself up to date; at any other the whole page is another one."""
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
        callback_view.audit_sight(context.deps, me(), found, context.now)
        told = request.args.get("told")
        return page(
            context,
            "callback.html",
            told=told if told in get_args(Told) else None,
            opened=request.args.get("open"),
            **_shown(context, found),
        )

    @pages.get("/callback/<id>/signs")
    def signs(id: str) -> Response | Answered | str:
        """What changes while she waits or talks; nothing at all where nothing has changed since `seen`."""
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
        return _done(context, id, lambda tx, staff, at: connecting.connect(Work(context.deps, tx, at), staff, id, form_id()))

    @pages.post("/callback/<id>/reveal")
    def reveal(id: str) -> Answered:
        return _done(context, id, lambda tx, staff, at: connecting.reveal(Work(context.deps, tx, at), staff, id, form_id()))

    @pages.post("/callback/<id>/cover")
    def cover(id: str) -> Answered:
        return to("callback", id=id, told=connecting.cover(context.deps, me(), id, form_id(), context.now).told)


def _saying(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.post("/callback/<id>/mark")
    def mark(id: str) -> Answered | str:
        kind = _one_of(scripts.KINDS, "kind")
        answered = _done(
            context, id, lambda tx, staff, at: scripts.mark(Work(context.deps, tx, at), staff, id, kind), open=kind, _anchor=kind
        )
        found = _look(context, id) if is_partial() else None
        return answered if found is None else page(context, "callback_marked.html", kind=kind, look=found)

    @pages.post("/callback/<id>/outcome")
    def outcome(id: str) -> Answered:
        how: Outcome = _one_of(outcomes.ENDINGS, "how")
        return _done(context, id, lambda tx, staff, at: outcomes.say(Work(context.deps, tx, at), staff, id, how))

    @pages.post("/callback/<id>/safer")
    def safer(id: str) -> Answered:
        said: Safer | None = _one_of(get_args(Safer), "safer") if request.form.get("safer") else None
        return _done(context, id, lambda tx, staff, at: outcomes.save_safer(tx, staff, id, said, at))

    @pages.post("/callback/<id>/hard")
    def hard(id: str) -> Answered:
        return _done(context, id, lambda tx, staff, at: scripts.hard(tx, staff, id, at), _anchor="hard")

    @pages.post("/callback/<id>/note")
    def note(id: str) -> Answered:
        text = request.form.get("note", "").replace("\r\n", "\n").strip()
        answered = _done(context, id, lambda tx, staff, at: notes.save(tx, staff, id, text, at), _anchor="note")
        if len(text) <= notes.LONGEST:
            taken(f"note-{id}")
        return answered


def _wishing(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.post("/callback/<id>/next")
    def next_time(id: str) -> Answered:
        wish = _wish()
        answers: list[Told | None] = []

        def agree(tx: Transaction, staff: Staff, at: int) -> Answer:
            answer = agreements.agree(Work(context.deps, tx, at), staff, id, wish, form_id())
            answers.append(answer.told)
            return answer

        answered = _done(context, id, agree)
        if answers in ([], ["agreed"]):
            taken(f"next-{id}")
        return answered

    @pages.post("/callback/<id>/pass-on")
    def pass_on(id: str) -> Answered:
        return _done(context, id, lambda tx, staff, at: agreements.pass_on(Work(context.deps, tx, at), staff, id))

    @pages.post("/callback/<id>/no-more")
    def no_more(id: str) -> Answered:
        return _done(context, id, lambda tx, staff, at: agreements.no_more(Work(context.deps, tx, at), staff, id))


def _done(context: ConsoleContext, id: str, act: Callable[[Transaction, Staff, int], Answer], **to_see: str) -> Answered:
    """What the form asks for, once, and then the page; where she holds it no more, the queue."""
    at = context.now
    with context.deps.store.write() as tx:
        staff = tx.staff.get(me().id) or me()
        answer = act(tx, staff, at) if first_time(Work(context.deps, tx, at), staff.id, form_id()) else Answer()
        callback = tx.callbacks.get(id)
    outbox.enqueue(context.deps, answer.posts)
    if answer.told == "handed" and callback is not None and callback.claimed_by != me().id:
        return to("queue", back=callback.reference)
    return to("callback", id=id, told=answer.told, **to_see)


def _look(context: ConsoleContext, id: str) -> CallbackView | None:
    with context.deps.store.read() as tx:
        return callback_view.look(Work(context.deps, tx, context.now), me(), id)


def _version(context: ConsoleContext, look: CallbackView) -> str:
    """Changes with each minute that is shown; during a call none is, and nothing moves under her thumb."""
    return look.stands if look.step in ("talking", "how") else f"{look.stands}-{_minutes(context, look)}"


def _minutes(context: ConsoleContext, look: CallbackView) -> int:
    return max(0, look.ends - context.now) // 60


def _shown(context: ConsoleContext, look: CallbackView) -> dict[str, Any]:
    """What the templates work with: times in words, and the words of the catalogue, hers and the caller's."""
    deps, reads, hers = context.deps, me().reads, look.callback.language
    word = f"word.{look.word}"
    return {
        "look": look,
        "calling": deps.rules.calling,
        "version": _version(context, look),
        "minutes": _minutes(context, look),
        "until": outbox.hour(deps, reads, look.ends),
        "chosen": _chosen(context, look),
        "word": (deps.spoken.phrase(word, hers), deps.spoken.phrase(word, reads)) if look.word else None,
        "opening": scripts.said(deps, hers, "open_other" if look.other_phone else "open"),
        "someone_else": scripts.said(deps, reads, "someone_else"),
        "cover_words": scripts.said(deps, hers, "cover"),
        "scripts": [
            (kind, scripts.steps(deps, reads, kind), scripts.steps(deps, hers, kind) if hers != reads else ()) for kind in scripts.KINDS
        ],
        "number": None if look.number is None else read_aloud(look.number),
        "shown_until": outbox.hour(deps, reads, look.shown_until),
        "endings": outcomes.ENDINGS,
        "talked": outcomes.TALKED,
        "longest_note": notes.LONGEST,
        "days": agreements.days(deps, reads, context.now),
        "spans": [(f"{start}-{end}", _span(context, reads, start, end)) for start, end in agreements.spans(deps)],
        "words": agreements.words(deps, reads),
        "coming": [
            f"{agreements.told(deps, reads, each.opens_at, context.now)}–{outbox.hour(deps, reads, each.not_after)}" for each in look.coming
        ],
    }


def _chosen(context: ConsoleContext, look: CallbackView) -> str | None:
    """The window that she chose, where she did not ask to be called at once."""
    opens, ends = look.callback.opens_at, look.callback.not_after
    return (
        f"{outbox.hour(context.deps, me().reads, opens)}–{outbox.hour(context.deps, me().reads, ends)}"
        if opens > look.callback.made_at
        else None
    )


def _span(context: ConsoleContext, reads: str, start: int, end: int) -> str:
    return f"{agreements.time(context.deps, reads, start)}–{agreements.time(context.deps, reads, end)}"


def _wish() -> agreements.Wish:
    """As she filled it in; what is no day or time makes a window of nothing, which is refused."""
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
