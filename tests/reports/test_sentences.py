"""Every sentence that the report may begin with reads well, whatever the week was like."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from reports.baseline import Usual
from reports.facts import pick_facts
from reports.render import say
from reports.sentiment import NetSentiment
from reports.settings import ReportSettings
from reports.status_model import Driver, Evidence, Facet, Figure, Organisation, Verdict
from reports.verdict import NOT_WATCHED, Signs, judge, sum_up
from reports.words import Words

SETTINGS = ReportSettings()
WORDS = Words(Locale.parse("en_GB"), SETTINGS.zone)
ZERO = datetime(2026, 11, 9, 9, 24, tzinfo=UTC)

counts = st.integers(0, 3_000)
usuals = st.none() | st.builds(
    Usual, middle=st.integers(0, 900), spread=st.integers(1, 90), periods=st.just(8)
)
nets = st.none() | st.builds(
    Usual, middle=st.floats(-1, 1), spread=st.floats(0.05, 1), periods=st.just(8)
)
tones = st.builds(NetSentiment, negative=counts, neutral=counts, positive=counts, uncertain=counts)
figures = st.builds(
    Figure, now=counts, before=st.none() | counts, usual=usuals, change=st.sampled_from((-1, 0, 1))
)
signs = st.builds(
    Signs,
    covered=st.none() | st.floats(0, 1),
    is_running=st.booleans(),
    stories=figures,
    negative=counts,
    usual_negative=usuals,
    sentiment=tones,
    told=st.none() | tones.map(lambda drawn: drawn.told_interval()),
    usual_net=nets,
)
verdicts = st.just(NOT_WATCHED) | signs.map(lambda found: judge(found, SETTINGS))


def facet(name, verdict, *, mentions=None, net=None, sentiment=None):
    unknown = Figure(now=None, before=None, usual=None)
    return Facet(
        name=name,
        subjects=("Acme",),
        verdict=verdict,
        mentions=mentions or unknown,
        stories=mentions or unknown,
        authors=unknown,
        sentiment=sentiment or NetSentiment(negative=0, neutral=0, positive=0, uncertain=0),
        net=net or unknown,
        voice=unknown,
        voice_stories=unknown,
    )


def reads_well(sentence):
    assert sentence.endswith("."), sentence
    assert sentence[0].isupper() or not sentence[0].isalpha(), sentence
    assert not re.search(r"\b(\w+) \1\b", sentence), sentence
    assert not re.search(r" [.,;:]|\.\.|,,|  |None|\bnan\b", sentence), sentence
    assert len(sentence) <= 200, sentence


def verdict_of(brand, company):
    return say("verdict", sum_up([facet("brand", brand), facet("company", company)]))


@given(verdicts, verdicts)
def test_verdict_is_one_sentence_of_at_most_200_characters(brand, company):
    reads_well(verdict_of(brand, company))


RED = Verdict(colour="red", reasons=("tone_worse", "more_negative"))
CLEARLY_RED = Verdict(colour="red", reasons=("tone_clearly_worse", "more_negative"))
MORE = Verdict(colour="amber", reasons=("more",))
FEWER = Verdict(colour="amber", reasons=("fewer", "partly_covered"))
GREEN = Verdict(colour="green", reasons=("usual",))
GREY = Verdict(colour="grey", reasons=("no_history",))


@pytest.mark.parametrize(
    ("brand", "company", "sentence"),
    [
        (GREEN, GREEN, "On course: what is said about brand and company, and its tone, are"),
        (GREEN, NOT_WATCHED, "On course: what is said about the brand, and its tone, are"),
        (RED, CLEARLY_RED, "Not on course: for brand and company, there are more negative"),
        (GREEN, RED, "Not on course: for the company, the tone is worse than usual and"),
        (MORE, FEWER, "Not quite on course: for the brand, more is said than usual."),
        (GREY, MORE, "Not quite on course: for the company, more is said than usual."),
        (
            GREEN,
            GREY,
            "The brand is on course; for the company we can\N{RIGHT SINGLE QUOTATION MARK}t",
        ),
        (GREY, GREY, "We can\N{RIGHT SINGLE QUOTATION MARK}t tell whether we are on course: there"),
        (NOT_WATCHED, NOT_WATCHED, "We can\N{RIGHT SINGLE QUOTATION MARK}t tell whether we are on"),
    ],
)
def test_verdict_names_whom_it_concerns_and_what_holds_for_them(brand, company, sentence):
    assert verdict_of(brand, company).startswith(sentence)


drivers = st.builds(
    Driver,
    kind=st.sampled_from(("theme", "flood", "reprint", "shared")),
    terms=st.just(("fire",)),
    mentions=st.integers(5, 3_000),
    stories=st.integers(5, 900),
    authors=st.integers(20, 900),
    usual=st.floats(0, 300),
    first_at=st.just(ZERO),
    last_at=st.integers(0, 9_000).map(lambda minutes: ZERO + timedelta(minutes=minutes)),
    name=st.just("Fire destroys depot"),
    is_sudden=st.booleans(),
    negative=st.integers(0, 5),
    positive=st.integers(0, 5),
    evidence=st.just(
        (
            Evidence(
                at=ZERO,
                platform="feed",
                site="a.example",
                words="Fire destroys depot",
                link="https://a.example/",
            ),
        )
    ),
)
facets = st.tuples(figures, st.sampled_from((-1, 0, 1))).map(
    lambda drawn: facet(
        "brand",
        GREEN,
        mentions=drawn[0],
        net=Figure(
            now=0.2, before=None, usual=Usual(middle=0.5, spread=1, periods=8), change=drawn[1]
        ),
    )
)


@given(st.lists(drivers, max_size=3), facets, figures)
def test_facts_are_sentences(found, brand, mentions):
    organisation = Organisation(
        name="Zwaan",
        relation="competitor",
        mentions=mentions,
        stories=1,
        top=Evidence(at=ZERO, platform="x", site=None, words="Zwaan grows", link=None),
    )
    for fact in pick_facts([brand], found, [organisation], [], 1.0, SETTINGS):
        reads_well(say("fact", fact, WORDS))


def test_facts_say_what_an_analyst_would():
    flood = Driver(
        kind="flood",
        terms=(),
        mentions=204,
        stories=1,
        authors=204,
        usual=0,
        first_at=ZERO,
        last_at=ZERO + timedelta(hours=3),
        name=None,
        is_sudden=False,
        negative=0,
        positive=1,
        evidence=(),
    )
    theme = replace(
        flood,
        kind="theme",
        name="Fire destroys depot",
        stories=130,
        negative=92,
        is_sudden=True,
    )
    told = [
        say("fact", fact, WORDS) for fact in pick_facts([], [theme, flood], [], [], 1.0, SETTINGS)
    ]
    assert told == [
        "“Fire destroys depot”: 130 stories since Monday 10:24, 71% negative.",
        ("One text from 204 accounts on Monday between 10:24 and 13:24: a flood, counted apart."),
    ]
