"""What an instance of Mastodon says in tests, and a source that asks it."""

from datetime import timedelta

from collectors.contract import Credential
from collectors.mastodon import MastodonCollector
from tests.collectors.rounds import NOW, land, source_at
from tests.replay import Answer, ReplayServer, Request

ASKED = NOW.replace(microsecond=0)
TOKEN = Credential(password="the-access-token")  # noqa: S106


def source_for(base_url, **values):
    """Ask one hashtag, without a token."""
    return source_at(base_url, "mastodon", **({"query": "#acme"} | values))


def minutes_ago(number):
    return ASKED - timedelta(minutes=number)


def account(name="jan", **values):
    return {
        "id": "1",
        "acct": f"{name}@social.example",
        "url": f"https://social.example/@{name}",
        "uri": f"https://social.example/users/{name}",
        "display_name": "Jan :blobcat:",
        "followers_count": 7,
    } | values


def status(number, **values):
    """Write a status that is *number* minutes old."""
    return {
        "id": str(1_000_000 - number),
        "uri": f"https://social.example/users/jan/statuses/{number}",
        "url": f"https://social.example/@jan/{number}",
        "created_at": f"{minutes_ago(number):%Y-%m-%dT%H:%M:%S}.000Z",
        "edited_at": None,
        "content": f"<p>Acme {number}</p>",
        "spoiler_text": "",
        "visibility": "public",
        "language": "nl",
        "in_reply_to_id": None,
        "in_reply_to_account_id": None,
        "reblog": None,
        "account": account(),
        "media_attachments": [],
        "poll": None,
        "favourites_count": 1,
        "replies_count": 2,
        "reblogs_count": 3,
    } | values


def page(items, following=None, **how):
    link = f'<https://m.example/api/v1/timelines/tag/acme?limit=40&max_id={following}>; rel="next"'
    return Answer.of(items, headers={"Link": link} if following else {}, **how)


PAGE = page([status(1), status(2)]).body
"""One page of a hashtag's timeline, as bytes."""


def pages(*lists):
    """Serve the lists one behind the other; an id that is asked for counts the pages."""

    def handle(request: Request) -> Answer:
        number = int(request.query.get("max_id", "0"))
        following = str(number + 1) if number + 1 < len(lists) else None
        return page(lists[number], following)

    return handle


def landed_with(handler, *, stream="tag:", since=None, who=None, watch=None, known=None, **values):
    """Collect one stream from an instance that *handler* plays; *known*: validators from before."""
    with ReplayServer(handler) as server:
        source = source_for(server.url, **values)
        more = {"validators": known} | ({"watchlist": watch} if watch else {})
        landed = land(MastodonCollector(), source, who, stream=stream, since=since, **more)
    return landed, server.requests
