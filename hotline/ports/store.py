"""The database: what must not be lost. One transaction holds a store for each subject."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

from hotline.ports.calls.alarms import Alarms
from hotline.ports.calls.board import Board
from hotline.ports.calls.callbacks import Callbacks
from hotline.ports.calls.calls import Calls
from hotline.ports.calls.flags import Flags
from hotline.ports.calls.ledger import Ledger
from hotline.ports.calls.numbers import Numbers
from hotline.ports.calls.offers import Offers
from hotline.ports.calls.outbox import Outbox
from hotline.ports.calls.reviews import Reviews
from hotline.ports.calls.staff_rings import StaffRings
from hotline.ports.desk.accounts import Accounts
from hotline.ports.desk.audit import Audit
from hotline.ports.desk.care import Care
from hotline.ports.desk.cases import Cases
from hotline.ports.desk.declarations import Declarations
from hotline.ports.desk.drafts import FormDrafts
from hotline.ports.desk.shifts import Shifts
from hotline.ports.desk.staff import StaffStore
from hotline.ports.desk.testimonies import Testimonies
from hotline.ports.editions.authorships import WordsAuthorships
from hotline.ports.editions.comments import WordsComments
from hotline.ports.editions.edition_drafts import EditionDrafts
from hotline.ports.editions.editions import Editions
from hotline.ports.editions.readings import WordsReadings
from hotline.ports.figures.figures import Figures
from hotline.ports.figures.releases import Releases
from hotline.ports.figures.sharing_protocols import SharingProtocols
from hotline.ports.upkeep.backups import Backups
from hotline.ports.upkeep.clocks import Clocks
from hotline.ports.upkeep.retention import Retention
from hotline.ports.upkeep.revocations import Revocations


class StoreAway(Exception):
    """The database did not answer within its budget, or refused. What was being written may or may not be there."""


class Transaction(Protocol):
    """One unit of work: all that is read and written through its stores. Leaving the `with` commits, an exception rolls back.

    It does nothing itself: each property is a store, and a caller is handed the one whose subject it has. So a subject more is a property more, and what a reader
    has to know of it stands in that store's Protocol alone, none of which has more than some twenty methods.
    """

    @property
    def ledger(self) -> Ledger: ...
    @property
    def callbacks(self) -> Callbacks: ...
    @property
    def numbers(self) -> Numbers: ...
    @property
    def offers(self) -> Offers: ...
    @property
    def calls(self) -> Calls: ...
    @property
    def staff_rings(self) -> StaffRings: ...
    @property
    def flags(self) -> Flags: ...
    @property
    def reviews(self) -> Reviews: ...
    @property
    def alarms(self) -> Alarms: ...
    @property
    def board(self) -> Board: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def staff(self) -> StaffStore: ...
    @property
    def shifts(self) -> Shifts: ...
    @property
    def declarations(self) -> Declarations: ...
    @property
    def accounts(self) -> Accounts: ...
    @property
    def form_drafts(self) -> FormDrafts: ...
    @property
    def cases(self) -> Cases: ...
    @property
    def care(self) -> Care: ...
    @property
    def testimonies(self) -> Testimonies: ...
    @property
    def editions(self) -> Editions: ...
    @property
    def edition_drafts(self) -> EditionDrafts: ...
    @property
    def readings(self) -> WordsReadings: ...
    @property
    def authorships(self) -> WordsAuthorships: ...
    @property
    def comments(self) -> WordsComments: ...
    @property
    def figures(self) -> Figures: ...
    @property
    def sharing_protocols(self) -> SharingProtocols: ...
    @property
    def releases(self) -> Releases: ...
    @property
    def audit(self) -> Audit: ...
    @property
    def clocks(self) -> Clocks: ...
    @property
    def backups(self) -> Backups: ...
    @property
    def revocations(self) -> Revocations: ...
    @property
    def retention(self) -> Retention: ...


class Store(Protocol):
    def write(self) -> AbstractContextManager[Transaction]:
        """A writing transaction. One at a time, so that what a rule has read is still so when it writes. Raises StoreAway."""

    def read(self) -> AbstractContextManager[Transaction]:
        """A reading one. Raises StoreAway."""
