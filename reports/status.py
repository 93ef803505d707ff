"""The status report: rows of the snapshot in, the report's content out."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from enrichment.tone.error import ToneError
from reports.baseline import usual_count
from reports.comparison import compare_tones, shown_figure
from reports.drivers import Candidate
from reports.facts import pick_facts
from reports.flags import facet_flags
from reports.foreign_text import first_words, host_of, plain, safe_link
from reports.frame import Frame, frame_periods
from reports.period import Period, Week
from reports.period_coverage import describe_sources, read_ledger
from reports.sentiment import count_tones
from reports.settings import ReportSettings
from reports.status_model import (
    Driver,
    Evidence,
    Facet,
    Figure,
    Latency,
    Organisation,
    Restated,
    Staff,
    StatusReport,
    Unit,
    Verdict,
    Voice,
    Volume,
)
from reports.timelines import daily, stepwise, tones_by_period
from reports.verdict import NOT_WATCHED, Signs, judge, judge_staff, sum_up

Row = Mapping[str, Any]

_VOICE_FLOOR = 0.02
_MOST_EVIDENCE = 5


@dataclass(frozen=True, kw_only=True)
class StatusRows:
    """Everything that the report reads, one field for each named query."""

    snapshot: Row
    subjects: Sequence[Row]
    facet_periods: Sequence[Row]
    voice_periods: Sequence[Row]
    organisation_periods: Sequence[Row]
    organisation_tops: Sequence[Row]
    own_hours: Sequence[Row]
    sources: Sequence[Row]
    streams: Sequence[Row]
    covered_spans: Sequence[Row]
    gap_spans: Sequence[Row]
    source_periods: Sequence[Row]
    staff_weeks: Sequence[Row]
    latency: Sequence[Row]
    tone_models: Sequence[Row]
    tone_errors: Sequence[Row]
    restated: Sequence[Row]
    floods: Sequence[Row]
    flag_periods: Sequence[Row]
    candidates: Sequence[Candidate]
    evidence: Sequence[Row]


def build_status(rows: StatusRows, period: Period, settings: ReportSettings) -> StatusReport:
    """
    Build the status report; the same rows give the same report.

    Args:
        rows: What the snapshot answered for the period and its history.
        period: The one reported.
        settings: What the reader wants.
    """
    zone = settings.zone
    since, until = period.bounds(zone)
    made_at: datetime = rows.snapshot["made_at"]
    window = (since, max(since, min(until, made_at)))
    ledger = read_ledger(
        rows.sources, rows.streams, rows.covered_spans, rows.source_periods, period=period
    )
    frame = frame_periods(ledger, period, made_at, settings)
    names = {row["subject_id"]: plain(row["name"]) for row in rows.subjects}
    errors = _tone_errors(rows.tone_errors)
    facets = tuple(_facet(name, rows, frame, errors) for name in ("brand", "company"))
    sources = describe_sources(
        rows.sources,
        ledger,
        rows.gap_spans,
        rows.source_periods,
        period=period,
        window=window,
        zone=zone,
    )
    watched = {row["facet"] for row in rows.subjects}
    drivers = tuple(_driver(candidate, rows.evidence) for candidate in rows.candidates)
    organisations = _organisations(rows, frame, names)
    covered = frame.covered[-1]
    return StatusReport(
        firm=settings.firm or _firm(rows.subjects),
        period=period,
        since=since,
        until=until,
        is_running=frame.is_running,
        covered=covered,
        usable=sum(frame.is_usable[:-1]),
        facets=facets,
        headline=sum_up(facets),
        staff=_staff(rows.staff_weeks, frame),
        facts=pick_facts(facets, drivers, organisations, sources, covered, settings),
        drivers=drivers,
        organisations=organisations,
        voices=_voices(rows, frame, names),
        sources=sources,
        latency=next((Latency(**row) for row in rows.latency), None),
        days=daily(rows.own_hours, ledger, frame, window[1], watched),
        steps=stepwise(rows.own_hours, ledger, frame, window[1]),
        tones=tones_by_period(rows.facet_periods, frame, errors),
        is_measured=_is_measured(rows),
        has_rivals=any(row["relation"] == "competitor" for row in rows.subjects),
        models=tuple(plain(row["tone_model"]) for row in rows.tone_models),
        restated=next((Restated(**row) for row in rows.restated), None),
        floods=next((Volume(**row) for row in rows.floods), None),
        snapshot_id=rows.snapshot["snapshot_id"],
        made_at=made_at,
        watchlist_version=rows.snapshot["watchlist_version"] or "",
        mentions_all=rows.snapshot["mentions_all"] or 0,
    )


def _firm(subjects: Sequence[Row]) -> str:
    for facet in ("company", "brand"):
        for row in subjects:
            if row["facet"] == facet:
                return plain(row["name"])
    return ""


def _by_period(rows: Sequence[Row], value: str) -> dict[date, float]:
    return {row["period_start"]: row[value] for row in rows}


def _tone_errors(rows: Sequence[Row]) -> dict[str, ToneError]:
    return {
        row["tone_model"]: ToneError(**{name: row[name] for name in ToneError.__dataclass_fields__})
        for row in rows
    }


def _is_measured(rows: StatusRows) -> bool:
    """Tell whether every model that judged the period was measured on the firm's own texts."""
    origins = {row["tone_model"]: row["origin"] for row in rows.tone_errors}
    return bool(rows.tone_models) and all(
        origins.get(row["tone_model"]) == "configured" for row in rows.tone_models
    )


def _facet(name: str, rows: StatusRows, frame: Frame, errors: Mapping[str, ToneError]) -> Facet:
    own = [row for row in rows.facet_periods if row["facet"] == name]
    tones = {row["period_start"]: count_tones(row, errors) for row in own}
    sentiment = tones.get(frame.period.first) or count_tones(None)
    compared = compare_tones(own, frame, errors)
    first = compared.first.get(frame.period.first) or count_tones(None)
    stories = frame.count_figure(_by_period(own, "stories"))
    negative = frame.count_baseline(frame.series(_by_period(own, "first_negative")))
    subjects = tuple(plain(row["name"]) for row in rows.subjects if row["facet"] == name)
    signs = Signs(
        covered=frame.covered[-1],
        is_running=frame.is_running,
        stories=stories,
        negative=first.negative,
        usual_negative=usual_count(negative, fewest=frame.fewest),
        sentiment=sentiment,
        told=compared.told.get(frame.period.first),
        usual_net=compared.figure.usual,
    )
    return Facet(
        name=name,
        subjects=subjects,
        verdict=judge(signs, frame.settings) if subjects else NOT_WATCHED,
        mentions=frame.count_figure(_by_period(own, "mentions")),
        stories=stories,
        authors=frame.count_figure(_by_period(own, "authors")),
        sentiment=sentiment,
        net=shown_figure(tones, compared, frame),
        voice=_voice_figure(rows, frame, name, "mentions"),
        voice_stories=_voice_figure(rows, frame, name, "stories"),
        flags=facet_flags(rows.flag_periods, name, frame),
    )


def _voice_figure(rows: StatusRows, frame: Frame, party: str, counted: str) -> Figure:
    return frame.share_figure(
        _shares(rows.voice_periods, frame, party, counted), floor=_VOICE_FLOOR
    )


def _shares(rows: Sequence[Row], frame: Frame, party: str, counted: str) -> list[float | None]:
    """
    Share of voice by period, counted in `mentions` or `stories`.

    The own parties (brand, company, own) are each set against all competitors;
    a competitor against the firm and all competitors.
    """
    mine: Counter[date] = Counter()
    rivals: Counter[date] = Counter()
    firm: Counter[date] = Counter()
    for row in rows:
        if row["party"] == party:
            mine[row["period_start"]] += row[counted]
        if row["is_competitor"]:
            rivals[row["period_start"]] += row[counted]
        elif row["party"] == "own":
            firm[row["period_start"]] += row[counted]
    is_rival = party not in {"brand", "company", "own"}
    shares: list[float | None] = []
    for period in frame.periods:
        of_firm = firm[period.first] if is_rival else mine[period.first]
        total = of_firm + rivals[period.first]
        shares.append(mine[period.first] / total if total else None)
    return shares


def _voices(rows: StatusRows, frame: Frame, names: Mapping[str, str]) -> tuple[Voice, ...]:
    rivals = sorted(row["subject_id"] for row in rows.subjects if row["relation"] == "competitor")
    if not rivals:
        return ()
    voices = []
    for party in ("own", *rivals):
        by_stories = _voice_figure(rows, frame, party, "stories")
        by_mentions = _voice_figure(rows, frame, party, "mentions")
        if by_stories.now is not None and by_mentions.now is not None:
            voices.append(
                Voice(
                    name=None if party == "own" else names.get(party, party),
                    share=by_stories.now,
                    share_of_mentions=by_mentions.now,
                    usual=by_stories.usual,
                )
            )
    return tuple(sorted(voices, key=lambda voice: (-voice.share, voice.name or "")))


def _staff(rows: Sequence[Row], frame: Frame) -> Staff:
    if not isinstance(frame.period, Week):
        # Suppressed once, on one grid of weeks: another grid could be subtracted from it.
        return Staff(
            verdict=Verdict(colour="grey", reasons=("by_week",)),
            units=(),
            mentions=Figure(now=None, before=None, usual=None),
        )
    units = tuple(
        Unit(name=plain(row["unit"]), people=row["people"], mentions=row["mentions"])
        for row in rows
        if row["week_start"] == frame.period.first
    )
    shown: dict[date, float] = {}
    for row in rows:
        if row["mentions"] is not None:
            shown[row["week_start"]] = shown.get(row["week_start"], 0) + row["mentions"]
    series = [shown.get(week.first) for week in frame.periods]
    usual = usual_count(frame.baseline(series), fewest=frame.fewest)
    mentions = frame.figure(series, usual)
    verdict = judge_staff(
        mentions,
        frame.covered[-1],
        frame.settings,
        units=len(units),
        is_running=frame.is_running,
    )
    return Staff(verdict=verdict, units=units, mentions=mentions)


def _evidence(row: Row) -> Evidence:
    return Evidence(
        at=row["occurred_at"],
        platform=row["platform"],
        site=host_of(row["url"]),
        words=first_words(row["title"], row["text"]),
        link=safe_link(row["url"]),
        tone=row.get("tone"),
        mentions=row["mentions"],
    )


def _driver(candidate: Candidate, evidence: Sequence[Row]) -> Driver:
    """Show one mention of each story, or, of a single story, where it was told."""
    by_story: dict[str, list[Row]] = {}
    for row in evidence:
        by_story.setdefault(row["story_id"], []).append(row)
    of_driver = [by_story[s] for s in candidate.story_ids if s in by_story]
    single = len(candidate.story_ids) == 1
    shown = _places(candidate, of_driver[0]) if single and of_driver else [s[0] for s in of_driver]
    tones = [row["tone"] for row in shown[:1]] if single else []
    return Driver(
        kind=candidate.kind,
        terms=candidate.terms,
        new_terms=candidate.new_terms,
        mentions=candidate.mentions,
        stories=len(candidate.story_ids),
        authors=candidate.authors,
        usual=candidate.usual,
        first_at=candidate.first_at,
        last_at=candidate.last_at,
        name=candidate.name,
        is_sudden=candidate.is_sudden,
        negative=candidate.negative + tones.count("negative"),
        positive=candidate.positive + tones.count("positive"),
        evidence=tuple(_evidence(row) for row in shown[:_MOST_EVIDENCE]),
    )


def _places(candidate: Candidate, told: list[Row]) -> list[Row]:
    """Of one text posted again and again the first and the last say enough."""
    ordered = sorted(told, key=lambda row: (row["occurred_at"], row["mention_id"]))
    return ordered if candidate.kind == "reprint" else [ordered[0], ordered[-1]]


def _organisations(
    rows: StatusRows, frame: Frame, names: Mapping[str, str]
) -> tuple[Organisation, ...]:
    tops = {row["subject_id"]: row for row in rows.organisation_tops}
    organisations = []
    for subject in rows.subjects:
        if subject["facet"] != "organisation":
            continue
        key = subject["subject_id"]
        own = [row for row in rows.organisation_periods if row["subject_id"] == key]
        top = tops.get(key)
        stories = _by_period(own, "stories").get(frame.period.first, 0)
        organisations.append(
            Organisation(
                name=names[key],
                relation=subject["relation"],
                mentions=frame.count_figure(_by_period(own, "mentions")),
                stories=int(stories),
                top=_evidence(top) if top else None,
            )
        )
    order = ("customer", "supplier", "prospect", "competitor")
    return tuple(
        sorted(
            organisations, key=lambda o: (order.index(o.relation), -(o.mentions.now or 0), o.name)
        )
    )
