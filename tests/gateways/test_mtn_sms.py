"""SMS by a table whose vendor gives a token first: fetched once for all processes, exchanged once it is refused, and our reference comes back in reports."""

from __future__ import annotations

from functools import partial
from itertools import count

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from hotline.gateways.table.accounts import SHIPPED
from hotline.gateways.table.sms import SendingAccount, TableSms, fetch_token
from hotline.gateways.table.spec import FaultyTable, load_table, read_table
from hotline.gateways.tokens import Tokens
from hotline.ports.outgoing import GatewayRefused
from tests.service.fakes import FakeClock, FakeMemory

COUNSELOR = "+22370000101"
TABLE = load_table(SHIPPED / "mtn.toml")


class Mtn:
    """Gives a new token each time, and takes an SMS by one of those that are good."""

    def __init__(self, server: HTTPServer) -> None:
        self._account = SendingAccount(server.url_for("").rstrip("/"), "a-key", "36000", "an-id", "a-client-secret")
        self._memory = FakeMemory(FakeClock())
        self._references = count(1)
        self.good: set[str] = set()
        self.asked: list[dict[str, str]] = []
        self.taken: list[dict[str, object]] = []
        self.tokens = True
        server.expect_request("/v1/oauth/access_token", method="POST", query_string="grant_type=client_credentials").respond_with_handler(
            self._token
        )
        server.expect_request("/v2/messages/sms/outbound", method="POST").respond_with_handler(self._take)

    def process(self) -> TableSms:
        """A worker, as each SMS has one of its own."""
        fetch = partial(fetch_token, TABLE.sms.token, self._account, (2.0, 2.0))
        tokens = Tokens("mtn token|an-id", self._memory, lambda: 0.0, fetch)
        return TableSms(TABLE.sms.send, self._account, (2.0, 2.0), reference=lambda: f"m{next(self._references)}", tokens=tokens)

    def _token(self, request: Request) -> Response:
        self.asked.append(request.form.to_dict())
        token = f"token-{len(self.asked)}"
        self.good.add(token)
        return Response(f'{{"access_token": "{token}", "expires_in": "3599"}}' if self.tokens else "{}", mimetype="application/json")

    def _take(self, request: Request) -> Response:
        if request.headers["Authorization"].removeprefix("Bearer ") not in self.good:
            return Response("{}", 401, mimetype="application/json")
        self.taken.append(request.get_json())
        return Response('{"transactionId": "OzYDlvf3SQVc"}', 201, mimetype="application/json")


@pytest.fixture
def mtn(httpserver: HTTPServer) -> Mtn:
    return Mtn(httpserver)


def test_hands_over_what_the_vendor_expects_by_one_token(mtn):
    """The number in a list, without its plus sign; what reports will name is ours, and comes back."""
    assert ["m1", "m2"] == [mtn.process().send_sms(COUNSELOR, text) for text in ("Aw ni ce", "Conseil 471")]
    assert mtn.asked == [{"client_id": "an-id", "client_secret": "a-client-secret"}]
    assert mtn.taken[0] == {"senderAddress": "36000", "receiverAddress": ["22370000101"], "message": "Aw ni ce", "clientCorrelator": "m1"}


def test_a_token_that_is_refused_is_exchanged_once(mtn):
    """The same SMS goes by the next one, under the same reference; where that is refused too, nothing was sent."""
    mtn.process().send_sms(COUNSELOR, "471")
    mtn.good.clear()
    assert mtn.process().send_sms(COUNSELOR, "471") == "m2"
    assert (2, 2) == (len(mtn.asked), len(mtn.taken))


def test_without_a_token_nothing_was_sent(mtn):
    """Refused, so that another vendor may be asked; the secret is not told."""
    mtn.tokens = False
    with pytest.raises(GatewayRefused, match=r"^no_token$"):
        mtn.process().send_sms(COUNSELOR, "471")
    assert mtn.taken == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("Bearer {token}", "Bearer {key}", "sms.send: must hold {token}"),
        ('client_secret = "{client_secret}"', 'client_secret = "{sender}"', "sms.token: {sender} is nothing that can stand there"),
        ('clientCorrelator = "{reference}"', 'clientCorrelator = "x"', "sms.send.body: must hold {reference}"),
        ('life = "expires_in"\n', "", "sms.token.life: is missing"),
    ],
)
def test_parts_that_do_not_fit_together_are_told(old, new, fault):
    """Before the line asks for anything."""
    text = (SHIPPED / "mtn.toml").read_text(encoding="utf-8")
    assert text.count(old) == 1
    with pytest.raises(FaultyTable) as refused:
        read_table(text.replace(old, new).encode())
    assert fault in str(refused.value)
