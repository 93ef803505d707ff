"""The platforms: a name, and the class that collects from it."""

from functools import cache
from importlib import import_module
from typing import cast

from collectors.contract import Collector

PLATFORMS = {
    "feed": "collectors.feeds:FeedCollector",
    "reddit": "collectors.reddit:RedditCollector",
    "x": "collectors.x:XCollector",
}


@cache
def collector_for(platform: str) -> Collector:
    """
    Load the collector of a platform, and with it the client library.

    Raises:
        KeyError: No such platform.
    """
    module, name = PLATFORMS[platform].split(":")
    return cast("Collector", getattr(import_module(module), name)())
