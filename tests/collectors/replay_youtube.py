"""Play YouTube in tests: its source, one valid page, and the API's lists over given items."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from collectors.contract import Credential
from collectors.sources import Source
from tests.collectors.rounds import NOW, source_at
from tests.replay import Answer, Handler, Request
from tests.shared_data import shared_data

PLATFORM = "youtube"
KEY = "AIza-the-key-of-the-test"
CREDENTIAL = Credential(password=KEY)
CHANNEL = "UC" + "a" * 22


def replay_source(base_url: str, **values: Any) -> Source:
    return source_at(base_url, PLATFORM, **values)


def replay_page(items: int = 1) -> bytes:
    """One valid last page of so many results, as a search gives it."""
    return listing([result(number) for number in range(1, items + 1)]).body


def minutes_ago(number: float) -> datetime:
    return NOW.replace(microsecond=0) - timedelta(minutes=number)


def written(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def result(number: int, at: datetime | None = None, **snippet: Any) -> dict[str, Any]:
    """A video as a search gives it: its description cut, its words escaped."""
    given = {
        "publishedAt": written(at or minutes_ago(number)),
        "channelId": CHANNEL,
        "channelTitle": "Beer &amp; Co",
        "title": f"Acme &#39;{number}&#39;",
        "description": "All about Acme ...",
    }
    return {
        "kind": "youtube#searchResult",
        "id": {"kind": "youtube#video", "videoId": f"v{number}"},
        "snippet": given | snippet,
    }


def video(number: int, at: datetime | None = None, **snippet: Any) -> dict[str, Any]:
    """The same video as the list of videos gives it."""
    given = {
        "publishedAt": written(at or minutes_ago(number)),
        "channelId": CHANNEL,
        "channelTitle": "Beer & Co",
        "title": f"Acme '{number}'",
        "description": f"All about Acme, whole, {number}",
        "defaultAudioLanguage": "nl-BE",
    }
    return {
        "kind": "youtube#video",
        "id": f"v{number}",
        "snippet": given | snippet,
        "statistics": {"viewCount": "1200", "likeCount": "34", "commentCount": "5"},
    }


def comment(name: str, at: datetime | None = None, **snippet: Any) -> dict[str, Any]:
    moment = written(at or minutes_ago(1))
    given = {
        "videoId": "v1",
        "textDisplay": f"Acme, says {name}",
        "authorDisplayName": "@someone",
        "authorChannelId": {"value": "UC-of-someone"},
        "likeCount": 2,
        "publishedAt": moment,
        "updatedAt": moment,
    }
    return {"kind": "youtube#comment", "id": name, "snippet": given | snippet}


def thread(
    name: str,
    at: datetime | None = None,
    replies: Sequence[Any] = (),
    total: int | None = None,
    **snippet: Any,
) -> dict[str, Any]:
    return {
        "kind": "youtube#commentThread",
        "id": name,
        "snippet": {
            "videoId": "v1",
            "topLevelComment": comment(name, at, **snippet),
            "totalReplyCount": len(replies) if total is None else total,
        },
        **({"replies": {"comments": list(replies)}} if replies else {}),
    }


def listing(items: list[Any], cursor: str | None = None) -> Answer:
    more = {"nextPageToken": cursor} if cursor else {}
    return Answer.of({"items": items, "pageInfo": {"totalResults": 1_000_000}} | more)


def refusal(status: int, reason: str, message: str = "Refused.") -> Answer:
    """A fault as Google's services word it."""
    errors = [{"domain": "youtube", "reason": reason, "message": message}]
    error = {"code": status, "message": message, "errors": errors}
    return Answer.of({"error": error}, status=status)


def api(**lists: Handler) -> Handler:
    """Play the API: each list by its name; only who brings the key is answered."""

    def handle(request: Request) -> Answer:
        assert request.path.startswith("/youtube/v3/")
        assert "key" not in request.query
        if request.headers.get("x-goog-api-key") != KEY:
            return refusal(400, "keyInvalid", "API key not valid. Please pass a valid API key.")
        return lists[request.path.rpartition("/")[2]](request)

    return handle


def pages_of(items: list[Any], size: int) -> Handler:
    """Give *items* in pages, each named by where it begins."""

    def handle(request: Request) -> Answer:
        start = int(request.query.get("pageToken", "0"))
        is_last = start + size >= len(items)
        return listing(items[start : start + size], None if is_last else str(start + size))

    return handle


def looked_up(videos: Sequence[dict[str, Any]]) -> Handler:
    """Give the videos that are asked for by their ids, at most 50 at once."""

    def handle(request: Request) -> Answer:
        ids = request.query["id"].split(",")
        assert len(ids) <= 50
        return listing([video for video in videos if video["id"] in ids])

    return handle


def recorded(name: str) -> dict[str, Any]:
    answer = json.loads(shared_data("youtube", name).read_text(encoding="utf-8"))
    assert isinstance(answer, dict)
    return answer
