"""What a counselor writes down in a call, with consent: codes, consents, referrals, and a note that dies with the callback."""

from __future__ import annotations

from typing import Final, Literal, Protocol, TypeAlias, get_args

from msgspec import Struct

ServiceKind: TypeAlias = Literal["shelter", "health", "psychosocial", "legal", "police", "livelihood", "child"]
"""A service of GBVIMS, to which a caller can be sent on."""
SERVICE_KINDS: Final[tuple[ServiceKind, ...]] = get_args(ServiceKind)
"""In GBVIMS's order."""

ReferralOutcome: TypeAlias = Literal["referred", "provided", "already", "not_applicable", "declined", "unavailable"]
"""GBVIMS: referred; service provided by us; service already had; does not apply; declined by the survivor; service not available."""

Legal: TypeAlias = Literal["yes", "no", "undecided"]


class Incident(Struct, frozen=True):
    """What happened, in codes; nothing in it names, dates finer than a day, or places below a region."""

    id: str
    callback: str | None
    """None once the callback's row is gone: then nothing ties the two together, and only what the caller let count is left."""
    day: int
    """Days since 1970-01-01 on which it was written down; once it is tied to nothing, the first of that month."""
    codes: dict[str, str]
    """By question (engine/casework/incidents.py), only answers that its list of codes holds."""
    figures: bool
    """The caller agreed that it counts in figures."""


class Referral(Struct, frozen=True):
    """Where a caller was sent on to, and how that went."""

    id: str
    callback: str | None
    kind: str
    """A `ServiceKind`."""
    service: str | None
    """An entry of the directory, where it is one."""
    outcome: ReferralOutcome
    legal: Legal | None
    """Does the caller want to take legal action? Asked with a legal service or the police alone."""
    look_again: int | None
    """The day (since 1970-01-01) on which somebody looks again."""
    slip: str | None
    """The reference that the service was given, with the caller's consent; None where it was given none."""
    day: int
    revoked: bool = False
    """The caller took back that the service may know: the slip is worth nothing any more."""
    sent: bool = False
    """The slip was given to be sent to the service by SMS, which is done once."""


class DueReferral(Struct, frozen=True):
    """A referral that somebody looks at again, with the callback's reference and its holder's alias while that row is there."""

    referral: Referral
    reference: str | None
    holder: str | None


RECORD: Final = "record"
FIGURES: Final = "figures"
AGAIN: Final = "again"
"""The consents that are no referral's."""


class Consent(Struct, frozen=True):
    """The caller agreed to one thing: `record` (codes are written down), `figures` (they count), `again` (another call may be made), `referral.ID`."""

    kind: str
    given_at: int
    """The hour in which it was given."""
    revoked_at: int | None = None
    """The hour in which it was taken back."""
    callback: str | None = None
    """Of `again`: the callback that was agreed on."""


class HandedNote(Struct, frozen=True):
    """What a supervisor tells whoever a callback is handed to."""

    text: str
    by: str
    """The supervisor's id."""


class Cases(Protocol):
    """Incidents, referrals, consents and notes, a counselor's and of a hand-over."""

    def save_incident(self, incident: Incident) -> None: ...
    def drop_incident(self, callback: str) -> None: ...
    def incident_of(self, callback: str) -> Incident | None: ...
    def save_referral(self, referral: Referral) -> None: ...
    def referrals(self, callback: str) -> tuple[Referral, ...]: ...
    def referral(self, id: str) -> Referral | None: ...
    def drop_referral(self, id: str) -> None: ...
    def referrals_due(self, day: int, limit: int, holder: str | None = None) -> tuple[DueReferral, ...]:
        """To be looked at again on this day or before, not revoked, oldest first. `holder`: only this counselor's, and those whose callback is gone."""

    def save_consent(self, callback: str, consent: Consent) -> None: ...
    def consents(self, callback: str) -> dict[str, Consent]:
        """By kind, revoked ones too."""

    def consenting(self) -> tuple[str, ...]:
        """The callbacks of which anything was agreed to, or taken back."""

    def standing_referrals(self) -> tuple[Referral, ...]:
        """All that were not revoked."""

    def save_note(self, callback: str, text: str, at: int) -> None:
        """Sealed; empty: none any more."""

    def note(self, callback: str) -> str | None: ...
    def save_handed(self, callback: str, note: HandedNote) -> None:
        """In the place of an earlier one."""

    def handed(self, callback: str) -> HandedNote | None: ...
