"""Settings: each checked, every fault told at once by its key, no value told ever; and their tables in `docs/settings.md`."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from hotline.config import SETTINGS, Config, ConfigError, Variable
from hotline.demo.environment import demo_environment
from hotline.engine.times import DAY_SECONDS
from hotline.gateways import registry
from hotline.gateways.registry import Gateways
from hotline.gateways.table.accounts import SHIPPED
from hotline.retention import PRANK_DAYS, REVOKED_SECONDS
from hotline.settings import AUDIENCES, KEPT, Audience
from tests.service.fakes import FakeClock, FakeMemory

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "settings.md"
KEYS = f"k1:{b64encode(bytes(range(32))).decode()},hash:{b64encode(bytes(range(32, 64))).decode()}"
GOOD = {
    "HOTLINE_DATABASE_URL": "postgresql+psycopg://line@db/hotline",
    "HOTLINE_REDIS_URL": "rediss://line:a-password@cache:6379/0",
    "HOTLINE_KEYS": KEYS,
    "HOTLINE_AT_USERNAME": "sante",
    "HOTLINE_AT_API_KEY": "atsk_0123456789",
    "HOTLINE_AT_SECRET": "0123456789abcdef0123456789ABCDEF",
    "HOTLINE_AT_SENDER": "SANTE",
    "HOTLINE_AT_COVER_NUMBER": "+22370000900",
    "HOTLINE_AT_SERVICE_CODES": "*123#, *123*4#",
}
KANNEL = {
    "HOTLINE_KANNEL_USERNAME": "hotline",
    "HOTLINE_KANNEL_PASSWORD": "change-me-too",
    "HOTLINE_KANNEL_SENDER": "36000",
    "HOTLINE_KANNEL_LINE_URL": "http://127.0.0.1:8000",
    "HOTLINE_KANNEL_SECRET": "0123456789abcdef0123456789ABCDEF",
}
ORANGE = {
    "HOTLINE_ORANGE_CLIENT_ID": "0123456789abcdef",
    "HOTLINE_ORANGE_CLIENT_SECRET": "a-client-secret",
    "HOTLINE_ORANGE_SECRET": "0123456789abcdef0123456789ABCDEF",
}
IN_FILES = ("HOTLINE_KEYS_FILE", "HOTLINE_KANNEL_PASSWORD_FILE", "HOTLINE_ORANGE_CLIENT_SECRET_FILE")
WEBHOOK = {
    "HOTLINE_FIGURES_WEBHOOK_URL": "https://figures.example.org/hooks",
    "HOTLINE_FIGURES_WEBHOOK_SECRET": "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3",
}
ALL = GOOD | KANNEL | ORANGE | WEBHOOK | {"HOTLINE_GATEWAYS": "africastalking,kannel,orange"}
BAD = {
    "HOTLINE_BIND": ["9999", "localhost", "127.0.0.1:0", "127.0.0.1:65536", "127.0.0.1:http"],
    "HOTLINE_DATABASE_URL": ["mysql://x", "postgresql://x", "hotline.db"],
    "HOTLINE_REDIS_URL": [
        "http://x",
        "cache:6379",
        "redis://127.0.0.1:6379",
        "redis://line@localhost",
        "rediss://cache:6379/0",
        "redis://line:a-password@cache:6379/0",
        "redis://:a-password@127.example.org",
        "rediss://line:a-password@cache:6379?ssl_cert_reqs=none",
        "rediss://line:a-password@cache:6379?ssl_check_hostname=false",
        "redis://line:a-password@[::1",
    ],
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
    "HOTLINE_GATEWAYS": ["AT", "one;two", "one,one"],
    "HOTLINE_ROUTES": ["letter=one", "alert=", "word=one", "alert:22366=one", "alert=one+"],
    "HOTLINE_AT_PEERS": ["somewhere", "192.0.2.1/24", "192.0.2.0/33"],
    "HOTLINE_KANNEL_SENDSMS_URL": ["http://192.0.2.1:13013/cgi-bin/sendsms"],
    "HOTLINE_KANNEL_USERNAME": ["two words"],
    "HOTLINE_KANNEL_PASSWORD": ["with space"],
    "HOTLINE_KANNEL_SENDER": ["TOO LONG A NAME"],
    "HOTLINE_KANNEL_LINE_URL": ["http://192.0.2.1:8000"],
    "HOTLINE_KANNEL_SECRET": ["short"],
    "HOTLINE_KANNEL_PEERS": ["everybody"],
    "HOTLINE_ORANGE_CLIENT_ID": ["two words"],
    "HOTLINE_ORANGE_BASE_URL": ["http://api.example.org"],
    "HOTLINE_ORANGE_SENDER": ["tel:+2230000", "2230000"],
    "HOTLINE_ORANGE_SENDER_NAME": ["TOO LONG A NAME"],
    "HOTLINE_ORANGE_SECRET": ["short"],
    "HOTLINE_ORANGE_PEERS": ["everybody"],
    "HOTLINE_ORANGE_PAGES": ["yes"],
    "HOTLINE_ORANGE_PAGES_NUMBER_HEADER": ["User MSISDN", "User-MSISDN:"],
    "HOTLINE_ORANGE_PAGES_SESSION_HEADER": ["User_Session"],
    "HOTLINE_LANGUAGES": ["french", "fr;bm", "fr,fr"],
    "HOTLINE_TIMEZONE": ["Mali", "../Bamako", "/etc/passwd"],
    "HOTLINE_DEMO": ["yes", "2"],
    "HOTLINE_DEMO_VENDOR": ["Hubtel", "one,two"],
    "HOTLINE_SMS_REPLIES": ["true"],
    "HOTLINE_WEB_WORKERS": ["0", "-1", "two", "65"],
    "HOTLINE_PROMISE_MINUTES": ["4", "241", "30.5", "٣٠"],
    "HOTLINE_RAW_NETWORKS": ["orange", "610"],
    "HOTLINE_PRESS_URL": [
        "https://chiffres.example.org",
        "https://chiffres.example.org/",
        "http://chiffres.example.org/ligne",
        "https://chiffres.example.org/console",
        "https://chiffres.example.org/console/chiffres",
        "https://chiffres.example.org/at/ligne",
        "https://chiffres.example.org/ligne?a=b",
        "chiffres.example.org/ligne",
    ],
    "HOTLINE_FIGURES_WEBHOOK_URL": ["http://figures.example.org", "ftp://figures.example.org"],
    "HOTLINE_FIGURES_WEBHOOK_SECRET": ["MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3", "whsec_short", "whsec_" + "A" * 32],
}


def faults(env: dict[str, str]) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        Config.from_env(env)
    return caught.value.faults


def gateways(config: Config) -> Gateways:
    """Those of a process that nothing was remembered for."""
    return registry.gateways(config, FakeMemory(FakeClock()))


def test_the_press_has_a_host_of_its_own():
    """Where it were the console's, nothing of the console would answer."""
    room = {"HOTLINE_CONSOLE_URL": "https://salle.example.org"}
    assert Config.from_env(GOOD | room | {"HOTLINE_PRESS_URL": "https://chiffres.example.org/ligne/2"}).console.press_url
    for port in ("", ":8443"):  # a browser's cookies know no ports
        (fault,) = faults(GOOD | room | {"HOTLINE_PRESS_URL": f"https://salle.example.org{port}/ligne"})
        assert fault.startswith("HOTLINE_PRESS_URL: ")


def test_what_production_needs_is_enough():
    """With what must be given, and nothing else, there is a configuration."""
    config = Config.from_env(GOOD)
    assert config.at.service_codes == ("*123#", "*123*4#")
    assert (
        config.languages,
        config.timezone,
        config.rules.promise_minutes,
        config.at.base_url,
        config.at.peers,
        config.demo,
    ) == (("fr", "bm"), "Africa/Bamako", 30, None, (), False)


def test_a_vendors_settings_are_needed_where_it_is_used():
    """A line that does not use Africa's Talking gives none of its settings, and what stands there is not even looked at."""
    others = {name: value for name, value in GOOD.items() if not name.startswith("HOTLINE_AT_")}
    config = Config.from_env(others | {"HOTLINE_GATEWAYS": "another", "HOTLINE_AT_SENDER": "aïe"})
    assert (config.gateways, config.at) == (("another",), None)
    assert faults(others)[0] == "HOTLINE_AT_USERNAME: missing"
    with pytest.raises(ConfigError, match="HOTLINE_GATEWAYS: it takes africastalking"):
        config.account()


def test_a_gateway_that_is_not_known_stops_the_start():
    """It is named, and so is what the line would have to use."""
    with pytest.raises(ConfigError, match=r"^HOTLINE_GATEWAYS: no gateway is called another$"):
        gateways(Config.from_env(GOOD | {"HOTLINE_GATEWAYS": "africastalking, another"}))


def test_routes_are_held_to_what_each_gateway_can():
    """A route to a gateway that the line does not use, or that has no way for it, stops the start."""
    good = gateways(Config.from_env(GOOD | {"HOTLINE_ROUTES": "alert:+22366=africastalking, ring=africastalking"}))
    assert good.outgoing.ways("alert", "+22366000001") == ("africastalking",)
    with pytest.raises(ConfigError, match=r"^HOTLINE_ROUTES: kannel has no way for alert$"):
        gateways(Config.from_env(GOOD | {"HOTLINE_ROUTES": "alert=africastalking+kannel"}))


def test_a_table_is_a_gateway_by_its_section(tmp_path):
    """With its secrets as the file has them now; a section that is gone keeps those that are known."""
    file, old, new = tmp_path / "tables.toml", "0123456789abcdef" * 2, "fedcba9876543210" * 2
    file.touch(0o600)
    file.write_text(f'[hubtel]\nsecret = "{old}"\ncodes = ["*711*2#"]\n')
    config = Config.from_env(GOOD | {"HOTLINE_GATEWAYS": "africastalking, hubtel", "HOTLINE_TABLES_FILE": str(file)})
    used = gateways(config)
    assert [door.name for door in used.doors] == ["africastalking", "hubtel"]

    def opens(secret: str) -> bool:
        return used.doors[1].takes({"PATH_INFO": f"/gateway/hubtel/{secret}/ussd", "REQUEST_METHOD": "POST"})

    file.write_text(file.read_text().replace(old, new))
    used.refresh()
    assert (opens(old), opens(new)) == (False, True)
    file.write_text("")
    with pytest.raises(ConfigError, match="has no section hubtel any more"):
        used.refresh()
    assert opens(new)
    with pytest.raises(ConfigError, match="HOTLINE_GATEWAYS: no gateway is called hubtel"):
        gateways(config)


def test_everything_missing_is_named_at_once():
    """A first start tells in one run all that has to be given."""
    needed = [variable.name for variable in SETTINGS if variable.default is None and variable.name not in IN_FILES]
    assert needed == [fault.partition(":")[0] for fault in faults({"HOTLINE_GATEWAYS": ALL["HOTLINE_GATEWAYS"]})]


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in BAD.items() for value in values])
def test_a_wrong_value_is_told_by_its_key_alone(name, value):
    """A fault names the key and never quotes the value, which may be a secret."""
    found = faults(ALL | {name: value})
    assert {name} == {fault.partition(":")[0] for fault in found}
    assert all(value not in fault.partition(": ")[2] for fault in found if len(value) > 3)


def test_all_wrong_values_are_told_in_one_run():
    """Nobody mends one setting to hear of the next."""
    found = faults(ALL | {name: values[0] for name, values in BAD.items()})
    assert set(BAD) == {fault.partition(":")[0] for fault in found}


def test_a_misspelt_name_is_a_fault():
    """A setting that is not read would leave its default in force without a word."""
    assert faults(GOOD | {"HOTLINE_PROMISE_MINUTE": "10"}) == ("HOTLINE_PROMISE_MINUTE: no setting of this name",)


def test_keys_come_from_a_file_of_their_owners_alone(tmp_path: Path):
    """Or of its group, as where each part of the line is a user of its own. A file that others may read, or the group write, is refused; so are both ways at once."""
    file = tmp_path / "keys"
    file.write_text(KEYS + "\n")
    env = {name: value for name, value in GOOD.items() if name != "HOTLINE_KEYS"} | {"HOTLINE_KEYS_FILE": str(file)}
    for mode in (0o644, 0o660):
        file.chmod(mode)
        assert faults(env) == ("HOTLINE_KEYS_FILE: others than its owner and its group may read the file: chmod 640, or 600",)
    for mode in (0o640, 0o600):
        file.chmod(mode)
        config = Config.from_env(env)
        assert (config.keys, config.keys_file) == ("", str(file))
    assert faults(env | {"HOTLINE_KEYS": KEYS}) == ("HOTLINE_KEYS: give either this or HOTLINE_KEYS_FILE",)
    assert faults(env | {"HOTLINE_KEYS_FILE": str(tmp_path / "none")}) == ("HOTLINE_KEYS_FILE: the file cannot be read",)
    file.write_text("\n")
    assert faults(env) == ("HOTLINE_KEYS_FILE: the file is empty",)


def test_a_partners_system_is_told_under_a_secret_or_not_at_all(tmp_path: Path):
    """An address without a secret would be told by anybody, a secret without an address does nothing; neither is needed, and the demo tells nobody."""
    url, secret = WEBHOOK
    assert Config.from_env(GOOD).rules.figures_webhook_url is None
    assert faults(GOOD | {url: WEBHOOK[url]}) == (f"{secret}: give this or {secret}_FILE: both are missing",)
    assert faults(GOOD | {secret: WEBHOOK[secret]}) == (f"{url}: missing: nobody is told",)
    file = tmp_path / "secret"
    file.write_text(f"{WEBHOOK[secret]},{WEBHOOK[secret][:-1]}0")
    file.chmod(0o600)
    config = Config.from_env(GOOD | {url: WEBHOOK[url], f"{secret}_FILE": str(file)})
    assert len(config.figures_webhook_secret) == 2
    demo = GOOD | WEBHOOK | {"HOTLINE_DEMO": "1", "HOTLINE_AT_BASE_URL": "http://127.0.0.1:9"}
    assert faults(demo) == (f"{url}: the demo must not reach the vendor",)


def test_the_demo_stays_on_this_machine():
    """The demo neither listens to a network nor speaks to the vendor."""
    found = faults(GOOD | {"HOTLINE_DEMO": "1", "HOTLINE_BIND": "0.0.0.0:8000"})
    assert {"HOTLINE_BIND", "HOTLINE_AT_BASE_URL"} == {fault.partition(":")[0] for fault in found}


@pytest.mark.parametrize(
    "url",
    ["unix:///run/valkey.sock", "redis://:a-password@127.0.0.1:6379", "redis://line:a-password@[::1]/1", "rediss://line:a-password@cache"],
)
def test_redis_on_this_machine_or_behind_tls(url):
    """A socket's folder keeps others out, a password whoever else is on this machine, TLS whoever is on the way."""
    assert Config.from_env(GOOD | {"HOTLINE_REDIS_URL": url}).redis_url == url


def test_only_the_demo_goes_without_a_password_for_redis():
    """It may be tried with a Redis that is at hand."""
    demo = {"HOTLINE_DEMO": "1", "HOTLINE_AT_BASE_URL": "http://127.0.0.1:9", "HOTLINE_REDIS_URL": "redis://cache:6379"}
    assert Config.from_env(GOOD | demo).redis_url == "redis://cache:6379"


def test_only_the_demo_goes_without_a_second_factor():
    """Else a line that women dial would be guarded by passwords alone."""
    assert ("HOTLINE_SECOND_FACTOR: only the demo goes without",) == faults({**GOOD, "HOTLINE_SECOND_FACTOR": "0"})
    assert Config.from_env(GOOD).console.second_factor


class Asked(Mapping[str, str]):
    """An environment that notes which names it was asked for."""

    def __init__(self, env: dict[str, str]) -> None:
        self._env = env
        self.names: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.names.add(name)
        return self._env[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._env)

    def __len__(self) -> int:
        return len(self._env)


def test_what_is_read_are_the_settings():
    """Nothing in the configuration comes from anywhere but a setting of the tables, and each of them is read."""
    env = Asked(ALL)
    Config.from_env(env)
    assert env.names == {variable.name for variable in SETTINGS}


def test_a_default_is_what_the_tables_say():
    """Whoever gives a setting the default that stands in its row changes nothing."""
    written = {variable.name: variable.default for variable in SETTINGS if variable.default}
    assert Config.from_env(ALL | written | {"HOTLINE_GATEWAYS": ALL["HOTLINE_GATEWAYS"]}) == Config.from_env(ALL)


def test_the_demo_is_given_what_the_tables_say(tmp_path: Path):
    """What the demo sets, or makes for itself, and nothing else; whatever is set already stays."""
    set_already = {"HOTLINE_VAR": str(tmp_path), "HOTLINE_AT_SENDER": "36123"}
    given = demo_environment(set_already, "http://127.0.0.1:9", lambda: KEYS)
    shown = {variable.name: variable.setting.demo for variable in SETTINGS if variable.setting.demo}
    made = {variable.name for variable in SETTINGS if variable.setting.made} - {"HOTLINE_KEYS"}
    assert given.keys() == shown.keys() | made | set_already.keys()
    assert given == given | shown | set_already
    assert Config.from_env(given).demo


VENDORS = {
    "hubtel": {"HOTLINE_GATEWAYS", "HOTLINE_TABLES_FILE"},
    "orange": {"HOTLINE_GATEWAYS", *(f"HOTLINE_ORANGE_{name}" for name in ("BASE_URL", "CLIENT_ID", "CLIENT_SECRET", "SECRET"))},
    "kannel": {"HOTLINE_GATEWAYS", "HOTLINE_KANNEL_SENDSMS_URL", "HOTLINE_KANNEL_LINE_URL", *KANNEL},
}


@pytest.mark.parametrize(("vendor", "more"), VENDORS.items(), ids=VENDORS)
def test_the_demo_has_an_account_with_the_vendor_that_it_plays(tmp_path: Path, vendor: str, more: set[str]):
    """Made once, for its owner alone, and used in front of Africa's Talking; it is asked on loopback alone. One that nobody plays is named."""
    plain = demo_environment({"HOTLINE_VAR": str(tmp_path)}, "http://127.0.0.1:9", lambda: KEYS)
    given = demo_environment({"HOTLINE_VAR": str(tmp_path), "HOTLINE_DEMO_VENDOR": vendor}, "http://127.0.0.1:9", lambda: KEYS)
    assert given.keys() - plain.keys() == more | {"HOTLINE_DEMO_VENDOR"}
    assert [part.name for part in gateways(Config.from_env(given)).all] == [vendor, "africastalking"]
    assert [file.name for file in tmp_path.iterdir() if file.stat().st_mode & 0o077] == []
    assert given == demo_environment({"HOTLINE_VAR": str(tmp_path), "HOTLINE_DEMO_VENDOR": vendor}, "http://127.0.0.1:9", lambda: KEYS)
    with pytest.raises(ConfigError, match=r"^HOTLINE_DEMO_VENDOR: no vendor of this name is played; there are africastalking, .*, wigal$"):
        demo_environment({"HOTLINE_VAR": str(tmp_path), "HOTLINE_DEMO_VENDOR": "nobody"}, "http://127.0.0.1:9", lambda: KEYS)


ELSEWHERE = ("https://example.org", "https://127.0.0.1.example.org", "https://127.0.0.1@example.org")


@pytest.mark.parametrize("vendor", ["africastalking", "orange", "kannel"])
def test_the_demo_reaches_no_vendor_that_somebody_sets_by_hand(tmp_path: Path, vendor: str):
    """Not a host either that only begins as this machine does."""
    given = demo_environment({"HOTLINE_VAR": str(tmp_path), "HOTLINE_DEMO_VENDOR": vendor}, "http://127.0.0.1:9", lambda: KEYS)
    name = {
        "africastalking": "HOTLINE_AT_BASE_URL",
        "orange": "HOTLINE_ORANGE_BASE_URL",
        "kannel": "HOTLINE_KANNEL_SENDSMS_URL",
    }[vendor]
    for url in ELSEWHERE:
        with pytest.raises(ConfigError, match=f"^{name}: the demo must not reach the vendor$"):
            Config.from_env(given | {name: url})


def test_nor_one_of_a_table_whose_account_somebody_set_by_hand(tmp_path: Path):
    """Whose address stands in the accounts, or in the table itself; on this machine it may be."""
    file, given = tmp_path / "tables.toml", demo_environment({"HOTLINE_VAR": str(tmp_path)}, "http://127.0.0.1:9", lambda: KEYS)
    file.touch(0o600)
    config = Config.from_env(given | {"HOTLINE_GATEWAYS": "infobip,africastalking", "HOTLINE_TABLES_FILE": str(file)})
    account = f'[infobip]\nsecret = "{"0123456789abcdef" * 2}"\ncodes = ["*36#"]\nkey = "KEY"\nsender = "36000"\n'
    table = (SHIPPED / "infobip.toml").read_text("utf-8")
    (tmp_path / "fixed.toml").write_text(table.replace('"{base}/sms', '"https://example.org/sms'), "utf-8")
    for more in (*(f'base = "{url}"\n' for url in ELSEWHERE), 'base = "http://127.0.0.1:9"\ntable = "fixed.toml"\n'):
        file.write_text(account + more)
        with pytest.raises(ConfigError, match=r"\[infobip\] base: the demo must not reach the vendor$"):
            gateways(config)
    file.write_text(account + 'base = "http://127.0.0.1:9"\n')
    assert "infobip" in gateways(config).outgoing.sms


def test_the_document_has_a_part_for_each_who_needs_settings():
    """And no other; each setting stands in one of them."""
    assert re.findall(r"^## (.+)$", DOCUMENT.read_text("utf-8"), re.MULTILINE) == [audience.heading for audience in AUDIENCES]
    assert {variable.setting.audience for variable in SETTINGS} == set(AUDIENCES)


@pytest.mark.parametrize("audience", AUDIENCES, ids=lambda audience: audience.heading)
def test_the_document_lists_every_setting(audience: Audience):
    """Under its heading each has its row, and there is no other: names, defaults, the demo's values, meanings."""
    stands = DOCUMENT.read_text("utf-8").partition(f"## {audience.heading}\n")[2].partition("\n## ")[0].strip()
    assert stands == (right := part(audience)), f"this belongs there:\n\n## {audience.heading}\n\n{right}\n"


def part(audience: Audience) -> str:
    rows = [row(variable) for variable in SETTINGS if variable.setting.audience == audience]
    return "\n".join([audience.who, "", "| setting | default | in the demo | meaning |", "| --- | --- | --- | --- |", *rows])


def row(variable: Variable) -> str:
    setting = variable.setting
    default = "must be given" if variable.default is None else f"`{variable.default}`" if variable.default else "empty"
    demo = f"`{setting.demo}`" if setting.demo else setting.made or "the same"
    return f"| `{variable.name}` | {default} | {demo} | {setting.meaning} |"


def test_what_guards_the_team_can_be_set() -> None:
    """A supervisor is needed unless it is said otherwise; caps, pause and who takes complaints are the line's own."""

    def read(config: Config) -> tuple[bool, int, int, int, str]:
        rules = config.rules
        return rules.supervised, rules.calls_a_shift, rules.hard_calls_a_shift, rules.pause_minutes, config.console.complaints

    given = {"SUPERVISED": "0", "CALLS_A_SHIFT": "3", "HARD_CALLS_A_SHIFT": "0", "PAUSE_MINUTES": "30", "COMPLAINTS": "Mme Coulibaly"}
    assert (True, 12, 4, 15, "") == read(Config.from_env(GOOD))
    assert (False, 3, 0, 30, "Mme Coulibaly") == read(Config.from_env(GOOD | {f"HOTLINE_{name}": value for name, value in given.items()}))


@pytest.mark.parametrize("name", [variable.name for variable in SETTINGS if variable.setting.audience == KEPT])
def test_what_is_kept_has_a_least_and_a_most(name: str) -> None:
    """Both are taken, what lies beyond is refused by name; what phones, SECURITY.md and the lawyer's table say at the most holds at the most."""
    setting = next(variable.setting for variable in SETTINGS if variable.name == name)
    least, most = map(int, re.findall(r"\d+", setting.form.words))
    for value in (least, most):
        Config.from_env(GOOD | {name: str(value)})
    for value in (least - 1, most + 1):
        with pytest.raises(ConfigError) as refused:
            Config.from_env(GOOD | {name: str(value)})
        assert refused.value.faults == (f"{name}: must be a whole number from {least} to {most}",)
    # The oldest daily backup is a day older than there are, the oldest weekly one a week: what was taken back since is still known then.
    outlived = {
        "HOTLINE_BACKUP_DAYS": REVOKED_SECONDS["stop"] // DAY_SECONDS - 1,
        "HOTLINE_BACKUP_WEEKS": REVOKED_SECONDS["testimony"] // DAY_SECONDS // 7 - 1,
    }
    promised = outlived | {
        "HOTLINE_NUMBER_HOURS": 24,
        "HOTLINE_PRANK_DAYS": PRANK_DAYS,
        "HOTLINE_OUTBOX_HOURS": 24,
        "HOTLINE_DRAFT_HOURS": 12,
    }
    assert most == promised.get(name, most)
