"""The page of one screen as a form: what stands in its fields, what of that is new, and what somebody else changed meanwhile."""

from __future__ import annotations

from collections.abc import Container, Iterator
from functools import partial
from http import HTTPStatus
from typing import Any, Final

from flask import abort, request
from msgspec import Struct
from werkzeug.datastructures import MultiDict

from hotline.console.context import ConsoleContext, keep_typed, me, open_form, run_each_time, typed_before, typed_fields
from hotline.console.pages.studio.choosing import ScreenAddress, chosen, chosen_with, seen
from hotline.console.pages.studio.trying import tried
from hotline.engine.drafting.revisions import screen_place
from hotline.service.desk.drafts import discard_draft
from hotline.service.studio.composing import Composed, key_of
from hotline.service.studio.drafts import PartEdit, is_editor
from hotline.service.studio.screens import screens
from hotline.service.studio.screens.screens import MessageView, ScreenView
from hotline.service.studio.words.reviewing import LONGEST_COMMENT
from hotline.service.studio.words.reviews import see_reviews

COMMENT: Final = "comment:"
"""How the field of a comment is called: this, and the place of the message that it is about."""
LIST_DRAFT: Final = "reread"
"""Under which what is typed in the list of what is to be read is kept until it is sent."""


class WordsField(Struct, frozen=True):
    """One message in the form. `seen`: what the draft said when the form was opened, None where it said nothing."""

    text: str
    seen: str | None


class ScreenForm(Struct, frozen=True):
    """A screen of the draft that somebody works in, with what they typed."""

    address: ScreenAddress
    composed: Composed
    view: ScreenView
    fields: dict[str, WordsField]
    """By place."""

    @classmethod
    def of(cls, context: ConsoleContext, address: ScreenAddress, without: Container[str] = ()) -> ScreenForm:
        """As it was sent, or as it was left. `without`: places in which nothing counts that was typed. Aborts where there is no such screen. Raises StoreAway."""
        composed, today = chosen(context), context.deps.today(context.now)
        sent = _sent(context, address, without)
        typed = {place: field.text or None for place, field in sent.items()}
        view = screens.see_screen(composed, address.key, today, typed)
        if view is None:
            composed = chosen_with(context, screen_place(address.key))
            view = screens.see_screen(composed, address.key, today, typed)
        if view is None:
            abort(HTTPStatus.NOT_FOUND)
        fields = {message.place: sent.get(message.place) or WordsField(message.text, message.kept) for message in view.all_messages}
        return cls(address, composed, view, fields)

    @property
    def typed(self) -> dict[str, str | None]:
        """What differs from the draft, by place, and None for a wording that is taken out."""
        return {message.place: self.fields[message.place].text or None for message in self._differing()}

    @property
    def theirs(self) -> frozenset[str]:
        """The places that somebody else changed since the form was opened, to something else than what is typed."""
        return frozenset(message.place for message in self._differing() if self.fields[message.place].seen != message.kept)

    def leaves(self, sent: str = "") -> bool:
        """Is anything typed beside what was sent? `sent`: the field of a comment."""
        comments = (text for name, text in request.form.items() if name.startswith(COMMENT) and name != sent)
        return bool(self.typed) or any(text.strip() for text in comments)

    def edits(self) -> list[PartEdit]:
        """What is to be kept."""
        return [PartEdit.words(place, text, self.fields[place].seen) for place, text in self.typed.items()]

    def shown(self, context: ConsoleContext) -> dict[str, Any]:
        """What the templates of its parts are handed."""
        return {
            "composed": self.composed,
            "view": self.view,
            "here": self.address,
            "fields": self.fields,
            "theirs": self.theirs,
            "address_of": ScreenAddress.of,
            "may_change": {language: is_editor(me(), language) for language in self.composed.sources.words},
            "shows_raw": bool(self.composed.edition.raw_networks),
            **self._handset(context),
        }

    def whole(self, context: ConsoleContext, after: str = "", done: str = "") -> dict[str, Any]:
        """What the page itself is handed. `done`: the place about which a comment was just sent."""
        return {
            **self.shown(context),
            "branches": seen(context, self.composed).branches,
            "reviews": partial(see_reviews, context.deps, me(), self.composed, [message.place for message in self.view.messages]),
            "longest_comment": LONGEST_COMMENT,
            "list_draft": LIST_DRAFT,
            "after": after,
            "done": done,
        }

    def _handset(self, context: ConsoleContext) -> dict[str, Any]:
        trial = tried(context, self.composed, self.address.key, self.typed)
        first = next(iter(self.composed.sources.words.values()), ())
        return {
            "tried": trial,
            "asked_way": request.values.get("go") == "here",
            "has_words": any(message.key == trial.key for message in first),
            "clock": _clock,
            "raw_networks": sorted(self.composed.edition.raw_networks),
        }

    def _differing(self) -> Iterator[MessageView]:
        return (message for message in self.view.all_messages if self.fields[message.place].text != (message.kept or ""))


def _clock(minute: int | None) -> str:
    return "" if minute is None else f"{minute // 60}h{minute % 60:02d}"


def _sent(context: ConsoleContext, address: ScreenAddress, without: Container[str]) -> dict[str, WordsField]:
    """The words of the form, by place, as it was sent, or else as its draft has them. Where two changed the same, what the pressed button chose counts."""
    values: MultiDict[str, str] = request.form
    if request.method != "POST":
        values = MultiDict((name, value) for name, found in (typed_before(context, address.form) or {}).items() for value in found)
    mine, theirs = values.get("mine"), values.get("theirs")
    found = {}
    for place, text in values.items():
        if place.startswith("words/") and key_of(place) == address.key and place not in without and place != theirs:
            seen = values.get(f"now:{place}" if place == mine else f"seen:{place}")
            found[place] = WordsField(_lines(text).rstrip(), None if seen is None else _lines(seen))
    return found


def _lines(text: str) -> str:
    """A browser ends lines as mails do."""
    return text.replace("\r\n", "\n")


def keep_rest(context: ConsoleContext, form: ScreenForm, *sent: str) -> bool:
    """What else is typed than the fields that were sent stays kept for this page, and its form is to be shown with it. Returns False where there is nothing."""
    if not form.leaves(*sent):
        run_each_time(context, discard_draft, open_form())
        return False
    fields = {name: values for name, values in typed_fields().items() if name not in sent and _is_open(form, name)}
    keep_typed(context, fields)
    return True


def _is_open(form: ScreenForm, name: str) -> bool:
    """Is this no field of words that the draft has by now?"""
    place = name.removeprefix("seen:")
    return not place.startswith("words/") or place in form.typed
