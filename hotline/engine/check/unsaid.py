"""Words that the line does not say: some nowhere, some nowhere where they stay on a phone that somebody else picks up."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from typing import Final

from hotline.engine.edition import OUT_END, SAFE_END
from hotline.engine.flow import End, Fault, Message, ScreenSource, Sources

NEVER: Final[Mapping[str, tuple[str, ...]]] = {
    "fr": (
        *("victime", "plainte", "dénoncer", "dénoncez", "SOS", "anonyme", "secret", "secrète", "gratuit", "gratuite"),
        *("patience", "patiente", "protégerons"),
    ),
    "bm": ("muɲu", "sabali", "laadi", "laadilikɛla", "gundo", "yafa"),
}
"""By language what frightens, judges, or promises what others must keep."""
REVEALING: Final[Mapping[str, tuple[str, ...]]] = {
    "fr": (
        *("frapper", "frappe", "battre", "blessée", "forcée", "violence", "viol", "agression", "harcèlement", "danger", "mari"),
        *("faute", "justice", "loi", "police", "tribunal", "mourir", "VIH", "excision", "excisée", "divorce", "couteaux", "cou"),
    ),
    "bm": (
        *("bugɔ", "joginna", "jogin", "jugu", "farati", "ɲangata", "ɲangi", "jalaki", "diyagoya", "cɛ", "sariya", "polisiw"),
        *("kiritigɛyɔrɔ", "saya", "sidabana", "bolokoli", "boloko", "kafoɲɔgɔnya", "muruw"),
    ),
}
"""By language what nothing may say that stays on the phone: the first screen, an SMS, a last screen, what was noted."""
COVER: Final = ("pregnancy", "babies", "fever", "advice")
"""Flows whose SMS may say them: of health, and of what it is called there."""
_WORD: Final = re.compile(r"[\w-]+")
_ENDS: Final = (SAFE_END, OUT_END, "neutral.broken")


def unsaid_faults(
    language: str,
    table: Mapping[str, Message],
    looked_at: Collection[Message],
    screens: Mapping[str, ScreenSource],
    sources: Sources,
    kept: Collection[str],
) -> Iterator[Fault]:
    """Notices of such words in the messages that are `looked_at`, one a message. `screens`: those that show words; `kept`: those that say that something is noted."""
    for message in looked_at:
        bare, _, channel = message.key.partition("@")
        words = list(found(message.text, NEVER.get(language, ())))
        if words:
            yield Fault(message.at, f"{message.key}: a word that the line never says: {', '.join(words)}", grave=False)
        at_the_door = bare == sources.start or bare in _ENDS or bare in kept or (bare in screens and isinstance(screens[bare].kind, End))
        by_sms = (
            bare in screens and bare.partition(".")[0] not in COVER and (channel == "sms" or (not channel and f"{bare}@sms" not in table))
        )
        if (at_the_door and not channel) or by_sms:
            words = list(found(message.text, REVEALING.get(language, ())))
            if words:
                why = "would stay on the phone" if at_the_door else "would go out by SMS, and stay on the phone"
                yield Fault(message.at, f"{message.key}: what {why} tells what the line is for: {', '.join(words)}", grave=False)


def found(text: str, unwanted: Collection[str]) -> Iterator[str]:
    """Those of these words that stand in the text, whole, whatever their capitals."""
    said = frozenset(_WORD.findall(unicodedata.normalize("NFC", text).casefold()))
    return (word for word in unwanted if word.casefold() in said)
