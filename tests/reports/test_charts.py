import xml.etree.ElementTree as ET
from datetime import date, datetime, timedelta

from reports import charts
from reports.baseline import Usual
from reports.period import Week
from reports.status_model import Day, Hour, ToneWeek, Voice

MONDAY = date(2026, 11, 9)


def days(values):
    return [
        Day(day=MONDAY + timedelta(days=n), brand=value, company=0, covered=1.0)
        for n, value in enumerate(values)
    ]


def test_coverage_runs_join_neighbours_and_leave_the_future_out():
    assert charts.runs([1, 1, 0.999, 0.5, 0, 0, None]) == [
        (0, 3, "full"),
        (3, 4, "part"),
        (4, 6, "none"),
    ]


def test_the_same_data_draw_the_same_chart():
    first = charts.daily_chart(days(range(14)), {0: "9 Nov"}, width=400)
    assert first == charts.daily_chart(days(range(14)), {0: "9 Nov"}, width=400)
    ET.fromstring(first)  # noqa: S314 - our own drawing


def test_days_without_coverage_are_hatched_and_no_line_is_drawn_through_them():
    known = days([5] * 14)
    unknown = [
        Day(day=day.day, brand=None, company=None, covered=0.0) if 3 <= n < 6 else day
        for n, day in enumerate(known)
    ]
    drawn = charts.daily_chart(unknown, {}, width=400)
    assert "url(#hatch-none)" in drawn
    assert "url(#hatch-none)" not in charts.daily_chart(known, {}, width=400)
    assert drawn.count("A") < charts.daily_chart(known, {}, width=400).count("A")


def test_weeks_of_unknown_tone_are_hatched():
    weeks = [ToneWeek(week=Week(MONDAY), sentiment=None)]
    assert "url(#hatch-none)" in charts.tone_chart(weeks, width=300)


def test_nothing_known_at_all_still_draws():
    hours = [
        Hour(
            at=datetime(2026, 11, 9) + timedelta(hours=n),  # noqa: DTZ001 - the clock on the wall
            mentions=None,
            low=None,
            high=None,
            covered=None,
        )
        for n in range(168)
    ]
    ET.fromstring(charts.hourly_chart(hours, {0: "Mon"}, width=400))  # noqa: S314


def test_names_are_escaped_and_cut_to_the_drawing():
    voices = [
        Voice(name="<script>alert(1)</script>", share=0.6, mentions=6, usual=None),
        Voice(name=None, share=0.4, mentions=4, usual=Usual(middle=0.5, spread=0.1, weeks=8)),
        Voice(name="x" * 500, share=0, mentions=0, usual=None),
    ]
    drawn = charts.voice_chart(voices, "Acme", lambda share: f"{share:.0%}", width=300)
    ET.fromstring(drawn)  # noqa: S314
    assert "<script" not in drawn
    assert "x" * 200 not in drawn
