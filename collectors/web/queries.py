"""Derive the queries of platforms' own searches from the watchlist."""

import re
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256

from collectors.queries.asking import narrowing, question_trees
from collectors.queries.dialects import Dialect
from collectors.queries.tree import And, Query
from collectors.watchlist import Subject, bare_handle
from collectors.web.quoting import can_be_found, quoted, unescaped

Clauses = Callable[[Subject], Iterable[str]]

_OR = " OR "
_X_HANDLE = re.compile(r"[A-Za-z0-9_]{1,15}")
_REDDIT_USER = re.compile(r"[A-Za-z0-9_-]{3,20}")
_SUBREDDIT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_]{1,20}")


def derive_queries(
    subjects: Iterable[Subject],
    clauses: Clauses,
    limit: int,
    alternative: str = _OR,
    dialect: Dialect | None = None,
) -> tuple[str, ...]:
    """
    Write the queries that find all subjects; alternatives are joined by OR.

    `context` and `exclude` stay out: they are judged on the whole text with all
    its written forms, which no platform's search does, so narrowing here would
    lose mentions. A subject's own query goes by words, as searches do: what the
    platform can express of it narrows the question.

    Args:
        subjects: In the order of the file; a subject's clauses stay together
            where they fit, so that a new subject at the end changes the last
            query only (a changed query begins uncovered).
        clauses: What a platform is asked for a subject.
        limit: Longest query, in characters.
        alternative: How the platform writes OR, with the blanks around it.
        dialect: How the platform is asked a subject's query; None: it isn't.

    Returns:
        As few queries as that order allows, the same for the same subjects.
    """
    queries: list[str] = []
    known: set[str] = set()
    for subject in subjects:
        new = [c for c in clauses(subject) if c.casefold() not in known and len(c) <= limit]
        query = subject.query_tree if dialect else None
        if query is None or dialect is None:
            known.update(clause.casefold() for clause in new)
            blocks = list(_blocks(dict.fromkeys(new), limit, alternative))
        elif subject.has_names:
            blocks = _narrowed(dict.fromkeys(new), query, dialect, limit)
        else:
            blocks = _asked(query, dialect, limit)
        for block in blocks:
            if queries and len(queries[-1]) + len(alternative) + len(block) <= limit:
                queries[-1] += alternative + block
            else:
                queries.append(block)
    return tuple(queries)


def _narrowed(clauses: Iterable[str], query: Query, dialect: Dialect, limit: int) -> list[str]:
    """Ask for names where the subject's query holds."""
    if dialect.loosen(query) is False:
        return []  # it concerns no post there
    condition = narrowing(query, dialect, limit // 2) if dialect.form == "groups" else None
    if condition is None:
        return list(_blocks(clauses, limit, dialect.either))
    room = limit - len(dialect.both) - len(condition) - len("(())")
    blocks = []
    for block in _blocks(
        (clause for clause in clauses if len(clause) <= room), room, dialect.either
    ):
        names = f"({block})" if dialect.either in block else block
        blocks.append(f"({names}{dialect.both}{condition})")
    return blocks


def _asked(query: Query, dialect: Dialect, limit: int) -> list[str]:
    """Ask for what a query looks for by itself."""
    asked = []
    for tree in question_trees(query, dialect, limit - len("()")):
        text = dialect.write(tree)
        asked.append(f"({text})" if isinstance(tree, And) else text)
    return asked


def fingerprint(*parts: str) -> str:
    """Name a query: 12 hexadecimal digits."""
    return sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:12]


def x_clauses(subject: Subject) -> Iterator[str]:
    """Say what X's search is asked for a subject."""
    for term in filter(can_be_found, subject.terms):
        yield quoted(term)
        # X reads `#AcmeBier` as one word, which the two words would not find.
        joined = re.sub(r"\W", "", term)
        if joined != term and re.search(r"[^\W\d]", joined):
            yield f"#{joined}"
    for hashtag in subject.hashtags:
        bare = re.sub(r"\W", "", hashtag)
        if bare:
            yield f"#{bare}"
    for handle in x_handles(subject.handles.get("x", ())):
        yield f"@{handle}"
        yield f"from:{handle}"
    for domain in subject.domains:
        yield f'url:"{unescaped(domain)}"'


def reddit_clauses(subject: Subject) -> Iterator[str]:
    """Say what Reddit's search is asked for a subject."""
    for term in filter(can_be_found, subject.terms):
        yield quoted(term)
    for hashtag in subject.hashtags:
        bare = re.sub(r"\W", "", hashtag)
        if bare:
            yield quoted(bare)
    for user in reddit_users(subject.handles.get("reddit", ())):
        yield quoted(f"u/{user}")
        yield f"author:{user}"
    for domain in subject.domains:
        yield f'"{unescaped(domain)}"'
        yield f"site:{unescaped(domain)}"


def phrases(subject: Subject) -> Iterator[str]:
    """Say what a search is asked that knows nothing but phrases: terms, hashtags and domains."""
    for term in filter(can_be_found, subject.terms):
        yield f'"{" ".join(unescaped(term).split())}"'
    for hashtag in subject.hashtags:
        bare = re.sub(r"\W", "", hashtag)
        if bare:
            yield f'"{bare}"'
    for domain in subject.domains:
        yield f'"{unescaped(domain)}"'


def x_handles(handles: Iterable[str]) -> tuple[str, ...]:
    """Keep what can be a handle on X, without @, each once."""
    return _fitting(_X_HANDLE, map(bare_handle, handles))


def reddit_users(handles: Iterable[str]) -> tuple[str, ...]:
    """Keep what can be a user of Reddit, without u/, each once."""
    return _fitting(_REDDIT_USER, (bare_handle(handle).rstrip("/") for handle in handles))


def subreddit_names(names: Iterable[str]) -> tuple[str, ...]:
    """Keep what can be a subreddit, without r/, each once."""
    bare = (re.sub(r"^/?r/", "", name.strip()).rstrip("/") for name in names)
    return _fitting(_SUBREDDIT, bare)


def _fitting(form: re.Pattern[str], names: Iterable[str]) -> tuple[str, ...]:
    return tuple({name.casefold(): name for name in names if form.fullmatch(name)}.values())


def _blocks(clauses: Iterable[str], limit: int, alternative: str) -> Iterator[str]:
    block = ""
    for clause in clauses:
        if block and len(block) + len(alternative) + len(clause) > limit:
            yield block
            block = ""
        block = f"{block}{alternative}{clause}" if block else clause
    if block:
        yield block
