"""Flags: what a mention possibly is or tells, by rules that keep their own examples."""

import re
import shutil
import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from typer.testing import CliRunner

from collectors.configuration.folder import ConfigurationError
from collectors.watchlist import Watchlist
from enrichment.enricher import Enricher
from enrichment.flags.finder import LANGUAGES, FlagFinder
from enrichment.flags.matches import flag_matches
from enrichment.flags.phrases import PhraseError, read_phrase
from enrichment.flags.promises import broken_promise
from enrichment.flags.rules import FLAGS, FlagRule, FlagSettings, read_flags, shipped_rules
from enrichment.matching.subjects import SubjectMatcher
from enrichment.passages import passage_around
from luisterpost import app
from tests.programs import ROOT
from tests.quality import flags as quality
from tests.warehouse.building import T0, employee

ACME = {"id": "acme", "name": "Acme", "facet": "brand", "terms": ["Acme"]}
BOLT = {"id": "bolt", "name": "Bolt", "facet": "brand", "terms": ["Bolt"]}
FINDER = FlagFinder(FlagSettings().rules())
OWN_RULE = """
[[rule]]
id = "own-parking"
flag = "complaint"
language = "en"
phrases = ["no parking"]
must = ["No parking at {subject}."]
must_not = ["Parking is easy at {subject}."]
"""


def flags_in(text: str, language: str = "en", *subjects: dict) -> set[tuple[str, str]]:
    """Subject and flag of everything flagged in a text."""
    names = Watchlist.model_validate({"subject": list(subjects or [ACME])})
    matches = SubjectMatcher(names.subject).find(text)
    passages = [passage_around(text, m.start, m.end, language=language) for m in matches]
    return {(one.subject, one.flag) for one in flag_matches(FINDER, matches, passages)}


@pytest.mark.parametrize("rule", shipped_rules(), ids=lambda rule: rule.id)
def test_every_shipped_rule_keeps_its_examples(rule):
    assert broken_promise(rule) == ""


def test_every_flag_has_rules_in_all_four_languages():
    spoken = {(rule.flag, rule.language) for rule in shipped_rules()}
    assert {(flag, language) for flag in FLAGS for language in LANGUAGES} <= spoken
    ids = [rule.id for rule in shipped_rules()]
    assert len(ids) == len(set(ids))


def test_flags_are_right_more_often_than_the_bar_on_sentences_written_before_the_rules():
    counts = quality.measure(list(quality.read_cases()))
    for flag, (right, wrong, missed) in counts.items():
        assert right >= 15, flag
        assert right / (right + wrong) >= 0.95, flag
        assert right / (right + missed) >= 0.85, flag


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("No recall at Acme.", "en"),
        ("Acme: geen terugroepactie.", "nl"),
        ("Acme : aucun rappel de produits.", "fr"),
        ("Bei Acme wird nicht gestreikt.", "de"),
        ("Is there a recall of Acme kettles?", "en"),
        ("If Acme recalls the kettle, I want to know.", "en"),
        ('What "great service", Acme.', "en"),
    ],
)
def test_denials_questions_conditions_and_scare_quotes_tell_of_nothing(text, language):
    assert flags_in(text, language) - {("acme", "question")} == set()


def test_not_only_is_no_denial():
    assert flags_in("Not only a strike at Acme.") == {("acme", "strike")}


def test_the_name_itself_is_no_evidence():
    strike = ACME | {"name": "Strike Boycott", "terms": ["Strike Boycott"]}
    assert flags_in("A day at Strike Boycott.", "en", strike) == set()


def test_each_subject_has_its_own_flags():
    text = "Acme recalls 300 kettles, but Bolt is amazing."
    matches = SubjectMatcher(Watchlist.model_validate({"subject": [ACME, BOLT]}).subject).find(text)
    passages = [
        passage_around(
            text,
            m.start,
            m.end,
            language="en",
            others=[(o.start, o.end) for o in matches if o.subject != m.subject],
        )
        for m in matches
    ]
    found = {(one.subject, one.flag) for one in flag_matches(FINDER, matches, passages)}
    assert found == {("acme", "recall"), ("bolt", "praise")}


def test_an_event_two_sentences_away_is_somebody_elses():
    text = "Acme opened a shop. It is in Leeds. Elsewhere workers go on strike."
    assert flags_in(text) == set()


def test_the_span_holds_the_words_that_raised_the_flag():
    text = "🙂 Ça va ? #Acme &amp; co: thousands call for a boycott of Acme!"
    matches = SubjectMatcher(Watchlist.model_validate({"subject": [ACME]}).subject).find(text)
    passages = [passage_around(text, m.start, m.end, language="en") for m in matches]
    (flag,) = [f for f in flag_matches(FINDER, matches, passages) if f.flag == "boycott"]
    assert text[flag.start : flag.end] == "boycott"


def test_text_in_no_known_language_is_read_by_all_rules_and_another_by_none_but_any():
    assert flags_in("Datenleck bei Acme", "und") == {("acme", "breach")}
    assert flags_in("Datenleck bei Acme", "es") == set()
    assert flags_in("#boycottAcme", "es") == {("acme", "boycott")}


def test_german_is_found_without_its_umlauts():
    assert flags_in("Rueckruf bei Acme", "de") == {("acme", "recall")}


def test_nothing_is_flagged_about_employees():
    names = Watchlist.model_validate({"subject": [employee("jana", terms=["Jana Voorbeeld"])]})
    row = {"mention_id": "1", "platform": "x", "title": None, "language_tag": "en"}
    row |= {"text": "Worst service ever by Jana Voorbeeld, never again.", "url": None}
    (decided,) = Enricher(names, has_entities=False).enrich([row], now=T0)
    assert [match["subject_id"] for match in decided["matches"]] == ["jana"]
    assert decided["flags"] == []
    assert decided["keyphrases"] == []


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300), st.sampled_from([*LANGUAGES, "und", "es"]))
def test_any_text_is_read_and_spans_lie_within_it(before, language):
    text = f"{before} Acme boycott strike recall \u201cx\u201d {before}"
    start = len(before) + 1
    for flag in FINDER.find(text, language=language, subjects=[(start, start + 4)]):
        assert 0 <= flag.start < flag.end <= len(text)


# --- flags.toml ------------------------------------------------------------------------


def settings_of(text: str) -> FlagSettings:
    return FlagSettings.model_validate(tomllib.loads(text))


def test_rules_are_added_and_switched_off():
    chosen = settings_of('off = ["question", "strike-en"]\n' + OWN_RULE).rules()
    ids = {rule.id for rule in chosen}
    assert "own-parking" in ids
    assert "strike-nl" in ids
    assert "strike-en" not in ids
    assert not any(rule.flag == "question" for rule in chosen)


def test_other_rules_have_another_version():
    assert FlagFinder(FlagSettings().rules()).version == FINDER.version
    assert FlagFinder(settings_of(OWN_RULE).rules()).version != FINDER.version


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('off = ["strikes"]', "'strikes' in off is neither a rule nor a flag"),
        (OWN_RULE.replace("own-parking", "strike-en"), "the rule id 'strike-en' is taken"),
        (OWN_RULE.replace("No parking at", "Full at"), "is not flagged"),
        (OWN_RULE.replace("Parking is easy", "No parking"), "is flagged"),
        (OWN_RULE.replace("{subject}.", "us."), "lacks the name"),
        (OWN_RULE.replace('"no parking"', '"{subject} ..."'), "has no word to look for"),
        (OWN_RULE.replace('"no parking"', '"can\'t/cannot park"'), "without a slash"),
        (OWN_RULE.replace('"no parking"', '"no parking", "union members"'), "union membership"),
        (OWN_RULE.replace('"complaint"', '"criminal"'), "Input should be 'complaint'"),
    ],
)
def test_wrong_rules_are_told(text, message):
    with pytest.raises(ValidationError) as error:
        settings_of(text)
    assert message in str(error.value)


def test_the_file_is_read_and_its_mistakes_name_the_place(tmp_path):
    assert read_flags(tmp_path) == FlagSettings()
    (tmp_path / "flags.toml").write_text(OWN_RULE)
    assert [rule.id for rule in read_flags(tmp_path).rule] == ["own-parking"]
    (tmp_path / "flags.toml").write_text(OWN_RULE.replace("No parking at", "Full at"))
    with pytest.raises(ConfigurationError) as error:
        read_flags(tmp_path)
    (mistake,) = error.value.mistakes
    assert mistake.path == "rule[0]"
    assert "add a phrase" in str(mistake)


def test_phrases_are_read():
    (phrase,) = read_phrase("charged ... twice/double", language="en")
    assert [element.is_gap for element in phrase.elements] == [False, True, False]
    assert len(read_phrase("rückruf", language="de")) == 2
    with pytest.raises(PhraseError):
        read_phrase("*", language="en")


def test_a_rule_says_in_which_sentences_it_counts():
    values = tomllib.loads(OWN_RULE)["rule"][0]
    assert FlagRule.model_validate(values).counts_in == "any"
    asked = FlagRule.model_validate(
        values | {"sentence": "question", "must": ["No parking at {subject}?"]}
    )
    assert asked.counts_in == "question"


def test_check_and_enrich_end_by_naming_a_wrong_rule(tmp_path):
    shutil.copytree(ROOT / "config", tmp_path / "config")
    (tmp_path / "config" / "flags.toml").write_text(OWN_RULE.replace("No parking at", "Full at"))
    for command in ("check", "enrich"):
        options = ["--config", str(tmp_path / "config"), "--home", str(tmp_path / "home")]
        answer = CliRunner().invoke(app, [command, *options])
        assert answer.exit_code == 2
        assert "flags.toml: rule[0]: must: 'Full at {subject}.' is not flagged" in answer.output


def test_the_example_file_says_nothing_wrong():
    text = (ROOT / "config" / "flags.toml").read_text(encoding="utf-8")
    assert settings_of(text) == FlagSettings()
    example = re.sub(r"^# (?=\[\[|\w+ = )", "", text, flags=re.MULTILINE)
    chosen = settings_of(example)
    assert [rule.id for rule in chosen.rule] == ["complaint-parking"]
    assert chosen.off == ("question", "strike-en")
