"""Steps of `enrich`: understand landing files, load what is understood, publish a snapshot."""

from collections.abc import Sequence
from pathlib import Path

from collectors.landing import waiting_files
from collectors.leases import Leases
from dags.steps.patience import PATIENCE_S, naming_who_holds
from dags.surroundings import find_ready, look_around, tell
from dags.told import FilesPutAside

_ROWS = 5_000
"""For one task: beginning a task and reading the models takes as long as some thousand rows."""


def list_batches() -> list[list[str]]:
    """List the landing files that wait, in batches for one task each."""
    from enrichment.waiting import unenriched

    return batches_of(unenriched(look_around().settings), most_rows=_ROWS)


def batches_of(files: Sequence[Path], *, most_rows: int) -> list[list[str]]:
    """Split files into batches of *most_rows* rows; a larger file is a batch of its own."""
    batches: list[list[str]] = []
    room = 0
    for path in files:
        rows = _rows_of(path)
        if not batches or rows > room:
            batches.append([])
            room = most_rows
        batches[-1].append(str(path))
        room -= rows
    return batches


def _rows_of(path: Path) -> int:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return int(pq.read_metadata(path).num_rows)
    except (pa.ArrowException, OSError):
        return 0  # Gone or broken: the enrichment finds out which.


def enrich_batch(files: Sequence[str]) -> int:
    """
    Enrich landing files.

    Returns:
        How many mentions they hold.

    Raises:
        FilesPutAside: Some were broken; the others are enriched.
    """
    from enrichment.enrich import enrich_waiting

    around = look_around()
    settings = around.settings
    results = enrich_waiting(
        settings, around.configuration.watchlist, only=[Path(name) for name in files]
    )
    broken = [result.landing.name for result in results if result.error is not None]
    if broken:
        raise FilesPutAside(broken, settings.aside)
    return sum(result.mentions for result in results)


def is_anything_to_load() -> bool:
    """Tell whether enriched files wait, or something is to be published: loads, or after an upgrade."""
    from warehouse.schema_version import is_snapshot_of_another_version

    settings = look_around().settings
    return bool(
        waiting_files(settings.enriched)
        or Leases(folder=settings.jobs).loaded()
        or is_snapshot_of_another_version(settings.snapshot)
    )


def load_enriched() -> int:
    """
    Load and link all enriched files that wait, in one transaction.

    Returns:
        How many mentions are new.

    Raises:
        FilesPutAside: Some were broken; the others are loaded.
        WarehouseHeld: Another program has the warehouse open; the files wait.
    """
    from warehouse.intake import load_waiting
    from warehouse.settings import WarehouseSettings

    around = look_around()
    sources = find_ready(around).states
    with naming_who_holds(around.settings.warehouse):
        intake = load_waiting(
            around.settings,
            watchlist=around.configuration.watchlist,
            sources=sources,
            keep=around.configuration.setting("warehouse", WarehouseSettings),
            tell=tell,
            timeout_s=PATIENCE_S,
        )
    tell(f"{intake.new_mentions} new mentions, {intake.mentions} in all")
    broken = [outcome.path.name for outcome in intake.outcomes if outcome.state == "broken"]
    if broken:
        raise FilesPutAside(broken, around.settings.aside)
    return intake.new_mentions


def publish_snapshot() -> str:
    """
    Publish a snapshot and give its path.

    Raises:
        WarehouseHeld: Another program has the warehouse open.
    """
    from reports.settings import ReportSettings
    from warehouse.intake import publish_now
    from warehouse.settings import WarehouseSettings

    around = look_around()
    with naming_who_holds(around.settings.warehouse):
        path = publish_now(
            around.settings,
            watchlist=around.configuration.watchlist,
            time_zone=around.configuration.setting("reports", ReportSettings).time_zone,
            keep=around.configuration.setting("warehouse", WarehouseSettings),
            tell=tell,
            timeout_s=PATIENCE_S,
        )
    return str(path)
