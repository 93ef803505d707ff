"""Read a made-up world as the report does, or write its page."""

import re
from functools import partial

import duckdb
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from reports.settings import ReportSettings
from reports.status_report import read_status, write_status_report
from tests.reports.world import World, at
from warehouse.query import rows

SETTINGS = ReportSettings()


def read(world, *, every="weekly", day=None, settings=SETTINGS):
    with duckdb.connect() as connection:
        return read_status(partial(rows, world.fill(connection)), settings, every=every, day=day)


def written(world, folder, *, every="weekly", day=None, settings=SETTINGS):
    path = write_status_report(
        world.write(folder / "snapshot.duckdb"), settings, folder=folder, every=every, day=day
    )
    return path.read_text(encoding="utf-8")


def text_of(page):
    tree = HTMLParser(page)
    for node in tree.css("style"):
        node.decompose()
    return re.sub(r"\s+", " ", tree.body.text(separator=" "))


def small_world():
    """A brand, covered by one source from the reported week's start to its end."""
    world = World()
    world.subject("hopla", "Hopla", "brand")
    world.source("x-search", "x", ["search:1"])
    world.covered("x-search", "search:1", at(0), at(7))
    world.info()
    return world
