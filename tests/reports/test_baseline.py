import pytest

from reports.baseline import usual_count, usual_share


def test_usual_is_the_median_of_the_known_weeks():
    usual = usual_count([10, 12, None, 11, 13, 100], fewest=4)
    assert usual is not None
    assert usual.middle == 12
    assert usual.periods == 5


def test_nothing_is_usual_with_too_few_weeks():
    assert usual_count([10, None, None, 12], fewest=4) is None
    assert usual_share([0.5, None], fewest=2, floor=0.1) is None


def test_spread_of_counts_is_never_below_chance():
    usual = usual_count([100, 100, 100, 100], fewest=4)
    assert usual is not None
    assert usual.spread == pytest.approx(10)
    assert usual_count([0, 0, 0, 0], fewest=4).spread == 1


def test_one_wild_week_does_not_widen_the_spread():
    calm = usual_count([90, 100, 110, 100, 95, 105, 100, 98], fewest=4)
    wild = usual_count([90, 100, 110, 100, 95, 105, 100, 900], fewest=4)
    assert wild.spread < 2 * calm.spread


@pytest.mark.parametrize(("value", "change"), [(100, 0), (129, 0), (131, 1), (71, 0), (69, -1)])
def test_change_is_flagged_only_beyond_the_normal_variation(value, change):
    usual = usual_count([100, 100, 100, 100], fewest=4)
    assert usual.change(value, unusual_at=3) == change
