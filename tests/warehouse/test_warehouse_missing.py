"""With a wrong --home a command says so, and makes nothing there."""

import pytest

from tests.places import NOW, copy_of
from tests.programs import luisterpost


@pytest.mark.parametrize(
    "words",
    [
        ("enrich", "--again", "--since", "2026-11-01"),
        ("forget", "forum", "0"),
        ("recheck",),
        ("publish",),
        ("rescore",),
        ("report", "status"),
        ("alert", "list"),
        ("alert", "ack", "1c1c", "--by", "An"),
        ("mail", "outbox"),
        ("query", "try", "--subject", "acme"),
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_what_needs_a_warehouse_makes_none(listened, tmp_path, words):
    folder = copy_of(listened.folder, tmp_path / "copy")
    wrong = tmp_path / "elsewhere"
    ended = luisterpost(
        *words, "--home", wrong, "--config", folder / "config", "--now", NOW, folder=folder
    )
    assert ended.code == 2, ended.err
    assert str(wrong) in ended.err.replace("\n", "")
    assert "Traceback" not in ended.err
    assert not wrong.exists()
