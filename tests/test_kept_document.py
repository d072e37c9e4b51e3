"""What the lawyer is told that the line keeps is what it keeps: docs/coordination.md, G11, held to the schema and to the periods."""

from __future__ import annotations

import re
from pathlib import Path

from hotline import retention
from hotline.adapters.sql.tables import metadata
from hotline.config import SETTINGS
from hotline.engine.casework.flags import FLAGS, OWN
from hotline.engine.times import DAY_SECONDS

PAGE = Path(__file__).parent.parent / "docs" / "coordination.md"
ASSESSMENT = PAGE.with_name("aipd.md")
CALLERS = {
    "ledger": "key until sealed",
    "callbacks": "id reference state language urgent other_phone made_at opens_at not_after edition tries claimed_by claimed_at closed_at ending"
    " given_back sunk at_once entered call sealed sealed_flags",
    "numbers": "callback number_hash sealed",
    "rings": "number_hash call_hash other_phone entered at",
    "stops": "sequence number_hash at until by_keys",
    "offers": "sequence callback staff at",
    "calls": "id callback staff state placed_at session_hash dialed_at ended_at covered_at sealed_span gateway",
    "reviews": "id callback flood sealed_reason at decision sealed_why decided_by decided_at",
    "consents": "callback sealed",
    "notes": "callback sealed at",
    "alarms": "callback kind at call seen_by",
    "handed": "callback sealed",
    "incidents": "id callback day sealed figures",
    "referrals": "id callback sealed look_again day revoked sent",
    "testimonies": "id sealed state written_by at cut_by released_by released_on",
    "pranks": "callback number_hash at",
}
"""The columns of what is kept of callers, as the page was last held against them. Whoever adds one looks at the page first, then here."""


def rows() -> list[list[str]]:
    """The cells of G11's table."""
    part = PAGE.read_text("utf-8").split("### G11", 1)[1].split("### G12", 1)[0]
    lines = [line for line in part.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def until(table: str) -> str:
    """How long, of the last row that names this table."""
    return [row[2] for row in rows() if f"`{table}`" in row[3]][-1]


def test_every_table_of_the_database_is_on_the_page() -> None:
    """Nothing is kept that the lawyer is not told of, and nothing is told that is not there."""
    assert {name for row in rows() for name in re.findall(r"`(\w+)`", row[3])} == set(metadata.tables)


def test_no_column_about_callers_came_unseen() -> None:
    """A new column of what is kept of callers is looked at beside the page."""
    assert {name: set(columns.split()) for name, columns in CALLERS.items()} == {
        name: {column.name for column in metadata.tables[name].columns} for name in CALLERS
    }


def test_the_periods_are_those_that_are_kept() -> None:
    """Each time on the page is the setting's or the rule's own."""
    default = {setting.name: setting.default for setting in SETTINGS}
    hours = f"{default['HOTLINE_NUMBER_HOURS']} heures"
    assert until("callbacks").startswith("avec la demande")
    assert f"{default['HOTLINE_CALLBACK_DAYS']} jours après la fin" in " ".join(row[2] for row in rows() if "`callbacks`" in row[3])
    assert until("numbers").startswith(hours)
    assert hours in until("stops")
    assert until("pranks").startswith(f"{default['HOTLINE_PRANK_DAYS']} jours")
    assert until("handed").startswith("avec la demande")
    assert f"{default['HOTLINE_FORGOTTEN_DAYS']} jours" in until("referrals")
    assert f"{default['HOTLINE_DRAFT_HOURS']} heures" in until("drafts")
    assert until("exceptions").startswith(f"{default['HOTLINE_DECLARATION_DAYS']} jours")
    assert ("un an", "365") == (until("comments"), default["HOTLINE_COMMENT_DAYS"])
    assert f"{default['HOTLINE_AUDIT_YEARS']} année entière" in until("audit")
    assert f"{int(default['HOTLINE_SMS_SESSION_SECONDS']) // 60} minutes" in rows()[0][2]
    assert f"{default['HOTLINE_HOUR_DAYS']} jours" in until("turned_away")
    backups = " ".join(row[2] for row in rows() if "sauvegarde d" in row[0])
    assert f"{default['HOTLINE_BACKUP_DAYS']} jours" in backups
    assert f"{default['HOTLINE_BACKUP_WEEKS']} semaines" in backups
    a_day = (
        int(default["HOTLINE_OUTBOX_HOURS"]) * 3600,
        retention.RING_SECONDS,
        int(default["HOTLINE_FAILURE_HOURS"]) * 3600,
        int(default["HOTLINE_SIGN_IN_HOURS"]) * 3600,
        int(default["HOTLINE_TIME_REQUEST_HOURS"]) * 3600,
    )
    assert set(a_day) == {DAY_SECONDS}
    assert all("un jour" in until(table) for table in ("outbox", "rings", "failures", "sign_ins", "wants"))


def test_the_impact_assessment_asks_of_each_period_as_it_is_set() -> None:
    """Whoever fills in the assessment starts from the settings' own values, of a setting that there is."""
    default = {setting.name: setting.default for setting in SETTINGS}
    asked = dict(re.findall(r"`(HOTLINE_\w+)`, [^)]*?(\d+)", ASSESSMENT.read_text("utf-8")))
    assert {"HOTLINE_NUMBER_HOURS", "HOTLINE_CALLBACK_DAYS", "HOTLINE_AUDIT_YEARS"} <= set(asked)
    assert asked == {name: default[name] for name in asked}


def test_every_flag_is_named() -> None:
    """The lawyer reads which flags a counselor can set; that a call was hard on the counselor is nobody's business."""
    named = next(row[0] for row in rows() if "signalements" in row[0])
    words = {
        "danger": "vie en danger",
        "minor": "mineure",
        "another": "une autre personne",
        "doer": "l'auteur",
        "known": "connue",
        "silence": "silence",
    }
    assert {kind.flag for kind in FLAGS} - {OWN} == set(words)
    assert [word for word in words.values() if word not in named] == []
