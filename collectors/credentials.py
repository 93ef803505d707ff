"""Credentials from the environment, in the forms that Airflow reads; never shown, never kept."""

import json
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from collectors.contract import Credential

_KEYS = frozenset(
    {"conn_type", "description", "login", "password", "host", "port", "schema", "extra"}
)
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
_EXAMPLE = '\'{"conn_type": "http", "password": "…"}\''
_SHORTEST_SECRET = 4
_LAST_PORT, _PORT_DIGITS = 65_535, 5


class CredentialError(Exception):
    """A credential is set, but can't be read. The message holds no part of its value."""


def variable_of(name: str) -> str:
    """Name the environment variable of a credential: `x_main` → `AIRFLOW_CONN_X_MAIN`."""
    return f"AIRFLOW_CONN_{name.upper()}"


def is_credential_name(name: str) -> bool:
    """Tell whether *name* can name a credential: it becomes part of a variable's name."""
    return _NAME.fullmatch(name) is not None


def credential_from_environment(name: str, environ: Mapping[str, str]) -> Credential | None:
    """
    Read a credential from `AIRFLOW_CONN_<NAME>`.

    Args:
        name: As in `credential = "x_main"` of a source.
        environ: The environment's variables. The value is Airflow's JSON form
            or its URI form.

    Returns:
        The credential, or None where the variable is not set or empty.

    Raises:
        CredentialError: The value is in neither form.
    """
    variable = variable_of(name)
    value = environ.get(variable, "").strip()
    if not value:
        return None
    fields = _json_object(value) if value.startswith("{") else _uri_fields(value)
    if fields is None:
        msg = f"{variable} is neither Airflow's JSON form nor its URI form: write {_EXAMPLE}"
        raise CredentialError(msg)
    # Names of keys are not repeated either: a secret may stand where a name belongs.
    if not fields.keys() <= _KEYS:
        msg = f"{variable} has an unknown key; known are {', '.join(sorted(_KEYS))}"
        raise CredentialError(msg)
    extra = fields.get("extra") or {}
    if isinstance(extra, str):
        extra = _json_object(extra)
    if not isinstance(extra, Mapping):
        msg = f"{variable}: 'extra' must be a JSON object"
        raise CredentialError(msg)
    for key in ("login", "password", "host"):
        if not isinstance(fields.get(key), str | None):
            msg = f"{variable}: '{key}' must be text"
            raise CredentialError(msg)
    if not (fields.get("login") or fields.get("password") or extra):
        msg = f"{variable} holds neither password nor login: write {_EXAMPLE}"
        raise CredentialError(msg)
    return Credential(
        login=fields.get("login") or None,
        password=fields.get("password") or None,
        host=fields.get("host") or None,
        extra=MappingProxyType(dict(extra)),
        port=_port(fields, variable),
    )


def hide_secrets(text: str, credential: Credential | None) -> str:
    """Replace every value of a credential in *text*, such as a server that repeats our token."""
    if credential is None:
        return text
    values = [credential.login, credential.password, *credential.extra.values()]
    secrets = {v for v in values if isinstance(v, str) and len(v) >= _SHORTEST_SECRET}
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, "•••")
    return text


def _port(fields: Mapping[str, Any], variable: str) -> int | None:
    port = fields.get("port")
    if isinstance(port, str) and port.isascii() and port.isdigit() and len(port) <= _PORT_DIGITS:
        port = int(port)
    if port is None or (type(port) is int and 0 < port <= _LAST_PORT):
        return port
    msg = f"{variable}: 'port' must be a number from 1 to {_LAST_PORT}"
    raise CredentialError(msg)


def _json_object(text: str) -> dict[str, Any] | None:
    # Python's own errors carry the text that they could not read: none may leave this function.
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _uri_fields(value: str) -> dict[str, Any] | None:
    if "://" not in value:
        return None
    try:
        parts = urlsplit(value)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        login, password, host = parts.username, parts.password, parts.hostname
        port = parts.port
    except ValueError:
        return None
    return {
        "login": unquote(login) if login else None,
        "password": unquote(password) if password else None,
        "host": unquote(host) if host else None,
        "port": port,
        "extra": query.get("__extra__") or query,
    }
