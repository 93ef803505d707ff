"""Keep only what may be kept: consent, and the time limit on mentions that concern nobody."""

from datetime import datetime, timedelta
from typing import Literal

import duckdb
import pyarrow as pa

from collectors.watchlist import Watchlist
from warehouse.query import run_script
from warehouse.tombstones import remove_touched
from warehouse.transaction import in_transaction


def apply_watchlist(
    connection: duckdb.DuckDBPyConnection, watchlist: Watchlist, *, now: datetime
) -> int:
    """
    Bring the subjects up to date and remove what no consent covers any more.

    An employee without a standing consent, or one who left the watchlist,
    loses every row: subject, matches, hourly figures. So does what was another
    subject until the watchlist called it an employee, beyond what its consent
    covers; and what a better model judged once more of it before has the tone
    again that was read first. Other subjects that left it keep their history and are marked inactive.

    Returns:
        How many mentions lost a match with an employee.
    """
    connection.register("arriving_subject", _subjects(watchlist, now))
    connection.register("arriving_consent", _consents(watchlist, now))
    connection.register("arriving_employee", _employee_ids(watchlist))
    try:
        with in_transaction(connection):
            before = _employees(connection)
            has_new_rules = _becomes_employee(connection)
            run_script(connection, "subjects", {})
            run_script(connection, "refuse", {"now": now})
            removed = _mentions(connection, "refused")
            connection.execute(
                "CREATE OR REPLACE TEMP TABLE touched AS "
                "SELECT mention_id FROM refused UNION SELECT mention_id FROM put_back"
            )
            if removed or has_new_rules or before - _employees(connection):
                connection.execute(
                    "INSERT INTO pending_purge VALUES ($now, 'consent')", {"now": now}
                )
            if _mentions(connection, "touched"):
                run_script(connection, "touch_by_mention", {})
                run_script(connection, "roll_up", {"now": now})
    finally:
        connection.unregister("arriving_subject")
        connection.unregister("arriving_consent")
        connection.unregister("arriving_employee")
    return removed


def drop_unmatched(connection: duckdb.DuckDBPyConnection, *, now: datetime, keep: timedelta) -> int:
    """
    Delete mentions that have concerned no subject, and were last seen, more than *keep* ago.

    Returns:
        How many mentions went.
    """
    with in_transaction(connection):
        connection.execute(
            "CREATE OR REPLACE TEMP TABLE touched AS SELECT mention_id FROM mention "
            "ANTI JOIN subject_match USING (mention_id) "
            # What a changed watchlist let go of a moment ago can still be won back.
            "ANTI JOIN (FROM match_history WHERE replaced_at >= $limit) AS lately "
            "USING (mention_id) WHERE last_collected_at < $limit",
            {"limit": now - keep},
        )
        count: int = connection.execute("SELECT count(*) FROM touched").fetchall()[0][0]
        if count:
            remove_touched(connection, now=now)
    return count


def _mentions(connection: duckdb.DuckDBPyConnection, table: Literal["refused", "touched"]) -> int:
    """Count the mentions that a temporary table names."""
    counted = connection.table(table).aggregate("count(DISTINCT mention_id)").fetchall()
    count: int = counted[0][0]
    return count


def _employees(connection: duckdb.DuckDBPyConnection) -> set[tuple[str, str]]:
    """Name the employees whom the warehouse holds."""
    query = "SELECT subject_id, name FROM subject WHERE facet = 'employee'"
    return set(connection.execute(query).fetchall())


def _becomes_employee(connection: duckdb.DuckDBPyConnection) -> bool:
    """Tell whether the warehouse holds as another subject what is an employee now."""
    query = "FROM subject SEMI JOIN arriving_employee USING (subject_id) WHERE facet <> 'employee'"
    return bool(connection.execute(query).fetchall())


def _employee_ids(watchlist: Watchlist) -> pa.Table:
    """List all of them, whatever consent stands."""
    ids = [subject.id for subject in watchlist.subject if subject.facet == "employee"]
    return pa.table({"subject_id": pa.array(ids, pa.string())})


def _subjects(watchlist: Watchlist, now: datetime) -> pa.Table:
    columns = ("name", "facet", "relation", "sector", "unit")
    rows = [
        {column: getattr(subject, column) for column in columns}
        | {"subject_id": subject.id, "watchlist_version": watchlist.version}
        for subject in watchlist.subject
        if subject.consent is None or subject.consent.stands(now)
    ]
    names = (*columns, "subject_id", "watchlist_version")
    return pa.Table.from_pylist(rows, schema=pa.schema([(name, pa.string()) for name in names]))


def _consents(watchlist: Watchlist, now: datetime) -> pa.Table:
    rows = [
        {"subject_id": subject.id, "platform": platform}
        for subject in watchlist.subject
        if subject.consent is not None
        for platform in subject.consent.platforms
        if subject.consent.covers(platform, now)
    ]
    schema = pa.schema([("subject_id", pa.string()), ("platform", pa.string())])
    return pa.Table.from_pylist(rows, schema=schema)
