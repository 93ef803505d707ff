"""The registry names real classes and real extras, and loads no client library before its time."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from collectors import registry
from collectors.registry import PLATFORMS, collector_for, missing_extra

ROOT = Path(__file__).resolve().parents[2]
NOT_OF_PLATFORMS = {"accurate", "airflow", "onnx", "pipelines", "postgres"}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_each_platform_has_a_collector_and_a_page(platform):
    collector = collector_for(platform)
    assert isinstance(collector.needs_credential, bool)
    assert (ROOT / "docs" / "platforms" / f"{platform}.md").exists()


def test_each_extra_of_the_package_is_known_by_what_it_brings():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert set(registry._EXTRAS) == set(project["optional-dependencies"]) - NOT_OF_PLATFORMS
    assert [name for name in registry._EXTRAS if missing_extra(name)] == []


def test_what_is_missing_is_told_with_how_to_get_it(monkeypatch):
    monkeypatch.setitem(registry._EXTRAS, "mastodon", "no_such_module")
    assert missing_extra("mastodon") == "install luisterpost[mastodon]"
    assert missing_extra("feed") is None


def test_the_libraries_of_extras_are_not_loaded_with_their_platforms():
    program = (
        "import sys\n"
        "from collectors.registry import _EXTRAS, PLATFORMS, collector_for\n"
        "for platform in PLATFORMS: collector_for(platform)\n"
        "print(sorted(set(_EXTRAS.values()) & sys.modules.keys()), 'atproto_client' in sys.modules)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert ended.stdout.strip() == "[] False"
