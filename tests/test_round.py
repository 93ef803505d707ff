"""One round: what one source's bug may do to the others, and what may not."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from collectors.configuration.folder import load_configuration
from collectors.feeds import FeedCollector
from collectors.registry import collector_for
from collectors.settings import Settings
from luisterpost import OPTIONAL_FILES, run_round
from tests.replay import Answer, ReplayServer, Request
from warehouse.connection import open_warehouse

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
FEED = b"""<rss version="2.0"><channel><title>t</title><item><guid>1</guid>
<title>Acme wins</title><description>Acme wins a prize</description></item></channel></rss>"""


class _Buggy(FeedCollector):
    """Fails on one feed by a mistake of the programmer."""

    def pages(self, job, source, credential, clock):
        if source.name == "buggy":
            msg = "a bug"
            raise ZeroDivisionError(msg)
        return super().pages(job, source, credential, clock)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    config = tmp_path / "config"
    config.mkdir()
    (config / "watchlist.toml").write_text(
        '[[subject]]\nid = "acme"\nname = "Acme"\nfacet = "brand"\nterms = ["Acme"]\n'
    )
    return Settings(home=tmp_path / "home", config=config, fixed_now=NOW)


def _serve(_request: Request) -> Answer:
    return Answer(body=FEED, headers={"Content-Type": "application/rss+xml"})


def test_a_bug_at_one_source_surfaces_after_the_others_are_loaded(settings, monkeypatch):
    monkeypatch.setattr("collectors.feeds.FeedCollector", _Buggy)
    collector_for.cache_clear()
    with ReplayServer(_serve) as server:
        (settings.config / "sources.toml").write_text(
            "".join(
                f'[[source]]\nname = "{name}"\nplatform = "feed"\nurls = ["{server.url}/{name}"]\n'
                for name in ("buggy", "fine")
            )
        )
        configuration = load_configuration(settings.config, NOW, OPTIONAL_FILES)
        with pytest.raises(ExceptionGroup, match="bugs were met") as caught:
            run_round(settings, configuration, {}, has_bar=False)
    assert "1 of 2 jobs met a bug" in str(caught.value.exceptions[0])
    collector_for.cache_clear()
    with open_warehouse(settings.warehouse, tell=print) as connection:
        stored = connection.execute("SELECT count(*) FROM mention").fetchall()
    assert stored == [(1,)]
    assert settings.snapshot.exists()
