"""`hotline doctor`: one line a look, and whether anything is bad."""

from __future__ import annotations

import argparse
import time
from collections import Counter
from typing import Any

from hotline.cli.command import command, settings, takes_root
from hotline.cli.output import print_json, takes_json
from hotline.config import ConfigError

_MARKS = {"ok": "ok", "warn": "warn", "bad": "BAD", "people": "people"}


def declare(commands: Any) -> None:
    doctor = command(commands, "doctor", _doctor, "look at the line as it stands; 1 where something is bad")
    doctor.add_argument(
        "--golive", action="store_true", help="the coordinator's list instead; 0 only where nothing is bad and people signed for the rest"
    )
    takes_root(doctor, "golive.yml, which people sign")
    takes_json(doctor)


def _doctor(options: argparse.Namespace) -> int:
    from hotline.doctor import Finding, look, ready

    found: Counter[str] = Counter()
    findings: list[Finding] = []

    def tell(finding: Finding) -> None:
        found[finding.level] += 1
        findings.append(finding)
        if not options.json:
            print(f"{_MARKS[finding.level]:<7}{finding.name:<12}{finding.text}", flush=True)

    try:
        config, now = settings(), int(time.time())
        for finding in ready(config, now, options.root) if options.golive else look(config, now):
            tell(finding)
    except ConfigError as error:
        for fault in error.faults:
            tell(Finding("settings", "bad", fault))
    said = f"{found['bad']} bad, {found['warn']} to be looked at" + (f", {found['people']} for people to sign" if options.golive else "")
    if options.json:
        print_json({"findings": findings, **{level: found[level] for level in _MARKS}})
    else:
        print(said)
    return 1 if found["bad"] or found["people"] else 0
