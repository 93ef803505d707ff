"""The errors of the models that judged tones, where analysts' figures are made of them."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime

import duckdb
import pyarrow as pa

from collectors.landing import Header, LandingError
from enrichment.tone.error import UNMEASURED, ToneError, shipped_errors

_ERROR = tuple(ToneError.__dataclass_fields__)
_SCHEMA = pa.schema(
    [
        ("tone_model", pa.string()),
        *((name, pa.float64()) for name in _ERROR),
        ("origin", pa.string()),
        ("measured_at", pa.timestamp("us", tz="UTC")),
    ]
)


def configured_error_rows(headers: Iterable[Header]) -> pa.Table:
    """
    List the errors that enriched files bring along because somebody measured them.

    Raises:
        LandingError: What a header says of an error can't be read.
    """
    newest: dict[str, dict[str, object]] = {}
    for header in headers:
        told = header.enrichment.get("tone_error")
        if told is None:
            continue
        try:
            row = _row(header.enrichment["tone_model"], ToneError.from_json(told), "configured")
            row["measured_at"] = datetime.fromisoformat(header.enrichment["enriched_at"])
        except (KeyError, TypeError, ValueError) as error:
            msg = f"the header of job {header.job_id} tells of no error of a tone model: {error}"
            raise LandingError(msg) from error
        known = newest.get(str(row["tone_model"]))
        if known is None or _order(row) > _order(known):
            newest[str(row["tone_model"])] = row
    return pa.Table.from_pylist(list(newest.values()), schema=_SCHEMA)


def note_tone_models(connection: duckdb.DuckDBPyConnection) -> None:
    """
    Give every model that judged a tone its error: the configured one, the one shipped, or the
    one that is assumed of a model that nobody measured.
    """
    names = connection.execute(
        "SELECT tone_model FROM subject_match UNION SELECT tone_model FROM tone_model"
    ).fetchall()
    configured = {
        name
        for (name,) in connection.execute(
            "SELECT tone_model FROM tone_model WHERE origin = 'configured'"
        ).fetchall()
    }
    shipped = shipped_errors()
    rows = [
        _row(name, shipped[name], "shipped")
        if name in shipped
        else _row(name, UNMEASURED, "assumed")
        for name in sorted(name for (name,) in names if name not in configured)
    ]
    connection.execute("DELETE FROM tone_model WHERE origin <> 'configured'")
    connection.register("noted_tone_model", pa.Table.from_pylist(rows, schema=_SCHEMA))
    try:
        connection.execute("INSERT INTO tone_model BY NAME FROM noted_tone_model")
    finally:
        connection.unregister("noted_tone_model")


def _row(name: str, error: ToneError, origin: str) -> dict[str, object]:
    return {"tone_model": name, **asdict(error), "origin": origin, "measured_at": None}


def _order(row: dict[str, object]) -> tuple[object, ...]:
    return (row["measured_at"], *(row[name] for name in _ERROR))
