import re
import xml.etree.ElementTree as ET
from datetime import date, datetime, timedelta

from reports import charts
from reports.baseline import Usual
from reports.drawing import runs
from reports.period import Week
from reports.status_model import Day, Step, TonePeriod, Voice, Volume

MONDAY = date(2026, 11, 9)


def said(stories, copies=0):
    return Volume(stories=stories, mentions=stories + copies)


def days(values, copies=None):
    return [
        Day(
            day=MONDAY + timedelta(days=n),
            brand=said(value, (copies or {}).get(n, 0)),
            company=said(0),
            covered=1.0,
        )
        for n, value in enumerate(values)
    ]


def hour(n, volume, *, high=None):
    return Step(
        at=datetime(2026, 11, 9) + timedelta(hours=n),  # noqa: DTZ001 - the clock on the wall
        volume=volume,
        low=0 if high else None,
        high=high,
        covered=1.0 if volume else None,
    )


def count_of(copies):
    return f"+{copies} copies"


def daily(shown):
    return charts.daily_chart(shown, {0: "9 Nov"}, count_of, reported=7, width=400)


def axis(drawn):
    """The numbers on the vertical axis."""
    return [int(text) for text in re.findall(r">(\d+)</text>", drawn)]


def test_coverage_runs_join_neighbours_and_leave_the_future_out():
    assert runs([1, 1, 0.999, 0.5, 0, 0, None]) == [
        (0, 3, "full"),
        (3, 4, "part"),
        (4, 6, "none"),
    ]


def test_the_same_data_draw_the_same_chart():
    first = daily(days(range(14)))
    assert first == daily(days(range(14)))
    ET.fromstring(first)  # noqa: S314 - our own drawing


def test_days_without_coverage_are_hatched_and_no_line_is_drawn_through_them():
    known = days([5] * 14)
    unknown = [
        Day(day=day.day, brand=None, company=None, covered=0.0) if 3 <= n < 6 else day
        for n, day in enumerate(known)
    ]
    drawn = daily(unknown)
    assert "url(#hatch-none)" in drawn
    assert "url(#hatch-none)" not in daily(known)
    assert drawn.count("A") < daily(known).count("A")


def test_few_copies_stand_upon_the_line_in_full():
    drawn = daily(days([20] * 14, {12: 5}))
    assert "var(--copies)" in drawn
    assert "copies<" not in drawn


def test_flood_is_cut_off_and_labelled_and_leaves_the_axis_to_the_stories():
    drawn = daily(days([20] * 13 + [80], {11: 3_000}))
    assert "+3000 copies" in drawn
    assert max(axis(drawn)) <= 80 * 1.3


def test_neighbouring_hours_of_a_flood_have_one_label():
    hours = [hour(n, said(2, 70 if 40 <= n < 43 else 0), high=5) for n in range(168)]
    hours[140] = hour(140, said(2, 50))
    drawn = charts.step_chart(hours, {0: "Mon"}, count_of, width=900)
    assert "+210 copies" in drawn
    assert "+50 copies" in drawn
    assert max(axis(drawn)) <= 8
    assert "+260 copies" in charts.step_chart(hours[:80] + hours[140:], {}, count_of, width=100)


def test_what_broke_out_is_named_where_it_began():
    hours = [hour(n, said(3)) for n in range(168)]
    drawn = charts.step_chart(
        hours, {0: "Mon"}, count_of, [(82.5, "<b>Fire</b> destroys depot")], width=900
    )
    ET.fromstring(drawn)  # noqa: S314 - our own drawing
    assert "&lt;b&gt;Fire&lt;/b&gt; destroys depot" in drawn
    assert "<b>" not in drawn


def test_weeks_of_unknown_tone_are_hatched():
    weeks = [TonePeriod(period=Week(MONDAY), sentiment=None)]
    assert "url(#hatch-none)" in charts.tone_chart(weeks, {0: "W46"}, width=300)


def test_nothing_known_at_all_still_draws():
    hours = [hour(n, None) for n in range(168)]
    drawn = charts.step_chart(hours, {0: "Mon"}, count_of, width=400)
    ET.fromstring(drawn)  # noqa: S314 - our own drawing


def test_names_are_escaped_and_cut_to_the_drawing():
    voices = [
        Voice(name="<script>alert(1)</script>", share=0.6, share_of_mentions=0.7, usual=None),
        Voice(
            name=None,
            share=0.4,
            share_of_mentions=0.3,
            usual=Usual(middle=0.5, spread=0.1, periods=8),
        ),
        Voice(name="x" * 500, share=0, share_of_mentions=0, usual=None),
    ]
    drawn = charts.voice_chart(
        voices, "Acme", "{:.0%}".format, "{:.0%} of mentions".format, width=300
    )
    assert "70% of mentions" in drawn
    ET.fromstring(drawn)  # noqa: S314
    assert "<script" not in drawn
    assert "x" * 200 not in drawn
