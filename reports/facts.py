"""The three facts of the period: what a manager should know, each with its link."""

from collections.abc import Sequence

from reports.settings import ReportSettings
from reports.status_model import Driver, Facet, Fact, Organisation, Source


def pick_facts(
    facets: Sequence[Facet],
    drivers: Sequence[Driver],
    organisations: Sequence[Organisation],
    sources: Sequence[Source],
    covered: float | None,
    settings: ReportSettings,
) -> tuple[Fact, ...]:
    """
    Choose up to three facts, the most telling first.

    What was not listened to comes first if it spoils the rest; then what moved it most,
    a flood, because it spoils the count of mentions, a change of tone beyond the normal
    variation, whatever else moved it, the organisation most in the news, and the volume.
    """
    facts: list[Fact] = []
    blind = _blind_fact(sources)
    if blind and (covered is None or covered < settings.good_coverage):
        facts.append(blind)
    floods = [_driver_fact(driver) for driver in drivers if driver.kind == "flood"]
    moved = [_driver_fact(driver) for driver in drivers if driver.kind != "flood"]
    facts += moved[:1] + floods[:1]
    facts += [
        Fact(kind="tone", about=facet, link="#facets", is_outside=False)
        for facet in facets
        if facet.net.change
    ][:1]
    facts += moved[1:] + floods[1:]
    facts += _organisation_facts(organisations)[:1]
    facts += [
        Fact(kind="volume", about=facet, link="#facets", is_outside=False)
        for facet in facets
        if facet.subjects and facet.mentions.now is not None
    ]
    return tuple(facts[:3])


def _driver_fact(driver: Driver) -> Fact:
    link = next((e.link for e in driver.evidence if e.link), None)
    # Nobody should be sent to spam by the first line of a report.
    if driver.kind == "flood":
        link = None
    return Fact(kind="driver", about=driver, link=link or "#drivers", is_outside=link is not None)


def _blind_fact(sources: Sequence[Source]) -> Fact | None:
    worst = min(
        (s for s in sources if s.is_active and s.covered is not None),
        key=lambda s: (s.covered or 0.0, s.name),
        default=None,
    )
    if worst is None or worst.covered == 1:
        return None
    return Fact(kind="blind", about=worst, link="#coverage", is_outside=False)


def _organisation_facts(organisations: Sequence[Organisation]) -> list[Fact]:
    named = [o for o in organisations if o.mentions.now and o.top]
    named.sort(key=lambda o: (-abs(o.mentions.change), -(o.mentions.now or 0), o.name))
    facts = []
    for organisation in named:
        link = organisation.top.link if organisation.top else None
        facts.append(
            Fact(
                kind="organisation",
                about=organisation,
                link=link or "#organisations",
                is_outside=link is not None,
            )
        )
    return facts
