"""A PO file as text: messages written, and a few of them changed in place while every other byte stays."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from hotline.engine.flow import Message

_ESCAPES: Final = str.maketrans({"\\": "\\\\", '"': '\\"', "\t": "\\t", "\r": "\\r"})
_REVIEW: Final = re.compile(r"#\.\s*review:.*")
_QUOTED: Final = re.compile(r'"(.*)"')


class _Span(NamedTuple):
    """An entry's lines, counted from 0: its comments begin, its msgid, its msgstr, the first line after it."""

    begins: int
    msgid: int
    msgstr: int
    ends: int


def header(language: str) -> str:
    """The entry that a PO file begins with."""
    fields = (f"Language: {language}", "MIME-Version: 1.0", "Content-Type: text/plain; charset=UTF-8", "Content-Transfer-Encoding: 8bit")
    return "\n".join(['msgid ""', 'msgstr ""', '"Project-Id-Version: hotline\\n"', *(f'"{field}\\n"' for field in fields)])


def msgstr(text: str) -> tuple[str, ...]:
    """The text as lines of PO: one, or an empty one and one for each of its own."""
    escaped = [line.translate(_ESCAPES) for line in text.split("\n")]
    if len(escaped) == 1:
        return (f'msgstr "{escaped[0]}"',)
    lines = [*(f"{line}\\n" for line in escaped[:-1]), *escaped[-1:]]
    return ('msgstr ""', *(f'"{line}"' for line in lines if line))


def rewritten(text: str, before: Mapping[str, Message], after: Mapping[str, Message], order: Sequence[str]) -> str:
    """The file with what differs between `before`, which it holds, and `after`: new words, another review, whole new messages.

    A new message follows the one that comes before it in `order`. Line ends, comments, and all that is not named stay byte for byte.
    """
    lines = text.split("\n")
    spans = _spans(lines)
    for key in sorted(before.keys() & after.keys(), key=lambda key: spans[key].begins, reverse=True):
        if (before[key].text, before[key].review) != (after[key].text, after[key].review):
            _change(lines, spans[key], before[key], after[key])
    for key in sorted(after.keys() - before.keys(), key=order.index):
        spans = _spans(lines)
        earlier = [spans[other].ends for other in order[: order.index(key)] if other in spans]
        place = earlier[-1] if earlier else spans[""].ends if "" in spans else len(lines)
        _insert(lines, place, ["", f"#. review: {after[key].review}", f'msgid "{key}"', *msgstr(after[key].text)])
    return "\n".join(lines)


def without(text: str, keys: Collection[str]) -> str:
    """The file without these messages, each with its comments and one of the empty lines around it."""
    if not keys:
        return text
    lines = text.split("\n")
    for span in sorted((span for key, span in _spans(lines).items() if key in keys), reverse=True):
        is_alone = span.ends < len(lines) and not lines[span.ends].strip()
        del lines[span.begins : span.ends + is_alone]
    return "\n".join(lines)


def _spans(lines: list[str]) -> dict[str, _Span]:
    """Every entry by its msgid, the header under an empty one."""
    found: dict[str, _Span] = {}
    for at, line in enumerate(lines):
        if not line.lstrip("\ufeff").startswith("msgid "):
            continue
        begins = at
        while begins and lines[begins - 1].lstrip("\ufeff").startswith("#") and not lines[begins - 1].startswith("#~"):
            begins -= 1
        second = next(place for place in range(at, len(lines)) if lines[place].startswith("msgstr "))
        ends = next((place for place in range(second + 1, len(lines)) if not lines[place].startswith('"')), len(lines))
        found["".join(_contents(lines[at:second]))] = _Span(begins, at, second, ends)
    return found


def _contents(lines: list[str]) -> Iterator[str]:
    for line in lines:
        if match := _QUOTED.search(line):
            yield match[1]


def _change(lines: list[str], span: _Span, before: Message, after: Message) -> None:
    if before.text != after.text:
        _replace(lines, span.msgstr, span.ends, list(msgstr(after.text)))
    comments = lines[span.begins : span.msgid]
    said = [line for line in comments if _REVIEW.match(line)]
    if said and before.review == after.review:
        return
    kept = [_without_fuzzy(line) if after.review != "pending" else line for line in comments if line not in said]
    place = comments.index(said[0]) if said else len(comments)
    kept.insert(place, f"#. review: {after.review}")
    _replace(lines, span.begins, span.msgid, [line.rstrip("\r") for line in kept if line])


def _without_fuzzy(line: str) -> str:
    """A line of flags without `fuzzy`; empty if it had no other."""
    if not line.startswith("#,"):
        return line
    flags = [flag for flag in line[2:].replace(" ", "").rstrip("\r").split(",") if flag != "fuzzy"]
    return f"#, {', '.join(flags)}" if flags else ""


def _replace(lines: list[str], begins: int, ends: int, new: list[str]) -> None:
    """With the line ends of the file; the last line of a file has none."""
    end = "\r" if any(line.endswith("\r") for line in lines) else ""
    last = ends == len(lines)
    lines[begins:ends] = [f"{line}{'' if last and place == len(new) - 1 else end}" for place, line in enumerate(new)]


def _insert(lines: list[str], place: int, new: list[str]) -> None:
    if place == len(lines) and place and not lines[-1].endswith("\r") and any(line.endswith("\r") for line in lines):
        lines[-1] += "\r"
    _replace(lines, place, place, new)
