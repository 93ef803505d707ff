"""`luisterpost costs`: what this month has cost, will have cost, and what is saved on first."""

import json
import os
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from collectors.configuration.configured import read_or_exit
from collectors.configuration.mistakes import printable
from collectors.readiness import find_readiness
from collectors.settings import ConfigOption, HomeOption, NowOption, settings_from

if TYPE_CHECKING:
    from warehouse.plan import Standing

# Into a pipe or a file a line is as long as it needs to be.
console = Console() if sys.stdout.isatty() else Console(width=1_000)


def costs(
    context: typer.Context,
    home: HomeOption = None,
    config: ConfigOption = None,
    now: NowOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON, for machines.")] = False,
) -> None:
    """
    Show what each charged source costs this month, its forecast and budget, and the order of thrift.

    Months are those of UTC. The order says which stream is asked less often first if the
    forecast passes the budget: the one with the most euros for each mention that names a subject.
    """
    from warehouse.plan import read_standing

    settings = settings_from(context, home, config, now)
    configuration = read_or_exit(settings)
    readiness = find_readiness(
        configuration.sources, configuration.watchlist, os.environ, now=settings.clock()
    )
    told = cost_rows(read_standing(settings, readiness.states))
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    if not told:
        console.print("No source of this configuration costs anything.")
    for row in told:
        _show(row)


def cost_rows(standing: "Standing") -> list[dict[str, Any]]:
    """Tell of each source that is charged for what it costs, and of its streams in the order of thrift. Pure."""
    from warehouse.costs import forecast, price_of
    from warehouse.thrift import order_of_thrift

    told = []
    for state in standing.states:
        source, spending = state.source, standing.spending[state.source.name]
        if not price_of(source):
            continue
        saved_on = standing.thrifty.get(source.name, ())
        asked = {stream.key for stream in state.streams}
        order = order_of_thrift(spending)
        streams = [
            {
                "stream": key,
                "eur_30_days": round(spending.streams[key].recent_eur, 6),
                "matched_30_days": spending.streams[key].matched,
                "is_thrifty": key in saved_on,
            }
            for key in order
            if key in asked or not asked
        ]
        others = sum(
            spending.streams[key].recent_eur for key in order if asked and key not in asked
        )
        told.append(
            {
                "source": source.name,
                "month": f"{standing.now:%Y-%m}",
                "month_eur": round(spending.month_eur, 6),
                "reserved_eur": round(spending.reserved_eur, 6),
                "forecast_eur": round(
                    forecast(spending.month_eur, spending.day_eur, standing.now), 6
                ),
                "budget_eur": source.monthly_eur,
                "item_eur": price_of(source),
                "order_of_thrift": streams,
                "others_eur_30_days": round(others, 6),
            }
        )
    return told


def _show(row: dict[str, Any]) -> None:
    from warehouse.thrift import euros

    budget = "no budget" if row["budget_eur"] is None else f"budget {euros(row['budget_eur'])}"
    is_over = row["budget_eur"] is not None and row["forecast_eur"] > row["budget_eur"]
    text = Text(row["source"], style="bold")
    text.append(f": {euros(row['month_eur'])} in {row['month']} (UTC), ", "not bold")
    text.append(
        f"forecast {euros(row['forecast_eur'])}", "not bold yellow" if is_over else "not bold"
    )
    text.append(f", {budget}", "not bold")
    if row["reserved_eur"]:
        text.append(f"; jobs on their way may cost {euros(row['reserved_eur'])}", "not bold")
    console.print(text)
    if row["others_eur_30_days"]:
        words = f"in 30 days, for posts looked up again and queries of before: {euros(row['others_eur_30_days'])}"
        console.print(Text(words))
    if not row["order_of_thrift"]:
        console.print(Text("nothing was charged in the last 30 days\n", style="dim"))
        return
    table = Table(box=None, pad_edge=False)
    table.add_column("€ in 30 days", justify="right", no_wrap=True)
    table.add_column("mentions", justify="right", no_wrap=True)
    table.add_column("€ each", justify="right", no_wrap=True)
    table.add_column("saved on", no_wrap=True)
    table.add_column("stream, the first to be saved on first", overflow="fold")
    for stream in row["order_of_thrift"]:
        matched = stream["matched_30_days"]
        table.add_row(
            f"{stream['eur_30_days']:,.2f}",
            f"{matched:,}",
            f"{stream['eur_30_days'] / matched:,.4f}" if matched else "none",
            "once a day" if stream["is_thrifty"] else "no",
            Text(printable(stream["stream"])),
        )
    console.print(table)
    console.print()
