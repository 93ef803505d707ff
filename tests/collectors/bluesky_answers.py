"""What Bluesky says in tests, and a source that asks it."""

from datetime import timedelta

from collectors import bluesky_client
from collectors.bluesky import BlueskyCollector
from collectors.contract import Credential
from tests.collectors.rounds import NOW, land, source_at
from tests.replay import Answer, ReplayServer, Request

ASKED = NOW.replace(microsecond=0)
APP = Credential(login="acme.bsky.social", password="the-app-password")  # noqa: S106
SESSION = Answer.of(
    {
        "did": "did:plc:acme",
        "handle": "acme.bsky.social",
        "accessJwt": "the-access-token",
        "refreshJwt": "the-refresh-token",
        "didDoc": {
            "@context": ["https://www.w3.org/ns/did/v1"],
            "id": "did:plc:acme",
            "service": [
                {
                    "id": "#atproto_pds",
                    "type": "AtprotoPersonalDataServer",
                    "serviceEndpoint": "https://pds.invalid",
                }
            ],
        },
    }
)


def source_for(base_url, **values):
    """Search for one word, without a login."""
    return source_at(base_url, "bluesky", **({"query": "acme"} | values))


def minutes_ago(number):
    return ASKED - timedelta(minutes=number)


def stamp(moment):
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def author(name="jan", **values):
    return {"did": f"did:plc:{name}", "handle": f"{name}.example", "displayName": "Jan"} | values


def post(number, *, record=None, **values):
    """Write a post that is *number* minutes old."""
    written = {
        "$type": "app.bsky.feed.post",
        "text": f"Acme {number}",
        "createdAt": stamp(minutes_ago(number)),
        "langs": ["nl", "en"],
    }
    return {
        "uri": f"at://did:plc:jan/app.bsky.feed.post/{number}",
        "cid": f"bafy{number}",
        "author": author(),
        "record": written | (record or {}),
        "indexedAt": stamp(minutes_ago(number) + timedelta(milliseconds=700)),
        "likeCount": 1,
        "replyCount": 2,
        "repostCount": 3,
        "quoteCount": 4,
    } | values


def entry(number, **values):
    return {"post": post(number, **values)}


def page(posts, cursor=None, **how):
    return Answer.of({"posts": posts} | ({"cursor": cursor} if cursor else {}), **how)


def feed(entries, cursor=None):
    return Answer.of({"feed": entries} | ({"cursor": cursor} if cursor else {}))


PAGE = page([post(1), post(2)]).body
"""One page of a search, as bytes."""


def pages(*lists, say=page):
    """Serve the lists one behind the other."""

    def handle(request: Request) -> Answer:
        number = int(request.query.get("cursor", "0"))
        return say(lists[number], str(number + 1) if number + 1 < len(lists) else None)

    return handle


def landed_with(handler, *, stream="search:", since=None, who=None, now=NOW, known=None, **values):
    """Collect one stream from a Bluesky that *handler* plays; *known*: validators from before."""
    bluesky_client._sessions.clear()
    with ReplayServer(handler) as server:
        source = source_for(server.url, **values)
        window = {"since": since, "now": now, "validators": known}
        landed = land(BlueskyCollector(), source, who, stream=stream, **window)
    return landed, server.requests
