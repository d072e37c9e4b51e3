"""Words to translators and back: what goes out says what a translator must know, and what comes in is whole or nothing."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hotline.cli import main
from hotline.content import read_sources
from hotline.content.flow_files.nodes import Reader
from hotline.content.word_files import po
from hotline.content.word_files.reading import words
from hotline.content.word_files.translated import take_in, where, write
from hotline.content.word_files.translations import export
from hotline.engine.flow import Menu, Message, Sources, Where
from tests.content_line import ROOT
from tests.small_line import write_files

TODAY = date(2026, 3, 1)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A copy of the line's own content, to be written into."""
    for name in ("flows", "locales"):
        shutil.copytree(ROOT / name, tmp_path / "line" / name)
    return tmp_path / "line"


OWN_WORDS = {
    "out.end": "Au revoir.",
    "safe.end": "Refaites le numéro.",
    "day.today": "aujourd'hui",
    "staff.offer": "Conseil {ref}, avant {before}: {ref} 1",
}
ASKING = """
start: other_phone
screens:
  other_phone:
    ask: {kind: phone, into: phone, go: thanks}
  thanks: {say: {}}
"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A small line that is sound, to be written into: what is asked of one file is answered sooner than with the line's own content."""
    asked = {"asking.other_phone": "Numéro ?", "asking.thanks": "Merci."}
    first = "start: first\nscreens:\n  first:\n    menu: {1: danger, 2: tips, 3: centres, 4: asking, 5: callback}\n"
    words = {"line.first": "Santé et famille\n1 Aide\n2 Conseils\n3 Centres\n4 Numéro\n5 Par téléphone"}
    return write_files(tmp_path / "line", OWN_WORDS | asked | words, pending=(*OWN_WORDS, "day.tomorrow"), line=first, asking=ASKING)


def content(root: Path) -> Sources:
    sources, faults = read_sources(root)
    assert [str(fault) for fault in faults] == []
    assert sources is not None
    return sources


def exported(root: Path, language: str = "bm") -> str:
    return export(content(root), language)


def entry(text: str, key: str) -> str:
    """One message of a PO file with its comments."""
    return next(block for block in text.split("\n\n") if f'msgid "{key}"\n' in block)


def in_bambara(root: Path) -> dict[str, Message]:
    return {message.key: message for message in content(root).words["bm"]}


def sent(root: Path, *entries: tuple[str, str]) -> Path:
    """A file as it may come back, holding these messages only."""
    path = root.parent / "back.po"
    path.write_text(
        "\n\n".join([po.header("bm"), *("\n".join((f'msgid "{key}"', *po.msgstr(text))) for key, text in entries)]) + "\n", "utf-8"
    )
    return path


def command(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = main([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    return code, out, err


def test_a_translator_sees_each_message_with_the_first_languages_words_and_its_room(root: Path) -> None:
    """Above every message stand the French, who read it, what it is, and how much of the screen it takes and leaves."""
    text = exported(root)
    assert [message.key for message in content(root).words["fr"]] == re.findall(r'^msgid "(.+)"$', text, re.MULTILINE)
    first = entry(text, "line.first")
    assert "#. In fr (pending):\n#.     Santé et famille\n#.     1 Grossesse" in first
    assert "#. What: first screen, options 1 2 3 4 5 6 7." in first
    used, left = re.search(r"#\. Room on USSD: (\d+) of 160 septets, (\d+) left\.", first).groups()  # type: ignore[union-attr]
    assert int(used) + int(left) == 160
    assert "#. review: pending" in first
    assert "SMS to a counselor" in entry(text, "staff.offer")
    assert "word list" in entry(text, "staff.word.take")
    assert "spoken prompt" in entry(text, "voice.answer@voice")
    assert "last screen" in entry(text, "safe.end")
    assert text.startswith("# The words of the line in bm, for a translator")


def test_the_room_is_what_the_phone_gets(root: Path) -> None:
    """One letter more than what is said to be left makes a second page, as many as are left do not."""
    key, text = next((key, message.text) for key, message in in_bambara(root).items() if key == "line.first")
    left = int(re.search(r"Room on USSD: .*?(\d+) left", entry(exported(root), key))[1])  # type: ignore[index]
    for more, faults in ((left, 0), (left + 1, 1)):
        taken = take_in(root, content(root), "bm", sent(root, (key, "a" * more + text)), None, TODAY)
        assert faults == len(taken.faults)


def test_what_goes_out_and_comes_back_changes_nothing(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The round trip leaves every byte of the catalogue where it was, in both languages."""
    for language in ("bm", "fr"):
        before, file = where(root, language).read_bytes(), root.parent / f"{language}.po"
        assert command(capsys, "words", "export", language, file, "--root", root)[0] == 0
        code, out, _ = command(capsys, "words", "import", language, file, "--root", root)
        assert (code, before) == (0, where(root, language).read_bytes())
        assert out.startswith("0 changed, 0 new, 0 reviewed as they were, ")


def test_a_file_is_never_written_over(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever mixes up export and import loses no translator's work."""
    path = sent(small, ("day.today", "bi"))
    before = path.read_bytes()
    code, _, err = command(capsys, "words", "export", "bm", path, "--root", small)
    assert (code, before) == (1, path.read_bytes())
    assert "is there already" in err


def test_changed_words_are_taken_in_and_pending(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """New words stand in the place of the old, everything else byte for byte as it was, and nobody has read them yet."""
    before = where(small, "bm").read_text("utf-8")
    old = in_bambara(small)["out.end"].text
    code, out, _ = command(capsys, "words", "import", "bm", sent(small, ("out.end", "Kɛnɛya. I ni ce.")), "--root", small)
    assert (code, out.startswith("1 changed, 0 new, 0 reviewed as they were, 0 as they were")) == (0, True)
    assert before.replace(f'msgstr "{old}"', 'msgstr "Kɛnɛya. I ni ce."') == where(small, "bm").read_text("utf-8")
    assert in_bambara(small)["out.end"].review == "pending"


def test_a_dry_run_writes_nothing(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It says what would be, and leaves it."""
    before = where(small, "bm").read_bytes()
    code, out, _ = command(capsys, "words", "import", "bm", sent(small, ("out.end", "Kɛnɛya.")), "--root", small, "--dry-run")
    assert (code, out, before) == (
        0,
        "would be: 1 changed, 0 new, 0 reviewed as they were, 0 as they were, 0 not translated\n",
        where(small, "bm").read_bytes(),
    )


def test_of_two_who_import_at_once_neither_undoes_the_other(small: Path) -> None:
    """The second is told that the file is another one by now, and nothing is written over."""
    text = in_bambara(small)["safe.end"].text
    first, second = (take_in(small, content(small), "bm", sent(small, ("safe.end", f"{text}{mark}")), None, TODAY) for mark in ("!", "?"))
    write(small, "bm", first)
    with pytest.raises(ValueError, match="was changed meanwhile"):
        write(small, "bm", second)
    assert in_bambara(small)["safe.end"].text == f"{text}!"
    assert [path.name for path in where(small, "bm").parent.iterdir() if "flows" in path.name] == ["flows.po"]


def test_a_reviewer_is_named_beside_what_she_read(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With --reviewed-by every message of the file bears the reviewer's name and the day, changed or not; a later change makes it pending again."""
    same = in_bambara(small)["day.today"].text
    path = sent(small, ("out.end", "Kɛnɛya. I ni ce."), ("day.today", same))
    code, out, _ = command(capsys, "words", "import", "bm", path, "--root", small, "--reviewed-by", "Awa", "--on", "2026-01-31")
    assert (code, out) == (0, "1 changed, 0 new, 1 reviewed as they were, 0 as they were, 0 not translated\n")
    table = in_bambara(small)
    assert ["Awa 2026-01-31", "Awa 2026-01-31", "pending"] == [table[key].review for key in ("out.end", "day.today", "day.tomorrow")]
    assert command(capsys, "words", "import", "bm", sent(small, ("out.end", "Kɛnɛya.")), "--root", small)[0] == 0
    assert in_bambara(small)["out.end"].review == "pending"


@pytest.mark.parametrize("flags", ["#, fuzzy", "#,fuzzy", "#, no-wrap, fuzzy"])
def test_what_a_reviewer_is_unsure_of_stays_pending(small: Path, flags: str) -> None:
    """A message that comes back marked fuzzy is taken in, and not as read, however the translator's editor writes the mark."""
    path = sent(small, ("out.end", "Kɛnɛya."))
    path.write_text(path.read_text("utf-8").replace('msgid "out.end"', f'{flags}\nmsgid "out.end"'), "utf-8")
    taken = take_in(small, content(small), "bm", path, "Awa 2026-01-31", TODAY)
    assert (taken.faults, taken.changed) == ((), ("out.end",))
    assert "review: pending" in entry(taken.text, "out.end")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--reviewed-by", " "],
        ["--reviewed-by", "pending"],
        ["--reviewed-by", "Awa", "--on", "2026-02-30"],
        ["--reviewed-by", "A\nb"],
        ["--on", "2026-01-31"],
        ["--reviewed-by", "Awa", "--on", "9999-01-31"],
    ],
)
def test_a_review_has_a_name_and_a_day_that_has_come(small: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    """Nothing is marked as read by nobody, or on no day."""
    assert command(capsys, "words", "import", "bm", sent(small, ("out.end", "Kɛnɛya.")), "--root", small, *arguments)[0] == 1


REFUSED = {
    "unknown key": ("line.nowhere", "Kɛnɛya", "line.nowhere: unknown key"),
    "placeholder missing": ("staff.offer", "Kɛnɛya {ref}", "staff.offer: placeholder before differs from"),
    "another placeholder": ("out.end", "Kɛnɛya {name}", "out.end: placeholder name differs from"),
    "an option missing": ("line.first", "Kɛnɛya\n1 Konomaya", "line.first: options 1 in the words, 1, 2, 3, 4, 5 in the flow"),
    "an option of a question": ("asking.other_phone", "Nimɔrɔ\n1 Fɔ", "asking.other_phone: an option in the words, none in the flow"),
    "too long an end": ("out.end", "Kɛnɛya " * 30, "out.end: over budget on ussd"),
    "a number": ("out.end", "Wele 70 00 00 01", "out.end: a telephone number in the words"),
    "the key of a key": ("keys.back", "Segin", "keys.back: "),
}


@pytest.mark.parametrize(("key", "text", "reason"), REFUSED.values(), ids=REFUSED)
def test_what_is_wrong_is_named_by_row_and_nothing_is_taken_in(
    small: Path, capsys: pytest.CaptureFixture[str], key: str, text: str, reason: str
) -> None:
    """A file with one fault changes nothing, not even by its sound messages, and the fault names its line in that file."""
    before = where(small, "bm").read_bytes()
    path = sent(small, ("day.today", "bi kɛrɛnkɛrɛnnen"), (key, text))
    line = 1 + path.read_text("utf-8").split("\n").index(f'msgid "{key}"')
    code, _, err = command(capsys, "words", "import", "bm", path, "--root", small)
    assert (code, before) == (1, where(small, "bm").read_bytes())
    assert f"back.po:{line}: {reason}" in err
    assert err.startswith("hotline: nothing was taken in\n")


BROKEN = {
    "no PO": ('msgid "out.end"\nmsgstr "a\n', 'back.po:10: neither a comment nor msgid "…"'),
    "a key twice": (
        'msgid "day.today"\nmsgstr "a"\n\nmsgid "day.today"\nmsgstr "b"\n',
        "back.po:12: day.today: stands twice, first in line 9",
    ),
    "no msgstr": ('msgid "out.end"\n', "back.po:9: an entry is comments, one msgid and one msgstr"),
    "emptied": ('msgid "out.end"\nmsgstr ""\n', "back.po:9: out.end: empty msgstr"),
    "no key": ('msgid "Au revoir."\nmsgstr "a"\n', 'back.po:9: "Au revoir." is no key'),
}


@pytest.mark.parametrize(("text", "fault"), BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_refused_with_its_line(small: Path, text: str, fault: str) -> None:
    """What a PO reader would drop or join in silence is named."""
    path = small.parent / "back.po"
    path.write_text(f"{po.header('bm')}\n\n{text}", "utf-8")
    faults = take_in(small, content(small), "bm", path, None, TODAY).faults
    assert any(str(found).startswith(fault) for found in faults), faults


def test_all_faults_of_a_file_come_in_one_run(small: Path) -> None:
    """A placeholder that is wrong does not hide an end that is too long."""
    path = sent(small, ("staff.offer", "Kɛnɛya"), ("out.end", "Kɛnɛya " * 30), ("line.nowhere", "a"))
    faults = take_in(small, content(small), "bm", path, None, TODAY).faults
    assert {"staff.offer", "out.end", "line.nowhere"} == {fault.message.partition(":")[0] for fault in faults}


def test_more_pages_than_the_first_language_is_a_notice(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where pages may be turned, longer words are taken in, and whoever takes them in is told."""
    key = "tips.soap"
    code, out, _ = command(capsys, "words", "import", "bm", sent(small, (key, "Sin ji dama bɛ se. " * 20)), "--root", small)
    assert code == 0
    assert re.search(rf"back\.po:\d+: {key}: \d pages on USSD, 1 in fr", out)


def test_an_sms_to_a_counselor_in_two_parts_is_a_notice(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Staff messages are weighed as the SMS that they are."""
    code, out, _ = command(capsys, "words", "import", "bm", sent(small, ("staff.off", "I ka baara bannen don. " * 10)), "--root", small)
    assert code == 0
    assert re.findall(r"staff\.off: .*", out) == ["staff.off: 2 messages on SMS, 1 in fr"]


def test_a_changed_first_language_says_whose_twins_may_be_wrong_now(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """French that says another thing leaves Bambara behind: its keys are named."""
    code, out, _ = command(capsys, "words", "import", "fr", sent(small, ("out.end", "Merci.")), "--root", small)
    assert code == 0
    assert "out.end: read its words in bm again" in out


def test_a_new_language_comes_in_whole(root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A language that the line does not have goes out empty, is refused in part, and makes its catalogue when it is complete."""
    file = root.parent / "ff.po"
    assert command(capsys, "words", "export", "ff", file, "--root", root)[0] == 0
    text = file.read_text("utf-8")
    assert 'msgid "out.end"\nmsgstr ""\n' in text
    code, _, err = command(capsys, "words", "import", "ff", file, "--root", root)
    assert (code, where(root, "ff").exists()) == (1, False)
    assert "no words in ff" in err
    for message in content(root).words["fr"]:
        text = text.replace(f'msgid "{message.key}"\nmsgstr ""', "\n".join((f'msgid "{message.key}"', *po.msgstr(message.text))))
    file.write_text(text, "utf-8")
    code, out, err = command(capsys, "words", "import", "ff", file, "--root", root)
    assert (code, err) == (0, "")
    assert out.endswith(
        "0 changed, " + str(text.count("\nmsgid ") - 1) + " new, 0 reviewed as they were, 0 as they were, 0 not translated\n"
    )
    monkeypatch.setenv("HOTLINE_LANGUAGES", "fr,bm,ff")
    assert command(capsys, "content", "check", "--root", root)[0] == 0


CATALOGUE = """\
# A section.
msgid ""
msgstr ""
"Language: bm\\n"

#. review: Awa 2026-01-31
#, fuzzy, no-wrap
msgid "a"
msgstr "one"

# Another.
msgid "b"
msgstr ""
"two\\n"
"1 three"
#~ msgid "gone"
#~ msgstr "gone"

#. a remark
#. review: pending
msgid "c"
msgstr "four \\"quoted\\""
"""
LETTERS = st.text(st.sampled_from('aɛŋé "\\\t{}1 \n'), min_size=1, max_size=30).filter(str.strip)


def read(path: Path, text: str) -> dict[str, Message]:
    path.write_bytes(text.encode("utf-8"))
    reader = Reader(path.parent, path)
    found = {message.key: message for message in words(reader)}
    assert reader.faults == []
    return found


@given(st.dictionaries(st.sampled_from("abcde"), LETTERS), st.sampled_from(["pending", "Awa 2026-02-01"]), st.booleans(), st.booleans())
@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_catalogue_changes_only_where_it_is_told_to(
    tmp_path: Path, changes: dict[str, str], review: str, windows: bool, mark: bool
) -> None:
    """Whatever words come in, they read back the same; every other line stays byte for byte, with its line ends; doing it again does nothing."""
    text = CATALOGUE.replace("\n", "\r\n") if windows else CATALOGUE
    text = f"\ufeff{text}" if mark else text
    path = tmp_path / "flows.po"
    before = read(path, text)
    after = before | {
        key: Message(key, words, before[key].at if key in before else Where("x", 1), review) for key, words in changes.items()
    }
    now = po.rewritten(text, before, after, tuple("abcde"))
    expected = {key: (message.text, message.review if key in changes else before[key].review) for key, message in after.items()}
    got = read(path, now)
    assert expected == {key: (message.text, message.review) for key, message in got.items()}
    assert now == po.rewritten(now, got, got, tuple("abcde"))
    untouched = {key for key in "abc" if key not in changes}
    for key in untouched:
        assert entry_of(text, key) in now
    assert windows == ("\r\n" in now)
    assert now.count("\r") == (now.count("\n") if windows else 0)
    assert ("# A section." in now, "# Another." in now, '#~ msgid "gone"' in now) == (True, True, True)


def entry_of(text: str, key: str) -> str:
    """From the msgid on, as far as it must stay."""
    begin = text.index(f'msgid "{key}"')
    return text[begin : text.index("\n", text.index("msgstr", begin))]


def test_today_is_the_day_of_a_review_that_names_none(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever reads today need not say so."""
    code, _, _ = command(capsys, "words", "import", "bm", sent(small, ("out.end", "Kɛnɛya.")), "--root", small, "--reviewed-by", "Awa Two")
    assert code == 0
    name, _, day = in_bambara(small)["out.end"].review.rpartition(" ")
    assert (name, abs((datetime.now(UTC).date() - date.fromisoformat(day)).days) <= 1) == ("Awa Two", True)


def test_every_menu_of_the_line_says_its_options(root: Path) -> None:
    """A translator reads from the file which numbers must stand in the words."""
    text = exported(root)
    menus = {screen.key: screen.kind for flow in content(root).flows for screen in flow.screens if isinstance(screen.kind, Menu)}
    for key, menu in menus.items():
        assert f"options {' '.join(str(option.key) for option in menu.options)}" in entry(text, key)


def test_a_file_from_another_editor_reads_the_same(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A byte order mark, carriage returns and the headers that editors add change nothing of what is taken in."""
    before, file = where(small, "bm").read_bytes(), small.parent / "bm.po"
    text = exported(small).replace('"Language: bm\\n"', '"Language: bm\\n"\n"X-Generator: Some Editor\\n"')
    file.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    code, out, _ = command(capsys, "words", "import", "bm", file, "--root", small)
    assert (code, before) == (0, where(small, "bm").read_bytes())
    assert out.startswith("0 changed, 0 new, ")


WORDS = st.text(st.sampled_from("aeɛɔɲé ?,"), min_size=1, max_size=40).filter(str.strip)


@given(st.dictionaries(st.sampled_from(["out.end", "day.today", "tips.soap", "staff.off", "tips.soap@sms"]), WORDS, max_size=4))
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_was_taken_in_goes_out_and_in_again_unchanged(tmp_path: Path, texts: dict[str, str]) -> None:
    """The words of the file are the line's afterwards, no other message is touched, and a second round trip changes no byte."""
    root = write_files(tmp_path / "line")
    before = in_bambara(root)
    taken = take_in(root, content(root), "bm", sent(root, *texts.items()), None, TODAY)
    assert taken.faults == ()
    write(root, "bm", taken)
    after = in_bambara(root)
    assert {key: after[key].text for key in texts} == texts
    assert {key: (message.text, message.review) for key, message in after.items() if key not in texts} == {
        key: (message.text, message.review) for key, message in before.items() if key not in texts
    }
    file, now = root.parent / "again.po", where(root, "bm").read_bytes()
    file.write_text(exported(root), "utf-8")
    again = take_in(root, content(root), "bm", file, None, TODAY)
    assert (again.faults, again.changed, again.added, again.text.encode()) == ((), (), (), now)
