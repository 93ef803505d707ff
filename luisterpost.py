"""The command line `luisterpost`: mounts the commands of each package."""

import typer

from collectors.settings import (
    ConfigOption,
    HomeOption,
    NowOption,
    settings_from,
)

app = typer.Typer(
    name="luisterpost",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_show_locals=False,
    help="Listen to what is said in public about a brand, a company and its consenting employees.",
)


@app.callback()
def root(
    context: typer.Context,
    home: HomeOption = None,
    config: ConfigOption = None,
    now: NowOption = None,
) -> None:
    """Keep the options given before the command's name."""
    context.obj = settings_from(context, home, config, now)


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
