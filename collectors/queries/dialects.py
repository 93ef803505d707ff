"""What each platform's search can be asked, and how it is written there."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from collectors.queries.loosening import Asked, every, loosened
from collectors.queries.tree import Account, And, Field, Leaf, Near, Not, Or, Query, Tag, Text
from collectors.web.quoting import quoted

_X_LANGUAGES = re.compile(
    "am|ar|bg|bn|bo|bs|ca|ckb|cs|cy|da|de|el|en|es|et|eu|fa|fi|fr|gu|he|hi|hr|ht|hu|hy|id|is|it|ja"
    "|ka|km|kn|ko|lo|lt|lv|ml|mr|my|ne|nl|no|or|pa|pl|ps|pt|ro|ru|sd|si|sk|sl|sr|sv|ta|te|th|tl|tr"
    "|ug|uk|ur|vi|und"
)
OLD_CODES: Mapping[str, str] = {"he": "iw", "id": "in"}
"""How X names languages that have newer codes."""
_LETTER = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Dialect:
    """
    What a platform's search can do.

    Attributes:
        platform: As in the configuration.
        limit: Longest query, in characters.
        form: `groups`: AND, OR and brackets; `alternatives`: OR between phrases only;
            `clauses`: neither, several queries take the place of OR.
        both: How AND is written, with its blanks.
        either: How OR is written, with its blanks; empty for `clauses`.
        refuses: Whether it can leave out words exactly as we do: a search that goes by
            stems would leave out too much.
        has_tags: Whether `#name` finds the hashtag alone.
        accounts: What an account that is addressed looks like; None: it is looked for as words.
        authors: What an author's name looks like; None: can't be asked.
        author_field: How the author is written.
        languages: Languages that can be asked as we understand them.
        hosts: On which hosts all of its mentions lie; None: on any.
        always_quoted: Whether a single word stands in quotes as well.
    """

    platform: str
    limit: int
    form: Literal["groups", "alternatives", "clauses"]
    both: str = " "
    either: str = ""
    refuses: bool = False
    has_tags: bool = False
    accounts: re.Pattern[str] | None = None
    authors: re.Pattern[str] | None = None
    author_field: str = ""
    languages: re.Pattern[str] | None = None
    hosts: tuple[str, ...] | None = None
    always_quoted: bool = False

    def loosen(self, query: Query) -> Asked:
        """Say what of a query can be asked there; it holds wherever *query* holds."""
        return loosened(query, self._substitute)

    def write(self, query: Query) -> str:
        """Write what `loosen` gave, or a part of it."""
        match query:
            case And(parts):
                return self.both.join(
                    f"({self.write(part)})" if isinstance(part, Or) else self.write(part)
                    for part in parts
                )
            case Or(parts):
                return self.either.join(
                    f"({self.write(part)})" if isinstance(part, And) else self.write(part)
                    for part in parts
                )
            case Not(part):
                return f"-{self.write(part)}"
            case _:
                return self._written(query)

    def _written(self, leaf: Leaf) -> str:
        match leaf:
            case Tag(name):
                return f"#{name}"
            case Account(name):
                return f"@{name}"
            case Field("author", name):
                return f"{self.author_field}:{name}"
            case Field(_, language):
                return f"lang:{OLD_CODES.get(language, language)}"
            case Text(words) | Near(words, _):
                word = quoted(words)
                return f'"{word}"' if self.always_quoted and '"' not in word else word

    def _substitute(self, leaf: Leaf, is_negated: bool) -> Asked:
        """Say what can be asked instead of a leaf; see `loosening.Substitute`."""
        if isinstance(leaf, Field):
            return self._of_field(leaf, is_negated)
        if is_negated:
            exact = self.refuses and self._of_words(leaf) == leaf
            return Not(leaf) if exact else True
        return self._of_words(leaf)

    def _of_words(self, leaf: Leaf) -> Asked:
        match leaf:
            case Tag(name) if self.has_tags and _LETTER.search(name) and re.fullmatch(r"\w+", name):
                return leaf
            case Account(name) if self.accounts is not None and self.accounts.fullmatch(name):
                return leaf
            case Tag(name) | Account(name):
                return _whole_words(name)
            case Near(words, _):
                return every([_whole_words(word) for word in words.split()])
            case Text(words):
                return _whole_words(words)
        return True

    def _of_field(self, field: Field, is_negated: bool) -> Asked:
        match field.name:
            case "platform":
                return (field.value == self.platform) != is_negated
            case "site":
                return True if self.hosts is None else self._is_here(field.value) != is_negated
            case "author" if self.authors is not None:
                if not self.authors.fullmatch(field.value):
                    return is_negated
                return Not(field) if is_negated else field
            case "lang" if self.languages is not None and self.languages.fullmatch(field.value):
                return self._of_language(field, is_negated)
        return True

    def _is_here(self, host: str) -> bool:
        return any(own == host or own.endswith(f".{host}") for own in self.hosts or ())

    @staticmethod
    def _of_language(field: Field, is_negated: bool) -> Asked:
        """Ask for texts without a stated language, too: there we find it ourselves."""
        unknown = Field("lang", "und")
        if is_negated:
            return True if field == unknown else Not(field)
        return field if field == unknown else Or((field, unknown))


def _whole_words(words: str) -> Asked:
    """Leave out words with a placeholder, which no search knows; a name's dots and signs stay."""
    if "*" not in words:
        return Text(words)
    runs = " ".join("*" if "*" in word else word for word in words.split()).split("*")
    return every([Text(run.strip()) for run in runs if any(c.isalnum() for c in run)])


X = Dialect(
    platform="x",
    limit=512,
    form="groups",
    either=" OR ",
    refuses=True,
    has_tags=True,
    accounts=re.compile(r"[A-Za-z0-9_]{1,15}"),
    authors=re.compile(r"[A-Za-z0-9_]{1,15}"),
    author_field="from",
    languages=_X_LANGUAGES,
    hosts=("x.com",),
)
REDDIT = Dialect(
    platform="reddit",
    limit=512,
    form="groups",
    both=" AND ",
    either=" OR ",
    authors=re.compile(r"[A-Za-z0-9_-]{3,20}"),
    author_field="author",
    hosts=("www.reddit.com",),
)
BLUESKY = Dialect(platform="bluesky", limit=500, form="clauses", has_tags=True, hosts=("bsky.app",))
MASTODON = Dialect(platform="mastodon", limit=500, form="clauses")
HACKERNEWS = Dialect(
    platform="hackernews",
    limit=512,
    form="clauses",
    hosts=("news.ycombinator.com",),
    always_quoted=True,
)
YOUTUBE = Dialect(
    platform="youtube",
    limit=512,
    form="alternatives",
    either="|",
    hosts=("www.youtube.com",),
    always_quoted=True,
)
DIALECTS: Mapping[str, Dialect] = {
    dialect.platform: dialect for dialect in (X, REDDIT, BLUESKY, MASTODON, HACKERNEWS, YOUTUBE)
}
"""The platforms that are searched, by name; feeds are not."""
