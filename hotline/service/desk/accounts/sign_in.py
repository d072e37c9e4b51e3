"""Signing in: passwords, one-time codes and one-time links, and a lock that nobody can close on somebody else.

Nobody is signed in yet, so that no act can be run here: there is no staff row to read and no role to hold. These use cases open their own transactions.

Whoever fails is told the same and costs the same, whatever it was: an alias that nobody has, a wrong password, a disabled account, a
closed lock, a wrong code.

The lock counts attempts for one of the staff at one kind of browser, `MOST` in `WINDOW` seconds. A browser in which somebody signed in before
is known: its signed cookie says so, and it has a count of its own. All browsers that are not known share one, so that somebody who guesses
from a thousand addresses has ten guesses, and closes the lock for unknown browsers alone: even the right password does not open it there.
It still does in a known one, and a new one-time link opens anywhere and makes that browser known. An attempt is counted before it is
checked and forgiven when it succeeds: a thousand guesses at one moment are a thousand guesses.

Whoever knows the password and guesses codes comes to a second lock, for every browser: it stays closed, and stands on the people's page, until
an admin opens it or makes a new one-time link. Only who has the password can close it.

Who came in, and which lock closed, stands in the audit; a guess alone does not, or guessing would bury everything else in it.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from hotline.engine.times import DAY_MINUTES, DAY_SECONDS, HOUR_SECONDS
from hotline.ports.desk.accounts import Account, SignIn
from hotline.ports.desk.staff import Staff
from hotline.ports.locks import Codes, Passwords, TokenSource
from hotline.ports.store import Transaction
from hotline.service.deps import Deps
from hotline.service.work import Work

WINDOW: Final = 15 * 60
MOST: Final = 10
GUESSES: Final = 20
"""Wrong codes, one after the other, where the password was right: then no code opens until an admin says so."""
CODE_DIGITS: Final = 6
HALF_SECONDS: Final = 5 * 60
"""From the password to the code."""
LINK_SECONDS: Final = 48 * HOUR_SECONDS
LEAST_LETTERS: Final = 10
NOBODY: Final = ""
"""Attempts that must not count, because the lock is closed or nobody has that alias, are written here: it costs the same."""
UNKNOWN: Final = "?"
"""Who did it, in the audit, where nobody can know."""
LONGEST_SECONDS: Final = DAY_SECONDS
"""A sign-in ends after a day, however much is done in its browser."""
TOUCH_SECONDS: Final = 60
"""That somebody did something is written at most so often."""


class Locks(Struct, frozen=True):
    """What signing in works with."""

    deps: Deps
    passwords: Passwords
    codes: Codes
    tokens: TokenSource


class Browser(Struct, frozen=True):
    """What its signed cookie says of a browser: a name by chance, and the ids of those who signed in there."""

    name: str = ""
    known_to: tuple[str, ...] = ()


class CheckedPassword(Struct, frozen=True):
    """The password was right. `account`: as it was then."""

    staff: Staff
    account: Account


def works(deps: Deps, staff: Staff | None, at: int) -> bool:
    """Does this person still get in: active, and the last day of the account, if it has one, not over?"""
    return staff is not None and staff.active and not staff.is_over(deps.clock.local(at) // DAY_MINUTES)


def check_password(locks: Locks, alias: str, password: str, browser: Browser) -> CheckedPassword | None:
    """Hold an alias and a password against the account. Returns None where either is wrong or the lock is closed, at the same cost.

    An attempt that finds no turn is not counted. Raises StoreAway and Crowded.
    """
    deps, at = locks.deps, locks.deps.clock.now()
    with locks.passwords.turn(known=bool(browser.known_to)):
        with deps.store.write() as tx:
            as_typed, in_small = tx.staff.by_alias(alias), tx.staff.by_alias(alias.lower())
            staff = as_typed or in_small
            account = tx.accounts.get(staff.id if staff else NOBODY)
            before = _attempt(tx, staff, browser, at)
        # The transaction is over: this takes long.
        right = locks.passwords.matches(account.password if account else "", password)
    if staff and account and right and before < MOST and works(deps, staff, at):
        return CheckedPassword(staff, account)
    if staff and before == MOST - 1:
        with deps.store.write() as tx:
            Work(deps, tx, at).audit(UNKNOWN, "locked out", staff.alias)
    return None


def prove(locks: Locks, staff: Staff, password: str, browser: Browser) -> CheckedPassword | None:
    """Somebody who is signed in types the password again. As `check_password`; a right one clears the count at once."""
    checked = check_password(locks, staff.alias, password, browser)
    if checked is not None:
        with locks.deps.store.write() as tx:
            tx.accounts.forgive(_key(staff.id, browser))
    return checked


def enter(locks: Locks, checked: CheckedPassword, browser: Browser) -> str | None:
    """Sign in where the password was enough; the new sign-in's token. Returns None where the account changed meanwhile. Raises StoreAway."""
    at = locks.deps.clock.now()
    with locks.deps.store.write() as tx:
        staff, account = tx.staff.get(checked.staff.id), tx.accounts.get(checked.staff.id)
        if staff is None or not works(locks.deps, staff, at) or account != checked.account or account.totp is not None:
            return None
        _record_entry(Work(locks.deps, tx, at), staff, browser)
        return _open(tx, staff, browser, locks.tokens.token(), at)


def confirm(locks: Locks, staff: str, code: str, browser: Browser) -> str | None:
    """The second step, with a code of an authenticator or a recovery code; as `enter`. `staff`: the id. No code counts twice. Raises StoreAway."""
    at = locks.deps.clock.now()
    with locks.deps.store.write() as tx:
        person, account = tx.staff.get(staff), tx.accounts.get(staff)
        if person is None or not works(locks.deps, person, at) or account is None:
            return None
        work, before = Work(locks.deps, tx, at), _attempt(tx, person, browser, at)
        may_open = before < MOST and not is_locked(tx, staff)
        used = _accepted(locks, account, code, at) if may_open else None
        if used is None:
            if before == MOST - 1:
                work.audit(UNKNOWN, "locked out", person.alias)
            if may_open and tx.accounts.guess(staff) == GUESSES:
                work.audit(UNKNOWN, "account locked", person.alias)
            return None
        tx.accounts.save(used)
        tx.accounts.forgive_guesses(staff)
        _record_entry(work, person, browser)
        if used.recovery != account.recovery:
            work.audit(person.alias, "recovery code used", person.alias)
        return _open(tx, person, browser, locks.tokens.token(), at)


def prove_code(locks: Locks, staff: Staff, code: str, browser: Browser) -> bool:
    """Somebody who is signed in types a fresh code of the authenticator: counted, locked and used up as in `confirm`. A recovery code is none. Raises StoreAway."""
    at = locks.deps.clock.now()
    with locks.deps.store.write() as tx:
        account, work = tx.accounts.get(staff.id), Work(locks.deps, tx, at)
        before = _attempt(tx, staff, browser, at)
        may_count = before < MOST and not is_locked(tx, staff.id) and account is not None
        used = _accepted(locks, account, code, at) if may_count and account and len(plain(code)) == CODE_DIGITS else None
        if used is not None:
            tx.accounts.save(used)
            tx.accounts.forgive_guesses(staff.id)
            tx.accounts.forgive(_key(staff.id, browser))
            return True
        if before == MOST - 1:
            work.audit(UNKNOWN, "locked out", staff.alias)
        if may_count and tx.accounts.guess(staff.id) == GUESSES:
            work.audit(UNKNOWN, "account locked", staff.alias)
    return False


def is_locked(tx: Transaction, staff: str) -> bool:
    """Were so many codes wrong that an admin has to look?"""
    return tx.accounts.guesses().get(staff, 0) >= GUESSES


def recognise(deps: Deps, token: str, idle_seconds: int, *, quiet: bool) -> tuple[Staff, SignIn] | None:
    """Whose browser this is. Returns None where the sign-in is over or unknown, or its account was disabled. `quiet`: the browser asked by itself.

    Raises StoreAway.
    """
    at = deps.clock.now()
    with deps.store.read() as tx:
        found = tx.accounts.sign_in(token)
        staff = tx.staff.get(found.staff) if found else None
    if found is None or staff is None or not works(deps, staff, at):
        return None
    if at - found.seen_at >= idle_seconds or at - found.made_at >= LONGEST_SECONDS:
        return None
    if not quiet and at - found.seen_at >= TOUCH_SECONDS:
        with deps.store.write() as tx:
            tx.accounts.touch_sign_in(token, at)
    return staff, found


def lately_here(deps: Deps, token: str) -> Staff | None:
    """Who had signed in in this browser, for as long as what they typed there would be kept after the last time that they did something.

    It opens nothing. Returns None where the sign-in was ended by somebody, or the account is disabled. Raises StoreAway.
    """
    with deps.store.read() as tx:
        found = tx.accounts.sign_in(token)
        staff = tx.staff.get(found.staff) if found else None
    is_lately = found is not None and deps.clock.now() - found.seen_at < deps.rules.draft_hours * HOUR_SECONDS
    return staff if works(deps, staff, deps.clock.now()) and is_lately else None


def sign_out(deps: Deps, token: str, staff: str) -> None:
    """End one sign-in of this person, who leaves: what they typed and did not send goes too, wherever it was. Raises StoreAway."""
    with deps.store.write() as tx:
        tx.accounts.drop_sign_in(token)
        tx.form_drafts.drop_all(staff)


def end(deps: Deps, token: str) -> None:
    """End a sign-in in whose browser somebody else, or the same person, has just signed in. Raises StoreAway."""
    with deps.store.write() as tx:
        tx.accounts.drop_sign_in(token)


def invited(deps: Deps, link: str) -> Staff | None:
    """Whose one-time link this is, as long as it is good. Looking does not use it: programs that show previews look too. Raises StoreAway."""
    with deps.store.read() as tx:
        staff = tx.staff.get(tx.accounts.invited(link, deps.clock.now()) or "")
    return staff if works(deps, staff, deps.clock.now()) else None


def begin(locks: Locks, link: str, password: str) -> tuple[Staff, str] | None:
    """A password, chosen behind a one-time link: whatever there was before ends. Returns whose it is, and the token of a new sign-in.

    Returns None where the link is good no more. `is_weak` comes before. Raises StoreAway and Crowded.
    """
    password_hash, at = hashed(locks.passwords, password), locks.deps.clock.now()
    with locks.deps.store.write() as tx:
        id = tx.accounts.use_invite(link, at)
        staff = tx.staff.get(id) if id else None
        if staff is None or not works(locks.deps, staff, at):
            return None
        tx.accounts.drop_sign_ins(staff.id)
        tx.accounts.save(Account(staff.id, password_hash))
        Work(locks.deps, tx, at).audit(staff.alias, "account begun", staff.alias)
        return staff, _open(tx, staff, Browser(), locks.tokens.token(), at)


def is_weak(passwords: Passwords, password: str, alias: str) -> bool:
    """Is it too short, common, or soon guessed? For whoever proved who they are, by a password or a link: it takes their turn. Raises Crowded."""
    if len(password) < LEAST_LETTERS:
        return True
    with passwords.turn(known=True):
        return passwords.is_weak(password, (alias,))


def hashed(passwords: Passwords, password: str) -> str:
    """In the turn of whoever proved who they are. Raises Crowded."""
    with passwords.turn(known=True):
        return passwords.hash(password)


def remembered(browser: Browser, staff: str, tokens: TokenSource) -> Browser:
    """The browser in which somebody has just signed in. A shared computer is known to the last eight."""
    others = [id for id in browser.known_to if id != staff]
    return Browser(browser.name or tokens.token(), (*others[-7:], staff))


def recovery_hashes(deps: Deps, staff: str, code: str) -> tuple[str, ...]:
    """What is kept of a recovery code, under the key in force first; what was kept before it changed opens until other codes are made."""
    return tuple(hashed.hex() for hashed in deps.hasher.digests("recovery", f"{staff}|{plain(code)}"))


def plain(code: str) -> str:
    """A code, however it was typed: in groups, in capitals."""
    return "".join(code.split()).replace("-", "").lower()


def _attempt(tx: Transaction, staff: Staff | None, browser: Browser, at: int) -> int:
    """Count an attempt; how many there were before it. From `MOST` on none may succeed."""
    key = NOBODY if staff is None else _key(staff.id, browser)
    before = tx.accounts.failures(key, at - WINDOW)
    tx.accounts.fail(key if before < MOST else NOBODY, at)
    return before


def _key(staff: str, browser: Browser) -> str:
    return f"{staff}|{browser.name if staff in browser.known_to else ''}"


def _record_entry(work: Work, staff: Staff, browser: Browser) -> None:
    """A browser that is new says sooner than anything else that a password is known to somebody."""
    work.audit(staff.alias, "signed in" if staff.id in browser.known_to else "signed in somewhere new", staff.alias)


def _open(tx: Transaction, staff: Staff, browser: Browser, token: str, at: int) -> str:
    tx.accounts.forgive(_key(staff.id, browser))
    tx.accounts.add_sign_in(token, staff.id, at)
    return token


def _accepted(locks: Locks, account: Account, code: str, at: int) -> Account | None:
    """The account after this code was used. Returns None where it is none of this account's, or was used before."""
    typed = plain(code)
    if len(typed) == CODE_DIGITS:
        step = locks.codes.step(account.totp or "", typed, at) if account.totp else None
        return replace(account, totp_step=step) if step is not None and step > account.totp_step else None
    hashes = recovery_hashes(locks.deps, account.staff, typed)
    left = tuple(other for other in account.recovery if other not in hashes)
    return replace(account, recovery=left) if account.totp and left != account.recovery else None
