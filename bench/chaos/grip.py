"""Processes of the line stopped and ended, its database held by somebody else."""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

import psycopg

from bench.chaos.line import ServedLine


def end_or_stop(pid: int, which: signal.Signals) -> None:
    if pid:
        with suppress(ProcessLookupError):
            os.kill(pid, which)


@contextmanager
def frozen(pids: list[int]) -> Iterator[None]:
    for pid in pids:
        end_or_stop(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            end_or_stop(pid, signal.SIGCONT)


@contextmanager
def held(line: ServedLine) -> Iterator[None]:
    """The writing lock of the database, if it is to be had within a second."""
    if line.postgres:
        with psycopg.connect(line.database.replace("+psycopg", ""), connect_timeout=5) as connection:
            connection.execute("SET lock_timeout = '1s'")
            with suppress(psycopg.Error):
                connection.execute("LOCK TABLE callbacks IN ACCESS EXCLUSIVE MODE")
            yield
            connection.rollback()
    else:
        with closing(sqlite3.connect(line.var / "hotline.db", timeout=1, isolation_level=None)) as connection:
            with suppress(sqlite3.OperationalError):
                connection.execute("BEGIN IMMEDIATE")
            yield
            with suppress(sqlite3.OperationalError):
                connection.execute("ROLLBACK")
