"""Serve recorded answers of X and Reddit, and tell from the files alone what must arrive."""

import json
import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

from tests.replay import Answer, Handler, Request
from tests.shared_data import recorded


def _bodies(*parts: str, path: str = "") -> list[Any]:
    """Give the bodies of the good answers whose path matches a pattern."""
    return [
        json.loads(answer["body"])
        for answer in recorded(*parts)
        if answer["status"] == 200 and re.search(path, urlsplit(answer["url"]).path)
    ]


def x_search_pages() -> list[dict[str, Any]]:
    return _bodies("x", "search_all.jsonl.gz")


def x_mention_pages() -> list[dict[str, Any]]:
    pages = _bodies("x", "users_timelines_mentions_lists.jsonl.gz", path="/mentions$")
    return [page for page in pages if "meta" in page]


def x_timeline_pages() -> list[dict[str, Any]]:
    pages = _bodies("x", "users_timelines_mentions_lists.jsonl.gz", path="^/2/users/[0-9]+/tweets$")
    return [page for page in pages if "meta" in page]


def x_count_pages() -> list[dict[str, Any]]:
    return _bodies("x", "counts.jsonl")


def expected_x_timeline_ids() -> set[str]:
    return _x_ids(x_timeline_pages())


def expected_x_ids() -> set[str]:
    return _x_ids(x_search_pages())


def expected_x_mention_ids() -> set[str]:
    return _x_ids(x_mention_pages())


def _x_ids(pages: Iterable[dict[str, Any]]) -> set[str]:
    return {
        (item.get("edit_history_tweet_ids") or [item["id"]])[0]
        for page in pages
        for item in page.get("data", [])
    }


def reddit_search_pages() -> list[dict[str, Any]]:
    """Pages of searches for posts; those for subreddits hold no mention."""
    pages = _bodies("reddit", "search.jsonl")
    return [p for p in pages if all(c["kind"] == "t3" for c in p["data"]["children"])]


def reddit_comment_pages() -> list[dict[str, Any]]:
    return _bodies("reddit", "new_comments.jsonl")


def reddit_user_pages() -> list[dict[str, Any]]:
    pages = _bodies("reddit", "user_listings.jsonl.gz")
    return [page for page in pages if page["kind"] == "Listing"]


def expected_reddit_ids(*listings: list[dict[str, Any]]) -> set[str]:
    """Ids of the posts and comments in *listings*; without any, in all that are served."""
    served = listings or (reddit_search_pages(), reddit_comment_pages(), reddit_user_pages())
    return {
        f"{child['kind']}_{child['data']['id']}"
        for pages in served
        for page in pages
        for child in page["data"]["children"]
        if child["kind"] in {"t1", "t3"}
    }


def x_handler(
    search: list[dict[str, Any]] | None = None, mentions: list[dict[str, Any]] | None = None
) -> Handler:
    """Play X: both searches, their counts, any account's mentions and posts, page behind page."""
    recorded_pages = {
        "/2/tweets/search/": x_search_pages() if search is None else search,
        "/2/tweets/counts/": x_count_pages(),
        "/mentions": x_mention_pages() if mentions is None else mentions,
        "/tweets": x_timeline_pages(),
    }
    listings = {path: _chained(found, _link_x) for path, found in recorded_pages.items()}

    def handle(request: Request) -> Answer:
        if not request.headers.get("authorization", "").startswith("Bearer "):
            return Answer.of({"title": "Unauthorized", "status": 401}, status=401)
        if request.path.startswith("/2/users/by/username/"):
            handle = request.path.rpartition("/")[2]
            return Answer.of({"data": {"id": "956624418", "name": handle, "username": handle}})
        cursor = request.query.get("next_token") or request.query.get("pagination_token")
        for path, page in listings.items():
            if path in request.path:
                return page(cursor)
        return Answer.of({"title": "Not Found Error", "status": 404}, status=404)

    return handle


def reddit_handler(
    search: list[dict[str, Any]] | None = None,
    comments: list[dict[str, Any]] | None = None,
    user: list[dict[str, Any]] | None = None,
) -> Handler:
    """Play Reddit: the token, searches and comments of any subreddit, posts of any user."""
    pages = {
        "search": _chained(reddit_search_pages() if search is None else search, _link_reddit),
        "comments": _chained(
            reddit_comment_pages() if comments is None else comments, _link_reddit
        ),
        "submitted": _chained(reddit_user_pages() if user is None else user, _link_reddit),
    }

    def handle(request: Request) -> Answer:
        if request.path == "/api/v1/access_token":
            return Answer.of(
                {"access_token": "t", "token_type": "bearer", "expires_in": 3600, "scope": "*"}
            )
        if request.headers.get("authorization") != "bearer t":
            return Answer.of({"message": "Unauthorized", "error": 401}, status=401)
        listing = pages.get(request.path.rstrip("/").rpartition("/")[2])
        if listing is None:
            return Answer.of({"message": "Not Found", "error": 404}, status=404)
        return listing(request.query.get("after"))

    return handle


def _chained(
    pages: list[dict[str, Any]], link: Callable[[dict[str, Any], str | None], dict[str, Any]]
) -> Callable[[str | None], Answer]:
    """Link pages by rewriting their cursors: few recorded cursors are answered by another page."""
    names = [f"page-{number}" for number in range(len(pages))]
    linked = {
        name: Answer.of(link(page, following))
        for name, page, following in zip(names, pages, [*names[1:], None], strict=True)
    }
    return lambda cursor: linked[cursor or "page-0"]


def _link_x(page: dict[str, Any], following: str | None) -> dict[str, Any]:
    meta = {name: value for name, value in page["meta"].items() if not name.endswith("_token")}
    return page | {"meta": meta | ({"next_token": following} if following else {})}


def _link_reddit(page: dict[str, Any], following: str | None) -> dict[str, Any]:
    return page | {"data": page["data"] | {"after": following}}
