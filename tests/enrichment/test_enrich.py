"""From landing files to enriched files."""

from datetime import UTC, datetime

import pyarrow.parquet as pq
import pytest
from spacy.language import Language

from collectors.landing import (
    MENTION_SCHEMA,
    Header,
    LandingError,
    ParquetWriter,
    read_header,
    to_table,
    write_landing,
)
from collectors.mention import Mention
from collectors.settings import Settings
from collectors.watchlist import Watchlist
from enrichment import enrich as enrich_module
from enrichment.enrich import Enricher, enrich_file, enrich_waiting
from enrichment.enriched import ENRICHED_SCHEMA
from enrichment.enricher import _pipeline
from enrichment.passages import Passage
from enrichment.tone.model import Tone
from enrichment.waiting import unenriched

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
CONSENT = {
    "given_at": "2026-01-15",
    "purpose": "brand monitoring",
    "platforms": ["mastodon"],
    "notice": "v3",
    "proof": "form 7",
    "withdrawn_at": "2026-11-30",
}
WATCHLIST = Watchlist.model_validate(
    {
        "subject": [
            {"id": "acme", "name": "Acme", "facet": "brand", "terms": ["Acme"]},
            {
                "id": "bolt",
                "name": "Bolt",
                "facet": "organisation",
                "relation": "competitor",
                "terms": ["Bolt"],
            },
            {
                "id": "jo",
                "name": "Jo Somers",
                "facet": "employee",
                "terms": ["Jo Somers"],
                "consent": CONSENT,
            },
        ]
    }
)
TEXTS = (
    "Die tripel van Acme is heerlijk 👍🏽",
    "Vandaag regent het de hele dag in Gent",
    "Acme is lekker maar Bolt is smerig",
    "J'adore l'Acme, un régal !",
    "Found glass in my @Acme bottle, disgusting 😡",
    "",
    "Jo Somers sprak over bier",
)


class CountingTone:
    name = "counting 1"

    def __init__(self):
        self.judged = []

    def judge(self, passages):
        self.judged += passages
        return [Tone.of(0.2, 0.5, 0.3) for _ in passages]


def mention(text, number=0, **values):
    given = {"platform": "x", "kind": "post", "collected_at": NOW} | values
    return Mention(native_id=str(number), text=text, **given)


def mentions(texts=TEXTS, **values):
    return [mention(text, number, **values) for number, text in enumerate(texts)]


def header(**values):
    given = {
        "kind": "collect",
        "job_id": "0123",
        "source": "x",
        "platform": "x",
        "stream": "search:1",
        "collected_at": NOW,
    }
    return Header(**given | values)


def enriched_rows(tmp_path, rows, *, now=NOW, folder="enriched", **values):
    landing = write_landing(tmp_path / "landing", header(), rows)
    path = enrich_file(
        landing,
        tmp_path / folder,
        enricher=Enricher(WATCHLIST, **values),
        clock=lambda: now,
    )
    return pq.read_table(path).to_pylist()


def test_enriched_file_keeps_rows_order_name_and_header(tmp_path):
    landing = write_landing(tmp_path / "landing", header(requests=3), mentions())
    path = enrich_file(
        landing, tmp_path / "enriched", enricher=Enricher(WATCHLIST), clock=lambda: NOW
    )
    assert path.name == landing.name
    assert pq.read_schema(path).remove_metadata() == ENRICHED_SCHEMA
    kept = pq.read_table(path).select(MENTION_SCHEMA.names)
    assert kept.to_pylist() == pq.read_table(landing).to_pylist()
    assert read_header(path).requests == 3


def test_header_names_what_decided(tmp_path):
    landing = write_landing(tmp_path / "landing", header(), mentions())
    path = enrich_file(
        landing, tmp_path / "enriched", enricher=Enricher(WATCHLIST), clock=lambda: NOW
    )
    told = read_header(path).enrichment
    assert told["watchlist_version"] == WATCHLIST.version
    assert datetime.fromisoformat(told["enriched_at"]) == NOW
    assert told["tone_model"].startswith("lexicon-ngrams")
    assert told["language_model"]
    assert told["matched"] == "4"
    assert "nl=" in told["entities"]


def test_each_match_has_its_span_and_its_own_tone(tmp_path):
    rows = enriched_rows(tmp_path, mentions())
    found = {(m["subject_id"], m["tone"]) for m in rows[2]["matches"]}
    assert found == {("acme", "positive"), ("bolt", "negative")}
    for row in rows:
        for match in row["matches"]:
            assert row[match["field"]][match["start_char"] : match["end_char"]] == match["form"]
            parts = (match["p_negative"], match["p_neutral"], match["p_positive"])
            assert sum(parts) == pytest.approx(1)


def test_title_is_matched_and_told_apart(tmp_path):
    article = mention("De brouwerij zwijgt.", title="Acme roept bier terug", kind="article")
    (match,) = enriched_rows(tmp_path, [article])[0]["matches"]
    assert (match["field"], match["form"]) == ("title", "Acme")


def test_what_names_nobody_is_read_no_further_than_its_exact_copies(tmp_path):
    row = enriched_rows(tmp_path, mentions())[1]
    assert row["matches"] == row["entities"] == row["shingles"] == []
    assert (row["language"], row["language_score"]) == ("und", None)
    assert len(row["story_id"]) == 32


def test_only_fields_with_a_match_become_docs(tmp_path, monkeypatch):
    made = []
    make_doc = Language.make_doc
    monkeypatch.setattr(
        Language, "make_doc", lambda nlp, text: made.append(text) or make_doc(nlp, text)
    )
    rows = [*mentions(), mention("Niets hierover.", 99, title="Acme opent")]
    enriched_rows(tmp_path, rows)
    assert sorted(made) == sorted([TEXTS[0], TEXTS[2], TEXTS[3], TEXTS[4], "Acme opent"])


def test_same_text_is_analysed_once(tmp_path):
    model = CountingTone()
    copies = mentions([TEXTS[0]] * 2_500)
    rows = enriched_rows(tmp_path, copies, tone_model=model)
    assert len(model.judged) == 1
    assert {row["matches"][0]["tone_model"] for row in rows} == {"counting 1"}


def test_a_given_tone_model_gets_passages(tmp_path):
    model = CountingTone()
    enriched_rows(tmp_path, mentions(), tone_model=model)
    assert all(isinstance(passage, Passage) for passage in model.judged)
    assert {p.text[p.start : p.end].strip("@") for p in model.judged} == {"Acme", "Bolt"}


def test_rows_do_not_depend_on_their_batch(tmp_path, monkeypatch):
    together = enriched_rows(tmp_path, mentions(TEXTS * 3))
    monkeypatch.setattr(enrich_module, "_BATCH_ROWS", 2)
    assert enriched_rows(tmp_path, mentions(TEXTS * 3), folder="again") == together


def test_enriching_twice_gives_the_same_bytes(tmp_path):
    landing = write_landing(tmp_path / "landing", header(), mentions())
    first, second = (
        enrich_file(landing, tmp_path / name, enricher=Enricher(WATCHLIST), clock=lambda: NOW)
        for name in ("a", "b")
    )
    assert first.read_bytes() == second.read_bytes()


def test_employee_is_looked_for_where_consent_stands_only(tmp_path):
    def subjects(platform, now):
        rows = enriched_rows(
            tmp_path, mentions(platform=platform), now=now, folder=f"{platform}{now:%d}"
        )
        return {match["subject_id"] for row in rows for match in row["matches"]}

    assert "jo" in subjects("mastodon", NOW)
    assert "jo" not in subjects("x", NOW)
    assert "jo" not in subjects("mastodon", datetime(2026, 12, 1, tzinfo=UTC))
    assert "jo" not in subjects("mastodon", datetime(2026, 1, 1, tzinfo=UTC))


def test_names_found_are_of_no_persons(tmp_path):
    text = "Microsoft and Jo Somers met Angela Merkel at the Acme brewery in Brussels yesterday."
    rows = enriched_rows(tmp_path, [mention(text, platform="mastodon")])
    names = {entity["text"]: entity["label"] for entity in rows[0]["entities"]}
    assert names.get("Brussels") == "LOC"
    assert not {name for name in names if "Jo" in name or "Merkel" in name}
    for entity in rows[0]["entities"]:
        assert text[entity["start_char"] : entity["end_char"]] == entity["text"]
        finder = "watchlist " if entity["text"] == "Acme" else "names 1"
        assert entity["pipeline"].startswith(finder)


def test_names_can_be_left_out(tmp_path):
    rows = enriched_rows(tmp_path, mentions(), has_entities=False)
    assert not any(row["entities"] for row in rows)


def test_vocabulary_does_not_grow_with_the_texts(tmp_path):
    model = CountingTone()
    words = mentions(
        [f"Dit is het nieuwe bier van Acme nieuwwoord{number}" for number in range(1_500)]
    )
    enriched_rows(tmp_path, words, tone_model=model)
    known = _pipeline("nl", model, None).vocab.strings
    assert not any(f"nieuwwoord{number}" in known for number in range(1_500))


def test_text_naming_a_subject_thousands_of_times_stays_bounded(tmp_path):
    rows = enriched_rows(tmp_path, [mention("Acme " * 40_000), mention("(" * 200_000 + " Acme", 1)])
    assert 1 <= len(rows[0]["matches"]) <= 50
    assert len(rows[1]["matches"]) == 1


def test_empty_landing_file_gives_an_empty_enriched_file(tmp_path):
    assert enriched_rows(tmp_path, []) == []


def test_broken_landing_file_is_named(tmp_path):
    landing = write_landing(tmp_path, header(), mentions(TEXTS * 400))
    whole = landing.read_bytes()
    for broken in (b"", b"PAR1", whole[: len(whole) // 2], damaged(whole)):
        landing.write_bytes(broken)
        with pytest.raises(LandingError, match=landing.name):
            enrich_file(landing, tmp_path / "out", enricher=Enricher(WATCHLIST), clock=lambda: NOW)
    assert list((tmp_path / "out").glob("*")) == []


def damaged(whole):
    """Overwrite the rows, and leave the footer that describes them."""
    return whole[:4] + bytes(200) + whole[204:]


def test_file_of_another_schema_is_broken(tmp_path):
    table = to_table(mentions()).drop_columns(["text"])
    with ParquetWriter(tmp_path / "a.parquet", table.schema) as writer:
        writer.write(table)
        landing = writer.finish(header())
    with pytest.raises(LandingError, match=r"a\.parquet"):
        enrich_file(landing, tmp_path / "out", enricher=Enricher(WATCHLIST), clock=lambda: NOW)


def test_a_bug_is_not_blamed_on_the_file(tmp_path):
    class Broken(CountingTone):
        def judge(self, passages):
            raise ZeroDivisionError(passages)

    landing = write_landing(tmp_path, header(), mentions())
    with pytest.raises(ZeroDivisionError):
        enrich_file(
            landing,
            tmp_path / "out",
            enricher=Enricher(WATCHLIST, tone_model=Broken()),
            clock=lambda: NOW,
        )


def land(settings, numbers):
    return [
        write_landing(settings.landing, header(job_id=f"job{number}"), mentions())
        for number in numbers
    ]


def test_waiting_files_are_enriched_once(tmp_path):
    settings = Settings(home=tmp_path, fixed_now=NOW)
    land(settings, range(2))
    results = enrich_waiting(settings, WATCHLIST)
    assert [(r.mentions, r.matched, r.error) for r in results] == [(7, 4, None)] * 2
    assert all(result.enriched.exists() for result in results)
    assert unenriched(settings) == enrich_waiting(settings, WATCHLIST) == []


def test_broken_file_is_put_aside_and_the_others_go_on(tmp_path):
    settings = Settings(home=tmp_path, fixed_now=NOW)
    first, second, third = land(settings, range(3))
    second.write_bytes(b"no parquet")
    results = enrich_waiting(settings, WATCHLIST)
    assert [result.error is None for result in results] == [True, False, True]
    assert not second.exists()
    assert (settings.aside / second.name).read_bytes() == b"no parquet"
    assert second.name in (settings.aside / f"{second.name}.why.txt").read_text("utf-8")
    assert unenriched(settings) == []
    assert first.exists()
    assert third.exists()


def test_bug_at_one_file_is_named_and_the_others_go_on(tmp_path, monkeypatch):
    settings = Settings(home=tmp_path, fixed_now=NOW)
    first, second, third = land(settings, range(3))
    real = enrich_module.enrich_file

    def enrich(landing, *args, **options):
        if landing == second:
            raise ZeroDivisionError
        return real(landing, *args, **options)

    monkeypatch.setattr(enrich_module, "enrich_file", enrich)
    with pytest.raises(ExceptionGroup, match="1 files met a bug") as caught:
        enrich_waiting(settings, WATCHLIST)
    (bug,) = caught.value.exceptions
    assert second.name in bug.__notes__[0]
    assert unenriched(settings) == [second]
    assert not settings.aside.exists()
    assert first.exists()
    assert third.exists()


def test_file_removed_meanwhile_is_left_out(tmp_path, monkeypatch):
    settings = Settings(home=tmp_path, fixed_now=NOW)
    (landing,) = land(settings, [1])
    monkeypatch.setattr(enrich_module, "unenriched", lambda _: [landing])
    landing.unlink()
    assert enrich_waiting(settings, WATCHLIST) == []


def test_progress_adds_up_to_all_rows(tmp_path, monkeypatch):
    monkeypatch.setattr(enrich_module, "_BATCH_ROWS", 3)
    settings = Settings(home=tmp_path, fixed_now=NOW)
    land(settings, range(2))
    told = []
    enrich_waiting(settings, WATCHLIST, progress=told.append)
    assert sum(told) == 14
    assert max(told) <= 3
