"""What each task begins with: where things lie, what time it is, who we are at the platforms."""

import json
import logging
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from collectors.configuration.folder import Configuration, load_configuration
from collectors.readiness import Readiness, find_readiness
from collectors.settings import Settings, parse_now
from dags.told import NowhereError

_log = logging.getLogger("luisterpost")


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """The settings and the checked configuration of one task."""

    settings: Settings
    configuration: Configuration


def tell(message: str) -> None:
    """Say something in the task's log: paths, names and counts only."""
    _log.info(message)


def config_folder() -> Path:
    """Tell where the configuration lies: `LUISTERPOST_CONFIG`."""
    return _folder("LUISTERPOST_CONFIG")


def find_settings() -> Settings:
    """
    Read the settings from the environment.

    `LUISTERPOST_HOME` and `LUISTERPOST_CONFIG` are absolute paths. For rehearsals
    `LUISTERPOST_NOW` holds a fixed time, or `LUISTERPOST_CLOCK_URL` an address that
    answers with the time, such as that of `luisterpost sample serve`.

    Raises:
        NowhereError: A folder is not named.
    """
    return Settings(
        home=_folder("LUISTERPOST_HOME"), config=config_folder(), fixed_now=_rehearsed_now()
    )


def look_around() -> Surroundings:
    """
    Read the settings from the environment, and the configuration.

    Raises:
        NowhereError: A folder is not named.
        ConfigurationError: There are mistakes in the configuration.
    """
    from reports.alert_settings import AlertSettings
    from reports.mail_settings import MailSettings
    from reports.settings import ReportSettings
    from warehouse.settings import WarehouseSettings

    settings = find_settings()
    configuration = load_configuration(
        settings.config,
        settings.clock(),
        {
            "alerts": AlertSettings,
            "mail": MailSettings,
            "reports": ReportSettings,
            "warehouse": WarehouseSettings,
        },
    )
    return Surroundings(settings=settings, configuration=configuration)


def find_ready(around: Surroundings) -> Readiness:
    """List the sources, and look their credentials up among Airflow's connections, in memory only."""
    names = {source.credential for source in around.configuration.sources.source}
    return find_readiness(
        around.configuration.sources,
        around.configuration.watchlist,
        connections(name for name in names if name),
        now=around.settings.clock(),
    )


def connections(names: Iterable[str]) -> Mapping[str, str]:
    """
    Look Airflow connections up, and give them in the form of environment variables.

    Args:
        names: Connection ids, such as `x_main`; those that don't exist are left out.
    """
    from collectors.credentials import variable_of

    found = {variable_of(name): _connection(name) for name in names}
    return {variable: value for variable, value in found.items() if value is not None}


def _connection(name: str) -> str | None:
    from airflow.sdk import Connection
    from airflow.sdk.exceptions import AirflowNotFoundException

    try:
        connection = Connection.get(name)
    except AirflowNotFoundException:
        return None
    fields = {
        "conn_type": connection.conn_type,
        "login": connection.login,
        "password": connection.password,
        "host": connection.host,
        "port": connection.port,
        "extra": connection.extra_dejson,
    }
    return json.dumps({key: value for key, value in fields.items() if value})


def _folder(variable: str) -> Path:
    value = os.environ.get(variable, "")
    if not Path(value).is_absolute():
        msg = f"{variable} must name a folder by its absolute path, in each of Airflow's processes"
        raise NowhereError(msg)
    return Path(value)


def _rehearsed_now() -> datetime | None:
    if url := os.environ.get("LUISTERPOST_CLOCK_URL"):
        import httpx

        return parse_now(httpx.get(url, trust_env=False).raise_for_status().text.strip())
    if text := os.environ.get("LUISTERPOST_NOW"):
        return parse_now(text)
    return None
