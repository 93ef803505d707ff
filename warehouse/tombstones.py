"""Tombstones: what must never return is remembered as a keyed hash, and as nothing else."""

import hmac
import os
import secrets
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from collectors.landing import sync_folder
from warehouse.link import unlink_removed
from warehouse.query import run_script
from warehouse.transaction import in_transaction

_KEY_VARIABLE = "LUISTERPOST_TOMBSTONE_KEY"
_KEY_BYTES = 32
_BURIED = pa.schema([("mention_id", pa.string()), ("key_hash", pa.string())])


class TombstoneKeyError(Exception):
    """The key of the tombstones is lost, another one, or unusable: deleted posts could return."""


def tombstone_key(connection: duckdb.DuckDBPyConnection, *, create: bool) -> bytes:
    """
    Read the key that hides the identities of deleted posts.

    It stands outside the data directory, so that a copied warehouse tells
    nothing about what was deleted: in `LUISTERPOST_TOMBSTONE_KEY`
    (hexadecimal), else in `luisterpost/tombstone.key` below the user's
    configuration directory (`XDG_CONFIG_HOME`, else `~/.config`).

    Args:
        connection: The warehouse, which remembers a fingerprint of its key.
        create: Make a new key where there is none and never was one.

    Raises:
        TombstoneKeyError: The key is absent, broken, or not this warehouse's.
    """
    given = os.environ.get(_KEY_VARIABLE)
    path = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    path = path / "luisterpost" / "tombstone.key"
    expected = connection.execute("SELECT fingerprint FROM tombstone_key").fetchall()
    if not given and not path.exists():
        if expected or not create:
            msg = f"tombstones exist, but their key doesn't: restore {path}, or set {_KEY_VARIABLE}"
            raise TombstoneKeyError(msg)
        _make_key(path)
    try:
        key = bytes.fromhex(given or path.read_text(encoding="ascii").strip())
    except ValueError:
        key = b""
    if len(key) < _KEY_BYTES:
        msg = f"the tombstone key must be {_KEY_BYTES} bytes in hexadecimal ({_KEY_VARIABLE} or {path})"
        raise TombstoneKeyError(msg)
    fingerprint = _hash(key, "the key of this warehouse")
    if not expected and create:
        connection.execute("INSERT INTO tombstone_key VALUES (?)", [fingerprint])
    elif expected != [(fingerprint,)]:
        where = _KEY_VARIABLE if given else path
        msg = f"this warehouse's tombstones were made with another key than that in {where}"
        raise TombstoneKeyError(msg)
    return key


def _make_key(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_hex(_KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    try:
        with suppress(FileExistsError):  # Another process made one just now: that one counts.
            os.link(temporary, path)
    finally:
        temporary.unlink()
    sync_folder(path.parent)


def bury(
    connection: duckdb.DuckDBPyConnection,
    mention_ids: Iterable[str],
    *,
    reason: str,
    now: datetime,
) -> int:
    """
    Delete mentions everywhere in the warehouse, for good.

    Text, author, versions, matches and entities go; roll-ups and stories are
    recomputed; import, backfill and old files can't bring them back. The
    bytes go with the next `connection.rewrite`.

    Returns:
        How many stood in the warehouse; unknown ones are remembered all the same.

    Raises:
        TombstoneKeyError: The key is lost or another one; nothing was deleted.
    """
    with in_transaction(connection):
        return bury_each(connection, dict.fromkeys(mention_ids, reason), now=now)


def bury_each(
    connection: duckdb.DuckDBPyConnection, reasons: Mapping[str, str], *, now: datetime
) -> int:
    """
    Do as `bury` does, within the caller's transaction and with a reason for each mention.

    Args:
        connection: The warehouse.
        reasons: By mention_id why it must go.
        now: When.

    Returns:
        How many stood in the warehouse.

    Raises:
        TombstoneKeyError: The key is lost or another one.
    """
    ids = sorted(reasons)
    key = tombstone_key(connection, create=True)
    rows = {
        "mention_id": ids,
        "key_hash": [_hash(key, one) for one in ids],
        "reason": [reasons[one] for one in ids],
    }
    schema = pa.schema([*_BURIED, ("reason", pa.string())])
    connection.register("buried", pa.table(rows, schema))
    try:
        connection.execute(
            "INSERT INTO tombstone "
            "SELECT key_hash, reason, $now FROM buried ANTI JOIN tombstone USING (key_hash)",
            {"now": now},
        )
        connection.execute("CREATE OR REPLACE TEMP TABLE touched AS SELECT mention_id FROM buried")
        count: int = connection.execute(
            "SELECT count(*) FROM mention SEMI JOIN touched USING (mention_id)"
        ).fetchall()[0][0]
        remove_touched(connection, now=now)
    finally:
        connection.unregister("buried")
    return count


def remove_touched(connection: duckdb.DuckDBPyConnection, *, now: datetime) -> None:
    """Delete the mentions named in the temporary table `touched`, and recompute what they counted in."""
    connection.execute(
        "INSERT INTO pending_purge SELECT $now, 'mentions' "
        "FROM (FROM mention_version SEMI JOIN touched USING (mention_id) LIMIT 1)",
        {"now": now},
    )
    run_script(connection, "touch_by_mention", {})
    run_script(connection, "link_before", {})
    run_script(connection, "remove", {})
    unlink_removed(connection)
    run_script(connection, "roll_up", {"now": now})


def drop_tombstoned(connection: duckdb.DuckDBPyConnection) -> None:
    """Take what must not return out of the temporary tables `arriving` and `touched`."""
    if not connection.execute("SELECT 1 FROM tombstone LIMIT 1").fetchall():
        return
    key = tombstone_key(connection, create=False)
    ids = [one for (one,) in connection.execute("SELECT mention_id FROM touched").fetchall()]
    hashes = [_hash(key, one) for one in ids]
    connection.register("hashed", pa.table({"mention_id": ids, "key_hash": hashes}, _BURIED))
    try:
        connection.execute(
            "CREATE OR REPLACE TEMP TABLE barred AS "
            "SELECT mention_id FROM hashed SEMI JOIN tombstone USING (key_hash)"
        )
    finally:
        connection.unregister("hashed")
    connection.execute("DELETE FROM arriving WHERE mention_id IN (FROM barred)")
    connection.execute("DELETE FROM touched WHERE mention_id IN (FROM barred)")


def _hash(key: bytes, mention_id: str) -> str:
    return hmac.digest(key, mention_id.encode(), "sha256").hex()
