"""Each one's own account: language, password, second factor, recovery codes, and out everywhere."""

from __future__ import annotations

from typing import Any, Final

import segno
from flask import Blueprint, g, request, session
from werkzeug.wrappers import Response

from hotline.console.context import (
    TOKEN,
    ConsoleContext,
    FormFault,
    Shown,
    form_secret,
    language,
    me,
    page,
    refused,
    run,
    run_each_time,
    to,
)
from hotline.console.pages.staff.access import DIFFER, OFFERED, WEAK, offer_factor, offered_factor, own_names, this_browser
from hotline.service.desk.accounts import own_account, sign_in

WRONG_PASSWORD: Final = FormFault("access.refused", "old")


def views(pages: Blueprint, context: ConsoleContext) -> None:
    _choices(pages, context)
    _second_factor(pages, context)

    @pages.post("/me/password")
    def password() -> Shown:
        form, staff = request.form, me()
        if form.get("password", "") != form.get("again", ""):
            return _own(context, DIFFER)
        new = own_account.prepare_password(context.locks, staff, form.get("old", ""), form.get("password", ""), this_browser())
        if new.is_weak:
            return _own(context, WEAK)
        token = form_secret(context, "sign-in")
        if run(context, own_account.change_password, new, token).is_refused:
            return _own(context, WRONG_PASSWORD)
        session[TOKEN] = token
        return to("me", told="password")

    @pages.post("/me/everywhere")
    def everywhere() -> Response:
        run_each_time(context, own_account.sign_out_everywhere)
        session.clear()
        return to("sign_in", out=1, l=language(context))


def _choices(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.get("/me", endpoint="me")
    def own() -> Shown:
        return _own(context)

    @pages.post("/me/digits")
    def digits() -> Shown:
        form = request.form
        if form.get("digits", "") != form.get("again", ""):
            return _own(context, FormFault("account.digits_differ", "again"))
        new = own_account.prepare_digits(context.locks, me(), form.get("old", ""), form.get("digits", ""), this_browser())
        result = run_each_time(context, own_account.set_digits, new)
        if result.code == "faulty":
            return _own(context, FormFault("account.digits_weak", "digits"))
        return _own(context, WRONG_PASSWORD) if result.is_refused else to("me", told="digits")

    @pages.post("/me/language")
    def choose_language() -> Response:
        chosen = request.form.get("reads")
        if chosen in context.words.languages:
            run_each_time(context, own_account.choose_language, chosen)
        return to("me", told="language")


def _second_factor(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.post("/me/factor/anew")
    def factor_anew() -> Shown:
        """With the password: a browser left open takes nobody's factor away."""
        if not _is_proved(context):
            return _own(context, WRONG_PASSWORD)
        offer_factor(context, me().id)
        return to("factor")

    @pages.route("/me/factor", methods=["GET", "POST"])
    def factor() -> Shown:
        secret = offered_factor(context)
        if secret is None:
            if g.second_factor or not context.settings.second_factor:
                return to("me")
            secret = offer_factor(context, me().id)
        if request.method == "GET":
            return _scan(context, secret)
        factor = own_account.prepare_factor(context.locks, secret, request.form.get("code", ""))
        if run_each_time(context, own_account.set_factor, factor).is_refused:
            return _scan(context, secret, FormFault("access.refused", "code"))
        del session[OFFERED]
        session[TOKEN] = factor.token
        return page(context, "staff/account_recovery.html", codes=factor.recovery)

    @pages.post("/me/recovery")
    def recovery() -> Shown:
        if not _is_proved(context):
            return _own(context, WRONG_PASSWORD)
        codes = own_account.fresh_codes(context.locks)
        if run_each_time(context, own_account.renew_recovery, codes).is_refused:
            return to("me")
        return page(context, "staff/account_recovery.html", codes=codes)


def _own(context: ConsoleContext, fault: FormFault | None = None) -> Shown:
    found = own_account.look(context.deps, me(), context.now - context.settings.idle_minutes * 60)
    code = request.args.get("told", "") if not fault else ""
    values: dict[str, Any] = {
        "own": found,
        "second_factor": g.second_factor,
        "notice": code if code in ("password", "language", "digits") else "",
        "languages": own_names(context),
    }
    return refused(context, "staff/account.html", fault, **values) if fault else page(context, "staff/account.html", **values)


def _scan(context: ConsoleContext, secret: str, fault: FormFault | None = None) -> Shown:
    """The secret as a picture for another phone's camera, as an address for this one, and in letters."""
    address = context.codes.address(secret, me().alias)
    picture = segno.make(address, micro=False).svg_data_uri(scale=4)
    groups = " ".join(secret[n : n + 4] for n in range(0, len(secret), 4))
    must = context.settings.second_factor and not g.second_factor
    values: dict[str, Any] = {"picture": picture, "address": address, "groups": groups, "must": must}
    return refused(context, "staff/account_factor.html", fault, **values) if fault else page(context, "staff/account_factor.html", **values)


def _is_proved(context: ConsoleContext) -> bool:
    return sign_in.prove(context.locks, me(), request.form.get("old", ""), this_browser()) is not None
