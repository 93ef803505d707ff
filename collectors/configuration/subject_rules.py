"""Which keys of a subject belong together: the rules of facet, relation and consent."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from collectors.queries.loosening import needed
from collectors.queries.parsing import QueryError, parse_query

CONSENT_EXAMPLE = (
    'consent = { given_at = 2026-01-15, purpose = "…", platforms = ["…"], '
    'notice = "…", proof = "…" }'
)

_RELATIONS = '"customer", "supplier", "prospect" or "competitor"'


@dataclass(frozen=True, kw_only=True, slots=True)
class BrokenRule:
    """A rule that a subject breaks, at which of its keys, and the way out."""

    key: str
    message: str
    suggestion: str


def broken_rules(subject: Mapping[str, Any]) -> Iterator[BrokenRule]:
    """
    List the rules that a subject breaks, from its keys and values as written.

    Args:
        subject: The table of a `[[subject]]`; values of a wrong type are left
            to those who check types.
    """
    facet = subject.get("facet")
    if facet == "employee":
        yield from _consent_rules(subject)
    elif isinstance(facet, str):
        for key in ("consent", "unit"):
            if subject.get(key) is not None:
                yield BrokenRule(
                    key=key,
                    message='belongs to facet = "employee" only',
                    suggestion="remove it, or change the facet",
                )
    if facet == "organisation" and subject.get("relation") is None:
        yield BrokenRule(
            key="relation",
            message="an organisation needs a relation",
            suggestion=f"write relation = {_RELATIONS}",
        )
    if facet in ("brand", "company", "employee") and subject.get("relation") is not None:
        yield BrokenRule(
            key="relation",
            message='belongs to facet = "organisation" only',
            suggestion="remove it, or change the facet",
        )
    if not any(subject.get(key) for key in ("terms", "hashtags", "domains", "handles")):
        yield from _query_rules(subject.get("query"))


def _query_rules(query: Any) -> Iterator[BrokenRule]:
    """Demand words where nothing but a query says what to look for."""
    if not query:
        yield BrokenRule(
            key="terms",
            message="nothing to look for",
            suggestion="give at least one of terms, hashtags, domains, handles, query",
        )
        return
    try:
        words = needed(parse_query(str(query)))
    except QueryError:
        return  # said where the query is read
    if words is None:
        yield BrokenRule(
            key="query",
            message="holds for texts without any word of it",
            suggestion="name a word that must stand in the text, or give terms as well",
        )


def _consent_rules(subject: Mapping[str, Any]) -> Iterator[BrokenRule]:
    consent = subject.get("consent")
    if consent is None:
        yield BrokenRule(
            key="consent",
            message="an employee without consent is refused",
            suggestion=f"write {CONSENT_EXAMPLE}, or remove the subject",
        )
    handles = subject.get("handles")
    platforms = _read(consent, "platforms")
    if not isinstance(platforms, list | tuple) or not isinstance(handles, Mapping):
        return
    if handles.get("x") and "x" not in platforms:
        yield BrokenRule(
            key="handles.x",
            message="X needs explicit consent for X",
            suggestion='remove the handle, or obtain the consent and add "x" to consent.platforms',
        )


def _read(consent: Any, key: str) -> Any:
    return consent.get(key) if isinstance(consent, Mapping) else getattr(consent, key, None)
