"""The configuration is checked as a whole, and each mistake says what to do."""

import io
from datetime import timedelta
from pathlib import Path

import pytest
from rich.console import Console

from collectors.configuration.check import print_check
from collectors.configuration.folder import Configuration, ConfigurationError, load_configuration
from collectors.configuration.mistakes import path_text, quoted
from collectors.watchlist import Frozen
from tests.collectors.configured import (
    GOOD_EMPLOYEE,
    GOOD_SOURCE,
    GOOD_SUBJECT,
    NOW,
    configured,
    mistakes_of,
)


def test_all_mistakes_of_all_files_are_named_at_once(tmp_path):
    watchlist = (
        GOOD_SUBJECT.replace('"brand"', '"brnd"').replace('"acme.example"', '"https://a.example"')
        + GOOD_EMPLOYEE.replace('notice = "v3"', "notice = 3").replace(
            '{ mastodon = ["an@mastodon.example"] }', '{ x = ["an"] }'
        )
        + GOOD_SUBJECT
    )
    sources = GOOD_SOURCE.replace("https://", "") + 'every2 = "x"\n' + GOOD_SOURCE
    reports = "weeks = 'many'"

    class Settings(Frozen):
        weeks: int = 8

    folder = configured(tmp_path, watchlist, sources, reports=reports)
    with pytest.raises(ConfigurationError) as caught:
        load_configuration(folder, NOW, {"reports": Settings})
    assert [(Path(m.file).name, m.path) for m in caught.value.mistakes] == [
        ("watchlist.toml", "subject[0].facet"),
        ("watchlist.toml", "subject[0].domains[0]"),
        ("watchlist.toml", "subject[1].consent.notice"),
        ("watchlist.toml", "subject[1].handles.x"),
        ("watchlist.toml", "subject[2].id"),
        ("sources.toml", "source[0].every2"),
        ("sources.toml", "source[0].urls[0]"),
        ("sources.toml", "source[1].name"),
        ("reports.toml", "weeks"),
    ]
    assert str(caught.value).count("\n") == 8


def test_mistake_names_the_subject_and_the_line(tmp_path):
    watchlist = f"# a comment\n{GOOD_SUBJECT}\n{GOOD_EMPLOYEE.replace('given_at', 'gven_at')}"
    mistakes = mistakes_of(configured(tmp_path, watchlist=watchlist))
    assert {m.path: m.where for m in mistakes} == {
        "subject[1].consent.given_at": 'subject "an", line 16',
        "subject[1].consent.gven_at": 'subject "an", line 16',
    }


def test_line_is_left_out_where_it_would_be_wrong(tmp_path):
    watchlist = GOOD_SUBJECT.replace('"Acme"', '"""\n[[subject]]\n"""', 1) + "zzz = 1"
    (mistake,) = mistakes_of(configured(tmp_path, watchlist=watchlist))
    assert mistake.where == 'subject "acme"'


def test_good_configuration_has_no_mistake_and_no_warning(tmp_path):
    configuration = load_configuration(
        configured(tmp_path, GOOD_SUBJECT + GOOD_EMPLOYEE), NOW, environ={}
    )
    assert isinstance(configuration, Configuration)
    assert configuration.warnings == ()
    assert [subject.id for subject in configuration.watchlist.subject] == ["acme", "an"]
    assert configuration.sources.source[0].every == timedelta(minutes=15)
    assert configuration.extra == {}


def test_file_with_a_byte_order_mark_and_windows_line_ends_is_read(tmp_path):
    folder = configured(tmp_path)
    text = (folder / "watchlist.toml").read_text().replace("\n", "\r\n")
    (folder / "watchlist.toml").write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert load_configuration(folder, NOW).watchlist.subject[0].id == "acme"


def test_optional_file_is_read_with_its_model_and_absent_without_mistake(tmp_path):
    class Settings(Frozen):
        firm: str

    folder = configured(tmp_path, reports='firm = "Acme nv"')
    extra = load_configuration(folder, NOW, {"reports": Settings, "other": Settings}).extra
    assert extra == {"reports": Settings(firm="Acme nv")}


def test_missing_folder_is_one_mistake(tmp_path):
    (mistake,) = mistakes_of(tmp_path / "cnfig")
    assert "there is no such folder, 'luisterpost init' writes" in str(mistake)


def test_missing_file_is_a_mistake_with_the_file_that_was_meant(tmp_path):
    folder = configured(tmp_path)
    (folder / "sources.toml").rename(folder / "source.toml")
    (mistake,) = mistakes_of(folder)
    assert "sources.toml: there is no such file, is it 'source.toml'?" in str(mistake)


def test_missing_file_without_any_alike_points_to_init(tmp_path):
    folder = configured(tmp_path)
    (folder / "sources.toml").unlink()
    (mistake,) = mistakes_of(folder)
    assert "'luisterpost init' writes a first one" in str(mistake)


def test_folder_in_place_of_a_file_is_a_mistake(tmp_path):
    folder = configured(tmp_path)
    (folder / "sources.toml").unlink()
    (folder / "sources.toml").mkdir()
    (mistake,) = mistakes_of(folder)
    assert "can't be read (Is a directory)" in str(mistake)


def test_file_in_another_encoding_is_a_mistake_with_its_line(tmp_path):
    folder = configured(tmp_path)
    (folder / "watchlist.toml").write_bytes(b"# one\n" + "naam = 'café'".encode("latin-1"))
    (mistake,) = mistakes_of(folder)
    assert (mistake.path, mistake.suggestion) == ("line 2", "save the file as UTF-8")


def test_endless_nesting_is_a_mistake(tmp_path):
    (mistake,) = mistakes_of(configured(tmp_path, watchlist="a = " + "[" * 100_000))
    assert mistake.message == "is no TOML"


def test_unknown_file_is_a_warning_with_the_one_that_was_meant(tmp_path):
    warnings = load_configuration(configured(tmp_path, repots="x = 1"), NOW).warnings
    assert [str(w) for w in warnings] == [
        f"{tmp_path}/repots.toml: unknown file, it is not read, did you mean 'reports.toml'?"
    ]


def shown(checked: Configuration | ConfigurationError) -> tuple[int, str]:
    console = Console(file=io.StringIO(), width=40)
    code = print_check(checked, console)
    return code, console.file.getvalue()


def test_check_prints_each_mistake_on_one_line_and_exits_with_2(tmp_path):
    folder = configured(tmp_path, GOOD_SUBJECT + "[[x]]\n", GOOD_SOURCE + "archive = 3", sorces="")
    with pytest.raises(ConfigurationError) as caught:
        load_configuration(folder, NOW)
    code, text = shown(caught.value)
    assert code == 2
    assert text.splitlines() == [
        *(str(mistake) for mistake in caught.value.mistakes),
        f"warning: {caught.value.warnings[0]}",
        "2 mistakes",
    ]


def test_check_of_a_good_configuration_says_what_is_watched(tmp_path):
    configuration = load_configuration(configured(tmp_path, GOOD_SUBJECT + GOOD_EMPLOYEE), NOW)
    code, text = shown(configuration)
    assert code == 0
    assert "All right: 2 subjects, 1 source" in text
    assert "brand: 1, employee: 1" in text
    assert "news    feed      15 min  none needed" in text


def test_values_in_messages_can_not_steer_the_terminal():
    assert quoted('a\x1b[31m\n\u202e"') == '"a\\u001b[31m\\u000a\\u202e\\""'
    assert path_text(("subject", 0, "a\x1b")) == 'subject[0]."a\\u001b"'


def test_example_configuration_has_no_mistake_and_only_lacks_credentials():
    folder = Path(__file__).resolve().parents[2] / "config"
    warnings = load_configuration(folder, NOW, environ={}).warnings
    assert all(warning.path.endswith(".credential") for warning in warnings)
