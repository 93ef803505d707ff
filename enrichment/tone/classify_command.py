"""The command `luisterpost classify`: language and tone of any texts."""

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO

import typer
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from collectors.configuration.mistakes import printable
from enrichment.json_lines import BadLine, TextLine, encoded, line_batches, read_text

if TYPE_CHECKING:
    from enrichment.tone.classify import Classified
    from enrichment.tone.model import ToneModel

ModelOption = Annotated[
    str,
    typer.Option(
        "--model",
        metavar="fast|accurate|NAME",
        help="fast ships; accurate needs the extra `accurate`; NAME is an installed spaCy "
        "pipeline, a folder with one or with an ONNX model, or a Hugging Face model in the "
        "local cache.",
    ),
]

_BAD_LINE = 2
_NO_MODEL = 2


def classify_lines(model: ModelOption = "fast") -> None:
    r"""
    Say in which language texts are and in which tone they speak.

    Reads JSON lines on stdin, `{"id": …, "text": …}`, and writes one JSON line for each on
    stdout, in the same order and as soon as it can. With `"target": {"start": …, "end": …}`,
    in characters (code points) of the text, the tone is the one towards what stands there.

    `sentiment` is the likeliest of neg, neu and pos; `is_uncertain` says that none stands
    out. `language` is ISO 639-1, or `und` when unsure. A `"language"` in a line is a hint.
    Nothing is stored, and nothing leaves this machine.

    A line that is no such object is reported on stderr with its number and left out; the
    exit code is then 2.

    For example:

        echo '{"id": 1, "text": "Acme is lekker!"}' | luisterpost classify

        {"id": 1, "language": "nl", "language_score": 0.98, "sentiment": "pos", "is_uncertain":
        false, "p": {"neg": 0.03, "neu": 0.09, "pos": 0.88}, "model": "lexicon-ngrams 2"}
    """
    judge = model_or_exit(model)
    bad_lines = 0
    out = sys.stdout.buffer
    with _counter() as bar:
        task = bar.add_task("classified", total=None)
        for answers in answer_batches(sys.stdin.buffer, judge):
            for number, answer in answers:
                if isinstance(answer, BadLine):
                    bad_lines += 1
                    typer.echo(f"line {number}: {printable(str(answer))}", err=True)
                else:
                    out.write(encoded(answer) + b"\n")
            out.flush()
            bar.advance(task, len(answers))
    if bad_lines:
        raise typer.Exit(_BAD_LINE)


def answer_batches(
    stream: BinaryIO, model: "ToneModel"
) -> Iterator[list[tuple[int, dict[str, Any] | BadLine]]]:
    """
    Classify lines as they arrive.

    Args:
        stream: JSON lines.
        model: Judges.

    Yields:
        For each batch of lines that are not empty: their numbers, and what to write or what
        is wrong with them.
    """
    from enrichment.tone.classify import classify

    for batch in line_batches(stream):
        read = [(number, read_or_bad(line)) for number, line in batch]
        found = iter(classify([line for _, line in read if isinstance(line, TextLine)], model))
        yield [
            (number, line if isinstance(line, BadLine) else _answer(line, next(found), model.name))
            for number, line in read
        ]


def read_or_bad(line: bytes | BadLine, *, needs_id: bool = True) -> TextLine | BadLine:
    """Read a line, or give what is wrong with it as a value."""
    if isinstance(line, BadLine):
        return line
    try:
        return read_text(line, needs_id=needs_id)
    except BadLine as bad:
        return bad


def model_or_exit(name: str) -> "ToneModel":
    """Load a tone model, or say why there is none and end with code 2."""
    from enrichment.tone.choice import load_tone_model
    from enrichment.tone.model import ToneModelUnavailable

    try:
        return load_tone_model(name)
    except ToneModelUnavailable as missing:
        typer.echo(printable(str(missing)), err=True)
        raise typer.Exit(_NO_MODEL) from missing


def _answer(line: TextLine, found: "Classified", model: str) -> dict[str, Any]:
    from enrichment.tone.classify import SHORT_NAMES

    return {
        "id": line.id,
        "language": found.language,
        "language_score": round(found.language_score, 4),
        "sentiment": found.sentiment,
        "is_uncertain": found.tone.label == "uncertain",
        "p": dict(zip(SHORT_NAMES, (round(p, 4) for p in found.p), strict=True)),
        "model": model,
    }


def _counter() -> Progress:
    """Count on a terminal, unless the answers themselves go there."""
    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}"),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal or sys.stdout.isatty(),
    )
