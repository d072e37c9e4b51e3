"""What a partner agrees to before any figure is shown: by name, for the terms as they are; other terms are agreed to anew."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from typing import Final

import msgspec
from msgspec.structs import replace

from hotline.ports.desk.staff import Agreement, Staff
from hotline.service.acts import Act, Result

CLAUSES: Final = 6
"""How many there are; their words stand in the catalogues."""
NAME_LETTERS: Final = range(3, 101)


def digest(words: Iterable[str]) -> str:
    """By which terms are known again: SHA-256, in hex."""
    return sha256(msgspec.json.encode(tuple(words))).hexdigest()


def owes(staff: Staff, terms: str) -> bool:
    """Has this partner still to accept the terms with this digest? Nobody else accepts any."""
    return staff.role == "partner" and (staff.agreed is None or staff.agreed.terms != terms)


def accept_terms(act: Act, terms: str, name: str) -> Result:
    """The partner's own name below these terms, kept sealed with the account; `terms`: their digest."""
    name = " ".join(name.split())
    if len(name) not in NAME_LETTERS:
        return Result("faulty", {"fault": "name"})
    act.tx.staff.save(replace(act.staff, agreed=Agreement(terms, name, act.at)))
    act.record("terms accepted", act.staff.alias)
    return Result()
