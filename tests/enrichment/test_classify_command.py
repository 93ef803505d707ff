"""`luisterpost classify`: JSON lines in, language and tone out."""

import json
import subprocess

import pytest
import typer
from typer.testing import CliRunner

from enrichment.tone.classify_command import classify_lines
from tests.programs import LUISTERPOST, environment

app = typer.Typer()
app.command()(classify_lines)


def run_classify(*lines, model="fast"):
    sent = "".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines)
    return CliRunner().invoke(app, ["--model", model], input=sent)


def answers_of(result):
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_each_line_is_answered_in_order_with_language_and_tone():
    result = run_classify(
        {"id": 7, "text": "Wat een heerlijk bier heeft die brouwerij gemaakt, echt een aanrader!"},
        {"id": "b", "text": "Das Bier schmeckt widerlich, ich bin wirklich sehr enttäuscht"},
        {"id": None, "text": ""},
    )

    assert result.exit_code == 0
    first, second, third = answers_of(result)
    assert list(first) == [
        "id",
        "language",
        "language_score",
        "sentiment",
        "is_uncertain",
        "p",
        "model",
    ]
    assert (first["id"], first["language"], first["sentiment"]) == (7, "nl", "pos")
    assert (second["id"], second["language"], second["sentiment"]) == ("b", "de", "neg")
    assert (third["id"], third["language"], third["language_score"]) == (None, "und", 0.0)
    for answer in (first, second, third):
        assert sum(answer["p"].values()) == pytest.approx(1, abs=2e-4)
        assert answer["p"][answer["sentiment"]] == max(answer["p"].values())
        assert answer["model"].startswith("lexicon-ngrams")


def test_the_tone_is_the_one_towards_the_target():
    text = "I really love the great beer of Acme, but Bolt is awful, disgusting and rude"

    def towards(name):
        start = text.index(name)
        return {"id": name, "text": text, "target": {"start": start, "end": start + len(name)}}

    acme, bolt = answers_of(run_classify(towards("Acme"), towards("Bolt")))

    assert (acme["sentiment"], bolt["sentiment"]) == ("pos", "neg")


def test_bad_lines_are_told_with_their_number_and_the_others_answered():
    result = run_classify({"id": 1, "text": "goed"}, "nonsense \x1b[31m", "", {"id": 2})

    assert result.exit_code == 2
    assert [answer["id"] for answer in answers_of(result)] == [1]
    assert "line 2: this is not JSON" in result.stderr
    assert "line 4: 'text' is missing" in result.stderr
    assert "\x1b" not in result.stderr


def test_an_unknown_model_is_told_before_anything_is_read():
    result = run_classify({"id": 1, "text": "x"}, model="no-such-model")

    assert result.exit_code == 2
    assert "no-such-model" in result.stderr
    assert result.stdout == ""


def test_who_writes_one_line_and_waits_is_answered(tmp_path):
    with subprocess.Popen(
        [LUISTERPOST, "classify"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment(tmp_path),
    ) as program:
        for number in (1, 2):
            program.stdin.write(json.dumps({"id": number, "text": "Mooi!"}) + "\n")
            program.stdin.flush()
            assert json.loads(program.stdout.readline())["id"] == number
        program.stdin.close()
        assert program.wait(timeout=30) == 0


def test_half_characters_and_long_texts_are_no_trouble():
    result = run_classify(
        r'{"id": "\ud83c", "text": "mooi \ud83c"}', {"id": 2, "text": "heel mooi " * 20_000}
    )

    assert result.exit_code == 0
    assert [answer["id"] for answer in answers_of(result)] == ["\ud83c", 2]


def test_help_names_the_models():
    shown = CliRunner().invoke(app, ["--help"]).stdout
    assert "accurate" in shown
