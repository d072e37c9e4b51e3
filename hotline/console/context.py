"""What every page works with, handed in once, and how it renders."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from hashlib import sha256
from http import HTTPStatus
from typing import Any, Concatenate, Final, ParamSpec, TypeAlias, cast
from urllib.parse import urlencode

import msgspec
from flask import abort, g, redirect, render_template, request, session, url_for
from msgspec import Struct
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from hotline.console.words import Words
from hotline.ports.desk.drafts import Fields, KeptForm, OpenForm, copies_of
from hotline.ports.desk.staff import Staff
from hotline.ports.editions.directory_sheets import DirectorySheets
from hotline.ports.editions.translations import TranslatorFiles
from hotline.ports.figures.figure_files import FigureWorkbooks
from hotline.ports.locks import Codes, Passwords, TokenSource
from hotline.ports.store import StoreAway
from hotline.service import acts
from hotline.service.acts import Act, By, Code, Result
from hotline.service.deps import Deps
from hotline.service.desk import alarm_view, drafts
from hotline.service.desk.accounts.sign_in import Locks
from hotline.service.desk.alarm_view import AlarmCard
from hotline.service.desk.board import BoardView
from hotline.service.studio.publishing.news import NO_NEWS, EditionNews, see_news
from hotline.settings import ConsoleSettings

TOKEN: Final = "token"  # noqa: S105 -- the name of a field
"""In the signed cookie: what `tx.accounts.sign_in` knows this browser by."""

READS: Final = "reads"
"""In the signed cookie: the language of whoever was signed in last, for the page that says that the sign-in is over."""

Shown: TypeAlias = str | tuple[str, int] | Response
"""What a view answers with."""
P = ParamSpec("P")
OURS: Final = ("csrf_token", "once", "draft", "tab", "since", "pressed", "stay")
"""Fields that no person fills in."""
CLOSED: Final[dict[Code, HTTPStatus]] = {"gone": HTTPStatus.NOT_FOUND, "forbidden": HTTPStatus.FORBIDDEN}


class ConsoleContext(Struct, frozen=True):
    """Shared by all threads."""

    deps: Deps
    words: Words
    passwords: Passwords
    codes: Codes
    tokens: TokenSource
    settings: ConsoleSettings
    files: TranslatorFiles
    secure: bool
    """Cookies over TLS alone."""
    sheets: DirectorySheets
    workbooks: FigureWorkbooks
    is_demo: bool = False
    """Whatever was let out here is made up, and every page and file of it says so."""

    @property
    def now(self) -> int:
        return self.deps.clock.now()

    @property
    def locks(self) -> Locks:
        """What signing in works with."""
        return Locks(self.deps, self.passwords, self.codes, self.tokens)


class FormFault(Struct, frozen=True):
    """Why a form was not taken, to be said where it is mended."""

    key: str
    """Of the words."""
    field: str = ""
    """Which field it is about; empty: the form as a whole."""
    form: str = ""
    """Which form, where several of a page go to one address: its `name` in the template. `page`: one that does not stand there any more."""
    values: dict[str, str] = {}
    """For the words."""
    also: tuple[FormFault, ...] = ()
    """What else is wrong with the same form."""

    @property
    def all(self) -> tuple[FormFault, ...]:
        """The first has the focus."""
        return (self, *self.also)


class SentForm(Struct, frozen=True):
    """How a template fills a form in: as it was sent where it comes back, else as its draft, else as things stand."""

    fault: FormFault | None
    values: MultiDict[str, str] | None = None
    """None where it is filled in as things stand."""
    is_draft: bool = False
    tab: str = ""
    """The open page that the form stands on, whatever answers took its place since."""
    since: str = ""
    """The digest of what was kept of the form when the page was opened (`OpenForm`)."""
    others: tuple[str, ...] = ()
    """Addresses of this page with what other open pages keep of the form."""

    def value(self, field: str, stands: str = "") -> str:
        """What stands in a field. A draft may be of a form of the same name that lacks this one: then it is as things stand."""
        return stands if self.values is None else self.values.get(field, stands)

    def has(self, field: str, choice: str, *, stands: bool = False) -> bool:
        """Is this choice of a field ticked?"""
        return stands if self.values is None else choice in self.values.getlist(field)


def me() -> Staff:
    """Who is signed in. Only for pages that need a sign-in: elsewhere there may be nobody."""
    return cast("Staff", g.me)


def language(context: ConsoleContext) -> str:
    """The language that whoever is signed in reads; before that, the one chosen on the page, or `g.reads` of whoever the one-time link is for; or of whoever
    was signed in here last."""
    known = g.get("me")
    return context.words.language(
        known.reads if known is not None else request.args.get("l") or _chosen_in_form() or g.get("reads") or session.get(READS)
    )


def language_name(context: ConsoleContext, code: str) -> str:
    """What the reader calls a language; its code where nobody named it."""
    return context.words.say_or(language(context), f"language.{code}", code)


def language_names(context: ConsoleContext, codes: Iterable[str]) -> str:
    return ", ".join(language_name(context, code) for code in codes)


def _chosen_in_form() -> str | None:
    """Returns None too where the form is larger than any that is read: the page that says so needs a language."""
    try:
        return request.form.get("l")
    except RequestEntityTooLarge:
        return None


def page(context: ConsoleContext, template: str, **values: Any) -> str:
    """Render with the reader's words at hand: `t(key, …)` in the template; `language_name(code)`, `language_names(codes)`; `me`, `language`, `settings`, `is_demo`, `now`; `once()` for a form's
    one-time id; `standing_alarms()`, what stands before a supervisor; `edition_news()`, what waits of proposals and became of them; `fault` and `sent_form(action, name, draft)` for what `_forms.html` says of a form that was refused.
    """
    spoken = language(context)
    fault: FormFault | None = values.setdefault("fault", None)

    def t(key: str, **places: object) -> str:
        return context.words.say(spoken, key, **places)

    return render_template(
        template,
        t=t,
        language_name=partial(language_name, context),
        language_names=partial(language_names, context),
        language=spoken,
        me=g.get("me"),
        settings=context.settings,
        is_demo=context.is_demo,
        now=context.now,
        once=context.tokens.token,
        sent_form=partial(_sent_form, context, fault),
        standing_alarms=partial(_shown_alarms, context),
        edition_news=partial(_edition_news, context),
        version_of=version_of,
        **values,
    )


def refused(
    context: ConsoleContext, template: str, fault: FormFault, status: int = HTTPStatus.BAD_REQUEST, **values: Any
) -> tuple[str, int]:
    """The form's own page again, filled in as it was sent, with the fault beside the field that it is about and the focus there."""
    return page(context, template, fault=fault, **values), status


def run(context: ConsoleContext, act: Callable[Concatenate[Act, P], Result], *args: P.args, **kwargs: P.kwargs) -> Result:
    """Let whoever is signed in act by the form that was sent: once, however often it is sent. Whoever may not gets the page that says so. Raises StoreAway."""
    return permitted(acts.run(context.deps, by(), act, *args, **kwargs))


def run_each_time(context: ConsoleContext, act: Callable[Concatenate[Act, P], Result], *args: P.args, **kwargs: P.kwargs) -> Result:
    """`run`, as often as the form is sent: for what makes secrets that are shown once, and for what does no harm twice."""
    return permitted(acts.run(context.deps, By(me().id, "page"), act, *args, **kwargs))


def by() -> By:
    """Whoever sends this form, which counts once: for a use case of several acts."""
    return By(me().id, "page", form_id(), draft=open_form() if request.form.get("draft") else None)


def open_form() -> OpenForm:
    """The form that was sent, as one whose draft is kept."""
    return OpenForm(request.form.get("draft", ""), request.form.get("tab", ""), request.form.get("since", ""))


def found(result: Result) -> Result:
    """Returns `result`; where what it is about is gone or closed, aborts to the page that says so."""
    if result.code in CLOSED:
        abort(CLOSED[result.code])
    return result


def permitted(result: Result) -> Result:
    """Returns `result`; where whoever is signed in may not, aborts to the page that says so."""
    return found(result) if result.code == "forbidden" else result


def form_id() -> str:
    """By which this form counts once, however often it is sent: the template's `once()`. Without one it is no form of ours, and 400."""
    return request.form["once"]


def form_fields() -> dict[str, str]:
    """What was filled in."""
    return {name: value for name, value in request.form.items() if name not in OURS}


def keep_typed(context: ConsoleContext, fields: Fields, form: OpenForm | None = None) -> str:
    """Keep what is typed and not sent of a form, else of the one that came. Returns which copy has it, where there are several; else nothing. Raises StoreAway."""
    kept = run_each_time(context, drafts.keep_draft, form or open_form(), fields, "", session[TOKEN])
    return kept.values.get("draft", "").partition("~")[2]


def typed_fields() -> Fields:
    """What was filled in, in a list of boxes every one that is ticked: as a draft keeps it."""
    return {name: tuple(values) for name, values in request.form.lists() if name not in OURS}


def form_secret(context: ConsoleContext, kind: str) -> str:
    """A token that follows from this form under a key of the line: the same where the form comes again, so that what was shown once is shown again."""
    return context.deps.derive(kind, f"{me().id}|{form_id()}")


def is_partial() -> bool:
    """Does htmx ask for a part of a page?"""
    return request.headers.get("HX-Request") == "true"


def to(endpoint: str, **values: Any) -> Response:
    """After a change: show this page. Works with script and without."""
    address = url_for(f"console.{endpoint}", **values)
    if is_partial():
        response = Response(status=HTTPStatus.NO_CONTENT)
        response.headers["HX-Redirect"] = address
        return response
    return redirect(address, HTTPStatus.SEE_OTHER)


def version_of(shown: BoardView | tuple[AlarmCard, ...]) -> str:
    """Differs where anything differs that is shown, the minutes left among it: those change with the minute, and only then."""
    return sha256(msgspec.json.encode(shown)).hexdigest()[:16]


def standing_alarms(context: ConsoleContext) -> tuple[AlarmCard, ...]:
    """What stands before whoever is signed in; read once for a page. Raises StoreAway."""
    if "alarms" not in g:
        g.alarms = alarm_view.look(context.deps, me(), context.now)
    found: tuple[AlarmCard, ...] = g.alarms
    return found


def _shown_alarms(context: ConsoleContext) -> tuple[AlarmCard, ...]:
    """Nothing where the database is away: the page that says so shows too."""
    with suppress(StoreAway):
        return standing_alarms(context)
    return ()


def _edition_news(context: ConsoleContext) -> EditionNews:
    """For whoever is signed in; read once for a page. None where the database is away."""
    if "edition_news" not in g:
        g.edition_news = NO_NEWS
        with suppress(StoreAway):
            g.edition_news = see_news(context.deps, me())
    found: EditionNews = g.edition_news
    return found


def _sent_form(context: ConsoleContext, fault: FormFault | None, action: str, name: str = "", draft: str = "") -> SentForm:
    is_here = request.path == action or bool(draft and request.form.get("draft") == draft)  # another of its buttons was pressed
    wrong = fault if fault and is_here and fault.form == name else None
    if draft and request.form.get("draft") == draft:
        return SentForm(wrong, request.form, tab=open_form().tab, since=open_form().since)
    if wrong or not draft:
        return SentForm(wrong, request.form if wrong else None)
    shown, others = _copies(context, draft)
    tab = context.tokens.token()
    if shown is None:
        return SentForm(None, tab=tab)
    addresses = tuple(f"?{urlencode({**request.args, 'typed': other.number})}" for other in others) if request.method == "GET" else ()
    return SentForm(None, MultiDict(shown.fields), is_draft=True, tab=tab, since=shown.digest, others=addresses)


def typed_before(context: ConsoleContext, draft: str) -> Fields | None:
    """What whoever is signed in typed into this form and did not send. Raises StoreAway."""
    shown, _ = _copies(context, draft)
    return None if shown is None else shown.fields


def _copies(context: ConsoleContext, draft: str) -> tuple[KeptForm | None, list[KeptForm]]:
    """What is kept of a form: the copy that this page shows, which the address may name, and the others, each thing typed once."""
    copies = {copy.digest: copy for copy in reversed(copies_of(draft, _drafts(context)))}
    asked = [copy for copy in copies.values() if str(copy.number) == request.args.get("typed")]
    kept = [*reversed(copies.values())]
    shown = next(iter(asked or kept), None)
    return shown, [copy for copy in kept if copy is not shown]


def _drafts(context: ConsoleContext) -> dict[str, Fields]:
    """Of whoever is signed in; read once for a page."""
    if "drafts" not in g:
        g.drafts = drafts.look(context.deps, me().id, context.now)
    found: dict[str, Fields] = g.drafts
    return found
