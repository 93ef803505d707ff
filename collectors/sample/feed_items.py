"""The sample world's feeds: newspapers, a blog, the firm's own news, a mirror of the press, a forum."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from collectors.sample.people import crowd, pick
from collectors.sample.posts import Feed, FeedFormat, FeedItem, Label, Version
from collectors.sample.rhythm import hours_between, newsroom_hours
from collectors.sample.stock import Article, articles, forum_topics, press_release
from collectors.sample.talk import Talk
from collectors.sample.x_posts import LAST_WEEK_H, RECALL_H, WEEKS


def _feed(
    name: str, host: str, path: str, title: str, language: str, form: FeedFormat, window: int
) -> Feed:
    url = f"https://{host}/feeds/{path}"
    return Feed(name=name, url=url, title=title, language=language, format=form, window=window)


FEEDS = {
    feed.name: feed
    for feed in (
        _feed("dorpspost", "www.dorpspost.example", "dorpspost.atom", "De Dorpspost", "nl", "atom", 15),
        _feed("echo", "www.echodesvallees.example", "echo.atom", "L'Écho des Vallées", "fr", "atom", 15),
        _feed("ledger", "www.brusselsledger.example", "ledger.rss", "The Brussels Ledger", "en", "rss", 15),
        _feed("bote", "www.rheinmaasbote.example", "bote.rdf", "Rhein-Maas-Bote", "de", "rdf", 15),
        _feed("tapwijzer", "tapwijzer.example", "tapwijzer.rss", "De Tapwijzer", "nl", "rss", 10),
        _feed("persspiegel", "persspiegel.example", "persspiegel.rss", "Persspiegel", "nl", "rss", 25),
        _feed("hoogwael", "www.hoogwael.example", "nieuws.rss", "Nieuws van Hoogwael", "nl", "rss", 10),
        _feed("forum", "forum.toogpraat.example", "toogpraat.rss", "Toogpraat", "nl", "rss", 15),
    )
}  # fmt: skip

REPRINTING_SITES = (
    "www.streekkrant.example",
    "www.kempenbode.example",
    "zakenblad.example",
    "horecavandaag.example",
    "www.depolder.example",
    "regiotijd.example",
    "www.waasnieuws.example",
    "leiekoerier.example",
)
"""Sites whose articles the press mirror carries; with two feeds of their own, ten reprint."""

_BYLINES = {
    "dorpspost": ("redactie", "streekredactie"),
    "echo": ("la rédaction", "rédaction régionale"),
    "ledger": ("Staff", "Business desk"),
    "bote": ("Redaktion", "Lokalredaktion"),
    "tapwijzer": ("de Tapwijzer",),
    "persspiegel": ("persdienst",),
    "hoogwael": ("Brouwerij Hoogwael",),
}
# Posts of the forum by weekday before and after noon (UTC): always fewer in half a day than
# its feed shows, so that whoever looks twice a day misses nothing.
_FORUM_DAYS = ((4, 6), (4, 6), (3, 7), (4, 6), (4, 8), (4, 8), (5, 6))
_FORUM_CRISIS = {3: (1, 6), 4: (2, 4), 5: (1, 2)}


def build_feeds(start: datetime, talk: Talk, rng: Random) -> tuple[FeedItem, ...]:
    """Write eight weeks of all feeds from *start*, in order of time."""
    items = [*_articles(start, rng), *_press_release(start, rng), *_forum(start, talk, rng)]
    return tuple(sorted(items, key=lambda item: (item.created_at, item.native_id)))


def _articles(start: datetime, rng: Random) -> Iterator[FeedItem]:
    anytime = [article for article in articles() if article.at_h is None]
    rng.shuffle(anytime)
    a_week = -(-len(anytime) // WEEKS)
    times = [at for week in range(WEEKS) for at in newsroom_hours(a_week, week, rng)]
    timed = [(article, LAST_WEEK_H + article.at_h) for article in articles() if article.at_h]
    for article, at in [*zip(anytime, times, strict=False), *timed]:
        story = article.title if article.reprints else None
        yield _item(start, at, FEEDS[article.site], article, story, rng)
        for site in article.reprints:
            later = at + rng.uniform(0.4, 5)
            hosts = rng.sample(REPRINTING_SITES, 2) if site == "persspiegel" else [None]
            for host in hosts:
                yield _item(start, later, FEEDS[site], article, story, rng, host=host)


def _press_release(start: datetime, rng: Random) -> Iterator[FeedItem]:
    release = press_release()
    at = LAST_WEEK_H + (release.at_h or 0)
    yield _item(start, at, FEEDS["hoogwael"], release, "press release", rng, is_own=True)
    places = [("dorpspost", None), ("tapwijzer", None)]
    for feed, host in [*places, *(("persspiegel", host) for host in REPRINTING_SITES)]:
        later = at + rng.uniform(0.5, 9)
        yield _item(start, later, FEEDS[feed], release, "press release", rng, host=host)


def _item(
    start: datetime,
    at: float,
    feed: Feed,
    article: Article,
    story: str | None,
    rng: Random,
    *,
    host: str | None = None,
    is_own: bool = False,
) -> FeedItem:
    moment = start + timedelta(seconds=round(at * 3600))
    versions = [Version(at=moment, text=article.text, title=article.title)]
    if article.edit and feed.name == article.site:
        later = moment + timedelta(hours=article.edit.after_h)
        versions.append(Version(at=later, text=article.edit.text, title=article.edit.title))
    site = host or feed.url.split("/")[2]
    number = rng.randrange(10_000, 100_000)
    link = f"https://{site}/artikel/{number}"
    return FeedItem(
        feed=feed,
        guid=link if feed.format != "atom" else f"tag:{site},2026:{number}",
        link=link,
        author=rng.choice(_BYLINES[feed.name]),
        versions=tuple(versions),
        label=Label(
            subjects=tuple(sorted(article.subjects)),
            tone=article.tone,
            topic=article.topic,
            language=article.language,
            is_own=is_own or article.is_own,
            story=story,
        ),
    )


def _forum(start: datetime, talk: Talk, rng: Random) -> Iterator[FeedItem]:
    people = {lang: crowd(lang, 60, rng, platform="x") for lang in ("nl", "fr")}
    feed, number = FEEDS["forum"], 204_100
    for day in range(WEEKS * 7):
        first_h = day * 24.0
        for half, count in enumerate(_FORUM_DAYS[day % 7]):
            begins = first_h + 12 * half
            times = [(at, False) for at in hours_between(begins, begins + 12, count, rng)]
            last_week_day = day - (WEEKS - 1) * 7
            angry = _FORUM_CRISIS.get(last_week_day, (0, 0))[half]
            if angry:
                from_h = max(begins, RECALL_H + 1.0)
                times += [(at, True) for at in hours_between(from_h, begins + 12, angry, rng)]
            for at, is_angry in sorted(times):
                number += rng.randint(1, 4)
                language = "nl" if is_angry else talk.language("forum")
                topic = "recall" if is_angry else talk.topic("forum", language)
                source, text = talk.say("forum", language, topic)
                titles = [
                    title
                    for t in forum_topics()
                    if t.language == language and topic in t.takes
                    for title in t.titles
                ]
                moment = start + timedelta(seconds=round(at * 3600))
                link = f"https://forum.toogpraat.example/bericht/{number}"
                yield FeedItem(
                    feed=feed,
                    guid=f"toogpraat-{number}",
                    link=link,
                    author=pick(people[language], rng).handle,
                    # The forum's software knows ordinary blanks only.
                    versions=(
                        Version(at=moment, text=" ".join(text.split()), title=rng.choice(titles)),
                    ),
                    label=Label(
                        subjects=tuple(sorted(source.subjects)),
                        tone=source.tone,
                        topic=topic,
                        language=language,
                    ),
                )
