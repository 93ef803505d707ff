"""`costs`: what is told of each charged source, by the streams that are still asked."""

from dataclasses import replace
from datetime import UTC, datetime

from collectors.contract import Stream
from collectors.readiness import SourceState
from collectors.sources import Source
from warehouse.costs import Spending, StreamCost
from warehouse.costs_command import cost_rows
from warehouse.plan import Standing

NOW = datetime(2026, 11, 21, tzinfo=UTC)
X = Source.model_validate({"name": "x", "platform": "x", "item_eur": 0.01, "monthly_eur": 100})
NEWS = Source.model_validate({"name": "news", "platform": "feed"})
DEAR = StreamCost(day_eur=3, recent_eur=60, matched=2)
FAIR = StreamCost(day_eur=2, recent_eur=40, matched=400)


def standing(streams: dict[str, StreamCost], *asked: str) -> Standing:
    spending = Spending(month_eur=80, streams=streams)
    state = SourceState(source=X, streams=tuple(Stream(key=k, reach="window") for k in asked))
    return Standing(
        now=NOW,
        states=[SourceState(source=NEWS), state],
        ledger={},
        spending={"x": spending, "news": Spending()},
        thrifty={"x": ["dear"], "news": []},
        spent=[],
        claimed=[],
    )


def test_only_sources_that_are_charged_are_told_of_with_month_forecast_and_budget():
    (row,) = cost_rows(standing({"dear": DEAR, "fair": FAIR}, "dear", "fair"))
    assert (row["source"], row["month"], row["month_eur"]) == ("x", "2026-11", 80)
    assert (row["forecast_eur"], row["budget_eur"]) == (80 + 5 * 10, 100)
    assert [(s["stream"], s["is_thrifty"]) for s in row["order_of_thrift"]] == [
        ("dear", True),
        ("fair", False),
    ]
    assert row["others_eur_30_days"] == 0


def test_what_is_no_longer_asked_has_cost_money_but_can_not_be_saved_on():
    (row,) = cost_rows(standing({"dear": DEAR, "fair": FAIR}, "fair"))
    assert [s["stream"] for s in row["order_of_thrift"]] == ["fair"]
    assert row["others_eur_30_days"] == 60


def test_of_a_source_that_is_off_all_streams_are_told():
    (row,) = cost_rows(standing({"dear": DEAR, "fair": FAIR}))
    assert [s["stream"] for s in row["order_of_thrift"]] == ["dear", "fair"]


def test_without_any_charge_there_is_nothing_to_tell():
    free = standing({})
    assert cost_rows(replace(free, states=free.states[:1])) == []
