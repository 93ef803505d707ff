"""
Measure the name finder: `python -m tests.quality.names`.

Prints F1 over exact spans, in per cent, of persons, organisations, places and all of them
(products as well, where a set has them), for the model that ships and for the spaCy pipelines that
are installed; of 100 persons how many are taken for something else, so that their names may be kept; and the
speed. None of these texts trained the model; the tweets
of BTC h, and the half of WikiNEURAL's that is read here, chose no setting either. `docs/quality.md`
keeps the figures.
"""

import hashlib
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from spacy.tokens import Doc

from enrichment.models.train_names import Tagged, read_tagged
from enrichment.names.entities import LABELS, find_pipeline, load_recogniser, may_be_a_person
from enrichment.names.finder import FoundName, name_finder, names_of
from tests.shared_data import SHARED_DATA

Find = Callable[[Sequence[Sequence[str]]], list[list[FoundName]]]

FOLDER = SHARED_DATA / "nlp"
KINDS = ("PERSON", "ORG", "LOC", "PRODUCT")
OF_PIPELINES = {"PER": "PERSON", "GPE": "LOC", "FAC": "LOC"}
HAVE_PRODUCTS = frozenset({"WNUT17 dev"})
TEXTS = 3_000


def sets() -> Iterator[tuple[str, str, list[Tagged]]]:
    """Yield (name, language, sentences)."""
    yield "WNUT17 dev", "en", read(FOLDER / "ner_wnut17_dev.conll")
    yield "BTC h", "en", read(FOLDER / "ner_tweets_btc_h.conll")
    for language in ("nl", "fr", "en", "de"):
        sentences = read(FOLDER / f"ner_wikineural_{language}_val.conllu")
        yield f"WikiNEURAL {language}", language, unseen(sentences)[:TEXTS]


def read(path: Path) -> list[Tagged]:
    return read_tagged(path) if path.exists() else []


def unseen(sentences: list[Tagged]) -> list[Tagged]:
    """Choose the half of the sentences, by their hash, that no setting was chosen on."""
    return [s for s in sentences if hashlib.sha256(" ".join(s.words).encode()).digest()[-1] % 2]


def shipped(language: str) -> Find:
    return lambda sentences: name_finder().find(sentences, language)


def installed(name: str) -> Find:
    """Read by a spaCy pipeline, its labels made ours."""
    nlp = load_recogniser(name)

    def find(sentences: Sequence[Sequence[str]]) -> list[list[FoundName]]:
        docs = nlp.pipe([Doc(nlp.vocab, words=list(words)) for words in sentences])
        return [
            [
                FoundName(ent.start, ent.end, OF_PIPELINES.get(ent.label_, ent.label_))
                for ent in doc.ents
            ]
            for doc in docs
        ]

    return find


def f1(
    sentences: Sequence[Tagged], found: Sequence[Sequence[FoundName]], kinds
) -> dict[str, float]:
    """Return F1 of each kind and of `all`, in per cent; only exact spans count."""
    right, told, wanted = Counter(), Counter(), Counter()
    for sentence, names in zip(sentences, found, strict=True):
        gold = {name for name in names_of(sentence.tags) if name.label in kinds}
        guess = {name for name in names if name.label in kinds}
        for counts, these in ((right, gold & guess), (told, guess), (wanted, gold)):
            counts.update(name.label for name in these)
            counts["all"] += len(these)
    return {
        kind: 200 * right[kind] / (told[kind] + wanted[kind])
        for kind in (*kinds, "all")
        if wanted[kind]
    }


def mistaken(sentences: Sequence[Tagged], found: Sequence[Sequence[FoundName]]) -> float:
    """Return the share of persons across whom something else is found and kept, in per cent."""
    persons = kept = 0
    for sentence, names in zip(sentences, found, strict=True):
        others = [
            name
            for name in names
            if name.label in LABELS
            and not may_be_a_person(" ".join(sentence.words[name.start : name.end]))
        ]
        for person in names_of(sentence.tags):
            if person.label == "PERSON":
                persons += 1
                kept += any(o.start < person.end and person.start < o.end for o in others)
    return 100 * kept / max(1, persons)


def speed(find: Find, sentences: Sequence[Tagged]) -> float:
    """Return sentences per CPU second, after a first one."""
    words = [sentence.words for sentence in sentences]
    find(words[:10])
    began = time.process_time()
    for start in range(0, len(words), 128):
        find(words[start : start + 128])
    return len(words) / (time.process_time() - began)


def main() -> int:
    if not (FOLDER / "ner_wnut17_dev.conll").exists():
        print(f"nothing to measure: {FOLDER} holds no tagged texts")
        return 0
    head = "".join(f"{kind:>9}" for kind in (*KINDS, "all"))
    print(f"{'set':<16}{'n':>6}  {'model':<24}{head}{'mistaken':>10}{'per CPU-s':>11}")
    for name, language, sentences in sets():
        if not sentences:
            print(f"{name}: absent")
            continue
        finders = {name_finder().name: shipped(language)}
        if pipeline := find_pipeline(language):
            finders[pipeline] = installed(pipeline)
        for model, find in finders.items():
            kinds = KINDS if name in HAVE_PRODUCTS else KINDS[:3]
            found = find([s.words for s in sentences])
            reached = f1(sentences, found, kinds)
            figures = "".join(
                f"{reached[kind]:>9.1f}" if kind in reached else f"{'-':>9}"
                for kind in (*KINDS, "all")
            )
            rate = speed(find, sentences[:1_000])
            print(
                f"{name:<16}{len(sentences):>6}  {model:<24}{figures}{mistaken(sentences, found):>10.1f}{rate:>11,.0f}"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
