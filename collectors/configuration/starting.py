"""A first configuration, written from the answers to a few questions."""

import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from collectors.configuration.validation import slug
from collectors.configuration.watchlist_check import bare_domain, folded
from collectors.watchlist import bare_handle

_REGIONS = {"en": "US", "cs": "CZ", "da": "DK", "el": "GR", "ja": "JP", "ko": "KR", "sv": "SE"}
"""Where a language is mostly spoken, if its country has another code than itself."""
_LANGUAGE = re.compile(r"([A-Za-z]{2})(?:[-_]([A-Za-z]{2}))?")


@dataclass(frozen=True, kw_only=True, slots=True)
class Answers:
    """What people told about their firm."""

    firm: str
    brand: str
    forms: Sequence[str] = ()
    """Other names under which people write of the brand."""
    domain: str = ""
    x: Sequence[str] = ()
    reddit: Sequence[str] = ()
    competitors: Sequence[str] = ()
    feeds: Sequence[str] = ()
    languages: Sequence[str] = ("en",)


def starting_files(answers: Answers) -> dict[str, str]:
    """
    Write a commented `watchlist.toml` and `sources.toml`.

    Returns:
        The texts by file name.
    """
    return {"watchlist.toml": _watchlist(answers), "sources.toml": _sources(answers)}


def news_search(brand: str, language: str) -> str:
    """
    Address the feed of a news search for a brand.

    Args:
        brand: Searched for as a phrase.
        language: `nl`, or with a country `nl-BE`.
    """
    found = _LANGUAGE.fullmatch(language.strip())
    code = found[1].lower() if found else "en"
    region = (found[2] or "").upper() if found else ""
    region = region or _REGIONS.get(code, code.upper())
    search = {
        "q": f'"{brand}"',
        "hl": f"{code}-{region}" if code == "en" else code,
        "gl": region,
        "ceid": f"{region}:{code}",
    }
    return f"https://news.google.com/rss/search?{urlencode(search)}"


def is_language(text: str) -> bool:
    """Tell whether *text* names a language as `nl` or `nl-BE` do."""
    return _LANGUAGE.fullmatch(text.strip()) is not None


def _watchlist(answers: Answers) -> str:
    brand, firm = answers.brand.strip(), answers.firm.strip()
    domain = bare_domain(answers.domain).removeprefix("www.")
    terms = _distinct((brand, *answers.forms))
    ids = _Ids()
    brand_handles = {
        "x": [_last_part(handle) for handle in answers.x],
        "reddit": [_last_part(handle) for handle in answers.reddit],
    }
    parts = [
        _HEAD,
        _subject(
            ids.new(brand),
            brand,
            'facet = "brand"',
            terms,
            note=_BRAND_NOTE,
            rest=[
                f"hashtags = {_list([_tag(brand)])}" if _tag(brand) else "",
                f"domains = {_list([domain])}" if domain else "",
                _handles(brand_handles),
            ],
        ),
    ]
    known = {folded(term) for term in terms}
    if folded(firm) not in known:
        parts.append(_subject(ids.new(firm), firm, 'facet = "company"', [firm]))
    known.add(folded(firm))
    for name in _distinct(answers.competitors):
        if folded(name) not in known:
            facet = 'facet = "organisation"\nrelation = "competitor"'
            parts.append(_subject(ids.new(name), name, facet, [name]))
    parts.append(_MORE_SUBJECTS)
    return "\n".join(parts)


def _sources(answers: Answers) -> str:
    feeds = _distinct(answers.feeds)
    languages = _distinct(answers.languages) or ["en"]
    urls = feeds or [news_search(answers.brand.strip(), language) for language in languages]
    comment = "" if feeds else "# A news search for the brand in each language: an ordinary feed.\n"
    lines = "".join(f"    {_text(url)},\n" for url in urls)
    news = f'[[source]]\nname = "news"\nplatform = "feed"\n{comment}urls = [\n{lines}]\n'
    x = _X if answers.x else _commented(_X)
    reddit = _REDDIT if answers.reddit else _commented(_REDDIT)
    return "\n".join(
        (_SOURCES_HEAD, f'{news}every = "15 min"\n', _KEYLESS, _X_NOTE + x, _REDDIT_NOTE + reddit)
    )


def _subject(
    name_id: str,
    name: str,
    facet: str,
    terms: Sequence[str],
    *,
    note: str = "",
    rest: Sequence[str] = (),
) -> str:
    lines = ["[[subject]]", f"id = {_text(name_id)}", f"name = {_text(name)}", facet]
    lines += [f"{note}terms = {_list(terms)}", *filter(None, rest)]
    return "\n".join(lines) + "\n"


class _Ids:
    def __init__(self) -> None:
        self._given: set[str] = set()

    def new(self, name: str) -> str:
        wanted = slug(name, otherwise="subject")[:56].rstrip("-")
        found, number = wanted, 2
        while found in self._given:
            found, number = f"{wanted}-{number}", number + 1
        self._given.add(found)
        return found


def _handles(handles: dict[str, list[str]]) -> str:
    given = [f"{platform} = {_list(names)}" for platform, names in handles.items() if any(names)]
    return f"handles = {{ {', '.join(given)} }}" if given else ""


def _last_part(handle: str) -> str:
    """Reduce the address of a profile to its handle: `https://x.com/acme` → `acme`."""
    bare = handle.strip()
    if "/" in bare and not bare.lstrip("/").startswith("u/"):
        bare = bare.split("?")[0].rstrip("/").rpartition("/")[2]
    return bare_handle(bare)


def _tag(name: str) -> str:
    return "".join(c for c in name.casefold() if c.isalnum())


def _distinct(names: Sequence[str]) -> list[str]:
    first: dict[str, str] = {}
    for name in names:
        first.setdefault(folded(name), name.strip())
    return [name for name in first.values() if name]


def _text(value: str) -> str:
    clean = "".join(c for c in value if unicodedata.category(c) not in {"Cc", "Cs"})
    return json.dumps(clean, ensure_ascii=False)


def _list(values: Sequence[str]) -> str:
    return f"[{', '.join(_text(value) for value in values if value)}]"


def _commented(block: str) -> str:
    return "".join(f"# {line}\n" for line in block.splitlines())


_HEAD = """\
# Whom and what to listen for. After a change: luisterpost check
# Every key: docs/configuration.md
"""
_BRAND_NOTE = """\
# Found in all written forms, whatever the case and accents: @acme, #Acme, Acme's, Acme-fans.
# Add what people really write: short names, product names, former names.
"""
_MORE_SUBJECTS = """\
# A name that means something else, too, needs words of which one stands in the text,
# and phrases in which it does not count:
# context = ["beer", "brewery"]
# exclude = ["Acme Corporation of Looney Tunes"]

# [[subject]]
# id = "noordzaak"
# name = "Noordzaak"
# facet = "organisation"
# relation = "customer"           # customer | supplier | prospect | competitor
# sector = "retail"
# terms = ["Noordzaak"]

# Employees are watched only if they agreed, only where they agreed to, and are never
# reported one by one. Without a consent the subject is refused.
# [[subject]]
# id = "an-peeters"
# name = "An Peeters"
# facet = "employee"
# unit = "sales"
# handles = { mastodon = ["an@mastodon.example"] }
# consent = { given_at = 2026-01-15, purpose = "brand monitoring", platforms = ["mastodon"], notice = "v3", proof = "form 2026-014" }
"""
_SOURCES_HEAD = """\
# Where to collect from. Feeds need no key. After a change: luisterpost check
# One source live, without writing anything: luisterpost try news
"""
_KEYLESS = """\
# No key is needed here, either: take away the "# " of what you want. What each gives, before
# anything is stored: luisterpost try --platform hackernews --query "what to look for"
# [[source]]
# name = "hackernews"
# platform = "hackernews"
# every = "30 min"

# Each way of writing is a search of its own: keep the watchlist's terms few.
# [[source]]
# name = "bluesky"
# platform = "bluesky"
# every = "30 min"

# Hashtags, as one instance knows them: a large one, or that of your customers.
# [[source]]
# name = "mastodon"
# platform = "mastodon"
# base_url = "https://mastodon.social"
# every = "30 min"

# A JSON Feed, a podcast, the .rss of a subreddit or a Mastodon account, a channel on YouTube
# (https://www.youtube.com/feeds/videos.xml with its channel_id behind): all of them are feeds.
# [[source]]
# name = "more-feeds"
# platform = "feed"
# urls = ["https://blog.example/feed.json", "https://www.reddit.com/r/belgium/new/.rss"]
# every = "1 h"
"""
_X_NOTE = """\
# X: searches what the watchlist holds. The key stands in the environment, never here:
#   export AIRFLOW_CONN_X_MAIN='{"conn_type": "http", "password": "<bearer token>"}'
"""
_X = """\
[[source]]
name = "x"
platform = "x"
credential = "x_main"
every = "15 min"
monthly_eur = 150  # X charges for each post: no more than this is spent in a month
"""
_REDDIT_NOTE = """\
# Reddit, with an application of the type "script" from reddit.com/prefs/apps:
#   export AIRFLOW_CONN_REDDIT_MAIN='{"conn_type": "http", "login": "<client id>", "password": "<client secret>", "extra": {"user_agent": "<who you are>"}}'
"""
_REDDIT = """\
[[source]]
name = "reddit"
platform = "reddit"
credential = "reddit_main"
every = "15 min"
"""
