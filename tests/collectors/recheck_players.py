"""Play each platform from a set of posts, so that stored ones can be looked up again."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from collectors import bluesky_client
from collectors.bluesky_read import read_posts as read_bluesky
from collectors.contract import Credential
from collectors.hackernews import read_hit
from collectors.mastodon_read import read_statuses
from collectors.mention import Mention
from collectors.recheck import Stored
from collectors.reddit_read import read_listing
from collectors.x_read import read_posts as read_x
from collectors.youtube_read import read_threads, read_videos
from tests.collectors import (
    bluesky_answers,
    mastodon_answers,
    replay_hackernews,
    replay_youtube,
    test_reddit,
    test_x,
)
from tests.collectors.rounds import NOW
from tests.collectors.test_reddit_recorded import APP
from tests.replay import Answer, Request

Json = dict[str, Any]

HERE = "here.example"
"""Stands for the server that plays the platform: Mastodon's numbers mean something there only."""


@dataclass(kw_only=True)
class Platform:
    """What exists on a platform: posts by what it calls them."""

    name: str
    posts: dict[str, Json]
    mentions: Sequence[Mention]
    """The same posts, as they were collected."""
    edit: Callable[[Json, str], None]
    """Write another text into a post."""
    play: Callable[["Platform", Request], Answer]
    credential: Credential | None = None
    native_ids: Mapping[str, str]
    """By what the platform calls a post, how it is stored."""
    state: dict[str, Any] = field(default_factory=dict)
    url: str = ""

    def stored(self) -> list[Stored]:
        """Every post, as the warehouse hands it over."""
        return [
            Stored(native_id=m.native_id, url=m.url, raw=m.raw, sources=(self.name,))
            for m in self.mentions
        ]

    def named(self, native_id: str) -> str:
        """What the platform calls a stored post."""
        return next(name for name, known in self.native_ids.items() if known == native_id)

    def __call__(self, request: Request) -> Answer:
        return self.play(self, request)

    def remove(self, native_ids: Sequence[str]) -> None:
        """Delete posts at the platform."""
        for native_id in native_ids:
            del self.posts[self.named(native_id)]


def _asked(request: Request, name: str) -> list[str]:
    return [value for key, value in request.pairs if key == name]


def _commas(request: Request, name: str) -> list[str]:
    return [one for value in _asked(request, name) for one in value.split(",")]


def reddit(count: int) -> Platform:
    items = [test_reddit.post(n) if n % 2 else test_reddit.comment(n) for n in range(count)]
    mentions, _ = read_listing(items, NOW)

    def play(platform: Platform, request: Request) -> Answer:
        if request.path == "/api/v1/access_token":
            return test_reddit.TOKEN
        assert request.path == "/api/info/"
        names = _commas(request, "id")
        assert len(names) <= 100
        return test_reddit.listing([platform.posts[n] for n in names if n in platform.posts])

    def edit(item: Json, text: str) -> None:
        item["data"]["body" if item["kind"] == "t1" else "selftext"] = text

    posts = {item["data"]["name"]: item for item in items}
    return Platform(
        name="reddit",
        posts=posts,
        mentions=mentions,
        edit=edit,
        play=play,
        credential=APP,
        native_ids={name: name for name in posts},
    )


def bluesky(count: int) -> Platform:
    bluesky_client._sessions.clear()
    items = [bluesky_answers.post(n) for n in range(count)]
    mentions, _ = read_bluesky(items, NOW)

    def play(platform: Platform, request: Request) -> Answer:
        assert request.path == "/xrpc/app.bsky.feed.getPosts"
        uris = _asked(request, "uris")
        assert len(uris) <= 25
        return bluesky_answers.page([platform.posts[u] for u in uris if u in platform.posts])

    def edit(item: Json, text: str) -> None:
        item["record"]["text"] = text

    posts = {item["uri"]: item for item in items}
    return Platform(
        name="bluesky",
        posts=posts,
        mentions=mentions,
        edit=edit,
        play=play,
        native_ids={uri: uri for uri in posts},
    )


def _mastodon(name: str, count: int, *, has_many: bool) -> Platform:
    local = mastodon_answers.account(acct="jan")
    items = [mastodon_answers.status(n, account=local) for n in range(count)]
    mentions, _ = read_statuses(items, NOW, HERE)
    gone = Answer.of({"error": "Record not found"}, status=404)

    def play(platform: Platform, request: Request) -> Answer:
        if request.path == "/api/v1/statuses":
            if not has_many:
                return gone
            ids = _asked(request, "id[]")
            assert len(ids) <= 20
            return Answer.of([platform.posts[i] for i in ids if i in platform.posts])
        number = request.path.removeprefix("/api/v1/statuses/")
        return Answer.of(platform.posts[number]) if number in platform.posts else gone

    def edit(item: Json, text: str) -> None:
        item["content"] = f"<p>{text}</p>"

    return Platform(
        name=name,
        posts={item["id"]: item for item in items},
        mentions=mentions,
        edit=edit,
        play=play,
        native_ids={item["id"]: item["uri"] for item in items},
    )


def mastodon(count: int) -> Platform:
    return _mastodon("mastodon", count, has_many=True)


def old_mastodon(count: int) -> Platform:
    """An instance that knows each status by itself only."""
    return _mastodon("mastodon", count, has_many=False)


def hackernews(count: int) -> Platform:
    items = [
        replay_hackernews.story(n) if n % 2 else replay_hackernews.comment(n)
        for n in range(1, count + 1)
    ]
    mentions = [read_hit(item, collected_at=NOW) for item in items]

    def play(platform: Platform, request: Request) -> Answer:
        number = request.path.removeprefix("/v0/item/").removesuffix(".json")
        hit = platform.posts.get(number)
        if hit is None:
            return Answer.of({"id": int(number), "deleted": True, "type": "comment", "time": 1})
        item = {
            "id": int(number),
            "by": hit["author"],
            "time": hit["created_at_i"],
            "type": "comment" if "comment_text" in hit else "story",
            "text": hit.get("comment_text"),
            "title": hit.get("title"),
            "url": hit.get("url"),
            "score": hit["points"],
            "descendants": hit.get("num_comments"),
            "parent": hit.get("parent_id"),
        }
        return Answer.of({key: value for key, value in item.items() if value is not None})

    def edit(item: Json, text: str) -> None:
        item["comment_text" if "comment_text" in item else "title"] = text

    posts = {item["objectID"]: item for item in items}
    return Platform(
        name="hackernews",
        posts=posts,
        mentions=mentions,
        edit=edit,
        play=play,
        native_ids={number: number for number in posts},
    )


def youtube(count: int) -> Platform:
    videos = [replay_youtube.video(n) for n in range(count) if n % 2]
    results = [replay_youtube.result(n) for n in range(count) if n % 2]
    comments = [replay_youtube.comment(f"c{n}") for n in range(count) if not n % 2]
    seen, _ = read_videos(results, videos, NOW)
    said, _ = read_threads([_thread(one) for one in comments], {}, NOW)

    def play(platform: Platform, request: Request) -> Answer:
        ids = _commas(request, "id")
        assert len(ids) <= 50
        kind = "youtube#video" if request.path.endswith("/videos") else "youtube#comment"
        items = [platform.posts[i] for i in ids if i in platform.posts]
        return replay_youtube.listing([_bare(i) for i in items if i["kind"] == kind])

    def edit(item: Json, text: str) -> None:
        key = "description" if item["kind"] == "youtube#video" else "textDisplay"
        item["snippet"][key] = text

    posts = {item["id"]: item for item in (*videos, *comments)}
    names = {v["id"]: f"yt:video:{v['id']}" for v in videos}
    return Platform(
        name="youtube",
        posts=posts,
        mentions=[*seen, *said],
        edit=edit,
        play=play,
        credential=replay_youtube.CREDENTIAL,
        native_ids=names | {c["id"]: f"yt:comment:{c['id']}" for c in comments},
    )


def _thread(comment: Json) -> Json:
    thread = replay_youtube.thread(comment["id"])
    thread["snippet"]["topLevelComment"] = json.loads(json.dumps(comment))
    return thread


def _bare(item: Json) -> Json:
    """Asked for by its id, a comment does not name its video."""
    snippet = {k: v for k, v in item["snippet"].items() if k != "videoId"}
    return item | {"snippet": snippet}


def x(count: int) -> Platform:
    items = [test_x.post(n, edit_history_tweet_ids=[str(9_000_000 - n)]) for n in range(count)]
    mentions, _ = read_x({"data": items}, NOW)

    def play(platform: Platform, request: Request) -> Answer:
        return _play_x(platform, request)

    def edit(item: Json, text: str) -> None:
        item["text"] = text

    posts = {item["id"]: item for item in items}
    return Platform(
        name="x",
        posts=posts,
        mentions=mentions,
        edit=edit,
        play=play,
        credential=test_x.TOKEN,
        native_ids={number: number for number in posts},
    )


def _play_x(platform: Platform, request: Request) -> Answer:
    jobs, base = platform.state, f"http://{request.headers['host']}"
    if request.path == "/storage/up":
        assert "authorization" not in request.headers
        jobs["ids"] = request.body.decode().split()
        return Answer()
    if request.path == "/storage/down":
        assert "authorization" not in request.headers
        gone = [i for i in jobs["ids"] if i not in platform.posts]
        lines = [_event(i, platform.state.get("why", "deleted")) for i in gone]
        return Answer(body="".join(f"{line}\n" for line in lines).encode())
    if request.path == "/2/tweets":
        ids = _commas(request, "ids")
        assert len(ids) <= 100
        found = [platform.posts[i] for i in ids if i in platform.posts]
        errors = [not_found(i) for i in ids if i not in platform.posts]
        return Answer.of(
            ({"data": found} if found else {}) | ({"errors": errors} if errors else {})
        )
    assert request.headers["authorization"] == f"Bearer {test_x.TOKEN.password}"
    is_list = (request.method, request.path) == ("GET", "/2/compliance/jobs")
    if is_list and "name" not in jobs:
        return Answer.of({"meta": {"result_count": 0}})
    if request.method == "POST":
        jobs["name"] = json.loads(request.body)["name"]
        jobs.pop("ids", None)
    job = {
        "id": "123",
        "name": jobs.get("name"),
        "type": "tweets",
        "status": jobs.get("status", "complete") if "ids" in jobs else "created",
        "upload_url": f"{base}/storage/up",
        "upload_expires_at": (NOW + timedelta(minutes=15)).isoformat(),
        "download_url": f"{base}/storage/down",
    }
    if is_list:
        assert request.query["type"] == "tweets"
        return Answer.of({"data": [{**job, "id": "122", "name": "another"}, job]})
    return Answer.of({"data": job})


def _event(number: str, why: str) -> str:
    return json.dumps(
        {
            "id": number,
            "action": "delete",
            "created_at": "2026-11-22T10:00:00.000Z",
            "redacted_at": "2026-11-23T07:00:00.000Z",
            "reason": why,
        }
    )


def not_found(number: str, kind: str = "resource-not-found") -> Json:
    return {
        "value": number,
        "detail": f"Could not find tweet with ids: [{number}].",
        "title": "Not Found Error",
        "resource_type": "tweet",
        "parameter": "ids",
        "resource_id": number,
        "type": f"https://api.twitter.com/2/problems/{kind}",
    }


PLATFORMS: Mapping[str, Callable[[int], Platform]] = {
    "bluesky": bluesky,
    "hackernews": hackernews,
    "mastodon": mastodon,
    "mastodon before 4.3": old_mastodon,
    "reddit": reddit,
    "x": x,
    "youtube": youtube,
}
