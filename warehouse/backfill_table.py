"""What a backfill takes, as people see it before they agree to it."""

from collections.abc import Sequence
from decimal import ROUND_CEILING, Decimal
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from collectors.configuration.check import count_of
from collectors.configuration.mistakes import printable

if TYPE_CHECKING:
    from warehouse.backfill import Estimate

_NO_FIGURE = "no figure"


def show_estimates(console: Console, found: "Sequence[Estimate]") -> None:
    """Show each stream in a line, with all of its windows, and below them the sum."""
    table = Table(box=None, pad_edge=False)
    for heading in ("from (UTC)", "to (UTC)"):
        table.add_column(heading, no_wrap=True)
    for heading in ("windows", "items", "about €", "at most €"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("stream", overflow="fold")
    streams: dict[tuple[str, str], list[Estimate]] = {}
    for one in found:
        streams.setdefault((one.job.source, one.job.stream), []).append(one)
    for (source, stream), windows in streams.items():
        begins = [one.job.since for one in windows if one.job.since]
        items = [one.items for one in windows if one.items is not None]
        table.add_row(
            f"{min(begins):%d %b %Y %H:%M}" if begins else "as far as it goes",
            f"{max(one.job.until for one in windows):%d %b %Y %H:%M}",
            f"{len(windows):,}",
            f"{sum(items):,}" if len(items) == len(windows) else _NO_FIGURE,
            _amount([one.eur for one in windows]),
            _amount([one.most_eur for one in windows]),
            Text(printable(f"{source}, {stream}")),
        )
    console.print(table)
    console.print(f"{count_of(len(found), 'window')}, as many requests or more{_sum(found)}")


def _sum(found: "Sequence[Estimate]") -> str:
    most = sum(one.most_eur for one in found)
    if not most:
        return ", for nothing"
    about = sum(one.eur or 0.0 for one in found)
    unknown = len({(one.job.source, one.job.stream) for one in found if one.eur is None})
    left_out = f" and {count_of(unknown, 'stream')} without a figure" if unknown else ""
    return f", about €{about:,.2f}{left_out}, at most {euros_up(most)}"


def _amount(eur: Sequence[float | None]) -> str:
    known = [one for one in eur if one is not None]
    if len(known) < len(eur):
        return _NO_FIGURE
    return f"{sum(known):,.2f}" if sum(known) else "0"


def euros_up(amount: float) -> str:
    """Write an amount of money that is a bound: rounded up to the cent."""
    cents = Decimal(f"{amount:.6f}").quantize(Decimal("0.01"), ROUND_CEILING)
    return f"€{cents:,}"
