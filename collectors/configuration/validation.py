"""Turn what pydantic finds wrong into words for the person who wrote the file."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from collectors.configuration.mistakes import (
    Document,
    Location,
    Mistake,
    nearest,
    one_of,
    quoted,
    read_document,
)
from collectors.configuration.subject_rules import CONSENT_EXAMPLE
from collectors.watchlist import BROKEN_RULE

Model = TypeVar("Model", bound=BaseModel)

_MEANT = {
    "aliases": "terms",
    "alias": "terms",
    "keywords": "terms",
    "names": "terms",
    "forms": "terms",
    "type": "facet",
    "industry": "sector",
    "department": "unit",
    "websites": "domains",
    "website": "domains",
    "feeds": "urls",
    "feed": "urls",
    "interval": "every",
    "schedule": "every",
    "kind": "platform",
    "connection": "credential",
}
_SECRETS = ("token", "secret", "password", "api_key", "apikey", "client_id", "bearer")
_EXAMPLES = {
    "id": 'id = "acme"',
    "name": 'name = "Acme"',
    "facet": 'facet = "brand" (or "company", "employee", "organisation")',
    "platform": 'platform = "feed"',
    "subject": '[[subject]] with id = "…", name = "…", facet = "brand", terms = ["…"]',
    "source": '[[source]] with name = "…", platform = "feed", urls = ["https://…"]',
    "given_at": "given_at = 2026-01-15",
    "platforms": 'platforms = ["mastodon"]',
    "purpose": 'purpose = "brand monitoring"',
    "notice": 'notice = "v3"',
    "proof": 'proof = "form 2026-014"',
    "handles": 'handles = { x = ["acme"] }',
    "consent": CONSENT_EXAMPLE,
}


def read_model(path: Path, model: type[Model]) -> tuple[Model | None, list[Mistake]]:
    """
    Read a TOML file into a model.

    Returns:
        The model, or None; and every mistake of the file.
    """
    document, mistakes = read_document(path)
    return (None, mistakes) if mistakes else validate(document, model)


def validate(document: Document, model: type[Model]) -> tuple[Model | None, list[Mistake]]:
    """Check a document against a model; the result is as for `read_model`."""
    try:
        return model.model_validate(document.data), []
    except ValidationError as error:
        found = error.errors(include_url=False)
        return None, list(_explained(document, model, found))


def _explained(
    document: Document, model: type[BaseModel], errors: list[ErrorDetails]
) -> Iterator[Mistake]:
    for error in errors:
        if error["type"] == BROKEN_RULE:
            continue  # the same rules are read from the file, together with all others
        if error["type"] == "too_short" and error["input"]:
            continue  # its items are there, and wrong: each of them has its own line
        location = error["loc"]
        yield document.mistake(location, *_words_for(error, _keys_beside(model, location)))


def _words_for(error: ErrorDetails, known: tuple[str, ...]) -> tuple[str, str]:
    key = next((part for part in reversed(error["loc"]) if isinstance(part, str)), "")
    if error["type"] == "extra_forbidden":
        return "unknown key", _meant_by(key, known)
    words = _WORDS.get(error["type"])
    if words is None:
        return error["msg"][:1].lower() + error["msg"][1:], ""
    return words(key, error["input"], error.get("ctx", {}))


def _list_expected(key: str, given: Any, _: Mapping[str, Any]) -> tuple[str, str]:
    if isinstance(given, Mapping) and key in {"subject", "source"}:
        return "must be a list of tables", f"write [[{key}]] with double brackets"
    is_shown = isinstance(given, str) and not ("://" in given and "@" in given)  # no passwords
    item = given if is_shown else "…"
    return "must be a list", f"write {key} = [{quoted(item)}]"


def _literal_expected(_: str, given: Any, context: Mapping[str, Any]) -> tuple[str, str]:
    allowed = re.findall(r"'([^']*)'", str(context.get("expected", "")))
    return f"{_shown(given)} is not allowed", one_of(
        given if isinstance(given, str) else "", allowed
    )


def _own_words(_: str, __: Any, context: Mapping[str, Any]) -> tuple[str, str]:
    message, _, advice = str(context.get("error", "is not allowed")).partition(", ")
    return message, advice


def _table_expected(key: str, _: Any, __: Mapping[str, Any]) -> tuple[str, str]:
    return "must be a table", f"write {_EXAMPLES.get(key, f'{key} = {{ … }}')}"


_WORDS: Mapping[str, Callable[[str, Any, Mapping[str, Any]], tuple[str, str]]] = {
    "missing": lambda key, _, __: ("is missing", f"write {_EXAMPLES.get(key, f'{key} = …')}"),
    "tuple_type": _list_expected,
    "dict_type": _table_expected,
    "model_type": _table_expected,
    "model_attributes_type": _table_expected,
    "string_type": lambda _, given, __: (
        f"must be text, not {_kind_of(given)}",
        "put it in double quotes",
    ),
    "string_too_short": lambda _, __, ___: (
        "must not be empty",
        "remove it, or write what is meant",
    ),
    "string_too_long": lambda _, __, context: (
        f"must not be longer than {context.get('max_length')} characters",
        "shorten it",
    ),
    "too_short": lambda key, _, __: (
        "must not be empty",
        f"write {_EXAMPLES.get(key, f'at least one of {key}')}",
    ),
    "literal_error": _literal_expected,
    "string_pattern_mismatch": lambda _, given, __: (
        "must be lower-case letters, digits, - and _",
        f"write for instance {quoted(slug(str(given)))}",
    ),
    "bool_type": lambda _, given, __: (
        f"must be true or false, not {_kind_of(given)}",
        "write it without quotes",
    ),
    "int_type": lambda key, given, _: (
        f"must be a whole number, not {_kind_of(given)}",
        f"write for instance {key} = 100",
    ),
    "value_error": _own_words,
}
"""Kind of pydantic's error → (what is wrong, what to do), from (key, value, context)."""


def slug(name: str, otherwise: str = "name") -> str:
    """Make an id of a name: `Café Noord & Zn.` → `cafe-noord-zn`."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:64].strip("-") or otherwise


def _meant_by(key: str, known: tuple[str, ...]) -> str:
    if any(word in key.casefold() for word in _SECRETS) and "credential" in known:
        return (
            'secrets never stand in these files: write credential = "x_main" '
            "and set AIRFLOW_CONN_X_MAIN in the environment"
        )
    meant = _MEANT.get(key.casefold())
    if meant not in known:
        meant = nearest(key, known)
    return f"did you mean '{meant}'?" if meant else f"known keys: {', '.join(known)}"


def _keys_beside(model: type[BaseModel], location: Location) -> tuple[str, ...]:
    current: type[BaseModel] | None = model
    for part in location[:-1]:
        if isinstance(part, str):
            found = current.model_fields.get(part) if current else None
            current = _model_in(found.annotation) if found else None
    return tuple(current.model_fields) if current else ()


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_model_in, get_args(annotation))), None)


def _shown(value: Any) -> str:
    return quoted(value) if isinstance(value, str) else _kind_of(value)


def _kind_of(value: Any) -> str:
    match value:
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "text"
        case list():
            return "a list"
        case Mapping():
            return "a table"
    return "a date or time"
