"""Tone models by name: a spaCy pipeline and an ONNX classifier, both made here."""

import json
from importlib.util import find_spec

import numpy as np
import pytest
import spacy

from collectors.configuration.folder import ConfigurationError
from enrichment.passages import Passage
from enrichment.tone.choice import load_tone_model
from enrichment.tone.labels import tone_shares
from enrichment.tone.model import ToneModelUnavailable
from enrichment.tone.onnx_model import cached_folder
from enrichment.tone.settings import configured_tone_model
from tests.quality.tone import likeliest

with_onnx = pytest.mark.skipif(
    not all(find_spec(name) for name in ("onnx", "onnxruntime", "tokenizers")),
    reason="onnx, onnxruntime or tokenizers is not installed",
)
UNKNOWN = "[UNK]"
WORDS = {"[PAD]": 0, UNKNOWN: 1, "slecht": 2, "gewoon": 3, "goed": 4}


def passages(*texts):
    return [Passage(text=text, start=0, end=0, language="nl") for text in texts]


def labels_of(model, *texts):
    return [likeliest(tone) for tone in model.judge(passages(*texts))]


@pytest.fixture
def pipeline(tmp_path):
    """A spaCy pipeline that learnt two words."""
    from spacy.training import Example

    nlp = spacy.blank("nl", meta={"name": "tiny", "version": "0.1"})
    textcat = nlp.add_pipe("textcat")
    for label in ("NEGATIVE", "NEUTRAL", "POSITIVE"):
        textcat.add_label(label)
    taught = [
        Example.from_dict(
            nlp.make_doc(word),
            {"cats": {one: float(one == label) for one in textcat.labels}},
        )
        for word, label in (("slecht", "NEGATIVE"), ("gewoon", "NEUTRAL"), ("goed", "POSITIVE"))
    ]
    optimizer = nlp.initialize(lambda: taught)
    optimizer.learn_rate = 0.02
    for _ in range(40):
        nlp.update(taught, sgd=optimizer)
    nlp.to_disk(tmp_path / "pipeline")
    return tmp_path / "pipeline"


@pytest.fixture
def classifier(tmp_path):
    """An ONNX classifier that counts three words, in the form of an export from the Hub."""
    from onnx import TensorProto, helper, numpy_helper, save
    from tokenizers import Tokenizer, models, pre_tokenizers

    folder = tmp_path / "classifier"
    folder.mkdir()
    tokenizer = Tokenizer(models.WordLevel(WORDS, UNKNOWN))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.save(str(folder / "tokenizer.json"))
    table = np.zeros((len(WORDS), 3), np.float32)
    table[[2, 3, 4], [0, 1, 2]] = 4
    graph = helper.make_graph(
        [
            helper.make_node("Gather", ["table", "input_ids"], ["scores"]),
            helper.make_node("Cast", ["attention_mask"], ["mask"], to=TensorProto.FLOAT),
            helper.make_node("Unsqueeze", ["mask", "last"], ["wide"]),
            helper.make_node("Mul", ["scores", "wide"], ["kept"]),
            helper.make_node("ReduceSum", ["kept", "middle"], ["logits"], keepdims=0),
        ],
        "tiny",
        [
            helper.make_tensor_value_info(name, TensorProto.INT64, ["texts", "tokens"])
            for name in ("input_ids", "attention_mask")
        ],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["texts", 3])],
        [
            numpy_helper.from_array(table, "table"),
            numpy_helper.from_array(np.array([-1]), "last"),
            numpy_helper.from_array(np.array([1]), "middle"),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    save(model, folder / "model.onnx")
    named = {"0": "negative", "1": "neutral", "2": "positive"}
    (folder / "config.json").write_text(json.dumps({"id2label": named, "pad_token_id": 0}))
    return folder


def test_a_spacy_pipeline_in_a_folder_judges(pipeline):
    model = load_tone_model(str(pipeline))

    assert model.name == "nl_tiny 0.1"
    assert labels_of(model, "goed", "slecht", "gewoon") == ["positive", "negative", "neutral"]
    assert model.judge([]) == []


def test_a_spacy_pipeline_without_text_labels_is_refused(tmp_path):
    spacy.blank("nl").to_disk(tmp_path)

    with pytest.raises(ToneModelUnavailable, match="doesn't tell tone"):
        load_tone_model(str(tmp_path))


@with_onnx
def test_an_onnx_classifier_in_a_folder_judges(classifier):
    model = load_tone_model(str(classifier))

    assert model.name == "classifier"
    assert labels_of(model, "goed", "heel erg slecht", "gewoon", "slecht slecht goed") == [
        "positive",
        "negative",
        "neutral",
        "negative",
    ]
    alone, together = model.judge(passages("goed"))[0], model.judge(passages("goed", "x " * 99))[0]
    assert alone.p_positive == pytest.approx(together.p_positive)
    assert len(model.judge(passages(*["goed"] * 70))) == 70


@with_onnx
def test_a_model_of_the_hub_is_taken_from_the_local_cache(classifier, tmp_path, monkeypatch):
    hub = tmp_path / "hub" / "models--firm--tone"
    (hub / "refs").mkdir(parents=True)
    (hub / "refs" / "main").write_text("0123456789abcdef")
    (hub / "snapshots").mkdir()
    classifier.rename(hub / "snapshots" / "0123456789abcdef")
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))

    model = load_tone_model("firm/tone")

    assert model.name == "firm/tone 01234567"
    assert labels_of(model, "goed") == ["positive"]


@pytest.mark.parametrize("name", ["firm/absent", "../etc", "a/b/c", "nothing"])
def test_a_model_that_is_not_here_is_told_and_not_fetched(name, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))

    assert cached_folder(name) is None
    with pytest.raises(ToneModelUnavailable, match="there is no tone model"):
        load_tone_model(name)


@with_onnx
@pytest.mark.parametrize("lost", ["config.json", "tokenizer.json", "model.onnx"])
def test_what_a_folder_lacks_is_named(classifier, lost):
    (classifier / lost).unlink()

    with pytest.raises(ToneModelUnavailable, match=lost):
        load_tone_model(str(classifier))


@with_onnx
@pytest.mark.parametrize("broken", ["config.json", "tokenizer.json", "model.onnx"])
def test_a_broken_model_is_told(classifier, broken):
    (classifier / broken).write_bytes(b"\x00nonsense")

    with pytest.raises(ToneModelUnavailable, match="can't be loaded"):
        load_tone_model(str(classifier))


def test_the_configuration_names_the_model_that_judges(pipeline, tmp_path):
    assert configured_tone_model(tmp_path) is load_tone_model("fast")

    (tmp_path / "tone.toml").write_text(f'model = "{pipeline}"')

    assert configured_tone_model(tmp_path).name == "nl_tiny 0.1"


@pytest.mark.parametrize(
    ("wrong", "told"),
    [('model = "absent"', "tone.toml: model: there is no"), ('modle = "fast"', "did you mean")],
)
def test_a_wrong_name_in_the_configuration_is_told(wrong, told, tmp_path):
    (tmp_path / "tone.toml").write_text(wrong)

    with pytest.raises(ConfigurationError, match=told):
        configured_tone_model(tmp_path)


@pytest.mark.parametrize(
    ("labels", "rows"),
    [
        (("neg", "neu", "pos"), [(1, 0, 0), (0, 1, 0), (0, 0, 1)]),
        (("LABEL_0", "LABEL_1", "LABEL_2"), [(1, 0, 0), (0, 1, 0), (0, 0, 1)]),
        (("POSITIVE", "NEGATIVE"), [(0, 0, 1), (1, 0, 0)]),
        (
            ("1 star", "2 stars", "3 stars", "4 stars", "5 stars"),
            [(1, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1), (0, 0, 1)],
        ),
        (("negatief", "irony", "positief"), [(1, 0, 0), (0, 0, 0), (0, 0, 1)]),
    ],
)
def test_labels_of_other_peoples_models_are_understood(labels, rows):
    assert tone_shares(labels, "x").tolist() == [list(map(float, row)) for row in rows]


@pytest.mark.parametrize("labels", [(), ("spam", "ham"), ("LABEL_0", "LABEL_1"), ("positive",)])
def test_a_model_that_tells_no_tone_is_refused(labels):
    with pytest.raises(ToneModelUnavailable, match="doesn't tell tone"):
        tone_shares(labels, "x")
