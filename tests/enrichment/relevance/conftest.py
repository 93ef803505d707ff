from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def configuration_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch) -> Path:
    """Keep keys of tests out of the user's configuration directory."""
    folder = tmp_path_factory.mktemp("configuration")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder))
    monkeypatch.delenv("LUISTERPOST_RELEVANCE_KEY", raising=False)
    return folder
