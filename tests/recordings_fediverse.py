"""Serve recorded answers of Mastodon and Bluesky, and tell from the files alone what must arrive."""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.replay import Answer, Handler, Request
from tests.shared_data import recorded


def mastodon_answers() -> dict[str, list[list[Any]]]:
    """
    Give the recorded pages of statuses, by the kind of stream that reads such pages.

    Public timelines look like those of hashtags.
    """
    found: dict[str, list[list[Any]]] = {"tag:": [], "account:": [], "search:": []}
    for part in ("timelines", "statuses", "search"):
        for answer in recorded("mastodon", f"{part}.jsonl"):
            path = urlsplit(answer["url"]).path
            if answer["status"] != 200:
                continue
            if path.startswith("/api/v1/timelines/"):
                found["tag:"].append(json.loads(answer["body"]))
            elif path.startswith("/api/v1/accounts/") and path.endswith("/statuses"):
                found["account:"].append(json.loads(answer["body"]))
            elif path == "/api/v2/search":
                found["search:"].append(json.loads(answer["body"])["statuses"])
    return found


def mastodon_tag_chain() -> dict[str | None, tuple[str, str]]:
    """Give the pages of one hashtag as they followed one another: asked id → (body, Link)."""
    return {
        parse_qs(urlsplit(answer["url"]).query).get("max_id", [None])[0]: (
            answer["body"],
            next(v for k, v in answer["headers"].items() if k.lower() == "link"),
        )
        for answer in recorded("mastodon", "timelines.jsonl")
        if "/tag/ichbinhanna" in answer["url"]
    }


def expected_mastodon_ids(pages: list[list[Any]]) -> set[str]:
    return {item["uri"] for page in pages for item in page}


def mastodon_handler(pages: list[list[Any]]) -> Handler:
    """Play an instance: any timeline, any account's posts, any search, page behind page."""

    def handle(request: Request) -> Answer:
        if request.path == "/api/v1/accounts/lookup":
            return Answer.of({"id": "109281650341067731", "acct": request.query["acct"]})
        if request.path == "/api/v2/search":
            return Answer.of({"statuses": _behind(pages, request.query.get("max_id"))})
        number = int(request.query.get("max_id", "0"))
        link = f'<http://127.0.0.1{request.path}?max_id={number + 1}>; rel="next"'
        is_last = number + 1 == len(pages)
        return Answer.of(pages[number], headers={} if is_last else {"Link": link})

    return handle


def _behind(pages: list[list[Any]], last_id: str | None) -> list[Any]:
    if last_id is None:
        return pages[0]
    numbers = [number for number, page in enumerate(pages) if page and page[-1]["id"] == last_id]
    following = numbers[0] + 1 if numbers else len(pages)
    return pages[following] if following < len(pages) else []


def bluesky_answers() -> dict[str, list[list[Any]]]:
    """Give the recorded pages of posts, by the kind of stream that reads such pages."""
    found: dict[str, list[list[Any]]] = {"search:": [], "account:": []}
    for part in ("search_posts", "feeds"):
        for answer in recorded("bluesky", f"{part}.jsonl"):
            body = json.loads(answer["body"])
            if "feed" in body:
                found["account:"].append(body["feed"])
            elif "posts" in body:
                found["search:"].append(body["posts"])
    return found


def expected_bluesky_ids(pages: list[list[Any]]) -> set[str]:
    return {bluesky_id(item) for page in pages for item in page}


def bluesky_id(item: dict[str, Any]) -> str:
    """A repost is named by its own record; older answers tell only whose it is."""
    post = item.get("post", item)
    if "reason" not in item:
        return post["uri"]
    reason = item["reason"]
    return reason.get("uri") or f"{post['uri']}#repost-by-{reason['by']['did']}"


def bluesky_handler(pages: list[list[Any]]) -> Handler:
    """Play Bluesky: any search and any author's feed, page behind page."""

    def handle(request: Request) -> Answer:
        number = int(request.query.get("cursor", "0"))
        key = "posts" if request.path.endswith("searchPosts") else "feed"
        following = {"cursor": str(number + 1)} if number + 1 < len(pages) else {}
        return Answer.of({key: pages[number]} | following)

    return handle
