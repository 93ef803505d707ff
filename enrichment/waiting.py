"""Which landing files wait for enrichment: those that nothing of today's form stands for."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from collectors.landing import LandingError, read_header, waiting_files
from collectors.settings import Settings
from enrichment.enriched import ENRICHED_SCHEMA


def unenriched(settings: Settings) -> list[Path]:
    """List the landing files that wait for enrichment, oldest name first."""
    return [
        path
        for path in waiting_files(settings.landing)
        if not (settings.enriched / path.name).exists()
        or is_of_another_version(settings.enriched / path.name)
    ]


def is_of_another_version(enriched: Path) -> bool:
    """
    Tell whether a file was enriched, whole, by a version with other columns.

    Such a file can't be loaded; its landing file, which stays until then, is
    enriched anew. Of a broken file, or one that is gone, this says no.
    """
    try:
        is_enriched = "enriched_at" in read_header(enriched).enrichment
        return is_enriched and not pq.read_schema(enriched).equals(ENRICHED_SCHEMA)
    except (LandingError, pa.ArrowException, OSError):
        return False
