"""The spaCy pipeline of one language, and what a Doc carries after it."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enrichment.matching.subjects import Match
from enrichment.passages import sentence_spans
from enrichment.pipeline import (
    SUBJECTS,
    build_pipeline,
    make_doc,
    recogniser_for,
    subject_passages,
)
from enrichment.tone.fast import default_tone_model

NL = build_pipeline("nl", tone_model=default_tone_model())


def match(text, form, subject="acme"):
    start = text.index(form)
    return Match(
        subject=subject, field="text", form=form, start=start, end=start + len(form), rule="term"
    )


def analysed(text, *forms, nlp=NL, language="nl"):
    matches = [match(text, form, form.lower()) for form in forms]
    (doc,) = nlp.pipe([make_doc(nlp, text, matches, language=language)])
    return doc


def test_components_stand_in_order():
    assert NL.pipe_names == ["luisterpost_sentences", "luisterpost_subjects", "luisterpost_tone"]


def test_doc_carries_sentences_subjects_and_tones():
    doc = analysed("Acme is lekker. Bolt is smerig!", "Acme", "Bolt")
    assert [sentence.text for sentence in doc.sents] == ["Acme is lekker.", "Bolt is smerig!"]
    assert [(s.text, s.label_) for s in doc.spans[SUBJECTS]] == [("Acme", "acme"), ("Bolt", "bolt")]
    assert [tone.label for tone in doc._.tones] == ["positive", "negative"]


def test_match_inside_a_token_is_put_on_the_whole_token():
    doc = analysed("Weer een #AcmeFail vandaag", "Acme")
    (span,) = doc.spans[SUBJECTS]
    assert "Acme" in span.text


def test_calling_the_pipeline_on_one_doc_is_the_same_as_a_stream():
    text = "Acme is lekker"
    doc = NL(make_doc(NL, text, [match(text, "Acme")], language="nl"))
    assert doc._.tones == analysed(text, "Acme")._.tones


def test_passages_of_a_doc_keep_the_order_of_its_matches():
    text = "Acme is top, Bolt is niks"
    doc = make_doc(NL, text, [match(text, "Bolt", "b"), match(text, "Acme", "a")], language="nl")
    assert [p.text[p.start : p.end] for p in subject_passages(doc)] == ["Bolt", "Acme"]


@pytest.mark.parametrize("language", ["und", "ja", "zh", "xx", "es"])
def test_any_language_has_a_pipeline(language):
    nlp = build_pipeline(language, tone_model=default_tone_model())
    assert analysed("Acme 東京 😍", "Acme", nlp=nlp, language=language)._.tones


def test_text_unfit_for_reading_gets_no_recogniser():
    assert recogniser_for("en", "Acme opened") is not None
    assert recogniser_for("en", "Acme opened " * 2_000) is None
    assert recogniser_for("en", "(" * 1_000) is None
    assert recogniser_for("es", "Acme abrió") is None


def test_tone_without_a_model_is_a_plain_error():
    nlp = build_pipeline("nl", tone_model=default_tone_model())
    nlp.remove_pipe("luisterpost_tone")
    nlp.add_pipe("luisterpost_tone")
    with pytest.raises(RuntimeError, match="build_pipeline"):
        analysed("Acme", "Acme", nlp=nlp)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200), st.data())
def test_any_text_passes_with_its_spans_inside(text, data):
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    found = Match(
        subject="acme", field="text", form=text[start:end], start=start, end=end, rule="term"
    )
    text_without_surrogates = text.encode("utf-8", "replace").decode()
    doc = make_doc(NL, text_without_surrogates, [found], language="nl")
    (doc,) = NL.pipe([doc])
    assert doc.text == text_without_surrogates
    assert len(doc._.tones) == 1
    for span in doc.spans[SUBJECTS]:
        assert 0 <= span.start_char <= span.end_char <= len(doc.text)
    assert len(list(doc.sents)) <= max(1, len(sentence_spans(doc.text)))


@pytest.mark.parametrize("unit", ["(", "a", ".", "😡", "http://a", "\n", "a.b-", "'", "Acme "])
def test_hostile_repetition_takes_linear_time(unit):
    text = (unit * 200_000)[:200_000] + " Acme"
    began = time.process_time()
    assert len(analysed(text, " Acme")._.tones) == 1
    assert time.process_time() - began < 10
