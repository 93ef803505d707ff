"""The measured error of tone models."""

import tomllib

import numpy as np
import pytest

from collectors.configuration.folder import ConfigurationError
from enrichment.enricher import Enricher
from enrichment.passages import Passage
from enrichment.tone.error import (
    ANYTHING,
    FEWEST,
    UNMEASURED,
    MeasuredTone,
    ToneError,
    error_on_own_texts,
    mixed_error,
    shipped_errors,
    switch_sd,
    told_line,
)
from enrichment.tone.fast import default_tone_model
from enrichment.tone.settings import configured_tone_model
from tests.enrichment.test_evaluate_command import run_evaluate
from tests.warehouse.building import watchlist

A = ToneError(shift=0.1, slope=0.5, shift_sd=0.2, slope_sd=0.1)
B = ToneError(shift=-0.1, slope=0.7, shift_sd=0.1, slope_sd=0.05)


def test_model_that_ships_was_measured_and_errs_less_than_one_that_never_was():
    error = shipped_errors()[default_tone_model().name]
    assert error.shift_sd / error.slope < UNMEASURED.shift_sd / UNMEASURED.slope


def test_faultless_model_tells_the_truth():
    assert told_line(np.diag([30.0, 50.0, 20.0])) == pytest.approx([0, 1])


def test_model_that_confuses_praise_and_blame_flattens():
    confusion = np.array([[75.0, 0, 25], [0, 100, 0], [25, 0, 75]])
    assert told_line(confusion) == pytest.approx([0, 0.5])


def test_model_that_takes_neutral_texts_for_blame_shifts_and_flattens():
    shift, slope = told_line(np.array([[50.0, 0, 0], [50, 50, 0], [0, 0, 50]]))
    assert shift < -0.3
    assert 0.5 < slope < 0.8


def test_more_labelled_texts_make_the_error_surer():
    few, many = (
        error_on_own_texts(n * np.array([[30.0, 10, 5], [10, 40, 10], [5, 10, 30]]))
        for n in (1, 20)
    )
    assert many.slope == few.slope
    assert many.shift_sd < 0.6 * few.shift_sd
    assert many.slope_sd < few.slope_sd / 2
    assert many.shift_sd >= many.drift_sd


@pytest.mark.parametrize(
    "confusion",
    [
        [[FEWEST - 1, 0, 0], [0, 50, 0], [0, 0, 50]],
        [[50, 0, 0], [0, 50, 0], [0, 0, FEWEST - 1]],
        [[10, 0, 40], [0, 50, 0], [40, 0, 10]],
    ],
)
def test_error_is_not_told_where_it_cant_be_measured(confusion):
    assert error_on_own_texts(np.array(confusion, dtype=float)) is None


def test_bootstrap_holds_the_error_that_made_the_texts():
    rates = np.array([[0.6, 0.3, 0.1], [0.2, 0.7, 0.1], [0.05, 0.35, 0.6]])
    truth = told_line(rates * [[100], [150], [80]])
    chance = np.random.default_rng(5)
    held = 0
    for _ in range(40):
        drawn = np.stack(
            [chance.multinomial(n, rate) for n, rate in zip((100, 150, 80), rates, strict=True)]
        )
        error = error_on_own_texts(drawn.astype(float))
        held += abs(error.slope - truth[1]) < 1.96 * error.slope_sd
    assert held >= 34


def test_mixture_weighs_models_and_knows_nothing_of_strangers():
    mixed = mixed_error({"a": 1, "b": 1}, {"a": A, "b": B})
    assert (mixed.shift, mixed.shift_sd) == pytest.approx((0, 0.15))
    assert mixed_error({"stranger": 4}, {}) == ANYTHING
    assert mixed_error({}, {"a": A}) == ANYTHING


def test_same_models_before_and_now_add_nothing_and_another_one_does():
    errors = {"a": A, "b": B}
    assert switch_sd({"a": 0.6, "b": 0.4}, {"a": 0.6, "b": 0.4}, errors) == 0
    half, whole = (switch_sd({"a": 1 - n, "b": n}, {"a": 1.0}, errors) for n in (0.5, 1))
    assert whole == pytest.approx((0.2**2 + 0.2**2 + 0.2**2 + 0.1**2 + 0.1**2 + 0.05**2) ** 0.5)
    assert half == pytest.approx(whole / 2)


def test_error_of_a_header_is_read_as_it_was_written():
    assert ToneError.from_json(A.to_json()) == A
    for wrong in ("[]", "{}", '{"shift": 1}', "x", A.to_json().replace("0.5", '"much"')):
        with pytest.raises(ValueError, match=r".+"):
            ToneError.from_json(wrong)


def test_error_that_was_configured_goes_along_with_every_file(tmp_path):
    (tmp_path / "tone.toml").write_text(
        "error = { shift = 0.1, slope = 0.5, shift_sd = 0.2, slope_sd = 0.1 }\n"
    )
    model = configured_tone_model(tmp_path)
    assert isinstance(model, MeasuredTone)
    assert model.name == default_tone_model().name
    passage = Passage(text="what a great beer", start=0, end=0, language="en")
    assert model.judge([passage]) == default_tone_model().judge([passage])
    described = Enricher(watchlist(), tone_model=model).describe()
    assert ToneError.from_json(described["tone_error"]) == A
    assert "tone_error" not in Enricher(watchlist()).describe()


@pytest.mark.parametrize("wrong", ["slope = 0", "slope = nan", "shift_sd = -1", "slop = 1"])
def test_error_that_makes_no_sense_is_refused(tmp_path, wrong):
    rest = {"shift = 0", "slope = 1", "shift_sd = 0", "slope_sd = 0"}
    kept = sorted(one for one in rest if one.split()[0] != wrong.split()[0])
    (tmp_path / "tone.toml").write_text(f"error = {{ {', '.join([*kept, wrong])} }}\n")
    with pytest.raises(ConfigurationError):
        configured_tone_model(tmp_path)


def test_evaluate_prints_the_line_for_the_configuration(tmp_path):
    texts = {
        "neg": "Terrible service, I am very angry and disappointed",
        "neu": "The shop opens at nine on Monday",
        "pos": "I love this, what a great and wonderful day",
    }
    lines = [
        {"text": f"{text} {n}", "label": label, "language": "en"}
        for label, text in texts.items()
        for n in range(FEWEST)
    ]
    shown = run_evaluate(tmp_path, *lines, options=("--text",))
    assert shown.exit_code == 0, shown.output
    (line,) = (line for line in shown.output.splitlines() if line.startswith("error = "))
    (tmp_path / "tone.toml").write_text(line)
    assert tomllib.loads(line)["error"]["slope"] > 0.5
    assert configured_tone_model(tmp_path).error.slope > 0.5
    few = run_evaluate(tmp_path, *lines[:3], options=("--text",))
    assert "can't be measured" in few.output
