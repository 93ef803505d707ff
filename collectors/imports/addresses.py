"""The identity that a web address tells, so that an import and the live collection are one mention."""

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

_X = re.compile(r"/(?:[^/]+|i/web)/status(?:es)?/(\d+)(?:/|$)")
_REDDIT = re.compile(
    r"/(?:(?:r|u|user)/[^/]+/)?comments/([a-z0-9]+)(?:/[^/]*(?:/([a-z0-9]+))?)?", re.IGNORECASE
)
_VIDEO = re.compile(r"/(?:shorts|live|embed|v)/([\w-]{6,})")
_MASTODON = re.compile(r"/users/[^/]+/statuses/\d+(?:/activity)?/?")
_MASTODON_WEB = re.compile(r"/@([\w.-]+)/(\d+)/?")
_BLUESKY = re.compile(r"/profile/(did:[a-z]+:[\w.:%-]+)/post/([\w.~:-]+)")

_LONGEST = 8_192
Identity = tuple[str, str]
"""Platform and native id, as the platform's collector gives them."""


def identity_from(url: str | None, platform: str | None = None) -> Identity | None:
    """
    Tell which post an address leads to.

    Args:
        url: Any address.
        platform: What is known already; only addresses of `mastodon` need it,
            which may lie on any host.

    Returns:
        Platform and native id; None where the address names no single post.
    """
    try:
        parts = urlsplit((url or "")[:_LONGEST].strip())
        host = (parts.hostname or "").removeprefix("www.").removeprefix("m.")
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"}:
        return None
    if read := _HOSTS.get(host.removeprefix("mobile.").removeprefix("old.")):
        return read(parts.path, parts.query)
    if host.endswith(".reddit.com"):
        return _reddit(parts.path, parts.query)
    if platform == "mastodon":
        return _mastodon(parts.netloc, parts.path)
    return None


def usual_address(url: str, identity: Identity) -> str:
    """
    Write the address of a post as its platform's collector does.

    Otherwise the same post under `twitter.com` and `x.com` would be an edit.

    Args:
        url: An address that *identity* was read from.
        identity: Platform and native id.
    """
    platform, native_id = identity
    path = urlsplit(url.strip()).path
    if platform == "x":
        handle = path.split("/")[1]
        return f"https://x.com/{handle}/status/{native_id}"
    if platform == "reddit" and path.startswith(("/r/", "/user/")):
        return f"https://www.reddit.com{path}"
    if platform == "youtube" and native_id.startswith("yt:video:"):
        return f"https://www.youtube.com/watch?v={native_id.removeprefix('yt:video:')}"
    return url


def _x(path: str, _: str) -> Identity | None:
    found = _X.match(path)
    return ("x", found[1]) if found else None


def _reddit(path: str, _: str) -> Identity | None:
    found = _REDDIT.match(path)
    if not found:
        return None
    return "reddit", f"t1_{found[2].lower()}" if found[2] else f"t3_{found[1].lower()}"


def _short_reddit(path: str, _: str) -> Identity | None:
    name = path.strip("/").lower()
    return ("reddit", f"t3_{name}") if name.isalnum() and name.isascii() else None


def _youtube(path: str, query: str) -> Identity | None:
    asked = parse_qs(query)
    if comment := asked.get("lc"):
        return "youtube", f"yt:comment:{comment[0]}"
    found = _VIDEO.match(path)
    video = asked.get("v", [None])[0] if path.rstrip("/") == "/watch" else found and found[1]
    return ("youtube", f"yt:video:{video}") if video else None


def _short_youtube(path: str, query: str) -> Identity | None:
    return _youtube("/watch", f"v={path.strip('/')}&{query}")


def _hackernews(path: str, query: str) -> Identity | None:
    number = parse_qs(query).get("id", [""])[0]
    return ("hackernews", number) if path == "/item" and number.isdecimal() else None


def _bluesky(path: str, _: str) -> Identity | None:
    found = _BLUESKY.match(path)
    return ("bluesky", f"at://{found[1]}/app.bsky.feed.post/{found[2]}") if found else None


def _mastodon(host: str, path: str) -> Identity | None:
    if _MASTODON.fullmatch(path):
        return "mastodon", f"https://{host}{path.rstrip('/')}"
    found = _MASTODON_WEB.fullmatch(path)
    return ("mastodon", f"https://{host}/users/{found[1]}/statuses/{found[2]}") if found else None


_HOSTS: dict[str, Callable[[str, str], Identity | None]] = {
    "x.com": _x,
    "twitter.com": _x,
    "reddit.com": _reddit,
    "redd.it": _short_reddit,
    "youtube.com": _youtube,
    "youtu.be": _short_youtube,
    "news.ycombinator.com": _hackernews,
    "bsky.app": _bluesky,
}
