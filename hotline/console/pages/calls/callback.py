"""One callback before, during and after the call, for whoever holds it; a supervisor may look on."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final, TypeVar

from flask import Blueprint, Response, abort, request
from werkzeug.wrappers import Response as Answered

from hotline.console.context import ConsoleContext, FormFault, Shown, by, is_partial, me, page, permitted, refused, run, to
from hotline.console.times import chosen_hours
from hotline.engine.casework.call_outcomes import OUTCOMES, TALKED
from hotline.engine.casework.flags import SCRIPTED, Flag
from hotline.engine.casework.scripts import CASES, EVERY_CALL, WHO, Script
from hotline.engine.phone.numbers import read_aloud
from hotline.ports.calls.callbacks import Callback
from hotline.service import acts, outbox
from hotline.service.acts import By, Code, Result
from hotline.service.calls import agreements, alarms, connecting, saying, scripts
from hotline.service.conversation.orders import is_changed_in_spool
from hotline.service.desk import callback_view, wrapping_up
from hotline.service.desk.callback_view import CallbackView
from hotline.service.desk.casework import notes
from hotline.service.desk.shifts import on_duty

LIVE: Final = frozenset({"before", "rings", "answered", "talking", "how"})
"""Steps whose part of the page keeps itself up to date; at every other step the whole page changes."""
TALK: Final = frozenset({"talking", "how"})
"""Steps at which what is typed beside that part is not touched."""
WORDED: Final[frozenset[Code]] = frozenset(
    {
        *("covered", "agreed", "erased", "handed"),
        *("not_on", "gone", "late", "how", "busy", "on_page", "read_aloud", "long_note", "held"),
    }
)
"""Codes that stand above the page: `callback.told.…` of the catalogue. That a phone rings is said by the part that keeps itself up to date: above, it would
still stand there when the two talk."""
HERE: Final = "here"
"""What stands there after *I am here*."""
KEPT: Final = "kept"
"""What stands there after a wrap-up in which no next call was agreed on."""
FIELDS: Final[dict[Code, str]] = {"consent": "agreed", "long_note": "note"}
"""Beside which field of the wrap-up each refusal is said; what is not named here, beside the day."""
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
            return page(context, "calls/callback_gone.html"), HTTPStatus.NOT_FOUND
        if not found.holds:
            permitted(acts.run(context.deps, By(me().id, "page"), callback_view.look_on, id))
        code = request.args.get("told")
        return page(
            context,
            "calls/callback.html",
            notice=code if code in (*WORDED, HERE, KEPT) else None,
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
            seen = request.args.get("seen", "")
            if seen == _version(context, found):
                return Response(status=HTTPStatus.NO_CONTENT)
            begins = seen.partition("-")[0] not in TALK
            return page(context, "calls/callback_signs.html", is_part=True, is_beginning=begins, **_shown(context, found))
        return Response(status=HTTPStatus.NO_CONTENT, headers={"HX-Refresh": "true"})


def _calling(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.post("/callback/<id>/connect")
    def connect(id: str) -> Answered:
        return _tell(id, run(context, connecting.connect, id))

    @pages.post("/callback/<id>/reveal")
    def reveal(id: str) -> Answered:
        return _tell(id, Result("late") if is_changed_in_spool(context.deps, id) else run(context, connecting.reveal, id))

    @pages.post("/callback/<id>/cover")
    def cover(id: str) -> Answered:
        return _tell(id, permitted(connecting.cover(context.deps, by(), id)))


def _saying(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.post("/callback/<id>/mark")
    def mark(id: str) -> Answered | str:
        return _case(context, id, run(context, scripts.mark, id, _flag()))

    @pages.post("/callback/<id>/unmark")
    def unmark(id: str) -> Answered | str:
        return _case(context, id, run(context, scripts.unmark, id, _flag()))

    @pages.post("/callback/<id>/help")
    def ask_help(id: str) -> Answered | str:
        result = run(context, alarms.ask_help, id)
        found = _look(context, id) if is_partial() and not result.is_refused else None
        if found is None:
            return _tell(id, result)
        return page(context, "calls/callback_help.html", **_shown(context, found))

    @pages.post("/callback/<id>/outcome")
    def outcome(id: str) -> Answered:
        return _tell(id, run(context, saying.say_outcome, id, _one_of(OUTCOMES, "how")))

    @pages.post("/callback/<id>/here")
    def still_here(id: str) -> Answered:
        """*I am here*, said after a call: the call itself says nothing of it."""
        result = run(context, on_duty.say_here)
        return to("callback", id=id, told=HERE if result.code == "done" else result.code)

    @pages.post("/callback/<id>/note")
    def note(id: str) -> Answered:
        text = request.form.get("note", "").replace("\r\n", "\n").strip()
        return _tell(id, run(context, notes.save_note, id, text), _anchor="note")


def _wishing(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.post("/callback/<id>/wrap-up")
    def wrap_up(id: str) -> Shown:
        """Before they hang up, and after: it leads back to what was agreed, which is read to the caller; where nothing was, and the call is over, to the queue."""
        result = run(context, wrapping_up.wrap_up, id, _wrap_up())
        found = _look(context, id) if result.is_refused and result.code != "gone" else None
        if found is not None:
            field = FIELDS.get(result.code, "day")
            return refused(
                context, "calls/callback.html", FormFault(f"callback.told.{result.code}", field), notice=None, **_shown(context, found)
            )
        if result.code == "done":
            return to("queue") if "finish" in request.form else to("callback", id=id, told=KEPT, _anchor="wrap-up")
        return _tell(id, result, _anchor="wrap-up")

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


def _case(context: ConsoleContext, id: str, result: Result) -> Answered | str:
    """The case as it stands now, open; without script the whole page. `script`: by which of its scripts it was marked."""
    of_flag = [script for script in CASES if script.flag == _flag()]
    script = next((script for script in of_flag if script.name == request.form.get("script")), of_flag[0])
    found = _look(context, id) if is_partial() and not result.is_refused else None
    if found is None:
        return _tell(id, result, open=script.name, _anchor=script.name)
    return page(context, "calls/callback_marked.html", script=_read(context, found, script), opened=script.name, **_shown(context, found))


def _flag() -> Flag:
    return _one_of(SCRIPTED, "kind")


def _look(context: ConsoleContext, id: str) -> CallbackView | None:
    return callback_view.look(context.deps, me(), id, context.now)


def _version(context: ConsoleContext, look: CallbackView) -> str:
    """Changes with each minute that is shown; during a call none is, and nothing moves under a thumb."""
    return look.stands if look.step in TALK else f"{look.stands}-{_minutes(context, look)}"


def _minutes(context: ConsoleContext, look: CallbackView) -> int:
    return max(0, look.ends - context.now) // 60


def _shown(context: ConsoleContext, look: CallbackView) -> dict[str, Any]:
    """What the templates work with: times in words, and the words of the catalogue, the reader's and the caller's."""
    deps, reads, aloud = context.deps, me().reads, look.aloud
    word = f"word.{look.word}"
    return {
        "look": look,
        "calling": deps.rules.calling,
        "version": _version(context, look),
        "minutes": _minutes(context, look),
        "talks_for": max(0, context.now - look.talks_since) if look.talks_since else 0,
        "until": outbox.hour(deps, reads, look.ends),
        "chosen": _chosen(context, look),
        "word": (deps.spoken.phrase(word, aloud), deps.spoken.phrase(word, reads)) if look.word else None,
        "opening": scripts.said(deps, aloud, "open_other" if look.other_phone else "open").splitlines(),
        "who": scripts.steps(deps, aloud, WHO.name) if look.asked else (),
        "asked": dict.fromkeys(_part_of_day(context, at) for at in look.asked),
        "alone": [] if look.other_phone else scripts.said(deps, aloud, "alone").splitlines(),
        "someone_else": scripts.said(deps, reads, "someone_else").splitlines(),
        "cover_words": scripts.said(deps, aloud, "cover").splitlines(),
        "every_call": [_read(context, look, script) for script in EVERY_CALL],
        "cases": [_read(context, look, script) for script in CASES],
        "number": None if look.number is None else read_aloud(look.number),
        "shown_until": outbox.hour(deps, reads, look.shown_until),
        "call_outcomes": OUTCOMES,
        "talked": TALKED,
        "longest_note": notes.LONGEST,
        "help_since": outbox.hour(deps, reads, look.help.since) if look.help else "",
        "days": agreements.days(deps, reads, context.now),
        "spans": [(f"{start}-{end}", _span(context, reads, start, end)) for start, end in agreements.spans(deps)],
        "words": agreements.words(deps, reads),
        "coming": [_window(context, reads, coming) for coming in look.coming],
        "agreed": _read_back(context, look.agreed) if look.agreed else None,
    }


def _read(context: ConsoleContext, look: CallbackView, script: Script) -> dict[str, Any]:
    """A script with its steps, in the reader's language and, where that is another, in the caller's."""
    deps, reads, aloud = context.deps, me().reads, look.aloud
    return {
        "name": script.name,
        "flag": script.flag,
        "steps": scripts.steps(deps, reads, script.name),
        "aloud": scripts.steps(deps, aloud, script.name) if aloud != reads else (),
    }


def _read_back(context: ConsoleContext, agreed: Callback) -> dict[str, str | None]:
    """What was agreed, in the reader's words, and in those that are read to the caller."""
    deps, aloud = context.deps, agreed.language
    spoken = context.words.language(aloud)
    word = deps.spoken.phrase(f"word.{agreed.word}", aloud) if agreed.word else None
    return {
        "when": _window(context, me().reads, agreed),
        "language": spoken,
        "aloud": context.words.say(spoken, "callback.read_back", when=_window(context, aloud, agreed)),
        "word": context.words.say(spoken, "callback.read_back_word", word=word) if word else None,
    }


def _window(context: ConsoleContext, language: str, coming: Callback) -> str:
    deps = context.deps
    return f"{agreements.day_and_hour(deps, language, coming.opens_at, context.now)}–{outbox.hour(deps, language, coming.not_after)}"


def _part_of_day(context: ConsoleContext, at: int) -> str:
    """When something was asked for, no finer than a part of the day."""
    local = context.deps.clock.local
    day, start, end = agreements.part_of_day(context.deps.spoken, me().reads, local(at), local(context.now))
    return f"{day}, {_span(context, me().reads, start, end)}"


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


def _wrap_up() -> wrapping_up.WrapUp:
    """As the form says; what it does not ask, or nobody touched, is left as it is."""
    form, safer, note = request.form, request.form.get("safer"), request.form.get("note")
    return wrapping_up.WrapUp(
        wish=_wish() if _is_wished() else None,
        safer=safer if safer in wrapping_up.SAFER_ANSWERS else None,
        note=None if note is None else note.replace("\r\n", "\n").strip(),
        was_hard="hard" in form,
    )


def _is_wished() -> bool:
    """Was anything of a next call filled in? An hour or a word without a day is refused, or the caller would count on what nobody keeps."""
    form = request.form
    word = form.get("word", "")
    return any(form.get(name) for name in ("day", "part", "from", "to", "agreed")) or word != form.get("word_before", word)


def _wish() -> agreements.Wish:
    """As the form says, an hour before a part of the day; what is no day or time makes an empty window, which is refused."""
    form, agreed, ahead = request.form, "agreed" in request.form, request.form.get("day", "")
    hours = chosen_hours(form.get("part", ""), form.get("from", ""), form.get("to", ""))
    if hours is None or not (ahead.isdecimal() and len(ahead) == 1):
        return agreements.Wish(0, 0, 0, None, agreed=agreed)
    return agreements.Wish(int(ahead), *hours, form.get("word") or None, agreed=agreed)


def _one_of(known: tuple[Chosen, ...], field: str) -> Chosen:
    value = request.form.get(field)
    if value not in known:
        abort(HTTPStatus.BAD_REQUEST)
    return value
