"""What the engine makes of facts: conditions, windows, times of day in words, the effect of an order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final, cast

from msgspec import Struct

from hotline.engine.edition import UNCONFIRMED, Edition, fill, shown_items
from hotline.engine.effects import (
    CancelCallback,
    Coverage,
    Effect,
    Fact,
    Minute,
    Need,
    OpenCallback,
    Ref,
    RefineCallback,
    StopCalls,
    Urgency,
    coverage_key,
    now_key,
)
from hotline.engine.flow import Condition, Do, Item, List, Way
from hotline.engine.freshness import is_confirmed
from hotline.engine.promise import can_call, end_of_now, soonest_of, window_of
from hotline.engine.times import DAY_MINUTES, THURSDAY

URGENCY: Final[Mapping[str, Urgency]] = {"coverage": "ordinary", "coverage.urgent": "urgent"}
"""What a branch asks of coverage, and for which call that is."""
PHRASES_DAY: Final = ("day.today", "day.tomorrow", *(f"day.{n}" for n in range(7)))
"""Which words the catalogues must hold for days."""


class World(Struct, frozen=True, gc=False):
    """The facts as they stand at one input."""

    edition: Edition
    facts: Mapping[str, Fact]
    position: int

    def now(self) -> Minute | Need | None:
        """The local minute. Returns None if it is unknown, the Need if nobody has asked for it yet."""
        key = now_key(self.position)
        if key not in self.facts:
            return Need(self.edition.number, key, "now")
        value = self.facts[key]
        return value if isinstance(value, int) else None

    def coverage(self, language: str) -> Coverage | Need | None:
        """Who can call in this language. Returns None if it is unknown, the Need if nobody has asked for it yet."""
        key = coverage_key(language, self.position)
        if key not in self.facts:
            return Need(self.edition.number, key, "coverage", language)
        value = self.facts[key]
        return value if isinstance(value, Coverage) else None

    def sight(self, language: str) -> tuple[Minute | None, Coverage | None] | Need:
        """The time and who can call: what every promise is made of. Whoever finds the one may find the other with it, and is asked once."""
        coverage = self.coverage(language)
        if isinstance(coverage, Need):
            return coverage
        now = self.now()
        return now if isinstance(now, Need) else (now, coverage)

    def first_that_holds(self, ways: Iterable[Way], chosen: Mapping[str, Any]) -> str | Need:
        """Where a branch leads. `check` sees to it that its last way always holds."""
        for way in ways:
            holds = self.holds_all(way.when, chosen)
            if isinstance(holds, Need):
                return holds
            if holds:
                return way.go
        return self.edition.start

    def turned_away(self, ways: Iterable[Way], taken: str, chosen: Mapping[str, Any]) -> Urgency | None:
        """For which call *now* a branch found nobody: it asked whether somebody can call, and nobody can. Every fact that led to `taken` is known."""
        for way in ways:
            for condition in way.when:
                asked = condition.subject in URGENCY and not condition.negated
                if (
                    asked
                    and (condition.value == "free" or (condition.value == "none" and way.go == taken))
                    and self.value(condition.subject, chosen) == "none"
                ):
                    return URGENCY[condition.subject]
            if way.go == taken:
                return None
        return None

    def holds_all(self, conditions: Iterable[Condition], chosen: Mapping[str, Any]) -> bool | Need:
        """Do all of these conditions hold?"""
        for condition in conditions:
            value = self.value(condition.subject, chosen)
            if isinstance(value, Need):
                return value
            if (value == condition.value) is condition.negated:
                return False
        return True

    def value(self, subject: str, chosen: Mapping[str, Any]) -> str | Need:
        """The value of a condition's subject; `flow.Condition` lists both."""
        kind, _, detail = subject.partition(".")
        if kind == "listed":
            return self._is_listed(detail, chosen)
        if kind not in ("coverage", "opening", "offered", "many"):
            return str(chosen.get(subject, ""))
        seen = self.sight(_spoken(chosen) if detail == "next_day" or kind == "many" else chosen["language"])
        if isinstance(seen, Need):
            return seen
        now, coverage = seen
        if now is None or coverage is None:
            return "unknown"
        if kind == "coverage":
            return "free" if can_call(coverage, urgent=detail == "urgent") else "none"
        if kind == "opening":
            return "none" if coverage.opens is None else "known"
        return "yes" if (coverage.many if kind == "many" else self.window(detail, now, coverage, chosen)) else "no"

    def _is_listed(self, what: str, chosen: Mapping[str, Any]) -> str:
        """Looked up once for each place and kind: urgent help asks for it on the way."""
        asked = (what, chosen["language"], chosen.get("region"), chosen.get("place"), chosen.get("kind"))
        known = self.edition.listed.get(asked)
        if known is None:
            known = self.edition.listed[asked] = "yes" if _listed(self.edition, what, chosen) else "no"
        return known

    def window(self, part: str, now: Minute, coverage: Coverage | None, chosen: Mapping[str, Any]) -> tuple[Minute, Minute] | None:
        """The window that is offered for a part of the day (`promise.window_of`). `next_day`: the part and day that were asked for, moved to a later day.

        `soonest`: that of whichever part comes first.
        """
        if part == "soonest":
            soonest = soonest_of(self.edition.parts, now, coverage)
            return None if soonest is None else soonest[1]
        first = now // DAY_MINUTES
        if part == "next_day":
            part, first = str(chosen.get("_part", "")), int(chosen.get("_opens", now)) // DAY_MINUTES + 1
        span = self.edition.parts.get(part)
        return None if span is None else window_of(span, first, now, coverage)


def effect_of(world: World, order: Do, chosen: Mapping[str, Any], ref: Ref) -> tuple[Effect, Mapping[str, Any]] | Need | None:
    """What an order asks for, with what holds once it is kept. Returns None if it cannot be asked for: the way on is `lost` then."""
    match order.order:
        case "stop_calls":
            return StopCalls(), chosen
        case "cancel_callback":
            of = chosen.get("_ref")
            return (CancelCallback(of), chosen) if isinstance(of, Ref) else None
        case "open_callback":
            window = _asked_window(world, order, chosen, chosen["language"])
            if window is None or isinstance(window, Need):
                return window
            kept = {**chosen, "_ref": ref, "_spoken": chosen["language"], **window}
            ends = window["_until"]
            opened = OpenCallback(chosen["language"], order.urgent, window["_opens"], ends, chosen.get("phone"), order.when == "now")
            return opened, kept
        case "refine_callback":
            return _refined(world, order, chosen)


def _refined(world: World, order: Do, chosen: Mapping[str, Any]) -> tuple[Effect, Mapping[str, Any]] | Need | None:
    of = chosen.get("_ref")
    if not isinstance(of, Ref):
        return None
    if order.word:
        word = chosen.get("word")
        return (RefineCallback(of, word=str(word)), chosen) if word else None
    window = _asked_window(world, order, chosen, _spoken(chosen))
    if window is None or isinstance(window, Need):
        return window
    return RefineCallback(of, window["_opens"], window["_until"]), {**chosen, **window}


def _spoken(chosen: Mapping[str, Any]) -> str:
    """The language in which the caller is to be rung, though she may read another since; before a callback is asked for, the one that she reads."""
    return str(chosen.get("_spoken", chosen["language"]))


def _asked_window(world: World, order: Do, chosen: Mapping[str, Any], language: str) -> dict[str, Any] | Need | None:
    seen = world.sight(language)
    if isinstance(seen, Need):
        return seen
    now, coverage = seen
    if now is None:
        return None
    if order.when == "now":
        return {"_opens": now, "_until": end_of_now(now, world.edition.promise, coverage, urgent=order.urgent), "_now": now}
    part = str(chosen.get("part", "")) if order.when == "part" else str(order.when)
    window = world.window(part, now, coverage, chosen)
    if window is None:
        return None
    return {"_opens": window[0], "_until": window[1], "_now": now, "_part": _part_of(world, part, now, coverage, chosen)}


def _part_of(world: World, part: str, now: Minute, coverage: Coverage | None, chosen: Mapping[str, Any]) -> Any:
    """The part of the day itself that was asked for by this name."""
    if part == "soonest":
        soonest = soonest_of(world.edition.parts, now, coverage)
        return None if soonest is None else soonest[0]
    return chosen.get("_part") if part == "next_day" else part


def placeholder(world: World, name: str, chosen: Mapping[str, Any], language: str) -> str | Need:
    """The words for a placeholder; empty if there is nothing to say."""
    match name:
        case "before" | "to" | "from" | "day" | "end" | "window":
            return _asked_in_words(world.edition, name, chosen, language)
        case "next" | "next_day" | "soonest":
            seen = world.sight(chosen["language"])
            return seen if isinstance(seen, Need) else _offered_in_words(world.edition, name, seen, language)
        case "near":
            near = _near(world.edition, chosen)
            return near.name if near else ""
        case "numbers":
            return numbers_of(world.edition, chosen)
    item = world.edition.item(str(chosen.get("_list", "")), str(chosen.get("_item", "")))
    return "" if item is None else field_of(world.edition, item, name, language)


def _asked_in_words(edition: Edition, name: str, chosen: Mapping[str, Any], language: str) -> str:
    """Of what was asked for last: when it is tried."""
    match name:
        case "from":
            return clock(edition, language, chosen.get("_opens"))
        case "day":
            return day(edition, language, chosen.get("_opens"), chosen.get("_now"))
        case "end":
            return end_in_words(edition, language, chosen.get("_until"), chosen.get("_now"))
        case "window":
            return window_in_words(edition, language, chosen)
    return clock(edition, language, chosen.get("_until"))


def _offered_in_words(edition: Edition, name: str, seen: tuple[Minute | None, Coverage | None], language: str) -> str:
    """Of what could be asked for: when the next shift begins, or the window that comes first."""
    now, coverage = seen
    if name == "soonest":
        soonest = None if now is None else soonest_of(edition.parts, now, coverage)
        return "" if now is None or soonest is None else span_in_words(edition, language, soonest[1], now)
    opens = coverage.opens if coverage is not None else None
    return clock(edition, language, opens) if name == "next" else day(edition, language, opens, now)


def end_in_words(edition: Edition, language: str, until: Minute | None, now: Minute | None) -> str:
    """`avant 14h20`; said to be tonight where it lies past midnight; empty if it is unknown."""
    if until is None or now is None:
        return ""
    key = "end.night" if until // DAY_MINUTES > now // DAY_MINUTES else "end.today"
    return fill(edition.words[language][key], {"clock": clock(edition, language, until)})


def window_in_words(edition: Edition, language: str, chosen: Mapping[str, Any]) -> str:
    """`demain 8h-12h`; what is left of a part of the day that runs: `ce soir, avant 21h`; empty if it is unknown."""
    opens, until, now = chosen.get("_opens"), chosen.get("_until"), chosen.get("_now")
    if opens is None or until is None or now is None:
        return ""
    rest = edition.words[language].get(f"rest.{chosen.get('_part')}")
    if opens == now and rest is not None:
        return fill(rest, {"to": clock(edition, language, until)})
    return span_in_words(edition, language, (opens, until), now)


def span_in_words(edition: Edition, language: str, window: tuple[Minute, Minute], now: Minute) -> str:
    """`demain 8h-12h`."""
    opens, ends = window
    values = {"day": day(edition, language, opens, now), "from": clock(edition, language, opens), "to": clock(edition, language, ends)}
    return fill(edition.words[language]["window"], values)


def field_of(edition: Edition, item: Item, name: str, language: str) -> str:
    """A field of an entry in words."""
    value = item.fields.get(name, "")
    match name:
        case "name":
            return edition.name_of(item, language)
        case "phone":
            return value if item.fields.get("verified_on") else ""
        case "hours" if item.list == "services":
            return value if is_confirmed(item) else ""
        case "unconfirmed":
            return "" if item.list != "services" or is_confirmed(item) else edition.words[language].get(UNCONFIRMED, "")
        case "on":
            held = date.fromisoformat(value) if value else None
            return f"{edition.words[language][f'day.{held.weekday()}']} {held.day}/{held.month}" if held else ""
        case "place" | "region" | "kind":
            named = edition.item(f"{name}s", value)
            return edition.name_of(named, language) if named else value
    return value


_NARROWED: Final[Mapping[List, tuple[str, ...]]] = {
    "regions": (),
    "places": ("region",),
    "kinds": ("region", "place"),
    "services": ("region", "place", "kind"),
    "events": ("region", "place", "kind"),
}
"""By which of the things that may have been set each list is narrowed."""


def _listed(edition: Edition, what: str, chosen: Mapping[str, Any]) -> tuple[Item, ...]:
    if what == "numbers":
        return _numbers(edition, chosen)
    if what == "near":
        near = _near(edition, chosen)
        return (near,) if near else ()
    if what == "testimonies":
        return tuple(item for item in edition.items.get(what, {}).values() if f"text.{chosen['language']}" in item.fields)
    of = cast("List", what)
    return shown_items(edition, of, _NARROWED[of], chosen)


def numbers_of(edition: Edition, chosen: Mapping[str, Any]) -> str:
    """The numbers that may be shown, a line each."""
    return "\n".join(f"{item.name}: {item.fields['phone']}" for item in _numbers(edition, chosen))


def _numbers(edition: Edition, chosen: Mapping[str, Any]) -> tuple[Item, ...]:
    """The services whose number may be shown."""
    services = shown_items(edition, "services", _NARROWED["services"], chosen)
    return tuple(item for item in services if "phone" in item.fields and item.fields.get("verified_on"))


def _near(edition: Edition, chosen: Mapping[str, Any]) -> Item | None:
    """The nearest listed place, as the chosen place gives it, or where none was chosen its region. Returns None if it gives none.

    What is near a region is far from most of it: a place does not inherit it.
    """
    of = "place" if chosen.get("place") else "region"
    item = edition.item(f"{of}s", str(chosen.get(of, "")))
    return edition.item("places", item.fields.get("near", "")) if item else None


def clock(edition: Edition, language: str, minute: Minute | None) -> str:
    """A time of day in words, such as `14h20`; `8h` on the hour; empty if it is unknown."""
    if minute is None:
        return ""
    hour, rest = divmod(minute % DAY_MINUTES, 60)
    words = edition.words[language]
    return fill(words["clock.minute"] if rest else words["clock.hour"], {"hour": str(hour), "minute": f"{rest:02d}"})


def day(edition: Edition, language: str, minute: Minute | None, now: Minute | None) -> str:
    """Today, tomorrow or the day of the week, in words; empty if the minute or the time is unknown."""
    if minute is None or now is None:
        return ""
    ahead = minute // DAY_MINUTES - now // DAY_MINUTES
    names = {0: "day.today", 1: "day.tomorrow"}
    return edition.words[language][names.get(ahead, f"day.{(minute // DAY_MINUTES + THURSDAY) % 7}")]
