"""A small good configuration, and folders that hold a changed one."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from collectors.configuration.folder import ConfigurationError, load_configuration
from collectors.configuration.mistakes import Mistake

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)

GOOD_SUBJECT = """\
[[subject]]
id = "acme"
name = "Acme"
facet = "brand"
terms = ["Acme"]
domains = ["acme.example"]
handles = { x = ["acme"], mastodon = ["acme@mastodon.example"] }
"""
GOOD_EMPLOYEE = """\
[[subject]]
id = "an"
name = "An Peeters"
facet = "employee"
unit = "sales"
handles = { mastodon = ["an@mastodon.example"] }
consent = { given_at = 2026-01-15, purpose = "brand monitoring", platforms = ["mastodon"], notice = "v3", proof = "form 2026-014" }
"""
GOOD_SOURCE = """\
[[source]]
name = "news"
platform = "feed"
urls = ["https://news.example/rss.xml"]
every = "15 min"
"""


def configured(
    folder: Path, watchlist: str = GOOD_SUBJECT, sources: str = GOOD_SOURCE, **others: str
) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    files = {"watchlist": watchlist, "sources": sources} | others
    for name, text in files.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder


def mistakes_of(folder: Path) -> list[Mistake]:
    with pytest.raises(ConfigurationError) as caught:
        load_configuration(folder, NOW)
    return list(caught.value.mistakes)


def warnings_of(folder: Path) -> dict[str, str]:
    found = load_configuration(folder, NOW, environ={}).warnings
    return {warning.path: str(warning) for warning in found}
