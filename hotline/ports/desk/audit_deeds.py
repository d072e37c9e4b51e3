"""The closed list of all that the audit ever holds: the deeds. `Act.record` and `Work.audit` record them; the console words them."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias, get_args

Deed: TypeAlias = Literal[
    # editions
    "published",
    "proposed",
    "approved",
    "approved unseen",
    "rejected",
    "rolled back",
    "pending words published",
    "number taken off",
    # signing in
    "signed in",
    "signed in somewhere new",
    "locked out",
    "account begun",
    "password changed",
    "second factor set",
    "recovery codes renewed",
    "recovery code used",
    "signed out everywhere",
    # who works here, and when
    "person added",
    "person changed",
    "role changed",
    "number changed",
    "one-time link made",
    "person disabled",
    "plan changed",
    "many declared",
    "many ended",
    "hours closed",
    "hours opened",
    # callbacks
    "taken",
    "given back",
    "handed over",
    "connected",
    "number shown",
    "cover played",
    "marked",
    "outcome said",
    "safety asked",
    "agreed",
    "number erased",
    "review decided",
    "looked on",
    # cases
    "note written",
    "note erased",
    "note read",
    "codes seen",
    "consent revoked",
    "slip made",
    "slip sent",
    # testimonies
    "testimony written",
    "testimony cut",
    "testimony released",
    "testimony withdrawn",
]
"""As it stands in the database. The console says it in words: `audit.what.…` in the catalogues, with `_` for what is no letter or digit."""
DEEDS: Final[tuple[Deed, ...]] = get_args(Deed)
