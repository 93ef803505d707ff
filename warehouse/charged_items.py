"""Hide which posts were charged for: by the key of the tombstones, and by the day."""

import hmac
from datetime import date, datetime

import duckdb
import pyarrow as pa

_HASH_BYTES = 8


def hide_items(charges: pa.Table, key: bytes) -> pa.Table:
    """
    Replace the items of what `costs.charge_rows` gives by hashes that nobody can guess.

    The same item has another hash on another day, and none that tells it
    without the key: what a deletion leaves behind in the ledger of money
    leads to no post.
    """
    days, items = charges.column("day").to_pylist(), charges.column("item").to_pylist()
    hidden = [_hash(key, day, item) for day, item in zip(days, items, strict=True)]
    place = charges.schema.get_field_index("item")
    return charges.set_column(place, charges.schema.field(place), pa.array(hidden, pa.uint64()))


def hide_earlier_items(connection: duckdb.DuckDBPyConnection, key: bytes, *, now: datetime) -> None:
    """Hide the items that an earlier version remembered by a hash without a key, in the same way."""
    found = connection.execute(
        "SELECT DISTINCT day, item FROM charged_item WHERE NOT is_keyed"
    ).fetchall()
    if not found:
        return
    days, items = [day for day, _ in found], [item for _, item in found]
    hidden = [_hash(key, day, item) for day, item in found]
    schema = pa.schema([("day", pa.date32()), ("item", pa.uint64()), ("hidden", pa.uint64())])
    connection.register("hidden_item", pa.table([days, items, hidden], schema=schema))
    try:
        connection.execute(
            "UPDATE charged_item SET item = hidden, is_keyed = TRUE FROM hidden_item "
            "WHERE NOT charged_item.is_keyed AND charged_item.day = hidden_item.day "
            "AND charged_item.item = hidden_item.item"
        )
        connection.execute("INSERT INTO pending_purge VALUES ($now, 'mentions')", {"now": now})
    finally:
        connection.unregister("hidden_item")


def are_there_earlier_items(connection: duckdb.DuckDBPyConnection) -> bool:
    """Tell whether some items are still remembered by a hash without a key."""
    query = "FROM charged_item WHERE NOT is_keyed LIMIT 1"
    return bool(connection.execute(query).fetchall())


def _hash(key: bytes, day: date, item: int) -> int:
    digest = hmac.digest(key, f"charged {day.isoformat()} {item}".encode(), "sha256")
    return int.from_bytes(digest[:_HASH_BYTES], "big")
