"""The command `canary`: keep a feed whose way into the snapshot is timed."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from collectors.configuration.check import WRONG_CONFIGURATION, count_of
from collectors.settings import NowOption, settings_from

app = typer.Typer(no_args_is_help=True, help="Time the way of an own item into the snapshot.")

console = Console()
notes = Console(stderr=True)


@app.callback()
def canary() -> None:
    """Time the way of an own item into the snapshot."""


@app.command("write")
def write(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="Where your web server finds it.")],
    now: NowOption = None,
) -> None:
    """
    Keep FILE, a feed with one item an hour, the last 48: run it hourly.

    Let your own web server show the file, and give its address to a feed source with
    `canary = true`: the report then says how long an item takes until analysts see it.
    """
    from collectors.canary import CanaryError, write_canary

    settings = settings_from(context, None, None, now)
    try:
        moments = write_canary(file, settings.clock())
    except (CanaryError, OSError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        notes.print(Text(f"{file}: {why}; nothing is written", style="red"), soft_wrap=True)
        raise typer.Exit(WRONG_CONFIGURATION) from error
    newest = f"{moments[-1]:%Y-%m-%d %H:%M:%S} UTC"
    console.print(
        Text(f"{file}: {count_of(len(moments), 'item')}, the newest of {newest}"), soft_wrap=True
    )
