"""The page over all platforms says what the registry, the limits and the matrices of tests say."""

import re

import pytest

from collectors import errors
from collectors.recheck import RECHECKERS, rechecker_for
from collectors.registry import PLATFORMS as REGISTERED
from collectors.registry import collector_for
from tests.collectors.faults import FAULTS
from tests.collectors.platform_items import ASPECTS, CELLS, Case
from tests.collectors.platforms import PLATFORMS
from tests.programs import ROOT

FOLDER = ROOT / "docs" / "platforms"
PAGE = (FOLDER / "README.md").read_text(encoding="utf-8")
_STATUS = re.compile(r"\b[2-5][0-9]{2}\b")
OUTCOMES = {
    kind.reason for kind in vars(errors).values() if isinstance(kind, type)
    and issubclass(kind, errors.CollectError)
}  # fmt: skip


def rows_of(heading: str) -> list[list[str]]:
    """Read the first table below a heading, without its head."""
    below = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in below.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def reading_table() -> str:
    """Write what people write by platform, as the tests have it."""
    ids = [platform.id for platform in PLATFORMS]
    reasons: list[str] = []
    lines = [f"| | {' | '.join(ids)} |", "|---|" + "---|" * len(ids)]
    for aspect in ASPECTS:
        signs = []
        for name in ids:
            cell = CELLS[name][aspect]
            if isinstance(cell, str) and cell not in reasons:
                reasons.append(cell)
            signs.append("✓" if isinstance(cell, Case) else f"{reasons.index(cell) + 1}")
        lines.append(f"| {aspect} | {' | '.join(signs)} |")
    notes = [f"{number}. {reason}" for number, reason in enumerate(reasons, 1)]
    return "\n".join([*lines, "", *notes])


def test_the_table_of_platforms_has_a_row_for_each_and_links_its_page():
    links = [re.fullmatch(r"\[.+\]\((\w+)\.md\)", row[0]) for row in rows_of("What each gives")]
    assert sorted(link[1] for link in links) == sorted(REGISTERED)
    pages = {path.stem: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md")}
    assert set(pages) - {"README"} == set(REGISTERED)
    assert all("(README.md)" in pages[platform] for platform in REGISTERED)


def row_of(platform: str) -> list[str]:
    (row,) = (r for r in rows_of("What each gives") if f"({platform}.md)" in r[0])
    assert all(row)
    return row


@pytest.mark.parametrize("platform", REGISTERED)
def test_the_row_says_whether_a_key_is_needed(platform):
    key = row_of(platform)[1]
    assert key.startswith("yes" if collector_for(platform).needs_credential else "no")


@pytest.mark.parametrize("platform", REGISTERED)
def test_the_row_says_every_limit(platform):
    stated = row_of(platform)[4].replace(",", "")
    for limit in collector_for(platform).limits:
        assert re.search(rf"\b{limit.requests}\b", stated), limit


@pytest.mark.parametrize("platform", REGISTERED)
def test_the_row_says_how_soon_a_deletion_is_seen(platform):
    stated = row_of(platform)[5]
    if platform not in RECHECKERS:
        assert stated.startswith("not asked")
        return
    within = rechecker_for(platform).within
    hours = within.total_seconds() / 3600
    assert f"{hours:.0f} h" in stated if hours <= 24 else f"{within.days} days" in stated


@pytest.mark.parametrize("platform", REGISTERED)
def test_the_row_names_tests_that_are_there(platform):
    names = re.findall(r"`(test_\w+(?:\*\w*)?)`", row_of(platform)[6])
    assert names
    for name in names:
        assert list((ROOT / "tests" / "collectors").glob(f"{name}.py")), name


def test_what_people_write_stands_there_as_it_is_tested():
    assert reading_table() in PAGE, f"docs/platforms/README.md should hold:\n{reading_table()}"


def test_every_fault_stands_there_with_its_outcome():
    outcomes = {row[0]: re.findall(r"`(\w+)`", row[1]) for row in rows_of("What can go wrong")}
    assert {word for words in outcomes.values() for word in words} <= OUTCOMES | {"page_cap"}
    by_status = {
        status: words[0] for said, words in outcomes.items() for status in _STATUS.findall(said)
    }
    assert by_status == {fault.id: fault.values[1] for fault in FAULTS if fault.id.isdigit()}
