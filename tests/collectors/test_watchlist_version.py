"""The watchlist's version changes with what decides, and with nothing else."""

import pytest

from collectors.watchlist import Watchlist

ACME = {"id": "acme", "name": "Acme", "facet": "brand", "terms": ["Acme"]}
BEFORE = "d1b4bb16a9bd"
"""What the same watchlist was called before `relevance` was known."""


def version(**keys: object) -> str:
    return Watchlist.model_validate({"subject": [ACME | keys]}).version


def test_an_upgrade_leaves_the_version_of_an_unchanged_watchlist():
    assert version() == BEFORE
    assert version(relevance=0.5) == BEFORE


@pytest.mark.parametrize("threshold", [0.0, 0.7, 1.0])
def test_a_threshold_of_ones_own_changes_the_version(threshold):
    assert version(relevance=threshold) != BEFORE


def test_tests_of_a_query_change_no_version():
    assert version(must=["Acme beer"], query="Acme") == version(query="Acme")
