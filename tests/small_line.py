"""The files of a small line that `content check` finds clean, for tests that publish; and the settings of a line that keeps to one folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from hotline.adapters.keys.seal import new_keys
from hotline.engine.check.never import NEVER
from hotline.engine.check.phrases import PHRASES, SERVICE
from hotline.engine.world import PHRASES_DAY

FLOWS = {
    "line": """
start: first
screens:
  first:
    menu: {1: danger, 2: tips, 3: centres, 5: callback}
""",
    "danger": """
start: advice
screens:
  advice:
    menu: {1: now}
  now:
    do: {order: open_callback, when: now, urgent: true, kept: kept, lost: lost}
  kept: {say: {}}
  lost: {end: {}}
""",
    "callback": """
start: open
screens:
  open:
    menu: {5: now, 7: stop}
  now:
    do: {order: open_callback, when: now, kept: kept, lost: lost}
  stop:
    do: {order: stop_calls, kept: stopped, lost: lost}
  kept: {say: {}}
  stopped: {end: {}}
  lost: {end: {}}
""",
    "tips": """
start: water
screens:
  water: {say: {go: soap}}
  soap: {say: {}}
""",
    "centres": """
start: list
screens:
  list:
    menu: {each: services, into: service, go: one}
  one: {say: {}}
""",
}
DIRECTORY = """
services:
  centre:
    name: Centre
    address: Rue 1
  samu:
    name: Secours
    kind: emergency
    phone: "+22370000301"
    source: an example
    source_date: 2026-01-31
"""
WORDS = {
    "line.first": "Santé et famille\n1 Aide\n2 Conseils\n3 Centres\n5 Par téléphone",
    "danger.advice": "Sortez si possible.\n1 Appelez-moi",
    "danger.kept": "Noté, avant {before}.",
    "danger.lost": "Rien n'est noté.",
    "callback.open": "Une femme appelle.\n5 Maintenant\n7 Ne pas m'appeler",
    "callback.kept": "Noté, avant {before}.",
    "callback.stopped": "D'accord.",
    "callback.lost": "Rien n'est noté.",
    "tips.water": "De l'eau propre.",
    "tips.soap": "Du savon.",
    "centres.list": "Centres",
    "centres.one": "{name}\n{address}\n{phone}",
    "centres.one@sms": "{name}\n{address}",
    **dict.fromkeys((*PHRASES, *PHRASES_DAY, *SERVICE), "Conseil"),
    **dict.fromkeys(NEVER, "jamaisdit"),
    "voice.word": "Conseil {word}",
    **dict.fromkeys(("voice.offer", "voice.offer_urgent", "voice.held", "voice.how"), "Conseil {ref}"),
    "keys.back": "0 Retour",
    "keys.more": "8 Suite",
    "keys.out": "9 Fin",
    "keys.language": "66 Autre langue",
    "wrong.screen": "Parler ?\n5 Appelez-moi",
    "clock.hour": "{hour}h",
    "clock.minute": "{hour}h{minute}",
    "end.today": "avant {clock}",
    "end.night": "cette nuit, avant {clock}",
    "window": "{day} {from}-{to}",
    "rest.morning": "ce matin, avant {to}",
    "rest.evening": "ce soir, avant {to}",
}
REVIEWED = "Awa 2026-01-31"


def write_files(root: Path, words: Mapping[str, str] = {}, pending: tuple[str, ...] = (), directory: str = DIRECTORY, **flows: str) -> Path:
    """The line in `root`, in French and Bambara, all of it reviewed but `pending`, with these words and flows instead of its own."""
    for name, text in {**FLOWS, **flows}.items():
        _write(root / "flows" / f"{name}.yaml", text)
    _write(root / "flows" / "opening.yml", "start: line.first\nhelp: callback.open\nparts:\n  morning: 8h-12h\n  evening: 18h-21h\n")
    _write(root / "flows" / "directory.yml", directory)
    for language in ("fr", "bm"):
        entries = ['msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n']
        for key, text in {**WORDS, **words}.items():
            escaped = text.replace('"', '\\"').replace("\n", "\\n")
            entries.append(f'#. review: {"pending" if key in pending else REVIEWED}\nmsgid "{key}"\nmsgstr "{escaped}"\n')
        _write(root / "locales" / language / "LC_MESSAGES" / "flows.po", "\n".join(entries))
    return root


def settings(folder: Path, **more: str) -> dict[str, str]:
    """Settings of a line whose database and folder lie in `folder`, and that has no Redis."""
    return {
        "HOTLINE_VAR": str(folder / "var"),
        "HOTLINE_DAY_KEYS": str(folder / "day-keys"),
        "HOTLINE_DATABASE_URL": f"sqlite:///{folder}/hotline.db",
        "HOTLINE_REDIS_URL": f"unix://{folder}/nobody",
        # What a hop would not wait for on a busy machine is not what the tests are about.
        "HOTLINE_DATABASE_BUDGET_MS": "5000",
        "HOTLINE_REDIS_BUDGET_MS": "5000",
        "HOTLINE_KEYS": new_keys(),
        "HOTLINE_AT_USERNAME": "sante",
        "HOTLINE_AT_API_KEY": "a-key-of-a-test",
        "HOTLINE_AT_SECRET": "0123456789abcdef0123456789abcdef",
        "HOTLINE_AT_SENDER": "SANTE",
        "HOTLINE_STAFF_REPLIES": "36123",
        "HOTLINE_AT_COVER_NUMBER": "+22370000900",
        "HOTLINE_AT_SERVICE_CODES": "*123#",
        **more,
    }


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
