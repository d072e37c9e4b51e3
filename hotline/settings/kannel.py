"""Settings of the gateway `kannel`: the line's own Kannel, which speaks SMPP or to modems."""

from __future__ import annotations

from typing import Annotated, ClassVar

from hotline.settings import GATEWAY, Setting, Settings
from hotline.settings.values import ADDRESS, NETWORKS, PRINTABLE, SECRET, SENDER, TEXT, USER_NAME


class Kannel(Settings, frozen=True, kw_only=True):
    """Where Kannel's smsbox is asked, and where it asks the line."""

    prefix: ClassVar[str] = "HOTLINE_KANNEL_"
    gateway: ClassVar[str] = "kannel"

    sendsms_url: Annotated[str, Setting(GATEWAY, ADDRESS, "where smsbox takes SMS; `https`, or `http` on loopback")] = (
        "http://127.0.0.1:13013/cgi-bin/sendsms"
    )
    username: Annotated[str, Setting(GATEWAY, USER_NAME, "`username` of the group `sendsms-user`")]
    password: Annotated[
        str,
        Setting(GATEWAY, PRINTABLE, "its `password`; or else:"),
        Setting(GATEWAY, PRINTABLE, "a file that holds it, readable by its owner and its group (mode 600 or 640)", suffix="_FILE"),
    ]
    sender: Annotated[
        str,
        Setting(GATEWAY, SENDER, "sender of SMS: the number that answers go to, or up to 11 letters and digits that do not name the line"),
    ]
    line_url: Annotated[
        str, Setting(GATEWAY, ADDRESS, "where Kannel reaches this line, without a path: `http://127.0.0.1:8000` on the same machine")
    ]
    secret: Annotated[
        tuple[str, ...],
        Setting(
            GATEWAY,
            SECRET,
            "the secret part of the path that Kannel asks, as that of Africa's Talking; several, comma separated, while one is exchanged: the first is given to Kannel with each SMS; or else:",
        ),
    ]
    secret_file: Annotated[
        str | None,
        Setting(GATEWAY, TEXT, "a file that holds it, readable by its owner and its group (mode 600 or 640); read again every second"),
    ] = None
    peers: Annotated[tuple[str, ...], Setting(GATEWAY, NETWORKS, "networks from which Kannel asks, comma separated")] = (
        "127.0.0.0/8",
        "::1/128",
    )
