"""USSD through the stand-in and through the terminal's phone, against a line that plays a script."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pytest
from werkzeug import Response

from hotline.cli import main
from hotline.demo.people import people_json
from hotline.demo.standin.network import Standin
from hotline.demo.standin.ussd import opening
from tests.demo.fakes import CALLER, SECRET, FakeLine, shows


def test_a_session_joins_its_inputs(standin: Standin, line: FakeLine) -> None:
    """Every hop carries all that was typed, joined by `*`, under one session id; the end is noticed once."""
    line.say("ussd", "CON Santé\n1 Bébé", "CON Suite\n2 Fin", "END Merci.")

    standin.dial(CALLER, "*123#")
    shown = shows(standin, CALLER, lambda p: p.screen is not None).screen
    assert shown is not None
    assert ("Santé\n1 Bébé", False, 12, 160) == (shown.text, shown.ends, shown.length, shown.limit)
    assert standin.reply(CALLER, "1")
    shows(standin, CALLER, lambda p: p.screen is not None and p.screen.text.startswith("Suite") and not p.waiting)
    assert standin.reply(CALLER, "2")
    last = shows(standin, CALLER, lambda p: p.screen is not None and p.screen.ends).screen
    assert last is not None
    assert "Merci." == last.text

    hops = [line.heard("ussd") for _ in range(3)]
    assert {"sessionId", "serviceCode", "phoneNumber", "text", "networkCode"} == set(hops[0])
    assert ["", "1", "1*2"] == [h["text"] for h in hops]
    assert {(CALLER, "*123#", hops[0]["sessionId"])} == {(h["phoneNumber"], h["serviceCode"], h["sessionId"]) for h in hops}
    notice = line.heard("ussd/end")
    named = {"date", "cost", "durationInMillis", "networkCode"}
    assert {
        "sessionId": hops[0]["sessionId"],
        "serviceCode": "*123#",
        "phoneNumber": CALLER,
        "status": "Success",
        "hopsCount": "3",
        "input": "1*2",
        "lastAppResponse": "END Merci.",
        "errorMessage": "",
    } == {k: v for k, v in notice.items() if k not in named}
    assert not standin.reply(CALLER, "1")


def test_leaving_ends_the_session(standin: Standin, line: FakeLine) -> None:
    """The red key closes the session, empties the screen, and the line hears that it was left."""
    line.say("ussd", "CON Santé")
    standin.dial(CALLER, "*123#")
    shows(standin, CALLER, lambda p: p.screen is not None)

    standin.hang_up(CALLER)

    assert standin.look(CALLER).is_idle
    assert "Incomplete" == line.heard("ussd/end")["status"]


@pytest.mark.parametrize("answer", [Response(status=500), Response("Santé"), Response("CON"), Response(b"CON \xff")])
def test_an_answer_that_is_no_screen_is_a_fault(standin: Standin, line: FakeLine, answer: Response) -> None:
    """What the vendor would not show is not shown; the session has failed."""
    line.say("ussd", answer)
    standin.dial(CALLER, "*123#")

    phone = shows(standin, CALLER, lambda p: p.fault is not None)
    assert ("line", None, False) == (phone.fault, phone.screen, phone.waiting)
    assert "Failed" == line.heard("ussd/end")["status"]


def test_another_code_is_nobodys(standin: Standin, line: FakeLine) -> None:
    """A code of another service does not reach the line."""
    standin.dial(CALLER, "*124#")

    assert "code" == standin.look(CALLER).fault
    assert line.heard_nothing("ussd")


@pytest.mark.parametrize(
    ("code", "inputs"), [("*123#", ()), ("*123*4*1#", ("4", "1")), ("*1234#", None), ("*123*4", None), ("123", None), ("*123*#", ("",))]
)
def test_deep_codes(code: str, inputs: tuple[str, ...] | None) -> None:
    """What is dialled behind the service code counts as typed already."""
    assert inputs == opening(code, "*123#")


@pytest.fixture
def demo(tmp_path: Path, line: FakeLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A demo runs in the folder of HOTLINE_VAR."""
    (tmp_path / "demo.json").write_text(
        json.dumps({"ussd": f"{line.base}/at/{SECRET}/ussd", "service_code": "*123#", "people": people_json("secret"), "pids": {}})
    )
    monkeypatch.setenv("HOTLINE_VAR", str(tmp_path))


@pytest.mark.usefixtures("demo")
def test_dial_plays_a_script(line: FakeLine, capsys: pytest.CaptureFixture[str]) -> None:
    """`hotline dial --inputs` prints each screen as a phone sets it, the keys between them, and succeeds when the line ended it."""
    line.say("ussd", "CON Un conseil qui ne tient pas dans une ligne de ce téléphone.\n1 Suite", "CON Deux", "END Trois")

    assert 0 == main(["dial", "*123#", "--inputs", "4,1", "--caller", "sira"])

    screens = re.split(r"^-+\n", capsys.readouterr().out, flags=re.MULTILINE)
    assert [
        "Un conseil qui ne tient pas dans\nune ligne de ce téléphone.\n1 Suite\n",
        "> 4\n",
        "Deux\n",
        "> 1\n",
        "Trois\n",
    ] == [screen for screen in screens if screen]
    hops = [line.heard("ussd") for _ in range(3)]
    assert [("", "+22370000002"), ("4", "+22370000002"), ("4*1", "+22370000002")] == [(h["text"], h["phoneNumber"]) for h in hops]
    notice = line.heard("ussd/end")
    assert ("Success", "4*1") == (notice["status"], notice["input"])


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize(
    ("answers", "arguments", "code"),
    [
        (["oops"], ["*123#", "--inputs", "1"], 1),
        (["END Un"], ["*123#", "--inputs", "1"], 1),
        (["CON Un"], ["*123#", "--inputs", ""], 0),
        (["CON Un"], ["*124#", "--inputs", ""], 1),
        (["CON Un"], ["*123#", "--caller", "nobody"], 2),
        (["CON Un"], ["*123#", "--caller", "+223"], 2),
        (["CON Un"], ["*123#", "--inputs", "", "--caller", "+22370000009"], 0),
    ],
)
def test_dial_tells_how_it_went(line: FakeLine, answers: list[str], arguments: list[str], code: int) -> None:
    """A script learns from the exit code whether what it played was a conversation."""
    line.say("ussd", *answers)
    assert code == main(["dial", *arguments])


@pytest.mark.usefixtures("demo")
def test_keys_from_a_pipe_are_shown(line: FakeLine, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """As a terminal shows by itself what is typed; the end of the input hangs up."""
    line.say("ussd", "CON Un", "CON Deux")
    monkeypatch.setattr("sys.stdin", io.StringIO("4\n"))
    assert 0 == main(["dial", "*123#"])
    assert ["Un", "> 4", "Deux"] == [said for said in capsys.readouterr().out.splitlines() if said.strip("-")]


def test_dial_without_a_demo(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing runs it says what to start."""
    monkeypatch.setenv("HOTLINE_VAR", str(tmp_path))
    assert 2 == main(["dial", "*123#"])
    assert "hotline up" in capsys.readouterr().err
