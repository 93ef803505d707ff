"""Every platform with everything people write: hand-written answers, through its client library."""

from importlib import import_module

import pytest

from tests.collectors.platform_items import ASPECTS, CELLS, Case
from tests.collectors.platforms import PLATFORMS
from tests.collectors.side_by_side import collect_beside

READ = [
    pytest.param(cell, id=f"{platform}-{aspect}")
    for platform, cells in CELLS.items()
    for aspect, cell in cells.items()
    if isinstance(cell, Case)
]


@pytest.mark.parametrize("platform", PLATFORMS, ids=lambda p: p.id)
def test_every_platform_has_everything_people_write_or_a_reason_why_not(platform):
    cells = CELLS[platform.id]
    assert tuple(cells) == ASPECTS
    assert all(isinstance(cell, Case) or len(cell) > 10 for cell in cells.values())


@pytest.mark.parametrize("case", READ)
def test_it_is_read_as_people_wrote_it(case):
    found = collect_beside(case.platform, case.platform.page([case.item], None))
    assert found.faulty.header.fault is None
    assert found.faulty.header.unreadable == ()
    row = found.faulty.only
    assert {field: row[field] for field in case.reads} == dict(case.reads)


@pytest.mark.parametrize("platform", PLATFORMS, ids=lambda p: p.id)
def test_every_platform_has_a_test_with_recorded_answers(platform):
    module, name = platform.recorded.split(":")
    assert "exactly_once" in name or name.endswith("arrives_once")
    assert callable(getattr(import_module(f"tests.collectors.{module}"), name))
