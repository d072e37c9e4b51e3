"""Who of the staff may do what: the one table. An act or a page that stands nowhere in it is closed to everybody."""

from __future__ import annotations

from typing import Final, get_args

from msgspec import Struct

from hotline.ports.desk.staff import CALLING, Right, Role, Staff

ROLES: Final[tuple[Role, ...]] = get_args(Role)
OURS: Final[tuple[Role, ...]] = tuple(role for role in ROLES if role != "partner")
"""Who works here."""
RIGHTS: Final[tuple[Right, ...]] = get_args(Right)
SUPERVISES: Final[tuple[Role, ...]] = ("supervisor",)
ADMIN: Final[tuple[Role, ...]] = ("admin",)


class Ability(Struct, frozen=True):
    """One line of the table in `docs/permissions.md`: what it is, who may, the acts (functions of `service/`) and the pages (endpoints of the console) that it opens."""

    what: str
    roles: tuple[Role, ...]
    acts: tuple[str, ...]
    pages: tuple[str, ...]
    rights: tuple[Right, ...] = ()
    """Whoever has one of these may too, whatever the role."""

    def opens_to(self, staff: Staff) -> bool:
        """May this person?"""
        return staff.role in self.roles or not staff.rights.isdisjoint(self.rights)


OPEN: Final = frozenset({"asset", "neutral", "sign_in", "code", "welcome", "nowhere"})
"""Pages for anybody, without being signed in."""
QUIET: Final = frozenset({"asset", "board", "signs", "alarms", "urgent", "editions_next"})
"""Pages that a browser asks for by itself: nobody did anything."""

TABLE: Final = (
    Ability(
        "own account: password, second factor, language, sign out everywhere",
        ROLES,
        ("change_password", "set_factor", "renew_recovery", "choose_language", "sign_out_everywhere"),
        ("me", "choose_language", "password", "factor", "factor_anew", "recovery", "everywhere", "sign_out", "home"),
    ),
    Ability("own two digits, without which a ring of the line says nothing", CALLING, ("set_digits",), ("digits",)),
    Ability("own drafts: what was typed into a form and not sent", OURS, ("keep_draft", "discard_draft"), ("keep_draft", "discard_draft")),
    Ability(
        "see the queue, say *I am here*, take, give back",
        CALLING,
        ("say_here", "take_break", "go_on_shift", "carry_on", "go_off_shift", "take_back_off", "take", "give_back"),
        (
            "queue",
            "board",
            "urgent",
            "signal",
            "here",
            "pause",
            "on_shift",
            "carry_on",
            "off_shift",
            "end_shift",
            "take_back_off",
            "take",
            "give_back",
        ),
    ),
    Ability(
        "work a callback: ring, scripts, ask for help, outcome, next time, note",
        CALLING,
        (
            *(
                "connect",
                "reveal",
                "begin_cover",
                "note_cover",
                "mark",
                "unmark",
                "ask_help",
                "say_outcome",
                "say_hard",
                "say_safer",
                "agree_next",
                "pass_on",
                "no_more",
            ),
            *("wrap_up", "save_note", "look_on", "pick_up", "accept", "answer_ring", "key_digits", "go_on", "decline"),
        ),
        (
            *("callback", "signs", "connect", "reveal", "cover", "mark", "unmark", "ask_help", "outcome", "still_here"),
            *("wrap_up", "pass_on", "no_more", "note"),
        ),
    ),
    Ability(
        "enter a contact that came otherwise: where and when to ring once",
        CALLING,
        ("enter_contact",),
        ("contact", "see_contact", "save_contact"),
    ),
    Ability(
        "codes, consents, referrals, slips",
        CALLING,
        ("note_sight", "write_incident", "give_consent", "take_back_consent", "refer", "look_again", "revoke_referral", "send_slip"),
        (
            *("incident", "save_incident", "consents", "agree", "take_back", "referrals", "refer", "due"),
            *("referral", "look_again", "revoke_referral", "slip", "send_slip"),
        ),
    ),
    Ability(
        "own shifts, check-in, *I need time*, where complaints go",
        CALLING,
        ("plan_shift", "unplan_shift", "come_on_day", "take_hours", "stay_away", "need_time"),
        ("shifts", "plan", "unplan", "take_hours", "care", "check_in", "checked_in", "need_time"),
    ),
    Ability(
        "write testimonies down, release them, withdraw them",
        CALLING,
        ("write_testimony", "cut_testimony", "release_testimony", "publish_testimony", "withdraw_testimony"),
        ("testimonies", "testimony_new", "testimony", "testimony_cut", "testimony_release", "testimony_publish", "testimony_withdraw"),
    ),
    Ability(
        "review, hand over, see to alarms, other people's shifts, who needs time",
        SUPERVISES,
        ("decide_review", "hand_over", "acknowledge", "acknowledge_alarm", "go_on_call", "take_on"),
        (
            *("review", "review_case", "review_decide", "hand_over", "hand_over_to", "alarms", "acknowledge_alarm"),
            *("shifts_of", "plan_of", "unplan_of", "on_call", "take_on"),
        ),
    ),
    Ability(
        "say that many ask, close and open hours",
        SUPERVISES,
        ("say_many", "end_many", "close_hours", "open_hours"),
        ("many", "many_over", "close_hours", "open_hours"),
    ),
    Ability("be answered by SMS, end a call", OURS, ("hear", "hang_up"), ()),
    Ability(
        "see the studio, change words of a language that one reviews",
        ("operator",),
        ("save_parts", "settle_parts", "revert_part", "keep_part", "choose_conflict"),
        (
            "studio",
            "studio_flow",
            "studio_screen",
            "weigh_screen",
            "try_screen",
            "save_screen",
            "revert_part",
            "keep_part",
            "choose_conflict",
        ),
        ("reviewer", "approver"),
    ),
    Ability(
        "see the directory of places and services, as a page and as a table",
        ("operator",),
        (),
        ("directory", "directory_entry", "directory_order", "directory_table"),
        ("reviewer", "approver"),
    ),
    Ability(
        "change the directory in a draft: entries, numbers rung, places seen, tables taken in",
        ("operator",),
        ("save_entry", "drop_entry", "move_entry", "note_call", "confirm_place", "bring_in"),
        (
            *("new_entry", "add_entry", "save_entry", "drop_entry", "move_entry", "note_call", "confirm_place"),
            *("revert_entry", "keep_entry"),
            *("read_sheet", "bring_in", "withdraw_number"),
        ),
    ),
    Ability("take a number off the line at once", ("operator", "admin"), ("withdraw_number",), ()),
    Ability(
        "begin a draft of an edition, name it, give it up",
        ("operator",),
        ("open_draft", "name_draft", "drop_draft"),
        ("open_draft", "name_draft", "drop_draft"),
    ),
    Ability(
        "read words of a language that one reviews, and sign for them", (), ("sign_words", "unsign_words"), ("sign_words",), ("reviewer",)
    ),
    Ability(
        "see what is to be read, comment on words",
        ("operator",),
        ("comment_words", "close_thread"),
        ("studio_review", "comment_words"),
        ("reviewer", "approver"),
    ),
    Ability(
        "see the editions, what waits, and what differs",
        ("operator",),
        (),
        ("editions", "editions_next", "edition_difference", "draft_difference", "edition_proposal"),
        ("reviewer", "approver"),
    ),
    Ability(
        "propose a draft, take the proposal back",
        ("operator",),
        ("propose_draft", "take_back_proposal", "open_returned"),
        ("propose_draft", "take_back_proposal", "open_returned"),
    ),
    Ability(
        "approve what others proposed, with a fresh code, or send it back",
        (),
        ("approve_proposal", "send_back"),
        ("approve_proposal", "send_back"),
        ("approver",),
    ),
    Ability("go back to an older edition", ("operator",), ("go_back",), ("edition_again", "go_back"), ("approver",)),
    Ability(
        "see where keys lead",
        ("operator",),
        (),
        ("studio_keys",),
        ("reviewer", "approver"),
    ),
    Ability(
        "change where keys lead: keys, screens, flows",
        ("operator",),
        ("change_structure",),
        (
            *("save_option", "save_way", "save_kind", "rename_screen", "restore_screen", "remove_screen"),
            *("new_screen", "add_screen", "new_flow", "add_flow"),
        ),
    ),
    Ability(
        "words to translators and back, in languages whose words one changes",
        ("operator",),
        (),
        ("studio_words", "words_out", "words_file", "words_take"),
        ("reviewer",),
    ),
    Ability("figures of the line", ("supervisor", "operator"), (), ("overview",)),
    Ability("released figures as a file", ("partner", "supervisor", "operator", "admin"), ("take_release",), ("release_file",)),
    Ability(
        "sharing protocols: record, end",
        ADMIN,
        ("record_protocol", "end_protocol"),
        ("protocols", "record_protocol", "end_protocol"),
    ),
    Ability("rows of incidents, under a sharing protocol, by the shell alone", ADMIN, ("take_rows",), ()),
    Ability("measures that the line is judged by", ("supervisor", "operator"), (), ("judged",)),
    Ability("released figures", ("partner", "supervisor", "operator", "admin"), (), ("partners", "partners_through")),
    Ability("accept the terms under which partners see them, by name", ("partner",), ("accept_terms",), ("terms",)),
    Ability(
        "figures that leave the line: prepare, let out what another prepared, withdraw",
        ("supervisor", "admin"),
        ("prepare_release", "release_figures", "withdraw_release"),
        ("figures", "figures_one", "prepare_figures", "release_figures", "withdraw_figures"),
    ),
    Ability(
        "accounts: make, one-time link, unlock, disable",
        ADMIN,
        ("add_person", "change_person", "make_link", "unlock_person", "disable_person"),
        ("people", "add_person", "person", "change_person", "make_link", "unlock", "disable"),
    ),
    Ability(
        "editions, by the shell alone: publish, propose, approve, reject, go back",
        ADMIN,
        ("publish_edition", "propose_edition", "approve_edition", "reject_proposal", "roll_back", "draft_files"),
        (),
    ),
    Ability("two digits for somebody who never sees a page, by the shell alone", ADMIN, ("make_digits",), ()),
    Ability("say that the clock is right, by the shell alone", ADMIN, ("trust_clock",), ()),
    Ability("erase at once whatever is kept past its time, by the shell alone", ADMIN, ("erase_over",), ()),
    Ability("after a restore: see what is open, and say go", ("supervisor", "admin"), ("release_line",), ("restored", "release_line")),
    Ability("the audit", ("supervisor", "admin"), (), ("audit",)),
)
_PAGES: Final = {page: ability for ability in TABLE for page in ability.pages}
_ACTS: Final = {act: ability for ability in TABLE for act in ability.acts}


def may(staff: Staff, page: str) -> bool:
    """May this person open this page? `page`: an endpoint of the console, without its blueprint."""
    return page in OPEN or (page in _PAGES and _PAGES[page].opens_to(staff))


def may_act(staff: Staff, act: str) -> bool:
    """May this person do this? `act`: the name of its function."""
    return act in _ACTS and _ACTS[act].opens_to(staff)
