"""The log: ids, counts and words of ours; a number cannot get in by accident."""

from __future__ import annotations

import io
import json
import logging

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from hotline.adapters.log import ALLOWED, Lines, only_allowed
from tests.fakes import the_log

NUMBER = "+22370000001"


def told(stream: io.StringIO) -> list[dict]:
    """The lines as read by a machine, without their time."""
    return [{key: value for key, value in json.loads(line).items() if key != "timestamp"} for line in stream.getvalue().splitlines()]


def test_a_line_is_one_json_object_of_what_is_allowed():
    """Ids, counts and codes come through as they are."""
    with the_log() as stream:
        structlog.get_logger("x").warning("post.unknown", id="0123456789abcdef" * 2, state="unknown", count=3, error="StoreAway")
    assert told(stream) == [
        {"event": "post.unknown", "level": "warning", "id": "0123456789abcdef" * 2, "state": "unknown", "count": 3, "error": "StoreAway"}
    ]


@pytest.mark.parametrize(
    "words",
    [
        {"number": NUMBER},
        {"text": "aide"},
        {"id": NUMBER},
        {"id": "22370000001"},
        {"id": "70000001"},
        {"id": "221700000010"},
        {"count": 70000001},
        {"count": "22370000001"},
        {"kind": "a70000001"},
        {"error": "E70000001"},
        {"state": None},
        {"id": ["0" * 32]},
        {"exc_info": ValueError(NUMBER)},
        {"stack_info": True},
    ],
)
def test_what_is_not_on_the_list_or_not_of_its_shape_is_left_out(words):
    """Dropped, and the line says how many things were, so that whoever wrote it notices."""
    with the_log() as stream:
        structlog.get_logger().error("it.happened", **words)
    assert told(stream) == [{"event": "it.happened", "level": "error", "dropped": 1}]


def test_an_event_with_something_put_into_it_is_left_out():
    """An event is a fixed word, never a sentence."""
    with the_log() as stream:
        structlog.get_logger().error(f"cannot reach {NUMBER}", id="0" * 32)
    assert told(stream) == [{"level": "error", "id": "0" * 32, "dropped": 1}]


@given(
    st.sampled_from([*ALLOWED, "number", "text"]),
    st.integers(0, 9999).map(lambda n: f"7000{n:04}"),
    st.sampled_from(["{}", "+223{}", "223{}", "00223{}", "0{}", "tel:{}", "a{}", "{}.0", "-{}"]),
    st.booleans(),
)
def test_no_key_lets_a_number_through_in_any_usual_spelling(key, national, spelling, spaced):
    """Whatever key it is handed in under."""
    number = spelling.format(f"{national[:2]} {national[2:4]} {national[4:6]} {national[6:]}" if spaced else national)
    assert only_allowed(None, "error", {key: number}) == {"dropped": 1}


def test_a_library_s_message_is_reduced_to_who_and_how_loud():
    """URLs with secrets, statements with values and tracebacks stay out; the class of an exception stays in."""
    with the_log() as stream:
        logging.getLogger("urllib3.connectionpool").warning("Retrying /at/%s/ussd for %s", "5ec4e7", NUMBER)
        logging.getLogger("urllib3.connectionpool").info("not at all")
        try:
            {}[NUMBER]
        except KeyError:
            logging.getLogger("hotline").exception("Exception on /at/5ec4e7/sms [POST]")
    assert told(stream) == [
        {"event": "library", "level": "warning", "logger": "urllib3.connectionpool"},
        {"event": "library", "level": "error", "logger": "hotline", "error": "KeyError"},
    ]


class Full(io.StringIO):
    """A log on a full disk."""

    def write(self, line: str) -> int:
        raise OSError(28, "No space left on device")


def test_a_log_that_cannot_be_written_takes_nothing_down():
    """A full disk or a reader gone is no reason not to answer a caller."""
    Lines(Full()).error("{}")
    gone = io.StringIO()
    gone.close()
    Lines(gone).error("{}")
