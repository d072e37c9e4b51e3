"""The studio's forms about keys, read: options, ways, kinds of screens, new screens. What is not chosen, or cannot be, is a fault of its field."""

from __future__ import annotations

from collections.abc import Callable, Container
from typing import Final, TypeVar

import msgspec
from flask import request

from hotline.console.context import FormFault
from hotline.engine.check.names import PHONE, WHERE
from hotline.engine.flow import Ask, Branch, CallFlow, Condition, Do, Each, End, Kind, List, Menu, Option, Say, Way
from hotline.engine.restructuring.edits import NOWHERE
from hotline.engine.restructuring.vocabulary import INTO
from hotline.service.studio.screens.structure import StructureView

A = TypeVar("A")
B = TypeVar("B")
MOST_LINES: Final = 8
"""Settings, conditions or options that one form takes."""
LONGEST_LABEL: Final = 60
ONE_CHOICE: Final = ("list", "go", "order", "when", "kept", "lost", "flow", "then")
"""Fields of what a screen does that are chosen from a list."""
KINDS: Final = ("menu", "each", "ask", "say", "branch", "do", "call", "end")
TEMPLATES: Final = ("menu", "say", "ask", "each", "end", "branch", "do", "call")
"""What a new screen can begin as."""
SILENT: Final = ("branch", "do", "call")
"""Those that callers never see: they have no words."""


class BadFields(ValueError):
    """Fields of a form cannot be so. `wrong`: each with why, one or more, in the order of the form."""

    def __init__(self, *wrong: tuple[str, str]) -> None:
        self.wrong = wrong
        super().__init__(wrong)

    @property
    def fault(self) -> FormFault:
        first, *also = (FormFault(f"structure.error.{why}", field) for field, why in self.wrong)
        return msgspec.structs.replace(first, also=tuple(also))


def both(one: Callable[[], A], other: Callable[[], B]) -> tuple[A, B]:
    """Read two parts of a form. Raises BadFields of all that is wrong in either, so that it is mended in one go."""
    wrong: list[tuple[str, str]] = []
    try:
        first = one()
    except BadFields as bad:
        wrong += bad.wrong
    try:
        second = other()
    except BadFields as bad:
        wrong += bad.wrong
    if wrong:
        raise BadFields(*wrong)
    return first, second


def seen_parts() -> dict[str, str | None]:
    """By place what stood in the form."""
    return {name.removeprefix("seen:"): value or None for name, value in request.form.items() if name.startswith("seen:")}


def labels() -> dict[str, str]:
    """The words of a key, by the place of the message in which they stand. Raises BadFields."""
    found = {name.removeprefix("label:"): " ".join(text.split()) for name, text in request.form.items() if name.startswith("label:")}
    wrong = [
        (f"label:{place}", "label_long" if text else "label") for place, text in found.items() if not text or len(text) > LONGEST_LABEL
    ]
    if wrong:
        raise BadFields(*wrong)
    return found


def number(field: str = "number", taken: Container[int] = ()) -> int:
    """Of a key, none of those that are `taken`. Raises BadFields."""
    text = request.form.get(field, "")
    if len(text) != 1 or not text.isdecimal():
        raise BadFields((field, "number"))
    if int(text) in taken:
        raise BadFields((field, "taken"))
    return int(text)


def traded() -> tuple[int, int] | None:
    """The two numbers that change places by the button that was pressed. Returns None where it was another. Raises BadFields."""
    if "trade" not in request.form:
        return None
    one, _, other = request.form["trade"].partition(" ")
    if not all(len(text) == 1 and text.isdecimal() for text in (one, other)):
        raise BadFields(("", "number"))
    return int(one), int(other)


def target(field: str = "go") -> str:
    """Raises BadFields."""
    key = request.form.get(field, "")
    if not key:
        raise BadFields((field, "go"))
    return key


def option(taken: Container[int] = ()) -> tuple[Option, dict[str, str]]:
    """A key with a number that is not `taken`, and its words as `labels`. Raises BadFields."""
    (key, said), go = both(lambda: both(lambda: number(taken=taken), labels), target)
    sets = dict(text.partition("=")[::2] for text in _lines("set"))
    return Option(key, go, NOWHERE, sets, conditions()), said


def way() -> Way:
    """Raises BadFields."""
    return Way(target(), conditions(), NOWHERE)


def conditions() -> tuple[Condition, ...]:
    """In the order of the form, each once."""
    found = {}
    for line in range(MOST_LINES):
        subject, _, value = request.form.get(f"if-{line}", "").partition("=")
        if subject:
            condition = Condition(subject, value, f"not-{line}" in request.form)
            found[condition.subject, condition.value, condition.negated] = condition
    return tuple(found.values())


def standing(view: StructureView, opened: int | None) -> dict[str, str]:
    """By field what stands in the form of the key or way that is open (0: a new one), or of what the screen does: fields of text and of choice, no ticks."""
    part = next((key.part for key in view.keys if key.number == opened), None)
    if opened is None:
        tag = str(view.kind.__struct_config__.tag)
        said = {name: str(getattr(view.kind, name) or "") for name in view.kind.__struct_fields__ if name in ONE_CHOICE}
        words = {f"words:{place.split('/')[1]}": "" for place in view.places} if view.wordless else {}
        return {"kind": tag} | said | words
    when = {f"if-{line}": f"{condition.subject}={condition.value}" for line, condition in enumerate(part.when if part else ())}
    sets = part.set if isinstance(part, Option) else {}
    lines = {f"set-{line}": f"{name}={value}" for line, (name, value) in enumerate(sets.items())}
    labels = next((key.labels for key in view.keys if key.number == opened), {})
    blank = {f"{name}-{line}": "" for name in ("if", "set") for line in range(MOST_LINES)}
    free = str(view.free[0]) if view.free else ""
    own = {f"label:{place}": labels.get(place, "") for place in view.places} if isinstance(view.kind, Menu) else {"at": str(opened or 1)}
    return blank | when | lines | own | {"go": part.go if part else "", "number": str(opened or free)}


def kind(name: str, stands: Kind | None) -> Kind:
    """A screen of this kind as the form has it; what the form does not ask is as it `stands` (None where nothing does). Raises BadFields."""
    match name:
        case "menu":
            return stands if isinstance(stands, Menu) else Menu(())
        case "branch":
            return stands if isinstance(stands, Branch) else Branch((Way(target(), (), NOWHERE),))
        case "each":
            return _each(stands)
        case "ask":
            return _ask(stands)
        case "say":
            return Say(request.form.get("go") or None, "testimonies" if "testimonies" in request.form else None)
        case "do":
            return _do()
        case "call":
            return CallFlow(*both(lambda: target("flow"), lambda: target("then")))
        case "end":
            return End()
    raise BadFields(("kind", "kind"))


def words(languages: tuple[str, ...], prefix: str = "words") -> dict[str, str]:
    """By language what a screen says. Raises BadFields where a language has none."""
    found = {language: request.form.get(f"{prefix}:{language}", "").replace("\r\n", "\n").strip() for language in languages}
    wrong = [(f"{prefix}:{language}", "words") for language, text in found.items() if not text]
    if wrong:
        raise BadFields(*wrong)
    return found


def new_options(languages: tuple[str, ...]) -> tuple[tuple[Option, ...], dict[str, list[str]]]:
    """The keys of a new menu, numbered in their order, and their lines by language. Raises BadFields."""
    options: list[Option] = []
    lines: dict[str, list[str]] = {language: [] for language in languages}
    wrong: list[tuple[str, str]] = []
    for row in range(MOST_LINES - 1):
        said = {language: " ".join(request.form.get(f"row-{row}:{language}", "").split()) for language in languages}
        if not any(said.values()):
            continue
        go = request.form.get(f"row-{row}-go", "")
        wrong += [(f"row-{row}:{language}", "label") for language, text in said.items() if not text]
        wrong += [] if go else [(f"row-{row}-go", "go")]
        options.append(Option(len(options) + 1, go, NOWHERE))
        for language, text in said.items():
            lines[language].append(f"{len(options)} {text}")
    if wrong:
        raise BadFields(*wrong)
    return tuple(options), lines


def _each(stands: Kind | None) -> Each:
    of, go = both(_list, target)
    into = stands.into if isinstance(stands, Each) and stands.list == of else INTO[of]
    where = tuple(name for name in WHERE if f"where-{name}" in request.form)
    return msgspec.convert(
        {"type": "each", "list": of, "into": into, "go": go, "where": where, "skip_one": "skip_one" in request.form}, Each
    )


def _list() -> List:
    found = next((of for of in INTO if of == request.form.get("list")), None)
    if found is None:
        raise BadFields(("list", "list"))
    return found


def _ask(stands: Kind | None) -> Ask:
    """What is asked stays: a new question is for a phone."""
    if isinstance(stands, Ask):
        return msgspec.structs.replace(stands, go=target())
    return Ask("phone", PHONE, target())


def _do() -> Do:
    kept, lost = both(lambda: target("kept"), lambda: target("lost"))
    when = request.form.get("when") or None
    said = {"type": "do", "order": request.form.get("order", ""), "kept": kept, "lost": lost, "when": when}
    try:
        return msgspec.convert(said | {"urgent": "urgent" in request.form, "word": "word" in request.form}, Do)
    except msgspec.ValidationError:
        raise BadFields(("order", "order")) from None


def _lines(name: str) -> list[str]:
    return [text for line in range(MOST_LINES) if "=" in (text := request.form.get(f"{name}-{line}", ""))]
