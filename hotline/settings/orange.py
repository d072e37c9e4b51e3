"""Settings of the gateway `orange`: SMS by Orange's API for Africa and the Middle East, 2.0."""

from __future__ import annotations

from typing import Annotated, ClassVar

from hotline.settings import GATEWAY, Setting, Settings
from hotline.settings.values import ADDRESS, E164, FLAG, HEADER, NETWORKS, PRINTABLE, SECRET, SENDER, TEXT


class Orange(Settings, frozen=True, kw_only=True):
    """The application at developer.orange.com, and what Orange's staff were given of the line."""

    prefix: ClassVar[str] = "HOTLINE_ORANGE_"
    gateway: ClassVar[str] = "orange"

    client_id: Annotated[str, Setting(GATEWAY, PRINTABLE, "the application's client id")]
    client_secret: Annotated[
        str,
        Setting(GATEWAY, PRINTABLE, "its client secret; or else:"),
        Setting(GATEWAY, PRINTABLE, "a file that holds it, readable by its owner and its group (mode 600 or 640)", suffix="_FILE"),
    ]
    base_url: Annotated[str, Setting(GATEWAY, ADDRESS, "where Orange is asked; `https`, or `http` on loopback")] = "https://api.orange.com"
    sender: Annotated[str, Setting(GATEWAY, E164, "the country's sender, `+2230000` for Mali")] = "+2230000"
    sender_name: Annotated[
        str | None, Setting(GATEWAY, SENDER, "what phones show in its place, once Orange has registered it: it must not name the line")
    ] = None
    secret: Annotated[
        tuple[str, ...],
        Setting(
            GATEWAY,
            SECRET,
            "the secret part of the path that Orange posts to, as that of Africa's Talking; several, comma separated, while one is exchanged; or else:",
        ),
    ]
    secret_file: Annotated[
        str | None,
        Setting(GATEWAY, TEXT, "a file that holds it, readable by its owner and its group (mode 600 or 640); read again every second"),
    ] = None
    peers: Annotated[
        tuple[str, ...],
        Setting(GATEWAY, NETWORKS, "networks from which Orange posts, comma separated; empty: any that knows the secret"),
    ] = ()
    pages: Annotated[
        bool,
        Setting(
            GATEWAY,
            FLAG,
            "`1`: serve `#303# My Store` from `/gateway/orange/<HOTLINE_ORANGE_SECRET>/page`; **never tried**, see its contract",
        ),
    ] = False
    pages_number_header: Annotated[str, Setting(GATEWAY, HEADER, "the header with the phone's number, as that contract names it")] = (
        "User-MSISDN"
    )
    pages_session_header: Annotated[str, Setting(GATEWAY, HEADER, "the header with the session's id")] = "User-Session"
