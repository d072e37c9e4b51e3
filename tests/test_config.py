"""Settings: each checked, every fault told at once by its key, no value told ever."""

from __future__ import annotations

from base64 import b64encode
from operator import attrgetter
from pathlib import Path

import pytest

from hotline.config import SETTINGS, Config, ConfigError

KEYS = f"k1:{b64encode(bytes(range(32))).decode()},hash:{b64encode(bytes(range(32, 64))).decode()}"
GOOD = {
    "HOTLINE_DATABASE_URL": "postgresql+psycopg://line@db/hotline",
    "HOTLINE_REDIS_URL": "rediss://cache:6379/0",
    "HOTLINE_KEYS": KEYS,
    "HOTLINE_AT_USERNAME": "sante",
    "HOTLINE_AT_API_KEY": "atsk_0123456789",
    "HOTLINE_AT_SECRET": "0123456789abcdef0123456789ABCDEF",
    "HOTLINE_AT_SENDER": "SANTE",
    "HOTLINE_AT_COVER_NUMBER": "+22370000900",
    "HOTLINE_AT_SERVICE_CODES": "*123#, *123*4#",
}
BAD = {
    "HOTLINE_BIND": ["9999", "localhost", "127.0.0.1:0", "127.0.0.1:65536", "127.0.0.1:http"],
    "HOTLINE_DATABASE_URL": ["mysql://x", "postgresql://x", "hotline.db"],
    "HOTLINE_REDIS_URL": ["http://x", "cache:6379"],
    "HOTLINE_KEYS": ["k1", "k1:abc,hash:abc", KEYS.partition(",")[0], KEYS.replace("hash", "k1"), KEYS.replace("hash", "k2")],
    "HOTLINE_AT_USERNAME": ["two words"],
    "HOTLINE_AT_API_KEY": ["with space"],
    "HOTLINE_AT_SECRET": [
        "0123456789abcdef0123456789abcde",
        "0123456789abcdef012345",
        "short-but-base64",
        "a" * 32,
        "0123456789abcdef/123456789abcdefg",
    ],
    "HOTLINE_AT_BASE_URL": ["http://example.org", "ftp://127.0.0.1", "http://127.0.0.1.example.org", "http://127.0.0.1@example.org"],
    "HOTLINE_AT_SENDER": ["TOO LONG A NAME", "aïe"],
    "HOTLINE_AT_COVER_NUMBER": ["70000900", "+0123456789", "+223 70000900"],
    "HOTLINE_AT_SERVICE_CODES": ["777", "*777", "*777#;*778#", "*123#,*123#"],
    "HOTLINE_AT_PEERS": ["somewhere", "192.0.2.1/24", "192.0.2.0/33"],
    "HOTLINE_LANGUAGES": ["french", "fr;bm", "fr,fr"],
    "HOTLINE_TIMEZONE": ["Mali", "../Bamako", "/etc/passwd"],
    "HOTLINE_DEMO": ["yes", "2"],
    "HOTLINE_SMS_REPLIES": ["true"],
    "HOTLINE_WEB_WORKERS": ["0", "-1", "two", "65"],
    "HOTLINE_PROMISE_MINUTES": ["4", "241", "30.5", "٣٠"],
    "HOTLINE_RAW_NETWORKS": ["orange", "610"],
}


def faults(env: dict[str, str]) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        Config.from_env(env)
    return caught.value.faults


def test_what_production_needs_is_enough():
    """With what README calls necessary, and nothing else, there is a configuration."""
    config = Config.from_env(GOOD)
    assert config.at.service_codes == ("*123#", "*123*4#")
    assert (
        config.languages,
        config.timezone,
        config.promise_minutes,
        config.at.base_url,
        config.at.peers,
        config.demo,
    ) == (("fr", "bm"), "Africa/Bamako", 30, None, (), False)


def test_everything_missing_is_named_at_once():
    """A first start tells in one run all that has to be given."""
    needed = [setting.name for setting in SETTINGS if setting.default is None and setting.name != "HOTLINE_KEYS_FILE"]
    assert needed == [fault.partition(":")[0] for fault in faults({})]


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in BAD.items() for value in values])
def test_a_wrong_value_is_told_by_its_key_alone(name, value):
    """A fault names the key and never quotes the value, which may be a secret."""
    told = faults(GOOD | {name: value})
    assert {name} == {fault.partition(":")[0] for fault in told}
    assert all(value not in fault.partition(": ")[2] for fault in told if len(value) > 3)


def test_all_wrong_values_are_told_in_one_run():
    """Nobody mends one setting to hear of the next."""
    told = faults(GOOD | {name: values[0] for name, values in BAD.items()})
    assert set(BAD) == {fault.partition(":")[0] for fault in told}


def test_a_misspelt_name_is_a_fault():
    """A setting that is not read would leave its default in force without a word."""
    assert faults(GOOD | {"HOTLINE_PROMISE_MINUTE": "10"}) == ("HOTLINE_PROMISE_MINUTE: no setting of this name",)


def test_keys_come_from_a_file_of_their_owners_alone(tmp_path: Path):
    """A file that others may read is refused; so are both ways at once."""
    file = tmp_path / "keys"
    file.write_text(KEYS + "\n")
    env = {name: value for name, value in GOOD.items() if name != "HOTLINE_KEYS"} | {"HOTLINE_KEYS_FILE": str(file)}
    file.chmod(0o640)
    assert faults(env) == ("HOTLINE_KEYS_FILE: others than its owner may read the file: chmod 600",)
    file.chmod(0o600)
    assert Config.from_env(env).keys == KEYS
    assert faults(env | {"HOTLINE_KEYS": KEYS}) == ("HOTLINE_KEYS: give either this or HOTLINE_KEYS_FILE",)
    assert faults(env | {"HOTLINE_KEYS_FILE": str(tmp_path / "none")}) == ("HOTLINE_KEYS_FILE: the file cannot be read",)


def test_the_demo_stays_on_this_machine():
    """The demo neither listens to a network nor speaks to the vendor."""
    told = faults(GOOD | {"HOTLINE_DEMO": "1", "HOTLINE_BIND": "0.0.0.0:8000"})
    assert {"HOTLINE_BIND", "HOTLINE_AT_BASE_URL"} == {fault.partition(":")[0] for fault in told}


def test_only_the_demo_goes_without_a_second_factor():
    """Else a line that women dial would be guarded by passwords alone."""
    assert ("HOTLINE_SECOND_FACTOR: only the demo goes without",) == faults({**GOOD, "HOTLINE_SECOND_FACTOR": "0"})
    assert Config.from_env(GOOD).second_factor


def test_every_field_has_its_setting():
    """Nothing in the configuration comes from anywhere but a setting of the table."""
    names = {setting.name for setting in SETTINGS}
    fields = {f"HOTLINE_{field.upper()}" for field in Config.__struct_fields__ if field != "at"}
    account = {f"HOTLINE_AT_{field.upper()}" for field in Config.from_env(GOOD).at.__struct_fields__}
    assert names == fields | account | {"HOTLINE_KEYS_FILE"}


def test_what_guards_the_team_can_be_set() -> None:
    """A supervisor is needed unless it is said otherwise; caps, pause and who takes complaints are the line's own."""
    read = attrgetter("supervised", "calls_a_shift", "hard_calls_a_shift", "pause_minutes", "complaints")
    given = {"SUPERVISED": "0", "CALLS_A_SHIFT": "3", "HARD_CALLS_A_SHIFT": "0", "PAUSE_MINUTES": "30", "COMPLAINTS": "Mme Coulibaly"}
    assert (True, 12, 4, 15, "") == read(Config.from_env(GOOD))
    assert (False, 3, 0, 30, "Mme Coulibaly") == read(Config.from_env(GOOD | {f"HOTLINE_{name}": value for name, value in given.items()}))
