"""SMS through the stand-in, with the vendor's own SDK in front and a line behind."""

from __future__ import annotations

import pytest
from africastalking.Service import AfricasTalkingException
from africastalking.SMS import SMSService
from flask import Flask
from werkzeug import Response

from hotline.demo.people import PEOPLE
from hotline.demo.standin.network import Standin
from hotline.demo.words import Here
from tests.demo.conftest import Make
from tests.demo.fakes import CALLER, COUNSELOR, KEY, FakeLine, shows


def test_an_sms_reaches_the_inbox_and_is_reported(sms: SMSService, standin: Standin, line: FakeLine) -> None:
    """What the line sends arrives, is answered in the vendor's own shape, and is reported delivered under the same id."""
    answer = sms.send("471: 1", [COUNSELOR], "36123")

    recipient = answer["SMSMessageData"]["Recipients"][0]
    id = recipient.pop("messageId")
    assert {"statusCode": 101, "number": COUNSELOR, "status": "Success", "cost": "XOF 0.0000"} == recipient
    assert "Sent to 1/1 Total Cost: XOF 0.0000" == answer["SMSMessageData"]["Message"]
    assert id.startswith("ATXid_")
    assert [(id, "36123", "471: 1")] == [(m.id, m.sender, m.text) for m in standin.look(COUNSELOR).messages]
    report = {"id": id, "status": "Success", "phoneNumber": COUNSELOR, "networkCode": "61002", "retryCount": "0"}
    assert report == line.heard("delivery")


def test_a_number_that_is_none_is_refused_inside_a_201(app: Flask, sms: SMSService) -> None:
    """A recipient that the vendor refuses comes back with its own status, beside those that it takes."""
    answer = sms.send("1", ["+000000000", COUNSELOR])["SMSMessageData"]

    assert "Sent to 1/2 Total Cost: XOF 0.0000" == answer["Message"]
    assert [403, 101] == [r["statusCode"] for r in answer["Recipients"]]


def test_a_wrong_key_is_refused(address: str, standin: Standin) -> None:
    """Without the account's key nothing is sent, and the SDK raises."""
    thief = SMSService("sandbox", KEY + "x")
    thief._baseUrl = f"{address}/version1"

    with pytest.raises(AfricasTalkingException, match="authentication is invalid"):
        thief.send("1", [COUNSELOR])
    assert () == standin.look(COUNSELOR).messages


def test_an_sms_to_the_line_has_the_vendors_fields(standin: Standin, line: FakeLine) -> None:
    """What someone writes reaches the line with exactly the fields that the vendor posts."""
    standin.send_sms(CALLER, "1")

    heard = line.heard("sms")
    assert {"date", "from", "id", "linkId", "text", "to", "networkCode"} == set(heard)
    assert (CALLER, "1", "36123") == (heard["from"], heard["text"], heard["to"])


def test_what_someone_wrote_stays_on_her_phone(standin: Standin, line: FakeLine) -> None:
    """Among the messages of a phone there is the one that its holder sent, told from those that came, in the order in which they came and went."""
    standin.take_sms(CALLER, "471", "36123")
    standin.send_sms(CALLER, "471 1")

    assert [("471 1", True), ("471", False)] == [(m.text, m.sent) for m in standin.look(CALLER).messages]


def test_an_sms_that_the_line_cannot_keep_comes_again(standin: Standin, line: FakeLine) -> None:
    """While the line answers 5xx the same message is posted again, under the same id."""
    line.say("sms", Response(status=503), "")
    standin.send_sms(CALLER, "1")

    assert line.heard("sms") == line.heard("sms")


@pytest.fixture
def here() -> Here:
    awa = next(p for p in PEOPLE if p.number == COUNSELOR)
    return Here(awa, {"staff.word.here": "ici, présente", "staff.here": "Vous êtes là jusqu'à {until}."})


def test_a_counselor_stays_present(make: Make, here: Here, line: FakeLine) -> None:
    """The demo's counselors say that they are there by themselves, the first time as soon as the line answers."""
    line.say("sms", Response(status=503), "")
    make(here=(here,))

    assert [(COUNSELOR, "ici")] * 2 == [(h["from"], h["text"]) for h in (line.heard("sms"), line.heard("sms"))]


def test_only_the_plain_confirmation_stays_out_of_her_inbox(make: Make, here: Here, line: FakeLine) -> None:
    """What nobody typed is not answered in an inbox; alerts are there, and so is the answer to a word that was typed."""
    standin: Standin = make(here=(here,)).extensions["standin"]
    line.heard("sms")

    for text in ("Vous etes là jusqu'à 15h.", "471: avant 14h20. 1 = prendre", "Vous êtes là jusqu'à 16h."):
        standin.take_sms(COUNSELOR, text, "36123")

    messages = shows(standin, COUNSELOR, lambda phone: len(phone.messages) == 2).messages
    assert ["Vous êtes là jusqu'à 16h.", "471: avant 14h20. 1 = prendre"] == [m.text for m in messages]


def test_the_machine_ends_nobodys_break(make: Make, line: FakeLine) -> None:
    """Whoever holds the phone writes PAUSE: no word that nobody typed, but for one that was on its way, comes after; ICI is theirs to write."""
    awa = next(p for p in PEOPLE if p.number == COUNSELOR)
    words = {"staff.word.here": "ici", "staff.word.pause": "pause", "staff.here": "Vous êtes là jusqu'à {until}."}
    standin: Standin = make(here=(Here(awa, words),), every=0.001).extensions["standin"]
    standin.send_sms(COUNSELOR, "Pause")
    while line.heard("sms")["text"] != "Pause":
        pass
    for n in range(20):
        standin.send_sms(CALLER, str(n))
    between = []
    while (text := line.heard("sms")["text"]) != "19":
        between.append(text)
    assert 1 >= between.count("ici")
    standin.send_sms(COUNSELOR, "ICI")
    while line.heard("sms")["text"] != "ici":
        pass
