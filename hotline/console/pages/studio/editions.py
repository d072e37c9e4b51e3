"""The editions: what differs, what is proposed and read by a second person, the history, and the way back."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

from flask import Blueprint, abort, request, session
from msgspec.structs import replace
from werkzeug.wrappers import Response

from hotline.console.context import ConsoleContext, FormFault, Shown, found, language, me, page, permitted, refused, run, run_each_time, to
from hotline.console.pages.directory.showing import LISTS
from hotline.console.pages.staff.access import this_browser
from hotline.console.pages.studio.choosing import DRAFT, ScreenAddress, chosen_id
from hotline.console.pages.studio.pickers import condition_said, setting_said, titles
from hotline.console.pages.studio.structure_edits import objection_said
from hotline.console.times import dated, stamp
from hotline.engine.drafting.difference import NOTHING, Lead, visible
from hotline.engine.entry_fields import DAYS
from hotline.ports.editions.editions import FIRST_START, EditionRow
from hotline.service.acts import Result
from hotline.service.desk.accounts import sign_in
from hotline.service.editions.approval import CannotPublish, older_edition
from hotline.service.editions.publication import FaultySources
from hotline.service.studio import drafts
from hotline.service.studio.line.key_history import KeyHistory, all_published
from hotline.service.studio.publishing import editions as shown
from hotline.service.studio.publishing import proposing
from hotline.service.studio.publishing.conflicts import choose_conflict, see_conflicts
from hotline.service.studio.publishing.editions import KnownFault, ProposalView
from hotline.service.studio.publishing.news import open_returned as open_returned_draft
from hotline.service.studio.publishing.proposing import PreparedProposal
from hotline.service.studio.screens.structure import objected, stands_against

AFTER: Final = ("approved", "sent_back", "taken_back", "proposed", "returned", "decided")
"""What has just happened, as an address says it."""
LARGE: Final = frozenset({"approve_proposal"})
"""A form with a tick for each screen that was read."""
LONGEST_NUMBER: Final = 9
LONGEST_TITLE: Final = 70
"""Letters of a screen's title among what differs."""
FIELDS: Final[dict[str, str]] = {"empty": "title", "pending": "pending"}
"""Beside which field of the form that proposes a refusal is said."""


def views(pages: Blueprint, context: ConsoleContext) -> None:
    history = KeyHistory()
    _history(pages, context)
    _proposing(pages, context, history)
    _reading(pages, context, history)
    _returning(pages, context)


def _history(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.get("/editions")
    def editions() -> str:
        return page(context, "editions/editions.html", **_listed(context))

    @pages.get("/editions/next")
    def editions_next() -> str:
        """From the script alone: the history, until the newest is in force."""
        return page(context, "editions/_editions_history.html", **_listed(context))

    @pages.get("/editions/difference")
    def edition_difference() -> Shown:
        one, other = (_number(request.args.get(name, "")) for name in ("from", "to"))
        try:
            difference = shown.compare_editions(context.deps, one, other)
        except CannotPublish:
            return page(context, "editions/editions.html", unreadable=True, **_listed(context))
        if difference is None:
            abort(HTTPStatus.NOT_FOUND)
        return page(context, "editions/edition_difference.html", kind="two", one=one, other=other, **_compared(context, difference))


def _proposing(pages: Blueprint, context: ConsoleContext, history: KeyHistory) -> None:
    @pages.get("/editions/drafts/<id>")
    def draft_difference(id: str) -> Shown:
        return _draft(context, history, id)

    @pages.post("/editions/drafts/<id>")
    def propose_draft(id: str) -> Shown:
        try:
            prepared = proposing.prepare(context.deps, id, history)
        except FaultySources as wrong:
            return _draft(context, history, id, FormFault("editions.error.faults"), wrong)
        takes, title = request.form.get("pending") == "yes", request.form.get("title", "")
        result = prepared if isinstance(prepared, Result) else _propose(context, prepared, title, takes_pending=takes)
        if result.code == "state" or not result.is_refused:
            if session.get(DRAFT) == id:
                session.pop(DRAFT)  # what its author changes next begins another
            return to("edition_proposal", id=result.values["proposal"], after="proposed")
        if result.code == "faulty":
            return _draft(context, history, id, FormFault("editions.error.faults"))
        first, *others = (
            FormFault(f"editions.error.{code}", FIELDS.get(code, "")) for code in (result.code, result.values.get("also")) if code
        )
        return _draft(context, history, id, replace(first, also=tuple(others)))

    @pages.post("/editions/drafts/<id>/choose", endpoint="choose_conflict")
    def choose(id: str) -> Shown:
        """One side of what another edition changed too, where no page of its own shows both."""
        result = run(context, choose_conflict, id, request.form.get("name", ""), keeps=request.form.get("side") == "ours")
        if result.is_refused:
            key = "conflict.cannot_keep" if result.code == "refused" else f"error.{result.code}"
            return _draft(context, history, id, FormFault(f"editions.{key}", form="conflicts", values=result.values))
        return to("draft_difference", id=id)

    @pages.post("/editions/proposals/<id>/take-back")
    def take_back_proposal(id: str) -> Response:
        number = _number(id)
        view = shown.see_proposal(context.deps, me(), number)
        found(permitted(run_each_time(context, proposing.take_back_proposal, number)))
        draft = view.draft if view else None
        if draft is None:
            return to("editions")
        session[DRAFT] = draft.id
        return to("draft_difference", id=draft.id, after="taken_back")

    @pages.post("/editions/drafts/<id>/open")
    def open_returned(id: str) -> Response:
        """Whoever proposed it reads why it came back, and goes on working in it."""
        found(run_each_time(context, open_returned_draft, id))
        session[DRAFT] = id
        return to("draft_difference", id=id)


def _reading(pages: Blueprint, context: ConsoleContext, history: KeyHistory) -> None:
    @pages.get("/editions/proposals/<id>")
    def edition_proposal(id: str) -> Shown:
        view = _seen(context, id)
        return (
            to("editions", after="decided") if view is None else page(context, "editions/edition_proposal.html", **_proposal(context, view))
        )

    @pages.post("/editions/proposals/<id>")
    def approve_proposal(id: str) -> Shown:
        view = _seen(context, id)
        if view is None:
            return to("editions", after="decided")
        fault = _unfit(view)
        if fault is not None:
            return _unapproved(context, view, fault)
        if "code" not in request.form:
            return page(context, "editions/edition_proposal.html", **_proposal(context, view, step="code"))
        if not sign_in.prove_code(context.locks, me(), request.form["code"], this_browser()):
            return _unapproved(context, view, FormFault("editions.error.wrong", "code", "code"), HTTPStatus.UNAUTHORIZED, step="code")
        try:
            yes = proposing.prepare_approval(context.deps, me(), view.proposal.number, view.against, history)
        except FaultySources as wrong:
            fault = FormFault("editions.error.faults", values={"count": str(len(wrong.faults))})
            return _unapproved(context, view, fault, faults=shown.known(wrong.faults, NOTHING))
        result = yes if isinstance(yes, Result) else run(context, proposing.approve_proposal, yes)
        return _unapproved(context, view, _refusal(result)) if result.is_refused else to("editions", after="approved")

    @pages.post("/editions/proposals/<id>/back")
    def send_back(id: str) -> Shown:
        view = _seen(context, id)
        if view is None:
            return to("editions", after="decided")
        result = run(context, proposing.send_back, view.proposal.number, request.form.get("reason", ""))
        if result.code in ("empty", "long"):
            return _unapproved(context, view, FormFault(f"editions.error.reason_{result.code}", "reason"), HTTPStatus.BAD_REQUEST)
        return _unapproved(context, view, _refusal(result)) if result.is_refused else to("editions", after="sent_back")


def _returning(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.get("/editions/<id>/again")
    def edition_again(id: str) -> Shown:
        """The second of two taps: what returns, and the button."""
        return _again(context, _number(id))

    @pages.post("/editions/<id>/again")
    def go_back(id: str) -> Shown:
        number = _number(id)
        try:
            edition = older_edition(context.deps.store, number, context.now)
        except FaultySources:
            return _again(context, number, FormFault("editions.error.old_faults"))
        except CannotPublish as refusal:
            return _again(context, number, _refusal(refusal.result))
        result = run(context, proposing.go_back, number, edition)
        return _again(context, number, _refusal(result)) if result.is_refused else to("editions", after="returned")


def _propose(context: ConsoleContext, prepared: PreparedProposal, title: str, *, takes_pending: bool) -> Result:
    return run(context, proposing.propose_draft, prepared, title, takes_pending=takes_pending)


def _listed(context: ConsoleContext) -> dict[str, Any]:
    listed = shown.see_editions(context.deps)
    return {
        "listed": listed,
        "drafts": drafts.see_drafts(context.deps, me()),
        "maker": lambda row: _maker(context, row),
        "when": lambda at: stamp(context.deps.clock.local(at)),
        "coming": any(row.active_from > context.now for row in listed.editions[:1]),
        "after": _after(),
        "unreadable": False,
    }


def _maker(context: ConsoleContext, row: EditionRow) -> str:
    """Who made an edition, in words where it was nobody."""
    return context.words.say(language(context), "editions.first_start") if row.made_by == FIRST_START else row.made_by


def _draft(
    context: ConsoleContext, history: KeyHistory, id: str, fault: FormFault | None = None, wrong: FaultySources | None = None
) -> Shown:
    composed = drafts.see_draft(context.deps, me(), id)
    if composed.draft.id != id:
        abort(HTTPStatus.NOT_FOUND)
    if composed.draft.proposal is not None:
        return to("edition_proposal", id=str(composed.draft.proposal))
    comparison = shown.compare_draft(context.deps, composed)
    faults = shown.known(wrong.faults, composed.sources) if wrong else comparison.faults
    against = stands_against(composed, all_published(context.deps, history))
    if fault is not None and fault.key == "editions.error.faults":
        fault = replace(fault, values={"count": str(len(faults) + len(against))})
    values = {
        "kind": "draft",
        "is_chosen": session.get(DRAFT) == id or chosen_id(context) == id,
        "composed": composed,
        "comparison": comparison,
        "faults": faults,
        "conflicts": see_conflicts(composed),
        "against": [(one.screen, objection_said(context, objected(one), composed.sources)) for one in against],
        **_compared(context, comparison.difference),
    }
    if fault is not None:
        return refused(context, "editions/edition_difference.html", fault, HTTPStatus.CONFLICT, **values)
    return page(context, "editions/edition_difference.html", **values)


def _again(context: ConsoleContext, number: int, fault: FormFault | None = None) -> Shown:
    row = shown.see_edition(context.deps, number)
    try:
        difference = shown.compare_again(context.deps, number)
    except CannotPublish as refusal:
        difference, fault = None, _refusal(refusal.result)
    if row is None or (difference is None and fault is None):
        abort(HTTPStatus.NOT_FOUND)
    values = {
        "kind": "again",
        "row": row,
        "maker": lambda row: _maker(context, row),
        **_compared(context, difference or shown.compare(NOTHING, NOTHING, None)),
    }
    return (
        refused(context, "editions/edition_difference.html", fault, HTTPStatus.CONFLICT, **values)
        if fault
        else page(context, "editions/edition_difference.html", **values)
    )


def _seen(context: ConsoleContext, id: str) -> ProposalView | None:
    try:
        return shown.see_proposal(context.deps, me(), _number(id))
    except CannotPublish:
        abort(HTTPStatus.CONFLICT)


def _proposal(context: ConsoleContext, view: ProposalView, step: str = "read", faults: tuple[KnownFault, ...] = ()) -> dict[str, Any]:
    """`step`: *read*, or *code* once all is read."""
    return {"view": view, "faults": faults, "step": step, **_compared(context, view.difference)}


def _unapproved(
    context: ConsoleContext,
    view: ProposalView,
    fault: FormFault,
    status: HTTPStatus = HTTPStatus.CONFLICT,
    *,
    step: str = "read",
    faults: tuple[KnownFault, ...] = (),
) -> Shown:
    return refused(context, "editions/edition_proposal.html", fault, status, **_proposal(context, view, step, faults))


def _compared(context: ConsoleContext, difference: shown.EditionDifference) -> dict[str, Any]:
    difference = difference.read_in(language(context))
    now, then = (titles(context, sources, LONGEST_TITLE) for sources in (difference.after, difference.before))

    starts = {flow.name: flow.start for sources in (difference.before, difference.after) for flow in sources.flows}

    def title_of(key: str) -> str:
        """What a screen or phrase is called; of a step that callers never see, what it does and what they see next. One that is gone by what it was."""
        if key in starts:
            return f"{context.words.say(language(context), 'editions.conflict.flow')} · {title_of(starts[key])}"
        return visible(now(key) or then(key) or key)

    def field_name(name: str, of: str = "editions") -> str:
        """What a field is called; its name in flow files where nobody worded it. `of`: *directory* for those of an entry."""
        return context.words.say_or(language(context), f"{of}.field.{name}", name)

    def called(field: str, value: str) -> str:
        """What an entry's field is set to, by name where it is the id of something."""
        if field == "kind":
            return difference.titles.get(f"kind.{value}") or context.words.say_or(language(context), f"directory.event.{value}", value)
        return (
            difference.entries.get(f"{LISTS[field]}.{value}", value)
            if field in LISTS
            else dated(value)
            if field in (*DAYS, "source_date")
            else value
        )

    def meant(lead: Lead) -> str:
        """What a key keeps and on what it depends; in the signs of a flow file where nobody worded that."""
        sets = (setting_said(context, difference.after, name, value) for name, value in lead.set.items())
        try:
            return ", ".join((*sets, *(condition_said(context, difference.after, condition) for condition in lead.when)))
        except KeyError:
            return lead.text

    return {
        "difference": difference,
        "name_of": shown.name_of,
        "title_of": title_of,
        "flow_starts": starts,
        "field_name": field_name,
        "called": called,
        "meant": meant,
        "visible": visible,
        "address_of": ScreenAddress.of,
        "when": lambda at: stamp(context.deps.clock.local(at)),
        "after": _after(),
    }


def _unfit(view: ProposalView) -> FormFault | None:
    """Why whoever reads this cannot approve it."""
    if view.is_author:
        return FormFault("editions.error.own")
    if view.is_overtaken or request.form.get("against") != str(view.against):
        return FormFault("editions.error.overtaken")
    if not view.has_factor:
        return FormFault("editions.error.factor")
    unread = view.difference.names - set(request.form.getlist("read"))
    return FormFault("editions.error.unticked", values={"count": str(len(unread))}) if unread else None


def _refusal(result: Result | None) -> FormFault:
    return FormFault(f"editions.error.{result.code if result else 'gone'}")


def _number(text: str) -> int:
    """0, which no edition has, for what is no number."""
    return int(text) if text.isdecimal() and text.isascii() and len(text) <= LONGEST_NUMBER else 0


def _after() -> str:
    after = request.args.get("after", "")
    return after if after in AFTER else ""
