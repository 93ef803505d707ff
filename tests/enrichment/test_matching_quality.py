"""On cases written beforehand, in four languages: precision and recall of both halves."""

import pytest

from tests.quality.matching import PRECISION_BAR, RECALL_BAR, measure


@pytest.mark.parametrize("half", [0, 1])
def test_names_are_found_with_few_mistakes(half):
    counts = measure(half)

    assert counts.right > 150
    assert counts.precision >= PRECISION_BAR
    assert counts.recall >= RECALL_BAR
