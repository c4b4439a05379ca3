"""The doctor names faults that were put into trainings, and calls no healthy training ill."""

from types import SimpleNamespace

import numpy as np
import pytest
import trainings
import trainings_unseen
import trainings_unseen_2
import trainings_unseen_3
import trainings_unseen_4
import trainings_unseen_5
import trainings_unseen_6
from slow_cases import slow_but

import npae
from npae.console.cli import main
from npae.inside.doctor import (
    Training,
    dead_units,
    examine,
    noisy_targets,
    saturated_units,
    training_of,
)

QUICK = ("too_few_epochs-denoiser",)
SOME = (
    *QUICK,
    *("healthy-sparse", "dead_units-first", "rate_too_small-adam-3e-05"),
    *("code_on_a_line-8", "noisy_targets-gauss-0.3", "unscaled_inputs-centred", "wrong_loss-relu"),
    *("frozen_layer-encoder", "penalty_too_large-l1", "validation_differs-unscaled"),
)


def diagnosed(training):
    """Return the names that the doctor gives to a training, and those that are right."""
    try:
        model, data, validation, loss, _ = training.trained()
    except npae.NonFiniteLoss as error:  # as `fit` says itself
        assert "smaller learning_rate" in str(error)
        return ["rate_too_large"], {training.fault, *training.also} - {""}
    before = {key: value.copy() for key, value in model.params.items()}

    def optimizer(factor):
        new = training.optimizer()
        new.set_learning_rate(factor * new.learning_rate)
        return new

    batch_size = training.batch_size
    found = examine(Training(model, data, validation, loss, optimizer, batch_size))
    assert all(np.array_equal(before[key], value) for key, value in model.params.items())
    assert all(each.sentence and each.evidence for each in found)
    return [each.name for each in found], {training.fault, *training.also} - {""}


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("name", slow_but(QUICK, SOME))
def test_some_faults_are_named(name):
    names, right = diagnosed(trainings.TRAININGS[name])
    assert right.intersection(names) if right else not names


@pytest.mark.long
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_nine_of_ten_faults_are_named_and_no_healthy_training_is_called_ill():
    named = wrong = 0
    sets = (
        trainings.TRAININGS,
        trainings_unseen.UNSEEN,
        trainings_unseen_2.UNSEEN_2,
        trainings_unseen_3.UNSEEN_3,
        trainings_unseen_4.UNSEEN_4,
        trainings_unseen_5.UNSEEN_5,
        trainings_unseen_6.UNSEEN_6,
    )
    every = [training for each in sets for training in each.values()]  # some names are in two sets
    for training in every:
        names, right = diagnosed(training)
        if not right:
            assert not names, training.name
        else:
            named += bool(right.intersection(names))
            wrong += bool(names) and not right.intersection(names)
    faulty = sum(bool(training.fault) for training in every)
    assert named >= 0.9 * faulty
    assert wrong <= 0.02 * faulty


def examined(x, rate=0.01, epochs=0, bias=0.0):
    """Return the names that the doctor gives to a small model of images x."""
    model = npae.Autoencoder(npae.Sequential([npae.Dense(8, "relu")]), npae.Sequential([npae.Dense(16)]))
    model.build((16,), 0)
    data, optimizer = npae.Batches(x), lambda factor: npae.Adam(rate * factor)
    if epochs:
        npae.fit(model, data, loss="mse", optimizer=optimizer(1.0), epochs=epochs)
    model.params["encoder/dense/bias"] += np.float32(bias)
    training = Training(model, data, None, "mse", optimizer)
    return [each.name for each in examine(training)]


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_what_follows_from_a_cause_is_not_told(rng):
    x = (rng.random((200, 2)) @ rng.random((2, 16))).astype(np.float32)
    assert examined(np.zeros_like(x)) == ["constant_data"]
    assert examined(x, bias=-1e3) == ["dead_units", "dead_code", "constant_image"]
    assert examined(255 * x, bias=-1e6) == ["unscaled_inputs"]
    assert examined(x, rate=5.0, epochs=3) == ["rate_too_large"]


@pytest.mark.parametrize("shape", [(7, 4), (3, 4, 5, 2)])
def test_dead_units_are_those_without_any_output(rng, shape):
    y = rng.random(shape)
    assert dead_units(y, "dense") is None
    y[:, 1:] = y[:, :1] = 0
    assert "dense: 100%" in dead_units(y, "dense")
    y[0, ::2] = 1  # half of the units are alive
    assert dead_units(y, "dense") is None


@pytest.mark.parametrize("activation, end", [("sigmoid", 1.0), ("tanh", -1.0)])
def test_saturated_units_have_no_slope(activation, end):
    middle = np.full((5, 3), 0.5)
    assert saturated_units(middle, "dense", activation) is None
    assert "at 100% of the outputs" in saturated_units(np.full((5, 3), end), "dense", activation)
    images = np.full((10, 1, 4, 4), 0.5)
    images[9, :, 1] = end  # a stroke
    assert "90% of the outputs' variance" in saturated_units(images, "conv2d", activation)
    assert saturated_units(images.reshape(10, 16), "dense", activation) is None


def test_noise_in_targets_is_told_from_blur(rng):
    clean = np.kron(rng.random((40, 7, 7)), np.ones((4, 4)))
    blurred = (clean + np.roll(clean, 1, 1) + np.roll(clean, 1, 2) + np.roll(clean, (1, 1), (1, 2))) / 4
    noise = 0.5 * rng.standard_normal(clean.shape)
    assert noisy_targets(clean.reshape(40, -1), (clean + noise).reshape(40, -1))
    assert noisy_targets(blurred, clean) is None
    assert noisy_targets(rng.random((9, 5)), rng.random((9, 5))) is None  # no images
    spikes = rng.random((40, 100)) < 0.1
    assert noisy_targets(0.5 * spikes, spikes) is None  # nor are these: neighbours have nothing in common


def test_rates_are_compared_with_the_mean_of_a_schedule():
    schedule = lambda epoch, epochs: 1.0 - (epoch - 1) / epochs  # noqa: E731
    recipe = SimpleNamespace(learning_rate=schedule, keras_adam=False, loss="mse")
    run = SimpleNamespace(
        recipe=recipe, epochs=4, history={"loss": [4, 3, 2, 1]}, batches=lambda: (None, None)
    )
    training = training_of(SimpleNamespace(**vars(run), model=None, batch_size=8, threads=1))
    assert training.optimizer(10.0).learning_rate == pytest.approx(6.25)


def test_the_command_prints_sentence_and_evidence(tmp_path, small_synthetic, capsys):
    out = str(tmp_path / "run")
    train = ["train", "dense", "--data", "synthetic", "--limit", "96", "--epochs", "1", "--out", out]
    assert main(train) == 0
    assert "doctor: " in capsys.readouterr().out
    assert main(["doctor", out]) == 0
    first, second, *_ = capsys.readouterr().out.splitlines()
    assert ": " in first and second.startswith("    ")
    assert main(["doctor", str(tmp_path)]) == 1
