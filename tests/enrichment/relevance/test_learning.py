import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enrichment.matching.subjects import SubjectMatcher
from enrichment.relevance.features import BUCKETS, evidence_of
from enrichment.relevance.labels import Label
from enrichment.relevance.learning import LEAST_EACH, learn, standings
from enrichment.relevance.lessons import united
from enrichment.relevance.logistic import fit_line
from enrichment.relevance.teaching import heard
from tests.enrichment.relevance.lessons import FRUIT, KEY, ORANGE, labels, learnt, watchlist

MATCHER = SubjectMatcher(watchlist().subject)
LEARNT = learnt()


def judged(text, title=""):
    matches = MATCHER.find_in(title=title or None, text=text)
    return LEARNT.model.judge(title, text, matches)


@pytest.mark.parametrize(
    ("subject", "text", "is_about_it"),
    [
        ("orange", "No signal since noon. Is the Orange network down?", True),
        ("orange", "Orange sent me the invoice twice, the helpdesk shrugs", True),
        ("orange", "A recipe: the zest of one orange, sugar, lemon juice", False),
        ("orange", "The trees in our garden carry orange and lemon", False),
        ("delta", "Delta moved my flight, and the luggage stayed in Boston", True),
        ("delta", "The crew at the Delta gate upgraded two seats", True),
        ("delta", "Hospitals count new covid cases of the delta variant", False),
        ("delta", "Does the vaccine stop the delta strain?", False),
    ],
)
def test_homonyms_come_apart_on_texts_never_seen(subject, text, is_about_it):
    assert (judged(text)[subject] >= 0.5) == is_about_it


def test_case_alone_does_not_decide_where_the_words_speak():
    assert judged("ORANGE HELPDESK: NO SIGNAL, NO NETWORK, NO INVOICE")["orange"] > 0.5
    assert judged("Orange juice with sugar and the zest of a lemon, a recipe")["orange"] < 0.5


def test_nothing_is_said_of_a_subject_that_was_never_taught():
    assert judged("Acme beer and Orange network signal").keys() == {"orange"}


def test_below_the_least_number_of_verdicts_there_is_no_model():
    subjects = {subject.id: subject for subject in watchlist().subject}
    few = [Label(subjects["orange"], "", text, None, True) for text in ORANGE]
    few += [Label(subjects["orange"], "", t, None, False) for t in FRUIT[: LEAST_EACH - 1]]
    found = learn(united((), heard(few, KEY).lessons)[0], KEY)
    assert found.model is None
    assert np.isnan(found.held_back).all()
    few.append(Label(subjects["orange"], "", FRUIT[LEAST_EACH], None, False))
    assert learn(united((), heard(few, KEY).lessons)[0], KEY).model.subjects == {"orange"}


def test_the_order_of_verdicts_changes_nothing():
    shuffled = heard(random.Random(1).sample(list(labels()), k=36), KEY).lessons
    again = learn(united((), shuffled)[0], KEY)
    assert again.model.name == LEARNT.model.name
    assert np.array_equal(again.held_back, LEARNT.held_back)


def test_teaching_twice_is_teaching_once():
    lessons, repeated, changed = united(LEARNT.lessons, heard(labels(), KEY).lessons)
    assert (len(lessons), repeated, changed) == (36, 36, 0)


def test_a_later_verdict_on_the_same_text_counts():
    subject = watchlist().subject[0]
    turned = heard([Label(subject, "", ORANGE[0], None, False)], KEY).lessons
    lessons, repeated, changed = united(LEARNT.lessons, turned)
    assert (len(lessons), repeated, changed) == (36, 0, 1)
    assert learn(lessons, KEY).model.name != LEARNT.model.name


def test_standings_count_verdicts_and_measure_on_what_was_held_back():
    standing = standings(LEARNT, {"orange": 0.5, "delta": 0.5})["orange"]
    assert (standing.confirmed, standing.rejected, standing.is_judged) == (10, 10, True)
    assert standing.precision > 0.5
    assert standings(LEARNT, {"orange": 0.0})["orange"].precision == 0.5
    assert standings(LEARNT, {"orange": 0.0})["orange"].recall == 1


def test_telling_words_are_those_of_the_subject():
    lecture = heard(labels(), KEY)
    speaking_for, against = lecture.telling_words(LEARNT.model, "delta")
    assert "flight" in speaking_for
    assert "variant" in against


def test_what_an_employee_teaches_tells_nothing_of_others():
    lessons = [
        lesson if lesson.subject == "orange" else lesson.__class__(**_fields(lesson))
        for lesson in LEARNT.lessons
    ]
    without = learn([lesson for lesson in lessons if lesson.subject == "orange"], KEY)
    both = learn(lessons, KEY)
    assert np.array_equal(both.model.weights.shared, without.model.weights.shared)
    for lesson in without.lessons:
        alone = without.model.probability_of(lesson.evidence, "orange")
        assert both.model.probability_of(lesson.evidence, "orange") == alone
    assert "delta" in both.model.subjects


def _fields(lesson):
    return {
        "subject": lesson.subject,
        "is_relevant": lesson.is_relevant,
        "evidence": lesson.evidence,
        "is_private": True,
    }


def test_accounts_links_and_addresses_are_learnt_by_kind_and_not_by_name():
    one = "Orange @ann_peeters u/ann ann@mail.example https://ann.example/x is slow"
    other = "Orange @bob_janssens u/bob bob@post.example https://bob.example/y is slow"
    first, second = (
        evidence_of("", text, MATCHER.find_in(title=None, text=text), KEY) for text in (one, other)
    )
    assert first.buckets.tolist() == second.buckets.tolist()


def test_scores_that_are_too_bold_are_tamed():
    scores = np.array([8.0, -8.0] * 50)
    truth = np.array([True, False, True, True, False, False, True, False, True, False] * 10)
    slope, _ = fit_line(scores, truth)
    assert 0 < slope < 0.5


@settings(max_examples=60, deadline=None)
@given(
    title=st.text(max_size=60),
    text=st.builds(
        "{}{}{}".format,
        st.text(max_size=200),
        st.sampled_from(("", "Orange", " orange ", "#ORANGE ", "Delta")),
        st.text(max_size=200),
    ),
)
def test_any_text_gives_a_probability(title, text):
    matches = MATCHER.find_in(title=title or None, text=text)
    evidence = evidence_of(title, text, matches, KEY)
    assert (np.diff(evidence.buckets) > 0).all()
    assert np.isfinite(evidence.values).all()
    assert not len(evidence.buckets) or 0 <= evidence.buckets[0] <= evidence.buckets[-1] < BUCKETS
    for probability in LEARNT.model.judge(title, text, matches).values():
        assert 0 <= probability <= 1


@pytest.mark.parametrize("piece", ["Orange ", "a", "@", "http://", "一", "Orange@a.b "])
def test_what_is_read_of_a_long_text_is_bounded(piece):
    text = "Orange " + piece * (200_000 // len(piece))
    matches = MATCHER.find_in(title=None, text=text)
    assert len(evidence_of("", text, matches, KEY).buckets) < 12_000


def test_unspaced_scripts_are_read_by_pairs_of_letters():
    first = evidence_of("", "新しい飛行機に乗る", [], KEY)
    second = evidence_of("", "飛行機が遅れる", [], KEY)
    assert len(np.intersect1d(first.buckets, second.buckets)) >= 5
