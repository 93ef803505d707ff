"""The plan as people and machines read it: a table for each source, or JSON."""

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime

from rich.console import Console
from rich.table import Table
from rich.text import Text

from collectors.configuration.check import duration_words
from collectors.configuration.mistakes import printable
from collectors.readiness import SourceState
from warehouse.costs import forecast, price_of
from warehouse.outlook import StreamOutlook
from warehouse.plan import Standing
from warehouse.thrift import euros


def show_outlooks(outlooks: Sequence[StreamOutlook], standing: Standing, terminal: Console) -> None:
    """Print each source with its money, and below it a table of its streams."""
    terminal.print(Text(f"Planned at {standing.now:%d %b %Y %H:%M} UTC"))
    for state in standing.states:
        of_source = [one for one in outlooks if one.source == state.source.name]
        if not of_source and state.why_off is None:
            continue
        terminal.print()
        terminal.print(_heading(state, standing))
        if not of_source:
            continue
        table = Table(box=None, pad_edge=False)
        table.add_column("next (UTC)", no_wrap=True, min_width=12)
        table.add_column("req./day", justify="right", no_wrap=True)
        table.add_column("€/30 days", justify="right", no_wrap=True)
        table.add_column("stream and what it is asked", overflow="fold")
        for outlook in of_source:
            table.add_row(
                _when(outlook, standing.now), _requests(outlook), _money(outlook), _asks(outlook)
            )
        terminal.print(table)


def _heading(state: SourceState, standing: Standing) -> Text:
    source, spending = state.source, standing.spending[state.source.name]
    text = Text(source.name, style="bold")
    text.append(f": {source.platform}, about every {duration_words(source.every)}", "not bold")
    if price_of(source):
        budget = (
            "no budget" if source.monthly_eur is None else f"budget {euros(source.monthly_eur)}"
        )
        expected = forecast(spending.month_eur, spending.day_eur, standing.now)
        text.append(
            f"; this month {euros(spending.month_eur)}, forecast {euros(expected)}, {budget}",
            "not bold",
        )
    if state.why_off is not None:
        text.append(f"\noff: {printable(state.why_off)}", "not bold yellow")
    return text


def _when(outlook: StreamOutlook, now: datetime) -> Text:
    if outlook.state == "off":
        return Text("off", style="yellow")
    if outlook.state == "waits":
        return Text("waits", style="yellow")
    if outlook.state == "claimed":
        return Text("under way")
    if outlook.next_at is None or outlook.next_at <= now:
        return Text("now" if outlook.windows else "nothing open")
    return Text(f"{outlook.next_at:%d %b %H:%M}")


def _requests(outlook: StreamOutlook) -> Text:
    if outlook.state == "off" and outlook.requests_day is None:
        return Text("none")
    if outlook.requests_day is None:
        return Text(f"≥ {outlook.least_requests_day:,.0f}")
    return Text(f"{outlook.requests_day:,.0f}")


def _money(outlook: StreamOutlook) -> Text:
    if outlook.month_eur is None:
        return Text("no figure yet")
    return Text(f"{outlook.month_eur:,.2f}" if outlook.month_eur else "0")


def _asks(outlook: StreamOutlook) -> Text:
    # A feed's stream is its address, which need not be said twice.
    others = [
        f"{key}={value}"
        for key, value in sorted(outlook.params.items())
        if value != outlook.stream and key != "query"
    ]
    text = Text(printable(" ".join((outlook.stream, *others))))
    if "query" in outlook.params:
        text.append("\n" + printable(outlook.params["query"]), "cyan")
    if outlook.why is not None and outlook.state != "off":
        text.append("\n" + printable(outlook.why), "yellow")
    elif outlook.is_thrifty:
        text.append("\nonce a day, its newest page only: see luisterpost costs", "yellow")
    if outlook.windows and outlook.state == "due":
        spans = (
            f"{f'{since:%d %b %H:%M}' if since else 'as far as it goes'} to {until:%d %b %H:%M}"
            for since, until in outlook.windows
        )
        text.append("\n" + ", ".join(spans), "dim")
    return text


def outlooks_json(outlooks: Sequence[StreamOutlook]) -> str:
    """Write all that is known of each stream as JSON."""
    rows = [
        {
            **asdict(replace(outlook, params={}, windows=())),
            "params": dict(outlook.params),
            "windows": [
                {"since": since and since.isoformat(), "until": until.isoformat()}
                for since, until in outlook.windows
            ],
        }
        for outlook in outlooks
    ]
    return json.dumps(rows, ensure_ascii=False, indent=2, default=datetime.isoformat)
