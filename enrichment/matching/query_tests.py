"""Try the query tests of a watchlist: what must, and what must not, concern a subject."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel

from collectors.configuration.folder import (
    Configuration,
    ConfigurationError,
    load_configuration,
)
from collectors.configuration.mistakes import Document, Mistake, quoted, read_document
from collectors.watchlist import QueryTest, Subject, Watchlist
from enrichment.matching.folding import Folded
from enrichment.matching.query_evaluation import why_failing
from enrichment.matching.query_text import About, QueryText
from enrichment.matching.subjects import Match, SubjectMatcher
from enrichment.names.settings import names_mistakes
from enrichment.tone.settings import tone_mistakes

_SHOWN_LETTERS = 60


def check_folder(
    folder: Path, now: datetime, models: Mapping[str, type[BaseModel]], environ: Mapping[str, str]
) -> tuple[Configuration | ConfigurationError, int]:
    """
    Read and check a configuration folder, and run its query tests where nothing else is wrong.

    The tone models that it names are loaded, too.

    Args:
        folder: The configuration.
        now: Aware; consents are judged at this moment.
        models: Models of the optional files, by name without `.toml`.
        environ: Where credentials are looked for.

    Returns:
        The configuration, or what is wrong; and how many tests passed.
    """
    try:
        checked = load_configuration(folder, now, models, environ=environ)
    except ConfigurationError as error:
        return error, 0
    document, _ = read_document(folder / "watchlist.toml")
    failed = (
        *failed_tests(document, checked.watchlist),
        *tone_mistakes(folder),
        *names_mistakes(folder),
    )
    if failed:
        return ConfigurationError(failed, checked.warnings), 0
    return checked, count_tests(checked.watchlist)


def failed_tests(document: Document, watchlist: Watchlist) -> Iterator[Mistake]:
    """
    Try each `must` and `must_not`, by the matcher itself.

    Args:
        document: The watchlist as written, which tells where a test stands.
        watchlist: The same, read.

    Yields:
        Each test that fails, with the reason.
    """
    for index, subject in enumerate(watchlist.subject):
        if not subject.must and not subject.must_not:
            continue
        matcher = SubjectMatcher([subject])
        for key, tests in (("must", subject.must), ("must_not", subject.must_not)):
            for number, test in enumerate(tests):
                matches = _matches(matcher, test)
                if bool(matches) == (key == "must"):
                    continue
                reason = _why_not(matcher, subject, test) if key == "must" else _why(matches)
                shown = quoted(test.text or test.title or "", _SHOWN_LETTERS)
                wanted = "must concern" if key == "must" else "must not concern"
                message = f"{shown} {wanted} {quoted(subject.id)}, but {reason}"
                yield document.mistake(("subject", index, key, number), message)


def count_tests(watchlist: Watchlist) -> int:
    """Count the tests of a watchlist."""
    return sum(len(subject.must) + len(subject.must_not) for subject in watchlist.subject)


def _matches(matcher: SubjectMatcher, test: QueryTest) -> list[Match]:
    return matcher.find_in(
        title=test.title, text=test.text, platform=test.platform, about=_about(test)
    )


def _about(test: QueryTest) -> About:
    return About(
        platform=test.platform, author_handle=test.author, url=test.url, language=test.lang
    )


def _why(matches: Sequence[Match]) -> str:
    found = matches[0]
    return f"{quoted(found.form, _SHOWN_LETTERS)} counts ({found.rule})"


def _why_not(matcher: SubjectMatcher, subject: Subject, test: QueryTest) -> str:
    fields = [Folded(text) for text in (test.title, test.text) if text]
    refusals = [
        reason
        for places in matcher.refusals_in(fields, test.platform, _about(test))
        for *_, reason in places
    ]
    if refusals:
        return refusals[0]
    if subject.query_tree is None or subject.has_names:
        return "none of its names stands there"
    return f"its query fails: {why_failing(subject.query_tree, QueryText(fields, _about(test)))}"
