"""A contact that came otherwise: typed, shown once as it would be kept, entered. What is entered stands on no page any more."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, request, session

from hotline.console.context import ConsoleContext, FormFault, SentForm, Shown, me, page, refused, run, to
from hotline.console.times import chosen_hours
from hotline.engine.phone.numbers import malian_number, read_aloud
from hotline.engine.times import DAY_MINUTES
from hotline.service.acts import Code
from hotline.service.calls import agreements, contacts
from hotline.service.calls.contacts import Contact, Window
from hotline.service.calls.rules.limits import CONTACTS_A_DAY

FAULTS: Final[dict[Code, tuple[str, str]]] = {
    "phone": ("contact.error.phone", "phone"),
    "language": ("contact.error.language", "language"),
    "enough": ("contact.error.enough", ""),
    "consent": ("callback.told.consent", "agreed"),
}
"""Words and field of a refusal. What stands in none of these is about the window, and said as it is of a next call."""

ENTERED: Final = "entered"
"""In the signed cookie: the fillings-in that were saved in this sign-in. None of their pages shows the number again, whatever a browser's *back* sends anew; once another
signs in, the token against forgery refuses it."""
MOST_ENTERED: Final = 2 * CONTACTS_A_DAY


def views(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.get("/contact")
    def contact() -> str:
        return page(
            context,
            "calls/contact.html",
            kept="kept" in request.args,
            sent=SentForm(None),
            filling=context.tokens.token(),
            **_choices(context),
        )

    @pages.post("/contact")
    def see_contact() -> Shown:
        """What was typed, as it would be kept; nothing is. Or the form again, to mend it."""
        if _filling() in session.get(ENTERED, ()):
            return to("contact", kept="")
        if "change" in request.form:
            return page(
                context, "calls/contact.html", kept=False, sent=SentForm(None, request.form), filling=_filling(), **_choices(context)
            )
        seen = contacts.preview(context.deps, _typed(context), context.now)
        if isinstance(seen, str):
            return _again(context, seen)
        return page(context, "calls/contact_seen.html", sent=SentForm(None), **_seen(context, seen))

    @pages.post("/contact/save")
    def save_contact() -> Shown:
        """Where it leads is the same for every number."""
        result = run(context, contacts.enter_contact, _typed(context))
        if not result.is_refused:
            session[ENTERED] = [*session.get(ENTERED, ()), _filling()][-MOST_ENTERED:]
            return to("contact", kept="")
        seen = contacts.preview(context.deps, _typed(context), context.now)
        if result.code != "consent" or isinstance(seen, str):
            return _again(context, result.code)
        fault = _fault(result.code)
        return refused(context, "calls/contact_seen.html", fault, sent=SentForm(fault, request.form), **_seen(context, seen))


def _again(context: ConsoleContext, code: Code) -> Shown:
    """The form as it was sent, with what is wrong beside its field."""
    fault = _fault(code)
    return refused(
        context, "calls/contact.html", fault, kept=False, sent=SentForm(fault, request.form), filling=_filling(), **_choices(context)
    )


def _filling() -> str:
    """Which filling-in of the form this is, from the empty page to the saved one."""
    return request.form.get("filling", "")[:64]


def _fault(code: Code) -> FormFault:
    return FormFault(*FAULTS.get(code, (f"callback.told.{code}", "day")))


def _typed(context: ConsoleContext) -> Contact:
    """As the form says; days are those of the calendar, so that midnight between the two pages moves nothing."""
    form, today = request.form, context.deps.clock.local(context.now) // DAY_MINUTES
    hours = chosen_hours(form.get("part", ""), form.get("from", ""), form.get("to", ""))
    day = form.get("day", "")
    ahead = int(day) - today if day.isascii() and day.isdecimal() and len(day) <= len(str(today)) else -1
    wish = agreements.Wish(ahead, *(hours or (0, 0)), form.get("word") or None, agreed="agreed" in form)
    return Contact(" ".join(form.get("phone", "").split()), form.get("language", ""), wish)


def _choices(context: ConsoleContext) -> dict[str, Any]:
    """What can be chosen, in the reader's words."""
    deps, reads, now = context.deps, me().reads, context.now
    today = deps.clock.local(now) // DAY_MINUTES
    parts = (
        (start, end, f"{agreements.hour(deps, reads, start)}–{agreements.hour(deps, reads, end)}") for start, end in agreements.spans(deps)
    )
    return {
        "languages": deps.written.languages,
        "days": [(str(today + ahead), said) for ahead, said in enumerate(agreements.days(deps, reads, now))],
        "spans": [(f"{start}-{end}", said) for start, end, said in parts],
        "words": agreements.words(deps, reads),
    }


def _word(context: ConsoleContext, spoken: str, word: str) -> tuple[str, str] | None:
    """As it is said to whoever is rung, and in the reader's words. Returns None where none was chosen."""
    said, read = (dict(agreements.words(context.deps, of)) for of in (spoken, me().reads))
    return (said[word], read[word]) if word in said and word in read else None


def _seen(context: ConsoleContext, window: Window) -> dict[str, Any]:
    """The number in one form, the hours that somebody is planned for, and the fields as they were chosen."""
    deps, reads, form = context.deps, me().reads, request.form
    opens, ends = window
    return {
        "number": read_aloud(malian_number(_typed(context).phone) or ""),
        "window": f"{agreements.day_and_hour(deps, reads, deps.clock.moment(opens), context.now)}–{agreements.hour(deps, reads, ends)}",
        "word": _word(context, form["language"], form.get("word", "")),
        "spoken": form["language"],
        "filling": _filling(),
        "fields": {name: form.get(name, "") for name in ("language", "day", "part", "from", "to", "word")},
    }
