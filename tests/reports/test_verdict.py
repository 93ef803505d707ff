from dataclasses import replace

import pytest

from reports.baseline import Usual
from reports.sentiment import NetSentiment
from reports.settings import ReportSettings
from reports.status_model import Figure
from reports.verdict import Signs, judge, judge_staff

SETTINGS = ReportSettings()


def usual(middle, spread):
    return Usual(middle=middle, spread=spread, periods=8)


def tones(negative, positive):
    return NetSentiment(negative=negative, neutral=50, positive=positive, uncertain=0)


def with_tones(signs, negative, positive):
    sentiment = tones(negative, positive)
    return replace(signs, sentiment=sentiment, told=sentiment.told_interval())


CALM = Signs(
    covered=0.99,
    is_running=False,
    stories=Figure(now=100, before=98, usual=usual(100, 10)),
    negative=10,
    usual_negative=usual(10, 3.2),
    sentiment=tones(10, 20),
    told=tones(10, 20).told_interval(),
    usual_net=usual(0.33, 0.1),
)


def test_calm_week_with_good_coverage_is_green():
    assert judge(CALM, SETTINGS).colour == "green"
    assert judge(CALM, SETTINGS).reasons == ("usual",)


def test_many_negative_stories_and_clearly_worse_tone_are_red():
    verdict = judge(with_tones(replace(CALM, negative=60), 60, 20), SETTINGS)
    assert verdict.colour == "red"
    assert verdict.reasons == ("tone_clearly_worse", "more_negative")


@pytest.mark.parametrize("covered", [0.2, None])
def test_what_was_seen_is_red_even_where_much_was_not_covered(covered):
    crisis = with_tones(replace(CALM, negative=60, covered=covered), 60, 20)
    assert judge(crisis, SETTINGS).colour == "red"


def test_worse_tone_alone_is_amber():
    assert judge(with_tones(CALM, 21, 17), SETTINGS).reasons == ("tone_worse",)
    assert judge(with_tones(CALM, 21, 17), SETTINGS).colour == "amber"


def test_few_stories_swing_without_changing_the_colour():
    assert judge(with_tones(replace(CALM, negative=2), 2, 1), SETTINGS).colour == "green"


@pytest.mark.parametrize(("change", "reason"), [(1, "more"), (-1, "fewer")])
def test_unusual_volume_is_amber(change, reason):
    signs = replace(CALM, stories=replace(CALM.stories, change=change))
    assert judge(signs, SETTINGS).colour == "amber"
    assert judge(signs, SETTINGS).reasons == (reason,)


@pytest.mark.parametrize(
    ("covered", "colour", "reason"),
    [
        (None, "grey", "little_covered"),
        (0.0, "grey", "little_covered"),
        (0.79, "grey", "little_covered"),
        (0.9, "amber", "partly_covered"),
        (0.95, "green", "usual"),
    ],
)
def test_nothing_is_green_where_coverage_is_poor(covered, colour, reason):
    verdict = judge(replace(CALM, covered=covered), SETTINGS)
    assert (verdict.colour, verdict.reasons) == (colour, (reason,))


def test_without_history_we_cannot_tell():
    signs = replace(
        CALM,
        stories=Figure(now=100, before=None, usual=None),
        usual_negative=None,
        usual_net=None,
    )
    assert judge(signs, SETTINGS).reasons == ("no_history",)


def test_a_week_that_still_runs_is_not_judged():
    assert judge(replace(CALM, is_running=True), SETTINGS).reasons == ("still_running",)


def staff(figure, *, units=2, covered=1.0):
    return judge_staff(figure, covered, SETTINGS, units=units, is_running=False)


def test_employees_are_judged_by_volume_only_and_never_red():
    calm = Figure(now=10, before=9, usual=usual(10, 3.2))
    assert staff(calm).colour == "green"
    assert staff(replace(calm, change=1)).colour == "amber"
    assert staff(calm, covered=0.5).colour == "grey"


def test_hidden_or_absent_staff_figures_are_grey():
    assert staff(Figure(now=None, before=None, usual=None)).reasons == ("all_hidden",)
    assert staff(Figure(now=None, before=None, usual=None), units=0).reasons == ("no_units",)
