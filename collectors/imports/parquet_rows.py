"""Rows of a Parquet file."""

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from collectors.imports.record import Row

_BATCH = 2_000


class ParquetTable:
    """A Parquet file: its columns and its rows."""

    def __init__(self, file: Any) -> None:
        self._table = pq.ParquetFile(file, pre_buffer=False)
        self.columns: list[str] = self._table.schema_arrow.names

    def rows(self) -> Iterator[Row]:
        """Read the rows, batch by batch."""
        number = 0
        for batch in self._table.iter_batches(batch_size=_BATCH):
            for values in _dicts(batch):
                number += 1
                error = values if isinstance(values, str) else None
                kept = {} if isinstance(values, str) else values
                yield Row(number=number, unit="row", values=kept, raw="", error=error)


def _dicts(batch: Any) -> Iterator[dict[str, Any] | str]:
    fields = [
        field.with_type(pa.timestamp("us", tz=field.type.tz))
        if pa.types.is_timestamp(field.type) and field.type.unit == "ns"
        else field
        for field in batch.schema
    ]
    batch = batch.cast(pa.schema(fields), safe=False)
    try:
        yield from batch.to_pylist()
    except (ValueError, OverflowError, pa.ArrowException):
        for row in range(batch.num_rows):
            try:
                yield batch.slice(row, 1).to_pylist()[0]
            except (ValueError, OverflowError, pa.ArrowException) as error:
                yield f"can't be read ({error})"
