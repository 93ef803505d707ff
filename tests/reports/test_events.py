"""What broke out is found in any trade and language, and nothing is found in quiet weeks."""

import random
import re
from datetime import timedelta

import pytest
from babel import Locale

from reports.render import say
from reports.words import Words
from tests.reports.reading import SETTINGS, read
from tests.reports.world import MONDAY, PLACES, World, at, plausible_world


def railway_week():
    """Another trade: eight weeks of chatter about a railway, then a strike in three languages."""
    world = World()
    chance = random.Random(11)
    world.subject("railio", "Railio", "brand")
    world.source("x-search", "x", ["search:1"])
    world.covered("x-search", "search:1", at(0, monday=MONDAY - timedelta(weeks=8)), at(7))
    chatter = {
        "en": ("train to {p} on time with Railio", "Railio seats in carriage {n} are fine"),
        "fr": ("le train Railio pour {p} est en retard", "voyage agréable avec Railio vers {p}"),
        "de": ("Railio Zug nach {p} pünktlich heute", "im Railio Zug nach {p} gibt es Kaffee"),
    }
    for back in range(9):
        monday = MONDAY - timedelta(weeks=back)
        for n in range(90):
            language = ("en", "fr", "de")[n % 3]
            text = chance.choice(chatter[language]).format(p=chance.choice(PLACES), n=n)
            world.mention(
                at(n % 7, 7 + chance.random() * 15, monday=monday),
                ["railio"],
                f"{text} {back}.{n}",
                language=language,
            )
    outrage = {
        "en": ("Railio strike again, stranded in {p} {n}", "no refund for the strike, Railio {n}"),
        "fr": ("grève chez Railio, bloqué à {p} {n}", "Railio: la grève sans préavis {n}"),
        "de": ("Streik bei Railio, alle Züge stehen in {p} {n}", "Railio Streik ohne Ansage {n}"),
    }
    for n in range(75):
        language = ("en", "en", "fr", "de", "fr")[n % 5]
        text = chance.choice(outrage[language]).format(p=chance.choice(PLACES), n=n)
        world.mention(
            at(4, 6 + chance.expovariate(1 / 8)),
            ["railio"],
            text,
            language=language,
            tone="negative" if n % 4 else "neutral",
        )
    world.mention(
        at(4, 7),
        ["railio"],
        "Staff of Railio walked out on Friday morning.",
        title="Surprise strike halts Railio trains",
        platform="feed",
        kind="article",
        tone="negative",
    )
    world.info()
    return world


def test_event_in_three_languages_is_one_fact_with_its_hour_and_its_headline():
    status = read(railway_week())
    (theme,) = status.drivers
    assert theme.name == "Surprise strike halts Railio trains"
    assert {"strike", "grève", "streik"} <= set(theme.terms)
    assert 60 <= theme.stories <= 76
    words = Words(Locale.parse("en_GB"), SETTINGS.zone)
    assert re.fullmatch(
        "“Surprise strike halts Railio trains”: 7[0-6] stories since Friday 06:[0-5][0-9], "
        "7[0-9]% negative.",
        say("fact", status.facts[0], words),
    )


@pytest.mark.parametrize("weeks_ago", [1, 2, 3])
def test_in_an_ordinary_week_nothing_stands_out(weeks_ago):
    day = MONDAY - timedelta(weeks=weeks_ago)
    for world in (railway_week(), plausible_world()):
        assert read(world, day=day).drivers == ()
