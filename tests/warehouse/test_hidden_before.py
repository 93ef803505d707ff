"""What re-checks found hidden before it was told apart from deletions, at an upgrade."""

import duckdb
import pytest

from collectors.recheck import HIDDEN
from tests.warehouse.building import HOUR, T0
from warehouse import migrate as module
from warehouse.migrate import migrate

FORGOTTEN = T0 + HOUR
"""When people had posts erased."""


@pytest.fixture
def earlier(monkeypatch):
    """Give a warehouse as the version before this migration left it."""
    real = module._sql_files
    with monkeypatch.context() as patch:
        patch.setattr(
            module,
            "_sql_files",
            lambda folder: [one for one in real(folder) if one[0] < "0014" and folder != "views"],
        )
        connection = duckdb.connect()
        connection.execute("SET TimeZone = 'UTC'")
        migrate(connection)
    yield connection
    connection.close()


def bury_earlier(connection, key, reason, at, hidden_at=None):
    connection.execute(
        "INSERT INTO tombstone (key_hash, reason, loaded_at, hidden_at) VALUES (?, ?, ?, ?)",
        [key, reason, at, hidden_at],
    )


def recheck_earlier(connection, at, *, gone):
    connection.execute(
        "INSERT INTO recheck_round (job_id, source, platform, checked_at, outcome, requests, asked, "
        "present, gone, loaded_at) VALUES ('r', 'x', 'x', $at, 'answered', 1, 9, 1, $gone, $at)",
        {"at": at, "gone": gone},
    )


def hidden(connection):
    return dict(connection.execute("SELECT key_hash, hidden_at FROM tombstone").fetchall())


def test_what_a_recheck_found_hidden_may_return_and_nothing_else(earlier):
    recheck_earlier(earlier, T0, gone=8)
    recheck_earlier(earlier, FORGOTTEN + HOUR, gone=0)
    for reason in (*HIDDEN, "deleted", "bounced"):
        bury_earlier(earlier, reason, reason, T0)
    bury_earlier(earlier, "asked for", "protected", FORGOTTEN)
    bury_earlier(earlier, "known", "protected", T0, hidden_at=T0 - HOUR)
    migrate(earlier)
    expected = dict.fromkeys(HIDDEN, T0) | {"known": T0 - HOUR}
    assert hidden(earlier) == expected | dict.fromkeys(("deleted", "bounced", "asked for"))


def test_a_warehouse_without_tombstones_or_rounds_has_nothing_to_tell_apart(earlier):
    assert "0014_hidden_before.sql" in migrate(earlier)
    bury_earlier(earlier, "asked for", "protected", FORGOTTEN)
    assert hidden(earlier) == {"asked for": None}
