"""Read the configuration for a command, or tell people what is wrong with it and end."""

from collections.abc import Mapping

import typer
from pydantic import BaseModel
from rich.console import Console

from collectors.configuration.check import WRONG_CONFIGURATION, print_mistakes
from collectors.configuration.folder import Configuration, ConfigurationError, load_configuration
from collectors.settings import Settings


def read_or_exit(
    settings: Settings, extra_models: Mapping[str, type[BaseModel]] | None = None
) -> Configuration:
    """
    Read the configuration folder of a command.

    Raises:
        typer.Exit: With code 2, after every mistake was printed on stderr.
    """
    try:
        return load_configuration(settings.config, settings.clock(), extra_models)
    except ConfigurationError as error:
        print_mistakes(error.mistakes, Console(stderr=True), style="red")
        raise typer.Exit(WRONG_CONFIGURATION) from error
