"""What `check` can say: a closed list of codes with their English; the console has words for each, `studio.fault.CODE`, with the same values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from hotline.engine.flow import Fault, FaultReason, Where

NOTHING: Final = "nothing"
"""A part of a sentence that is not there."""
ENGLISH: Final[Mapping[str, str]] = {
    # where keys lead
    "no_file": "no such file; keys lead to this flow, and it has {count} messages",
    "unknown_screen": "unknown screen {screen}",
    "unknown_flow": "unknown flow {flow}",
    "key_twice": "key {key} is given twice",
    "flow_unreachable": "unreachable, no key leads into this flow",
    "unreachable": "unreachable, no key leads here",
    "no_options": "dead end, a menu without options",
    "nothing_listed": "dead end, the directory has no {list}",
    "no_way_left": "dead end, the last way of a branch must have no condition",
    "never_returns": "dead end, the flow {flow} never returns",
    "swallows_keys": "takes exactly 0, 8 or 9, which mean back, more and out everywhere",
    "lost_goes_on": "the way on `lost` does not end: {screen}",
    "nothing_calls": "returns, but nothing calls the flow {flow}",
    "loop": "a loop without a pause, or more than {most} screens without one",
    "no_urgent_help": "no urgent help: no order is urgent",
    "urgent_too_far": "urgent help is {keys} keys away, at most {most}: {way}",
    "fact_before_danger": "asks for a fact on the way to the danger advice",
    "key_reused": "key {key} led to {screen} before it was taken away; callers press it from memory: it leads there again, or nowhere",
    "key_traded": "key {key} leads where it led, under the words of another key: let it lead elsewhere too, or say it otherwise",
    # conditions and names
    "nothing_sets": "nothing sets {name}",
    "unknown_part": "no part of the day is called {part}",
    "unknown_value": "{name} is one of {known}, never {value}",
    "many_parts": "many has no parts: write many, never {name}",
    "unknown_coverage": "coverage is either coverage or coverage.urgent, never {name}",
    "unknown_list": "the directory has no list {list}",
    "bad_name": "{name} is no name; small letters, digits, - and _",
    "bad_number": "option {key}: options are numbered 1 to 7",
    "bad_length": "least is {least}, more than most, which is {most}",
    "flow_name": "no name for a flow, phrases of the catalogue begin so",
    "start_no_menu": "{screen} is no menu with options",
    "list_of_testimonies": "testimonies have no names to choose from; `say: {{each: testimonies}}` reads them out",
    "entry_is_no": "no entry of the directory is a {name}",
    "narrowed_by": "where: a list is narrowed by {known}, never by {name}",
    "typed_is_no": "what a caller types is no {name}",
    "no_language": "no words in the language {language}",
    "sets_phone": "set: only the caller says which other phone to ring",
    "no_such_value": "set: no {name} is called {value}",
    # words
    "no_words": "no words in {language}",
    "sms_option": "an option would go out by SMS, where nothing is asked any more; write {bare}@sms without it",
    "sms_number": "a number would go out by SMS, and stay on the phone; write {bare}@sms without it",
    "sms_asks": "an option, though by SMS nothing is asked any more once something is kept",
    "review_pending": "{count} of {total} messages in {language}: review pending",
    "begin_with_key": "the words must begin with the key {key}",
    "one_option": "its one option is {key}",
    "number_in_words": "a telephone number in the words; numbers belong in the directory",
    "too_long": "longer than {most} letters; make several screens of it",
    "unseen": "holds a character that nobody can see",
    "empty": "no words, nothing would be shown",
    "strange_letter": "holds {letter} ({name}), which only looks like a letter of ours, or which no basic phone shows",
    "markup": "holds {found}, which a phone would show as it is",
    "false_key": "looks like a key and is no option: {line}",
    "never_word": "says {word}, which is among the words that are never said (never.words)",
    "lasting_word": "says {word}, and stays on the phone (never.lasting)",
    "asks_of_her": "asks by key about {word}, and nothing about a caller is ever asked so (never.asked)",
    "keeps_of_her": "keeps an answer about a caller: {name} (never.asked)",
    "shows_none": "words for a screen that shows none",
    "no_screen": "words for no screen",
    "stray_brace": "a {{ or }} that is no placeholder",
    "unknown_placeholder": "unknown placeholder {names}",
    "options_differ": "options {has} in the words, {wants} in the flow",
    "no_option_in_flow": "an option in the words, none in the flow",
    "meaningless": "a placeholder or a brace that means nothing here; it has {known}",
    "lacks_placeholder": "lacks the placeholder {names}",
    "bad_never_word": "one of the words is empty, or is several; commas between",
    "bad_stop_word": "one of the words is empty, or begins with a digit, which is a key",
    "placeholders_differ": "placeholder {names} differs from {file}:{line}",
    "no_script": "no script is called so; there are {known}, each with steps from .1 on",
    "no_step_before": "the step before it is missing, nobody would read this one",
    "unreviewed": "nobody has reviewed these words ({language}); they stand on an urgent, callback or stop screen",
    # of a translator's file
    "unknown_key": "unknown key, no message of the line is called so",
    "more_pages": "{here} pages on USSD, {there} in {language}",
    "more_parts": "{here} messages on SMS, {there} in {language}",
    "read_again": "read its words in {languages} again",
    # how much a phone takes
    "no_page": "does not fit any page on {phone}: {why}{filled}",
    "over_budget": "over budget on {phone}{place}: {figures}{filled}",
    "first_page": "over budget on {phone}, the first screen is one page: with the lines around it {figures}",
    "one_page": "over budget on {phone}, a screen of urgent help, a callback or a stop is one page: with the lines around it {figures}",
    "ussd": "ussd",
    "sms": "sms",
    NOTHING: "",
    "none": "none",
    "page": ", page {page} of {pages}",
    "page_after_wrong": ", page {page} of {pages}, after a wrong key",
    "after_wrong": ", after a wrong key",
    "septets": "{used} septets, {most} allowed, {over} too many",
    "filled": "; the longest filled in is {name}, {count} letters",
    "filled_quoted": "; the longest filled in is {name}, {count} letters ({quoted})",
    "testimony": "the testimony",
    # the directory
    "field_too_long": "{field}: longer than {most} letters",
    "number_in_field": "{field}: a telephone number in the words; it goes dark only as `phone`",
    "in_field": "{field}: {why}",
    "line_break": "more than one line",
    "unverified": "number unverified, kept off every screen",
    "over": "its day is over, kept off every screen",
    "stale": "number not verified lately ({day}), kept off every screen",
    "lapsed": "nobody confirmed it lately, shown as to be confirmed",
    "unknown_place": "unknown {field} {value}",
    "other_region": "region {region}, but its place {place} is in {right}",
    "near_itself": "is near itself",
    "verified_by_nobody": "verified_on without verified_by",
    "confirmed_by_nobody": "confirmed_on without confirmed_by",
    "no_emergency": "{field} is for the kind {kind}",
}
"""By code, without what it is about, which a message begins with. Those of a word or two are parts of others."""


def reason(code: str, /, **values: object) -> FaultReason:
    """A reason with its values. Raises KeyError for no code of ours."""
    if code not in ENGLISH:
        raise KeyError(code)
    return FaultReason(code, tuple((name, value if isinstance(value, FaultReason) else str(value)) for name, value in values.items()))


def english(why: FaultReason) -> str:
    """As the shell says it."""
    return ENGLISH[why.code].format(**{name: english(value) if isinstance(value, FaultReason) else value for name, value in why.values})


def fault(at: Where, subject: str, why: FaultReason, /, *, grave: bool = True, follows: bool = False) -> Fault:
    """A fault of an edition: what is wrong with this screen, message, flow or entry, and why."""
    said = english(why)
    return Fault(at, f"{subject}: {said}" if subject else said, grave, follows, subject, why)
