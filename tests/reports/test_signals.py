"""Rules of what the alert rules see."""

import random
from datetime import UTC, datetime, timedelta
from math import exp
from zoneinfo import ZoneInfo

import pytest

from reports.alert_settings import AlertSettings
from reports.rhythm import PastHour, Usual, fit_rhythm
from reports.signals import (
    FEWEST_HOURS,
    read_hours,
    read_series,
    threshold,
    volume_signal,
)
from reports.source_signals import source_signal

NOW = datetime(2026, 9, 17, 10, tzinfo=UTC)
NEWEST_SLOT = 3 * 24 + 11
ZONE = ZoneInfo("Europe/Brussels")
HOUR = timedelta(hours=1)
SETTINGS = AlertSettings()
DAY = (1, 0, 0, 0, 0, 1, 2, 4, 5, 5, 6, 7, 7, 6, 6, 6, 7, 9, 11, 12, 11, 8, 5, 2)
WEEK = (0.85, 0.85, 0.9, 0.95, 1.3, 1.25, 1.05)
MEAN_OF_DAY = sum(DAY) / 24


def poisson(mean: float, chance: random.Random) -> int:
    if mean > 60:
        return max(0, round(chance.gauss(mean, mean**0.5)))
    count, product = 0, chance.random()
    while product > exp(-mean):
        count += 1
        product *= chance.random()
    return count


def slot_of(number: int, hours: int) -> int:
    """Hour of the week of the hour *number* of so many, the last of which ends at NOW."""
    return (NEWEST_SLOT - (hours - 1) + number) % 168


def rhythm_counts(
    level: float, hours: int, seed: int, *, dispersion: float = 0.1, growth: float = 0.0
) -> list[int]:
    """Counts by hour up to NOW: pure rhythm with over-dispersed chance, no event."""
    chance = random.Random(seed)
    counts = []
    for number in range(hours):
        hour = slot_of(number, hours)
        mean = level * DAY[hour % 24] / MEAN_OF_DAY * WEEK[hour // 24]
        mean *= (1 + growth) ** (number / 168)
        counts.append(poisson(mean * chance.gammavariate(1 / dispersion, dispersion), chance))
    return counts


def told(counts, *, known=None, facet="brand", tone="negative", authors=None, opened_at=None):
    """A series from counts, the oldest first, the last ending at NOW."""
    newest_first = list(reversed(counts))
    rows = [
        {
            "hours_ago": ago,
            "stories": count,
            "negative": count if tone == "negative" else 0,
            "judged": count,
            "first_at": NOW - (ago + 0.5) * HOUR,
            "authors": authors or [f"a{ago}-{n}" for n in range(count)],
        }
        for ago, count in enumerate(newest_first)
        if count
    ]
    hours = read_hours(NOW, ZONE, known or [1.0] * len(counts), 0.8)
    subject = {"subject_id": "acme", "facet": facet}
    return read_series(subject, rows, hours, opened_at=opened_at)


def judged(counts, **more):
    return volume_signal(told(counts, **more), SETTINGS, rarest=threshold(SETTINGS, 6))


def quiet(weeks: int = 8, level: float = 1.0, seed: int = 1) -> list[int]:
    return rhythm_counts(level, weeks * 168, seed)


def with_end(*newest: int, **more) -> list[int]:
    return quiet(**more)[: -len(newest)] + list(newest)


@pytest.mark.parametrize(("mean", "dispersion"), [(0.05, 0.25), (2.0, 0.02), (40.0, 0.3)])
def test_negative_binomial_has_its_mean_its_variance_and_agrees_with_itself(mean, dispersion):
    usual = Usual(mean=mean, dispersion=dispersion)
    tails = [usual.tail(count) for count in range(1, 600)]
    assert sum(tails) == pytest.approx(mean, rel=1e-6)
    second = sum((2 * count - 1) * tail for count, tail in enumerate(tails, start=1))
    assert second - mean**2 == pytest.approx(mean + dispersion * mean**2, rel=1e-4)
    low, high = usual.band()
    assert usual.tail(high + 1) <= 0.05 < usual.tail(high)
    assert low <= mean <= high or low == high == 0 or mean < 1


def test_two_weeks_of_history_are_needed():
    assert told(quiet(weeks=2)).rhythm is None
    assert told(quiet(weeks=3)).rhythm is not None
    short = judged([*quiet(weeks=1), 50, 60])
    assert (short.is_raised, short.window) == (False, None)


def test_a_burst_raises_and_says_when_it_began():
    signal = judged(with_end(1, 9, 14))
    assert signal.is_raised
    assert not signal.is_calm
    assert signal.window.stories >= 14
    assert signal.since >= NOW - 3 * HOUR
    assert signal.trend == "rising"
    assert signal.evidence["rule"] == "volume"


def test_the_usual_evening_peak_raises_nothing():
    assert not judged(quiet()).is_raised


def test_an_hour_that_is_usual_in_the_evening_is_unusual_at_night():
    rhythm = told(quiet(level=4.0)).rhythm
    night, evening = rhythm.window([3]), rhythm.window([19])
    assert evening.mean > 5 * night.mean
    assert night.tail(8) < 1e-4
    assert evening.tail(8) > 0.05


def test_fewer_stories_than_the_minimum_open_nothing_however_rare():
    assert not judged([*([0] * 1000), 1, *([0] * 300), 4]).is_raised
    assert judged([*([0] * 700), 1, *([0] * 600), 5]).is_raised


def test_many_stories_of_one_author_open_nothing():
    assert judged(with_end(20)).is_raised
    assert not judged(with_end(20), authors=["loud"]).is_raised


def test_hours_that_were_not_listened_to_teach_nothing():
    counts = quiet(level=4.0)
    holes = [0.2 if 24 * 7 * 2 < ago < 24 * 7 * 5 else 1.0 for ago in range(len(counts))]
    gappy = [0 if part < 1 else n for n, part in zip(counts, reversed(holes), strict=True)]
    whole, left_out = told(counts).rhythm, told(gappy, known=holes).rhythm
    taught_wrong = told(gappy).rhythm
    evening = [19]
    assert left_out.window(evening).mean == pytest.approx(whole.window(evening).mean, rel=0.25)
    assert taught_wrong.window(evening).mean < 0.8 * whole.window(evening).mean


def test_an_hour_of_poor_coverage_opens_if_what_was_heard_is_too_much_already():
    counts = with_end(0, 15)
    known = [0.3, 0.3, *[1.0] * (len(counts) - 2)]
    assert judged(counts, known=known).is_raised


def test_silence_of_a_dead_source_is_not_calm():
    counts = with_end(30, 30, 30, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    assert judged(counts).is_calm
    deaf = [*[0.1] * 9, *[1.0] * (len(counts) - 9)]
    assert not judged(counts, known=deaf).is_calm


def test_an_earlier_crisis_does_not_become_usual():
    counts = quiet()
    crisis = counts.copy()
    for hour in range(24 * 20, 24 * 22):
        crisis[hour] += 40
    for slot in (10, 34, 130):
        usual, after = told(counts).rhythm.window([slot]), told(crisis).rhythm.window([slot])
        assert after.mean < usual.mean * 2 + 0.5
    assert judged([*crisis[:-1], 25]).is_raised


def test_an_incident_does_not_become_usual_while_it_lasts():
    lasting = [*quiet()[:-120], *[12] * 120]
    learned = told(lasting).rhythm.window([NEWEST_SLOT]).mean
    left_out = told(lasting, opened_at=NOW - 119 * HOUR).rhythm.window([NEWEST_SLOT]).mean
    assert left_out < 0.97 * learned


def test_growth_is_followed():
    level = told(rhythm_counts(4.0, 8 * 168, 3, growth=0.1)).rhythm
    newest = 4.0 * 1.1**8 * DAY[19] / MEAN_OF_DAY * WEEK[0]
    first = 4.0 * DAY[19] / MEAN_OF_DAY * WEEK[0]
    assert level.window([19]).mean > (newest + first) / 2


def test_late_data_still_open_within_six_hours():
    assert judged(with_end(20, 1, 1, 1, 1)).is_raised
    assert not judged(with_end(20, 1, 1, 1, 1, 1, 1, 1, 1)).is_raised


def test_the_hour_of_the_week_is_that_of_the_wall_clock():
    summer = datetime(2026, 10, 25, 12, tzinfo=UTC)
    hours = read_hours(summer, ZONE, [1.0] * 24, 0.8)
    assert hours.slots[:2] == (6 * 24 + 12, 6 * 24 + 11)
    assert sum(slot == 6 * 24 + 2 for slot in hours.slots) == 2


@pytest.mark.parametrize(
    ("facet", "tone", "newest", "severity"),
    [
        ("brand", "negative", 30, 1),
        ("brand", "negative", 9, 2),
        ("company", "neutral", 30, 3),
        ("organisation", "negative", 30, 2),
        ("organisation", "neutral", 30, 4),
    ],
)
def test_severity_grows_with_size_and_negative_tone(facet, tone, newest, severity):
    assert judged(with_end(newest), facet=facet, tone=tone).severity == severity


def test_the_budget_is_shared_by_all_subjects():
    assert threshold(SETTINGS, 60) == pytest.approx(threshold(SETTINGS, 6) / 10)
    assert threshold(SETTINGS, 0) == threshold(SETTINGS, 1) == 5e-4


@pytest.mark.parametrize(
    ("every_s", "hours", "is_raised"),
    [(900, 1.9, False), (900, 2, True), (3600, 2.9, False), (3600, 3, True)],
)
def test_a_source_fails_after_three_pauses_but_not_before_two_hours(every_s, hours, is_raised):
    row = {
        "name": "forum",
        "every_s": every_s,
        "failing_since": NOW - hours * HOUR,
        "last_outcome": "timeout",
        "streams": 1,
        "failing_streams": 1,
    }
    assert source_signal(row, NOW).is_raised is is_raised
    assert source_signal({**row, "failing_since": None}, NOW).is_calm


@pytest.mark.slow
@pytest.mark.parametrize("level", [0.1, 1.0, 8.0])
def test_pure_rhythm_alarms_at_most_once_in_two_weeks(level):
    weeks, learned, episodes = 9, 5, 0
    rarest = threshold(SETTINGS, 1)
    for seed in range(3):
        counts = rhythm_counts(level, weeks * 168, seed, dispersion=0.2)
        last = -99
        for end in range(learned * 168, len(counts) + 1, 1):
            if end % 6 == 0:
                past = [
                    PastHour(number=n, slot=slot_of(n, len(counts)), count=counts[n])
                    for n in range(end - learned * 168, end - 8)
                ]
                rhythm = fit_rhythm(past, now=end, fewest=FEWEST_HOURS)
            for width in (1, 3):
                count = sum(counts[end - width : end])
                usual = rhythm.window([slot_of(n, len(counts)) for n in range(end - width, end)])
                is_much = count >= max(5, 1.5 * usual.mean)
                if is_much and usual.tail(count) < rarest:
                    episodes += end - last > 6
                    last = end
    found = episodes / (3 * (weeks - learned))
    assert found <= 0.5, f"{found:.2f} false alarms a week at {level} stories/h"
