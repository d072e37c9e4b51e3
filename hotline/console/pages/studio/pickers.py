"""What the studio's forms about keys offer to choose from, and what conditions and settings are called in the reader's words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Final

from flask import Blueprint
from msgspec import Struct

from hotline.console.context import ConsoleContext, language
from hotline.engine.check.targets import Target, targets
from hotline.engine.flow import CallFlow, Condition, Kind, ScreenSource, Sources
from hotline.engine.restructuring.edits import NOWHERE
from hotline.engine.restructuring.vocabulary import askable, settable
from hotline.service.studio.composing import Composed
from hotline.service.studio.line.key_history import KeyHistory, all_published
from hotline.service.studio.line.tree import TreeBranch, TreeLeaf
from hotline.service.studio.screens.structure import LeadIn, ScreenTitles, free_numbers, lead_ins

MOST_CHOICES: Final = 340
"""Of screens in one picker: so many fit into the 32 kB that gzip looks back, and a form with seven pickers weighs little more than one. Where the line has more, those of the flow that is open are there, the first of each flow, and what is searched for."""
MOST_VALUES: Final = 24
"""Of one name that can be set: a directory's hundreds of places are no choice of a form."""


class Choice(Struct, frozen=True):
    """One line of a picker."""

    value: str
    said: str


class ChoiceGroup(Struct, frozen=True):
    said: str
    choices: tuple[Choice, ...]


class ScreenGroup(Struct, frozen=True):
    """The screens of one flow that can be chosen as a target."""

    title: str
    leaves: tuple[TreeLeaf, ...]


def install(pages: Blueprint, context: ConsoleContext, history: KeyHistory) -> None:
    """Let templates say conditions and settings, and name what leads to a screen."""
    pages.add_app_template_global(partial(condition_said, context), "condition_said")
    pages.add_app_template_global(partial(setting_said, context), "setting_said")
    pages.add_app_template_global(_lead_ins, "lead_ins_of")
    pages.add_app_template_global(partial(titles, context), "titles")
    pages.add_app_template_global(_targets_of, "targets_of")
    pages.add_app_template_global(partial(_free_of, context, history), "free_of")


def titles(context: ConsoleContext, sources: Sources, longest: int = 48) -> Callable[[str], str]:
    """What a screen is called, by its key: one that shows nothing by its kind and what follows it. `longest`: letters of a title."""
    known = ScreenTitles(sources, language(context))

    def said(key: str) -> str:
        title = shorten(known.of(key), longest)
        if known.shows(key) or not known.tag(key):
            return title
        return context.words.say(language(context), f"structure.silent.{known.tag(key)}", title=title)

    return said


def shorten(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


def targets_to(
    sources: Sources, branches: Iterable[TreeBranch], flow: str, search: str = "", chosen: Iterable[str] = ()
) -> tuple[ScreenGroup, ...]:
    """The screens that a key can lead to, flow by flow. `flow`: the one that is open; `chosen`: those that stand in the form."""
    names = {flow.name for flow in sources.flows}
    flows = [branch for branch in branches if branch.name in names]
    groups = [ScreenGroup(branch.title, branch.leaves) for branch in flows]
    if sum(len(group.leaves) for group in groups) <= MOST_CHOICES and not search:
        return tuple(groups)
    needle, kept = " ".join(search.split()).casefold(), set(chosen)
    found = []
    for branch in flows:
        first = branch.leaves[0].key if branch.leaves else ""
        leaves = tuple(
            leaf
            for leaf in branch.leaves
            if leaf.key in kept or (_is_meant(leaf, needle) if needle else branch.name == flow or leaf.key == first)
        )
        found.append(ScreenGroup(branch.title, leaves[:MOST_CHOICES]))
    return tuple(group for group in found if group.leaves)


def may_return(sources: Sources, key: str) -> bool:
    """Does anything call this screen's flow and wait for it to come back?"""
    name = key.partition(".")[0]
    return any(isinstance(screen.kind, CallFlow) and screen.kind.flow == name for flow in sources.flows for screen in flow.screens)


def conditions(context: ConsoleContext, sources: Sources) -> tuple[ChoiceGroup, ...]:
    """All that a condition can ask, subject by subject; a value is `subject=value`."""
    found: dict[str, list[Choice]] = {}
    for subject, values in askable(sources).items():
        kind = subject.partition(".")[0]
        said = context.words.say_or(language(context), f"structure.subject.{kind}", "") or _thing(context, subject)
        choices = (Choice(f"{subject}={value}", _asked(context, sources, subject, value)) for value in values[:MOST_VALUES])
        found.setdefault(said, []).extend(choices)
    return tuple(ChoiceGroup(said, tuple(choices)) for said, choices in found.items())


def settings(context: ConsoleContext, sources: Sources) -> tuple[ChoiceGroup, ...]:
    """All that a key can set, name by name; a value is `name=value`."""
    return tuple(
        ChoiceGroup(
            _thing(context, name),
            tuple(Choice(f"{name}={value}", setting_said(context, sources, name, value)) for value in values[:MOST_VALUES]),
        )
        for name, values in settable(sources).items()
    )


def condition_said(context: ConsoleContext, sources: Sources, condition: Condition) -> str:
    """A condition as a sentence's part: if so, or unless so."""
    said = _asked(context, sources, condition.subject, condition.value)
    return context.words.say(language(context), "structure.unless" if condition.negated else "structure.if", what=said)


def setting_said(context: ConsoleContext, sources: Sources, name: str, value: str) -> str:
    """What is set, and to what."""
    return context.words.say(language(context), "structure.sets", thing=_thing(context, name), value=_value(context, sources, name, value))


def _asked(context: ConsoleContext, sources: Sources, subject: str, value: str) -> str:
    kind, _, detail = subject.partition(".")
    spoken = language(context)
    if kind == "offered":
        part = context.words.say_or(spoken, f"structure.part.{detail}", detail)
        return context.words.say_or(spoken, f"structure.asked.offered.{value}", value, part=part)
    if kind == "listed":
        of = context.words.say_or(spoken, f"structure.list.{detail}", detail)
        return context.words.say_or(spoken, f"structure.asked.listed.{value}", value, list=of)
    if kind in ("coverage", "many", "opening"):
        return context.words.say_or(spoken, f"structure.asked.{subject}.{value}", value)
    return context.words.say(
        spoken, "structure.asked.thing", thing=_thing(context, subject), value=_value(context, sources, subject, value)
    )


def _thing(context: ConsoleContext, name: str) -> str:
    return context.words.say_or(language(context), f"structure.thing.{name}", name)


def _value(context: ConsoleContext, sources: Sources, name: str, value: str) -> str:
    spoken = language(context)
    if name == "part":
        return context.words.say_or(spoken, f"structure.part.{value}", value)
    table = sources.words.get(spoken) or next(iter(sources.words.values()))
    words = {"kind": f"kind.{value}", "word": f"word.{value}"}.get(name)
    found = next((message.text for message in table if message.key == words), None) if words else None
    found = found or next(
        (item.name for item in sources.items if item.id == value and item.name and item.list in ("regions", "places")), None
    )
    return found or context.words.say_or(spoken, f"structure.value.{value}", value)


def _lead_ins(composed: Composed, key: str) -> tuple[LeadIn, ...]:
    return lead_ins(composed.sources, key)


def _targets_of(kind: Kind) -> tuple[Target, ...]:
    return tuple(targets(ScreenSource("", kind, NOWHERE)))


def _free_of(context: ConsoleContext, history: KeyHistory, composed: Composed, key: str) -> tuple[int, ...]:
    return free_numbers(composed, key, all_published(context.deps, history))


def _is_meant(leaf: TreeLeaf, needle: str) -> bool:
    return needle in leaf.title.casefold() or needle == (leaf.keys or "-") or needle == (leaf.keys or "-").replace(" ", "")
