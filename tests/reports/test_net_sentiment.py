"""Net sentiment in reports: the interval is shown, and only what chance can't explain is a change."""

from datetime import timedelta

import pytest

from tests.reports.reading import read, small_world, text_of, written
from tests.reports.world import MONDAY, at

WEEKS = 8
TONES = ("negative", "neutral", "positive")
ERROR = {"shift": 0.05, "slope": 0.5, "shift_sd": 0.2, "slope_sd": 0.15, "drift_sd": 0.05}
OTHER_ERROR = {"shift": -0.1, "slope": 0.8, "shift_sd": 0.1, "slope_sd": 0.1, "drift_sd": 0.05}


def tell(world, monday, negative, positive):
    for n, tone in enumerate(["negative"] * negative + ["positive"] * positive):
        world.mention(at(n % 7, 9 + n % 9, monday=monday), ["hopla"], f"{monday} {n}", tone=tone)


def history(*, now, before=(10, 20), origin="shipped"):
    """Weeks of the same tone, then one with *now* (negative, positive) stories."""
    world = small_world()
    world.covered(
        "x-search", "search:1", at(0, monday=MONDAY - timedelta(weeks=WEEKS)), at(0), "imported"
    )
    for back in range(WEEKS, 0, -1):
        tell(world, MONDAY - timedelta(weeks=back), *before)
    tell(world, MONDAY, *now)
    world.add("tone_model", tone_model="lexicon 1", origin=origin, **ERROR)
    return world


def switched(world):
    """Let another model have judged the week that is reported."""
    world.add("tone_model", tone_model="other 1", origin="shipped", **OTHER_ERROR)
    for row in world.tables["subject_match"]:
        if row["enriched_at"] >= at(0):
            row["tone_model"] = "other 1"
    return world


def test_models_error_is_in_the_level_and_not_in_the_change():
    brand = read(history(now=(60, 20))).facets[0]
    assert brand.net.change == -1
    low, high = brand.sentiment.interval
    assert (low, high) == (-1, pytest.approx(-0.18, abs=0.1))
    assert brand.verdict.reasons[0] == "tone_clearly_worse"


def test_few_stories_are_no_change():
    assert read(history(now=(4, 3))).facets[0].net.change == 0


def test_what_another_model_tells_is_no_change_unless_it_is_beyond_both_errors():
    told = read(history(now=(30, 30))).facets[0]
    assert told.net.change == -1
    assert "tone_worse" in told.verdict.reasons
    other = read(switched(history(now=(30, 30)))).facets[0]
    assert other.net.now == told.net.now
    assert other.net.change == 0
    assert "tone_worse" not in other.verdict.reasons
    assert other.sentiment.judged == {"other 1": 1}


def test_week_that_two_models_judged_has_the_mean_of_their_errors():
    world = history(now=(30, 30))
    world.add("tone_model", tone_model="other 1", origin="shipped", **OTHER_ERROR)
    of_week = [row for row in world.tables["subject_match"] if row["enriched_at"] >= at(0)]
    for row in of_week[::2]:
        row["tone_model"] = "other 1"
    sentiment = read(world).facets[0].sentiment
    assert sentiment.judged == {"lexicon 1": 0.5, "other 1": 0.5}
    assert sentiment.error.slope == pytest.approx((0.5 + 0.8) / 2)
    assert sentiment.error.shift_sd == pytest.approx((0.2 + 0.1) / 2)


FIRST = ("mention_id", "version_id", "subject_id", "field", "start_char", "end_char", "tone")
FIRST += ("p_negative", "p_neutral", "p_positive", "tone_model")


def judged_again(world, *, every=1, tone=None):
    """Let a better model have judged stories of the week once more; *tone* is what it found."""
    world.add("tone_model", tone_model="other 1", origin="shipped", **OTHER_ERROR)
    of_week = [row for row in world.tables["subject_match"] if row["enriched_at"] >= at(0)]
    for row in of_week[::every]:
        world.add("first_reading", **{name: row[name] for name in FIRST})
        row["tone_model"] = "other 1"
        if tone is not None:
            row["tone"] = tone
            row |= {f"p_{one}": 0.8 if one == tone else 0.1 for one in TONES}
    return world


@pytest.mark.parametrize("every", [1, 2])
def test_judging_what_matters_once_more_takes_no_verdict_away(every):
    before = read(history(now=(30, 30))).facets[0]
    after = read(judged_again(history(now=(30, 30)), every=every)).facets[0]
    assert "tone_worse" in before.verdict.reasons
    assert after.verdict == before.verdict
    assert after.net.change == before.net.change == -1
    assert after.sentiment.judged["other 1"] == 1 / every


def test_what_is_shown_is_the_better_models_and_what_is_compared_the_first_ones():
    world = judged_again(history(now=(10, 20)), every=2, tone="negative")
    brand = read(world).facets[0]
    assert brand.sentiment.negative > 10
    assert brand.net.now == brand.sentiment.value < read(history(now=(10, 20))).facets[0].net.now
    assert brand.net.change == 0
    assert brand.verdict == read(history(now=(10, 20))).facets[0].verdict


def test_chart_draws_the_bar_that_the_rule_compares():
    for world in (switched(history(now=(30, 30))), history(now=(30, 30))):
        last = read(world).tones[-1]
        wide = last.sentiment.told_interval(0.1)
        is_switched = last.sentiment.judged == {"other 1": 1}
        assert (last.told[0] < wide[0]) == is_switched
    again = read(judged_again(history(now=(30, 30)), every=2)).tones[-1]
    assert again.told == pytest.approx(last.told)


def test_no_change_is_told_against_which_the_figures_speak():
    brand = read(judged_again(history(now=(60, 20)), tone="positive")).facets[0]
    assert brand.net.now == 1
    assert brand.net.change == 0


def test_story_has_the_error_of_the_model_that_judged_most_of_its_mentions():
    world = small_world()
    for n in range(3):
        world.mention(at(1, n), ["hopla"], f"copy {n}", story="one", tone="negative")
    world.tables["subject_match"][0]["tone_model"] = "accurate 1"
    assert read(world).facets[0].sentiment.judged == {"lexicon 1": 1}


def test_page_says_where_the_true_value_lies_and_what_that_covers(tmp_path):
    said = text_of(written(history(now=(60, 20)), tmp_path))
    assert "the true value probably lies between \N{MINUS SIGN}1.00 and \N{MINUS SIGN}0." in said
    assert "errors of the model that judges tone, as measured on public texts" in said
    assert "in 95 of 100 cases for posts and reviews; for news less often." in said
    assert "Label about 200 mentions of your own" in said
    assert "Interval of net sentiment v2" in said


def test_page_says_when_the_true_value_cant_be_told(tmp_path):
    said = text_of(written(history(now=(2, 2)), tmp_path))
    assert "its true value can\N{RIGHT SINGLE QUOTATION MARK}t be told" in said


def test_page_knows_a_model_that_was_measured_on_own_texts(tmp_path):
    said = text_of(written(history(now=(6, 2), origin="configured"), tmp_path))
    assert "as measured on texts of your own" in said
    assert "luisterpost evaluate" not in said
    assert "for news less often" not in said
