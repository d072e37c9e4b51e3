"""What the demo's environment holds where nothing was set: secrets made by chance at the first start, kept below `var/`, and everything on loopback."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path

from hotline.config import SETTINGS


def demo_environment(env: Mapping[str, str], standin: str, new_keys: Callable[[], str]) -> dict[str, str]:
    """`env` with what the demo needs added; whatever is set stays. `standin`: the stand-in's address. Raises OSError where `var` cannot be written."""
    var = Path(env.get("HOTLINE_VAR", "").strip() or "var").resolve()
    var.mkdir(mode=0o700, parents=True, exist_ok=True)
    demo = {variable.name: variable.setting.demo for variable in SETTINGS if variable.setting.demo} | {
        "HOTLINE_VAR": str(var),
        "HOTLINE_DATABASE_URL": f"sqlite:///{var / 'hotline.db'}",
        "HOTLINE_REDIS_URL": f"unix://{var / 'valkey.sock'}",
        "HOTLINE_AT_API_KEY": _made_once(var / "at-api-key", secrets.token_hex),
        "HOTLINE_AT_BASE_URL": standin,
    }
    bind = env.get("HOTLINE_BIND", "").strip() or next(variable.default for variable in SETTINGS if variable.name == "HOTLINE_BIND")
    demo["HOTLINE_CONSOLE_URL"] = f"http://{bind}"
    if not env.get("HOTLINE_AT_SECRET_FILE"):
        demo["HOTLINE_AT_SECRET"] = _made_once(var / "at-secret", secrets.token_urlsafe)
    if not env.get("HOTLINE_KEYS") and not env.get("HOTLINE_KEYS_FILE"):
        _made_once(var / "keys", new_keys)
        demo["HOTLINE_KEYS_FILE"] = str(var / "keys")
    return demo | {name: value for name, value in env.items() if value.strip()}


def passwords_secret(var: Path) -> str:
    """What the demo's passwords derive from. Raises OSError."""
    return _made_once(var / "people-secret", secrets.token_urlsafe)


def _made_once(path: Path, make: Callable[[], str]) -> str:
    """The file's text; made, readable by its owner alone, where there is none. Whole or not there at all."""
    if not path.exists():
        fresh = path.with_suffix(f".{os.getpid()}")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(make() + "\n")
            file.flush()
            os.fsync(file.fileno())
        fresh.rename(path)
    return path.read_text("ascii").strip()
