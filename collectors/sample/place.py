"""Where the sample lies: room for it beforehand, and what to look at afterwards."""

import shlex
import shutil
import sys
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.text import Text

from collectors.sample import QUERIES
from collectors.settings import Settings


def make_room(home: Path, anchor: datetime) -> bool:
    """Begin anew where the sample of another week lies; False where *home* holds anything else."""
    marker = home / "sample.txt"
    mark = (
        f"The sample world of the eight weeks before {anchor:%Y-%m-%d}; deleted by the next one.\n"
    )
    if home.exists() and any(home.iterdir()):
        if not marker.exists():
            return False
        if marker.read_text(encoding="utf-8") != mark:
            shutil.rmtree(home)
    home.mkdir(parents=True, exist_ok=True)
    marker.write_text(mark, encoding="utf-8")
    return True


def show_places(console: Console, settings: Settings, report: Path, mentions: int) -> None:
    """End by saying where everything lies, and what to ask it."""
    console.print()
    for name, path in (
        ("report", report),
        ("warehouse", settings.warehouse),
        ("snapshot", settings.snapshot),
    ):
        console.print(Text(f"{name:<11}", style="bold"), Text(str(path)), sep="", soft_wrap=True)
    console.print(Text(f"\n{mentions:,} mentions. Three questions to try:\n"))
    for query in QUERIES:
        command = f'{sys.argv[0]} sql --home {shlex.quote(str(settings.home))} "{query}"'
        console.print(Text(command, style="cyan"), soft_wrap=True)
