"""Tombstones: what must never return is remembered as a keyed hash, and as nothing else."""

import hmac
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import duckdb
import pyarrow as pa

from collectors.recheck import rechecker_for
from collectors.secret_key import KEY_BYTES, key_path, make_key
from warehouse.charged_items import hide_earlier_items
from warehouse.errors import TombstoneKeyError
from warehouse.link import unlink_removed
from warehouse.query import run_script
from warehouse.transaction import in_transaction

_KEY_VARIABLE = "LUISTERPOST_TOMBSTONE_KEY"
_COPY = "copy it from whoever loaded first"
_BURIED = pa.schema([("mention_id", pa.string()), ("key_hash", pa.string())])


@dataclass(frozen=True, kw_only=True, slots=True)
class Burial:
    """Why a mention must go, and whether for good."""

    reason: str
    hidden_at: datetime | None = None
    """When its platform hid it (aware, UTC), which it may take back; None: gone for good."""


def tombstone_key(connection: duckdb.DuckDBPyConnection, *, create: bool) -> bytes:
    """
    Read the key that hides the identities of deleted posts, and of those that were charged for.

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
    path = key_path("tombstone.key")
    expected = connection.execute("SELECT fingerprint FROM tombstone_key").fetchall()
    if not given and not path.exists():
        if expected or not create:
            msg = (
                "the key by which this warehouse hides what was deleted and charged for is not here: "
                f"restore {path} ({_COPY}), or set {_KEY_VARIABLE}"
            )
            raise TombstoneKeyError(msg)
        make_key(path)
    try:
        key = bytes.fromhex(given or path.read_text(encoding="ascii").strip())
    except ValueError:
        key = b""
    if len(key) < KEY_BYTES:
        msg = f"the tombstone key must be {KEY_BYTES} bytes in hexadecimal ({_KEY_VARIABLE} or {path})"
        raise TombstoneKeyError(msg)
    fingerprint = _hash(key, "the key of this warehouse")
    if not expected and create:
        connection.execute("INSERT INTO tombstone_key VALUES (?)", [fingerprint])
    elif expected != [(fingerprint,)]:
        where = _KEY_VARIABLE if given else path
        msg = f"this warehouse's hashes were made with another key than that in {where}: {_COPY}"
        raise TombstoneKeyError(msg)
    return key


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
        return bury_each(connection, dict.fromkeys(mention_ids, Burial(reason=reason)), now=now)


def bury_each(
    connection: duckdb.DuckDBPyConnection, burials: Mapping[str, Burial], *, now: datetime
) -> int:
    """
    Do as `bury` does, within the caller's transaction and with a reason for each mention.

    What a platform hides goes as well, unless it was seen there since; it may
    return once it is collected later than it was hidden.

    Args:
        connection: The warehouse.
        burials: By mention_id why it must go.
        now: When.

    Returns:
        How many stood in the warehouse, and left it.

    Raises:
        TombstoneKeyError: The key is lost or another one.
    """
    ids = sorted(burials)
    key = tombstone_key(connection, create=True)
    hide_earlier_items(connection, key, now=now)
    rows = {
        "mention_id": ids,
        "key_hash": [_hash(key, one) for one in ids],
        "reason": [burials[one].reason for one in ids],
        "hidden_at": [burials[one].hidden_at for one in ids],
    }
    more = [("reason", pa.string()), ("hidden_at", pa.timestamp("us", tz="UTC"))]
    connection.register("buried", pa.table(rows, pa.schema([*_BURIED, *more])))
    try:
        run_script(connection, "bury", {"now": now})
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
        run_script(connection, "barred", {})
    finally:
        connection.unregister("hashed")
    shown = connection.execute(
        "SELECT mention_id, collected_at, platform, raw FROM arriving SEMI JOIN barred USING (mention_id)"
    ).fetchall()
    for mention_id, collected_at, platform, raw in shown:
        rechecker = rechecker_for(platform)
        if rechecker is None or not rechecker.shows(raw):
            connection.execute(
                "DELETE FROM arriving WHERE mention_id = ? AND collected_at = ? AND raw = ?",
                [mention_id, collected_at, raw],
            )
    connection.execute(
        "DELETE FROM touched WHERE mention_id IN (SELECT mention_id FROM barred) "
        "AND mention_id NOT IN (SELECT mention_id FROM arriving)"
    )


def _hash(key: bytes, mention_id: str) -> str:
    return hmac.digest(key, mention_id.encode(), "sha256").hex()
