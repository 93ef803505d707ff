"""`luisterpost evaluate`: figures of labelled texts."""

import json

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from enrichment.tone.evaluate_command import evaluate_file
from enrichment.tone.evaluation import Judged, evaluate, label_of

app = typer.Typer()
app.command()(evaluate_file)

SURE = {"neg": (0.8, 0.1, 0.1), "neu": (0.1, 0.8, 0.1), "pos": (0.1, 0.1, 0.8)}


def judged(truth, found):
    return Judged(truth=truth, p=SURE[found])


def run_evaluate(tmp_path, *lines, options=("--json",)):
    file = tmp_path / "labelled.jsonl"
    file.write_text(
        "".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines)
    )
    return CliRunner().invoke(app, [str(file), *options])


def test_confusion_counts_labels_in_rows_and_answers_in_columns():
    result = evaluate([judged("neg", "neg"), judged("neg", "pos"), judged("pos", "pos")])

    assert result.confusion == ((1, 0, 1), (0, 0, 0), (0, 0, 1))
    assert result.f1 == pytest.approx((2 / 3, 0, 2 / 3))
    assert result.macro_f1 == pytest.approx(4 / 9)
    assert result.accuracy == pytest.approx(2 / 3)


def test_calibration_error_is_the_gap_between_probability_and_being_right():
    always_right = evaluate([judged("pos", "pos")] * 4)
    honest = evaluate([judged("pos", "pos")] * 4 + [judged("neg", "pos")])

    assert always_right.ece == pytest.approx(0.2)
    assert honest.ece == pytest.approx(0)
    (only,) = honest.reliability
    assert (only.low, only.high, only.count) == (0.8, 0.9, 5)
    assert (only.mean_p, only.accuracy) == pytest.approx((0.8, 0.8))


def test_uncertain_texts_count_and_are_left_out_of_the_figure_for_certain_ones():
    unsure = Judged(truth="neg", p=(0.33, 0.33, 0.34), is_uncertain=True)
    result = evaluate([judged("pos", "pos"), unsure])

    assert (result.accuracy, result.uncertain, result.accuracy_if_certain) == (0.5, 0.5, 1.0)
    assert evaluate([unsure]).accuracy_if_certain is None


@given(st.lists(st.tuples(st.sampled_from(list(SURE)), st.sampled_from(list(SURE))), min_size=1))
def test_figures_lie_in_their_ranges(pairs):
    result = evaluate([judged(truth, found) for truth, found in pairs])

    assert sum(map(sum, result.confusion)) == sum(one.count for one in result.reliability)
    assert 0 <= result.macro_f1 <= 1
    assert 0 <= result.ece <= 1


@pytest.mark.parametrize(
    ("value", "label"),
    [("neg", "neg"), (" Positive ", "pos"), ("NEUTRAL", "neu"), ("mixed", None), (1, None)],
)
def test_labels_are_read_short_and_long(value, label):
    assert label_of(value) == label


def test_figures_are_split_by_the_language_given(tmp_path):
    lines = [
        {"id": n, "text": "Echt heerlijk!", "label": "pos", "language": "nl"} for n in range(20)
    ]
    lines += [{"id": 9, "text": "So bad", "label": "negative", "language": "en"}]

    result = run_evaluate(tmp_path, *lines)

    assert result.exit_code == 0
    shown = json.loads(result.stdout)
    assert list(shown["groups"]) == ["all", "nl", "others"]
    assert shown["groups"]["nl"]["accuracy"] == 1
    assert shown["texts_per_cpu_second"] > 0


def test_sentences_with_targets_of_different_labels_are_counted_apart(tmp_path):
    text = "I love the great beer of Acme, but Bolt is awful"
    acme = {"id": 1, "text": text, "target": {"start": 25, "end": 29}, "label": "pos"}
    bolt = {"id": 2, "text": text, "target": "Bolt", "start": 35, "end": 39, "label": "neg"}
    alone = {"id": 3, "text": "Acme is fine", "target": {"start": 0, "end": 4}, "label": "pos"}

    groups = json.loads(run_evaluate(tmp_path, acme, bolt, alone).stdout)["groups"]

    assert groups["conflicting"]["count"] == 2
    assert groups["conflicting"]["accuracy"] == 1


def test_tables_show_confusion_reliability_and_speed(tmp_path):
    lines = [{"text": "Echt heerlijk!", "label": "pos"}] * 3

    shown = run_evaluate(tmp_path, *lines, options=()).stdout

    for words in ("macro-F1", "found neg", "probability", "texts per CPU second", "ECE"):
        assert words in shown


def test_bad_lines_are_told_and_the_rest_is_measured(tmp_path):
    good = {"id": 1, "text": "Echt heerlijk!", "label": "pos"}

    result = run_evaluate(tmp_path, good, "nonsense", {"id": 2, "text": "x", "label": "mixed"})

    assert result.exit_code == 2
    assert json.loads(result.stdout)["groups"]["all"]["count"] == 1
    assert "line 2: this is not JSON" in result.stderr
    assert "line 3: 'label' must be neg, neu or pos" in result.stderr


def test_a_file_without_labelled_texts_is_told(tmp_path):
    result = run_evaluate(tmp_path)

    assert result.exit_code == 2
    assert "no labelled text" in result.stderr
