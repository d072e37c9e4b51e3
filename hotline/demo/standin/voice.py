"""The voice answers of a line, read: the four actions that it may ask for."""

from __future__ import annotations

from typing import TypeAlias
from xml.etree import ElementTree as ET

from msgspec import Struct


class SpokenAction(Struct, frozen=True):
    text: str


class GetDigits(Struct, frozen=True):
    """Say something and wait `seconds` for so many digits, or for `finish`."""

    prompt: tuple[SpokenAction, ...]
    seconds: float
    digits: int
    finish: str


class Dial(Struct, frozen=True):
    """Ring these numbers one after the other, showing `shown`, until one answers."""

    numbers: tuple[str, ...]
    shown: str


class HangUp(Struct, frozen=True):
    pass


Action: TypeAlias = SpokenAction | GetDigits | Dial | HangUp


class Unreadable(Exception):
    """The line's answer is not one that the vendor would understand. Names the element alone."""


def read_actions(body: bytes, cover: str) -> tuple[Action, ...]:
    """The actions of a `<Response>`; an empty one hangs up. Raises Unreadable."""
    if not body.strip():
        return ()
    try:
        root = ET.fromstring(body)  # noqa: S314 our own line's answer over loopback, and at most 1 MiB
    except ET.ParseError as error:
        raise Unreadable("no XML") from error
    if root.tag != "Response":
        raise Unreadable("no Response")
    return tuple(_action(element, cover) for element in root)


def _action(element: ET.Element, cover: str) -> Action:
    match element.tag:
        case "Say":
            return _say(element)
        case "GetDigits":
            return GetDigits(
                prompt=tuple(_say(child) for child in element if child.tag == "Say"),
                seconds=float(element.get("timeout", "30")),
                digits=int(element.get("numDigits", "20")),
                finish=element.get("finishOnKey", "#"),
            )
        case "Dial":
            return Dial(tuple(n.strip() for n in element.get("phoneNumbers", "").split(",") if n.strip()), element.get("callerId", cover))
        case "Reject":
            return HangUp()
        case tag:
            raise Unreadable(tag)


def _say(element: ET.Element) -> SpokenAction:
    return SpokenAction(" ".join("".join(element.itertext()).split()))
