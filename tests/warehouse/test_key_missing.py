"""A warehouse that meets another user, without its key, says in a line what to do."""

import sys

import pytest

import luisterpost
from tests.warehouse.building import enriched_file, header
from tests.warehouse.test_consent_ends import SOURCES, WATCHLIST

NOW = "2026-11-17T08:00Z"


def load_as(folder, user, monkeypatch):
    """Run `luisterpost load` as somebody with a configuration directory of their own."""
    words = ("--home", folder / "var", "--config", folder / "config", "--now", NOW)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / user))
    monkeypatch.setattr(sys, "argv", ["luisterpost", "load", *map(str, words)])
    with pytest.raises(SystemExit) as ended:
        luisterpost.main()
    return ended.value.code


def charge(folder, job):
    head = header(
        job, source="people", platform="x", account="x some", item_eur=0.01, charged=(job,)
    )
    enriched_file(folder / "var" / "enriched", head, [])


@pytest.mark.parametrize("has_other", [False, True], ids=["no key", "another key"])
def test_a_load_without_the_key_of_this_warehouse_tells_where_it_belongs(
    tmp_path, monkeypatch, capsys, has_other
):
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "watchlist.toml").write_text(WATCHLIST, encoding="utf-8")
    (tmp_path / "config" / "sources.toml").write_text(SOURCES, encoding="utf-8")
    charge(tmp_path, "first")
    assert load_as(tmp_path, "first user", monkeypatch) == 0
    charge(tmp_path, "second")
    if has_other:
        (tmp_path / "second user" / "luisterpost").mkdir(parents=True)
        (tmp_path / "second user" / "luisterpost" / "tombstone.key").write_text("ab" * 32)
    capsys.readouterr()
    assert load_as(tmp_path, "second user", monkeypatch) == 2
    told = " ".join(capsys.readouterr().err.split())
    assert "tombstone.key" in told
    assert "copy it from whoever loaded first" in told
    assert "exist" not in told  # Nothing was ever deleted.
    assert "Traceback" not in told
    assert load_as(tmp_path, "first user", monkeypatch) == 0
