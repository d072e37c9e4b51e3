"""The words, on their way to translators and back."""

from __future__ import annotations

import argparse
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hotline.cli.command import Failed, command, group, reason, takes_root, today, write_new
from hotline.config import languages_in

if TYPE_CHECKING:
    from hotline.content.word_files.translated import Taken
    from hotline.engine.flow import Sources

_LANGUAGE = re.compile(r"[a-z]{2,3}")


def declare(commands: Any) -> None:
    """`words export` and `words import`."""
    words = group(commands, "words", "the words, to translators and back")
    export = command(
        words, "export", _export, "write a file for a translator: each message below its words in the first language, with its room"
    )
    taking = command(words, "import", _import, "take a translator's file in, whole or not at all")
    for parser, about in ((export, "the file to write; it must not be there yet"), (taking, "the file that came back")):
        parser.add_argument("language", metavar="LANGUAGE", help="the language to translate into, such as bm")
        parser.add_argument("file", type=Path, metavar="FILE", help=about)
        takes_root(parser)
    taking.add_argument(
        "--reviewed-by", metavar="NAME", help="who read the words of this file in that language; without it what changed is pending"
    )
    taking.add_argument("--on", metavar="DATE", help="the day of that reading, as 2026-01-31 (default: today)")
    taking.add_argument("--dry-run", action="store_true", help="say what would be taken in, and leave everything as it is")


def _export(options: argparse.Namespace) -> None:
    from hotline.content.word_files.translations import export, whole
    from hotline.engine.check import check, said

    sources = _sources(options)
    faults = [fault for fault in check(whole(sources, options.language)) if fault.grave]
    if faults:
        raise Failed("\n".join(["nothing was written, the words have faults of their own", *said(faults)]))
    text = export(sources, options.language)
    write_new(options.file, text.encode("utf-8"), "a translator's work is not written over: give another name")
    print(f"{options.file}: {len(next(iter(sources.words.values())))} messages for {options.language}")


def _import(options: argparse.Namespace) -> None:
    from hotline.content.word_files.translated import is_review, take_in, write

    day = today()
    name, on = options.reviewed_by, options.on or day.isoformat()
    if name is None and options.on:
        raise Failed("--on is the day on which somebody read the words: say who, by --reviewed-by")
    if name is not None and not is_review(name, on, day):
        raise Failed("--reviewed-by is a name, and --on a day like 2026-01-31 that has come")
    review = None if name is None else f"{' '.join(name.split())} {on}"
    taken = take_in(options.root, _sources(options), options.language, options.file, review, day)
    if taken.faults:
        raise Failed("\n".join(["nothing was taken in", *map(str, taken.faults)]))
    for notice in taken.notices:
        print(notice)
    if not options.dry_run:
        try:
            write(options.root, options.language, taken)
        except (OSError, ValueError) as error:
            raise Failed(f"nothing was taken in: {reason(error)}") from None
    print(("would be: " if options.dry_run else "") + _counted(taken))


def _counted(taken: Taken) -> str:
    return (
        f"{len(taken.changed)} changed, {len(taken.added)} new, {len(taken.reviewed)} reviewed as they were, "
        f"{len(taken.same)} as they were, {len(taken.empty)} not translated"
    )


def _sources(options: argparse.Namespace) -> Sources:
    """The content as it lies, with this language where it is one of the line's or its words are there. Raises Failed with all that is wrong in its form."""
    from hotline.content import read_sources
    from hotline.content.word_files.translated import where
    from hotline.engine.check import said

    if not _LANGUAGE.fullmatch(options.language):
        raise Failed(f"{options.language} is no language; it is written with two or three small letters, such as bm")
    languages = languages_in(os.environ)
    if options.language not in languages and where(options.root, options.language).exists():
        languages = (*languages, options.language)
    sources, faults = read_sources(options.root, languages)
    grave = tuple(fault for fault in faults if fault.grave)
    if sources is None or grave:
        raise Failed("\n".join(["the files have faults of their own", *said(grave)]))
    return sources
