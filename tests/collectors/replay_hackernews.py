"""Play Hacker News in tests: its source, one valid page, and a search over given items."""

import csv
import json
import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from collectors.contract import Credential
from collectors.sources import Source
from tests.collectors.rounds import NOW, source_at
from tests.replay import Answer, Handler, Request
from tests.shared_data import shared_data

PLATFORM = "hackernews"
CREDENTIAL: Credential | None = None


def replay_source(base_url: str, **values: Any) -> Source:
    return source_at(base_url, PLATFORM, **values)


def replay_page(items: int = 1) -> bytes:
    """One valid last page of so many items, as the search gives it."""
    return page([comment(number) for number in range(1, items + 1)]).body


def minutes_ago(number: float) -> datetime:
    return NOW.replace(microsecond=0) - timedelta(minutes=number)


def comment(number: int, at: datetime | None = None, **values: Any) -> dict[str, Any]:
    at = at or minutes_ago(number)
    given = {
        "objectID": str(number),
        "author": "someone",
        "comment_text": f"Acme is number {number}",
        "created_at": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "created_at_i": int(at.timestamp()),
        "parent_id": 7,
        "story_id": 7,
        "points": None,
        "_tags": ["comment", "author_someone", "story_7"],
    }
    return given | values


def story(number: int, at: datetime | None = None, **values: Any) -> dict[str, Any]:
    at = at or minutes_ago(number)
    given = {
        "objectID": str(number),
        "author": "someone",
        "title": "Acme opens",
        "url": "https://acme.example/news",
        "points": 12,
        "num_comments": 3,
        "created_at_i": int(at.timestamp()),
        "_tags": ["story", "author_someone", f"story_{number}"],
    }
    return given | values


def page(hits: list[Any], total: int | None = None) -> Answer:
    """Answer with these hits; without a *total* there are no more."""
    count = len(hits) if total is None else total
    return Answer.of({"hits": hits, "nbHits": count, "page": 0, "nbPages": 1, "query": ""})


def search(items: Iterable[dict[str, Any]], most: int = 1000) -> Handler:
    """Play the search by date over *items*: newest first, never more than *most* for a question."""
    by_date = sorted(items, key=lambda item: item["created_at_i"], reverse=True)

    def handle(request: Request) -> Answer:
        assert request.path == "/api/v1/search_by_date"
        low, high = 0, 2**63
        for sign, value in re.findall(
            r"created_at_i(>=|<)(\d+)(?:,|$)", request.query["numericFilters"]
        ):
            low, high = (int(value), high) if sign == ">=" else (low, int(value))
        found = [item for item in by_date if low <= item["created_at_i"] < high]
        return page(found[: min(most, int(request.query["hitsPerPage"]))], len(found))

    return handle


def recorded_stories() -> Iterator[dict[str, Any]]:
    """The stories of the recorded listing, written as the search gives them."""
    eastern = ZoneInfo("America/New_York")
    with shared_data("hn", "hn_posts.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            at = datetime.fromisoformat(row["created_at"]).replace(tzinfo=eastern)
            yield story(
                int(row["id"]),
                at,
                title=row["title"],
                url=row["url"],
                author=row["author"],
                points=int(row["num_points"]),
                num_comments=int(row["num_comments"]),
            )


def recorded_page(name: str) -> dict[str, Any]:
    answer = json.loads(shared_data("hn", name).read_text(encoding="utf-8"))
    assert isinstance(answer, dict)
    return answer
