"""Small sources for the engine's tests, written as Python so that a test shows all that it is about."""

from __future__ import annotations

from hotline.engine.check.never import NEVER
from hotline.engine.check.phrases import SERVICE
from hotline.engine.edition import Edition, compile_edition
from hotline.engine.flow import Condition, DayPart, Flow, Item, Kind, Message, Option, ScreenSource, Sources, Way, Where
from hotline.engine.phone import limits

AT = Where("flows/test.yaml", 1)
PHRASES = {
    "keys.back": "0 Retour",
    "keys.more": "8 Suite",
    "keys.out": "9 Fin",
    "wrong.line": "Encore:",
    "wrong.screen": "Parler à une femme ?\n5 Appelez-moi",
    "safe.end": "Santé et famille. Refaites le numéro.",
    "out.end": "Santé et famille. Merci.",
    "clock.hour": "{hour}h",
    "clock.minute": "{hour}h{minute}",
    "day.today": "aujourd'hui",
    "day.tomorrow": "demain",
    **{f"day.{n}": name for n, name in enumerate(("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"))},
}
PARTS = (DayPart("morning", 8 * 60, 12 * 60, AT), DayPart("evening", 17 * 60, 20 * 60, AT))


def when(text: str) -> tuple[Condition, ...]:
    """`subject is value` or `subject is not value`."""
    subject, value = text.split(" is ")
    return (Condition(subject, value.removeprefix("not "), value.startswith("not ")),)


def option(key: int, go: str, condition: str = "", **sets: str) -> Option:
    return Option(key, go, AT, sets, when(condition) if condition else ())


def way(go: str, condition: str = "") -> Way:
    return Way(go, when(condition) if condition else (), AT)


def sources(
    screens: dict[str, tuple[Kind, str]],
    start: str = "test.first",
    help: str = "test.first",
    items: tuple[Item, ...] = (),
    words: dict[str, str] | None = None,
) -> Sources:
    """Screens by their full key, each with its words (the same in both languages), and the phrases that every edition has."""
    names = dict.fromkeys(key.partition(".")[0] for key in screens)
    flows = tuple(
        Flow(
            name,
            next(k for k in screens if k.startswith(f"{name}.")),
            tuple(ScreenSource(k, kind, AT) for k, (kind, _) in screens.items() if k.startswith(f"{name}.")),
            AT,
        )
        for name in names
    )
    texts = {
        **PHRASES,
        **{key: text for key, (_, text) in screens.items() if text},
        **dict.fromkeys(SERVICE, "Conseil"),
        "keys.language": "66 Langue",
        "voice.word": "Un mot: {word}.",
        **dict.fromkeys(("voice.offer", "voice.offer_urgent", "voice.held", "voice.how"), "Conseil {ref}."),
        "end.today": "avant {clock}",
        "end.night": "cette nuit, avant {clock}",
        "window": "{day} {from}-{to}",
        "rest.morning": "ce matin, avant {to}",
        "rest.evening": "ce soir, avant {to}",
        **dict.fromkeys(NEVER, "jamaisdit"),
        **(words or {}),
    }
    messages = {
        language: tuple(
            Message(key, text, Where(f"locales/{language}/LC_MESSAGES/flows.po", line), "pending")
            for line, (key, text) in enumerate(texts.items(), 1)
        )
        for language in ("fr", "bm")
    }
    return Sources(start, flows, messages, items, PARTS, help)


def edition(screens: dict[str, tuple[Kind, str]], **more: object) -> Edition:
    return compile_edition(sources(screens, **more), 1, limits.USSD)  # type: ignore[arg-type]
