"""How long the warehouse keeps things: the optional `warehouse.toml`."""

from datetime import timedelta

from pydantic import Field

from collectors.sources import Duration
from collectors.watchlist import Frozen


class WarehouseSettings(Frozen):
    """What may be said in `warehouse.toml`; every key has a sensible default."""

    keep_unmatched: Duration = timedelta(days=30)
    """Mentions that concern no subject go when they were last seen so long ago; files put aside, too."""
    keep_snapshots: int = Field(default=3, ge=2, le=1000)
    """Versions of the snapshot that stay, for readers who still have one open."""
    refresh_per_day: int = Field(default=0, ge=0, le=100_000)
    """X: posts whose counts are read anew each day, newest first; each one is charged."""
