"""Whether a rule flags what it says it flags, and infers nothing about a person."""

from enrichment.flags.finder import FlagFinder
from enrichment.flags.phrases import PhraseError
from enrichment.flags.rules import FlagRule
from enrichment.flags.words import SUBJECT
from enrichment.never_inferred import forbidden_in

_NAME = "Acme"
_ADVICE = {
    "must": "is not flagged, add a phrase or change the text",
    "must_not": "is flagged, narrow a phrase or add one to unless",
}


def broken_promise(rule: FlagRule) -> str:
    """
    Try a rule on its own examples.

    Returns:
        What is wrong and what to do, parted by a comma; empty if nothing is.
    """
    for words in (rule.id, *rule.phrases):
        if notion := forbidden_in(words):
            return f"'{words}' is about {notion}, which is never inferred"
    try:
        finder = FlagFinder((rule,))
        for key, examples in (("must", rule.must), ("must_not", rule.must_not)):
            for example in examples:
                if SUBJECT not in example:
                    return f"{key}: '{example}' lacks the name, write {SUBJECT} where it stands"
                if _is_flagged(finder, rule, example) != (key == "must"):
                    return f"{key}: '{example}' {_ADVICE[key]}"
    except PhraseError as error:
        return f"phrases: {error}"
    return ""


def _is_flagged(finder: FlagFinder, rule: FlagRule, example: str) -> bool:
    pieces = example.split(SUBJECT)
    spans, at = [], 0
    for piece in pieces[:-1]:
        at += len(piece)
        spans.append((at, at + len(_NAME)))
        at += len(_NAME)
    language = "und" if rule.language == "any" else rule.language
    return bool(finder.find(_NAME.join(pieces), language=language, subjects=spans))
