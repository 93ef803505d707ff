"""The command `luisterpost evaluate`: how well a tone model does on labelled texts."""

import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console, Group
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from collectors.configuration.mistakes import printable
from enrichment.json_lines import BadLine, TextLine, line_batches
from enrichment.tone.classify_command import ModelOption, model_or_exit, read_or_bad

if TYPE_CHECKING:
    from enrichment.tone.error import ToneError
    from enrichment.tone.evaluation import Evaluation, Judged
    from enrichment.tone.model import ToneModel

_BAD_LINE = 2
_ALL, _OTHERS, _CONFLICTING = "all", "others", "conflicting"
_FEWEST = 20
"""Texts in a language for figures of its own."""


@dataclass
class _Heard:
    """What was judged so far; texts with targets are kept apart by text."""

    groups: dict[str, list["Judged"]] = field(default_factory=dict)
    targets: dict[int, list["Judged"]] = field(default_factory=dict)
    bad_lines: list[str] = field(default_factory=list)
    spent_s: float = 0.0


def evaluate_file(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE.jsonl",
            exists=True,
            dir_okay=False,
            readable=True,
            help="Labelled texts, one JSON object a line: text, label (neg, neu or pos).",
        ),
    ],
    model: ModelOption = "fast",
    as_json: Annotated[
        bool, typer.Option("--json/--text", help="One JSON object instead of tables.")
    ] = False,
) -> None:
    """
    Say how well a tone model does on texts that you labelled.

    Each line is `{"text": …, "label": "neg"|"neu"|"pos"}`, perhaps with a `"target"` as for
    `classify` and with a `"language"`, by which the figures are split (else by the language
    found). Other keys are ignored.

    Printed are, in per cent, macro-F1 and the F1 of each label, how much is right, how much is
    uncertain and what is right of the rest, and the expected calibration error (ECE); the
    confusion matrix, a reliability table, and the speed without loading. Sentences with
    targets of different labels, the hard ones, are counted apart as `conflicting`.

    Last comes the model's error in net sentiment, as a line for `tone.toml`: with it, the
    intervals in reports and views are those of texts like these. Take at least 200 mentions of
    your own subjects, as they come, and label them without looking at what the model says.

    Bad lines are told with their number and left out; the exit code is then 2.
    """
    judge = model_or_exit(model)
    heard = _hear(file, judge)
    for told in heard.bad_lines:
        typer.echo(told, err=True)
    from enrichment.tone.evaluation import measure_error

    results = _results(heard)
    if not results:
        typer.echo(f"{printable(str(file))} holds no labelled text", err=True)
        raise typer.Exit(_BAD_LINE)
    speed = results[_ALL].count / max(heard.spent_s, 1e-9)
    error = measure_error(one for group in heard.groups.values() for one in group)
    if as_json:
        shown = {"model": judge.name, "texts_per_cpu_second": round(speed, 1)}
        shown |= {"tone_error": None if error is None else asdict(error)}
        shown |= {"groups": {name: asdict(result) for name, result in results.items()}}
        typer.echo(json.dumps(shown, ensure_ascii=False))
    else:
        Console().print(_tables(judge.name, results, speed))
        Console().print(_told_error(error), soft_wrap=True)
    if heard.bad_lines:
        raise typer.Exit(_BAD_LINE)


def _hear(file: Path, model: "ToneModel") -> _Heard:
    from enrichment.tone.classify import classify
    from enrichment.tone.evaluation import Judged, label_of

    heard = _Heard()
    classify([TextLine(id=None, text="warm", target=None, language=None, record={})], model)
    console = Console(stderr=True)
    with (
        Progress(console=console, transient=True, disable=not console.is_terminal) as bar,
        bar.open(file, "rb", description="evaluating") as stream,
    ):
        for batch in line_batches(stream):
            texts: list[tuple[TextLine, str]] = []
            for number, line in batch:
                text = read_or_bad(line, needs_id=False)
                label = None if isinstance(text, BadLine) else label_of(text.record.get("label"))
                if isinstance(text, BadLine):
                    heard.bad_lines.append(f"line {number}: {printable(str(text))}")
                elif label is None:
                    heard.bad_lines.append(f"line {number}: 'label' must be neg, neu or pos")
                else:
                    texts.append((text, label))
            began = time.process_time()
            found = classify([text for text, _ in texts], model)
            heard.spent_s += time.process_time() - began
            for (text, label), one in zip(texts, found, strict=True):
                judged = Judged(truth=label, p=one.p, is_uncertain=one.tone.label == "uncertain")
                heard.groups.setdefault(text.language or one.language, []).append(judged)
                if text.target is not None:
                    heard.targets.setdefault(hash(text.text), []).append(judged)
    return heard


def _results(heard: _Heard) -> Mapping[str, "Evaluation"]:
    """Measure all texts, each language with its share, and the conflicting targets."""
    from enrichment.tone.evaluation import evaluate

    everything = [judged for group in heard.groups.values() for judged in group]
    if not everything:
        return {}
    large = {name: group for name, group in heard.groups.items() if len(group) >= _FEWEST}
    rest = [one for name, group in heard.groups.items() if name not in large for one in group]
    by_size = sorted(large.items(), key=lambda item: (-len(item[1]), item[0]))
    by_size += [(_OTHERS, rest)] if rest and large else []
    results = {_ALL: evaluate(everything)} | {name: evaluate(group) for name, group in by_size}
    conflicting = [
        judged
        for same_text in heard.targets.values()
        if len({one.truth for one in same_text}) > 1
        for judged in same_text
    ]
    return results | ({_CONFLICTING: evaluate(conflicting)} if conflicting else {})


def _told_error(error: "ToneError | None") -> Text:
    from enrichment.tone.error import FEWEST

    if error is None:
        return Text(
            f"\nNet sentiment: its error can't be measured here; that takes at least {FEWEST} "
            "negative and as many positive texts"
        )
    return Text(
        f"\nNet sentiment: the model tells {error.shift:+.2f} {error.slope:+.2f} * the true one. "
        "If these texts are like those that it will judge, write in tone.toml:\n"
        f"error = {{ shift = {error.shift}, slope = {error.slope}, "
        f"shift_sd = {error.shift_sd}, slope_sd = {error.slope_sd} }}"
    )


def _tables(model: str, results: Mapping[str, "Evaluation"], speed: float) -> Group:
    figures = Table(box=None, pad_edge=False, header_style="bold")
    figures.add_column("texts", no_wrap=True)
    for title in ("n", "macro-F1", "neg", "neu", "pos", "right", "unsure", "if sure", "ECE"):
        figures.add_column(title, justify="right", no_wrap=True)
    for name, one in results.items():
        sure = one.accuracy_if_certain
        figures.add_row(
            name,
            f"{one.count:,}",
            *(f"{100 * share:.1f}" for share in (one.macro_f1, *one.f1, one.accuracy)),
            f"{100 * one.uncertain:.1f}",
            "-" if sure is None else f"{100 * sure:.1f}",
            f"{100 * one.ece:.1f}",
        )
    whole = results[_ALL]
    matrix = Table("labelled", box=None, pad_edge=False, header_style="bold")
    for name in ("neg", "neu", "pos"):
        matrix.add_column(f"found {name}", justify="right")
    for name, row in zip(("neg", "neu", "pos"), whole.confusion, strict=True):
        matrix.add_row(name, *(f"{count:,}" for count in row))
    bins = Table("probability", box=None, pad_edge=False, header_style="bold")
    for title in ("n", "mean", "right"):
        bins.add_column(title, justify="right")
    for bin_ in whole.reliability:
        bins.add_row(
            f"{100 * bin_.low:.0f} to {100 * bin_.high:.0f} %",
            f"{bin_.count:,}",
            f"{100 * bin_.mean_p:.1f}",
            f"{100 * bin_.accuracy:.1f}",
        )
    return Group(
        Text(f"{model}: {speed:,.0f} texts per CPU second\n"),
        figures,
        Text("\nAll texts: how they were labelled, and what was found"),
        matrix,
        Text("\nAll texts: the probability of the likeliest label, and how often it is right"),
        bins,
    )
