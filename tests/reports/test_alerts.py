"""Rules of deciding: signals and standing incidents in, transitions out."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from reports.alerts import decide
from reports.signals import Signal
from warehouse.desk.incidents import Dismissal, StandingIncident, Transition

NOW = datetime(2026, 11, 19, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)


def signal(subject: str = "acme", *, at: datetime = NOW, **more) -> Signal:
    values = {
        "cause": "volume",
        "facet": "brand",
        "is_raised": False,
        "is_calm": False,
        "is_above": False,
        "severity": 3,
        "stories_by_hour": (7, 2, 1, 0),
    }
    return Signal(subject_id=subject, as_of=at, **(values | more))


def raised(subject: str = "acme", **more) -> Signal:
    return signal(subject, **({"is_raised": True, "is_above": True} | more))


def calm(subject: str = "acme", **more) -> Signal:
    return signal(subject, is_calm=True, **more)


def opened(subject: str = "acme", at: datetime = NOW, **more) -> StandingIncident:
    (step,) = decide([raised(subject, at=at, **more)], [], at)
    return step.incident


def only(transitions: list[Transition]) -> Transition:
    (transition,) = transitions
    return transition


def test_a_raised_signal_opens_one_incident_with_the_same_ids_however_often_it_is_decided():
    first = only(decide([raised()], [], NOW))
    assert first.kind == "opened"
    assert first.incident.severity == 3
    assert first.incident.peak == 7
    assert first.incident.next_update_at == NOW + HOUR
    assert decide([raised()], [], NOW) == [first]
    later = only(decide([raised()], [], NOW + HOUR))
    assert later.event_id != first.event_id
    assert later.incident.id != first.incident.id


def test_a_quiet_signal_opens_nothing():
    assert decide([signal(), calm("other")], [], NOW) == []


def test_updates_come_at_growing_intervals_while_it_is_above_the_band():
    incident, told = opened(), []
    for minute in range(1, 60 * 80):
        now = NOW + timedelta(minutes=minute)
        for step in decide([raised(at=now)], [incident], now):
            assert step.kind == "updated"
            incident = step.incident
            told.append((now - NOW) / HOUR)
    assert told == [1, 3, 7, 15, 31, 55, 79]


def test_no_update_is_due_while_the_counts_are_within_the_band():
    now = NOW + 5 * HOUR
    assert decide([signal(at=now)], [opened()], now) == []


def test_a_rise_in_severity_is_told_at_once_and_a_fall_never():
    incident, now = opened(), NOW + timedelta(minutes=1)
    assert decide([raised(at=now, severity=4)], [incident], now) == []
    step = only(decide([raised(at=now, severity=2)], [incident], now))
    assert (step.kind, step.incident.severity, step.previous_severity) == ("updated", 2, 3)
    assert step.incident.next_update_at == now + HOUR


def test_who_has_it_gets_no_update_but_a_rise_and_the_close():
    incident = replace(opened(), acknowledged_by="Kim")
    now = NOW + 9 * HOUR
    assert decide([raised(at=now)], [incident], now) == []
    assert only(decide([raised(at=now, severity=1)], [incident], now)).kind == "updated"
    assert only(decide([calm(at=now)], [incident], now)).kind == "closed"


def test_a_snooze_puts_updates_off_and_nothing_else():
    incident = replace(opened(), snoozed_until=NOW + 4 * HOUR)
    early, late = NOW + 3 * HOUR, NOW + 4 * HOUR
    assert decide([raised(at=early)], [incident], early) == []
    assert only(decide([raised(at=early, severity=2)], [incident], early)).kind == "updated"
    assert only(decide([raised(at=late)], [incident], late)).kind == "updated"


def test_calm_closes_only_once_six_hours_have_passed_since_the_opening():
    incident = opened()
    for hours in (-3, 0, 5.9):
        now = NOW + hours * HOUR
        assert decide([calm(at=now)], [incident], now) == []
    now = NOW + 6 * HOUR
    step = only(decide([calm(at=now)], [incident], now))
    assert step.kind == "closed"
    assert (step.incident.closed_at, step.incident.next_update_at) == (now, None)


def test_what_was_closed_is_not_opened_again_by_a_clock_that_was_set_back():
    closed = replace(opened(), closed_at=NOW + 6 * HOUR)
    assert decide([raised()], [closed], NOW) == []


def test_a_subject_taken_off_the_watchlist_closes_its_incident():
    assert only(decide([], [opened()], NOW + HOUR)).kind == "closed"


def test_three_days_of_sleep_end_in_one_step_for_each_incident():
    incidents = [opened("a"), opened("b"), opened("c")]
    now = NOW + timedelta(days=3)
    steps = decide(
        [raised("a", at=now, severity=1), calm("b", at=now), signal("c", at=now), raised("d")],
        incidents,
        now,
    )
    assert sorted((s.incident.subject_id, s.kind) for s in steps) == [
        ("a", "updated"),
        ("b", "closed"),
        ("d", "opened"),
    ]


def test_the_company_opens_nothing_beside_its_brand_unless_it_is_worse():
    company = raised("acme-nv", facet="company")
    assert only(decide([company, raised()], [], NOW)).incident.subject_id == "acme"
    now = NOW + HOUR / 2
    beside = [raised(at=now), replace(company, as_of=now)]
    assert decide(beside, [opened()], now) == []
    worse = [raised(at=now), replace(company, as_of=now, severity=2)]
    assert only(decide(worse, [opened()], now)).incident.subject_id == "acme-nv"


def test_two_brands_or_organisations_have_incidents_of_their_own():
    steps = decide([raised("a"), raised("b"), raised("c", facet="organisation")], [], NOW)
    assert {step.incident.subject_id for step in steps} == {"a", "b", "c"}


def test_a_brand_is_not_closed_while_the_company_it_stands_for_is_raised():
    now = NOW + 8 * HOUR
    company = raised("acme-nv", facet="company", at=now)
    assert decide([calm(at=now), company], [opened()], now) == []
    assert only(decide([calm(at=now), calm("acme-nv", at=now)], [opened()], now)).kind == "closed"


def test_a_failing_source_is_told_once_and_closed_when_it_answers():
    failing = raised("forum", cause="source_failing", facet="source", is_above=False)
    incident = only(decide([failing], [], NOW)).incident
    for hours in range(1, 60):
        assert decide([failing], [incident], NOW + hours * HOUR) == []
    healthy = calm("forum", cause="source_failing", facet="source", at=NOW + HOUR)
    assert only(decide([healthy], [incident], NOW + HOUR)).kind == "closed"


def ended(kind: str = "close", *, lasts: timedelta = 6 * HOUR, **more) -> Dismissal:
    return Dismissal(kind=kind, who="Kim", at=NOW, until=NOW + lasts, **more)


def test_what_a_person_ended_is_closed_whatever_is_still_said():
    now = NOW + timedelta(minutes=1)
    for kind in ("close", "mute", "not_us"):
        incident = replace(opened(), dismissal=ended(kind))
        for state in (raised(at=now), raised(at=now, severity=1), signal(at=now), calm(at=now)):
            assert only(decide([state], [incident], now)).kind == "closed"


def test_what_a_person_ended_opens_nothing_again_for_a_while_unless_it_is_worse():
    closed = replace(opened(), closed_at=NOW, dismissal=ended())
    for hours in (0.1, 3, 5.9):
        now = NOW + hours * HOUR
        assert decide([raised(at=now), raised("acme-nv", facet="company")], [closed], now) == []
        assert only(decide([raised(at=now, severity=2)], [closed], now)).kind == "opened"
    now = NOW + 6 * HOUR
    assert only(decide([raised(at=now)], [closed], now)).kind == "opened"


def test_a_muted_story_holds_nothing_else_back():
    closed = replace(
        opened(), closed_at=NOW, dismissal=ended("mute", lasts=72 * HOUR, words=("recall",))
    )
    # The signals leave the muted stories out: what is raised is another story.
    now = NOW + HOUR
    assert only(decide([raised(at=now)], [closed], now)).kind == "opened"


def test_a_muted_subject_holds_back_no_other_one_and_no_other_cause():
    closed = replace(opened(), closed_at=NOW, dismissal=ended("not_us", lasts=72 * HOUR))
    now = NOW + HOUR
    others = [raised("rival", at=now), raised("acme", at=now, cause="source_failing")]
    assert len(decide(others, [closed], now)) == 2


def test_an_earlier_clock_neither_opens_twice_nor_closes():
    incident = opened()
    for minutes in (1, 60, 7 * 60):
        now = NOW - timedelta(minutes=minutes)
        for state in (raised(at=now), calm(at=now), signal(at=now)):
            assert decide([state], [incident], now) == []
        failing = opened("forum", cause="source_failing", facet="source")
        healthy = calm("forum", at=now, cause="source_failing", facet="source")
        assert decide([healthy], [failing], now) == []


STATES = st.builds(
    signal,
    st.sampled_from(["acme", "acme-nv", "rival"]),
    is_raised=st.booleans(),
    is_calm=st.booleans(),
    is_above=st.booleans(),
    severity=st.integers(1, 4),
    facet=st.sampled_from(["brand", "company", "organisation"]),
)


DISMISSALS = st.builds(
    Dismissal,
    kind=st.sampled_from(["close", "mute", "not_us"]),
    who=st.just("Kim"),
    at=st.just(NOW),
    until=st.integers(-60, 60 * 80).map(lambda minutes: NOW + timedelta(minutes=minutes)),
    words=st.sampled_from([(), ("recall",)]),
)


@given(
    st.lists(
        st.tuples(
            st.integers(-90, 60 * 80),
            st.lists(STATES, unique_by=lambda s: s.subject_id, max_size=3),
            st.one_of(st.none(), DISMISSALS),
        ),
        max_size=30,
    )
)
def test_one_incident_for_each_subject_whatever_the_clock_does_and_people_answer(moments):
    known: dict[str, StandingIncident] = {}
    seen_events: set[str] = set()
    for minute, states, dismissal in moments:
        now = NOW + timedelta(minutes=minute)
        if dismissal and known:
            # A person ends the incident that opened last.
            last = list(known)[-1]
            known[last] = replace(known[last], dismissal=dismissal)
        standing = [
            i
            for i in known.values()
            if i.closed_at is None
            or i.closed_at >= now
            or (i.dismissal is not None and i.dismissal.until > now)
        ]
        steps = decide([replace(s, as_of=now) for s in states], standing, now)
        assert steps == decide([replace(s, as_of=now) for s in states], standing, now)
        subjects = [step.incident.subject_id for step in steps]
        assert len(subjects) == len(set(subjects))
        closed = {step.incident.id for step in steps if step.kind == "closed"}
        assert {i.id for i in standing if i.dismissal and i.closed_at is None} <= closed
        for step in steps:
            if step.event_id in seen_events:
                continue
            seen_events.add(step.event_id)
            before = known.get(step.incident.id)
            assert (before is None) == (step.kind == "opened")
            if before is None:
                assert not any(
                    one.subject_id == step.incident.subject_id
                    and one.dismissal is not None
                    and not one.dismissal.words
                    and one.dismissal.until > now
                    and one.severity <= step.incident.severity
                    for one in known.values()
                )
            else:
                assert before.closed_at is None
                assert step.incident.severity <= before.severity
                assert step.incident.peak >= before.peak
            known[step.incident.id] = step.incident
        is_open = [i.subject_id for i in known.values() if i.closed_at is None]
        assert len(is_open) == len(set(is_open))
