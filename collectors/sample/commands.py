"""Commands of the sample world: serve it, or write it to files."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from collectors.settings import parse_now

if TYPE_CHECKING:
    from collectors.sample.world import World

app = typer.Typer(
    name="sample",
    no_args_is_help=True,
    help="A fictional brewery and what is said of it: to try Luisterpost without any key.",
)

AnchorOption = Annotated[
    str | None,
    typer.Option(
        "--anchor",
        help="End of the eight weeks: a Monday 00:00 UTC such as 2026-11-23.  [default: this Monday]",
    ),
]
SeedOption = Annotated[int, typer.Option("--seed", help="Another seed, another world.")]


@app.command()
def serve(
    port: Annotated[int, typer.Option("--port", help="Port on 127.0.0.1; 0: any free one.")] = 8901,
    anchor: AnchorOption = None,
    seed: SeedOption = 7,
    at: Annotated[
        str | None,
        typer.Option("--at", help="The simulated present.  [default: the end of the eight weeks]"),
    ] = None,
) -> None:
    """
    Play X, Reddit and the feeds of the sample world on 127.0.0.1.

    `curl -d 2026-11-20T12:00Z http://127.0.0.1:8901/now` moves the simulated present. X takes the
    token `sample-token`; Reddit the client `sample-client` with the secret `sample-secret`.
    """
    from contextlib import suppress

    from collectors.sample.server import SampleServer

    with SampleServer(_world(anchor, seed), port, parse_now(at) if at else None) as server:
        typer.echo(f"{server.url} shows the sample world at {server.now:%Y-%m-%d %H:%M} UTC")
        with suppress(KeyboardInterrupt):
            server.wait()


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(help="Where to write the files.")],
    anchor: AnchorOption = None,
    seed: SeedOption = 7,
) -> None:
    """Write the first seven weeks as JSON lines, CSV and Parquet, and say how to import them."""
    from collectors.sample.export import export_world

    for file in export_world(_world(anchor, seed), folder):
        covers = f"{file.since:%Y-%m-%dT%H:%MZ}/{file.until:%Y-%m-%dT%H:%MZ}"
        typer.echo(f"luisterpost import {file.path} --source {file.source} --covers {covers}")


def _world(anchor: str | None, seed: int) -> "World":
    from datetime import UTC, datetime

    from collectors.sample.world import build_world, last_monday

    moment = parse_now(anchor) if anchor else last_monday(datetime.now(UTC))
    try:
        return build_world(moment, seed)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--anchor") from error
