"""What `check` says of `misspellings` and `compounds` in the watchlist."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from collectors.configuration.mistakes import read_document
from collectors.configuration.watchlist_check import watchlist_warnings

HEAD = '[[subject]]\nid = "a"\nname = "A"\nfacet = "brand"\n'


def warnings(tmp_path: Path, lines: str) -> list[str]:
    path = tmp_path / "watchlist.toml"
    path.write_text(HEAD + lines, encoding="utf-8")
    document, _ = read_document(path)
    return [str(m) for m in watchlist_warnings(document, datetime(2026, 11, 23, tzinfo=UTC))]


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ('terms = ["Tavio"]\nmisspellings = true\n', "is short"),
        ('terms = ["Bol"]\ncompounds = ["Bol"]\n', "is short"),
        ('terms = ["Brasvel"]\ncompounds = ["Brasvl"]\n', "is none of the terms"),
    ],
)
def test_what_is_not_safe_or_names_no_term_is_warned_of(tmp_path, lines, told):
    (warning,) = warnings(tmp_path, lines)

    assert told in warning


@pytest.mark.parametrize(
    "lines",
    [
        'terms = ["Brasvel"]\nmisspellings = true\ncompounds = true\n',
        'terms = ["Tavio"]\nmisspellings = false\n',
        'terms = ["Tavio"]\nmisspellings = true\ncontext = ["fiets"]\n',
    ],
)
def test_what_is_safe_is_not(tmp_path, lines):
    assert warnings(tmp_path, lines) == []
