"""What a line has with its tables' vendors: one file, its faults by section and key, and never a value."""

from __future__ import annotations

from pathlib import Path

import pytest

from hotline.config import ConfigError
from hotline.gateways.table.accounts import SHIPPED, load_accounts, open_vendor
from hotline.gateways.table.samples import play
from tests.gateways.vendors import table_vendor
from tests.service.fakes import FakeClock, FakeMemory

SECRET = "0123456789abcdef" * 2
GOOD = f'[hubtel]\nsecret = "{SECRET}"\ncodes = ["*711*2#", "7c92"]\n[mtn]\nsecret = ["{SECRET}", "{SECRET[::-1]}"]\ncodes = ["*321*123#"]\nkey = "KEY"\n'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "tables.toml"
    path.write_text(GOOD)
    path.chmod(0o600)
    return path


def told(file: Path) -> str:
    with pytest.raises(ConfigError) as failed:
        load_accounts(file)
    return str(failed.value)


def test_each_section_opens_the_door_of_a_table_that_ships(file):
    """With its secrets, key and codes; the vendor's samples pass through it."""
    accounts = load_accounts(file)
    assert list(accounts) == ["hubtel", "mtn"]
    for name, account in accounts.items():
        door = open_vendor(name, account, file.parent, FakeMemory(FakeClock())).door
        for secret in account.secrets:
            assert list(play(door, table_vendor(name).samples, f"/gateway/{name}/{secret}")) == []


def test_a_table_of_ones_own_is_named_by_its_file(file):
    """Beside the accounts, or wherever its path leads."""
    text = (SHIPPED / "nalo.toml").read_text(encoding="utf-8")
    (file.parent / "mine.toml").write_text(text.replace('name = "nalo"', 'name = "mine"'), encoding="utf-8")
    file.write_text(f'[mine]\nsecret = "{SECRET}"\ncodes = ["*1#"]\ntable = "mine.toml"\n')
    assert open_vendor("mine", load_accounts(file)["mine"], file.parent, FakeMemory(FakeClock())).door.name == "mine"
    (file.parent / "mine.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"\[mine\] table: its name is nalo"):
        open_vendor("mine", load_accounts(file)["mine"], file.parent, FakeMemory(FakeClock()))
    (file.parent / "mine.toml").write_text(text.replace('session = "SESSIONID"\n', ""), encoding="utf-8")
    with pytest.raises(ConfigError, match=r"mine.toml:\d+: fields.session: is missing"):
        open_vendor("mine", load_accounts(file)["mine"], file.parent, FakeMemory(FakeClock()))


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (
            f'"{SECRET}"\ncodes',
            '"short-secret"\ncodes',
            "[hubtel] secret: must be at least 32 hexadecimal digits or 22 letters of base64url",
        ),
        (f'"{SECRET}"\ncodes', f'"{"a" * 32}"\ncodes', "[hubtel] secret: must be made by chance"),
        (f'secret = "{SECRET}"\n', "", "[hubtel] Object missing required field `secret`"),
        (f'"{SECRET}"\ncodes', "[]\ncodes", "[hubtel] secret: none is given"),
        ('["*321*123#"]', "[]", "[mtn] codes: none is given"),
        ('["*321*123#"]', '["*321 123#"]', "[mtn] codes: must be a code"),
        ('key = "KEY"', 'key = "KEY"\nnetworks = ["10.0.0.0/33"]', "[mtn] networks: one of them is no network"),
        ('key = "KEY"', 'key = "K Y"', "[mtn] key: must be printable"),
        ('key = "KEY"', 'keys = "KEY"', "[mtn] Object contains unknown field `keys`"),
        ("[mtn]", "= 1\n[mtn]", "is no TOML"),
    ],
)
def test_a_fault_names_section_and_key_and_no_value(file, old, new, fault):
    """Nobody's secret ends in a log of what went wrong."""
    assert GOOD.count(old) == 1
    file.write_text(GOOD.replace(old, new))
    said = told(file)
    assert fault in said
    assert not any(value in said for value in (SECRET, "short-secret", "KEY", "K Y"))


def test_a_vendor_that_sends_a_key_needs_one(file):
    """Else it would be open to whoever has the address."""
    file.write_text(GOOD.replace('key = "KEY"\n', ""))
    with pytest.raises(ConfigError, match=r"\[mtn\] key: mtn sends a key"):
        open_vendor("mtn", load_accounts(file)["mtn"], file.parent, FakeMemory(FakeClock()))


def test_a_file_that_others_may_read_is_not_taken(file):
    """It holds secrets."""
    file.chmod(0o644)
    assert "others may read it" in told(file)
    file.unlink()
    assert "No such file" in told(file)


def test_a_vendor_without_a_table_is_told(file):
    """By the name of the file that is not there."""
    file.write_text(GOOD.replace("hubtel", "nobody"))
    with pytest.raises(ConfigError, match=r"tables/nobody.toml: No such file"):
        open_vendor("nobody", load_accounts(file)["nobody"], file.parent, FakeMemory(FakeClock()))


def test_what_a_token_is_fetched_with_is_asked_for_where_sms_are_sent(file):
    """By section and key, before the first SMS; a line that has no SMS of this vendor needs none."""
    file.write_text(GOOD.replace('key = "KEY"', 'key = "KEY"\nbase = "https://api.mtn.com"\nsender = "36000"\nclient_id = "an-id"'))
    with pytest.raises(ConfigError, match=r"^\[mtn\] client_secret: mtn gives a token by it$"):
        open_vendor("mtn", load_accounts(file)["mtn"], file.parent, FakeMemory(FakeClock()))
    file.write_text(GOOD)
    assert open_vendor("mtn", load_accounts(file)["mtn"], file.parent, FakeMemory(FakeClock())).sms is None
