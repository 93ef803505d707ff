"""Ask Bluesky for stored posts again, twenty-five at a time."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from collectors.bluesky_client import Bluesky
from collectors.bluesky_labels import why_hidden
from collectors.bluesky_read import read_posts
from collectors.contract import Clock, Credential
from collectors.errors import BadAnswer
from collectors.recheck import Asked, Found, Memory, Rechecker, Stored, batches
from collectors.sources import Source
from collectors.web.absence import Answered, look_up_with_witnesses
from collectors.web.reading import json_object, mapping, mappings, text_or_none

_POST = "/app.bsky.feed.post/"
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class BlueskyRechecker(Rechecker):
    """`app.bsky.feed.getPosts` through atproto; see docs/platforms/bluesky.md."""

    within = timedelta(hours=24)
    batch = 25
    needs_raw = True
    most = 10_000

    def knows(self, post: Stored, source: Source) -> bool:
        """Tell whether a post, or what it repeats, has a URI."""
        del source
        return _uri(post) is not None

    def shows(self, raw: str) -> bool:
        """Tell whether a record as it was collected may be shown, labels that expire included."""
        record = json_object(raw)
        return why_hidden(mapping(record.get("post")) or record, _LONG_AGO) is None

    def look_up(
        self,
        asked: Asked,
        source: Source,
        credential: Credential | None,
        clock: Clock,
        memory: Memory,
    ) -> Iterator[Found]:
        """
        Ask for posts by their URIs; a repost stands and falls with its post.

        Raises:
            CollectError: Bluesky stopped answering; see docs/platforms/bluesky.md.
        """
        del memory
        from atproto_client.models import AppBskyFeedGetPosts  # type: ignore[import-untyped]

        what = "bluesky recheck"
        bluesky = Bluesky(what, source, credential, clock)

        def ask(uris: Sequence[str]) -> Answered:
            params = AppBskyFeedGetPosts.Params(uris=list(uris))
            items = bluesky.ask("app.bsky.feed.getPosts", params).get("posts")
            if not isinstance(items, list):
                msg = f"{what}: no posts in the answer"
                raise BadAnswer(msg)
            mentions, unreadable = read_posts(items, clock())
            gone = {
                uri: why
                for item in mappings(items)
                if (uri := text_or_none(item.get("uri"))) and (why := why_hidden(item, clock()))
            }
            return Answered(
                shown=frozenset(str(item.get("uri")) for item in mappings(items)),
                present=[mention for mention in mentions if mention.native_id not in gone],
                gone=gone,
                unreadable=unreadable,
            )

        try:
            for posts in batches(asked.due, self.batch):
                yield from look_up_with_witnesses(
                    posts, asked.witnesses, ask, _uri, size=self.batch
                )
        finally:
            bluesky.close()


def _uri(post: Stored) -> str | None:
    """Name the post; of a repost, the post that it repeats."""
    repeated = mapping(json_object(post.raw).get("post")).get("uri")
    uri = post.native_id if _POST in post.native_id else text_or_none(repeated)
    uri = (uri or "").partition("#")[0]
    return uri if uri.startswith("at://") and _POST in uri else None
