"""The closed list of all that the audit ever holds: the deeds. `Act.record` and `Work.audit` record them; the console words them."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias, get_args

CallerDeed: TypeAlias = Literal[
    # callbacks
    "taken",
    "given back",
    "handed over",
    "connected",
    "number shown",
    "cover played",
    "marked",
    "mark taken back",
    "outcome said",
    "safety asked",
    "agreed",
    "number erased",
    "review decided",
    "looked on",
    "contact entered",
    "help asked",
    "alarm seen",
    # cases
    "note written",
    "note erased",
    "note read",
    "codes seen",
    "consent revoked",
    "slip made",
    "slip sent",
]
"""What is done to a caller's callback. The audit outlives it, and has but the hour: a second would tell when a phone rang."""

Deed: TypeAlias = Literal[
    # editions
    "published",
    "proposed",
    "approved",
    "approved unseen",
    "rejected",
    "rolled back",
    "proposal taken back",
    "sent back",
    "read and approved",
    "pending words published",
    "number taken off",
    # drafts of editions; what they are about is a place in one
    "draft begun",
    "words changed",
    "screen changed",
    "directory changed",
    "number verified",
    "number unanswered",
    "number not theirs",
    "place confirmed",
    "draft dropped",
    "words read",
    "reading taken back",
    "comment made",
    "comment answered",
    # signing in
    "signed in",
    "signed in somewhere new",
    "locked out",
    "account locked",
    "account unlocked",
    "account begun",
    "password changed",
    "second factor set",
    "recovery codes renewed",
    "recovery code used",
    "ring digits set",
    "wrong digits",
    "signed out everywhere",
    # who works here, and when
    "person added",
    "person changed",
    "role changed",
    "number changed",
    "one-time link made",
    "person disabled",
    "terms accepted",
    "plan changed",
    "many declared",
    "many ended",
    "hours closed",
    "hours opened",
    "clock trusted",
    "erased at once",
    "line restored",
    "line released",
    CallerDeed,
    # what leaves in files
    "figures taken",
    "incident rows taken",
    "protocol recorded",
    "protocol ended",
    # testimonies
    "testimony written",
    "testimony cut",
    "testimony released",
    "testimony withdrawn",
    # figures that leave the line
    "figures prepared",
    "figures released",
    "figures withdrawn",
]
"""As it stands in the database. The console says it in words: `audit.what.…` in the catalogues, with `_` for what is no letter or digit."""
DEEDS: Final[tuple[Deed, ...]] = get_args(Deed)
OF_CALLERS: Final[frozenset[Deed]] = frozenset(get_args(CallerDeed))
