"""In which tone a passage is found to speak."""

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from enrichment.passages import Passage
from enrichment.tone.fast import default_tone_model
from enrichment.tone.lexicon import FEATURES, LEXICON_LANGUAGES, lexicon_features, lexicon_weight
from enrichment.tone.model import SURE_FROM, Tone
from enrichment.tone.ngrams import BUCKETS, hashed_pieces
from tests.quality.tone import likeliest, macro_f1
from tests.quality.tone import test_sets as labelled_sets
from tests.shared_data import shared_data


def tone_of(text, language="nl", name="Acme"):
    start = text.find(name)
    span = (start, start + len(name)) if start >= 0 else (0, 0)
    passage = Passage(text=text, start=span[0], end=span[1], language=language)
    return default_tone_model().judge([passage])[0]


def measured(text, language):
    return dict(zip(FEATURES, lexicon_features(text, language), strict=True))


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("nl", "Glasscherven in mijn flesje Acme, levensgevaarlijk!"),
        ("nl", "Acme roept flesjes terug wegens glassplinters, klanten zijn woedend"),
        ("fr", "Des éclats de verre dans ma bouteille Acme, c'est scandaleux"),
        ("en", "Found glass shards in my Acme bottle, absolutely disgusting"),
        ("de", "Glassplitter im Acme, das ist einfach nur widerlich"),
    ],
)
def test_recall_for_glass_is_negative(language, text):
    assert tone_of(text, language).label == "negative"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("nl", "Die nieuwe tripel van Acme is echt heerlijk, aanrader!"),
        ("fr", "J'adore la nouvelle triple d'Acme, un vrai régal"),
        ("en", "The new Acme tripel is delicious, well done guys"),
        ("de", "Das neue Tripel von Acme ist richtig lecker, toll gemacht"),
    ],
)
def test_praise_is_positive(language, text):
    assert tone_of(text, language).label == "positive"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("nl", "Waar in Gent kan ik een Acme kopen?"),
        ("nl", "Acme opent woensdag een bezoekerscentrum in Leuven"),
        ("en", "Does anyone know when the Acme shop opens?"),
        ("de", "Acme eröffnet 2027 ein Werk in Lüttich"),
    ],
)
def test_questions_and_plain_news_are_neutral(language, text):
    assert likeliest(tone_of(text, language)) == "neutral"


@pytest.mark.parametrize(
    ("language", "praise", "denial"),
    [
        ("nl", "Acme is lekker", "Acme is niet lekker"),
        ("nl", "Acme smaakt", "Acme smaakt niet"),
        ("fr", "Acme est bonne", "Acme n'est pas bonne"),
        ("fr", "j'aime Acme", "je n'aime plus Acme"),
        ("en", "Acme is good", "Acme isn't good"),
        ("de", "Acme schmeckt mir", "Acme schmeckt mir nicht"),
        ("de", "Acme ist gut", "Acme ist kein gutes Bier"),
    ],
)
def test_negation_turns_praise_round(language, praise, denial):
    assert measured(praise, language)["balance"] > 0 > measured(denial, language)["balance"]


@pytest.mark.parametrize(
    ("language", "denied", "praise"),
    [("nl", "niet slecht", "goed"), ("fr", "pas mauvais", "bon"), ("en", "not bad", "good")],
)
def test_denied_blame_is_faint_praise(language, denied, praise):
    assert 0 < measured(denied, language)["positive"] < measured(praise, language)["positive"]


def test_french_plus_denies_only_after_ne():
    assert measured("le plus beau", "fr")["positive"] > 0
    assert measured("il n'est plus beau", "fr")["negative"] > 0


def test_strengthening_and_weakening_words_count():
    weights = [measured(f"{how}lekker", "nl")["positive"] for how in ("beetje ", "", "heel ")]
    assert weights == sorted(set(weights))


def test_what_follows_but_weighs_more():
    assert measured("lekker maar duur en traag en slecht", "nl")["balance"] < 0
    assert measured("slecht maar lekker", "nl")["balance"] > 0


def towards(text, name, language="en"):
    place = text.index(name)
    found = lexicon_features(text[:place] + text[place + len(name) :], language, place)
    return dict(zip(FEATURES, found, strict=True))


def test_words_near_a_name_count_more_than_words_far_from_it():
    text = "Acme is awful and then there were many other things to say about Bolt"
    assert towards(text, "Acme")["negative"] > towards(text, "Bolt")["negative"] > 0


def test_words_beyond_a_but_count_little_towards_a_name():
    text = "Acme is great but Bolt is awful"
    assert towards(text, "Acme")["balance"] > 0 > towards(text, "Bolt")["balance"]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("nl", "Acme is heerlijk maar Bolt is walgelijk"),
        ("fr", "Acme est excellente mais Bolt est dégoûtante"),
        ("en", "I love Acme but Bolt is awful and rude"),
        ("de", "Acme ist großartig aber Bolt ist widerlich"),
    ],
)
def test_two_subjects_of_one_sentence_have_two_tones(language, text):
    acme, bolt = (tone_of(text, language, name) for name in ("Acme", "Bolt"))
    assert (likeliest(acme), likeliest(bolt)) == ("positive", "negative")


def test_text_that_was_escaped_twice_is_read():
    assert tone_of(r"I can\u2019t stand Acme", "en") == tone_of("I can\u2019t stand Acme", "en")


def test_stretched_and_shouted_words_are_known():
    assert measured("leeeeekker", "nl")["positive"] == measured("lekker", "nl")["positive"]
    assert measured("LEKKER", "nl")["positive"] > measured("lekker", "nl")["positive"]


def test_skin_tones_and_variation_selectors_do_not_hide_an_emoji():
    for emoji in ("👍", "👍🏻", "👍🏿", "❤", "❤\ufe0f"):
        assert measured(emoji, "nl")["positive_emoji"] > 0, emoji


def test_hashtags_are_read_by_their_words():
    assert measured("#AcmeFail", "en")["negative"] > 0


def test_words_without_their_accents_are_known():
    assert lexicon_weight("decu", "fr") == lexicon_weight("déçu", "fr") < 0


def test_a_word_is_not_taken_for_another_that_has_an_umlaut():
    assert lexicon_weight("schon", "de") == 0 < lexicon_weight("schoen", "de")
    assert lexicon_weight("sur", "fr") == 0


def test_handles_and_links_carry_no_tone():
    assert measured("@awesome_guy https://best.example/great", "en")["positive"] == 0


def test_subjects_own_name_carries_no_tone():
    assert tone_of("Ik dronk een Zalig", name="Zalig") == tone_of("Ik dronk een Acme")


def test_probabilities_sum_to_one_and_label_is_the_likeliest():
    for text in ("Acme is top", "Acme is vies", "Acme", "", "🤮🤮"):
        tone = tone_of(text)
        assert tone.p_negative + tone.p_neutral + tone.p_positive == pytest.approx(1)
        assert tone.label in {likeliest(tone), "uncertain"}


def test_tone_is_uncertain_when_no_label_stands_out():
    assert Tone.of(0.34, 0.33, 0.33).label == "uncertain"
    assert Tone.of(SURE_FROM, 0.3, 0.28).label == "negative"


def test_order_and_company_of_passages_change_nothing():
    passages = [
        Passage(text=text, start=0, end=0, language=language)
        for text in ("lekker", "slecht", "un régal", "gemütlich")
        for language in ("nl", "fr", "de", "und")
    ]
    model = default_tone_model()
    together = model.judge(passages)
    assert model.judge(passages[::-1]) == together[::-1]
    assert [model.judge([passage])[0] for passage in passages] == together


@pytest.mark.parametrize("language", LEXICON_LANGUAGES)
def test_each_lexicon_has_at_least_300_entries_of_either_sign(language):
    from enrichment.tone.lexicon import _lexicon

    lexicon = _lexicon(language)
    weights = [*lexicon.weights.values(), *lexicon.stems.values()]
    assert min(sum(w > 0 for w in weights), sum(w < 0 for w in weights)) >= 150
    assert len(weights) >= 300


def test_unknown_language_is_read_by_emoji():
    assert tone_of("ずっと 😍😍", "ja").label == "positive"


@given(st.text(max_size=300), st.sampled_from(["nl", "fr", "en", "de", "es", "und", "xx"]))
@example("\ud800", "nl")
@example("n't n't", "en")
def test_any_text_is_judged(text, language):
    passage = Passage(text=text, start=0, end=0, language=language)
    tone = default_tone_model().judge([passage])[0]
    assert 0 <= min(tone.p_negative, tone.p_neutral, tone.p_positive) <= 1
    pieces = hashed_pieces(text)
    assert len(set(pieces.tolist())) == pieces.size
    assert all(0 <= piece < BUCKETS for piece in pieces.tolist())


@pytest.mark.parametrize(
    "unit", ["!", "a", "😡", "niet ", "not but ", "#aB", "n't", "-", "'a", ":("]
)
def test_hostile_repetition_takes_linear_time(unit):
    text = (unit * 200_000)[:200_000]
    began = time.process_time()
    tone_of(text, "en")
    assert time.process_time() - began < 5


def test_model_that_ships_reaches_its_bars():
    shared_data("nlp")
    bars = {"UMSAB val en": 60, "UMSAB val fr": 62, "UMSAB val de": 64, "Dutch tweets": 52}
    model = default_tone_model()
    for name, labelled in labelled_sets():
        if name in bars:
            tones = model.judge([passage for passage, _ in labelled])
            figure = macro_f1([label for _, label in labelled], [likeliest(t) for t in tones])
            assert figure >= bars[name], (name, figure)
