"""Collect from YouTube: videos that a search finds, and comments on channels and videos."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from collectors.contract import Clock, Credential, Job, Limit, Page, Stream
from collectors.errors import SourceGone
from collectors.queries.asking import asked_by
from collectors.queries.dialects import YOUTUBE
from collectors.sources import Source
from collectors.watchlist import Watchlist, bare_handle
from collectors.web.listing import Listed, walk_listing
from collectors.web.paging import Depth, PageWatch, answered, answered_down_to, whole_second
from collectors.web.queries import derive_queries, fingerprint, phrases
from collectors.web.reading import identity, mapping
from collectors.youtube_client import CommentsDisabled, execute, open_youtube
from collectors.youtube_read import (
    read_threads,
    read_videos,
    unread_replies,
    video_ids,
)

_QUERY_LIMIT = YOUTUBE.limit
_FIRST_REACH = timedelta(days=30)
_SEARCH_PAGE, _COMMENTS_PAGE = 50, 100
_SEARCH_ENDS = 450
"""A search gives about 500 results; whoever got this many can't tell whether there were more."""
_LONGEST_THREAD = 50
"""Pages of replies to one comment: 5,000 replies."""
_CHANNEL = re.compile(r"UC[A-Za-z0-9_-]{22}")
_HANDLE = re.compile(r"[\w.·-]{3,30}")
_VIDEO = re.compile(
    r"https?://(?:(?:www\.|m\.)?youtube\.com/(?:watch\?(?:[^#]*&)?v=|shorts/|live/)|youtu\.be/)"
    r"([A-Za-z0-9_-]{11})(?![A-Za-z0-9_-])"
)


class YouTubeCollector:
    """The YouTube Data API v3 through Google's client; see docs/platforms/youtube.md."""

    needs_credential = True
    # 100 searches a day, and 10,000 units for all else, of which each request here takes one. What a
    # search found is looked up by a second request: so it is 50 searches on a day that finds much.
    limits = (
        Limit(requests=100, per=timedelta(days=1), kind="search"),
        Limit(requests=10_000, per=timedelta(days=1), kind="comments"),
    )
    item_eur = 0.0

    def mistakes(self, source: Source) -> Sequence[tuple[str, str]]:
        """List what is wrong in a source's configuration: (key, what to do)."""
        found = []
        if source.query and len(source.query) > _QUERY_LIMIT:
            advice = f"{len(source.query)} characters: shorten it to at most {_QUERY_LIMIT}"
            found.append(("query", advice))
        found += [
            (
                f"accounts.{index}",
                "write a handle such as '@acme', or a channel's id: UC and 22 more",
            )
            for index, account in enumerate(source.accounts or ())
            if not _HANDLE.fullmatch(bare_handle(account))
        ]
        advice = "give a video's address, such as https://www.youtube.com/watch?v=…; "
        advice += 'a channel\'s feed belongs to a source with platform = "feed"'
        addresses = enumerate(source.urls)
        found += [(f"urls.{index}", advice) for index, url in addresses if not _VIDEO.match(url)]
        if source.subreddits:
            found.append(("subreddits", 'remove it, or set platform = "reddit"'))
        if source.archive:
            found.append(("archive", "remove it: YouTube's search reaches back by itself"))
        return found

    def streams(self, source: Source, watchlist: Watchlist, now: datetime) -> Sequence[Stream]:
        """List the searches, and the channels and videos whose comments are read."""
        queries = asked_by(source, YOUTUBE)
        if queries is None:
            watched = watchlist.watched("youtube", now)
            queries = derive_queries(watched, phrases, _QUERY_LIMIT, YOUTUBE.either, YOUTUBE)
        accounts = (
            watchlist.followed_handles("youtube") if source.accounts is None else source.accounts
        )
        searches = [
            Stream(
                key=f"search:{fingerprint(query)}",
                reach="window",
                params={"query": query},
                history=_FIRST_REACH,
            )
            for query in queries
        ]
        # Handles are the same in any case; ids are not.
        names = [name for name in map(bare_handle, accounts) if _HANDLE.fullmatch(name)]
        channels = [n if _CHANNEL.fullmatch(n) else f"@{n.casefold()}" for n in names]
        videos = [found[1] for found in map(_VIDEO.match, source.urls) if found]
        comments = [
            Stream(key=f"comments:{target}", reach="listing", params={kind: target})
            for kind, targets in (("channel", channels), ("video", videos))
            for target in dict.fromkeys(targets)
        ]
        return [*searches, *comments]

    def pages(
        self, job: Job, source: Source, credential: Credential | None, clock: Clock
    ) -> Iterator[Page]:
        """
        Fetch a search's window, or a listing of comments, newest first.

        Raises:
            CollectError: YouTube stopped answering; see docs/platforms/youtube.md.
        """
        from requests import Session

        what = f"youtube {job.stream}"
        with Session() as session:
            client = open_youtube(session, what, source, credential, clock)
            turn = _search if "query" in job.params else _comments
            yield from turn(client, what, job, source, clock)


def _search(client: Any, what: str, job: Job, source: Source, clock: Clock) -> Iterator[Page]:
    since = whole_second(job.since) if job.since else None
    until = whole_second(min(job.until, clock()))
    if since and since >= until:
        return
    window = {"publishedBefore": _written(until)}
    if since:
        window["publishedAfter"] = _written(since)
    watch = PageWatch(what)
    cursor: str | None = None
    depth = Depth()
    for number in range(1, source.max_pages + 1):
        asked = client.search().list(
            part="snippet",
            type="video",
            order="date",
            q=job.params["query"],
            maxResults=_SEARCH_PAGE,
            pageToken=cursor,
            **window,
        )
        found, cursor = execute(asked, what)
        ids = video_ids(found)
        listed = _listed(client, ids, what) if ids else []
        mentions, unreadable = read_videos(found, listed, clock())
        depth.turn(mentions)
        is_ended = cursor is None and depth.items >= _SEARCH_ENDS
        if cursor is None and not is_ended:
            covered = answered(since or depth.oldest or until - source.overlap, until)
        else:
            covered = answered_down_to(depth.low, since, until)
        is_cut = cursor is not None and number == source.max_pages
        yield Page(
            mentions=mentions,
            unreadable=unreadable,
            answered=covered,
            requests=1 + bool(ids),
            cut_by="page_cap" if is_cut or is_ended else None,
        )
        if cursor is None:
            return
        watch.check(cursor, [mention.native_id for mention in mentions])


def _listed(client: Any, ids: Sequence[str], what: str) -> list[Any]:
    """Look up videos: their whole descriptions and their counts."""
    asked = client.videos().list(part="snippet,statistics", id=",".join(ids))
    return execute(asked, what)[0]


def _comments(client: Any, what: str, job: Job, source: Source, clock: Clock) -> Iterator[Page]:
    until = whole_second(clock())
    about, lookups = _about(client, job.params, what)

    def ask(cursor: str | None) -> Listed:
        asked = client.commentThreads().list(
            part="snippet,replies",
            order="time",
            textFormat="plainText",
            maxResults=_COMMENTS_PAGE,
            pageToken=cursor,
            **about,
        )
        requests = 1 + (0 if cursor else lookups)
        try:
            threads, behind = execute(asked, what)
        except CommentsDisabled:
            return Listed(mentions=(), requests=requests)
        wanted = [one for one in map(unread_replies, threads) if one]
        replies, more_requests = _replies(client, wanted, what)
        mentions, unreadable = read_threads(threads, replies, clock())
        return Listed(
            mentions=mentions,
            unreadable=unreadable,
            cursor=behind,
            requests=requests + more_requests,
            # By when a thread began, however new the replies to it are.
            times=[one.created_at for one in mentions if one.parent_id == one.root_id],
        )

    yield from walk_listing(what, ask, job=job, source=source, until=until)


def _about(client: Any, params: Mapping[str, str], what: str) -> tuple[dict[str, str], int]:
    """Say whose comments are asked for, and how many requests it took to find that out."""
    if "video" in params:
        return {"videoId": params["video"]}, 0
    channel = params["channel"]
    if not channel.startswith("@"):
        return {"allThreadsRelatedToChannelId": channel}, 0
    found, _ = execute(client.channels().list(part="id", forHandle=channel), what)
    number = identity(mapping(found[0]).get("id")) if found else None
    if number is None:
        msg = f"{what}: there is no such channel"
        raise SourceGone(msg)
    return {"allThreadsRelatedToChannelId": number}, 1


def _replies(client: Any, threads: Sequence[str], what: str) -> tuple[dict[str, list[Any]], int]:
    """Ask for all replies of threads that have more than came with them."""
    replies: dict[str, list[Any]] = {}
    requests = 0
    for thread in threads:
        watch = PageWatch(f"{what}, replies")
        cursor: str | None = None
        came: list[Any] = []
        for _ in range(_LONGEST_THREAD):
            requests += 1
            asked = client.comments().list(
                part="snippet",
                parentId=thread,
                textFormat="plainText",
                maxResults=_COMMENTS_PAGE,
                pageToken=cursor,
            )
            try:
                items, cursor = execute(asked, what)
            except SourceGone:
                # Taken away since the listing named it.
                break
            came += items
            replies[thread] = came
            if cursor is None:
                break
            watch.check(cursor, [str(mapping(item).get("id")) for item in items])
    return replies, requests


def _written(moment: datetime) -> str:
    """Write a time as YouTube takes it (RFC 3339)."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
