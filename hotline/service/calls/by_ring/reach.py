"""How one of the staff is reached, and by what way they can answer: by SMS, by a ring of the line, on the page."""

from __future__ import annotations

from hmac import compare_digest
from typing import Final, Literal, TypeAlias

from hotline.ports.desk.staff import Staff
from hotline.ports.hasher import Hasher
from hotline.service.work import Work

MOST_WRONG: Final = 6
"""So many wrong digits since they were set, and nobody is rung by them any more: of a hundred pairs that is what somebody who guesses gets in all."""
MOST_WRONG_IN_A_CALL: Final = 2
"""Then it ends."""
FIRST_GUESSES: Final = frozenset({*(f"{n}{n}" for n in range(10)), *(f"{n}{n + 1}" for n in range(9)), *(f"{n + 1}{n}" for n in range(9))})
"""What somebody who guesses tries first: two alike, two in a row."""
NEEDED: Final = "voice.cover_name"
"""Words without which nobody is rung: an edition may be older than this program."""
AnswerWay: TypeAlias = Literal["reply", "number", "ring", "page"]
"""How whoever is told by SMS answers it."""


def hashed(hasher: Hasher, staff: str, digits: str) -> bytes:
    """The two digits as they are kept: under a key of the line, for a hash of a hundred pairs hides none of them."""
    return _hashes(hasher, staff, digits)[0]


def _hashes(hasher: Hasher, staff: str, digits: str) -> tuple[bytes, ...]:
    return hasher.digests("ring digits", f"{staff}|{digits}")


def are_digits(typed: str) -> bool:
    """May these be somebody's two digits?"""
    return len(typed) == 2 and typed.isascii() and typed.isdigit() and typed not in FIRST_GUESSES


def are_right(work: Work, staff: Staff, typed: str) -> bool:
    """Are these the two digits of this person?"""
    digits = work.tx.staff_rings.digits(staff.id)
    return digits is not None and any(compare_digest(digits.hashed, known) for known in _hashes(work.deps.hasher, staff.id, typed))


def is_rung(work: Work, staff: Staff) -> bool:
    """Does the line call this person? So where it is set so, and the person has two digits at which nobody guessed too often."""
    if work.deps.rules.alerts == "sms" or not work.deps.spoken.has_phrase(NEEDED):
        return False
    digits = work.tx.staff_rings.digits(staff.id)
    return digits is not None and digits.wrong < MOST_WRONG


def answers_by_ring(work: Work, staff: Staff) -> bool:
    """Is this person asked by a ring what others are asked by SMS? So where nothing else comes, or no SMS can be answered."""
    return (work.deps.rules.alerts == "ring" or work.deps.rules.staff_replies == "none") and is_rung(work, staff)


def way(work: Work, staff: Staff) -> AnswerWay:
    """How this person answers an SMS of the line."""
    match work.deps.rules.staff_replies:
        case "sender":
            return "reply"
        case "none":
            return "ring" if is_rung(work, staff) else "page"
    return "number"


def words(work: Work, staff: Staff, key: str, **values: str) -> str:
    """An alert, with how it is taken here: by a reply as its own words say, else as `staff.answer_…` says."""
    written, by = work.deps.written, way(work, staff)
    if by == "reply" or not written.has_phrase(f"{key}_how"):
        return written.phrase(key, staff.reads, **values)
    answer = written.phrase(f"staff.answer_{by}", staff.reads, number=work.deps.rules.staff_replies, **values)
    return written.phrase(f"{key}_how", staff.reads, answer=answer, **values)


def question(work: Work, staff: Staff, key: str) -> str:
    """The key of a question as this person can answer it: `how`, `how_number`, `how_page`."""
    by = way(work, staff)
    return f"{key}_{by}" if work.deps.written.has_phrase(f"staff.{key}_{by}") else key
