"""What tells of a caller, and the staff's numbers, are sealed; rings are a phone's and no callback's; who serves what together is known by the call.

Run again after it was broken off it begins anew: it is one transaction. It needs the keys wherever there is a row to seal.
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import context, op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

WHOLE_DAY = 24 * 3600
PROBES = {
    "numbers": ("callback", "sealed"),
    "accounts": ("staff", "sealed_totp"),
    "notes": ("callback", "sealed"),
    "testimonies": ("id", "sealed"),
}


def upgrade() -> None:
    consents = _rows("SELECT callback, kind, given_at, revoked_at FROM consents ORDER BY callback, kind")
    op.drop_table("consents")
    _add_columns()
    if any(_rows("SELECT 1 FROM callbacks UNION SELECT 1 FROM staff UNION SELECT 1 FROM incidents UNION SELECT 1 FROM referrals LIMIT 1")):
        _fill(_seal(), consents)
    _drop_columns()


def _seal() -> Any:
    """The keys. Raises SealBroken where they are not those that this database was sealed with: nothing is sealed then under others."""
    seal = context.config.attributes["seal"]
    if seal is None:
        raise ValueError("this database has rows that are sealed now: the keys are needed")
    for table, (key, column) in PROBES.items():
        for row, sealed in _rows(f"SELECT {key}, {column} FROM {table} WHERE length({column}) > 0 LIMIT 1"):  # noqa: S608 -- names of ours
            seal.open(bytes(sealed), f"{table}.{column}.{row}")
    return seal


def _rows(statement: str) -> Sequence[Any]:
    return op.get_bind().execute(sa.text(statement)).all()


def _add_columns() -> None:
    op.add_column("callbacks", sa.Column("call", sa.String(length=32), nullable=True))
    op.add_column("callbacks", sa.Column("sealed", sa.LargeBinary(), nullable=True))
    op.add_column("callbacks", sa.Column("sealed_flags", sa.LargeBinary(), nullable=True))
    op.add_column("staff", sa.Column("sealed_number", sa.LargeBinary(), nullable=True))
    op.add_column("staff", sa.Column("number_hash", sa.LargeBinary(), nullable=True))
    op.create_index("ix_staff_number_hash", "staff", ["number_hash"])
    op.add_column("calls", sa.Column("sealed_span", sa.LargeBinary(), nullable=True))
    op.add_column("reviews", sa.Column("flood", sa.Boolean(), nullable=True))
    op.add_column("reviews", sa.Column("sealed_reason", sa.LargeBinary(), nullable=True))
    op.add_column("incidents", sa.Column("sealed", sa.LargeBinary(), nullable=True))
    op.add_column("referrals", sa.Column("sealed", sa.LargeBinary(), nullable=True))
    op.create_table(
        "consents",
        sa.Column("callback", sa.String(length=32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["callback"], ["callbacks.id"], name="fk_consents_callback", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("callback", name="pk_consents"),
    )
    op.create_table(
        "rings",
        sa.Column("number_hash", sa.LargeBinary(), nullable=False),
        sa.Column("call_hash", sa.LargeBinary(), nullable=False),
        sa.Column("other_phone", sa.Boolean(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("number_hash", "call_hash", name="pk_rings"),
    )


def _fill(seal: Any, given: Sequence[Any]) -> None:
    """Seal what is there, and empty the column from which it came: PostgreSQL keeps the bytes of a column that is dropped."""

    def packed(place: str, row: str, value: object, length: int) -> bytes:
        plain = json.dumps(value).encode()
        sealed: bytes = seal.seal(plain.ljust(-(-len(plain) // length) * length), f"{place}.{row}")
        return sealed

    def change(statement: str, rows: list[dict[str, Any]]) -> None:
        if rows:
            op.get_bind().execute(sa.text(statement), rows)

    flags: defaultdict[str, list[str]] = defaultdict(list)
    for callback, kind in _rows("SELECT callback, kind FROM marks ORDER BY callback, kind"):
        flags[callback].append(kind)
    waited = {
        id: max(0, first - max(made_at, opens_at)) // 60
        for id, made_at, opens_at, first in _rows(
            "SELECT id, made_at, opens_at, min(tries.at) FROM callbacks JOIN tries ON tries.callback = id GROUP BY id, made_at, opens_at"
        )
    }
    change(
        "UPDATE callbacks SET sealed = :sealed, sealed_flags = :flags, word = NULL, safer = NULL WHERE id = :id",
        [
            {
                "id": id,
                "sealed": packed("callbacks.sealed", id, {"word": word, "safer": safer, "waited": waited.get(id)}, 64),
                "flags": packed("callbacks.sealed_flags", id, flags[id], 96),
            }
            for id, word, safer in _rows("SELECT id, word, safer FROM callbacks")
        ],
    )
    change("UPDATE callbacks SET call = :call WHERE id = :id", [{"id": id, "call": call} for id, call in _served()])
    change(
        "UPDATE staff SET sealed_number = :sealed, number_hash = :hash, number = '' WHERE id = :id",
        [
            {"id": id, "sealed": packed("staff.sealed_number", id, number, 32), "hash": seal.digest("staff", number)}
            for id, number in _rows("SELECT id, number FROM staff")
        ],
    )
    dialed = _rows("SELECT id, dialed_at, ended_at FROM calls WHERE dialed_at IS NOT NULL")
    newest = max((at for _, at, _ in dialed), default=0)
    change(
        "UPDATE calls SET sealed_span = :sealed WHERE id = :id",
        [
            {"id": id, "sealed": seal.seal(f"{at} {ended or at}".encode(), f"calls.sealed_span.{id}")}
            for id, at, ended in dialed
            if at > newest - WHOLE_DAY
        ],
    )
    change(
        "UPDATE reviews SET flood = :flood, sealed_reason = :sealed, reason = '' WHERE id = :id",
        [
            {"id": id, "flood": reason == "flood", "sealed": packed("reviews.sealed_reason", id, reason, 32)}
            for id, reason in _rows("SELECT id, reason FROM reviews")
        ],
    )
    change(
        "UPDATE incidents SET sealed = :sealed, codes = '' WHERE id = :id",
        [
            {"id": id, "sealed": packed("incidents.sealed", id, json.loads(codes), 1024)}
            for id, codes in _rows("SELECT id, codes FROM incidents")
        ],
    )
    names = ("kind", "service", "outcome", "legal", "slip")
    change(
        "UPDATE referrals SET sealed = :sealed, kind = '', service = NULL, outcome = '', legal = NULL, slip = NULL WHERE id = :id",
        [
            {"id": id, "sealed": packed("referrals.sealed", id, dict(zip(names, codes, strict=True)), 256)}
            for id, *codes in _rows("SELECT id, kind, service, outcome, legal, slip FROM referrals")
        ],
    )
    consents: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for callback, kind, at, revoked in given:
        consent = {"kind": kind, "given_at": at - at % 3600, "revoked_at": None if revoked is None else revoked - revoked % 3600}
        consents[callback].append(consent | {"callback": _agreed(callback, at) if kind == "again" else None})
    change(
        "INSERT INTO consents (callback, sealed) VALUES (:callback, :sealed)",
        [{"callback": callback, "sealed": packed("consents.sealed", callback, kinds, 512)} for callback, kinds in consents.items()],
    )
    rings = {
        (bytes(hashed), call): (other_phone, at)
        for hashed, call, other_phone, at in _rows(
            "SELECT number_hash, tries.call, other_phone, at FROM tries "
            "JOIN numbers ON numbers.callback = tries.callback JOIN callbacks ON callbacks.id = tries.callback"
        )
    }
    change(
        "INSERT INTO rings (number_hash, call_hash, other_phone, at) VALUES (:hash, :call, :other_phone, :at)",
        [
            {"hash": hashed, "call": seal.digest("ring", call), "other_phone": bool(other_phone), "at": at}
            for (hashed, call), (other_phone, at) in rings.items()
        ],
    )


def _served() -> list[tuple[str, str]]:
    """Which callbacks were served together, so far known by the second since which one counselor has them."""
    groups: defaultdict[tuple[Any, ...], list[str]] = defaultdict(list)
    for id, *since in _rows(
        "SELECT id, number_hash, other_phone, claimed_by, claimed_at FROM callbacks JOIN numbers ON numbers.callback = callbacks.id "
        "WHERE tries > 0 AND claimed_at IS NOT NULL ORDER BY made_at, id"
    ):
        groups[tuple(since)].append(id)
    return [(id, group[0]) for group in groups.values() for id in group]


def _agreed(callback: str, given: int) -> str | None:
    """The callback that was agreed on, so far known by the second in which it was made; None where two could be meant, or none."""
    statement = sa.text(
        "SELECT other.callback FROM numbers AS its JOIN numbers AS other ON other.number_hash = its.number_hash "
        "JOIN callbacks ON callbacks.id = other.callback "
        "WHERE its.callback = :callback AND other.callback <> :callback AND made_at = :given AND NOT urgent"
    )
    meant: Sequence[str] = op.get_bind().execute(statement, {"callback": callback, "given": given}).scalars().all()
    return meant[0] if len(meant) == 1 else None


def _drop_columns() -> None:
    # The parents of other tables are not copied: with them their children would go.
    op.drop_column("callbacks", "word")
    op.drop_column("callbacks", "safer")
    op.drop_column("staff", "number")
    with op.batch_alter_table("reviews") as table:
        table.drop_column("reason")
        table.alter_column("flood", existing_type=sa.Boolean(), nullable=False)
        table.alter_column("sealed_reason", existing_type=sa.LargeBinary(), nullable=False)
    with op.batch_alter_table("incidents") as table:
        table.drop_column("codes")
        table.alter_column("sealed", existing_type=sa.LargeBinary(), nullable=False)
    with op.batch_alter_table("referrals") as table:
        for name in ("kind", "service", "outcome", "legal", "slip"):
            table.drop_column(name)
        table.alter_column("sealed", existing_type=sa.LargeBinary(), nullable=False)
    op.drop_table("marks")
    op.drop_table("tries")
