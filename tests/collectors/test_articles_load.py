"""A full text on its way into the warehouse: one mention, and no teaser after the article."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from collectors.article_fetch import ArticleReader
from collectors.configuration.folder import load_configuration
from collectors.settings import Settings
from luisterpost import OPTIONAL_FILES, run_round
from tests.collectors.test_articles import Site, words
from tests.replay import ReplayServer
from warehouse.connection import open_warehouse

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SOURCE = """
[[source]]
name = "news"
platform = "feed"
urls = ["{url}/rss"]
full_text = {full_text}
allow_hosts = ["127.0.0.1"]
"""


class House:
    """A home whose rounds are an hour apart."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.url, self.rounds = folder, url, 0
        (folder / "config").mkdir()
        (folder / "config" / "watchlist.toml").write_text(
            '[[subject]]\nid = "acme"\nname = "Acme"\nfacet = "brand"\nterms = ["Acme"]\n'
        )

    def run(self, *, full_text: bool) -> list[tuple[str, int]]:
        """Run a round and give each mention's text and its number of versions."""
        config = self.folder / "config"
        text = SOURCE.format(url=self.url, full_text=str(full_text).lower())
        (config / "sources.toml").write_text(text)
        now = NOW + self.rounds * timedelta(hours=1)
        self.rounds += 1
        settings = Settings(home=self.folder / "home", config=config, fixed_now=now)
        configuration = load_configuration(config, now, OPTIONAL_FILES)
        found = run_round(settings, configuration, {}, has_bar=False)
        assert not [header.fault for header in found.fetched if header.fault]
        with open_warehouse(settings.warehouse, tell=print) as connection:
            return connection.execute(
                "SELECT text, versions FROM mention ORDER BY native_id"
            ).fetchall()


@pytest.fixture
def site(monkeypatch):
    monkeypatch.setattr("collectors.article_texts._READER", ArticleReader())
    return Site(1)


def test_the_article_follows_the_teaser_and_stays_whatever_polls_come_after(site, tmp_path):
    with ReplayServer(site) as server:
        site.url = server.url
        house = House(tmp_path, server.url)
        assert house.run(full_text=False) == [(site.teaser, 1)]
        site.etag = '"2"'
        ((text, versions),) = house.run(full_text=True)
        assert words(1) in text
        assert versions == 2
        for number, full_text in enumerate((True, True, False, False)):
            site.etag = f'"later {number}"'
            assert house.run(full_text=full_text) == [(text, 2)]
        site.numbers, site.etag = [2, 1], '"grown"'
        assert house.run(full_text=False) == [(text, 2), (site.teaser, 1)]


def test_an_article_that_comes_with_its_entry_is_the_first_version(site, tmp_path):
    with ReplayServer(site) as server:
        site.url = server.url
        house = House(tmp_path, server.url)
        ((text, versions),) = house.run(full_text=True)
        assert words(1) in text
        assert versions == 1
        site.teaser, site.etag = "Acme takes back every tester …", '"edited"'
        assert house.run(full_text=True) == [(text, 1)]
