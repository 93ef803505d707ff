"""The platforms: a name, the class that collects from it, and what it needs installed."""

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import cast

from collectors.contract import Collector

PLATFORMS = {
    "bluesky": "collectors.bluesky:BlueskyCollector",
    "feed": "collectors.feeds:FeedCollector",
    "hackernews": "collectors.hackernews:HackerNewsCollector",
    "mastodon": "collectors.mastodon:MastodonCollector",
    "reddit": "collectors.reddit:RedditCollector",
    "x": "collectors.x:XCollector",
    "youtube": "collectors.youtube:YouTubeCollector",
}

_EXTRAS = {
    "articles": "trafilatura",
    "bluesky": "atproto",
    "mastodon": "mastodon",
    "youtube": "googleapiclient",
}
"""Each extra of the package, named as its platform is, and a module that it brings."""


@cache
def collector_for(platform: str) -> Collector:
    """
    Load the collector of a platform; its client library is loaded with the first request at latest.

    Raises:
        KeyError: No such platform.
    """
    module, name = PLATFORMS[platform].split(":")
    return cast("Collector", getattr(import_module(module), name)())


def missing_extra(name: str) -> str | None:
    """
    Tell how to install what a platform, or another part with an extra, lacks.

    Returns:
        Such as `install luisterpost[mastodon]`; None if nothing is missing.
    """
    module = _EXTRAS.get(name)
    if module is None or find_spec(module) is not None:
        return None
    return f"install luisterpost[{name}]"
