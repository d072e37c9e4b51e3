"""What the demo's environment holds where nothing was set: secrets made by chance at the first start, kept below `var/`, and everything on loopback."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path

from hotline.config import SETTINGS, ConfigError
from hotline.demo.standin.played import AFRICAS_TALKING, vendors

PRESS_HOST = "chiffres.localhost"
"""A host of its own that no network is asked for (RFC 6761, section 6.3)."""


def demo_environment(env: Mapping[str, str], standin: str, new_keys: Callable[[], str]) -> dict[str, str]:
    """`env` with what the demo needs added; whatever is set stays. `standin`: the stand-in's address. Raises OSError where `var` cannot be
    written, and ConfigError where no vendor is called as HOTLINE_DEMO_VENDOR says."""
    var = Path(env.get("HOTLINE_VAR", "").strip() or "var").resolve()
    var.mkdir(mode=0o700, parents=True, exist_ok=True)
    demo = {variable.name: variable.setting.demo for variable in SETTINGS if variable.setting.demo} | {
        "HOTLINE_VAR": str(var),
        "HOTLINE_DAY_KEYS": str(var / "day-keys"),
        "HOTLINE_DATABASE_URL": f"sqlite:///{var / 'hotline.db'}",
        "HOTLINE_REDIS_URL": f"unix://{var / 'valkey.sock'}",
        "HOTLINE_AT_API_KEY": _made_once(var / "at-api-key", secrets.token_hex),
        "HOTLINE_AT_BASE_URL": standin,
    }
    bind = env.get("HOTLINE_BIND", "").strip() or next(variable.default for variable in SETTINGS if variable.name == "HOTLINE_BIND")
    demo["HOTLINE_CONSOLE_URL"] = f"http://{bind}"
    demo["HOTLINE_PRESS_URL"] = f"http://{PRESS_HOST}:{bind.rpartition(':')[2]}/chiffres"
    if not env.get("HOTLINE_AT_SECRET_FILE"):
        demo["HOTLINE_AT_SECRET"] = _made_once(var / "at-secret", secrets.token_urlsafe)
    if not env.get("HOTLINE_KEYS") and not env.get("HOTLINE_KEYS_FILE"):
        _made_once(var / "keys", new_keys)
        demo["HOTLINE_KEYS_FILE"] = str(var / "keys")
    vendor = env.get("HOTLINE_DEMO_VENDOR", "").strip() or AFRICAS_TALKING
    if vendor not in vendors():
        raise ConfigError((f"HOTLINE_DEMO_VENDOR: no vendor of this name is played; there are {', '.join(vendors())}",))
    codes = env.get("HOTLINE_AT_SERVICE_CODES", "").strip() or demo["HOTLINE_AT_SERVICE_CODES"]
    demo |= {} if vendor == AFRICAS_TALKING else _account(vendor, var, standin, f"http://{bind}", codes)
    given = {name: value for name, value in env.items() if value.strip()}
    in_files = [name for name in given if name.endswith("_FILE") and name.removesuffix("_FILE") in demo]
    return {name: value for name, value in demo.items() if f"{name}_FILE" not in in_files} | given


def _account(vendor: str, var: Path, standin: str, line: str, codes: str) -> dict[str, str]:
    """What the line has with the vendor that is played beside Africa's Talking: secrets of its own, made once."""
    secret = _made_once(var / f"{vendor}-secret", secrets.token_urlsafe)
    key = _made_once(var / f"{vendor}-key", secrets.token_hex)
    gateways = {"HOTLINE_GATEWAYS": f"{vendor},{AFRICAS_TALKING}"}
    match vendor:
        case "orange":
            return gateways | {
                "HOTLINE_ORANGE_BASE_URL": standin,
                "HOTLINE_ORANGE_CLIENT_ID": "demo",
                "HOTLINE_ORANGE_CLIENT_SECRET": key,
                "HOTLINE_ORANGE_SECRET": secret,
            }
        case "kannel":
            return gateways | {
                "HOTLINE_KANNEL_SENDSMS_URL": f"{standin}/cgi-bin/sendsms",
                "HOTLINE_KANNEL_USERNAME": "demo",
                "HOTLINE_KANNEL_PASSWORD": key,
                "HOTLINE_KANNEL_SENDER": "36123",
                "HOTLINE_KANNEL_LINE_URL": line,
                "HOTLINE_KANNEL_SECRET": secret,
            }
        case _:
            listed = ", ".join(f'"{code.strip()}"' for code in codes.split(","))
            accounts = var / "accounts.toml"
            _write(accounts, f'[{vendor}]\nsecret = "{secret}"\nkey = "{key}"\ncodes = [{listed}]\n')
            return gateways | {"HOTLINE_TABLES_FILE": str(accounts)}


def passwords_secret(var: Path) -> str:
    """What the demo's passwords derive from. Raises OSError."""
    return _made_once(var / "people-secret", secrets.token_urlsafe)


def _made_once(path: Path, make: Callable[[], str]) -> str:
    """The file's text; made, readable by its owner alone, where there is none. Whole or not there at all."""
    if not path.exists():
        _write(path, make() + "\n")
    return path.read_text("ascii").strip()


def _write(path: Path, text: str) -> None:
    """Readable by its owner alone; whole or not at all."""
    fresh = path.with_suffix(f".{os.getpid()}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.rename(path)
