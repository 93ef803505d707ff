"""What is shown as an example works: commented sources, and the table of keys by platform."""

import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from collectors.configuration.folder import Configuration, load_configuration
from collectors.configuration.starting import Answers, starting_files
from collectors.registry import PLATFORMS, collector_for
from collectors.sources import Source
from tests.programs import ROOT

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
KEYLESS = {"bluesky", "feed", "hackernews", "mastodon"}


def with_all_switched_on(text: str) -> str:
    """Take the "# " away from each commented source, up to the next empty line."""
    blocks = re.split(r"\n(?=\n|# \[\[source\]\])", text)
    return "\n".join(
        re.sub(r"(?m)^# ", "", block) if block.startswith("# [[source]]") else block
        for block in blocks
    )


def loaded(folder: Path, sources: str, watchlist: str) -> Configuration:
    (folder / "sources.toml").write_text(with_all_switched_on(sources), encoding="utf-8")
    (folder / "watchlist.toml").write_text(watchlist, encoding="utf-8")
    return load_configuration(folder, NOW, environ={})


def test_the_commented_sources_of_a_first_configuration_pass_the_check(tmp_path):
    files = starting_files(Answers(firm="Acme nv", brand="Acme"))
    found = loaded(tmp_path, files["sources.toml"], files["watchlist.toml"])
    sources = found.sources.source
    assert {source.platform for source in sources} == KEYLESS | {"reddit", "x"}
    keyless = {source.platform for source in sources if source.credential is None}
    assert keyless == KEYLESS
    streams = {
        source.name: collector_for(source.platform).streams(source, found.watchlist, NOW)
        for source in sources
    }
    assert all(streams.values()), streams


def test_the_commented_sources_of_the_sample_world_pass_the_check(tmp_path):
    shutil.copytree(ROOT / "config", tmp_path, dirs_exist_ok=True)
    text, watchlist = (
        (ROOT / "config" / name).read_text(encoding="utf-8")
        for name in ("sources.toml", "watchlist.toml")
    )
    found = loaded(tmp_path, text, watchlist)
    assert {source.platform for source in found.sources.source} == set(PLATFORMS)


SAMPLES = {
    "urls": ("https://news.example/rss.xml",),
    "query": "acme",
    "archive": True,
    "accounts": ("acme",),
    "subreddits": ("belgium",),
}


@pytest.mark.parametrize("key", SAMPLES)
def test_the_table_says_which_platforms_take_a_key(key):
    page = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    page = page.partition("## sources.toml")[2]
    found = re.search(rf"^\| `{key}` \| ([^|]+) \|", page, re.MULTILINE)
    stated = found[1].strip() if found else ""
    taking = {
        platform
        for platform in PLATFORMS
        if key
        not in {
            place
            for place, advice in collector_for(platform).mistakes(
                Source.model_validate({"name": "s", "platform": platform, key: SAMPLES[key]})
            )
            if "remove it" in advice or f"remove '{place}'" in advice
        }
    }
    assert taking == (
        set(PLATFORMS) - {stated.removeprefix("all but ")}
        if stated.startswith("all but ")
        else set(stated.split(", "))
    )


def test_the_table_says_which_platforms_need_a_credential():
    page = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    needed = {name for name in PLATFORMS if collector_for(name).needs_credential}
    assert f"needed for {', '.join(sorted(needed))}" in page
    rows = dict(
        re.findall(r"^\| (\w+) \| ([^|]+) \|", page.partition("## Credentials")[2], re.MULTILINE)
    )
    assert {name for name, word in rows.items() if word.strip() == "yes"} == needed
    assert set(PLATFORMS) <= set(rows)
