"""Recorded real answers, feeds and texts, which lie beside the checkout and not in it."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


def shared_data(*parts: str) -> Path:
    """Return a path below the shared data, or skip the test with the reason."""
    path = SHARED_DATA.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"../shared/data is absent: {'/'.join(parts)} not found")
    return path


def recorded(*parts: str) -> Iterator[dict[str, Any]]:
    """Read recorded answers, one JSON object a line, compressed or not."""
    path = shared_data(*parts)
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open() as lines:
        for line in lines:
            yield json.loads(line)
